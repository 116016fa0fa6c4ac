"""Tests of tables of counts, R rows by C columns: chi-square, exact, linear, and of pre/post tables.

Asymptotic tests take all tables of an array, shape (D, R, C), at once. Exact tests enumerate the tables of one table's
margins, bounded by counted work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import comb, exp, factorial, sqrt
from types import SimpleNamespace

import numpy as np
import scipy

from oxymilk.stats import other_tests

# The most partial tables that are formed for one set of margins; 2 million would take seconds and a gigabyte.
MOST_TABLES = 200_000
# Probabilities that differ by less are the same number computed in another order (R: 1e-7).
_SAME = 1e-9
# pairs of which R counts all orders for Spearman's r
_MOST_PERMUTED = 9


@cache
def compositions(n: int, k: int) -> np.ndarray:
    """Return all ways to part n into k ordered counts, shape (C(n + k - 1, k - 1), k).

    >>> compositions(2, 2).tolist()
    [[0, 2], [1, 1], [2, 0]]
    """
    if k == 1:
        return np.array([[n]])
    parts = [np.insert(compositions(n - first, k - 1), 0, first, axis=1) for first in range(n + 1)]
    return np.concatenate(parts)


def tables_of(rows: tuple[int, ...], columns: tuple[int, ...], most: int = MOST_TABLES) -> np.ndarray | None:
    """Return all tables of these row and column totals, shape (D, R, C); None when that is too much work.

    Columns are filled one after the other, the last by what the rows have left; work is counted in partial tables.
    ValueError when rows and columns have not the same sum.
    """
    if sum(rows) != sum(columns):
        raise ValueError("rows and columns have not the same sum")
    made, left = np.zeros((1, len(rows), 0), dtype=np.int64), np.array([rows])
    for total in columns[:-1]:
        if len(left) * comb(total + len(rows) - 1, len(rows) - 1) > most:
            return None
        ways = compositions(total, len(rows))
        table, way = np.nonzero((left[:, None] >= ways).all(axis=2))
        made = np.concatenate([made[table], ways[way][:, :, None]], axis=2)
        left = left[table] - ways[way]
    return np.concatenate([made, left[:, :, None]], axis=2)


def chi_square(tables: np.ndarray, statistic: str = "pearson") -> np.ndarray:
    """Chi-square test of independence; see `oxymilk.stats.other_tests.chi_square`. nan where Yates has no use."""
    p_values = other_tests.chi_square(SimpleNamespace(tables=tables), statistic)
    return np.full(len(tables), np.nan) if statistic == "yates" and tables.shape[1:] != (2, 2) else p_values


def linear(tables: np.ndarray) -> np.ndarray:
    """Linear-by-linear association, rows and columns numbered: (N - 1) r^2 with one degree of freedom.

    Agresti, Categorical Data Analysis, 3rd ed., p. 87. 1 where a variable is constant.
    """
    r, n = other_tests.correlation(tables)
    return scipy.special.chdtrc(1, (n - 1) * r**2)


def spearman(tables: np.ndarray) -> np.ndarray:
    """Spearman's correlation with mid-ranks, r sqrt((n - 2) / (1 - r^2)) against Student t, as SPSS and scipy."""
    ranks = [np.cumsum(sums, axis=1) - (sums - 1) / 2 for sums in (tables.sum(axis=2), tables.sum(axis=1))]
    r, n = other_tests.correlation(tables, *ranks)
    df = np.maximum(n - 2, 1)
    t = np.abs(r) * np.sqrt(df / np.maximum(1 - r**2, 1e-300))
    return 2 * scipy.special.stdtr(df, -t)


def spearman_untied(squares: int, n: int) -> float:
    """One-tailed p-value of Spearman's r of n pairs without ties, as R's cor.test has it unasked.

    Up to 9 pairs exact, above by the Edgeworth series of algorithm AS 89 (Best & Roberts 1975, doi:10.2307/2347111).

    Parameters
    ----------
    squares : int
        Sum of the squared differences of ranks, (n^3 - n) (1 - r) / 6; even.
    n : int
        Pairs, at least 2.

    Examples
    --------
    >>> spearman_untied(0, 4) * 24
    1.0
    """
    least = min(squares, (n**3 - n) // 3 - squares)
    if n <= _MOST_PERMUTED:
        # ranks taken so far, as bits -> orders of them by their sum of squares, packed with 24 bits each
        ways = {0: 1}
        for place in range(n):
            longer: dict[int, int] = {}
            for taken, packed in ways.items():
                for rank in (rank for rank in range(n) if not taken >> rank & 1):
                    shifted = packed << 24 * (rank - place) ** 2
                    longer[taken | 1 << rank] = longer.get(taken | 1 << rank, 0) + shifted
            ways = longer
        orders = ways[2**n - 1].to_bytes(3 * (n**3 - n), "little")
        return sum(int.from_bytes(orders[3 * s : 3 * s + 3], "little") for s in range(least + 1)) / factorial(
            n
        )
    b = 1 / n
    x = (6 * (least + 1) / (n**3 - n) - 1) * sqrt(n - 1)
    y = x * x
    inner = y * b * (0.0879 + 0.0151 * b - y * (0.0072 - 0.0831 * b + y * b * (0.0131 - 4.6e-4 * y)))
    series = 0.2274 + b * (0.2531 + 0.1745 * b) + y * (-0.0758 + b * (0.1033 + 0.3932 * b) - inner)
    return min(1.0, max(0.0, float(scipy.special.ndtr(x)) - x * b * series / exp(y / 2)))


def exact_tests(table: np.ndarray) -> dict[str, float]:
    """Run the exact tests of one table's margins, shape (R, C); {} when that is more than `MOST_TABLES` of work.

    * fisher : all tables that are at most as likely (Freeman & Halton 1951, doi:10.2307/2332323)
    * fisher_mid_p : the same, those as likely as the observed one counting half
    * pearson_exact : all tables whose Pearson chi-square is at least as large
    * fisher_one_sided, fisher_doubled : 2 x 2 only: the smaller tail, and twice that, at most 1
    """
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    if min(table.shape, default=0) < 2:
        return dict.fromkeys(("fisher", "pearson_exact"), 1.0)
    # the last column costs no work
    table = table[:, np.argsort(table.sum(axis=0), kind="stable")]
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    tables = tables_of(tuple(rows.tolist()), tuple(columns.tolist()))
    if tables is None:
        return {}
    log = scipy.special.gammaln
    constant = log(rows + 1).sum() + log(columns + 1).sum() - log(rows.sum() + 1)
    weights = np.exp(constant - log(tables + 1.0).sum(axis=(1, 2)))
    statistics = (tables**2 / (rows[:, None] * columns)).sum(axis=(1, 2))
    at = int(np.argmax((tables == table).all(axis=(1, 2))))
    rare, alike = weights <= weights[at] * (1 + _SAME), np.isclose(weights, weights[at], rtol=_SAME, atol=0)
    total = weights.sum()
    found = {
        "fisher": weights[rare].sum() / total,
        "fisher_mid_p": (weights[rare].sum() - weights[rare & alike].sum() / 2) / total,
        "pearson_exact": weights[statistics >= statistics[at] * (1 - _SAME)].sum() / total,
    }
    if table.shape == (2, 2):
        tails = [weights[beyond].sum() / total for beyond in (slice(None, at + 1), slice(at, None))]
        found |= {"fisher_one_sided": min(tails), "fisher_doubled": min(1.0, 2 * min(tails))}
    return {name: min(1.0, float(p_value)) for name, p_value in found.items()}


def mcnemar(tables: np.ndarray, correction: int | None = None, *, of_balance: bool = True) -> np.ndarray:
    """McNemar's test of 2 x 2 pre/post tables; see `oxymilk.stats.other_tests.sign`. nan for more levels."""
    if tables.shape[1:] != (2, 2):
        return np.full(len(tables), np.nan)
    pairs = SimpleNamespace(negative=tables[:, 1, :1], positive=tables[:, 0, 1:])
    return other_tests.sign(pairs, correction, of_balance=of_balance)


def bowker(tables: np.ndarray, *, empty: bool = False) -> np.ndarray:
    """Bowker's test of symmetry, more than two levels: sum (n_ij - n_ji)^2 / (n_ij + n_ji), doi:10.2307/2280710.

    empty : of tables with two levels between which nobody changed (SAS), nan of the others; else nan of these, as R has
    """
    lower, upper = np.triu_indices(tables.shape[1], 1)
    rises, falls = tables[:, lower, upper], tables[:, upper, lower]
    changed = rises + falls > 0
    statistic = ((rises - falls) ** 2 / np.maximum(rises + falls, 1)).sum(axis=1)
    usable = (changed.all(axis=1) != empty) & (len(lower) > 1)
    return np.where(usable, scipy.special.chdtrc(len(lower), statistic), np.nan)


def marginal_homogeneity(tables: np.ndarray) -> np.ndarray:
    """Marginal homogeneity of ordered levels: sum d / sqrt(sum d^2) of all changes d (IBM SPSS Algorithms)."""
    level = np.arange(tables.shape[1])
    change = level - level[:, None]
    squares = (tables * change**2).sum(axis=(1, 2))
    z = (tables * change).sum(axis=(1, 2)) / np.sqrt(np.maximum(squares, 1))
    return 2 * scipy.special.ndtr(-np.abs(z))


def ratios(table: np.ndarray, z: float) -> dict[str, tuple[float, float, float]]:
    """Return odds ratio and risk ratio of the first column of a 2 x 2 table, each with its Wald interval.

    z : standard normal quantile of the interval, 1.959964 for 95%. {} where a count of 0 leaves none.
    """
    (a, b), (c, d) = table.tolist()
    if not a * b * c * d:
        return {}
    logs = {
        "odds_ratio": (a * d / (b * c), 1 / a + 1 / b + 1 / c + 1 / d),
        "risk_ratio": (a * (c + d) / (c * (a + b)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)),
    }
    return {
        name: (ratio, *(float(ratio * np.exp(side * z * np.sqrt(variance))) for side in (-1, 1)))
        for name, (ratio, variance) in logs.items()
    }


Calculation = Callable[[np.ndarray], np.ndarray]
# What printed_lines.yaml names; the exact tests are those of `exact_tests`.
CALCULATIONS: dict[str, Calculation] = {
    "pearson": chi_square,
    "yates": partial(chi_square, statistic="yates"),
    "likelihood": partial(chi_square, statistic="likelihood"),
    "linear": linear,
    "spearman": spearman,
    "mcnemar_exact": mcnemar,
    "mcnemar": partial(mcnemar, correction=0),
    "mcnemar_edwards": partial(mcnemar, correction=1),
    "mcnemar_edwards_r": partial(mcnemar, correction=1, of_balance=False),
    "bowker": bowker,
    "bowker_empty": partial(bowker, empty=True),
    "marginal_homogeneity": marginal_homogeneity,
}
