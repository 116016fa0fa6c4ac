"""Find which column of a table holds what, and which layout the table has."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from oxymilk.ingest.grid import column_letters
from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import is_word_of, label, lexicon, moment, ordered, say, slug, tokens
from oxymilk.new_study.profile import Column, Table, number_in
from oxymilk.new_study.write import Noted
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import clean, fold, is_foot, same_unit

_MOST_LEVELS = 6
_MOST_CATEGORIES = 8
_TIMES = ("pre", "post")


class Scores(NamedTuple):
    """The columns of the scores before and after, None where it is open; the columns that could be meant."""

    columns: tuple[Column | None, Column | None]
    fitting: list[Column]
    measured: str = ""


class Visits(NamedTuple):
    """Columns that differ in a number: the pattern of their names, what it counts, the columns by number."""

    pattern: str
    counted: str
    columns: dict[str, Column]
    measured: str


class Items(NamedTuple):
    """The items of a checklist: as headers write them, the pattern of each timepoint, all their columns."""

    items: list[str]
    patterns: dict[str, str]
    columns: list[Column]


class Blocks(NamedTuple):
    """Tables side by side: range of columns and the text above each; headers; do the numbers start anew."""

    ranges: list[tuple[str, str]]
    participant: str
    scores: dict[str, str]
    starts_anew: bool
    people: int


class Counts(NamedTuple):
    """A printed cross-tabulation: the column of levels before, header -> level after, the columns of totals."""

    before: Column
    after: dict[str, str]
    columns: list[Column]
    total: str
    people: int


@dataclass(frozen=True)
class Layout:
    """A layout as study.yaml names it, and what was found of it: its timepoint, titles, blocks or counts."""

    name: str
    timepoint: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    blocks: Blocks | None = None
    counts: Counts | None = None


def find_layout(table: Table, answers: Answers, *, alone: bool) -> Layout:
    """Return the layout of a table; `alone` when the study has no other table."""
    if table.grid.transposed:
        return Layout("transposed")
    if counts := find_counts(table, answers):
        return Layout("crosstab", counts=counts)
    if blocks := find_blocks(table):
        return Layout("side_by_side", blocks=blocks)
    both = all(find_scores(table, answers).columns)
    only = "" if alone else moment(table.worksheet or table.file)
    if only and not both:
        return Layout("one_timepoint", timepoint=only)
    if find_timepoint(table):
        return Layout("long")
    if not both and find_visits(table, answers):
        return Layout("visits")
    titles = find_titles(table, answers)
    if titles and find_group(table, answers) is None and len(answers.groups) > 1:
        return Layout("titled", titles=titles)
    return Layout("wide")


def find_participant(table: Table, *, repeated: bool = False, joined: bool = False) -> Column | None:
    """Return the column that tells participants apart.

    Parameters
    ----------
    table : Table
        The sheet.
    repeated : bool
        Whether a participant may be in several rows.
    joined : bool
        Whether other sheets have the same participants: then a running number does not tell who is who.
    """
    ranked: list[tuple[int, int, Column]] = []
    for column in table.columns:
        places = [at for at, word in enumerate(lexicon()["participant"]) if word in column.spellings]
        if column.cells and places:
            ranked.append((places[0], column.at, column))
        elif column.cells and column.identifying:
            ranked.append((900 if joined else 1000, column.at, column))
        elif column.cells and column.is_word_of("number"):
            ranked.append((950, column.at, column))
    candidates = (column for _, _, column in sorted(ranked, key=lambda entry: entry[:2]))
    return next((key for key in candidates if repeated or len(key.counts()) == len(key.cells)), None)


def find_group(table: Table, answers: Answers) -> Column | None:
    """Return the column of the groups: its words are theirs, or its header says so."""
    few = [column for column in table.columns if len(column.counts()) <= _MOST_LEVELS]
    for column in few:
        words = [*column.counts(), *column.labels().values()]
        known = [word for word in words if answers.meaning("group", word)]
        # in a sheet of one group its column says so in every row
        if len(known) >= 2 or (known and len(known) == len(words) and column.is_word_of("group")):
            return column
    named = [column for column in few if column.is_word_of("group") and len(column.counts()) > 1]
    return named[0] if len(named) == 1 else None


def find_timepoint(table: Table) -> Column | None:
    """Return the column whose cells say before or after, as in a sheet of one row a measurement."""
    for column in table.columns:
        if set(_TIMES) <= set(map(moment, column.counts())) and len(column.counts()) <= _MOST_LEVELS:
            return column
    return None


def fit(column: Column, answers: Answers) -> int:
    """Return how well the cells of a column fit the outcome: 2 well, 1 perhaps, 0 not at all."""
    cells = [cell for cell in column.cells if not is_word_of(cell.text, "missing")]
    if not cells or column.identifying:
        return 0
    if answers.measured == "number":
        # "27 thn" is no volume
        units = {fold(number[2]) for cell in column.cells if (number := number_in(cell)) and number[2]}
        other_unit = len(units) == 1 and fold(answers.unit) not in units
        return 2 if column.number_share() > 0.5 and not other_unit else 0
    known = sum(bool(answers.meaning("level", cell.text, cell.label)) for cell in cells)
    if 2 * known >= len(cells):
        return 2
    return 1 if len(column.counts()) <= _MOST_LEVELS else 0


def _best_fitting(table: Table, answers: Answers, used: set[int]) -> list[Column]:
    """Return the columns without another use that fit the outcome best."""
    fits = {
        column.at: fit(column, answers)
        for column in table.columns
        if column.at not in used and not column.is_word_of("number")
    }
    best = max(fits.values(), default=0)
    return [column for column in table.columns if best and fits.get(column.at) == best]


def find_scores(table: Table, answers: Answers, used: set[int] = frozenset()) -> Scores:
    """Return the columns of the scores before and after."""
    fitting = _best_fitting(table, answers, used)
    before, after = ([column for column in fitting if column.moment == when] for when in _TIMES)
    pairs = [(pre, post) for pre in before for post in after if _named(pre) == _named(post)]
    if len(pairs) != 1 and len(before) == len(after) == 1:
        pairs = [(before[0], after[0])]
    if len(pairs) == 1:
        return Scores(pairs[0], fitting, measured(pairs[0][0], answers))
    return Scores((None, None), fitting)


def score_column(table: Table, answers: Answers, used: set[int]) -> Column | None:
    """Return the one column that fits the outcome, or None when none or several do."""
    fitting = _best_fitting(table, answers, used)
    if len(fitting) > 1:
        unit = tokens(answers.unit)
        fitting = [column for column in fitting if unit and unit[0] in tokens(column.header)] or fitting
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
        around: min(fit(column, answers) for column in columns.values())
        for around, columns in series.items()
        if len(columns) > 1
    }
    fitting = [around for around, score in fits.items() if score and score == max(fits.values())]
    if len(fitting) != 1:
        return None
    columns = dict(sorted(series[fitting[0]].items(), key=lambda visit: int(visit[0])))
    before, after = fitting[0]
    # the last word before the number says what it counts: day, week, else visit
    words, known = reversed(tokens(before)), lexicon()["visits"]
    counted = next((visit["id"] for word in words for visit in known if word in visit["words"]), "visit")
    first = next(iter(columns.values()))
    return Visits(f"{before}{{visit}}{after}", counted, columns, measured(first, answers))


def find_items(table: Table, *, one_timepoint: bool = False) -> Items | None:
    """Return the items of a checklist, when the headers before and after differ in the timepoint only."""
    columns = [column for column in table.columns if column.cells and len(column.counts()) <= _MOST_LEVELS]
    if one_timepoint:
        series = {"": [column for column in columns if re.fullmatch(r"\D{0,6}\d{1,2}", column.header)]}
    else:
        series = {when: [column for column in columns if column.moment == when] for when in _TIMES}
    if any(len(columns) < 2 for columns in series.values()):
        return None
    names = {when: [column.name for column in columns] for when, columns in series.items()}
    # "Pre_isap", "Pre_urin" begin with "Pre_"; a word that they have in part is the item's
    heads = {
        when: "" if one_timepoint else re.sub(r"[^\W_]*$", "", _common_start(names[when])) for when in series
    }
    items = [[name.removeprefix(heads[when]) for name in names[when]] for when in series]
    if any(other != items[0] for other in items):
        return None
    patterns = {when: f"{head}{{item}}" for when, head in heads.items()}
    return Items(items[0], patterns, list(itertools.chain(*series.values())))


def _common_start(names: list[str]) -> str:
    """Return what all names begin with."""
    alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def find_titles(table: Table, answers: Answers) -> dict[str, str]:
    """Return the rows that name a group over a part of the table, when there is one below the header.

    A title has the id of the group that its words name, or the empty string.
    """
    titles: dict[str, str] = {}
    below = False
    for row, text in table.titles.items():
        words = set(tokens(text))
        named = [
            group.id
            for group in answers.groups
            if any(set(tokens(word)) <= words for word in group.written())
        ]
        if named or any(is_word_of(word, "group") for word in words):
            titles[text] = named[0] if len(named) == 1 else ""
            below = below or row >= max(table.header_rows)
    return titles if below and len(titles) > 1 else {}


def find_blocks(table: Table) -> Blocks | None:
    """Return the blocks of a sheet whose header repeats: participant, before, after, and again."""
    names = [fold(column.header) for column in table.columns]
    once = list(dict.fromkeys(names))
    width = len(once)
    if len(names) < 4 or width == len(names) or once * (len(names) // width) != names:
        return None
    parts = [table.columns[at : at + width] for at in range(0, len(names), width)]
    headers = [column.header for column in parts[0]]
    number = next((at for at, header in enumerate(headers) if not moment(header)), None)
    if number is None:
        return None
    people = [set(part[number].counts()) for part in parts]
    above = table.header_rows[0] - 2
    ranges = []
    for part in parts:
        first, last = part[0].at, part[-1].at
        texts = [table.grid.text(above, at) for at in range(first, last + 1)] if above >= 0 else []
        title = next(filter(None, texts), "")
        ranges.append((f"{column_letters(first)}:{column_letters(last)}", title))
    return Blocks(
        ranges,
        headers[number],
        {when: next((header for header in headers if moment(header) == when), UNDECIDED) for when in _TIMES},
        any(people[0] & other for other in people[1:]),
        sum(len(part[number].cells) for part in parts),
    )


def find_counts(table: Table, answers: Answers) -> Counts | None:
    """Return a printed cross-tabulation: columns headed by levels that hold counts, a column of levels."""
    levels = {column.at: answers.meaning("level", column.header) for column in table.columns}
    counted = [column for column in table.columns if levels[column.at]]
    if len(counted) < 2 or any(column.number_share() < 1 for column in counted):
        return None
    before = [
        column
        for column in table.columns
        if not levels[column.at]
        and column.cells
        and all(answers.meaning("level", word) for word in column.counts())
    ]
    if len(before) != 1:
        return None
    totals = [column for column in table.columns if is_foot(column.header) and column.number_share() == 1]
    return Counts(
        before[0],
        {column.name: levels[column.at] for column in counted},
        [before[0], *counted, *totals],
        totals[0].name if totals else "",
        sum(int(cell.text) for column in counted for cell in column.cells if cell.text.isdigit()),
    )


def characteristic_of(
    column: Column, known: dict[str, Any], language: str
) -> tuple[dict[str, Any], Any] | None:
    """Return the keys of a characteristic of Table 1 and its source in the sheet; None when its cells do not say.

    Numbers are proposed as numbers, words as levels in their usual order, else as they were met. Codes whose words
    the file does not tell are left alone: what they mean, only the user can say.
    """
    labels = column.labels()
    numbers = [number for cell in column.cells if (number := number_in(cell))]
    if not column.cells:
        return None
    if "numbers" in known and not labels and len(numbers) == len(column.cells):
        units = {number[2] for number in numbers if number[2]}
        # the sheet's own unit, unless it is a spelling of the usual one, whose name is known in both languages
        own = units.pop() if len(units) == 1 else ""
        unit = own if own and not same_unit(own, known["unit"][language]) else known["unit"]
        decimals = max(len(number[1].replace(",", ".").partition(".")[2]) for number in numbers)
        seen = Noted(str(decimals), say("seen.characteristic_number", language))
        return {"kind": "number", "unit": unit, "decimals": seen}, column.name
    words = {word: labels.get(word, word) for word in column.counts()}
    codes = any(word.replace(".", "").isdigit() for word in words.values())
    if codes or len(words) > _MOST_CATEGORIES or any(map(identifies, words.values())):
        return None
    usual = [fold(name) for name in ordered(list(words.values()))]
    if usual:
        words = dict(sorted(words.items(), key=lambda entry: usual.index(fold(entry[1]))))
    ids = {word: slug(name, f"{known['id']}_{at}") for at, (word, name) in enumerate(words.items(), start=1)}
    if len(set(ids.values())) < len(ids):
        return None
    levels = [{"id": ids[word], "label": label(name)[0]} for word, name in words.items()]
    seen = say(f"seen.characteristic_{'ordered' if usual else 'levels'}", language)
    return {"levels": Noted(levels, seen)}, {"column": column.name, "codes": ids}


def measured(column: Column, answers: Answers) -> str:
    """Return what a column is of, when it says so: "Volume ASI (ml) hari 3" is Volume ASI, "Hasil" is nothing."""
    words = re.findall(r"[^\W\d_]+", _named(column))
    other = {*lexicon()["unnamed"], *lexicon()["visit"], *tokens(answers.unit)}
    return " ".join(word for word in words if fold(word) not in other)


def _named(column: Column) -> str:
    """Return what a header names beside the timepoint: "Produksi ASI sebelum" is Produksi ASI."""
    words = re.findall(r"[^\W_]+", clean(column.title or column.header))
    times = {*lexicon()["pre"], *lexicon()["post"], *lexicon()["beside"]}
    return " ".join(word for word in words if fold(word) not in times and not word.isdigit())
