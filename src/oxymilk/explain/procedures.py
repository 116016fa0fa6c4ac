"""Which procedure, and whose program, gives the printed number on the printed data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.explain.hits import Hit, procedure_params
from oxymilk.stats import Procedure
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.procedure import CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oxymilk.explain.readings import Reading
    from oxymilk.stats.programs import Program


@dataclass(frozen=True)
class Way:
    """One way to compute a number, and the program lines that show it.

    Attributes
    ----------
    procedure : Procedure or None
        The procedure; None for a calculation that is none.
    tail : str
        "smaller" for the smaller of the two one-sided p-values.
    other : str
        The name of another calculation.
    switches : tuple of str
        What differs from the declared procedure.
    programs : tuple of Program
        The lines; none for a combination of switches that no listed program shows.
    truncated : bool
        Whether its number was cut instead of rounded.
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


@cache
def _other_tests() -> dict[str, list[str]]:
    import yaml

    text = resources.files("oxymilk.explain").joinpath("other_tests.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def switches_between(declared: Procedure, procedure: Procedure) -> tuple[str, ...]:
    """Return the switches that differ, of those that both methods use; the two-sided rules of exact methods count.

    Examples
    --------
    >>> switches_between(Procedure("asymptotic"), Procedure("asymptotic", "less", tie_correction=False))
    ('alternative', 'tie_correction')
    """
    both = declared.switches().keys() & procedure.switches().keys()
    mine = procedure.switches()
    moved = []
    for name in CHOICES:
        if name in both:
            if mine[name] != declared.switches()[name]:
                moved.append(name)
        elif name in mine and mine[name] != CHOICES[name][0]:
            # a switch that only the other method has, not at its default
            moved.append(name)
    return tuple(moved)


@cache
def ways_of(test: str, declared: Procedure) -> tuple[Way, ...]:
    """Return every way to compute a test's p-value: all program lines, and all combinations of switches.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
        The test.
    declared : Procedure
        The procedure that the study declares.

    Returns
    -------
    tuple of Way
        Lines that show the same calculation are one way. In the order of programs.yaml, then of the switches.
    """
    from oxymilk.stats.programs import load_programs

    shown: dict[tuple, list[Program]] = {}
    for program in load_programs():
        if program.test == test:
            shown.setdefault((program.procedure, program.tail, program.other), []).append(program)
    ways = []
    for (procedure, tail, other), programs in shown.items():
        if procedure is None:
            switches = tuple(_other_tests()[other])
        else:
            switches = switches_between(declared, procedure)
            if tail and "alternative" not in switches and declared.alternative == "two-sided":
                switches = tuple(name for name in CHOICES if name in (*switches, "alternative"))
        ways.append(Way(procedure, tail, other, switches, tuple(programs)))
    known = {way.procedure for way in ways if not way.tail}
    ways += [
        Way(procedure, "", "", switches_between(declared, procedure))
        for procedure in all_procedures(test)
        if procedure not in known
    ]
    return tuple(ways)


@cache
def all_procedures(test: str) -> tuple[Procedure, ...]:
    """Return every legal combination of switches."""
    choices = CHOICES | ({"zero_method": ("drop",)} if test == "rank_sum" else {})
    procedures = []
    for values in product(*choices.values()):
        try:
            procedures.append(Procedure(**dict(zip(choices, values, strict=True))))
        except ValueError:
            continue
    return tuple(procedures)


def way_values(
    reading: Reading, counts: np.ndarray, feature: object, ways: Iterable[Way]
) -> list[np.ndarray | None]:
    """Compute a claim's number in each way, for whole arrays of datasets.

    Parameters
    ----------
    reading : Reading
        A claim about a test: its p-value, decision, threshold, z or W.
    counts : array of int
        The datasets as `evaluate_programs_counts` takes them: pre by post, or the two groups' tables.
    feature : object
        The same datasets as the reading's feature.
    ways : iterable of Way
        The ways.

    Returns
    -------
    list of ndarray of shape (..., C) or None
        None where a way has no such number; nan where it has none on a dataset.
    """
    from oxymilk.stats.programs import evaluate_programs_counts

    ways = list(ways)
    of_p = reading.claim.quantity in ("p_value", "threshold", "decision")
    ids = [way.programs[0].id for way in ways if way.programs and (way.tail or way.other)]
    special = evaluate_programs_counts(reading.claim.test, counts, ids=ids) if of_p and ids else {}
    values: list[np.ndarray | None] = []
    for way in ways:
        if way.tail or way.other:
            # these lines are p-values only
            values.append(special[way.programs[0].id][..., None] if of_p else None)
            continue
        try:
            values.append(reading.values(feature, way.procedure))
        except TooLargeError:
            values.append(None)
    return values


def search_procedures(
    reading: Reading,
    counts: np.ndarray,
    feature: object,
    declared: Procedure,
    elsewhere: Callable[[Procedure], list] = lambda _: [],
) -> list[Hit]:
    """Return the ways to compute a test that give a claim's printed number on the data as they are.

    Parameters
    ----------
    reading : Reading
        The claim.
    counts, feature
        The data, see `way_values`.
    declared : Procedure
        The procedure that the study declares.
    elsewhere : callable
        Procedure -> labels of the claims of other tests that the same switches would contradict there.

    Returns
    -------
    list of Hit
        One for each way; `programs` names those that show it. The coincidence of a way that some program shows is taken
        over all ways that programs show, of others over all combinations, both with as few switches moved or fewer.
    """
    plain = ways_of(reading.claim.test, declared)
    ways = list(plain)
    values = way_values(reading, counts, feature, plain)
    rounding = reading.printable.rounding
    if reading.claim.quantity == "p_value" and not reading.printable.operator and rounding != "truncate":
        # cut digits are a slip of their own under the declared procedure
        cut = [(replace(way, truncated=True), value) for way, value in zip(plain, values, strict=True)
               if way.programs and way.switches]  # fmt: skip
        ways += [way for way, _ in cut]
        values += [value for _, value in cut]
    printables = [
        replace(reading.printable, rounding="truncate") if way.truncated else reading.printable
        for way in ways
    ]
    hits = []
    for way, value, printable in zip(ways, values, printables, strict=True):
        if value is None or not way.effort:
            continue
        fits = (
            (printable.units(value) == printable.claimed).any() if way.truncated else reading.true_of(value)
        )
        if not np.all(fits):
            continue
        mask = np.zeros(printable.size, dtype=bool)
        for one, reached, its in zip(ways, values, printables, strict=True):
            as_wide = bool(one.programs) or not way.programs
            if reached is not None and 0 < one.effort <= way.effort and as_wide:
                mask |= its.covered(reached)
        hits.append(_hit(reading, way, value, printable.share(mask), elsewhere))
    return hits


def _hit(
    reading: Reading, way: Way, value: np.ndarray, share: float, elsewhere: Callable[[Procedure], list]
) -> Hit:
    number = float(value.ravel()[0])
    params: dict[str, object] = {"switches": list(way.switches), "effort": way.effort}
    if way.other:
        code = "procedure_other"
        params["other_test"] = way.other
    else:
        code = "procedure_program" if way.programs else "procedure_switches"
        params["procedure"] = procedure_params(way.procedure, reading.claim.test, way.tail)
        params["elsewhere"] = elsewhere(way.procedure)
    if way.truncated:
        code += "_truncated"
    params["programs"] = [program.id for program in way.programs]
    lines = [f"{one.program} ({one.versions}): {one.output}" for one in way.programs]
    return Hit(
        "procedure",
        code,
        params,
        number,
        effort=way.effort,
        switches_moved=len(way.switches),
        ways=max(1, len(way.programs)),
        programs="; ".join(lines),
        coincidence=share,
        procedure=None if way.tail else way.procedure,
    )
