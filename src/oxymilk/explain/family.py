"""What else of the same study prints a number: p adjusted for the number of its tests, and a line of another test."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from oxymilk.audit.claims import OF_P
from oxymilk.audit.printed import round_units
from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.explain.notation import PROGRAM_DECIMALS, claim_label, place_label
from oxymilk.explain.procedures import lines_of, said_of, ways_on
from oxymilk.stats import holm
from oxymilk.texts import LANGUAGES, labels

ADJUSTMENTS = {"bonferroni": lambda p_values: [min(1.0, len(p_values) * p) for p in p_values], "holm": holm}


def search_adjustments(differing: DifferingClaim) -> list[Explanation]:
    """Return the adjustments for the number of the study's tests that give a claim's p-value, decision or threshold.

    The p-values are taken as they are, one step; or as a program prints them, rounded, two. An adjustment is of all
    tests: the printed p-values of the others are held against it.
    """
    claim, study, family = differing.on_counts, differing.records.study, differing.records.family
    reached, found = [], {}
    for decimals, (name, adjust) in (
        (d, way) for d in (None, *PROGRAM_DECIMALS) for way in ADJUSTMENTS.items()
    ):
        p_values, code, given = dict(family), "adjusted", {}
        if decimals is not None:
            code, given, scale = "adjusted_rounded", {"decimals": decimals}, 10**decimals
            p_values = {
                k: round_units(Fraction(repr(p)), decimals, study.rounding) / scale for k, p in family.items()
            }
        if not p_values[claim.place]:
            continue  # nobody multiplies zero
        adjusted = dict(zip(family, adjust([*p_values.values()]), strict=True))
        others, said = dict(differing.others_as_is), []
        for other in (other for other in differing.others if other.claim.quantity in OF_P):
            value = adjusted[other.place]
            others[other.id] = bool(other.true_of(np.array([value])))
            if other.place != claim.place and other.claim.quantity == "p_value":
                words = {"number": other.claim.write(Fraction(repr(value)), study.rounding)}
                key = f"explain.words.adjusted_{'kept' if others[other.id] else 'contradicted'}"
                label = claim_label(other.claim, study)
                said.append({name: labels(name)(key, claim=label[name], **words) for name in LANGUAGES})
        params = {"adjustment": name, "tests": len(family), "adjusted": said, **given}
        reached.append(
            (1 + bool(given), adjusted[claim.place], {"code": code, "params": params, "others": others})
        )
    for explanation in _fitting(differing, "adjustment", reached):
        found.setdefault(explanation.params["adjustment"], explanation)
    return list(found.values())


def search_elsewhere(differing: DifferingClaim) -> list[Explanation]:
    """Return the lines that programs print for other tests of the same study and that give a claim's p-value or Z.

    The other tests are those of other groups, and the groups compared at another time. Another test is one step, each
    switch away from its declared procedure one more.
    """
    claim, records, reached = differing.on_counts, differing.records, []
    own_tests = {sample[:2]: sample for sample in reversed(records.samples)}
    # what the paper prints of them is a number that may have been copied, a slip
    printed = [own_tests[o.place] for o in differing.others if o.claim.quantity == claim.claim.quantity]
    for sample in records.samples:
        if sample is own_tests[claim.place] or not sample.testable:
            continue
        lines, quantity = lines_of(sample), claim.claim.quantity
        for way in ways_on(sample, sample.test, getattr(records.study.procedure, sample.test)):
            for line in lines.get(way.programs[0].id, ()) if way.programs else ():
                number = line.z if quantity == "z" else line.p_value
                # zero is what programs print for every small p, and no sign of a copied line
                is_zero = quantity == "p_value" and not claim.printable.units(np.array(number))
                if number is None or is_zero or not (way.switches or sample not in printed):
                    continue
                code, params, programs = said_of(way, sample.test)
                place = place_label(records.study, sample.group, sample.timepoint)
                params |= {"effort": 1 + len(way.switches), "test": sample.test, "place": place}
                fields = {
                    "code": code.replace("procedure", "elsewhere"),
                    "params": params,
                    "programs": programs,
                }
                fields |= {"ways": len(way.programs), "others": differing.others_as_is}
                reached.append((params["effort"], abs(number), fields))
    return list(_fitting(differing, "elsewhere", reached))


def _fitting(
    differing: DifferingClaim, kind: str, reached: list[tuple[int, float, dict[str, Any]]]
) -> Iterator[Explanation]:
    """Yield what makes a claim true, of (steps, number, the rest); its coincidence is over all of no more steps."""
    claim = differing.on_counts
    covered = [claim.printable.covered(np.array([number])) for _, number, _ in reached]
    for effort, number, fields in reached:
        if claim.true_of(np.array([number])):
            within = [
                strings for (steps, *_), strings in zip(reached, covered, strict=True) if steps <= effort
            ]
            share = claim.printable.share(*within)
            yield Explanation(kind, value=number, effort=effort, coincidence=share, **fields)
