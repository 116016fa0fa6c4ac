"""Other procedures that give the printed number on the data as they are."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from oxymilk.analysis.samples import Sample
from oxymilk.audit.claims import OF_P
from oxymilk.explain.claims_on_counts import ClaimOnCounts
from oxymilk.explain.coincidence import DifferingClaim, Explanation, Reached, fitting
from oxymilk.explain.notation import claim_label
from oxymilk.stats import Procedure, Program, ProgramResult, TooLargeError
from oxymilk.stats.procedure import CHOICES
from oxymilk.stats.programs import evaluate_programs, evaluate_programs_counts, load_programs
from oxymilk.texts import read_yaml

# which switches lie between a rank test and each other calculation
OTHER_TESTS: dict[str, list[str]] = read_yaml(Path(__file__).with_name("other_tests.yaml"))


class Calculation(NamedTuple):
    """One way to compute a number, and the program lines that show it.

    * procedure : The procedure; None for a calculation that is none.
    * tail : "smaller" for the smaller of the two one-sided p-values.
    * other : The name of another calculation.
    * switches : What differs from the declared procedure.
    * programs : The lines; none for a combination of switches that no listed program shows.
    """

    procedure: Procedure | None
    tail: str
    other: str
    switches: tuple[str, ...]
    programs: tuple[Program, ...]


def switches_between(declared: Procedure, procedure: Procedure) -> tuple[str, ...]:
    """Return the switches that differ, of those that both methods use; the two-sided rules of exact methods count.

    Examples
    --------
    >>> switches_between(Procedure("asymptotic"), Procedure("asymptotic", "less", tie_correction=False))
    ('alternative', 'tie_correction')
    """
    before = declared.switches()
    # a switch that only the other method has differs where it is not at its default
    return tuple(
        name for name, value in procedure.switches().items() if value != before.get(name, CHOICES[name][0])
    )


@cache
def calculations_of(test: str, declared: Procedure, *, apart: bool = False) -> tuple[Calculation, ...]:
    """Return every way to compute a test's p-value: all program lines, and all combinations of switches.

    Lines that show the same calculation are one, unless those that take differences differently stay `apart`. In the
    order of programs.yaml, then of the switches; what differs is counted from the procedure that the study declares.
    """
    shown: dict[tuple, list[Program]] = {}
    for program in load_programs():
        if program.test == test:
            differences = program.differences if apart else ""
            shown.setdefault((*program.calculation, differences), []).append(program)
    choices = CHOICES | ({"zero_method": ("drop",)} if test == "rank_sum" else {})
    for values in product(*choices.values()):
        with suppress(ValueError):  # a switch that the method does not use, not at its default
            shown.setdefault((Procedure(**dict(zip(choices, values, strict=True))), "", "", ""), [])
    calculations = []
    for (procedure, tail, other, _), programs in shown.items():
        switches = switches_between(declared, procedure) if procedure else tuple(OTHER_TESTS[other])
        if procedure and tail and declared.alternative == "two-sided":
            switches = tuple(name for name in CHOICES if name in (*switches, "alternative"))
        calculations.append(Calculation(procedure, tail, other, switches, tuple(programs)))
    return tuple(calculations)


@lru_cache(maxsize=16)
def lines_of(sample: Sample) -> dict[str, list[ProgramResult]]:
    """Return what each program's line shows for the data of a test, by the id of the line; once for all claims.

    Two results for a line whose way to take differences matters and is not known, none where it is too large.
    """
    lines: dict[str, list[ProgramResult]] = {}
    for line in evaluate_programs(sample.test, sample.first, sample.second, sample.doubles):
        if not line.reason:
            lines.setdefault(line.entry.id, []).append(line)
    return lines


def ways_on(sample: Sample | None, test: str, declared: Procedure) -> tuple[Calculation, ...]:
    """Return every way to compute a test's p-value, the arithmetic of programs apart where it matters to the data."""
    lines = lines_of(sample).values() if sample else ()
    apart = any(line.differences for of_line in lines for line in of_line)
    return calculations_of(test, declared, apart=apart)


def calculated_values(
    claim: ClaimOnCounts, tables: np.ndarray, calculations: Iterable[Calculation]
) -> list[np.ndarray | None]:
    """Compute a claim's number in each way, for whole arrays of datasets.

    Parameters
    ----------
    claim : ClaimOnCounts
        A claim about a test: its p-value, decision, threshold, z or W.
    tables : array of int, shape (..., G, K + 1, K + 1)
        The datasets.

    Returns
    -------
    list of ndarray of shape (..., C) or None
        None where a way has no such number, or would need too much memory; nan where it has none on a dataset.
    """
    feature, numbers, lines = claim.feature(tables), claim.numbers, {}
    if claim.claim.quantity in OF_P and numbers:
        lines = {name: np.array([line.p_value for line in of]) for name, of in lines_of(numbers).items()}
    elif claim.claim.quantity in OF_P:
        counts = tables[..., claim.groups[0], :-1, :-1] if claim.test == "signed_rank" else feature
        p_values = evaluate_programs_counts(claim.test, counts)
        lines = {name: p_value[..., None] for name, p_value in p_values.items()}
    values: list[np.ndarray | None] = []
    for way in calculations:
        value = None
        if lines and way.programs:  # those that are no procedure are p-values only
            value = lines.get(way.programs[0].id, np.array([np.nan]))
        elif way.procedure and not way.tail:
            with suppress(TooLargeError):
                value = claim.values(feature, way.procedure)
        values.append(value)
    return values


def search_procedures(differing: DifferingClaim) -> list[Explanation]:
    """Return the ways to compute a test that give a claim's printed number on the data as they are.

    One explanation for each way; `programs` names those that show it. The coincidence of a way that some program
    shows is taken over all ways that programs show, of others over all combinations, both with as few switches moved
    or fewer. One of kind "none" says that exact ways would need too much memory.
    """
    claim = differing.on_counts
    ways = ways_on(claim.numbers, claim.test, claim.declared)
    values = calculated_values(claim, differing.records.tables, ways)
    too_large = claim.claim.quantity in OF_P and any(
        value is None or (way.procedure and np.isnan(value).all())
        for way, value in zip(ways, values, strict=True)
    )
    # a step is a switch moved
    reached = [
        Reached(claim, len(way.switches), value, way, bool(way.programs))
        for way, value in zip(ways, values, strict=True)
        if value is not None and way.switches
    ]
    cut = replace(claim.printable, rounding="truncate")
    if claim.claim.quantity == "p_value" and not cut.operator and cut != claim.printable:
        # cut digits are one more step; under the declared procedure they are a slip of their own
        cut_claim = replace(claim, printable=cut)
        reached += [own._replace(claim=cut_claim, steps=own.steps + 1) for own in reached if own.shown]
    explanations = [Explanation("none", "procedure_memory", {})] if too_large else []
    for own, number, coincidence in fitting(reached):
        code, params, programs = said_of(own.way, claim.test)
        others, elsewhere = _other_claims(differing, own.way, number)
        explanations.append(
            Explanation(
                "procedure", code + ("" if own.claim is claim else "_truncated"),
                params | {"effort": own.steps} | ({} if own.way.other else {"elsewhere": elsewhere}), number,
                effort=own.steps, ways=max(1, len(own.way.programs)), programs=programs, others=others,
                coincidence=coincidence,
            )
        )  # fmt: skip
    return explanations


def said_of(way: Calculation, test: str) -> tuple[str, dict[str, Any], str]:
    """Return a text's key and params that say a way to compute a test, and the programs that print it."""
    params: dict[str, Any] = {"switches": list(way.switches), "programs": [line.id for line in way.programs]}
    programs = "; ".join(program.line for program in way.programs)
    if way.other:
        return "procedure_other", params | {"other_test": way.other}, programs
    # as `procedure_words` takes it: a tail has no alternative, the rank-sum test no zero differences
    unsaid = ("alternative", "two_sided") if way.tail else ()
    unsaid += ("zero_method",) if test == "rank_sum" else ()
    switches = {name: cell for name, cell in way.procedure.switches().items() if name not in unsaid}
    tail = {"tail": way.tail} if way.tail else {}
    code = "procedure_program" if way.programs else "procedure_switches"
    return code, params | {"procedure": {"test": test, **switches, **tail}}, programs


def _other_claims(
    differing: DifferingClaim, way: Calculation, number: float
) -> tuple[dict[str, bool], list[dict[str, str]]]:
    """Return which other claims hold when the claim's test is computed so; and which p-values of other tests would not.

    Only the claim's own test is computed otherwise. The p-values are those that hold as declared and that the same
    switches, but for the treatment of zeros, would contradict.
    """
    own, others, elsewhere = differing.claim, dict(differing.others_as_is), []
    for other in differing.others:
        claim, feature = other.claim, other.feature(differing.records.tables)
        with suppress(TooLargeError):  # then it stays as declared
            if (claim.test, claim.group) == (own.test, own.group):
                if own.quantity in OF_P and claim.quantity in OF_P:
                    others[other.id] = bool(other.true_of(np.array([number])))
                elif way.procedure and not way.tail and claim.quantity in (*OF_P, "z"):
                    others[other.id] = bool(other.holds(feature, way.procedure))
            elif way.procedure and claim.quantity == "p_value" and others[other.id]:
                moved = replace(way.procedure, zero_method=other.declared.zero_method)
                if not other.holds(feature, moved):
                    elsewhere.append(claim_label(claim, differing.records.study))
    return others, elsewhere
