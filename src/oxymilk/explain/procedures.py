"""What else gives the printed number on the data as they are: another procedure, or a finer score behind the levels."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from importlib import resources
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from oxymilk.analysis.samples import Sample
from oxymilk.explain.claims_on_counts import OF_P, ClaimOnCounts, falls_and_rises
from oxymilk.explain.coincidence import DifferingClaim, Explanation, share_of
from oxymilk.explain.departures import sheet_of
from oxymilk.explain.notation import claim_label
from oxymilk.stats import Procedure, TooLargeError
from oxymilk.stats.procedure import CHOICES
from oxymilk.stats.programs import (
    Program,
    ProgramResult,
    evaluate_programs,
    evaluate_programs_counts,
    load_programs,
)

# which switches lie between a rank test and each other calculation
OTHER_TESTS: dict[str, list[str]] = yaml.safe_load(
    resources.files("oxymilk.explain").joinpath("other_tests.yaml").read_bytes()
)
MOST_CELLS = 8_000_000  # of the tables of finer scales
SCORE = "finer score"


# ---- procedures --------------------------------------------------------------------------------------------


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
    before, after = declared.switches(), procedure.switches()
    # a switch that only the other method has differs where it is not at its default
    return tuple(
        name
        for name, choices in CHOICES.items()
        if name in after and after[name] != before.get(name, choices[0])
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


def lines_of(sample: Sample) -> dict[str, list[ProgramResult]]:
    """Return what each program's line shows for the data of a test, by the id of the line.

    Two results for a line whose way to take differences matters and is not known.
    """
    first, second = sample.doubles
    return _lines(sample.test, tuple(sample.first), tuple(sample.second), (tuple(first), tuple(second)))


@lru_cache(maxsize=16)
def _lines(test: str, first: tuple, second: tuple, doubles: tuple) -> dict[str, list[ProgramResult]]:
    """Evaluate the programs once for all claims of a study."""
    lines: dict[str, list[ProgramResult]] = {}
    for line in evaluate_programs(test, first, second, doubles):
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
    too_large = claim.claim.quantity in OF_P and any(value is None for value in values)
    # the effort is the number of switches moved
    reached = [
        (len(way.switches), way, value, claim.printable)
        for way, value in zip(ways, values, strict=True)
        if value is not None and way.switches
    ]
    cut = replace(claim.printable, rounding="truncate")
    if claim.claim.quantity == "p_value" and not cut.operator and cut != claim.printable:
        # cut digits are one more step; under the declared procedure they are a slip of their own
        reached += [(effort + 1, way, value, cut) for effort, way, value, _ in reached if way.programs]
    covered = [printable.covered(value) for *_, value, printable in reached]
    explanations = [Explanation("none", "procedure_memory", {})] if too_large else []
    for effort, way, value, printable in reached:
        # of the numbers that the way may show, those that print as the claim
        numbers = [np.array([number]) for number in value.ravel()]
        if printable is cut:
            fitting = [number for number in numbers if (cut.units(number) == cut.claimed).any()]
        else:
            fitting = [number for number in numbers if claim.true_of(number)]
        if not fitting:
            continue
        within = [
            strings
            for (steps, other, *_), strings in zip(reached, covered, strict=True)
            if steps <= effort and (other.programs or not way.programs)
        ]
        number = float(fitting[0][0])
        code, params, programs = said_of(way, claim.test)
        others, elsewhere = _other_claims(differing, way, number)
        explanations.append(
            Explanation(
                "procedure", code + ("_truncated" if printable is cut else ""),
                params | {"effort": effort} | ({} if way.other else {"elsewhere": elsewhere}), number,
                effort=effort, ways=max(1, len(way.programs)), programs=programs, others=others,
                coincidence=share_of(np.logical_or.reduce(within)),
            )
        )  # fmt: skip
    return explanations


def said_of(way: Calculation, test: str) -> tuple[str, dict[str, Any], str]:
    """Return a text's key and params that say a way to compute a test, and the programs that print it."""
    params: dict[str, Any] = {"switches": list(way.switches), "programs": [line.id for line in way.programs]}
    programs = "; ".join(f"{line.program} ({line.versions}): {line.output}" for line in way.programs)
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


# ---- finer scales ------------------------------------------------------------------------------------------


class FinerScales(NamedTuple):
    """What finer scales without ties can give.

    If a test was run on a score whose cut makes the printed categories, then the categories fix the order between
    levels and leave the order within them open. Two groups: U lies between what the levels give and that plus every
    pair within a level. Pairs: who changed level changed the score in that direction; who did not may have gone either
    way or not at all; the sizes of the changes are free. Scales with ties are not searched: they print nearly every
    p-value (coincidence 100% in the first study), so that they explain none.

    * statistic, int, shape (N,) : U1 or W+.
    * tables : The datasets on the finer scale: two groups, or falls and rises.
    * complete : Whether these are all; those of fewer unchanged pairs come first.
    """

    statistic: np.ndarray
    tables: np.ndarray
    complete: bool = True


def untied_rank_sum(table: np.ndarray) -> FinerScales:
    """Return every finer scale without ties, up to scales with the same U, of two groups' categories, shape (2, K).

    The tables have shape (N, 2, n1 + n2), one for each whole U from the smallest to the largest; none when these would
    be more than `MOST_CELLS`.

    Examples
    --------
    Two of the first group and one of the second in one category: the first group's places are 0 1, 0 2 or 1 2, and
    of the two pairs none, one or both have the first group above.

    >>> untied_rank_sum(np.array([[2], [1]])).tables[:, 0].tolist()
    [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    """
    table = np.asarray(table, dtype=np.int64)
    pairs, n = table.prod(axis=0), int(table.sum())
    scales = int(pairs.sum()) + 1
    complete = 2 * n * scales <= MOST_CELLS
    tables = np.zeros((scales if complete else 0, 2, n), dtype=np.int64)
    for inside in range(len(tables)):
        start, left = 0, inside
        for (a, b), free in zip(table.T.tolist(), pairs.tolist(), strict=True):
            above = min(left, free)
            left -= above
            tables[inside, 0, start + np.array(_places(a, a + b, above), dtype=np.int64)] = 1
            start += a + b
    tables[:, 1] = 1 - tables[:, 0]
    # of a higher level and a lower one, the first group's is above
    below = np.cumsum(table[1]) - table[1]
    return FinerScales(int(table[0] @ below) + np.arange(len(tables)), tables, complete)


def _places(chosen: int, n: int, above: int) -> list[int]:
    """Return some of the places 0, ..., n - 1, their sum `above` more than the smallest possible.

    Two of 0, 1, 2, 3: 0 1 is the smallest sum, then 0 2, 0 3, 1 3 and 2 3, which is 4 above it.
    """
    # `high` places are the last ones, one is between, the others are the first ones
    high, rest = divmod(above, n - chosen) if n > chosen else (0, 0)
    first = chosen - high - (rest > 0)
    return [*range(first), *([first + rest] if rest else []), *range(n - high, n)]


def untied_signed_rank(up: int, down: int, unchanged: int) -> FinerScales:
    """Return every finer scale without ties between the sizes of changes, up to scales with the same W+.

    The tables have shape (N, 2, n): falls and rises by size, of pairs whose category rose, fell or stayed; what is
    missing to n did not change on the finer scale. One for each number of pairs that did not change and each W+ from
    the smallest to the largest, as few rises as it takes; up to `MOST_CELLS`.
    """
    n = up + down + unchanged
    rises, used, statistic, complete = [], [], [], True
    for still in range(unchanged + 1):
        m = n - still
        # so many rises, from their smallest sum of ranks to their largest; ranges of one more rise overlap
        ends = [(p, p * (p + 1) // 2, p * (p + 1) // 2 + p * (m - p)) for p in range(up, m - down + 1)]
        complete = 2 * n * (len(rises) + ends[-1][2] - ends[0][1] + 1) <= MOST_CELLS
        if not complete:
            break
        for w_plus in range(ends[0][1], ends[-1][2] + 1):
            positive, least = next((p, least) for p, least, most in ends if w_plus <= most)
            rises.append(np.zeros(n, dtype=np.int64))
            rises[-1][_places(positive, m, w_plus - least)] = 1
            used.append(m)
            statistic.append(w_plus)
    rise, changed = np.array(rises, dtype=np.int64).reshape(-1, n), np.array(used, dtype=np.int64)
    fall = (np.arange(n) < changed[:, None]) - rise
    return FinerScales(np.array(statistic), np.stack([fall, rise], axis=1), complete)


def search_scales(differing: DifferingClaim) -> list[Explanation] | None:
    """Return the finer scale that would print a claim's number; when there is none, what would be needed.

    At most one explanation, of a p-value, decision, threshold or statistic; its coincidence is taken over all scales
    without ties. None where there are more of them than could be searched, and none of those searched fits.
    """
    claim, feature, others = differing.on_counts, differing.feature, differing.others_as_is
    two_groups, sizes = claim.test == "rank_sum", np.sum(feature, axis=-1)
    if two_groups:
        scales = untied_rank_sum(feature)
    else:
        falls, rises, unchanged = falls_and_rises(feature)
        scales = untied_signed_rank(int(rises.sum()), int(falls.sum()), int(unchanged))
    printed = claim.values(_finer_feature(scales, sizes)) if len(scales.tables) else np.empty((0, 1))
    fits = np.flatnonzero(claim.true_of(printed))
    if not (len(fits) or scales.complete):
        return None
    values = np.unique(scales.statistic[fits])
    if two_groups and not len(fits):
        # the U values that would print the number, whatever the categories
        free = untied_rank_sum(sizes[:, None])
        values = free.statistic[claim.true_of(claim.values(free.tables))] if free.complete else values
    ends = {"low": f"{scales.statistic.min():g}", "high": f"{scales.statistic.max():g}"}
    params = {"statistic": "u" if two_groups else "w", **ends, "values": [f"{value:g}" for value in values]}
    if not len(fits):
        code = "scale_unattainable" if len(values) else "scale_none"
        return [Explanation("none", code, params, others=others)]
    # U counted from the other group
    params["others"] = [f"{value:g}" for value in np.prod(sizes) - values] if two_groups else []
    number = next(value for value in printed[fits[0]].tolist() if claim.true_of(np.array([value])))
    effort = int(claim.claim.quantity != "p_value" or claim.printable.claimed > 0)
    return [
        Explanation("finer_scale", "scale_untied", params, number, effort=effort, ways=len(values), others=others,
                    coincidence=share_of(claim.printable.covered(printed)),
                    witness=_witness(differing, scales.tables[fits[0]]))
    ]  # fmt: skip


def _finer_feature(scales: FinerScales, sizes: np.ndarray) -> np.ndarray:
    """Return finer scales as a claim sees them: two groups, or changes from the largest fall to the largest rise."""
    if np.ndim(sizes):
        return scales.tables
    fall, rise = scales.tables[:, 0], scales.tables[:, 1]
    still = int(sizes) - (fall + rise).sum(axis=1)
    return np.concatenate([fall[:, ::-1], still[:, None], rise], axis=1)


def _witness(differing: DifferingClaim, table: np.ndarray) -> pd.DataFrame:
    """Return a sheet with a finer score beside the categories.

    Two groups: the score's places in the joint order after treatment. Pairs: the change of the score.
    """
    records, claim = differing.records, differing.on_counts
    sheet = sheet_of(records)
    scores: dict[str, int] = {}
    if claim.test == "rank_sum":
        for group, places in zip(claim.groups, table, strict=True):
            # participants by category; within one the order is free
            after = {code: post for code, (_, post) in records.codes[group].items() if post < records.levels}
            ordered = sorted(after, key=after.get)
            scores |= dict(zip(ordered, (np.flatnonzero(places) + 1).tolist(), strict=True))
    else:
        codes = records.codes[claim.groups[0]]
        changes = {code: post - pre for code, (pre, post) in codes.items() if max(pre, post) < records.levels}
        falls, rises = ((np.flatnonzero(sizes) + 1).tolist() for sizes in table)
        falls = [-size for size in falls]
        # who rose a level rose on the score too; the rest of the changes goes to those who stayed
        scores = {code: (rises if change > 0 else falls).pop(0) for code, change in changes.items() if change}
        rest = [*rises, *falls]
        scores |= {code: rest.pop(0) if rest else 0 for code, change in changes.items() if not change}
    return sheet.assign(**{SCORE: [str(scores.get(code, "")) for code in sheet[sheet.columns[0]]]})
