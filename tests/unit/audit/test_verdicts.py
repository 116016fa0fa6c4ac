"""Verdicts: what becomes of a printed number."""

from fractions import Fraction as F

import pytest

from oxymilk.audit.stated import stated_set
from oxymilk.audit.verdicts import VERDICT_COLUMNS, audit_claims

OF_CONTROL = {"test": "signed_rank", "group": "control"}
OF_INTERVENTION = {"test": "signed_rank", "group": "intervention"}
BETWEEN = {"test": "rank_sum", "timepoint": "post"}
CELL = {"group": "control", "timepoint": "post", "level": "cukup"}


@pytest.fixture
def audit(study, frequencies, tests, claim):
    def run(*args, rounding=None, **cells):
        of = study.model_copy(update={"rounding": rounding}) if rounding else study
        frame = audit_claims(of, [claim(*args, **cells)], frequencies, tests)
        assert tuple(frame.columns) == VERDICT_COLUMNS
        return frame.iloc[0]

    return run


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "verdict", "prints_as"),
    [
        ("20", "sample_size", {}, "reproduced", "20"),
        ("19", "sample_size", {}, "differs", "20"),
        ("10", "sample_size", {"group": "control"}, "reproduced", "10"),
        ("3", "count", CELL, "reproduced", "3"),
        ("13", "count", {**CELL, "group": ""}, "reproduced", "13"),
        ("33%", "percent", CELL, "reproduced", "33%"),
        ("33,3%", "percent", CELL, "reproduced", "33,3%"),
        ("33,4%", "percent", CELL, "differs", "33,3%"),
        ("30%", "percent", CELL, "differs", "33%"),
        ("3", "count_up", {"group": "control"}, "reproduced", "3"),
        ("0", "count_down", {"group": "control"}, "reproduced", "0"),
        ("6", "count_unchanged", {"group": "control"}, "reproduced", "6"),
        ("66,67%", "percent_unchanged", {"group": "control"}, "reproduced", "66,67%"),
        ("0,083", "p_value", OF_CONTROL, "reproduced", "0,083"),
        ("0.08", "p_value", OF_CONTROL, "reproduced", "0.08"),
        ("0,084", "p_value", OF_CONTROL, "differs", "0,083"),
        ("0,004", "p_value", BETWEEN, "differs", "0,001"),
        ("-1,73", "z", OF_CONTROL, "reproduced", "1,73"),
        ("1,74", "z", OF_CONTROL, "differs", "1,73"),
        ("15", "u", BETWEEN, "reproduced", "15"),
        ("85,0", "u", BETWEEN, "reproduced", "85,0"),
        ("25", "u", BETWEEN, "differs", "85"),
        ("70", "w", BETWEEN, "reproduced", "70"),
        ("0", "w", OF_CONTROL, "reproduced", "0"),
        ("0,05", "alpha", {}, "reproduced", "0,05"),
        ("0,01", "alpha", {}, "differs", "0,05"),
        ("significant", "decision", BETWEEN, "reproduced", "significant"),
        ("significant", "decision", OF_CONTROL, "differs", "not significant"),
    ],
)
def test_numbers_that_the_data_give(audit, printed, quantity, cells, verdict, prints_as):
    row = audit(printed, quantity, **cells)
    assert (row["verdict"], row["prints_as"]) == (verdict, prints_as)
    assert row["as_expected"] == ("true" if verdict == "reproduced" else "false")


@pytest.mark.parametrize(
    ("operator", "of", "verdict"),
    [
        ("<", BETWEEN, "reproduced"),
        (">", BETWEEN, "differs"),
        (">", OF_CONTROL, "reproduced"),
        ("<", OF_CONTROL, "differs"),
    ],
)
def test_a_threshold_is_a_statement_about_the_recomputed_p(audit, operator, of, verdict):
    row = audit("0,05", "threshold", operator=operator, **of)
    assert row["verdict"] == verdict
    assert row["prints_as"] == ("0,001" if of is BETWEEN else "0,083")


def test_an_exact_p_on_a_rounding_boundary_is_decided_by_the_rounding(audit):
    # 1/16 = 0.0625
    assert audit("0,063", "p_value", **OF_INTERVENTION)["verdict"] == "reproduced"
    assert audit("0,062", "p_value", **OF_INTERVENTION)["verdict"] == "differs"
    assert audit("0,062", "p_value", rounding="half_even", **OF_INTERVENTION)["verdict"] == "reproduced"
    assert audit("0,062", "p_value", rounding="truncate", **OF_INTERVENTION)["prints_as"] == "0,062"
    assert audit("0,063", "p_value", rounding="truncate", **OF_INTERVENTION)["verdict"] == "differs"


def test_a_boundary_inside_the_error_of_a_computed_p_is_not_decided(audit, tests):
    tests.loc[tests["group"] == "control", "p_value"] = "0.0825"
    row = audit("0,083", "p_value", **OF_CONTROL)
    assert (row["verdict"], row["reason"]) == ("not_checkable", "ambiguous")
    tests.loc[tests["group"] == "control", "p_value"] = "0.0825000001"
    assert audit("0,083", "p_value", **OF_CONTROL)["verdict"] == "reproduced"


@pytest.mark.parametrize(
    ("printed", "operator", "of", "decisions"),
    [
        ("0,004", "", BETWEEN, ("significant", "significant", "agree")),
        ("0,083", "", OF_CONTROL, ("not significant", "not significant", "agree")),
        ("0,043", "", OF_CONTROL, ("significant", "not significant", "flip")),
        ("0,05", "<", OF_CONTROL, ("significant", "not significant", "flip")),
        ("0,05", "", OF_CONTROL, ("", "not significant", "")),
        ("0,05", ">", BETWEEN, ("not significant", "significant", "flip")),
    ],
)
def test_the_decision_is_compared_too(audit, printed, operator, of, decisions):
    row = audit(printed, "p_value", operator=operator, expect="differs", note="known", **of)
    assert (row["decision_printed"], row["decision_computed"], row["decision"]) == decisions


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "n", "verdict"),
    [
        ("50%", "percent", "", "10", "reproduced"),
        ("55%", "percent", "", "10", "differs"),
        ("33%", "percent", "", "3", "reproduced"),
        ("71,4%", "percent", "", "35", "reproduced"),
        ("71,5%", "percent", "", "35", "differs"),
        ("71,4%", "ratio_percent", "", "25/35", "reproduced"),
        ("71,5%", "ratio_percent", "", "25/35", "differs"),
        ("45%", "ratio_percent", "~", "2,7/5,9", "reproduced_after_rounding"),
        ("46%", "ratio_percent", "~", "2,7/5,9", "reproduced"),
        ("48%", "ratio_percent", "~", "2,7/5,9", "differs"),
        ("-46%", "ratio_percent", "", "-2,7/5,9", "reproduced"),
        ("-47%", "ratio_percent", "", "-2,7/5,9", "reproduced_after_rounding"),
        ("-48%", "ratio_percent", "", "-2,7/5,9", "differs"),
        ("20", "sum", "", "10+10", "reproduced"),
        ("21", "sum", "", "10+10", "differs"),
        ("5,2", "sum", "", "2,55+2,6", "reproduced"),
        ("5,1", "sum", "", "2,55+2,6", "reproduced_after_rounding"),
        ("11", "comparison", "<", "11,7", "reproduced"),
        ("50%", "comparison", ">", "50", "differs"),
        ("5", "comparison", "=", "15", "differs"),
        ("15", "comparison", "=", "5", "differs"),
        ("11", "comparison", "<", "11", "differs"),
        ("12", "comparison", "<", "11", "differs"),
        ("11", "comparison", "<=", "11", "reproduced"),
        ("11", "comparison", ">", "11", "differs"),
        ("11", "comparison", ">=", "12", "differs"),
        ("11", "comparison", ">=", "11", "reproduced"),
        ("15", "comparison", "", "15", "reproduced"),
        ("12", "comparison", ">=", "12", "reproduced"),
        ("12", "comparison", "<=", "11", "differs"),
        ("11,7", "between", "", "12;11", "reproduced"),
        ("10,7", "between", "", "11;12", "differs"),
        ("12,1", "between", "", "11;12", "differs"),
        ("11", "between", "", "11;12", "reproduced"),
        ("12", "between", "", "11;12", "reproduced"),
        ("2", "between", "", "1,5;2,5", "reproduced"),
        ("100%", "percent", "", "1", "reproduced"),
        ("50%", "percent", "", "10,0", "reproduced"),
        ("100%", "ratio_percent", "", "1/1", "reproduced"),
        # 2.65 / 5.95 = 44.54% to 2.75 / 5.85 = 47.01%
        ("44,5%", "ratio_percent", "~", "2,7/5,9", "reproduced_after_rounding"),
        ("44,4%", "ratio_percent", "~", "2,7/5,9", "differs"),
        ("40%", "ratio_percent", "~", "2,7/5,9", "differs"),
        ("47%", "ratio_percent", "~", "2,7/5,9", "reproduced_after_rounding"),
        # 1.45 / 2 = 72.5% is attained, 1.55 / 2 = 77.5% is not: 1.55 prints as 1,6
        ("72,5%", "ratio_percent", "", "1,5/2", "reproduced_after_rounding"),
        ("73%", "ratio_percent", "", "1,5/2", "reproduced_after_rounding"),
        ("78%", "ratio_percent", "", "1,5/2", "differs"),
        # at least 2.545 + 2.55, and less than 2.555 + 2.65
        ("5,21", "sum", "", "2,55+2,6", "differs"),
        ("5,3", "sum", "", "2,55+2,6", "differs"),
        ("40%", "percent", "", "5", "reproduced"),
        ("33%", "percent", "", "5", "differs"),
        # below zero the larger whole makes the larger share: -12.25 / 29.95 to -12.15 / 30.05
        ("-40,5%", "ratio_percent", "", "-12,2/30,0", "reproduced_after_rounding"),
        ("-40,4%", "ratio_percent", "", "-12,2/30,0", "reproduced_after_rounding"),
        ("-40,3%", "ratio_percent", "", "-12,2/30,0", "differs"),
        # 0.45 / 30.05 to 0.55 / 29.95
        ("1,499%", "ratio_percent", "", "0,5/30,0", "reproduced_after_rounding"),
        ("1,833%", "ratio_percent", "", "0,5/30,0", "reproduced_after_rounding"),
        ("1,497%", "ratio_percent", "", "0,5/30,0", "differs"),
        ("1,838%", "ratio_percent", "", "0,5/30,0", "differs"),
    ],
)
def test_numbers_that_other_printed_numbers_give(audit, printed, quantity, operator, n, verdict):
    row = audit(printed, quantity, "arithmetic", verdict, operator=operator, n=n, note="known")
    assert (row["verdict"], row["as_expected"]) == (verdict, "true")
    # beside a statement about two printed numbers stands the other one
    assert (row["prints_as"] == n) == (quantity in ("comparison", "between"))


@pytest.mark.parametrize("reason", ["cited", "no_data", "undefined", "ambiguous"])
def test_what_cannot_be_checked_says_why(audit, reason):
    row = audit("0,000", "p_value", reason, "not_checkable")
    assert (row["verdict"], row["reason"], row["computed"], row["as_expected"]) == (
        "not_checkable",
        reason,
        "",
        "true",
    )


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "reason"),
    [
        ("1,00", "z", OF_INTERVENTION, "undefined"),
        ("50%", "percent_up", {"group": "intervention"}, "undefined"),
        ("5", "u", OF_CONTROL, "undefined"),
        ("0,01", "p_value", {"test": "signed_rank", "group": "nobody"}, "no_data"),
        ("significant", "decision", {"test": "signed_rank", "group": "nobody"}, "no_data"),
        ("50%", "percent", {**CELL, "timepoint": "never"}, "undefined"),
    ],
)
def test_a_quantity_without_a_value_is_not_checkable(audit, printed, quantity, cells, reason):
    row = audit(printed, quantity, **cells)
    assert (row["verdict"], row["reason"], row["as_expected"]) == ("not_checkable", reason, "false")


def test_a_verdict_better_than_expected_is_not_as_expected_either(audit):
    row = audit("0,083", "p_value", expect="differs", note="known", **OF_CONTROL)
    assert (row["verdict"], row["as_expected"]) == ("reproduced", "false")


def test_a_computed_p_of_one_is_not_beyond_one(audit, tests):
    tests.loc[tests["group"] == "control", "p_value"] = "1"
    assert audit("1,000", "p_value", **OF_CONTROL)["verdict"] == "reproduced"
    assert audit("1", "p_value", **OF_CONTROL)["verdict"] == "reproduced"


def test_a_rational_z_on_a_rounding_boundary_is_decided(audit, tests):
    # z = 0.6875 = 11/16
    tests.loc[tests["group"] == "control", ["z", "z_squared"]] = ["0.6875", "121/256"]
    assert audit("0,688", "z", **OF_CONTROL)["verdict"] == "reproduced"
    assert audit("-0,688", "z", **OF_CONTROL)["verdict"] == "reproduced"
    assert audit("0,687", "z", **OF_CONTROL)["verdict"] == "differs"
    tests.loc[tests["group"] == "control", ["z", "z_squared"]] = ["-1.414213562", "-2"]
    assert audit("-1,414", "z", **OF_CONTROL)["verdict"] == "reproduced"


WITHOUT = {"reason": "", "decision_printed": "", "decision_computed": "", "decision": ""}


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "expected"),
    [
        (
            "0,001",
            "p_value",
            BETWEEN,
            {
                "verdict": "reproduced",
                "computed": "0.001381170504",
                "prints_as": "0,001",
                "procedure": "words",
                "reason": "",
                "decision_printed": "significant",
                "decision_computed": "significant",
                "decision": "agree",
            },
        ),
        (
            "significant",
            "decision",
            BETWEEN,
            {
                "verdict": "reproduced",
                "computed": "0.001381170504",
                "prints_as": "significant",
                "procedure": "words",
                "reason": "",
                "decision_printed": "significant",
                "decision_computed": "significant",
                "decision": "agree",
            },
        ),
        ("25", "u", BETWEEN, {"verdict": "differs", "computed": "85", "procedure": "words", **WITHOUT}),
        ("1,73", "z", OF_CONTROL, {"computed": "1.732050808", "procedure": "words", **WITHOUT}),
        ("3", "count_up", {"group": "control"}, {"computed": "3", "procedure": "", **WITHOUT}),
        ("20", "sample_size", {}, {"computed": "20", "procedure": "", **WITHOUT}),
        ("0,0625", "p_value", OF_INTERVENTION, {"computed": "0.0625", "procedure": "words"}),
    ],
)
def test_a_whole_row(audit, printed, quantity, cells, expected):
    row = audit(printed, quantity, **cells)
    assert {name: row[name] for name in expected} == expected


def test_a_row_that_is_not_checkable_is_empty(audit):
    row = audit("0,000", "p_value", "cited", "not_checkable")
    empty = ("computed", "prints_as", "procedure", "decision_printed", "decision_computed", "decision")
    assert {row[name] for name in empty} == {""}
    rounded = audit("45%", "ratio_percent", "arithmetic", n="2,7/5,9")
    assert (rounded["computed"], rounded["reason"], rounded["procedure"]) == ("45.76271186", "", "")


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "prints_as"),
    [
        ("0,05", "p_value", "<", "0,083"),
        ("0,05", "p_value", "<=", "0,083"),
        ("0,05", "p_value", ">", "0,083"),
        ("0,05", "threshold", ">=", "0,083"),
        ("0,05", "p_value", "", "0,08"),
        (".05", "threshold", "<", ".083"),
        ("0,0001", "p_value", ">", "0,0833"),
        ("0,050", "p_value", ">", "0,083"),
        ("1", "p_value", "<", "0"),
        ("3", "z", "<", "2"),
        ("5%", "threshold", ">", "8%"),
        ("5,0%", "threshold", ">", "8,326%"),
        ("0,5 %", "threshold", ">", "8,326 %"),
        ("5%", "threshold", "", "8%"),
    ],
)
def test_a_p_beside_a_threshold_has_three_decimals(audit, printed, quantity, operator, prints_as):
    assert audit(printed, quantity, operator=operator, **OF_CONTROL)["prints_as"] == prints_as


@pytest.mark.parametrize(
    ("printed", "quantity", "cells", "verdict"),
    [
        # a threshold without an operator, and alpha, are the number as it stands, whatever its decimals
        ("0,0625", "threshold", OF_INTERVENTION, "reproduced"),
        ("0,063", "threshold", OF_INTERVENTION, "differs"),
        ("0,07", "threshold", OF_INTERVENTION, "differs"),
        ("0,1", "alpha", {}, "differs"),
        ("0,05", "alpha", {"operator": "<"}, "reproduced"),
        ("0,06", "alpha", {"operator": "<"}, "differs"),
        ("5%", "alpha", {}, "reproduced"),
        ("5,0 %", "alpha", {"operator": "="}, "reproduced"),
        ("1%", "alpha", {}, "differs"),
        ("5%", "threshold", {"operator": ">", **OF_CONTROL}, "reproduced"),
        ("5%", "threshold", {"operator": "<", **OF_CONTROL}, "differs"),
        ("8,3%", "threshold", {"operator": ">", **OF_CONTROL}, "reproduced"),
        ("8,4%", "threshold", {"operator": ">=", **OF_CONTROL}, "differs"),
        ("6,25%", "threshold", OF_INTERVENTION, "reproduced"),
    ],
)
def test_a_threshold_and_alpha_are_not_rounded(audit, printed, quantity, cells, verdict):
    assert audit(printed, quantity, **cells)["verdict"] == verdict


def test_the_nearest_share_of_whole_participants_is_shown(audit):
    """Of 5, 33% lies nearer to 2 than to 1; 30% lies between them, and halves go up."""
    for printed in ("33%", "30%"):
        assert audit(printed, "percent", "arithmetic", n="5")["prints_as"] == "40%"
    assert audit("29%", "percent", "arithmetic", n="5")["prints_as"] == "20%"


def test_a_ratio_follows_the_rounding_of_the_study(audit):
    # cut off: 2.7 / 6.0 = 45% to 2.8 / 5.9 = 47.5%
    assert (
        audit("44,6%", "ratio_percent", "arithmetic", n="2,7/5,9")["verdict"] == "reproduced_after_rounding"
    )
    row = audit("44,6%", "ratio_percent", "arithmetic", n="2,7/5,9", rounding="truncate")
    assert row["verdict"] == "differs"
    # halves to even: 12.15 prints as 12.2 but 12.25 as 12.2 too, and 12.25 never as 12.3; 40.5 prints as 40, 24.5 as 24
    for printed, n, verdict in (
        ("40%", "12,2/30", "reproduced_after_rounding"),
        ("24%", "12,3/50", "differs"),
    ):
        row = audit(printed, "ratio_percent", "arithmetic", n=n, rounding="half_even")
        assert row["verdict"] == verdict


@pytest.mark.parametrize(
    ("printed", "quantity", "n"),
    [("45%", "ratio_percent", "5/0"), ("50%", "percent", "0"), ("40%", "percent", "2,5")],
)
def test_nothing_is_a_share_of_none_or_of_half_a_participant(audit, printed, quantity, n):
    row = audit(printed, quantity, "arithmetic", n=n)
    assert (row["verdict"], row["reason"]) == ("not_checkable", "undefined")


def test_the_sample_is_the_largest_that_any_timepoint_has(audit, frequencies):
    frequencies["missing"] = "0"
    assert audit("10", "sample_size", group="control")["computed"] == "9"
    frequencies.loc[frequencies["timepoint"] == "pre", "total"] = "12"
    assert audit("24", "sample_size")["verdict"] == "reproduced"
    frequencies["total"] = "0"
    row = audit("24", "sample_size")
    assert (row["verdict"], row["reason"]) == ("not_checkable", "no_data")


def test_z_has_no_sign_and_the_error_of_its_digits(audit, tests):
    tests.loc[tests["group"] == "control", ["z", "z_squared"]] = ["-1.414213562", "-2"]
    assert audit("-1,414", "z", **OF_CONTROL)["computed"] == "1.414213562"
    # ten digits do not decide the tenth
    row = audit("1,414213562", "z", **OF_CONTROL)
    assert (row["verdict"], row["reason"]) == ("not_checkable", "ambiguous")
    tests.loc[tests["group"] == "control", ["z", "z_squared"]] = ["0.6875", "121/256"]
    assert audit("0,6875", "z", **OF_CONTROL)["procedure"] == "words"


def test_a_computed_p_of_one_may_be_one(audit, tests):
    tests.loc[tests["group"] == "control", "p_value"] = "1"
    row = audit("1", "threshold", operator=">=", **OF_CONTROL)
    assert (row["verdict"], row["reason"]) == ("not_checkable", "ambiguous")


@pytest.mark.parametrize(
    ("printed", "operator", "rounding", "stated"),
    [
        ("1,7", "", "half_up", (F(165, 100), F(175, 100), True, False)),
        ("-1,7", "", "half_up", (F(165, 100), F(175, 100), True, False)),
        ("0,0", "", "half_up", (0, F(5, 100), True, False)),
        ("-0,0", "", "half_up", (0, F(5, 100), False, False)),
        ("0,0", "", "half_even", (0, F(5, 100), True, True)),
        ("0", "", "truncate", (0, 1, True, False)),
        ("1,7", "<", "half_up", (None, F(17, 10), True, False)),
        ("1,7", ">=", "half_up", (F(17, 10), None, True, False)),
        ("-1,96", "<", "half_up", (F(196, 100), None, False, False)),
        ("-1,96", "<=", "half_up", (F(196, 100), None, True, False)),
    ],
)
def test_z_is_stated_without_its_sign(study, claim, printed, operator, rounding, stated):
    of = study.model_copy(update={"rounding": rounding})
    assert stated_set(claim(printed, "z", operator=operator), of) == stated


@pytest.mark.parametrize(
    ("printed", "quantity", "operator", "n", "stated"),
    [
        ("11", "comparison", "<", "5", (None, 5, True, False)),
        ("11", "comparison", "<=", "5", (None, 5, True, True)),
        ("11", "comparison", ">", "5", (5, None, False, False)),
        ("11", "comparison", ">=", "5", (5, None, True, False)),
        ("11", "comparison", "=", "5", (5, 5, True, True)),
        ("11", "between", "", "5,5;2,5", (F(5, 2), F(11, 2), True, True)),
        ("0,05", "threshold", "", "", (F(1, 20), F(1, 20), True, True)),
        ("0,05", "threshold", "<", "", (None, F(1, 20), True, False)),
        ("0,05", "alpha", ">", "", (F(1, 20), F(1, 20), True, True)),
    ],
)
def test_what_a_statement_states(study, claim, printed, quantity, operator, n, stated):
    assert stated_set(claim(printed, quantity, operator=operator, n=n), study) == stated


@pytest.mark.parametrize("p_value", ["0.05", "0.0499999999", "0.0500000001"])
def test_significant_is_below_alpha(audit, tests, p_value):
    """At exactly alpha, and where ten digits do not tell it from alpha, nothing is decided or it is not below."""
    tests.loc[tests["test"] == "rank_sum", ["p_value", "p_fraction"]] = [p_value, ""]
    row = audit("significant", "decision", **BETWEEN)
    assert (
        row["decision_computed"]
        == {
            "0.05": "",
            "0.0499999999": "significant",
            "0.0500000001": "not significant",
        }[p_value]
    )
    tests.loc[tests["test"] == "rank_sum", "p_fraction"] = "1/20"
    assert audit("significant", "decision", **BETWEEN)["decision_computed"] == "not significant"
