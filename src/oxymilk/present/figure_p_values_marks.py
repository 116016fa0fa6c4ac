"""The marks of the figure of p-values: what stands in one row of one panel, and at what height."""

from __future__ import annotations

from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING

from oxymilk.present import figure_style as style
from oxymilk.present.p_value_rows import localised
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from oxymilk.present.p_value_rows import ProgramValue, PValueRow
    from oxymilk.study import Study

# heights of the marks in a row: the recomputed p-values, then the programs'
LANES = {"recomputed": 3.1, "by_default": 1.75, "on_request": 0.95, "other_test": 0.15}
# points
SMALL_MARK = 4.6
DOT = 8.5
DIAMOND = 7.5


def distinct_marks(programs: tuple[ProgramValue, ...]) -> Iterator[tuple[str, float, list[ProgramValue]]]:
    """Yield lane, p-value and outputs of each small mark: outputs of one lane that give one p share a mark."""
    ordered = sorted(programs, key=lambda each: (list(LANES).index(_lane(each)), each.p_value))
    for (lane, p_value), same in groupby(ordered, key=lambda each: (_lane(each), each.p_value)):
        yield lane, p_value, list(same)


def _lane(value: ProgramValue) -> str:
    return "other_test" if value.other_test else ("by_default" if value.by_default else "on_request")


def draw_recomputed(
    axes: Axes,
    row: PValueRow,
    name: str,
    declared: str,
    exact: str,
    limits: tuple[float, float],
) -> None:
    """Draw the dot and the diamond; where one lies beyond the panel an arrow at the edge points to it."""
    for kind, p_value, words in (("exact", row.exact, exact), ("declared", row.declared, declared)):
        if isnan(p_value):
            continue
        marker, size = ("o", DOT) if kind == "declared" else ("D", DIAMOND)
        x, y = p_value, LANES["recomputed"]
        if not limits[0] <= p_value <= limits[1]:
            marker, x = ("<", limits[0]) if p_value < limits[0] else (">", limits[1])
            size = 5.5
        elif kind == "exact" and row.exact == row.declared:
            size = DOT + 5  # a frame round the dot
        (mark,) = axes.plot(
            [x],
            [y],
            marker=marker,
            markersize=size,
            color=style.BLUE if kind == "declared" else style.INK,
            markerfacecolor=style.BLUE if kind == "declared" else style.PAPER,
            markeredgewidth=1.1,
            markeredgecolor=style.PAPER if kind == "declared" and marker == "o" else style.INK,
            linestyle="none",
            clip_on=False,
            zorder=5 if kind == "declared" else 4,
        )
        style.hover(mark, f"{name}-{kind}", words)


def draw_small_marks(
    axes: Axes, row: PValueRow, limits: tuple[float, float], language: str, name: str, *, beyond: bool = False
) -> None:
    """Draw what programs print, filled where they do so by default; a pointer resting on a mark reads which.

    What lies outside of the limits is left out; with `beyond` an arrow at the left edge stands for what is smaller.
    """
    t = labels(language)
    for number, (lane, p_value, outputs) in enumerate(distinct_marks(row.programs), start=1):
        smaller = beyond and p_value < limits[0]
        if not smaller and not limits[0] <= p_value <= limits[1]:
            continue
        marker = "<" if smaller else "^" if lane == "other_test" else "o"
        filled = all(each.by_default for each in outputs)
        (mark,) = axes.plot(
            [max(p_value, limits[0])],
            [LANES[lane]],
            marker=marker,
            markersize=SMALL_MARK + (0.6 if lane == "other_test" else 0),
            markerfacecolor=style.QUIET if filled else style.PAPER,
            markeredgecolor=style.QUIET,
            markeredgewidth=0.9,
            linestyle="none",
            clip_on=False,
            zorder=3,
        )
        lines = [f"{each.program} ({each.versions}): {each.output}" for each in outputs]
        words = "\n".join(
            [t("figures.gives", p=style.format_number(p_value, language), n=len(outputs)), *lines]
        )
        style.hover(mark, f"{name}-{number}", words)


def draw_band(
    axes: Axes, low: float, high: float, name: str, row: PValueRow, study: Study, language: str
) -> None:
    """Draw the band of all p-values that print as the printed one."""
    from matplotlib.patches import Rectangle

    band = Rectangle(
        (low, 0),
        high - low,
        1,
        transform=axes.get_xaxis_transform(),
        facecolor=style.AMBER,
        edgecolor=style.AMBER_EDGE,
        linewidth=0.8,
        zorder=2.2,
    )
    words = labels(language)("figures.band", printed=localised(row.printed, study, language))
    style.hover(band, name, words)
    axes.add_patch(band)


def draw_lanes(axes: Axes, start: float = 0.0) -> None:
    """Leave of an axes only its scale and a faint line for each lane, from `start` (share of the width) on."""
    axes.set_ylim(-0.45, LANES["recomputed"] + 0.7)
    axes.set_yticks([])
    axes.patch.set_visible(False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    for lane in LANES.values():
        axes.axhline(lane, xmin=start, color=style.GRID, linewidth=0.6, zorder=0.5)
