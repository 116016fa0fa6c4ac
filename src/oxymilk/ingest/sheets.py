"""Read a sheet file to a grid of cells, whatever its format; text files here.

Cells are data: nothing in them is evaluated, and a number keeps the digits it is written with.
"""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.declaration.encodings import encoding_codec
from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid
from oxymilk.ingest.statistics_files import read_statistics_file
from oxymilk.ingest.workbooks import read_workbook

if TYPE_CHECKING:
    from oxymilk.declaration.sheet import Sheet

DELIMITERS = (",", ";", "\t", "|")
TEXT_FORMATS = (".csv", ".tsv", ".txt")
WORKBOOK_FORMATS = (".xlsx", ".xlsm", ".xls", ".ods")
STATISTICS_FORMATS = (".sav", ".zsav", ".dta")
LARGEST_FILE = 100_000_000  # bytes
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # what a spreadsheet holds
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


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
        return read_workbook(path, sheet)
    if suffix in STATISTICS_FORMATS:
        return read_statistics_file(path, sheet)
    legal = [*TEXT_FORMATS, *WORKBOOK_FORMATS, *STATISTICS_FORMATS]
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
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(itertools.islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": str(error)})]
    width = max(map(len, rows), default=0)
    if len(rows) > MOST_ROWS or width > MOST_COLUMNS:
        params = {"size": f"{len(rows)} x {width}", "most": f"{MOST_ROWS} x {MOST_COLUMNS}"}
        return None, [Fault("sheet_too_large", sheet.file, params=params)]
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
