"""Read a paper's text from a plain text file, a Word document or a PDF."""

from __future__ import annotations

from pathlib import Path

from oxymilk.draft.pdf import page_lines
from oxymilk.draft.text import Paper

_PLAIN = (".txt", ".text", ".md", "")
_ENCODINGS = ("utf-8-sig", "cp1252")


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
    if kind == ".docx":
        paper = _read_docx(path)
    elif kind == ".pdf":
        paper = _read_pdf(path)
    elif kind in _PLAIN:
        paper = Paper(_read_text(path))
    else:
        raise Unreadable(
            f"{path.name}: a {kind} file is not read; save it as .docx, .pdf or plain text (.txt)"
        )
    if not paper.text.strip():
        raise Unreadable(f"{path.name}: no text in it; a scan must go through text recognition (OCR) first")
    return paper


def _read_text(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise Unreadable(f"{path.name}: neither UTF-8 nor Windows-1252 text; save it as UTF-8")


def _read_docx(path: Path) -> Paper:
    try:
        import docx
    except ImportError:
        raise Unreadable(f"{path.name}: reading Word files needs python-docx; install it") from None
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    # a damaged package fails in many ways, all of them the file's
    except Exception as error:
        raise Unreadable(f"{path.name}: not a Word document that can be opened ({error})") from None
    parts = []
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            parts.append("\n".join(_row(row) for row in item.rows))
        else:
            parts.append(item.text)
    return Paper("\n\n".join(parts) + "\n")


def _row(row: object) -> str:
    cells: list[str] = []
    last = None
    for cell in row.cells:
        # a merged cell is handed out once for each column it spans
        cells.append("" if cell._tc is last else " ".join(cell.text.split()))
        last = cell._tc
    return " | ".join(cells) + " | "


def _read_pdf(path: Path) -> Paper:
    try:
        import pypdf
    except ImportError:
        raise Unreadable(f"{path.name}: reading PDF files needs pypdf; install it") from None
    try:
        reader = pypdf.PdfReader(path)
        texts = [page_lines(page) for page in reader.pages]
    # a damaged or locked file fails in many ways, all of them the file's
    except Exception as error:
        raise Unreadable(f"{path.name}: not a PDF that can be opened ({error})") from None
    pages, lines = [], []
    for found in texts:
        pages.append(len(lines) + 1)
        lines.extend(found)
    return Paper("\n".join(lines) + "\n", tuple(pages))
