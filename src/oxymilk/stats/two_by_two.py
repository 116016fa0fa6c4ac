"""Other tests of the same tables: McNemar, sign, chi-square, likelihood ratio, Fisher, Boschloo.

All take whole arrays of tables and use scipy's distributions. The tests of this module hold each against the
function of scipy or statsmodels for one table. Where a test has nothing to test (no changes, an empty margin) p is 1.
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
    return stats.chi2.sf(statistic, df)


def likelihood_ratio(tables: np.ndarray) -> np.ndarray:
    """Likelihood-ratio chi-square, 2 sum O log(O / E); shapes as `chi_square`."""
    tables, expected, df = _expected(tables)
    statistic = 2 * xlogy(tables, tables / np.where(expected > 0, expected, 1)).sum(axis=(-2, -1))
    return stats.chi2.sf(statistic, df)


def chi_square_yates(tables: np.ndarray) -> np.ndarray:
    """Yates' corrected chi-square of tables with two levels (doi:10.2307/2983604).

    The correction is never larger than the difference itself, as in R, scipy and SPSS; nan where more than two
    levels occur.
    """
    fours, two_levels = two_level_tables(tables)
    fours, expected, df = _expected(fours)
    distance = np.maximum(np.abs(fours - expected) - 0.5, 0)
    statistic = (distance**2 / np.where(expected > 0, expected, 1)).sum(axis=(-2, -1))
    return np.where(two_levels, stats.chi2.sf(statistic, df), np.nan)


def _expected(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tables = counts_array(tables, "tables", 2)
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    total = rows.sum(axis=-1)
    expected = rows[..., :, None] * columns[..., None, :] / np.maximum(total, 1)[..., None, None]
    df = ((rows > 0).sum(axis=-1) - 1) * ((columns > 0).sum(axis=-1) - 1)
    # one row or one column is as expected: the statistic is 0 and p is 1 whatever the degrees of freedom
    return tables, expected, np.maximum(df, 1)


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
    cell, n1, n2, margin = _hypergeometric(fours)
    support = np.arange(margin.max(initial=0) + 1)
    chances = stats.hypergeom.pmf(support, (n1 + n2)[..., None], margin[..., None], n1[..., None])
    seen = stats.hypergeom.pmf(cell, n1 + n2, margin, n1)[..., None]
    p = np.where(chances <= seen * (1 + SAME_PROBABILITY), chances, 0).sum(axis=-1)
    return np.where(two_levels, np.minimum(p, 1), np.nan)


def fisher_one_sided(tables: np.ndarray) -> np.ndarray:
    """Fisher's exact test in the direction of the difference: the smaller tail; shapes as `fisher`."""
    fours, two_levels = two_level_tables(tables)
    cell, n1, n2, margin = _hypergeometric(fours)
    lower = stats.hypergeom.cdf(cell, n1 + n2, margin, n1)
    upper = stats.hypergeom.sf(cell - 1, n1 + n2, margin, n1)
    return np.where(two_levels, np.minimum(lower, upper), np.nan)


def _hypergeometric(fours: np.ndarray) -> tuple[np.ndarray, ...]:
    n = fours.sum(axis=-1)
    # scipy knows no urn without a ball; with one, p is 1
    n1 = np.where(n.sum(axis=-1) == 0, 1, n[..., 0])
    return fours[..., 0, 1], n1, n[..., 1], fours[..., 1].sum(axis=-1)


def boschloo(tables: np.ndarray) -> np.ndarray:
    """Boschloo's exact test, two-sided (doi:10.1111/j.1467-9574.1970.tb00104.x); shapes as `fisher`.

    One-sided: the largest probability, over the common share of successes, that Fisher's one-sided p is at most
    the observed one; two-sided: twice the smaller, at most 1, as scipy.stats.boschloo_exact, which takes five
    milliseconds a table.
    """
    fours, two_levels = two_level_tables(tables)
    flat = fours.reshape(-1, 4)
    n1, n2 = flat[:, 0] + flat[:, 1], flat[:, 2] + flat[:, 3]
    p = np.ones(len(flat))
    for sizes in set(zip(n1.tolist(), n2.tolist(), strict=True)) - {(0, 0)}:
        here = np.flatnonzero((n1 == sizes[0]) & (n2 == sizes[1]))
        step = max(1, int(_BOSCHLOO_CELLS // ((sizes[0] + 1) * (sizes[1] + 1))))
        for start in range(0, len(here), step):
            part = here[start : start + step]
            p[part] = _boschloo(flat[part, 1], flat[part, 3], *sizes)
    return np.where(two_levels, p.reshape(fours.shape[:-2]), np.nan)


_BOSCHLOO_CELLS = 2e6  # tables compared at a time: 16 MB
_BOSCHLOO_GRID = 2001


def _boschloo(first: np.ndarray, second: np.ndarray, n1: int, n2: int) -> np.ndarray:
    """Test tables with `first` of n1 and `second` of n2 successes."""
    *tails, margins = _all_tables(n1, n2)
    seen = first * (n2 + 1) + second
    largest = []
    for tail in tails:
        rejected = tail[None, :] <= tail[seen][:, None] * (1 + SAME_PROBABILITY)
        largest.append(_largest_mixture(rejected @ margins, n1 + n2))
    return np.minimum(1, 2 * np.minimum(*largest))


@lru_cache(maxsize=8)
def _all_tables(n1: int, n2: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fisher's two one-sided p of every table, and its chance given the margin in the column of its margin."""
    a, b = np.indices((n1 + 1, n2 + 1)).reshape(2, -1)
    margin, n = a + b, n1 + n2
    margins = np.zeros((len(a), n + 1))
    margins[np.arange(len(a)), margin] = stats.hypergeom.pmf(a, n, margin, n1)
    return stats.hypergeom.cdf(a, n, margin, n1), stats.hypergeom.sf(a - 1, n, margin, n1), margins


@lru_cache(maxsize=8)
def _grid(n: int) -> tuple[np.ndarray, np.ndarray]:
    # equal steps of the angle: a binomial share has the same spread everywhere on that scale
    angles = np.linspace(0, np.pi / 2, _BOSCHLOO_GRID)
    return angles, stats.binom.pmf(np.arange(n + 1)[:, None], n, np.sin(angles) ** 2)


def _largest_mixture(given: np.ndarray, n: int) -> np.ndarray:
    """Maximise, over the share pi, the sum over m of binomial(m; n, pi) given[:, m]; rows are tables."""
    angles, chances = _grid(n)
    at_grid = given @ chances
    best = np.clip(at_grid.argmax(axis=1), 1, len(angles) - 2)
    rows = np.arange(len(given))
    before, here, after = (at_grid[rows, best + step] for step in (-1, 0, 1))
    # the top of the parabola through the three points
    bend = before - 2 * here + after
    shift = (before - after) / (2 * np.where(bend < 0, bend, 1))
    # every angle is that of a share, so `top` may lie anywhere: what is there is no more than the largest
    top = np.sin(angles[best] + shift * angles[1]) ** 2
    at_top = (given * stats.binom.pmf(np.arange(n + 1), n, top[:, None])).sum(axis=1)
    return np.maximum(at_grid.max(axis=1), at_top)


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
