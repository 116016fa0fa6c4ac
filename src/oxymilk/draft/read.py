"""Read a paper's text from a file, and take it apart: sections, subheadings, paragraphs, page furniture, numbers.

Offsets are places in `Paper.text`, so that the numbers of the whole text, found once, fall into the parts.
"""

from __future__ import annotations

import logging
import re
import statistics
import unicodedata
import zipfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

from oxymilk.audit.printed import in_ascii
from oxymilk.draft.placed import with_rows
from oxymilk.draft.words import load, regex
from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.marks import refuse_bomb

PREAMBLE = "front matter"
_COMBINED = "results and discussion"
_LONGEST_HEADING = 250
_PLAIN = (".txt", ".text", ".md", "")
# "ffi" and the like as one character
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_MOST_COLUMNS = 63  # of a table in Word
_SOFT_HYPHEN = "\u00ad"


@dataclass(frozen=True)
class Paper:
    """A paper's text.

    `text` has the lines of the file; each row of a table is one line, its cells parted by " | ". `pages` are the lines,
    from 1, on which pages begin; empty when the file has no pages.
    """

    text: str
    pages: tuple[int, ...] = ()


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
    FaultsError
        If the file is of another kind, is damaged, or holds no text (a scan).
    FileNotFoundError
        If there is no such file.
    """
    path, paper = Path(path), None
    kind = path.suffix.lower()
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    code, problem = "paper_kind", ""
    if kind in _PLAIN:
        paper, code = _read_text(path), "paper_encoding"
    elif kind in (".docx", ".pdf"):
        try:
            paper = _read_docx(path) if kind == ".docx" else _read_pdf(path)
        # a damaged or locked file fails in many ways, all of them the file's
        except Exception as error:
            code, problem = "paper_damaged", str(error) or type(error).__name__
    if paper and not paper.text.strip():
        paper, code = None, "paper_empty"
    if not paper:
        raise FaultsError([Fault(code, path.name, value=kind, params={"problem": problem})])
    return paper


def _read_text(path: Path) -> Paper | None:
    """Read plain text, whatever its line ends; None in an unknown encoding."""
    data = path.read_bytes()
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            lines = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            tabbed = regex("{tabbed}").search
            lines = [line.replace("\t", " | ") + " | " if tabbed(line) else line for line in lines]
            return Paper(regex("{broken_table}").sub(_joined, "\n".join(with_rows(lines, lines))))
    return None


def _joined(table: re.Match) -> str:
    """Return a table that has a line for each cell as rows, below each so many empty lines that places stay."""
    *words, label = table["words"].splitlines()
    rows = [[label]]
    for line in table["rest"].splitlines():
        rows += [[]] * line[:1].isalpha()
        rows[-1] = [*rows[-1], line]
    width = max(map(len, rows))
    before, heads = words[:-width], words[-width:]
    joined = (" | ".join([*row, *[""] * (width - len(row)), ""]) + "\n" * len(row) for row in (heads, *rows))
    return "".join([*(f"{line}\n" for line in before), *joined]) if len(words) >= width else table[0]


def _read_docx(path: Path) -> Paper:
    """Read a Word document: paragraphs, and rows of tables as lines of cells; no more of them than Word writes."""
    import docx
    from docx.text.paragraph import Paragraph

    with zipfile.ZipFile(path) as package:
        refuse_bomb(package)
    parts = []
    # also those in content controls, which python-docx passes over
    outside = "[not(ancestor::w:tbl or ancestor::w:txbxContent)]"
    for item in docx.Document(str(path)).element.body.xpath(f".//w:p{outside} | .//w:tbl{outside}"):
        rows = item.xpath(".//w:tr[count(ancestor::w:tbl) = 1]")
        lines, above = [] if rows else [Paragraph(item, None).text], []
        for row in rows:
            texts: list[str] = []
            for cell in row.xpath("w:tc | w:sdt/w:sdtContent/w:tc"):
                paragraphs = (Paragraph(paragraph, None).text for paragraph in cell.xpath(".//w:p"))
                text = " ".join(" ".join(paragraphs).split())
                # a cell that goes on below has its text in each row, one over several columns once
                if not text and cell.xpath("w:tcPr/w:vMerge[not(@w:val='restart')]"):
                    text = "".join(above[len(texts) : len(texts) + 1])
                span = re.fullmatch("[0-9]{1,9}", cell.xpath("string(w:tcPr/w:gridSpan/@w:val)"))
                texts += [text, *[""] * (min(int(span[0]), _MOST_COLUMNS) - 1 if span else 0)]
            lines.append(" | ".join([*texts, ""]))
            above = texts
        parts.append("\n".join(lines))
    return Paper("\n\n".join(parts) + "\n")


def _read_pdf(path: Path) -> Paper:
    """Read a PDF, which places words and has no paragraphs or tables, in the order of its lines."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it cannot read is told as a fault
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
            # it joins the parts of a word; elsewhere it is how some files print a minus sign
            paper.append(re.sub(rf"(?<=[^\W\d]){_SOFT_HYPHEN}(?!\d)", "", line))
            if len(line.strip()) < 0.85 * usual and re.search(r"[.!?]\W*$", line):
                paper.append("")
    return Paper("\n".join(paper) + "\n", tuple(pages))


class Token(NamedTuple):
    """One number as a reader sees it, ``source[start:end]``: "0,083", "100%", "20-35", "sepuluh", "fifth", "VI".

    `text` is its normal form: ASCII digits, "-" for every dash, no blanks inside; the decimal mark and "%" stay as
    printed. Number words are in lower case.
    """

    text: str
    kind: Literal["number", "range", "word", "roman"]
    start: int
    end: int


def plain(text: str) -> str:
    """Return a text with one sign for what looks alike, character for character, so that places stay."""
    # "0·083" has a decimal point, "3.1·10" has none
    pointed = re.sub(r"(?:(?<=\d)|(?<=[=<>≤≥~(])|(?<=[=<>≤≥~]\s))·(?=\d)(?!10)", ".", text)
    return in_ascii(pointed.replace("\u066b", ","))


def find_tokens(text: str) -> list[Token]:
    """Find the numbers of a text, in their order.

    The search errs towards finding too much: a number that means nothing can be listed as excluded, a number that was
    overlooked can not. Numbers broken by a line end after a hyphen ("20-" / "35") are one token. Ordinals give their
    number ("ke-15" and "15th" are "15"). Superscript and subscript digits are marks of notes and units and are not
    looked at, and a single Roman letter counts only after "ke-".

    Examples
    --------
    >>> [token.text for token in find_tokens("usia 20–35 tahun, hari ke-15 (p-value< 0,05), 60 %; lima ibu")]
    ['20-35', '15', '0,05', '60%', 'lima']
    """
    tokens = []
    for name in ("numeric", "number_word", "roman"):
        for match in regex(f"{{{name}}}").finditer(plain(text)):
            kind = match.lastgroup
            shown = (" " if kind == "word" else "").join(match[kind].split())
            tokens.append(Token(shown.lower() if kind == "word" else shown, kind, *match.span(kind)))
    return sorted(tokens, key=lambda token: token.start)


@dataclass(frozen=True, eq=False)
class Block:
    """A paragraph, a subheading or a line of page furniture.

    Attributes
    ----------
    kind : {"paragraph", "heading", "furniture"}
        What it is.
    source, start, end : str, int, int
        Its text is ``source[start:end]``, of a row of a table with marks between its cells.
    section : str
        One of the sections of words.yaml, or "front matter".
    number : int
        Which paragraph of the section it is, from 1; 0 for what is no paragraph. Rows of a table share one.
    heading : str
        The subheading above it.
    above : tuple of Block
        Of a row of a table the rows above, in which a cell finds the heads of its column.
    """

    kind: str
    source: str = field(repr=False)
    start: int
    end: int
    section: str
    number: int = 0
    heading: str = ""
    above: tuple[Block, ...] = ()

    @property
    def text(self) -> str:
        """What it prints."""
        return self.source[self.start : self.end]

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return " | " in self.text


def find_blocks(paper: Paper) -> list[Block]:
    """Part a paper's text into blocks, in their order.

    Section heads themselves are left out; a head that runs into its paragraph ("Abstract: ...") is cut off it.
    """
    text = paper.text
    lines = [match.span() for match in re.finditer(r".*\n|.+", text)]
    # what three or more pages share but for its digits is a running head; of two on a page the first
    places: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for number, span in enumerate(lines, start=1):
        shape = re.sub(r"\d+", "#", " ".join(text[slice(*span)].split()))
        places[shape].setdefault(bisect_right(paper.pages, number), number)
    running = {number for pages in places.values() if len(pages) >= 3 for number in pages.values()}
    # lines that belong together: blank lines, heads of sections, rows of tables and furniture end a run
    runs: list[list[Block]] = []
    section, combined, continues = PREAMBLE, 0, False
    for number, (start, end) in enumerate(lines, start=1):
        outside = number in running or bool(regex("(?=.*\\S){furniture}").fullmatch(text, start, end))
        head, length = ("", 0) if outside else _section_head(text[start:end], section)
        if head == _COMBINED:
            # under the second of two combined heads a paper discusses what it reported
            combined += 1
            head = "results" if combined == 1 else "discussion"
        section = head or section
        line = Block("furniture" if outside else "paragraph", text, start + length, end, section)
        alone, is_filled = outside or line.is_row, bool(line.text.strip())
        if is_filled and continues and not head and not alone:
            runs[-1].append(line)
        elif is_filled:
            runs.append([line])
        # the caption of a table below is of no paragraph
        below = "".join(text[slice(*span)] for span in lines[number : number + 2])
        if " | " in below and regex("{numbered_label}").match(line.text.strip()) and len(runs[-1]) > 1:
            runs.append([runs[-1].pop()])
        continues = is_filled and not alone
    furniture = [line for line, *_ in runs if line.kind == "furniture"]
    parts = [part for run in runs if run[0].kind != "furniture" for part in _split_headings(run)]
    return sorted([*furniture, *_connect(parts)], key=lambda block: block.start)


def _section_head(line: str, current: str) -> tuple[str, int]:
    """Return the section that a line opens, "" for none, and how many characters of it are the head."""
    heads = {len(line): regex("{numbering}").sub("", line).strip().rstrip(":.")}
    run_in = regex("{run_in_head}").match(line)
    if run_in and current != "abstract":
        heads[run_in.end()] = run_in[1]
    for length, head in heads.items():
        for section, names in load("words")["sections"].items():
            if " ".join(head.lower().split()) in names:
                return section, length
    return "", 0


def _split_headings(lines: Sequence[Block]) -> list[Block]:
    """Cut a subheading off the beginning or the end of a run of lines."""
    shown = [line.text.strip() for line in lines]
    width = max(line.end - line.start for line in lines)
    short = len(shown[0]) < 0.75 * width and shown[0][:1].isupper() and shown[0][-1:].isalnum()
    first, last = int(short and len(lines) > 1 and shown[1][:1].isupper()), len(lines)
    ends = (at for at, line in enumerate(shown, start=1) if regex("{line_complete}").search(line))
    complete = max(ends, default=0)
    rest = "".join(line.text for line in lines[complete:])
    if len(rest.strip()) <= _LONGEST_HEADING:
        if complete and rest.strip()[:1].isupper():
            last = complete
        elif not complete and not first and not regex("{no_heading}").search(rest):
            last = 0
    kinds = (("heading", lines[:first]), ("paragraph", lines[first:last]), ("heading", lines[last:]))
    return [replace(part[0], kind=kind, end=part[-1].end) for kind, part in kinds if part]


def _connect(parts: Sequence[Block]) -> list[Block]:
    """Join paragraphs that a page's end or a lost picture broke in two, and give each its number and what is above."""
    joined: list[Block] = []
    for part in parts:
        shown, above = part.text.strip(), joined[-1] if joined else part
        ended = not joined or part.is_row or above.section != part.section
        if not (ended or above.text.strip()[-1:] in ".!?:;|") and (shown[:1].islower() or shown[:1] == "("):
            joined[-1] = replace(above, kind="paragraph", end=part.end)
        else:
            joined.append(part)
    counts: Counter[str] = Counter()
    heading, section, top = "", "", 0
    rows: tuple[Block, ...] = ()
    for place, part in enumerate(joined):
        if part.section != section:
            heading, section = "", part.section
        behind = joined[place + 1 : place + 3]
        # the last words of a section head nothing
        if part.kind == "heading" and behind and behind[0].section == section:
            # what is below a heading is another table of the same paragraph; without a number it goes on with the first
            shown, top = " ".join(part.text.split()), len(rows)
            new = not rows or regex("{numbered_label}").match(shown) or not any(row.is_row for row in behind)
            heading = shown if new else f"{heading} ; {shown}"
            joined[place] = replace(part, heading=heading)
            continue
        rows, top = (rows, top) if part.is_row else ((), 0)
        counts[section] += not rows
        cells = {"number": counts[section], "heading": heading, "above": rows[top:]}
        joined[place] = replace(part, kind="paragraph", **cells)
        rows += (joined[place],) * part.is_row
    return joined
