"""Verdicts: what becomes of a printed number."""

import pytest

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
        ("20", "sum", "", "10+10", "reproduced"),
        ("21", "sum", "", "10+10", "differs"),
        ("5,2", "sum", "", "2,55+2,6", "reproduced"),
        ("5,1", "sum", "", "2,55+2,6", "reproduced_after_rounding"),
        ("11", "comparison", "<", "11,7", "reproduced"),
        ("50%", "comparison", ">", "50", "differs"),
        ("5", "comparison", "=", "15", "differs"),
        ("15", "comparison", "", "15", "reproduced"),
        ("12", "comparison", ">=", "12", "reproduced"),
        ("12", "comparison", "<=", "11", "differs"),
        ("11,7", "between", "", "12;11", "reproduced"),
        ("10,7", "between", "", "11;12", "differs"),
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
