"""The set that a claim states, end by end."""

from fractions import Fraction as F

import pytest

from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import Interval
from oxymilk.audit.stated import Notation, magnitude, scale_of, stated_set

COMMA = Notation((",",))


def claim(printed, quantity, operator="", n=""):
    cells = dict.fromkeys(Claim._fields, "")
    return Claim(**{**cells, "printed": printed, "quantity": quantity, "operator": operator, "n": n})


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", Interval(None, F(5, 2), closed_low=True, closed_high=False)),
        ("<=", Interval(None, F(5, 2), closed_low=True, closed_high=True)),
        (">", Interval(F(5, 2), None, closed_low=False, closed_high=False)),
        (">=", Interval(F(5, 2), None, closed_low=True, closed_high=False)),
        ("=", Interval(F(5, 2), F(5, 2), closed_low=True, closed_high=True)),
        ("", Interval(F(5, 2), F(5, 2), closed_low=True, closed_high=True)),
    ],
)
def test_a_comparison_is_with_the_number_as_it_stands(operator, expected):
    assert stated_set(claim("2,1", "comparison", operator, "2,5"), COMMA) == expected


@pytest.mark.parametrize("ends", ["1,5; 2,5", "2,5; 1,5"])
def test_between_holds_both_ends(ends):
    expected = Interval(F(3, 2), F(5, 2), closed_low=True, closed_high=True)
    assert stated_set(claim("2", "between", n=ends), COMMA) == expected


@pytest.mark.parametrize(
    ("quantity", "operator"), [("alpha", ""), ("alpha", "<"), ("alpha", "="), ("threshold", "")]
)
def test_a_level_of_significance_is_a_number_as_it_stands(quantity, operator):
    expected = Interval(F(1, 20), F(1, 20), closed_low=True, closed_high=True)
    assert stated_set(claim("0,05", quantity, operator), COMMA) == expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("<", Interval(None, F(1, 20), closed_low=True, closed_high=False)),
        (">=", Interval(F(1, 20), None, closed_low=True, closed_high=False)),
        ("=", Interval(F(9, 200), F(11, 200), closed_low=True, closed_high=False)),
    ],
)
def test_a_p_value_beside_a_threshold_lies_on_its_side(operator, expected):
    assert stated_set(claim("0,05", "threshold", operator), COMMA) == expected


@pytest.mark.parametrize(
    ("quantity", "scale"), [("alpha", 100), ("threshold", 100), ("percent", 1), ("z", 1)]
)
def test_a_level_of_significance_in_percent_is_a_hundredth(quantity, scale):
    assert scale_of(claim("5 %", quantity), COMMA) == scale
    assert scale_of(claim("5,0", quantity), COMMA) == 1
    expected = {
        "": Interval(F(1, 20), F(1, 20), closed_high=True),
        "<": Interval(None, F(1, 20)),
        "<=": Interval(None, F(1, 20), closed_high=True),
        ">": Interval(F(1, 20), None, closed_low=False),
        ">=": Interval(F(1, 20), None),
    }
    for operator, interval in expected.items():
        if quantity == "threshold":
            assert stated_set(claim("5%", quantity, operator), COMMA) == interval
        if quantity == "alpha":
            assert stated_set(claim("5,0 %", quantity, operator), COMMA) == expected[""]


@pytest.mark.parametrize(
    ("printed", "quantity", "low", "high"),
    [
        ("0,000", "p_value", 0, F(1, 2000)),
        ("1,000", "p_value", F(1999, 2000), 1),
        ("0%", "percent", 0, F(1, 2)),
        ("100%", "percent_up", F(199, 2), 100),
        ("100%", "percent_down", F(199, 2), 100),
        ("0%", "grim_percent", 0, F(1, 2)),
        # a sum has no bounds
        ("0", "sum", F(-1, 2), F(1, 2)),
    ],
)
def test_a_share_lies_within_its_bounds(printed, quantity, low, high):
    found = stated_set(claim(printed, quantity), COMMA)
    assert (found.low, found.high) == (low, high)


def test_rounding_is_as_declared():
    assert stated_set(claim("2,5", "u"), Notation((",",), "truncate")) == Interval(F(5, 2), F(13, 5))
    assert stated_set(claim("2,5", "u"), COMMA) == Interval(F(49, 20), F(51, 20))


@pytest.mark.parametrize(
    ("printed", "operator", "expected"),
    [
        ("2,24", "", Interval(F(447, 200), F(449, 200), closed_low=True, closed_high=False)),
        ("-2,24", "", Interval(F(447, 200), F(449, 200), closed_low=True, closed_high=False)),
        ("0,0", "", Interval(F(0), F(1, 20), closed_low=True, closed_high=False)),
        ("-1,96", "<", Interval(F(49, 25), None, closed_low=False, closed_high=False)),
        ("-1,96", "<=", Interval(F(49, 25), None, closed_low=True, closed_high=False)),
        ("0", "<", Interval(F(0), None, closed_low=False, closed_high=False)),
        # about the size as it stands
        ("2", "<", Interval(None, F(2), closed_low=True, closed_high=False)),
        ("0,5", "<", Interval(None, F(1, 2), closed_low=True, closed_high=False)),
        ("1,96", ">", Interval(F(49, 25), None, closed_low=False, closed_high=False)),
        ("-2", ">", Interval(F(-2), None, closed_low=False, closed_high=False)),
    ],
)
def test_z_and_minus_z_state_the_same(printed, operator, expected):
    assert stated_set(claim(printed, "z", operator), COMMA) == expected


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(F(-2), F(1), closed_low=True), Interval(F(0), F(2), closed_low=True, closed_high=True)),
        (Interval(F(-2), F(1), closed_low=False), Interval(F(0), F(2), closed_low=True, closed_high=False)),
        (Interval(F(-1), F(2), closed_high=True), Interval(F(0), F(2), closed_low=True, closed_high=True)),
        (Interval(F(-1), F(1), closed_low=False, closed_high=True), Interval(F(0), F(1), closed_high=True)),
        (Interval(F(-2), F(-1), closed_low=False, closed_high=True), Interval(F(1), F(2))),
        (Interval(F(-2), F(0)), Interval(F(0), F(2), closed_low=False, closed_high=True)),
        (Interval(F(0), F(2)), Interval(F(0), F(2))),
        (Interval(F(1), F(2), closed_low=False), Interval(F(1), F(2), closed_low=False)),
    ],
)
def test_sizes_of_an_interval(interval, expected):
    assert magnitude(interval) == expected
