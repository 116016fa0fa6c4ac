"""Read a worksheet of a workbook: XLSX, XLS, ODS."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, Place, column_letters
from oxymilk.ingest.packages import Marks, PackageError, inspect
from oxymilk.words import fold, nearest

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

    from oxymilk.declaration.sheet import Sheet

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
        The grid, None when it cannot be read; the faults, with a warning for hidden rows.
    """
    import python_calamine

    try:
        with path.open("rb") as stream:
            is_package = stream.read(2) == b"PK"
        marks = inspect(path) if is_package else {}
        with path.open("rb") as stream, python_calamine.CalamineWorkbook.from_filelike(stream) as workbook:
            name, fault = _choose(workbook, sheet, marks)
            if fault:
                return None, [fault]
            values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            found = marks.get(name) or _marks_of(workbook, name)
    except PackageError as error:
        return None, [Fault(error.code, sheet.file, params=error.params)]
    except python_calamine.CalamineError as error:
        return None, [_unreadable(sheet, error)]
    except BaseException as error:
        # a damaged file can make the reader panic, which is no Exception; anything else is not ours
        if type(error).__name__ != "PanicException" and not isinstance(error, OSError | ValueError):
            raise
        return None, [_unreadable(sheet, error)]
    rows, kinds = _as_texts(values)
    kinds |= dict.fromkeys(found.formulas, "formula")
    for place, text in found.errors.items():
        _put(rows, place, text)
        kinds[place] = "error"
    grid = Grid(sheet.file, name, rows, kinds, _covered(found.merged))
    return grid, _hidden(found, grid)


def _unreadable(sheet: Sheet, error: BaseException) -> Fault:
    problem = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Fault("sheet_unreadable", sheet.file, params={"problem": problem})


def _choose(workbook: CalamineWorkbook, sheet: Sheet, marks: dict[str, Marks]) -> tuple[str, Fault | None]:
    names = list(workbook.sheet_names)
    if sheet.worksheet is not None:
        chosen = [name for name in names if fold(name) == fold(sheet.worksheet)]
        if chosen:
            return chosen[0], None
        params = {"legal": names, "nearest": nearest(sheet.worksheet, names)}
        return "", Fault("worksheet_unknown", sheet.file, value=sheet.worksheet, params=params)
    if len(names) > 1:
        filled = [
            name
            for name in names
            if (marks[name].rows if name in marks else workbook.get_sheet_by_name(name).total_height)
        ]
        if len(filled) > 1:
            return "", Fault("worksheet_undeclared", sheet.file, params={"legal": filled})
        names = filled or names
    if not names:
        return "", Fault("sheet_empty", sheet.file)
    return names[0], None


def _marks_of(workbook: CalamineWorkbook, name: str) -> Marks:
    """Return what the reader itself tells of a worksheet that is no package (XLS)."""
    return Marks(merged=list(workbook.get_sheet_by_name(name).merged_cell_ranges or []))


def _as_texts(values: list[list[object]]) -> tuple[list[list[str]], dict[Place, str]]:
    """Return the texts of a worksheet's values, and the kind of those that are not text."""
    rows: list[list[str]] = []
    kinds: dict[Place, str] = {}
    for row, values_of_row in enumerate(values):
        texts = []
        for column, value in enumerate(values_of_row):
            if isinstance(value, str):
                texts.append(value)
                continue
            text, kind = _as_text(value)
            texts.append(text)
            kinds[row, column] = kind
        rows.append(texts)
    return rows, kinds


def _as_text(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "boolean"
    if isinstance(value, int | float):
        # a workbook shows 15 significant digits; beyond them binary fractions leave their traces
        return format(value, ".15g"), "number"
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}", "date"
    if isinstance(value, datetime.time):
        return f"{value.hour}:{value.minute:02d}", "date"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" "), "date"
    return str(value), "date"


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
    rows = [row for row in marks.hidden_rows if row < len(grid.rows) and any(map(str.strip, grid.rows[row]))]
    if rows:
        shown = [str(row + 1) for row in rows[:_LISTED_ROWS]] + ["..."] * (len(rows) > _LISTED_ROWS)
        faults.append(Fault("hidden_rows", grid.file, grid.worksheet, params={"hidden": shown}))
    width = max((len(row) for row in grid.rows), default=0)
    columns = [column_letters(column) for column in marks.hidden_columns if column < width]
    if columns:
        faults.append(Fault("hidden_columns", grid.file, grid.worksheet, params={"hidden": columns}))
    return faults
