"""What the data, or other printed numbers, give for a claim.

It is held as an exact interval: a single number where it is known exactly, a narrow one where it was computed in
floating point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from math import floor, isqrt, sqrt
from typing import Any, NamedTuple

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, OF_P, OTHER_TESTS, Claim
from oxymilk.audit.printed import Interval, decide

# tests.csv carries ten significant digits: half a unit of the tenth is at most 5e-10 of the value. The error of the
# floating-point computation itself, below 1e-13 (oxymilk.stats), is far inside that.
PRINTING_ERROR = Fraction(5, 10**10)

# What the name of a statistic can stand for, by quantity and test: a column of tests.csv (and a field of a test's
# result), or what is made of some. docs/claims.md says which program prints which.
CONVENTIONS = {
    ("w", "signed_rank"): ("w_plus", "w_minus", "signed_sum", "signed_half", "w_plus_zeros", "w_minus_zeros"),
    ("w", "rank_sum"): ("rank_sum1", "rank_sum2", "u1", "u2"),
    ("u", "rank_sum"): ("u1", "u2"),
    ("mean_rank", "signed_rank"): ("mean_rank_plus", "mean_rank_minus"),
    ("mean_rank", "rank_sum"): ("mean_rank1", "mean_rank2"),
}
_STATISTICS = ("w_plus", "w_minus", "mean_rank_plus", "mean_rank_minus", "u1", "u2", "rank_sum1", "rank_sum2",
               "mean_rank1", "mean_rank2", "z", "p_value", "n_up", "n_down", "n_unchanged")  # fmt: skip
_MADE: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "signed_sum": lambda test: abs(test["w_plus"] - test["w_minus"]),
    "signed_half": lambda test: abs(test["w_plus"] - test["w_minus"]) / 2,
    # zeros that are ranked too are the lowest: each adds 1 to the rank of every change
    "w_plus_zeros": lambda test: test["w_plus"] + test["unranked"] * test["n_up"],
    "w_minus_zeros": lambda test: test["w_minus"] + test["unranked"] * test["n_down"],
}


def conventions_of(quantity: str, test: str) -> tuple[str, ...]:
    """Return what the name of a statistic can stand for, none where no program has such a statistic."""
    alone = ("z",) if quantity == "z" else () if quantity in ("u", "w", "mean_rank") else ("p_value",)
    return CONVENTIONS.get((quantity, test), alone)


def statistic_of(test: Mapping[str, Any], convention: str) -> Any:
    """Return a statistic of a test's result, a number or an array, under one of the conventions.

    Beside the fields of the result, `unranked` is how many zeros have no ranks.
    """
    return _MADE[convention](test) if convention in _MADE else test[convention]


class Undefined(Exception):  # noqa: N818 - an outcome of a check, not an error
    """The quantity has no value on these data; the message is the reason code."""


class Computed(NamedTuple):
    """What the data, or other printed numbers, give for a claim.

    * value : the best single number
    * within : every value it can have
    * from_printed : the width of `within` is the rounding of other printed numbers, not of floating point
    * procedure : the procedure that gave it, in words; "" where it is of no test
    * convention : what the statistic's name stands for here, where it can stand for several
    """

    value: Fraction
    within: Interval
    from_printed: bool = False
    procedure: str = ""
    convention: str = ""

    @classmethod
    def exactly(cls, value: Fraction | int) -> Computed:
        """Return a number that is known exactly."""
        return cls(Fraction(value), Interval.point(Fraction(value)))

    @classmethod
    def about(cls, value: Fraction) -> Computed:
        """Return a number that was computed in floating point, or read from ten significant digits."""
        error = abs(value) * PRINTING_ERROR
        return cls(value, Interval(value - error, value + error, closed_high=True))


class Tables(NamedTuple):
    """What claims are checked against: alpha, and the rows of frequencies.csv and tests.csv, all cells text.

    * other_tests : returns what the data give for a statistic of another test
    """

    alpha: Fraction
    frequencies: list[dict[str, str]]
    tests: list[dict[str, str]]
    other_tests: Callable[[Claim], Iterable[Computed]] | None = None


def recompute(claim: Claim, tables: Tables) -> Computed:
    """Return what the result tables give for a claim; Undefined when they give nothing."""
    quantity = claim.quantity
    if quantity == "alpha":
        return Computed.exactly(tables.alpha)
    if quantity in ("sample_size", *OF_A_CELL):
        return _counted(claim, tables.frequencies)
    if claim.test in OTHER_TESTS:
        return _meant(claim, tables, tables.other_tests(claim) if tables.other_tests else ())
    about = "signed_rank" if quantity in OF_A_CHANGE else claim.test, claim.group
    # both rows of a declared program whose way to take differences is not known
    rows = [row for row in tables.tests if row["role"] == "declared" or row["differences"].startswith("if_")]
    if quantity in OF_P and rows and claim.of_other_tails(rows[0]["alternative"]):
        rows = [row for row in tables.tests if row["role"] == "other_tails"]
    if not (tests := [row for row in rows if (row["test"], row["group"]) == about]):
        raise Undefined("no_data")
    if quantity in OF_A_CHANGE:
        unit, _, change = quantity.partition("_")
        count, total = int(tests[0][f"n_{change}"] or 0), int(tests[0]["n"])  # "" where nobody is paired
        return Computed.exactly(count) if unit == "count" else _percent(count, total)
    conventions = conventions_of(quantity, claim.test)
    return _meant(claim, tables, (computed for test in tests for computed in _of_test(test, conventions)))


def root_of(square: Fraction, near: Fraction | None = None) -> Computed:
    """Return a square root, exactly where it is a rational number: only then can it lie on a boundary of rounding."""
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    return Computed.exactly(root) if root * root == square else Computed.about(near or Fraction(sqrt(square)))


def _meant(claim: Claim, tables: Tables, computed: Iterable[Computed]) -> Computed:
    """Return the number that the paper can have meant, if any, else the first; Undefined where there is none."""
    if not (candidates := list(computed)):
        raise Undefined("undefined")
    if stated := claim.stated:
        fitting = (value for value in candidates if stated.contains_all(value.within))
    else:
        # a decision states no number
        fitting = (value for value in candidates if decide(value.within, tables.alpha) == claim.printed)
    return next(fitting, candidates[0])


def _of_test(test: dict[str, str], conventions: tuple[str, ...]) -> Iterator[Computed]:
    """Yield a statistic of a row of tests.csv under each convention, without its sign, exactly where it is known so."""
    numbers = {column: Fraction(test[column]) for column in _STATISTICS if test.get(column)}
    numbers["unranked"] = numbers.get("n_unchanged", 0) * (test.get("zero_method") == "drop")
    for name in conventions:
        with suppress(KeyError):  # what this test does not have
            value = abs(statistic_of(numbers, name))
            if name == "z" and test["z_squared"]:
                computed = root_of(abs(Fraction(test["z_squared"])), value)
            elif name in ("z", "p_value"):
                exact = name == "p_value" and test["p_fraction"]
                computed = Computed.exactly(Fraction(exact)) if exact else Computed.about(value)
            elif name.startswith("mean_rank"):
                # a mean of n ranks, whole ones and halves
                computed = Computed.exactly(value.limit_denominator(2 * int(test["n"])))
            else:
                computed = Computed.exactly(value)
            within = computed.within.clipped(0, 1) if name == "p_value" else computed.within
            convention = name if len(conventions) > 1 else ""
            yield computed._replace(within=within, procedure=test["procedure"], convention=convention)


def _counted(claim: Claim, frequencies: list[dict[str, str]]) -> Computed:
    """Return the participants of a group, or of one of its cells; Undefined for a study without sheets."""
    largest: dict[str, int] = {}
    for row in frequencies:
        largest[row["group"]] = max(largest.get(row["group"], 0), int(row["total"]) + int(row["missing"]))
    if not any(largest.values()):
        # nothing was counted, which is not the same as nobody
        raise Undefined("no_data")
    if claim.quantity == "sample_size":
        return Computed.exactly(sum(n for group, n in largest.items() if claim.group in ("", group)))
    rows = [row for row in frequencies if (row["timepoint"], row["level"]) == (claim.timepoint, claim.level)]
    counts = [(int(row["n"]), int(row["total"])) for row in rows if claim.group in ("", row["group"])]
    count, total = (sum(numbers) for numbers in zip((0, 0), *counts, strict=True))
    return Computed.exactly(count) if claim.quantity == "count" else _percent(count, total)


def _percent(count: int, total: int) -> Computed:
    if not total:
        raise Undefined("undefined")
    return Computed.exactly(Fraction(100 * count, total))


def arithmetic(claim: Claim) -> Computed:
    """Return what the printed numbers that a claim names give for it.

    Undefined when it is divided by zero, or by no number of participants; ValueError when it names no number.
    """
    if claim.quantity in ("comparison", "between"):
        return Computed.exactly(claim.number.value)
    values = [number.value for number in claim.rests_on]
    if claim.quantity == "percent":
        # the percentage nearest to the printed one that a whole number of n participants makes (GRIM's check)
        (total,) = values
        if total <= 0 or total.denominator != 1:
            raise Undefined("undefined")
        # halves go up, so that the choice does not depend on the parity of the count
        return _percent(floor(claim.number.value * total / 100 + Fraction(1, 2)), int(total))
    # a number without decimals is a count and is exact
    rounding, numbers = claim.notation.rounding, claim.rests_on
    sets = [part.interval(rounding) if part.decimals else Interval.point(part.value) for part in numbers]
    if claim.quantity == "sum":
        value = sum(values, Fraction(0))
        low, high = (sum((part[end] for part in sets), Fraction(0)) for end in (0, 1))
        within = Interval(low, high, *(all(part[end] for part in sets) for end in (2, 3)))
        return Computed(value, within, from_printed=True)
    part, whole = sets
    if whole.low <= 0:
        raise Undefined("undefined")
    # 2.7 of 5.9: [2.65, 2.75) of [5.85, 5.95) is more than 265/5.95 and less than 275/5.85 percent. A quotient is
    # smallest and largest at two of the four pairs of ends, which of them depends on the sign of the part.
    corners = [
        (100 * above / below, above_attained and below_attained)
        for above, above_attained in ((part.low, part.closed_low), (part.high, part.closed_high))
        for below, below_attained in ((whole.low, whole.closed_low), (whole.high, whole.closed_high))
    ]
    low, missed = min((quotient, not attained) for quotient, attained in corners)
    high, attained = max(corners)
    return Computed(100 * values[0] / values[1], Interval(low, high, not missed, attained), from_printed=True)
