"""What a cell means: a declared word, a number as written, or nothing; what it cannot mean is a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, fault_at
from oxymilk.sheet_words import is_unit, same_unit
from oxymilk.words import fold, nearest

NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::00)?\s*(\D*)")
_IN_WORDS = re.compile(r"(\d{1,4})\s*([^\W\d]+)\.?(?:\s*(\d{1,4})\s*([^\W\d]+)\.?)?")
# more than a spreadsheet keeps of a number
_MOST_DIGITS = 15
# kinds of cells that cannot be read as a word or number, and the fault that says so
_NO_VALUE = {"formula": "formula_without_value", "error": "cell_error"}


class Codebook(NamedTuple):
    """The words of a column and what they mean; `what` is group, timepoint or level."""

    what: str
    meanings: dict[str, str]
    legal: tuple[str, ...]
    missing: frozenset[str]
    numeric: bool
    labels: dict[str, str]


def codebook(
    what: str,
    codes: dict[str, str],
    ids: Iterable[str],
    missing: Iterable[str] = (),
    labels: Iterable[tuple[str, str]] = (),
) -> Codebook:
    """Return the codebook of a column; without codes its words are the ids themselves.

    `labels` are names of the ids for people; they are no words of a sheet, but a value label that is one of
    them must not contradict the codes.
    """
    words = dict(codes) or {one: one for one in ids}
    meanings = {fold(word): meaning for word, meaning in words.items()}
    numeric = any(NUMBER.fullmatch(word) for word in meanings)
    return Codebook(
        what,
        meanings,
        tuple(words),
        frozenset(map(fold, missing)),
        numeric,
        {fold(label): one for label, one in labels},
    )


def is_missing(cell: Cell, missing: frozenset[str]) -> bool:
    """Say whether a cell has no value: blank, a word declared so, or declared so by its file."""
    if cell.kind in _NO_VALUE:
        return False
    return cell.kind == "missing" or not cell.text or fold(cell.text) in missing


def decode(cell: Cell, book: Codebook, faults: list[Fault], *, merged: bool = False) -> str | None:
    """Return the id that a cell's word means, "" when it has no value, None when it is a fault.

    Parameters
    ----------
    cell : Cell
        The cell; the value label of a statistics file counts as its word too.
    book : Codebook
        The words of its column.
    faults : list of Fault
        Gets the fault.
    merged : bool
        Whether the value of a merged range stands for each of its cells, as it does for groups.
    """
    if _has_no_value(cell, faults, merged=merged):
        return None
    by_text = book.meanings.get(fold(cell.text)) if cell.text else None
    by_label = (book.meanings | book.labels).get(fold(cell.label)) if cell.label else None
    if by_text and by_label and by_text != by_label:
        faults.append(fault_at("label_contradicts", cell, label=cell.label, meaning=by_text))
        return None
    meaning = by_text or (book.meanings.get(fold(cell.label)) if cell.label else None)
    if meaning:
        return meaning
    if is_missing(cell, book.missing):
        if book.what == "level":
            return ""
        faults.append(fault_at(f"{book.what}_missing", cell, legal=book.legal))
    elif cell.kind == "date":
        faults.append(fault_at("date_in_cell", cell))
    elif NUMBER.fullmatch(cell.text) and not book.numeric and not cell.label:
        faults.append(fault_at("number_for_word", cell, legal=book.legal))
    else:
        shown = f"{cell.text} ({cell.label})" if cell.label else cell.text
        near = nearest(cell.label or cell.text, book.legal)
        faults.append(fault_at(f"{book.what}_unknown", cell, value=shown, legal=book.legal, nearest=near))
    return None


def decimal_mark_of(cells: Iterable[Cell]) -> tuple[str, tuple[Cell, ...]]:
    """Return the decimal mark of text cells, "" when it is open, and then the cells that leave it open.

    Only numbers written as text count. Commas alone or points alone tell the mark, unless each is followed by
    exactly three digits ("1.234"), when it could separate thousands as well: then one such cell is returned; with
    both marks the first cell of each.
    """
    marks: dict[str, Cell] = {}
    telling: set[str] = set()
    for cell in cells:
        if cell.kind == "number":
            continue
        found = re.search(r"\d*([.,])(\d+)", cell.text)
        if found:
            marks.setdefault(found[1], cell)
            if len(found[2]) != 3 or found[0].startswith(("0", ",", ".")):
                telling.add(found[1])
    if len(marks) > 1:
        return "", tuple(marks.values())
    for mark, cell in marks.items():
        return (mark, ()) if mark in telling else ("", (cell,))
    return ".", ()


def number_of(
    cell: Cell, mark: str, units: tuple[str, ...], missing: frozenset[str], faults: list[Fault], *,
    hours_minutes: bool = False,
) -> Decimal | None:  # fmt: skip
    """Return the number of a cell with the decimals it is written with; NaN when the cell has no value.

    Parameters
    ----------
    cell : Cell
        The cell; its unit may follow the number ("27 thn").
    mark : {',', '.', ''}
        The decimal mark of numbers written as text; empty when it is open, which is a fault of its own.
    units : tuple of str
        The declared unit, in either language; empty when there is none.
    missing : frozenset of str
        Words that mean that there is no value.
    faults : list of Fault
        Gets the fault; then None is returned.
    hours_minutes : bool
        Whether "5:12" means 5 hours and 12 minutes; the number is then in minutes. A bare number is a fault
        then: it may be hours or minutes.
    """
    due = " / ".join(units) or "-"
    if _has_no_value(cell, faults, merged=False):
        return None
    if is_missing(cell, missing):
        return Decimal("NaN")
    minutes = None if cell.kind == "number" else _minutes(cell.text)
    if hours_minutes and minutes is not None:
        return Decimal(minutes)
    if hours_minutes and cell.kind != "date":
        faults.append(fault_at("time_due", cell))
        return None
    if minutes is not None and ":" in cell.text:
        faults.append(fault_at("time_undeclared", cell))
        return None
    if cell.kind == "date":
        faults.append(fault_at("date_in_cell", cell))
        return None
    if cell.kind == "number":
        return _bounded(Decimal(format(Decimal(cell.text), "f")), cell, faults)
    number, _, written_unit = re.match(r"([+-]?[\d.,]*)(\s*)(.*)", cell.text, re.DOTALL).groups()
    if not NUMBER.fullmatch(number) or (
        written_unit and not any(same_unit(written_unit, unit) for unit in units)
    ):
        code = "number_due"
        if NUMBER.fullmatch(number) and is_unit(written_unit):
            code = "unit_wrong" if units else "unit_undeclared"
        faults.append(fault_at(code, cell, unit=due))
        return None
    if not mark and not number.lstrip("+-").isdecimal():
        return None  # told once for all cells
    if mark and ("," if mark == "." else ".") in number:
        faults.append(fault_at("decimal_mark_wrong", cell, mark=mark))
        return None
    return _bounded(Decimal(number.replace(",", ".")), cell, faults)


def _bounded(number: Decimal, cell: Cell, faults: list[Fault]) -> Decimal | None:
    """Return the number, or None with a fault when it has more digits than a measurement can have."""
    _, digits, exponent = number.as_tuple()
    if len(digits) > _MOST_DIGITS or abs(exponent) > _MOST_DIGITS:
        faults.append(fault_at("number_too_long", cell, most=_MOST_DIGITS))
        return None
    return number


def _minutes(text: str) -> int | None:
    """Return the minutes of 5:12, "5:12 jam", "5 jam 12 menit" or "30 menit"; None for anything else."""
    if (time := _CLOCK.fullmatch(text)) and (not time[3] or same_unit(time[3], "jam")):
        return int(time[1]) * 60 + int(time[2])
    if time := _IN_WORDS.fullmatch(text):
        if same_unit(time[2], "jam") and (not time[4] or same_unit(time[4], "menit")):
            return int(time[1]) * 60 + int(time[3] or 0)
        if same_unit(time[2], "menit") and not time[4]:
            return int(time[1])
    return None


def _has_no_value(cell: Cell, faults: list[Fault], *, merged: bool) -> bool:
    if cell.kind in _NO_VALUE:
        faults.append(fault_at(_NO_VALUE[cell.kind], cell))
        return True
    if cell.kind == "merged" and not merged:
        faults.append(fault_at("merged_cell", cell))
        return True
    return False
