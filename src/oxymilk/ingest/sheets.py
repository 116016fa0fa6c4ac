"""Read a sheet file to a grid of cells, whatever its format; text files here.

Cells are data: nothing in them is evaluated, and a number keeps the digits it is written with.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid
from oxymilk.ingest.statistics_files import read_statistics_file
from oxymilk.ingest.workbooks import read_workbook
from oxymilk.study.sheet import encoding_codec

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet

DELIMITERS = (",", ";", "\t", "|")
TEXT_FORMATS = (".csv", ".tsv", ".txt")
WORKBOOK_FORMATS = (".xlsx", ".xlsm", ".xls", ".ods")
STATISTICS_FORMATS = (".sav", ".zsav", ".dta")
LARGEST_FILE = 100_000_000  # bytes
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # what a spreadsheet holds
_START = 4096  # bytes that tell what a file is
# what the first bytes of a file say it is: a phrase of faults.yaml
_SIGNATURES = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\xd0\xcf\x11\xe0", "ole"), (b"%PDF", "pdf"), (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"), (b"\xff\xd8\xff", "picture"), (b"GIF8", "picture"),
    (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"),
)  # fmt: skip
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE)
# the contents that go with a name; a workbook is known by its content, not by which of its names it has
_CONTENTS = {
    **dict.fromkeys(TEXT_FORMATS, ("text",)),
    **dict.fromkeys(WORKBOOK_FORMATS, ("zip", "ole")),
}
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
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None, [Fault("file_missing", sheet.file)]
        if status.st_size > LARGEST_FILE:
            params = {"size": status.st_size, "most": LARGEST_FILE}
            return None, [Fault("file_too_large", sheet.file, params=params)]
        with path.open("rb") as stream:
            start = stream.read(_START)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a name with a NUL
        return None, [Fault("file_missing", sheet.file)]
    except OSError as error:
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": error.strerror})]
    content = content_of(start)
    if content and content not in _CONTENTS.get(suffix, (content,)):
        return None, [Fault("content_differs", sheet.file, value=suffix, params={"content": content})]
    if suffix in TEXT_FORMATS:
        return _read_text(path, sheet)
    if suffix in WORKBOOK_FORMATS:
        return read_workbook(path, sheet)
    if suffix in STATISTICS_FORMATS:
        return read_statistics_file(path, sheet)
    legal = [*TEXT_FORMATS, *WORKBOOK_FORMATS, *STATISTICS_FORMATS]
    return None, [Fault("format_unknown", sheet.file, value=suffix, params={"legal": legal})]


def content_of(start: bytes) -> str:
    """Return what a file is by its first bytes, as a phrase of faults.yaml, or "" when they do not tell."""
    start = start.removeprefix(b"\xef\xbb\xbf")
    found = next((what for mark, what in _SIGNATURES if start.startswith(mark)), "")
    if found:
        return found
    if _HTML.match(start):
        return "html"
    if start.lstrip().startswith(b"<?xml"):
        return "xml"
    letters = sum(byte >= 32 or byte in b"\t\r\n" for byte in start)
    return "text" if len(start) > 20 and letters == len(start) else ""


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
    zeros = content.count(b"\0")
    if codec != "utf-16" and (is_utf16 or 4 * zeros > len(content)):
        return wrong("utf-16")
    if codec != "utf-16" and zeros:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        return "", Fault("zero_byte", sheet.file, row=row)
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
