"""A clean copy of the tracked files, to run snakemake in."""

import csv
import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items):
    """Keep the tests of a file, and all that read the examples, in one process: they share what takes long to build."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            shared = "examples" if "examples" in item.fixturenames else item.path.stem
            item.add_marker(pytest.mark.xdist_group(shared))


class Project:
    """A copy of the project; its own src/ is what runs in it."""

    def __init__(self, folder):
        self.folder = folder

    def environment(self, **variables):
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("SNAKEMAKE", "PYTEST"))
        }
        home = {"XDG_CACHE_HOME": str(self.folder / ".cache"), "PYTHONPATH": str(self.folder / "src")}
        return {**kept, **home, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **variables}

    def run(self, *command, status=0, **variables):
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            check=False,
        )
        output = done.stdout + done.stderr
        assert done.returncode == status, output
        return output

    def snakemake(self, *options, status=0, **variables):
        return self.run("snakemake", *options, status=status, **variables)

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
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if name.startswith("tests/") or not (ROOT / name).is_file():
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    made = Project(folder)
    # one study is enough to see how a run goes; test_cited_studies.py runs the others
    made.keep_studies("bontang2023")
    return made


@pytest.fixture(scope="session")
def copy_project(tmp_path_factory):
    """Make copies by name, for tests that share one."""
    return lambda name: copy_tracked_files(tmp_path_factory.mktemp(name) / "project")


@pytest.fixture
def project(tmp_path):
    return copy_tracked_files(tmp_path / "project")


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """A project whose results are made; tests must not change it."""
    made = copy_tracked_files(tmp_path_factory.mktemp("built") / "project")
    made.log = made.snakemake("--cores", "2", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0")
    return made


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
    return list(dict.fromkeys(["nama ibu", *(header for headers in lists.values() for header in headers)]))


def plant(headers, participants=8):
    """Return values that must not be written, by header: one a participant."""
    return {
        header: [f"Planted{place}x{number}" for number in range(participants)]
        for place, header in enumerate(headers)
    }


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    """Every example, and two studies full of persons, made in one run; tests must not change it."""
    base = tmp_path_factory.getbasetemp()
    # processes of one run of the tests share what takes long to build: the folders of them all stand in one
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "examples"
    shared.mkdir(exist_ok=True)
    made, done = Project(shared / "project"), shared / "run.log"
    made.examples = sorted(path.parent.name for path in (ROOT / "data" / "examples").glob("*/study.yaml"))
    made.planted = {
        "persons_recognised": plant(identifying_headers()),
        "persons_declared": plant(["Panggilan"]),
    }
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            done.write_text(_run_examples(made), encoding="utf-8")
    made.log = done.read_text(encoding="utf-8")
    return made


def _run_examples(made):
    copy_tracked_files(made.folder)
    for name in made.examples:
        shutil.copytree(ROOT / "data" / "examples" / name, made.folder / "data" / name)
    participants = {
        "persons_recognised": "participant: nama ibu",
        "persons_declared": "participant: {column: Panggilan, identifying: true}",
    }
    for name, planted in made.planted.items():
        study_of_persons(made.folder / "data" / name, planted, participants[name])
    made.keep_studies(*made.examples, *made.planted)
    # one language and two formats of figures: what is special here is the data
    made.edit("config.yaml", "language: [en, id]", "language: en")
    made.edit("config.yaml", "figure_formats: [svg, png, pdf]", "figure_formats: [svg, pdf]")
    return made.snakemake("--cores", "2")


@pytest.fixture
def built(built_once, tmp_path):
    """A copy of the built project, to edit; times and Snakemake's records are copied with it."""
    folder = tmp_path / "project"
    shutil.copytree(built_once.folder, folder, symlinks=True)
    return Project(folder)
