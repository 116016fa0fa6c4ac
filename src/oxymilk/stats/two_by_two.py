"""Other tests of the same tables: McNemar, sign, chi-square, likelihood ratio, Fisher, Boschloo.

All take whole arrays of tables and use scipy's distributions; Boschloo's test is scipy's own. The tests of this
module hold each against the function of scipy or statsmodels for one table. Where a test has nothing to test
(no changes, an empty margin) p is 1.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import stats
from scipy.special import xlogy

from oxymilk.stats.ranks import counts_array

# Two probabilities that differ by less than this are one probability with rounding errors (as in R's fisher.test).
SAME_PROBABILITY = 1e-7


# ---- pairs ---------------------------------------------------------------------------------------------


def mcnemar_exact(down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Exact McNemar test, two-sided; on differences it is the exact sign test.

    Parameters
    ----------
    down, up : array of int
        Participants that changed either way.

    Returns
    -------
    ndarray of float
        min(1, 2 P(B <= min(down, up))), B binomial(down + up, 1/2).
    """
    down, up = counts_array(down, "down", 0), counts_array(up, "up", 0)
    return np.minimum(1, 2 * stats.binom.cdf(np.minimum(down, up), down + up, 0.5))


def mcnemar(down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """McNemar's chi-square without correction: (up - down)^2 / (up + down) (doi:10.1007/BF02295996)."""
    return _changes_chi_square(down, up, 0)


def mcnemar_edwards(down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """McNemar's chi-square as corrected by Edwards: (|up - down| - 1)^2 / (up + down) (doi:10.1007/BF02289105)."""
    return _changes_chi_square(down, up, 1)


def mcnemar_edwards_r(down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Edwards' chi-square as R's mcnemar.test has it: no correction, and so p = 1, when up equals down."""
    return np.where(np.equal(down, up), 1.0, _changes_chi_square(down, up, 1))


def _changes_chi_square(down: np.ndarray, up: np.ndarray, correction: int) -> np.ndarray:
    down, up = counts_array(down, "down", 0), counts_array(up, "up", 0)
    changes = down + up
    statistic = (np.abs(up - down) - correction) ** 2 / np.maximum(changes, 1)
    return np.where(changes == 0, 1.0, stats.chi2.sf(statistic, 1))


# ---- two groups ----------------------------------------------------------------------------------------


def chi_square(tables: np.ndarray) -> np.ndarray:
    """Pearson's chi-square, uncorrected.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)
        Levels that nobody has are left out.

    Returns
    -------
    ndarray of float, shape (...)
        p-value; 1 if a group is empty or only one level occurs.
    """
    tables, expected, df = _expected(tables)
    statistic = ((tables - expected) ** 2 / np.where(expected > 0, expected, 1)).sum(axis=(-2, -1))
    return _chi_square_p(statistic, df)


def likelihood_ratio(tables: np.ndarray) -> np.ndarray:
    """Likelihood-ratio chi-square, 2 sum O log(O / E); shapes as `chi_square`."""
    tables, expected, df = _expected(tables)
    statistic = 2 * xlogy(tables, tables / np.where(expected > 0, expected, 1)).sum(axis=(-2, -1))
    return _chi_square_p(statistic, df)


def chi_square_yates(tables: np.ndarray) -> np.ndarray:
    """Yates' corrected chi-square of tables with two levels (doi:10.2307/2983604).

    The correction is never larger than the difference itself, as in R, scipy and SPSS; nan where more than two
    levels occur.
    """
    fours, two_levels = two_level_tables(tables)
    fours, expected, df = _expected(fours)
    distance = np.maximum(np.abs(fours - expected) - 0.5, 0)
    statistic = (distance**2 / np.where(expected > 0, expected, 1)).sum(axis=(-2, -1))
    return np.where(two_levels, _chi_square_p(statistic, df), np.nan)


def _expected(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tables = counts_array(tables, "tables", 2)
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    total = rows.sum(axis=-1)
    expected = rows[..., :, None] * columns[..., None, :] / np.maximum(total, 1)[..., None, None]
    df = ((rows > 0).sum(axis=-1) - 1) * ((columns > 0).sum(axis=-1) - 1)
    return tables, expected, np.maximum(df, 0)


def _chi_square_p(statistic: np.ndarray, df: np.ndarray) -> np.ndarray:
    # statistic is 0 up to rounding where a difference of floats should cancel
    return np.where(df == 0, 1.0, stats.chi2.sf(np.maximum(statistic, 0), np.maximum(df, 1)))


def fisher(tables: np.ndarray) -> np.ndarray:
    """Fisher's exact test, two-sided: all tables of the margins that are at most as likely.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)

    Returns
    -------
    ndarray of float, shape (...)
        nan where more than two levels occur.
    """
    fours, two_levels = two_level_tables(tables)
    cell, n1, n2, margin, empty = _hypergeometric(fours)
    support = np.arange(margin.max(initial=0) + 1)
    chances = stats.hypergeom.pmf(support, (n1 + n2)[..., None], margin[..., None], n1[..., None])
    seen = stats.hypergeom.pmf(cell, n1 + n2, margin, n1)[..., None]
    p = np.where(chances <= seen * (1 + SAME_PROBABILITY), chances, 0).sum(axis=-1)
    return np.where(two_levels, np.where(empty, 1.0, np.minimum(p, 1)), np.nan)


def fisher_one_sided(tables: np.ndarray) -> np.ndarray:
    """Fisher's exact test in the direction of the difference: the smaller tail; shapes as `fisher`."""
    fours, two_levels = two_level_tables(tables)
    cell, n1, n2, margin, empty = _hypergeometric(fours)
    lower = stats.hypergeom.cdf(cell, n1 + n2, margin, n1)
    upper = stats.hypergeom.sf(cell - 1, n1 + n2, margin, n1)
    return np.where(two_levels, np.where(empty, 1.0, np.clip(np.minimum(lower, upper), 0, 1)), np.nan)


def _hypergeometric(fours: np.ndarray) -> tuple[np.ndarray, ...]:
    n = fours.sum(axis=-1)
    empty = n.sum(axis=-1) == 0
    # scipy knows no urn without a ball
    n1 = np.where(empty, 1, n[..., 0])
    return fours[..., 0, 1], n1, n[..., 1], fours[..., 1].sum(axis=-1), empty


def boschloo(tables: np.ndarray) -> np.ndarray:
    """Boschloo's exact test, two-sided: scipy.stats.boschloo_exact (doi:10.1111/j.1467-9574.1970.tb00104.x).

    Shapes as `fisher`. One table takes about five milliseconds, so tables are remembered.
    """
    fours, two_levels = two_level_tables(tables)
    flat = fours.reshape(-1, 4)
    p = np.array([_boschloo(*_turned(*map(int, row))) for row in flat]).reshape(fours.shape[:-2])
    return np.where(two_levels, p, np.nan)


def _turned(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    # exchanging the groups or the levels does not change the test
    return min((a, b, c, d), (b, a, d, c), (c, d, a, b), (d, c, b, a))


@lru_cache(maxsize=100_000)
def _boschloo(a: int, b: int, c: int, d: int) -> float:
    if 0 in (a + b, c + d, a + c, b + d):
        return 1.0
    # scipy holds the column sums fixed
    return float(min(1, stats.boschloo_exact([[a, c], [b, d]]).pvalue))


def two_level_tables(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pick the levels that occur, where there are at most two.

    Parameters
    ----------
    tables : array of int, shape (..., 2, K)

    Returns
    -------
    fours : ndarray of int, shape (..., 2, 2)
        The first and the last level that occur (one level alone: an empty one before it).
    two_levels : ndarray of bool, shape (...)
        False where more than two levels occur; `fours` is not the data there.
    """
    tables = counts_array(tables, "tables", 2)
    occurs = tables.sum(axis=-2) > 0
    levels = tables.shape[-1]
    first = np.argmax(occurs, axis=-1)
    last = levels - 1 - np.argmax(occurs[..., ::-1], axis=-1)
    low = np.take_along_axis(tables, first[..., None, None], axis=-1)[..., 0]
    high = np.take_along_axis(tables, last[..., None, None], axis=-1)[..., 0]
    low = np.where((first == last)[..., None], 0, low)
    return np.stack([low, high], axis=-1), occurs.sum(axis=-1) <= 2
