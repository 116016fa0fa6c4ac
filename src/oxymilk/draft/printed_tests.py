"""The printed tests of a paper's text: p-values, each with what its sentence or table row prints of the same test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from oxymilk.audit.evidence import RANK_TESTS, STATISTICS
from oxymilk.draft.context import Context
from oxymilk.draft.rules import WHICH_GROUP, WHICH_TEST, WHICH_TIME, Proposal
from oxymilk.draft.tables import LISTS, MEANS, RANKS, Rows, evidence_in, tables_of
from oxymilk.draft.words import load, regex

# the test of a statistic whose test is not named; given its degrees of freedom, p is the same of both t-tests
_BY_STATISTIC = {"t": "t-independent", "f": "f", "r": "pearson", "chi2": "chi-square", "z": "z",
                 "u": "mann-whitney"}  # fmt: skip
OF_TWO_GROUPS = ("mann-whitney", "t-independent")
_NO_DOUBT = ("", WHICH_TEST, WHICH_GROUP, WHICH_TIME, "one-sided or two-sided?")


class PrintedTest(NamedTuple):
    """A p-value of the text, its test, "" where that is not clear, and cells of each evidence that is printed of it.

    `by` says how the test is known and `unused` why it cannot be checked: keys of the texts of `check_paper`; so is
    `found` in the cells of an evidence, which says where it was printed.
    """

    proposal: Proposal
    test: str
    by: str
    unused: str
    tails: str
    evidence: list[dict[str, str]]


def study_of(numbers: Iterable[Proposal]) -> tuple[dict, bool]:
    """Return the study that an undescribed paper is taken to report, as study.yaml holds it, and whether of two groups.

    Its levels are those of the numbers about data, all known ones where these name less than two.
    """
    content, numbers = load("study"), [*numbers]
    two = any(number.context.reading.two_groups for number in numbers)
    used = {number.level for number in numbers if number.check == "recompute"} - {""}
    outcome, groups = content["outcome"], content["groups"][:2] if two else content["groups"][2:]
    levels = [level for level in outcome["levels"] if len(used) < 2 or level["id"] in used]
    return {**content, "groups": groups, "outcome": {**outcome, "levels": levels}}, two


def printed_tests(proposals: Iterable[Proposal]) -> Iterator[PrintedTest]:
    """Yield the printed tests of a paper, in the order of its text.

    Parameters
    ----------
    proposals : iterable of Proposal
        The numbers of the text, in its order. "p < 0.05" counts as a p-value where its sentence prints no other.
    """
    tests, low = [], 0
    for _, group in groupby(proposals, key=lambda proposal: proposal.context.sentence):
        numbers = [*group]
        bounds = [number for number in numbers if number.quantity == "threshold" and number.operator]
        for p_value in [number for number in numbers if number.quantity == "p_value"] or bounds:
            context, evidence = p_value.context, [*_of_groups(p_value.context, low)]
            statistics, low = _statistics(context, max(low, context.sentence.start))
            # F without its df is f, how often
            kinds = {cells["statistic"] for cells in statistics if cells["df"] or cells["statistic"] != "f"}
            test, by = _test_of(p_value, kinds)
            fitting = [*_fitting(statistics + evidence, test, context)]
            # "(chi-square, p = 0.013; Fisher, p = 0.031)": shares before both are of both
            for last in tests[-1:] if "counts" in LISTS.get(test, ()) else ():
                if last.proposal.context is context.previous and last.test != test:
                    fitting += [cells for cells in last.evidence if "counts" in cells]
            tails = {"one": "1", "two": "2"}.get(context.side(p_value.test or context.test), "")
            tests.append(PrintedTest(p_value, test, by, _unused(p_value, test, fitting), tails, fitting))
    tables = tables_of(tests[0].proposal.context.reading) if tests else []
    readable = [test for test in tests if test.proposal.number]
    for test in readable:
        test.evidence.extend(_in_tables(test, readable, tables))
        n = next((cells["n"] for cells in test.evidence if "found" in cells), "")
        for cells in test.evidence:
            if cells.get("statistic") in ("u", "w", "t", "r") and not cells["df"]:
                cells["n"] = cells["n"] or n
            # "3,120 ± 310" are thousands
            if "means" in cells and not re.search("[.,]", cells["sds"]):
                cells["means"] = re.sub(r"(?<!\b0)[.,](?=\d{3}(?:;|$))", "", cells["means"])
    yield from tests


def _unused(p_value: Proposal, test: str, evidence: list) -> str:
    """Return why a p-value cannot be checked, "" where it can: by evidence beside it, or by counts of its group."""
    context, asks = p_value.context, p_value.note if p_value.check == "ambiguous" else ""
    # also in results that are discussed at once, where the draft looks for no other works
    if not context.sentence.own or context.names_others:
        return "cited"
    no_group = asks == WHICH_GROUP and test == "wilcoxon" and context.reading.two_groups and not evidence
    # the draft asks one question of a number, that for its group first
    unclear = not test or no_group or asks not in _NO_DOUBT or context.nearest("adjusted", "paragraph")
    return "unclear" if unclear else ""


def _statistics(p_value: Context, low: int) -> tuple[list[dict[str, Any]], int]:
    """Return the statistics from a place up to a p-value, else right behind it, with df and n; and where that ends."""
    text, end, statistic = p_value.reading.text, p_value.end, regex("{printed_statistic}")
    printed = [(_name(match), match) for match in statistic.finditer(_before(p_value, low))]
    while match := statistic.match(text, regex(r"{alpha_behind}[\s,;/(]*").match(text, end).end()):
        if _name(match) not in ("df", "n") and {name for name, _ in printed} - {"df", "n"}:
            break
        printed.append((_name(match), match))
        end = match.end()
    sizes, named, cells = [match for name, match in printed if name == "n"], dict(printed), []
    df, n = named.pop("df", None), _numbers_of(sizes)
    if "r" in named and not n:
        n = regex("{sized}").findall(text, p_value.sentence.start, p_value.start)[-1:]
    for name in [name for name in named if name != "n"]:
        parts = [match for match in (named[name], df, *sizes) if match]
        texts = (" ".join(match[0].split()).strip(" ,;/(") for match in parts)
        shown = ", ".join(text + ")" * (text.count("(") > text.count(")")) for text in texts)
        # of F there are two; of others a comma is decimal
        of = (named[name]["of"] or (df["value"] if df else "")).replace(",", "," if name == "f" else ".")
        value = "".join(named[name]["value"].split())
        cells.append({"statistic": name, "value": value, "df": of, "printed": shown, "n": n})
    return cells, end


def _name(match: re.Match) -> str:
    return next(name for name, text in match.groupdict().items() if text)


def _numbers_of(sizes: Iterable[re.Match]) -> list[str]:
    numbers = (number for match in sizes if match["n"] for number in match.group("value", "other"))
    return [number for number in numbers if number and number.isdigit()]


def _of_groups(p_value: Context, low: int) -> Iterator[dict[str, Any]]:
    """Yield means with SDs, shares, and ranks, of groups that a paragraph prints from a place up to a p-value."""
    reading, low = p_value.reading, max(low, p_value.block.start)
    place = reading.text, low, low if p_value.column else p_value.start
    kinds = "{printed_statistic}", "{sized}", "{mean_sd}", "{part_of}", *(f"{{{name}}}" for name in RANKS)
    sizes, sized, means, shares, *ranks = ([*regex(name).finditer(*place)] for name in kinds)
    said = reading.mentions("groups", max(low, p_value.sentence.start), place[2])
    groups = [*dict.fromkeys(group for *_, group in said)]
    n = _numbers_of(sizes) or [match[1] for match in sized]
    rows = (f"{match['part']},{int(match['whole']) - int(match['part'])}" for match in shares)
    lists = [(means, {name: "".join(f"{match[name]};" for match in means) for name in MEANS})]
    named = zip(RANKS, ranks, strict=True)
    lists += [(matches, {name: ";".join(matches[0].groups())}) for name, matches in named if matches]
    for matches, cells in (*lists, (shares, {"counts": ";".join(rows)})):
        if len(matches) == 2 or (len(matches) == 1 and matches is not shares):
            shown = ", ".join(" ".join(match[0].split()) for match in matches)
            used = [match.start(1) for match in matches]
            yield {**cells, "n": n, "groups": groups, "printed": shown, "used": used}


def _fitting(evidence: list[dict[str, Any]], test: str, p_value: Context) -> Iterator[dict[str, Any]]:
    """Yield the evidence that a test is printed with; n where it has a size for each group, or of the pairs."""
    groups = 2 if test in OF_TWO_GROUPS else 1
    each = p_value.reading.sizes_of_each(p_value.block.start, p_value.sentence.end)
    _, row, heads = p_value.cell_heads if p_value.column else ("", p_value.before[-40:], [])
    # no Z gives an exact p
    exact = regex("{exact}").search(" ".join((row, *heads))) or regex("{exact_behind}").match(p_value.after)
    for cells in [cells for cells in evidence if not (exact and cells.get("statistic") == "z")]:
        n = cells["n"] * (groups if len(cells["n"]) == 1 and {*cells["n"]} <= each else 1)
        needs_n = len(n) == groups and cells.get("statistic") not in ("z", "chi2", "f")
        if cells.get("statistic") in STATISTICS.get(test, ()) or cells.keys() & {*LISTS.get(test, ())}:
            yield {**cells, "n": ",".join(n) if needs_n else ""}


def _in_tables(test: PrintedTest, tests: list[PrintedTest], tables: list[Rows]) -> Iterator[dict[str, Any]]:
    """Yield what the table of a p-value prints of its test, or else a table above."""
    context, value = test.proposal.context, (test.proposal.number.value, test.proposal.operator)
    named = regex("{table_number}").findall(context.block.text)
    for rows in reversed(tables):
        first = next((number for row in rows for number in row), None)
        # "Table 3 shows that" is of no other table
        label = first and regex("{numbered_label}").match(first.block.heading)
        if not first or first.start > context.start or (label and named and label[1] not in named):
            continue
        near = [other for other in tests if first.start <= other.proposal.context.start < context.block.end]
        inside = [other for other in near if any(other.proposal.context in row for row in rows)]
        same = [other for other in inside if (other.proposal.number.value, other.proposal.operator) == value]
        # another p-value may be what the table is of: of the test, or of one like it that is printed before
        place = context.start if test.evidence else context.block.start
        alike = [other for other in near if LISTS.get(other.test, ()) == LISTS.get(test.test)]
        others = [other for other in near if other.test in ("", test.test)]
        others += [other for other in alike if other.proposal.context.start < place]
        unlike = [other for other in others if other not in same and other.proposal.number.value != value[0]]
        doubt = unlike and len(same) != 1 and test not in inside
        if first.block.section != context.block.section or doubt:
            return
        at = test if test in inside else same[0] if same else None
        if cells := evidence_in(rows, test.test, at and at.proposal.context):
            yield {**cells, "found": "" if test in inside else "above"}
            return


def _before(p_value: Context, low: int) -> str:
    """Return the sentence up to a p-value; of a table its row, and its column, as "head = number; ..."."""
    block, sentences = p_value.block, p_value.reading.sentences
    if not block.is_row:
        return p_value.reading.text[low : p_value.start]
    # above p in a column of p-values are others
    of_p = regex("{p_value}").search("".join(p_value.cell_heads[2][-1:]))
    same = (cell for row in sentences for cell in row.numbers if cell.column == p_value.column and not of_p)
    cells = [(cell.cell_heads[1].strip(), cell) for cell in same]
    # below it is the size, as SPSS prints correlations
    below = [(head, cell) for head, cell in cells if block in cell.block.above and head in ("N", "n")]
    cells = [*(part for part in cells if part[1].block in block.above), *below]
    row = (cell for cell in p_value.sentence.numbers if low <= cell.start < p_value.start and cell.fills_cell)
    cells += [("".join(cell.cell_heads[2][-1:]).strip(), cell) for cell in row]
    # rank sums of two groups are no W
    kept = ((head, cell) for head, cell in cells if p_value.reading.named("beside", head) not in RANKS)
    return "; ".join([block.heading, *(f"{head} = {cell.token.text}" for head, cell in kept)])


def _test_of(p_value: Proposal, statistics: set[str]) -> tuple[str, str]:
    """Return the test of a p-value, and how it is known."""
    context, kind = p_value.context, p_value.test or p_value.context.test
    reaches = {"named": "sentence", "earlier": "earlier"}
    said = [by for by, reach in reaches.items() if kind and context.nearest("every_test", reach) == kind]
    kind, by = context.table_test if context.table_test[0] else (kind, *said, "compared")[:2]
    test = RANK_TESTS.get(kind, kind)
    usual = [_BY_STATISTIC[name] for name in sorted(statistics & {*_BY_STATISTIC})]
    if by != "named" and usual and not statistics & {*STATISTICS.get(test, ())}:
        test, by = usual[0], "statistic"
    return test if test in STATISTICS else "", by
