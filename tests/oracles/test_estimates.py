"""Estimates, intervals, other tests and default lines that the oracles expect."""

import math
import os
from fractions import Fraction
from functools import cache

import pytest
from tests.cases import tables_of
from tests.oracles.conftest import ZEROS, data

from oxymilk import stats
from oxymilk.stats import Procedure
from oxymilk.stats import hodges_lehmann as hl

# several tests ask for the same shifts, and some take a second
signed_rank_shift, rank_sum_shift = cache(hl.signed_rank_shift), cache(hl.rank_sum_shift)


def shift_of_pairs(pre, post, *options):
    return signed_rank_shift(tuple(pre), tuple(post), *options)


def shift_of_groups(x, y, *options):
    return rank_sum_shift(tuple(x), tuple(y), *options)


@pytest.fixture(autouse=True)
def _remember_shifts(monkeypatch):
    monkeypatch.setattr("oxymilk.stats.effects.signed_rank_shift", shift_of_pairs)
    monkeypatch.setattr("oxymilk.stats.effects.rank_sum_shift", shift_of_groups)


LEVELS = ("95", "90") if "OXYMILK_FULL" in os.environ else ("95",)
ASYMPTOTIC = Procedure("asymptotic")
PRATT = Procedure("asymptotic", zero_method="pratt")


def close(value, expected):
    return value == pytest.approx(number(expected), rel=1e-10, abs=1e-10)


def number(value):
    return {"-Inf": -math.inf, "Inf": math.inf}.get(value, value) if isinstance(value, str) else value


def effects(case, procedure=ASYMPTOTIC):
    estimate = stats.between_effects if case["kind"] == "twosample" else stats.within_effects
    return {effect.name: effect for effect in estimate(*data(case), procedure)}


@cache
def lines_of(test, first, second):
    return stats.evaluate_programs(test, first, second)


def evaluated(case):
    return lines_of("rank_sum" if case["kind"] == "twosample" else "signed_rank", *map(tuple, data(case)))


def shift_of(case, *options):
    """The shift of a case's data; the options of pairs alone are left out for two groups."""
    if case["kind"] == "twosample":
        return shift_of_groups(*data(case), *options[:1])
    return shift_of_pairs(*data(case), *options)


def test_estimates(oracle_public_case):
    case = oracle_public_case
    # intervals of the untied table, whatever the ties, have no counterpart here
    expected = {k: v for k, v in case["estimates"].items() if not k.startswith("ci_untied_table")}
    ours = effects(case)
    if case["kind"] == "twosample":
        names = {"hl_shift": "hodges_lehmann_shift", "cliffs_delta": "rank_biserial", "cles_a12": "common_language",
                 "rank_biserial": "rank_biserial", "r_z_over_sqrt_N": "r_z"}  # fmt: skip
        values = {key: ours[name].estimate for key, name in names.items()}
    else:
        values = estimates_of_pairs(case, ours)
    assert set(expected) == set(values)
    for key, value in expected.items():
        # all values tied, or no change: z is 0/0 elsewhere and 0 here
        assert close(values[key], 0 if value in (None, "NaN") else value), key


def estimates_of_pairs(case, ours):
    pre, post = data(case)
    changed = [(a, b) for a, b in zip(pre, post, strict=True) if a != b]
    names = {"hl_all_differences": "hodges_lehmann_shift", "median_difference": "median_difference"}
    values = {key: ours[name].estimate for key, name in names.items()}
    if changed:
        values["hl_nonzero_differences"] = shift_of_pairs(*zip(*changed, strict=True)).estimate
    for name, procedure in (("wilcoxon-drop", ASYMPTOTIC), ("pratt", PRATT)):
        these = effects(case, procedure)
        values[f"rank_biserial_{name}"] = these["matched_rank_biserial"].estimate
        values[f"r_{name}_n_pairs"] = these["r_z_pairs"].estimate
        values[f"r_{name}_n_observations"] = these["r_z_observations"].estimate
        z = stats.signed_rank_test(pre, post, procedure).z
        values[f"r_{name}_n_nonzero"] = z / math.sqrt(len(changed)) if changed else 0
    return values


def test_intervals_by_inversion(oracle_public_case):
    case = oracle_public_case
    for key, expected in case["ci_exact_inversion"].items():
        zeros, _, level = key.rpartition("_")
        if level not in LEVELS:
            continue
        shift = shift_of(case, int(level) / 100, ZEROS.get(zeros))
        assert shift.method == hl.EXACT
        limits = number(expected["low"]), number(expected["high"])
        assert (shift.low, shift.high) == pytest.approx(limits, rel=1e-10)


def test_intervals_that_r_prints(oracle_public_case):
    """R before 4.6 without ties and zeros; elsewhere it searches roots, which end at their own tolerance.

    Where the data are too few for the confidence R prints the whole range, under another confidence.
    """
    case = oracle_public_case
    for key, printed in case["r_tools_ci"].items():
        level = int(key[-2:]) / 100
        known = key.startswith("wilcox.test_default") and "exact" in printed["method"]
        if not known or key[-2:] not in LEVELS:
            continue
        shift = shift_of(case, level)
        assert shift.estimate == pytest.approx(printed["estimate"], rel=1e-10)
        if math.isfinite(shift.low):
            assert (shift.low, shift.high) == pytest.approx((printed["low"], printed["high"]), rel=1e-10)
        else:
            assert printed["conf"] <= level


def test_other_tests(oracle_public_case):
    case = oracle_public_case
    lines = {line.entry.other: line.p_value for line in evaluated(case)}
    names = {
        "mcnemar_chi2|correct=no": "mcnemar", "mcnemar_chi2|correct=yes": "mcnemar_edwards_r",
        "chi2|correct=no": "chi_square", "chi2|correct=yes": "chi_square_yates",
        "fisher_exact|tail=two-sided": "fisher",
    }  # fmt: skip
    assert set(case["extras"]) <= set(names)
    for key, expected in case["extras"].items():
        ours = lines[names[key]]
        # R's NaN: no changes
        assert ours == 1 if expected in (None, "NaN") else close(ours, expected), key
    for result in case["results"]:
        if (result["test"], result["tail"]) == ("sign_test", "two-sided") and "undefined" not in result:
            assert close(lines["sign_exact"], result["p"])


def test_pspp(oracle_public_case):
    """PSPP's own output: Z, chi-squares, and its exact line, which is the untied table.

    That line is 0 without a change and overflows above 30 changes (a p of 1506266238.75 with 35).
    """
    case, pspp = oracle_public_case, oracle_public_case["pspp"]
    if not pspp:
        return
    lines = {line.entry.id: line for line in evaluated(case)}
    expected = {
        "KW_p": "spss_kruskal_wallis", "chi2_p": "spss_chi_square", "yates_p": "spss_chi_square_yates",
        "fisher_1": "spss_fisher_one_sided", "exact_2": "pspp_wilcoxon_exact",
    }  # fmt: skip
    for key, name in expected.items():
        value = pspp.get(key)
        wrong = key == "exact_2" and not 0 < case["stats"].get("n_nonzero", 0) <= 30
        if value is None or name not in lines or wrong:
            continue
        assert lines[name].p_value == pytest.approx(min(value, 1), rel=1e-8), key
    z = lines["pspp_mann_whitney" if case["kind"] == "twosample" else "pspp_wilcoxon"].z
    if isinstance(pspp.get("Z"), float):
        assert abs(z) == pytest.approx(abs(pspp["Z"]), rel=1e-8)


DEFAULTS = tables_of(__file__)["defaults"]
TWO_SAMPLES = tables_of(__file__)["two_samples"]


def test_default_lines(oracle_public_case):
    """What each program prints when it chooses itself: our rule picks one line, and it has that p-value."""
    case = oracle_public_case
    lines = evaluated(case)
    choice = DEFAULTS | (TWO_SAMPLES if case["kind"] == "twosample" else {})
    assert set(case["defaults"]) <= set(choice)
    for name, printed in case["defaults"].items():
        if printed is None:
            continue
        value = printed["two-sided"]
        if isinstance(value, dict):
            value = value.get("p", value.get("p_val"))
        start, versions = choice[name]
        (chosen,) = (
            line.p_value
            for line in lines
            if line.printed_by_default and line.entry.versions in versions and line.entry.id.startswith(start)
        )
        # None: nothing changed, or all values equal
        assert chosen == (1 if value in (None, "NaN") else pytest.approx(value, rel=1e-10)), name


def test_published_estimates_and_intervals(oracle_textbook_case):
    case = oracle_textbook_case
    if case["kind"] == "table_mann_whitney_cdf":
        return
    paired = case["kind"] == "paired"
    for expected in case["expected"]:
        key, value, tolerance = expected["key"], expected["value"], max(expected["tol"], 1e-10)
        kind, _, what = key.partition(":")
        first, second = data(case)
        if kind.startswith(("est_unshifted", "inv")):
            # these rows of R's test of a shift mu are kept with mu already taken from x
            mu = Fraction(str(case["mu"]))
            first, second = (first, moved(second, mu)) if paired else (moved(first, mu), second)
        if kind in ("est", "est_unshifted"):
            given = first, second
            if "nonzero" in what:
                given = zip(*((a, b) for a, b in zip(*given, strict=True) if a != b), strict=True)
            ours = (shift_of_pairs if paired else shift_of_groups)(*given).estimate
        elif key.startswith(("ci9", "inv9")):
            level, side = int(key.split("_")[0][-2:]) / 100, key.split("_")[1]
            # as R from 4.6
            options = (level, "pratt") if paired else (level,)
            ours = getattr((shift_of_pairs if paired else shift_of_groups)(first, second, *options), side)
        elif key.startswith("p:sign_test_exact"):
            lines = {line.entry.id: line for line in stats.evaluate_programs("signed_rank", first, second)}
            # one-sided in the direction of the data: half of the two-sided
            ours = lines["stata_sign"].p_value / (1 if key.endswith("=two-sided") else 2)
        else:
            continue
        assert ours == pytest.approx(value, abs=tolerance), (case["source"], key)


def moved(values, by):
    return [Fraction(str(value)) + by for value in values]


def test_two_by_two_tables_of_other_checking_tools(consistency_cases_case):
    case = consistency_cases_case
    if "table" not in case["input"]:
        assert case["group"] != "two_by_two"
        return
    (a, b), (c, d) = table = case["input"]["table"]
    lines = stats.evaluate_programs_counts("rank_sum", [table, [[a, b], [c + 1, d - 1]]])
    fisher, after = lines["spss_fisher"]
    ours = {
        **dict.fromkeys(("fisher_minlike", "fisher", "fisher_p", "p_before"), fisher),
        "fisher_central": 2 * lines["spss_fisher_one_sided"][0],
        "pearson": lines["spss_chi_square"][0],
        "yates": lines["spss_chi_square_yates"][0],
        "p_after": after,
    }
    for key, expected in case["expected"].items():
        if key == "fragility_index":
            continue  # how many records a decision rests on: not a test
        digits = len(str(expected).partition(".")[2])
        assert float(ours[key]) == pytest.approx(expected, rel=0, abs=0.500001 * 10**-digits), key
