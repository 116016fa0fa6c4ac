"""The set of values under which a printed claim is true."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import Interval, parse_printed, printed_interval

if TYPE_CHECKING:
    from oxymilk.study import Study

_DOMAINS = {
    "p_value": (0, 1),
    "percent": (0, 100),
    "percent_up": (0, 100),
    "percent_down": (0, 100),
    "grim_percent": (0, 100),
}


class Notation(NamedTuple):
    """How a paper prints numbers: all of a study that arithmetic on printed numbers needs."""

    decimal_mark: tuple[str, ...]
    rounding: str = "half_up"


def scale_of(claim: Claim, study: Study | Notation) -> int:
    """Return 100 where a level of significance is printed in percent ("α = 5%"), else 1."""
    in_percent = (
        claim.quantity in ("threshold", "alpha") and parse_printed(claim.printed, study.decimal_mark).percent
    )
    return 100 if in_percent else 1


def stated_set(claim: Claim, study: Study | Notation) -> Interval:
    """Return the set of values under which the printed claim is true."""
    low, high, *closed = _as_it_stands(claim, study)
    scale = scale_of(claim, study)
    return Interval(*(end if end is None else end / scale for end in (low, high)), *closed)


def _as_it_stands(claim: Claim, study: Study | Notation) -> Interval:
    if claim.quantity == "comparison":
        # a statement between two numbers as they stand, not about what they were before rounding
        other = parse_printed(claim.n, study.decimal_mark).value
        point = Interval(other, other, closed_high=True)
        return {
            "<": Interval(None, other, closed_high=False),
            "<=": Interval(None, other, closed_high=True),
            ">": Interval(other, None, closed_low=False),
            ">=": Interval(other, None, closed_low=True),
        }.get(claim.operator, point)
    if claim.quantity == "between":
        low, high = sorted(parse_printed(part, study.decimal_mark).value for part in claim.others)
        return Interval(low, high, closed_low=True, closed_high=True)
    if claim.quantity in ("threshold", "alpha"):
        value = parse_printed(claim.printed, study.decimal_mark).value
        if not claim.operator or claim.quantity == "alpha":
            return Interval(value, value, closed_high=True)
    stated = printed_interval(
        claim.printed,
        study.decimal_mark,
        study.rounding,
        claim.operator,
        domain=_DOMAINS.get(claim.quantity, (None, None)),
    )
    if claim.quantity == "z":
        # programs print Z, or -Z, for the same test
        return magnitude(stated)
    return stated


def print_style(claim: Claim, study: Study | Notation) -> str:
    """Return the number in whose style the computed one is printed; "p < 0.05" is no reason to print p as 0.00."""
    if claim.operator not in ("<", "<=", ">", ">=") or claim.quantity not in ("threshold", "p_value"):
        return claim.printed
    number = parse_printed(claim.printed, study.decimal_mark)
    if not number.mark:
        return claim.printed
    return claim.printed.removesuffix(number.percent) + "0" * (3 - number.decimals) + number.percent


def magnitude(interval: Interval) -> Interval:
    """Return the absolute values of the numbers of an interval."""
    low, high, closed_low, closed_high = interval
    if low is None and high <= 0:
        return Interval(-high, None, closed_low=closed_high)
    if low is None or high is None:
        # "Z < 2" and "Z > -2" are about the size as they stand
        return interval
    if low >= 0:
        return interval
    if high <= 0:
        return Interval(-high, -low, closed_high, closed_low)
    farthest = max((high, closed_high), (-low, closed_low))
    return Interval(Fraction(0), farthest[0], closed_low=True, closed_high=farthest[1])
