"""Whatever is done to a project, a command ends with status 2 and lines that say where and what to do."""

import os
import resource
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from tests.cases import read_yaml

from oxymilk.cli import main
from oxymilk.faults import FaultsError
from oxymilk.results import Results

ROOT = Path(__file__).parents[2]
STATES = read_yaml(ROOT / "tests/data/doors/hostile.yaml")
COMMANDS = STATES["commands"]


def call(command):
    """Run a command here; its status."""
    try:
        sys.argv = ["oxymilk", *shlex.split(command)]
        main()
    except SystemExit as done:
        return done.code


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A project whose results are made."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(ROOT / "data/examples/words", folder / "data/ward")
    study = folder / "data/ward/study.yaml"
    study.write_text(study.read_text("utf-8").replace("id: words", "id: ward"), encoding="utf-8")
    claims = folder / "data/ward/claims.csv"
    text = claims.read_text("utf-8")
    claims.write_text(
        f'{text}p,here,"0,004",,p_value,rank_sum,,post,,,,recompute,differs,It differs.\n', "utf-8"
    )
    (folder / "config.yaml").write_text("studies: [ward]\n", encoding="utf-8")
    (folder / "paper.txt").write_text("The p-value was 0.004 (n = 20).\n", encoding="utf-8")
    before, here = sys.argv, Path.cwd()
    os.chdir(folder)
    statuses = [
        call(COMMANDS[step])
        for step in ("ingest", "tests", "audit", "explain", "tables", "audited", "figures", "report")
    ]
    os.chdir(here)
    sys.argv = before
    assert statuses == [0] * 8
    return folder


@pytest.fixture
def there(whole, monkeypatch):
    """The project itself, for commands that write nothing."""
    monkeypatch.chdir(whole)
    monkeypatch.setattr(sys, "argv", [])
    config = (whole / "config.yaml").read_bytes()
    yield whole
    (whole / "config.yaml").write_bytes(config)


@pytest.fixture
def project(there, tmp_path, monkeypatch):
    """A copy, to change."""
    folder = tmp_path / "project"
    shutil.copytree(there, folder)
    monkeypatch.chdir(folder)
    return folder


def make(state, folder):
    """Do to a project what a state says."""
    for what, files in state.items():
        for file in files if isinstance(files, list | dict) else []:
            path = folder / file
            if what in ("remove", "folder", "pipe", "link"):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            if what == "folder":
                path.mkdir()
            elif what == "pipe":
                os.mkfifo(path)
            elif what == "link":
                path.symlink_to(files[file])
            elif what == "write":
                shutil.rmtree(path, ignore_errors=True)
                path.write_text(files[file], encoding="utf-8")
            elif what == "cut":
                path.write_bytes(path.read_bytes()[: files[file]])
            elif what == "future":
                os.utime(path, (4e9, 4e9))


def check(command, said, capsys, limit=None):
    if limit:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        status = call(command)
    finally:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    out, err = capsys.readouterr()
    assert status == 2, out + err
    assert "Traceback" not in out + err
    assert "A mistake of oxymilk" not in err, err
    assert any(word in out + err for word in said.split("|")), out + err
    return err


@pytest.mark.parametrize(("text", "said"), STATES["configs"].items())
def test_a_config_that_is_wrong_is_named(there, capsys, text, said):
    (there / "config.yaml").write_text(text, encoding="utf-8")
    assert len(check("verify", said, capsys).splitlines()) % 2 == 0


OPTIONS = [(COMMANDS[name], option) for name, options in STATES["options"].items() for option in options]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_that_is_wrong_is_named(there, capsys, command, option):
    words = "|".join(shlex.split(option)).replace("=", "|").replace("/", "|")
    check(f"{command} {option}", f"{words}|study.yaml", capsys)
    assert not (there / "nowhere").exists()


@pytest.mark.parametrize(("command", "said"), STATES["others"])
def test_a_command_that_cannot_be_done_is_told(there, capsys, command, said):
    check(command, said, capsys)


@pytest.mark.parametrize(("state", "command", "said"), STATES["states"])
def test_a_state_of_the_files_is_told(project, capsys, state, command, said):
    make(state, project)
    check(COMMANDS.get(command, command), said, capsys, state.get("limit"))
    assert not list(project.rglob("*.part"))


def damage(table, how):
    """Cut or garble a table."""
    data = table.read_bytes()
    rows = data.splitlines(keepends=True)
    other = table.with_name("procedures.csv" if table.stem != "procedures" else "tests.csv")
    damaged = {
        "nothing": b"", "half": data[: len(data) // 2], "header": rows[0][:-1], "one row less": b"".join(rows[:-1]),
        "one cell less": data.rpartition(b",")[0] + b"\n", "garbled": bytes(byte ^ 0x95 for byte in data),
        "no sum": data, "other table": other.read_bytes(), "edited": data.replace(b",", b",7", 3),
        "no newline": data[:-1],
    }  # fmt: skip
    table.write_bytes(damaged[how])
    if how == "no sum":
        (table.parent / ".sums" / table.stem).unlink()


@pytest.mark.parametrize("how", STATES["damages"])
def test_a_damaged_table_is_no_table(project, how):
    for name in ("tests", "frequencies"):
        damage(project / f"results/ward/{name}.csv", how)
        with pytest.raises(FaultsError, match=f"{name}.csv"):
            getattr(Results(project / "results/ward"), name)


@pytest.mark.parametrize(("command", "tables"), STATES["tables"].items())
def test_each_command_names_the_table_that_was_cut(project, capsys, command, tables):
    for name in tables:
        table = project / f"results/ward/{name}.csv"
        kept = table.read_bytes()
        damage(table, "no newline")
        check(COMMANDS[command], f"{name}.csv", capsys)
        table.write_bytes(kept)


EXAMPLE = "example_sample_size,example,24,,sample_size,,,,,,,recompute,reproduced,\n"


@pytest.mark.parametrize("rows", [None, "", EXAMPLE])
def test_without_claims_there_is_nothing_to_verify_and_the_pages_are_made(project, capsys, rows):
    claims, study = project / "data/ward/claims.csv", project / "data/ward/study.yaml"
    header = claims.read_text("utf-8").splitlines(keepends=True)[0]
    claims.write_text(header + (rows or ""), encoding="utf-8")
    if rows is None:
        claims.unlink()
    study.write_text(study.read_text("utf-8").replace("basis: stated", "basis: chosen"), encoding="utf-8")
    for table in ("verdicts", "explanations", "datasets", "contradictions", "outcomes"):
        (project / f"results/ward/{table}.csv").unlink()
    assert [call(COMMANDS[step]) for step in ("ingest", "tests", "tables", "report", "verify all")] == [0] * 5
    assert "nothing to verify" in capsys.readouterr().out
