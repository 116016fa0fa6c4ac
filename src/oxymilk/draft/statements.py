"""What a paper states about its numbers: decisions, "most", sums, and numbers that must agree with each other."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.draft.proposal import Proposal, number_value, of_test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oxymilk.draft.context import Reading, Sentence

_PERCENTAGES = ("percent", "percent_up", "percent_down", "percent_unchanged", "ratio_percent", "figure")
# sections in which "there is an effect" is about this study even without a test beside it
_CONCLUDING = ("abstract", "results", "conclusion", "front matter")


def read_statements(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> list[Proposal]:
    """Return the statements of a sentence about its own numbers.

    Parameters
    ----------
    reading : Reading
        The paper.
    sentence : Sentence
        Where to look.
    numbers : sequence of Proposal
        What the numbers of the sentence state, in their order.

    Returns
    -------
    list of Proposal
        None of them accounts for a number of the text.
    """
    return [
        replace(found, of_token=False)
        for rule in (_decisions, _shares, _highest, _split_sample, _the_rest, _changes_add_up)
        for found in rule(reading, sentence, numbers)
    ]


def put_between(reading: Reading, sentence: Sentence, numbers: list[Proposal]) -> list[Proposal]:
    """Turn a figure that the sentence explains as "between 11 and 12" into the claim that it lies there."""
    for low, high in pairwise(numbers):
        left = reading.text[sentence.start : low.start]
        gap = reading.text[low.start + len(low.printed) : high.start]
        if not re.search(rf"{reading.words['between'].pattern}\s*$", left, re.IGNORECASE):
            continue
        if not re.fullmatch(r"\s*(?:%\s*)?(?:and|to|dan|sampai|hingga|-)\s*", gap, re.IGNORECASE):
            continue
        ends = [number_value(each.printed, reading) for each in (low, high)]
        for position, each in enumerate(numbers):
            value = number_value(each.printed, reading)
            if each.start >= low.start or each.quantity != "figure" or None in (*ends, value):
                continue
            if ends[0] < value < ends[1]:
                n = f"{low.printed};{high.printed}"
                numbers[position] = replace(each, quantity="between", operator="", n=n, check="arithmetic")
                break
    return numbers


def read_agreements(reading: Reading, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return claims that numbers printed in several places agree: the day of a measurement, the tables' numbers."""
    return [replace(each, of_token=False) for each in (*_days(reading, proposals), *_table_numbers(reading))]


# --- decisions


def _decisions(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    block = sentence.block
    if not sentence.own or block.kind == "heading" or block.section == "methods":
        return
    if block.section not in _CONCLUDING and not any(
        each.quantity in ("p_value", "z", "u", "w") for each in numbers
    ):
        earlier = reading.text[block.start : sentence.end]
        if not (
            reading.words["p_value"].search(earlier)
            and reading.words["evidence"].search(earlier, sentence.start - block.start)
        ):
            return
    found = _hypotheses(reading, sentence)
    taken = [(low, high) for low, high, _ in found]
    found += [
        each
        for each in reading.mentions(reading.words.decisions, sentence.start, sentence.end)
        if not any(low <= each[0] < high for low, high in taken)
    ]
    for low, high, decision in sorted(_apart(reading, found)):
        proposal = Proposal(sentence, low, decision, "decision")
        yield of_test(reading, _default_test(reading, proposal, low, high), low, high)


def _apart(reading: Reading, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Leave one of two mentions of the same decision that nothing but a few words parts."""
    kept: list[tuple[int, int, str]] = []
    for each in sorted(found):
        if kept and each[2] == kept[-1][2] and len(reading.text[kept[-1][1] : each[0]].split()) <= 1:
            kept[-1] = (kept[-1][0], each[1], each[2])
        else:
            kept.append(each)
    return kept


def _hypotheses(reading: Reading, sentence: Sentence) -> list[tuple[int, int, str]]:
    words = reading.words.hypotheses
    fates = {key: words[key] for key in ("accepted", "rejected")}
    states = {("alternative", "accepted"), ("null", "rejected")}
    found: list[tuple[int, int, str]] = []
    for low, high, which in reading.mentions(
        {key: words[key] for key in ("alternative", "null")}, sentence.start, sentence.end
    ):
        fate = reading.mentions(fates, high, min(high + 40, sentence.end))
        if not fate:
            continue
        _, end, became = fate[0]
        decision = "significant" if (which, became) in states else "not significant"
        if found and low - found[-1][1] < 20 and found[-1][2] == decision:
            found[-1] = (found[-1][0], end, decision)
        else:
            found.append((low, end, decision))
    return found


def _default_test(reading: Reading, proposal: Proposal, low: int, high: int) -> Proposal:
    """Say that an effect is one between groups, where there are two and no test is named."""
    two_groups = reading.words.study is None or len(reading.words.study.groups) > 1
    if reading.test(proposal.sentence, low, high) or not two_groups:
        return proposal
    return replace(proposal, test="rank_sum")


# --- "most", "highest"


def _shares(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    for name, operator in (("most", ">"), ("fewer", "<")):
        for match in reading.words[name].finditer(reading.text, sentence.start, sentence.end):
            stop = reading.words["contrast"].search(reading.text, match.end(), sentence.end)
            reach = stop.start() if stop else sentence.end
            shares = [each for each in numbers if _is_share(each) and match.end() <= each.start < reach]
            if not shares:
                # "75% of the mothers, the majority, ..."
                shares = [
                    each for each in numbers if _is_share(each) and 0 <= match.start() - each.start < 40
                ][-1:]
            for each in shares:
                yield replace(
                    each, quantity="comparison", operator=operator, test="", n="50%",
                    check="arithmetic", remark="printed as most" if operator == ">" else "printed as less than half",
                )  # fmt: skip


def _is_share(each: Proposal) -> bool:
    return each.quantity in _PERCENTAGES and each.printed.endswith("%") and "-" not in each.printed


def _highest(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    figures = [each for each in numbers if each.quantity == "figure" and not each.printed.endswith("%")]
    if len(figures) < 2 or len(figures) != len(numbers):
        return
    for each in figures:
        low, _ = reading.phrase(sentence, each.start, each.start)
        if not reading.words["highest"].search(reading.text, low, each.start):
            continue
        others = [
            other for other in figures
            if other is not each and _unit(reading, other) == _unit(reading, each)
        ]  # fmt: skip
        if others:
            largest = max(others, key=lambda other: number_value(other.printed, reading) or Fraction(0))
            remark = "printed as the highest"
            yield replace(
                each,
                quantity="comparison",
                operator=">",
                n=largest.printed,
                check="arithmetic",
                remark=remark,
            )


def _unit(reading: Reading, each: Proposal) -> str:
    after = reading.text[each.start + len(each.printed) : each.sentence.end].split()
    return after[0].strip(".,;()").lower() if after else ""


# --- sums


def _split_sample(_reading: Reading, _sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "20 mothers: 10 with and 10 without"."""
    sizes = [each for each in numbers if each.quantity == "sample_size" and each.check == "recompute"]
    whole = [each for each in sizes if not each.group]
    parts = {each.group: each for each in sizes if each.group}
    if len(whole) == 1 and len(parts) > 1:
        yield _sum(whole[0], whole[0].printed, [each.printed for each in parts.values()])


def _the_rest(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "7 (70%) still, the remaining 3 (30%) not": counts make the group, percentages 100%."""
    for match in reading.words["rest"].finditer(reading.text, sentence.start, sentence.end):
        for quantity in ("count", "percent"):
            here = [each for each in numbers if each.quantity == quantity]
            rest = next((each for each in here if each.start > match.end()), None)
            if rest is None:
                continue
            parts = [
                each for each in here
                if each.start < match.start() and (each.group, each.timepoint) == (rest.group, rest.timepoint)
            ]  # fmt: skip
            if parts and quantity == "percent":
                yield _sum(rest, "100%", [each.printed for each in (*parts, rest)])
            elif parts and (total := _total(reading, sentence, numbers)):
                yield _sum(rest, total, [each.printed for each in (*parts, rest)])


def _changes_add_up(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    changes = {
        each.quantity: each for each in numbers
        if each.quantity in ("count_up", "count_down", "count_unchanged")
    }  # fmt: skip
    total = _total(reading, sentence, numbers)
    if total and "count_unchanged" in changes and len(changes) > 1:
        last = max(changes.values(), key=lambda each: each.start)
        yield _sum(last, total, [each.printed for each in changes.values()])


def _total(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> str:
    """Return the size of a group as the sentence, or one before it in the paragraph, prints it."""
    sizes = [each.printed for each in numbers if each.quantity == "sample_size"]
    if sizes:
        return sizes[-1]
    earlier = re.findall(
        rf"{reading.words['out_of'].pattern}\s+(?:the\s+)?(\d+)\s+{reading.words['people'].pattern}",
        reading.text[sentence.block.start : sentence.start],
        re.IGNORECASE,
    )
    return earlier[-1] if earlier else ""


def _sum(at: Proposal, total: str, parts: Sequence[str]) -> Proposal:
    level = {"test": "", "variable": "", "level": "", "operator": "", "remark": ""}
    return replace(at, printed=total, quantity="sum", n="+".join(parts), check="arithmetic", **level)


# --- numbers that must agree


def _days(reading: Reading, proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield a day of measurement that differs from the day printed everywhere else."""
    found = []
    for each in proposals:
        if each.quantity == "figure" and each.sentence.own and each.printed.isdigit():
            left = reading.text[each.sentence.start : each.start]
            near = reading.mentions(
                reading.words.timepoints, max(each.sentence.start, each.start - 40), each.start
            )
            if near and re.search(r"\b(?:hari\s*ke\s*-?|day)\s*$", left, re.IGNORECASE):
                found.append(each)
    counts = Counter(each.printed for each in found)
    if len(counts) == 2:
        (usual, often), (_, once) = counts.most_common()
        if once == 1 and often >= 3:
            odd = next(each for each in found if each.printed != usual)
            remark = f"the same measurement is day {usual} elsewhere"
            yield replace(odd, quantity="comparison", operator="", n=usual, check="arithmetic", remark=remark)


def _table_numbers(reading: Reading) -> Iterator[Proposal]:
    """Yield a table's number that falls out of a sequence of which just one number is missing."""
    labels = re.compile(r"\b(?:table|tabel)\s+(\d+(?:\.\d+)*)", re.IGNORECASE)
    found = [
        (sentence, match.start(1), match[1])
        for sentence in reading.sentences
        if sentence.block.section != "end matter"
        for match in labels.finditer(reading.text, sentence.start, sentence.end)
    ]
    plain = {int(number) for _, _, number in found if number.isdigit()}
    dotted = [each for each in found if not each[2].isdigit()]
    missing = set(range(1, max(plain, default=0) + 1)) - plain
    if len({number for _, _, number in dotted}) == 1 and len(missing) == 1 and len(plain) > 1:
        sentence, start, number = dotted[0]
        remark = "the other tables are numbered without a point"
        yield Proposal(
            sentence, start, number, "comparison", n=str(missing.pop()), check="arithmetic", remark=remark
        )
