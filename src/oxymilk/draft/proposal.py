"""A row of a draft before it has its id, and what the rules that make them share."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oxymilk.audit.printed import parse_printed

if TYPE_CHECKING:
    from fractions import Fraction

    from oxymilk.draft.context import Reading, Sentence
    from oxymilk.draft.tokens import Token

# what stands before the number of a day, a week or a visit
BEFORE_A_DAY = re.compile(
    r"(?:\bday|\bhari|\bke\s*-|\bweek|\bminggu|\bvisit)\s*(?:ke\s*-?)?\s*$", re.IGNORECASE
)


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


def number_value(text: str, reading: Reading) -> Fraction | None:
    """Return the number a token prints, None where it is no single number under the paper's decimal marks."""
    try:
        return parse_printed(text, reading.words.marks).value
    except ValueError:
        return None


def of_test(reading: Reading, found: Proposal, start: int, end: int) -> Proposal:
    """Say which test of the study a p-value, statistic or decision is of."""
    sentence = found.sentence
    test = reading.test(sentence, start, end)
    if not test:
        pair = reading.words["both_times"].search(reading.text, sentence.start, sentence.end)
        test = "signed_rank" if pair else ""
    # in the results, or under a head of one group, a test without a name is that group's
    of_results = sentence.own and sentence.block.section == "results"
    if not test and of_results and reading.group(sentence, start, end):
        test = "signed_rank"
    test = test or found.test
    if sentence.cited:
        return replace(found, test="" if test == "other" else test, check="cited")
    if test == "other":
        return replace(found, check="undefined", remark="of a test that is not recomputed")
    if test == "signed_rank":
        group = reading.group(sentence, start, end)
        found = replace(found, test=test, group=group, variable=outcome_id(reading))
        return replace(found, check="recompute") if group else unclear(found, "of which group?")
    if test == "rank_sum":
        study = reading.words.study
        between = study.between if study else "post"
        between = reading.words.study.compared[1].id if study and between == "post" else between
        return replace(found, test=test, timepoint=between, variable=outcome_id(reading), check="recompute")
    return unclear(found, "of which test?")


def figure(reading: Reading, base: Proposal, token: Token) -> Proposal:
    """Return a number that nothing recomputes, with what the text tells of it."""
    found = replace(base, check=unchecked(base.sentence))
    for low, high, key in reading.mentions(reading.words.levels, base.sentence.start, base.sentence.end):
        if low <= token.start < high:
            variable, _, level = key.partition("/")
            found = replace(found, variable=variable, level=level)
    left = reading.text[base.sentence.start : token.start]
    if base.sentence.own and BEFORE_A_DAY.search(left):
        point = reading.timepoint(base.sentence, token.start, token.end)
        return replace(found, group=reading.group(base.sentence, token.start, token.end), timepoint=point)
    if base.sentence.own:
        return replace(
            found, group=reading.nearest(reading.words.groups, base.sentence, token.start, token.end)
        )
    return found


def unchecked(sentence: Sentence) -> str:
    """Return the reason code of a number that nothing at hand can check."""
    return "cited" if sentence.sources else "no_data"


def unclear(found: Proposal, question: str) -> Proposal:
    """Return a proposal that asks its reader."""
    return replace(found, check="ambiguous", remark=question)


def outcome_id(reading: Reading) -> str:
    """Return the id of the outcome, "" without a study."""
    return reading.words.study.outcome.id if reading.words.study else ""
