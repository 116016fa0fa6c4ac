"""Every example of a sheet is a study that runs from sheet to report in the one pipeline, and shows nobody's name."""

import csv
import html
import io
import os
import zipfile
from pathlib import Path

import pypdf
import pytest
from python_calamine import CalamineWorkbook

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(
        os.environ.get("OXYMILK_FULL") != "1",
        reason="ten studies through snakemake: `make test-all` runs them; test_every_step.py runs their steps",
    ),
]

EXAMPLES = sorted(
    path.parent.name for path in (Path(__file__).parents[2] / "data/examples").glob("*/study.yaml")
)
# beside what every study has; the layouts with numbers
WITH_SUMMARY = {"long", "transposed"}
WITH_SENSITIVITY = {"long", "two_header_rows"}


def rows_of(project, study, name):
    with (project.folder / "results" / study / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("study", EXAMPLES)
def test_an_example_has_every_output(examples, study):
    folder = examples.folder / "results" / study
    assert len(EXAMPLES) == 10
    assert (folder / "verdicts.csv").stat().st_size > 0
    titles = [
        path.read_text(encoding="utf-8").splitlines()[0] for path in (folder / "en/tables").glob("*.md")
    ]
    for words, studies in (
        ("summary of the scores", WITH_SUMMARY),
        ("The same tests on the other scale", WITH_SENSITIVITY),
    ):
        assert any(words in title for title in titles) == (study in studies), words
    assert (folder / "en/figures/before_after.svg").is_file()
    assert (folder / "en/figures/effects.pdf").is_file()
    report = (folder / "en/report.html").read_text(encoding="utf-8")
    assert "Nothing differs" in report
    for title in titles:
        assert html.escape(title.split("** ")[1], quote=False) in report


@pytest.mark.parametrize(
    ("study", "name", "rows"),
    [
        ("long", "summaries", 6), ("transposed", "summaries", 3), ("two_header_rows", "sensitivity", 9),
        ("coded", "baseline", 20), ("visits", "frequencies", 12), ("words", "baseline", 4), ("words", "sensitivity", 0),
    ],
)  # fmt: skip
def test_tables_have_rows_where_the_sheet_has_what_they_show(examples, study, name, rows):
    assert len(rows_of(examples, study, name)) == rows


# ---- no output holds a name, a telephone or record number, or an address of a participant ------------------


def texts_of(path):
    """What a written file holds: its bytes, those of the files packed in it, and the words of a PDF."""
    content = path.read_bytes()
    parts = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as packed:
            parts += [packed.read(name) for name in packed.namelist()]
    if path.suffix == ".pdf":
        pages = pypdf.PdfReader(path).pages
        parts += [page.extract_text().encode() for page in pages]
        parts += [page.get_contents().get_data() for page in pages]
    return b"\n".join(parts)


@pytest.fixture(scope="module")
def written(examples):
    # .snakemake has the workflow's own logs and records
    folders = ("results", "logs", ".snakemake")
    files = [path for name in folders for path in (examples.folder / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(examples.folder)): texts_of(path) for path in files}


def holding(written, strings):
    return sorted(
        {(name, text) for name, content in written.items() for text in strings if text.encode() in content}
    )


def test_the_reader_of_outputs_finds_what_is_there(examples, written):
    # a code that may be shown is found in tables, figures, packed files: so a name would be
    kinds = {name.rpartition(".")[2] for name, _ in holding(written, ["sufficient"])}
    assert {"csv", "md", "html", "tex", "docx", "svg", "pdf"} <= kinds
    assert len(written) > 300


def test_what_the_headers_or_study_yaml_call_identifying_is_in_no_output(examples, written):
    planted = [value for study in examples.planted.values() for values in study.values() for value in values]
    assert len(planted) > 400
    assert holding(written, planted) == []
    assert holding(written, ["Planted"]) == []
    assert "Planted" not in examples.log


@pytest.mark.parametrize("study", ["persons_recognised", "persons_declared"])
def test_codes_stand_for_the_participants(examples, study):
    observations = (examples.folder / "results" / study / "observations.csv").read_text(encoding="utf-8")
    codes = {line.split(",")[0] for line in observations.splitlines()[1:]}
    number = len(next(iter(examples.planted[study].values())))
    assert codes == {f"P{place:02d}" for place in range(1, number + 1)}


def test_the_warning_lists_every_column_that_was_dropped(examples):
    log = (examples.folder / "logs/persons_recognised/ingest_observations.log").read_text(encoding="utf-8")
    faults = (examples.folder / "results/persons_recognised/faults.csv").read_text(encoding="utf-8")
    headers = examples.planted["persons_recognised"]
    for header in headers:
        assert header in faults, header
    # like warnings are one line
    assert 0 < log.count("identifies persons") <= len(headers)


@pytest.mark.parametrize(
    ("study", "file", "header"),
    [("app_export", "export.xlsx", "Nama Ibu"), ("two_header_rows", "master_data.xlsx", "Nama")],
)
def test_names_in_the_examples_are_in_no_output(examples, written, study, file, header):
    workbook = CalamineWorkbook.from_path(examples.folder / "data" / study / file)
    names = set()
    for sheet in workbook.sheet_names:
        rows = [[str(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).to_python()]
        for place, row in enumerate(rows):
            if header in row:
                above = {cell for titles in rows[:place] for cell in titles}  # repeated over a second block
                names |= {below[row.index(header)] for below in rows[place + 1 :]} - {"", header, *above}
    assert len(names) >= 8
    of_study = {name: content for name, content in written.items() if f"/{study}/" in name}
    assert holding(of_study, names) == []
