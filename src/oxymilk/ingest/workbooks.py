"""Read a worksheet of a workbook: XLSX, XLS, ODS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, Place, column_letters, split_kinds
from oxymilk.ingest.old_workbooks import inspect_old
from oxymilk.ingest.packages import Marks, PackageError, inspect
from oxymilk.ingest.reader_process import ReaderError, read_foreign
from oxymilk.words import is_blank, nearest

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet

_LISTED_ROWS = 20
# A merged range that covers more cells than this is a frame or a slip, not a value for each of them.
_LARGEST_MERGE = 10_000


def read_workbook(path: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    """Read the worksheet that a sheet names, or the only one that has content.

    Parameters
    ----------
    path : Path
        The workbook; what it is, its first bytes say, not its name.
    sheet : Sheet
        The declaration.

    Returns
    -------
    tuple of Grid or None, list of Fault
        The grid, None when it cannot be read; the faults, with warnings for what is hidden.
    """
    try:
        with path.open("rb") as stream:
            is_package = stream.read(2) == b"PK"
        marks = inspect(path) if is_package else inspect_old(path)
        found = read_foreign("workbook", path, sheet.worksheet)
    except PackageError as error:
        return None, [Fault(error.code, sheet.file, params=error.params)]
    except ReaderError as error:
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": str(error)})]
    if found["chosen"] is None:
        return None, [_no_choice(found, sheet)]
    told = marks.get(found["chosen"], Marks())
    rows, kinds = split_kinds(found["rows"])
    kinds |= dict.fromkeys(told.formulas, "formula")
    for place, text in told.errors.items():
        _put(rows, place, text)
        kinds[place] = "error"
    computed = frozenset(told.computed)
    grid = Grid(sheet.file, found["chosen"], rows, kinds, _covered(told.merged), computed=computed)
    faults = _hidden(told, grid)
    if found["chosen"] in found["hidden"]:
        faults.insert(0, Fault("hidden_worksheet", sheet.file, found["chosen"]))
    return grid, faults


def _no_choice(found: dict[str, Any], sheet: Sheet) -> Fault:
    if sheet.worksheet is not None:
        params = {"legal": found["names"], "nearest": nearest(sheet.worksheet, found["names"])}
        return Fault("worksheet_unknown", sheet.file, value=sheet.worksheet, params=params)
    if found["filled"]:
        return Fault("worksheet_undeclared", sheet.file, params={"legal": found["filled"]})
    return Fault("sheet_empty", sheet.file)


def _put(rows: list[list[str]], place: Place, text: str) -> None:
    row, column = place
    rows.extend([] for _ in range(row + 1 - len(rows)))
    rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
    rows[row][column] = text


def _covered(ranges: list[tuple[Place, Place]]) -> dict[Place, Place]:
    covered: dict[Place, Place] = {}
    for first, last in ranges:
        height, width = last[0] - first[0] + 1, last[1] - first[1] + 1
        if 1 < height * width <= _LARGEST_MERGE:
            places = [(first[0] + down, first[1] + right) for down in range(height) for right in range(width)]
            covered |= dict.fromkeys(places[1:], first)
    return covered


def _hidden(marks: Marks, grid: Grid) -> list[Fault]:
    faults = []
    rows = [
        row for row in marks.hidden_rows if row < len(grid.rows) and not all(map(is_blank, grid.rows[row]))
    ]
    if rows:
        shown = [str(row + 1) for row in rows[:_LISTED_ROWS]] + ["..."] * (len(rows) > _LISTED_ROWS)
        faults.append(Fault("hidden_rows", grid.file, grid.worksheet, params={"hidden": shown}))
    width = max((len(row) for row in grid.rows), default=0)
    columns = [column_letters(column) for column in marks.hidden_columns if column < width]
    if columns:
        faults.append(Fault("hidden_columns", grid.file, grid.worksheet, params={"hidden": columns}))
    return faults
