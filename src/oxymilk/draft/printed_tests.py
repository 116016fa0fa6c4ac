"""The printed tests of a paper's text: p-values, each with what its sentence or table row prints of the same test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from oxymilk.audit.evidence import STATISTICS
from oxymilk.draft.context import Context
from oxymilk.draft.propose import Draft
from oxymilk.draft.rules import WHICH_GROUP, WHICH_TEST, Proposal
from oxymilk.draft.words import regex

_RANK_TESTS = {"signed_rank": "wilcoxon", "rank_sum": "mann-whitney"}
# the test of a statistic whose test is not named; given its degrees of freedom, p is the same of both t-tests
_BY_STATISTIC = {
    "t": "t-independent",
    "f": "f",
    "r": "pearson",
    "chi2": "chi-square",
    "z": "z",
    "u": "mann-whitney",
}
_NO_DOUBT = ("", WHICH_TEST, WHICH_GROUP, "one-sided or two-sided?")


class PrintedTest(NamedTuple):
    """A p-value of the text, and what it is printed with.

    * proposal : The p-value, and its place. `test` : A key of `STATISTICS`, "" where it is not clear.
    * by : How the test is known, a key of texts below `check_paper.by`. `tails` : "1", "2", "" where it is not said.
    * statistics : For each statistic its cells of evidence: statistic, value and df.
    """

    proposal: Proposal
    test: str
    by: str
    tails: str
    statistics: list[dict[str, str]]

    @property
    def unused(self) -> str:
        """Why it cannot be checked, a key of texts below `check_paper.unused`; "" where it can."""
        number, context = self.proposal, self.proposal.context
        asks = number.note if number.check == "ambiguous" else ""
        no_group = asks == WHICH_GROUP and self.test == "wilcoxon" and context.reading.two_groups
        # the draft asks one question of a number, the group's first
        adjusted = context.nearest("adjusted", "paragraph")
        unclear = not self.test or no_group or adjusted or asks not in _NO_DOUBT
        # also in results that are discussed at once, where the draft looks for no other works
        sentence = context.before + context.after
        cited = number.check == "cited" or not context.sentence.own or regex("{citations}").search(sentence)
        return "cited" if cited else "unclear" if unclear else ""


def printed_tests(draft: Draft) -> Iterator[PrintedTest]:
    """Yield the printed tests of a paper, in the order of its text.

    Parameters
    ----------
    draft : Draft
        The numbers of the text. "p < 0.05" counts as a p-value where its sentence prints no other.
    """
    for _, group in groupby(draft.proposals, key=lambda proposal: proposal.context.sentence):
        numbers, low = [*group], -1
        bounds = [number for number in numbers if number.quantity == "threshold" and number.operator]
        for p_value in [number for number in numbers if number.quantity == "p_value"] or bounds:
            context = p_value.context
            statistics, low = _statistics(context, max(low, context.sentence.start))
            test, by = _test_of(p_value, [cells["statistic"] for cells in statistics])
            fitting = [cells for cells in statistics if cells["statistic"] in STATISTICS.get(test, ())]
            side = context.nearest("sides", "all of it") or context.reading.side
            yield PrintedTest(p_value, test, by, {"one": "1", "two": "2"}.get(side, ""), fitting)


def _statistics(p_value: Context, low: int) -> tuple[list[dict[str, str]], int]:
    """Return what is printed from a place up to a p-value, else the one right behind it; and where that ends."""
    printed, end = [*regex("{printed_statistic}").finditer(_before(p_value, low))], p_value.end
    if not printed and (behind := regex(r"[\s,;/(]*{printed_statistic}").match(p_value.reading.text, end)):
        printed, end = [behind], behind.end()
    named = {next(name for name, text in match.groupdict().items() if text): match for match in printed}
    df, cells = named.pop("df")["value"] if "df" in named else "", []
    for name, match in named.items():
        of = match["of"] or df
        cells.append(
            {"statistic": name, "value": match["value"], "df": of if name == "f" else of.replace(",", ".")}
        )
    return cells, end


def _before(p_value: Context, low: int) -> str:
    """Return the sentence up to a p-value; of a table's row, or column as programs print it, "head = number; ..."."""
    text, sentence = p_value.reading.text, p_value.sentence
    if " | " not in text[sentence.start : sentence.end]:
        return text[low : p_value.start]
    if not regex("{p_row}").fullmatch(p_value.cell_heads[1]):
        heads = [
            (" ".join(n.cell_heads[2][-1:]), n) for n in sentence.numbers if low <= n.start < p_value.start
        ]
    else:
        column = text.count("|", sentence.start, p_value.start)
        rows = [row for row in p_value.reading.sentences if (row.start, row.end) in sentence.block.above]
        numbers = [n for row in rows for n in row.numbers if text.count("|", row.start, n.start) == column]
        heads = [(number.cell_heads[1], number) for number in numbers]
    return "; ".join(f"{head.strip()} = {number.token.text}" for head, number in heads)


def _test_of(p_value: Proposal, statistics: list[str]) -> tuple[str, str]:
    """Return the test of a p-value, and how it is known."""
    context, kind = p_value.context, p_value.test or p_value.context.test
    sentence, text = context.sentence, context.reading.text
    ways = {
        "named": kind and context.nearest("every_test", "sentence") == kind,
        "same_p": p_value.note == "the test by the p-value",
        "heads": p_value.test and " | " in text[sentence.start : sentence.end],
        "between": kind == "rank_sum" and regex("{of_rank_sum}").search(text, sentence.start, sentence.end),
        "earlier": kind and context.nearest("every_test", "earlier") == kind,
    }
    by = next((way for way, holds in ways.items() if holds), "before_after")
    if kind == "other":
        kind = context.nearest("other_tests", "sentence" if by == "named" else "earlier")
    test = _RANK_TESTS.get(kind, kind)
    by_statistic = [_BY_STATISTIC[name] for name in statistics if name in _BY_STATISTIC]
    if by != "named" and by_statistic and not {*statistics} & {*STATISTICS.get(test, ())}:
        test, by = by_statistic[0], "statistic"
    return test if test in STATISTICS else "", by
