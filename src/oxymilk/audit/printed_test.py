"""A verdict on one printed test, by what is printed with its p-value.

`judge` is the one door from evidence to a judgement, for the command, its table, and claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, nan
from typing import Any, NamedTuple

import numpy as np

from oxymilk.audit.evidence import PAIRED, RANK_TESTS, Evidence, fault
from oxymilk.audit.from_means import from_moments, implied_correlation, impossible_mean, tables_behind
from oxymilk.audit.from_ranks import from_ranks
from oxymilk.audit.p_sets import PSet, TooManyError, from_statistic, from_tables, load_lines, tables_allowed
from oxymilk.audit.printed import UPPER, Interval, decide
from oxymilk.stats.count_tables import ratios
from oxymilk.stats.programs import named_in

FITS = ("reproduced", "reproduced_otherwise", "possible")
VERDICTS = (*FITS, "differs", "not_checkable")
# what is printed for whatever p is smaller: the usual floors, and that of tables of z up to 4
FLOORS = (Fraction(1, 1000), Fraction(1, 10_000), Fraction(1, 100_000), Fraction(3, 100_000))
_ADJUSTED = range(3, 11)
# of a printed p-value; of more, what could be printed in its place is too much to list
MOST_DECIMALS = 5
# tests that people take for one another on the same table; pre/post tables
_CONFUSED = {False: ("mann-whitney", "chi-square", "fisher", "linear", "t-independent"),
             True: ("wilcoxon", "mcnemar", "sign", "t-paired", "chi-square", "fisher")}  # fmt: skip
_SEVERAL = ("other_test", "other_program", "other_test_cut")


class Explanation(NamedTuple):
    """A way in which the printed p-value would come true, though it differs.

    * code : A key of the texts, below `check.explanations`; `params` : the words of that text.
    * p : The p-value; `coincidence` : the share of the p-values that could have been printed, with as many decimals and
      on the same side of alpha, that this search and those before it would have explained as well; nan of "p < ...".
    """

    code: str
    params: dict[str, Any]
    p: float
    coincidence: float


class Judgement(NamedTuple):
    """The verdict on a printed test.

    * verdict : One of `VERDICTS`; `how` : "request", "cut" or "floor", where it is reproduced otherwise, and the reason
      where it is not checkable.
    * p : What each calculation of the test allows, printed unasked first, the nearest to the printed p first.
    * fitting : Those of them that print it.
    * decision : "agrees", "flips" or "open"; `decided` : what all p-values decide, "" where they do not alike.
    * explanations : Of what differs, in the order of the searches.
    * notes : Codes and words of what else is to be said, below `check.notes`.
    * decides : Code of the evidence that would decide, below `check.decides`.
    """

    verdict: str
    how: str = ""
    p: tuple[PSet, ...] = ()
    fitting: tuple[PSet, ...] = ()
    decision: str = "open"
    decided: str = ""
    explanations: tuple[Explanation, ...] = ()
    notes: tuple[tuple[str, Any], ...] = ()
    decides: str = ""


def judge(evidence: Evidence, *, explain: bool = True) -> Judgement:
    """Give a printed test its verdict.

    Parameters
    ----------
    evidence : Evidence
        What is printed, see `oxymilk.audit.evidence.read_evidence`.
    explain : bool
        Look for explanations where it differs, and for what else is to be said.

    Returns
    -------
    Judgement
        FaultsError where the evidence is impossible, has a shape that the test has no use for, or lacks something.
    """
    if evidence.program:
        known = {line.family for lines in load_lines().values() for line in lines}
        if not named_in(evidence.program) & known:
            raise fault("check_legal", evidence, "program", evidence.program, legal=", ".join(sorted(known)))
    notes: list[tuple[str, Any]] = []
    if impossible := impossible_mean(evidence):
        code, at = impossible
        notes.append((code, {"mean": evidence.means[at], "n": evidence.n[at % len(evidence.n)]}))
    try:
        # where nothing has these numbers rounded, perhaps with digits cut
        by_ways = ((way is not evidence, sets) for way in evidence.ways if (sets := _p_sets(way)))
        by_cut, sets = next(by_ways, (False, []))
    except TooManyError as many:
        return Judgement("not_checkable", "too_many", notes=(*notes, ("too_many", {"count": many.args[0]})))
    if not sets and (evidence.counts or evidence.margins or evidence.percents):
        return Judgement("not_checkable", "not_computed", notes=tuple(notes))
    if not sets:
        names = ("rank_sums", "mean_ranks", "means", "medians", "value")
        column = next((name for name in names if getattr(evidence, name)), "n")
        raise fault("check_no_dataset" if evidence.scale else "check_ranks", evidence, column)
    verdict, how, fitting = _verdict(evidence, sets)
    if by_cut and verdict == "reproduced":
        verdict, how = "reproduced_otherwise", "cut"
    stated = evidence.stated()
    middle = float(stated.low + stated.high) / 2
    sets = sorted(sets, key=lambda each: (not each.unasked, each.distance(middle), -len(each.lines)))
    unasked = [each for each in sets if each.unasked] or sets
    decisions = set().union(*(each.decisions(evidence.alpha) for each in unasked))
    decided = decisions.pop() if len(decisions) == 1 else ""
    printed = evidence.decision or decide(stated, evidence.alpha)
    decision = "open" if not (decided and printed) else "agrees" if decided == printed else "flips"
    if explain:
        notes += _notes(evidence)
    explanations = tuple(_explanations(evidence, unasked)) if verdict == "differs" and explain else ()
    told = decision, decided, explanations, tuple(notes), _decides(evidence, sets)
    return Judgement(verdict, how, tuple(sets), tuple(fitting), *told)


def _p_sets(evidence: Evidence) -> list[PSet]:
    """Return what the evidence leaves of the p-value: counts, or statistic and ranks, or means and scores."""
    e, test = evidence, evidence.test
    if e.counts or e.margins or e.percents:
        return list(from_tables(e, tables_allowed(e), test))
    sets: list[PSet] = []
    is_rank_test = test in RANK_TESTS.values()
    by_ranks = is_rank_test and ((e.value and e.statistic in ("u", "w")) or e.rank_sums or e.mean_ranks)
    if e.value and e.statistic not in ("u", "w", "") and test != "fisher":
        sets += from_statistic(e)
    if by_ranks or (test == "wilcoxon" and len(e.n) > 1 and not sets):
        return [*sets, *from_ranks(e)]
    if not sets and is_rank_test and e.scale and (e.means or e.medians):
        tables = tables_behind(e)
        return list(from_tables(e, tables, test)) if len(tables) else []
    if not sets and test in ("t-paired", "t-independent") and e.means:
        return list(from_moments(e))
    if not sets:
        lacking = "scale" if e.means or e.medians else "value" if e.statistic else "counts"
        raise fault("check_missing", e, lacking)
    return sets


def _verdict(evidence: Evidence, sets: list[PSet]) -> tuple[str, str, list[PSet]]:
    """Return the verdict, how it is reproduced otherwise, and the sets that fit."""
    plain, some = _fitting([each for each in sets if each.unasked], evidence.stated())
    if plain or some:
        return ("reproduced", "", plain) if plain else ("possible", "", some)
    possible: tuple[str, str, list[PSet]] = ("differs", "", [])
    for how, candidates, printed in _other_ways(evidence, sets):
        plain, some = _fitting(candidates, printed)
        if plain:
            return "reproduced_otherwise", how, plain
        if some and not possible[2]:
            possible = "possible", "", some
    return possible


def _other_ways(evidence: Evidence, sets: list[PSet]) -> Iterator[tuple[str, list[PSet], Interval]]:
    """Yield how p can be printed but unasked and rounded: of which sets, and what then is stated."""
    stated, is_number = evidence.stated(), not evidence.operator
    yield "request", [each for each in sets if not each.unasked], stated
    if is_number and not evidence.rounding:
        # digits of p cut, digits of the evidence cut, or both
        by_cut = [] if evidence.counts or evidence.percents else _p_sets(evidence.cut)
        yield "cut", [*sets, *by_cut], evidence.cut.stated()
        yield "cut", by_cut, stated
    if is_number and evidence.number.value in FLOORS:
        yield "floor", sets, Interval(Fraction(0), evidence.number.value)


def _fitting(sets: Iterable[PSet], stated: Interval) -> tuple[list[PSet], list[PSet]]:
    """Return the sets whose plain p-value, or whose every open one, prints as printed; and those of which some does."""
    some = [each for each in sets if any(each.meeting(stated))]
    plain = []
    for each in some:
        # a line that ignores ties has one p-value, though the ties are open
        is_open = len(each.values) > 1 or each.values[0].low < each.values[0].high
        whole = is_open and all(stated.contains_all(value) for value in each.values)
        if whole or any(map(stated.meets, each.plain)):
            plain.append(each)
    return plain, some


def _over_correlations(evidence: Evidence) -> bool:
    return evidence.test == "t-paired" and len(evidence.means) == 2 and not evidence.statistic


def _notes(evidence: Evidence) -> Iterator[tuple[str, Any]]:
    """Yield what else is to be said: the correlation that a paired t needs, odds and risk ratio of a table."""
    r = implied_correlation(evidence) if _over_correlations(evidence) else None
    if r is not None:
        yield "correlation", {"r": r}
    if evidence.test in ("chi-square", "fisher") and np.shape(evidence.counts) == (2, 2):
        yield from ratios(np.array(evidence.counts), 1.959963984540054).items()


def _decides(evidence: Evidence, sets: list[PSet]) -> str:
    """Return the code of the evidence that would decide."""
    if all(each.values == each.plain for each in sets):
        exact = all(each.ends[0] == each.ends[1] for each in sets)
        return "digits" if not exact else "" if evidence.program else "program"
    if evidence.margins or evidence.percents:
        return "joint"
    if evidence.test in ("t-paired", "t-independent"):
        return "differences" if _over_correlations(evidence) else "digits"
    return "scores" if evidence.means or evidence.medians else "ties"


# ---- explanations --------------------------------------------------------------------------------------------


def _explanations(evidence: Evidence, sets: list[PSet]) -> Iterator[Explanation]:
    """Yield what would make the printed p-value true, with the coincidence of the searches so far."""
    if evidence.number.decimals > MOST_DECIMALS:
        return
    scale, before = 10**evidence.number.decimals, set()
    claimed, alpha = evidence.number.value * scale, evidence.alpha * scale
    significant = claimed < alpha or (evidence.operator in UPPER and claimed <= alpha)
    # the strings on the same side of alpha, as whole numbers of their last place
    first, last = (0, max(0, ceil(alpha) - 1)) if significant else (ceil(alpha), scale)
    for code, candidates in _searches(evidence, sets):
        hits = {}
        for params, each, cut in candidates:
            stated, half = (evidence.cut if cut else evidence).stated(), Fraction(0 if cut else 1, 2)
            for value in each.values:
                low, high = (floor(end * scale + half) for end in value[:2])
                before.update(range(max(low, first), min(high, last) + 1))
                if stated.meets(value):
                    # lines printed unasked and on request may show one calculation
                    key = each.calculation if "set" in params else str(params)
                    hits.setdefault(key, (params, float(value.low + value.high) / 2))
        share = nan if evidence.operator else len(before) / (last - first + 1)
        for params, p_value in list(hits.values())[: 2 if code in _SEVERAL else 1]:
            yield Explanation(code, params, p_value, share)


def _searches(evidence: Evidence, sets: list[PSet]) -> Iterator[tuple[str, list[tuple[dict, PSet, bool]]]]:
    """Yield the searches in order: code, and candidates with their words, p-values, whether digits are cut."""
    free, others = replace(evidence, program="", tails=0), []
    if evidence.program or evidence.tails:
        # a printed statistic has no program's line
        of_lines = [each for each in _p_sets(free) if each.unasked and each.lines[0].id]
        yield "other_program", [({"set": each}, each, False) for each in of_lines]
    if (evidence.counts or evidence.margins) and evidence.test != "spearman":
        tables = tables_allowed(evidence)
        tests = [test for test in _CONFUSED[evidence.test in PAIRED] if test != evidence.test]
        others = [each for test in tests for each in from_tables(free, tables, test)]
        yield "other_test", [({"set": each}, each, False) for each in others]
    for code, factor in (("halved", Fraction(1, 2)), ("doubled", Fraction(2))):
        yield code, [({}, each.scaled(factor), cut) for each in sets for cut in (False, True)]
    if evidence.operator:
        return
    yield "adjusted", [({"k": k}, each.scaled(Fraction(k)), False) for k in _ADJUSTED for each in sets]
    of_means = evidence.means and evidence.test[0] == "t" and not evidence.statistic
    if of_means and (evidence.sds or evidence.ses):
        other = "ses" if evidence.sds else "sds"
        yield f"as_{other}", [({}, each, False) for each in from_moments(evidence, kind=other)]
    yield "digit_lost", list(_slips(evidence, sets, dropped=True))
    yield "other_test_cut", [({"set": each}, each, True) for each in others]
    yield "digit_mistyped", list(_slips(evidence, sets, dropped=False))


def _slips(evidence: Evidence, sets: list[PSet], *, dropped: bool) -> Iterator[tuple[dict, PSet, bool]]:
    """Yield what one slip of the hand makes of each p-value: a digit dropped; one mistyped, or two swapped."""
    d = evidence.number.decimals
    for each in (each for each in sets if len(each.values) <= 3 and d):
        for value in each.values:
            right = f"{floor(value.low * 10 ** (d + dropped) + Fraction(1, 2)):0{d + dropped}d}"
            if dropped:
                made = {right[:at] + right[at + 1 :] for at in range(d + 1)}
            else:
                made = {right[:at] + digit + right[at + 1 :] for at in range(d) for digit in "0123456789"}
                made |= {right[:at] + right[at + 1] + right[at] + right[at + 2 :] for at in range(d - 1)}
            points = tuple(Interval.point(Fraction(int(digits), 10**d)) for digits in sorted(made))
            source = evidence.number._replace(decimals=d + dropped).write(value.low)
            yield {"source": source}, PSet(each.lines, True, points, ()), False
