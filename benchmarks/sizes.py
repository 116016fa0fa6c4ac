"""How CPU seconds and memory grow with a study: made-up studies, each step of the pipeline a process of its own.

    python benchmarks/sizes.py                             20 and 1,000 mothers: all steps, beside those of 20 mothers
    python benchmarks/sizes.py --mothers 10000 100000 --steps ingest-observations test-groups
    python benchmarks/sizes.py --make data/made_up --mothers 60 --kinds 5 --seed 3      only writes the study

The kinds are numbers of levels, and `number` for millilitres with one decimal. Seconds are CPU time of the whole
process, megabytes its largest resident size; `beyond` is what a study takes beyond the one of 20 mothers.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

STEPS = (
    *("ingest-observations", "test-groups", "audit-claims", "explain-claims"),
    *("make-tables", "plot-figures", "render-report"),
)
STUDY = """id: {id}
title: {{en: A made-up study, id: Penelitian buatan}}
decimal_mark: "."
alpha: 0.05
groups:
  - {{id: massage, label: {{en: Massage, id: Pijat}}}}
  - {{id: control, label: {{en: Control, id: Kontrol}}}}
timepoints:
  - {{id: pre, label: {{en: Before, id: Sebelum}}}}
  - {{id: post, label: {{en: After, id: Sesudah}}}}
outcome:
  id: milk
  label: {{en: Milk, id: ASI}}
{outcome}
sheets:
  - {{file: sheet.csv, layout: wide, participant: code, group: group, scores: {{pre: pre, post: post}}}}
procedure: {{basis: stated, program: SPSS, signed_rank: {{method: asymptotic}}, rank_sum: {{method: asymptotic}}}}
"""
# all differ, so that everything is searched; one is of a statistic, one of a count, one of a threshold
CLAIMS = """id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note
p_massage,t1,0.031,,p_value,signed_rank,massage,,,,,recompute,differs,made up
p_control,t1,0.412,,p_value,signed_rank,control,,,,,recompute,differs,made up
p_groups,t2,0.044,,p_value,rank_sum,,post,,,,recompute,differs,made up
z_groups,t2,-1.234,,z,rank_sum,,post,,,,recompute,differs,made up
u_groups,t2,17.5,,u,rank_sum,,post,,,,recompute,differs,made up
up_massage,t1,3,,count_up,,massage,,,,,recompute,differs,made up
"""


def make_study(folder: Path, mothers: int, kind: str, seed: int = 1) -> None:
    """Write a study of so many mothers in two groups, on so many levels or as numbers."""
    rng = random.Random(f"{mothers} {kind} {seed}")
    levels = [] if kind == "number" else [f"level_{k}" for k in range(int(kind))]
    outcome = [f"    - {{id: {level}, label: {{en: {level}, id: {level}}}}}" for level in levels]
    outcome = ["  levels:", *outcome] if levels else ["  kind: number", "  scale: score", "  unit: ml"]
    rows = []
    for i in range(mothers):
        group, base = ("massage", "control")[i % 2], rng.gauss(0, 1)
        scores = [base + rng.gauss(0, 0.7) + rise for rise in (0, 0.6 if group == "massage" else 0.2)]
        cells = [f"{max(0.1, 60 + 15 * score):.1f}" for score in scores]
        if levels:
            places = (int((score + 2) / 4 * len(levels)) for score in scores)
            cells = [levels[min(max(place, 0), len(levels) - 1)] for place in places]
        rows.append(",".join([f"M{i:06d}", group, *cells]))
    folder.mkdir(parents=True, exist_ok=True)
    study = STUDY.format(id=folder.name, outcome="\n".join(outcome))
    files = {
        "study.yaml": study,
        "claims.csv": CLAIMS,
        "sheet.csv": "\n".join(["code,group,pre,post", *rows, ""]),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def measure(step: str, study: Path, results: Path) -> tuple[float, float]:
    """Run a step; return its CPU seconds and the megabytes that it took."""
    command = [sys.executable, "-c", "from oxymilk.cli import main; main()", step]
    process = subprocess.Popen(
        [*command, "--study", study, "--results", results], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{study.name}: {step}\n{said[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print the table, or write a study."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--mothers", type=int, nargs="+", default=[1000])
    parser.add_argument("--kinds", nargs="+", default=["2", "5", "number"])
    parser.add_argument("--steps", nargs="+", default=STEPS, choices=STEPS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--make", type=Path)
    wanted = parser.parse_args()
    if wanted.make:
        make_study(wanted.make, wanted.mothers[0], wanted.kinds[0], wanted.seed)
        return
    print(f"{'mothers':>8} {'kind':>6}  {'seconds, MB of each step: ' + ', '.join(wanted.steps)}")
    with tempfile.TemporaryDirectory() as name:
        for kind in wanted.kinds:
            least = None
            for mothers in [20, *wanted.mothers]:
                study = Path(name) / f"made_{kind}_{mothers}"
                make_study(study, mothers, kind, wanted.seed)
                taken = [measure(step, study, study / "results") for step in wanted.steps]
                seconds, most = sum(s for s, _ in taken), max(mb for _, mb in taken)
                least = least or seconds
                each = "  ".join(f"{s:.1f} {mb:.0f}" for s, mb in taken)
                print(f"{mothers:>8} {kind:>6}  {each}", end="  ")
                print(f"| {seconds:.1f} s, {seconds - least:.1f} beyond, {most:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
