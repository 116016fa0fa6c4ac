"""Say what a number in a cell of a table states, from the heads of its row and its column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oxymilk.draft.rules import Proposal, of_test
from oxymilk.draft.words import pattern_of

if TYPE_CHECKING:
    from oxymilk.draft.context import Context
    from oxymilk.draft.words import Pattern


def read_cell(number: Proposal) -> Proposal | None:
    """Say what a number in a table states, None where it is in no table or its heads do not say it.

    Parameters
    ----------
    number : Proposal
        The number, with its operator; as what it would be in running text.
    """
    context, words = number.context, number.context.reading.words
    caption = context.sentence.block.heading
    cell, row, above = _heads(context)
    if not cell or context.token.kind != "number" or not context.sentence.own:
        return None
    number = Proposal(context, number.printed, operator=number.operator)
    heads, column = " ; ".join(above), above[-1] if above else ""
    group = _named(words.ids["heads"], heads, row) or _named(words.ids["groups"], caption)
    # papers print what belongs to a test one a column, programs one a row
    quantity = ""
    if cell != row:
        named = (
            key
            for key, pattern in words.ids["statistics"].items()
            if pattern.fullmatch(column.strip()) or pattern.fullmatch(row.strip())
        )
        is_p_value = pattern_of("p_value").search(column) or pattern_of("p_row").fullmatch(row)
        quantity = "p_value" if is_p_value else next(named, "")
    value = context.reading.value(number.printed)
    if quantity and (quantity != "p_value" or (value is not None and 0 <= value <= 1)):
        test = _named(words.ids["tests"], f"{caption} ; {heads} ; {row}")
        operator = number.operator if quantity == "p_value" else ""
        number = replace(number, quantity=quantity, operator=operator, group=group, test=test)
        return replace(number, check="recompute") if test == "signed_rank" and group else of_test(number)
    in_brackets = "%" in heads and context.before.rstrip().endswith("(")
    of_percent = pattern_of("percent_head").search(column) and not pattern_of("count_head").search(column)
    is_percent = number.printed.endswith("%") or bool(in_brackets or of_percent)
    counts = number.printed.isdigit() and ("%" in heads or pattern_of("count_head").search(heads))
    is_total = pattern_of("total_row").fullmatch(row)
    if not (is_percent or counts) or (is_total and is_percent):
        return None
    size = replace(number, quantity="sample_size", operator="", group=group, check="recompute")
    variable, _, level = _named(words.ids["levels"], row, heads).partition("/")
    named = words.ids["heads"].get(_named(words.ids["heads"], row))
    # a row of a group, in a table without levels, begins with how many they were
    if is_total or (named and not level and not is_percent and len(named.sub("", row).split()) <= 1):
        return size
    read = replace(size, quantity="percent" if is_percent else "count", variable=variable, level=level)
    if not level or (words.study is not None and variable != words.outcome):
        return replace(read, check="arithmetic" if is_percent else "no_data")
    read = replace(read, timepoint=_named(words.ids["timepoints"], heads, row, caption))
    clear = read.timepoint and (group or not context.reading.two_groups)
    return read if clear else read.asks("of which cell?")


def _heads(context: Context) -> tuple[str, str, list[str]]:
    """Return the cell of a number, the first cell of its row and the heads of its column; empty if in no table."""
    block, text = context.sentence.block, context.reading.text
    row, *above = (
        [
            match.span(1)
            for match in pattern_of("table_cell").finditer(text, *span)
            if match.end() > match.start()
        ]
        for span in ((block.start, block.end), *block.above)
    )
    if " | " not in text[block.start : block.end]:
        return "", "", []
    column = sum(end <= context.start for _, end in row)
    heads: list[str] = []
    # a head that spans columns fills the empty cells to its right, but none that has a head of its own above it
    left = 1
    for cells in above:
        shown = [text[start:end].strip() for start, end in cells]
        filled = [k for k in range(left, column + 1) if column < len(shown) and shown[k]]
        if filled and pattern_of("no_head").fullmatch(shown[filled[-1]]):
            left = 1
        elif filled:
            left = filled[-1]
            heads.append(shown[left])
    return text[slice(*row[column])], text[slice(*row[0])], heads


def _named(patterns: dict[str, Pattern], *heads: str) -> str:
    """Return what the first head that names just one of them names; "tidak lancar" does not name "lancar" too."""
    for head in heads:
        spans = [
            (*match.span(), key) for key, pattern in patterns.items() for match in pattern.finditer(head)
        ]
        found = {
            key
            for low, high, key in spans
            if not any(
                start <= low and high <= end and (start, end) != (low, high) for start, end, _ in spans
            )
        }
        if len(found) == 1 and "" not in found:
            return found.pop()
    return ""
