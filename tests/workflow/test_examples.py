"""Every example of a sheet is a study that runs from sheet to report in the one pipeline."""

import csv
import html
import os
from pathlib import Path

import pytest

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
# beside what every study has; the layouts with numbers or characteristics
WITH_SUMMARY = {"long", "transposed"}
WITH_SENSITIVITY = {"long", "two_header_rows"}
WITH_BASELINE = {"app_export", "coded"}


def rows_of(project, study, name):
    with (project.folder / "results" / study / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_folder_of_examples_is_run(examples):
    assert examples.examples == EXAMPLES
    assert len(EXAMPLES) == 10
    folders = [path.name for path in (Path(__file__).parents[2] / "data/examples").iterdir() if path.is_dir()]
    assert sorted(folders) == EXAMPLES


def test_every_verdict_of_every_example_is_the_expected_one(examples):
    assert "Every verdict is the expected one" in examples.run("oxymilk", "verify")
    for study in EXAMPLES:
        assert rows_of(examples, study, "verdicts"), study


@pytest.mark.parametrize("study", EXAMPLES)
def test_an_example_has_every_output(examples, study):
    folder = examples.folder / "results" / study
    for name in ("observations", "frequencies", "tests", "procedures", "effects", "verdicts", "explanations"):
        assert (folder / f"{name}.csv").stat().st_size > 0
    titles = [
        path.read_text(encoding="utf-8").splitlines()[0] for path in (folder / "en/tables").glob("*.md")
    ]
    for words, studies in (
        ("summary of the scores", WITH_SUMMARY),
        ("The same tests on the other scale", WITH_SENSITIVITY),
        ("Characteristics of the participants, as printed", set(EXAMPLES) - WITH_BASELINE),
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
        ("long", "summaries", 4),
        ("transposed", "summaries", 2),
        ("two_header_rows", "sensitivity", 6),
        ("coded", "baseline", 14),
        ("visits", "frequencies", 12),
        ("words", "baseline", 0),
        ("words", "sensitivity", 0),
    ],
)
def test_tables_have_rows_where_the_sheet_has_what_they_show(examples, study, name, rows):
    assert len(rows_of(examples, study, name)) == rows
