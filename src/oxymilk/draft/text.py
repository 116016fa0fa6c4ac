"""Take a paper's text apart: sections, subheadings, paragraphs, lines that are page furniture, and numbers.

Offsets are places in `Paper.text`, so that the numbers of the whole text, found once, fall into the parts.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from oxymilk.draft.words import load, regex

PREAMBLE = "front matter"
_COMBINED = "results and discussion"
_LONGEST_HEADING = 250
_LOOKALIKES = str.maketrans(
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\uff0c\uff0e\uff05", "--------,.%"
)
Span = tuple[int, int]


@dataclass(frozen=True)
class Paper:
    """A paper's text.

    `text` has the lines of the file; each row of a table is one line, its cells parted by " | ". `pages` are the lines,
    from 1, on which pages begin; empty when the file has no pages.
    """

    text: str
    pages: tuple[int, ...] = ()


class Token(NamedTuple):
    """One number as a reader sees it, ``source[start:end]``: "0,083", "100%", "20-35", "sepuluh", "fifth", "VI".

    `text` is its normal form: ASCII digits, "-" for every dash, no blanks inside; the decimal mark and "%" stay as
    printed. Number words are in lower case.
    """

    text: str
    kind: Literal["number", "range", "word", "roman"]
    start: int
    end: int


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
    # one character for one, so that places in `plain` are places in `text`
    plain = re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), text.translate(_LOOKALIKES))
    tokens = []
    for name in ("numeric", "number_word", "roman"):
        for match in regex(f"{{{name}}}").finditer(plain):
            kind = match.lastgroup
            shown = (" " if kind == "word" else "").join(match[kind].split())
            tokens.append(Token(shown.lower() if kind == "word" else shown, kind, *match.span(kind)))
    return sorted(tokens, key=lambda token: token.start)


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
        outside = number in running or bool(line.strip() and regex("{furniture}").fullmatch(line))
        head, length = ("", 0) if outside else _section_head(line, section)
        if head == _COMBINED:
            # under the second of two combined heads a paper discusses what it reported
            combined += 1
            head = "results" if combined == 1 else "discussion"
        section = head or section
        alone, rest = outside or " | " in line, line[length:].strip()
        if continues and rest and not head and not alone:
            runs[-1][2].append((start, end))
        elif rest:
            runs.append((section, outside, [(start + length, end)]))
        continues = bool(rest) and not alone
    parts: list[Block] = []
    for section, outside, run in runs:
        parts += [Block("furniture", *run[0], section)] if outside else _split_headings(text, run, section)
    return _number(text, _join(text, parts))


def _section_head(line: str, current: str) -> tuple[str, int]:
    """Return the section that a line opens, "" for none, and how many characters of it are the head."""
    heads = [(regex("{numbering}").sub("", line).strip().rstrip(":."), len(line))]
    run_in = regex("{run_in_head}").match(line)
    if run_in and current != "abstract":
        heads.append((run_in[1], run_in.end()))
    sections = {name: section for section, names in load("words")["sections"].items() for name in names}
    named = ((sections.get(" ".join(head.lower().split()), ""), length) for head, length in heads)
    return next(((section, length) for section, length in named if section), ("", 0))


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


def _join(text: str, parts: Sequence[Block]) -> list[Block]:
    """Join a paragraph that a page's end or a lost picture broke in two; furniture inside it keeps its own block."""
    joined: list[Block] = []
    opened = -1
    for part in parts:
        if part.kind != "furniture":
            shown, above = text[part.start : part.end].strip(), joined[opened] if joined else part
            ended = text[above.start : above.end].strip()[-1:] in ".!?:;|" or " | " in shown
            continues = above.section == part.section and (shown[:1].islower() or shown[:1] == "(")
            if opened >= 0 and continues and not ended:
                joined[opened] = replace(above, kind="paragraph", end=part.end)
                continue
            opened = len(joined)
        joined.append(part)
    return joined


def _number(text: str, parts: Sequence[Block]) -> list[Block]:
    """Give paragraphs their numbers and subheadings, and rows of tables the rows above them."""
    counts: Counter[str] = Counter()
    heading, section = "", ""
    rows: tuple[Span, ...] = ()
    numbered = []
    for place, part in enumerate(parts):
        shown = text[part.start : part.end]
        if part.section != section:
            heading, section = "", part.section
        # the last words of a section head nothing
        following = next((other.section for other in parts[place + 1 :] if other.kind != "furniture"), "")
        if part.kind == "heading" and following == section:
            heading = " ".join(shown.split())
            part = replace(part, heading=heading)
        elif part.kind != "furniture":
            rows = rows if " | " in shown else ()
            counts[section] += not rows
            part = replace(part, kind="paragraph", number=counts[section], heading=heading, above=rows)
            rows = (*rows, (part.start, part.end)) if " | " in shown else ()
        numbered.append(part)
    return numbered
