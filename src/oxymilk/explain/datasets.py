"""All datasets of the design: how many satisfy which printed numbers, and which numbers contradict each other.

The datasets of each group are listed, up to a bound in bytes that is decided before the list is made, and joined on
what the test between the groups sees; the product of the two lists is never formed. All counts are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, product
from math import comb, prod
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from oxymilk.explain.claims_on_counts import ClaimOnCounts, Records, margin
from oxymilk.stats import difference_counts

BUDGET = 5_000_000  # pairs of margins formed at a time
BYTES = 16  # of a group's list, for each pair of margins of the budget: 80 MB
BUDGET_EXACT = 20_000  # pairs of margins, each with an exact distribution between groups
MOST_SETS = 100
MOST_COUNTS = 2_000  # counts made in search of contradictions; and the pairs looked up for them, in budgets
MOST_LOOKED_UP = 40
MOST_HITTING = 5_000
DATASET_COLUMNS = ("set", "group", "claims", "datasets", "all_datasets", "share", "searched", "reason")
CONTRADICTION_COLUMNS = ("set", "size", "claims", "equivalent", "complete")
_CHUNK = 200_000


@dataclass(eq=False)
class NotSearched(Exception):  # noqa: N818 - an outcome, not an error
    """A search that would need more than its budget.

    * code : What there would be too many of: a key of the texts, below `terminal.beyond`.
    * needed : How many of them there would be.
    """

    code: str
    needed: int = 0


class GroupDatasets(NamedTuple):
    """The datasets of one group, those alike in all that claims see of them taken together.

    Two participants at two levels have ten tables of pre by post: three with the counts after (0, 2), four with
    (1, 1), three with (2, 0). That one participant rose is true of 1, 2 and 0 of these: five kinds of datasets.

    * margins, int, shape (M, L) : What the test between groups sees of them, each margin once.
    * margin_of, int, shape (P,) : For each kind of dataset the place of its margin.
    * numbers, int, shape (P,) : How many datasets are of that kind.
    * truths, dict of str to bool, shape (P,) : Whether they make each claim about the group true, by the claim's
      id.
    """

    margins: np.ndarray
    margin_of: np.ndarray
    numbers: np.ndarray
    truths: dict[str, np.ndarray]


@dataclass
class Datasets:
    """All datasets of a design, ready to be counted.

    * records : The study, its group sizes, and the incomplete records, which stay as they are.
    * claims : Claims that can be counted.
    * left_out : Ids of those that cannot: counts of the whole sample that the test between the groups does not see.
    * groups : The groups.
    * budget : Most pairs of margins that are formed at a time.
    * looked_up : Pairs of margins looked up so far.
    """

    records: Records
    claims: list[ClaimOnCounts]
    left_out: list[str]
    groups: list[GroupDatasets]
    budget: int = BUDGET
    looked_up: int = 0
    _truths: dict[str, np.ndarray] = field(default_factory=dict)

    def count(self, claims: Iterable[ClaimOnCounts], g: int | None = None) -> int:
        """Count the datasets, or those of a group, that make all claims true; raise NotSearched above the budget."""
        claims = list(claims)
        if any(claim.id in self.left_out for claim in claims):
            raise NotSearched("counts_of_the_whole_sample")
        # how many datasets of each group with each margin make its own claims true: whole numbers, shape (M,)
        weights = []
        for place, group in enumerate(self.groups):
            own = [group.truths[claim.id] for claim in claims if claim.groups == (place,)]
            true = np.logical_and.reduce([group.numbers > 0, *own])
            weights.append(np.bincount(group.margin_of[true], group.numbers[true], len(group.margins)))
        if g is not None:
            return int(weights[g].sum())
        joint = [claim for claim in claims if len(claim.groups) > 1]
        numbers = [int(weight.sum()) for weight in weights]
        if not joint or not all(numbers):
            return prod(numbers)
        # only margins that some dataset has; weights (3, 4) and (1, 2), true in the pairs [[1, 0], [1, 1]]: 3 + 4 * 3
        first, second = (np.flatnonzero(weight) for weight in weights[:2])
        self.looked_up += len(first) * len(second)
        true = np.logical_and.reduce([self._truth_between(claim, first, second) for claim in joint])
        partners = (true.astype(float) @ weights[1][second]).tolist()
        pairs = sum(int(a) * int(b) for a, b in zip(weights[0][first].tolist(), partners, strict=True))
        return pairs * prod(numbers[2:])

    def truth(self, claim: ClaimOnCounts) -> bytes:
        """Return bytes that two claims share when the same datasets make them true."""
        if len(claim.groups) == 1:
            (g,) = claim.groups
            return bytes([g]) + self.groups[g].truths[claim.id].tobytes()
        try:
            every = [np.arange(len(group.margins)) for group in self.groups[:2]]
            return b"joint" + self._truth_between(claim, *every).tobytes()
        except NotSearched:
            return claim.id.encode()

    def _truth_between(self, claim: ClaimOnCounts, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return whether pairs of margins make a claim about both groups true, shape (first, second)."""
        if claim.id in self._truths:
            return self._truths[claim.id][np.ix_(first, second)]
        a, b = (group.margins for group in self.groups[:2])
        budget = BUDGET_EXACT if claim.test and claim.declared.method != "asymptotic" else self.budget
        every = len(a) * len(b) <= budget
        if not every:
            if len(first) * len(second) > budget:
                raise NotSearched("pairs_of_margins_between_the_groups", len(first) * len(second))
            a, b = a[first], b[second]
        # some rows at a time, so that memory is bounded: pairs of shape (rows, M2, 2, L)
        rows, parts = max(1, _CHUNK // len(b)), []
        for start in range(0, len(a), rows):
            pair = np.stack(np.broadcast_arrays(a[start : start + rows, None], b[None]), axis=-2)
            parts.append(claim.holds(pair if claim.test else pair.sum(axis=-2)))
        truth = np.concatenate(parts)
        if not every:
            return truth
        self._truths[claim.id] = truth
        return truth[np.ix_(first, second)]


def all_datasets(records: Records, claims: list[ClaimOnCounts], budget: int = BUDGET) -> Datasets:
    """List all datasets with the groups' sizes; of the records only their numbers count, and who lacks a score.

    Parameters
    ----------
    budget : int
        Most pairs of margins that are formed at a time; the list of a group has at most `BYTES` times as many bytes.

    Raises
    ------
    NotSearched
        If there is no level to count by, or a group has more datasets than the budget allows to list.
    """
    if not records.levels:
        raise NotSearched("the_tests_run_on_numbers_not_on_levels")
    cells, between = records.levels**2, records.study.between
    for pairs in records.pairs:
        total = comb(int(pairs.sum()) + cells - 1, cells - 1)
        if total * cells * np.dtype(np.int64).itemsize > BYTES * budget:
            raise NotSearched("tables_of_a_group", total)
    # the test between the groups sees the first two, of these the counts after or the changes
    whole = [claim for claim in claims if len(claim.groups) > 1]
    unseen = [claim for claim in whole if len(claim.groups) > 2 or claim.moment != between]
    counted = [claim for claim in claims if claim not in unseen]
    own = ([claim for claim in counted if claim.groups == (g,)] for g in range(len(records.tables)))
    groups = [_list_group(records, g, claims) for g, claims in enumerate(own)]
    return Datasets(records, counted, [claim.id for claim in unseen], groups, budget)


def _list_group(records: Records, g: int, claims: list[ClaimOnCounts]) -> GroupDatasets:
    """List the datasets of a group; a claim is evaluated once for all that look alike to it."""
    n, k = int(records.pairs[g].sum()), records.levels
    pairs, between = list_tables(n, k), records.study.between
    changes = np.column_stack(difference_counts(pairs))
    views = {"pre": pairs.sum(axis=2), "post": pairs.sum(axis=1), "change": changes}
    alike: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for moment in {between, *(claim.moment for claim in claims)}:
        view = views[moment]
        # of two participants (2, 0), (1, 1) and (0, 2) are read as the numbers 2, 11 and 20 to the base 3
        codes = view @ (n + 1) ** np.arange(view.shape[1])
        _, first, view_of = np.unique(codes, return_index=True, return_inverse=True)
        tables = np.tile(records.tables, (len(first), 1, 1, 1))
        tables[:, g, :k, :k] = pairs[first]
        alike[moment] = tables, view_of
    tables, margin_of = alike[between]
    margins = margin(tables[:, g], between)
    kind, truths = margin_of, {}
    for claim in claims:
        tables, view_of = alike[claim.moment]
        truths[claim.id] = claim.holds(claim.feature(tables))[view_of]
        # kinds 0, 1, of which only the second is found both true and false, become 0, 2, 3 and are renumbered 0, 1, 2
        halves = 2 * kind + truths[claim.id]
        kind = (np.cumsum(np.bincount(halves) > 0) - 1)[halves]
    _, first, numbers = np.unique(kind, return_index=True, return_counts=True)
    return GroupDatasets(margins, margin_of[first], numbers, {name: t[first] for name, t in truths.items()})


def list_tables(
    n: int, levels: int, before: ArrayLike = None, after: ArrayLike = None, budget: int | None = None
) -> np.ndarray:
    """List the tables of pre by post of a group of n whose counts lie within bounds, in the order of their cells.

    Parameters
    ----------
    before, after : array of int, shape (K, 2), optional
        The smallest and the largest count of each level.
    budget : int, optional
        Most tables, also of those that are begun; NotSearched above it.

    Returns
    -------
    ndarray of int, shape (N, K, K)
        Without bounds comb(n + K * K - 1, n) tables. Of two participants, both low before and one low after:
        [[1, 1], [0, 0]] alone.
    """
    before, after = (np.tile([0, n], (levels, 1)) if bounds is None else bounds for bounds in (before, after))
    # cell by cell: of two participants the first cell leaves 2, 1 or 0, so that the rows 0, 1 and 2 are repeated 3, 2
    # and 1 times for the second; the last cell of a row or a column brings that to its smallest count
    cells = np.zeros((1, 0), dtype=np.int64)
    for row, column in product(range(levels), repeat=2):
        left = n - cells.sum(axis=1)
        in_row, in_column = cells[:, row * levels :].sum(axis=1), cells[:, column::levels].sum(axis=1)
        high = np.minimum.reduce([left, before[row][1] - in_row, after[column][1] - in_column])
        low = np.zeros_like(left)
        if column == levels - 1:
            low = np.maximum(low, before[row][0] - in_row)
        if row == levels - 1:
            low = np.maximum(low, after[column][0] - in_column)
        if row == column == levels - 1:
            low = np.maximum(low, left)
        choices = np.maximum(high - low + 1, 0)
        if budget is not None and choices.sum() > budget:
            raise NotSearched("tables_of_a_group", int(choices.sum()))
        begun = np.repeat(np.arange(len(cells)), choices)
        cell = low[begun] + np.arange(len(begun)) - np.repeat(np.cumsum(choices) - choices, choices)
        cells = np.column_stack([cells[begun], cell])
    return cells.reshape(-1, levels, levels)


# ---- tables ------------------------------------------------------------------------------------------------


def dataset_table(datasets: Datasets) -> pd.DataFrame:
    """Count the datasets that satisfy the printed numbers: columns `DATASET_COLUMNS`, all text.

    First each group on its own, then all groups. `set` is all, p_values, counts, both, every_claim (where there are
    such claims), p_value (one of them) or p_value_pair. `datasets` is empty where it was not searched; `reason` then
    has the code of what there were too many of, and how many: "tables_of_a_group 2450". Claims that had to be left out
    are there too: "left_out p_1 p_2". Two reasons are parted by "; ".
    """
    rows, reason = [], " ".join(["left_out", *datasets.left_out])
    for g, group in [*enumerate(datasets.records.study.group_ids), (None, "")]:
        claims = [claim for claim in datasets.claims if g is None or claim.groups == (g,)]
        p_values = [claim for claim in claims if claim.claim.quantity == "p_value"]
        counts = [claim for claim in claims if claim.counts is not None]
        both = [claim for claim in claims if claim in p_values or claim in counts]
        named = [("p_values", p_values), ("counts", counts), ("both", both), ("every_claim", claims)]
        sets = [("all", []), *(pair for pair in named if pair[1])]
        if g is None:
            sets += [("p_value", [claim]) for claim in p_values]
            sets += [("p_value_pair", list(pair)) for pair in combinations(p_values, 2)]
        total = datasets.count([], g)
        for name, wanted in sets:
            reasons = []
            try:
                number = datasets.count(wanted, g)
                cells = (str(number), str(total), f"{number / total:.10g}", "true")
            except NotSearched as beyond:
                cells = ("", str(total), "", "false")
                reasons.append(" ".join(map(str, beyond.args)))
            if name in ("counts", "both", "every_claim") and g is None and datasets.left_out:
                reasons.append(reason)
            names = " ".join(claim.id for claim in wanted)
            rows.append((name, group, names, *cells, "; ".join(reasons)))
    return pd.DataFrame(rows, columns=list(DATASET_COLUMNS), dtype=str)


def contradiction_table(datasets: Datasets) -> pd.DataFrame:
    """List the minimal sets of claims that no dataset of the design can satisfy together.

    Columns `CONTRADICTION_COLUMNS`, all text; one row a set, the smallest first. Claims that the same datasets make
    true are listed once; `equivalent` gives the others as "first=other". `complete` is false when sets may be
    missing.
    """
    same: dict[bytes, list[ClaimOnCounts]] = {}
    for claim in datasets.claims:
        same.setdefault(datasets.truth(claim), []).append(claim)
    alike = list(same.values())
    sets, complete = _minimal_contradictions(datasets, [claims[0] for claims in alike])
    smallest_first = sorted(map(sorted, sets), key=lambda places: (len(places), places))
    rows = []
    for number, places in enumerate(smallest_first, start=1):
        names = " ".join(alike[i][0].id for i in places)
        equivalent = " ".join(f"{alike[i][0].id}={other.id}" for i in places for other in alike[i][1:])
        rows.append((str(number), str(len(places)), names, equivalent, "true" if complete else "false"))
    return pd.DataFrame(rows, columns=list(CONTRADICTION_COLUMNS), dtype=str)


def _minimal_contradictions(
    datasets: Datasets, claims: list[ClaimOnCounts]
) -> tuple[list[frozenset[int]], bool]:
    """Return all minimal sets of claims, as places, that contradict each other; and whether these are surely all.

    Duality of Reiter (1987, doi:10.1016/0004-3702(87)90062-2): the sets found so far are all there are when leaving
    out any of their minimal hitting sets leaves claims that some dataset satisfies. Sets {0, 1} and {1, 2} are hit by
    {1} and by {0, 2}: when claims 0 and 2 can be true together, and 1 alone, there is no third set.
    """
    every, complete = frozenset(range(len(claims))), True
    known: dict[frozenset[int], bool] = {}
    most_looked_up = datasets.looked_up + MOST_LOOKED_UP * datasets.budget

    def possible(chosen: frozenset[int]) -> bool:
        nonlocal complete
        if chosen not in known:
            counted = len(known) < MOST_COUNTS and datasets.looked_up <= most_looked_up
            try:
                known[chosen] = not counted or datasets.count(claims[i] for i in sorted(chosen)) > 0
            except NotSearched:
                known[chosen], counted = True, False
            complete &= counted
        return known[chosen]

    sets: list[frozenset[int]] = []
    hitting = [frozenset()]  # the minimal ones, the smallest first
    while len(sets) < MOST_SETS and len(hitting) < MOST_HITTING:
        seed = next((every - hit for hit in hitting if not possible(every - hit)), None)
        if seed is None:
            return sets, complete
        # without any one of its claims a minimal set is possible
        core = seed
        for claim in sorted(seed, reverse=True):
            if not possible(core - {claim}):
                core -= {claim}
        sets.append(core)
        kept = [hit for hit in hitting if hit & core]
        # a grown set is minimal unless it holds one that already hits the new core
        grown = {hit | {claim} for hit in hitting if not hit & core for claim in core}
        kept += [new for new in grown if not any(old <= new for old in kept)]
        hitting = sorted(kept, key=lambda hit: (len(hit), sum(1 << claim for claim in hit)))
    return sets, False
