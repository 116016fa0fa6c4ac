"""Read a sheet file to a grid of cells: text as written, with the address a person would look for.

Cells are data: nothing in them is evaluated, and a number keeps the digits it is written with.
"""

from __future__ import annotations

import csv
import datetime
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.declaration.encodings import encoding_codec
from oxymilk.faults import Fault
from oxymilk.words import clean, fold, nearest

if TYPE_CHECKING:
    from oxymilk.study import Sheet

DELIMITERS = (",", ";", "\t", "|")
TEXT_FORMATS = (".csv", ".tsv", ".txt")
WORKBOOK_FORMATS = (".xlsx",)
LARGEST_FILE = 100_000_000  # bytes
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Cell(NamedTuple):
    """A cell: its text, what kind of value the file says it is, and where it stands.

    `kind` is text, number, date or boolean; text files know only text.
    """

    text: str
    kind: str
    file: str
    worksheet: str
    row: int
    header: str
    address: str


@dataclass(frozen=True)
class Grid:
    """The cells of a sheet: texts by row and column from 0, and the kinds of those that are not text."""

    file: str
    worksheet: str
    rows: list[list[str]]
    kinds: dict[tuple[int, int], str] = field(default_factory=dict)

    def cell(self, row: int, column: int, header: str = "") -> Cell:
        """Return the cell at `row` and `column` (from 0); an empty one beyond the end of a short row."""
        texts = self.rows[row]
        text = clean(texts[column]) if column < len(texts) else ""
        kind = self.kinds.get((row, column), "text")
        address = f"{column_letters(column)}{row + 1}"
        return Cell(text, kind, self.file, self.worksheet, row + 1, header, address)


def fault_at(code: str, cell: Cell, *, value: str | None = None, **params: object) -> Fault:
    """Return a fault at a cell; `value` replaces the cell's text, for values that identify a person."""
    shown = cell.text if value is None else value
    return Fault(code, cell.file, cell.worksheet, cell.row, cell.header, shown, dict(params), cell.address)


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


def read_grid(folder: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    """Read one sheet of a study.

    Parameters
    ----------
    folder : Path
        The study's folder.
    sheet : Sheet
        Its declaration; the path was checked to stay in the folder when study.yaml was read.

    Returns
    -------
    tuple of Grid or None, list of Fault
        The grid, None when it cannot be read; then the faults say why.
    """
    path = Path(folder) / sheet.file
    suffix = path.suffix.lower()
    if not path.is_file():
        return None, [Fault("file_missing", sheet.file)]
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return None, [Fault("file_too_large", sheet.file, params={"size": size, "most": LARGEST_FILE})]
    if suffix in TEXT_FORMATS:
        return _read_text(path, sheet)
    if suffix in WORKBOOK_FORMATS:
        return _read_workbook(path, sheet)
    legal = [*TEXT_FORMATS, *WORKBOOK_FORMATS]
    return None, [Fault("format_unknown", sheet.file, value=suffix, params={"legal": legal})]


def _read_text(path: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    content = path.read_bytes()
    text, fault = _decode(content, sheet)
    if fault:
        return None, [fault]
    delimiter = {"tab": "\t"}.get(sheet.delimiter or "", sheet.delimiter)
    if delimiter is None and path.suffix.lower() == ".tsv":
        delimiter = "\t"
    if delimiter is None:
        fitting = _fitting_delimiters(text)
        if len(fitting) > 1:
            legal = ["tab" if one == "\t" else one for one in fitting]
            return None, [Fault("delimiter_ambiguous", sheet.file, params={"legal": " ".join(legal)})]
        delimiter = fitting[0]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": str(error)})]
    return Grid(sheet.file, "", rows), []


def _decode(content: bytes, sheet: Sheet) -> tuple[str, Fault | None]:
    """Return the text of a file in its declared encoding, or the fault that it is in another."""
    codec = encoding_codec(sheet.encoding) or "utf-8-sig"

    def wrong(likely: str, at: int = 0) -> tuple[str, Fault]:
        row = content[:at].count(b"\n") + 1
        params = {"encoding": sheet.encoding, "nearest": likely}
        return "", Fault("encoding_wrong", sheet.file, row=row, params=params)

    is_utf16 = content.startswith(_UTF16_MARKS)
    if codec == "utf-16" and not is_utf16:
        return wrong("utf-8")
    if codec != "utf-16" and (is_utf16 or b"\0" in content):
        return wrong("utf-16")
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        return wrong("windows-1252" if codec == "utf-8-sig" else "utf-8", error.start)
    if codec not in ("utf-8-sig", "utf-16") and not content.isascii() and _is_utf8(content):
        # letters beyond ASCII that are valid UTF-8 are never by chance text in a one-byte encoding
        return wrong("utf-8")
    return text, None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _fitting_delimiters(text: str) -> list[str]:
    """Return the delimiters that give two or more columns and the same number of them in every row.

    When none does so in every row, those that do in the header count; a sheet of one column fits any.
    """
    sample = text[:200_000]
    header_fits, all_fit = [], []
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
        except csv.Error:
            continue
        widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
        if len(sample) < len(text):
            widths = widths[:-1]  # the sample may end within a row
        if widths and widths[0] > 1:
            header_fits.append(delimiter)
            if len(set(widths)) == 1:
                all_fit.append(delimiter)
    return all_fit or header_fits or [","]


def _read_workbook(path: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            names = list(workbook.sheet_names)
            contents = {
                name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names
            }
    except python_calamine.CalamineError as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": problem})]
    filled = [name for name in names if contents[name]]
    if sheet.worksheet is not None:
        chosen = [name for name in names if fold(name) == fold(sheet.worksheet)]
        if not chosen:
            params = {"legal": names, "nearest": nearest(sheet.worksheet, names)}
            return None, [Fault("worksheet_unknown", sheet.file, value=sheet.worksheet, params=params)]
    elif len(filled) > 1:
        return None, [Fault("worksheet_undeclared", sheet.file, params={"legal": filled})]
    else:
        chosen = filled or names
    rows, kinds = _as_texts(contents[chosen[0]])
    return Grid(sheet.file, chosen[0], rows, kinds), []


def _as_texts(values: list[list[object]]) -> tuple[list[list[str]], dict[tuple[int, int], str]]:
    """Return the texts of a worksheet's values, and the kind of those that are not text."""
    rows: list[list[str]] = []
    kinds: dict[tuple[int, int], str] = {}
    for at, values_of_row in enumerate(values):
        texts = []
        for column, value in enumerate(values_of_row):
            if isinstance(value, str):
                texts.append(value)
                continue
            text, kind = _as_text(value)
            texts.append(text)
            kinds[at, column] = kind
        rows.append(texts)
    return rows, kinds


def _as_text(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "boolean"
    if isinstance(value, int | float):
        # a workbook shows 15 significant digits; beyond them binary fractions leave their traces
        return format(value, ".15g"), "number"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value), "date"
    return str(value), "text"
