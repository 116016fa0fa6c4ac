"""The records of a study in count space: a table of pre by post for each group, and sheets made from such tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from oxymilk.study import Study
    from oxymilk.study.sheet import Sheet

Cell = tuple[int, int]


@dataclass(frozen=True)
class Records:
    """What every participant's record is.

    Attributes
    ----------
    study : Study
        The study.
    tables : ndarray of int, shape (G, K + 1, K + 1)
        Participants of each group with each pre level (rows) and post level (columns); the last row and column
        are the missing scores.
    codes : tuple of dict
        For each group its participant codes with their record (pre, post), in the order of the observations.
    """

    study: Study
    tables: np.ndarray
    codes: tuple[dict[str, Cell], ...]

    @property
    def levels(self) -> int:
        """Number of levels, K."""
        return self.tables.shape[-1] - 1

    @property
    def pairs(self) -> np.ndarray:
        """Tables of the complete records, shape (G, K, K)."""
        return self.tables[:, :-1, :-1]


def records_of(study: Study, observations: pd.DataFrame) -> Records:
    """Count the records of a study at the two timepoints that are compared.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    Records
        Empty, with no level at all, where the tests run on numbers.
    """
    if study.outcome.scale != "level" or not study.outcome.levels:
        empty: tuple[dict[str, Cell], ...] = tuple({} for _ in study.groups)
        return Records(study, count_records(empty, 0), empty)
    place = {level: k for k, level in enumerate(study.outcome.level_ids)} | {"": len(study.outcome.levels)}
    pre, post = (timepoint.id for timepoint in study.compared)
    scores: dict[str, dict[str, list[int]]] = {group: {} for group in study.group_ids}
    columns = ["participant", "group", "timepoint", "score"]
    for code, group, timepoint, score in observations[columns].itertuples(index=False):
        if timepoint in (pre, post):
            record = scores[group].setdefault(code, [place[""], place[""]])
            record[timepoint == post] = place[score]
    codes = tuple({code: tuple(record) for code, record in scores[g].items()} for g in study.group_ids)
    return Records(study, count_records(codes, len(study.outcome.levels)), codes)


def count_records(codes: Iterable[dict[str, Cell]], levels: int) -> np.ndarray:
    """Return the tables of `Records`, shape (G, levels + 1, levels + 1)."""
    tables = []
    for records in codes:
        table = np.zeros((levels + 1, levels + 1), dtype=np.int64)
        for record in records.values():
            table[record] += 1
        tables.append(table)
    return np.array(tables)


def records_from_counts(study: Study, pairs: np.ndarray) -> Records:
    """Give made-up participant codes to counted records.

    Parameters
    ----------
    study : Study
        The study.
    pairs : array of int, shape (G, K, K)
        Participants of each group with each pre and post level.

    Returns
    -------
    Records
        Codes are the group's place and a number, "1-01"; records go by pre level, then post level.
    """
    codes = []
    for g, table in enumerate(np.asarray(pairs, dtype=np.int64)):
        cells = [tuple(cell) for cell in np.argwhere(table).tolist() for _ in range(table[tuple(cell)])]
        width = max(2, len(str(len(cells))))
        codes.append({f"{g + 1}-{number:0{width}d}": cell for number, cell in enumerate(cells, start=1)})
    return Records(study, count_records(codes, len(study.outcome.levels)), tuple(codes))


def change_records(records: Records, tables: np.ndarray) -> tuple[Records, list[tuple[int, str, Cell, Cell]]]:
    """Change as few participants' records as possible so that they count to other tables.

    Parameters
    ----------
    records : Records
        What is on disk.
    tables : ndarray of int, shape (G, K + 1, K + 1)
        What is wanted, with as many participants in each group.

    Returns
    -------
    records : Records
        The changed records; of participants with equal records the first are changed.
    changes : list of (group, code, old record, new record)
        In the order of the groups and records.
    """
    codes, changes = [], []
    for g, mine in enumerate(records.codes):
        difference = tables[g] - records.tables[g]
        lost = [tuple(c) for c in np.argwhere(difference < 0).tolist() for _ in range(-difference[tuple(c)])]
        won = [tuple(c) for c in np.argwhere(difference > 0).tolist() for _ in range(difference[tuple(c)])]
        changed = dict(mine)
        for old, new in zip(lost, won, strict=True):
            code = next(code for code, record in changed.items() if record == old and mine[code] == old)
            changed[code] = new
            changes.append((g, code, old, new))
        codes.append(changed)
    return replace(records, tables=np.array(tables, dtype=np.int64), codes=tuple(codes)), changes


def sheet_of(records: Records) -> pd.DataFrame:
    """Write records as the study's own sheet: the same columns and words, the columns not used left out.

    Parameters
    ----------
    records : Records
        The records.

    Returns
    -------
    DataFrame
        For a study of one plain sheet, wide or long: the pipeline reads it in that sheet's place. Else tidy
        observations, as the steps after ingestion read them. The participant is the first column. Timepoints that
        are not compared, and characteristics, are empty.
    """
    import pandas as pd

    study = records.study
    sheet = _plain_sheet(study)
    levels = [*study.outcome.level_ids, ""]
    rows: list[dict[str, str]] = []
    for group, mine in zip(study.group_ids, records.codes, strict=True):
        for code, record in mine.items():
            scores = {t.id: levels[k] for t, k in zip(study.compared, record, strict=True)}
            rows += (
                _tidy(study, code, group, scores) if sheet is None else _as_kept(sheet, code, group, scores)
            )
    return pd.DataFrame(rows, dtype=str)


def _plain_sheet(study: Study) -> Sheet | None:
    if len(study.sheets) != 1 or study.outcome.kind != "levels":
        return None
    (sheet,) = study.sheets
    columns = sheet.participant and sheet.participant.column and sheet.group and sheet.group.column
    return sheet if columns and sheet.layout in ("wide", "long") and sheet.header_row == (1,) else None


def _tidy(study: Study, code: str, group: str, scores: dict[str, str]) -> list[dict[str, str]]:
    who = {"participant": code, "group": group}
    return [
        who | {"timepoint": timepoint, "outcome": study.outcome.id, "score": score}
        for timepoint, score in scores.items()
    ]


def _as_kept(sheet: Sheet, code: str, group: str, scores: dict[str, str]) -> list[dict[str, str]]:
    who = {sheet.participant.column: code, sheet.group.column: _word(sheet.group.codes, group)}
    blank = {source.column: "" for source in sheet.characteristics.values()}
    words = {timepoint: _word(sheet.codes, score) if score else "" for timepoint, score in scores.items()}
    if sheet.layout == "wide":
        return [who | {column: words.get(t, "") for t, column in sheet.scores.items()} | blank]
    moment = sheet.timepoint
    return [
        who | {moment.column: _word(moment.codes, t), sheet.score: word} | blank for t, word in words.items()
    ]


def _word(codes: dict[str, str], wanted: str) -> str:
    """Return the first word of a sheet that means an id; without codes the words are the ids."""
    return next((word for word, one in codes.items() if one == wanted), wanted)
