"""Read and write the files of the pipeline: whole or not at all, the same bytes every time."""

from __future__ import annotations

import csv
import errno
import glob
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, BinaryIO

from oxymilk.faults import Fault, FaultsError

if TYPE_CHECKING:
    import pandas as pd

FLOAT_FORMAT = "%.10g"
# A spreadsheet runs a cell that starts with one of these as a formula. A text with apostrophes before such a sign gets
# one more as well, so that `as_it_was` can tell the two apart.
_FORMULA_START = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?(\d+/\d+|(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?)$")


def refuse_device(path: Path) -> None:
    """Raise OSError for a folder, and for a pipe or a device, which would be read for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise IsADirectoryError(errno.EISDIR, "no file", str(path))


def read_bytes(path: Path) -> bytes:
    """Read a whole file; OSError as for `refuse_device`."""
    refuse_device(path)
    return path.read_bytes()


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the number, from 1, and the cells of each row of a CSV that people keep, as they are read.

    UTF-8, its cells parted by commas, or by semicolons as spreadsheet programs save it where the decimal mark is a
    comma. FaultsError with the row where it is neither.
    """
    row = 0
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        first = stream.readline()
        delimiter = ";" if first.count(";") > first.count(",") else ","
        try:
            for row, cells in enumerate(
                csv.reader(chain([first], stream), delimiter=delimiter, strict=True), 1
            ):
                "".join(cells).encode()
                yield row, [as_it_was(cell.strip()) for cell in cells]
        except UnicodeEncodeError:
            raise FaultsError([Fault("not_utf8", path.name, row=row)]) from None
        except csv.Error:
            raise FaultsError([Fault("quote_open", path.name, row=row + 1)]) from None


def write_bytes(path: Path, data: bytes) -> None:
    """Write the whole content of a file through a temporary name, so that a killed run leaves no half file.

    Missing parent folders are made. A link, a pipe or a device (/dev/stdout) is written to and stays what it is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as stream:
            stream.write(data)
    except OSError as error:
        if error.errno:
            error.filename = str(path)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written: a regular one under another name, which then gets its own.

    What killed runs left of it is removed. A link, a pipe or a device is opened itself.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with path.open("wb") as stream:
            yield stream
        return
    # two runs at once have a name each
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        process = left.name.split(".")[-2]
        if process.isdigit() and not Path("/proc", process).exists():
            left.unlink(missing_ok=True)
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    r"""Write `text` to `path` as UTF-8 with "\n" line ends, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table without its index as CSV; see `write_rows`."""
    write_rows(*rows_of(frame), path)


def rows_of(frame: pd.DataFrame) -> tuple[Iterable[str], Iterable[Iterable[object]]]:
    """Return the columns and the rows of a table, as `write_rows` takes them."""
    return frame.columns, frame.astype(object).itertuples(index=False)


def write_rows(columns: Iterable[str], rows: Iterable[Iterable[object]], path: Path) -> None:
    r"""Write rows as CSV: UTF-8, "\n", floats as %.10g, true and false, missing as empty.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    lines: list[str] = []
    # "\r\n" as the end of a line, so that a cell with either sign is quoted
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([defuse(_cell(value)) for value in row] for row in rows)
    write_text(path, "".join(line.removesuffix("\r\n") + "\n" for line in lines))


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV that `write_csv` wrote: every cell text as it was, missing as the empty string."""
    import pandas as pd

    columns, rows = read_rows(path)
    return pd.DataFrame(rows, columns=columns, dtype=str)


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read a CSV that `write_rows` wrote: its columns, and its rows with every cell text as it was."""
    columns, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
    return columns, [[as_it_was(cell) for cell in row] for row in rows]


def as_read(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as `read_csv` gives it once it was written: every cell text."""
    return frame.astype(object).map(_cell)


def defuse(text: str) -> str:
    """Return `text` so that no spreadsheet evaluates it; numbers stay as they are."""
    return f"'{text}" if _FORMULA_START.match(text) and not _NUMBER.match(text) else text


def as_it_was(text: str) -> str:
    """Return a text without the apostrophe that `defuse` put before it."""
    return text[1:] if text.startswith("'") and _FORMULA_START.match(text) else text


def _cell(value: object) -> str:
    # numpy's own bool and float are not Python's; their .item() is
    item = getattr(value, "item", None)
    if callable(item):
        value = item()
    # NaN is not equal to itself; pandas' NA is neither equal nor unequal
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return FLOAT_FORMAT % value
    return str(value)
