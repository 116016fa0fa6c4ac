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

    Attributes
    ----------
    claim : mapping
        Its row of verdicts.csv.
    id, verdict : str
        Of that row; the verdict is a key of `VERDICT_SIGNS`.
    where, quantity, about, printed, computed : str
        `quantity` names the test too, `about` group, timepoint and level; numbers stay as they are printed.
    title : str
        What the claim states, without its number.
    words, decision : str
        The verdict, with its reason where it is not checkable; whether the decision agrees, "" where there is none.
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

    Attributes
    ----------
    p_value : float
        As in procedures.csv.
    program, versions, output : str
        Where it is printed.
    lane : str
        One of `LANES`.
    by_default : bool
        Whether the program prints the line unasked; another test may be printed so too.
    prints : bool
        Whether the value prints as the printed string.
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

    Attributes
    ----------
    test, group, timepoint : str
        As in tests.csv.
    declared, exact : float
        The recomputed p of the declared procedure and the exact conditional one; nan where that would need too much
        memory.
    printed, verdict : str
        The string with its operator, as in the first place, and its verdict; "" when the paper prints none.
    claim : mapping
        The row of verdicts.csv of the first place; empty when the paper prints none.
    places : tuple of str
        Where it is printed.
    interval : Interval or None
        The p-values that print as this string.
    unit : Fraction or None
        One unit of the last printed digit.
    programs, printing : tuple of ProgramValue
        What programs give on the same data, smallest p first; and which of them print as this string.
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

    Attributes
    ----------
    effect, label : str
        Its key in effects.csv, and its name.
    estimate, low, high : str
        As in effects.csv: digits, "inf", "-inf", or "" where there is no value.
    numbers : tuple of float or None
        The three; None where there is no value.
    written : tuple of str
        The three in words, with the same number of decimals.
    method, note : str
        How the interval was found, and what a reader must know.
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

    Attributes
    ----------
    row : mapping
        Its row of explanations.csv.
    description : str
        One or two sentences.
    kept, contradicted : tuple of str
        Ids of the other claims about the data that hold, or do not, under this explanation.
    coincidence : float or None
        Share of the numbers that could have been printed which the same search would explain as well.
    informative : bool
        Whether that is at most one half.
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

    Attributes
    ----------
    line : ClaimLine
        The claim in its first place.
    lines : tuple of ClaimLine
        All places where it is printed.
    explanations : tuple of ExplanationLine
        In their ranking; may be empty.
    without : str
        Why there is none; "" where there is one.
    searched : bool
        Whether any search applies to the claim.
    """

    line: ClaimLine
    lines: tuple[ClaimLine, ...]
    explanations: tuple[ExplanationLine, ...]
    without: str
    searched: bool
