"""Find the declared columns of a grid by their headers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, column_letters, fault_at
from oxymilk.ingest.privacy import identifies, is_identifying, names_column
from oxymilk.words import fold, nearest

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet

ALL_COLUMNS = range(1 << 30)
_NUMBERED = re.compile(r"(.*\S)\s*\[(\d+)\]")
_SEARCHED_ROWS = 40


@dataclass(frozen=True)
class Header:
    """The header of a grid: its rows, one name a column (empty when it has none), the first row of data."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    first: int

    @property
    def last(self) -> int:
        """The header's last row, 0 when it has none."""
        return self.rows[-1] if self.rows else 0

    def columns_named(self, name: str, within: range = ALL_COLUMNS) -> list[int]:
        """Return the columns with that name, in order; `name [2]` is the second of them."""
        columns: dict[str, list[int]] = {}
        for at, own in enumerate(self.names):
            if at in within:
                columns.setdefault(fold(own), []).append(at)
        word = fold(name)
        if word not in columns and (numbered := _NUMBERED.fullmatch(word)):
            number = int(numbered[2])
            return columns.get(numbered[1], [])[max(number - 1, 0) : number]
        return columns.get(word, [])


def read_header(grid: Grid, sheet: Sheet) -> Header:
    """Return the header of a grid in the rows that its sheet declares.

    In several header rows a blank in an upper row takes the text on its left when a lower row has a text there, as
    merged cells do; the parts are joined by " > ". The rows "Pre | | Post" and "No | Ya | No" give the names
    "Pre > No", "Pre > Ya", "Post > No".
    """
    rows = [row - 1 for row in sheet.header_row if row <= len(grid.rows)]
    width = max((len(grid.rows[row]) for row in rows), default=0)
    # a merged range above or below the header counts where it crosses the header
    parts = [[grid.cell(row, column).text for column in range(width)] for row in rows]
    for upper, lower in itertools.pairwise(parts):
        for column in range(1, width):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    names = (" > ".join(dict.fromkeys(filter(None, texts))) for texts in zip(*parts, strict=True))
    return Header(tuple(rows), tuple(names), max(rows, default=0) + 1)


def find_columns(
    grid: Grid, header: Header, wanted: Iterable[str], within: range = ALL_COLUMNS
) -> tuple[dict[str, int], list[Fault]]:
    """Find the columns that a sheet declares.

    Parameters
    ----------
    grid : Grid
        The cells.
    header : Header
        Its header.
    wanted : iterable of str
        Names as declared.
    within : range, optional
        The columns to look in.

    Returns
    -------
    tuple of dict, list of Fault
        Declared name -> column (from 0) of those found, and a fault for each that is missing or has
        its name over several columns.
    """
    places = {name: header.columns_named(name, within) for name in wanted}
    if not any(places.values()):
        words = set(map(fold, places))
        likely = (
            f"header_row: {row}"
            for row, texts in enumerate(grid.rows[:_SEARCHED_ROWS], start=1)
            if 2 * len(words & set(map(fold, texts))) >= len(words)
        )
        # the texts of the row are not shown, it may be data
        params = {"wanted": list(places), "nearest": next(likely, "")}
        return {}, [Fault("header_not_found", grid.file, grid.worksheet, header.last + 1, params=params)]
    found = {fold(name) for name, columns in places.items() if columns}
    words = {fold(name) for name in places} - found
    # when most of the missing names are in the first column, the texts beside the first are participants
    first_column = {fold(texts[0]) for texts in grid.rows[:_SEARCHED_ROWS] if texts}
    on_its_side = 2 * len(words & first_column) > len(words)
    legal = [name for name in dict.fromkeys(header.names) if name and (not on_its_side or places.get(name))]
    faults: list[Fault] = []
    for name, columns in places.items():
        if not columns:
            free = [word for word in legal if fold(word) not in found]
            near = "layout: transposed" if on_its_side else nearest(name, free)
            params = {"legal": legal, "nearest": near}
            place = (grid.file, grid.worksheet, header.last + 1, name)
            faults.append(Fault("column_missing", *place, params=params))
        for column in columns[1:]:
            cell = grid.cell(header.last, column, name)
            first = f"{column_letters(columns[0])}{header.last + 1}"
            faults.append(fault_at("header_duplicate", cell, value=header.names[column], first=first))
    return {name: columns[0] for name, columns in places.items() if columns}, faults


def identifying_columns(grid: Grid, header: Header, used: Iterable[int]) -> set[int]:
    """Return the columns that identify a person: by header or variable label, or, without a use, by their values."""
    used = set(used)
    columns = set()
    for at, name in enumerate(header.names):
        by_name = is_identifying(name) or is_identifying(grid.titles.get(at, ""))
        values = (texts[at] for texts in grid.rows[header.first :] if at < len(texts))
        if (name and (by_name or identifies(name, header=True))) or (at not in used and names_column(values)):
            columns.add(at)
    return columns


def unused_columns(grid: Grid, header: Header, used: set[int], ignore: Iterable[str]) -> list[Fault]:
    """Return a warning for each column with a header that is neither used nor to be ignored.

    A column that identifies a person is reported even when it is to be ignored: its values are dropped.
    """
    ignored = {at for name in ignore for at in header.columns_named(name)}
    identifying = identifying_columns(grid, header, used)
    faults = []
    for at, name in enumerate(header.names):
        if name and at not in used and (at in identifying or at not in ignored):
            code = "identifying_dropped" if at in identifying else "column_undeclared"
            faults.append(fault_at(code, grid.cell(header.last, at, name), value=""))
    return faults
