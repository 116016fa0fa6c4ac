"""Records and claims in count space: a study as tables of pre by post, a claim as a function of such tables.

A claim takes whole arrays of datasets: every array below may have leading axes, one element a dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from oxymilk.analysis.samples import Sample, participants, samples
from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, OF_A_TEST, OF_P, OTHER_TESTS, REASONS, TESTS, Claim
from oxymilk.audit.recompute import conventions_of, statistic_of
from oxymilk.explain.coincidence import Printable, printable_of
from oxymilk.stats import Procedure, TestResult, difference_counts, differences_of
from oxymilk.stats.datasets import Groups, Pairs
from oxymilk.stats.null import MOST_WORK
from oxymilk.stats.rank_sum import rank_sum_counts
from oxymilk.stats.signed_rank import signed_rank_counts
from oxymilk.study import Study

Record = tuple[int, int]
MOST_DECIMALS = 7  # of a printed number; of more, what could be printed in its place is too much to list


# ---- records -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Records:
    """What every participant's record is.

    * codes : For each group its participant codes with their record (pre, post), in the order of the observations.
    * levels : Number of levels, K; a missing score is K. None where the tests run on numbers.
    * samples : The data of the study's tests; then the groups compared before, after and on the change, where the
      study does not. Some may be empty.
    """

    study: Study
    codes: tuple[dict[str, Record], ...]
    levels: int
    samples: tuple[Sample, ...] = ()

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

    @cached_property
    def tests(self) -> dict[tuple[str, str], Sample]:
        """The data of the study's own tests, by test and group: the first of each."""
        return {sample[:2]: sample for sample in reversed(self.samples)}

    @cached_property
    def family(self) -> dict[tuple[str, str], float]:
        """The declared p-value of each test of the study that has data, by test and group."""
        procedure, family = self.study.procedure, {}
        for sample in self.samples:
            if sample is self.tests[sample[:2]] and sample.testable:
                way = differences_of(procedure.program, sample.test) or "decimal"
                family[sample[:2]] = sample.run(getattr(procedure, sample.test), way).p_value
        return family

    @property
    def pairs(self) -> np.ndarray:
        """Tables of the complete records, shape (G, K, K)."""
        return self.tables[:, :-1, :-1]


def records_of(study: Study, observations: pd.DataFrame) -> Records:
    """Count the records of a study at the two timepoints that are compared; observations are tidy, all cells text.

    The records are empty, with no level at all, where the tests run on numbers.
    """
    levels = study.outcome.level_ids if study.outcome.scale == "level" else ()
    place = {level: k for k, level in enumerate([*levels, ""])}
    pre, post = (timepoint.id for timepoint in study.compared)
    codes = tuple(
        {
            code: (place[scores.get(pre, "")], place[scores.get(post, "")])
            for code, scores in records.items()
            if levels and (pre in scores or post in scores)
        }
        for records in participants(study, observations).values()
    )
    found: dict[tuple, Sample] = {}
    # back in time, what comes after is what was before
    back = study.model_copy(update={"timepoints": study.timepoints[::-1]})
    for view, between in ((study, study.between), (study, "post"), (study, "change"), (back, "post")):
        for sample in samples(view, observations, "level" if levels else "score", between):
            found.setdefault(sample[:3], sample)
    return Records(study, codes, len(levels), tuple(found.values()))


def records_from_counts(study: Study, pairs: np.ndarray) -> Records:
    """Give made-up participant codes to counted records: tables of pre by post, shape (G, K, K).

    Codes are the group's place and a number, "1-01"; records go by pre level, then post level.
    """
    rows, levels = [], study.outcome.level_ids
    for g, table in enumerate(np.asarray(pairs, dtype=np.int64), start=1):
        records = one_by_one(table)
        width = max(2, len(str(len(records))))
        for number, record in enumerate(records, start=1):
            place = f"{g}-{number:0{width}d}", study.group_ids[g - 1]
            rows += [(*place, t.id, levels[k]) for t, k in zip(study.compared, record, strict=True)]
    columns = ["participant", "group", "timepoint", "score"]
    return records_of(study, pd.DataFrame(rows, columns=columns))


def one_by_one(table: np.ndarray) -> list[Record]:
    """Return the cells of a table, each as often as it counts: [[2, 0], [-1, 1]] is (0, 0), (0, 0), (1, 1)."""
    return [tuple(cell) for cell in np.argwhere(table > 0).tolist() for _ in range(table[tuple(cell)])]


# ---- what claims see of tables -----------------------------------------------------------------------------


def margin(tables: np.ndarray, moment: str) -> np.ndarray:
    """Count the levels `pre` or `post`, shape (..., K), also of records that lack the other score; or the `change`s.

    Tables have shape (..., K + 1, K + 1). Changes go from the largest fall to the largest rise, shape (..., 2 K - 1).
    Of two participants, one rises from 0 to 1 and one stays at 1: pre (1, 1), post (0, 2), changes (0, 1, 1).
    """
    if moment == "change":
        falls, rises, unchanged = difference_counts(tables[..., :-1, :-1])
        return np.concatenate([falls[..., ::-1], unchanged[..., None], rises], axis=-1)
    return tables[..., :-1, :].sum(axis=-1) if moment == "pre" else tables[..., :, :-1].sum(axis=-2)


def falls_and_rises(changes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Part counted changes as the signed-rank test takes them: falls and rises by size, (..., K - 1), unchanged."""
    middle = changes.shape[-1] // 2
    return changes[..., :middle][..., ::-1], changes[..., middle + 1 :], changes[..., middle]


def seen_of_numbers(sample: Sample) -> np.ndarray:
    """Count numbers as a claim sees them: changes from the largest fall to the largest rise, or values of two groups.

    Rises of 3, 3 and 0.5 and a fall of 1.5 are (0, 1, 0, 0, 1, 0, 2): sizes 0.5, 1.5 and 3, either way.
    """
    if sample.test == "rank_sum":
        return Groups.of_values(sample.first, sample.second).tables[0]
    pairs = Pairs.of_values(sample.first, sample.second)
    return np.concatenate([pairs.negative[0, ::-1], pairs.zeros, pairs.positive[0]])


@dataclass(frozen=True, eq=False)
class ClaimOnCounts:
    """A distinct claim about the data of a study, in however many places it is printed.

    * claim : Where it is printed first.
    * moment, {"pre", "post", "change"} : What it sees of the records, as `margin` takes it.
    * groups : Places of the groups that it rests on.
    * test, {"signed_rank", "rank_sum", ""} : The test that it is about; "" for a count or a percentage.
    * printable : The strings that could be printed here.
    * counts : For counts and percentages: the value of each possible count.
    * numbers : Where tests run on numbers, the data: no other dataset is made of them.
    """

    study: Study
    claim: Claim
    moment: str
    groups: tuple[int, ...]
    test: str
    printable: Printable
    counts: np.ndarray | None = None
    numbers: Sample | None = None

    @property
    def id(self) -> str:
        """The id of its first place."""
        return self.claim.id

    @property
    def place(self) -> tuple[str, str]:
        """Its test, and the group of a test within one."""
        return self.test, self.claim.group if self.test == "signed_rank" else ""

    @property
    def declared(self) -> Procedure:
        """The declared procedure of its test."""
        return getattr(self.study.procedure, self.test)

    def feature(self, tables: np.ndarray) -> np.ndarray:
        """Return what the claim sees of datasets, shape (..., G, K + 1, K + 1).

        The margin of its groups taken together, shape (..., L); of the two groups that a test compares, each its own,
        shape (..., 2, L). Numbers are counted by their order: changes by size, values of two groups.
        """
        if self.numbers:
            return seen_of_numbers(self.numbers)
        seen = margin(tables[..., list(self.groups), :, :], self.moment)
        return seen if self.test == "rank_sum" else seen.sum(axis=-2)

    def result(self, feature: np.ndarray, procedure: Procedure | None = None) -> TestResult:
        """Run the claim's test, its numbers of shape (...); by the declared procedure if none is given.

        TooLargeError where another exact procedure takes more than `oxymilk.stats.null.MOST_WORK`.
        """
        procedure = procedure or self.declared
        most_work = np.inf if procedure == self.declared else MOST_WORK
        if self.test == "signed_rank":
            return signed_rank_counts(*falls_and_rises(feature), procedure, most_work)
        return rank_sum_counts(feature, procedure, most_work)

    def values(self, feature: np.ndarray, procedure: Procedure | None = None) -> np.ndarray:
        """Return the numbers that could be printed, shape (..., C): U1 or U2; declared procedure if none is given."""
        if self.counts is not None:
            return self.counts[self._count(feature)][..., None]
        result, names = vars(self.result(feature, procedure)), conventions_of(self.claim.quantity, self.test)
        result["unranked"] = result.get("n_zero", 0) * (result["procedure"].zero_method == "drop")
        values = np.stack([np.asarray(statistic_of(result, name), dtype=float) for name in names], axis=-1)
        # a Z that is a rational number may lie on a boundary of rounding: 2, not 1.9999999999999998
        return np.round(np.abs(values), 12) if self.claim.quantity == "z" else values

    def _count(self, feature: np.ndarray) -> np.ndarray:
        """Return how many participants are counted, shape (...)."""
        if self.claim.quantity in OF_A_CELL:
            return feature[..., self.study.outcome.level_ids.index(self.claim.level)]
        falls, rises, unchanged = falls_and_rises(feature)
        direction = self.claim.quantity.partition("_")[2]
        return unchanged if direction == "unchanged" else (rises if direction == "up" else falls).sum(axis=-1)

    def holds(self, feature: np.ndarray, procedure: Procedure | None = None) -> np.ndarray:
        """Return whether the claim is true, shape (...)."""
        if self.counts is not None:
            return self.true_of(self.counts[:, None])[self._count(feature)]
        return self.true_of(self.values(feature, procedure))

    def first_true(self, values: np.ndarray) -> float | None:
        """Return the first of some numbers that makes the claim true: of U1 and U2 the one that is printed."""
        return next((v for v in np.ravel(values).tolist() if self.true_of(np.array([v]))), None)

    def true_of(self, values: np.ndarray) -> np.ndarray:
        """Return whether any of the numbers makes the claim true, shape (...); nan makes none true.

        A number is printed as `printable` prints it, and held against a threshold as it is.
        """
        values = np.asarray(values, dtype=float)
        if not self.printable.operator:
            return (self.printable.units(values) == self.printable.claimed).any(axis=-1)
        low, high, closed_low, closed_high = self.claim.stated
        low, high = -np.inf if low is None else float(low), np.inf if high is None else float(high)
        above = values >= low if closed_low else values > low
        below = values <= high if closed_high else values < high
        return (above & below).any(axis=-1)


def claims_on_counts(records: Records, claims: list[Claim]) -> list[ClaimOnCounts]:
    """Return the distinct claims that the records could make true or false, in the order of their first places.

    A claim is about a count or a percentage of a level, before or after; about who rose, fell or stayed; or about a
    test of one group or between the first two; of numbers, about who rose, fell or stayed, or about a test. Totals are
    taken from the records. Claims about timepoints that are not compared, about sample sizes and about other printed
    numbers are not among them.
    """
    study, readings = records.study, []
    moments = dict(zip((timepoint.id for timepoint in study.compared), ("pre", "post"), strict=True))
    for claim, *_ in distinct_claims(claims, study):
        quantity, test = claim.quantity, claim.test if claim.quantity in OF_A_TEST else ""
        groups = (study.group_ids.index(claim.group),) if claim.group else tuple(range(len(study.groups)))
        of_outcome = claim.check == "recompute" and claim.variable in ("", study.outcome.id)
        moment, sample = "", None
        if quantity in OF_A_CELL and records.levels:
            moment = moments.get(claim.timepoint, "")
        elif quantity in OF_A_CHANGE or test == "signed_rank":
            moment = "change" if claim.group else ""
        elif test and len(study.groups) >= 2 and study.procedure.rank_sum is not None:
            moment, groups = study.between, (0, 1)
        if (
            not (moment and of_outcome)
            or claim.test in OTHER_TESTS
            or claim.is_judged
            or is_unsearched(claim, study)
        ):
            continue
        if not records.levels:
            sample = records.tests[("rank_sum", "") if test == "rank_sum" else ("signed_rank", claim.group)]
            if not sample.testable:
                continue
        seen = seen_of_numbers(sample) if sample else margin(records.tables[list(groups)], moment)
        sizes = seen.sum(axis=-1)
        n = int(sizes.sum())
        if not (sizes.all() and conventions_of(quantity, test) if test else n):
            continue
        # Z is largest where all pairs change alike, or where two groups share no level of two
        of_z = np.sqrt(n if test == "signed_rank" else n - 1)
        of_test = {"z": of_z, "u": np.prod(sizes), "mean_rank": n}.get(quantity, n * (n + 1) / 2)
        largest = of_test if test else 100 if "percent" in quantity else n
        counts = None if test else largest * np.arange(n + 1) / n
        printable = printable_of(claim, study, float(largest))
        readings.append(ClaimOnCounts(study, claim, moment, groups, test, printable, counts, sample))
    return readings


def is_unsearched(claim: Claim, study: Study) -> bool:
    """Say whether a number has too many decimals to list what could be printed, or is a p of other tails than ours."""
    too_fine = claim.number is not None and claim.number.decimals > MOST_DECIMALS
    declared = getattr(study.procedure, claim.test) if claim.quantity in OF_P and claim.test else None
    return too_fine or bool(declared and claim.of_other_tails(declared.alternative))


def distinct_claims(claims: list[Claim], study: Study) -> list[list[Claim]]:
    """Return the claims that are checked, those together that are one number in several places."""
    places: dict[tuple, list[Claim]] = {}
    for claim in claims:
        if claim.check not in REASONS:
            places.setdefault(claim_key(claim, study), []).append(claim)
    return list(places.values())


def claim_key(claim: Claim, study: Study) -> tuple:
    """Return what two claims share that print the same number for the same thing: "0.004" and "0,004"."""
    number = (claim.number.value, claim.number.decimals) if claim.number else claim.printed
    operator = "" if claim.operator in ("=", "~") else claim.operator
    # the denominator belongs to an arithmetic check; a recomputed claim takes it from the data
    other = claim.n if claim.check != "recompute" else ""
    return (claim.check, claim.quantity, *claim_place(claim, study), operator, number, other, claim.evidence)


def claim_place(claim: Claim, study: Study) -> tuple[str, ...]:
    """Return what two claims share that are about the same thing: test, group, timepoint, variable and level."""
    timepoint = "" if claim.test in TESTS else claim.timepoint
    return (claim.test, claim.group, timepoint, claim.variable or study.outcome.id, claim.level)
