"""Programs that subtract doubles, and programs that subtract decimals as written, from the sheet to the report."""

from pathlib import Path

import pandas as pd
import pytest
from tests.cases import cases

from oxymilk.analysis import tables as analysis
from oxymilk.audit.claims import Claim
from oxymilk.audit.verdicts import audit_claims
from oxymilk.explain import explain_one
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.present.tested import differences_notes
from oxymilk.present.view import View
from oxymilk.results import TABLES, Results
from oxymilk.study import SignedRankSwitches, load_study

FOLDER = Path(__file__).parents[1] / "data" / "decimals"


@pytest.fixture(scope="module")
def observations():
    return ingest_observations(load_study(FOLDER), FOLDER).frame("observations")


def study_of(program, switches=None, **update):
    """The study of the folder with another program."""
    study = load_study(FOLDER)
    procedure = {"program": program}
    if switches:
        procedure["signed_rank_switches"] = SignedRankSwitches(**switches)
    return study.model_copy(update={"procedure": study.procedure.model_copy(update=procedure)} | update)


def claim_of(printed, quantity="p_value"):
    about = {"test": "signed_rank", "group": "oksitosin", "check": "recompute", "expect": "reproduced"}
    return Claim(id="a", where="table 1", printed=printed, quantity=quantity, **about)


def verdicts_of(study, claim, observations):
    tables = analysis.frequency_table(study, observations), analysis.rank_test_table(study, observations)
    return audit_claims(study, [claim], *map(as_read, tables))


@cases
def test_a_verdict_rests_on_the_arithmetic_of_its_program(
    program, switches, printed, quantity, verdict, observations
):
    study = study_of(program, switches, alpha=0.026 if quantity == "decision" else 0.05)
    assert verdicts_of(study, claim_of(printed, quantity), observations)["verdict"][0] == verdict


@cases
def test_results_and_tables_name_both_ways_where_they_differ(program, differences, p_values, observations):
    study = study_of(program)
    tests = analysis.rank_test_table(study, observations)
    # what the sheet's other group gives is the same either way, and whole levels need no third row
    roles = {"declared": 3, "exact": 3, "other_differences": 1, "other_tails": 3}
    assert tests["role"].value_counts().to_dict() == roles
    rows = tests[tests["group"] == "oksitosin"].set_index("role")
    assert rows["differences"][["declared", "exact"]].tolist() == [differences, "decimal"]
    assert [round(rows["p_value"][role], 4) for role in ("declared", "other_differences")] == list(p_values)
    assert rows["p_value"]["exact"] == 2 / 2**6
    frames = {"tests": as_read(tests), "procedures": as_read(analysis.program_table(study, observations))}
    results = Results(Path("nowhere"), audited=False)
    vars(results).update({name: frames.get(name, pd.DataFrame({"test": []})) for name in TABLES})
    for language, said in (
        ("en", f"p\u00a0=\u00a0{p_values[1]}"),
        ("id", f"p\u00a0=\u00a00,{int(p_values[1] * 1e4):04d}"),
    ):
        view = View(study, results, language)
        # of one group's test only; a paper's unknown program is no matter of a table without a paper
        notes = {known: differences_notes(view, known=known) for known in (True, False)}
        (note,) = notes[differences in ("decimal", "binary")]
        assert len(notes[True] + notes[False]) == 1
        assert said in note
        assert "0.3\u00a0−\u00a00.1" in note.replace(",", ".")
        outputs = [value.output for value in view.printed_tests[0].programs]
        assert sum(view.t("common.differences.if_binary") in output for output in outputs) == 5


@pytest.mark.parametrize(("program", "printed"), [("SPSS", "2.232"), ("SPSS", "-2.201"), ("SAS", "2.232")])
def test_a_number_that_a_program_prints_is_no_slip(observations, program, printed):
    study, claim = study_of(program), claim_of(printed, "z")
    verdicts = verdicts_of(study, claim, observations)
    tests = as_read(analysis.rank_test_table(study, observations))
    explanations, _ = explain_one(study, [claim], verdicts, observations, [tests], "a", printed="2.201")
    assert "notation" not in set(explanations["kind"])
    assert "PSPP NPAR TESTS /WILCOXON" in explanations["programs"][0]
    assert "subtract binary numbers" in explanations["description"][0]
    assert float(explanations["coincidence"][0]) < 0.01


@pytest.mark.parametrize(("program", "p_value"), [("R", 0.836036), ("SPSS", 0.752265)])
def test_the_change_is_taken_as_the_program_does_in_alternatives_too(observations, program, p_value):
    study = study_of(program)
    tests = analysis.rank_test_table(study, observations)
    comparisons = analysis.comparison_table(
        study, observations, analysis.effect_table(study, observations, tests)
    )
    table = analysis.alternative_table(study, observations, tests, comparisons, 1).set_index("alternative")
    assert table.loc["change", "p_value"] == pytest.approx(p_value, abs=1e-6)


def test_whole_numbers_are_the_same_either_way(observations):
    whole = observations.assign(
        score=[score and str(int(float(score) * 10)) for score in observations["score"]]
    )
    assert set(analysis.rank_test_table(study_of("R"), whole)["differences"]) == {""}


def test_percentages_that_a_sheet_holds_as_fractions_are_subtracted_as_fractions(observations):
    """85% - 80% and 75% - 70% are 5; 0.85 - 0.80 and 0.75 - 0.70 are no tie."""
    whole = observations.assign(
        score=[score and str(int(float(score) * 10)) for score in observations["score"]]
    )
    study = study_of("R")
    held = study.model_copy(update={"sheets": [study.sheets[0].model_copy(update={"fractions": True})]})
    assert "binary" in set(analysis.rank_test_table(held, whole)["differences"])


def test_changes_of_two_groups_are_taken_as_the_program_takes_them(observations):
    of = {
        name: analysis.rank_test_table(study_of(name, between="change"), observations)
        for name in ("R", "SPSS")
    }
    tests = {name: of[name].query("test == 'rank_sum' and role != 'other_tails'") for name in of}
    assert tests["R"]["differences"].tolist() == ["binary", "decimal", "decimal"]
    # a change is computed before SPSS's test sees it
    assert tests["SPSS"]["differences"].tolist() == ["if_decimal", "decimal", "if_binary"]
    assert tests["R"]["u1"].tolist() == [13, 13.5, 13.5]
    lines = analysis.program_table(study_of("R", between="change"), observations).query("test == 'rank_sum'")
    assert set(lines[lines["id"].str.startswith("pspp")]["differences"]) == {"binary"}
    assert lines[lines["id"] == "spss_mann_whitney"]["differences"].tolist() == ["if_decimal", "if_binary"]
