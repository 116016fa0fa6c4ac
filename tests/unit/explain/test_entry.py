"""What a whole study's explanation is made of, and one claim's."""

from inspect import signature

import numpy as np
import pandas as pd
import pytest

from oxymilk.explain import explain_claims, explain_one
from oxymilk.explain.assembly import EXPLANATION_COLUMNS, cases_of, explain_case, explanation_rows
from oxymilk.explain.datasets import (
    CONTRADICTION_COLUMNS,
    DATASET_COLUMNS,
    contradiction_table,
    dataset_table,
    designs_of,
)
from oxymilk.explain.departures import BUDGET
from oxymilk.explain.outcomes import OUTCOME_COLUMNS, outcome_table
from oxymilk.explain.readings import readings_of
from oxymilk.explain.records import sheet_of

CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}
AFTER = {"group": "control", "timepoint": "post", "level": "level1"}


@pytest.fixture
def study_of_22(make_study, records_with, claim_text):
    """Ten and twelve participants; two printed counts differ, one of them printed twice."""
    study = make_study(2)
    records = records_with(study, np.array([[[2, 6], [1, 1]], [[5, 2], [2, 3]]]))
    claims = [
        claim_text("right", "5", "count", **AFTER),
        claim_text("seven", "7", "count", **CELL),
        claim_text("p", "0.194", "p_value", test="rank_sum"),
        claim_text("up", "4", "count_up", group="control"),
        claim_text("seven again", "7", "count", **CELL),
        claim_text("decision", "not significant", "decision", test="rank_sum"),
    ]
    verdicts = pd.DataFrame(
        [(claim.id, "differs" if claim.printed in ("7", "4") else "reproduced", "8") for claim in claims],
        columns=["id", "verdict", "computed"],
        dtype=str,
    )
    return study, claims, verdicts, sheet_of(records), records


def rows_of(records, claims, verdicts, only=None, participants=2, budget=10**6, most_departures=5):
    """The rows and witnesses that the claims' cases give one by one."""
    rows, witnesses = [], {}
    for case in cases_of(records, claims, verdicts, only):
        found, sheets = explanation_rows(case, explain_case(case, participants, budget, most_departures))
        rows += found
        witnesses |= sheets
    return rows, witnesses


def check_table(table, witnesses, expected):
    rows, sheets = expected
    assert tuple(table.columns) == EXPLANATION_COLUMNS
    assert list(table.itertuples(index=False, name=None)) == rows
    assert list(witnesses) == list(sheets)
    assert all(witnesses[name].equals(sheet) for name, sheet in sheets.items())


def test_all_tables(study_of_22):
    *arguments, records = study_of_22
    _, claims, verdicts, _ = arguments
    found = explain_claims(*arguments)
    check_table(found.explanations, found.witnesses, rows_of(records, claims, verdicts))
    assert found.explanations["claim_ids"].unique().tolist() == ["seven seven again", "up"]
    assert len(found.witnesses) == 10
    readings = readings_of(records, claims)
    designs = designs_of(records, readings)
    assert found.datasets.equals(dataset_table(designs))
    assert found.contradictions.equals(contradiction_table(designs))
    assert found.outcomes.equals(outcome_table(records, readings))


@pytest.mark.parametrize(
    "limits", [{"participants": 3, "budget": 400}, {"budget": 30}, {"most_departures": 1}]
)
def test_limits(limits, study_of_22):
    *arguments, records = study_of_22
    study, claims, verdicts, observations = arguments
    claims = [claim._replace(printed="9999") if claim.id == "up" else claim for claim in claims]
    expected = rows_of(records, claims, verdicts, **limits)
    found = explain_claims(study, claims, verdicts, observations, **limits)
    check_table(found.explanations, found.witnesses, expected)
    rows = [row for row in expected[0] if row[0] == "up"]
    for given in (None, "9999"):
        one = explain_one(study, claims, verdicts, observations, "up", printed=given, **limits)
        check_table(*one, (rows, {name: s for name, s in expected[1].items() if name.startswith("up")}))
    one = explain_one(study, claims, verdicts, observations, "seven", **limits)
    rows = [row for row in expected[0] if row[0] == "seven"]
    check_table(*one, (rows, {name: s for name, s in expected[1].items() if name.startswith("seven")}))


def test_usual_limits(study_of_22):
    """Two changed participants are searched, in a million datasets, and five departures reported."""
    for function in (explain_claims, explain_one):
        assert signature(function).parameters["budget"].default == BUDGET
    *arguments, _ = study_of_22
    study, claims, verdicts, observations = arguments
    for table in (
        explain_claims(*arguments).explanations,
        explain_one(*arguments, "seven")[0],
    ):
        mine = table[table["claim_id"] == "seven"]
        assert (mine["kind"] == "departure").sum() == 5
    claims = [claim._replace(printed="9999") if claim.id == "seven" else claim for claim in claims[:2]]
    for table in (
        explain_claims(study, claims, verdicts, observations).explanations,
        explain_one(study, claims, verdicts, observations, "seven")[0],
    ):
        assert '["notation", "departure_2"]' in table["params"].iloc[-1]


def test_five_times_the_budget_for_all_datasets(study_of_22):
    """11 times 13 counts after: 143 pairs."""
    *arguments, _ = study_of_22
    for budget, searched in ((28, {"true", "false"}), (29, {"true"})):
        assert set(explain_claims(*arguments, budget=budget).datasets["searched"]) == searched


def test_a_claim_that_does_not_differ(study_of_22):
    *arguments, records = study_of_22
    table, witnesses = explain_one(*arguments, "right")
    check_table(table, witnesses, rows_of(records, arguments[1], arguments[2], ["right"]))
    assert set(table["claim_id"]) == {"right"}


def test_another_string_in_every_place(study_of_22):
    *arguments, records = study_of_22
    _, claims, verdicts, _ = arguments
    for printed in ("9", "9,0"):
        table, witnesses = explain_one(*arguments, "seven again", printed=printed)
        changed = [
            claim._replace(printed=printed) if claim.id.startswith("seven") else claim for claim in claims
        ]
        check_table(table, witnesses, rows_of(records, changed, verdicts, ["seven"]))
        assert set(table["claim_ids"]) == {"seven seven again"}
    with pytest.raises(ValueError, match="not a number"):
        explain_one(*arguments, "seven", printed="seven")
    with pytest.raises(KeyError, match=r"^'no_such_claim'$"):
        explain_one(*arguments, "no_such_claim")


def test_another_decision_is_a_word(study_of_22):
    *arguments, _ = study_of_22
    table, _ = explain_one(*arguments, "decision", printed="significant", budget=0)
    assert set(table["prints_as"]) - {""} == {"significant"}


def test_tables_where_tests_run_on_numbers(make_study, claim_text):
    """No data are searched: the tables say so, and have their columns all the same."""
    base = make_study(2)
    outcome = base.outcome.model_copy(
        update={"kind": "number", "scale": "score", "decimals": 0, "levels": ()}
    )
    study = base.model_copy(update={"outcome": outcome})
    observations = pd.DataFrame(
        [("a", "intervention", "pre", outcome.id, "3"), ("a", "intervention", "post", outcome.id, "5")],
        columns=["participant", "group", "timepoint", "outcome", "score"],
        dtype=str,
    )
    claims = [claim_text("p", "0.067", "p_value", test="signed_rank", group="intervention")]
    verdicts = pd.DataFrame(
        [("p", "reproduced", "0.06789")], columns=["id", "verdict", "computed"], dtype=str
    )
    found = explain_claims(study, claims, verdicts, observations)
    (row,) = found.datasets.to_dict("records")
    assert tuple(row) == DATASET_COLUMNS
    assert (row["set"], row["searched"], row["reason"]) == (
        "all",
        "false",
        "the tests run on numbers, not on levels",
    )
    for table, columns in (
        (found.explanations, EXPLANATION_COLUMNS),
        (found.contradictions, CONTRADICTION_COLUMNS),
        (found.outcomes, OUTCOME_COLUMNS),
    ):
        assert table.empty
        assert tuple(table.columns) == columns
        # text, as where there are rows
        assert (table.dtypes == found.datasets.dtypes.iloc[0]).all()
    assert found.witnesses == {}
