"""Compare the totals that a checklist's sheet holds with the points of its items, and ask for items to be reversed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain, combinations
from math import comb
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, fault_at
from oxymilk.numbers import Number

if TYPE_CHECKING:
    from oxymilk.study.outcome import Checklist

_MOST_CHOICES, _MOST_WORK = 20_000, 4_000_000  # sets of items that may be reversed; these times rows
_EQUAL = 1e-6  # points that differ less are the same


class Row(NamedTuple):
    """The total that a sheet holds, its cell, and the points of each item."""

    cell: Cell
    total: Number
    points: list[Decimal]


def faults_of_totals(rows: Sequence[Row], checklist: Checklist) -> Iterator[Fault]:
    """Yield a fault for each total that is not the sum of its row; one for all where reversing items would mend most.

    `rows` are those of a sheet in which every item is filled in, `checklist` what the points are of.
    """
    differing = [row for row in rows if row.total != sum(row.points)]
    params = _reversal(rows, checklist) if differing else {}
    for row in differing[:1] if params else differing:
        more = params | {"count": len(differing), "rows": len(rows)} if params else {}
        code = "items_reversed" if params else "checklist_total_differs"
        yield fault_at(code, row.cell, sum=sum(row.points), **more)


def _reversal(rows: Sequence[Row], checklist: Checklist) -> dict[str, object]:
    """Return the fewest items that make the most rows agree when reversed, how many agree, how many such sets."""
    import numpy as np

    items = checklist.items
    n, most = len(items), min(_MOST_CHOICES, _MOST_WORK // len(rows))
    points = np.array([row.points for row in rows], dtype=float)
    gains = np.array([[float(sum(checklist.span(item))) for item in items]]) - 2 * points
    lacking = np.array([float(row.total - sum(row.points)) for row in rows])
    sizes = [size for size in range(n + 1) if sum(comb(n, less) for less in range(size + 1)) <= most]
    solved = tuple(np.flatnonzero(np.linalg.lstsq(gains, lacking, rcond=None)[0] > 0.5).tolist())
    choices = list(dict.fromkeys(chain(*(combinations(range(n), size) for size in sizes), [solved])))
    are_chosen = np.array([[at in choice for at in range(n)] for choice in choices], dtype=float)
    agreeing = (np.abs(are_chosen @ gains.T - lacking) < _EQUAL).sum(axis=1)
    best = [choices[at] for at in np.flatnonzero(agreeing == agreeing.max())]
    like = [choice for choice in best if len(choice) == min(map(len, best))]
    names = [items[at].written + " (reversed: false)" * items[at].reversed for at in like[0]]
    most_agree = bool(names) and 2 * agreeing.max() > len(rows)
    return {"items": names, "agree": int(agreeing.max()), "ways": len(like)} if most_agree else {}
