"""Give each printed number its verdict.

A claim is `reproduced` when all that the data can give for it lies in the set that the printed string states, `differs`
when none of it does.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.claimed_tests import evidence_from_data, evidence_of, statistics_from_data
from oxymilk.audit.claims import COLUMNS, GRIM, NOTES, REASONS, Claim
from oxymilk.audit.evidence import Evidence
from oxymilk.audit.printed import as_runs, parse_sizes, sizes_that_allow
from oxymilk.audit.printed_test import judge
from oxymilk.audit.recompute import Tables, Undefined, arithmetic, decide, recompute
from oxymilk.faults import FaultsError
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from oxymilk.results import Results
    from oxymilk.study import Study

    Rows = Sequence[Mapping[str, str]]


class Verdict(NamedTuple):
    """The outcome of a check: the cells that verdicts.csv adds to a claim, but for the last two.

    * verdict : one of `oxymilk.audit.printed.VERDICTS`
    * reason : why it is not checkable
    * computed : what the data give, ten digits; of a GRIM check the smallest possible sample size
    * prints_as : the same in the style of the printed number
    * procedure : the procedure of the test, in words
    * programs : of a claim that is judged as a printed test, the lines that print `computed`
    * convention : what the statistic's name stands for, where the claim is reproduced and it can stand for several
    * decision_printed, decision_computed : of p-values and decisions "significant", "not significant", or "" where
      that is open
    """

    verdict: str
    reason: str = ""
    computed: str = ""
    prints_as: str = ""
    procedure: str = ""
    programs: str = ""
    convention: str = ""
    decision_printed: str = ""
    decision_computed: str = ""


VERDICT_COLUMNS = (*COLUMNS, *NOTES, *Verdict._fields, "decision", "as_expected")


def audit_claims(
    study: Study,
    claims: list[Claim],
    frequencies: pd.DataFrame,
    tests: pd.DataFrame,
    data: Results | None = None,
) -> pd.DataFrame:
    """Check every claim of a study.

    Parameters
    ----------
    study : Study
        The study, for its alpha.
    claims : list of Claim
        What the paper prints.
    frequencies, tests : DataFrame
        The result tables of the same names, all cells text, as `oxymilk.files.read_csv` gives them.
    data : Results, optional
        The study's data, for tests beside the rank tests; see `oxymilk.audit.claimed_tests.evidence_from_data`.

    Returns
    -------
    DataFrame
        One row a claim, in their order; columns `VERDICT_COLUMNS`, all text.
    """
    import pandas as pd

    rows = verdict_rows(study, claims, frequencies.to_dict("records"), tests.to_dict("records"), data)
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS), dtype=str)


def verdict_rows(
    study: Study, claims: list[Claim], frequencies: Rows, tests: Rows, data: Results | None = None
) -> Iterator[tuple[str, ...]]:
    """Yield the rows that `audit_claims` returns, from the rows of its tables, without the time that pandas takes."""
    others = partial(statistics_from_data, study=study, data=data)
    tables = Tables(Fraction(str(study.alpha)), frequencies, tests, others)
    for claim in claims:
        if claim.is_judged:
            claim, verdict = _judged(claim, study, data)
        else:
            verdict = check_claim(claim, tables)
        decisions = {verdict.decision_printed, verdict.decision_computed}
        # open where either is
        decision = "" if "" in decisions else "agree" if len(decisions) == 1 else "flip"
        as_expected = "true" if verdict.verdict == claim.expect else "false"
        yield (*claim.cells.values(), *claim.notes, *verdict, decision, as_expected)


def _judged(claim: Claim, study: Study, data: Results | None) -> tuple[Claim, Verdict]:
    """Judge a claim as a printed test; return it with its evidence, which may be that of the study's data."""
    try:
        if claim.check == "recompute":
            claim = replace(claim, evidence=evidence_from_data(claim, study, data))
        verdict = verdict_of(evidence_of(claim, study))
    except Undefined as undefined:
        return claim, Verdict("not_checkable", str(undefined))
    except FaultsError:
        # claims.csv has none, so the test has no value on these data: McNemar's on three levels
        return claim, Verdict("not_checkable", "undefined")
    if claim.quantity == "decision":
        verdict = verdict._replace(prints_as=verdict.decision_computed, decision_printed=claim.printed)
    return claim, verdict


def verdict_of(evidence: Evidence) -> Verdict:
    """Return the verdict that evidence gives, with the p-value that fits, or the nearest.

    `prints_as` has both ends of what one calculation leaves open.
    """
    judgement = judge(evidence, explain=False)
    if judgement.verdict == "not_checkable":
        return Verdict("not_checkable", judgement.how)
    stated, best = evidence.stated(), (judgement.fitting or judgement.p)[0]
    value = best.fitting(stated)
    written = (evidence.number.write(end, evidence.rounding or "half_up") for end in best.ends)
    return Verdict(
        judgement.verdict,
        computed=f"{float(value.low + value.high) / 2:.10g}",
        prints_as="\N{EN DASH}".join(dict.fromkeys(written)),
        procedure=best.words(labels("en")),
        programs="; ".join(dict.fromkeys(line.line for line in best.lines)),
        decision_printed=decide(stated, evidence.alpha),
        decision_computed=judgement.decided,
    )


def check_claim(claim: Claim, tables: Tables | None = None) -> Verdict:
    """Check one claim; ValueError when a number that it rests on is none under its paper's decimal marks.

    Parameters
    ----------
    claim : Claim
        What the paper prints.
    tables : Tables, optional
        The result tables; a claim whose check is "arithmetic" rests on other printed numbers and needs none.
    """
    if claim.check in REASONS:
        return Verdict("not_checkable", claim.check)
    try:
        if claim.quantity in GRIM:
            # does some sample size allow the printed percentage or mean, and which do?
            unit = claim.rests_on[0].value if claim.rests_on else Fraction(100)
            if unit <= 0:
                raise Undefined("undefined")
            if not (sizes := sizes_that_allow(claim.stated, parse_sizes(claim.others[0]), unit)):
                return Verdict("differs")
            return Verdict("reproduced", computed=str(sizes[0]), prints_as=f"n = {as_runs(sizes)}")
        computed = recompute(claim, tables) if claim.check == "recompute" else arithmetic(claim)
    except Undefined as undefined:
        return Verdict("not_checkable", str(undefined))
    within, stated, value = computed.within, claim.stated, f"{float(computed.value):.10g}"
    decided = decide(within, tables.alpha) if claim.quantity in ("p_value", "decision") else ""
    if claim.quantity == "decision":
        verdict = "reproduced" if decided == claim.printed else "differs"
        return Verdict(verdict, "", value, decided, computed.procedure, "", "", claim.printed, decided)
    reason = ""
    if stated.contains(computed.value) if computed.from_printed else stated.contains_all(within):
        verdict = "reproduced"
    elif not stated.meets(within):
        verdict = "differs"
    elif computed.from_printed:
        verdict = "reproduced_after_rounding"
    else:
        # the printed boundary lies inside the error of the computation
        verdict, reason = "not_checkable", "ambiguous"
    printed = decide(stated, tables.alpha) if claim.quantity == "p_value" else ""
    prints_as = claim.n if claim.quantity in ("comparison", "between") else claim.write(computed.value)
    convention = computed.convention if verdict == "reproduced" else ""
    return Verdict(verdict, reason, value, prints_as, computed.procedure, "", convention, printed, decided)
