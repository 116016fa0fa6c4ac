"""The map of all outcomes."""

import itertools

import pandas as pd
import pytest

from oxymilk.present.figure_explanation_map import (
    SHADES,
    bands,
    describe_explanation_map,
    explanation_map_figure,
    outcomes_of,
)
from oxymilk.present.figures import differs_between_groups

MANN_WHITNEY = "mann_whitney_p_abstract"


@pytest.fixture(scope="module")
def verdicts(results):
    return results["verdicts"]


@pytest.fixture(scope="module")
def map_figure(bontang, explained, verdicts):
    return explanation_map_figure(bontang, explained["outcomes"], verdicts, "en")


def artists(figure, start):
    return {
        each.get_gid(): each
        for each in figure.findobj(lambda each: str(each.get_gid() or "").startswith(start))
    }


def empty(frame):
    return frame.iloc[:0]


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


def test_no_map_when_the_test_between_groups_does_not_differ(explained, verdicts):
    frame = explained["explanations"]
    assert differs_between_groups(frame, verdicts)
    assert not differs_between_groups(frame[frame["claim_id"] != MANN_WHITNEY], verdicts)


def test_words_that_stand_in_for_the_map(bontang, explained, verdicts):
    _, description = describe_explanation_map(bontang, explained["outcomes"], verdicts, "en")
    assert "the data: 10 and 3, p = 0.00138" in description
    assert "prints as 0.004: 4 outcomes: 0 and 6; 4 and 10; 6 and 0; 10 and 4." in description
