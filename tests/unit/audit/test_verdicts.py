"""Verdicts: what becomes of a printed number."""

from fractions import Fraction

import pandas as pd
import pytest
from tests.unit.conftest import ROOT

from oxymilk.analysis.tables import FREQUENCY_COLUMNS, rank_test_table
from oxymilk.audit.claims import REASONS
from oxymilk.audit.verdicts import VERDICT_COLUMNS, audit_claims
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

OF_CONTROL = {"test": "signed_rank", "group": "control"}
OF_INTERVENTION = {"test": "signed_rank", "group": "intervention"}
OF_NOBODY = {"test": "signed_rank", "group": "nobody"}
BETWEEN = {"test": "rank_sum", "timepoint": "post"}
CONTROL = {"group": "control"}
CELL = {"group": "control", "timepoint": "post", "level": "cukup"}
GOOD, ROUNDED, DIFFERS, OPEN = "reproduced", "reproduced_after_rounding", "differs", "not_checkable"
YES, NO = "significant", "not significant"
DECISIONS = ("decision_printed", "decision_computed", "decision")
RATIONAL = {"z": "0.6875", "z_squared": "121/256"}
IRRATIONAL = {"z": "-1.414213562", "z_squared": "-2"}


@pytest.fixture
def audit(study, frequencies, tests, claim):
    def run(*args, **cells):
        frame = audit_claims(study, [claim(*args, **cells)], frequencies, tests)
        assert tuple(frame.columns) == VERDICT_COLUMNS
        return frame.iloc[0]

    return run


@pytest.fixture
def of_control(tests):
    """Change cells of the control group's test."""

    def change(**cells):
        tests.loc[tests["group"] == "control", list(cells)] = list(cells.values())

    return change


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "verdict", "prints_as"),
    [
        ("20", "sample_size", {}, GOOD, "20"), ("19", "sample_size", {}, DIFFERS, "20"),
        ("10", "sample_size", CONTROL, GOOD, "10"), ("3", "count", CELL, GOOD, "3"),
        ("13", "count", {**CELL, "group": ""}, GOOD, "13"), ("33%", "percent", CELL, GOOD, "33%"),
        ("33,3%", "percent", CELL, GOOD, "33,3%"), ("33,4%", "percent", CELL, DIFFERS, "33,3%"),
        ("30%", "percent", CELL, DIFFERS, "33%"), ("3", "count_up", CONTROL, GOOD, "3"),
        ("0", "count_down", CONTROL, GOOD, "0"), ("6", "count_unchanged", CONTROL, GOOD, "6"),
        ("66,67%", "percent_unchanged", CONTROL, GOOD, "66,67%"),
        ("0,083", "p_value", OF_CONTROL, GOOD, "0,083"), ("0.08", "p_value", OF_CONTROL, GOOD, "0.08"),
        ("0,084", "p_value", OF_CONTROL, DIFFERS, "0,083"), ("0,004", "p_value", BETWEEN, DIFFERS, "0,001"),
        ("-1,73", "z", OF_CONTROL, GOOD, "1,73"), ("1,74", "z", OF_CONTROL, DIFFERS, "1,73"),
        ("15", "u", BETWEEN, GOOD, "15"), ("85,0", "u", BETWEEN, GOOD, "85,0"),
        ("25", "u", BETWEEN, DIFFERS, "85"), ("70", "w", BETWEEN, GOOD, "70"),
        ("0", "w", OF_CONTROL, GOOD, "0"),
        ("２", "mean_rank", OF_CONTROL, GOOD, "2"), ("significant", "decision", BETWEEN, GOOD, "significant"),
        ("significant", "decision", OF_CONTROL, DIFFERS, "not significant"),
        # 1/16 = 0.0625 lies on a boundary of rounding
        ("0,063", "p_value", OF_INTERVENTION, GOOD, "0,063"), ("0,062", "p_value", OF_INTERVENTION, DIFFERS, "0,063"),
        ("0,062", "p_value", {**OF_INTERVENTION, "rounding": "half_even"}, GOOD, "0,062"),
        ("0,062", "p_value", {**OF_INTERVENTION, "rounding": "truncate"}, GOOD, "0,062"),
        ("0,063", "p_value", {**OF_INTERVENTION, "rounding": "truncate"}, DIFFERS, "0,062"),
        # a threshold is a statement about the recomputed p; without an operator it is the number as it is, like alpha
        ("0,05", "threshold", {"operator": "<", **BETWEEN}, GOOD, "0,001"),
        ("0,05", "threshold", {"operator": ">", **BETWEEN}, DIFFERS, "0,001"),
        ("0,05", "threshold", {"operator": ">", **OF_CONTROL}, GOOD, "0,083"),
        ("0,05", "threshold", {"operator": "<", **OF_CONTROL}, DIFFERS, "0,083"),
        ("0,0625", "threshold", OF_INTERVENTION, GOOD, "0,0625"),
        ("0,063", "threshold", OF_INTERVENTION, DIFFERS, "0,063"),
        ("6,25%", "threshold", OF_INTERVENTION, GOOD, "6,25%"),
        ("8,3%", "threshold", {"operator": ">", **OF_CONTROL}, GOOD, "8,326%"),
        ("8,4%", "threshold", {"operator": ">=", **OF_CONTROL}, DIFFERS, "8,326%"),
        ("0,05", "alpha", {}, GOOD, "0,05"), ("0,1", "alpha", {}, DIFFERS, "0,1"),
        ("0,05", "alpha", {"operator": "<"}, GOOD, "0,05"),
        ("0,06", "alpha", {"operator": "<"}, DIFFERS, "0,05"),
        ("5,0 %", "alpha", {"operator": "="}, GOOD, "5,0 %"), ("1%", "alpha", {}, DIFFERS, "5%"),
    ],
)  # fmt: skip
def test_numbers_that_the_data_give(audit, printed, quantity, cells, verdict, prints_as):
    row = audit(printed, quantity, **cells)
    assert (row["verdict"], row["prints_as"]) == (verdict, prints_as)
    assert row["as_expected"] == ("true" if verdict == GOOD else "false")


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "prints_as"),
    [
        ("0,05", "p_value", "<", "0,083"), ("0,05", "p_value", "<=", "0,083"), ("0,05", "threshold", ">=", "0,083"),
        ("0,05", "p_value", "", "0,08"), (".05", "threshold", "<", ".083"), ("0,0001", "p_value", ">", "0,0833"),
        ("0,050", "p_value", ">", "0,083"), ("1", "p_value", "<", "0"), ("3", "z", "<", "2"),
        ("5%", "threshold", ">", "8%"), ("5,0%", "threshold", ">", "8,326%"), ("0,5 %", "threshold", ">", "8,326 %"),
        ("5%", "threshold", "", "8%"),
    ],
)  # fmt: skip
def test_a_p_beside_a_threshold_has_three_decimals(audit, printed, quantity, operator, prints_as):
    assert audit(printed, quantity, operator=operator, **OF_CONTROL)["prints_as"] == prints_as


@pytest.mark.parametrize(
    ("cells", "printed", "quantity", "operator", "verdict"),
    [
        # ten digits do not decide at a boundary that lies inside the error of the computation
        ({"p_value": "0.0825"}, "0,083", "p_value", "", OPEN),
        ({"p_value": "0.0825000001"}, "0,083", "p_value", "", GOOD),
        # a computed p of one may be one, and is not more
        ({"p_value": "1"}, "1,000", "p_value", "", GOOD), ({"p_value": "1"}, "1", "p_value", "", GOOD),
        ({"p_value": "1"}, "1", "threshold", ">=", OPEN),
        # z = 11/16 = 0.6875 is known exactly, the root of two is not
        (RATIONAL, "0,688", "z", "", GOOD), (RATIONAL, "-0,688", "z", "", GOOD), (RATIONAL, "0,687", "z", "", DIFFERS),
        (IRRATIONAL, "-1,414", "z", "", GOOD), (IRRATIONAL, "1,414213562", "z", "", OPEN),
    ],
)  # fmt: skip
def test_the_error_of_the_computation(audit, of_control, cells, printed, quantity, operator, verdict):
    of_control(**cells)
    row = audit(printed, quantity, operator=operator, **OF_CONTROL)
    assert (row["verdict"], row["reason"]) == (verdict, "ambiguous" if verdict == OPEN else "")
    assert row["procedure"] == "words"
    assert not row["computed"].startswith("-")


@pytest.mark.parametrize(
    ("printed", "operator", "of", "decisions"),
    [
        ("0,004", "", BETWEEN, (YES, YES, "agree")), ("0,083", "", OF_CONTROL, (NO, NO, "agree")),
        ("0,043", "", OF_CONTROL, (YES, NO, "flip")), ("0,05", "<", OF_CONTROL, (YES, NO, "flip")),
        ("0,05", "", OF_CONTROL, ("", NO, "")), ("0,05", ">", BETWEEN, (NO, YES, "flip")),
    ],
)  # fmt: skip
def test_the_decision_is_compared_too(audit, printed, operator, of, decisions):
    row = audit(printed, "p_value", operator=operator, expect=DIFFERS, note="known", **of)
    assert tuple(row[list(DECISIONS)]) == decisions


@pytest.mark.parametrize(
    ("printed", "quantity", "tails", "verdict"),
    [
        ("0,042", "p_value", "one", GOOD), ("0,083", "p_value", "one", DIFFERS), ("0,083", "p_value", "two", GOOD),
        ("0,083", "p_value", "", GOOD), (YES, "decision", "one", GOOD), (YES, "decision", "", DIFFERS),
    ],
)  # fmt: skip
def test_a_claim_says_of_how_many_tails_it_is(study, frequencies, claim, printed, quantity, tails, verdict):
    observations = ingest_observations(study, ROOT / "data" / "bontang2023").table
    tests = as_read(rank_test_table(study, observations))
    row = audit_claims(study, [claim(printed, quantity, tails=tails, **OF_CONTROL)], frequencies, tests).iloc[
        0
    ]
    assert row["verdict"] == verdict
    assert ("one-sided (greater)" in row["procedure"]) == (tails == "one")


@pytest.mark.parametrize(
    ("p_value", "p_fraction", "decision"),
    [("0.05", "", ""), ("0.0499999999", "", YES), ("0.0500000001", "", NO), ("0.05", "1/20", NO)],
)
def test_significant_is_below_alpha(audit, of_control, p_value, p_fraction, decision):
    of_control(p_value=p_value, p_fraction=p_fraction)
    assert audit(YES, "decision", **OF_CONTROL)["decision_computed"] == decision


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "n", "verdict"),
    [
        ("50%", "percent", "", "10", GOOD), ("55%", "percent", "", "10", DIFFERS),
        ("33%", "percent", "", "3", GOOD), ("33%", "percent", "", "5", DIFFERS),
        ("100%", "percent", "", "1", GOOD), ("50%", "percent", "", "10,0", GOOD),
        ("71,4%", "percent", "", "35", GOOD), ("71,5%", "percent", "", "35", DIFFERS),
        ("71,4%", "ratio_percent", "", "25/35", GOOD), ("71,5%", "ratio_percent", "", "25/35", DIFFERS),
        # 2.65 / 5.95 = 44.54% to 2.75 / 5.85 = 47.01%
        ("46%", "ratio_percent", "~", "2,7/5,9", GOOD), ("45%", "ratio_percent", "~", "2,7/5,9", ROUNDED),
        ("44,5%", "ratio_percent", "~", "2,7/5,9", ROUNDED), ("47%", "ratio_percent", "~", "2,7/5,9", ROUNDED),
        ("44,4%", "ratio_percent", "~", "2,7/5,9", DIFFERS), ("48%", "ratio_percent", "~", "2,7/5,9", DIFFERS),
        ("-46%", "ratio_percent", "", "-2,7/5,9", GOOD), ("-47%", "ratio_percent", "", "-2,7/5,9", ROUNDED),
        ("-48%", "ratio_percent", "", "-2,7/5,9", DIFFERS),
        # 1.45 / 2 = 72.5% is attained, 1.55 / 2 = 77.5% is not: 1.55 prints as 1,6
        ("72,5%", "ratio_percent", "", "1,5/2", ROUNDED), ("78%", "ratio_percent", "", "1,5/2", DIFFERS),
        # below zero the larger whole makes the larger share: -12.25 / 29.95 to -12.15 / 30.05
        ("-40,5%", "ratio_percent", "", "-12,2/30,0", ROUNDED), ("-40,4%", "ratio_percent", "", "-12,2/30,0", ROUNDED),
        ("-40,3%", "ratio_percent", "", "-12,2/30,0", DIFFERS),
        # 0.45 / 30.05 to 0.55 / 29.95
        ("1,499%", "ratio_percent", "", "0,5/30,0", ROUNDED), ("1,833%", "ratio_percent", "", "0,5/30,0", ROUNDED),
        ("1,497%", "ratio_percent", "", "0,5/30,0", DIFFERS), ("1,838%", "ratio_percent", "", "0,5/30,0", DIFFERS),
        # at least 2.545 + 2.55, and less than 2.555 + 2.65
        ("20", "sum", "", "10+10", GOOD), ("21", "sum", "", "10+10", DIFFERS),
        ("5,2", "sum", "", "2,55+2,6", GOOD), ("5,1", "sum", "", "2,55+2,6", ROUNDED),
        ("5,21", "sum", "", "2,55+2,6", DIFFERS), ("5,3", "sum", "", "2,55+2,6", DIFFERS),
        ("11", "comparison", "<", "11,7", GOOD), ("11", "comparison", "<", "11", DIFFERS),
        ("11", "comparison", "<=", "11", GOOD), ("12", "comparison", "<=", "11", DIFFERS),
        ("50%", "comparison", ">", "50", DIFFERS), ("11", "comparison", ">=", "12", DIFFERS),
        ("12", "comparison", ">=", "12", GOOD), ("5", "comparison", "=", "15", DIFFERS),
        ("15", "comparison", "", "15", GOOD), ("11,7", "between", "", "12;11", GOOD),
        ("11", "between", "", "11;12", GOOD), ("12", "between", "", "11;12", GOOD),
        ("10,7", "between", "", "11;12", DIFFERS), ("12,1", "between", "", "11;12", DIFFERS),
        # 63/86 = 73.256%; 284.85 is 3703/13 and, in tens of grams, no whole number for 15
        ("73,3%", "grim_percent", "", "86", GOOD), ("73,3%", "grim_percent", "", "1..14", DIFFERS),
        ("150%", "grim_percent", "", "1..50", DIFFERS), ("284,85", "grim_mean", "", "13;1", GOOD),
        ("284,85", "grim_mean", "", "15;1", DIFFERS),
    ],
)  # fmt: skip
def test_numbers_that_other_printed_numbers_give(audit, printed, quantity, operator, n, verdict):
    row = audit(printed, quantity, "arithmetic", verdict, operator=operator, n=n, note="known")
    assert (row["verdict"], row["as_expected"]) == (verdict, "true")
    # beside a statement about two printed numbers is the other one
    assert (row["prints_as"] == n) == (quantity in ("comparison", "between"))


@pytest.mark.parametrize(
    ("printed", "quantity", "n", "sizes"),
    [
        # 11/15 = 73.33, 22/30, 33/45, 44/60
        ("73,3%", "grim_percent", "1..60", "n = 15, 30, 45, 60"), ("0%", "grim_percent", "1..3", "n = 1-3"),
        # 11/13 = .846, 17/20 = .85, 22/26 = .846, 23/27 = .852
        ("100%", "grim_percent", "1..3", "n = 1-3"), ("284,85", "grim_mean", "1..30;1", "n = 13, 20, 26-27"),
        # 9400/33 = 284.848, in tens of grams
        ("284,85", "grim_mean", "1..40;10", "n = 33"), ("-0,5", "grim_mean", "1..4;1", "n = 2, 4"),
        ("2,5", "grim_mean", "1..3;0,5", "n = 1-3"), ("284,85", "grim_mean", "15;1", ""),
    ],
)  # fmt: skip
def test_sample_sizes_that_allow_a_number_are_listed(audit, printed, quantity, n, sizes):
    row = audit(printed, quantity, "arithmetic", n=n)
    assert row["prints_as"] == sizes
    assert row["computed"] == sizes.removeprefix("n = ").replace("-", ",").split(",")[0]


@pytest.mark.parametrize(
    ("quantity", "of", "convention", "printed"),
    [
        ("w", OF_CONTROL, "w_plus", ("26.5", "-26.5")), ("w", OF_CONTROL, "w_minus", ("9.5", "-9.5", "−9.5")),
        ("w", OF_CONTROL, "signed_sum", ("17", "-17")), ("w", OF_CONTROL, "signed_half", ("8.5", "-8.5")),
        ("w", OF_CONTROL, "w_plus_zeros", ("56.5",)), ("w", OF_CONTROL, "w_minus_zeros", ("19.5",)),
        ("w", OF_CONTROL, "", ("16", "36", "18")), ("mean_rank", OF_CONTROL, "mean_rank_plus", ("4.42", "4.4167")),
        ("mean_rank", OF_CONTROL, "mean_rank_minus", ("4.75",)), ("mean_rank", OF_CONTROL, "", ("-4.75", "4.5")),
        ("w", BETWEEN, "rank_sum1", ("140",)), ("w", BETWEEN, "rank_sum2", ("70.0",)), ("w", BETWEEN, "u1", ("85",)),
        ("w", BETWEEN, "u2", ("15",)), ("w", BETWEEN, "", ("-15", "55")), ("u", BETWEEN, "u2", ("15",)),
        ("u", BETWEEN, "", ("70",)), ("mean_rank", BETWEEN, "mean_rank1", ("14.0",)),
        ("mean_rank", BETWEEN, "mean_rank2", ("7",)),
    ],
)  # fmt: skip
def test_what_a_statistic_is_called(audit, tests, quantity, of, convention, printed):
    """Prism's example (faqid 2020): ranks 1.5, 3, 4, 5, 6, 7 up and 1.5, 8 down."""
    signed = {
        "w_plus": "26.5",
        "w_minus": "9.5",
        "n": "8",
        "mean_rank_plus": "4.416666667",
        "mean_rank_minus": "4.75",
        "n_up": "6",
        "n_down": "2",
        "n_unchanged": "5",
        "zero_method": "drop",
    }
    tests.loc[tests["group"] == "control", list(signed)] = list(signed.values())
    means = {"n": "20", "mean_rank1": "14", "mean_rank2": "7"}
    tests.loc[tests["test"] == "rank_sum", list(means)] = list(means.values())
    for number in printed:
        row = audit(number, quantity, **of)
        assert (row["verdict"], row["convention"]) == (GOOD if convention else DIFFERS, convention)


@pytest.mark.parametrize(("printed", "cut"), [("1.000", GOOD), ("1", GOOD), ("0.999", DIFFERS)])
@pytest.mark.parametrize("pairs", [([1, 2], [2, 1]), ([1, 1], [1, 1])])
def test_a_p_of_one_is_one(audit, of_control, printed, cut, pairs):
    """Without a difference between the sums p is exactly 1, and what is cut to 1.000 is nothing less."""
    result = signed_rank_test(*pairs, Procedure("asymptotic"))
    of_control(p_value=f"{result.p_value:.10g}", p_fraction=str(result.p_fraction))
    assert audit(printed, "p_value", rounding="truncate", **OF_CONTROL)["verdict"] == cut
    assert audit("1", "threshold", operator=">=", **OF_CONTROL)["verdict"] == GOOD
    one_sided = rank_sum_test([1, 2], [1, 2], Procedure("asymptotic", "less"))
    assert one_sided.p_fraction == Fraction(1, 2)


def test_the_nearest_share_of_whole_participants_is_shown(audit):
    """Of 5, 33% lies nearer to 2 than to 1; 30% lies between them, and halves go up."""
    for printed, share in (("33%", "40%"), ("30%", "40%"), ("29%", "20%")):
        assert audit(printed, "percent", "arithmetic", n="5")["prints_as"] == share


@pytest.mark.parametrize(
    ("printed", "n", "rounding", "verdict"),
    [
        # cut off: 2.7 / 6.0 = 45% to 2.8 / 5.9 = 47.5%
        ("44,6%", "2,7/5,9", "half_up", ROUNDED), ("44,6%", "2,7/5,9", "truncate", DIFFERS),
        # halves to even: 12.15 and 12.25 print as 12.2; 40.5 prints as 40, 24.5 as 24
        ("40%", "12,2/30", "half_even", ROUNDED), ("24%", "12,3/50", "half_even", DIFFERS),
    ],
)  # fmt: skip
def test_a_ratio_follows_the_rounding_of_the_paper(audit, printed, n, rounding, verdict):
    assert audit(printed, "ratio_percent", "arithmetic", n=n, rounding=rounding)["verdict"] == verdict


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "reason"),
    [
        *(("0,000", "p_value", {"check": reason}, reason) for reason in REASONS),
        ("1,00", "z", OF_INTERVENTION, "undefined"), ("50%", "percent_up", {"group": "intervention"}, "undefined"),
        ("5", "u", OF_CONTROL, "undefined"), ("0,01", "p_value", OF_NOBODY, "no_data"),
        (YES, "decision", OF_NOBODY, "no_data"), ("50%", "percent", {**CELL, "timepoint": "never"}, "undefined"),
        *(
            (printed, quantity, {"check": "arithmetic", "n": n}, "undefined")
            for printed, quantity, n in (("45%", "ratio_percent", "5/0"), ("50%", "percent", "0"),
                                         ("40%", "percent", "2,5"), ("2,5", "grim_mean", "1..3;0"))
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_says_why(audit, printed, quantity, cells, reason):
    row = audit(printed, quantity, expect=OPEN, **cells)
    assert tuple(row[["verdict", "reason", "as_expected"]]) == (OPEN, reason, "true")
    assert set(row[["computed", "prints_as", "procedure", *DECISIONS]]) == {""}


def test_counts_of_a_study_without_sheets_have_no_data(study, tests, claim):
    empty = pd.DataFrame(columns=list(FREQUENCY_COLUMNS), dtype=str)
    asked = (("20", "sample_size", {}), ("7", "count", CELL), ("0,083", "p_value", OF_CONTROL))
    claims = [claim(printed, quantity, **cells) for printed, quantity, cells in asked]
    verdicts = audit_claims(study, claims, empty, tests.iloc[:0])
    assert set(verdicts["verdict"] + " " + verdicts["reason"]) == {"not_checkable no_data"}


def test_the_sample_is_the_largest_that_any_timepoint_has(audit, frequencies):
    frequencies["missing"] = "0"
    assert audit("10", "sample_size", **CONTROL)["computed"] == "9"
    frequencies.loc[frequencies["timepoint"] == "pre", "total"] = "12"
    assert audit("24", "sample_size")["verdict"] == GOOD
    frequencies["total"] = "0"
    assert audit("24", "sample_size")["reason"] == "no_data"


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "row"),
    [
        ("0,001", "p_value", BETWEEN, "0.001381170504,0,001,words,significant,significant,agree"),
        (YES, "decision", BETWEEN, "0.001381170504,significant,words,significant,significant,agree"),
        ("25", "u", BETWEEN, "85,85,words,,,"), ("1,73", "z", OF_CONTROL, "1.732050808,1,73,words,,,"),
        ("3", "count_up", CONTROL, "3,3,,,,"), ("20", "sample_size", {}, "20,20,,,,"),
        ("0,0625", "p_value", OF_INTERVENTION, "0.0625,0,0625,words,not significant,not significant,agree"),
        ("45%", "ratio_percent", {"check": "arithmetic", "n": "2,7/5,9"}, "45.76271186,46%,,,,"),
    ],
)  # fmt: skip
def test_a_whole_row(audit, printed, quantity, cells, row):
    columns = ["computed", "prints_as", "procedure", *DECISIONS]
    assert ",".join(audit(printed, quantity, **cells)[columns]) == row


def test_a_verdict_better_than_expected_is_not_as_expected_either(audit):
    row = audit("0,083", "p_value", expect=DIFFERS, note="known", **OF_CONTROL)
    assert (row["verdict"], row["as_expected"]) == (GOOD, "false")
