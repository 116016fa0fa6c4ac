"""The rank-sum test (Wilcoxon, Mann-Whitney U), every switch, on observations and on arrays of tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd
from operator import mul

import numpy as np

from oxymilk.stats.null import distribution, lower_from_counts, untied_sample_counts
from oxymilk.stats.p_values import TestResult, exact_p, exact_p_values, normal_p, towards_mean, untied_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import check_size, counts_array, doubled_midranks, two_sample_table


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


def rank_sum_test(x: Iterable, y: Iterable, procedure: Procedure) -> RankSumResult:
    """Test whether values of one sample tend to be larger than those of another.

    Parameters
    ----------
    x, y : iterable of numbers
        The samples. Levels as 0, 1, ..., or measurements as int, float, str or Decimal; ties are taken on the
        decimals as written.
    procedure : Procedure
        Every switch of the test; its zero_method must be left at "drop".

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
        If an exact distribution would not fit into `oxymilk.stats.null.MEMORY_LIMIT`.

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
    table = two_sample_table(x, y)
    many = rank_sum_counts(table, procedure)
    fraction = None
    if procedure.method != "asymptotic":
        fraction = _exact_fraction(*_exact_key(table).tolist(), procedure=procedure)
    difference, top, bottom = map(int, _standard(table, procedure))
    z_squared = Fraction(0)
    if difference:
        z_squared = Fraction(difference * abs(difference) * top, int(many.n1) * int(many.n2) * bottom)
    return many.of_one_dataset(fraction, z_squared)


def rank_sum_counts(tables: np.ndarray, procedure: Procedure) -> RankSumResult:
    """Run the rank-sum test on an array of tables; the leading axes are datasets.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)
        Observations of the first and the second sample at each of K levels, in increasing order. Levels
        that do not occur count 0.
    procedure : Procedure
        Every switch of the test; its zero_method must be left at "drop".

    Returns
    -------
    RankSumResult
        Its numbers are arrays of shape (...).

    Raises
    ------
    ValueError
        Negative or broken counts, shapes that do not fit, or an empty sample.
    TooLargeError
        As for `rank_sum_test`.

    Notes
    -----
    With N = n1 + n2, D = 2 * U1 - n1 * n2 and C = N^3 - N - sum(t^3 - t) over tie groups of size t:
    z = D * sqrt(3 * N * (N - 1) / (n1 * n2 * C)) (Hollander, Wolfe & Chicken 2014, section 4.1, with ties).
    """
    if procedure.zero_method != "drop":
        raise ValueError("zero_method is a switch of the signed-rank test; leave it at 'drop'")
    tables = counts_array(tables, "tables", 2)
    if tables.shape[-2] != 2:
        raise ValueError(f"tables: the last but one axis must be the two samples, not {tables.shape[-2]}")
    n = tables.sum(axis=-1)
    check_size(n, "observations in a sample")
    check_size(n.sum(axis=-1), "observations")
    n1, n2 = n[..., 0], n[..., 1]
    ranks = doubled_midranks(tables.sum(axis=-2))
    rank_sums = (tables * ranks[..., None, :]).sum(axis=-1) / 2
    u = rank_sums - n * (n + 1) / 2
    mean_ranks = rank_sums / n

    difference, top, bottom = _standard(tables, procedure)
    all_tied = bottom == 0
    # float products: the integers would outgrow 64 bits before the samples outgrow the check above
    scale = top / np.where(all_tied, 1, n1.astype(float) * n2 * bottom)
    z = difference * np.sqrt(scale)
    if procedure.method == "asymptotic":
        p_value = np.where(all_tied, 1.0, normal_p(z, procedure.alternative))
    else:
        p_value = exact_p_values(_exact_key(tables), _exact_fraction, procedure)
    by_sample = (values[..., sample] for values in (u, rank_sums, mean_ranks) for sample in (0, 1))
    return RankSumResult(p_value, None, z, None, procedure, n1, n2, *by_sample)


def _standard(tables: np.ndarray, procedure: Procedure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return D, A and C in whole numbers: z = D * sqrt(A / (n1 * n2 * C)); D counts halves of U."""
    n = tables.sum(axis=-1)
    sizes = tables.sum(axis=-2)
    total = n.sum(axis=-1)
    # U1 - U2 = sum over levels of x * (y below - y above)
    below = np.cumsum(tables, axis=-1) - tables
    above = n[..., None] - below - tables
    difference = (tables[..., 0, :] * (below - above)[..., 1, :]).sum(axis=-1)
    if procedure.continuity:
        difference = towards_mean(difference, 1, procedure.alternative)
    bottom = total**3 - total
    if procedure.tie_correction:
        bottom = bottom - (sizes**3 - sizes).sum(axis=-1)
    return np.where(bottom == 0, 0, difference), 3 * total * (total - 1), bottom


def _exact_key(tables: np.ndarray) -> np.ndarray:
    """Return what an exact p-value depends on: 2 * U1, n1 and the sizes of the tie groups."""
    sizes = tables.sum(axis=-2)
    n1 = tables[..., 0, :].sum(axis=-1)
    twice_u = (tables[..., 0, :] * doubled_midranks(sizes)).sum(axis=-1) - n1 * (n1 + 1)
    return np.concatenate([np.stack([twice_u, n1], axis=-1), sizes], axis=-1)


@lru_cache(maxsize=4096)
def _exact_fraction(twice_u: int, n1: int, *sizes: int, procedure: Procedure) -> Fraction:
    """Return the exact p-value of one table."""
    sizes = tuple(size for size in sizes if size)
    n2 = sum(sizes) - n1
    if procedure.method == "exact_untied":
        return untied_p(procedure, Fraction(twice_u, 2), untied_sample_counts(n1, n2))
    if max(sizes) == 1:
        counts = untied_sample_counts(n1, n2)
        lower, total = lower_from_counts(counts), comb(n1 + n2, n1)
        return exact_p(procedure, twice_u // 2, lower, total, Fraction(n1 * n2, 2), counts)
    scores, first, divisor = _scores(sizes)
    mean = Fraction(n1 * sum(map(mul, sizes, scores)), n1 + n2)
    t = (twice_u + n1 * (n1 + 1) - n1 * first) // divisor
    lower, counts = distribution(sizes, scores, n1, procedure.two_sided == "likelihood")
    return exact_p(procedure, t, lower, comb(n1 + n2, n1), mean, counts)


@lru_cache(maxsize=4096)
def _scores(sizes: tuple[int, ...]) -> tuple[tuple[int, ...], int, int]:
    """Return scores from 0, first and divisor: doubled rank = first + divisor * score; sizes 2, 3, 3 score 0, 5, 11."""
    ranks = doubled_midranks(np.array(sizes)).tolist()
    divisor = gcd(*(rank - ranks[0] for rank in ranks)) or 1
    return tuple((rank - ranks[0]) // divisor for rank in ranks), ranks[0], divisor
