"""Read the file of a statistics program: SPSS .sav, Stata .dta; values, value labels, missing codes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, Place

if TYPE_CHECKING:
    from oxymilk.declaration.sheet import Sheet


def read_statistics_file(path: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    """Read a .sav, .zsav or .dta file; the first row of the grid has the names of the variables.

    Parameters
    ----------
    path : Path
        The file.
    sheet : Sheet
        The declaration.

    Returns
    -------
    tuple of Grid or None, list of Fault
        The grid, None when the file cannot be read. Values that the file declares as missing have the kind
        `missing`.
    """
    try:
        import pyreadstat
    except ModuleNotFoundError:
        return None, [Fault("reader_missing", sheet.file, value="pyreadstat")]

    read = pyreadstat.read_dta if path.suffix.lower() == ".dta" else pyreadstat.read_sav
    try:
        # user_missing keeps the codes of missing values, which would vanish otherwise
        columns, meta = read(str(path), user_missing=True, output_format="dict")
    except Exception as error:  # the reader raises its own errors, and MemoryError or ValueError on damage
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": problem})]
    names = list(columns)
    values = [list(columns[name]) for name in names]
    texts: list[list[str]] = []
    kinds: dict[Place, str] = {}
    for at, name in enumerate(names):
        letters = {str(one) for one in meta.missing_user_values.get(name, [])}
        ranges = meta.missing_ranges.get(name, [])
        column = []
        for row, value in enumerate(values[at], start=1):
            text, kind = _as_text(value)
            if _declared_missing(value, ranges, letters):
                kind = "missing"
            column.append(text)
            if kind != "text":
                kinds[row, at] = kind
        texts.append(column)
    height = len(texts[0]) if texts else 0
    rows = [names] + [[column[row] for column in texts] for row in range(height)]
    labels = {
        at: {_as_text(value)[0]: str(label) for value, label in meta.variable_value_labels[name].items()}
        for at, name in enumerate(names)
        if name in meta.variable_value_labels
    }
    return Grid(sheet.file, "", rows, kinds, {}, labels, cases=True), []


def _as_text(value: Any) -> tuple[str, str]:
    if value is None or value != value:
        return "", "text"
    if isinstance(value, bool):
        return str(value).upper(), "boolean"
    if isinstance(value, int | float):
        return format(value, ".15g"), "number"
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value), "date"
    return str(value), "text"


def _declared_missing(value: Any, ranges: list[dict[str, Any]], letters: set[str]) -> bool:
    if str(value) in letters:
        return True
    for one in ranges:
        try:
            if one["lo"] <= value <= one["hi"]:
                return True
        except TypeError:  # a text against a range of numbers
            continue
    return False
