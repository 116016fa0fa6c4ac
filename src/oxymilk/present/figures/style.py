"""The look of every figure: colours, a sheet measured in inches, room for words, bytes that never change."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations, product
from xml.etree import ElementTree

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import NullFormatter

DOTS_PER_INCH = 200

# Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), picked so that their grey values differ too.
INK, QUIET, FAINT, GRID, PAPER = "#222222", "#595959", "#B8B8B8", "#E4E4E4", "#FFFFFF"
BLUE, SKY, VERMILION = "#0072B2", "#7FC4EC", "#B24A00"
AMBER, AMBER_EDGE = "#F7D488", "#B07800"

TEXT, SMALL, SMALLEST = 9.0, 8.0, 7.5  # points
HEADING = {"fontsize": 9.5, "fontweight": "bold"}
DASHED = (0, (4, 2))  # a line to compare with: alpha, no effect, a cut between levels
MARK = {"linestyle": "none", "clip_on": False}  # a lone mark, whole at the edge of a panel too
GROUND = {"facecolor": PAPER, "edgecolor": "none"}  # behind words that lie over lines

# what each format would say of the time and of the program that wrote it is left out
METADATA = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
# Verdana is as wide as DejaVu Sans, so that text keeps its place where DejaVu is not installed.
_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
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
    """A figure with the words that stand in for it."""

    name: str
    figure: Figure
    title: str
    description: str


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and our few changes, whatever the reader's matplotlibrc says."""
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

    def write(self, x: float, y: float, text: str, **look: object) -> Text:
        """Write a text, small unless `look` says otherwise."""
        return self.figure.text(x, y, text, transform=self.inches, **{"fontsize": SMALL, **look})

    def text_width(self, text: str, **look: object) -> float:
        """Return the width of a text in inches, as `write` would write it."""
        probe = self.write(0, 0, text, **look)
        width = probe.get_window_extent().width / self.figure.dpi
        probe.remove()
        return width

    def add(self, artist: Artist) -> None:
        """Add a line or patch whose places are inches."""
        artist.set_transform(self.inches)
        self.figure.add_artist(artist)

    def key(self, marks: Sequence, words: Sequence[str], place: tuple[float, float], **look: object) -> None:
        """Write what marks mean, without a frame; `loc` says which corner of the key is at the place."""
        plain = {"frameon": False, "borderpad": 0, "borderaxespad": 0}
        self.figure.legend(marks, words, bbox_to_anchor=place, bbox_transform=self.inches, **plain, **look)

    def panel(self, name: str, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add a panel; `name` is its id."""
        shares = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        return self.figure.add_axes(shares, gid=name)

    def scale(self, name: str, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add a panel that shows nothing but a horizontal scale; what lies under it stays visible."""
        axes = self.panel(name, left, bottom, width, height)
        axes.set_yticks([])
        axes.patch.set_visible(False)
        axes.spines[["left", "right", "top"]].set_visible(False)
        return axes

    def inch(self, axes: Axes, x: float) -> float:
        """Return where a value of a panel's horizontal scale is on the sheet."""
        return axes.transData.transform((x, 0))[0] / self.figure.dpi


def set_ticks(axes: Axes, ticks: Sequence[float], labels: Sequence[str], minor: Sequence[float]) -> None:
    """Set the ticks of a horizontal scale with their labels, and the short ticks between them."""
    axes.set_xticks(ticks, labels)
    axes.set_xticks(minor, minor=True)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="major", length=3.5, width=0.7, labelsize=SMALL, pad=2)
    axes.tick_params(axis="x", which="minor", length=2, width=0.6)


def beside(
    marks: Sequence[float], widths: Sequence[float], clear: float, panel: Sequence[float]
) -> list[float]:
    """Put a text beside each of one or two marks: off the marks, off the other text, inside the panel.

    Parameters
    ----------
    marks, widths : sequence of float
        Places of the marks on a line, ascending, and the width of each one's text.
    clear : float
        Distance between a mark's centre and its text.
    panel : (float, float)
        Ends of the panel; a text may reach a little beyond the right one.

    Returns
    -------
    list of float
        Left edge of each text. Of two marks the left one has its text on its left and the right one on its right,
        where that fits; else the sides that cover least.
    """

    def covered(lefts: Sequence[float]) -> float:
        texts = [(left, left + width) for left, width in zip(lefts, widths, strict=True)]
        dots = [(place - clear / 2, place + clear / 2) for place in marks]
        outside = sum(max(0.0, panel[0] - low) + max(0.0, high - panel[1] - 0.2) for low, high in texts)
        # the two marks may touch each other: only texts count against them
        pairs = [*product(texts, dots), *combinations(texts, 2)]
        return outside + sum(max(0.0, min(one[1], two[1]) - max(one[0], two[0])) for one, two in pairs)

    sides = [(place - clear - width, place + clear) for place, width in zip(marks, widths, strict=True)]
    # the outer sides are tried first
    sides[-1] = sides[-1][::-1]
    return list(min(product(*sides), key=covered))


def spread(places: Sequence[float], least: float) -> list[float]:
    """Move places apart until neighbours are `least` from each other, each as little as possible.

    Blocks of places that touch are centred on the mean of their wishes (pooling of adjacent violators):
    [1, 1, 1, 5] with 1 becomes [0, 1, 2, 5]. The result has the order of `places`.
    """
    # what is equal but for the last digits keeps its order
    order = sorted(range(len(places)), key=lambda index: (round(places[index], 9), index))
    blocks: list[tuple[float, int]] = []  # wish of the block's first place, number of places
    for index in order:
        wish, size = places[index], 1
        while blocks and blocks[-1][0] + least * blocks[-1][1] > wish:
            first, before = blocks.pop()
            wish = (first * before + (wish - least * before) * size) / (before + size)
            size += before
        blocks.append((wish, size))
    moved = [first + least * step for first, size in blocks for step in range(size)]
    return [place for _, place in sorted(zip(order, moved, strict=True))]


def render(drawing: Drawing, form: str, language: str) -> bytes:
    """Return a figure as the bytes of an image file.

    Parameters
    ----------
    drawing : Drawing
        The figure; its name begins every id of an SVG, so that two figures fit in one page.
    form : {"svg", "png", "pdf"}
        The file format.
    language : str
        Language of the words.

    Returns
    -------
    bytes
        The same for the same figure, whatever the time, locale or hash seed.
    """
    metadata = METADATA[form] | ({"Title": drawing.title} if form == "pdf" else {})
    stream = io.BytesIO()
    with plain_style():
        dots = 72 if form == "svg" else DOTS_PER_INCH
        drawing.figure.savefig(stream, format=form, metadata=metadata, dpi=dots)
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
    for defs in root.findall("{*}defs"):
        for style in defs.findall("{*}style"):
            # a style element would reach out of the drawing into the page
            defs.remove(style)
    root.set("style", f"stroke-linejoin: round; stroke-linecap: butt; font-family: {_FONTS}")
    root.set("role", "img")
    root.set("lang", language)
    root.set("aria-labelledby", f"{name}-title {name}-description")
    _insert(root, 0, "title", drawing.title, id=f"{name}-title")
    _insert(root, 1, "desc", drawing.description, id=f"{name}-description")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()


def _insert(parent: ElementTree.Element, place: int, tag: str, text: str, **attributes: str) -> None:
    """Insert an element of SVG with a text."""
    element = ElementTree.Element(f"{{{_SVG}}}{tag}", attributes)
    element.text = text
    parent.insert(place, element)
