"""The totals that a checklist's sheet holds, against its items: forgotten reversals, slips, and honest sheets."""

import random

import pytest
from tests.cases import cases
from tests.unit.ingest.conftest import GROUP, WIDE, codes, text
from tests.unit.ingest.test_scores import CHECKLIST, item, level

from oxymilk.analysis.tables import rank_test_table
from oxymilk.study import load_study

TOTALS = {"pre": "Jumlah [1]", "post": "Jumlah [2]"}


def outcome(n, reversed_items=(), weight=1):
    items = [
        item(f"p{at}", reversed=at in reversed_items, weight=weight if at == 1 else 1)
        for at in range(1, n + 1)
    ]
    levels = [level("kurang", at_most=n // 2), level("cukup", above=n // 2)]
    return CHECKLIST | {
        "checklist": {"yes": [1], "no": [0], "items": items},
        "levels": levels,
        "scale": "score",
    }


def answers(n, people=24, seed=5):
    """Return made-up answers before and after of each person; the control group changes less."""
    draw = random.Random(seed)
    return [
        [[int(draw.random() < share) for _ in range(n)] for share in (0.4, 0.7 if who % 2 else 0.5)]
        for who in range(people)
    ]


def sheet(people, reversed_items=(), weight=1, slips=()):
    """Return a sheet with the totals of people who know which items are reversed; a slip is (person, amount)."""
    n = len(people[0][0])
    head = [f"{name}_{time}" for time in (1, 2) for name in [*(f"p{at}" for at in range(1, n + 1)), "Jumlah"]]
    rows = [["Kode", "Kelompok", *(name if "p" in name else "Jumlah" for name in head)]]
    for who, both in enumerate(people):
        row = [f"R{who:02d}", "Intervensi" if who % 2 else "Kontrol"]
        for time, given in enumerate(both):
            points = [1 - own if at in reversed_items else own for at, own in enumerate(given, 1)]
            total = sum(points) + (weight - 1) * points[0]
            row += [*given, total + (dict(slips).get(who, 0) if not time else 0)]
        rows.append(row)
    return text(rows)


def wide(bench, content, declared, **keys):
    own = {"codes": {}, "scores": {"pre": "{item}_1", "post": "{item}_2"}, "total": TOTALS}
    return bench.wide(content, changes={"outcome": declared}, **own | keys)


def p_value(bench, observations):
    return rank_test_table(load_study(bench.folder), observations.frame("observations"))["p_value"].iloc[0]


@pytest.mark.parametrize(
    ("n", "reverse", "weight"), [(5, (5,), 1), (8, (2, 7), 1), (10, (), 1), (6, (1, 4), 3)]
)
def test_an_honest_sheet_passes_and_a_forgotten_reversed_item_does_not(bench, n, reverse, weight):
    content = sheet(answers(n), reverse, weight)
    honest = wide(bench, content, outcome(n, reverse, weight))
    p_honest = p_value(bench, honest)
    # without the totals nothing contradicts the study, whose p is another
    assert (p_value(bench, wide(bench, content, outcome(n, (), weight), total={})) == p_honest) == (
        not reverse
    )
    if reverse:
        (fault,) = bench.faults(wide, bench, content, outcome(n, (), weight))
        assert (fault.code, fault.column[:6]) == ("items_reversed", "Jumlah")
        assert fault.params["items"] == [f"p{at}" for at in reverse]
        assert (fault.params["agree"], fault.params["rows"], fault.params["ways"]) == (48, 48, 1)
        assert int(fault.value) != fault.params["sum"]


@pytest.mark.parametrize(("n", "count"), [(16, 7), (24, 10), (40, 3)])
def test_of_many_items_those_to_be_reversed_are_found_by_their_equations(bench, n, count):
    reverse = sorted(random.Random(n).sample(range(1, n + 1), count))
    (fault,) = bench.faults(wide, bench, sheet(answers(n, 40), reverse), outcome(n))
    assert fault.params["items"] == [f"p{at}" for at in reverse]


def test_single_slips_are_named_each_with_both_sums(bench):
    content = sheet(answers(8), slips=[(3, 2), (9, -1)])
    faults = bench.faults(wide, bench, content, outcome(8))
    assert [(f.code, f.row, int(f.value) - f.params["sum"]) for f in faults] == [
        ("checklist_total_differs", 5, 2), ("checklist_total_differs", 11, -1),
    ]  # fmt: skip
    # beside a forgotten reversal the slips wait for it
    (fault,) = bench.faults(wide, bench, sheet(answers(8), (2,), slips=[(3, 2)]), outcome(8))
    assert (fault.code, fault.params["items"], fault.params["agree"]) == ("items_reversed", ["p2"], 47)


def test_an_item_that_is_reversed_without_need_is_named_too(bench):
    (fault,) = bench.faults(wide, bench, sheet(answers(6), (2,)), outcome(6, (2, 5)))
    assert fault.params["items"] == ["p5 (reversed: false)"]


def test_items_that_cannot_be_told_apart_are_counted(bench):
    people = [[[given[0], given[0], *given[2:]] for given in both] for both in answers(6)]
    (fault,) = bench.faults(wide, bench, sheet(people, (2,)), outcome(6))
    assert (fault.params["items"], fault.params["ways"]) == (["p1"], 2)


@pytest.mark.parametrize(
    ("cell", "codes"), [("", []), ("banyak", ["number_due"]), ("9", ["checklist_total_differs"])]
)
def test_a_blank_total_is_not_compared_and_a_word_is_no_total(bench, cell, codes):
    lines = sheet(answers(4)).splitlines()
    content = "\n".join([lines[0], lines[1].rpartition(",")[0] + f",{cell}", *lines[2:], ""])
    if codes:
        assert [code for code, _ in bench.codes(bench, content, outcome(4), how=wide)] == codes
    else:
        assert len(wide(bench, content, outcome(4)).frame("observations")) == 48


def test_totals_that_are_all_blank_compare_nothing_and_that_is_told(bench):
    header, *people = (line.split(",") for line in sheet(answers(4)).splitlines())
    totals = [at for at, name in enumerate(header) if name == "Jumlah"]
    for columns in (totals, totals[1:]):
        blank = [["" if at in columns else cell for at, cell in enumerate(row)] for row in people]
        content = "\n".join(map(",".join, [header, *blank])) + "\n"
        assert codes(wide(bench, content, outcome(4))).count("totals_blank") == len(columns)


def test_a_sheet_of_one_timepoint_or_in_rows_has_one_column(bench):
    rows = [["Kode", "Kelompok", "Waktu", "p1", "p2", "Jumlah"]]
    for who, group in (("R1", "Intervensi"), ("K1", "Kontrol")):
        rows += [
            [who, group, "Pre", 0, 1, 2],
            [who, group, "Post", 1, 0, 0],
            [who, group, "Antara", 1, 1, 1],
        ][:2]
    keys = {"score": "{item}", "codes": {}, "total": "Jumlah"}
    assert (
        len(bench.long(text(rows), changes={"outcome": outcome(2, (1,))}, **keys).frame("observations")) == 4
    )
    faults = bench.faults(bench.long, text(rows), changes={"outcome": outcome(2)}, **keys)
    assert [(fault.code, fault.params["items"]) for fault in faults] == [("items_reversed", ["p1"])]
    one = {"file": "sheet.csv", "layout": "one_timepoint", "participant": "Kode", "group": GROUP, **keys}
    sheets = [one | {"timepoint": {"only": time}} for time in ("pre", "post")]
    content = text([row[:2] + row[3:] for row in rows if row[2] != "Post"])
    faults = bench.faults(bench.sheets, sheets, content, changes={"outcome": outcome(2)})
    assert [fault.code for fault in faults] == ["items_reversed"] * 2


@cases
def test_declarations_of_totals(keys, code, bench):
    if code:
        faults = bench.faults(wide, bench, sheet(answers(4)), outcome(4), **keys)
        assert code in [fault.code for fault in faults]
    else:
        assert wide(bench, sheet(answers(4)), outcome(4), **keys)


def test_only_a_checklist_has_totals(bench, good):
    faults = bench.faults(bench.wide, good, total={"pre": "Sebelum"})
    assert [(fault.code, fault.column) for fault in faults] == [("key_without_use", "sheets[1].total")]


@cases
def test_totals_in_other_layouts(head, keys, count, bench):
    content = "\n".join([head, "R1,Intervensi,0,1,2,1,1,1", "K1,Kontrol,1,0,0,0,0,1", ""])
    sheets = [{key: own for key, own in WIDE.items() if key not in ("scores", "codes")} | keys]
    assert (
        len(bench.sheets(sheets, content, changes={"outcome": outcome(2, (1,))}).frame("observations")) == 4
    )
    faults = bench.faults(bench.sheets, sheets, content, changes={"outcome": outcome(2)})
    assert [f.params["rows"] for f in faults if f.code == "items_reversed"] == [count]
