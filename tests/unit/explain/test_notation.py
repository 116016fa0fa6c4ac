"""Each slip on a number where it is known what comes out."""

from fractions import Fraction

import numpy as np
import pytest

from oxymilk.audit.printed import printed_interval
from oxymilk.explain.notation import Other, notation_hits, p_of_printed_z, search_notation
from oxymilk.explain.printable import Printable, print_units


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


def made_of(true, decimals, *, is_p, rounding="half_up", operator="", **others):
    """What each slip makes of a number, in units of the last place."""
    printable = Printable(0, 10**decimals, 0, decimals, operator, rounding)
    slips = notation_hits(Fraction(true), printable, is_p=is_p, rounding=rounding, **others)
    return {code.removeprefix("notation_"): units.tolist() for code, _, units in slips}


def digits_changed(right, places):
    """A number with one of its last digits mistyped."""
    digits = f"{right:0{places}d}"
    return sorted(
        {int(digits[:i] + d + digits[i + 1 :]) for i in range(places) for d in "0123456789"} - {right}
    )


def test_all_that_slips_make_of_a_number():
    # 0.015: a half of 0.01, 0.015, 0.0146 and 0.01460, rounded and cut; a zero fewer and a zero more
    assert made_of("0.0146", 3, is_p=True) == {
        "truncated": [14],
        "padded": [10],
        "halved": [5, 7, 8],
        "zero_lost": [1, 146],
        "swapped": [51, 105],
        "dropped": [14, 16, 46, 146],
        "mistyped": digits_changed(15, 3),
    }
    # 0.0006, below what programs print as 0.001 or 0.000
    assert made_of("0.00062", 4, is_p=True) == {
        "rounded_up": [7],
        "padded": [10],
        "halved": [0, 3, 5],
        "floor": [10],
        "zero": [0],
        "zero_lost": [1, 62],
        "swapped": [60],
        "dropped": [2, 62],
        "mistyped": digits_changed(6, 4),
    }
    # 25.5: the digits before the mark are dropped from it, those after from 25.47
    assert made_of("25.47", 1, is_p=False) == {
        "truncated": [254],
        "swapped": [525],
        "dropped": [25, 55, 254, 257],
        "mistyped": digits_changed(255, 3),
    }
    assert made_of("15", 0, is_p=False) == {
        "rounded_up": [16],
        "swapped": [51],
        "dropped": [1, 5],
        "mistyped": digits_changed(15, 2),
    }
    # a number below one without its mark, with one to four decimals; a digit dropped leaves nothing
    assert made_of("0.4321", 0, is_p=False)["mark_lost"] == [4, 43, 432, 4321]
    assert made_of("0.97", 0, is_p=False)["mark_lost"] == [97, 970, 9700]
    assert "mark_lost" not in made_of("1.04", 0, is_p=False)
    assert made_of("7", 0, is_p=False)["dropped"] == [0]
    assert made_of("0.34", 2, is_p=False)["padded"] == [30]
    for true, decimals in (("0.34", 1), ("0.04", 0)):
        assert "zero_lost" not in made_of(true, decimals, is_p=False)
    # a zero before the mark stays; another digit does not
    assert made_of("0.146", 3, is_p=False)["swapped"] == [164, 416]
    for true, decimals, right in (("0.146", 3, 146), ("1.0", 1, 10), ("1.05", 3, 1050)):
        places = len(str(right))
        assert made_of(true, decimals, is_p=False)["mistyped"] == digits_changed(right, places)


def test_slips_round_as_the_paper_does():
    assert made_of("0.0125", 3, is_p=False, rounding="half_even")["rounded_up"] == [13]
    assert made_of("0.0125", 3, is_p=False)["truncated"] == [12]
    # 0.01245 is 0.0124 or 0.0125, then 0.012 or 0.013
    assert "rounded_twice" not in made_of("0.01245", 3, is_p=False, rounding="half_even")
    assert made_of("0.01245", 3, is_p=False)["rounded_twice"] == [13]
    assert made_of("0.0279", 3, is_p=False, rounding="truncate")["padded"] == [20]
    assert made_of("0.0159", 3, is_p=True, rounding="truncate")["halved"] == [5, 7]
    assert made_of("0.0259", 3, is_p=False, rounding="truncate")["zero_lost"] == [2, 259]
    # 0.01249 is 0.0125 and 0.01345 is 0.0134, which are 0.012 and 0.013 to the even digit
    for true in ("0.01249", "0.01345"):
        assert "rounded_twice" not in made_of(true, 3, is_p=False, rounding="half_even")
    assert made_of("1.25", 1, is_p=False, rounding="half_even")["mistyped"] == digits_changed(12, 2)
    assert made_of("0.245", 1, is_p=False, rounding="half_even")["dropped"] == [4]
    assert made_of("0.0008", 3, is_p=True, rounding="truncate")["floor"] == [1]
    interval = printed_interval("-2.42", rounding="half_up")
    assert made_of("0.2", 3, is_p=True, rounding="truncate", printed_z=[interval])["printed_z"] == [15]
    slips = notation_hits(
        Fraction("1.25"), Printable(0, 99, 0, 1, "", "half_even"), is_p=False, rounding="half_even"
    )
    assert {params["source"] for code, params, _ in slips if code == "notation_mistyped"} == {"1.2"}
    copies = [Other("a", Fraction("0.0125"), "a")]
    for rounding, units in (("half_even", 12), ("half_up", 13)):
        assert made_of("0.5", 3, is_p=True, rounding=rounding, copies=copies)["copied"] == [units]


@pytest.mark.parametrize(
    ("true", "decimals"), [("0.001", 3), ("0.001", 4), ("0.0015", 3), ("0.0015", 4), ("0.4", 5)]
)
def test_only_what_is_smaller_stands_as_a_floor_or_zero(true, decimals):
    assert not {"floor", "zero"} & made_of(true, decimals, is_p=True).keys()


@pytest.mark.parametrize(
    ("true", "decimals", "floor"),
    [("0.00092", 4, 10), ("0.00092", 5, 100), ("0.0009995", 3, None), ("0.02", 1, 1)],
)
def test_a_floor_is_the_smallest_that_is_printed(true, decimals, floor):
    assert made_of(true, decimals, is_p=True).get("floor") == (floor and [floor])
    assert {"floor", "zero"} <= made_of("0.0009991", 6, is_p=True).keys()
    slips = notation_hits(
        Fraction("0.0002"), Printable(0, 1000, 0, 3, "", "half_up"), is_p=True, rounding="half_up"
    )
    assert [code for code, *_ in slips].count("notation_floor") == 1


def test_bounds_have_slips_of_their_own():
    assert made_of("0.0124", 2, is_p=True, operator="<") == {"at_threshold": [1]}
    assert made_of("0.0002", 3, is_p=True, operator="<") == {"below_zero": [0], "at_threshold": [0]}
    for is_p, operator in ((False, "<"), (True, ">"), (True, "<=")):
        assert made_of("0.0002", 3, is_p=is_p, operator=operator) == {"at_threshold": [0]}


def test_every_p_value_of_a_printed_z():
    interval = printed_interval("-2.42", rounding="half_up")
    assert made_of("0.2", 4, is_p=True, printed_z=[interval])["printed_z"] == [153, 154, 155, 156, 157]


def test_what_a_slip_says():
    """The number, where it was taken from, and how many strings it would explain."""
    others = {
        "copies": [Other("a", Fraction("0.083"), "first"), Other("b", Fraction("0.2"), "second")],
        "statistics": [Other("Z", Fraction("0.3")), Other("U", Fraction("0.4"))],
    }

    def hit_of(claimed, code, true="0.5", decimals=3):
        printable = Printable(0, 10**decimals, claimed, decimals, "", "half_up")
        hits = search_notation(Fraction(true), printable, is_p=False, rounding="half_up", **others)
        (hit,) = (hit for hit in hits if hit.code == f"notation_{code}")
        assert hit.kind == "notation"
        assert hit.value == float(Fraction(true))
        return hit

    # before it: rounded up 501; with it both copies; then both statistics
    copied = hit_of(83, "copied")
    assert (copied.params, copied.coincidence) == ({"other": "a", "claim": "first"}, pytest.approx(3 / 1001))
    statistic = hit_of(400, "statistic")
    assert (statistic.params, statistic.coincidence) == ({"other": "U"}, pytest.approx(5 / 1001))
    assert hit_of(300, "statistic").coincidence == statistic.coincidence
    assert hit_of(51, "swapped", "0.0146").params == {"source": "0.015"}
    assert hit_of(46, "dropped", "0.0146").params == {"source": "0.0146"}
    assert hit_of(19, "mistyped", "0.0146").params == {"source": "0.015"}
    assert hit_of(12, "mistyped", "15.2", 0).params == {"source": "15"}
    assert hit_of(5, "dropped", "15.2", 0).params == {"source": "15"}
