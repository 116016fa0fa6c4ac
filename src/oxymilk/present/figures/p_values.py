"""The figure of p-values: each printed one among those that programs give on the same data."""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from math import isnan, log
from textwrap import wrap

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from oxymilk.audit.printed import VERDICT_SIGNS, parse_printed
from oxymilk.present.figures import style
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.present.view import PrintedTest, View

# how far the close-up reaches, in units of the last printed digit
REACH = 3.4
# heights of the marks in a panel, as a share of it: the recomputed p-values, then those of programs
LANES = {"recomputed": 0.835, "by_default": 0.518, "on_request": 0.329, "other_test": 0.141}

# inches
_MARGIN, _BETWEEN, _CLOSE_UP = 0.08, 0.25, 1.25
_NAME, _LINE, _ABOVE, _PANEL, _SCALE = 0.24, 0.145, 0.2, 0.66, 0.3  # of a row, from its top
# points
_DOT, _DIAMOND, _FRAME, _ARROW, _SMALL_MARK, _TRIANGLE = 7.5, 6.5, 12, 5, 4.2, 4.8
# of the numbers that print so
_BAND = {"facecolor": style.AMBER, "edgecolor": style.AMBER_EDGE, "linewidth": 0.8}
_POWERS = [float(f"1e{power}") for power in range(-12, 1)]
_MOST_LABELS = 7  # of powers of ten
_MOST = 1.15  # where the log scale ends


def draw(view: View, width: float) -> Drawing | None:
    """Draw where each printed p-value lies among the p-values that procedures give on the same data.

    One row a printed p-value. The printed value is a band: all numbers that print as it. The declared procedure is a
    dot, the exact conditional p a diamond, each other p-value that some program prints a small mark; left on a log
    scale, right close to the printed value in units of its last digit (not in a figure of one column).

    Returns
    -------
    Drawing or None
        Panels in pairs a row: overview (gid "overview-1"), close-up (gid "close_up-1"; absent without a printed p).
        None without a test that has a p-value.
    """
    t, tests = view.t, view.printed_tests
    if not tests:
        return None
    printed = any(test.interval for test in tests)
    ruler, key, sentences = Sheet(1, 1), _key(view, printed=printed), []
    start = max(ruler.text_width(t(f"figures.lane.{lane}"), **style.NOTE) for lane in LANES) + _MARGIN + 0.14
    close = _CLOSE_UP if width > style.NARROW and printed else 0.0
    end = width - (close + _BETWEEN if close else 0.1) - _MARGIN
    characters = int((width - 2 * _MARGIN) / 0.059)
    notes = [wrap(t("common.list_separator").join(_note(view, test)), characters) for test in tests]
    # the verdict is beside the name of its test, or under it
    under = _LINE if width < style.NARROW and printed else 0.0
    row = _NAME + under + _LINE * max(map(len, notes)) + _ABOVE + _PANEL + _SCALE
    foot = style.key_rows(key, width) * style.KEY_ROW + 0.3
    sheet = Sheet(width, row * len(tests) + foot)
    # an exact p that is nan is not the smaller one
    values = [view.study.alpha, 1e-3]
    for test in tests:
        values += [min(test.declared, test.exact) / 1.6, *(value.p_value / 1.4 for value in test.programs)]
        values += [float(test.interval.low) / 1.4] if test.interval else []
    least = max(min(value for value in values if value > 0), _POWERS[0])
    for number, (test, lines) in enumerate(zip(tests, notes, strict=True), start=1):
        top = sheet.height - (number - 1) * row
        bottom = top - row + _SCALE
        axes = sheet.panel(f"overview-{number}", start, bottom, end - start, _PANEL, "bottom")
        _set_log_scale(axes, view, least, labelled=number == len(tests))
        _draw_marks(axes, view, test, number)
        _write_words(sheet, view, test, lines, top - 0.18, under)
        for lane, height in LANES.items():
            words, y = t(f"figures.lane.{lane}"), bottom + height * _PANEL
            sheet.write(start - 0.1, y, words, ha="right", va="center", **style.NOTE)
        key_of_row = "without_printed"
        words = {"declared": t.compact(test.declared), "exact": t.compact(test.exact)}
        if test.interval:
            _name_band(sheet, view, test, (least, start, end, bottom + 1.06 * _PANEL))
            key_of_row = "inside" if test.interval.contains(Fraction(f"{test.declared:.10g}")) else "outside"
            words |= {"printed": view.localised(test.printed), "verdict": t(f"verdicts.{test.verdict}")}
        if test.interval and close:
            axes = sheet.panel(f"close_up-{number}", width - _MARGIN - close, bottom, close, _PANEL, "bottom")
            _set_close_scale(axes, view, test)
            _draw_marks(axes, view, test, number, "close_up_")
        sentences.append(t(f"figures.row_{key_of_row}", test=view.name_of_test(test), **words))
    centred = {"ha": "center", **style.NOTE}
    sheet.write((start + end) / 2, foot - 0.12, t("figures.p_axis"), **centred)
    if close:
        sheet.write(width - _MARGIN - close / 2, foot - 0.12, t("figures.close_up"), **centred)
    sheet.write_key(key)
    title = t("figures.p_values_title" if printed else "figures.p_values_title_without_printed")
    return Drawing("p_values", sheet.figure, title, " ".join(sentences))


def _note(view: View, test: PrintedTest) -> list[str]:
    """Return what is said of a test under its name: the numbers of the dot and the diamond; how they compare."""
    t, named = view.t, {"declared": test.declared, "exact": test.exact}
    if test.declared == test.exact:
        named = {"declared_exact": test.declared}
    words = [t(f"figures.{name}", p=t.compact(p)) for name, p in named.items() if not isnan(p)]
    if test.interval:
        printing = sum(value.prints for value in test.programs)
        words += [t("figures.prints_as", p=view.localised(test.claim["prints_as"]))]
        words += [view.decision(test.claim["decision"])]
        words += [t("figures.outputs_printing", n=printing, total=len(test.programs))]
    return list(filter(None, words))


def _key(view: View, *, printed: bool) -> dict[str, Artist]:
    """Return the marks by what they mean; a band where p-values are printed."""
    dot, small = {"marker": "o", "linestyle": "none"}, {"markersize": _SMALL_MARK, "color": style.QUIET}
    open_mark = {"markerfacecolor": style.PAPER}
    looks = {
        "declared": {**dot, "markersize": _DOT, "color": style.BLUE},
        "exact": {**dot, **open_mark, "marker": "D", "markersize": _DIAMOND, "color": style.INK},
        "by_default": {**dot, **small},
        "on_request": {**dot, **small, **open_mark},
        "other_test": {**dot, **small, "marker": "^"},
        "alpha": style.REFERENCE,
    }
    alpha = view.t.compact(view.study.alpha)
    marks = {view.t(f"figures.key.{key}", alpha=alpha): Line2D([], [], **look) for key, look in looks.items()}
    if printed:
        marks[view.t("figures.key.band")] = Patch(**_BAND)
    return marks


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
        words = t("figures.band", printed=view.localised(test.printed))
        look = {"gid": f"{prefix}band-{number}", "label": words, "zorder": 2.2, **_BAND}
        axes.add_artist(Rectangle((low, 0), high - low, 1, **look))
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


def _set_close_scale(axes: Axes, view: View, test: PrintedTest) -> None:
    """Set the scale of a close-up: the printed value in its middle, a few units of its last digit to either side."""
    parsed = parse_printed(test.claim["printed"], view.study.decimal_mark)
    # beyond twelve digits of the number no ends of a scale lie apart
    unit = float(max(Fraction(1, 10**parsed.decimals), abs(parsed.value) / 10**12))
    printed = float(parsed.value)
    axes.set_xlim(printed - REACH * unit, printed + REACH * unit)
    # there is no p below zero
    axes.spines["bottom"].set_bounds(max(0.0, printed - REACH * unit), printed + REACH * unit)
    steps = (-2, 0, 2) if parsed.decimals < 4 else (-2, 2)
    ticks = [printed + step * unit for step in steps if printed + step * unit >= 0]
    axes.tick_params(axis="x", length=2.5, width=0.7, labelsize=style.SMALLEST, pad=1.5)
    axes.set_xticks(ticks, [view.t.number(f"{tick:.{parsed.decimals}f}") for tick in ticks])


def _write_words(
    sheet: Sheet, view: View, test: PrintedTest, notes: list[str], y: float, under: float
) -> None:
    """Write the name of a test at `y`, its verdict, beside it or so far `under` it, and the notes (inches)."""
    sheet.write(_MARGIN, y, view.name_of_test(test), **style.HEADING)
    if test.interval:
        verdict = f"{VERDICT_SIGNS[test.verdict]} {view.t(f'verdicts.{test.verdict}')}"
        color = style.VERMILION if test.verdict == "differs" else style.INK
        x, side = (_MARGIN, "left") if under else (sheet.width - _MARGIN, "right")
        sheet.write(x, y - under, verdict, ha=side, color=color, **style.HEADING)
    for line, note in enumerate(notes, start=1):
        sheet.write(_MARGIN, y - under - line * _LINE, note, **style.NOTE)


def _name_band(sheet: Sheet, view: View, test: PrintedTest, place: tuple[float, float, float, float]) -> None:
    """Write the printed value over its band; `place` is the least p, the ends of the panel, the height of the text."""
    (least, start, end, y), look = place, {"fontweight": "bold"}
    printed = view.t("figures.printed", printed=view.localised(test.printed))
    width = sheet.text_width(printed, **look)
    edges = (min(max(float(limit), least), _MOST) for limit in (test.interval.low, test.interval.high))
    middle = sum(start + (end - start) * log(edge / least) / log(_MOST / least) for edge in edges) / 2
    sheet.write(min(max(middle - width / 2, start), end - width), y, printed, color=style.AMBER_EDGE, **look)
