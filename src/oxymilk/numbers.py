"""Numbers as sheets hold them: decimals as written, and fractions that no decimal is, such as 31/3.

A formula stores the mean of three readings as 10.3333333333333. Taken for a decimal it makes differences unequal that
are equal: 31/3 - 29/3 and 32/3 - 10 are both 2/3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isqrt

Number = Decimal | Fraction
MOST_DECIMALS = 6  # of a measurement; a number with more was computed
MOST_DIGITS = 12  # of a decimal; a computed number fills the 15 digits of a spreadsheet
_DOUBLE_DIGITS, _SHOWN_DIGITS = 17, 15  # as many print a double exactly, as many a spreadsheet shows
_NOISE = Fraction(2, 10**14)  # relative error that a formula leaves in a double
_MOST_DENOMINATOR, _BY_CHANCE = 1000, Fraction(1, 10**4)
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def as_meant(written: str) -> Number | None:
    """Return the number that digits with a decimal point mean.

    Parameters
    ----------
    written : str
        As a file has it.

    Returns
    -------
    Decimal, Fraction or None
        The decimal as written, unless it has more digits than are measured: then the fraction that it is rounded
        from. Its denominator is at most 1,000, less for a number cut to few decimals (31 for seven, 100 for eight):
        of the numbers that are no fraction one in 30,000 is near one (of denominators up to q there are 0.3 q^2
        between 0 and 1). Else None.

    Examples
    --------
    >>> as_meant("10.333"), as_meant("10.3333333333333"), as_meant("0.30000000000000004"), as_meant("1.4142135623731")
    (Decimal('10.333'), Fraction(31, 3), Decimal('0.3'), None)
    """
    decimal = Decimal(written)
    digits = len(decimal.as_tuple().digits)
    if digits > _DOUBLE_DIGITS or abs(decimal.adjusted()) > _SHOWN_DIGITS:
        return None
    if digits > _SHOWN_DIGITS and decimal % 1:
        decimal = Decimal(format(float(decimal), f".{_SHOWN_DIGITS}g"))
    decimal = Decimal(format(decimal, "f"))
    digits, decimals = len(decimal.as_tuple().digits), -int(decimal.as_tuple().exponent)
    if digits <= (MOST_DIGITS if decimals else _SHOWN_DIGITS) and decimals <= MOST_DECIMALS:
        return decimal
    if not decimals:
        return None
    exact = Fraction(decimal)
    error = max(Fraction(1, 2 * 10**decimals), _NOISE * abs(exact))
    limit = min(_MOST_DENOMINATOR, isqrt(int(_BY_CHANCE / (2 * error))))
    fraction = exact.limit_denominator(max(limit, 1))
    if fraction and abs(fraction - exact) <= error:
        quotient = Decimal(fraction.numerator) / fraction.denominator
        if fraction != quotient:
            return fraction
        return decimal if fraction == exact else quotient
    return decimal if digits <= MOST_DIGITS else None


def write_number(number: Number) -> str:
    """Return a number as observations.csv holds it: 10.30, or 31/3."""
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def read_number(text: str) -> Number:
    """Return the number that `write_number` wrote."""
    return Fraction(text) if "/" in text else Decimal(text)


def most_decimals(texts: Iterable[str]) -> int | None:
    """Return the most decimals of the numbers in texts; None when a number is no decimal, or has too many to declare.

    Examples
    --------
    >>> most_decimals(["4,25 ml", "7"]), most_decimals(["4.5", "10.3333333333333"])
    (2, None)
    """
    found = [number[0].replace(",", ".") for text in texts if (number := _NUMBER.search(text))]
    numbers = [as_meant(written) for written in found]
    if not all(isinstance(number, Decimal) for number in numbers):
        return None
    most = max([0, *(-int(number.as_tuple().exponent) for number in numbers)])
    return most if most <= MOST_DECIMALS else None
