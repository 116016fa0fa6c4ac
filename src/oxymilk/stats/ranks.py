"""From observations to counts: exact decimals, tie groups, doubled mid-ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np

from oxymilk.numbers import MOST_PARTICIPANTS

# Beyond this power of ten a "measurement" is a typing slip, and its integer would fill the memory.
LARGEST_EXPONENT = 400
# how post - pre is taken, as `paired_differences` says
DIFFERENCES = ("decimal", "binary")
Number = Fraction | int


def exact_numbers(values: Iterable, name: str) -> list[Number]:
    """Read numbers as the decimals they are written as: 0.3 is three tenths, not the nearest binary float.

    values : int, float, str, Decimal or Fraction; floats stand for their shortest decimal, strings take a decimal point
    name : what the values are, for the ValueError if there are none, or one is missing, infinite or not a number
    """
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ValueError(f"{name}: give a list of numbers, not {values!r}")
    numbers: list[Number] = []
    for i, value in enumerate(values):
        if isinstance(value, (np.floating, float)):
            number = str(value)  # of a numpy float: the shortest decimal in its own precision
        else:
            number = value.item() if isinstance(value, np.generic) else value
        if isinstance(number, (int, Fraction)):
            numbers.append(number)
            continue
        try:
            decimal = Decimal(number if isinstance(number, (str, Decimal)) else "no number")
        except InvalidOperation:
            raise ValueError(f"{name}[{i}]: {number!r} is not a number") from None
        if not decimal.is_finite():
            fault = "missing or infinite; leave such observations out first"
            raise ValueError(f"{name}[{i}]: {number!r} is {fault}")
        if decimal and abs(decimal.adjusted()) > LARGEST_EXPONENT:
            raise ValueError(f"{name}[{i}]: {number!r} is too large or too small to be a measurement")
        numbers.append(Fraction(decimal))
    if not numbers:
        raise ValueError(f"{name}: no values")
    return numbers


def two_sample_table(x: Iterable, y: Iterable) -> tuple[list[Number], np.ndarray]:
    """Count two samples by their distinct values, and return these too, in increasing order.

    Shape (2, K): how often each value occurs in x and in y. 5, 7, 7 and 6, 7 give [[1, 0, 2], [0, 1, 1]].
    """
    counts = [Counter(exact_numbers(values, name)) for values, name in ((x, "x"), (y, "y"))]
    levels = sorted(counts[0] | counts[1])
    return levels, np.array([[count[level] for level in levels] for count in counts], dtype=np.int64)


def paired_differences(pre: Iterable, post: Iterable, differences: str = "decimal") -> list[Number]:
    """Return the differences post - pre of paired values; ValueError unless they are pairs.

    differences : "decimal", exact on the decimals as written: 0.3 - 0.1 = 0.7 - 0.5. "binary", the doubles that most
    programs compute from the doubles nearest to the values: 0.19999999999999998 and 0.19999999999999996
    """
    before, after = exact_numbers(pre, "pre"), exact_numbers(post, "post")
    if len(before) != len(after):
        raise ValueError(f"pre has {len(before)} values and post {len(after)}: they must be pairs")
    pairs = zip(before, after, strict=True)
    if differences == "binary":
        return [Fraction(float(b) - float(a)) for a, b in pairs]
    return [b - a for a, b in pairs]


def count_differences(differences: Iterable[Number]) -> tuple[list[Number], np.ndarray, np.ndarray, int]:
    """Count differences by size and sign.

    Sizes: the M distinct ones other than 0, in increasing order. Negative, positive: how many there are of each size,
    shape (M,). Zeros: how many are zero.
    """
    count = Counter(differences)
    sizes = sorted({abs(difference) for difference in count} - {0})
    signed = (np.array([count[sign * size] for size in sizes], dtype=np.int64) for sign in (-1, 1))
    return sizes, *signed, count[0]


def difference_counts(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count differences of levels from tables of pre by post.

    Parameters
    ----------
    pairs : array of int, shape (..., K, K)
        Participants at each of the levels 0, ..., K - 1 before (rows) and after (columns).

    Returns
    -------
    negative, positive : ndarray of int, shape (..., K - 1)
        Participants whose level fell, or rose, by 1, 2, ..., K - 1.
    zeros : ndarray of int, shape (...)
        Participants whose level stayed.
    """
    pairs = counts_array(pairs, "pairs", 2)
    before, k = pairs.shape[-2:]
    if before != k:
        raise ValueError(f"pairs: {before} levels before and {k} after; they must be the same levels")
    # the diagonals of [[2, 1, 5], [0, 3, 1], [4, 0, 0]] sum to 4, 0 | 5 | 2, 5: falls by 2 and 1, no change, rises
    diagonals = [np.trace(pairs, offset=offset, axis1=-2, axis2=-1) for offset in range(1 - k, k)]
    by_difference = np.stack(diagonals, axis=-1)
    return by_difference[..., : k - 1][..., ::-1], by_difference[..., k:], by_difference[..., k - 1]


def counts_array(counts: object, name: str, dimensions: int) -> np.ndarray:
    """Return an array of counts as 64-bit integers; ValueError if one is negative or not whole, or axes are missing."""
    array = np.asarray(counts)
    if array.dtype.kind not in "iub":
        as_float = np.asarray(array, dtype=float)
        if not np.all(np.isfinite(as_float)) or np.any(as_float != np.floor(as_float)):
            raise ValueError(f"{name}: counts must be whole numbers")
    array = array.astype(np.int64)
    if array.ndim < dimensions:
        raise ValueError(f"{name}: at least {dimensions} axes are needed, not {array.ndim}")
    if array.size and array.min() < 0:
        raise ValueError(f"{name}: a count is negative")
    return array


def two_samples(counts: object, name: str) -> np.ndarray:
    """Return an array of tables of two samples as 64-bit integers; ValueError unless its shape is (..., 2, K)."""
    array = counts_array(counts, name, 2)
    if array.shape[-2] != 2:
        raise ValueError(f"{name}: shape (..., 2, K) is needed, not {array.shape}")
    return array


def check_size(n: np.ndarray, what: str) -> None:
    """Raise ValueError if a dataset is empty or larger than 64-bit integers allow."""
    if n.size and n.min() < 1:
        raise ValueError(f"a dataset has no {what}")
    if n.size and n.max() > MOST_PARTICIPANTS:
        raise ValueError(f"a dataset has {n.max()} {what}; at most {MOST_PARTICIPANTS} are possible")


def doubled_midranks(sizes: np.ndarray, start: np.ndarray | int = 0) -> np.ndarray:
    """Return twice the mid-rank of each tie group.

    sizes : of the tie groups in increasing order of their value, shape (..., K)
    start : ranks that are used up before the first group, shape (...)

    Groups of 1, 2 and 3 have ranks 1 | 2 3 | 4 5 6, doubled mid-ranks 2, 5, 10.
    """
    before = np.cumsum(sizes, axis=-1) - sizes
    return 2 * (before + np.asarray(start)[..., None]) + sizes + 1


def unique_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows, shape (D, C), and for each row its place among them, shape (R,).

    `rows` are counts of shape (R, C), usually many more than distinct ones; `distinct[inverse]` equals `rows`.
    """
    radix = rows.max(axis=0, initial=0).astype(object) + 1
    places = np.cumprod(np.concatenate([[1], radix]))
    if places[-1] < 2**62:
        # one integer a row sorts ten times faster than rows do: with at most 9 a cell, 3 1 4 becomes 413
        keys = rows @ places[:-1].astype(np.int64)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        return rows[first], inverse
    return np.unique(rows, axis=0, return_inverse=True)


def expand_counts(test: str, table: Iterable[Iterable[object]]) -> tuple[list[int], list[int]]:
    """Return the observations that a table of counts stands for, levels as 0, 1, ...

    table : signed_rank: a row a level before, a column a level after; rank_sum: a row a group, a column a level
    ValueError when a cell is no count, or the table has another shape. Returns pre and post, or the two groups.
    """
    try:
        rows = [[int(str(cell)) for cell in row] for row in table]
    except ValueError:
        raise ValueError("every cell of the table must be a whole number") from None
    cells = [n for row in rows for n in row]
    if not cells or min(cells) < 0 or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("the rows of the table must be of one length and hold no negative number")
    if test == "rank_sum" and len(rows) != 2:
        raise ValueError("a table for rank_sum has two rows, one a group")
    if test != "rank_sum" and (test != "signed_rank" or len(rows) != len(rows[0])):
        raise ValueError("a table for signed_rank has as many rows (before) as columns (after)")
    if test == "rank_sum":
        first, second = ([level for level, n in enumerate(row) for _ in range(n)] for row in rows)
        return first, second
    pairs = [(i, j) for i, row in enumerate(rows) for j, n in enumerate(row) for _ in range(n)]
    return [before for before, _ in pairs], [after for _, after in pairs]
