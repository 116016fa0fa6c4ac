"""A clean copy of the tracked files, to run snakemake in."""

import atexit
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

ROOT = Path(__file__).parents[2]
# a process that has imported what takes half of the CPU time of a command: each run is a fork of it
FORKS = """
import importlib, json, os, sys
import {imports}
for line in sys.stdin:
    module, arguments, folder, environment, log = json.loads(line)
    child = os.fork()
    if not child:
        stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        [os.dup2(stream, number) for number in (1, 2)]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
        sys.argv = arguments
        importlib.import_module(module).main()
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
IMPORTS = {
    "snakemake": "snakemake.cli, snakemake.workflow, snakemake.dag",
    "oxymilk": "docx, jinja2, matplotlib.figure, pandas, pydantic, rich, scipy.stats, scipy.optimize, typer, yaml",
}


@functools.cache
def _forks(name):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    unset = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    program = FORKS.format(imports=IMPORTS[name])
    process = subprocess.Popen([sys.executable, "-c", program], cwd="/", env=environment, **pipes)
    atexit.register(process.communicate)
    return process


class Project:
    """A copy of the project, or a folder of data; what runs in it is the src/ of the copy."""

    def __init__(self, folder, copy=None):
        self.folder, self.copy = folder, copy or folder

    def environment(self, **variables):
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        # of its own code each job would compile what it imports
        others = ("SNAKEMAKE", "PYTEST", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        home = {"XDG_CACHE_HOME": str(self.folder / ".cache"), "PYTHONPATH": str(self.copy / "src")}
        return {**kept, **home, "PATH": path, **variables}

    def run(self, *command, status=0, **variables):
        environment = self.environment(**variables)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        output = done.stdout + done.stderr
        assert done.returncode == status, output
        return output

    def forked(self, name, *arguments, status=0, module="", **variables):
        """Run snakemake or oxymilk, as `run` does it, or what `main` of another module makes of its arguments."""
        log = self.copy.parent / f"{os.getpid()}.log"
        process, environment = _forks(name), self.environment(**variables)
        task = [module or f"{name}.cli", [name, *arguments], str(self.folder), environment, str(log)]
        print(json.dumps(task), file=process.stdin, flush=True)
        ended, output = int(process.stdout.readline()), log.read_text(encoding="utf-8", errors="replace")
        assert ended == status, output
        return output

    def snakemake(self, *options, **variables):
        return self.forked("snakemake", *options, **variables)

    def oxymilk(self, *arguments, **variables):
        return self.forked("oxymilk", *arguments, **variables)

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

    def build(name, place="project", prepare=None, options=(), **variables):
        folder = root / name
        folder.mkdir(exist_ok=True)
        made, done = Project(folder / place, folder / "project"), folder / "run.log"
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                copy_tracked_files(made.copy)
                if prepare:
                    prepare(made)
                log = made.snakemake("--cores", "2", *options, **variables)
                done.write_text(log, encoding="utf-8")
        made.log = done.read_text(encoding="utf-8")
        return made

    return build


@pytest.fixture
def project(tmp_path):
    return copy_tracked_files(tmp_path / "project")


@pytest.fixture(scope="session")
def built_once(build_once):
    """A project whose results are made; tests must not change it."""
    return build_once("built", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="0")


# one group; one group and no sheet
CITED = ("muayah2023", "anggraeni2021")
FROM_THERE = ("--snakefile", "../project/Snakefile", "--config", f"studies=[{','.join(CITED)}]")


@pytest.fixture(scope="session")
def cited(build_once):
    """The cited studies, made in a folder of their own whose name needs quotes; tests must not change it."""

    def prepare(made):
        for study in CITED:
            shutil.copytree(made.copy / "data" / study, made.folder / "studi saya" / study)
        config = "studies: [muayah2023]\nlanguage: en\ndata: studi saya\nresults: hasil kami\n"
        (made.folder / "config.yaml").write_text(config, encoding="utf-8")

    return build_once("cited", "data lain, Ümläut", prepare, FROM_THERE)


@pytest.fixture
def built(built_once, tmp_path):
    """A copy of the built project, to edit; times and Snakemake's records are copied with it."""
    folder = tmp_path / "project"
    shutil.copytree(built_once.folder, folder, symlinks=True)
    return Project(folder)
