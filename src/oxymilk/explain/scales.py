"""A finer scale behind the printed categories: which U or W it leaves open, and which of them print the p-value.

If a test was run on a score whose cut makes the printed categories, then the categories fix the order between
levels and leave the order within them open. Two groups: U lies between what the levels give and that plus every pair
within a level. Pairs: who changed level changed the score in that direction; who did not may have gone either way
or not at all; the sizes of the changes are free. Scales with ties are not searched: they print nearly every p-value
(coincidence 100% in the first study), so that they explain none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.explain.departures import sheet_of
from oxymilk.stats import Procedure, rank_sum_counts, signed_rank_counts

MOST_TABLES = 30_000
SCORE = "finer score"


class FinerScales(NamedTuple):
    """What finer scales without ties can give.

    * statistic, float, shape (N,) : U1 or W+.
    * p_value, float, shape (N,) : Under the declared procedure.
    * tables : The datasets on the finer scale.
    """

    statistic: np.ndarray
    p_value: np.ndarray
    tables: np.ndarray


def untied_rank_sum(table: np.ndarray, procedure: Procedure) -> FinerScales:
    """Return every finer scale without ties, up to scales with the same U, of two groups' categories, shape (2, K).

    The tables have shape (N, 2, n1 + n2), one for each whole U from the smallest to the largest.

    Examples
    --------
    Two of the first group and one of the second in one category: the first group's places are 0 1, 0 2 or 1 2, and
    of the two pairs none, one or both have the first group above.

    >>> untied_rank_sum(np.array([[2], [1]]), Procedure("asymptotic")).tables[:, 0].tolist()
    [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    """
    table = np.asarray(table, dtype=np.int64)
    pairs = table.prod(axis=0)
    tables = np.zeros((int(pairs.sum()) + 1, 2, int(table.sum())), dtype=np.int64)
    for inside in range(len(tables)):
        start, left = 0, inside
        for (a, b), free in zip(table.T.tolist(), pairs.tolist(), strict=True):
            above = min(left, free)
            left -= above
            tables[inside, 0, start + np.array(_places(a, a + b, above), dtype=np.int64)] = 1
            start += a + b
    tables[:, 1] = 1 - tables[:, 0]
    result = rank_sum_counts(tables, procedure)
    return FinerScales(result.u1, result.p_value, tables)


def _places(chosen: int, n: int, above: int) -> list[int]:
    """Return some of the places 0, ..., n - 1, their sum `above` more than the smallest possible.

    Two of 0, 1, 2, 3: 0 1 is the smallest sum, then 0 2, 0 3, 1 3 and 2 3, which is 4 above it.
    """
    # `high` places are the last ones, one is between, the others are the first ones
    high, rest = divmod(above, n - chosen) if n > chosen else (0, 0)
    places = list(range(chosen - high - (rest > 0)))
    if rest:
        places.append(len(places) + rest)
    return places + list(range(n - high, n))


def untied_signed_rank(up: int, down: int, unchanged: int, procedure: Procedure) -> FinerScales:
    """Return every finer scale without ties between the sizes of changes, up to scales with the same W+.

    The tables have shape (N, 2, n): falls and rises by size, of pairs whose category rose, fell or stayed; what is
    missing to n did not change on the finer scale. One for each number of pairs that did not change and each W+ from
    the smallest to the largest.
    """
    n = up + down + unchanged
    rises, used = [], []
    for still in range(unchanged + 1):
        m = n - still
        for positive in range(up, m - down + 1):
            for above in range(positive * (m - positive) + 1):
                row = np.zeros(n, dtype=np.int64)
                row[_places(positive, m, above)] = 1
                rises.append(row)
                used.append(m)
        if len(rises) > MOST_TABLES:
            break
    rise, changed = np.array(rises), np.array(used)
    fall = (np.arange(n) < changed[:, None]) - rise
    result = signed_rank_counts(fall, rise, n - changed, procedure)
    keys = np.stack([changed, result.w_plus.astype(np.int64)], axis=1)
    first = np.sort(np.unique(keys, axis=0, return_index=True)[1])
    return FinerScales(result.w_plus[first], result.p_value[first], np.stack([fall, rise], axis=1)[first])


def search_scales(differing: DifferingClaim) -> list[Explanation]:
    """Return the finer scale that would print a claim's p-value; when there is none, what would be needed.

    At most one explanation, of a p-value, decision or threshold; its coincidence is taken over all scales without
    ties.
    """
    claim, feature, declared = differing.on_counts, differing.feature, differing.declared
    two_groups = claim.sees == "rank_sum"
    if two_groups:
        if differing.study.between == "change":
            return []  # a change of level is no cut of a change of score
        sizes = np.sum(feature, axis=-1)
        scales = untied_rank_sum(feature, declared)
    else:
        numbers = (feature.positive.sum(), feature.negative.sum(), feature.zeros)
        scales = untied_signed_rank(*map(int, numbers), declared)
    params: dict[str, object] = {
        "statistic": "u" if two_groups else "w",
        "low": f"{scales.statistic.min():g}",
        "high": f"{scales.statistic.max():g}",
    }
    fits = claim.true_of(scales.p_value[:, None])
    values = np.unique(scales.statistic[fits])
    if not len(values):
        if two_groups:
            # the U values that would print the p-value, whatever the categories
            free = untied_rank_sum(sizes[:, None], declared)
            values = free.statistic[claim.true_of(free.p_value[:, None])]
        params["values"] = _numbers(values)
        code = "scale_unattainable" if len(values) else "scale_none"
        return [Explanation("none", code, params, others=differing.others_as_is)]
    # U counted from the other group
    others = _numbers(np.prod(sizes) - values) if two_groups else []
    params |= {"values": _numbers(values), "others": others}
    first = int(np.flatnonzero(fits)[0])
    return [
        Explanation(
            "finer_scale",
            "scale_untied",
            params,
            float(scales.p_value[first]),
            ways=len(values),
            others=differing.others_as_is,
            coincidence=claim.printable.share(claim.printable.covered(scales.p_value)),
            witness=_witness(differing, scales.tables[first]),
        )
    ]


def _numbers(values: np.ndarray) -> list[str]:
    return [f"{value:g}" for value in values.tolist()]


def _witness(differing: DifferingClaim, table: np.ndarray) -> pd.DataFrame:
    """Return a sheet with a finer score beside the categories.

    Two groups: the score's places in the joint order after treatment. Pairs: the change of the score.
    """
    records, claim = differing.records, differing.on_counts
    sheet = sheet_of(records)
    scores: dict[str, int] = {}
    if claim.sees == "rank_sum":
        for group, places in zip(claim.groups, table, strict=True):
            codes = records.codes[group]
            # participants by category; within one the order is free
            seen = sorted((codes[code][1], at, code) for at, code in enumerate(codes))
            ordered = [code for level, _, code in seen if level < records.levels]
            scores |= dict(zip(ordered, (np.flatnonzero(places) + 1).tolist(), strict=True))
    else:
        codes = records.codes[claim.groups[0]]
        changes = {code: post - pre for code, (pre, post) in codes.items() if max(pre, post) < records.levels}
        falls, rises = ((np.flatnonzero(sizes) + 1).tolist() for sizes in table)
        falls = [-size for size in falls]
        # who rose a level rose on the score too; the rest of the changes goes to those who stayed
        scores = {code: (rises if change > 0 else falls).pop(0) for code, change in changes.items() if change}
        rest = [*rises, *falls]
        scores |= {code: rest.pop(0) if rest else 0 for code, change in changes.items() if not change}
    return sheet.assign(**{SCORE: [str(scores.get(code, "")) for code in sheet[sheet.columns[0]]]})
