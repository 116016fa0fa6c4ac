"""How much longer `snakemake --forceall -c2` takes than the same steps in one Python process, and where the rest goes.

    python benchmarks/pipeline.py [--repeats 5]

Both run in a copy of the project, alternating, so that a busy machine slows both. Times are medians of wall time in
seconds, imports and start-up included on both sides.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("Snakefile", "config.yaml", "workflow", "profiles", "data", "src")
STEPS = (
    *("ingest_observations", "test_groups", "audit_claims", "explain_claims"),
    *("make_tables", "plot_figures", "write_audit", "write_documents"),
)
ONE_PROCESS = """
import sys
from oxymilk.cli import app
for line in sys.stdin:
    app(line.rstrip("\\n").split("\\t")[1:], standalone_mode=False)
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        folder.mkdir()
        for part in COPIED:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder)
        # once unmeasured: byte code and font caches are warm on both sides
        commands = step_commands(folder)
        times = {"snakemake": [], "one process": [], "start": [], "steps": []}
        for _ in range(repeats):
            times["snakemake"].append(timed(["snakemake", "--forceall", "--cores", "2"], folder))
            times["one process"].append(
                timed([sys.executable, "-c", ONE_PROCESS], folder, "\n".join(commands))
            )
            times["start"].append(timed(["snakemake", "--dry-run"], folder))
            times["steps"].append([timed(command.split("\t"), folder) for command in commands])
    report(times, commands)


def step_commands(folder: Path) -> list[str]:
    """Run the pipeline once and return the commands of its steps, arguments joined by tabs."""
    printed = run(["snakemake", "--forceall", "--cores", "2", "--printshellcmds"], folder)
    commands = []
    lines = iter(printed.splitlines())
    for line in lines:
        if not line.strip().startswith("oxymilk "):
            continue
        words = line.strip()
        while words.endswith("\\"):
            words = words[:-1] + next(lines).strip()
        commands.append("\t".join(word for word in shlex.split(words.partition(" >")[0])))
    order = [step.replace("_", "-") for step in STEPS]
    commands.sort(key=lambda command: order.index(command.split("\t")[1]))
    if list(dict.fromkeys(command.split("\t")[1] for command in commands)) != order:
        sys.exit(f"the pipeline has other steps: {commands}")
    return commands


def timed(command: list[str], folder: Path, text: str = "") -> float:
    """Return the wall time of a command in seconds."""
    start = time.perf_counter()
    run(command, folder, text)
    return time.perf_counter() - start


def run(command: list[str], folder: Path, text: str = "") -> str:
    """Run a command in the copy, with the copy's own source; return what it prints."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout + done.stderr


def report(times: dict[str, list], commands: list[str]) -> None:
    """Print medians, the ratio, and where the time of the slower one goes."""
    median = {name: statistics.median(values) for name, values in times.items() if name != "steps"}
    steps = [statistics.median(values) for values in zip(*times["steps"], strict=True)]
    ratios = [a / b for a, b in zip(times["snakemake"], times["one process"], strict=True)]
    print(f"snakemake --forceall -c2      {median['snakemake']:6.2f} s")
    print(f"the same steps, one process   {median['one process']:6.2f} s")
    print(f"ratio (median of {len(ratios)} pairs)      {statistics.median(ratios):6.2f}")
    print("\nwhere it goes")
    print(f"  snakemake's own start-up    {median['start']:6.2f} s   (a dry run)")
    for name in dict.fromkeys(command.split("\t")[1] for command in commands):
        own = [
            seconds
            for command, seconds in zip(commands, steps, strict=True)
            if command.split("\t")[1] == name
        ]
        print(
            f"  {name:<24}{len(own)} x {statistics.mean(own):6.2f} s   (alone; each process pays its imports)"
        )
    print(f"  sum of the steps            {sum(steps):6.2f} s   (two cores share them where they can)")


if __name__ == "__main__":
    main()
