"""Read papers from plain text, Word documents and PDFs, and refuse what has no text."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import docx
import pypdf
import pytest
from tests.cases import cases

from oxymilk.draft.propose import draft_claims
from oxymilk.draft.read import Paper, read_paper, with_rows
from oxymilk.faults import FaultsError

LONG = "x" * 99 + "."


# --- plain text


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.text", "a.md", "a"])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        *(("9 – Café\n".encode(code), "9 – Café\n") for code in ("utf-8", "utf-8-sig", "cp1252")),
        *((mark + "9 – Café\n".encode(code), "9 – Café\n")
          for mark, code in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))),
        (b"1\r\n2\r3\n\r\n4", "1\n2\n3\n\n4"),
    ],
)  # fmt: skip
def test_plain_text(tmp_path, name, data, text):
    (tmp_path / name).write_bytes(data)
    assert read_paper(tmp_path / name) == read_paper(str(tmp_path / name)) == Paper(text)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        # Windows-1252 has no character 0x81
        ("a.txt", b"Caf\xe9 \x81\n", "paper_encoding"),
        ("a.txt", b"\xff\xfe9", "paper_encoding"),
        ("a.txt", b"", "paper_empty"),
        ("a.txt", b" \n\t\r\n", "paper_empty"),
        ("a.ODT", b"9", "paper_kind"),
        ("a.docx", b"no such thing", "paper_damaged"),
        ("a.pdf", b"no such thing", "paper_damaged"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(tmp_path, capsys, name, data, code):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FaultsError) as caught:
        read_paper(tmp_path / name)
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.value) == (code, name, Path(name).suffix.lower())
    assert code != "paper_damaged" or fault.params["problem"] not in ("", "None")
    assert "".join(capsys.readouterr()) == ""


@pytest.mark.parametrize("name", ["none.txt", "none.docx", "none.pdf", "none.odt", "."])
def test_a_file_that_is_not_there_is_not_found(tmp_path, name):
    with pytest.raises(FileNotFoundError, match="no such file") as caught:
        read_paper(tmp_path / name)
    assert (caught.value.errno, caught.value.filename) == (2, str(tmp_path / name))


# --- Word


def document(path, caption, rows, merged=()):
    """A Word document of a results section with a table."""
    paper = docx.Document()
    for text in ("Results", caption):
        paper.add_paragraph(text)
    table = paper.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    for first, last in merged:
        table.cell(0, first).merge(table.cell(0, last))
    paper.add_paragraph("The women slept.")
    paper.save(path)
    return path


def test_paragraphs_and_tables_of_a_word_document_are_in_their_order(tmp_path):
    rows = [["", "Before", ""], ["poor", " 7\n(70 %)", "3"]]
    # a merged cell has its text once
    path = document(tmp_path / "a.docx", "Sleep", rows, merged=[(1, 2)])
    text = "Results\n\nSleep\n\n | Before |  | \npoor | 7 (70 %) | 3 | \n\nThe women slept.\n"
    assert read_paper(path) == Paper(text)


NESTED = (
    "</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>in</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:r>"
)
SPAN = 'w:gridSpan w:val="2"'


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        *((SPAN, f'w:gridSpan w:val="{span}"', "poor | 7 (70 %) | ") for span in ("abc", "-5", "", "1e9", "9" * 5000)),
        (SPAN, f'w:gridSpan w:val="{10**8}"', "poor | 7 (70 %) | " + " | " * 62),
        ("<w:tcPr>", "<w:tcPr><w:vMerge/>", "poor | 7 (70 %) |  | "),
        ("<w:tr>", '<w:tr><w:trPr><w:gridBefore w:val="1000000000"/></w:trPr>', "poor | 7 (70 %) |  | "),
        ("<w:t>poor", f"<w:t>bad{NESTED}<w:t>poor", "bad in poor | 7 (70 %) |  | "),
    ],
)  # fmt: skip
def test_a_hostile_word_table_is_read_as_far_as_word_would_have_written_it(tmp_path, old, new, row):
    path = document(tmp_path / "a.docx", "Sleep", [["", "", ""], ["poor", " 7\n(70 %)", ""]], merged=[])
    paper = docx.Document(path)
    paper.tables[0].cell(1, 1).merge(paper.tables[0].cell(1, 2))
    paper.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            is_text = name == "word/document.xml"
            assert not is_text or old.encode() in content
            times = 1 if is_text and old != SPAN else -1
            package.writestr(name, content.replace(old.encode(), new.encode(), times))
    assert read_paper(path).text.splitlines()[5] == row


@pytest.mark.parametrize("merged", [(), [(1, 2), (3, 4)]])
def test_cells_of_a_word_table_get_the_heads_of_their_row_and_column(tmp_path, merged):
    caption = "Tabel 1. Produksi ASI kelompok kontrol"
    rows = [["", "Sebelum", "", "Sesudah", ""], ["", "f", "%", "f", "%"], ["Kurang", "10", "100,0", "7", "70,0"],
            ["Cukup", "0", "0,0", "3", "30,0"], ["Total", "10", "100", "10", "100"]]  # fmt: skip
    claims = draft_claims(read_paper(document(tmp_path / "paper.docx", caption, rows, merged))).claims
    assert [(claim.quantity, claim.printed, claim.timepoint, claim.level) for claim in claims] == [
        ("count", "10", "pre", "low"), ("percent", "100,0", "pre", "low"), ("count", "7", "post", "low"),
        ("percent", "70,0", "post", "low"), ("count", "0", "pre", "high"), ("percent", "0,0", "pre", "high"),
        ("count", "3", "post", "high"), ("percent", "30,0", "post", "high"),
        ("sample_size", "10", "", ""), ("figure", "100", "", ""), ("sample_size", "10", "", ""),
        ("figure", "100", "", ""),
    ]  # fmt: skip
    assert {claim.where for claim in claims} == {"results table 1"}
    assert {claim.group for claim in claims if claim.quantity != "figure"} == {"control"}


# --- PDF


def make_pdf(path, pages):
    """A PDF of text lines, after ISO 32000-1 7.5: header, objects, trailer; readers rebuild the table of places."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for lines in pages:
        # a row of a table is a tuple of cells
        stream = "".join(
            f"1 0 0 1 {50 + 150 * column} {780 - 14 * number} Tm ({cell}) Tj "
            for number, line in enumerate(lines)
            for column, cell in enumerate(line if isinstance(line, tuple) else (line,))
        )
        stream = f"BT /F1 10 Tf {stream}ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    kids = " ".join(f"{number} 0 R" for number in range(5, len(objects) + 1, 2))
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>"
    shown = "".join(f"{number} 0 obj\n{content}\nendobj\n" for number, content in enumerate(objects, start=1))
    trailer = "trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    path.write_text(f"%PDF-1.4\n{shown}{trailer}", encoding="latin-1")
    return path


def test_a_pdf_is_read_with_its_pages_and_without_running_heads(tmp_path):
    head = "Journal of Invented Trials 12"
    result = "The Mann-Whitney test gave p = 0.04 in all women who took part in this small study."
    pages = [
        [head, "RESULTS", result],
        [head, "In the control group 3 of 10 women improved, as the last table of this paper shows."],
        [head, "CONCLUSION", "It lasted 9 days."],
    ]
    draft = draft_claims(read_paper(make_pdf(tmp_path / "paper.pdf", pages)))
    found = [(claim.quantity, claim.printed, claim.note.split("; ")[1]) for claim in draft.claims]
    assert found == [
        ("p_value", "0.04", "page 1, line 3"),
        ("count_up", "3", "page 2, line 5"),
        ("sample_size", "10", "page 2, line 5"),
        ("figure", "9", "page 3, line 8"),
    ]
    assert [number.token for number in draft.left_out] == ["12", "12", "12"]


def test_a_table_of_a_pdf_is_read_by_its_heads(tmp_path):
    page = [
        "RESULTS",
        "Table 1. Milk production of the control group",
        ("Level", "Before n \\(%\\)", "After n \\(%\\)"),
        # a ligature
        ("Su\\256cient", "0 \\(0\\)", "3 \\(30\\)"),
        ("Poor", "10 \\(100\\)", "7 \\(70\\)"),
    ]
    claims = draft_claims(read_paper(make_pdf(tmp_path / "paper.pdf", [page]))).claims
    found = {(claim.quantity, claim.printed, claim.timepoint, claim.level) for claim in claims}
    after = {("percent", "70", "post", "low"), ("count", "7", "post", "low")}
    assert {("count", "10", "pre", "low"), *after} <= found
    assert {claim.where for claim in claims} == {"results table 1"}


def drawn(text, placed=""):
    """A page of pypdf: its text in reading order, and as it looks; None where no places can be found."""

    def extract_text(extraction_mode="plain"):
        if extraction_mode == "layout" and placed is None:
            raise ZeroDivisionError("no place")
        return text if extraction_mode == "plain" else placed

    return SimpleNamespace(extract_text=extract_text)


@pytest.fixture
def read_pages(tmp_path, monkeypatch):
    """Read a PDF of such pages."""

    def read(*pages):
        monkeypatch.setattr(pypdf, "PdfReader", lambda _: SimpleNamespace(pages=pages))
        (tmp_path / "a.PDF").write_bytes(b"9")
        return read_paper(tmp_path / "a.PDF")

    return read


def test_the_pages_of_a_pdf_begin_on_their_lines_and_pictures_are_a_scan(read_pages):
    ward = "RESULTS\nThe women slept very well in\nthe ward.\n"
    paper = read_pages(*map(drawn, [f"{ward}They slept 9 hours of all day", "", "It was 5."]))
    assert paper == Paper(f"{ward}\nThey slept 9 hours of all day\nIt was 5.\n", (1, 6, 6))
    with pytest.raises(FaultsError, match="no text in it"):
        read_pages(drawn(""), drawn(""))


@cases
def test_the_lines_of_a_page_become_paragraphs(last, blank_behind_last, read_pages):
    for before in ([LONG, LONG], [LONG, LONG, "", "", "", " " * 200]):
        lines = [*before, last]
        assert read_pages(drawn("\n".join(lines))).text.split("\n")[:-1] == lines + [""] * blank_behind_last


@cases
def test_a_page_with_places_and_one_without(text, placed, expected, read_pages):
    assert read_pages(drawn(text, placed)).text == expected


@cases
def test_rows_of_a_table_are_found_where_a_pdf_places_them(lines, placed, expected):
    assert with_rows(lines, placed) == expected
