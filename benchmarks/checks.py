"""How many rows a second `oxymilk check --table` checks on one core, by kind of evidence, and start-up beside numpy's.

    python benchmarks/checks.py [--rows 1000]

CPU seconds of whole processes (user and system); of a table those of a header alone are subtracted.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

MAIN = "from oxymilk.cli import main; main()"
KINDS = {
    **{f"{test}, 2 x 2": {"test": test, "counts": "{a},{b};{c},{d}"}
       for test in ("mann-whitney", "wilcoxon", "chi-square", "fisher", "mcnemar", "t-independent")},
    "Z": {"test": "wilcoxon", "statistic": "z", "value": "{a}.{b}"},
    "chi-square and df": {"test": "chi-square", "statistic": "chi2", "value": "{a}.{b}", "df": "3"},
    "t and df": {"test": "t-paired", "statistic": "t", "value": "{a}.{b}", "df": "{c}"},
    "W": {"test": "wilcoxon", "n": "20", "statistic": "w", "value": "{c}{d}"},
    "U": {"test": "mann-whitney", "n": "12,15", "statistic": "u", "value": "{c}{d}"},
}  # fmt: skip


def cpu_seconds(*command: str) -> float:
    """Run a command and return the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1000)
    number, draw = parser.parse_args().rows, np.random.default_rng(1)
    counts = ("mann-whitney", "--counts", "0,10;7,3", "--p", "0,004")
    libraries = min(cpu_seconds("-c", "import numpy, scipy.special") for _ in range(5))
    start = min(cpu_seconds("-c", MAIN, "check", *counts) for _ in range(5))
    print(f"one test: {start:.2f} s, {start - libraries:.2f} s more than numpy and scipy.special")
    with tempfile.TemporaryDirectory() as folder:
        table, output = Path(folder, "tests.csv"), Path(folder, "verdicts.csv")
        for kind, cells in KINDS.items():
            seconds = []
            for rows in (0, number):
                with table.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow([*cells, "p"])
                    for _ in range(rows):
                        digits = dict(zip("abcd", draw.integers(1, 10, 4).tolist(), strict=True))
                        writer.writerow(
                            [*(text.format(**digits) for text in cells.values()), f"{draw.random():.3f}"]
                        )
                seconds.append(
                    cpu_seconds("-c", MAIN, "check", "--table", str(table), "--output", str(output))
                )
            print(f"{kind:24}{number / (seconds[1] - seconds[0]):8.0f} rows a second")


if __name__ == "__main__":
    main()
