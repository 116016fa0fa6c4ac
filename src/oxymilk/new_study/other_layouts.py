"""Propose how a sheet is read that has no row a participant: tables side by side, a printed cross-tabulation."""

from __future__ import annotations

import re
from typing import Any

from oxymilk.ingest.grid import column_letters
from oxymilk.ingest.privacy import may_be_shown
from oxymilk.new_study.lexicon import TIMES, moment, without
from oxymilk.new_study.profile import Column
from oxymilk.new_study.write import Noted
from oxymilk.numbers import COUNT
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold, is_foot

_COUNTED = re.compile(r"[\s>(]+[nf]\)?$", re.IGNORECASE)  # "Kurang (n)" counts Kurang


class OtherLayouts:
    """The part of a proposer that knows these layouts; each method returns no keys for a sheet of another layout."""

    def _side_by_side(self) -> dict[str, Any]:
        """Return the keys of a sheet whose header repeats: participant, before, after, and again."""
        table, answers = self.table, self.answers
        names = [fold(column.header) for column in table.columns]
        width = len(set(names))
        headers = [column.header for column in table.columns[:width]]
        number = next((at for at, header in enumerate(headers) if not moment(header)), None)
        is_repeated = width < len(names) and names[:width] * (len(names) // width) == names
        if number is None or len(names) < 4 or not is_repeated:
            return {}
        self.layout = "side_by_side"
        parts = [table.columns[at : at + width] for at in range(0, len(names), width)]
        above = table.header_rows[0] - 2
        blocks = []
        for part in parts:
            first, last = part[0].at, part[-1].at
            texts = [table.grid.text(above, at) for at in range(first, last + 1)] if above >= 0 else []
            title = next(filter(None, texts), "")
            group = answers.groups[0].id if len(answers.groups) == 1 else answers.group_of(title)
            note = self.note("block", title=title if may_be_shown(title, self.known) else "-")
            if not group:
                note += self.note("which_group", legal=", ".join(group.id for group in answers.groups))
            columns = f"{column_letters(first)}:{column_letters(last)}"
            blocks.append(Noted({"columns": columns, "group": group or UNDECIDED}, note))
        scores = {when: next((name for name in headers if moment(name) == when), UNDECIDED) for when in TIMES}
        columns = [column for column in table.columns if column.header in scores.values()]
        participants = [part[number] for part in parts]
        self.used.update(columns, participants)
        starts_anew = any(participants[0].counts.keys() & other.counts.keys() for other in participants[1:])
        source = {"column": headers[number]} | ({"per_group": True} if starts_anew else {})
        keys = {"participant": self.noted(source, "participant_block"), "blocks": blocks, "scores": scores}
        return keys | self._meanings(columns)

    def _counts(self) -> tuple[Column, dict[Column, str]] | None:
        """Return the levels before and the columns of counts of a printed cross-tabulation, with the word of each."""
        filled = [column for column in self.table.columns if column.cells]
        heads: dict[Column, str] = {}
        for column in filled:
            words = re.split(r"[\s:]+", _COUNTED.sub("", column.header).rpartition(" > ")[2])
            word = " ".join(without(words, "pre", "post"))
            are_counts = all(map(COUNT.fullmatch, column.counts)) and not is_foot(column.header)
            if are_counts and (not self.answers.levels or self.answers.meaning("level", word)):
                heads[column] = word
        known = set(map(fold, heads.values()))
        before = [column for column in filled if known.issuperset(map(fold, column.counts))]
        counted = {column: word for column, word in heads.items() if column.moment != "pre"}
        return (before[0], counted) if len(before) == 1 and len(counted) > 1 else None

    def _crosstab(self) -> dict[str, Any]:
        """Return the keys of a printed cross-tabulation: columns headed by levels hold counts, one column levels."""
        if (found := self._counts()) is None:
            return {}
        self.layout, (source, counted) = "crosstab", found
        total = [column for column in self.table.columns if is_foot(column.header) and column.cells]
        if len(self.answers.groups) > 1 and self.table.find_group(self.answers) is None:
            self.titles = self.table.find_titles(self.answers)
        group = self._group()
        self.used.update({source}, counted, total)
        meant = ((column.name, self.answers.meaning("level", word)) for column, word in counted.items())
        self.study.words += [*source.counts, *counted.values()]
        before = {"column": self._column(source), "codes": self._codes("level", source.counts, {})}
        after = self.noted({name: level or UNDECIDED for name, level in meant}, "after")
        crosstab = {"before": before, "after": after, "total": total[0].name if total else None}
        return {"group": group, "crosstab": crosstab}
