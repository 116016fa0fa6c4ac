"""From the sheets of a study to its observations: tidy tables, or every fault at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.grid import fault_at
from oxymilk.ingest.participants import Participant, gather_sheet
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
    import pandas as pd

    faults: list[Fault] = []
    by_key: dict[str, Participant] = {}
    # missing groups and scores are no news when a sheet could not be read
    were_read = [gather_sheet(Path(folder), sheet, study, by_key, faults) for sheet in study.sheets]
    participants = list(by_key.values())
    if any(participant.numbered for participant in participants):  # any of them identifies
        digits = max(2, len(str(len(participants))))
        for number, participant in enumerate(participants, start=1):
            participant.code = f"P{number:0{digits}d}"
    if not study.sheets:
        faults.append(Fault("no_sheet", "study.yaml", column="sheets"))
    elif all(were_read):
        faults += [*_missing_groups(study, participants), *_missing_scores(study, participants)]
    if any(fault.kind == "fault" for fault in faults):
        raise FaultsError(sorted(faults, key=lambda fault: fault.kind))
    in_order = [
        participant for group in study.group_ids for participant in participants if participant.group == group
    ]
    has_both = study.outcome.kind != "levels" and bool(study.outcome.levels)
    other_scale = {"level": "score", "score": "level"}[study.outcome.scale]

    def table(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> pd.DataFrame:
        return pd.DataFrame(list(rows), columns=list(columns), dtype=str)

    return Observations(
        table(COLUMNS, _score_rows(study, in_order, study.outcome.scale)),
        table(COLUMNS, _score_rows(study, in_order if has_both else [], other_scale)),
        table(CHARACTERISTIC_COLUMNS, _characteristic_rows(study, in_order)),
        tuple(faults),
    )


def _score_rows(study: Study, participants: list[Participant], scale: str) -> Iterator[tuple[str, ...]]:
    for participant in participants:
        for timepoint in study.timepoint_ids:
            score = participant.scores.get(timepoint) or Score()
            text = score.number if scale == "score" else score.level
            yield participant.code, participant.group, timepoint, study.outcome.id, text


def _characteristic_rows(study: Study, participants: list[Participant]) -> Iterator[tuple[str, ...]]:
    declared = {name for sheet in study.sheets for name in sheet.characteristics}
    for participant in participants:
        for characteristic in study.characteristics:
            if characteristic.id in declared:
                score = participant.characteristics.get(characteristic.id) or Score()
                yield participant.code, participant.group, characteristic.id, score.level, score.number


def _missing_groups(study: Study, participants: list[Participant]) -> Iterator[Fault]:
    """Yield a fault for each group that nobody is in, and for each participant without a group."""
    taken = {
        group for participant in participants for group in (participant.group, *participant.other_groups)
    }
    # a group whose word was not understood is reported as that word, not as an empty group
    if not any(participant.group_fault for participant in participants) and None not in taken:
        for group in study.group_ids:
            if group not in taken:
                yield Fault("group_empty", study.sheets[0].file, value=group)
    for participant in participants:
        if not participant.group and not participant.group_fault:
            yield fault_at("group_not_told", participant.cell, value="", participant=participant.code)


def _missing_scores(study: Study, participants: list[Participant]) -> Iterator[Fault]:
    """Yield what is missing: anybody measured at both timepoints, anybody at one of them, single scores."""
    file = study.sheets[0].file
    first, second = (timepoint.id for timepoint in study.compared)
    lacking = {
        timepoint: [participant for participant in participants if participant.lacks(timepoint)]
        for timepoint in study.timepoint_ids
    }
    someone = max(len(lacking[first]), len(lacking[second])) < len(participants)
    if someone and all(participant.lacks(first) or participant.lacks(second) for participant in participants):
        columns = [sheet.participant.column for sheet in study.sheets if sheet.participant]
        column = columns[0] if columns else None
        yield Fault("nobody_compared", file, column=column or "", params={"first": first, "second": second})
    for timepoint, without in lacking.items():
        if len(without) < len(participants):
            for participant in without:
                params = {"participant": participant.code, "timepoint": timepoint}
                cell = participant.cells.get(timepoint) or participant.cell
                yield fault_at("score_missing", cell, value="", **params)
        elif timepoint in (first, second) and participants:
            yield Fault("timepoint_empty", file, value=timepoint)
