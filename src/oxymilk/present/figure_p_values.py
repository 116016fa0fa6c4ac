"""The figure of p-values: each printed one among those that programs give on the same data."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from oxymilk.present import figure_layout as layout
from oxymilk.present import figure_p_values_marks as marks
from oxymilk.present import figure_style as style
from oxymilk.present.p_value_rows import PValueRow, localised, p_value_rows, test_name
from oxymilk.texts import labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from oxymilk.study import Study

NAME = "p_values"
# how far the close-up reaches, in units of the last printed digit
REACH = 3.4

# inches
_WIDTH = 8.9
_LANE_NAMES = 1.56
_OVERVIEW = (1.64, 3.95)  # left edge, width
_CLOSE_UP = (5.83, 1.15)
_VERDICT = 7.2
_HEAD = 0.36
_ROW = 1.45
_BAND_HEIGHT = 0.78
_BAND_BOTTOM = 0.27
_FOOT = 0.2
_MOST_LABELS = 7  # of powers of ten
_SIGNS = {"reproduced": "=", "reproduced_after_rounding": "≈", "differs": "≠", "": ""}


def p_values_figure(
    study: Study, tests: pd.DataFrame, procedures: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> Figure:
    """Draw where each printed p-value lies among the p-values that procedures give on the same data.

    One row a printed p-value. The printed value is a band: all numbers that print as it. The declared procedure is a
    dot, the exact conditional p a diamond, each other p-value that some program prints a small mark; left on a log
    scale, right close to the printed value in units of its last digit.

    Parameters
    ----------
    study : Study
        The study.
    tests, procedures, verdicts : DataFrame
        tests.csv, procedures.csv and verdicts.csv, all cells text.
    language : str
        "en" or "id".

    Returns
    -------
    matplotlib Figure
        Axes in pairs a row: overview (gid "overview-1"), close-up (gid "close_up-1"; absent without a printed p).
    """
    from matplotlib.figure import Figure

    t = labels(language)
    rows = p_value_rows(study, tests, procedures, verdicts)
    height = _HEAD + _ROW * max(len(rows), 1) + _FOOT
    limits = _limits(rows, study.alpha)
    with style.plain_style():
        figure = Figure(figsize=(_WIDTH, height), facecolor=style.PAPER)
        if not rows:
            figure.text(0.5, 0.5, t("figures.no_rows"), ha="center")
            return figure
        _heading(figure, height, _OVERVIEW[0] + _OVERVIEW[1] / 2, t("figures.overview"))
        if any(row.interval is not None for row in rows):
            _heading(figure, height, _CLOSE_UP[0] + _CLOSE_UP[1] / 2, t("figures.close_up"))
        for number, row in enumerate(rows, start=1):
            bottom = height - _HEAD - number * _ROW
            last = number == len(rows)
            overview = figure.add_axes(_box(_OVERVIEW, bottom, height))
            overview.set_gid(f"overview-{number}")
            _draw_overview(overview, row, study, limits, language, number)
            _scale(overview, limits, language, last=last)
            if row.interval is not None:
                close_up = figure.add_axes(_box(_CLOSE_UP, bottom, height))
                close_up.set_gid(f"close_up-{number}")
                _draw_close_up(close_up, row, study, language, number)
            _draw_words(figure, row, study, bottom, height, language)
        middle = (_OVERVIEW[0] + _OVERVIEW[1] / 2) / _WIDTH
        figure.text(middle, 0.09 / height, t("figures.p_axis"), ha="center", fontsize=style.SMALL)
        return figure


def describe_p_values(
    study: Study, tests: pd.DataFrame, procedures: pd.DataFrame, verdicts: pd.DataFrame, language: str
) -> tuple[str, str]:
    """Return the title of the figure and a description that stands in for it."""
    t = labels(language)
    sentences = []
    for row in p_value_rows(study, tests, procedures, verdicts):
        words = {
            "test": test_name(study, row, language),
            "declared": style.format_number(row.declared, language),
            "exact": style.format_number(row.exact, language),
        }
        if row.interval is None:
            sentences.append(t("figures.row_without_printed", **words))
            continue
        inside = row.interval.contains(_fraction(row.declared))
        words |= {"printed": localised(row.printed, study, language), "verdict": t(f"verdicts.{row.verdict}")}
        sentences.append(t("figures.row_inside" if inside else "figures.row_outside", **words))
    return t("figures.p_values_title"), " ".join(sentences) or t("figures.no_rows")


def _draw_overview(
    axes: Axes, row: PValueRow, study: Study, limits: tuple[float, float], language: str, number: int
) -> None:
    axes.set_xscale("log")
    axes.set_xlim(limits)
    marks.draw_lanes(axes)
    if row.interval is not None:
        low, high = float(row.interval.low), float(row.interval.high)
        marks.draw_band(axes, max(low, limits[0]), high, f"band-{number}", row, study, language)
    _printed_and_alpha(axes, row, study, language)
    axes.axvline(study.alpha, color=style.QUIET, linewidth=0.9, linestyle=(0, (4, 2)), zorder=2)
    marks.draw_small_marks(axes, row, limits, language, f"mark-{number}", beyond=True)
    declared, exact = _recomputed_words(row, language)
    marks.draw_recomputed(axes, row, f"recomputed-{number}", declared, exact, limits)
    if row.declared == row.exact:
        declared = exact = labels(language)(
            "figures.declared_exact", p=style.format_number(row.declared, language)
        )
    clear = marks.DOT / 72 * (0.85 if row.declared != row.exact else 1.35)
    words = sorted(
        (p, text) for p, text in {row.declared: declared, row.exact: exact}.items() if not isnan(p)
    )
    places = [_inches(axes, p_value) for p_value, _ in words]
    widths = [style.text_width(axes.figure, text, fontsize=style.SMALL) for _, text in words]
    for (_, text), left in zip(words, layout.beside(places, widths, clear, _OVERVIEW[1]), strict=True):
        _write_in(axes, left, text)


def _printed_and_alpha(axes: Axes, row: PValueRow, study: Study, language: str) -> None:
    """Write over the panel what is printed, over its band, and alpha, at its line, where it leaves room."""
    t = labels(language)
    taken = (0.0, 0.0)
    look = {"ha": "left", "va": "baseline", "fontsize": style.SMALL}
    if row.interval is not None:
        printed = t("figures.printed", printed=localised(row.printed, study, language))
        low, high = axes.get_xlim()
        centre = (max(float(row.interval.low), low) * min(float(row.interval.high), high)) ** 0.5
        width = style.text_width(axes.figure, printed, fontsize=style.SMALL, fontweight="bold")
        left = min(max(_inches(axes, centre) - width / 2, 0), _OVERVIEW[1] - width)
        taken = (left, left + width)
        place = left / _OVERVIEW[1]
        axes.text(
            place, 1.05, printed, transform=axes.transAxes, color=style.AMBER_EDGE, fontweight="bold", **look
        )
    alpha = f"α = {style.format_number(study.alpha, language)}"
    width = style.text_width(axes.figure, alpha, fontsize=style.SMALL)
    line = _inches(axes, study.alpha)
    for left in (line - width / 2, line + 0.05, line - width - 0.05):
        if left > taken[1] + 0.08 or left + width < taken[0] - 0.08:
            axes.text(left / _OVERVIEW[1], 1.05, alpha, transform=axes.transAxes, color=style.QUIET, **look)
            return


def _write_in(axes: Axes, left: float, text: str) -> None:
    """Write beside the recomputed marks, over the lines of lane and alpha but not over the band."""
    from matplotlib.patches import Rectangle

    low, high = axes.get_ylim()
    width = style.text_width(axes.figure, text, fontsize=style.SMALL)
    place = {"transform": axes.transAxes, "zorder": 3.5}
    middle = (marks.LANES["recomputed"] - low) / (high - low)
    axes.text(
        left / _OVERVIEW[1], middle, text, ha="left", va="center_baseline", fontsize=style.SMALL, **place
    )
    corner = ((left - 0.03) / _OVERVIEW[1], middle - 0.1)
    size = ((width + 0.06) / _OVERVIEW[1], 0.2)
    blank = {"facecolor": style.PAPER, "linewidth": 0, "clip_on": False}
    axes.add_patch(Rectangle(corner, *size, **blank, **{**place, "zorder": 2.1}))


def _inches(axes: Axes, p_value: float) -> float:
    """Return how far from the left edge of the overview a p-value is drawn."""
    from math import log

    low, high = axes.get_xlim()
    return _OVERVIEW[1] * log(max(p_value, low) / low) / log(high / low)


def _recomputed_words(row: PValueRow, language: str) -> tuple[str, str]:
    t = labels(language)
    declared, exact = (style.format_number(each, language) for each in (row.declared, row.exact))
    return t("figures.declared", p=declared), t("figures.exact", p=exact)


def _draw_close_up(axes: Axes, row: PValueRow, study: Study, language: str, number: int) -> None:
    from oxymilk.audit.printed import parse_printed

    unit = float(row.unit)
    parsed = parse_printed(row.printed.lstrip("<>=~ "), study.decimal_mark)
    printed = float(parsed.value)
    limits = (printed - REACH * unit, printed + REACH * unit)
    axes.set_xlim(limits)
    start = max(0.0, -limits[0] / (limits[1] - limits[0]))
    marks.draw_lanes(axes, start)
    # there is no p below zero
    axes.spines["bottom"].set_bounds(max(0.0, limits[0]), limits[1])
    low, high = (float(each) for each in (row.interval.low, row.interval.high))
    marks.draw_band(
        axes, max(low, limits[0]), min(high, limits[1]), f"close_up_band-{number}", row, study, language
    )
    marks.draw_small_marks(axes, row, limits, language, f"close_up_mark-{number}")
    t = labels(language)
    declared, exact = _recomputed_words(row, language)
    marks.draw_recomputed(axes, row, f"close_up_recomputed-{number}", declared, exact, limits)
    ticks = [printed + step * unit for step in (-2, 0, 2) if printed + step * unit >= 0]
    axes.set_xticks(ticks)
    axes.set_xticklabels(
        [f"{tick:.{parsed.decimals}f}".replace(".", t("common.decimal_mark")) for tick in ticks]
    )
    axes.tick_params(axis="x", length=2.5, width=0.7, labelsize=7.5, pad=1.5)


def _draw_words(
    figure: Figure, row: PValueRow, study: Study, bottom: float, height: float, language: str
) -> None:
    t = labels(language)
    top = bottom + _BAND_BOTTOM + _BAND_HEIGHT

    def write(x: float, y: float, text: str, **look: object) -> None:
        figure.text(x / _WIDTH, y / height, text, **{"fontsize": style.SMALL, "va": "baseline", **look})

    write(0.12, top + 0.2, test_name(study, row, language), fontsize=style.HEADING, fontweight="bold")
    step = _BAND_HEIGHT / (marks.LANES["recomputed"] + 1.15)
    for lane, place in marks.LANES.items():
        y = bottom + _BAND_BOTTOM + (place + 0.45) * step
        write(
            _LANE_NAMES,
            y,
            t(f"figures.lane.{lane}"),
            ha="right",
            va="center",
            fontsize=7.5,
            color=style.QUIET,
        )
    if row.interval is None:
        return
    lines = [
        t("figures.prints_as", p=localised(row.prints_as, study, language)),
        t(f"verdicts.decision.{row.decision}") if row.decision else "",
        t("figures.outputs_printing", n=len(row.printing), total=len(row.programs)),
    ]
    color = style.VERMILION if row.verdict == "differs" else style.INK
    verdict = f"{_SIGNS[row.verdict]} {t(f'verdicts.{row.verdict}')}"
    write(
        _VERDICT,
        top - 0.14,
        _fold(verdict, 21),
        fontsize=style.TEXT,
        fontweight="bold",
        color=color,
        va="baseline",
    )
    y = top - 0.14
    for text in filter(None, lines):
        for line in _fold(text, 29).split("\n"):
            y -= 0.155
            write(_VERDICT, y, line, fontsize=7.5)


def _fold(text: str, width: int) -> str:
    import textwrap

    return textwrap.fill(text, width, break_long_words=False)


def _scale(axes: Axes, limits: tuple[float, float], language: str, *, last: bool) -> None:
    from matplotlib.ticker import FixedLocator, NullFormatter

    powers = [float(f"1e{power}") for power in range(-12, 1)]
    ticks = [power for power in powers if limits[0] <= power <= limits[1]]
    between = [digit * power for power in powers for digit in (2, 5) if limits[0] <= digit * power <= 1]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(FixedLocator(between))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="major", length=3.5, width=0.7, labelsize=style.SMALL, pad=2)
    axes.tick_params(axis="x", which="minor", length=2, width=0.6)
    if last:
        # a long scale has no room for a word at every power of ten
        every = 1 if len(ticks) <= _MOST_LABELS else 2
        shown = ticks[::-every]
        axes.set_xticklabels([_tick_label(tick, language) if tick in shown else "" for tick in ticks])
    else:
        axes.xaxis.set_major_formatter(NullFormatter())


def _limits(rows: list[PValueRow], alpha: float) -> tuple[float, float]:
    """Return the ends of the log scale; left of the recomputed p-values there is room for their words."""
    values = [alpha, 1e-3]
    for row in rows:
        # an exact p that is nan is not the smaller one
        values += [min(row.declared, row.exact) / 14, *(each.p_value / 1.4 for each in row.programs)]
        if row.interval is not None and row.interval.low > 0:
            values.append(float(row.interval.low) / 1.4)
    return max(min(value for value in values if value > 0), 1e-12), 1.15


def _tick_label(value: float, language: str) -> str:
    if value < 1e-4:
        return style.format_number(value, language, digits=2).partition(" × ")[2]
    return style.format_number(value, language, digits=1)


def _heading(figure: Figure, height: float, x: float, text: str) -> None:
    figure.text(x / _WIDTH, 1 - 0.2 / height, text, ha="center", fontsize=style.SMALL, color=style.QUIET)


def _box(span: tuple[float, float], bottom: float, height: float) -> tuple[float, float, float, float]:
    return span[0] / _WIDTH, (bottom + _BAND_BOTTOM) / height, span[1] / _WIDTH, _BAND_HEIGHT / height


def _fraction(p_value: float) -> object:
    from fractions import Fraction

    return Fraction(f"{p_value:.10g}")
