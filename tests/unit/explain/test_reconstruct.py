"""Data rebuilt from printed counts, against a list of every dataset."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxymilk.analysis import exact_counterpart
from oxymilk.audit.printed import Notation
from oxymilk.explain import reconstruct as module
from oxymilk.explain.datasets import NotSearched, list_tables
from oxymilk.explain.reconstruct import LIST_COLUMNS, RANGE_COLUMNS, printed_sizes, reconstruct
from oxymilk.stats import rank_sum_counts, rank_sum_test, signed_rank_test


def sizes(claim_text, study, numbers):
    return [
        claim_text(f"size{g}", n, "sample_size", group=group)
        for g, (group, n) in enumerate(zip(study.group_ids, numbers, strict=True))
    ]


def test_the_paper_is_one_sheet(paper):
    found = reconstruct(paper.study, paper.claims)
    assert (found.number, found.unknown) == (1, ())
    assert found.sizes == {"intervention": 10, "control": 10}
    # no dataset prints all three p-values and the counts
    assert found.with_p_values == 0
    columns = ["Kelompok", "Produksi ASI sebelum", "Produksi ASI sesudah hari ke-15"]
    assert list(found.sheet.columns) == ["Kode", *columns]
    assert found.sheet[columns].value_counts().to_dict() == {
        ("Intervensi", "Kurang", "Cukup"): 10,
        ("Kontrol", "Kurang", "Kurang"): 7,
        ("Kontrol", "Kurang", "Cukup"): 3,
    }
    p_values = found.ranges[found.ranges["quantity"] == "p_value"]
    assert (p_values["low"] == p_values["high"]).all()
    assert p_values["low"].tolist() == [
        "0.001565402258", "0.001953125", "0.08326451666", "0.25", "0.001381170504", "0.003095975232",
    ]  # fmt: skip


@settings(max_examples=40)
@given(data=st.data())
def test_counts_allow_what_a_list_allows(data, make_study, claim_text):
    levels = data.draw(st.sampled_from([2, 3]))
    n = data.draw(st.integers(1, 5))
    study = make_study(levels, groups=1)
    table = np.array(data.draw(st.sampled_from(list_tables(n, levels).tolist()))).reshape(levels, levels)
    claims = sizes(claim_text, study, [n])
    expected = list_tables(n, levels)
    for timepoint, axis in (("pre", 1), ("post", 0)):
        for level in range(levels):
            if data.draw(st.booleans()):
                count = int(table.sum(axis=axis)[level])
                cell = {"group": "intervention", "timepoint": timepoint, "level": f"level{level}"}
                claims.append(claim_text(f"{timepoint}{level}", count, "count", **cell))
                expected = expected[expected.sum(axis=1 + axis)[:, level] == count]
    if data.draw(st.booleans()):
        up = int(np.triu(table, 1).sum())
        claims.append(claim_text("up", up, "count_up", group="intervention"))
        expected = expected[np.triu(expected, 1).sum(axis=(1, 2)) == up]
    found = reconstruct(study, claims)
    assert found.number == len(expected)
    assert (found.sheet is None) == (len(expected) != 1)
    p_values = []
    for one in expected:
        cells = [(i, j) for i, j in np.argwhere(one).tolist() for _ in range(one[i, j])]
        pre, post = zip(*cells, strict=True)
        p_values.append(signed_rank_test(pre, post, study.procedure.signed_rank).p_value)
    row = found.ranges[(found.ranges["quantity"] == "p_value") & (found.ranges["role"] == "declared")].iloc[0]
    assert float(row["low"]) == pytest.approx(min(p_values))
    assert float(row["high"]) == pytest.approx(max(p_values))
    both = {p < 0.05 for p in p_values}
    assert row["decision"] == "; ".join(
        word for word, sign in (("significant", True), ("not significant", False)) if sign in both
    )


def test_counts_of_both_groups_together(make_study, claim_text):
    study = make_study(2)
    claims = sizes(claim_text, study, [3, 2])
    # nobody well before; of all five, four well after
    claims.append(claim_text("pre", "5", "count", timepoint="pre", level="level0"))
    claims.append(claim_text("post", "80%", "percent", timepoint="post", level="level1"))
    found = reconstruct(study, claims)
    assert found.number == 2  # 3 + 1 or 2 + 2
    row = found.ranges[(found.ranges["test"] == "rank_sum") & (found.ranges["quantity"] == "p_value")].iloc[0]
    tables = np.array([[[0, 3], [1, 1]], [[1, 2], [0, 2]]])
    expected = rank_sum_counts(tables, study.procedure.rank_sum).p_value
    assert [float(row["low"]), float(row["high"])] == pytest.approx(sorted(expected))


def test_contradicting_counts_are_named(make_study, claim_text):
    study = make_study(2, groups=1)
    cell = {"group": "intervention", "timepoint": "post"}
    claims = sizes(claim_text, study, [10])
    claims.append(claim_text("well", "7", "count", level="level1", **cell))
    claims.append(claim_text("unwell", "40%", "percent", level="level0", **cell))
    found = reconstruct(study, claims)
    assert found.number == 0
    assert found.sheet is None
    assert found.contradictions["claims"].tolist() == ["well unwell"]
    assert_empty(found, contradictions=True)


@pytest.mark.parametrize("timepoint", ["pre", "post"])
def test_one_cell_counted_twice_contradicts_itself(timepoint, make_study, claim_text):
    study = make_study(2, groups=1)
    cell = {"group": "intervention", "timepoint": timepoint, "level": "level0"}
    claims = sizes(claim_text, study, [10])
    claims += [claim_text(f"n{count}", count, "count", **cell) for count in (6, 7)]
    found = reconstruct(study, claims)
    assert found.number == 0
    assert found.contradictions["claims"].tolist() == ["n6 n7"]
    assert_empty(found, contradictions=True)


def test_sizes(make_study, claim_text):
    study = make_study(2)
    one = sizes(claim_text, study, [10, 10])[:1]
    found = reconstruct(study, one)
    assert found.unknown == ("control",)
    assert found.number is None
    twice = [*sizes(claim_text, study, [10, 10]), claim_text("again", "12", "sample_size", group="control")]
    assert reconstruct(study, twice).unknown == ("control",)
    # the denominator of a count stands in for a size that is not printed
    cell = {"group": "control", "timepoint": "pre", "level": "level0", "n": "10"}
    counted = reconstruct(study, [*one, claim_text("n", "10", "count", **cell)])
    assert counted.sizes == {"intervention": 10, "control": 10}
    assert counted.number == 286 * 11
    assert counted.datasets["group"].isin(study.group_ids).all()


def test_beyond_the_budget_is_said(make_study, claim_text):
    study = make_study(5)
    found = reconstruct(study, sizes(claim_text, study, [30, 30]))
    assert found.number is None
    assert found.not_searched == "tables_of_a_group"


def all_tables(n, levels):
    return list_tables(n, levels)


def people(table):
    """The scores before and after of each participant of a table of pre by post."""
    cells = [cell for cell in np.argwhere(table).tolist() for _ in range(table[tuple(cell)])]
    return [pre for pre, _ in cells], [post for _, post in cells]


def expected_ranges(study, datasets):
    """Every row of the ranges, each dataset tested by itself."""
    rows, signed_rank, rank_sum = [], study.procedure.signed_rank, study.procedure.rank_sum
    for g, group in enumerate(study.group_ids):
        for role, procedure in (("declared", signed_rank), ("exact", exact_counterpart(signed_rank))):
            results = [signed_rank_test(*people(tables[g]), procedure) for tables in datasets]
            names = ("n_up", "n_down", "n_zero", "w_plus", "w_minus", "z", "p_value")
            rows += [
                ("signed_rank", group, role, name, *spread([getattr(each, name) for each in results], name))
                for name in (names if role == "declared" else ("p_value",))
            ]
    if rank_sum is not None:
        for role, procedure in (("declared", rank_sum), ("exact", exact_counterpart(rank_sum))):
            results = [
                rank_sum_test(*(compared(study, table) for table in tables), procedure) for tables in datasets
            ]
            names = ("u1", "u2", "rank_sum1", "rank_sum2", "z", "p_value")
            rows += [
                ("rank_sum", "", role, name, *spread([getattr(each, name) for each in results], name))
                for name in (names if role == "declared" else ("p_value",))
            ]
    return rows


def compared(study, table):
    pre, post = people(table)
    return (
        post if study.between == "post" else [after - before for before, after in zip(pre, post, strict=True)]
    )


def spread(values, name):
    texts = {f"{float(value):.10g}" for value in values}
    decisions = [
        word
        for word, sign in (("significant", True), ("not significant", False))
        if name == "p_value" and sign in {value < 0.05 for value in values}
    ]
    return f"{float(min(values)):.10g}", f"{float(max(values)):.10g}", str(len(texts)), "; ".join(decisions)


def assert_ranges(found, expected):
    """Equal but for the last bits of floating point."""
    assert list(found.columns) == list(RANGE_COLUMNS)
    rows = list(found.itertuples(index=False, name=None))
    assert [row[:4] + row[6:] for row in rows] == [row[:4] + row[6:] for row in expected]
    for row, other in zip(rows, expected, strict=True):
        assert [float(end) for end in row[4:6]] == pytest.approx(
            [float(end) for end in other[4:6]], abs=1e-12
        )


@pytest.mark.parametrize("between", ["post", "change"])
@pytest.mark.parametrize(("levels", "sizes_of_groups"), [(2, (6, 4)), (3, (2, 1))])
def test_results_range_over_every_dataset(between, levels, sizes_of_groups, make_study, claim_text):
    study = make_study(levels).model_copy(update={"between": between})
    claims = sizes(claim_text, study, sizes_of_groups)
    claims.append(
        claim_text(
            "low", sizes_of_groups[0] - 1, "count", group="intervention", timepoint="pre", level="level0"
        )
    )
    first, second = (all_tables(n, levels) for n in sizes_of_groups)
    first = first[first[:, 0].sum(axis=1) == sizes_of_groups[0] - 1]
    found = reconstruct(study, claims)
    assert found.number == len(first) * len(second)
    assert_ranges(found.ranges, expected_ranges(study, list(product(first, second))))


@pytest.mark.parametrize("between", ["post", "change"])
@pytest.mark.parametrize(("n", "m", "change"), [(3, 2, "up"), (2, 4, "up"), (3, 4, "down")])
def test_results_range_over_the_datasets_whose_groups_go_together(
    between, n, m, change, make_study, claim_text
):
    study = make_study(2).model_copy(update={"between": between})
    claims = [
        *sizes(claim_text, study, [n, m]),
        claim_text("well", "4", "count", timepoint="post", level="level1"),
        claim_text("change", "2", f"count_{change}", group="intervention"),
    ]
    cell = (0, 1) if change == "up" else (1, 0)
    datasets = [
        (one, two)
        for one, two in product(all_tables(n, 2), all_tables(m, 2))
        if one[cell] == 2 and one[:, 1].sum() + two[:, 1].sum() == 4
    ]
    found = reconstruct(study, claims)
    assert found.number == len(datasets)
    assert_ranges(found.ranges, expected_ranges(study, datasets))
    # the lists hold the tables that are part of a dataset, and no others
    for g, group in enumerate(study.group_ids):
        listed = found.datasets[found.datasets["group"] == group]
        assert listed["dataset"].nunique() == len({each[g].tobytes() for each in datasets})
        assert listed["dataset"].astype(int).max() == listed["dataset"].nunique()


def test_the_list_names_levels_before_and_after(make_study, claim_text):
    study = make_study(2, groups=1)
    cell = {"group": "intervention", "level": "level0"}
    claims = [
        *sizes(claim_text, study, [3]),
        claim_text("pre", "2", "count", timepoint="pre", **cell),
        claim_text("post", "1", "count", timepoint="post", **cell),
    ]
    found = reconstruct(study, claims)
    assert list(found.datasets.columns) == list(LIST_COLUMNS)
    assert found.datasets.to_numpy().tolist() == [
        ["intervention", "1", "level0", "level1", "2"],
        ["intervention", "1", "level1", "level0", "1"],
        ["intervention", "2", "level0", "level0", "1"],
        ["intervention", "2", "level0", "level1", "1"],
        ["intervention", "2", "level1", "level1", "1"],
    ]


def test_at_most_a_hundred_datasets_of_a_group_are_listed(make_study, claim_text):
    study = make_study(2, groups=1)
    found = reconstruct(study, sizes(claim_text, study, [7]))
    assert found.number == 120
    assert found.datasets["dataset"].unique().tolist() == [str(number) for number in range(1, 101)]


def test_exact_p_values_of_many_datasets_are_left_out(make_study, claim_text, monkeypatch):
    study = make_study(2, groups=1)
    claims = sizes(claim_text, study, [3])
    # 0 to 3 rises with the rest of the changes: ten different margins of changes
    for budget, roles in ((10, {"declared", "exact"}), (9, {"declared"})):
        monkeypatch.setattr(module, "BUDGET_EXACT", budget)
        assert set(reconstruct(study, claims).ranges["role"]) == roles


def test_printed_p_values_narrow_what_counts_allow(make_study, claim_text):
    study = make_study(2, groups=1)
    claims = sizes(claim_text, study, [10])
    claims.append(claim_text("p", "0.002", "p_value", test="signed_rank", group="intervention"))
    found = reconstruct(study, claims)
    assert found.number == 286
    # ten up or ten down: z = sqrt(10), p = 0.0016
    assert found.with_p_values == 2


def test_an_outcome_that_is_a_number_has_no_datasets(make_study, claim_text):
    study = make_study(2)
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"scale": "score"})})
    found = reconstruct(study, sizes(claim_text, study, [10, 10]))
    assert found.sizes == {"intervention": 10, "control": 10}
    assert (found.unknown, found.number, found.with_p_values, found.sheet) == ((), None, None, None)
    assert found.not_searched == "the_tests_run_on_numbers_not_on_levels"
    assert_empty(found)


def assert_empty(found, *, contradictions=False):
    assert (found.contradictions is not None) == contradictions
    for frame, columns in ((found.datasets, LIST_COLUMNS), (found.ranges, RANGE_COLUMNS)):
        assert list(frame.columns) == list(columns)
        assert frame.empty
        assert (frame.dtypes == "str").all()


def test_nothing_is_made_where_a_size_is_unknown(make_study, claim_text):
    study = make_study(2)
    found = reconstruct(study, sizes(claim_text, study, [10, 10])[1:])
    assert found.sizes == {"control": 10}
    assert found.unknown == ("intervention",)
    assert (found.number, found.with_p_values, found.sheet, found.not_searched) == (None, None, None, "")
    assert_empty(found)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"quantity": "sample_size", "printed": "12"}, 12),
        ({"quantity": "sample_size", "printed": "1"}, 1),
        ({"quantity": "sample_size", "printed": "12", "operator": "="}, 12),
        ({"quantity": "sample_size", "printed": "1.200"}, 1200),
        # more than 12, or of another work, or none at all
        ({"quantity": "sample_size", "printed": "12", "operator": ">"}, None),
        ({"quantity": "sample_size", "printed": "12", "check": "cited"}, None),
        ({"quantity": "sample_size", "printed": "0"}, None),
        ({"quantity": "sample_size", "printed": "12,5"}, None),
        ({"quantity": "percent", "printed": "50%", "n": "12", "timepoint": "pre", "level": "level0"}, 12),
        ({"quantity": "percent", "printed": "50%", "n": "", "timepoint": "pre", "level": "level0"}, None),
        ({"quantity": "count_up", "printed": "3", "n": "12"}, 12),
        ({"quantity": "count_up", "printed": "3", "n": "12", "check": "no_data"}, None),
        ({"quantity": "count", "printed": "3", "n": "12", "variable": "milk_production"}, 12),
        # of another variable: some may have had none
        ({"quantity": "count", "printed": "3", "n": "12", "variable": "age"}, None),
        ({"quantity": "p_value", "printed": "0,05", "n": "12"}, None),
    ],
)
def test_where_sizes_come_from(cells, expected, make_study, claim_text):
    study = make_study(2, groups=1)
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"id": "milk_production"})})
    comma = {"notation": Notation((",",))}
    for group in ("intervention", ""):  # a study of one group need not name it
        claim = claim_text("one", group=group, **comma, **cells)
        assert printed_sizes(study, [claim]) == (
            ({"intervention": expected}, ()) if expected else ({}, ("intervention",))
        )
    # in a study of two groups a number without a group is of both
    assert printed_sizes(make_study(2), [claim_text("one", group="", **comma, **cells)])[0] == {}


def test_a_printed_size_comes_before_denominators(make_study, claim_text):
    study = make_study(2, groups=1)
    claims = [
        claim_text("n", "3", "count", group="intervention", timepoint="pre", level="level0", n="9"),
        claim_text("size", "10", "sample_size", group="intervention"),
    ]
    assert printed_sizes(study, claims) == ({"intervention": 10}, ())
    disagree = [claims[0], replace(claims[0], id="other", n="8")]
    assert printed_sizes(study, disagree) == ({}, ("intervention",))


@pytest.mark.parametrize("shape", ["one group", "two groups"])
def test_what_is_searched_at_the_budget_is_not_beyond_it(shape, make_study, claim_text):
    """Three participants at two levels have 20 tables; pairs of tables."""
    if shape == "one group":
        study, needed = make_study(2, groups=1), 20
        claims, what = sizes(claim_text, study, [3]), ("tables_of_a_group", 20)
    else:
        # 10 and 20 tables: 200 pairs, of which a tenth of the budget may be formed
        study, needed = make_study(2), 2000
        cell = {"timepoint": "post", "level": "level1"}
        claims = [*sizes(claim_text, study, [2, 3]), claim_text("well", "3", "count", **cell)]
        what = ("pairs_of_tables_of_two_groups", 200)
    assert reconstruct(study, claims, budget=needed).not_searched == ""
    beyond = reconstruct(study, claims, budget=needed - 1)
    assert (beyond.not_searched, beyond.needed) == what
    assert beyond.sizes == dict(zip(study.group_ids, (3,) if shape == "one group" else (2, 3), strict=True))
    assert (beyond.unknown, beyond.number, beyond.with_p_values, beyond.sheet) == ((), None, None, None)
    assert_empty(beyond)


def test_pairs_of_margins_beyond_the_budget_have_no_test_between_the_groups(make_study, claim_text):
    study = make_study(2)
    claims = sizes(claim_text, study, [3, 3])
    for group in study.group_ids:
        for level, count in (("level0", "3"), ("level1", "0")):
            cell = {"group": group, "timepoint": "pre", "level": level}
            claims.append(claim_text(f"{level}_{group}", count, "count", **cell))
    # four tables a group: 0, 1, 2 or 3 are well after
    for budget, tests in ((16, {"signed_rank", "rank_sum"}), (15, {"signed_rank"})):
        found = reconstruct(study, claims, budget=budget)
        assert (found.number, found.not_searched) == (16, "")
        assert set(found.ranges["test"]) == tests


def test_a_p_value_at_alpha_is_not_significant(make_study, claim_text):
    study = make_study(2, groups=1).model_copy(update={"alpha": 0.0625})
    claims = [*sizes(claim_text, study, [5]), claim_text("up", "5", "count_up", group="intervention")]
    found = reconstruct(study, claims)
    decisions = found.ranges[found.ranges["quantity"] == "p_value"].set_index("role")["decision"]
    assert decisions.to_dict() == {"declared": "significant", "exact": "not significant"}  # 0.025 and 2/32


def test_p_values_that_are_not_searched_are_not_counted(make_study, claim_text, monkeypatch):
    def beyond(*_arguments):
        raise NotSearched("too many")

    monkeypatch.setattr(module, "all_datasets", beyond)
    study = make_study(2, groups=1)
    found = reconstruct(study, sizes(claim_text, study, [3]))
    assert (found.number, found.with_p_values) == (20, None)


def test_a_fall_by_one_ranks_below_a_rise_by_two(make_study, claim_text):
    study = make_study(3, groups=1)
    own = {"group": "intervention"}
    claims = [
        *sizes(claim_text, study, [2]),
        *(claim_text(q, "1", q, **own) for q in ("count_up", "count_down")),
    ]
    cells = {("pre", "level0"): 1, ("pre", "level1"): 1, ("post", "level0"): 1, ("post", "level2"): 1}
    for (timepoint, level), count in cells.items():
        cell = {"timepoint": timepoint, "level": level}
        claims.append(claim_text(f"{timepoint}_{level}", count, "count", **own, **cell))
    found = reconstruct(study, claims)
    assert found.number == 1
    w = found.ranges.set_index("quantity")["low"]
    assert (w["w_plus"], w["w_minus"]) == ("2", "1")
