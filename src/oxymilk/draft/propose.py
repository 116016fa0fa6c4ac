"""Propose the rows of a claims.csv from a paper's text.

A draft is no audit: each row is marked as proposed, and a person reads the paper beside it. What was not proposed is
listed with the reason, so that proposals and list together hold every number of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple

import pandas as pd

from oxymilk.audit.claimed_tests import evidence_of
from oxymilk.audit.claims import COLUMNS, NOTES, OF_A_TEST, OTHER_TESTS, REASONS, TESTS, Claim
from oxymilk.audit.evidence import FIELDS, name_in_claims, word_of
from oxymilk.audit.verdicts import check_claim, verdict_of
from oxymilk.draft.context import Context, Mention, Reading, Sentence
from oxymilk.draft.printed_tests import PrintedTest, printed_tests, study_of
from oxymilk.draft.read import Paper
from oxymilk.draft.rules import WHICH_GROUP, WHICH_PAPER, WHICH_TEST, Proposal, of_test, proposed, read_number
from oxymilk.draft.words import load_words, regex
from oxymilk.faults import FaultsError
from oxymilk.study import Study
from oxymilk.texts import LANGUAGES, key_of, labels

_PERCENTAGES = ("percent", "percent_up", "percent_down", "percent_unchanged", "ratio_percent", "figure")
# sections in which "there is an effect" is about this study even without a test beside it
_CONCLUDING = ("abstract", "results", "conclusion", "front matter")
_SHARES = (("most", ">", "printed as most"), ("fewer", "<", "printed as less than half"))
_OF_A_TEST = ("p_value", "z", "u", "w")
EXCLUSION_COLUMNS = ("token", "where", "reason", "occurrences")


class LeftOut(NamedTuple):
    """A number that was not proposed: its normal form, place, line (and page), and why it claims nothing."""

    token: str
    where: str
    line: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """What was found: proposed claims, the numbers that were not proposed, and for each claim where it was found."""

    claims: tuple[Claim, ...]
    left_out: tuple[LeftOut, ...]
    proposals: tuple[Proposal, ...] = ()

    def claims_table(self) -> pd.DataFrame:
        """Return the rows of a claims.csv, their notes in each language."""
        columns = list(chain.from_iterable(NOTES if name == "note" else (name,) for name in COLUMNS))
        rows = []
        for claim in self.claims:
            notes = {f"note.{language}": in_words(claim.note, language) for language in LANGUAGES}
            rows.append(claim.cells | notes)
        return pd.DataFrame(rows, columns=columns, dtype=str)

    def exclusions_table(self) -> pd.DataFrame:
        """Return the rows of an exclusions.csv: each number, place and reason once, with how often."""
        counts = Counter((number.token, number.where, number.reason) for number in self.left_out)
        rows = [(*number, str(times)) for number, times in counts.items()]
        return pd.DataFrame(rows, columns=list(EXCLUSION_COLUMNS), dtype=str)

    def summary(self, language: str = "en") -> str:
        """Say how much was proposed, and list every number that was not, with its place and the reason."""
        t = labels(language)
        questions = sum(claim.check == "ambiguous" for claim in self.claims)
        counts = Counter(claim.quantity for claim in self.claims).most_common()
        quantities = ", ".join(f"{n} {quantity}" for quantity, n in counts)
        rest = [
            f"  {t.place(line)} ({t.place(where)}): {token} - {in_words(reason, language)}"
            for token, where, line, reason in self.left_out
        ]
        proposed = t("draft.proposed", n=len(self.claims), quantities=quantities or "-", questions=questions)
        return "\n".join([proposed, t("draft.left_out", n=len(rest)), *rest])


def in_words(note: str, language: str) -> str:
    """Say a note of a draft, or a reason, in a language: its parts, as a place what is none of ours."""
    (words, inferred), parts = _words_of(language), []
    for part in note.split("; "):
        words_of = words.get(key_of(re.sub(r"\d+", "n", part))) or inferred.get(part)
        parts.append(words_of.format(*re.findall(r"\d+", part)) if words_of else labels(language).place(part))
    return "; ".join(parts)


@cache
def _words_of(language: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the words of notes by their keys, and those of what was inferred by the English ones."""
    in_english, translated = (labels(name).section("check_paper.by").values() for name in ("en", language))
    return labels(language).section("draft.words"), dict(zip(in_english, translated, strict=True))


def draft_claims(paper: Paper, study: Study | None = None, *, has_data: bool = True) -> Draft:
    r"""Propose claims for the numbers of a paper.

    Parameters
    ----------
    paper : Paper
        Its text, as `oxymilk.draft.read.read_paper` gives it; English, Indonesian or both.
    study : Study, optional
        Its groups, timepoints, levels and characteristics give the ids. Without one the ids are generic:
        intervention and control, pre and post, low, middle and high.
    has_data : bool
        Without data a p-value of a rank test is proposed with what is printed beside it, as those of other tests are.

    Returns
    -------
    Draft
        Claims in the order of the text. Each has `check` and `expect` filled in as far as the text allows: what cannot
        be told (of which group?) is `ambiguous` and `not_checkable`, and its note asks. Arithmetic is tried, so that a
        percentage that no whole number makes is proposed as `differs`. Notes begin with "proposed" and give the line.

    Examples
    --------
    >>> from oxymilk.draft.read import Paper
    >>> text = "RESULTS\n\nIn the control group 3 of 10 mothers (30%) improved (p = 0.083).\n"
    >>> [(claim.quantity, claim.printed, claim.n) for claim in draft_claims(Paper(text)).claims]
    [('count_up', '3', '10'), ('sample_size', '10', ''), ('percent_up', '30%', '10'), ('p_value', '0.083', '')]
    """
    reading = Reading(paper, load_words(study))
    proposals: list[Proposal] = []
    claimed: set[int] = set()
    # where a number begins that claims nothing -> its place, and the reason
    why = "page number, running head or address"
    reasons = {start: (f"{section} page furniture", why) for start, section in reading.furniture.items()}
    for sentence in reading.sentences:
        read = [(context, read_number(context)) for context in sentence.numbers]
        reasons |= {context.start: (sentence.where, why) for context, why in read if isinstance(why, str)}
        numbers = [number for _, number in read if isinstance(number, Proposal)]
        claimed |= {number.context.start for number in numbers}
        _put_between(numbers)
        statements = (read(reading, sentence, numbers) for read in (_decisions, _comparisons, _sums))
        proposals += [*numbers, *chain(*statements)]
    proposals += [*_agreements(reading, proposals)]
    left_out = [
        LeftOut(token.text, where, reading.place(token.start), reason)
        for token in reading.tokens
        if token.start not in claimed
        for where, reason in [reasons.get(token.start, ("heads of sections", "in the head of a section"))]
    ]
    proposals = _complete(sorted(proposals, key=lambda proposal: proposal.context.start))
    return Draft(tuple(_claims(reading, proposals, has_data)), tuple(left_out), tuple(proposals))


def _complete(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Give p-values without a test that of the same p-value elsewhere, and counts what they are of.

    A test is given if it is one only, also to the other numbers of the sentence. Counts and percentages are of the last
    sample size that the sentence prints before the number, else of the first after it; else of the last in the
    paragraph; else of what is usual for the group in the paper.
    """
    p_values = [proposal for proposal in proposals if proposal.quantity == "p_value"]
    # a p-value -> the tests of which it is printed; where a sentence begins -> the test of the numbers in it
    tests: dict[Fraction, set[tuple[str, ...]]] = {}
    given: dict[int, tuple[str, ...]] = {}
    for p_value in p_values:
        if p_value.check == "recompute":
            test = (p_value.test, p_value.group, p_value.timepoint, p_value.variable)
            tests.setdefault(p_value.number.value, set()).add(test)
    for p_value in p_values:
        same = tests.get(p_value.number.value, ()) if p_value.note in (WHICH_TEST, WHICH_GROUP) else ()
        if len(same) == 1:
            (given[p_value.context.sentence.start],) = same
    # a discussion repeats p-values of the results; others may be of a work that it does not cite as such
    own = [p_value for p_value in p_values if p_value.context.sentence.own and p_value.number]
    repeats = [p_value for p_value in own if p_value.context.block.section == "discussion"]
    printed = {p_value.number.value for p_value in own if p_value not in repeats}
    strange = {
        repeat.context.sentence for repeat in repeats if printed and repeat.number.value not in printed
    }
    sizes = [size for size in proposals if size.quantity == "sample_size" and size.printed.isdigit()]
    often = Counter((size.group, size.printed) for size in sizes if size.check == "recompute").most_common()
    usual = {group: printed for (group, printed), _ in reversed(often)}
    completed = []
    for proposal in proposals:
        start, sentence, group = proposal.context.start, proposal.context.sentence, proposal.group
        asked = proposal.note in (WHICH_TEST, WHICH_GROUP)
        if sentence in strange and proposal.quantity in OF_A_TEST:
            proposal = proposal.asks(WHICH_PAPER)
        elif asked and proposal.quantity in OF_A_TEST and sentence.start in given:
            test, group, timepoint, variable = given[sentence.start]
            cells = {"test": test, "group": group, "timepoint": timepoint, "variable": variable}
            proposal = replace(proposal, **cells, check="recompute", note="the test by the p-value")
        if proposal.quantity.startswith(("count", "percent")) and not proposal.n:
            near = [size for size in sizes if size.context.sentence.block == sentence.block]
            fitting = [size for size in near if not group or size.group in ("", group)]
            here = [size for size in fitting if size.context.sentence == sentence]
            before = [size for size in here if size.context.start < start]
            earlier = [size for size in near if size.group == group and size.context.start < start]
            total = before[-1:] or here[:1] or earlier[-1:]
            proposal = replace(proposal, n=total[0].printed if total else usual.get(group, ""))
        if proposal.quantity == "percent" and proposal.check == "arithmetic" and not proposal.n:
            proposal = proposal.asks("of how many?")
        completed.append(proposal)
    return completed


def _claims(reading: Reading, proposals: Sequence[Proposal], has_data: bool) -> Iterator[Claim]:
    """Yield the claims: proposals with their ids, and with what is to be expected of them."""
    taken: Counter[str] = Counter()
    tests = {test.proposal.context: test for test in printed_tests(proposals) if not test.unused}
    study = reading.words.study or Study.model_validate(study_of(proposals)[0])
    for proposal in proposals:
        scale, sentence = proposal.level or proposal.variable, proposal.context.sentence
        parts = (proposal.test, proposal.quantity, scale, proposal.group, proposal.timepoint)
        name = "_".join([*filter(None, parts), sentence.block.section.split()[0]])
        name = re.sub(r"[^a-z0-9]+", "_", name.lower())[:70]
        taken[name] += 1
        name = name if taken[name] == 1 else f"{name}_{taken[name]}"
        readable = proposal.quantity == "decision" or proposal.number or proposal.check in REASONS
        check = proposal.check if readable else "ambiguous"
        expect = "not_checkable" if check in REASONS else "reproduced"
        note = "; ".join(filter(None, ("proposed", reading.place(proposal.context.start), proposal.note)))
        cells = {"id": name, "where": sentence.where, "check": check, "expect": expect, "note": note}
        claim = Claim(**proposal.cells | cells, notation=proposal.notation)
        if check == "arithmetic":
            verdict, reason, *_ = check_claim(claim)
            claim = replace(claim, check=reason or check, expect=verdict)
        if proposal.context in tests and (check != "recompute" or not has_data):
            claim = _judged(claim, tests[proposal.context], study)
        yield claim


def _judged(claim: Claim, test: PrintedTest, study: Study) -> Claim:
    """Return the claim of a p-value, the statistic beside it as its evidence, where it can be judged by that."""
    tails = {"1": "one", "2": "two"}.get(test.tails, "")
    said = [labels("en")(f"check_paper.by.{test.by}")]
    name = name_in_claims(test.test)
    if name in (*TESTS, *OTHER_TESTS):
        said.append("check recompute where the study's data have what it is of")
    # a test that the study's data would give is asked for still
    asks = test.proposal.note == WHICH_GROUP
    note = "; ".join([claim.note if asks else claim.note.removesuffix(f"; {test.proposal.note}"), *said])
    given = {"test": name, "tails": tails, "note": note}
    for cells in test.evidence:
        named = {word_of(name): cells.get(name) for name in FIELDS if name not in ("statistic", "value")}
        if "statistic" in cells:
            named = {cells["statistic"]: cells["value"], **named}
        evidence = " ".join(f"{name}={text}" for name, text in named.items() if text)
        judged = replace(claim, check="printed_test", quantity="p_value", evidence=evidence, **given)
        with suppress(FaultsError):
            return replace(judged, expect=verdict_of(evidence_of(judged, study)).verdict)
    return claim


# --- what a paper states about its numbers: decisions, "most", sums, and numbers that must agree with each other


def _put_between(numbers: list[Proposal]) -> None:
    """Turn a figure that the sentence explains as "between 11 and 12" into the claim that it lies there."""
    for last, (low, high) in enumerate(pairwise(tuple(numbers))):
        joined = low.context.joins("between_gap", high.context)
        if not joined or not regex("{between_before}").search(low.context.before):
            continue
        for place, number in enumerate(numbers[:last]):
            values = [parts.value for parts in (low.number, number.number, high.number) if parts]
            if number.quantity == "figure" and len(values) == 3 and values[0] < values[1] < values[2]:
                n = f"{low.printed};{high.printed}"
                numbers[place] = replace(number, quantity="between", operator="", n=n, check="arithmetic")
                break


def _arithmetic(number: Proposal, quantity: str, **cells: str) -> Proposal:
    """Return a statement about a number that arithmetic on printed numbers checks."""
    return replace(number, quantity=quantity, test="", check="arithmetic", **cells)


def _decisions(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "there was a difference", "Ha was accepted"."""
    words, block = reading.words, sentence.block
    shown = reading.text[block.start : sentence.end]
    of_p = regex("{p_value}").search(shown)
    named = of_p and regex("{evidence}").search(shown, sentence.start - block.start)
    tested = named or any(number.quantity in _OF_A_TEST for number in numbers)
    concludes = tested or block.section in _CONCLUDING
    if not concludes or not sentence.own or block.kind == "heading" or block.section == "methods":
        return
    # a decision that at most a word parts from the same one is said once: "Ha is accepted and Ho is rejected"
    kept: list[Mention] = []
    for start, end, decision in reading.mentions("decisions", sentence.start, sentence.end):
        gap = reading.text[kept[-1][1] : start] if kept else ""
        aside = len(gap) < 20 and regex("{hypotheses}").match(reading.text, start)
        if kept and kept[-1][2] == decision and (aside or len(gap.split()) <= 1):
            start = kept.pop()[0]
        kept.append((start, end, decision))
    # beside a p-value with a t it is of that test
    of_another = regex("{other_statistic}").search(reading.text, sentence.start, sentence.end)
    unclear = of_another and not any(number.test for number in numbers if number.quantity in _OF_A_TEST)
    # an effect without a test is one between groups, where there are two
    usual = "" if words.study and len(words.study.groups) < 2 else "rank_sum"
    for start, end, decision in kept:
        context = Context(reading, sentence, (start, end))
        cells = {"printed": decision, "quantity": "decision", "test": "" if context.test else usual}
        read = of_test(proposed(context, **cells))
        yield read.asks(WHICH_TEST) if unclear and read.check == "recompute" else read


def _comparisons(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield "most (60%)", "fewer than half (40%)" and "40 ml was the highest"."""
    percentages = [number for number in numbers if number.quantity in _PERCENTAGES]
    shares = [share for share in percentages if share.printed.endswith("%") and "-" not in share.printed]
    for name, operator, note in _SHARES:
        for match in regex(f"{{{name}}}").finditer(reading.text, sentence.start, sentence.end):
            stop = regex("{contrast}").search(reading.text, match.end(), sentence.end)
            reach = stop.start() if stop else sentence.end
            behind = [share for share in shares if match.end() <= share.context.start < reach]
            # "75% of the mothers, the majority, ..."
            before = [share for share in shares if 0 <= match.start() - share.context.start < 40]
            for share in behind or before[-1:]:
                yield _arithmetic(share, "comparison", operator=operator, n="50%", note=note)
    # the highest is held against the largest other number of its unit
    if any(number.quantity != "figure" or number.printed.endswith("%") for number in numbers):
        return
    units = [("".join(number.context.after.split()[:1]).strip(".,;()").lower(), number) for number in numbers]
    for unit, number in units:
        start = number.context.start
        low, _ = Context(reading, sentence, (start, start)).phrase
        others = [other for same, other in units if same == unit and other is not number]
        if others and regex("{highest}").search(reading.text, low, start):
            largest = max(others, key=lambda other: other.number.value if other.number else 0).printed
            yield _arithmetic(number, "comparison", operator=">", n=largest, note="printed as the highest")


def _sums(reading: Reading, sentence: Sentence, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield sums: of the groups, of "7 (70%) still, the remaining 3 (30%) not", of those who changed or did not."""
    cells = {"operator": "", "variable": "", "level": "", "note": ""}
    sizes = [number for number in numbers if number.quantity == "sample_size"]
    wholes = [size for size in sizes if size.check == "recompute" and not size.group]
    groups = {size.group: size.printed for size in sizes if size.check == "recompute" and size.group}
    if len(wholes) == 1 and len(groups) > 1:
        yield _arithmetic(wholes[0], "sum", n="+".join(groups.values()), **cells)
    # the size of a group as the sentence, or one before it in the paragraph, prints it
    earlier = regex("{size_before}").findall(reading.text, sentence.block.start, sentence.start)
    total = ["", *earlier, *(size.printed for size in sizes)][-1]
    for match in regex("{rest}").finditer(reading.text, sentence.start, sentence.end):
        for quantity, printed in (("count", total), ("percent", "100%")):
            counted = [number for number in numbers if number.quantity == quantity]
            for rest in [number for number in counted if number.context.start > match.end()][:1]:
                at = rest.group, rest.timepoint
                before = [number for number in counted if number.context.start < match.start()]
                parts = [number.printed for number in before if (number.group, number.timepoint) == at]
                if parts and printed:
                    n = "+".join([*parts, rest.printed])
                    yield _arithmetic(rest, "sum", printed=printed, n=n, **cells)
    changes = {number.quantity: number for number in numbers if number.quantity.startswith("count_")}
    if total and "count_unchanged" in changes and len(changes) > 1:
        last = max(changes.values(), key=lambda number: number.context.start)
        n = "+".join(number.printed for number in changes.values())
        yield _arithmetic(last, "sum", printed=total, n=n, **cells)


def _agreements(reading: Reading, numbers: Sequence[Proposal]) -> Iterator[Proposal]:
    """Yield what must agree and does not: a day printed otherwise everywhere else, a table's number out of sequence."""
    timepoints = reading.words.ids["timepoints"].values()
    figures = [number for number in numbers if number.quantity == "figure" and number.context.sentence.own]
    days = [
        day for day in figures if regex("{whole_day}").search(day.context.before) and day.printed.isdigit()
    ]
    days = [day for day in days if any(point.search(day.context.before[-40:]) for point in timepoints)]
    counts = Counter(day.printed for day in days).most_common()
    if len(counts) == 2 and counts[0][1] >= 3 and counts[1][1] == 1:
        (usual, _), (odd, _) = counts
        note = f"the same measurement is day {usual} elsewhere"
        day = next(day for day in days if day.printed == odd)
        yield _arithmetic(day, "comparison", operator="", n=usual, note=note)
    tables = [
        proposed(Context(reading, sentence, match.span(1)), printed=match[1])
        for sentence in reading.sentences
        if sentence.block.section != "end matter"
        for match in regex("{table_number}").finditer(reading.text, sentence.start, sentence.end)
    ]
    plain = {int(table.printed) for table in tables if table.printed.isdigit()}
    dotted = [table for table in tables if not table.printed.isdigit()]
    missing = set(range(1, max(plain, default=0) + 1)) - plain
    if len({table.printed for table in dotted}) == 1 and len(missing) == 1 and len(plain) > 1:
        note = "the other tables are numbered without a point"
        yield _arithmetic(dotted[0], "comparison", n=str(missing.pop()), note=note)
