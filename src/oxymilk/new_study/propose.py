"""Propose how the sheets of a study are to be read, from what was seen in them.

Nothing is decided here that the sheet does not show: what is open is written as `???`, and what was seen
is written beside each proposal. Values of columns that identify persons are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any

from oxymilk.ingest.privacy import keys_identify, known_words, may_be_shown
from oxymilk.ingest.scores import decimal_mark_of, minutes_of
from oxymilk.new_study import lexicon as lex
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.legends import answers_of, find_items
from oxymilk.new_study.other_layouts import OtherLayouts
from oxymilk.new_study.profile import Column, Table
from oxymilk.new_study.write import Noted, ProposedStudy, characteristic_of
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold, is_unit, nearest, unit_of_header

_MOST_WORDS = 12
# layouts without characteristics of participants
_WITHOUT_CHARACTERISTICS = ("transposed", "side_by_side", "crosstab")


def propose(tables: list[Table], answers: Answers, language: str) -> ProposedStudy:
    """Propose the sheets of a study.

    Parameters
    ----------
    tables : list of Table
        What `look` found, in the order of the files.
    answers : Answers
        What the user said.
    language : {'en', 'id'}
        The language of the comments.

    Returns
    -------
    ProposedStudy
        With as many sheets as tables.
    """
    study = ProposedStudy()
    # the words of the groups and levels name nobody
    known = known_words(word for named in (*answers.groups, *answers.levels) for word in named.words)
    # where worksheets name all groups, one that names none is of a group that is left out
    groups = {table: group for table in tables if (group := answers.group_of(table.worksheet))}
    own = [*groups] if len(answers.groups) == len({*groups.values()}) else tables
    for table in own:
        study.sheets.append(_Proposer(table, own, answers, language, study, known).sheet())
    return study


@dataclass
class _Proposer(OtherLayouts):
    """Proposes one sheet, of several `tables`, and notes in `study` what the rest of study.yaml needs to know.

    A key that is None is not written.
    """

    table: Table
    tables: list[Table]
    answers: Answers
    language: str
    study: ProposedStudy
    # words that name nobody
    known: frozenset[str]
    # the columns that have a use
    used: set[Column] = field(default_factory=set)
    layout: str = ""
    # the timepoint of all rows, else the columns of timepoints, or the columns of visits; the titles that name groups
    only: str = ""
    times: list[Column] = field(default_factory=list)
    visits: tuple[str, dict[str, Column]] | None = None
    titles: dict[str, str] = field(default_factory=dict)

    def note(self, key: str, **values: object) -> str:
        """Return a comment on what was seen."""
        return lex.say(f"seen.{key}", self.language, **values)

    def noted(self, value: Any, key: str, **values: object) -> Noted | None:
        """Return a value with a comment on what was seen; None when it is empty."""
        return Noted(value, self.note(key, **values)) if value else None

    def sheet(self) -> dict[str, Any]:
        """Return the sheet as study.yaml declares it."""
        table, noted = self.table, self.noted
        other_layout = {} if table.grid.transposed else self._crosstab() or self._side_by_side()
        keys = other_layout or self._rows()
        has_characteristics = self.used and self.layout not in _WITHOUT_CHARACTERISTICS
        characteristics = self._characteristics() if has_characteristics else {}
        rows = tuple(map(str, table.header_rows))
        row = rows if len(rows) > 1 else rows[0]
        free = (column for column in table.columns if column not in self.used)
        rest = sorted((column for column in free if not column.names_persons), key=attrgetter("identifying"))
        dropped = ", ".join(column.name for column in rest if column.identifying)
        without_use = self.note("dropped" if dropped else "ignored", columns=dropped)
        return {
            "file": table.file,
            "worksheet": table.worksheet or None,
            "encoding": noted(table.encoding.removeprefix("utf-8"), "encoding"),
            "delimiter": self.answers.delimiter or None,
            "layout": noted(self.layout, f"layout_{self.layout}"),
            "header_row": noted(row, "header_row", row=" + ".join(rows)) if row != "1" else None,
            "last_row": noted(str(table.last_row or ""), "last_row"),
            **keys,
            "skip": noted(table.totals, "skip"),
            "characteristics": characteristics or None,
            "ignore": Noted(tuple(chain(*(column.names for column in rest))), without_use) if rest else None,
        }

    # ---- one row a participant or measurement ----

    def _rows(self) -> dict[str, Any]:
        """Return the keys of a sheet of which each row, or column, is a participant or measurement."""
        table, answers, noted = self.table, self.answers, self.noted
        both, _ = table.find_scores(answers)
        may_be_titled = len(answers.groups) > 1 and table.find_group(answers) is None
        if table.grid.transposed:
            self.layout = "transposed"
        elif len(self.tables) > 1 and not both and (only := lex.moment(table.worksheet or table.file)):
            self.layout, self.only = "one_timepoint", only
        elif times := table.find_times():
            self.layout, self.times = "long", times
        elif not both and (visits := table.find_visits(answers)):
            self.layout, self.visits = "visits", visits
        else:
            self.layout = "wide"
        if self.layout in ("wide", "visits") and may_be_titled and (titles := table.find_titles(answers)):
            self.layout, self.titles = "titled", titles
        only = noted({"only": self.only} if self.only else {}, "only")
        keys = {"participant": self._participant(), "group": self._group()}
        keys["timepoint"] = self._timepoint() if self.times else only
        return keys | (self._items() or self._scores())

    def _timepoint(self) -> dict[str, Any]:
        """Return the columns of the timepoints and what their words mean; the timepoints are noted in the study."""
        counted, words = lex.counted_by(self.times[0].header), {}
        for cell in chain.from_iterable(column.cells for column in self.times):
            words.setdefault(cell.row, []).append(cell.text)
        whole = (parts for parts in words.values() if len(parts) == len(self.times))
        counts = lex.count_words(map(" > ".join, whole))
        days = enumerate(lex.in_order_of_days(counts), start=1)
        # by word what it is ordered by, and the id
        ids: dict[str, tuple[Any, str]] = {word: (at, f"visit_{at}") for at, word in days}
        for word in counts if not ids else ():
            order, names = zip(*(lex.timepoint_of(part, counted) for part in word.split(" > ")), strict=True)
            ids[word] = (order, "_".join(names) if all(names) else UNDECIDED)
        known = list(dict.fromkeys(name for _, name in sorted(ids.values()) if name != UNDECIDED))
        self.study.timepoints = known if len(known) > 2 else list(lex.TIMES)
        named = dict(zip(known, self.study.timepoints, strict=False))
        means = {word: named.get(name, UNDECIDED) for word, (_, name) in ids.items()}
        codes = {word: self.noted(when, "times", count=counts[word]) for word, when in means.items()}
        self.used.update(self.times)
        columns = dict(zip(("column", "session"), map(self._column, self.times), strict=False))
        return columns | {"codes": codes}

    def _visits(self, numbers: Iterable[str], pattern: str, note: str) -> dict[str, Any]:
        """Return the keys of columns of numbered visits; the timepoints are noted in the study."""
        counted = lex.counted_by(pattern.partition("{")[0])
        ids = [f"{counted}_{lex.number_of(number) or at}" for at, number in enumerate(numbers, start=1)]
        self.study.timepoints = list(lex.TIMES) if len(ids) == 2 else ids
        visits = dict(zip(numbers, self.study.timepoints, strict=True))
        return {"score": Noted(pattern, note), "visits": visits}

    def _participant(self) -> Noted:
        """Return what tells participants apart: a column, or the row where numbers start anew in each sheet."""
        answers, repeated = self.answers, bool(self.times or self.titles)
        group = None if repeated else self.table.find_group(answers)
        column = self.table.find_participant(repeated=repeated, joined=bool(self.only), group=group)
        if column is None:
            return self.noted({"column": UNDECIDED}, "participant_open")
        words = set(map(fold, column.counts))
        # the tables that have a column of the same name with some of the same words, this one too
        group_of = {
            table: answers.group_of(table.name) for table in self.tables for other in table.columns
            if fold(other.header) == fold(column.header) and not words.isdisjoint(map(fold, other.counts))
        }  # fmt: skip
        own = group_of[self.table]
        if self.layout in ("wide", "visits") and column.is_word_of("number"):
            # tables of the same group that have all scores have different participants
            whole = [
                table for table, group in group_of.items()
                if group == own and (table.find_scores(answers)[0] or table.find_visits(answers))
            ]  # fmt: skip
            if self.table in whole and len(whole) > 1:
                return self.noted({"by_row": True}, "participant_by_row", column=column.name)
        self.used.add(column)
        value, count = {"column": column.name}, len(column.counts)
        is_person = column.identifying or keys_identify(column.counts, self.known)
        value |= {"identifying": True} if is_person else {}
        note = self.note("participant_identifying" if is_person else "participant", count=count)
        starts_anew = count < len(column.cells) if self.titles else bool(group) and column.recurs
        if starts_anew or (own and not {own, ""}.issuperset(group_of.values())):
            value["per_group"] = True
            note += "; " + self.note("participant_per_group")
        return Noted(value, note)

    def _group(self) -> Noted | None:
        """Return what tells the groups apart; None where another sheet of the same participants does."""
        table, groups = self.table, self.answers.groups
        if self.titles:
            return self._coded("titles", self.titles, {})
        if (column := table.find_group(self.answers)) and (len(groups) > 1 or len(column.counts) > 1):
            self.used.add(column)
            coded = self._coded("codes", column.counts, column.labels)
            return coded._replace(value={"column": self._column(column)} | coded.value)
        if len(groups) == 1:
            return Noted({"only": groups[0].id})
        if len(self.tables) > 1 and (group := self.answers.group_of(table.name)):
            return self.noted({"only": group}, "only")
        prefixes = table.find_prefixes()
        if any(self.answers.meaning("group", word) for word in prefixes):
            coded, source = self._coded("codes", prefixes, {}), table.find_participant(repeated=True).name
            return coded._replace(value={"column": source, "prefix": True} | coded.value)
        others = (sheet["group"].value for sheet in self.study.sheets if sheet.get("group"))
        if self.only and any("column" in other for other in others):
            return None
        return self.noted({"column": UNDECIDED}, "group_open")

    def _coded(self, key: str, words: Mapping[str, int | str], labels: dict[str, str]) -> Noted:
        """Return the codes or titles of the groups, and the words of those that are left out."""
        codes = self._codes("group", words, labels)
        known = {word for group in self.answers.groups for word in group.words if len(word) > 2}
        # when each group is found, a word that is no slip of theirs is another group
        all_found = {group.id for group in self.answers.groups} <= {noted.value for noted in codes.values()}
        others = [
            word for word, noted in codes.items() if noted.value == UNDECIDED and (
                fold(word) in self.answers.left_out or (all_found and words[word] != 1 and not nearest(word, known))
            )
        ]  # fmt: skip
        self.study.undecided = [(what, word) for what, word in self.study.undecided if word not in others]
        kept = {word: noted for word, noted in codes.items() if word not in others}
        return Noted({key: kept} | ({"leave_out": self.noted(tuple(others), "left_out")} if others else {}))

    def _items(self) -> dict[str, Any]:
        """Return the keys of the items of a checklist, whose headers before and after differ in the timepoint only."""
        if self.answers.measured != "checklist":
            return {}
        items, series, patterns, totals = find_items(self.table, of_one_timepoint=bool(self.only))
        if not items:
            return {}
        columns = list(chain(*series.values()))
        self.used.update(columns, totals.values())
        words = list(dict.fromkeys(word for column in columns for word in column.counts))
        missing = tuple(word for word in words if lex.is_word_of(word, "missing"))
        self.study.items = items
        self.study.answers_seen = answers_of(words, self.table.legends, series, totals)
        seen = self.note("items", count=len(items), items=", ".join(items))
        noted = {when: Noted(pattern, seen) for when, pattern in patterns.items()}
        scores = {"score": noted[""]} if self.only else {"scores": noted}
        if not {*series} <= {*lex.TIMES, ""}:
            self.layout = "visits"
            pattern = next(iter(patterns.values()))
            scores = self._visits(list(series), pattern, seen)
        names = {when: column.name for when, column in totals.items()}
        total = self.noted(names.get("", names), "total")
        return scores | {"total": total, "missing": missing or None}

    def _scores(self) -> dict[str, Any]:
        """Return the keys of the score columns and of what their cells mean."""
        table, answers, study = self.table, self.answers, self.study
        if self.visits:
            pattern, by_number = self.visits
            columns = telling = list(by_number.values())
            note = self.note("visits", columns=", ".join(column.name for column in columns))
            keys = self._visits(list(by_number), pattern, note)
            if self.titles:
                named = map(self._column, columns)
                keys = {"scores": dict(zip(keys["visits"].values(), named, strict=True))}
        else:
            single = bool(self.only or self.times)
            columns, fitting = table.find_scores(answers, self.used, single=single)
            sessions = {} if single or columns else lex.sessions_of(fitting)
            columns, study.timepoints = columns or [*sessions.values()], [*sessions] or study.timepoints
            likely = [column for column in table.columns if column not in self.used] if single else fitting
            listed = ", ".join(column.name for column in likely) or "-"
            undecided = self.noted(UNDECIDED, "column_open", columns=listed)
            noted = list(map(self._column, columns)) or [undecided] * 2
            times = sessions or lex.TIMES
            keys = {"score": noted[0]} if single else {"scores": dict(zip(times, noted, strict=True))}
            # which of them it is is open; what their words mean is not
            telling = columns or [column for column in fitting if not single and column.fit(answers) > 1]
        self.used.update(columns)
        if columns and not study.outcome:
            # "Volume ASI (ml) hari 3" is of Volume ASI, "Hasil" of nothing
            words = lex.without(re.findall(r"[^\W\d_]+", columns[0].beside_moment), "unnamed", "visit")
            words = (word for word in words if fold(word) not in lex.tokens(answers.unit))
            study.outcome = " ".join(word for word in words if not lex.number_of(word))
        return keys | self._meanings(telling)

    # ---- what cells mean ----

    def _meanings(self, columns: list[Column]) -> dict[str, Any]:
        """Return the keys that say what cells of scores mean: codes of levels, else marks of numbers; no value."""
        cells = [cell for column in columns for cell in column.cells]
        labels = {cell.text: cell.label for cell in cells if cell.label}
        # what the file itself declares as missing needs no word
        words = lex.count_words(cell.text for cell in cells if cell.kind != "missing")
        keys, texts = {}, {word: (word, labels.get(word, "")) for word in words}
        missing = tuple(
            word for word, both in texts.items()
            if (fold(word) in self.answers.left_out or any(lex.is_word_of(text, "missing") for text in both))
            and not self.answers.meaning("level", *both) and not (word in lex.WORDS["signs"] and "+" in words)
        )  # fmt: skip
        words = {word: count for word, count in words.items() if word not in missing}
        # each word heads a column of ticks, also one without ticks
        words = dict.fromkeys(chain(*(column.ticks for column in columns)), 0) | words
        missing += tuple({column.unticked: 0 for column in columns if column.unticked})
        self.study.words += [labels.get(word) or word for word in words]
        if self.answers.measured == "levels":
            if len(words) > _MOST_WORDS:
                keys["codes"] = self.noted({UNDECIDED: UNDECIDED}, "many_words", count=len(words))
            elif words:
                keys["codes"] = self._codes("level", words, labels)
        elif any(column.has_times for column in columns):
            self.study.unit, keys["time_format"] = "menit", "hours_minutes"
            times = filter(None, (minutes_of(cell.text) for cell in cells))
            self.study.numbers.update(f"{float(time):.15g}" for time in times)
        else:
            headers = [column.header for column in columns]
            last = (word for header in headers for word in lex.tokens(header)[-1:] if is_unit(word))
            in_brackets = map(unit_of_header, (*headers, *self.table.titles.values()))
            unit = next(chain(filter(None, in_brackets), last), "")
            # of a head in capitals
            words = {*chain(*map(lex.tokens, headers))}
            counted = (of["unit"][self.language] for of in lex.WORDS["counted"] if words & {*of["words"]})
            written = {fold(number[2]) for column in columns for number in column.numbers if number[2]}
            of_cells = written.pop() if len(written) == 1 else ""
            unit = unit or of_cells or next(counted, "")
            self.study.unit = unit.lower() if unit.isupper() and len(unit) > 1 else unit
            mark, unclear = decimal_mark_of(cells)
            number = unclear[0].text if len(unclear) == 1 else ""
            sign, self.study.unclear = "," if "," in number else ".", self.study.unclear or number
            both = next(filter(None, (lex.BOTH_MARKS.fullmatch(cell.text) for cell in cells)), None)
            if both:
                keys["thousands_mark"] = self.noted(sign := "." if both["comma"] else ",", "mark")
            elif number and self.answers.mark:
                keys[f"{self.answers.mark}_mark"] = self.noted(sign, "mark_said", number=number)
            elif unclear:
                keys["decimal_mark"] = self.noted(UNDECIDED, "mark_open")
            elif any(cell.kind != "number" and set(",.") & set(cell.text) for cell in cells):
                keys["decimal_mark"] = self.noted(mark, "mark")
            thousands = sign if "thousands_mark" in keys else " "
            self.study.numbers.update(cell.text.replace(thousands, "") for cell in cells if not labels)
        return keys | {"missing": self.noted(missing, "missing")}

    def _codes(self, what: str, words: Mapping[str, int | str], labels: dict[str, str]) -> dict[str, Any]:
        """Return the codes of words for groups or levels; a word whose meaning is open is noted as undecided."""
        codes: dict[str, Any] = {}
        # how often a word was seen, or of a title the id of the group that a word in it names
        for word, seen in words.items():
            its_label = labels.get(word, "")
            # what occurs once and may be a name is for check-study to tell, by its cell
            if seen == 1 and not may_be_shown(f"{word} {its_label}", self.known):
                continue
            is_title = isinstance(seen, str)
            meaning = self.answers.meaning(what, word, its_label) or (seen if is_title else "")
            is_labelled = its_label and may_be_shown(its_label, self.known)
            key = "labelled" if is_labelled else "title" if is_title else "times"
            note = self.note(key, label=its_label, count=seen)
            if not meaning:
                legal = ", ".join(named.id for named in self.answers.named(what))
                note += self.note(f"which_{what}", legal=legal)
                self.study.undecided.append((what, word))
            codes[word] = Noted(meaning or UNDECIDED, note)
        return codes

    def _column(self, column: Column) -> Noted:
        """Return the name of a column with what it holds: a few values, a range, or how many there are."""
        counts = column.counts
        may_be = not column.identifying and len(counts) <= 8
        is_shown = may_be and all(may_be_shown(word, self.known) for word in counts)
        are_numbers = column.number_share > 0.8 and len(counts) > 5
        key = "values" if is_shown else "numbers" if are_numbers else "different"
        values = ", ".join(f"{word} ({count})" for word, count in counts.items())
        note = self.note(key, values=values, count=len(counts))
        return Noted(column.name, note + (self.note("titled", title=column.title) if column.title else ""))

    def _characteristics(self) -> dict[str, Any]:
        """Return the columns of the characteristics that headers name; the study gets their declarations."""
        sources = {}
        for known in lex.WORDS["characteristics"]:
            free = (column for column in self.table.columns if column not in self.used)
            column = next((column for column in free if column.spellings & set(known["headers"])), None)
            if column and (keys := characteristic_of(column, known, self.language)):
                self.used.add(column)
                sources[known["id"]] = keys.pop("source")
                if known["id"] not in (declared["id"] for declared in self.study.characteristics):
                    self.study.characteristics.append({"id": known["id"], "label": known["label"]} | keys)
        return sources
