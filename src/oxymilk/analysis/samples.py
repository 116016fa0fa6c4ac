"""The data of each test of a study: who is compared with whom, and who could not take part."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from oxymilk.study import Study

# a level as its place in the order, or a number as it is written
Score = int | Decimal
Record = dict[str, Score | None]


def participants(study: Study, observations: pd.DataFrame) -> dict[str, dict[str, dict[str, str]]]:
    """Group observations by participant.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    dict of group id to dict of participant code to dict of timepoint id to score
        Groups in table order, participants in the order of the observations; a missing score is empty, and a timepoint
        without an observation is not there.
    """
    records: dict[str, dict[str, dict[str, str]]] = {group: {} for group in study.group_ids}
    columns = observations[["participant", "group", "timepoint", "score"]]
    for code, group, timepoint, score in columns.itertuples(index=False):
        if group in records:
            records[group].setdefault(code, {})[timepoint] = score
    return records


class Sample(NamedTuple):
    """The two lists of scores that one test compares, and who could not take part.

    `first` and `second` are pre and post of the same participants, or the scores of two groups. Where one is empty
    there is nothing to test.
    """

    test: str
    group: str
    timepoint: str
    first: list[Score]
    second: list[Score]
    left_out: list[str]

    @property
    def testable(self) -> bool:
        """Whether there is anybody to test."""
        return bool(self.first and self.second)


def samples(study: Study, observations: pd.DataFrame, scale: str | None = None) -> Iterator[Sample]:
    """Yield the data of each test of the study, in table order.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.
    scale : {"level", "score"}, optional
        What the scores are; the outcome's own scale unless given.

    Yields
    ------
    Sample
        Levels as 0, 1, ..., the worst first; numbers as decimals, as they are written.
    """
    read = _level_reader(study) if (scale or study.outcome.scale) == "level" else Decimal
    pre, post = (timepoint.id for timepoint in study.compared)
    by_group = {}
    for group in study.groups:
        records = _records(observations[observations["group"] == group.id], read)
        by_group[group.id] = records
        pairs = {code: record for code, record in records.items() if None not in (record[pre], record[post])}
        yield Sample(
            "signed_rank",
            group.id,
            "",
            [record[pre] for record in pairs.values()],
            [record[post] for record in pairs.values()],
            [code for code in records if code not in pairs],
        )
    if len(study.groups) < 2:
        return
    scores, left_out = [], []
    for group in study.groups[:2]:
        mine = []
        for code, record in by_group[group.id].items():
            score = _compared(record, study.between, pre, post)
            if score is None:
                left_out.append(code)
            else:
                mine.append(score)
        scores.append(mine)
    yield Sample("rank_sum", "", "change" if study.between == "change" else post, *scores, left_out)


def _compared(record: Record, between: str, pre: str, post: str) -> Score | None:
    if between != "change":
        return record[post]
    return None if None in (record[pre], record[post]) else record[post] - record[pre]


def _level_reader(study: Study) -> Callable[[str], int]:
    rank = {level: position for position, level in enumerate(study.outcome.level_ids)}
    return rank.__getitem__


def _records(observations: pd.DataFrame, read: Callable[[str], Score]) -> dict[str, Record]:
    records: dict[str, Record] = {}
    for code, timepoint, score in observations[["participant", "timepoint", "score"]].itertuples(index=False):
        records.setdefault(code, {})[timepoint] = read(score) if score else None
    return records
