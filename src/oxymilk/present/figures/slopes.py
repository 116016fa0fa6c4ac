"""The figure of slopes: for scores that are numbers, each participant's before and after, and what lies between."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from oxymilk.present.figures import moves as moving
from oxymilk.present.figures import style
from oxymilk.present.figures.moves import Moves
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.study.outcome import cutoff_decimals, span_of

if TYPE_CHECKING:
    from oxymilk.present.view import View

# inches
_LEFT, _PANEL, _BETWEEN, _RIGHT = 0.72, 1.9, 0.95, 1.1
_HEAD, _HEIGHT, _FOOT = 0.62, 2.7, 0.6
_STEP = 0.75  # more width for each timepoint beyond two
# a direction has a colour and a line, for eyes and printers that see no colour
_LOOK = {
    "up": {"color": style.BLUE, "linestyle": "solid", "zorder": 3},
    "unchanged": {"color": style.QUIET, "linestyle": (0, (1, 1.2)), "zorder": 4},
    "down": {"color": style.VERMILION, "linestyle": (0, (5, 2)), "zorder": 4},
}
_THICKEST = 4.0  # points
_MOST_LINES = 100  # in a panel, at full width


@style.plain_style()
def draw(view: View) -> Drawing | None:
    """Draw a line for each participant through the scores at all timepoints, one panel a group, one scale.

    Equal scores share a line, the thicker the more they are; it is drawn as one that rises or falls by the compared
    timepoints. Where levels are cut from the scores, faint lines mark the cuts.

    Parameters
    ----------
    view : View
        Of a study whose scores are numbers.

    Returns
    -------
    Drawing or None
        A line has the gid "slope-<group>-<number>", a panel "slopes-<group>". None without observations.
    """
    if not view.rows("observations"):
        return None
    groups = moving.moves_of(view, Decimal)
    panel = _PANEL + (len(view.study.timepoints) - 2) * _STEP
    foot = _FOOT + moving.LINE * max(len(moving.notes_of(view, moves)) for moves in groups)
    sheet = Sheet(_LEFT + len(groups) * (panel + _BETWEEN) - _BETWEEN + _RIGHT, _HEAD + _HEIGHT + foot)
    scores = [float(score) for moves in groups for path in moves.paths for score in path if score is not None]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    room = 0.06 * ((high - low) or 1.0)
    key = [Line2D([], [], linewidth=1.4, **look) for look in _LOOK.values()]
    sentences = []
    for number, moves in enumerate(groups):
        left, name, n = _LEFT + number * (panel + _BETWEEN), view.group(moves.group), len(moves.paths)
        axes = sheet.panel(f"slopes-{moves.group}", left, foot, panel, _HEIGHT)
        axes.set_ylim(low - room, high + room)
        _draw_slopes(axes, view, moves)
        _set_scales(axes, view, first=number == 0)
        _mark_cuts(axes, view, named=number == len(groups) - 1)
        moving.write_words(sheet, view, moves, left + panel / 2, sheet.height - 0.24, foot - 0.52, key)
        counts = ", ".join(moving.count_words(view, moves))
        sentences.append(view.t("figures.group_moves", group=name, n=n, moves=counts))
    return moving.drawing(view, sheet, " ".join(sentences))


def _draw_slopes(axes: Axes, view: View, moves: Moves) -> None:
    lines = Counter((moves.direction(path), path) for path in moves.paths)
    # more lines than these would cover each other
    fineness = (_MOST_LINES / max(len(lines), _MOST_LINES)) ** 0.5
    for number, ((direction, path), n) in enumerate(lines.items(), start=1):
        points = [(x, float(score)) for x, score in enumerate(path) if score is not None]
        (line,) = axes.plot(*zip(*points, strict=True), marker="o", markeredgewidth=0, **_LOOK[direction])
        width = min(1.0 + 0.6 * (n - 1), _THICKEST)
        line.set(linewidth=fineness * width, markersize=fineness * 3.6)
        *earlier, last = map(view.t.number, path)
        words = view.t("figures.move", before=" → ".join(earlier), after=last, n=n)
        line.set(gid=f"slope-{moves.group}-{number}", label=words)


def _set_scales(axes: Axes, view: View, *, first: bool) -> None:
    """Name the timepoints, the compared ones bold where there are others; number the scores in the first panel."""
    study, outcome, language = view.study, view.study.outcome, view.language
    last = len(study.timepoints) - 1
    axes.set_xlim(-0.08 * last, 1.08 * last)
    axes.set_xticks(range(last + 1), [view.label(timepoint) for timepoint in study.timepoints])
    for timepoint, label in zip(study.timepoints, axes.get_xticklabels(), strict=True):
        label.set_fontweight("bold" if last > 1 and timepoint in study.compared else "normal")
    axes.tick_params(axis="x", length=0, labelsize=style.SMALL, pad=4)
    axes.tick_params(axis="y", length=3, width=0.7, labelsize=style.SMALL, labelleft=first)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: view.t.number(f"{value:.10g}")))
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    if first:
        unit = f" ({outcome.unit[language]})" if outcome.unit else ""
        axes.set_ylabel(view.label(outcome) + unit, fontsize=style.SMALL)


def _mark_cuts(axes: Axes, view: View, *, named: bool) -> None:
    """Mark where one level ends and the next begins; name the levels at the right of the panel."""
    outcome = view.study.outcome
    low, high = axes.get_ylim()
    for level in outcome.cutoffs:
        if not level.bounded:
            continue
        least, most = span_of(level, cutoff_decimals(outcome), outcome.score_range)
        start = low if least is None else max(float(least), low)
        end = high if most is None else min(float(most), high)
        if low < start < high:
            axes.axhline(start, color=style.FAINT, linewidth=0.8, linestyle=style.DASHED, zorder=1)
        if named and start < end:
            place = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": style.SMALL}
            axes.text(1.06, (start + end) / 2, view.label(level), color=style.QUIET, **place)
