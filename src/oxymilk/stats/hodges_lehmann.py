"""Hodges-Lehmann shifts and their intervals: by inverting the exact conditional test, or by order statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import floor, inf, lcm, log, sqrt
from statistics import NormalDist

import numpy as np

from oxymilk.stats import ranks
from oxymilk.stats.null import MOST_WORK, TooLargeError
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import rank_sum_test
from oxymilk.stats.signed_rank import signed_rank_test

# The interval asks for two exact tests at every distinct shift outside it, of which each counts all values: more than
# this many shifts, values counted for them, or steps for all of them would take minutes.
MOST_SHIFTS, MOST_VALUES, MOST_STEPS = 2_000, 1_000_000, 10 * MOST_WORK
EXACT = "inversion of the exact conditional test"
LARGE = "order statistics, normal approximation"
_SURELY = 0.999  # a bound below so much of alpha is below alpha whatever floating point does


@dataclass(frozen=True)
class Shift:
    """An estimate with its limits, -inf or inf where no finite shift is rejected on that side."""

    estimate: float
    low: float
    high: float
    method: str


def signed_rank_shift(
    pre: Iterable, post: Iterable, confidence: float = 0.95, zero_method: str = "drop"
) -> Shift:
    """Estimate the shift of paired values.

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired, of equal length; differences post - pre, on the decimals as written.
    confidence : float
    zero_method : {"drop", "pratt"}
        How the inverted test treats differences that the tried shift makes zero.

    Returns
    -------
    Shift
        Estimate: the median of the averages of all two differences (each with itself, zeros too). Interval: from
        the smallest shift that the exact conditional signed-rank test against greater ones does not reject at
        (1 - confidence) / 2, to the largest that the test against smaller ones does not reject; a shift is rejected
        when p is at most that. As R's wilcox.test from 4.6.1; Hollander, Wolfe & Chicken (2014), Nonparametric
        Statistical Methods, 3rd ed., sections 3.2 and 3.3.

    Examples
    --------
    >>> signed_rank_shift([0] * 10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    Shift(estimate=5.5, low=3.0, high=8.0, method='inversion of the exact conditional test')
    """
    differences = ranks.paired_differences(pre, post)
    n = len(differences)
    sums = Sums([Fraction(value, 2) for value in differences])  # the averages of two: Walsh's
    # in these units shifts, and what lies between two, are whole, and ten times as fast
    unit = 2 * sums.scale
    whole = [int(value * unit) for value in differences]

    def at(shift: Fraction) -> tuple:
        moved = [value - int(shift * unit) for value in whole]
        _, negative, positive, zeros = ranks.count_differences(moved)
        sizes = negative + positive
        doubled = ranks.doubled_midranks(sizes, zeros if zero_method == "pratt" else 0)
        return sizes, doubled, positive, None, partial(signed_rank_test, [0] * n, moved)

    spread = n * (n + 1) / 4, sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return _shift(sums, at, zero_method, confidence, spread)


def rank_sum_shift(x: Iterable, y: Iterable, confidence: float = 0.95) -> Shift:
    """Estimate by how much the first group exceeds the second.

    Parameters
    ----------
    x, y : iterable of numbers
        The groups, on the decimals as written.
    confidence : float

    Returns
    -------
    Shift
        Estimate: the median of all differences x - y. Interval: as for `signed_rank_shift`, with the exact
        conditional rank-sum test of x less the shift against y; Hollander, Wolfe & Chicken (2014), 4.2 and 4.3.

    Examples
    --------
    >>> rank_sum_shift([1] * 10, [1] * 3 + [0] * 7)
    Shift(estimate=1.0, low=0.0, high=1.0, method='inversion of the exact conditional test')
    """
    first, second = ranks.exact_numbers(x, "x"), ranks.exact_numbers(y, "y")
    n1, n2, sums = len(first), len(second), Sums(first, [-value for value in second])
    unit = 2 * sums.scale
    whole, others = ([int(value * unit) for value in values] for values in (first, second))

    def at(shift: Fraction) -> tuple:
        moved = [value - int(shift * unit) for value in whole]
        _, table = ranks.two_sample_table(moved, others)
        sizes = table.sum(axis=0)
        return sizes, ranks.doubled_midranks(sizes), table[0], n1, partial(rank_sum_test, moved, others)

    spread = n1 * n2 / 2, sqrt(n1 * n2 * (n1 + n2 + 1) / 12)
    return _shift(sums, at, "drop", confidence, spread)


def _shift(
    sums: Sums, at: Callable, zero_method: str, confidence: float, spread: tuple[float, float]
) -> Shift:
    """Return the median of the sums with its limits; `spread` is mean and SD of the untied test's statistic.

    Of the data less a shift, `at` gives sizes and doubled mid-ranks of the tie groups, how many of each rise or are of
    the first group, how many are drawn, and their test as a function of the procedure.
    """
    level = Fraction(str(confidence))
    if not 0 < level < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    alpha = (1 - level) / 2

    def accepts(alternative: str, shift: Fraction) -> bool:
        """Return whether the test against the shifts on this side of `shift` does not reject it."""
        sizes, doubled, chosen, drawn, test = at(shift)
        scores = doubled if alternative == "greater" else -doubled
        if tail_bound(sizes, scores, (chosen * scores).sum(), drawn) < _SURELY * alpha:
            return False
        return test(Procedure("exact", alternative, zero_method=zero_method), share).p_fraction > alpha

    middle = sums.total // 2
    median = float((sums.ranked(middle + 1) + sums.ranked(sums.total - middle)) / 2)
    shifts = sums.distinct(min(MOST_SHIFTS, MOST_VALUES // sums.values))
    share = MOST_STEPS / len(shifts or [0])
    if shifts is not None:
        try:
            low = _limit(shifts, -1, partial(accepts, "greater"))
            return Shift(median, low, _limit(shifts[::-1], 1, partial(accepts, "less")), EXACT)
        except TooLargeError:
            pass
    mean, deviation = spread
    rank = max(1, floor(mean + NormalDist().inv_cdf(float(alpha)) * deviation))
    return Shift(median, float(sums.ranked(rank)), float(sums.ranked(sums.total - rank + 1)), LARGE)


def _limit(points: list[Fraction], outwards: int, accepts: Callable[[Fraction], bool]) -> float:
    """Walk inwards from one end to the first shift that the test against the shifts further out does not reject.

    The statistic changes only at `points`; between two of them, and outside all, it is constant. p may fall again
    further inwards when there are ties, so no bisection. Each limit has its own test: where many values are tied the
    tests can reject every shift between them, and a shift that neither rejects need not exist.
    """
    if accepts(points[0] + outwards):
        return outwards * inf
    # at the last point no value is left on this side, and p is 1
    return next(
        float(here)
        for here, following in pairwise([*points, points[-1]])
        # the stretch that ends here was rejected; this point, or the stretch that begins here?
        if accepts(here) or accepts((here + following) / 2)
    )


# From here on the whole numbers are Python's own: sums of two must fit into 64 bits.
_LARGEST = 2**61


class Sums:
    """All sums of a value of one list and a value of another, or of two of one list, each with itself too.

    Two groups of 10,000 have a hundred million differences: they are counted, never written out. How many of them are
    at most a given number takes a search of one group for each distinct value of the other; a bisection over that count
    finds each order statistic. Sums are whole numbers in units of 1 / `scale`; there are `total`.
    """

    def __init__(self, first: Sequence[ranks.Number], second: Sequence[ranks.Number] | None = None) -> None:
        lists = first, first if second is None else second
        self.scale = lcm(*(value.denominator for values in lists for value in values))
        whole = [[int(value * self.scale) for value in values] for values in lists]
        kind = np.int64 if max(abs(value) for values in whole for value in values) < _LARGEST else object
        distinct = [np.unique(np.array(values, dtype=kind), return_counts=True) for values in whole]
        (self.first, self.weights), (self.second, counts) = distinct
        # how many values of the second list are less than each of its distinct values, and all
        self.below = np.concatenate([[0], np.cumsum(counts)])
        self.own, n = second is None, len(first)
        self.values = sum(map(len, lists))
        self.total = n * (n + 1) // 2 if second is None else n * len(second)

    def count_to(self, most: int) -> int:
        """Count the sums that are at most `most` / scale."""
        places = np.searchsorted(self.second, most - self.first, side="right")
        count = int((self.weights * self.below[places]).sum())
        with_itself = int(self.weights[2 * self.first <= most].sum())
        return (count + with_itself) // 2 if self.own else count

    def ranked(self, rank: int) -> Fraction:
        """Return the `rank`-th smallest sum, counted from 1."""
        low, high = int(self.first[0] + self.second[0]), int(self.first[-1] + self.second[-1])
        while low < high:
            middle = (low + high) // 2
            if self.count_to(middle) >= rank:
                high = middle
            else:
                low = middle + 1
        return Fraction(low, self.scale)

    def distinct(self, most: int) -> list[Fraction] | None:
        """Return the distinct sums, ascending; None when there are more than `most`."""
        # one value of a list makes as many sums as the other list has values
        if max(len(self.first), len(self.second)) > most:
            return None
        sums = np.unique(np.add.outer(self.first, self.second)).tolist()
        return [Fraction(units, self.scale) for units in sums] if len(sums) <= most else None


# t of `tail_bound`, as shares of the one that is best for a normal distribution
_SHARES = np.array([[0.6], [0.8], [1.0], [1.2], [1.5], [2.0]])


def tail_bound(sizes: np.ndarray, scores: np.ndarray, total: float, drawn: int | None = None) -> float:
    """Bound the share of sign patterns, or of samples of `drawn` observations, with a score sum of at least `total`.

    What lies below alpha by its bound needs no exact tail. For every t > 0, P(S >= s) <= E(exp(t S)) / exp(t s)
    (Chernoff 1952, doi:10.1214/aoms/1177729330). For sign flips the expectation is a product of hyperbolic cosines;
    for samples it is at most that of as many draws with replacement (Hoeffding 1963, section 6,
    doi:10.1080/01621459.1963.10500830). `sizes` and `scores`, of shape (K,): how many observations have each score.
    """
    n, whole = sizes.sum(), (sizes * scores).sum()
    if drawn is None:
        above, around, times = total - whole / 2, scores / 2, n
    else:
        # whole numbers until the division: equal scores have no spread, not that of rounding
        above, around, times = (n * total - drawn * whole) / n, (n * scores - whole) / n, drawn
    if above <= 0 or not around.any():
        return 1.0
    t = _SHARES * above * n / (times * (sizes * around**2).sum())
    if drawn is None:
        log_moments = (np.logaddexp(t * around, -t * around) - log(2)) @ sizes
    else:
        log_moments = drawn * np.logaddexp.reduce(np.log(sizes / n) + t * around, axis=1)
    return float(min(1.0, np.exp((log_moments - t[:, 0] * above).min())))
