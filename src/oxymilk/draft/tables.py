"""Say what a number in a cell of a table states, from the heads of its row and its column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oxymilk.draft.proposal import Proposal, number_value, of_test

if TYPE_CHECKING:
    from oxymilk.draft.context import Reading, Sentence

_CELL = re.compile(r"([^|\n]*)(?:\||\n|$)")
_COUNT_HEAD = re.compile(r"(?<!\w)(?:n|f|no|freq\w*|frekuensi|jumlah|count)(?!\w)", re.IGNORECASE)
_ASIDE = r"(?:\s*[(\[].{0,25}[)\]])?"
_PERCENT_HEAD = re.compile(r"%|persen|percent", re.IGNORECASE)
_NO_HEAD = re.compile(r"(?=.*\d)[\d.,%()\s/-]+")
_TOTAL = re.compile(r"\s*(?:total|jumlah|all|semua)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """A cell: its own text, the first cell of its row, and what stands above it."""

    text: str
    row_head: str
    column_heads: tuple[str, ...]
    caption: str


def find_cell(reading: Reading, sentence: Sentence, place: int) -> Cell | None:
    """Return the table cell of a number of a sentence, None where it is in no table."""
    block, text = sentence.block, reading.text
    whole = text[block.start : block.end]
    if " | " not in whole:
        return None
    row = _cells(whole)
    number = sum(end <= place - block.start for _, end in row)
    heads: list[str] = []
    # a head that spans columns fills the empty cells to its right, but none that stands under a head of its own
    left = 1
    for start, end in block.above:
        above = [text[start:end][slice(*one)].strip() for one in _cells(text[start:end])]
        filled = [k for k in range(left, number + 1) if number < len(above) and above[k]]
        if filled and _NO_HEAD.fullmatch(above[filled[-1]]):
            left = 1
        elif filled:
            left = filled[-1]
            heads.append(above[left])
    return Cell(whole[slice(*row[number])], whole[slice(*row[0])], tuple(heads), block.heading)


def read_cell(reading: Reading, base: Proposal, index: int) -> Proposal | None:
    """Say what a number in a table states, None where it is in no table or its heads do not tell.

    Parameters
    ----------
    reading : Reading
        The paper.
    base : Proposal
        The number as a figure.
    index : int
        Which number of its row it is.
    """
    sentence = base.sentence
    token = sentence.tokens[index]
    cell = find_cell(reading, sentence, token.start)
    if cell is None or token.kind != "number" or not sentence.own:
        return None
    heads = " ; ".join(cell.column_heads)
    above = f"{cell.caption} ; {heads}"
    groups = reading.words.heads
    group = (
        _named(groups, heads) or _named(groups, cell.row_head) or _named(reading.words.groups, cell.caption)
    )
    column = cell.column_heads[-1] if cell.column_heads else ""
    value = number_value(token.text, reading)
    quantity = "" if cell.text == cell.row_head else _of_a_test(reading, column, cell.row_head)
    if quantity == "p_value" and (value is None or not 0 <= value <= 1):
        quantity = ""
    if quantity:
        test = _named(reading.words.tests, f"{above} ; {cell.row_head}")
        operator = base.operator if quantity == "p_value" else ""
        found = replace(base, quantity=quantity, operator=operator, group=group, test=test)
        if test == "signed_rank" and group:
            return replace(found, check="recompute")
        return of_test(reading, found, token.start, token.end)
    in_brackets = re.search(r"\(\s*$", reading.text[sentence.start : token.start]) is not None
    of_percent = _PERCENT_HEAD.search(column) and not _COUNT_HEAD.search(column)
    is_percent = token.text.endswith("%") or (in_brackets and "%" in heads) or bool(of_percent)
    whole = value is not None and value.denominator == 1 and token.text.isdigit()
    if not is_percent and not (whole and (_COUNT_HEAD.search(heads) or "%" in heads)):
        return None
    if _TOTAL.fullmatch(cell.row_head):
        if is_percent:
            return None
        return replace(base, quantity="sample_size", operator="", group=group, check="recompute")
    variable, _, level = (
        _named(reading.words.levels, cell.row_head) or _named(reading.words.levels, heads)
    ).partition("/")
    named = next((one for key, one in groups.items() if key == _named(groups, cell.row_head)), None)
    if not level and not is_percent and named and len(named.sub("", cell.row_head).split()) <= 1:
        # a row of a group, in a table without levels, begins with how many they were
        return replace(base, quantity="sample_size", operator="", group=group, check="recompute")
    timepoint = _named(reading.words.timepoints, heads) or _named(reading.words.timepoints, cell.row_head)
    timepoint = timepoint or _named(reading.words.timepoints, cell.caption)
    found = replace(
        base,
        quantity="percent" if is_percent else "count",
        operator="",
        group=group,
        variable=variable,
        level=level,
    )
    study = reading.words.study
    if not level or (study is not None and variable != study.outcome.id):
        return replace(found, check="arithmetic" if is_percent else "no_data")
    found = replace(found, timepoint=timepoint)
    clear = timepoint and (group or not reading.two_groups)
    return (
        replace(found, check="recompute")
        if clear
        else replace(found, check="ambiguous", remark="of which cell?")
    )


def _of_a_test(reading: Reading, column: str, row: str) -> str:
    """Return what of a test a column's or a row's head names: papers print one a column, programs one a row."""
    words = reading.words
    p_value = words["p_value"].pattern
    if re.search(p_value, column, re.IGNORECASE) or re.fullmatch(
        rf"\s*{p_value}{_ASIDE}\s*", row, re.IGNORECASE
    ):
        return "p_value"
    for quantity, pattern in words.statistics.items():
        if any(re.fullmatch(pattern.pattern, head.strip(), re.IGNORECASE) for head in (column, row)):
            return quantity
    return ""


def _cells(row: str) -> list[tuple[int, int]]:
    """Return where the cells of a row begin and end."""
    return [match.span(1) for match in _CELL.finditer(row) if match.end() > match.start()]


def _named(patterns: dict[str, re.Pattern[str]], shown: str) -> str:
    """Return what a head names, "" when nothing or several; "tidak lancar" does not name "lancar" too."""
    spans = [(match.span(), key) for key, pattern in patterns.items() for match in pattern.finditer(shown)]
    found = {
        key
        for (low, high), key in spans
        if not any(start <= low and high <= end and (start, end) != (low, high) for (start, end), _ in spans)
    }
    return found.pop() if len(found) == 1 else ""
