"""A claim to be explained, an explanation, and what that is worth: its coincidence.

Coincidence is computed in one way for every search: with all else held fixed, the values that the search could have
reached cover some of the strings that could have been printed; their share is the coincidence.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import LOWER, UPPER, round_units
from oxymilk.study import Study

if TYPE_CHECKING:
    from oxymilk.explain.claims_on_counts import ClaimOnCounts, Records

KINDS = ("notation", "adjustment", "procedure", "elsewhere", "finer_scale", "departure", "none")


@dataclass(frozen=True)
class DifferingClaim:
    """A distinct claim that differs, and all that the searches need to know of the study.

    * claim : Where it is printed first.
    * records : What is on disk.
    * on_counts : The claim as a function of data; None for a claim about other printed numbers.
    * others : The other claims about the data; `claims` are all claims of the paper.
    * computed : What the verdict computed.
    """

    claim: Claim
    records: Records
    on_counts: ClaimOnCounts | None
    others: list[ClaimOnCounts]
    claims: list[Claim] = field(repr=False)
    computed: str

    @cached_property
    def feature(self) -> np.ndarray:
        """What the claim sees of the data as they are."""
        return self.on_counts.feature(self.records.tables)

    @cached_property
    def others_as_is(self) -> dict[str, bool]:
        """Whether each of the other claims holds on the data as they are."""
        return {other.id: bool(other.holds(other.feature(self.records.tables))) for other in self.others}


@dataclass(frozen=True)
class Explanation:
    """One way to make a claim come true.

    * kind : One of `KINDS`. `code` : A key of the texts, below `explain.codes`; `params` : The words of that text.
    * value : The number that the explanation gives.
    * effort : How many steps away: switches moved, participants changed, 1 for a slip or a finer scale; 0 for a finer
      scale where p is printed as zero, as programs print whatever is small.
    * ways : In how many ways the same can come about.
    * programs : Programs with versions and output lines.
    * others : Whether each of the other claims about the data holds under this explanation.
    * coincidence : Share of the strings that could have been printed which this search would explain too.
    * witness : One dataset that shows the explanation to be possible.
    """

    kind: str
    code: str
    params: dict[str, Any]
    value: float | None = None
    effort: int = 1
    ways: int = 1
    programs: str = ""
    others: dict[str, bool] = field(default_factory=dict)
    coincidence: float | None = None
    witness: pd.DataFrame | None = field(default=None, compare=False)

    @property
    def informative(self) -> bool:
        """Whether at most half of the strings that could have been printed would be explained as well."""
        return self.coincidence is not None and self.coincidence <= 0.5

    @property
    def params_as_text(self) -> str:
        """The params as JSON with sorted keys: the column `params`."""
        return json.dumps(self.params, sort_keys=True, ensure_ascii=False)

    @property
    def order(self) -> tuple:
        """Key of the ranking: informative first, claims contradicted, steps, coincidence; the rest keeps it stable.

        What takes no step at all needs no other worth.
        """
        contradicted = list(self.others.values()).count(False)
        share = 2.0 if self.coincidence is None else round(self.coincidence, 12)
        needless = self.effort > 0 and not self.informative
        worth = (self.kind == "none", needless, contradicted, self.effort, share)
        return (*worth, KINDS.index(self.kind), self.code, self.params_as_text)


class Reached(NamedTuple):
    """What a search can reach in some steps from what is declared.

    * claim : The claim, as the way prints numbers.
    * values : The numbers that the way shows, one or several.
    * way : What the search knows of it.
    * shown : Whether a program shows it.
    """

    claim: ClaimOnCounts
    steps: int
    values: np.ndarray
    way: Any
    shown: bool = True


def fitting(reached: list[Reached]) -> Iterator[tuple[Reached, float, float]]:
    """Yield what gives the printed number, with that number and the coincidence.

    The coincidence is taken over all that is reached in as few steps; of what a program shows, over what programs show.
    """
    covered = [own.claim.printable.covered(own.values) for own in reached]
    for own in reached:
        number = own.claim.first_true(own.values)
        if number is not None:
            within = [
                strings
                for other, strings in zip(reached, covered, strict=True)
                if other.steps <= own.steps and other.shown >= own.shown
            ]
            yield own, number, own.claim.printable.share(*within)


@dataclass(frozen=True)
class Printable:
    """The strings that could be printed in a claim's place, as whole numbers of the last printed place ("units").

    * first, last : The smallest and the largest of them. For a p-value all strings with the claim's decimals on its
      side of alpha: "0.004" at alpha 0.05 is one of 0, 1, ..., 49. For a statistic, a count or a percentage all
      that the design allows.
    * claimed : The unit that is printed; -2 when nothing can print so.
    * decimals : Digits after the decimal mark; `rounding` : How numbers are shortened to them.
    * operator : "" (equal), "<", "<=", ">" or ">=".
    * alpha : For decisions: 0 is significant, 1 is not.
    """

    first: int
    last: int
    claimed: int
    decimals: int
    operator: str
    rounding: str
    alpha: float | None = None

    @property
    def strings(self) -> range:
        """All of them: more than memory holds where many decimals are printed."""
        return range(self.first, self.last + 1)

    def units(self, values: np.ndarray) -> np.ndarray:
        """Return the unit that each value, not negative, prints as, same shape; nan as -1.

        A value nearer to a boundary than floating point can tell is taken `as_decimal`.
        """
        if self.alpha is not None:
            return np.where(np.isnan(values), -1, values >= self.alpha).astype(np.int64)
        flat = np.asarray(values, dtype=float).ravel()
        missing, half = np.isnan(flat), 0.0 if self.rounding == "truncate" else 0.5
        scaled = np.where(missing, 0.0, flat) * 10.0**self.decimals + half
        units = np.floor(scaled).astype(np.int64)
        near = ~missing & (np.abs(scaled - np.rint(scaled)) < 1e-9 * np.maximum(1.0, scaled))
        distinct, place = np.unique(flat[near], return_inverse=True)
        exact = [round_units(as_decimal(value), self.decimals, self.rounding) for value in distinct.tolist()]
        units[near] = np.array(exact, dtype=np.int64)[place]
        return np.where(missing, -1, units).reshape(np.shape(values))

    def within(self, units: set[int]) -> set[int]:
        """Return those units that are strings which could be printed."""
        return {unit for unit in units if self.first <= unit <= self.last}

    def covered(self, values: np.ndarray) -> Collection[int]:
        """Return which of the strings some values would make true; nan is nothing."""
        values = np.asarray(values, dtype=float).ravel()
        values, strings = values[~np.isnan(values)], self.strings
        if not self.operator or not len(values):
            return self.within(set(self.units(values).tolist()))
        # all from one string on, or up to one: "< 0.05" is true of 0.04, and so is all that is more
        reached = values.min() if self.operator in UPPER else values.max()
        side = bisect_left if self.operator in ("<=", ">") else bisect_right
        place = side(strings, reached, key=lambda unit: unit / 10**self.decimals)
        return strings[place:] if self.operator in UPPER else strings[:place]

    def share(self, *covered: Collection[int]) -> float:
        """Return the share of the strings that are covered by any of these; nan where there are no strings."""
        # behind an operator the longest has all others
        most = max(map(len, covered)) if self.operator else len(set().union(*covered))
        return most / len(self.strings) if self.strings else float("nan")


def as_decimal(value: float) -> Fraction:
    """Return a computed number to the digits that floating point leaves: 0.06249999999999999 is 0.0625."""
    return Fraction(f"{value:.14g}")


def printable_of(claim: Claim, study: Study, most: float) -> Printable:
    """Return the strings that could be printed in a claim's place, under the study's alpha and rounding.

    `most` is the largest value that the quantity can take; it is not used for p-values and decisions.
    """
    if claim.quantity == "decision":
        return Printable(0, 1, int(claim.printed != "significant"), 0, "", study.rounding, study.alpha)
    # "5%" is 0.05
    decimals = claim.number.decimals + (2 if claim.scale == 100 else 0)
    # computed numbers have no more digits than this, and their units fit into 64 bits
    decimals = min(decimals, 16 - len(str(int(most))))
    scale, value = 10**decimals, claim.number.value / claim.scale
    # a negative number prints no magnitude but that of a statistic whose sign programs choose
    claimed = int(abs(value) * scale) if value >= 0 or claim.is_unsigned else -2
    operator = claim.operator if claim.operator in (*UPPER, *LOWER) else ""
    first, last = 0, int(np.ceil(most * scale))
    if claim.quantity in ("p_value", "threshold"):
        alpha = Fraction(str(study.alpha)) * scale
        # the strings on either side of alpha: 0.049 is the last one below it, and "p < 0.05" belongs to that side
        below, at_most = int(np.ceil(alpha)) - 1, int(np.floor(alpha))
        if operator in UPPER:
            first, last = (1, at_most) if claimed <= alpha else (at_most + 1, scale)
        else:
            first, last = (0, below) if claimed < alpha else (below + 1, scale - (operator in LOWER))
    return Printable(first, last, claimed, decimals, operator, study.rounding)
