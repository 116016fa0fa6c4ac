"""Find the declared columns of a grid by their headers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, column_letters, fault_at, place_of
from oxymilk.ingest.privacy import identifies, is_identifying, names_column
from oxymilk.words import fold, nearest

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet

JOINED = " > "
_NUMBERED = re.compile(r"(.*\S)\s*\[(\d+)\]")
_SEARCHED_ROWS = 40


@dataclass(frozen=True)
class Header:
    """The header of a grid: its rows, one name a column (empty when it has none), the first row of data."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    first: int

    def columns_named(self, name: str, within: range | None = None) -> list[int]:
        """Return the columns with that name, in order; `name [2]` is the second of them."""
        places = [at for at in range(len(self.names)) if within is None or at in within]
        word = fold(name)
        found = [at for at in places if fold(self.names[at]) == word]
        numbered = _NUMBERED.fullmatch(word)
        if not found and numbered:
            found = [at for at in places if fold(self.names[at]) == numbered[1]]
            found = found[int(numbered[2]) - 1 : int(numbered[2])] if int(numbered[2]) else []
        return found


def read_header(grid: Grid, sheet: Sheet) -> Header:
    """Return the header of a grid in the rows that its sheet declares.

    In several header rows a blank in an upper row takes the text on its left when a lower row has a text
    there, as merged cells do; the parts are joined by " > ".
    """
    rows = [row - 1 for row in sheet.header_row if 0 < row <= len(grid.rows)]
    width = max((len(grid.rows[row]) for row in rows), default=0)
    # a merged range above or below the header counts where it crosses the header
    parts = [[grid.cell(row, column).text for column in range(width)] for row in rows]
    for upper, lower in itertools.pairwise(parts):
        for column in range(1, width):
            if not upper[column] and lower[column] and upper[column - 1]:
                upper[column] = upper[column - 1]
    names = []
    for column in range(width):
        texts = [part[column] for part in parts if part[column]]
        names.append(JOINED.join(dict.fromkeys(texts)))
    return Header(tuple(rows), tuple(names), max(rows, default=0) + 1)


def block_range(columns: str) -> range:
    """Return the columns (from 0) of a range such as "A:C"."""
    first, last = (place_of(f"{letters.strip()}1")[1] for letters in columns.split(":"))
    return range(first, last + 1)


def find_columns(
    grid: Grid, header: Header, wanted: Iterable[str], within: range | None = None
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
    columns: dict[str, int] = {}
    faults: list[Fault] = []
    names = list(dict.fromkeys(wanted))
    found = {name: header.columns_named(name, within) for name in names}
    row = header.rows[-1] if header.rows else 0
    present = [name for name in dict.fromkeys(header.names) if name]
    on_its_side = _on_its_side(grid, [name for name in names if not found[name]])
    if on_its_side:  # then the texts beside the first are participants
        present = [name for name in present if found.get(name)]
    if not any(found.values()):
        return {}, [_no_header(grid, header, names)]
    taken = {fold(name) for name in names if found[name]}
    for name in names:
        if not found[name]:
            free = [one for one in present if fold(one) not in taken]
            near = "layout: transposed" if on_its_side else nearest(name, free)
            params = {"legal": present, "nearest": near}
            faults.append(Fault("column_missing", grid.file, grid.worksheet, row + 1, name, params=params))
            continue
        columns[name] = found[name][0]
        for column in found[name][1:]:
            cell = grid.cell(row, column, name)
            first = f"{column_letters(found[name][0])}{row + 1}"
            faults.append(fault_at("header_duplicate", cell, value=header.names[column], first=first))
    return columns, faults


def _on_its_side(grid: Grid, missing: list[str]) -> bool:
    """Say whether most of the columns that are missing stand in the first column instead."""
    words = {fold(name) for name in missing}
    first = {fold(texts[0]) for texts in grid.rows[:_SEARCHED_ROWS] if texts}
    return bool(words) and 2 * len(words & first) > len(words)


def _no_header(grid: Grid, header: Header, wanted: list[str]) -> Fault:
    """Return the fault that no declared column is there; the row's texts are not shown, it may be data."""
    words = {fold(name) for name in wanted}
    likely = ""
    for row, texts in enumerate(grid.rows[:_SEARCHED_ROWS]):
        if len(words & {fold(text) for text in texts}) * 2 >= len(words):
            likely = str(row + 1)
            break
    row = header.rows[-1] + 1 if header.rows else 1
    params = {"wanted": wanted, "nearest": f"header_row: {likely}" if likely else ""}
    return Fault("header_not_found", grid.file, grid.worksheet, row, params=params)


def identifying_columns(grid: Grid, header: Header, used: Iterable[int] = ()) -> set[int]:
    """Return the columns that identify a person: by header or variable label, or, without a use, by their values."""
    used = set(used)
    found = set()
    for at, name in enumerate(header.names):
        told = is_identifying(name) or is_identifying(grid.titles.get(at, ""))
        if (name and (told or identifies(name, header=True))) or (
            at not in used
            and names_column(texts[at] for texts in grid.rows[header.first :] if at < len(texts))
        ):
            found.add(at)
    return found


def unused_columns(grid: Grid, header: Header, used: set[int], ignore: Iterable[str]) -> list[Fault]:
    """Return a warning for each column with a header that is neither used nor to be ignored.

    A column that identifies a person is told even when it is to be ignored: its values are dropped.
    """
    ignored = {at for name in ignore for at in header.columns_named(name)}
    identifying = identifying_columns(grid, header, used)
    faults = []
    for at, name in enumerate(header.names):
        if not name or at in used:
            continue
        cell = grid.cell(header.rows[-1], at, name)
        if at in identifying:
            faults.append(fault_at("identifying_dropped", cell, value=""))
        elif at not in ignored:
            faults.append(fault_at("column_undeclared", cell, value=""))
    return faults
