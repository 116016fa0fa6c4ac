"""Tables as Word documents: real tables that an author can edit and a journal can set."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from oxymilk.present.formats import plain, render
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document

    from oxymilk.present.tables.model import Panel, Table

FONT = "Times New Roman"
BODY_POINTS = 10
NOTE_POINTS = 9
# A4
_PAGE_WIDTH_CM, _PAGE_HEIGHT_CM, _MARGIN_CM = 21.0, 29.7, 2.0
# in twentieths of a point
_TEXT_WIDTH = round((_PAGE_WIDTH_CM - 2 * _MARGIN_CM) / 2.54 * 1440)
# A document written twice must have the same bytes: no clock. This is the earliest time that a zip file can hold.
_EPOCH = datetime(1980, 1, 1)
_TITLE = "title of the tables"


def table_xml(table: Table) -> str:
    """Return a table in Word's own XML: its caption, its panels, its notes.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    str
        What `document` takes; the widths are fixed, so that Word and LibreOffice set the table alike.
    """

    def widths(panel: Panel) -> list[int]:
        return [round(width * _TEXT_WIDTH) for width in panel.widths()]

    return re.sub(r">\s+<", "><", render("table.docx.xml", table, widths=widths).strip())


def document(tables: Sequence[Table], contents: Sequence[str]) -> bytes:
    """Return a Word document (.docx) with the tables, one a page.

    Parameters
    ----------
    tables : sequence of Table
        Tables of one language.
    contents : sequence of str
        What `table_xml` gives for each of them.

    Returns
    -------
    bytes
        The file; the same bytes for the same tables.
    """
    t = labels(tables[0].language if tables else "en")
    titles = (f"{t('common.table')} {table.number}. {plain(table.title)}" for table in tables)
    # each table but the first begins a page
    first, *others = contents or [""]
    body = first + "".join(
        content.replace("<w:keepNext/>", "<w:keepNext/><w:pageBreakBefore/>", 1) for content in others
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in _blank_parts(t.language).items():
            if name == "word/document.xml":
                part = part.replace(b"<w:body>", f"<w:body>{body}".encode())
            elif name == "docProps/core.xml":
                part = part.replace(_TITLE.encode(), escape("; ".join(titles)[:255]).encode())
            # nothing that depends on the time or the machine
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


@cache
def _blank_parts(language: str) -> dict[str, bytes]:
    """Return the parts of a document without text, by their names."""
    import docx
    from docx.oxml.ns import qn

    blank, buffer = docx.Document(), io.BytesIO()
    _set_styles(blank)
    properties = blank.core_properties
    properties.title = _TITLE
    properties.author = properties.last_modified_by = "oxymilk"
    properties.comments = properties.subject = properties.keywords = properties.category = ""
    properties.created = properties.modified = _EPOCH
    properties.revision = 1
    properties.language = labels(language)("common.language_tag")
    # the language in which the spelling is checked
    for checked in blank.styles.element.iter(qn("w:lang")):
        checked.set(qn("w:val"), properties.language)
    blank.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _set_styles(whole: Document) -> None:
    """Set page and fonts; a theme's fonts would go before ours."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = whole.sections[0]
    section.page_width, section.page_height = Cm(_PAGE_WIDTH_CM), Cm(_PAGE_HEIGHT_CM)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN_CM))
    for name, points in (("Normal", BODY_POINTS), ("Caption", BODY_POINTS + 1)):
        style = whole.styles[name]
        style.font.name, style.font.size = FONT, Pt(points)
        style.font.bold = style.font.italic = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.0
    whole.styles["Caption"].paragraph_format.space_after = Pt(4)
    note = whole.styles.add_style("Table note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = whole.styles["Normal"]
    note.font.size = Pt(NOTE_POINTS)
