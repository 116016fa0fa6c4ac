"""Each rule names what its subcommand reads: with these files alone, or the others spoilt, it writes the same."""

import os
import re
import shlex
import shutil

import pytest
from tests.workflow.conftest import ROOT, Project

pytestmark = pytest.mark.workflow

STEPS = (
    *("ingest_observations", "test_groups", "audit_claims", "explain_claims"),
    *("make_tables", "write_audit", "plot_figures", "write_documents"),
)
# a command line that also says which packages it imported
RECORDED = """import sys
from pathlib import Path
from oxymilk.cli import app

def main():
    try:
        app()
    finally:
        modules = [name.split(".") for name in sys.modules if name.startswith("oxymilk.")]
        packages = {parts[1] for parts in modules if Path(sys.modules["oxymilk"].__path__[0], parts[1]).is_dir()}
        Path("packages").write_text(" ".join(sorted(packages)))
"""


@pytest.fixture(scope="module")
def jobs(built_once):
    """Input files, output files and command of each rule, as a dry run prints them."""
    plan = built_once.snakemake("--dry-run", "--forceall", "--printshellcmds")
    found = {}
    for block in re.split(r"^(?=rule )", plan, flags=re.MULTILINE):
        name = re.match(r"rule (\w+):", block)
        if name and name[1] in STEPS:
            lists = dict(re.findall(r"^    (input|output): (.*)$", block, flags=re.MULTILINE))
            command = re.search(r"^Shell command: *(.*?)(?=^\[|\Z)", block, flags=re.MULTILINE | re.DOTALL)
            files = {kind: lists[kind].split(", ") for kind in ("input", "output")}
            found[name[1]] = (files["input"], files["output"], command[1])
    return found


def bytes_below(folder, paths):
    whole = [folder / path for path in paths]
    files = {file for path in whole for file in (path, *path.rglob("*")) if file.is_file()}
    names = {str(file.relative_to(folder)): file for file in files if file.name != ".snakemake_timestamp"}
    return {name: file.read_bytes() for name, file in names.items()}


def without_provenance(content):
    # the copy is no checkout: it has no commit
    return {name: re.sub(rb"<code>[0-9a-f]{40}</code>|unknown", b"", page) for name, page in content.items()}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_reads_what_its_rule_names_and_its_rule_names_its_packages(built_once, jobs, tmp_path, step):
    inputs, outputs, command = jobs[step]
    made = Project(tmp_path / "project")
    folder, source = made.folder, built_once.folder / "src"
    sums = "results/bontang2023/.sums"
    for path in (sums, *inputs):
        copy = shutil.copytree if (built_once.folder / path).is_dir() else shutil.copy
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        copy(built_once.folder / path, folder / path)
    if step == "ingest_observations":
        # it tells the faults of claims too, but need not run again when they change
        claims = "data/bontang2023/claims.csv"
        shutil.copy(built_once.folder / claims, folder / claims)
    (tmp_path / "recorded.py").write_text(RECORDED)
    name, *arguments = shlex.split(command.partition(" >")[0])
    assert name == "oxymilk"

    def run():
        made.forked(name, *arguments, module="recorded", PYTHONPATH=f"{tmp_path}{os.pathsep}{source}")
        return without_provenance(bytes_below(folder, outputs))

    expected = without_provenance(bytes_below(built_once.folder, outputs))
    assert run() == expected
    for table in (built_once.folder / "results/bontang2023").glob("*.csv"):
        if f"results/bontang2023/{table.name}" not in inputs:
            (folder / "results/bontang2023" / table.name).write_text("of,another,run\n1,2,3\n")
    assert run() == expected
    # the files at the top of the package serve every rule
    imported = set((folder / "packages").read_text().split())
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    named = re.search(rf"^rule {step}:.*?digest_of\((.*?)\)", rules, flags=re.MULTILINE | re.DOTALL)[1]
    assert imported - {"texts", *re.findall(r"\w+", named)} == set()


TARGET = "hasil kami/muayah2023/tests.csv"


@pytest.fixture
def elsewhere(project, tmp_path):
    """A folder of data with a name that needs quotes."""
    place = tmp_path / "data lain, Ümläut"
    shutil.copytree(project.folder / "data/muayah2023", place / "studi saya/muayah2023")
    config = "studies: [muayah2023]\nlanguage: en\ndata: studi saya\nresults: hasil kami\n"
    (place / "config.yaml").write_text(config, encoding="utf-8")
    return place


def test_the_workflow_runs_in_a_directory(project, elsewhere):
    project.snakemake("--cores", "1", "--directory", str(elsewhere), TARGET)
    assert (elsewhere / TARGET).is_file()
    assert not (project.folder / "results/muayah2023").exists()


def test_the_workflow_is_a_module_of_another(project, elsewhere):
    (elsewhere / "Snakefile").write_text(
        f'configfile: "config.yaml"\n\nmodule oxymilk:\n    snakefile: "{project.folder}/Snakefile"\n'
        "    config: config\n\nuse rule * from oxymilk as oxymilk_*\n",
        encoding="utf-8",
    )
    log = project.run("env", "-C", str(elsewhere), "snakemake", "--cores", "1", TARGET)
    assert "oxymilk_test_groups muayah2023" in log
    assert (elsewhere / TARGET).is_file()


def test_a_second_opinion_is_asked_only_on_request(built_once):
    assert "crosscheck_study" not in built_once.planned("--forceall")
    assert built_once.planned("crosscheck") == {"crosscheck_study", "crosscheck"}


def test_a_second_opinion_that_is_there_makes_the_report_anew(built):
    assert built.planned() == set()
    (built.folder / "results/bontang2023/crosscheck.csv").write_text("test\n")
    assert built.planned() == {"write_documents"}


def test_without_claims_nothing_of_an_audit_is_made_or_shown(built):
    claims, study = (built.folder / "data/bontang2023" / name for name in ("claims.csv", "study.yaml"))
    chosen = re.sub("basis: [a-z]+", "basis: chosen", study.read_text(encoding="utf-8"))
    study.write_text(chosen, encoding="utf-8")
    claims.write_text(claims.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    planned = {"ingest_observations", "test_groups"}
    planned |= {"make_tables", "plot_figures", "write_documents"}
    assert built.planned() == planned
    claims.unlink()
    assert built.planned() == planned
    built.snakemake()
    report = (built.folder / "results/bontang2023/en/report.html").read_text(encoding="utf-8")
    assert "Results of the study" in report
    # what the run before left in the folder is not shown
    assert (built.folder / "results/bontang2023/verdicts.csv").is_file()
    assert "mann_whitney_p_abstract" not in report
    assert "What would explain" not in report
