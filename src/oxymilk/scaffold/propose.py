"""Propose how the sheets of a study are to be read, from what was seen in them.

Nothing is decided here that the sheet does not show: what stays open is written as `???`, and what was seen
is written beside each proposal. Values of columns that identify persons are never shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oxymilk.ingest.decode import decimal_mark_of
from oxymilk.scaffold.answers import Answers
from oxymilk.scaffold.columns import (
    Scores,
    find_group,
    find_items,
    find_participant,
    find_scores,
    find_timepoint,
    find_visits,
    score_column,
)
from oxymilk.scaffold.compose import Said
from oxymilk.scaffold.lexicon import is_word_of, moment, tokens
from oxymilk.scaffold.look import Column, Table
from oxymilk.scaffold.proposal import Proposal
from oxymilk.scaffold.shapes import Shape, blocks_of, crosstab_of, titles_of
from oxymilk.scaffold.table_one import characteristics_of
from oxymilk.scaffold.texts import UNDECIDED, say
from oxymilk.words import fold

_MOST_WORDS = 12


def propose(tables: list[Table], answers: Answers, language: str) -> Proposal:
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
    Proposal
        With as many sheets as tables.
    """
    maker = _Maker(answers, language, Proposal(), tables)
    for table in tables:
        maker.add(table)
    return maker.proposal


@dataclass
class _Maker:
    answers: Answers
    language: str
    proposal: Proposal
    tables: list[Table]
    used: set[int] = field(default_factory=set)

    def note(self, key: str, **values: object) -> str:
        return say(f"seen.{key}", self.language, **values)

    def add(self, table: Table) -> None:
        """Add the proposal for one table."""
        self.used = set()
        sheet: dict[str, Any] = {"file": table.file}
        if table.worksheet:
            sheet["worksheet"] = table.worksheet
        if table.encoding != "utf-8":
            sheet["encoding"] = Said(table.encoding, self.note("encoding"))
        if self.answers.delimiter:
            sheet["delimiter"] = self.answers.delimiter
        shape = self._shape(table)
        sheet["layout"] = Said(shape.layout, self.note(f"layout_{shape.layout}"))
        if table.header_rows != (1,):
            rows = tuple(map(str, table.header_rows))
            headed = self.note("header_row", row=" + ".join(rows))
            sheet["header_row"] = Said(rows if len(rows) > 1 else rows[0], headed)
        {
            "side_by_side": self._side_by_side,
            "crosstab": self._crosstab,
            "titled": self._rows,
        }.get(shape.layout, self._rows)(table, sheet, shape)
        self._rest(table, sheet)
        self.proposal.sheets.append(sheet)

    def _shape(self, table: Table) -> Shape:
        if table.transposed:
            return Shape("transposed")
        crosstab = crosstab_of(table, self.answers)
        if crosstab:
            return crosstab
        blocks = blocks_of(table)
        if blocks:
            return blocks
        only = moment(table.worksheet or table.file) if len(self.tables) > 1 else ""
        if only and not all(find_scores(table, self.answers).columns):
            return Shape("one_timepoint", timepoint=only)
        if find_timepoint(table):
            return Shape("long")
        if find_visits(table, self.answers) and not all(find_scores(table, self.answers).columns):
            return Shape("visits")
        titles = titles_of(table, self.answers)
        if titles and find_group(table, self.answers) is None and len(self.answers.groups) > 1:
            return Shape("titled", titles=titles)
        return Shape("wide")

    # ---- one row a participant or measurement ----

    def _rows(self, table: Table, sheet: dict[str, Any], shape: Shape) -> None:
        group = None if shape.titles else find_group(table, self.answers)
        repeated = shape.layout == "long" or bool(shape.titles)
        participant = find_participant(table, repeated=repeated, joined=shape.layout == "one_timepoint")
        if participant is not None:
            self.used.add(participant.at)
        sheet["participant"] = self._participant(participant, shape)
        self._group(table, sheet, shape, group)
        if shape.layout == "long":
            self._timepoint(table, sheet)
        if shape.layout == "one_timepoint":
            sheet["timepoint"] = Said({"only": shape.timepoint}, self.note("only"))
        if self.answers.measured == "checklist" and self._items(table, sheet, shape):
            return
        if shape.layout in ("long", "one_timepoint"):
            column = score_column(table, self.answers, self.used)
            fitting = [one for one in table.columns if one.at not in self.used]
            sheet["score"] = self._column(column, fitting)
            self.used |= {column.at} if column else set()
            self._meaning(sheet, [column] if column else [])
        elif shape.layout == "visits":
            self._visits(table, sheet)
        else:
            self._scores(sheet, find_scores(table, self.answers, self.used))

    def _participant(self, column: Column | None, shape: Shape) -> Said:
        if column is None:
            return Said({"column": UNDECIDED}, self.note("participant_open"))
        count = len(column.counts())
        value: dict[str, str] = {"column": column.name}
        if column.identifying:
            value["identifying"] = "true"
            note = self.note("participant_identifying", count=count)
        else:
            note = self.note("participant", count=count)
        starts_anew = bool(shape.titles) and count < len(column.cells)
        if starts_anew:
            value["per_group"] = "true"
            note = self.note("participant_per_group")
        people = len(column.cells) if starts_anew else count
        self.proposal.participants = max(people, self.proposal.participants)
        return Said(value, note)

    def _group(self, table: Table, sheet: dict[str, Any], shape: Shape, column: Column | None) -> None:
        groups = self.answers.groups
        if shape.titles:
            sheet["group"] = {"titles": self._codes(shape.titles, "group")}
        elif column is not None and len(groups) > 1:
            self.used.add(column.at)
            codes = self._codes(column.counts(), "group", column.labels())
            sheet["group"] = {"column": Said(column.name, self._values(column)), "codes": codes}
        elif len(groups) == 1:
            sheet["group"] = {"only": groups[0].id}
        else:
            name = f"{table.worksheet} {table.file}"
            named = [
                one for one in groups if any(word in fold(name) for word in one.written() if len(word) > 2)
            ]
            others = [one for one in self.proposal.sheets if "column" in self._told(one)]
            if len(named) == 1 and len(self.tables) > 1:
                sheet["group"] = Said({"only": named[0].id}, self.note("only"))
            elif not (shape.layout == "one_timepoint" and others):
                sheet["group"] = Said({"column": UNDECIDED}, self.note("group_open"))

    @staticmethod
    def _told(sheet: dict[str, Any]) -> dict[str, Any]:
        group = sheet.get("group", {})
        return group.value if isinstance(group, Said) else group

    def _timepoint(self, table: Table, sheet: dict[str, Any]) -> None:
        column = find_timepoint(table)
        self.used.add(column.at)
        codes: dict[str, Any] = {}
        for word, count in column.counts().items():
            codes[word] = Said(moment(word) or UNDECIDED, self.note("times", count=count))
        sheet["timepoint"] = {"column": Said(column.name, self._values(column)), "codes": codes}

    def _scores(self, sheet: dict[str, Any], scores: Scores) -> None:
        found = [one for one in scores.columns if one is not None]
        self.used |= {one.at for one in found}
        if all(scores.columns):
            self.proposal.outcome = self.proposal.outcome or scores.measured
        sheet["scores"] = {
            timepoint: self._column(column, scores.fitting)
            for timepoint, column in zip(("pre", "post"), scores.columns, strict=True)
        }
        self._meaning(sheet, found)

    def _visits(self, table: Table, sheet: dict[str, Any]) -> None:
        visits = find_visits(table, self.answers)
        columns = list(visits.columns.values())
        self.used |= {one.at for one in columns}
        sheet["score"] = Said(
            visits.pattern, self.note("visits", columns=", ".join(one.name for one in columns))
        )
        number = len(columns)
        ids = ["pre", "post"] if number == 2 else [f"visit_{word}" for word in visits.columns]
        sheet["visits"] = dict(zip(visits.columns, ids, strict=True))
        self.proposal.timepoints = ids
        self.proposal.outcome = self.proposal.outcome or visits.measured
        self._meaning(sheet, columns)

    def _items(self, table: Table, sheet: dict[str, Any], shape: Shape) -> bool:
        """Propose the items of a checklist; False when no columns look like items."""
        found = find_items(table, shape.layout == "one_timepoint")
        if found is None:
            return False
        self.used |= {one.at for one in found.columns}
        seen = self.note("items", count=len(found.items), items=", ".join(found.items))
        if shape.layout == "one_timepoint":
            sheet["score"] = Said(next(iter(found.patterns.values())), seen)
        else:
            sheet["scores"] = {one: Said(pattern, seen) for one, pattern in found.patterns.items()}
        self.proposal.items = found.items
        words = dict.fromkeys(word for one in found.columns for word in one.counts())
        self.proposal.answers_seen = {
            what: [word for word in words if is_word_of(word, what)] for what in ("yes", "no")
        }
        missing = [word for word in words if is_word_of(word, "missing")]
        if missing:
            sheet["missing"] = tuple(missing)
        return True

    def _column(self, column: Column | None, fitting: list[Column]) -> Said:
        if column is not None:
            return Said(column.name, self._values(column))
        names = ", ".join(one.name for one in fitting) or "-"
        return Said(UNDECIDED, self.note("column_open", columns=names))

    # ---- other shapes ----

    def _side_by_side(self, table: Table, sheet: dict[str, Any], shape: Shape) -> None:
        sheet["participant"] = Said(
            {"column": shape.participant, **({"per_group": "true"} if shape.starts_anew else {})},
            self.note("participant_block"),
        )
        sheet["blocks"] = []
        only = self.answers.groups[0].id if len(self.answers.groups) == 1 else ""
        for columns, title in shape.blocks:
            group = only or self.answers.meaning("group", title) or UNDECIDED
            note = self.note("block", title=title or "-")
            if group == UNDECIDED:
                note += self.note("which_group", legal=self._legal("group"))
            sheet["blocks"].append(Said({"columns": columns, "group": group}, note))
        scores = [one for one in table.columns if one.header in shape.scores.values()]
        sheet["scores"] = shape.scores
        self.used |= {
            one.at for one in table.columns if one.header in (shape.participant, *shape.scores.values())
        }
        self.proposal.participants = shape.people
        self._meaning(sheet, scores)

    def _crosstab(self, table: Table, sheet: dict[str, Any], shape: Shape) -> None:
        group = find_group(table, self.answers)
        self.used |= {one.at for one in (*shape.columns, *([group] if group else []))}
        if group is not None:
            codes = self._codes(group.counts(), "group")
            sheet["group"] = {"column": Said(group.name, self._values(group)), "codes": codes}
        elif len(self.answers.groups) == 1:
            sheet["group"] = {"only": self.answers.groups[0].id}
        else:
            sheet["group"] = Said({"column": UNDECIDED}, self.note("group_open"))
        before, after, total = shape.columns[0], shape.after, shape.total
        sheet["crosstab"] = {
            "before": {
                "column": Said(before.name, self._values(before)),
                "codes": self._codes(before.counts(), "level"),
            },
            "after": Said(after, self.note("after")),
            **({"total": total} if total else {}),
        }
        self.proposal.participants = shape.people
        self.proposal.reconstructed = True

    # ---- what cells mean ----

    def _meaning(self, sheet: dict[str, Any], columns: list[Column]) -> None:
        """Add codes, words for no value, and the decimal mark of the score columns."""
        if self.answers.measured == "levels":
            counts: dict[str, int] = {}
            labels: dict[str, str] = {}
            for column in columns:
                labels |= column.labels()
                for word, count in column.counts().items():
                    alike = next((one for one in counts if fold(one) == fold(word)), word)
                    counts[alike] = counts.get(alike, 0) + count
            words = {word: count for word, count in counts.items() if not is_word_of(word, "missing")
                     or self.answers.meaning("level", word)}  # fmt: skip
            missing = [word for word in counts if word not in words]
            if len(words) > _MOST_WORDS:
                sheet["codes"] = Said({UNDECIDED: UNDECIDED}, self.note("many_words", count=len(words)))
            elif words:
                sheet["codes"] = self._codes(words, "level", labels)
        else:
            cells = [cell for column in columns for cell in column.cells]
            missing = list(dict.fromkeys(cell.text for cell in cells if is_word_of(cell.text, "missing")))
            mark, unclear = decimal_mark_of(cells)
            texts = [
                cell for cell in cells if cell.kind != "number" and any(one in cell.text for one in ",.")
            ]
            if unclear is not None:
                sheet["decimal_mark"] = Said(UNDECIDED, self.note("mark_open"))
            elif texts and mark:
                sheet["decimal_mark"] = Said(mark, self.note("mark"))
            decimals = [len(tail) for cell in cells for tail in _decimals(cell.text)]
            self.proposal.decimals = max([self.proposal.decimals, *decimals])
        if missing:
            sheet["missing"] = Said(tuple(missing), self.note("missing"))

    def _codes(
        self, words: dict[str, int] | dict[str, str], what: str, labels: dict[str, str] | None = None
    ) -> dict[str, Any]:
        codes: dict[str, Any] = {}
        for word, count in words.items():
            label = (labels or {}).get(word, "")
            meaning = self.answers.meaning(what, word) or self.answers.meaning(what, label)
            if not meaning and what == "group" and isinstance(count, str):
                meaning = count  # a title's group, told by a word in it
            shown = self.note("times", count=count) if isinstance(count, int) else self.note("title")
            if label:
                shown = self.note("labelled", label=label)
            if not meaning:
                shown += self.note(f"which_{what}", legal=self._legal(what))
                self.proposal.undecided.append((what, word))
            codes[word] = Said(meaning or UNDECIDED, shown)
        return codes

    def _legal(self, what: str) -> str:
        named = self.answers.groups if what == "group" else self.answers.levels
        return ", ".join(one.id for one in named)

    def _values(self, column: Column) -> str:
        """Return what a column holds, in words: a few values, a range, or how many there are."""
        counts = column.counts()
        numbers = column.number_share() > 0.8 and len(counts) > 5
        if column.identifying or len(counts) > 8:
            return self.note("numbers" if numbers else "different", count=len(counts))
        return self.note("values", values=", ".join(f"{word} ({count})" for word, count in counts.items()))

    # ---- the remaining columns ----

    def _rest(self, table: Table, sheet: dict[str, Any]) -> None:
        if table.totals:
            sheet["skip"] = Said(table.totals, self.note("skip"))
        if self.used and not table.transposed and sheet["layout"].value in ("wide", "visits", "long"):
            declared, columns = characteristics_of(table, self.used, self.language)
            known = {one["id"] for one in self.proposal.characteristics}
            self.proposal.characteristics += [one for one in declared if one["id"] not in known]
            if columns:
                sheet["characteristics"] = columns
        rest = [one for one in table.columns if one.at not in self.used]
        ignored = [one.name for one in rest if not one.identifying]
        dropped = [one.name for one in rest if one.identifying]
        if dropped:
            sheet["ignore"] = Said((*ignored, *dropped), self.note("dropped", columns=", ".join(dropped)))
        elif ignored:
            sheet["ignore"] = Said(tuple(ignored), self.note("ignored"))


def _decimals(text: str) -> list[str]:
    parts = [part for mark in ",." for part in text.split(mark)[1:]]
    return [found for part in parts for found in tokens(part)[:1] if found.isdigit()]
