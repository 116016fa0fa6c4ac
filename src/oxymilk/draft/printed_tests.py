"""The printed tests of a paper's text: p-values, each with what its sentence or table row prints of the same test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from oxymilk.audit.evidence import RANK_TESTS, STATISTICS
from oxymilk.draft.context import Context
from oxymilk.draft.rules import WHICH_GROUP, WHICH_TEST, Proposal
from oxymilk.draft.words import load, regex

# the test of a statistic whose test is not named; given its degrees of freedom, p is the same of both t-tests
_BY_STATISTIC = {"t": "t-independent", "f": "f", "r": "pearson", "chi2": "chi-square", "z": "z",
                 "u": "mann-whitney"}  # fmt: skip
_NO_DOUBT = ("", WHICH_TEST, WHICH_GROUP, "one-sided or two-sided?")


class PrintedTest(NamedTuple):
    """A p-value of the text, its test, "" where that is not clear, and cells of evidence for each statistic beside it.

    `by` says how the test is known and `unused` why it cannot be checked: keys of the texts of `check_paper`.
    """

    proposal: Proposal
    test: str
    by: str
    unused: str
    tails: str
    statistics: list[dict[str, str]]


def study_of(numbers: Iterable[Proposal]) -> tuple[dict, bool]:
    """Return the study that an undescribed paper is taken to report, as study.yaml holds it, and whether of two groups.

    Its levels are those of the numbers about data, all known ones where these name less than two.
    """
    content, numbers = load("study"), [*numbers]
    two = any(number.context.reading.two_groups for number in numbers)
    used = {number.level for number in numbers if number.check == "recompute"} - {""}
    outcome, groups = content["outcome"], content["groups"]
    levels = [level for level in outcome["levels"] if len(used) < 2 or level["id"] in used]
    return {
        **content,
        "groups": groups[:2] if two else groups[2:],
        "outcome": {**outcome, "levels": levels},
    }, two


def printed_tests(proposals: Iterable[Proposal]) -> Iterator[PrintedTest]:
    """Yield the printed tests of a paper, in the order of its text.

    Parameters
    ----------
    proposals : iterable of Proposal
        The numbers of the text, in its order. "p < 0.05" counts as a p-value where its sentence prints no other.
    """
    for _, group in groupby(proposals, key=lambda proposal: proposal.context.sentence):
        numbers, low = [*group], -1
        bounds = [number for number in numbers if number.quantity == "threshold" and number.operator]
        for p_value in [number for number in numbers if number.quantity == "p_value"] or bounds:
            context = p_value.context
            statistics, low = _statistics(context, max(low, context.sentence.start))
            test, by = _test_of(p_value, {cells["statistic"] for cells in statistics})
            fitting = [cells for cells in statistics if cells["statistic"] in STATISTICS.get(test, ())]
            side = context.nearest("sides", "all of it") or context.reading.side
            tails = {"one": "1", "two": "2"}.get(side, "")
            yield PrintedTest(p_value, test, by, _unused(p_value, test), tails, fitting)


def _unused(p_value: Proposal, test: str) -> str:
    """Return why a p-value cannot be checked, "" where it can."""
    context, asks = p_value.context, p_value.note if p_value.check == "ambiguous" else ""
    # also in results that are discussed at once, where the draft looks for no other works
    if not context.sentence.own or regex("{citations}").search(context.before + context.after):
        return "cited"
    no_group = asks == WHICH_GROUP and test == "wilcoxon" and context.reading.two_groups
    # the draft asks one question of a number, that for its group first
    unclear = not test or no_group or asks not in _NO_DOUBT or context.nearest("adjusted", "paragraph")
    return "unclear" if unclear else ""


def _statistics(p_value: Context, low: int) -> tuple[list[dict[str, str]], int]:
    """Return what is printed from a place up to a p-value, else the one right behind it; and where that ends."""
    printed, end = [*regex("{printed_statistic}").finditer(_before(p_value, low))], p_value.end
    if not printed and (behind := regex(r"[\s,;/(]*{printed_statistic}").match(p_value.reading.text, end)):
        printed, end = [behind], behind.end()
    named = {next(name for name, text in match.groupdict().items() if text): match for match in printed}
    df, cells = named.pop("df", None), []
    for name, match in named.items():
        shown = ", ".join(" ".join(part[0].split()).strip(" ,;/(") for part in (match, df) if part)
        # of F there are two; of others a comma is decimal
        of = re.sub(",", "," if name == "f" else ".", match["of"] or (df["value"] if df else ""))
        cells.append({"statistic": name, "value": match["value"], "df": of, "printed": shown})
    return cells, end


def _before(p_value: Context, low: int) -> str:
    """Return the sentence up to a p-value; of a table its row, and its column, as "head = number; ..."."""
    text, sentence = p_value.reading.text, p_value.sentence
    if " | " not in text[sentence.start : sentence.end]:
        return text[low : p_value.start]
    column = text.count("|", sentence.start, p_value.start)
    above = [row for row in p_value.reading.sentences if (row.start, row.end) in sentence.block.above]
    cells = [n for row in above for n in row.numbers if text.count("|", row.start, n.start) == column]
    row = [cell for cell in sentence.numbers if low <= cell.start < p_value.start]
    heads = [cell.cell_heads[1] for cell in cells] + ["".join(cell.cell_heads[2][-1:]) for cell in row]
    return "; ".join(f"{h.strip()} = {cell.token.text}" for h, cell in zip(heads, cells + row, strict=True))


def _test_of(p_value: Proposal, statistics: set[str]) -> tuple[str, str]:
    """Return the test of a p-value, and how it is known."""
    context, kind = p_value.context, p_value.test or p_value.context.test
    in_table = p_value.test and " | " in context.reading.text[context.sentence.start : context.sentence.end]
    here, earlier = context.nearest("every_test", "sentence"), context.nearest("every_test", "earlier")
    by = "named" if in_table or kind == here != "" else "earlier" if kind == earlier != "" else "compared"
    if kind == "other":
        kind = context.nearest("other_tests", "sentence" if by == "named" else "earlier")
    test = RANK_TESTS.get(kind, kind)
    usual = [_BY_STATISTIC[name] for name in sorted(statistics & {*_BY_STATISTIC})]
    if by != "named" and usual and not statistics & {*STATISTICS.get(test, ())}:
        test, by = usual[0], "statistic"
    return test if test in STATISTICS else "", by
