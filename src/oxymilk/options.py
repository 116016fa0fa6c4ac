"""What the subcommands share: options, how faults are printed, and where a study and its results are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from oxymilk.faults import Fault, describe
from oxymilk.results import Results
from oxymilk.texts import LANGUAGES

if TYPE_CHECKING:
    from oxymilk.audit.claims import Claim
    from oxymilk.present.view import View
    from oxymilk.study import Study as LoadedStudy

# exit status for faults of the input; 1 is for a verdict that was not expected
BAD_INPUT = 2


def split(text: str) -> list[str]:
    """Return the parts of a list joined by commas, without blanks around them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def one_of(flag: str, value: str, legal: Iterable[str]) -> None:
    """Refuse a value of an option that is not legal."""
    if value not in legal:
        raise typer.BadParameter(", ".join(filter(None, legal)), param_hint=flag)


def legal_languages(option: typer.CallbackParam, text: str) -> str:
    """Refuse a language that has no texts."""
    for language in split(text) if option.name == "languages" else [text]:
        one_of(f"--{option.name}", language, ("", *LANGUAGES))
    return text


Study = Annotated[Path, Option(help="The study's folder, with study.yaml in it.")]
ResultsFolder = Annotated[Path, Option("--results", help="The study's folder of results.")]
Data = Annotated[Path, Option(help="The folder of the studies.")]
Language = Annotated[str, Option(callback=legal_languages, help=f"{' or '.join(LANGUAGES)}.")]
Languages = Annotated[
    str, Option(callback=legal_languages, help=f"One or more of {', '.join(LANGUAGES)}, joined by commas.")
]
Participants = Annotated[int, Option(help="Changed participants to search up to, at least 2.")]
Budget = Annotated[int, Option(help="Most datasets to form at a time; what lies beyond is said.")]


def study_and_claims(folder: Path) -> tuple[LoadedStudy, list[Claim]]:
    """Return a study and the claims of its paper; FaultsError with the faults of either."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.study import load_study

    loaded = load_study(folder)
    return loaded, load_claims(folder / "claims.csv", loaded)


def results_of(study: Path, folder: Path) -> Results:
    """Return the results of a study; those of an audit count only where there are claims to audit."""
    return Results(folder, audited=(study / "claims.csv").is_file())


def views_of(study: Path, folder: Path, languages: str) -> Iterator[tuple[View, Path]]:
    """Yield the view of a study's results in each language, and the folder of that language."""
    from oxymilk.present.view import views

    for view in views(study, results_of(study, folder), split(languages)):
        yield view, folder / view.language


def print_faults(faults: Iterable[Fault]) -> None:
    """Print each fault in every language, one below the other: a sheet is mended by who keeps it."""
    for fault in faults:
        typer.echo("\n    ".join(describe(fault, language) for language in LANGUAGES), err=True)
