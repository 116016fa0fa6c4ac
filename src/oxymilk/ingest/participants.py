"""Gather what the entries of a sheet say about each participant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.faults import HIDDEN, Fault
from oxymilk.ingest.grid import Cell, Entry, Grid, fault_at
from oxymilk.ingest.layouts import entries_of
from oxymilk.ingest.masking import declared_words, masked, secrets_in
from oxymilk.ingest.privacy import is_identifying, is_named, keys_identify
from oxymilk.ingest.scores import Codebook, Score, Scoring, codebook, decode, score_of, scoring
from oxymilk.ingest.sheets import read_grid
from oxymilk.words import fold

if TYPE_CHECKING:
    from oxymilk.study import Study
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
    group_fault: bool = False
    other_groups: set[str] = field(default_factory=set)  # a fault: nobody is in two
    scores: dict[str, Score | None] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    characteristics: dict[str, Score | None] = field(default_factory=dict)

    def lacks(self, timepoint: str) -> bool:
        """Say whether no score is known; one that is a fault is not missing."""
        return self.scores.get(timepoint, Score()) == Score()


class _Rules(NamedTuple):
    """How the cells of one sheet are read; `numbered` says whether its participants become P01, P02, ..."""

    group: Codebook
    timepoint: Codebook
    outcome: Scoring
    characteristics: dict[str, Scoring]
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
    grid, own = read_grid(folder, sheet)
    known = declared_words(study, sheet)
    if grid is None:
        faults += masked(own, known)
        return False
    entries, faults_of_layout = entries_of(grid, sheet, study)
    own += [*faults_of_layout, *_merged_read(entries)]
    keys: set[str] = set()
    if entries:
        rules = _rules(entries, sheet, study, grid, known, own)
        if rules.numbered:
            keys = {entry.participant.text for entry in entries if not entry.by_row}
        for entry in entries:
            _add(entry, sheet, rules, participants, own)
    if is_named(sheet.file, known, header=True):
        own.append(Fault("file_names_person", sheet.file))
    # long sheets are searched for names only when a fault could show one
    secrets = secrets_in(grid, sheet, keys, known) if any(fault.value for fault in own) else frozenset()
    faults += masked(own, known, secrets)
    return bool(entries)


def _rules(
    entries: list[Entry], sheet: Sheet, study: Study, grid: Grid, known: frozenset[str], faults: list[Fault]
) -> _Rules:
    """Return how the cells are read; adds what is doubtful about numbers, units and participants to the faults."""
    cells = [cell for entry in entries for _, cells in entry.scores for cell in cells]
    outcome = scoring(study.outcome, sheet.codes, sheet, cells, faults)
    scales = {characteristic.id: characteristic for characteristic in study.characteristics}
    characteristics = {
        name: scoring(
            scales[name], source.codes, sheet, [entry.characteristics[name] for entry in entries], faults
        )
        for name, source in sheet.characteristics.items()
    }
    return _Rules(
        codebook("group", sheet.group.codes if sheet.group else {}, study.group_ids),
        codebook("timepoint", sheet.timepoint.codes if sheet.timepoint else {}, study.timepoint_ids),
        outcome,
        characteristics,
        _are_numbered(entries, sheet, grid, known, faults),
    )


def _are_numbered(
    entries: list[Entry], sheet: Sheet, grid: Grid, known: frozenset[str], faults: list[Fault]
) -> bool:
    """Say whether participants become P01, P02, ...: as declared, or with a warning when their cells identify them."""
    if entries[0].by_row:
        return True
    if sheet.participant is not None and sheet.participant.identifying is not None:
        return sheet.participant.identifying
    if entries[0].levels:  # a layout that knows the levels made the participants itself
        return False
    cells = [entry.participant for entry in entries]
    titles = {fold(grid.rows[0][at]): title for at, title in grid.titles.items()}
    headers = {cell.header for cell in cells}
    names = headers | {titles.get(fold(header), "") for header in headers}
    keys = {cell.text for cell in cells if cell.kind in ("text", "number", "merged")}
    identify = any(map(is_identifying, names)) or keys_identify(keys, known)
    if identify:
        faults.append(Fault("identifying_replaced", sheet.file, cells[0].worksheet, column=cells[0].header))
    return identify


def _merged_read(entries: list[Entry]) -> Iterator[Fault]:
    """Yield a warning for each column whose merged cells were read as a value in each of their rows."""
    headers: set[str] = set()
    for entry in entries:
        for cell in (entry.group, entry.participant, entry.timepoint):
            if cell is not None and cell.kind == "merged" and cell.header not in headers:
                headers.add(cell.header)
                yield fault_at("merged_read", cell, value="")


def _add(
    entry: Entry, sheet: Sheet, rules: _Rules, participants: dict[str, Participant], faults: list[Fault]
) -> None:
    """Add what an entry says to its participant."""
    cell = entry.participant
    group: str | None = entry.group_id
    if entry.group is not None and not group:
        group = decode(entry.group, rules.group, faults, merged=True)
    if cell.kind in ("formula", "error", "date"):
        decode(cell, rules.group, faults, merged=True)  # for its fault
        return
    key, code = _identity(entry, sheet, group)
    participant = participants.setdefault(key, Participant(code, cell, rules.numbered))
    participant.group_fault = participant.group_fault or group is None
    value = HIDDEN if rules.numbered else cell.text
    if group and participant.group and group != participant.group:
        participant.other_groups.add(group)
        params = {"group": group, "other": participant.group, "first": participant.cell.row}
        faults.append(fault_at("participant_two_groups", cell, value=value, **params))
        return
    participant.group = participant.group or group or None
    for characteristic, own_cell in entry.characteristics.items():
        _add_characteristic(participant.characteristics, own_cell, characteristic, rules, faults)
    for timepoint, level in entry.levels:
        participant.scores[timepoint] = Score(level)
        participant.cells[timepoint] = cell
    scores = entry.scores
    if entry.timepoint is not None:
        timepoint = decode(entry.timepoint, rules.timepoint, faults, merged=True)
        scores = tuple((timepoint, cells) for _, cells in scores)
    before = next(
        (participant.cells[timepoint] for timepoint, _ in scores if timepoint in participant.cells), None
    )
    if before is not None:
        faults.append(fault_at("participant_duplicate", cell, value=value, first=before.row))
    for timepoint, cells in scores:
        score = score_of(cells, rules.outcome, faults)
        if timepoint and before is None:
            participant.scores[timepoint] = score
            participant.cells[timepoint] = cells[0]


def _identity(entry: Entry, sheet: Sheet, group: str | None) -> tuple[str, str]:
    """Return the key that joins a participant's entries, and the code to show."""
    cell = entry.participant
    if entry.by_row:
        blocks = "|".join(cells[0].address for _, cells in entry.scores)
        return f"{cell.file}|{cell.worksheet}|{cell.row}|{blocks}", ""
    number = _ROW_NUMBER.fullmatch(cell.text)
    code = number[1] if number else cell.text
    key = code.lstrip("0") if number else fold(code)
    if sheet.participant is not None and sheet.participant.per_group:
        return f"{group}|{key}", f"{group}_{code}"
    return key, code


def _add_characteristic(
    values: dict[str, Score | None], cell: Cell, characteristic: str, rules: _Rules, faults: list[Fault]
) -> None:
    """Add a participant's characteristic; two values that differ are a fault."""
    score = score_of((cell,), rules.characteristics[characteristic], faults)
    before = values.get(characteristic) or Score()
    if before != Score() and score is not None and score not in (before, Score()):
        faults.append(fault_at("characteristic_differs", cell, other=before.level or before.number))
    if before == Score():
        values[characteristic] = score
