"""What the other rule files share.

Inputs:  config.yaml
Outputs: STUDIES, LANGUAGES, STUDY, RESULT and the functions that name the inputs of rules
"""

import os
import shutil
from pathlib import Path

import yaml
from snakemake.utils import validate

validate(config, "../schemas/config.schema.yaml")

STUDIES = config["studies"]
LANGUAGES = [config["language"]] if isinstance(config["language"], str) else config["language"]
# folders of the working directory; the code is where this workflow is, wherever it is run
DATA = config["data"].rstrip("/")
RESULTS = config["results"].rstrip("/")
# the folders of one study; `{study}` in them is the wildcard
STUDY = f"{DATA}/{{study}}"
RESULT = f"{RESULTS}/{{study}}"
SOURCES = Path(workflow.current_basedir).parents[1] / "src" / "oxymilk"


wildcard_constraints:
    study="[a-z][a-z0-9_]*",


def package_sources(*packages):
    """Return the files of packages of oxymilk and of what they all rest on: an edit re-runs the rules that they serve.

    A test asks that each rule names every package that its subcommand imports.
    """
    folders = [SOURCES / package for package in ("texts", *packages)]
    files = [*SOURCES.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.*"))]
    here = Path.cwd()
    return sorted(
        str(file.relative_to(here) if file.is_relative_to(here) else file)
        for file in files
        if file.suffix != ".pyc"
    )


def study_sheets(wildcards):
    """Return the sheets that a study.yaml names; a faulty study.yaml is for ingest_observations to report."""
    folder = Path(DATA, wildcards.study)
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        sheets = yaml.load((folder / "study.yaml").read_bytes(), loader)["sheets"]
        return [str(folder / sheet["file"]) for sheet in sheets]
    except (KeyError, TypeError, ValueError, yaml.YAMLError):
        return []


def has_claims(study):
    """Say whether a study comes with the numbers of a paper: without them nothing is audited."""
    return Path(DATA, study, "claims.csv").is_file()


AUDITED = [study for study in STUDIES if has_claims(study)]


def audit_tables(*tables):
    """Return the input function that names the claims and these tables of the audit; nothing for a study without claims."""
    paths = [f"{STUDY}/claims.csv", *(f"{RESULT}/{table}.csv" for table in tables)]

    def inputs(wildcards):
        return expand(paths, study=wildcards.study) if has_claims(wildcards.study) else []

    return inputs


def all_languages(path):
    """Return a path once for each language; `{language}` in it is the language."""
    return expand(path, language=LANGUAGES, allow_missing=True)


def installed(*programs):
    """Return where programs are installed: as one of its `params:` this runs a rule again when one comes or goes."""
    return [shutil.which(program) or "" for program in programs]
