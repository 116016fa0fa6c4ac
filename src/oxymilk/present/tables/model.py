"""A table before it has a format: titled panels of cells, with notes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Column:
    """A column of a panel.

    * key : names the column across panels and languages; "row" is the stub.
    * label : its header.
    * spanner : header above it and its neighbours of the same spanner; empty for none.
    * align : "left", "right" or "center".
    * width : share of the table's width, in any unit; the writers scale them to the whole.
    * only_csv : true for a column that only the CSV file has.
    * full : key of the column whose cells it shows with ten digits; empty for a column with cells of its own.
    """

    key: str
    label: str
    spanner: str = ""
    align: Literal["left", "right", "center"] = "right"
    width: float = 1.0
    only_csv: bool = False
    full: str = ""


@dataclass(frozen=True)
class Cell:
    """Text of a cell, the letters of its notes, whether it is in bold (a verdict that differs), its ten digits."""

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False
    digits: str = ""


class Row:
    """A row: its cells by the key of their column, the others empty.

    Parameters
    ----------
    kind : {"body", "more", "section", "total"}
        A section has only its stub. A row of kind "more" continues the row above it: its stub is empty, since another
        printed form of the same number follows.
    **cells : Cell or str
        The cells, or their texts.
    """

    def __init__(self, kind: str = "body", /, **cells: Cell | str) -> None:
        self.kind = kind
        self.cells = {key: cell if isinstance(cell, Cell) else Cell(cell) for key, cell in cells.items()}

    def cell(self, key: str) -> Cell:
        """Return the cell of a column."""
        return self.cells.get(key, Cell())


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

    def spanners(self) -> tuple[tuple[str, int], ...]:
        """Return each spanner and the number of columns below it, from left to right; ("", k) for none."""
        runs = groupby(column.spanner for column in self.shown_columns)
        return tuple((spanner, len(list(run))) for spanner, run in runs)

    def widths(self, whole: int = 0) -> tuple[float, ...]:
        """Return the shown columns' shares of the table's width, which sum to 1; or, of a `whole`, whole units."""
        total = sum(column.width for column in self.shown_columns)
        shares = tuple(column.width / total for column in self.shown_columns)
        return tuple(round(share * whole) for share in shares) if whole else shares


@dataclass(frozen=True)
class Table:
    """A numbered table in one language.

    * kind : one of the kinds in `oxymilk.present.tables`.
    * number : its number, from 1.
    * language : one of `oxymilk.texts.LANGUAGES`.
    * title : what it shows, without its number.
    * panels : one below the other, of equal total width.
    * notes : sentences about the whole table.
    * footnotes : sentences about single cells, by the letter that marks those.
    """

    kind: str
    number: int
    language: str
    title: str
    panels: tuple[Panel, ...]
    notes: tuple[str, ...]
    footnotes: Mapping[str, str]
