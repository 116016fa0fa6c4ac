"""The command line: one subcommand for each step of the pipeline, named like its rule.

Everything heavy is imported inside the subcommand that needs it: a job pays only for what it runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from oxymilk import commands
from oxymilk.options import BAD_INPUT, Budget, Participants, print_faults, split

app = typer.Typer(
    help="Rank tests of two-group pre/post studies, and a check of every number the paper printed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

StudyFile = Annotated[Path, typer.Option(help="The study's study.yaml.")]
InputFile = Annotated[Path, typer.Option(help="A table that an earlier step wrote.")]
MaybeFile = Annotated[Path | None, typer.Option(help="A table that explain-claims wrote.")]
MaybeResult = Annotated[Path | None, typer.Option(help="A table that test-groups wrote.")]
OutputFile = Annotated[Path, typer.Option(help="Where to write.")]
Folder = Annotated[Path, typer.Option(help="The study's folder of results; each language has its own in it.")]
Languages = Annotated[str, typer.Option(help="en, id or both, joined by a comma.")]


def main() -> None:
    """Run the command line; faults of the input are printed, all of them, and end it with status 2."""
    from oxymilk.faults import FaultsError

    try:
        app()
    except FaultsError as error:
        print_faults(error.faults)
        sys.exit(BAD_INPUT)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(BAD_INPUT)


@app.command()
def ingest_observations(study: StudyFile, folder: Folder) -> None:
    """Make the tidy observations from the sheets that study.yaml names.

    Every fault of study.yaml, the sheets and claims.csv is told at once, and goes to faults.csv too.
    """
    from oxymilk.faults import FaultsError, faults_table
    from oxymilk.files import write_csv
    from oxymilk.new_study.check import check_files

    check = check_files(study)
    write_csv(faults_table(check.faults), folder / "faults.csv")
    if not check.ready:
        raise FaultsError(check.faults)
    found = check.observations
    print_faults(found.warnings)
    write_csv(found.other_scale, folder / "other_scale.csv")
    write_csv(found.characteristics, folder / "characteristics.csv")
    write_csv(found.table, folder / "observations.csv")


@app.command()
def test_groups(
    study: StudyFile,
    observations: InputFile,
    other_scale: InputFile,
    characteristics: InputFile,
    folder: Folder,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals, between 0 and 1.")] = 0.95,
) -> None:
    """Count the levels, run the rank tests, estimate effects, and say what each program prints on the same data."""
    from oxymilk import analysis
    from oxymilk.analysis.baseline import baseline_table
    from oxymilk.files import read_csv, write_csv
    from oxymilk.study import load_study

    loaded = load_study(study)
    table, other = read_csv(observations), read_csv(other_scale)
    on_levels = loaded.outcome.scale == "level"
    levels, numbers = (table, other) if on_levels else (other, table)
    tables = {
        "frequencies": analysis.frequency_table(loaded, levels if loaded.outcome.levels else table),
        "summaries": analysis.summary_table(loaded, numbers),
        "tests": analysis.test_table(loaded, table),
        "sensitivity": analysis.test_table(loaded, other, "score" if on_levels else "level"),
        "procedures": analysis.program_table(loaded, table),
        "effects": analysis.effect_table(loaded, table, confidence),
        "baseline": baseline_table(loaded, read_csv(characteristics)),
    }
    for name, frame in tables.items():
        write_csv(frame, folder / f"{name}.csv")


@app.command()
def audit_claims(
    study: StudyFile,
    claims: InputFile,
    frequencies: InputFile,
    tests: InputFile,
    output: OutputFile,
) -> None:
    """Give every printed number its verdict; faults of claims.csv go to faults.csv too."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.faults import FaultsError, faults_table
    from oxymilk.files import read_csv, write_csv
    from oxymilk.study import load_study

    loaded = load_study(study)
    try:
        printed = load_claims(claims, loaded)
    except FaultsError as error:
        write_csv(faults_table(error.faults), output.parent / "faults.csv")
        raise
    verdicts = audit_claims(loaded, printed, read_csv(frequencies), read_csv(tests))
    write_csv(verdicts, output)


@app.command()
def explain_claims(
    study: StudyFile,
    claims: InputFile,
    observations: InputFile,
    verdicts: InputFile,
    folder: Folder,
    participants: Participants = 2,
    budget: Budget = 1_000_000,
) -> None:
    """Search for what would make each claim that differs come true, and how often that would fit by chance."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.explain import explain_claims
    from oxymilk.files import read_csv, write_csv
    from oxymilk.study import load_study

    loaded = load_study(study)
    found = explain_claims(
        loaded,
        load_claims(claims, loaded),
        read_csv(verdicts),
        read_csv(observations),
        participants=participants,
        budget=budget,
    )
    for name in ("explanations", "datasets", "contradictions", "outcomes"):
        write_csv(getattr(found, name), folder / f"{name}.csv")
    (folder / "witnesses").mkdir(parents=True, exist_ok=True)
    for name, sheet in found.witnesses.items():
        write_csv(sheet, folder / "witnesses" / name)


@app.command()
def make_tables(
    study: StudyFile,
    frequencies: InputFile,
    tests: InputFile,
    verdicts: InputFile,
    effects: InputFile,
    folder: Folder,
    explanations: MaybeFile = None,
    baseline: MaybeResult = None,
    summaries: MaybeResult = None,
    sensitivity: MaybeResult = None,
    languages: Languages = "en",
) -> None:
    """Write the paper's tables, computed beside printed, and of effects and explanations, in five formats."""
    from oxymilk.files import read_csv
    from oxymilk.present.table_files import write_tables
    from oxymilk.present.tables import build_tables
    from oxymilk.study import load_study

    frames = [read_csv(path) for path in (frequencies, tests, verdicts, effects)]
    more = [read_csv(path) if path else None for path in (explanations, baseline, summaries, sensitivity)]
    loaded = load_study(study)
    for language in split(languages):
        write_tables(build_tables(loaded, *frames, language, *more), folder / language / "tables")


@app.command()
def plot_figures(
    study: StudyFile,
    observations: InputFile,
    tests: InputFile,
    procedures: InputFile,
    verdicts: InputFile,
    effects: InputFile,
    folder: Folder,
    explanations: MaybeFile = None,
    outcomes: MaybeFile = None,
    languages: Languages = "en",
    formats: Annotated[str, typer.Option(help="svg, png and pdf, joined by commas.")] = "svg,png,pdf",
) -> None:
    """Draw the flows between levels, each printed p-value among those that procedures give, effects, explanations."""
    from oxymilk.files import read_csv
    from oxymilk.present.figures import plot_figures
    from oxymilk.study import load_study

    frames = [read_csv(path) for path in (observations, tests, procedures, verdicts, effects)]
    more = [read_csv(path) if path else None for path in (explanations, outcomes)]
    loaded = load_study(study)
    for language in split(languages):
        target = folder / language / "figures"
        plot_figures(loaded, *frames, language, target, tuple(split(formats)), *more)


@app.command()
def render_report(
    study: StudyFile,
    claims: InputFile,
    observations: InputFile,
    frequencies: InputFile,
    tests: InputFile,
    procedures: InputFile,
    verdicts: InputFile,
    effects: InputFile,
    folder: Folder,
    explanations: MaybeFile = None,
    datasets: MaybeFile = None,
    contradictions: MaybeFile = None,
    outcomes: MaybeFile = None,
    baseline: MaybeResult = None,
    summaries: MaybeResult = None,
    sensitivity: MaybeResult = None,
    languages: Languages = "en",
) -> None:
    """Write one self-contained HTML page a language."""
    from oxymilk.files import read_csv, write_text
    from oxymilk.present.provenance import provenance
    from oxymilk.present.report import render_report
    from oxymilk.study import load_study

    paths = (observations, frequencies, tests, procedures, verdicts, effects)
    frames = [read_csv(path) for path in paths]
    optional = (explanations, datasets, contradictions, outcomes, baseline, summaries, sensitivity)
    more = [read_csv(path) if path else None for path in optional]
    loaded = load_study(study)
    sheets = [study.parent / sheet.file for sheet in loaded.sheets]
    facts = provenance([study, *sheets, claims], Path())
    for language in split(languages):
        page = render_report(loaded, *frames, language, facts, *more)
        write_text(folder / language / "report.html", page)


# after the steps, what people call by hand
app.add_typer(commands.app)
