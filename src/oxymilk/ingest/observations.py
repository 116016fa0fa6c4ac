"""From the sheets of a study to its observations: tidy tables, or every fault at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.gather import Participant, gather_sheet
from oxymilk.ingest.grid import fault_at
from oxymilk.ingest.scores import Score

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

COLUMNS = ("participant", "group", "timepoint", "outcome", "score")
CHARACTERISTIC_COLUMNS = ("participant", "group", "characteristic", "level", "value")


@dataclass(frozen=True)
class Observations:
    """The observations of a study.

    Attributes
    ----------
    table : DataFrame
        Columns participant, group, timepoint, outcome, score; all text. One row a participant and timepoint
        (all timepoints, also those that are not compared), by group as the study lists them, then as the
        sheets list the participants, then by time. `score` is on the outcome's scale: the level's id, or the
        number with a decimal point and the decimals it is written with; empty when there is none.
    other_scale : DataFrame
        The same rows on the other scale, when the outcome has both (numbers, and levels cut from them).
    characteristics : DataFrame
        Columns participant, group, characteristic, level, value; one row a participant and characteristic
        that the sheets have. `value` is the number, empty for words.
    warnings : tuple of Fault
        What was passed over, kept with an empty score, dropped, or not used.
    """

    table: pd.DataFrame
    other_scale: pd.DataFrame
    characteristics: pd.DataFrame
    warnings: tuple[Fault, ...] = field(default=())


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
        The tidy tables and the warnings.

    Raises
    ------
    FaultsError
        With every fault of every sheet, and the warnings after them.
    """
    faults: list[Fault] = []
    participants: dict[str, Participant] = {}
    complete = True  # all sheets could be read; else missing groups and scores are no news
    for sheet in study.sheets:
        complete = gather_sheet(Path(folder), sheet, study, participants, faults) and complete
    codes = _codes(participants)
    if not study.sheets:
        faults.append(Fault("no_sheet", "study.yaml", column="sheets"))
    elif complete:
        faults += _gaps(study, participants, codes)
    if any(fault.kind == "fault" for fault in faults):
        raise FaultsError(sorted(faults, key=lambda fault: fault.kind))
    on_scale = study.outcome.scale
    both = study.outcome.kind != "levels" and bool(study.outcome.levels)
    other = {"level": "score", "score": "level"}[on_scale] if both else None
    return Observations(
        _frame(COLUMNS, _score_rows(study, participants, codes, on_scale)),
        _frame(COLUMNS, _score_rows(study, participants, codes, other)),
        _frame(CHARACTERISTIC_COLUMNS, _characteristic_rows(study, participants, codes)),
        tuple(faults),
    )


def _frame(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows), columns=list(columns), dtype=str)


def _in_order(study: Study, participants: dict[str, Participant]) -> Iterator[tuple[str, Participant]]:
    for group in study.group_ids:
        yield from ((key, one) for key, one in participants.items() if one.group == group)


def _score_rows(
    study: Study, participants: dict[str, Participant], codes: dict[str, str], scale: str | None
) -> Iterator[tuple[str, ...]]:
    if scale is None:
        return
    for key, one in _in_order(study, participants):
        for timepoint in study.timepoint_ids:
            score = one.scores.get(timepoint) or Score()
            shown = score.number if scale == "score" else score.level
            yield codes[key], one.group or "", timepoint, study.outcome.id, shown


def _characteristic_rows(
    study: Study, participants: dict[str, Participant], codes: dict[str, str]
) -> Iterator[tuple[str, ...]]:
    declared = {one for sheet in study.sheets for one in sheet.characteristics}
    for key, one in _in_order(study, participants):
        for characteristic in study.characteristics:
            if characteristic.id in declared:
                score = one.characteristics.get(characteristic.id) or Score()
                yield codes[key], one.group or "", characteristic.id, score.level, score.number


def _codes(participants: dict[str, Participant]) -> dict[str, str]:
    """Return the participants' codes that may be written: P01, P02, ... when any of them identifies."""
    if not any(one.numbered for one in participants.values()):
        return {key: one.code for key, one in participants.items()}
    digits = max(2, len(str(len(participants))))
    return {key: f"P{number:0{digits}d}" for number, key in enumerate(participants, start=1)}


def _participant_column(study: Study) -> str:
    return next((one.participant.column for one in study.sheets if one.participant), None) or ""


def _gaps(study: Study, participants: dict[str, Participant], codes: dict[str, str]) -> list[Fault]:
    """Return what is missing: groups nobody is in, timepoints nobody was measured at, single scores."""
    file = study.sheets[0].file
    faults: list[Fault] = []
    # a group whose word was not understood is reported as that word, not as an empty group
    if all(one.group or one.group_fault for one in participants.values()):
        taken = {group for one in participants.values() for group in (one.group, *one.other_groups)}
        if not any(one.group_fault for one in participants.values()):
            faults += [Fault("group_empty", file, value=one) for one in study.group_ids if one not in taken]
    for key, one in participants.items():
        if not one.group and not one.group_fault:
            faults.append(fault_at("group_not_told", one.cell, value="", participant=codes[key]))
    compared = [timepoint.id for timepoint in study.compared]
    measured = {
        timepoint: {key for key, one in participants.items() if one.scores.get(timepoint, Score()) != Score()}
        for timepoint in compared
    }
    if all(measured.values()) and not set.intersection(*measured.values()):
        params = {"first": compared[0], "second": compared[1]}
        faults.append(Fault("nobody_compared", file, column=_participant_column(study), params=params))
    for timepoint in study.timepoint_ids:
        without = [key for key, one in participants.items() if one.scores.get(timepoint, Score()) == Score()]
        if participants and len(without) == len(participants):
            if timepoint in compared:
                faults.append(Fault("timepoint_empty", file, value=timepoint))
            continue
        for key in without:
            one = participants[key]
            cell = one.cells.get(timepoint) or one.cell
            params = {"participant": codes[key], "timepoint": timepoint}
            faults.append(fault_at("score_missing", cell, value="", **params))
    return faults
