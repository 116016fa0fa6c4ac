"""What is measured: levels in order, numbers with a unit, checklists; and the cut-offs that make levels."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Literal

from pydantic import Field

from oxymilk.study.base import Id, Label, Model, Text, Texts, Unit

# more digits than any measurement has, fewer than arithmetic rounds at
Number = Annotated[Decimal, Field(max_digits=20)]
BOUNDS = ("at_least", "above", "at_most", "below")


class Level(Model):
    """An ordered category; the bounds say which numbers belong to it.

    `at_least` and `at_most` include the number they name, `above` and `below` exclude it.
    """

    id: Id
    label: Label
    at_least: Number | None = None
    above: Number | None = None
    at_most: Number | None = None
    below: Number | None = None

    @property
    def bounded(self) -> bool:
        """Whether any bound is declared."""
        return any(getattr(self, name) is not None for name in BOUNDS)

    def holds(self, number: Decimal) -> bool:
        """Say whether a number lies within the bounds."""
        return (
            (self.at_least is None or number >= self.at_least)
            and (self.above is None or number > self.above)
            and (self.at_most is None or number <= self.at_most)
            and (self.below is None or number < self.below)
        )


class Item(Model):
    """One line of a checklist: yes or no, or a count that reaches its target or does not.

    `column` is what stands for `{item}` in the sheet's column names; the id when it is not given. `yes` and
    `no` are words of this item alone, in place of those of the checklist; a count may be followed by its `unit`.
    """

    id: Id
    label: Label
    column: Text | None = None
    kind: Literal["yes_no", "count"] = "yes_no"
    weight: Number = Field(default=Decimal(1), gt=0)
    reversed: bool = False
    unit: Text | None = None
    yes: Texts = ()
    no: Texts = ()
    at_least: Number | None = None
    at_most: Number | None = None

    @property
    def written(self) -> str:
        """The word that stands for the item in a column name."""
        return self.column or self.id


class Checklist(Model):
    """The items whose points are summed, and the words that mean yes and no.

    `cutoffs_in` says what the bounds of the levels are: points, or percent of the greatest sum of points.
    """

    items: tuple[Item, ...] = Field(min_length=1)
    yes: Texts = ()
    no: Texts = ()
    cutoffs_in: Literal["points", "percent"] = "points"

    @property
    def most(self) -> Decimal:
        """The greatest sum of points."""
        return sum((item.weight for item in self.items), Decimal(0))

    def words(self, item: Item) -> tuple[Texts, Texts]:
        """Return the words that mean yes and no for an item."""
        return item.yes or self.yes, item.no or self.no


class Scale(Model):
    """What outcomes and characteristics have in common: levels, or numbers that levels may be cut from.

    `decimals` is how many decimals the numbers are written with; it makes "up to 10" and "from 11" meet. Without
    it numbers may have any decimals, and bounds must meet in one number: "below 10" and "from 10".
    """

    id: Id
    label: Label
    kind: Literal["levels", "number"] = "levels"
    unit: Unit | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    minimum: Number | None = None
    maximum: Number | None = None
    levels: tuple[Level, ...] = ()

    @property
    def level_ids(self) -> tuple[str, ...]:
        """The ids of the levels in order."""
        return tuple(level.id for level in self.levels)

    @property
    def cutoffs(self) -> tuple[Level, ...]:
        """The levels with their bounds in the unit of the scores."""
        return self.levels


class Outcome(Scale):
    """What is measured; levels are in order, the worst first.

    `scale` is what the tests run on: the levels or the scores. A checklist's scores are sums of points.
    """

    kind: Literal["levels", "number", "checklist"] = "levels"
    scale: Literal["level", "score"] = "level"
    checklist: Checklist | None = None

    @property
    def cutoffs(self) -> tuple[Level, ...]:
        """The levels with their bounds in the unit of the scores; a percent of the points is a number of points."""
        if self.checklist is None or self.checklist.cutoffs_in == "points":
            return self.levels
        share = self.checklist.most / 100
        return tuple(
            level.model_copy(
                update={name: bound * share for name in BOUNDS if (bound := getattr(level, name)) is not None}
            )
            for level in self.levels
        )

    @property
    def score_decimals(self) -> int | None:
        """How many decimals scores have: as declared, for a checklist those of its weights."""
        if self.checklist is None or self.decimals is not None:
            return self.decimals
        return max(max(-int(item.weight.normalize().as_tuple().exponent), 0) for item in self.checklist.items)

    @property
    def score_range(self) -> tuple[Decimal | None, Decimal | None]:
        """The least and greatest possible score, None where there is no limit."""
        if self.checklist is None:
            return self.minimum, self.maximum
        return Decimal(0), self.checklist.most


class Characteristic(Scale):
    """A row block of Table 1, with the levels that are known."""

    @property
    def score_decimals(self) -> int | None:
        """How many decimals the numbers have."""
        return self.decimals

    @property
    def score_range(self) -> tuple[Decimal | None, Decimal | None]:
        """The least and greatest possible number, None where there is no limit."""
        return self.minimum, self.maximum


Span = tuple[Decimal | None, Decimal | None]


def span_of(level: Level, decimals: int, limits: Span) -> Span:
    """Return the least and greatest number of a level, both included, None where there is no limit.

    Parameters
    ----------
    level : Level
        With its bounds.
    decimals : int
        Numbers are whole multiples of 10 ** -decimals.
    limits : tuple
        The least and greatest possible number, for a level without a bound on that side.
    """
    step = Decimal(1).scaleb(-decimals)
    low, high = limits
    if level.at_least is not None:
        low = level.at_least.quantize(step, ROUND_CEILING)
    elif level.above is not None:
        low = level.above.quantize(step, ROUND_FLOOR) + step
    if level.at_most is not None:
        high = level.at_most.quantize(step, ROUND_FLOOR)
    elif level.below is not None:
        high = level.below.quantize(step, ROUND_CEILING) - step
    return low, high


def cutoff_decimals(scale: Outcome | Characteristic) -> int:
    """Return the decimals of a grid on which bounds meet just as they do among all possible numbers.

    Those of the scores; where they are not declared, one more than any bound has: a gap or an overlap of bounds
    that have fewer decimals holds such a number.
    """
    if scale.score_decimals is not None:
        return scale.score_decimals
    bounds = [getattr(level, name) for level in scale.levels for name in BOUNDS]
    exponents = [-int(one.as_tuple().exponent) for one in (*bounds, *scale.score_range) if one is not None]
    return 1 + max([0, *exponents])


def level_of(number: Decimal, scale: Outcome | Characteristic) -> str:
    """Return the id of the level that a number belongs to, or "" when no level has bounds."""
    return next((level.id for level in scale.cutoffs if level.bounded and level.holds(number)), "")


def uncovered(spans: Sequence[Span], limits: Span, decimals: int) -> tuple[list[Span], list[Span]]:
    """Return the gaps between spans and their overlaps, each as least and greatest number.

    Parameters
    ----------
    spans : sequence of tuple
        Least and greatest number of each level, in any order, both included.
    limits : tuple
        The least and greatest possible number.
    decimals : int
        Numbers are whole multiples of 10 ** -decimals.
    """
    step = Decimal(1).scaleb(-decimals)
    lowest, highest = Decimal("-Infinity"), Decimal("Infinity")
    ordered = sorted(
        (lowest if low is None else low, highest if high is None else high) for low, high in spans
    )
    due = lowest if limits[0] is None else limits[0]
    gaps, overlaps = [], []
    for low, high in ordered:
        if low > due:
            gaps.append((due, low - step))
        elif low < due and due > (lowest if limits[0] is None else limits[0]):
            overlaps.append((low, min(high, due - step)))
        due = max(due, high + step)
    end = highest if limits[1] is None else limits[1]
    if due <= end and due != highest:
        gaps.append((due, end))
    return [_finite(gap) for gap in gaps], [_finite(overlap) for overlap in overlaps]


def _finite(span: tuple[Decimal, Decimal]) -> Span:
    low, high = (None if one.is_infinite() else one for one in span)
    return low, high
