"""The texts of `oxymilk new` and `oxymilk check-study`."""

from __future__ import annotations

from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.texts import labels


def say(key: str, language: str, **values: object) -> str:
    """Return a text; `key` is dotted, below `new_study`."""
    return labels(language)(f"new_study.{key}", **{"undecided": UNDECIDED, **values}).strip()
