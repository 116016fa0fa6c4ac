"""Which sample sizes allow a printed percentage or mean."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction as F

import pandas as pd
import pytest

from oxymilk.analysis import FREQUENCY_COLUMNS
from oxymilk.audit.grim import LARGEST, as_runs, parse_sizes, sizes_that_allow
from oxymilk.audit.printed import Interval
from oxymilk.audit.verdicts import audit_claims


@pytest.fixture
def audit(study, frequencies, tests):
    def run(one_claim):
        return audit_claims(study, [one_claim], frequencies, tests).iloc[0]

    return run


@pytest.mark.parametrize(
    ("printed", "quantity", "n", "sizes"),
    [
        # 11/15 = 73.33, 22/30, 33/45, 44/60; 63/86 = 73.256
        ("73,3%", "grim_percent", "1..60", "n = 15, 30, 45, 60"),
        ("73,3%", "grim_percent", "86", "n = 86"),
        ("0%", "grim_percent", "1..3", "n = 1-3"),
        ("100%", "grim_percent", "1..3", "n = 1-3"),
        # 11/13 = .846, 17/20 = .85, 22/26 = .846, 23/27 = .852
        ("284,85", "grim_mean", "1..30;1", "n = 13, 20, 26-27"),
        # 9400/33 = 284.848, in tens of grams
        ("284,85", "grim_mean", "1..40;10", "n = 33"),
        ("-0,5", "grim_mean", "1..4;1", "n = 2, 4"),
        ("2,5", "grim_mean", "1..3;0,5", "n = 1-3"),
    ],
)
def test_sample_sizes_that_allow_a_number_are_listed(audit, claim, printed, quantity, n, sizes):
    row = audit(claim(printed, quantity, "arithmetic", n=n))
    assert (row["verdict"], row["prints_as"]) == ("reproduced", sizes)
    assert row["computed"] == sizes.removeprefix("n = ").replace("-", ",").split(",")[0]


@pytest.mark.parametrize(
    ("printed", "quantity", "n"),
    [("73,3%", "grim_percent", "1..14"), ("150%", "grim_percent", "1..50"), ("284,85", "grim_mean", "15;1")],
)
def test_a_number_that_no_sample_size_allows_differs(audit, claim, printed, quantity, n):
    row = audit(claim(printed, quantity, "arithmetic", n=n))
    assert (row["verdict"], row["computed"], row["prints_as"]) == ("differs", "", "")


def test_sample_sizes_against_plain_enumeration(audit, claim):
    # every percentage with one decimal, for the sizes 1 to 40: all fractions k/n are gone through
    for tenths in range(0, 1001, 37):
        printed = f"{tenths // 10}.{tenths % 10}%"
        fits = [
            n
            for n in range(1, 41)
            if any(
                Decimal(100 * k) / n == Decimal(tenths) / 10
                or (Decimal(100 * k) / n).quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal(tenths) / 10
                for k in range(n + 1)
            )
        ]
        row = audit(claim(printed, "grim_percent", "arithmetic", n="1..40"))
        assert row["computed"] == (str(fits[0]) if fits else ""), printed
        listed = set()
        for run in filter(None, row["prints_as"].removeprefix("n = ").split(", ")):
            low, _, high = run.partition("-")
            listed.update(range(int(low), int(high or low) + 1))
        assert listed == set(fits), printed


def test_sizes_are_one_or_a_range():
    assert parse_sizes("15") == range(15, 16)
    assert parse_sizes(f"1 .. {LARGEST}") == range(1, LARGEST + 1)
    for wrong in ("", "0", "0..5", "5..1", f"1..{LARGEST + 1}", "1-5", "1..", "ten"):
        with pytest.raises(ValueError, match="no sample size"):
            parse_sizes(wrong)
    assert as_runs([]) == ""
    assert as_runs([1, 2, 3, 5, 7, 8]) == "1-3, 5, 7-8"


def test_a_step_of_nothing_is_undefined(audit, claim):
    row = audit(claim("2,5", "grim_mean", "arithmetic", n="1..3;0"))
    assert (row["verdict"], row["reason"]) == ("not_checkable", "undefined")


def test_counts_of_a_study_without_sheets_have_no_data(study, tests, claim):
    empty = pd.DataFrame(columns=list(FREQUENCY_COLUMNS), dtype=str)
    claims = [
        claim("20", "sample_size"),
        claim("7", "count", group="control", timepoint="post", level="kurang"),
        claim("0,083", "p_value", test="signed_rank", group="control"),
    ]
    verdicts = audit_claims(study, claims, empty, tests.iloc[:0])
    assert set(zip(verdicts["verdict"], verdicts["reason"], strict=True)) == {("not_checkable", "no_data")}


def test_multiples_at_the_ends_of_a_set():
    """Of 10 participants the multiples are 10%, 20%, ..."""

    def allowed(*interval):
        return sizes_that_allow(Interval(*interval), [10], F(100))

    assert allowed(F(10), F(20), False, True) == [10]  # 20 only
    assert allowed(F(10), F(11), True, False) == [10]  # 10 only
    assert allowed(F(10), F(20), False, False) == []
    assert allowed(F(11), F(19), True, True) == []
    # nearly everything lies on one side of a number
    assert allowed(None, F(11)) == [10]
    assert allowed(F(11), None) == [10]
