"""What a view says of a study, one record a line: claims, printed tests, effects, explanations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from oxymilk.audit.printed import Interval

Row = Mapping[str, str]

VERDICT_SIGNS = {"reproduced": "=", "reproduced_after_rounding": "≈", "differs": "≠", "not_checkable": "·"}
# how a program comes to print a p-value: unasked, when told to, or with another test than the study's
LANES = ("by_default", "on_request", "other_test")


@dataclass(frozen=True)
class ClaimLine:
    """A claim in words.

    * claim : its row of verdicts.csv.
    * id, verdict : of that row; the verdict is a key of `VERDICT_SIGNS`.
    * where, quantity, about, printed, computed : `quantity` names the test too, `about` group, timepoint and
      level; numbers stay as they are printed.
    * title : what the claim states, without its number.
    * words, decision : the verdict, with its reason where it is not checkable; whether the decision agrees, ""
      where there is none.
    """

    claim: Row
    id: str
    verdict: str
    where: str
    quantity: str
    about: str
    title: str
    printed: str
    computed: str
    words: str
    decision: str


@dataclass(frozen=True)
class ProgramValue:
    """A p-value that one line of one program's output gives.

    * p_value : as in procedures.csv.
    * program, versions, output : where it is printed.
    * lane : one of `LANES`.
    * by_default : whether the program prints the line unasked; another test may be printed so too.
    * prints : whether the value prints as the printed string.
    """

    p_value: float
    program: str
    versions: str
    output: str
    lane: str
    by_default: bool
    prints: bool


@dataclass(frozen=True)
class PrintedTest:
    """A test with one p-value that the paper prints for it, in however many places.

    * test, group, timepoint : as in tests.csv.
    * declared, exact : the recomputed p of the declared procedure and the exact conditional one; nan where that
      would need too much memory.
    * printed, verdict : the string with its operator, as in the first place, and its verdict; "" when the paper
      prints none.
    * claim : the row of verdicts.csv of the first place; empty when the paper prints none.
    * places : where it is printed.
    * interval : the p-values that print as this string.
    * unit : one unit of the last printed digit.
    * programs, printing : what programs give on the same data, smallest p first; and which of them print as this
      string.
    """

    test: str
    group: str
    timepoint: str
    declared: float
    exact: float
    printed: str
    verdict: str
    claim: Row
    places: tuple[str, ...]
    interval: Interval | None
    unit: Fraction | None
    programs: tuple[ProgramValue, ...]
    printing: tuple[ProgramValue, ...]


@dataclass(frozen=True)
class Effect:
    """An effect of a test.

    * effect, label : its key in effects.csv, and its name.
    * estimate, low, high : as in effects.csv: digits, "inf", "-inf", or "" where there is no value.
    * numbers : the three; None where there is no value.
    * written : the three in words, with the same number of decimals.
    * method, note : how the interval was found, and what a reader must know.
    """

    effect: str
    label: str
    estimate: str
    low: str
    high: str
    numbers: tuple[float | None, ...]
    written: tuple[str, ...]
    method: str
    note: str


@dataclass(frozen=True)
class TestEffects:
    """The effects of a test, and its adjusted and least p-values by name ("holm_declared", "least_exact")."""

    test: str
    group: str
    timepoint: str
    effects: tuple[Effect, ...]
    p_values: Row


@dataclass(frozen=True)
class ExplanationLine:
    """An explanation in words.

    * row : its row of explanations.csv.
    * description : one or two sentences.
    * kept, contradicted : ids of the other claims about the data that hold, or do not, under this explanation.
    * coincidence : share of the numbers that could have been printed which the same search would explain as well.
    * informative : whether that is at most one half.
    """

    row: Row
    description: str
    kept: tuple[str, ...]
    contradicted: tuple[str, ...]
    coincidence: float | None
    informative: bool


@dataclass(frozen=True)
class ExplainedClaim:
    """A claim that differs, and what would explain it.

    * line : the claim in its first place.
    * lines : all places where it is printed.
    * explanations : in their ranking; may be empty.
    * without : why there is none; "" where there is one.
    * searched : whether any search applies to the claim.
    """

    line: ClaimLine
    lines: tuple[ClaimLine, ...]
    explanations: tuple[ExplanationLine, ...]
    without: str
    searched: bool
