"""What cells mean: a declared word, a number as written, a sum of points, or nothing; anything else is a fault.

Where a meaning is None, it is a fault, which was added to `faults`; a number that is NaN is no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations
from math import comb
from typing import NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, Entry, add_fault, fault_at
from oxymilk.numbers import MOST_DIGITS, Number, as_meant, write_number
from oxymilk.study import Study
from oxymilk.study.outcome import Checklist, Item, Outcome, Variable, level_of
from oxymilk.study.sheet import Sheet
from oxymilk.words import fold, is_unit, nearest, same_unit, unit_of_header

NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)?|[.,]\d+)")
_NUMBER_AND_UNIT = re.compile(r"([+-]?[\d.,]*)\s*(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}(?!\d)")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?\s*(\D*)")
_IN_WORDS = re.compile(r"(\d{1,4})\s*([^\W\d]+)\.?(?:\s*(\d{1,4})\s*([^\W\d]+)\.?)?")
# kinds of cells whose value cannot be known, and the fault
UNKNOWN = {"formula": "formula_without_value", "error": "cell_error", "merged": "merged_cell"}
NO_VALUE = Decimal("NaN")
TICK = re.compile(r"[√✓✔☑☒✗✘xvüp1*+●•]|ya|yes")  # folded; ü and P are ticks of a font of signs
_MOST_CHOICES, _MOST_WORK = 20_000, 4_000_000  # sets of items that may be reversed; these times rows
_EQUAL = 1e-6  # points that differ less are the same


class Score(NamedTuple):
    """A level's id and a number as `write_number` writes it; both empty when there is no value."""

    level: str = ""
    number: str = ""


class Codebook(NamedTuple):
    """The words of a column and what they mean.

    `what` is group, timepoint, level or item. `labels` are names of the ids for people: no words of a sheet, but a
    value label that is one of them must not contradict the codes.
    """

    what: str
    meanings: dict[str, str]
    legal: tuple[str, ...]
    missing: frozenset[str]
    labels: dict[str, str]


class Scoring(NamedTuple):
    """How the cells of an outcome or characteristic are scored in one sheet.

    `mark` is the decimal mark of numbers written as text; empty when it is open, which is a fault of its own.
    `thousands` is what divides thousands, if anything: 1.830 is 1830.
    `divided` gets each cell that was taken for a fraction, since its number is no decimal, and the fraction.
    """

    scale: Variable
    book: Codebook
    mark: str
    thousands: str | None
    hours_minutes: bool
    fractions: bool
    divided: list[tuple[Cell, Fraction]]


def codebook(what: str, codes: dict[str, str], ids: Iterable[str], missing: Iterable[str] = ()) -> Codebook:
    """Return the codebook of a column; without codes its words are the ids themselves."""
    words = dict(codes) or {name: name for name in ids}
    meanings = {fold(word): meaning for word, meaning in words.items()}
    return Codebook(what, meanings, tuple(words), frozenset(map(fold, missing)), {})


def codebooks(sheet: Sheet, study: Study) -> tuple[Codebook, Codebook]:
    """Return the codebooks of a sheet's groups and timepoints."""
    by_group, by_timepoint = (source.codes if source else {} for source in (sheet.group, sheet.timepoint))
    groups = codebook("group", by_group, study.group_ids)
    groups.meanings.update(sheet.group.parts if sheet.group else {})
    return groups, codebook("timepoint", by_timepoint, study.timepoint_ids)


def scoring(
    scale: Variable, codes: dict[str, str], sheet: Sheet, cells: list[Cell], faults: list[Fault]
) -> Scoring:
    """Return how a sheet's cells of an outcome or characteristic are scored.

    Parameters
    ----------
    scale : Variable
        What is scored.
    codes : dict
        The words of its levels, as the sheet declares them.
    sheet : Sheet
        The declaration.
    cells : list of Cell
        All its cells; they show the decimal mark, unless it is declared.
    faults : list of Fault
        Gets what is doubtful about all of the cells: their decimal mark, the unit of a header, percent or fractions.
    """
    labels = {fold(label): level.id for level in scale.levels for label in level.label.words}
    book = codebook("level", codes, scale.level_ids, sheet.missing)._replace(labels=labels)
    is_outcome = isinstance(scale, Outcome)
    hours_minutes = is_outcome and sheet.time_format is not None
    units = scale.unit.words if scale.kind == "number" and scale.unit else ()
    mark = sheet.decimal_mark or ("," if sheet.thousands_mark == "." else ".")
    if (sheet.decimal_mark or sheet.thousands_mark) is None and scale.kind != "levels":
        mark, unclear = decimal_mark_of(cells)
        if len(unclear) == 1:
            add_fault(faults, "decimal_mark_ambiguous", unclear[0])
        elif unclear:
            add_fault(faults, "decimal_marks_mixed", unclear[1], other=unclear[0].text)
    # of 850.5 and 1.200 the latter may be 1200
    texts = [cell for cell in cells if units and cell.kind != "number" and re.search(r"\d[.,]\d", cell.text)]
    doubtful = [cell for cell in texts if _THOUSANDS.match(cell.text) and not sheet.thousands_mark]
    if 0 < 2 * len(doubtful) < len(texts):
        add_fault(faults, "thousands_possible", doubtful[0], count=len(doubtful))
    for header, cell in {cell.header: cell for cell in cells if units and not hours_minutes}.items():
        stated = unit_of_header(header)
        if stated and not any(same_unit(stated, word) for word in units):
            place = (cell.file, cell.worksheet, None, header, stated)
            faults.append(Fault("header_unit_differs", *place, {"unit": " / ".join(units)}))
    if is_outcome and units and same_unit(units[0], "%") and not sheet.fractions:
        # a workbook stores as 0.75 what it shows as 75%
        written = (cell for cell in cells if NUMBER.fullmatch(cell.text))
        numbers = {cell: Decimal(cell.text.replace(",", ".")) for cell in written}
        between = [cell for cell, number in numbers.items() if 0 < number < 1]
        if between and all(0 <= number <= 1 for number in numbers.values()):
            add_fault(faults, "percent_or_fraction", between[0])
    return Scoring(scale, book, mark, sheet.thousands_mark, hours_minutes, is_outcome and sheet.fractions, [])


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
        Whether the value of a merged range is that of each of its cells, as it is for groups.
    """
    text = text_of(cell, book.missing, faults, merged=merged)
    if text is None:
        return None
    by_text, by_label = (word and book.meanings.get(fold(word)) for word in (cell.text, cell.label))
    if by_text and (book.labels.get(fold(cell.label)) or by_label or by_text) != by_text:
        return add_fault(faults, "label_contradicts", cell, label=cell.label, meaning=by_text)
    if by_text or by_label:
        return by_text or by_label
    if not text:
        code = f"{book.what}_missing"
        return "" if book.what == "level" else add_fault(faults, code, cell, legal=book.legal)
    if cell.kind == "date":
        return add_fault(faults, "date_in_cell", cell)
    if NUMBER.fullmatch(cell.text) and not cell.label and not any(map(NUMBER.fullmatch, book.meanings)):
        return add_fault(faults, "number_for_word", cell, legal=book.legal)
    near = nearest(cell.label or cell.text, book.legal)
    text = f"{cell.text} ({cell.label})" if cell.label else cell.text
    return add_fault(faults, f"{book.what}_unknown", cell, value=text, legal=book.legal, nearest=near)


def score_of(cells: tuple[Cell, ...], how: Scoring, faults: list[Fault]) -> Score | None:
    """Return the score of one participant at one timepoint.

    Parameters
    ----------
    cells : tuple of Cell
        One cell, or for a checklist one an item.
    how : Scoring
        What the cells mean.
    faults : list of Fault
        Gets the faults, and a warning for a checklist that is filled in part.

    Returns
    -------
    Score or None
        Empty when there is no value, None when it is a fault.
    """
    if how.scale.kind == "levels":
        level = decode(cells[0], how.book, faults) if len(cells) == 1 else _ticked(cells, how.book, faults)
        return None if level is None else Score(level)
    number = (_points if how.scale.kind == "checklist" else _measurement)(cells, how, faults)
    if number is None:
        return None
    return Score() if number is NO_VALUE else Score(level_of(number, how.scale), write_number(number))


def _ticked(cells: tuple[Cell, ...], book: Codebook, faults: list[Fault]) -> str | None:
    """Return the level whose column is ticked: of "Kurang | √" and "Cukup | ", kurang; "" when none is."""
    texts = [text_of(cell, book.missing, faults) for cell in cells]
    ticked = {word: cell for word, cell, text in zip(book.legal, cells, texts, strict=True) if text}
    if other := [cell for cell in ticked.values() if not TICK.fullmatch(fold(cell.text))]:
        return add_fault(faults, "tick_unknown", other[0])
    if len(ticked) > 1:
        return add_fault(faults, "ticked_twice", [*ticked.values()][-1], words=[*ticked])
    return None if None in texts else "".join(book.meanings[fold(word)] for word in ticked)


def decimal_mark_of(cells: Iterable[Cell]) -> tuple[str, tuple[Cell, ...]]:
    """Return the decimal mark of text cells, "" when it is open, and then the cells that leave it open.

    Only numbers written as text count. Commas alone or points alone show the mark, unless each is followed by
    exactly three digits ("1.234", but not all of them thirds), when it could separate thousands as well: then one such
    cell is returned; with both marks the first cell of each.
    """
    marks: dict[str, Cell] = {}
    certain, thirds = False, set()
    for cell in cells:
        number = None if cell.kind == "number" else re.search(r"\d*([.,])(\d+)", cell.text)
        if number:
            marks.setdefault(number[1], cell)
            thirds.add(number[2])
            certain = certain or len(number[2]) != 3 or number[0].startswith(("0", ",", "."))
    # thousands do not all end in 000, 333 or 667, as means of three readings do
    certain = certain or ({"333", "666", "667"} & thirds and thirds <= {"000", "333", "666", "667"})
    if len(marks) == 1 and certain:
        return next(iter(marks)), ()
    return ("", tuple(marks.values())) if marks else (".", ())


def _measurement(cells: tuple[Cell, ...], how: Scoring, faults: list[Fault]) -> Number | None:
    """Return the number of a cell within the range of its scale."""
    (cell,) = cells
    number = number_of(cell, how, how.scale.unit.words if how.scale.unit else (), faults)
    if number is None or number is NO_VALUE:
        return number
    if how.fractions and "%" not in cell.text:
        number = 100 * number if isinstance(number, Fraction) else Decimal(format(number.scaleb(2), "f"))
    if isinstance(number, Fraction):
        how.divided.append((cell, number))
    decimals = how.scale.score_decimals
    if decimals is not None and number != round(number, decimals):
        return add_fault(faults, "score_too_fine", cell, decimals=decimals)
    low, high = how.scale.score_range
    if (low is None or number >= low) and (high is None or number <= high):
        return number
    low, high = ("-" if bound is None else bound for bound in (low, high))
    return add_fault(faults, "score_out_of_range", cell, low=low, high=high)


def points_of(cells: tuple[Cell, ...], how: Scoring, faults: list[Fault]) -> list[Decimal | None]:
    """Return the points of each item of a checklist; NaN where it is not filled in, None where that is a fault."""
    items = how.scale.checklist.items
    return [_item_points(item, cell, how, faults) for item, cell in zip(items, cells, strict=True)]


def _points(cells: tuple[Cell, ...], how: Scoring, faults: list[Fault]) -> Decimal | None:
    """Return the sum of points; no value when not every item is filled in."""
    points = points_of(cells, how, faults)
    if None in points:
        return None
    empty = [cell for cell, number in zip(cells, points, strict=True) if number is NO_VALUE]
    if empty and len(empty) < len(cells):
        add_fault(faults, "checklist_incomplete", empty[0], items=[cell.header for cell in empty])
    return NO_VALUE if empty else sum(points, Decimal(0))


def _item_points(item: Item, cell: Cell, how: Scoring, faults: list[Fault]) -> Decimal | None:
    """Return the points of one item; no value when it is not filled in."""
    checklist = how.scale.checklist
    if item.kind == "count":
        count = number_of(cell, how, (item.unit,) if item.unit else (), faults)
        if count is None or count is NO_VALUE:
            return count
        low, high = item.at_least, item.at_most
        met = (low is None or count >= low) and (high is None or count <= high)
        return item.weight if met != item.reversed else Decimal(0)
    book = codebook("item", {word: str(points) for word, points in checklist.answers(item).items()}, ())
    word = fold(cell.text)
    if cell.kind not in UNKNOWN and word in {"", *how.book.missing} - {*book.meanings}:
        return NO_VALUE
    answer = decode(cell, book, faults)
    if answer is None:
        return None
    own = item.weight * Decimal(answer)
    return sum(checklist.span(item), -own) if item.reversed else own


def number_of(cell: Cell, how: Scoring, units: tuple[str, ...], faults: list[Fault]) -> Number | None:
    """Return the number of a cell with the decimals it is written with, or the fraction that a formula stored.

    Its unit, in either language, may follow it ("27 thn"). Where hours and minutes are declared, "5:12" is a number
    of minutes, and a bare number is a fault: it may be hours or minutes.
    """
    if not (text := text_of(cell, how.book.missing, faults)):
        return None if text is None else NO_VALUE
    minutes = None if cell.kind == "number" else minutes_of(text)
    if how.hours_minutes and minutes is not None:
        return minutes
    if how.hours_minutes and cell.kind != "date":
        return add_fault(faults, "time_due", cell)
    if minutes is not None and ":" in text:
        return add_fault(faults, "time_undeclared", cell)
    if cell.kind == "date":
        return add_fault(faults, "date_in_cell", cell)
    if cell.kind == "number":
        written = text
    else:
        written, unit = _NUMBER_AND_UNIT.match(text).groups()
        if how.thousands:
            written = re.sub(rf"(?<=\d)[{how.thousands}](?=\d{{3}}(?!\d))", "", written)
        is_number = NUMBER.fullmatch(written)
        if not is_number or (unit and not any(same_unit(unit, own) for own in units)):
            other_unit = "unit_wrong" if units else "unit_undeclared"
            code = other_unit if is_number and is_unit(unit) else "number_due"
            return add_fault(faults, code, cell, unit=" / ".join(units) or "-")
        if not how.mark and not written.lstrip("+-").isdecimal():
            return None  # reported once for all cells
        if how.mark and ("," if how.mark == "." else ".") in written:
            return add_fault(faults, "decimal_mark_wrong", cell, mark=how.mark)
    number = as_meant(written.replace(",", "."))
    return add_fault(faults, "number_too_long", cell, most=MOST_DIGITS) if number is None else number


def minutes_of(text: str) -> Number | None:
    """Return the minutes of 5:12, 5:12:40, "5:12 jam", "5 jam 12 menit" or "30 menit"; None for anything else."""
    if (time := _CLOCK.fullmatch(text)) and (not time[4] or same_unit(time[4], "jam")):
        seconds = 3600 * int(time[1]) + 60 * int(time[2]) + int(time[3] or 0)
        # what is no whole number of tenths of minutes is no decimal
        return Fraction(seconds, 60) if seconds % 3 else Decimal(seconds) / 60
    if time := _IN_WORDS.fullmatch(text):
        if same_unit(time[2], "jam") and (not time[4] or same_unit(time[4], "menit")):
            return Decimal(int(time[1]) * 60 + int(time[3] or 0))
        if same_unit(time[2], "menit") and not time[4]:
            return Decimal(int(time[1]))
    return None


def text_of(cell: Cell, missing: frozenset[str], faults: list[Fault], *, merged: bool = False) -> str | None:
    """Return a cell's text; "" when it has no value: blank, a word declared so, or declared so by its file.

    None when its value cannot be known: a formula never computed, an error, a part of a merged range.
    """
    if cell.kind in UNKNOWN and not (merged and cell.kind == "merged"):
        return add_fault(faults, UNKNOWN[cell.kind], cell)
    return "" if cell.kind == "missing" or fold(cell.text) in missing else cell.text


class Row(NamedTuple):
    """The total that a sheet holds, its cell, and the points of each item."""

    cell: Cell
    total: Number
    points: list[Decimal]


def row_of(cell: Cell, cells: tuple[Cell, ...], how: Scoring, faults: list[Fault]) -> Row | None:
    """Return a total beside the points of its items; None when not all of them are filled in."""
    total, points = number_of(cell, how, (), faults), points_of(cells, how, [])
    return None if {None, NO_VALUE} & {total, *points} else Row(cell, total, points)


def faults_of_totals(rows: Iterable[Row | None], entries: list[Entry], how: Scoring) -> Iterator[Fault]:
    """Yield a fault for each total that is not the sum of its row; one for all where reversing items would mend most.

    And a warning for each column of totals in which no entry has one.
    """
    for cells in zip(*(entry.totals for entry in entries), strict=False):  # of a timepoint
        if cells[0] and all(number_of(cell, how, (), []) is NO_VALUE for cell in cells if cell):
            yield fault_at("totals_blank", cells[0])
    rows = [row for row in rows if row]
    differing = [row for row in rows if row.total != sum(row.points)]
    params = _reversal(rows, how.scale.checklist) if differing else {}
    for row in differing[:1] if params else differing:
        more = params | {"count": len(differing), "rows": len(rows)} if params else {}
        code = "items_reversed" if params else "checklist_total_differs"
        yield fault_at(code, row.cell, sum=sum(row.points), **more)


def _reversal(rows: Sequence[Row], checklist: Checklist) -> dict[str, object]:
    """Return the fewest items that make the most rows agree when reversed, how many agree, how many such sets."""
    import numpy as np

    items = checklist.items
    n, most = len(items), min(_MOST_CHOICES, _MOST_WORK // len(rows))
    points = np.array([row.points for row in rows], dtype=float)
    gains = np.array([[float(sum(checklist.span(item))) for item in items]]) - 2 * points
    lacking = np.array([float(row.total - sum(row.points)) for row in rows])
    sizes = [size for size in range(n + 1) if sum(comb(n, less) for less in range(size + 1)) <= most]
    solved = tuple(np.flatnonzero(np.linalg.lstsq(gains, lacking, rcond=None)[0] > 0.5).tolist())
    choices = list(dict.fromkeys(chain(*(combinations(range(n), size) for size in sizes), [solved])))
    are_chosen = np.array([[at in choice for at in range(n)] for choice in choices], dtype=float)
    agreeing = (np.abs(are_chosen @ gains.T - lacking) < _EQUAL).sum(axis=1)
    best = [choices[at] for at in np.flatnonzero(agreeing == agreeing.max())]
    like = [choice for choice in best if len(choice) == min(map(len, best))]
    names = [items[at].written + " (reversed: false)" * items[at].reversed for at in like[0]]
    most_agree = bool(names) and 2 * agreeing.max() > len(rows)
    return {"items": names, "agree": int(agreeing.max()), "ways": len(like)} if most_agree else {}
