"""A clean copy of the tracked files, to run snakemake in."""

import atexit
import csv
import fcntl
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
# a process that has imported snakemake, which takes half of the CPU time of a dry run: each run is a fork of it
FORKS = """
import json, os, sys
import snakemake.cli, snakemake.workflow, snakemake.dag
for line in sys.stdin:
    arguments, folder, environment, log = json.loads(line)
    child = os.fork()
    if not child:
        stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        [os.dup2(stream, number) for number in (1, 2)]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["snakemake", *arguments]
        snakemake.cli.main()
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@functools.cache
def _forks():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    unset = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    process = subprocess.Popen([sys.executable, "-c", FORKS], cwd="/", env=environment, **pipes)
    atexit.register(process.communicate)
    return process


class Project:
    """A copy of the project; its own src/ is what runs in it."""

    def __init__(self, folder):
        self.folder = folder

    def environment(self, **variables):
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        # of its own code each job would compile what it imports
        others = ("SNAKEMAKE", "PYTEST", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        home = {"XDG_CACHE_HOME": str(self.folder / ".cache"), "PYTHONPATH": str(self.folder / "src")}
        return {**kept, **home, "PATH": path, **variables}

    def run(self, *command, status=0, **variables):
        environment = self.environment(**variables)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        output = done.stdout + done.stderr
        assert done.returncode == status, output
        return output

    def snakemake(self, *options, status=0, **variables):
        """Run snakemake, as `run` does it."""
        log = self.folder.parent / f"{os.getpid()}.log"
        process = _forks()
        task = [options, str(self.folder), self.environment(**variables), str(log)]
        print(json.dumps(task), file=process.stdin, flush=True)
        ended, output = int(process.stdout.readline()), log.read_text(encoding="utf-8", errors="replace")
        assert ended == status, output
        return output

    def planned(self, *options):
        """The rules that a run would execute now."""
        plan = self.snakemake("--dry-run", *options)
        return set(re.findall(r"^(?:localrule|rule) (\w+):", plan, flags=re.MULTILINE)) - {"all"}

    def edit(self, path, old, new):
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def keep_studies(self, *names):
        """Leave no other study in config.yaml."""
        file = self.folder / "config.yaml"
        text = file.read_text(encoding="utf-8")
        kept = "studies:\n" + "".join(f"  - {name}\n" for name in names)
        text, changed = re.subn(r"^studies:\n(?:  - \w+\n)+", kept, text, flags=re.MULTILINE)
        assert changed == 1, "config.yaml lists its studies otherwise"
        file.write_text(text, encoding="utf-8")

    def results(self):
        """Every result file but the reports, which name the commit, with its bytes."""
        folder = self.folder / "results"
        files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".snakemake_timestamp"]
        return {str(p.relative_to(folder)): p.read_bytes() for p in files if p.name != "report.html"}


def copy_tracked_files(folder):
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if name.startswith("tests/") or not (ROOT / name).is_file():
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    made = Project(folder)
    # one study in one language is enough to see how a run goes; others are run in test_pipeline.py
    made.keep_studies("bontang2023")
    made.edit("config.yaml", "language: [en, id]", "language: en")
    return made


@pytest.fixture(scope="session")
def build_once(tmp_path_factory):
    """Build projects that tests must not change: each once for all processes of a run of the tests."""
    base = tmp_path_factory.getbasetemp()
    # the folders of the processes of one run stand in one
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def build(name, prepare, **variables):
        folder = root / name
        folder.mkdir(exist_ok=True)
        made, done = Project(folder / "project"), folder / "run.log"
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                prepare(copy_tracked_files(made.folder))
                done.write_text(made.snakemake("--cores", "2", **variables), encoding="utf-8")
        made.log = done.read_text(encoding="utf-8")
        return made

    return build


@pytest.fixture
def project(tmp_path):
    return copy_tracked_files(tmp_path / "project")


@pytest.fixture(scope="session")
def built_once(build_once):
    """A project whose results are made; tests must not change it."""
    return build_once("built", lambda _: None, LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0")


def study_of_persons(folder, planted, participant):
    """Make the example of words anew, its sheet with a column of `planted` values under each header."""
    example = ROOT / "data" / "examples" / "words"
    study = (example / "study.yaml").read_text(encoding="utf-8")
    study = study.replace("id: words", f"id: {folder.name}").replace("participant: No Resp", participant)
    with (example / "observations.csv").open(encoding="utf-8", newline="") as stream:
        names, *rows = list(csv.reader(stream))
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    shutil.copyfile(example / "claims.csv", folder / "claims.csv")
    with (folder / "observations.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*planted, *names[1:]])
        writer.writerows(
            [*values, *row[1:]] for values, row in zip(zip(*planted.values(), strict=True), rows, strict=True)
        )


def identifying_headers():
    """Every header that is recognised, the one of the participants first."""
    lists = yaml.safe_load((ROOT / "src/oxymilk/ingest/identifying.yaml").read_text(encoding="utf-8"))
    headers = (header for key in ("exact", "starts", "contained") for header in lists[key])
    return list(dict.fromkeys(["nama ibu", *headers]))


def plant(headers, participants=8):
    """Return values that must not be written, by header: one a participant."""
    return {
        header: [f"Planted{place}x{number}" for number in range(participants)]
        for place, header in enumerate(headers)
    }


@pytest.fixture(scope="session")
def examples(build_once):
    """Every example, and two studies full of persons, made in one run; tests must not change it."""
    names = sorted(path.parent.name for path in (ROOT / "data" / "examples").glob("*/study.yaml"))
    planted = {"persons_recognised": plant(identifying_headers()), "persons_declared": plant(["Panggilan"])}
    made = build_once("examples", lambda made: _add_examples(made, names, planted))
    made.examples, made.planted = names, planted
    return made


def _add_examples(made, names, planted):
    for name in names:
        shutil.copytree(ROOT / "data" / "examples" / name, made.folder / "data" / name)
    participants = {
        "persons_recognised": "participant: nama ibu",
        "persons_declared": "participant: {column: Panggilan, identifying: true}",
    }
    for name, values in planted.items():
        study_of_persons(made.folder / "data" / name, values, participants[name])
    made.keep_studies(*names, *planted)
    made.edit("config.yaml", "figure_formats: []", "figure_formats: [pdf]")


@pytest.fixture
def built(built_once, tmp_path):
    """A copy of the built project, to edit; times and Snakemake's records are copied with it."""
    folder = tmp_path / "project"
    shutil.copytree(built_once.folder, folder, symlinks=True)
    return Project(folder)
