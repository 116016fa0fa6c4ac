"""Read a sheet file to a grid of cells, whatever its format: text, workbook, file of a statistics program.

Cells are data: nothing in them is evaluated, and a number keeps the digits it is written with.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import itertools
import re
from pathlib import Path

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, column_letters
from oxymilk.ingest.marks import Place, UnreadableError
from oxymilk.ingest.sandbox import read_foreign
from oxymilk.study.sheet import Sheet, encoding_codec
from oxymilk.words import is_blank

TEXT_FORMATS = (".csv", ".tsv", ".txt")
WORKBOOK_FORMATS = (".xlsx", ".xlsm", ".xls", ".ods")
STATISTICS_FORMATS = (".sav", ".zsav", ".dta")
LARGEST_FILE = 100_000_000  # bytes
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # what a spreadsheet holds
_DELIMITERS = (",", ";", "\t", "|")
_START = 4096  # bytes that show what a file is
_SAMPLE = 200_000  # characters that show what divides the columns
_LISTED_ROWS = 20
# A merged range that covers more cells than this is a frame or a slip, not a value for each of them.
_LARGEST_MERGE = 10_000
# what a file is, a phrase of the texts, and how its first bytes say so
_SIGNATURES = {
    "zip": rb"PK(\x03\x04|\x05\x06)", "ole": rb"\xd0\xcf\x11\xe0", "pdf": rb"%PDF", "rtf": rb"\{\\rtf",
    "picture": rb"\x89PNG|\xff\xd8\xff|GIF8", "archive": rb"Rar!|7z\xbc\xaf|\x1f\x8b",
    "html": rb"(?i)\s*<(!doctype html|html|head|body|table|meta|style)\b", "xml": rb"\s*<\?xml",
}  # fmt: skip
# the contents that go with a name; a workbook is known by its content, not by which of its names it has
_CONTENTS = {**dict.fromkeys(TEXT_FORMATS, ("text",)), **dict.fromkeys(WORKBOOK_FORMATS, ("zip", "ole"))}


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
        The grid, None when it cannot be read; then the faults say why. Of a workbook, the worksheet that the sheet
        names, or the only one with content, and warnings for what is hidden in it. Of a statistics file, the
        first row has the names of the variables, and values that the file declares as missing have that kind.
    """
    path = Path(folder) / sheet.file
    suffix = path.suffix.lower()
    try:
        content = _content_of(path)
        if content and content not in _CONTENTS.get(suffix, (content,)):
            raise UnreadableError("content_differs", value=suffix, content=content)
        if suffix in TEXT_FORMATS:
            return Grid(sheet.file, "", _rows_of_text(path, sheet)), []
        if suffix in WORKBOOK_FORMATS:
            return _read_binary("workbook", path, sheet)
        if suffix not in STATISTICS_FORMATS:
            legal = [*TEXT_FORMATS, *WORKBOOK_FORMATS, *STATISTICS_FORMATS]
            raise UnreadableError("format_unknown", value=suffix, legal=legal)
        if importlib.util.find_spec("pyreadstat") is None:
            raise UnreadableError("reader_missing", value="pyreadstat")
        return _read_binary("dta" if suffix == ".dta" else "sav", path, sheet)
    except UnreadableError as error:
        code, params = error.args
        row, value = params.pop("row", None), params.pop("value", "")
        return None, [Fault(code, sheet.file, row=row, value=value, params=params)]


def _content_of(path: Path) -> str:
    """Return what a file is by its first bytes, as a phrase of the texts, or "" when they do not say."""
    try:
        if not path.is_file():
            raise UnreadableError("file_missing")
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise UnreadableError("file_too_large", size=size, most=LARGEST_FILE)
        with path.open("rb") as stream:
            start = stream.read(_START).removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise UnreadableError(problem=error.strerror) from error
    is_text = len(start) > 20 and all(byte >= 32 or byte in b"\t\r\n" for byte in start)
    signs = (content for content, pattern in _SIGNATURES.items() if re.match(pattern, start))
    return next(signs, "text" if is_text else "")


def _rows_of_text(path: Path, sheet: Sheet) -> list[list[str]]:
    """Return the rows of a text file, divided as declared, or by the only delimiter that fits."""
    text = _decode(path.read_bytes(), sheet.encoding)
    declared = sheet.delimiter or ("tab" if path.suffix.lower() == ".tsv" else "")
    fitting = [declared.replace("tab", "\t")] if declared else _fitting_delimiters(text)
    if len(fitting) > 1:
        raise UnreadableError("delimiter_ambiguous", legal=" ".join(fitting).replace("\t", "tab"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=fitting[0], strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(itertools.islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        raise UnreadableError("quote_open", row=len(rows) + 1) from error
    width = max(map(len, rows), default=0)
    if len(rows) > MOST_ROWS or width > MOST_COLUMNS:
        size, most = f"{len(rows)} x {width}", f"{MOST_ROWS} x {MOST_COLUMNS}"
        raise UnreadableError("sheet_too_large", size=size, most=most)
    return rows


def _decode(content: bytes, encoding: str) -> str:
    """Return the text of a file in its declared encoding; refuse one that is in another."""
    codec = encoding_codec(encoding)
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    zeros = content.count(b"\0")
    likely, at = "", 0
    if codec == "utf-16":
        likely = "" if is_utf16 else "utf-8"
    elif is_utf16 or 4 * zeros > len(content):
        likely = "utf-16"
    elif zeros:
        raise UnreadableError("zero_byte", row=content.partition(b"\0")[0].count(b"\n") + 1)
    elif codec != "utf-8-sig" and not content.isascii():
        # letters other than ASCII that are valid UTF-8 are never by chance text in a one-byte encoding
        with contextlib.suppress(UnicodeDecodeError):
            content.decode("utf-8")
            likely = "utf-8"
    if not likely:
        try:
            return content.decode(codec)
        except UnicodeDecodeError as error:
            likely, at = ("windows-1252" if codec == "utf-8-sig" else "utf-8"), error.start
    row = content[:at].count(b"\n") + 1
    raise UnreadableError("encoding_wrong", row=row, encoding=encoding, nearest=likely)


def _fitting_delimiters(text: str) -> list[str]:
    """Return the delimiters that give all rows the same number of columns, else those that divide the header."""
    widths: dict[str, list[int]] = {}
    for delimiter in _DELIMITERS:
        with contextlib.suppress(csv.Error):
            rows = list(csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=delimiter))
            filled = [len(row) for row in rows if any(cell.strip() for cell in row)]
            widths[delimiter] = filled[: -1 if len(text) > _SAMPLE else None]  # a sample may end within a row
    header_fits = [delimiter for delimiter, own in widths.items() if own and own[0] > 1]
    all_fit = [delimiter for delimiter in header_fits if len(set(widths[delimiter])) == 1]
    return all_fit or header_fits or [","]


def _read_binary(kind: str, path: Path, sheet: Sheet) -> tuple[Grid, list[Fault]]:
    """Read a workbook or statistics file in the sandbox; what is hidden in a workbook is a warning."""
    content = read_foreign(kind, path, sheet.worksheet)
    if "fault" in content:
        code, params = content["fault"]
        raise UnreadableError(code, **params)
    merged: dict[Place, Place] = {}
    for (top, left), (bottom, right) in content.get("merged", ()):
        if 1 < (bottom - top + 1) * (right - left + 1) <= _LARGEST_MERGE:
            covered = itertools.product(range(top, bottom + 1), range(left, right + 1))
            merged |= dict.fromkeys(itertools.islice(covered, 1, None), (top, left))
    grid = Grid(
        sheet.file,
        content.get("worksheet", ""),
        content["rows"],
        {(row, column): kind for row, column, kind in content["kinds"]},
        merged,
        {int(column): labels for column, labels in content.get("labels", {}).items()},
        {int(column): title for column, title in content.get("titles", {}).items()},
        cases=kind != "workbook",
        computed={(row, column): source for row, column, source in content.get("computed", ())},
    )
    rows = [row for row in content.get("hidden_rows", ()) if row < len(grid.rows)]
    filled = [row + 1 for row in rows if not all(map(is_blank, grid.rows[row]))]
    width = max(map(len, grid.rows), default=0)
    hidden = {
        "hidden_worksheet": content.get("is_hidden"),
        "hidden_rows": filled[:_LISTED_ROWS] + ["..."] * (len(filled) > _LISTED_ROWS),
        "hidden_columns": [column_letters(at) for at in content.get("hidden_columns", ()) if at < width],
    }
    place = (grid.file, grid.worksheet)
    return grid, [Fault(code, *place, params={"hidden": what}) for code, what in hidden.items() if what]
