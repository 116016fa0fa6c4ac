"""The old doors to what a claim states, until their callers ask the claim itself."""

from __future__ import annotations

from dataclasses import replace

from oxymilk.audit.claims import notation_of
from oxymilk.audit.printed import Notation, parse_printed

__all__ = ["Notation", "magnitude", "print_style", "scale_of", "stated_set"]


def scale_of(claim, study):
    """Return `claim.scale`."""
    return replace(claim, notation=notation_of(study)).scale


def stated_set(claim, study):
    """Return `claim.stated`."""
    return replace(claim, notation=notation_of(study)).stated


def print_style(claim, study):
    """Return the string in whose style a computed number is printed; see `claim.style`."""
    if claim.operator not in ("<", "<=", ">", ">=") or claim.quantity not in ("threshold", "p_value"):
        return claim.printed
    number = parse_printed(claim.printed, study.decimal_mark)
    if not number.mark:
        return claim.printed
    return claim.printed.removesuffix(number.percent) + "0" * (3 - number.decimals) + number.percent


def magnitude(interval):
    """Return `interval.magnitude()`."""
    return interval.magnitude()
