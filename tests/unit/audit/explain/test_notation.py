"""Each slip on a number where it is known what comes out."""

from fractions import Fraction

import numpy as np
import pytest

from oxymilk.audit.explain.notation import Other, notation_hits, p_of_printed_z, search_notation
from oxymilk.audit.explain.printable import Printable, print_units
from oxymilk.audit.printed import printed_interval


def codes(true, printed, *, is_p=True, operator="", last=None, **others):
    decimals = len(printed.partition(".")[2])
    claimed = int(printed.replace(".", ""))
    printable = Printable(0, last or 10**decimals, claimed, decimals, operator, "half_up")
    hits = search_notation(Fraction(true), printable, is_p=is_p, rounding="half_up", **others)
    return [hit.code.removeprefix("notation_") for hit in hits]


@pytest.mark.parametrize(
    ("true", "printed", "code"),
    [
        ("0.0329", "0.032", "truncated"),
        ("0.0321", "0.033", "rounded_up"),
        ("0.0445", "0.05", "rounded_twice"),
        ("0.0414", "0.040", "padded"),
        ("0.083264", "0.0415", "halved"),
        ("0.083264", "0.042", "halved"),
        ("0.00013", "0.001", "floor"),
        ("0.00013", "0.0010", "floor"),
        ("0.00081", "0.000", "zero"),
        ("0.064", "0.64", "zero_lost"),
        ("0.064", "0.0064", "zero_lost"),
        ("0.064", "64", "mark_lost"),
        ("0.012", "0.021", "swapped"),
        ("0.0014", "0.004", "dropped"),
        ("0.001", "0.004", "mistyped"),
    ],
)
def test_slips_of_p_values(true, printed, code):
    assert code in codes(true, printed)


@pytest.mark.parametrize(
    ("true", "printed", "code"),
    [("15", "5", "dropped"), ("15", "51", "swapped"), ("71.42857", "71.5", "rounded_up"), ("66.7", "6.7", "dropped"),
     ("66.7", "96.7", "mistyped"), ("66.7", "67.6", "swapped")],
)  # fmt: skip
def test_slips_of_other_numbers(true, printed, code):
    assert code in codes(true, printed, is_p=False, last=1000)


def test_what_is_right_is_no_slip():
    for true, printed in (("0.0321", "0.032"), ("0.0005", "0.001"), ("15", "15")):
        assert codes(true, printed) == []


def test_p_values_alone_are_halved_or_floored():
    assert "halved" not in codes("0.083264", "0.042", is_p=False)


def test_threshold():
    assert codes("0.0512", "0.05", operator="<") == ["at_threshold"]
    assert "below_zero" in codes("0.0002", "0.000", operator="<")
    assert codes("0.07", "0.05", operator="<") == []


def test_copies_and_statistics():
    copies = [Other("the first", Fraction("0.083"), "a"), Other("the second", Fraction("0.2"), "b")]
    statistics = [Other("Z", Fraction("3.199"))]
    assert codes("0.0014", "0.083", copies=copies, statistics=statistics) == ["copied"]
    assert codes("0.0014", "3.199", copies=copies, statistics=statistics) == ["statistic"]


def test_all_copies_are_one_step():
    """It is no merit of a number to be listed first among those that may have been copied."""
    copies = [Other("a", Fraction("0.083"), "a"), Other("b", Fraction("0.2"), "b")]
    shares = []
    for claimed in (83, 200):
        printable = Printable(0, 1000, claimed, 3, "", "half_up")
        hits = search_notation(Fraction("0.5"), printable, is_p=True, rounding="half_up", copies=copies)
        shares.append(next(hit.coincidence for hit in hits if hit.code == "notation_copied"))
    assert shares[0] == shares[1]


def test_a_printed_z_gives_a_range_of_p_values():
    interval = printed_interval("-2.42", rounding="half_up")
    low, high = p_of_printed_z(interval)
    assert (round(low, 6), round(high, 6)) == (0.015308, 0.015735)
    # a Z that may be 0 allows p = 1
    assert p_of_printed_z(printed_interval("0.0"))[1] == 1
    low, high = p_of_printed_z(printed_interval("1.64"), "greater")
    assert low < 0.0505 < high
    assert "printed_z" in codes("0.2", "0.016", printed_z=[interval])


def test_wider_slips_come_later():
    """Rules make one string, hands make many: the coincidence grows along the order."""
    printable = Printable(0, 999, 4, 3, "", "half_up")
    sizes = [(code, len(units)) for code, _, units in
             notation_hits(Fraction("0.0138"), printable, is_p=True, rounding="half_up")]  # fmt: skip
    assert sizes[-1][0] == "notation_mistyped"
    assert sizes[-1][1] == max(size for _, size in sizes)


@pytest.mark.parametrize("rounding", ["half_up", "half_even", "truncate"])
def test_units_at_boundaries(rounding):
    values = np.array([0.0625, 0.0635, 0.0005, 0.5, 1.0, np.nan, 0.28749999999999998])
    expected = {
        "half_up": [63, 64, 1, 500, 1000, -1, 288],
        "half_even": [62, 64, 0, 500, 1000, -1, 288],
        "truncate": [62, 63, 0, 500, 1000, -1, 287],
    }[rounding]
    assert print_units(values, 3, rounding).tolist() == expected
    assert print_units(np.float64(0.0625), 3, rounding).shape == ()
