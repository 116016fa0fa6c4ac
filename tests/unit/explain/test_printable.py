"""The strings that could stand in a claim's place, by hand, and numbers as whole units of the last place."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from oxymilk.audit.printed import round_units
from oxymilk.explain.printable import Printable, print_units, printable_of


def study_of(alpha=0.05, rounding="half_even"):
    return SimpleNamespace(decimal_mark=(",", "."), rounding=rounding, alpha=alpha)


@pytest.mark.parametrize(
    ("printed", "operator", "alpha", "first", "last", "claimed"),
    [
        # the strings on the claim's side of alpha
        ("0.049", "", 0.05, 0, 49, 49),
        ("0.050", "", 0.05, 50, 1000, 50),
        ("0,0", "", 0.05, 0, 0, 0),
        ("0,1", "", 0.05, 1, 10, 1),
        ("0.02", "=", 0.025, 0, 2, 2),
        ("0.03", "~", 0.025, 3, 100, 3),
        # no p-value is below zero or above one; "below alpha" may name alpha
        ("0.049", "<", 0.05, 1, 50, 49),
        ("0.050", "<=", 0.05, 1, 50, 50),
        ("0.051", "<", 0.05, 51, 1000, 51),
        ("0.02", "<", 0.025, 1, 2, 2),
        ("0.03", "<", 0.025, 3, 100, 3),
        ("0.049", ">", 0.05, 0, 49, 49),
        ("0.050", ">=", 0.05, 50, 999, 50),
        ("0.02", ">", 0.025, 0, 2, 2),
        ("0.03", ">", 0.025, 3, 99, 3),
    ],
)
@pytest.mark.parametrize("quantity", ["p_value", "threshold"])
def test_p_values_on_the_side_of_alpha(printed, operator, alpha, first, last, claimed, quantity, claim_text):
    study = study_of(alpha)
    found = printable_of(claim_text("a", printed, quantity, operator=operator), study, 0)
    decimals = len(printed) - 2
    bound = operator if operator in ("<", "<=", ">", ">=") else ""
    assert found == Printable(first, last, claimed, decimals, bound, "half_even")
    assert found.size == last - first + 1


@pytest.mark.parametrize("operator", ["", "<", ">="])
def test_a_threshold_in_percent_is_a_hundredth(operator, claim_text):
    study = study_of(0.05)
    for percent, share in (("5%", "0.05"), ("0.5 %", "0.005")):
        one, other = (
            printable_of(claim_text("a", each, "threshold", operator=operator), study, 0)
            for each in (percent, share)
        )
        assert one == other


@pytest.mark.parametrize(
    ("quantity", "printed", "operator", "most", "last", "claimed", "decimals"),
    [
        ("count", "7", "", 10, 10, 7, 0),
        ("percent", "71,5%", "", 100, 1000, 715, 1),
        ("u", "12.5", "<", 30, 300, 125, 1),
        ("u", "0", "", 30, 30, 0, 0),
        # a count is never negative; programs choose the sign of Z
        ("u", "-5", "", 30, 30, -2, 0),
        ("z", "-2.24", "", 3.1623, 317, 224, 2),
        ("z", "2.24", "", 3, 300, 224, 2),
    ],
)
def test_other_numbers_up_to_the_largest(
    quantity, printed, operator, most, last, claimed, decimals, claim_text
):
    found = printable_of(claim_text("a", printed, quantity, operator=operator), study_of(), most)
    assert found == Printable(0, last, claimed, decimals, operator, "half_even")


@pytest.mark.parametrize(("printed", "claimed"), [("significant", 0), ("not significant", 1)])
def test_a_decision_is_one_of_two(printed, claimed, claim_text):
    found = printable_of(claim_text("a", printed, "decision"), study_of(0.01), 7)
    assert found == Printable(0, 1, claimed, 0, "", "half_even", 0.01)
    # at alpha is not below it
    units = found.units(np.array([[0.0099, 0.01], [0.5, np.nan]]))
    assert units.tolist() == [[0, 1], [1, -1]]
    assert units.dtype == np.int64
    assert found.covered(np.array([0.5, np.nan])).tolist() == [False, True]


def test_what_values_cover():
    equal = Printable(2, 6, 4, 1, "", "half_up")
    assert equal.units(np.array([0.34, 0.35])).tolist() == [3, 4]
    covered = equal.covered(np.array([[0.1, 0.2], [0.55, np.nan], [0.61, 0.7]]))
    assert covered.tolist() == [True, False, False, False, True]
    assert equal.share(covered) == 2 / 5
    assert equal.covered(np.array([np.nan])).tolist() == [False] * 5
    mask = np.zeros(5, dtype=bool)
    assert equal.mark(mask, np.array([1, 2, 6, 7])) is mask
    assert mask.tolist() == [True, False, False, False, True]
    assert equal.mark(np.ones(5, dtype=bool), np.array([3])).all()


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("<", "00011"), ("<=", "00111"), (">", "11100"), (">=", "11110")],
)
def test_what_bounds_cover(operator, expected):
    """The strings 0.2 to 0.6: values from 0.4 to 0.5 make a bound true that leaves some of them on its side."""
    printable = Printable(2, 6, 4, 1, operator, "half_up")
    covered = printable.covered(np.array([0.5, 0.4, np.nan]))
    assert "".join(str(int(each)) for each in covered) == expected
    assert printable.covered(np.array([np.nan])).tolist() == [False] * 5


def test_bounds_of_two_decimals():
    printable = Printable(49, 51, 50, 2, "<", "half_up")
    assert printable.covered(np.array([0.495, 0.7])).tolist() == [False, True, True]


def test_no_string_at_all():
    """ "p < 0.0": nothing is below."""
    nothing = Printable(1, 0, 0, 1, "<", "half_up")
    assert nothing.size == 0
    assert np.isnan(nothing.share(nothing.covered(np.array([0.5]))))


@pytest.mark.parametrize("rounding", ["half_up", "half_even", "truncate"])
@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_units_are_those_of_exact_arithmetic(rounding, decimals):
    rng = np.random.default_rng(decimals)
    unit = 10.0**-decimals
    values = np.concatenate([
        rng.uniform(0, 3, 50), rng.integers(0, 10**6, 60) * unit, (rng.integers(0, 10**6, 90) + 0.5) * unit,
        (rng.integers(0, 10**9, 60) + 0.5) * unit, [0.0, unit, unit / 2],
    ])  # fmt: skip
    expected = [round_units(Fraction(repr(value)), decimals, rounding) for value in values.tolist()]
    found = print_units(values, decimals, rounding)
    assert found.tolist() == expected
    assert found.dtype == np.int64
    with_gaps = np.stack([values, np.full(len(values), np.nan)])
    assert print_units(with_gaps, decimals, rounding).tolist() == [expected, [-1] * len(values)]
