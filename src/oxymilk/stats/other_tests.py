"""The other calculations behind programs' lines: McNemar, sign, chi-square, Fisher, t, and rank statistics read oddly.

Each takes D distinct datasets, `Pairs` or `Groups`, and returns their two-sided p-values, shape (D,): 1 where there is
nothing to test (no changes, one level), nan where no program prints a number. The tests of this module hold each
against the function of scipy or statsmodels for one table.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy

from oxymilk.stats.count_tables import CALCULATIONS, p_of
from oxymilk.stats.datasets import Data, Groups, Pairs, smaller_tail
from oxymilk.stats.p_values import normal_p
from oxymilk.stats.procedure import Procedure

# a number, a fraction, or an array of numbers
Number = Any
Calculation = Callable[[Data], np.ndarray]
_CORRECTED = Procedure("asymptotic", continuity=True)
_FISHER = Procedure("exact", two_sided="likelihood")


def paired_t(data: Pairs) -> np.ndarray:
    """Paired t-test; nan where all differences are the same but not 0, or there is only one pair."""
    counts = np.concatenate([data.negative, data.zeros[:, None], data.positive], axis=1)
    n, mean, variance = _moments(counts, np.concatenate([-data.sizes, [0], data.sizes]))
    t = mean * np.sqrt(n / np.where(variance > 0, variance, 1))
    return np.where(variance > 0, _two_sided_t(t, n - 1), np.where(mean == 0, 1.0, np.nan))


def sas_signed_rank_t(data: Pairs) -> np.ndarray:
    """SAS PROC UNIVARIATE's signed rank above 20 nonzero differences; nan up to 20.

    S sqrt((n - 1) / (n V - S^2)) against Student t with n - 1 degrees of freedom; S is W+ less its mean, V its
    variance given the ties (Iman 1974, doi:10.1080/03610927408827178). nan where n V = S^2, since t is then infinite:
    all differences are equal in size and sign.
    """
    z, n = data.rank(Procedure("asymptotic")).z, data.situation.n_used
    rest = n - z**2
    usable = (n > 20) & (rest > 1e-9 * n)
    t = z * np.sqrt(np.maximum(n - 1, 0) / np.where(usable, rest, 1))
    return np.where(usable, _two_sided_t(t, n - 1), np.nan)


def signed_rank_quarter_corrected(data: Pairs) -> np.ndarray:
    """Correct the normal approximation of the signed-rank test by 0.25 in place of 0.5, as Prism 3 and 4 did."""
    result = data.rank(Procedure("asymptotic"))
    # |W+ - W-| is twice the distance from the mean
    distance = np.abs(result.w_plus - result.w_minus) / 2
    rest = np.maximum(distance - 0.25, 0) / np.where(distance > 0, distance, 1)
    return normal_p(result.z * rest, "two-sided")


def signed_rank_floored(data: Pairs, less: str, greater: str) -> np.ndarray:
    """Twice the smaller tail of the untied table at the statistic cut to an integer (scipy before 1.14).

    less, greater : the rule for half ranks of each tail that has the effect of the cut
    """
    rules = {"less": less, "greater": greater}
    tails = (Procedure("exact_untied", side, half_integer=rule) for side, rule in rules.items())
    return np.minimum(1, 2 * np.minimum(*(data.rank(tail).p_value for tail in tails)))


def pooled_error(n1: Number, n2: Number, variance1: Number, variance2: Number) -> tuple[Number, Number]:
    """Return the squared standard error of a difference of means by one variance for both, and its df: Student's."""
    df = n1 + n2 - 2
    return ((n1 - 1) * variance1 + (n2 - 1) * variance2) * (n1 + n2) / (df * n1 * n2), df


def separate_error(n1: Number, n2: Number, variance1: Number, variance2: Number) -> tuple[Number, Number]:
    """Return the squared standard error of a difference of means by a variance for each, and its df: Welch's."""
    first, second = variance1 / n1, variance2 / n2
    return first + second, (first + second) ** 2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))


def two_sample_t(data: Groups, *, equal_variances: bool) -> np.ndarray:
    """Two-sample t-test on the level numbers: Student's, or Welch's with his degrees of freedom.

    nan where there is no variance but a difference, or no degree of freedom.
    """
    n, mean, variance = _moments(data.tables, data.scores - data.scores.mean())
    usable = (n >= (1 if equal_variances else 2)).all(axis=1) & (variance.sum(axis=1) > 0)
    n, variance = (np.where(usable[:, None], values, 2) for values in (n, variance))
    error, df = (pooled_error if equal_variances else separate_error)(*n.T, *variance.T)
    p = _two_sided_t((mean[:, 0] - mean[:, 1]) / np.sqrt(error), df)
    return np.where(usable, p, np.where(data.levels <= 1, 1.0, np.nan))


def linear_by_linear(data: Groups) -> np.ndarray:
    """Linear-by-linear association of group and score."""
    scores = data.scores - data.scores.mean()
    return p_of("linear", data.tables, np.arange(2), scores / max(np.abs(scores).max(), 1e-300))


def rank_sum_half_corrected(data: Groups) -> np.ndarray:
    """Return what scipy.stats.mannwhitneyu gave before 1.7 without `alternative`: one tail, corrected.

    P(Z > |max(U) - n1 n2 / 2 - 0.5| / sd): at most one half, even where U is at its mean and the correction goes past
    it. 1 where all values are equal (scipy raises an error there).
    """
    smaller = smaller_tail(data, _CORRECTED)
    return np.where(smaller >= 1, 1.0, np.minimum(smaller, 1 - smaller))


def fisher(data: Groups, *, one_sided: bool = False) -> np.ndarray:
    """Fisher's exact test: all tables of the margins that are at most as likely, or the smaller tail."""
    usable = (data.levels <= 2) & data.tables.any(axis=2).all(axis=1)
    # elsewhere one participant a group, both at the lowest level
    tables = np.where(usable[:, None, None], data.tables, np.arange(data.tables.shape[2]) == 0)
    groups = Groups(tables, data.scores)
    return smaller_tail(groups, _FISHER) if one_sided else groups.rank(_FISHER).p_value


def of_two_levels(calculate: Calculation, **options: object) -> Calculation:
    """Return a calculation with these options, of tables of two levels at most: nan where more levels occur."""
    return lambda data: np.where(data.levels <= 2, calculate(data, **options), np.nan)


def of_tables(name: str) -> Calculation:
    """Return a test of `count_tables`, of two groups' tables or of the numbers that fell and rose."""
    return lambda data: CALCULATIONS[name](data.tables)


def _two_sided_t(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the two-sided p-value of Student's t; one degree of freedom where there is none."""
    return 2 * scipy.special.stdtr(np.maximum(df, 1), -np.abs(t))


def _moments(counts: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return n, mean and variance, shape (...), of the scores of counts, shape (..., K).

    Scores should lie about 0: a large level that all have in common would swallow the variance.
    """
    n, total, squares = counts.sum(axis=-1), counts @ scores, counts @ scores**2
    deviation = squares - total**2 / np.maximum(n, 1)
    # a difference of equal floats, up to rounding, is no variance
    deviation = np.where(deviation > 1e-12 * squares, deviation, 0.0)
    return n, total / np.maximum(n, 1), deviation / np.maximum(n - 1, 1)


# The calculations that programs.yaml names; texts below `explain.words.other_test_` say them. post - pre is "up", so W
# of scipy's wilcoxon(pre, post) is W-. McNemar's tests are sign tests of two levels.
OTHER: dict[str, Calculation] = {
    "signed_rank_floored_pre_post": partial(signed_rank_floored, less="conservative", greater="natural"),
    "signed_rank_floored_post_pre": partial(signed_rank_floored, less="natural", greater="conservative"),
    "signed_rank_quarter_corrected": signed_rank_quarter_corrected,
    "sas_signed_rank_t": sas_signed_rank_t,
    "sas_rank_sum_t": lambda groups: _two_sided_t(groups.rank(_CORRECTED).z, groups.situation.n - 1),
    "rank_sum_half_corrected": rank_sum_half_corrected,
    "mcnemar_exact": of_two_levels(of_tables("mcnemar_exact")),
    "mcnemar": of_two_levels(of_tables("mcnemar")),
    "mcnemar_edwards": of_two_levels(of_tables("mcnemar_edwards")),
    "mcnemar_edwards_r": of_two_levels(of_tables("mcnemar_edwards_r")),
    "sign_exact": of_tables("mcnemar_exact"),
    "sign_corrected": of_tables("mcnemar_edwards"),
    "paired_t": paired_t,
    "chi_square": of_tables("pearson"),
    "chi_square_yates": of_tables("yates"),
    "likelihood_ratio": of_tables("likelihood"),
    "fisher": of_two_levels(fisher),
    "fisher_one_sided": of_two_levels(fisher, one_sided=True),
    "linear_by_linear": linear_by_linear,
    "student_t": partial(two_sample_t, equal_variances=True),
    "welch_t": partial(two_sample_t, equal_variances=False),
}
