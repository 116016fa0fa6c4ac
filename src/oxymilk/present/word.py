"""Write tables as a Word document: real tables that an author can edit and a journal can set."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from oxymilk.present.table_formats import plain
from oxymilk.present.table_model import Cell, Panel, Row, Table
from oxymilk.texts import labels

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
BODY_POINTS = 10
NOTE_POINTS = 9
# A4 with margins of 2 cm, in twentieths of a point
_PAGE_WIDTH_CM, _PAGE_HEIGHT_CM, _MARGIN_CM = 21.0, 29.7, 2.0
_TEXT_WIDTH = round((_PAGE_WIDTH_CM - 2 * _MARGIN_CM) / 2.54 * 1440)
_NOTE_STYLE = "Table note"
_PADDING = 90
_INDENT_POINTS = 9
# eighths of a point
_THICK, _THIN = 12, 6
# A document written twice must have the same bytes: no clock. This is the earliest time that a zip file can hold.
_EPOCH = datetime(1980, 1, 1)


def word_document(tables: Iterable[Table]) -> bytes:
    """Return a Word document (.docx) with the tables, one a page.

    Parameters
    ----------
    tables : iterable of Table
        Tables of one language.

    Returns
    -------
    bytes
        The file; the same bytes for the same tables.
    """
    import docx

    tables = tuple(tables)
    document = docx.Document()
    _set_up(document, tables)
    for position, table in enumerate(tables):
        _add_table(document, table, new_page=position > 0)
    buffer = io.BytesIO()
    document.save(buffer)
    return _rewrite_zip(buffer.getvalue())


def _set_up(document: Document, tables: tuple[Table, ...]) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(_PAGE_WIDTH_CM), Cm(_PAGE_HEIGHT_CM)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(_MARGIN_CM))
    for name, points in (("Normal", BODY_POINTS), ("Caption", BODY_POINTS + 1)):
        style = document.styles[name]
        style.font.name, style.font.size = FONT, Pt(points)
        style.font.bold = style.font.italic = False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(_name("w", script), FONT)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(_name("w", theme), None)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.0
    document.styles["Caption"].paragraph_format.space_after = Pt(4)
    note = document.styles.add_style(_NOTE_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = document.styles["Normal"]
    note.font.size = Pt(NOTE_POINTS)
    properties = document.core_properties
    t = labels(tables[0].language) if tables else labels("en")
    properties.title = "; ".join(
        f"{t('common.table')} {table.number}. {plain(table.title)}" for table in tables
    )[:255]
    properties.author = properties.last_modified_by = "oxymilk"
    properties.comments = properties.subject = properties.keywords = properties.category = ""
    properties.created = properties.modified = _EPOCH
    properties.revision = 1
    properties.language = t("common.language_tag")
    # the language in which the spelling is checked
    for language in document.styles.element.iter(_name("w", "lang")):
        language.set(_name("w", "val"), t("common.language_tag"))


def _add_table(document: Document, table: Table, *, new_page: bool) -> None:
    from docx.shared import Pt

    t = labels(table.language)
    caption = document.add_paragraph(style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.page_break_before = new_page
    caption.add_run(f"{t('common.table')} ").bold = True
    _add_number(caption, table.number)
    caption.add_run(". ").bold = True
    caption.add_run(plain(table.title))
    for position, panel in enumerate(table.panels):
        if position:
            # two tables without a paragraph between them would become one
            gap = document.add_paragraph()
            gap.paragraph_format.keep_with_next = True
            gap.paragraph_format.line_spacing = Pt(4)
        rules = (_THICK if position == 0 else 0, _THICK if position == len(table.panels) - 1 else _THIN)
        _add_panel(document, panel, rules, f"{t('common.table')} {table.number}", plain(table.title))
    if table.general_notes:
        paragraph = _add_note(document, before=4)
        paragraph.add_run(f"{t('common.note')}. ").italic = True
        paragraph.add_run(" ".join(map(plain, table.general_notes)))
    for note in table.marked_notes:
        paragraph = _add_note(document, before=2)
        paragraph.add_run(note.mark).font.superscript = True
        paragraph.add_run(f" {plain(note.text)}")


def _add_note(document: Document, before: int) -> Paragraph:
    from docx.shared import Pt

    paragraph = document.add_paragraph(style=_NOTE_STYLE)
    paragraph.paragraph_format.space_before = Pt(before)
    return paragraph


def _add_number(paragraph: Paragraph, number: int) -> None:
    r"""Add the table's number as Word's own field, so that a list of tables can be made; \r sets its value."""
    from docx.oxml import OxmlElement

    field = OxmlElement("w:fldSimple")
    field.set(_name("w", "instr"), f" SEQ Table \\* ARABIC \\r {number} ")
    run = paragraph.add_run(str(number))
    run.bold = True
    field.append(run._r)
    paragraph._p.append(field)


def _add_panel(document: Document, panel: Panel, rules: tuple[int, int], name: str, description: str) -> None:
    columns = panel.shown_columns
    spanned = any(column.spanner for column in columns)
    heads = 2 if spanned else 1
    grid = document.add_table(rows=heads + len(panel.rows), cols=len(columns))
    widths = [round(width * _TEXT_WIDTH) for width in panel.widths()]
    _lay_out(grid._tbl, widths, name, description)
    # python-docx computes a row's cells anew at every look
    cells = [list(row.cells) for row in grid.rows]
    for position, column in enumerate(columns):
        if spanned and not column.spanner:
            cells[0][position].merge(cells[1][position])
            _fill(cells[0][position], Cell(column.label), column.align, bottom=True)
        else:
            _fill(cells[heads - 1][position], Cell(column.label), column.align, bottom=True)
    first = 0
    for spanner, count in panel.spanners() if spanned else ():
        if spanner:
            merged = cells[0][first].merge(cells[0][first + count - 1])
            _fill(merged, Cell(spanner), "center", bottom=True)
            _border(merged._tc, "bottom", _THIN)
        first += count
    inside = False
    for line, row in zip(cells[heads:], panel.rows, strict=True):
        inside = inside or row.kind == "section"
        _fill_row(line, panel, row, inside)
    for position, row in enumerate(grid.rows):
        _row_properties(row._tr, header=position < heads)
    top, bottom = rules
    for cell in grid.rows[0]._tr.tc_lst if top else ():
        _border(cell, "top", top)
    for cell in grid.rows[heads - 1]._tr.tc_lst:
        _border(cell, "bottom", _THIN)
    for cell in grid.rows[len(cells) - 1]._tr.tc_lst:
        _border(cell, "bottom", bottom)


def _fill_row(line: list[_Cell], panel: Panel, row: Row, inside: bool) -> None:
    from docx.shared import Pt

    if row.kind == "section":
        merged = line[0].merge(line[-1])
        _fill(merged, row.cells[0], "left", italic=True)
        merged.paragraphs[0].paragraph_format.space_before = Pt(3)
        return
    for target, column, cell in zip(line, panel.shown_columns, panel.shown_cells(row), strict=True):
        _fill(target, cell, column.align)
    if inside:
        line[0].paragraphs[0].paragraph_format.left_indent = Pt(_INDENT_POINTS)


def _fill(target: _Cell, cell: Cell, align: str, *, italic: bool = False, bottom: bool = False) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = target.paragraphs[0]
    # a merged cell keeps the empty paragraphs of its parts
    for extra in target.paragraphs[1:]:
        extra._p.getparent().remove(extra._p)
    paragraph.alignment = WD_ALIGN_PARAGRAPH[align.upper()]
    paragraph.paragraph_format.keep_with_next = True
    run = paragraph.add_run(plain(cell.text))
    run.italic, run.bold = italic or None, cell.strong or None
    if cell.marks:
        paragraph.add_run(",".join(cell.marks)).font.superscript = True
    if bottom:
        target.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM


def _lay_out(element: BaseOxmlElement, widths: list[int], name: str, description: str) -> None:
    """Fix the widths, so that Word and LibreOffice set the table alike, and name it for a screen reader."""
    from docx.oxml import OxmlElement

    properties = element.tblPr
    for child in list(properties):
        properties.remove(child)
    margins = OxmlElement("w:tblCellMar")
    for side, size in (("top", 15), ("left", _PADDING), ("bottom", 15), ("right", _PADDING)):
        margins.append(_element(side, w=size, type="dxa"))
    for child in (
        _element("tblW", w=sum(widths), type="dxa"),
        _element("tblLayout", type="fixed"),
        margins,
        _element(
            "tblLook", val="0620", firstRow=1, lastRow=0, firstColumn=0, lastColumn=0, noHBand=1, noVBand=1
        ),
        _element("tblCaption", val=name),
        _element("tblDescription", val=description),
    ):
        properties.append(child)
    for column, width in zip(element.tblGrid.gridCol_lst, widths, strict=True):
        column.set(_name("w", "w"), str(width))
    for row in element.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.get_or_add_tcPr().get_or_add_tcW().set(_name("w", "w"), str(width))
            cell.tcPr.tcW.set(_name("w", "type"), "dxa")


def _row_properties(row: BaseOxmlElement, *, header: bool) -> None:
    """Keep a row on one page, and repeat a header row on every page."""
    properties = row.get_or_add_trPr()
    properties.append(_element("cantSplit"))
    if header:
        properties.append(_element("tblHeader"))


def _border(cell: BaseOxmlElement, side: str, eighths: int) -> None:
    from docx.oxml import OxmlElement

    properties = cell.get_or_add_tcPr()
    borders = properties.find(_name("w", "tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        # the schema wants the borders before what comes later in this list
        later = [
            _name("w", tag) for tag in ("shd", "noWrap", "tcMar", "textDirection", "tcFitText", "vAlign")
        ]
        after = next((child for child in properties if child.tag in later), None)
        if after is None:
            properties.append(borders)
        else:
            after.addprevious(borders)
    for old in borders.findall(_name("w", side)):
        borders.remove(old)
    edge = _element(side, val="single", sz=eighths, space=0, color="000000")
    if side == "top":
        borders.insert(0, edge)
    else:
        borders.append(edge)


def _element(tag: str, **attributes: object) -> BaseOxmlElement:
    from docx.oxml import OxmlElement

    element = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        element.set(_name("w", key), str(value))
    return element


def _name(prefix: str, tag: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"{prefix}:{tag}")


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
