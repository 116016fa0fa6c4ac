"""Printed numbers as exact sets."""

import re
from fractions import Fraction as F
from itertools import product

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
        (" +5 ", 5, 0, "", "", True),
        ("12.345.678,9", F(123456789, 10), 1, ",", "", True),
    ],
)
def test_a_printed_number_is_taken_apart(text, value, decimals, mark, percent, leading_zero):
    assert parse_printed(text, BOTH) == (value, decimals, mark, percent, leading_zero, value < 0)


@pytest.mark.parametrize(
    "text", ["", "n.s.", "0,0,5", "1.23,456", "--2", "0.05*", "p=0.05", "１２ x", "1 000"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a number"):
        parse_printed(text, BOTH)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234", 1234),
        ("12.345.678", 12345678),
        ("999.000", 999000),
        ("1\u066b234", 1234),
        ("0", 0),
        ("1234", 1234),
    ],
)
def test_thousands_stand_in_threes(text, value):
    assert parse_printed(text, (",",)).value == value


@pytest.mark.parametrize("text", ["1234.567", "0.123", "1.23", "1.2345", ".123", "1.234.5", "1..234"])
def test_a_mark_that_is_not_declared_must_part_thousands(text):
    with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} is not a number with decimal mark ,$"):
        parse_printed(text, (",",))


def test_the_arabic_decimal_mark():
    assert parse_printed("٣٫٥", ("\u066b",)) == (F(7, 2), 1, "\u066b", "", True, False)


def test_what_is_not_said_is_a_decimal_point_and_half_up():
    assert parse_printed("0.5").value == F(1, 2)
    assert printed_interval("0.5") == (F(45, 100), F(55, 100), True, False)
    assert printed_interval("-0.5") == (F(-55, 100), F(-45, 100), False, True)
    assert print_like(F(5, 2), "1", (".",)) == "3"
    assert round_units(F(5, 2), 0) == 3


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
        ("0,0", "half_even", F(-5, 100), F(5, 100), True, True),
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
    with pytest.raises(ValueError, match=r"^unknown operator '=<'; use one of =, ~, <, <=, >, >= or none$"):
        printed_interval("0,05", BOTH, operator="=<")
    roundings = r"^unknown rounding 'nearest'; use one of half_up, half_even, truncate$"
    with pytest.raises(ValueError, match=roundings):
        printed_interval("0,05", BOTH, rounding="nearest")
    with pytest.raises(ValueError, match=roundings):
        round_units(F(1, 2), 0, "nearest")
    with pytest.raises(ValueError, match=r"^'n\.s\.' is not a number$"):
        parse_printed("n.s.")
    with pytest.raises(ValueError, match=r"^'0,0,5' is not a number with decimal mark , or \.$"):
        parse_printed("0,0,5", BOTH)


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
        (F(5, 4), "7", "1"),
        (F(-1, 4), ".9", "-.3"),
        (F(1, 2), "0", "1"),
        (F(0), ".00", ".00"),
        (F(0), "0", "0"),
        (F(1234), "1.234,5", "1234,0"),
    ],
)
def test_a_number_is_printed_in_the_style_of_another(value, like, printed):
    assert print_like(value, like, BOTH) == printed


@pytest.mark.parametrize(
    ("rounding", "units"),
    [
        ("half_up", [1, 2, 3, 4, -1, -2]),
        ("half_even", [0, 2, 2, 4, 0, -2]),
        ("truncate", [0, 1, 2, 3, 0, -1]),
    ],
)
def test_halves_go_where_the_rounding_says(rounding, units):
    halves = [F(1, 2), F(3, 2), F(5, 2), F(7, 2), F(-1, 2), F(-3, 2)]
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


def test_a_number_lies_in_an_interval_with_its_closed_ends():
    ends = F(0), F(1)
    for low, high in product((True, False), repeat=2):
        stated = Interval(*ends, low, high)
        assert [stated.contains(F(v)) for v in (-1, 0, F(1, 2), 1, 2)] == [False, low, True, high, False]
        assert not stated.contains_all(Interval(F(-1), F(1, 2), True, True))
    assert Interval(*ends) == (0, 1, True, False)
    assert Interval(None, F(0)).contains(F(-9))
    assert not Interval(None, F(0)).contains(F(0))
    assert Interval(F(0), None).contains(F(9))
    assert not Interval(F(0), None).contains(F(-1))


def test_a_domain_cuts_only_what_leaves_it():
    assert printed_interval("0,5", BOTH, domain=(0, 1)) == (F(45, 100), F(55, 100), True, False)
    assert printed_interval("0,5", BOTH, operator="<", domain=(0, 1)) == (0, F(1, 2), True, False)
    assert printed_interval("0,5", BOTH, operator=">", domain=(0, 1)) == (F(1, 2), 1, False, True)
    # an end that the number already has stays open
    assert printed_interval("0", BOTH, operator=">", domain=(0, None)) == (0, None, False, False)
    assert printed_interval("1", BOTH, operator="<", domain=(None, 1)) == (None, 1, True, False)
    assert printed_interval("0,5", BOTH, operator="<=") == (None, F(1, 2), True, True)
    assert printed_interval("0,5", BOTH, operator=">=") == (F(1, 2), None, True, False)


def test_intervals_meet_only_where_they_share_a_number():
    closed, half_open = Interval(F(0), F(1), True, True), Interval(F(1), F(2), True, False)
    assert closed.meets(half_open)
    assert half_open.meets(closed)
    assert not Interval(F(0), F(1), True, False).meets(half_open)
    assert not closed.meets(Interval(F(1), None, closed_low=False))
    assert Interval(None, F(0), closed_high=True).meets(closed)
    assert closed.contains_all(Interval(F(1, 2), F(1), True, True))
    assert not closed.contains_all(Interval(F(1, 2), F(2), True, True))
