"""Printed numbers as exact sets."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.unit.audit.test_claims import interval

from oxymilk.audit.printed import (
    LARGEST_SAMPLE,
    ROUNDINGS,
    SIGNS,
    Interval,
    as_runs,
    parse_printed,
    parse_sizes,
    round_units,
    sizes_that_allow,
    split_operator,
)

BOTH = (",", ".")
HALF = F(1, 2)


def stated(text, rounding="half_up", operator="", domain=(None, None)):
    return parse_printed(text, BOTH).interval(rounding, operator, domain)


@cases
def test_a_printed_number_is_taken_apart(text, value, decimals, mark, percent, leading_zero):
    value = F(value)
    assert parse_printed(text, BOTH) == (value, decimals, mark, percent, leading_zero, value < 0)


@cases
def test_the_decimal_mark_is_declared_and_not_guessed(text, marks, value):
    assert parse_printed(text, marks).value == F(value)


@cases
def test_what_is_no_number_is_refused(marks, texts):
    for text in texts:
        with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} is not a number"):
            parse_printed(text, marks)


@cases
def test_powers_of_ten_marks_of_notes_and_dashes_are_read(text, value, decimals):
    number = parse_printed(text, BOTH)
    assert (number.value, number.decimals) == (F(value), decimals)
    assert parse_printed(number.write(F(value)), BOTH).value == F(value)


def test_an_unknown_rounding_or_operator_is_refused():
    for refused in ({"operator": "=<"}, {"rounding": "nearest"}):
        with pytest.raises(ValueError, match=f"unknown .*{'|'.join(refused.values())}"):
            stated("0,05", **refused)


@pytest.mark.parametrize("operator", SIGNS)
def test_the_operator_before_a_number_is_parted_from_it(operator):
    sign = SIGNS[operator] or operator
    assert split_operator(f" {sign} 0,05") == split_operator(operator + "0,05") == (operator, "0,05")


@cases
def test_the_set_of_a_printed_number(text, rounding, operator, domain, due):
    assert stated(text, rounding, operator, domain or (None, None)) == interval(due)


@cases
def test_a_number_is_printed_in_the_style_of_another(value, like, printed):
    assert parse_printed(like, BOTH).write(F(value)) == printed


@cases
def test_halves_go_where_the_rounding_says(rounding, units):
    halves = [F(1, 2), F(3, 2), F(5, 2), F(7, 2), F(-1, 2), F(-3, 2)]
    assert [round_units(half, 0, rounding) for half in halves] == units


@given(
    value=st.fractions(min_value=-100, max_value=100, max_denominator=10**6),
    decimals=st.integers(0, 5),
    rounding=st.sampled_from(ROUNDINGS),
    step=st.integers(-3, 3).filter(bool),
)
def test_a_number_lies_in_the_set_of_what_it_prints_as_and_in_no_other(value, decimals, rounding, step):
    style = parse_printed("0." + "0" * decimals if decimals else "0")
    # a negative number that is rounded to zero is printed without its sign
    assert stated(style.write(value, rounding), rounding).contains(value)
    units = round_units(value, decimals, rounding)
    other = units + step
    if 0 not in (units, other) and (units > 0) == (other > 0):
        text = style.write(F(other, 10**decimals), "truncate")
        assert not stated(text, rounding).contains(value)


def test_a_number_lies_in_an_interval_with_its_closed_ends():
    for low, high in ((True, True), (True, False), (False, True), (False, False)):
        inside = [Interval(F(0), F(1), low, high).contains(F(v)) for v in (-1, 0, HALF, 1, 2)]
        assert inside == [False, low, True, high, False]
    assert Interval(F(0), F(1)) == (0, 1, True, False)
    assert [Interval(None, F(0)).contains(F(v)) for v in (-9, 0)] == [True, False]
    assert [Interval(F(0), None).contains(F(v)) for v in (-1, 9)] == [False, True]


def test_intervals_meet_only_where_they_share_a_number():
    closed, half_open = Interval(F(0), F(1), True, True), Interval(F(1), F(2), True, False)
    assert closed.meets(half_open)
    assert half_open.meets(closed)
    assert Interval(None, F(0), closed_high=True).meets(closed)
    assert not Interval(F(0), F(1), True, False).meets(half_open)
    assert not closed.meets(Interval(F(1), None, closed_low=False))
    assert closed.contains_all(Interval(HALF, F(1), True, True))
    assert not closed.contains_all(Interval(HALF, F(2), True, True))


@cases
def test_absolute_values_of_an_interval(found, sizes):
    assert Interval(*interval(found)).magnitude() == interval(sizes)


# ---- sample sizes ------------------------------------------------------------------------------------------


def test_sizes_are_one_or_a_range():
    assert parse_sizes("15") == range(15, 16)
    assert parse_sizes(f"1 .. {LARGEST_SAMPLE}") == range(1, LARGEST_SAMPLE + 1)
    for wrong in ("", "0", "0..5", "5..1", f"1..{LARGEST_SAMPLE + 1}", "1-5", "1..", "ten"):
        with pytest.raises(ValueError, match="no sample size"):
            parse_sizes(wrong)
    assert [as_runs(sizes) for sizes in ([], [1, 2, 3, 5, 7, 8])] == ["", "1-3, 5, 7-8"]


def test_sample_sizes_against_plain_enumeration():
    """Every percentage with one decimal that is a multiple of 3.7, for the sizes 1 to 40: all k of n are listed."""
    for tenths in range(0, 1001, 37):
        percent = Decimal(tenths) / 10
        rounded = {n: {(Decimal(100 * k) / n).quantize(Decimal("0.1"), ROUND_HALF_UP) for k in range(n + 1)}
                   for n in range(1, 41)}  # fmt: skip
        possible = [n for n, shares in rounded.items() if percent in shares]
        assert sizes_that_allow(stated(f"{percent:.1f}%", domain=(0, 100)), range(1, 41), F(100)) == possible


@pytest.mark.parametrize(
    ("interval", "allowed"),
    [
        # of 10 participants the multiples are 10%, 20%, ...
        ((F(10), F(20), False, True), True), ((F(10), F(11), True, False), True), ((F(10), F(20), False, False), False),
        ((F(11), F(19), True, True), False), ((None, F(11)), True), ((F(11), None), True),
    ],
)  # fmt: skip
def test_multiples_at_the_ends_of_a_set(interval, allowed):
    assert sizes_that_allow(Interval(*interval), [10], F(100)) == ([10] if allowed else [])
