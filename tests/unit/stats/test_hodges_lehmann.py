"""Shifts and their limits: by brute force, at a p-value of exactly alpha, for large data; and bounds of tails."""

from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.cases import cases

from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test
from oxymilk.stats import hodges_lehmann as hl


def brute_interval(p_value, lowest, highest, alpha):
    """Try every quarter step; the statistic changes at half steps only."""
    grid = [Fraction(i, 4) for i in range(int(4 * lowest) - 4, int(4 * highest) + 5)]
    low = next(g for g in grid if p_value(g, "greater") > alpha)
    high = next(g for g in reversed(grid) if p_value(g, "less") > alpha)
    # a quarter between two half steps stands for the whole stretch
    ends = [v if v.denominator <= 2 else v + Fraction(side, 4) for v, side in ((low, -1), (high, 1))]
    return -inf if low == grid[0] else ends[0], inf if high == grid[-1] else ends[1]


@pytest.mark.parametrize("zero_method", ["drop", "pratt"])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_shift_of_pairs_by_brute_force(zero_method, confidence):
    alpha = (1 - Fraction(str(confidence))) / 2
    for differences in (*list(product((-1, 0, 1, 3), repeat=4))[::9], (0, 1, 1, 2, 2, 2, 3, -1)):
        pre = [0] * len(differences)

        def p_value(shift, alternative, d=differences):
            procedure = Procedure("exact", alternative, zero_method=zero_method)
            return signed_rank_test([shift] * len(d), d, procedure).p_fraction

        shift = hl.signed_rank_shift(pre, differences, confidence, zero_method)
        assert (shift.low, shift.high) == brute_interval(p_value, min(differences), max(differences), alpha)
        averages = [(a + b) / 2 for a, b in combinations_with_replacement(differences, 2)]
        assert (shift.estimate, shift.method) == (np.median(averages), hl.EXACT)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_shift_between_groups_by_brute_force(confidence):
    alpha = (1 - Fraction(str(confidence))) / 2
    for x in list(product((0, 1, 3), repeat=4))[::6]:
        y = (0, 0, 1, 2)

        def p_value(shift, alternative, x=x, y=y):
            return rank_sum_test([a - shift for a in x], y, Procedure("exact", alternative)).p_fraction

        shift = hl.rank_sum_shift(x, y, confidence)
        assert (shift.low, shift.high) == brute_interval(p_value, min(x) - 2, max(x), alpha)
        assert shift.estimate == np.median(np.subtract.outer(x, y))


# Hollander, Wolfe & Chicken (2014), example 3.1: depression scores
BOOK = (
    [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30],
    [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
)


@cases
def test_limits(function, arguments, low_high):
    shift = getattr(hl, function)(*arguments)
    assert ([shift.low, shift.high], shift.method) == (low_high, hl.EXACT)
    assert hl.signed_rank_shift(*BOOK).estimate == -0.46


def test_differences_that_the_shift_makes_zero_are_dropped_or_ranked():
    """A shift of 1 leaves -3, -2, -1, -1, 0, 3: W+ has ranks 4.5 of 15, at most that in 9/32; or 5.5 of 20, 7/32."""
    differences = [-2, -1, 0, 0, 1, 4]
    drop = hl.signed_rank_shift([0] * 6, differences, 0.5)
    assert drop == hl.signed_rank_shift([0] * 6, differences, 0.5, "drop")
    assert drop.high == 1
    assert hl.signed_rank_shift([0] * 6, differences, 0.5, "pratt").high < 1


@settings(max_examples=20)
@given(
    st.lists(st.integers(-1, 3), min_size=1, max_size=8),
    st.lists(st.integers(-1, 3), min_size=1, max_size=5),
    st.integers(0, 20),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_estimate_lies_between_the_limits(first, second, unchanged, confidence):
    differences = first + [0] * unchanged
    for zero_method in ("drop", "pratt"):
        shift = hl.signed_rank_shift([0] * len(differences), differences, confidence, zero_method)
        assert shift.low <= shift.estimate <= shift.high
    shift = hl.rank_sum_shift(differences, second, confidence)
    assert shift.low <= shift.estimate <= shift.high


def test_as_many_shifts_as_allowed_are_tried(monkeypatch):
    monkeypatch.setattr(hl, "MOST_SHIFTS", 15)
    assert hl.signed_rank_shift([0] * 5, [1, 2, 4, 8, 16]).method == hl.EXACT
    monkeypatch.setattr(hl, "MOST_SHIFTS", 14)
    assert hl.signed_rank_shift([0] * 5, [1, 2, 4, 8, 16]).method == hl.LARGE


def test_without_memory_for_the_exact_test_order_statistics_are_taken(no_memory):
    assert hl.signed_rank_shift([0] * 21, range(21)).method == hl.LARGE


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_large_data_take_order_statistics(monkeypatch, confidence):
    """Hollander, Wolfe & Chicken 2014, 3.3 and 4.3: C = mean - z SD of W+ or U without ties, rounded down."""
    monkeypatch.setattr(hl, "MOST_SHIFTS", 3)
    z = stats.norm.isf((1 - confidence) / 2)
    for n in (15, 40):
        differences = [2**i for i in range(n)]  # no two averages are equal
        walsh = sorted((a + b) / 2 for a, b in combinations_with_replacement(differences, 2))
        rank = int(n * (n + 1) / 4 - z * (n * (n + 1) * (2 * n + 1) / 24) ** 0.5)
        shift = hl.signed_rank_shift([0] * n, differences, confidence)
        assert (shift.low, shift.high) == (walsh[rank - 1], walsh[-rank])
        assert (shift.estimate, shift.method) == (np.median(walsh), hl.LARGE)
    x, y = [(7 * i) % 23 + i / 8 for i in range(11)], [(5 * i) % 17 - i / 8 for i in range(8)]
    pairwise = sorted(a - b for a in x for b in y)
    rank = int(88 / 2 - z * (88 * 20 / 12) ** 0.5)
    shift = hl.rank_sum_shift(x, y, confidence)
    assert (shift.low, shift.high) == (pairwise[rank - 1], pairwise[-rank])
    assert (shift.estimate, shift.method) == (np.median(pairwise), hl.LARGE)
    # the smallest rank is one
    shift = hl.signed_rank_shift([0] * 4, [1, 2, 3, 4], 0.99999)
    assert (shift.low, shift.high) == (1, 4)


def test_confidence():
    pre, post = [0] * 8, [1, 2, 4, 8, 16, 32, 64, 128]
    for function in (hl.signed_rank_shift, hl.rank_sum_shift):
        assert function(pre, post) == function(pre, post, 0.95) != function(pre, post, 0.8)
        for confidence in (0, 1, -1, 1.5):
            with pytest.raises(ValueError, match=f"^confidence must lie between 0 and 1, not {confidence}$"):
                function(pre, post, confidence)


numbers = (st.integers(-6, 6), st.integers(-(2**63), 2**63), st.fractions(-3, 3, max_denominator=10))
lists = st.one_of(*(st.lists(kind, min_size=1, max_size=9) for kind in numbers))


def compare(sums, expected):
    expected = sorted(expected)
    assert sums.total == len(expected)
    assert [sums.ranked(rank) for rank in range(1, sums.total + 1)] == expected
    distinct = sorted(set(expected))
    assert sums.distinct(len(distinct)) == distinct
    assert sums.distinct(len(distinct) - 1) is None
    for value in distinct:
        units = value * sums.scale
        assert units.denominator == 1
        assert sums.count_to(int(units)) == sum(other <= value for other in expected)
        assert sums.count_to(int(units) - 1) == sum(other < value for other in expected)


@settings(max_examples=20)
@given(lists, lists)
def test_all_differences_and_averages(x, y):
    compare(hl.Sums(x, [-b for b in y]), [Fraction(a - b) for a, b in product(x, y)])
    compare(
        hl.Sums([Fraction(a, 2) for a in x]),
        [Fraction(a + b, 2) for a, b in combinations_with_replacement(x, 2)],
    )


@pytest.mark.parametrize("size", [2**61 - 1, 2**61, 2**62, 2**63, 2**64])
def test_sums_at_the_edge_of_64_bits(size):
    compare(hl.Sums([size, -size], [size, -size]), [0, 0, 2 * size, -2 * size])
    compare(hl.Sums([Fraction(size, 2), Fraction(-size, 2)]), [size, 0, -size])


def test_ten_thousand_and_ten_thousand():
    """A hundred million differences i - 2 j: 0 is where the median is."""
    sums = hl.Sums(range(-9_999, 10_000, 2), range(-19_998, 20_000, 4))
    assert sums.total == 10**8
    assert sums.distinct(9_999) is None
    assert (sums.ranked(1), sums.ranked(10**8)) == (-9_999 - 19_998, 9_999 + 19_998)
    assert sums.ranked(10**8 // 2) == -sums.ranked(10**8 // 2 + 1)


CELLS = st.lists(st.tuples(st.integers(1, 3), st.integers(-4, 9)), min_size=1, max_size=4)


@settings(max_examples=20)
@given(CELLS, st.data())
def test_a_bound_is_above_the_share(cells, data):
    sizes, values = np.array(cells).T
    drawn = data.draw(st.integers(1, int(sizes.sum())))
    scores = np.repeat(values, sizes).tolist()
    flips = [sum(chosen) for chosen in product(*((0, score) for score in scores))]
    samples = [sum(chosen) for chosen in combinations(scores, drawn)]
    of_flips = flips, lambda t: hl.tail_bound(sizes, values, t), sum(scores) / 2
    mean = drawn * np.average(values, weights=sizes)
    of_samples = samples, lambda t: hl.tail_bound(sizes, values, t, drawn), mean
    for sums, bound_of, middle in (of_flips, of_samples):
        for total in range(min(sums) - 1, max(sums) + 2):
            share = Fraction(sum(value >= total for value in sums), len(sums))
            assert share <= bound_of(total) * (1 + 1e-12) <= 1 + 1e-11
            if total <= middle:
                assert bound_of(total) == pytest.approx(1)


@pytest.mark.parametrize("levels", [3, 25])
def test_intervals_are_those_of_exact_tests_alone(levels, monkeypatch):
    rng = np.random.default_rng(levels)
    x, y = (rng.integers(low, levels + low, 15).tolist() for low in (0, 2))

    def shifts():
        """The shifts, and how many exact tests they took."""
        asked = []
        with monkeypatch.context() as patch:
            for name in ("signed_rank_test", "rank_sum_test"):
                run = getattr(hl, name)
                patch.setattr(hl, name, lambda *given, run=run: asked.append(1) or run(*given))
            found = [hl.signed_rank_shift(x, y, 0.9, zero) for zero in ("drop", "pratt")]
            return [*found, hl.rank_sum_shift(x, y, 0.9)], len(asked)

    with_bounds, few = shifts()
    monkeypatch.setattr(hl, "tail_bound", lambda *_: 1.0)
    without, many = shifts()
    assert with_bounds == without
    assert few < many


def test_bounds_at_their_edges():
    """One far from the others; nothing overflows; rounding makes no spread; a little above the middle."""
    assert hl.tail_bound(np.array([99, 1]), np.array([0, 100]), 21, 1) == 1
    assert hl.tail_bound(np.array([999, 1]), np.array([1000, 2000]), 2000, 1) >= 0.001 * (1 - 1e-12)
    assert hl.tail_bound(np.array([1]), np.array([10**6]), 10**6) >= 0.5 * (1 - 1e-12)
    for drawn, score in product((1, 2, 3), (7, 11)):
        assert hl.tail_bound(np.ones(3, dtype=int), np.full(3, score), drawn * score, drawn) == 1
    assert hl.tail_bound(np.ones(100), np.full(100, 0.1), 5.9) < 0.3
    assert hl.tail_bound(np.ones(200), np.repeat([0, 0.1], 100), 5.9, 100) < 0.3
