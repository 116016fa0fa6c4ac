"""What a cell means: a declared word, a number as written, or nothing; what it cannot mean is a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, fault_at
from oxymilk.words import fold, nearest

NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)")
_HOURS_MINUTES = re.compile(r"(\d{1,4}):([0-5]\d)(:00)?")
# more than a spreadsheet keeps of a number
_MOST_DIGITS = 15
# a cubic centimetre is a millilitre; the others are spellings
_SAME_UNIT = ({"ml", "cc", "cm3", "mililiter", "milliliter", "millilitre"}, {"menit", "mnt", "min", "minutes"},
              {"jam", "hours", "h"}, {"tahun", "thn", "th", "years", "yr"}, {"g", "gr", "gram"})  # fmt: skip
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


def decimal_mark_of(cells: Iterable[Cell]) -> tuple[str, Cell | None]:
    """Return the decimal mark of text cells, and a cell that leaves it open when there is one.

    Only numbers written as text count. Commas alone or points alone tell the mark, unless each is followed by
    exactly three digits ("1.234"), when it could separate thousands as well.
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
        return "", list(marks.values())[1]
    for mark, cell in marks.items():
        return (mark, None) if mark in telling else ("", cell)
    return ".", None


def number_of(
    cell: Cell, mark: str, unit: str | None, missing: frozenset[str], faults: list[Fault], *,
    hours_minutes: bool = False,
) -> Decimal | None:  # fmt: skip
    """Return the number of a cell with the decimals it is written with; NaN when the cell has no value.

    Parameters
    ----------
    cell : Cell
        The cell; its unit may follow the number ("27 thn").
    mark : {',', '.'}
        The decimal mark of numbers written as text.
    unit : str or None
        The declared unit.
    missing : frozenset of str
        Words that mean that there is no value.
    faults : list of Fault
        Gets the fault; then None is returned.
    hours_minutes : bool
        Whether "5:12" means 5 hours and 12 minutes; the number is then in minutes.
    """
    if _has_no_value(cell, faults, merged=False):
        return None
    if is_missing(cell, missing):
        return Decimal("NaN")
    if hours_minutes and (time := _HOURS_MINUTES.fullmatch(cell.text)):
        return Decimal(int(time[1]) * 60 + int(time[2]))
    if cell.kind == "date":
        faults.append(fault_at("date_in_cell", cell))
        return None
    if cell.kind == "number":
        return _bounded(Decimal(format(Decimal(cell.text), "f")), cell, faults)
    number, _, written_unit = re.match(r"([+-]?[\d.,]*)(\s*)(.*)", cell.text, re.DOTALL).groups()
    if not NUMBER.fullmatch(number) or (written_unit and not _is_unit(written_unit, unit)):
        code = "unit_wrong" if written_unit and NUMBER.fullmatch(number) else "number_due"
        faults.append(fault_at(code, cell, unit=unit or "-"))
        return None
    other = "," if mark == "." else "."
    if other in number:
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


def _is_unit(written: str, unit: str | None) -> bool:
    found, declared = fold(written).rstrip("."), fold(unit or "")
    # a unit per time ("ml/hari") is written in the cell without the time
    return found == declared or any({found, re.split(r"\W", declared)[0]} <= same for same in _SAME_UNIT)


def _has_no_value(cell: Cell, faults: list[Fault], *, merged: bool) -> bool:
    if cell.kind in _NO_VALUE:
        faults.append(fault_at(_NO_VALUE[cell.kind], cell))
        return True
    if cell.kind == "merged" and not merged:
        faults.append(fault_at("merged_cell", cell))
        return True
    return False
