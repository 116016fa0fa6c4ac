"""Effects as records in the reader's language, for the table and the figure of what else the data say."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import inf, isinf
from typing import TYPE_CHECKING

from oxymilk.texts import MINUS, NO_VALUE, Labels, key_of, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

INFINITY = "\N{INFINITY}"
ADJUSTED = ("holm", "least")
ROLES = ("declared", "exact")
# parts of a note that the effect's name, the dash of a missing interval or a general note says
SAID_ELSEWHERE = (
    "z / sqrt(N)",
    "N counts pairs",
    "N counts observations, two a pair",
    "N counts both groups",
    "no interval of its own",
    "no interval",
    "Cliff's delta",
    "pairs that rose, plus half of those unchanged",
    "conditional maximum likelihood",
    "post - pre",
    "post - pre, in units of the score",
    "first group less second, in units of the score",
)


@dataclass(frozen=True)
class EffectRow:
    """One effect of one test.

    Attributes
    ----------
    test, group, timepoint, effect : str
        As in effects.csv.
    label : str
        The effect's name in the language.
    estimate, low, high : str
        As in effects.csv: digits, "inf", "-inf", or "" where there is no value.
    method, note : str
        How the interval was found, and what a reader must know, in the language.
    """

    test: str
    group: str
    timepoint: str
    effect: str
    label: str
    estimate: str
    low: str
    high: str
    method: str
    note: str

    @property
    def numbers(self) -> tuple[float | None, float | None, float | None]:
        """Estimate and limits as floats; None where there is no value."""
        return tuple(float(text) if text else None for text in (self.estimate, self.low, self.high))


@dataclass(frozen=True)
class TestEffects:
    """The effects of one test, and its adjusted and least p-values by name ("holm_declared", "least_exact")."""

    test: str
    group: str
    timepoint: str
    effects: tuple[EffectRow, ...]
    p_values: Mapping[str, str]


def effects_by_test(effects: Iterable[Mapping[str, str]], t: Labels) -> list[TestEffects]:
    """Gather the rows of effects.csv by test, in their order.

    Parameters
    ----------
    effects : iterable of mapping
        Rows of effects.csv, all cells text.
    t : Labels
        The texts of the language.

    Returns
    -------
    list of TestEffects
        Empty when no test had data.
    """
    result = []
    for key, rows in groupby(effects, key=lambda row: (row["test"], row["group"], row["timepoint"])):
        shown, p_values = [], {}
        for row in rows:
            name = row["effect"]
            if name.partition("_")[0] in ADJUSTED:
                p_values[name] = row["estimate"]
                continue
            label = t(f"effects.name.{key[0]}.{name}")
            values = (row["estimate"], row["low"], row["high"])
            method, note = (_translated(row[column], column, t) for column in ("method", "note"))
            shown.append(EffectRow(*key, name, label, *values, method, note))
        result.append(TestEffects(*key, tuple(shown), p_values))
    return result


def confidence_of(effects: Iterable[Mapping[str, str]], t: Labels) -> str:
    """Return the confidence of the intervals in percent, as the language writes it; "" without an interval."""
    stated = [row["confidence"] for row in effects if row["confidence"]]
    return t.number((100 * to_decimal(stated[0])).normalize()) if stated else ""


def effect_numbers(row: EffectRow, t: Labels) -> tuple[str, str, str]:
    """Write estimate and limits with the same number of decimals.

    Returns
    -------
    tuple of str
        Two decimals, more where the largest of the three would not show two digits; the infinity sign where there is
        no bound, an en dash where there is no value.
    """
    finite = [abs(number) for number in row.numbers if number is not None and not isinf(number)]
    largest = max(finite, default=0.0)
    decimals = 2 if largest == 0 or largest >= 0.1 else 1 - to_decimal(largest).adjusted()
    return tuple(effect_number(text, decimals, t) for text in (row.estimate, row.low, row.high))


def effect_number(text: str, decimals: int, t: Labels) -> str:
    """Write one number of effects.csv; see `effect_numbers`."""
    if text and isinf(float(text)):
        return INFINITY if float(text) == inf else MINUS + INFINITY
    written = t.number(text, decimals) if text else NO_VALUE
    # what rounds to zero has no sign
    return written.removeprefix(MINUS) if not written.strip(f"{MINUS}0.,") else written


def parts_of(text: str) -> list[str]:
    """Split a method or note of effects.csv into the parts that have a text each, less what is said elsewhere."""
    return [part for part in text.split("; ") if part and part not in SAID_ELSEWHERE]


def _translated(text: str, section: str, t: Labels) -> str:
    keys = {part: f"effects.{section}.{key_of(part)}" for part in parts_of(text)}
    # a part that has no text yet is shown as it stands rather than lost
    return " ".join(t(key) if t.has(key) else f"{part[0].upper()}{part[1:]}." for part, key in keys.items())
