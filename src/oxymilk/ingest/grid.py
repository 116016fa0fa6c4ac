"""A sheet as a grid of cells: text as written, with the address a person would look for; its header and its columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.marks import Place
from oxymilk.ingest.privacy import identifies, is_identifying, names_column, secrets_of
from oxymilk.study.sheet import Sheet
from oxymilk.words import clean, fold, is_foot, nearest

ALL_COLUMNS = range(1 << 30)
_NUMBERED = re.compile(r"(.*\S)\s*\[(\d+)\]")
_SEARCHED_ROWS = 40
_NO_TEXT = ("formula", "error")  # kinds of cells that hold something all the same


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
class Entry:
    """One row of a sheet as cells, before they are given a meaning.

    `participant` is the cell that distinguishes the participant, unless the row itself does (`by_row`). `group` is
    None when another sheet has it, or when `group_id` is that of the sheet, block or title. `scores` are timepoint
    ids and their cells, one cell or one an item; the id is empty when it is in the cell `timepoint` of a long sheet.
    `characteristics` are cells by id, `grid_row` is counted from 0, and `levels` are the timepoint and level ids that
    a cross-tabulation knows itself. `totals` are those of a checklist, for each of `scores` a cell or None.
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
    totals: tuple[Cell | None, ...] = ()

    @property
    def has_values(self) -> bool:
        """Whether a group, timepoint or score is in the row; a formula or error is one, whatever its text."""
        cells = [cell for cell in (self.group, self.timepoint) if cell and cell.kind != "merged"]
        cells += [cell for _, of_timepoint in self.scores for cell in of_timepoint]
        return any(cell.text or cell.kind in _NO_TEXT for cell in cells)

    @property
    def is_named(self) -> bool:
        """Whether the row tells whose it is."""
        return bool(self.participant.text or self.by_row or self.participant.kind in _NO_TEXT)


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet.

    `rows` has the texts by row and column; rows may have different lengths. `kinds` has the kind of each cell that is
    no text, `merged`, for each cell that a merged range covers, the cell that holds the range's value, `computed` what
    the formula of a cell works on: see `Marks`. By column, `labels` has the labels of values, and `titles` what a
    statistics file says of the variable beside its name. Of such a file rows are counted as `cases`, without the row
    of names, and have no addresses. When rows and columns were exchanged (`transposed`), addresses are the file's.
    """

    file: str
    worksheet: str
    rows: list[list[str]]
    kinds: dict[Place, str] = field(default_factory=dict)
    merged: dict[Place, Place] = field(default_factory=dict)
    labels: dict[int, dict[str, str]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    cases: bool = False
    computed: dict[Place, str] = field(default_factory=dict)
    transposed: bool = False

    def cell(self, row: int, column: int, header: str = "") -> Cell:
        """Return the cell at `row` and `column` (from 0); an empty one to the right of a short row."""
        origin = self.merged.get((row, column))
        kind = "merged" if origin else self.kinds.get((row, column), "text")
        text = self.text(*(origin or (row, column)))
        label = self.labels.get(column, {}).get(text, "")
        at_row, at_column = (column, row) if self.transposed else (row, column)
        number = at_row if self.cases else at_row + 1
        address = "" if self.cases else f"{column_letters(at_column)}{number}"
        return Cell(text, kind, self.file, self.worksheet, number, header, address, label)

    def text(self, row: int, column: int) -> str:
        """Return the text at a place, blanks cleaned."""
        texts = self.rows[row]
        return clean(texts[column]) if column < len(texts) else ""

    def transpose(self) -> Grid:
        """Exchange rows and columns; cells keep the address they have in the file.

        The rows "Kode | R1 | R2" and "Sebelum | Kurang | Cukup" become "Kode | Sebelum", "R1 | Kurang", "R2 | Cukup".
        """
        return replace(
            self,
            rows=list(map(list, itertools.zip_longest(*self.rows, fillvalue=""))),
            kinds={place[::-1]: kind for place, kind in self.kinds.items()},
            merged={place[::-1]: origin[::-1] for place, origin in self.merged.items()},
            labels={},
            titles={},
            computed=dict.fromkeys((place[::-1] for place in self.computed), ""),
            transposed=not self.transposed,
        )


class Header(NamedTuple):
    """The header of a grid: its rows, one name a column (empty when it has none), its last row, the first of data."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    last: int
    first: int

    @property
    def reach(self) -> int:
        """The last column that has a name."""
        return max((at for at, name in enumerate(self.names) if name), default=0)

    def columns_named(self, name: str, within: range = ALL_COLUMNS) -> list[int]:
        """Return the columns with that name, in order; `name [2]` is the second of them."""
        word = fold(name)
        columns = [at for at, own in enumerate(self.names) if at in within and fold(own) == word]
        if columns or not (numbered := _NUMBERED.fullmatch(word)):
            return columns
        number = int(numbered[2])
        return self.columns_named(numbered[1], within)[max(number - 1, 0) : number]


def fault_at(code: str, cell: Cell, *, value: str | None = None, **params: object) -> Fault:
    """Return a fault at a cell; `value` replaces the cell's text, for values that identify a person."""
    text = cell.text if value is None else value
    return Fault(code, cell.file, cell.worksheet, cell.row, cell.header, text, params, cell.address)


def add_fault(faults: list[Fault], code: str, cell: Cell, **params: object) -> None:
    """Add a fault at a cell; the None that is returned is the meaning of such a cell."""
    faults.append(fault_at(code, cell, **params))


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    before, last = divmod(column, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def read_header(grid: Grid, sheet: Sheet) -> Header:
    """Return the header of a grid in the rows that its sheet declares.

    In several header rows a blank in an upper row takes the text on its left when a lower row has a text there, as
    merged cells do; the parts are joined by " > ". The rows "Pre | | Post" and "No | Ya | No" give the names
    "Pre > No", "Pre > Ya", "Post > No".
    """
    rows = tuple(row - 1 for row in sheet.header_row if row <= len(grid.rows))
    width = max((len(grid.rows[row]) for row in rows), default=0)
    # a merged range above or below the header counts where it crosses the header
    parts = [[grid.cell(row, column).text for column in range(width)] for row in rows]
    for upper, lower in itertools.pairwise(parts):
        for column in range(1, width):
            if not upper[column] and lower[column]:
                upper[column] = upper[column - 1]
    names = (" > ".join(dict.fromkeys(filter(None, texts))) for texts in zip(*parts, strict=True))
    return Header(rows, tuple(names), rows[-1] if rows else 0, max(rows, default=0) + 1)


def find_columns(
    grid: Grid, header: Header, wanted: Iterable[str], within: range = ALL_COLUMNS
) -> tuple[dict[str, int], list[Fault]]:
    """Find the columns that a sheet declares.

    Parameters
    ----------
    grid, header : Grid, Header
        The cells and their header.
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
    columns = {name: own[0] for name, own in places.items() if own}
    found = set(map(fold, columns))
    missing = set(map(fold, places)) - found
    place = (grid.file, grid.worksheet, header.last + 1)
    start = [list(map(fold, texts)) for texts in grid.rows[:_SEARCHED_ROWS]]
    if not columns:
        held = [len(missing & {*texts}) for texts in start]
        likely = next((f"header_row: {row}" for row, n in enumerate(held, 1) if 2 * n >= len(missing)), "")
        # the texts of the row are not shown, it may be data
        return {}, [Fault("header_not_found", *place, params={"wanted": list(places), "nearest": likely})]
    # when most of the missing names are in the first column, the texts beside the first are participants
    on_its_side = 2 * len(missing & {texts[0] for texts in start if texts}) > len(missing)
    legal = [name for name in dict.fromkeys(header.names) if name and (not on_its_side or places.get(name))]
    free = [name for name in legal if fold(name) not in found]
    faults: list[Fault] = []
    for place_of_header, kind in sorted(grid.kinds.items()) if missing else ():
        if kind == "formula" and place_of_header[0] in header.rows:
            add_fault(faults, "formula_without_value", grid.cell(*place_of_header))
    for name, own in places.items():
        if not own:
            near = "layout: transposed" if on_its_side else nearest(name, free)
            faults.append(Fault("column_missing", *place, name, params={"legal": legal, "nearest": near}))
        for column in own[1:]:
            params = {"value": header.names[column], "first": f"{column_letters(own[0])}{header.last + 1}"}
            add_fault(faults, "header_duplicate", grid.cell(header.last, column, name), **params)
    return columns, faults


def unused_columns(grid: Grid, header: Header, used: set[int], sheet: Sheet) -> list[Fault]:
    """Return a warning for each column with a header that is neither used nor to be ignored.

    A column that identifies a person is reported even when it is to be ignored: its values are dropped. Of blocks
    side by side, one that is not declared but has the headers and values of another is a fault.
    """
    ignored = {at for name in sheet.ignore for at in header.columns_named(name)}
    used_names = {fold(header.names[at]) for at in used} if sheet.blocks else set()
    identifying = _identifying_columns(grid, header, used)
    faults: list[Fault] = []
    for at in sorted(set(range(len(header.names))) - used - (ignored - identifying)):
        name = header.names[at]
        is_filled = any(text.strip() for texts in grid.rows[header.first :] for text in texts[at : at + 1])
        code = "identifying_dropped" if at in identifying else "column_undeclared"
        if is_filled and (not name or fold(name) in used_names):
            code = "block_undeclared" if name else "column_unnamed"
        if name or (is_filled and at < header.reach):
            add_fault(faults, code, grid.cell(header.last, at, name), value="")
    return faults


def typed_entries(
    grid: Grid, entries: list[Entry], within: range, keys: set[int], faults: list[Fault]
) -> list[Entry]:
    """Return the entries without those of rows that only formulas of a template fill; some may be participants'."""
    filled: dict[int, set[int]] = {}  # columns with a text, by row
    for row in {entry.grid_row for entry in entries}:
        texts = enumerate(grid.rows[row])
        filled[row] = {at for at, text in texts if text.strip() and at not in keys and at in within}
    typed = {at for row, columns in filled.items() for at in columns if (row, at) not in grid.computed}
    kept = []
    for entry in entries:
        columns = filled[entry.grid_row]
        sources = {grid.computed.get((entry.grid_row, at)) for at in columns}  # None of what was typed
        has_group = entry.group is None or entry.group.text
        is_empty_form = sources == {"row"} and within is ALL_COLUMNS
        if None in sources or not sources or not (typed or is_empty_form):
            kept.append(entry)
        elif "other" in sources or (has_group and columns & typed):
            add_fault(faults, "row_of_formulas", entry.participant)
        else:
            add_fault(faults, "row_only_computed", entry.participant, value="")
    return kept


def secrets_in(grid: Grid, sheet: Sheet, keys: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return the words of a sheet's identifying columns, so that no fault shows them.

    Parameters
    ----------
    grid, sheet : Grid, Sheet
        The sheet as read, and its declaration.
    keys : iterable of str
        What distinguishes participants, when that identifies them.
    known : frozenset of str
        Declared words; they are no secrets, wherever they occur.
    """
    if sheet.layout == "transposed":
        grid = grid.transpose()
    header = read_header(grid, sheet)
    names = set(map(fold, sheet.columns))
    used = {at for at, own in enumerate(header.names) if fold(own) in names}
    columns = _identifying_columns(grid, header, used)
    if (source := sheet.participant) and source.column and source.identifying is not None:
        own = set(header.columns_named(source.column))
        columns = columns | own if source.identifying else columns - own
    values = {texts[at] for texts in grid.rows[header.first :] for at in columns if at < len(texts)}
    return secrets_of({*(value for value in values if not is_foot(value)), *keys}, known)


def _identifying_columns(grid: Grid, header: Header, used: set[int]) -> set[int]:
    """Return the columns that identify a person: by header or variable label, or, without a use, by their values."""
    columns: set[int] = set()
    for at, name in enumerate(header.names):
        by_name = is_identifying(name) or is_identifying(grid.titles.get(at, ""))
        values = (texts[at] for texts in grid.rows[header.first :] if at < len(texts))
        if (name and (by_name or identifies(name, header=True))) or (at not in used and names_column(values)):
            columns.add(at)
    return columns
