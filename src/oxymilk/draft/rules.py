"""Say what a number of a paper's text states: a quantity that can be claimed, or why it claims nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from oxymilk.draft.counts import (
    change_of,
    is_pair,
    is_whole_number,
    of_cell,
    percentage,
    sample_group,
    whole_number,
)
from oxymilk.draft.not_claims import reason_for_none
from oxymilk.draft.proposal import Known, Proposal, figure, number_value, of_test, unchecked

if TYPE_CHECKING:
    from oxymilk.draft.context import Reading, Sentence
    from oxymilk.draft.tokens import Token

_SYMBOLS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
_OPERATOR = r"(?P<op><=|>=|=<|=>|[<>=≤≥~])"
_LINKS = (
    r"of|was|were|is|are|value|equals?|equalled|equal to|sebesar|adalah|yaitu|yakni|sama dengan|dengan nilai|diperoleh|"
    r"didapatkan|dengan"
)
_LINK = rf"(?:{_LINKS})"
# what may stand between a name and its number beside a link: "(2-tailed)", "[2*(1-tailed Sig.)]", "uji Wilcoxon"
_ASIDE = r"(?:\s*(?:\((?:[^()\d=<>]|[12]-)*\)|\[[^\[\]]{0,25}\]))?"
_USUAL_ALPHAS = (Fraction(5, 100), Fraction(1, 100), Fraction(1, 10))


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
        The proposal, its check not yet final (see `oxymilk.draft.claims`), or the reason why there is none.
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
        found = rule(reading, base, token, left)
        if found:
            return found
    in_words = re.match(rf"\s*{reading.words['percent'].pattern}", right, re.IGNORECASE)
    if token.kind == "number" and (token.text.endswith(("%", "‰")) or in_words):
        return percentage(reading, base, index, known)
    if token.kind == "number" and sentence.own and is_whole_number(token, reading):
        return whole_number(reading, base, index)
    return figure(reading, base, token)


def _p_value(reading: Reading, base: Proposal, token: Token, left: str) -> Proposal | None:
    # "p-value 0,045 < 0,05" and "p-value 0,045 (> 0,05)" have the threshold after the value
    number = r"(?:=?\s*[01]?[.,]\d+\s*\(?\s*(?=[<>≤≥]))?"
    name = reading.words["p_value"].pattern
    between = rf"{_of_a_test(reading)}\s*(?P<link>{_LINK})?\s*[:(]?\s*"
    signed = _with_symbol(reading, left)
    match = re.search(rf"(?P<name>{name}){between}{number}\s*{_OPERATOR}?\s*$", signed, re.IGNORECASE)
    value = number_value(token.text, reading)
    # "p-value = 0,012 lebih kecil dari 0,05"
    told = re.search(
        rf"{name}{between}=?\s*[01]?[.,]\d+\)?,?\s+(?:[^\W\d]+\s+){{1,5}}$",
        left,
        re.IGNORECASE,
    )
    if told and base.operator in ("<", ">", "<=", ">=") and value in _USUAL_ALPHAS:
        return of_test(reading, replace(base, quantity="threshold"), token.start, token.end)
    right = reading.text[token.end : base.sentence.end]
    if base.operator == "<" and re.match(
        rf"\s*{reading.words['criteria_after'].pattern}", right, re.IGNORECASE
    ):
        return replace(base, quantity="alpha", operator="", check="recompute")
    if not match:
        match = _in_brackets_after(reading, name, token, left)
    if not match or token.kind != "number" or value is None or not 0 <= value <= 1 or "%" in token.text:
        return None
    # "p" alone is the name of a number below one that has decimals
    if not match["op"] and (token.text.isdigit() or (len(match["name"]) == 1 and value >= 1)):
        return None
    operator = _symbol(match["op"])
    sentence = base.sentence
    if operator == "<" and re.search(
        rf"{reading.words['criteria'].pattern}\s*$", left[: match.start()], re.IGNORECASE
    ):
        return replace(base, quantity="alpha", operator="", check="recompute")
    earlier = re.search(
        rf"{name}{between}=?\s*[01]?[.,]\d", left[: match.start()], re.IGNORECASE
    ) or re.search(r"\d\s*\(?\s*[<>≤≥]\s*$", left)
    usual = value in _USUAL_ALPHAS or (
        reading.words.study and value == Fraction(str(reading.words.study.alpha))
    )
    threshold = operator in ("<", ">", "<=", ">=") and (earlier is not None or usual)
    found = replace(base, quantity="threshold" if threshold and not sentence.cited else "p_value")
    return of_test(reading, found, token.start, token.end)


def _in_brackets_after(reading: Reading, name: str, token: Token, left: str) -> re.Match[str] | None:
    """Return the name of p-values that stand in brackets behind what each is of: "p of the boys (0.01) and ..."."""
    decimals = re.fullmatch(r"0?[.,]\d{2,}", token.text)
    alone = re.search(r"\(\s*$", left) and reading.text[token.end : token.end + 1] == ")"
    if not decimals or not alone:
        return None
    others = "|".join(pattern.pattern for pattern in reading.words.statistics.values())
    others = rf"{others}|{reading.words['other_statistics'].pattern}|{reading.words['alpha'].pattern}"
    return re.search(
        rf"(?P<name>{name})(?P<link>\s)(?P<op>)(?!.*(?:{others})).*$", left, re.IGNORECASE | re.DOTALL
    )


def _of_a_test(reading: Reading) -> str:
    """Return the pattern of what may stand behind the name of a number: an aside in brackets, the name of a test."""
    tests = "|".join(
        pattern.pattern for pattern in (*reading.words.tests.values(), reading.words["other_tests"])
    )
    return rf"{_ASIDE}(?:\s*(?:[^\W\d]+\s+){{0,3}}?(?:{tests})(?:\s+test)?)?"


def _alpha(reading: Reading, base: Proposal, _token: Token, left: str) -> Proposal | None:
    if not re.search(
        rf"{reading.words['alpha'].pattern}\s*(?:{_LINK}|set|at|pada|used|chosen|yang|dipakai|digunakan|ditetapkan|[=:(<]|\s)*\s*$",
        left,
        re.IGNORECASE,
    ):
        return None
    return replace(base, quantity="alpha", operator="", check="recompute")


def _statistic(reading: Reading, base: Proposal, token: Token, left: str) -> Proposal | None:
    link = rf"\s*(?:{_LINK}|[:=])\s*$"
    for quantity, pattern in reading.words.statistics.items():
        match = re.search(
            rf"(?P<name>{pattern.pattern}){_of_a_test(reading)}(?P<link>\s*(?:{_LINK}|[:=])\s*[:=]?)?\s*$",
            left,
            re.IGNORECASE,
        )
        # a letter alone is a statistic when it is linked to the number, or the number has a sign or decimals
        bare = r"-.*" if quantity == "w" else r"-.*|\d+[.,]\d+"
        if match and (match["link"] or len(match["name"]) > 2 or re.fullmatch(bare, token.text)):
            found = replace(base, quantity=quantity, operator="")
            return of_test(reading, found, token.start, token.end)
    if re.search(
        rf"{reading.words['other_statistics'].pattern}\s*(?:\([^()]{{0,12}}\))?{link}|±\s*$",
        left,
        re.IGNORECASE,
    ):
        return replace(
            base,
            operator="",
            check=unchecked(base.sentence),
            remark="a statistic that no rank test has",
        )
    return None


def _in_words(reading: Reading, base: Proposal, token: Token, left: str, right: str) -> Proposal | str:
    """Propose number words that have a unit or count people; the others count anything."""
    words = reading.words
    if token.kind == "roman":
        return "a Roman numeral"
    unit = re.match(rf"\s*-?\s*{words['units'].pattern}", right, re.IGNORECASE) or re.search(
        rf"{words['units'].pattern}\s*$", left, re.IGNORECASE
    )
    people = re.match(rf"\s*(?:\w+\s+)?{words['people'].pattern}", right, re.IGNORECASE) or re.match(
        r"\s*(?:to|in|per)\s+each\s+(?:group|arm)\b|\s*(?:di|pada|per)\s+(?:setiap|masing-masing)\s+kelompok\b",
        right,
        re.IGNORECASE,
    )
    if people and not unit and base.sentence.own:
        index = base.sentence.tokens.index(token)
        if is_pair(reading, base.sentence, index) or change_of(
            reading, base.sentence, token.start, token.end, named=False
        ):
            found = of_cell(
                reading, replace(base, quantity="count", operator=""), token.start, token.end, "count"
            )
            return replace(found, check="ambiguous", remark="printed as a word; the digits would be checked")
        group = sample_group(reading, base.sentence, token)
        remark = "printed as a word; the digits would be checked"
        return replace(base, quantity="sample_size", group=group, check="ambiguous", remark=remark)
    if not unit and not people:
        return "a number word without a unit"
    return replace(base, check=unchecked(base.sentence), remark="printed as a word")


def _operator(reading: Reading, left: str) -> str:
    symbol = re.search(rf"{_OPERATOR}\s*$", left)
    if symbol:
        return _symbol(symbol["op"])
    return _operator_in_words(reading, left)[1]


def _operator_in_words(reading: Reading, left: str) -> tuple[int, str]:
    """Return where an operator in words begins that ends a text, and the operator; "" when there is none."""
    # "no less than" holds "less than": what begins first counts
    patterns = reading.words.operators
    return min(
        ((match.start(), key) for key in patterns if (match := patterns[key].search(left))), default=(0, "")
    )


def _with_symbol(reading: Reading, left: str) -> str:
    """Return what stands before a number with an operator in words as its symbol: "p-value below" is "p-value <"."""
    start, operator = _operator_in_words(reading, left)
    return f"{left[:start]}{operator} " if operator else left


def _symbol(shown: str | None) -> str:
    """Return a printed operator in our form; "=" is what no operator says too."""
    shown = shown or ""
    return "" if shown == "=" else _SYMBOLS.get(shown, shown)
