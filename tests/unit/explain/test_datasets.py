"""Counts over all datasets: the factored count against lists of every dataset, and designs too large for a list."""

import time
from itertools import combinations
from math import comb

import numpy as np
import pytest

from oxymilk.explain.counting import NotSearched
from oxymilk.explain.datasets import (
    contradiction_table,
    dataset_table,
    designs_of,
    is_count,
    minimal_contradictions,
)
from oxymilk.explain.readings import feature_of, readings_of
from oxymilk.explain.records import records_from_counts


@pytest.fixture(scope="session")
def truth_by_brute_force(every_table):
    """The truth of each claim on every dataset of the product: (claims, datasets)."""

    def listed(study, readings, sizes, levels):
        lists = [np.array(every_table(n, levels**2)).reshape(-1, levels, levels) for n in sizes]
        i, j = (index.ravel() for index in np.indices([len(each) for each in lists]))
        tables = np.zeros((len(i), 2, levels + 1, levels + 1), dtype=np.int64)
        tables[:, 0, :-1, :-1], tables[:, 1, :-1, :-1] = lists[0][i], lists[1][j]
        return np.array([each.holds(feature_of(each, tables, study)) for each in readings])

    return listed


def claims_of_two_papers(study, pairs, other, print_all):
    """The p-values of one dataset and the counts of another: some of them contradict each other."""
    p_values = [claim for claim in print_all(study, pairs) if claim.quantity == "p_value"]
    counts = [claim for claim in print_all(study, other) if claim.quantity != "p_value"]
    return p_values + counts


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("sizes", [(a, b) for a in range(1, 5) for b in range(1, 5)])
def test_factored_count_is_the_brute_one(
    levels, sizes, make_study, random_pairs, print_all, truth_by_brute_force
):
    rng = np.random.default_rng(levels * 100 + sizes[0] * 10 + sizes[1])
    study = make_study(levels)
    pairs, other = (random_pairs(rng, levels, sizes) for _ in range(2))
    records = records_from_counts(study, pairs)
    readings = readings_of(records, claims_of_two_papers(study, pairs, other, print_all))
    truth = truth_by_brute_force(study, readings, sizes, levels)
    place = {each.id: i for i, each in enumerate(readings)}
    p_values = [each for each in readings if each.claim.quantity == "p_value"]
    counts = [each for each in readings if is_count(each)]
    sets = [[], p_values, counts, p_values + counts, readings]
    sets += [list(pair) for pair in combinations(p_values, 2)] + [[each] for each in readings]
    sets += [
        [readings[k] for k in np.flatnonzero(rng.random(len(readings)) < 0.3).tolist()] for _ in range(20)
    ]
    for listed in (0, 10**6):
        designs = designs_of(records, readings, listed=listed)
        assert designs.total == truth.shape[1]
        for chosen in sets:
            expected = int(truth[[place[each.id] for each in chosen]].all(axis=0).sum())
            assert designs.count(chosen) == expected, [each.id for each in chosen]


@pytest.mark.parametrize("between", ["post", "change"])
def test_minimal_contradictions_are_the_brute_ones(
    between, make_study, random_pairs, print_all, truth_by_brute_force
):
    rng = np.random.default_rng(5)
    study = make_study(2).model_copy(update={"between": between})
    sizes, found = (4, 3), 0
    for _ in range(15):
        pairs, other = (random_pairs(rng, 2, sizes) for _ in range(2))
        records = records_from_counts(study, pairs)
        readings = readings_of(records, claims_of_two_papers(study, pairs, other, print_all))[:9]
        truth = truth_by_brute_force(study, readings, sizes, 2)
        every = range(len(readings))
        impossible = [
            frozenset(chosen)
            for size in range(1, len(readings) + 1)
            for chosen in combinations(every, size)
            if not truth[list(chosen)].all(axis=0).any()
        ]
        minimal = {one for one in impossible if not any(other < one for other in impossible)}
        for listed in (0, 10**6) if between == "post" else (10**6,):
            designs = designs_of(records, readings, listed=listed)
            sets, complete = minimal_contradictions(designs, readings)
            assert complete
            assert set(sets) == minimal
            assert len(sets) == len(minimal)
        found += len(minimal)
    assert found > 20


def test_paper(paper):
    designs = designs_of(paper.records, paper.readings)
    table = dataset_table(designs)
    joint = table[table["group"] == ""].set_index("set")["datasets"].groupby(level=0, sort=False).agg(list)
    assert joint["all"] == ["81796"]
    assert joint["p_values"] == ["4"]
    assert joint["counts"] == ["1"]
    assert joint["both"] == ["0"]
    # the two Wilcoxon p-values; each with the Mann-Whitney p
    assert joint["p_value_pair"] == ["32", "70", "114"]
    assert set(table["searched"]) == {"true"}
    contradictions = contradiction_table(designs)
    first = contradictions.iloc[0]
    assert first["claims"].split() == ["mann_whitney_p_abstract", "kurang_percent_control_post_results"]
    assert set(contradictions["complete"]) == {"true"}
    # every set needs the one number that differs
    assert contradictions["claims"].str.contains("mann_whitney_p_abstract").all()


def test_three_levels_and_35_in_each_group_take_seconds(make_study, random_pairs, print_all):
    rng = np.random.default_rng(35)
    study = make_study(3)
    pairs = random_pairs(rng, 3, (35, 35))
    records = records_from_counts(study, pairs)
    start = time.perf_counter()
    designs = designs_of(records, readings_of(records, print_all(study, pairs)))
    table = dataset_table(designs)
    assert time.perf_counter() - start < 30
    assert table.loc[table["set"] == "all", "datasets"].tolist()[-1] == str(comb(43, 8) ** 2)
    assert set(table["searched"]) == {"true"}
    both = table[(table["set"] == "both") & (table["group"] == "")]
    assert int(both["datasets"].iloc[0]) >= 1
    # the groups' own p-values do not see each other
    own = table[table["set"] == "p_values"].set_index("group")["datasets"].astype(object).map(int)
    pair = table[table["set"] == "p_value_pair"].iloc[0]
    assert int(pair["datasets"]) == own["intervention"] * own["control"]


def test_beyond_the_budget_is_said(make_study, random_pairs, print_all):
    rng = np.random.default_rng(5)
    study = make_study(5)
    pairs = random_pairs(rng, 5, (30, 30))
    records = records_from_counts(study, pairs)
    readings = readings_of(records, print_all(study, pairs))
    with pytest.raises(NotSearched, match="ways to change"):
        designs_of(records, readings)
    study = make_study(3)
    pairs = random_pairs(rng, 3, (20, 20))
    records = records_from_counts(study, pairs)
    designs = designs_of(records, readings_of(records, print_all(study, pairs)), budget=40_000)
    table = dataset_table(designs)
    assert "false" in set(table["searched"])
    missing = table[table["searched"] == "false"]
    assert missing["reason"].str.contains("between the groups").all()
    assert (missing["datasets"] == "").all()
    # with the counts the margins are few, and the count is made all the same
    assert table.loc[(table["set"] == "both") & (table["group"] == ""), "searched"].tolist() == ["true"]


def test_incomplete_records_stay_as_they_are(make_study, print_all, claim_text):
    """Who lacks a score before still counts after."""
    study = make_study(3)
    tables = np.zeros((2, 4, 4), dtype=np.int64)
    tables[0, 0, 1], tables[0, 3, 2], tables[0, 2, 3] = 3, 1, 1
    tables[1, 1, 1], tables[1, 0, 2] = 2, 2
    codes = tuple(
        {f"{g}{i}{j}{n}": (i, j) for i, j in np.argwhere(t).tolist() for n in range(t[i, j])}
        for g, t in enumerate(tables)
    )
    from oxymilk.explain.records import Records

    records = Records(study, tables, codes)
    cell = {"group": "intervention", "timepoint": "post", "level": "level2"}
    claims = [claim_text("n", "1", "count", **cell), claim_text("p", "0.100", "p_value", test="rank_sum")]
    claims.append(claim_text("pre", "1", "count", **(cell | {"timepoint": "pre"})))
    readings = readings_of(records, claims)
    counts = [designs_of(records, readings, listed=listed).count([readings[0]]) for listed in (0, 10**6)]
    # one of them is the participant without a score before: the three pairs have nobody at level2 after
    assert counts[0] == counts[1] == comb(3 + 5, 5) * comb(4 + 8, 8)
    for chosen in ([readings[1]], [readings[2]], readings):
        first, second = (designs_of(records, readings, listed=listed).count(chosen) for listed in (0, 10**6))
        assert first == second
