"""The map of outcomes: the declared p of every pair of counts, and which of them print the printed p."""

from __future__ import annotations

from textwrap import fill

from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from oxymilk.present.figures import style
from oxymilk.present.figures.style import Drawing, Sheet
from oxymilk.present.view import View

# dark to light, distinct in grey; the last one is for what is not significant
SHADES = ("#0B3C5D", "#2E7CB1", "#A9D0EA", "#F4F4F4")
_RING = {"marker": "o", "color": style.VERMILION, "markerfacecolor": style.PAPER, "linestyle": "none"}
# the two lines of an outline: inset in cells, colour, points (for a cell of an inch; in the key)
_OUTLINE = ((0.06, style.AMBER, 6.5, 2.0), (0, style.INK, 2, 3.4))

# inches
_LARGEST_CELL, _LARGEST_MAP, _LEAST_HEIGHT = 0.34, 4.1, 2.6
_LEFT, _BOTTOM, _TOP = 0.86, 0.52, 0.16
_KEY, _KEY_WIDTH = 0.3, 3.1


def bands(alpha: float) -> list[tuple[float, float, str]]:
    """Return the classes of p, smallest first, each with its shade: below .001, below .01, significant, not."""
    edges = [*(edge for edge in (0.001, 0.01) if edge < alpha), alpha]
    return list(zip([0.0, *edges], [*edges, 1.0], [*SHADES[: len(edges)], SHADES[-1]], strict=True))


def draw(view: View) -> Drawing | None:
    """Draw the declared p of every outcome that the design allows after treatment.

    One cell a pair of counts of the highest level, shaded by p. A cell whose p prints as a printed one is outlined; the
    cell of the data has a ring.

    Parameters
    ----------
    view : View

    Returns
    -------
    Drawing or None
        One axes (gid "map") with a gid "cell-<count>-<count>" a cell, "outline-..." where it is outlined, "data" for
        the ring. None where no p-value between the groups differs, or the design has no such map.
    """
    t, outcomes = view.t, view.rows("outcomes")
    if not outcomes or not view.explains_between_groups:
        return None
    columns, rows = (max(int(outcome[count]) for outcome in outcomes) + 1 for count in ("count1", "count2"))
    size = min(_LARGEST_CELL, _LARGEST_MAP / max(columns, rows))
    left = _LEFT + columns * size + _KEY
    sheet = Sheet(left + _KEY_WIDTH, _BOTTOM + max(rows * size, _LEAST_HEIGHT) + _TOP)
    axes = sheet.panel("map", _LEFT, _BOTTOM, columns * size, rows * size)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(-0.5, rows - 0.5))
    level, post = view.label(view.study.outcome.levels[-1]), view.label(view.study.compared[1])
    for axis, group, n in zip((axes.xaxis, axes.yaxis), view.study.groups, (columns, rows), strict=True):
        axis.set_tick_params(length=0, labelsize=style.SMALL, pad=2)
        axis.set_ticks(range(0, n, 1 if n <= 13 else 5 if n <= 41 else 10))
        words = t("explanations.map.axis", group=view.label(group), level=level, post=post)
        axis.set_label_text(words, fontsize=style.SMALL)

    data, pairs = [], {}  # the outcomes in words that print as a claim, by its id
    for outcome in outcomes:
        x, y, p_value = int(outcome["count1"]), int(outcome["count2"]), float(outcome["p_value"])
        words = {"pair": t("explanations.map.pair", first=x, second=y), "p": t.compact(p_value)}
        shade = next(shade for _, high, shade in bands(view.study.alpha) if p_value < high or high == 1.0)
        look = {"facecolor": shade, "edgecolor": style.PAPER, "linewidth": 1.8 * size}
        label = t("explanations.map.cell", **words)
        axes.add_artist(Rectangle((x - 0.5, y - 0.5), 1, 1, gid=f"cell-{x}-{y}", label=label, **look))
        for claim in outcome["prints_as_claimed"].split():
            pairs.setdefault(claim, []).append(words["pair"])
        for inset, color, width, _ in _OUTLINE if outcome["prints_as_claimed"] else ():
            corner, side = (x - 0.5 + inset, y - 0.5 + inset), 1 - 2 * inset
            look = {"fill": False, "edgecolor": color, "linewidth": width * size, "zorder": 5}
            axes.add_artist(Rectangle(corner, side, side, gid=f"outline-{x}-{y}" if inset else None, **look))
        if outcome["observed"] == "true":
            points = max(36 * size, 5.5)
            axes.plot(x, y, markersize=points, markeredgewidth=points / 5, zorder=6, gid="data", **_RING)
            data.append(t("explanations.map.data", **words))

    printing: dict[str, list[str]] = {}
    for line in view.claims:
        if [line.claim[key] for key in ("quantity", "test", "check")] == ["p_value", "rank_sum", "recompute"]:
            # the same number printed in several places has its cells under the first id
            printed = view.localised(line.printed)
            printing[printed] = printing.get(printed) or pairs.get(line.id, [])
    # beside the map: what shades, outlines and the ring mean
    entries, sentences = [], list(data)
    for low, high, shade in bands(view.study.alpha):
        key = "not_significant" if high == 1.0 else "below" if low == 0.0 else "between"
        words = t(f"explanations.map.{key}", low=t.number(low), high=t.number(high))
        entries.append((Patch(facecolor=shade, edgecolor=style.FAINT, linewidth=0.5), words))
    lines = [Patch(fill=False, edgecolor=color, linewidth=width) for *_, color, _, width in _OUTLINE]
    for printed, same in printing.items():
        key = "prints" if same else "prints_none"
        words = t(f"explanations.map.{key}", printed=printed, n=len(same))
        entries.append((tuple(lines[::-1]), words))
        sentences.append(": ".join(filter(None, [words, t("common.list_separator").join(same)])) + ".")
    entries += [(Line2D([], [], markersize=9, markeredgewidth=2.0, **_RING), words) for words in data]
    marks, texts = zip(*((mark, fill(words, 44)) for mark, words in entries), strict=True)
    look = {"fontsize": style.SMALL, "handlelength": 1.3, "handleheight": 1.3, "labelspacing": 0.6}
    bold = {"weight": "bold", "size": style.SMALL}
    title = {"title": t("explanations.map.key"), "title_fontproperties": bold, "alignment": "left"}
    sheet.key(marks, texts, (left, sheet.height - _TOP), loc="upper left", **look, **title)
    return Drawing("explanation_map", sheet.figure, t("explanations.map.title"), " ".join(sentences))
