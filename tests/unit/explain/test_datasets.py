"""All datasets of small designs, group by group: counts, bounds, contradictions and tables, against a list of all."""

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from tests.cases import cases

from oxymilk.explain import datasets as module
from oxymilk.explain.claims_on_counts import Records, claims_on_counts, records_from_counts
from oxymilk.explain.datasets import (
    CONTRADICTION_COLUMNS,
    DATASET_COLUMNS,
    NotSearched,
    all_datasets,
    contradiction_table,
    dataset_table,
    list_tables,
)

BETWEEN = {"test": "rank_sum"}
ALL = {"timepoint": "post", "level": "level1"}


def of_group(group, timepoint="post", level="level1"):
    return {"group": group, "timepoint": timepoint, "level": level}


CLAIMS = [
    ("p", "1.000", "p_value", BETWEEN), ("u", "3", "u", BETWEEN), ("all", "3", "count", ALL),
    ("first", "1", "count", of_group("intervention")), ("second", "2", "count", of_group("control")),
    ("before", "1", "count", of_group("control", "pre")),
    ("rose", "1", "count_up", {"group": "intervention"}),
    ("p first", "0.317", "p_value", {"test": "signed_rank", "group": "intervention"}),
]  # fmt: skip
ALL_BEFORE = ("all before", "4", "count", ALL | {"timepoint": "pre"})


@pytest.fixture(scope="session")
def truth_on_all(every_table):
    """The truth of each claim on every dataset of the product, by its id."""

    def listed(records, claims):
        k, sizes = records.levels, records.pairs.sum(axis=(1, 2)).tolist()
        every = product(*(every_table(n, k * k) for n in sizes))
        tables = np.array(list(every)).reshape(-1, len(sizes), k, k)
        full = np.zeros((len(tables), *records.tables.shape), dtype=np.int64)
        full[..., :k, :k] = tables
        return {claim.id: claim.holds(claim.feature(full)) for claim in claims}

    return listed


@pytest.fixture
def design(make_study, claim_text, truth_on_all):
    """The records and claims of a study whose groups have so many participants, and the truth on every dataset."""

    def make(sizes, claims, between="post", **switches):
        study = make_study(2, groups=min(len(sizes), 2), **switches).model_copy(update={"between": between})
        if len(sizes) > 2:
            more = study.groups[1].model_copy(update={"id": "third"})
            study = study.model_copy(update={"groups": (*study.groups, more)})
        records = records_from_counts(study, np.array([[[n, 0], [0, 0]] for n in sizes]))
        known = claims_on_counts(records, [claim_text(*claim[:3], **claim[3]) for claim in claims])
        return records, known, truth_on_all(records, known)

    return make


def number_true(truth, chosen):
    every = np.ones(len(next(iter(truth.values()))), dtype=bool)
    return int(np.logical_and.reduce([every, *(truth[claim.id] for claim in chosen)]).sum())


def check_counts(datasets, truth, most=3):
    for size in range(most + 1):
        for chosen in combinations(datasets.claims, size):
            assert datasets.count(chosen) == number_true(truth, chosen), [claim.id for claim in chosen]


@pytest.mark.parametrize("sizes", [(2, 3), (3, 2), (2, 2, 1), (3,)])
@pytest.mark.parametrize("chunk", [1, 5, 10**6])
@pytest.mark.parametrize("between", ["post", "change"])
def test_counts_are_those_of_a_list(sizes, chunk, between, design, monkeypatch):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    claims = [claim for claim in CLAIMS if len(sizes) > 1 or "control" not in claim[3].values()]
    records, known, truth = design(sizes, claims, between)
    datasets = all_datasets(records, known)
    # a test of changes does not see the counts after, and no test those of a third group
    unseen = len(sizes) > 2 or (len(sizes) > 1 and between == "change")
    assert datasets.left_out == (["all"] if unseen else [])
    assert datasets.count([]) == len(truth["all"])
    if unseen:
        with pytest.raises(NotSearched, match="counts_of_the_whole_sample"):
            datasets.count(known)
    check_counts(datasets, truth, most=2 if chunk == 1 else 3)


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("sizes", [(1, 4), (2, 3), (4, 2), (3, 3)])
def test_the_counts_of_two_papers(levels, sizes, make_study, random_pairs, print_all, truth_on_all):
    """The p-values of one dataset and the counts of another: some of them contradict each other."""
    rng = np.random.default_rng(levels * 100 + sizes[0] * 10 + sizes[1])
    study = make_study(levels)
    pairs, other = (random_pairs(rng, levels, sizes) for _ in range(2))
    records = records_from_counts(study, pairs)
    claims = [claim for claim in print_all(study, pairs) if claim.quantity == "p_value"]
    claims += [claim for claim in print_all(study, other) if claim.quantity != "p_value"]
    known = claims_on_counts(records, claims)
    truth, datasets = truth_on_all(records, known), all_datasets(records, known)
    check_counts(datasets, truth, most=2)
    for _ in range(20):
        chosen = [claim for claim in known if rng.random() < 0.3]
        assert datasets.count(chosen) == number_true(truth, chosen)


def test_incomplete_records_stay_as_they_are(make_study, claim_text):
    """Who lacks a score before still counts after."""
    codes = (
        {"a": (0, 1), "b": (0, 1), "c": (0, 1), "d": (3, 2), "e": (2, 3)},
        {"f": (1, 1), "g": (1, 1), "h": (0, 2), "i": (0, 2)},
    )
    records = Records(make_study(3), codes, 3)
    claim = claim_text("n", "1", "count", **of_group("intervention", level="level2"))
    datasets = all_datasets(records, claims_on_counts(records, [claim]))
    # it is the participant without a score before: the three pairs have nobody at level2 after
    assert datasets.count(datasets.claims) == comb(3 + 5, 5) * comb(4 + 8, 8)


def test_claims_that_the_same_datasets_make_true(design):
    more = [
        ("all percent", "75%", "percent", ALL),
        ("first percent", "50%", "percent", of_group("intervention")),
        ("first other", "1", "count", of_group("intervention", level="level0")),
        ("second same", "1", "count", of_group("control")),
        ("p coarse", "1.00", "p_value", BETWEEN),
    ]
    records, known, truth = design((2, 2), [*CLAIMS, *more])
    datasets = all_datasets(records, known)
    for one, other in combinations(known, 2):
        expected = bool((truth[one.id] == truth[other.id]).all())
        assert (datasets.truth(one) == datasets.truth(other)) == expected, (one.id, other.id)


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("levels", [1, 2])
def test_tables_of_a_group(n, levels, every_table):
    """All of them in order, or those whose counts lie within bounds."""
    every = np.array(every_table(n, levels**2)).reshape(-1, levels, levels)
    assert list_tables(n, levels).tolist() == every.tolist()
    limits = [[0, n], [0, 1], [1, n], [1, 2], [n + 1, -1]]
    for before, after in product(product(limits, repeat=levels), repeat=2):
        counts = np.stack([every.sum(axis=2), every.sum(axis=1)], axis=1)
        bounds = np.array([before, after])
        within = ((counts >= bounds[..., 0]) & (counts <= bounds[..., 1])).all(axis=(1, 2))
        assert list_tables(n, levels, before, after, len(every)).tolist() == every[within].tolist()
    if n and levels == 2:
        with pytest.raises(NotSearched):
            list_tables(n, levels, budget=len(every) - 1)


def test_a_group_is_listed_up_to_a_bound_in_bytes(design):
    """Three participants at two levels: 20 tables of four numbers of eight bytes."""
    records, known, _ = design((2, 3), CLAIMS)
    assert all_datasets(records, known, budget=40).count([]) == 200
    with pytest.raises(NotSearched) as stopped:
        all_datasets(records, known, budget=39)
    assert (stopped.value.code, stopped.value.needed) == ("tables_of_a_group", 20)


@cases
def test_pairs_of_margins_within_the_budget(
    method, exact_budget, budget, chosen, needed, design, monkeypatch
):
    monkeypatch.setattr(module, "BUDGET_EXACT", exact_budget)
    records, known, truth = design((2, 2), CLAIMS, method=method)
    claims = [claim for claim in known if claim.id in chosen.split(",")]
    datasets = all_datasets(records, known)
    datasets.budget = budget
    if not needed:
        assert datasets.count(claims) == number_true(truth, claims)
        return
    with pytest.raises(NotSearched) as stopped:
        datasets.count(claims)
    assert stopped.value.args == ("pairs_of_margins_between_the_groups", needed)
    # nothing is known to be the same
    assert datasets.truth(claims[0]) == claims[0].id.encode()


@pytest.mark.parametrize("between", ["post", "change"])
def test_minimal_contradictions_are_those_of_a_list(
    between, make_study, random_pairs, print_all, truth_on_all
):
    rng = np.random.default_rng(5)
    study = make_study(2).model_copy(update={"between": between})
    found = 0
    for _ in range(8):
        pairs, other = (random_pairs(rng, 2, (4, 3)) for _ in range(2))
        records = records_from_counts(study, pairs)
        claims = [claim for claim in print_all(study, pairs) if claim.quantity == "p_value"]
        claims += [claim for claim in print_all(study, other) if claim.quantity != "p_value"]
        known = claims_on_counts(records, claims)[:9]
        truth = truth_on_all(records, known)
        table = contradiction_table(all_datasets(records, known))
        assert set(table["complete"]) <= {"true"}
        # of claims that are true together the first stands for all
        first = {bits.tobytes(): name for name, bits in reversed(truth.items())}
        names = [claim.id for claim in known if claim.id in first.values()]
        impossible = [
            frozenset(chosen)
            for size in range(1, len(names) + 1)
            for chosen in combinations(names, size)
            if not np.logical_and.reduce([truth[name] for name in chosen]).any()
        ]
        minimal = [chosen for chosen in impossible if not any(other < chosen for other in impossible)]
        assert sorted(map(sorted, minimal)) == sorted(sorted(ids.split()) for ids in table["claims"])
        found += len(minimal)
    assert found > 10


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
    records, known, _ = design((2, 2), claims)
    table = contradiction_table(all_datasets(records, known))
    assert tuple(table.columns) == CONTRADICTION_COLUMNS
    same = "one=half one=also"
    assert list(table.itertuples(index=False, name=None)) == [
        ("1", "2", "one none", same, "true"),
        ("2", "2", "one rose", same, "true"),
        ("3", "2", "one all", same, "true"),
        ("4", "2", "none rose", "", "true"),
        ("5", "2", "none all", "", "true"),
    ]


@cases
def test_what_may_be_missing_is_said(limit, value, complete, design, monkeypatch):
    """Three counts of one group, of which no two can be true: what is there is a contradiction."""
    monkeypatch.setattr(module, limit, value)
    claims = [(f"n{n}", str(n), "count", of_group("intervention")) for n in range(3)]
    records, known, _ = design((2, 2), claims)
    table = contradiction_table(all_datasets(records, known))
    assert set(table["complete"]) <= {"true" if complete else "false"}
    every = ["n0 n1", "n0 n2", "n1 n2"]
    assert table["claims"].tolist() == every if complete else set(table["claims"]) <= set(every)


def test_table_of_datasets(design):
    """Sets of claims in each group and in all, single p-values and pairs; empty sets are left out."""
    claims = [CLAIMS[0], CLAIMS[7], ("p second", "1", "p_value", {"test": "signed_rank", "group": "control"}),
              CLAIMS[3], ("z", "1", "z", BETWEEN)]  # fmt: skip
    records, known, truth = design((2, 3), claims)
    by_id = {claim.id: claim for claim in known}
    table = dataset_table(all_datasets(records, known))
    assert tuple(table.columns) == DATASET_COLUMNS
    expected = """
        all/intervention/ p_values/intervention/p first counts/intervention/first both/intervention/p first,first
        every_claim/intervention/p first,first all/control/ p_values/control/p second both/control/p second
        every_claim/control/p second all// p_values//p,p first,p second counts//first
        both//p,p first,p second,first every_claim//p,p first,p second,first,z p_value//p p_value//p first
        p_value//p second p_value_pair//p,p first p_value_pair//p,p second p_value_pair//p first,p second
    """.replace("p first", "p_first").replace("p second", "p_second")
    rows = []
    for text in expected.split():
        name, group, ids = text.split("/")
        wanted = [by_id[one.replace("_", " ")] for one in ids.split(",") if one]
        every = {"intervention": 10, "control": 20, "": 200}[group]
        found = number_true(truth, wanted) * every // 200
        names = " ".join(claim.id for claim in wanted)
        rows.append((name, group, names, str(found), str(every), f"{found / every:.10g}", "true", ""))
    assert list(table.itertuples(index=False, name=None)) == rows


def test_table_says_what_was_not_searched_and_what_is_left_out(design):
    records, known, _ = design((2, 2), [*CLAIMS[:3], ALL_BEFORE])
    datasets = all_datasets(records, known)
    beyond, left_out = "pairs_of_margins_between_the_groups 9", "left_out all before"
    for budget, searched, counts, p_values in (
        (8, "false", f"{beyond}; {left_out}", beyond),
        (9, "true", left_out, ""),
    ):
        datasets.budget = budget
        rows = {(row["set"], row["group"]): row for row in dataset_table(datasets).to_dict("records")}
        assert (rows["counts", ""]["searched"], rows["counts", ""]["reason"]) == (searched, counts)
        assert rows["p_values", ""]["reason"] == p_values
        assert (rows["both", ""]["datasets"] == rows["both", ""]["share"] == "") == (searched == "false")
        assert rows["all", "intervention"]["reason"] == ""
