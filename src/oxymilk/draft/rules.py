"""Say what a number of a paper's text states: a quantity that can be claimed, or why it claims nothing.

The rules are in rules.yaml: an ordered list of conditions on a number and on what is round it. Here are the engine that
applies them, the properties that a condition may name, and the readers that complete a claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from oxymilk.audit.printed import printed_interval
from oxymilk.draft.context import Context, Sentence
from oxymilk.draft.words import compiled, rules_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from oxymilk.draft.words import Pattern

_USUAL_ALPHAS = (Fraction(5, 100), Fraction(1, 100), Fraction(1, 10))


@dataclass(frozen=True)
class Proposal:
    """A row of a draft, before it is given its id.

    The columns of claims.csv have their names; `context` says where it was found, `remark` what its reader must look
    at, and `of_token` whether it accounts for a number of the text.
    """

    context: Context
    printed: str
    quantity: str = "figure"
    operator: str = ""
    test: str = ""
    group: str = ""
    timepoint: str = ""
    variable: str = ""
    level: str = ""
    n: str = ""
    check: str = ""
    remark: str = ""
    of_token: bool = True

    @property
    def start(self) -> int:
        """Where in the text it was found."""
        return self.context.start

    @property
    def sentence(self) -> Sentence:
        """The sentence in which it was found."""
        return self.context.sentence

    def asks(self, question: str) -> Proposal:
        """Return the proposal with a question to its reader."""
        return replace(self, check="ambiguous", remark=question)


# --- the engine


@dataclass(frozen=True)
class Rule:
    """One rule of rules.yaml; see there."""

    whole: dict[str, Pattern]
    before: Pattern | None = None
    after: Pattern | None = None
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    reason: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    reader: str = ""

    def holds(self, context: Context) -> bool:
        """Say whether all conditions hold for a number."""
        token = context.token
        shown = {"kind": token.kind, "text": token.text, "operator": context.operator}
        return (
            all(pattern.fullmatch(shown[name]) for name, pattern in self.whole.items())
            and (self.after is None or self.after.match(context.after) is not None)
            and (self.before is None or self.before.search(context.before) is not None)
            and all(_PROPERTIES[name](context) for name in self.needs)
            and not any(_PROPERTIES[name](context) for name in self.forbids)
        )


@cache
def _rules() -> list[Rule]:
    """Return the rules of rules.yaml with their patterns compiled."""
    return [
        Rule(
            {name: compiled(entry[name]) for name in ("kind", "text", "operator") if name in entry},
            compiled(rf"(?:{entry['before']})\Z") if "before" in entry else None,
            compiled(entry["after"]) if "after" in entry else None,
            tuple(entry.get("if", ())),
            tuple(entry.get("unless", ())),
            *(entry.get(name, default) for name, default in (("reason", ""), ("cells", {}), ("reader", ""))),
        )
        for entry in rules_file()["rules"]
    ]


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
    for rule in _rules():
        if not rule.holds(context):
            continue
        if rule.reason:
            return rule.reason
        cells = {"operator": context.operator, "check": unchecked(context.sentence), **rule.cells}
        proposal = Proposal(context, context.token.text, **cells)
        read = _READERS[rule.reader](proposal) if rule.reader else proposal
        if read is not None:
            return read
    raise AssertionError("the last rule takes every number")


def unchecked(sentence: Sentence) -> str:
    """Return the reason code of a number that nothing at hand can check."""
    return "cited" if sentence.sources else "no_data"


# --- readers: tests


def of_test(proposal: Proposal) -> Proposal:
    """Say which test of the study a p-value, statistic or decision is of."""
    context, sentence = proposal.context, proposal.sentence
    reading, words = context.reading, context.reading.words
    test = context.test
    if not test and words.ids["timepoints"][""].search(reading.text, sentence.start, sentence.end):
        test = "signed_rank"
    # in the results, or under a head of one group, a test without a name is that group's
    if not test and sentence.own and sentence.block.section == "results" and context.group():
        test = "signed_rank"
    test = test or proposal.test
    if sentence.cited:
        return replace(proposal, test="" if test == "other" else test, check="cited")
    if test == "other":
        return replace(proposal, check="undefined", remark="of a test that is not recomputed")
    if not test:
        return proposal.asks("of which test?")
    proposal = replace(proposal, test=test, variable=words.outcome, check="recompute")
    if test == "rank_sum":
        return replace(proposal, timepoint=words.between)
    group = context.group()
    return replace(proposal, group=group) if group else replace(proposal, group="").asks("of which group?")


def _p_value(proposal: Proposal) -> Proposal | None:
    """Read a p-value, its threshold, or alpha, where the name of p-values is before the number."""
    context, reading = proposal.context, proposal.context.reading
    words, printed = reading.words, proposal.printed
    value = reading.value(printed)
    # an operator in words as its sign: "p-value below" is "p-value <"
    start, sign = context.operator_in_words
    left = f"{context.before[:start]}{sign} " if sign else context.before
    match = words["p_of_number"].search(left)
    if not match and re.fullmatch(r"0?[.,]\d{2,}", printed) and context.after.startswith(")"):
        match = words["p_of_brackets"].search(context.before)
    if not match or value is None or not 0 <= value <= 1 or "%" in printed:
        return None
    # "p" alone is the name of a number below one that has decimals
    if not match["op"] and (printed.isdigit() or (len(match["name"]) == 1 and value >= 1)):
        return None
    earlier = left[: match.start()]
    if match["op"] == "<" and words["criteria_before"].search(earlier):
        return replace(proposal, quantity="alpha", operator="", check="recompute")
    study = words.study
    usual = value in _USUAL_ALPHAS or (study is not None and value == Fraction(str(study.alpha)))
    bounded = proposal.operator in ("<", ">", "<=", ">=") and not proposal.sentence.cited
    behind = words["p_before"].search(earlier) or words["value_before"].search(context.before)
    if bounded and (usual or behind):
        return of_test(replace(proposal, quantity="threshold"))
    return of_test(replace(proposal, quantity="p_value"))


def _statistic(proposal: Proposal) -> Proposal | None:
    """Read a z, U or W."""
    for quantity in proposal.context.reading.words.ids["statistics"]:
        pattern = compiled(f"(?P<name>{{statistics.{quantity}}}){{of_a_test}}{{statistic_link}}")
        match = pattern.search(proposal.context.before)
        # a letter alone is a statistic when it is linked to the number, or the number has a sign or decimals
        bare = r"-.*" if quantity == "w" else r"-.*|\d+[.,]\d+"
        if match and (match["link"] or len(match["name"]) > 2 or re.fullmatch(bare, proposal.printed)):
            return of_test(replace(proposal, quantity=quantity, operator=""))
    return None


# --- readers: participants


def _percentage(proposal: Proposal) -> Proposal:
    """Read a percentage: of participants at a level, or who changed, or of two printed numbers."""
    context, sentence, printed = proposal.context, proposal.sentence, proposal.printed
    ratios = context.reading.ratios
    ratio = _ratio(context)
    known = [ratios.get((source, printed), "") for source in sentence.sources]
    of_numbers = ratio or next(filter(None, known), "")
    arithmetic = replace(proposal, quantity="ratio_percent", n=of_numbers, check="arithmetic")
    if not sentence.own:
        if not of_numbers:
            return figure(proposal)
        ratios.update({(source, printed): of_numbers for source in sentence.sources})
        return arithmetic
    if "." in of_numbers or "," in of_numbers:
        return arithmetic
    # it is of what the count before it is of: "7 of 10 mothers (70%)"
    first = context.index
    if first and is_paired(_number(context, first - 1)):
        first -= 1
    elif first > 1 and ratio == "/".join(token.text for token in sentence.tokens[first - 2 : first]):
        first -= 2
    step = _from_to(context)
    around = replace(context, start=sentence.tokens[first].start)
    found = _cell(replace(proposal, quantity="percent"), around, changes=step is None)
    if step is not None and found.level:
        timepoint = list(context.reading.words.ids["timepoints"])[step]
        found = replace(found, timepoint=timepoint, check="recompute", remark="")
        if context.reading.two_groups and not found.group:
            found = found.asks("of which group?")
    elif found.quantity != "percent" and context.reading.words["by_before"].search(context.before):
        return figure(proposal)
    return replace(found, n=of_numbers.partition("/")[2])


def _cell(proposal: Proposal, around: Context | None = None, *, changes: bool = True) -> Proposal:
    """Say which level at which time, or which change, a count or a percentage is of."""
    context = around or proposal.context
    study, is_percent = context.reading.words.study, proposal.quantity == "percent"
    group, (variable, level) = context.group(), _level(context, is_percent=is_percent)
    change = context.change(level=level) if changes else ""
    if change:
        quantity = f"{proposal.quantity}_{change}"
        proposal = replace(proposal, quantity=quantity, test="signed_rank", check="recompute")
        proposal = replace(proposal, group=group, variable=context.reading.words.outcome)
        return proposal if group else proposal.asks("of which group?")
    proposal = replace(proposal, group=group, variable=variable, level=level)
    arithmetic = replace(proposal, check="arithmetic" if is_percent else "no_data")
    if study is not None and variable and variable != study.outcome.id:
        return arithmetic
    if not level:
        return replace(arithmetic, remark="of which level?")
    if not context.timepoint:
        return proposal.asks("at which timepoint?")
    proposal = replace(proposal, timepoint=context.timepoint, check="recompute")
    return proposal if group or not context.reading.two_groups else proposal.asks("of which group?")


def _level(context: Context, *, is_percent: bool = False) -> tuple[str, str]:
    """Return the variable and level of a count or percentage; one of a pair continues the level before it."""
    return context.level(continued=is_percent or is_paired(context))


def _group_size(proposal: Proposal) -> Proposal:
    """Read the size of the group that the sentence is about."""
    return replace(proposal, group=proposal.context.group())


def _sample_size(proposal: Proposal) -> Proposal:
    """Read the size of a group, or of the whole sample."""
    return replace(proposal, group=proposal.context.group(whole=True))


def _people_in_words(proposal: Proposal) -> Proposal:
    """Read a number word that counts people."""
    question = "printed as a word; the digits would be checked"
    if is_paired(proposal.context) or proposal.context.change():
        return _cell(replace(proposal, quantity="count", operator="")).asks(question)
    return _sample_size(replace(proposal, quantity="sample_size")).asks(question)


def figure(proposal: Proposal) -> Proposal:
    """Read a number that nothing recomputes, with what the text says of it."""
    context, sentence = proposal.context, proposal.sentence
    variable = level = ""
    for start, end, key in context.mentions("levels", sentence.start, sentence.end):
        if start <= context.start < end:
            variable, _, level = key.partition("/")
    found = replace(proposal, quantity="figure", variable=variable, level=level, check=unchecked(sentence))
    if not sentence.own:
        return found
    if compiled(r"{day}\Z").search(context.before):
        return replace(found, group=context.group(), timepoint=context.timepoint)
    return replace(found, group=context.nearest("groups"))


_READERS: dict[str, Callable[[Proposal], Proposal | None]] = {
    "of_test": of_test, "p_value": _p_value, "statistic": _statistic, "percentage": _percentage, "cell": _cell,
    "group_size": _group_size, "sample_size": _sample_size, "people_in_words": _people_in_words, "figure": figure,
}  # fmt: skip


# --- numbers that belong together


def _number(context: Context, index: int) -> Context:
    """Return another number of the same sentence."""
    token = context.sentence.tokens[index]
    return replace(context, start=token.start, end=token.end, index=index)


def _fits_between(context: Context, name: str, first: int, second: int) -> bool:
    """Say whether what is between two numbers of a sentence is a pattern of rules.yaml."""
    tokens = context.sentence.tokens
    gap = context.reading.text[tokens[first].end : tokens[second].start]
    return context.reading.words[name].fullmatch(gap) is not None


def is_paired(context: Context) -> bool:
    """Say whether a number and the percentage after it state the same: "7 mothers (70%)"."""
    following = context.sentence.tokens[context.index + 1 : context.index + 2]
    return (
        bool(following)
        and following[0].text.endswith("%")
        and not _is_whole(context)
        and _fits_between(context, "pair_gap", context.index, context.index + 1)
    )


def _is_whole(context: Context) -> bool:
    """Say whether a number is the whole of "7 of 10 mothers"."""
    tokens = context.sentence.tokens[max(context.index - 1, 0) : context.index + 1]
    return (
        len(tokens) == 2
        and all(token.text.isdigit() for token in tokens)
        and int(tokens[0].text) <= int(tokens[1].text)
        and _fits_between(context, "out_of_gap", context.index - 1, context.index)
    )


def _is_part(context: Context) -> bool:
    """Say whether a number is the part of "7 of 10 mothers"."""
    following = context.index + 1
    return following < len(context.sentence.tokens) and _is_whole(_number(context, following))


def _ratio(context: Context) -> str:
    """Return the two printed numbers that a percentage is made of, "25/35", "" when the sentence has none."""
    tokens, index = context.sentence.tokens, context.index
    numbers = [k for k, token in enumerate(tokens) if token.kind == "number"]
    at = numbers.index(index)
    # "45% (2.7 of 5.9 million)", "7 of 10 mothers (70%)", "7/10 (70%)": parts may have been rounded themselves
    if at + 2 < len(numbers):
        part, whole = numbers[at + 1 : at + 3]
        near = _fits_between(context, "percent_first", index, part)
        if (
            near
            and _fits_between(context, "ratio_gap", part, whole)
            and _makes(context, part, whole, slack=2)
        ):
            return f"{tokens[part].text}/{tokens[whole].text}"
    if at > 1:
        part, whole = numbers[at - 2 : at]
        near = _fits_between(context, "percent_last", whole, index)
        if (
            near
            and _fits_between(context, "ratio_gap", part, whole)
            and _makes(context, part, whole, slack=2)
        ):
            return f"{tokens[part].text}/{tokens[whole].text}"
    if index and is_paired(_number(context, index - 1)):
        part = index - 1
        for whole in (part, *numbers):
            if "%" not in tokens[whole].text and _makes(context, part, whole):
                return f"{tokens[part].text}/{tokens[whole].text}"
    return ""


def _makes(context: Context, part: int, whole: int, slack: int = 0) -> bool:
    """Say whether two numbers of a sentence make a percentage as it is printed, or to `slack` percentage points."""
    reading, printed = context.reading, context.token.text
    above, below, stated = (
        reading.value(text) for text in (*(context.sentence.tokens[k].text for k in (part, whole)), printed)
    )
    if above is None or stated is None or not below or above > below:
        return False
    percent = 100 * above / below
    near = abs(percent - stated) <= slack
    return near or printed_interval(printed, reading.words.marks, reading.words.rounding).contains(percent)


def _from_to(context: Context) -> int | None:
    """Return 0 for the first percentage of "from 30% to 70%", 1 for the second, None for any other."""
    words = context.reading.words
    for first in (context.index, context.index - 1):
        if (
            0 <= first < len(context.sentence.tokens) - 1
            and words["from_before"].search(_number(context, first).before)
            and _fits_between(context, "to_gap", first, first + 1)
        ):
            return context.index - first
    return None


# --- properties that a rule may name


def _names_level(context: Context) -> bool:
    """Say whether a number counts people at a level, or who changed."""
    level = _level(context)[1]
    return bool(level or context.change(level=level))


def _may_count(context: Context) -> bool:
    """Say whether a number can count participants of the study."""
    value, printed = context.reading.value(context.token.text), context.token.text
    whole = value is not None and value.denominator == 1 and printed.isdigit() and len(printed) < 6
    return whole and context.sentence.own and context.token.kind == "number"


def _in(context: Context, name: str, start: int, end: int) -> bool:
    """Say whether a number is inside of what a list of words finds between two places."""
    found = context.reading.words[name].finditer(context.reading.text, start, end)
    return any(match.start() <= context.start < match.end() for match in found)


_PROPERTIES: dict[str, Callable[[Context], Any]] = {
    "own": lambda context: context.sentence.own,
    "at_the_end": lambda context: context.sentence.block.section == "end matter",
    "in_heading": lambda context: context.sentence.block.kind == "heading",
    "in_citation": lambda context: _in(
        context, "citations", context.sentence.block.start, context.sentence.block.end
    ),
    "in_idiom": lambda context: _in(context, "idioms", context.sentence.start, context.sentence.end),
    "may_count": _may_count,
    "is_paired": is_paired,
    "is_part": _is_part,
    "is_whole": _is_whole,
    "names_level": _names_level,
    "names_group": lambda context: context.mentions("groups", *context.phrase),
    "names_sample": lambda context: compiled("{sample}").search(context.reading.text[slice(*context.phrase)]),
    "in_sampling": lambda context: compiled("{sample}").search(
        context.reading.text, context.sentence.start, context.sentence.end
    ),
}
