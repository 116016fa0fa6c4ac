"""The score of an outcome or characteristic from its cells: a level, a number, a sum of checklist points."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.faults import Fault
from oxymilk.ingest.decode import Codebook, codebook, decode, number_of
from oxymilk.ingest.grid import Cell, fault_at
from oxymilk.study.outcome import Characteristic, Outcome, level_of
from oxymilk.words import fold

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet


class Score(NamedTuple):
    """A level's id and a number as written; both empty when there is no value."""

    level: str = ""
    number: str = ""


class Reading(NamedTuple):
    """What is needed to read the cells of one outcome or characteristic in one sheet."""

    scale: Outcome | Characteristic
    book: Codebook
    missing: frozenset[str]
    mark: str
    hours_minutes: bool = False
    fractions: bool = False


def reading(scale: Outcome | Characteristic, codes: dict[str, str], sheet: Sheet, mark: str) -> Reading:
    """Return how a sheet's cells of an outcome or characteristic are read."""
    missing = frozenset(map(fold, sheet.missing))
    labels = [(label, level.id) for level in scale.levels for label in (level.label.en, level.label.id)]
    book = codebook("level", codes, scale.level_ids, sheet.missing, labels)
    hours_minutes = sheet.time_format == "hours_minutes" and isinstance(scale, Outcome)
    fractions = sheet.fractions and isinstance(scale, Outcome)
    return Reading(scale, book, missing, mark, hours_minutes, fractions)


def score_of(cells: tuple[Cell, ...], how: Reading, faults: list[Fault]) -> Score | None:
    """Return the score of one participant at one timepoint.

    Parameters
    ----------
    cells : tuple of Cell
        One cell, or for a checklist one an item.
    how : Reading
        What the cells mean.
    faults : list of Fault
        Gets the faults, and a warning for a checklist that is filled in part.

    Returns
    -------
    Score or None
        Empty when there is no value, None when a fault stands there.
    """
    if how.scale.kind == "levels":
        level = decode(cells[0], how.book, faults)
        return None if level is None else Score(level)
    checklist = how.scale.kind == "checklist"
    number = _points(cells, how, faults) if checklist else _number(cells[0], how, faults)
    if number is None:
        return None
    return Score() if number.is_nan() else Score(level_of(number, how.scale), format(number, "f"))


def _number(cell: Cell, how: Reading, faults: list[Fault]) -> Decimal | None:
    units = how.scale.unit.words if how.scale.unit else ()
    number = number_of(cell, how.mark, units, how.missing, faults, hours_minutes=how.hours_minutes)
    if number is None or number.is_nan():
        return number
    if how.fractions and "%" not in cell.text:
        number = Decimal(format(number.scaleb(2), "f"))
    decimals = how.scale.score_decimals
    if decimals is not None and number != round(number, decimals):
        faults.append(fault_at("score_too_fine", cell, decimals=decimals))
        return None
    low, high = how.scale.score_range
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = {"low": "-" if low is None else low, "high": "-" if high is None else high}
        faults.append(fault_at("score_out_of_range", cell, **bounds))
        return None
    return number


def _points(cells: tuple[Cell, ...], how: Reading, faults: list[Fault]) -> Decimal | None:
    """Return the sum of points; NaN when no item or not every item is filled in."""
    points = [_item_points(at, cell, how, faults) for at, cell in enumerate(cells)]
    if any(one is None for one in points):
        return None
    empty = [cell for cell, one in zip(cells, points, strict=True) if one.is_nan()]
    if empty and len(empty) < len(cells):
        faults.append(fault_at("checklist_incomplete", empty[0], items=[cell.header for cell in empty]))
    return Decimal("NaN") if empty else sum(points, Decimal(0))


def _item_points(at: int, cell: Cell, how: Reading, faults: list[Fault]) -> Decimal | None:
    checklist = how.scale.checklist
    item = checklist.items[at]
    if item.kind == "yes_no":
        yes, no = checklist.words(item)
        words = codebook("item", {**dict.fromkeys(yes, "yes"), **dict.fromkeys(no, "no")}, ())
        if fold(cell.text) not in words.meanings and (not cell.text or fold(cell.text) in how.missing):
            return Decimal("NaN")
        answer = decode(cell, words, faults)
        if answer is None:
            return None
        met = answer == "yes"
    else:
        count = number_of(cell, how.mark, (item.unit,) if item.unit else (), how.missing, faults)
        if count is None or count.is_nan():
            return count
        met = (item.at_least is None or count >= item.at_least) and (
            item.at_most is None or count <= item.at_most
        )
    return item.weight if met != item.reversed else Decimal(0)
