"""Subcommands for people: make and check a study, draft claims, verify.

And what these share with the steps of the pipeline: options, and where a study and its results are.
As in `oxymilk.cli`, everything heavy is imported inside the subcommand that needs it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer import Argument, Option
from typer.core import TyperCommand, TyperGroup

from oxymilk import __version__
from oxymilk.faults import Fault, FaultsError, faults_of
from oxymilk.files import write_csv, write_text
from oxymilk.results import Results, first_to_open
from oxymilk.texts import LANGUAGES, labels

if TYPE_CHECKING:
    from oxymilk.audit.claims import Claim
    from oxymilk.study import Study as LoadedStudy

# exit status for faults of the input; 1 is for a verdict that was not expected
BAD_INPUT = 2
CONFIG = Path("config.yaml")

Study = Annotated[
    Path, Argument(help="The study: its name (small letters, digits, _) or folder.", metavar="NAME")
]
Data = Annotated[Path | None, Option(help="The folder of the studies, in place of that of config.yaml.")]
ResultsOf = Annotated[
    Path | None, Option(help="The folder that snakemake wrote, in place of that of config.yaml.")
]
Language = Annotated[Literal[LANGUAGES], Option(help="The language of what is printed.")]
Participants = Annotated[int, Option(min=2, help="Changed participants to search up to, at least 2.")]
Budget = Annotated[int, Option(min=1, help="Most datasets to form at a time; what lies beyond is said.")]
PaperFile = Annotated[Path, Argument(help="The paper: text (.txt), Word (.docx) or PDF with text in it.")]
Kind = Literal["levels", "number", "checklist"]
Program = Literal["spss", "spss_exact", "stata", "r"]
Delimiter = Literal[",", ";", "|", "tab"]


class _AsTyped:
    """Take text, legal words and what is left out as they are.

    Every value typer gives to pydantic, which takes longer to load than a printed test to check.
    """

    def get_params(self, context: typer.Context) -> list:
        parameters = super().get_params(context)
        for parameter in parameters:
            parameter.process_value = partial(self._taken, parameter)
        return parameters

    @staticmethod
    def _taken(parameter: Any, context: typer.Context, value: Any) -> Any:
        kind, missing = parameter.type_descriptor, parameter.required and value is None
        as_typed = value == parameter.default or kind.annotation is str or value in (kind.choices or ())
        checked = type(parameter).process_value
        return value if as_typed and not missing else checked(parameter, context, value)


class Plain(_AsTyped, TyperCommand):
    """A command of few options that are no text."""


class _Panels(_AsTyped, TyperGroup):
    """The commands as `--help` lists them: those for people, then the steps of the pipeline."""

    def format_commands(self, _: typer.Context, formatter: Any) -> None:
        for of_pipeline, panel in ((False, "Commands"), (True, "Steps of the pipeline")):
            commands = self.commands.values()
            listed = [made for made in commands if (made.callback.__module__ == "oxymilk.cli") == of_pipeline]
            with formatter.section(panel):
                formatter.write_dl([(made.name, made.get_short_help_str(110)) for made in listed])


app = typer.Typer(
    cls=_Panels,
    help="Rank tests of two-group pre/post studies, and a check of every number the paper printed.",
    no_args_is_help=True, add_completion=False, context_settings={"max_content_width": 130},
    # rich draws frames round the help, and takes as long to load as all the rest
    rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip


@app.callback(invoke_without_command=True)
def _options(version: Annotated[bool, Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"oxymilk {__version__}")


def look_for_folders(*outputs: Path | None) -> None:
    """Refuse to write into a folder that is not there, which is a slip of the keyboard."""
    missing, params = [path for path in outputs if path and not path.parent.is_dir()], {"problem": "missing"}
    if missing:
        raise FaultsError(Fault("system_refused", str(path.parent), params=params) for path in missing)


def configured(key: str, given: Path | None) -> Path:
    """Return a folder as it was typed, else as config.yaml names it: "data" or "results"."""
    if not given and CONFIG.exists():
        from oxymilk.study.config import load_config

        # what is wrong with config.yaml is told by the command that needs it
        with contextlib.suppress(FaultsError, OSError):
            return Path(getattr(load_config(CONFIG), key))
    return given or Path(key)


def folder_of(study: Path, data: Path | None) -> Path:
    """Return the folder of a study that is given by its name, or as the terminal completes it: data/melati/."""
    data = configured("data", data)
    if len(study.parts) == 1 and ((data / study).is_dir() or not (study / "study.yaml").is_file()):
        return data / study
    return study if study.name else Path.cwd()


def split(text: str) -> list[str]:
    """Return the parts of a list joined by commas, without blanks around them."""
    return [part.strip() for part in text.split(",") if part.strip()]


def study_and_claims(folder: Path) -> tuple[LoadedStudy, list[Claim]]:
    """Return a study and the claims of its paper; FaultsError with the faults of either."""
    from oxymilk.audit.claims import load_claims
    from oxymilk.study import load_study

    study = load_study(folder)
    return study, load_claims(folder / "claims.csv", study)


def results_of(study: Path, folder: Path) -> Results:
    """Return the results of a study; those of an audit count only where there are claims to audit."""
    from oxymilk.audit.claims import has_claims

    return Results(folder, audited=has_claims(study))


@app.command()
def new(
    name: Study,
    sheet: Annotated[
        list[Path] | None, Option(help="The file of observations; repeat it for several.")
    ] = None,
    groups: Annotated[
        str, Option(help="Groups, the intervention first: 'Massage=P,Control=K' (= as the sheet writes it).")
    ] = "",
    kind: Annotated[Kind | None, Option(help="What was measured.")] = None,
    levels: Annotated[
        str, Option(help="The worst first: 'kurang=0,cukup=1', or with cut-offs 'kurang<10,cukup>=10'.")
    ] = "",
    unit: Annotated[str, Option(help="The unit of a number: ml, gram, minutes.")] = "",
    outcome: Annotated[str, Option(help="The name of what was measured.")] = "",
    program: Annotated[Program | None, Option(help="Whose p-values.")] = None,
    compare: Annotated[
        str, Option(help="The two of several timepoints that are compared: 'day 1,day 7'.")
    ] = "",
    title: Annotated[str, Option(help="What reports are headed with.")] = "",
    worksheet: Annotated[str, Option(help="The worksheet to read, or all.")] = "",
    delimiter: Annotated[Delimiter | None, Option(help="What divides the columns of a text file.")] = None,
    paper: Annotated[bool, Option("--paper", help="Begin a claims.csv, for the numbers of a paper.")] = False,
    run: Annotated[bool, Option("--run", help="Also make the results, when nothing is left open.")] = False,
    data: Data = None,
    language: Language = "en",
) -> None:
    """Make a study from its sheet: looks at it, asks what it cannot see, writes data/NAME/ for you to confirm."""
    from oxymilk.new_study.answers import Answers
    from oxymilk.new_study.check import check_study
    from oxymilk.new_study.lexicon import say
    from oxymilk.new_study.new import MissingFlagsError, new_study
    from oxymilk.study.config import add_study
    from oxymilk.study.yaml_lines import UNDECIDED

    answers = Answers(
        groups=_named("group", groups), levels=_named("level", levels), kind=kind or "", unit=unit, outcome=outcome,
        program=program or "", title=title, worksheet=worksheet, delimiter=delimiter or "",
        compare=tuple(split(compare)),
    )  # fmt: skip

    def prompt(question: str, default: str) -> str:
        return typer.prompt(question, default=default, show_default=bool(default))

    data = configured("data", data)
    name = name.name if name.parent == data else str(name)
    dialogue = {"ask": prompt if sys.stdin.isatty() else None, "tell": typer.echo, "language": language}
    try:
        made = new_study(name, sheet or [], answers, data=data, paper=paper, **dialogue)
    except MissingFlagsError as error:
        typer.echo(say("messages.missing_flags", language, flags=", ".join(error.args)), err=True)
        raise typer.Exit(BAD_INPUT) from None
    paths = [made.folder / file for file in made.files]
    # without a config.yaml that can be read, `check-study` says what to do
    with contextlib.suppress(FaultsError, OSError):
        paths += [CONFIG] if add_study(CONFIG, made.folder) else []
    typer.echo(say("messages.written", language, files=", ".join(map(str, paths)), study=paths[0]))
    if made.undecided:
        typer.echo(say("messages.undecided", language, count=made.undecided, undecided=UNDECIDED))
    if not run:
        typer.echo(say("messages.next_check", language, name=name))
        return
    check = check_study(name, data)
    typer.echo("\n".join(check.report([language], is_last=not check.ready)))
    if not check.ready:
        raise typer.Exit(BAD_INPUT)
    typer.echo(say("messages.made", language, file=run_pipeline(made.folder, language)))


def run_pipeline(folder: Path, language: str) -> Path | None:
    """Run snakemake for one study, whatever config.yaml names; it says the faults. Return what to open first."""
    from oxymilk.study.config import Config, load_config

    config = load_config(CONFIG) if CONFIG.exists() else Config(studies=(folder.name,), language=(language,))
    values = {"studies": [folder.name], "data": str(folder.parent), "language": [*config.language, language]}
    python, workflow = Path(sys.executable), Path(__file__).parents[2] / "Snakefile"
    command = [python, "-m", "snakemake", "--snakefile", workflow, "--cores", "all", "--nolock", "--config"]
    command += [f"{key}={value!r}" for key, value in values.items()]
    # the rules call the `oxymilk` beside this Python
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if subprocess.run(command, env=environment, check=False).returncode:
        raise typer.Exit(BAD_INPUT)
    return first_to_open(Path(config.results, folder.name, language))


def _named(what: str, text: str) -> tuple:
    """Return the groups or levels that a flag names."""
    from oxymilk.new_study.answers import parse_named

    counts = {"group": range(1, 3), "level": range(2, 101)}[what]
    try:
        return parse_named(text, what, counts) if text else ()
    except ValueError as error:
        fault = Fault("option_names", f"oxymilk new --{what}s", value=str(error), params={"due": what})
        raise FaultsError([fault]) from None


@app.command()
def check_study(
    study: Study,
    data: Data = None,
    language: Annotated[Literal[LANGUAGES] | None, Option(help="All when it is not given.")] = None,
) -> None:
    """Say what is missing or faulty in a study, all at once, and what to do next; writes nothing.

    Exit status 0: it can run. 2: something must be corrected.
    """
    from oxymilk.new_study.check import check_study

    data = configured("data", data)
    folder = folder_of(study, data)
    # what is neither there nor a name is a fault as it was typed
    named = (folder.name, folder.parent) if folder.is_dir() or study.parent == data else (str(study), data)
    check = check_study(*named)
    for line in check.report([language] if language else LANGUAGES):
        typer.echo(line)
    if not check.ready:
        raise typer.Exit(BAD_INPUT)


@app.command()
def draft_claims(
    file: PaperFile,
    study: Annotated[Path | None, Option(help="A study whose groups, timepoints, levels are named.")] = None,
    data: Data = None,
    output: Annotated[Path | None, Option(help="The claims.csv to write, in place of the terminal.")] = None,
    exclusions: Annotated[Path | None, Option(help="An exclusions.csv of all other numbers.")] = None,
    language: Language = "en",
) -> None:
    """Propose the rows of a claims.csv from a paper's text, English or Indonesian, and list every other number.

    Nothing is final: read the paper beside the draft. Each note begins with "proposed" and gives the line.
    """
    from oxymilk.audit.claims import EXAMPLE
    from oxymilk.draft.propose import draft_claims
    from oxymilk.draft.read import read_paper
    from oxymilk.study import load_study

    look_for_folders(output, exclusions)
    if output and output.exists():
        # the claims.csv that `oxymilk new --paper` begins has a header and an example
        rows = output.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
        if not all(row.startswith(EXAMPLE) for row in rows):
            raise FaultsError([Fault("claims_there", str(output))])
    draft = draft_claims(read_paper(file), load_study(folder_of(study, data)) if study else None)
    if output:
        write_csv(draft.claims_table(), output)
    else:
        typer.echo(draft.claims_table().to_csv(index=False, lineterminator="\n"), nl=False)
    if exclusions:
        write_csv(draft.exclusions_table(), exclusions)
    typer.echo(draft.summary(language), err=True)


@app.command()
def verify(
    studies: Annotated[list[Path] | None, Argument(help="Those of config.yaml when none is named.")] = None,
    data: Data = None,
    results: ResultsOf = None,
    every: Annotated[bool, Option("--all", help="List every claim, not only those to look at.")] = False,
    junit: Annotated[Path | None, Option(help="Also write a JUnit XML file here.")] = None,
    json: Annotated[Path | None, Option(help="Also write the verdicts as JSON here.")] = None,
    language: Language = "en",
) -> None:
    """Hold the results against the printed numbers.

    Exit status 0: every verdict is the one that claims.csv expects, or there is no printed number.
    1: one is not, in either direction. 2: something that is needed is missing or faulty.
    """
    from oxymilk.audit.claims import load_claims, lost_claims
    from oxymilk.audit.verdicts import audit_claims
    from oxymilk.present import terminal as verification
    from oxymilk.study import load_study
    from oxymilk.study.config import load_config

    look_for_folders(junit, json)
    data, results = configured("data", data), configured("results", results)
    verdicts, faults = {}, []
    for study in studies or map(Path, load_config(CONFIG).studies):
        folder = folder_of(study, data)
        name, tables = folder.name, results_of(folder, results / folder.name)
        try:
            loaded = load_study(folder)
            if lost := lost_claims(loaded.procedure.basis, folder):
                raise FaultsError(lost)
            if not tables.audited:
                typer.echo(f"{name}: {labels(language)('verify.nothing')}")
                continue
            # audited anew, so that an old verdicts.csv cannot pass for today's
            claims = load_claims(folder / "claims.csv", loaded)
            verdicts[name] = audit_claims(loaded, claims, tables.frequencies, tables.tests, tables)
        except (FaultsError, OSError) as error:
            faults += [replace(fault, file=f"{name}: {fault.file}") for fault in faults_of(error)]
    verification.print_verdicts(verdicts, every=every, language=language)
    if faults:
        raise FaultsError(faults)
    if junit:
        write_text(junit, verification.as_junit(verdicts))
    if json:
        write_text(json, verification.as_json(verdicts))
    if not all((frame["as_expected"] == "true").all() for frame in verdicts.values()):
        raise typer.Exit(1)
