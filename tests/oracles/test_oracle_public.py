"""111 datasets that R, coin, exactRankTests, PSPP and scipy agree on: every p-value, z, fraction and rank sum."""

from fractions import Fraction

import pytest

from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

ZEROS = {"wilcoxon-drop": "drop", "pratt": "pratt", "zsplit": "split"}
TAILS = {
    "two-sided": ("two-sided", "distance"),
    "two-sided-doubled": ("two-sided", "doubled"),
    "two-sided-likelihood": ("two-sided", "likelihood"),
    "less": ("less", "distance"),
    "greater": ("greater", "distance"),
}
RANK_TESTS = ("wilcoxon_signed_rank", "mann_whitney")


def procedure_of(result):
    alternative, two_sided = TAILS[result["tail"]]
    switches = {"alternative": alternative, "zero_method": ZEROS[result.get("zeros", "wilcoxon-drop")]}
    if result["method"] == "asymptotic":
        switches |= {name: result[name] for name in ("tie_correction", "continuity")}
        return Procedure("asymptotic", **switches)
    if result["method"] == "exact_untied_table":
        return Procedure("exact_untied", half_integer=result["half_integer_rule"], **switches)
    mid_p = {"exact_conditional": False, "exact_conditional_midp": True}[result["method"]]
    return Procedure("exact", two_sided=two_sided, mid_p=mid_p, **switches)


def run(case, procedure):
    """The oracle takes differences x - y, we take post - pre."""
    if case["kind"] == "twosample":
        return rank_sum_test(case["x"], case["y"], procedure)
    if case["family"] == "float_noise":
        # these results are for the binary differences, as programs without decimals see them
        differences = [Fraction(x - y) for x, y in zip(case["x"], case["y"], strict=True)]
        return signed_rank_test([0] * len(differences), differences, procedure)
    return signed_rank_test(case["y"], case["x"], procedure)


def check(result, expected):
    if "undefined" in expected:
        assert result.p_value == 1
        assert result.z == 0
        return
    assert result.p_value == pytest.approx(expected["p"], rel=1e-10, abs=0)
    if "z" in expected:
        assert result.z == pytest.approx(expected["z"], rel=1e-10, abs=1e-300)
    if "p_fraction" in expected:
        assert result.p_fraction == Fraction(expected["p_fraction"])


def test_p_values_and_z(oracle_public_case):
    case = oracle_public_case
    expectations = [result for result in case["results"] if result["test"] in RANK_TESTS]
    assert expectations
    for expected in expectations:
        check(run(case, procedure_of(expected)), expected)


def test_statistics(oracle_public_case):
    case, stats = oracle_public_case, oracle_public_case["stats"]
    if case["kind"] == "twosample":
        result = run(case, Procedure("asymptotic"))
        pairs = {"n1": "n1", "n2": "n2", "rank_sum1": "R1", "rank_sum2": "R2", "u1": "U1", "u2": "U2"}
        assert {ours: getattr(result, ours) for ours in pairs} == {k: stats[v] for k, v in pairs.items()}
        check_variance(result.z, result.u1 - stats["mean"], stats["var_tie"])
        untied = run(case, Procedure("asymptotic", tie_correction=False))
        check_variance(untied.z, untied.u1 - stats["mean"], stats["var_notie"])
        return
    for name in ("wilcoxon-drop", "pratt"):
        result, expected = run(case, Procedure("asymptotic", zero_method=ZEROS[name])), stats[name]
        assert (result.w_plus, result.w_minus) == (expected["W_plus"], expected["W_minus"])
        counts = (result.n_used, result.n_zero, result.n_up, result.n_down)
        assert counts == (stats["n_nonzero"], stats["n_zero"], stats["n_pos"], stats["n_neg"])
        check_variance(result.z, result.w_plus - expected["mean"], expected["var_tie"])
        untied = run(case, Procedure("asymptotic", zero_method=ZEROS[name], tie_correction=False))
        check_variance(untied.z, untied.w_plus - expected["mean"], expected["var_notie"])


def check_variance(z, numerator, variance):
    assert z == (pytest.approx(numerator / variance**0.5, rel=1e-12, abs=0) if variance else 0)


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
            method, *parts = key.split("|")
            fields = dict(part.split("=") for part in parts)
            if method.startswith("sign_test"):
                continue
            result = {"method": method, "tail": fields["tail"], "zeros": fields.get("zero", "wilcoxon-drop")}
            if method == "asymptotic":
                result |= {"tie_correction": fields["tie"] == "yes", "continuity": fields["cont"] == "yes"}
            if method == "exact_untied_table":
                result["half_integer_rule"] = next(
                    v for v in fields.values() if v in ("natural", "conservative")
                )
            for convert in (float, str):
                x, y = [convert(v) for v in case["x"]], [convert(v) for v in case["y"]]
                got = signed_rank_test(y, x, procedure_of(result))
                assert got.p_value == pytest.approx(expected, rel=1e-10, abs=0)


def test_every_expectation_is_checked_or_has_a_reason(oracle_public_case, left_out):
    case, reasons = oracle_public_case, left_out["oracle_public"]
    input_keys = {"id", "kind", "family", "seed", "note", "x", "y"}
    checked = {"results", "stats", "scipy_method_exact", "decimal"}
    assert set(case) - input_keys - checked <= set(reasons)
    assert {result["test"] for result in case["results"]} - set(RANK_TESTS) <= set(reasons)
