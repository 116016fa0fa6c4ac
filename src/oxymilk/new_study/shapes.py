"""Recognise the shape of a sheet that is not one plain table: blocks, titles, cross-tabulations."""

from __future__ import annotations

from dataclasses import dataclass, field

from oxymilk.ingest.grid import column_letters
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import is_word_of, moment, tokens
from oxymilk.new_study.look import Column, Table
from oxymilk.sheet_words import is_foot
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold


@dataclass(frozen=True)
class Shape:
    """A layout and what was found of it; each layout uses its own attributes.

    Attributes
    ----------
    layout : str
        As study.yaml names it.
    timepoint : str
        Of one_timepoint: pre or post.
    titles : dict
        Of titled: each title, and the id of its group or an empty string.
    blocks : list of tuple
        Of side_by_side: a range of columns, and the text above it.
    participant, scores, starts_anew
        Of side_by_side: headers, and whether the numbers start anew in each block.
    columns, after, total
        Of crosstab: all its columns, the one of the level before first; header and level of those after.
    people : int
        How many participants there are.
    """

    layout: str
    timepoint: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    blocks: list[tuple[str, str]] = field(default_factory=list)
    participant: str = ""
    scores: dict[str, str] = field(default_factory=dict)
    starts_anew: bool = False
    columns: list[Column] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=dict)
    total: str = ""
    people: int = 0


def titles_of(table: Table, answers: Answers) -> dict[str, str]:
    """Return the rows that name a group over a part of the table, when there is one below the header."""
    found = {}
    for row, text in table.titles.items():
        words = set(tokens(text))
        named = [
            one.id for one in answers.groups if any(set(tokens(word)) <= words for word in one.written())
        ]
        if named or any(is_word_of(word, "group") for word in words):
            found[text] = (row, named[0] if len(named) == 1 else "")
    below = [row for row, _ in found.values() if row >= max(table.header_rows)]
    return {text: group for text, (_, group) in found.items()} if below and len(found) > 1 else {}


def blocks_of(table: Table) -> Shape | None:
    """Return the blocks of a sheet whose header repeats: participant, before, after, and again."""
    names = [fold(column.header) for column in table.columns]
    if len(names) < 4 or len(set(names)) == len(names):
        return None
    once = list(dict.fromkeys(names))
    width = len(once)
    parts = [table.columns[at : at + width] for at in range(0, len(names), width)]
    if len(parts) < 2 or any([fold(one.header) for one in part] != once for part in parts):
        return None
    scores: dict[str, str] = {}
    for column in parts[0]:
        if moment(column.header):
            scores.setdefault(moment(column.header), column.header)
    participant = next((one for one in parts[0] if not moment(one.header)), None)
    if participant is None:
        return None
    number = parts[0].index(participant)
    people = [set(part[number].counts()) for part in parts]
    above = table.header_rows[0] - 2
    blocks = []
    for part in parts:
        first, last = part[0].at, part[-1].at
        texts = [table.grid.text(above, at) for at in range(first, last + 1)] if above >= 0 else []
        blocks.append(
            (f"{column_letters(first)}:{column_letters(last)}", next((text for text in texts if text), ""))
        )
    return Shape(
        "side_by_side",
        blocks=blocks,
        participant=participant.header,
        scores={one: scores.get(one, UNDECIDED) for one in ("pre", "post")},
        starts_anew=any(people[0] & other for other in people[1:]),
        people=sum(len(part[number].cells) for part in parts),
    )


def crosstab_of(table: Table, answers: Answers) -> Shape | None:
    """Return a printed cross-tabulation: columns headed by levels that hold counts, a column of levels."""
    after = {one.name: answers.meaning("level", one.header) for one in table.columns}
    after = {name: level for name, level in after.items() if level}
    counted = [one for one in table.columns if one.name in after]
    if len(counted) < 2 or any(one.number_share() < 1 for one in counted):
        return None
    before = [
        one
        for one in table.columns
        if one.name not in after
        and one.cells
        and all(answers.meaning("level", word) for word in one.counts())
    ]
    if len(before) != 1:
        return None
    totals = [one for one in table.columns if is_foot(one.header) and one.number_share() == 1]
    people = sum(int(cell.text) for one in counted for cell in one.cells if cell.text.isdigit())
    total = totals[0].name if totals else ""
    return Shape("crosstab", columns=[before[0], *counted, *totals], after=after, total=total, people=people)
