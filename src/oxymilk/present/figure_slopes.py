"""The figure of slopes: for scores that are numbers, each participant's before and after, and what lies between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING

from oxymilk.present import figure_style as style
from oxymilk.texts import Labels, labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.study import Study

DIRECTIONS = ("up", "unchanged", "down")

# inches
_LEFT, _PANEL, _BETWEEN, _RIGHT = 0.72, 1.9, 0.95, 1.1
_HEAD, _HEIGHT, _FOOT = 0.62, 2.7, 0.94
_STEP = 0.75  # more width for each timepoint beyond two
_LINE = 0.17
# a direction is told by its colour and by its line, for eyes and printers that see no colour
_COLOR = {"up": style.BLUE, "unchanged": style.QUIET, "down": style.VERMILION}
_DASHES = {"up": "solid", "unchanged": (0, (1, 1.2)), "down": (0, (5, 2))}
_THICKEST = 4.0  # points
_MOST_LINES = 100  # in a panel, at full width


@dataclass(frozen=True)
class Slopes:
    """The scores of one group.

    Attributes
    ----------
    group : str
        Group id.
    pairs : tuple of (str, Decimal, Decimal)
        Participant, score before, score after, as written.
    paths : tuple of tuple
        For each pair the scores at all timepoints of the study in time order, None where there is none.
    left_out : tuple of str
        Codes of the participants without a score at one of the compared timepoints; they are not drawn.
    """

    group: str
    pairs: tuple[tuple[str, Decimal, Decimal], ...]
    paths: tuple[tuple[Decimal | None, ...], ...]
    left_out: tuple[str, ...]

    def moved(self, direction: str) -> int:
        """Participants who went up, down or stayed."""
        return sum(direction_of(before, after) == direction for _, before, after in self.pairs)


def direction_of(before: Decimal, after: Decimal) -> str:
    """Return "up", "down" or "unchanged"."""
    return "unchanged" if before == after else ("up" if after > before else "down")


def slopes(study: Study, observations: pd.DataFrame) -> list[Slopes]:
    """Gather the scores of each group.

    Parameters
    ----------
    study : Study
        The study; its outcome's scores are numbers.
    observations : DataFrame
        observations.csv, all cells text, a missing score empty.

    Returns
    -------
    list of Slopes
        In the order of the study's groups.
    """
    before, after = (timepoint.id for timepoint in study.compared)
    result = []
    for group in study.groups:
        scores: dict[str, dict[str, str]] = {}
        for row in observations[observations["group"] == group.id].itertuples():
            scores.setdefault(row.participant, {})[row.timepoint] = row.score
        whole = {code: each for code, each in scores.items() if each.get(before) and each.get(after)}
        result.append(
            Slopes(
                group.id,
                tuple((code, Decimal(each[before]), Decimal(each[after])) for code, each in whole.items()),
                tuple(
                    tuple(Decimal(each[one]) if each.get(one) else None for one in study.timepoint_ids)
                    for each in whole.values()
                ),
                tuple(code for code in scores if code not in whole),
            )
        )
    return result


def slopes_figure(study: Study, observations: pd.DataFrame, language: str) -> Figure:
    """Draw a line for each participant through the scores at all timepoints, one panel a group, one scale.

    Parameters and result are those of `before_after_figure`; a line has the gid "slope-<group>-<number>". Equal scores
    share a line, the thicker the more they are; it is drawn as one that rises or falls by the compared timepoints.
    Where levels are cut from the scores, faint lines mark the cuts.
    """
    from matplotlib.figure import Figure

    t = labels(language)
    groups = slopes(study, observations)
    more = len(study.timepoints) - 2
    panel, foot = _PANEL + more * _STEP, _FOOT + (_LINE if more else 0)
    width = _LEFT + len(groups) * panel + (len(groups) - 1) * _BETWEEN + _RIGHT
    height = _HEAD + _HEIGHT + foot
    numbers = [
        float(score) for group in groups for path in group.paths for score in path if score is not None
    ]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    room = 0.06 * ((high - low) or 1.0)
    with style.plain_style():
        figure = Figure(figsize=(width, height), facecolor=style.PAPER)
        for number, group in enumerate(groups):
            left = _LEFT + number * (panel + _BETWEEN)
            box = (left / width, foot / height, panel / width, _HEIGHT / height)
            axes = figure.add_axes(box)
            axes.set_gid(f"slopes-{group.group}")
            axes.set_ylim(low - room, high + room)
            _draw_panel(axes, study, group, t, first=number == 0)
            _cuts(axes, study, language, last=number == len(groups) - 1)
            _write(figure, study, group, left + panel / 2, t)
        return figure


def describe_slopes(study: Study, observations: pd.DataFrame, language: str) -> tuple[str, str]:
    """Return the title of the figure and a description that stands in for it."""
    t = labels(language)
    sentences = []
    for group in slopes(study, observations):
        counts = ", ".join(t(f"figures.count_{each}", n=group.moved(each)) for each in DIRECTIONS)
        name = study.group(group.group).label[language]
        sentences.append(t("figures.group_moves", group=name, n=len(group.pairs), moves=counts))
    return t("figures.before_after_title", outcome=study.outcome.label[language]), " ".join(sentences)


def _draw_panel(axes: Axes, study: Study, group: Slopes, t: Labels, *, first: bool) -> None:
    from matplotlib.ticker import FuncFormatter

    lines = Counter(
        (direction_of(before, after), path)
        for (_, before, after), path in zip(group.pairs, group.paths, strict=True)
    )
    # more lines than these would cover each other
    fineness = (_MOST_LINES / max(len(lines), _MOST_LINES)) ** 0.5
    for number, ((direction, path), n) in enumerate(lines.items(), start=1):
        known = [(x, float(score)) for x, score in enumerate(path) if score is not None]
        (line,) = axes.plot(
            *zip(*known, strict=True),
            color=_COLOR[direction],
            linestyle=_DASHES[direction],
            linewidth=fineness * min(1.0 + 0.6 * (n - 1), _THICKEST),
            marker="o",
            markersize=fineness * 3.6,
            markeredgewidth=0,
            zorder=3 if direction == "up" else 4,
        )
        *earlier, last = map(t.number, path)
        words = t("figures.move", before=" → ".join(earlier), after=last, n=n)
        style.hover(line, f"slope-{group.group}-{number}", words)
    last = len(study.timepoints) - 1
    axes.set_xlim(-0.08 * last, 1.08 * last)
    axes.set_xticks(range(last + 1))
    axes.set_xticklabels([timepoint.label[t.language] for timepoint in study.timepoints])
    if last > 1:
        for timepoint, label in zip(study.timepoints, axes.get_xticklabels(), strict=True):
            label.set_fontweight("bold" if timepoint in study.compared else "normal")
    axes.tick_params(axis="x", length=0, labelsize=style.SMALL, pad=4)
    axes.tick_params(axis="y", length=3, width=0.7, labelsize=style.SMALL, labelleft=first)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: t.number(f"{value:.10g}")))
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if first:
        outcome = study.outcome
        name = outcome.label[t.language] + (f" ({outcome.unit[t.language]})" if outcome.unit else "")
        axes.set_ylabel(name, fontsize=style.SMALL)


def _cuts(axes: Axes, study: Study, language: str, *, last: bool) -> None:
    """Mark where one level ends and the next begins; name the levels at the right of the last panel."""
    from oxymilk.study.outcome import cutoff_decimals, span_of

    outcome = study.outcome
    levels = [level for level in outcome.cutoffs if level.bounded]
    low, high = axes.get_ylim()
    edges = []
    for level in levels:
        least, most = span_of(level, cutoff_decimals(outcome), outcome.score_range)
        ends = (
            low if least is None else max(float(least), low),
            high if most is None else min(float(most), high),
        )
        if least is not None and low < float(least) < high:
            edges.append(float(least))
        if last and ends[0] < ends[1]:
            axes.annotate(
                level.label[language],
                (1.0, sum(ends) / 2),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontsize=style.SMALL,
                color=style.QUIET,
                annotation_clip=False,
            )
    for edge in edges:
        axes.axhline(edge, color=style.FAINT, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)


def _write(figure: Figure, study: Study, group: Slopes, centre: float, t: Labels) -> None:
    from matplotlib.lines import Line2D

    width, height = figure.get_figwidth(), figure.get_figheight()

    def write(x: float, y: float, text: str, **look: object) -> None:
        figure.text(x / width, y / height, text, **{"fontsize": style.SMALL, "va": "baseline", **look})

    title = study.group(group.group).label[t.language]
    n, total = len(group.pairs), len(group.pairs) + len(group.left_out)
    shown = f"n = {n}" if n == total else t("figures.n_of", n=n, total=total)
    write(centre, height - 0.24, title, ha="center", fontsize=style.HEADING, fontweight="bold")
    write(centre, height - 0.42, shown, ha="center", color=style.QUIET)
    texts = [t(f"figures.count_{direction}", n=group.moved(direction)) for direction in DIRECTIONS]
    widths = [style.text_width(figure, text, fontsize=7.5) for text in texts]
    mark, pad, space = 0.2, 0.05, 0.14
    x = centre - (sum(widths) + len(texts) * (mark + pad) + (len(texts) - 1) * space) / 2
    more_than_two = len(study.timepoints) > 2
    y = 0.44 + (_LINE if more_than_two else 0)
    for direction, text, wide in zip(DIRECTIONS, texts, widths, strict=True):
        ends = [x / width, (x + mark) / width]
        look = {"color": _COLOR[direction], "linestyle": _DASHES[direction], "linewidth": 1.4}
        figure.add_artist(Line2D(ends, [(y + 0.035) / height] * 2, **look))
        write(x + mark + pad, y, text, fontsize=7.5)
        x += mark + pad + wide + space
    if more_than_two:
        y -= _LINE
        write(centre, y, t("figures.compared"), ha="center", fontsize=7.5, color=style.QUIET)
    if group.left_out:
        codes = ", ".join(group.left_out[:3]) + (", ..." if len(group.left_out) > 3 else "")
        note = t("figures.left_out", n=len(group.left_out), codes=codes)
        for step, line in enumerate(wrap(note, 42)[:2]):
            write(centre, y - _LINE * (step + 1), line, ha="center", fontsize=7.5, color=style.QUIET)
