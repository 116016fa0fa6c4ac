"""Which procedure, and whose program, gives the printed number on the printed data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import product

import numpy as np
import yaml

from oxymilk.explain.claims_on_counts import OF_P, ClaimOnCounts
from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.explain.notation import claim_label
from oxymilk.stats import Procedure
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.procedure import CHOICES
from oxymilk.stats.programs import Program, evaluate_programs_counts, load_programs

# which switches lie between a rank test and each other calculation
OTHER_TESTS: dict[str, list[str]] = yaml.safe_load(
    resources.files("oxymilk.explain").joinpath("other_tests.yaml").read_bytes()
)


@dataclass(frozen=True)
class Calculation:
    """One way to compute a number, and the program lines that show it.

    * procedure : The procedure; None for a calculation that is none.
    * tail : "smaller" for the smaller of the two one-sided p-values.
    * other : The name of another calculation.
    * switches : What differs from the declared procedure.
    * programs : The lines; none for a combination of switches that no listed program shows.
    * truncated : Whether its number was cut instead of rounded.
    """

    procedure: Procedure | None
    tail: str
    other: str
    switches: tuple[str, ...]
    programs: tuple[Program, ...] = ()
    truncated: bool = False

    @property
    def effort(self) -> int:
        """Switches moved; cutting the digits is one more step."""
        return len(self.switches) + self.truncated


def switches_between(declared: Procedure, procedure: Procedure) -> tuple[str, ...]:
    """Return the switches that differ, of those that both methods use; the two-sided rules of exact methods count.

    Examples
    --------
    >>> switches_between(Procedure("asymptotic"), Procedure("asymptotic", "less", tie_correction=False))
    ('alternative', 'tie_correction')
    """
    before, after = declared.switches(), procedure.switches()
    # a switch that only the other method has differs where it is not at its default
    return tuple(
        name
        for name, choices in CHOICES.items()
        if name in after and after[name] != before.get(name, choices[0])
    )


@cache
def calculations_of(test: str, declared: Procedure) -> tuple[Calculation, ...]:
    """Return every way to compute a test's p-value: all program lines, and all combinations of switches.

    Lines that show the same calculation are one. In the order of programs.yaml, then of the switches; what differs is
    counted from the procedure that the study declares.
    """
    shown: dict[tuple, list[Program]] = {}
    for program in load_programs():
        if program.test == test:
            shown.setdefault((program.procedure, program.tail, program.other), []).append(program)
    calculations = []
    for (procedure, tail, other), programs in shown.items():
        switches = switches_between(declared, procedure) if procedure else tuple(OTHER_TESTS[other])
        if procedure and tail and declared.alternative == "two-sided":
            switches = tuple(name for name in CHOICES if name in (*switches, "alternative"))
        calculations.append(Calculation(procedure, tail, other, switches, tuple(programs)))
    known = {calculation.procedure for calculation in calculations if not calculation.tail}
    calculations += [
        Calculation(procedure, "", "", switches_between(declared, procedure))
        for procedure in all_procedures(test)
        if procedure not in known
    ]
    return tuple(calculations)


@cache
def all_procedures(test: str) -> tuple[Procedure, ...]:
    """Return every legal combination of switches."""
    choices = CHOICES | ({"zero_method": ("drop",)} if test == "rank_sum" else {})
    procedures = []
    for values in product(*choices.values()):
        try:
            procedures.append(Procedure(**dict(zip(choices, values, strict=True))))
        except ValueError:
            continue  # a switch that the method does not use, not at its default
    return tuple(procedures)


def calculated_values(
    claim: ClaimOnCounts, counts: np.ndarray, feature: object, calculations: Iterable[Calculation]
) -> list[np.ndarray | None]:
    """Compute a claim's number in each way, for whole arrays of datasets.

    Parameters
    ----------
    claim : ClaimOnCounts
        A claim about a test: its p-value, decision, threshold, z or W.
    counts : array of int
        The datasets as `evaluate_programs_counts` takes them: pre by post, or the two groups' tables.
    feature : object
        The same datasets as the claim's feature.
    calculations : iterable of Calculation
        The ways.

    Returns
    -------
    list of ndarray of shape (..., C) or None
        None where a way has no such number; nan where it has none on a dataset.
    """
    of_p = claim.claim.quantity in OF_P
    special = [way.programs[0].id for way in calculations if of_p and (way.tail or way.other)]
    p_values = evaluate_programs_counts(claim.claim.test, counts, ids=special) if special else {}
    values: list[np.ndarray | None] = []
    for calculation in calculations:
        if calculation.tail or calculation.other:
            # these lines are p-values only
            values.append(p_values[calculation.programs[0].id][..., None] if of_p else None)
            continue
        try:
            values.append(claim.values(feature, calculation.procedure))
        except TooLargeError:
            values.append(None)
    return values


def search_procedures(differing: DifferingClaim) -> list[Explanation]:
    """Return the ways to compute a test that give a claim's printed number on the data as they are.

    One explanation for each way; `programs` names those that show it. The coincidence of a way that some program
    shows is taken over all ways that programs show, of others over all combinations, both with as few switches moved
    or fewer.
    """
    claim, feature = differing.on_counts, differing.feature
    counts = differing.records.pairs[claim.groups[0]] if claim.sees == "difference" else feature
    calculations = calculations_of(claim.claim.test, differing.declared)
    values = calculated_values(claim, counts, feature, calculations)
    reached = [
        (way, value, claim.printable)
        for way, value in zip(calculations, values, strict=True)
        if value is not None and way.effort
    ]
    rounded = claim.printable.rounding != "truncate" and not claim.printable.operator
    if claim.claim.quantity == "p_value" and rounded:
        # cut digits are a slip of their own under the declared procedure
        cut = replace(claim.printable, rounding="truncate")
        reached += [(replace(way, truncated=True), value, cut) for way, value, _ in reached if way.programs]
    covered = [printable.covered(value) for _, value, printable in reached]
    explanations = []
    for way, value, printable in reached:
        fits = (printable.units(value) == printable.claimed).any() if way.truncated else claim.true_of(value)
        if not np.all(fits):
            continue
        mask = np.zeros(printable.size, dtype=bool)
        for (other, _, _), strings in zip(reached, covered, strict=True):
            if other.effort <= way.effort and (other.programs or not way.programs):
                mask |= strings
        number, programs = float(value.ravel()[0]), way.programs
        others, elsewhere = _other_claims(differing, way, number)
        params: dict[str, object] = {"switches": list(way.switches), "effort": way.effort}
        if way.other:
            code = "procedure_other"
            params["other_test"] = way.other
        else:
            code = "procedure_program" if programs else "procedure_switches"
            # as `procedure_words` takes it: a tail has no alternative, the rank-sum test no zero differences
            unsaid = ("alternative", "two_sided") if way.tail else ()
            unsaid += ("zero_method",) if claim.sees == "rank_sum" else ()
            switches = {name: cell for name, cell in way.procedure.switches().items() if name not in unsaid}
            tail = {"tail": way.tail} if way.tail else {}
            params["procedure"] = {"test": claim.claim.test, **switches, **tail}
            params["elsewhere"] = elsewhere
        params["programs"] = [program.id for program in programs]
        explanations.append(
            Explanation(
                "procedure",
                code + ("_truncated" if way.truncated else ""),
                params,
                number,
                effort=way.effort,
                ways=max(1, len(programs)),
                programs="; ".join(f"{line.program} ({line.versions}): {line.output}" for line in programs),
                others=others,
                coincidence=printable.share(mask),
            )
        )
    return explanations


def _other_claims(
    differing: DifferingClaim, calculation: Calculation, number: float
) -> tuple[dict[str, bool], list[dict[str, str]]]:
    """Return which other claims hold when the claim's test is computed so; and which p-values of other tests would not.

    Only the claim's own test is computed otherwise. The p-values are those that hold as declared and that the same
    switches, but for the treatment of zeros, would contradict.
    """
    study, procedure = differing.study, calculation.procedure
    others, elsewhere = dict(differing.others_as_is), []
    for other in differing.others:
        claim = other.claim
        feature = other.feature(differing.records.tables)
        if (claim.test, claim.group) == (differing.claim.test, differing.claim.group):
            if differing.claim.quantity in OF_P and claim.quantity in OF_P:
                others[other.id] = bool(other.true_of(np.array([number])))
            elif procedure and not calculation.tail and claim.quantity in (*OF_P, "z"):
                others[other.id] = bool(other.holds(feature, procedure))
        elif procedure and claim.quantity == "p_value" and others[other.id]:
            moved = replace(procedure, zero_method=getattr(study.procedure, claim.test).zero_method)
            if not other.holds(feature, moved):
                elsewhere.append(claim_label(claim, study))
    return others, elsewhere
