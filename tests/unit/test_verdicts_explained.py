"""docs/verdicts.md explains every verdict, reason and decision, and its examples are what the code says."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from oxymilk.audit import claims
from oxymilk.audit.printed import ROUNDINGS, Interval, parse_printed
from oxymilk.audit.verdicts import check_claim

TEXT = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text(encoding="utf-8")


def section(title):
    return re.search(rf"## {re.escape(title)}\n(.*?)(?=\n## |\Z)", TEXT, re.DOTALL)[1]


def test_each_verdict_reason_and_decision_has_its_entry():
    for title, entry, expected in (
        ("The four verdicts", r"^\*\*(\w+)\*\*:", claims.VERDICTS),
        ("The four reasons", r"^\| `(\w+)`", claims.REASONS),
        ("The decision", r"^\| `(\w+)`", ("agree", "flip")),
    ):
        assert tuple(re.findall(entry, section(title), re.MULTILINE)) == expected
    assert all(f"`{rounding}`" in TEXT for rounding in ROUNDINGS)


@pytest.mark.parametrize(
    ("printed", "operator", "row"),
    [("0,083", "", "0,083"), ("0,000", "", "0,000"), ("0,05", "<", "< 0,05"), ("73,3%", "", "73,3%")],
)
def test_the_rounding_sets_are_those_of_the_code(printed, operator, row):
    low, high = re.search(rf"\| `{re.escape(row)}` \| ([\d.]+) to below ([\d.]+) \|", TEXT).groups()
    stated = parse_printed(printed, ",").interval(operator=operator, domain=(0, 100))
    assert stated == Interval(Fraction(low), Fraction(high))


def test_truncated_and_after_rounding_are_as_told():
    assert "`0,083` stands for 0.083 to below 0.084" in TEXT
    assert parse_printed("0,083", ",").interval("truncate") == Interval(Fraction("0.083"), Fraction("0.084"))
    claim = claims.Claim(printed="45%", quantity="ratio_percent", n="2,7/5,9", check="arithmetic")
    assert check_claim(claim).verdict == "reproduced_after_rounding"
    # the value of the example: some 2,7 of 5.949 prints as 45%
    assert Fraction("2.65") / Fraction("5.949") < Fraction("0.455")


def test_the_wording_towards_authors_is_neutral():
    words = "fraud|fabricat|manipulat|misconduct|error of the authors|mistake|suspicious"
    assert re.findall(words, TEXT.lower()) == []
