"""Say what a percentage or a whole number of participants states: a sample, a level, a change, a ratio."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from oxymilk.audit.printed import printed_interval
from oxymilk.draft.proposal import (
    BEFORE_A_DAY,
    Known,
    Proposal,
    figure,
    number_value,
    outcome_id,
    unchecked,
    unclear,
)

if TYPE_CHECKING:
    from oxymilk.draft.context import Reading, Sentence
    from oxymilk.draft.tokens import Token

_CHANGES = ("up", "down", "unchanged")


def percentage(reading: Reading, base: Proposal, index: int, known: Known) -> Proposal:
    """Say what a percentage states; see `oxymilk.draft.rules.read_number`."""
    sentence, token = base.sentence, base.sentence.tokens[index]
    right = reading.text[token.end : sentence.end]
    told = (known.ratios.get((source, token.text)) for source in sentence.sources)
    ratio = _ratio(reading, sentence, index) or next(filter(None, told), "")
    left = reading.text[sentence.start : token.start]
    if re.match(r"\s*(?:CI\b|confidence|interval|kepercayaan)", right, re.IGNORECASE) or re.search(
        r"(?:confidence(?: level| interval)?|kepercayaan)(?:\s+(?:of|was|is|sebesar|adalah))?\s*[(:]?\s*$",
        left,
        re.IGNORECASE,
    ):
        return replace(base, check=unchecked(sentence), remark="the confidence of an interval")
    if not sentence.own:
        if not ratio:
            return figure(reading, base, token)
        known.ratios.update({(source, token.text): ratio for source in sentence.sources})
        return replace(base, quantity="ratio_percent", n=ratio, check="arithmetic")
    if ratio and _has_decimals(ratio):
        return replace(base, quantity="ratio_percent", n=ratio, check="arithmetic")
    start = _partner_start(reading, sentence, index)
    step = _from_to(reading, sentence, index)
    changes = step is None
    found = of_cell(reading, replace(base, quantity="percent"), start, token.end, "percent", changes=changes)
    if step is not None and found.level:
        points = list(reading.words.timepoints)
        found = replace(found, timepoint=points[step], check="recompute", remark="")
        found = unclear(found, "of which group?") if reading.two_groups and not found.group else found
    elif (
        re.search(r"\b(?:by|sebesar)\s*$", reading.text[sentence.start : token.start])
        and found.quantity != "percent"
    ):
        return figure(reading, base, token)
    return replace(found, n=ratio.partition("/")[2])


def _ratio(reading: Reading, sentence: Sentence, index: int) -> str:
    """Return the two printed numbers that a percentage is made of, "25/35", "" when the sentence has none."""
    tokens, text = sentence.tokens, reading.text
    shown = tokens[index].text
    tokens = [each for each in tokens if each.kind == "number"]
    index = tokens.index(sentence.tokens[index])
    counted = rf"(?:{reading.words['units'].pattern}|{reading.words['people'].pattern})?"
    of = rf"\s*{counted}\s*(?:{reading.words['ratio'].pattern}|/)\s*(?:the\s+)?"
    # "45% (2.7 of 5.9 million)", "7 of 10 mothers (70%)", "7/10 (70%)"
    for first, second, gap in ((index + 1, index + 2, r"[^().;]{0,120}\("), (index - 2, index - 1, None)):
        if not (first >= 0 and second < len(tokens)):
            continue
        part, whole = tokens[first], tokens[second]
        near = gap is None or re.fullmatch(gap + r"[^)]{0,20}", text[tokens[index].end : part.start])
        close = gap is not None or re.fullmatch(
            r"[^.;]{0,25}\(?[^.;]{0,5}", text[whole.end : tokens[index].start]
        )
        if (
            near
            and close
            and re.fullmatch(of, text[part.end : whole.start], re.IGNORECASE)
            and _makes(part.text, whole.text, shown, reading, slack=2)
        ):
            return f"{part.text}/{whole.text}"
    place = sentence.tokens.index(tokens[index])
    if place and is_pair(reading, sentence, place - 1):
        part = sentence.tokens[place - 1]
        for whole in (part, *tokens):
            if "%" not in whole.text and _makes(part.text, whole.text, shown, reading):
                return f"{part.text}/{whole.text}"
    return ""


def _makes(part: str, whole: str, percent: str, reading: Reading, slack: int = 0) -> bool:
    """Say whether a ratio prints as a percentage; `slack` percentage points for parts that were rounded themselves."""
    above, below, stated = (number_value(each, reading) for each in (part, whole, percent))
    if above is None or stated is None or not below or above > below:
        return False
    near = abs(100 * above / below - stated) <= slack
    return near or printed_interval(percent, reading.words.marks, reading.words.rounding).contains(
        100 * above / below
    )


def _has_decimals(ratio: str) -> bool:
    return any(mark in ratio for mark in ".,")


def _from_to(reading: Reading, sentence: Sentence, index: int) -> int | None:
    """Return 0 for the first percentage of "from 30% to 70%", 1 for the second, None for any other."""
    tokens, text = sentence.tokens, reading.text
    step = r"[^.;%\d]{0,30}\b(?:to|menjadi)\s+"
    for first in (index, index - 1):
        if (
            0 <= first < len(tokens) - 1
            and re.search(r"\b(?:from|dari)\s*$", text[sentence.start : tokens[first].start], re.IGNORECASE)
            and re.fullmatch(step, text[tokens[first].end : tokens[first + 1].start], re.IGNORECASE)
        ):
            return index - first
    return None


def whole_number(reading: Reading, base: Proposal, index: int) -> Proposal:
    """Say what a whole number in the paper's own results states."""
    sentence, token, words = base.sentence, base.sentence.tokens[index], reading.words
    left = reading.text[sentence.start : token.start]
    right = reading.text[token.end : sentence.end]
    people = rf"\s*(?:{words['people'].pattern})?"
    low, high = reading.phrase(sentence, token.start, token.end)
    if re.match(
        rf"\s*-?\s*{words['units'].pattern}|\s*(?:st|nd|rd|th)\b", right, re.IGNORECASE
    ) or BEFORE_A_DAY.search(left):
        return figure(reading, base, token)
    paired = is_pair(reading, sentence, index)
    sample = replace(base, quantity="sample_size", check="recompute")
    if _is_whole(reading, sentence, index):
        return replace(sample, group=reading.group(sentence, token.start, token.end))
    if (
        re.match(rf"\s*{people}\s*(?:were\s+|was\s+)?{words['sample'].pattern}", right, re.IGNORECASE)
        and not paired
    ):
        return replace(sample, group=sample_group(reading, sentence, token))
    if re.search(r"\bn\s?[12₁₂]?\s*=\s*$", left, re.IGNORECASE) and not paired:
        return replace(sample, group=sample_group(reading, sentence, token))
    counted = of_cell(reading, replace(base, quantity="count"), token.start, token.end, "count")
    if paired or _is_share(reading, sentence, index):
        return counted
    followed = re.match(rf"\s*(?:\w+\s+){{0,3}}?{words['people'].pattern}", right, re.IGNORECASE)
    if re.search(rf"{words['out_of'].pattern}\s*(?:the\s+|these\s+)?$", left, re.IGNORECASE) and followed:
        return replace(sample, group=sample_group(reading, sentence, token))
    phrase = reading.text[low:high]
    sampled = words["sample"].search(reading.text, sentence.start, sentence.end) is not None
    grouped = bool(reading.mentions(words.groups, low, high))
    named = bool(counted.level) or counted.quantity != "count"
    changed = re.match(
        rf"\s*(?:were\s+|was\s+)?(?:{words['up'].pattern}|{words['down'].pattern}|{words['unchanged'].pattern})",
        right,
        re.IGNORECASE,
    )
    if (followed or changed) and named and not words["sample"].search(phrase):
        return counted
    studied = re.search(rf"{words['studied'].pattern}\s*$", left, re.IGNORECASE)
    each_group = re.match(
        rf"\s*(?:{words['people'].pattern})?\s*{words['per_group'].pattern}", right, re.IGNORECASE
    )
    if each_group:
        return unclear(sample, "of each group: a row for each")
    if followed and studied:
        return replace(sample, group=sample_group(reading, sentence, token))
    if (followed or grouped) and (sampled or grouped):
        return replace(sample, group=sample_group(reading, sentence, token))
    return figure(reading, base, token)


def sample_group(reading: Reading, sentence: Sentence, token: Token) -> str:
    """Return the group whose size a number is, "" for the whole sample."""
    return reading.group(sentence, token.start, token.end, whole=True)


def is_whole_number(token: Token, reading: Reading) -> bool:
    """Say whether a number can count participants."""
    value = number_value(token.text, reading)
    return value is not None and value.denominator == 1 and token.text.isdigit() and len(token.text) < 6


def is_pair(reading: Reading, sentence: Sentence, index: int) -> bool:
    """Say whether a number and the percentage after it state the same: "7 mothers (70%)"."""
    tokens = sentence.tokens
    if (
        index + 1 >= len(tokens)
        or not tokens[index + 1].text.endswith("%")
        or _is_whole(reading, sentence, index)
    ):
        return False
    gap = reading.text[tokens[index].end : tokens[index + 1].start]
    people = reading.words["people"].pattern
    return re.fullmatch(rf"\s*(?:{people})?\s*(?:[(\[,;]|\|)\s*", gap, re.IGNORECASE) is not None


def _is_share(reading: Reading, sentence: Sentence, index: int) -> bool:
    """Say whether a number is the part of "7 of 10 mothers"."""
    return index + 1 < len(sentence.tokens) and _is_whole(reading, sentence, index + 1)


def _is_whole(reading: Reading, sentence: Sentence, index: int) -> bool:
    """Say whether a number is the whole of "7 of 10 mothers"."""
    if not index or not all(token.text.isdigit() for token in sentence.tokens[index - 1 : index + 1]):
        return False
    part, whole = sentence.tokens[index - 1 : index + 1]
    people = reading.words["people"].pattern
    of = rf"\s*(?:{people})?\s*(?:{reading.words['out_of'].pattern}|/)\s*(?:the\s+|these\s+)?"
    gap = reading.text[part.end : whole.start]
    return int(part.text) <= int(whole.text) and re.fullmatch(of, gap, re.IGNORECASE) is not None


def _partner_start(reading: Reading, sentence: Sentence, index: int) -> int:
    """Return where the phrase of a percentage begins: at the count it belongs to, if there is one."""
    tokens = sentence.tokens
    if index and is_pair(reading, sentence, index - 1):
        return tokens[index - 1].start
    if index > 1 and _ratio(reading, sentence, index) == f"{tokens[index - 2].text}/{tokens[index - 1].text}":
        return tokens[index - 2].start
    return tokens[index].start


def of_cell(
    reading: Reading, found: Proposal, start: int, end: int, kind: str, *, changes: bool = True
) -> Proposal:
    """Say which level at which time, or which change, a count or a percentage between two places is of."""
    sentence = found.sentence
    tokens = [token.start for token in sentence.tokens]
    start_of_pair = is_pair(reading, sentence, tokens.index(found.start))
    variable, level = reading.level(sentence, start, end, goes_on=kind == "percent" or start_of_pair)
    group = reading.group(sentence, start, end)
    change = change_of(reading, sentence, start, end, named=bool(level))
    if change and changes:
        found = replace(
            found, quantity=f"{kind}_{change}", test="signed_rank", group=group, variable=outcome_id(reading)
        )
        return replace(found, check="recompute") if group else unclear(found, "of which group?")
    found = replace(found, group=group, variable=variable, level=level)
    study = reading.words.study
    if study is not None and variable and variable != study.outcome.id:
        return replace(found, check="arithmetic" if kind == "percent" else "no_data")
    if not level:
        return replace(
            found, check="arithmetic" if kind == "percent" else "no_data", remark="of which level?"
        )
    timepoint = reading.timepoint(sentence, start, end)
    found = replace(found, timepoint=timepoint)
    if not timepoint:
        return unclear(found, "at which timepoint?")
    if not group and reading.two_groups:
        return unclear(found, "of which group?")
    return replace(found, check="recompute")


def change_of(reading: Reading, sentence: Sentence, start: int, end: int, *, named: bool) -> str:
    """Say whether a number counts who changed, and how; "remained insufficient" alone is a level."""
    low, high = reading.phrase(sentence, start, end)
    here = {key for key in _CHANGES if reading.words[key].search(reading.text, low, high)}
    if len(here) != 1:
        return ""
    (change,) = here
    if change == "unchanged" and named:
        changes = [
            reading.words[key].search(reading.text, sentence.start, sentence.end) for key in ("up", "down")
        ]
        return change if any(changes) else ""
    return change
