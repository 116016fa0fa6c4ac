"""Shifts and their limits: at a p-value of exactly alpha, for large data, and what is refused."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from oxymilk.stats import hodges_lehmann as hl
from oxymilk.stats.null import TooLargeError

WHAT_IS_LARGE = ("many shifts", "much memory")


@pytest.fixture(params=WHAT_IS_LARGE)
def all_is_large(request, monkeypatch):
    if request.param == "many shifts":
        monkeypatch.setattr(hl, "MOST_SHIFTS", 3)
    else:

        def refuse(*_arguments):
            raise TooLargeError

        monkeypatch.setattr(hl, "_inverted", refuse)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("n", [15, 19, 40])
def test_large_pairs_take_order_statistics(all_is_large, confidence, n):
    """Hollander, Wolfe & Chicken 2014, section 3.3: C = n(n+1)/4 - z sqrt(n(n+1)(2n+1)/24), rounded down."""
    # no two averages of powers of 2 are equal
    differences = [2**i for i in range(n)]
    walsh = sorted((a + b) / 2 for i, a in enumerate(differences) for b in differences[i:])
    z = stats.norm.isf((1 - confidence) / 2)
    rank = int(n * (n + 1) / 4 - z * (n * (n + 1) * (2 * n + 1) / 24) ** 0.5)
    shift = hl.signed_rank_shift([0] * n, differences, confidence)
    assert (shift.low, shift.high) == (walsh[rank - 1], walsh[-rank])
    assert (shift.estimate, shift.method) == (np.median(walsh), hl.LARGE)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
def test_large_groups_take_order_statistics(all_is_large, confidence):
    """Section 4.3: C = n1 n2 / 2 - z sqrt(n1 n2 (n1 + n2 + 1) / 12), rounded down."""
    x, y = [(7 * i) % 23 + i / 8 for i in range(11)], [(5 * i) % 17 - i / 8 for i in range(8)]
    pairwise = sorted(a - b for a in x for b in y)
    rank = int(88 / 2 - stats.norm.isf((1 - confidence) / 2) * (88 * 20 / 12) ** 0.5)
    shift = hl.rank_sum_shift(x, y, confidence)
    assert (shift.low, shift.high) == (pairwise[rank - 1], pairwise[-rank])
    assert (shift.estimate, shift.method) == (np.median(pairwise), hl.LARGE)


def test_the_smallest_rank_is_one(all_is_large):
    shift = hl.signed_rank_shift([0] * 4, [1, 2, 3, 4], 0.99999)
    assert (shift.low, shift.high) == (1, 4)


def test_a_shift_is_rejected_at_p_equal_to_alpha():
    """Five pairs: beyond the ends one tail is 1/32, between -3 and the next average 2/32."""
    differences = [-3, 1, 2, 4, 8]
    wide = hl.signed_rank_shift([0] * 5, differences, 1 - 2 / 33)
    assert (wide.low, wide.high) == (-inf, inf)
    at = hl.signed_rank_shift([0] * 5, differences, 0.9375)
    assert (at.low, at.high, at.method) == (-3, 8, hl.EXACT)
    # at -3, a zero and four rises, and on to the next average one tail is 1/16; at -1 two of five tie: 3/32
    inner = hl.signed_rank_shift([0] * 5, differences, 0.875)
    assert (inner.low, inner.high) == (-1, 6)
    # three against three: one tail of 1/20
    groups = hl.rank_sum_shift([1, 4, 9], [0, 2, 7], 0.9)
    assert (groups.low, groups.high) == (-6, 9)
    groups = hl.rank_sum_shift([1, 4, 9], [0, 2, 7], 0.91)
    assert (groups.low, groups.high) == (-inf, inf)


def test_as_many_shifts_as_allowed_are_tried(monkeypatch):
    monkeypatch.setattr(hl, "MOST_SHIFTS", 15)
    assert hl.signed_rank_shift([0] * 5, [1, 2, 4, 8, 16]).method == hl.EXACT
    monkeypatch.setattr(hl, "MOST_SHIFTS", 14)
    assert hl.signed_rank_shift([0] * 5, [1, 2, 4, 8, 16]).method == hl.LARGE


def test_limits_do_not_cross_where_every_shift_is_rejected():
    """Thirty unchanged and six rises of one: at 0 p is 1/64 against greater shifts; just above 0 six of 36 stay up.

    There W+ is 6 * 33.5 = 201 of 666 with variance (30 * 15.5^2 + 6 * 33.5^2) / 4, z = -2.24: rejected as well.
    """
    for zero_method in ("drop", "pratt"):
        shift = hl.signed_rank_shift([0] * 36, [0] * 30 + [1] * 6, 0.95, zero_method)
        assert (shift.low, shift.estimate, shift.high, shift.method) == (0, 0, 0, hl.EXACT)
    # two rises of twelve at a confidence of a half: 1/4 at 0; just above it W+ is 23 of 78
    few = hl.signed_rank_shift([0] * 12, [0] * 10 + [5] * 2, 0.5)
    assert (few.low, few.high) == (0, 0)


def test_differences_that_the_shift_makes_zero_are_dropped_or_ranked():
    """A shift of 1 leaves -3, -2, -1, -1, 0, 3: W+ has ranks 4.5 of 15, at most that in 9/32; or 5.5 of 20, 7/32."""
    differences = [-2, -1, 0, 0, 1, 4]
    drop = hl.signed_rank_shift([0] * 6, differences, 0.5)
    assert drop == hl.signed_rank_shift([0] * 6, differences, 0.5, "drop")
    assert drop.high == 1
    assert hl.signed_rank_shift([0] * 6, differences, 0.5, "pratt").high < 1


@settings(derandomize=True, deadline=None, database=None, max_examples=60)
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


def test_an_order_interval_at_a_p_value_of_alpha():
    """In R qsignrank(3/64, 6) is 2, psignrank(2, 6) being 3/64; qwilcox(2/20, 3, 3) is 1."""
    pairs = hl.signed_rank_order_interval([0] * 6, [1, 2, 4, 8, 16, 32], 0.90625)
    # averages from below: 1, 1.5, 2; from above: 32, 24, 20
    assert (pairs.low, pairs.high, pairs.rank, pairs.achieved) == (1.5, 24, 2, 1 - 4 / 64)
    groups = hl.rank_sum_order_interval([1, 4, 9], [0, 2, 7], 0.8)
    assert (groups.low, groups.high, groups.rank, groups.achieved) == (-6, 9, 1, 0.9)


def test_confidence_is_95_unless_given():
    pre, post = [0] * 8, [1, 2, 4, 8, 16, 32, 64, 128]
    for function in (
        hl.signed_rank_shift,
        hl.rank_sum_shift,
        hl.signed_rank_order_interval,
        hl.rank_sum_order_interval,
    ):
        assert function(pre, post) == function(pre, post, 0.95) != function(pre, post, 0.8)


def test_broken_values_are_named():
    for function in (hl.signed_rank_shift, hl.signed_rank_order_interval):
        with pytest.raises(ValueError, match=r"^pre\[1\]: None is not a number$"):
            function([1, None], [1, 2])
        with pytest.raises(ValueError, match=r"^post\[0\]: 'x' is not a number$"):
            function([1, 2], ["x", 2])
    for function in (hl.rank_sum_shift, hl.rank_sum_order_interval):
        with pytest.raises(ValueError, match=r"^x\[1\]: None is not a number$"):
            function([1, None], [1, 2])
        with pytest.raises(ValueError, match=r"^y\[0\]: 'x' is not a number$"):
            function([1, 2], ["x", 2])
    with pytest.raises(ValueError, match=r"^pre has 2 values and post 1: they must be pairs$"):
        hl.signed_rank_shift([1, 2], [3])
    with pytest.raises(ValueError, match=r"shorter"):
        hl.signed_rank_order_interval([1, 2], [3])
    with pytest.raises(ValueError, match=r"^no difference is other than zero: there is no interval$"):
        hl.signed_rank_order_interval([1, 2], [1, 2])
    for confidence in (0, 1, -1, 1.5):
        with pytest.raises(ValueError, match=f"^confidence must lie between 0 and 1, not {confidence}$"):
            hl.signed_rank_shift([1, 2], [3, 5], confidence)
