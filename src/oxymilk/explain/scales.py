"""Finer scores behind the printed levels that give the printed number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from oxymilk.explain.claims_on_counts import falls_and_rises
from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.explain.departures import sheet_of

SCORE = "finer score"
MOST_CELLS = 8_000_000  # of the tables of finer scales


class FinerScales(NamedTuple):
    """What finer scales without ties can give.

    If a test was run on a score whose cut makes the printed categories, then the categories fix the order between
    levels and leave the order within them open. Two groups: U lies between what the levels give and that plus every
    pair within a level. Pairs: who changed level changed the score in that direction; who did not may have gone either
    way or not at all; the sizes of the changes are free. Scales with ties are not searched: they print nearly every
    p-value (coincidence 100% in the first study), so that they explain none.

    * statistic, int, shape (N,) : U1 or W+.
    * tables : The datasets on the finer scale: two groups, or falls and rises.
    * complete : Whether these are all; those of fewer unchanged pairs come first.
    """

    statistic: np.ndarray
    tables: np.ndarray
    complete: bool = True


def untied_rank_sum(table: np.ndarray) -> FinerScales:
    """Return every finer scale without ties, up to scales with the same U, of two groups' categories, shape (2, K).

    The tables have shape (N, 2, n1 + n2), one for each whole U from the smallest to the largest; none when these would
    be more than `MOST_CELLS`.

    Examples
    --------
    Two of the first group and one of the second in one category: the first group's places are 0 1, 0 2 or 1 2, and
    of the two pairs none, one or both have the first group above.

    >>> untied_rank_sum(np.array([[2], [1]])).tables[:, 0].tolist()
    [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    """
    table = np.asarray(table, dtype=np.int64)
    pairs, n = table.prod(axis=0), int(table.sum())
    scales = int(pairs.sum()) + 1
    complete = 2 * n * scales <= MOST_CELLS
    tables = np.zeros((scales if complete else 0, 2, n), dtype=np.int64)
    for inside in range(len(tables)):
        start, left = 0, inside
        for (a, b), free in zip(table.T.tolist(), pairs.tolist(), strict=True):
            above = min(left, free)
            left -= above
            tables[inside, 0, start + np.array(_places(a, a + b, above), dtype=np.int64)] = 1
            start += a + b
    tables[:, 1] = 1 - tables[:, 0]
    # of a higher level and a lower one, the first group's is above
    below = np.cumsum(table[1]) - table[1]
    return FinerScales(int(table[0] @ below) + np.arange(len(tables)), tables, complete)


def _places(chosen: int, n: int, above: int) -> list[int]:
    """Return some of the places 0, ..., n - 1, their sum `above` more than the smallest possible.

    Two of 0, 1, 2, 3: 0 1 is the smallest sum, then 0 2, 0 3, 1 3 and 2 3, which is 4 above it.
    """
    # `high` places are the last ones, one is between, the others are the first ones
    high, rest = divmod(above, n - chosen) if n > chosen else (0, 0)
    first = chosen - high - (rest > 0)
    return [*range(first), *([first + rest] if rest else []), *range(n - high, n)]


def untied_signed_rank(up: int, down: int, unchanged: int) -> FinerScales:
    """Return every finer scale without ties between the sizes of changes, up to scales with the same W+.

    The tables have shape (N, 2, n): falls and rises by size, of pairs whose category rose, fell or stayed; what is
    missing to n did not change on the finer scale. One for each number of pairs that did not change and each W+ from
    the smallest to the largest, as few rises as it takes; up to `MOST_CELLS`.
    """
    n = up + down + unchanged
    rises, used, statistic, complete = [], [], [], True
    for still in range(unchanged + 1):
        m = n - still
        # so many rises, from their smallest sum of ranks to their largest; ranges of one more rise overlap
        ends = [(p, p * (p + 1) // 2, p * (p + 1) // 2 + p * (m - p)) for p in range(up, m - down + 1)]
        complete = 2 * n * (len(rises) + ends[-1][2] - ends[0][1] + 1) <= MOST_CELLS
        if not complete:
            break
        for w_plus in range(ends[0][1], ends[-1][2] + 1):
            positive, least = next((p, least) for p, least, most in ends if w_plus <= most)
            rises.append(np.zeros(n, dtype=np.int64))
            rises[-1][_places(positive, m, w_plus - least)] = 1
            used.append(m)
            statistic.append(w_plus)
    rise, changed = np.array(rises, dtype=np.int64).reshape(-1, n), np.array(used, dtype=np.int64)
    fall = (np.arange(n) < changed[:, None]) - rise
    return FinerScales(np.array(statistic), np.stack([fall, rise], axis=1), complete)


def search_scales(differing: DifferingClaim) -> list[Explanation] | None:
    """Return the finer scale that would print a claim's number; when there is none, what would be needed.

    At most one explanation, of a p-value, decision, threshold or statistic; its coincidence is taken over all scales
    without ties. None where there are more of them than could be searched, and none of those searched fits.
    """
    claim, feature, others = differing.on_counts, differing.feature, differing.others_as_is
    two_groups, sizes = claim.test == "rank_sum", np.sum(feature, axis=-1)
    if two_groups:
        scales = untied_rank_sum(feature)
        seen = scales.tables
    else:
        falls, rises, unchanged = falls_and_rises(feature)
        scales = untied_signed_rank(int(rises.sum()), int(falls.sum()), int(unchanged))
        # from the largest fall to the largest rise, as a claim sees changes
        fall, rise = scales.tables[:, 0], scales.tables[:, 1]
        still = int(sizes) - (fall + rise).sum(axis=1)
        seen = np.concatenate([fall[:, ::-1], still[:, None], rise], axis=1)
    printed = claim.values(seen) if len(seen) else np.empty((0, 1))
    fits = np.flatnonzero(claim.true_of(printed))
    if not (len(fits) or scales.complete):
        return None
    values = np.unique(scales.statistic[fits])
    if two_groups and not len(fits):
        # the U values that would print the number, whatever the categories
        free = untied_rank_sum(sizes[:, None])
        values = free.statistic[claim.true_of(claim.values(free.tables))] if free.complete else values
    ends = {"low": f"{scales.statistic.min():g}", "high": f"{scales.statistic.max():g}"}
    params = {"statistic": "u" if two_groups else "w", **ends, "values": [f"{value:g}" for value in values]}
    if not len(fits):
        code = "scale_unattainable" if len(values) else "scale_none"
        return [Explanation("none", code, params, others=others)]
    # U counted from the other group
    params["others"] = [f"{value:g}" for value in np.prod(sizes) - values] if two_groups else []
    effort = int(claim.claim.quantity != "p_value" or claim.printable.claimed > 0)
    return [
        Explanation(
            "finer_scale", "scale_untied", params, claim.first_true(printed[fits[0]]),
            effort=effort, ways=len(values), others=others,
            coincidence=claim.printable.share(claim.printable.covered(printed)),
            witness=_witness(differing, scales.tables[fits[0]]),
        )
    ]  # fmt: skip


def _witness(differing: DifferingClaim, table: np.ndarray) -> pd.DataFrame:
    """Return a sheet with a finer score beside the categories.

    Two groups: the score's places in the joint order after treatment. Pairs: the change of the score.
    """
    records, claim = differing.records, differing.on_counts
    sheet = sheet_of(records)
    scores: dict[str, int] = {}
    if claim.test == "rank_sum":
        for group, places in zip(claim.groups, table, strict=True):
            # participants by category; within one the order is free
            after = {code: post for code, (_, post) in records.codes[group].items() if post < records.levels}
            ordered = sorted(after, key=after.get)
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
