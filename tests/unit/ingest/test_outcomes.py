"""Numbers, units, times, checklists and the levels cut from them."""
# ruff: noqa: E501

import copy
from decimal import Decimal

import pytest

from oxymilk.study.outcome import uncovered


def level(name, **bounds):
    return {"id": name, "label": {"en": name, "id": name}} | bounds


VOLUME = {
    "id": "milk",
    "label": {"en": "Milk", "id": "ASI"},
    "kind": "number",
    "unit": "ml",
    "decimals": 1,
    "scale": "score",
    "minimum": 0,
    "maximum": 1000,
    "levels": [level("kurang", below=800), level("cukup", at_least=800)],
}
ITEMS = [
    {"id": "calm", "label": {"en": "calm", "id": "tenang"}},
    {"id": "sore", "label": {"en": "sore", "id": "lecet"}, "reversed": True},
    {
        "id": "urine",
        "label": {"en": "urine", "id": "BAK"},
        "kind": "count",
        "at_least": 6,
        "at_most": 8,
        "weight": 2,
    },
]
CHECKLIST = {
    "id": "milk",
    "label": {"en": "Milk", "id": "ASI"},
    "kind": "checklist",
    "levels": [level("kurang", at_most=2), level("cukup", at_least=3)],
    "checklist": {"yes": ["Ya", 1], "no": ["Tidak", 0], "items": ITEMS},
}


def sheet(*values, post="1"):
    rows = [f"R{at};{'Intervensi' if at else 'Kontrol'};{value};{post}" for at, value in enumerate(values)]
    return "\n".join(["Kode;Kelompok;Sebelum;Sesudah", *rows, "R99;Intervensi;1;1", "K99;Kontrol;1;1", ""])


@pytest.fixture
def volumes(bench):
    def volumes(*values, outcome=None, post="1", **keys):
        changes = {"outcome": VOLUME | (outcome or {})}
        return bench.wide(sheet(*values, post=post), changes=changes, codes={}, **keys)

    return volumes


@pytest.fixture
def volume_faults(bench, volumes):
    def volume_faults(*values, **keys):
        return [(one.code, one.cell) for one in bench.faults(volumes, *values, **keys) if one.kind == "fault"]

    return volume_faults


def of(observations, participant, frame="table"):
    table = getattr(observations, frame)
    return table[table["participant"] == participant]["score"].tolist()


def test_numbers_keep_the_decimals_they_are_written_with(volumes):
    observations = volumes("5,50", "+7", "0", outcome={"decimals": 2})
    assert [of(observations, f"R{at}")[0] for at in range(3)] == ["5.50", "7", "0"]


@pytest.mark.parametrize("value", ["12,5 ml", "12,5ml", "12,5 cc", "12,5 mL"])
def test_the_unit_may_follow(volumes, value):
    assert of(volumes(value), "R0")[0] == "12.5"


def test_levels_are_cut_from_numbers(volumes):
    observations = volumes("799,9", "800", "800,1")
    assert [of(observations, f"R{at}", "other_scale")[0] for at in range(3)] == ["kurang", "cukup", "cukup"]
    on_level = volumes("799,9", "800", outcome={"scale": "level"})
    assert of(on_level, "R0")[0] == "kurang"
    assert of(on_level, "R1", "other_scale")[0] == "800"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("banyak", "number_due"),
        ("12,5 l", "unit_wrong"),
        ("12 menit", "unit_wrong"),
        ("1.234,5", "number_due"),
        ("12.5", "decimal_mark_wrong"),
        ("12,55", "score_too_fine"),
        ("1000,1", "score_out_of_range"),
        ("-1", "score_out_of_range"),
        ("12 ml/kali", "unit_wrong"),
        ("1e3", "number_due"),
        ("5:12", "time_undeclared"),
        ("5-10", "number_due"),
        ("0/84", "number_due"),
        ("0, 84", "number_due"),
        ("6±1", "number_due"),
        ("NaN", "number_due"),
        ("Infinity", "number_due"),
        ("-", "number_due"),
        ("12 , 5", "number_due"),
    ],
)
def test_what_is_no_volume(volume_faults, value, code):
    assert volume_faults(value, decimal_mark=",") == [(code, "C2")]


def test_an_undeclared_decimal_mark_is_found_or_refused(volumes, volume_faults):
    assert of(volumes("5,5"), "R0")[0] == "5.5"
    assert of(volumes("5.5"), "R0")[0] == "5.5"
    assert of(volumes("0.125", outcome={"decimals": 3}), "R0")[0] == "0.125"
    # one fault for all cells: which of them are wrong is not known yet
    assert volume_faults("5,5", "5.5", "6,5") == [("decimal_marks_mixed", "C3")]
    assert volume_faults("1.234", "2.345") == [("decimal_mark_ambiguous", "C2")]


def test_missing_numbers(volumes):
    observations = volumes("", "-", "5", missing=["-"])
    assert [of(observations, f"R{at}")[0] for at in range(3)] == ["", "", "5"]
    assert [one.code for one in observations.warnings] == ["score_missing"] * 2


def test_workbook_numbers_show_fifteen_digits(bench):
    import xlsxwriter

    workbook = xlsxwriter.Workbook(bench.folder / "sheet.xlsx")
    page = workbook.add_worksheet()
    for at, row in enumerate(
        (
            ["Kode", "Kelompok", "Sebelum", "Sesudah"],
            ["R1", "Intervensi", 0.1 + 0.2, 16.0],
            ["K1", "Kontrol", 5, "7,5"],
        )
    ):
        page.write_row(at, 0, row)
    workbook.close()
    observations = bench.wide(file="sheet.xlsx", changes={"outcome": VOLUME}, codes={})
    assert observations.table["score"].tolist() == ["0.3", "16", "5", "7.5"]


MINUTES = VOLUME | {"unit": "menit", "decimals": 0, "maximum": 5000, "levels": []}
ONE_HOUR = "Kode;Kelompok;Sebelum;Sesudah\nK1;Kontrol;1:00;1:00\nR1;Intervensi;{};1:00\n"


def times(bench, value, **outcome):
    changes = {"outcome": MINUTES | outcome}
    return bench.wide(ONE_HOUR.format(value), changes=changes, codes={}, time_format="hours_minutes")


@pytest.mark.parametrize(
    ("value", "minutes"),
    [("5:12", "312"), ("0:45", "45"), ("26:00", "1560"), ("05:12:00", "312"), ("5:12 jam", "312"),
     ("5:12 hours", "312"), ("5 jam 12 menit", "312"), ("5 jam", "300"), ("30 menit", "30"), ("30 mnt.", "30")],
)  # fmt: skip
def test_hours_and_minutes(bench, value, minutes):
    assert of(times(bench, value), "R1") == [minutes, "60"]


@pytest.mark.parametrize("value", ["5", "90", "5,2", "0:75", "5.12", "12 menit 5 jam", "5:12 menit", "5 ml"])
def test_what_may_be_hours_or_minutes_is_not_guessed(bench, value):
    told = bench.faults(times, bench, value)
    assert [(one.code, one.cell) for one in told] == [("time_due", "C3")]


def test_hours_and_minutes_are_counted_in_minutes(bench):
    """5:12 would be 312 hours."""
    told = bench.faults(times, bench, "5:12", unit="jam")
    assert [(one.code, one.column) for one in told] == [("time_unit", "outcome.unit")]
    told = bench.faults(bench.wide, sheet("Kurang"), time_format="hours_minutes")
    assert ("key_without_use", "sheets[1].time_format") in [(one.code, one.column) for one in told]


@pytest.mark.parametrize(
    ("header", "unit", "fits"),
    [
        ("Volume (cc)", "ml", True),
        ("Volume [mL]", "ml/hari", True),
        ("ASI (cc/24 jam)", "ml/hari", True),
        ("ASI (ml/hari)", "ml", False),
        ("ASI (ml/perah)", "ml/hari", False),
        ("Keluar ASI (jam)", "menit", False),
        ("Keluar ASI (min)", "menit", True),
        ("ASI (hari ke-3)", "ml", True),
        ("ASI (perah) (L)", "ml", False),
    ],
)
def test_a_header_that_states_another_unit(bench, header, unit, fits):
    """Per expression or per day differs fifty-fold between papers, minutes and hours sixty-fold."""
    content = f"Kode,Kelompok,{header},Sesudah\nR1,Intervensi,5,6\nK1,Kontrol,5,6\n"
    keys = {"scores": {"pre": header, "post": "Sesudah"}, "codes": {}}
    changes = {"outcome": VOLUME | {"unit": unit}}
    if fits:
        assert len(bench.wide(content, changes=changes, **keys).table) == 4
    else:
        told = bench.faults(bench.wide, content, changes=changes, **keys)
        assert [(one.code, one.column) for one in told] == [("header_unit_differs", header)]


@pytest.mark.parametrize(
    ("levels", "code", "value"),
    [
        ([level("kurang", at_most=700), level("cukup", at_least=800)], "cutoff_gap", "700.1-799.9"),
        ([level("kurang", at_most=800), level("cukup", at_least=800)], "cutoff_overlap", "800"),
        ([level("kurang", below=800), level("cukup", above=800)], "cutoff_gap", "800"),
        ([level("kurang", at_least=5, below=800), level("cukup", at_least=800)], "cutoff_gap", "0-4.9"),
        ([level("kurang", below=800), level("cukup", at_least=800, at_most=900)], "cutoff_gap", "900.1-1000"),
        ([level("kurang", below=0.05), level("cukup", at_least=0.05)], "cutoff_too_fine", "0.05"),
        ([level("kurang", below=800), level("cukup", at_least=900, at_most=800)], "cutoff_empty", "900-800"),
        ([level("kurang", below=800), level("cukup")], "key_missing", ""),
    ],
)
def test_cutoffs_cover_every_score_once(bench, levels, code, value):
    outcome = VOLUME | {"levels": levels}
    faults = bench.faults(bench.wide, sheet("5"), changes={"outcome": outcome}, codes={})
    assert (code, value) in [(one.code, one.value) for one in faults]
    assert all(one.row for one in faults)


def test_levels_may_fall(bench):
    """Time to the first milk: the worst level has the highest numbers."""
    levels = [level("lambat", above=24), level("normal", at_least=12, at_most=24), level("cepat", below=12)]
    outcome = VOLUME | {"unit": "jam", "levels": levels, "scale": "level"}
    observations = bench.wide(sheet("24", "24,5", "11,9", post="1"), changes={"outcome": outcome}, codes={})
    assert [of(observations, f"R{at}")[0] for at in range(3)] == ["normal", "lambat", "cepat"]


def test_uncovered_without_limits():
    ten, twenty = Decimal(10), Decimal(20)
    assert uncovered([(None, ten), (twenty, None)], (None, None), 0) == ([(Decimal(11), Decimal(19))], [])
    assert uncovered([(None, twenty), (ten, None)], (None, None), 0) == ([], [(ten, twenty)])
    assert uncovered([(None, None)], (None, None), 0) == ([], [])
    assert uncovered([(ten, twenty)], (None, None), 0) == ([(None, Decimal(9)), (Decimal(21), None)], [])
    assert uncovered([(ten, twenty), (ten, twenty)], (ten, twenty), 0) == ([], [(ten, twenty)])


def checklist_sheet(*rows):
    head = "Kode;Kelompok;calm_1;sore_1;urine_1;calm_2;sore_2;urine_2"
    ends = ["R99;Intervensi;Ya;Tidak;6;Ya;Tidak;6", "K99;Kontrol;Ya;Tidak;6;Ya;Tidak;6"]
    return "\n".join([head, *(f"R{at};Intervensi;{row};Ya;Ya;9" for at, row in enumerate(rows)), *ends, ""])


@pytest.fixture
def checklist(bench):
    def checklist(*rows, outcome=None, **keys):
        scores = {"pre": "{item}_1", "post": "{item}_2"}
        changes = {"outcome": copy.deepcopy(CHECKLIST) | (outcome or {})}
        return bench.wide(checklist_sheet(*rows), changes=changes, codes={}, scores=scores, **keys)

    return checklist


def test_points_weights_targets_and_reversed_items(checklist):
    observations = checklist("Ya;Tidak;6", "Tidak;Ya;9", "ya ;1;8", "0;tidak;7")
    points = [of(observations, f"R{at}", "other_scale")[0] for at in range(4)]
    assert points == ["4", "0", "3", "3"]
    assert [of(observations, f"R{at}")[0] for at in range(4)] == ["cukup", "kurang", "cukup", "cukup"]
    assert of(observations, "R0", "other_scale")[1] == "1"


def test_an_incomplete_checklist_has_no_score(checklist):
    observations = checklist("Ya;;6", ";;")
    assert [of(observations, f"R{at}")[0] for at in range(2)] == ["", ""]
    told = [one for one in observations.warnings if one.code == "checklist_incomplete"]
    assert [(one.cell, one.params["items"]) for one in told] == [("D2", ["sore_1"])]


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        ("Mungkin;Tidak;6", "item_unknown", "C2"),
        ("2;Tidak;6", "item_unknown", "C2"),
        ("Ya;Tidak;sering", "number_due", "E2"),
        ("Ya;Tidak;6 kali", "unit_undeclared", "E2"),
    ],
)
def test_checklist_faults(bench, checklist, row, code, cell):
    assert [(one.code, one.cell) for one in bench.faults(checklist, row)] == [(code, cell)]


@pytest.mark.parametrize(
    ("outcome", "code", "place"),
    [
        ({"levels": [level("kurang", at_most=2), level("cukup", at_least=4)]}, "cutoff_gap", "outcome.levels"),
        ({"levels": [level("kurang", at_most=2), level("cukup", at_least=3, at_most=3)]}, "cutoff_gap", "outcome.levels"),
        ({"checklist": None}, "key_missing", "outcome"),
        ({"kind": "levels"}, "key_without_use", "outcome.checklist"),
        ({"checklist": {"items": ITEMS}}, "key_missing", "outcome.checklist"),
        ({"checklist": CHECKLIST["checklist"] | {"items": [*ITEMS, ITEMS[0]]}}, "id_duplicate", "outcome.checklist.items[4].id"),
        ({"checklist": CHECKLIST["checklist"] | {"items": [{**ITEMS[2], "at_least": None, "at_most": None}]}}, "key_missing", "outcome.checklist.items[1]"),
        ({"checklist": CHECKLIST["checklist"] | {"items": [{**ITEMS[0], "weight": 0}]}}, "value_wrong_kind", "outcome.checklist.items[1].weight"),
        ({"checklist": CHECKLIST["checklist"] | {"no": ["Tidak", "ya"]}}, "codes_collide", "outcome.checklist.items[1]"),
        ({"checklist": CHECKLIST["checklist"] | {"items": [{**ITEMS[0], "unit": "kali"}]}}, "key_without_use", "outcome.checklist.items[1].unit"),
        ({"checklist": CHECKLIST["checklist"] | {"items": [{**ITEMS[2], "yes": ["Ya"]}]}}, "key_without_use", "outcome.checklist.items[1].yes"),
        ({"levels": [level("kurang", below="1e30"), level("cukup", at_least="1e30")]}, "value_wrong_kind", "outcome.levels[1].below"),
        ({"kind": "number", "checklist": None}, "key_missing", "outcome"),
        ({"kind": "levels", "scale": "score", "checklist": None}, "key_without_use", "outcome.scale"),
        ({"levels": []}, "list_length", "outcome.levels"),
    ],
)  # fmt: skip
def test_checklist_declarations(bench, checklist, outcome, code, place):
    assert (code, place) in [
        (one.code, one.column) for one in bench.faults(checklist, "Ya;Tidak;6", outcome=outcome)
    ]


PERCENT = [level("kurang", at_most=55), level("cukup", at_least=56, at_most=75), level("baik", at_least=76)]


def percent_items(count):
    items = [
        {"id": f"p{at}", "column": str(at), "label": {"en": "x", "id": "x"}} for at in range(1, count + 1)
    ]
    checklist = {"yes": [1], "no": [0], "items": items, "cutoffs_in": "percent"}
    return CHECKLIST | {"levels": PERCENT, "checklist": checklist}


def ticked(bench, count, *numbers):
    """Ingest a sheet of `count` items, the first of which are answered yes, so many for each mother."""
    answers = [";".join(["1"] * number + ["0"] * (count - number)) for number in numbers]
    head = ";".join(f"{when}{item}" for when in "ab" for item in range(1, count + 1))
    rows = [f"R{at};{'Kontrol' if at else 'Intervensi'};{one};{one}" for at, one in enumerate(answers)]
    scores = {"pre": "a{item}", "post": "b{item}"}
    content = "\n".join([f"Kode;Kelompok;{head}", *rows, ""])
    return bench.wide(content, changes={"outcome": percent_items(count)}, codes={}, scores=scores)


def test_percent_cutoffs_of_a_checklist(bench):
    """23 items as in a master sheet seen: 12 are 52.2%, 13 are 56.5%, 17 are 73.9%, 18 are 78.3%."""
    observations = ticked(bench, 23, 0, 12, 13, 17, 18, 23)
    levels = [of(observations, f"R{at}")[0] for at in range(6)]
    assert levels == ["kurang", "kurang", "cukup", "cukup", "baik", "baik"]
    assert of(observations, "R3", "other_scale")[0] == "17"


@pytest.mark.parametrize(
    ("count", "gap"), [(8, None), (20, None), (23, None), (9, "5"), (18, "10"), (200, "111")]
)
def test_a_fraction_between_whole_percents_is_a_gap_where_it_can_be_scored(bench, count, gap):
    """5 of 9 are 55.6%: neither up to 55% nor from 56%."""
    if gap is None:
        assert len(ticked(bench, count, 1, 2).table) == 4
        return
    told = bench.faults(ticked, bench, count, 1, 2)
    assert ("cutoff_gap", gap, f"/ {count}") in [(one.code, one.value, one.params["unit"]) for one in told]


@pytest.mark.parametrize(
    ("levels", "fault"),
    [
        (
            [level("kurang", below=56), level("cukup", at_least=56, below=76), level("baik", at_least=76)],
            None,
        ),
        (PERCENT, ("cutoff_gap", "55.1-55.9")),
        ([level("kurang", at_most=56), level("cukup", at_least=56)], ("cutoff_overlap", "56")),
        ([level("kurang", below=56.5), level("cukup", above=56.5)], ("cutoff_gap", "56.5")),
    ],
)
def test_numbers_of_any_decimals_need_bounds_that_meet(bench, levels, fault):
    outcome = VOLUME | {"unit": "%", "maximum": 100, "levels": levels, "scale": "level", "decimals": None}
    del outcome["decimals"]
    content = sheet("55,999", "56", "75,99", "76", post="76")
    if fault:
        told = bench.faults(bench.wide, content, changes={"outcome": outcome}, codes={})
        assert fault in [(one.code, one.value) for one in told]
    else:
        observations = bench.wide(content, changes={"outcome": outcome}, codes={})
        found = [of(observations, f"R{at}")[0] for at in range(4)]
        assert found == ["kurang", "cukup", "cukup", "baik"]


def test_percent_that_a_workbook_stores_as_fractions(bench):
    """A cell that shows 73,91% holds 0.739130434782609."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(bench.folder / "sheet.xlsx")
    page = workbook.add_worksheet()
    rows = (
        ["Kode", "Kelompok", "Sebelum", "Sesudah"],
        ["R1", "Intervensi", 17 / 23, 1],
        ["K1", "Kontrol", 0, "75%"],
    )
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    workbook.close()
    outcome = {key: value for key, value in VOLUME.items() if key != "decimals"}
    changes = {"outcome": outcome | {"unit": "%", "maximum": 100, "levels": []}}
    keys = {"file": "sheet.xlsx", "codes": {}, "changes": changes}
    observations = bench.wide(fractions=True, **keys)
    assert observations.table["score"].tolist() == ["73.9130434782609", "100", "0", "75"]
    rows[2][3] = 0.5
    workbook = xlsxwriter.Workbook(bench.folder / "sheet.xlsx")
    page = workbook.add_worksheet()
    for at, row in enumerate(rows):
        page.write_row(at, 0, row)
    workbook.close()
    assert [(one.code, one.cell) for one in bench.faults(bench.wide, **keys)] == [
        ("percent_or_fraction", "C2")
    ]


def test_the_words_and_the_unit_of_one_item(bench):
    """The colour of urine has other words than the others; a count may be followed by its unit."""
    items = [
        {
            "id": "urine",
            "label": {"en": "x", "id": "x"},
            "yes": ["Jernih", "Kuning Muda"],
            "no": ["Kuning Pekat"],
        },
        {"id": "nipple", "label": {"en": "x", "id": "x"}, "yes": ["Normal"], "no": ["Lecet"]},
        {
            "id": "often",
            "label": {"en": "x", "id": "x"},
            "kind": "count",
            "at_least": 8,
            "at_most": 12,
            "unit": "kali/hari",
        },
    ]
    outcome = CHECKLIST | {"checklist": {"items": items}}
    scores = {"pre": "{item}", "post": "{item} 2"}

    def ingest(*rows):
        head = "Kode;Kelompok;urine;nipple;often;urine 2;nipple 2;often 2\n"
        ends = "R9;Intervensi;Jernih;Normal;8;Jernih;Normal;8\nK9;Kontrol;Jernih;Normal;8;Jernih;Normal;8\n"
        content = (
            head + "".join(f"R{at};Intervensi;{row};Jernih;Normal;8\n" for at, row in enumerate(rows)) + ends
        )
        return bench.wide(content, changes={"outcome": outcome}, codes={}, scores=scores)

    observations = ingest("jernih;Normal;8 kali", "Kuning pekat;Lecet;13x", "Kuning Muda;Lecet;12 kali/hari")
    assert [of(observations, f"R{at}", "other_scale")[0] for at in range(3)] == ["3", "0", "2"]
    told = [(one.code, one.cell) for one in bench.faults(ingest, "Normal;Jernih;8 menit")]
    assert told == [("item_unknown", "C2"), ("item_unknown", "D2"), ("unit_wrong", "E2")]


AGE = {
    "id": "age", "label": {"en": "Age", "id": "Umur"}, "kind": "number", "unit": "tahun", "decimals": 0,
    "levels": [level("young", at_most=35), level("old", above=35)],
}  # fmt: skip
WORK = {"id": "work", "label": {"en": "Work", "id": "Kerja"}, "levels": [level("home"), level("outside")]}


@pytest.fixture
def with_characteristics(bench):
    def with_characteristics(content, **keys):
        declared = {
            "age": "Umur",
            "work": {"column": "Kerja", "codes": {"IRT": "home", "Bekerja": "outside"}},
        }
        changes = {"characteristics": [AGE, WORK]}
        return bench.wide(content, changes=changes, characteristics=declared, **keys)

    return with_characteristics


HEAD = "Kode,Kelompok,Sebelum,Sesudah,Umur,Kerja\n"


def test_characteristics(with_characteristics):
    content = HEAD + "K1,Kontrol,Kurang,Cukup,36,\nR1,Intervensi,Kurang,Cukup,27 thn,irt\n"
    frame = with_characteristics(content).characteristics
    assert frame.values.tolist() == [
        ["R1", "intervention", "age", "young", "27"],
        ["R1", "intervention", "work", "home", ""],
        ["K1", "control", "age", "old", "36"],
        ["K1", "control", "work", "", ""],
    ]


def test_a_characteristic_that_changes_between_rows(bench):
    content = (
        "Kode,Kelompok,Waktu,ASI,Umur\nR1,Intervensi,Pre,Kurang,30\nR1,Intervensi,Post,Cukup,31\n"
        "K1,Kontrol,Pre,Kurang,40\nK1,Kontrol,Post,Kurang,\n"
    )
    faults = bench.faults(
        bench.long, content, changes={"characteristics": [AGE]}, characteristics={"age": "Umur"}
    )
    assert [(one.code, one.cell) for one in faults] == [("characteristic_differs", "E3")]


def test_characteristic_faults(bench, with_characteristics):
    content = HEAD + "K1,Kontrol,Kurang,Cukup,36 kg,IRT\nR1,Intervensi,Kurang,Cukup,muda,Ibu\n"
    told = [(one.code, one.cell) for one in bench.faults(with_characteristics, content)]
    assert sorted(told) == [("level_unknown", "F3"), ("number_due", "E3"), ("unit_wrong", "E2")]
