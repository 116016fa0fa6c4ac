"""Give each printed number its verdict.

A claim is `reproduced` when all that the data can give for it lies in the set that the printed string states, `differs`
when none of it does.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from oxymilk.audit.claims import COLUMNS, GRIM, REASONS, Claim
from oxymilk.audit.computed import Computed, Results, Undefined, arithmetic, of_test, recompute
from oxymilk.audit.grim import as_runs, parse_sizes, sizes_that_allow
from oxymilk.audit.printed import Interval, parse_printed, print_like
from oxymilk.audit.stated import Notation, print_style, scale_of, stated_set

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

VERDICT_COLUMNS = (
    *COLUMNS,
    "verdict",
    "reason",
    "computed",
    "prints_as",
    "procedure",
    "decision_printed",
    "decision_computed",
    "decision",
    "as_expected",
)


def audit_claims(
    study: Study, claims: list[Claim], frequencies: pd.DataFrame, tests: pd.DataFrame
) -> pd.DataFrame:
    """Check every claim of a study.

    Parameters
    ----------
    study : Study
        The study.
    claims : list of Claim
        What the paper prints.
    frequencies, tests : DataFrame
        The result tables of the same names, all cells text, as `oxymilk.files.read_csv` gives them.

    Returns
    -------
    DataFrame
        One row a claim, in their order; columns `VERDICT_COLUMNS`, all text.
    """
    import pandas as pd

    results = Results(study, frequencies.to_dict("records"), tests.to_dict("records"))
    rows = [(*claim, *_verdict(claim, results)) for claim in claims]
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS), dtype=str)


def arithmetic_verdict(claim: Claim, notation: Notation) -> tuple[str, str]:
    """Check a claim that rests on other printed numbers only.

    Parameters
    ----------
    claim : Claim
        Its `check` is "arithmetic".
    notation : Notation
        How its numbers are printed.

    Returns
    -------
    tuple of str
        The verdict, and the reason code where it is `not_checkable`.

    Raises
    ------
    ValueError
        When one of its numbers is none under these decimal marks.
    """
    verdict, reason, *_ = _verdict(claim, Results(notation, [], []))
    return verdict, reason


def _verdict(claim: Claim, results: Results) -> tuple[str, ...]:
    study = results.study
    if claim.check in REASONS:
        return _row(claim, "not_checkable", reason=claim.check)
    if claim.quantity == "decision":
        return _decision_verdict(claim, results)
    if claim.quantity in GRIM:
        return _grim_verdict(claim, study)
    try:
        computed = recompute(claim, results) if claim.check == "recompute" else arithmetic(claim, study)
        stated = stated_set(claim, study)
    except Undefined as undefined:
        return _row(claim, "not_checkable", reason=str(undefined))
    if stated.contains(computed.value) if computed.from_printed else stated.contains_all(computed.within):
        verdict, reason = "reproduced", ""
    elif not stated.meets(computed.within):
        verdict, reason = "differs", ""
    elif computed.from_printed:
        verdict, reason = "reproduced_after_rounding", ""
    else:
        # the printed boundary lies inside the error of the computation
        verdict, reason = "not_checkable", "ambiguous"
    printed_decision = computed_decision = ""
    if claim.quantity == "p_value":
        printed_decision = _decide(stated, study)
        computed_decision = _decide(computed.within, study)
    return _row(
        claim,
        verdict,
        reason=reason,
        computed=_decimal(computed.value),
        prints_as=_prints_as(claim, computed, study),
        procedure=computed.procedure,
        decisions=(printed_decision, computed_decision),
    )


def _prints_as(claim: Claim, computed: Computed, study: Study) -> str:
    if claim.quantity in ("comparison", "between"):
        return claim.n
    value = scale_of(claim, study) * computed.value
    return print_like(value, print_style(claim, study), study.decimal_mark, study.rounding)


def _decision_verdict(claim: Claim, results: Results) -> tuple[str, ...]:
    try:
        test = results.declared_test(claim)
    except Undefined as undefined:
        return _row(claim, "not_checkable", reason=str(undefined))
    p_value = of_test(test, "p_value")
    computed = _decide(p_value.within, results.study)
    return _row(
        claim,
        "reproduced" if computed == claim.printed else "differs",
        computed=_decimal(p_value.value),
        prints_as=computed,
        procedure=test["procedure"],
        decisions=(claim.printed, computed),
    )


def _grim_verdict(claim: Claim, study: Study | Notation) -> tuple[str, ...]:
    """Say whether some sample size allows a printed percentage or mean, and which do."""
    sizes, *step = claim.others
    unit = parse_printed(step[0], study.decimal_mark).value if step else Fraction(100)
    if unit <= 0:
        return _row(claim, "not_checkable", reason="undefined")
    allowed = sizes_that_allow(stated_set(claim, study), parse_sizes(sizes), unit)
    return _row(
        claim,
        "reproduced" if allowed else "differs",
        computed=str(allowed[0]) if allowed else "",
        prints_as=f"n = {as_runs(allowed)}" if allowed else "",
    )


def _row(
    claim: Claim,
    verdict: str,
    *,
    reason: str = "",
    computed: str = "",
    prints_as: str = "",
    procedure: str = "",
    decisions: tuple[str, str] = ("", ""),
) -> tuple[str, ...]:
    printed, recomputed = decisions
    decision = ("agree" if printed == recomputed else "flip") if printed and recomputed else ""
    as_expected = "true" if verdict == claim.expect else "false"
    return (verdict, reason, computed, prints_as, procedure, printed, recomputed, decision, as_expected)


def _decide(p_value: Interval, study: Study) -> str:
    """Return the decision that all p-values of a set share, or "" where they do not."""
    alpha = Fraction(str(study.alpha))
    if p_value.high is not None and (
        p_value.high < alpha or (p_value.high == alpha and not p_value.closed_high)
    ):
        return "significant"
    if p_value.low is not None and p_value.low >= alpha:
        return "not significant"
    return ""


def _decimal(value: Fraction) -> str:
    return f"{float(value):.10g}"
