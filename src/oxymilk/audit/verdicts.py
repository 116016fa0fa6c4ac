"""Give each printed number its verdict.

What the data give is held as an exact interval: a single number where it is known exactly, a narrow one where
it was computed in floating point. A claim is `reproduced` when the whole interval lies in the set that the
printed string states, `differs` when none of it does.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.claims import COLUMNS, GRIM, OF_A_CELL, OF_A_CHANGE, REASONS, Claim
from oxymilk.audit.grim import as_runs, parse_sizes, sizes_that_allow
from oxymilk.audit.printed import Interval, parse_printed, print_like, printed_interval

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

VERDICT_COLUMNS = (
    *COLUMNS,
    "verdict",
    "reason",
    "computed",
    "prints_as",
    "procedure",
    "decision_printed",
    "decision_computed",
    "decision",
    "as_expected",
)
# tests.csv carries ten significant digits: half a unit of the tenth is at most 5e-10 of the value. The error of the
# floating-point computation itself, below 1e-13 (oxymilk.stats), is far inside that.
PRINTING_ERROR = Fraction(5, 10**10)
_DOMAINS = {
    "p_value": (0, 1),
    "percent": (0, 100),
    "percent_up": (0, 100),
    "percent_down": (0, 100),
    "grim_percent": (0, 100),
}


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


def audit_claims(
    study: Study, claims: list[Claim], frequencies: pd.DataFrame, tests: pd.DataFrame
) -> pd.DataFrame:
    """Check every claim of a study.

    Parameters
    ----------
    study : Study
        The study.
    claims : list of Claim
        What the paper prints.
    frequencies, tests : DataFrame
        The result tables of the same names, all cells text, as `oxymilk.files.read_csv` gives them.

    Returns
    -------
    DataFrame
        One row a claim, in their order; columns `VERDICT_COLUMNS`, all text.
    """
    import pandas as pd

    results = Results(study, frequencies.to_dict("records"), tests.to_dict("records"))
    rows = [(*claim, *_verdict(claim, results)) for claim in claims]
    return pd.DataFrame(rows, columns=list(VERDICT_COLUMNS), dtype=str)


class Notation(NamedTuple):
    """How a paper prints numbers: all of a study that arithmetic on printed numbers needs."""

    decimal_mark: tuple[str, ...]
    rounding: str = "half_up"


def arithmetic_verdict(claim: Claim, notation: Notation) -> tuple[str, str]:
    """Check a claim that rests on other printed numbers only.

    Parameters
    ----------
    claim : Claim
        Its `check` is "arithmetic".
    notation : Notation
        How its numbers are printed.

    Returns
    -------
    tuple of str
        The verdict, and the reason code where it is `not_checkable`.

    Raises
    ------
    ValueError
        When one of its numbers is none under these decimal marks.
    """
    verdict, reason, *_ = _verdict(claim, Results(notation, [], []))
    return verdict, reason


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


def _verdict(claim: Claim, results: Results) -> tuple[str, ...]:
    study = results.study
    if claim.check in REASONS:
        return _row(claim, "not_checkable", reason=claim.check)
    if claim.quantity == "decision":
        return _decision_verdict(claim, results)
    if claim.quantity in GRIM:
        return _grim_verdict(claim, study)
    try:
        computed = _recompute(claim, results) if claim.check == "recompute" else _arithmetic(claim, study)
        stated = stated_set(claim, study)
    except Undefined as undefined:
        return _row(claim, "not_checkable", reason=str(undefined))
    if stated.contains(computed.value) if computed.from_printed else stated.contains_all(computed.within):
        verdict, reason = "reproduced", ""
    elif not stated.meets(computed.within):
        verdict, reason = "differs", ""
    elif computed.from_printed:
        verdict, reason = "reproduced_after_rounding", ""
    else:
        # the printed boundary lies inside the error of the computation
        verdict, reason = "not_checkable", "ambiguous"
    printed_decision = computed_decision = ""
    if claim.quantity == "p_value":
        printed_decision = _decide(stated, study)
        computed_decision = _decide(computed.within, study)
    return _row(
        claim,
        verdict,
        reason=reason,
        computed=_decimal(computed.value),
        prints_as=_prints_as(claim, computed, study),
        procedure=computed.procedure,
        decisions=(printed_decision, computed_decision),
    )


def _prints_as(claim: Claim, computed: Computed, study: Study) -> str:
    if claim.quantity in ("comparison", "between"):
        return claim.n
    return print_like(computed.value, _style(claim, study), study.decimal_mark, study.rounding)


def _style(claim: Claim, study: Study) -> str:
    """Return the number in whose style the computed one is printed; "p < 0.05" is no reason to print p as 0.00."""
    if claim.operator not in ("<", "<=", ">", ">=") or claim.quantity not in ("threshold", "p_value"):
        return claim.printed
    number = parse_printed(claim.printed, study.decimal_mark)
    return (
        claim.printed
        if number.decimals >= 3 or not number.mark
        else claim.printed + "0" * (3 - number.decimals)
    )


def _decision_verdict(claim: Claim, results: Results) -> tuple[str, ...]:
    try:
        test = results.declared_test(claim)
    except Undefined as undefined:
        return _row(claim, "not_checkable", reason=str(undefined))
    p_value = _of_test(test, "p_value")
    computed = _decide(p_value.within, results.study)
    return _row(
        claim,
        "reproduced" if computed == claim.printed else "differs",
        computed=_decimal(p_value.value),
        prints_as=computed,
        procedure=test["procedure"],
        decisions=(claim.printed, computed),
    )


def _grim_verdict(claim: Claim, study: Study | Notation) -> tuple[str, ...]:
    """Say whether some sample size allows a printed percentage or mean, and which do."""
    sizes, *step = claim.others
    unit = parse_printed(step[0], study.decimal_mark).value if step else Fraction(100)
    if unit <= 0:
        return _row(claim, "not_checkable", reason="undefined")
    allowed = sizes_that_allow(stated_set(claim, study), parse_sizes(sizes), unit)
    return _row(
        claim,
        "reproduced" if allowed else "differs",
        computed=str(allowed[0]) if allowed else "",
        prints_as=f"n = {as_runs(allowed)}" if allowed else "",
    )


def _row(
    claim: Claim,
    verdict: str,
    *,
    reason: str = "",
    computed: str = "",
    prints_as: str = "",
    procedure: str = "",
    decisions: tuple[str, str] = ("", ""),
) -> tuple[str, ...]:
    printed, recomputed = decisions
    decision = ("agree" if printed == recomputed else "flip") if printed and recomputed else ""
    as_expected = "true" if verdict == claim.expect else "false"
    return (verdict, reason, computed, prints_as, procedure, printed, recomputed, decision, as_expected)


def stated_set(claim: Claim, study: Study) -> Interval:
    """Return the set of values under which the printed claim is true."""
    if claim.quantity == "comparison":
        # a statement between two numbers as they stand, not about what they were before rounding
        other = parse_printed(claim.n, study.decimal_mark).value
        point = Interval(other, other, closed_high=True)
        return {
            "<": Interval(None, other, closed_high=False),
            "<=": Interval(None, other, closed_high=True),
            ">": Interval(other, None, closed_low=False),
            ">=": Interval(other, None, closed_low=True),
        }.get(claim.operator, point)
    if claim.quantity == "between":
        low, high = sorted(parse_printed(part, study.decimal_mark).value for part in claim.others)
        return Interval(low, high, closed_low=True, closed_high=True)
    if claim.quantity in ("threshold", "alpha"):
        value = parse_printed(claim.printed, study.decimal_mark).value
        if not claim.operator or claim.quantity == "alpha":
            return Interval(value, value, closed_high=True)
    stated = printed_interval(
        claim.printed,
        study.decimal_mark,
        study.rounding,
        claim.operator,
        domain=_DOMAINS.get(claim.quantity, (None, None)),
    )
    if claim.quantity == "z":
        # programs print Z, or -Z, for the same test
        return _magnitude(stated)
    return stated


def _recompute(claim: Claim, results: Results) -> Computed:
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
        return _of_test(test, "p_value")
    if quantity == "z":
        computed = _of_test(test, "z")
        return computed._replace(value=abs(computed.value), within=_magnitude(computed.within))
    # U and n1 n2 - U, W+ and W- state the same thing; take the one the paper can have meant
    names = ("u1", "u2") if quantity == "u" else ("w_plus", "w_minus", "rank_sum1", "rank_sum2")
    candidates = [_of_test(test, name) for name in names if test[name]]
    if not candidates:
        return _no_value()
    stated = stated_set(claim, study)
    return next((each for each in candidates if stated.contains_all(each.within)), candidates[0])


def _of_test(test: dict[str, str], column: str) -> Computed:
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
        if group_matches(claim, row) and row["timepoint"] == claim.timepoint and row["level"] == claim.level
    ]
    count, total = (sum(int(row[column]) for row in cells) for column in ("n", "total"))
    if claim.quantity == "count":
        return _exactly(Fraction(count))
    return _exactly(Fraction(100 * count, total)) if total else _no_value()


def group_matches(claim: Claim, row: dict[str, str]) -> bool:
    """Whether a row of a result table is of the claim's group; a claim without one is of all."""
    return claim.group in ("", row["group"])


def _arithmetic(claim: Claim, study: Study) -> Computed:
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


def _as_rounded(text: str, study: Study) -> Interval:
    """Return what a printed number can have been; a number without decimals is a count and is exact."""
    number = parse_printed(text, study.decimal_mark)
    if number.decimals == 0:
        return Interval(number.value, number.value, closed_high=True)
    return printed_interval(text, study.decimal_mark, study.rounding)


def _whole_number_percent(claim: Claim, study: Study) -> Computed:
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


def _magnitude(interval: Interval) -> Interval:
    """Return the absolute values of the numbers of an interval."""
    low, high, closed_low, closed_high = interval
    if low is None and high <= 0:
        return Interval(-high, None, closed_low=closed_high)
    if low is None or high is None:
        # "Z < 2" and "Z > -2" are about the size as they stand
        return interval
    if low >= 0:
        return interval
    if high <= 0:
        return Interval(-high, -low, closed_high, closed_low)
    farthest = max((high, closed_high), (-low, closed_low))
    return Interval(Fraction(0), farthest[0], closed_low=True, closed_high=farthest[1])


def _decide(p_value: Interval, study: Study) -> str:
    """Return the decision that all p-values of a set share, or "" where they do not."""
    alpha = Fraction(str(study.alpha))
    if p_value.high is not None and (
        p_value.high < alpha or (p_value.high == alpha and not p_value.closed_high)
    ):
        return "significant"
    if p_value.low is not None and p_value.low >= alpha:
        return "not significant"
    return ""


def _decimal(value: Fraction) -> str:
    return f"{float(value):.10g}"
