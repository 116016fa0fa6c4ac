"""Propose the rows of a claims.csv from a paper's text.

A draft is no audit: each row is marked as proposed, and a person reads the paper beside it. What was not proposed is
listed with the reason, so that proposals and list together hold every number of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.claims import COLUMNS, OF_A_TEST, REASONS, Claim
from oxymilk.audit.printed import Notation
from oxymilk.audit.verdicts import check_claim
from oxymilk.draft.context import Context, Reading
from oxymilk.draft.rules import Proposal, read_number
from oxymilk.draft.statements import put_between, read_agreements, read_statements
from oxymilk.draft.tables import read_cell
from oxymilk.draft.words import load_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from oxymilk.draft.text import Paper
    from oxymilk.study import Study

# what the heads of a table's row and column say better than the words beside the number
_IN_TABLES = ("figure", "count", "percent", "sample_size", "p_value")
EXCLUSION_COLUMNS = ("token", "where", "reason", "occurrences")


class LeftOut(NamedTuple):
    """A number that was not proposed: its normal form, place, line (and page), and why it claims nothing."""

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

        counts = Counter((number.token, number.where, number.reason) for number in self.left_out)
        rows = [(*number, str(times)) for number, times in counts.items()]
        return pd.DataFrame(rows, columns=list(EXCLUSION_COLUMNS), dtype=str)

    def summary(self) -> str:
        """Say how much was proposed, and list every number that was not, with its place and the reason."""
        questions = sum(claim.check == "ambiguous" for claim in self.claims)
        counts = Counter(claim.quantity for claim in self.claims).most_common()
        quantities = ", ".join(f"{n} {quantity}" for quantity, n in counts)
        lines = [
            f"{len(self.claims)} claims proposed: {quantities}. {questions} of them ask a question in their note.",
            f"{len(self.left_out)} numbers not proposed:",
            *(
                f"  {number.line} ({number.where}): {number.token} - {number.reason}"
                for number in self.left_out
            ),
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
    proposals: list[Proposal] = []
    reasons: dict[int, tuple[str, str]] = {}
    for block in reading.blocks:
        if block.kind == "furniture":
            outside = f"{block.section} page furniture", "page number, running head or address"
            reasons |= {
                token.start: outside for token in reading.tokens if block.start <= token.start < block.end
            }
    for sentence in reading.sentences:
        numbers: list[Proposal] = []
        for index, token in enumerate(sentence.tokens):
            number = read_number(Context(reading, sentence, token.start, token.end, index))
            if isinstance(number, str):
                reasons[token.start] = sentence.where, number
            else:
                in_table = number.quantity in _IN_TABLES and read_cell(number)
                numbers.append(in_table or number)
        numbers = put_between(reading, numbers)
        proposals += [*numbers, *read_statements(reading, sentence, numbers)]
    proposals += [*read_agreements(reading, proposals)]
    claimed = {proposal.start for proposal in proposals if proposal.of_token}
    in_heads = "heads of sections", "in the head of a section"
    left_out = [
        LeftOut(token.text, where, reading.place(token.start), reason)
        for token in reading.tokens
        if token.start not in claimed
        for where, reason in [reasons.get(token.start, in_heads)]
    ]
    proposals = _with_tests(reading, sorted(proposals, key=lambda proposal: proposal.start))
    return Draft(tuple(_claims(reading, _with_totals(proposals))), tuple(left_out))


def _with_tests(reading: Reading, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Give a p-value without a test the test of the same p-value elsewhere, if that is one test only."""
    columns = ("test", "group", "timepoint", "variable")
    tests: dict[object, set[tuple[str, ...]]] = {}
    p_values = [proposal for proposal in proposals if proposal.quantity == "p_value"]
    for p_value in p_values:
        if p_value.check == "recompute":
            test = tuple(getattr(p_value, column) for column in columns)
            tests.setdefault(reading.value(p_value.printed), set()).add(test)
    given: dict[int, tuple[str, ...]] = {}
    for p_value in p_values:
        same = tests.get(reading.value(p_value.printed), set())
        if p_value.check == "ambiguous" and len(same) == 1:
            (given[p_value.sentence.start],) = same
    completed = []
    for proposal in proposals:
        test = given.get(proposal.sentence.start)
        if test and proposal.check == "ambiguous" and proposal.quantity in OF_A_TEST:
            proposal = replace(proposal, **dict(zip(columns, test, strict=True)))
            proposal = replace(proposal, check="recompute", remark="the test by the p-value")
        completed.append(proposal)
    return completed


def _with_totals(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Give counts and percentages the number of participants they are of.

    That is the last sample size that the sentence prints before the number, else the first after it; else the last
    in the paragraph; else what is usual for the group in the paper.
    """
    sizes = [proposal for proposal in proposals if proposal.quantity == "sample_size"]
    usual: dict[str, Counter[str]] = {}
    for size in sizes:
        if size.check == "recompute":
            usual.setdefault(size.group, Counter())[size.printed] += 1
    totals = {group: [counts.most_common(1)[0][0]] for group, counts in usual.items()}
    completed = []
    for proposal in proposals:
        if proposal.quantity.startswith(("count", "percent")) and not proposal.n:
            block, group = proposal.sentence.block.start, proposal.group
            near = [size for size in sizes if size.sentence.block.start == block and size.printed.isdigit()]
            here = [size for size in near if size.sentence == proposal.sentence]
            here = [size for size in here if not group or size.group in ("", group)]
            before = [size.printed for size in here if size.start < proposal.start]
            earlier = [size.printed for size in near if size.group == group and size.start < proposal.start]
            total = before[-1:] or [size.printed for size in here[:1]] or earlier[-1:] or totals.get(group)
            proposal = replace(proposal, n=(total or [""])[0])
        if proposal.quantity == "percent" and proposal.check == "arithmetic" and not proposal.n:
            proposal = proposal.asks("of how many?")
        completed.append(proposal)
    return completed


def _claims(reading: Reading, proposals: Sequence[Proposal]) -> Iterator[Claim]:
    """Yield the claims: proposals with their ids, and with what is to be expected of them."""
    notation = Notation(reading.words.marks, reading.words.rounding)
    taken: Counter[str] = Counter()
    for proposal in proposals:
        scale, sentence = proposal.level or proposal.variable, proposal.sentence
        parts = (proposal.test, proposal.quantity, scale, proposal.group, proposal.timepoint)
        name = "_".join([*filter(None, parts), sentence.block.section.split()[0]])
        name = re.sub(r"[^a-z0-9]+", "_", name.lower())
        taken[name] += 1
        readable = proposal.quantity == "decision" or reading.value(proposal.printed) is not None
        check = proposal.check if readable or proposal.check in REASONS else "ambiguous"
        note = ("proposed", reading.place(proposal.start), proposal.remark)
        cells = {column: getattr(proposal, column) for column in COLUMNS if hasattr(proposal, column)}
        cells |= {"id": name if taken[name] == 1 else f"{name}_{taken[name]}", "where": sentence.where}
        cells |= {"check": check, "expect": "not_checkable" if check in REASONS else "reproduced"}
        claim = Claim(**cells, note="; ".join(filter(None, note)), notation=notation)
        if check == "arithmetic":
            verdict, reason, *_ = check_claim(claim)
            claim = replace(claim, check=reason or check, expect=verdict)
        yield claim
