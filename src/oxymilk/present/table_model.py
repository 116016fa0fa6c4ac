"""A table before it has a format: titled panels of text cells, with notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, product
from string import ascii_lowercase
from typing import Literal


@dataclass(frozen=True)
class Column:
    """A column of a panel.

    Attributes
    ----------
    key : str
        Names the column across panels and languages.
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
    """Text of a cell, the letters of its notes, and whether it stands out (a verdict that differs)."""

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False


@dataclass(frozen=True)
class Row:
    """A row: one cell a column (csv-only columns too), or a single cell when it opens a section.

    A row of kind "more" continues the row above it: its stub is empty, since another printed form of the same number
    follows.
    """

    cells: tuple[Cell, ...]
    kind: Literal["body", "more", "section", "total"] = "body"


@dataclass(frozen=True)
class Panel:
    """A header and the rows below it; `label` names the panel in the CSV file."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def shown(self) -> tuple[int, ...]:
        """Positions of the columns that are not only for the CSV file."""
        return tuple(position for position, column in enumerate(self.columns) if not column.only_csv)

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that are not only for the CSV file."""
        return tuple(self.columns[position] for position in self.shown)

    def shown_cells(self, row: Row) -> tuple[Cell, ...]:
        """Return the cells of `row` that are not only for the CSV file; all one of a section row."""
        return row.cells if row.kind == "section" else tuple(row.cells[position] for position in self.shown)

    def spanners(self) -> tuple[tuple[str, int], ...]:
        """Return each spanner and the number of columns below it, from left to right; ("", k) for none."""
        runs = groupby(column.spanner for column in self.shown_columns)
        return tuple((spanner, sum(1 for _ in run)) for spanner, run in runs)

    def widths(self) -> tuple[float, ...]:
        """Return the shown columns' shares of the table's width; they sum to 1."""
        total = sum(column.width for column in self.shown_columns)
        return tuple(column.width / total for column in self.shown_columns)


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
        "characteristics", "summary", "frequencies", "signed_rank", "rank_sum", "effects", "sensitivity" or
        "explanations".
    number : int
        Its number, from 1.
    language : str
        "en" or "id".
    title : str
        What it shows, without its number.
    panels : tuple of Panel
        One below the other, of equal total width.
    notes : tuple of Note
        General ones first, then those with a mark.
    """

    kind: Literal[
        "characteristics",
        "summary",
        "frequencies",
        "signed_rank",
        "rank_sum",
        "effects",
        "sensitivity",
        "explanations",
    ]
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


@dataclass
class Notes:
    """Collects the notes of a table: equal texts share a letter, in order of first use."""

    general: list[str] = field(default_factory=list)
    _marked: dict[str, str] = field(default_factory=dict)
    _letters: Iterator[str] = field(default_factory=lambda: _mark_letters())

    def add(self, *texts: str) -> None:
        """Add notes about the whole table; a text that is there already is not repeated."""
        self.general.extend(text for text in dict.fromkeys(texts) if text and text not in self.general)

    def mark(self, text: str) -> tuple[str, ...]:
        """Return the letter of a note about a cell, as the `marks` of that cell; none for an empty text."""
        if not text:
            return ()
        if text not in self._marked:
            self._marked[text] = next(self._letters)
        return (self._marked[text],)

    def finish(self) -> tuple[Note, ...]:
        """Return all notes, general ones first."""
        return (
            *(Note(text) for text in self.general),
            *(Note(text, letter) for text, letter in self._marked.items()),
        )


def _mark_letters() -> Iterator[str]:
    for length in (1, 2):
        yield from ("".join(letters) for letters in product(ascii_lowercase, repeat=length))
