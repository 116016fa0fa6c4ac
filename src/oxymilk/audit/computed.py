"""What the data, or other printed numbers, give for a claim.

It is held as an exact interval: a single number where it is known exactly, a narrow one where it was computed in
floating point.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE, Claim
from oxymilk.audit.printed import Interval, parse_printed, printed_interval
from oxymilk.audit.stated import Notation, magnitude, stated_set

if TYPE_CHECKING:
    from oxymilk.study import Study

# tests.csv carries ten significant digits: half a unit of the tenth is at most 5e-10 of the value. The error of the
# floating-point computation itself, below 1e-13 (oxymilk.stats), is far inside that.
PRINTING_ERROR = Fraction(5, 10**10)


class Computed(NamedTuple):
    """What the data, or other printed numbers, give for a claim.

    `value` is the best single number; `within` holds every value it can have. `from_printed` is true where the
    width of `within` is the rounding of other printed numbers, not of floating point.
    """

    value: Fraction
    within: Interval
    from_printed: bool = False
    procedure: str = ""


class Undefined(Exception):  # noqa: N818 - an outcome of a check, not an error
    """The quantity has no value on these data; the message is the reason code."""


class Results(NamedTuple):
    """The result tables that claims are held against."""

    study: Study | Notation
    frequencies: list[dict[str, str]]
    tests: list[dict[str, str]]

    def declared_test(self, claim: Claim) -> dict[str, str]:
        """Return the row of the claim's test under the declared procedure."""
        kind = "signed_rank" if claim.quantity in OF_A_CHANGE else claim.test
        for row in self.tests:
            if row["role"] == "declared" and row["test"] == kind and row["group"] == claim.group:
                return row
        raise Undefined("no_data")


def recompute(claim: Claim, results: Results) -> Computed:
    """Return what the result tables give for a claim.

    Raises
    ------
    Undefined
        When they give nothing.
    """
    study, quantity = results.study, claim.quantity
    if quantity == "alpha":
        return _exactly(Fraction(str(study.alpha)))
    if quantity in ("sample_size", *OF_A_CELL) and not _participants(results.frequencies, ""):
        # a study without sheets: nothing was counted, which is not the same as nobody
        raise Undefined("no_data")
    if quantity == "sample_size":
        return _exactly(Fraction(_participants(results.frequencies, claim.group)))
    if quantity in OF_A_CELL:
        return _of_cell(claim, results.frequencies)
    test = results.declared_test(claim)
    if quantity in OF_A_CHANGE:
        count = Fraction(test["n_" + quantity.partition("_")[2]])
        if quantity.startswith("count"):
            return _exactly(count)
        return _exactly(100 * count / Fraction(test["n"])) if int(test["n"]) else _no_value()
    if quantity in ("p_value", "threshold"):
        return of_test(test, "p_value")
    if quantity == "z":
        computed = of_test(test, "z")
        return computed._replace(value=abs(computed.value), within=magnitude(computed.within))
    # U and n1 n2 - U, W+ and W- state the same thing; take the one the paper can have meant
    names = ("u1", "u2") if quantity == "u" else ("w_plus", "w_minus", "rank_sum1", "rank_sum2")
    candidates = [of_test(test, name) for name in names if test[name]]
    if not candidates:
        return _no_value()
    stated = stated_set(claim, study)
    return next((each for each in candidates if stated.contains_all(each.within)), candidates[0])


def of_test(test: dict[str, str], column: str) -> Computed:
    """Return a column of a row of tests.csv, exactly where it is known exactly.

    Raises
    ------
    Undefined
        When the cell is empty.
    """
    if not test[column]:
        return _no_value()
    if column == "p_value" and test["p_fraction"]:
        return _exactly(Fraction(test["p_fraction"]), test["procedure"])
    value = Fraction(test[column])
    if column == "z" and (root := _exact_root(test["z_squared"])) is not None:
        return _exactly(root, test["procedure"])
    if column not in ("p_value", "z"):
        return _exactly(value, test["procedure"])
    error = abs(value) * PRINTING_ERROR
    low, high = value - error, value + error
    if column == "p_value":
        low, high = max(low, Fraction(0)), min(high, Fraction(1))
    return Computed(value, Interval(low, high, closed_high=True), procedure=test["procedure"])


def _exact_root(signed_square: str) -> Fraction | None:
    """Return z when it is a rational number; only then can it lie on a boundary of rounding."""
    square = abs(Fraction(signed_square or 0))
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    return root if signed_square and root * root == square else None


def _participants(frequencies: list[dict[str, str]], group: str) -> int:
    most: dict[str, int] = {}
    for row in frequencies:
        if group in ("", row["group"]):
            most[row["group"]] = max(most.get(row["group"], 0), int(row["total"]) + int(row["missing"]))
    return sum(most.values())


def _of_cell(claim: Claim, frequencies: list[dict[str, str]]) -> Computed:
    cells = [
        row
        for row in frequencies
        if claim.group in ("", row["group"])
        and row["timepoint"] == claim.timepoint
        and row["level"] == claim.level
    ]
    count, total = (sum(int(row[column]) for row in cells) for column in ("n", "total"))
    if claim.quantity == "count":
        return _exactly(Fraction(count))
    return _exactly(Fraction(100 * count, total)) if total else _no_value()


def arithmetic(claim: Claim, study: Study | Notation) -> Computed:
    """Return what the printed numbers that a claim names give for it.

    Raises
    ------
    Undefined
        When it is divided by zero, or by a number of participants that is none.
    """
    if claim.quantity in ("comparison", "between"):
        return _exactly(parse_printed(claim.printed, study.decimal_mark).value)
    if claim.quantity == "percent":
        return _whole_number_percent(claim, study)
    numbers = [parse_printed(part, study.decimal_mark) for part in claim.others]
    sets = [_as_rounded(part, study) for part in claim.others]
    if claim.quantity == "sum":
        value = sum((number.value for number in numbers), Fraction(0))
        low, high = (sum((getattr(each, end) for each in sets), Fraction(0)) for end in ("low", "high"))
        attained = all(each.closed_low for each in sets), all(each.closed_high for each in sets)
    else:
        part, whole = sets
        if whole.low <= 0:
            return _no_value()
        value = 100 * numbers[0].value / numbers[1].value
        # below zero the larger whole makes the larger share
        divisors = "high" if part.low >= 0 else "low", "low" if part.high >= 0 else "high"
        low, high = (
            100 * getattr(part, end) / getattr(whole, divisor)
            for end, divisor in zip(("low", "high"), divisors, strict=True)
        )
        attained = tuple(
            getattr(part, f"closed_{end}") and getattr(whole, f"closed_{divisor}")
            for end, divisor in zip(("low", "high"), divisors, strict=True)
        )
    return Computed(value, Interval(low, high, *attained), from_printed=True)


def _as_rounded(text: str, study: Study | Notation) -> Interval:
    """Return what a printed number can have been; a number without decimals is a count and is exact."""
    number = parse_printed(text, study.decimal_mark)
    if number.decimals == 0:
        return Interval(number.value, number.value, closed_high=True)
    return printed_interval(text, study.decimal_mark, study.rounding)


def _whole_number_percent(claim: Claim, study: Study | Notation) -> Computed:
    """Return the percentage nearest to the printed one that a whole number of n participants makes (GRIM's check)."""
    total = parse_printed(claim.n, study.decimal_mark).value
    printed = parse_printed(claim.printed, study.decimal_mark).value
    if total <= 0 or total.denominator != 1:
        return _no_value()
    # floor(x + 1/2): halves go up, so that the choice does not depend on the parity of the count
    count = (printed * total / 100 + Fraction(1, 2)).__floor__()
    return _exactly(100 * Fraction(count) / total)


def _exactly(value: Fraction, procedure: str = "") -> Computed:
    return Computed(value, Interval(value, value, closed_high=True), procedure=procedure)


def _no_value() -> Computed:
    raise Undefined("undefined")
