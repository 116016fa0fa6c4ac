"""Slips between a computed number and a printed one: digits cut, lost or mistyped, another number in its place.

The slips stand in a fixed order, from a rule that makes one string out of a number to typing errors that make many.
The coincidence of a hit is the share of strings that its slip and the slips before it would explain.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from oxymilk.audit.printed import Interval, round_units
from oxymilk.explain.hits import Hit
from oxymilk.explain.printable import Printable, print_units
from oxymilk.stats.p_values import normal_p

# programs print p-values with these numbers of decimals
PROGRAM_DECIMALS = (2, 3, 4, 5)


class Other(NamedTuple):
    """A number that may stand in the claim's place by mistake."""

    name: dict[str, str] | str
    value: Fraction
    claim: str = ""


def notation_hits(
    true: Fraction,
    printable: Printable,
    *,
    is_p: bool,
    rounding: str,
    copies: list[Other] | None = None,
    statistics: list[Other] | None = None,
    printed_z: list[Interval] | None = None,
) -> list[tuple[str, dict, np.ndarray]]:
    """Return what each slip could have made of a number.

    Parameters
    ----------
    true : Fraction
        The number that should have been printed, not negative.
    printable : Printable
        The strings that could stand in the claim's place.
    is_p : bool
        Whether it is a p-value, which has slips of its own.
    rounding : str
        How the paper rounds.
    copies, statistics : list of Other
        Printed numbers of other claims, and statistics of the same test.
    printed_z : list of Interval
        What the same test's Z can have been, as printed.

    Returns
    -------
    list of (code, params, units)
        In the order of the slips; `units` are the strings that it makes, as whole numbers of the last place.
        Slips that make none are left out. Copies and statistics have one entry each.
    """
    d = printable.decimals
    right = round_units(true, d, rounding)
    slips: list[tuple[str, dict, set[int]]] = []
    if printable.operator:
        # "p < 0,000": the operator is put before what a program prints for a tiny p
        if is_p and printable.operator == "<" and right == 0:
            slips.append(("below_zero", {}, {0}))
        slips.append(("at_threshold", {}, {right}))
        right = -1  # the threshold itself may be the rounded number
    else:
        slips += _rules(true, d, rounding, is_p=is_p)
        for name, others in (("copied", copies or []), ("statistic", statistics or [])):
            for other in others:
                units = {round_units(abs(other.value), d, rounding)}
                words = {"claim": other.claim} if name == "copied" else {}
                slips.append((name, {"other": other.name, **words}, units))
        for stated in printed_z or []:
            ends = print_units(np.array(p_of_printed_z(stated)), d, rounding).tolist()
            slips.append(("printed_z", {}, set(range(ends[0], ends[1] + 1))))
        slips += _digits(true, d, rounding)
    return [
        (f"notation_{code}", params, np.array(sorted(units - {right}), dtype=np.int64))
        for code, params, units in slips
        if units - {right}
    ]


def p_of_printed_z(stated: Interval, alternative: str = "two-sided") -> tuple[float, float]:
    """Return the smallest and the largest p-value that a printed Z allows.

    Parameters
    ----------
    stated : Interval
        The set of the printed Z. Of a two-sided p the sign does not matter; a set that holds 0 reaches p = 1.
    alternative : {"two-sided", "greater", "less"}
        One-sided: the sign counts.

    Returns
    -------
    low, high : float
    """
    ends = np.array([float(stated.low), float(stated.high)])
    if alternative == "two-sided" and ends[0] < 0 < ends[1]:
        ends = np.array([0.0, np.abs(ends).max()])
    p_values = normal_p(ends, alternative)
    return float(p_values.min()), float(p_values.max())


def _rules(true: Fraction, d: int, rounding: str, *, is_p: bool) -> list[tuple[str, dict, set[int]]]:
    """Slips that a rule makes: digits cut, rounded up or twice, padded; a p halved, or not below a floor."""
    cut = round_units(true, d, "truncate")
    slips = [("truncated", {}, {cut}), ("rounded_up", {}, {cut + 1})]
    finer = {round_units(Fraction(round_units(true, d + 1, rounding), 10 ** (d + 1)), d, rounding)}
    slips.append(("rounded_twice", {}, finer))
    if d > 1:
        slips.append(("padded", {}, {10 * round_units(true, d - 1, rounding)}))
    if is_p:
        halves = {
            round_units(Fraction(round_units(true, given, rounding), 2 * 10**given), d, mode)
            for given in PROGRAM_DECIMALS
            for mode in (rounding, "truncate")
        }
        slips.append(("halved", {}, halves))
        if true < Fraction(1, 10**d):
            # what is smaller than one unit of the last place stands as one unit
            slips.append(("floor", {}, {1}))
        if true < Fraction(1, 1000) and d > 3:
            slips.append(("floor", {}, {10 ** (d - 3)}))
        if true < Fraction(1, 1000):
            slips.append(("zero", {}, {0}))
    return slips


def _digits(true: Fraction, d: int, rounding: str) -> list[tuple[str, dict, set[int]]]:
    """Slips of the hand: a zero or the decimal mark lost, digits dropped, doubled, swapped or mistyped."""
    zero: set[int] = set()
    mark: set[int] = set()
    for given in range(1, max(d, 3) + 2):
        units = round_units(true, given, rounding)
        if units < 10**given:
            digits = f"{units:0{given}d}"
            # the printed string has d decimals: one zero fewer, or one more, than it should have
            if given == d + 1 and digits[0] == "0":
                zero.add(int(digits[1:] or 0))
            if given == d - 1:
                zero.add(int("0" + digits))
            if d == 0:
                mark.add(units)
    right = round_units(true, d, rounding)
    whole = f"{right:0{d + 1}d}"
    longer = f"{round_units(true, d + 1, rounding):0{d + 2}d}"
    integer = len(whole) - d
    # the zero before the decimal mark is neither dropped nor mistyped
    start = 1 if d and right < 10**d else 0
    dropped = {int(whole[:i] + whole[i + 1 :] or 0) for i in range(start, integer)}
    if d:
        decimals = range(len(longer) - d - 1, len(longer))
        dropped |= {int(longer[:i] + longer[i + 1 :]) for i in decimals}
    swapped = {
        int(whole[:i] + whole[i + 1] + whole[i] + whole[i + 2 :]) for i in range(start, len(whole) - 1)
    }
    typed = {
        int(whole[:i] + digit + whole[i + 1 :]) for i in range(start, len(whole)) for digit in "0123456789"
    }
    known = {given: _decimal(true, given, rounding) for given in (d, d + 1)}
    source = known[d + 1] if d else known[d]
    return [
        ("zero_lost", {}, zero),
        ("mark_lost", {}, mark),
        ("swapped", {"source": known[d]}, swapped),
        ("dropped", {"source": source}, dropped),
        ("mistyped", {"source": known[d]}, typed),
    ]


def _decimal(value: Fraction, decimals: int, rounding: str) -> str:
    units = f"{round_units(value, decimals, rounding):0{decimals + 1}d}"
    return f"{units[:-decimals]}.{units[-decimals:]}" if decimals else units


def search_notation(
    true: Fraction,
    printable: Printable,
    **others: object,
) -> list[Hit]:
    """Return the slips that turn the right number into the printed one, each with its coincidence.

    Parameters
    ----------
    true : Fraction
        The number that should have been printed.
    printable : Printable
        The strings that could stand in the claim's place, and the one that does.
    **others
        As for `notation_hits`.

    Returns
    -------
    list of Hit
        In the order of the slips, one for each kind of slip but one for each number that may have been copied.
    """
    mask = np.zeros(printable.size, dtype=bool)
    hits = []
    slips = notation_hits(true, printable, **others)
    for code, params, units in slips:
        if code.endswith(("_copied", "_statistic")):
            # all numbers that may be copied are one step
            for same, _, reached in slips:
                if same == code:
                    printable.mark(mask, reached)
        printable.mark(mask, units)
        if printable.claimed in units:
            hits.append(Hit("notation", code, params, float(true), coincidence=printable.share(mask)))
    return hits
