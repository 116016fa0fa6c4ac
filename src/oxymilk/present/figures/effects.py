"""The forest figure: for each test which effect, how large, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from textwrap import fill

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from oxymilk.present.figures import style
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.present.view import Effect, View
from oxymilk.texts import NO_VALUE

# Each panel's effects, in the order of their lines. What has no interval of its own (r, the median), or says the same
# as another on a second scale (common-language effect, number needed to treat), is in the table only.
PANELS = {
    "size": ("matched_rank_biserial", "rank_biserial", "net_share_risen", "risk_difference"),
    "ratio": ("odds_risen", "risk_ratio", "odds_ratio"),
    "shift": ("hodges_lehmann_shift",),
}
NO_EFFECT = {"size": 0.0, "ratio": 1.0, "shift": 0.0}

# inches
_MARGIN, _INDENT, _BETWEEN = 0.08, 0.22, 0.2
_SHARES = {"size": 1.0, "ratio": 0.8, "shift": 0.55}  # of the room for panels
_HEAD, _FOOT, _LINE_OF_NAME = 0.34, 0.44, 0.12
# the name of a test, an effect, the space under a test; in a narrow figure the name of an effect is over its marks
_NAME, _LINE, _GAP, _OVER = 0.27, 0.2, 0.08, 0.19
_DOT, _BEYOND, _ARROW = 5.5, 6.5, 4.5  # points: an estimate, one beyond the scale, an end without a limit
# the scale of ratios ends here; what lies beyond is an arrow
_LEAST_RATIO, _LARGEST_RATIO = 1e-3, 1e3


@dataclass(frozen=True)
class Line:
    """An effect in the figure: its panel, the depth of its middle below the panels' top (inches), its words."""

    effect: Effect
    panel: str
    depth: float
    value: str
    words: str


def draw(view: View, width: float) -> Drawing | None:
    """Draw the effects of each test with their intervals.

    One line an effect, grouped by test; each in the column of its scale: from -1 to 1, ratios on a log scale, shifts.
    A dashed line marks no effect. An end without a limit, or beyond the scale, is an arrow. What is not defined has no
    line.

    Returns
    -------
    Drawing or None
        One axes a panel (gid "panel-size", "panel-ratio", "panel-shift"; absent without an effect on that scale); y is
        minus the depth of the line in inches. None without a defined effect.
    """
    t, blocks, depth = view.t, [], 0.0
    over = _OVER if width < style.NARROW else 0.0
    for test in view.effects:
        defined = {effect.effect: effect for effect in test.effects if effect.digits[0]}
        lines, above = [], depth
        depth += _NAME
        for panel, names in PANELS.items():
            for effect in filter(None, map(defined.get, names)):
                estimate, low, high = effect.written
                key = "value_alone" if NO_VALUE in (low, high) else "value"
                value = t(f"effects.figure.{key}", estimate=estimate, range=t.range(low, high))
                words = t("effects.figure.sentence", effect=effect.label, value=value)
                if over:
                    value = value.replace(" (", "\n(")  # a narrow figure needs the room for its marks
                lines.append(Line(effect, panel, depth + over + _LINE / 2, value, words))
                depth += over + _LINE
        blocks.append((view.name_of_test(test), above, lines))
        depth += _GAP
    drawn = [line for *_, lines in blocks for line in lines]
    if not drawn:
        return None
    key, ruler = _key(view, drawn), Sheet(1, 1)
    names = max(ruler.text_width(line.effect.label) for line in drawn)
    values = max(ruler.text_width(line.value) for line in drawn)
    left, numbers = _INDENT + (0 if over else names + _BETWEEN), width - _MARGIN - values
    panels = [panel for panel in PANELS if any(line.panel == panel for line in drawn)]
    share = (numbers - left - len(panels) * _BETWEEN) / sum(map(_SHARES.get, panels))
    widths = {panel: share * _SHARES[panel] for panel in panels}
    scales = {panel: _name_of_scale(view, panel, widths[panel]) for panel in panels}
    lowest = max(name.count("\n") for name in scales.values())
    foot = _FOOT + lowest * _LINE_OF_NAME + style.key_rows(key, width) * style.KEY_ROW
    sheet = Sheet(width, _HEAD + depth + foot)
    for panel in panels:
        lines = [line for line in drawn if line.panel == panel]
        _draw_panel(sheet, view, panel, lines, (left, foot, widths[panel], depth))
        look = {"ha": "center", "va": "top", "fontsize": style.SMALLEST}
        sheet.write(left + widths[panel] / 2, foot - 0.24, scales[panel], **look)
        left += widths[panel] + _BETWEEN
    # the names of the tests and of their effects on the left, the numbers on the right
    top, middle = sheet.height - _HEAD, {"va": "center_baseline"}
    heading = t("effects.figure.numbers", confidence=view.confidence)
    sheet.write(width - _MARGIN, sheet.height - 0.18, heading, color=style.QUIET, ha="right", **middle)
    for name, above, lines in blocks:
        sheet.write(_MARGIN, top - above - _NAME / 2, name, **style.HEADING, **middle)
        for line in lines:
            sheet.write(_INDENT, top - line.depth + over, line.effect.label, **middle)
            sheet.write(numbers, top - line.depth, line.value, **middle)
        if above:
            ends, y = [_MARGIN, width - _MARGIN], top - above + _GAP / 2
            look = {"color": style.GRID, "linewidth": 0.8, "transform": sheet.inches}
            sheet.figure.add_artist(Line2D(ends, [y, y], **look))
    sheet.write_key(key)
    separator = t("common.list_separator")
    sentences = [f"{name}. {separator.join(line.words for line in lines)}." for name, _, lines in blocks]
    return Drawing("effects", sheet.figure, t("effects.figure.title"), " ".join(sentences))


def _key(view: View, lines: list[Line]) -> dict[str, Line2D]:
    """Return the marks by what they mean, those that occur."""
    numbers = [(line.panel, number) for line in lines for number in line.effect.numbers]
    dot = {"marker": "o", "markersize": _DOT, "color": style.BLUE, "linestyle": "none"}
    looks = {"with_interval": dot, "no_effect": style.REFERENCE}
    if any(number is None for _, number in numbers):
        looks["without_interval"] = dot | {"markerfacecolor": style.PAPER}
    ratios = [number for panel, number in numbers if panel == "ratio" and number is not None]
    beyond = any(not _LEAST_RATIO <= ratio <= _LARGEST_RATIO for ratio in ratios)
    if beyond or any(abs(number) == inf for _, number in numbers if number is not None):
        looks["beyond"] = {"marker": ">", "markersize": _ARROW, "color": style.INK, "linestyle": "none"}
    return {view.t(f"effects.figure.key.{key}"): Line2D([], [], **look) for key, look in looks.items()}


def _draw_panel(
    sheet: Sheet, view: View, panel: str, lines: list[Line], place: tuple[float, float, float, float]
) -> None:
    """Draw the marks of one scale, for all tests; `place` is its left edge, bottom, width and height (inches)."""
    depth = place[-1]
    axes = sheet.panel(f"panel-{panel}", *place, "bottom")
    (left, right), ticks, minor = _scale(panel, lines)
    axes.set(xscale="log" if panel == "ratio" else "linear", xlim=(left, right), ylim=(-depth, 0))
    style.set_ticks(axes, ticks, [view.t.number(f"{tick:.6g}") for tick in ticks], minor)
    # not through the names of the tests
    for line in lines:
        ends = (-line.depth - _LINE / 2, -line.depth + _LINE / 2)
        axes.vlines(NO_EFFECT[panel], *ends, zorder=1, **style.LINES)
    ink = {"color": style.INK, "linewidth": 1.3, "zorder": 3}
    for number, line in enumerate(lines, start=1):
        y, name, face = -line.depth, f"{panel}-{number}", style.PAPER
        estimate, low, high = line.effect.numbers
        # without an interval the dot is open
        if None not in (low, high):
            face, ends, gid = style.BLUE, [max(low, left), min(high, right)], f"interval-{name}"
            axes.plot(ends, [y, y], solid_capstyle="butt", gid=gid, label=line.words, **ink)
            for side, limit in (("low", low), ("high", high)):
                if not left <= limit <= right:
                    look = {"gid": f"beyond-{side}-{name}", "label": line.words, "color": style.INK}
                    style.mark(axes, limit, y, "", (0, _ARROW), zorder=4, **look)
                elif low != high:
                    axes.plot([limit, limit], [y - 0.035, y + 0.035], **ink)
        look = {"color": style.BLUE, "markerfacecolor": face, "gid": f"estimate-{name}", "label": line.words}
        style.mark(axes, estimate, y, "o", (_DOT, _BEYOND), zorder=5, **look)


def _name_of_scale(view: View, panel: str, width: float) -> str:
    """Return what the scale of a panel is, in lines that fit under it."""
    unit = view.unit(view.study.outcome) if panel == "shift" else ""
    name = view.t("effects.figure.shift_unit", unit=unit) if unit else view.t(f"effects.figure.{panel}")
    return fill(name, max(5, int((width + _BETWEEN) / 0.065)), break_long_words=False)


def _scale(panel: str, lines: list[Line]) -> tuple[list[float], list[float], list[float]]:
    """Return the ends of a panel's scale, the ticks that have numbers, and the short ones between.

    The scale holds all finite values, and no effect; it is the same for every test.
    """
    if panel == "size":
        return [-1, 1], [-1, 0, 1], [-0.5, 0.5]
    known = [value for line in lines for value in line.effect.numbers if value is not None]
    values = [NO_EFFECT[panel], *filter(isfinite, known)]
    if panel == "shift":
        reach = max(values) - min(values) or 1.0
        low, high = min(*values, -0.25 * reach) - 0.08 * reach, max(*values, 0.25 * reach) + 0.08 * reach
        ticks, minor = MaxNLocator(nbins=2, steps=[1, 2, 5, 10]).tick_values(low, high), []
    else:
        inside = [value for value in values if _LEAST_RATIO <= value <= _LARGEST_RATIO]
        open_low = 0.0 in known or min(values) < _LEAST_RATIO
        open_high = inf in known or max(values) > _LARGEST_RATIO
        # room for an arrow beyond the last value; at least from 1/2 to 2
        low = min(*inside, 0.5) / (3 if open_low else 1.3)
        high = max(*inside, 2.0) * (3 if open_high else 1.3)
        minor = [digit * 10.0**power for power in range(-4, 5) for digit in range(1, 10)]
        # with few powers of ten in sight others help; with many, each third has room
        powers = range(-3, 4, 1 if high / low < 1e3 else 3)
        ticks = [0.2, 1, 5] if high / low < 10**1.5 else [10.0**power for power in powers]
    return [low, high], *([tick for tick in part if low <= tick <= high] for part in (ticks, minor))
