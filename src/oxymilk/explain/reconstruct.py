"""The datasets behind a paper that prints only counts: one, as a sheet; several, with the range of every result."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oxymilk.analysis import exact_counterpart
from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim
from oxymilk.explain.claims_on_counts import (
    ClaimOnCounts,
    Records,
    change_margin,
    claims_on_counts,
    margin,
    records_from_counts,
)
from oxymilk.explain.datasets import NotSearched, all_datasets, contradiction_table, is_count, parts_of
from oxymilk.explain.departures import sheet_of
from oxymilk.stats import rank_sum_counts, signed_rank_counts

if TYPE_CHECKING:
    from oxymilk.stats import Procedure
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
_no_datasets = partial(pd.DataFrame, columns=list(LIST_COLUMNS), dtype=str)
_no_ranges = partial(pd.DataFrame, columns=list(RANGE_COLUMNS), dtype=str)


@dataclass(frozen=True)
class Reconstruction:
    """What printed counts and percentages say of the data.

    Attributes
    ----------
    sizes : dict of str to int
        Participants of each group, as printed.
    unknown : tuple of str
        Groups whose size is not printed, or printed in two ways; then nothing else could be made.
    not_searched : str
        What would have gone beyond the budget, a key of the texts below `terminal.beyond`; then nothing was listed.
    needed : int
        How many of them there would have been.
    number : int or None
        Datasets that the printed counts allow; None when they were not listed.
    with_p_values : int or None
        Of these, how many also give the printed p-values; None when they were not counted.
    sheet : DataFrame or None
        The one dataset, as the study's sheet, its participants numbered.
    datasets : DataFrame
        Columns `LIST_COLUMNS`, all text: the first datasets of each group, the cells that are not empty.
    ranges : DataFrame
        Columns `RANGE_COLUMNS`, all text: smallest and largest value of every result over all of them, how many
        different values there are, and which decisions occur.
    contradictions : DataFrame or None
        When there is no dataset: the smallest sets of counts that contradict each other.
    """

    sizes: dict[str, int]
    unknown: tuple[str, ...] = ()
    not_searched: str = ""
    needed: int = 0
    number: int | None = None
    with_p_values: int | None = None
    sheet: pd.DataFrame | None = None
    datasets: pd.DataFrame = field(default_factory=_no_datasets)
    ranges: pd.DataFrame = field(default_factory=_no_ranges)
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

    Returns
    -------
    Reconstruction
    """
    sizes, unknown = printed_sizes(study, claims)
    if unknown:
        return Reconstruction(sizes, unknown)
    levels = len(study.outcome.levels)
    if study.outcome.scale != "level" or not levels:
        return Reconstruction(sizes, not_searched="the_tests_run_on_numbers_not_on_levels")
    start = np.zeros((len(study.groups), levels, levels), dtype=np.int64)
    start[:, 0, 0] = [sizes[group] for group in study.group_ids]
    records = records_from_counts(study, start)
    readings = claims_on_counts(records, claims)
    counts = [reading for reading in readings if is_count(reading)]
    try:
        groups = [_tables_of_group(records, g, counts, budget) for g in range(len(start))]
        pairs = _pairs_of_tables(records, groups, counts, budget)
    except NotSearched as beyond:
        what, needed = beyond.args
        return Reconstruction(sizes, not_searched=what, needed=needed)
    number, between = prod(len(tables) for tables in groups), None
    if pairs is not None:
        number = len(pairs[0])
        between = np.stack([tables[index] for tables, index in zip(groups, pairs, strict=True)], axis=1)
        groups = [tables[np.unique(index)] for tables, index in zip(groups, pairs, strict=True)]
    with_p_values = contradictions = None
    try:
        designs = all_datasets(records, readings)
        p_values = [reading for reading in readings if reading.claim.quantity == "p_value"]
        with_p_values = designs.count([*counts, *p_values])
        if number == 0:
            designs.claims[:] = [reading for reading in designs.claims if is_count(reading)]
            contradictions = contradiction_table(designs)
    except NotSearched:
        pass
    return Reconstruction(
        sizes,
        number=number,
        with_p_values=with_p_values,
        sheet=sheet_of(records_from_counts(study, np.concatenate(groups))) if number == 1 else None,
        datasets=_list(study, groups),
        ranges=_ranges(study, groups, between, budget) if number else _no_ranges(),
        contradictions=contradictions,
    )


def printed_sizes(study: Study, claims: list[Claim]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the printed size of each group, and the groups without one or with two different ones."""
    only = study.group_ids[0] if len(study.groups) == 1 else ""
    own = [claim for claim in claims if claim.check == "recompute"]
    stated = [
        (claim.group or only, claim.number)
        for claim in own
        if claim.quantity == "sample_size" and claim.operator in ("", "=")
    ]
    denominators = [
        (claim.group or only, *claim.rests_on)
        for claim in own
        if claim.quantity in (*OF_A_CELL, *OF_A_CHANGE)
        and claim.variable in ("", study.outcome.id)
        and claim.n
    ]
    printed: dict[str, set[int]] = {group: set() for group in study.group_ids}
    for source in (stated, denominators):
        without = [group for group, sizes in printed.items() if not sizes]
        for group, number in source:
            if group in without and number.value.denominator == 1 and number.value > 0:
                printed[group].add(int(number.value))
    sizes = {group: next(iter(found)) for group, found in printed.items() if len(found) == 1}
    return sizes, tuple(group for group in study.group_ids if group not in sizes)


# ---- listing -----------------------------------------------------------------------------------------------


def _tables_of_group(records: Records, g: int, counts: list[ClaimOnCounts], budget: int) -> np.ndarray:
    """Return the tables of a group that its own counts allow, shape (N, K, K), built up pre level by pre level.

    Of 3 participants at two levels, "2 low before" allows the first rows [2, 0], [1, 1], [0, 2], and with each of
    them the second rows [1, 0], [0, 1]: six tables. "None low after" leaves [[0, 2], [0, 1]].
    """
    n, k = int(records.pairs[g].sum()), records.levels
    own = [reading for reading in counts if reading.groups == (g,)]
    allowed = {(timepoint, level): set(range(n + 1)) for timepoint in ("pre", "post") for level in range(k)}
    for reading in own:
        if reading.sees in ("pre", "post"):
            level = records.study.outcome.level_ids.index(reading.claim.level)
            allowed[reading.sees, level] &= set(np.flatnonzero(reading.allowed).tolist())
    most_after = np.array([max(allowed["post", level], default=-1) for level in range(k)])
    tables = np.zeros((1, 0, k), dtype=np.int64)
    for level in range(k):
        none = np.zeros((0, k), dtype=np.int64)
        rows = np.concatenate([none, *(parts_of(total, k) for total in sorted(allowed["pre", level]))])
        formed = len(tables) * len(rows)
        if formed > budget:
            raise NotSearched("tables_of_a_group", formed)
        first, row = (index.ravel() for index in np.indices((len(tables), len(rows))))
        tables = np.concatenate([tables[first], rows[row, None]], axis=1)
        after = tables.sum(axis=1)
        left = n - after.sum(axis=1)
        tables = tables[(after <= most_after).all(axis=1) & (left == 0 if level == k - 1 else left >= 0)]
    return tables[_which_hold(own, records, {g: tables})]


def _pairs_of_tables(
    records: Records, groups: list[np.ndarray], counts: list[ClaimOnCounts], budget: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return which tables of the two groups are possible together; None where no count is of both."""
    both = [reading for reading in counts if len(reading.groups) == 2]
    if not both:
        return None
    shape = (len(groups[0]), len(groups[1]))
    if 10 * prod(shape) > budget:
        raise NotSearched("pairs_of_tables_of_two_groups", prod(shape))
    first, second = (index.ravel() for index in np.indices(shape))
    true = _which_hold(both, records, {0: groups[0][first], 1: groups[1][second]})
    return first[true], second[true]


def _which_hold(readings: list[ClaimOnCounts], records: Records, tables: dict[int, np.ndarray]) -> np.ndarray:
    """Return which datasets make all readings true; `tables` holds those of some groups, one element a dataset."""
    number = len(next(iter(tables.values())))
    datasets = np.zeros((number, *records.tables.shape), dtype=np.int64)
    for g, own in tables.items():
        datasets[:, g, :-1, :-1] = own
    true = np.ones(number, dtype=bool)
    for reading in readings:
        true &= reading.holds(reading.feature(datasets))
    return true


# ---- tables of results -------------------------------------------------------------------------------------


def _list(study: Study, groups: list[np.ndarray]) -> pd.DataFrame:
    """Return the first tables of each group, cell by cell."""
    levels = study.outcome.level_ids
    rows = [
        (group, str(number), levels[pre], levels[post], str(int(table[pre, post])))
        for group, tables in zip(study.group_ids, groups, strict=True)
        for number, table in enumerate(tables[:MOST_LISTED], start=1)
        for pre, post in np.argwhere(table).tolist()
    ]
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS), dtype=str)


def _ranges(study: Study, groups: list[np.ndarray], between: np.ndarray | None, budget: int) -> pd.DataFrame:
    """Return the range of every result; `between` holds the pairs of tables where not all are possible together."""
    alpha = float(Fraction(str(study.alpha)))
    tested = [
        ("signed_rank", group, _seen("change", own))
        for group, own in zip(study.group_ids, groups, strict=True)
    ]
    if len(groups) >= 2 and study.procedure.rank_sum is not None:
        tested.append(("rank_sum", "", _compared(study, groups, between, budget)))
    rows: list[tuple[str, ...]] = []
    for test, group, margins in tested:
        declared = getattr(study.procedure, test)
        for role, procedure in (("declared", declared), ("exact", exact_counterpart(declared))):
            many = len(margins) > BUDGET_EXACT and procedure.method != "asymptotic"
            if many or not len(margins):
                continue
            results = _CALCULATE[test](margins, procedure)
            for name in _RESULTS[test] if role == "declared" else ("p_value",):
                values = np.asarray(getattr(results, name))
                # the same p-value reached in two ways may differ in its last bits
                distinct = len({f"{value:.10g}" for value in values.tolist()})
                decisions = {"significant": values < alpha, "not significant": values >= alpha}
                made = [word for word, of in decisions.items() if name == "p_value" and of.any()]
                low, high = (f"{value:.10g}" for value in (values.min(), values.max()))
                rows.append((test, group, role, name, low, high, str(distinct), "; ".join(made)))
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS))


def _compared(study: Study, groups: list[np.ndarray], between: np.ndarray | None, budget: int) -> np.ndarray:
    """Return the distinct pairs of margins that the groups are compared on, shape (M, 2, L); none beyond the budget."""
    if between is not None:
        return _seen(study.between, between)
    first, second = (_seen(study.between, tables) for tables in groups)
    if len(first) * len(second) > budget:
        return np.zeros((0, 2, first.shape[1]), dtype=np.int64)
    i, j = (index.ravel() for index in np.indices((len(first), len(second))))
    return np.stack([first[i], second[j]], axis=1)


def _seen(what: str, tables: np.ndarray) -> np.ndarray:
    """Return the distinct margins of tables: counts after ("post"), or of changes, the largest fall first."""
    # an empty row and column of missing scores
    padded = np.pad(tables, [(0, 0)] * (tables.ndim - 2) + [(0, 1), (0, 1)])
    return np.unique(margin(padded, "post") if what == "post" else change_margin(padded), axis=0)


def _signed_rank(changes: np.ndarray, procedure: Procedure) -> object:
    """Test counts of changes, shape (M, 2 K - 1), of which the middle one is no change."""
    middle = changes.shape[1] // 2
    return signed_rank_counts(
        changes[:, :middle][:, ::-1], changes[:, middle + 1 :], changes[:, middle], procedure
    )


_CALCULATE = {"signed_rank": _signed_rank, "rank_sum": rank_sum_counts}
