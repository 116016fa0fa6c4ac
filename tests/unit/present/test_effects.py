"""The forest figure."""

import itertools
from math import inf

import pytest

from oxymilk.present.figure_effects import NO_EFFECT, PANELS, describe_effects, effects_figure
from oxymilk.study.base import Label
from oxymilk.texts import LANGUAGES


def artist(figure, gid):
    (found,) = figure.findobj(lambda each: each.get_gid() == gid)
    return found


# ---------------------------------------------------------------- figure


@pytest.fixture(scope="module")
def figure(bontang, results):
    return effects_figure(bontang, results["effects"], "en")


def test_each_estimate_and_interval_stands_at_its_value(figure, results):
    frame = results["effects"]
    for panel, names in PANELS.items():
        place = {name: order for order, name in enumerate(names)}
        expected = [
            tuple(float(line[column]) for column in ("estimate", "low", "high"))
            for _, block in frame.groupby(["test", "group"], sort=False)
            for line in sorted(
                (each for each in block.to_dict("records") if each["effect"] in place),
                key=lambda each: place[each["effect"]],
            )
        ]
        assert expected
        left, right = artist(figure, f"panel-{panel}").get_xlim()
        for number, (estimate, low, high) in enumerate(expected, start=1):
            mark = artist(figure, f"estimate-{panel}-{number}")
            whisker = artist(figure, f"interval-{panel}-{number}")
            assert list(whisker.get_xdata()) == [max(low, left), min(high, right)]
            assert mark.get_xdata()[0] == min(estimate, right)
            assert mark.get_marker() == (">" if estimate == inf else "o")
            arrows = figure.findobj(lambda each, n=number, p=panel: each.get_gid() == f"beyond-high-{p}-{n}")
            assert bool(arrows) == (high == inf)


def test_no_effect_is_a_line_in_each_panel(figure):
    for panel, value in NO_EFFECT.items():
        axes = artist(figure, f"panel-{panel}")
        assert any(list(line.get_xdata()) == [value, value] for line in axes.lines)
        left, right = axes.get_xlim()
        assert left < value < right


def test_numbers_stand_at_the_right_of_their_line(figure):
    shown = {text.get_text(): text for text in figure.texts}
    height = figure.get_figheight()
    mark = artist(figure, "estimate-ratio-3")
    y = mark.axes.transData.transform((1, mark.get_ydata()[0]))[1] / figure.dpi
    assert shown["3.33 (1.64 to 9.52)"].get_position()[1] * height == pytest.approx(y, abs=0.01)
    assert "estimate (95% interval)" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_covers_another_or_leaves_the_figure(bontang, results, language):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "hodges_lehmann_shift", ["estimate", "low", "high"]] = [
        "-1250.25",
        "-20000",
        "inf",
    ]
    figure = effects_figure(bontang, frame, language)
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(
        box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes
    )
    for one, two in itertools.combinations(boxes, 2):
        assert (
            min(one.x1, two.x1) - max(one.x0, two.x0) <= 1 or min(one.y1, two.y1) - max(one.y0, two.y0) <= 1
        )


def test_without_an_interval_the_dot_is_open_and_what_is_not_defined_has_no_line(bontang, results):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "rank_biserial", ["low", "high"]] = ""
    frame.loc[frame["effect"] == "odds_ratio", ["estimate", "low", "high"]] = ["", "0", "inf"]
    figure = effects_figure(bontang, frame, "en")
    assert artist(figure, "estimate-size-5").get_markerfacecolor() == "#FFFFFF"
    assert not figure.findobj(lambda each: each.get_gid() in ("interval-size-5", "estimate-ratio-4"))
    shown = [text.get_text() for text in figure.texts]
    assert "0.70 (no interval)" in shown
    assert "Odds ratio (conditional estimate)" not in shown


def test_ratios_far_beyond_the_scale_are_arrows(bontang, results):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "risk_ratio", ["estimate", "low", "high"]] = ["0", "0", "1e+12"]
    figure = effects_figure(bontang, frame, "en")
    assert artist(figure, "estimate-ratio-3").get_marker() == "<"
    assert artist(figure, "beyond-high-ratio-3").get_marker() == ">"
    assert artist(figure, "panel-ratio").get_xlim()[1] < 1e5


def test_words_that_stand_in_for_the_figure(bontang, results):
    title, description = describe_effects(bontang, results["effects"], "id")
    assert title == "Seberapa besar efeknya, dan seberapa pasti"
    assert "Selisih proporsi (risk difference): 0,70 (0,29; 0,89)" in description
    nothing = results["effects"].iloc[:0]
    assert describe_effects(bontang, nothing, "en")[1] == "No test has data."
    assert [text.get_text() for text in effects_figure(bontang, nothing, "en").texts] == ["No test has data."]


def test_a_unit_is_named(bontang, results):
    study = bontang.model_copy(
        update={"outcome": bontang.outcome.model_copy(update={"unit": Label(en="ml", id="cc")})}
    )
    for language, shift in (("en", "shift (ml)"), ("id", "pergeseran (cc)")):
        figure = effects_figure(study, results["effects"], language)
        assert shift in [text.get_text() for text in figure.texts]
