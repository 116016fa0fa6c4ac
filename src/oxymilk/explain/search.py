"""Run the searches for each claim that differs, rank what they find, and write it as tables and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from oxymilk.audit.claims import OF_A_TEST, OF_P, Claim
from oxymilk.audit.printed import parse_printed
from oxymilk.explain import claims_on_counts as on_counts
from oxymilk.explain import datasets
from oxymilk.explain.claims_on_counts import ClaimOnCounts, Records, claim_key, is_unsearched
from oxymilk.explain.coincidence import DifferingClaim, Explanation, as_decimal
from oxymilk.explain.departures import BUDGET, search_departures
from oxymilk.explain.family import search_adjustments, search_elsewhere, search_rows
from oxymilk.explain.notation import EQUAL, search_notation, true_value
from oxymilk.explain.printed_tests import search_printed_test
from oxymilk.explain.procedures import search_procedures
from oxymilk.explain.scales import search_scales
from oxymilk.stats import rank_sum_counts
from oxymilk.study import Study
from oxymilk.texts import labels

EXPLANATION_COLUMNS = (
    "claim_id", "claim_ids", "kind", "rank", "description", "programs", "p_value", "prints_as",
    "participants_changed", "switches_moved", "ways", "claims_kept", "claims_contradicted", "coincidence",
    "informative", "witness", "code", "params",
)  # fmt: skip
OUTCOME_COLUMNS = ("count1", "count2", "n1", "n2", "p_value", "prints_as_claimed", "observed", "reason")
MOST_OUTCOMES = 5_000  # pairs of counts, each a cell of a map


class Explanations(NamedTuple):
    """All that explains the differing claims of a study, as tables of text.

    * explanations : One row for each way to make a distinct claim come true, ranked; see `EXPLANATION_COLUMNS`.
    * datasets, contradictions : How many datasets of the design satisfy which claims; the minimal sets of claims
      that none satisfies together.
    * outcomes : For an outcome of two levels, the declared p-value of every pair of counts after.
    * witnesses : Sheets by file name, as the column `witness` of the explanations gives it.
    """

    explanations: pd.DataFrame
    datasets: pd.DataFrame
    contradictions: pd.DataFrame
    outcomes: pd.DataFrame
    witnesses: dict[str, pd.DataFrame]


def explain_claims(
    study: Study,
    claims: list[Claim],
    verdicts: pd.DataFrame,
    observations: pd.DataFrame,
    tests: Sequence[pd.DataFrame],
    *,
    budget: int = BUDGET,
    **limits: int,
) -> Explanations:
    """Search for what would make the claims that differ come true.

    Parameters
    ----------
    claims : list of Claim
        All numbers that the paper prints.
    verdicts, observations : DataFrame
        The tables of the same names, all cells text.
    tests : sequence of DataFrame
        tests.csv and sensitivity.csv, all cells text.
    budget : int
        See `search_departures`; five times as many combinations are formed at a time when all datasets of the design
        are counted.
    **limits : int
        `participants` and `most_departures`, see `search_departures`.
    """
    records = on_counts.records_of(study, observations)
    readings = on_counts.claims_on_counts(records, claims)
    differing = set(verdicts.loc[verdicts["verdict"] == "differs", "id"])
    explained, witnesses = _explain(records, claims, verdicts, differing, tests, budget=budget, **limits)
    try:
        every = datasets.all_datasets(records, readings, 5 * budget)
        counted, contradictions = datasets.dataset_table(every), datasets.contradiction_table(every)
    except datasets.NotSearched as beyond:
        row = ("all", "", "", "", "", "", "false", " ".join(map(str, beyond.args)))
        counted = pd.DataFrame([row], columns=list(datasets.DATASET_COLUMNS), dtype=str)
        contradictions = pd.DataFrame(columns=list(datasets.CONTRADICTION_COLUMNS), dtype=str)
    return Explanations(explained, counted, contradictions, outcome_table(records, readings), witnesses)


def explain_one(
    study: Study,
    claims: list[Claim],
    verdicts: pd.DataFrame,
    observations: pd.DataFrame,
    tests: Sequence[pd.DataFrame],
    claim_id: str,
    *,
    printed: str | None = None,
    **limits: int,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Explain one claim, whether it differs or not: its rows of explanations.csv, and their witnesses.

    Parameters
    ----------
    study, claims, verdicts, observations, tests, **limits
        See `explain_claims`.
    claim_id : str
        Id of the claim, in any place where it is printed; KeyError when there is no such claim.
    printed : str, optional
        What would explain this string in its place; ValueError when it is no number under the study's decimal marks.
    """
    chosen = next((claim for claim in claims if claim.id == claim_id), None)
    if chosen is None:
        raise KeyError(claim_id)
    if printed is not None:
        if chosen.quantity != "decision":
            parse_printed(printed, study.decimal_mark)
        key = claim_key(chosen, study)
        claims = [claim.printed_as(printed) if claim_key(claim, study) == key else claim for claim in claims]
    records = on_counts.records_of(study, observations)
    return _explain(records, claims, verdicts, {claim_id}, tests, **limits)


def _search(
    differing: DifferingClaim, tests: list[dict[str, str]], **limits: int
) -> tuple[dict[str, list[Explanation]], list[str]]:
    """Make every search that applies to a claim; return what was searched, and what was not, with the reason."""
    claim, on_counts, records = differing.claim, differing.on_counts, differing.records
    if claim.is_judged:
        return search_printed_test(differing) if claim.evidence and differing.computed else ({}, [])
    if is_unsearched(claim, records.study):
        return {}, ["decimals_or_tails"]
    found: dict[str, list[Explanation]] = {}
    if claim.quantity in OF_A_TEST and on_counts:
        rows = search_rows(differing, tests)
        if own := [row for row in rows if row.kind == "procedure"]:
            found["procedure"] = own
        if any(row["scale"] != records.study.outcome.scale for row in tests):
            found["other_scale"] = [row for row in rows if row.kind == "elsewhere"]
    # what programs print on these very data is no slip
    if "procedure" not in found and true_value(differing) is not None:
        found["notation"] = search_notation(differing)
    if on_counts is None:
        of_data = claim.check == "recompute" and claim.quantity != "alpha"
        return found, ["departure_unseen" if records.levels else "departure_numbers"] * of_data
    unsearched = []
    if claim.quantity in (*OF_P, "z") or (claim.quantity, claim.test) == ("w", "signed_rank"):
        ways = search_procedures(differing)
        found.setdefault("procedure", []).extend(way for way in ways if way.kind != "none")
        unsearched += [way.code for way in ways if way.kind == "none"]
    if claim.quantity in OF_P and len(records.family) > 1:
        found["adjustment"] = search_adjustments(differing)
    if claim.quantity in ("p_value", "z") and claim.operator in EQUAL:
        if claim.quantity == "p_value" and not on_counts.printable.claimed:
            unsearched.append("elsewhere_zero")
        else:
            found["elsewhere"] = search_elsewhere(differing)
    if claim.quantity in OF_A_TEST:
        # a change of level is no cut of a change of score
        of_change = claim.test == "rank_sum" and records.study.between == "change"
        reason = "numbers" if not records.levels else "change" if of_change else "budget"
        scales = search_scales(differing) if reason == "budget" else None
        if scales is None:
            unsearched.append(f"finer_scale_{reason}")
        else:
            found["finer_scale"] = scales
    departures, depth = search_departures(differing, **limits) if records.levels else ([], 0)
    if depth:
        found[f"departure_{depth}"] = departures
    else:
        unsearched.append("departure_budget" if records.levels else "departure_numbers")
    return found, unsearched


def _ranked(differing: DifferingClaim, tests: list[dict[str, str]], **limits: int) -> list[Explanation]:
    """Return all that may explain a claim, as `Explanation.order` ranks it, and what was not searched or not found."""
    claim, study, explanations = differing.claim, differing.records.study, []
    found, unsearched = _search(differing, tests, **limits)
    of_all = list(chain(*found.values()))
    if all(explanation.kind == "none" for explanation in of_all):
        partly, whole = ("partly_searched", "nothing_found") if found else ("not_searched", "no_search")
        params = {"searched": list(found), "unsearched": unsearched}
        of_all.append(Explanation("none", partly if unsearched else whole, params))
    elif unsearched:
        of_all.append(Explanation("none", "not_searched", {"unsearched": unsearched}))
    for explanation in of_all:
        value, prints_as = explanation.value, ""
        if explanation.kind == "notation" or (claim.is_judged and value is not None and claim.number):
            prints_as = claim.printed
        elif value is not None and claim.quantity == "decision":
            prints_as = "significant" if value < study.alpha else "not significant"
        elif value is not None:
            rounding = "truncate" if explanation.code.endswith("_truncated") else study.rounding
            prints_as = claim.write(as_decimal(value), rounding)
        said = {"printed": claim.printed, "prints_as": prints_as, "value": ""}
        if value is not None:
            said["value"] = f"{value:.4g}"
        explanations.append(replace(explanation, params=explanation.params | said))
    return sorted(explanations, key=attrgetter("order"))


# ---- tables ------------------------------------------------------------------------------------------------


def _explain(
    records: Records,
    claims: list[Claim],
    verdicts: pd.DataFrame,
    chosen: set[str],
    tests: Sequence[pd.DataFrame],
    **limits: int,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the rows of explanations.csv for some claims, all text, and their witnesses by file name."""
    rows, witnesses, of_tests = [], {}, [row for table in tests for row in table.to_dict("records")]
    audited = {row["id"]: row for row in verdicts.to_dict("records")}
    readings = on_counts.claims_on_counts(records, claims)
    for places in on_counts.distinct_claims(claims, records.study):
        first, ids = places[0].id, [claim.id for claim in places]
        if chosen.isdisjoint(ids):
            continue
        own = next((claim for claim in readings if claim.id == first), None)
        others = [claim for claim in readings if claim is not own]
        claim = replace(places[0], evidence=audited[first].get("evidence", ""))
        differing = DifferingClaim(claim, records, own, others, claims, audited[first]["computed"])
        for rank, found in enumerate(_ranked(differing, of_tests, **limits), start=1):
            contradicted = [name for name, holds in found.others.items() if not holds]
            cells = {
                "claim_id": first, "claim_ids": " ".join(ids), "kind": found.kind, "rank": str(rank),
                "description": labels("en").explanation(found.code, found.params), "programs": found.programs,
                "prints_as": found.params["prints_as"],
                "claims_kept": " ".join(name for name in found.others if name not in contradicted),
                "claims_contradicted": " ".join(contradicted),
                "informative": "true" if found.informative else "false",
                "code": found.code, "params": found.params_as_text,
            }  # fmt: skip
            if places[0].quantity in OF_P and found.value is not None:
                cells["p_value"] = f"{found.value:.10g}"
            if found.kind == "departure":
                cells["participants_changed"] = str(found.effort)
            if found.kind != "none":
                cells["ways"] = str(found.ways)
            if "switches" in found.params:
                cells["switches_moved"] = str(len(found.params["switches"]))
            if found.coincidence is not None:
                cells["coincidence"] = f"{found.coincidence:.10g}"
            if found.witness is not None:
                cells["witness"] = f"{first}_{rank}.csv"
                witnesses[cells["witness"]] = found.witness
            rows.append([cells.get(column, "") for column in EXPLANATION_COLUMNS])
    return pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS), dtype=str), witnesses


def outcome_table(records: Records, claims: list[ClaimOnCounts]) -> pd.DataFrame:
    """Compute the declared p-value between the groups for every pair of counts of the better of two levels.

    Columns `OUTCOME_COLUMNS`, all text: participants of the first and the second group at the better level and in
    all, p-value, ids of the claims that print this p-value for the test between the groups (joined by blanks), and
    whether these are the counts on disk. Empty for other designs; above `MOST_OUTCOMES` pairs one row with the reason.
    """
    study, rows = records.study, []
    observed = on_counts.margin(records.tables[:2], "post")
    sizes = observed.sum(axis=1).tolist()
    n1, n2 = sizes if len(sizes) == 2 else (0, 0)
    is_mapped = records.levels == 2 and n1 and n2 and study.between == "post"
    if is_mapped and (n1 + 1) * (n2 + 1) > MOST_OUTCOMES:
        rows.append(("", "", str(n1), str(n2), "", "", "", "too_many"))
    elif is_mapped:
        first, second = (counts.ravel() for counts in np.indices((n1 + 1, n2 + 1)))
        # one row a pair of counts, (1, 0) of 2 and 1: [[1, 1], [1, 0]]
        tables = np.stack([n1 - first, first, n2 - second, second], axis=-1).reshape(-1, 2, 2)
        p_values = rank_sum_counts(tables, study.procedure.rank_sum).p_value.tolist()
        printed = [c for c in claims if (c.test, c.claim.quantity) == ("rank_sum", "p_value")]
        true = {claim.id: claim.holds(tables) for claim in printed}
        here = (tables == observed).all(axis=(1, 2))
        for at, (a, b, p_value) in enumerate(zip(first, second, p_values, strict=True)):
            ids = " ".join(name for name, holds in true.items() if holds[at])
            counts = (str(a), str(b), str(n1), str(n2))
            rows.append((*counts, f"{p_value:.10g}", ids, "true" if here[at] else "false", ""))
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS), dtype=str)
