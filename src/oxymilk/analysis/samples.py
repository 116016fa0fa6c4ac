"""Observations grouped by participant, and the data of each test: who is compared with whom, and who could not be."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.numbers import read_number
from oxymilk.stats import rank_sum_test, signed_rank_test
from oxymilk.stats.ranks import paired_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from oxymilk.stats import Procedure, TestResult
    from oxymilk.study import Study

# a level as its place in the order, or a number
Score = int | Fraction


def participants(
    study: Study, observations: pd.DataFrame | list[dict[str, str]]
) -> dict[str, dict[str, dict[str, str]]]:
    """Group observations by participant.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame or list of dict
        Tidy observations, or their rows; all cells text.

    Returns
    -------
    dict of group id to dict of participant code to dict of timepoint id to score
        Groups in table order, participants in the order of the observations; a missing score is empty, and a timepoint
        without an observation is not there.
    """
    records: dict[str, dict[str, dict[str, str]]] = {group: {} for group in study.group_ids}
    columns = ["participant", "group", "timepoint", "score"]
    if isinstance(observations, list):
        cells = map(itemgetter(*columns), observations)
    else:
        cells = observations[columns].itertuples(index=False)
    for code, group, timepoint, score in cells:
        if group in records:
            records[group].setdefault(code, {})[timepoint] = score
    return records


class Sample(NamedTuple):
    """The two lists of scores that one test compares, and who could not take part.

    `first` and `second` are pre and post of the same participants, or the scores of two groups. Where one is empty
    there is nothing to test. `doubles` are the two lists for a program that subtracts doubles: pairs as it holds them,
    groups with the changes that it computes.
    """

    test: str
    group: str
    timepoint: str
    first: tuple[Score, ...]
    second: tuple[Score, ...]
    left_out: tuple[str, ...]
    doubles: tuple[tuple, tuple]

    @property
    def testable(self) -> bool:
        """Whether there is anybody to test."""
        return bool(self.first and self.second)

    def data(self, differences: str) -> tuple[Sequence, Sequence]:
        """Return the two lists, differences "decimal" or "binary"; binary pairs are 0 and their difference."""
        if differences == "decimal":
            return self.first, self.second
        if self.test == "rank_sum":
            return self.doubles
        return [0] * len(self.first), paired_differences(*self.doubles, "binary")

    def run(self, procedure: Procedure, differences: str, most_work: float = inf) -> TestResult:
        """Run the test with its differences taken in one way; TooLargeError where that needs too much."""
        run = signed_rank_test if self.test == "signed_rank" else rank_sum_test
        return run(*self.data(differences), procedure, most_work)


def samples(
    study: Study, observations: pd.DataFrame, scale: str | None = None, between: str | None = None
) -> Iterator[Sample]:
    """Yield the data of each test of the study, in table order.

    Parameters
    ----------
    study : Study
    observations : DataFrame
        Tidy observations, all cells text.
    scale : {"level", "score"}, optional
        What the scores are; the outcome's own scale unless given.
    between : {"pre", "post", "change"}, optional
        What the groups are compared on; as the study says unless given.

    Yields
    ------
    Sample
        Levels as 0, 1, ..., the worst first; numbers exactly: 0.1 is a tenth.
    """
    rank = {level: place for place, level in enumerate(study.outcome.level_ids)}
    on_levels = (scale or study.outcome.scale) == "level"
    read = rank.__getitem__ if on_levels else lambda number: Fraction(read_number(number))
    # where a sheet writes 75% as 0.75, so does a program hold it
    fractions = not on_levels and any(sheet.fractions for sheet in study.sheets)
    hold = (lambda score: score / 100) if fractions else (lambda score: score)
    pre, post = (timepoint.id for timepoint in study.compared)
    records: dict[str, dict[str, list[Score | None]]] = {}
    for group, members in participants(study, observations).items():
        records[group] = {
            code: [read(scores[t]) if scores.get(t) else None for t in (pre, post)]
            for code, scores in members.items()
        }
        pairs = [record for record in records[group].values() if None not in record]
        left_out = tuple(code for code, record in records[group].items() if None in record)
        before, after = (tuple(record[i] for record in pairs) for i in (0, 1))
        doubles = tuple(map(hold, before)), tuple(map(hold, after))
        yield Sample("signed_rank", group, "", before, after, left_out, doubles)
    if len(study.groups) < 2:
        return
    between, compared, doubles, left_out = between or study.between, [], [], []
    for group in study.group_ids[:2]:
        pairs = []
        for code, record in records[group].items():
            pair = record if between == "change" else (0, record[between == "post"])
            if None in pair:
                left_out.append(code)
            else:
                pairs.append(pair)
        compared.append(tuple(after - before for before, after in pairs))
        held = (map(hold, scores) for scores in zip(*pairs, strict=True))
        doubles.append(tuple(paired_differences(*held, "binary")) if pairs else ())
    timepoint = {"pre": pre, "post": post}.get(between, "change")
    yield Sample("rank_sum", "", timepoint, *compared, tuple(left_out), tuple(doubles))
