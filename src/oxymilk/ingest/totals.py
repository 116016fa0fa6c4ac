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
    from oxymilk.study.outcome import Item

_MOST_CHOICES = 20_000  # of items that may be reversed
_MOST_ROWS = 200  # that choose among them
_EQUAL = 1e-6  # points that differ less are the same


class Row(NamedTuple):
    """The total that a sheet holds, its cell, and the points of each item."""

    cell: Cell
    total: Number
    points: list[Decimal]


def faults_of_totals(rows: Sequence[Row], items: Sequence[Item]) -> Iterator[Fault]:
    """Yield a fault for each total that is not the sum of its row; one for all where reversing items would mend most.

    Parameters
    ----------
    rows : sequence of Row
        Those of a sheet in which every item is filled in.
    items : sequence of Item
        What the points are of, in the same order.
    """
    differing = [row for row in rows if row.total != sum(row.points)]
    if not differing:
        return
    first, (chosen, ways) = differing[0], _reversal(rows, items)
    if chosen:
        agree = sum(row.total == sum(_reversed(row, items, chosen)) for row in rows)
        params = {
            "sum": sum(first.points),
            "count": len(differing),
            "rows": len(rows),
            "agree": agree,
            "ways": ways,
        }
        names = [items[at].written for at in chosen]
        yield fault_at("items_reversed", first.cell, items=names, **params)
        return
    for row in differing:
        yield fault_at("checklist_total_differs", row.cell, sum=sum(row.points))


def _reversed(row: Row, items: Sequence[Item], chosen: Sequence[int]) -> list[Decimal]:
    """Return the points of a row when the chosen items are reversed: an item has its weight or nothing."""
    return [items[at].weight - own if at in chosen else own for at, own in enumerate(row.points)]


def _reversal(rows: Sequence[Row], items: Sequence[Item]) -> tuple[tuple[int, ...], int]:
    """Return the fewest items that make the most rows agree when reversed, and how many choices do as well.

    None unless more than half of the rows then agree. All choices are tried, of many items those of few, and the one
    that solves the rows as equations: of the points 1, 0 and the total 2 the equation is -x1 + x2 = 1.
    """
    import numpy as np

    sample, n = rows[:_MOST_ROWS], len(items)
    weights, points = ([item.weight for item in items], [row.points for row in sample])
    gains = np.array(weights, dtype=float) - 2 * np.array(points, dtype=float)
    lacking = np.array([float(row.total - sum(row.points)) for row in sample])
    most = max(
        size for size in range(n + 1) if sum(comb(n, less) for less in range(size + 1)) <= _MOST_CHOICES
    )
    solved = np.linalg.lstsq(gains, lacking, rcond=None)[0] > 0.5
    choices = list(chain.from_iterable(combinations(range(n), size) for size in range(most + 1)))
    choices = list(dict.fromkeys([*choices, tuple(np.flatnonzero(solved).tolist())]))
    are_chosen = np.array([[at in choice for at in range(n)] for choice in choices], dtype=float)
    agreeing = (np.abs(are_chosen @ gains.T - lacking) < _EQUAL).sum(axis=1)
    best = [choices[at] for at in np.flatnonzero(agreeing == agreeing.max())]
    like = [choice for choice in best if len(choice) == len(min(best, key=len))]
    return (like[0], len(like)) if 2 * agreeing.max() > len(sample) else ((), 0)
