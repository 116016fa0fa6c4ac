"""Propose the rows of a claims.csv from a paper's text.

A draft is no audit: each row is marked as proposed, and a person reads the paper beside it. What was not proposed is
listed with the reason, so that proposals and list together hold every number of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oxymilk.audit.claims import COLUMNS, OF_A_TEST, REASONS, Claim
from oxymilk.draft.context import Reading
from oxymilk.draft.proposal import Known, Proposal, number_value
from oxymilk.draft.rules import read_number
from oxymilk.draft.statements import put_between, read_agreements, read_statements
from oxymilk.draft.tables import read_cell
from oxymilk.draft.words import load_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from oxymilk.draft.text import Paper
    from oxymilk.study import Study

# what the heads of a table's row and column tell better than the words beside the number
IN_TABLES = ("figure", "count", "percent", "sample_size", "p_value")
EXCLUSION_COLUMNS = ("token", "where", "reason", "occurrences")


@dataclass(frozen=True)
class LeftOut:
    """A number of the text that was not proposed.

    Attributes
    ----------
    token : str
        Its normal form.
    where : str
        The place in our words.
    line : str
        The line, and page if the file has pages.
    reason : str
        Why it claims nothing.
    """

    token: str
    where: str
    line: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """What was found: proposed claims, and the numbers that were not proposed."""

    claims: tuple[Claim, ...]
    left_out: tuple[LeftOut, ...]

    def claims_table(self) -> pd.DataFrame:
        """Return the rows of a claims.csv."""
        import pandas as pd

        return pd.DataFrame([claim.cells for claim in self.claims], columns=list(COLUMNS), dtype=str)

    def exclusions_table(self) -> pd.DataFrame:
        """Return the rows of an exclusions.csv: each number, place and reason once, with how often."""
        import pandas as pd

        counts = Counter((each.token, each.where, each.reason) for each in self.left_out)
        return pd.DataFrame(
            [(*key, str(n)) for key, n in counts.items()], columns=list(EXCLUSION_COLUMNS), dtype=str
        )

    def summary(self) -> str:
        """Say how much was proposed, and list every number that was not, with its place and the reason."""
        open_questions = sum(claim.check == "ambiguous" for claim in self.claims)
        counts = Counter(claim.quantity for claim in self.claims)
        lines = [
            f"{len(self.claims)} claims proposed: "
            + ", ".join(f"{n} {quantity}" for quantity, n in counts.most_common())
            + f". {open_questions} of them ask a question in their note.",
            f"{len(self.left_out)} numbers not proposed:",
            *(f"  {each.line} ({each.where}): {each.token} - {each.reason}" for each in self.left_out),
        ]
        return "\n".join(lines)


def draft_claims(paper: Paper, study: Study | None = None) -> Draft:
    r"""Propose claims for the numbers of a paper.

    Parameters
    ----------
    paper : Paper
        Its text, as `oxymilk.draft.read.read_paper` gives it; English, Indonesian or both.
    study : Study, optional
        Its groups, timepoints, levels and characteristics give the ids. Without one the ids are generic:
        intervention and control, pre and post, low, middle and high.

    Returns
    -------
    Draft
        Claims in the order of the text. Each has `check` and `expect` filled in as far as the text allows: what cannot
        be told (of which group?) is `ambiguous` and `not_checkable`, and its note asks. Arithmetic is tried, so that a
        percentage that no whole number makes is proposed as `differs`. Notes begin with "proposed" and give the line.

    Examples
    --------
    >>> from oxymilk.draft.text import Paper
    >>> text = "RESULTS\n\nIn the control group 3 of 10 mothers (30%) improved (p = 0.083).\n"
    >>> [(claim.quantity, claim.printed, claim.n) for claim in draft_claims(Paper(text)).claims]
    [('count_up', '3', '10'), ('sample_size', '10', ''), ('percent_up', '30%', '10'), ('p_value', '0.083', '')]
    """
    reading = Reading(paper, load_words(study))
    known = Known()
    proposals: list[Proposal] = []
    left_out: dict[int, LeftOut] = {}
    for sentence in reading.sentences:
        numbers: list[Proposal] = []
        for index, token in enumerate(sentence.tokens):
            found = read_number(reading, sentence, index, known)
            if isinstance(found, Proposal) and found.quantity in IN_TABLES:
                base = Proposal(sentence, token.start, token.text, "figure", found.operator)
                found = read_cell(reading, base, index) or found
            if isinstance(found, Proposal):
                numbers.append(found)
            else:
                left_out[token.start] = LeftOut(token.text, sentence.where, reading.place(token.start), found)
        numbers = put_between(reading, sentence, numbers)
        proposals += [*numbers, *read_statements(reading, sentence, numbers)]
    proposals += read_agreements(reading, proposals)
    proposed = {each.start for each in proposals if each.of_token}
    for token in reading.tokens:
        if token.start not in proposed and token.start not in left_out:
            block = next((one for one in reading.blocks if one.start <= token.start < one.end), None)
            where = f"{block.section} page furniture" if block else "heads of sections"
            reason = "page number, running head or address" if block else "in the head of a section"
            left_out[token.start] = LeftOut(token.text, where, reading.place(token.start), reason)
    proposals = _same_p_values(reading, proposals)
    proposals = _with_totals(sorted(proposals, key=lambda each: each.start))
    return Draft(tuple(_claims(reading, proposals)), tuple(left_out[start] for start in sorted(left_out)))


def _same_p_values(reading: Reading, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Give a p-value without a test the test of the same p-value elsewhere, if that is one test only."""
    tests: dict[object, set[tuple[str, ...]]] = {}
    for each in proposals:
        if each.quantity == "p_value" and each.check == "recompute":
            key = number_value(each.printed, reading)
            tests.setdefault(key, set()).add((each.test, each.group, each.timepoint, each.variable))
    given: dict[int, tuple[str, ...]] = {}
    for each in proposals:
        found = tests.get(number_value(each.printed, reading), set()) if each.quantity == "p_value" else set()
        if each.check == "ambiguous" and len(found) == 1:
            given[each.sentence.start] = next(iter(found))
    return [
        replace(
            each,
            **dict(zip(("test", "group", "timepoint", "variable"), given[each.sentence.start], strict=True)),
            check="recompute",
            remark="the test by the p-value",
        )
        if each.sentence.start in given and each.check == "ambiguous" and each.quantity in OF_A_TEST
        else each
        for each in proposals
    ]


def _with_totals(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Give counts and percentages the number of participants they are of."""
    sizes: dict[str, Counter[str]] = {}
    for each in proposals:
        if each.quantity == "sample_size" and each.check == "recompute":
            sizes.setdefault(each.group, Counter())[each.printed] += 1
    usual = {group: counts.most_common(1)[0][0] for group, counts in sizes.items()}
    block_total: dict[tuple[int, str], str] = {}
    completed = []
    for each in proposals:
        start = each.sentence.block.start
        if each.quantity == "sample_size" and each.printed.isdigit():
            block_total[start, each.group] = each.printed
        of_people = each.quantity.startswith(("count", "percent"))
        if of_people and not each.n:
            total = _nearest_total(each, proposals) or block_total.get((start, each.group))
            total = total or usual.get(each.group, "")
            each = replace(each, n=total)
        if each.quantity == "percent" and each.check == "arithmetic" and not each.n:
            each = replace(each, check="ambiguous", remark="of how many?")
        completed.append(each)
    return completed


def _nearest_total(each: Proposal, proposals: Iterable[Proposal]) -> str:
    """Return the last sample size that the sentence prints before a number, else the first after it."""
    sizes = [
        one
        for one in proposals
        if one.sentence == each.sentence
        and one.quantity == "sample_size"
        and one.printed.isdigit()
        and (not each.group or one.group in ("", each.group))
    ]
    before = [one.printed for one in sizes if one.start < each.start]
    return (before[-1:] or [one.printed for one in sizes[:1]] or [""])[0]


def _claims(reading: Reading, proposals: Iterable[Proposal]) -> Iterable[Claim]:
    taken: Counter[str] = Counter()
    for each in proposals:
        sentence = each.sentence
        parts = (each.test, each.quantity, each.level or each.variable, each.group, each.timepoint)
        name = "_".join([*filter(None, parts), sentence.block.section.split()[0]])
        name = re.sub(r"[^a-z0-9]+", "_", name.lower())
        taken[name] += 1
        check = each.check
        if check not in REASONS and not _has_number(reading, each):
            check = "ambiguous"
        claim = Claim(
            id=name if taken[name] == 1 else f"{name}_{taken[name]}",
            where=sentence.where,
            printed=each.printed,
            operator=each.operator,
            quantity=each.quantity,
            test=each.test,
            group=each.group,
            timepoint=each.timepoint,
            variable=each.variable,
            level=each.level,
            n=each.n,
            check=check,
            expect="not_checkable" if check in REASONS else "reproduced",
            note="; ".join(filter(None, ("proposed", reading.place(each.start), each.remark))),
        )
        yield _tried(reading, claim)


def _has_number(reading: Reading, each: Proposal) -> bool:
    return each.quantity == "decision" or number_value(each.printed, reading) is not None


def _tried(reading: Reading, claim: Claim) -> Claim:
    """Expect of an arithmetic claim what its arithmetic gives."""
    from oxymilk.audit.stated import Notation
    from oxymilk.audit.verdicts import arithmetic_verdict

    if claim.check != "arithmetic":
        return claim
    words = reading.words
    verdict, reason = arithmetic_verdict(claim, Notation(words.marks, words.rounding))
    if verdict == "not_checkable":
        return claim._replace(check=reason, expect=verdict)
    return claim._replace(expect=verdict)
