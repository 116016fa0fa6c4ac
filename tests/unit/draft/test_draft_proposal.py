"""Of which test a p-value, a statistic or a decision is, and what a number that nothing recomputes tells."""

import pytest

from oxymilk.draft.claims import draft_claims
from oxymilk.draft.text import Paper

OTHER = "(of a test that is not recomputed)"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Mann-Whitney: p = 0.03.", "p_value 0.03 rank_sum post: recompute"),
        ("In the control group Wilcoxon gave p = 0.03.", "p_value 0.03 signed_rank control: recompute"),
        ("Wilcoxon: p = 0.03.", "p_value 0.03 signed_rank: ambiguous (of which group?)"),
        # no test is named: before and after is one, and in the results a group alone is one
        ("BEFORE AND AFTER p = 0.03.", "p_value 0.03 signed_rank: ambiguous (of which group?)"),
        ("In the control group p = 0.03.", "p_value 0.03 signed_rank control: recompute"),
        ("We saw p = 0.03. So it was before and after.", "p_value 0.03: ambiguous (of which test?)"),
        ("We saw p = 0.03.", "p_value 0.03: ambiguous (of which test?)"),
        ("Fisher's exact test gave p = 0.03.", f"p_value 0.03: undefined {OTHER}"),
        ("In the control group t-test gave p = 0.03.", f"p_value 0.03: undefined {OTHER}"),
    ],
)
def test_the_test_of_a_p_value(proposed, text, row):
    assert proposed(f"RESULTS\n\n{text}\n") == [row]


def test_outside_the_results_a_group_alone_is_no_test(proposed):
    row = "p_value 0.03: ambiguous (of which test?)"
    assert proposed("DISCUSSION\n\nIn the control group p = 0.03.\n") == [row]
    assert proposed("RESULTS AND DISCUSSION\n\nIn the control group p = 0.03.\n") == [
        "p_value 0.03 signed_rank control: recompute"
    ]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("by Mann-Whitney gave p = 0.03", "p_value 0.03 rank_sum: cited"),
        ("by Wilcoxon in the control group gave p = 0.03", "p_value 0.03 signed_rank: cited"),
        ("by a t-test gave p = 0.03", "p_value 0.03: cited"),
        ("before and after gave p = 0.03", "p_value 0.03 signed_rank: cited"),
        ("gave in the control group p = 0.03", "p_value 0.03: cited"),
    ],
)
def test_a_cited_p_value_has_its_test_but_no_group(proposed, text, row):
    assert proposed(f"DISCUSSION\n\nLind et al. (2019) {text}.\n") == [row]


def test_the_ids_of_a_study(proposed, bath):
    text = "RESULTS\n\nMann-Whitney gave p = 0.03. In the control group Wilcoxon gave p = 0.3.\n"
    signed_rank = "p_value 0.3 signed_rank usual sleep: recompute"
    assert proposed(text, bath) == ["p_value 0.03 rank_sum end sleep: recompute", signed_rank]
    of_change = "p_value 0.03 rank_sum change sleep: recompute"
    assert proposed(text, bath.model_copy(update={"between": "change"})) == [of_change, signed_rank]
    assert proposed("RESULTS\n\nBefore and after p = 0.03.\n", bath) == [
        "p_value 0.03 signed_rank sleep: ambiguous (of which group?)"
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("In the control group it was 12.5.", ["figure 12.5 control: no_data"]),
        # only a group of its own phrase
        ("In the control group we slept, it was 12.5.", ["figure 12.5: no_data"]),
        ("It was 12.5 in the control group.", ["figure 12.5 control: no_data"]),
        # the day of a measurement: who and when, from all of the sentence
        ("On day 3 before, the control group slept.", ["figure 3 control pre: no_data"]),
        ("Sesudah itu kelompok kontrol tidur, HARI KE-15.", ["figure 15 control post: no_data"]),
        (
            "In the control group day 3 was before, VISIT 4 after.",
            ["figure 3 control pre: no_data", "figure 4 control post: no_data"],
        ),
    ],
)
def test_a_number_that_nothing_recomputes(proposed, text, rows):
    assert proposed(f"RESULTS\n\n{text}\n") == rows


def test_a_day_of_another_work_has_no_time_of_ours(proposed):
    text = "In the control group on day 5 it was 3.4 before."
    assert proposed(f"INTRODUCTION\n\n{text}\n") == ["figure 5: no_data", "figure 3.4: no_data"]
    cited = ["figure 5: cited", "figure 3.4: cited"]
    assert proposed(f"INTRODUCTION\n\nLind et al. (2019): {text}\n") == cited


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("20-35 years was 45.", ["figure 20-35 age/age_20_35: no_data", "figure 45: no_data"]),
        ("It was 45, aged 20–35\ntahun.", ["figure 45: no_data", "figure 20-35 age/age_20_35: no_data"]),
        (
            "Women older than 20-35 years long gone were 45.",
            ["figure >20-35 age/age_20_35: no_data", "figure 45: no_data"],
        ),
        ("20-35 days was 45.", ["figure 20-35: no_data", "figure 45: no_data"]),
        # a level beside the number, not in it
        ("Poor 12.5 poor.", ["figure 12.5: no_data"]),
    ],
)
def test_a_number_in_the_name_of_a_level_has_that_level(proposed, bath, text, rows):
    assert proposed(f"RESULTS\n\n{text}\n", bath) == rows


def test_a_level_and_its_variable_have_columns_of_their_own(bath):
    (claim, *_) = draft_claims(Paper("RESULTS\n\n20-35 years was 45.\n"), bath).claims
    assert (claim.variable, claim.level) == ("age", "age_20_35")
