"""How the text of a paper is taken apart where pages and places count; see also the outlines of readings.csv."""

from itertools import accumulate, pairwise

import pytest
from tests.cases import cases, read_rows
from tests.unit.draft.conftest import DATA, unaccounted

from oxymilk.draft.context import Reading
from oxymilk.draft.read import Paper, Token, find_blocks, find_tokens
from oxymilk.draft.words import load_words

SAMPLE = DATA.parent / "accounting"
TEXT = (SAMPLE / "text.txt").read_text("utf-8")
CLAIMS, EXCLUSIONS = read_rows(SAMPLE / "claims.csv"), read_rows(SAMPLE / "exclusions.csv")


# --- numbers


def test_each_number_has_its_kind_and_place():
    assert find_tokens("\n5 ibu,\nlima-\nke-VI, 20-35, XX") == [
        Token("5", "number", 1, 2),
        Token("lima", "word", 8, 12),
        Token("VI", "roman", 17, 19),
        Token("20-35", "range", 21, 26),
        Token("XX", "roman", 28, 30),
    ]


def test_a_number_in_digits_of_another_script_is_one_number():
    found = find_tokens("p = ٠٫٠٨٣, p = ０．０８３, p = ०.०८३, n = 1٬234, 0,05²")
    assert [token.text for token in found] == ["0,083", "0.083", "0.083", "1٬234", "0,05"]


def test_tokens_hold_every_digit_of_the_text_and_do_not_overlap():
    found = find_tokens(TEXT)
    assert all(first.end <= second.start for first, second in pairwise(found))
    held = {place for token in found for place in range(token.start, token.end)}
    assert [place for place, sign in enumerate(TEXT) if sign.isdecimal() and place not in held] == []
    for token in found:
        shown = TEXT[token.start : token.end]
        if token.kind != "range" and shown.isascii():
            assert "".join(shown.split()).lower() == token.text.replace(" ", "").lower()


@cases
def test_a_planted_number_is_found_beside_those_that_are_listed(text, differences):
    assert list(map(list, unaccounted(text, CLAIMS, EXCLUSIONS))) == differences


# --- blocks and sentences


@cases
def test_what_three_pages_repeat_but_for_its_digits_is_a_running_head(pages, running):
    text = "\n".join(line for page in pages for line in page) + "\n"
    paper = Paper(text, tuple(accumulate(map(len, pages[:-1]), initial=1)))
    assert [block.kind for block in find_blocks(paper)].count("furniture") == running
    assert "furniture" not in [block.kind for block in find_blocks(Paper(text))]


def test_a_heading_is_given_to_what_follows_and_rows_to_the_rows_below():
    text = "Results\n\nMilk of\n mothers\n\nSo.\n\na | b |\n1 | 2 |\n\n12\n\n3 | 4 |\nMore.\n\nDiscussion\n\nNew.\n"
    paragraphs = [block for block in find_blocks(Paper(text)) if block.kind == "paragraph"]
    assert [(block.section, block.number, block.heading) for block in paragraphs] == [
        *(("results", number, "Milk of mothers") for number in (1, 2, 2, 2, 3)), ("discussion", 1, "")
    ]  # fmt: skip
    rows = ["a | b |\n", "1 | 2 |\n"]
    assert [[row.text for row in block.above] for block in paragraphs] == [[], [], rows[:1], rows, [], []]


@cases
def test_sentences_end_before_a_capital_but_not_after_an_abbreviation(parts):
    text = f"RESULTS\n\n{' '.join(parts)}"
    found = [text[sentence.start : sentence.end] for sentence in Reading(Paper(text), load_words()).sentences]
    assert [part.strip() for part in found] == [part.strip() for part in parts]
    assert "".join(found) == text.removeprefix("RESULTS\n\n")


def test_lines_and_pages():
    text = "One.\nTwo.\nThree.\n"
    for pages, places in (
        ((), ["line 1", "line 1", "line 2", "line 3"]),
        ((1, 3), ["page 1, line 1", "page 1, line 1", "page 1, line 2", "page 2, line 3"]),
    ):
        reading = Reading(Paper(text, pages), load_words())
        assert [reading.place(text.index(word)) for word in ("One", "\nTwo", "Two", "Three")] == places


@cases
def test_each_sentence_has_its_place_and_its_numbers(text, places):
    found = Reading(Paper(text), load_words()).sentences
    shown = [[each.where, " ".join(number.token.text for number in each.numbers)] for each in found]
    assert shown == places


@cases
def test_whose_work_a_sentence_reports(head, text, expected):
    found = Reading(Paper(f"{head}\n\n{text}\n"), load_words()).sentences
    assert [[sentence.cited, list(sentence.sources)] for sentence in found] == expected
    assert [sentence.own for sentence in found] == [not cited for cited, _ in expected]


@pytest.mark.parametrize("groups", ["control group and the intervention group", "control group", "women"])
def test_without_a_study_a_text_that_names_two_groups_has_two(groups, studies):
    paper = Paper(f"The {groups} slept.")
    assert Reading(paper, load_words()).two_groups is ("and" in groups)
    assert Reading(paper, load_words(studies["bath"])).two_groups
    assert not Reading(paper, load_words(studies["one group"])).two_groups
