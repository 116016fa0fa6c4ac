"""Data rebuilt from printed counts, against a list of every dataset."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases import cases
from tests.unit.explain.conftest import DATA

from oxymilk.analysis.tables import exact_counterpart
from oxymilk.audit.printed import Notation
from oxymilk.explain import reconstruct as module
from oxymilk.explain.datasets import NotSearched, list_tables
from oxymilk.explain.reconstruct import LIST_COLUMNS, RANGE_COLUMNS, printed_sizes, reconstruct
from oxymilk.files import read_csv
from oxymilk.stats import rank_sum_test, signed_rank_test

NAMES = {
    "signed_rank": "n_up n_down n_zero w_plus w_minus z p_value",
    "rank_sum": "u1 u2 rank_sum1 rank_sum2 z p_value",
}


@pytest.fixture(scope="session")
def rebuild(make_study, claim_text):
    """The study and what is rebuilt of groups of printed sizes; counts as (id, printed, quantity, cells)."""

    def make(numbers, claims=(), levels=2, between="post", alpha=0.05, **limits):
        study = make_study(levels, groups=len(numbers)).model_copy(
            update={"between": between, "alpha": alpha}
        )
        sizes = [
            claim_text(f"size{g}", n, "sample_size", group=group)
            for g, (group, n) in enumerate(zip(study.group_ids, numbers, strict=True))
            if n is not None
        ]
        claims = [claim_text(*claim[:3], **claim[3]) for claim in claims]
        return study, reconstruct(study, [*sizes, *claims], **limits)

    return make


def at(timepoint, level, group="intervention"):
    return {"group": group, "timepoint": timepoint, "level": f"level{level}"}


def assert_empty(found, *, contradictions=False):
    assert (found.contradictions is not None, found.sheet) == (contradictions, None)
    assert found.ranges is None
    assert found.datasets is None or found.datasets.empty


def people(table):
    """The scores before and after of each participant of a table of pre by post."""
    cells = [cell for cell in np.argwhere(table).tolist() for _ in range(table[tuple(cell)])]
    return [pre for pre, _ in cells], [post for _, post in cells]


def expected_ranges(study, datasets):
    """Every row of the ranges, each dataset tested by itself."""
    tested = [("signed_rank", group, [people(tables[g]) for tables in datasets])
              for g, group in enumerate(study.group_ids)]  # fmt: skip
    if len(study.groups) > 1:
        scores = [[people(table) for table in tables] for tables in datasets]
        samples = [
            [np.subtract(post, pre) if study.between == "change" else post for pre, post in groups]
            for groups in scores
        ]
        tested.append(("rank_sum", "", samples))
    rows = []
    for test, group, samples in tested:
        run = signed_rank_test if test == "signed_rank" else rank_sum_test
        declared = getattr(study.procedure, test)
        for role, procedure in (("declared", declared), ("exact", exact_counterpart(declared))):
            results = [run(*sample, procedure) for sample in samples]
            for name in NAMES[test].split() if role == "declared" else ("p_value",):
                values = [float(getattr(result, name)) for result in results]
                signs = {"significant" if value < 0.05 else "not significant" for value in values}
                decisions = "; ".join(sorted(signs, reverse=True)) if name == "p_value" else ""
                distinct = str(len({f"{value:.10g}" for value in values}))
                rows.append((test, group, role, name, min(values), max(values), distinct, decisions))
    return rows


def assert_ranges(found, expected):
    """Equal but for the last bits of floating point."""
    assert list(found.columns) == list(RANGE_COLUMNS)
    rows = list(found.itertuples(index=False, name=None))
    assert [row[:4] + row[6:] for row in rows] == [row[:4] + row[6:] for row in expected]
    ends = [float(end) for row in rows for end in row[4:6]]
    assert ends == pytest.approx([end for row in expected for end in row[4:6]], abs=1e-9)


def test_the_paper_is_one_sheet(paper):
    found = reconstruct(paper.study, paper.claims)
    # no dataset prints all three p-values and the counts
    assert (found.number, found.unknown, found.with_p_values) == (1, (), 0)
    assert found.sizes == {"intervention": 10, "control": 10}
    columns = ["Kelompok", "Produksi ASI sebelum", "Produksi ASI sesudah hari ke-15"]
    assert list(found.sheet.columns) == ["Kode", *columns]
    counted = found.sheet[columns].value_counts().to_dict()
    assert counted == read_csv(DATA / "observations.csv")[columns].value_counts().to_dict()
    # the argument needs what is printed about the time before: the counts of the controls after leave 32 tables of 286
    after = [
        claim
        for claim in paper.claims
        if claim.quantity == "sample_size" or (claim.group, claim.timepoint) == ("control", "post")
    ]
    assert reconstruct(paper.study, after).number == 32 * 286
    p_values = found.ranges[found.ranges["quantity"] == "p_value"]
    assert (p_values["low"] == p_values["high"]).all()
    assert p_values["low"].tolist() == [
        "0.001565402258", "0.001953125", "0.08326451666", "0.25", "0.001381170504", "0.003095975232"
    ]  # fmt: skip


@settings(max_examples=40)
@given(data=st.data())
def test_counts_allow_what_a_list_allows(data, rebuild):
    levels, n = data.draw(st.sampled_from([2, 3])), data.draw(st.integers(1, 5))
    expected, claims = list_tables(n, levels), []
    table = np.array(data.draw(st.sampled_from(expected.tolist())))
    for timepoint, axis in (("pre", 1), ("post", 0)):
        for level in range(levels):
            if data.draw(st.booleans()):
                count = int(table.sum(axis=axis)[level])
                claims.append((f"{timepoint}{level}", count, "count", at(timepoint, level)))
                expected = expected[expected.sum(axis=1 + axis)[:, level] == count]
    if data.draw(st.booleans()):
        up = int(np.triu(table, 1).sum())
        claims.append(("up", up, "count_up", {"group": "intervention"}))
        expected = expected[np.triu(expected, 1).sum(axis=(1, 2)) == up]
    study, found = rebuild([n], claims, levels)
    assert (found.number, found.sheet is None) == (len(expected), len(expected) != 1)
    assert_ranges(found.ranges, expected_ranges(study, expected[:, None]))


@pytest.mark.parametrize("between", ["post", "change"])
@pytest.mark.parametrize(("levels", "n", "m"), [(2, 6, 4), (3, 2, 1)])
def test_results_range_over_every_dataset(between, levels, n, m, rebuild):
    study, found = rebuild([n, m], [("low", n - 1, "count", at("pre", 0))], levels, between)
    first, second = list_tables(n, levels), list_tables(m, levels)
    first = first[first[:, 0].sum(axis=1) == n - 1]
    assert found.number == len(first) * len(second)
    assert_ranges(found.ranges, expected_ranges(study, list(product(first, second))))


@pytest.mark.parametrize("between", ["post", "change"])
@pytest.mark.parametrize(("n", "m", "change"), [(3, 2, "up"), (2, 4, "up"), (3, 4, "down")])
def test_results_range_over_the_datasets_whose_groups_go_together(between, n, m, change, rebuild):
    claims = [
        ("well", "4", "count", at("post", 1, "")),
        ("c", "2", f"count_{change}", {"group": "intervention"}),
    ]
    study, found = rebuild([n, m], claims, 2, between)
    cell = (0, 1) if change == "up" else (1, 0)
    datasets = [
        (one, two)
        for one, two in product(list_tables(n, 2), list_tables(m, 2))
        if one[cell] == 2 and one[:, 1].sum() + two[:, 1].sum() == 4
    ]
    assert found.number == len(datasets)
    assert_ranges(found.ranges, expected_ranges(study, datasets))
    # the lists hold the tables that are part of a dataset, and no others
    for g, group in enumerate(study.group_ids):
        listed = found.datasets.loc[found.datasets["group"] == group, "dataset"]
        assert listed.nunique() == listed.astype(int).max() == len({each[g].tobytes() for each in datasets})


@cases
def test_contradicting_counts_are_named(claims, named, rebuild):
    _, found = rebuild([10], claims)
    assert (found.number, found.contradictions["claims"].tolist()) == (0, [named])
    assert_empty(found, contradictions=True)


def test_the_list_names_levels_before_and_after(rebuild):
    _, found = rebuild([3], [("pre", "2", "count", at("pre", 0)), ("post", "1", "count", at("post", 0))])
    assert list(found.datasets.columns) == list(LIST_COLUMNS)
    assert found.datasets.to_numpy().tolist() == [
        ["intervention", "1", "level0", "level1", "2"],
        ["intervention", "1", "level1", "level0", "1"],
        ["intervention", "2", "level0", "level0", "1"],
        ["intervention", "2", "level0", "level1", "1"],
        ["intervention", "2", "level1", "level1", "1"],
    ]
    # at most a hundred of a group
    _, found = rebuild([7])
    assert found.number == 120
    assert found.datasets["dataset"].unique().tolist() == [str(number) for number in range(1, 101)]


def test_printed_p_values_narrow_what_counts_allow(rebuild, monkeypatch):
    p = ("p", "0.002", "p_value", {"test": "signed_rank", "group": "intervention"})
    # ten up or ten down: z = sqrt(10), p = 0.0016
    _, found = rebuild([10], [p])
    assert (found.number, found.with_p_values) == (286, 2)

    # p-values that are not searched are not counted
    def beyond(*_arguments):
        raise NotSearched("too many")

    monkeypatch.setattr(module, "all_datasets", beyond)
    _, found = rebuild([3])
    assert (found.number, found.with_p_values) == (20, None)


def test_a_p_value_at_alpha_is_not_significant(rebuild):
    _, found = rebuild([5], [("up", "5", "count_up", {"group": "intervention"})], alpha=0.0625)
    decisions = found.ranges[found.ranges["quantity"] == "p_value"].set_index("role")["decision"]
    assert decisions.to_dict() == {"declared": "significant", "exact": "not significant"}  # 0.025 and 2/32


@cases
def test_where_sizes_come_from(quantity, printed, cells, expected, make_study, claim_text):
    study = make_study(2, groups=1)
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"id": "milk_production"})})
    cells = {"notation": Notation((",",)), **cells}
    sizes = ({"intervention": expected}, ()) if expected else ({}, ("intervention",))
    for group in ("intervention", ""):  # a study of one group need not name it
        assert printed_sizes(study, [claim_text("one", printed, quantity, group=group, **cells)]) == sizes
    # in a study of two groups a number without a group is of both
    assert printed_sizes(make_study(2), [claim_text("one", printed, quantity, group="", **cells)])[0] == {}


def test_a_printed_size_comes_before_denominators(make_study, claim_text):
    study = make_study(2, groups=1)
    n, size = claim_text("n", "3", "count", n="9", **at("pre", 0)), claim_text("size", "10", "sample_size")
    assert printed_sizes(study, [n, size]) == ({"intervention": 10}, ())
    for disagree in ([n, replace(n, id="other", n="8")], [size, replace(size, printed="12")]):
        assert printed_sizes(study, disagree) == ({}, ("intervention",))


def test_nothing_is_made_where_a_size_is_unknown(rebuild):
    _, found = rebuild([None, 10])
    assert (found.sizes, found.unknown) == ({"control": 10}, ("intervention",))
    assert (found.number, found.with_p_values, found.not_searched) == (None, None, "")
    assert_empty(found)
    # the denominator of a count stands in for it
    _, found = rebuild([10, None], [("n", "10", "count", at("pre", 0, "control") | {"n": "10"})])
    assert (found.sizes, found.number) == ({"intervention": 10, "control": 10}, 286 * 11)


@cases
def test_what_is_searched_at_the_budget_is_not_beyond_it(numbers, claims, needed, what, rebuild):
    assert rebuild(numbers, claims, budget=needed)[1].not_searched == ""
    study, beyond = rebuild(numbers, claims, budget=needed - 1)
    assert [beyond.not_searched, beyond.needed] == what
    assert beyond.sizes == dict(zip(study.group_ids, numbers, strict=True))
    assert (beyond.unknown, beyond.number, beyond.with_p_values) == ((), None, None)
    assert_empty(beyond)


def test_results_beyond_the_budget_are_left_out(rebuild, monkeypatch):
    numbers = product(("intervention", "control"), ((0, 3), (1, 0)))
    claims = [(f"{n}{group}", n, "count", at("pre", level, group)) for group, (level, n) in numbers]
    # four tables a group: 0, 1, 2 or 3 are well after; sixteen pairs of margins
    for budget, tests in ((16, {"signed_rank", "rank_sum"}), (15, {"signed_rank"})):
        _, found = rebuild([3, 3], claims, budget=budget)
        assert (found.number, found.not_searched, set(found.ranges["test"])) == (16, "", tests)
    # exact p-values: 0 to 3 rises with the rest of the changes are ten different margins of changes
    for budget, roles in ((10, {"declared", "exact"}), (9, {"declared"})):
        monkeypatch.setattr(module, "BUDGET_EXACT", budget)
        assert set(rebuild([3])[1].ranges["role"]) == roles


def test_an_outcome_that_is_a_number_has_no_datasets(make_study, claim_text):
    study = make_study(2, groups=1)
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"scale": "score"})})
    found = reconstruct(study, [claim_text("size", 10, "sample_size", group="intervention")])
    assert (found.sizes, found.unknown, found.number) == ({"intervention": 10}, (), None)
    assert found.not_searched == "the_tests_run_on_numbers_not_on_levels"
    assert_empty(found)
