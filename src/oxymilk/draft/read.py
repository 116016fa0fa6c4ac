"""Read a paper's text from a plain text file, a Word document or a PDF."""

from __future__ import annotations

import re
import statistics
import unicodedata
from contextlib import suppress
from functools import partial
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.draft.text import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxymilk.draft.text import Span

_PLAIN = (".txt", ".text", ".md", "")
# how a file of each kind is named, and the library that reads it
_LIBRARIES = {".docx": ("Word", "python-docx", "Word document"), ".pdf": ("PDF", "pypdf", "PDF")}
# "ffi" and the like as one character
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
# words with at most two blanks between them
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")


class Unreadable(Exception):  # noqa: N818 - says what the user should do, not what went wrong in us
    """The file has no text that we can read; the message says why and what to do."""


def read_paper(path: Path) -> Paper:
    """Read the text of a paper.

    Parameters
    ----------
    path : Path
        A .txt, .docx or .pdf file. Plain text is UTF-8, or else Windows-1252.

    Returns
    -------
    Paper
        The text, and for a PDF where its pages begin.

    Raises
    ------
    Unreadable
        If the file is of another kind, is damaged, holds no text (a scan), or the library that reads it is not there.
    FileNotFoundError
        If there is no such file.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    if kind not in (*_PLAIN, *_LIBRARIES):
        raise Unreadable(
            f"{path.name}: a {kind} file is not read; save it as .docx, .pdf or plain text (.txt)"
        )
    if kind in _PLAIN:
        paper = _read_text(path)
    else:
        files, library, document = _LIBRARIES[kind]
        try:
            paper = _read_docx(path) if kind == ".docx" else _read_pdf(path)
        except ImportError:
            raise Unreadable(f"{path.name}: reading {files} files needs {library}; install it") from None
        # a damaged or locked file fails in many ways, all of them the file's
        except Exception as error:
            raise Unreadable(f"{path.name}: not a {document} that can be opened ({error})") from None
    if not paper.text.strip():
        raise Unreadable(f"{path.name}: no text in it; a scan must go through text recognition (OCR) first")
    return paper


def _read_text(path: Path) -> Paper:
    """Read plain text, whatever its line ends: UTF-16 if it is so marked, UTF-8, or else Windows-1252."""
    data = path.read_bytes()
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return Paper(data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"))
    raise Unreadable(f"{path.name}: neither UTF-8 nor Windows-1252 text; save it as UTF-8")


def _read_docx(path: Path) -> Paper:
    """Read a Word document: paragraphs, and rows of tables as lines of cells."""
    import docx

    parts = []
    for item in docx.Document(str(path)).iter_inner_content():
        lines = [] if hasattr(item, "rows") else [item.text]
        for row in getattr(item, "rows", ()):
            # a merged cell, which comes once for each column it spans, has its text once
            texts = [
                "" if before and before._tc is cell._tc else " ".join(cell.text.split())
                for before, cell in pairwise([None, *row.cells])
            ]
            lines.append(" | ".join([*texts, ""]))
        parts.append("\n".join(lines))
    return Paper("\n\n".join(parts) + "\n")


# --- PDF: it places words, and has no paragraphs and no tables. The lines come in the order in which the file prints
# them, which keeps two columns of text apart; rows of tables are where words are below each other with gaps between.


def _read_pdf(path: Path) -> Paper:
    """Read a PDF, page by page."""
    import pypdf

    texts = [page_lines(page) for page in pypdf.PdfReader(path).pages]
    pages = tuple(accumulate((len(lines) for lines in texts[:-1]), initial=1)) if texts else ()
    return Paper("\n".join(line for lines in texts for line in lines) + "\n", pages)


def page_lines(page: Any) -> list[str]:
    """Return the lines of a page of pypdf.

    A row of a table is one line with its cells between " | ". A blank line is put after a short line that ends a
    sentence: PDFs keep lines, not paragraphs.
    """
    lines = page.extract_text().translate(_LIGATURES).splitlines()
    try:
        placed = page.extract_text(extraction_mode="layout").translate(_LIGATURES)
    # the library finds no places on some pages, in many ways; their tables are then running text
    except Exception:
        placed = ""
    lines = with_rows(lines, placed.splitlines())
    usual = statistics.median([len(line.strip()) for line in lines if line.strip()] or [0])
    spaced = []
    for line in lines:
        # a soft hyphen shows only at a line's end
        spaced.append(line.replace("\u00ad", ""))
        if len(line.strip()) < 0.85 * usual and re.search(r"[.!?]\W*$", line):
            spaced.append("")
    return spaced


def with_rows(lines: Sequence[str], placed: Sequence[str]) -> list[str]:
    """Return lines in which those that make a row of a table are that row.

    The lines are in reading order; a row may be one line or a line for each of its cells. `placed` is the same page as
    it looks, with blanks for gaps.

    Examples
    --------
    >>> with_rows(["Level n", "low", "4"], ["Level      n", "low        4"])
    ['Level | n | ', 'low | 4 | ']
    """
    # compared without blanks and the marks between cells
    squeezed = partial(re.sub, r"[\s|]+", "")
    rows = {squeezed(row): row for row in _rows(placed)}
    found: list[str] = []
    start = 0
    while start < len(lines):
        shown, row, end = "", lines[start], start + 1
        for last in range(start, len(lines)):
            shown += squeezed(lines[last])
            if shown in rows:
                row, end = rows[shown], last + 1
                break
            if not shown or not any(row_shown.startswith(shown) for row_shown in rows):
                break
        found.append(row)
        start = end
    return found


def _rows(placed: Sequence[str]) -> list[str]:
    """Return the rows of tables on a page as it looks: two or more lines below each other with gaps."""
    rows: list[str] = []
    for has_gaps, group in groupby(placed, lambda line: len(_CELL.findall(line)) > 1):
        run = list(group)
        if not has_gaps or len(run) < 2:
            continue
        spans = [[match.span() for match in _CELL.finditer(line)] for line in run]
        # cells that overlap are of one column
        columns: list[Span] = []
        for low, high in sorted(span for row in spans for span in row):
            if columns and low < columns[-1][1]:
                low, high = columns[-1][0], max(columns.pop()[1], high)
            columns.append((low, high))
        for line, cells in zip(run, spans, strict=True):
            texts = (" ".join(line[low:high] for low, high in cells if a <= low < b) for a, b in columns)
            rows.append(" | ".join([*texts, ""]))
    return rows
