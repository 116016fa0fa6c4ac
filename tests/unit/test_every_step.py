"""Every step of the pipeline on every example, in one process; and nothing that identifies a person in any output.

`OXYMILK_FULL=1` makes the pages of every example, and plants persons under every header that is recognised.
"""

import csv
import html
import io
import os
import zipfile
from pathlib import Path

import pypdf
import pytest
from python_calamine import CalamineWorkbook
from tests.cases import read_yaml, tables_of

from oxymilk.cli import app
from oxymilk.files import read_csv

FULL = bool(os.environ.get("OXYMILK_FULL"))
ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "data/examples").glob("*/study.yaml"))
CASES = tables_of(__file__)
CLAIM = 'p,table,"0,004",,p_value,rank_sum,,post,,,,recompute,differs,It differs.'
ROWS = [*["Intervensi,Kurang,Cukup"] * 5, *["Kontrol,Kurang,Kurang"] * 4, "Kontrol,Kurang,"]


def run_every_step(study, results, shown=True, figures=True):
    """Call the subcommands one after the other, as the rules do; the pages only when they are to be shown."""
    steps = ["ingest-observations", "test-groups", "audit-claims", "explain-claims"]
    pages = ["make-tables", "write-audit", *["plot-figures"] * figures, "write-documents"] if shown else []
    for step in (*steps, *pages):
        options = ["--languages", "en,id" if FULL else "id"] if step in pages else []
        options += ["--formats", "svg,png,pdf"] if FULL and step == "plot-figures" else []
        app([step, "--study", str(study), "--results", str(results), *options], standalone_mode=False)


def text_of(path):
    """What a written file holds: its bytes, those of the files packed in it, and the words of a PDF."""
    content = path.read_bytes()
    parts = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as packed:
            parts += map(packed.read, packed.namelist())
    if path.suffix == ".pdf":
        for page in pypdf.PdfReader(path).pages:
            parts += [page.extract_text().encode(), page.get_contents().get_data()]
    return b"\n".join(parts).decode("utf-8", errors="replace")


def written(results, capsys):
    """The texts of all files, and what was printed."""
    said = capsys.readouterr()
    files = {path: text_of(path) for path in results.rglob("*") if path.is_file()}
    return files | {"out": said.out, "err": said.err}


def names_in(study):
    """The names of persons in an example that has some."""
    if study.name not in CASES["names"]:
        return set()
    file, header = CASES["names"][study.name]
    workbook, names = CalamineWorkbook.from_path(study / file), set()
    for sheet in workbook.sheet_names:
        rows = [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).to_python()]
        for place, row in enumerate(rows):
            if header in row:
                above = {cell for titles in rows[:place] for cell in titles}  # repeated over a second block
                names |= {below[row.index(header)] for below in rows[place + 1 :]} - {"", header, *above}
    assert len(names) >= 8
    return names


@pytest.mark.parametrize("study", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_through_every_step(study, tmp_path, capsys):
    shown = FULL or study.name == "crosstab"
    run_every_step(study, tmp_path, shown)
    assert len(EXAMPLES) == 10
    verdicts = read_csv(tmp_path / "verdicts.csv")
    assert len(verdicts) > 0
    assert (verdicts["as_expected"] == "true").all()
    for table, rows in CASES["rows"].get(study.name, {}).items():
        assert len(read_csv(tmp_path / f"{table}.csv")) == rows
    files = written(tmp_path, capsys)
    assert [name for name in names_in(study) if any(name in text for text in files.values())] == []
    if shown:
        assert (tmp_path / "id" / "manuscript.docx").is_file()
        assert (tmp_path / "id" / "figures" / "before_after.svg").is_file()
        assert "<html" in files[tmp_path / "id" / "report.html"]
    if FULL:
        assert (tmp_path / "en" / "figures" / "effects.pdf").is_file()
        report = files[tmp_path / "en" / "report.html"]
        assert "Nothing differs" in report
        titles = [files[path].splitlines()[0] for path in (tmp_path / "en" / "tables").glob("*.md")]
        assert all(html.escape(title.split("** ")[1], quote=False) in report for title in titles)
        for words, studies in CASES["titles"].items():
            assert any(words in title for title in titles) == (study.name in studies), words


def mothers_of_a_ward():
    """Columns of names, telephone, record and identity numbers, and addresses as sheets of wards have them."""
    patterns = CASES["persons"].items()
    return {header: [pattern.format(at=at) for at in range(len(ROWS))] for header, pattern in patterns}


def planted(headers):
    return {
        header: [f"Planted{place}x{at}" for at in range(len(ROWS))] for place, header in enumerate(headers)
    }


def recognised_headers():
    """Every header that is recognised, the one of the participants first."""
    lists = read_yaml(ROOT / "src/oxymilk/ingest/identifying.yaml")
    headers = (header for key in ("exact", "starts", "contained") for header in lists[key])
    return dict.fromkeys(["nama ibu", *headers])


# the columns of persons, and how the first of them is declared
PERSONS = {"ward": (mothers_of_a_ward(), "Nama Ibu")}
if FULL:
    PERSONS["recognised"] = planted(recognised_headers()), "nama ibu"
    PERSONS["declared"] = planted(["Panggilan"]), "{column: Panggilan, identifying: true}"


@pytest.mark.parametrize("kind", PERSONS)
def test_no_output_names_a_person(kind, tmp_path, capsys):
    columns, participant = PERSONS[kind]
    study, results = tmp_path / "ward", tmp_path / "results"
    study.mkdir()
    ward = (ROOT / "tests/data/ward/study.yaml").read_text("utf-8") + CASES["sheets"]
    (study / "study.yaml").write_text(ward.replace("PARTICIPANT", participant), "utf-8")
    (study / "claims.csv").write_text(f"{CASES['claims']}\n{CLAIM}\n", "utf-8")
    with (study / "sheet.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*columns, "Kelompok", "Sebelum", "Sesudah"])
        writer.writerows(
            [*known, *row.split(",")] for *known, row in zip(*columns.values(), ROWS, strict=True)
        )
    run_every_step(study, results)
    files = written(results, capsys)
    assert len(files) > 40
    # what study.yaml declares is no warning; many like ones are one line
    told = files["err"] if kind == "ward" else files[results / "faults.csv"]
    assert [header for header in columns if header not in told] == ["Panggilan"] * (kind == "declared")
    secrets = CASES["secrets"] if kind == "ward" else [value for own in columns.values() for value in own]
    assert {name for name, text in files.items() for secret in secrets if secret in text} == set()
    assert "P10" in files[results / "observations.csv"]
    # a word that may be shown is found in packed files and pictures too: so a name would be
    kinds = {path.suffix for path, text in files.items() if isinstance(path, Path) and "cukup" in text}
    assert {".csv", ".md", ".html", ".docx", ".svg", *[".pdf"] * FULL} <= kinds
