"""Read a workbook or statistics file in a process of its own, and print what is in it as JSON.

The libraries that read these formats are compiled: a damaged or malicious file can make them abort the
process, which no exception handler survives (a spoiled .xls asks for a terabyte of memory). So `read_foreign`
runs this very file as a program, with a bound on memory and time, and a crash becomes a fault.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

SECONDS = 300
MEMORY = 4 << 30  # bytes of address space


class ReaderError(Exception):
    """The file cannot be read; the text says why."""


def read_foreign(kind: str, path: Path, worksheet: str | None = None) -> dict[str, Any]:
    """Run the reader on a file.

    Parameters
    ----------
    kind : {'workbook', 'sav', 'dta'}
        What the file is.
    path : Path
        The file.
    worksheet : str, optional
        The worksheet to read, as declared.

    Returns
    -------
    dict
        Of a workbook: names, filled (names of worksheets with content), chosen (a name or None), rows,
        hidden (names of hidden worksheets).
        Of a statistics file: names, titles (labels of the variables), rows, labels.
        A cell in rows is a text or [kind, text].

    Raises
    ------
    ReaderError
        When the library refuses the file, crashes, or takes too long.
    """
    # -I and -B: nothing from the environment or working folder, no files written
    command = [sys.executable, "-I", "-B", __file__, kind, str(path), worksheet or ""]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ReaderError(f"reading took longer than {SECONDS} s") from None
    if done.returncode != 0:
        raise ReaderError("the file is damaged")
    found = json.loads(done.stdout)
    if "error" in found:
        raise ReaderError(found["error"])
    return found


def _read_workbook(path: str, worksheet: str) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    from oxymilk.words import fold

    # a stream, not a path: what the file is, its first bytes say, not its name
    with Path(path).open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
        names = list(workbook.sheet_names)
        found: dict[str, Any] = {"names": names, "filled": [], "chosen": None, "rows": []}
        found["hidden"] = [
            each.name for each in workbook.sheets_metadata if each.visible != SheetVisibleEnum.Visible
        ]
        if worksheet:
            chosen = [name for name in names if fold(name) == fold(worksheet)][:1]
        else:
            heights = {name: workbook.get_sheet_by_name(name).height for name in names}
            # one row alone is a title, or a header without observations
            found["filled"] = [name for name in names if heights[name] > 1]
            found["filled"] = found["filled"] or [name for name in names if heights[name]]
            chosen = found["filled"] or names[:1]
        if len(chosen) == 1:
            sheet = workbook.get_sheet_by_name(chosen[0])
            found["chosen"] = chosen[0]
            found["rows"] = [[_cell(one) for one in row] for row in sheet.to_python(skip_empty_area=False)]
    return found


def _read_statistics(path: str, kind: str) -> dict[str, Any]:
    import pyreadstat

    read = pyreadstat.read_dta if kind == "dta" else pyreadstat.read_sav
    # user_missing keeps the codes of missing values, which would vanish otherwise
    columns, meta = read(path, user_missing=True, output_format="dict")
    variables = list(columns)
    texts = []
    for name in variables:
        letters = {str(one) for one in meta.missing_user_values.get(name, [])}
        ranges = meta.missing_ranges.get(name, [])
        texts.append(
            [
                ["missing", _text(_cell(value))]
                if _declared_missing(value, ranges, letters)
                else _cell(value)
                for value in columns[name]
            ]
        )
    labels = {
        at: {_text(_cell(value)): str(label) for value, label in meta.variable_value_labels[name].items()}
        for at, name in enumerate(variables)
        if name in meta.variable_value_labels
    }
    # a damaged file may have nameless variables
    names = [str(name or "") for name in variables]
    titles = {
        at: str(title)
        for at, name in enumerate(variables)
        if (title := (meta.column_names_to_labels or {}).get(name))
    }
    rows = [list(row) for row in zip(*texts, strict=True)]
    return {"names": names, "rows": rows, "labels": labels, "titles": titles}


def _cell(value: object) -> str | list[str]:
    """Return a value as text, with its kind when it is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ["boolean", "TRUE" if value else "FALSE"]
    if isinstance(value, int | float):
        # a workbook shows 15 significant digits; beyond them binary fractions leave their traces
        # and whole numbers, such as those of identity cards, are shown without exponent
        text = format(value, ".15g")
        return ["number", format(Decimal(text), "f") if "e+" in text and abs(value) < 1e20 else text]
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return ["date", f"{minutes // 60}:{minutes % 60:02d}"]
    if isinstance(value, datetime.time):
        return ["date", f"{value.hour}:{value.minute:02d}"]
    if isinstance(value, datetime.datetime):
        return ["date", value.isoformat(sep=" ")]
    return ["date" if isinstance(value, datetime.date) else "text", str(value)]


def _text(cell: str | list[str]) -> str:
    return cell if isinstance(cell, str) else cell[1]


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


def _bound_memory() -> None:
    try:
        import resource
    except ModuleNotFoundError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))


def _main(kind: str, path: str, worksheet: str) -> None:
    _bound_memory()
    try:
        found = _read_workbook(path, worksheet) if kind == "workbook" else _read_statistics(path, kind)
    except Exception as error:  # whatever the libraries raise, the parent tells it as a fault
        text = str(error).strip()
        found = {"error": text.splitlines()[0] if text else type(error).__name__}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])
