"""Say what a number of a paper's text states: a quantity that can be claimed, or why it claims nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oxymilk.audit.draft_not_claims import reason_for_none
from oxymilk.audit.printed import parse_printed, printed_interval

if TYPE_CHECKING:
    from oxymilk.audit.draft_context import Reading, Sentence
    from oxymilk.audit.tokens import Token

_SYMBOLS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
_OPERATOR = r"(?P<op><=|>=|=<|=>|[<>=≤≥~])"
_LINK = r"(?:of|was|were|is|are|value|sebesar|adalah|yaitu|dengan nilai|diperoleh|didapatkan)"
_USUAL_ALPHAS = (Fraction(5, 100), Fraction(1, 100), Fraction(1, 10))
_DAY = re.compile(r"(?:\bday|\bhari|\bke\s*-|\bweek|\bminggu|\bvisit)\s*(?:ke\s*-?)?\s*$", re.IGNORECASE)
_CHANGES = ("up", "down", "unchanged")


@dataclass(frozen=True)
class Proposal:
    """A row of a draft, before it is given its id.

    The columns of claims.csv have their names; `sentence` and `start` say where it was found, `remark` what its
    reader must look at, and `of_token` whether it accounts for a number of the text.
    """

    sentence: Sentence
    start: int
    printed: str
    quantity: str
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


class Known:
    """What earlier numbers have told: which ratio a cited percentage is."""

    def __init__(self) -> None:
        self.ratios: dict[tuple[str, str], str] = {}


def read_number(reading: Reading, sentence: Sentence, index: int, known: Known) -> Proposal | str:
    """Say what the number `sentence.tokens[index]` states.

    Parameters
    ----------
    reading : Reading
        The paper.
    sentence : Sentence
        Where the number stands.
    index : int
        Which of its numbers.
    known : Known
        Carried from one number to the next, in the order of the text.

    Returns
    -------
    Proposal or str
        The proposal, its check not yet final (see `oxymilk.audit.draft`), or the reason why there is none.
    """
    token = sentence.tokens[index]
    reason = reason_for_none(reading, sentence, index)
    if reason:
        return reason
    left = reading.text[sentence.start : token.start]
    right = reading.text[token.end : sentence.end]
    base = Proposal(sentence, token.start, token.text, "figure", _operator(reading, left))
    if token.kind in ("word", "roman"):
        return _in_words(reading, base, token, left, right)
    for rule in (_p_value, _alpha, _statistic):
        found = rule(reading, base, token, left, right)
        if found:
            return found
    if token.text.endswith(("%", "‰")) and token.kind == "number":
        return _percentage(reading, base, index, known)
    if token.kind == "number" and sentence.own and _is_count(token, reading):
        return _whole_number(reading, base, index)
    return _figure(reading, base, token)


def number_value(text: str, reading: Reading) -> Fraction | None:
    """Return the number a token prints, None where it is no single number under the paper's decimal marks."""
    try:
        return parse_printed(text, reading.words.marks).value
    except ValueError:
        return None


# --- p-values, thresholds and statistics


def _p_value(reading: Reading, base: Proposal, token: Token, left: str, right: str) -> Proposal | None:
    # "p-value 0,045 < 0,05" has its threshold after its value
    number = r"(?:=?\s*[01]?[.,]\d+\s*(?=[<>≤≥]))?"
    match = re.search(rf"(?P<name>{reading.words['p_value'].pattern})\s*{_LINK}?\s*[:(]?\s*{number}\s*{_OPERATOR}?\s*$", left, re.IGNORECASE)
    value = number_value(token.text, reading)
    if not match or token.kind != "number" or value is None or not 0 <= value <= 1 or "%" in token.text:
        return None
    if not match["op"] and (len(match["name"]) == 1 or value == int(value)):
        return None
    operator = _symbol(match["op"])
    sentence = base.sentence
    earlier = re.search(rf"{reading.words['p_value'].pattern}\s*{_LINK}?\s*[=:]?\s*[01]?[.,]\d", left[: match.start()], re.IGNORECASE) or re.search(r"\d\s*[<>≤≥]\s*$", left)
    usual = value in _USUAL_ALPHAS or (reading.words.study and value == Fraction(str(reading.words.study.alpha)))
    threshold = operator in ("<", ">", "<=", ">=") and (earlier is not None or usual)
    found = replace(base, quantity="threshold" if threshold and not sentence.cited else "p_value", operator=operator)
    return of_test(reading, found, token.start, token.end)


def _alpha(reading: Reading, base: Proposal, token: Token, left: str, right: str) -> Proposal | None:
    if not re.search(rf"{reading.words['alpha'].pattern}\s*(?:{_LINK}|set|at|pada|[=:(<]|\s)*\s*$", left, re.IGNORECASE):
        return None
    return replace(base, quantity="alpha", operator="", check="recompute")


def _statistic(reading: Reading, base: Proposal, token: Token, left: str, right: str) -> Proposal | None:
    link = rf"\s*(?:{_LINK}|[:=])\s*$"
    for quantity, pattern in reading.words.statistics.items():
        if re.search(rf"{pattern.pattern}{link}", left, re.IGNORECASE):
            found = replace(base, quantity=quantity, operator="")
            return of_test(reading, found, token.start, token.end)
    if re.search(rf"{reading.words['other_statistics'].pattern}\s*(?:\([^()]{{0,12}}\))?{link}|±\s*$", left, re.IGNORECASE):
        return replace(base, operator="", check=_unchecked(reading, base.sentence), remark="a statistic that no rank test has")
    return None


def of_test(reading: Reading, found: Proposal, start: int, end: int) -> Proposal:
    """Say which test of the study a p-value, statistic or decision is of."""
    sentence = found.sentence
    test = reading.test(sentence, start, end)
    if not test:
        pair = reading.words["both_times"].search(reading.text, sentence.start, sentence.end)
        test = "signed_rank" if pair else ""
    if not test and sentence.own and sentence.block.section.startswith("results"):
        # under a head of one group a test without a name is that group's
        test = "signed_rank" if reading.group(sentence, start, end) else ""
    test = test or found.test
    if sentence.cited:
        return replace(found, test="" if test == "other" else test, check="cited")
    if test == "other":
        return replace(found, check="undefined", remark="of a test that is not recomputed")
    if test == "signed_rank":
        group = reading.group(sentence, start, end)
        found = replace(found, test=test, group=group, variable=_outcome(reading))
        return replace(found, check="recompute") if group else _unclear(found, "of which group?")
    if test == "rank_sum":
        study = reading.words.study
        between = study.between if study else "post"
        between = reading.words.study.compared[1].id if study and between == "post" else between
        return replace(found, test=test, timepoint=between, variable=_outcome(reading), check="recompute")
    return _unclear(found, "of which test?")


# --- percentages


def _percentage(reading: Reading, base: Proposal, index: int, known: Known) -> Proposal:
    sentence, token = base.sentence, base.sentence.tokens[index]
    right = reading.text[token.end : sentence.end]
    told = [known.ratios.get((source, token.text), "") for source in sentence.sources]
    ratio = _ratio(reading, sentence, index) or next(filter(None, told), "")
    if re.match(r"\s*(?:CI\b|confidence|interval|kepercayaan)", right, re.IGNORECASE):
        return replace(base, check=_unchecked(reading, sentence), remark="the confidence of an interval")
    if not sentence.own:
        if not ratio:
            return _figure(reading, base, token)
        known.ratios.update({(source, token.text): ratio for source in sentence.sources})
        return replace(base, quantity="ratio_percent", n=ratio, check="arithmetic")
    if ratio and _has_decimals(ratio):
        return replace(base, quantity="ratio_percent", n=ratio, check="arithmetic")
    start = _partner_start(reading, sentence, index)
    step = _from_to(reading, sentence, index)
    found = _of_cell(reading, replace(base, quantity="percent"), start, token.end, "percent")
    if step:
        points = list(reading.words.timepoints)
        found = replace(found, quantity="percent", test="", timepoint=points[step == "to"])
    elif re.search(r"\b(?:by|sebesar)\s*$", reading.text[sentence.start : token.start]) and found.quantity != "percent":
        return _figure(reading, base, token)
    return replace(found, n=found.n or ratio.partition("/")[2])


def _ratio(reading: Reading, sentence: Sentence, index: int) -> str:
    """Return the two printed numbers that a percentage is made of, "25/35", "" when the sentence has none."""
    tokens, text = sentence.tokens, reading.text
    shown = tokens[index].text
    tokens = [each for each in tokens if each.kind in ("number", "range")]
    index = tokens.index(sentence.tokens[index])
    of = rf"\s*(?:{reading.words['units'].pattern}|{reading.words['people'].pattern})?\s*(?:{reading.words['ratio'].pattern}|/)\s*(?:the\s+)?"
    # "45% (2.7 of 5.9 million)", "7 of 10 mothers (70%)", "7/10 (70%)"
    for first, second, gap in ((index + 1, index + 2, r"[^().;]{0,120}\("), (index - 2, index - 1, None)):
        if not (0 <= first and second < len(tokens)):
            continue
        part, whole = tokens[first], tokens[second]
        near = gap is None or re.fullmatch(gap + r"[^)]{0,20}", text[tokens[index].end : part.start])
        close = gap is not None or re.fullmatch(r"[^.;]{0,25}\(?[^.;]{0,5}", text[whole.end : tokens[index].start])
        if near and close and re.fullmatch(of, text[part.end : whole.start], re.IGNORECASE) and _makes(part.text, whole.text, shown, reading, slack=2):
            return f"{part.text}/{whole.text}"
    place = sentence.tokens.index(tokens[index])
    if place and _is_pair(reading, sentence, place - 1):
        part = sentence.tokens[place - 1]
        for whole in (part, *tokens):
            if whole.kind == "number" and "%" not in whole.text and _makes(part.text, whole.text, shown, reading):
                return f"{part.text}/{whole.text}"
    return ""


def _makes(part: str, whole: str, percent: str, reading: Reading, slack: int = 0) -> bool:
    """Say whether a ratio prints as a percentage; `slack` percentage points for parts that were rounded themselves."""
    above, below, stated = (number_value(each, reading) for each in (part, whole, percent))
    if above is None or stated is None or not below or above > below:
        return False
    near = abs(100 * above / below - stated) <= slack
    return near or printed_interval(percent, reading.words.marks, reading.words.rounding).contains(100 * above / below)


def _has_decimals(ratio: str) -> bool:
    return any(mark in ratio for mark in ".,")


def _from_to(reading: Reading, sentence: Sentence, index: int) -> str:
    """Say whether a percentage is the first or the second of "from 30% to 70%"."""
    tokens, text = sentence.tokens, reading.text
    step = r"[^.;%\d]{0,30}\b(?:to|menjadi)\s+"

    def opens(k: int) -> bool:
        return (
            k + 1 < len(tokens)
            and bool(re.search(r"\b(?:from|dari)\s*$", text[sentence.start : tokens[k].start], re.IGNORECASE))
            and bool(re.fullmatch(step, text[tokens[k].end : tokens[k + 1].start], re.IGNORECASE))
        )

    return "from" if opens(index) else "to" if index and opens(index - 1) else ""


# --- whole numbers


def _whole_number(reading: Reading, base: Proposal, index: int) -> Proposal:
    sentence, token, words = base.sentence, base.sentence.tokens[index], reading.words
    left = reading.text[sentence.start : token.start]
    right = reading.text[token.end : sentence.end]
    people = rf"\s*(?:{words['people'].pattern})?"
    low, high = reading.phrase(sentence, token.start, token.end)
    if re.match(rf"\s*-?\s*{words['units'].pattern}|\s*(?:st|nd|rd|th)\b", right, re.IGNORECASE) or _DAY.search(left):
        return _figure(reading, base, token)
    paired = _is_pair(reading, sentence, index)
    share = _is_share(reading, sentence, index)
    sample = replace(base, quantity="sample_size", operator="", check="recompute")
    if _is_whole(reading, sentence, index):
        return replace(sample, group=_sample_group(reading, sentence, token))
    if re.match(rf"\s*{people}\s*(?:were\s+|was\s+)?{words['sample'].pattern}", right, re.IGNORECASE) and not paired:
        return replace(sample, group=_sample_group(reading, sentence, token))
    if re.search(r"\bn\s*=\s*$", left, re.IGNORECASE):
        if not paired:
            return replace(sample, group=_sample_group(reading, sentence, token))
        share = True
    counted = _of_cell(reading, replace(base, quantity="count", operator=""), token.start, token.end, "count")
    if paired or share:
        return counted
    followed = re.match(rf"\s*(?:\w+\s+){{0,3}}?{words['people'].pattern}", right, re.IGNORECASE)
    if re.search(rf"{words['out_of'].pattern}\s*(?:the\s+|these\s+)?$", left, re.IGNORECASE) and followed:
        return replace(sample, group=_sample_group(reading, sentence, token))
    phrase = reading.text[low:high]
    sampled = words["sample"].search(reading.text, sentence.start, sentence.end) is not None
    grouped = bool(reading.mentions(words.groups, low, high))
    named = bool(counted.level) or counted.quantity != "count"
    changed = re.match(rf"\s*(?:{words['up'].pattern}|{words['down'].pattern}|{words['unchanged'].pattern})", right, re.IGNORECASE)
    if (followed or changed) and named and not words["sample"].search(phrase):
        return counted
    if (followed or grouped) and (sampled or grouped):
        return replace(sample, group=_sample_group(reading, sentence, token))
    return _figure(reading, base, token)


def _sample_group(reading: Reading, sentence: Sentence, token: Token) -> str:
    return reading.group(sentence, token.start, token.end, whole=True)


def _is_count(token: Token, reading: Reading) -> bool:
    value = number_value(token.text, reading)
    return value is not None and value.denominator == 1 and token.text.isdigit() and len(token.text) < 6


def _is_pair(reading: Reading, sentence: Sentence, index: int) -> bool:
    """Say whether a number and the percentage after it state the same: "7 mothers (70%)"."""
    tokens = sentence.tokens
    if index + 1 >= len(tokens) or not tokens[index + 1].text.endswith("%") or _is_whole(reading, sentence, index):
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
    if index and _is_pair(reading, sentence, index - 1):
        return tokens[index - 1].start
    if index > 1 and _ratio(reading, sentence, index) == f"{tokens[index - 2].text}/{tokens[index - 1].text}":
        return tokens[index - 2].start
    return tokens[index].start


# --- what a count or a percentage is of


def _of_cell(reading: Reading, found: Proposal, start: int, end: int, kind: str) -> Proposal:
    sentence = found.sentence
    tokens = [token.start for token in sentence.tokens]
    start_of_pair = found.start in tokens and _is_pair(reading, sentence, tokens.index(found.start))
    variable, level = reading.level(sentence, start, end, goes_on=kind == "percent" or start_of_pair)
    group = reading.group(sentence, start, end)
    change = _change(reading, sentence, start, end, named=bool(level))
    if change:
        found = replace(found, quantity=f"{kind}_{change}", test="signed_rank", group=group, variable=_outcome(reading))
        return replace(found, check="recompute") if group else _unclear(found, "of which group?")
    found = replace(found, group=group, variable=variable, level=level)
    study = reading.words.study
    if study is not None and variable and variable != study.outcome.id:
        return replace(found, check="arithmetic" if kind == "percent" else "no_data")
    if not level:
        return replace(found, check="arithmetic" if kind == "percent" else "no_data", remark="of which level?")
    timepoint = reading.timepoint(sentence, start, end)
    found = replace(found, timepoint=timepoint)
    if not timepoint:
        return _unclear(found, "at which timepoint?")
    if not group and reading.two_groups:
        return _unclear(found, "of which group?")
    return replace(found, check="recompute")


def _change(reading: Reading, sentence: Sentence, start: int, end: int, *, named: bool) -> str:
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


def _outcome(reading: Reading) -> str:
    return reading.words.study.outcome.id if reading.words.study else ""


# --- the rest


def _in_words(reading: Reading, base: Proposal, token: Token, left: str, right: str) -> Proposal | str:
    """Number words count things of all kinds: only those with a unit, or of people, are proposed."""
    words = reading.words
    if token.kind == "roman":
        return "a Roman numeral"
    unit = re.match(rf"\s*-?\s*{words['units'].pattern}", right, re.IGNORECASE) or re.search(
        rf"{words['units'].pattern}\s*$", left, re.IGNORECASE
    )
    people = re.match(rf"\s*(?:\w+\s+)?{words['people'].pattern}", right, re.IGNORECASE) or re.match(
        r"\s*(?:to|in|per)\s+each\s+(?:group|arm)\b|\s*(?:di|pada|per)\s+(?:setiap|masing-masing)\s+kelompok\b",
        right, re.IGNORECASE,
    )
    if people and not unit and base.sentence.own:
        group = _sample_group(reading, base.sentence, token)
        remark = "printed as a word; the digits would be checked"
        return replace(base, quantity="sample_size", group=group, check="ambiguous", remark=remark)
    if not unit and not people:
        return "a number word without a unit"
    return replace(base, check=_unchecked(reading, base.sentence), remark="printed as a word")


def _figure(reading: Reading, base: Proposal, token: Token) -> Proposal:
    found = replace(base, check=_unchecked(reading, base.sentence))
    mentioned = [
        key
        for low, high, key in reading.mentions(reading.words.levels, token.start - 1, token.end + 12)
        if low <= token.start < high
    ]
    if mentioned:
        variable, _, level = mentioned[0].partition("/")
        found = replace(found, variable=variable, level=level)
    left = reading.text[max(base.sentence.start, token.start - 20) : token.start]
    if base.sentence.own and _DAY.search(left):
        point = reading.timepoint(base.sentence, token.start, token.end)
        return replace(found, group=reading.group(base.sentence, token.start, token.end), timepoint=point)
    if base.sentence.own:
        return replace(found, group=reading.nearest(reading.words.groups, base.sentence, token.start, token.end))
    return found


def _unchecked(reading: Reading, sentence: Sentence) -> str:
    """Return the reason code of a number that nothing at hand can check."""
    return "cited" if sentence.sources else "no_data"


def _unclear(found: Proposal, question: str) -> Proposal:
    return replace(found, check="ambiguous", remark=question)


def _operator(reading: Reading, left: str) -> str:
    symbol = re.search(rf"{_OPERATOR}\s*$", left)
    if symbol:
        return _symbol(symbol["op"])
    tail = left[-40:]
    return next((key for key, pattern in reading.words.operators.items() if pattern.search(tail)), "")


def _symbol(shown: str | None) -> str:
    """Return a printed operator in our form; "=" is what no operator says too."""
    found = _SYMBOLS.get(shown or "", shown or "")
    return "" if found == "=" else found
