"""Tables as Word documents: real tables that an author can edit and a journal can set."""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING

from oxymilk.present.formats import plain, render
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document
    from lxml.etree import _Element

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


def table_elements(table: Table) -> list[_Element]:
    """Return a table as the elements of a Word document: its caption, its panels, its notes.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    list of Element
        What `document` takes; the widths are fixed, so that Word and LibreOffice set the table alike.
    """
    from docx.oxml import parse_xml

    def widths(panel: Panel) -> list[int]:
        return [round(width * _TEXT_WIDTH) for width in panel.widths()]

    return list(parse_xml(render("table.docx.xml", table, widths=widths)))


def document(tables: Sequence[Table], elements: Sequence[list[_Element]]) -> bytes:
    """Return a Word document (.docx) with the tables, one a page.

    Parameters
    ----------
    tables : sequence of Table
        Tables of one language.
    elements : sequence of list of Element
        What `table_elements` gives for each of them; left as they are.

    Returns
    -------
    bytes
        The file; the same bytes for the same tables.
    """
    import docx

    whole = docx.Document()
    _set_styles(whole)
    _set_properties(whole, tables)
    end = whole.element.body[-1]
    for position, content in enumerate(elements):
        for element in deepcopy(content):
            end.addprevious(element)
        if position:
            caption = whole.element.body[-1 - len(content)]
            caption.get_or_add_pPr().get_or_add_pageBreakBefore()
    buffer = io.BytesIO()
    whole.save(buffer)
    return _rewrite_zip(buffer.getvalue())


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


def _set_properties(whole: Document, tables: Sequence[Table]) -> None:
    """Set title, author and language, and no time."""
    from docx.oxml.ns import qn

    t = labels(tables[0].language) if tables else labels("en")
    titles = (f"{t('common.table')} {table.number}. {plain(table.title)}" for table in tables)
    properties = whole.core_properties
    properties.title = "; ".join(titles)[:255]
    properties.author = properties.last_modified_by = "oxymilk"
    properties.comments = properties.subject = properties.keywords = properties.category = ""
    properties.created = properties.modified = _EPOCH
    properties.revision = 1
    properties.language = t("common.language_tag")
    # the language in which the spelling is checked
    for language in whole.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), t("common.language_tag"))


def _rewrite_zip(data: bytes) -> bytes:
    """Return the same archive without times and without what depends on the machine."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH.timetuple()[:6])
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED, 9)
    return target.getvalue()
