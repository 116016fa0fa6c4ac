"""Take a paper's text apart: sections, subheadings, paragraphs, sentences, and the lines that are page furniture.

Offsets are places in `Paper.text`, so that the numbers of the whole text, found once, fall into the parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oxymilk.draft.words import Words

PREAMBLE = "front matter"
_COMBINED = "results and discussion"
_LONGEST_HEADING = 250
_FURNITURE = re.compile(
    r"\s*(?:[-–|]?\s*(?:page|halaman|hal\.?|p\.)?\s*\d{1,4}\s*(?:(?:of|dari|/)\s*\d{1,4})?\s*[-–|]?"
    r"|(?:https?://|www\.|doi:?\s*10\.).*"
    r"|[^.]{0,60}\bvol(?:ume)?\b\s*\.?\s*\d.{0,60}"
    r"|.{0,40}\be?-?ISSN\b.{0,60})\s*",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\s*(?:[IVX]+\.|[A-Z]\.|\d+(?:\.\d+)*\.?)?\s*")
# a sentence ends before a capital or a bracket, but not after "No.", "et al.", "dkk." or a single letter
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*(?=\s+[A-Z(\[\"“])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:al|dkk|dll|dr|no|vol|fig|gbr|tab|vs|cf|approx|prof|st|jl|hlm|hal|pp|eq|ref|asymp|sig|[a-z])|\be\.g|\bi\.e)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Paper:
    """A paper's text.

    Attributes
    ----------
    text : str
        Lines as the file has them; each row of a table is one line, its cells parted by " | ".
    pages : tuple of int
        The line, from 1, on which each page begins; empty when the file has no pages.
    """

    text: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Block:
    """A paragraph, a subheading or a line of page furniture.

    Attributes
    ----------
    kind : {"paragraph", "heading", "furniture"}
        What it is.
    start, end : int
        ``text[start:end]``.
    section : str
        One of the sections of words.yaml, or "front matter".
    number : int
        Which paragraph of the section it is, from 1; 0 for what is no paragraph.
    heading : str
        The subheading it stands under.
    above : tuple of int
        Rows of a table: where the rows above begin, so that a cell can find the heads of its column.
    """

    kind: str
    start: int
    end: int
    section: str = PREAMBLE
    number: int = 0
    heading: str = ""
    above: tuple[tuple[int, int], ...] = ()


def find_blocks(paper: Paper, words: Words) -> list[Block]:
    """Part a paper's text into blocks, in their order.

    Parameters
    ----------
    paper : Paper
        The text.
    words : Words
        The names of sections.

    Returns
    -------
    list of Block
        Section heads themselves are left out; a head that runs into its paragraph ("Abstract: ...") is cut off it.
    """
    lines = _lines(paper.text)
    repeated = _repeated(paper, lines)
    parts: list[Block] = []
    section, seen = PREAMBLE, 0
    open_lines: list[tuple[int, int]] = []

    def close() -> None:
        if open_lines:
            parts.extend(_split_headings(paper.text, open_lines, section))
            open_lines.clear()

    for number, (start, end) in enumerate(lines, start=1):
        line = paper.text[start:end]
        if not line.strip():
            close()
        elif number in repeated or _FURNITURE.fullmatch(line):
            close()
            parts.append(Block("furniture", start, end, section))
        else:
            head = _section_head(line, words, section)
            if head:
                close()
                seen += head[0] == _COMBINED
                section = _section_after(head[0], seen)
                start += head[1]
            elif " | " in line:
                close()
            if paper.text[start:end].strip():
                open_lines.append((start, end))
            if " | " in line:
                close()
    close()
    return _number(paper.text, _mended(paper.text, parts))


def sentences(text: str, block: Block) -> list[tuple[int, int]]:
    """Return where the sentences of a block begin and end."""
    ends = [
        match.end() + block.start
        for match in _SENTENCE_END.finditer(text[block.start : block.end])
        if not _ABBREVIATION.search(text[block.start : block.start + match.start() + 1])
    ]
    edges = [block.start, *ends, block.end]
    return [(first, last) for first, last in pairwise(edges) if text[first:last].strip()]


def _lines(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        found.append((start, start + len(line)))
        start += len(line)
    return found


def _repeated(paper: Paper, lines: Sequence[tuple[int, int]]) -> set[int]:
    """Return the lines that three or more pages share but for their digits: running heads and feet."""
    if not paper.pages:
        return set()
    where: dict[str, dict[int, int]] = {}
    for number, (start, end) in enumerate(lines, start=1):
        page = sum(first <= number for first in paper.pages)
        shape = re.sub(r"\d+", "#", " ".join(paper.text[start:end].split()))
        if shape:
            where.setdefault(shape, {}).setdefault(page, number)
    return {number for pages in where.values() if len(pages) >= 3 for number in pages.values()}


def _section_head(line: str, words: Words, current: str) -> tuple[str, int] | None:
    """Return the section that a line opens, and how many characters of it are the head."""
    heads = [(_NUMBERING.sub("", line).strip().rstrip(":."), len(line))]
    run_in = re.match(r"\s*([A-Za-z /]{3,40}?)\s*[:—]\s+", line)
    if run_in and current != "abstract":
        heads.append((run_in[1], run_in.end()))
    for shown, length in heads:
        name = words.sections.get(" ".join(shown.lower().split()))
        if name:
            return name, length
    return None


def _section_after(name: str, times: int) -> str:
    """Return what a head opens: under the second of two combined heads a paper discusses what it reported."""
    if name != _COMBINED:
        return name
    return "results" if times == 1 else "discussion"


def _split_headings(text: str, lines: Sequence[tuple[int, int]], section: str) -> list[Block]:
    """Cut a subheading off the beginning or the end of a run of lines."""
    width = max(end - start for start, end in lines)
    first, last = 0, len(lines)
    if len(lines) > 1 and _is_head(text, lines[0], width) and text[slice(*lines[1])].lstrip()[:1].isupper():
        first = 1
    complete = [k for k, line in enumerate(lines) if re.search(r"[.!?:;]\W*$", text[slice(*line)])]
    if complete and text[lines[complete[-1]][1] : lines[-1][1]].strip():
        rest = text[lines[complete[-1]][1] : lines[-1][1]].strip()
        if rest[:1].isupper() and len(rest) <= _LONGEST_HEADING:
            last = complete[-1] + 1
    elif not complete and first == 0 and _alone(text[lines[0][0] : lines[-1][1]]):
        last = 0
    parts = [
        Block("heading", lines[0][0], lines[0][1], section) if first else None,
        Block("paragraph", lines[first][0], lines[last - 1][1], section) if last > first else None,
        Block("heading", lines[last][0], lines[-1][1], section) if last < len(lines) else None,
    ]
    return [part for part in parts if part]


def _is_head(text: str, line: tuple[int, int], width: int) -> bool:
    shown = text[slice(*line)].strip()
    return len(shown) < 0.75 * width and shown[:1].isupper() and shown[-1:].isalnum()


def _alone(shown: str) -> bool:
    several = re.search(r"[^\W\d_]{2}[.!?]\s+[A-Z]", shown)
    return len(shown.strip()) <= _LONGEST_HEADING and " | " not in shown and not several


def _mended(text: str, parts: Sequence[Block]) -> list[Block]:
    """Join a paragraph that a page's end or a lost picture broke in two; furniture inside it keeps its own block."""
    mended: list[Block] = []
    for part in parts:
        opened = next((k for k in range(len(mended) - 1, -1, -1) if mended[k].kind != "furniture"), None)
        shown = text[part.start : part.end].strip()
        if part.kind != "furniture" and opened is not None and mended[opened].section == part.section:
            before = text[mended[opened].start : mended[opened].end].strip()
            goes_on = shown[:1].islower() or shown[:1] == "("
            if goes_on and before[-1:] not in ".!?:;|" and " | " not in shown:
                mended[opened] = replace(mended[opened], kind="paragraph", end=part.end)
                continue
        mended.append(part)
    # the last words of a section head nothing
    for k, part in enumerate(mended):
        following = next((other for other in mended[k + 1 :] if other.kind != "furniture"), None)
        if part.kind == "heading" and (following is None or following.section != part.section):
            mended[k] = replace(part, kind="paragraph")
    return mended


def _number(text: str, parts: Sequence[Block]) -> list[Block]:
    """Give paragraphs their numbers and subheadings, and rows of tables the rows above them."""
    counts: dict[str, int] = {}
    heading, section = "", None
    rows: list[tuple[int, int]] = []
    numbered = []
    for part in parts:
        if part.section != section:
            heading, section = "", part.section
        if part.kind == "heading":
            heading = " ".join(text[part.start : part.end].split())
            numbered.append(replace(part, heading=heading))
        elif part.kind == "paragraph":
            is_row = " | " in text[part.start : part.end]
            if not is_row or not rows:
                counts[part.section] = counts.get(part.section, 0) + 1
            above = tuple(rows) if is_row else ()
            rows = [*rows, (part.start, part.end)] if is_row else []
            number = counts[part.section]
            numbered.append(replace(part, number=number, heading=heading, above=above))
        else:
            numbered.append(part)
    return numbered


def line_starts(text: str) -> list[int]:
    """Return where each line begins."""
    return [start for start, _ in _lines(text)]


def page_of(paper: Paper, line: int) -> int:
    """Return the page that a line is on, from 1; 0 where the file has no pages."""
    return sum(first <= line for first in paper.pages)


def describe_place(place: Mapping[str, object]) -> str:
    """Say in our own short words where something stands: "results table 4", "introduction p3"."""
    if place.get("table"):
        return f"{place['section']} table {place['table']}"
    return f"{place['section']} p{place['number']}" if place.get("number") else str(place["section"])
