"""Numbers of books, manuals and other programs' test suites, each at the precision it is given with."""

import pytest

from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

ZEROS = {"wilcoxon-drop": "drop", "pratt": "pratt"}


def close(value, expected):
    """1e-10, or what the source's digits allow (its own tolerance, which is looser where it prints fewer)."""
    return abs(value - expected["value"]) <= max(expected["tol"], 1e-10 * abs(expected["value"]))


def procedure_of(key):
    method, *parts = key.removeprefix("p:").split("|")
    fields = dict(part.split("=") for part in parts)
    tail, _, rule = fields["tail"].partition("two-sided-")
    switches = {
        "alternative": "two-sided" if rule else tail,
        "zero_method": ZEROS[fields.get("zero", "wilcoxon-drop")],
    }
    if method == "asymptotic":
        yes = {name: fields[name] == "yes" for name in ("tie", "cont")}
        return Procedure("asymptotic", tie_correction=yes["tie"], continuity=yes["cont"], **switches)
    mid_p = {"exact_conditional": False, "exact_conditional_midp": True}[method]
    return Procedure("exact", two_sided=rule or "distance", mid_p=mid_p, **switches)


def run(case, procedure):
    if case["kind"] == "twosample":
        return rank_sum_test(case["x"], case["y"], procedure)
    return signed_rank_test(case["y"], case["x"], procedure)


def statistic(case, key):
    name, _, zeros = key.rpartition("_")
    if zeros in ("drop", "pratt"):
        result = run(case, Procedure("asymptotic", zero_method=zeros))
        values = {"W_plus": result.w_plus, "W_minus": result.w_minus}
        return values.get(name, min(values.values()))
    result = run(case, Procedure("asymptotic"))
    if key == "n_zero":
        return result.n_zero
    if key.startswith("Z_"):
        return abs(result.z) if key == "Z_abs" else -abs(result.z)
    fields = {"U1": "u1", "U2": "u2", "R1": "rank_sum1", "R2": "rank_sum2"}
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


def test_numbers(oracle_textbook_case, left_out):
    case, reasons = oracle_textbook_case, left_out["oracle_textbook"]
    for expected in case["expected"]:
        key = expected["key"]
        if key.split(":")[0] in reasons or key.removeprefix("p:").split("|")[0] in reasons:
            continue
        if key.startswith("cdf:"):
            value = table_value(case, key)
        elif key.startswith("p:"):
            value = run(case, procedure_of(key)).p_value
        else:
            value = statistic(case, key)
        assert close(value, expected), (case["source"], key, value, expected["value"])


def test_values_beside_the_published_ones(oracle_textbook_case):
    """Each case's variants computed by an independent engine when the numbers were collected."""
    for key, value in oracle_textbook_case.get("our_values", {}).items():
        expected = 1 if value is None else pytest.approx(value, rel=1e-10, abs=0)  # None: undefined, 0/0
        assert run(oracle_textbook_case, procedure_of(key)).p_value == expected
