"""Tests of counts and tail probabilities beside R's, t-tests from means, and cases of other checking tools."""

import re
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import SquareTable
from tests.cases import cases, read_rows

from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.from_means import impossible_mean
from oxymilk.audit.p_sets import _P_OF, ERROR
from oxymilk.audit.printed_test import judge
from oxymilk.stats.count_tables import CALCULATIONS, exact_tests, spearman_untied

DATA = Path(__file__).parent / "data"
STATISTICS = {"t": ("t-independent", "t"), "F": ("f", "f"), "chi2": ("chi-square", "chi2"), "Z": ("z", "z")}
# statcheck calls every p = .000 an error; programs print so, and here it states all that is below 0.0005
NO_ERROR = ("A19",)


@pytest.mark.parametrize(
    "row", read_rows(DATA / "r_count_tables.csv"), ids=lambda row: f"{row['counts']} {row['calculation']}"
)
def test_tables_of_counts_beside_r(row):
    table = np.array([[int(count) for count in counts.split(",")] for counts in row["counts"].split(";")])
    name = row["calculation"]
    p_value = CALCULATIONS[name](table[None])[0] if name in CALCULATIONS else exact_tests(table)[name]
    assert p_value == pytest.approx(float(row["p_value"]), rel=1e-11)


@pytest.mark.parametrize("k", [3, 4])
def test_bowkers_test_beside_statsmodels(k):
    table = np.random.default_rng(k).integers(1, 9, (k, k))
    expected = SquareTable(table).symmetry().pvalue
    assert CALCULATIONS["bowker"](table[None])[0] == pytest.approx(expected, rel=1e-12)
    # a level more, that nobody changes to or from
    table = np.pad(table, (0, 1))
    expected = SquareTable(table, shift_zeros=False).symmetry().pvalue
    assert CALCULATIONS["bowker_empty"](table[None])[0] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(CALCULATIONS["bowker"](table[None])[0])


@cases
def test_spearmans_r_without_ties_beside_r(squares, n, p_value):
    assert min(1, 2 * spearman_untied(squares, n)) == pytest.approx(p_value, rel=1e-12)


def test_tail_probabilities_are_within_the_error_that_is_allowed_for():
    for row in read_rows(DATA / "r_tails.csv"):
        df = [float(row[name]) for name in ("df1", "df2") if row[name]]
        p_value = _P_OF[row["distribution"]](float(row["statistic"]), *df)
        assert p_value == pytest.approx(float(row["p_value"]), rel=float(ERROR), abs=0)


@cases
def test_t_tests_from_means_beside_r(cells, p_value):
    found = {each.calculation: each.values[0] for each in judge(read_evidence({**cells, "p": ".03"})).p}
    for name, expected in p_value.items():
        assert float(found[name].low) == pytest.approx(expected, rel=1e-8)
        assert found[name].low <= expected <= found[name].high


def test_consistency_of_p_with_its_statistic(load_oracle):
    cases = [case for case in load_oracle("consistency_cases")["cases"] if case["group"] == "p_consistency"]
    for case in (case for case in cases if case["use"] == "must_pass"):
        given = case["input"]
        test, statistic = STATISTICS[given["test"]]
        df = ",".join(str(given[name]) for name in ("df1", "df2") if given[name] is not None)
        comparison = {"=": "", "ns": ""}.get(given["p_comparison"], given["p_comparison"])
        tails = {"one": "1", "two": "2"}[given["tails"]]
        cells = {"test": test, "statistic": statistic, "value": given["statistic"], "df": df, "tails": tails,
                 "p": given["p"] or "ns", "operator": comparison, "rounding": "half_up"}  # fmt: skip
        differs = judge(read_evidence(cells)).verdict == "differs"
        assert differs == (case["expected"]["error"] and case["id"] not in NO_ERROR), case["id"]


def test_grimmer(load_oracle):
    cases = [case for case in load_oracle("consistency_cases")["cases"] if case["group"] == "grimmer"]
    for case in (case for case in cases if case["use"] == "must_pass"):
        given = case["input"]
        cells = {"test": "t-paired", "p": ".03", "scale": "0..9", "rounding": "half_up"}
        cells |= {"n": str(given["n"]), "means": given["mean"], "sds": given["sd"]}
        evidence = read_evidence(cells)
        expected = None if case["expected"]["consistent"] else ("grimmer", 0)
        assert impossible_mean(evidence) == expected, case["id"]


def test_decisions(load_oracle):
    cases = [case for case in load_oracle("consistency_cases")["cases"] if case["group"] == "decision_error"]
    for case in (case for case in cases if case["use"] == "must_pass"):
        given = case["input"]
        name, df, value, p = re.search(r"([tz])(?:\((\d+)\))? = (\S+), p = (\S+)", given["text"]).groups()
        decision = "not significant" if given.get("p_equal_alpha_is_significant") is False else ""
        cells = {"test": {"t": "t-independent"}.get(name, name), "statistic": name, "value": value, "df": df or "",
                 "p": p, "alpha": str(given.get("alpha", "")), "decision": decision}  # fmt: skip
        assert (judge(read_evidence(cells)).decision == "flips") == case["expected"]["decision_error"], case[
            "id"
        ]
