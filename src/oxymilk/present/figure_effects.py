"""The forest figure: for each test which effect, how large, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, log10
from typing import TYPE_CHECKING

from oxymilk.present import figure_style as style
from oxymilk.present.effect_rows import confidence_of, effect_numbers, effects_by_test
from oxymilk.present.p_value_rows import test_name
from oxymilk.texts import NO_VALUE, Labels, labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.present.effect_rows import EffectRow, TestEffects
    from oxymilk.study import Study

NAME = "effects"
# Each panel's effects, in the order of their lines. What has no interval of its own (r, the median), or says the same
# as another on a second scale (common-language effect, number needed to treat), is in the table only.
PANELS = {
    "size": ("matched_rank_biserial", "rank_biserial", "net_share_risen", "risk_difference"),
    "ratio": ("odds_risen", "risk_ratio", "odds_ratio"),
    "shift": ("hodges_lehmann_shift",),
}
NO_EFFECT = {"size": 0.0, "ratio": 1.0, "shift": 0.0}

# inches
_WIDTH = 8.9  # at least
_INDENT = 0.24
_LABELS = 0.12
_SPANS = {"size": (3.0, 1.75), "ratio": (5.0, 1.3), "shift": (6.55, 0.75)}  # left edge, width
_NUMBERS = 7.45
_HEAD = 0.38
_LINE = 0.225
_BLOCK = 0.3  # the line with the name of a test
_GAP = 0.1
_FOOT = 0.56
_DOT = 6.5  # points
# the ratios' scale ends here; what lies beyond is an arrow
_LEAST_RATIO, _LARGEST_RATIO = 1e-3, 1e3


@dataclass(frozen=True)
class Line:
    """One line of the figure: an effect, its panel, and how far below the first test's name it stands (inches)."""

    row: EffectRow
    panel: str
    depth: float


def effects_figure(study: Study, effects: pd.DataFrame, language: str) -> Figure:
    """Draw the effects of each test with their intervals.

    One line an effect, grouped by test; each in the column of its scale: from -1 to 1, ratios on a log scale, shifts.
    A dashed line marks no effect. An end without a limit, or beyond the scale, is an arrow.

    Parameters
    ----------
    study : Study
        The study, for its labels.
    effects : DataFrame
        effects.csv, all cells text.
    language : str
        "en" or "id".

    Returns
    -------
    matplotlib Figure
        One axes a panel (gid "panel-size", "panel-ratio", "panel-shift"; absent without an effect on that scale); y is
        minus the depth of the line in inches.
    """
    from matplotlib.figure import Figure

    t = labels(language)
    records = effects.to_dict("records")
    tests = effects_by_test(records, t)
    lines, names, depth = _arranged(tests)
    height = _HEAD + depth + _FOOT
    with style.plain_style():
        figure = Figure(figsize=(_WIDTH, height), facecolor=style.PAPER)
        if not lines:
            figure.text(0.5, 0.5, t("effects.figure.nothing"), ha="center", va="center")
            return figure
        numbers = [style.text_width(figure, _value(line.row, t), fontsize=style.SMALL) for line in lines]
        figure.set_figwidth(max(_WIDTH, _NUMBERS + max(numbers) + _LABELS))
        for panel in PANELS:
            mine = [line for line in lines if line.panel == panel]
            if mine:
                _draw_panel(figure, study, panel, mine, depth, height, t)
        _write(figure, study, tests, lines, names, height, confidence_of(records, t), t)
        return figure


def describe_effects(study: Study, effects: pd.DataFrame, language: str) -> tuple[str, str]:
    """Return the title of the figure and a description that stands in for it."""
    t = labels(language)
    tests = effects_by_test(effects.to_dict("records"), t)
    sentences = []
    for test in tests:
        shown = [
            t("effects.figure.sentence", effect=line.row.label, value=_value(line.row, t))
            for line in _arranged([test])[0]
        ]
        name = test_name(study, test, language)
        sentences.append(f"{name}. {t('common.list_separator').join(shown)}.")
    return t("effects.figure.title"), " ".join(sentences) or t("effects.figure.nothing")


def _arranged(tests: list[TestEffects]) -> tuple[list[Line], list[float], float]:
    """Return the lines, the depth of each test's name, and the depth of the whole."""
    lines, names, depth = [], [], 0.0
    for test in tests:
        names.append(depth)
        depth += _BLOCK
        by_name = {row.effect: row for row in test.effects}
        for panel, effects in PANELS.items():
            for effect in effects:
                # what is not defined has no line
                if effect in by_name and by_name[effect].estimate:
                    lines.append(Line(by_name[effect], panel, depth))
                    depth += _LINE
        depth += _GAP
    return lines, names, depth


def _value(row: EffectRow, t: Labels) -> str:
    estimate, low, high = effect_numbers(row, t)
    key = "value_alone" if NO_VALUE in (low, high) else "value"
    return t(f"effects.figure.{key}", estimate=estimate, low=low, high=high)


def _draw_panel(
    figure: Figure, study: Study, panel: str, lines: list[Line], depth: float, height: float, t: Labels
) -> None:
    (left, width), whole = _SPANS[panel], figure.get_figwidth()
    axes = figure.add_axes((left / whole, _FOOT / height, width / whole, depth / height))
    axes.set_gid(f"panel-{panel}")
    axes.set_ylim(-depth, 0)
    axes.set_yticks([])
    axes.patch.set_visible(False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    limits = _limits(panel, lines)
    if panel == "ratio":
        axes.set_xscale("log")
    axes.set_xlim(limits)
    _scale(axes, panel, limits, t)
    axes.axvline(NO_EFFECT[panel], color=style.QUIET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    for number, line in enumerate(lines, start=1):
        _draw_line(axes, line, f"{panel}-{number}", limits, t)
    label = t(f"effects.figure.{panel}")
    if panel == "shift" and study.outcome.unit:
        label = t("effects.figure.shift_unit", unit=study.outcome.unit[t.language])
    middle = (left + width / 2) / whole
    figure.text(middle, 0.14 / height, label, ha="center", fontsize=style.SMALL)


def _draw_line(axes: Axes, line: Line, name: str, limits: tuple[float, float], t: Labels) -> None:
    y = -line.depth - _LINE / 2
    estimate, low, high = line.row.numbers
    words = t("effects.figure.sentence", effect=line.row.label, value=_value(line.row, t))
    if low is not None and high is not None:
        ends = [min(max(end, limits[0]), limits[1]) for end in (low, high)]
        (whisker,) = axes.plot(ends, [y, y], color=style.INK, linewidth=1.3, solid_capstyle="butt", zorder=3)
        style.hover(whisker, f"interval-{name}", words)
        for side, end, place, arrow in (("low", low, ends[0], "<"), ("high", high, ends[1], ">")):
            if end != place:
                _mark(axes, place, y, arrow, style.INK, 5.0, f"beyond-{side}-{name}", words)
            elif low != high:
                axes.plot([place, place], [y - 0.035, y + 0.035], color=style.INK, linewidth=1.3, zorder=3)
    place = min(max(estimate, limits[0]), limits[1])
    marker, size = ("o", _DOT) if place == estimate else (">" if estimate > place else "<", _DOT + 1)
    hollow = low is None or high is None
    _mark(axes, place, y, marker, style.BLUE, size, f"estimate-{name}", words, hollow=hollow)


def _mark(
    axes: Axes,
    x: float,
    y: float,
    marker: str,
    color: str,
    size: float,
    name: str,
    words: str,
    *,
    hollow: bool = False,
) -> None:
    (mark,) = axes.plot(
        [x],
        [y],
        marker=marker,
        markersize=size,
        markerfacecolor=style.PAPER if hollow else color,
        markeredgecolor=color,
        markeredgewidth=1.0,
        linestyle="none",
        clip_on=False,
        zorder=4 if color == style.INK else 5,
    )
    style.hover(mark, name, words)


def _limits(panel: str, lines: list[Line]) -> tuple[float, float]:
    """Return the ends of a panel's scale: all finite values, and no effect; the same for every test."""
    if panel == "size":
        return -1.0, 1.0
    values = [NO_EFFECT[panel]]
    for line in lines:
        values += [value for value in line.row.numbers if value is not None and isfinite(value)]
    if panel == "ratio":
        inside = [value for value in values if _LEAST_RATIO <= value <= _LARGEST_RATIO]
        open_high = any(inf in line.row.numbers or max(values) > _LARGEST_RATIO for line in lines)
        open_low = any(0.0 in line.row.numbers or min(values) < _LEAST_RATIO for line in lines)
        # room for an arrow beyond the last value; at least from 1/2 to 2
        low, high = min(*inside, 0.5), max(*inside, 2.0)
        return low / (3 if open_low else 1.3), high * (3 if open_high else 1.3)
    reach = max(values) - min(values) or 1.0
    low, high = min(*values, -0.25 * reach), max(*values, 0.25 * reach)
    return low - 0.08 * reach, high + 0.08 * reach


def _scale(axes: Axes, panel: str, limits: tuple[float, float], t: Labels) -> None:
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator

    minor = []
    if panel == "size":
        ticks, minor = [-1, -0.5, 0, 0.5, 1], [k / 10 for k in range(-10, 11)]
    elif panel == "ratio":
        powers = range(-4, 5)
        # with few powers of ten in sight, halves and doubles help
        ticks = [10.0**power for power in powers if limits[0] <= 10.0**power <= limits[1]]
        if log10(limits[1] / limits[0]) < 1.5:
            ticks = [value for value in (0.1, 0.2, 0.5, 1, 2, 5, 10) if limits[0] <= value <= limits[1]]
        steps = [digit * 10.0**power for power in powers for digit in (2, 3, 4, 5, 6, 7, 8, 9)]
        minor = [step for step in steps if limits[0] <= step <= limits[1] and step not in ticks]
    else:
        locator = MaxNLocator(nbins=2, steps=[1, 2, 5, 10])
        ticks = [tick for tick in locator.tick_values(*limits) if limits[0] <= tick <= limits[1]]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(FixedLocator(minor) if minor else NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xticklabels([t.number(f"{tick:.6g}") for tick in ticks])
    axes.tick_params(axis="x", which="major", length=3.5, width=0.7, labelsize=style.SMALL, pad=2)
    axes.tick_params(axis="x", which="minor", length=2, width=0.6)


def _write(
    figure: Figure,
    study: Study,
    tests: list[TestEffects],
    lines: list[Line],
    names: list[float],
    height: float,
    confidence: str,
    t: Labels,
) -> None:
    from matplotlib.lines import Line2D

    width = figure.get_figwidth()

    def write(x: float, y: float, text: str, **look: object) -> None:
        figure.text(x / width, y / height, text, **{"fontsize": style.SMALL, "va": "center_baseline", **look})

    top = height - _HEAD
    write(_LABELS, height - 0.2, t("effects.figure.effect"), color=style.QUIET)
    write(_NUMBERS, height - 0.2, t("effects.figure.numbers", confidence=confidence), color=style.QUIET)
    for test, depth in zip(tests, names, strict=True):
        name = test_name(study, test, t.language)
        # a long name may reach over the line of no effect
        ground = {"boxstyle": "square,pad=0.1", "facecolor": style.PAPER, "edgecolor": "none"}
        look = {"fontsize": style.HEADING, "fontweight": "bold", "bbox": ground}
        write(_LABELS, top - depth - _BLOCK / 2, name, **look)
    for line in lines:
        y = top - line.depth - _LINE / 2
        write(_LABELS + _INDENT, y, line.row.label)
        write(_NUMBERS, y, _value(line.row, t))
    for depth in names[1:]:
        y = (top - depth + _GAP / 2) / height
        ends = [_LABELS / width, 1 - _LABELS / width]
        figure.add_artist(Line2D(ends, [y, y], color=style.GRID, linewidth=0.8))
