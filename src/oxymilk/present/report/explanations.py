"""What the report says of explanations: what differs, by how much, what would explain it, what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.audit.printed import parse_printed
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.lines import ExplainedClaim, Row
    from oxymilk.present.view import View

# rows and, for the whole design, what they count
SETS = ("all", "p_values", "counts", "both", "every_claim")
MOST_CONTRADICTIONS = 10


def explanation_section(view: View) -> dict[str, object] | None:
    """Say in plain words what would explain the numbers that differ.

    Parameters
    ----------
    view : View
        The study, its results and the language.

    Returns
    -------
    dict or None
        `claims`, `unexplained`, `unsearched`, `datasets`, `contradictions` for the template; None when nothing differs.
    """
    if not view.explained:
        return None
    return {
        "claims": [_answers(view, claim) for claim in view.explained if claim.explanations],
        "unexplained": [claim for claim in view.explained if claim.searched and not claim.explanations],
        "unsearched": [claim.line for claim in view.explained if not claim.searched],
        "datasets": _datasets(view),
        "contradictions": _contradictions(view),
    }


def _answers(view: View, claim: ExplainedClaim) -> dict[str, object]:
    """Answer for a claim what differs, by how much, what would explain it and what that is worth."""
    best = {}
    for explanation in claim.explanations:
        best.setdefault(explanation.row["kind"], explanation)
    words = view.claim_words(claim.line)
    # a heading begins with a capital, unless its first word is a symbol
    title = words if len(words.split(",")[0]) == 1 else words[0].upper() + words[1:]
    informative = sum(explanation.informative for explanation in claim.explanations)
    worth = "explanations.report.worth" if informative else "explanations.report.worthless"
    return {
        "id": claim.line.id,
        "title": title,
        "what": _what(view, claim),
        "how_much": _how_much(view, claim.line.claim),
        "conclusion": _conclusion(view, claim.line.claim),
        "found": view.t("explanations.report.found", n=len(claim.explanations)),
        "best": list(best.values()),
        "worth": view.t(worth, n=len(claim.explanations), informative=informative),
    }


def _what(view: View, claim: ExplainedClaim) -> str:
    """Say what is printed, where, and what it is recomputed to be."""
    t, line = view.t, claim.line
    places = t("common.list_separator").join(line.where for line in claim.lines)
    if len(claim.lines) > 1:
        places = t("report.in_places", n=len(claim.lines), places=places)
    values = {
        "printed": view.localised(line.printed),
        "computed": view.localised(line.computed),
        "places": places,
    }
    if line.computed == NO_VALUE:
        return t("explanations.report.statement", **values)
    if line.claim["quantity"] == "p_value":
        exactly = t.significant(line.claim["computed"], 4)
        return t("explanations.report.p_value", exactly=exactly, **values)
    return t("explanations.report.number", **values)


def _how_much(view: View, claim: Row) -> str:
    """Say by how many units of the last printed digit a number differs; "" where it states no number of its own."""
    if claim["check"] != "recompute" or claim["operator"] not in ("", "="):
        return ""
    try:
        printed, computed = (
            parse_printed(claim[column], view.study.decimal_mark) for column in ("printed", "prints_as")
        )
    except ValueError:
        return ""
    units = abs(printed.value - computed.value) * 10**printed.decimals
    return view.t("explanations.report.units", n=int(units)) if units and units.denominator == 1 else ""


def _conclusion(view: View, claim: Row) -> str:
    """Say whether the decision changes; "" where the claim states none."""
    if not claim["decision"]:
        return ""
    values = {by: view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
    key = f"explanations.report.conclusion_{claim['decision']}"
    return view.t(key, alpha=view.t.number(view.study.alpha), **values)


def _datasets(view: View) -> dict[str, object] | None:
    """Return the joint counts: a table of sets by group, the sentence on the whole, and single p-values."""
    t, rows = view.t, view.rows("datasets")
    if not rows:
        return None
    by_group = {(row["set"], row["group"]): row for row in rows}
    groups = [group for group in view.study.groups if ("all", group.id) in by_group]
    table = {
        t(f"explanations.datasets.{name}"): [
            _count(view, by_group.get((name, group))) for group in (*(group.id for group in groups), "")
        ]
        for name in SETS
        if (name, "") in by_group
    }
    single = [
        (
            t("explanations.datasets.and").join(_words(view, claim) for claim in row["claims"].split()),
            _count(view, row),
        )
        for row in rows
        if row["set"] in ("p_value", "p_value_pair")
    ]
    whole = {name: by_group.get((name, "")) for name in SETS[:4]}
    sentence = ""
    if all(row and row["searched"] == "true" for row in whole.values()):
        numbers = {name: _count(view, row) for name, row in whole.items()}
        sentence = t("explanations.datasets.sentence", total=numbers.pop("all"), **numbers)
    return {
        "sentence": sentence,
        "heads": [*map(view.label, groups), t("explanations.datasets.joint")],
        "table": table,
        "single": single,
        "reasons": dict.fromkeys(row["reason"] for row in rows if row["reason"]),
    }


def _count(view: View, row: Row | None) -> str:
    """Write a number of datasets, its thousands set apart by narrow blanks; "" where there is no such set."""
    if row is None:
        return ""
    if row["searched"] != "true":
        return view.t("explanations.datasets.not_searched")
    return f"{int(row['datasets']):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _words(view: View, claim_id: str) -> str:
    """Say a claim in a few words; an unknown id stays."""
    return view.claim_words(view.claim[claim_id]) if claim_id in view.claim else claim_id


def _contradictions(view: View) -> dict[str, object]:
    """Return the smallest sets of claims that no dataset makes all true: id, words, and what says the same."""
    rows, sets = view.rows("contradictions"), []
    for row in rows[:MOST_CONTRADICTIONS]:
        same: dict[str, list[str]] = {}
        for pair in row["equivalent"].split():
            first, _, other = pair.partition("=")
            same.setdefault(first, []).append(_words(view, other))
        sets.append([(claim, _words(view, claim), same.get(claim, [])) for claim in row["claims"].split()])
    complete = all(row["complete"] == "true" for row in rows)
    return {"sets": sets, "more": len(rows) - len(sets), "complete": complete}
