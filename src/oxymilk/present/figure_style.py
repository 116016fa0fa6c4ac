"""The look of every figure, and the way to bytes: the same in each run, readable by a screen reader."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")
DOTS_PER_INCH = 200

# Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), picked so that their grey values differ too.
INK = "#222222"
QUIET = "#595959"
FAINT = "#B8B8B8"
GRID = "#E4E4E4"
PAPER = "#FFFFFF"
BLUE = "#0072B2"
SKY = "#7FC4EC"
AMBER = "#F7D488"
AMBER_EDGE = "#B07800"
VERMILION = "#B24A00"

TEXT = 9.0
SMALL = 8.0
HEADING = 9.5

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# Verdana is as wide as DejaVu Sans, so that text keeps its place where DejaVu is not installed.
_FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a label may hold a dollar sign
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.unicode_minus": True,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",  # text stays text: searchable, read aloud, scaled by the browser
    "svg.hashsalt": "oxymilk",
    "pdf.fonttype": 42,
    "figure.dpi": 72,
}


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and our few changes, whatever the reader's matplotlibrc says."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def render(figure: Figure, form: str, *, name: str, title: str, description: str, language: str) -> bytes:
    """Return a figure as the bytes of an image file.

    Parameters
    ----------
    figure : matplotlib Figure
        What to draw.
    form : {"svg", "png", "pdf"}
        The file format.
    name : str
        Short name of the figure; the ids in an SVG start with it, so that two figures fit in one page.
    title, description : str
        What the figure is and what it shows, for a screen reader and the file's properties.
    language : str
        Language of these texts, "en" or "id".

    Returns
    -------
    bytes
        The same for the same figure, whatever the time, locale or hash seed.
    """
    if form not in FORMATS:
        raise ValueError(f"unknown figure format {form!r}; use one of {', '.join(FORMATS)}")
    metadata = {
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": title},
    }[form]
    stream = io.BytesIO()
    with plain_style():
        figure.savefig(stream, format=form, metadata=metadata, dpi=72 if form == "svg" else DOTS_PER_INCH)
    if form != "svg":
        return stream.getvalue()
    hovers = {
        artist.get_gid(): str(artist.get_label()) for artist in figure.findobj(lambda each: each.get_gid())
    }
    return _accessible(stream.getvalue(), name, title, description, language, hovers)


def inline(svg: bytes) -> str:
    """Return an SVG file as the text that goes into an HTML page."""
    return svg.decode("utf-8").partition("?>")[2].strip()


def hover(artist: object, name: str, text: str) -> None:
    """Give an artist an id and the words that a pointer resting on it shows (SVG only)."""
    artist.set_gid(name)
    artist.set_label(text)


def text_width(figure: Figure, text: str, **style: object) -> float:
    """Return the width of a text in inches."""
    probe = figure.text(0, 0, text, **style)
    width = probe.get_window_extent().width / figure.dpi
    probe.remove()
    return width


def format_number(value: float, language: str, digits: int = 3) -> str:
    """Return a number with `digits` significant digits and the decimal mark of the language; nan as an en dash.

    Examples
    --------
    >>> format_number(0.0015654, "id")
    '0,00157'
    >>> format_number(2.1e-7, "en")
    '2.1 × 10⁻⁷'
    """
    if isnan(value):
        return NO_VALUE
    if value != 0 and abs(value) < 1e-4:
        mantissa, _, exponent = f"{value:.{digits - 2}e}".partition("e")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = f"{mantissa} × 10{power}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace(".", ",") if language == "id" else text


def _accessible(
    svg: bytes, name: str, title: str, description: str, language: str, hovers: dict[str, str]
) -> bytes:
    """Give the drawing a title and a description, its marks their words, and ids that are its own."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        _own_ids(element, name)
        if element.get("style"):
            # said once, on the root
            element.set("style", re.sub(r"font-family: [^;]+(; |$)", "", element.get("style")))
        if (element.get("transform") or "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        words = hovers.get((element.get("id") or "").removeprefix(f"{name}-"))
        if words:
            tip = ElementTree.Element(f"{{{_SVG}}}title")
            tip.text = words
            element.insert(0, tip)
    for defs in root.findall(f"{{{_SVG}}}defs"):
        for style in defs.findall(f"{{{_SVG}}}style"):
            # a style element would reach out of the drawing into the page
            defs.remove(style)
    root.set("style", f"stroke-linejoin: round; stroke-linecap: butt; font-family: {_FONTS}")
    root.set("role", "img")
    root.set("lang", language)
    root.set("aria-labelledby", f"{name}-title {name}-description")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        words = ElementTree.Element(
            f"{{{_SVG}}}{tag}", id=f"{name}-{'title' if tag == 'title' else 'description'}"
        )
        words.text = text
        root.insert(position, words)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()


def _own_ids(element: ElementTree.Element, name: str) -> None:
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == f"{{{_XLINK}}}href":
            element.set(key, value.replace("#", f"#{name}-", 1))
        elif "url(#" in value:
            element.set(key, value.replace("url(#", f"url(#{name}-"))
