"""Say what a number of a paper's text states: a quantity that can be claimed, or why it claims nothing.

The rules are in rules.yaml: an ordered list of conditions on a number and on what is round it. Here are the engine that
applies them, the readers that complete a claim, and the properties that a condition may name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oxymilk.audit.printed import parse_printed
from oxymilk.draft.context import Context, Sentence
from oxymilk.draft.words import compiled, load, pattern_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    for rule in load("rules"):
        if not _holds(rule, context):
            continue
        if "reason" in rule:
            return rule["reason"]
        # nothing at hand can check a number unless its rule or reader says how
        unchecked = "cited" if context.sentence.sources else "no_data"
        cells = {"operator": context.operator[0], "check": unchecked, **rule.get("cells", {})}
        proposal = Proposal(context, context.token.text, **cells)
        read = _READERS[rule["reader"]](proposal) if "reader" in rule else proposal
        if read is not None:
            return read
    raise AssertionError("the last rule takes every number")


def _holds(rule: Mapping[str, Any], context: Context) -> bool:
    """Say whether all conditions of a rule hold for a number."""
    whole = {"kind": context.token.kind, "text": context.token.text, "operator": context.operator[0]}
    return (
        all(compiled(rule[name]).fullmatch(text) for name, text in whole.items() if name in rule)
        and ("after" not in rule or compiled(rule["after"]).match(context.after) is not None)
        and ("before" not in rule or compiled(rf"(?:{rule['before']})\Z").search(context.before) is not None)
        and all(_PROPERTIES[name](context) for name in rule.get("if", ()))
        and not any(_PROPERTIES[name](context) for name in rule.get("unless", ()))
    )


# --- readers: tests


def of_test(proposal: Proposal) -> Proposal:
    """Say which test of the study a p-value, statistic or decision is of."""
    context, sentence, words = proposal.context, proposal.sentence, proposal.context.reading.words
    test = context.test
    before_and_after = words.ids["timepoints"][""].search(context.reading.text, sentence.start, sentence.end)
    # in the results, or under a head of one group, a test without a name is that group's
    of_results = sentence.own and sentence.block.section == "results"
    if not test and (before_and_after or (of_results and context.group())):
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
    proposal = replace(proposal, group=context.group())
    return proposal if proposal.group else proposal.asks("of which group?")


def _p_value(proposal: Proposal) -> Proposal | None:
    """Read a p-value, its threshold, or alpha, where the name of p-values is before the number."""
    context, reading, printed = proposal.context, proposal.context.reading, proposal.printed
    words, value = reading.words, reading.value(printed)
    # an operator in words as its sign: "p-value below" is "p-value <"
    operator, start = context.operator
    left = context.before if start == len(context.before) else f"{context.before[:start]}{operator} "
    match = pattern_of("p_of_number").search(left)
    if not match and re.fullmatch(r"0?[.,]\d{2,}", printed) and context.after.startswith(")"):
        match = pattern_of("p_of_brackets").search(context.before)
    if not match or value is None or not 0 <= value <= 1 or "%" in printed:
        return None
    # "p" alone is the name of a number below one that has decimals
    if not match["op"] and (printed.isdigit() or (len(match["name"]) == 1 and value >= 1)):
        return None
    earlier = left[: match.start()]
    if match["op"] == "<" and pattern_of("criteria_before").search(earlier):
        return replace(proposal, quantity="alpha", operator="", check="recompute")
    usual = value in _USUAL_ALPHAS or (words.study and value == Fraction(str(words.study.alpha)))
    behind = pattern_of("p_before").search(earlier) or pattern_of("value_before").search(context.before)
    bounds = re.fullmatch("[<>]=?", proposal.operator) and not proposal.sentence.cited
    return of_test(replace(proposal, quantity="threshold" if bounds and (usual or behind) else "p_value"))


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
    ratios, words = context.reading.ratios, context.reading.words
    ratio = _ratio(context)
    known = [ratios[source, printed] for source in sentence.sources if (source, printed) in ratios]
    of_numbers = ratio or (known or [""])[0]
    if of_numbers and (not sentence.own or "." in of_numbers or "," in of_numbers):
        ratios.update({(source, printed): of_numbers for source in sentence.sources})
        return replace(proposal, quantity="ratio_percent", n=of_numbers, check="arithmetic")
    if not sentence.own:
        return _figure(proposal)
    # it is of what the count before it is of: "7 of 10 mothers (70%)"
    first = context.index
    if first and _is_paired(context.other(first - 1)):
        first -= 1
    elif first > 1 and ratio == "/".join(token.text for token in sentence.tokens[first - 2 : first]):
        first -= 2
    step = _from_to(context)
    start = sentence.tokens[first].start
    around = Context(context.reading, sentence, start, context.end, context.index)
    read = _cell(replace(proposal, quantity="percent"), around, changes=step is None)
    if step is not None and read.level:
        read = replace(read, timepoint=list(words.ids["timepoints"])[step], check="recompute", remark="")
        if context.reading.two_groups and not read.group:
            read = read.asks("of which group?")
    elif read.quantity != "percent" and pattern_of("by_before").search(context.before):
        return _figure(proposal)
    return replace(read, n=of_numbers.partition("/")[2])


def _cell(proposal: Proposal, around: Context | None = None, *, changes: bool = True) -> Proposal:
    """Say which level at which time, or which change, a count or a percentage is of."""
    context = around or proposal.context
    words, is_percent = context.reading.words, proposal.quantity == "percent"
    variable, level = context.level(continued=is_percent or _is_paired(context))
    proposal = replace(proposal, group=context.group(), variable=variable, level=level, check="recompute")
    change = context.change(level=level) if changes else ""
    if change:
        quantity = f"{proposal.quantity}_{change}"
        proposal = replace(proposal, quantity=quantity, test="signed_rank", variable=words.outcome, level="")
        return proposal if proposal.group else proposal.asks("of which group?")
    unlike = words.study and variable and variable != words.outcome
    if unlike or not level:
        check, remark = "arithmetic" if is_percent else "no_data", "" if unlike else "of which level?"
        return replace(proposal, check=check, remark=remark)
    proposal = replace(proposal, timepoint=context.timepoint)
    if not proposal.timepoint:
        return proposal.asks("at which timepoint?")
    return proposal if proposal.group or not context.reading.two_groups else proposal.asks("of which group?")


def _people_in_words(proposal: Proposal) -> Proposal:
    """Read a number word that counts people."""
    context, question = proposal.context, "printed as a word; the digits would be checked"
    if _is_paired(context) or context.change():
        return _cell(replace(proposal, quantity="count", operator="")).asks(question)
    return replace(proposal, quantity="sample_size", group=context.group(whole=True)).asks(question)


def _figure(proposal: Proposal) -> Proposal:
    """Read a number that nothing recomputes, with what the text says of it."""
    context, sentence = proposal.context, proposal.sentence
    levels = context.mentions("levels", sentence.start, sentence.end)
    inside = [key for start, end, key in levels if start <= context.start < end]
    variable, _, level = (inside or [""])[0].partition("/")
    proposal = replace(proposal, variable=variable, level=level)
    if not sentence.own:
        return proposal
    if compiled(r"{day}\Z").search(context.before):
        return replace(proposal, group=context.group(), timepoint=context.timepoint)
    return replace(proposal, group=context.nearest("groups"))


_READERS: dict[str, Callable[[Proposal], Proposal | None]] = {
    "of_test": of_test,
    "p_value": _p_value,
    "statistic": _statistic,
    "percentage": _percentage,
    "cell": _cell,
    "group_size": lambda proposal: replace(proposal, group=proposal.context.group()),
    "sample_size": lambda proposal: replace(proposal, group=proposal.context.group(whole=True)),
    "people_in_words": _people_in_words,
    "figure": _figure,
}


# --- numbers that belong together


def _is_paired(context: Context) -> bool:
    """Say whether a number and the percentage after it state the same: "7 mothers (70%)"."""
    after = context.index + 1
    percent = after < len(context.sentence.tokens) and context.sentence.tokens[after].text.endswith("%")
    return percent and not _is_whole(context) and context.fits_between("pair_gap", context.index, after)


def _is_whole(context: Context) -> bool:
    """Say whether a number is the whole of "7 of 10 mothers"."""
    part, whole = context.sentence.tokens[context.index - 1].text, context.token.text
    counts = context.index > 0 and part.isdigit() and whole.isdigit() and int(part) <= int(whole)
    return counts and context.fits_between("out_of_gap", context.index - 1, context.index)


def _ratio(context: Context) -> str:
    """Return the two printed numbers that a percentage is made of, "25/35", "" when the sentence has none."""
    tokens, index = context.sentence.tokens, context.index
    numbers = [k for k, token in enumerate(tokens) if token.kind == "number"]
    at = numbers.index(index)
    ratios = []
    # "45% (2.7 of 5.9 million)"; "7 of 10 mothers (70%)", "7/10 (70%)"
    if at + 2 < len(numbers) and context.fits_between("percent_first", index, numbers[at + 1]):
        ratios.append(numbers[at + 1 : at + 3])
    if at > 1 and context.fits_between("percent_last", numbers[at - 1], index):
        ratios.append(numbers[at - 2 : at])
    # their parts may have been rounded themselves
    for part, whole in ratios:
        if context.fits_between("ratio_gap", part, whole) and _makes(context, part, whole, slack=2):
            return f"{tokens[part].text}/{tokens[whole].text}"
    # "20 mothers, 7 (35%)": any other number of the sentence
    if index and _is_paired(context.other(index - 1)):
        for whole in (index - 1, *numbers):
            if "%" not in tokens[whole].text and _makes(context, index - 1, whole):
                return f"{tokens[index - 1].text}/{tokens[whole].text}"
    return ""


def _makes(context: Context, part: int, whole: int, slack: int = 0) -> bool:
    """Say whether two numbers make a percentage as it is printed, or to `slack` percentage points."""
    reading, tokens = context.reading, context.sentence.tokens
    above, below, stated = (reading.value(tokens[k].text) for k in (part, whole, context.index))
    if above is None or stated is None or not below or above > below:
        return False
    printed = parse_printed(context.token.text, reading.words.marks).interval(reading.words.rounding)
    return abs(100 * above / below - stated) <= slack or printed.contains(100 * above / below)


def _from_to(context: Context) -> int | None:
    """Return 0 for the first percentage of "from 30% to 70%", 1 for the second, None for any other."""
    last = len(context.sentence.tokens) - 1
    for first in (context.index, context.index - 1):
        begins = 0 <= first < last and pattern_of("from_before").search(context.other(first).before)
        if begins and context.fits_between("to_gap", first, first + 1):
            return context.index - first
    return None


# --- properties that a rule may name


def _names_level(context: Context) -> bool:
    """Say whether a number counts people at a level, or who changed."""
    _, level = context.level(continued=_is_paired(context))
    return bool(level or context.change(level=level))


_PROPERTIES: dict[str, Callable[[Context], Any]] = {
    "own": lambda context: context.sentence.own,
    "at_the_end": lambda context: context.sentence.block.section == "end matter",
    "in_heading": lambda context: context.sentence.block.kind == "heading",
    "in_citation": lambda context: context.is_in("citations", context.sentence.block),
    "in_idiom": lambda context: context.is_in("idioms", context.sentence),
    # a number of participants, in a paper's own words
    "may_count": lambda context: context.sentence.own and re.fullmatch(r"\d{1,5}", context.token.text),
    "is_paired": _is_paired,
    "is_whole": _is_whole,
    "is_part": lambda context: (
        context.index + 1 < len(context.sentence.tokens) and _is_whole(context.other(context.index + 1))
    ),
    "names_level": _names_level,
    "names_group": lambda context: context.mentions("groups", *context.phrase),
    "names_sample": lambda context: pattern_of("sample").search(context.reading.text[slice(*context.phrase)]),
    "in_sampling": lambda context: pattern_of("sample").search(
        context.reading.text, context.sentence.start, context.sentence.end
    ),
}
