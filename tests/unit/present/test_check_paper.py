"""Papers checked by their text alone: verdicts, what they rest on, and what was inferred."""

import os
from pathlib import Path

import pytest
from tests.cases import cases, read_rows
from tests.unit.draft.conftest import DATA
from typer.testing import CliRunner

from oxymilk.cli import app
from oxymilk.draft.read import Paper, read_paper
from oxymilk.present.check_paper import check_paper

# the first paper is not part of the repository
PAPER = Path(os.environ.get("OXYMILK_PAPER") or "paper.txt")
PAPERS = [DATA / "printed_tests.txt", *filter(Path.is_file, [PAPER])]


@pytest.mark.parametrize("file", PAPERS, ids=lambda path: path.name)
@cases
def test_the_tests_of_the_first_paper_are_checked_by_its_text_alone(language, mark, verdicts, file):
    done = CliRunner().invoke(app, ["check-paper", str(file), "--language", language])
    heads = [
        line.split(",  ")[0] for line in done.output.splitlines() if line[:1].isupper() and "  p " in line
    ]
    starts = [
        f"{verdict}  p = 0{mark}{p}" for verdict, p in zip(verdicts, ("004", "002", "083"), strict=True)
    ]
    assert done.exit_code == 1
    assert [head[: len(start)] for head, start in zip(heads, starts, strict=True)] == starts
    for counts in ("0,10;7,3", "0,10;0,0", "7,3;0,0"):
        assert f" {counts}, " in done.output
    # those of another work are named, not checked
    assert any("0,000" in line for line in done.output.splitlines()[-3:])


@pytest.mark.parametrize("row", read_rows(DATA / "printed_tests.csv"), ids=lambda row: row["text"][:60])
def test_each_printed_test_is_read_with_its_evidence_and_says_what_was_inferred(row):
    lines, status = check_paper(Paper(f"RESULTS\n\n{row['text'].replace('/', chr(10))}\n"), "en")
    heads = [line for line in lines[1:] if "  p " in line and line[:1].isupper()]
    said = "\n".join(lines)
    assert ("; ".join(heads), str(status)) == (row["heads"], row["status"]), said
    for part in filter(None, row["said"].split("|")):
        assert part in said


@pytest.mark.parametrize("row", read_rows(DATA / "papers.csv"), ids=lambda row: row["paper"])
def test_tables_and_sentences_of_a_paper_give_the_evidence_of_its_tests(row):
    lines, status = check_paper(read_paper(DATA / "papers" / row["paper"]), "en")
    heads = [line for line in lines[1:] if "  p " in line and line[:1].isupper()]
    unused = [line.split(": ", 1)[1] for line in lines if line.startswith("Not used, p-values")]
    assert ("; ".join(heads), str(status), "; ".join(unused)) == (row["heads"], row["status"], row["unused"])


def test_what_is_no_paper_is_refused(tmp_path):
    (tmp_path / "paper.odt").write_bytes(b"x")
    (tmp_path / "empty.txt").write_text("Nothing was tested.\n", encoding="utf-8")
    odt, empty = (
        CliRunner().invoke(app, ["check-paper", str(path)]) for path in sorted(tmp_path.iterdir())[::-1]
    )
    assert [fault.code for fault in odt.exception.faults] == ["paper_kind"]
    assert empty.exit_code == 2


def test_the_example_of_the_page_is_what_is_printed():
    page = (DATA.parents[2] / "docs" / "check-paper.md").read_text(encoding="utf-8")
    done = CliRunner().invoke(app, ["check-paper", str(PAPERS[0])])
    assert f"check-paper paper.txt\n{done.output}```" in page
