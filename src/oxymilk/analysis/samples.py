"""Observations grouped by participant, and the data of each test: who is compared with whom, and who could not be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from oxymilk.study import Study

# a level as its place in the order, or a number as it is written
Score = int | Decimal


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
    observations : DataFrame
        Tidy observations, all cells text.
    scale : {"level", "score"}, optional
        What the scores are; the outcome's own scale unless given.

    Yields
    ------
    Sample
        Levels as 0, 1, ..., the worst first; numbers as decimals, as they are written.
    """
    rank = {level: place for place, level in enumerate(study.outcome.level_ids)}
    read = rank.__getitem__ if (scale or study.outcome.scale) == "level" else Decimal
    pre, post = (timepoint.id for timepoint in study.compared)
    records: dict[str, dict[str, list[Score | None]]] = {}
    for group, members in participants(study, observations).items():
        records[group] = {
            code: [read(scores[t]) if scores.get(t) else None for t in (pre, post)]
            for code, scores in members.items()
        }
        pairs = [record for record in records[group].values() if None not in record]
        left_out = [code for code, record in records[group].items() if None in record]
        before, after = ([record[i] for record in pairs] for i in (0, 1))
        yield Sample("signed_rank", group, "", before, after, left_out)
    if len(study.groups) < 2:
        return
    on_change, compared, left_out = study.between == "change", [], []
    for group in study.group_ids[:2]:
        scores: list[Score] = []
        for code, (before, after) in records[group].items():
            if after is None or (on_change and before is None):
                left_out.append(code)
            else:
                scores.append(after - before if on_change else after)
        compared.append(scores)
    yield Sample("rank_sum", "", "change" if on_change else post, *compared, left_out)
