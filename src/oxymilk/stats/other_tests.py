"""Tests on the level numbers, and p-values that programs make of a rank statistic in their own way."""

from __future__ import annotations

import numpy as np
from scipy import stats

from oxymilk.stats.ranks import counts_array


def paired_t(negative: np.ndarray, positive: np.ndarray, zeros: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Paired t-test on counts of differences, two-sided.

    Parameters
    ----------
    negative, positive : array of int, shape (..., M)
        Differences by size.
    zeros : array of int, shape (...)
    sizes : array of float, shape (M,)
        The sizes.

    Returns
    -------
    ndarray of float, shape (...)
        1 if every difference is 0; nan where all are the same nonzero difference or there is only one pair:
        no program prints a p-value then.
    """
    negative, positive = counts_array(negative, "negative", 1), counts_array(positive, "positive", 1)
    n = negative.sum(axis=-1) + positive.sum(axis=-1) + counts_array(zeros, "zeros", 0)
    total = ((positive - negative) * sizes).sum(axis=-1)
    squares = ((positive + negative) * np.square(sizes)).sum(axis=-1)
    variance = _variance(squares, total, n)
    t = total / np.sqrt(np.where(variance > 0, n * variance, 1))
    p = 2 * stats.t.sf(np.abs(t), np.maximum(n - 1, 1))
    return np.where(variance > 0, p, np.where(squares == 0, 1.0, np.nan))


def student_t(tables: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Two-sample t-test on the level numbers, equal variances assumed, two-sided.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)
    scores : array of float, shape (K,)
        The number of each level.

    Returns
    -------
    ndarray of float, shape (...)
        1 if all scores are equal; nan where there is no variance but a difference, or no degree of freedom.
    """
    return _two_sample_t(tables, scores, equal_var=True)


def welch_t(tables: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Two-sample t-test on the level numbers, Welch's degrees of freedom; shapes as `student_t`."""
    return _two_sample_t(tables, scores, equal_var=False)


def _two_sample_t(tables: np.ndarray, scores: np.ndarray, *, equal_var: bool) -> np.ndarray:
    tables = counts_array(tables, "tables", 2)
    scores = np.asarray(scores, dtype=float)
    # about the middle, so that a large common level does not swallow the variance
    scores = scores - scores.mean()
    n = tables.sum(axis=-1)
    total, squares = (tables * scores).sum(axis=-1), (tables * scores**2).sum(axis=-1)
    mean, variance = total / np.maximum(n, 1), _variance(squares, total, n)
    enough = (n >= (1 if equal_var else 2)).all(axis=-1)
    usable = enough & (variance.sum(axis=-1) > 0)
    safe_n = np.where(usable[..., None], n, 2)
    spread = np.sqrt(np.where(usable[..., None], variance, 1.0))
    p = stats.ttest_ind_from_stats(
        mean[..., 0], spread[..., 0], safe_n[..., 0],
        mean[..., 1], spread[..., 1], safe_n[..., 1],
        equal_var=equal_var,
    ).pvalue  # fmt: skip
    one_level = (tables.sum(axis=-2) > 0).sum(axis=-1) <= 1
    return np.where(usable, p, np.where(one_level, 1.0, np.nan))


def _variance(squares: np.ndarray, total: np.ndarray, n: np.ndarray) -> np.ndarray:
    deviation = squares - total**2 / np.maximum(n, 1)
    # a difference of equal floats, up to rounding, is no variance
    deviation = np.where(deviation > 1e-12 * squares, deviation, 0.0)
    return deviation / np.maximum(n - 1, 1)


def linear_by_linear(tables: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Linear-by-linear association: (N - 1) r^2 as a chi-square with one degree of freedom.

    Shapes as `student_t`; r is the correlation of group and score (Agresti, Categorical Data Analysis, 3rd ed.,
    p. 87). p is 1 if a group is empty or only one level occurs.
    """
    tables = counts_array(tables, "tables", 2)
    scores = np.asarray(scores, dtype=float)
    scores = scores - scores.mean()
    n1, n2 = tables[..., 0, :].sum(axis=-1), tables[..., 1, :].sum(axis=-1)
    n = n1 + n2
    pooled = tables.sum(axis=-2)
    mean = (pooled * scores).sum(axis=-1) / np.maximum(n, 1)
    spread = (pooled * (scores - mean[..., None]) ** 2).sum(axis=-1)
    between = (tables[..., 0, :] * (scores - mean[..., None])).sum(axis=-1)
    empty = (n1 == 0) | (n2 == 0) | ((pooled > 0).sum(axis=-1) <= 1)
    statistic = (n - 1) * n * between**2 / np.where(empty, 1, n1 * n2 * spread)
    return np.where(empty, 1.0, stats.chi2.sf(statistic, 1))


def sas_signed_rank_t(z: np.ndarray, n_used: np.ndarray) -> np.ndarray:
    """Two-sided p of SAS PROC UNIVARIATE's signed rank above 20 differences.

    S sqrt((n - 1) / (n V - S^2)) against Student t with n - 1 degrees of freedom; S is W+ less its mean, V its
    variance given the ties (Iman 1974, doi:10.1080/03610927408827178).

    Parameters
    ----------
    z : array of float
        S / sqrt(V): tie-corrected, no continuity correction, zeros dropped.
    n_used : array of int
        Nonzero differences.

    Returns
    -------
    ndarray of float
        nan up to 20 differences (SAS never uses it there), and where n V = S^2, since t is then infinite: all
        differences are equal in size and sign.
    """
    z, n = np.asarray(z, dtype=float), np.asarray(n_used)
    rest = n - z**2
    usable = (n > 20) & (rest > 1e-9 * n)
    t = z * np.sqrt(np.maximum(n - 1, 0) / np.where(usable, rest, 1))
    return np.where(usable, 2 * stats.t.sf(np.abs(t), np.maximum(n - 1, 1)), np.nan)


def sas_rank_sum_t(z: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Two-sided p of SAS PROC NPAR1WAY's t approximation.

    Parameters
    ----------
    z : array of float
        Tie-corrected, continuity-corrected.
    n : array of int
        Participants of both groups; t has n - 1 degrees of freedom.
    """
    return 2 * stats.t.sf(np.abs(np.asarray(z, dtype=float)), np.maximum(np.asarray(n) - 1, 1))


def rank_sum_half_corrected(smaller: np.ndarray) -> np.ndarray:
    """Return what scipy.stats.mannwhitneyu gave before 1.7 without `alternative`: one tail, corrected.

    Parameters
    ----------
    smaller : array of float
        The smaller of the two one-sided asymptotic p-values, tie-corrected, continuity-corrected.

    Returns
    -------
    ndarray of float
        P(Z > |max(U) - n1 n2 / 2 - 0.5| / sd): at most one half, even where U is at its mean and the correction
        goes past it. 1 where all values are equal (scipy raises an error there).
    """
    smaller = np.asarray(smaller, dtype=float)
    return np.where(smaller >= 1, 1.0, np.minimum(smaller, 1 - smaller))
