"""config.yaml as typed models, which also say its legal values; what its keys mean is written in the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic.functional_validators import AfterValidator

from oxymilk.faults import Fault, FaultsError
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
    figure_width: Literal[170, 85] = 170
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
    try:
        return Config.model_validate(tree.data if values is None else values)
    except ValidationError as error:
        raise FaultsError(faults_of_validation(error, Config, tree)) from None
