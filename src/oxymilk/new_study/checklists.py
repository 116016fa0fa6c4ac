"""Find the items of a checklist in a sheet, and the columns of their totals."""

from __future__ import annotations

import re
from itertools import chain, takewhile
from math import inf

from oxymilk.new_study.lexicon import is_word_of
from oxymilk.new_study.profile import TIMES, Column, Table

_NUMBERED = re.compile(r"\D{0,6}\d{1,2}")


# the words of the items; by timepoint ("" in a sheet of one) their columns, the pattern of these, and the total
Items = tuple[list[str], dict[str, list[Column]], dict[str, str], dict[str, Column]]


def find_items(table: Table, *, of_one_timepoint: bool) -> Items:
    """Return the items of a checklist, whose headers before and after differ in the timepoint only; none else."""
    totals = [
        column
        for column in table.columns
        if column.is_word_of("total") or is_word_of(column.beside_moment, "total")
        if column.number_share > 0.5
    ]
    columns = [column for column in table.few if column.cells and column not in totals]
    series = {when: [column for column in columns if column.moment == when] for when in TIMES}
    if of_one_timepoint:
        series = {"": [column for column in columns if _NUMBERED.fullmatch(column.header)]}
    words, patterns = [], {}
    for when, columns in series.items():
        names = [column.name for column in columns]
        # "Pre_isap", "Pre_urin" begin with "Pre_"; a word that they have in part is the item's
        alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
        head = re.sub(r"[^\W_]*$", "", "".join(letters[0] for letters in alike)) if when else ""
        words.append([name.removeprefix(head) for name in names])
        patterns[when] = f"{head}{{item}}"
    if words[0] != words[-1] or len(words[0]) < 2:
        return [], {}, {}, {}
    found = {when: _total(when, series, totals) for when in series}
    return words[0], series, patterns, {when: total for when, total in found.items() if total}


def _total(when: str, series: dict[str, list[Column]], totals: list[Column]) -> Column | None:
    """Return the total of a timepoint's items: its header says so, or it is between these and the next ones."""
    last = max(column.at for column in series[when])
    items = chain(*series.values())
    end = min((column.at for column in items if column.at > last), default=inf)
    own = [column for column in totals if column.moment == when or not when]
    own = own or [column for column in totals if not column.moment and last < column.at < end]
    return own[0] if len(own) == 1 else None
