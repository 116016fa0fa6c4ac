"""What can be wrong in each layout, and what is told instead of guessed."""

import copy

import pytest

GROUPS = {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}}
CODES = {"Kurang": "kurang", "Cukup": "cukup"}
BLOCKS = {
    "file": "sheet.csv",
    "layout": "side_by_side",
    "participant": "No",
    "blocks": [{"columns": "A:C", "group": "intervention"}, {"columns": "D:F", "group": "control"}],
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": CODES,
}
TITLED = {
    "file": "sheet.csv",
    "layout": "titled",
    "header_row": 2,
    "participant": {"column": "No", "per_group": True},
    "group": {"titles": {"A. Pijat": "intervention", "B. Kontrol": "control"}},
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": CODES,
}
CROSSTAB = {
    "file": "sheet.csv",
    "layout": "crosstab",
    "group": GROUPS,
    "crosstab": {"before": {"column": "Pre", "codes": CODES}, "after": CODES, "total": "Jumlah"},
    "skip": ["Jumlah"],
}


def found(faults):
    return [(one.code, one.cell or one.row) for one in faults if one.kind == "fault"]


def scores(observations):
    return observations.table["score"].tolist()


@pytest.fixture
def ingest(bench):
    def ingest(sheet, content, **keys):
        return bench.sheets([copy.deepcopy(sheet) | keys], content)

    return ingest


@pytest.fixture
def faults(bench, ingest):
    return lambda *arguments, **keys: bench.faults(ingest, *arguments, **keys)


def test_blocks_of_unequal_length(ingest):
    sheet = "No,Sebelum,Sesudah,No,Sebelum,Sesudah\n1,Kurang,Cukup,4,Kurang,Kurang\n2,Kurang,Cukup,,,\n"
    assert ingest(BLOCKS, sheet).table["participant"].tolist() == ["1", "1", "2", "2", "4", "4"]


def test_blocks_that_number_anew_need_a_declaration(ingest, faults):
    sheet = "No,Sebelum,Sesudah,No,Sebelum,Sesudah\n1,Kurang,Cukup,1,Kurang,Kurang\n"
    assert ("participant_two_groups", "D2") in found(faults(BLOCKS, sheet))
    per_group = ingest(BLOCKS, sheet, participant={"column": "No", "per_group": True})
    assert per_group.table["participant"].tolist() == ["intervention_1"] * 2 + ["control_1"] * 2


def test_blocks_with_a_fault_in_the_second(faults):
    sheet = "No,Sebelum,Sesudah,No,Sebelum,Sesudah\n1,Kurang,Cukup,4,Kurnag,Kurang\n"
    assert found(faults(BLOCKS, sheet)) == [("level_unknown", "E2")]


def test_columns_that_name_the_group(ingest):
    """Pre7A, Post7A, Pre7D, Post7D: each row holds a participant of either group."""
    blocks = [
        {"group": "intervention", "scores": {"pre": "Pre7A", "post": "Post7A"}},
        {"group": "control", "scores": {"pre": "Pre7D", "post": "Post7D"}},
    ]
    sheet = "Pre7A,Post7A,Pre7D,Post7D\nKurang,Cukup,Kurang,Kurang\nKurang,Cukup,,\n"
    observations = ingest(BLOCKS, sheet, blocks=blocks, participant={"by_row": True}, scores={})
    assert observations.table["participant"].tolist() == ["P01", "P01", "P02", "P02", "P03", "P03"]


def test_titles(ingest):
    sheet = "A. Pijat\nNo,Sebelum,Sesudah\n1,Kurang,Cukup\n2,,\nB. Kontrol,,\nNo,Sebelum,Sesudah\n1,Kurang,Kurang\n"
    observations = ingest(TITLED, sheet)
    assert observations.table["participant"].tolist() == ["intervention_1"] * 2 + ["control_1"] * 2
    assert [(one.code, one.row) for one in observations.warnings] == [("row_without_values", 4)]


def test_a_title_that_is_not_declared_does_not_join_the_group_above(faults):
    sheet = "A. Pijat\nNo,Sebelum,Sesudah\n1,Kurang,Cukup\nB. Kontorl,,\n1,Kurang,Kurang\n"
    codes = found(faults(TITLED, sheet))
    assert ("title_unknown", "A4") in codes


def test_participants_above_the_first_title(faults):
    sheet = "x,,\nNo,Sebelum,Sesudah\n1,Kurang,Cukup\nB. Kontrol,,\n1,Kurang,Kurang\n"
    assert ("group_missing", "A3") in found(faults(TITLED, sheet))


TABLE = "Kelompok,Pre,Kurang,Cukup,Jumlah\nIntervensi,Kurang,1,2,3\n,Cukup,,1,1\n,Jumlah,1,3,4\nKontrol,Kurang,2,,2\n"


def test_crosstab(ingest):
    table = ingest(CROSSTAB, TABLE).table
    assert table["participant"].nunique() == 6
    assert scores(ingest(CROSSTAB, TABLE))[:4] == ["kurang", "kurang", "kurang", "cukup"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1,2,3", "1,3,3", ("total_differs", "E2")),
        (",Jumlah,1,3,4", ",Jumlah,2,2,4", ("column_total_differs", "C4")),
        (",Jumlah,1,3,4", ",Jumlah,1,3,5", ("column_total_differs", "E4")),
        ("1,2,3", "1,2x,3", ("count_due", "D2")),
        ("1,2,3", "1,-2,3", ("count_due", "D2")),
        ("1,2,3", "1,2.5,3", ("count_due", "D2")),
        ("Kontrol,", "Kontorl,", ("group_unknown", "A5")),
        (",Cukup,,1,1", ",Bagus,,1,1", ("level_unknown", "B3")),
        (",Cukup,,1,1", ",,,1,1", ("level_missing", "B3")),
        ("Intervensi,Kurang,1", ",Kurang,1", ("group_missing", "A2")),
        ("Kurang,Cukup,Jumlah\n", "Kurang,Baik,Jumlah\n", ("column_missing", 1)),
        ("1,2,3", "1,200000,200001", ("count_due", "B2")),
    ],
)
def test_crosstab_faults(faults, old, new, expected):
    assert old in TABLE
    assert expected in found(faults(CROSSTAB, TABLE.replace(old, new, 1)))


def test_totals_of_the_whole_table_and_percents_are_no_fault(ingest):
    foot = "Jumlah,,3,3,6\n% within,,50,50,100\n"
    assert len(ingest(CROSSTAB, TABLE + foot, skip=["Jumlah", "% within"]).table) == 12


def test_a_total_of_thousands_of_digits_is_a_fault(faults):
    table = (
        "Kelompok,Pre,Kurang,Cukup,Jumlah\nIntervensi,Kurang,1,2,3\nKontrol,Kurang,2,,2\nJumlah,,3,2,"
        + "9" * 5000
    )
    assert ("column_total_differs", "E4") in found(faults(CROSSTAB, table + "\n"))


def test_transposed_addresses_are_those_of_the_file(faults):
    sheet = {
        "file": "sheet.csv", "layout": "transposed", "participant": "Pasien", "codes": CODES, "group": GROUPS,
        "scores": {"pre": "Sebelum", "post": "Sesudah"},
    }  # fmt: skip
    content = "Pasien,A,B\nKelompok,Intervensi,Kontrol\nSebelum,Kurang,Kurnag\nSesudah,Cukup,Cukup\n"
    fault = faults(sheet, content)[0]
    assert (fault.code, fault.cell, fault.row, fault.column) == ("level_unknown", "C3", 3, "Sebelum")


def test_separate_sheets(bench):
    pre = {
        "file": "pre.csv", "layout": "one_timepoint", "timepoint": {"only": "pre"}, "participant": "No",
        "group": GROUPS, "score": "Kategori", "codes": CODES,
    }  # fmt: skip
    post = copy.deepcopy(pre) | {"file": "post.csv", "timepoint": {"only": "post"}, "score": "Ket"}
    del post["group"]
    (bench.folder / "post.csv").write_text("No,Ket\n2,Kurang\n1,Cukup\n", encoding="utf-8")
    content = "No,Kelompok,Kategori\n1,Intervensi,Kurang\n2,Kontrol,Kurang\n"
    assert scores(bench.sheets([pre, post], content)) == ["kurang", "cukup", "kurang", "kurang"]
    (bench.folder / "post.csv").write_text("No,Ket\n2,Kurang\n1,Cukup\n9,Cukup\n", encoding="utf-8")
    codes = found(bench.faults(bench.sheets, [pre, post], content))
    assert codes == [("group_not_told", "A4")]


def test_the_header_row_is_suggested_when_it_is_elsewhere(bench):
    sheet = "Laporan,,,\n,,,\nKode,Kelompok,Sebelum,Sesudah\nR1,Intervensi,Kurang,Cukup\nK1,Kontrol,Kurang,Cukup\n"
    fault = bench.faults(bench.wide, sheet)[0]
    assert (fault.code, fault.row, fault.params["nearest"]) == ("header_not_found", 1, "header_row: 3")


def test_a_header_row_beyond_the_sheet(bench, good):
    assert bench.faults(bench.wide, good, header_row=99)[0].code in ("sheet_empty", "header_not_found")


def test_the_second_column_of_a_name(bench):
    sheet = "Kode,Kelompok,Kategori,Kategori\nR1,Intervensi,Kurang,Cukup\nK1,Kontrol,Kurang,Kurang\n"
    named = {"scores": {"pre": "Kategori [1]", "post": "kategori [2]"}}
    assert scores(bench.wide(sheet, **named)) == ["kurang", "cukup", "kurang", "kurang"]
    missing = bench.faults(bench.wide, sheet, scores={"pre": "Kategori [1]", "post": "Kategori [3]"})
    assert [one.code for one in missing if one.kind == "fault"] == ["column_missing"]


def test_rows_at_the_foot(bench, good):
    foot = good + 'Jumlah,,2,2\nMean,,"1,5",1\n'
    assert len(bench.wide(foot, skip=["jumlah", "MEAN"]).table) == 4
    assert len(bench.wide(good + "Sumber,x,y,z\n", last_row=3).table) == 4
    assert found(bench.faults(bench.wide, foot)) == [("foot_row", "A4"), ("foot_row", "A5")]


@pytest.mark.parametrize("word", ["Jumlah", "TOTAL", "Rata-rata", "Mean", "Total skor", "Std. Deviasi"])
@pytest.mark.parametrize("layout", ["wide", "transposed", "side_by_side"])
def test_totals_are_nobodys_observation(bench, layout, word):
    """Where no group column gives a row of totals away, it reads like one more mother."""
    one_group = {
        "groups": [{"id": "all", "label": {"en": "All", "id": "Semua"}}],
        "procedure": {"basis": "stated", "signed_rank": {"method": "asymptotic"}},
    }
    rows = [["Kode", "Sebelum", "Sesudah"], ["R1", "1", "2"], ["R2", "2", "2"], [word, "1", "2"]]
    if layout == "transposed":
        rows = list(zip(*rows, strict=True))
    sheet = {
        "file": "sheet.csv", "layout": layout, "participant": "Kode", "codes": {"1": "kurang", "2": "cukup"},
        "scores": {"pre": "Sebelum", "post": "Sesudah"},
    }  # fmt: skip
    if layout == "side_by_side":
        sheet["blocks"] = [{"columns": "A:C"}]
    content = "\n".join(";".join(row) for row in rows)
    faults = bench.faults(bench.sheets, [sheet], content, changes=one_group)
    assert [(one.code, one.value) for one in faults] == [("foot_row", word)]
    skipped = bench.sheets([sheet | {"skip": [word]}], content, changes=one_group).table
    assert skipped["participant"].unique().tolist() == ["R1", "R2"]


def test_short_words_head_totals_only_below_totals(bench, good):
    """SD may be a mother's initials, unless a mean stands above."""
    mother = good + "SD,Kontrol,Kurang,Cukup\n"
    # read as a third mother, and initials replaced like any
    assert bench.wide(mother).table["participant"].unique().tolist() == ["P01", "P02", "P03"]
    foot = good + "Mean,Kontrol,Kurang,Cukup\nSD,Kontrol,Kurang,Cukup\n"
    assert found(bench.faults(bench.wide, foot)) == [("foot_row", "A4"), ("foot_row", "A5")]


def test_a_running_number_is_the_same_however_it_is_written(bench):
    """Row 27 without its dot, 1 and 01: seen in one list."""
    pre = {
        "file": "pre.csv", "layout": "one_timepoint", "timepoint": {"only": "pre"}, "participant": "No",
        "group": {"column": "Kel", "codes": {"A": "intervention", "B": "control"}}, "score": "Ket", "codes": CODES,
    }  # fmt: skip
    post = {key: value for key, value in pre.items() if key != "group"} | {
        "file": "post.csv", "timepoint": {"only": "post"},
    }  # fmt: skip
    (bench.folder / "post.csv").write_text("No,Ket\n1,Cukup\n02,Cukup\n27.0,Cukup\n", encoding="utf-8")
    joined = bench.sheets([pre, post], "No,Kel,Ket\n01.,A,Kurang\n2.,B,Kurang\n27,B,Kurang\n")
    assert joined.table["participant"].unique().tolist() == ["01", "2", "27"]
    assert not joined.warnings
    twice = bench.faults(
        bench.sheets, [pre, post], "No,Kel,Ket\n1,A,Kurang\n01,A,Kurang\n2,B,Kurang\n27,B,Kurang\n"
    )
    assert found(twice) == [("participant_duplicate", "A3")]


def test_sheets_that_do_not_join(bench):
    """Codes written otherwise on the second day make everybody two people, each with half of the values."""
    pre = {
        "file": "pre.csv", "layout": "one_timepoint", "timepoint": {"only": "pre"}, "participant": "No",
        "group": {"column": "Kel", "codes": {"A": "intervention", "B": "control"}}, "score": "Ket", "codes": CODES,
    }  # fmt: skip
    post = pre | {"file": "post.csv", "timepoint": {"only": "post"}}
    (bench.folder / "post.csv").write_text("No,Kel,Ket\nR1,A,Cukup\nR2,B,Cukup\n", encoding="utf-8")
    faults = bench.faults(bench.sheets, [pre, post], "No,Kel,Ket\nR01,A,Kurang\nR02,B,Kurang\n")
    assert [one.code for one in faults if one.kind == "fault"] == ["nobody_compared"]


def test_visits_need_their_columns(faults):
    sheet = {
        "file": "sheet.csv", "layout": "visits", "participant": "Kode", "group": GROUPS, "codes": CODES,
        "score": "asi_{visit}", "visits": {"1": "pre", "3": "post"},
    }  # fmt: skip
    content = "Kode,Kelompok,asi_1,asi_2\nR1,Intervensi,Kurang,Cukup\n"
    fault = next(one for one in faults(sheet, content) if one.kind == "fault")
    assert (fault.code, fault.column, fault.params["nearest"]) == ("column_missing", "asi_3", "asi_2")


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"layout": "wide"}, "key_without_use", "sheets[1].blocks"),
        ({"blocks": None}, "value_missing", "sheets[1].blocks"),
        (
            {"blocks": [{"columns": "A-C", "group": "control"}]},
            "value_wrong_kind",
            "sheets[1].blocks[1].columns",
        ),
        (
            {"blocks": [{"columns": "A:C", "group": "kontrol"}]},
            "reference_unknown",
            "sheets[1].blocks[1].group",
        ),
        ({"blocks": [{"columns": "A:C"}]}, "key_missing", "sheets[1]"),
        ({"participant": {"per_group": True}}, "key_missing", "sheets[1].participant"),
        ({"scores": {"pre": "Sebelum"}}, "timepoint_not_read", "sheets"),
        ({"scores": {"pre": "Sebelum", "pots": "Sesudah"}}, "reference_unknown", "sheets[1].scores.pots"),
        (
            {"layout": "visits", "score": "asi", "visits": {"1": "pre"}},
            "placeholder_missing",
            "sheets[1].score",
        ),
        ({"characteristics": {"age": "Umur"}}, "reference_unknown", "sheets[1].characteristics.age"),
        ({"decimal_mark": ";"}, "value_unknown", "sheets[1].decimal_mark"),
        ({"delimiter": "."}, "value_unknown", "sheets[1].delimiter"),
        ({"missing": ["-", "kurang "]}, "codes_collide", "sheets[1].codes.Kurang"),
        ({"fractions": True}, "key_without_use", "sheets[1].fractions"),
        ({"encoding": "rot13"}, "value_unknown", "sheets[1].encoding"),
        ({"header_row": 0}, "value_wrong_kind", "sheets[1].header_row[1]"),
        ({"last_row": 1}, "value_wrong_kind", "sheets[1].last_row"),
        ({"participant": " "}, "value_missing", "sheets[1].participant.column"),
        ({"header_row": []}, "list_length", "sheets[1].header_row"),
    ],
)
def test_declarations(faults, changes, code, place):
    told = [(one.code, one.column) for one in faults(BLOCKS, "", **changes)]
    assert (code, place) in told
