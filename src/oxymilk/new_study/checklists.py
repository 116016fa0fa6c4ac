"""Find the items of a checklist in a sheet, and the columns of their totals."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, takewhile
from math import inf
from typing import Any

from oxymilk.new_study.lexicon import is_word_of, lexicon, tokens
from oxymilk.new_study.profile import TIMES, Column, Table
from oxymilk.words import fold, plain

_VISIT = re.compile(r"([^\W\d_]+)\W?(\d{1,2})(?=[\W_])")
_NUMBERED = re.compile(r"\D{0,6}\d{1,2}")
_MOST_POINTS = 10

# the words of the items; by timepoint ("" in a sheet of one) their columns, the pattern of these, and the total
Items = tuple[list[str], dict[str, list[Column]], dict[str, str], dict[str, Column]]


def find_items(table: Table, *, of_one_timepoint: bool) -> Items:
    """Return the items of a checklist, whose headers differ in timepoint or visit only; none else."""
    numbers = [column for column in table.columns if column.number_share > 0.5]
    last = {column: (tokens(column.beside_moment) or [""])[-1] for column in numbers}
    totals = [column for column in numbers if column.is_word_of("total") or is_word_of(last[column], "total")]
    columns = [column for column in table.few if column.cells and column not in totals]
    series = {when: [column for column in columns if column.moment == when] for when in TIMES}
    if not (of_one_timepoint or any(series.values())):
        series = {}
        for column in columns:
            if (visit := _VISIT.search(column.header)) and fold(visit[1]) in lexicon()["visit"]:
                series.setdefault(visit[2], []).append(column)
    if of_one_timepoint:
        series = {"": [column for column in columns if _NUMBERED.fullmatch(column.header)]}
    words, patterns = [], {}
    for when, columns in series.items():
        names = [column.name for column in columns]
        # "Pre_isap", "Pre_urin" begin with "Pre_"; a word that they have in part is the item's
        alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
        head = "".join(letters[0] for letters in alike) if when else ""
        own = re.sub(r"\d+$", "", head)  # "Pre1", "Pre2" begin with "Pre"
        is_numbered = own and all(name.removeprefix(own).isdecimal() for name in names)
        head = re.sub(r"[^\W_]*$", "", head) or (own if is_numbered else "")
        words.append([name.removeprefix(head) for name in names])
        patterns[when] = (head if when in (*TIMES, "") else head.replace(when, "{visit}")) + "{item}"
    if len(series) + of_one_timepoint < 2 or any(own != words[0] or len(own) < 2 for own in words):
        return [], {}, {}, {}
    found = {when: _total(when, series, totals) for when in series if when in (*TIMES, "")}
    return words[0], series, patterns, {when: total for when, total in found.items() if total}


def answers_of(
    words: list[str], legends: list[dict[str, str]], series: dict[str, list[Column]], totals: dict[str, Column]
) -> dict[str, Any]:  # fmt: skip
    """Return what a checklist says of the words of its items: the points of each, else which mean yes and no.

    Nothing for words that no checklist is known to have. Points are those of a legend, or of the known scale by which
    most totals are right; where nothing tells, `other` is a scale that gives the same words other points.
    """
    folded = {plain(word) or fold(word): word for word in words if not is_word_of(word, "missing")}
    yes, no = (tuple(word for word in folded.values() if is_word_of(word, kind)) for kind in ("yes", "no"))
    if set(folded.values()) <= {*yes, *no}:
        return {"yes": yes, "no": no}
    degrees = [{word: str(points) for word, points in scale.items()} for scale in lexicon()["likert"]]
    told = [{plain(name): code for code, name in legend.items()} for legend in legends]
    # the numbers of a legend whose words are degrees: 1 = STS, ..., 5 = SS
    of_degrees = [scale for scale in told if any(known.keys() >= scale.keys() for known in degrees)]
    told += [{code: code for code in scale.values()} for scale in of_degrees]
    if all(word.isdecimal() and int(word) <= _MOST_POINTS for word in folded):
        numbers = sorted({1, *map(int, folded)})
        degrees = [{str(n): str(n) for n in range(numbers[0], numbers[-1] + 1)}]
    scales = [scale for scale in [*told, *degrees] if scale.keys() >= folded.keys()]
    if not scales:
        return {}
    right = [_right(scale, series, totals) for scale in scales]
    best = scales[right.index(max(right))]
    points = {folded.get(word, word.upper()): n for word, n in best.items()}
    others = [scale for scale in scales if any(scale[word] != best[word] for word in folded)]
    return {"points": points} | (
        {"other": others[0]} if others and best not in told and not max(right) else {}
    )


def _right(scale: dict[str, str], series: dict[str, list[Column]], totals: dict[str, Column]) -> int:
    """Return how many totals are the sum of their row's points."""
    sums: Counter[tuple[str, int]] = Counter()
    for when in totals:
        for cell in chain.from_iterable(column.cells for column in series[when]):
            sums[when, cell.row] += int(scale.get(plain(cell.text), 0))
    return sum(
        str(sums[when, cell.row]) == cell.text for when, total in totals.items() for cell in total.cells
    )


def _total(when: str, series: dict[str, list[Column]], totals: list[Column]) -> Column | None:
    """Return the total of a timepoint's items: its header says so, or it is between these and the next ones."""
    last = max(column.at for column in series[when])
    items = chain(*series.values())
    end = min((column.at for column in items if column.at > last), default=inf)
    own = [column for column in totals if column.moment == when or not when]
    own = own or [column for column in totals if not column.moment and last < column.at < end]
    return own[0] if len(own) == 1 else None
