"""What stands round a number of a paper: place, phrase, group, timepoint, level, test, and whose work it reports."""

import re

import pytest

from oxymilk.draft.context import Reading
from oxymilk.draft.text import Paper
from oxymilk.draft.words import load_words


def read(text, study=None, pages=()):
    return Reading(Paper(text, pages), load_words(study))


def at(sentence_text, study=None, head="RESULTS", shown="#"):
    """Take a text apart; also the sentence in which the number marked with "#" stands, and its begin and end."""
    place = sentence_text.index(shown)
    text = f"{head}\n\n{sentence_text.replace(shown, '')}\n"
    reading = read(text, study)
    place += len(head) + 2
    sentence = next(one for one in reading.sentences if one.start <= place < one.end)
    token = next(one for one in sentence.tokens if one.start == place)
    return reading, sentence, token.start, token.end


# --- sections, sentences, places


def test_each_sentence_has_its_numbers_section_and_place():
    text = (
        "RESULTS\n\nIn 5 days 6 women slept. They had 7 beds.\n\n4\n\nTabel 4.1 has 8.\n\nSleep and age\n\n"
        "Women slept 9 hours.\n"
    )
    found = [
        ([token.text for token in one.tokens], one.where, one.block.kind, one.own)
        for one in read(text).sentences
    ]
    assert found == [
        (["5", "6"], "results p1", "paragraph", True),
        (["7"], "results p1", "paragraph", True),
        (["4.1", "8"], "results table 4.1", "paragraph", True),
        ([], "results heading", "heading", True),
        (["9"], "results p3", "paragraph", True),
    ]


def test_numbers_of_page_furniture_are_of_no_sentence():
    reading = read("RESULTS\n\nWomen slept well in\n\n1074\n\nthe 5 beds.\n")
    assert [[token.text for token in one.tokens] for one in reading.sentences] == [["5"]]
    assert [reading.text[one.start : one.end].strip() for one in reading.furniture] == ["1074"]


def test_a_number_on_the_line_below_page_furniture_is_of_its_sentence():
    reading = read("RESULTS\n\nWomen slept well in\n1074\n5 beds.\n")
    assert [[token.text for token in one.tokens] for one in reading.sentences] == [[], ["5"]]


@pytest.mark.parametrize(
    ("head", "line", "where"),
    [
        ("RESULTS", "Table 2 shows it.", "results table 2"),
        ("RESULTS", "As TABEL. 2.3 shows, not table 4.", "results table 2.3"),
        ("RESULTS", "As the very first of all tables, that is table 2.", "results table 2"),
        # far from the beginning it is mentioned, not shown
        ("RESULTS", "As the very first of all the tables of this paper shows, table 2.", "results p1"),
        ("RESULTS", "Table two shows it.", "results p1"),
        ("RESULTS", "It shows 2.", "results p1"),
        ("METHODS", "Table 2 shows it.", "methods p1"),
        ("RESULTS\n\nTable 2", "It was shown.", "results p1"),
    ],
)
def test_a_paragraph_of_the_results_that_begins_with_a_table_is_that_tables(head, line, where):
    assert [one.where for one in read(f"{head}\n\n{line}\n").sentences][-1] == where


@pytest.mark.parametrize(("before", "where"), [(52, "results table 2"), (53, "results p1")])
def test_a_table_is_named_within_the_first_sixty_characters(before, where):
    text = f"RESULTS\n\n{'x' * before} table 2 shows it.\n"
    assert [one.where for one in read(text).sentences] == [where]


def test_places_are_lines_and_pages():
    text = "One.\nTwo.\nThree.\n"
    reading = read(text)
    assert [reading.place(text.index(word)) for word in ("One", "Two", "Three")] == [
        "line 1",
        "line 2",
        "line 3",
    ]
    assert reading.line(text.index("\nTwo")) == 1
    paged = read(text, pages=(1, 3))
    assert [paged.place(text.index(word)) for word in ("One", "Two", "Three")] == [
        "page 1, line 1",
        "page 1, line 2",
        "page 2, line 3",
    ]


@pytest.mark.parametrize(
    ("head", "own"),
    [
        ("ABSTRACT", True),
        ("INTRODUCTION", False),
        ("METHODS", True),
        ("RESULTS", True),
        ("DISCUSSION", True),
        ("CONCLUSION", True),
        ("REFERENCES", False),
        ("RESULTS AND DISCUSSION", True),
    ],
)
def test_sections_in_which_a_paper_prints_its_own_numbers(head, own):
    (sentence,) = read(f"{head}\n\nWomen slept 9 hours.\n").sentences
    assert sentence.own is own
    (sentence,) = read("Women slept 9 hours.\n").sentences
    assert sentence.own


LIND, LUND = "Lind et al. (2019)", "(Lund, 2020)"


@pytest.mark.parametrize(
    ("head", "text", "expected"),
    [
        # a named work is the source of its sentence, that at the paragraph's end of all sentences without one
        ("DISCUSSION", f"It was 5. {LIND} saw 6. It was 7.", [(False, ()), (True, (LIND,)), (False, ())]),
        (
            "DISCUSSION",
            f"It was 5. Lind  et al.\n(2019) saw 6. It was 7 {LUND}.",
            [(False, (LUND,)), (True, (LIND,)), (True, (LUND,))],
        ),
        ("DISCUSSION", f"{LIND} saw 6 as 7 {LUND}.", [(True, (LIND, LUND))]),
        ("ABSTRACT", f"{LIND} saw 6.", [(True, (LIND,))]),
        # methods and results are the paper's own, whatever they name
        ("METHODS", f"{LIND} used 6 {LUND}.", [(False, ())]),
        ("RESULTS", f"{LIND} used 6 {LUND}.", [(False, ())]),
        ("CONCLUSION", f"{LIND} used 6 {LUND}.", [(False, ())]),
        # an introduction reports others; without a source of its own a sentence has those of the paragraph, or none
        ("INTRODUCTION", "It was 5.", [(True, ())]),
        ("INTRODUCTION", f"{LIND} saw 6. It was 7.", [(True, (LIND,)), (True, (LIND,))]),
        ("INTRODUCTION", f"It was 5. {LIND} saw 6. So 7 slept.", [(True, (LIND,))] * 3),
        (
            "INTRODUCTION",
            f"It was 5. {LIND} saw 6. So 7 slept.\n\nIt was so {LUND}.",
            [(True, (LIND,))] * 3 + [(True, (LUND,))],
        ),
        ("INTRODUCTION", f"It was 5. {LIND} saw 6 {LUND}.", [(True, (LUND,)), (True, (LIND, LUND))]),
    ],
)
def test_whose_work_a_sentence_reports(head, text, expected):
    found = read(f"{head}\n\n{text}\n").sentences
    assert [(one.cited, one.sources) for one in found] == expected
    assert [one.own for one in found] == [not cited for cited, _ in expected]


# --- what is named


def test_mentions_are_in_order_and_the_longest_counts():
    reading = read("The no pain group was fluent, not fluent, and in the control group good.")
    found = reading.mentions(reading.words.levels, 0, len(reading.text))
    assert [(reading.text[low:high], key) for low, high, key in found] == [
        ("fluent", "/high"),
        ("not fluent", "/low"),
        ("good", "/high"),
    ]
    start = reading.text.index("not fluent")
    assert reading.mentions(reading.words.levels, start, start + 6) == []
    assert [key for _, _, key in reading.mentions(reading.words.levels, start, start + 10)] == ["/low"]


@pytest.mark.parametrize(
    ("patterns", "named"),
    [
        ({"short": "no pain", "long": "no pain at"}, ["long"]),
        ({"long": "no pain at", "short": "no pain"}, ["long"]),
        ({"inside": "pain", "round": "no pain at all"}, ["round"]),
        ({"second": "in at", "first": "no pa"}, ["first", "second"]),
        ({"second": "ain at", "first": "no pa"}, ["first"]),
    ],
)
def test_of_mentions_that_overlap_the_first_and_longest_counts(patterns, named):
    reading = read("no pain at all")
    compiled = {key: re.compile(pattern) for key, pattern in patterns.items()}
    assert [key for _, _, key in reading.mentions(compiled, 0, 14)] == named


def test_before_and_after_is_a_comparison_and_no_time():
    reading = read("Before and after, or sebelum dan sesudah; before, then after.")
    found = reading.times(0, len(reading.text))
    assert [(reading.text[low:high], key) for low, high, key in found] == [
        ("before", "pre"),
        ("after", "post"),
    ]
    end = reading.text.index(", then")
    assert [key for _, _, key in reading.times(0, end)] == ["pre"]
    assert [key for _, _, key in reading.times(end, len(reading.text))] == ["post"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("It was 1, then #2 of all, and 3.", " then 2 of all"),
        ("It was 1; then #2 of all; then 3.", " then 2 of all"),
        ("It was: then #2 of all: 3.", " then 2 of all"),
        ("It was 1 and then #2 of all and 3.", " then 2 of all "),
        ("It was 1 WHILE then #2 of all VS 3.", " then 2 of all "),
        ("Itu 1 sedangkan #2 orang dan 3.", " 2 orang "),
        # a comma inside a number breaks nothing
        ("It was 1,5 then #2,5 of 3,5 all.", "It was 1,5 then 2,5 of 3,5 all."),
        ("It was 1:5 then #2 of 3:5 all.", "It was 1:5 then 2 of 3:5 all."),
        # nor does the "and" of before and after
        ("It was before and after #2 of all.", "It was before and after 2 of all."),
        ("It was #2 before and after all, 3.", "It was 2 before and after all"),
        # nor that of a comparison with before; but the comma behind either does
        ("It was 1 compared with before #2 of all.", "It was 1 compared with before 2 of all."),
        ("It was before and after, then #2 of all.", " then 2 of all."),
        ("There #2, of all, slept.", "There 2"),
        ("There 1 and #2 and 3.", " 2 "),
        # up to the sentence's end, no further
        ("First, all. Then #2 of all. Last, and more.", " Then 2 of all."),
        ("First. Then #2 of all. Last.", " Then 2 of all."),
    ],
)
def test_a_phrase_is_what_commas_and_ands_part(text, phrase):
    reading, sentence, start, end = at(text)
    low, high = reading.phrase(sentence, start, end)
    assert reading.text[low:high].rstrip("\n") == phrase


@pytest.mark.parametrize(
    ("text", "group"),
    [
        # in its phrase: the last before it, else the first behind it
        ("In the control group #2 slept.", "control"),
        ("The control group and the intervention group or intervention group #2.", "intervention"),
        ("The control group had, like the controls or the intervention group #2.", "intervention"),
        ("Then #2 in the control group or the intervention group slept.", "control"),
        ("The intervention group or #2 in the control group slept.", "intervention"),
        # in its sentence: the last before it, else the first behind it
        ("In the control group or intervention group, #2 slept.", "intervention"),
        ("There #2 slept, in the control group or intervention group.", "control"),
        ("In the control group 3 slept, #2 slept, and in the intervention group 4.", "control"),
        # a group that the study does not have
        ("In the control group 3 slept, in the third group #2 slept.", ""),
        ("In the control group 3 slept, in the third arm #2.", ""),
        ("In the control group 3 slept, in each group #2.", "control"),
        # the sentence before, and those before it, if they speak of one
        ("In the control group 3 slept. Of them #2 slept.", "control"),
        ("In the control group 3 slept. All did. Of them #2 slept.", "control"),
        ("The intervention group slept. In the control group 3 slept. Of them #2 slept.", "control"),
        ("In the control group and the intervention group 3 slept. Of them #2 slept.", ""),
        ("In the control group 3 slept. Of them #2 slept, unlike the intervention group.", "intervention"),
        ("Of them #2 slept. In the control group 3 slept.", ""),
        # another paragraph is another matter
        ("In the control group 3 slept.\n\nOf them #2 slept.", ""),
        # but a heading is above all of its paragraphs
        ("The control group\n\nThey slept.\n\nOf them #2 slept.", "control"),
        ("The control group and the intervention group\n\nThey slept. Of them #2 slept.", ""),
        ("They slept. Of them #2 slept.", ""),
        ("The control group\n\nThe intervention group slept. Of them #2 slept.", "intervention"),
    ],
)
def test_the_group_that_a_number_is_of(text, group):
    reading, sentence, start, end = at(text)
    assert reading.group(sentence, start, end) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        # a number before all groups is of the whole sample
        ("There #2 slept, 1 in the control group and 1 in the intervention group.", ""),
        ("There #2 slept: in the control group.", ""),
        # in its phrase, unless another number stands between
        ("There #2 in the control group slept.", "control"),
        ("There #2 with 1 in the control group slept.", ""),
        ("In the control group #2 with 1 of the control group slept.", "control"),
        ("There 1 and #2 in the control group slept.", "control"),
        ("There #2 in the control group of 1 slept.", "control"),
        # behind one it is that group's
        ("In the control group, there #2 slept.", "control"),
        ("In the control group 3 slept. Of them #2 slept.", "control"),
        ("The control group\n\nOf them #2 slept.", "control"),
        ("In the control group 3 slept. There #2 slept, like the intervention group.", ""),
    ],
)
def test_the_group_whose_size_a_number_is(text, group):
    reading, sentence, start, end = at(text)
    assert reading.group(sentence, start, end, whole=True) == group


def test_a_number_in_the_name_of_a_group_is_no_number_before_it(bath):
    dose = bath.groups[0].model_copy(update={"label": {"en": "10 mg", "id": "10 mg"}})
    study = bath.model_copy(update={"groups": (dose, bath.groups[1])})
    reading, sentence, start, end = at("There #20 in the 10 mg group slept.", study)
    assert reading.group(sentence, start, end, whole=True) == "bath"


def test_a_study_of_one_group_has_that_group(bath):
    one = bath.model_copy(update={"groups": bath.groups[:1]})
    assert at("There #2 slept.", bath)[0].two_groups
    reading, sentence, start, end = at("There #2 slept in the control group.", one)
    assert not reading.two_groups
    assert reading.group(sentence, start, end) == "bath"
    assert reading.group(sentence, start, end, whole=True) == "bath"


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("The control group and the intervention group slept.", True),
        ("The control group slept.", False),
        ("The intervention group slept.", False),
        ("All slept.", False),
    ],
)
def test_without_a_study_a_text_that_names_two_groups_has_two(text, two):
    assert read(text).two_groups is two


@pytest.mark.parametrize(
    ("text", "timepoint"),
    [
        ("Before it #2 slept after it.", "pre"),
        ("There #2 slept after it or before.", "post"),
        ("After it or before it #2 slept.", "pre"),
        # in the sentence: the last before it, else the first behind it
        ("After it or before it, #2 slept, after all.", "pre"),
        ("There, #2 slept, after it or before it.", "post"),
        # in the paragraph
        ("Before it 3 slept, after it 4. Of them #2 slept.", "post"),
        ("Before it 3 slept.\n\nOf them #2 slept.", ""),
        ("Of them #2 slept. Before it 3 slept.", ""),
        ("All slept. Of them #2 slept.", ""),
        # before and after is no time
        ("Before and after it #2 slept.", ""),
        ("Before it 3 slept. Before and after it #2 slept.", "pre"),
    ],
)
def test_the_timepoint_that_a_number_is_of(text, timepoint):
    reading, sentence, start, end = at(text)
    assert reading.timepoint(sentence, start, end) == timepoint


@pytest.mark.parametrize(
    ("text", "level", "goes_on"),
    [
        ("Poor were #2 good.", "low", "low"),
        ("There #2 were good or poor.", "high", "high"),
        ("There #2 slept, were good.", "", ""),
        ("Poor were 3 and good 4 before, and #2 after.", "", "high"),
        ("Poor were 3. There #2 slept.", "", ""),
        ("There #2 slept, later 3 were good.", "", ""),
    ],
)
def test_the_level_that_a_number_counts(text, level, goes_on):
    reading, sentence, start, end = at(text)
    assert reading.level(sentence, start, end) == ("", level)
    assert reading.level(sentence, start, end, goes_on=True) == ("", goes_on)


def test_the_level_of_a_study_has_its_variable(bath):
    reading, sentence, start, end = at("Poor were #2.", bath)
    assert reading.level(sentence, start, end) == ("sleep", "bad")


@pytest.mark.parametrize(
    ("text", "test"),
    [
        # the last before it, else the first behind it, else the last of the paragraph
        ("Mann-Whitney, then Wilcoxon gave #2, t-test 3.", "signed_rank"),
        ("There #2 by Wilcoxon, 3 by Mann-Whitney.", "signed_rank"),
        ("By Mann-Whitney and Wilcoxon. There #2 slept.", "signed_rank"),
        ("By Wilcoxon. There #2 by a t-test.", "other"),
        ("There #2 slept. Then Wilcoxon.", ""),
        ("By Wilcoxon.\n\nThere #2 slept.", ""),
        # between groups is the test between them, unless the sentence names one
        ("Between the groups there #2 slept.", "rank_sum"),
        ("There #2 slept, BETWEEN GROUPS.", "rank_sum"),
        ("Between the groups there #2 by a t-test.", "other"),
        ("By Wilcoxon. Between the groups there #2 slept.", "rank_sum"),
        ("Between the groups they slept. There #2 slept.", ""),
        ("There #2 slept. Between the groups.", ""),
    ],
)
def test_the_test_that_a_number_is_of(text, test):
    reading, sentence, start, end = at(text)
    assert reading.test(sentence, start, end) == test


@pytest.mark.parametrize(
    ("text", "test"),
    [
        (f"{LIND} by Mann-Whitney and Wilcoxon #2.", "rank_sum"),
        (f"{LIND} saw #2 by Wilcoxon or Mann-Whitney.", "signed_rank"),
        (f"{LIND} saw #2 between the groups.", ""),
        (f"We used Wilcoxon. {LIND} saw #2. We used Wilcoxon.", ""),
    ],
)
def test_the_test_of_another_work_is_the_first_that_its_sentence_names(text, test):
    reading, sentence, start, end = at(text, head="DISCUSSION")
    assert reading.test(sentence, start, end) == test
