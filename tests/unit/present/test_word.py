"""The manuscript in Word: real tables, the same text as the model, a figure, the same bytes each time."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from oxymilk.present.formats import Section, word_document
from oxymilk.present.manuscript import manuscript
from oxymilk.present.tables import build_tables
from oxymilk.present.tables.model import DIGIT_SPACE


@pytest.fixture(scope="module")
def data(views, drawn_folder):
    return manuscript(views["id"], drawn_folder)


@pytest.fixture(scope="module")
def document(data):
    return docx.Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def shown(views):
    """The tables of the manuscript."""
    return build_tables(views["id"], "", "A")


def paragraphs(document):
    """Texts of the paragraphs outside tables, text in fields too."""
    return ["".join(node.text or "" for node in p._p.iter(qn("w:t"))) for p in document.paragraphs]


def as_word(text):
    return text.replace(DIGIT_SPACE, "\u00a0\u00a0")


def test_all_tables_with_captions_notes_and_the_text_of_the_model(shown, document):
    for grid, table in zip(document.tables, shown, strict=True):
        heads = 2 if any(column.spanner for column in table.shown_columns) else 1
        for line, (row, cells) in zip(list(grid.rows)[heads:], table.grid(), strict=True):
            expected = [as_word(cell.text + ",".join(cell.marks) + cell.end) for cell in cells]
            assert [cell.text for cell in line.cells] == (
                expected[:1] * len(cells) if row.alone else expected
            )
    texts = paragraphs(document)
    for table in shown:
        assert f"Tabel {table.number}. {table.title}" in texts
        assert not table.notes or f"Keterangan. {' '.join(table.notes)}" in texts
        assert {f"{mark} {text}" for mark, text in table.footnotes.items()} <= set(texts)


def test_sections_paragraphs_tables_figure_and_appendix_in_their_order(document):
    texts = paragraphs(document)
    order = ["Metode", "Perubahan", "Hasil", "Pada hari ke-15", "Tabel 1. ", "Tabel 2. ", "Gambar 1. ", "Lampiran",
             "Tabel A1. ", "Tabel A2. ", "Tabel A3. "]  # fmt: skip
    places = [next(at for at, text in enumerate(texts) if text.startswith(start)) for start in order]
    assert places == sorted(places)
    headings = [p for p in document.paragraphs if p.style.name == "Heading 1"]
    assert [bool(p.paragraph_format.page_break_before) for p in headings] == [False, False, True]


def test_a_manuscript_without_a_figure_has_no_empty_part(views, tmp_path):
    document = docx.Document(io.BytesIO(manuscript(views["en"], tmp_path)))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["Methods", "Results", "Appendix"]
    assert not document.inline_shapes


def test_numbers_of_captions_are_fields_and_the_appendix_counts_anew(document):
    fields = [field.get(qn("w:instr")) for field in document.element.iter(qn("w:fldSimple"))]
    assert all(re.fullmatch(r" SEQ \w+ \\\* ARABIC ", field) for field in fields)
    assert [field.split()[1] for field in fields] == [*["Tabel"] * 2, "Gambar", *["Tabel_A"] * 3]


def test_the_figure_is_the_one_drawn_before_and_as_wide_as_the_text(document, data, drawn_folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("word/media/image1.png") == (drawn_folder / "before_after.png").read_bytes()
    (shape,) = document.inline_shapes
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    assert shape.width == pytest.approx(width, abs=635)
    assert 0.3 < shape.height / shape.width < 1


def test_headers_repeat_rows_stay_whole_and_there_are_three_lines_no_vertical_ones(document):
    # a number in a narrow head stays with its hyphen, in a row it is as it was
    (after,) = {cell.text for cell in document.tables[1].rows[1].cells if "hari" in cell.text}
    assert after == "Sesudah (hari ke\N{NON-BREAKING HYPHEN}15)"
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
    assert {
        round(margin.cm, 1) for margin in (section.left_margin, section.right_margin, section.top_margin)
    } == {2.5}
    languages = [node.get(qn("w:val")) for node in document.styles.element.iter(qn("w:lang"))]
    assert languages
    assert set(languages) == {"id-ID"}
    text_width = (section.page_width - section.left_margin - section.right_margin) / 635  # EMU in a twip
    for grid in document.tables:
        widths = [int(column.get(qn("w:w"))) for column in grid._tbl.tblGrid.gridCol_lst]
        assert sum(widths) == pytest.approx(text_width, abs=len(widths))


def test_a_difference_stands_out_in_bold_in_the_audit(views):
    tables = build_tables(views["id"], "B")
    document = docx.Document(io.BytesIO(word_document("Audit", [Section("Audit", tables=tables)], "id")))
    cells = [cell for row in list(document.tables[0].rows)[1:] for cell in row.cells]
    runs = [run for cell in cells for paragraph in cell.paragraphs for run in paragraph.runs]
    assert {run.text for run in runs if run.bold} == {"berbeda"}


def test_archive_has_no_time_and_no_person(views, data, drawn_folder):
    assert data == manuscript(views["id"], drawn_folder)
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


def test_labels_with_control_characters_make_a_document_that_opens(bontang, changed, tmp_path):
    label = bontang.outcome.label.model_copy(update={"id": "Produksi\x00 <ASI> & \x07\ud800{x}\n\u202e=1+1"})
    study = bontang.model_copy(update={"outcome": bontang.outcome.model_copy(update={"label": label})})
    document = docx.Document(io.BytesIO(manuscript(changed("id", study), tmp_path)))
    assert "Tabel 2. Produksi <ASI> & {x} =1+1 menurut kelompok" in "\n".join(paragraphs(document))
