"""Printed numbers as exact sets."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxymilk.audit.printed import (
    ROUNDINGS,
    Interval,
    parse_printed,
    print_like,
    printed_interval,
    round_units,
)

BOTH = (",", ".")


@pytest.mark.parametrize(
    ("text", "value", "decimals", "mark", "percent", "leading_zero"),
    [
        ("0,083", F(83, 1000), 3, ",", "", True),
        (".004", F(4, 1000), 3, ".", "", False),
        ("100%", 100, 0, "", "%", True),
        ("71,4 %", F(714, 10), 1, ",", " %", True),
        ("-2.24", F(-224, 100), 2, ".", "", True),
        ("−2,24", F(-224, 100), 2, ",", "", True),
        ("1.234,5", F(12345, 10), 1, ",", "", True),
        ("1,234,567.8", F(12345678, 10), 1, ".", "", True),
    ],
)
def test_a_printed_number_is_taken_apart(text, value, decimals, mark, percent, leading_zero):
    assert parse_printed(text, BOTH) == (value, decimals, mark, percent, leading_zero)


@pytest.mark.parametrize(
    "text", ["", "n.s.", "0,0,5", "1.23,456", "--2", "0.05*", "p=0.05", "１２ x", "1 000"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        parse_printed(text, BOTH)


def test_the_decimal_mark_is_declared_and_not_guessed():
    assert parse_printed("1.234", (",",)).value == 1234
    assert parse_printed("1.234", (".",)).value == F(1234, 1000)
    with pytest.raises(ValueError, match="decimal mark"):
        parse_printed("0,083", (".",))


@pytest.mark.parametrize(
    ("text", "rounding", "low", "high", "closed_low", "closed_high"),
    [
        ("0,083", "half_up", F(825, 10000), F(835, 10000), True, False),
        ("0,083", "half_even", F(825, 10000), F(835, 10000), False, False),
        ("0,082", "half_even", F(815, 10000), F(825, 10000), True, True),
        ("0,083", "truncate", F(83, 1000), F(84, 1000), True, False),
        ("-2,24", "half_up", F(-2245, 1000), F(-2235, 1000), False, True),
        ("-2,24", "truncate", F(-225, 100), F(-224, 100), False, True),
        ("0,0", "half_up", F(-5, 100), F(5, 100), False, False),
        ("-0,0", "half_up", F(-5, 100), F(0), False, False),
    ],
)
def test_the_set_of_a_printed_number(text, rounding, low, high, closed_low, closed_high):
    assert printed_interval(text, BOTH, rounding) == (low, high, closed_low, closed_high)


def test_a_p_value_printed_as_zero_is_small_and_not_negative():
    assert printed_interval("0,000", BOTH, domain=(0, 1)) == (0, F(5, 10000), True, False)
    assert printed_interval("1.000", BOTH, domain=(0, 1)) == (F(9995, 10000), 1, True, True)


@pytest.mark.parametrize(
    ("operator", "inside", "outside"),
    [
        ("<", F(4999, 100000), F(5, 100)),
        ("<=", F(5, 100), F(5001, 100000)),
        (">", F(51, 1000), F(5, 100)),
        (">=", F(5, 100), F(49, 1000)),
    ],
)
def test_an_inequality_is_about_the_number_as_it_stands(operator, inside, outside):
    stated = printed_interval("0,05", BOTH, operator=operator, domain=(0, 1))
    assert stated.contains(inside)
    assert not stated.contains(outside)


def test_unknown_operators_and_roundings_are_refused():
    with pytest.raises(ValueError, match="unknown operator"):
        printed_interval("0,05", BOTH, operator="=<")
    with pytest.raises(ValueError, match="unknown rounding"):
        printed_interval("0,05", BOTH, rounding="nearest")
    with pytest.raises(ValueError, match="unknown rounding"):
        round_units(F(1, 2), 0, "nearest")


@pytest.mark.parametrize(
    ("value", "like", "printed"),
    [
        (F(1, 1000), "0,004", "0,001"),
        (F(1, 1000), ".004", ".001"),
        (F(138, 100000), "0.004", "0.001"),
        (F(100), "70%", "100%"),
        (F(500, 7), "71,4 %", "71,4 %"),
        (F(-12345, 1000), "-2.24", "-12.35"),
        (F(-1, 1000), "0.00", "0.00"),
        (F(1), "0,00", "1,00"),
    ],
)
def test_a_number_is_printed_in_the_style_of_another(value, like, printed):
    assert print_like(value, like, BOTH) == printed


@pytest.mark.parametrize(
    ("rounding", "units"),
    [("half_up", [1, 2, 3, -1, -2]), ("half_even", [0, 2, 2, 0, -2]), ("truncate", [0, 1, 2, 0, -1])],
)
def test_halves_go_where_the_rounding_says(rounding, units):
    halves = [F(1, 2), F(3, 2), F(5, 2), F(-1, 2), F(-3, 2)]
    assert [round_units(half, 0, rounding) for half in halves] == units


@given(
    value=st.fractions(min_value=-100, max_value=100, max_denominator=10**6),
    decimals=st.integers(0, 5),
    rounding=st.sampled_from(ROUNDINGS),
    data=st.data(),
)
def test_a_number_lies_in_the_set_of_what_it_prints_as_and_in_no_other(value, decimals, rounding, data):
    like = "0." + "0" * decimals if decimals else "0"
    printed = print_like(value, like, ".", rounding)
    # a negative number that comes out as zero is printed without its sign
    stated = printed_interval(printed, ".", rounding)
    assert stated.contains(value)
    units = round_units(value, decimals, rounding)
    other = units + data.draw(st.integers(-3, 3).filter(bool))
    if 0 not in (units, other) and (units > 0) == (other > 0):
        text = print_like(F(other, 10**decimals), like, ".", "truncate")
        assert not printed_interval(text, ".", rounding).contains(value)


def test_intervals_meet_only_where_they_share_a_number():
    closed, half_open = Interval(F(0), F(1), True, True), Interval(F(1), F(2), True, False)
    assert closed.meets(half_open)
    assert half_open.meets(closed)
    assert not Interval(F(0), F(1), True, False).meets(half_open)
    assert not closed.meets(Interval(F(1), None, closed_low=False))
    assert Interval(None, F(0), closed_high=True).meets(closed)
    assert closed.contains_all(Interval(F(1, 2), F(1), True, True))
    assert not closed.contains_all(Interval(F(1, 2), F(2), True, True))
