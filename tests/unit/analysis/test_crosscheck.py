"""The second opinion: programs that are not installed, that disagree, and that are of another version."""

import subprocess
import sys
from pathlib import Path

import pytest

from oxymilk.analysis import crosscheck
from oxymilk.cli import app
from oxymilk.files import read_csv
from oxymilk.results import Results

STUDY = Path(__file__).parents[3] / "data" / "bontang2023"
# an Rscript that answers every question with the same number, and keeps what it was asked
RSCRIPT = """#!{python}
import pathlib, sys
script = sys.stdin.read()
pathlib.Path({asked!r}).write_text(script)
print("R {version}\\ncoin 1.4.2")
print("next question\\n{answer}\\n" * script.count("next question"))
"""


ASKED = {}
REAL_RUN = subprocess.run


def run_once(command, **options):
    """Run a program on the same questions once for all tests."""
    key = (*command, options["input"])
    if key not in ASKED:
        ASKED[key] = REAL_RUN(command, **options)
    return ASKED[key]


def run(step, results):
    """Run a step of the pipeline, or the second opinion; its exit status."""
    own = [str(STUDY), "--results", str(results.parent)]
    command = own if step == "crosscheck" else ["--study", str(STUDY), "--results", str(results)]
    return app([step, *command], standalone_mode=False) or 0


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results") / STUDY.name
    for step in ("ingest-observations", "test-groups"):
        run(step, results)
    return results


@pytest.fixture
def with_r(made, tmp_path, monkeypatch):
    """Run the step with an R of this version and answer, or with none: status, table, what R was asked."""

    def call(version="", answer=""):
        script, asked = tmp_path / "Rscript", tmp_path / "asked"
        text = RSCRIPT.format(python=sys.executable, asked=str(asked), version=version, answer=answer)
        script.write_text(text)
        script.chmod(0o755)
        installed = {"Rscript": str(script)} if version else {}
        if version:  # without Python, R alone is asked
            monkeypatch.setattr(crosscheck.sys, "executable", None)
        monkeypatch.setattr(crosscheck.shutil, "which", installed.get)
        monkeypatch.setattr(crosscheck.subprocess, "run", run_once)
        status = run("crosscheck", made)
        return status, read_csv(made / "crosscheck.csv"), asked.read_text() if version else ""

    return call


def test_scipy_and_pingouin_are_always_asked_and_others_are_not_installed(with_r, capsys):
    status, table, _ = with_r()
    assert status == 0
    missing = table[table["status"] == "not_installed"]
    assert set(missing["engine"]) == {"R", "coin", "exactRankTests", "PSPP"}
    assert set(missing["version"]) == set(missing["p_engine"]) == {""}
    asked = table[table["status"] != "not_installed"]
    assert set(asked.loc[asked["status"] == "known_fault", "fault"]) == {"untied_table"}
    declared = asked[(asked["number"] == "declared") & (asked["status"] == "agrees")]
    assert len(declared) == 6  # three tests by two engines
    said = capsys.readouterr().out
    assert f"Second opinion: {len(asked)} p-values computed once more by scipy" in said
    assert "differ unexplained. Not installed: R, coin," in said


@pytest.mark.parametrize(
    ("version", "line"), [("4.2.2", "r_rank_sum_asymptotic"), ("4.10.1", "r_4_6_rank_sum_exact")]
)
def test_a_program_that_disagrees_is_named_and_only_numbers_reach_it(with_r, capsys, version, line):
    status, table, asked = with_r(version, "0.5")
    assert status == 1
    of_r = table[
        (table["engine"] == "R") & table["number"].str.startswith("r_") & (table["test"] == "rank_sum")
    ]
    assert line in set(of_r["number"])
    assert of_r["number"].str.startswith("r_4_6").any() == (line[:5] == "r_4_6")
    assert set(of_r["status"]) == {"differs"}
    assert f"{line}: 0.00" in (said := capsys.readouterr().out)
    assert f"0.5 by R {version}, stats::wilcox.test(x, y)$p.value" in said
    codes = read_csv(STUDY / "observations.csv")["Kode"]
    assert not [code for code in codes if code in asked]


def test_an_answer_that_is_none_differs(with_r):
    status, table, _ = with_r("4.2.2", "NA")
    assert status == 1
    assert set(table.loc[table["engine"] == "R", "status"]) == {"differs"}


def test_a_p_value_that_is_a_little_off_differs(with_r, made, capsys):
    right = Results(made).tests
    Results(made).write("tests", right.replace("0.001381170504", "0.001381170604"))
    status, table, _ = with_r()
    Results(made).write("tests", right)
    assert status == 1
    assert set(table.loc[table["status"] == "differs", "number"]) == {"declared"}
    assert "rank_sum post, declared: 0.001381170604 here, 0.001381" in capsys.readouterr().out
