"""A table before it has a format: caption, columns, rows, notes; and its numbers, aligned on their decimal marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Literal

from oxymilk.texts import MINUS

if TYPE_CHECKING:
    from oxymilk.present.view import View

DIGIT_SPACE = "\N{FIGURE SPACE}"
# blanks in front of a number, the rest in front of it, its whole part, its decimals
_NUMBER = re.compile(r"(\s*)(\D*)(\d+)([.,]\d+)?")


@dataclass(frozen=True)
class Cell:
    """Text of a cell, the letters of its notes, whether it is in bold; a number's digits for the CSV file.

    `end` is what comes behind the letters: blanks that align the number with others.
    """

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False
    digits: str = ""
    end: str = ""


@dataclass(frozen=True)
class Column:
    """A column: its key and header, with the letters of its notes; the first one of a table holds the stubs.

    * spanner : the header above it and its neighbours of the same spanner; empty for none.
    * align : "number" aligns the cells on the decimal marks of their first numbers.
    * width : share of the table's width, in any unit.
    * only_csv : true for a column that only the CSV file has.
    """

    key: str
    label: str
    align: Literal["left", "number"] = "number"
    width: float = 1.0
    spanner: str = ""
    marks: tuple[str, ...] = ()
    only_csv: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its stub, and cells or their texts by column. The rows below a `head` belong to it, and are indented.

    One that is `only_csv` is in the CSV file and on no page.
    """

    stub: Cell | str = ""
    cells: Mapping[str, Cell | str] = field(default_factory=dict)
    head: bool = False
    only_csv: bool = False

    @property
    def alone(self) -> bool:
        """Whether it has its stub only, which then spans all columns."""
        return self.head and not self.cells

    def cell(self, key: str) -> Cell:
        """Return the cell of a column; the stub's key is "row"."""
        cell = self.stub if key == "row" else self.cells.get(key, "")
        return cell if isinstance(cell, Cell) else Cell(cell)


class Footnotes(dict[str, str]):
    """Sentences about single cells, by the letter that marks those."""

    def mark(self, text: str) -> tuple[str, ...]:
        """Return the letter of a sentence, as the `marks` of a cell; none for an empty text."""
        known = {sentence: letter for letter, sentence in self.items()}
        if text and text not in known:
            letters = chain(ascii_lowercase, map("".join, product(ascii_lowercase, repeat=2)))
            known[text] = next(letter for letter in letters if letter not in self)
            self[known[text]] = text
        return (known[text],) if text else ()


@dataclass(frozen=True)
class Table:
    """A table in a language; `number` is "1", or "A1" in an appendix; `title` is the caption without it."""

    language: str
    kind: str
    number: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    footnotes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep each note once; an empty text makes none."""
        object.__setattr__(self, "notes", tuple(dict.fromkeys(filter(None, self.notes))))

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"table_{self.number.lower()}"

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

    def grid(self) -> list[tuple[Row, list[Cell]]]:
        """Return each row of a page with its shown cells; numbers are padded with blanks so that they are aligned."""
        rows, columns = [row for row in self.rows if not row.only_csv], []
        for column in self.shown_columns:
            cells = [row.cell(column.key) for row in rows]
            if column.align == "number":
                # a letter beside one number moves no other
                blank = (DIGIT_SPACE,) if any(cell.marks for cell in cells) else ()
                texts = aligned([cell.text for cell in cells])
                cells = [
                    replace(cell, text=text, marks=cell.marks or (blank if text else ()), end=end)
                    for cell, (text, end) in zip(cells, texts, strict=True)
                ]
            columns.append(cells)
        return [(row, list(cells)) for row, *cells in zip(rows, *columns, strict=True)]


def p_cell(view: View, p_value: str, marks: tuple[str, ...] = ()) -> Cell:
    """Write a p-value of a result table as a cell, with the letters of its notes."""
    return Cell(view.t.p_value(p_value, view.study.alpha), marks, digits=p_value)


def table_of(view: View, kind: str, number: str, *parts: Any, title: str = "") -> Table:
    """Make a table from columns, rows, notes and footnotes; the caption is the text of `title` or its kind."""
    outcome, (columns, rows, *notes) = view.study.outcome, parts
    values = {"outcome": view.label(outcome), "unit": view.unit(outcome)}
    caption = view.t(f"tables.title.{title or kind}", **values)
    return Table(view.language, kind, number, caption, tuple(columns), tuple(rows), *notes)


def aligned(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Pad the cells of a column, inside and at the end, so that numbers set in its middle are aligned.

    Cells that differ in their numbers only get the same width: blanks of a digit's width come in front of the first
    number and of a bracket, all others at the end, so that "3 (30)" below "10 (100)" becomes " 3  (30)".
    """
    kinds: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        kind = _NUMBER.sub(r"\1\g<2>0", text.replace(MINUS, "")).lstrip("<> ")
        kinds.setdefault(kind, []).append(at)
    padded = [(text, "") for text in texts]
    for alike in kinds.values():
        # of each cell its numbers; of each number the blanks in front of it, the rest before its mark, decimals
        numbers = [
            [(gap, front + whole, decimals) for gap, front, whole, decimals in _NUMBER.findall(texts[at])]
            for at in alike
        ]
        widths = [
            [max(map(len, part)) for part in zip(*same, strict=True)] for same in zip(*numbers, strict=True)
        ]
        for at, of_cell in zip(alike, numbers, strict=True):
            text, end = "", ""
            for (gap, front, decimals), (_, before, after) in zip(of_cell, widths, strict=True):
                # "to 5" and "–5" stay with the number before them
                blanks, inside = DIGIT_SPACE * (before - len(front)), not text or front.startswith("(")
                text += gap + (blanks if inside else "") + front + decimals
                end += ("" if inside else blanks) + DIGIT_SPACE * (after - len(decimals))
            padded[at] = text + _NUMBER.sub("", texts[at]), end
    return padded
