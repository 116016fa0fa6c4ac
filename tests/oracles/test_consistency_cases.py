"""Published rank tests that other checking tools were tried on, in every variant."""

from dataclasses import replace

import numpy as np
import pytest
from tests.cases import tables_of

from oxymilk.stats import Procedure, rank_sum_counts, rank_sum_test, signed_rank_test

VARIANTS, PUBLISHED = (
    {words: Procedure(**switches) for words, switches in tables_of(__file__)[name].items()}
    for name in ("variants", "published")
)


def run(case, procedure):
    values = case["input"]
    if case["group"] == "rank_sum":
        return rank_sum_test(values["x"], values["y"], procedure)
    if values["zero_method"] == "pratt" and procedure.zero_method == "drop":
        procedure = replace(procedure, zero_method="pratt")
    differences = values["differences"]
    return signed_rank_test([0] * len(differences), differences, procedure)


def test_rank_tests(consistency_cases_case, left_out):
    case = consistency_cases_case
    if case["group"] not in ("signed_rank", "rank_sum"):
        assert case["group"] == "attainable" or case["group"] in left_out["consistency_cases"]
        return
    for published in case["expected"]["published"]:
        p = run(case, PUBLISHED[published["variant"]]).p_value
        for number in (published["printed"], published["recomputed"]):
            digits = len(str(number).partition(".")[2])
            assert p == pytest.approx(number, rel=0, abs=0.500001 * 10**-digits)
    for name, expected in case["expected"]["all_variants"].items():
        assert run(case, VARIANTS[name]).p_value == pytest.approx(expected, rel=0, abs=0.500001e-6)
    result, statistics = run(case, Procedure("asymptotic")), case["expected"]["statistics"]
    names = {"U1": "u1", "U2": "u2", "Wx": "rank_sum1", "Vplus": "w_plus", "Vminus": "w_minus"}
    names["zeros"] = "n_zero"
    for name in names.keys() & statistics.keys():
        assert getattr(result, names[name]) == statistics[name]
    # signed-rank cases of this file give z of the smaller rank sum
    z = result.z if case["group"] == "rank_sum" else -abs(result.z)
    assert z == pytest.approx(statistics["z_tie_nocc"], rel=0, abs=0.500001e-6)


def test_smallest_attainable(cases):
    """Six against six: p = .001 is out of reach but for the tie-corrected normal approximation."""
    case = cases["G04"]
    n1, n2 = case["input"]["n1"], case["input"]["n2"]
    untied = np.array([[1] * n1 + [0] * n2, [0] * n1 + [1] * n2])
    tied = np.array([[n1, 0], [0, n2]])
    procedures = {
        "exact": (untied, Procedure("exact")),
        "no_cc_no_ties": (untied, Procedure("asymptotic")),
        "cc_no_ties": (untied, Procedure("asymptotic", continuity=True)),
        "no_cc_all_tied_within_groups": (tied, Procedure("asymptotic")),
        "cc_all_tied": (tied, Procedure("asymptotic", continuity=True)),
    }
    for name, expected in case["expected"]["smallest_possible"].items():
        table, procedure = procedures[name]
        assert rank_sum_counts(table, procedure).p_value == pytest.approx(expected, rel=0, abs=0.500001e-6)


def test_ties_decide_the_p_of_a_u(cases):
    """The peer's rule caps tie patterns at 15 and so misses most tables of 10 + 10 on two levels."""
    case = cases["G05"]
    assert case["use"] == "must_differ"
    n1, n2 = case["input"]["n1"], case["input"]["n2"]
    a, b = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
    tables = np.stack([np.stack([n1 - a, a], -1), np.stack([n2 - b, b], -1)], -2).reshape(-1, 2, 2)
    result = rank_sum_counts(tables, Procedure("asymptotic"))
    # on two levels U and the margins fix the table: each p belongs to its own U, none is out of reach
    assert len({(*table.sum(axis=0), u) for table, u in zip(tables, result.u1, strict=True)}) == len(tables)
