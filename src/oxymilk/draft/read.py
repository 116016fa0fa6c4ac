"""Read a paper's text from a plain text file, a Word document or a PDF."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import accumulate, groupby, pairwise
from pathlib import Path

from oxymilk.draft.text import Paper, Span

_PLAIN = (".txt", ".text", ".md", "")
# how a file of each kind is named, and the library that reads it
_LIBRARIES = {".docx": ("Word", "python-docx", "Word document"), ".pdf": ("PDF", "pypdf", "PDF")}
# "ffi" and the like as one character; a soft hyphen shows only at a line's end
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SOFT_HYPHEN = "\u00ad"
# words with at most two blanks between them
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")


class Unreadable(Exception):  # noqa: N818 - says what the user should do, not what went wrong in us
    """The file has no text that we can read; the message says why and what to do."""


def read_paper(path: Path) -> Paper:
    """Read the text of a paper.

    Parameters
    ----------
    path : Path
        A .txt, .docx or .pdf file. Plain text is UTF-16 if it is so marked, UTF-8, or else Windows-1252.

    Returns
    -------
    Paper
        The text, and for a PDF where its pages begin. Rows of tables are lines of cells.

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
    if kind in _PLAIN:
        paper, problem = _read_text(path), "neither UTF-8 nor Windows-1252 text; save it as UTF-8"
    else:
        paper, problem = None, f"a {kind} file is not read; save it as .docx, .pdf or plain text (.txt)"
    if kind in _LIBRARIES:
        files, library, document = _LIBRARIES[kind]
        try:
            paper = _read_docx(path) if kind == ".docx" else _read_pdf(path)
        except ImportError:
            problem = f"reading {files} files needs {library}; install it"
        # a damaged or locked file fails in many ways, all of them the file's
        except Exception as error:
            problem = f"not a {document} that can be opened ({error})"
    if paper and not paper.text.strip():
        paper, problem = None, "no text in it; a scan must go through text recognition (OCR) first"
    if not paper:
        raise Unreadable(f"{path.name}: {problem}")
    return paper


def _read_text(path: Path) -> Paper | None:
    """Read plain text, whatever its line ends; None in an unknown encoding."""
    data = path.read_bytes()
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return Paper(data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"))
    return None


def _read_docx(path: Path) -> Paper:
    """Read a Word document: paragraphs, and rows of tables as lines of cells."""
    import docx

    parts = []
    for item in docx.Document(str(path)).iter_inner_content():
        lines = [] if hasattr(item, "rows") else [item.text]
        for row in getattr(item, "rows", ()):
            # a merged cell, which comes once for each column it spans, has its text once
            pairs = pairwise([None, *row.cells])
            merged = [(before is not None and before._tc is cell._tc, cell) for before, cell in pairs]
            texts = ["" if again else " ".join(cell.text.split()) for again, cell in merged]
            lines.append(" | ".join([*texts, ""]))
        parts.append("\n".join(lines))
    return Paper("\n\n".join(parts) + "\n")


def _read_pdf(path: Path) -> Paper:
    """Read a PDF, which places words, and has no paragraphs and no tables.

    The lines come in the order in which the file prints them, which keeps two columns of text apart; rows of tables are
    where words are below each other with gaps between. A blank line is put after a short line that ends a sentence.
    """
    import pypdf

    pages, paper = [], []
    for page in pypdf.PdfReader(path).pages:
        pages.append(len(paper) + 1)
        placed = ""
        # the library finds no places on some pages, in many ways; their tables are then running text
        with suppress(Exception):
            placed = page.extract_text(extraction_mode="layout").translate(_LIGATURES)
        lines = with_rows(page.extract_text().translate(_LIGATURES).splitlines(), placed.splitlines())
        usual = statistics.median([len(line.strip()) for line in lines if line.strip()] or [0])
        for line in lines:
            paper.append(line.replace(_SOFT_HYPHEN, ""))
            if len(line.strip()) < 0.85 * usual and re.search(r"[.!?]\W*$", line):
                paper.append("")
    return Paper("\n".join(paper) + "\n", tuple(pages))


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
        row, length = lines[start], 1
        for count, shown in enumerate(accumulate(map(squeezed, lines[start:])), start=1):
            if shown in rows:
                row, length = rows[shown], count
            if not shown or shown in rows or not any(other.startswith(shown) for other in rows):
                break
        found.append(row)
        start += length
    return found


def _rows(placed: Sequence[str]) -> list[str]:
    """Return the rows of tables on a page as it looks: two or more lines below each other with gaps."""
    rows: list[str] = []
    for has_gaps, group in groupby(placed, lambda line: len(_CELL.findall(line)) > 1):
        run = [(line, [match.span() for match in _CELL.finditer(line)]) for line in group]
        if not has_gaps or len(run) < 2:
            continue
        # cells that overlap are of one column
        columns: list[Span] = []
        for low, high in sorted(span for _, spans in run for span in spans):
            if columns and low < columns[-1][1]:
                low, high = columns[-1][0], max(columns.pop()[1], high)
            columns.append((low, high))
        for line, cells in run:
            texts = (
                " ".join(line[low:high] for low, high in cells if left <= low < right)
                for left, right in columns
            )
            rows.append(" | ".join([*texts, ""]))
    return rows
