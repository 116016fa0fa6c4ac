"""What is measured: levels in order, numbers with a unit, checklists; and the cut-offs that make levels."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from oxymilk.study.base import Labelled, Model, Text, Texts, Unit, invalid
from oxymilk.study.yaml_lines import KeyPath
from oxymilk.words import fold

# bound of a level -> how a number of the level compares with it, whether it bounds the least (0) or the greatest (1)
# number of the level, and on a grid of numbers: how it is rounded to one, and how many steps further that number is
_BOUNDS = {
    "at_least": (operator.ge, 0, ROUND_CEILING, 0), "above": (operator.gt, 0, ROUND_FLOOR, 1),
    "at_most": (operator.le, 1, ROUND_FLOOR, 0), "below": (operator.lt, 1, ROUND_CEILING, -1),
}  # fmt: skip
# more digits than any measurement has, fewer than arithmetic rounds at
Number = Annotated[Decimal, Field(max_digits=20)]
# least and greatest number, both included, None where there is no limit
Span = tuple[Decimal | None, Decimal | None]


def _fault(path: KeyPath, code: str, value: object = "", **params: Any) -> InitErrorDetails:
    """Return the error that becomes a fault of a part of the file, at a path within the part."""
    return InitErrorDetails(type=invalid(code, **params), loc=path, input=str(value))


class Level(Labelled):
    """An ordered category; the bounds say which numbers belong to it.

    `at_least` and `at_most` include the number they name, `above` and `below` exclude it.
    """

    at_least: Number | None = None
    above: Number | None = None
    at_most: Number | None = None
    below: Number | None = None

    @property
    def bounds(self) -> dict[str, Decimal]:
        """The bounds that are declared."""
        return {name: bound for name in _BOUNDS if (bound := getattr(self, name)) is not None}


class Item(Labelled):
    """One line of a checklist: yes or no, or a count that reaches its target or does not."""

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
        """The word that takes the place of `{item}` in a column name."""
        return self.column or self.id


class Checklist(Model):
    """The items whose points are summed, and the words that mean yes and no, or the points of each word."""

    items: tuple[Item, ...] = Field(min_length=1)
    points: dict[Text, Number] = Field(default_factory=dict)
    yes: Texts = ()
    no: Texts = ()
    cutoffs_in: Literal["points", "percent"] = "points"

    def span(self, item: Item) -> tuple[Decimal, Decimal]:
        """Return the least and the greatest points of an item."""
        graded = self.points.values() if item.kind == "yes_no" and not item.yes else ()
        return item.weight * min(graded, default=Decimal(0)), item.weight * max(graded, default=Decimal(1))

    @property
    def range(self) -> tuple[Decimal, Decimal]:
        """The least and the greatest sum of points."""
        least, most = (sum(ends, Decimal(0)) for ends in zip(*map(self.span, self.items), strict=True))
        return least, most

    def words(self, item: Item) -> tuple[Texts, Texts]:
        """Return the words that mean yes and no for an item."""
        return item.yes or self.yes, item.no or self.no

    def answers(self, item: Item) -> dict[str, Decimal]:
        """Return the points of each word that answers an item, before its weight."""
        yes, no = self.words(item)
        graded = {} if item.yes else self.points
        return graded or dict.fromkeys(yes, Decimal(1)) | dict.fromkeys(no, Decimal(0))

    def faults(self) -> Iterator[InitErrorDetails]:
        """Yield what is wrong between the keys of the checklist and its items."""
        due = [item for item in self.items if item.kind == "yes_no" and (item.yes or not self.points)]
        for key, words in zip(("yes", "no"), zip(*map(self.words, due), strict=True), strict=False):
            if not all(words):
                yield _fault(("checklist",), "key_missing", key=key)
        for at, item in enumerate(self.items):
            path, is_count, why = ("checklist", "items", at), item.kind == "count", f"kind: {item.kind}"
            bounded = item.at_least is not None or item.at_most is not None
            if is_count and not bounded:
                yield _fault(path, "key_missing", key="at_least")
            if bounded and not is_count:
                yield _fault(path, "key_without_use", "at_least/at_most", why=why)
            for key in ("yes", "no") if is_count else ("unit",):
                if getattr(item, key):
                    yield _fault((*path, key), "key_without_use", key, why=why)
            yes, no = (set(map(fold, words)) for words in self.words(item))
            for word in sorted(yes & no) if not is_count else ():
                yield _fault(path, "codes_collide", word)


class Variable(Labelled):
    """What outcomes and characteristics have in common: levels, or numbers that levels may be cut from.

    Without `decimals` numbers may have any decimals, and bounds must meet in one number: "below 10" and "from 10".
    """

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
    def points(self) -> Checklist | None:
        """The checklist whose points are the scores; characteristics have none."""
        return getattr(self, "checklist", None)

    @property
    def in_percent(self) -> bool:
        """Whether the bounds of the levels are in percent of the greatest sum of points."""
        return self.points is not None and self.points.cutoffs_in == "percent"

    @property
    def cutoffs(self) -> tuple[Level, ...]:
        """The levels with their bounds in the unit of the scores; a percent of the points is a number of points."""
        if not self.in_percent:
            return self.levels
        share = self.points.range[1] / 100
        bounds = [{name: bound * share for name, bound in level.bounds.items()} for level in self.levels]
        return tuple(level.model_copy(update=own) for level, own in zip(self.levels, bounds, strict=True))

    @property
    def score_decimals(self) -> int | None:
        """How many decimals the scores have, for a checklist those of its weights; None for any."""
        if self.points is None or self.decimals is not None:
            return self.decimals
        points = [end for item in self.points.items for end in (item.weight, *self.points.span(item))]
        points += [item.weight * each for item in self.points.items for each in self.points.points.values()]
        return max(max(-int(number.normalize().as_tuple().exponent), 0) for number in points)

    @property
    def score_range(self) -> Span:
        """The least and greatest possible score, None where there is no limit."""
        return (self.minimum, self.maximum) if self.points is None else self.points.range

    def faults(self) -> Iterator[InitErrorDetails]:
        """Yield what is wrong between the keys: numbers that are cut into levels belong to exactly one each."""
        is_cut = self.kind != "levels"
        for at, level in enumerate(self.levels):
            if level.bounds and not is_cut:
                yield _fault(("levels", at), "key_without_use", level.id, why="kind: levels")
            if is_cut and not level.bounds:
                yield _fault(("levels", at), "key_missing", key="at_least")
        if is_cut and self.levels and all(level.bounds for level in self.levels):
            yield from _cutoff_faults(self)

    @model_validator(mode="after")
    def _hold_together(self) -> Variable:
        """Refuse a variable with faults, all of them at once."""
        if errors := list(self.faults()):
            raise ValidationError.from_exception_data("study.yaml", errors)
        return self


class Outcome(Variable):
    """What is measured; levels are in order, the worst first.

    `scale` is what the tests run on: the levels or the scores. A checklist's scores are sums of points.
    """

    kind: Literal["levels", "number", "checklist"] = "levels"
    scale: Literal["level", "score"] = "level"
    checklist: Checklist | None = None

    def faults(self) -> Iterator[InitErrorDetails]:
        """Yield what is wrong between the keys of the outcome, its levels and its checklist."""
        why = f"kind: {self.kind}"
        for kind, key in (("checklist", "checklist"), ("number", "unit")):
            if self.kind == kind and getattr(self, key) is None:
                yield _fault((), "key_missing", key=key)
        if self.kind != "checklist" and self.checklist is not None:
            yield _fault(("checklist",), "key_without_use", "checklist", why=why)
        if self.kind == "levels" and self.scale == "score":
            yield _fault(("scale",), "key_without_use", "scale: score", why=why)
        if self.scale == "level" and len(self.levels) < 2:
            yield _fault(("levels",), "list_length", least=2, most="-")
        yield from super().faults()
        yield from self.checklist.faults() if self.checklist else ()


class Characteristic(Variable):
    """A row block of Table 1, with the levels that are known."""


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
    step, span = Decimal(1).scaleb(-decimals), list(limits)
    # of two bounds on one side the first counts
    for name, bound in reversed(level.bounds.items()):
        _, side, rounding, steps = _BOUNDS[name]
        span[side] = bound.quantize(step, rounding) + steps * step
    return tuple(span)


def cutoff_decimals(variable: Variable) -> int:
    """Return the decimals of a grid on which bounds meet just as they do among all possible numbers.

    Those of the scores; where they are not declared, one more than any bound has: a gap or an overlap of bounds
    that have fewer decimals holds such a number.
    """
    if variable.score_decimals is not None:
        return variable.score_decimals
    bounds = [bound for level in variable.levels for bound in level.bounds.values()]
    limits = [limit for limit in variable.score_range if limit is not None]
    return 1 + max([0, *(-int(number.as_tuple().exponent) for number in bounds + limits)])


def _cutoff_faults(variable: Variable) -> Iterator[InitErrorDetails]:
    """Yield the bounds that are finer than the numbers, else levels without a number, else gaps and overlaps."""
    decimals, limits = cutoff_decimals(variable), variable.score_range
    # bounds in percent of the points are no scores, and may be as fine as they like
    faults = [
        _fault(("levels", at, name), "cutoff_too_fine", bound, decimals=decimals)
        for at, level in enumerate(() if variable.in_percent else variable.levels)
        for name, bound in level.bounds.items()
        if bound != round(bound, decimals)
    ]
    spans = [span_of(level, decimals, limits) for level in variable.cutoffs]
    empty = [(at, span) for at, span in enumerate(spans) if None not in span and span[0] > span[1]]
    faults = faults or [_fault(("levels", at), "cutoff_empty", _written(span)) for at, span in empty]
    yield from faults
    gaps, overlaps = ([], []) if faults else uncovered(spans, limits, decimals)
    unit = " / ".join(variable.unit.words) if variable.unit else ""
    unit = f"/ {variable.points.range[1].normalize():f}" if variable.in_percent else unit
    yield from (_fault(("levels",), "cutoff_gap", _written(span), unit=unit) for span in gaps)
    yield from (_fault(("levels",), "cutoff_overlap", _written(span), unit=unit) for span in overlaps)


def level_of(number: Decimal, variable: Variable) -> str:
    """Return the id of the level that a number belongs to, or "" when no level has bounds."""
    for level in variable.cutoffs:
        if level.bounds and all(_BOUNDS[name][0](number, bound) for name, bound in level.bounds.items()):
            return level.id
    return ""


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
    step, infinity = Decimal(1).scaleb(-decimals), Decimal("Infinity")
    lows, highs = zip(limits, *spans, strict=True)
    start, *lows = (-infinity if low is None else low for low in lows)
    end, *highs = (infinity if high is None else high for high in highs)
    due, gaps, overlaps = start, [], []
    for low, high in sorted(zip(lows, highs, strict=True)):
        if low > due:
            gaps.append((due, low - step))
        elif low < due and due > start:
            overlaps.append((low, min(high, due - step)))
        due = max(due, high + step)
    if due <= end and due != infinity:
        gaps.append((due, end))

    def finite(spans: list[Span]) -> list[Span]:
        return [tuple(None if number.is_infinite() else number for number in span) for span in spans]

    return finite(gaps), finite(overlaps)


def _written(span: Span) -> str:
    """Return a range of numbers as people write it."""
    low, high = ("" if number is None else format(number.normalize(), "f") for number in span)
    if low and high:
        return low if low == high else f"{low}-{high}"
    return f">= {low}" if low else f"<= {high}"
