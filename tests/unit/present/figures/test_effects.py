"""The forest figure: every estimate and interval at its value, ends without a limit, the numbers beside."""

from math import inf

import pytest

from oxymilk.present.figures.effects import NO_EFFECT, PANELS
from oxymilk.present.figures.style import PAPER


@pytest.fixture
def with_effects(results, changed, seen):
    """Return the figure with other numbers of some effects: name -> (estimate, low, high)."""

    def make(language="en", study=None, **numbers):
        effects = results["effects"].copy()
        for name, texts in numbers.items():
            effects.loc[effects["effect"] == name, ["estimate", "low", "high"]] = texts
        return seen(changed(language, study, effects=effects), "effects")

    return make


def test_each_estimate_and_interval_is_at_its_value_and_its_numbers_beside(with_effects, results):
    drawn = with_effects()
    tests = [rows.to_dict("records") for _, rows in results["effects"].groupby(["test", "group"], sort=False)]
    places = [text.get_position()[1] for text in drawn.figure.texts]
    for panel, names in PANELS.items():
        axes = drawn.by_gid[f"panel-{panel}"]
        left, right = axes.get_xlim()
        assert left < NO_EFFECT[panel] < right
        assert all((line.get_segments()[0][:, 0] == NO_EFFECT[panel]).all() for line in axes.collections)
        rows = [row for test in tests for name in names for row in test if row["effect"] == name]
        assert len(rows) == len(drawn.artists(f"estimate-{panel}-")) == len(axes.collections) > 0
        for number, row in enumerate(rows, start=1):
            estimate, low, high = (float(row[column]) for column in ("estimate", "low", "high"))
            mark, interval = (drawn.by_gid[f"{kind}-{panel}-{number}"] for kind in ("estimate", "interval"))
            assert list(interval.get_xdata()) == [max(low, left), min(high, right)]
            assert mark.get_xdata()[0] == min(estimate, right)
            assert mark.get_marker() == (">" if estimate == inf else "o")
            assert bool(drawn.artists(f"beyond-high-{panel}-{number}")) == (high == inf)
            y = axes.transData.transform((1, mark.get_ydata()[0]))[1] / drawn.figure.dpi
            assert y in [pytest.approx(place) for place in places]
    assert {"3.33 (1.64 to 9.52)", "estimate (95% interval)"} <= set(drawn.texts)


def test_an_open_dot_without_an_interval_no_line_where_not_defined_arrows_beyond_the_scale(with_effects):
    drawn = with_effects(rank_biserial=["0.7", "", ""], odds_ratio=["", "0", "inf"])
    assert drawn.by_gid["estimate-size-5"].get_markerfacecolor() == PAPER
    assert drawn.artists("interval-size-5") == drawn.artists("estimate-ratio-4") == {}
    assert "0.70 (no interval)" in drawn.texts
    assert "Odds ratio (conditional estimate)" not in drawn.texts
    drawn = with_effects(risk_ratio=["0", "0", "1e+12"])
    assert drawn.by_gid["estimate-ratio-3"].get_marker() == "<"
    assert drawn.by_gid["beyond-high-ratio-3"].get_marker() == ">"
    assert drawn.by_gid["panel-ratio"].get_xlim()[1] < 1e5


@pytest.mark.parametrize(("language", "shift"), [("en", "shift (ml)"), ("id", "pergeseran (cc)")])
def test_a_unit_is_named_and_without_a_defined_effect_there_is_no_figure(
    with_effects, bontang, language, shift
):
    unit = bontang.groups[0].label.model_copy(update={"en": "ml", "id": "cc"})
    outcome = bontang.outcome.model_copy(update={"unit": unit})
    drawn = with_effects(language, bontang.model_copy(update={"outcome": outcome}))
    assert shift in drawn.texts
    if language == "id":
        assert drawn.title == "Seberapa besar efeknya, dan seberapa pasti"
        assert "Selisih proporsi (risk difference): 0,70 (0,29–0,89)" in drawn.description
    nothing = {name: ["", "", ""] for names in PANELS.values() for name in names}
    assert with_effects(language, **nothing) is None
