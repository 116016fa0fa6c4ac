"""Which mutants may survive, and why: the tables in `survivors`, one a module."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path

SURVIVORS = Path(__file__).with_name("survivors")
COLUMNS = ("function", "was", "becomes", "why")


def change(mutant: dict) -> tuple[str, str]:
    """Return the lines that a mutant takes away and those that it puts there."""
    lines = list(difflib.ndiff(mutant["before"].splitlines(), mutant["after"].splitlines()))
    return tuple("\n".join(line[2:].strip() for line in lines if line.startswith(sign)) for sign in "-+")


def place_of(mutant: dict) -> tuple[str, ...]:
    """Return what tells a mutant in the tables of survivors."""
    return mutant["module"], mutant["function"], *change(mutant)


def read_judged() -> dict[tuple[str, ...], str]:
    """Return the reason of each survivor that has one."""
    reasons = {}
    for path in sorted(SURVIVORS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                reasons[f"oxymilk.{path.stem}", row["function"], row["was"], row["becomes"]] = row["why"]
    return reasons
