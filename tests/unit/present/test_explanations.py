"""What would explain a number that differs: the table, the two figures, and the section of the report."""

import itertools
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from oxymilk.present.explanation_rows import claim_words, contradicts, explained_claims, percent
from oxymilk.present.figure_explanation_map import (
    SHADES,
    bands,
    describe_explanation_map,
    explanation_map_figure,
    outcomes_of,
)
from oxymilk.present.figure_explanation_rank import (
    HALF,
    MOST,
    describe_explanation_rank,
    explanation_rank_figure,
)
from oxymilk.present.figures import NAMES, differs_between_groups, draw
from oxymilk.present.report import render_report
from oxymilk.present.report_explanations import explanation_section
from oxymilk.present.table_explanations import build_explanation_table
from oxymilk.present.table_formats import csv_frame
from oxymilk.present.tables import build_tables
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

FACTS = {"versions": {"oxymilk": "0.0"}, "inputs": {}, "commit": "c0ffee", "changed": False}
MANN_WHITNEY = "mann_whitney_p_abstract"


def rendered(study, results, explained, language="en"):
    return render_report(study, **results, language=language, provenance=FACTS, **explained)


@pytest.fixture(scope="module")
def verdicts(results):
    return results["verdicts"]


@pytest.fixture(scope="module")
def report(bontang, results, explained):
    return rendered(bontang, results, explained)


@pytest.fixture(scope="module")
def section(report):
    return words_of(re.search(r'<section id="explanations".*?</section>', report, re.DOTALL)[0])


@pytest.fixture(scope="module")
def rank_figure(bontang, explained, verdicts):
    return explanation_rank_figure(bontang, explained["explanations"], verdicts, "en")


@pytest.fixture(scope="module")
def map_figure(bontang, explained, verdicts):
    return explanation_map_figure(bontang, explained["outcomes"], verdicts, "en")


def words_of(html):
    words = []
    parser = HTMLParser()
    parser.handle_data = words.append
    parser.feed(re.sub(r"<(style|svg).*?</\1>", " ", html, flags=re.DOTALL))
    return re.sub(r"\s+", " ", " ".join(words)).replace(" .", ".")


def artists(figure, start):
    return {
        each.get_gid(): each
        for each in figure.findobj(lambda each: str(each.get_gid() or "").startswith(start))
    }


def empty(frame):
    return frame.iloc[:0]


# ---------------------------------------------------------------- records


def test_claims_are_gathered_with_their_explanations_in_order(bontang, explained, verdicts):
    claims = explained_claims(bontang, explained["explanations"], verdicts, labels("en"))
    frame = explained["explanations"]
    assert [claim.ids[0] for claim in claims] == list(dict.fromkeys(frame["claim_id"]))
    first = claims[0]
    assert first.ids[0] == MANN_WHITNEY
    assert len(first.ids) == len(first.places) == 3
    assert [hit.rank for hit in first.explanations] == list(range(1, len(first.explanations) + 1))
    assert {claim.searched for claim in claims if not claim.explanations} == {True, False}
    assert all(claim.without for claim in claims if not claim.explanations)


def test_descriptions_are_in_the_language_with_its_decimal_mark(bontang, explained, verdicts):
    def first(language):
        return explained_claims(bontang, explained["explanations"], verdicts, labels(language))[0]

    english, indonesian = first("en"), first("id")
    assert all("0.004" in hit.description for hit in english.explanations)
    assert all("0,004" in hit.description for hit in indonesian.explanations)
    assert not any("0.004" in hit.description for hit in indonesian.explanations)
    pairs = zip(english.explanations, indonesian.explanations, strict=True)
    assert all(one.description != two.description for one, two in pairs)
    assert claim_words(bontang, indonesian.claim, labels("id")).endswith(": 0,004")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.004, "<1%"),
        (0.104, "10%"),
        (0.5, "50%"),
        (0.9999, ">99%"),
        (1.0, "100%"),
        (None, NO_VALUE),
    ],
)
def test_shares(share, text):
    assert percent(share, labels("id")) == text


# ---------------------------------------------------------------- table


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_has_every_explanation(bontang, explained, verdicts, language):
    t = labels(language)
    table = build_explanation_table(bontang, explained["explanations"], verdicts, language, 8)
    (panel,) = table.panels
    shown = [
        tuple(cell.text for cell in panel.shown_cells(row)) for row in panel.rows if row.kind != "section"
    ]
    expected = [
        (
            str(hit.rank),
            hit.description,
            t(f"explanations.kind.{hit.kind}"),
            contradicts(hit, t),
            percent(hit.coincidence, t),
        )
        for claim in explained_claims(bontang, explained["explanations"], verdicts, t)
        for hit in claim.explanations
    ]
    assert shown == expected
    assert len(shown) == (explained["explanations"]["kind"] != "none").sum()
    assert (table.number, table.kind) == (8, "explanations")


def test_table_says_what_is_uninformative_and_who_prints_it(bontang, explained, verdicts):
    table = build_explanation_table(bontang, explained["explanations"], verdicts, "en", 8)
    (panel,) = table.panels
    notes = {note.mark: note.text for note in table.marked_notes}
    frame = explained["explanations"]
    hits = frame[frame["kind"] != "none"].to_dict("records")
    rows = [row for row in panel.rows if row.kind != "section"]
    for row, hit in zip(rows, hits, strict=True):
        marked = [notes[mark] for mark in row.cells[4].marks]
        assert (marked != []) == (hit["informative"] == "false")
        assert all(text.startswith("Uninformative") for text in marked)
        printed_by = [notes[mark] for mark in row.cells[1].marks]
        assert printed_by == ([f"Printed by: {hit['programs']}."] if hit["programs"] else [])
    assert any("Without an explanation: " in text for text in table.general_notes)


def test_table_in_csv_has_ids_programs_and_witness(bontang, explained, verdicts):
    frame = csv_frame(build_explanation_table(bontang, explained["explanations"], verdicts, "en", 8))
    hits = explained["explanations"]
    hits = hits[hits["kind"] != "none"]
    for column, name in (
        ("Witness", "witness"),
        ("Claims contradicted", "claims_contradicted"),
        ("Programs", "programs"),
        ("p", "p_value"),
    ):
        assert list(frame[column]) == list(hits[name])


def test_no_table_when_nothing_has_an_explanation(bontang, bontang_frames, explained, verdicts):
    none = explained["explanations"][explained["explanations"]["kind"] == "none"]
    assert build_explanation_table(bontang, none, verdicts, "en", 8) is None
    assert len(build_tables(bontang, *bontang_frames, "en", empty(none))) == 7
    assert [table.kind for table in build_tables(bontang, *bontang_frames, "en", explained["explanations"])][
        6:
    ] == [
        "effects",
        "explanations",
    ]


# ---------------------------------------------------------------- map


def test_map_has_a_cell_for_every_outcome_shaded_by_p(map_figure, explained, bontang):
    cells = artists(map_figure, "cell-")
    outcomes = outcomes_of(explained["outcomes"])
    assert len(cells) == len(outcomes) == 121
    from matplotlib.colors import to_hex

    for outcome in outcomes:
        first, second = outcome.counts
        shade = to_hex(cells[f"cell-{first}-{second}"].get_facecolor()).upper()
        limits = (0.001, 0.01, bontang.alpha)
        assert shade == SHADES[sum(outcome.p_value >= limit for limit in limits)]
        assert cells[f"cell-{first}-{second}"].get_xy() == (first - 0.5, second - 0.5)


def test_map_outlines_what_prints_as_printed_and_marks_the_data(map_figure, explained):
    outlined = set(artists(map_figure, "outline-"))
    assert outlined == {f"outline-{first}-{second}" for first, second in ((10, 4), (6, 0), (0, 6), (4, 10))}
    (mark,) = artists(map_figure, "data").values()
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (10, 3)
    shown = [text.get_text() for text in map_figure.texts]
    assert "prints as 0.004: 4 outcomes" in shown
    assert "the data: 10 and 3, p = 0.00138" in shown


def test_axes_of_the_map_name_group_level_and_timepoint(map_figure):
    (axes,) = map_figure.axes
    assert axes.get_xlabel() == "Oxytocin massage: n sufficient, After (day 15)"
    assert axes.get_ylabel() == "Control: n sufficient, After (day 15)"


@pytest.mark.parametrize(("alpha", "count"), [(0.05, 4), (0.01, 3), (0.001, 2), (0.0005, 2), (0.1, 4)])
def test_classes_of_p_end_at_alpha(alpha, count):
    found = bands(alpha)
    assert len(found) == count
    assert found[-1] == (alpha, 1.0)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))


def test_map_of_many_participants_keeps_its_size(bontang, verdicts):
    rows = [
        (str(a), str(b), "60", "40", f"{(a + b + 1) / 101:.10g}", "", "false")
        for a in range(61)
        for b in range(41)
    ]
    columns = ["count1", "count2", "n1", "n2", "p_value", "prints_as_claimed", "observed"]
    outcomes = pd.DataFrame(rows, columns=columns)
    figure = explanation_map_figure(bontang, outcomes, verdicts, "id")
    assert figure.get_figwidth() < 9
    assert "tidak ada hasil yang tercetak 0,004" in [text.get_text() for text in figure.texts]
    assert (
        "tidak ada hasil yang tercetak 0,004."
        in describe_explanation_map(bontang, outcomes, verdicts, "id")[1]
    )


def test_a_design_without_a_map(bontang, explained, verdicts, results):
    none = empty(explained["outcomes"])
    assert explanation_map_figure(bontang, none, verdicts, "en") is None
    assert describe_explanation_map(bontang, none, verdicts, "en")[1] == "The design has no such map."
    page = rendered(bontang, results, {**explained, "outcomes": none})
    assert "There is no map of outcomes" in page
    assert 'id="figure-explanation_map"' not in page


def test_no_map_when_the_test_between_groups_does_not_differ(explained, verdicts):
    frame = explained["explanations"]
    assert differs_between_groups(frame, verdicts)
    assert not differs_between_groups(frame[frame["claim_id"] != MANN_WHITNEY], verdicts)


def test_words_that_stand_in_for_the_map(bontang, explained, verdicts):
    _, description = describe_explanation_map(bontang, explained["outcomes"], verdicts, "en")
    assert "the data: 10 and 3, p = 0.00138" in description
    assert "prints as 0.004: 4 outcomes: 0 and 6; 4 and 10; 6 and 0; 10 and 4." in description


# ---------------------------------------------------------------- ranked chart


def test_bars_are_as_long_as_the_coincidence(rank_figure, bontang, explained, verdicts):
    claims = [
        c
        for c in explained_claims(bontang, explained["explanations"], verdicts, labels("en"))
        if c.explanations
    ]
    bars = artists(rank_figure, "bar-")
    expected = {
        f"bar-{number}-{hit.rank}": hit
        for number, claim in enumerate(claims, start=1)
        for hit in claim.explanations
    }
    assert set(bars) == set(expected)
    for name, hit in expected.items():
        assert bars[name].get_width() == pytest.approx(hit.coincidence)
        assert bool(bars[name].get_hatch()) == (hit.coincidence > HALF) == (not hit.informative)
    heights = [bars[name].get_y() for name in expected]
    assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_covers_another_or_leaves_the_figure(bontang, explained, verdicts, language):
    figures = [
        explanation_rank_figure(bontang, explained["explanations"], verdicts, language),
        explanation_map_figure(bontang, explained["outcomes"], verdicts, language),
    ]
    for figure in figures:
        boxes = [(text.get_text(), text.get_window_extent()) for text in figure.texts]
        for name, box in boxes:
            assert box.x0 >= 0, name
            assert box.x1 <= figure.bbox.x1, name
            assert box.y0 >= 0, name
            assert box.y1 <= figure.bbox.y1, name
        for (name, one), (other, two) in itertools.combinations(boxes, 2):
            over = min(one.x1, two.x1) - max(one.x0, two.x0), min(one.y1, two.y1) - max(one.y0, two.y0)
            assert min(over) <= 1, (name, other)


def test_many_explanations_are_cut_and_said(bontang, explained, verdicts):
    frame = explained["explanations"]
    row = frame[frame["claim_id"] == MANN_WHITNEY].iloc[:1]
    many = pd.concat([row.assign(rank=str(rank)) for rank in range(1, MOST + 4)], ignore_index=True)
    figure = explanation_rank_figure(bontang, many, verdicts, "en")
    assert len(artists(figure, "bar-")) == MOST
    assert any(text.get_text().endswith(f"(first {MOST} of {MOST + 3})") for text in figure.texts)


def test_no_chart_when_nothing_has_an_explanation(bontang, explained, verdicts):
    none = explained["explanations"][explained["explanations"]["kind"] == "none"]
    assert explanation_rank_figure(bontang, none, verdicts, "en") is None
    assert describe_explanation_rank(bontang, none, verdicts, "en")[1] == "No claim has an explanation."


def test_figures_of_explanations_follow_when_a_number_differs(bontang, results, explained):
    frames = [results[name] for name in ("observations", "tests", "procedures", "verdicts", "effects")]

    def names(explanations):
        return [each.name for each in draw(bontang, *frames, "id", explanations, explained["outcomes"])]

    frame = explained["explanations"]
    assert names(frame) == list(NAMES)
    assert names(frame[frame["claim_id"] != MANN_WHITNEY]) == list(NAMES[:4])
    assert names(empty(frame)) == list(NAMES[:3])


# ---------------------------------------------------------------- report


def test_report_answers_in_plain_words(section):
    text = section.replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "What differs? Printed 0.004 (in 3 places: abstract; results table 6; discussion effect). "
        "The declared procedure gives 0.001381, which prints as 0.001." in text
    )
    assert "By how much? Units of the last printed digit: 3." in text
    assert (
        "Does it change the conclusion? No. At α = 0.05 the printed and the recomputed p are both significant."
        in text
    )
    assert "What would explain it? Ways found: 10." in text
    assert "What is that worth? Informative, with a coincidence of at most one half: 10 of 10." in text
    assert "Each shows what is possible, not what happened." in text


def test_report_counts_the_datasets(section):
    text = section.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert (
        "could have 81 796 different datasets in all. Of these, 4 satisfy every printed p-value, "
        "1 every printed count and percentage, and 0 both." in text
    )
    assert "286 286 81 796" in text
    assert "Printed 5" not in text


def test_report_lists_contradictions_and_what_has_no_explanation(section, explained):
    assert "Claims that contradict each other" in section
    assert "percentage, Control, After (day 15), insufficient: 70%" in section
    assert "(the same as: percentage, Control, After (day 15), sufficient: 30%; " in section
    assert "Without an explanation" in section
    frame = explained["explanations"]
    unsearched = (frame["code"] == "no_search").sum()
    assert f"to which no search applies: {unsearched}" in section


def test_report_links_what_differs_with_what_would_explain_it(report):
    assert f'href="#explained-{MANN_WHITNEY}"' in report
    ids = re.findall(r'\bid="([^"]+)"', report)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', report)) <= set(ids)


def test_report_is_neutral(section):
    found = re.findall(
        r"\b(fraud|fabricat\w*|manipulat\w*|wrong|error|mistake\w*|suspicious|misconduct)\b",
        section.casefold(),
    )
    assert found == []


def test_a_decision_that_changes_and_nothing_informative(bontang, explained, verdicts):
    changed = verdicts.copy()
    claimed = changed["id"] == MANN_WHITNEY
    changed.loc[claimed, ["decision", "decision_printed", "decision_computed"]] = [
        "flip",
        "not significant",
        "significant",
    ]
    frame = explained["explanations"].assign(informative="false")
    t = labels("en")
    first = explanation_section(
        bontang, frame, explained["datasets"], explained["contradictions"], changed, t
    )["claims"][0]
    assert "the printed p is not significant, the recomputed p significant" in first["conclusion"]
    assert first["worth"].startswith("None of the 10 is informative")
    assert "uninformative" in first["best"][0]["worth"]


def test_what_was_not_searched_is_said(bontang, results, explained):
    datasets = (
        explained["datasets"]
        .iloc[:1]
        .assign(
            set="all",
            group="",
            datasets="",
            all_datasets="",
            share="",
            searched="false",
            reason="<too many> margins",
        )
    )
    page = rendered(
        bontang,
        results,
        {**explained, "datasets": datasets, "contradictions": empty(explained["contradictions"])},
    )
    assert "&lt;too many&gt; margins" in page
    text = words_of(page)
    assert "not searched" in text
    assert "different datasets in all" not in text
    assert "Claims that contradict each other" not in text


def test_no_section_when_nothing_differs_or_nothing_was_explained(bontang, results, explained):
    for more in ({}, {name: empty(frame) for name, frame in explained.items()}):
        page = rendered(bontang, results, more)
        assert 'id="explanations"' not in page
        assert "#explained-" not in page
        assert page.count('class="oxymilk-table"') == 7


def test_report_in_indonesian(bontang, results, explained):
    text = words_of(rendered(bontang, results, explained, "id")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Seberapa besar bedanya? Satuan pada digit terakhir yang tercetak: 3." in text
    assert "Tidak. Pada α = 0,05 nilai-p yang tercetak dan hasil hitung ulang sama-sama signifikan." in text
    english = {words for words in labels("en").section("explanations").values() if len(words.split()) > 3}
    assert not [words for words in english if words in text]
