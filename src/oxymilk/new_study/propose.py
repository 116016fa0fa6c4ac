"""Propose how the sheets of a study are to be read, from what was seen in them.

Nothing is decided here that the sheet does not show: what is open is written as `???`, and what was seen
is written beside each proposal. Values of columns that identify persons are never shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from oxymilk.ingest.grid import column_letters
from oxymilk.ingest.privacy import identifies, keys_identify, known_words, may_be_shown
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.columns import (
    MOST_LEVELS,
    TIMES,
    SheetColumns,
    find_group,
    find_participant,
    find_scores,
    find_titles,
    find_visits,
    fit,
    measured,
)
from oxymilk.new_study.lexicon import is_word_of, moment
from oxymilk.new_study.profile import Column, Table
from oxymilk.new_study.write import Noted, ProposedStudy
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold, is_foot

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
    declared = (*answers.groups, *answers.levels)
    known = known_words(word for named in declared for word in (named.id, *named.written()))
    for table in tables:
        study.sheets.append(_Proposer(table, answers, language, study, known, tables=tables).sheet())
    return study


@dataclass
class _Proposer(SheetColumns):
    """Proposes one sheet, of several `tables`."""

    tables: list[Table] = field(default_factory=list)
    layout: str = ""
    # the timepoint of all rows, else the column of timepoints; the titles that name groups
    only: str = ""
    times: Column | None = None
    titles: dict[str, str] = field(default_factory=dict)

    def sheet(self) -> dict[str, Any]:
        """Return the sheet as study.yaml declares it."""
        table, answers = self.table, self.answers
        keys = self._layout()
        sheet: dict[str, Any] = {"file": table.file}
        if table.worksheet:
            sheet["worksheet"] = table.worksheet
        if table.encoding != "utf-8":
            sheet["encoding"] = Noted(table.encoding, self.note("encoding"))
        if answers.delimiter:
            sheet["delimiter"] = answers.delimiter
        sheet["layout"] = Noted(self.layout, self.note(f"layout_{self.layout}"))
        if table.header_rows != (1,):
            rows = tuple(map(str, table.header_rows))
            seen = self.note("header_row", row=" + ".join(rows))
            sheet["header_row"] = Noted(rows if len(rows) > 1 else rows[0], seen)
        if table.last_row:
            sheet["last_row"] = Noted(str(table.last_row), self.note("last_row"))
        sheet |= keys
        if table.totals:
            sheet["skip"] = Noted(table.totals, self.note("skip"))
        if self.used and self.layout not in _WITHOUT_CHARACTERISTICS and (sources := self.characteristics()):
            sheet["characteristics"] = sources
        rest = [column for column in table.columns if column.at not in self.used]
        rest = [column for column in rest if not identifies(column.header, header=True)]
        dropped = ", ".join(column.name for column in rest if column.identifying)
        if rest:
            names = tuple(column.name for column in sorted(rest, key=lambda column: column.identifying))
            note = self.note("dropped", columns=dropped) if dropped else self.note("ignored")
            sheet["ignore"] = Noted(names, note)
        return sheet

    def _layout(self) -> dict[str, Any]:
        """Find the layout, and return the keys of a sheet that depend on it."""
        table, answers = self.table, self.answers
        if table.grid.transposed:
            self.layout = "transposed"
            return self._rows()
        if keys := self._crosstab() or self._side_by_side():
            return keys
        both, _ = find_scores(table, answers)
        few = [column for column in table.columns if len(column.counts()) <= MOST_LEVELS]
        times = (column for column in few if set(TIMES) <= set(map(moment, column.counts())))
        titles = find_titles(table, answers)
        self.only = moment(table.worksheet or table.file) if len(self.tables) > 1 and not both else ""
        self.times = None if self.only else next(times, None)
        if self.only:
            self.layout = "one_timepoint"
        elif self.times:
            self.layout = "long"
        elif not both and find_visits(table, answers):
            self.layout = "visits"
        elif titles and find_group(table, answers) is None and len(answers.groups) > 1:
            self.layout, self.titles = "titled", titles
        else:
            self.layout = "wide"
        return self._rows()

    # ---- one row a participant or measurement ----

    def _rows(self) -> dict[str, Any]:
        """Return the keys of a sheet of which each row, or column, is a participant or measurement."""
        repeated = self.times is not None or bool(self.titles)
        participant = find_participant(self.table, repeated=repeated, joined=bool(self.only))
        self.use(participant)
        keys: dict[str, Any] = {"participant": self._participant(participant)}
        if source := self._group():
            keys["group"] = source
        if self.only:
            keys["timepoint"] = Noted({"only": self.only}, self.note("only"))
        if self.times:
            self.use(self.times)
            codes = {
                word: Noted(moment(word) or UNDECIDED, self.note("times", count=count))
                for word, count in self.times.counts().items()
            }
            keys["timepoint"] = {"column": Noted(self.times.name, self.values(self.times)), "codes": codes}
        return keys | (self._items() or self._scores())

    def _items(self) -> dict[str, Any]:
        """Return the keys of the items of a checklist, whose headers before and after differ in the timepoint only."""
        if self.answers.measured != "checklist":
            return {}
        columns = [
            column for column in self.table.columns if column.cells and len(column.counts()) <= MOST_LEVELS
        ]
        if self.only:
            series = {"": [column for column in columns if re.fullmatch(r"\D{0,6}\d{1,2}", column.header)]}
        else:
            series = {when: [column for column in columns if column.moment == when] for when in TIMES}
        if any(len(columns) < 2 for columns in series.values()):
            return {}
        items, patterns = [], {}
        for when, columns in series.items():
            names = [column.name for column in columns]
            # "Pre_isap", "Pre_urin" begin with "Pre_"; a word that they have in part is the item's
            alike = [name for name in accumulate(names[0]) if all(other.startswith(name) for other in names)]
            head = re.sub(r"[^\W_]*$", "", alike[-1]) if when and alike else ""
            items.append([name.removeprefix(head) for name in names])
            patterns[when] = f"{head}{{item}}"
        if items[0] != items[-1]:
            return {}
        columns = [column for of_time in series.values() for column in of_time]
        self.use(*columns)
        words = dict.fromkeys(word for column in columns for word in column.counts())
        lists = ("yes", "no", "missing")
        self.study.items = items[0]
        self.study.answers_seen = {what: [word for word in words if is_word_of(word, what)] for what in lists}
        missing = tuple(self.study.answers_seen["missing"])
        seen = self.note("items", count=len(items[0]), items=", ".join(items[0]))
        noted = {when: Noted(pattern, seen) for when, pattern in patterns.items()}
        return ({"score": noted[""]} if self.only else {"scores": noted}) | (
            {"missing": missing} if missing else {}
        )

    def _scores(self) -> dict[str, Any]:
        """Return the keys of the score columns and of what their cells mean."""
        table, answers = self.table, self.answers
        if self.layout == "visits":
            visits = find_visits(table, answers)
            columns = telling = list(visits.columns.values())
            names = ", ".join(column.name for column in columns)
            ids = [f"{visits.counted}_{number}" for number in visits.columns]
            self.study.timepoints = list(TIMES) if len(ids) == 2 else ids
            keys = {
                "score": Noted(visits.pattern, self.note("visits", columns=names)),
                "visits": dict(zip(visits.columns, self.study.timepoints, strict=True)),
            }
        else:
            single = bool(self.only or self.times)
            columns, fitting = find_scores(table, answers, self.used, single=single)
            likely = [column for column in table.columns if column.at not in self.used] if single else fitting
            names = ", ".join(column.name for column in likely) or "-"
            undecided = Noted(UNDECIDED, self.note("column_open", columns=names))
            noted = [Noted(column.name, self.values(column)) for column in columns] or [undecided] * 2
            keys = {"score": noted[0]} if single else {"scores": dict(zip(TIMES, noted, strict=True))}
            # which of them it is is open; what their words mean is not
            perhaps = [] if single else [column for column in fitting if fit(column, answers) > 1]
            telling = columns or perhaps
        self.use(*columns)
        self.study.outcome = self.study.outcome or (measured(columns[0], answers) if columns else "")
        return keys | self.meaning(telling)

    def _participant(self, column: Column | None) -> Noted:
        """Return what tells participants apart: a column, or the row where numbers start anew in each sheet."""
        if column is None:
            return Noted({"column": UNDECIDED}, self.note("participant_open"))
        count = len(column.counts())
        own, people = self._group_named(self.table), self.study.people
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
        if self.layout in ("wide", "visits") and column.is_word_of("number"):
            # tables of the same group that have all scores have different participants
            of_group = [other for other in alike if self._group_named(other) == own]
            whole = [
                bool(find_scores(table, self.answers)[0] or find_visits(table, self.answers))
                for table in (self.table, *of_group)
            ]
            if whole[0] and any(whole[1:]):
                self.used.discard(column.at)
                people |= {(str(len(self.study.sheets)), str(cell.row)) for cell in column.cells}
                return Noted({"by_row": True}, self.note("participant_by_row", column=column.name))
        value: dict[str, Any] = {"column": column.name}
        note = self.note("participant", count=count)
        if column.identifying or keys_identify([cell.text for cell in column.cells], self.known):
            value["identifying"] = True
            note = self.note("participant_identifying", count=count)
        in_titles = bool(self.titles) and count < len(column.cells)
        if in_titles or any(self._group_named(other) not in (own, "") for other in alike if own):
            value["per_group"] = True
            note += "; " + self.note("participant_per_group")
        if in_titles:
            people |= {("", str(cell.row)) for cell in column.cells}
        else:
            people |= {(own if "per_group" in value else "", word) for word in words}
        return Noted(value, note)

    def _group_named(self, table: Table) -> str:
        """Return the group that the name of a worksheet or file, one of several, tells; else the empty string."""
        name = fold(f"{table.worksheet} {table.file}")
        ids = [
            group.id
            for group in self.answers.groups
            if any(word in name for word in group.written() if len(word) > 2)
        ]
        return ids[0] if len(ids) == 1 and len(self.tables) > 1 else ""

    def _group(self) -> Any:
        """Return what tells the groups apart; None where another sheet of the same participants does."""
        groups, named = self.answers.groups, self._group_named(self.table)
        if self.titles:
            return {"titles": self.codes(self.titles, "group")}
        column = find_group(self.table, self.answers)
        if column is not None and len(groups) > 1:
            self.use(column)
            codes = self.codes(column.counts(), "group", column.labels())
            return {"column": Noted(column.name, self.values(column)), "codes": codes}
        if len(groups) == 1:
            return {"only": groups[0].id}
        if named:
            return Noted({"only": named}, self.note("only"))
        others = [sheet["group"] for sheet in self.study.sheets if "group" in sheet]
        others = [other.value if isinstance(other, Noted) else other for other in others]
        if self.only and any("column" in other for other in others):
            return None
        return Noted({"column": UNDECIDED}, self.note("group_open"))

    # ---- other layouts ----

    def _side_by_side(self) -> dict[str, Any]:
        """Return the keys of a sheet whose header repeats: participant, before, after, and again."""
        table, answers = self.table, self.answers
        names = [fold(column.header) for column in table.columns]
        once = list(dict.fromkeys(names))
        width = len(once)
        if len(names) < 4 or width == len(names) or once * (len(names) // width) != names:
            return {}
        parts = [table.columns[at : at + width] for at in range(0, len(names), width)]
        headers = [column.header for column in parts[0]]
        number = next((at for at, header in enumerate(headers) if not moment(header)), None)
        if number is None:
            return {}
        self.layout = "side_by_side"
        above = table.header_rows[0] - 2
        blocks = []
        for part in parts:
            first, last = part[0].at, part[-1].at
            texts = [table.grid.text(above, at) for at in range(first, last + 1)] if above >= 0 else []
            title = next(filter(None, texts), "")
            group = answers.groups[0].id if len(answers.groups) == 1 else answers.meaning("group", title)
            note = self.note("block", title=title if may_be_shown(title, self.known) else "-")
            if not group:
                note += self.note("which_group", legal=answers.legal("group"))
            columns = f"{column_letters(first)}:{column_letters(last)}"
            blocks.append(Noted({"columns": columns, "group": group or UNDECIDED}, note))
        named = {
            when: next((header for header in headers if moment(header) == when), UNDECIDED) for when in TIMES
        }
        scores = [column for column in table.columns if column.header in named.values()]
        self.use(*scores, *(column for column in table.columns if column.header == headers[number]))
        people = [part[number].counts() for part in parts]
        cells = sum(len(part[number].cells) for part in parts)
        self.study.people |= {("", str(participant)) for participant in range(cells)}
        starts_anew = any(people[0].keys() & other.keys() for other in people[1:])
        per_group = {"per_group": True} if starts_anew else {}
        participant = Noted({"column": headers[number], **per_group}, self.note("participant_block"))
        return {"participant": participant, "blocks": blocks, "scores": named} | self.meaning(scores)

    def _crosstab(self) -> dict[str, Any]:
        """Return the keys of a printed cross-tabulation: columns headed by levels hold counts, one column levels."""
        table, answers = self.table, self.answers
        levels = {column.at: answers.meaning("level", column.header) for column in table.columns}
        counted = [column for column in table.columns if levels[column.at]]
        before = [
            column
            for column in table.columns
            if not levels[column.at]
            and column.cells
            and all(answers.meaning("level", word) for word in column.counts())
        ]
        if len(counted) < 2 or len(before) != 1 or any(column.number_share() < 1 for column in counted):
            return {}
        self.layout = "crosstab"
        total = [column for column in table.columns if is_foot(column.header) and column.number_share() == 1]
        group, (source,) = self._group(), before
        codes = self.codes(source.counts(), "level")
        self.use(source, *counted, *total)
        texts = [cell.text for column in counted for cell in column.cells]
        count = sum(int(text) for text in texts if text.isdigit())
        self.study.people |= {("", str(participant)) for participant in range(count)}
        self.study.reconstructed = True
        after = {column.name: levels[column.at] for column in counted}
        crosstab = {
            "before": {"column": Noted(source.name, self.values(source)), "codes": codes},
            "after": Noted(after, self.note("after")),
        }
        return {"group": group, "crosstab": crosstab | ({"total": total[0].name} if total else {})}
