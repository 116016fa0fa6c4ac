"""Each claim as a line of the report: where, what, as printed, recomputed, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.texts import NO_VALUE, Labels

if TYPE_CHECKING:
    from oxymilk.study import Study

# `printed operator n` is what such a claim says
STATEMENTS = ("comparison", "sum")
OPERATORS = {"<=": "≤", ">=": "≥", "~": "≈"}
SIGNS = {"reproduced": "=", "reproduced_after_rounding": "≈", "differs": "≠", "not_checkable": "·"}


@dataclass(frozen=True)
class ClaimLine:
    """A claim in the words of the report's language.

    Attributes
    ----------
    id, where, quantity, about, printed, computed : str
        Its id and the texts of its cells; `quantity` names the test too, `about` group, timepoint and level.
    verdict, sign, words : str
        The verdict's key, its sign and its words; for what is not checkable the reason follows.
    decision : str
        Whether the decision agrees; "" where the claim states none.
    note : str
        As in claims.csv.
    """

    id: str
    where: str
    quantity: str
    about: str
    printed: str
    computed: str
    verdict: str
    sign: str
    words: str
    decision: str
    note: str


def claim_line(study: Study, claim: Mapping[str, str], t: Labels) -> ClaimLine:
    """Say a row of verdicts.csv in words.

    Parameters
    ----------
    study : Study
        The study, for the labels of its groups, timepoints, variables and levels.
    claim : mapping
        A row of verdicts.csv, all cells text.
    t : Labels
        The texts of the language.

    Returns
    -------
    ClaimLine
        Numbers stay as they are printed.
    """
    words = t(f"verdicts.{claim['verdict']}")
    if claim["reason"]:
        words = f"{words}: {t('verdicts.reason.' + claim['reason'])}"
    return ClaimLine(
        id=claim["id"],
        where=t.place(claim["where"]),
        quantity=_quantity(claim, t),
        about=_about(study, claim, t),
        printed=_printed(claim, t),
        computed=_computed(claim, t),
        verdict=claim["verdict"],
        sign=SIGNS[claim["verdict"]],
        words=words,
        decision=t(f"verdicts.decision.{claim['decision']}") if claim["decision"] else "",
        note=claim["note"],
    )


def decision_words(decision: str, t: Labels) -> str:
    """Translate a decision of claims.csv; "" stays ""."""
    return t(f"verdicts.decision.{decision.replace(' ', '_')}") if decision else ""


def _quantity(claim: Mapping[str, str], t: Labels) -> str:
    quantity = t(f"report.quantity.{claim['quantity']}")
    return f"{quantity}, {t('figures.test.' + claim['test'])}" if claim["test"] else quantity


def _about(study: Study, claim: Mapping[str, str], t: Labels) -> str:
    names = {timepoint.id: timepoint.label[t.language] for timepoint in study.timepoints}
    names["change"] = t("figures.change")
    variables = {each.id: each for each in (study.outcome, *study.characteristics)}
    variable = variables.get(claim["variable"] or (study.outcome.id if claim["level"] else ""))
    levels = {level.id: level.label[t.language] for level in variable.levels} if variable else {}
    parts = []
    if claim["group"]:
        parts.append(study.group(claim["group"]).label[t.language])
    if claim["timepoint"]:
        parts.append(names.get(claim["timepoint"], claim["timepoint"]))
    if claim["level"]:
        level = levels.get(claim["level"], claim["level"])
        own = variable is not None and variable.id != study.outcome.id
        parts.append(f"{variable.label[t.language]} {level}" if own else level)
    return ", ".join(parts)


def _printed(claim: Mapping[str, str], t: Labels) -> str:
    printed = claim["printed"]
    operator = OPERATORS.get(claim["operator"], claim["operator"])
    if claim["quantity"] == "decision":
        return decision_words(printed, t)
    if claim["quantity"] in STATEMENTS:
        return f"{printed} {operator or '='} {claim['n']}"
    if claim["quantity"] == "between":
        low, _, high = claim["n"].partition(";")
        return t("report.between", value=printed, low=low.strip(), high=high.strip())
    return printed if operator in ("", "=") else f"{operator} {printed}"


def _computed(claim: Mapping[str, str], t: Labels) -> str:
    if claim["verdict"] == "not_checkable" or claim["quantity"] in ("comparison", "between"):
        # a statement about two printed numbers: nothing is recomputed
        return NO_VALUE
    if claim["quantity"] == "decision":
        return decision_words(claim["decision_computed"], t)
    if claim["quantity"] == "ratio_percent":
        return f"{claim['n']} = {claim['prints_as']}"
    return claim["prints_as"]
