"""Records and claims in count space: a study as tables of pre by post, a claim as a function of such tables.

A claim takes whole arrays of datasets: every array below may have leading axes, one element a dataset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim
from oxymilk.explain.coincidence import Printable, printable_of
from oxymilk.stats import Procedure, difference_counts, rank_sum_counts, signed_rank_counts

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

OF_P = ("p_value", "threshold", "decision")
Record = tuple[int, int]


# ---- records -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """What every participant's record is.

    Attributes
    ----------
    study : Study
        The study.
    tables : ndarray of int, shape (G, K + 1, K + 1)
        Participants of each group with each pre level (rows) and post level (columns); the last row and column
        are the missing scores. Three participants at levels 0 and 1, of whom one rises from 0 to 1, one stays at 1
        and one at 0 is not seen after: [[0, 1, 1], [0, 1, 0], [0, 0, 0]].
    codes : tuple of dict
        For each group its participant codes with their record (pre, post), in the order of the observations.
    """

    study: Study
    tables: np.ndarray
    codes: tuple[dict[str, Record], ...]

    @classmethod
    def of(cls, study: Study, codes: tuple[dict[str, Record], ...], levels: int) -> Records:
        """Count coded records."""
        tables = np.zeros((len(codes), levels + 1, levels + 1), dtype=np.int64)
        for g, records in enumerate(codes):
            for pre, post in records.values():
                tables[g, pre, post] += 1
        return cls(study, tables, codes)

    @property
    def levels(self) -> int:
        """Number of levels, K."""
        return self.tables.shape[-1] - 1

    @property
    def pairs(self) -> np.ndarray:
        """Tables of the complete records, shape (G, K, K)."""
        return self.tables[:, :-1, :-1]


def records_of(study: Study, observations: pd.DataFrame) -> Records:
    """Count the records of a study at the two timepoints that are compared.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    Records
        Empty, with no level at all, where the tests run on numbers.
    """
    if study.outcome.scale != "level" or not study.outcome.levels:
        return Records.of(study, tuple({} for _ in study.groups), 0)
    missing = len(study.outcome.levels)
    place = {level: k for k, level in enumerate(study.outcome.level_ids)} | {"": missing}
    pre, post = (timepoint.id for timepoint in study.compared)
    codes: dict[str, dict[str, Record]] = {group: {} for group in study.group_ids}
    columns = ["participant", "group", "timepoint", "score"]
    for code, group, timepoint, score in observations[columns].itertuples(index=False):
        if timepoint in (pre, post):
            before, after = codes[group].get(code, (missing, missing))
            codes[group][code] = (place[score], after) if timepoint == pre else (before, place[score])
    return Records.of(study, tuple(codes.values()), missing)


def records_from_counts(study: Study, pairs: np.ndarray) -> Records:
    """Give made-up participant codes to counted records.

    Parameters
    ----------
    study : Study
        The study.
    pairs : array of int, shape (G, K, K)
        Participants of each group with each pre and post level.

    Returns
    -------
    Records
        Codes are the group's place and a number, "1-01"; records go by pre level, then post level.
    """
    codes = []
    for g, table in enumerate(np.asarray(pairs, dtype=np.int64), start=1):
        records = one_by_one(table)
        width = max(2, len(str(len(records))))
        codes.append({f"{g}-{number:0{width}d}": record for number, record in enumerate(records, start=1)})
    return Records.of(study, tuple(codes), len(study.outcome.levels))


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


@dataclass(frozen=True)
class ClaimOnCounts:
    """A distinct claim about the data of a study, in however many places it is printed.

    Attributes
    ----------
    study : Study
        The study.
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
    printable : Printable
        The strings that could be printed here.
    counts : ndarray of float or None
        For counts and percentages: the value of each possible count; the values of `calculate` are counts.
    allowed : ndarray of bool or None
        For those: whether each possible count makes the claim true.
    """

    study: Study
    claim: Claim
    ids: tuple[str, ...]
    sees: str
    groups: tuple[int, ...]
    calculate: Callable[..., np.ndarray]
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
        low, high, closed_low, closed_high = self.claim.stated
        inside = ~np.isnan(values)
        if low is not None:
            inside &= values >= float(low) if closed_low else values > float(low)
        if high is not None:
            inside &= values <= float(high) if closed_high else values < float(high)
        return inside.any(axis=-1)


def claims_on_counts(records: Records, claims: list[Claim]) -> list[ClaimOnCounts]:
    """Return the distinct claims that the records could make true or false.

    Parameters
    ----------
    records : Records
        The records; totals are taken from them.
    claims : list of Claim
        All claims of the study.

    Returns
    -------
    list of ClaimOnCounts
        In the order of their first places. Claims about timepoints that are not compared, about sample sizes and
        about other printed numbers are not among them.
    """
    places: dict[tuple, list[Claim]] = {}
    for claim in claims if records.levels else []:
        if claim.check == "recompute" and claim.quantity not in ("sample_size", "alpha"):
            places.setdefault(claim_key(claim, records.study), []).append(claim)
    found = (_on_counts(same, records) for same in places.values())
    return [claim for claim in found if claim is not None]


def claim_key(claim: Claim, study: Study) -> tuple:
    """Return what two claims share that print the same number for the same thing: "0.004" and "0,004"."""
    printed: object = claim.printed
    if claim.number and claim.check in ("recompute", "arithmetic"):
        printed = (claim.number.value, claim.number.decimals)
    operator = "" if claim.operator in ("=", "~") else claim.operator
    # the denominator belongs to an arithmetic check; a recomputed claim takes it from the data
    other = claim.n if claim.check != "recompute" else ""
    return (claim.check, claim.quantity, *claim_place(claim, study), operator, printed, other)


def claim_place(claim: Claim, study: Study) -> tuple[str, ...]:
    """Return what two claims share that are about the same thing: test, group, timepoint, variable and level."""
    timepoint = "" if claim.test else claim.timepoint
    return (claim.test, claim.group, timepoint, claim.variable or study.outcome.id, claim.level)


def _on_counts(places: list[Claim], records: Records) -> ClaimOnCounts | None:
    claim, study = places[0], records.study
    sees, groups = _what_it_sees(claim, study)
    if not sees:
        return None
    ids = tuple(place.id for place in places)
    tables = records.tables[list(groups)]
    complete = tables[:, :-1, :-1]
    if claim.quantity in (*OF_A_CELL, *OF_A_CHANGE):
        total = int((complete if sees == "difference" else margin(tables, sees)).sum())
        if not total:
            return None
        percent = "percent" in claim.quantity
        values = [Fraction(100 * n, total) if percent else Fraction(n) for n in range(total + 1)]
        return ClaimOnCounts(
            study, claim, ids, sees, groups, _count_of(claim, study),
            printable=printable_of(claim, study, 100 if percent else total),
            counts=np.array([float(value) for value in values]),
            allowed=np.array([claim.stated.contains(value) for value in values]),
        )  # fmt: skip
    after = claim.test == "rank_sum" and study.between == "post"
    sizes = margin(tables, "post").sum(axis=-1) if after else complete.sum(axis=(1, 2))
    if not sizes.all():
        return None
    n = int(sizes.sum())
    # the largest value in this design; Z: all pairs change alike; two groups that share no level, two levels
    largest = {"z": np.sqrt(n if claim.test == "signed_rank" else n - 1), "u": np.prod(sizes)}
    printable = printable_of(claim, study, float(largest.get(claim.quantity, n * (n + 1) / 2)))
    return ClaimOnCounts(study, claim, ids, sees, groups, _test_value(claim, study), printable)


def _what_it_sees(claim: Claim, study: Study) -> tuple[str, tuple[int, ...]]:
    """Return the feature and the groups that a claim rests on; no feature where no table of counts has it."""
    groups = (study.group_ids.index(claim.group),) if claim.group else tuple(range(len(study.groups)))
    if claim.variable not in ("", study.outcome.id):
        return "", groups
    if claim.quantity in OF_A_CELL:
        pre, post = (timepoint.id for timepoint in study.compared)
        return {pre: "pre", post: "post"}.get(claim.timepoint, ""), groups
    if claim.quantity in OF_A_CHANGE or claim.test == "signed_rank":
        return "difference" if claim.group else "", groups
    compared = claim.test == "rank_sum" and len(study.groups) >= 2 and study.procedure.rank_sum is not None
    return "rank_sum" if compared else "", (0, 1)


def _count_of(claim: Claim, study: Study) -> Callable[..., np.ndarray]:
    if claim.quantity in OF_A_CELL:
        level = study.outcome.level_ids.index(claim.level)
        return lambda levels, _=None: levels[..., level, None]
    counted = {
        "up": lambda differences: differences.positive.sum(axis=-1),
        "down": lambda differences: differences.negative.sum(axis=-1),
        "unchanged": lambda differences: differences.zeros,
    }[claim.quantity.partition("_")[2]]
    return lambda differences, _=None: counted(differences)[..., None]


def _test_value(claim: Claim, study: Study) -> Callable[..., np.ndarray]:
    declared = getattr(study.procedure, claim.test)

    def values(feature: object, procedure: Procedure | None = None) -> np.ndarray:
        if claim.test == "signed_rank":
            result, names = signed_rank_counts(*feature, procedure or declared), ("w_plus", "w_minus")
        else:
            result = rank_sum_counts(feature, procedure or declared)
            names = ("rank_sum1", "rank_sum2") if claim.quantity == "w" else ("u1", "u2")
        if claim.quantity in OF_P:
            return np.asarray(result.p_value)[..., None]
        if claim.quantity == "z":
            return np.abs(result.z)[..., None]
        return np.stack([np.asarray(getattr(result, name), dtype=float) for name in names], axis=-1)

    return values
