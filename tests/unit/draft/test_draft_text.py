"""How the text of a paper is taken apart."""

import pytest

from oxymilk.draft.text import Paper, describe_place, find_blocks, line_starts, page_of, sentences
from oxymilk.draft.words import load_words

WIDE = "In this paragraph each line of the text is about as long as a line of a page of a paper is, or even longer."


@pytest.fixture(scope="module")
def words():
    return load_words()


def outlined(text, words, pages=()):
    """What a text is made of: where (or which kind of thing), and its lines."""
    return [
        (
            describe_place({"section": block.section, "number": block.number})
            if block.kind == "paragraph"
            else f"{block.section} {block.kind}",
            " / ".join(line.strip() for line in text[block.start : block.end].splitlines() if line.strip()),
        )
        for block in find_blocks(Paper(text, pages), words)
    ]


# --- sections


@pytest.mark.parametrize(
    ("head", "section"),
    [
        ("ABSTRACT", "abstract"),
        ("Abstrak:", "abstract"),
        ("Pendahuluan", "introduction"),
        ("I. PENDAHULUAN", "introduction"),
        ("  Patients  and   Methods  ", "methods"),
        ("2 Methods", "methods"),
        ("B. Metode Penelitian", "methods"),
        ("III. HASIL", "results"),
        ("3. Results.", "results"),
        ("3.1 Results", "results"),
        ("Pembahasan", "discussion"),
        ("5. Kesimpulan dan Saran :", "conclusion"),
        ("Daftar Pustaka", "end matter"),
        ("Acknowledgements", "end matter"),
        ("HASIL DAN PEMBAHASAN", "results"),
    ],
)
def test_a_line_that_is_a_sections_name_opens_the_section(words, head, section):
    assert outlined(f"A title\n\n{head}\nIt is so.\n", words) == [
        ("front matter p1", "A title"),
        (f"{section} p1", "It is so."),
    ]


@pytest.mark.parametrize(
    "line", ["The results", "Results of the trial", "Resultss", "Results X", "A. B. Results", "Keywords"]
)
def test_other_lines_open_no_section(words, line):
    assert outlined(f"{line}\n\n{WIDE}\n", words)[-1] == ("front matter p1", WIDE)


def test_a_second_combined_section_discusses(words):
    text = "Results and discussion\nOne.\n\nHasil dan pembahasan\nTwo.\n\nResults and discussion\nThree.\n"
    assert outlined(text, words) == [
        ("results p1", "One."),
        ("discussion p1", "Two."),
        ("discussion p2", "Three."),
    ]


def test_other_sections_may_come_twice(words):
    text = "Results\nOne.\n\nDiscussion\nTwo.\n\nResults\nThree.\n"
    assert outlined(text, words) == [
        ("results p1", "One."),
        ("discussion p1", "Two."),
        ("results p2", "Three."),
    ]


@pytest.mark.parametrize(
    ("line", "section", "rest"),
    [
        ("Abstract: We did it.", "abstract", "We did it."),
        ("  Hasil dan  Pembahasan — Baik.", "results", "Baik."),
        ("METHODS : 20 women.", "methods", "20 women."),
        ("Keywords: milk.", "front matter", "Keywords: milk."),
        ("Results:none.", "front matter", "Results:none."),
        ("So are results: good.", "front matter", "So are results: good."),
        ("Conclusion: all is well: really.", "conclusion", "all is well: really."),
    ],
)
def test_a_head_that_runs_into_its_paragraph_is_cut_off(words, line, section, rest):
    assert outlined(f"{line}\n", words) == [(f"{section} p1", rest)]


def test_heads_within_an_abstract_are_the_abstracts(words):
    text = "Abstract\nBackground: Few.\nResults: More.\n\nMethods: Late.\n\nResults\n\nResults: Good.\n"
    assert outlined(text, words) == [
        ("abstract p1", "Background: Few. / Results: More."),
        ("abstract p2", "Methods: Late."),
        ("results p1", "Good."),
    ]


def test_a_head_ends_the_paragraph_above_it(words):
    text = "One line.\nResults\nTwo lines.\nDiscussion: Three lines.\n"
    assert outlined(text, words) == [
        ("front matter p1", "One line."),
        ("results p1", "Two lines."),
        ("discussion p1", "Three lines."),
    ]


# --- page furniture


@pytest.mark.parametrize(
    "line",
    [
        "1074",
        "- 12 -",
        "Page 3",
        "Halaman 3 dari 10",
        "p. 12",
        "3 / 10",
        "| 7",
        "https://example.org/a/1",
        "www.example.org",
        "DOI: 10.1000/182",
        "Jurnal Contoh Vol. 3 No. 4, Desember 2023",
        "p-ISSN 2797-1031 (cetak)",
    ],
)
def test_page_numbers_addresses_and_volumes_are_no_text(words, line):
    text = f"Results\n\n{WIDE}\nThis ends here.\n  {line} \nThat is new.\n"
    assert outlined(text, words) == [
        ("results p1", f"{WIDE} / This ends here."),
        ("results furniture", line),
        ("results p2", "That is new."),
    ]


@pytest.mark.parametrize("line", ["12 women.", "Page 3 has it.", "10745", "The volume was 30 ml. It rose."])
def test_lines_with_words_of_their_own_are_text(words, line):
    assert outlined(f"Results\n\n{line}\n", words) == [("results p1", line)]


def paged(*pages):
    """A text of these pages, and the lines on which they begin."""
    starts, lines = [], []
    for page in pages:
        starts.append(len(lines) + 1)
        lines += page
    return "\n".join(lines) + "\n", tuple(starts)


def test_what_three_pages_repeat_but_for_its_digits_is_furniture(words):
    text, pages = paged(
        ["Trials 1", "One is so.", "The end"],
        ["Trials  22", "Two is so.", "The end"],
        ["Trials 333", "Three is so.", "The finish"],
    )
    kinds = [kind for kind, line in outlined(text, words, pages) if line.startswith("Trials")]
    assert kinds == ["front matter furniture"] * 3
    # twice is not enough
    assert [kind for kind, line in outlined(text, words, pages) if "furniture" in kind] == kinds


def test_a_running_head_may_stand_anywhere_on_its_pages(words):
    text, pages = paged(*([f"It is {kind}.", "", "Trials 1"] for kind in ("one", "two", "three", "four")))
    found = outlined(text, words, pages)
    assert [line for kind, line in found if kind == "front matter furniture"] == ["Trials 1"] * 4


def test_the_same_line_thrice_on_two_pages_is_text(words):
    text, pages = paged(["So it is.", "", "So it is."], ["So it is."])
    assert [kind for kind, _ in outlined(text, words, pages)] == [f"front matter p{k}" for k in (1, 2)]


def test_without_pages_nothing_is_a_running_head(words):
    assert [kind for kind, _ in outlined("So it is.\n\n" * 3, words)] == [
        f"front matter p{k}" for k in (1, 2, 3)
    ]


def test_of_a_line_that_stands_twice_on_a_page_the_first_is_the_running_head(words):
    text, pages = paged(
        *(["Trials 1", "", f"It is {kind}. It was", "Trials 1"] for kind in ("one", "two", "three"))
    )
    assert outlined(text, words, pages) == [
        (f"front matter {kind}", line)
        for k, name in enumerate(("one", "two", "three"), start=1)
        for kind, line in (("furniture", "Trials 1"), (f"p{k}", f"It is {name}. It was / Trials 1"))
    ]


# --- subheadings


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # a line on its own without an end
        (["Milk in both groups", "", "It is so."], ["heading", "p1"]),
        (["3.1 Milk", "", "It is so."], ["heading", "p1"]),
        (["The milk of mothers in", "both groups", "", "It is so."], ["heading", "p1"]),
        (["It was so", "", "It is so."], ["heading", "p1"]),
        (["It was so.", "", "It is so."], ["p1", "p2"]),
        (["It was so:", "", "It is so."], ["p1", "p2"]),
        (["It was so;", "", "It is so."], ["p1", "p2"]),
        (["Was it so?", "", "It is so."], ["p1", "p2"]),
        (["It was so!", "", "It is so."], ["p1", "p2"]),
        (["\u201cIt was so.\u201d ", "", "It is so."], ["p1", "p2"]),
        (["It was so. It is so", "", "It is so."], ["p1", "p2"]),
        (["Was it so? It is so", "", "It is so."], ["p1", "p2"]),
        # an initial or a number ends no sentence
        (["Milk of H. Sapiens", "", "It is so."], ["heading", "p1"]),
        (["Table 2. Milk", "", "It is so."], ["heading", "p1"]),
        (["Milk vs. tea", "", "It is so."], ["heading", "p1"]),
        # a short line above a paragraph
        (["Milk in groups", WIDE, "It is so."], ["heading", "p1"]),
        (["Milk in groups", "  It is so", WIDE], ["heading", "p1"]),
        (["Milk in groups", WIDE.lower(), "It is so."], ["p1"]),
        (["milk in groups", WIDE, "It is so."], ["p1"]),
        (["Milk in groups.", WIDE, "It is so."], ["p1"]),
        (["Milk in groups,", WIDE, "It is so."], ["p1"]),
        ([WIDE[:80], WIDE, "It is so."], ["heading", "p1"]),
        ([WIDE[:81], WIDE, "It is so."], ["p1"]),
        (["Milk in group A", WIDE, "It is so."], ["heading", "p1"]),
        ([f"Milk in groups{30 * ' '}", "", "It is so."], ["heading", "p1"]),
        # a line below a paragraph
        ([WIDE, "It is so.", "Milk in groups", "", "It is new."], ["p1", "heading", "p2"]),
        ([WIDE, "It is so.", "Milk in", "Groups", "", "It is new."], ["p1", "heading", "p2"]),
        (["It is so.", "milk in groups", "", "It is new."], ["p1", "p2"]),
        (["Milk in groups", "It is so in all of them", "", "It is new."], ["heading", "p1", "p2"]),
        (["Milk in groups", "It is so in all", "", "It is new."], ["heading", "p1"]),
    ],
)
def test_a_short_line_without_an_end_heads_what_follows(words, lines, expected):
    text = "\n".join(["Results", "", *lines]) + "\n"
    found = outlined(text, words)
    assert [kind for kind, _ in found] == [f"results {kind}" for kind in expected]
    assert " / ".join(shown for _, shown in found) == " / ".join(line.strip() for line in lines if line)


def test_a_heading_has_its_own_text_and_gives_it_to_what_follows(words):
    text = "Results\n\nMilk in groups\nof  mothers\n\nSo.\n\nIt is.\n\nDays\n\nMore.\n\nDiscussion\n\nNew.\n"
    assert [(block.kind, block.number, block.heading) for block in find_blocks(Paper(text), words)] == [
        ("heading", 0, "Milk in groups of mothers"),
        ("paragraph", 1, "Milk in groups of mothers"),
        ("paragraph", 2, "Milk in groups of mothers"),
        ("heading", 0, "Days"),
        ("paragraph", 3, "Days"),
        ("paragraph", 1, ""),
    ]


def test_the_last_words_of_a_section_head_nothing(words):
    text = "Results\n\nSo.\n\nMilk in groups\n\n12\n\nDiscussion\n\nDays\n\n12\n\nIt is.\nMilk\n"
    assert outlined(text, words) == [
        ("results p1", "So."),
        ("results p2", "Milk in groups"),
        ("results furniture", "12"),
        ("discussion heading", "Days"),
        ("discussion furniture", "12"),
        ("discussion p1", "It is."),
        ("discussion p2", "Milk"),
    ]


@pytest.mark.parametrize(("length", "kind"), [(250, "heading"), (251, "p1")])
def test_a_heading_has_at_most_250_characters(words, length, kind):
    shown = ("Milk " * 51)[: length - 1] + "s"
    alone = outlined(f"Results\n\n  {shown}  \n\nIt is so.\n", words)
    assert alone[0] == (f"results {kind}", shown)
    below = outlined(f"Results\n\nIt is so.\n{shown}\n\nIt is new.\n", words)
    assert [kind for kind, _ in below] == [
        "results p1",
        *(["results heading"] if kind == "heading" else []),
        "results p2",
    ]


# --- paragraphs that a page's end broke


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("It is so in", "both groups.", True),
        ("It is so", "(in both groups).", True),
        ("It is so. It was", "so, too.", True),
        ("It is so, \u201cand", "so on.\u201d", True),
        ("It is so. Its", "pH was so, too.", True),
        ("It is so in X", "and in Y.", True),
        ("It is so in.", "both groups.", False),
        ("It is so!", "both groups.", False),
        ("Is it so?", "both groups.", False),
        ("It is so:", "both groups.", False),
        ("It is so;", "both groups.", False),
        ("It is so |", "both groups.", False),
        ("It is so. It was", "Both groups.", False),
        ("It is so. It was", "12 groups.", False),
        ("It is so in", "both groups | 12.", False),
    ],
)
@pytest.mark.parametrize("between", ["", "12\n\n", "12\n\nDOI: 10.1/2\n\n", "www.example.org\n\n"])
def test_a_paragraph_goes_on_with_a_small_letter(words, before, after, joined, between):
    text = f"Results\n\nNew.\n\n{before}\n\n{between}{after}\n"
    blocks = find_blocks(Paper(text), words)
    found = [block for block in blocks if block.kind != "furniture"]
    assert len(blocks) - len(found) == len(between.split("\n\n")) - 1
    whole = next(block for block in found if before in text[block.start : block.end])
    assert (after in text[whole.start : whole.end]) is joined
    assert len(found) == (2 if joined else 3)
    if joined:
        assert (whole.kind, whole.number) == ("paragraph", 2)


def test_a_small_letter_goes_on_only_in_its_section(words):
    assert outlined("it is so in\n\nResults\n\nboth groups.\n", words) == [
        ("front matter p1", "it is so in"),
        ("results p1", "both groups."),
    ]


def test_a_paragraph_may_go_on_twice(words):
    text = "Results\n\nIt is\n\n12\n\nso in\n\n13\n\nboth groups.\n\nNew.\n"
    assert outlined(text, words) == [
        ("results p1", "It is / 12 / so in / 13 / both groups."),
        ("results furniture", "12"),
        ("results furniture", "13"),
        ("results p2", "New."),
    ]


# --- tables


def test_rows_of_a_table_are_one_paragraph_and_know_the_rows_above(words):
    text = "Results\nText.\na | b |\n1 | 2 |\n3 | 4 |\nMore.\nc | d |\n"
    found = find_blocks(Paper(text), words)
    shown = [
        (text[block.start : block.end], block.number, [text[slice(*row)] for row in block.above])
        for block in found
    ]
    assert shown == [
        ("Text.\n", 1, []),
        ("a | b |\n", 2, []),
        ("1 | 2 |\n", 2, ["a | b |\n"]),
        ("3 | 4 |\n", 2, ["a | b |\n", "1 | 2 |\n"]),
        ("More.\n", 3, []),
        ("c | d |\n", 4, []),
    ]


def test_a_blank_line_or_a_page_number_does_not_end_a_table_but_a_heading_and_text_do(words):
    text = "Results\na | b |\n\n12\n1 | 2 |\n\nMilk\n\n3 | 4 |\n\nSo.\n\n5 | 6 |\n"
    assert [
        (block.number, len(block.above))
        for block in find_blocks(Paper(text), words)
        if block.kind == "paragraph"
    ] == [(1, 0), (1, 1), (1, 2), (2, 0), (3, 0)]


# --- sentences


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
def test_sentences_end_before_a_capital_but_not_after_an_abbreviation(words, parts):
    for above in ("", "Milk\n\n"):
        text = f"{above}Results\n\nNew.\n\n{' '.join(parts)}"
        block = find_blocks(Paper(text), words)[-1]
        assert [text[low:high].strip() for low, high in sentences(text, block)] == [
            each.strip() for each in parts
        ]
        found = sentences(text, block)
        assert (found[0][0], found[-1][1]) == (block.start, block.end)


# --- places


def test_lines_begin_after_line_ends():
    assert line_starts("a\n\nbcd\ne") == [0, 2, 3, 7]
    assert line_starts("a\n") == [0]
    assert line_starts("") == []


def test_a_line_is_on_the_last_page_that_began():
    paper = Paper("a\nb\nc\nd\n", (1, 3, 4))
    assert [page_of(paper, line) for line in (1, 2, 3, 4)] == [1, 1, 2, 3]
    assert page_of(Paper("a\n"), 1) == 0


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"section": "results", "number": 3}, "results p3"),
        ({"section": "results", "number": 3, "table": ""}, "results p3"),
        ({"section": "results", "number": 3, "table": "4.1"}, "results table 4.1"),
        ({"section": "front matter", "number": 0, "table": ""}, "front matter"),
        ({"section": "front matter"}, "front matter"),
    ],
)
def test_a_place_is_named_in_our_words(place, shown):
    assert describe_place(place) == shown
