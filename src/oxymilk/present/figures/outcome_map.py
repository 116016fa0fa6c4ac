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
_LARGEST_CELL, _LARGEST_MAP, _ENTRY = 0.29, 3.2, 0.19
_LEFT, _BOTTOM, _TOP, _RIGHT = 0.62, 0.5, 0.12, 0.1
_KEY, _CHARACTER = 0.25, 0.062


def bands(alpha: float) -> list[tuple[float, float, str]]:
    """Return the classes of p, smallest first, each with its shade: below .001, below .01, significant, not."""
    edges = [*(edge for edge in (0.001, 0.01) if edge < alpha), alpha]
    return list(zip([0.0, *edges], [*edges, 1.0], [*SHADES[: len(edges)], SHADES[-1]], strict=True))


def draw(view: View, width: float) -> Drawing | None:
    """Draw the declared p of every outcome that the design allows after treatment.

    One cell a pair of counts of the highest level, shaded by p. A cell whose p prints as a printed one is outlined; the
    cell of the data has a ring.

    Returns
    -------
    Drawing or None
        One axes (gid "map") with a gid "cell-<count>-<count>" a cell, "outline-..." where it is outlined, "data" for
        the ring. None where no p-value between the groups differs, or the design has no such map or too many outcomes.
    """
    t, outcomes = view.t, view.rows("outcomes")
    if not outcomes or not outcomes[0]["p_value"] or not view.explains_between_groups:
        return None
    columns, rows = (max(int(outcome[count]) for outcome in outcomes) + 1 for count in ("count1", "count2"))
    size = min(_LARGEST_CELL, min(_LARGEST_MAP, width - _LEFT - _RIGHT) / max(columns, rows))
    # the key is beside the map, or under it
    under = width < style.NARROW
    left = _RIGHT if under else _LEFT + columns * size + _KEY
    stated = ("p_value", "rank_sum", "recompute")
    claims = [
        line for line in view.claims if tuple(map(line.claim.get, ("quantity", "test", "check"))) == stated
    ]
    # shades, printed values, the ring, and the title of the key
    key = _ENTRY * (len(bands(view.study.alpha)) + len({line.printed for line in claims}) + 2)
    bottom = _BOTTOM + (key if under else max(0.0, key - rows * size - _BOTTOM))
    sheet = Sheet(width, bottom + rows * size + _TOP)
    axes = sheet.panel("map", _LEFT, bottom, columns * size, rows * size)
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
        for inset, color, thick, _ in _OUTLINE if outcome["prints_as_claimed"] else ():
            corner, side = (x - 0.5 + inset, y - 0.5 + inset), 1 - 2 * inset
            look = {"fill": False, "edgecolor": color, "linewidth": thick * size, "zorder": 5}
            axes.add_artist(Rectangle(corner, side, side, gid=f"outline-{x}-{y}" if inset else None, **look))
        if outcome["observed"] == "true":
            points = max(36 * size, 5.5)
            axes.plot(x, y, markersize=points, markeredgewidth=points / 5, zorder=6, gid="data", **_RING)
            data.append(t("explanations.map.data", **words))

    printing: dict[str, list[str]] = {}
    for line in claims:
        # the same number printed in several places has its cells under the first id
        printed = view.localised(line.printed)
        printing[printed] = printing.get(printed) or pairs.get(line.id, [])
    # beside the map: what shades, outlines and the ring mean
    entries, sentences = [], list(data)
    for low, high, shade in bands(view.study.alpha):
        name = "not_significant" if high == 1.0 else "below" if low == 0.0 else "between"
        words = t(f"explanations.map.{name}", low=t.number(low), high=t.number(high))
        entries.append((Patch(facecolor=shade, edgecolor=style.FAINT, linewidth=0.5), words))
    lines = [Patch(fill=False, edgecolor=color, linewidth=thick) for *_, color, _, thick in _OUTLINE]
    for printed, same in printing.items():
        name = "prints" if same else "prints_none"
        words = t(f"explanations.map.{name}", printed=printed, n=len(same))
        entries.append((tuple(lines[::-1]), words))
        sentences.append(": ".join(filter(None, [words, t("common.list_separator").join(same)])) + ".")
    entries += [(Line2D([], [], markersize=9, markeredgewidth=2.0, **_RING), words) for words in data]
    characters = int((width - left - 0.4) / _CHARACTER)
    marks, texts = zip(*((mark, fill(words, characters)) for mark, words in entries), strict=True)
    look = {"fontsize": style.SMALLEST, "handlelength": 1.3, "handleheight": 1.3, "labelspacing": 0.6}
    bold = {"weight": "bold", "size": style.SMALL}
    title = {"title": t("explanations.map.key"), "title_fontproperties": bold, "alignment": "left"}
    top = key if under else sheet.height - _TOP
    sheet.key(marks, texts, (left, top), loc="upper left", **look, **title)
    return Drawing("explanation_map", sheet.figure, t("explanations.map.title"), " ".join(sentences))
