"""Say what a number in a cell of a table states, from the heads of its row and its column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oxymilk.draft.rules import Proposal, of_test

if TYPE_CHECKING:
    from oxymilk.draft.context import Context
    from oxymilk.draft.text import Span
    from oxymilk.draft.words import Pattern, Words

_CELL = re.compile(r"([^|\n]*)(?:\||\n|$)")
_COUNT_HEAD = re.compile(r"(?<!\w)(?:n|f|no|freq\w*|frekuensi|jumlah|count)(?!\w)", re.IGNORECASE)
_PERCENT_HEAD = re.compile(r"%|persen|percent", re.IGNORECASE)
_NO_HEAD = re.compile(r"(?=.*\d)[\d.,%()\s/-]+")
_TOTAL = re.compile(r"\s*(?:total|jumlah|all|semua)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """A cell: its own text, the first cell of its row, what is above it in its column, and the table's caption."""

    text: str
    row_head: str
    column_heads: tuple[str, ...]
    caption: str


def find_cell(context: Context) -> Cell | None:
    """Return the table cell of a number of a sentence, None where it is in no table."""
    block, text = context.sentence.block, context.reading.text
    row = text[block.start : block.end]
    if " | " not in row:
        return None
    cells = _cells(row)
    column = sum(end <= context.start - block.start for _, end in cells)
    heads: list[str] = []
    # a head that spans columns fills the empty cells to its right, but none that has a head of its own above it
    left = 1
    for start, end in block.above:
        above = [text[start:end][slice(*cell)].strip() for cell in _cells(text[start:end])]
        filled = [k for k in range(left, column + 1) if column < len(above) and above[k]]
        if filled and _NO_HEAD.fullmatch(above[filled[-1]]):
            left = 1
        elif filled:
            left = filled[-1]
            heads.append(above[left])
    return Cell(row[slice(*cells[column])], row[slice(*cells[0])], tuple(heads), block.heading)


def read_cell(number: Proposal) -> Proposal | None:
    """Say what a number in a table states, None where it is in no table or its heads do not say it.

    Parameters
    ----------
    number : Proposal
        The number, with its operator; as what it would be in running text.
    """
    context, words = number.context, number.context.reading.words
    cell = find_cell(context)
    if cell is None or context.token.kind != "number" or not context.sentence.own:
        return None
    number = Proposal(context, number.printed, operator=number.operator)
    heads, row = " ; ".join(cell.column_heads), cell.row_head
    column = cell.column_heads[-1] if cell.column_heads else ""
    groups = words.ids["heads"]
    group = _named(groups, heads, row) or _named(words.ids["groups"], cell.caption)
    value = context.reading.value(number.printed)
    quantity = "" if cell.text == row else _quantity_of_a_test(words, column, row)
    if quantity and not (quantity == "p_value" and (value is None or not 0 <= value <= 1)):
        test = _named(words.ids["tests"], f"{cell.caption} ; {heads} ; {row}")
        operator = number.operator if quantity == "p_value" else ""
        number = replace(number, quantity=quantity, operator=operator, group=group, test=test)
        return replace(number, check="recompute") if test == "signed_rank" and group else of_test(number)
    in_brackets = "%" in heads and re.search(r"\(\s*$", context.before)
    of_percent = _PERCENT_HEAD.search(column) and not _COUNT_HEAD.search(column)
    is_percent = number.printed.endswith("%") or bool(in_brackets or of_percent)
    counts = number.printed.isdigit() and ("%" in heads or _COUNT_HEAD.search(heads))
    if not is_percent and not counts:
        return None
    size = replace(number, quantity="sample_size", operator="", group=group, check="recompute")
    if _TOTAL.fullmatch(row):
        return None if is_percent else size
    variable, _, level = _named(words.ids["levels"], row, heads).partition("/")
    named = _named(groups, row)
    if named and not level and not is_percent and len(groups[named].sub("", row).split()) <= 1:
        # a row of a group, in a table without levels, begins with how many they were
        return size
    quantity = "percent" if is_percent else "count"
    found = replace(size, quantity=quantity, variable=variable, level=level)
    if not level or (words.study is not None and variable != words.outcome):
        return replace(found, check="arithmetic" if is_percent else "no_data")
    found = replace(found, timepoint=_named(words.ids["timepoints"], heads, row, cell.caption))
    clear = found.timepoint and (group or not context.reading.two_groups)
    return found if clear else found.asks("of which cell?")


def _quantity_of_a_test(words: Words, column: str, row: str) -> str:
    """Return what of a test a column's or a row's head names: papers print one a column, programs one a row."""
    if words["p_value"].search(column) or words["p_row"].fullmatch(row):
        return "p_value"
    statistics = words.ids["statistics"].items()
    named = (key for key, pattern in statistics if any(map(pattern.fullmatch, (column.strip(), row.strip()))))
    return next(named, "")


def _cells(row: str) -> list[Span]:
    """Return where the cells of a row begin and end."""
    return [match.span(1) for match in _CELL.finditer(row) if match.end() > match.start()]


def _named(patterns: dict[str, Pattern], *heads: str) -> str:
    """Return what the first head that names just one of them names; "tidak lancar" does not name "lancar" too."""
    for head in heads:
        spans = [(match.span(), key) for key, pattern in patterns.items() for match in pattern.finditer(head)]
        found = {
            key
            for (low, high), key in spans
            if not any(
                start <= low and high <= end and (start, end) != (low, high) for (start, end), _ in spans
            )
        }
        if len(found) == 1 and "" not in found:
            return found.pop()
    return ""
