"""The text formats: what they hold, that nothing in a label can break out, that the bytes are the same each time."""

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from oxymilk.files import read_csv, write_csv
from oxymilk.present.table_files import write_tables
from oxymilk.present.table_formats import (
    csv_frame,
    html_fragment,
    html_page,
    latex,
    latex_document,
    markdown,
    plain,
)
from oxymilk.present.tables import build_tables

NASTY = r"""=1+1|<script>alert('x')</script> & $x_1$ \input{/etc/passwd} ^*`#~%{}[a](javascript:b)"""
VOID = {"meta", "col", "br"}


@pytest.fixture(scope="module")
def tables(bontang, bontang_frames):
    return {language: build_tables(bontang, *bontang_frames, language) for language in ("en", "id")}


@pytest.fixture(scope="module")
def nasty_tables(bontang, make_nasty, bontang_frames):
    return build_tables(make_nasty(bontang), *bontang_frames, "en")


@pytest.fixture(scope="module")
def make_nasty():
    """Return a study whose every label has all that a format could trip over, control characters too."""

    def make(study):
        def name(item, end=""):
            return item.model_copy(
                update={"label": item.label.model_copy(update={"en": f"{NASTY}\x00\x07\n\u202e{end}"})}
            )

        outcome = name(study.outcome).model_copy(
            update={"levels": tuple(name(level, str(k)) for k, level in enumerate(study.outcome.levels))}
        )
        procedure = study.procedure.model_copy(
            update={"reason": study.procedure.reason.model_copy(update={"en": NASTY})}
        )
        return study.model_copy(
            update={
                "outcome": outcome,
                "groups": tuple(name(group, str(k)) for k, group in enumerate(study.groups)),
                "timepoints": tuple(name(time, str(k)) for k, time in enumerate(study.timepoints)),
                "characteristics": tuple(name(item) for item in study.characteristics),
                "procedure": procedure,
            }
        )

    return make


class Page(HTMLParser):
    """Collects tags in order, and the columns that each row spans."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.text, self.rows = [], [], [], []
        self.below = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        attrs = dict(attrs)
        if tag == "table":
            self.below = {}
        if tag == "tr":
            self.rows.append(self.below.pop("next", 0))
        if tag in ("td", "th"):
            self.rows[-1] += int(attrs.get("colspan", 1))
            if attrs.get("rowspan") == "2":
                self.below["next"] = self.below.get("next", 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_plain_leaves_one_harmless_line():
    assert plain("  a\tb\r\n c\x00\x1b\x7f\u0085\ud800\u202e\ufffe\U0001ffffd ") == "a b c d"
    assert plain("par.\u00a02") == "par.\u00a02"
    assert plain("air susu – ibu “é”") == "air susu – ibu “é”"


# ---------------------------------------------------------------------------------------------------------- CSV


def test_csv_is_a_rectangle_with_a_header_and_ten_digits(tables, tmp_path):
    write_csv(csv_frame(tables["id"][3]), tmp_path / "table.csv")
    frame = read_csv(tmp_path / "table.csv")
    assert list(frame.columns) == [
        "Bagian",
        "Baris",
        "n",
        "Rerata peringkat",
        "Jumlah peringkat",
        "Nilai",
        "Nilai (10 digit)",
        "Prosedur",
        "Dasar uji",
        "Tercetak",
        "Letak dalam artikel",
        "Hasil pemeriksaan",
    ]
    p_value = frame[frame["Baris"] == "nilai-p asimtotik (acuan)"]
    assert list(p_value["Nilai"]) == ["0,002", "", "", ""]
    assert next(iter(p_value["Nilai (10 digit)"])) == "0.001565402258"
    assert list(p_value["Tercetak"]) == ["0.002", "0,002", "<0.05", "<0,05"]
    assert next(iter(p_value["Prosedur"])).startswith("asimtotik")
    assert next(iter(p_value["Dasar uji"])) == "kategori"


def test_csv_of_table_1_names_the_group_of_each_column(tables):
    frame = csv_frame(tables["en"][0])
    assert list(frame.columns[:4]) == [
        "Part",
        "Characteristic",
        "Oxytocin massage: Printed",
        "Oxytocin massage: n",
    ]
    age = frame[frame["Part"] == "Age"].iloc[0]
    assert age["Control: Where printed"] == "results table 1; discussion characteristics"
    assert len(set(frame.columns)) == len(frame.columns)


def test_csv_holds_no_formula(nasty_tables, tmp_path):
    for table in nasty_tables:
        write_csv(csv_frame(table), tmp_path / "table.csv")
        rows = list(csv.reader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8"))))
        assert len({len(row) for row in rows}) == 1
        cells = [cell for row in rows for cell in row]
        # a negative number is no formula
        texts = [cell for cell in cells if not re.fullmatch(r"-\d+(\.\d+)?(e-\d+)?", cell)]
        assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]
        assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", "".join(cells))


# ----------------------------------------------------------------------------------------------------- Markdown


def test_markdown_reads_as_a_table(tables):
    text = markdown(tables["en"][5])
    assert text.startswith("**Table 6.** Milk production: Mann-Whitney U test between the groups")
    assert "| p, asymptotic (declared) | 0.001 | 0.004 | abstract | **differs**<sup>c</sup> |" in text
    assert "|  |  | &lt;0.05 | abstract | reproduced |" in text
    assert "\n<sup>c</sup> The declared procedure gives p = 0.00138" in text
    assert "*Keterangan.* " in markdown(tables["id"][5])


def test_markdown_rows_keep_their_columns_whatever_the_labels_hold(nasty_tables):
    for table in nasty_tables:
        text = markdown(table)
        widths = [len(re.findall(r"(?<!\\)\|", line)) for line in text.split("\n") if line.startswith("| ")]
        expected = [len(panel.shown) + 1 for panel in table.panels for _ in range(len(panel.rows) + 2)]
        assert widths == expected
        assert "<script" not in text
        assert not re.search(r"(?<!\\)\[", text)
        assert not re.search(r"(?<!\\)`", text)


# --------------------------------------------------------------------------------------------------------- HTML


@pytest.mark.parametrize("language", ["en", "id"])
def test_html_page_is_well_formed_and_needs_no_other_file(tables, language):
    for table in tables[language]:
        text = html_page(table)
        page = Page(text)
        assert page.open == []
        assert text.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
        assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?", text)
        assert not re.search(r"https?:", text)
        widths = [len(panel.shown) for panel in table.panels]
        assert set(page.rows) == set(widths)
        assert page.tags.count("table") == len(table.panels)
        assert page.tags.count("tr") == len(page.rows)


def test_html_says_what_heads_what(tables):
    text = html_fragment(tables["en"][1])
    assert '<th scope="colgroup" class="spanner" colspan="2"><span>Recomputed</span></th>' in text
    assert '<th scope="rowgroup" colspan="6">Before</th>' in text
    assert '<th scope="row" class="left">insufficient</th>' in text
    assert 'aria-labelledby="table-2-en-title"' in text
    assert "<strong>differs</strong><sup>c</sup>" in html_fragment(tables["en"][5])


def test_html_shows_labels_as_they_are(nasty_tables):
    for table in nasty_tables:
        page = Page(html_page(table))
        assert page.open == []
        assert "script" not in page.tags
        assert NASTY in "".join(page.text)


# -------------------------------------------------------------------------------------------------------- LaTeX


def latex_rows(text):
    """Yield the columns that each row of each tabular has, and what the tabular declares."""
    for form, body in re.findall(r"\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}", text, re.DOTALL):
        columns = len(re.findall(r"p\{\\dimexpr", form))
        for line in body.split("\n"):
            if line.endswith(r" \\"):
                spans = [int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d+)\}", line)]
                yield columns, len(re.findall(r"(?<!\\)&", line)) + 1 + sum(spans)


def check_latex(text):
    environments = []
    for step, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if step == "begin":
            environments.append(name)
        else:
            assert environments.pop() == name
    assert environments == []
    code = re.sub(r"(?m)^%.*\n", "", text)
    bare = re.sub(r"\\[{}\\%&$#_]", "", code)
    assert bare.count("{") == bare.count("}")
    assert "%" not in bare
    assert "#" not in bare
    assert bare.count("$") % 2 == 0
    rows = list(latex_rows(text))
    assert rows
    assert all(declared == found for declared, found in rows)
    # only what LaTeX itself, array and booktabs define
    known = {
        "addlinespace", "alpha", "approx", "arraybackslash", "begin", "bottomrule", "caption", "centering",
        "cmidrule", "dimexpr", "end", "footnotesize", "geq", "hspace", "infty", "label", "leq", "linewidth", "midrule",
        "multicolumn", "par", "raggedleft", "raggedright", "relax", "rlap", "setlength", "small", "smallskip",
        "surd", "tabcolsep",
        "textasciicircum", "textasciigrave", "textasciitilde", "textbackslash", "textbar", "textbf",
        "textgreater", "textit", "textless", "textsuperscript", "times", "toprule",
    }  # fmt: skip
    assert set(re.findall(r"\\([a-zA-Z]+)", code)) <= known
    # every character is one that LaTeX's own utf8 input knows
    foreign = set(code) - {chr(k) for k in range(0x20, 0x7F)} - set("\n\u00a0–“”’é")
    assert foreign == set()


@pytest.mark.parametrize("language", ["en", "id"])
def test_latex_is_balanced_and_needs_array_and_booktabs_only(tables, language):
    for table in tables[language]:
        text = latex(table)
        check_latex(text)
        assert text.startswith(r"% \usepackage{array} \usepackage{booktabs}")
        assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1


def test_latex_escapes_whatever_the_labels_hold(nasty_tables):
    for table in nasty_tables:
        text = latex(table)
        check_latex(text)
        assert r"\input" not in text
        # after \\ a bracket or a star would be read as its option
        assert not re.search(r"\\\\\s*[\[*]", text)


def test_latex_document_reads_every_table(tables):
    text = latex_document(tables["id"])
    assert re.findall(r"\\input\{(\w+)\}", text) == [f"table_{k}" for k in range(1, 8)]
    assert r"\documentclass[a4paper,11pt]{article}" in text
    assert r"\renewcommand{\tablename}{Tabel}" in text


# ------------------------------------------------------------------------------------------------------- files

_WRITE = """
import sys
from pathlib import Path
from oxymilk.files import read_csv
from oxymilk.present.table_files import write_tables
from oxymilk.present.tables import build_tables
from oxymilk.study import load_study
frames, study, folder = map(Path, sys.argv[1:])
inputs = [read_csv(frames / f"{name}.csv") for name in ("frequencies", "tests", "verdicts", "effects")]
for language in ("en", "id"):
    write_tables(build_tables(load_study(study), *inputs, language), folder / language)
"""


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_have_the_same_bytes_in_any_environment(bontang_frames, tmp_path):
    study = Path(__file__).parents[3] / "data" / "bontang2023"
    for name, frame in zip(("frequencies", "tests", "verdicts", "effects"), bontang_frames, strict=True):
        write_csv(frame, tmp_path / "frames" / f"{name}.csv")
    found = []
    for run, settings in enumerate(
        (
            {"PYTHONHASHSEED": "1", "TZ": "Asia/Jakarta", "LC_ALL": "C", "PYTHONUTF8": "0"},
            {"PYTHONHASHSEED": "22", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"},
        )
    ):
        folder = tmp_path / f"run{run}"
        subprocess.run(
            [sys.executable, "-W", "error", "-c", _WRITE, tmp_path / "frames", study, folder],
            env={**os.environ, **settings},
            check=True,
            timeout=60,
        )
        found.append(digests(folder))
    assert found[0] == found[1]
    names = [f"table_{k}.{form}" for k in range(1, 8) for form in ("csv", "docx", "html", "md", "tex")]
    names += ["tables.docx", "tables.tex"]
    assert sorted(found[0]) == sorted(f"{language}/{name}" for language in ("en", "id") for name in names)


def test_files_end_with_one_line_end_and_are_utf8(tables, tmp_path):
    write_tables(tables["id"], tmp_path)
    for path in tmp_path.iterdir():
        if path.suffix != ".docx":
            text = path.read_bytes().decode("utf-8")
            assert text.endswith("\n")
            assert not text.endswith("\n\n")
            assert "\r" not in text
            assert not re.search(r"[ \t]\n", text) or path.suffix == ".csv"
