"""The datasets behind a paper that prints only counts: one, as a sheet; several, with the range of every result."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import pandas as pd

from oxymilk.analysis.tables import ROLES, exact_counterpart
from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim
from oxymilk.explain import claims_on_counts as on_counts
from oxymilk.explain.claims_on_counts import ClaimOnCounts, Records
from oxymilk.explain.datasets import NotSearched, all_datasets, contradiction_table, list_tables
from oxymilk.explain.departures import sheet_of
from oxymilk.stats import rank_sum_counts, signed_rank_counts
from oxymilk.study import Study

BUDGET = 1_000_000
BUDGET_EXACT = 2_000
MOST_LISTED = 100
RANGE_COLUMNS = ("test", "group", "role", "quantity", "low", "high", "values", "decision")
LIST_COLUMNS = ("group", "dataset", "pre", "post", "n")

_RESULTS = {
    "signed_rank": ("n_up", "n_down", "n_zero", "w_plus", "w_minus", "z", "p_value"),
    "rank_sum": ("u1", "u2", "rank_sum1", "rank_sum2", "z", "p_value"),
}


@dataclass(frozen=True)
class Reconstruction:
    """What printed counts and percentages say of the data.

    * sizes : Participants of each group, as printed.
    * unknown : Groups whose size is not printed, or printed in two ways; then nothing else could be made.
    * not_searched : What would have gone beyond the budget, a key of the texts below `terminal.beyond`; then
      nothing was listed. `needed` : How many of them there would have been.
    * number : Datasets that the printed counts allow; None when they were not listed.
    * with_p_values : Of these, how many also give the printed p-values; None when they were not counted.
    * tables : For each group every table of before by after that its counts allow, shape (N, K, K).
    * sheet : The one dataset, as the study's sheet, its participants numbered.
    * datasets : Columns `LIST_COLUMNS`, all text: the first datasets of each group, the cells that are not empty.
    * ranges : Columns `RANGE_COLUMNS`, all text: smallest and largest value of every result over all of them, how
      many different values there are, and which decisions occur.
    * contradictions : When there is no dataset: the smallest sets of counts that contradict each other.
    """

    sizes: dict[str, int]
    unknown: tuple[str, ...] = ()
    not_searched: str = ""
    needed: int = 0
    number: int | None = None
    with_p_values: int | None = None
    tables: tuple[np.ndarray, ...] = ()
    sheet: pd.DataFrame | None = None
    datasets: pd.DataFrame | None = None
    ranges: pd.DataFrame | None = None
    contradictions: pd.DataFrame | None = None


def reconstruct(study: Study, claims: list[Claim], budget: int = BUDGET) -> Reconstruction:
    """List the datasets that printed counts and percentages allow.

    Parameters
    ----------
    study : Study
        The study; its sheets need not exist. Nobody's score is taken to be missing.
    claims : list of Claim
        What the paper prints. Sizes of groups come from claims of sample sizes, else from the denominators of counts.
    budget : int
        Most tables that are formed at a time.
    """
    sizes, unknown = printed_sizes(study, claims)
    levels = study.outcome.level_ids
    if unknown:
        return Reconstruction(sizes, unknown)
    if study.outcome.scale != "level" or not levels:
        return Reconstruction(sizes, not_searched="the_tests_run_on_numbers_not_on_levels")
    # claims need to know the sizes of the groups; nothing else is read from these records
    start = np.zeros((len(study.groups), len(levels), len(levels)), dtype=np.int64)
    start[:, 0, 0] = [sizes[group] for group in study.group_ids]
    records = on_counts.records_from_counts(study, start)
    readings = on_counts.claims_on_counts(records, claims)
    counts = [reading for reading in readings if reading.counts is not None]
    both = [reading for reading in counts if len(reading.groups) == 2]
    pairs = None
    try:
        groups = [_tables_of_group(records, g, counts, budget) for g in range(len(start))]
        number = prod(map(len, groups))
        if both:
            if 10 * number > budget:
                raise NotSearched("pairs_of_tables_of_two_groups", number)
            first, second = np.indices([len(tables) for tables in groups]).reshape(2, -1)
            pairs = np.stack([groups[0][first], groups[1][second]], axis=1)
            pairs = pairs[np.logical_and.reduce([reading.holds(reading.feature(pairs)) for reading in both])]
            groups = [np.unique(pairs[:, g], axis=0) for g in (0, 1)]
            number = len(pairs)
    except NotSearched as beyond:
        return Reconstruction(sizes, not_searched=beyond.code, needed=beyond.needed)
    with_p_values = contradictions = sheet = None
    with suppress(NotSearched):
        designs = all_datasets(records, readings)
        p_values = [reading for reading in readings if reading.claim.quantity == "p_value"]
        with_p_values = designs.count([*counts, *p_values])
        if number == 0:
            designs.claims[:] = [reading for reading in designs.claims if reading.counts is not None]
            contradictions = contradiction_table(designs)
    cells = [
        (group, str(place), levels[pre], levels[post], str(table[pre, post]))
        for group, tables in zip(study.group_ids, groups, strict=True)
        for place, table in enumerate(tables[:MOST_LISTED], start=1)
        for pre, post in np.argwhere(table).tolist()
    ]
    if number == 1:
        sheet = sheet_of(on_counts.records_from_counts(study, np.concatenate(groups)[:, :-1, :-1]))
    return Reconstruction(
        sizes, number=number, with_p_values=with_p_values, sheet=sheet,
        datasets=pd.DataFrame(cells, columns=list(LIST_COLUMNS), dtype=str),
        ranges=_ranges(study, groups, pairs, budget) if number else None,
        contradictions=contradictions, tables=tuple(table[:, :-1, :-1] for table in groups),
    )  # fmt: skip


def printed_sizes(study: Study, claims: list[Claim]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the printed size of each group, and the groups without one or with two different ones."""
    only = study.group_ids[0] if len(study.groups) == 1 else ""
    # by group: as stated, and as the denominators of its counts
    stated, denominators = defaultdict(set), defaultdict(set)
    for claim in (claim for claim in claims if claim.check == "recompute"):
        number, source = None, denominators
        if claim.quantity == "sample_size" and claim.operator in ("", "="):
            number, source = claim.number, stated
        elif claim.quantity in (*OF_A_CELL, *OF_A_CHANGE) and claim.variable in ("", study.outcome.id):
            number = next(iter(claim.rests_on), None)
        if number and number.value.denominator == 1 and number.value > 0:
            source[claim.group or only].add(int(number.value))
    printed = {group: stated[group] or denominators[group] for group in study.group_ids}
    sizes = {group: next(iter(numbers)) for group, numbers in printed.items() if len(numbers) == 1}
    return sizes, tuple(group for group in study.group_ids if group not in sizes)


def _tables_of_group(records: Records, g: int, counts: list[ClaimOnCounts], budget: int) -> np.ndarray:
    """Return the tables of a group that its own counts allow, shape (N, K + 1, K + 1), nobody's score missing."""
    n, k = int(records.pairs[g].sum()), records.levels
    own = [reading for reading in counts if reading.groups == (g,)]
    # the smallest and the largest count of each level, shape (K, 2)
    bounds = {moment: np.tile([0, n], (k, 1)) for moment in ("pre", "post")}
    for reading in (reading for reading in own if reading.moment != "change"):
        allowed = np.flatnonzero(reading.true_of(reading.counts[:, None]))
        low, high = (allowed[0], allowed[-1]) if len(allowed) else (n + 1, -1)
        limits = bounds[reading.moment][records.study.outcome.level_ids.index(reading.claim.level)]
        limits[:] = max(low, limits[0]), min(high, limits[1])
    tables = list_tables(n, k, bounds["pre"], bounds["post"], budget)
    datasets = np.zeros((len(tables), *records.tables.shape), dtype=np.int64)
    datasets[:, g, :k, :k] = tables
    true = [reading.holds(reading.feature(datasets)) for reading in own]
    return datasets[np.logical_and.reduce([np.ones(len(tables), dtype=bool), *true]), g]


def _ranges(study: Study, groups: list[np.ndarray], pairs: np.ndarray | None, budget: int) -> pd.DataFrame:
    """Return the range of every result: columns `RANGE_COLUMNS`.

    `pairs` holds the pairs of tables, shape (N, 2, K + 1, K + 1), where not all are possible together. Exact p-values
    are left out where there are more margins than `BUDGET_EXACT`, the test between groups where there are more pairs
    of margins than the budget.
    """
    # what the tests see of the tables, each margin once: shape (M, 2 K - 1), and (M, 2, L) between the groups
    seen = [np.unique(on_counts.margin(tables, "change"), axis=0) for tables in groups]
    tested = [("signed_rank", group, margins) for group, margins in zip(study.group_ids, seen, strict=True)]
    if len(groups) >= 2 and study.procedure.rank_sum is not None:
        if pairs is not None:
            tested.append(("rank_sum", "", np.unique(on_counts.margin(pairs, study.between), axis=0)))
        else:
            a, b = (np.unique(on_counts.margin(tables, study.between), axis=0) for tables in groups[:2])
            if len(a) * len(b) <= budget:
                first, second = np.indices((len(a), len(b))).reshape(2, -1)
                tested.append(("rank_sum", "", np.stack([a[first], b[second]], axis=1)))
    rows = []
    for (test, group, margins), role in product(tested, ROLES):
        declared = getattr(study.procedure, test)
        procedure = declared if role == "declared" else exact_counterpart(declared)
        if len(margins) > BUDGET_EXACT and procedure.method != "asymptotic":
            continue
        if test == "signed_rank":
            results = signed_rank_counts(*on_counts.falls_and_rises(margins), procedure)
        else:
            results = rank_sum_counts(margins, procedure)
        for name in _RESULTS[test] if role == "declared" else ("p_value",):
            values = np.asarray(getattr(results, name))
            decisions = {"significant": values < study.alpha, "not significant": values >= study.alpha}
            made = [word for word, of in decisions.items() if name == "p_value" and of.any()]
            # the same p-value reached in two ways may differ in its last bits
            said = {f"{value:.10g}" for value in values.tolist()}
            ends = (f"{value:.10g}" for value in (values.min(), values.max()))
            rows.append((test, group, role, name, *ends, str(len(said)), "; ".join(made)))
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS), dtype=str)
