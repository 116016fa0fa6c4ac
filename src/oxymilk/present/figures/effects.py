"""The forest figure: for each test which effect, how large, how sure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

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
_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}
NO_EFFECT = {"size": 0.0, "ratio": 1.0, "shift": 0.0}

# inches
_WIDTH = 8.9  # at least
_MARGIN, _INDENT, _NUMBERS = 0.12, 0.36, 7.45
_SPANS = {"size": (3.0, 1.75), "ratio": (5.0, 1.3), "shift": (6.55, 0.75)}  # left edge, width
_HEAD, _FOOT = 0.38, 0.56
_NAME, _LINE, _GAP = 0.3, 0.225, 0.1  # the name of a test, an effect, the space under a test
_DOT, _BEYOND, _ARROW = 6.5, 7.5, 5.0  # points: an estimate, one beyond the scale, an end without a limit
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


def draw(view: View) -> Drawing | None:
    """Draw the effects of each test with their intervals.

    One line an effect, grouped by test; each in the column of its scale: from -1 to 1, ratios on a log scale, shifts.
    A dashed line marks no effect. An end without a limit, or beyond the scale, is an arrow. What is not defined has no
    line.

    Parameters
    ----------
    view : View

    Returns
    -------
    Drawing or None
        One axes a panel (gid "panel-size", "panel-ratio", "panel-shift"; absent without an effect on that scale); y is
        minus the depth of the line in inches. None without a defined effect.
    """
    t, blocks, depth = view.t, [], 0.0
    for test in view.effects:
        defined = {effect.effect: effect for effect in test.effects if effect.digits[0]}
        lines = []
        for name, panel in _PANEL_OF.items():
            if effect := defined.get(name):
                estimate, low, high = effect.written
                key = "value_alone" if NO_VALUE in (low, high) else "value"
                value = t(f"effects.figure.{key}", estimate=estimate, low=low, high=high)
                words = t("effects.figure.sentence", effect=effect.label, value=value)
                lines.append(Line(effect, panel, depth + _NAME + (len(lines) + 0.5) * _LINE, value, words))
        blocks.append((view.name_of_test(test), depth, lines))
        depth += _NAME + len(lines) * _LINE + _GAP
    drawn = [line for *_, lines in blocks for line in lines]
    if not drawn:
        return None
    longest = max(map(Sheet(1, 1).text_width, (line.value for line in drawn)))
    sheet = Sheet(max(_WIDTH, _NUMBERS + longest + _MARGIN), _HEAD + depth + _FOOT)
    for panel in PANELS:
        if lines := [line for line in drawn if line.panel == panel]:
            _draw_panel(sheet, view, panel, lines, depth)
    # the names of the tests and of their effects on the left, the numbers on the right
    top, middle = sheet.height - _HEAD, {"va": "center_baseline"}
    numbers = t("effects.figure.numbers", confidence=view.confidence)
    for x, heading in ((_MARGIN, t("effects.figure.effect")), (_NUMBERS, numbers)):
        sheet.write(x, sheet.height - 0.2, heading, color=style.QUIET, **middle)
    for name, above, lines in blocks:
        # a long name may reach over the line of no effect
        sheet.write(_MARGIN, top - above - _NAME / 2, name, "square,pad=0.1", **style.HEADING, **middle)
        for line in lines:
            sheet.write(_INDENT, top - line.depth, line.effect.label, **middle)
            sheet.write(_NUMBERS, top - line.depth, line.value, **middle)
        if above:
            ends, ys = [_MARGIN, sheet.width - _MARGIN], [top - above + _GAP / 2] * 2
            rule = Line2D(ends, ys, color=style.GRID, linewidth=0.8, transform=sheet.inches)
            sheet.figure.add_artist(rule)
    separator = t("common.list_separator")
    sentences = [f"{name}. {separator.join(line.words for line in lines)}." for name, _, lines in blocks]
    return Drawing("effects", sheet.figure, t("effects.figure.title"), " ".join(sentences))


def _draw_panel(sheet: Sheet, view: View, panel: str, lines: list[Line], depth: float) -> None:
    """Draw the marks of one scale, for all tests; `depth` is its height in inches."""
    start, width = _SPANS[panel]
    axes = sheet.panel(f"panel-{panel}", start, _FOOT, width, depth, "bottom")
    (left, right), ticks, minor = _scale(panel, lines)
    axes.set(xscale="log" if panel == "ratio" else "linear", xlim=(left, right), ylim=(-depth, 0))
    style.set_ticks(axes, ticks, [view.t.number(f"{tick:.6g}") for tick in ticks], minor)
    axes.axvline(NO_EFFECT[panel], zorder=1, **style.REFERENCE)
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
    unit = view.unit(view.study.outcome) if panel == "shift" else ""
    name = view.t("effects.figure.shift_unit", unit=unit) if unit else view.t(f"effects.figure.{panel}")
    sheet.write(start + width / 2, 0.14, name, ha="center")


def _scale(panel: str, lines: list[Line]) -> tuple[list[float], list[float], list[float]]:
    """Return the ends of a panel's scale, the ticks that have numbers, and the short ones between.

    The scale holds all finite values, and no effect; it is the same for every test.
    """
    if panel == "size":
        return [-1, 1], [-1, -0.5, 0, 0.5, 1], [tenth / 10 for tenth in range(-10, 11)]
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
        # with few powers of ten in sight, halves and doubles help
        ticks = (0.1, 0.2, 0.5, 1, 2, 5, 10) if high / low < 10**1.5 else minor[::9]
    return [low, high], *([tick for tick in part if low <= tick <= high] for part in (ticks, minor))
