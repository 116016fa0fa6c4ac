"""Gather what the entries of a sheet say about each participant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.faults import HIDDEN, Fault
from oxymilk.ingest.decode import NUMBER, Codebook, codebook, decimal_mark_of, decode
from oxymilk.ingest.entry import Entry
from oxymilk.ingest.grid import Cell, Grid, fault_at
from oxymilk.ingest.layouts import entries_of
from oxymilk.ingest.masking import declared_words, masked, secrets_in
from oxymilk.ingest.privacy import is_identifying, is_named, keys_identify
from oxymilk.ingest.scores import Reading, Score, reading, score_of
from oxymilk.ingest.sheets import read_grid
from oxymilk.sheet_words import same_unit, unit_of_header
from oxymilk.words import fold

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.base import Unit
    from oxymilk.study.sheet import Sheet

# a running number, however it is written: 26, "26.", "026", 26.0
_ROW_NUMBER = re.compile(r"(\d+)(?:\.0*|\))?")


@dataclass
class Participant:
    """What the sheets say about one participant, gathered sheet by sheet; a score of None is a fault."""

    code: str
    cell: Cell
    numbered: bool
    group: str | None = None
    group_cell: Cell | None = None
    group_fault: bool = False
    other_groups: set[str] = field(default_factory=set)  # a fault: nobody is in two
    scores: dict[str, Score | None] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    characteristics: dict[str, Score | None] = field(default_factory=dict)


class _Readings(NamedTuple):
    """How the cells of one sheet are read."""

    group: Codebook
    timepoint: Codebook
    outcome: Reading
    characteristics: dict[str, Reading]
    numbered: bool


def gather_sheet(
    folder: Path, sheet: Sheet, study: Study, participants: dict[str, Participant], faults: list[Fault]
) -> bool:
    """Read one sheet into `participants`; return whether it could be read.

    Parameters
    ----------
    folder : Path
        The study's folder.
    sheet : Sheet
        The sheet to read.
    study : Study
        The study it belongs to.
    participants : dict
        By key; new ones are added in sheet order.
    faults : list of Fault
        Gets the sheet's faults and warnings, without values that identify a person.
    """
    grid, found = read_grid(folder, sheet)
    known = declared_words(study, sheet)
    if grid is None:
        faults += masked(found, known)
        return False
    entries, more = entries_of(grid, sheet, study)
    found += more
    keys: set[str] = set()
    if entries:
        found += _merged_read(entries)
        how = _readings(entries, sheet, study, found, _titles(grid), known)
        if how.numbered:
            keys = {entry.participant.text for entry in entries if not entry.by_row}
        for entry in entries:
            _add(entry, sheet, how, participants, found)
    if is_named(re.sub(r"[\W_]+", " ", sheet.file), known, header=True):
        found.append(Fault("file_names_person", sheet.file))
    # long sheets are searched for names only when a fault could show one
    secrets = secrets_in(grid, sheet, keys, known) if any(one.value for one in found) else frozenset()
    faults += masked(found, known, secrets)
    return bool(entries)


def _titles(grid: Grid) -> dict[str, str]:
    """Return the labels of the variables of a statistics file by the folded names of their columns."""
    return {fold(grid.rows[0][at]): title for at, title in grid.titles.items()}


def _readings(
    entries: list[Entry], sheet: Sheet, study: Study, faults: list[Fault], titles: dict[str, str],
    words: frozenset[str],
) -> _Readings:  # fmt: skip
    outcome = study.outcome
    scores = [cell for entry in entries for _, cells in entry.scores for cell in cells]
    mark = _mark(scores, sheet, faults) if outcome.kind != "levels" else "."
    if outcome.kind == "number" and sheet.time_format is None:
        faults += _header_units(scores, outcome.unit)
    if outcome.kind == "number" and same_unit(outcome.unit.en, "%") and not sheet.fractions:
        faults += _fractions(scores)
    known = {one.id: one for one in study.characteristics}
    characteristics = {}
    for one, source in sheet.characteristics.items():
        cells = [entry.characteristics[one] for entry in entries]
        own = _mark(cells, sheet, faults) if known[one].kind != "levels" else "."
        if known[one].kind == "number":
            faults += _header_units(cells, known[one].unit)
        characteristics[one] = reading(known[one], source.codes, sheet, own)
    first = entries[0].participant
    declared = None if sheet.participant is None else sheet.participant.identifying
    numbered = entries[0].by_row or bool(declared)
    # a layout that knows the levels made the participants itself
    if declared is None and not entries[0].by_row and not entries[0].levels:
        headers = {entry.participant.header for entry in entries}
        named = any(is_identifying(one) or is_identifying(titles.get(fold(one), "")) for one in headers)
        keys = {
            one.participant.text for one in entries if one.participant.kind in ("text", "number", "merged")
        }
        if named or keys_identify(keys, words):
            numbered = True
            faults.append(Fault("identifying_replaced", sheet.file, first.worksheet, column=first.header))
    return _Readings(
        codebook("group", sheet.group.codes if sheet.group else {}, study.group_ids),
        codebook("timepoint", sheet.timepoint.codes if sheet.timepoint else {}, study.timepoint_ids),
        reading(outcome, sheet.codes, sheet, mark),
        characteristics,
        numbered,
    )


def _mark(cells: list[Cell], sheet: Sheet, faults: list[Fault]) -> str:
    if sheet.decimal_mark is not None:
        return sheet.decimal_mark
    mark, unclear = decimal_mark_of(cells)
    if len(unclear) == 1:
        faults.append(fault_at("decimal_mark_ambiguous", unclear[0]))
    elif unclear:
        faults.append(fault_at("decimal_marks_mixed", unclear[1], other=unclear[0].text))
    return mark


def _fractions(cells: list[Cell]) -> Iterator[Fault]:
    """Yield a fault when numbers of percent may be fractions, as workbooks store what they show as 75%."""
    numbers = [(Decimal(cell.text.replace(",", ".")), cell) for cell in cells if NUMBER.fullmatch(cell.text)]
    between = [cell for number, cell in numbers if 0 < number < 1]
    if between and all(0 <= number <= 1 for number, _ in numbers):
        yield fault_at("percent_or_fraction", between[0])


def _header_units(cells: list[Cell], unit: Unit | None) -> Iterator[Fault]:
    """Yield a fault for each header that states another unit than the declared one."""
    for header, cell in {cell.header: cell for cell in cells}.items():
        stated = unit_of_header(header)
        if unit and stated and not any(same_unit(stated, word) for word in unit.words):
            params = {"unit": " / ".join(unit.words)}
            yield Fault("header_unit_differs", cell.file, cell.worksheet, None, header, stated, params)


def _add(
    entry: Entry, sheet: Sheet, how: _Readings, participants: dict[str, Participant], faults: list[Fault]
) -> None:
    """Add what an entry says to its participant."""
    group: str | None = entry.group_id
    if entry.group is not None and not group:
        group = decode(entry.group, how.group, faults, merged=True)
    if entry.participant.kind in ("formula", "error", "date"):
        decode(entry.participant, how.group, faults, merged=True)
        return
    key, code = _identity(entry, sheet, group)
    one = participants.setdefault(key, Participant(code, entry.participant, how.numbered))
    one.group_fault = one.group_fault or group is None
    shown = HIDDEN if how.numbered else entry.participant.text
    if group and one.group and group != one.group:
        one.other_groups.add(group)
        params = {"group": group, "other": one.group, "first": one.cell.row}
        faults.append(fault_at("participant_two_groups", entry.participant, value=shown, **params))
        return
    if group and one.group is None:
        one.group, one.group_cell = group, entry.group
    for characteristic, cell in entry.characteristics.items():
        _add_characteristic(one, characteristic, cell, how, faults)
    for timepoint, level in entry.levels:
        one.scores[timepoint] = Score(level)
        one.cells[timepoint] = entry.participant
    scores = entry.scores
    if entry.timepoint is not None:
        timepoint = decode(entry.timepoint, how.timepoint, faults, merged=True)
        scores = tuple((timepoint, cells) for _, cells in entry.scores)
    repeated = next((one.cells[timepoint] for timepoint, _ in scores if timepoint in one.cells), None)
    if repeated is not None:
        faults.append(fault_at("participant_duplicate", entry.participant, value=shown, first=repeated.row))
    for timepoint, cells in scores:
        score = score_of(cells, how.outcome, faults)
        if timepoint and repeated is None:
            one.scores[timepoint] = score
            one.cells[timepoint] = cells[0]


def _identity(entry: Entry, sheet: Sheet, group: str | None) -> tuple[str, str]:
    """Return the key that joins a participant's entries, and the code to show."""
    text = entry.participant.text
    if number := _ROW_NUMBER.fullmatch(text):
        text = number[1]
    if entry.by_row:
        cell = entry.participant
        blocks = "|".join(cells[0].address for _, cells in entry.scores)
        return f"{cell.file}|{cell.worksheet}|{cell.row}|{blocks}", ""
    same = text.lstrip("0") if number else fold(text)
    if sheet.participant is not None and sheet.participant.per_group:
        return f"{group}|{same}", f"{group}_{text}"
    return same, text


def _add_characteristic(
    one: Participant, characteristic: str, cell: Cell, how: _Readings, faults: list[Fault]
) -> None:
    score = score_of((cell,), how.characteristics[characteristic], faults)
    before = one.characteristics.get(characteristic)
    if before is not None and before != Score() and score is not None and score not in (before, Score()):
        faults.append(fault_at("characteristic_differs", cell, other=before.level or before.number))
    if before is None or before == Score():
        one.characteristics[characteristic] = score


def _merged_read(entries: list[Entry]) -> Iterator[Fault]:
    """Yield a warning for each column whose merged cells were read as a value in each of their rows."""
    told: set[str] = set()
    for entry in entries:
        for cell in (entry.group, entry.participant, entry.timepoint):
            if cell is not None and cell.kind == "merged" and cell.header not in told:
                told.add(cell.header)
                yield fault_at("merged_read", cell, value="")
