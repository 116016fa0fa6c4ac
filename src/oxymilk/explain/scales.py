"""A finer scale behind the printed categories: which U or W it leaves open, and which of them print the p-value.

If a test was run on a score whose cut makes the printed categories, then the categories fix the order between
levels and leave the order within them open. Two groups: U lies between what the levels give and that plus every pair
within a level. Pairs: who changed level changed the score in that direction; who did not may have gone either way
or not at all; the sizes of the changes are free.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oxymilk.explain.hits import Hit
from oxymilk.explain.records import Records, sheet_of
from oxymilk.stats import Procedure, rank_sum_counts, signed_rank_counts

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.explain.readings import Reading

MOST_TABLES = 30_000
MOST_EXACT = 300  # exact distributions take a thousand times as long
MOST_STEPS = 4
SCORE = "finer score"


class Scale(NamedTuple):
    """What finer scales can give.

    Attributes
    ----------
    statistic : ndarray of float, shape (N,)
        U1 or W+.
    p_value : ndarray of float, shape (N,)
        Under the declared procedure.
    tables : ndarray of int
        The datasets on the finer scale.
    steps : int
        Finer steps in each level; 0 when all scores differ.
    """

    statistic: np.ndarray
    p_value: np.ndarray
    tables: np.ndarray
    steps: int


def untied_rank_sum(table: np.ndarray, procedure: Procedure) -> Scale:
    """Return every finer scale without ties, up to scales with the same U.

    Parameters
    ----------
    table : array of int, shape (2, K)
        The printed categories of the two groups.
    procedure : Procedure
        The declared procedure.

    Returns
    -------
    Scale
        Tables of shape (N, 2, n1 + n2), one for each whole U from the smallest to the largest.
    """
    table = np.asarray(table, dtype=np.int64)
    pairs = table.prod(axis=0)
    n = int(table.sum())
    free = int(pairs.sum())
    tables = np.zeros((free + 1, 2, n), dtype=np.int64)
    for inside in range(free + 1):
        start, left = 0, inside
        for level, (a, b) in enumerate(table.T.tolist()):
            here = min(left, int(pairs[level]))
            left -= here
            tables[inside, 0, start : start + a + b] = _order(a, b, here)
            start += a + b
    tables[:, 1] = 1 - tables[:, 0]
    result = rank_sum_counts(tables, procedure)
    return Scale(result.u1, result.p_value, tables, 0)


def _order(a: int, b: int, above: int) -> np.ndarray:
    """Return an order of a ones and b zeros in which `above` pairs have the one above the zero."""
    order = np.zeros(a + b, dtype=np.int64)
    # `high` ones stand above all zeros, one stands above some of them, the others below all
    high, rest = divmod(above, b) if b else (a, 0)
    places = list(range(a - high - (rest > 0)))
    if rest:
        places.append(len(places) + rest)
    places += list(range(a + b - high, a + b))
    order[places] = 1
    return order


def tied_rank_sum(table: np.ndarray, procedure: Procedure) -> Scale:
    """Return the finer scales with a few steps in each level, ties within a step.

    Parameters
    ----------
    table, procedure
        As for `untied_rank_sum`.

    Returns
    -------
    Scale
        With as many steps in each level, at most 4, as keep the number of tables within bounds; none when
        already two steps are too many.
    """
    table = np.asarray(table, dtype=np.int64)
    most = MOST_TABLES if procedure.method == "asymptotic" else MOST_EXACT
    for steps in range(MOST_STEPS, 1, -1):
        sizes = [comb(n + steps - 1, steps - 1) for n in table.ravel().tolist()]
        if np.prod(sizes, dtype=float) <= most:
            break
    else:
        return Scale(np.zeros(0), np.zeros(0), np.zeros((0, 2, 1), dtype=np.int64), 0)
    cells = [parts_of(n, steps) for n in table.ravel().tolist()]
    chosen = np.indices(sizes).reshape(len(cells), -1)
    parts = [cell[index] for cell, index in zip(cells, chosen, strict=True)]
    k = table.shape[1]
    tables = np.stack([np.concatenate(parts[:k], axis=1), np.concatenate(parts[k:], axis=1)], axis=1)
    result = rank_sum_counts(tables, procedure)
    return Scale(result.u1, result.p_value, tables, steps)


@lru_cache(maxsize=64)
def parts_of(n: int, parts: int) -> np.ndarray:
    """Return all ways to share n among some parts, shape (comb(n + parts - 1, parts - 1), parts), not to be changed."""
    ways = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n], dtype=np.int64)
    for _ in range(parts - 1):
        choices = left + 1
        row = np.repeat(np.arange(len(left)), choices)
        here = np.arange(len(row)) - np.repeat(np.cumsum(choices) - choices, choices)
        ways = np.concatenate([ways[row], here[:, None]], axis=1)
        left = left[row] - here
    ways = np.concatenate([ways, left[:, None]], axis=1)
    ways.setflags(write=False)
    return ways


def untied_signed_rank(up: int, down: int, unchanged: int, procedure: Procedure) -> Scale:
    """Return every finer scale without ties between the sizes of changes, up to scales with the same W+.

    Parameters
    ----------
    up, down, unchanged : int
        Pairs whose category rose, fell or stayed.
    procedure : Procedure
        The declared procedure.

    Returns
    -------
    Scale
        Tables of shape (N, 2, n): falls and rises by size; what is missing to n did not change on the finer scale.
        One for each number of pairs that did not change and each W+ from the smallest to the largest.
    """
    n = up + down + unchanged
    rows: list[np.ndarray] = []
    for still in range(unchanged + 1):
        m = n - still
        for positive in range(up, m - down + 1):
            least, largest = positive * (positive + 1) // 2, positive * (2 * m - positive + 1) // 2
            for w in range(least, largest + 1):
                row = np.zeros((2, n), dtype=np.int64)
                row[1, _ranks(positive, m, w - least)] = 1
                row[0, :m] = 1 - row[1, :m]
                rows.append(row)
        if len(rows) > MOST_TABLES:
            break
    tables = np.array(rows)
    result = signed_rank_counts(tables[:, 0], tables[:, 1], n - tables.sum(axis=(1, 2)), procedure)
    keys = np.stack([tables.sum(axis=(1, 2)), result.w_plus.astype(np.int64)], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    first = np.sort(first)
    return Scale(result.w_plus[first], result.p_value[first], tables[first], 0)


def _ranks(positive: int, m: int, above: int) -> list[int]:
    """Return `positive` places of 0, ..., m - 1 whose sum is `above` more than the smallest possible."""
    room = m - positive
    high, rest = divmod(above, room) if room else (0, 0)
    places = list(range(positive - high - (rest > 0)))
    if rest:
        places.append(len(places) + rest)
    return places + list(range(m - high, m))


def search_scales(records: Records, reading: Reading, feature: object, declared: Procedure) -> list[Hit]:
    """Return the finer scales that would print a claim's p-value.

    Parameters
    ----------
    records : Records
        What is on disk.
    reading : Reading
        A claim of a p-value, decision or threshold.
    feature : ndarray or Differences
        The printed categories as the reading sees them.
    declared : Procedure
        The declared procedure.

    Returns
    -------
    list of Hit
        One for scales without ties and one for scales with ties; when neither has one, what would be needed. The
        coincidence is taken over all scales without ties, or over these and those with as many steps.
    """
    if reading.sees == "rank_sum" and records.study.between == "change":
        return []  # a change of level is no cut of a change of score
    if reading.sees == "rank_sum":
        scales = [untied_rank_sum(feature, declared), tied_rank_sum(feature, declared)]
        statistic, pairs = "u", float(np.prod(np.sum(feature, axis=-1)))
    else:
        numbers = (int(feature.positive.sum()), int(feature.negative.sum()), int(feature.zeros))
        scales = [untied_signed_rank(*numbers, declared)]
        statistic, pairs = "w", 0.0
    untied = scales[0]
    span = [float(untied.statistic.min()), float(untied.statistic.max())]
    mask = np.zeros(reading.printable.size, dtype=bool)
    hits = []
    for scale in scales:
        if not len(scale.statistic):
            continue
        mask |= reading.printable.covered(scale.p_value)
        fits = np.flatnonzero(reading.true_of(scale.p_value[:, None]))
        if not len(fits):
            continue
        values = sorted(set(scale.statistic[fits].tolist()))
        params = {
            "statistic": statistic, "low": _number(span[0]), "high": _number(span[1]),
            "values": [_number(value) for value in values], "steps": scale.steps,
            # U counted from the other group
            "others": [_number(pairs - value) for value in values] if statistic == "u" else [],
        }  # fmt: skip
        at = int(fits[0])
        hits.append(
            Hit(
                "finer_scale",
                "scale_tied" if scale.steps else "scale_untied",
                params,
                float(scale.p_value[at]),
                ways=len(values) if not scale.steps else len(fits),
                coincidence=reading.printable.share(mask),
                witness=_witness(records, reading, scale, at),
            )
        )
    if not hits:
        needed = _needed(reading, feature, declared) if statistic == "u" else []
        params = {"statistic": statistic, "low": _number(span[0]), "high": _number(span[1]), "values": needed}
        hits.append(Hit("none", "scale_unattainable" if needed else "scale_none", params))
    return hits


def _needed(reading: Reading, feature: np.ndarray, declared: Procedure) -> list[str]:
    """Return the U values, without ties, that would print the p-value, whatever the categories."""
    sizes = np.asarray(feature).sum(axis=-1)
    free = untied_rank_sum(sizes[:, None], declared)
    return [_number(u) for u in free.statistic[reading.true_of(free.p_value[:, None])].tolist()]


def _number(value: float) -> str:
    return f"{value:g}"


def _witness(records: Records, reading: Reading, scale: Scale, at: int) -> pd.DataFrame:
    """Return a sheet with a finer score beside the categories.

    Two groups: the score's places in the joint order after treatment. Pairs: the change of the score.
    """
    sheet = sheet_of(records)
    table = scale.tables[at]
    column = sheet.columns[0]
    scores: dict[str, str] = {}
    if reading.sees == "rank_sum":
        groups = [records.codes[g] for g in reading.groups]
        for g, codes in enumerate(groups):
            # participants by category; within one the order is free
            ordered = sorted(
                (code for code, record in codes.items() if record[1] < records.levels),
                key=lambda code: codes[code][1],
            )
            places = np.repeat(np.arange(table.shape[1]), table[g])
            scores |= {code: str(place + 1) for code, place in zip(ordered, places.tolist(), strict=True)}
    else:
        codes = records.codes[reading.groups[0]]
        changes = {code: post - pre for code, (pre, post) in codes.items() if max(pre, post) < records.levels}
        rises = (np.flatnonzero(table[1]) + 1).tolist()
        falls = [-size for size in (np.flatnonzero(table[0]) + 1).tolist()]
        # who rose a level rose on the score too; the rest of the changes goes to those who stayed
        for code, change in changes.items():
            if change:
                scores[code] = str((rises if change > 0 else falls).pop(0))
        rest = [*rises, *falls]
        for code, change in changes.items():
            if not change:
                scores[code] = str(rest.pop(0)) if rest else "0"
    return sheet.assign(**{SCORE: [scores.get(code, "") for code in sheet[column]]})
