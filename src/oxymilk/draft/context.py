"""What is round a number of a paper: its section, sentence and phrase, and who and when they speak of."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import unescape
from itertools import pairwise

from oxymilk.draft.placed import Span
from oxymilk.draft.read import PREAMBLE, Block, Paper, Token, find_blocks, find_tokens, plain
from oxymilk.draft.words import Words, regex

# sections in which a paper prints its own numbers, unless the sentence names another work
_OWN = ("abstract", "methods", "results", "discussion", "conclusion", PREAMBLE)
_CITING = ("abstract", "introduction", "discussion")
_SIGNS = {"=": "", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "< =": "<=", "> =": ">=", "= <": "<", "= >": ">",
          "<<": "<", ">>": ">"}  # fmt: skip
# which of the stretches round a number are looked through, in `Context.nearest`
_REACHES = {"phrase": slice(2), "so far": slice(3), "all of it": slice(4), "paragraph": slice(5),
            "sentence": slice(2, 4), "earlier": slice(4, 5)}  # fmt: skip
Mention = tuple[int, int, str]


@dataclass(frozen=True, eq=False)
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
    numbers : list of Context
        Its numbers, without those of page furniture.
    """

    start: int
    end: int
    block: Block
    own: bool
    cited: bool
    sources: tuple[str, ...]
    where: str
    numbers: list[Context] = field(default_factory=list)


class Reading:
    """A paper taken apart, with the words that read it.

    Attributes
    ----------
    text : str
        The text with one sign for what looks alike.
    sentences, tokens : list
        Its sentences and numbers, in their order.
    furniture : dict of int to str
        The section of each place in the text that is page furniture; numbers there are of no sentence.
    two_groups : bool
        Whether the study has two groups; without a study, whether the text names two.
    ratios : dict
        (A cited work, a percentage of it): the printed ratio behind it, as far as the paper has been read.
    one_sided : set of str
        The tests that the methods, or a sentence without a p-value, say are one-sided; all if they name none.
    """

    def __init__(self, paper: Paper, words: Words) -> None:
        # "&lt;" is what some programs leave of "<"
        self.text = text = plain(unescape(paper.text))
        self.pages, self.words, self.tokens = paper.pages, words, find_tokens(text)
        self.ratios: dict[tuple[str, str], str] = {}
        blocks = find_blocks(replace(paper, text=text))
        self.furniture = {
            place: block.section
            for block in blocks
            if block.kind == "furniture"
            for place in range(block.start, block.end)
        }
        rows = " ; ".join(line for line in text.splitlines() if " | " in line)
        heads = words.ids["heads"].get
        groups = (who.search(text) or heads(key).search(rows) for key, who in words.ids["groups"].items())
        self.two_groups = len(words.study.groups) > 1 if words.study else all(groups)
        self.sentences: list[Sentence] = []
        for block in [block for block in blocks if block.kind != "furniture"]:
            introduces = block.section == "introduction"
            # the rows of a table say what it is in the heading above them
            table = regex("{numbered_label}").search(block.heading if block.is_row else block.text[:60])
            place = f"p{block.number}" if block.number else "heading" if block.kind == "heading" else ""
            if table and block.section == "results":
                place = f"table {table[1]}" + " heading" * (block.kind == "heading")
            # works that the end of the paragraph names are the source of all of it
            works = regex("{citations}" if block.section in _CITING else "(?!)")
            last = block.start + len(block.text.rstrip(" .\n"))
            foot = [match[0] for match in works.finditer(text, block.start, last) if match.end() == last]
            if introduces and not foot:
                # a paragraph without its own source continues the one before it, or has none
                foot = works.findall(block.text)
            found = regex("{sentence_end}").finditer(text, block.start, block.end)
            shortened = regex("{abbreviation}").search
            ends = [end.end() for end in found if not shortened(text[block.start : end.start() + 1])]
            for start, end in pairwise([block.start, *ends, block.end]):
                named = works.findall(text, start, end)
                cited = introduces or bool(named)
                sources = tuple(" ".join(work.split()) for work in named or foot)
                own, where = block.section in _OWN and not cited, f"{block.section} {place}".rstrip()
                sentence = Sentence(start, end, block, own, cited, sources, where)
                number = None
                for token in self.tokens:
                    if start <= token.start < end and token.start not in self.furniture:
                        number = Context(self, sentence, token[2:], token, number)
                        sentence.numbers.append(number)
                self.sentences.append(sentence)
        self.one_sided: set[str] = set()
        for sentence in self.sentences:
            span = sentence.start, sentence.end
            of_one = sentence.block.section != "methods" and regex("{p_before}").search(text, *span)
            if regex("{one_sided_tests}").search(text, *span) and not of_one:
                named = {test for *_, test in self.mentions("every_test", *span)}
                self.one_sided |= named or {*words.ids["every_test"]}

    def sizes_of_each(self, *span: int) -> set[str]:
        """Return the sizes that the text, or a stretch of it, prints as that of each group."""
        return {match[match.lastgroup] for match in regex("{size_of_each}").finditer(self.text, *span)}

    def place(self, at: int) -> str:
        """Return the line, and the page where there are pages, of a place in the text."""
        line = self.text.count("\n", 0, at) + 1
        page = bisect_right(self.pages, line)
        return f"page {page}, line {line}" if page else f"line {line}"

    def mentions(self, kind: str, start: int, end: int, text: str = "") -> list[Mention]:
        """Return what words of a kind name between two places: begin, end and id; the longest where two begin.

        What the id "" names ("before and after") is nothing, and neither is what it overlaps. The places are of the
        paper, or of another `text`, as that of a cell.
        """
        found: list[Mention] = []
        for key, pattern in self.words.ids[kind].items():
            found += [(*match.span(), key) for match in pattern.finditer(text or self.text, start, end)]
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda mention: (mention[0], -mention[1])):
            if not kept or mention[0] >= kept[-1][1]:
                kept.append(mention)
        return [mention for mention in kept if mention[2]]

    def named(self, kind: str, *heads: str) -> str:
        """Return what the first head that names just one of them names."""
        for head in heads:
            keys = {key for *_, key in self.mentions(kind, 0, len(head), head)}
            if len(keys) == 1:
                return keys.pop()
        return ""


@dataclass(eq=False)
class Context:
    """A stretch of a sentence, most often one number, and what is round it.

    Attributes
    ----------
    reading, sentence : Reading, Sentence
        The paper and the sentence.
    span : (int, int)
        The stretch is ``reading.text[start:end]``; `before` and `after` are the sentence up to it and from it on,
        `block` its paragraph.
    token : Token or None
        The number that it is, or ends with.
    previous, following : Context or None
        The number before it in the sentence and the one behind it.
    """

    reading: Reading
    sentence: Sentence
    span: Span
    token: Token | None = None
    previous: Context | None = None
    following: Context | None = None

    def __post_init__(self) -> None:
        self.words, self.block, (self.start, self.end) = self.reading.words, self.sentence.block, self.span
        self.before = self.reading.text[self.sentence.start : self.start]
        self.after = self.reading.text[self.end : self.sentence.end]
        if self.previous:
            self.previous.following = self

    @cached_property
    def phrase(self) -> Span:
        """The part of the sentence round it, up to the next comma or "and"."""
        start, end = self.sentence.start, self.sentence.end
        both, breaks, joins = (
            [match.span() for match in pattern.finditer(self.reading.text, start, end)]
            for pattern in (self.words.ids["timepoints"][""], regex("{phrase_end}"), regex("{joins}"))
        )
        # the "and" of "before and after" joins no phrases
        edges = [edge for edge in breaks + joins if not any(low <= edge[0] < high for low, high in both)]
        low = max((stop for _, stop in edges if stop <= self.start), default=start)
        return low, min((begin for begin, _ in edges if begin >= self.end), default=end)

    @cached_property
    def before_but_groups(self) -> str:
        """What its sentence prints up to it, without the groups: "p (in the control group) was" is "p was"."""
        before, start = self.before, self.sentence.start
        for low, high, _ in reversed(self.reading.mentions("groups", start, self.start)):
            left = regex("{in_group}").sub("", before[: low - start])
            before = left + re.sub(r"^\s*\)", "", before[high - start :])
        return before

    @cached_property
    def column(self) -> int:
        """In which cell of its table's row a number is, from 0."""
        return self.reading.text.count("|", self.block.start, self.start)

    @cached_property
    def cell_heads(self) -> tuple[str, str, list[str]]:
        """The cell of a number in a table, the last words before it in its row, and the heads of its column.

        A head that spans columns fills the empty cells to its right. The heads of the 7 are "After" and "f":

               | Before |     | After |
               | f      | %   | f     | %
          poor | 10     | 100 | 7     | 70
        """
        row, *above = (regex("{table_cell}").findall(part.text) for part in (self.block, *self.block.above))
        column, heads = self.column, []
        # it fills none that has a head of its own above it
        left = 1
        for cells in above:
            shown = [cell.strip() for cell in cells]
            filled = [k for k in range(left, column + 1) if column < len(shown) and shown[k]]
            if filled and regex("{no_head}").fullmatch(shown[filled[-1]]):
                left = 1
            elif filled:
                left = filled[-1]
                heads.append(shown[left])
        words = (cell for cell in row[:column] if not regex("(?:{no_head})?").fullmatch(cell.strip()))
        return row[column], [row[0], *words][-1], heads

    @cached_property
    def fills_cell(self) -> bool:
        """Whether it is what a cell of a table holds, and not part of a head."""
        is_number = self.column and self.token.kind == "number"
        return bool(is_number and regex("{no_head}").fullmatch(self.cell_heads[0].strip()))

    @cached_property
    def operator(self) -> tuple[str, int]:
        """The operator before it in our form, "" for "=" and for none; and where it begins if it is in words."""
        if sign := regex("{operator_before}").search(self.before):
            return _SIGNS.get(sign["op"], sign["op"]), len(self.before)
        patterns = self.words.ids["operators"].items()
        found = [(match.start(), key) for key, pattern in patterns if (match := pattern.search(self.before))]
        # "no less than" holds "less than": what begins first counts
        start, operator = min(found, default=(len(self.before), ""))
        return operator, start

    def joins(self, name: str, other: Context) -> bool:
        """Say whether what is between it and a later number is a pattern of patterns.yaml."""
        return bool(regex(f"{{{name}}}").fullmatch(self.reading.text[self.end : other.start]))

    def nearest(self, kind: str, reach: str = "phrase") -> str:
        """Return the id that is named before the number, the last one, or else after it, the first; "" for none.

        Where the phrase names none, `reach` goes further: "so far", to the sentence up to the number ("poor in 10
        before and in 8 after"); "paragraph", to the sentence and what the paragraph says before it. "all of it", to
        the sentence. "sentence" and "earlier" look at the sentence only, whatever its phrases, and at what the
        paragraph says before it only.
        """
        sentence, (low, high) = self.sentence, self.phrase
        stretches = [(low, self.start, -1), (self.end, high, 0), (sentence.start, self.start, -1),
                     (self.end, sentence.end, 0), (self.block.start, sentence.start, -1)]  # fmt: skip
        for start, end, which in stretches[_REACHES[reach]]:
            if mentions := self.reading.mentions(kind, start, end):
                return mentions[which][2]
        return ""

    def group(self, *, whole: bool = False) -> str:
        """Return the group that a number is of, "" when none is named.

        With `whole` a number before all groups of its sentence is of the whole sample ("20 mothers: 10 in the ...").
        """
        reading, sentence, groups = self.reading, self.sentence, self.words.ids["groups"]
        if self.words.study and len(groups) == 1:
            return next(iter(groups))
        low, high = self.phrase
        found, behind = self.nearest("groups"), reading.mentions("groups", self.end, high)[:1]
        # "30, of them 15 in the control group": the group behind 30 has a number of its own
        theirs = any(self.end <= number.start < start for start, *_ in behind for number in sentence.numbers)
        theirs = theirs or reading.sizes_of_each(self.end, sentence.end)
        if found and not (whole and theirs):
            return found
        if not found and regex("{some_group}").search(reading.text, low, high):
            return ""  # a group that we do not know
        before = reading.mentions("groups", sentence.start, self.start)
        after = reading.mentions("groups", self.end, sentence.end)
        if before or (after and not whole):
            return (before[-1:] or after)[0][2]
        # the last sentence that names a group continues about it, else the heading, unless it speaks of both
        spoken = (
            {key for *_, key in reading.mentions("groups", earlier.start, earlier.end)}
            for earlier in reversed([] if after else reading.sentences)
            if earlier.block == self.block and earlier.start < sentence.start
        )
        heading = {key for key, pattern in groups.items() if pattern.search(self.block.heading)}
        named = next(filter(None, spoken), heading)
        return named.pop() if len(named) == 1 else ""

    @cached_property
    def names_others(self) -> bool:
        """Whether its sentence names another work, or before it speaks of one without its year."""
        cited = regex("{citations}").search(self.before + self.after)
        return bool(cited or regex("{other_works}").search(self.before))

    def side(self, test: str, *heads: str) -> str:
        """Return of how many sides the p of a test is by its heads, its sentence or the paper; "" if none says."""
        said = self.reading.named("sides", *heads) or self.nearest("sides", "all of it")
        return said or ("one" if test in self.reading.one_sided else "")

    @cached_property
    def table_test(self) -> tuple[str, str]:
        """Of a number in a table the one test that its heads and caption name, or else what is printed below the table.

        Then which of both, "named" or "below". A mark at the number, or in its head, is that of a note below.
        """
        if not self.column:
            return "", ""
        (cell, row, heads), reading = self.cell_heads, self.reading
        blocks = (part.block for part in reading.sentences if part.start > self.start)
        below = next((block.text for block in blocks if not block.is_row), "")
        # a PDF parts notes and text below by their lines
        below = (regex("{note_lines}").match(below) or [below])[0]
        # neither the caption of another table nor what is printed of another p-value
        of_another = regex("{p_before}").search(below) and not (self.token and self.token.text in below)
        below = "" if of_another or regex("{numbered_label}").match(below.strip()) else below
        notes = regex("{note_mark}").split(below)
        mark = next(filter(None, map(regex("{marked}").search, (cell, *heads[-1:]))), None)
        below = dict(zip(notes[1::2], notes[2::2], strict=True)).get(mark[0].strip() if mark else "", below)
        for text, how in ((" ; ".join((self.block.heading, *heads, row)), "named"), (below, "below")):
            names = {name for *_, name in reading.mentions("every_test", 0, len(text), text)}
            if len(names) > 1:
                # "t-test or chi-square test" goes by what the row prints
                of_means = bool(regex("±|{beside.means}|{beside.mean_sd}").search(self.block.text))
                names = {name for name in names if name.startswith("t-") == of_means}
            if len(names) == 1:
                return names.pop(), how
        return "", ""

    @cached_property
    def test(self) -> str:
        """The test that a number belongs to, of the two rank tests or of others; "" when none is named."""
        text, sentence = self.reading.text, self.sentence
        if self.table_test[0]:
            return self.table_test[0]
        if sentence.cited:
            tests = self.reading.mentions("every_test", sentence.start, sentence.end)
            return tests[0][2] if tests else ""
        # "between the groups"; and a U is of the test between groups, whatever the one before was
        between_groups = regex("{of_rank_sum}").search(text, sentence.start, sentence.end)
        # a sentence may go through several tests: the last named before the number is the one
        named = self.nearest("every_test", "sentence")
        return named or ("rank_sum" if between_groups else self.nearest("every_test", "earlier"))

    def change(self, *, level: str = "") -> str:
        """Return how those whom a number counts changed: "up", "down", "unchanged"; "" if not or if unclear.

        Where the phrase names a level, "remained" alone is no change: "remained insufficient".
        """
        changes, sentence = self.words.ids["changes"], self.sentence
        text, spans = self.reading.text, (self.phrase, (sentence.start, sentence.end))
        here, all_of_it = (
            [name for name, words in changes.items() if words.search(text, *span)] for span in spans
        )
        return here[0] if len(here) == 1 and not (level and here == ["unchanged"] == all_of_it) else ""
