"""Rank tests of 111 datasets that R, coin, exactRankTests, PSPP and scipy agree on, and of books and test suites.

Every p-value, z, fraction and rank sum; those of books at the precision that they are printed with.
"""

from fractions import Fraction

import pytest
from tests.oracles.conftest import ZEROS, data

from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

RANK_TESTS = ("wilcoxon_signed_rank", "mann_whitney")


def procedure_of(result):
    tail = result["tail"]
    alternative = "two-sided" if tail.startswith("two-sided") else tail
    switches = {"alternative": alternative, "zero_method": ZEROS[result.get("zeros", "wilcoxon-drop")]}
    if result["method"] == "asymptotic":
        switches |= {name: result[name] for name in ("tie_correction", "continuity")}
        return Procedure("asymptotic", **switches)
    if result["method"] == "exact_untied_table":
        return Procedure("exact_untied", half_integer=result["half_integer_rule"], **switches)
    mid_p = {"exact_conditional": False, "exact_conditional_midp": True}[result["method"]]
    rule = tail.removeprefix("two-sided").lstrip("-") if alternative == "two-sided" else ""
    return Procedure("exact", two_sided=rule or "distance", mid_p=mid_p, **switches)


def procedure_of_key(key):
    """The procedure of "p:asymptotic|tail=less|tie=yes|cont=no"."""
    method, *parts = key.removeprefix("p:").split("|")
    fields = dict(part.split("=") for part in parts)
    result = {"method": method, "tail": fields["tail"], "zeros": fields.get("zero", "wilcoxon-drop")}
    result |= {"tie_correction": fields.get("tie") == "yes", "continuity": fields.get("cont") == "yes"}
    rules = [value for value in fields.values() if value in ("natural", "conservative")]
    return procedure_of(result | {"half_integer_rule": next(iter(rules), None)})


def run(case, procedure):
    test = rank_sum_test if case["kind"] == "twosample" else signed_rank_test
    return test(*data(case), procedure)


def test_p_values_and_z(oracle_public_case):
    case = oracle_public_case
    expectations = [result for result in case["results"] if result["test"] in RANK_TESTS]
    assert expectations
    for expected in expectations:
        result = run(case, procedure_of(expected))
        if "undefined" in expected:
            assert (result.p_value, result.z) == (1, 0)
            continue
        assert result.p_value == pytest.approx(expected["p"], rel=1e-10, abs=0)
        assert result.z == pytest.approx(expected.get("z", result.z), rel=1e-10, abs=1e-300)
        if "p_fraction" in expected:
            assert result.p_fraction == Fraction(expected["p_fraction"])


def test_statistics(oracle_public_case):
    case, stats = oracle_public_case, oracle_public_case["stats"]
    names = {"n1": "n1", "n2": "n2", "rank_sum1": "R1", "rank_sum2": "R2", "u1": "U1", "u2": "U2"}
    rules, statistic = {"wilcoxon-drop": stats}, "u1"
    if case["kind"] != "twosample":
        names = {"n_used": "n_nonzero", "n_zero": "n_zero", "n_up": "n_pos", "n_down": "n_neg",
                 "w_plus": "W_plus", "w_minus": "W_minus"}  # fmt: skip
        rules, statistic = {rule: stats | stats[rule] for rule in ("wilcoxon-drop", "pratt")}, "w_plus"
    for rule, expected in rules.items():
        for ties in (True, False):
            result = run(case, Procedure("asymptotic", tie_correction=ties, zero_method=ZEROS[rule]))
            for ours, theirs in names.items():
                assert getattr(result, ours) == expected[theirs]
            variance = expected["var_tie" if ties else "var_notie"]
            z = (getattr(result, statistic) - expected["mean"]) / variance**0.5 if variance else 0
            assert result.z == pytest.approx(z, rel=1e-12, abs=0)


def test_scipy_method_exact(oracle_public_case):
    """scipy's "exact" is the untied table with the conservative rule, for all n unless zeros are dropped."""
    case = oracle_public_case
    for key, expected in case["scipy_method_exact"].items():
        parts = dict(part.split("=") for part in key.split("|"))
        zeros = ZEROS[parts.get("zero", "wilcoxon-drop")]
        procedure = Procedure("exact_untied", parts["tail"], zero_method=zeros, half_integer="conservative")
        result = run(case, procedure)
        if case["kind"] == "paired" and result.n_up + result.n_down == 0:
            assert result.p_value == 1  # nothing changed: scipy's answer depends on its options
        else:
            assert result.p_value == pytest.approx(expected, rel=1e-10, abs=0)


def test_decimals_as_written(load_oracle):
    """0.3 - 0.1, 0.7 - 0.5 and 1.1 - 0.9 are ties in decimals, not in binary."""
    cases = [case for case in load_oracle("oracle_public")["cases"] if "decimal" in case]
    assert cases
    for case in cases:
        for key, expected in case["decimal"]["p"].items():
            if key.startswith("sign_test"):
                continue
            for convert in (float, str):
                x, y = ([convert(value) for value in case[name]] for name in "xy")
                p = signed_rank_test(y, x, procedure_of_key(key)).p_value
                assert p == pytest.approx(expected, rel=1e-10, abs=0)


def test_every_expectation_is_checked_or_has_a_reason(oracle_public_case, left_out):
    case, reasons = oracle_public_case, left_out["oracle_public"]
    input_keys = {"id", "kind", "family", "seed", "note", "x", "y"}
    checked = {"results", "stats", "scipy_method_exact", "decimal"}
    assert set(case) - input_keys - checked <= set(reasons)
    assert {result["test"] for result in case["results"]} - set(RANK_TESTS) <= set(reasons)


def statistic(case, key):
    name, _, zeros = key.rpartition("_")
    if zeros in ("drop", "pratt"):
        result = run(case, Procedure("asymptotic", zero_method=zeros))
        values = {"W_plus": result.w_plus, "W_minus": result.w_minus}
        return values.get(name, min(values.values()))
    result = run(case, Procedure("asymptotic"))
    if key.startswith("Z_"):
        return abs(result.z) if key == "Z_abs" else -abs(result.z)
    fields = {"U1": "u1", "U2": "u2", "R1": "rank_sum1", "R2": "rank_sum2", "n_zero": "n_zero"}
    return min(result.u1, result.u2) if key == "U_min" else getattr(result, fields[key])


def table_value(case, key):
    """P(U <= u) without ties, from a pair of samples that has this U."""
    n1, n2, u = case["n1"], case["n2"], int(key.removeprefix("cdf:"))
    # move the u best steps up: each of the first sample's values passes at most n2 of the second's
    passed = [min(n2, max(0, u - i * n2)) for i in range(n1)]
    x = [step + 0.5 - 0.01 * i for i, step in enumerate(passed)]
    result = rank_sum_test(x, range(1, n2 + 1), Procedure("exact", "less"))
    assert result.u1 == u
    return result.p_value


def test_published_numbers(oracle_textbook_case, left_out):
    """To 1e-10, or what the source's digits allow: its own tolerance, which is looser where it prints fewer."""
    case, reasons = oracle_textbook_case, left_out["oracle_textbook"]
    for expected in case["expected"]:
        key = expected["key"]
        if key.split(":")[0] in reasons or key.removeprefix("p:").split("|")[0] in reasons:
            continue
        if key.startswith("cdf:"):
            value = table_value(case, key)
        elif key.startswith("p:"):
            value = run(case, procedure_of_key(key)).p_value
        else:
            value = statistic(case, key)
        assert value == pytest.approx(expected["value"], rel=1e-10, abs=expected["tol"]), key


def test_values_beside_the_published_ones(oracle_textbook_case):
    """Each case's variants computed by an independent engine when the numbers were collected."""
    for key, value in oracle_textbook_case.get("our_values", {}).items():
        expected = 1 if value is None else pytest.approx(value, rel=1e-10, abs=0)  # None: undefined, 0/0
        assert run(oracle_textbook_case, procedure_of_key(key)).p_value == expected
