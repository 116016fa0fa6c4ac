"""Look into a workbook (XLSX, ODS, XLS): what a reader of values does not say, and whether it may be read at all.

A zip package can hold gigabytes in kilobytes, and XML that expands without end, so sizes are checked and document
types refused first. Then the marks beside the values: hidden rows and columns, merged cells, errors, formulas and
whether they have a stored value. It runs in the sandbox, once for each workbook, and imports little. Sources:
ECMA-376 part 1, 18.3 (XLSX); OpenDocument 1.2 part 1, 9 (ODS); [MS-XLS] 2.4 for the records of XLS, by their numbers.
"""

from __future__ import annotations

import io
import itertools
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

Place = tuple[int, int]  # row and column, from 0
Element = tuple[str, dict[str, str], list[str]]  # name without prefix, attributes, the parts of the text

LARGEST_CONTENT = 400_000_000  # bytes, unpacked
MOST_MEMBERS = 5_000
MOST_CELLS = 5_000_000  # in the rectangle from the first cell to the last
_BOMB_SIZE, _BOMB_RATIO = 20_000_000, 300
_CHUNK = 1 << 14  # bytes; the elements of few bytes are held at once
_ODS_NUMBERS = ("rows-repeated", "columns-repeated", "rows-spanned", "columns-spanned")
_XML = (".xml", ".rels", ".vml", ".rdf")
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)", re.ASCII | re.IGNORECASE)
# in a formula: a cell of its own worksheet, with the number of the row (C2, [.C2]); a letter, as in any reference
_REFERENCE = re.compile(r"(?<![\w!:$'.])(?:\[\.)?\$?[A-Z]{1,3}\$?(\d{1,7})(?![\w(!])")
_REFERS = re.compile(r"[^\W\d]")
_BOUNDSHEET, _FILEPASS, _BOF, _EOF = 0x85, 0x2F, 0x809, 0x0A
_ROW, _COLINFO, _MERGED, _FORMULA, _BOOLERR = 0x208, 0x7D, 0xE5, 0x06, 0x205
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class UnreadableError(Exception):
    """A file that is not read; its arguments are code and params of the fault."""

    def __init__(self, code: str = "sheet_unreadable", **params: object):
        super().__init__(code, params)


@dataclass
class Marks:
    """What a worksheet's file says beside its values; rows and columns from 0.

    `formulas` says of each cell that has one whether its value is stored, `sources` what it works on: "row" when it
    refers to a cell of its own row, else "worksheet" when to one of its own worksheet, else "other"; "" when the file
    does not say. One that refers to none ("=3+2") was entered by a person and has no source. `merged` has the first
    and last cell of each range; `rows` and `columns` are the size of the rectangle that holds all cells.
    """

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: dict[Place, bool] = field(default_factory=dict)
    sources: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0

    def widen(self, row: int, column: int) -> None:
        """Widen the rectangle of cells to a cell, and refuse one that is too large to hold."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)
        if self.rows * self.columns > MOST_CELLS:
            raise UnreadableError("sheet_too_large", size=f"{self.rows} x {self.columns}", most=MOST_CELLS)

    def add_formula(self, place: Place, text: str, *, stored: bool) -> None:
        """Add a formula, as it is written."""
        rows = {int(row) - 1 for row in _REFERENCE.findall(text)}
        self.formulas[place] = stored
        if _REFERS.search(text):
            self.sources[place] = "row" if place[0] in rows else "worksheet" if rows else "other"
        self.widen(*place)


def place_of(address: str) -> Place:
    """Return row and column (from 0) of an address such as B7; ValueError when it is none."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None or len(address) > 12:
        raise ValueError(address)
    column = 0
    for letter in parts[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(parts[2]) - 1, column - 1


def marks_of(path: Path) -> dict[str, Marks]:
    """Return the marks of a workbook's worksheets by name.

    Parameters
    ----------
    path : Path
        The workbook; what it is, its first bytes say, not its name.

    Raises
    ------
    UnreadableError
        When it is a bomb, has a password, is damaged, or holds no workbook.
    """
    with path.open("rb") as stream:
        is_package = stream.read(2) == b"PK"
    try:
        return _package_marks(path) if is_package else _old_marks(path.read_bytes())
    except UnreadableError:
        raise
    except Exception as error:
        problem = str(error).partition("\n")[0]
        if isinstance(error, expat.ExpatError):
            problem = f"XML, {error}"
        elif isinstance(error, zlib.error | EOFError | ValueError | OverflowError | LookupError):
            problem = f"zip, {type(error).__name__}"
        raise UnreadableError(problem=(is_package and problem) or "damaged") from error


def refuse_bomb(package: zipfile.ZipFile) -> None:
    """Refuse a package that unpacks to too much."""
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    is_bomb = any(part.file_size > max(_BOMB_SIZE, _BOMB_RATIO * part.compress_size) for part in members)
    if is_bomb or unpacked > LARGEST_CONTENT or len(members) > MOST_MEMBERS:
        raise UnreadableError("package_bomb", size=unpacked, most=LARGEST_CONTENT)


def _package_marks(path: Path) -> dict[str, Marks]:
    """Return the marks of an XLSX or ODS; refuse one that unpacks to too much, or has a document type anywhere."""
    with zipfile.ZipFile(path) as package:
        refuse_bomb(package)
        names = set(package.namelist())
        is_ods = "content.xml" in names
        if not is_ods and "xl/workbook.xml" not in names:
            raise UnreadableError(problem="no_workbook")
        parts = {"": "content.xml"} if is_ods else _worksheet_parts(package, names)
        for name in sorted(names - set(parts.values())):
            for _ in _elements(package, name) if name.endswith(_XML) else ():
                pass
        if is_ods:
            return _ods_marks(_elements(package, "content.xml"))
        workbook = _elements(package, "xl/workbook.xml")
        is_due = any(keys.get("fullCalcOnLoad") in ("1", "true") for _, keys, _ in workbook)
        sheets = {name: _elements(package, part) for name, part in parts.items() if part in names}
        return {name: _xlsx_marks(elements, is_due) for name, elements in sheets.items()}


def _elements(package: zipfile.ZipFile, name: str) -> Iterator[Element]:
    """Yield the elements of a member in the order in which they start; an element's text is that before the next."""
    parser = expat.ParserCreate()
    elements: list[Element] = []

    def refuse(*_: object) -> None:
        raise UnreadableError("package_entities")

    def start(tag: str, attributes: dict[str, str]) -> None:
        elements.append((tag.rpartition(":")[2], attributes, []))
        parser.CharacterDataHandler = elements[-1][2].append

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    with package.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from elements[:-1]
            del elements[:-1]  # the text of the last may go on in the next chunk
    parser.Parse(b"", True)
    yield from elements


def _worksheet_parts(package: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Return the member of each worksheet that the workbook of an XLSX lists."""
    sheets = [sheet for tag, sheet, _ in _elements(package, "xl/workbook.xml") if tag == "sheet"]
    relations = "xl/_rels/workbook.xml.rels"
    targets: dict[str, str] = {}
    for tag, relation, _ in _elements(package, relations) if relations in names else ():
        if tag == "Relationship":
            # a target that starts with a slash is a path in the package, any other one a path in its folder xl
            path = posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
            targets[relation.get("Id", "")] = path.lstrip("/")
    ids = (next((value for key, value in sheet.items() if key.endswith(":id")), "") for sheet in sheets)
    return {sheet.get("name", ""): targets.get(own, "") for sheet, own in zip(sheets, ids, strict=True)}


def _xlsx_marks(elements: Iterable[Element], is_due: bool) -> Marks:
    """Return the marks of one worksheet of an XLSX; `is_due` when all is to be computed when it is opened."""
    # a value is stored when it has text, or is the empty text of a formula (t="str"); programs that compute nothing
    # write no value, an empty one without a type, or 0, which is then due
    marks = Marks()
    row = column = -1
    kind = ""
    shared: dict[str, str] = {}
    for tag, attributes, texts in elements:
        hidden = attributes.get("hidden") in ("1", "true")
        if tag == "c":
            address = attributes.get("r")
            row, column = place_of(address) if address else (row, column + 1)
            kind = attributes.get("t", "")
        elif tag in ("f", "v", "is"):
            if tag == "f":
                marks.add_formula((row, column), "".join(texts), stored=False)
                if number := attributes.get("si"):  # written once, for the first cell of several
                    source = marks.sources.get((row, column), "")
                    marks.sources[row, column] = shared.setdefault(number, source)
            elif (row, column) in marks.formulas:
                never = is_due and "".join(texts) == "0"
                marks.formulas[row, column] = not never and bool(texts or kind == "str")
            if texts and tag != "f" and kind == "e":
                marks.errors[row, column] = "".join(texts)
            marks.widen(row, column)
        elif tag == "row":
            row, column = int(attributes["r"]) - 1 if "r" in attributes else row + 1, -1
            if hidden:
                marks.hidden_rows.append(row)
        elif tag == "col" and (hidden or attributes.get("width") in ("0", "0.0")):
            last = min(int(attributes["max"]), 16_384)
            marks.hidden_columns.extend(range(int(attributes["min"]) - 1, last))
        elif tag == "mergeCell":
            first, _, last_cell = attributes.get("ref", "").partition(":")
            marks.merged.append((place_of(first), place_of(last_cell or first)))
    return marks


def _ods_marks(elements: Iterable[Element]) -> dict[str, Marks]:
    """Return the marks of the worksheets of an ODS, where columns, rows and cells may be repeated by a number."""
    worksheets: dict[str, Marks] = {}
    marks = Marks()
    row = column = described = 0
    repeat = 1
    error: Place | None = None  # the cell whose text, which follows, is an error
    for tag, attributes, texts in elements:
        numbers = (max(int(attributes.get(f"table:number-{name}", "1")), 1) for name in _ODS_NUMBERS)
        rows, width, height, breadth = numbers
        hidden = attributes.get("table:visibility") in ("collapse", "filter")
        if tag == "table" and "table:name" in attributes:
            marks = worksheets[attributes["table:name"]] = Marks()
            row, repeat, described = 0, 0, 0
        elif tag == "table-column":
            if hidden:
                marks.hidden_columns.extend(range(described, described + min(width, 16_384)))
            described += width
        elif tag == "table-row":
            row, column = row + repeat, 0
            repeat = rows
            if hidden:
                marks.hidden_rows.extend(range(row, row + min(repeat, 1000)))
        elif tag in ("table-cell", "covered-table-cell"):
            filled = any(key.endswith(":value-type") for key in attributes)
            if formula := attributes.get("table:formula"):
                # a formula is repeated in few cells, if at all
                for down, right in itertools.product(range(min(repeat, 1000)), range(min(width, 100))):
                    marks.add_formula((row + down, column + right), formula.partition("=")[2], stored=filled)
            if filled:
                marks.widen(row + repeat - 1, column + width - 1)
            if "error" in (value for key, value in attributes.items() if key.endswith(":value-type")):
                error = row, column
            if (height, breadth) != (1, 1):
                marks.merged.append(((row, column), (row + height - 1, column + breadth - 1)))
            column += width
        elif tag == "p" and error:
            marks.errors[error], error = "".join(texts) or "#N/A", None
    return worksheets


def _old_marks(content: bytes) -> dict[str, Marks]:
    """Return the marks of the worksheets of an XLS."""
    from xlrd.compdoc import CompDoc

    container = CompDoc(content, logfile=io.StringIO(), ignore_workbook_corruption=True)
    if container.get_named_stream("EncryptedPackage"):
        raise UnreadableError("workbook_encrypted")
    workbook = container.get_named_stream("Workbook") or container.get_named_stream("Book")
    if not workbook:
        raise UnreadableError(problem="no_workbook")
    version = struct.unpack_from("<H", workbook, 4)[0]
    worksheets: dict[str, Marks] = {}
    for number, data in _records(workbook, 0):
        if number == _FILEPASS:
            raise UnreadableError("workbook_encrypted")
        if number == _BOUNDSHEET:
            position, _, _, length = struct.unpack_from("<IBBB", data)
            if version < 0x600:
                name = data[7 : 7 + length].decode("cp1252", "replace")
            elif data[7] & 1:
                name = data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
            else:
                name = data[8 : 8 + length].decode("latin-1")
            worksheets[name] = _xls_marks(_records(workbook, position))
    # a program that computes stores some value in some cell; one that does not, leaves all without
    of_sheets = [(marks.errors, *entry) for marks in worksheets.values() for entry in marks.formulas.items()]
    if any(is_stored and place not in errors for errors, place, is_stored in of_sheets):
        for marks in worksheets.values():
            marks.formulas = dict.fromkeys(marks.formulas, True)
    return worksheets


def _records(content: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and data of the records of the substream at a position, without those nested in it."""
    depth = 0
    while position + 4 <= len(content):
        number, length = struct.unpack_from("<HH", content, position)
        data = content[position + 4 : position + 4 + length]
        position += 4 + length
        if number == _BOF:
            depth += 1
        elif number == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield number, data


def _xls_marks(records: Iterable[tuple[int, bytes]]) -> Marks:
    """Return the marks of one worksheet of an XLS; a formula whose value is 0 or blank may be one never computed."""
    marks = Marks()
    for number, data in records:
        if number == _ROW:
            row, flags = struct.unpack_from("<H10xH", data)
            if flags & 0x20:
                marks.hidden_rows.append(row)
        elif number == _COLINFO:
            first, last, width, _, flags = struct.unpack_from("<5H", data)
            if flags & 1 or not width:
                marks.hidden_columns.extend(range(first, min(last, 255) + 1))
        elif number == _MERGED:
            for at in range(struct.unpack_from("<H", data)[0]):
                top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * at)
                marks.merged.append(((top, left), (bottom, right)))
        elif number == _BOOLERR and data[7]:
            marks.errors[struct.unpack_from("<HH", data)] = _ERRORS.get(data[6], "#N/A")
        elif number == _FORMULA:
            row, column, value, flags = struct.unpack_from("<HH2x8sH", data)
            special = value[6:] == b"\xff\xff"
            never = (value == bytes(8) and flags & 3 == 3) or (special and value[0] == 3)
            marks.formulas[row, column], marks.sources[row, column] = not never, ""
            if special and value[0] == 2:
                marks.errors[row, column] = _ERRORS.get(value[2], "#N/A")
    return marks
