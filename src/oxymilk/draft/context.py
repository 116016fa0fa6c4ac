"""What is round a number of a paper: its section, sentence and phrase, and who and when they speak of."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from oxymilk.draft.numbers import find_tokens
from oxymilk.draft.text import PREAMBLE, find_blocks, sentences
from oxymilk.draft.words import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.draft.numbers import Token
    from oxymilk.draft.text import Block, Paper, Span
    from oxymilk.draft.words import Words

# sections in which a paper prints its own numbers, unless the sentence names another work
_OWN = ("abstract", "methods", "results", "discussion", "conclusion", PREAMBLE)
_CITING = ("abstract", "introduction", "discussion")
# hyphens, en dashes and minus signs are one sign to a pattern: "Mann–Whitney", "p–value"
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2013\u2212"), "-")
_SIGNS = {"=": "", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
Mention = tuple[int, int, str]


@dataclass(frozen=True)
class Sentence:
    """A sentence and its place.

    Attributes
    ----------
    start, end : int
        ``text[start:end]`` of the paper.
    block : Block
        The paragraph.
    own : bool
        Whether it can print results of the paper itself.
    cited : bool
        Whether it reports numbers of another work.
    sources : tuple of str
        Those works, as the text names them; also those that the end of the paragraph names for all of it.
    where : str
        The place in our words: "results p2", "results table 4".
    tokens : tuple of Token
        Its numbers.
    """

    start: int
    end: int
    block: Block
    own: bool
    cited: bool
    sources: tuple[str, ...]
    where: str
    tokens: tuple[Token, ...]


class Reading:
    """A paper taken apart, with the words that read it.

    Attributes
    ----------
    text : str
        The text with one sign for every dash.
    blocks, sentences, tokens : list
        Its blocks, sentences and numbers, in their order.
    two_groups : bool
        Whether the study has two groups; without a study, whether the text names two.
    ratios : dict
        (A cited work, a percentage of it): the printed ratio behind it, as far as the paper has been read.
    """

    def __init__(self, paper: Paper, words: Words) -> None:
        self.paper, self.words = paper, words
        self.text = text = paper.text.translate(_DASHES)
        self.blocks, self.tokens = find_blocks(paper), find_tokens(paper.text)
        self.ratios: dict[tuple[str, str], str] = {}
        groups = (group.search(text) for group in words.ids["groups"].values())
        self.two_groups = len(words.study.groups) > 1 if words.study else all(groups)
        self.sentences: list[Sentence] = []
        furniture = [(block.start, block.end) for block in self.blocks if block.kind == "furniture"]
        tokens = [token for token in self.tokens if not _within(token.start, furniture)]
        for block in self.blocks:
            if block.kind == "furniture":
                continue
            shown, section = text[block.start : block.end], block.section
            introduces = section == "introduction"
            # the rows of a table say what it is in the heading above them
            table = regex("{numbered_label}").search(block.heading if " | " in shown else shown[:60])
            place = f"p{block.number}" if block.number else "heading" if block.kind == "heading" else ""
            if table and section == "results":
                place = f"table {table[1]}" + " heading" * (block.kind == "heading")
            where = f"{section} {place}".rstrip()
            # works that the end of the paragraph names are the source of all of it
            works = regex("{citations}" if section in _CITING else "(?!)")
            last = block.start + len(shown.rstrip(" .\n"))
            foot = [match[0] for match in works.finditer(text, block.start, last) if match.end() == last]
            for start, end in sentences(text, block):
                named = works.findall(text, start, end)
                if introduces and not (named or foot):
                    # a paragraph without its own source continues the one before it, or has none
                    foot = works.findall(text, block.start, block.end)
                cited = introduces or bool(named)
                sources = tuple(" ".join(work.split()) for work in named or foot)
                inside = tuple(token for token in tokens if start <= token.start < end)
                own = section in _OWN and not cited
                self.sentences.append(Sentence(start, end, block, own, cited, sources, where, inside))

    def place(self, at: int) -> str:
        """Return the line, and the page where there are pages, of a place in the text."""
        line = self.text.count("\n", 0, at) + 1
        page = bisect_right(self.paper.pages, line)
        return f"page {page}, line {line}" if page else f"line {line}"

    def mentions(self, kind: str, start: int, end: int) -> list[Mention]:
        """Return what words of a kind name between two places: begin, end and id; the longest where two begin.

        What the id "" names ("before and after") is nothing, and neither is what it overlaps.
        """
        found = [
            (match.start(), match.end(), key)
            for key, pattern in self.words.ids[kind].items()
            for match in pattern.finditer(self.text, start, end)
        ]
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda mention: (mention[0], -mention[1])):
            if not kept or mention[0] >= kept[-1][1]:
                kept.append(mention)
        return [mention for mention in kept if mention[2]]


class Context:
    """A stretch of a sentence, most often one number, and what is round it.

    Parameters
    ----------
    reading, sentence : Reading, Sentence
        The paper and the sentence.
    start, end : int
        The stretch is ``reading.text[start:end]``; `before` and `after` are the sentence up to it and from it on.
    index : int, optional
        Which number of the sentence it is, or ends with: `token`.
    """

    def __init__(self, reading: Reading, sentence: Sentence, start: int, end: int, index: int = -1) -> None:
        self.reading, self.sentence, self.start, self.end, self.index = reading, sentence, start, end, index
        self.before = reading.text[sentence.start : start]
        self.after = reading.text[end : sentence.end]
        self.token = sentence.tokens[index] if sentence.tokens else None

    @cached_property
    def phrase(self) -> Span:
        """The part of the sentence round it, up to the next comma or "and"."""
        start, end, words = self.sentence.start, self.sentence.end, self.reading.words
        both_times, breaks, joins = (
            [match.span() for match in pattern.finditer(self.reading.text, start, end)]
            for pattern in (words.ids["timepoints"][""], regex("{phrase_end}"), regex("{joins}"))
        )
        edges = [edge for edge in (*breaks, *joins) if not _within(edge[0], both_times)]
        low = max((stop for _, stop in edges if stop <= self.start), default=start)
        return low, min((begin for begin, _ in edges if begin >= self.end), default=end)

    @cached_property
    def operator(self) -> tuple[str, int]:
        """The operator before it in our form, "" for "=" and for none; and where it begins if it is in words."""
        sign = regex("{operator_before}").search(self.before)
        if sign:
            return _SIGNS.get(sign["op"], sign["op"]), len(self.before)
        patterns = self.reading.words.ids["operators"].items()
        found = [(match.start(), key) for key, pattern in patterns if (match := pattern.search(self.before))]
        # "no less than" holds "less than": what begins first counts
        start, operator = min(found, default=(len(self.before), ""))
        return operator, start

    def other(self, index: int) -> Context:
        """Return another number of the sentence."""
        token = self.sentence.tokens[index]
        return Context(self.reading, self.sentence, token.start, token.end, index)

    def fits_between(self, name: str, first: int, second: int) -> bool:
        """Say whether what is between two numbers of the sentence is a pattern of patterns.yaml."""
        tokens = self.sentence.tokens
        gap = self.reading.text[tokens[first].end : tokens[second].start]
        return regex(f"{{{name}}}").fullmatch(gap) is not None

    def nearest(self, kind: str, reach: str = "phrase") -> str:
        """Return the id that the phrase names: before the number if any, else after it, else "".

        Where the phrase names none, `reach` goes further: "before", to the sentence up to the number ("poor in 10
        before and in 8 after"); "paragraph", to the sentence and what the paragraph says before it.
        """
        sentence, mentions = self.sentence, partial(self.reading.mentions, kind)
        block, (low, high) = sentence.block, self.phrase
        named = mentions(low, self.start)[-1:] or mentions(self.end, high)
        if not named and reach != "phrase":
            named = mentions(sentence.start, self.start)[-1:]
        if not named and reach == "paragraph":
            named = mentions(self.end, sentence.end) or mentions(block.start, sentence.start)[-1:]
        return _id(named)

    def group(self, *, whole: bool = False) -> str:
        """Return the group that a number is of, "" when none is named.

        With `whole` a number before all groups of its sentence is of the whole sample ("20 mothers: 10 in the ...").
        """
        reading, sentence, groups = self.reading, self.sentence, self.reading.words.ids["groups"]
        mentions = partial(reading.mentions, "groups")
        if reading.words.study and len(groups) == 1:
            return next(iter(groups))
        low, high = self.phrase
        found = self.nearest("groups")
        # "30, of them 15 in the control group": the group behind 30 has a number of its own
        behind = mentions(self.end, high)[:1]
        theirs = any(self.end <= token.start < begin for begin, _, _ in behind for token in sentence.tokens)
        if found and not (whole and theirs):
            return found
        if not found and regex("{some_group}").search(reading.text, low, high):
            return ""  # a group that we do not know
        before = mentions(sentence.start, self.start)
        after = mentions(self.end, sentence.end)
        if before or (after and not whole):
            return _id(before[-1:] or after)
        # the last sentence that names a group continues about it, else the heading, unless it speaks of both
        for earlier in reversed([] if after else reading.sentences):
            if earlier.block == sentence.block and earlier.start < sentence.start:
                named = {key for _, _, key in mentions(earlier.start, earlier.end)}
                if named:
                    return named.pop() if len(named) == 1 else ""
        named = {key for key, pattern in groups.items() if pattern.search(sentence.block.heading)}
        return named.pop() if len(named) == 1 else ""

    @cached_property
    def test(self) -> str:
        """The test that a number belongs to; "other" for one that is not recomputed, "" when none is named."""
        reading, sentence = self.reading, self.sentence
        mentions = partial(reading.mentions, "every_test")
        if sentence.cited:
            return _id(mentions(sentence.start, sentence.end))
        # a sentence may go through several tests: the last named before the number is the one
        named = mentions(sentence.start, self.start)[-1:] or mentions(self.end, sentence.end)
        # "between the groups"; and a U is of the test between groups, whatever the one before was
        if not named and regex("{of_rank_sum}").search(reading.text, sentence.start, sentence.end):
            return "rank_sum"
        return _id(named or mentions(sentence.block.start, sentence.start)[-1:])

    def change(self, *, level: str = "") -> str:
        """Return how those whom a number counts changed: "up", "down", "unchanged"; "" if not or if unclear.

        Where the phrase names a level, "remained" alone is no change: "remained insufficient".
        """
        changes, sentence = self.reading.words.ids["changes"], self.sentence
        here, all_of_it = (
            [change for change, pattern in changes.items() if pattern.search(self.reading.text, *part)]
            for part in (self.phrase, (sentence.start, sentence.end))
        )
        remained = level and here == ["unchanged"] == all_of_it
        return here[0] if len(here) == 1 and not remained else ""


def _id(mentions: list[Mention]) -> str:
    """Return the id of the first mention, "" when there is none."""
    return mentions[0][2] if mentions else ""


def _within(place: int, spans: Iterable[Span]) -> bool:
    """Say whether a place is in one of some stretches."""
    return any(start <= place < end for start, end in spans)
