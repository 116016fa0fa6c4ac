"""What stands round a number of a paper: its section, sentence and phrase, and who and when they speak of."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from oxymilk.draft.text import (
    PREAMBLE,
    Block,
    Paper,
    describe_place,
    find_blocks,
    line_starts,
    page_of,
    sentences,
)
from oxymilk.draft.tokens import Token, find_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oxymilk.draft.words import Pattern, Words

# sections in which a paper prints its own numbers, unless the sentence names another work
_OWN = ("abstract", "methods", "results", "discussion", "conclusion", PREAMBLE)
_CITING = ("abstract", "introduction", "discussion")
# a colon or comma ends a phrase, but not inside a number
_BREAK = re.compile(r"[;:,](?=\s)")
# hyphens, en dashes and minus signs are one sign to a pattern: "Mann–Whitney", "p–value"
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2013\u2212"), "-")
_SOME_GROUP = re.compile(
    r"\b(?!(?:the|each|per|a|one|both|two|same)\b)[a-z]+\s+(?:group|arm)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Sentence:
    """A sentence and where it stands.

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
    where, note : str
        The place in our words; and the line, and page, for who checks the draft.
    tokens : tuple of Token
        Its numbers.
    """

    start: int
    end: int
    block: Block
    cited: bool
    sources: tuple[str, ...]
    where: str
    tokens: tuple[Token, ...] = ()

    @property
    def own(self) -> bool:
        """Whether it can print results of the paper itself."""
        return not self.cited and self.block.section in _OWN


class Reading:
    """A paper taken apart, with the words that read it."""

    def __init__(self, paper: Paper, words: Words) -> None:
        self.paper, self.words = paper, words
        self.text = paper.text.translate(_DASHES)
        self.blocks = find_blocks(paper, words)
        self.tokens = find_tokens(paper.text)
        self._starts = line_starts(paper.text)
        self.sentences = self._share_out(list(self._sentences()))

    @cached_property
    def furniture(self) -> list[Block]:
        """The lines that are page furniture."""
        return [block for block in self.blocks if block.kind == "furniture"]

    def line(self, place: int) -> int:
        """Return the line of a place in the text, from 1."""
        return bisect.bisect_right(self._starts, place)

    def place(self, place: int) -> str:
        """Return the line, and the page where there are pages, of a place in the text."""
        line = self.line(place)
        page = page_of(self.paper, line)
        return f"page {page}, line {line}" if page else f"line {line}"

    def mentions(self, patterns: dict[str, Pattern], start: int, end: int) -> list[tuple[int, int, str]]:
        """Return what is named between two places: begin, end and id, in order; the longest where two begin."""
        found = [
            (match.start(), match.end(), key)
            for key, pattern in patterns.items()
            for match in pattern.finditer(self.text, start, end)
        ]
        found.sort(key=lambda each: (each[0], -each[1]))
        kept: list[tuple[int, int, str]] = []
        for each in found:
            if not kept or each[0] >= kept[-1][1]:
                kept.append(each)
        return kept

    def times(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return the timepoints that are named, without "before and after"."""
        pairs = [match.span() for match in self.words["both_times"].finditer(self.text, start, end)]
        return [
            each
            for each in self.mentions(self.words.timepoints, start, end)
            if not any(low <= each[0] < high for low, high in pairs)
        ]

    def phrase(self, sentence: Sentence, start: int, end: int) -> tuple[int, int]:
        """Return the part of a sentence round a place, up to the next comma or "and"."""
        breaks = [
            match.span()
            for pattern in (_BREAK, self.words["joins"])
            for match in pattern.finditer(self.text, sentence.start, sentence.end)
        ]
        pairs = [
            match.span()
            for match in self.words["both_times"].finditer(self.text, sentence.start, sentence.end)
        ]
        breaks = [each for each in breaks if not any(low <= each[0] < high for low, high in pairs)]
        low = max((stop for _, stop in breaks if stop <= start), default=sentence.start)
        high = min((begin for begin, _ in breaks if begin >= end), default=sentence.end)
        return low, high

    def _sentences(self) -> Iterator[Sentence]:
        for block in self.blocks:
            if block.kind == "furniture":
                continue
            where = self._where(block)
            foot = self._cited_at_the_end(block) if block.section in _CITING else ()
            for start, end in sentences(self.text, block):
                named = tuple(
                    " ".join(match[0].split())
                    for match in self.words.citations.finditer(self.text, start, end)
                )
                named = named if block.section in _CITING else ()
                cited = bool(named) or block.section == "introduction"
                if block.section == "introduction" and not (named or foot):
                    # a paragraph without its own source goes on with the one before it, or has none
                    foot = self._all_cited(block)
                yield Sentence(start, end, block, cited, named or foot, where)

    def _where(self, block: Block) -> str:
        # the rows of a table say what it is in the heading above them
        rows = " | " in self.text[block.start : block.end]
        begin = block.heading if rows else self.text[block.start : min(block.end, block.start + 60)]
        table = re.search(rf"{self.words['labels'].pattern}\s*\.?\s*(\d+(?:\.\d+)*)", begin, re.IGNORECASE)
        number = table[1] if table and block.section == "results" else ""
        place = describe_place({"section": block.section, "number": block.number, "table": number})
        return f"{place} heading" if block.kind == "heading" else place

    def _cited_at_the_end(self, block: Block) -> tuple[str, ...]:
        shown = self.text[block.start : block.end].rstrip(" .\n")
        found = [match for match in self.words.citations.finditer(shown) if match.end() == len(shown)]
        return tuple(" ".join(match[0].split()) for match in found)

    def _all_cited(self, block: Block) -> tuple[str, ...]:
        found = self.words.citations.finditer(self.text, block.start, block.end)
        return tuple(" ".join(match[0].split()) for match in found)

    def _share_out(self, found: list[Sentence]) -> list[Sentence]:
        """Give each sentence its numbers."""
        feet = self.furniture
        tokens = [one for one in self.tokens if not any(foot.start <= one.start < foot.end for foot in feet)]
        starts = [token.start for token in tokens]
        shared = []
        for sentence in found:
            low, high = bisect.bisect_left(starts, sentence.start), bisect.bisect_left(starts, sentence.end)
            shared.append(replace(sentence, tokens=tuple(tokens[low:high])))
        return shared

    @cached_property
    def two_groups(self) -> bool:
        """Whether the study has two groups; without a study, whether the text names two."""
        if self.words.study is not None:
            return len(self.words.study.groups) > 1
        return all(pattern.search(self.text) for pattern in self.words.groups.values())

    # --- who and when

    def nearest(self, patterns: dict[str, Pattern], sentence: Sentence, start: int, end: int) -> str:
        """Return what the phrase round a number names: before it if anything, else after it, else ""."""
        low, high = self.phrase(sentence, start, end)
        find = self.times if patterns is self.words.timepoints else partial(self.mentions, patterns)
        before, after = find(low, start), find(end, high)
        return before[-1][2] if before else after[0][2] if after else ""

    def group(self, sentence: Sentence, start: int, end: int, *, whole: bool = False) -> str:
        """Return the group that a number is of, "" when none is named.

        With `whole` a number before all groups of its sentence is of the whole sample ("20 mothers: 10 in the ...").
        """
        groups = self.words.groups
        if len(groups) == 1 and self.words.study is not None:
            return next(iter(groups))
        found = self.nearest(groups, sentence, start, end)
        if found and not (whole and self._another_number_first(groups, sentence, start, end)):
            return found
        low, high = self.phrase(sentence, start, end)
        if not found and _SOME_GROUP.search(self.text, low, high):
            return ""  # a group that we do not know
        before = self.mentions(groups, sentence.start, start)
        after = self.mentions(groups, end, sentence.end)
        if before:
            return before[-1][2]
        if after and not whole:
            return after[0][2]
        # the sentence before goes on about its group, unless it speaks of both
        earlier = [
            {key for _, _, key in self.mentions(groups, one.start, one.end)}
            for one in self.sentences
            if one.block == sentence.block and one.start < sentence.start
        ]
        last = next((named for named in reversed(earlier) if named), set())
        if last and not after:
            return last.pop() if len(last) == 1 else ""
        found_above = {key for _, _, key in self._in(sentence.block.heading, groups)}
        return found_above.pop() if len(found_above) == 1 else ""

    def _another_number_first(
        self, groups: dict[str, Pattern], sentence: Sentence, start: int, end: int
    ) -> bool:
        """Say whether the group behind a number has a number of its own: "30, of them 15 in the ..."."""
        _, high = self.phrase(sentence, start, end)
        named = self.mentions(groups, end, high)
        return bool(named) and any(end <= token.start < named[0][0] for token in sentence.tokens)

    def timepoint(self, sentence: Sentence, start: int, end: int) -> str:
        """Return the timepoint that a number is of, "" when none is named."""
        found = self.nearest(self.words.timepoints, sentence, start, end)
        if found:
            return found
        before, after = self.times(sentence.start, start), self.times(end, sentence.end)
        if before or after:
            return (before or after[:1])[-1][2]
        earlier = self.times(sentence.block.start, sentence.start)
        return earlier[-1][2] if earlier else ""

    def level(self, sentence: Sentence, start: int, end: int, *, goes_on: bool = False) -> tuple[str, str]:
        """Return the variable and the level that a number counts; empty when the phrase names none.

        With `goes_on` a phrase without one goes on about the level before it: "poor in 10 before and in 8 after".
        """
        found = self.nearest(self.words.levels, sentence, start, end)
        if not found and goes_on:
            before = self.mentions(self.words.levels, sentence.start, start)
            found = before[-1][2] if before else ""
        variable, _, level = found.partition("/")
        return variable, level

    def test(self, sentence: Sentence, start: int, end: int) -> str:
        """Return the test that a number belongs to; "other" for one that is not recomputed, "" when none is named."""
        tests = {**self.words.tests, "other": self.words["other_tests"]}
        if sentence.cited:
            named = self.mentions(tests, sentence.start, sentence.end)
            return named[0][2] if named else ""
        between = self.words["between_groups"].search(self.text, sentence.start, sentence.end)
        # a sentence may go through several tests: the last named before the number is the one
        places = (
            (sentence.start, start, -1),
            (end, sentence.end, 0),
            (sentence.block.start, sentence.start, -1),
        )
        for low, high, which in places:
            found = self.mentions(tests, low, high)
            if found:
                return found[which][2]
            if high == sentence.end and (between or self._prints_u(sentence)):
                return "rank_sum"
        return ""

    def _prints_u(self, sentence: Sentence) -> bool:
        """Say whether a sentence prints a U: then its test is between groups, whatever the one before was."""
        u = self.words.statistics["u"].pattern
        return (
            re.search(rf"{u}\s*=\s*\d", self.text[sentence.start : sentence.end], re.IGNORECASE) is not None
        )

    def _in(self, shown: str, patterns: dict[str, Pattern]) -> list[tuple[int, int, str]]:
        return [
            (match.start(), match.end(), key)
            for key, pattern in patterns.items()
            for match in pattern.finditer(shown)
        ]
