"""Give each printed number its verdict.

A claim is `reproduced` when all that the data can give for it lies in the set that the printed string states, `differs`
when none of it does.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from oxymilk.audit.claims import COLUMNS, GRIM, REASONS, Claim
from oxymilk.audit.printed import Interval, as_runs, parse_sizes, sizes_that_allow
from oxymilk.audit.recompute import Tables, Undefined, arithmetic, of_test, recompute

if TYPE_CHECKING:
    from oxymilk.study import Study


class Verdict(NamedTuple):
    """The outcome of a check: the cells that verdicts.csv adds to a claim, but for the last two.

    * verdict : one of `oxymilk.audit.claims.VERDICTS`
    * reason : why it is not checkable
    * computed : what the data give, ten digits; of a GRIM check the smallest possible sample size
    * prints_as : the same in the style of the printed number
    * procedure : the procedure of the test, in words
    * decision_printed, decision_computed : of p-values and decisions "significant", "not significant", or "" where
      that is open
    """

    verdict: str
    reason: str = ""
    computed: str = ""
    prints_as: str = ""
    procedure: str = ""
    decision_printed: str = ""
    decision_computed: str = ""

    @property
    def decision(self) -> str:
        """Whether the recomputed decision agrees with the printed one: "agree", "flip", or "" where one is open."""
        if not self.decision_printed or not self.decision_computed:
            return ""
        return "agree" if self.decision_printed == self.decision_computed else "flip"


VERDICT_COLUMNS = (*COLUMNS, *Verdict._fields, "decision", "as_expected")


def audit_claims(
    study: Study, claims: list[Claim], frequencies: pd.DataFrame, tests: pd.DataFrame
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

    Returns
    -------
    DataFrame
        One row a claim, in their order; columns `VERDICT_COLUMNS`, all text.
    """
    tables = Tables(Fraction(str(study.alpha)), frequencies.to_dict("records"), tests.to_dict("records"))
    rows = []
    for claim in claims:
        verdict = check_claim(claim, tables)
        as_expected = "true" if verdict.verdict == claim.expect else "false"
        rows.append((*claim.cells.values(), *verdict, verdict.decision, as_expected))
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS), dtype=str)


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
        if claim.quantity == "decision":
            return _check_decision(claim, tables)
        if claim.quantity in GRIM:
            return _check_sample_sizes(claim)
        return _check_number(claim, tables)
    except Undefined as undefined:
        return Verdict("not_checkable", str(undefined))


def _check_number(claim: Claim, tables: Tables | None) -> Verdict:
    """Compare what is computed, as a set, with what the claim states."""
    computed = recompute(claim, tables) if claim.check == "recompute" else arithmetic(claim)
    stated, reason = claim.stated, ""
    if stated.contains(computed.value) if computed.from_printed else stated.contains_all(computed.within):
        verdict = "reproduced"
    elif not stated.meets(computed.within):
        verdict = "differs"
    elif computed.from_printed:
        verdict = "reproduced_after_rounding"
    else:
        # the printed boundary lies inside the error of the computation
        verdict, reason = "not_checkable", "ambiguous"
    decisions = ("", "")
    if claim.quantity == "p_value":
        decisions = decide(stated, tables.alpha), decide(computed.within, tables.alpha)
    prints_as = claim.n if claim.quantity in ("comparison", "between") else claim.write(computed.value)
    return Verdict(verdict, reason, _decimal(computed.value), prints_as, computed.procedure, *decisions)


def _check_decision(claim: Claim, tables: Tables) -> Verdict:
    """Compare the decision on the recomputed p-value with the printed one."""
    p_value = of_test(tables.declared_test(claim), "p_value")
    computed = decide(p_value.within, tables.alpha)
    verdict = "reproduced" if computed == claim.printed else "differs"
    value = _decimal(p_value.value)
    return Verdict(verdict, "", value, computed, p_value.procedure, claim.printed, computed)


def _check_sample_sizes(claim: Claim) -> Verdict:
    """Say whether some sample size allows a printed percentage or mean, and which do."""
    unit = claim.rests_on[0].value if claim.rests_on else Fraction(100)
    if unit <= 0:
        raise Undefined("undefined")
    allowed = sizes_that_allow(claim.stated, parse_sizes(claim.others[0]), unit)
    if not allowed:
        return Verdict("differs")
    return Verdict("reproduced", computed=str(allowed[0]), prints_as=f"n = {as_runs(allowed)}")


def decide(p_value: Interval, alpha: Fraction) -> str:
    """Return the decision that all p-values of a set share, or "" where they do not."""
    if p_value.high is not None and (
        p_value.high < alpha or (p_value.high == alpha and not p_value.closed_high)
    ):
        return "significant"
    return "not significant" if p_value.low is not None and p_value.low >= alpha else ""


def _decimal(value: Fraction) -> str:
    return f"{float(value):.10g}"
