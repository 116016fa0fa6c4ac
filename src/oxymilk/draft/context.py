"""What is round a number of a paper: its section, sentence and phrase, and who and when they speak of."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from oxymilk.audit.printed import parse_printed
from oxymilk.draft.numbers import Token, find_tokens
from oxymilk.draft.text import PREAMBLE, Block, Paper, Span, find_blocks, line_spans, sentences
from oxymilk.draft.words import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from oxymilk.draft.words import Pattern, Words

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
    cited: bool
    sources: tuple[str, ...]
    where: str
    tokens: tuple[Token, ...]

    @property
    def own(self) -> bool:
        """Whether it can print results of the paper itself."""
        return not self.cited and self.block.section in _OWN


class Reading:
    """A paper taken apart, with the words that read it: its blocks, sentences and numbers."""

    def __init__(self, paper: Paper, words: Words) -> None:
        self.paper, self.words = paper, words
        self.text = paper.text.translate(_DASHES)
        self.blocks = find_blocks(paper)
        self.tokens = find_tokens(paper.text)
        self._starts = [start for start, _ in line_spans(paper.text)]
        self.sentences = list(self._sentences())
        # (a cited work, a percentage of it) -> the printed ratio behind it, as far as the paper has been read
        self.ratios: dict[tuple[str, str], str] = {}

    @cached_property
    def two_groups(self) -> bool:
        """Whether the study has two groups; without a study, whether the text names two."""
        if self.words.study is not None:
            return len(self.words.study.groups) > 1
        return all(pattern.search(self.text) for pattern in self.words.ids["groups"].values())

    def place(self, at: int) -> str:
        """Return the line, and the page where there are pages, of a place in the text."""
        line = bisect.bisect_right(self._starts, at)
        page = self.paper.page(line)
        return f"page {page}, line {line}" if page else f"line {line}"

    def value(self, printed: str) -> Fraction | None:
        """Return the number that a token prints, None where it is no single number under the decimal marks."""
        try:
            return parse_printed(printed, self.words.marks).value
        except ValueError:
            return None

    def mentions(self, patterns: Mapping[str, Pattern], start: int, end: int) -> list[Mention]:
        """Return what is named between two places: begin, end and id, in order; the longest where two begin.

        What the id "" names ("before and after") is nothing, and neither is what it overlaps.
        """
        found = [
            (match.start(), match.end(), key)
            for key, pattern in patterns.items()
            for match in pattern.finditer(self.text, start, end)
        ]
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda mention: (mention[0], -mention[1])):
            if not kept or mention[0] >= kept[-1][1]:
                kept.append(mention)
        return [mention for mention in kept if mention[2]]

    def _sentences(self) -> Iterator[Sentence]:
        """Yield the sentences with their numbers, and the works that they cite."""
        furniture = [(block.start, block.end) for block in self.blocks if block.kind == "furniture"]
        tokens = [token for token in self.tokens if not _within(token.start, furniture)]
        starts = [token.start for token in tokens]
        for block in self.blocks:
            if block.kind == "furniture":
                continue
            # works that the end of the paragraph names are the source of all of it
            last = block.start + len(self.text[block.start : block.end].rstrip(" .\n"))
            foot = self._citations(block, block.start, last, at_end=True)
            for start, end in sentences(self.text, block):
                named = self._citations(block, start, end)
                introduces = block.section == "introduction"
                if introduces and not (named or foot):
                    # a paragraph without its own source continues the one before it, or has none
                    foot = self._citations(block, block.start, block.end)
                cited = introduces or bool(named)
                inside = tokens[bisect.bisect_left(starts, start) : bisect.bisect_left(starts, end)]
                yield Sentence(start, end, block, cited, named or foot, self._where(block), tuple(inside))

    def _citations(self, block: Block, start: int, end: int, *, at_end: bool = False) -> tuple[str, ...]:
        """Return the works named between two places, or only those whose name ends there."""
        found = pattern_of("citations").finditer(self.text, start, end) if block.section in _CITING else ()
        return tuple(" ".join(match[0].split()) for match in found if not at_end or match.end() == end)

    def _where(self, block: Block) -> str:
        """Say in our own short words where a block is: "results table 4", "introduction p3"."""
        shown = self.text[block.start : block.end]
        # the rows of a table say what it is in the heading above them
        table = pattern_of("numbered_label").search(block.heading if " | " in shown else shown[:60])
        place = f"p{block.number}" if block.number else ""
        place = f"table {table[1]}" if table and block.section == "results" else place
        return " ".join(filter(None, (block.section, place, "heading" if block.kind == "heading" else "")))


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
            for pattern in (words.ids["timepoints"][""], pattern_of("phrase_end"), pattern_of("joins"))
        )
        edges = [edge for edge in (*breaks, *joins) if not _within(edge[0], both_times)]
        low = max((stop for _, stop in edges if stop <= self.start), default=start)
        return low, min((begin for begin, _ in edges if begin >= self.end), default=end)

    @cached_property
    def operator(self) -> tuple[str, int]:
        """The operator before it in our form, "" for "=" and for none; and where it begins if it is in words."""
        sign = pattern_of("operator_before").search(self.before)
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
        return pattern_of(name).fullmatch(gap) is not None

    def is_in(self, name: str, part: Sentence | Block) -> bool:
        """Say whether it begins inside of what a list of words finds in its sentence or block."""
        found = pattern_of(name).finditer(self.reading.text, part.start, part.end)
        return _within(self.start, (match.span() for match in found))

    def mentions(self, kind: str, start: int, end: int) -> list[Mention]:
        """Return what the words of a kind name between two places."""
        return self.reading.mentions(self.reading.words.ids[kind], start, end)

    def nearest(self, kind: str) -> str:
        """Return what the phrase names: before the number if anything, else after it, else ""."""
        low, high = self.phrase
        return _id(self.mentions(kind, low, self.start)[-1:] or self.mentions(kind, self.end, high))

    def group(self, *, whole: bool = False) -> str:
        """Return the group that a number is of, "" when none is named.

        With `whole` a number before all groups of its sentence is of the whole sample ("20 mothers: 10 in the ...").
        """
        reading, sentence, groups = self.reading, self.sentence, self.reading.words.ids["groups"]
        if reading.words.study and len(groups) == 1:
            return next(iter(groups))
        low, high = self.phrase
        found = self.nearest("groups")
        # "30, of them 15 in the control group": the group behind 30 has a number of its own
        behind = self.mentions("groups", self.end, high)[:1]
        theirs = any(self.end <= token.start < begin for begin, _, _ in behind for token in sentence.tokens)
        if found and not (whole and theirs):
            return found
        if not found and pattern_of("some_group").search(reading.text, low, high):
            return ""  # a group that we do not know
        before = self.mentions("groups", sentence.start, self.start)
        after = self.mentions("groups", self.end, sentence.end)
        if before or (after and not whole):
            return _id(before[-1:] or after)
        # the last sentence that names a group continues about it, else the heading, unless it speaks of both
        for earlier in reversed([] if after else reading.sentences):
            if earlier.block == sentence.block and earlier.start < sentence.start:
                named = {key for _, _, key in self.mentions("groups", earlier.start, earlier.end)}
                if named:
                    return named.pop() if len(named) == 1 else ""
        named = {key for key, pattern in groups.items() if pattern.search(sentence.block.heading)}
        return named.pop() if len(named) == 1 else ""

    @cached_property
    def timepoint(self) -> str:
        """The timepoint that a number is of, "" when none is named."""
        sentence, kind = self.sentence, "timepoints"
        return self.nearest(kind) or _id(
            self.mentions(kind, sentence.start, self.start)[-1:]
            or self.mentions(kind, self.end, sentence.end)
            or self.mentions(kind, sentence.block.start, sentence.start)[-1:]
        )

    def level(self, *, continued: bool = False) -> tuple[str, str]:
        """Return the variable and the level that a number counts; empty when the phrase names none.

        With `continued` a phrase without one continues the level before it: "poor in 10 before and in 8 after".
        """
        before = self.mentions("levels", self.sentence.start, self.start)[-1:] if continued else []
        variable, _, level = (self.nearest("levels") or _id(before)).partition("/")
        return variable, level

    @cached_property
    def test(self) -> str:
        """The test that a number belongs to; "other" for one that is not recomputed, "" when none is named."""
        reading, sentence, words = self.reading, self.sentence, self.reading.words
        tests = {**words.ids["tests"], "other": pattern_of("other_tests")}
        if sentence.cited:
            return _id(reading.mentions(tests, sentence.start, sentence.end))
        # a sentence may go through several tests: the last named before the number is the one
        before = reading.mentions(tests, sentence.start, self.start)[-1:]
        named = _id(before or reading.mentions(tests, self.end, sentence.end))
        if named:
            return named
        # "between the groups"; and a U is of the test between groups, whatever the one before was
        if pattern_of("of_rank_sum").search(reading.text, sentence.start, sentence.end):
            return "rank_sum"
        return _id(reading.mentions(tests, sentence.block.start, sentence.start)[-1:])

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
