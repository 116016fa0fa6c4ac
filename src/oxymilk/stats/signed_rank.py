"""The Wilcoxon signed-rank test, every switch, on observations and on arrays of counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, nan
from operator import mul

import numpy as np

from oxymilk.stats.null import distribution, flip_counts
from oxymilk.stats.p_values import TestResult, exact_p, exact_p_values, normal_p, towards_mean, untied_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import (
    check_size,
    count_differences,
    counts_array,
    doubled_midranks,
    paired_differences,
)


@dataclass(frozen=True)
class SignedRankResult(TestResult):
    """What a signed-rank test gives, beside what every rank test gives: numbers for one dataset, arrays for many.

    * n_used : pairs that the test ranks and keeps (non-zero differences; with "split" all)
    * n_zero, n_up, n_down : pairs with a zero, positive, negative difference post - pre
    * w_plus, w_minus : rank sums of positive and negative differences
    * mean_rank_plus, mean_rank_minus : of positive and negative differences; nan where there are none
    """

    n_used: int | np.ndarray
    n_zero: int | np.ndarray
    n_up: int | np.ndarray
    n_down: int | np.ndarray
    w_plus: float | np.ndarray
    w_minus: float | np.ndarray
    mean_rank_plus: float | np.ndarray
    mean_rank_minus: float | np.ndarray


def signed_rank_test(pre: Iterable, post: Iterable, procedure: Procedure) -> SignedRankResult:
    """Test whether paired values tend to rise or fall.

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired, of equal length. Levels as 0, 1, ..., or measurements as int, float, str or Decimal;
        differences post - pre, zeros and ties are taken on the decimals as written.
    procedure : Procedure
        Every switch of the test.

    Returns
    -------
    SignedRankResult
        With exact fractions. When no difference is other than zero, p = 1 and z = 0; mid-p counts half of
        the one possible value: 1/2, doubled 1.

    Raises
    ------
    ValueError
        Empty, missing or non-numeric values, or unequal lengths.
    TooLargeError
        If an exact distribution would not fit into `oxymilk.stats.null.MEMORY_LIMIT`.

    See Also
    --------
    signed_rank_counts : the same on arrays of counts.
    oxymilk.stats.within_effects : how large the change is.
    oxymilk.stats.evaluate_programs : what each statistics program prints.

    References
    ----------
    Wilcoxon (1945), doi:10.2307/3001968. Pratt (1959), doi:10.1080/01621459.1959.10501526.
    Hollander, Wolfe & Chicken (2014), Nonparametric Statistical Methods, 3rd ed., section 3.1.

    Examples
    --------
    >>> result = signed_rank_test([0] * 10, [1] * 3 + [0] * 7, Procedure("exact"))
    >>> result.p_fraction, result.n_up, result.n_zero
    (Fraction(1, 4), 3, 7)
    """
    _, negative, positive, zeros = count_differences(paired_differences(pre, post))
    counts = negative, positive, np.int64(zeros)
    fraction = None
    if procedure.method != "asymptotic":
        fraction = _exact_fraction(*_exact_key(*counts, procedure).tolist(), procedure=procedure)
    difference, variance = map(int, _standard(*counts, procedure))
    z_squared = Fraction(difference * abs(difference), variance) if difference else Fraction(0)
    return signed_rank_counts(*counts, procedure).of_one_dataset(fraction, z_squared)


def signed_rank_counts(
    negative: np.ndarray, positive: np.ndarray, zeros: np.ndarray, procedure: Procedure
) -> SignedRankResult:
    """Run the signed-rank test on arrays of counts of differences; the leading axes are datasets.

    Parameters
    ----------
    negative, positive : array of int, shape (..., M)
        Differences of each of M sizes, in increasing order of size, by sign. Sizes that do not occur count 0.
    zeros : array of int, shape (...)
        Differences of zero.
    procedure : Procedure
        Every switch of the test.

    Returns
    -------
    SignedRankResult
        Its numbers are arrays of shape (...).

    Raises
    ------
    ValueError
        Negative or broken counts, shapes that do not fit, or a dataset without any pair.
    TooLargeError
        As for `signed_rank_test`.

    Notes
    -----
    With doubled mid-ranks r (of |difference|), D = sum of r over positive minus sum over negative differences
    and z = D / sqrt(Q) with Q = sum of r^2 (Hollander, Wolfe & Chicken 2014, section 3.1, with ties).
    """
    negative, positive = counts_array(negative, "negative", 1), counts_array(positive, "positive", 1)
    negative, positive = np.broadcast_arrays(negative, positive)
    zeros = np.broadcast_to(counts_array(zeros, "zeros", 0), negative.shape[:-1])
    n_down, n_up = negative.sum(axis=-1), positive.sum(axis=-1)
    check_size(n_down + n_up + zeros, "pairs")

    ranks = _doubled_ranks(negative + positive, zeros, procedure)
    w_plus, w_minus = (positive * ranks).sum(axis=-1) / 2, (negative * ranks).sum(axis=-1) / 2
    mean_rank_plus, mean_rank_minus = _divide(w_plus, n_up), _divide(w_minus, n_down)
    n_used = n_down + n_up
    if procedure.zero_method == "split":
        half = zeros * (zeros + 1) / 4
        w_plus, w_minus, n_used = w_plus + half, w_minus + half, n_used + zeros

    difference, variance = _standard(negative, positive, zeros, procedure)
    z = _divide(difference, np.sqrt(variance), 0.0)
    if procedure.method == "asymptotic":
        p_value = np.where(n_down + n_up == 0, 1.0, normal_p(z, procedure.alternative))
    else:
        p_value = exact_p_values(_exact_key(negative, positive, zeros, procedure), _exact_fraction, procedure)
    counts, rank_sums, means = (
        (n_used, zeros, n_up, n_down),
        (w_plus, w_minus),
        (mean_rank_plus, mean_rank_minus),
    )
    return SignedRankResult(p_value, None, z, None, procedure, *counts, *rank_sums, *means)


def _divide(a: np.ndarray, b: np.ndarray, otherwise: float = nan) -> np.ndarray:
    """Return a / b, and `otherwise` where b is 0."""
    return np.divide(a, b, out=np.full(a.shape, otherwise), where=b != 0)


def _doubled_ranks(sizes: np.ndarray, zeros: np.ndarray, procedure: Procedure) -> np.ndarray:
    """Return the doubled mid-ranks of the differences of each size; zeros take the first ranks unless dropped."""
    return doubled_midranks(sizes, 0 if procedure.zero_method == "drop" else zeros)


def _standard(
    negative: np.ndarray, positive: np.ndarray, zeros: np.ndarray, procedure: Procedure
) -> tuple[np.ndarray, np.ndarray]:
    """Return D and Q in whole numbers: z = D / sqrt(Q). D counts quarter ranks of W+ less its mean."""
    sizes = negative + positive
    ranks = _doubled_ranks(sizes, zeros, procedure)
    difference = ((positive - negative) * ranks).sum(axis=-1)
    nonzero = sizes.sum(axis=-1)
    ranked_zeros = 0 if procedure.zero_method == "drop" else zeros
    if procedure.tie_correction:
        variance = (sizes * ranks**2).sum(axis=-1)
        if procedure.zero_method == "split":
            variance = variance + zeros * (zeros + 1) ** 2
    else:
        # squares of twice the ranks 1, ..., n, and of those that Pratt's zeros use up
        n, used_up = nonzero + ranked_zeros, zeros if procedure.zero_method == "pratt" else 0 * zeros
        variance, less = (4 * (m * (m + 1) * (2 * m + 1) // 6) for m in (n, used_up))
        variance = variance - less
    if procedure.continuity:
        difference = towards_mean(difference, 2, procedure.alternative)
    # without a change there is nothing to test: z = 0 whatever the switches
    return np.where(nonzero == 0, 0, difference), variance


def _exact_key(
    negative: np.ndarray, positive: np.ndarray, zeros: np.ndarray, procedure: Procedure
) -> np.ndarray:
    """Return what an exact p-value depends on: 2 * W+ (less the zeros' share), zeros, sizes of tie groups."""
    sizes = negative + positive
    twice_w = (positive * _doubled_ranks(sizes, zeros, procedure)).sum(axis=-1)
    return np.concatenate([np.stack([twice_w, zeros], axis=-1), sizes], axis=-1)


@lru_cache(maxsize=4096)
def _exact_fraction(twice_w: int, zeros: int, *sizes: int, procedure: Procedure) -> Fraction:
    """Return the exact p-value of one dataset."""
    sizes = tuple(size for size in sizes if size)
    nonzero = sum(sizes)
    if procedure.method == "exact_untied":
        if nonzero == 0:
            return Fraction(1)
        n = nonzero if procedure.zero_method == "drop" else nonzero + zeros
        w_plus = Fraction(twice_w, 2)
        if procedure.zero_method == "split":
            w_plus += Fraction(zeros * (zeros + 1), 4)
        return untied_p(procedure, w_plus, flip_counts((1,) * n, tuple(range(1, n + 1))))
    ranks = _doubled_ranks(np.array(sizes), np.int64(zeros), procedure).tolist()
    divisor = gcd(*ranks) or 1
    scores = tuple(rank // divisor for rank in ranks)
    lower, counts = distribution(sizes, scores, None, procedure.two_sided == "likelihood")
    mean = Fraction(sum(map(mul, sizes, scores)), 2)
    return exact_p(procedure, twice_w // divisor, lower, 2**nonzero, mean, counts)
