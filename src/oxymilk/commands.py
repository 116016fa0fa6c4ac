"""Subcommands for people: make and check a study, draft claims, verify, explain, reconstruct, compare programs.

As in `oxymilk.cli`, everything heavy is imported inside the subcommand that needs it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from oxymilk.options import BAD_INPUT, Budget, Data, Language, Participants, one_of, results_of, split

app = typer.Typer()


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
    data: Data = Path("data"),
    language: Language = "en",
) -> None:
    """Make a study from its sheet: looks at it, asks what it cannot see, writes data/NAME/ for you to confirm."""
    from oxymilk.new_study.answers import KINDS, Answers
    from oxymilk.new_study.lexicon import lexicon, say
    from oxymilk.new_study.new import MissingFlagsError, new_study
    from oxymilk.study.yaml_lines import UNDECIDED
    from oxymilk.texts import LANGUAGES

    one_of("--language", language, LANGUAGES)
    one_of("--kind", kind, ("", *KINDS))
    one_of("--program", program, ("", *lexicon()["programs"]))
    one_of("--delimiter", delimiter, ("", ",", ";", "|", "tab"))
    answers = Answers(
        groups=_named("--groups", groups, "group"), levels=_named("--levels", levels, "level"), kind=kind,
        unit=unit, outcome=outcome, program=program, title=title, worksheet=worksheet, delimiter=delimiter,
    )  # fmt: skip
    ask = (
        (lambda question, default: typer.prompt(question, default=default, show_default=bool(default)))
        if sys.stdin.isatty()
        else None
    )
    try:
        made = new_study(name, sheet or [], answers, data=data, language=language, ask=ask, tell=typer.echo)
    except MissingFlagsError as error:
        typer.echo(say("messages.missing_flags", language, flags=", ".join(error.args)), err=True)
        raise typer.Exit(BAD_INPUT) from None
    files = ", ".join(str(made.folder / file) for file in made.files)
    typer.echo(say("messages.written", language, files=files, study=made.folder / "study.yaml"))
    if made.undecided:
        typer.echo(say("messages.undecided", language, count=made.undecided, undecided=UNDECIDED))
    typer.echo(say("messages.next_check", language, name=name))


@app.command()
def check_study(
    name: Annotated[str, typer.Argument(help="The study: a folder in data/.")],
    data: Data = Path("data"),
    language: Annotated[str, typer.Option(help="en or id; both when it is not given.")] = "",
) -> None:
    """Say what is missing or faulty in a study, all at once, and what to do next; writes nothing.

    Exit status 0: it can run. 2: something must be corrected.
    """
    from oxymilk.new_study.check import check_study
    from oxymilk.texts import LANGUAGES

    one_of("--language", language, ("", *LANGUAGES))
    # data/melati/, as the terminal completes it, is melati
    path = Path(name)
    check = check_study(path.name if path.parent == data else name, data)
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
    from oxymilk.draft.propose import draft_claims
    from oxymilk.draft.read import Unreadable, read_paper
    from oxymilk.files import write_csv
    from oxymilk.study import load_study

    if output and _has_claims(output):
        typer.echo(f"{output}: holds claims already; nothing was written. Choose another --output.", err=True)
        raise typer.Exit(BAD_INPUT)
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
    data: Data = Path("data"),
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
    verdicts = {
        name: verification.audit_results(data / name, results_of(data / name, results / name))
        for name in names
    }
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
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.explain import explain_one
    from oxymilk.files import as_read
    from oxymilk.ingest import ingest_observations
    from oxymilk.present.terminal import print_explanations
    from oxymilk.study import load_study

    loaded = load_study(study / "study.yaml")
    claims = load_claims(study / "claims.csv", loaded)
    observations = ingest_observations(loaded, study).table
    tables = [table(loaded, observations) for table in (analysis.frequency_table, analysis.rank_test_table)]
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
    from oxymilk.explain.reconstruct import reconstruct
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
        table = [split(row) for row in counts.split(";")] if counts else None
        values = expand_counts(test, table) if table else (split(first), split(second))
        results = evaluate_programs(test, *values)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    print_programs([each for each in results if each.printed_by_default or not default_only], language)


def _has_claims(path: Path) -> bool:
    """Say whether a file is there that holds more than the header or the example of a new claims.csv."""
    if not path.exists():
        return False
    rows = path.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    return not all(row.startswith("example_") for row in rows)


def _named(flag: str, text: str, what: str) -> tuple:
    from oxymilk.new_study.answers import parse_named

    try:
        found = parse_named(text, what)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=flag) from None
    if text and not (1 <= len(found) <= 2 if what == "group" else len(found) > 1):
        wanted = "one or two groups" if what == "group" else "two or more levels"
        raise typer.BadParameter(f"{wanted}, not {len(found)}: {text}", param_hint=flag)
    return found
