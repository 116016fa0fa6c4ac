"""A sheet as a grid of cells: text as written, with the address a person would look for; and entries, its rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.marks import Place
from oxymilk.words import clean


class Cell(NamedTuple):
    """A cell: its text, what kind of value the file says it is, and its place.

    `kind` is text, number, date, boolean, missing (the file itself declares the value as missing),
    merged (the text is that of the merged range), formula (without a stored value) or error.
    `label` is the value label of a statistics file.
    """

    text: str
    kind: str
    file: str
    worksheet: str
    row: int
    header: str
    address: str
    label: str = ""


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet.

    Attributes
    ----------
    file, worksheet : str
        Where it was read.
    rows : list of list of str
        Texts by row and column; rows may have different lengths.
    kinds : dict
        The kind of each cell that is not text.
    merged : dict
        For each cell that a merged range covers, the cell that holds the range's value.
    labels : dict
        For each column, the labels of its values.
    titles : dict
        For each column, what a statistics file says of the variable beside its name.
    cases : bool
        True for statistics files: rows are counted as cases, without the row of names, and have no addresses.
    computed : frozenset of tuple
        The cells whose value is the result of a formula, as far as the format says.
    transposed : bool
        True when rows and columns were exchanged after reading: addresses are those of the file.
    """

    file: str
    worksheet: str
    rows: list[list[str]]
    kinds: dict[Place, str] = field(default_factory=dict)
    merged: dict[Place, Place] = field(default_factory=dict)
    labels: dict[int, dict[str, str]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    cases: bool = False
    computed: frozenset[Place] = frozenset()
    transposed: bool = False

    def cell(self, row: int, column: int, header: str = "") -> Cell:
        """Return the cell at `row` and `column` (from 0); an empty one to the right of a short row."""
        origin = self.merged.get((row, column))
        kind = "merged" if origin else self.kinds.get((row, column), "text")
        text = self.text(*(origin or (row, column)))
        label = self.labels.get(column, {}).get(text, "")
        in_file, column_in_file = (column, row) if self.transposed else (row, column)
        number = in_file if self.cases else in_file + 1
        address = "" if self.cases else f"{column_letters(column_in_file)}{number}"
        return Cell(text, kind, self.file, self.worksheet, number, header, address, label)

    def text(self, row: int, column: int) -> str:
        """Return the text at a place, blanks cleaned."""
        texts = self.rows[row]
        return clean(texts[column]) if column < len(texts) else ""


@dataclass(frozen=True)
class Entry:
    """One row of a sheet as cells, before they are given a meaning.

    Attributes
    ----------
    participant : Cell
        What distinguishes the participant.
    group : Cell or None
        The group's cell, None when `group_id` or another sheet has it.
    scores : tuple
        Timepoint id and cells, one cell or one an item; the id is empty when it is in the cell `timepoint`.
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


def fault_at(code: str, cell: Cell, *, value: str | None = None, **params: object) -> Fault:
    """Return a fault at a cell; `value` replaces the cell's text, for values that identify a person."""
    text = cell.text if value is None else value
    return Fault(code, cell.file, cell.worksheet, cell.row, cell.header, text, dict(params), cell.address)


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def transpose(grid: Grid) -> Grid:
    """Exchange rows and columns; cells keep the address they have in the file."""
    width = max(map(len, grid.rows), default=0)
    return replace(
        grid,
        rows=[[row[column] if column < len(row) else "" for row in grid.rows] for column in range(width)],
        kinds={place[::-1]: kind for place, kind in grid.kinds.items()},
        merged={place[::-1]: origin[::-1] for place, origin in grid.merged.items()},
        labels={},
        titles={},
        computed=frozenset(place[::-1] for place in grid.computed),
        transposed=not grid.transposed,
    )
