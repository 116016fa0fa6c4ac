"""Printed numbers that other checking tools were tried on: decisions, notation, rounding, percentages, p from Z.

`OUT_OF_SCOPE` lists the cases that are about something this package does not check, each with the reason.
"""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.cases import tables_of

from oxymilk.audit.claims import Claim
from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.printed import Interval, Notation, parse_printed
from oxymilk.audit.printed_test import judge
from oxymilk.audit.recompute import Tables
from oxymilk.audit.verdicts import check_claim
from oxymilk.explain.claims_on_counts import claims_on_counts, records_from_counts
from oxymilk.explain.coincidence import DifferingClaim
from oxymilk.explain.departures import find_departures
from oxymilk.explain.procedures import search_procedures
from oxymilk.stats import Procedure, evaluate_programs_counts, rank_sum_counts, signed_rank_counts
from oxymilk.study import load_study

ALPHA = Fraction(1, 20)
OUT_OF_SCOPE = {name: why for why, names in tables_of(__file__)["out_of_scope"].items() for name in names}
RANK_TESTS = ("signed_rank", "rank_sum", "attainable")  # checked in test_consistency_cases


@pytest.fixture(scope="module")
def study():
    return load_study(Path(__file__).parents[2] / "data" / "bontang2023")


def make_claim(printed, quantity, **cells):
    return Claim(**{"id": "one", "printed": printed, "quantity": quantity, "check": "recompute", **cells})


def test_every_case_is_checked_or_out_of_scope(cases):
    source = Path(__file__).read_text(encoding="utf-8").partition("RANK_TESTS")[2]
    named = set(re.findall(r'"([A-J]\d\d)"', source))
    for name, case in cases.items():
        places = (name in named, name in OUT_OF_SCOPE, case["group"] in RANK_TESTS)
        assert sum(places) == 1, (name, places)
    assert set(OUT_OF_SCOPE) <= set(cases)


def p_of_printed_z(z, p):
    """Return the ends of the set of p-values that a printed Z leaves."""
    (values,) = judge(read_evidence({"test": "z", "statistic": "z", "value": z, "p": p}), explain=False).p
    return map(float, values.values[0][:2])


def decide(low, high):
    return {high < ALPHA: "significant", low >= ALPHA: "not significant"}.get(True, "")


@pytest.mark.parametrize("name", ["A06", "B03", "B04"])
def test_p_of_a_printed_z(name, cases):
    """Z is printed rounded and SPSS prints it negative: an interval, whose image is taken whole."""
    given = cases[name]["input"]
    text = given.get("text", "Z = {statistic}, p = {p}").format(**given)
    z, p = re.search(r"[zZ] = (\S+), p = (\S+)", text).groups()
    low, high = p_of_printed_z(z, p)
    stated = parse_printed(p).interval(domain=(0, 1))
    consistent = stated.meets(Interval(Fraction(low), Fraction(high), closed_high=True))
    expected = cases[name]["expected"]
    if "error" in expected:
        assert consistent == (not expected["error"])
        recheck = cases[name]["recheck"]["p_interval"]
        assert [round(low, 6), round(high, 6)] == recheck
    else:
        flips = not consistent and decide(low, high) != decide(stated.low, stated.high)
        assert flips == expected["decision_error"]


@pytest.mark.parametrize("name", ["C03", "C09"])
def test_impossible_p_values_differ(name, cases):
    """A p above 1 or below 0 is neither dropped nor silently read: no p-value can print so."""
    printed = re.search(r"p = (\S+)", cases[name]["input"]["text"])[1]
    stated = parse_printed(printed).interval(domain=(0, 1))
    assert not any(stated.contains(Fraction(k, 1000)) for k in range(1001))
    test = {"test": "rank_sum", "role": "declared", "group": "", "p_value": "0.22", "p_fraction": "",
            "procedure": "", "alternative": "two-sided"}  # fmt: skip
    tables = Tables(ALPHA, [], [test])
    assert check_claim(make_claim(printed, "p_value", test="rank_sum"), tables).verdict == "differs"


def test_a_power_of_ten_is_read():
    assert parse_printed(".5e-3").value == Fraction(5, 10000)


def test_inequalities_are_kept(cases):
    """The peer drops p >= .03; here it states all p-values from .03 on."""
    assert cases["C04"]["use"] == "must_differ"
    operator, printed = re.search(r"p (\S+) (\S+)", cases["C04"]["input"]["text"]).groups()
    stated = parse_printed(printed).interval(operator=operator, domain=(0, 1))
    assert (stated.low, stated.high) == (Fraction(3, 100), 1)
    assert stated.contains(Fraction(3, 100))
    assert not stated.contains(Fraction(2999, 100000))


def test_the_decimal_mark_is_declared(cases):
    """The same string is eleven thousand with a decimal point and eleven and a half with a comma."""
    printed = re.search(r"N = (\S+)\)", cases["C06"]["input"]["text"])[1]
    assert parse_printed(printed, (".",)).value == 11455
    assert parse_printed(printed, (",",)).value == Fraction(11455, 1000)


def test_numbers_of_a_comma_locale(cases):
    expected = cases["C13"]["expected"]
    z, p = re.search(r"Z = (\S+)\s+.*\s(\S+)$", cases["C13"]["input"]["text"]).groups()
    for text, value, decimals in ((z, "Z", "decimals_Z"), (p, "p", "decimals_p")):
        number = parse_printed(text, (",",))
        assert float(number.value) == expected[value]
        assert number.decimals == expected[decimals]
    low, high = p_of_printed_z(z, p)
    possible = Interval(Fraction(low), Fraction(high), closed_high=True)
    assert parse_printed(p, (",",)).interval().meets(possible)


def test_truncated_numbers(cases):
    expected = cases["D06"]["expected"]
    stated = parse_printed("8").interval("truncate")
    assert (stated.low, stated.high) == (8, 9)
    closed = tuple(expected[end] == "<=" for end in ("lower_rel", "upper_rel"))
    assert (stated.closed_low, stated.closed_high) == closed
    # no p-value is negative; the peer gives [-0.001, 0.001]
    case = cases["D10"]
    assert case["use"] == "must_differ"
    printed = "0." + "0" * case["input"]["digits"]
    stated = parse_printed(printed).interval("truncate", domain=(0, 1))
    assert (stated.low, stated.high) == (0, Fraction(1, 1000))
    assert not stated.contains(Fraction(1, 1000))


def whole_number_behind(printed, n):
    """A mean of whole numbers of n participants is a percentage of 100 n; the peer lets halves go up or down."""
    verdicts = set()
    for rounding in ("half_up", "half_even"):
        cells = {"check": "arithmetic", "n": str(100 * n), "notation": Notation(rounding=rounding)}
        verdicts.add(check_claim(make_claim(printed, "percent", **cells)).verdict)
    return "reproduced" in verdicts


@pytest.mark.parametrize("name", ["E01", "E02", "E06", "E10"])
def test_whole_numbers(name, cases):
    given, expected = cases[name]["input"], cases[name]["expected"]["consistent"]
    means = given.get("x") or [given["mean"]]
    sizes = given["n"] if isinstance(given["n"], list) else [given["n"]] * len(means)
    expected = expected if isinstance(expected, list) else [expected]
    for x, n, consistent in zip(means, sizes, expected, strict=True):
        # a half that the peer rounds down; there is no such mode here, but for halves that go to the even digit
        value = parse_printed(x).value
        half_down = (n * (value + Fraction(1, 200))).denominator == 1 and int(value * 100) % 2 == 1
        assert whole_number_behind(x, n) == (consistent and not half_down), (x, n)


def test_methods_leave_gaps(cases, study):
    """Methods that give .0026 and .0046 do not explain .0035 between them: reach is a union, no hull."""
    table = np.array(cases["H03"]["input"]["table"])
    pairs = np.zeros((2, 2, 2), dtype=int)
    pairs[:, 0] = table
    records = records_from_counts(study, pairs)
    found = {}
    for printed in (cases["H03"]["input"]["p"], "0.0026", "0.0035", "0.0049", "0.0046"):
        claim = make_claim(printed.strip('"'), "p_value", test="rank_sum")
        (on_counts,) = claims_on_counts(records, [claim])
        hits = search_procedures(DifferingClaim(claim, records, on_counts, [], [claim], ""))
        found[printed] = {hit.params.get("other_test", "") + hit.code for hit in hits}
    expected = cases["H03"]["expected"]
    pearson = evaluate_programs_counts("rank_sum", table)["spss_chi_square"]
    assert float(pearson) == pytest.approx(expected["pearson"], abs=5e-7)
    assert "chi_squareprocedure_other" in found["0.0026"]
    assert "chi_square_yatesprocedure_other" in found["0.0049"]
    assert "fisherprocedure_other" in found["0.0046"]
    assert not any("chi_square" in name or "fisher" in name for name in found["0.0035"])
    # p = .002 comes out only when the digits are cut
    assert "chi_squareprocedure_other_truncated" in found["0.002"]
    assert "chi_squareprocedure_other" not in found["0.002"]


def test_identities(cases):
    assert {"J01", "J03"} <= set(cases)
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 9, (200, 2, 2)) + np.eye(2, dtype=int)[::-1]
    up, down = pairs[:, 0, 1], pairs[:, 1, 0]
    zeros = np.trace(pairs, axis1=1, axis2=2)
    within = signed_rank_counts(down[:, None], up[:, None], zeros, Procedure("asymptotic"))
    assert within.z == pytest.approx((up - down) / np.sqrt(up + down))
    assert within.p_value == pytest.approx(evaluate_programs_counts("signed_rank", pairs)["stata_mcnemar"])
    between = rank_sum_counts(pairs, Procedure("asymptotic"))
    n = pairs.sum(axis=(1, 2))
    rows, columns = pairs.sum(axis=2), pairs.sum(axis=1)
    determinant = pairs[:, 0, 0] * pairs[:, 1, 1] - pairs[:, 0, 1] * pairs[:, 1, 0]
    pearson = n * determinant**2 / (rows.prod(axis=1) * columns.prod(axis=1))
    assert between.z**2 == pytest.approx((n - 1) / n * pearson)


def test_one_u_has_several_p_values(cases):
    case = cases["J04"]
    n1, n2 = case["input"]["n1"], case["input"]["n2"]
    expected = case["expected"]
    for i, (a, b) in enumerate(case["input"]["events"]):
        table = np.array([[n1 - a, a], [n2 - b, b]])
        asymptotic, exact = (rank_sum_counts(table, Procedure(m)) for m in ("asymptotic", "exact"))
        assert min(asymptotic.u1, asymptotic.u2) == expected["U"][i]
        assert round(-abs(float(asymptotic.z)), 3) == expected["Z"][i]
        for result, name in ((asymptotic, "p_asymptotic"), (exact, "p_exact")):
            style = parse_printed(expected[name][i])
            assert style.write(Fraction(repr(float(result.p_value)))) == expected[name][i]


def test_departures_know_how_fragile_a_decision_is(study):
    """One participant decides whether .046 or .068 is printed: the search finds who."""
    pairs = np.zeros((2, 2, 2), dtype=int)
    pairs[0, 0], pairs[1, 0] = [10, 0], [6, 4]
    records = records_from_counts(study, pairs)
    claim = make_claim("not significant", "decision", test="rank_sum")
    (on_counts,) = claims_on_counts(records, [claim])
    found = find_departures(records, on_counts, 1)
    flipped = found.tables[found.fits][:, :, :-1, :-1].sum(axis=2)
    assert (found.values[found.fits] >= 0.05).all()
    assert sorted(np.unique(flipped, axis=0).tolist(), reverse=True) == [[[10, 0], [7, 3]], [[9, 1], [6, 4]]]
