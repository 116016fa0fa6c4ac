"""More than two timepoints: all are drawn, those that the tests compare are marked."""

import itertools
from pathlib import Path

import pandas as pd
import pytest

from oxymilk.ingest import ingest_observations
from oxymilk.present.figure_before_after import before_after_figure, describe_before_after, flows
from oxymilk.present.figure_slopes import slopes, slopes_figure
from oxymilk.study import load_study
from oxymilk.texts import LANGUAGES, labels

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
COLUMNS = ["participant", "group", "timepoint", "outcome", "score"]


@pytest.fixture(scope="module")
def visits():
    return load_study(EXAMPLES / "visits")


@pytest.fixture(scope="module")
def observations(visits):
    return ingest_observations(visits, EXAMPLES / "visits").table


@pytest.fixture(scope="module")
def volumes(visits):
    """The volumes of another example at the timepoints of this one."""
    timed = {"timepoints": visits.timepoints, "compare": visits.compare}
    return load_study(EXAMPLES / "long").model_copy(update=timed)


def observed(paths):
    rows = [
        (f"P{number:02d}", group, timepoint, "x", score)
        for number, (group, *scores) in enumerate(paths, start=1)
        for timepoint, score in zip(("pre", "day7", "post"), scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def with_gid(figure, start):
    return figure.findobj(lambda each: str(each.get_gid() or "").startswith(start))


def texts(figure):
    ticks = [label for axes in figure.axes if axes.axison for label in axes.get_xticklabels()]
    return [*figure.texts, *(text for axes in figure.axes for text in axes.texts), *ticks]


def assert_apart(figure):
    # ticks of an axis that is switched off are not drawn
    boxes = [text.get_window_extent() for text in texts(figure) if text.get_text()]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0
    for one, two in itertools.combinations(boxes, 2):
        wide, high = (
            min(one.x1, two.x1) - max(one.x0, two.x0),
            min(one.y1, two.y1) - max(one.y0, two.y0),
        )
        assert wide <= 1 or high <= 1


def test_flows_lead_from_each_timepoint_to_the_next(visits):
    table = observed(
        [
            ("intervention", "kurang", "cukup", "cukup"),
            ("intervention", "kurang", "", "cukup"),
            ("intervention", "kurang", "cukup", ""),
            ("control", "cukup", "kurang", "cukup"),
        ]
    )
    intervention, control = flows(visits, table)
    assert (intervention.counts, intervention.left_out) == ({(0, 1): 2}, ("P03",))
    # a score between the compared ones may be missing
    assert intervention.steps == ({(0, 1): 1}, {(1, 1): 1})
    assert intervention.levels == ((2, 0), (0, 1), (0, 2))
    assert (control.counts, control.steps) == ({(1, 1): 1}, ({(1, 0): 1}, {(0, 1): 1}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_timepoint_is_drawn_and_the_compared_are_bold(visits, observations, language):
    figure = before_after_figure(visits, observations, language)
    for group in flows(visits, observations):
        assert len(with_gid(figure, f"bar-{group.group}-")) == 3 * 2
        assert len(with_gid(figure, f"flow-{group.group}-0-")) == len(group.steps[0])
        assert len(with_gid(figure, f"flow-{group.group}-1-")) == len(group.steps[1])
    weights = {text.get_text(): text.get_fontweight() for text in texts(figure)}
    names = [timepoint.label[language] for timepoint in visits.timepoints]
    assert [weights[name] for name in names] == ["bold", "normal", "bold"]
    assert labels(language)("figures.compared") in weights


def test_the_words_for_the_flows_have_every_step(visits, observations):
    _, description = describe_before_after(visits, observations, "en")
    for step in ("First visit → Day 7 (n = 4)", "Day 7 → Day 14 (n = 4)"):
        assert description.count(step) == 2


def test_a_slope_goes_through_all_scores_and_is_named_by_the_compared(volumes):
    table = observed(
        [
            ("intervention", "5", "9", "4.5"),
            ("intervention", "5", "", "8"),
            ("control", "6", "7", "8"),
            ("control", "6", "7", "8"),
            ("control", "6", "7", ""),
        ]
    )
    intervention, control = slopes(volumes, table)
    assert [intervention.moved(each) for each in ("up", "unchanged", "down")] == [1, 0, 1]
    assert control.left_out == ("P05",)
    figure = slopes_figure(volumes, table, "en")
    falling, rising = with_gid(figure, "slope-intervention-")
    assert list(falling.get_xdata()) == [0, 1, 2]
    assert list(falling.get_ydata()) == [5, 9, 4.5]
    assert list(rising.get_xdata()) == [0, 2]
    assert falling.get_color() != rising.get_color()
    (both,) = with_gid(figure, "slope-control-")
    assert both.get_label() == "6 → 7 → 8: 2"
    ticks = figure.axes[0].get_xticklabels()
    assert [label.get_text() for label in ticks] == ["First visit", "Day 7", "Day 14"]
    assert [label.get_fontweight() for label in ticks] == ["bold", "normal", "bold"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_leaves_the_figure_or_covers_another(visits, volumes, observations, language):
    lost = [("control", "5", "7", "")] * 5
    assert_apart(slopes_figure(volumes, observed([("intervention", "5", "9", "4"), *lost]), language))
    lost = observed([("control", "kurang", "cukup", "")] * 5)
    assert_apart(before_after_figure(visits, pd.concat([observations, lost]), language))
