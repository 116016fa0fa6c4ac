"""Hodges-Lehmann shifts and their intervals: by inverting the exact conditional test, or by order statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor, inf, sqrt
from statistics import NormalDist

from oxymilk.stats.null import TooLargeError, flip_counts, untied_sample_counts
from oxymilk.stats.pairwise import Sums, all_averages, all_differences
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import rank_sum_test
from oxymilk.stats.ranks import doubled_midranks, exact_numbers, paired_differences, two_sample_table
from oxymilk.stats.signed_rank import signed_rank_test
from oxymilk.stats.tail_bounds import flip_tail_bound, sample_tail_bound

# The interval asks for two exact tests at every distinct shift outside it; beyond this many it would take minutes.
MOST_SHIFTS = 2_000


@dataclass(frozen=True)
class Shift:
    """An estimate with its interval.

    * estimate : median of the Walsh averages of the differences, or of the differences between the groups
    * low, high : limits; -inf or inf where no finite shift is rejected on that side
    * method : how the limits were found
    """

    estimate: float
    low: float
    high: float
    method: str


EXACT = "inversion of the exact conditional test"
ORDER = "order statistics, exact table for untied ranks"
LARGE = "order statistics, normal approximation"
_SIGNS = {"greater": 1, "less": -1}


def signed_rank_shift(
    pre: Iterable, post: Iterable, confidence: float = 0.95, zero_method: str = "drop"
) -> Shift:
    """Estimate the shift of paired values.

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired, of equal length; differences post - pre, on the decimals as written.
    confidence : float
        Between 0 and 1.
    zero_method : {"drop", "pratt"}
        How the inverted test treats differences that the tried shift makes zero.

    Returns
    -------
    Shift
        Estimate: the median of the averages of all two differences (each with itself, zeros too). Interval: from
        the smallest shift that the exact conditional signed-rank test against greater ones does not reject at
        (1 - confidence) / 2, to the largest that the test against smaller ones does not reject; a shift is rejected
        when p is at most that. As R's wilcox.test from 4.6.1.

    Notes
    -----
    Hollander, Wolfe & Chicken (2014), Nonparametric Statistical Methods, 3rd ed., sections 3.2 and 3.3.

    Examples
    --------
    >>> signed_rank_shift([0] * 10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    Shift(estimate=5.5, low=3.0, high=8.0, method='inversion of the exact conditional test')
    """
    before, after = exact_numbers(pre, "pre"), exact_numbers(post, "post")
    if len(before) != len(after):
        raise ValueError(f"pre has {len(before)} values and post {len(after)}: they must be pairs")
    differences = [b - a for a, b in zip(before, after, strict=True)]
    alpha, surely = _levels(confidence)

    def accepts(shift: Fraction, alternative: str) -> bool:
        shifts = [shift] * len(differences)
        negative, positive, zeros = paired_differences(shifts, differences)
        sign = _SIGNS[alternative]
        scores = sign * doubled_midranks(negative + positive, zeros if zero_method == "pratt" else 0)
        if flip_tail_bound(negative + positive, scores, (positive * scores).sum()) < surely:
            return False
        procedure = Procedure("exact", alternative, zero_method=zero_method)
        return signed_rank_test(shifts, differences, procedure).p_fraction > alpha

    n = len(differences)
    spread = n * (n + 1) / 4, sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return _shift(all_averages(differences), accepts, alpha, spread)


def rank_sum_shift(x: Iterable, y: Iterable, confidence: float = 0.95) -> Shift:
    """Estimate by how much the first group exceeds the second.

    Parameters
    ----------
    x, y : iterable of numbers
        The groups, on the decimals as written.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Shift
        Estimate: the median of all differences x - y. Interval: as for `signed_rank_shift`, with the exact
        conditional rank-sum test of x less the shift against y.

    Notes
    -----
    Hollander, Wolfe & Chicken (2014), sections 4.2 and 4.3.

    Examples
    --------
    >>> rank_sum_shift([1] * 10, [1] * 3 + [0] * 7)
    Shift(estimate=1.0, low=0.0, high=1.0, method='inversion of the exact conditional test')
    """
    first, second = exact_numbers(x, "x"), exact_numbers(y, "y")
    alpha, surely = _levels(confidence)

    def accepts(shift: Fraction, alternative: str) -> bool:
        moved = [a - shift for a in first]
        table = two_sample_table(moved, second)
        sizes = table.sum(axis=0)
        scores = _SIGNS[alternative] * doubled_midranks(sizes)
        if sample_tail_bound(sizes, scores, len(moved), (table[0] * scores).sum()) < surely:
            return False
        return rank_sum_test(moved, second, Procedure("exact", alternative)).p_fraction > alpha

    n1, n2 = len(first), len(second)
    spread = n1 * n2 / 2, sqrt(n1 * n2 * (n1 + n2 + 1) / 12)
    return _shift(all_differences(first, second), accepts, alpha, spread)


def _median(sums: Sums) -> float:
    middle = sums.total // 2
    return float((sums.ranked(middle + 1) + sums.ranked(sums.total - middle)) / 2)


def _shift(
    sums: Sums,
    accepts: Callable[[Fraction, str], bool],
    alpha: Fraction,
    spread: tuple[float, float],
) -> Shift:
    shifts = sums.distinct(MOST_SHIFTS)
    if shifts is not None:
        try:
            return Shift(_median(sums), *_inverted(shifts, accepts), EXACT)
        except TooLargeError:
            pass
    mean, deviation = spread
    rank = floor(mean + NormalDist().inv_cdf(float(alpha)) * deviation)
    low, high = _from_both_ends(sums, max(rank, 1))
    return Shift(_median(sums), low, high, LARGE)


def _levels(confidence: float) -> tuple[Fraction, float]:
    """Return half of alpha, and what lies below it whatever floating point does."""
    alpha = _half_alpha(confidence)
    return alpha, 0.999 * float(alpha)


def _half_alpha(confidence: float) -> Fraction:
    level = Fraction(str(confidence))
    if not 0 < level < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return (1 - level) / 2


def _inverted(shifts: list[Fraction], accepts: Callable[[Fraction, str], bool]) -> tuple[float, float]:
    """Walk inwards from each end to the first shift that the test against the shifts beyond it does not reject.

    The statistic changes only at `shifts`; between two of them, and beyond the ends, it is constant. p may fall again
    further inwards when there are ties, so no bisection. Each limit has its own test: where many values are tied the
    tests can reject every shift between them, and a shift that neither rejects need not exist.
    """

    def limit(points: list[Fraction], outwards: int, alternative: str) -> float:
        if accepts(points[0] + outwards, alternative):
            return outwards * inf
        # at the last point no value is left on this side, and p is 1
        return next(
            float(here)
            for here, following in pairwise([*points, points[-1]])
            # the stretch that ends here was rejected; this point, or the stretch that begins here?
            if accepts(here, alternative) or accepts((here + following) / 2, alternative)
        )

    return limit(shifts, -1, "greater"), limit(shifts[::-1], 1, "less")


def _from_both_ends(sums: Sums, rank: int) -> tuple[float, float]:
    return float(sums.ranked(rank)), float(sums.ranked(sums.total - rank + 1))


@dataclass(frozen=True)
class OrderInterval:
    """An interval by order statistics.

    * low, high : the `rank`-th smallest and the `rank`-th largest average or difference
    * rank : counted from 1
    * achieved : confidence without ties
    """

    low: float
    high: float
    rank: int
    achieved: float


def signed_rank_order_interval(pre: Iterable, post: Iterable, confidence: float = 0.95) -> OrderInterval:
    """Interval of the shift of pairs as R's wilcox.test prints it before 4.6 (without ties and zeros).

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired; zero differences are left out.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If no difference is other than zero.
    """
    before, after = exact_numbers(pre, "pre"), exact_numbers(post, "post")
    differences = [b - a for a, b in zip(before, after, strict=True) if a != b]
    if not differences:
        raise ValueError("no difference is other than zero: there is no interval")
    n = len(differences)
    return _order_interval(
        all_averages(differences), flip_counts((1,) * n, tuple(range(1, n + 1))), confidence
    )


def rank_sum_order_interval(x: Iterable, y: Iterable, confidence: float = 0.95) -> OrderInterval:
    """Interval of the shift between two groups as R's wilcox.test prints it before 4.6 (without ties)."""
    first, second = exact_numbers(x, "x"), exact_numbers(y, "y")
    return _order_interval(
        all_differences(first, second), untied_sample_counts(len(first), len(second)), confidence
    )


def _order_interval(sums: Sums, counts: Sequence[int], confidence: float) -> OrderInterval:
    alpha, total = _half_alpha(confidence), sum(counts)
    rank, below = 0, 0
    while (below + counts[rank]) < alpha * total:
        below += counts[rank]
        rank += 1
    if rank == 0:
        rank, below = 1, counts[0]
    low, high = _from_both_ends(sums, rank)
    return OrderInterval(low, high, rank, float(1 - 2 * Fraction(below, total)))
