"""Rows of a table in the lines of a page, where words are placed below each other and no table is marked."""

import re
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, chain, pairwise, takewhile

from oxymilk.draft.words import regex

Span = tuple[int, int]
_LONGEST_REST = 30
# words with at most two blanks between them
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")


def with_rows(lines: Sequence[str], placed: Sequence[str]) -> list[str]:
    """Return lines in which those that make a row of a table are that row.

    The lines are in reading order; a row may be one line or a line for each of its cells. `placed` is the same page as
    it looks, with blanks for gaps: two or more lines below each other with gaps are rows of a table. Up to five of them
    are one row where the reading order goes through them cell by cell.

    Examples
    --------
    >>> with_rows(["Level n", "low", "4"], ["Level      n", "low        4"])
    ['Level | n | ', 'low | 4 | ']
    """
    # rows are compared without blanks and the marks between cells
    squeezed = partial(re.sub, r"[\s|]+", "")
    rows: dict[str, str] = {}
    runs: list[list[tuple[str, list[Span]]]] = [[]]
    for above, line in pairwise(["", *placed]):
        cells = [match.span() for match in _CELL.finditer(line)]
        # of the last lines of a row only the longest cell is left; some programs leave an empty line between rows
        is_rest = above.strip() and len(line.strip()) < _LONGEST_REST
        if len(cells) > 1 or (cells and is_rest and not regex("{numbered_label}").match(line.strip())):
            runs[-1].append((line, cells))
        elif cells:
            runs.append([])
    for run in runs:
        with_gaps = [cells for _, cells in run if len(cells) > 1]
        # cells that overlap are of one column
        columns: list[Span] = []
        for low, high in sorted(chain(*with_gaps)):
            if columns and low < columns[-1][1]:
                low, high = columns[-1][0], max(columns.pop()[1], high)
            columns.append((low, high))
        # all lines, column by column, are columns of text
        counts = range(1, min(6, len(run))) if len(with_gaps) > 1 else ()
        parts = [run[at : at + count] for count in counts for at in range(len(run))]
        for part in parts:
            cells = [(low, line[low:high]) for line, spans in part for low, high in spans]
            texts = [" ".join(text for low, text in cells if a <= low < b) for a, b in columns]
            if len(cells) > 1:
                rows.setdefault(squeezed("".join(texts)), " | ".join([*texts, ""]))
    found: list[str] = []
    start = 0
    while start < len(lines):
        begun = accumulate(map(squeezed, lines[start:]))
        begun = takewhile(lambda shown: shown and any(row.startswith(shown) for row in rows), begun)
        ends = [(count, rows[shown]) for count, shown in enumerate(begun, start=1) if shown in rows]
        # the last cell may go on in words
        more = ((end, lines[start + ends[0][0] : start + end[0]]) for end in ends)
        ends = [end for end, rest in more if all(re.fullmatch(r"\D*[^\W\d]\D*", line) for line in rest)]
        count, row = ends[-1] if ends else (1, lines[start])
        found.append(row)
        start += count
    return found
