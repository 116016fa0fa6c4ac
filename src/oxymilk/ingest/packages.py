"""Look into the zip package of a workbook (XLSX, ODS) before it is read.

A package can hold gigabytes in kilobytes and XML that expands without end, so sizes are checked and document
types refused first. The same pass notes what a reader of values does not tell: hidden rows, merged cells,
formulas without a stored value, errors.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from oxymilk.ingest.grid import Place, place_of

LARGEST_CONTENT = 400_000_000  # bytes, unpacked
MOST_MEMBERS = 5_000
MOST_CELLS = 5_000_000  # in the rectangle from the first cell to the last
_BOMB_SIZE, _BOMB_RATIO = 20_000_000, 300
_CHUNK = 1 << 20


class PackageError(Exception):
    """A package that is not read; `code` and `params` are those of the fault."""

    def __init__(self, code: str, **params: object):
        self.code = code
        self.params = params
        super().__init__(code)


@dataclass
class Marks:
    """What a worksheet's file says beside its values; rows and columns from 0."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: set[Place] = field(default_factory=set)  # without a stored value
    computed: set[Place] = field(default_factory=set)  # every formula
    errors: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0

    def saw(self, row: int, column: int) -> None:
        """Widen the rectangle of cells, and refuse one that is too large to hold."""
        self.rows = max(self.rows, row + 1)
        self.columns = max(self.columns, column + 1)
        if self.rows * self.columns > MOST_CELLS:
            size = f"{self.rows} x {self.columns}"
            raise PackageError("sheet_too_large", size=size, most=MOST_CELLS)


def inspect(path: Path) -> dict[str, Marks]:
    """Check a workbook's package and return the marks of its worksheets by name.

    Parameters
    ----------
    path : Path
        A zip file that holds an XLSX or ODS workbook.

    Raises
    ------
    PackageError
        When the package is a bomb, is damaged, or holds no workbook.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_sizes(package)
            names = set(package.namelist())
            if "content.xml" in names:
                return _inspect_ods(package, names)
            if "xl/workbook.xml" in names:
                return _inspect_xlsx(package, names)
    except expat.ExpatError as error:
        raise PackageError("sheet_unreadable", problem=f"XML, {error}") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError) as error:
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PackageError("sheet_unreadable", problem=problem) from None
    except (zlib.error, EOFError, ValueError, OverflowError, LookupError) as error:
        raise PackageError("sheet_unreadable", problem=f"zip, {type(error).__name__}") from None
    raise PackageError("sheet_unreadable", problem="no workbook in it")


def _check_sizes(package: zipfile.ZipFile) -> None:
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > _BOMB_SIZE and ratio > _BOMB_RATIO:
            raise PackageError("package_bomb", size=unpacked, most=LARGEST_CONTENT)
    if unpacked > LARGEST_CONTENT or len(members) > MOST_MEMBERS:
        raise PackageError("package_bomb", size=unpacked, most=LARGEST_CONTENT)


def _parse(package: zipfile.ZipFile, name: str, on_start: Callable[[str, dict[str, str]], object] | None,
           parser: expat.XMLParserType | None = None) -> None:  # fmt: skip
    """Parse a member; `on_start` gets each element's name without prefix and its attributes."""
    parser = parser or expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise PackageError("package_entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if on_start is not None:
        parser.StartElementHandler = lambda tag, attributes: on_start(tag.rpartition(":")[2], attributes)
    with package.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _inspect_xlsx(package: zipfile.ZipFile, names: set[str]) -> dict[str, Marks]:
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def on_sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets[attributes.get("name", "")] = relation

    def on_relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[attributes.get("Id", "")] = posixpath.normpath(path)

    _parse(package, "xl/workbook.xml", on_sheet)
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(package, "xl/_rels/workbook.xml.rels", on_relation)
    worksheets = {name: targets.get(relation, "") for name, relation in sheets.items()}
    for name in sorted(names - set(worksheets.values())):
        if name.endswith((".xml", ".rels", ".vml")):
            _parse(package, name, None)
    return {name: _xlsx_marks(package, part) for name, part in worksheets.items() if part in names}


def _xlsx_marks(package: zipfile.ZipFile, part: str) -> Marks:
    marks = Marks()
    parser = expat.ParserCreate()
    row = column = -1
    kind = ""
    pending = False  # a formula was seen and no value yet

    def settle() -> None:
        nonlocal pending
        if pending:
            marks.formulas.add((row, column))
            pending = False

    def on_error_text(text: str) -> None:
        marks.errors[row, column] = marks.errors.get((row, column), "") + text

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, pending
        if tag == "c":
            settle()
            address = attributes.get("r")
            row, column = place_of(address) if address else (row, column + 1)
            kind = attributes.get("t", "")
        elif tag in ("v", "is"):
            pending = False
            marks.saw(row, column)
            # the handler stays until the next element starts
            parser.CharacterDataHandler = on_error_text if kind == "e" else None
            return
        elif tag == "f":
            pending = True
            marks.computed.add((row, column))
            marks.saw(row, column)
        elif tag == "row":
            settle()
            row = int(attributes["r"]) - 1 if "r" in attributes else row + 1
            column = -1
            if attributes.get("hidden") in ("1", "true"):
                marks.hidden_rows.append(row)
        elif tag == "col" and (
            attributes.get("hidden") in ("1", "true") or attributes.get("width") in ("0", "0.0")
        ):
            last = min(int(attributes["max"]), 16_384)
            marks.hidden_columns.extend(range(int(attributes["min"]) - 1, last))
        elif tag == "mergeCell":
            settle()
            first, _, last_cell = attributes.get("ref", "").partition(":")
            marks.merged.append((place_of(first), place_of(last_cell or first)))
        parser.CharacterDataHandler = None

    _parse(package, part, on_start, parser)
    settle()
    return marks


def _inspect_ods(package: zipfile.ZipFile, names: set[str]) -> dict[str, Marks]:
    for name in sorted(names - {"content.xml"}):
        if name.endswith((".xml", ".rdf")):
            _parse(package, name, None)
    worksheets: dict[str, Marks] = {}
    marks = Marks()
    row = column = described = 0
    repeat = 1

    def count(attributes: dict[str, str], name: str) -> int:
        return max(int(attributes.get(f"table:{name}", "1")), 1)

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal marks, row, column, repeat, described
        if tag == "table" and "table:name" in attributes:
            marks = worksheets[attributes["table:name"]] = Marks()
            row, repeat, described = 0, 0, 0
        elif tag == "table-column":
            width = count(attributes, "number-columns-repeated")
            if attributes.get("table:visibility") in ("collapse", "filter"):
                marks.hidden_columns.extend(range(described, described + min(width, 16_384)))
            described += width
        elif tag == "table-row":
            row, column = row + repeat, 0
            repeat = count(attributes, "number-rows-repeated")
            if attributes.get("table:visibility") in ("collapse", "filter"):
                marks.hidden_rows.extend(range(row, row + min(repeat, 1000)))
        elif tag in ("table-cell", "covered-table-cell"):
            width = count(attributes, "number-columns-repeated")
            filled = any(key.endswith(":value-type") for key in attributes)
            if "table:formula" in attributes:
                marks.computed.add((row, column))
            if filled:
                marks.saw(row + repeat - 1, column + width - 1)
            elif (row, column) in marks.computed:
                marks.formulas.add((row, column))
                marks.saw(row, column)
            spans = count(attributes, "number-rows-spanned"), count(attributes, "number-columns-spanned")
            if spans != (1, 1):
                marks.merged.append(((row, column), (row + spans[0] - 1, column + spans[1] - 1)))
            column += width

    _parse(package, "content.xml", on_start)
    return worksheets
