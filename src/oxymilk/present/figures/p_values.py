"""The figure of p-values: each printed one among those that programs give on the same data."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from math import isnan, log
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from oxymilk.audit.printed import parse_printed
from oxymilk.present.figures import style
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.present.view import VERDICT_SIGNS, PrintedTest, View

# how far the close-up reaches, in units of the last printed digit
REACH = 3.4
# heights of the marks in a panel, as a share of it: the recomputed p-values, then those of programs
LANES = {"recomputed": 0.835, "by_default": 0.518, "on_request": 0.329, "other_test": 0.141}

# inches
_WIDTH = 8.9
_LANE_NAMES, _VERDICT = 1.56, 7.2
_OVERVIEW, _CLOSE_UP = (1.64, 5.59), (5.83, 6.98)  # left and right edge
_HEAD, _ROW, _FOOT = 0.36, 1.45, 0.2
_PANEL_BOTTOM, _PANEL = 0.27, 0.78  # within a row
# points
_DOT, _DIAMOND, _FRAME, _ARROW, _SMALL_MARK, _TRIANGLE = 8.5, 7.5, 13.5, 5.5, 4.6, 5.2
_POWERS = [float(f"1e{power}") for power in range(-12, 1)]
_MOST_LABELS = 7  # of powers of ten
_MOST = 1.15  # where the log scale ends


def draw(view: View) -> Drawing | None:
    """Draw where each printed p-value lies among the p-values that procedures give on the same data.

    One row a printed p-value. The printed value is a band: all numbers that print as it. The declared procedure is a
    dot, the exact conditional p a diamond, each other p-value that some program prints a small mark; left on a log
    scale, right close to the printed value in units of its last digit.

    Parameters
    ----------
    view : View

    Returns
    -------
    Drawing or None
        Panels in pairs a row: overview (gid "overview-1"), close-up (gid "close_up-1"; absent without a printed p).
        None without a test that has a p-value.
    """
    t, tests = view.t, view.printed_tests
    if not tests:
        return None
    sheet, sentences = Sheet(_WIDTH, _HEAD + _ROW * len(tests) + _FOOT), []
    heading = {"y": sheet.height - 0.2, "ha": "center", "color": style.QUIET}
    sheet.write(sum(_OVERVIEW) / 2, text=t("figures.overview"), **heading)
    if any(test.interval for test in tests):
        sheet.write(sum(_CLOSE_UP) / 2, text=t("figures.close_up"), **heading)
    # left of the recomputed p-values there is room for their words; an exact p that is nan is not the smaller one
    values = [view.study.alpha, 1e-3]
    for test in tests:
        values += [min(test.declared, test.exact) / 14, *(value.p_value / 1.4 for value in test.programs)]
        values += [float(test.interval.low) / 1.4] if test.interval else []
    least = max(min(value for value in values if value > 0), _POWERS[0])
    for number, test in enumerate(tests, start=1):
        key, words = "without_printed", {"declared": t.compact(test.declared), "exact": t.compact(test.exact)}
        bottom = sheet.height - _HEAD - number * _ROW + _PANEL_BOTTOM
        left, right = _OVERVIEW
        axes = sheet.panel(f"overview-{number}", left, bottom, right - left, _PANEL, "bottom")
        _set_log_scale(axes, view, least, labelled=number == len(tests))
        _draw_marks(axes, view, test, number)
        _write_words(sheet, view, test, least, bottom)
        if test.interval:
            left, right = _CLOSE_UP
            axes = sheet.panel(f"close_up-{number}", left, bottom, right - left, _PANEL, "bottom")
            parsed = parse_printed(test.claim["printed"], view.study.decimal_mark)
            printed, unit = float(parsed.value), float(Fraction(1, 10**parsed.decimals))
            axes.set_xlim(printed - REACH * unit, printed + REACH * unit)
            # there is no p below zero
            axes.spines["bottom"].set_bounds(max(0.0, printed - REACH * unit), printed + REACH * unit)
            ticks = [printed + step * unit for step in (-2, 0, 2) if printed + step * unit >= 0]
            axes.tick_params(axis="x", length=2.5, width=0.7, labelsize=style.SMALLEST, pad=1.5)
            axes.set_xticks(ticks, [t.number(f"{tick:.{parsed.decimals}f}") for tick in ticks])
            _draw_marks(axes, view, test, number, "close_up_")
            key = "inside" if test.interval.contains(Fraction(f"{test.declared:.10g}")) else "outside"
            words |= {"printed": view.localised(test.printed), "verdict": t(f"verdicts.{test.verdict}")}
        sentences.append(t(f"figures.row_{key}", test=view.name_of_test(test), **words))
    sheet.write(sum(_OVERVIEW) / 2, 0.09, t("figures.p_axis"), ha="center")
    return Drawing("p_values", sheet.figure, t("figures.p_values_title"), " ".join(sentences))


def _set_log_scale(axes: Axes, view: View, least: float, *, labelled: bool) -> None:
    """Set the log scale that all rows share, with alpha; the last row has its numbers: 10⁻⁵, 0.001."""
    axes.set_xscale("log")
    axes.set_xlim(least, _MOST)
    ticks = [power for power in _POWERS if least <= power]
    minor = [digit * power for power in _POWERS for digit in (2, 5) if least <= digit * power <= 1]
    names = dict.fromkeys(ticks, "")
    # a long scale has no room for a word at every power of ten
    for tick in ticks[:: -1 if len(ticks) <= _MOST_LABELS else -2] if labelled else ():
        names[tick] = view.t.compact(tick, 2).partition(" × ")[2] if tick < 1e-4 else view.t.compact(tick, 1)
    style.set_ticks(axes, ticks, list(names.values()), minor)
    axes.axvline(view.study.alpha, zorder=2, **style.REFERENCE)


def _draw_marks(axes: Axes, view: View, test: PrintedTest, number: int, prefix: str = "") -> None:
    """Draw the band of what prints as printed, dot, diamond and small marks; `prefix` begins a close-up's names.

    Outputs of one lane that give one p share a mark, filled if all are defaults. What a program prints outside of the
    panel is left out; in the overview an arrow at the left edge stands for what is smaller.
    """
    t, (left, right) = view.t, axes.get_xlim()
    axes.set_ylim(0, 1)
    axes.hlines(LANES.values(), max(left, 0), right, colors=style.GRID, linewidth=0.6, zorder=0.5)
    if test.interval:
        low, high = max(float(test.interval.low), left), min(float(test.interval.high), right)
        look = {"facecolor": style.AMBER, "edgecolor": style.AMBER_EDGE, "linewidth": 0.8, "zorder": 2.2}
        words = t("figures.band", printed=view.localised(test.printed))
        axes.add_artist(Rectangle((low, 0), high - low, 1, gid=f"{prefix}band-{number}", label=words, **look))
    ordered = sorted(test.programs, key=lambda value: (-LANES[value.lane], value.p_value))
    same = groupby(ordered, key=lambda value: (value.lane, value.p_value))
    for place, ((lane, p_value), group) in enumerate(same, start=1):
        if p_value > right or (p_value < left and prefix):
            continue
        values = list(group)
        outputs = [f"{value.program} ({value.versions}): {value.output}" for value in values]
        words = "\n".join([t("figures.gives", p=t.compact(p_value), n=len(outputs)), *outputs])
        marker, size = ("^", _TRIANGLE) if lane == "other_test" else ("o", _SMALL_MARK)
        face = style.QUIET if all(value.by_default for value in values) else style.PAPER
        look = {"color": style.QUIET, "markerfacecolor": face, "markeredgewidth": 0.9, "zorder": 3}
        look |= {"gid": f"{prefix}mark-{number}-{place}", "label": words}
        style.mark(axes, p_value, LANES[lane], marker, (size, size), **look)
    frame = _FRAME if test.exact == test.declared else _DIAMOND
    diamond = {"color": style.INK, "markerfacecolor": style.PAPER, "markeredgecolor": style.INK, "zorder": 4}
    edge = style.PAPER if left <= test.declared <= right else style.INK
    dot = {"color": style.BLUE, "markeredgecolor": edge, "zorder": 5}
    marks = {"exact": (test.exact, "D", frame, diamond), "declared": (test.declared, "o", _DOT, dot)}
    for kind, (p_value, marker, size, look) in marks.items():
        if not isnan(p_value):
            look |= {"gid": f"{prefix}recomputed-{number}-{kind}", "markeredgewidth": 1.1}
            look["label"] = t(f"figures.{kind}", p=t.compact(p_value))
            style.mark(axes, p_value, LANES["recomputed"], marker, (size, _ARROW), **look)


def _write_words(sheet: Sheet, view: View, test: PrintedTest, least: float, bottom: float) -> None:
    """Write the name of the test, what lanes, band, dot and diamond are, and the verdict; alpha where it has room.

    The log scale of the panel, which begins at `bottom`, starts at `least`.
    """
    t, top, (start, end) = view.t, bottom + _PANEL, _OVERVIEW

    def inch(p_value: float) -> float:
        return start + (end - start) * log(p_value / least) / log(_MOST / least)

    taken, y = (0.0, 0.0), bottom + 1.05 * _PANEL
    if test.interval:
        printed = t("figures.printed", printed=view.localised(test.printed))
        width = sheet.text_width(printed, fontweight="bold")
        edges = (min(max(float(end), least), _MOST) for end in (test.interval.low, test.interval.high))
        left = min(max(sum(map(inch, edges)) / 2 - width / 2, start), end - width)
        taken = (left, left + width)
        sheet.write(left, y, printed, color=style.AMBER_EDGE, fontweight="bold")
    alpha = f"α = {t.compact(view.study.alpha)}"
    line, width = inch(view.study.alpha), sheet.text_width(alpha)
    for left in (line - width / 2, line + 0.05, line - width - 0.05):
        if left > taken[1] + 0.08 or left + width < taken[0] - 0.08:
            sheet.write(left, y, alpha, color=style.QUIET)
            break
    # beside the dot and the diamond, over the lines of lane and alpha but not over the band
    same, y = test.declared == test.exact, bottom + LANES["recomputed"] * _PANEL
    kinds = {"declared_exact": test.declared} if same else {"declared": test.declared, "exact": test.exact}
    named = sorted((p, t(f"figures.{kind}", p=t.compact(p))) for kind, p in kinds.items() if not isnan(p))
    widths = [sheet.text_width(text) for _, text in named]
    places = [inch(max(p, least)) for p, _ in named]
    lefts = style.beside(places, widths, _DOT / 72 * (1.35 if same else 0.85), _OVERVIEW)
    axes, inches = sheet.figure.axes[-1], {"transform": sheet.inches}
    ground = {"facecolor": style.PAPER, "linewidth": 0, "clip_on": False, "zorder": 2.1}
    for left, width, (_, text) in zip(lefts, widths, named, strict=True):
        axes.text(left, y, text, va="center_baseline", fontsize=style.SMALL, zorder=3.5, **inches)
        axes.add_artist(Rectangle((left - 0.03, y - 0.08), width + 0.06, 0.16, **ground, **inches))
    sheet.write(0.12, top + 0.2, view.name_of_test(test), **style.HEADING)
    for lane, height in LANES.items():
        words, y = t(f"figures.lane.{lane}"), bottom + height * _PANEL
        sheet.write(_LANE_NAMES, y, words, ha="right", va="center", **style.NOTE)
    if not test.interval:
        return
    verdict = fill(f"{VERDICT_SIGNS[test.verdict]} {t(f'verdicts.{test.verdict}')}", 21)
    color = style.VERMILION if test.verdict == "differs" else style.INK
    sheet.write(_VERDICT, top - 0.14, verdict, fontsize=style.TEXT, fontweight="bold", color=color)
    printing = sum(value.prints for value in test.programs)
    sentences = (
        t("figures.prints_as", p=view.localised(test.claim["prints_as"])),
        view.decision(test.claim["decision"]),
        t("figures.outputs_printing", n=printing, total=len(test.programs)),
    )
    lines = "\n".join(fill(sentence, 29) for sentence in sentences if sentence)
    # the first line of the verdict is on a height with the dot; it may have two
    y = top - 0.2 - 0.17 * verdict.count("\n")
    sheet.write(_VERDICT, y, lines, fontsize=style.SMALLEST, va="top", linespacing=1.45)
