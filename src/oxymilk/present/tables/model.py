"""A table before it has a format: titled panels of text cells, with notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal


@dataclass(frozen=True)
class Column:
    """A column of a panel.

    Attributes
    ----------
    key : str
        Names the column across panels and languages; "row" is the stub.
    label : str
        Its header.
    spanner : str
        Header above it and its neighbours of the same spanner; empty for none.
    align : str
        "left", "right" or "center".
    width : float
        Share of the table's width, in any unit; the writers scale them to the whole.
    only_csv : bool
        True for a column that only the CSV file has.
    """

    key: str
    label: str
    spanner: str = ""
    align: Literal["left", "right", "center"] = "right"
    width: float = 1.0
    only_csv: bool = False


@dataclass(frozen=True)
class Cell:
    """Text of a cell, the letters of its notes, and whether it is in bold (a verdict that differs)."""

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its cells by the key of their column, the others empty; only the stub when it opens a section.

    A row of kind "more" continues the row above it: its stub is empty, since another printed form of the same number
    follows.
    """

    cells: Mapping[str, Cell]
    kind: Literal["body", "more", "section", "total"] = "body"

    def cell(self, key: str) -> Cell:
        """Return the cell of a column."""
        return self.cells.get(key, Cell())


def row(kind: str = "body", /, **cells: Cell | str) -> Row:
    """Make a row from cells or their texts."""
    whole = {key: cell if isinstance(cell, Cell) else Cell(cell) for key, cell in cells.items()}
    return Row(whole, kind)


@dataclass(frozen=True)
class Panel:
    """A header and the rows below it; `label` names the panel in the CSV file."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that are not only for the CSV file."""
        return tuple(column for column in self.columns if not column.only_csv)

    def shown_cells(self, row: Row) -> tuple[Cell, ...]:
        """Return the cells of `row` that are not only for the CSV file; the stub alone of a section."""
        columns = self.shown_columns[:1] if row.kind == "section" else self.shown_columns
        return tuple(row.cell(column.key) for column in columns)

    def spanners(self) -> tuple[tuple[str, int], ...]:
        """Return each spanner and the number of columns below it, from left to right; ("", k) for none."""
        runs = groupby(column.spanner for column in self.shown_columns)
        return tuple((spanner, sum(1 for _ in run)) for spanner, run in runs)

    def widths(self, whole: int = 0) -> tuple[float, ...]:
        """Return the shown columns' shares of the table's width, which sum to 1; or, of a `whole`, whole units."""
        total = sum(column.width for column in self.shown_columns)
        shares = tuple(column.width / total for column in self.shown_columns)
        return tuple(round(share * whole) for share in shares) if whole else shares


@dataclass(frozen=True)
class Note:
    """A sentence below the table; `mark` is the letter in the cells that it explains, empty for a general one."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A numbered table in one language.

    Attributes
    ----------
    kind : str
        One of the kinds in `oxymilk.present.tables`.
    number : int
        Its number, from 1.
    language : str
        One of `oxymilk.texts.LANGUAGES`.
    title : str
        What it shows, without its number.
    panels : tuple of Panel
        One below the other, of equal total width.
    notes : tuple of Note
        General ones first, then those with a mark.
    """

    kind: str
    number: int
    language: str
    title: str
    panels: tuple[Panel, ...]
    notes: tuple[Note, ...]

    @property
    def general_notes(self) -> tuple[str, ...]:
        """The notes about the whole table."""
        return tuple(note.text for note in self.notes if not note.mark)

    @property
    def marked_notes(self) -> tuple[Note, ...]:
        """The notes about single cells."""
        return tuple(note for note in self.notes if note.mark)
