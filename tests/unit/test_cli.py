"""The command line: what each subcommand prints and its exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUDY = "data/bontang2023"


def run(*arguments, status=0, **variables):
    command = [sys.executable, "-c", "from oxymilk.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT / "src"), **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_help_lists_the_steps_and_loads_nothing_heavy():
    printed = run("--help")
    for name in (
        "ingest-observations",
        "test-groups",
        "audit-claims",
        "explain-claims",
        "verify",
        "programs",
    ):
        assert name in printed
    code = "import oxymilk.cli, sys; print(sorted({'pandas', 'scipy', 'matplotlib', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_programs_for_counts_and_for_data_are_the_same():
    counted = run("programs", "rank_sum", "--counts", "0,10;7,3")
    listed = run("programs", "rank_sum", "--first", "1," * 10, "--second", "0,0,0,0,0,0,0,1,1,1")
    assert counted == listed
    assert "0.001381170504" in counted
    assert "SPSS" in counted
    assert len(run("programs", "rank_sum", "--counts", "0,10;7,3", "--default")) < len(counted)
    assert "0,08326451666" in run("programs", "signed_rank", "--counts", "7,3;0,0", "--language", "id")


@pytest.mark.parametrize(
    "arguments",
    [
        ("rank_sum",),
        ("rank_sum", "--counts", "1,2;3,x"),
        ("rank_sum", "--counts", "1,2;3,4", "--first", "1"),
        ("signed_rank", "--first", "1,2", "--second", "1"),
        ("rank_sum", "--first", "1,two", "--second", "1"),
    ],
)
def test_programs_refuses_what_is_no_data(arguments):
    assert "Invalid value" in run("programs", *arguments, status=2)


def test_explain_ranks_what_would_give_the_printed_number():
    printed = run("explain", STUDY, "mann_whitney_p_abstract")
    assert "0.004323" in printed
    assert "One digit" in printed
    assert "0.04" in run("explain", STUDY, "mann_whitney_p_abstract", "--printed", "0.040")


def test_explain_refuses_an_unknown_claim_and_a_string_that_is_no_number():
    assert "no claim" in run("explain", STUDY, "nothing", status=2)
    assert "not a number" in run("explain", STUDY, "mann_whitney_p_abstract", "--printed", "x", status=2)


def test_reconstruct_gives_the_only_sheet(tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert "allow: 1" in run("reconstruct", STUDY, "--output", sheet)
    assert len(sheet.read_text(encoding="utf-8").splitlines()) == 21


def test_a_missing_or_faulty_file_is_named_and_nothing_is_written(tmp_path):
    output = tmp_path / "out.csv"
    printed = run("ingest-observations", "--study", tmp_path / "study.yaml", "--folder", tmp_path, status=2)
    assert "study.yaml" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["faults.csv"]
    printed = run(
        "audit-claims", "--study", f"{STUDY}/study.yaml", "--claims", f"{STUDY}/claims.csv",
        "--frequencies", tmp_path / "none.csv", "--tests", tmp_path / "none.csv", "--output", output, status=2,
    )  # fmt: skip
    assert "none.csv" in printed
    assert not output.exists()
