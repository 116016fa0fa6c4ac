"""From the sheets of a study to its observations: one tidy table, or every fault at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.grid import Cell, fault_at
from oxymilk.ingest.layouts import Entry, entries_of
from oxymilk.ingest.sheets import read_grid
from oxymilk.words import fold, nearest

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Sheet, Study

COLUMNS = ("participant", "group", "timepoint", "outcome", "score")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?|[+-]?[.,]\d+")


@dataclass(frozen=True)
class Observations:
    """The observations of a study.

    Attributes
    ----------
    table : DataFrame
        Columns participant, group, timepoint, outcome, score; all text. One row a participant and timepoint,
        by group as the study lists them, then as the sheets list the participants, then by time. `score` is
        the level's id, empty when there is none.
    warnings : tuple of Fault
        What was passed over, kept with an empty score, or not used.
    """

    table: pd.DataFrame
    warnings: tuple[Fault, ...] = ()


@dataclass
class _Participant:
    """What the sheets say about one participant, gathered sheet by sheet."""

    code: str
    group: str | None = None
    group_cell: Cell | None = None
    other_groups: set[str] = field(default_factory=set)  # a fault: nobody is in two
    scores: dict[str, str | None] = field(default_factory=dict)  # None: a fault stands there
    cells: dict[str, Cell] = field(default_factory=dict)


def ingest_observations(study: Study, folder: Path) -> Observations:
    """Read the sheets of a study.

    Parameters
    ----------
    study : Study
        The declaration.
    folder : Path
        The study's folder.

    Returns
    -------
    Observations
        The tidy table and the warnings.

    Raises
    ------
    FaultsError
        With every fault of every sheet, and the warnings after them.
    """
    import pandas as pd

    faults: list[Fault] = []
    participants: dict[str, _Participant] = {}
    complete = True  # all sheets could be read; else missing groups and scores are no news
    for sheet in study.sheets:
        grid, found = read_grid(folder, sheet)
        faults += found
        entries: list[Entry] = []
        if grid is not None:
            entries, found = entries_of(grid, sheet)
            faults += found
        complete = complete and bool(entries)
        for entry in entries:
            _add(entry, sheet, study, participants, faults)
    if not study.sheets:
        faults.append(Fault("no_sheet", "study.yaml", column="sheets"))
    elif complete:
        faults += _gaps(study, participants)
    if any(fault.kind == "fault" for fault in faults):
        raise FaultsError(sorted(faults, key=lambda fault: fault.kind))
    rows = [
        (one.code, group, timepoint, study.outcome.id, one.scores.get(timepoint, ""))
        for group in study.group_ids
        for one in _shown(study, participants).values()
        if one.group == group
        for timepoint in study.timepoint_ids
    ]
    return Observations(pd.DataFrame(rows, columns=list(COLUMNS), dtype=str), tuple(faults))


def _add(
    entry: Entry, sheet: Sheet, study: Study, participants: dict[str, _Participant], faults: list[Fault]
) -> None:
    """Add what an entry says to its participant."""
    shown = "" if sheet.participant.identifying else entry.participant.text
    group = _decoded(entry.group, sheet.group.codes, study.group_ids, (), "group", faults)
    key = fold(entry.participant.text)
    one = participants.setdefault(key, _Participant(entry.participant.text))
    if group and one.group and group != one.group:
        params = {"group": group, "other": one.group, "first": one.group_cell.row}
        one.other_groups.add(group)
        faults.append(fault_at("participant_two_groups", entry.participant, value=shown, **params))
        return
    if group and one.group is None:
        one.group, one.group_cell = group, entry.group
    scores = entry.scores
    if entry.timepoint is not None:
        codes = sheet.timepoint.codes
        timepoint = _decoded(entry.timepoint, codes, study.timepoint_ids, (), "timepoint", faults)
        scores = tuple((timepoint, cell) for _, cell in entry.scores)
    repeated = next((one.cells[timepoint] for timepoint, _ in scores if timepoint in one.cells), None)
    if repeated is not None:
        faults.append(fault_at("participant_duplicate", entry.participant, value=shown, first=repeated.row))
    for timepoint, cell in scores:
        level = _decoded(cell, sheet.codes, study.outcome.level_ids, sheet.missing, "level", faults)
        if timepoint and repeated is None:
            one.cells[timepoint] = cell
            if level != "":
                one.scores[timepoint] = level


def _decoded(
    cell: Cell, codes: dict[str, str], ids: tuple[str, ...], missing: tuple[str, ...], what: str,
    faults: list[Fault],
) -> str | None:  # fmt: skip
    """Return the id that a cell's word means, "" when it has no value, None when it is a fault."""
    meanings = {fold(word): one for word, one in (codes or dict(zip(ids, ids, strict=True))).items()}
    word = fold(cell.text)
    if word in meanings:
        return meanings[word]
    legal = list(codes or ids)
    if not word or word in {fold(one) for one in missing}:
        if what == "level":
            return ""
        faults.append(fault_at(f"{what}_missing", cell, legal=legal))
    elif _NUMBER.fullmatch(word) and not any(_NUMBER.fullmatch(one) for one in meanings):
        faults.append(fault_at("number_for_word", cell, legal=legal))
    else:
        faults.append(fault_at(f"{what}_unknown", cell, legal=legal, nearest=nearest(cell.text, legal)))
    return None


def _gaps(study: Study, participants: dict[str, _Participant]) -> list[Fault]:
    """Return what is missing: groups nobody is in, timepoints nobody was measured at, single scores."""
    file = study.sheets[0].file
    faults: list[Fault] = []
    # a group whose word was not understood is reported as that word, not as an empty group
    if all(one.group for one in participants.values()):
        taken = {group for one in participants.values() for group in (one.group, *one.other_groups)}
        faults += [Fault("group_empty", file, value=one) for one in study.group_ids if one not in taken]
    for timepoint in study.timepoints:
        without = [key for key, one in participants.items() if timepoint.id not in one.scores]
        if participants and len(without) == len(participants):
            faults.append(Fault("timepoint_empty", file, value=timepoint.id))
            continue
        shown = _shown(study, participants)
        for key in without:
            cell = participants[key].cells.get(timepoint.id) or participants[key].group_cell
            place = Fault("", file) if cell is None else fault_at("", cell)
            params = {"participant": shown[key].code, "timepoint": timepoint.id}
            faults.append(
                Fault("score_missing", place.file, place.sheet, place.row, place.column, params=params,
                      cell=place.cell)
            )  # fmt: skip
    return faults


def _shown(study: Study, participants: dict[str, _Participant]) -> dict[str, _Participant]:
    """Return the participants with the codes that may be shown: P01, P02, ... for identifying ones."""
    if not any(sheet.participant.identifying for sheet in study.sheets):
        return participants
    digits = max(2, len(str(len(participants))))
    return {
        key: replace(one, code=f"P{number:0{digits}d}")
        for number, (key, one) in enumerate(participants.items(), start=1)
    }
