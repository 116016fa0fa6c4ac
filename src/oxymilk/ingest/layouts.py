"""Turn a grid into entries: which cell is the participant, the group, the score of which timepoint.

One small function a layout. None of them reads a meaning into a cell; `observations` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, Grid, column_letters, fault_at
from oxymilk.words import clean, fold, nearest

if TYPE_CHECKING:
    from oxymilk.study import Sheet


@dataclass(frozen=True)
class Entry:
    """One row of a sheet as cells; in a long sheet `timepoint` says which timepoint the score belongs to."""

    participant: Cell
    group: Cell
    scores: tuple[tuple[str, Cell], ...]
    timepoint: Cell | None = None


def entries_of(grid: Grid, sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    """Return the entries of a grid in the layout that its sheet declares.

    Parameters
    ----------
    grid : Grid
        The cells.
    sheet : Sheet
        The declaration: layout, columns.

    Returns
    -------
    tuple of list of Entry, list of Fault
        No entries when a declared column is missing: then no row can be read.
    """
    return LAYOUTS[sheet.layout](grid, sheet)


def wide(grid: Grid, sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    """One row a participant, one column a timepoint."""
    wanted = {"participant": sheet.participant.column, "group": sheet.group.column}
    wanted |= {f"score {timepoint}": column for timepoint, column in sheet.scores.items()}
    columns, faults = _columns(grid, sheet, list(wanted.values()))
    if columns is None:
        return [], faults
    entries = []
    for row in range(1, len(grid.rows)):
        cells = {name: grid.cell(row, *columns[fold(column)]) for name, column in wanted.items()}
        if _is_observation(grid, row, cells, faults):
            scores = tuple((timepoint, cells[f"score {timepoint}"]) for timepoint in sheet.scores)
            entries.append(Entry(cells["participant"], cells["group"], scores))
    return entries, faults


def long(grid: Grid, sheet: Sheet) -> tuple[list[Entry], list[Fault]]:
    """One row a participant and timepoint."""
    wanted = {
        "participant": sheet.participant.column,
        "group": sheet.group.column,
        "timepoint": sheet.timepoint.column,
        "score": sheet.score,
    }
    columns, faults = _columns(grid, sheet, list(wanted.values()))
    if columns is None:
        return [], faults
    entries = []
    for row in range(1, len(grid.rows)):
        cells = {name: grid.cell(row, *columns[fold(column)]) for name, column in wanted.items()}
        if _is_observation(grid, row, cells, faults):
            scores = (("", cells["score"]),)
            entries.append(Entry(cells["participant"], cells["group"], scores, cells["timepoint"]))
    return entries, faults


LAYOUTS: dict[str, Callable[[Grid, Sheet], tuple[list[Entry], list[Fault]]]] = {"wide": wide, "long": long}


def _columns(
    grid: Grid, sheet: Sheet, wanted: list[str]
) -> tuple[dict[str, tuple[int, str]] | None, list[Fault]]:
    """Find the headers of a sheet whose first row is the header.

    Returns
    -------
    tuple of dict or None, list of Fault
        Folded header -> (column from 0, header as written), None when a wanted one is missing; the faults
        hold missing and duplicate headers, and as warnings the columns that nobody declared.
    """
    headers = [clean(text) for text in grid.rows[0]] if grid.rows else []
    if not any(any(text.strip() for text in row) for row in grid.rows[1:]) or not any(headers):
        return None, [Fault("sheet_empty", grid.file, grid.worksheet)]
    faults = []
    used = {fold(one) for one in wanted}
    known = used | {fold(one) for one in sheet.ignore}
    columns: dict[str, tuple[int, str]] = {}
    for at, header in enumerate(headers):
        word = fold(header)
        cell = grid.cell(0, at, header)
        if not header:
            continue
        if word in columns and word in used:
            first = f"{column_letters(columns[word][0])}1"
            faults.append(fault_at("header_duplicate", cell, first=first))
        elif word not in known:
            faults.append(fault_at("column_undeclared", cell, value=""))
        columns.setdefault(word, (at, header))
    for one in dict.fromkeys(wanted):
        if fold(one) not in columns:
            present = [header for header in headers if header]
            free = [header for header in present if fold(header) not in used]
            params = {"legal": present, "nearest": nearest(one, free)}
            faults.append(Fault("column_missing", grid.file, grid.worksheet, 1, one, params=params))
    missing = any(fault.code == "column_missing" for fault in faults)
    return (None if missing else columns), faults


def _is_observation(grid: Grid, row: int, cells: dict[str, Cell], faults: list[Fault]) -> bool:
    """Say whether a row holds an observation; blank rows do not, and what is odd is added to `faults`."""
    texts = grid.rows[row]
    if not any(text.strip() for text in texts):
        return False
    headers = max((at for at, text in enumerate(grid.rows[0]) if text.strip()), default=0)
    for column in range(headers + 1, len(texts)):
        cell = grid.cell(row, column)
        if cell.text:
            faults.append(fault_at("cell_outside", cell))
    participant = cells["participant"]
    others = [cell for name, cell in cells.items() if name != "participant"]
    if not any(cell.text for cell in others):
        faults.append(fault_at("row_without_values", participant, value=""))
        return False
    if not participant.text:
        faults.append(fault_at("participant_missing", participant))
        return False
    return True
