"""Advice in one line where it applies, and none where it does not."""

import pandas as pd
import pytest
from tests.cases import cases

from oxymilk.present.advice import advice
from oxymilk.present.tables.appendix import alternatives_table
from oxymilk.texts import LANGUAGES

ENOUGH = {"intervention": ["kc"] * 8 + ["kk"] * 2, "control": ["kc"] * 7 + ["kk"] * 3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_without_a_paper_and_with_enough_participants_needs_none(bontang, make_view, language):
    assert advice(make_view(bontang, records=ENOUGH, language=language)) == []


@cases
def test_conclusions_of_a_paper(claims, said, bontang, make_view, make_claim):
    made = [make_claim(**{"id": f"c{at}", "expect": ""} | claim) for at, claim in enumerate(claims)]
    lines = advice(make_view(bontang, made, ENOUGH))
    assert len(lines) == len(said)
    assert all(part in line for part, line in zip(said, lines, strict=True))


def test_adjusted_p_values_are_those_of_the_effects(views):
    for language, view in views.items():
        line = next(line for line in advice(view) if "Holm" in line)
        for row in view.rows("effects"):
            if row["effect"] == "holm_declared":
                assert view.t.p_value(row["estimate"], 0.05) in line
        assert ("decides 3 tests" if language == "en" else "memutuskan 3 uji") in line


@cases
def test_tests_that_cannot_be_significant(records, said, bontang, make_view):
    lines = advice(make_view(bontang, records=records))
    assert [line for line in lines if "is possible" not in line] == []
    assert len(lines) == len(said)
    assert all(part in line for part, line in zip(said, lines, strict=True))


def test_groups_that_differ_at_baseline_by_the_standardised_difference(changed):
    baseline = pd.DataFrame(
        {"characteristic": ["age", "age", "parity", "milk_production", "education"], "p_value": "0.9",
         "difference": ["0.2613", "0.2613", "0.2499", "1.05", ""]}
    )  # fmt: skip
    (line,) = (line for line in advice(changed(baseline=baseline)) if "standardised" in line)
    assert "Age (0.26), Milk production (1.05)." in line


def test_levels_cut_from_numbers(make_example):
    assert (
        sum("numbers were measured" in line for line in advice(make_example("two_header_rows", claims=[])))
        == 1
    )
    assert not any("numbers were measured" in line for line in advice(make_example("long", claims=[])))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_other_tests(changed, language):
    columns = ["test", "group", "alternative", "p_value", "standard_error", "decision", "reason"]
    rows = [
        ("signed_rank", "control", "exact", "0.25", "", "not significant", ""),
        ("rank_sum", "", "brunner_munzel", "0.0312", "0.00123", "significant", ""),
        ("rank_sum", "", "proportional_odds", "", "", "", "separation"),
    ]
    view = changed(language, alternatives=pd.DataFrame(rows, columns=columns))
    table, mark = alternatives_table(view, "A6"), view.t("common.decimal_mark")
    _, _, exact, _, declared, drawn, none = table.rows
    p_values = [row.cell("p") for row in (exact, declared, drawn, none)]
    assert [cell.text for cell in p_values] == [f"0{mark}250", f"0{mark}001", f"0{mark}031", "–"]
    assert f"0{mark}001." in table.footnotes[p_values[2].marks[0]]
    assert table.footnotes[p_values[3].marks[0]] == view.t("advice.reason.separation")
    decided = [view.decision(word) for word in ("not significant", "significant", "significant")]
    assert [row.cell("decision").text for row in (exact, declared, drawn, none)] == [*decided, "–"]
