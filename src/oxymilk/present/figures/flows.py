"""The figure of flows: how many participants of each group moved from which level to which, timepoint by timepoint."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING

from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from oxymilk.present.figures import moves as moving
from oxymilk.present.figures import style
from oxymilk.present.figures.moves import LINE, Moves
from oxymilk.present.figures.style import Drawing, Sheet

if TYPE_CHECKING:
    from oxymilk.present.view import View

# inches
_MARGIN = 1.2  # beside each panel, for the names of the levels
_BAR = 0.15
_FLOW, _FLOW_OF_MANY = 1.55, 1.3  # between successive timepoints; where there are more than two
_GAP = 0.26  # between two levels
_LEAST_LANE, _TALLEST, _TALLEST_PERSON = 0.30, 2.3, 0.16
_HEAD, _FOOT = 0.82, 0.62
# a direction has a colour and a hatch, for eyes and printers that see no colour
_LOOK = {
    "up": {"facecolor": style.SKY, "edgecolor": style.BLUE, "hatch": "", "linewidth": 0.8, "zorder": 3},
    "unchanged": {
        "facecolor": style.GRID,
        "edgecolor": style.FAINT,
        "hatch": "",
        "linewidth": 0.8,
        "zorder": 2,
    },
    "down": {
        "facecolor": style.PAPER,
        "edgecolor": style.VERMILION,
        "hatch": "////",
        "linewidth": 0.8,
        "zorder": 3,
    },
}


def steps_of(moves: Moves, timepoints: int) -> list[dict[tuple[int, int], int]]:
    """Count the moves from each timepoint to the next, of those who have both scores.

    The paths (0, 1, 1), (0, None, 1), (0, 0, 1) have the steps {(0, 0): 1, (0, 1): 1} and {(0, 1): 1, (1, 1): 1}.
    """
    steps = ([path[first : first + 2] for path in moves.paths] for first in range(timepoints - 1))
    return [dict(sorted(Counter(pair for pair in pairs if None not in pair).items())) for pairs in steps]


@style.plain_style()
def draw(view: View) -> Drawing | None:
    """Draw each group as flows between the levels at successive timepoints; the width of a flow is its count.

    Where there are more than two timepoints, those that the tests compare are bold.

    Parameters
    ----------
    view : View
        Of a study whose outcome has levels.

    Returns
    -------
    Drawing or None
        One panel a group, all on one scale. A flow has the gid "flow-<group>-<level>-<level>", with its step after the
        group where there are several; a bar "bar-<group>-<timepoint>-<level>". None without observations.
    """
    study = view.study
    if not view.rows("observations"):
        return None
    rank = {level.id: position for position, level in enumerate(study.outcome.levels)}
    groups = moving.moves_of(view, rank.__getitem__)
    # a level has the same place in every panel and at all timepoints, with room for the most who are ever there
    timepoints = range(len(study.timepoints))
    counts = [
        Counter(path[timepoint] for path in moves.paths) for moves in groups for timepoint in timepoints
    ]
    most = [max(count[level] for count in counts) for level in rank.values()]
    inch = min(_TALLEST / max(sum(most), 1), _TALLEST_PERSON)
    base = _FOOT + LINE * max(len(moving.notes_of(view, moves)) for moves in groups)
    bottoms, top = [], base - _GAP
    for persons in most:
        bottoms.append(top + _GAP)
        top += _GAP + max(persons * inch, _LEAST_LANE)

    flow = _FLOW_OF_MANY if len(timepoints) > 2 else _FLOW
    width = timepoints[-1] * (_BAR + flow) + _BAR
    sheet = Sheet(len(groups) * (width + 2 * _MARGIN), top + _HEAD)
    key = [Patch(**look) for look in _LOOK.values()]
    for number, moves in enumerate(groups):
        left = number * (width + 2 * _MARGIN) + _MARGIN
        lefts = [left + timepoint * (_BAR + flow) for timepoint in timepoints]
        moving.write_words(sheet, view, moves, left + width / 2, top + 0.60, base - 0.48, key)
        for x, timepoint in zip(lefts, study.timepoints, strict=True):
            weight = "bold" if len(timepoints) > 2 and timepoint in study.compared else "normal"
            sheet.write(x + _BAR / 2, top + 0.14, view.label(timepoint), ha="center", fontweight=weight)
        _draw_flows(sheet, view, moves, lefts, bottoms, inch)
        _draw_bars(sheet, view, moves, lefts, bottoms, inch)
    return moving.drawing(view, sheet, _description(view, groups))


def _description(view: View, groups: list[Moves]) -> str:
    """Say every flow of every group, step by step where there are several."""
    moments, sentences = [view.label(timepoint) for timepoint in view.study.timepoints], []
    for moves in groups:
        steps = steps_of(moves, len(moments))
        for (before, after), counts in zip(pairwise(moments), steps, strict=True):
            group = view.group(moves.group) + (f", {before} → {after}" if len(steps) > 1 else "")
            flows = "; ".join(_words(view, pair, n) for pair, n in counts.items())
            sentences.append(view.t("figures.group_moves", group=group, n=sum(counts.values()), moves=flows))
    return " ".join(sentences)


def _words(view: View, pair: tuple[int, int], n: int) -> str:
    before, after = (view.label(view.study.outcome.levels[level]) for level in pair)
    return view.t("figures.move", before=before, after=after, n=n)


def _draw_flows(
    sheet: Sheet, view: View, moves: Moves, lefts: list[float], bottoms: list[float], inch: float
) -> None:
    """Draw the flows between the bars, each with its count; bars begin at `lefts`, levels at `bottoms`."""
    steps = steps_of(moves, len(lefts))
    for step, counts in enumerate(steps):
        left, right = lefts[step] + _BAR, lefts[step + 1]
        few = len(steps) == 1 and len(counts) <= 4
        # near the bar that the flow leaves, where flows do not cross yet; in the middle when there is room
        along = 0.5 if few and len(bottoms) == 2 else 0.2
        leave, arrive, arrivals = list(bottoms), list(bottoms), {}
        # flows leave a bar in the order in which they arrive, so few cross
        for pair in sorted(counts, key=lambda pair: (pair[1], pair[0])):
            arrivals[pair] = arrive[pair[1]]
            arrive[pair[1]] += counts[pair] * inch
        heights, texts = [], []
        for pair, n in counts.items():
            y0, y1, width = leave[pair[0]], arrivals[pair], n * inch
            leave[pair[0]] += width
            direction = moving.direction_of(*pair)
            ribbon = PathPatch(_ribbon(left, right, y0, y1, width), **_LOOK[direction])
            place = f"{step}-" if len(steps) > 1 else ""
            ribbon.set(gid=f"flow-{moves.group}-{place}{pair[0]}-{pair[1]}", label=_words(view, pair, n))
            sheet.add(ribbon)
            heights.append(y0 + (y1 - y0) * (3 * along**2 - 2 * along**3) + width / 2)
            texts.append(view.t(f"figures.count_{direction}", n=n) if few else str(n))
        x, box = left + along * (right - left), {"boxstyle": "round,pad=0.18", **style.GROUND}
        for height, text in zip(style.spread(heights, LINE), texts, strict=True):
            sheet.write(x, height, text, ha="center", va="center_baseline", bbox=box, zorder=5)


def _ribbon(left: float, right: float, y0: float, y1: float, width: float) -> Path:
    """Return the outline of a band of constant height from y0 to y1, flat at both ends."""
    middle = (left + right) / 2
    lower = [(left, y0), (middle, y0), (middle, y1), (right, y1)]
    upper = [(x, y + width) for x, y in reversed(lower)]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path([*lower, *upper, lower[0]], codes)


def _draw_bars(
    sheet: Sheet, view: View, moves: Moves, lefts: list[float], bottoms: list[float], inch: float
) -> None:
    """Draw how many are at each level at each timepoint, with the names of the levels on the outer sides."""
    study, bold = view.study, {"fontsize": style.TEXT, "fontweight": "bold"}
    for timepoint, (moment, x) in enumerate(zip(study.timepoints, lefts, strict=True)):
        counts = Counter(path[timepoint] for path in moves.paths)
        look = {"facecolor": style.INK if moment in study.compared else style.PAPER, "edgecolor": style.INK}
        for rank, (level, bottom) in enumerate(zip(study.outcome.levels, bottoms, strict=True)):
            n, name = counts[rank], view.label(level)
            bar = Rectangle((x, bottom), _BAR, n * inch, linewidth=0.8, **look)
            bar.set(gid=f"bar-{moves.group}-{timepoint}-{rank}", label=f"{view.label(moment)}, {name}: {n}")
            sheet.add(bar)
            middle = bottom + n * inch / 2
            if 0 < timepoint < len(lefts) - 1:
                # between two flows, where no name has room
                place = {"ha": "center", "va": "center_baseline", "zorder": 6}
                box = {"boxstyle": "round,pad=0.12", **style.GROUND}
                sheet.write(x + _BAR / 2, middle, str(n or ""), bbox=box, **place, **bold)
                continue
            outside, side = (x - 0.08, "right") if timepoint == 0 else (x + _BAR + 0.08, "left")
            # the count is over the name; together they are centred on the bar
            middle = max(middle, bottom + 0.02)
            words = {"ha": side, "color": style.INK if n else style.QUIET}
            sheet.write(outside, middle + 0.03, str(n), va="bottom", **bold, **words)
            sheet.write(outside, middle, fill(name, 15), va="top", linespacing=1.05, **words)
