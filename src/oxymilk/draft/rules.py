"""Say what a number of a paper's text states: a quantity that can be claimed, or why it claims nothing.

The rules are in rules.yaml: an ordered list of conditions on a number and on what is round it. Here are the engine that
applies them, the readers that complete a claim, and the properties that a condition may name. In a cell of a table the
heads of its row and its column say better what it states than the words beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from oxymilk.audit.claims import OF_P, Claim
from oxymilk.draft.context import Context
from oxymilk.draft.words import load, regex

WHICH_TEST, WHICH_GROUP, WHICH_PAPER = "of which test?", "of which group?", "of this paper's results?"
WHICH_TIME = "at which timepoint?"
# how many characters above a number the heads of a table that a PDF broke up may be
_REACH_OF_HEADS = 400
# what the heads of a table's row and column say better than the words beside the number
_IN_TABLES = ("figure", "count", "percent", "sample_size", "p_value")
_USUAL_ALPHAS = (Fraction(5, 100), Fraction(1, 100), Fraction(1, 10))


@dataclass(frozen=True)
class Proposal(Claim):
    """A claim before it is given its id.

    `context` says where it was found, and `note` what its reader must look at.
    """

    quantity: str = "figure"
    _: KW_ONLY
    context: Context

    def asks(self, question: str) -> Proposal:
        """Return the proposal with a question to its reader."""
        return replace(self, check="ambiguous", note=question)


def proposed(context: Context, **cells: Any) -> Proposal:
    """Return a proposal about a stretch of a paper, printed as numbers are in its study."""
    return Proposal(**cells, notation=context.words.notation, context=context)


def read_number(context: Context) -> Proposal | str:
    """Say what a number states.

    Parameters
    ----------
    context : Context
        The number. The numbers of a paper are read in the order of the text: `Reading.ratios` is carried along.

    Returns
    -------
    Proposal or str
        The proposal, its check not yet final (see `oxymilk.draft.propose`), or the reason why there is none.
    """
    token, operator, block = context.token, context.operator[0], context.block
    whole = {"kind": token.kind, "text": token.text, "operator": operator,
             "section": block.section, "block": block.kind}  # fmt: skip
    # nothing at hand can check a number unless its rule or reader says how
    unchecked = "cited" if context.sentence.sources else "no_data"
    cells = {"printed": token.text, "operator": operator, "check": unchecked}
    for rule in load("rules"):
        around = regex(rule.get("inside", "(?!)")).finditer(context.reading.text, block.start, block.end)
        holds = (
            all(regex(rule[name]).fullmatch(text) for name, text in whole.items() if name in rule)
            and ("after" not in rule or regex(rule["after"]).match(context.after))
            and ("before" not in rule or regex(rf"(?:{rule['before']})\Z").search(context.before))
            and ("inside" not in rule or any(m.start() <= context.start < m.end() for m in around))
            and all(_PROPERTIES[name](context) for name in rule.get("if", ()))
            and not any(_PROPERTIES[name](context) for name in rule.get("unless", ()))
        )
        if holds and "reason" in rule:
            return rule["reason"]
        number = proposed(context, **cells | rule.get("cells", {}))
        if read := _READERS[rule.get("reader")](number) if holds else None:
            read = read.asks(rule["asks"]) if "asks" in rule else read
            return (read.quantity in _IN_TABLES and _in_cell(read)) or read
    raise AssertionError("the last rule takes every number")


def of_test(proposal: Proposal, *heads: str) -> Proposal:
    """Say which test of the study a p-value, statistic or decision is of, and ask where heads or text let it doubt."""
    context, sentence, words = proposal.context, proposal.context.sentence, proposal.context.words
    test = context.test
    before_and_after = words.ids["timepoints"][""].search(context.reading.text, sentence.start, sentence.end)
    # in the results, or under a head of one group, a test without a name is that group's
    of_results = sentence.own and context.block.section == "results"
    # but for a t or a mean ± SD beside it
    of_another = regex("{other_statistic}").search(context.before)
    if not test and not of_another and (before_and_after or (of_results and context.group())):
        test = "signed_rank"
    test = test or proposal.test
    if sentence.cited:
        return replace(proposal, test="" if test in words.ids["other_tests"] else test, check="cited")
    if test in words.ids["other_tests"]:
        return replace(proposal, check="undefined", note="of a test that is not recomputed")
    if not test:
        return proposal.asks(WHICH_TEST)
    proposal = replace(proposal, test=test, variable=words.outcome, check="recompute")
    if test == "rank_sum":
        return _doubted(replace(proposal, timepoint=words.between), heads)
    proposal = replace(proposal, group=context.group())
    return _doubted(proposal, heads) if proposal.group else proposal.asks(WHICH_GROUP)


def _doubted(proposal: Proposal, heads: Iterable[str]) -> Proposal:
    """Ask where a number of a test may be cut short, of another test, one-sided or adjusted, by its heads too."""
    context, reading, study = proposal.context, proposal.context.reading, proposal.context.words.study
    shown = reading.text[context.start : context.end] if context.token else ""
    around = pairwise(filter(None, (context.previous, context, context.following)))
    listed = any(low.joins("listed", high) for low, high in around)
    in_order = listed or regex("{in_order}").search(context.before + context.after)
    # the group may be that of an earlier sentence: "Both groups: p < 0.01"
    of_both = regex("{both_groups}").search(context.before) and context.before == context.before_but_groups
    declared = study and getattr(study.procedure, f"{proposal.test}_switches", None)
    expected = "one" if declared and declared.alternative != "two-sided" else "two"
    side = context.side(proposal.test, *heads) or expected
    other_side = "one-sided or two-sided?"
    questions = {
        "is it one number, as printed?": regex("{with_blanks}").fullmatch(shown)
        or (shown and regex("{cut_short}").match(context.after)),
        WHICH_PAPER: context.block.section != "methods" and context.names_others,
        WHICH_TEST: regex("{another_test}").search(context.before),
        WHICH_GROUP: proposal.test == "signed_rank" and (of_both or in_order),
        WHICH_TIME: proposal.test == "rank_sum"
        and context.nearest("timepoints", "all of it") == next(iter(context.words.ids["timepoints"])),
    }
    if proposal.quantity in OF_P:
        adjusted = reading.named("adjusted", *heads) or context.nearest("adjusted", "paragraph")
        questions |= {other_side: side != expected, "adjusted for several tests?": adjusted}
    asked = next((question for question, doubt in questions.items() if doubt), "")
    if not asked or proposal.check != "recompute":
        return proposal
    return replace(proposal.asks(asked), tails=side if questions.get(other_side) else "")


def _unlinked(proposal: Proposal) -> Proposal | None:
    """Ask of a number whose sentence names a p-value or statistic before it, with other words between."""
    context, printed = proposal.context, proposal.printed
    match = regex("{far_name}").fullmatch(context.before)
    behind = regex(r"\s*{operator}\s*{p_value}").match(context.after)
    quantity = "p_value" if behind else match and match.lastgroup
    # an operator links whatever the number is: "p = 83"
    linked = match and regex("{operated}").fullmatch(context.before[match.end(quantity) :])
    fits = re.fullmatch(r"-?[01]?[.,]\d.*" if quantity == "p_value" else ".*[-.,].*", printed)
    if not quantity or not (linked or (fits and not regex("{of_units}").match(context.after))):
        return None
    return of_test(replace(proposal, quantity=quantity)).asks(f"is it the {quantity} of this test?")


def _p_value(proposal: Proposal) -> Proposal | None:
    """Read a p-value, its threshold, or alpha, where the name of p-values is before the number."""
    context, printed, study = proposal.context, proposal.printed, proposal.context.words.study
    # an operator in words as its sign: "p-value below" is "p-value <"
    operator, start = context.operator
    is_worded = start < len(context.before)
    left = f"{context.before[:start]}{operator} " if is_worded else context.before_but_groups
    match = regex("{p_of_number}").search(left)
    if not match and re.fullmatch(r"0?[.,]\d{2,}", printed) and context.after.startswith(")"):
        match = regex("{p_of_brackets}").search(context.before)
    if not match or proposal.number is None or "%" in printed:
        return None
    value = proposal.number.value
    # "p" alone is the name of a number below one that has decimals
    unnamed = not match["op"] and (printed.isdigit() or (len(match["name"]) == 1 and value >= 1))
    if unnamed or not 0 <= value <= 1:
        return None
    earlier = left[: match.start()]
    if match["op"] == "<" and regex("{criteria_before}").search(earlier):
        return replace(proposal, quantity="alpha", operator="", check="recompute")
    usual = value in _USUAL_ALPHAS or (study and value == Fraction(str(study.alpha)))
    behind = regex("{p_before}").search(earlier) or regex("{value_before}").search(context.before)
    bounds = re.fullmatch("[<>]=?", proposal.operator) and not context.sentence.cited
    return of_test(replace(proposal, quantity="threshold" if bounds and (usual or behind) else "p_value"))


def _statistic(proposal: Proposal) -> Proposal | None:
    """Read a z, U or W."""
    for quantity in proposal.context.words.ids["statistics"]:
        pattern = regex(f"(?P<name>{{statistics.{quantity}}}){{of_a_test}}{{statistic_link}}")
        match = pattern.search(proposal.context.before_but_groups)
        # a letter alone is a statistic when it is linked to the number, or the number has a sign or decimals
        bare = r"-.*" if quantity == "w" else r"-.*|\d+[.,]\d+"
        if match and (match["link"] or len(match["name"]) > 2 or re.fullmatch(bare, proposal.printed)):
            return of_test(replace(proposal, quantity=quantity, operator=""))
    return None


def _percentage(proposal: Proposal) -> Proposal:
    """Read a percentage: of participants at a level, or who changed, or of two printed numbers."""
    context, sentence, printed = proposal.context, proposal.context.sentence, proposal.printed
    ratios, ratio = context.reading.ratios, _ratio(proposal)
    known = (ratios.get((source, printed), "") for source in sentence.sources)
    of_numbers = ratio or next(filter(None, known), "")
    if of_numbers and (not sentence.own or re.search("[.,]", of_numbers)):
        ratios.update({(source, printed): of_numbers for source in sentence.sources})
        return replace(proposal, quantity="ratio_percent", n=of_numbers, check="arithmetic")
    if not sentence.own:
        return _figure(proposal)
    # it is of what the count before it is of: "7 of 10 mothers (70%)"
    first, whole = context, context.previous
    part = whole and whole.previous
    if whole and _is_paired(whole):
        first = whole
    elif part and ratio == f"{part.token.text}/{whole.token.text}":
        first = part
    around = Context(context.reading, sentence, (first.start, context.end), context.token)
    # the first or the second of "from 30% to 70%"
    timepoint, steps = "", ((context, context.following), (whole, context))
    for of_step, (low, high) in zip(context.words.ids["timepoints"], steps, strict=False):
        if low and high and low.joins("to_gap", high) and regex("{from_before}").search(low.before):
            timepoint = of_step
    read = _cell(replace(proposal, quantity="percent"), around, timepoint)
    if read.quantity != "percent" and regex("{by_before}").search(context.before):
        return _figure(proposal)
    return replace(read, n=of_numbers.partition("/")[2])


def _cell(proposal: Proposal, around: Context | None = None, timepoint: str = "") -> Proposal:
    """Say which level at which time, or which change, a count or a percentage is of; a known time is of no change."""
    context = around or proposal.context
    words, is_percent = context.words, proposal.quantity == "percent"
    reach = "so far" if is_percent or _is_paired(context) else "phrase"
    variable, _, level = context.nearest("levels", reach).partition("/")
    proposal = replace(proposal, group=context.group(), variable=variable, level=level, check="recompute")
    change = "" if timepoint else context.change(level=level)
    unlike = words.study and variable and variable != words.outcome
    if change:
        quantity = f"{proposal.quantity}_{change}"
        proposal = replace(proposal, quantity=quantity, test="signed_rank", variable=words.outcome, level="")
    elif unlike or not level:
        check, note = "arithmetic" if is_percent else "no_data", "" if unlike else "of which level?"
        return replace(proposal, check=check, note=note)
    else:
        proposal = replace(proposal, timepoint=timepoint or context.nearest("timepoints", "paragraph"))
        if not proposal.timepoint:
            return proposal.asks(WHICH_TIME)
    needs_group = change or context.reading.two_groups
    return proposal.asks(WHICH_GROUP) if needs_group and not proposal.group else proposal


def _figure(proposal: Proposal) -> Proposal:
    """Read a number that nothing recomputes, with what the text says of it."""
    context, sentence = proposal.context, proposal.context.sentence
    levels = context.reading.mentions("levels", sentence.start, sentence.end)
    inside = (key for start, end, key in levels if start <= context.start < end)
    variable, _, level = next(inside, "").partition("/")
    proposal = replace(proposal, variable=variable, level=level)
    if not sentence.own:
        return proposal
    if regex(r"{day}\Z").search(context.before):
        return replace(proposal, group=context.group(), timepoint=context.nearest("timepoints", "paragraph"))
    return replace(proposal, group=context.nearest("groups"))


_READERS: dict[str | None, Callable[[Proposal], Proposal | None]] = {
    None: lambda proposal: proposal, "of_test": of_test, "p_value": _p_value, "statistic": _statistic,
    "unlinked": _unlinked, "percentage": _percentage, "cell": _cell, "figure": _figure,
    "group_size": lambda proposal: replace(proposal, group=proposal.context.group()),
    "sample_size": lambda proposal: replace(proposal, group=proposal.context.group(whole=True)),
}  # fmt: skip


def _is_paired(context: Context) -> bool:
    """Say whether a number and the percentage after it state the same: "7 mothers (70%)"."""
    share = context.following
    percent = share is not None and share.token.text.endswith("%")
    return percent and not _is_whole(context) and context.joins("pair_gap", share)


def _is_whole(context: Context) -> bool:
    """Say whether a number is the whole of "7 of 10 mothers"."""
    part, whole = context.previous, context.token.text
    counts = part is not None and part.token.text.isdigit() and whole.isdigit()
    return counts and int(part.token.text) <= int(whole) and part.joins("out_of_gap", context)


def _ratio(percentage: Proposal) -> str:
    """Return the two printed numbers that a percentage is made of, "25/35", "" when the sentence has none."""
    context, percent = percentage.context, percentage.number
    numbers = [number for number in context.sentence.numbers if number.token.kind == "number"]
    at, count, ratios = numbers.index(context), context.previous, []
    # "45% (2.7 of 5.9 million)"; "7 of 10 mothers (70%)", "7/10 (70%)"
    if at + 2 < len(numbers) and context.joins("percent_first", numbers[at + 1]):
        ratios.append((*numbers[at + 1 : at + 3], 2))
    if at > 1 and numbers[at - 1].joins("percent_last", context):
        ratios.append((*numbers[at - 2 : at], 2))
    # the parts of these may have been rounded themselves, by up to two percentage points
    ratios = [(part, whole, slack) for part, whole, slack in ratios if part.joins("ratio_gap", whole)]
    # "20 mothers, 7 (35%)": any other number of the sentence
    if count and _is_paired(count):
        ratios += [(count, whole, 0) for whole in (count, *numbers) if "%" not in whole.token.text]
    for part, whole, slack in ratios:
        printed = part.token.text, whole.token.text
        above, below = (percentage.printed_as(text).number for text in printed)
        if percent and above and below and below.value and above.value <= below.value:
            share = 100 * above.value / below.value
            stated = percent.interval(percentage.notation.rounding)
            if abs(share - percent.value) <= slack or stated.contains(share):
                return "/".join(printed)
    return ""


def _may_be_p(context: Context) -> bool:
    """Say whether p-values or a test are named before a number, or above it where it is like a cell without a head."""
    text = context.reading.text
    line = text[: context.start].rpartition("\n")[2] + text[context.start :].partition("\n")[0]
    if " | " in line:
        cell, _, heads = context.cell_heads
        if heads and len(re.findall(r"\S*\d\S*", cell)) < 2:
            return False
    elif len(line.split()) > 8 or line.rstrip().endswith((".", ";")):
        return bool(regex("{p_value}|{tests}").search(context.before))
    above = text[max(0, context.start - _REACH_OF_HEADS) : context.start]
    return bool(regex("{head_of_p}").search(f"{context.block.heading} {above}"))


# properties that a rule may name
_PROPERTIES: dict[str, Callable[[Context], Any]] = {
    "own": lambda context: context.sentence.own,
    # a number of participants, in a paper's own words
    "may_count": lambda context: context.sentence.own and re.fullmatch(r"\d{1,5}", context.token.text),
    "is_paired": _is_paired,
    "is_whole": _is_whole,
    "is_part": lambda context: context.following and _is_whole(context.following),
    # it counts people at a level, or who changed
    "names_level": lambda context: (
        context.nearest("levels", "so far" if _is_paired(context) else "phrase") or context.change()
    ),
    "may_be_p": _may_be_p,
    "names_change": Context.change,
    "names_group": lambda context: context.reading.mentions("groups", *context.phrase),
    "names_sample": lambda context: regex("{sample}").search(context.reading.text, *context.phrase),
    "in_sampling": lambda context: regex("{sample}").search(f"{context.before}{context.after}"),
}  # fmt: skip


def _in_cell(number: Proposal) -> Proposal | None:
    """Say what a number in a table states, None where it is in no table or its heads do not say it."""
    context, words, named = number.context, number.context.words, number.context.reading.named
    if not context.block.is_row or context.token.kind != "number" or not context.sentence.own:
        return None
    cell, row, above = context.cell_heads
    if number.quantity == "sample_size" and (group := named("heads", cell)):
        # "Control (n = 20)" heads a column
        return replace(number, group=group)
    number = proposed(context, printed=number.printed, operator=number.operator)
    heads, column, caption = " ; ".join(above), above[-1] if above else "", context.block.heading
    group = named("heads", heads, row) or named("groups", caption)
    # papers print what belongs to a test one a column, programs one a row
    quantity = ""
    if cell != row:
        is_p_value = regex("{p_value}").search(column) or regex("{p_row}").fullmatch(row)
        edges, statistics = (column.strip(), row.strip()), words.ids["statistics"].items()
        statistic = (key for key, pattern in statistics if any(map(pattern.fullmatch, edges)))
        quantity = "p_value" if is_p_value else next(statistic, "")
    if quantity and (quantity != "p_value" or (number.number and 0 <= number.number.value <= 1)):
        test = named("tests", f"{caption} ; {heads} ; {row}")
        operator = number.operator if quantity == "p_value" else ""
        number = replace(number, quantity=quantity, operator=operator, group=group, test=test)
        if test == "signed_rank" and group:
            return _doubted(replace(number, check="recompute"), (row, column, caption))
        return of_test(number, row, column, caption)
    in_brackets = "%" in heads and context.before.rstrip().endswith("(")
    of_percent = regex("{percent_head}").search(column) and not regex("{count_head}").search(column)
    is_percent = in_brackets or of_percent or number.printed.endswith("%")
    counts = number.printed.isdigit() and ("%" in heads or regex("{count_head}").search(heads))
    is_total = regex("{total_row}").fullmatch(row)
    if not (is_percent or counts) or (is_total and is_percent):
        return None
    size = replace(number, quantity="sample_size", operator="", group=group, check="recompute")
    variable, _, level = named("levels", row, heads).partition("/")
    of_group = words.ids["heads"].get(named("heads", row))
    # a row of a group, in a table without levels, begins with how many they were
    timepoint = named("timepoints", heads, row, caption)
    of_size = of_group and not (level or timepoint or is_percent)
    if is_total or (of_size and len(of_group.sub("", row).split()) <= 1):
        return size
    read = replace(size, quantity="percent" if is_percent else "count", variable=variable, level=level)
    if not level and of_group and timepoint:
        return read.asks("of which level?")
    if not level or (words.study is not None and variable != words.outcome):
        return replace(read, check="arithmetic" if is_percent else "no_data")
    read = replace(read, timepoint=timepoint)
    return read if timepoint and (group or not context.reading.two_groups) else read.asks("of which cell?")
