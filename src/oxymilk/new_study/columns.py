"""Find which column of a table holds what."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, tokens
from oxymilk.new_study.look import Column, Table, number_in
from oxymilk.words import clean, fold

_MOST_LEVELS = 6


class Scores(NamedTuple):
    """The columns of the scores before and after, None where it is open; the columns that could be meant."""

    columns: tuple[Column | None, Column | None]
    fitting: list[Column]
    measured: str = ""


class Visits(NamedTuple):
    """Columns that differ in the number of a visit: the pattern of their names, the columns by number."""

    pattern: str
    columns: dict[str, Column]
    measured: str


class Items(NamedTuple):
    """The items of a checklist: as headers write them, the pattern of each timepoint, all their columns."""

    items: list[str]
    patterns: dict[str, str]
    columns: list[Column]


def find_participant(table: Table, *, repeated: bool = False, joined: bool = False) -> Column | None:
    """Return the column that tells participants apart.

    Parameters
    ----------
    table : Table
        The sheet.
    repeated : bool
        Whether a participant may stand in several rows.
    joined : bool
        Whether other sheets have the same participants: then a running number does not tell who is who.
    """

    def rank(column: Column) -> int | None:
        places = [at for at, one in enumerate(lexicon()["participant"]) if one in column.spellings]
        if places:
            return places[0]
        if column.identifying:
            return 900 if joined else 1000
        return 950 if column.is_word_of("number") else None

    ranked = [(rank(one), one.at, one) for one in table.columns if one.cells and rank(one) is not None]
    for _, _, column in sorted(ranked, key=lambda each: each[:2]):
        if repeated or len(column.counts()) == len(column.cells):
            return column
    return None


def find_group(table: Table, answers: Answers) -> Column | None:
    """Return the column of the groups: its words are theirs, or its header says so."""
    for column in table.columns:
        words = [*column.counts(), *column.labels().values()]
        known = [word for word in words if answers.meaning("group", word)]
        # in a sheet of one group its column says so in every row
        all_known = len(known) == len(words) and column.is_word_of("group")
        if (len(known) >= 2 or (known and all_known)) and len(column.counts()) <= _MOST_LEVELS:
            return column
    named = [
        column
        for column in table.columns
        if column.is_word_of("group") and 1 < len(column.counts()) <= _MOST_LEVELS
    ]
    return named[0] if len(named) == 1 else None


def find_timepoint(table: Table) -> Column | None:
    """Return the column whose cells say before or after, as in a sheet of one row a measurement."""
    for column in table.columns:
        moments = {moment(word) for word in column.counts()}
        if {"pre", "post"} <= moments and len(column.counts()) <= _MOST_LEVELS:
            return column
    return None


def fit(column: Column, answers: Answers) -> int:
    """Return how well the cells of a column fit the outcome: 2 well, 1 perhaps, 0 not at all."""
    cells = [cell for cell in column.cells if not is_word_of(cell.text, "missing")]
    if not cells or column.identifying:
        return 0
    if answers.measured == "number":
        return 2 if column.number_share() > 0.5 and not _other_unit(column, answers) else 0
    known = [
        cell for cell in cells if answers.meaning("level", cell.text) or answers.meaning("level", cell.label)
    ]
    if 2 * len(known) >= len(cells):
        return 2
    return 1 if len(column.counts()) <= _MOST_LEVELS else 0


def _other_unit(column: Column, answers: Answers) -> bool:
    """Say whether the cells of a column have a unit that is not the outcome's: "27 thn" is no volume."""
    units = {fold(number[2]) for cell in column.cells if (number := number_in(cell)) and number[2]}
    return bool(units) and fold(answers.unit) not in units and len(units) == 1


def find_scores(table: Table, answers: Answers, used: set[int] = frozenset()) -> Scores:
    """Return the columns of the scores before and after."""
    free = [one for one in table.columns if one.at not in used and not one.is_word_of("number")]
    best = max((fit(one, answers) for one in free), default=0)
    fitting = [one for one in free if best and fit(one, answers) == best]
    moments = {when: [one for one in fitting if one.moment == when] for when in ("pre", "post")}
    pairs = [
        (pre, post) for pre in moments["pre"] for post in moments["post"] if _measured(pre) == _measured(post)
    ]
    if len(pairs) == 1:
        return Scores(pairs[0], fitting, measured(pairs[0][0], answers))
    if all(len(found) == 1 for found in moments.values()):
        return Scores((moments["pre"][0], moments["post"][0]), fitting, measured(moments["pre"][0], answers))
    return Scores((None, None), fitting)


def score_column(table: Table, answers: Answers, used: set[int]) -> Column | None:
    """Return the one column that fits the outcome, or None when none or several do."""
    free = [one for one in table.columns if one.at not in used and not one.is_word_of("number")]
    best = max((fit(one, answers) for one in free), default=0)
    fitting = [one for one in free if best and fit(one, answers) == best]
    if len(fitting) > 1:
        unit = tokens(answers.unit)
        fitting = [one for one in fitting if unit and unit[0] in tokens(one.header)] or fitting
    return fitting[0] if len(fitting) == 1 else None


def find_visits(table: Table, answers: Answers) -> Visits | None:
    """Return the columns of the outcome at numbered visits: produksi_asi_1, produksi_asi_2; ASI hari 1 (cc)."""
    series: dict[tuple[str, str], dict[str, Column]] = {}
    for column in table.columns:
        for number in re.finditer(r"(?<!\d)\d{1,3}(?!\d)", column.header):
            around = (column.header[: number.start()], column.header[number.end() :])
            if tokens(around[0]):
                series.setdefault(around, {})[number[0]] = column
    fits = {
        around: min(fit(one, answers) for one in columns.values())
        for around, columns in series.items()
        if len(columns) > 1
    }
    best = max(fits.values(), default=0)
    fitting = [around for around, one in fits.items() if best and one == best]
    if len(fitting) != 1:
        return None
    columns = dict(sorted(series[fitting[0]].items(), key=lambda each: int(each[0])))
    before, after = fitting[0]
    return Visits(f"{before}{{visit}}{after}", columns, measured(next(iter(columns.values())), answers))


def find_items(table: Table, one_timepoint: bool = False) -> Items | None:
    """Return the items of a checklist, when the headers before and after differ in the timepoint only."""
    columns = [one for one in table.columns if one.cells and len(one.counts()) <= _MOST_LEVELS]
    if one_timepoint:
        series = {"": [one for one in columns if re.fullmatch(r"\D{0,6}\d{1,2}", one.header)]}
    else:
        series = {when: [one for one in columns if one.moment == when] for when in ("pre", "post")}
    patterns: dict[str, str] = {}
    lists: list[list[str]] = []
    for when, found in series.items():
        if len(found) < 2:
            return None
        names = [one.name for one in found]
        head = re.sub(r"[^\W_]*$", "", _common_start(names)) if not one_timepoint else ""
        patterns[when] = f"{head}{{item}}"
        lists.append([name[len(head) :] for name in names])
    if any(each != lists[0] for each in lists):
        return None
    return Items(lists[0], patterns, [one for found in series.values() for one in found])


def _common_start(names: list[str]) -> str:
    """Return what all names begin with."""
    alike = itertools.takewhile(lambda each: len(set(each)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def measured(column: Column, answers: Answers) -> str:
    """Return what a column is of, when it says so: "Volume ASI (ml) hari 3" is Volume ASI, "Hasil" is nothing."""
    words = re.findall(r"[^\W\d_]+", _measured(column))
    other = {*lexicon()["unnamed"], *lexicon()["visit"], *tokens(answers.unit)}
    return " ".join(word for word in words if fold(word) not in other)


def _measured(column: Column) -> str:
    """Return what a header names beside the timepoint: "Produksi ASI sebelum" is Produksi ASI."""
    words = re.findall(r"[^\W_]+", clean(column.title or column.header))
    times = {*lexicon()["pre"], *lexicon()["post"], *lexicon()["beside"]}
    return " ".join(word for word in words if fold(word) not in times and not word.isdigit())
