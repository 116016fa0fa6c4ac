"""Propose how the sheets of a study are to be read, from what was seen in them.

Nothing is decided here that the sheet does not show: what stays open is written as `???`, and what was seen
is written beside each proposal. Values of columns that identify persons are never shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oxymilk.ingest.privacy import identifies, keys_identify
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.cells import Cells
from oxymilk.new_study.columns import (
    Scores,
    find_group,
    find_items,
    find_participant,
    find_scores,
    find_timepoint,
    find_visits,
    fit,
    measured,
    score_column,
)
from oxymilk.new_study.compose import Said
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, tokens
from oxymilk.new_study.look import Column, Table
from oxymilk.new_study.proposal import Proposal
from oxymilk.new_study.shapes import Shape, blocks_of, crosstab_of, titles_of
from oxymilk.new_study.table_one import characteristics_of
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold

# layouts whose rows may hold characteristics
_OF_PEOPLE = ("wide", "visits", "long", "titled", "one_timepoint")


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
    people: set[tuple[str, str]] = field(default_factory=set)

    @property
    def cells(self) -> Cells:
        return Cells(self.answers, self.language, self.proposal)

    def note(self, key: str, **values: object) -> str:
        return self.cells.note(key, **values)

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
        if table.last_row:
            sheet["last_row"] = Said(str(table.last_row), self.note("last_row"))
        {
            "side_by_side": self._side_by_side,
            "crosstab": self._crosstab,
            "titled": self._rows,
        }.get(shape.layout, self._rows)(table, sheet, shape)
        self._rest(table, sheet)
        self.proposal.sheets.append(sheet)
        self.proposal.participants = len(self.people)

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
        sheet["participant"] = self._participant(table, participant, shape)
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
            if column is not None:
                self.proposal.outcome = self.proposal.outcome or measured(column, self.answers)
            sheet |= self.cells.meaning([column] if column else [])
        elif shape.layout == "visits":
            self._visits(table, sheet)
        else:
            self._scores(sheet, find_scores(table, self.answers, self.used))

    def _participant(self, table: Table, column: Column | None, shape: Shape) -> Said:
        if column is None:
            return Said({"column": UNDECIDED}, self.note("participant_open"))
        count = len(column.counts())
        own = self._named_group(table)
        alike = [other for other in self.tables if other is not table and _shares_a_word(other, column)]
        if (
            shape.layout in ("wide", "visits")
            and column.is_word_of("number")
            and any(self._named_group(other) == own and self._is_whole(other) for other in alike)
            and self._is_whole(table)
        ):
            self.used.discard(column.at)
            self.people |= {(str(len(self.proposal.sheets)), str(cell.row)) for cell in column.cells}
            return Said({"by_row": True}, self.note("participant_by_row", column=column.name))
        value: dict[str, Any] = {"column": column.name}
        note = self.note("participant", count=count)
        if column.identifying or keys_identify([cell.text for cell in column.cells], self.cells.known()):
            value["identifying"] = True
            note = self.note("participant_identifying", count=count)
        in_titles = bool(shape.titles) and count < len(column.cells)
        if in_titles or any(self._named_group(other) not in (own, "") for other in alike if own):
            value["per_group"] = True
            note += "; " + self.note("participant_per_group")
        if in_titles:
            self.people |= {("", str(cell.row)) for cell in column.cells}
        else:
            self.people |= {(own if "per_group" in value else "", fold(word)) for word in column.counts()}
        return Said(value, note)

    def _named_group(self, table: Table) -> str:
        """Return the group that the name of a worksheet or file, one of several, tells; else the empty string."""
        name = fold(f"{table.worksheet} {table.file}")
        named = [
            one.id
            for one in self.answers.groups
            if any(word in name for word in one.written() if len(word) > 2)
        ]
        return named[0] if len(named) == 1 and len(self.tables) > 1 else ""

    def _is_whole(self, table: Table) -> bool:
        """Say whether a table has the scores of both times."""
        found = find_scores(table, self.answers).columns
        return all(found) or find_visits(table, self.answers) is not None

    def _group(self, table: Table, sheet: dict[str, Any], shape: Shape, column: Column | None) -> None:
        groups = self.answers.groups
        if shape.titles:
            sheet["group"] = {"titles": self.cells.codes(shape.titles, "group")}
        elif column is not None and len(groups) > 1:
            self.used.add(column.at)
            codes = self.cells.codes(column.counts(), "group", column.labels())
            sheet["group"] = {"column": Said(column.name, self.cells.values(column)), "codes": codes}
        elif len(groups) == 1:
            sheet["group"] = {"only": groups[0].id}
        else:
            named = self._named_group(table)
            others = [one for one in self.proposal.sheets if "column" in self._told(one)]
            if named:
                sheet["group"] = Said({"only": named}, self.note("only"))
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
        sheet["timepoint"] = {"column": Said(column.name, self.cells.values(column)), "codes": codes}

    def _scores(self, sheet: dict[str, Any], scores: Scores) -> None:
        found = [one for one in scores.columns if one is not None]
        self.used |= {one.at for one in found}
        if all(scores.columns):
            self.proposal.outcome = self.proposal.outcome or scores.measured
        sheet["scores"] = {
            timepoint: self._column(column, scores.fitting)
            for timepoint, column in zip(("pre", "post"), scores.columns, strict=True)
        }
        # which of them it is stays open; what their words mean does not
        likely = [] if found else [one for one in scores.fitting if fit(one, self.answers) > 1]
        sheet |= self.cells.meaning(found or likely)

    def _visits(self, table: Table, sheet: dict[str, Any]) -> None:
        visits = find_visits(table, self.answers)
        columns = list(visits.columns.values())
        self.used |= {one.at for one in columns}
        sheet["score"] = Said(
            visits.pattern, self.note("visits", columns=", ".join(one.name for one in columns))
        )
        counted = _counted(visits.pattern)
        ids = ["pre", "post"] if len(columns) == 2 else [f"{counted}_{word}" for word in visits.columns]
        sheet["visits"] = dict(zip(visits.columns, ids, strict=True))
        self.proposal.timepoints = ids
        self.proposal.outcome = self.proposal.outcome or visits.measured
        sheet |= self.cells.meaning(columns)

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
            return Said(column.name, self.cells.values(column))
        names = ", ".join(one.name for one in fitting) or "-"
        return Said(UNDECIDED, self.note("column_open", columns=names))

    # ---- other shapes ----

    def _side_by_side(self, table: Table, sheet: dict[str, Any], shape: Shape) -> None:
        sheet["participant"] = Said(
            {"column": shape.participant, **({"per_group": True} if shape.starts_anew else {})},
            self.note("participant_block"),
        )
        sheet["blocks"] = []
        only = self.answers.groups[0].id if len(self.answers.groups) == 1 else ""
        for columns, title in shape.blocks:
            group = only or self.answers.meaning("group", title) or UNDECIDED
            note = self.note("block", title=title if self.cells.may_be_shown(title) else "-")
            if group == UNDECIDED:
                note += self.note("which_group", legal=self.cells.legal("group"))
            sheet["blocks"].append(Said({"columns": columns, "group": group}, note))
        scores = [one for one in table.columns if one.header in shape.scores.values()]
        sheet["scores"] = shape.scores
        self.used |= {
            one.at for one in table.columns if one.header in (shape.participant, *shape.scores.values())
        }
        self.people |= {("", str(number)) for number in range(shape.people)}
        sheet |= self.cells.meaning(scores)

    def _crosstab(self, table: Table, sheet: dict[str, Any], shape: Shape) -> None:
        group = find_group(table, self.answers)
        self.used |= {one.at for one in (*shape.columns, *([group] if group else []))}
        if group is not None:
            codes = self.cells.codes(group.counts(), "group")
            sheet["group"] = {"column": Said(group.name, self.cells.values(group)), "codes": codes}
        elif len(self.answers.groups) == 1:
            sheet["group"] = {"only": self.answers.groups[0].id}
        else:
            sheet["group"] = Said({"column": UNDECIDED}, self.note("group_open"))
        before, after, total = shape.columns[0], shape.after, shape.total
        sheet["crosstab"] = {
            "before": {
                "column": Said(before.name, self.cells.values(before)),
                "codes": self.cells.codes(before.counts(), "level"),
            },
            "after": Said(after, self.note("after")),
            **({"total": total} if total else {}),
        }
        self.people |= {("", str(number)) for number in range(shape.people)}
        self.proposal.reconstructed = True

    # ---- the remaining columns ----

    def _rest(self, table: Table, sheet: dict[str, Any]) -> None:
        if table.totals:
            sheet["skip"] = Said(table.totals, self.note("skip"))
        if self.used and not table.transposed and sheet["layout"].value in _OF_PEOPLE:
            declared, columns = characteristics_of(table, self.used, self.language)
            known = {one["id"] for one in self.proposal.characteristics}
            self.proposal.characteristics += [one for one in declared if one["id"] not in known]
            if columns:
                sheet["characteristics"] = columns
        rest = [one for one in table.columns if one.at not in self.used]
        rest = [one for one in rest if not identifies(one.header, header=True)]
        ignored = [one.name for one in rest if not one.identifying]
        dropped = [one.name for one in rest if one.identifying]
        if dropped:
            sheet["ignore"] = Said((*ignored, *dropped), self.note("dropped", columns=", ".join(dropped)))
        elif ignored:
            sheet["ignore"] = Said(tuple(ignored), self.note("ignored"))


def _shares_a_word(table: Table, column: Column) -> bool:
    """Say whether a table has a column of the same name with some of the same words."""
    words = set(map(fold, column.counts()))
    return any(
        fold(one.header) == fold(column.header) and not words.isdisjoint(map(fold, one.counts()))
        for one in table.columns
    )


def _counted(pattern: str) -> str:
    """Return what the numbers of visits count, by the last word before them: day, week, visit."""
    words = tokens(pattern.partition("{visit}")[0])
    known = [one["id"] for word in reversed(words) for one in lexicon()["visits"] if word in one["words"]]
    return known[0] if known else "visit"
