"""What a table prints of a test beside a p-value: the counts, ranks or means of the rows that belong to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from oxymilk.draft.context import Context, Reading
from oxymilk.draft.words import regex

RANKS, MEANS = ("mean_ranks", "rank_sums"), ("means", "sds")
# what is printed of each test: a table of counts, or lists with one number a group
LISTS = {"mann-whitney": RANKS, "wilcoxon": RANKS, "t-independent": MEANS, "t-paired": MEANS,
         "chi-square": ("counts",), "fisher": ("counts",)}  # fmt: skip
Rows = list[list[Context]]


def tables_of(reading: Reading) -> list[Rows]:
    """Return the tables of a paper, in its order: for each row the numbers that fill a cell; none in a row of words."""
    tables: dict[int, dict[int, list[Context]]] = {}
    for sentence in [sentence for sentence in reading.sentences if sentence.block.is_row]:
        rows = tables.setdefault((*sentence.block.above, sentence.block)[0].start, {})
        rows.setdefault(sentence.block.start, []).extend(cell for cell in sentence.numbers if cell.fills_cell)
    return [[*rows.values()] for rows in tables.values()]


def evidence_in(rows: Rows, test: str, p_value: Context | None = None) -> dict[str, Any]:
    """Return what a table prints of a test, as cells of evidence.

    Parameters
    ----------
    rows : list of list of Context
        A table of `tables_of`.
    test : str
        The test, a key of `oxymilk.audit.evidence.STATISTICS`.
    p_value : Context, optional
        A p-value in the table; without one all rows are of the test.

    Returns
    -------
    dict
        Counts, or lists and n, under the names of `oxymilk.audit.evidence.FIELDS`, and as "used" where the numbers
        begin; empty where the rows that belong to the p-value, or its row alone, have not what the test needs, or
        their sums contradict those printed.
    """
    needed = LISTS.get(test, ())
    for part in _parts(rows, p_value) if needed else ():
        found: dict[str, list[Context]] = defaultdict(list)
        in_part = any(p_value in row for row in part)
        for number in (number for row in part for number in row):
            if not in_part or number.column != p_value.column:
                found[_kind(number)].append(number)
        lists = {name: [number.token.text for number in found[name]] for name in needed if found[name]}
        first = found[[*lists, ""][0]]
        heads, named = [number.cell_heads for number in first], first and first[0].reading.named
        if test == "t-paired" and len({named("heads", row) for _, row, _ in heads} - {""}) > 1:
            # groups below each other are no pairs
            return {}
        n = [number.token.text for number in found["n"] or found["total"]] or _sizes(first)
        if needed == ("counts",):
            # without a p-value a second column of words may be of several variables
            of_one = p_value or all(number.column == 1 for row in part for number in row[:1])
            lists, n = {"counts": _counts(found["n"], found["total"]) if of_one else []}, []
        if all(lists.values()) and len(lists) >= (2 if needed == MEANS else 1):
            cells = {name: ";".join(numbers) + ";" * (len(numbers) < 2) for name, numbers in lists.items()}
            n = ",".join(dict.fromkeys(n) if test == "t-paired" else n)
            groups = dict.fromkeys(named("heads", row, *reversed(above)) for _, row, above in heads)
            used = [number.start for row in part for number in row]
            return {**cells, "n": n, "groups": [*filter(None, groups)], "used": used}
    return {}


def _parts(rows: Rows, p_value: Context | None) -> Iterator[Rows]:
    """Yield the rows that a p-value is of, from what is most to its row alone; without one those of one variable."""
    if p_value is None:
        first = next((at for at, row in enumerate(rows) if row), 0)
        yield rows[first:] * all(rows[first:])
        return
    (at,) = (at for at, row in enumerate(rows) if p_value in row)
    if at and len(rows[at]) == 1 and regex("{p_row}").fullmatch(p_value.cell_heads[1]):
        # a row of its own is of those above it
        words = [k for k in range(at) if not rows[k] or regex("{p_row}").fullmatch(rows[k][0].cell_heads[1])]
        yield rows[max(words, default=-1) + 1 : at]
        return
    filled = [any(number.column != p_value.column for number in row) for row in rows]
    printed = ["".join(n.token.text for n in row if n.column == p_value.column) for row in rows]
    # rows of words part a table
    low = max((k for k in range(at + 1) if not filled[k]), default=0)
    high = next((k for k in range(at + 1, len(rows)) if not filled[k]), len(rows))
    # a p-value of several rows may be printed in each
    starts = [k for k in range(low, high) if printed[k] and printed[k] != (printed[k - 1] if k > low else "")]
    if len(starts) > 1 and starts[0] < low + 2:
        low, high = max(k for k in starts if k <= at), min((k for k in starts if k > at), default=high)
    yield rows[low:high] if len(starts) == 1 or low in starts else [rows[at]]
    yield [rows[at]]


def _kind(number: Context) -> str:
    """Return what a number in a table is by its heads: a field of evidence, "total" of counts, or "" for another."""
    (cell, label, heads), block = number.cell_heads, number.sentence.block
    reading, column = number.reading, heads[-1].strip() if heads else ""
    second = number.previous is not None and number.previous.column == number.column
    # "Control (n = 20)" says nothing of the numbers below it
    named = (re.sub(r"(?i)\bn\s*=\s*\d+", "", head) for head in (*reversed(heads), label))
    kind = reading.named("beside", *named) or "n"
    if "±" in cell or kind in ("mean_sd", "means"):
        return "sds" if second else "means"
    if kind != "n":
        return kind
    of_percent = regex("{percent_head}").search(column) and not regex("{count_head}").search(column)
    of_statistic = regex("(?!{count_head}){statistics}|(?!{count_head}){other_statistics}").fullmatch(column)
    if second or of_percent or of_statistic or not number.token.text.isdigit():
        return ""
    row = block.text.split("|")
    return "total" if any(regex("{total_head}").fullmatch(part) for part in (*row, *heads)) else "n"


def _sizes(numbers: list[Context]) -> list[str]:
    """Return the sizes that the heads of numbers print, "Control (n = 20)"."""
    heads = (f"{number.cell_heads[1]} {' '.join(number.cell_heads[2])}" for number in numbers)
    return [size for of in heads for size in re.findall(r"(?i)\bn\s*=\s*(\d+)", of)[-1:]]


def _counts(numbers: list[Context], totals: list[Context]) -> list[str]:
    """Return the rows of a table of counts, [] where it is none or contradicts totals or sizes printed with it."""
    rows, sizes = defaultdict(list), [*map(int, _sizes(numbers))]
    for number in numbers:
        rows[number.sentence.block.start].append(int(number.token.text))
    counts = [*rows.values()]
    if len(counts) == 1 and len(sizes) == len(counts[0]):
        # those who are not counted: "11 (55.0) | 13 (65.0)" of 20 each
        counts.append([size - count for size, count in zip(sizes, counts[0], strict=True)])
    columns = [*zip(*counts, strict=False)]
    sums = [*map(sum, columns)]
    fits = len(counts) > 1 < len(sums) == max(map(len, counts)) and sums == (sizes[: len(sums)] or sums)
    sums += [sum(sums), *map(sum, counts)]
    fits = fits and all(int(total.token.text) in sums for total in totals)
    # the same people more than once: a total of which no head says so, or several variables
    again = (
        all(sum(line) == times * sum(line[:part]) for line in lines)
        for lines in (columns, counts)
        for part in range(2, len(lines[0]))
        for times in range(2, len(lines[0]))
    )
    return [",".join(map(str, row)) for row in counts] if fits and not any(again) else []
