"""The command line: one subcommand for each step of the pipeline, named like its rule.

Everything heavy is imported inside the subcommand that needs it: a job pays only for what it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Rank tests of two-group pre/post studies, and a check of every number the paper printed.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

BAD_INPUT = 2

StudyFile = Annotated[Path, typer.Option(help="The study's study.yaml.")]
InputFile = Annotated[Path, typer.Option(help="A table that an earlier step wrote.")]
MaybeFile = Annotated[Path | None, typer.Option(help="A table that explain-claims wrote.")]
OutputFile = Annotated[Path, typer.Option(help="Where to write.")]
Folder = Annotated[Path, typer.Option(help="The study's folder of results; each language has its own in it.")]
Language = Annotated[str, typer.Option(help="en or id.")]
Participants = Annotated[int, typer.Option(help="Changed participants to search up to, at least 2.")]
Budget = Annotated[int, typer.Option(help="Most datasets to form at a time; what lies beyond is said.")]
Languages = Annotated[str, typer.Option(help="en, id or both, joined by a comma.")]


def main() -> None:
    """Run the command line; faults of the input are printed, all of them, and end it with status 2."""
    from oxymilk.faults import FaultsError

    try:
        app()
    except FaultsError as error:
        _print_faults(error.faults)
        sys.exit(BAD_INPUT)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(BAD_INPUT)


@app.command()
def ingest_observations(study: StudyFile, folder: Folder) -> None:
    """Make the tidy observations from the sheets that study.yaml names; faults go to faults.csv too."""
    from oxymilk.faults import FaultsError, faults_table
    from oxymilk.files import write_csv
    from oxymilk.ingest import ingest_observations
    from oxymilk.study import load_study

    try:
        found = ingest_observations(load_study(study), study.parent)
    except FaultsError as error:
        write_csv(faults_table(error.faults), folder / "faults.csv")
        raise
    _print_faults(found.warnings)
    write_csv(faults_table(found.warnings), folder / "faults.csv")
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
    from oxymilk.baseline import baseline_table
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
    """Give every printed number its verdict."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.files import read_csv, write_csv
    from oxymilk.study import load_study

    loaded = load_study(study)
    verdicts = audit_claims(loaded, load_claims(claims, loaded), read_csv(frequencies), read_csv(tests))
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
    from oxymilk.audit.explain import explain_claims
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
    languages: Languages = "en",
) -> None:
    """Write the paper's tables, computed beside printed, and of effects and explanations, in five formats."""
    from oxymilk.files import read_csv
    from oxymilk.present.table_files import write_tables
    from oxymilk.present.tables import build_tables
    from oxymilk.study import load_study

    frames = [read_csv(path) for path in (frequencies, tests, verdicts, effects)]
    explained = read_csv(explanations) if explanations else None
    loaded = load_study(study)
    for language in _split(languages):
        write_tables(build_tables(loaded, *frames, language, explained), folder / language / "tables")


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
    for language in _split(languages):
        target = folder / language / "figures"
        plot_figures(loaded, *frames, language, target, tuple(_split(formats)), *more)


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
    languages: Languages = "en",
) -> None:
    """Write one self-contained HTML page a language."""
    from oxymilk.files import read_csv, write_text
    from oxymilk.present.provenance import provenance
    from oxymilk.present.report import render_report
    from oxymilk.study import load_study

    paths = (observations, frequencies, tests, procedures, verdicts, effects)
    frames = [read_csv(path) for path in paths]
    more = [read_csv(path) if path else None for path in (explanations, datasets, contradictions, outcomes)]
    loaded = load_study(study)
    sheets = [study.parent / sheet.file for sheet in loaded.sheets]
    facts = provenance([study, *sheets, claims], Path())
    for language in _split(languages):
        page = render_report(loaded, *frames, language, facts, *more)
        write_text(folder / language / "report.html", page)


@app.command()
def new(
    name: Annotated[
        str, typer.Argument(help="The study's name: small letters, digits, _. It names the folder.")
    ],
    sheet: Annotated[
        list[Path] | None, typer.Option(help="The file with the observations; repeat it for several.")
    ] = None,
    groups: Annotated[
        str,
        typer.Option(
            help="Groups, the intervention first: 'Massage=P,Control=K' (= as the sheet writes it)."
        ),
    ] = "",
    kind: Annotated[str, typer.Option(help="What was measured: levels (words), number or checklist.")] = "",
    levels: Annotated[
        str,
        typer.Option(
            help="Levels, the worst first: 'kurang=0,cukup=1', or with cut-offs 'kurang<10,cukup>=10'."
        ),
    ] = "",
    unit: Annotated[str, typer.Option(help="The unit of a number: ml, gram, minutes.")] = "",
    outcome: Annotated[str, typer.Option(help="The name of what was measured.")] = "",
    program: Annotated[str, typer.Option(help="Whose p-values: spss, spss_exact, stata or r.")] = "",
    title: Annotated[str, typer.Option(help="What reports are headed with.")] = "",
    worksheet: Annotated[str, typer.Option(help="The worksheet to read, or all.")] = "",
    delimiter: Annotated[
        str, typer.Option(help="What divides the columns of a text file: , ; | or tab.")
    ] = "",
    data: Annotated[Path, typer.Option(help="The folder of the studies.")] = Path("data"),
    language: Language = "en",
) -> None:
    """Make a study from its sheet: looks at it, asks what it cannot see, writes data/NAME/ for you to confirm."""
    from oxymilk.scaffold.answers import Answers
    from oxymilk.scaffold.lexicon import lexicon
    from oxymilk.scaffold.new_study import KINDS, MissingFlagsError, new_study
    from oxymilk.scaffold.texts import LANGUAGES, UNDECIDED, say

    _one_of("--language", language, LANGUAGES)
    _one_of("--kind", kind, ("", *KINDS))
    _one_of("--program", program, ("", *lexicon()["programs"]))
    _one_of("--delimiter", delimiter, ("", ",", ";", "|", "tab"))
    answers = Answers(
        groups=_named("--groups", groups, "group"), levels=_named("--levels", levels, "level"), kind=kind,
        unit=unit, outcome=outcome, program=program, title=title, worksheet=worksheet, delimiter=delimiter,
    )  # fmt: skip
    ask = (lambda question, default: typer.prompt(question, default=default)) if sys.stdin.isatty() else None
    try:
        made = new_study(name, sheet or [], answers, data=data, language=language, ask=ask, tell=typer.echo)
    except MissingFlagsError as error:
        typer.echo(say("messages.missing_flags", language, flags=", ".join(error.flags)), err=True)
        raise typer.Exit(BAD_INPUT) from None
    files = ", ".join(str(made.folder / file) for file in made.files)
    typer.echo(say("messages.written", language, files=files, study=made.folder / "study.yaml"))
    if made.undecided:
        typer.echo(say("messages.undecided", language, count=made.undecided, undecided=UNDECIDED))
    typer.echo(say("messages.next_check", language, name=name))


@app.command()
def check_study(
    name: Annotated[str, typer.Argument(help="The study: a folder in data/.")],
    data: Annotated[Path, typer.Option(help="The folder of the studies.")] = Path("data"),
    language: Annotated[str, typer.Option(help="en or id; both when it is not given.")] = "",
) -> None:
    """Say what is missing or faulty in a study, all at once, and what to do next; writes nothing.

    Exit status 0: it can run. 2: something must be corrected.
    """
    from oxymilk.scaffold.check_study import check_study
    from oxymilk.scaffold.texts import LANGUAGES

    _one_of("--language", language, ("", *LANGUAGES))
    check = check_study(name, data)
    for line in check.report([language] if language else LANGUAGES):
        typer.echo(line)
    if not check.ready:
        raise typer.Exit(BAD_INPUT)


@app.command()
def draft_claims(
    file: Annotated[
        Path, typer.Argument(help="The paper: plain text (.txt), Word (.docx) or PDF with text in it.")
    ],
    study: Annotated[
        Path | None, typer.Option(help="A study.yaml whose groups, timepoints and levels are named.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write the proposed rows of claims.csv here; to the terminal if not given."),
    ] = None,
    exclusions: Annotated[
        Path | None, typer.Option(help="Write the numbers that were not proposed here, as an exclusions.csv.")
    ] = None,
) -> None:
    """Propose the rows of a claims.csv from a paper's text, English or Indonesian, and list every other number.

    Nothing is final: read the paper beside the draft. Each note begins with "proposed" and gives the line.
    """
    from oxymilk.audit.draft import draft_claims
    from oxymilk.audit.draft_read import Unreadable, read_paper
    from oxymilk.files import write_csv
    from oxymilk.study import load_study

    try:
        paper = read_paper(file)
    except Unreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(BAD_INPUT) from None
    draft = draft_claims(paper, load_study(study) if study else None)
    if output:
        write_csv(draft.claims_table(), output)
    else:
        typer.echo(draft.claims_table().to_csv(index=False, lineterminator="\n"), nl=False)
    if exclusions:
        write_csv(draft.exclusions_table(), exclusions)
    typer.echo(draft.summary(), err=True)


@app.command()
def verify(
    studies: Annotated[
        list[str] | None, typer.Argument(help="Studies; those of config.yaml when none is named.")
    ] = None,
    data: Annotated[Path, typer.Option(help="The folder of the studies.")] = Path("data"),
    results: Annotated[Path, typer.Option(help="The folder that snakemake wrote.")] = Path("results"),
    every: Annotated[
        bool, typer.Option("--all", help="List every claim, not only those that need a look.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Also write a JUnit XML file here.")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write the verdicts as JSON here.")] = None,
    language: Language = "en",
) -> None:
    """Hold the results against the printed numbers.

    Exit status 0: every verdict is the one that claims.csv expects. 1: one is not, in either direction.
    2: something that is needed is missing or faulty.
    """
    from oxymilk.files import write_text
    from oxymilk.present import verify as verification

    names = studies or verification.configured_studies(Path("config.yaml"))
    verdicts = {name: verification.audit_results(data / name, results / name) for name in names}
    verification.print_verdicts(verdicts, every=every, language=language)
    if junit:
        write_text(junit, verification.as_junit(verdicts))
    if json:
        write_text(json, verification.as_json(verdicts))
    if not all((frame["as_expected"] == "true").all() for frame in verdicts.values()):
        raise typer.Exit(1)


@app.command()
def explain(
    study: Annotated[Path, typer.Argument(help="The study's folder in data/.")],
    claim: Annotated[str, typer.Argument(help="The id of a claim of its claims.csv.")],
    printed: Annotated[str | None, typer.Option(help="What would explain this string in its place.")] = None,
    participants: Participants = 2,
    budget: Budget = 1_000_000,
    language: Language = "en",
) -> None:
    """Explain one printed number at the terminal, whether it differs or not."""
    from oxymilk import analysis
    from oxymilk.audit.claims import load_claims
    from oxymilk.audit.explain import explain_one
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.files import as_read
    from oxymilk.ingest import ingest_observations
    from oxymilk.present.terminal import print_explanations
    from oxymilk.study import load_study

    loaded = load_study(study / "study.yaml")
    claims = load_claims(study / "claims.csv", loaded)
    observations = ingest_observations(loaded, study).table
    tables = [table(loaded, observations) for table in (analysis.frequency_table, analysis.test_table)]
    verdicts = audit_claims(loaded, claims, *map(as_read, tables))
    try:
        found, _ = explain_one(
            loaded,
            claims,
            verdicts,
            observations,
            claim,
            printed=printed,
            participants=participants,
            budget=budget,
        )
    except KeyError:
        raise typer.BadParameter(f"claims.csv has no claim {claim!r}") from None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    print_explanations(found, language)


@app.command()
def reconstruct(
    study: Annotated[Path, typer.Argument(help="The study's folder in data/; it needs no sheet.")],
    output: Annotated[Path | None, typer.Option(help="Write the sheet here when there is only one.")] = None,
    budget: Budget = 1_000_000,
    language: Language = "en",
) -> None:
    """List the datasets that the printed counts allow: the sheet when there is one, ranges when there are several."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.audit.reconstruct import reconstruct
    from oxymilk.files import write_csv
    from oxymilk.present.terminal import print_reconstruction
    from oxymilk.study import load_study

    loaded = load_study(study / "study.yaml")
    found = reconstruct(loaded, load_claims(study / "claims.csv", loaded), budget)
    print_reconstruction(found, language)
    if output and found.sheet is not None:
        write_csv(found.sheet, output)


@app.command()
def programs(
    test: Annotated[str, typer.Argument(help="signed_rank or rank_sum.")],
    first: Annotated[str, typer.Option(help="Values before, or of the first group: 0,0,1 or 5.5,7.")] = "",
    second: Annotated[str, typer.Option(help="Values after, or of the second group.")] = "",
    counts: Annotated[
        str, typer.Option(help="Or a table: rows before x columns after, or a row a group: '0,10;7,3'.")
    ] = "",
    default_only: Annotated[bool, typer.Option("--default", help="Only what is printed unasked.")] = False,
    language: Language = "en",
) -> None:
    """Print what each statistics program gives for the same data."""
    from oxymilk.present.terminal import print_programs
    from oxymilk.stats.programs import evaluate_programs
    from oxymilk.stats.ranks import expand_counts

    if bool(counts) == bool(first or second):
        raise typer.BadParameter("give either --counts, or --first and --second")
    try:
        table = [_split(row) for row in counts.split(";")] if counts else None
        values = expand_counts(test, table) if table else (_split(first), _split(second))
        results = evaluate_programs(test, *values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    print_programs([each for each in results if each.printed_by_default or not default_only], language)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _named(flag: str, text: str, what: str) -> tuple:
    from oxymilk.scaffold.answers import parse_named

    try:
        return parse_named(text, what)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=flag) from None


def _one_of(flag: str, value: str, legal: Iterable[str]) -> None:
    if value not in legal:
        raise typer.BadParameter(", ".join(filter(None, legal)), param_hint=flag)


def _print_faults(faults: Iterable) -> None:
    """Print each fault in English and, below it, in Indonesian: a sheet is mended by who keeps it."""
    from oxymilk.faults import describe

    for fault in faults:
        typer.echo(f"{describe(fault, 'en')}\n    {describe(fault, 'id')}", err=True)
