"""The figure before and after: how participants moved, as flows between levels or as slopes of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from textwrap import fill, wrap
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter

from oxymilk.analysis.samples import Score, participants
from oxymilk.numbers import read_number
from oxymilk.present.figures import MOST_LINES, style
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.present.view import View
from oxymilk.study.outcome import cutoff_decimals, span_of

# a direction has a colour, and a hatch or a dashed line for eyes and printers that see no colour
_FLOW = {
    "up": {"facecolor": style.SKY, "edgecolor": style.BLUE, "linewidth": 0.8, "zorder": 3},
    "unchanged": {"facecolor": style.GRID, "edgecolor": style.FAINT, "linewidth": 0.8, "zorder": 2},
    "down": {"facecolor": style.PAPER, "edgecolor": style.VERMILION, "linewidth": 0.8, "zorder": 3, "hatch": "////"},
}  # fmt: skip
_SLOPE = {
    "up": {"color": style.BLUE, "linestyle": "solid", "zorder": 3},
    "unchanged": {"color": style.QUIET, "linestyle": (0, (1, 1.2)), "zorder": 4},
    "down": {"color": style.VERMILION, "linestyle": (0, (5, 2)), "zorder": 4},
}
_BOLD = {"fontsize": style.TEXT, "fontweight": "bold"}
_THICKEST = 4.0  # points, of a slope
_MOST_SLOPES = 100  # in a panel, at full width
_MOST_CODES = 5  # of those left out
_CHARACTERS, _NAME, _MOMENT = 38, 15, 18  # in a line of notes, of the name of a level, of a timepoint

# inches
_LINE = 0.16  # least distance between two lines of text
_BAR, _BESIDE = 0.13, 0.07  # a bar; from it to the words beside it
_LEAST_LANE, _BETWEEN_LANES, _TALLEST, _TALLEST_PERSON = 0.30, 0.24, 2.1, 0.16
_READABLE = 0.1  # a flow of less height has no room for its number
_LEFT, _BETWEEN, _SLOPES_HEIGHT = 0.6, 0.35, 2.5  # beside panels of slopes, between them
_BOX, _BOX_WIDTH = 0.13, 0.07  # from a timepoint to its box, for a step between two; its width


# where bars begin, from the left by timepoint and from below by level; how high a participant is (inches)
Bars = tuple[list[float], list[float], float]


class Moves(NamedTuple):
    """The scores of the participants of one group who have both compared scores, and what is written about them.

    A path has the scores of one at all timepoints of the study, None where there is none: positions of levels
    (0 = worst) or numbers as written. Directions are those between the compared timepoints. `n`, `counts` (a
    direction) and `notes` are in words; the notes say what is bold, and who has no pair and is not drawn.
    """

    group: str
    name: str
    paths: list[tuple[Score | None, ...]]
    directions: list[str]
    n: str
    counts: list[str]
    notes: list[str]


def draw(view: View, width: float) -> Drawing:
    """Draw how the participants of each group moved, one panel a group, all on one scale.

    Levels: flows between bars at successive timepoints, as wide as their counts; a flow too thin for its number has it
    in the description. Numbers: a line for each participant through the scores at all timepoints; equal ones share a
    line, the thicker the more they are; beside the compared timepoints a box from the lower to the upper quartile with
    a line at the median; dashed lines mark where levels are cut. Where there are more than two timepoints, those that
    the tests compare are bold.

    Returns
    -------
    Drawing
        A flow has the gid "flow-<group>-<level>-<level>", with its step after the group where there are several, a bar
        "bar-<group>-<timepoint>-<level>"; a line "slope-<group>-<number>", its panel "slopes-<group>", a box
        "box-<group>-<timepoint>".
    """
    members = participants(view.study, view.rows("observations"))
    groups = [_moves(view, group, scores) for group, scores in members.items()]
    panels = _slopes if view.study.outcome.scale == "score" else _flows
    sheet, sentences = panels(view, groups, width, _LINE * max(len(moves.notes) for moves in groups))
    title = view.t("figures.before_after_title", outcome=view.label(view.study.outcome))
    return Drawing("before_after", sheet.figure, title, " ".join(sentences))


def _moves(view: View, group: str, members: dict[str, dict[str, str]]) -> Moves:
    """Gather the scores of a group: participant code to timepoint id to score."""
    study, t = view.study, view.t
    read = read_number if study.outcome.scale == "score" else study.outcome.level_ids.index
    pre, post = (study.timepoint_ids.index(timepoint.id) for timepoint in study.compared)
    paths, directions, left_out = [], [], []
    for code, scores in members.items():
        path = tuple(read(scores[time]) if scores.get(time) else None for time in study.timepoint_ids)
        if None in (path[pre], path[post]):
            left_out.append(code)
        else:
            paths.append(path)
            directions.append(_direction(path[pre], path[post]))
    n = f"n = {len(paths)}"
    notes = wrap(t("figures.compared"), _CHARACTERS) if len(study.timepoints) > 2 else []
    notes += [t("figures.box")] if study.outcome.scale == "score" else []
    if left_out:
        n = t("figures.n_of", n=len(paths), total=len(members))
        codes = ", ".join(left_out[:_MOST_CODES]) + (", ..." if len(left_out) > _MOST_CODES else "")
        notes += wrap(t("figures.left_out", n=len(left_out), codes=codes), _CHARACTERS)
    counts = [t(f"figures.count_{direction}", n=directions.count(direction)) for direction in _FLOW]
    return Moves(group, view.group(group), paths, directions, n, counts, notes)


def _direction(before: Score, after: Score) -> str:
    """Return where a move between two levels or numbers leads."""
    return "unchanged" if before == after else ("up" if after > before else "down")


def _write_words(sheet: Sheet, moves: Moves, centre: float, head: float, foot: float, key: Sequence) -> None:
    """Write a panel's group and n from `head` down; from `foot` its key, a mark a direction, and the notes."""
    sheet.write(centre, head, moves.name, ha="center", **style.HEADING)
    sheet.write(centre, head - 0.16, moves.n, ha="center", color=style.QUIET)
    look = {"ncols": len(key), "handlelength": 1.8, "handletextpad": 0.5, "columnspacing": 1.2}
    sheet.key(key, moves.counts, (centre, foot), loc="lower center", fontsize=style.SMALLEST, **look)
    for line, note in enumerate(moves.notes, start=1):
        sheet.write(centre, foot - line * _LINE, note, ha="center", **style.NOTE)


# ---------------------------------------------------------------- flows


def _flows(view: View, groups: list[Moves], width: float, room: float) -> tuple[Sheet, list[str]]:
    """Draw the flows of levels, with `room` for notes under them (inches), and say them."""
    timepoints, levels, base = view.study.timepoints, view.study.outcome.levels, 0.58 + room
    # a level has the same place in every panel and at all timepoints, with room for the most who are ever there
    counts = [Counter(scores) for moves in groups for scores in zip(*moves.paths, strict=True)]
    most = [max((count[rank] for count in counts), default=0) for rank in range(len(levels))]
    inch = min(_TALLEST / max(sum(most), 1), _TALLEST_PERSON)
    bottoms, top = [], base - _BETWEEN_LANES
    for persons in most:
        bottoms.append(top + _BETWEEN_LANES)
        top += _BETWEEN_LANES + max(persons * inch, _LEAST_LANE)

    several = len(timepoints) > 2
    columns = 1 if several or width < style.NARROW else min(len(groups), 2)
    moments = [fill(view.label(timepoint), _MOMENT) for timepoint in timepoints]
    rows, wide = -(-len(groups) // columns), width / columns
    high = top + 0.76 + 0.12 * max(words.count("\n") for words in moments)
    sheet = Sheet(width, rows * high)
    names = [fill(view.label(level), _NAME) for level in levels]
    # beside the bars there is room for the names of levels and half of the name of a timepoint
    margin = max(map(sheet.text_width, names)) + 2 * _BESIDE
    margin = max(margin, max(sheet.text_width(words, fontweight="bold") for words in moments) / 2)
    step = (wide - 2 * margin - _BAR) / (len(timepoints) - 1)
    key, sentences = [Patch(**look) for look in _FLOW.values()], []
    for number, moves in enumerate(groups):
        row, column = divmod(number, columns)
        below, left = (rows - 1 - row) * high, column * wide + margin
        lefts = [left + place * step for place in range(len(timepoints))]
        bars, places = (lefts, [below + bottom for bottom in bottoms], inch), range(len(timepoints))
        _write_words(sheet, moves, (column + 0.5) * wide, below + high - 0.2, below + base - 0.44, key)
        for x, timepoint, words in zip(lefts, timepoints, moments, strict=True):
            weight = "bold" if several and timepoint in view.study.compared else "normal"
            sheet.write(x + _BAR / 2, below + top + 0.12, words, ha="center", fontweight=weight)
        sentences += [_draw_flows(sheet, view, moves, place, bars) for place in places[:-1]]
        for place, timepoint, x in zip(places, timepoints, lefts, strict=True):
            persons = Counter(path[place] for path in moves.paths)
            face = style.INK if timepoint in view.study.compared else style.PAPER
            for rank, (level, bottom) in enumerate(zip(levels, bars[1], strict=True)):
                n, height = persons[rank], persons[rank] * inch
                bar = Rectangle((x, bottom), _BAR, height, facecolor=face, edgecolor=style.INK, linewidth=0.8)
                bar.set(gid=f"bar-{moves.group}-{place}-{rank}", transform=sheet.inches)
                bar.set_label(f"{view.label(timepoint)}, {view.label(level)}: {n}")
                sheet.figure.add_artist(bar)
                # between two flows there is no room for words
                if place in (0, places[-1]):
                    # the count is over the name; together they are centred on the bar
                    middle = bottom + max(height / 2, 0.02)
                    outside, side = (x - _BESIDE, "right") if place == 0 else (x + _BAR + _BESIDE, "left")
                    words = {"ha": side, "color": style.INK if n else style.QUIET}
                    sheet.write(outside, middle + 0.03, str(n), va="bottom", **_BOLD, **words)
                    sheet.write(outside, middle, names[rank], va="top", linespacing=1.05, **words)
    return sheet, sentences


def _draw_flows(sheet: Sheet, view: View, moves: Moves, step: int, bars: Bars) -> str:
    """Draw the flows from one timepoint to the next, and say them."""
    lefts, bottoms, inch = bars
    levels = [view.label(level) for level in view.study.outcome.levels]
    # of the paths (0, 1, 1), (0, None, 1), (0, 0, 1) the first step is {(0, 0): 1, (0, 1): 1}
    pairs = [path[step : step + 2] for path in moves.paths if None not in path[step : step + 2]]
    counts = dict(sorted(Counter(pairs).items()))
    left, right, several = lefts[step] + _BAR, lefts[step + 1], len(lefts) > 2
    middle = (left + right) / 2
    # flows leave a bar in the order in which they arrive, so few cross
    leave, arrive, arrivals = list(bottoms), list(bottoms), {}
    for pair in sorted(counts, key=lambda pair: pair[::-1]):
        arrivals[pair] = arrive[pair[1]]
        arrive[pair[1]] += counts[pair] * inch
    words = []
    for (before, after), n in counts.items():
        y0, y1, height = leave[before], arrivals[before, after], n * inch
        leave[before] += height
        # a band of constant height, flat at both ends
        lower = [(left, y0), (middle, y0), (middle, y1), (right, y1)]
        upper = [(x, y + height) for x, y in reversed(lower)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        direction = _direction(before, after)
        name = f"{moves.group}{f'-{step}' if several else ''}-{before}-{after}"
        words.append(view.t("figures.move", before=levels[before], after=levels[after], n=n))
        look = {"gid": f"flow-{name}", "label": words[-1], **_FLOW[direction]}
        path = Path([*lower, *upper, lower[0]], codes)
        sheet.figure.add_artist(PathPatch(path, transform=sheet.inches, **look))
        if height >= _READABLE:
            # near the bar that the flow leaves, where flows are level and do not cross yet; not on its hatch
            ground = "square,pad=0.05" if direction == "down" else ""
            look = {"va": "center_baseline", "zorder": 5, "gid": f"count-{name}"}
            sheet.write(left + 0.06, y0 + 0.02 * (y1 - y0) + height / 2, str(n), ground, **look)
    moments = " → ".join(view.label(timepoint) for timepoint in view.study.timepoints[step : step + 2])
    group = moves.name + (f", {moments}" if several else "")
    return view.t("figures.group_moves", group=group, n=len(pairs), moves="; ".join(words))


# ---------------------------------------------------------------- slopes


def _slopes(view: View, groups: list[Moves], width: float, room: float) -> tuple[Sheet, list[str]]:
    """Draw the slopes of numbers, with `room` for notes under them (inches); say how many rise and fall."""
    columns = 1 if width < style.NARROW else min(len(groups), 2)
    rows, high, foot = -(-len(groups) // columns), 0.62 + _SLOPES_HEIGHT + 0.56 + room, 0.56 + room
    sheet = Sheet(width, rows * high)
    cut = [view.label(level) for level in view.study.outcome.cutoffs if level.bounds]
    right = max((sheet.text_width(fill(name, _NAME)) for name in cut), default=0.0) + 0.15
    wide = (width - _LEFT - right - (columns - 1) * _BETWEEN) / columns
    scores = [float(score) for moves in groups for path in moves.paths for score in path if score is not None]
    low, top = min(scores, default=0.0), max(scores, default=1.0)
    beyond = 0.06 * ((top - low) or 1.0)
    key, sentences = [Line2D([], [], linewidth=1.4, **look) for look in _SLOPE.values()], []
    for number, moves in enumerate(groups):
        row, column = divmod(number, columns)
        below, left = (rows - 1 - row) * high, _LEFT + column * (wide + _BETWEEN)
        axes = sheet.panel(f"slopes-{moves.group}", left, below + foot, wide, _SLOPES_HEIGHT, "left")
        axes.set_ylim(low - beyond, top + beyond)
        lines = Counter(zip(moves.directions, moves.paths, strict=True))
        lines = lines if len(lines) <= MOST_LINES else dict(lines.most_common(MOST_LINES))
        # more lines than these would cover each other
        fineness = (_MOST_SLOPES / max(len(lines), _MOST_SLOPES)) ** 0.5
        for place, ((direction, path), n) in enumerate(lines.items(), start=1):
            # through the scores that are there
            points = [(x, float(score)) for x, score in enumerate(path) if score is not None]
            *earlier, last = map(view.t.number, path)
            words = view.t("figures.move", before=" → ".join(earlier), after=last, n=n)
            thick = fineness * min(1.0 + 0.6 * (n - 1), _THICKEST)
            look = {"linewidth": thick, "marker": "o", "markersize": fineness * 3.6, "markeredgewidth": 0}
            look |= {"gid": f"slope-{moves.group}-{place}", "label": words, **_SLOPE[direction]}
            axes.plot(*zip(*points, strict=True), **look)
        _draw_boxes(axes, view, moves)
        _name_scales(axes, view, first=column == 0, last=number == len(groups) - 1 or column == columns - 1)
        _write_words(sheet, moves, left + wide / 2, below + high - 0.2, below + foot - 0.48, key)
        words = {"group": moves.name, "n": len(moves.paths), "moves": ", ".join(moves.counts)}
        sentences.append(view.t("figures.group_moves", **words))
    return sheet, sentences


def _draw_boxes(axes: Axes, view: View, moves: Moves) -> None:
    """Draw the box of each compared timepoint outside of the slopes between the two."""
    study, steps = view.study, len(view.study.timepoints) - 1
    for timepoint, side in zip(study.compared, (-1, 1), strict=True):
        place = study.timepoint_ids.index(timepoint.id)
        scores = [float(path[place]) for path in moves.paths]
        if not scores:
            continue
        q1, median, q3 = np.quantile(scores, (0.25, 0.5, 0.75))
        x, half = place + side * _BOX * steps, _BOX_WIDTH * steps / 2
        numbers = ", ".join(view.t.number(f"{value:.6g}") for value in (q1, median, q3))
        look = {"gid": f"box-{moves.group}-{timepoint.id}", "label": f"{view.label(timepoint)}: {numbers}"}
        look |= {"facecolor": style.PAPER, "edgecolor": style.INK, "linewidth": 0.9, "zorder": 5}
        axes.add_artist(Rectangle((x - half, q1), 2 * half, q3 - q1, **look))
        axes.hlines(median, x - half, x + half, colors=style.INK, linewidth=1.8, zorder=6)


def _name_scales(axes: Axes, view: View, *, first: bool, last: bool) -> None:
    """Name the timepoints, the compared ones bold where there are others, and mark where levels are cut.

    The first panel of a row numbers the scores; the last one names the levels at its right.
    """
    timepoints, outcome = view.study.timepoints, view.study.outcome
    steps, (low, high) = len(timepoints) - 1, axes.get_ylim()
    axes.set_xlim(-0.22 * steps, (1 + 0.22) * steps)
    axes.tick_params(axis="x", length=0, labelsize=style.SMALL, pad=4)
    axes.tick_params(axis="y", length=3, width=0.7, labelsize=style.SMALL, labelleft=first)
    axes.set_xticks(range(steps + 1), [view.label(timepoint) for timepoint in timepoints])
    for timepoint, label in zip(timepoints, axes.get_xticklabels(), strict=True):
        label.set_fontweight("bold" if steps > 1 and timepoint in view.study.compared else "normal")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: view.t.number(f"{value:.10g}")))
    if first:
        unit = f" ({view.unit(outcome)})" if outcome.unit else ""
        axes.set_ylabel(view.label(outcome) + unit, fontsize=style.SMALL)
    for level in (level for level in outcome.cutoffs if level.bounds):
        least, most = span_of(level, cutoff_decimals(outcome), outcome.score_range)
        start = low if least is None else max(float(least), low)
        end = high if most is None else min(float(most), high)
        if low < start < high:
            axes.axhline(start, color=style.FAINT, linewidth=0.8, linestyle=style.DASHED, zorder=1)
        if last and start < end:
            look = {"va": "center", "fontsize": style.SMALL, "color": style.QUIET}
            look["transform"] = axes.get_yaxis_transform()
            axes.text(1.03, (start + end) / 2, fill(view.label(level), _NAME), **look)
