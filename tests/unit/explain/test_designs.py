"""All datasets of small designs, joined group by group: counts, limits, contradictions, tables, against lists."""

from itertools import combinations, product

import numpy as np
import pytest

from oxymilk.explain import datasets
from oxymilk.explain.counting import NotSearched
from oxymilk.explain.datasets import (
    CONTRADICTION_COLUMNS,
    DATASET_COLUMNS,
    contradiction_table,
    dataset_table,
    designs_of,
    is_count,
    minimal_contradictions,
    not_searched_table,
)
from oxymilk.explain.readings import feature_of, readings_of

BETWEEN = {"test": "rank_sum"}
ALL = {"timepoint": "post", "level": "level1"}


def of_group(group, timepoint="post", level="level1"):
    return {"group": group, "timepoint": timepoint, "level": level}


@pytest.fixture
def design(make_study, records_with, claim_text, every_table):
    """The records and claims of a study whose groups have so many participants, and the truth on every dataset."""

    def make(sizes, claims, between="post", **switches):
        study = make_study(2, **switches).model_copy(update={"between": between})
        if len(sizes) > 2:
            more = study.groups[1].model_copy(update={"id": "third"})
            study = study.model_copy(update={"groups": (*study.groups, more)})
        pairs = np.array([[[n, 0], [0, 0]] for n in sizes])
        records = records_with(study, pairs)
        readings = readings_of(records, [claim_text(*claim[:3], **claim[3]) for claim in claims])
        tables = np.array(list(product(*(every_table(n, 4) for n in sizes)))).reshape(-1, len(sizes), 2, 2)
        made = np.zeros((len(tables), *records.tables.shape), dtype=np.int64)
        made[..., :2, :2] = tables
        truth = {each.id: each.holds(feature_of(each, made, study)) for each in readings}
        return records, readings, truth

    return make


CLAIMS = [
    ("p", "1.000", "p_value", BETWEEN),
    ("u", "3", "u", BETWEEN),
    ("all", "3", "count", ALL),
    ("first", "1", "count", of_group("intervention")),
    ("second", "2", "count", of_group("control")),
    ("before", "1", "count", of_group("control", "pre")),
    ("rose", "1", "count_up", {"group": "intervention"}),
    ("p first", "0.317", "p_value", {"test": "signed_rank", "group": "intervention"}),
]


def check_counts(designs, readings, truth, most=3):
    for size in range(most + 1):
        for chosen in combinations(readings, size):
            true = np.logical_and.reduce(
                [np.ones(designs.total, dtype=bool), *(truth[one.id] for one in chosen)]
            )
            assert designs.count(chosen) == true.sum(), [one.id for one in chosen]


@pytest.mark.parametrize("sizes", [(2, 3), (3, 2)])
@pytest.mark.parametrize("listed", [0, 10**6])
@pytest.mark.parametrize("chunk", [1, 5, 10**6])
def test_counts_are_those_of_a_list(sizes, listed, chunk, design, monkeypatch):
    monkeypatch.setattr(datasets, "_CHUNK", chunk)
    records, readings, truth = design(sizes, CLAIMS)
    designs = designs_of(records, readings, listed=listed)
    assert designs.total == len(truth["p"]) == 200
    assert designs.left_out == {}
    check_counts(designs, readings, truth, most=2 if chunk == 1 else 3)


def test_one_group_alone(make_study, records_with, claim_text):
    study = make_study(2, groups=1)
    records = records_with(study, np.array([[[3, 0], [0, 0]]]))
    claims = [claim_text("a", "1", "count", **of_group("intervention")), claim_text("b", "3", "count", **ALL)]
    readings = readings_of(records, claims)
    designs = designs_of(records, readings)
    # one of three at level1: one of 2 cells, two in 2 cells
    assert [designs.count(chosen) for chosen in ([], readings[:1], readings[1:], readings)] == [
        20,
        2 * 3,
        4,
        0,
    ]
    rows = dataset_table(designs)["group"].tolist()
    assert rows == ["intervention"] * 4 + [""] * 4


def test_a_third_group_only_multiplies(design):
    claims = [*CLAIMS[:2], ("third", "1", "count", of_group("third"))]
    records, readings, truth = design((2, 2, 1), claims)
    designs = designs_of(records, readings)
    assert designs.total == 10 * 10 * 4
    assert len({designs.truth(each) for each in readings}) == 3
    check_counts(designs, readings, truth)


def test_what_the_groups_test_does_not_see_is_left_out(design):
    """Counts of all participants before, and after where changes are compared."""
    claims = [*CLAIMS[:3], ("all before", "4", "count", ALL | {"timepoint": "pre"}), CLAIMS[3]]
    records, readings, truth = design((2, 2), claims)
    reason = "a count of the whole sample that the test between the groups does not see"
    designs = designs_of(records, readings)
    assert designs.left_out == {"all before": reason}
    assert [each.id for each in designs.readings] == ["p", "u", "all", "first"]
    check_counts(designs, designs.readings, truth)
    with pytest.raises(NotSearched, match=f"^{reason}$"):
        designs.count(readings)
    records, readings, truth = design((2, 2), claims, between="change")
    designs = designs_of(records, readings)
    assert list(designs.left_out) == ["all", "all before"]
    check_counts(designs, designs.readings, truth)


def test_pairs_of_margins_within_the_budget(design):
    """With three counts after in each group: 9 pairs of margins, fewer where claims leave fewer."""
    records, readings, truth = design((2, 2), CLAIMS)
    place = {each.id: each for each in readings}
    designs = designs_of(records, readings, budget=9)
    check_counts(designs, readings, truth)
    designs = designs_of(records, readings, budget=8)
    with pytest.raises(NotSearched, match=r"^9 pairs of margins between the groups$"):
        designs.count([place["p"]])
    # one count after is left in the first group, 3 pairs
    for budget, chosen in ((3, ("p", "first")), (3, ("p", "second")), (1, ("u", "first", "second"))):
        designs.budget = budget
        expected = np.logical_and.reduce([truth[one] for one in chosen]).sum()
        assert designs.count([place[one] for one in chosen]) == expected
    designs.budget = 2
    with pytest.raises(NotSearched, match=r"^3 pairs of margins"):
        designs.count([place["p"], place["first"]])


def test_each_group_within_the_budget(design):
    records, readings, _ = design((2, 3), CLAIMS)
    assert designs_of(records, readings, budget=16, listed=0).total == 200
    with pytest.raises(NotSearched, match=r"^16 counts after in a group$"):
        designs_of(records, readings, budget=15, listed=0)


def test_exact_distributions_between_groups_are_fewer(design, monkeypatch):
    monkeypatch.setattr(datasets, "BUDGET_EXACT", 8)
    for method, claim, searched in (("exact", "p", False), ("asymptotic", "p", True), ("exact", "all", True)):
        records, readings, truth = design((2, 2), CLAIMS, method=method)
        (reading,) = (each for each in readings if each.id == claim)
        designs = designs_of(records, readings)
        if searched:
            assert designs.count([reading]) == truth[claim].sum()
        else:
            with pytest.raises(NotSearched, match=r"^9 pairs of margins"):
                designs.count([reading])
    monkeypatch.setattr(datasets, "BUDGET_EXACT", 9)
    records, readings, truth = design((2, 2), CLAIMS, method="exact")
    assert designs_of(records, readings).count(readings[:1]) == truth["p"].sum()


def test_work_is_pairs_of_changes_and_a_tenth_of_pairs_of_margins(design):
    records, readings, _ = design((2, 2), CLAIMS)
    place = {each.id: each for each in readings}
    designs = designs_of(records, readings, listed=0)
    assert designs.work == 0
    designs.count([])
    # two participants at two levels: 6 pairs of rises and falls in each group
    assert designs.work == 12
    for _ in range(11):
        designs.count([place["p"]])
    assert designs.work == 12 + 9  # of 99 pairs of margins
    designs.count([place["p"]])
    assert designs.work == 12 + 10  # of 108
    # nothing is looked up where a group has no dataset
    for _ in range(10):
        designs.count([place["p"], place["first"], place["rose"], place["p first"]])
    assert designs.work > 12 + 10


def test_claims_say_the_same_when_the_same_datasets_make_them_true(design):
    claims = [
        *CLAIMS,
        ("all percent", "75%", "percent", ALL),
        ("first percent", "50%", "percent", of_group("intervention")),
        ("first other", "1", "count", of_group("intervention", level="level0")),
        ("second same", "1", "count", of_group("control")),
        ("p coarse", "1.00", "p_value", BETWEEN),
    ]
    records, readings, truth = design((2, 2), claims)
    designs = designs_of(records, readings)
    for one, other in combinations(readings, 2):
        expected = bool((truth[one.id] == truth[other.id]).all())
        assert (designs.truth(one) == designs.truth(other)) == expected, (one.id, other.id)
    # beyond the budget nothing is known to be the same
    fresh = designs_of(records, readings)
    fresh.budget = 8
    assert fresh.truth(readings[0]) == readings[0].id.encode()


def test_counts_and_percentages_are_counts(design):
    claims = [
        *CLAIMS,
        ("percent", "50%", "percent", of_group("control")),
        ("same", "50%", "percent_unchanged", {"group": "control"}),
        ("d", "significant", "decision", BETWEEN),
    ]
    _, readings, _ = design((2, 2), claims)
    counts = {"all", "first", "second", "before", "rose", "percent", "same"}
    assert {each.id for each in readings if is_count(each)} == counts


def test_table_of_datasets(design):
    """Sets of claims in each group and in all, single p-values and pairs; empty sets are left out."""
    claims = [CLAIMS[0], CLAIMS[7], ("p second", "1", "p_value", {"test": "signed_rank", "group": "control"}),
              CLAIMS[3], ("z", "1", "z", BETWEEN)]  # fmt: skip
    records, readings, truth = design((2, 3), claims)
    table = dataset_table(designs_of(records, readings))
    assert tuple(table.columns) == DATASET_COLUMNS
    p, p_first, p_second, first, z = "p", "p first", "p second", "first", "z"
    expected = [
        ("all", "intervention", ()),
        ("p_values", "intervention", (p_first,)),
        ("counts", "intervention", (first,)),
        ("both", "intervention", (p_first, first)),
        ("every_claim", "intervention", (p_first, first)),
        ("all", "control", ()),
        ("p_values", "control", (p_second,)),
        ("both", "control", (p_second,)),
        ("every_claim", "control", (p_second,)),
        ("all", "", ()),
        ("p_values", "", (p, p_first, p_second)),
        ("counts", "", (first,)),
        ("both", "", (p, p_first, p_second, first)),
        ("every_claim", "", (p, p_first, p_second, first, z)),
        ("p_value", "", (p,)),
        ("p_value", "", (p_first,)),
        ("p_value", "", (p_second,)),
        ("p_value_pair", "", (p, p_first)),
        ("p_value_pair", "", (p, p_second)),
        ("p_value_pair", "", (p_first, p_second)),
    ]
    rows = []
    for name, group, wanted in expected:
        every = {"intervention": 10, "control": 20, "": 200}[group]
        true = np.logical_and.reduce([np.ones(200, dtype=bool), *(truth[one] for one in wanted)])
        found = int(true.sum()) * every // 200
        rows.append(
            (name, group, " ".join(wanted), str(found), str(every), f"{found / every:.10g}", "true", "")
        )
    assert list(table.itertuples(index=False, name=None)) == rows


def test_table_says_what_was_not_searched_and_what_is_left_out(design):
    claims = [*CLAIMS[:3], ("all before", "4", "count", ALL | {"timepoint": "pre"})]
    records, readings, _ = design((2, 2), claims)
    designs = designs_of(records, readings)
    designs.budget = 8
    rows = {
        (row["set"], row["group"], row["claims"]): row for row in dataset_table(designs).to_dict("records")
    }
    beyond = "9 pairs of margins between the groups"
    everything = rows["every_claim", "", "p u all"]
    assert everything["reason"] == f"{beyond}; left out: all before"
    assert (everything["datasets"], everything["share"], everything["searched"]) == ("", "", "false")
    assert everything["all_datasets"] == "100"
    assert rows["counts", "", "all"]["reason"] == f"{beyond}; left out: all before"
    assert rows["both", "", "p all"]["reason"] == f"{beyond}; left out: all before"
    assert rows["p_values", "", "p"]["reason"] == beyond
    designs.budget = 9
    rows = {(row["set"], row["group"]): row for row in dataset_table(designs).to_dict("records")}
    assert (rows["counts", ""]["searched"], rows["counts", ""]["reason"]) == ("true", "left out: all before")
    assert rows["p_values", ""]["reason"] == ""
    assert rows["all", "intervention"]["reason"] == ""
    more = [*claims, ("before too", "0", "count", {"timepoint": "pre", "level": "level0"})]
    records, readings, _ = design((2, 2), [*more, CLAIMS[3]])
    rows = dataset_table(designs_of(records, readings)).set_index(["set", "group"])["reason"]
    assert rows["counts", ""] == "left out: all before before too"
    assert rows["counts", "intervention"] == ""


def test_a_design_too_large_is_one_row():
    table = not_searched_table("too large")
    assert list(table.itertuples(index=False, name=None)) == [
        ("all", "", "", "", "", "", "false", "too large")
    ]
    assert tuple(table.columns) == DATASET_COLUMNS


def test_table_of_contradictions(design):
    """Two in the first group: one of them well after cannot be none, nor both; who rose is well."""
    claims = [
        ("one", "1", "count", of_group("intervention")),
        ("half", "50%", "percent", of_group("intervention")),
        ("also", "1", "count", of_group("intervention", level="level0")),
        ("none", "0", "count", of_group("intervention")),
        ("rose", "2", "count_up", {"group": "intervention"}),
        ("all", "4", "count", ALL),
        ("control", "2", "count", of_group("control")),
    ]
    records, readings, _ = design((2, 2), claims)
    table = contradiction_table(designs_of(records, readings))
    assert tuple(table.columns) == CONTRADICTION_COLUMNS
    same = "one=half one=also"
    assert list(table.itertuples(index=False, name=None)) == [
        ("1", "2", "one none", same, "true"),
        ("2", "2", "one rose", same, "true"),
        ("3", "2", "one all", same, "true"),
        ("4", "2", "none rose", "", "true"),
        ("5", "2", "none all", "", "true"),
    ]


def impossible_pairs(design):
    """Three counts of one group, of which no two can be true."""
    claims = [(f"n{n}", str(n), "count", of_group("intervention")) for n in range(3)]
    records, readings, _ = design((2, 2), claims)
    return designs_of(records, readings, listed=0), readings


def test_contradictions_come_as_many_as_asked_for(design):
    designs, readings = impossible_pairs(design)
    every = {frozenset(pair) for pair in combinations(range(3), 2)}
    sets, complete = minimal_contradictions(designs, readings)
    assert (set(sets), len(sets), complete) == (every, 3, True)
    sets, complete = minimal_contradictions(designs, readings, most=2)
    assert (len(sets), set(sets) < every, complete) == (2, True, False)
    # the first claims first
    assert minimal_contradictions(designs, readings, most=1) == ([frozenset({0, 1})], False)
    # with the last of them it is not yet known that there are no more
    assert minimal_contradictions(designs, readings, most=3)[1] is False
    assert minimal_contradictions(designs, readings, most=4)[1] is True
    assert minimal_contradictions(designs, readings[:1]) == ([], True)
    assert minimal_contradictions(designs, []) == ([], True)


@pytest.mark.parametrize(
    ("limit", "value", "counts"), [("MOST_COUNTS", 3, 3), ("MOST_HITTING", 1, 0), ("MOST_WORK", -1, 0)]
)
def test_the_search_for_contradictions_ends(limit, value, counts, design, monkeypatch):
    """What may be missing is said to be; what is there is a contradiction."""
    designs, readings = impossible_pairs(design)
    monkeypatch.setattr(datasets, limit, value)
    counted = []
    count = designs.count
    monkeypatch.setattr(designs, "count", lambda chosen: counted.append(chosen) or count(chosen))
    sets, complete = minimal_contradictions(designs, readings)
    assert not complete
    assert len(sets) < 3
    assert all(len(one) > 1 for one in sets)
    assert len(counted) == counts


def test_the_table_says_that_sets_may_be_missing(design, monkeypatch):
    designs, _ = impossible_pairs(design)
    monkeypatch.setattr(datasets, "MOST_COUNTS", 4)
    assert contradiction_table(designs)["complete"].unique().tolist() == ["false"]


def test_work_that_was_done_before_is_not_counted(design):
    designs, readings = impossible_pairs(design)
    minimal_contradictions(designs, readings)
    assert designs.work > 0
    # all is known, nothing is to be formed again
    designs.budget = 0
    assert minimal_contradictions(designs, readings)[1] is True


def test_one_dataset_is_enough(design):
    claims = [
        (f"{group} {timepoint}", "1", "count", of_group(group, timepoint))
        for group in ("intervention", "control")
        for timepoint in ("pre", "post")
    ]
    records, readings, _ = design((1, 1), claims)
    designs = designs_of(records, readings)
    assert designs.count(readings) == 1
    assert minimal_contradictions(designs, readings) == ([], True)


def test_what_cannot_be_counted_counts_as_possible(design):
    records, readings, _ = design(
        (2, 2), [*CLAIMS[:1], CLAIMS[3], ("two", "2", "count", of_group("intervention"))]
    )
    designs = designs_of(records, readings)
    designs.budget = 2
    sets, complete = minimal_contradictions(designs, readings)
    assert sets == [frozenset({1, 2})]
    assert not complete
