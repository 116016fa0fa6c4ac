"""What a paper states about its numbers: decisions, "most", sums, and numbers that must agree with each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.draft.context import Context
from oxymilk.draft.rules import Proposal, of_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from oxymilk.draft.context import Reading, Sentence

_PERCENTAGES = ("percent", "percent_up", "percent_down", "percent_unchanged", "ratio_percent", "figure")
_CHANGES = ("count_up", "count_down", "count_unchanged")
# sections in which "there is an effect" is about this study even without a test beside it
_CONCLUDING = ("abstract", "results", "conclusion", "front matter")


def read_statements(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> list[Proposal]:
    """Return what a sentence states about its own numbers; none of it accounts for a number of the text."""
    return [
        replace(statement, of_token=False)
        for read in (_decisions, _shares, _highest, _sums)
        for statement in read(reading, sentence, numbers)
    ]


def read_agreements(reading: Reading, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return claims that numbers printed in several places agree: the day of a measurement, the tables' numbers."""
    found = (*_days(reading, proposals), *_table_numbers(reading))
    return [replace(statement, of_token=False) for statement in found]


def put_between(reading: Reading, numbers: Sequence[Proposal]) -> list[Proposal]:
    """Turn a figure that the sentence explains as "between 11 and 12" into the claim that it lies there."""
    numbers, words = list(numbers), reading.words
    for low, high in pairwise(numbers):
        gap = reading.text[low.start + len(low.printed) : high.start]
        if not words["between_before"].search(low.context.before) or not words["between_gap"].fullmatch(gap):
            continue
        ends = reading.value(low.printed), reading.value(high.printed)
        for position, number in enumerate(numbers):
            value = reading.value(number.printed)
            if number.start >= low.start or number.quantity != "figure" or None in (*ends, value):
                continue
            if ends[0] < value < ends[1]:
                n = f"{low.printed};{high.printed}"
                numbers[position] = replace(number, quantity="between", operator="", n=n, check="arithmetic")
                break
    return numbers


def _decisions(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "there was a difference", "Ha was accepted"."""
    words, block = reading.words, sentence.block
    if not sentence.own or block.kind == "heading" or block.section == "methods":
        return
    shown = reading.text[block.start : sentence.end]
    tested = any(number.quantity in ("p_value", "z", "u", "w") for number in numbers) or (
        words["p_value"].search(shown) and words["evidence"].search(shown, sentence.start - block.start)
    )
    if block.section not in _CONCLUDING and not tested:
        return
    decisions = reading.mentions(words.ids["decisions"], sentence.start, sentence.end)
    fates = _fates(reading, sentence)
    decisions = [found for found in decisions if not any(low <= found[0] < high for low, high, _ in fates)]
    kept: list[tuple[int, int, str]] = []
    for start, end, decision in sorted([*fates, *decisions]):
        # two mentions of the same decision that at most one word parts are one
        if kept and kept[-1][2] == decision and len(reading.text[kept[-1][1] : start].split()) <= 1:
            start = kept.pop()[0]
        kept.append((start, end, decision))
    # an effect without a test is one between groups, where there are two
    usual = "" if words.study and len(words.study.groups) < 2 else "rank_sum"
    for start, end, decision in kept:
        context = Context(reading, sentence, start, end)
        yield of_test(Proposal(context, decision, "decision", test="" if context.test else usual))


def _fates(reading: Reading, sentence: Sentence) -> list[tuple[int, int, str]]:
    """Return the decisions that are said as what became of a hypothesis."""
    ids = reading.words.ids
    found: list[tuple[int, int, str]] = []
    for start, high, hypothesis in reading.mentions(ids["hypotheses"], sentence.start, sentence.end):
        for _, end, fate in reading.mentions(ids["fates"], high, min(high + 40, sentence.end))[:1]:
            holds = (hypothesis == "alternative") == (fate == "accepted")
            decision = "significant" if holds else "not significant"
            # "Ha is accepted and Ho is rejected" is said once
            if found and start - found[-1][1] < 20 and found[-1][2] == decision:
                start = found.pop()[0]
            found.append((start, end, decision))
    return found


def _shares(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "most (60%)" and "fewer than half (40%)"."""
    shares = [
        number
        for number in numbers
        if number.quantity in _PERCENTAGES and number.printed.endswith("%") and "-" not in number.printed
    ]
    for name, operator, remark in (
        ("most", ">", "printed as most"),
        ("fewer", "<", "printed as less than half"),
    ):
        for match in reading.words[name].finditer(reading.text, sentence.start, sentence.end):
            stop = reading.words["contrast"].search(reading.text, match.end(), sentence.end)
            reach = stop.start() if stop else sentence.end
            behind = [share for share in shares if match.end() <= share.start < reach]
            # "75% of the mothers, the majority, ..."
            before = [share for share in shares if 0 <= match.start() - share.start < 40]
            for share in behind or before[-1:]:
                yield _arithmetic(share, "comparison", operator=operator, n="50%", remark=remark)


def _highest(reading: Reading, _sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "40 ml was the highest", held against the largest other number of its unit."""
    if any(number.quantity != "figure" or number.printed.endswith("%") for number in numbers):
        return
    units = [
        number.context.after.split()[0].strip(".,;()").lower() if number.context.after.split() else ""
        for number in numbers
    ]
    for number, unit in zip(numbers, units, strict=True):
        low, _ = replace(number.context, end=number.start).phrase
        others = [
            other for other, same in zip(numbers, units, strict=True) if other is not number and same == unit
        ]
        if others and reading.words["highest"].search(reading.text, low, number.start):
            largest = max(others, key=lambda other: reading.value(other.printed) or 0)
            remark = "printed as the highest"
            yield _arithmetic(number, "comparison", operator=">", n=largest.printed, remark=remark)


def _sums(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield sums: of the groups, of "7 (70%) still, the remaining 3 (30%) not", of those who changed or did not."""
    sizes = [number for number in numbers if number.quantity == "sample_size"]
    known = [size for size in sizes if size.check == "recompute"]
    whole = [size for size in known if not size.group]
    groups = {size.group: size.printed for size in known if size.group}
    if len(whole) == 1 and len(groups) > 1:
        yield _sum(whole[0], whole[0].printed, groups.values())
    # the size of a group as the sentence, or one before it in the paragraph, prints it
    earlier = reading.words["size_before"].findall(reading.text, sentence.block.start, sentence.start)
    total = ([*earlier, *(size.printed for size in sizes)] or [""])[-1]
    for match in reading.words["rest"].finditer(reading.text, sentence.start, sentence.end):
        for quantity, whole_of_it in (("count", total), ("percent", "100%")):
            counted = [number for number in numbers if number.quantity == quantity]
            rest = next((number for number in counted if number.start > match.end()), None)
            parts = [
                number.printed
                for number in counted
                if rest
                and number.start < match.start()
                and (number.group, number.timepoint) == (rest.group, rest.timepoint)
            ]
            if rest and parts and whole_of_it:
                yield _sum(rest, whole_of_it, [*parts, rest.printed])
    changes = {number.quantity: number for number in numbers if number.quantity in _CHANGES}
    if total and "count_unchanged" in changes and len(changes) > 1:
        last = max(changes.values(), key=lambda number: number.start)
        yield _sum(last, total, [number.printed for number in changes.values()])


def _sum(at: Proposal, total: str, parts: Iterable[str]) -> Proposal:
    """Return the claim that parts make a total."""
    return _arithmetic(
        at, "sum", printed=total, n="+".join(parts), operator="", variable="", level="", remark=""
    )


def _arithmetic(number: Proposal, quantity: str, **cells: str) -> Proposal:
    """Return a statement about a number that arithmetic on printed numbers checks."""
    return replace(number, quantity=quantity, test="", check="arithmetic", **cells)


def _days(reading: Reading, proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield a day of measurement that differs from the day printed everywhere else."""
    timepoints = reading.words.ids["timepoints"].values()
    found = [
        number
        for number in proposals
        if number.quantity == "figure"
        and number.sentence.own
        and number.printed.isdigit()
        and reading.words["whole_day"].search(number.context.before)
        and any(pattern.search(number.context.before[-40:]) for pattern in timepoints)
    ]
    days = Counter(number.printed for number in found).most_common()
    if len(days) == 2 and days[0][1] >= 3 and days[1][1] == 1:
        usual, odd = days[0][0], next(number for number in found if number.printed == days[1][0])
        remark = f"the same measurement is day {usual} elsewhere"
        yield _arithmetic(odd, "comparison", operator="", n=usual, remark=remark)


def _table_numbers(reading: Reading) -> Iterator[Proposal]:
    """Yield a table's number that falls out of a sequence of which just one number is missing."""
    found = [
        (Context(reading, sentence, match.start(1), match.end(1)), match[1])
        for sentence in reading.sentences
        if sentence.block.section != "end matter"
        for match in reading.words["table_number"].finditer(reading.text, sentence.start, sentence.end)
    ]
    plain = {int(number) for _, number in found if number.isdigit()}
    dotted = [(context, number) for context, number in found if not number.isdigit()]
    missing = set(range(1, max(plain, default=0) + 1)) - plain
    if len({number for _, number in dotted}) == 1 and len(missing) == 1 and len(plain) > 1:
        remark = "the other tables are numbered without a point"
        yield _arithmetic(Proposal(*dotted[0]), "comparison", n=str(missing.pop()), remark=remark)
