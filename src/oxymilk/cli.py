"""The command line: one subcommand for each step of the pipeline, named like its rule.

Everything heavy is imported inside the subcommand that needs it: a job pays only for what it runs.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import Option

from oxymilk.checks import check, check_paper, crosscheck, explain, programs, reconstruct
from oxymilk.commands import BAD_INPUT, Budget, Participants, Plain, app, results_of, split, study_and_claims
from oxymilk.faults import Fault, FaultsError, fault_lines, fault_rows, faults_of
from oxymilk.files import write_bytes, write_csv, write_rows, write_text
from oxymilk.texts import LANGUAGES

if TYPE_CHECKING:
    from oxymilk.present.view import View


# phrases of the texts -> a message of a wrong usage, and what was typed
_USAGE = {
    "no_option": "No such option:? '?([^ .']*)",
    "no_command": "No such command '([^']*)'",
    "extra_argument": r"Got unexpected extra argument.* \((.*)\)",
}


def main() -> None:
    """Run the command line. Whatever ends it is printed as faults, all of them, with status 2; 1 is for a verdict."""
    status = BAD_INPUT
    try:
        status = app(prog_name="oxymilk", standalone_mode=False)
        sys.stdout.flush()
    except UsageError as error:
        is_help = error.message.startswith("Usage:")  # nothing was typed
        typer.echo(error.message, err=True) if is_help else print_faults([fault_of_usage(error)])
    except typer.Abort:
        print_faults([Fault("option_wrong", "oxymilk", params={"problem": "stopped"})])
    except (SystemExit, BrokenPipeError):  # who reads the output stopped: as a shell says it
        status = 128 + signal.SIGPIPE
        _give_up_output()
    except Exception as error:  # the one door: no fault ends in a traceback
        print_faults(faults_of(error))
        _give_up_output()
        status = BAD_INPUT
    sys.exit(status if isinstance(status, int) else 0)


def _give_up_output() -> None:
    """Let go of what cannot be printed, or Python would try again at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fault_of_usage(error: UsageError) -> Fault:
    """Return what is wrong with a command as it was typed; its place is the command and the option."""
    parameter, refused = getattr(error, "param", None), getattr(error.__cause__, "errors", list)()
    named = getattr(error, "option_name", None) or getattr(error, "param_hint", None) or ""
    option = parameter.get_error_hint() if parameter else named
    place = f"{error.ctx.command_path if error.ctx else 'oxymilk'} {option}".replace("'", "").strip()
    if refused:  # by the type of the option
        value, least = refused[0]["input"], refused[0].get("ctx", {}).get("ge")
        if legal := error.message.rstrip(".").partition(" one of ")[2]:
            return Fault("value_unknown", place, value=value, params={"legal": legal.replace("'", "")})
        number = "whole_number" if refused[0]["type"] == "int_parsing" else "number"
        return Fault(
            "value_wrong_kind", place, value=value, params={"expected": f">= {least}" if least else number}
        )
    if parameter or error.message.endswith("requires an argument."):
        return Fault("value_missing", place)
    near = next(iter(getattr(error, "possibilities", None) or ()), "")
    for problem, pattern in _USAGE.items():
        if typed := re.match(pattern, error.message):
            place = f"{place.removesuffix(typed[1]).strip()} {typed[1]}"
            return Fault("option_wrong", place, params={"problem": problem, "nearest": near})
    return Fault("option_wrong", place, params={"problem": error.message.rstrip(".?")})


def print_faults(faults: Iterable[Fault]) -> None:
    """Print faults where errors go; on a full disk there may be no such place."""
    with contextlib.suppress(OSError):
        typer.echo("\n".join(fault_lines(faults)), err=True)


# of a command as it was typed
UsageError = typer.BadParameter.__base__
Study = Annotated[Path, Option(help="The study's folder, with study.yaml in it.")]
ResultsFolder = Annotated[Path, Option("--results", help="The study's folder of results.")]
Languages = Annotated[str, Option(help=f"One or more of {', '.join(LANGUAGES)}, joined by commas.")]


def legal(flag: str, text: str, values: Iterable[str]) -> list[str]:
    """Return the parts of a list joined by commas; FaultsError for a part that is no legal value."""
    words = split(text) or [text]
    if not set(words) <= set(values):
        raise FaultsError([Fault("value_unknown", flag, value=text, params={"legal": list(values)})])
    return words


def views_of(study: Path, folder: Path, languages: str) -> Iterator[tuple[View, Path]]:
    """Yield the view of a study's results in each language, and the folder of that language."""
    from oxymilk.present.view import views

    for view in views(study, results_of(study, folder), legal("--languages", languages, LANGUAGES)):
        yield view, folder / view.language


for _command in (explain, reconstruct, programs, check, check_paper, crosscheck):
    app.command(cls=Plain)(_command)


@app.command()
def ingest_observations(study: Study, folder: ResultsFolder) -> None:
    """Make the tidy observations from the sheets that study.yaml names.

    Every fault of study.yaml, the sheets and claims.csv is reported at once, and goes to faults.csv too.
    """
    from oxymilk.new_study.check import check_files

    check = check_files(study / "study.yaml")
    write_rows(*fault_rows(check.faults), folder / "faults.csv")
    if not check.ready:
        raise FaultsError(check.faults)
    print_faults(check.faults)
    results = results_of(study, folder)
    for name, (columns, rows) in check.observations.tables.items():
        results.write_rows(name, columns, rows)


@app.command("test-groups")
def compute_rank_tests(
    study: Study,
    folder: ResultsFolder,
    confidence: Annotated[float, Option(help="Confidence of the intervals, between 0 and 1.")] = 0.95,
    seed: Annotated[int, Option(min=0, help="Of random permutations, where there are too many for all.")] = 1,
) -> None:
    """Count the levels, run the rank tests, estimate effects, and say what each program prints on the same data."""
    from oxymilk.analysis.tables import result_tables
    from oxymilk.study import load_study

    if not 0 < confidence < 1:
        due = {"expected": "zero_to_one"}
        raise FaultsError([Fault("value_wrong_kind", "--confidence", value=str(confidence), params=due)])
    results = results_of(study, folder)
    for name, table in result_tables(load_study(study), results, confidence, seed).items():
        results.write(name, table)


@app.command()
def audit_claims(study: Study, folder: ResultsFolder) -> None:
    """Give every printed number its verdict; faults of claims.csv go to faults.csv too."""
    from oxymilk.audit.verdicts import VERDICT_COLUMNS, verdict_rows

    results = results_of(study, folder)
    try:
        loaded, claims = study_and_claims(study)
    except FaultsError as error:
        write_rows(*fault_rows(error.faults), folder / "faults.csv")
        raise
    verdicts = verdict_rows(loaded, claims, results.rows("frequencies"), results.rows("tests"), results)
    results.write_rows("verdicts", VERDICT_COLUMNS, verdicts)


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
    tests = results.tests, results.sensitivity
    explained = explain_claims(loaded, claims, results.verdicts, results.observations, tests, **limits)
    for name in ("explanations", "datasets", "contradictions", "outcomes"):
        results.write(name, getattr(explained, name))
    (folder / "witnesses").mkdir(parents=True, exist_ok=True)
    for name, sheet in explained.witnesses.items():
        write_csv(sheet, folder / "witnesses" / name)


@app.command()
def make_tables(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Write the tables of a manuscript and of its appendix, in four formats, and the numbers of its sentences."""
    from oxymilk.present.formats import write_tables
    from oxymilk.present.sentences import write_numbers
    from oxymilk.present.tables import build_tables

    for view, made in views_of(study, folder, languages):
        write_tables(build_tables(view, "", "A"), made / "tables")
        write_numbers(view, made)


@app.command()
def write_audit(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Write the tables of a paper's audit: every printed number, what programs print, explanations."""
    from oxymilk.present.formats import Section, word_document, write_tables
    from oxymilk.present.tables import build_tables

    for view, made in views_of(study, folder, languages):
        tables, title = build_tables(view, "B"), view.t("manuscript.audit")
        write_tables(tables, made / "audit", forms=("md", "html"))
        document = word_document(title, [Section(title, tables=tables)], view.language)
        write_bytes(made / "audit" / "audit.docx", document)


@app.command()
def plot_figures(
    study: Study,
    folder: ResultsFolder,
    languages: Languages = "en",
    formats: Annotated[str, Option(help="svg and png are always drawn; pdf when named.")] = "",
    width: Annotated[
        Literal["170", "85"], Option(help="170 or 85 millimetres: two columns of a journal, or one.")
    ] = "170",
) -> None:
    """Draw the flows between levels, each printed p-value among those that procedures give, effects, explanations."""
    from oxymilk.present.figures import FORMATS, plot_figures

    chosen = formats and legal("--formats", formats, FORMATS)
    for view, made in views_of(study, folder, languages):
        plot_figures(view, made / "figures", chosen, int(width))


@app.command()
def write_documents(study: Study, folder: ResultsFolder, languages: Languages = "en") -> None:
    """Write a Word document to paste and a self-contained HTML page a language, from what was made before."""
    from oxymilk.present.advice import advice
    from oxymilk.present.manuscript import manuscript
    from oxymilk.present.report import render_report, study_provenance
    from oxymilk.present.sentences import results

    provenance = study_provenance(study)
    for view, made in views_of(study, folder, languages):
        write_bytes(made / "manuscript.docx", manuscript(view, made / "figures"))
        # with a paper the page begins with what it prints
        paragraphs = () if view.claims else results(view)
        page = render_report(view, made, provenance, paragraphs, advice(view))
        write_text(made / "report.html", page)
