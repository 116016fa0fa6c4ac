"""What the subcommands share: options, lists in one word, and how faults are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

# exit status for faults of the input; 1 is for a verdict that was not expected
BAD_INPUT = 2

Language = Annotated[str, typer.Option(help="en or id.")]
Participants = Annotated[int, typer.Option(help="Changed participants to search up to, at least 2.")]
Budget = Annotated[int, typer.Option(help="Most datasets to form at a time; what lies beyond is said.")]


def split(text: str) -> list[str]:
    """Return the parts of a list joined by commas, without blanks around them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def print_faults(faults: Iterable) -> None:
    """Print each fault in English and, below it, in Indonesian: a sheet is mended by who keeps it."""
    from oxymilk.faults import describe

    for fault in faults:
        typer.echo(f"{describe(fault, 'en')}\n    {describe(fault, 'id')}", err=True)
