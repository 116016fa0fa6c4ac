"""Read papers from plain text, Word documents and PDFs, and refuse what has no text."""

import re
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from oxymilk.draft.pdf import _with_paragraphs
from oxymilk.draft.read import Unreadable, _row, read_paper
from oxymilk.draft.text import Paper


def refused(path):
    with pytest.raises(Unreadable) as caught:
        read_paper(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.text", "a.md", "a"])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("RESULTS\n9 – Café\n".encode(), "RESULTS\n9 – Café\n"),
        ("RESULTS\n9 – Café\n".encode("utf-8-sig"), "RESULTS\n9 – Café\n"),
        ("RESULTS\n9 – Café\n".encode("cp1252"), "RESULTS\n9 – Café\n"),
        (b"\xff\xfe" + "9 – Café\n".encode("utf-16-le"), "9 – Café\n"),
        (b"\xfe\xff" + "9 – Café\n".encode("utf-16-be"), "9 – Café\n"),
        (b"1\r\n2\r3\n\r\n4", "1\n2\n3\n\n4"),
    ],
)
def test_plain_text(tmp_path, name, data, text):
    (tmp_path / name).write_bytes(data)
    assert read_paper(tmp_path / name) == Paper(text)
    assert read_paper(str(tmp_path / name)) == Paper(text)


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    # Windows-1252 has no character 0x81
    path.write_bytes(b"Caf\xe9 \x81\n")
    assert refused(path) == "a.txt: neither UTF-8 nor Windows-1252 text; save it as UTF-8"
    path.write_bytes(b"\xff\xfe9")
    assert refused(path) == "a.txt: neither UTF-8 nor Windows-1252 text; save it as UTF-8"
    for data in (b"", b" \n\t\r\n"):
        path.write_bytes(data)
        assert refused(path) == "a.txt: no text in it; a scan must go through text recognition (OCR) first"


def test_another_kind_is_refused(tmp_path):
    (tmp_path / "a.ODT").write_bytes(b"9")
    assert refused(tmp_path / "a.ODT") == (
        "a.ODT: a .odt file is not read; save it as .docx, .pdf or plain text (.txt)"
    )


@pytest.mark.parametrize("name", ["none.txt", "none.docx", "none.pdf", "none.odt", "."])
def test_a_file_that_is_not_there_is_not_found(tmp_path, name):
    with pytest.raises(FileNotFoundError) as caught:
        read_paper(tmp_path / name)
    assert (caught.value.errno, caught.value.filename) == (2, str(tmp_path / name))
    assert caught.value.strerror == "no such file"


@pytest.mark.parametrize(
    ("name", "library", "module", "kind"),
    [
        ("a.docx", "python-docx", "docx", "reading Word files"),
        ("a.DOCX", "python-docx", "docx", "reading Word files"),
        ("a.pdf", "pypdf", "pypdf", "reading PDF files"),
    ],
)
def test_a_library_that_is_not_there_is_named(tmp_path, monkeypatch, name, library, module, kind):
    (tmp_path / name).write_bytes(b"9")
    monkeypatch.setitem(sys.modules, module, None)
    assert refused(tmp_path / name) == f"{name}: {kind} needs {library}; install it"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.docx", r"a\.docx: not a Word document that can be opened \(.*\w.*\)"),
        ("a.pdf", r"a\.pdf: not a PDF that can be opened \(.*\w.*\)"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(tmp_path, name, message):
    (tmp_path / name).write_bytes(b"no such thing")
    found = refused(tmp_path / name)
    assert re.fullmatch(message, found)
    assert "None" not in found


# --- Word


def test_paragraphs_and_tables_of_a_word_document_are_in_their_order(tmp_path):
    import docx

    document = docx.Document()
    document.add_paragraph("Results")
    table = document.add_table(rows=2, cols=3)
    for row, texts in zip(table.rows, (["", "Before", ""], ["poor", " 7\n(70 %)", "3"]), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.add_paragraph("The women slept.")
    document.save(tmp_path / "a.docx")
    assert read_paper(tmp_path / "a.docx") == Paper(
        "Results\n\n | Before |  | \npoor | 7 (70 %) | 3 | \n\nThe women slept.\n"
    )


def test_a_merged_cell_has_its_text_once():
    def cell(text, one):
        return SimpleNamespace(text=text, _tc=one)

    one, two = object(), object()
    cells = [
        cell("Before", one),
        cell("Before", one),
        cell("Before", one),
        cell("Before", two),
        cell(" a \n b ", one),
    ]
    assert _row(SimpleNamespace(cells=cells)) == "Before |  |  | Before | a b | "
    assert _row(SimpleNamespace(cells=[])) == " | "


# --- PDF


class Pages:
    """What pypdf gives: pages with their text."""

    @staticmethod
    def shown(text, extraction_mode="plain"):
        return text if extraction_mode == "plain" else ""

    def __init__(self, *texts):
        self.pages = [SimpleNamespace(extract_text=partial(self.shown, text)) for text in texts]


def test_the_pages_of_a_pdf_begin_on_their_lines(tmp_path, monkeypatch):
    import pypdf

    path = tmp_path / "a.PDF"
    path.write_bytes(b"9")
    shown = []
    texts = (
        "RESULTS\nThe women slept very well in\nthe ward.\nThey slept 9 hours of all day",
        "",
        "It was 5.",
    )
    monkeypatch.setattr(pypdf, "PdfReader", lambda given: shown.append(given) or Pages(*texts))
    assert read_paper(path) == Paper(
        "RESULTS\nThe women slept very well in\nthe ward.\n\nThey slept 9 hours of all day\nIt was 5.\n",
        (1, 6, 6),
    )
    assert shown == [path]


def test_a_pdf_of_pictures_is_a_scan(tmp_path, monkeypatch):
    import pypdf

    (tmp_path / "a.pdf").write_bytes(b"9")
    monkeypatch.setattr(pypdf, "PdfReader", lambda _: Pages("", ""))
    assert refused(tmp_path / "a.pdf") == (
        "a.pdf: no text in it; a scan must go through text recognition (OCR) first"
    )


LONG = "x" * 99 + "."


@pytest.mark.parametrize(
    ("lines", "spaced"),
    [
        ([], []),
        (["", " "], ["", " "]),
        # a short line that ends a sentence ends a paragraph
        ([LONG, LONG, "It ended."], [LONG, LONG, "It ended.", ""]),
        ([LONG, LONG, "It ended!”)"], [LONG, LONG, "It ended!”)", ""]),
        ([LONG, LONG, "Did it end? "], [LONG, LONG, "Did it end? ", ""]),
        ([LONG, LONG, "It ended, it"], [LONG, LONG, "It ended, it"]),
        ([LONG, LONG, "It ended. It"], [LONG, LONG, "It ended. It"]),
        # short is less than 85% of the usual line; blanks do not count
        ([LONG, LONG, "x" * 83 + "."], [LONG, LONG, "x" * 83 + ".", ""]),
        ([LONG, LONG, "x" * 84 + "."], [LONG, LONG, "x" * 84 + "."]),
        (
            [LONG, LONG, " " * 9 + "x" * 83 + "." + " " * 9],
            [LONG, LONG, " " * 9 + "x" * 83 + "." + " " * 9, ""],
        ),
        ([LONG, "", "", "", " " * 200, "It ended."], [LONG, "", "", "", " " * 200, "It ended.", ""]),
        # a hyphen that shows only at a line's end is no character
        (["co\u00adtton", LONG, LONG], ["cotton", LONG, LONG]),
    ],
)
def test_the_lines_of_a_page_become_paragraphs(lines, spaced):
    assert _with_paragraphs(lines) == spaced
