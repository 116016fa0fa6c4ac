"""Say why a printed number differs: slips, programs, departures, finer scales, and what fits by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.explain.hits import describe_hit

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.audit.claims import Claim
    from oxymilk.study import Study

__all__ = ["Explanations", "describe_hit", "explain_claims", "explain_one"]


@dataclass(frozen=True)
class Explanations:
    """All that explains the differing claims of a study, as tables of text.

    Attributes
    ----------
    explanations : DataFrame
        explanations.csv: one row for each way to make a distinct claim come true, ranked; see `EXPLANATION_COLUMNS`.
    datasets : DataFrame
        datasets.csv: how many datasets of the design satisfy which claims.
    contradictions : DataFrame
        contradictions.csv: the minimal sets of claims that no dataset satisfies together.
    outcomes : DataFrame
        outcomes.csv: for an outcome of two levels, the declared p-value of every pair of counts after.
    witnesses : dict of str to DataFrame
        Sheets by file name, as the column `witness` of explanations.csv gives it.
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
    *,
    participants: int = 2,
    budget: int = 1_000_000,
    most_departures: int = 5,
) -> Explanations:
    """Search for what would make the claims that differ come true.

    Parameters
    ----------
    study : Study
        The study.
    claims : list of Claim
        All numbers that the paper prints.
    verdicts, observations : DataFrame
        The tables of the same names, all cells text.
    participants : int
        Changed participants to search up to while nothing is found; two are searched in any case.
    budget : int
        Most datasets that the search for departures forms for a claim; five times as many combinations are formed at
        a time when all datasets of the design are counted. What lies beyond is said to be not searched.
    most_departures : int
        Most departures to report for a claim.

    Returns
    -------
    Explanations
    """
    import pandas as pd

    from oxymilk.explain.counting import NotSearched
    from oxymilk.explain.datasets import (
        CONTRADICTION_COLUMNS,
        contradiction_table,
        dataset_table,
        designs_of,
        not_searched_table,
    )
    from oxymilk.explain.outcomes import outcome_table
    from oxymilk.explain.readings import readings_of
    from oxymilk.explain.records import records_of

    records = records_of(study, observations)
    table, witnesses = _explain(records, claims, verdicts, None, participants, budget, most_departures)
    readings = readings_of(records, claims)
    try:
        if not records.levels:
            raise NotSearched("the tests run on numbers, not on levels")
        designs = designs_of(records, readings, 5 * budget)
        datasets, contradictions = dataset_table(designs), contradiction_table(designs)
    except NotSearched as beyond:
        datasets = not_searched_table(str(beyond))
        contradictions = pd.DataFrame(columns=list(CONTRADICTION_COLUMNS), dtype=str)
    return Explanations(table, datasets, contradictions, outcome_table(records, readings), witnesses)


def explain_one(
    study: Study,
    claims: list[Claim],
    verdicts: pd.DataFrame,
    observations: pd.DataFrame,
    claim_id: str,
    *,
    printed: str | None = None,
    participants: int = 2,
    budget: int = 1_000_000,
    most_departures: int = 5,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Explain one claim, whether it differs or not.

    Parameters
    ----------
    study, claims, verdicts, observations, participants, budget, most_departures
        As for `explain_claims`.
    claim_id : str
        Id of the claim, in any place where it is printed.
    printed : str, optional
        What would explain this string in its place.

    Returns
    -------
    explanations : DataFrame
        The rows of explanations.csv for this claim.
    witnesses : dict of str to DataFrame
        Their sheets.

    Raises
    ------
    KeyError
        When there is no such claim.
    ValueError
        When `printed` is not a number under the study's decimal marks.
    """
    from oxymilk.audit.printed import parse_printed
    from oxymilk.explain.readings import claim_key
    from oxymilk.explain.records import records_of

    chosen = next((claim for claim in claims if claim.id == claim_id), None)
    if chosen is None:
        raise KeyError(claim_id)
    if printed is not None:
        if chosen.quantity != "decision":
            parse_printed(printed, study.decimal_mark)
        key = claim_key(chosen, study)
        claims = [
            claim._replace(printed=printed) if claim_key(claim, study) == key else claim for claim in claims
        ]
    records = records_of(study, observations)
    return _explain(records, claims, verdicts, [claim_id], participants, budget, most_departures)


def _explain(
    records: object,
    claims: list[Claim],
    verdicts: pd.DataFrame,
    only: list[str] | None,
    participants: int,
    budget: int,
    most: int,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    import pandas as pd

    from oxymilk.explain.assembly import EXPLANATION_COLUMNS, cases_of, explain_case, explanation_rows

    rows: list[tuple[str, ...]] = []
    witnesses: dict[str, pd.DataFrame] = {}
    for case in cases_of(records, claims, verdicts, only):
        found, sheets = explanation_rows(case, explain_case(case, participants, budget, most))
        rows += found
        witnesses |= sheets
    return pd.DataFrame(rows, columns=list(EXPLANATION_COLUMNS), dtype=str), witnesses
