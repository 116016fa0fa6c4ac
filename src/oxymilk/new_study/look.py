"""Look at a sheet whose layout nobody has declared: where its header is, what its columns hold.

Files are read by the readers of ingest, so what is seen here is what the pipeline will read.
"""

from __future__ import annotations

import functools
import re
import statistics
from dataclasses import dataclass, field, replace
from pathlib import Path

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.grid import Cell, Grid, transpose
from oxymilk.ingest.headers import read_header
from oxymilk.ingest.privacy import identifies, is_identifying
from oxymilk.ingest.scores import NUMBER
from oxymilk.ingest.sheets import read_grid
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, spellings
from oxymilk.study.sheet import Sheet
from oxymilk.words import fold, is_blank, is_foot

_SEARCHED_ROWS = 40
# Of a larger sheet only the first rows are looked at; the pipeline reads them all.
_MOST_CELLS = 1_000_000
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\W\d_]*)\.?")


@dataclass(frozen=True)
class Column:
    """A column: its name as study.yaml would write it, and its cells below the header that have a value.

    `title` is what a statistics file says of the variable beside its name.
    """

    name: str
    header: str
    at: int
    cells: list[Cell] = field(repr=False)
    title: str = ""

    @functools.cached_property
    def identifying(self) -> bool:
        """Whether header or variable label name something that identifies a person, or a third of the cells do."""
        if is_identifying(self.header) or is_identifying(self.title) or identifies(self.header, header=True):
            return True
        shown = [cell for cell in self.cells if cell.kind != "date"]
        return bool(shown) and 3 * sum(identifies(cell.text) for cell in shown) >= len(shown)

    @property
    def spellings(self) -> set[str]:
        """The forms in which the header, or the title, may stand in lexicon.yaml."""
        return spellings(self.header) | spellings(self.title)

    @property
    def moment(self) -> str:
        """Return pre or post when the header, else the title, says it."""
        return moment(self.header) or moment(self.title)

    def is_word_of(self, what: str) -> bool:
        """Say whether the header or the title is one of the words of a list of lexicon.yaml."""
        return not self.spellings.isdisjoint(lexicon()[what])

    def counts(self, *, declared_missing: bool = True) -> dict[str, int]:
        """Return how often each word stands in the column, alike words as one, in order of appearance.

        Without `declared_missing` the values that the file itself declares as missing are left out.
        """
        first: dict[str, str] = {}
        counts: dict[str, int] = {}
        for cell in self.cells:
            if cell.kind == "missing" and not declared_missing:
                continue
            word = first.setdefault(fold(cell.text), cell.text)
            counts[word] = counts.get(word, 0) + 1
        return counts

    def labels(self) -> dict[str, str]:
        """Return the value label of each value that has one (statistics files)."""
        return {cell.text: cell.label for cell in self.cells if cell.label}

    def number_share(self) -> float:
        """Return which part of the cells holds a number, a unit after it or not."""
        numbers = [cell for cell in self.cells if number_in(cell)]
        return len(numbers) / len(self.cells) if self.cells else 0.0


@dataclass(frozen=True)
class Table:
    """A sheet as it was found.

    Attributes
    ----------
    file, worksheet, encoding : str
        Where and how it was read; worksheet is empty when the file has just one.
    grid : Grid
        Its cells, rows and columns exchanged when `transposed`.
    header_rows : tuple of int
        From 1, as study.yaml counts.
    columns : tuple of Column
        Those with a header.
    titles : dict
        Rows (from 0) in which one text stands alone, and the text.
    totals : tuple of str
        Words at the foot that head a row of totals.
    last_row : int
        The last row (from 1) that belongs to the table when notes or signatures stand below it, else 0.
    """

    file: str
    worksheet: str
    encoding: str
    grid: Grid = field(repr=False)
    header_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    titles: dict[int, str]
    totals: tuple[str, ...]
    last_row: int = 0

    @property
    def transposed(self) -> bool:
        """Whether participants are in columns."""
        return self.grid.transposed


def number_in(cell: Cell) -> re.Match[str] | None:
    """Return number and unit of a cell ("27 thn"), or None when it holds no number."""
    found = _WITH_UNIT.fullmatch(cell.text)
    return found if found and cell.kind != "date" and NUMBER.fullmatch(found[1]) else None


def look(folder: Path, file: str, *, worksheet: str = "", delimiter: str = "") -> list[Table]:
    """Read every sheet of a file and find its header and columns.

    Parameters
    ----------
    folder : Path
        Where the file is.
    file : str
        Its name.
    worksheet : str
        The only worksheet to look at, when it is known.
    delimiter : str
        What divides the columns of a text file, when it is known.

    Returns
    -------
    list of Table
        One a worksheet that has content.

    Raises
    ------
    FaultsError
        When the file cannot be read; `delimiter_ambiguous` when it must be said what divides its columns.
    """
    declared = {"file": file, "layout": "wide"}
    if worksheet:
        declared["worksheet"] = worksheet
    if delimiter:
        declared["delimiter"] = delimiter
    sheet = Sheet.model_validate(declared)
    grid, faults = read_grid(folder, sheet)
    fault = faults[0] if grid is None else None
    if fault is not None and fault.code == "worksheet_undeclared":
        return [
            table
            for name in fault.params["legal"]
            for table in look(folder, file, worksheet=name, delimiter=delimiter)
        ]
    if fault is not None and fault.code == "encoding_wrong" and fault.params["nearest"]:
        sheet = sheet.model_copy(update={"encoding": fault.params["nearest"]})
        grid, faults = read_grid(folder, sheet)
    if grid is None:
        raise FaultsError(faults)
    width = max(map(len, grid.rows), default=0)
    if width * len(grid.rows) > _MOST_CELLS:
        grid = replace(grid, rows=grid.rows[: max(_MOST_CELLS // width, _SEARCHED_ROWS)])
    if all(is_blank(text) for row in grid.rows for text in row):
        raise FaultsError([Fault("sheet_empty", file, worksheet)])
    return [_table(grid, file, worksheet, sheet.encoding)]


def _table(grid: Grid, file: str, worksheet: str, encoding: str) -> Table:
    if _stands_on_its_side(grid):
        grid = transpose(grid)
    header_rows = _header_rows(grid)
    declared = Sheet.model_validate({"file": file, "layout": "wide", "header_row": list(header_rows)})
    header = read_header(grid, declared)
    titles = _titles(grid)
    width = max(map(len, grid.rows))
    last = _last_row(grid, header.first)
    totals: dict[str, str] = {}
    rows = []
    for row in range(header.first, last or len(grid.rows)):
        texts = [grid.text(row, at) for at in range(width)]
        words = [text for text in texts if text]
        if not words or row in titles or _same_as_header(grid, row, header_rows):
            continue
        # a word that heads totals stands in front, or after the blank of a merged group
        foot = next((word for word in words[:2] if is_foot(word, below_foot=bool(totals))), None)
        if foot is not None:
            totals.setdefault(fold(foot), foot)
        else:
            rows.append(row)
    named: dict[str, list[int]] = {}
    for at, name in enumerate(header.names):
        if name:
            named.setdefault(fold(name), []).append(at)
    columns = []
    for at, name in enumerate(header.names):
        if name:
            alike = named[fold(name)]
            own = name if len(alike) == 1 else f"{name} [{alike.index(at) + 1}]"
            cells = [grid.cell(row, at, name) for row in rows]
            # a row that has a running number and nothing else was numbered in advance
            filled = [cell for cell in cells if cell.text]
            columns.append(Column(own, name, at, filled, grid.titles.get(at, "")))
    columns = _without_numbers_in_advance(columns, grid)
    return Table(
        file, worksheet, encoding, grid, header_rows, tuple(columns), titles, tuple(totals.values()), last
    )


def _last_row(grid: Grid, first: int) -> int:
    """Return the last row (from 1) of a table below which notes or signatures stand, 0 when none do.

    Notes stand below a blank row, or alone in a row; a row of few values right below the others may be a participant
    who left, and belongs to the table.
    """
    if grid.transposed:
        return 0
    filled = [sum(not is_blank(text) for text in texts) for texts in grid.rows]
    full = [count for count in filled[first:] if count > 1]
    if not full:
        return 0
    half = statistics.median(full) / 2
    body = max(row for row in range(first, len(filled)) if filled[row] > 1 and filled[row] >= half)
    while body + 1 < len(filled) and filled[body + 1] > 1:
        body += 1
    notes = [
        row
        for row in range(body + 1, len(filled))
        if filled[row] and not _numbered_in_advance(grid.rows[row]) and not _is_total(grid, row)
    ]
    return body + 1 if notes else 0


def _numbered_in_advance(texts: list[str]) -> bool:
    words = [fold(text) for text in texts if not is_blank(text)]
    return len(words) == 1 and bool(NUMBER.fullmatch(words[0].rstrip(".")))


def _is_total(grid: Grid, row: int) -> bool:
    words = [text for at in range(len(grid.rows[row])) if (text := grid.text(row, at))]
    return any(is_foot(word, below_foot=True) for word in words[:2])


def _stands_on_its_side(grid: Grid) -> bool:
    """Say whether the first column has the words for before and after, and is a column of headers.

    It is when there are more columns than rows, or when its words all differ and no header above says before or after.
    """
    rows = [row for row in grid.rows if not all(map(is_blank, row))]
    first = [fold(row[0]) for row in rows if row and fold(row[0])]
    if not {"pre", "post"} <= set(map(moment, first)) or len(rows) > _SEARCHED_ROWS:
        return False
    above = rows[: min(at for at, row in enumerate(rows) if row and moment(row[0]))]
    differ = len(set(first)) == len(first) and not any(moment(text) for row in above for text in row)
    return len(rows) < max(map(len, rows)) or (bool(above) and differ)


def _header_rows(grid: Grid) -> tuple[int, ...]:
    """Return the rows (from 1) that most look like a header: known words, texts, all different."""
    best, likely = -1, 0
    for row in range(min(len(grid.rows), _SEARCHED_ROWS)):
        texts = [grid.text(row, at) for at in range(len(grid.rows[row]))]
        words = [text for text in texts if text and not NUMBER.fullmatch(text)]
        known = sum(_known_header(word) for word in words)
        score = 3 * known + len(set(map(fold, words)))
        if score > best:
            best, likely = score, row
    for upper in (likely - 1, likely):
        if upper >= 0 and _continues(grid, upper, upper + 1):
            return (upper + 1, upper + 2)
    return (likely + 1,)


def _known_header(word: str) -> bool:
    headers = {one for each in lexicon()["characteristics"] for one in each["headers"]}
    lists = ("participant", "number", "group", "timepoint")
    named = any(is_word_of(word, what) for what in lists) or not headers.isdisjoint(spellings(word))
    return named or is_identifying(word) or bool(moment(word))


def _continues(grid: Grid, upper: int, lower: int) -> bool:
    """Say whether the row below belongs to the header: its first cell is blank, and it names parts of a cell above.

    A cell that names parts spans columns: it has a text below it and, on its right, others below blanks.
    """
    if lower >= len(grid.rows):
        return False
    width = max(len(grid.rows[upper]), len(grid.rows[lower]))
    above = ["" if grid.merged.get((upper, at)) else grid.text(upper, at) for at in range(width)]
    under = ["" if grid.merged.get((lower, at)) else grid.text(lower, at) for at in range(width)]
    first = next((at for at in range(width) if above[at]), 0)
    parts = [at for at in range(width) if under[at] and not above[at]]
    whole = [max((left for left in range(at) if above[left]), default=-1) for at in parts]
    spanned = bool(parts) and all(left >= 0 and under[left] for left in whole)
    return spanned and not under[first]


def _titles(grid: Grid) -> dict[int, str]:
    titles = {}
    for row, texts in enumerate(grid.rows):
        words = [text for text in texts if not is_blank(text)]
        if len(words) == 1 and not NUMBER.fullmatch(fold(words[0]).rstrip(".")):
            titles[row] = next(grid.text(row, at) for at, text in enumerate(texts) if not is_blank(text))
    return titles


def _same_as_header(grid: Grid, row: int, header_rows: tuple[int, ...]) -> bool:
    texts = [fold(text) for text in grid.rows[row] if fold(text)]
    return any(texts == [fold(text) for text in grid.rows[one - 1] if fold(text)] for one in header_rows)


def _without_numbers_in_advance(columns: list[Column], grid: Grid) -> list[Column]:
    filled: dict[int, int] = {}
    for column in columns:
        for cell in column.cells:
            row = _row_in(grid, cell)
            filled[row] = filled.get(row, 0) + 1
    kept = {row for row, count in filled.items() if count > 1} if len(columns) > 1 else set(filled)
    return [
        replace(column, cells=[cell for cell in column.cells if _row_in(grid, cell) in kept])
        for column in columns
    ]


def _row_in(grid: Grid, cell: Cell) -> int | str:
    # of an exchanged sheet, a participant is a column of the file
    return cell.address.rstrip("0123456789") if grid.transposed else cell.row
