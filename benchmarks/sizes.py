"""CPU seconds and peak memory of each step by the number of mothers; writes its table into docs/reliability.md.

python benchmarks/sizes.py                 20, 1,000, 10,000 and 100,000 mothers
python benchmarks/sizes.py --mothers 200   prints, writes nothing
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import reliability

MOTHERS = "20,1000,10000,100000"
SECONDS, MEGABYTES = 120, 2000  # what a step may use
# what people read: one column of the table
SHOWN = ("make-tables", "write-audit", "plot-figures", "write-documents")
# a process says itself what it used: what the system says of it counts the process that started it
STEP = """
import atexit, pathlib, sys, time
from oxymilk.cli import main

def used():
    peak = pathlib.Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    sys.stderr.write(f"\\n{time.process_time():.1f} s, {int(peak) / 1024:.0f} MB")

atexit.register(used)
main()
"""


def measure(name: str, folder: Path) -> tuple[float, int] | str:
    """Run a step in a process of its own; return CPU seconds and peak MB, or what stopped it."""
    command = [sys.executable, "-c", STEP, name, "--study", folder, "--results", folder / "results"]
    limits = f'ulimit -t {SECONDS}; ulimit -d {MEGABYTES * 1024}; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", limits, "sh", *command], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode < 0:
        return f"over {SECONDS} s"
    if done.returncode:
        return f"refused: {done.stderr[:80]}"
    seconds, megabytes = re.findall(r"[\d.]+", done.stderr.splitlines()[-1])
    return float(seconds), int(megabytes)


def written(used: list[tuple[float, int]]) -> str:
    """Write what steps used together: their seconds, and the most memory of one of them."""
    return f"{sum(seconds for seconds, _ in used):.1f} s, {max(megabytes for _, megabytes in used)} MB"


def rows(mothers: list[int]) -> Iterator[str]:
    """Yield a row a size and outcome: two levels, five, or millilitres; nothing is run after a step that failed."""
    ward = reliability.ward
    for n, kind in product(mothers, ("ab", "abcde", "ml")):
        outcome = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "levels"}
        outcome["levels"] = [{"id": word, "label": {"en": word, "id": word}} for word in kind]
        codes, values = {word: word for word in kind}, list(kind)
        if kind == "ml":
            del outcome["levels"]
            outcome |= {"kind": "number", "unit": "ml", "decimals": 1, "scale": "score"}
            codes, values = {}, [f"{tenths / 10:.1f}" for tenths in range(10, 900)]
        draw = random.Random(n)
        sheet = [[f"R{at}", ("Intervensi", "Kontrol")[at % 2], *draw.choices(values, k=2)] for at in range(n)]
        changes = {"sheets": [ward.WIDE | {"codes": codes}], "outcome": outcome, "decimal_mark": "."}
        claim = "p,table 1,0.004,,p_value,rank_sum,,post,,,,recompute,differs,made up\n"
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "ward")
            folder.mkdir()
            (folder / "study.yaml").write_text(ward.study_yaml(changes), encoding="utf-8")
            (folder / "sheet.csv").write_bytes(reliability.as_csv([ward.ROWS[0], *sheet]))
            (folder / "claims.csv").write_text(reliability.planted.CLAIMS + claim, encoding="utf-8")
            used: list[tuple[float, int]] = []
            for name in (*reliability.STEPS, *SHOWN):
                took = measure(name, folder)
                if isinstance(took, str):
                    break
                used.append(took)
        steps, is_whole = len(reliability.STEPS), isinstance(took, tuple)
        cells = [written([step]) for step in used[:steps]]
        cells += [written(used[steps:]), written(used)] if is_whole else [f"{name}: {took}"]
        yield f"| {n:,} | {'ml' if kind == 'ml' else f'{len(kind)} levels'} | {' | '.join(cells)} |\n"


def main() -> None:
    """Measure, write and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--mothers", default=MOTHERS)
    chosen = parser.parse_args().mothers
    head = (
        f"| mothers | outcome | {' | '.join(reliability.STEPS)} | tables to report | all |\n{'|---' * 8}|\n"
    )
    table = head
    for row in rows([int(n) for n in chosen.split(",")]):
        print(row, end="", flush=True)
        table += row
    if chosen == MOTHERS:
        reliability.write_tables({"sizes": table})


if __name__ == "__main__":
    main()
