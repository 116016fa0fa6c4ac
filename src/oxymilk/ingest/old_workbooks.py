"""Look into an old workbook (XLS): what a reader of values does not tell.

That is hidden rows and columns, errors, merged cells, formulas that were never computed, and a password. Values are
read elsewhere. Sources: [MS-CFB] for the container, [MS-XLS] 2.4 for the records, by their numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from oxymilk.ingest.grid import Place
from oxymilk.ingest.packages import Marks, PackageError

_END = 0xFFFFFFFA  # sector numbers from here on are marks
_BOUNDSHEET, _FILEPASS, _BOF, _EOF = 0x85, 0x2F, 0x809, 0x0A
_ROW, _COLINFO, _MERGED, _FORMULA, _BOOLERR = 0x208, 0x7D, 0xE5, 0x06, 0x205
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class _Sheet(NamedTuple):
    name: str
    position: int


def inspect_old(path: Path) -> dict[str, Marks]:
    """Return the marks of the worksheets of an XLS workbook by name.

    Parameters
    ----------
    path : Path
        The workbook.

    Raises
    ------
    PackageError
        When it has a password, is damaged, or holds no workbook.
    """
    try:
        streams = _streams(path.read_bytes())
        if "EncryptedPackage" in streams:
            raise PackageError("workbook_encrypted")
        content = streams.get("Workbook", streams.get("Book"))
        if content is None:
            raise PackageError("sheet_unreadable", problem="no workbook in it")
        worksheets = {sheet.name: _marks(content, sheet.position) for sheet in _sheets(content)}
    except (struct.error, IndexError, KeyError, ValueError) as error:
        problem = f"damaged, {type(error).__name__}"
        raise PackageError("sheet_unreadable", problem=problem) from None
    # a program that computes stores some value in some cell; one that does not, leaves all without
    formulas = [blank for marks, blank_of in worksheets.values() for blank in blank_of.values()]
    if formulas and all(formulas):
        for marks, blank_of in worksheets.values():
            marks.formulas |= set(blank_of)
    return {name: marks for name, (marks, _) in worksheets.items()}


def _streams(data: bytes) -> dict[str, bytes]:
    """Return the streams of a compound file by name."""
    if len(data) < 512:
        raise ValueError("no header")
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("sector size")
    size = 1 << shift
    number = struct.unpack_from("<I", data, 44)[0]
    first_directory = struct.unpack_from("<I", data, 48)[0]
    cutoff, first_mini, _, next_difat, _ = struct.unpack_from("<5I", data, 56)
    most = len(data) // size + 1

    def sector(at: int) -> bytes:
        found = data[(at + 1) * size : (at + 2) * size]
        if not found:
            raise ValueError("sector beyond the end")
        return found.ljust(size, b"\0")

    difat = list(struct.unpack_from("<109I", data, 76))
    for _ in range(most):
        if next_difat >= _END:
            break
        entries = struct.unpack(f"<{size // 4}I", sector(next_difat))
        difat += entries[:-1]
        next_difat = entries[-1]
    table = [one for at in difat[:number] if at < _END for one in struct.unpack(f"<{size // 4}I", sector(at))]

    def chain(at: int, links: list[int]) -> Iterator[int]:
        for _ in range(len(links) + 1):
            if at >= _END:
                return
            yield at
            at = links[at]
        raise ValueError("chain without end")

    def whole(first: int) -> bytes:
        return b"".join(sector(at) for at in chain(first, table))

    directory = whole(first_directory)
    mini_table: list[int] = []
    if first_mini < _END:
        content = whole(first_mini)
        mini_table = list(struct.unpack(f"<{len(content) // 4}I", content))
    root = struct.unpack_from("<I", directory, 116)[0]
    mini = whole(root) if root < _END and mini_table else b""
    streams = {}
    for at in range(0, len(directory), 128):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        if kind != 2 or not 2 <= length <= 64:
            continue
        name = directory[at : at + length - 2].decode("utf-16-le", "replace")
        start, long = struct.unpack_from("<IQ", directory, at + 116)
        long &= 0xFFFFFFFF if shift == 9 else 0xFFFFFFFFFFFFFFFF
        if name not in ("Workbook", "Book", "EncryptedPackage"):
            continue
        if long < cutoff:
            parts = [mini[one << 6 : (one + 1) << 6] for one in chain(start, mini_table)]
            streams[name] = b"".join(parts)[:long]
        else:
            streams[name] = whole(start)[:long]
    return streams


def _records(content: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and data of the records of the substream that begins at a position, without those nested in it."""
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


def _sheets(content: bytes) -> Iterator[_Sheet]:
    version = struct.unpack_from("<H", content, 4)[0]
    for number, data in _records(content, 0):
        if number == _FILEPASS:
            raise PackageError("workbook_encrypted")
        if number == _BOUNDSHEET:
            position, _, _, length = struct.unpack_from("<IBBB", data)
            if version < 0x600:
                name = data[7 : 7 + length].decode("cp1252", "replace")
            elif data[7] & 1:
                name = data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
            else:
                name = data[8 : 8 + length].decode("latin-1")
            yield _Sheet(name, position)


def _marks(content: bytes, position: int) -> tuple[Marks, dict[Place, bool]]:
    """Return the marks of a worksheet, and for each formula without an error whether it has no value or a blank."""
    marks = Marks()
    blank_of: dict[Place, bool] = {}
    for number, data in _records(content, position):
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
            row, column = struct.unpack_from("<HH", data)
            marks.errors[row, column] = _ERRORS.get(data[6], "#N/A")
        elif number == _FORMULA:
            row, column, value, flags = struct.unpack_from("<HH2x8sH", data)
            marks.computed.add((row, column))
            special = value[6:] == b"\xff\xff"
            if special and value[0] == 2:
                marks.errors[row, column] = _ERRORS.get(value[2], "#N/A")
            else:
                never = value == bytes(8) and flags & 3 == 3
                blank_of[row, column] = never or (special and value[0] == 3)
    return marks, blank_of
