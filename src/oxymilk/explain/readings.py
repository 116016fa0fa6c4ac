"""What a claim says about the data, as a function of tables of counts: its values, and whether it holds.

One `Reading` stands for one distinct claim, in however many places it is printed. It takes whole arrays of datasets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim

# the set that a printed string states has one definition, in the audit
from oxymilk.audit.computed import Undefined
from oxymilk.audit.printed import Interval, parse_printed
from oxymilk.audit.stated import stated_set
from oxymilk.explain.printable import Printable, printable_of
from oxymilk.stats import Procedure, difference_counts, rank_sum_counts, signed_rank_counts

if TYPE_CHECKING:
    from oxymilk.explain.records import Records
    from oxymilk.study import Study

OF_P = ("p_value", "threshold", "decision")


class Differences(NamedTuple):
    """Changes of one group's pairs: counts by size, shape (..., K - 1), and of no change, shape (...)."""

    negative: np.ndarray
    positive: np.ndarray
    zeros: np.ndarray


@dataclass(frozen=True)
class Reading:
    """A distinct claim about the data of the study.

    Attributes
    ----------
    claim : Claim
        Where it is printed first.
    ids : tuple of str
        All places where it is printed.
    sees : {"pre", "post", "difference", "rank_sum"}
        The feature of a dataset that it rests on.
    groups : tuple of int
        Places of the groups that it rests on.
    calculate : callable
        feature, Procedure or None -> values, shape (..., C): any of the C may be what is printed (U1 or U2).
        The declared procedure when None.
    stated : Interval
        The set that is printed.
    counts : ndarray of float or None
        For counts and percentages: the value of each possible count; the values of `calculate` are counts.
    allowed : ndarray of bool or None
        For those: whether each possible count makes the claim true.
    printable : Printable
        The strings that could stand here.
    """

    claim: Claim
    ids: tuple[str, ...]
    sees: str
    groups: tuple[int, ...]
    calculate: Callable[..., np.ndarray]
    stated: Interval | None
    counts: np.ndarray | None
    allowed: np.ndarray | None
    printable: Printable

    @property
    def id(self) -> str:
        """The id of its first place."""
        return self.ids[0]

    def values(self, feature: object, procedure: Procedure | None = None) -> np.ndarray:
        """Return the numbers that could be printed, shape (..., C)."""
        values = self.calculate(feature, procedure)
        return values if self.counts is None else self.counts[values]

    def holds(self, feature: object, procedure: Procedure | None = None) -> np.ndarray:
        """Return whether the claim is true, shape (...)."""
        values = self.calculate(feature, procedure)
        return self.allowed[values].any(axis=-1) if self.allowed is not None else self.true_of(values)

    def true_of(self, values: np.ndarray) -> np.ndarray:
        """Return whether any of the numbers makes the claim true, shape (...); nan makes none true.

        A number is printed as `printable` prints it, and held against a threshold as it is.
        """
        values = np.asarray(values, dtype=float)
        if not self.printable.operator:
            return (self.printable.units(values) == self.printable.claimed).any(axis=-1)
        low, high, closed_low, closed_high = self.stated
        inside = ~np.isnan(values)
        if low is not None:
            inside &= values >= float(low) if closed_low else values > float(low)
        if high is not None:
            inside &= values <= float(high) if closed_high else values < float(high)
        return inside.any(axis=-1)


def feature_of(reading: Reading, tables: np.ndarray, study: Study) -> object:
    """Return the feature of datasets that a reading rests on.

    Parameters
    ----------
    reading : Reading
        The claim.
    tables : array of int, shape (..., G, K + 1, K + 1)
        Tables as in `Records`.
    study : Study
        For what the groups are compared on.

    Returns
    -------
    ndarray or Differences
        pre, post: counts of the levels, shape (..., K). rank_sum: tables of the two groups, shape (..., 2, L).
    """
    chosen = tables[..., list(reading.groups), :, :]
    if reading.sees in ("pre", "post"):
        return margin(chosen, reading.sees).sum(axis=-2)
    if reading.sees == "difference":
        return Differences(*difference_counts(chosen[..., 0, :-1, :-1]))
    return margin(chosen, "post") if study.between == "post" else change_margin(chosen)


def margin(tables: np.ndarray, timepoint: str) -> np.ndarray:
    """Count the levels before (`pre`) or after, shape (..., K), also of records that lack the other score."""
    return tables[..., :-1, :].sum(axis=-1) if timepoint == "pre" else tables[..., :, :-1].sum(axis=-2)


def change_margin(tables: np.ndarray) -> np.ndarray:
    """Count the changes of level from the largest fall to the largest rise, shape (..., 2 K - 1)."""
    negative, positive, zeros = difference_counts(tables[..., :-1, :-1])
    return np.concatenate([negative[..., ::-1], zeros[..., None], positive], axis=-1)


def readings_of(records: Records, claims: list[Claim]) -> list[Reading]:
    """Return the distinct claims that the records could make true or false.

    Parameters
    ----------
    records : Records
        The records; totals are taken from them.
    claims : list of Claim
        All claims of the study.

    Returns
    -------
    list of Reading
        In the order of their first places. Claims about timepoints that are not compared, about sample sizes and
        about other printed numbers are not among them.
    """
    places: dict[tuple, list[Claim]] = {}
    if not records.levels:
        return []
    for claim in claims:
        if claim.check == "recompute" and claim.quantity not in ("sample_size", "alpha"):
            places.setdefault(claim_key(claim, records.study), []).append(claim)
    readings = (_reading(same, records) for same in places.values())
    return [reading for reading in readings if reading is not None]


def claim_key(claim: Claim, study: Study) -> tuple:
    """Return what two claims share that print the same number for the same thing: "0.004" and "0,004"."""
    operator = "" if claim.operator in ("=", "~") else claim.operator
    printed: object = claim.printed
    if claim.quantity != "decision" and claim.check in ("recompute", "arithmetic"):
        number = parse_printed(claim.printed, study.decimal_mark)
        printed = (number.value, number.decimals)
    variable = claim.variable or study.outcome.id
    # the denominator belongs to an arithmetic check; a recomputed claim takes it from the data
    other = claim.n if claim.check != "recompute" else ""
    timepoint = "" if claim.test else claim.timepoint
    return (claim.check, claim.quantity, claim.test, claim.group, timepoint, variable, claim.level, operator,
            printed, other)  # fmt: skip


def _reading(same: list[Claim], records: Records) -> Reading | None:
    claim, study = same[0], records.study
    if claim.variable not in ("", study.outcome.id):
        return None
    try:
        stated = None if claim.quantity == "decision" else stated_set(claim, study)
    except Undefined:
        return None
    chosen = _what_it_sees(claim, study)
    if chosen is None:
        return None
    sees, groups = chosen
    ids = tuple(each.id for each in same)
    tables = records.tables[list(groups)]
    if claim.quantity in (*OF_A_CELL, *OF_A_CHANGE):
        seen = tables[:, :-1, :-1] if sees == "difference" else margin(tables, sees)
        total = int(seen.sum())
        if not total:
            return None
        percent = "percent" in claim.quantity
        exact = [Fraction(100 * n, total) if percent else Fraction(n) for n in range(total + 1)]
        counts = np.array([float(value) for value in exact])
        allowed = np.array([stated.contains(value) for value in exact])
        printable = printable_of(claim, study, 100 if percent else total)
        count = _count_of(claim, study)
        return Reading(claim, ids, sees, groups, count, stated, counts, allowed, printable)
    sizes = _sizes(claim, tables, study)
    if not sizes.all():
        return None
    declared = getattr(study.procedure, claim.test)
    calculate = _test_value(claim, declared)
    printable = printable_of(claim, study, _largest(claim, sizes))
    return Reading(claim, ids, sees, groups, calculate, stated, None, None, printable)


def _what_it_sees(claim: Claim, study: Study) -> tuple[str, tuple[int, ...]] | None:
    groups = tuple(range(len(study.groups))) if not claim.group else (study.group_ids.index(claim.group),)
    if claim.quantity in OF_A_CELL:
        names = {study.compared[0].id: "pre", study.compared[1].id: "post"}
        return (names[claim.timepoint], groups) if claim.timepoint in names else None
    if claim.quantity in OF_A_CHANGE or claim.test == "signed_rank":
        return ("difference", groups) if claim.group else None
    if claim.test == "rank_sum" and len(study.groups) >= 2 and study.procedure.rank_sum is not None:
        return "rank_sum", (0, 1)
    return None


def _count_of(claim: Claim, study: Study) -> Callable[..., np.ndarray]:
    if claim.quantity in OF_A_CELL:
        level = study.outcome.level_ids.index(claim.level)
        return lambda levels, _=None: levels[..., level, None]
    direction = claim.quantity.partition("_")[2]

    def changes(differences: Differences, _: object = None) -> np.ndarray:
        counts = {"up": differences.positive.sum(axis=-1), "down": differences.negative.sum(axis=-1),
                  "unchanged": differences.zeros}  # fmt: skip
        return counts[direction][..., None]

    return changes


def _test_value(claim: Claim, declared: Procedure) -> Callable[..., np.ndarray]:
    def values(feature: object, procedure: Procedure | None = None) -> np.ndarray:
        procedure = procedure or declared
        if claim.test == "signed_rank":
            result = signed_rank_counts(*feature, procedure)
            statistics = (result.w_plus, result.w_minus)
        else:
            result = rank_sum_counts(feature, procedure)
            statistics = (result.u1, result.u2)
            if claim.quantity == "w":
                statistics = (result.rank_sum1, result.rank_sum2)
        if claim.quantity in OF_P:
            return np.asarray(result.p_value)[..., None]
        if claim.quantity == "z":
            return np.abs(result.z)[..., None]
        return np.stack([np.asarray(each, dtype=float) for each in statistics], axis=-1)

    return values


def _sizes(claim: Claim, tables: np.ndarray, study: Study) -> np.ndarray:
    """Return how many participants of each group take part in a claim's test."""
    if claim.test == "rank_sum" and study.between == "post":
        return margin(tables, "post").sum(axis=-1)
    return tables[:, :-1, :-1].sum(axis=(1, 2))


def _largest(claim: Claim, sizes: np.ndarray) -> float:
    """Return the largest value that a test's number can have in this design."""
    n = int(sizes.sum())
    if claim.quantity == "z":
        # all of n pairs change alike; two groups that share no level, two levels
        return float(np.sqrt(n if claim.test == "signed_rank" else n - 1))
    if claim.quantity == "u":
        return float(np.prod(sizes))
    return n * (n + 1) / 2
