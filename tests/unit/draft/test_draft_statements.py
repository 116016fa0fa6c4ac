"""What a paper states about its numbers: decisions, "most", sums, and numbers that must agree."""

from pathlib import Path

import pytest

from oxymilk.draft.context import Reading
from oxymilk.draft.proposal import Known, Proposal
from oxymilk.draft.rules import read_number
from oxymilk.draft.statements import put_between, read_agreements, read_statements
from oxymilk.draft.text import Paper
from oxymilk.draft.words import load_words
from oxymilk.study import load_study

# groups bath and usual, timepoints start and end, levels bad and fine of sleep
STUDY = load_study(Path(__file__).parents[3] / "tests" / "data" / "draft" / "study.yaml")
WORDS = {None: load_words(), STUDY.id: load_words(STUDY)}
CELLS = ("operator", "test", "group", "timepoint", "variable", "level", "n", "check", "remark")
BETWEEN = {"test": "rank_sum", "timepoint": "post", "check": "recompute"}
CONTROL = {"test": "signed_rank", "group": "control", "check": "recompute"}
MOST = {"operator": ">", "n": "50%", "check": "arithmetic", "remark": "printed as most"}
FEWER = {"operator": "<", "n": "50%", "check": "arithmetic", "remark": "printed as less than half"}


def words_of(study):
    """The words of a study; those of the study above are compiled once."""
    return WORDS[study and study.id] if study in (None, STUDY) else load_words(study)


def read(text, study=None, section="Results"):
    """Each sentence of a text with what its numbers state, as a draft reads them."""
    reading, known = Reading(Paper(f"{section}\n\n{text}\n"), words_of(study)), Known()
    for sentence in reading.sentences:
        found = [read_number(reading, sentence, k, known) for k in range(len(sentence.tokens))]
        numbers = put_between(reading, sentence, [each for each in found if isinstance(each, Proposal)])
        yield reading, sentence, numbers


def shown(proposal):
    """Printed, quantity and the cells that are not empty."""
    return (
        proposal.printed,
        proposal.quantity,
        {name: getattr(proposal, name) for name in CELLS if getattr(proposal, name) != ""},
    )


def stated(text, study=None, section="Results"):
    """The statements of a text."""
    found = []
    for reading, sentence, numbers in read(text, study, section):
        statements = read_statements(reading, sentence, numbers)
        # none accounts for a number of the text
        assert all(each.of_token is False for each in statements)
        found += map(shown, statements)
    return found


def kinds(text, study=None, section="Results"):
    return [(printed, quantity) for printed, quantity, _ in stated(text, study, section)]


def agreements(text, study=None, section="Results"):
    sentences = list(read(text, study, section))
    numbers = [number for _, _, found in sentences for number in found]
    statements = read_agreements(sentences[0][0], numbers)
    assert all(each.of_token is False for each in statements)
    return list(map(shown, statements))


# --- decisions


@pytest.mark.parametrize(
    ("text", "printed", "cells"),
    [
        ("There was a significant difference between the groups.", "significant", BETWEEN),
        ("There was no difference between the groups.", "not significant", BETWEEN),
        ("The Mann-Whitney test showed no significant difference.", "not significant", BETWEEN),
        # without a test an effect is between groups
        ("Massage had an effect.", "significant", BETWEEN),
        ("Ada pengaruh pijat.", "significant", BETWEEN),
        ("Tidak ada pengaruh pijat.", "not significant", BETWEEN),
        # a difference before and after is one within a group
        (
            "The control group differed significantly before and after: it was significant.",
            "significant",
            CONTROL,
        ),
        ("Ada perbedaan sebelum dan sesudah pada kelompok kontrol.", "significant", CONTROL),
        (
            "There was a difference before and after.",
            "significant",
            {"test": "signed_rank", "check": "ambiguous", "remark": "of which group?"},
        ),
        (
            "Wilcoxon: the control group improved significantly, which was not significant.",
            "not significant",
            CONTROL,
        ),
        (
            "By the t-test there was no difference.",
            "not significant",
            {"check": "undefined", "remark": "of a test that is not recomputed"},
        ),
    ],
)
def test_a_decision_is_of_a_test(text, printed, cells):
    assert (printed, "decision", cells) in stated(text)


def test_a_decision_has_the_studys_ids():
    between = {**BETWEEN, "timepoint": "end", "variable": "sleep"}
    assert stated("Foot baths had an effect.", STUDY) == [("significant", "decision", between)]
    # one group has no other to differ from
    one = STUDY.model_copy(update={"groups": STUDY.groups[:1]})
    of_which = {"test": "signed_rank", "group": "bath", "variable": "sleep", "check": "recompute"}
    assert stated("Foot baths had an effect.", one) == [("significant", "decision", of_which)]
    assert stated("Foot baths had an effect.", one, "Conclusion") == [
        ("significant", "decision", {"check": "ambiguous", "remark": "of which test?"})
    ]


def test_each_decision_of_a_sentence_is_one():
    text = (
        "The control group did not change significantly (Wilcoxon) but there was a difference between groups."
    )
    assert [printed for printed, _, _ in stated(text)] == ["not significant", "significant"]


@pytest.mark.parametrize(
    ("text", "decisions"),
    [
        # two mentions with a word between them say it once
        ("There was a difference significant differences.", ["significant"]),
        ("There was a difference that was significant.", ["significant"]),
        ("There was a difference and it was significant.", ["significant", "significant"]),
        ("There was a difference that was significant that was significant.", ["significant"]),
        ("There was a difference, not significant.", ["significant", "not significant"]),
    ],
)
def test_a_decision_said_twice_running_is_one(text, decisions):
    found = stated(text)
    assert [printed for printed, _, _ in found] == decisions


@pytest.mark.parametrize(
    ("text", "decisions"),
    [
        ("Ha diterima.", ["significant"]),
        ("Ha ditolak.", ["not significant"]),
        ("Ho ditolak.", ["significant"]),
        ("Ho diterima.", ["not significant"]),
        ("The null hypothesis was rejected.", ["significant"]),
        ("The null hypothesis was not rejected.", ["not significant"]),
        ("H1 is accepted.", ["significant"]),
        ("Hipotesis nol gagal ditolak.", ["not significant"]),
        # the same twice
        ("Ha diterima dan Ho ditolak.", ["significant"]),
        ("Ho ditolak, Ha diterima.", ["significant"]),
        # two that contradict
        ("Ha ditolak dan Ho ditolak.", ["not significant", "significant"]),
        # far apart
        ("Ha diterima pada kelompok kontrol dan juga Ho ditolak.", ["significant", "significant"]),
        ("Ha diterima was it, each: yes Ho ditolak.", ["significant"]),
        ("Ha diterima was it, every: yes Ho ditolak.", ["significant", "significant"]),
        # a hypothesis with nothing said of it
        ("Ha was the hypothesis.", []),
        ("Ha was the hypothesis that we looked at first and accepted.", []),
        ("Diterima.", []),
        # and what stands inside one is no other decision
        ("Ha that there is a difference is accepted.", ["significant"]),
        ("Ho there is an effect is accepted.", ["not significant"]),
    ],
)
def test_what_became_of_a_hypothesis_is_a_decision(text, decisions):
    assert [printed for printed, _, _ in stated(text)] == decisions


@pytest.mark.parametrize(("gap", "decisions"), [(30, ["significant"]), (31, [])])
def test_what_became_of_a_hypothesis_stands_within_40_characters(gap, decisions):
    # "accepted" ends 40 characters behind the hypothesis at most
    assert [printed for printed, _, _ in stated(f"H1 {'x' * gap} accepted.")] == decisions


@pytest.mark.parametrize(
    ("section", "decided"),
    [
        ("Abstract", True),
        ("Results", True),
        ("Conclusion", True),
        ("Hasil dan pembahasan", True),
        ("Introduction", False),
        ("Methods", False),
        ("References", False),
        ("Discussion", False),
    ],
)
def test_decisions_are_the_papers_own(section, decided):
    assert bool(stated("There was a difference between the groups.", section=section)) is decided


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("So it was: there was a difference between the groups.", "there was"),
        ("So there was a difference that was significant.", "there was"),
        ("So Ha diterima dan Ho ditolak.", "Ha"),
        ("So Ho was the hypothesis that we had and that we looked at: Ha diterima.", "Ha"),
    ],
)
def test_a_decision_stands_where_it_is_first_said(text, begin):
    ((reading, sentence, numbers),) = read(text)
    (found,) = read_statements(reading, sentence, numbers)
    assert reading.text[found.start :].startswith(begin)


def test_what_the_next_sentence_says_of_before_and_after_is_its_own():
    assert stated("It fell before and after. Massage had an effect. It fell before and after.") == [
        ("significant", "decision", BETWEEN)
    ]


def test_methods_decide_nothing():
    assert stated("There was a difference if p = 0.03.", section="Methods") == []
    assert stated("The test was done. A significant difference (z = 2.1).", section="Metode") == []


def test_front_matter_decides_and_headings_do_not():
    text = "Massage had an effect.\n\nResults"
    reading = Reading(Paper("Massage had an effect.\n"), WORDS[None])
    (sentence,) = reading.sentences
    assert [shown(each)[0] for each in read_statements(reading, sentence, [])] == ["significant"]
    assert stated("Massage had an effect\n\nSo it was.") == []
    assert len(stated(text)) == 1


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("There was a difference (p = 0.03).", True),
        ("There was a difference (Sig. = 0.03).", True),
        ("There was a difference (z = 2.3).", True),
        ("There was a difference (U = 23).", True),
        ("There was a difference (W = 23).", True),
        ("There was a difference (mean = 23).", False),
        ("There was a difference of 3 days.", False),
        # a p-value before it in the paragraph, and a word of tests beside it
        ("The p-value was low. The test found that there was a difference.", True),
        ("The p-value was low. We found that there was a difference.", False),
        ("The test was done. We found that there was a difference.", False),
        ("The test was done. The test found that there was a difference.", False),
        ("The p-value was low.\n\nThe test found that there was a difference.", False),
        ("The test found that there was a difference. The p-value was low.", False),
        ("The test found that there was a difference with a low p-value.", True),
        # another work's
        ("Lind (2019) found that there was a difference (p = 0.03).", False),
    ],
)
def test_a_discussion_decides_only_by_a_test(text, decided):
    found = [each for each in kinds(text, section="Discussion") if each[1] == "decision"]
    assert bool(found) is decided


# --- "most"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Most women worked (40%).", [("40%", MOST)]),
        ("The majority worked (60%) and had children (40%).", [("60%", MOST), ("40%", MOST)]),
        ("Sebagian besar bekerja (40 %).", [("40%", MOST)]),
        ("Fewer than half worked (40%).", [("40%", FEWER)]),
        ("Hampir setengah bekerja (40%).", [("40%", FEWER)]),
        # up to a contrast
        ("Most women worked (60%) while some did not (40%).", [("60%", MOST)]),
        ("Sebagian besar bekerja (60%), sedangkan 40% tidak.", [("60%", MOST)]),
        ("Most women worked (60%) but fewer than half had children (40%).", [("60%", MOST), ("40%", FEWER)]),
        # before the word
        ("60% of the mothers, the majority, worked.", [("60%", MOST)]),
        ("40% and 60% of the mothers, the majority, worked.", [("60%", MOST)]),
        ("60% of the mothers in both of the groups did, the majority.", []),
        # no share
        ("Most women worked for 40 days.", []),
        ("Most women worked (40-60%).", []),
        ("Women worked (40%).", []),
        ("Most women worked, 40\u2030 did.", []),
        # of another sentence
        ("Women worked (60%). Most were old.", []),
    ],
)
def test_most_is_more_than_half_and_fewer_is_less(text, expected):
    found = [(printed, cells) for printed, quantity, cells in stated(text) if quantity == "comparison"]
    assert found == expected


def test_a_share_before_the_word_is_less_than_40_characters_away():
    for far, found in ((34, ["60%"]), (35, []), (36, [])):
        text = f"60% of {'x' * (far - 3)} most."
        assert text.index("most") == far + 5
        assert [printed for printed, _ in kinds(text)] == found, far


def test_most_keeps_who_when_and_what_but_not_the_test():
    text = "In the control group before the baths most had poor sleep (70%)."
    at = {"group": "usual", "timepoint": "start", "variable": "sleep", "level": "bad"}
    assert stated(text, STUDY) == [("70%", "comparison", {**at, **MOST})]
    text = "In the control group most women improved (70%)."
    at = {"group": "usual", "variable": "sleep"}
    assert stated(text, STUDY) == [("70%", "comparison", {**at, **MOST})]


@pytest.mark.parametrize("change", ["improved", "worsened", "were unchanged", "worked"])
def test_most_may_be_of_any_share(change):
    assert kinds(f"In the control group most {change} (70%).") == [("70%", "comparison")]


def test_most_of_a_ratio_of_other_works_and_of_figures():
    text = "Lind (2019) saw most improve, 7.5 of 10.0 million (75%), and most lived, 80%."
    found = [each[:2] for each in stated(text, section="Discussion")]
    assert found == [("75%", "comparison"), ("80%", "comparison"), ("80%", "comparison")]


# --- "highest"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was highest in week one with 40 ml, and 30 ml later.", [("40", "30")]),
        ("It was 20 ml, 30 ml in the end, and the highest was 40 ml.", [("40", "30")]),
        ("It was 30 ml, 20 ml in the end, and the highest was 40 ml.", [("40", "30")]),
        ("Yang tertinggi 40 ml, lalu 30 ml.", [("40", "30")]),
        ("Yang terbesar 4,5 ml, lalu 3,5 ml.", [("4,5", "3,5")]),
        # held against numbers of the same unit
        ("The highest was 40 ml, then 30 ML.", [("40", "30")]),
        ("The highest was 40 (ml), then 30 ml, 50 days.", [("40", "30")]),
        ("The highest was 40 ml, then 0 ml and 0.5 ml.", [("40", "0.5")]),
        ("The highest was 40 ml, then 50 days.", []),
        ("The highest was 40 MX, then 30 M.", []),
        ("The highest was 40, then 30", [("40", "30")]),
        # nothing to hold it against, or not said of a number
        ("The highest was 40 ml.", []),
        ("It was 40 ml, then 30 ml, the highest.", []),
        ("It was high with 40 ml, then 30 ml.", []),
        ("The highest, it was 40 ml, then 30 ml.", []),
        # numbers of people and percentages are no figures
        ("The highest was 40%, then 30%.", []),
        ("The highest was 40 ml, then 30 ml, and 20% fell.", []),
        ("The highest was 40 ml, then 30 ml, z = 2.1.", []),
    ],
)
def test_the_highest_is_more_than_the_next(text, expected):
    wanted = [
        (printed, {"operator": ">", "n": n, "check": "no_data", "remark": "printed as the highest"})
        for printed, n in expected
    ]
    found = [(printed, cells) for printed, quantity, cells in stated(text) if quantity == "comparison"]
    assert found == [(printed, {**cells, "check": "arithmetic"}) for printed, cells in wanted]


def test_the_highest_percentage_of_other_works_is_no_figure():
    assert stated("Lind (2019) saw it highest with 40%, then 30%.", section="Discussion") == []


# --- sums


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "We included 20 women, 9 in the intervention group and 11 in the control group.",
            [("20", {"n": "9+11", "check": "arithmetic"})],
        ),
        ("We included 9 women in the intervention group and 11 women in the control group.", []),
        ("We included 20 women, 9 of them in the intervention group.", []),
        ("We included 20 women.", []),
        ("We included twenty women, 9 in the intervention group and 11 in the control group.", []),
    ],
)
def test_a_sample_is_the_sum_of_its_groups(text, expected):
    found = [(printed, cells) for printed, quantity, cells in stated(text) if quantity == "sum"]
    assert found == expected


def test_the_rest_makes_the_group_and_the_hundred_percent():
    start = "After it in the control group "
    at = {"group": "usual", "timepoint": "end", "check": "arithmetic"}
    cases = {
        "7 of 10 women (70%) had poor sleep and the remaining 3 (30%) good sleep.": [
            ("10", "7+3"),
            ("100%", "70%+30%"),
        ],
        "7 (70%) had poor sleep and the remaining 3 (30%) good sleep.": [("100%", "70%+30%")],
        "7 had poor sleep (70%) and the rest good sleep (30%).": [("100%", "70%+30%")],
        "5 (50%) had poor, 2 (20%) poor and the remaining 3 (30%) good sleep.": [("100%", "50%+20%+30%")],
        "7 (70%) had poor and 3 (30%) good sleep.": [],
        "the remaining 3 (30%) had good sleep.": [],
        "7 (70%) had poor sleep, the rest good.": [],
    }
    found = {
        text: [
            (printed, cells) for printed, quantity, cells in stated(start + text, STUDY) if quantity == "sum"
        ]
        for text in cases
    }
    assert found == {
        text: [(printed, {**at, "n": n}) for printed, n in expected] for text, expected in cases.items()
    }


def test_the_rest_is_of_the_same_group_and_time():
    at = {"group": "control", "timepoint": "post", "check": "arithmetic"}
    text = "In the control group 4 (40%) were poor before, after it 7 (70%) were poor and the remaining 3 (30%) good."
    assert stated(text) == [("100%", "sum", {**at, "n": "70%+30%"})]
    text = "After it 4 (40%) were poor in the massage group, 7 (70%) in the control group, the remaining 3 (30%) good."
    assert [each[2]["n"] for each in stated(text)] == ["70%+30%"]


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ("Of the 10 women all were seen.", [("10", "7+3")]),
        ("Dari 10 responden semua dilihat.", [("10", "7+3")]),
        ("Of the 9 women and of 10 mothers all were seen.", [("10", "7+3")]),
        ("All 10 women were seen.", []),
        ("Of the 10 days all were hot.", []),
        ("Of the 10 women all were seen.\n\nSo it was.", []),
    ],
)
def test_the_size_of_the_group_may_stand_earlier_in_the_paragraph(earlier, expected):
    text = f"{earlier} In the control group after it 7 women were poor and the remaining 3 women good."
    sums = [(printed, cells["n"]) for printed, quantity, cells in stated(text) if quantity == "sum"]
    assert sums == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Of the 10 women of the control group 7 improved and 3 remained the same.", [("10", "7+3")]),
        ("Of the 10 women of the control group 3 remained the same and 7 improved.", [("10", "3+7")]),
        (
            "Of the 10 women of the control group 6 improved, 1 worsened and 3 remained the same.",
            [("10", "6+1+3")],
        ),
        ("Of the 10 women of the control group 6 improved and 1 worsened.", []),
        ("Of the 10 women of the control group 3 remained the same.", []),
        ("In the control group 7 women improved and 3 women remained the same.", []),
        (
            "Of the 10 women 9 were seen. In the control group 7 women improved and 3 women remained the same.",
            [("10", "7+3")],
        ),
    ],
)
def test_those_who_changed_and_those_who_did_not_make_the_group(text, expected):
    cells = {"group": "control", "check": "arithmetic"}
    assert stated(text) == [(printed, "sum", {**cells, "n": n}) for printed, n in expected]


# --- "between"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rate was 11.5, that is between 11 and 12.", ("11.5", "11;12")),
        ("The rate was > 11.5, that is between 11 to 12.", ("11.5", "11;12")),
        ("Angkanya 11,5, yaitu antara 11 dan 12.", ("11,5", "11;12")),
        ("Angkanya 11,5, yaitu antara 11 sampai 12.", ("11,5", "11;12")),
        ("Angkanya 11,5, yaitu antara 11 hingga\n12.", ("11,5", "11;12")),
        ("THE RATE WAS 11.5, THAT IS BETWEEN 11 AND 12.", ("11.5", "11;12")),
        ("It lay between 5 or 6; it was 11.5, that is between 11 and 12.", ("11.5", "11;12")),
        ("Of women 7 (70%) improved; it was 11.5, that is between 11 and 12.", ("11.5", "11;12")),
        ("It was 5.5, then 11.5 and 11.7, that is between 11 and 12.", ("11.5", "11;12")),
    ],
)
def test_a_figure_explained_as_between_two_others_lies_there(text, expected):
    found = [shown(each) for _, _, numbers in read(text) for each in numbers if each.quantity == "between"]
    assert found == [(expected[0], "between", {"n": expected[1], "check": "arithmetic"})]


@pytest.mark.parametrize(
    "text",
    [
        "The rate was 12.5, that is between 11 and 12.",
        "The rate was 11.0, that is between 11 and 12.",
        "The rate was 12.0, that is between 11 and 12.",
        "The rate was 11.5, that is 11 and 12.",
        "The rate was 11.5, that is between 11 or 12.",
        "It lies between 11 and 12, at 11.5.",
        "It lies between 11 and 12.",
        "The p-value = 0.5, between 0.1 and 0.9.",
        "The rate was 11.5, that is between 11-12 and 12-13.",
    ],
)
def test_other_figures_are_not_between(text):
    for _, _, numbers in read(text):
        assert "between" not in [each.quantity for each in numbers]


# --- numbers that must agree


def days(*numbers, shape="After day {} it was so."):
    return " ".join(shape.format(number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (days(15, 15, 5, 15), [("5", "15")]),
        (days(5, 15, 15, 15), [("5", "15")]),
        (days(15, 15, 15, 15, 5), [("5", "15")]),
        (days(15, 15, 15, 5, shape="Sesudah hari ke-{} ada."), [("5", "15")]),
        (days(15, 15, 15, 5, shape="Sesudah hari ke {} ada."), [("5", "15")]),
        (days(15, 15, 15, 5, shape="AFTER DAY {} it was so."), [("5", "15")]),
        (f"{days(15, 15, 15)} After more than day 5 it was so.", [("5", "15")]),
        (days(15, 15, 15, 5, shape=f"After {29 * 'x'} day {{}} it was so."), [("5", "15")]),
        (days(15, 15, 15, 5, shape=f"After {30 * 'x'} day {{}} it was so."), []),
        # too few, too many, or nothing else
        (days(15, 15, 5), []),
        (days(15, 15, 15, 5, 5), []),
        (days(15, 15, 15, 5, 6), []),
        (days(15, 15, 15, 15), []),
        # no day of a measurement
        (days(15, 15, 15, 5, shape="On day {} it was so."), []),
        (days(15, 15, 15, 5, shape="After it, in all of the two study groups, on day {}."), []),
        (days(15, 15, 15, 5, shape="After {} days it was so."), []),
        (days(15, 15, 15, 5, shape="After birthday {} it was so."), []),
        (days("1.5", "1.5", "1.5", "2.5"), []),
    ],
)
def test_a_day_that_differs_from_all_others_is_questioned(text, expected):
    assert agreements(text) == [
        (
            printed,
            "comparison",
            {
                "timepoint": "post",
                "n": n,
                "check": "arithmetic",
                "remark": f"the same measurement is day {n} elsewhere",
            },
        )
        for printed, n in expected
    ]


def test_days_of_other_works_are_not_compared():
    text = f"{days(15, 15, 15)} Lind (2019) did so after day 5."
    assert agreements(text, section="Discussion") == []
    assert len(agreements(text.replace("Lind (2019)", "We"), section="Discussion")) == 1


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (["4.1", "2", "3"], [("4.1", "1")]),
        (["1", "3", "4.2"], [("4.2", "2")]),
        (["4.1", "4.1", "2", "3"], [("4.1", "1")]),
        (["1", "2", "4", "3.1.2"], [("3.1.2", "3")]),
        # none or several are missing; several have a point; too few have none
        (["1", "2", "4.3"], []),
        (["1", "4", "4.2"], []),
        (["4.1", "4.2", "2", "3"], []),
        (["4.1", "2"], []),
        (["1", "3"], []),
        (["4.1", "4.2"], []),
    ],
)
@pytest.mark.parametrize("label", ["Table", "TABEL"])
def test_a_table_number_out_of_its_sequence_is_questioned(numbers, expected, label):
    text = " ".join(f"It is so in {label} {number} of all." for number in numbers)
    remark = "the other tables are numbered without a point"
    assert agreements(text) == [
        (printed, "comparison", {"n": n, "check": "arithmetic", "remark": remark}) for printed, n in expected
    ]


def test_a_table_number_is_questioned_where_it_first_stands():
    text = "Results\n\nTable 2 and Table 3 are so. Table 4.1 is, too. Table 4.1 is.\n\nReferences\n\nTable 4.7.\n"
    reading = Reading(Paper(text), WORDS[None])
    (found,) = read_agreements(reading, [])
    assert found.start == text.index("4.1")
    assert reading.text[found.sentence.start : found.sentence.end].strip() == "Table 4.1 is, too."


def test_tables_of_the_references_are_not_counted():
    text = "Results\n\nTable 2 and Table 3 and Table 4.1.\n\nReferences\n\nSee Table 1 and Table 9.\n"
    assert len(read_agreements(Reading(Paper(text), WORDS[None]), [])) == 1
