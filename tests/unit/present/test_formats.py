"""The formats: what they hold, that nothing in a label can break out, that the bytes are the same each time."""

import csv
import io
import re

import pytest
from tests.unit.present.conftest import Page, frame_of

from oxymilk.cli import app
from oxymilk.files import read_csv, write_rows
from oxymilk.present import formats
from oxymilk.present.formats import rectangle, rendered, write_tables
from oxymilk.present.tables import build_tables
from oxymilk.results import Results
from oxymilk.texts import LANGUAGES

NASTY = r"""=1+1|<script>alert('x')</script> & $x_1$ \input{/etc/passwd} ^*`#~%{}[a](javascript:b)"""


@pytest.fixture(scope="module")
def nasty_tables(labelled, changed):
    """Tables of a study whose every label has all that a format could trip over, control characters too."""
    return build_tables(changed(study=labelled(f"{NASTY}\x00\x07\n\u202e")))


def row_widths(page):
    """The columns that each row of each table spans."""
    widths, below = [], 0
    for tag, attributes in page.elements:
        if tag == "tr":
            widths.append(below)
        if tag in ("tr", "table"):
            below = 0
        if tag in ("td", "th"):
            widths[-1] += int(attributes.get("colspan", 1))
            below += attributes.get("rowspan") == "2"
    return widths


def test_plain_leaves_one_harmless_line():
    assert formats.plain("  a\tb\r\n c\x00\x1b\x7f\u0085\ud800\u202e\ufffe\U0001ffffd ") == "a b c d"
    assert formats.plain("par.\u00a02") == "par.\u00a02"
    assert formats.plain("air susu – ibu “é”") == "air susu – ibu “é”"


def test_csv_is_a_rectangle_with_a_header_and_ten_digits(tables, tmp_path):
    write_rows(*rectangle(tables["id"]["results"]), tmp_path / "table.csv")
    frame = read_csv(tmp_path / "table.csv")
    assert list(frame.columns) == [
        "Kelompok", "n", "Cukup, n (%): Sebelum", "Cukup, n (%): Sesudah (hari ke-15)",
        "Membaik / tetap / memburuk, n", "p", "p (10 digit)",
    ]  # fmt: skip
    assert frame.iloc[0].tolist()[1:] == ["10", "0 (0)", "10 (100)", "10 / 0 / 0", "0,002", "0.001565402258"]


def test_csv_names_the_part_of_each_row(tables):
    frame = frame_of(tables["en"]["characteristics"])
    assert frame.iloc[0].tolist() == ["Age, n (%)", "20 to 35 years", "5 (50)", "5 (50)", "", ""]
    # a head with a number of its own has a row of its own
    assert frame.iloc[-3].tolist() == ["", "Milk production, Before, n (%)", "", "", "0.00", "0"]
    assert frame.iloc[-1].tolist()[:2] == ["Milk production, Before, n (%)", "sufficient"]


def test_csv_holds_no_formula(nasty_tables, tmp_path):
    for table in nasty_tables:
        write_rows(*rectangle(table), tmp_path / "table.csv")
        rows = list(csv.reader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8"))))
        assert len({len(row) for row in rows}) == 1
        cells = [cell for row in rows for cell in row]
        # a negative number is no formula
        texts = [cell for cell in cells if not re.fullmatch(r"-\d+(\.\d+)?(e-\d+)?", cell)]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", "".join(cells))


def test_markdown_reads_as_a_table(tables):
    text = rendered(tables["en"]["results"], "md")
    assert text.startswith(
        "**Table 2.** Milk production by group at each time, and its change\n\n| Group | n | Suff"
    )
    assert "| Control | 10 | 0 (0) | 3 (30) | 3 / 7 / 0 | 0.083 |" in text
    assert (
        "| 70 points (29 to 89)<sup>b</sup> | 0.70 (0.19 to 0.90)<sup>c</sup> | 0.001<sup>d</sup> |" in text
    )
    assert "\n<sup>b</sup> Difference of shares" in text
    text = rendered(tables["id"]["claims"], "md")
    assert "| 0,004 | 0,001 | **berbeda**<sup>" in text
    assert "*Keterangan.* " in text
    assert "| &emsp;abstrak | " in text
    assert "| &lt; 0,05 | " in text


def test_markdown_rows_keep_their_columns_whatever_the_labels_hold(nasty_tables):
    for table in nasty_tables:
        text = rendered(table, "md")
        widths = [len(re.findall(r"(?<!\\)\|", line)) for line in text.split("\n") if line.startswith("| ")]
        assert widths == [len(table.shown_columns) + 1] * (len(table.grid()) + 2)
        assert "<script" not in text
        assert not re.search(r"(?<!\\)[\[`]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_page_is_well_formed_and_needs_no_other_file(tables, language):
    for table in tables[language].values():
        text = rendered(table, "html")
        page = Page(text)
        assert text.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
        assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?|https?:", text)
        assert set(row_widths(page)) == {len(table.shown_columns)}
        assert len(page.all("table")) == 1


def test_html_says_what_heads_what(tables):
    text = rendered(tables["en"]["results"], "html")
    for element in ('<th scope="colgroup" class="spanner" colspan="2"><span>Sufficient, n (%)</span></th>',
                    '<th scope="row" class="left">Control</th><td class="number">10</td>',
                    '<th scope="col" class="number" rowspan="2">p<sup>a</sup></th>',
                    'aria-labelledby="table-2-en-title"'):  # fmt: skip
        assert element in text
    text = rendered(tables["en"]["ranks"], "html")
    assert '<th scope="rowgroup" colspan="4">Wilcoxon signed-rank test: Control</th>' in text
    assert "<strong>differs</strong><sup>" in rendered(tables["en"]["claims"], "html")


def test_html_shows_labels_as_they_are(nasty_tables):
    for table in nasty_tables[:6]:
        page = Page(rendered(table, "html"))
        assert page.all("script") == []
        assert NASTY in "".join(page.words)


def latex_rows(text):
    """Yield the columns that each row of each tabular has, and what the tabular declares."""
    for form, body in re.findall(r"\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}", text, re.DOTALL):
        columns = len(re.findall(r"p\{\\dimexpr", form))
        for line in body.split("\n"):
            if line.endswith(r" \\"):
                spans = [int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d+)\}", line)]
                yield columns, len(re.findall(r"(?<!\\)&", line)) + 1 + sum(spans)


def check_latex(text):
    opened = []
    for step, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        assert step == "begin" or opened.pop() == name
        opened += [name] if step == "begin" else []
    assert opened == []
    code = re.sub(r"(?m)^%.*\n", "", text)
    bare = re.sub(r"\\[{}\\%&$#_]", "", code)
    assert bare.count("{") == bare.count("}")
    assert not set("%#") & set(bare)
    assert bare.count("$") % 2 == 0
    rows = list(latex_rows(text))
    assert rows
    assert all(declared == found for declared, found in rows)
    # only what LaTeX itself, array and booktabs define
    known = """addlinespace alpha approx phantom pm arraybackslash begin bottomrule caption centering cmidrule dimexpr
        end footnotesize geq hspace infty label leq linewidth midrule multicolumn par raggedright relax
        setlength small smallskip surd tabcolsep textasciicircum textasciigrave textasciitilde textbackslash textbar
        textbf textgreater textit textless textsuperscript times toprule"""
    assert set(re.findall(r"\\([a-zA-Z]+)", code)) <= set(known.split())
    # every character is one that LaTeX's own utf8 input knows
    foreign = set(code) - {chr(k) for k in range(0x20, 0x7F)} - set("\n\u00a0–“”’é")
    assert foreign == set()


def test_latex_is_balanced_whatever_the_labels_hold(tables, nasty_tables):
    for table in (*tables["en"].values(), *tables["id"].values(), *nasty_tables):
        text = rendered(table, "tex")
        check_latex(text)
        assert text.startswith(r"% \usepackage{array} \usepackage{booktabs}")
        assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1
        assert r"\input" not in text
        # after \\ a bracket or a star would be read as its option
        assert not re.search(r"\\\\\s*[\[*]", text)


def test_latex_document_reads_every_table(views, tmp_path):
    write_tables(build_tables(views["id"], "", "A"), tmp_path)
    text = (tmp_path / "tables.tex").read_text(encoding="utf-8")
    assert re.findall(r"\\input\{(\w+)\}", text) == [f"table_{k}" for k in ("1", "2", "a1", "a2", "a3")]
    assert text.count(r"\setcounter{table}{0}") == 1
    assert r"\documentclass[a4paper,11pt]{article}" in text
    assert r"\renewcommand{\tablename}{Tabel}" in text


def test_every_file_is_written_and_its_text_is_plain(views, bontang_folder, tmp_path):
    for name, frame in vars(views["en"].results).items():
        if hasattr(frame, "columns"):
            Results(tmp_path).write(name, frame)
    for step in ("make-tables", "write-audit", "write-documents"):
        options = ["--study", str(bontang_folder), "--results", str(tmp_path), "--languages", "en,id"]
        app([step, *options], standalone_mode=False)
    files = [path for path in tmp_path.glob("[a-z]*/**/*") if path.is_file()]
    numbers = ("1", "2", "a1", "a2", "a3")
    names = [f"tables/table_{k}.{form}" for k in numbers for form in ("csv", "html", "md", "tex")]
    names += [f"audit/table_b{k}.{form}" for k in range(1, 4) for form in ("csv", "html", "md")]
    names += ["tables/tables.tex", "audit/audit.docx", "manuscript.docx", "report.html"]
    names += ["numbers.csv", "numbers.tex"]
    made = sorted(str(path.relative_to(tmp_path)) for path in files)
    assert made == sorted(f"{language}/{name}" for language in LANGUAGES for name in names)
    for path in (path for path in files if path.suffix != ".docx"):
        text = path.read_bytes().decode("utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "\r" not in text
        assert not re.search(r"[ \t]\n", text) or path.suffix == ".csv" or path.name == "report.html"
