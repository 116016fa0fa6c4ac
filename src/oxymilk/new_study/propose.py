"""Propose how the sheets of a study are to be read, from what was seen in them.

Nothing is decided here that the sheet does not show: what is open is written as `???`, and what was seen
is written beside each proposal. Values of columns that identify persons are never shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from oxymilk.ingest.privacy import identifies, keys_identify, known_words, may_be_shown
from oxymilk.ingest.scores import decimal_mark_of
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.columns import (
    Items,
    Layout,
    characteristic_of,
    find_group,
    find_items,
    find_layout,
    find_participant,
    find_scores,
    find_timepoint,
    find_visits,
    fit,
    measured,
    score_column,
)
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, say, tokens
from oxymilk.new_study.profile import Column, Table
from oxymilk.new_study.write import Noted, ProposedStudy
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold

# layouts whose rows may hold characteristics
_OF_PEOPLE = ("wide", "visits", "long", "titled", "one_timepoint")
_MOST_WORDS = 12


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
    study, people = ProposedStudy(), set()
    for table in tables:
        proposer = _Proposer(table, tables, answers, language, study, people)
        study.sheets.append(proposer.sheet())
    study.participants = len(people)
    return study


@dataclass
class _Proposer:
    """Proposes one sheet; columns `used` have a use already, `people` are (group, participant) of all sheets."""

    table: Table
    tables: list[Table]
    answers: Answers
    language: str
    study: ProposedStudy
    people: set[tuple[str, str]]
    used: set[int] = field(default_factory=set)

    def note(self, key: str, **values: object) -> str:
        """Return a comment on what was seen."""
        return say(f"seen.{key}", self.language, **values)

    def sheet(self) -> dict[str, Any]:
        """Return the sheet as study.yaml declares it."""
        table, answers = self.table, self.answers
        layout = find_layout(table, answers, alone=len(self.tables) == 1)
        sheet: dict[str, Any] = {"file": table.file}
        if table.worksheet:
            sheet["worksheet"] = table.worksheet
        if table.encoding != "utf-8":
            sheet["encoding"] = Noted(table.encoding, self.note("encoding"))
        if answers.delimiter:
            sheet["delimiter"] = answers.delimiter
        sheet["layout"] = Noted(layout.name, self.note(f"layout_{layout.name}"))
        if table.header_rows != (1,):
            rows = tuple(map(str, table.header_rows))
            seen = self.note("header_row", row=" + ".join(rows))
            sheet["header_row"] = Noted(rows if len(rows) > 1 else rows[0], seen)
        if table.last_row:
            sheet["last_row"] = Noted(str(table.last_row), self.note("last_row"))
        if layout.blocks:
            sheet |= self._side_by_side(layout)
        elif layout.counts:
            sheet |= self._crosstab(layout)
        else:
            sheet |= self._rows(layout)
        if table.totals:
            sheet["skip"] = Noted(table.totals, self.note("skip"))
        if self.used and layout.name in _OF_PEOPLE and (characteristics := self._characteristics()):
            sheet["characteristics"] = characteristics
        rest = [column for column in table.columns if column.at not in self.used]
        rest = [column for column in rest if not identifies(column.header, header=True)]
        dropped = ", ".join(column.name for column in rest if column.identifying)
        if rest:
            names = tuple(column.name for column in sorted(rest, key=lambda column: column.identifying))
            note = self.note("dropped", columns=dropped) if dropped else self.note("ignored")
            sheet["ignore"] = Noted(names, note)
        return sheet

    def _use(self, *columns: Column | None) -> None:
        self.used |= {column.at for column in columns if column is not None}

    # ---- one row a participant or measurement ----

    def _rows(self, layout: Layout) -> dict[str, Any]:
        """Return the keys of a sheet of which each row, or column, is a participant or measurement."""
        table, answers = self.table, self.answers
        joined = layout.name == "one_timepoint"
        group = None if layout.titles else find_group(table, answers)
        repeated = layout.name == "long" or bool(layout.titles)
        participant = find_participant(table, repeated=repeated, joined=joined)
        self._use(participant)
        keys: dict[str, Any] = {"participant": self._participant(participant, layout)}
        if source := self._group(group, layout):
            keys["group"] = source
        if layout.name == "long":
            column = find_timepoint(table)
            self._use(column)
            codes = {
                word: Noted(moment(word) or UNDECIDED, self.note("times", count=count))
                for word, count in column.counts().items()
            }
            keys["timepoint"] = {"column": Noted(column.name, self._values(column)), "codes": codes}
        if joined:
            keys["timepoint"] = Noted({"only": layout.timepoint}, self.note("only"))
        items = find_items(table, one_timepoint=joined) if answers.measured == "checklist" else None
        return keys | (self._items(items) if items else self._scores(layout))

    def _items(self, checklist: Items) -> dict[str, Any]:
        """Return the keys of the items of a checklist."""
        self._use(*checklist.columns)
        seen = self.note("items", count=len(checklist.items), items=", ".join(checklist.items))
        patterns = {when: Noted(pattern, seen) for when, pattern in checklist.patterns.items()}
        words = dict.fromkeys(word for column in checklist.columns for word in column.counts())
        lists = ("yes", "no", "missing")
        seen_as = {what: [word for word in words if is_word_of(word, what)] for what in lists}
        self.study.items, self.study.answers_seen = checklist.items, seen_as
        missing = {"missing": tuple(seen_as["missing"])} if seen_as["missing"] else {}
        return ({"score": patterns[""]} if "" in patterns else {"scores": patterns}) | missing

    def _scores(self, layout: Layout) -> dict[str, Any]:
        """Return the keys of the score columns and of what their cells mean."""
        table, answers = self.table, self.answers
        keys: dict[str, Any] = {}
        if layout.name in ("long", "one_timepoint"):
            column = score_column(table, answers, self.used)
            keys["score"] = self._score(
                column, [other for other in table.columns if other.at not in self.used]
            )
            columns = telling = [column] if column else []
            of_what = measured(column, answers) if column else ""
        elif layout.name == "visits":
            visits = find_visits(table, answers)
            columns = telling = list(visits.columns.values())
            of_what, names = visits.measured, ", ".join(column.name for column in columns)
            keys["score"] = Noted(visits.pattern, self.note("visits", columns=names))
            ids = [f"{visits.counted}_{number}" for number in visits.columns]
            self.study.timepoints = ["pre", "post"] if len(ids) == 2 else ids
            keys["visits"] = dict(zip(visits.columns, self.study.timepoints, strict=True))
        else:
            scores = find_scores(table, answers, self.used)
            both, of_what = zip(("pre", "post"), scores.columns, strict=True), scores.measured
            keys["scores"] = {when: self._score(column, scores.fitting) for when, column in both}
            columns = [column for column in scores.columns if column]
            # which of them it is is open; what their words mean is not
            telling = columns or [column for column in scores.fitting if fit(column, answers) > 1]
        self._use(*columns)
        self.study.outcome = self.study.outcome or of_what
        return keys | self._meaning(telling)

    def _participant(self, column: Column | None, layout: Layout) -> Noted:
        """Return what tells participants apart: a column, or the row where numbers start anew in each sheet."""
        if column is None:
            return Noted({"column": UNDECIDED}, self.note("participant_open"))
        count = len(column.counts())
        own = self._group_named(self.table)
        words = set(map(fold, column.counts()))
        # the other tables that have a column of the same name with some of the same words
        alike = [
            other
            for other in self.tables
            if other is not self.table
            and any(
                fold(same.header) == fold(column.header) and not words.isdisjoint(map(fold, same.counts()))
                for same in other.columns
            )
        ]
        if (
            layout.name in ("wide", "visits")
            and column.is_word_of("number")
            and any(self._group_named(other) == own and self._is_whole(other) for other in alike)
            and self._is_whole(self.table)
        ):
            self.used.discard(column.at)
            self.people |= {(str(len(self.study.sheets)), str(cell.row)) for cell in column.cells}
            return Noted({"by_row": True}, self.note("participant_by_row", column=column.name))
        value: dict[str, Any] = {"column": column.name}
        note = self.note("participant", count=count)
        known = self._known_words()
        if column.identifying or keys_identify([cell.text for cell in column.cells], known):
            value["identifying"] = True
            note = self.note("participant_identifying", count=count)
        in_titles = bool(layout.titles) and count < len(column.cells)
        if in_titles or any(self._group_named(other) not in (own, "") for other in alike if own):
            value["per_group"] = True
            note += "; " + self.note("participant_per_group")
        if in_titles:
            self.people |= {("", str(cell.row)) for cell in column.cells}
        else:
            self.people |= {(own if "per_group" in value else "", word) for word in words}
        return Noted(value, note)

    def _group_named(self, table: Table) -> str:
        """Return the group that the name of a worksheet or file, one of several, tells; else the empty string."""
        return self.answers.group_in(f"{table.worksheet} {table.file}") if len(self.tables) > 1 else ""

    def _is_whole(self, table: Table) -> bool:
        """Say whether a table has the scores of both times."""
        return all(find_scores(table, self.answers).columns) or find_visits(table, self.answers) is not None

    def _group(self, column: Column | None, layout: Layout) -> Any:
        """Return what tells the groups apart; None where another sheet of the same participants does."""
        groups, named = self.answers.groups, self._group_named(self.table)
        if layout.titles:
            return {"titles": self._codes(layout.titles, "group")}
        if column is not None and len(groups) > 1:
            self._use(column)
            codes = self._codes(column.counts(), "group", column.labels())
            return {"column": Noted(column.name, self._values(column)), "codes": codes}
        if len(groups) == 1:
            return {"only": groups[0].id}
        if named:
            return Noted({"only": named}, self.note("only"))
        others = [sheet["group"] for sheet in self.study.sheets if "group" in sheet]
        others = [other.value if isinstance(other, Noted) else other for other in others]
        if layout.name == "one_timepoint" and any("column" in other for other in others):
            return None
        return Noted({"column": UNDECIDED}, self.note("group_open"))

    def _score(self, column: Column | None, fitting: list[Column]) -> Noted:
        """Return the name of a score column, else the columns that it could be."""
        if column is not None:
            return Noted(column.name, self._values(column))
        names = ", ".join(likely.name for likely in fitting) or "-"
        return Noted(UNDECIDED, self.note("column_open", columns=names))

    # ---- other layouts ----

    def _side_by_side(self, layout: Layout) -> dict[str, Any]:
        """Return the keys of a sheet whose tables are side by side."""
        answers, blocks = self.answers, layout.blocks
        declared = []
        for columns, title in blocks.ranges:
            group = answers.groups[0].id if len(answers.groups) == 1 else answers.meaning("group", title)
            note = self.note("block", title=title if may_be_shown(title, self._known_words()) else "-")
            if not group:
                note += self.note("which_group", legal=answers.legal("group"))
            declared.append(Noted({"columns": columns, "group": group or UNDECIDED}, note))
        scores = [column for column in self.table.columns if column.header in blocks.scores.values()]
        self._use(*scores, *(column for column in self.table.columns if column.header == blocks.participant))
        self.people |= {("", str(number)) for number in range(blocks.people)}
        per_group = {"per_group": True} if blocks.starts_anew else {}
        participant = Noted({"column": blocks.participant, **per_group}, self.note("participant_block"))
        keys = {"participant": participant, "blocks": declared, "scores": blocks.scores}
        return keys | self._meaning(scores)

    def _crosstab(self, layout: Layout) -> dict[str, Any]:
        """Return the keys of a printed cross-tabulation."""
        counts = layout.counts
        group = self._group(find_group(self.table, self.answers), layout)
        codes = self._codes(counts.before.counts(), "level")
        before = {"column": Noted(counts.before.name, self._values(counts.before)), "codes": codes}
        self._use(*counts.columns)
        self.people |= {("", str(number)) for number in range(counts.people)}
        self.study.reconstructed = True
        crosstab = {"before": before, "after": Noted(counts.after, self.note("after"))}
        if counts.total:
            crosstab["total"] = counts.total
        return {"group": group, "crosstab": crosstab}

    # ---- what cells mean ----

    def _known_words(self) -> frozenset[str]:
        """Return the words of the groups and levels, which name nobody."""
        named = (*self.answers.groups, *self.answers.levels)
        return known_words(word for group in named for word in (group.id, *group.written()))

    def _meaning(self, columns: list[Column]) -> dict[str, Any]:
        """Return the keys of a sheet that say what the cells of its score columns mean.

        Codes of levels, else the decimal mark; and the words for no value. The most decimals are noted in the study.
        """
        keys: dict[str, Any] = {}
        cells = [cell for column in columns for cell in column.cells]
        if self.answers.measured == "levels":
            first: dict[str, str] = {}
            counts: Counter[str] = Counter()
            labels: dict[str, str] = {}
            for column in columns:
                labels |= column.labels()
                for word, count in column.counts(declared_missing=False).items():
                    counts[first.setdefault(fold(word), word)] += count
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
                keys["codes"] = self._codes(words, "level", labels)
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

    def _codes(
        self, words: dict[str, Any], what: str, labels: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the codes of words for groups or levels; a word whose meaning is open is noted as undecided.

        `words` are word -> how often it was seen, or of a title the id of the group that a word in it names.
        """
        codes: dict[str, Any] = {}
        labels = labels or {}
        for word, count in words.items():
            label = labels.get(word, "")
            # what occurs once and may be a name is for check-study to tell, by its cell
            if count == 1 and not may_be_shown(f"{word} {label}", self._known_words()):
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

    def _values(self, column: Column) -> str:
        """Return what a column holds, in words: a few values, a range, or how many there are."""
        counts, known = column.counts(), self._known_words()
        titled = self.note("titled", title=column.title) if column.title else ""
        if column.identifying or len(counts) > 8 or not all(may_be_shown(word, known) for word in counts):
            numbers = column.number_share() > 0.8 and len(counts) > 5
            return self.note("numbers" if numbers else "different", count=len(counts)) + titled
        values = ", ".join(f"{word} ({count})" for word, count in counts.items())
        return self.note("values", values=values) + titled

    # ---- Table 1 ----

    def _characteristics(self) -> dict[str, Any]:
        """Return the columns of the characteristics that headers name; the study gets their declarations."""
        sources = {}
        for known in lexicon()["characteristics"]:
            columns = (column for column in self.table.columns if column.at not in self.used)
            column = next((column for column in columns if column.spellings & set(known["headers"])), None)
            characteristic = characteristic_of(column, known, self.language) if column else None
            if characteristic is None:
                continue
            keys, sources[known["id"]] = characteristic
            self._use(column)
            if known["id"] not in (declared["id"] for declared in self.study.characteristics):
                self.study.characteristics.append({"id": known["id"], "label": known["label"], **keys})
        return sources
