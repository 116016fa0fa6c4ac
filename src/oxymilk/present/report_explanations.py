"""What the report says of explanations: what differs, by how much, what would explain it, what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from oxymilk.audit.printed import parse_printed
from oxymilk.present.explanation_rows import (
    ExplainedClaim,
    Explanation,
    claim_words,
    explained_claims,
    percent,
)
from oxymilk.present.p_value_rows import localised
from oxymilk.present.report_claims import decision_words
from oxymilk.texts import NO_VALUE, Labels

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

# rows and, for the whole design, what they count
SETS = ("all", "p_values", "counts", "both", "every_claim")
MOST_CONTRADICTIONS = 10


def explanation_section(
    study: Study,
    explanations: pd.DataFrame,
    datasets: pd.DataFrame,
    contradictions: pd.DataFrame,
    verdicts: pd.DataFrame,
    t: Labels,
) -> dict[str, object] | None:
    """Say in plain words what would explain the numbers that differ.

    Parameters
    ----------
    study : Study
        The study.
    explanations, datasets, contradictions, verdicts : DataFrame
        The CSVs of the same names, all cells text.
    t : Labels
        The texts of the language.

    Returns
    -------
    dict or None
        `claims`, `unexplained`, `unsearched`, `datasets`, `contradictions` for the template; None when nothing differs.
    """
    claims = explained_claims(study, explanations, verdicts, t)
    if not claims:
        return None
    rows = {claim["id"]: claim for claim in verdicts.to_dict("records")}
    return {
        "claims": [_answers(study, claim, rows, t) for claim in claims if claim.explanations],
        "unexplained": [
            (claim_words(study, claim.claim, t), claim.without)
            for claim in claims
            if claim.searched and not claim.explanations
        ],
        "unsearched": [
            (claim_words(study, claim.claim, t), claim.ids[0]) for claim in claims if not claim.searched
        ],
        "datasets": _datasets(study, datasets, rows, t),
        "contradictions": _contradictions(study, contradictions, rows, t),
    }


def _answers(
    study: Study, claim: ExplainedClaim, rows: Mapping[str, Mapping[str, str]], t: Labels
) -> dict[str, object]:
    best = {}
    for hit in claim.explanations:
        best.setdefault(hit.kind, hit)
    informative = sum(hit.informative for hit in claim.explanations)
    return {
        "id": claim.ids[0],
        "title": _as_heading(claim_words(study, claim.claim, t)),
        "what": _what(study, claim, t),
        "how_much": _how_much(study, claim.claim, t),
        "conclusion": _conclusion(study, claim.claim, t),
        "found": t("explanations.report.found", n=len(claim.explanations)),
        "best": [_told(study, hit, rows, t) for hit in best.values()],
        "worth": t(
            "explanations.report.worth" if informative else "explanations.report.worthless",
            n=len(claim.explanations),
            informative=informative,
        ),
    }


def _as_heading(text: str) -> str:
    """Begin with a capital, unless the first word is a symbol."""
    return text if len(text.split(",")[0]) == 1 else text[0].upper() + text[1:]


def _what(study: Study, claim: ExplainedClaim, t: Labels) -> str:
    printed, computed = (
        localised(each, study, t.language) for each in (claim.line.printed, claim.line.computed)
    )
    places = t("common.list_separator").join(claim.places)
    if len(claim.places) > 1:
        places = t("report.in_places", n=len(claim.places), places=places)
    if computed == NO_VALUE:
        return t("explanations.report.statement", printed=printed, places=places)
    values = {"printed": printed, "computed": computed, "places": places}
    if claim.claim["quantity"] == "p_value":
        exactly = t.significant(claim.claim["computed"], 4)
        return t("explanations.report.p_value", exactly=exactly, **values)
    return t("explanations.report.number", **values)


def _how_much(study: Study, claim: Mapping[str, str], t: Labels) -> str:
    """Say by how many units of the last printed digit a number differs; "" where it states no number of its own."""
    if claim["check"] != "recompute":
        return ""
    try:
        printed, computed = (
            parse_printed(claim[column].lstrip("<>=~ "), study.decimal_mark)
            for column in ("printed", "prints_as")
        )
    except ValueError:
        return ""
    units = abs(printed.value - computed.value) * 10**printed.decimals
    if units.denominator != 1 or units == 0 or claim["operator"] not in ("", "="):
        return ""
    return t("explanations.report.units", n=int(units))


def _conclusion(study: Study, claim: Mapping[str, str], t: Labels) -> str:
    if not claim["decision"]:
        return ""
    printed, computed = (decision_words(claim[name], t) for name in ("decision_printed", "decision_computed"))
    key = f"explanations.report.conclusion_{claim['decision']}"
    return t(key, alpha=t.number(study.alpha), printed=printed, computed=computed)


def _told(
    study: Study, hit: Explanation, rows: Mapping[str, Mapping[str, str]], t: Labels
) -> dict[str, object]:
    total = len(hit.kept) + len(hit.contradicted)
    key = "contradicts" if hit.contradicted else "contradicts_none"
    return {
        "kind": t(f"explanations.kind.{hit.kind}"),
        "rank": hit.rank,
        "text": hit.description,
        "programs": hit.programs,
        "worth": t(
            "explanations.report.fits" if hit.informative else "explanations.report.fits_most",
            share=percent(hit.coincidence, t),
        ),
        "contradicts": t(f"explanations.report.{key}", n=len(hit.contradicted), total=total) if total else "",
        "contradicted": _named(study, hit.contradicted, rows, t),
        "witness": hit.witness,
    }


def _named(
    study: Study, ids: Iterable[str], rows: Mapping[str, Mapping[str, str]], t: Labels
) -> list[tuple[str, str]]:
    return [(claim_words(study, rows[each], t), each) for each in ids if each in rows]


def _datasets(
    study: Study, datasets: pd.DataFrame, rows: Mapping[str, Mapping[str, str]], t: Labels
) -> dict[str, object] | None:
    """Return the joint counts: a table of sets by group, the sentence on the whole, and single p-values."""
    records = datasets.to_dict("records")
    if not records:
        return None
    whole = {row["set"]: row for row in records if not row["group"] and row["set"] in SETS}
    by_group = {(row["set"], row["group"]): row for row in records}
    names = [group.label[t.language] for group in study.groups]
    present = [group.id for group in study.groups if ("all", group.id) in by_group]
    table = [
        (
            t(f"explanations.datasets.{name}"),
            [_count(by_group.get((name, group)), t) for group in (*present, "")],
        )
        for name in SETS
        if name in whole
    ]
    single = [
        (
            t("explanations.datasets.and").join(_one(study, each, rows, t) for each in row["claims"].split()),
            _count(row, t),
        )
        for row in records
        if row["set"] in ("p_value", "p_value_pair")
    ]
    sentence = ""
    if all(
        name in whole and whole[name]["searched"] == "true" for name in ("all", "p_values", "counts", "both")
    ):
        values = {name: _whole(whole[name]["datasets"]) for name in ("all", "p_values", "counts", "both")}
        sentence = t("explanations.datasets.sentence", total=values.pop("all"), **values)
    reasons = list(dict.fromkeys(row["reason"] for row in records if row["reason"]))
    heads = [*names[: len(present)], t("explanations.datasets.joint")]
    return {"sentence": sentence, "heads": heads, "table": table, "single": single, "reasons": reasons}


def _one(study: Study, name: str, rows: Mapping[str, Mapping[str, str]], t: Labels) -> str:
    return claim_words(study, rows[name], t) if name in rows else name


def _count(row: Mapping[str, str] | None, t: Labels) -> str:
    if row is None or row["searched"] != "true":
        return t("explanations.datasets.not_searched") if row is not None else ""
    return _whole(row["datasets"])


def _whole(number: str) -> str:
    """Write a whole number with its thousands set apart by narrow blanks."""
    return f"{int(number):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _contradictions(
    study: Study, contradictions: pd.DataFrame, rows: Mapping[str, Mapping[str, str]], t: Labels
) -> dict[str, object]:
    records = contradictions.to_dict("records")
    sets = []
    for row in records[:MOST_CONTRADICTIONS]:
        same: dict[str, list[str]] = {}
        for pair in row["equivalent"].split():
            first, _, other = pair.partition("=")
            same.setdefault(first, []).append(other)
        sets.append(
            [
                (
                    name,
                    _one(study, name, rows, t),
                    [_one(study, each, rows, t) for each in same.get(name, [])],
                )
                for name in row["claims"].split()
            ]
        )
    complete = all(row["complete"] == "true" for row in records)
    return {"sets": sets, "more": len(records) - len(sets), "complete": complete}
