"""config.yaml as typed models, which also say its legal values; what its keys mean is written in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError
from pydantic.functional_validators import AfterValidator, BeforeValidator

from oxymilk.faults import Fault, FaultsError
from oxymilk.files import read_bytes, write_bytes
from oxymilk.study.base import Id, Model, OneOrMore, Text
from oxymilk.study.checks import faults_of_validation
from oxymilk.study.yaml_lines import read_tree
from oxymilk.texts import LANGUAGES

_Once = AfterValidator(lambda words: tuple(dict.fromkeys(words)))


class Explain(Model):
    """How far to search for what would explain a number that differs."""

    participants: int = Field(default=2, ge=2)
    budget: int = Field(default=1_000_000, ge=1000)


class Config(Model):
    """What `snakemake` makes."""

    data: Text = "data"
    results: Text = "results"
    studies: Annotated[tuple[Id, ...], Field(min_length=1), _Once]
    language: Annotated[tuple[Literal[LANGUAGES], ...], OneOrMore, Field(min_length=1), _Once] = ("en",)
    figure_formats: Annotated[tuple[Literal["svg", "png", "pdf"], ...], _Once] = ()
    figure_width: Annotated[Literal["170", "85"], BeforeValidator(str)] = "170"
    confidence: float = Field(default=0.95, gt=0, lt=1)
    seed: int = Field(default=1, ge=0)
    explain: Explain = Explain()


def load_config(path: Path, values: Mapping[str, Any] | None = None) -> Config:
    """Read config.yaml, or what Snakemake made of it and its command line; FaultsError with every fault of it."""
    tree = read_tree(path)
    if values is None and not path.exists():
        raise FaultsError([Fault("config_missing", path.name)])
    if tree.faults and path.exists():
        raise FaultsError(tree.faults)
    values = dict(tree.data if values is None else values)
    if values.get("studies") == "all":
        # a folder whose name is no id is a fault of config.yaml, not left out
        found = Path(str(values.get("data", "data")).replace("\0", "")).glob("[!.]*/study.yaml")
        values["studies"] = sorted(path.parent.name for path in found)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise FaultsError(faults_of_validation(error, Config, tree)) from None


def add_study(path: Path, folder: Path) -> bool:
    """Name a study under `studies` of config.yaml, which is else left as it is, and say whether that was needed.

    Parameters
    ----------
    path, folder : Path
        config.yaml, and the study's folder; one that is not in the folder `data` of config.yaml is not named there.

    Raises
    ------
    FaultsError
        When config.yaml is not there or faulty.
    """
    config = load_config(path)
    if folder.name in config.studies or folder.parent.resolve() != Path(config.data).resolve():
        return False
    text = read_bytes(path).decode("utf-8")
    node = next(value for key, value in yaml.compose(text, yaml.SafeLoader).value if key.value == "studies")
    # `no` is an id too
    name = folder.name if yaml.safe_load(folder.name) == folder.name else f'"{folder.name}"'
    if node.flow_style:
        end, added = node.value[-1].end_mark.index, f", {name}"
    else:
        # below the line of the last, which may end with a comment
        end = re.compile(r"\r?\n|\Z").search(text, node.value[-1].end_mark.index).start()
        newline = "\r\n" if "\r\n" in text else "\n"
        added = f"{newline}{' ' * node.start_mark.column}- {name}"
    write_bytes(path, f"{text[:end]}{added}{text[end:]}".encode())
    return True
