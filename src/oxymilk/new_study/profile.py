"""Look at a sheet whose layout nobody has declared: where its header is, what its columns hold.

Files are read by the readers of ingest, so what is seen here is what the pipeline will read.
"""

from __future__ import annotations

import functools
import re
import statistics
import string
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.grid import Cell, Grid, read_header, transpose
from oxymilk.ingest.privacy import identifies, is_identifying
from oxymilk.ingest.scores import NUMBER
from oxymilk.ingest.sheets import read_grid
from oxymilk.new_study.lexicon import lexicon, moment, spellings
from oxymilk.study.sheet import Sheet
from oxymilk.words import clean, fold, is_blank, is_foot, plain

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
        texts = [cell.text for cell in self.cells if cell.kind != "date"]
        return bool(texts) and 3 * sum(map(identifies, texts)) >= len(texts)

    @property
    def spellings(self) -> set[str]:
        """The forms in which the header, or the title, may be in lexicon.yaml."""
        return spellings(self.header) | spellings(self.title)

    @property
    def moment(self) -> str:
        """Return pre or post when the header, else the title, says it."""
        return moment(self.header) or moment(self.title)

    def is_word_of(self, what: str) -> bool:
        """Say whether the header or the title is one of the words of a list of lexicon.yaml."""
        return not self.spellings.isdisjoint(lexicon()[what])

    def counts(self) -> dict[str, int]:
        """Return how often each word occurs in the column; see `count_words`."""
        return count_words(self.cells)

    def labels(self) -> dict[str, str]:
        """Return the value label of each value that has one (statistics files)."""
        return {cell.text: cell.label for cell in self.cells if cell.label}

    def number_share(self) -> float:
        """Return which part of the cells holds a number, a unit after it or not."""
        return sum(bool(number_in(cell)) for cell in self.cells) / max(len(self.cells), 1)


@dataclass(frozen=True)
class Table:
    """A sheet as it was found.

    Attributes
    ----------
    file, worksheet, encoding : str
        Where and how it was read; worksheet is empty when the file has just one.
    grid : Grid
        Its cells, rows and columns exchanged when it is transposed.
    header_rows : tuple of int
        From 1, as study.yaml counts.
    columns : tuple of Column
        Those with a header.
    titles : dict
        Rows (from 0) that hold one text alone, and the text.
    totals : tuple of str
        Words at the foot that head a row of totals.
    last_row : int
        The last row (from 1) that belongs to the table when notes or signatures are below it, else 0.
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


def number_in(cell: Cell) -> re.Match[str] | None:
    """Return number and unit of a cell ("27 thn"), or None when it holds no number."""
    parts = _WITH_UNIT.fullmatch(cell.text)
    return parts if parts and cell.kind != "date" and NUMBER.fullmatch(parts[1]) else None


def count_words(cells: Iterable[Cell]) -> dict[str, int]:
    """Return how often each word occurs, alike words as one, in order of appearance."""
    first: dict[str, str] = {}
    return dict(Counter(first.setdefault(fold(cell.text), cell.text) for cell in cells))


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
    declared = {
        "file": file,
        "layout": "wide",
        "worksheet": worksheet or None,
        "delimiter": delimiter or None,
    }
    sheet = Sheet.model_validate(declared)
    grid, faults = read_grid(folder, sheet)
    code = faults[0].code if grid is None else ""
    if code == "worksheet_undeclared":
        names = faults[0].params["legal"]
        return [table for name in names for table in look(folder, file, worksheet=name, delimiter=delimiter)]
    if code == "encoding_wrong" and faults[0].params["nearest"]:
        sheet = sheet.model_copy(update={"encoding": faults[0].params["nearest"]})
        grid, faults = read_grid(folder, sheet)
    if grid is None:
        raise FaultsError(faults)
    width = max(map(len, grid.rows), default=0)
    if width * len(grid.rows) > _MOST_CELLS:
        grid = replace(grid, rows=grid.rows[: max(_MOST_CELLS // width, _SEARCHED_ROWS)])
    if all(is_blank(text) for row in grid.rows for text in row):
        raise FaultsError([Fault("sheet_empty", file, worksheet)])
    return [_table(grid, sheet, worksheet)]


def _table(grid: Grid, sheet: Sheet, worksheet: str) -> Table:
    if _is_on_its_side(grid):
        grid = transpose(grid)
    header_rows = _header_rows(grid)
    header = read_header(grid, sheet.model_copy(update={"header_row": header_rows}))
    # the texts of each row, blanks left out
    words_of = [list(filter(None, map(clean, texts))) for texts in grid.rows]
    headers = [list(map(fold, words_of[row - 1])) for row in header_rows]
    titles = {
        row: words[0]
        for row, words in enumerate(words_of)
        if len(words) == 1 and not NUMBER.fullmatch(fold(words[0]).rstrip("."))
    }
    last = 0 if grid.transposed else _last_row(words_of, titles, header.first)
    totals: dict[str, str] = {}
    rows = []
    for row in range(header.first, last or len(grid.rows)):
        words = words_of[row]
        if not words or row in titles or list(map(fold, words)) in headers:
            continue
        # a word that heads totals is in front, or after the blank of a merged group
        foot = next((word for word in words[:2] if is_foot(word, below_foot=bool(totals))), None)
        if foot is None:
            rows.append(row)
        else:
            totals.setdefault(fold(foot), foot)
    columns: list[Column] = []
    alike, before = Counter(map(fold, header.names)), Counter()
    for at, name in enumerate(header.names):
        if name:
            before[fold(name)] += 1
            cells = [cell for row in rows if (cell := grid.cell(row, at, name)).text]
            own = name if alike[fold(name)] == 1 else f"{name} [{before[fold(name)]}]"
            columns.append(Column(own, name, at, cells, grid.titles.get(at, "")))
    # a participant that has a running number and nothing else was numbered in advance
    filled = Counter(_participant(grid, cell) for column in columns for cell in column.cells)
    if len(columns) > 1:
        columns = [
            replace(column, cells=[cell for cell in column.cells if filled[_participant(grid, cell)] > 1])
            for column in columns
        ]
    found = (tuple(columns), titles, tuple(totals.values()), last)
    return Table(sheet.file, worksheet, sheet.encoding, grid, header_rows, *found)


def _participant(grid: Grid, cell: Cell) -> int | str:
    """Return the row of the file that holds a participant, in an exchanged sheet the column."""
    return cell.address.rstrip(string.digits) if grid.transposed else cell.row


def _last_row(words_of: list[list[str]], titles: dict[int, str], first: int) -> int:
    """Return the last row (from 1) of a table that has notes or signatures below it, 0 when it has none.

    Notes are below a blank row, or alone in a row; a row of few values right below the others may be a participant
    who left, and belongs to the table.
    """
    filled = list(map(len, words_of))
    full = [count for count in filled[first:] if count > 1]
    if not full:
        return 0
    half = statistics.median(full) / 2
    body = max(row for row in range(first, len(filled)) if filled[row] > 1 and filled[row] >= half)
    while body + 1 < len(filled) and filled[body + 1] > 1:
        body += 1
    for row, words in enumerate(words_of[body + 1 :], start=body + 1):
        in_advance = len(words) == 1 and row not in titles
        if words and not in_advance and not any(is_foot(word, below_foot=True) for word in words[:2]):
            return body + 1
    return 0


def _is_on_its_side(grid: Grid) -> bool:
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
    characteristics = {word for known in lexicon()["characteristics"] for word in known["headers"]}
    roles = {word for what in ("participant", "number", "group", "timepoint") for word in lexicon()[what]}
    scores = []
    for row, texts in enumerate(grid.rows[:_SEARCHED_ROWS]):
        words = [text for at in range(len(texts)) if (text := grid.text(row, at))]
        words = [word for word in words if not NUMBER.fullmatch(word)]
        known = sum(
            bool(roles & {fold(word), plain(word)} or characteristics & spellings(word) or moment(word))
            or is_identifying(word)
            for word in words
        )
        scores.append(3 * known + len(set(map(fold, words))))
    likely = scores.index(max(scores))
    for upper in (likely - 1, likely):
        if 0 <= upper < len(grid.rows) - 1 and _continues(grid, upper, upper + 1):
            return (upper + 1, upper + 2)
    return (likely + 1,)


def _continues(grid: Grid, upper: int, lower: int) -> bool:
    """Say whether the row below belongs to the header: its first cell is blank, and it names parts of a cell above.

    A cell that names parts spans columns: it has a text below it and, on its right, others below blanks.
    """
    width = max(len(grid.rows[upper]), len(grid.rows[lower]))
    above, under = (
        ["" if grid.merged.get((row, at)) else grid.text(row, at) for at in range(width)]
        for row in (upper, lower)
    )
    first = next((at for at in range(width) if above[at]), 0)
    parts = [at for at in range(width) if under[at] and not above[at]]
    whole = [max((left for left in range(at) if above[left]), default=-1) for at in parts]
    return bool(parts) and all(left >= 0 and under[left] for left in whole) and not under[first]
