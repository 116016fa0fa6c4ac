"""The look of every figure: colours, a sheet measured in inches, room for words, bytes that never change."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import NullFormatter

# Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), picked so that their grey values differ too.
INK, QUIET, FAINT, GRID, PAPER = "#222222", "#595959", "#B8B8B8", "#E4E4E4", "#FFFFFF"
BLUE, SKY, VERMILION = "#0072B2", "#7FC4EC", "#B24A00"
AMBER, AMBER_EDGE = "#F7D488", "#8A5A00"

# points at the width that is printed: no journal asks for more than 7
TEXT, SMALL, SMALLEST = 8.0, 7.5, 7.0
HEADING = {"fontsize": 8.5, "fontweight": "bold"}
# the widths of one column and of two in most journals, in millimetres; up to NARROW inches panels are stacked
WIDTHS, NARROW = (85, 170), 5.0
KEY_ROW = 0.15  # inches
NOTE = {"fontsize": SMALLEST, "color": QUIET}
DASHED = (0, (4, 2))  # a line to compare with: alpha, no effect, a cut between levels
REFERENCE = {"color": QUIET, "linewidth": 0.9, "linestyle": DASHED}
LINES = {"colors": QUIET, "linewidth": 0.9, "linestyle": DASHED}  # the same for several at once

# How a format is saved; what it would say of the time and of the program that wrote it is left out. Fast compression
# and unhinted glyphs save a third of the time of a png; at 300 dots per inch nobody sees the difference.
SAVING = {
    "svg": {"dpi": 72, "metadata": {"Date": None, "Creator": None, "Format": None, "Type": None}},
    "png": {"dpi": 300, "metadata": {"Software": None}, "pil_kwargs": {"compress_level": 1, "compress_type": 1}},
    "pdf": {"dpi": 300, "metadata": {"CreationDate": None, "Creator": None, "Producer": None}},
}  # fmt: skip
# Verdana is as wide as DejaVu Sans, so that text keeps its place where DejaVu is not installed.
_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_STYLE = {
    "font.family": "DejaVu Sans", "font.size": TEXT, "text.color": INK,
    "text.parse_math": False,  # a label may hold a dollar sign
    "axes.edgecolor": QUIET, "axes.labelcolor": INK, "axes.linewidth": 0.7, "hatch.linewidth": 0.8,
    "xtick.color": QUIET, "xtick.labelcolor": INK, "xtick.labelsize": SMALL,
    "svg.fonttype": "none",  # text stays text: searchable, read aloud, scaled by the browser
    "svg.hashsalt": "oxymilk", "pdf.fonttype": 42, "figure.dpi": 72,
}  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A figure with the words that stand in for it; its name begins every id, so that two fit in one page."""

    name: str
    figure: Figure
    title: str
    description: str


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw and render with matplotlib's defaults and our few changes, whatever the reader's matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


class Sheet:
    """A figure on which every place is in inches from the lower left corner; width and height too."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), facecolor=PAPER)
        self.inches = self.figure.dpi_scale_trans
        FigureCanvasAgg(self.figure)  # keeps the renderer that measures text

    def write(self, x: float, y: float, text: str, ground: str = "", **look: object) -> Text:
        """Write a text, small unless `look` says otherwise; over lines it has a `ground`, a style of box."""
        box = {"boxstyle": ground, "facecolor": PAPER, "edgecolor": "none"} if ground else None
        return self.figure.text(x, y, text, bbox=box, transform=self.inches, **{"fontsize": SMALL, **look})

    def text_width(self, text: str, **look: object) -> float:
        """Return the width of a text in inches, as `write` would write it."""
        probe = self.write(0, 0, text, **look)
        width = probe.get_window_extent().width / self.figure.dpi
        probe.remove()
        return width

    def key(self, marks: Sequence, words: Sequence[str], place: tuple[float, float], **look: object) -> None:
        """Write what marks mean, without a frame; `loc` says which corner of the key is at the place."""
        plain = {"frameon": False, "borderpad": 0, "borderaxespad": 0}
        self.figure.legend(marks, words, bbox_to_anchor=place, bbox_transform=self.inches, **plain, **look)

    def write_key(self, marks: Mapping[str, Artist]) -> None:
        """Write words and their marks at the foot, in rows of `KEY_ROW` inches; `key_rows` says how many."""
        columns = -(-len(marks) // key_rows(marks, self.width))
        look = {"ncols": columns, "handlelength": 1.5, "handletextpad": 0.4}
        look |= {"columnspacing": 1.1, "labelspacing": 0.3, "fontsize": SMALLEST, "loc": "lower center"}
        self.key(list(marks.values()), list(marks), (self.width / 2, 0.05), **look)

    def panel(self, name: str, left: float, bottom: float, width: float, height: float, *edges: str) -> Axes:
        """Add a panel with a line at some edges; `name` is its id.

        With none but the bottom one it is a mere horizontal scale: what lies under it stays visible.
        """
        shares = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(shares, gid=name)
        for side, line in axes.spines.items():
            line.set_visible(side in edges)
        if edges == ("bottom",):
            axes.set_yticks([])
            axes.patch.set_visible(False)
            # its name is written on the sheet: matplotlib need not look for room for a label
            axes.xaxis.set_label_coords(0, 0)
            axes.yaxis.set_label_coords(0, 0)
        return axes


def key_rows(words: Collection[str], width: float) -> int:
    """Return in how many rows the entries of a key fit into a width in inches."""
    widest = max(Sheet(1, 1).text_width(text, fontsize=SMALLEST) for text in words)
    columns = max(1, int((width - 0.1) / (widest + 0.36)))
    return -(-len(words) // columns)


def mark(axes: Axes, x: float, y: float, marker: str, sizes: tuple[float, float], **look: object) -> None:
    """Draw a lone mark, whole at the edge too; where x is outside of the panel an arrow there points to it.

    `sizes` are those of the mark and of the arrow, in points.
    """
    left, right = axes.get_xlim()
    place, (size, beyond) = min(max(x, left), right), sizes
    if x != place:
        marker, size = "<" if x < left else ">", beyond
    look |= {"marker": marker, "markersize": size, "linestyle": "none", "clip_on": False}
    # the limits of a panel are set before: `axes.plot` would look for them anew at each mark
    axes.add_artist(Line2D([place], [y], **look))


def set_ticks(axes: Axes, ticks: Sequence[float], labels: Sequence[str], minor: Sequence[float]) -> None:
    """Set the ticks of a horizontal scale with their labels, and the short ticks between them."""
    axes.tick_params(axis="x", which="major", length=3.5, width=0.7, labelsize=SMALL, pad=2)
    axes.tick_params(axis="x", which="minor", length=2, width=0.6)
    axes.set_xticks(ticks, labels)
    axes.set_xticks(minor, minor=True)
    axes.xaxis.set_minor_formatter(NullFormatter())


def render(drawing: Drawing, form: str, language: str) -> bytes:
    """Return a figure, drawn in the plain style, as the bytes of a file in one of the formats of `SAVING`.

    They are the same for the same figure, whatever the time, locale or hash seed.
    """
    stream = io.BytesIO()
    metadata = SAVING[form]["metadata"] | ({"Title": drawing.title} if form == "pdf" else {})
    with matplotlib.rc_context({"text.hinting": "none"}):
        drawing.figure.savefig(stream, format=form, **SAVING[form] | {"metadata": metadata})
    return _accessible(stream.getvalue(), drawing, language) if form == "svg" else stream.getvalue()


def _accessible(svg: bytes, drawing: Drawing, language: str) -> bytes:
    """Give an SVG a title, a description and ids of its own, and each named mark its label as hover words."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root, name = ElementTree.fromstring(svg), drawing.name
    named = drawing.figure.findobj(lambda artist: artist.get_gid())
    words = {artist.get_gid(): str(artist.get_label()) for artist in named}
    for element in root.iter():
        if words.get(element.get("id")):
            _insert(element, 0, "title", words[element.get("id")])
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key == f"{{{_XLINK}}}href":
                element.set(key, value.replace("#", f"#{name}-", 1))
            else:
                # the font is said once, on the root
                value = re.sub(r"font-family: [^;]+(; |$)", "", value)
                element.set(key, value.replace("url(#", f"url(#{name}-"))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
    for defs in root.findall("{*}defs[{*}style]"):
        # a style element would reach out of the drawing into the page
        defs.remove(defs.find("{*}style"))
    root.attrib |= {
        "style": f"stroke-linejoin: round; stroke-linecap: butt; font-family: {_FONTS}", "role": "img",
        "lang": language, "aria-labelledby": f"{name}-title {name}-description",
    }  # fmt: skip
    _insert(root, 0, "title", drawing.title, id=f"{name}-title")
    _insert(root, 1, "desc", drawing.description, id=f"{name}-description")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()


def _insert(parent: ElementTree.Element, place: int, tag: str, text: str, **attributes: str) -> None:
    """Insert an element of SVG with a text."""
    parent.insert(place, element := ElementTree.Element(f"{{{_SVG}}}{tag}", attributes))
    element.text = text
