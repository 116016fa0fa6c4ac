"""Numbers as sheets hold them: decimals as written, and fractions that no decimal is.

A formula stores the mean of three readings as 10.3333333333333. Cut so, 31/3 - 29/3 and 32/3 - 10 are no tie.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isqrt

Number = Decimal | Fraction
# a printed count, its percent behind it: "8 (40,0%)"
COUNT = re.compile(r"([0-9]{1,6})(?:\s*\([0-9.,]+\s*%?\))?")
MOST_PARTICIPANTS = 2_000_000  # of a sample: its third power fits into 64 bits
MOST_DECIMALS, MOST_DIGITS = 6, 12  # of what is measured; a computed number has more
_DOUBLE_DIGITS, _SHOWN_DIGITS = 17, 15  # as many print a double exactly, as many a spreadsheet keeps
_NOISE = Fraction(2, 10**14)  # relative error that a formula leaves in a double
_MOST_PARTS = 12_000
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def as_meant(written: str) -> Number | None:
    """Return the number that digits with a decimal point mean: the decimal as written, or the fraction it is cut from.

    A fraction has a denominator of at most 12,000 (the mean of twelve readings with three decimals), less where few
    decimals are left of it (31 of seven, 100 of eight): denominators up to q have 0.3 q^2 fractions between 0 and 1,
    and of other numbers one in 30,000 is near one. None for what has more digits than are measured and is no fraction.

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
    if not decimals or (digits <= MOST_DIGITS and decimals <= MOST_DECIMALS):
        return decimal if digits <= _SHOWN_DIGITS else None
    exact, cut = Fraction(decimal), Fraction(1, 2 * 10**decimals)
    for error in (cut, max(cut, _NOISE * abs(exact))):
        fraction = exact.limit_denominator(min(_MOST_PARTS, isqrt(int(1 / (20_000 * error))) or 1))
        if fraction and abs(fraction - exact) <= error:
            quotient = Decimal(fraction.numerator) / fraction.denominator
            return fraction if fraction != quotient else decimal if fraction == exact else quotient
    return decimal if digits <= MOST_DIGITS else None


def write_number(number: Number) -> str:
    """Return a number as observations.csv holds it: 10.30, or 31/3."""
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def read_number(text: str) -> Number:
    """Return the number that `write_number` wrote."""
    return Fraction(text) if "/" in text else Decimal(text)


def most_decimals(texts: Iterable[str]) -> int | None:
    """Return the most decimals of numbers such as "4,25 ml"; None when one is no decimal or they are too many."""
    found = (number[0].replace(",", ".") for text in texts if (number := _NUMBER.search(text)))
    numbers = list(map(as_meant, found))
    if not all(isinstance(number, Decimal) for number in numbers):
        return None
    most = max([0, *(-int(number.as_tuple().exponent) for number in numbers)])
    return most if most <= MOST_DECIMALS else None
