"""The published tests with a printed statistic, through other checkers of p-values: what each reads, flags and misses.

    python -m venv bench; bench/bin/pip install stataudit==1.0.3 statcheck==0.0.7 "pandas<3"
    bench/bin/python benchmarks/literature.py

In an environment of their own; oxymilk's verdicts are those of `oxymilk check --table data/literature/tests.csv`. A
test is consistent where data/literature/tests.csv records that the statistic gives its p-value.
"""

from __future__ import annotations

import collections
import contextlib
import csv
import io
import sys
from pathlib import Path

from stataudit import check_report_text
from statcheck.st import statcheck

TESTS = Path(__file__).parents[1] / "data" / "literature" / "tests.csv"
CONSISTENT = ("spss_default", "spss_default_truncated", "floored")
SHAPES = {
    "z": "Z = {value}",
    "chi2": "χ2({df}) = {value}",
    "t": "t({df}) = {value}",
    "r": "r({df}) = {value}",
}


def sentence(row: dict[str, str], *, points: bool) -> str:
    """Write a row as a paper does, as printed or with decimal points and a zero before them."""
    df = row["df"] or (str(int(row["n"]) - 2) if row["n"] else "")
    p = row["p"] if row["p"][0] in "<>" else f"= {row['p']}"
    value = row["value"]
    if points:
        value, p = value.replace(",", "."), p.replace(",", ".").replace("= .", "= 0.")
    return f"{SHAPES[row['statistic']].format(value=value, df=df)}, p {p}"


def by_stataudit(text: str) -> bool | None:
    """Return whether stataudit flags the first result that it reads, None where it reads none."""
    results = check_report_text(text).results
    return results[0].status != "consistent" if results else None


def by_statcheck(text: str) -> bool | None:
    """Return whether statcheck's Python port flags the first result that it reads, None where it reads none."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            found = statcheck([text], messages=False)[0]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return None
    return bool(found["Error"].iloc[0]) if found is not None and len(found) else None


if __name__ == "__main__":
    with TESTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["statistic"] in SHAPES and not row["alternate"]]
    sys.stdout.write(f"{len(rows)} tests\n")
    for name, check in (("stataudit", by_stataudit), ("statcheck", by_statcheck)):
        for points in (False, True):
            counts = collections.Counter()
            for row in rows:
                flagged = check(sentence(row, points=points))
                kind = "consistent" if row["recorded"] in CONSISTENT else "not"
                counts["unread" if flagged is None else f"{kind}, {'flagged' if flagged else 'passed'}"] += 1
            sys.stdout.write(
                f"{name}, {'with points' if points else 'as printed'}: {dict(sorted(counts.items()))}\n"
            )
