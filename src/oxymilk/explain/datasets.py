"""Over all datasets of the design: how many satisfy which printed numbers, and which numbers contradict each other.

Group by group first, then joined on what the test between the groups sees; the product of the two lists of datasets
is never formed. All counts are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE
from oxymilk.explain.counting import BUDGET, GroupCount, NotSearched, count_group
from oxymilk.explain.readings import Reading

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.explain.records import Records

BUDGET_EXACT = 20_000  # tables of an exact distribution between groups
MOST_SETS = 100
MOST_COUNTS = 2_000  # counts made in search of contradictions, and the work for them in budgets
MOST_WORK = 4
MOST_HITTING = 5_000
DATASET_COLUMNS = ("set", "group", "claims", "datasets", "all_datasets", "share", "searched", "reason")
CONTRADICTION_COLUMNS = ("set", "size", "claims", "equivalent", "complete")
_CHUNK = 200_000


@dataclass
class Designs:
    """All datasets of a design, ready to be counted.

    Attributes
    ----------
    records : Records
        The study, its group sizes, and the incomplete records, which stay as they are.
    readings : list of Reading
        Claims that can be counted.
    left_out : dict of str to str
        Claims that cannot, with the reason.
    groups : list of GroupCount
        The groups.
    """

    records: Records
    readings: list[Reading]
    left_out: dict[str, str]
    groups: list[GroupCount]
    budget: int = BUDGET
    _joint: dict[str, np.ndarray] = field(default_factory=dict)
    _joined: int = 0

    @property
    def total(self) -> int:
        """Number of all datasets."""
        return prod(group.total for group in self.groups)

    def count(self, readings: Iterable[Reading]) -> int:
        """Count the datasets that make all of some claims true.

        Raises
        ------
        NotSearched
            If the count would go beyond the budget.
        """
        readings = list(readings)
        if unknown := [each.id for each in readings if each.id in self.left_out]:
            raise NotSearched(self.left_out[unknown[0]])
        weights = [self.weights(g, readings) for g in range(len(self.groups))]
        joint = [each for each in readings if len(each.groups) > 1]
        if not joint or not all(each.any() for each in weights):
            return prod(_sum(each) for each in weights)
        seen = [np.flatnonzero(each) for each in weights[:2]]
        true = np.ones((len(seen[0]), len(seen[1])), dtype=bool)
        self._joined += true.size
        for each in joint:
            true &= self._between(each, *seen)
        second = true.astype(float) @ weights[1][seen[1]]
        pairs = sum(
            int(a) * int(b) for a, b in zip(weights[0][seen[0]].tolist(), second.tolist(), strict=True)
        )
        return pairs * prod(_sum(each) for each in weights[2:])

    @property
    def work(self) -> int:
        """Combinations formed so far; a pair of margins that is only looked up costs a tenth of one."""
        return sum(group.work() for group in self.groups) + self._joined // 10

    def weights(self, g: int, readings: Iterable[Reading]) -> np.ndarray:
        """Return how many datasets of a group make its own claims true, by what the other group's test sees."""
        return self.groups[g].weights([each for each in readings if each.groups == (g,)])

    def _between(self, reading: Reading, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return whether pairs of margins make a claim about both groups true, shape (first, second)."""
        a, b = self.groups[0].margins, self.groups[1].margins
        exact = reading.sees == "rank_sum" and self.records.study.procedure.rank_sum.method != "asymptotic"
        budget = BUDGET_EXACT if exact else self.budget
        if reading.id not in self._joint and len(a) * len(b) <= budget:
            self._joint[reading.id] = self._evaluate(reading, a, b)
        if reading.id in self._joint:
            return self._joint[reading.id][np.ix_(first, second)]
        if len(first) * len(second) > budget:
            raise NotSearched(f"{len(first) * len(second)} pairs of margins between the groups")
        return self._evaluate(reading, a[first], b[second])

    @staticmethod
    def _evaluate(reading: Reading, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        rows = max(1, _CHUNK // len(b))
        parts = []
        for start in range(0, len(a), rows):
            chunk = a[start : start + rows]
            shape = (len(chunk), len(b), a.shape[1])
            pair = np.stack(
                [np.broadcast_to(chunk[:, None], shape), np.broadcast_to(b[None], shape)], axis=-2
            )
            parts.append(reading.holds(pair if reading.sees == "rank_sum" else pair.sum(axis=-2)))
        return np.concatenate(parts)

    def truth(self, reading: Reading) -> bytes:
        """Return bytes that two claims share when the same datasets make them true."""
        if len(reading.groups) == 1:
            g = reading.groups[0]
            return bytes([g]) + self.groups[g].truth(reading)
        try:
            every = [np.arange(len(group.margins)) for group in self.groups[:2]]
            return b"joint" + self._between(reading, *every).tobytes()
        except NotSearched:
            return reading.id.encode()


def designs_of(records: Records, readings: list[Reading], budget: int = BUDGET, **options: int) -> Designs:
    """Prepare the count over all datasets with the groups' sizes.

    Parameters
    ----------
    records : Records
        The records; only their numbers count, and who lacks a score.
    readings : list of Reading
        The claims.
    budget : int
        Most combinations that are formed at a time.
    **options
        Passed on to `count_group`.

    Returns
    -------
    Designs

    Raises
    ------
    NotSearched
        If a group's design is too large for the budget.
    """
    left_out = {}
    for each in readings:
        both = len(each.groups) > 1
        if both and each.sees != "rank_sum" and (each.sees == "pre" or records.study.between == "change"):
            left_out[each.id] = "a count of the whole sample that the test between the groups does not see"
    counted = [each for each in readings if each.id not in left_out]
    groups = [
        count_group(records, g, [each for each in counted if each.groups == (g,)], budget=budget, **options)
        for g in range(len(records.tables))
    ]
    return Designs(records, counted, left_out, groups, budget)


def is_count(reading: Reading) -> bool:
    """Whether a claim states a count or a percentage."""
    return reading.claim.quantity in (*OF_A_CELL, *OF_A_CHANGE)


def dataset_table(designs: Designs) -> pd.DataFrame:
    """Count the datasets that satisfy the printed numbers.

    Parameters
    ----------
    designs : Designs
        The design.

    Returns
    -------
    DataFrame
        Columns `DATASET_COLUMNS`. First each group on its own, then all groups. `set` is all, p_values, counts, both,
        every_claim (where there are such claims), p_value (one of them) or p_value_pair. `datasets` is empty where
        it was not searched; `reason` then says why. Else `reason` names claims that had to be left out.
    """
    import pandas as pd

    study = designs.records.study
    rows = []
    for g, group in enumerate(study.groups):
        mine = [each for each in designs.readings if each.groups == (g,)]
        for name, wanted in _sets(mine):
            rows.append(_row(designs, name, group.id, wanted, g))
    for name, wanted in _sets(designs.readings):
        rows.append(_row(designs, name, "", wanted))
    p_values = [each for each in designs.readings if each.claim.quantity == "p_value"]
    rows += [_row(designs, "p_value", "", [each]) for each in p_values]
    rows += [_row(designs, "p_value_pair", "", pair) for pair in combinations(p_values, 2)]
    return pd.DataFrame(rows, columns=list(DATASET_COLUMNS), dtype=str)


def not_searched_table(reason: str) -> pd.DataFrame:
    """Return datasets.csv for a design that is too large to be counted: one row that says so."""
    import pandas as pd

    row = ("all", "", "", "", "", "", "false", reason)
    return pd.DataFrame([row], columns=list(DATASET_COLUMNS), dtype=str)


def _sets(readings: list[Reading]) -> list[tuple[str, list[Reading]]]:
    p_values = [each for each in readings if each.claim.quantity == "p_value"]
    counts = [each for each in readings if is_count(each)]
    both = [each for each in readings if each in p_values or each in counts]
    sets = [("p_values", p_values), ("counts", counts), ("both", both), ("every_claim", readings)]
    return [("all", []), *((name, wanted) for name, wanted in sets if wanted)]


def _row(
    designs: Designs, name: str, group: str, wanted: Iterable[Reading], g: int | None = None
) -> tuple[str, ...]:
    wanted = list(wanted)
    every = designs.total if g is None else designs.groups[g].total
    reason = ""
    try:
        found = designs.count(wanted) if g is None else _sum(designs.weights(g, wanted))
    except NotSearched as stopped:
        found, reason = None, str(stopped)
    if name in ("counts", "both", "every_claim") and g is None and designs.left_out:
        reason = "; ".join(filter(None, [reason, "left out: " + " ".join(designs.left_out)]))
    return (
        name,
        group,
        " ".join(each.id for each in wanted),
        "" if found is None else str(found),
        str(every),
        "" if found is None else f"{found / every:.10g}",
        "false" if found is None else "true",
        reason,
    )


def contradiction_table(designs: Designs) -> pd.DataFrame:
    """List the minimal sets of claims that no dataset of the design can satisfy together.

    Parameters
    ----------
    designs : Designs
        The design.

    Returns
    -------
    DataFrame
        Columns `CONTRADICTION_COLUMNS`; one row a set, the smallest first. Claims that the same datasets make true are
        listed once; `equivalent` gives the others as "first=other". `complete` is false when sets may be missing.
    """
    import pandas as pd

    same: dict[bytes, list[Reading]] = {}
    for each in designs.readings:
        same.setdefault(designs.truth(each), []).append(each)
    claims = [group[0] for group in same.values()]
    others = {group[0].id: [each.id for each in group[1:]] for group in same.values()}
    sets, complete = minimal_contradictions(designs, claims)
    order = {each.id: i for i, each in enumerate(claims)}
    names = sorted(
        (sorted((claims[i].id for i in one), key=order.get) for one in sets),
        key=lambda ids: (len(ids), [order[i] for i in ids]),
    )
    rows = [
        (
            str(number),
            str(len(ids)),
            " ".join(ids),
            " ".join(f"{one}={other}" for one in ids for other in others[one]),
            "true" if complete else "false",
        )
        for number, ids in enumerate(names, start=1)
    ]
    return pd.DataFrame(rows, columns=list(CONTRADICTION_COLUMNS), dtype=str)


def minimal_contradictions(
    designs: Designs, claims: list[Reading], most: int = MOST_SETS
) -> tuple[list[frozenset[int]], bool]:
    """Return all minimal sets of claims that contradict each other.

    Parameters
    ----------
    designs : Designs
        The design.
    claims : list of Reading
        The claims.
    most : int
        Stop after so many sets.

    Returns
    -------
    sets : list of frozenset of int
        Places in `claims`.
    complete : bool
        False when there may be more, or when a count would have gone beyond the budget.

    Notes
    -----
    Duality of Reiter (1987, doi:10.1016/0004-3702(87)90062-2): the sets found so far are all there are when
    leaving out any of their minimal hitting sets leaves claims that some dataset satisfies.
    """
    every = frozenset(range(len(claims)))
    known: dict[frozenset[int], bool] = {}
    beyond = False
    start = designs.work

    def possible(chosen: frozenset[int]) -> bool:
        nonlocal beyond
        spent = len(known) >= MOST_COUNTS or designs.work - start > MOST_WORK * designs.budget
        if chosen not in known and spent:
            beyond = True
            return True
        if chosen not in known:
            try:
                known[chosen] = designs.count([claims[i] for i in sorted(chosen)]) > 0
            except NotSearched:
                beyond, known[chosen] = True, True
        return known[chosen]

    sets: list[frozenset[int]] = []
    hitting = [0]  # sets of claims as bits
    while len(sets) < most and len(hitting) < MOST_HITTING:
        left = (frozenset(i for i in every if not hit >> i & 1) for hit in hitting)
        seed = next((chosen for chosen in left if not possible(chosen)), None)
        if seed is None:
            return sets, not beyond
        core = set(seed)
        for one in sorted(seed, reverse=True):
            if not possible(frozenset(core - {one})):
                core.discard(one)
        sets.append(frozenset(core))
        bits = sum(1 << i for i in core)
        kept = [hit for hit in hitting if hit & bits]
        # a grown set is minimal unless it holds one that already hits the new core
        grown = {hit | 1 << one for hit in hitting if not hit & bits for one in core}
        kept += [new for new in grown if not any(old & new == old for old in kept)]
        hitting = sorted(kept, key=lambda hit: (hit.bit_count(), hit))
    return sets, False


def _sum(weights: np.ndarray) -> int:
    return sum(int(each) for each in weights.tolist())
