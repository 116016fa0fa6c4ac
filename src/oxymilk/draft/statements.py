"""What a paper states about its numbers: decisions, "most", sums, and numbers that must agree with each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.draft.context import Context
from oxymilk.draft.rules import Proposal, of_test
from oxymilk.draft.words import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from oxymilk.draft.context import Mention, Reading, Sentence

_PERCENTAGES = ("percent", "percent_up", "percent_down", "percent_unchanged", "ratio_percent", "figure")
_CHANGES = ("count_up", "count_down", "count_unchanged")
# sections in which "there is an effect" is about this study even without a test beside it
_CONCLUDING = ("abstract", "results", "conclusion", "front matter")
_SHARES = (("most", ">", "printed as most"), ("fewer", "<", "printed as less than half"))


def read_statements(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield what a sentence states about its own numbers; none of it accounts for a number of the text."""
    for read in (_decisions, _shares, _highest, _sums):
        yield from read(reading, sentence, numbers)


def put_between(reading: Reading, numbers: Sequence[Proposal]) -> list[Proposal]:
    """Turn a figure that the sentence explains as "between 11 and 12" into the claim that it lies there."""
    numbers = list(numbers)
    for low, high in pairwise(numbers):
        joined = low.context.fits_between("between_gap", low.context.index, high.context.index)
        if not joined or not pattern_of("between_before").search(low.context.before):
            continue
        n = f"{low.printed};{high.printed}"
        for place, number in enumerate(numbers[: numbers.index(low)]):
            values = [reading.value(printed) for printed in (low.printed, number.printed, high.printed)]
            if number.quantity == "figure" and None not in values and values[0] < values[1] < values[2]:
                numbers[place] = replace(number, quantity="between", operator="", n=n, check="arithmetic")
                break
    return numbers


def _arithmetic(number: Proposal, quantity: str, **cells: str) -> Proposal:
    """Return a statement about a number that arithmetic on printed numbers checks."""
    return replace(number, quantity=quantity, test="", check="arithmetic", of_token=False, **cells)


def _decisions(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "there was a difference", "Ha was accepted"."""
    words, block = reading.words, sentence.block
    shown = reading.text[block.start : sentence.end]
    tested = any(number.quantity in ("p_value", "z", "u", "w") for number in numbers) or (
        pattern_of("p_value").search(shown)
        and pattern_of("evidence").search(shown, sentence.start - block.start)
    )
    concludes = tested or block.section in _CONCLUDING
    if not concludes or not sentence.own or block.kind == "heading" or block.section == "methods":
        return
    # what became of a hypothesis; "Ha is accepted and Ho is rejected" is said once
    found: list[Mention] = []
    for start, high, hypothesis in reading.mentions(words.ids["hypotheses"], sentence.start, sentence.end):
        for _, end, fate in reading.mentions(words.ids["fates"], high, min(high + 40, sentence.end))[:1]:
            holds = (hypothesis == "alternative") == (fate == "accepted")
            mention = start, end, "significant" if holds else "not significant"
            again = found and start - found[-1][1] < 20 and found[-1][2] == mention[2]
            found.append((found.pop()[0], *mention[1:]) if again else mention)
    said = reading.mentions(words.ids["decisions"], sentence.start, sentence.end)
    found += [mention for mention in said if not any(low <= mention[0] < high for low, high, _ in found)]
    # two mentions of the same decision that at most one word parts are one
    kept: list[Mention] = []
    for mention in sorted(found):
        again = (
            kept and kept[-1][2] == mention[2] and len(reading.text[kept[-1][1] : mention[0]].split()) <= 1
        )
        kept.append((kept.pop()[0], *mention[1:]) if again else mention)
    # an effect without a test is one between groups, where there are two
    usual = "" if words.study and len(words.study.groups) < 2 else "rank_sum"
    for start, end, decision in kept:
        context = Context(reading, sentence, start, end)
        test = "" if context.test else usual
        yield of_test(Proposal(context, decision, "decision", test=test, of_token=False))


def _shares(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "most (60%)" and "fewer than half (40%)"."""
    percentages = [number for number in numbers if number.quantity in _PERCENTAGES]
    shares = [share for share in percentages if share.printed.endswith("%") and "-" not in share.printed]
    for name, operator, remark in _SHARES:
        for match in pattern_of(name).finditer(reading.text, sentence.start, sentence.end):
            stop = pattern_of("contrast").search(reading.text, match.end(), sentence.end)
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
    units = ["".join(number.context.after.split()[:1]).strip(".,;()").lower() for number in numbers]
    for at, number in enumerate(numbers):
        low, _ = Context(reading, number.sentence, number.start, number.start).phrase
        others = [other for k, other in enumerate(numbers) if k != at and units[k] == units[at]]
        if others and pattern_of("highest").search(reading.text, low, number.start):
            largest = max(others, key=lambda other: reading.value(other.printed) or 0).printed
            yield _arithmetic(number, "comparison", operator=">", n=largest, remark="printed as the highest")


def _sums(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield sums: of the groups, of "7 (70%) still, the remaining 3 (30%) not", of those who changed or did not."""
    cells = {"operator": "", "variable": "", "level": "", "remark": ""}
    sizes = [number for number in numbers if number.quantity == "sample_size"]
    wholes = [size for size in sizes if size.check == "recompute" and not size.group]
    groups = {size.group: size.printed for size in sizes if size.check == "recompute" and size.group}
    if len(wholes) == 1 and len(groups) > 1:
        yield _arithmetic(wholes[0], "sum", n="+".join(groups.values()), **cells)
    # the size of a group as the sentence, or one before it in the paragraph, prints it
    earlier = pattern_of("size_before").findall(reading.text, sentence.block.start, sentence.start)
    total = ["", *earlier, *(size.printed for size in sizes)][-1]
    for match in pattern_of("rest").finditer(reading.text, sentence.start, sentence.end):
        for quantity, printed in (("count", total), ("percent", "100%")):
            counted = [number for number in numbers if number.quantity == quantity]
            for rest in [number for number in counted if number.start > match.end()][:1]:
                at = rest.group, rest.timepoint
                before = [number for number in counted if number.start < match.start()]
                parts = [number.printed for number in before if (number.group, number.timepoint) == at]
                if parts and printed:
                    n = "+".join([*parts, rest.printed])
                    yield _arithmetic(rest, "sum", printed=printed, n=n, **cells)
    changes = {number.quantity: number for number in numbers if number.quantity in _CHANGES}
    if total and "count_unchanged" in changes and len(changes) > 1:
        last = max(changes.values(), key=lambda number: number.start)
        n = "+".join(number.printed for number in changes.values())
        yield _arithmetic(last, "sum", printed=total, n=n, **cells)


def read_agreements(reading: Reading, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield what must agree and does not: a day printed otherwise everywhere else, a table's number out of sequence."""
    timepoints = reading.words.ids["timepoints"].values()
    days = [
        number
        for number in numbers
        if number.quantity == "figure"
        and number.sentence.own
        and number.printed.isdigit()
        and pattern_of("whole_day").search(number.context.before)
        and any(pattern.search(number.context.before[-40:]) for pattern in timepoints)
    ]
    counts = Counter(day.printed for day in days).most_common()
    if len(counts) == 2 and counts[0][1] >= 3 and counts[1][1] == 1:
        (usual, _), (odd, _) = counts
        remark = f"the same measurement is day {usual} elsewhere"
        day = next(day for day in days if day.printed == odd)
        yield _arithmetic(day, "comparison", operator="", n=usual, remark=remark)
    tables = [
        Proposal(Context(reading, sentence, *match.span(1)), match[1])
        for sentence in reading.sentences
        if sentence.block.section != "end matter"
        for match in pattern_of("table_number").finditer(reading.text, sentence.start, sentence.end)
    ]
    plain = {int(table.printed) for table in tables if table.printed.isdigit()}
    dotted = [table for table in tables if not table.printed.isdigit()]
    missing = set(range(1, max(plain, default=0) + 1)) - plain
    if len({table.printed for table in dotted}) == 1 and len(missing) == 1 and len(plain) > 1:
        remark = "the other tables are numbered without a point"
        yield _arithmetic(dotted[0], "comparison", n=str(missing.pop()), remark=remark)
