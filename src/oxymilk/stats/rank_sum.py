"""The rank-sum test (Wilcoxon, Mann-Whitney U), every switch, on observations and on arrays of tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd, inf

import numpy as np

from oxymilk.stats.null import (
    MOST_WORK,
    distribution,
    lower_from_counts,
    refuse_if_longer,
    score_sum,
    untied_sample_counts,
    untied_steps,
)  # fmt: skip
from oxymilk.stats.p_values import TestResult, exact_p, p_and_z, towards_mean, untied_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import check_size, doubled_midranks, two_sample_table, two_samples


@dataclass(frozen=True)
class RankSumResult(TestResult):
    """What a rank-sum test gives, beside what every rank test gives: numbers for one dataset, arrays for many.

    * n1, n2 : sizes of the samples
    * u1, u2 : pairs in which the first (second) sample's value is larger, equal values counting one half
    * rank_sum1, rank_sum2, mean_rank1, mean_rank2 : of the mid-ranks in the joint sample
    """

    n1: int | np.ndarray
    n2: int | np.ndarray
    u1: float | np.ndarray
    u2: float | np.ndarray
    rank_sum1: float | np.ndarray
    rank_sum2: float | np.ndarray
    mean_rank1: float | np.ndarray
    mean_rank2: float | np.ndarray


def rank_sum_test(x: Iterable, y: Iterable, procedure: Procedure, most_work: float = inf) -> RankSumResult:
    """Test whether values of one sample tend to be larger than those of another.

    Parameters
    ----------
    x, y : iterable of numbers
        The samples. Levels as 0, 1, ..., or measurements as int, float, str or Decimal; ties are taken on the
        decimals as written.
    procedure : Procedure
        Every switch of the test; its zero_method must be left at "drop".
    most_work : float
        Steps that an exact distribution may take, see `oxymilk.stats.null.MOST_WORK`.

    Returns
    -------
    RankSumResult
        With exact fractions. When all values are tied, p = 1 and z = 0; mid-p counts half of the one possible
        value: 1/2, doubled 1.

    Raises
    ------
    ValueError
        Empty, missing or non-numeric values.
    TooLargeError
        If an exact distribution would not fit into `oxymilk.stats.null.MEMORY_LIMIT`, or takes more than `most_work`.

    See Also
    --------
    rank_sum_counts : the same on arrays of tables.
    oxymilk.stats.between_effects : how large the difference is.
    oxymilk.stats.evaluate_programs : what each statistics program prints.

    References
    ----------
    Wilcoxon (1945), doi:10.2307/3001968. Mann & Whitney (1947), doi:10.1214/aoms/1177730491.
    Hollander, Wolfe & Chicken (2014), Nonparametric Statistical Methods, 3rd ed., section 4.1.

    Examples
    --------
    >>> rank_sum_test([1] * 10, [1] * 3 + [0] * 7, Procedure("exact")).p_fraction
    Fraction(1, 323)
    """
    return rank_sum_counts(two_sample_table(x, y)[1], procedure, most_work).of_one_dataset()


def rank_sum_counts(tables: np.ndarray, procedure: Procedure, most_work: float = inf) -> RankSumResult:
    """Run the rank-sum test on an array of tables; the leading axes are datasets.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)
        Observations of the first and the second sample at each of K levels, in increasing order. Levels
        that do not occur count 0.
    procedure, most_work
        As for `rank_sum_test`.

    Returns
    -------
    RankSumResult
        Its numbers are arrays of shape (...). ValueError for negative or broken counts, shapes that do not fit, or an
        empty sample; TooLargeError as for `rank_sum_test`.

    Notes
    -----
    With N = n1 + n2, D = 2 * U1 - n1 * n2 and C = N^3 - N - sum(t^3 - t) over tie groups of size t:
    z = D * sqrt(3 * N * (N - 1) / (n1 * n2 * C)) (Hollander, Wolfe & Chicken 2014, section 4.1, with ties).
    """
    if procedure.zero_method != "drop":
        raise ValueError("zero_method is a switch of the signed-rank test; leave it at 'drop'")
    tables = two_samples(tables, "tables")
    n, sizes = tables.sum(axis=-1), tables.sum(axis=-2)
    total = n.sum(axis=-1)
    check_size(n, "observations in a sample")
    check_size(total, "observations")
    n1, n2 = n[..., 0], n[..., 1]
    doubled = (tables * doubled_midranks(sizes)[..., None, :]).sum(axis=-1)
    rank_sums, twice_u = doubled / 2, doubled - n * (n + 1)

    difference = twice_u[..., 0] - n1 * n2
    if procedure.continuity:
        difference = towards_mean(difference, 1, procedure.alternative)
    variance = total**3 - total
    if procedure.tie_correction:
        variance = variance - (sizes**3 - sizes).sum(axis=-1)
    standard = difference, variance, n1 * n2, 3 * total * (total - 1)
    keys = np.concatenate([np.stack([twice_u[..., 0], n1], axis=-1), sizes], axis=-1)
    p_value, fraction, z, square = p_and_z(procedure, standard, keys, exact_fraction, most_work)
    by_sample = (values[..., i] for values in (twice_u / 2, rank_sums, rank_sums / n) for i in (0, 1))
    return RankSumResult(p_value, fraction, z, square, procedure, n1, n2, *by_sample)


@lru_cache(maxsize=2**14)
def exact_fraction(
    twice_u: int, n1: int, *sizes: int, procedure: Procedure, most_work: float = MOST_WORK
) -> Fraction:
    """Return the exact p-value of 2 * U1, n1 and the sizes of the tie groups."""
    sizes = tuple(size for size in sizes if size)
    n2 = sum(sizes) - n1
    if procedure.method == "exact_untied" or max(sizes) == 1:
        refuse_if_longer(untied_steps(n1, n2), most_work)
    if procedure.method == "exact_untied":
        return untied_p(procedure, Fraction(twice_u, 2), untied_sample_counts(n1, n2))
    if max(sizes) == 1:
        counts = untied_sample_counts(n1, n2)
        lower, total = lower_from_counts(counts), comb(n1 + n2, n1)
        return exact_p(procedure, twice_u // 2, lower, total, Fraction(n1 * n2, 2), counts)
    first, divisor, scores, mean = _scores(sizes, n1)
    t = (twice_u + n1 * (n1 + 1) - n1 * first) // divisor
    lower, counts = distribution(sizes, scores, n1, procedure.two_sided == "likelihood", most_work)
    return exact_p(procedure, t, lower, comb(n1 + n2, n1), mean, counts)


def null_counts(n1: int, *sizes: int) -> tuple[int, ...]:
    """Return how many samples of n1 have each value of the statistic, of the sizes of tie groups."""
    sizes = tuple(size for size in sizes if size)
    return distribution(sizes, _scores(sizes, n1)[2], n1, True, MOST_WORK)[1]


@lru_cache(maxsize=1024)
def _scores(sizes: tuple[int, ...], n1: int) -> tuple[int, int, tuple[int, ...], Fraction]:
    """Return the least doubled rank, the divisor of the others less it, these divided, and the mean of their sum."""
    # from 0 without a common divisor: sizes 2, 3, 3 have doubled ranks 3, 8, 14 and score 0, 5, 11
    first, *others = doubled_midranks(np.array(sizes)).tolist()
    divisor = gcd(*(rank - first for rank in others)) or 1
    scores = (0, *((rank - first) // divisor for rank in others))
    return first, divisor, scores, Fraction(n1 * score_sum(sizes, scores), sum(sizes))
