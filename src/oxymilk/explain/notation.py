"""Slips between a computed number and a printed one: digits cut, lost or mistyped, another number in its place.

The slips are in a fixed order, from a rule that makes one string out of a number to typing errors that make many.
The coincidence of an explanation is the share of strings that its slip and the slips before it would explain.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from oxymilk.audit.claims import TESTS, Claim
from oxymilk.audit.printed import round_units
from oxymilk.explain.claims_on_counts import claim_place
from oxymilk.explain.coincidence import DifferingClaim, Explanation, Printable, as_decimal, printable_of
from oxymilk.stats.p_values import normal_p
from oxymilk.study import Study
from oxymilk.texts import LANGUAGES, labels

EQUAL = ("", "=", "~")
OF_CHANGES = ("percent_up", "percent_down", "percent_unchanged")
MOST_UNITS = 1_000_000  # strings that a printed Z allows: with twelve decimals no memory holds them
# programs print p-values with these numbers of decimals
PROGRAM_DECIMALS = (2, 3, 4, 5)
_NAMES = {"signed_rank": ("z", "w_plus", "w_minus"), "rank_sum": ("z", "u1", "u2", "rank_sum1", "rank_sum2")}


class Slip(NamedTuple):
    """What a slip could have made of a number: strings, as whole numbers of the last printed place."""

    code: str
    units: set[int]
    params: dict[str, object] | None = None


def search_notation(differing: DifferingClaim) -> list[Explanation]:
    """Return the slips that turn the right number into the printed one.

    A claim that states no number of its own has none. In the order of the slips, one for each kind of slip but one
    for each number that may have been copied.
    """
    true, claim, on_counts = true_value(differing), differing.claim, differing.on_counts
    if true is None:
        return []
    if on_counts:
        printable, confused = on_counts.printable, _confused(differing)
    else:
        # a percentage, or all strings with as many digits as the longer number
        most = 10 ** len(str(int(max(abs(claim.number.value), true)))) - 1
        most = 100 if claim.quantity in ("percent", "ratio_percent") else most
        printable, confused = printable_of(replace(claim, operator=""), differing.records.study, most), []
    confused += _adjusted_column(differing, round_units(true, printable.decimals, printable.rounding))
    slips = slips_of(true, printable, claim.quantity == "p_value", confused)
    explanations, before = [], set()
    for at, slip in enumerate(slips):
        before |= slip.units
        if printable.claimed in slip.units:
            # all numbers that may be copied are one step
            one_step = slip.code in ("notation_copied", "notation_statistic")
            alike = [same.units for same in slips[at:] if one_step and same.code == slip.code]
            share = printable.share(printable.within(before.union(*alike)))
            explanations.append(
                Explanation("notation", slip.code, slip.params, float(true),
                            others=differing.others_as_is, coincidence=share)
            )  # fmt: skip
    return explanations


def true_value(differing: DifferingClaim) -> Fraction | None:
    """Return the number that should have been printed, not negative, or None where the claim states none."""
    claim = differing.claim
    if claim.quantity in ("decision", "threshold", "between"):
        return None
    if claim.quantity == "comparison":
        return abs(claim.rests_on[0].value) if claim.operator in EQUAL else None
    if differing.on_counts is not None:
        value = differing.on_counts.values(differing.feature).ravel()[0]
        return None if np.isnan(value) else as_decimal(value)  # no mean rank of nobody
    return abs(Fraction(differing.computed)) if differing.computed else None


def _confused(differing: DifferingClaim) -> list[Slip]:
    """Return the numbers that may have been printed in a claim's place.

    Those of the same kind that are printed for something else, each once for a place; in the place of a p-value also
    the statistics of its test, and the p-values that a printed Z of that test allows. "0.000" is how programs print
    every small p-value, and "1.000" every large one: of a copy they are no sign, of a statistic zero is none.
    """
    claim, study, on_counts = differing.claim, differing.records.study, differing.on_counts
    d, rounding, copies = on_counts.printable.decimals, on_counts.printable.rounding, {}
    is_p, here = claim.quantity == "p_value", ("recompute", *claim_place(claim, study))
    small, ends = ({0}, {0, 10**d}) if is_p else (set(), set())
    for other in differing.claims:
        place = (other.check, *claim_place(other, study))
        alike = other.quantity == claim.quantity and other.operator in EQUAL and other.number is not None
        # the same place printed otherwise is no other place
        if alike and place != here and other.check in ("recompute", "cited"):
            value, params = abs(other.number.value), {"other": claim_label(other, study), "claim": other.id}
            units = {round_units(value, d, rounding)} - ends
            copies.setdefault((place, value), Slip("copied", units, params))
    slips = list(copies.values())
    if is_p:
        result = on_counts.result(differing.feature)
        for name in _NAMES[claim.test]:
            key, value = f"explain.words.statistic_name_{name}", abs(float(getattr(result, name)))
            label = {language: labels(language)(key) for language in LANGUAGES}
            units = round_units(as_decimal(value), d, rounding)
            slips.append(Slip("statistic", {units} - small, {"other": label}))
        for other in differing.others:
            z, stated = other.claim, other.claim.stated
            of_same_test = (z.quantity, z.test, z.group) == ("z", claim.test, claim.group)
            if of_same_test and None not in (stated.low, stated.high):
                # the larger Z has the smaller p; a Z that may be 0 allows p = 1
                p_values = normal_p(np.array([float(stated.high), float(stated.low)]), "two-sided")
                low, high = on_counts.printable.units(p_values).tolist()
                if high - low < MOST_UNITS:
                    slips.append(Slip("printed_z", set(range(low, high + 1)) - small))
    return slips


def _adjusted_column(differing: DifferingClaim, right: int) -> list[Slip]:
    """Return what a percentage is when a column is made to add up to 100%: the rest that its other printed ones leave.

    18.8% and 81.3% add up to 100.1%: 81.2% is 100% less 18.8%. Rounding leaves no more than half a unit for each.
    """
    claim, study = differing.claim, differing.records.study
    kinds = {"percent": ("percent",), **dict.fromkeys(OF_CHANGES, OF_CHANGES)}.get(claim.quantity, ())
    variable, column = claim.variable or study.outcome.id, {}
    for other in differing.claims:
        place = other.group, other.timepoint, other.variable or study.outcome.id
        if other.quantity in kinds and place == (claim.group, claim.timepoint, variable) and other.number:
            column.setdefault((other.quantity, other.level), other.number.value)
    column.pop((claim.quantity, claim.level), None)
    rest = (100 - sum(column.values())) * 10**claim.number.decimals
    alone = not column or rest.denominator > 1 or 2 * abs(rest - right) > len(column) + 1
    return [] if alone else [Slip("column", {int(rest)})]


def place_label(study: Study, group: str, timepoint: str) -> dict[str, str]:
    """Name in every language the group that a test is about, or when it compares the groups."""
    if group:
        return study.group(group).label.model_dump()
    words = {language: labels(language).section("explain.words") for language in LANGUAGES}
    is_change = timepoint not in study.timepoint_ids
    moments = {to: of["on_change"] for to, of in words.items()}
    moments = moments if is_change else study.timepoint(timepoint).label.model_dump()
    return {to: of["between_groups"].format(moment=moments[to]) for to, of in words.items()}


def claim_label(claim: Claim, study: Study) -> dict[str, str]:
    """Name the place of a claim in every language: its test, group, timepoint, level and printed number."""
    named = [study.group(claim.group).label] if claim.group else []
    if claim.timepoint in study.timepoint_ids and claim.test not in TESTS:
        named.append(study.timepoint(claim.timepoint).label)
    named += [level.label for level in study.outcome.levels if level.id == claim.level]
    said = {}
    for language in LANGUAGES:
        words = labels(language).section("explain.words")
        parts = [claim.where] * (claim.check == "cited")
        if claim.test:
            parts.append(words.get(f"test_{claim.test}") or labels(language).tested_by(claim.test))
        parts += [label[language] for label in named]
        said[language] = f"{', '.join(parts)}: {words[f'quantity_{claim.quantity}']} {claim.printed}"
    return said


# ---- the slips ---------------------------------------------------------------------------------------------


def slips_of(true: Fraction, printable: Printable, is_p: bool, confused: list[Slip] = ()) -> list[Slip]:
    """Return what each slip could have made of a number.

    Parameters
    ----------
    true : Fraction
        The number that should have been printed, not negative.
    printable : Printable
        The strings that could be printed in the claim's place.
    is_p : bool
        Whether it is a p-value, which has slips of its own.
    confused : list of Slip
        Other numbers that may have been printed in its place.

    Returns
    -------
    list of Slip
        In their order: those of a rule, `confused`, those of the hand. Slips that make no other string are left out.

    Examples
    --------
    The p-value 0.0016 to three decimals is 2 thousandths; cut it is 1, rounded up 2, which is right and no slip;
    "0.002" with one digit mistyped is 0, 1, 3, ..., 9 or 12, 22, ... or 102, 202, ... thousandths.
    """
    d, rounding = printable.decimals, printable.rounding
    right = round_units(true, d, rounding)
    if printable.operator:
        # "p < 0,000": the operator is put before what a program prints for a tiny p
        below_zero = is_p and printable.operator == "<" and right == 0
        slips = [Slip("below_zero", {0} if below_zero else set()), Slip("at_threshold", {right})]
        right = -1  # the threshold itself may be the rounded number
    else:
        # a rule: a half rounded to the even digit, digits cut, rounded up or twice, padded
        cut = round_units(true, d, "truncate")
        is_half = (true * 10**d).denominator == 2
        twice = round_units(Fraction(round_units(true, d + 1, rounding), 10 ** (d + 1)), d, rounding)
        # zero is how programs print whatever p is small: no sign of a slip that makes p smaller
        small = {0} if is_p else set()
        padded = {10 * round_units(true, d - 1, rounding)} - small if d > 1 else set()
        slips = [
            Slip("half_even", {round_units(true, d, "half_even")} if is_half else set()),
            Slip("truncated", {cut}), Slip("rounded_up", {cut + 1}), Slip("rounded_twice", {twice}),
            Slip("padded", padded),
        ]  # fmt: skip
        if is_p:
            times = {
                code: {
                    round_units(Fraction(round_units(true, given, rounding), 10**given) * factor, d, mode)
                    for given in PROGRAM_DECIMALS
                    for mode in (rounding, "truncate")
                }
                for code, factor in (("halved", Fraction(1, 2)), ("doubled", 2))
            }
            # what is smaller than one unit of the last place is printed as one unit; or as 0.001, the usual floor
            tiny = true < Fraction(1, 1000)
            slips += [
                *(Slip(code, units - small) for code, units in times.items()),
                Slip("floor", {1} if true < Fraction(1, 10**d) else set()),
                Slip("floor", {10 ** (d - 3)} if tiny and d > 3 else set()), Slip("zero", {0} if tiny else set()),
            ]  # fmt: skip
        slips += [*confused, *_slips_of_digits(true, d, rounding, small)]
    others = [Slip(f"notation_{code}", units - {right}, params or {}) for code, units, params in slips]
    return [slip for slip in others if slip.units]


def _slips_of_digits(true: Fraction, d: int, rounding: str, small: set[int]) -> list[Slip]:
    """Slips of the hand: a zero or the decimal mark lost, digits dropped, doubled, swapped or mistyped."""
    rounded = {given: round_units(true, given, rounding) for given in range(1, max(d, 3) + 2)}
    digits = {given: f"{units:0{given}d}" for given, units in rounded.items() if units < 10**given}
    # the printed string has d decimals: one zero fewer, or one more, than it should have
    zero = {int(digits[d + 1][1:] or 0)} if digits.get(d + 1, "1")[0] == "0" else set()
    zero |= {int(digits[d - 1])} if d - 1 in digits else set()
    mark = {int(decimals) for decimals in digits.values()} if d == 0 else set()
    right = round_units(true, d, rounding)
    text = f"{right:0{d + 1}d}"
    longer = f"{round_units(true, d + 1, rounding):0{d + 2}d}"
    # the zero before the decimal mark is neither dropped nor mistyped
    start = 1 if d and right < 10**d else 0
    dropped = {int(text[:i] + text[i + 1 :] or 0) for i in range(start, len(text) - d)}
    if d:
        dropped |= {int(longer[:i] + longer[i + 1 :]) for i in range(len(longer) - d - 1, len(longer))}
    swapped = {int(text[:i] + text[i + 1] + text[i] + text[i + 2 :]) for i in range(start, len(text) - 1)}
    typed = {int(text[:i] + digit + text[i + 1 :]) for i in range(start, len(text)) for digit in "0123456789"}
    known = f"{text[:-d]}.{text[-d:]}" if d else text
    source = f"{longer[: -d - 1]}.{longer[-d - 1 :]}" if d else known
    return [
        Slip("zero_lost", zero - small), Slip("mark_lost", mark), Slip("swapped", swapped, {"source": known}),
        Slip("dropped", dropped, {"source": source}), Slip("mistyped", typed, {"source": known}),
    ]  # fmt: skip
