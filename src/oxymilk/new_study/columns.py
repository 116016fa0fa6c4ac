"""Find which column of a table holds what: participant, group, scores, visits, characteristics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from oxymilk.ingest.privacy import identifies, may_be_shown
from oxymilk.ingest.scores import decimal_mark_of
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import is_word_of, label, lexicon, ordered, say, slug, tokens
from oxymilk.new_study.profile import Column, Table, count_words, number_in
from oxymilk.new_study.write import Noted, ProposedStudy
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import clean, fold, same_unit

# a column of groups, timepoints, levels or answers has no more different words
MOST_LEVELS = 6
_MOST_CATEGORIES = 8
_MOST_WORDS = 12
TIMES = ("pre", "post")


class Visits(NamedTuple):
    """Columns that differ in a number: the pattern of their names, what it counts, the columns by number."""

    pattern: str
    counted: str
    columns: dict[str, Column]


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
    ranked: list[tuple[int, Column]] = []
    for column in table.columns:
        places = [at for at, word in enumerate(lexicon()["participant"]) if word in column.spellings]
        if places:
            ranked.append((places[0], column))
        elif column.identifying:
            ranked.append((900 if joined else 1000, column))
        elif column.is_word_of("number"):
            ranked.append((950, column))
    for _, column in sorted(ranked, key=lambda entry: entry[0]):
        if column.cells and (repeated or len(column.counts()) == len(column.cells)):
            return column
    return None


def find_group(table: Table, answers: Answers) -> Column | None:
    """Return the column of the groups: its words are theirs, or its header says so."""
    few = [column for column in table.columns if len(column.counts()) <= MOST_LEVELS]
    for column in few:
        words = [*column.counts(), *column.labels().values()]
        known = [word for word in words if answers.meaning("group", word)]
        # in a sheet of one group its column says so in every row
        if len(known) >= 2 or (known and len(known) == len(words) and column.is_word_of("group")):
            return column
    named = [column for column in few if column.is_word_of("group") and len(column.counts()) > 1]
    return named[0] if len(named) == 1 else None


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
    return 1 if len(column.counts()) <= MOST_LEVELS else 0


def find_scores(
    table: Table, answers: Answers, used: set[int] = frozenset(), *, single: bool = False
) -> tuple[list[Column], list[Column]]:
    """Return the columns of the scores, and all that could be meant.

    Parameters
    ----------
    table : Table
        The sheet.
    answers : Answers
        What was measured.
    used : set of int
        The places of columns that have another use.
    single : bool
        Whether one column holds all scores; else one holds those before and one those after.

    Returns
    -------
    list of Column
        Before and after, or the single one; empty when it is open.
    list of Column
        Those that fit the outcome best.
    """
    fits = {
        column.at: fit(column, answers)
        for column in table.columns
        if column.at not in used and not column.is_word_of("number")
    }
    best = max(fits.values(), default=0)
    fitting = [column for column in table.columns if best and fits.get(column.at) == best]
    if single:
        unit = tokens(answers.unit)[:1]
        of_unit = [column for column in fitting if unit and unit[0] in tokens(column.header)]
        candidates = [[column] for column in (of_unit or fitting)]
    else:
        before, after = ([column for column in fitting if column.moment == when] for when in TIMES)
        pairs = [[pre, post] for pre in before for post in after]
        candidates = [pair for pair in pairs if len(set(map(_named, pair))) == 1]
        candidates = candidates if len(candidates) == 1 else pairs
    return candidates[0] if len(candidates) == 1 else [], fitting


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
    return Visits(f"{before}{{visit}}{after}", counted, columns)


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


@dataclass
class SheetColumns:
    """What study.yaml says of the columns of a sheet; `known` words name nobody, columns `used` have a use already."""

    table: Table
    answers: Answers
    language: str
    study: ProposedStudy
    known: frozenset[str]
    used: set[int] = field(default_factory=set)

    def note(self, key: str, **values: object) -> str:
        """Return a comment on what was seen."""
        return say(f"seen.{key}", self.language, **values)

    def use(self, *columns: Column | None) -> None:
        """Note that columns have a use."""
        self.used |= {column.at for column in columns if column is not None}

    # ---- what cells mean ----

    def meaning(self, columns: list[Column]) -> dict[str, Any]:
        """Return the keys of a sheet that say what the cells of its score columns mean.

        Codes of levels, else the decimal mark; and the words for no value. The most decimals are noted in the study.
        """
        keys: dict[str, Any] = {}
        cells = [cell for column in columns for cell in column.cells]
        if self.answers.measured == "levels":
            labels = {cell.text: cell.label for cell in cells if cell.label}
            # what the file itself declares as missing needs no word
            counts = count_words(cell for cell in cells if cell.kind != "missing")
            missing = [
                word
                for word in counts
                if (is_word_of(word, "missing") or is_word_of(labels.get(word, ""), "missing"))
                and not self.answers.meaning("level", word, labels.get(word, ""))
            ]
            words = {word: count for word, count in counts.items() if word not in missing}
            if len(words) > _MOST_WORDS:
                keys["codes"] = Noted({UNDECIDED: UNDECIDED}, self.note("many_words", count=len(words)))
            elif words:
                keys["codes"] = self.codes(words, "level", labels)
        else:
            missing = list(dict.fromkeys(cell.text for cell in cells if is_word_of(cell.text, "missing")))
            mark, unclear = decimal_mark_of(cells)
            if unclear:
                keys["decimal_mark"] = Noted(UNDECIDED, self.note("mark_open"))
            elif mark and any(cell.kind != "number" and set(",.") & set(cell.text) for cell in cells):
                keys["decimal_mark"] = Noted(mark, self.note("mark"))
            # the digits after each mark, "4,25 ml" has two
            parts = [part for cell in cells for mark in ",." for part in cell.text.split(mark)[1:]]
            decimals = [len(word) for part in parts for word in tokens(part)[:1] if word.isdigit()]
            self.study.decimals = max([self.study.decimals, *decimals])
        if missing:
            keys["missing"] = Noted(tuple(missing), self.note("missing"))
        return keys

    def codes(self, words: dict[str, Any], what: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the codes of words for groups or levels; a word whose meaning is open is noted as undecided.

        `words` are word -> how often it was seen, or of a title the id of the group that a word in it names.
        """
        codes: dict[str, Any] = {}
        labels = labels or {}
        for word, count in words.items():
            label = labels.get(word, "")
            # what occurs once and may be a name is for check-study to tell, by its cell
            if count == 1 and not may_be_shown(f"{word} {label}", self.known):
                continue
            meaning = self.answers.meaning(what, word, label) or (count if isinstance(count, str) else "")
            note = self.note("title") if isinstance(count, str) else self.note("times", count=count)
            if label:
                note = self.note("labelled", label=label)
            if not meaning:
                note += self.note(f"which_{what}", legal=self.answers.legal(what))
                self.study.undecided.append((what, word))
            codes[word] = Noted(meaning or UNDECIDED, note)
        return codes

    def values(self, column: Column) -> str:
        """Return what a column holds, in words: a few values, a range, or how many there are."""
        counts, known = column.counts(), self.known
        titled = self.note("titled", title=column.title) if column.title else ""
        if column.identifying or len(counts) > 8 or not all(may_be_shown(word, known) for word in counts):
            numbers = column.number_share() > 0.8 and len(counts) > 5
            return self.note("numbers" if numbers else "different", count=len(counts)) + titled
        values = ", ".join(f"{word} ({count})" for word, count in counts.items())
        return self.note("values", values=values) + titled

    # ---- Table 1 ----

    def characteristics(self) -> dict[str, Any]:
        """Return the columns of the characteristics that headers name; the study gets their declarations."""
        sources = {}
        for known in lexicon()["characteristics"]:
            columns = (column for column in self.table.columns if column.at not in self.used)
            column = next((column for column in columns if column.spellings & set(known["headers"])), None)
            characteristic = characteristic_of(column, known, self.language) if column else None
            if characteristic is None:
                continue
            keys, sources[known["id"]] = characteristic
            self.use(column)
            if known["id"] not in (declared["id"] for declared in self.study.characteristics):
                self.study.characteristics.append({"id": known["id"], "label": known["label"], **keys})
        return sources
