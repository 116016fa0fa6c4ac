"""The other calculations behind programs' lines: McNemar, sign, chi-square, Fisher, t, and rank statistics read oddly.

Each takes D distinct datasets, `Pairs` or `Groups`, and returns their two-sided p-values, shape (D,): 1 where there is
nothing to test (no changes, one level), nan where no program prints a number. The tests of this module hold each
against the function of scipy or statsmodels for one table.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import comb, prod

import numpy as np
import scipy

from oxymilk.stats.datasets import Data, Groups, Pairs, smaller_tail
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.p_values import normal_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import two_samples

# `freeman_halton` looks at every table of the margins; more than this many would take minutes.
MOST_TABLES = 2_000_000
Calculation = Callable[[Data], np.ndarray]
_CORRECTED = Procedure("asymptotic", continuity=True)
_FISHER = Procedure("exact", two_sided="likelihood")


def sign(data: Pairs, correction: int | None = None, *, of_balance: bool = True) -> np.ndarray:
    """Sign test, exact: min(1, 2 P(B <= min(down, up))), B binomial(down + up, 1/2); or by chi-square.

    correction : chi-square is (|up - down| - correction)^2 / (up + down); R corrects no balance, up = down
    """
    down, up = data.negative.sum(axis=1), data.positive.sum(axis=1)
    if correction is None:
        return np.minimum(1, 2 * scipy.special.bdtr(np.minimum(down, up), down + up, 0.5))
    correction = np.where((up != down) | of_balance, correction, 0)
    statistic = (np.abs(up - down) - correction) ** 2 / np.maximum(down + up, 1)
    return np.where(down + up == 0, 1.0, scipy.special.chdtrc(1, statistic))


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


def chi_square(data: Groups, statistic: str = "pearson") -> np.ndarray:
    """Chi-square test of independence; levels that nobody has are left out.

    statistic : "pearson", sum (O - E)^2 / E; "yates", the same with Yates' correction, never larger than the difference
    itself, as in R, scipy and SPSS (doi:10.2307/2983604); "likelihood", 2 sum O log(O / E)
    """
    tables = data.tables
    rows, columns = tables.sum(axis=2, keepdims=True), tables.sum(axis=1, keepdims=True)
    expected = rows * columns / np.maximum(tables.sum(axis=(1, 2), keepdims=True), 1)
    safe = np.where(expected > 0, expected, 1)
    if statistic == "likelihood":
        terms = 2 * scipy.special.xlogy(tables, tables / safe)
    else:
        correction = 0.5 if statistic == "yates" else 0
        terms = np.maximum(np.abs(tables - expected) - correction, 0) ** 2 / safe
    df = ((rows > 0).sum(axis=(1, 2)) - 1) * ((columns > 0).sum(axis=(1, 2)) - 1)
    # one row or one column is as expected: the statistic is 0 and p is 1 whatever the degrees of freedom
    return scipy.special.chdtrc(np.maximum(df, 1), np.maximum(terms.sum(axis=(1, 2)), 0))


def freeman_halton(table: list[list[int]]) -> Fraction:
    """Fisher's exact test of one table with two rows and any number of columns (Freeman & Halton 1951).

    Total probability of the tables that are no more likely than the observed one (doi:10.2307/2332323); 1 where a
    margin leaves no other table. TooLargeError when more than `MOST_TABLES` tables have these column totals, ValueError
    when the table has not two rows of one length, or a broken count.

    >>> freeman_halton([[10, 0], [3, 7]])
    Fraction(1, 323)
    """
    first, second = two_samples(table, "table").tolist()
    totals = [a + b for a, b in zip(first, second, strict=True)]
    if prod(total + 1 for total in totals) > MOST_TABLES:
        raise TooLargeError(f"more than {MOST_TABLES:,} tables have these totals; use a chi-square test")
    drawn = sum(first)
    # held by the first row so far -> {weight: tables of that weight}; for columns of 2 and 1, and one drawn:
    # {0: {1: 1}}, then {0: {1: 1}, 1: {2: 1}}, then {0: {1: 1}, 1: {2: 1, 1: 1}}: two tables, of 2 and 1 in 3 samples
    weights = {0: Counter({1: 1})}
    for total in totals:
        longer: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for held, tables in weights.items():
            for n in range(min(total, drawn - held) + 1):
                for weight, times in tables.items():
                    longer[held + n][weight * comb(total, n)] += times
        weights = longer
    observed = prod(map(comb, totals, first))
    as_rare = sum(weight * times for weight, times in weights[drawn].items() if weight <= observed)
    return Fraction(as_rare, comb(sum(totals), drawn))


def two_sample_t(data: Groups, *, equal_variances: bool) -> np.ndarray:
    """Two-sample t-test on the level numbers: Student's, or Welch's with his degrees of freedom.

    nan where there is no variance but a difference, or no degree of freedom.
    """
    n, mean, variance = _moments(data.tables, data.scores - data.scores.mean())
    usable = (n >= (1 if equal_variances else 2)).all(axis=1) & (variance.sum(axis=1) > 0)
    n, variance = (np.where(usable[:, None], values, 2) for values in (n, variance))
    if equal_variances:
        df = n.sum(axis=1) - 2
        error = ((n - 1) * variance).sum(axis=1) / df * (1 / n).sum(axis=1)
    else:
        error = (variance / n).sum(axis=1)
        df = error**2 / ((variance / n) ** 2 / (n - 1)).sum(axis=1)
    p = _two_sided_t((mean[:, 0] - mean[:, 1]) / np.sqrt(error), df)
    return np.where(usable, p, np.where(data.levels <= 1, 1.0, np.nan))


def linear_by_linear(data: Groups) -> np.ndarray:
    """Linear-by-linear association: (N - 1) r^2 as a chi-square with one degree of freedom.

    r is the correlation of group and score (Agresti, Categorical Data Analysis, 3rd ed., p. 87).
    """
    scores = data.scores - data.scores.mean()
    r, n = correlation(data.tables, np.arange(2), scores / max(np.abs(scores).max(), 1e-300))
    return scipy.special.chdtrc(1, (n - 1) * r**2)


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


def correlation(tables: np.ndarray, *scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return r of the row and column scores (their numbers where none are given), 0 where one is constant, and N."""
    x, y = scores or [np.arange(size)[None] - (size - 1) / 2 for size in tables.shape[1:]]
    n = tables.sum(axis=(1, 2))
    rows, columns, some = tables.sum(axis=2), tables.sum(axis=1), np.maximum(n, 1)
    x = x - ((rows * x).sum(axis=1) / some)[:, None]
    y = y - ((columns * y).sum(axis=1) / some)[:, None]
    square = (rows * x**2).sum(axis=1) * (columns * y**2).sum(axis=1)
    together = np.einsum("drc,dr,dc->d", tables, x, y)
    return np.where(square > 1e-12, together / np.sqrt(np.maximum(square, 1e-12)), 0.0), n


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


# The calculations that programs.yaml names, in words and as a function. post - pre is "up", so W of scipy's
# wilcoxon(pre, post) is W-. McNemar's tests (doi:10.1007/BF02295996; corrected, Edwards, doi:10.1007/BF02289105)
# are sign tests of two levels.
_FLOORED = "exact table for untied ranks, two-sided by doubling, the rank sum of {} cut to an integer"
OTHER: dict[str, tuple[str, Calculation]] = {
    "signed_rank_floored_pre_post": (
        _FLOORED.format("falls"), partial(signed_rank_floored, less="conservative", greater="natural")),
    "signed_rank_floored_post_pre": (
        _FLOORED.format("rises"), partial(signed_rank_floored, less="natural", greater="conservative")),
    "signed_rank_quarter_corrected": (
        "normal approximation, tie-corrected, continuity correction of 0.25", signed_rank_quarter_corrected),
    "sas_signed_rank_t": ("signed-rank statistic against Student t", sas_signed_rank_t),
    "sas_rank_sum_t": (
        "rank-sum z, continuity-corrected, against Student t",
        lambda groups: _two_sided_t(groups.rank(_CORRECTED).z, groups.situation.n - 1)),
    "rank_sum_half_corrected": (
        "normal approximation, one tail, tie-corrected, continuity correction", rank_sum_half_corrected),
    "mcnemar_exact": ("exact McNemar test", of_two_levels(sign)),
    "mcnemar": ("McNemar chi-square, uncorrected", of_two_levels(sign, correction=0)),
    "mcnemar_edwards": ("McNemar chi-square, Edwards' correction", of_two_levels(sign, correction=1)),
    "mcnemar_edwards_r": (
        "McNemar chi-square, Edwards' correction unless the changes balance",
        of_two_levels(sign, correction=1, of_balance=False)),
    "sign_exact": ("exact sign test", sign),
    "sign_corrected": (
        "sign test, normal approximation, continuity correction", partial(sign, correction=1)),
    "paired_t": ("paired t-test", paired_t),
    "chi_square": ("Pearson chi-square, uncorrected", chi_square),
    "chi_square_yates": (
        "Pearson chi-square, Yates' correction", of_two_levels(chi_square, statistic="yates")),
    "likelihood_ratio": ("likelihood-ratio chi-square", partial(chi_square, statistic="likelihood")),
    "fisher": ("Fisher's exact test, two-sided", of_two_levels(fisher)),
    "fisher_one_sided": ("Fisher's exact test, one-sided", of_two_levels(fisher, one_sided=True)),
    "linear_by_linear": ("linear-by-linear association", linear_by_linear),
    "student_t": ("Student t-test", partial(two_sample_t, equal_variances=True)),
    "welch_t": ("Welch t-test", partial(two_sample_t, equal_variances=False)),
}  # fmt: skip
