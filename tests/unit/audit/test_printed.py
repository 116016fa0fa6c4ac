"""Printed numbers as exact sets."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases

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


@pytest.mark.parametrize(
    ("text", "value", "decimals", "mark", "percent", "leading_zero"),
    [
        ("0,083", F(83, 1000), 3, ",", "", True), (".004", F(4, 1000), 3, ".", "", False),
        ("100%", 100, 0, "", "%", True), ("71,4 %", F(714, 10), 1, ",", " %", True),
        ("-2.24", F(-224, 100), 2, ".", "", True), ("−2,24", F(-224, 100), 2, ",", "", True),
        ("1.234,5", F(12345, 10), 1, ",", "", True), ("1,234,567.8", F(12345678, 10), 1, ".", "", True),
        (" +5 ", 5, 0, "", "", True), ("12.345.678,9", F(123456789, 10), 1, ",", "", True),
    ],
)  # fmt: skip
def test_a_printed_number_is_taken_apart(text, value, decimals, mark, percent, leading_zero):
    assert parse_printed(text, BOTH) == (value, decimals, mark, percent, leading_zero, value < 0)


@pytest.mark.parametrize(
    ("text", "marks", "value"),
    [
        # thousands are parted in threes
        ("1.234", ",", 1234), ("12.345.678", ",", 12345678), ("999.000", ",", 999000), ("1\u066c234", ",", 1234),
        ("0", ",", 0), ("1234", ",", 1234), ("٣٫٥", "\u066b", F(7, 2)), ("1.234", ".", F(1234, 1000)), ("-0,0", ",", 0),
        # digits of every script; a mark of Arabic digits is never the other one
        ("٠٫٠٨٣", ".", F(83, 1000)), ("۰٫۰۸۳", ",", F(83, 1000)), ("０，０８", ",", F(8, 100)),
        ("١٬٢٣٤٫٥", ".", F(12345, 10)), ("1\u066b234", ",", F(1234, 1000)), ("−２.24", ".", F(-224, 100)),
        ("٥٪", ".", 5), ("１，５％", ",", F(3, 2)), ("०.०८३", ".", F(83, 1000)),
    ],
)  # fmt: skip
def test_the_decimal_mark_is_declared_and_not_guessed(text, marks, value):
    assert parse_printed(text, marks).value == value


@cases
def test_what_is_no_number_is_refused(marks, texts):
    for text in texts:
        with pytest.raises(ValueError, match=f"^{re.escape(repr(text))} is not a number"):
            parse_printed(text, marks)


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        *((text, F(71, 10**7), 7) for text in ("7.1E-06", "7,1e-6", "7.1 × 10−6", "7.1×10⁻⁶", "7,1.10^(-6)")),
        *((text, F(1, 10**5), 5) for text in ("10^-5", "10−5", "10⁻⁵", "1E-5")), ("2.2e-16", F(22, 10**17), 17),
        *((text, F(83, 1000), 3) for text in ("0.083*", "0,083a", "0.083 (ns)", ".083a,b", "0.083†", "0·083", "·083")),
        *((text, F(-4491, 1000), 3) for text in ("− 4.491", "–4.491", "- 4.491", "—4.491b")), ("1.25E+02", 125, 0),
    ],
)  # fmt: skip
def test_powers_of_ten_marks_of_notes_and_dashes_are_read(text, value, decimals):
    number = parse_printed(text, BOTH)
    assert (number.value, number.decimals) == (value, decimals)
    assert parse_printed(number.write(value), BOTH).value == value


def test_an_unknown_rounding_or_operator_is_refused():
    for refused in ({"operator": "=<"}, {"rounding": "nearest"}):
        with pytest.raises(ValueError, match=f"unknown .*{'|'.join(refused.values())}"):
            stated("0,05", **refused)


@pytest.mark.parametrize("operator", SIGNS)
def test_the_operator_before_a_number_is_parted_from_it(operator):
    sign = SIGNS[operator] or operator
    assert split_operator(f" {sign} 0,05") == split_operator(operator + "0,05") == (operator, "0,05")


@pytest.mark.parametrize(
    ("text", "rounding", "operator", "domain", "interval"),
    [
        ("0,083", "half_up", "", None, (F("0.0825"), F("0.0835"), True, False)),
        ("0,083", "half_even", "~", None, (F("0.0825"), F("0.0835"), False, False)),
        ("0,082", "half_even", "=", None, (F("0.0815"), F("0.0825"), True, True)),
        ("0,083", "truncate", "", None, (F("0.083"), F("0.084"), True, False)),
        ("-2,24", "half_up", "", None, (F("-2.245"), F("-2.235"), False, True)),
        ("-2,24", "truncate", "", None, (F("-2.25"), F("-2.24"), False, True)),
        ("0,0", "half_up", "", None, (F("-0.05"), F("0.05"), False, False)),
        ("-0,0", "half_up", "", None, (F("-0.05"), 0, False, False)),
        ("0,0", "half_even", "", None, (F("-0.05"), F("0.05"), True, True)),
        ("0,000", "half_up", "", (0, 1), (0, F("0.0005"), True, False)),
        ("1.000", "half_up", "", (0, 1), (F("0.9995"), 1, True, True)),
        ("0,5", "half_up", "", (0, 1), (F("0.45"), F("0.55"), True, False)),
        # an inequality is about the number as it is printed
        ("0,5", "half_up", "<", (0, 1), (0, HALF, True, False)),
        ("0,5", "truncate", ">", (0, 1), (HALF, 1, False, True)),
        ("0,5", "half_up", "<=", None, (None, HALF, True, True)),
        ("0,5", "half_up", ">=", None, (HALF, None, True, False)),
        # an end that the number already has stays open
        ("0", "half_up", ">", (0, None), (0, None, False, False)),
        ("1", "half_up", "<", (None, 1), (None, 1, True, False)),
    ],
)  # fmt: skip
def test_the_set_of_a_printed_number(text, rounding, operator, domain, interval):
    assert stated(text, rounding, operator, domain or (None, None)) == interval


@pytest.mark.parametrize(
    ("value", "like", "printed"),
    [
        (F(1, 1000), "0,004", "0,001"), (F(1, 1000), ".004", ".001"), (F(138, 100000), "0.004", "0.001"),
        (F(100), "70%", "100%"), (F(500, 7), "71,4 %", "71,4 %"), (F(-12345, 1000), "-2.24", "-12.35"),
        (F(-1, 1000), "0.00", "0.00"), (F(1), "0,00", "1,00"), (F(5, 4), "7", "1"), (F(-1, 4), ".9", "-.3"),
        (F(1, 2), "0", "1"), (F(0), ".00", ".00"), (F(0), "0", "0"), (F(1234), "1.234,5", "1234,0"),
    ],
)  # fmt: skip
def test_a_number_is_printed_in_the_style_of_another(value, like, printed):
    assert parse_printed(like, BOTH).write(value) == printed


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


@pytest.mark.parametrize(
    ("interval", "sizes"),
    [
        ((-2, 1, True, False), (0, 2, True, True)), ((-2, 1, False, False), (0, 2, True, False)),
        ((-1, 2, True, True), (0, 2, True, True)), ((-1, 1, False, True), (0, 1, True, True)),
        ((-2, -1, False, True), (1, 2, True, False)), ((-2, 0, True, False), (0, 2, False, True)),
        ((0, 2, True, False), (0, 2, True, False)), ((1, 2, False, False), (1, 2, False, False)),
        ((None, -1, True, True), (1, None, True, False)), ((None, -1, True, False), (1, None, False, False)),
        ((HALF, 2, True, False), (HALF, 2, True, False)),
        # about the size as it is printed
        ((None, 2, True, False), (None, 2, True, False)), ((-2, None, False, False), (-2, None, False, False)),
    ],
)  # fmt: skip
def test_absolute_values_of_an_interval(interval, sizes):
    assert Interval(*interval).magnitude() == sizes


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
