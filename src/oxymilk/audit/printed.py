"""Printed numbers as exact sets: what "0,083" can have been before it was rounded.

A number in a paper states every value that prints as that string. All arithmetic here is on
`fractions.Fraction`; nothing is compared within a tolerance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction
from html import unescape
from itertools import groupby
from math import ceil
from typing import NamedTuple

ROUNDINGS = ("half_up", "half_even", "truncate")
# the operators of claims.csv, and the sign of each in print
SIGNS = {"": "", "=": "", "~": "≈", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
OPERATORS = tuple(SIGNS)
UPPER = ("<", "<=")
LOWER = (">", ">=")
# the verdicts on a printed number, those that hold first, and the sign of each
HOLDS = ("reproduced", "reproduced_otherwise", "reproduced_after_rounding")
VERDICTS = (*HOLDS, "possible", "differs", "not_checkable")
VERDICT_SIGNS = dict(zip(VERDICTS, "=≅≈?≠·", strict=True))
# the largest sample size that may be asked for: the report lists those that are possible
LARGEST_SAMPLE = 10_000

# the marks of Arabic digits: what parts decimals is never anything else, and so with thousands
_ARABIC_DECIMAL, _ARABIC_THOUSANDS = "\u066b", "\u066c"
_RAISED_POINT = "\u00b7"  # nor is the point of some British journals
_MARKS = f".,{_ARABIC_DECIMAL}{_ARABIC_THOUSANDS}{_RAISED_POINT}"
# one sign for what looks alike: dashes and minus signs (a soft hyphen is printed as one), operators, marks, "p"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u207b\u2796\u02d7\ufe58\ufe63\uff0d\u00ad"
_OTHERS = "＝＜﹤‹≪＞﹥›≫≦⩽≧⩾≈≃≅∼，．％рР＋\u066a"
_ALIKE = str.maketrans(_DASHES + _OTHERS, "-" * len(_DASHES) + "=<<<<>>>>≤≤≥≥~~~~,.%pP+%")
# letters and digits of formulas
_ALIKE |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)}
_SHAPE = re.compile(
    rf"^(?P<sign>[-+]?)\s?(?P<body>[0-9][0-9{_MARKS}]*|[.,{_ARABIC_DECIMAL}{_RAISED_POINT}][0-9]+)(?P<percent>\s*%?)$"
)
# what ends 7.1E-06, 7.1 x 10-6, 7,1.10^(-6), 10^-5; "10-5" goes down and so is no range, as "10-35" may be
_POWER = re.compile(
    r"(?:(?<=[0-9])(?:e|\s?[×x*⋅∙•·.]\s?10\s?(?:\^\s?[({]?|(?=-)))|^10\s?(?:\^\s?[({]?|(?=-[2-9]$)))"
    r"(?P<exponent>[-+]?\s?[0-9]{1,3})[)}]?$", re.IGNORECASE,
)  # fmt: skip
_RAISED_POWER = re.compile(r"(?<=10)-([⁰¹²³⁴-⁹]+)$")
# marks of notes behind a number: 0.000*, 0,000a, 0.083 (ns), 0.005¹; a raised digit behind a whole one may be a power
_LETTERS = r"\s?[(\[](?:[a-f*]|[nt]?\.?s\.?)[)\]]|\s?n\.?s\.?|\^?[a-f](?:,\s?[a-f])*|[ᵃᵇᶜᵈᵉᶠ]"
_NOTES = re.compile(rf"(?:\s?[*†‡§¶#]+|{_LETTERS}|(?<=[.,]\d{{3}})[⁰¹²³⁴-⁹])+$", re.IGNORECASE)
_PREFIX = re.compile(r"\s*([<>]\s?=|=\s?[<>]|[=~<>≤≥]?)\s*")
# what a p-value is called in print
P_NAME = r"p[-_ ]?values?|p|(?:nilai|harga)[ -]p|(?:(?:asymp|exact)\.? )?sig(?:nifikansi)?\.?(?: \(.*\))?"
# a number among words
_NUMBER = re.compile(rf"[.,{_ARABIC_DECIMAL}]?[0-9](?:[0-9{_MARKS}]*[0-9])?")
_SIZES = re.compile(r"([0-9]+)(?:\s*\.\.\s*([0-9]+))?")


class Notation(NamedTuple):
    """How a paper prints numbers: the decimal marks that it uses, and how it shortens."""

    decimal_mark: tuple[str, ...] = (".", ",")
    rounding: str = "half_up"


EITHER_MARK = Notation()


class Interval(NamedTuple):
    """A set of numbers between two ends; `None` is an open end at infinity."""

    low: Fraction | None
    high: Fraction | None
    closed_low: bool = True
    closed_high: bool = False

    @classmethod
    def point(cls, value: Fraction) -> Interval:
        """Return the set of a single number."""
        return cls(value, value, closed_low=True, closed_high=True)

    def contains(self, value: Fraction) -> bool:
        """Whether `value` lies in the set."""
        return self.meets(Interval.point(value))

    def contains_all(self, other: Interval) -> bool:
        """Whether every number of `other`, a bounded closed interval, lies in the set."""
        return self.contains(other.low) and self.contains(other.high)

    def meets(self, other: Interval) -> bool:
        """Whether some number lies in both sets."""
        for below, above in ((self, other), (other, self)):
            # ends that touch meet where both are attained
            bounded, attained = None not in (below.high, above.low), below.closed_high and above.closed_low
            if bounded and (below.high, attained) < (above.low, True):
                return False
        return True

    def clipped(self, least: Fraction | int | None, most: Fraction | int | None) -> Interval:
        """Return the part of the set from `least` to `most`, both attained; None is no bound."""
        low, high, closed_low, closed_high = self
        if least is not None and (low is None or low < least):
            low, closed_low = Fraction(least), True
        if most is not None and (high is None or high > most):
            high, closed_high = Fraction(most), True
        return Interval(low, high, closed_low, closed_high)

    def magnitude(self) -> Interval:
        """Return the absolute values of the numbers of the set: of -2 to below 1, 0 to 2.

        "Z < -1.96" states a size of more than 1.96; "Z < 2" and "Z > -2" are about the size as printed.
        """
        low, high, closed_low, closed_high = self
        if low is None and high <= 0:
            return Interval(-high, None, closed_low=closed_high)
        if low is None or high is None or low >= 0:
            return self
        if high <= 0:
            return Interval(-high, -low, closed_high, closed_low)
        largest, attained = max((high, closed_high), (-low, closed_low))
        return Interval(Fraction(0), largest, closed_low=True, closed_high=attained)


class PrintedNumber(NamedTuple):
    """A printed number taken apart.

    * value : the number as it is printed, "7,5%" being 7.5
    * decimals : digits after the decimal mark
    * mark, percent : the decimal mark, and the text after the digits, "%" or " %"; "" when there is none
    * leading_zero, negative : it was printed as "0.05" rather than ".05"; with a minus sign, as in "-0.00"
    """

    value: Fraction
    decimals: int
    mark: str = ""
    percent: str = ""
    leading_zero: bool = True
    negative: bool = False

    def interval(
        self,
        rounding: str = "half_up", operator: str = "",
        domain: tuple[Fraction | int | None, Fraction | int | None] = (None, None),
    ) -> Interval:  # fmt: skip
        """Return the set of numbers that the printed number states.

        Parameters
        ----------
        rounding : {"half_up", "half_even", "truncate"}
            How the number was shortened. Halves go away from zero, to the even digit, or digits are cut.
        operator : {"", "=", "~", "<", "<=", ">", ">="}
            What precedes the number. An inequality states all numbers on that side of the number as printed.
        domain : pair
            Smallest and largest value that the quantity can have, both attained; (0, 1) for a p-value, so that
            "0,000" is [0, 0.0005).

        Returns
        -------
        Interval
            "0,083" is [0.0825, 0.0835) under half_up; ValueError when the operator or rounding is unknown.
        """
        if rounding not in ROUNDINGS or operator not in OPERATORS:
            raise ValueError(f"unknown rounding {rounding!r} or operator {operator!r}")
        if operator in UPPER:
            return Interval(None, self.value, closed_high=operator == "<=").clipped(*domain)
        if operator in LOWER:
            return Interval(self.value, None, closed_low=operator == ">=").clipped(*domain)
        # the numbers that print as this one without its sign; those of -0.5 are the mirror image of those of 0.5
        unit, size = Fraction(1, 10**self.decimals), abs(self.value)
        low, high, closed_low, closed_high = size, size + unit, True, False
        if rounding != "truncate":
            closed_high = rounding == "half_even" and (size / unit).numerator % 2 == 0
            low, high, closed_low = low - unit / 2, high - unit / 2, closed_high or rounding == "half_up"
        if self.negative:
            # "-0.00" was a negative number that was rounded to zero
            top = min(-low, Fraction(0))
            low, high, closed_low, closed_high = -high, top, closed_high, closed_low and top != 0
        elif size == 0:
            # zero is printed for small numbers of either sign
            low, closed_low = -high, closed_high
        return Interval(low, high, closed_low, closed_high).clipped(*domain)

    def write(self, value: Fraction, rounding: str = "half_up") -> str:
        """Print another number in the style of this one: its decimals, decimal mark, leading zero, percent sign."""
        units = round_units(value, self.decimals, rounding)
        digits = f"{abs(units):0{self.decimals + 1}d}"
        place = len(digits) - self.decimals
        whole, fraction = digits[:place], digits[place:]
        if whole == "0" and fraction and not self.leading_zero:
            whole = ""
        return ("-" if units < 0 else "") + whole + (self.mark + fraction if fraction else "") + self.percent


def parse_printed(text: str, decimal_marks: str | Iterable[str] = (".",)) -> PrintedNumber:
    """Take a printed number apart; ValueError when the text is not a number under these marks.

    Parameters
    ----------
    text : str
        The string as printed, "0,083", "100%", "-2.24", "1.234,5".
    decimal_marks : str or iterable of str
        The decimal marks that the paper uses. Where two are declared, a number that has both uses the last one;
        the other separates thousands. Digits of every script are read, and Arabic ones with their own marks too, and
        powers of ten ("7.1E-06", "7.1 × 10−6"); marks of notes behind the number are left out ("0.000*", "0,000a").
    """
    plain, exponent = _NOTES.sub("", in_ascii(text.strip())), 0
    plain = _RAISED_POWER.sub(lambda power: "^-" + unicodedata.normalize("NFKC", power[1]), plain)
    if power := _POWER.search(plain):
        exponent, plain = int(power["exponent"].replace(" ", "")), plain[: power.start()] or "1"
    # before a power either mark is that of decimals, whatever the study declares
    marks = (*decimal_marks, *(".," if power else ""), _ARABIC_DECIMAL, _RAISED_POINT)
    if not (match := _SHAPE.match(plain)):
        raise ValueError(f"{text!r} is not a number")
    body = match["body"]
    mark = max((mark for mark in marks if mark in body), key=body.rfind, default="")
    whole, _, fraction = body.rpartition(mark) if mark else (body, "", "")
    thousands = set(_MARKS) - {mark, _ARABIC_DECIMAL, _RAISED_POINT}
    groups = re.split("[" + re.escape("".join(thousands)) + "]", whole)
    digits = "".join(groups)
    # "0,083" under a decimal point is no eighty-three
    in_threes = 1 <= len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(g) == 3 for g in groups[1:])
    is_plain = all(part.isdecimal() for part in (digits, fraction) if part)
    decimals = len(fraction) - exponent
    if not is_plain or not (len(groups) == 1 or in_threes) or decimals < 0:
        raise ValueError(f"{text!r} is not a number with decimal mark {' or '.join(decimal_marks)}")
    negative = match["sign"] == "-"
    value = Fraction(-1 if negative else 1) * int((digits or "0") + fraction) / 10**decimals
    # other numbers are written with the digits of the page, and so with its mark
    mark = marks[0] if mark == _ARABIC_DECIMAL or (exponent and not mark) else mark
    return PrintedNumber(value, decimals, mark, match["percent"], bool(digits), negative)


def in_ascii(text: str) -> str:
    """Return a text with one sign for what looks alike, character for character, and the digits of ASCII.

    Superscript and circled digits stay: they are notes and powers, not digits of a number.
    """
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text.translate(_ALIKE))


def with_mark(text: str, decimal_mark: Iterable[str], mark: str) -> str:
    """Return a text whose numbers, with one of the `decimal_mark`, have another, and their thousands the other one.

    >>> with_mark("2,7/5,9 = 46%", ",", "."), with_mark("1,234.5", ".,", ",")
    ('2.7/5.9 = 46%', '1.234,5')
    """

    def written(number: re.Match) -> str:
        try:
            own = parse_printed(number[0], decimal_mark).mark or mark
        except ValueError:
            return number[0]
        return number[0].translate({ord(own): mark, ord(mark): own})

    return _NUMBER.sub(written, text)


def split_operator(text: str) -> tuple[str, str]:
    """Part the operator from a printed number: "≤ 0,05" is ("<=", "0,05"), "0,05" is ("", "0,05")."""
    prefix = _PREFIX.match(in_ascii(text))
    operator = "".join(sorted(prefix[1].replace("≤", "<=").replace("≥", ">="), key="<>=~ ".index)).strip()
    return operator, text[prefix.end() :]


def without_name(text: str, name: str) -> str:
    """Return a printed cell without the name of its number, a pattern: "(p-value: 0.05)" is "0.05"."""
    text = re.sub(r"^\((.*)\)$", r"\1", unescape(text).strip())
    found = re.match(rf"(?:{name})\s*[:=<>≤≥~ ]", in_ascii(text), re.IGNORECASE)
    return text[found.end() - 1 :].lstrip(": ") if found else text


def round_units(value: Fraction, decimals: int, rounding: str = "half_up") -> int:
    """Return `value` rounded to `decimals` places, as a whole number of the last place: 2.237 to 2 is 224."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    half = Fraction(2 * rest, scaled.denominator)
    up = half > 1 or (half == 1 and (rounding == "half_up" or whole % 2 == 1))
    return (1 if value >= 0 else -1) * (whole + (up and rounding != "truncate"))


def decide(p_value: Interval, alpha: Fraction) -> str:
    """Return the decision that all p-values of a set share, or "" where they do not."""
    low, high, _, closed_high = p_value
    if high < alpha or (high == alpha and not closed_high):
        return "significant"
    return "not significant" if low >= alpha else ""


# ---- sample sizes ------------------------------------------------------------------------------------------


def parse_sizes(text: str) -> range:
    """Read a sample size, "15", or a range, "1..100"; ValueError unless from 1 to `LARGEST_SAMPLE`."""
    if match := _SIZES.fullmatch(in_ascii(text.strip())):
        first, last = int(match[1]), int(match[2] or match[1])
        if 1 <= first <= last <= LARGEST_SAMPLE:
            return range(first, last + 1)
    raise ValueError(f"{text!r} is no sample size from 1 to {LARGEST_SAMPLE} and no range such as 1..100")


def sizes_that_allow(stated: Interval, sizes: Iterable[int], unit: Fraction) -> list[int]:
    """Return the sample sizes n of which some whole multiple of unit / n lies in a set: the GRIM test, inverted.

    A percentage of n participants is a whole number of them, and the mean of n scores that are whole multiples of
    a step is a whole multiple of the step divided by n. So a printed value is possible for some sample sizes only:
    73.3% for 15 (11 of them), not for 14, of whom 10 are 71.4% and 11 are 78.6%.

    Parameters
    ----------
    stated : Interval
        What the printed number can have been.
    sizes : iterable of int
        The sample sizes to try.
    unit : Fraction
        100 for percentages; for means the step of the scores, 1 for whole grams.

    References
    ----------
    Brown and Heathers 2017, doi:10.1177/1948550616673876.
    """
    if stated.low is None or stated.high is None:
        return list(sizes)
    # the first multiple that is not below the set, or the next where the set lacks its lower end
    first = {n: ceil(stated.low * n / unit) for n in sizes}
    return [n for n, k in first.items() if any(stated.contains(i * unit / n) for i in (k, k + 1))]


def as_runs(sizes: Iterable[int]) -> str:
    """Write sample sizes, runs of them as ranges: "13, 20, 26-27"."""
    # in a run size and place go up together
    runs = ([size for _, size in run] for _, run in groupby(enumerate(sizes), lambda part: part[1] - part[0]))
    return ", ".join("-".join(dict.fromkeys((str(run[0]), str(run[-1])))) for run in runs)


def with_operator(claim: Mapping[str, str]) -> str:
    """Return what a claim prints with its operator: "< 0.05", "0.05"; "48% ≤ 91%" of two printed numbers."""
    sign = SIGNS[claim["operator"]]
    if claim["quantity"] in ("comparison", "sum"):
        return f"{claim['printed']} {sign or '='} {claim['n']}"
    return f"{sign} {claim['printed']}".lstrip()
