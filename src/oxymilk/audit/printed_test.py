"""A verdict on one printed test: does what is printed of it give the p-value that is printed with it?

`judge` is the one door from evidence to a judgement, for the command, its table, and claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np

from oxymilk.audit import from_means
from oxymilk.audit.evidence import PAIRED, Evidence
from oxymilk.audit.from_ranks import from_ranks
from oxymilk.audit.p_sets import PSet, from_statistic, from_tables, load_lines, missing, tables_allowed
from oxymilk.audit.printed import UPPER, Interval, decide
from oxymilk.faults import Fault, FaultsError
from oxymilk.stats.count_tables import ratios
from oxymilk.stats.programs import named_in

VERDICTS = ("reproduced", "reproduced_otherwise", "possible", "differs", "not_checkable")
FITS = VERDICTS[:3]
# what is printed for whatever p is smaller: the usual floors, and that of tables of z up to 4
FLOORS = (Fraction(1, 1000), Fraction(1, 10_000), Fraction(1, 100_000), Fraction(3, 100_000))
_ADJUSTED = range(3, 11)
# tests that people take for one another on the same table
_CONFUSED = {
    False: ("mann-whitney", "chi-square", "fisher", "linear", "t-independent"),
    True: ("wilcoxon", "mcnemar", "sign", "t-paired", "chi-square", "fisher"),
}


class Explanation(NamedTuple):
    """A way in which the printed p-value would come true, though it differs.

    * code : A key of the texts, below `check.explanations`; `params` : the words of that text.
    * p : The p-value; `coincidence` : the share of the p-values that could have been printed, with as many decimals and
      on the same side of alpha, that this search and those before it would have explained as well.
    """

    code: str
    params: dict[str, Any]
    p: float
    coincidence: float


class Judgement(NamedTuple):
    """The verdict on a printed test.

    * verdict : One of `VERDICTS`; `reason` : why it is not checkable; `how` : what makes it reproduced otherwise: "cut",
      "floor", "request" (of its program line).
    * p : What each calculation of the printed test allows, those nearest to the printed p first.
    * programs : Who prints the p-value, by the verdict's lines.
    * decision : "agrees", "flips" or "open"; `decided` : what all p-values decide, "" where they do not alike.
    * explanations : Of what differs; the surest first.
    * notes : Codes and words of what else is to be said, below `check.notes`.
    * decides : Code of the evidence that would decide, below `check.decides`.
    """

    verdict: str
    reason: str = ""
    how: str = ""
    p: tuple[PSet, ...] = ()
    programs: tuple[str, ...] = ()
    decision: str = "open"
    decided: str = ""
    explanations: tuple[Explanation, ...] = ()
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    decides: str = ""


def judge(evidence: Evidence, *, explain: bool = True) -> Judgement:
    """Give a printed test its verdict.

    Parameters
    ----------
    evidence : Evidence
        What is printed, see `oxymilk.audit.evidence.read_evidence`.
    explain : bool
        Look for explanations where it differs.

    Returns
    -------
    Judgement

    Raises
    ------
    FaultsError
        Where the evidence is impossible, has a shape that the test has no use for, or where something is missing.
    """
    known = {re.match("[a-z]+", line.program.lower())[0] for lines in load_lines().values() for line in lines}
    if evidence.program and not named_in(evidence.program) & known:
        words = {"legal": ", ".join(sorted(known - {"any"}))}
        raise FaultsError(
            [Fault("check_legal", "check", column="program", value=evidence.program, params=words)]
        )
    notes = []
    at = from_means.impossible_mean(evidence)
    if at is not None:
        notes.append(("grim", {"mean": evidence.means[at], "n": evidence.n[at % len(evidence.n)]}))
    try:
        sets, by_cut = _p_sets(evidence), False
        if not sets and not evidence.rounding:
            # nothing has these numbers rounded, perhaps with digits cut
            sets, by_cut = _p_sets(evidence, cut=True), True
    except from_means.TooManyError as many:
        return Judgement("not_checkable", "too_many", notes=(*notes, ("too_many", {"count": many.args[0]})))
    if not sets:
        return Judgement("not_checkable", "not_computed", notes=tuple(notes))
    verdict, how, fitting = _verdict(evidence, sets)
    if by_cut and verdict == "reproduced":
        verdict, how = "reproduced_otherwise", "cut"
    stated = evidence.stated()
    middle = (stated.low + stated.high) / 2
    sets = sorted(sets, key=lambda each: (not each.unasked, _distance(each, middle), -len(each.programs)))
    unasked = [each for each in sets if each.unasked] or sets
    decisions = {decide(value, evidence.alpha) for each in unasked for value in each.values}
    decided = decisions.pop() if len(decisions) == 1 else ""
    printed = evidence.decision or decide(stated, evidence.alpha)
    decision = "open" if not (decided and printed) else "agrees" if decided == printed else "flips"
    programs = tuple(dict.fromkeys(name for each in fitting for name in each.programs))
    explanations = tuple(_explanations(evidence, unasked)) if verdict == "differs" and explain else ()
    r = from_means.implied_correlation(evidence) if _over_correlations(evidence) else None
    if r is not None:
        notes.append(("correlation", {"r": r}))
    table = _one_table(evidence)
    if table is not None and evidence.test in ("chi-square", "fisher") and explain:
        notes += [(name, {"values": values}) for name, values in ratios(table, 1.959963984540054).items()]
    return Judgement(
        verdict,
        "",
        how,
        tuple(sets),
        programs,
        decision,
        decided,
        explanations,
        tuple(notes),
        _decides(evidence, sets),
    )


def _p_sets(evidence: Evidence, *, cut: bool = False) -> list[PSet]:
    """Return what the evidence leaves of the p-value: counts fix it, then ranks and the statistic, then means."""
    has_scores = evidence.scale and (evidence.sds or evidence.ses or evidence.medians)
    if evidence.counts or evidence.margins:
        tables = tables_allowed(evidence)
        if tables is None:
            raise from_means.TooManyError("200000")
        return list(from_tables(evidence, tables, evidence.test))
    sets: list[PSet] = []
    is_rank = evidence.statistic in ("u", "w")
    if evidence.statistic and evidence.value and not is_rank:
        sets += from_statistic(evidence, cut=cut)
    signs = evidence.test == "wilcoxon" and len(evidence.n) > 1 and not sets
    if (is_rank and evidence.value) or evidence.rank_sums or evidence.mean_ranks or signs:
        sets += from_ranks(evidence, cut=cut)
    elif evidence.test in ("wilcoxon", "mann-whitney") and has_scores and not sets:
        sets += from_means.from_scores(evidence, cut=cut)
    elif evidence.test in ("t-paired", "t-independent") and evidence.means and not sets:
        sets += from_means.from_moments(evidence, cut=cut)
    if not (sets or has_scores or is_rank or evidence.rank_sums or evidence.mean_ranks or signs):
        raise missing(evidence, "scale" if evidence.means or evidence.medians else "counts")
    return sets


def _verdict(evidence: Evidence, sets: list[PSet]) -> tuple[str, str, list[PSet]]:
    """Return the verdict, how it is reproduced otherwise, and the sets that fit."""
    stated = evidence.stated()
    unasked, asked = ([each for each in sets if each.unasked == by] for by in (True, False))
    plain, some = _fitting(unasked, stated)
    if plain:
        return "reproduced", "", plain
    if some:
        return "possible", "", some
    on_request, some_on_request = _fitting(asked, stated)
    if on_request:
        return "reproduced_otherwise", "request", on_request
    ways: list[tuple[str, list[PSet], list[PSet]]] = []
    if not evidence.operator:
        if not evidence.rounding:
            # digits of p cut, digits of the evidence cut, or both
            by_cut = _p_sets(evidence, cut=True) if evidence.value or not evidence.counts else sets
            both = [each for each in (*sets, *by_cut)]
            ways += [("cut", *_fitting(both, evidence.stated(cut=True))), ("cut", *_fitting(by_cut, stated))]
        if evidence.number.value in FLOORS:
            ways.append(("floor", *_fitting(sets, Interval(Fraction(0), evidence.number.value))))
    for how, plain, _ in ways:
        if plain:
            return "reproduced_otherwise", how, plain
    for some in (some_on_request, *(some for _, _, some in ways)):
        if some:
            return "possible", "", some
    return "differs", "", []


def _fitting(sets: Iterable[PSet], stated: Interval) -> tuple[list[PSet], list[PSet]]:
    """Return the sets whose plain p-value, or whose every one, prints as printed; and those of which some does."""
    some = [each for each in sets if any(stated.meets(value) for value in each.values)]
    plain = []
    for each in some:
        # an open p-value of which every part prints so; a line that ignores ties has one only
        is_open = len(each.values) > 1 or each.values[0].low < each.values[0].high
        whole = is_open and all(stated.contains_all(value) for value in each.values)
        if whole or (each.plain and stated.meets(each.plain)):
            plain.append(each)
    return plain, some


def _distance(each: PSet, value: Fraction) -> Fraction:
    """Return how far the nearest p-value of a set is from a value."""
    return min(max(part.low - value, value - part.high, Fraction(0)) for part in each.values)


def _over_correlations(evidence: Evidence) -> bool:
    return evidence.test == "t-paired" and len(evidence.means) == 2 and not evidence.statistic


def _one_table(evidence: Evidence) -> np.ndarray | None:
    counts = np.array(evidence.counts) if evidence.counts and not evidence.percents else None
    return counts if counts is not None and counts.shape == (2, 2) else None


def _decides(evidence: Evidence, sets: list[PSet]) -> str:
    """Return the code of the evidence that would decide."""
    if all(each.plain and len(each.values) == 1 and each.values[0] == each.plain for each in sets):
        exact = all(value.low == value.high for each in sets for value in each.values)
        return ("" if evidence.program else "program") if exact else "digits"
    if evidence.margins or evidence.percents:
        return "joint"
    return (
        "differences"
        if _over_correlations(evidence)
        else "scores"
        if evidence.means or evidence.medians
        else "ties"
    )


# ---- explanations --------------------------------------------------------------------------------------------


def _explanations(evidence: Evidence, sets: list[PSet]) -> Iterator[Explanation]:
    """Yield what would make the printed p-value true, with the coincidence of the search so far."""
    number = evidence.number
    if number.decimals > 9:
        return
    scale = 10**number.decimals
    claimed, alpha = number.value * scale, evidence.alpha * scale
    significant = claimed < alpha or (evidence.operator in UPPER and claimed <= alpha)
    strings = range(max(1, ceil(alpha))) if significant else range(ceil(alpha), scale + 1)
    stated, before = evidence.stated(), set()
    for code, candidates in _searches(evidence, sets):
        if evidence.operator in UPPER and code not in ("other_test", "other_program"):
            continue
        hits, seen = [], set()
        for params, each, cut in candidates:
            for value in each.values:
                before |= _units(value, scale, strings, cut=cut)
                p_value = float(value.low + value.high) / 2
                set_ = evidence.stated(cut=True) if cut else stated
                if set_.meets(value) and str(params) not in seen:
                    seen.add(str(params))
                    hits.append((params, p_value))
        share = len(before) / len(strings)
        if evidence.operator:
            share = float("nan")
        # of a search with many ways, the first
        most = 2 if code.startswith("other") else 1
        yield from (Explanation(code, params, p_value, share) for params, p_value in hits[:most])


def _units(value: Interval, scale: int, strings: range, *, cut: bool) -> set[int]:
    """Return the strings, as whole numbers of their last place, that some p-value of a set prints as."""
    half = Fraction(0) if cut else Fraction(1, 2)
    low, high = (floor(end * scale + half) for end in (value.low, value.high))
    return set(range(max(low, strings.start), min(high, strings.stop - 1) + 1))


def _searches(evidence: Evidence, sets: list[PSet]) -> Iterator[tuple[str, list[tuple[dict, PSet, bool]]]]:
    """Yield the searches in their order: code, and candidates with their words, p-values, and whether digits are cut."""
    if evidence.program:
        free = _p_sets(_without_program(evidence))
        yield "other_program", [({"set": each}, each, False) for each in free if each.unasked]
    others = list(_other_tests(evidence))
    yield "other_test", [({"set": each}, each, False) for each in others]
    yield (
        "halved",
        [({"set": each}, each.scaled(Fraction(1, 2)), cut) for each in sets for cut in (False, True)],
    )
    yield (
        "doubled",
        [({"set": each}, each.scaled(Fraction(2)), cut) for each in sets for cut in (False, True)],
    )
    yield (
        "adjusted",
        [({"set": each, "k": k}, each.scaled(Fraction(k)), False) for k in _ADJUSTED for each in sets],
    )
    if (
        evidence.test in ("t-paired", "t-independent")
        and (evidence.sds or evidence.ses)
        and not evidence.statistic
    ):
        other = "se" if evidence.sds else "sd"
        swapped = list(from_means.from_moments(evidence, of=other))
        yield f"as_{other}", [({}, each, False) for each in swapped]
    yield "digit_lost", list(_by_digits(evidence, sets, _dropped))
    yield "other_test_cut", [({"set": each}, each, True) for each in others]
    yield "digits_swapped", list(_by_digits(evidence, sets, _swapped))
    yield "digit_mistyped", list(_by_digits(evidence, sets, _mistyped))


def _without_program(evidence: Evidence) -> Evidence:
    return Evidence(**{**vars(evidence), "program": ""})


def _other_tests(evidence: Evidence) -> Iterator[PSet]:
    """Yield the p-values of other tests on the same counts, and one-sided or two-sided ones of a statistic."""
    if (evidence.counts or evidence.margins) and evidence.test != "spearman":
        tables = tables_allowed(evidence)
        free = _without_program(evidence)
        for test in _CONFUSED[evidence.test in PAIRED]:
            if test != evidence.test:
                yield from from_tables(free, tables, test)


def _by_digits(
    evidence: Evidence, sets: list[PSet], slip: Callable[[str], Iterable[str]]
) -> Iterator[tuple[dict, PSet, bool]]:
    """Yield what a slip of the hand makes of each p-value that is one point, or prints as one string."""
    d = evidence.number.decimals
    for each in sets:
        for value in each.values if len(each.values) <= 3 else ():
            for more in (0, 1):
                ends = [floor(end * 10 ** (d + more) + Fraction(1, 2)) for end in (value.low, value.high)]
                if ends[0] != ends[1] or d == 0:
                    continue
                right = f"{ends[0]:0{d + more}d}"
                for digits in slip(right):
                    if len(digits) == d and (more or digits != right):
                        made = Interval.point(Fraction(int(digits), 10**d))
                        yield {"source": f"0.{right}"}, each._replace(values=(made,), plain=made), False


def _dropped(digits: str) -> Iterable[str]:
    return {digits[:at] + digits[at + 1 :] for at in range(len(digits) - 1)}


def _swapped(digits: str) -> Iterable[str]:
    return {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}


def _mistyped(digits: str) -> Iterable[str]:
    return {digits[:at] + digit + digits[at + 1 :] for at in range(len(digits)) for digit in "0123456789"}
