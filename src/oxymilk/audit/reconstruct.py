"""The datasets behind a paper that prints only counts: one, as a sheet; several, with the range of every result."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.analysis import exact_counterpart
from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim
from oxymilk.audit.printed import parse_printed
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
    import pandas as pd

    from oxymilk.stats import Procedure
    from oxymilk.study import Study

BUDGET = 1_000_000
BUDGET_EXACT = 2_000
MOST_LISTED = 100
RANGE_COLUMNS = ("test", "group", "role", "quantity", "low", "high", "values", "decision")
LIST_COLUMNS = ("group", "dataset", "pre", "post", "n")
_SIGNED_RANK = ("n_up", "n_down", "n_zero", "w_plus", "w_minus", "z", "p_value")
_RANK_SUM = ("u1", "u2", "rank_sum1", "rank_sum2", "z", "p_value")
_OF_EXACT = ("p_value",)


@dataclass(frozen=True)
class Reconstruction:
    """What printed counts and percentages say of the data.

    Attributes
    ----------
    sizes : dict of str to int
        Participants of each group, as printed.
    unknown : tuple of str
        Groups whose size is not printed, or printed in two ways; then nothing else could be made.
    number : int or None
        Datasets that the printed counts allow; None when that goes beyond the budget.
    with_p_values : int or None
        Of these, how many also give the printed p-values.
    sheet : DataFrame or None
        The one dataset, as the study's sheet, its participants numbered.
    datasets : DataFrame
        Columns `LIST_COLUMNS`, all text: the first datasets of each group, the cells that are not empty.
    ranges : DataFrame
        Columns `RANGE_COLUMNS`, all text: smallest and largest value of every result over all of them, how many
        different values there are, and which decisions occur.
    contradictions : DataFrame
        When there is no dataset: the smallest sets of counts that contradict each other.
    not_searched : str
        What went beyond the budget.
    """

    sizes: dict[str, int]
    unknown: tuple[str, ...]
    number: int | None
    with_p_values: int | None
    sheet: pd.DataFrame | None
    datasets: pd.DataFrame
    ranges: pd.DataFrame
    contradictions: pd.DataFrame | None = None
    not_searched: str = ""


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
    import pandas as pd

    nothing = (
        pd.DataFrame(columns=list(LIST_COLUMNS), dtype=str),
        pd.DataFrame(columns=list(RANGE_COLUMNS), dtype=str),
    )
    sizes, unknown = printed_sizes(study, claims)
    if unknown:
        return Reconstruction(sizes, unknown, None, None, None, *nothing)
    k = len(study.outcome.levels)
    if study.outcome.scale != "level" or not k:
        reason = "the tests run on numbers, not on levels"
        return Reconstruction(sizes, (), None, None, None, *nothing, not_searched=reason)
    start = np.zeros((len(study.groups), k, k), dtype=np.int64)
    start[:, 0, 0] = [sizes[group] for group in study.group_ids]
    records = records_from_counts(study, start)
    readings = claims_on_counts(records, claims)
    counts = [each for each in readings if is_count(each)]
    try:
        groups = [_tables_of_group(records, g, counts, budget) for g in range(len(start))]
        pairs = _allowed_pairs(records, groups, counts, budget)
    except NotSearched as beyond:
        return Reconstruction(sizes, (), None, None, None, *nothing, not_searched=beyond.words())
    number, between = prod(len(group) for group in groups), None
    if pairs is not None:
        number = len(pairs[0])
        between = np.stack([groups[g][pairs[g]] for g in (0, 1)], axis=1)
        groups = [groups[g][np.unique(pairs[g])] for g in (0, 1)]
    sheet = contradictions = None
    if number == 1:
        sheet = sheet_of(records_from_counts(study, np.concatenate(groups)))
    p_values = [each for each in readings if each.claim.quantity == "p_value"]
    with_p = None
    try:
        designs = all_datasets(records, readings)
        with_p = designs.count([*counts, *p_values])
        if number == 0:
            designs.claims[:] = [each for each in designs.claims if is_count(each)]
            contradictions = contradiction_table(designs)
    except NotSearched:
        pass
    return Reconstruction(
        sizes,
        (),
        number,
        with_p,
        sheet,
        _list(study, groups),
        _ranges(study, groups, between, budget) if number else nothing[1],
        contradictions,
    )


def printed_sizes(study: Study, claims: list[Claim]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the printed size of each group, and the groups without one or with two different ones."""
    found: dict[str, set[int]] = {group: set() for group in study.group_ids}
    for source in (_sample_size, _denominator):
        open_groups = [group for group, sizes in found.items() if not sizes]
        for claim in claims:
            group = claim.group or (study.group_ids[0] if len(study.groups) == 1 else "")
            size = source(claim, study) if group in open_groups else None
            if size is not None:
                found[group].add(size)
    sizes = {group: next(iter(each)) for group, each in found.items() if len(each) == 1}
    return sizes, tuple(group for group in study.group_ids if group not in sizes)


def _sample_size(claim: Claim, study: Study) -> int | None:
    wanted = claim.quantity == "sample_size" and claim.check == "recompute" and claim.operator in ("", "=")
    return _whole(claim.printed, study) if wanted else None


def _denominator(claim: Claim, study: Study) -> int | None:
    of_outcome = claim.variable in ("", study.outcome.id)
    wanted = claim.quantity in (*OF_A_CELL, *OF_A_CHANGE) and claim.check == "recompute" and of_outcome
    return _whole(claim.n, study) if wanted and claim.n else None


def _whole(text: str, study: Study) -> int | None:
    value = parse_printed(text, study.decimal_mark).value
    return int(value) if value.denominator == 1 and value > 0 else None


def _tables_of_group(records: Records, g: int, counts: list[ClaimOnCounts], budget: int) -> np.ndarray:
    """Return the tables of a group that its own counts allow, shape (N, K, K)."""
    n, k = int(records.pairs[g].sum()), records.levels
    mine = [each for each in counts if each.groups == (g,)]
    before, after = (_allowed(records, mine, name, n, k) for name in ("pre", "post"))
    most_after = np.array([max(each, default=-1) for each in after])
    partial = np.zeros((1, 0), dtype=np.int64)
    for level in range(k):
        rows = [parts_of(v, k) for v in sorted(before[level])]
        row = np.concatenate(rows) if rows else np.zeros((0, k), dtype=np.int64)
        if len(partial) * len(row) > budget:
            raise NotSearched("tables_of_a_group", len(partial) * len(row))
        first, second = (index.ravel() for index in np.indices((len(partial), len(row))))
        partial = np.concatenate([partial[first], row[second]], axis=1)
        sums = partial.reshape(len(partial), level + 1, k).sum(axis=1)
        left = n - sums.sum(axis=1)
        fits = (sums <= most_after).all(axis=1) & (left == 0 if level == k - 1 else left >= 0)
        partial = partial[fits]
    tables = partial.reshape(-1, k, k)
    full = _full(records, g, tables)
    true = np.ones(len(tables), dtype=bool)
    for each in mine:
        true &= each.holds(each.feature(full))
    return tables[true]


def _allowed(records: Records, readings: list[ClaimOnCounts], name: str, n: int, k: int) -> list[set[int]]:
    allowed = [set(range(n + 1)) for _ in range(k)]
    for each in readings:
        if each.sees == name:
            level = records.study.outcome.level_ids.index(each.claim.level)
            allowed[level] &= set(np.flatnonzero(each.allowed).tolist())
    return allowed


def _full(records: Records, g: int, tables: np.ndarray) -> np.ndarray:
    full = np.zeros((len(tables), *records.tables.shape), dtype=np.int64)
    full[:, g, :-1, :-1] = tables
    return full


def _allowed_pairs(
    records: Records, groups: list[np.ndarray], counts: list[ClaimOnCounts], budget: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return which tables of the two groups go together; None where no count is of both."""
    both = [each for each in counts if len(each.groups) == 2]
    if not both:
        return None
    shape = (len(groups[0]), len(groups[1]))
    if 10 * prod(shape) > budget:
        raise NotSearched("pairs_of_tables_of_two_groups", prod(shape))
    first, second = (index.ravel() for index in np.indices(shape))
    full = _full(records, 0, groups[0][first])
    full[:, 1, :-1, :-1] = groups[1][second]
    true = np.ones(len(first), dtype=bool)
    for each in both:
        true &= each.holds(each.feature(full))
    return first[true], second[true]


def _list(study: Study, groups: list[np.ndarray]) -> pd.DataFrame:
    import pandas as pd

    ids = study.outcome.level_ids
    rows = [
        (group, str(number), ids[pre], ids[post], str(int(table[pre, post])))
        for group, tables in zip(study.group_ids, groups, strict=True)
        for number, table in enumerate(tables[:MOST_LISTED], start=1)
        for pre, post in np.argwhere(table).tolist()
    ]
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS), dtype=str)


def _ranges(study: Study, groups: list[np.ndarray], between: np.ndarray | None, budget: int) -> pd.DataFrame:
    """Return the range of every result; `between` holds the pairs of tables where not all go together."""
    import pandas as pd

    rows: list[tuple[str, ...]] = []
    for group, tables in zip(study.group_ids, groups, strict=True):
        distinct = np.unique(change_margin(_padded(tables)), axis=0)
        middle = distinct.shape[1] // 2
        changes = distinct[:, :middle][:, ::-1], distinct[:, middle + 1 :], distinct[:, middle]
        for role, procedure in _roles(study.procedure.signed_rank, len(distinct)):
            names = _SIGNED_RANK if role == "declared" else _OF_EXACT
            result = signed_rank_counts(*changes, procedure)
            rows += _rows(study, ("signed_rank", group, role), result, names)
    if len(groups) >= 2 and study.procedure.rank_sum is not None:
        compared = _compared(study, groups, between, budget)
        for role, procedure in _roles(study.procedure.rank_sum, len(compared)):
            if len(compared):
                names = _RANK_SUM if role == "declared" else _OF_EXACT
                rows += _rows(study, ("rank_sum", "", role), rank_sum_counts(compared, procedure), names)
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS))


def _compared(study: Study, groups: list[np.ndarray], between: np.ndarray | None, budget: int) -> np.ndarray:
    """Return the distinct tables that the test between the groups can see, none beyond the budget."""

    def seen(tables: np.ndarray) -> np.ndarray:
        return margin(_padded(tables), "post") if study.between == "post" else change_margin(_padded(tables))

    if between is not None:
        return np.unique(seen(between), axis=0)
    first, second = (np.unique(seen(tables), axis=0) for tables in groups)
    if len(first) * len(second) > budget:
        return np.zeros((0, 2, first.shape[1]), dtype=np.int64)
    i, j = (index.ravel() for index in np.indices((len(first), len(second))))
    return np.stack([first[i], second[j]], axis=1)


def _padded(tables: np.ndarray) -> np.ndarray:
    """Add the empty row and column of missing scores."""
    return np.pad(tables, [(0, 0)] * (tables.ndim - 2) + [(0, 1), (0, 1)])


def _roles(declared: Procedure, datasets: int) -> list[tuple[str, Procedure]]:
    roles = [("declared", declared), ("exact", exact_counterpart(declared))]
    return [(role, one) for role, one in roles if one.method == "asymptotic" or datasets <= BUDGET_EXACT]


def _rows(
    study: Study, place: tuple[str, ...], result: object, names: tuple[str, ...]
) -> list[tuple[str, ...]]:
    rows = []
    for name in names:
        values = np.asarray(getattr(result, name))
        decisions = ""
        if name == "p_value":
            alpha = float(Fraction(str(study.alpha)))
            words = ("significant", values < alpha), ("not significant", values >= alpha)
            decisions = "; ".join(word for word, occurs in words if occurs.any())
        low, high = (f"{value:.10g}" for value in (values.min(), values.max()))
        # the same p-value reached in two ways may differ in its last bits
        distinct = len(np.unique([f"{value:.10g}" for value in values]))
        rows.append((*place, name, low, high, str(distinct), decisions))
    return rows
