"""What the subcommands share: options, how faults are printed, and where a study and its results are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from oxymilk.results import Results

# exit status for faults of the input; 1 is for a verdict that was not expected
BAD_INPUT = 2

Study = Annotated[Path, typer.Option(help="The study's folder, with study.yaml in it.")]
ResultsFolder = Annotated[Path, typer.Option("--results", help="The study's folder of results.")]
Data = Annotated[Path, typer.Option(help="The folder of the studies.")]
Language = Annotated[str, typer.Option(help="en or id.")]
Languages = Annotated[str, typer.Option(help="en, id or both, joined by a comma.")]
Participants = Annotated[int, typer.Option(help="Changed participants to search up to, at least 2.")]
Budget = Annotated[int, typer.Option(help="Most datasets to form at a time; what lies beyond is said.")]


def split(text: str) -> list[str]:
    """Return the parts of a list joined by commas, without blanks around them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def results_of(study: Path, folder: Path) -> Results:
    """Return the results of a study; those of an audit count only where there are claims to audit."""
    from oxymilk.results import Results

    return Results(folder, audited=(study / "claims.csv").is_file())


def one_of(flag: str, value: str, legal: Iterable[str]) -> None:
    """Refuse a value of an option that is not legal."""
    if value not in legal:
        raise typer.BadParameter(", ".join(filter(None, legal)), param_hint=flag)


def print_faults(faults: Iterable) -> None:
    """Print each fault in English and, below it, in Indonesian: a sheet is mended by who keeps it."""
    from oxymilk.faults import describe

    for fault in faults:
        typer.echo(f"{describe(fault, 'en')}\n    {describe(fault, 'id')}", err=True)
