"""What else of the same study prints a number: p adjusted for its tests, a line of another test, another scale."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from oxymilk.analysis.tables import OTHER_TAILS
from oxymilk.audit.claims import OF_P
from oxymilk.audit.printed import round_units
from oxymilk.audit.recompute import Tables
from oxymilk.audit.verdicts import check_claim
from oxymilk.explain.coincidence import DifferingClaim, Explanation, Reached, fitting
from oxymilk.explain.notation import PROGRAM_DECIMALS, claim_label, place_label
from oxymilk.explain.procedures import lines_of, said_of, ways_on
from oxymilk.results import OTHER_DIFFERENCES
from oxymilk.stats import holm, load_programs
from oxymilk.stats.procedure import CHOICES
from oxymilk.texts import LANGUAGES, labels

ADJUSTMENTS = {"bonferroni": lambda p_values: [min(1.0, len(p_values) * p) for p in p_values], "holm": holm}


def search_adjustments(differing: DifferingClaim) -> list[Explanation]:
    """Return the adjustments for the number of the study's tests that give a claim's p-value, decision or threshold.

    The p-values are taken as they are, one step; or as a program prints them, rounded, two. An adjustment is of all
    tests: the printed p-values of the others are held against it.
    """
    claim, study, family = differing.on_counts, differing.records.study, differing.records.family
    reached, explanations = [], {}
    for decimals, name in product((None, *PROGRAM_DECIMALS), ADJUSTMENTS):
        code, params, p_values = "adjusted", {"adjustment": name, "tests": len(family)}, family
        if decimals is not None:
            code, params["decimals"] = "adjusted_rounded", decimals
            units = {k: round_units(Fraction(repr(p)), decimals, study.rounding) for k, p in family.items()}
            p_values = {test: unit / 10**decimals for test, unit in units.items()}
        if p_values[claim.place]:  # nobody multiplies zero
            adjusted = dict(zip(family, ADJUSTMENTS[name]([*p_values.values()]), strict=True))
            values = np.array([adjusted[claim.place]])
            reached.append(Reached(claim, len(params) - 1, values, (code, params, adjusted)))
    for own, number, coincidence in fitting(reached):
        code, params, adjusted = own.way
        others, said = dict(differing.others_as_is), []
        for other in (other for other in differing.others if other.claim.quantity in OF_P):
            value = adjusted[other.place]
            others[other.id] = bool(other.true_of(np.array([value])))
            if other.place != claim.place and other.claim.quantity == "p_value":
                printed = other.claim.write(Fraction(repr(value)), study.rounding)
                key = f"explain.words.adjusted_{'kept' if others[other.id] else 'contradicted'}"
                label = claim_label(other.claim, study)
                said.append({to: labels(to)(key, claim=label[to], number=printed) for to in LANGUAGES})
        explanation = Explanation(
            "adjustment", code, params | {"adjusted": said}, number,
            effort=own.steps, others=others, coincidence=coincidence,
        )  # fmt: skip
        explanations.setdefault(params["adjustment"], explanation)
    return list(explanations.values())


def search_elsewhere(differing: DifferingClaim) -> list[Explanation]:
    """Return the lines that programs print for other tests of the same study and that give a claim's p-value or Z.

    The other tests are those of other groups, and the groups compared at another time. Another test is one step, each
    switch away from its declared procedure one more.
    """
    claim, records, reached = differing.on_counts, differing.records, []
    quantity = claim.claim.quantity
    # what the paper prints of them is a number that may have been copied, a slip
    printed = [records.tests[other.place] for other in differing.others if other.claim.quantity == quantity]
    for sample in records.samples:
        if sample is records.tests[claim.place] or not sample.testable:
            continue
        lines, declared = lines_of(sample), getattr(records.study.procedure, sample.test)
        for way in ways_on(sample, sample.test, declared):
            for line in lines.get(way.programs[0].id, ()) if way.programs else ():
                number = line.z if quantity == "z" else line.p_value
                # zero is what programs print for every small p, and no sign of a copied line
                is_zero = quantity == "p_value" and not claim.printable.units(np.array(number))
                if number is not None and not is_zero and (way.switches or sample not in printed):
                    values = np.array([abs(number)])
                    reached.append(Reached(claim, 1 + len(way.switches), values, (sample, way)))
    explanations = []
    for own, number, coincidence in fitting(reached):
        sample, way = own.way
        code, params, programs = said_of(way, sample.test)
        place = place_label(records.study, sample.group, sample.timepoint)
        explanations.append(
            Explanation(
                "elsewhere", code.replace("procedure", "elsewhere"),
                params | {"effort": own.steps, "test": sample.test, "place": place}, number,
                effort=own.steps, ways=len(way.programs), programs=programs, others=differing.others_as_is,
                coincidence=coincidence,
            )
        )  # fmt: skip
    return explanations


def search_rows(differing: DifferingClaim, rows: list[dict[str, str]]) -> list[Explanation]:
    """Return the other rows of tests.csv, and those of sensitivity.csv, that give a claim's printed number.

    The former are the declared procedure on differences taken the other way, what programs print on these very data.
    The latter are the same test on the other scale: a paper may report levels and test the score behind them, or the
    reverse. That is one step; the exact counterpart there, or the other number of tails, one more.
    """
    claim, study = differing.claim, differing.records.study
    reached: dict[str, list[Reached]] = {"procedure": [], "elsewhere": []}
    for row in rows:
        about = (row["test"], row["group"]) == (claim.test, claim.group)
        own_scale = row["scale"] == study.outcome.scale
        # a statistic is the same whatever the reference distribution and the tails
        is_other = claim.quantity in OF_P or row["role"] not in ("exact", OTHER_TAILS)
        if about and (row["role"] == OTHER_DIFFERENCES if own_scale else is_other):
            tables = Tables(Fraction(str(study.alpha)), [], [row | {"role": "declared"}])
            if computed := check_claim(claim, tables).computed:
                steps = 1 if own_scale or row["role"] == "declared" else 2
                way = Reached(differing.on_counts, steps, np.array([float(computed)]), row)
                reached["procedure" if own_scale else "elsewhere"].append(way)
    explanations = []
    for kind, own in ((kind, own) for kind, rows in reached.items() for own in fitting(rows)):
        (_, steps, _, row, _), number, coincidence = own
        if kind == "procedure":
            way, declared = row["differences"].removeprefix("if_"), getattr(study.procedure, claim.test)
            code, params = f"differences_{way}", {"switches": []}
            line_of = claim.test, way, (declared, "", "")
            lines = [p for p in load_programs() if (p.test, p.differences, p.calculation) == line_of]
        else:
            switches = {name: row[name] == "true" if row[name] in ("true", "false") else row[name]
                        for name in CHOICES if row[name]}  # fmt: skip
            code, lines = f"other_scale_{row['scale']}", []
            params = {"procedure": {"test": claim.test, **switches}}
        explanations.append(
            Explanation(kind, code, params | {"effort": steps}, number, effort=steps, ways=max(1, len(lines)),
                        programs="; ".join(line.line for line in lines), others=differing.others_as_is,
                        coincidence=coincidence)
        )  # fmt: skip
    return explanations
