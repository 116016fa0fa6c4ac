"""How the text of a paper is taken apart where pages and places count; see also the outlines of readings.csv."""

from itertools import accumulate, pairwise

import pytest
from tests.unit.draft.conftest import DATA, rows, unaccounted

from oxymilk.draft.context import Reading
from oxymilk.draft.read import Paper, Token, find_blocks, find_tokens
from oxymilk.draft.words import load_words

SAMPLE = DATA.parent / "accounting"
TEXT = (SAMPLE / "text.txt").read_text("utf-8")
CLAIMS, EXCLUSIONS = rows(SAMPLE / "claims.csv"), rows(SAMPLE / "exclusions.csv")
LIND, LUND = "Lind et al. (2019)", "(Lund, 2020)"


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


@pytest.mark.parametrize(
    ("text", "differences"),
    [
        (TEXT, []),
        (TEXT.replace("membaik", "membaik sesudah 13 hari"), [("13", 1, 0, [5])]),
        (TEXT + "Sekali lagi p=0,025.\n", [("0,025", 2, 1, [6, 9])]),
        (TEXT + "Tujuh ibu.\n", [("tujuh", 1, 0, [9])]),
        # percent and decimal mark tell numbers apart
        (TEXT.replace("75 %", "75").replace("0,025", "0.025"),
         [("0,025", 0, 1, []), ("0.025", 1, 0, [6]), ("75", 1, 0, [5]), ("75%", 0, 1, [])]),
    ],
)  # fmt: skip
def test_a_planted_number_is_found_beside_those_that_are_listed(text, differences):
    assert unaccounted(text, CLAIMS, EXCLUSIONS) == differences


# --- blocks and sentences


@pytest.mark.parametrize(
    ("pages", "running"),
    [
        # what three pages share but for digits and blanks; twice is not enough
        ([[f"Trials{blank}1", f"{k} is so.", end] for k, blank, end in
          (("One", " ", "The end"), ("Two", "  ", "The end"), ("Six", " ", "The finish"))], 3),
        ([[f"It is {kind}.", "", "Trials 1"] for kind in ("one", "two", "three", "four")], 4),
        ([["So it is.", "", "So it is."], ["So it is."]], 0),
        # of two on a page the first is the running head
        ([["Trials 1", "", f"It is {kind}. It was", "Trials 1"] for kind in ("one", "two", "three")], 3),
    ],
)  # fmt: skip
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
    assert [[row.text for row in block.above] for block in paragraphs] == [
        [],
        [],
        rows[:1],
        rows,
        [],
        [],
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ["It is so.", "It was so!", "Is it?", "Yes"],
        ["It is so.\u201d", "(It was so.)", "[Yes].", '"Yes."', "\u201cYes.\u201d", "No."],
        ["It is so\nin all.", "It was\n"],
        ["See Lind et al. (2019) and Lind dkk. It is so."],
        ["See Fig. A and Tab. B and No. C vs. D and e.g. E or i.e. F, approx. G."],
        ["Dr. Lind and Prof. Okoro met H. Amara, cf. Vol. A, pp. B, ref. C, hal. D, Jl. E."],
        ["It rose by 3. 4 were low.", "It fell."],
        ["It is so. it was."],
        ["It is 3.5 in A.B. It was."],
        ["It is so.It was."],
    ],
)
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


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "RESULTS\n\nIn 5 days 6 slept. They had 7.\n\n4\n\nTabel 4.1 has 8.\n\nSleep and age\n\nWomen slept 9.\n",
            [("results p1", "5 6"), ("results p1", "7"), ("results table 4.1", "4.1 8"), ("results heading", ""),
             ("results p3", "9")],
        ),
        # a number of page furniture is of no sentence; one on the line below it is
        ("RESULTS\n\nWomen slept well in\n1074\n5 beds.\n", [("results heading", ""), ("results p1", "5")]),
        ("RESULTS\n\nAs TABEL. 2.3 shows, not table 4.\n", [("results table 2.3", "2.3 4")]),
        # a table is what a paragraph of the results names in its first sixty characters
        (f"RESULTS\n\n{52 * 'x'} table 2 shows it.\n", [("results table 2", "2")]),
        (f"RESULTS\n\n{53 * 'x'} table 2 shows it.\n", [("results p1", "2")]),
        ("METHODS\n\nTable 2 shows it.\n", [("methods p1", "2")]),
    ],
)  # fmt: skip
def test_each_sentence_has_its_place_and_its_numbers(text, places):
    found = Reading(Paper(text), load_words()).sentences
    assert [
        (sentence.where, " ".join(number.token.text for number in sentence.numbers)) for sentence in found
    ] == places


@pytest.mark.parametrize(
    ("head", "text", "expected"),
    [
        # a named work is the source of its sentence, that at the paragraph's end of all sentences without one
        ("DISCUSSION", f"It was 5. {LIND} saw 6. It was 7.", [(False, ()), (True, (LIND,)), (False, ())]),
        ("DISCUSSION", f"It was 5. Lind  et al.\n(2019) saw 6. It was 7 {LUND}.",
         [(False, (LUND,)), (True, (LIND,)), (True, (LUND,))]),
        ("DISCUSSION", f"{LIND} saw 6 as 7 {LUND}.", [(True, (LIND, LUND))]),
        ("ABSTRACT", f"{LIND} saw 6.", [(True, (LIND,))]),
        # methods, results and conclusion are the paper's own, whatever they name
        ("METHODS", f"{LIND} used 6 {LUND}.", [(False, ())]),
        ("RESULTS", f"{LIND} used 6 {LUND}.", [(False, ())]),
        ("CONCLUSION", f"{LIND} used 6 {LUND}.", [(False, ())]),
        # an introduction reports others; without a source of its own a sentence has those of the paragraph, or none
        ("INTRODUCTION", "It was 5.", [(True, ())]),
        ("INTRODUCTION", f"{LIND} saw 6. It was 7.", [(True, (LIND,))] * 2),
        ("INTRODUCTION", f"It was 5. {LIND} saw 6. So 7 slept.", [(True, (LIND,))] * 3),
        ("INTRODUCTION", f"It was 5. {LIND} saw 6. So 7 slept.\n\nIt was so {LUND}.",
         [(True, (LIND,))] * 3 + [(True, (LUND,))]),
        ("INTRODUCTION", f"It was 5. {LIND} saw 6 {LUND}.", [(True, (LUND,)), (True, (LIND, LUND))]),
    ],
)  # fmt: skip
def test_whose_work_a_sentence_reports(head, text, expected):
    found = Reading(Paper(f"{head}\n\n{text}\n"), load_words()).sentences
    assert [(sentence.cited, sentence.sources) for sentence in found] == expected
    assert [sentence.own for sentence in found] == [not cited for cited, _ in expected]


@pytest.mark.parametrize("groups", ["control group and the intervention group", "control group", "women"])
def test_without_a_study_a_text_that_names_two_groups_has_two(groups, studies):
    paper = Paper(f"The {groups} slept.")
    assert Reading(paper, load_words()).two_groups is ("and" in groups)
    assert Reading(paper, load_words(studies["bath"])).two_groups
    assert not Reading(paper, load_words(studies["one group"])).two_groups
