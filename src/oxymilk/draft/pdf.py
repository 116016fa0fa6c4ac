"""Read a page of a PDF: lines in reading order, paragraphs apart, rows of tables as cells.

A PDF places words; it has no paragraphs and no tables. The lines come in the order in which the file prints them, which
keeps two columns of text apart. Rows of tables are seen where words stand below each other with gaps between them.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdf import PageObject

# "ffi" and the like as one character
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")


def page_lines(page: PageObject) -> list[str]:
    """Return the lines of a page; a row of a table has its cells between " | ", blank lines part paragraphs."""
    lines = page.extract_text().translate(_LIGATURES).splitlines()
    try:
        placed = page.extract_text(extraction_mode="layout").translate(_LIGATURES)
    # the library finds no places on some pages, in many ways; their tables are then running text
    except Exception:
        placed = ""
    return _with_paragraphs(with_rows(lines, placed.splitlines()))


def with_rows(lines: Sequence[str], placed: Sequence[str]) -> list[str]:
    """Return lines in which those that make a row of a table are that row.

    Parameters
    ----------
    lines : sequence of str
        In reading order; a row may be one line or a line for each of its cells.
    placed : sequence of str
        The same page as it looks, with blanks for gaps.

    Returns
    -------
    list of str

    Examples
    --------
    >>> with_rows(["Level n", "low", "4"], ["Level      n", "low        4"])
    ['Level | n | ', 'low | 4 | ']
    """
    rows = {_squeezed(row): row for row in _rows(placed)}
    found: list[str] = []
    at = 0
    while at < len(lines):
        row, end = _row_from(lines, at, rows)
        found.append(row)
        at = end
    return found


def _row_from(lines: Sequence[str], at: int, rows: dict[str, str]) -> tuple[str, int]:
    """Return the row that some lines make, else the first of them, and where the next line is."""
    shown = ""
    for end in range(at, len(lines)):
        shown += _squeezed(lines[end])
        if shown in rows:
            return rows[shown], end + 1
        if not shown or not any(row.startswith(shown) for row in rows):
            break
    return lines[at], at + 1


def _rows(placed: Sequence[str]) -> list[str]:
    """Return the rows of tables on a page as it looks: two or more lines below each other with gaps."""
    rows: list[str] = []
    for several, group in groupby(placed, lambda line: len(_CELL.findall(line)) > 1):
        run = list(group)
        if not several or len(run) < 2:
            continue
        spans = [[match.span() for match in _CELL.finditer(line)] for line in run]
        columns = _columns(spans)
        for line, cells in zip(run, spans, strict=True):
            texts = [""] * len(columns)
            for low, high in cells:
                place = next(at for at, (_, right) in enumerate(columns) if low < right)
                texts[place] = f"{texts[place]} {line[low:high]}".strip()
            rows.append(" | ".join(texts) + " | ")
    return rows


def _columns(spans: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Return where the columns of a table are: cells that overlap are of one column."""
    columns: list[tuple[int, int]] = []
    for low, high in sorted(span for row in spans for span in row):
        if columns and low < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], high))
        else:
            columns.append((low, high))
    return columns


def _squeezed(text: str) -> str:
    return re.sub(r"[\s|]+", "", text)


def _with_paragraphs(lines: list[str]) -> list[str]:
    """Put a blank line after a short line that ends a sentence: PDFs keep lines, not paragraphs."""
    lengths = [len(line.strip()) for line in lines if line.strip()]
    usual = statistics.median(lengths) if lengths else 0
    spaced = []
    for line in lines:
        spaced.append(line.replace("\u00ad", ""))
        if len(line.strip()) < 0.85 * usual and re.search(r"[.!?]\W*$", line):
            spaced.append("")
    return spaced
