"""From the sheets of a study to its observations: tidy tables, or every fault at once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import HIDDEN, Fault, FaultsError
from oxymilk.ingest.grid import Cell, Entry, Grid, add_fault, fault_at, read_header, secrets_in
from oxymilk.ingest.layouts import entries_of
from oxymilk.ingest.privacy import declared_words, is_identifying, is_named, keys_identify, masked
from oxymilk.ingest.scores import Score, codebooks, decode, faults_of_totals, row_of, score_of, scoring
from oxymilk.ingest.sheets import read_grid
from oxymilk.numbers import write_number
from oxymilk.study import Study
from oxymilk.study.sheet import LEFT_OUT, Sheet
from oxymilk.words import fold, near_code

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("participant", "group", "timepoint", "outcome", "score")
CHARACTERISTIC_COLUMNS = ("participant", "group", "characteristic", "level", "value")
# a running number, however it is written: 26, "26.", "026", 26.0
_ROW_NUMBER = re.compile(r"(\d+)(?:\.0*|\))?")


@dataclass(frozen=True)
class Observations:
    """The observations of a study.

    Attributes
    ----------
    tables : dict of str to (columns, rows)
        All cells text.

        * observations : `COLUMNS`; one row a participant and timepoint (all timepoints, also those that are not
          compared), by group as the study lists them, then as the sheets list the participants, then by time. `score`
          is on the outcome's scale: the level's id, or the number with a decimal point and the decimals it is written
          with, or a fraction such as 31/3 that no decimal is; empty when there is none. `oxymilk.numbers` writes and
          reads it.
        * other_scale : the same rows on the other scale, when the outcome has both (numbers, and levels cut from them).
        * characteristics : `CHARACTERISTIC_COLUMNS`; one row a participant and characteristic that the sheets have.
          `value` is the number, empty for words.
    warnings : tuple of Fault
        What was passed over, kept with an empty score, dropped, or not used.
    """

    tables: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]
    warnings: tuple[Fault, ...] = field(default=())

    def frame(self, name: str) -> pd.DataFrame:
        """Return one of the tables as the steps after ingestion compute with it."""
        import pandas as pd

        columns, rows = self.tables[name]
        return pd.DataFrame(rows, columns=list(columns), dtype=str)


@dataclass(eq=False)
class _Participant:
    """What the sheets say about one participant, gathered sheet by sheet; a score of None is a fault."""

    code: str
    near: str  # what the spellings of the code have in common
    cell: Cell
    numbered: bool  # becomes P01, P02, ...
    group: str | None = None
    group_fault: bool = False
    is_near: bool = False  # a fault: may be one with another
    other_groups: set[str] = field(default_factory=set)  # a fault: nobody is in two
    scores: dict[str, Score | None] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    characteristics: dict[str, Score | None] = field(default_factory=dict)

    @property
    def measured(self) -> set[str]:
        """The timepoints that have a score, or one that is a fault."""
        return {timepoint for timepoint, score in self.scores.items() if score != Score()}


_People = dict[str, _Participant]


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
        The tables and the warnings.

    Raises
    ------
    FaultsError
        With every fault of every sheet, and the warnings after them.
    """
    faults = [] if study.sheets else [Fault("no_sheet", "study.yaml", column="sheets")]
    people: _People = {}
    # missing groups and scores are no news when a sheet could not be read
    were_read = [_gather_sheet(Path(folder), sheet, study, people, faults) for sheet in study.sheets]
    participants = list(people.values())
    if any(participant.numbered for participant in participants):  # any of them identifies
        digits = max(2, len(str(len(participants))))
        for number, participant in enumerate(participants, start=1):
            participant.code = f"P{number:0{digits}d}"
    if all(were_read) and study.sheets:
        faults += list(_missing(study, participants, faults))
    if any(fault.kind == "fault" for fault in faults):
        raise FaultsError(sorted(faults, key=lambda fault: fault.kind))
    participants.sort(key=lambda participant: study.group_ids.index(participant.group))
    outcome = study.outcome
    declared = {*itertools.chain(*(sheet.characteristics for sheet in study.sheets))}
    named = [characteristic.id for characteristic in study.characteristics if characteristic.id in declared]

    def rows_of(kind: str, names: Iterable[str]) -> list[tuple]:
        both = itertools.product(participants, names)
        return [(own.code, own.group, name, getattr(own, kind).get(name) or Score()) for own, name in both]

    scores = rows_of("scores", study.timepoint_ids)
    own, other = ("number", "level") if outcome.scale == "score" else ("level", "number")
    has_both = outcome.kind != "levels" and bool(outcome.levels)
    on_scales = {
        name: (COLUMNS, [(*key, outcome.id, getattr(score, scale)) for *key, score in rows])
        for name, scale, rows in (("observations", own, scores), ("other_scale", other, scores * has_both))
    }
    described = [(*key, *score) for *key, score in rows_of("characteristics", named)]
    tables = on_scales | {"characteristics": (CHARACTERISTIC_COLUMNS, described)}
    return Observations(tables, tuple(faults))


def _gather_sheet(folder: Path, sheet: Sheet, study: Study, people: _People, faults: list[Fault]) -> bool:
    """Read a sheet into `people` (by key) and `faults`; return whether it could be read."""
    grid, own = read_grid(folder, sheet)
    known = declared_words(sheet, study)
    if grid is None:
        faults += masked(own, known)
        return False
    entries, faults_of_layout = entries_of(grid, sheet, study)
    own += faults_of_layout
    read = itertools.chain(*((entry.group, entry.participant, entry.timepoint) for entry in entries))
    merged: dict[str, Cell] = {}  # the first merged cell of each column, read as a value in each of its rows
    for cell in (cell for cell in read if cell and cell.kind == "merged"):
        merged.setdefault(cell.header, cell)
    own += [fault_at("merged_read", cell, value="") for cell in merged.values()]
    keys: set[str] = set()
    if entries:
        numbered = _are_numbered(entries, sheet, grid, known, own)
        keys = {entry.participant.text for entry in entries if numbered and not entry.by_row}
        _add_entries(entries, sheet, study, numbered, people, own)
        own = _told_apart(own, grid, sheet)
    if is_named(sheet.file, known, header=True):
        own.append(Fault("file_names_person", sheet.file))
    # long sheets are searched for names only when a fault could show one
    secrets = secrets_in(grid, sheet, keys, known) if any(fault.value for fault in own) else frozenset()
    faults += masked(own, known, secrets)
    return bool(entries)


def _are_numbered(
    entries: list[Entry], sheet: Sheet, grid: Grid, known: frozenset[str], faults: list[Fault]
) -> bool:
    """Say whether participants become P01, P02, ...: as declared, or with a warning when their cells identify them."""
    declared = sheet.participant.identifying if sheet.participant is not None else None
    # a layout that knows the levels made the participants itself
    if entries[0].by_row or declared or entries[0].levels:
        return not entries[0].levels
    cells = [entry.participant for entry in entries]
    titles = {fold(grid.rows[0][at]): title for at, title in grid.titles.items()}
    names = {name for cell in cells for name in (cell.header, titles.get(fold(cell.header), ""))}
    keys = {cell.text for cell in cells if cell.kind in ("text", "number", "merged")}
    identify = keys_identify(keys, known) or (declared is None and any(map(is_identifying, names)))
    if identify:
        code = "identifying_replaced" if declared is None else "identifying_all_the_same"
        faults.append(Fault(code, sheet.file, cells[0].worksheet, column=cells[0].header))
    return identify


def _add_entries(
    entries: list[Entry], sheet: Sheet, study: Study, numbered: bool, people: _People, faults: list[Fault]
) -> None:
    """Add what each entry says to its participant."""
    groups, timepoints = codebooks(sheet, study)
    cells = [cell for entry in entries for _, cells in entry.scores for cell in cells]
    outcome = scoring(study.outcome, sheet.codes, sheet, cells, faults)
    scales, characteristics = {scale.id: scale for scale in study.characteristics}, {}
    for name, source in sheet.characteristics.items():
        cells = [entry.characteristics[name] for entry in entries]
        characteristics[name] = scoring(scales[name], source.codes, sheet, cells, faults)
    # a long sheet of REDCap has the group in the first row of each participant only
    told = {fold(at.participant.text): at.group for at in entries if at.group and at.group.text}
    totals, left_out = [], []  # of a checklist; cells of participants who are in no group of the study
    for entry in entries:
        cell = entry.participant
        group: str | None = entry.group_id
        if entry.group is not None and not group:
            is_blank = entry.timepoint and not (entry.group.text or sheet.participant.per_group)
            own_group = told.get(fold(cell.text), entry.group) if is_blank else entry.group
            group = decode(own_group, groups, faults, merged=True)
        if group == LEFT_OUT:
            left_out.append(entry.group or cell)
            continue
        if cell.kind in ("formula", "error", "date"):
            decode(cell, groups, faults, merged=True)  # for its fault
            continue
        key, code = _identity(entry, sheet, group)
        participant = people.setdefault(key, _Participant(code, near_code(code), cell, numbered))
        participant.group_fault = participant.group_fault or group is None
        value = HIDDEN if numbered else cell.text
        if group and participant.group and group != participant.group:
            participant.other_groups.add(group)
            params = {"group": group, "other": participant.group, "first": participant.cell.row}
            add_fault(faults, "participant_two_groups", cell, value=value, **params)
            continue
        participant.group = participant.group or group or None
        for name, own_cell in entry.characteristics.items():
            score = score_of((own_cell,), characteristics[name], faults)
            before = participant.characteristics.get(name) or Score()
            if before == Score():
                participant.characteristics[name] = score
            elif score not in (None, before, Score()):
                add_fault(faults, "characteristic_differs", own_cell, other=before.level or before.number)
        for timepoint, level in entry.levels:
            participant.scores[timepoint] = Score(level)
            participant.cells[timepoint] = cell
        scores = entry.scores
        if entry.timepoint is not None:
            timepoint = decode(entry.timepoint, timepoints, faults, merged=True)
            scores = tuple((timepoint, cells) for _, cells in scores)
        repeated = [at for at, _ in scores if at in participant.cells]
        if repeated:
            measured = participant.cells[repeated[0]]
            first = measured.row if measured.file == cell.file else f"{measured.row} ({measured.file})"
            params = {"value": value, "first": first, "timepoint": ", ".join(repeated)}
            add_fault(faults, "participant_duplicate", cell, **params)
        for (timepoint, cells), total_cell in zip(scores, entry.totals, strict=True):
            score = score_of(cells, outcome, faults)
            totals += [row_of(total_cell, cells, outcome, faults)] if total_cell else []
            if timepoint and not repeated:
                participant.scores[timepoint] = score
                participant.cells[timepoint] = cells[0]
    faults += faults_of_totals(totals, entries, outcome)
    if left_out:
        words = ", ".join(sheet.group.leave_out)
        add_fault(faults, "group_left_out", left_out[0], value=words, count=len(left_out))
    for divided in (how.divided for how in (outcome, *characteristics.values()) if how.divided):
        cell, number = divided[0]
        add_fault(faults, "numbers_divided", cell, count=len(divided), number=write_number(number))


def _told_apart(faults: list[Fault], grid: Grid, sheet: Sheet) -> list[Fault]:
    """Return the faults; where words of an undeclared column tell a participant's rows apart, these with its name."""
    header, twice = read_header(grid, sheet), [at for at in faults if at.code == "participant_duplicate"]
    here = twice and not grid.transposed and all(isinstance(at.params["first"], int) for at in twice)
    for column, name in enumerate(header.names if here else ()):
        # words by the number of the row; morning and evening recur, a running number does not
        words = ["", *(grid.text(row, column) for row in range(len(grid.rows)))][grid.cases :]
        of_rows = words[header.first + 1 - grid.cases :]
        recur = 2 * len({*of_rows}) <= len(of_rows) and name not in ("", *sheet.columns)
        if recur and all(words[at.params["first"]] != words[at.row] for at in twice):
            code, tells = "participant_repeated", {"tells": name}
            told = [replace(at, code=code, params=at.params | tells) for at in twice]
            return told + [fault for fault in faults if fault.code != "participant_duplicate"]
    return faults


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


def _near_codes(participants: list[_Participant], compared: set[str]) -> Iterator[Fault]:
    """Yield a fault for each two whose codes look alike (R1 and R01) and who may be one: not both have all scores."""
    alike: dict[str, list[_Participant]] = {}
    for participant in participants:
        digits = re.sub(r"[^\d-]", "", participant.near)
        alike.setdefault(digits or participant.near, []).append(participant)
    for one, other in itertools.chain(*(itertools.combinations(alike[near], 2) for near in alike if near)):
        scores, others = one.measured, other.measured
        is_split = scores and others and scores.isdisjoint(others)
        in_one_group = one.group == other.group or not (one.group and other.group)
        if one.near == other.near:
            may_be_one = is_split or (in_one_group and not compared <= scores & others)
        else:
            may_be_one = is_split and in_one_group and (one.near.isdecimal() or other.near.isdecimal())
        if may_be_one:
            one.is_near = other.is_near = True
            place = (one.cell.file, one.cell.worksheet, one.cell.header, one.cell.address)
            is_hidden = one.numbered or other.numbered
            shown = [HIDDEN if is_hidden else own.cell.text for own in (one, other)]
            params = {"other": shown[0], "place": ", ".join(filter(None, place)), "first": one.cell.row}
            yield fault_at("codes_near", other.cell, value=shown[1], **params)


def _missing(study: Study, participants: list[_Participant], faults: list[Fault]) -> Iterator[Fault]:
    """Yield what is missing: anybody in a group, groups, anybody measured twice or at a timepoint, single scores."""
    file, (first, second) = study.sheets[0].file, (timepoint.id for timepoint in study.compared)
    taken = set().union(*({participant.group, *participant.other_groups} for participant in participants))
    # what made a group empty is told alone: its word was not understood, or a fault lost the participant of a row
    cells = itertools.chain(*((person.cell, *person.cells.values()) for person in participants))
    rows = {(cell.file, cell.worksheet, cell.row) for cell in cells}
    causes = (fault for fault in faults if fault.kind == "fault" and fault.code != "participant_duplicate")
    is_told = any(cause.row and (cause.file, cause.sheet, cause.row) not in rows for cause in causes)
    if not (is_told or None in taken or any(participant.group_fault for participant in participants)):
        empty = [group for group in study.group_ids if group not in taken]
        yield from (Fault("group_empty", file, value=group) for group in empty)
    near = list(_near_codes(participants, {first, second}))
    yield from near
    for participant in participants:
        if not (participant.group or participant.group_fault or participant.is_near):
            yield fault_at("group_not_told", participant.cell, value="", participant=participant.code)
    # a score that is a fault is not missing
    measured = {at: {own for own in participants if at in own.measured} for at in study.timepoint_ids}
    if measured[first] and measured[second] and not near and measured[first].isdisjoint(measured[second]):
        column = next((sheet.participant.column for sheet in study.sheets if sheet.participant), None)
        yield Fault("nobody_compared", file, column=column or "", params={"first": first, "second": second})
    for timepoint, own in measured.items():
        if not own and timepoint in (first, second) and participants:
            yield Fault("timepoint_empty", file, value=timepoint)
        for participant in participants if own else ():
            if participant not in own and not participant.is_near:  # whose lack is told with the codes
                place = participant.cells.get(timepoint) or participant.cell
                params = {"participant": participant.code, "timepoint": timepoint}
                yield fault_at("score_missing", place, value="", **params)
