"""The rows of a draft as a whole: ids, totals, tests by their p-values, what is expected, and the list of the rest."""

import pytest

from oxymilk.audit.claims import COLUMNS
from oxymilk.draft.claims import EXCLUSION_COLUMNS, LeftOut, draft_claims
from oxymilk.draft.text import Paper

SIZES = "The control group consisted of 10 women, the intervention group of 12 women."


def results(text):
    return f"RESULTS\n\n{text}\n"


def test_a_row_has_every_cell(bath):
    text = "RESULTS\n\nIn the foot bath group (n = 10) sleep was poor in 70% before it.\n\nMann-Whitney: p<0.03.\n"
    size, percent, p_value = (claim._asdict() for claim in draft_claims(Paper(text), bath).claims)
    empty = dict.fromkeys(COLUMNS, "")
    assert size == {
        **empty,
        "id": "sample_size_bath_results",
        "where": "results p1",
        "printed": "10",
        "quantity": "sample_size",
        "group": "bath",
        "check": "recompute",
        "expect": "reproduced",
        "note": "proposed; line 3",
    }
    assert percent == {
        **empty,
        "id": "percent_bad_bath_start_results",
        "where": "results p1",
        "printed": "70%",
        "quantity": "percent",
        "group": "bath",
        "timepoint": "start",
        "variable": "sleep",
        "level": "bad",
        "n": "10",
        "check": "recompute",
        "expect": "reproduced",
        "note": "proposed; line 3",
    }
    assert p_value == {
        **empty,
        "id": "rank_sum_p_value_sleep_end_results",
        "where": "results p2",
        "printed": "0.03",
        "operator": "<",
        "quantity": "p_value",
        "test": "rank_sum",
        "timepoint": "end",
        "variable": "sleep",
        "check": "recompute",
        "expect": "reproduced",
        "note": "proposed; line 5",
    }


def test_ids_are_unique_and_lower_case_words():
    text = (
        "Women slept 9 hours.\n\nRESULTS\n\n7 hours, 8 hours, 6 hours (p = 0.3).\n\nCONCLUSION\n\n5 hours.\n"
    )
    assert [claim.id for claim in draft_claims(Paper(text)).claims] == [
        "figure_front",
        "figure_results",
        "figure_results_2",
        "figure_results_3",
        "p_value_results",
        "figure_conclusion",
    ]


def test_ids_have_no_marks(bath):
    scale = bath.outcome
    level = scale.levels[0].model_copy(update={"id": "Bad -  one"})
    outcome = scale.model_copy(update={"levels": (level, *scale.levels[1:])})
    study = bath.model_copy(update={"outcome": outcome})
    claim = draft_claims(Paper(results("Poor before were 70% in the foot bath group.")), study).claims[0]
    assert (claim.id, claim.level) == ("percent_bad_one_bath_start_results", "Bad -  one")


def test_rows_are_in_the_order_of_the_text(proposed):
    text = "Most women slept (60%), and in the control group p = 0.03. There was no difference. 9 days."
    assert [row.split(": ")[0] for row in proposed(results(text))] == [
        "percent 60% control",
        "comparison >60% control n=50%",
        "p_value 0.03 signed_rank control",
        "decision not significant signed_rank control",
        "figure 9",
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # the size in the sentence: the last before, else the first behind, of the group or of all
        (
            f"{SIZES} In the control group 4 women were poor before.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            "In the control group 4 women were poor before, the group had n = 10, n = 11.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            "In the control group (n = 9, n = 10) 4 women were poor before (n = 11).",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            "In the intervention group n = 12; in the control group 4 women were poor before.",
            ["count 4 control pre /low: recompute"],
        ),
        (
            "We enrolled 20 women; 4 women in the control group were poor before.",
            ["count 4 control pre /low n=20: recompute"],
        ),
        (
            "We enrolled ten women; 4 women in the control group were poor before.",
            ["count 4 control pre /low: recompute"],
        ),
        (
            "In the control group (n = 8, n = 9, n = 10) 4 women were poor before.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            "The control group had n = 9. There were 4 women poor before in the control group (n = 10).",
            ["count 4 control pre /low n=10: recompute"],
        ),
        # of the paragraph: the last before it
        (
            "The control group had n = 9. The control group had n = 10. Poor before 4 women in the control group.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            "We enrolled 20 women. The intervention group had n = 12. Poor before 4 women in the control group.",
            ["count 4 control pre /low: recompute"],
        ),
        # what is usual for the group in the paper
        (
            f"{SIZES}\n\n{SIZES}\n\nThe control group had n = 8.\n\nPoor before 4 women in the control group.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (
            f"The control group had n = 8.\n\n{SIZES}\n\n{SIZES}\n\nPoor before 4 women in the control group.",
            ["count 4 control pre /low n=10: recompute"],
        ),
        (f"{SIZES}\n\nPoor before 4 women.", ["count 4 pre /low: ambiguous (of which group?)"]),
        (
            "We enrolled 20 women.\n\nPoor before 4 women.",
            ["count 4 pre /low n=20: recompute"],
        ),
        (
            "Poor before 4 women in the control group.\n\nThe control group had n = 8.",
            ["count 4 control pre /low n=8: recompute"],
        ),
        ("Poor before 4 women in the control group.", ["count 4 control pre /low: recompute"]),
    ],
)
def test_a_count_has_the_number_of_participants_that_it_is_of(proposed, text, rows):
    found = [row for row in proposed(results(text)) if row.startswith("count")]
    assert found == rows


def test_a_percentage_whose_total_is_not_told_asks_for_it(proposed):
    assert proposed(results("In the control group 40% slept.")) == [
        "percent 40% control: ambiguous (of how many?)"
    ]
    assert proposed(results("In the control group (n = 10) 45% slept.")) == [
        "sample_size 10 control: recompute",
        "percent 45% control n=10: arithmetic differs (of which level?)",
    ]
    # of nobody no percentage can be
    assert proposed(results("In the control group 0 of 0 women (0%) slept.")) == [
        "count 0 control n=0: no_data (of which level?)",
        "sample_size 0 control: recompute",
        "percent 0% control n=0: undefined (of which level?)",
    ]
    # a number of hours has no total
    assert proposed(results("In the control group (n = 10) all slept 9 hours, p = 0.3.")) == [
        "sample_size 10 control: recompute",
        "figure 9 control: no_data",
        "p_value 0.3 signed_rank control: recompute",
    ]


def test_a_decision_is_recomputed(proposed):
    assert proposed(results("There was no difference (Mann-Whitney).")) == [
        "decision not significant rank_sum post: recompute"
    ]


def test_a_number_that_cannot_be_read_is_ambiguous(proposed):
    assert proposed(results("In the control group 1.2.3% were poor before.")) == [
        "percent 1.2.3% control pre /low: ambiguous"
    ]


def test_of_a_rounded_ratio_the_verdict_is_expected(proposed):
    text = "In the control group 45% (2.7 of 5.9 million) or 46% (2.7 of 5.8 million)."
    assert [row for row in proposed(results(text)) if row.startswith("ratio")] == [
        "ratio_percent 45% n=2.7/5.9: arithmetic reproduced_after_rounding",
        "ratio_percent 46% n=2.7/5.8: arithmetic reproduced_after_rounding",
    ]


KNOWN = "The Mann-Whitney test gave p = 0.03. In the control group Wilcoxon gave p = 0.4, z = 2.1."


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "We saw p = 0,030 again.",
            ["p_value 0,030 rank_sum post: recompute (the test by the p-value)"],
        ),
        (
            "We saw p = .40 again (p > 0.05, z = 2.1).",
            [
                "p_value .40 signed_rank control: recompute (the test by the p-value)",
                "threshold >0.05 signed_rank control: recompute (the test by the p-value)",
                "z 2.1 signed_rank control: recompute (the test by the p-value)",
            ],
        ),
        # what has no test of its own is not of one, and what has one keeps it
        (
            "We saw p = .40 again: poor were 7 women before.",
            [
                "p_value .40 signed_rank control: recompute (the test by the p-value)",
                "count 7 pre /low: recompute",
            ],
        ),
        (
            "We saw p = 0.2 and z = 2.1.",
            ["p_value 0.2: ambiguous (of which test?)", "z 2.1: ambiguous (of which test?)"],
        ),
        # a z of 0.4 is no p-value of 0.4
        ("We saw z = 0.4.", ["z 0.4: ambiguous (of which test?)"]),
    ],
)
def test_a_p_value_without_a_test_has_the_test_of_the_same_p_value(proposed, text, rows):
    found = proposed(results(f"{KNOWN}\n\n{text}"))[3:]
    assert found == rows


def test_a_p_value_of_two_tests_tells_no_test(proposed):
    text = "The Mann-Whitney test gave p = 0.03. In the control group Wilcoxon gave p = 0.03.\n\nWe saw p = 0.03."
    assert proposed(results(text))[-1] == "p_value 0.03: ambiguous (of which test?)"
    twice = "The Mann-Whitney test gave p = 0.03. By Mann-Whitney, p = 0.03.\n\nWe saw p = 0.03."
    assert proposed(results(twice))[-1].startswith("p_value 0.03 rank_sum post: recompute")


def test_a_cited_p_value_tells_nothing_of_ours(proposed):
    text = "DISCUSSION\n\nLind et al. (2019) gave by Mann-Whitney p = 0.03.\n\nWe saw p = 0.03.\n"
    assert proposed(text) == [
        "p_value 0.03 rank_sum: cited",
        "p_value 0.03: ambiguous (of which test?)",
    ]


def test_the_test_by_the_p_value_has_the_ids_of_the_study(proposed, bath):
    found = proposed(results("By Mann-Whitney p = 0.03. All slept.\n\nWe saw p = 0.03."), bath)
    assert found == [
        "p_value 0.03 rank_sum end sleep: recompute",
        "p_value 0.03 rank_sum end sleep: recompute (the test by the p-value)",
    ]


def test_numbers_outside_of_sentences_are_listed_with_their_place():
    text = "Sleep 4, 1999\n\n3. RESULTS\n\nWomen slept well in\n\n77\n\nthe COVID-19 ward, as in\n\n78\n"
    draft = draft_claims(Paper(text))
    furniture = "page number, running head or address"
    assert draft.left_out == (
        LeftOut("1999", "front matter p1", "line 1", "year of a cited work"),
        LeftOut("3", "heads of sections", "line 3", "in the head of a section"),
        LeftOut("77", "results page furniture", "line 7", furniture),
        LeftOut("19", "results p1", "line 9", "part of a name or code"),
        LeftOut("78", "results page furniture", "line 11", furniture),
    )
    assert [claim.printed for claim in draft.claims] == ["4"]
    paged = draft_claims(Paper(text, (1, 6))).left_out
    assert [each.line for each in paged][1:3] == ["page 1, line 3", "page 2, line 7"]


def test_the_number_of_a_head_below_a_paragraph_is_the_heads():
    draft = draft_claims(Paper("Women slept.\n3. RESULTS\n\nAll slept.\n"))
    assert draft.left_out == (LeftOut("3", "heads of sections", "line 2", "in the head of a section"),)


def test_the_tables_of_a_draft():
    text = results(
        "All women of our two wards slept 9 hours (H1, H1, COVID-19, Table 1) or 8 hours.\n\nAs Table 1 and H1 had."
    )
    draft = draft_claims(Paper(text))
    claims, exclusions = draft.claims_table(), draft.exclusions_table()
    assert list(claims.columns) == list(COLUMNS)
    assert claims["printed"].tolist() == ["9", "8"]
    name, table = "part of a name or code", "number of a table, figure or section"
    assert exclusions.values.tolist() == [
        ["two", "results p1", "a number word without a unit", "1"],
        ["1", "results p1", name, "2"],
        ["19", "results p1", name, "1"],
        ["1", "results p1", table, "1"],
        ["1", "results table 1", table, "1"],
        ["1", "results table 1", name, "1"],
    ]
    assert list(exclusions.columns) == list(EXCLUSION_COLUMNS)
    assert {str(kind) for kind in (*claims.dtypes, *exclusions.dtypes)} <= {"object", "str"}


def test_a_text_without_numbers_has_empty_tables():
    draft = draft_claims(Paper("RESULTS\n\nAll slept.\n"))
    assert draft.claims_table().shape == (0, len(COLUMNS))
    assert draft.exclusions_table().shape == (0, len(EXCLUSION_COLUMNS))
    assert (
        draft.summary()
        == "0 claims proposed: . 0 of them ask a question in their note.\n0 numbers not proposed:"
    )


def test_the_summary_counts_quantities_and_questions_and_lists_the_rest():
    text = results("Women slept 9 hours (COVID-19), 8 hours (p = 0.3).\n\nAs Table 1 had.")
    assert draft_claims(Paper(text)).summary() == (
        "3 claims proposed: 2 figure, 1 p_value. 1 of them ask a question in their note.\n"
        "2 numbers not proposed:\n"
        "  line 3 (results p1): 19 - part of a name or code\n"
        "  line 5 (results table 1): 1 - number of a table, figure or section"
    )


def test_a_cell_of_a_table_is_read_by_its_heads(proposed):
    table = (
        "Table 2. Sleep in the control group\n\n | Before | Before | After | After |\n"
        "Sleep | n | % | n | % | p-value\npoor | 7 | 70 | 3 | 30 | <0.03\nTotal | 10 | 100 | 10 | 100 | \n"
    )
    assert proposed(f"RESULTS\n\n{table}\nWomen slept 9 hours.\n") == [
        "count 7 control pre /low n=10: recompute",
        "percent 70 control pre /low n=10: recompute",
        "count 3 control post /low n=10: recompute",
        "percent 30 control post /low n=10: recompute",
        "p_value <0.03 signed_rank control: recompute",
        "sample_size 10 control: recompute",
        "figure 100: no_data",
        "sample_size 10 control: recompute",
        "figure 100: no_data",
        "figure 9: no_data",
    ]
