"""Before and after for scores that are numbers: every participant's line, the cuts, the words."""

import itertools
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from oxymilk import analysis
from oxymilk.files import read_csv, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.present.figure_slopes import describe_slopes, slopes, slopes_figure
from oxymilk.study import load_study
from oxymilk.texts import LANGUAGES

EXAMPLE = Path(__file__).parents[3] / "data" / "examples" / "long"
COLUMNS = ["participant", "group", "timepoint", "outcome", "score"]


@pytest.fixture(scope="module")
def volumes():
    return load_study(EXAMPLE)


@pytest.fixture(scope="module")
def observations(volumes):
    return ingest_observations(volumes, EXAMPLE).table


@pytest.fixture(scope="module")
def tests(volumes, observations, tmp_path_factory):
    path = tmp_path_factory.mktemp("slopes") / "tests.csv"
    write_csv(analysis.test_table(volumes, observations), path)
    return read_csv(path)


def observed(pairs):
    rows = [
        (f"P{number:02d}", group, timepoint, "milk_volume", score)
        for number, (group, *scores) in enumerate(pairs, start=1)
        for timepoint, score in zip(("pre", "post"), scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def lines(figure, group):
    return figure.findobj(lambda each: str(each.get_gid() or "").startswith(f"slope-{group}-"))


def test_scores_are_as_written_and_the_incomplete_left_out(volumes):
    table = observed([("intervention", "0.30", "0.3"), ("intervention", "5", ""), ("control", "7.1", "7.09")])
    intervention, control = slopes(volumes, table)
    assert intervention.pairs == (("P01", Decimal("0.30"), Decimal("0.3")),)
    assert intervention.left_out == ("P02",)
    assert [intervention.moved(each) for each in ("up", "unchanged", "down")] == [0, 1, 0]
    assert control.moved("down") == 1


def test_a_line_for_each_pair_from_before_to_after(volumes, observations):
    figure = slopes_figure(volumes, observations, "en")
    for group in slopes(volumes, observations):
        drawn = {tuple(line.get_ydata()) for line in lines(figure, group.group)}
        assert drawn == {(float(before), float(after)) for _, before, after in group.pairs}
    limits = {axes.get_ylim() for axes in figure.axes}
    assert len(limits) == 1


def test_equal_pairs_share_a_thicker_line_and_directions_differ_without_colour(volumes):
    table = observed([("control", "5", "8")] * 3 + [("control", "8", "5"), ("control", "6", "6")])
    rising, falling, level = lines(slopes_figure(volumes, table, "en"), "control")
    assert rising.get_linewidth() > falling.get_linewidth()
    assert rising.get_label() == "5 → 8: 3"
    assert (
        len({str(line.get_linestyle()) + str(line._dash_pattern) for line in (rising, falling, level)}) == 3
    )


def test_cuts_between_levels_are_marked_and_named_once(volumes, observations):
    figure = slopes_figure(volumes, observations, "id")
    for axes in figure.axes:
        assert any(list(line.get_ydata()) == [10.0, 10.0] for line in axes.lines)
    named = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert named == ["kurang", "cukup"]
    assert figure.axes[0].get_ylabel() == "Volume ASI perah (ml)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_leaves_the_figure_or_covers_another(volumes, observations, language):
    table = pd.concat([observations, observed([("control", "5", "")] * 5)])
    figure = slopes_figure(volumes, table, language)
    boxes = [
        text.get_window_extent() for text in (*figure.texts, *(t for axes in figure.axes for t in axes.texts))
    ]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0
    for one, two in itertools.combinations(boxes, 2):
        assert (
            min(one.x1, two.x1) - max(one.x0, two.x0) <= 1 or min(one.y1, two.y1) - max(one.y0, two.y0) <= 1
        )


def test_nobody_with_both_scores(volumes):
    figure = slopes_figure(volumes, observed([("control", "", "4")]), "en")
    assert lines(figure, "control") == []
    assert "n = 0 of 1" in [text.get_text() for text in figure.texts]


def test_words_that_stand_in_for_the_slopes(volumes, observations):
    title, description = describe_slopes(volumes, observations, "en")
    assert title == "Expressed milk before and after, by group"
    assert "Control (n = 4): 3 up, 1 unchanged, 0 down." in description


def test_more_lines_than_a_panel_has_room_for_are_finer(volumes):
    def widths(count):
        table = observed([("control", f"{5 + 0.001 * n:.3f}", "8") for n in range(count)])
        drawn = lines(slopes_figure(volumes, table, "en"), "control")
        assert len(drawn) == count
        return {(line.get_linewidth(), line.get_markersize()) for line in drawn}

    assert widths(1) == widths(100)
    ((width, size),) = widths(100)
    assert widths(400) == {(width / 2, size / 2)}
