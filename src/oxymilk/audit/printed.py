"""Printed numbers as exact sets: what "0,083" can have been before it was rounded.

A number in a paper stands for every value that prints as that string. All arithmetic here is on
`fractions.Fraction`; nothing is compared within a tolerance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

ROUNDINGS = ("half_up", "half_even", "truncate")
OPERATORS = ("", "=", "~", "<", "<=", ">", ">=")

_SHAPE = re.compile(r"^(?P<sign>[-+\u2212]?)(?P<body>\d[\d.,\u066b]*|[.,\u066b]\d+)(?P<percent>\s*%?)$")


class Interval(NamedTuple):
    """A set of numbers between two ends; `None` is an open end at infinity."""

    low: Fraction | None
    high: Fraction | None
    closed_low: bool = True
    closed_high: bool = False

    def contains(self, value: Fraction) -> bool:
        """Whether `value` lies in the set."""
        above = self.low is None or value > self.low or (self.closed_low and value == self.low)
        below = self.high is None or value < self.high or (self.closed_high and value == self.high)
        return above and below

    def contains_all(self, other: Interval) -> bool:
        """Whether every number of `other`, a bounded closed interval, lies in the set."""
        return self.contains(other.low) and self.contains(other.high)

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both sets."""
        return not (_apart(self, other) or _apart(other, self))


class PrintedNumber(NamedTuple):
    """A printed number taken apart.

    Attributes
    ----------
    value : Fraction
        The number as it stands, "7,5%" being 7.5.
    decimals : int
        Digits after the decimal mark.
    mark : str
        The decimal mark it was printed with; "" when it has none.
    percent : str
        The text after the digits, "%" or " %" or "".
    leading_zero : bool
        Whether a number below one was printed as "0.05" rather than ".05".
    """

    value: Fraction
    decimals: int
    mark: str
    percent: str
    leading_zero: bool


def parse_printed(text: str, decimal_marks: str | Iterable[str] = (".",)) -> PrintedNumber:
    """Take a printed number apart.

    Parameters
    ----------
    text : str
        The string as printed, "0,083", "100%", "-2.24", "1.234,5".
    decimal_marks : str or iterable of str
        The decimal marks that the paper uses. Where two are declared, a number that has both uses the last one;
        the other separates thousands.

    Returns
    -------
    PrintedNumber

    Raises
    ------
    ValueError
        When the text is not a number under these marks.
    """
    marks = tuple(decimal_marks)
    match = _SHAPE.match(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a number")
    body = match["body"]
    mark = max((m for m in marks if m in body), key=body.rfind, default="")
    whole, _, fraction = body.rpartition(mark) if mark else (body, "", "")
    thousands = {".", ",", "\u066b"} - {mark}
    groups = re.split("[" + re.escape("".join(thousands)) + "]", whole)
    digits = "".join(groups)
    # "0,083" under a decimal point is no eighty-three
    grouped_well = len(groups) == 1 or (
        1 <= len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])
    )
    if not grouped_well or (digits and not digits.isdecimal()) or (fraction and not fraction.isdecimal()):
        raise ValueError(f"{text!r} is not a number with decimal mark {' or '.join(marks)}")
    scaled = Fraction(int((digits or "0") + fraction), 10 ** len(fraction))
    sign = -1 if match["sign"] in ("-", "\u2212") else 1
    return PrintedNumber(sign * scaled, len(fraction), mark, match["percent"], bool(digits))


def printed_interval(
    text: str,
    decimal_marks: str | Iterable[str] = (".",),
    rounding: str = "half_up",
    operator: str = "",
    *,
    domain: tuple[Fraction | int | None, Fraction | int | None] = (None, None),
) -> Interval:
    """Return the set of numbers that a printed number states.

    Parameters
    ----------
    text : str
        The string as printed.
    decimal_marks : str or iterable of str
        See `parse_printed`.
    rounding : {"half_up", "half_even", "truncate"}
        How the number was shortened. Halves go away from zero, to the even digit, or digits are cut.
    operator : {"", "=", "~", "<", "<=", ">", ">="}
        What stands before the number. An inequality states all numbers on that side of the number as it stands.
    domain : pair
        Smallest and largest value that the quantity can have, both attained; (0, 1) for a p-value, so that
        "0,000" is [0, 0.0005).

    Returns
    -------
    Interval
        "0,083" is [0.0825, 0.0835) under half_up.

    Raises
    ------
    ValueError
        When the text is not a number, or the operator or rounding is unknown.
    """
    if operator not in OPERATORS:
        raise ValueError(f"unknown operator {operator!r}; use one of {', '.join(OPERATORS[1:])} or none")
    number = parse_printed(text, decimal_marks)
    value = number.value
    if operator in ("<", "<="):
        stated = Interval(None, value, closed_high=operator == "<=")
    elif operator in (">", ">="):
        stated = Interval(value, None, closed_low=operator == ">=")
    else:
        stated = _unround(value, number.decimals, rounding, negative=text.strip()[0] in "-\u2212")
    return _clip(stated, *domain)


def print_like(
    value: Fraction, like: str, decimal_marks: str | Iterable[str], rounding: str = "half_up"
) -> str:
    """Print a number in the style of a printed one: its decimals, decimal mark, leading zero and percent sign.

    Parameters
    ----------
    value : Fraction
        The exact number.
    like : str
        The printed number whose style is taken.
    decimal_marks : str or iterable of str
        See `parse_printed`.
    rounding : {"half_up", "half_even", "truncate"}
        How to shorten.

    Returns
    -------
    str
    """
    style = parse_printed(like, decimal_marks)
    units = round_units(value, style.decimals, rounding)
    digits = f"{abs(units):0{style.decimals + 1}d}"
    whole, fraction = (
        (digits[: -style.decimals], digits[-style.decimals :]) if style.decimals else (digits, "")
    )
    if whole == "0" and fraction and not style.leading_zero:
        whole = ""
    mark = style.mark or next(iter(tuple(decimal_marks)))
    return ("-" if units < 0 else "") + whole + (mark + fraction if fraction else "") + style.percent


def round_units(value: Fraction, decimals: int, rounding: str = "half_up") -> int:
    """Return `value` rounded to `decimals` places, as a whole number of the last place."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    if rounding == "half_up":
        up = twice >= scaled.denominator
    elif rounding == "half_even":
        up = twice > scaled.denominator or (twice == scaled.denominator and whole % 2 == 1)
    elif rounding == "truncate":
        up = False
    else:
        raise ValueError(f"unknown rounding {rounding!r}; use one of {', '.join(ROUNDINGS)}")
    return (1 if value >= 0 else -1) * (whole + up)


def _unround(value: Fraction, decimals: int, rounding: str, *, negative: bool) -> Interval:
    unit = Fraction(1, 10**decimals)
    size = abs(value)
    if rounding == "half_up":
        away = Interval(size - unit / 2, size + unit / 2, closed_low=True, closed_high=False)
    elif rounding == "half_even":
        even = (size / unit).numerator % 2 == 0
        away = Interval(size - unit / 2, size + unit / 2, closed_low=even, closed_high=even)
    elif rounding == "truncate":
        away = Interval(size, size + unit, closed_low=True, closed_high=False)
    else:
        raise ValueError(f"unknown rounding {rounding!r}; use one of {', '.join(ROUNDINGS)}")
    if size == 0 and not negative:
        # zero is printed for small numbers of either sign
        return Interval(-away.high, away.high, closed_low=away.closed_high, closed_high=away.closed_high)
    if negative:
        low = -away.high
        # "-0.00" was a negative number that came out as zero
        high = min(-away.low, Fraction(0))
        return Interval(low, high, closed_low=away.closed_high, closed_high=away.closed_low and high != 0)
    return away


def _clip(stated: Interval, least: Fraction | int | None, most: Fraction | int | None) -> Interval:
    low, high, closed_low, closed_high = stated
    if least is not None and (low is None or low < least):
        low, closed_low = Fraction(least), True
    if most is not None and (high is None or high > most):
        high, closed_high = Fraction(most), True
    return Interval(low, high, closed_low, closed_high)


def _apart(below: Interval, above: Interval) -> bool:
    """Whether every number of `below` is smaller than every number of `above`."""
    if below.high is None or above.low is None:
        return False
    touching = below.high == above.low
    return below.high < above.low or (touching and not (below.closed_high and above.closed_low))
