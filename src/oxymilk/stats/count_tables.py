"""Tests of tables of counts, R rows by C columns: chi-square, exact, linear, and of pre/post tables.

Asymptotic tests take all tables of an array, shape (D, R, C), at once. Exact tests enumerate the tables of one table's
margins, bounded by counted work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import comb, exp, factorial, sqrt

import numpy as np
import scipy

# The most partial tables that are formed for one set of margins; 2 million would take seconds and a gigabyte.
MOST_TABLES = 200_000
# Probabilities that differ by less are the same number computed in another order (R: 1e-7).
_SAME = 1e-9
# chi-squares and their degrees of freedom, of each table or all
Statistic = tuple[np.ndarray, np.ndarray | int]
# pairs of which R counts all orders for Spearman's r
_MOST_PERMUTED = 9


@cache
def compositions(n: int, k: int) -> np.ndarray:
    """Return all ways to part n into k ordered counts, shape (C(n + k - 1, k - 1), k).

    >>> compositions(2, 2).tolist()
    [[0, 2], [1, 1], [2, 0]]
    """
    made, left = np.zeros((1, 0), dtype=np.int64), np.array([n])
    for _ in range(k - 1):
        # 0, 1, ..., all that is left of each row: of 1 and 2 left, 0 1 | 0 1 2
        ways = left + 1
        taken = np.arange(ways.sum()) - np.repeat(ways.cumsum() - ways, ways)
        made = np.column_stack([np.repeat(made, ways, axis=0), taken])
        left = np.repeat(left, ways) - taken
    return np.column_stack([made, left])


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


def chi_square(tables: np.ndarray, statistic: str = "pearson") -> Statistic:
    """Chi-square test of independence; levels that nobody has are left out.

    statistic : "pearson", sum (O - E)^2 / E; "yates", the same with Yates' correction, never larger than the difference
    itself, as in R, scipy and SPSS (doi:10.2307/2983604), nan of more than two levels; "likelihood", 2 sum O log(O / E)
    """
    rows, columns = tables.sum(axis=2, keepdims=True), tables.sum(axis=1, keepdims=True)
    expected = rows * columns / np.maximum(tables.sum(axis=(1, 2), keepdims=True), 1)
    safe = np.where(expected > 0, expected, 1)
    used = [(margin > 0).sum(axis=(1, 2)) for margin in (rows, columns)]
    if statistic == "likelihood":
        counts = tables.astype(float)
        terms = 2 * scipy.special.xlogy(counts, counts / safe.astype(float))
    else:
        # halves without a fraction: of tables of fractions the statistic is one
        terms = np.maximum(2 * np.abs(tables - expected) - (statistic == "yates"), 0) ** 2 / (4 * safe)
    square = np.maximum(terms.sum(axis=(1, 2)), 0)
    if statistic == "yates":
        square = np.where(np.maximum(*used) > 2, np.nan, square)
    # one row or one column is as expected: the statistic is 0 and p is 1 whatever the degrees of freedom
    return square, (used[0] - 1) * (used[1] - 1)


def linear(tables: np.ndarray, *scores: np.ndarray) -> Statistic:
    """Linear-by-linear association, rows and columns scored, or numbered: (N - 1) r^2 with one degree of freedom.

    Agresti, Categorical Data Analysis, 3rd ed., p. 87. 0 where a variable is constant.
    """
    r, n = correlation(tables, *scores)
    return (n - 1) * r**2, 1


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


def spearman(tables: np.ndarray) -> np.ndarray:
    """Spearman's correlation with mid-ranks, r sqrt((n - 2) / (1 - r^2)) against Student t, as SPSS and scipy."""
    ranks = [np.cumsum(sums, axis=1) - (sums - 1) / 2 for sums in (tables.sum(axis=2), tables.sum(axis=1))]
    r, n = correlation(tables, *ranks)
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


def sign(tables: np.ndarray) -> np.ndarray:
    """McNemar's test, the sign test: exact, min(1, 2 P(B <= min(down, up))), B binomial(down + up, 1/2).

    Pre/post tables of two levels; nan of more.
    """
    down, up = tables[:, 1, 0], tables[:, 0, 1]
    p_values = np.minimum(1, 2 * scipy.special.bdtr(np.minimum(down, up), down + up, 0.5))
    return np.where(tables.shape[2] > 2, np.nan, p_values)


def mcnemar(tables: np.ndarray, correction: int = 0, *, of_balance: bool = True) -> Statistic:
    """McNemar's test of pre/post tables, (|up - down| - correction)^2 / (up + down), nan of more than two levels.

    doi:10.1007/BF02295996; corrected by 1 Edwards', doi:10.1007/BF02289105. R corrects no balance, up = down.
    """
    down, up = tables[:, 1, 0], tables[:, 0, 1]
    correction = correction * ((up != down) | (of_balance & (up + down > 0)))
    square = (np.abs(up - down) - correction) ** 2 / np.maximum(down + up, 1)
    return np.where(tables.shape[2] > 2, np.nan, square), 1


def bowker(tables: np.ndarray, *, empty: bool = False) -> Statistic:
    """Bowker's test of symmetry, more than two levels: sum (n_ij - n_ji)^2 / (n_ij + n_ji), doi:10.2307/2280710.

    empty : of tables with two levels between which nobody changed (SAS), nan of the others; else nan of these, as R has
    """
    if tables.shape[1] == 2:
        return np.full(len(tables), np.nan), 1
    lower, upper = np.triu_indices(tables.shape[1], 1)
    rises, falls = tables[:, lower, upper], tables[:, upper, lower]
    changed = rises + falls > 0
    square = ((rises - falls) ** 2 / np.maximum(rises + falls, 1)).sum(axis=1)
    return np.where(changed.all(axis=1) != empty, square, np.nan), len(lower)


def marginal_homogeneity(tables: np.ndarray) -> Statistic:
    """Marginal homogeneity of ordered levels, the square of sum d / sqrt(sum d^2) of all changes d.

    IBM SPSS Algorithms, which prints the root, a normal Z.
    """
    level = np.arange(tables.shape[1])
    change = level - level[:, None]
    squares = (tables * change**2).sum(axis=(1, 2))
    return (tables * change).sum(axis=(1, 2)) ** 2 / np.maximum(squares, 1), 1


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


# The tests by chi-square. Tables of fractions, dtype object, give fractions; the likelihood ratio is a float.
CHI_SQUARES: dict[str, Callable[[np.ndarray], Statistic]] = {
    "pearson": chi_square,
    "yates": partial(chi_square, statistic="yates"),
    "likelihood": partial(chi_square, statistic="likelihood"),
    "linear": linear,
    "mcnemar": mcnemar,
    "mcnemar_edwards": partial(mcnemar, correction=1),
    "mcnemar_edwards_r": partial(mcnemar, correction=1, of_balance=False),
    "bowker": bowker,
    "bowker_empty": partial(bowker, empty=True),
    "marginal_homogeneity": marginal_homogeneity,
}


def p_of(name: str, tables: np.ndarray, *scores: np.ndarray) -> np.ndarray:
    """Return the p-values of a test by chi-square, see `CHI_SQUARES`; 1 where there is nothing to test."""
    square, df = CHI_SQUARES[name](tables, *scores)
    return scipy.special.chdtrc(np.maximum(df, 1), square)


# What printed_lines.yaml names, as p-values of tables; the exact tests are those of `exact_tests`.
CALCULATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    **{name: partial(p_of, name) for name in CHI_SQUARES},
    "mcnemar_exact": sign,
    "spearman": spearman,
}
