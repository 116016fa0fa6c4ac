"""An entry: the cells of one row of a sheet, before they are given a meaning."""

from __future__ import annotations

from dataclasses import dataclass, field

from oxymilk.ingest.grid import Cell


@dataclass(frozen=True)
class Entry:
    """One row of a sheet as cells.

    Attributes
    ----------
    participant : Cell
        What tells the participant apart.
    group : Cell or None
        The group's cell, None when `group_id` or another sheet tells it.
    scores : tuple
        Timepoint id and cells, one cell or one an item; the id is empty when `timepoint` tells it.
    timepoint : Cell or None
        In a long sheet, the timepoint's cell.
    characteristics : dict
        Cells by characteristic id.
    group_id : str
        The group when it is not in a cell: of the sheet, block or title.
    grid_row : int
        The row in the grid, from 0.
    by_row : bool
        Whether the row itself is the participant.
    levels : tuple
        Timepoint id and level id that the layout knows itself (cross-tabulations).
    """

    participant: Cell
    group: Cell | None
    scores: tuple[tuple[str, tuple[Cell, ...]], ...]
    timepoint: Cell | None = None
    characteristics: dict[str, Cell] = field(default_factory=dict)
    group_id: str = ""
    grid_row: int = 0
    by_row: bool = False
    levels: tuple[tuple[str, str], ...] = ()
