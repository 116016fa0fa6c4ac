"""What the other rule files share.

Inputs:  config.yaml
Outputs: STUDIES, LANGUAGES, STUDY, RESULT and the functions that name the inputs of rules; faults as the last lines of a run
"""

import atexit
import errno
import fcntl
import functools
import hashlib
import os
import re
import shutil
import sys
from pathlib import Path

SOURCES = Path(workflow.current_basedir).parents[1] / "src" / "oxymilk"
sys.path.insert(0, str(SOURCES.parent))

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

from oxymilk.audit.claims import has_claims, lost_claims
from oxymilk.faults import FaultsError, fault_lines, faults_of
from oxymilk.results import first_to_open
from oxymilk.study.config import load_config
from oxymilk.study.yaml_lines import read_tree
from oxymilk.texts import labels

LAST_LINES = []
# below all that snakemake says of its own
atexit.register(lambda: LAST_LINES and print(*LAST_LINES, sep="\n", file=sys.stderr))


def look_for_room(*folders):
    """Raise OSError where a folder cannot be made or written to."""
    for folder in map(Path, folders):
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "", str(nearest))
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "", str(nearest))


def checked_config():
    """Return config.yaml as it is after the command line; a fault of it ends the run before any job."""
    try:
        checked = load_config(Path("config.yaml"), config or None)
        look_for_room("logs", ".snakemake", checked.results)
        return checked.model_dump(mode="json")
    except (FaultsError, OSError) as error:
        LAST_LINES.extend(fault_lines(faults_of(error)))
        raise WorkflowError("Nothing was run; the last lines say why.") from None


# the one of the working directory; a workflow that uses this one as a module gives its own
if Path("config.yaml").is_file() and not read_tree(Path("config.yaml")).faults:

    configfile: "config.yaml"


config.update(checked_config())
LANGUAGES = config["language"]


def said(key, **values):
    """Say what a run says of itself, in the first language of config.yaml."""
    return labels(LANGUAGES[0])(f"run.{key}", **values)


# folders of the working directory; the code is where this workflow is, wherever it is run
DATA = config["data"].rstrip("/")
RESULTS = config["results"].rstrip("/")
# the folders of one study; `{study}` in them is the wildcard
STUDY = f"{DATA}/{{study}}"
RESULT = f"{RESULTS}/{{study}}"


wildcard_constraints:
    study="[a-z][a-z0-9_]*",


# what a run says of itself that is no news to its reader
MECHANICS = (
    *("Building DAG", "Using shell", "Singularity containers", "Select jobs", "Execute "),
    *("Complete log", "Elapsed time"),
)
MECHANICAL = {LogEvent.RUN_INFO, LogEvent.RESOURCES_INFO, LogEvent.WORKFLOW_STARTED}


def one_line_a_job():
    """Return the filter of what the terminal shows: of each job one line as it ends; the log file has it all."""
    names, ended = {}, []

    def filter(record):
        event, text = getattr(record, "event", None), str(record.msg)
        if event == LogEvent.JOB_INFO:
            names[record.jobid] = " ".join([record.rule_name, *record.wildcards.values()])
        elif event == LogEvent.JOB_FINISHED:
            ended.append(names.get(record.job_id, ""))
        elif event == LogEvent.PROGRESS:
            print(
                said("step", done=record.done, total=record.total, job=ended[-1]), file=sys.stderr
            )
        elif event == LogEvent.JOB_ERROR:
            print(said("failed", job=names.get(record.jobid, record.rule_name)), file=sys.stderr)
        elif text.startswith("Nothing to be done"):
            say_where_results_are()
            return True
        else:
            return event not in MECHANICAL and not text.startswith(MECHANICS)
        return False

    return filter


# a plan (--dry-run) is shown as snakemake shows it
if not workflow.output_settings.dryrun:
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            handler.addFilter(one_line_a_job())


def say_where_results_are():
    """Put the file to open first of each study that is made below all that snakemake says."""
    for study in STUDIES:
        made = [first_to_open(Path(RESULTS, study, language)) for language in LANGUAGES]
        if any(made):
            LAST_LINES.append(f"{study}: {', '.join(str(file) for file in made if file)}")
    if LAST_LINES:
        LAST_LINES.insert(0, said("results", folder=RESULTS))


def wait_for_other_runs():
    """Let one run at a time work in a folder, for as long as this process lives: a dead run holds nothing."""
    # kept open: closing the file would let the next run in
    workflow.oxymilk_lock = Path(".snakemake/oxymilk.lock").open("w")
    try:
        fcntl.flock(workflow.oxymilk_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(said("waiting"), file=sys.stderr)
        fcntl.flock(workflow.oxymilk_lock, fcntl.LOCK_EX)


def say_faults_last(log):
    """Put the logs of the jobs that failed below all that snakemake says of its own."""
    LAST_LINES.extend(said("log", file=file) for file in log)
    text = "".join(Path(file).read_text(errors="replace") for file in log)
    for file in re.findall(r"^ +log: (.+) \(check log file", text, flags=re.MULTILINE):
        told = Path(file).read_text(errors="replace").rstrip() if Path(file).exists() else ""
        LAST_LINES.extend(["", f"{file}:", told or said("cut")])


@functools.cache
def package_digest(package):
    """Return the SHA-256 of a package of oxymilk; of what is at its top and in no package where it is "."."""
    folder, digest = SOURCES / package, hashlib.sha256()
    files = folder.glob("*.py") if package == "." else folder.rglob("*.*")
    # what Python compiles and editors keep comes and goes
    for file in sorted(file for file in files if file.parent.name != "__pycache__"):
        if not file.name.startswith("."):
            digest.update(str(file.relative_to(SOURCES)).encode() + file.read_bytes())
    return digest.hexdigest()


def digest_of(*packages):
    """Return the digests of packages of oxymilk and of what they all rest on.

    As one of its `params:` an edit of them runs again the rule that they serve; as inputs, a hundred files a job would
    cost snakemake as much time as a job takes. A test asks that each rule names every package that its subcommand imports.
    """
    return [package_digest(package) for package in (".", "texts", *packages)]


def there(study, *names):
    """Return those of a study's files that are there; what is missing is a fault of its study alone, told by its job."""
    paths = [Path(DATA, study, name) for name in names]
    return [str(path) for path in paths if path.is_file()]


@functools.cache
def study_tree(study):
    """Return what a study.yaml says, faulty or not."""
    return read_tree(Path(DATA, study, "study.yaml"))


def study_file(wildcards):
    """Return study.yaml."""
    return there(wildcards.study, "study.yaml")


def study_sheets(wildcards):
    """Return the sheets that a study.yaml names; a faulty study.yaml is for ingest_observations to report."""
    named = study_tree(wildcards.study).entries("sheets", "*", "file")
    return there(
        wildcards.study, *(name for _, name in named if isinstance(name, str) and "\0" not in name)
    )


def refusals(study):
    """Return the faults for which nothing of a study is made: no room for its results, or the claims of its paper lost."""
    made = [Path(RESULTS, study), *(Path(RESULTS, study, language) for language in LANGUAGES)]
    parts = [folder / part for folder in made[1:] for part in ("tables", "figures", "audit")]
    try:
        look_for_room(Path("logs", study), made[0] / "witnesses", *parts)
    except OSError as error:
        return faults_of(error)
    basis = study_tree(study).at("procedure", "basis")
    return lost_claims(basis, Path(DATA, study)) if basis else []


REFUSED = {study: faults for study in config["studies"] if (faults := refusals(study))}
STUDIES = [study for study in config["studies"] if study not in REFUSED]
# without printed numbers nothing is audited
AUDITED = [study for study in STUDIES if has_claims(Path(DATA, study))]


def audit_tables(*tables):
    """Return the input function that names the claims and these tables of the audit; nothing for a study without claims."""
    paths = [f"{STUDY}/claims.csv", *(f"{RESULT}/{table}.csv" for table in tables)]

    def inputs(wildcards):
        return expand(paths, study=wildcards.study) if wildcards.study in AUDITED else []

    return inputs


def audit_folders(wildcards):
    """Return the tables of the audit in each language; nothing for a study without claims."""
    folders = f"{RESULT}/{{language}}/audit"
    return (
        expand(folders, study=wildcards.study, language=LANGUAGES)
        if wildcards.study in AUDITED
        else []
    )


def second_opinion(wildcards):
    """Return crosscheck.csv of a study, where it was asked for."""
    path = Path(RESULTS, wildcards.study, "crosscheck.csv")
    return [str(path)] if path.is_file() else []


def all_languages(path):
    """Return a path once for each language; `{language}` in it is the language."""
    return expand(path, language=LANGUAGES, allow_missing=True)


def installed(*programs):
    """Return where programs are installed: as one of its `params:` this runs a rule again when one comes or goes."""
    return [shutil.which(program) or "" for program in programs]
