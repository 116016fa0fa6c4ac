"""The Wilcoxon signed-rank test, every switch, on observations and on arrays of counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, inf, nan

import numpy as np

from oxymilk.stats.null import MOST_WORK, distribution, score_sum
from oxymilk.stats.p_values import TestResult, exact_p, p_and_z, towards_mean, untied_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import (
    check_size,
    count_differences,
    counts_array,
    doubled_midranks,
    paired_differences,
)  # fmt: skip


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


def signed_rank_test(
    pre: Iterable, post: Iterable, procedure: Procedure, most_work: float = inf
) -> SignedRankResult:
    """Test whether paired values tend to rise or fall.

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired, of equal length. Levels as 0, 1, ..., or measurements as int, float, str or Decimal;
        differences post - pre, zeros and ties are taken on the decimals as written.
    procedure : Procedure
        Every switch of the test.
    most_work : float
        Steps that an exact distribution may take, see `oxymilk.stats.null.MOST_WORK`.

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
        If an exact distribution would not fit into `oxymilk.stats.null.MEMORY_LIMIT`, or takes more than `most_work`.

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
    return signed_rank_counts(negative, positive, zeros, procedure, most_work).of_one_dataset()


def signed_rank_counts(
    negative: np.ndarray,
    positive: np.ndarray,
    zeros: np.ndarray,
    procedure: Procedure,
    most_work: float = inf,
) -> SignedRankResult:
    """Run the signed-rank test on arrays of counts of differences; the leading axes are datasets.

    Parameters
    ----------
    negative, positive : array of int, shape (..., M)
        Differences of each of M sizes, in increasing order of size, by sign. Sizes that do not occur count 0.
    zeros : array of int, shape (...)
        Differences of zero.
    procedure, most_work
        As for `signed_rank_test`.

    Returns
    -------
    SignedRankResult
        Its numbers are arrays of shape (...). ValueError for negative or broken counts, shapes that do not fit, or a
        dataset without any pair; TooLargeError as for `signed_rank_test`.

    Notes
    -----
    With doubled mid-ranks r (of |difference|), D = sum of r over positive minus sum over negative differences
    and z = D / sqrt(Q) with Q = sum of r^2 (Hollander, Wolfe & Chicken 2014, section 3.1, with ties).
    """
    negative, positive = counts_array(negative, "negative", 1), counts_array(positive, "positive", 1)
    negative, positive = np.broadcast_arrays(negative, positive)
    zeros = np.broadcast_to(counts_array(zeros, "zeros", 0), negative.shape[:-1])
    sizes, n_down, n_up = negative + positive, negative.sum(axis=-1), positive.sum(axis=-1)
    changed = n_down + n_up
    check_size(changed + zeros, "pairs")

    split = procedure.zero_method == "split"
    ranked_zeros = 0 * zeros if procedure.zero_method == "drop" else zeros
    ranks = doubled_midranks(sizes, ranked_zeros)
    twice_plus, twice_minus = (positive * ranks).sum(axis=-1), (negative * ranks).sum(axis=-1)
    mean_ranks = [
        np.divide(twice / 2, n, out=np.full(n.shape, nan), where=n > 0)
        for twice, n in ((twice_plus, n_up), (twice_minus, n_down))
    ]
    share = zeros * (zeros + 1) / 4 if split else 0  # of the zeros' ranks, for either sign
    w_plus, w_minus, n_used = twice_plus / 2 + share, twice_minus / 2 + share, changed + split * zeros

    # D counts quarter ranks of W+ less its mean
    difference = twice_plus - twice_minus
    if procedure.continuity:
        difference = towards_mean(difference, 2, procedure.alternative)
    if procedure.tie_correction:
        variance = (sizes * ranks**2).sum(axis=-1) + split * zeros * (zeros + 1) ** 2
    else:
        # squares of twice the ranks 1, ..., n, less those of the ranks that Pratt's zeros use up
        ends = changed + ranked_zeros, 0 * zeros if split else ranked_zeros
        whole, used_up = (4 * (n * (n + 1) * (2 * n + 1) // 6) for n in ends)
        variance = whole - used_up
    # without a change there is nothing to test, whatever the switches
    variance = np.where(changed == 0, 0, variance)
    keys = np.concatenate([np.stack([twice_plus, ranked_zeros], axis=-1), sizes], axis=-1)
    p_value, fraction, z, square = p_and_z(
        procedure, (difference, variance, 1, 1), keys, exact_fraction, most_work
    )
    counts = n_used, zeros, n_up, n_down
    return SignedRankResult(p_value, fraction, z, square, procedure, *counts, w_plus, w_minus, *mean_ranks)


@lru_cache(maxsize=2**14)
def exact_fraction(
    twice_w: int, zeros: int, *sizes: int, procedure: Procedure, most_work: float = MOST_WORK
) -> Fraction:
    """Return the exact p-value of twice W+ (less the zeros' share), ranked zeros, and the sizes of the tie groups."""
    sizes = tuple(size for size in sizes if size)
    changed = sum(sizes)
    if procedure.method == "exact_untied":
        if changed == 0:
            return Fraction(1)
        n, share = changed + zeros, zeros * (zeros + 1) if procedure.zero_method == "split" else 0
        _, counts = distribution((1,) * n, tuple(range(1, n + 1)), None, True, most_work)
        return untied_p(procedure, Fraction(2 * twice_w + share, 4), counts)
    divisor, scores, mean = _scores(sizes, zeros)
    lower, counts = distribution(sizes, scores, None, procedure.two_sided == "likelihood", most_work)
    return exact_p(procedure, twice_w // divisor, lower, 2**changed, mean, counts)


def null_counts(zeros: int, *sizes: int) -> tuple[int, ...]:
    """Return how many sign patterns have each value of the statistic, of ranked zeros and the sizes of tie groups."""
    sizes = tuple(size for size in sizes if size)
    return distribution(sizes, _scores(sizes, zeros)[1], None, True, MOST_WORK)[1]


@lru_cache(maxsize=1024)
def _scores(sizes: tuple[int, ...], zeros: int) -> tuple[int, tuple[int, ...], Fraction]:
    """Return the divisor of the doubled ranks of tie groups, these divided, and the mean of their sum."""
    ranks = doubled_midranks(np.array(sizes, dtype=np.int64), zeros).tolist()
    divisor = gcd(*ranks) or 1
    scores = tuple(rank // divisor for rank in ranks)
    return divisor, scores, Fraction(score_sum(sizes, scores), 2)
