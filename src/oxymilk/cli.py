"""The command line: one subcommand for each step of the pipeline, named like its rule.

Everything heavy is imported inside the subcommand that needs it: a job pays only for what it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import BadParameter, Option

from oxymilk.commands import BAD_INPUT, Budget, Participants, app, results_of, split, study_and_claims
from oxymilk.faults import Fault, FaultsError, describe, faults_table
from oxymilk.files import write_csv, write_text
from oxymilk.texts import LANGUAGES

if TYPE_CHECKING:
    from oxymilk.present.view import View


def main() -> None:
    """Run the command line; faults of the input are printed, all of them, and end it with status 2."""
    try:
        app()
    except FaultsError as error:
        print_faults(error.faults)
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
    sys.exit(BAD_INPUT)


def print_faults(faults: Iterable[Fault]) -> None:
    """Print each fault in every language, one below the other: a sheet is mended by who keeps it."""
    for fault in faults:
        typer.echo("\n    ".join(describe(fault, language) for language in LANGUAGES), err=True)


Study = Annotated[Path, Option(help="The study's folder, with study.yaml in it.")]
ResultsFolder = Annotated[Path, Option("--results", help="The study's folder of results.")]
Languages = Annotated[str, Option(help=f"One or more of {', '.join(LANGUAGES)}, joined by commas.")]


def legal(flag: str, text: str, values: Iterable[str]) -> list[str]:
    """Return the parts of a list joined by commas; BadParameter for a part that is no legal value."""
    if not set(split(text)) <= set(values):
        raise BadParameter(f"{text}: one or more of {', '.join(values)}", param_hint=flag)
    return split(text)


def views_of(study: Path, folder: Path, languages: str) -> Iterator[tuple[View, Path]]:
    """Yield the view of a study's results in each language, and the folder of that language."""
    from oxymilk.present.view import views

    for view in views(study, results_of(study, folder), legal("--languages", languages, LANGUAGES)):
        yield view, folder / view.language


@app.command()
def ingest_observations(study: Study, folder: ResultsFolder) -> None:
    """Make the tidy observations from the sheets that study.yaml names.

    Every fault of study.yaml, the sheets and claims.csv is reported at once, and goes to faults.csv too.
    """
    from oxymilk.new_study.check import check_files

    check = check_files(study / "study.yaml")
    write_csv(faults_table(check.faults), folder / "faults.csv")
    if not check.ready:
        raise FaultsError(check.faults)
    observations = check.observations
    print_faults(observations.warnings)
    write_csv(observations.other_scale, folder / "other_scale.csv")
    write_csv(observations.characteristics, folder / "characteristics.csv")
    write_csv(observations.table, folder / "observations.csv")


@app.command("test-groups")
def compute_rank_tests(
    study: Study,
    folder: ResultsFolder,
    confidence: Annotated[float, Option(help="Confidence of the intervals, between 0 and 1.")] = 0.95,
) -> None:
    """Count the levels, run the rank tests, estimate effects, and say what each program prints on the same data."""
    from oxymilk.analysis import result_tables
    from oxymilk.study import load_study

    if not 0 < confidence < 1:
        raise BadParameter("it lies between 0 and 1", param_hint="--confidence")
    tables = result_tables(load_study(study), results_of(study, folder), confidence)
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")


@app.command()
def audit_claims(study: Study, folder: ResultsFolder) -> None:
    """Give every printed number its verdict; faults of claims.csv go to faults.csv too."""
    from oxymilk.audit.verdicts import audit_claims

    results = results_of(study, folder)
    try:
        loaded, claims = study_and_claims(study)
    except FaultsError as error:
        write_csv(faults_table(error.faults), folder / "faults.csv")
        raise
    write_csv(audit_claims(loaded, claims, results.frequencies, results.tests), folder / "verdicts.csv")


@app.command()
def explain_claims(
    study: Study,
    folder: ResultsFolder,
    participants: Participants = 2,
    budget: Budget = 1_000_000,
) -> None:
    """Search for what would make each claim that differs come true, and how often that would fit by chance."""
    from oxymilk.explain import explain_claims

    (loaded, claims), results = study_and_claims(study), results_of(study, folder)
    limits = {"participants": participants, "budget": budget}
    explained = explain_claims(loaded, claims, results.verdicts, results.observations, **limits)
    for name in ("explanations", "datasets", "contradictions", "outcomes"):
        write_csv(getattr(explained, name), folder / f"{name}.csv")
    (folder / "witnesses").mkdir(parents=True, exist_ok=True)
    for name, sheet in explained.witnesses.items():
        write_csv(sheet, folder / "witnesses" / name)


@app.command()
def make_tables(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Write the paper's tables, computed beside printed, and of effects and explanations, in five formats."""
    from oxymilk.present.formats import write_tables
    from oxymilk.present.tables import build_tables

    for view, made in views_of(study, folder, languages):
        write_tables(build_tables(view), made / "tables")


@app.command()
def plot_figures(
    study: Study,
    folder: ResultsFolder,
    languages: Languages = "en",
    formats: Annotated[str, Option(help="svg and png are always drawn; pdf when named.")] = "",
) -> None:
    """Draw the flows between levels, each printed p-value among those that procedures give, effects, explanations."""
    from oxymilk.present.figures import plot_figures

    for view, made in views_of(study, folder, languages):
        plot_figures(view, made / "figures", legal("--formats", formats, ("svg", "png", "pdf")))


@app.command()
def render_report(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Write one self-contained HTML page a language, from the figures and tables made before."""
    from oxymilk.present.report import render_report, study_provenance

    provenance = study_provenance(study)
    for view, made in views_of(study, folder, languages):
        write_text(made / "report.html", render_report(view, made, provenance))


@app.command()
def crosscheck(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Compute the p-values once more by scipy, pingouin, R, coin and PSPP; exit status 1: one differs unexplained."""
    from oxymilk.analysis.crosscheck import crosscheck_lines, crosscheck_table
    from oxymilk.study import load_study

    table = crosscheck_table(load_study(study), results_of(study, folder))
    write_csv(table, folder / "crosscheck.csv")
    for language in legal("--languages", languages, LANGUAGES):
        typer.echo("\n".join(crosscheck_lines(table, language)))
    if (table["status"] == "differs").any():
        raise typer.Exit(1)
