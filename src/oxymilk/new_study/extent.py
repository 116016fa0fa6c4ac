"""Where a table is in a sheet that nobody has declared: its header, its last row, and whether it is on its side."""

from __future__ import annotations

import statistics

from oxymilk.ingest.grid import Grid
from oxymilk.ingest.privacy import is_identifying
from oxymilk.new_study import lexicon as lex
from oxymilk.words import clean, fold, is_blank, is_foot

SEARCHED_ROWS = 40


def last_row(words_of: list[list[str]], titles: dict[int, str], first: int) -> int:
    """Return the last row (from 1) of a table that has notes, signatures or another table below it, else 0.

    Notes are below a blank row, or alone in a row; a row of few values right below the others may be a participant
    who left, and belongs to the table. Another table has a header whose words are new, below a blank row.
    """
    seen, below_blank = set(), False
    for row, words in enumerate(words_of):
        folded, after = {*map(fold, words)}, words_of[row + 1 : row + 2]
        is_legend = len(words) == 1 and {*lex.tokens(words[0])[:1]} & {*lex.WORDS["legend"]}
        is_header = len(words) > 1 and not folded & seen and not any(map(lex.ANY_NUMBER.fullmatch, words))
        if row >= first and below_blank and (is_legend or (is_header and len(*after or [()]) > 1)):
            return max(at for at in range(row) if len(words_of[at]) > 1) + 1
        seen |= folded
        below_blank = not words or (below_blank and row in titles)
    # "1 = Pijat" under a column is a legend's, even where the row is full of them
    filled = [sum("=" not in word for word in words) for words in words_of]
    full = [count for count in filled[first:] if count > 1]
    if not full:
        return 0
    half = statistics.median(full) / 2
    body = max(row for row in range(first, len(filled)) if filled[row] > 1 and filled[row] >= half)
    while body + 1 < len(filled) and filled[body + 1] > 1:
        body += 1
    for row, words in enumerate(words_of[body + 1 :], start=body + 1):
        in_advance = len(words) == 1 and row not in titles
        if words and not in_advance and not any(is_foot(word, below_foot=True) for word in words[:2]):
            return body + 1
    return 0


def is_on_its_side(grid: Grid) -> bool:
    """Say whether the first column has the words for before and after, and is a column of headers.

    It is when there are more columns than rows, or when its words all differ and no header above says before or after.
    """
    rows = [row for row in grid.rows if not all(map(is_blank, row))]
    first = [fold(row[0]) for row in rows if row and fold(row[0])]
    if not set(lex.TIMES) <= set(map(lex.moment, first)) or len(rows) > SEARCHED_ROWS:
        return False
    above = rows[: min(at for at, row in enumerate(rows) if row and lex.moment(row[0]))]
    differ = len(set(first)) == len(first) and not any(lex.moment(text) for row in above for text in row)
    return len(rows) < max(map(len, rows)) or (bool(above) and differ)


def header_rows(grid: Grid) -> tuple[int, ...]:
    """Return the rows (from 1) that most look like a header: known words, texts, all different."""
    known = lex.OF_PERSONS.union(*(lex.WORDS[what] for what in ("number", "group", "timepoint")))
    scores = []
    for texts in grid.rows[:SEARCHED_ROWS]:
        words = [word for word in map(clean, texts) if word and not lex.ANY_NUMBER.fullmatch(word)]
        # of two tables the one of before and after
        telling = ({*map(lex.moment, words)} >= {*lex.TIMES}) + sum(
            bool(known & lex.spellings(word) or lex.moment(word)) or is_identifying(word)
            or lex.rank_of_participant(word) is not None for word in words
        )  # fmt: skip
        scores.append(3 * telling + len(set(map(fold, words))))
    first = last = scores.index(max(scores))
    while first > 0 and _continues(grid, first - 1, first - 1):
        first -= 1
    while last < len(grid.rows) - 1 and last - first < 2 and _continues(grid, last, first):
        last += 1
    return tuple(range(first + 1, last + 2))


def _continues(grid: Grid, upper: int, top: int) -> bool:
    """Say whether the row below is of the header: it names parts of a cell above, and is blank below the `top` one."""
    width = max(len(grid.rows[upper]), len(grid.rows[upper + 1]))
    # above: No | Produksi ASI |            a blank is below No, and Sebelum is below Produksi ASI,
    # under:    | Sebelum      | Sesudah    so Sesudah, below a blank, is a part of Produksi ASI too
    both = [[(row, at) for at in range(width)] for row in (upper, upper + 1)]
    above, under = (["" if grid.merged.get(place) else grid.text(*place) for place in row] for row in both)
    first = next((at for at, text in enumerate(grid.rows[top]) if clean(text)), 0)
    parts = [at for at in range(width) if under[at] and not above[at]]
    whole = [max((left for left in range(at) if above[left]), default=-1) for at in parts]
    # a first cell that is merged with the one above is a header's, whatever is beside it
    has_parts = parts or (grid.merged.get((upper + 1, first)) and any(under))
    return bool(has_parts) and all(left >= 0 and under[left] for left in whole) and not under[first]
