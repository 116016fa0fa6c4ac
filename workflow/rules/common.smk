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


def subcommand_sources(name):
    """Return the files of oxymilk that a subcommand runs, so that an edit re-runs the rules it serves and no others.

    That is what the subcommand imports, all that this imports in turn, wherever in a file the import stands, and the data
    files they name. What a package gathers for its users does not count where one module of it is taken.
    """
    root = Path(workflow.basedir, "src")
    cli = root / "oxymilk" / "cli.py"
    functions = [
        node
        for node in ast.parse(cli.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    # what has no decorator is no subcommand but serves them all
    own = [
        function for function in functions if function.name == name or not function.decorator_list
    ]
    found = {cli, cli.with_name("options.py")}
    wanted = [dotted for function in own for dotted in _imports(root, function)]
    while wanted:
        dotted = wanted.pop()
        path = _module_file(root, dotted)
        if path is None or path in found:
            continue
        found |= {path, *_packages_of(root, dotted)}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        wanted.extend(_imports(root, tree))
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        found.update(file for text in texts for file in _data_files(path.parent, text))
        if path.name == "__init__.py":
            # a package may import a module by its name when it is first asked for
            wanted.extend(f"{dotted}.{text}" for text in texts)
    return sorted(str(path.relative_to(workflow.basedir)) for path in found)


def _imports(root, tree):
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            modules.extend(submodules)
            if not all(_module_file(root, submodule) for submodule in submodules):
                modules.append(node.module)
    return modules


def _module_file(root, dotted):
    parts = dotted.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    stem = root.joinpath(*parts)
    return next(
        (path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None
    )


def _packages_of(root, dotted):
    parts = dotted.split(".")
    return [root.joinpath(*parts[:length], "__init__.py") for length in range(1, len(parts))]


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
