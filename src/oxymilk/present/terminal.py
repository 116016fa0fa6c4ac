"""Tables for a terminal: what programs print, why a claim differs, which data printed counts allow."""

from __future__ import annotations

import json
from itertools import zip_longest
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


def print_rows(
    rows: Iterable[Sequence[str]], headers: Iterable[str], title: str = "", styles: Iterable[str] = ()
) -> None:
    """Print a table, or its title alone where it has no row; `styles` are those of the rows."""
    table = Table(title=title or None, title_justify="left")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row, style in zip_longest(rows, styles):
        # Text, not str: a cell is data and no markup of the terminal
        table.add_row(*map(Text, row), style=style)
    Console().print(table if table.rows or not title else Text(title))


def print_line(text: str) -> None:
    """Print a line; it is data and no markup of the terminal."""
    Console().print(Text(text))


def print_programs(results: Iterable[ProgramResult], language: str) -> None:
    """Print the p-value that each output line of each program shows, those printed by default marked."""
    t, rows = labels(language), []
    for result in results:
        entry, by_default = result.entry, t("terminal.yes") if result.printed_by_default else ""
        p_value = t.number(f"{result.p_value:.10g}")
        output = t.output(entry.output, result.differences)
        rows.append((entry.program, entry.versions, output, by_default, p_value, entry.words))
    names = ("program", "versions", "output", "by_default", "p_value", "procedure")
    print_rows(rows, (t(f"terminal.{name}") for name in names))


def print_explanations(explanations: pd.DataFrame, language: str) -> None:
    """Print the rows of explanations.csv, best first."""
    from oxymilk.explain import describe_explanation

    t, rows = labels(language), []
    for row in explanations.to_dict("records"):
        words = describe_explanation(row["code"], json.loads(row["params"]), language)
        coincidence = t.number(row["coincidence"]) if row["coincidence"] else ""
        informative = t("terminal.yes" if row["informative"] == "true" else "terminal.no")
        rows.append((row["rank"], words, row["programs"], coincidence, informative))
    names = ("rank", "explanation", "programs", "coincidence", "informative")
    print_rows(rows, (t(f"terminal.{name}") for name in names))


def print_reconstruction(reconstruction: Reconstruction, language: str) -> None:
    """Print how many datasets the printed counts allow and, where there are several, the range of every result."""
    t = labels(language)
    if reconstruction.unknown:
        print_line(t("terminal.size_unknown", groups=", ".join(reconstruction.unknown)))
    elif reconstruction.not_searched:
        beyond = f"terminal.beyond.{reconstruction.not_searched}"
        print_line(t("terminal.not_searched", what=t(beyond, n=t.number(reconstruction.needed))))
    else:
        counts = {"count": reconstruction.number, "with_p": reconstruction.with_p_values}
        print_line(t("terminal.datasets", **counts))
        for frame in (reconstruction.datasets, reconstruction.ranges, reconstruction.contradictions):
            if frame is not None and len(frame):
                print_rows(frame.astype(str).itertuples(index=False), frame.columns)
