"""The figure of flows: how many participants of each group moved from which level to which, timepoint by timepoint."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.present import figure_layout as layout
from oxymilk.present import figure_style as style
from oxymilk.texts import labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.study import Study

NAME = "before_after"
DIRECTIONS = ("up", "unchanged", "down")

# inches
_MARGIN = 1.2  # beside each panel, for the names of the levels
_FLOW = 1.55
_FLOW_OF_MANY = 1.3  # between successive timepoints, where there are more than two
_BAR = 0.15
_GAP = 0.26  # between two levels
_LEAST_LANE = 0.30
_TALLEST = 2.3
_HEAD = 0.82
_FOOT = 0.62
_LINE = 0.17  # least distance between two lines of text
_FILL = {"up": style.SKY, "unchanged": style.GRID, "down": style.VERMILION}
_EDGE = {"up": style.BLUE, "unchanged": style.FAINT, "down": style.VERMILION}
_HATCH = {"up": "", "unchanged": "", "down": "////"}


@dataclass(frozen=True)
class Flows:
    """How one group moved.

    Attributes
    ----------
    group : str
        Group id.
    counts : dict of (int, int) to int
        Participants by position of their level at the two compared timepoints, 0 = worst; no entry is zero.
    left_out : tuple of str
        Codes of the participants without a score at one of the compared timepoints; they are not drawn.
    steps : tuple of dict
        The same as `counts` from each timepoint of the study to the next, of those drawn who have both scores.
    levels : tuple of tuple
        At each timepoint the number of participants drawn at each level, the worst first.
    """

    group: str
    counts: dict[tuple[int, int], int]
    left_out: tuple[str, ...]
    steps: tuple[dict[tuple[int, int], int], ...]
    levels: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """Participants drawn."""
        return sum(self.counts.values())

    def moved(self, direction: str) -> int:
        """Participants who went up, down or stayed."""
        return sum(n for pair, n in self.counts.items() if direction_of(*pair) == direction)


def direction_of(before: int, after: int) -> str:
    """Return "up", "down" or "unchanged" for a move between two levels."""
    return "unchanged" if before == after else ("up" if after > before else "down")


def flows(study: Study, observations: pd.DataFrame) -> list[Flows]:
    """Count the moves between levels in each group.

    Parameters
    ----------
    study : Study
        The study; its outcome has levels.
    observations : DataFrame
        Columns participant, group, timepoint, outcome, score; all cells text, a missing score empty.

    Returns
    -------
    list of Flows
        In the order of the study's groups.
    """
    rank = {level.id: position for position, level in enumerate(study.outcome.levels)}
    before, after = (timepoint.id for timepoint in study.compared)
    result = []
    for group in study.groups:
        mine = observations[observations["group"] == group.id]
        scores: dict[str, dict[str, str]] = {}
        for row in mine.itertuples():
            scores.setdefault(row.participant, {})[row.timepoint] = row.score
        whole = {code: each for code, each in scores.items() if each.get(before) and each.get(after)}
        # the position of each level, None where there is no score
        paths = [{one: rank.get(each.get(one, "")) for one in study.timepoint_ids} for each in whole.values()]
        result.append(
            Flows(
                group.id,
                _moves(paths, before, after),
                tuple(code for code in scores if code not in whole),
                tuple(_moves(paths, one, two) for one, two in pairwise(study.timepoint_ids)),
                tuple(
                    tuple(sum(path[one] == level for path in paths) for level in rank.values())
                    for one in study.timepoint_ids
                ),
            )
        )
    return result


def _moves(paths: list[dict[str, int | None]], before: str, after: str) -> dict[tuple[int, int], int]:
    pairs = [(path[before], path[after]) for path in paths]
    return dict(sorted(Counter(pair for pair in pairs if None not in pair).items()))


def before_after_figure(study: Study, observations: pd.DataFrame, language: str) -> Figure:
    """Draw each group as flows between the levels at successive timepoints; the width of a flow is its count.

    Where there are more than two timepoints, those that the tests compare are bold.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        See `flows`.
    language : str
        "en" or "id".

    Returns
    -------
    matplotlib Figure
        One panel a group, all on one scale.
    """
    from matplotlib.figure import Figure

    groups = flows(study, observations)
    lanes = _lanes(study, groups)
    panel = 2 * _MARGIN + _lefts(study)[-1] + _BAR
    notes = any(group.left_out for group in groups) + (len(study.timepoints) > 2)
    height = _HEAD + lanes[-1].top + _FOOT + notes * _LINE
    with style.plain_style():
        figure = Figure(figsize=(panel * len(groups), height), facecolor=style.PAPER)
        for position, group in enumerate(groups):
            axes = figure.add_axes((position / len(groups), 0, 1 / len(groups), 1))
            axes.set_axis_off()
            # one unit is one inch, the first lane starts at zero
            axes.set_xlim(-_MARGIN, panel - _MARGIN)
            axes.set_ylim(lanes[-1].top + _HEAD - height, lanes[-1].top + _HEAD)
            _draw_panel(axes, study, group, lanes, language)
        return figure


def describe_before_after(study: Study, observations: pd.DataFrame, language: str) -> tuple[str, str]:
    """Return the title of the figure and a description that stands in for it."""
    t = labels(language)
    names = [level.label[language] for level in study.outcome.levels]
    sentences = []
    for group in flows(study, observations):
        label = study.group(group.group).label[language]
        told = [(label, group.counts)]
        if len(group.steps) > 1:
            moments = [timepoint.label[language] for timepoint in study.timepoints]
            steps = zip(pairwise(moments), group.steps, strict=True)
            told = [(f"{label}, {one} → {two}", counts) for (one, two), counts in steps]
        for name, counts in told:
            moves = "; ".join(
                t("figures.move", before=names[before], after=names[after], n=n)
                for (before, after), n in counts.items()
            )
            sentences.append(t("figures.group_moves", group=name, n=sum(counts.values()), moves=moves))
    return t("figures.before_after_title", outcome=study.outcome.label[language]), " ".join(sentences)


@dataclass(frozen=True)
class _Lane:
    """Where a level is drawn, in inches: the same place in every panel and at all timepoints."""

    bottom: float
    top: float
    inch: float  # of one participant


def _lefts(study: Study) -> list[float]:
    """Return the left edge of the bar of each timepoint."""
    flow = _FLOW if len(study.timepoints) == 2 else _FLOW_OF_MANY
    return [position * (_BAR + flow) for position in range(len(study.timepoints))]


def _lanes(study: Study, groups: list[Flows]) -> list[_Lane]:
    levels = range(len(study.outcome.levels))
    most = [max(counts[level] for group in groups for counts in group.levels) for level in levels]
    inch = min(_TALLEST / max(sum(most), 1), 0.16)
    result: list[_Lane] = []
    bottom = 0.0
    for count in most:
        top = bottom + max(count * inch, _LEAST_LANE)
        result.append(_Lane(bottom, top, inch))
        bottom = top + _GAP
    return result


def _draw_panel(axes: Axes, study: Study, group: Flows, lanes: list[_Lane], language: str) -> None:
    t = labels(language)
    lefts = _lefts(study)
    top = lanes[-1].top
    title = study.group(group.group).label[language]
    total = group.n + len(group.left_out)
    shown = f"n = {group.n}" if total == group.n else t("figures.n_of", n=group.n, total=total)
    centre = (lefts[-1] + _BAR) / 2
    axes.text(centre, top + 0.60, title, ha="center", fontsize=style.HEADING, fontweight="bold")
    axes.text(centre, top + 0.42, shown, ha="center", fontsize=style.SMALL, color=style.QUIET)
    for x, timepoint in zip(lefts, study.timepoints, strict=True):
        bold = "bold" if len(lefts) > 2 and timepoint in study.compared else "normal"
        place = {"ha": "center", "fontsize": style.SMALL, "fontweight": bold}
        axes.text(x + _BAR / 2, top + 0.14, timepoint.label[language], **place)
    for step, (x, after) in enumerate(pairwise(lefts)):
        _draw_ribbons(axes, study, group, lanes, step, (x + _BAR, after), language)
    for timepoint, x in enumerate(lefts):
        _draw_bars(axes, study, group, lanes, timepoint, x, language)
    _draw_summary(axes, group, centre, language)


def _draw_bars(
    axes: Axes,
    study: Study,
    group: Flows,
    lanes: list[_Lane],
    timepoint: int,
    x: float,
    language: str,
) -> None:
    from matplotlib.patches import Rectangle

    moment, last = study.timepoints[timepoint], len(study.timepoints) - 1
    fill = style.INK if moment in study.compared else style.PAPER
    for position, (level, lane) in enumerate(zip(study.outcome.levels, lanes, strict=True)):
        n = group.levels[timepoint][position]
        name = level.label[language]
        bar = Rectangle(
            (x, lane.bottom), _BAR, n * lane.inch, facecolor=fill, edgecolor=style.INK, linewidth=0.8
        )
        style.hover(
            bar, f"bar-{group.group}-{timepoint}-{position}", f"{moment.label[language]}, {name}: {n}"
        )
        axes.add_patch(bar)
        if 0 < timepoint < last:
            if n:
                _between(axes, x + _BAR / 2, lane.bottom + n * lane.inch / 2, str(n))
            continue
        side = "right" if timepoint == 0 else "left"
        outside = x - 0.08 if side == "right" else x + _BAR + 0.08
        wrapped = textwrap.fill(name, 15)
        lines = wrapped.count("\n") + 1
        middle = lane.bottom + n * lane.inch / 2
        # the count stands over the name; together they are centred on the bar
        middle = max(middle, lane.bottom + 0.02)
        color = style.INK if n else style.QUIET
        axes.text(
            outside,
            middle + 0.03,
            str(n),
            ha=side,
            va="bottom",
            fontsize=style.TEXT,
            fontweight="bold",
            color=color,
        )
        axes.text(
            outside,
            middle,
            wrapped,
            ha=side,
            va="top",
            fontsize=style.SMALL,
            color=color,
            linespacing=1.05 if lines > 1 else 1,
        )


def _between(axes: Axes, x: float, y: float, text: str) -> None:
    """Write the count of a bar that stands between two flows, where no name has room."""
    box = {"boxstyle": "round,pad=0.12", "facecolor": style.PAPER, "edgecolor": "none"}
    look = {"ha": "center", "va": "center_baseline", "fontsize": style.TEXT, "fontweight": "bold"}
    axes.text(x, y, text, bbox=box, zorder=6, **look)


def _draw_ribbons(
    axes: Axes,
    study: Study,
    group: Flows,
    lanes: list[_Lane],
    step: int,
    edges: tuple[float, float],
    language: str,
) -> None:
    t, (left, right), counts, only = labels(language), edges, group.steps[step], len(group.steps) == 1
    names = [level.label[language] for level in study.outcome.levels]
    start = [lane.bottom for lane in lanes]
    end = [lane.bottom for lane in lanes]
    tags = []
    place = "" if only else f"{step}-"
    # by level before, then by level after: flows leave a bar in the order in which they arrive, so few cross
    arrivals: dict[tuple[int, int], float] = {}
    for pair in sorted(counts, key=lambda each: (each[1], each[0])):
        arrivals[pair] = end[pair[1]]
        end[pair[1]] += counts[pair] * lanes[0].inch
    for pair, n in counts.items():
        width = n * lanes[0].inch
        y0, y1 = start[pair[0]], arrivals[pair]
        start[pair[0]] += width
        direction = direction_of(*pair)
        patch = _ribbon(left, right, y0, y1, width, direction)
        words = t("figures.move", before=names[pair[0]], after=names[pair[1]], n=n)
        style.hover(patch, f"flow-{group.group}-{place}{pair[0]}-{pair[1]}", words)
        axes.add_patch(patch)
        few = only and len(counts) <= 4
        text = t(f"figures.count_{direction}", n=n) if few else str(n)
        # near the bar that the flow leaves, where flows do not cross yet; in the middle when there is room
        along = 0.5 if few and len(study.outcome.levels) == 2 else 0.2
        blend = 3 * along**2 - 2 * along**3
        tags.append((y0 + (y1 - y0) * blend + width / 2, left + along * (right - left), text))
    for height, (_, x, text) in zip(layout.spread([tag[0] for tag in tags], _LINE), tags, strict=True):
        box = {"boxstyle": "round,pad=0.18", "facecolor": style.PAPER, "edgecolor": "none"}
        axes.text(
            x, height, text, ha="center", va="center_baseline", fontsize=style.SMALL, bbox=box, zorder=5
        )


def _ribbon(left: float, right: float, y0: float, y1: float, width: float, direction: str) -> object:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = (left + right) / 2
    points = [
        (left, y0),
        *((middle, y0), (middle, y1), (right, y1)),
        (right, y1 + width),
        *((middle, y1 + width), (middle, y0 + width), (left, y0 + width)),
        (left, y0),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(
        Path(points, codes),
        facecolor=_FILL[direction] if not _HATCH[direction] else style.PAPER,
        edgecolor=_EDGE[direction],
        hatch=_HATCH[direction],
        linewidth=0.8,
        zorder=2 if direction == "unchanged" else 3,
    )


def _draw_summary(axes: Axes, group: Flows, centre: float, language: str) -> None:
    """Say under the panel how many moved which way; the patches are the key to the flows."""
    from matplotlib.patches import Rectangle

    t = labels(language)
    texts = [t(f"figures.count_{direction}", n=group.moved(direction)) for direction in DIRECTIONS]
    widths = [style.text_width(axes.figure, text, fontsize=style.SMALL) for text in texts]
    patch, pad, space = 0.13, 0.06, 0.22
    total = sum(widths) + len(texts) * (patch + pad) + (len(texts) - 1) * space
    x = centre - total / 2
    y = -0.38
    for direction, text, width in zip(DIRECTIONS, texts, widths, strict=True):
        axes.add_patch(
            Rectangle(
                (x, y - 0.02),
                patch,
                0.13,
                facecolor=_FILL[direction] if not _HATCH[direction] else style.PAPER,
                edgecolor=_EDGE[direction],
                hatch=_HATCH[direction] * 2,
                linewidth=0.8,
            )
        )
        axes.text(x + patch + pad, y, text, fontsize=style.SMALL, va="baseline")
        x += patch + pad + width + space
    if len(group.steps) > 1:
        y -= _LINE
        look = {"ha": "center", "fontsize": style.SMALL, "color": style.QUIET}
        axes.text(centre, y - 0.02, t("figures.compared"), **look)
    if group.left_out:
        codes = ", ".join(group.left_out[:5]) + (", ..." if len(group.left_out) > 5 else "")
        note = t("figures.left_out", n=len(group.left_out), codes=codes)
        axes.text(centre, y - _LINE - 0.02, note, ha="center", fontsize=style.SMALL, color=style.QUIET)
