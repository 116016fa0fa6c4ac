"""Counting the datasets of a group: what is too large, what is counted once, and which claims say the same."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from oxymilk.explain import counting
from oxymilk.explain.counting import NotSearched, count_group
from oxymilk.explain.readings import change_margin, feature_of, readings_of
from oxymilk.explain.records import Records, count_records
from oxymilk.stats import difference_counts, signed_rank_counts

CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}
OWN = {"test": "signed_rank", "group": "intervention"}


def tables_of(n, k):
    """All tables of pre by post, one by one."""

    def fill(n, cells):
        return [(n,)] if cells == 1 else [(a, *rest) for a in range(n + 1) for rest in fill(n - a, cells - 1)]

    return np.array(fill(n, k * k)).reshape(-1, k, k)


@pytest.fixture
def group(make_study, records_with, claim_text):
    """The records and readings of a group with n participants at k levels; the claims are about it alone."""

    def make(n, k, claims=(), **switches):
        study = make_study(k, **switches)
        pairs = np.zeros((2, k, k), dtype=int)
        pairs[0, 0, -1], pairs[1, 0, 0] = n, 1
        records = records_with(study, pairs)
        return records, readings_of(records, [claim_text(*claim[:3], **claim[3]) for claim in claims])

    return make


@pytest.mark.parametrize(
    ("n", "k", "budget", "reason"),
    [
        # 10 ways to change level, 4 ways to rise, 16 counts after
        (3, 2, 16, None),
        (3, 2, 15, "16 counts after in a group"),
        (3, 2, 9, "10 ways to change in a group"),
        # 45 ways to change, 66 to rise, 243 counts after
        (2, 5, 243, None),
        (2, 5, 65, "66 ways to rise in a group"),
        (2, 5, 44, "45 ways to change in a group"),
        # 15 ways to change, 10 to rise, 27 counts after
        (2, 3, 27, None),
        (2, 3, 26, "27 counts after in a group"),
    ],
)
def test_what_is_too_large_to_be_counted(n, k, budget, reason, group):
    records, readings = group(n, k)
    if reason is None:
        counted = count_group(records, 0, readings, budget=budget, listed=0)
        assert counted.total == comb(n + k * k - 1, k * k - 1)
    else:
        with pytest.raises(NotSearched, match=rf"^{reason}$"):
            count_group(records, 0, readings, budget=budget, listed=0)


def test_exact_distributions_are_fewer(group, monkeypatch):
    """Ten ways to change level: as many exact distributions."""
    claims = [("p", "0.25", "p_value", OWN)]
    monkeypatch.setattr(counting, "BUDGET_EXACT", 10)
    assert count_group(*arguments(group(3, 2, claims, method="exact")), listed=0).total == 20
    monkeypatch.setattr(counting, "BUDGET_EXACT", 9)
    for claims_of, method in ((claims, "asymptotic"), ([("n", "3", "count", CELL)], "exact")):
        assert count_group(*arguments(group(3, 2, claims_of, method=method)), listed=0).total == 20
    with pytest.raises(NotSearched, match=r"^10 exact distributions of a group$"):
        count_group(*arguments(group(3, 2, claims, method="exact")), listed=0)
    # listed tables are so few that their distributions are not counted
    assert count_group(*arguments(group(3, 2, claims, method="exact")), listed=20).total == 20


def arguments(made):
    records, readings = made
    return records, 0, readings


def test_counts_are_exact(group, monkeypatch):
    """Numbers of tables beyond what floating point holds exactly are not counted."""
    monkeypatch.setattr(counting, "_EXACT", 21)
    assert count_group(*arguments(group(3, 2)), listed=0).total == 20
    monkeypatch.setattr(counting, "_EXACT", 20)
    with pytest.raises(NotSearched, match=r"^20 tables of a group$"):
        count_group(*arguments(group(3, 2)), listed=0)


def test_changes_are_compared_in_lists_only(group):
    records, readings = group(3, 2)
    changed = records.study.model_copy(update={"between": "change"})
    other = Records(changed, records.tables, records.codes)
    with pytest.raises(NotSearched, match=r"^20 tables of a group, compared on changes$"):
        count_group(other, 0, readings, listed=19)
    listed = count_group(other, 0, readings, listed=20)
    # falls, no change, rises
    assert sorted(listed.margins.tolist()) == sorted(
        [a, b, c] for a in range(4) for b in range(4) for c in range(4) if a + b + c == 3
    )
    alone = Records(
        changed.model_copy(update={"groups": changed.groups[:1]}), records.tables[:1], records.codes[:1]
    )
    assert count_group(alone, 0, readings, listed=19).total == 20


def test_as_many_counts_before_as_participants(group):
    """Each count before that a claim allows is a run; more runs than counts are not made."""
    claims = [
        ("few", "2", "count", CELL | {"operator": "<"}),
        ("many", "2", "count", CELL | {"operator": "<=", "level": "level1"}),
        ("one", "1", "count", CELL | {"operator": "<", "level": "level1"}),
    ]
    claims.append(("all", "4", "count", CELL | {"operator": "<="}))
    records, readings = group(4, 3, claims)
    tables = tables_of(4, 3)
    before = tables.sum(axis=2)
    truth = [before[:, 0] < 2, before[:, 1] <= 2, before[:, 1] < 1, before[:, 0] <= 4]
    counted = count_group(records, 0, readings, listed=0)
    for wanted in ([0], [1], [2], [3], [0, 2], [1, 2], [2, 3]):
        expected = np.logical_and.reduce([truth[i] for i in wanted]).sum()
        assert counted.weights([readings[i] for i in wanted]).sum() == expected
    # two counts at level0 with three at level1; five are possible
    with pytest.raises(NotSearched, match=r"^6 counts before in a group$"):
        counted.weights(readings[:2])


def test_pairs_are_formed_once(group):
    """Work is counted in pairs of rises and falls; the same pins are not run twice."""
    claims = [
        ("a", "2", "count", CELL),
        ("b", "1", "count", CELL),
        ("up", "1", "count_up", {"group": "intervention"}),
        ("c", "2", "count", CELL | {"level": "level1"}),
    ]
    records, readings = group(3, 2, claims)
    counted = count_group(records, 0, readings, listed=0)
    assert counted.work() == 0
    assert counted.weights([]).sum() == 20
    # of three participants s rise and t fall: 10 pairs
    assert counted.work() == 10
    counted.weights([readings[2]])
    assert counted.work() == 10
    counted.weights([readings[0]])
    pinned = counted.work()
    assert pinned > 10
    counted.weights([readings[0], readings[2]])
    assert counted.work() == pinned
    # more pinned than there are participants: nothing is formed
    assert counted.weights([readings[0], readings[3]]).sum() == 0
    assert counted.work() == pinned
    # contradicting pins leave no run at all
    assert counted.weights(readings[:2]).sum() == 0
    assert counted.work() == pinned
    assert count_group(records, 0, readings, listed=20).work() == 0


def test_too_many_pairs(group):
    """Beside a count before, more is looked at of rises and falls: 146 pairs, where 125 counts after are possible."""
    claims = [("a", "2", "count", CELL | {"level": "level1"})]
    records, readings = group(4, 3, claims)
    counted = count_group(records, 0, readings, budget=146, listed=0)
    assert counted.weights(readings).sum() == np.count_nonzero(tables_of(4, 3)[:, 1].sum(axis=1) == 2)
    assert counted.work() == 146
    counted = count_group(records, 0, readings, budget=145, listed=0)
    with pytest.raises(NotSearched, match=r"^146 pairs of rises and falls in a group$"):
        counted.weights(readings)


@pytest.mark.parametrize("listed", [0, 10**6])
def test_claims_say_the_same_when_the_same_datasets_make_them_true(listed, group):
    mine = {"group": "intervention"}
    claims = [
        ("n", "1", "count", CELL),
        ("percent", "25%", "percent", CELL),
        ("others", "3", "count", CELL | {"level": "level1"}),
        ("after", "1", "count", CELL | {"timepoint": "post"}),
        ("at most", "1", "count", CELL | {"timepoint": "post", "operator": "<="}),
        ("up", "1", "count_up", mine),
        ("up percent", "25,0%", "percent_up", mine),
        ("down", "1", "count_down", mine),
        ("p", "0.3", "p_value", OWN),
        ("p again", "0.317", "p_value", OWN),
    ]
    records, readings = group(4, 2, claims)
    tables = tables_of(4, 2)
    made = np.zeros((len(tables), *records.tables.shape), dtype=np.int64)
    made[:, 0, :2, :2] = tables
    truth = {each.id: each.holds(feature_of(each, made, records.study)).tobytes() for each in readings}
    counted = count_group(records, 0, readings, listed=listed)
    for one, other in combinations(readings, 2):
        same = counted.truth(one) == counted.truth(other)
        if listed or {one.sees, other.sees} != {"pre"}:
            assert same == (truth[one.id] == truth[other.id]), (one.id, other.id)
    assert counted.truth(readings[0]) == counted.truth(readings[1])
    assert counted.truth(readings[5]) == counted.truth(readings[6])


@pytest.mark.parametrize("listed", [0, 10**6])
def test_claims_that_who_lacks_a_score_decides(listed, make_study, claim_text):
    """One without a score after is level0 before: none cannot be, nor can all that there are and one more."""
    codes = ({"a": (0, 0), "b": (0, 1), "c": (1, 1), "d": (0, 2)}, {"x": (0, 0)})
    records = Records(make_study(2), count_records(codes, 2), codes)
    claims = [claim_text(f"n{n}", n, "count", **CELL) for n in range(5)]
    claims.append(claim_text("all others", "4", "count", **(CELL | {"level": "level1"})))
    readings = readings_of(records, claims)
    counted = count_group(records, 0, readings, listed=listed)
    # three complete records in four cells: so many have none to three at level0 before
    assert [counted.weights([each]).sum() for each in readings[:5]] == [0, 4, 6, 6, 4]
    truths = [counted.truth(each) for each in readings[:5]]
    assert len(set(truths)) == 5
    # what no dataset makes true is the same, whichever level it is about
    assert counted.truth(readings[5]) == truths[0]


@pytest.mark.parametrize(("between", "listed"), [("post", 0), ("post", 10**6), ("change", 10**6)])
def test_weights_by_margin(between, listed, make_study, claim_text):
    """How many datasets with each margin make some claims true; who lacks a score stays as they are."""
    study = make_study(3).model_copy(update={"between": between})
    codes = (
        {"x": (0, 0)},
        {"a": (0, 0), "b": (1, 2), "c": (2, 1), "d": (3, 1), "e": (0, 3), "f": (3, 3), "g": (2, 0)},
    )
    records = Records(study, count_records(codes, 3), codes)
    mine = {"group": "control"}
    claims = [
        claim_text("pre", "2", "count", timepoint="pre", level="level0", **mine),
        claim_text("pre too", "1", "count", timepoint="pre", level="level2", **mine),
        claim_text("post", "2", "count", timepoint="post", level="level1", **mine),
        claim_text("down", "1", "count_down", **mine),
        claim_text("same", "2", "count_unchanged", **mine),
        *(claim_text(p, p, "p_value", test="signed_rank", **mine) for p in ("0.3", "0.7", "1.0")),
    ]
    readings = readings_of(records, claims)
    tables = tables_of(4, 3)
    made = np.broadcast_to(records.tables, (len(tables), *records.tables.shape)).copy()
    made[:, 1, :3, :3] = tables
    truth = [each.holds(feature_of(each, made, study)) for each in readings]
    seen = made[:, 1, :, :3].sum(axis=1) if between == "post" else change_margin(made[:, 1])
    counted = count_group(records, 1, readings, listed=listed)
    assert counted.total == len(tables)
    for size in range(4):
        for chosen in combinations(range(len(readings)), size):
            true = np.logical_and.reduce([np.ones(len(tables), dtype=bool), *(truth[i] for i in chosen)])
            weights = counted.weights([readings[i] for i in chosen])
            found = {
                tuple(m): w for m, w in zip(counted.margins.tolist(), weights.tolist(), strict=True) if w
            }
            margins, numbers = np.unique(seen[true], axis=0, return_counts=True)
            assert found == {tuple(m): n for m, n in zip(margins.tolist(), numbers.tolist(), strict=True)}


@pytest.mark.parametrize(("n", "k"), [(2, 3), (4, 3), (3, 4)])
def test_changes_are_told_apart_by_their_sizes(n, k, make_study, records_with, claim_text):
    """Every p-value that some dataset gives, W+ and W-, counted in factors and in a list."""
    study = make_study(k)
    pairs = np.zeros((1, k, k), dtype=int)
    pairs[0, 0, 1] = n
    records = records_with(study.model_copy(update={"groups": study.groups[:1]}), pairs)
    numbers = signed_rank_counts(*difference_counts(tables_of(n, k)), study.procedure.signed_rank)
    printed = {("p_value", f"{p:.4f}") for p in numbers.p_value.tolist() if not np.isnan(p)}
    printed |= {("w", f"{w:.1f}") for w in numbers.w_plus.tolist()}
    claims = [claim_text(f"{name} {one}", one, name, **OWN) for name, one in sorted(printed)]
    readings = readings_of(records, claims)
    factored, listed = (count_group(records, 0, readings, listed=limit) for limit in (0, 10**6))
    for each in readings:
        assert factored.weights([each]).sum() == listed.weights([each]).sum() > 0
    for one, other in combinations(readings, 2):
        assert factored.weights([one, other]).sum() == listed.weights([one, other]).sum()
