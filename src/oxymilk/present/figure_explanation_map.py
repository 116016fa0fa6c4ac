"""The map of outcomes: the declared p of every pair of counts, and which of them print the printed p."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from oxymilk.present import figure_style as style
from oxymilk.present.p_value_rows import localised
from oxymilk.texts import Labels, labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.study import Study

NAME = "explanation_map"
# dark to light, distinct in grey; the last one is for what is not significant
SHADES = ("#0B3C5D", "#2E7CB1", "#A9D0EA", "#F4F4F4")

# inches
_LARGEST_CELL, _MAP = 0.34, 4.1
_LEFT, _BOTTOM, _TOP = 0.86, 0.52, 0.16
_KEY, _KEY_WIDTH = 0.3, 3.1
_STEP = 0.2
_LEAST_RING = 5.5  # points


@dataclass(frozen=True)
class Outcome:
    """One pair of counts of the better level after, and the declared p between the groups."""

    counts: tuple[int, int]
    p_value: float
    claims: tuple[str, ...]
    observed: bool


def outcomes_of(outcomes: pd.DataFrame) -> list[Outcome]:
    """Read outcomes.csv, all cells text; empty for a design without a map."""
    return [
        Outcome(
            (int(row["count1"]), int(row["count2"])),
            float(row["p_value"]),
            tuple(row["prints_as_claimed"].split()),
            row["observed"] == "true",
        )
        for row in outcomes.to_dict("records")
    ]


def bands(alpha: float) -> list[tuple[float, float]]:
    """Return the classes of p, smallest first: below .001, below .01, significant, not significant."""
    edges = [0.0, *(edge for edge in (0.001, 0.01) if edge < alpha), alpha, 1.0]
    return list(pairwise(edges))


def explanation_map_figure(
    study: Study, outcomes: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> Figure | None:
    """Draw the declared p of every outcome that the design allows after treatment.

    One cell a pair of counts of the highest level, shaded by p. A cell whose p prints as a printed one is outlined; the
    cell of the data has a ring.

    Parameters
    ----------
    study : Study
        The study.
    outcomes, verdicts : DataFrame
        outcomes.csv and verdicts.csv, all cells text.
    language : str
        "en" or "id".

    Returns
    -------
    matplotlib Figure or None
        One axes (gid "map"); None for a design without a map.
    """
    from matplotlib.figure import Figure

    cells = outcomes_of(outcomes)
    if not cells:
        return None
    t = labels(language)
    sizes = [max(cell.counts[k] for cell in cells) + 1 for k in (0, 1)]
    cell = min(_LARGEST_CELL, _MAP / max(sizes))
    wide, high = sizes[0] * cell, max(sizes[1] * cell, 2.6)
    width, height = _LEFT + wide + _KEY + _KEY_WIDTH, _BOTTOM + high + _TOP
    with style.plain_style():
        figure = Figure(figsize=(width, height), facecolor=style.PAPER)
        box = (_LEFT / width, _BOTTOM / height, wide / width, sizes[1] * cell / height)
        axes = figure.add_axes(box)
        axes.set_gid("map")
        _draw_cells(axes, study, cells, cell, t)
        _draw_axes(axes, study, sizes, t)
        left = (_LEFT + wide + _KEY) / width
        _draw_key(figure, study, cells, verdicts, left, t)
        return figure


def describe_explanation_map(
    study: Study, outcomes: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> tuple[str, str]:
    """Return the title of the map and a description that stands in for it."""
    t = labels(language)
    cells = outcomes_of(outcomes)
    title = t("explanations.map.title")
    if not cells:
        return title, t("explanations.map.none")
    sentences = [_data_words(cell, t) for cell in cells if cell.observed]
    for printed, same in _printing(study, cells, verdicts, t).items():
        places = t("common.list_separator").join(_pair(cell, t) for cell in same)
        key = "prints" if same else "prints_none"
        sentences.append(
            t(f"explanations.map.{key}", printed=printed, n=len(same)) + (f": {places}." if same else ".")
        )
    return title, " ".join(sentences)


def _printing(
    study: Study, cells: list[Outcome], verdicts: pd.DataFrame, t: Labels
) -> Mapping[str, list[Outcome]]:
    """Return for each p-value printed for the test between the groups the cells that print as it."""
    rows = [
        row
        for row in verdicts.to_dict("records")
        if (row["quantity"], row["test"], row["check"]) == ("p_value", "rank_sum", "recompute")
    ]
    sign = {"": "", "=": ""}
    result: dict[str, list[Outcome]] = {}
    for row in rows:
        printed = sign.get(row["operator"], f"{row['operator']} ") + row["printed"]
        found = [cell for cell in cells if row["id"] in cell.claims]
        text = localised(printed, study, t.language)
        # the same number printed in several places has its cells under the first id
        result[text] = result.get(text) or found
    return result


def _pair(cell: Outcome, t: Labels) -> str:
    return t("explanations.map.pair", first=cell.counts[0], second=cell.counts[1])


def _data_words(cell: Outcome, t: Labels) -> str:
    p_value = style.format_number(cell.p_value, t.language)
    return t("explanations.map.data", pair=_pair(cell, t), p=p_value)


def _draw_cells(axes: Axes, study: Study, cells: list[Outcome], size: float, t: Labels) -> None:
    from matplotlib.patches import Rectangle

    limits = bands(study.alpha)
    shades = [*SHADES[: len(limits) - 1], SHADES[-1]]
    for cell in cells:
        x, y = cell.counts
        band = next(k for k, (_, high) in enumerate(limits) if cell.p_value < high or high == 1.0)
        patch = Rectangle(
            (x - 0.5, y - 0.5), 1, 1, facecolor=shades[band], edgecolor=style.PAPER, linewidth=1.8 * size
        )
        p_value = style.format_number(cell.p_value, t.language)
        style.hover(patch, f"cell-{x}-{y}", t("explanations.map.cell", pair=_pair(cell, t), p=p_value))
        axes.add_patch(patch)
        if cell.claims:
            outline = Rectangle(
                (x - 0.44, y - 0.44),
                0.88,
                0.88,
                facecolor="none",
                edgecolor=style.AMBER,
                linewidth=6.5 * size,
                zorder=4,
            )
            outline.set_gid(f"outline-{x}-{y}")
            axes.add_patch(outline)
            edge = Rectangle(
                (x - 0.5, y - 0.5), 1, 1, facecolor="none", edgecolor=style.INK, linewidth=2 * size, zorder=5
            )
            axes.add_patch(edge)
        if cell.observed:
            _ring(axes, x, y, max(36 * size, _LEAST_RING))


def _ring(axes: Axes, x: float, y: float, size: float) -> None:
    (mark,) = axes.plot(
        [x],
        [y],
        marker="o",
        markersize=size,
        markerfacecolor=style.PAPER,
        markeredgecolor=style.VERMILION,
        markeredgewidth=size / 5,
        linestyle="none",
        zorder=6,
    )
    mark.set_gid("data")


def _draw_axes(axes: Axes, study: Study, sizes: list[int], t: Labels) -> None:
    axes.set_xlim(-0.5, sizes[0] - 0.5)
    axes.set_ylim(-0.5, sizes[1] - 0.5)
    level = study.outcome.levels[-1].label[t.language]
    post = study.compared[1].label[t.language]
    for axis, group, size in (
        (axes.xaxis, study.groups[0], sizes[0]),
        (axes.yaxis, study.groups[1], sizes[1]),
    ):
        n = size - 1
        step = 1 if n <= 12 else 5 if n <= 40 else 10
        axis.set_ticks(list(range(0, n + 1, step)))
        axis.set_tick_params(length=0, labelsize=style.SMALL, pad=2)
        name = t("explanations.map.axis", group=group.label[t.language], level=level, post=post)
        axis.set_label_text(name, fontsize=style.SMALL)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_key(
    figure: Figure, study: Study, cells: list[Outcome], verdicts: pd.DataFrame, left: float, t: Labels
) -> None:
    import textwrap

    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    width, height = figure.get_figwidth(), figure.get_figheight()
    patch, y = 0.15, height - _TOP - 0.12

    def write(text: str, x: float, **look: object) -> None:
        nonlocal y
        for line in textwrap.wrap(text, 44):
            figure.text(
                left + x / width, y / height, line, fontsize=style.SMALL, va="center_baseline", **look
            )
            y -= _STEP
        y -= 0.04

    def swatch(**look: object) -> None:
        corner = (left, (y - patch / 2) / height)
        figure.add_artist(
            Rectangle(corner, patch / width, patch / height, transform=figure.transFigure, **look)
        )

    write(t("explanations.map.key"), 0.0, fontweight="bold")
    limits = bands(study.alpha)
    shades = [*SHADES[: len(limits) - 1], SHADES[-1]]
    for (low, high), shade in zip(limits, shades, strict=True):
        swatch(facecolor=shade, edgecolor=style.FAINT, linewidth=0.5)
        if high == 1.0:
            text = t("explanations.map.not_significant", low=t.number(low))
        elif low == 0.0:
            text = t("explanations.map.below", high=t.number(high))
        else:
            text = t("explanations.map.between", low=t.number(low), high=t.number(high))
        write(text, 0.26)
    y -= 0.1
    for printed, same in _printing(study, cells, verdicts, t).items():
        swatch(facecolor="none", edgecolor=style.INK, linewidth=3.4)
        swatch(facecolor="none", edgecolor=style.AMBER, linewidth=2.0)
        key = "prints" if same else "prints_none"
        write(t(f"explanations.map.{key}", printed=printed, n=len(same)), 0.26)
    for cell in cells:
        if cell.observed:
            dot = Line2D(
                [left + patch / 2 / width],
                [y / height],
                marker="o",
                markersize=9,
                markerfacecolor=style.PAPER,
                markeredgecolor=style.VERMILION,
                markeredgewidth=2.0,
                transform=figure.transFigure,
            )
            figure.add_artist(dot)
            write(_data_words(cell, t), 0.26)
