"""Verdicts: what becomes of a printed number."""

from fractions import Fraction

import pandas as pd
import pytest
from tests.cases import cases
from tests.unit.conftest import ROOT

from oxymilk.analysis.tables import FREQUENCY_COLUMNS, rank_test_table
from oxymilk.audit.claims import REASONS
from oxymilk.audit.verdicts import VERDICT_COLUMNS, audit_claims
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

OF_CONTROL = {"test": "signed_rank", "group": "control"}
CONTROL = {"group": "control"}
CELL = {"group": "control", "timepoint": "post", "level": "cukup"}
GOOD, DIFFERS, OPEN = "reproduced", "differs", "not_checkable"
YES = "significant"
DECISIONS = ("decision_printed", "decision_computed", "decision")


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


@cases
def test_numbers_that_the_data_give(printed, quantity, cells, verdict, prints_as, audit):
    row = audit(printed, quantity, **cells)
    assert (row["verdict"], row["prints_as"]) == (verdict, prints_as)
    assert row["as_expected"] == ("true" if verdict == GOOD else "false")


@cases
def test_a_p_beside_a_threshold_has_three_decimals(printed, quantity, operator, prints_as, audit):
    assert audit(printed, quantity, operator=operator, **OF_CONTROL)["prints_as"] == prints_as


@cases
def test_the_error_of_the_computation(cells, printed, quantity, operator, verdict, audit, of_control):
    of_control(**cells)
    row = audit(printed, quantity, operator=operator, **OF_CONTROL)
    assert (row["verdict"], row["reason"]) == (verdict, "ambiguous" if verdict == OPEN else "")
    assert row["procedure"] == "words"
    assert not row["computed"].startswith("-")


@cases
def test_the_decision_is_compared_too(printed, operator, of, decisions, audit):
    row = audit(printed, "p_value", operator=operator, expect=DIFFERS, note="known", **of)
    assert row[list(DECISIONS)].tolist() == decisions


@cases
def test_a_claim_says_of_how_many_tails_it_is(printed, quantity, tails, verdict, study, frequencies, claim):
    observations = ingest_observations(study, ROOT / "data" / "bontang2023").frame("observations")
    tests = as_read(rank_test_table(study, observations))
    row = audit_claims(study, [claim(printed, quantity, tails=tails, **OF_CONTROL)], frequencies, tests).iloc[
        0
    ]
    assert row["verdict"] == verdict
    assert ("one-sided (greater)" in row["procedure"]) == (tails == "one")


@cases
def test_significant_is_below_alpha(p_value, p_fraction, decision, audit, of_control):
    of_control(p_value=p_value, p_fraction=p_fraction)
    assert audit(YES, "decision", **OF_CONTROL)["decision_computed"] == decision


@cases
def test_numbers_that_other_printed_numbers_give(printed, quantity, operator, n, verdict, audit):
    row = audit(printed, quantity, "arithmetic", verdict, operator=operator, n=n, note="known")
    assert (row["verdict"], row["as_expected"]) == (verdict, "true")
    # beside a statement about two printed numbers is the other one
    assert (row["prints_as"] == n) == (quantity in ("comparison", "between"))


@cases
def test_sample_sizes_that_allow_a_number_are_listed(printed, quantity, n, sizes, audit):
    row = audit(printed, quantity, "arithmetic", n=n)
    assert row["prints_as"] == sizes
    assert row["computed"] == sizes.removeprefix("n = ").replace("-", ",").split(",")[0]


@cases
def test_what_a_statistic_is_called(quantity, of, convention, printed, audit, tests):
    """Prism's example (faqid 2020): ranks 1.5, 3, 4, 5, 6, 7 up and 1.5, 8 down."""
    ranks = {"w_plus": "26.5", "w_minus": "9.5", "mean_rank_plus": "4.416666667", "mean_rank_minus": "4.75"}
    signed = ranks | {"n": "8", "n_up": "6", "n_down": "2", "n_unchanged": "5", "zero_method": "drop"}
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


@cases
def test_a_ratio_follows_the_rounding_of_the_paper(printed, n, rounding, verdict, audit):
    assert audit(printed, "ratio_percent", "arithmetic", n=n, rounding=rounding)["verdict"] == verdict


def assert_open(row, reason):
    assert tuple(row[["verdict", "reason", "as_expected"]]) == (OPEN, reason, "true")
    assert set(row[["computed", "prints_as", "procedure", *DECISIONS]]) == {""}


@cases
def test_what_cannot_be_checked_says_why(printed, quantity, cells, reason, audit):
    assert_open(audit(printed, quantity, expect=OPEN, **cells), reason)


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_that_of_the_claim(reason, audit):
    assert_open(audit("0,000", "p_value", check=reason, expect=OPEN), reason)


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


@cases
def test_a_whole_row(printed, quantity, cells, row, audit):
    columns = ["computed", "prints_as", "procedure", *DECISIONS]
    assert ",".join(audit(printed, quantity, **cells)[columns]) == row


def test_a_verdict_better_than_expected_is_not_as_expected_either(audit):
    row = audit("0,083", "p_value", expect=DIFFERS, note="known", **OF_CONTROL)
    assert (row["verdict"], row["as_expected"]) == (GOOD, "false")
