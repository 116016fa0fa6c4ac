"""What a percentage and a whole number of participants are proposed as, sentence by sentence."""

import pytest

from oxymilk.draft.context import Reading
from oxymilk.draft.counts import is_pair, is_whole_number
from oxymilk.draft.text import Paper
from oxymilk.draft.words import load_words

TWO_GROUPS = "The control group and the intervention group met."


def results(sentence):
    return f"RESULTS\n\n{sentence}\n"


def discussion(sentence):
    return f"DISCUSSION\n\n{sentence}\n"


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            "In the control group 7 women (70%) had poor scores after the bath.",
            ["count 7 control post /low: recompute", "percent 70% control post /low: recompute"],
        ),
        (
            "The intervention group had 7 of 10 women (70%) with poor scores before.",
            [
                "count 7 intervention pre /low n=10: recompute",
                "sample_size 10 intervention: recompute",
                "percent 70% intervention pre /low n=10: recompute",
            ],
        ),
        (
            "PADA KELOMPOK KONTROL 7 DARI 10 IBU (70%) KURANG SEBELUM PIJAT.",
            [
                "count 7 control pre /low n=10: recompute",
                "sample_size 10 control: recompute",
                "percent 70% control pre /low n=10: recompute",
            ],
        ),
        (
            "In the control group 7/10 (70%) were poor before.",
            [
                "count 7 control pre /low n=10: recompute",
                "sample_size 10 control: recompute",
                "percent 70% control pre /low n=10: recompute",
            ],
        ),
        # a paper's own percentage that does not fit its ratio is a claim all the same
        (
            "In the control group 7 of 10 mothers (78%) had poor scores before the bath.",
            [
                "count 7 control pre /low n=10: recompute",
                "sample_size 10 control: recompute",
                "percent 78% control pre /low n=10: recompute",
            ],
        ),
        (
            "In the control group 70% (7 of 10 women) had poor scores before the bath.",
            [
                "percent 70% control pre /low n=10: recompute",
                "count 7 control pre /low n=10: recompute",
                "sample_size 10 control: recompute",
            ],
        ),
        # no level: the arithmetic alone is tried, if it is known of how many
        (
            "Of the women in the control group 7 of 10 slept (70%).",
            [
                "count 7 control n=10: no_data (of which level?)",
                "sample_size 10 control: recompute",
                "percent 70% control n=10: arithmetic reproduced (of which level?)",
            ],
        ),
        (
            "In the control group 7 women (70%) slept.",
            ["count 7 control: no_data (of which level?)", "percent 70% control: ambiguous (of how many?)"],
        ),
        (
            "In the control group 7 women (70%) had poor scores.",
            [
                "count 7 control /low: ambiguous (at which timepoint?)",
                "percent 70% control /low: ambiguous (at which timepoint?)",
            ],
        ),
        (
            f"{TWO_GROUPS} Before it, seventy: 7 women (70%) had poor scores.",
            [
                "count 7 pre /low: ambiguous (of which group?)",
                "percent 70% pre /low: ambiguous (of which group?)",
            ],
        ),
        # a text that names one group, or none, has one
        (
            "Before the bath 7 women (70%) had poor scores.",
            ["count 7 pre /low: recompute", "percent 70% pre /low: recompute"],
        ),
        # the whole is a number of the sentence that the percentage goes with
        (
            "In the control group 10 slept before; 7 women (70%) were poor.",
            [
                "sample_size 10 control: recompute",
                "count 7 control pre /low n=10: recompute",
                "percent 70% control pre /low n=10: recompute",
            ],
        ),
        (
            "In the group, 10 slept before; 7 women (70%) were poor.",
            [
                "figure 10: no_data",
                "count 7 pre /low: recompute",
                "percent 70% pre /low n=10: recompute",
            ],
        ),
        # the level, and who changed, may stand once before both
        (
            "In the control group poor were 7 women (70%) before, 3 women (30%) after.",
            [
                "count 7 control pre /low: recompute",
                "percent 70% control pre /low: recompute",
                "count 3 control post /low: recompute",
                "percent 30% control post /low: recompute",
            ],
        ),
        (
            "In the control group 70% were poor before and 30% after.",
            ["percent 70% control pre /low: recompute", "percent 30% control post /low: recompute"],
        ),
        (
            "In the control group improved 7 women, 70%.",
            ["count_up 7 signed_rank control: recompute", "percent_up 70% signed_rank control: recompute"],
        ),
        (
            "In the control group improved 3 of 10, that is 30%.",
            [
                "count_up 3 signed_rank control n=10: recompute",
                "sample_size 10 control: recompute",
                "percent_up 30% signed_rank control n=10: recompute",
            ],
        ),
        (
            "In the control group of 10, before, 100% poor not good (10 of 10).",
            [
                "sample_size 10 control: recompute",
                "percent 100% control pre /low n=10: recompute",
                "count 10 control pre /high n=10: recompute",
                "sample_size 10 control: recompute",
            ],
        ),
        # ratios of numbers with decimals count nobody
        (
            "In the control group 45% (2.7 of 5.9 million) slept poorly.",
            [
                "ratio_percent 45% n=2.7/5.9: arithmetic reproduced_after_rounding",
                "figure 2.7 control: no_data",
                "figure 5.9 control: no_data",
            ],
        ),
        (
            "Dari 5,9 juta ibu, 2,7 juta (45%) tidur.",
            [
                "figure 5,9: no_data",
                "figure 2,7: no_data",
                "percent 45%: ambiguous (of how many?)",
            ],
        ),
    ],
)
def test_percentages_of_participants(proposed, sentence, rows):
    assert proposed(results(sentence)) == rows


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            "In the control group poor scores fell from 70% to 30%.",
            ["percent 70% control pre /low: recompute", "percent 30% control post /low: recompute"],
        ),
        (
            "PADA KELOMPOK KONTROL SKOR BAIK MENINGKAT DARI 30% MENJADI 70%.",
            ["percent 30% control pre /high: recompute", "percent 70% control post /high: recompute"],
        ),
        (
            "In the control group good scores rose from 30% before the bath to 62,5% after it.",
            ["percent 30% control pre /high: recompute", "percent 62,5% control post /high: recompute"],
        ),
        (
            f"{TWO_GROUPS} In all, good scores rose from 10% to 62,5% in women.",
            [
                "percent 10% pre /high: ambiguous (of which group?)",
                "percent 62,5% post /high: ambiguous (of which group?)",
            ],
        ),
        # one group: nobody need ask
        (
            "Good scores rose from 10% to 62,5% in women.",
            ["percent 10% pre /high: recompute", "percent 62,5% post /high: recompute"],
        ),
        (
            "In the control group good scores rose from 30% to 60%, in 5 days.",
            [
                "percent 30% control pre /high: recompute",
                "percent 60% control post /high: recompute",
                "figure 5: no_data",
            ],
        ),
        (
            "On day 5 good scores of the control group rose from 30% to 60%.",
            [
                "figure 5 control: no_data",
                "percent 30% control pre /high: recompute",
                "percent 60% control post /high: recompute",
            ],
        ),
        # from one number to no other, or to a number that is no step
        ("In the control group good before was far from 30%.", ["percent 30% control pre /high: recompute"]),
        (
            "In the control group good after was far from 30%; to 60% nobody came.",
            ["percent 30% control post /high: recompute", "percent 60% control post /high: recompute"],
        ),
        # of what? of no level
        (
            "In the control group scores improved from 30% to 70%.",
            [
                "percent 30% control: ambiguous (of how many?)",
                "percent 70% control: ambiguous (of how many?)",
            ],
        ),
        # by how much something rose is no share of women
        ("In the control group scores increased by 40%.", ["figure 40% control: no_data"]),
        ("Pada kelompok kontrol skor meningkat sebesar 40%.", ["figure 40% control: no_data"]),
        (
            "Before it the poor were led by 40% of the control group.",
            ["percent 40% control pre /low: recompute"],
        ),
        ("In the control group 70% of women improved.", ["percent_up 70% signed_rank control: recompute"]),
        ("70% of women improved.", ["percent_up 70% signed_rank: ambiguous (of which group?)"]),
    ],
)
def test_percentages_that_change(proposed, sentence, rows):
    assert proposed(results(sentence)) == rows


@pytest.mark.parametrize(
    "sentence",
    [
        "A 95% CI was given.",
        "The 95% confidence interval.",
        "95% INTERVAL.",
        "95% Kepercayaan tercapai.",
        "A CONFIDENCE LEVEL OF 95%.",
        "Kepercayaan sebesar 95%.",
    ],
)
@pytest.mark.parametrize("section", [results, discussion])
def test_the_confidence_of_an_interval_is_no_share(proposed, sentence, section):
    assert proposed(section(sentence)) == ["figure 95%: no_data (the confidence of an interval)"]


def test_the_confidence_of_a_cited_interval_is_cited(proposed):
    assert proposed(discussion("Lind et al. (2019) gave a 95% CI.")) == [
        "figure 95%: cited (the confidence of an interval)"
    ]
    assert proposed(results("In the control group 95% circulated before, poor.")) == [
        "percent 95% control: ambiguous (of how many?)"
    ]


@pytest.mark.parametrize(
    ("sentence", "percent"),
    [
        ("30 of 40 women (75%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("30 from the 40 (75%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("30/40 (75%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("30 DARI 40 IBU (75%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("75% (30 of 40 women)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("75% of all the women (30 OUT OF THE 40)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("40 women, 30 (75%) and 10 (25%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("30 of 40 women who slept well (75%)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        # its parts may have been rounded: two points are near enough to be that ratio, three are not
        ("75% (7 of 9 million)", "figure 75%: cited"),
        ("76% (7 of 9 million)", "ratio_percent 76% n=7/9: arithmetic differs"),
        ("77% (30 of 40)", "ratio_percent 77% n=30/40: arithmetic differs"),
        ("78% (30 of 40)", "figure 78%: cited"),
        ("73% (30 of 40)", "ratio_percent 73% n=30/40: arithmetic differs"),
        ("72% (30 of 40)", "figure 72%: cited"),
        ("75% of the women aged 20-35 (30 of 40)", "ratio_percent 75% n=30/40: arithmetic reproduced"),
        ("30 (75%) of 40%", "figure 75%: cited"),
        ("1.000,5 of 4.000 (25%)", "figure 25%: cited"),
        ("40 women, 13 (33%)", "ratio_percent 33% n=13/40: arithmetic reproduced"),
        ("3 women, 1 (33,3%)", "ratio_percent 33,3% n=1/3: arithmetic reproduced"),
        # a pair must make the percentage to the digit
        ("40 women, 30 (76%)", "figure 76%: cited"),
        # no ratio: the whole is less than the part, 0, far away, in another sentence's part
        ("75% (40 of 30)", "figure 75%: cited"),
        ("75% (0 of 0)", "figure 75%: cited"),
        ("75% (30 women) of 40", "figure 75%: cited"),
        ("75%; they (30 of 40) slept", "figure 75%: cited"),
        ("30 of 40 women slept; (75%)", "figure 75%: cited"),
        ("30 for 40 (75%)", "figure 75%: cited"),
        ("1.2.3 of 4 (75%)", "figure 75%: cited"),
        ("30 of 40 (7.5.5%)", "figure 7.5.5%: cited"),
        ("75% slept", "figure 75%: cited"),
        ("100% (40 of 40)", "ratio_percent 100% n=40/40: arithmetic reproduced"),
        ("0% (0 of 40)", "ratio_percent 0% n=0/40: arithmetic reproduced"),
    ],
)
def test_ratios_of_other_works_are_percentages_of_printed_numbers(proposed, sentence, percent):
    found = proposed(discussion(f"Lind et al. (2019) saw it in {sentence}."))
    assert [row for row in found if "%" in row.split(": ")[0]][:1] == [percent]
    assert all(row.endswith(": cited") for row in found if not row.startswith("ratio_percent"))


def test_a_cited_percentage_keeps_its_ratio_when_the_same_work_is_named_again(proposed):
    text = (
        "Lind et al. (2019) saw 30 of 40 women (75%). Lund et al. (2020) say 75%. Lind et al. (2019) say 75%."
    )
    assert [row for row in proposed(discussion(text)) if "75%" in row] == [
        "ratio_percent 75% n=30/40: arithmetic reproduced",
        "figure 75%: cited",
        "ratio_percent 75% n=30/40: arithmetic reproduced",
    ]


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        # --- the size of a sample
        ("12 women were included.", ["sample_size 12: recompute"]),
        ("12 WERE RECRUITED.", ["sample_size 12: recompute"]),
        ("About 12 women TOOK PART.", ["sample_size ~12: recompute"]),
        ("The control group consisted of 12 women.", ["sample_size 12 control: recompute"]),
        ("Kelompok kontrol terdiri dari 12 ibu.", ["sample_size 12 control: recompute"]),
        ("At least 12 women were included.", ["sample_size >=12: recompute"]),
        ("Sekitar 12 ibu terbagi.", ["sample_size ~12: recompute"]),
        ("We have N = 20.", ["sample_size 20: recompute"]),
        ("12 walked in the control group.", ["sample_size 12 control: recompute"]),
        ("In the control group (N = 12).", ["sample_size 12 control: recompute"]),
        ("We have n=20.", ["sample_size 20: recompute"]),
        ("Of the 10 young healthy MOTHERS all slept.", ["sample_size 10: recompute"]),
        ("OF THESE 10 women all slept.", ["sample_size 10: recompute"]),
        ("Dari 10 responden semua tidur.", ["sample_size 10: recompute"]),
        (
            "We enrolled 30 women: 15 in the intervention group and 15 in the control group.",
            [
                "sample_size 30: recompute",
                "sum 30 n=15+15: arithmetic reproduced",
                "sample_size 15 intervention: recompute",
                "sample_size 15 control: recompute",
            ],
        ),
        (
            "In the control group 5 women were recruited and 4 women had poor scores before.",
            ["sample_size 5 control: recompute", "count 4 control pre /low n=5: recompute"],
        ),
        ("A STUDY OF 12 women.", ["sample_size 12: recompute"]),
        ("AN EXPERIMENT IN 12 women.", ["sample_size 12: recompute"]),
        ("An experiment in 12 women of the control group.", ["sample_size 12 control: recompute"]),
        ("In the control group, a study of 12 women.", ["sample_size 12 control: recompute"]),
        (
            "There were 12 women IN EACH GROUP.",
            ["sample_size 12: ambiguous (of each group: a row for each)"],
        ),
        # --- a count
        (
            "7/10 in the control group had poor scores before.",
            ["count 7 control pre /low n=10: recompute", "sample_size 10 control: recompute"],
        ),
        (
            "7 of the 10 in the control group had poor scores before.",
            ["count 7 control pre /low n=10: recompute", "sample_size 10 control: recompute"],
        ),
        (
            "7 women FROM THESE 10 in the control group had poor scores before.",
            ["count 7 control pre /low n=10: recompute", "sample_size 10 control: recompute"],
        ),
        (
            "10 of 10 in the control group had poor scores before.",
            ["count 10 control pre /low n=10: recompute", "sample_size 10 control: recompute"],
        ),
        (
            "In the control group (n = 12, 60%).",
            ["count 12 control: no_data (of which level?)", "percent 60% control: ambiguous (of how many?)"],
        ),
        ("In the control group 4 women were poor before.", ["count 4 control pre /low: recompute"]),
        (
            "In the control group 4 very young women were poor before.",
            ["count 4 control pre /low: recompute"],
        ),
        ("In the control group 9 women worsened.", ["count_down 9 signed_rank control: recompute"]),
        (
            "In the control group more than 4 women were poor before.",
            ["count >4 control pre /low: recompute"],
        ),
        ("12 IMPROVED in the control group.", ["count_up 12 signed_rank control: recompute"]),
        ("12 memburuk pada kelompok kontrol.", ["count_down 12 signed_rank control: recompute"]),
        ("12 TETAP pada kelompok kontrol.", ["count_unchanged 12 signed_rank control: recompute"]),
        (
            "Dari 10 responden, 4 membaik.",
            ["sample_size 10: recompute", "count_up 4 signed_rank n=10: ambiguous (of which group?)"],
        ),
        (
            "In the control group 3 women improved, 2 worsened and 5 remained as they were.",
            [
                "count_up 3 signed_rank control: recompute",
                "count_down 2 signed_rank control: recompute",
                "count_unchanged 5 signed_rank control: recompute",
            ],
        ),
        (
            "In the control group 7 women of 10 slept.",
            ["count 7 control n=10: no_data (of which level?)", "sample_size 10 control: recompute"],
        ),
        # both ways is no change
        ("In the control group 3 women improved or worsened.", ["sample_size 3 control: recompute"]),
        # "remained insufficient" is a level, unless others changed
        (
            "In the control group 3 women remained insufficient after.",
            ["count 3 control post /low: recompute"],
        ),
        (
            "In the control group 3 women remained insufficient after, the others improved.",
            ["count_unchanged 3 signed_rank control: recompute"],
        ),
        (
            "In the control group 3 women remained insufficient after, the others declined.",
            ["count_unchanged 3 signed_rank control: recompute"],
        ),
        (
            "In the control group 3 women remained insufficient after. All of the others improved.",
            ["count 3 control post /low: recompute"],
        ),
        # alone, a count names its level itself
        (
            "In the control group poor were 7 women before, 3 women after.",
            ["count 7 control pre /low: recompute", "figure 3: no_data"],
        ),
        # --- neither
        ("12 women walked.", ["figure 12: no_data"]),
        ("12 women walked. They were included.", ["figure 12: no_data"]),
        ("Of 10 it is said.", ["figure 10: no_data"]),
        ("They came 3 TIMES in the control group.", ["figure 3 control: no_data"]),
        ("After 10-minute walks the control group slept.", ["figure 10 control: no_data"]),
        ("The 3RD call to the control group.", ["figure 3 control: no_data"]),
        ("The 21st, the 2nd and the 4th call.", [f"figure {n}: no_data" for n in (21, 2, 4)]),
        ("On day 3 women of the control group slept.", ["figure 3 control: no_data"]),
        ("Pada hari ke-3 ibu kelompok kontrol tidur.", ["figure 3 control: no_data"]),
        # too long to count people
        ("The sample was 123456 women.", ["figure 123456: no_data"]),
        ("The sample was 12345 women.", ["sample_size 12345: recompute"]),
    ],
)
def test_whole_numbers(proposed, sentence, rows):
    assert proposed(results(sentence)) == rows


@pytest.mark.parametrize(
    ("sentence", "rows"),
    [
        (
            "In the foot bath group 7 women (70%) were poor before.",
            ["count 7 bath start sleep/bad: recompute", "percent 70% bath start sleep/bad: recompute"],
        ),
        (
            "In the foot bath group 7 women improved (70%).",
            [
                "count_up 7 signed_rank bath sleep: recompute",
                "percent_up 70% signed_rank bath sleep: recompute",
            ],
        ),
        # of a characteristic there are no data, but a sum to do
        (
            "In the foot bath group 7 of 10 women (70%) were 20-35 years old.",
            [
                "count 7 bath age/age_20_35 n=10: no_data",
                "sample_size 10 bath: recompute",
                "percent 70% bath age/age_20_35 n=10: arithmetic reproduced",
                "figure 20-35 bath age/age_20_35: no_data",
            ],
        ),
        (
            "Seven of ten: 7 women (70%) were poor before.",
            [
                "count 7 start sleep/bad: ambiguous (of which group?)",
                "percent 70% start sleep/bad: ambiguous (of which group?)",
            ],
        ),
        (
            "In the foot bath group poor sleep fell from 70% to 30%.",
            ["percent 70% bath start sleep/bad: recompute", "percent 30% bath end sleep/bad: recompute"],
        ),
    ],
)
def test_a_studys_own_ids_are_proposed(proposed, bath, sentence, rows):
    assert proposed(results(sentence), bath) == rows


def only_sentence(text):
    reading = Reading(Paper(results(text)), load_words())
    (sentence,) = reading.sentences
    return reading, sentence


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Then 7 women (70%) slept.", True),
        ("Then 7 WOMEN (70%) slept.", True),
        ("Then 7 (70%) slept.", True),
        ("Then 7 [70%] slept.", True),
        ("Then 7, 70%, slept.", True),
        ("Then 7; 70% slept.", True),
        ("Then 7 | 70% | slept.", True),
        ("Then 7 70% slept.", False),
        ("Then 7 slept (70%).", False),
        ("Then 7 (70) slept.", False),
        ("Then 7 slept.", False),
    ],
)
def test_a_count_and_the_percentage_behind_it_are_a_pair(text, pair):
    reading, sentence = only_sentence(text)
    assert is_pair(reading, sentence, 0) is pair


def test_the_whole_of_a_ratio_is_no_pair_with_its_percentage():
    reading, sentence = only_sentence("Then 7 of 10 (70%) slept.")
    assert not is_pair(reading, sentence, 1)


@pytest.mark.parametrize(
    ("shown", "whole"),
    [("7", True), ("99999", True), ("100000", False), ("7.0", False), ("7%", False), ("7.5", False)],
)
def test_whole_numbers_count_people(shown, whole):
    reading, sentence = only_sentence(f"Then {shown} slept.")
    assert is_whole_number(sentence.tokens[0], reading) is whole


def test_a_first_ratio_makes_the_percentage_of_a_cited_work(proposed):
    assert proposed(discussion("30 of 40 women (75%) saw it [7].")) == [
        "figure 30: cited",
        "figure 40: cited",
        "ratio_percent 75% n=30/40: arithmetic reproduced",
    ]


def test_a_ratio_is_rounded_as_the_study_rounds(proposed, bath):
    text = discussion("Lind et al. (2019) saw 40 women, 13 (32%).")
    assert proposed(text, bath)[-1] == "figure 32%: cited"
    truncated = bath.model_copy(update={"rounding": "truncate"})
    assert proposed(text, truncated)[-1] == "ratio_percent 32% n=13/40: arithmetic reproduced"
