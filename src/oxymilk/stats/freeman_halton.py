"""Fisher's exact test of a table with two rows and any number of columns (Freeman & Halton 1951)."""

from __future__ import annotations

from fractions import Fraction
from math import comb, prod

from oxymilk.stats.null import TooLargeError

MOST_TABLES = 2_000_000


def freeman_halton(table: list[list[int]]) -> Fraction:
    """Return the exact p-value of independence of rows and columns, given both margins.

    Parameters
    ----------
    table : two rows of counts, of one length

    Returns
    -------
    Fraction
        Total probability of the tables that are no more likely than the observed one (doi:10.2307/2332323); 1 where a
        margin leaves no other table.

    Raises
    ------
    TooLargeError
        When more than `MOST_TABLES` tables have these column totals.
    ValueError
        When the table has not two rows of one length, or a negative count.

    Examples
    --------
    >>> freeman_halton([[10, 0], [3, 7]])
    Fraction(1, 323)
    """
    message = "the table must have two rows of counts, of one length"
    try:
        columns = [(first, second) for first, second in zip(*table, strict=True)]
    except ValueError:
        raise ValueError(message) from None
    if not columns or min(map(min, columns)) < 0:
        raise ValueError(message)
    totals = [sum(column) for column in columns]
    if prod(total + 1 for total in totals) > MOST_TABLES:
        raise TooLargeError(f"more than {MOST_TABLES:,} tables have these totals; use a chi-square test")
    drawn = sum(first for first, _ in columns)
    # weights of the first columns, by how many of the first row they hold; equal weights are counted together
    weights: dict[int, dict[int, int]] = {0: {1: 1}}
    for total in totals:
        longer: dict[int, dict[int, int]] = {}
        for held, sofar in weights.items():
            for n in range(min(total, drawn - held) + 1):
                share = comb(total, n)
                into = longer.setdefault(held + n, {})
                for weight, times in sofar.items():
                    into[weight * share] = into.get(weight * share, 0) + times
        weights = longer
    observed = prod(comb(first + second, first) for first, second in columns)
    as_rare = sum(weight * times for weight, times in weights[drawn].items() if weight <= observed)
    return Fraction(as_rare, comb(sum(totals), drawn))
