"""Recognise columns that identify a person by their header."""

from __future__ import annotations

import functools
import re
from importlib import resources

import yaml

from oxymilk.words import fold


def is_identifying(header: str) -> bool:
    """Say whether a header names something that identifies a person: name, telephone, address, number.

    Parameters
    ----------
    header : str
        As written; case, blanks, points and underscores do not matter.

    Returns
    -------
    bool
        By the words of identifying.yaml, each part of a joined header by itself: "Nama Ibu" and "NO_RM" do,
        "Nomor" and "Kode" do not.
    """
    return any(_names_a_person(part) for part in header.split(">"))


def _names_a_person(part: str) -> bool:
    words = re.sub(r"[\W_]+", " ", fold(part)).strip()
    exact, starts, contained = _headers()
    padded = f" {words} "
    return (
        words in exact
        or any(f" {word} " in padded for word in contained)
        or any(words == word or words.startswith(f"{word} ") for word in starts)
    )


@functools.cache
def _headers() -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    text = resources.files("oxymilk.ingest").joinpath("identifying.yaml").read_text(encoding="utf-8")
    lists = yaml.safe_load(text)
    return frozenset(lists["exact"]), tuple(lists["starts"]), tuple(lists["contained"])
