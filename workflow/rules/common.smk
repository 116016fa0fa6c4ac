"""What the other rule files share.

Inputs:  config.yaml, src/oxymilk/
Outputs: STUDIES, LANGUAGES and the functions that name the inputs of rules
"""

import ast
from pathlib import Path

import yaml
from snakemake.utils import validate

validate(config, "../schemas/config.schema.yaml")

STUDIES = config["studies"]
LANGUAGES = [config["language"]] if isinstance(config["language"], str) else config["language"]


wildcard_constraints:
    study="[a-z][a-z0-9_]*",


def package_sources(*modules):
    """Return the files of oxymilk that the modules run, so that an edit re-runs the rules it serves and no others.

    That is the modules, all they import, wherever in the file the import stands, and the data files they name. The
    command line counts for every rule, but not what it imports for other subcommands; nor does what a package gathers
    for its users count for a rule that takes one module of it.
    """
    root = Path(workflow.basedir, "src")
    found = {root / "oxymilk" / "cli.py"}
    wanted = [f"oxymilk.{module}" for module in modules]
    while wanted:
        name = wanted.pop()
        path = _module_file(root, name)
        if path is None or path in found:
            continue
        found |= {path, *(root.joinpath(*package, "__init__.py") for package in _packages_of(name))}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                wanted.extend(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                submodules = [f"{node.module}.{alias.name}" for alias in node.names]
                wanted.extend(submodules)
                if not all(_module_file(root, submodule) for submodule in submodules):
                    wanted.append(node.module)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(_data_files(path.parent, node.value))
                if path.name == "__init__.py":
                    # a package may import a module by its name when it is first asked for
                    wanted.append(f"{name}.{node.value}")
    return sorted(str(path.relative_to(workflow.basedir)) for path in found)


def _module_file(root, name):
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    stem = root.joinpath(*parts)
    return next(
        (path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None
    )


def _packages_of(name):
    parts = name.split(".")
    return [parts[:length] for length in range(1, len(parts))]


def _data_files(folder, text):
    """Return the data files that a text names: a file of the folder, or all files of a folder in it."""
    if not text.strip(".") or Path(text).name != text or len(text) > 100:
        return []
    path = folder / text
    files = path.rglob("*") if path.is_dir() else [path]
    return [file for file in files if file.is_file() and file.suffix not in (".py", ".pyc")]


def study_sheets(wildcards):
    """Return the sheets that a study.yaml names; a faulty study.yaml is for ingest_observations to report."""
    folder = Path("data", wildcards.study)
    try:
        sheets = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))["sheets"]
        return [str(folder / sheet["file"]) for sheet in sheets]
    except (KeyError, TypeError, ValueError, yaml.YAMLError):
        return []


def all_languages(path):
    """Return a path once for each language; `{language}` in it is the language."""
    return expand(path, language=LANGUAGES, allow_missing=True)
