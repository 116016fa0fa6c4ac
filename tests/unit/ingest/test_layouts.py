"""What each layout reads, and what can be wrong in it; that is reported, not guessed."""

import pytest
from tests.cases import cases
from tests.unit.ingest.conftest import CODES, GROUP, PRE_POST, WIDE, at, codes, scores, xlsx

BLOCKS = {"file": "sheet.csv", "layout": "side_by_side", "participant": "No", "scores": PRE_POST, "codes": CODES,
          "blocks": [{"columns": "A:C", "group": "intervention"}, {"columns": "D:F", "group": "control"}]}  # fmt: skip
TITLED = {"file": "sheet.csv", "layout": "titled", "header_row": 2, "participant": {"column": "No", "per_group": True},
          "group": {"titles": {"A. Pijat": "intervention", "B. Kontrol": "control"}}, "scores": PRE_POST,
          "codes": CODES}  # fmt: skip
CROSSTAB = {"file": "sheet.csv", "layout": "crosstab", "group": GROUP, "skip": ["Jumlah"],
            "crosstab": {"before": {"column": "Pre", "codes": CODES}, "after": CODES, "total": "Jumlah"}}  # fmt: skip
PRE = {"file": "pre.csv", "layout": "one_timepoint", "timepoint": {"only": "pre"}, "participant": "No", "score": "Ket",
       "group": {"column": "Kel", "codes": {"A": "intervention", "B": "control"}}, "codes": CODES}  # fmt: skip
POST = PRE | {"file": "post.csv", "timepoint": {"only": "post"}, "group": None}
VISITS = {"file": "sheet.csv", "layout": "visits", "participant": "Kode", "group": GROUP, "codes": CODES,
          "score": "asi_{visit}", "visits": {"1": "pre", "3": "post"}}  # fmt: skip
ALIKE = "No,Sebelum,Sesudah,No,Sebelum,Sesudah\n"
ONE_GROUP = {"groups": [{"id": "all", "label": {"en": "All", "id": "Semua"}}],
             "procedure": {"basis": "chosen", "signed_rank": {"method": "asymptotic"}}}  # fmt: skip


@pytest.fixture
def ingest(bench):
    return lambda sheet, content, **keys: bench.sheets([sheet | keys], content)


@pytest.fixture
def found(bench, ingest):
    return lambda *arguments, **keys: bench.codes(*arguments, how=ingest, **keys)


def people(observations):
    return observations.frame("observations")["participant"].tolist()[::2]


@pytest.mark.parametrize(
    ("sheet", "content", "keys", "expected"),
    [
        (BLOCKS, ALIKE + "1,Kurang,Cukup,4,Kurang,Kurang\n2,Kurang,Cukup,,,\n", {}, ["1", "2", "4"]),
        (BLOCKS, ALIKE + "1,Kurang,Cukup,1,Kurang,Kurang\n", {"participant": {"column": "No", "per_group": True}},
         ["intervention_1", "control_1"]),
        # Pre7A, Post7A, Pre7D, Post7D: each row holds a participant of either group
        (BLOCKS, "Pre7A,Post7A,Pre7D,Post7D\nKurang,Cukup,Kurang,Kurang\nKurang,Cukup,,\n",
         {"participant": {"by_row": True}, "scores": {},
          "blocks": [{"group": "intervention", "scores": {"pre": "Pre7A", "post": "Post7A"}},
                     {"group": "control", "scores": {"pre": "Pre7D", "post": "Post7D"}}]}, ["P01", "P02", "P03"]),
        (TITLED, "A. Pijat\nNo,Sebelum,Sesudah\n1,Kurang,Cukup\n2,,\nB. Kontrol,,\nNo,Sebelum,Sesudah\n1,Cukup,Cukup\n",
         {}, ["intervention_1", "control_1"]),
    ],
    ids=["blocks", "blocks that number anew", "columns that name the group", "titles"],
)  # fmt: skip
def test_participants(ingest, sheet, content, keys, expected):
    observations = ingest(sheet, content, **keys)
    assert people(observations) == expected
    # in a row without values, a number was given in advance
    assert set(codes(observations)) <= {"row_without_values"}


@cases
def test_faults_of_a_layout(sheet, content, expected, found):
    assert tuple(expected) in found(sheet, content)


TABLE = "Kelompok,Pre,Kurang,Cukup,Jumlah\nIntervensi,Kurang,1,2,3\n,Cukup,,1,1\n,Jumlah,1,3,4\nKontrol,Kurang,2,,2\n"
FOOT = "Jumlah,,3,3,6\n% within,,50,50,100\n"


def test_crosstab(ingest):
    observations = ingest(CROSSTAB, TABLE)
    assert people(observations)[:4] == [f"intervention_0{number}" for number in (1, 2, 3, 4)]
    assert scores(observations)[:4] == ["kurang", "kurang", "kurang", "cukup"]
    # totals of the whole table and percents are no fault
    assert len(ingest(CROSSTAB, TABLE + FOOT, skip=["Jumlah", "% within"]).frame("observations")) == 12
    # nor are totals of a group that is written in each row
    repeated = TABLE.replace("\n,", "\nIntervensi,")
    assert len(ingest(CROSSTAB, repeated).frame("observations")) == 12


ABOVE = ["Kelompok,Pre,Kurang,Cukup,Jumlah", "Intervensi,Jumlah,1,3,4", ",Kurang,1,2,3", ",Cukup,,1,1",
         "Kontrol,Jumlah,\"2 (100,0%)\",0,2", ",Kurang,2,,2"]  # fmt: skip


@cases
def test_totals_above_the_counts(line, new, place, ingest, found):
    content = "\n".join([*ABOVE[:line], new, *ABOVE[line + 1 :], ""]).replace(
        "\nIntervensi\n,", "\nIntervensi,"
    )
    if place:
        assert ("column_total_differs", place) in found(CROSSTAB, content)
    else:
        assert len(ingest(CROSSTAB, content).frame("observations")) == 12
    assert ("foot_row", "B2") in found(CROSSTAB, "\n".join(ABOVE), skip=[])


def test_a_count_without_a_stored_value(bench):
    table = [line.split(",") for line in TABLE.splitlines()]
    for address in ("C3", "D2", "B2", "E2", "C4", "E4"):
        content = xlsx(at(address, "=A1", table))
        faults = bench.faults(bench.sheets, [CROSSTAB | {"file": "sheet.xlsx"}], content)
        assert ("formula_without_value", address) in [(fault.code, fault.cell) for fault in faults]


def test_a_row_with_the_word_of_a_title_and_values(found):
    content = (
        "A. Pijat,,\nNo,Sebelum,Sesudah,Catatan\n1,Kurang,Cukup,\n2,Kurang,Cukup,B. Kontrol\n1,Cukup,Cukup,\n"
    )
    assert ("row_outside", "A4") in found(TITLED, content, ignore=["Catatan"])


SUMS = ",Jumlah,1,3,4"


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [("1,2,3", "1,3,3", "total_differs", "E2"), (SUMS, ",Jumlah,2,2,4", "column_total_differs", "C4"),
     (SUMS, ",Jumlah,1,3,5", "column_total_differs", "E4"), (SUMS, SUMS + "9" * 5000, "column_total_differs", "E4"),
     ("1,2,3", "1,2x,3", "count_due", "D2"), ("1,2,3", "1,-2,3", "count_due", "D2"),
     ("1,2,3", "1,2.5,3", "count_due", "D2"), ("1,2,3", "1,200000,200001", "count_due", "B2"),
     ("Kontrol,", "Kontorl,", "group_unknown", "A5"), (",Cukup,,1,1", ",Bagus,,1,1", "level_unknown", "B3"),
     (",Cukup,,1,1", ",,,1,1", "level_missing", "B3"), (",Cukup,,1,1", ",kurang,,1,1", "level_twice", "B3"),
     ("Intervensi,Kurang,1", ",Kurang,1", "group_missing", "A2"),
     ("Kurang,Cukup,Jumlah\n", "Kurang,Baik,Jumlah\n", "column_missing", 1)],
)  # fmt: skip
def test_crosstab_faults(found, old, new, code, place):
    assert old in TABLE
    assert (code, place) in found(CROSSTAB, TABLE.replace(old, new, 1))


@cases
def test_separate_sheets(pre, post, expected, bench):
    (bench.folder / "post.csv").write_text(post, encoding="utf-8")
    sheets = [PRE, POST | ({"group": PRE["group"]} if "Kel" in post else {})]
    if isinstance(expected[0], str):
        assert people(bench.sheets(sheets, pre)) == expected
    else:
        assert list(map(list, bench.codes(sheets, pre, how=bench.sheets))) == expected


def test_headers(bench, good):
    fault = bench.faults(bench.wide, "Laporan,,,\n,,,\n" + good)[0]
    assert (fault.code, fault.row, fault.params["nearest"]) == ("header_not_found", 1, "header_row: 3")
    assert bench.codes(good, header_row=99)[0][0] == "header_not_found"
    # the second column of a name
    sheet = "Kode,Kelompok,Kategori,Kategori\nR1,Intervensi,Kurang,Cukup\nK1,Kontrol,Kurang,Kurang\n"
    named = {"pre": "Kategori [1]", "post": "kategori [2]"}
    assert scores(bench.wide(sheet, scores=named)) == ["kurang", "cukup", "kurang", "kurang"]
    assert bench.codes(sheet, scores=named | {"post": "Kategori [3]"}) == [("column_missing", 1)]


def test_rows_at_the_foot(bench, good):
    foot = good + 'Jumlah,,2,2\nMean,,"1,5",1\n'
    assert len(bench.wide(foot, skip=["jumlah", "MEAN"]).frame("observations")) == 4
    assert len(bench.wide(good + "Sumber,x,y,z\n", last_row=3).frame("observations")) == 4
    assert bench.codes(foot) == [("foot_row", "A4"), ("foot_row", "A5")]
    # SD may be a mother's initials, read as a third mother and replaced like any, unless a mean is above
    assert people(bench.wide(good + "SD,Kontrol,Kurang,Cukup\n")) == ["P01", "P02", "P03"]
    below = good + "Mean,Kontrol,Kurang,Cukup\nSD,Kontrol,Kurang,Cukup\n"
    assert bench.codes(below) == [("foot_row", "A4"), ("foot_row", "A5")]


@pytest.mark.parametrize("word", ["Jumlah", "TOTAL", "Rata-rata", "Mean", "Total skor", "Std. Deviasi"])
@pytest.mark.parametrize("layout", ["wide", "transposed", "side_by_side"])
def test_totals_are_nobodys_observation(bench, layout, word):
    """Where no group column gives a row of totals away, it reads like one more mother."""
    rows = [["Kode", "Sebelum", "Sesudah"], ["R1", "1", "2"], ["R2", "2", "2"], [word, "1", "2"]]
    if layout == "transposed":
        rows = list(zip(*rows, strict=True))
    sheet = {"file": "sheet.csv", "layout": layout, "participant": "Kode", "codes": {"1": "kurang", "2": "cukup"},
             "scores": PRE_POST}  # fmt: skip
    if layout == "side_by_side":
        sheet["blocks"] = [{"columns": "A:C"}]
    faults = bench.faults(bench.sheets, [sheet], rows, changes=ONE_GROUP)
    assert [(fault.code, fault.value) for fault in faults] == [("foot_row", word)]
    assert people(bench.sheets([sheet | {"skip": [word]}], rows, changes=ONE_GROUP)) == ["R1", "R2"]


@cases
def test_declarations(key, value, code, place, bench, ingest):
    faults = bench.faults(ingest, BLOCKS, "", **{key: value})
    assert (code, f"sheets[1]{place}") in [(fault.code, fault.column) for fault in faults]


def test_declarations_of_timepoints_and_visits(bench, ingest):
    faults = bench.faults(ingest, BLOCKS, "", scores={"pre": "Sebelum"})
    assert ("timepoint_not_read", "sheets") in [(fault.code, fault.column) for fault in faults]
    faults = bench.faults(ingest, VISITS, "", score="asi", visits={"1": "pre"})
    assert ("placeholder_missing", "sheets[1].score") in [(fault.code, fault.column) for fault in faults]


@cases
def test_codes_that_may_be_one_participant_in_two_sheets(before, after, group, other_group, near, bench):
    rest = "C8,A,{0}\nD9,B,{0}\n"
    post = f"No,Kel,Ket\n{after},{other_group},Cukup\n{rest.format('Cukup')}"
    (bench.folder / "post.csv").write_text(post, encoding="utf-8")
    sheets = [PRE, POST | {"group": PRE["group"]}]
    pre = f"No,Kel,Ket\n{before},{group},Kurang\n{rest.format('Kurang')}"
    if not near:
        bench.sheets(sheets, pre)
        return
    (fault,) = (fault for fault in bench.faults(bench.sheets, sheets, pre) if fault.kind == "fault")
    assert (fault.code, fault.file, fault.cell, fault.value) == ("codes_near", "post.csv", "A2", after)
    assert [fault.params[key] for key in ("other", "place", "first")] == [before, f"{PRE['file']}, No, A2", 2]


@cases
def test_near_codes_of_two_participants(rows, bench):
    observations = bench.sheets([WIDE | {"group": PRE["group"]}], "Kode,Kel,Sebelum,Sesudah\n" + rows)
    assert observations.frame("observations")["participant"].nunique() == len(rows.splitlines())
