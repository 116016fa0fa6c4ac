"""The Word documents: real tables, the same text as the model, the same bytes each time."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from oxymilk.present.formats import word_document
from oxymilk.present.tables import build_tables


@pytest.fixture(scope="module")
def document(tables):
    return docx.Document(io.BytesIO(word_document(tables["id"])))


def paragraphs(document):
    """Texts of the paragraphs outside tables, text in fields too."""
    return ["".join(node.text or "" for node in p._p.iter(qn("w:t"))) for p in document.paragraphs]


def test_all_tables_with_captions_notes_and_the_text_of_the_model(tables, document):
    panels = [panel for table in tables["id"] for panel in table.panels]
    for grid, panel in zip(document.tables, panels, strict=True):
        keys = [column.key for column in panel.shown_columns]
        heads = 2 if any(column.spanner for column in panel.shown_columns) else 1
        for line, row in zip(list(grid.rows)[heads:], panel.rows, strict=True):
            expected = [cell.text + ",".join(cell.marks) for cell in map(row.cell, keys)]
            if row.kind == "section":
                expected = [row.cell("row").text] * len(keys)
            assert [cell.text for cell in line.cells] == expected
    texts = paragraphs(document)
    for table in tables["id"]:
        assert f"Tabel {table.number}. {table.title}" in texts
        assert f"Keterangan. {' '.join(table.notes)}" in texts
        assert {f"{mark} {text}" for mark, text in table.footnotes.items()} <= set(texts)


def test_headers_repeat_rows_stay_whole_and_there_are_three_lines_no_vertical_ones(document):
    for grid in document.tables:
        headers = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in grid.rows]
        heads = headers.index(False)
        assert heads in (1, 2)
        assert not any(headers[heads:])
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in grid.rows)
    xml = document.element.xml
    assert not re.search(r"<w:(left|right|insideV|start|end) w:val=\"single\"", xml)
    first, last = document.tables[0].rows[0], document.tables[0].rows[-1]
    for row, side in ((first, "top"), (last, "bottom")):
        for cell in row._tr.tc_lst:
            assert cell.tcPr.find(qn("w:tcBorders")).find(qn(f"w:{side}")).get(qn("w:sz")) == "12"


def test_page_language_and_widths(document):
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    languages = [node.get(qn("w:val")) for node in document.styles.element.iter(qn("w:lang"))]
    assert languages
    assert set(languages) == {"id-ID"}
    text_width = (section.page_width - section.left_margin - section.right_margin) / 635  # EMU in a twip
    for grid in document.tables:
        widths = [int(column.get(qn("w:w"))) for column in grid._tbl.tblGrid.gridCol_lst]
        assert sum(widths) == pytest.approx(text_width, abs=len(widths))


def test_each_table_begins_a_page_and_its_number_is_a_field(tables, document):
    captions = [p for p in document.paragraphs if p.style.name == "Caption"]
    assert [bool(p.paragraph_format.page_break_before) for p in captions] == [False] + [True] * 7
    fields = [field.get(qn("w:instr")) for field in document.element.iter(qn("w:fldSimple"))]
    assert fields == [f" SEQ Table \\* ARABIC \\r {table.number} " for table in tables["id"]]
    # a single table keeps its number
    document = docx.Document(io.BytesIO(word_document(tables["id"][5:6])))
    assert len(document.tables) == 2
    assert paragraphs(document)[0].startswith("Tabel 6. Produksi ASI: uji Mann-Whitney U")


def test_a_difference_stands_out_in_bold(document):
    cells = [cell for grid in document.tables for row in list(grid.rows)[2:] for cell in row.cells]
    runs = [run for cell in cells for paragraph in cell.paragraphs for run in paragraph.runs]
    assert {run.text for run in runs if run.bold} == {"berbeda"}


def test_archive_has_no_time_and_no_person(tables):
    data = word_document(tables["id"])
    assert data == word_document(tables["id"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.create_system for entry in archive.infolist()} == {3}
        core = archive.read("docProps/core.xml").decode()
    assert "1980-01-01T00:00:00Z" in core
    assert "python-docx" not in core
    assert "<dc:creator>oxymilk</dc:creator>" in core


def test_table_properties_are_in_the_order_of_the_schema(document):
    order = ["tblW", "tblLayout", "tblCellMar", "tblLook", "tblCaption", "tblDescription"]
    for grid in document.tables:
        assert [child.tag.split("}")[1] for child in grid._tbl.tblPr] == order
        for cell in grid._tbl.iter(qn("w:tcPr")):
            tags = [child.tag.split("}")[1] for child in cell]
            schema = ["tcW", "gridSpan", "vMerge", "tcBorders", "vAlign"]
            assert tags == [tag for tag in schema if tag in tags]
            borders = cell.find(qn("w:tcBorders"))
            if borders is not None:
                sides = [child.tag.split("}")[1] for child in borders]
                assert sides == [side for side in ("top", "bottom") if side in sides]


def test_labels_with_control_characters_make_a_document_that_opens(bontang, changed):
    label = bontang.outcome.label.model_copy(update={"id": "Produksi\x00 <ASI> & \x07\ud800{x}\n\u202e=1+1"})
    study = bontang.model_copy(update={"outcome": bontang.outcome.model_copy(update={"label": label})})
    tables = build_tables(changed("id", study))
    document = docx.Document(io.BytesIO(word_document(tables)))
    assert "Tabel 2. Produksi <ASI> & {x} =1+1: frekuensi" in "\n".join(paragraphs(document))
