"""What a number in a sentence states: a p-value, its threshold, alpha, a statistic, a number word, its operator."""

from pathlib import Path

import pytest

from oxymilk.draft.context import Reading
from oxymilk.draft.proposal import Known
from oxymilk.draft.rules import read_number
from oxymilk.draft.text import Paper
from oxymilk.draft.words import load_words
from oxymilk.study import load_study

# groups bath and usual, timepoints start and end, alpha 0.05
STUDY = load_study(Path(__file__).parents[3] / "tests" / "data" / "draft" / "study.yaml")
WORDS = {None: load_words(), STUDY.id: load_words(STUDY)}
CELLS = ("operator", "test", "group", "timepoint", "variable", "level", "n", "check", "remark")
WORD = "printed as a word; the digits would be checked"


def words_of(study):
    """The words of a study; those of the study above are compiled once."""
    return WORDS[study and study.id] if study in (None, STUDY) else load_words(study)


def stated(text, study=None, section="Results"):
    """What the numbers of a text state: printed, quantity and the cells that are not empty; or the reason for none."""
    reading = Reading(Paper(f"{section}\n\n{text}\n"), words_of(study))
    known, found = Known(), []
    for sentence in reading.sentences:
        for index, token in enumerate(sentence.tokens):
            proposal = read_number(reading, sentence, index, known)
            if isinstance(proposal, str):
                found.append((token.text, proposal))
            else:
                assert (proposal.start, proposal.printed) == (token.start, token.text)
                cells = {name: getattr(proposal, name) for name in CELLS if getattr(proposal, name) != ""}
                found.append((token.text, proposal.quantity, cells))
    return found


def quantities(text, study=None, section="Results"):
    """The quantity and the operator of each number."""
    return [
        (printed, quantity, cells.get("operator", ""))
        for printed, quantity, cells in stated(text, study, section)
    ]


# --- p-values and thresholds


@pytest.mark.parametrize(
    ("text", "printed", "operator"),
    [
        ("p = 0.03", "0.03", ""),
        ("P=.03", ".03", ""),
        ("p < 0.001", "0.001", "<"),
        ("p > 0.3", "0.3", ">"),
        ("p \u2264 0.03", "0.03", "<="),
        ("p \u2265 0.3", "0.3", ">="),
        ("p <= 0.03", "0.03", "<="),
        ("p >= 0.3", "0.3", ">="),
        ("p =< 0.03", "0.03", "<="),
        ("p => 0.3", "0.3", ">="),
        ("p ~ 0.03", "0.03", "~"),
        ("p = 0", "0", ""),
        ("p = 1", "1", ""),
        ("p = 1.0", "1.0", ""),
        ("p-value = 0,03", "0,03", ""),
        ("p-value 0,03", "0,03", ""),
        ("p\u2013value 0,03", "0,03", ""),
        ("The p value was 0.03", "0.03", ""),
        ("a p-value of 0.03", "0.03", ""),
        ("a p-value of: 0.03", "0.03", ""),
        ("p-value (0.03)", "0.03", ""),
        ("p-value: 0.03", "0.03", ""),
        ("nilai p sebesar 0,03", "0,03", ""),
        ("nilai p adalah\n0,03", "0,03", ""),
        ("nilai p yaitu < 0,03", "0,03", "<"),
        ("nilai p dengan nilai 0,03", "0,03", ""),
        ("nilai p diperoleh 0,03", "0,03", ""),
        ("nilai p didapatkan 0,03", "0,03", ""),
        ("p hitung = 0,03", "0,03", ""),
        ("Exact Sig. = 0,03", "0,03", ""),
        ("nilai signifikansi 0,03", "0,03", ""),
        ("the p 0.03", "0.03", ""),
        ("the P of the\nboys (0.01)", "0.01", ""),
        ("a p of 0.03", "0.03", ""),
        ("a p-value below 0.03", "0.03", "<"),
        ("a p-value no less than 0.3", "0.3", ">="),
        ("a p-value no more than 0.03", "0.03", "<="),
        ("p < 0.06", "0.06", "<"),
        ("p < 0.02", "0.02", "<"),
        ("p > 0.11", "0.11", ">"),
        # equal to what is a usual threshold
        ("p = 0.05", "0.05", ""),
        ("p ~ 0.05", "0.05", "~"),
    ],
)
def test_a_p_value(text, printed, operator):
    cells = {"operator": operator} if operator else {}
    unclear = {"check": "ambiguous", "remark": "of which test?"}
    assert stated(f"It was so ({text}).") == [(printed, "p_value", {**cells, **unclear})]


@pytest.mark.parametrize(
    "text",
    [
        "p = 1.2",
        "p = 0.3%",
        "p = 3-5",
        "p = 0.1.2",
        "the p 1.0",
        "p of 1",
        "p-value 1",
        "p-value 0",
        "p-values of all 0.03",
        "ap = 0.03",
        "the p of the boys (0.01 in all)",
        "the p of the boys 0.01) so",
        "the p of the boys and the U of all (0.01)",
        "no value = 0.03",
    ],
)
def test_what_is_no_p_value(text):
    for _, quantity, _ in quantities(f"It was so, {text}, in all."):
        assert quantity not in ("p_value", "threshold")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what is usual, or alpha
        ("p < 0.05", [("0.05", "threshold", "<")]),
        ("p > 0,05", [("0,05", "threshold", ">")]),
        ("p \u2264 0.01", [("0.01", "threshold", "<=")]),
        ("p \u2265 0.10", [("0.10", "threshold", ">=")]),
        ("p-value < 0.1", [("0.1", "threshold", "<")]),
        # behind the value itself
        ("p = 0.03 < 0.04", [("0.03", "p_value", ""), ("0.04", "threshold", "<")]),
        ("p-value 0,03 < 0,04", [("0,03", "p_value", ""), ("0,04", "threshold", "<")]),
        ("p-value .03 \u2264 .04", [(".03", "p_value", ""), (".04", "threshold", "<=")]),
        ("p = 0.3 \u2265 0.04", [("0.3", "p_value", ""), ("0.04", "threshold", ">=")]),
        ("p = 0.3 > 0.04", [("0.3", "p_value", ""), ("0.04", "threshold", ">")]),
        ("p = 0.03 (p < 0.04)", [("0.03", "p_value", ""), ("0.04", "threshold", "<")]),
        ("nilai p sebesar 0,03 dan p < 0,04", [("0,03", "p_value", ""), ("0,04", "threshold", "<")]),
        ("p-value: .03, p < .04", [(".03", "p_value", ""), (".04", "threshold", "<")]),
        ("P = 0.03 and P < 0.04", [("0.03", "p_value", ""), ("0.04", "threshold", "<")]),
        ("p = 0.03 and p = 0.04", [("0.03", "p_value", ""), ("0.04", "p_value", "")]),
        ("z = 2.5 and p < 0.04", [("2.5", "z", ""), ("0.04", "p_value", "<")]),
        # in words
        ("p-value 0,03 lebih kecil dari 0,05", [("0,03", "p_value", ""), ("0,05", "threshold", "<")]),
        ("p = 0.3 is more than 0.05", [("0.3", "p_value", ""), ("0.05", "threshold", ">")]),
        ("P of .3 which is greater than .01", [(".3", "p_value", ""), (".01", "threshold", ">")]),
        ("p = 0.03 is at most 0.1", [("0.03", "p_value", ""), ("0.1", "threshold", "<=")]),
        ("p = 0.3 is no less than 0.05", [("0.3", "p_value", ""), ("0.05", "threshold", ">=")]),
        ("p = 0.3 is about 0.05", [("0.3", "p_value", ""), ("0.05", "figure", "~")]),
        ("p = 0.03 is less than 0.04", [("0.03", "p_value", ""), ("0.04", "figure", "<")]),
        ("p = 0.03, less than 0.05", [("0.03", "p_value", ""), ("0.05", "threshold", "<")]),
        (
            "p = 0.03 and this in all is less than 0.05",
            [("0.03", "p_value", ""), ("0.05", "figure", "<")],
        ),
    ],
)
def test_what_a_p_value_is_held_against_is_a_threshold(text, expected):
    assert quantities(f"It was so: {text}.") == expected


def test_the_studys_alpha_is_a_threshold_too():
    assert quantities("p < 0.025.", STUDY) == [("0.025", "p_value", "<")]
    strict = STUDY.model_copy(update={"alpha": 0.025})
    assert quantities("p < 0.025.", strict) == [("0.025", "threshold", "<")]
    assert quantities("p < 0.025.") == [("0.025", "p_value", "<")]


def test_p_values_of_other_works_are_cited_and_no_thresholds():
    assert stated("Lind (2019) saw p < 0.05.", section="Discussion")[1:] == [
        ("0.05", "p_value", {"operator": "<", "check": "cited"})
    ]


@pytest.mark.parametrize("dash", ["-", "\u2010", "\u2011", "\u2013", "\u2212"])
def test_a_dash_is_a_dash(dash):
    ((printed, quantity, cells),) = stated(f"The Mann{dash}Whitney test gave p{dash}value 0,03.")
    assert (printed, quantity, cells["test"]) == ("0,03", "p_value", "rank_sum")


def test_p_values_and_thresholds_are_of_the_test_that_is_named():
    between = {"test": "rank_sum", "timepoint": "end", "variable": "sleep", "check": "recompute"}
    assert stated("The Mann-Whitney test gave p = 0.03 < 0.05.", STUDY) == [
        ("0.03", "p_value", between),
        ("0.05", "threshold", {**between, "operator": "<"}),
    ]
    within = {"test": "signed_rank", "group": "usual", "variable": "sleep", "check": "recompute"}
    assert stated("Nilai p 0,03 lebih kecil dari 0,05 (Wilcoxon, kelompok kontrol).", STUDY) == [
        ("0,03", "p_value", within),
        ("0,05", "threshold", {**within, "operator": "<"}),
    ]


# --- alpha


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("alpha = 0.05", "0.05"),
        ("alpha 0.05", "0.05"),
        ("Alpha was set at 0.05", "0.05"),
        ("\u03b1: 5%", "5%"),
        ("\u03b1 (0.05)", "0.05"),
        ("p < alpha (0.05)", "0.05"),
        ("alpha < 0.05", "0.05"),
        ("a significance level of 0.05", "0.05"),
        ("a significance level of 5 %", "5%"),
        ("significance was set at 0.01", "0.01"),
        ("taraf signifikansi sebesar 0,05", "0,05"),
        ("tingkat kemaknaan pada 5%", "5%"),
        ("taraf  nyata\n5%", "5%"),
        ("a p < 0.05 was considered significant", "0.05"),
        ("A P < 0.05 WAS CONSIDERED SIGNIFICANT", "0.05"),
        ("significant if p < 0.05", "0.05"),
        ("SIGNIFICANT IF P < 0.05", "0.05"),
    ],
)
@pytest.mark.parametrize("section", ["Methods", "Results"])
def test_alpha(text, printed, section):
    assert stated(f"It was so, {text}.", section=section) == [(printed, "alpha", {"check": "recompute"})]


@pytest.mark.parametrize("text", ["alpha in 20 women", "alphabet 5", "alpha, 5", "Cronbach 0.8"])
def test_what_is_no_alpha(text):
    assert "alpha" not in [quantity for _, quantity, _ in quantities(f"It was so, {text}.")]


# --- statistics


@pytest.mark.parametrize(
    ("text", "printed", "quantity"),
    [
        ("Z = -2.1", "-2.1", "z"),
        ("z: 2.1", "2.1", "z"),
        ("z of 2.1", "2.1", "z"),
        ("a z-score of 2.1", "2.1", "z"),
        ("z was 2.1", "2.1", "z"),
        ("nilai z adalah 2,1", "2,1", "z"),
        ("nilai Z sebesar\n2,1", "2,1", "z"),
        ("U = 42", "42", "u"),
        ("U hitung = 42.0", "42.0", "u"),
        ("W = 55", "55", "w"),
        ("V = 55", "55", "w"),
        ("W -2.1", "-2.1", "w"),
        ("a sum of ranks of 55", "55", "w"),
    ],
)
def test_a_statistic_of_a_rank_test(text, printed, quantity):
    between = {"test": "rank_sum", "timepoint": "end", "variable": "sleep", "check": "recompute"}
    assert stated(f"By Mann-Whitney it was so, {text}.", STUDY) == [(printed, quantity, between)]
    unclear = {"check": "ambiguous", "remark": "of which test?"}
    # a U can only be of the one test
    printed_u = quantity == "u" and "=" in text
    assert stated(f"It was so, {text}.", STUDY) == [(printed, quantity, between if printed_u else unclear)]


@pytest.mark.parametrize(
    "text",
    [
        "mean = 4.5",
        "Mean: 4.5",
        "mean of 4.5",
        "the mean was\n4.5",
        "rata-rata adalah 4.5",
        "mean (SD) = 4.5",
        "mean ( months ) = 4.5",
        "mean (of the long) is 4.5",
        "t (df) = 4.5",
        "OR = 4.5",
        "\u00b1 4.5",
        "\u00b14.5",
    ],
)
def test_a_statistic_that_no_rank_test_has_is_not_checked(text):
    remark = "a statistic that no rank test has"
    assert stated(f"It was so, {text}.") == [("4.5", "figure", {"check": "no_data", "remark": remark})]
    cited = stated(f"Lind (2019) saw {text}.", section="Discussion")
    assert cited[1:] == [("4.5", "figure", {"check": "cited", "remark": remark})]


def test_an_operator_before_a_statistic_is_not_kept():
    assert quantities("It fell in less than mean of 4.5 and by more than z of 2.1.") == [
        ("4.5", "figure", ""),
        ("2.1", "z", ""),
    ]
    assert quantities("The median was > 4.5 and z = 2.1; the mean is: 4.5.") == [
        ("4.5", "figure", ">"),
        ("2.1", "z", ""),
        ("4.5", "figure", ""),
    ]


@pytest.mark.parametrize(
    "text", ["z 21", "w 2.1", "W+ 21", "fuzz = 2.1", "mean 4.5", "mean (of all the women) = 4.5"]
)
def test_what_is_no_statistic(text):
    ((_, quantity, cells),) = stated(f"It was so, {text}.")
    assert (quantity, cells) == ("figure", {"check": "no_data"})


# --- number words


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for three reasons", "a number word without a unit"),
        ("untuk tiga alasan", "a number word without a unit"),
        ("in stage-free II births", "a Roman numeral"),
        ("anak ke-IV", "a Roman numeral"),
        ("one of the women", "part of a phrase that counts nothing"),
    ],
)
def test_number_words_that_count_nothing_are_left_out(text, reason):
    ((_, found),) = stated(f"It was so {text}.")
    assert found == reason


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("after three days", "three"),
        ("a three-day trial", "three"),
        ("after three\nweeks", "three"),
        ("after three DAYS", "three"),
        ("in WEEK three", "three"),
        ("selama tiga hari", "tiga"),
        ("sebanyak dua kali", "dua"),
        ("in week three", "three"),
        ("minggu kedua", "kedua"),
    ],
)
def test_a_number_word_with_a_unit_is_a_figure(text, printed):
    cells = {"check": "no_data", "remark": "printed as a word"}
    assert stated(f"It was so {text}.") == [(printed, "figure", cells)]


def test_a_number_word_of_another_work_is_cited():
    cited = {"check": "cited", "remark": "printed as a word"}
    for counted in ("women", "days"):
        assert stated(f"Lind (2019) saw three {counted}.", section="Discussion")[1:] == [
            ("three", "figure", cited)
        ]


@pytest.mark.parametrize(
    ("text", "printed", "group"),
    [
        ("Twelve women took part", "twelve", ""),
        ("Twelve pregnant women took part", "twelve", ""),
        ("TWELVE WOMEN TOOK PART", "twelve", ""),
        ("WE PUT TWELVE IN EACH ARM", "twelve", ""),
        ("Dua belas ibu", "dua belas", ""),
        ("In the control group twelve women took part", "twelve", "control"),
        ("We gave twelve to each group", "twelve", ""),
        ("We put twelve in each arm", "twelve", ""),
        ("We put twelve per each group", "twelve", ""),
        ("Ada sepuluh di setiap kelompok", "sepuluh", ""),
        ("Ada sepuluh pada masing-masing kelompok", "sepuluh", ""),
        ("Ada sepuluh per setiap\nkelompok", "sepuluh", ""),
    ],
)
def test_people_counted_in_words_make_a_sample(text, printed, group):
    cells = {"check": "ambiguous", "remark": WORD, **({"group": group} if group else {})}
    assert stated(f"{text}.") == [(printed, "sample_size", cells)]


@pytest.mark.parametrize(
    "text",
    [
        "Twelve to each",
        "twelve of each group",
        "twelve in every group",
        "sepuluh setiap kelompok",
        "Twelve old tall women",
    ],
)
def test_other_words_after_a_number_word_make_none(text):
    ((_, found),) = stated(f"It was so, {text}.")
    assert found == "a number word without a unit"


def test_people_counted_in_words_with_a_percentage_or_a_change_are_a_count():
    unclear = {"check": "ambiguous", "remark": WORD}
    at = {"group": "usual", "timepoint": "end", "variable": "sleep", "level": "bad"}
    assert stated("In the control group after the bath seven women (70%) had poor sleep.", STUDY)[0] == (
        "seven",
        "count",
        {**at, **unclear},
    )
    change = {"test": "signed_rank", "group": "usual", "variable": "sleep"}
    assert stated("In the control group seven women improved.", STUDY) == [
        ("seven", "count_up", {**change, **unclear})
    ]
    assert stated("In the control group seven women worsened.", STUDY)[0][1] == "count_down"
    assert stated("In the control group at most seven women improved.", STUDY)[0][2] == {**change, **unclear}
    text = "In the control group, seven women improved and three women, who were old, worsened."
    assert [found[1] for found in stated(text, STUDY)] == ["count_up", "sample_size"]
    # "remained" beside a level names the level
    assert stated("Seven women of the control group remained poor.", STUDY)[0][1] == "count"


# --- operators


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("It lasted 30 minutes", ""),
        ("It lasted about 30 minutes", "~"),
        ("It lasted ~30 minutes", "~"),
        ("It lasted = 30 minutes", ""),
        ("It lasted less than 30 minutes", "<"),
        ("It lasted no less than 30 minutes", ">="),
        ("It lasted more than 30 minutes", ">"),
        ("It lasted no more than\n30 minutes", "<="),
        ("It lasted < 30 minutes", "<"),
        ("It lasted => 30 minutes", ">="),
        ("Lamanya kurang lebih 30 menit", "~"),
        ("Lamanya kurang dari 30 menit", "<"),
        ("Lamanya minimal sebesar 30 menit", ">="),
        ("It lasted at least for some 30 minutes", ">="),
        ("It lasted at least for as many as 30 minutes", ""),
        ("It lasted less than the number of minutes that was planned, 30 minutes", ""),
    ],
)
def test_the_operator_of_a_number(text, operator):
    cells = {"operator": operator} if operator else {}
    assert stated(f"{text}.") == [("30", "figure", {**cells, "check": "no_data"})]


# --- which rule reads a number


@pytest.mark.parametrize(
    ("text", "section", "expected"),
    [
        ("In the control group 7 women improved.", "Results", [("7", "count_up", "")]),
        ("Lind (2019) saw 7 women improve.", "Discussion", [("7", "figure", "")]),
        ("In the control group 70% improved.", "Results", [("70%", "percent_up", "")]),
        ("In the control group 70 PERCENT improved.", "Results", [("70", "percent_up", "")]),
        (
            "In the control group 70% to 80% improved.",
            "Results",
            [("70%", "percent_up", ""), ("80%", "percent_up", "")],
        ),
        ("In the control group 7\u2030 improved.", "Results", [("7\u2030", "percent_up", "")]),
        ("In the control group 7.5 women improved.", "Results", [("7.5", "figure", "")]),
        ("In the control group 7-8 women improved.", "Results", [("7-8", "figure", "")]),
        ("In the control group 70-80% improved.", "Results", [("70-80%", "figure", "")]),
        ("In the control group 123456 women improved.", "Results", [("123456", "figure", "")]),
    ],
)
def test_percentages_and_whole_numbers_of_the_paper_itself_count_people(text, section, expected):
    assert quantities_of(text, section) == expected


def quantities_of(text, section):
    return [
        (found[0], found[1], found[2].get("operator", ""))
        for found in stated(text, section=section)
        if len(found) == 3
    ]


def test_a_percentage_of_another_work_is_the_ratio_that_its_number_had_before():
    text = "Lind (2019) saw 30 of 40 women (75%). Lind (2019) still had 75% later."
    ratio = {"n": "30/40", "check": "arithmetic"}
    shares = [each[1:] for each in stated(text, section="Discussion") if each[0] == "75%"]
    assert shares == [("ratio_percent", ratio)] * 2


def test_a_number_that_claims_nothing_has_a_reason():
    assert stated("As in Table 4, p = 0.03 and 7 days.")[0] == ("4", "number of a table, figure or section")
