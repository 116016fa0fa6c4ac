"""Words of observation sheets that have one meaning wherever they stand: totals at the foot, units."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any

import yaml

from oxymilk.words import fold


def is_foot(word: str, *, below_foot: bool = False) -> bool:
    """Say whether a row's first word heads a row of totals, not a participant.

    Parameters
    ----------
    word : str
        As written; case, blanks, points and hyphens do not matter.
    below_foot : bool
        Whether a row of totals stands above: then short words (SD, min) head one too, which may be initials.

    Examples
    --------
    >>> is_foot("Rata-rata"), is_foot("SD"), is_foot("SD", below_foot=True)
    (True, False, True)
    """
    plain = re.sub(r"[\W_]+", " ", fold(word)).strip()
    return _foot(below_foot).match(plain) is not None


def is_unit(word: str) -> bool:
    """Say whether a word is a unit that is known, with or without its time ("ml/hari")."""
    return _parts(word)[0] in _units()


def same_unit(written: str, declared: str) -> bool:
    """Say whether a unit beside a number is the declared one.

    Parameters
    ----------
    written : str
        As the sheet writes it; it may leave out the time of a unit per time.
    declared : str
        As study.yaml declares it.

    Examples
    --------
    >>> same_unit("cc", "ml/hari"), same_unit("cc/24 jam", "ml/hari"), same_unit("ml/hari", "ml")
    (True, True, False)
    """
    (amount, time), (due, due_time) = _parts(written), _parts(declared)
    units = _units()
    if units.get(amount, amount) != units.get(due, due):
        return False
    return not time or units.get(time, time) == units.get(due_time, due_time)


def unit_of_header(header: str) -> str:
    """Return the unit that a header states in brackets, "" when it states none that is known.

    Examples
    --------
    >>> unit_of_header("Pre Test > Volume (cc/hari)"), unit_of_header("Lama [2]")
    ('cc/hari', '')
    """
    stated = re.findall(r"[(\[]([^()\[\]]+)[)\]]", header)
    return next((one.strip() for one in reversed(stated) if is_unit(one)), "")


def _parts(word: str) -> tuple[str, str]:
    """Return a unit and the time it is counted for, both folded; the time may be empty."""
    amount, _, time = re.sub(r"\s+per\s+", "/", fold(word)).partition("/")
    return amount.strip().rstrip("."), time.strip().rstrip(".")


@functools.cache
def _words() -> dict[str, Any]:
    return yaml.safe_load(resources.files("oxymilk").joinpath("sheet_words.yaml").read_text("utf-8"))


@functools.cache
def _foot(short: bool) -> re.Pattern[str]:
    words = _words()["foot"] + (_words()["foot_short"] if short else [])
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})(?: |$)")


@functools.cache
def _units() -> dict[str, str]:
    return {fold(word): words[0] for words in _words()["units"] for word in words}
