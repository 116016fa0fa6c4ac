"""Read a workbook or statistics file in a process of its own, and print what is in it as JSON.

The libraries that read these formats are compiled: a damaged or malicious file can make them abort the
process, which no exception handler survives (a spoiled .xls asks for a terabyte of memory). So `read_foreign`
runs this very file as a program, with a bound on memory and time, and a crash becomes a fault.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import struct
import subprocess
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

SECONDS = 300
MEMORY = 4 << 30  # bytes of address space
_WRITTEN = 12  # characters of a number that may be written so; a single as a double has more


def read_foreign(kind: str, path: Path, worksheet: str | None = None) -> dict[str, Any]:
    """Run the reader on a file.

    Parameters
    ----------
    kind : {'workbook', 'sav', 'dta'}
        What the file is.
    path : Path
        The file.
    worksheet : str, optional
        The worksheet to read, as declared; else the only one with content.

    Returns
    -------
    dict
        `rows`, texts by row and column, and `kinds`, a list of row, column and kind of each cell that is no text.
        Of a workbook also `worksheet`, `is_hidden`, `computed` (row, column, source of a formula) and of its marks
        `hidden_rows`, `hidden_columns`, `merged`. Of a statistics file the first row has the names of the variables;
        also `titles` (labels of the variables) and `labels` (of values) by column.
        Or `fault` alone, its code and params, when the file is refused, damaged, or takes too long.
    """
    # -I and -B: nothing from the environment or working folder, no files written
    command = [sys.executable, "-I", "-B", __file__, kind, str(path), worksheet or ""]
    problem = "damaged"  # a phrase of the texts
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        problem = "too_long"
    return {"fault": ["sheet_unreadable", {"problem": problem}]}


def read_here(kind: str, path: str, worksheet: str) -> dict[str, Any]:
    """Read a file in this process; see `read_foreign`."""
    from oxymilk.ingest.marks import UnreadableError

    try:
        return _workbook(Path(path), worksheet) if kind == "workbook" else _statistics(path, kind)
    except UnreadableError as error:
        return {"fault": list(error.args)}
    except Exception as error:  # whatever the libraries raise is a fault
        problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
        return {"fault": ["sheet_unreadable", {"problem": problem}]}


def bound_memory() -> None:
    """Bound the memory of this process, where the system can."""
    with contextlib.suppress(ModuleNotFoundError):  # on Windows
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if soft == resource.RLIM_INFINITY or soft > MEMORY:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


def _workbook(path: Path, worksheet: str) -> dict[str, Any]:
    """Return what `read_foreign` says of a workbook."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    from oxymilk.ingest.marks import Marks, UnreadableError, marks_of
    from oxymilk.words import fold, nearest

    all_marks = marks_of(path)
    # a stream, not a path: what the file is, its first bytes say, not its name
    with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        names = list(workbook.sheet_names)
        chosen = [name for name in names if fold(name) == fold(worksheet)][:1]
        if worksheet and not chosen:
            near = nearest(worksheet, names)
            raise UnreadableError("worksheet_unknown", value=worksheet, legal=names, nearest=near)
        if not worksheet:
            heights = {name: workbook.get_sheet_by_name(name).height for name in names}
            # one row alone is a title, or a header without observations
            filled = [name for name in names if heights[name] > 1]
            chosen = filled or [*filter(heights.get, names)] or names[:1]
        if len(chosen) != 1:
            raise UnreadableError("worksheet_undeclared" if chosen else "sheet_empty", legal=chosen)
        (name,) = chosen
        marks = all_marks.get(name, Marks())
        rows, kinds = _cells(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
        visible = {sheet.name: sheet.visible for sheet in workbook.sheets_metadata}[name]
    kinds += [(*place, "formula") for place, stored in marks.formulas.items() if not stored]
    # the reader of values leaves out what has none below and beside the others
    height = max((row + 1 for row, _ in (*marks.formulas, *marks.errors)), default=0)
    rows.extend([] for _ in range(height - len(rows)))
    for (row, column), text in marks.errors.items():
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text
        kinds.append((row, column, "error"))
    is_hidden = visible != SheetVisibleEnum.Visible
    content = {"worksheet": name, "is_hidden": is_hidden, "rows": rows, "kinds": kinds}
    marked = {name: getattr(marks, name) for name in ("merged", "hidden_rows", "hidden_columns")}
    return content | marked | {"computed": [(*place, source) for place, source in marks.sources.items()]}


def _statistics(path: str, kind: str) -> dict[str, Any]:
    """Return what `read_foreign` says of a statistics file."""
    import pyreadstat

    read = pyreadstat.read_dta if kind == "dta" else pyreadstat.read_sav
    # user_missing keeps the codes of missing values, which would vanish otherwise
    columns, meta = read(path, user_missing=True, output_format="dict")
    names = [str(name or "") for name in columns]  # a damaged file may have nameless variables
    rows, kinds = _cells([names, *zip(*columns.values(), strict=True)])
    labels = {}
    for at, (name, values) in enumerate(columns.items()):
        letters = set(map(str, meta.missing_user_values.get(name, ())))
        ranges = meta.missing_ranges.get(name, ())
        for row, value in enumerate(values if letters or ranges else (), start=1):
            with contextlib.suppress(TypeError):  # a text against a range of numbers
                if str(value) in letters or any(span["lo"] <= value <= span["hi"] for span in ranges):
                    kinds.append((row, at, "missing"))
        of_values = meta.variable_value_labels.get(name) or {}
        labels[at] = {_cell(value)[1]: str(label) for value, label in of_values.items()}
    titles = enumerate((meta.column_names_to_labels or {}).get(name) for name in columns)
    named = {at: str(title) for at, title in titles if title}
    return {"rows": rows, "kinds": kinds, "labels": labels, "titles": named}


def _cells(values: Iterable[Iterable[object]]) -> tuple[list[list[str]], list[tuple[int, int, str]]]:
    """Return the texts of values by row and column, and row, column and kind of those that are no text."""
    rows: list[list[str]] = []
    kinds: list[tuple[int, int, str]] = []
    for row, cells in enumerate(values):
        pairs = [_cell(value) for value in cells]
        rows.append([text for _, text in pairs])
        kinds += [(row, column, kind) for column, (kind, _) in enumerate(pairs) if kind != "text"]
    return rows, kinds


def _of_single(value: float) -> float:
    """Return the double that a single precision number was: 10.3 of 10.300000190734863, 31/3 of 10.333333015441895."""
    single = struct.Struct("<f")
    # some programs write 16 digits of a double
    if abs(value) > 1e38 or not math.isclose(single.unpack(single.pack(value))[0], value, rel_tol=1e-15):
        return value
    decimals = [float(f"{value:.{digits}g}") for digits in range(1, 10)]
    # some thirds have the same single as a decimal of seven digits; of a large number so may have any such decimal
    most = 12 if abs(value) < 100 else 3 if abs(value) < 10_000 else 0
    fractions = [float(Fraction(value).limit_denominator(parts)) for parts in range(1, most + 1)]
    candidates = (*decimals[:6], *fractions, *decimals[6:])
    return next(double for double in candidates if single.pack(double) == single.pack(value))


def _cell(value: object) -> tuple[str, str]:
    """Return the kind of a value and its text."""
    if value is None or value != value:  # NaN is not equal to itself
        return "text", ""
    if isinstance(value, bool):
        return "boolean", str(value).upper()
    if isinstance(value, int | float):
        # a workbook shows 15 significant digits; more of them show traces of binary fractions
        # and whole numbers, such as those of identity cards, are shown without exponent
        text = format(value, ".15g")
        if isinstance(value, float) and len(text) > _WRITTEN:
            text = format(_of_single(value), ".15g")
        return "number", format(Decimal(text), "f") if "e+" in text and abs(value) < 1e20 else text
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(datetime.date.min, value) - datetime.datetime.min
    if isinstance(value, datetime.timedelta):
        # a time is a share of a day, and may be a thousandth of a second off
        seconds = round(value.total_seconds(), 2)
        text = f"{seconds // 3600:.0f}:{seconds // 60 % 60:02.0f}:{seconds % 60:05.2f}"
        return "date", text.removesuffix(".00").removesuffix(":00")
    return "date" if isinstance(value, datetime.date) else "text", str(value)


if __name__ == "__main__":
    # the package that this file is a part of, wherever it is
    sys.path.insert(0, str(Path(__file__).parents[2]))
    bound_memory()
    sys.stdout.write(json.dumps(read_here(*sys.argv[1:])))
