"""Take a paper's text apart: sections, subheadings, paragraphs, sentences, and the lines that are page furniture.

Offsets are places in `Paper.text`, so that the numbers of the whole text, found once, fall into the parts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.draft.words import load, regex

if TYPE_CHECKING:
    from collections.abc import Sequence

PREAMBLE = "front matter"
_COMBINED = "results and discussion"
_LONGEST_HEADING = 250
Span = tuple[int, int]


@dataclass(frozen=True)
class Paper:
    """A paper's text.

    `text` has the lines of the file; each row of a table is one line, its cells parted by " | ". `pages` are the lines,
    from 1, on which pages begin; empty when the file has no pages.
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
        Which paragraph of the section it is, from 1; 0 for what is no paragraph. Rows of a table share one.
    heading : str
        The subheading above it.
    above : tuple of (int, int)
        Rows of a table: where the rows above begin and end, so that a cell can find the heads of its column.
    """

    kind: str
    start: int
    end: int
    section: str = PREAMBLE
    number: int = 0
    heading: str = ""
    above: tuple[Span, ...] = ()


def find_blocks(paper: Paper) -> list[Block]:
    """Part a paper's text into blocks, in their order.

    Section heads themselves are left out; a head that runs into its paragraph ("Abstract: ...") is cut off it.
    """
    text = paper.text
    lines = {number: match.span() for number, match in enumerate(re.finditer(r".*\n|.+", text), start=1)}
    # what three or more pages share but for its digits is a running head; of two on a page the first
    places: dict[str, dict[int, int]] = {}
    for number, span in lines.items():
        shape = re.sub(r"\d+", "#", " ".join(text[slice(*span)].split()))
        places.setdefault(shape, {}).setdefault(bisect_right(paper.pages, number), number)
    running = {number for pages in places.values() if len(pages) >= 3 for number in pages.values()}
    # lines that belong together: blank lines, heads of sections, rows of tables and furniture end a run
    runs: list[tuple[str, bool, list[Span]]] = []
    section, combined, continues = PREAMBLE, 0, False
    for number, (start, end) in lines.items():
        line = text[start:end]
        if not line.strip():
            continues = False
            continue
        outside = number in running or bool(regex("{furniture}").fullmatch(line))
        head, length = ("", 0) if outside else _section_head(line, section)
        if head == _COMBINED:
            # under the second of two combined heads a paper discusses what it reported
            combined += 1
            head = "results" if combined == 1 else "discussion"
        section = head or section
        alone, rest = outside or " | " in line, text[start + length : end].strip()
        if continues and not head and not alone:
            runs[-1][2].append((start, end))
        elif rest:
            runs.append((section, outside, [(start + length, end)]))
        continues = bool(rest) and not alone
    parts: list[Block] = []
    for section, outside, run in runs:
        parts += [Block("furniture", *run[0], section)] if outside else _split_headings(text, run, section)
    return _number(text, _mend(text, parts))


def sentences(text: str, block: Block) -> list[Span]:
    """Return where the sentences of a block begin and end."""
    ends = [
        match.end()
        for match in regex("{sentence_end}").finditer(text, block.start, block.end)
        if not regex("{abbreviation}").search(text[block.start : match.start() + 1])
    ]
    edges = [block.start, *ends, block.end]
    return [(start, end) for start, end in pairwise(edges) if text[start:end].strip()]


def _section_head(line: str, current: str) -> tuple[str, int]:
    """Return the section that a line opens, "" for none, and how many characters of it are the head."""
    heads = [(regex("{numbering}").sub("", line).strip().rstrip(":."), len(line))]
    run_in = regex("{run_in_head}").match(line)
    if run_in and current != "abstract":
        heads.append((run_in[1], run_in.end()))
    for head, length in heads:
        for section, names in load("words")["sections"].items():
            if " ".join(head.lower().split()) in names:
                return section, length
    return "", 0


def _split_headings(text: str, lines: Sequence[Span], section: str) -> list[Block]:
    """Cut a subheading off the beginning or the end of a run of lines."""
    shown = [text[start:end].strip() for start, end in lines]
    width = max(end - start for start, end in lines)
    first, last = 0, len(lines)
    short = len(shown[0]) < 0.75 * width and shown[0][:1].isupper() and shown[0][-1:].isalnum()
    if short and len(lines) > 1 and shown[1][:1].isupper():
        first = 1
    complete = [number for number, line in enumerate(shown) if regex("{line_complete}").search(line)]
    rest = text[lines[complete[-1]][1] if complete else lines[0][0] : lines[-1][1]]
    if len(rest.strip()) <= _LONGEST_HEADING:
        if complete and rest.strip()[:1].isupper():
            last = complete[-1] + 1
        elif not complete and not first and not regex("{no_heading}").search(rest):
            last = 0
    kinds = (("heading", lines[:first]), ("paragraph", lines[first:last]), ("heading", lines[last:]))
    return [Block(kind, part[0][0], part[-1][1], section) for kind, part in kinds if part]


def _mend(text: str, parts: Sequence[Block]) -> list[Block]:
    """Join a paragraph that a page's end or a lost picture broke in two; furniture inside it keeps its own block."""
    mended: list[Block] = []
    opened = -1
    for part in parts:
        if part.kind != "furniture":
            shown = text[part.start : part.end].strip()
            above = mended[opened] if opened >= 0 else part
            before = text[above.start : above.end].strip()
            continues = shown[:1].islower() or shown[:1] == "("
            joins = continues and before[-1:] not in ".!?:;|" and " | " not in shown
            if joins and opened >= 0 and above.section == part.section:
                mended[opened] = replace(above, kind="paragraph", end=part.end)
                continue
            opened = len(mended)
        mended.append(part)
    # the last words of a section head nothing
    following = ""
    for k, part in reversed(list(enumerate(mended))):
        if part.kind == "heading" and following != part.section:
            mended[k] = replace(part, kind="paragraph")
        if part.kind != "furniture":
            following = part.section
    return mended


def _number(text: str, parts: Sequence[Block]) -> list[Block]:
    """Give paragraphs their numbers and subheadings, and rows of tables the rows above them."""
    counts: Counter[str] = Counter()
    heading, section = "", ""
    rows: tuple[Span, ...] = ()
    numbered = []
    for part in parts:
        if part.section != section:
            heading, section = "", part.section
        if part.kind == "heading":
            heading = " ".join(text[part.start : part.end].split())
            part = replace(part, heading=heading)
        elif part.kind == "paragraph":
            is_row = " | " in text[part.start : part.end]
            rows = rows if is_row else ()
            counts[section] += not rows
            part = replace(part, number=counts[section], heading=heading, above=rows)
            rows = (*rows, (part.start, part.end)) if is_row else ()
        numbered.append(part)
    return numbered
