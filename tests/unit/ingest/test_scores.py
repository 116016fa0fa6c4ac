"""Numbers, units, times, checklists and the levels cut from them."""

from decimal import Decimal

import pytest
from tests.cases import cases, tables_of
from tests.unit.ingest.conftest import at, codes, scores, xlsx

from oxymilk.study.outcome import uncovered


def level(name, **bounds):
    return {"id": name, "label": {"en": name, "id": name}} | bounds


def item(name, **keys):
    return {"id": name, "label": {"en": name, "id": name}} | keys


VOLUME = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "number", "unit": "ml", "decimals": 1,
          "scale": "score", "minimum": 0, "maximum": 1000,
          "levels": [level("kurang", below=800), level("cukup", at_least=800)]}  # fmt: skip
PERCENT = {key: value for key, value in VOLUME.items() if key != "decimals"} | {"unit": "%", "maximum": 100}
MINUTES = VOLUME | {"unit": "menit", "decimals": 0, "maximum": 5000, "levels": []}
URINE = item("urine", kind="count", at_least=6, at_most=8, weight=2)
ITEMS = [item("calm"), item("sore", reversed=True), URINE]
WORDS = {"yes": ["Ya", 1], "no": ["Tidak", 0], "items": ITEMS}
CHECKLIST = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "checklist", "checklist": WORDS,
             "levels": [level("kurang", at_most=2), level("cukup", at_least=3)]}  # fmt: skip


def sheet(*values, post="1"):
    rows = [f"R{row};{'Intervensi' if row else 'Kontrol'};{value};{post}" for row, value in enumerate(values)]
    return "\n".join(["Kode;Kelompok;Sebelum;Sesudah", *rows, "R99;Intervensi;1;1", "K99;Kontrol;1;1", ""])


@pytest.fixture
def volumes(bench):
    """Ingest a sheet of volumes before, one for each participant R0, R1, ..."""

    def volumes(*values, outcome=None, post="1", **keys):
        changes = {"outcome": VOLUME | (outcome or {})}
        return bench.wide(sheet(*values, post=post), changes=changes, codes={}, **keys)

    return volumes


def firsts(observations, count=None, frame="observations"):
    """Return the first score of each of R0, R1, ..."""
    table = observations.frame(frame).drop_duplicates("participant").set_index("participant")["score"]
    return [table[name] for row in range(count or 99) if (name := f"R{row}") in table]


def test_numbers_keep_the_decimals_they_are_written_with_and_may_have_a_unit(volumes):
    assert firsts(volumes("5,50", "+7", "0", outcome={"decimals": 2})) == ["5.50", "7", "0"]
    assert firsts(volumes("12,5 ml", "12,5ml", "12,5 cc", "12,5 mL")) == ["12.5"] * 4


def test_levels_are_cut_from_numbers(volumes):
    assert firsts(volumes("799,9", "800", "800,1"), frame="other_scale") == ["kurang", "cukup", "cukup"]
    on_level = volumes("799,9", "800", outcome={"scale": "level"})
    assert (firsts(on_level)[0], firsts(on_level, frame="other_scale")[1]) == ("kurang", "800")
    # time to the first milk: the worst level has the highest numbers
    levels = [level("lambat", above=24), level("normal", at_least=12, at_most=24), level("cepat", below=12)]
    outcome = {"unit": "jam", "levels": levels, "scale": "level"}
    assert firsts(volumes("24", "24,5", "11,9", outcome=outcome)) == ["normal", "lambat", "cepat"]


NO_VOLUMES = tables_of(__file__)["no_volumes"]


def test_digits_of_every_script_are_read(volumes):
    assert firsts(volumes("١٢", "１５,５", "१५")) == ["12", "15.5", "15"]


@pytest.mark.parametrize(("code", "values"), NO_VOLUMES.items())
def test_what_is_no_volume(bench, volumes, code, values):
    found = bench.codes(*values, how=volumes, decimal_mark=",")
    assert found == [(code, f"C{row}") for row in range(2, 2 + len(values))]


def test_an_undeclared_decimal_mark_is_found_or_refused(bench, volumes):
    assert firsts(volumes("5,5")) == firsts(volumes("5.5")) == ["5.5"]
    assert firsts(volumes("0.125", outcome={"decimals": 3})) == ["0.125"]
    # one fault for all cells: which of them are wrong is not known yet
    assert bench.codes("5,5", "5.5", "6,5", how=volumes) == [("decimal_marks_mixed", "C3")]
    assert bench.codes("1.234", "2.345", how=volumes) == [("decimal_mark_ambiguous", "C2")]
    observations = volumes("", "-", "5", missing=["-"])
    assert firsts(observations) == ["", "", "5"]
    assert codes(observations) == ["score_missing"] * 2


def times(bench, values, **outcome):
    rows = [f"R{row};Intervensi;{value};1:00\n" for row, value in enumerate(values)]
    content = "".join(["Kode;Kelompok;Sebelum;Sesudah\n", *rows, "K1;Kontrol;1:00;1:00\n"])
    return bench.wide(content, changes={"outcome": MINUTES | outcome}, codes={}, time_format="hours_minutes")


def test_hours_and_minutes(bench):
    minutes = {"5:12": 312, "0:45": 45, "26:00": 1560, "05:12:00": 312, "5:12 jam": 312, "5:12 hours": 312,
               "5 jam 12 menit": 312, "5 jam": 300, "30 menit": 30, "30 mnt.": 30}  # fmt: skip
    assert firsts(times(bench, minutes)) == list(map(str, minutes.values()))
    # what may be hours or minutes is not guessed
    for unclear in (["5", "90", "5,2", "0:75", "12 menit 5 jam", "5:12 menit", "5 ml"], ["5.12"]):
        due = [("time_due", f"C{row}") for row, _ in enumerate(unclear, start=2)]
        assert bench.codes(bench, unclear, how=times) == due
    # 5:12 would be 312 hours
    faults = bench.faults(times, bench, ["5:12"], unit="jam")
    assert [(fault.code, fault.column) for fault in faults] == [("time_unit", "outcome.unit")]
    faults = bench.faults(bench.wide, sheet("Kurang"), time_format="hours_minutes")
    assert ("key_without_use", "sheets[1].time_format") in [(fault.code, fault.column) for fault in faults]


# per expression or per day differs fifty-fold between papers, minutes and hours sixty-fold
@cases
def test_a_header_that_states_another_unit(header, unit, fits, bench):
    content = f"Kode,Kelompok,{header},Sesudah\nR1,Intervensi,5,6\nK1,Kontrol,5,6\n"
    keys = {
        "scores": {"pre": header, "post": "Sesudah"},
        "codes": {},
        "changes": {"outcome": VOLUME | {"unit": unit}},
    }
    if fits:
        assert len(bench.wide(content, **keys).frame("observations")) == 4
    else:
        faults = bench.faults(bench.wide, content, **keys)
        assert [(fault.code, fault.column) for fault in faults] == [("header_unit_differs", header)]


@cases
def test_cutoffs_cover_every_score_once(low, high, code, value, bench, volumes):
    levels = [level("kurang", **low), level("cukup", **high)]
    faults = bench.faults(volumes, "5", outcome={"levels": levels})
    assert (code, value) in [(fault.code, fault.value) for fault in faults]
    assert all(fault.row for fault in faults)


def test_uncovered_without_limits():
    nine, ten, eleven, nineteen, twenty, more = map(Decimal, (9, 10, 11, 19, 20, 21))
    assert uncovered([(None, ten), (twenty, None)], (None, None), 0) == ([(eleven, nineteen)], [])
    assert uncovered([(None, twenty), (ten, None)], (None, None), 0) == ([], [(ten, twenty)])
    assert uncovered([(None, None)], (None, None), 0) == ([], [])
    assert uncovered([(ten, twenty)], (None, None), 0) == ([(None, nine), (more, None)], [])
    assert uncovered([(ten, twenty), (ten, twenty)], (ten, twenty), 0) == ([], [(ten, twenty)])


@pytest.fixture
def checklist(bench):
    """Ingest a checklist: the answers before of each participant R0, R1, ..., divided by semicolons."""

    def checklist(*rows, items=ITEMS, after="Ya;Ya;9", outcome=None, words=None):
        names = [one.get("column", one["id"]) for one in items]
        head = ";".join(["Kode;Kelompok", *(f"{name}_1" for name in names), *(f"{name}_2" for name in names)])
        groups = ["Intervensi", "Kontrol", *["Intervensi"] * len(rows)]
        lines = [f"R{at};{groups[at]};{row};{after or row}" for at, row in enumerate(rows)]
        lines.append(f"K99;Kontrol;{after or rows[0]};{after or rows[0]}")
        declared = CHECKLIST | {"checklist": (words or WORDS) | {"items": items}} | (outcome or {})
        scored = {"pre": "{item}_1", "post": "{item}_2"}
        content = "\n".join([head, *lines, ""])
        return bench.wide(content, changes={"outcome": declared}, codes={}, scores=scored)

    return checklist


def test_points_weights_targets_and_reversed_items(checklist):
    observations = checklist("Ya;Tidak;6", "Tidak;Ya;9", "ya ;1;8", "0;tidak;7")
    assert firsts(observations, frame="other_scale") == ["4", "0", "3", "3"]
    assert firsts(observations) == ["cukup", "kurang", "cukup", "cukup"]


def test_an_incomplete_checklist_has_no_score(checklist):
    observations = checklist("Ya;;6", ";;")
    assert firsts(observations) == ["", ""]
    incomplete = [warning for warning in observations.warnings if warning.code == "checklist_incomplete"]
    assert [(warning.cell, warning.params["items"]) for warning in incomplete] == [("D2", ["sore_1"])]


@cases
def test_checklist_faults(row, code, cell, bench, checklist):
    assert bench.codes(row, how=checklist) == [(code, cell)]


def test_the_words_and_the_unit_of_one_item(bench, checklist):
    """The colour of urine has other words than the others; a count may be followed by its unit."""
    items = [item("urine", yes=["Jernih", "Kuning Muda"], no=["Kuning Pekat"]),
             item("nipple", yes=["Normal"], no=["Lecet"]),
             item("often", kind="count", at_least=8, at_most=12, unit="kali/hari")]  # fmt: skip
    own = {"items": items, "after": "Jernih;Normal;8", "words": {"yes": (), "no": ()}}
    rows = "jernih;Normal;8 kali", "Kuning pekat;Lecet;13x", "Kuning Muda;Lecet;12 kali/hari"
    assert firsts(checklist(*rows, **own), frame="other_scale") == ["3", "0", "2"]
    found = bench.codes("Normal;Jernih;8 menit", how=checklist, **own)
    assert found == [("item_unknown", "C2"), ("item_unknown", "D2"), ("unit_wrong", "E2")]


def items_of(*items, **keys):
    return {"checklist": WORDS | {"items": list(items)} | keys}


@cases
def test_checklist_declarations(outcome, code, place, bench, checklist):
    faults = bench.faults(checklist, "Ya;Tidak;6", outcome=outcome)
    assert (code, f"outcome.{place}".rstrip(".")) in [(fault.code, fault.column) for fault in faults]


TICKED = [level("kurang", at_most=55), level("cukup", at_least=56, at_most=75), level("baik", at_least=76)]


def ticked(checklist, count, *numbers):
    """Ingest a sheet of `count` items, the first of which are answered yes, so many for each mother."""
    answers = [";".join(["1"] * number + ["0"] * (count - number)) for number in numbers]
    items = [item(f"p{at}", column=str(at)) for at in range(1, count + 1)]
    words = {"yes": [1], "no": [0], "cutoffs_in": "percent"}
    return checklist(*answers, items=items, after="", outcome={"levels": TICKED}, words=words)


def test_percent_cutoffs_of_a_checklist(checklist):
    """23 items as in a master sheet seen: 12 are 52.2%, 13 are 56.5%, 17 are 73.9%, 18 are 78.3%."""
    observations = ticked(checklist, 23, 0, 12, 13, 17, 18, 23)
    assert firsts(observations) == ["kurang", "kurang", "cukup", "cukup", "baik", "baik"]
    assert firsts(observations, frame="other_scale")[3] == "17"


@pytest.mark.parametrize(("count", "gap"), [(8, ""), (20, ""), (23, ""), (9, "5"), (18, "10"), (200, "111")])
def test_a_fraction_between_whole_percents_is_a_gap_where_it_can_be_scored(bench, checklist, count, gap):
    """5 of 9 are 55.6%: neither up to 55% nor from 56%."""
    if gap:
        faults = bench.faults(ticked, checklist, count, 1, 2)
        assert ("cutoff_gap", gap, f"/ {count}") in [(f.code, f.value, f.params["unit"]) for f in faults]
    else:
        assert firsts(ticked(checklist, count, 1, 2), 2) == ["kurang", "kurang"]


MEETING = [level("kurang", below=56), level("cukup", at_least=56, below=76), level("baik", at_least=76)]


def test_numbers_of_any_decimals_need_bounds_that_meet(bench, volumes):
    values = "55,999", "56", "75,99", "76"
    keys = {"levels": MEETING, "scale": "level", "unit": "%", "maximum": 100, "decimals": None}
    observations = volumes(*values, post="76", outcome=keys)
    assert firsts(observations, 4) == ["kurang", "cukup", "cukup", "baik"]
    for low, high, code, value in (({"at_most": 55}, {"at_least": 56}, "cutoff_gap", "55.1-55.9"),
                                   ({"at_most": 56}, {"at_least": 56}, "cutoff_overlap", "56"),
                                   ({"below": 56.5}, {"above": 56.5}, "cutoff_gap", "56.5")):  # fmt: skip
        levels = [level("kurang", **low), level("cukup", **high)]
        faults = bench.faults(volumes, *values, outcome=keys | {"levels": levels})
        assert (code, value) in [(fault.code, fault.value) for fault in faults]


def test_percent_that_a_workbook_stores_as_fractions(bench):
    """A cell that shows 73,91% holds 0.739130434782609."""
    rows = at("C2", 17 / 23, at("D2", 1, at("C3", 0, at("D3", "75%", at("C4", 0, at("D4", 1))))))
    keys = {"file": "sheet.xlsx", "codes": {}, "changes": {"outcome": PERCENT | {"levels": []}}}
    observations = bench.wide(xlsx(rows), fractions=True, **keys)
    assert scores(observations)[:4] == ["1700/23", "100", "0", "75"]
    assert bench.codes(xlsx(at("D3", 0.5, rows)), **keys) == [("percent_or_fraction", "C2")]


AGE = {"id": "age", "label": {"en": "Age", "id": "Umur"}, "kind": "number", "unit": "tahun", "decimals": 0,
       "levels": [level("young", at_most=35), level("old", above=35)]}  # fmt: skip
WORK = {"id": "work", "label": {"en": "Work", "id": "Kerja"}, "levels": [level("home"), level("outside")]}
SOURCES = {"age": "Umur", "work": {"column": "Kerja", "codes": {"IRT": "home", "Bekerja": "outside"}}}
HEAD = "Kode,Kelompok,Sebelum,Sesudah,Umur,Kerja\n"


def test_characteristics(bench):
    keys = {"changes": {"characteristics": [AGE, WORK]}, "characteristics": SOURCES}
    content = HEAD + "K1,Kontrol,Kurang,Cukup,36,\nR1,Intervensi,Kurang,Cukup,27 thn,irt\n"
    assert bench.wide(content, **keys).frame("characteristics").values.tolist() == [
        ["R1", "intervention", "age", "young", "27"], ["R1", "intervention", "work", "home", ""],
        ["K1", "control", "age", "old", "36"], ["K1", "control", "work", "", ""],
    ]  # fmt: skip
    content = HEAD + "K1,Kontrol,Kurang,Cukup,36 kg,IRT\nR1,Intervensi,Kurang,Cukup,muda,Ibu\n"
    found = bench.codes(content, **keys)
    assert found == [("unit_wrong", "E2"), ("number_due", "E3"), ("level_unknown", "F3")]


def test_a_characteristic_that_changes_between_rows(bench):
    rows = [["Kode", "Kelompok", "Waktu", "ASI", "Umur"], ["R1", "Intervensi", "Pre", "Kurang", 30],
            ["R1", "Intervensi", "Post", "Cukup", 31], ["K1", "Kontrol", "Pre", "Kurang", 40],
            ["K1", "Kontrol", "Post", "Kurang", ""]]  # fmt: skip
    keys = {"changes": {"characteristics": [AGE]}, "characteristics": {"age": "Umur"}}
    assert bench.codes(rows, how=bench.long, **keys) == [("characteristic_differs", "E3")]
