"""Bounds of tails, against the tails themselves, and against bounds computed another way."""

from fractions import Fraction
from itertools import combinations, product
from math import cosh, exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxymilk.stats import hodges_lehmann as hl
from oxymilk.stats.tail_bounds import flip_tail_bound, sample_tail_bound

CELLS = st.lists(st.tuples(st.integers(1, 3), st.integers(-4, 9)), min_size=1, max_size=4)


def flip_sums(sizes, scores):
    """The sum of the positive scores of every sign pattern, written out."""
    each = np.repeat(scores, sizes).tolist()
    return [sum(some) for some in product(*((0, score) for score in each))]


def sample_sums(sizes, scores, drawn):
    return [sum(some) for some in combinations(np.repeat(scores, sizes).tolist(), drawn)]


def share(sums, total):
    return Fraction(sum(value >= total for value in sums), len(sums))


@given(CELLS, st.data())
def test_samples(cells, data):
    sizes, values = np.array(cells).T
    drawn = data.draw(st.integers(1, int(sizes.sum())))
    sums = sample_sums(sizes, values, drawn)
    for total in range(min(sums) - 1, max(sums) + 2):
        bound = sample_tail_bound(sizes, values, drawn, total)
        assert share(sums, total) <= bound * (1 + 1e-12)
        assert bound <= 1
        if total <= drawn * np.average(values, weights=sizes):
            assert bound == pytest.approx(1)


@given(CELLS)
def test_flips(cells):
    sizes, values = np.array(cells).T
    sums = flip_sums(sizes, values)
    for total in range(min(sums) - 1, max(sums) + 2):
        bound = flip_tail_bound(sizes, values, total)
        assert share(sums, total) <= bound * (1 + 1e-12)
        assert bound <= 1
        if total <= (sizes * values).sum() / 2:
            assert bound == pytest.approx(1)


GRID = [0.001 * step for step in range(1, 3000)]


def test_bounds_are_near_the_best_of_their_kind():
    """Minimise over t on a fine grid, from the definition, on scores that stand one by one."""
    scores = [2 * place for place in range(1, 21)]
    for total in (230, 260, 290):
        best = min(
            exp(10 * log(sum(exp(t * s) for s in scores) / 20) - t * total) for t in (g / 10 for g in GRID)
        )
        bound = sample_tail_bound(np.ones(20), np.array(scores), 10, total)
        assert best * (1 - 1e-9) <= bound <= 1.05 * best
        total += 60
        best = min(
            exp(sum(log(cosh(t * s / 2)) for s in scores) - t * (total - sum(scores) / 2))
            for t in (g / 10 for g in GRID)
        )
        bound = flip_tail_bound(np.ones(20), np.array(scores), total)
        assert best * (1 - 1e-9) <= bound <= 1.05 * best
    # ties only change how the scores are counted
    doubled = sample_tail_bound(np.full(10, 2), np.array(scores[:10]), 10, 150)
    assert doubled == pytest.approx(sample_tail_bound(np.ones(20), np.repeat(scores[:10], 2), 10, 150))
    doubled = flip_tail_bound(np.full(10, 2), np.array(scores[:10]), 180)
    assert doubled == pytest.approx(flip_tail_bound(np.ones(20), np.repeat(scores[:10], 2), 180))


@pytest.mark.parametrize("levels", [3, 6, 25])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_are_those_of_exact_tests_alone(levels, confidence, monkeypatch):
    rng = np.random.default_rng(levels)
    x, y = (rng.integers(low, levels + low, 18).tolist() for low in (0, 2))
    asked = []

    def runs():
        counted = []
        for name in ("signed_rank_test", "rank_sum_test"):
            run = getattr(hl, name)
            monkeypatch.setattr(hl, name, lambda *given, run=run: counted.append(1) or run(*given))
        found = [hl.signed_rank_shift(x, y, confidence, zero) for zero in ("drop", "pratt")]
        found.append(hl.rank_sum_shift(x, y, confidence))
        asked.append(len(counted))
        return found

    with_bounds = runs()
    for name in ("flip_tail_bound", "sample_tail_bound"):
        monkeypatch.setattr(hl, name, lambda *_: 1.0)
    assert runs() == with_bounds
    assert all(shift.method == hl.EXACT for shift in with_bounds)
    assert asked[0] < asked[1]


def test_a_sum_a_little_above_the_middle_is_bounded_too():
    assert flip_tail_bound(np.ones(100), np.full(100, 0.1), 5.9) < 0.3
    assert sample_tail_bound(np.ones(200), np.repeat([0, 0.1], 100), 100, 5.9) < 0.3


@pytest.mark.parametrize("zero_method", ["drop", "pratt"])
def test_the_bound_is_of_the_tail_that_the_exact_test_has(zero_method, monkeypatch):
    """At every shift that is tried: the share of sign patterns, or samples, is the p-value."""
    shares, p_values = [], []

    def spy(name, sums):
        monkeypatch.setattr(
            hl, name, lambda *given: shares.append(share(sums(*given[:-1]), given[-1])) or 1.0
        )

    def listen(name):
        run = getattr(hl, name)

        def listened(*given):
            result = run(*given)
            p_values.append(result.p_fraction)
            return result

        monkeypatch.setattr(hl, name, listened)

    spy("flip_tail_bound", flip_sums)
    spy("sample_tail_bound", sample_sums)
    listen("signed_rank_test")
    listen("rank_sum_test")
    rng = np.random.default_rng(5)
    for _ in range(4):
        x, y = rng.integers(0, 4, 8).tolist(), rng.integers(1, 5, 8).tolist()
        # the less confidence, the further inwards the tests go
        hl.signed_rank_shift(x, y, 0.05, zero_method)
        hl.rank_sum_shift(x, y[:4], 0.05)
    assert shares == p_values
    assert len(set(shares)) > 20


def test_bounds_spare_exact_tests_of_either_kind(monkeypatch):
    x, y = list(range(25)), [7 * each % 25 + 4 for each in range(25)]
    for shift, test, bound in (
        (hl.signed_rank_shift, "signed_rank_test", "flip_tail_bound"),
        (hl.rank_sum_shift, "rank_sum_test", "sample_tail_bound"),
    ):
        asked = []
        run = getattr(hl, test)
        monkeypatch.setattr(hl, test, lambda *given, run=run, asked=asked: asked.append(1) or run(*given))
        shift(x, y)
        with_bound = len(asked)
        monkeypatch.setattr(hl, bound, lambda *_: 1.0)
        shift(x, y)
        # both numbers count the tests beyond the limits, of which there are many
        assert 2 * with_bound < len(asked) - with_bound


def test_a_bound_is_never_more_than_one():
    """One observation far from the others: every t that is tried is too large."""
    assert sample_tail_bound(np.array([99, 1]), np.array([0, 100]), 1, 21) == 1


def test_far_out_and_without_spread_nothing_overflows():
    """One far above a thousand; all alike, where rounding must not make a spread."""
    assert sample_tail_bound(np.array([999, 1]), np.array([1000, 2000]), 1, 2000) >= 0.001 * (1 - 1e-12)
    assert flip_tail_bound(np.array([1]), np.array([10**6]), 10**6) >= 0.5 * (1 - 1e-12)
    for drawn in (1, 2, 3):
        for score in (7, 11):
            assert sample_tail_bound(np.ones(3, dtype=int), np.full(3, score), drawn, drawn * score) == 1
