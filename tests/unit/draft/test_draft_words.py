"""The words by which a draft recognises what a number states: which text each pattern finds."""

from pathlib import Path

import pytest

from oxymilk.draft.words import load_words
from oxymilk.study import Label, load_study

DATA = Path(__file__).parents[3] / "tests" / "data" / "draft"


@pytest.fixture(scope="module")
def study():
    """Groups bath and usual, timepoints start and end, levels bad and fine of sleep, one characteristic."""
    return load_study(DATA / "study.yaml")


def found(patterns, text):
    """What patterns find first in a text, {id: the words}; of two that overlap the first, or else the longer."""
    matches = [(key, match) for key, pattern in patterns.items() if (match := pattern.search(text))]
    apart = [
        (key, match)
        for key, match in matches
        if not any(
            other.start() <= match.start() < other.end()
            and other[0] != match[0]
            and len(other[0]) >= len(match[0])
            for _, other in matches
        )
    ]
    return {key: match[0] for key, match in apart}


def relabelled(study, **labels):
    """The study with other labels of its first group, its second timepoint or its first level."""
    changed = {}
    if "group" in labels:
        first = study.groups[0].model_copy(update={"label": Label(**labels["group"])})
        changed["groups"] = (first, *study.groups[1:])
    if "timepoint" in labels:
        second = study.timepoints[1].model_copy(update={"label": Label(**labels["timepoint"])})
        changed["timepoints"] = (study.timepoints[0], second)
    if "level" in labels:
        level = study.outcome.levels[0].model_copy(update={"label": Label(**labels["level"])})
        levels = (level, *study.outcome.levels[1:])
        changed["outcome"] = study.outcome.model_copy(update={"levels": levels})
    return study.model_copy(update=changed)


# --- without a study


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In the Control Group it", {"control": "Control Group"}),
        ("both study arms", {"intervention": "study arms"}),
        ("the intervention\ngroup", {"intervention": "intervention\ngroup"}),
        ("kelompok  perlakuan", {"intervention": "kelompok  perlakuan"}),
        ("grup kontrol", {"control": "grup kontrol"}),
        ("than controls", {"control": "controls"}),
        ("control", {}),
        ("with massage", {}),
        ("uncontrols", {}),
        ("the control groupings", {}),
    ],
)
def test_groups_are_intervention_and_control(text, expected):
    assert found(load_words().groups, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Before treatment", {"pre": "Before"}),
        ("the pre-test", {"pre": "pre-test"}),
        ("the pretest", {"pre": "pretest"}),
        ("prior\nto", {"pre": "prior\nto"}),
        ("at follow-up", {"post": "follow-up"}),
        ("Setelah pijat", {"post": "Setelah"}),
        ("therebefore", {}),
    ],
)
def test_timepoints_are_pre_and_post(text, expected):
    assert found(load_words().timepoints, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poor milk", {"/low": "poor"}),
        ("Tidak lancar", {"/low": "Tidak lancar"}),
        ("sedang", {"/middle": "sedang"}),
        ("yang kurang.", {"/low": "kurang"}),
        ("yang baik", {"/high": "baik"}),
        # words of levels that are none here
        ("kurang dari 34", {}),
        ("cukup  bulan", {}),
        ("low to high", {"/high": "high"}),
        ("kurang daripada", {"/low": "kurang"}),
        ("slow", {}),
    ],
)
def test_levels_are_low_middle_and_high(text, expected):
    assert found(load_words().levels, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Intervention", {"intervention": "Intervention"}),
        ("Experiment (n)", {"intervention": "Experiment"}),
        ("experimental", {"intervention": "experimental"}),
        ("Intervensi", {"intervention": "Intervensi"}),
        ("PERLAKUAN", {"intervention": "PERLAKUAN"}),
        ("eksperimen", {"intervention": "eksperimen"}),
        ("Control", {"control": "Control"}),
        ("kontrol", {"control": "kontrol"}),
        ("Comparison", {"control": "Comparison"}),
        ("pembanding", {"control": "pembanding"}),
        ("Controlled", {}),
        ("Total", {}),
    ],
)
def test_a_column_of_a_table_is_headed_by_a_groups_name_alone(text, expected):
    assert found(load_words().heads, text) == expected


def test_without_a_study_both_decimal_marks_are_read_and_numbers_are_rounded_half_up():
    words = load_words()
    assert words.study is None
    assert words.marks == (".", ",")
    assert words.rounding == "half_up"


# --- with a study


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the Foot bath group", {"bath": "Foot bath group"}),
        ("both foot\nbath arms", {"bath": "foot\nbath arms"}),
        ("kelompok rendam kaki", {"bath": "kelompok rendam kaki"}),
        ("grup rendam kaki", {"bath": "grup rendam kaki"}),
        ("the intervention group", {"bath": "intervention group"}),
        ("kelompok intervensi", {"bath": "kelompok intervensi"}),
        ("with foot baths", {"bath": "with foot baths"}),
        ("who received foot bath", {"bath": "received foot bath"}),
        ("yang diberi rendam kaki", {"bath": "yang diberi rendam kaki"}),
        ("women without foot baths", {"usual": "without foot baths"}),
        ("women without receiving foot bath", {"usual": "without receiving foot bath"}),
        ("tanpa pemberian rendam kaki", {"usual": "tanpa pemberian rendam kaki"}),
        ("the control group", {"usual": "control group"}),
        ("kelompok kontrol", {"usual": "kelompok kontrol"}),
        ("with control", {}),
        ("without control", {}),
        ("a foot bath", {}),
        ("rendam kaki", {}),
    ],
)
def test_groups_are_the_studys_by_label_by_our_words_and_by_what_they_were_given(study, text, expected):
    assert found(load_words(study).groups, text) == expected


def test_a_study_of_one_group_has_that_group_only(study):
    words = load_words(study.model_copy(update={"groups": study.groups[:1]}))
    assert found(words.groups, "the foot bath group and the control group") == {"bath": "foot bath group"}
    assert found(words.groups, "12 with foot baths") == {"bath": "with foot baths"}
    assert found(words.heads, "Foot bath, control") == {"bath": "Foot bath"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before", {"start": "before"}),
        ("Sebelum", {"start": "Sebelum"}),
        ("baseline", {"start": "baseline"}),
        ("sesudah", {"end": "sesudah"}),
        ("follow-up", {"end": "follow-up"}),
    ],
)
def test_timepoints_are_the_studys_by_label_and_by_our_words(study, text, expected):
    assert found(load_words(study).timepoints, text) == expected


def test_of_several_timepoints_the_two_that_are_compared_are_known(study):
    late = study.timepoints[1].model_copy(update={"id": "late", "label": Label(en="Late", id="Nanti")})
    points = (*study.timepoints, late)
    words = load_words(study.model_copy(update={"timepoints": points, "compare": ("start", "late")}))
    assert found(words.timepoints, "late") == {"late": "late"}
    assert found(words.timepoints, "after") == {"late": "after"}
    assert list(words.timepoints) == ["start", "late"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poor sleep", {"sleep/bad": "poor"}),
        ("tidur baik", {"sleep/fine": "baik"}),
        ("fine", {"sleep/fine": "fine"}),
        ("poor than", {}),
        ("sufficient", {}),
        ("20-35 years", {"age/age_20_35": "20-35 years"}),
        ("20 \u2013 35 years", {}),
        ("20\u201335 tahun", {"age/age_20_35": "20\u201335 tahun"}),
        ("20\u2014\n35  tahun", {"age/age_20_35": "20\u2014\n35  tahun"}),
        ("20735 years", {}),
    ],
)
def test_levels_are_the_studys_by_label_and_id(study, text, expected):
    assert found(load_words(study).levels, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Foot  bath", {"bath": "Foot  bath"}),
        ("Rendam kaki", {"bath": "Rendam kaki"}),
        ("Intervention", {"bath": "Intervention"}),
        ("perlakuan", {"bath": "perlakuan"}),
        ("Control", {"usual": "Control"}),
        ("pembanding", {"usual": "pembanding"}),
    ],
)
def test_heads_of_columns_are_the_studys_labels_and_our_words(study, text, expected):
    assert found(load_words(study).heads, text) == expected


def test_what_a_label_has_in_brackets_is_left_out(study):
    words = load_words(relabelled(study, timepoint={"en": "Later (day 15)", "id": "Nanti (hari (ke) 15)"}))
    assert found(words.timepoints, "later, on day 15") == {"end": "later"}
    # a label of nothing else names nothing
    words = load_words(relabelled(study, timepoint={"en": "(day 15)", "id": "Nanti"}))
    assert found(words.timepoints, "nanti") == {"end": "nanti"}
    assert found(words.timepoints, "so it is, (day 15)") == {}


def test_the_signs_of_a_label_stand_for_themselves(study):
    words = load_words(relabelled(study, level={"en": "bad.", "id": "a+b"}))
    assert found(words.levels, "so bad, aab") == {"sleep/bad": "bad"}  # its id
    assert found(words.levels, "a+b") == {"sleep/bad": "a+b"}


def test_of_two_labels_the_longer_is_found(study):
    words = load_words(relabelled(study, level={"en": "poor", "id": "poor in all"}))
    assert found(words.levels, "It was poor in all.") == {"sleep/bad": "poor in all"}
    words = load_words(relabelled(study, timepoint={"en": "After the bath", "id": "Nanti"}))
    assert found(words.timepoints, "It was good after the bath.") == {"end": "after the bath"}


def test_the_studys_decimal_mark_and_rounding_are_used(study):
    other = study.model_copy(update={"decimal_mark": (",",), "rounding": "truncate"})
    words = load_words(other)
    assert words.study is other
    assert (words.marks, words.rounding) == ((",",), "truncate")


# --- words that need no study


@pytest.mark.parametrize("with_study", [True, False])
@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("results", "results"),
        ("hasil", "results"),
        ("daftar pustaka", "end matter"),
        ("simpulan", "conclusion"),
    ],
)
def test_sections_have_our_short_name(study, with_study, line, section):
    assert load_words(study if with_study else None).sections[line] == section


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about", {"~": "about"}),
        ("kurang lebih ", {"~": "kurang lebih "}),
        ("in under the age of ", {}),
        ("below an age ", {"<": "below an age "}),
        ("Under", {"<": "Under"}),
        ("lebih  dari", {">": "lebih  dari"}),
        ("at least 3 of ", {}),
        ("at least in ", {">=": "at least in "}),
        ("up to", {"<=": "up to"}),
        ("about, ", {}),
        ("thereabout ", {}),
    ],
)
def test_an_operator_in_words_stands_before_the_number_with_two_words_between_at_most(text, expected):
    assert found(load_words().operators, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mann-Whitney U test", {"rank_sum": "Mann-Whitney U"}),
        ("mann whitney", {"rank_sum": "mann whitney"}),
        ("Wilcoxon rank-sum test", {"rank_sum": "Wilcoxon rank-sum"}),
        ("Wilcoxon\ntwo-sample test", {"rank_sum": "Wilcoxon\ntwo-sample"}),
        ("Wilcoxon-Mann-Whitney", {"rank_sum": "Mann-Whitney"}),
        ("uji Wilcoxon", {"signed_rank": "Wilcoxon"}),
        ("signed ranks test", {"signed_rank": "signed ranks"}),
        ("t-test", {}),
    ],
)
def test_the_two_tests_are_told_apart(text, expected):
    assert found(load_words().tests, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Z", {"z": "Z"}),
        ("nilai  z", {"z": "nilai  z"}),
        ("z-score", {"z": "z-score"}),
        ("U hitung", {"u": "U hitung"}),
        ("the sum of positive ranks", {"w": "sum of positive ranks"}),
        ("fuzzy", {}),
    ],
)
def test_statistics(text, expected):
    assert found(load_words().statistics, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a significant difference", {"significant": "significant difference"}),
        ("It WAS\nsignificant", {"significant": "WAS\nsignificant"}),
        ("not significant", {"not significant": "not significant"}),
        ("no significant difference", {"not significant": "no significant difference"}),
        ("no\nsignificant difference", {"not significant": "no\nsignificant difference"}),
        ("non-significant differences", {"not significant": "non-significant differences"}),
        ("Ada pengaruh", {"significant": "Ada pengaruh"}),
        ("tidak ada pengaruh", {"not significant": "tidak ada pengaruh"}),
        ("tidak\nada perbedaan yang bermakna", {"not significant": "tidak\nada perbedaan yang bermakna"}),
        ("a significant\n   difference", {"significant": "significant\n   difference"}),
        ("belum ada pengaruh", {}),
        ("belum\nada pengaruh", {}),
        ("of significance", {}),
    ],
)
def test_decisions_and_their_denials_are_told_apart(text, expected):
    assert found(load_words().decisions, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ha", {"alternative": "Ha"}),
        ("ha", {}),
        ("H1", {"alternative": "H1"}),
        ("H\u2080", {"null": "H\u2080"}),
        ("Ho", {"null": "Ho"}),
        ("HO", {}),
        ("the null\nhypothesis", {"null": "the null\nhypothesis"}),
        ("Diterima", {"accepted": "Diterima"}),
        ("DITOLAK", {"rejected": "DITOLAK"}),
        ("not accepted", {"rejected": "not accepted"}),
    ],
)
def test_capitals_tell_a_hypothesis_but_not_its_fate(text, expected):
    assert found(load_words().hypotheses, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as Lind (2019) saw", "Lind (2019)"),
        ("as Lind  et\nal. (2019) saw", "Lind  et\nal. (2019)"),
        ("Okoro and Lind (2019a)", "Okoro and Lind (2019a)"),
        ("so (see Lind, 2019)", "(see Lind, 2019)"),
        ("so [3,4].", "[3,4]"),
        ("so [3-5].", "[3-5]"),
        ("a previous  study", "previous  study"),
        ("penelitian terdahulu", "penelitian terdahulu"),
        ("in (2019)", None),
        ("as lind (2019)", None),
        ("so [a].", None),
    ],
)
def test_citations_are_found_with_their_capitals(text, expected):
    match = load_words().citations.search(text)
    assert (match and match[0]) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("people", "20 Women", "Women"),
        ("people", "ibu", "ibu"),
        ("people", "ibunda", None),
        ("units", "5 days", "days"),
        ("units", "mg/ml", "mg"),
        ("sample", "terdiri  dari", "terdiri  dari"),
        ("out_of", "out of", "out of"),
        ("out_of", "di antara", "di antara"),
        ("out_of", "diantara", "diantara"),
        ("up", "better", "better"),
        ("down", "menurun", "menurun"),
        ("unchanged", "did not change", "did not change"),
        ("everyone", "All", "All"),
        ("rest", "the remaining", "the remaining"),
        ("most", "lebih dari setengah", "lebih dari setengah"),
        ("most", "the majority", "the majority"),
        ("fewer", "less than half", "less than half"),
        ("highest", "Tertinggi", "Tertinggi"),
        ("between", "antara", "antara"),
        ("ratio", "out of", "out of"),
        ("contrast", "sedangkan", "sedangkan"),
        ("joins", "compared\nwith", "compared\nwith"),
        ("improvement", "reduction", "reduction"),
        ("other_tests", "Student's t", "Student's t"),
        ("other_tests", "chi square", "chi square"),
        ("evidence", "nilai p", "nilai p"),
        ("alpha", "significance level of", "significance level of"),
        ("p_value", "p-value", "p-value"),
        ("p_value", "P \u2013", "P"),
        ("p_value", "Asymp. Sig. (2-tailed)", "Asymp. Sig. (2-tailed)"),
        ("other_statistics", "rata-rata", "rata-rata"),
        ("labels", "Tabel", "Tabel"),
        ("documents", "nomor", "nomor"),
        ("software", "SPSS", "SPSS"),
        ("anatomy", "costae", "costae"),
        ("idioms", "Salah satu", "Salah satu"),
        ("first", "firstly", "firstly"),
        ("first", "at first sight", "first"),
        ("both_times", "before and after", "before and after"),
        ("both_times", "pre- and post-test", "pre- and post-test"),
        ("between_groups", "antar\nkelompok", "antar\nkelompok"),
        ("between_groups", "between grouping", None),
        ("between_groups", "betweengroups", None),
    ],
)
def test_each_list_finds_whole_words_in_any_case_the_longest_first(name, text, expected):
    match = load_words()[name].search(text)
    assert (match and match[0]) == expected
