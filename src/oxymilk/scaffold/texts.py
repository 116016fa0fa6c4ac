"""The texts of `oxymilk new` and `oxymilk check-study`, in both languages."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import yaml

from oxymilk.declaration.undecided import UNDECIDED

LANGUAGES = ("en", "id")


def say(key: str, language: str, **values: object) -> str:
    """Return a text of texts.yaml; `key` is dotted.

    Raises
    ------
    KeyError
        For a key or language that it does not have.
    """
    found: Any = _texts()
    for step in key.split("."):
        found = found[step]
    return found[language].strip().format_map({"undecided": UNDECIDED, **values})


@functools.cache
def _texts() -> dict[str, Any]:
    text = resources.files("oxymilk.scaffold").joinpath("texts.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
