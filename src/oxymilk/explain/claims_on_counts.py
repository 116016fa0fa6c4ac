"""Records and claims in count space: a study as tables of pre by post, a claim as a function of such tables.

A claim takes whole arrays of datasets: every array below may have leading axes, one element a dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from oxymilk.analysis.samples import participants
from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, OF_A_TEST, Claim
from oxymilk.explain.coincidence import Printable, printable_of
from oxymilk.stats import Procedure, difference_counts, rank_sum_counts, signed_rank_counts
from oxymilk.study import Study

OF_P = ("p_value", "threshold", "decision")
Record = tuple[int, int]


# ---- records -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """What every participant's record is.

    * study : The study.
    * codes : For each group its participant codes with their record (pre, post), in the order of the observations.
    * levels : Number of levels, K; a missing score is K.
    """

    study: Study
    codes: tuple[dict[str, Record], ...]
    levels: int

    @cached_property
    def tables(self) -> np.ndarray:
        """Participants of each group with each pre level (rows) and post level (columns), shape (G, K + 1, K + 1).

        Of three participants one rises from 0 to 1, one stays at 1, one at 0 is not seen after:
        [[0, 1, 1], [0, 1, 0], [0, 0, 0]].
        """
        tables = np.zeros((len(self.codes), self.levels + 1, self.levels + 1), dtype=np.int64)
        for g, records in enumerate(self.codes):
            np.add.at(tables[g], tuple(np.array([*records.values()], dtype=int).reshape(-1, 2).T), 1)
        return tables

    @property
    def pairs(self) -> np.ndarray:
        """Tables of the complete records, shape (G, K, K)."""
        return self.tables[:, :-1, :-1]


def records_of(study: Study, observations: pd.DataFrame) -> Records:
    """Count the records of a study at the two timepoints that are compared; observations are tidy, all cells text.

    The records are empty, with no level at all, where the tests run on numbers.
    """
    if study.outcome.scale != "level" or not study.outcome.levels:
        return Records(study, tuple({} for _ in study.groups), 0)
    missing = len(study.outcome.levels)
    place = {level: k for k, level in enumerate(study.outcome.level_ids)} | {"": missing}
    pre, post = (timepoint.id for timepoint in study.compared)
    codes = tuple(
        {
            code: (place[scores.get(pre, "")], place[scores.get(post, "")])
            for code, scores in records.items()
            if pre in scores or post in scores
        }
        for records in participants(study, observations).values()
    )
    return Records(study, codes, missing)


def records_from_counts(study: Study, pairs: np.ndarray) -> Records:
    """Give made-up participant codes to counted records: tables of pre by post, shape (G, K, K).

    Codes are the group's place and a number, "1-01"; records go by pre level, then post level.
    """
    codes = []
    for g, table in enumerate(np.asarray(pairs, dtype=np.int64), start=1):
        records = one_by_one(table)
        width = max(2, len(str(len(records))))
        codes.append({f"{g}-{number:0{width}d}": record for number, record in enumerate(records, start=1)})
    return Records(study, tuple(codes), len(study.outcome.levels))


def one_by_one(table: np.ndarray) -> list[Record]:
    """Return the cells of a table, each as often as it counts: [[2, 0], [-1, 1]] is (0, 0), (0, 0), (1, 1)."""
    return [tuple(cell) for cell in np.argwhere(table > 0).tolist() for _ in range(table[tuple(cell)])]


# ---- what claims see of tables -----------------------------------------------------------------------------


class Differences(NamedTuple):
    """Changes of one group's pairs: counts by size, shape (..., K - 1), and of no change, shape (...)."""

    negative: np.ndarray
    positive: np.ndarray
    zeros: np.ndarray


def margin(tables: np.ndarray, timepoint: str) -> np.ndarray:
    """Count the levels before (`pre`) or after, shape (..., K), also of records that lack the other score."""
    return tables[..., :-1, :].sum(axis=-1) if timepoint == "pre" else tables[..., :, :-1].sum(axis=-2)


def change_margin(tables: np.ndarray) -> np.ndarray:
    """Count the changes of level from the largest fall to the largest rise, shape (..., 2 K - 1)."""
    negative, positive, zeros = difference_counts(tables[..., :-1, :-1])
    return np.concatenate([negative[..., ::-1], zeros[..., None], positive], axis=-1)


def compared_margin(tables: np.ndarray, study: Study) -> np.ndarray:
    """Return what the test between the groups sees of tables, shape (..., L): counts after, or of changes."""
    return margin(tables, "post") if study.between == "post" else change_margin(tables)


@dataclass(frozen=True, eq=False)
class ClaimOnCounts:
    """A distinct claim about the data of a study, in however many places it is printed.

    * study : The study.
    * claim : Where it is printed first.
    * ids : All places where it is printed.
    * sees, {"pre", "post", "difference", "rank_sum"} : The feature of a dataset that it rests on.
    * groups : Places of the groups that it rests on.
    * printable : The strings that could be printed here.
    * counts : For counts and percentages: the value of each possible count.
    * allowed : For those: whether each possible count makes the claim true.
    """

    study: Study
    claim: Claim
    ids: tuple[str, ...]
    sees: str
    groups: tuple[int, ...]
    printable: Printable
    counts: np.ndarray | None = None
    allowed: np.ndarray | None = None

    @property
    def id(self) -> str:
        """The id of its first place."""
        return self.ids[0]

    def feature(self, tables: np.ndarray) -> np.ndarray | Differences:
        """Return what the claim sees of datasets.

        Parameters
        ----------
        tables : array of int, shape (..., G, K + 1, K + 1)
            Tables as in `Records`.

        Returns
        -------
        ndarray or Differences
            pre, post: counts of the levels, shape (..., K). rank_sum: tables of the two groups, shape (..., 2, L).
        """
        chosen = tables[..., list(self.groups), :, :]
        if self.sees in ("pre", "post"):
            return margin(chosen, self.sees).sum(axis=-2)
        if self.sees == "difference":
            return Differences(*difference_counts(chosen[..., 0, :-1, :-1]))
        return compared_margin(chosen, self.study)

    def values(self, feature: object, procedure: Procedure | None = None) -> np.ndarray:
        """Return the numbers that could be printed, shape (..., C): U1 or U2; declared procedure if none is given."""
        claim = self.claim
        if self.counts is not None:
            return self.counts[self._count(feature)][..., None]
        procedure = procedure or getattr(self.study.procedure, claim.test)
        if claim.test == "signed_rank":
            result, names = signed_rank_counts(*feature, procedure), ("w_plus", "w_minus")
        else:
            result = rank_sum_counts(feature, procedure)
            names = ("rank_sum1", "rank_sum2") if claim.quantity == "w" else ("u1", "u2")
        if claim.quantity in OF_P:
            return np.asarray(result.p_value)[..., None]
        if claim.quantity == "z":
            return np.abs(result.z)[..., None]
        return np.stack([np.asarray(getattr(result, name), dtype=float) for name in names], axis=-1)

    def _count(self, feature: object) -> np.ndarray:
        """Return how many participants are counted, shape (...)."""
        if self.claim.quantity in OF_A_CELL:
            return feature[..., self.study.outcome.level_ids.index(self.claim.level)]
        direction = self.claim.quantity.partition("_")[2]
        if direction == "unchanged":
            return feature.zeros
        return (feature.positive if direction == "up" else feature.negative).sum(axis=-1)

    def holds(self, feature: object, procedure: Procedure | None = None) -> np.ndarray:
        """Return whether the claim is true, shape (...)."""
        if self.allowed is not None:
            return self.allowed[self._count(feature)]
        return self.true_of(self.values(feature, procedure))

    def true_of(self, values: np.ndarray) -> np.ndarray:
        """Return whether any of the numbers makes the claim true, shape (...); nan makes none true.

        A number is printed as `printable` prints it, and held against a threshold as it is.
        """
        values = np.asarray(values, dtype=float)
        if not self.printable.operator:
            return (self.printable.units(values) == self.printable.claimed).any(axis=-1)
        low, high, closed_low, closed_high = self.claim.stated
        inside = ~np.isnan(values)
        if low is not None:
            inside &= values >= float(low) if closed_low else values > float(low)
        if high is not None:
            inside &= values <= float(high) if closed_high else values < float(high)
        return inside.any(axis=-1)


def claims_on_counts(records: Records, claims: list[Claim]) -> list[ClaimOnCounts]:
    """Return the distinct claims that the records could make true or false, in the order of their first places.

    Totals are taken from the records. Claims about timepoints that are not compared, about sample sizes and about
    other printed numbers are not among them.
    """
    study, readings = records.study, []
    pre, post = study.compared
    for places in distinct_claims(claims, study) if records.levels else ():
        claim = places[0]
        quantity = claim.quantity
        groups = (study.group_ids.index(claim.group),) if claim.group else tuple(range(len(study.groups)))
        sees = ""
        if claim.check != "recompute" or claim.variable not in ("", study.outcome.id):
            continue
        if quantity in OF_A_CELL:
            sees = {pre.id: "pre", post.id: "post"}.get(claim.timepoint, "")
        elif quantity in OF_A_CHANGE or (quantity in OF_A_TEST and claim.test == "signed_rank"):
            sees = "difference" if claim.group else ""
        elif quantity in OF_A_TEST and len(study.groups) >= 2 and study.procedure.rank_sum is not None:
            sees, groups = "rank_sum", (0, 1)
        if not sees:
            continue
        tables = records.tables[list(groups)]
        moment = "post" if sees == "rank_sum" and study.between == "post" else sees
        seen = margin(tables, moment) if moment in ("pre", "post") else tables[:, :-1, :-1]
        sizes = seen.reshape(len(groups), -1).sum(axis=1)
        n = int(sizes.sum())
        if not (sizes.all() if quantity in OF_A_TEST else n):
            continue
        ids = tuple(place.id for place in places)
        if quantity in OF_A_TEST:
            # Z: all pairs change alike; two groups that share no level, two levels
            largest = {"z": np.sqrt(n if sees == "difference" else n - 1), "u": np.prod(sizes)}
            printable = printable_of(claim, study, float(largest.get(quantity, n * (n + 1) / 2)))
            readings.append(ClaimOnCounts(study, claim, ids, sees, groups, printable))
            continue
        percent = "percent" in quantity
        values = [Fraction(100 * count, n) if percent else Fraction(count) for count in range(n + 1)]
        printable = printable_of(claim, study, 100 if percent else n)
        counts = np.array([float(value) for value in values])
        allowed = np.array([claim.stated.contains(value) for value in values])
        readings.append(ClaimOnCounts(study, claim, ids, sees, groups, printable, counts, allowed))
    return readings


def distinct_claims(claims: list[Claim], study: Study) -> list[list[Claim]]:
    """Return the claims that are checked, those together that are one number in several places."""
    places: dict[tuple, list[Claim]] = {}
    for claim in claims:
        if claim.check in ("recompute", "arithmetic"):
            places.setdefault(claim_key(claim, study), []).append(claim)
    return list(places.values())


def claim_key(claim: Claim, study: Study) -> tuple:
    """Return what two claims share that print the same number for the same thing: "0.004" and "0,004"."""
    number = (claim.number.value, claim.number.decimals) if claim.number else claim.printed
    operator = "" if claim.operator in ("=", "~") else claim.operator
    # the denominator belongs to an arithmetic check; a recomputed claim takes it from the data
    other = claim.n if claim.check != "recompute" else ""
    return (claim.check, claim.quantity, *claim_place(claim, study), operator, number, other)


def claim_place(claim: Claim, study: Study) -> tuple[str, ...]:
    """Return what two claims share that are about the same thing: test, group, timepoint, variable and level."""
    timepoint = "" if claim.test else claim.timepoint
    return (claim.test, claim.group, timepoint, claim.variable or study.outcome.id, claim.level)
