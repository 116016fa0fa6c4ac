"""The ranked chart of explanations: what would make a number come true, and how often that would fit by chance."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from oxymilk.present import figure_style as style
from oxymilk.present.explanation_rows import claim_words, contradicts, explained_claims, percent
from oxymilk.texts import Labels, labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.present.explanation_rows import ExplainedClaim, Explanation
    from oxymilk.study import Study

NAME = "explanation_rank"
MOST = 12  # explanations of a claim that are drawn; the table has all
HALF = 0.5  # above it an explanation says nothing

# inches
_WIDTH = 8.9
_RANK, _KIND, _TEXT = 0.3, 0.42, 1.62
_CHARACTERS, _LINES = 72, 3
_BAR = (6.0, 1.55)  # left edge, width
_SHARE, _CONTRADICTS = 7.62, 8.36
_HEAD, _TITLE, _FOOT = 0.5, 0.34, 0.5
_LINE, _PADDING = 0.135, 0.1


def explanation_rank_figure(
    study: Study, explanations: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> Figure | None:
    """Draw the explanations of each claim that differs, in their ranking, with the coincidence of each.

    Parameters
    ----------
    study : Study
        The study.
    explanations, verdicts : DataFrame
        explanations.csv and verdicts.csv, all cells text.
    language : str
        "en" or "id".

    Returns
    -------
    matplotlib Figure or None
        One axes (gid "coincidence") with a bar an explanation (gid "bar-<claim>-<rank>", claims numbered from 1); None
        when no claim has an explanation.
    """
    from matplotlib.figure import Figure

    t = labels(language)
    claims = [claim for claim in explained_claims(study, explanations, verdicts, t) if claim.explanations]
    if not claims:
        return None
    depth = sum(_TITLE + sum(map(_height, claim.explanations[:MOST])) for claim in claims)
    height = _HEAD + depth + _FOOT
    with style.plain_style():
        figure = Figure(figsize=(_WIDTH, height), facecolor=style.PAPER)
        axes = figure.add_axes((_BAR[0] / _WIDTH, _FOOT / height, _BAR[1] / _WIDTH, depth / height))
        axes.set_gid("coincidence")
        _frame(axes, depth, t)
        _heads(figure, height, t)
        place = 0.0
        for number, claim in enumerate(claims, start=1):
            place = _draw_claim(figure, axes, study, claim, number, place, t)
        return figure


def describe_explanation_rank(
    study: Study, explanations: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> tuple[str, str]:
    """Return the title of the chart and a description that stands in for it."""
    t = labels(language)
    sentences = []
    for claim in explained_claims(study, explanations, verdicts, t):
        for hit in claim.explanations[:MOST]:
            words = claim_words(study, claim.claim, t)
            share = percent(hit.coincidence, t)
            sentences.append(
                t("explanations.rank.sentence", claim=words, rank=hit.rank, text=hit.description, share=share)
            )
    return t("explanations.rank.title"), " ".join(sentences) or t("explanations.rank.none")


def _lines(hit: Explanation) -> list[str]:
    lines = textwrap.wrap(hit.description, _CHARACTERS)
    if len(lines) > _LINES:
        # the table has the whole text
        lines = [
            *lines[: _LINES - 1],
            textwrap.shorten(" ".join(lines[_LINES - 1 :]), _CHARACTERS, placeholder=" …"),
        ]
    return lines


def _height(hit: Explanation) -> float:
    return len(_lines(hit)) * _LINE + _PADDING


def _frame(axes: Axes, depth: float, t: Labels) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(-depth, 0)
    axes.set_yticks([])
    axes.patch.set_visible(False)
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.set_xticks([0, HALF, 1])
    axes.set_xticklabels([percent(tick, t) for tick in (0, HALF, 1)])
    axes.tick_params(axis="x", length=3.5, width=0.7, labelsize=style.SMALL, pad=2)
    axes.axvline(0, color=style.QUIET, linewidth=0.7, zorder=1)
    axes.axvline(HALF, color=style.QUIET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=3)
    axes.set_xlabel(t("explanations.rank.axis"), fontsize=style.SMALL)


def _heads(figure: Figure, height: float, t: Labels) -> None:
    for x, name, side in (
        (_RANK - 0.18, "explanation", "left"),
        (_BAR[0], "coincidence", "left"),
        (_CONTRADICTS, "contradicts", "center"),
    ):
        text = textwrap.fill(t(f"explanations.rank.{name}"), 80 if name != "contradicts" else 16)
        look = {"ha": side, "va": "top", "fontsize": style.SMALL, "color": style.QUIET}
        figure.text(x / _WIDTH, 1 - 0.1 / height, text, **look)


def _draw_claim(
    figure: Figure, axes: Axes, study: Study, claim: ExplainedClaim, number: int, place: float, t: Labels
) -> float:
    """Draw the explanations of a claim from a depth on and return the depth below them."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    height = figure.get_figheight()
    top = height - _HEAD
    look = {"fontsize": style.SMALL, "va": "center_baseline"}

    def write(x: float, depth: float, text: str, **more: object) -> None:
        figure.text(x / _WIDTH, (top - depth) / height, text, **{**look, **more})

    ground = {"boxstyle": "square,pad=0.1", "facecolor": style.PAPER, "edgecolor": "none"}
    title = claim_words(study, claim.claim, t)
    if len(claim.explanations) > MOST:
        title = t("explanations.rank.some", claim=title, shown=MOST, n=len(claim.explanations))
    write(_RANK - 0.18, place + _TITLE / 2, title, fontsize=style.HEADING, fontweight="bold", bbox=ground)
    place += _TITLE
    for hit in claim.explanations[:MOST]:
        deep = _height(hit)
        middle = place + deep / 2
        color = style.INK if hit.informative else style.QUIET
        write(_RANK, middle, str(hit.rank), fontweight="bold", ha="right", color=color)
        write(_KIND, middle, t(f"explanations.kind.{hit.kind}"), color=color, fontsize=7.5)
        lines = _lines(hit)
        for step, line in enumerate(lines):
            write(_TEXT, middle + (step - (len(lines) - 1) / 2) * _LINE, line, fontsize=7.5, color=color)
        if hit.coincidence is not None:
            bar = Rectangle(
                (0, -middle - 0.055),
                hit.coincidence,
                0.11,
                facecolor=style.BLUE if hit.informative else style.GRID,
                edgecolor=style.BLUE if hit.informative else style.QUIET,
                hatch="" if hit.informative else "////",
                linewidth=0.8,
                zorder=2,
            )
            share = percent(hit.coincidence, t)
            style.hover(bar, f"bar-{number}-{hit.rank}", f"{hit.description} {share}")
            axes.add_patch(bar)
        write(_SHARE, middle, percent(hit.coincidence, t), color=color, fontweight="bold")
        write(_CONTRADICTS, middle, contradicts(hit, t), ha="center", color=color)
        place += deep
        ends, y = [_KIND / _WIDTH, 1 - 0.1 / _WIDTH], (top - place) / height
        figure.add_artist(Line2D(ends, [y, y], color=style.GRID, linewidth=0.6, zorder=0))
    return place
