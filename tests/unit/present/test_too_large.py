"""Where the exact counterpart of a test would need too much memory it has no number, and everything else stands."""

import re

import pytest

from oxymilk.present.figure_p_values import describe_p_values, p_values_figure
from oxymilk.present.p_value_rows import p_value_rows
from oxymilk.present.provenance import provenance
from oxymilk.present.report import render_report
from oxymilk.present.tables import build_tables
from oxymilk.texts import NO_VALUE

WORDS = {
    "en": "The exact distribution of this many values needs too much memory",
    "id": "Distribusi eksak untuk nilai sebanyak ini memerlukan terlalu banyak memori",
}
EXACT = {"en": "p, exact conditional", "id": "nilai-p eksak bersyarat"}


@pytest.fixture
def frames(bontang, bontang_claims, make_frames, no_memory):
    """The first study, with no memory at all for exact signed-rank distributions; its rank-sum needs none."""
    return make_frames(bontang, bontang_claims)


@pytest.mark.parametrize("language", ["en", "id"])
def test_tables_say_why_there_is_no_exact_p(language, bontang, frames):
    chosen = (frames[name] for name in ("frequencies", "tests", "verdicts", "effects"))
    tables = build_tables(bontang, *chosen, language)
    for table in tables:
        if table.kind in ("signed_rank", "rank_sum"):
            within = table.kind == "signed_rank"
            (note,) = [note for note in table.notes if WORDS[language] in note.text] if within else [None]
            assert within or not any(WORDS[language] in note.text for note in table.notes)
            (row,) = [row for row in table.panels[1].rows if row.cells[0].text == EXACT[language]]
            assert (row.cells[1].text == NO_VALUE) == within
            assert row.cells[1].marks == ((note.mark,) if within else ())


def test_figure_and_report_stand_without_the_exact_p(bontang, frames, tmp_path):
    found = [frames[name] for name in ("tests", "procedures", "verdicts")]
    rows = p_value_rows(bontang, *found)
    figure = p_values_figure(bontang, *found, "en")
    drawn = {mark.get_gid() for mark in figure.findobj() if mark.get_gid()}
    for number, row in enumerate(rows, start=1):
        within = row.test == "signed_rank"
        assert (row.exact != row.exact) == within
        assert f"recomputed-{number}-declared" in drawn
        assert (f"recomputed-{number}-exact" in drawn) != within
    assert f"the exact conditional p is {NO_VALUE}." in describe_p_values(bontang, *found, "en")[1]
    for language in ("en", "id"):
        page = render_report(bontang, **frames, language=language, provenance=provenance([], tmp_path))
        assert WORDS[language] in page
        assert f'<td class="number">{NO_VALUE}</td>' in page
        assert not re.search(r"\bnan\b", page)


def test_a_tiny_p_of_a_program_is_an_arrow_at_the_edge(bontang, results):
    found = [results[name].copy() for name in ("tests", "procedures", "verdicts")]
    found[0].loc[found[0]["test"] == "signed_rank", "p_value"] = "1e-80"
    found[1].loc[found[1]["id"] == "spss_wilcoxon", "p_value"] = "1e-80"
    figure = p_values_figure(bontang, *found, "en")
    marks = {mark.get_gid(): mark for mark in figure.findobj() if mark.get_gid()}
    for number, row in enumerate(p_value_rows(bontang, *found), start=1):
        tiny = [each for each in row.programs if each.p_value < 1e-12]
        assert bool(tiny) == (row.test == "signed_rank")
        drawn = [mark for name, mark in marks.items() if name.startswith(f"mark-{number}-")]
        assert [mark.get_marker() for mark in drawn].count("<") == bool(tiny)
        assert all(1e-12 <= mark.get_xdata()[0] <= 1.15 for mark in drawn)
        # the close-up shows what is near the printed number only
        near = [mark for name, mark in marks.items() if name.startswith(f"close_up_mark-{number}-")]
        assert "<" not in [mark.get_marker() for mark in near]
    words = [axes.get_xticklabels() for axes in figure.axes if axes.get_xscale() == "log"]
    assert [label.get_text() for label in words[-1]][::-1][:4] == ["1", "", "0.01", ""]
