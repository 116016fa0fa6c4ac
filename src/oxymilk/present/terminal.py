"""Tables for a terminal: what programs print, why a claim differs, which data printed counts allow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from oxymilk.explain.reconstruct import Reconstruction
    from oxymilk.stats import ProgramResult


def print_programs(results: Iterable[ProgramResult], language: str) -> None:
    """Print the p-value that each output line of each program shows, those printed by default marked."""
    words = labels(language)
    rows = [
        (
            result.entry.program,
            result.entry.versions,
            result.entry.output,
            words("terminal.yes") if result.printed_by_default else "",
            words.number(f"{result.p_value:.10g}"),
            result.entry.words,
        )
        for result in results
    ]
    names = ("program", "versions", "output", "by_default", "p_value", "procedure")
    _print(rows, [words(f"terminal.{name}") for name in names])


def print_explanations(explanations: pd.DataFrame, language: str) -> None:
    """Print the rows of explanations.csv, best first."""
    from oxymilk.explain import describe_explanation

    words = labels(language)
    rows = [
        (
            row["rank"],
            describe_explanation(row["code"], json.loads(row["params"]), language),
            row["programs"],
            words.number(row["coincidence"]) if row["coincidence"] else "",
            words("terminal.yes") if row["informative"] == "true" else words("terminal.no"),
        )
        for row in explanations.to_dict("records")
    ]
    names = ("rank", "explanation", "programs", "coincidence", "informative")
    _print(rows, [words(f"terminal.{name}") for name in names])


def print_reconstruction(found: Reconstruction, language: str) -> None:
    """Print how many datasets the printed counts allow and, where there are several, the range of every result."""
    words = labels(language)
    console = Console()
    if found.unknown:
        console.print(Text(words("terminal.size_unknown", groups=", ".join(found.unknown))))
        return
    if found.not_searched:
        what = words(f"terminal.beyond.{found.not_searched}", n=words.number(found.needed))
        console.print(Text(words("terminal.not_searched", what=what)))
        return
    console.print(Text(words("terminal.datasets", count=found.number, with_p=found.with_p_values)))
    for frame in (found.datasets, found.ranges, found.contradictions):
        if frame is not None and len(frame):
            _print(frame.astype(str).itertuples(index=False), list(frame.columns))


def _print(rows: Iterable[Sequence[str]], headers: list[str]) -> None:
    table = Table()
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        # Text, not str: a cell is data and no markup of the terminal
        table.add_row(*map(Text, row))
    Console().print(table)
