"""What each kind of evidence leaves of p, against scipy; readings of cells; what is said beside a verdict."""

import numpy as np
import pytest
import scipy.stats
from statsmodels.stats.contingency_tables import Table2x2

from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.printed_test import judge
from oxymilk.faults import FaultsError

TWO_MEANS = {"test": "t-independent", "means": "2.3,1.5", "n": "10,8"}
ONE_MEAN = {"test": "t-independent", "means": "0.8", "n": "10,9"}
T_OF_MEANS = scipy.stats.ttest_ind_from_stats(2.3, 0.675, 10, 1.5, 0.707, 8)
WELCH_OF_MEANS = scipy.stats.ttest_ind_from_stats(2.3, 0.675, 10, 1.5, 0.707, 8, equal_var=False)
# 95% intervals whose standard errors are 0.2 and 0.25
INTERVALS = [
    (mean - half, mean + half)
    for mean, half in ((2.3, 0.2 * scipy.stats.t.ppf(0.975, 9)), (1.5, 0.25 * scipy.stats.t.ppf(0.975, 7)))
]
OF_INTERVALS = 0.8 / np.sqrt((10 * 9 * 0.2**2 + 8 * 7 * 0.25**2) / 16 * (1 / 10 + 1 / 8))
HALF = 0.3 * scipy.stats.t.ppf(0.975, 17)
SPREAD_OF_U = np.sqrt(10 * 10 * 21 / 12)


def p_sets(cells):
    """Return by calculation the ends of the p-values, and whether a program shows them unasked."""
    sets = judge(read_evidence({"p": "0.5", **cells}), explain=False).p
    return {each.calculation: (*map(float, each.ends), each.unasked) for each in sets}


@pytest.mark.parametrize(
    ("cells", "calculation", "p_value"),
    [
        ({"test": "t-independent", "statistic": "t", "value": "-2.10000", "n": "5,9"}, "from_t",
         2 * scipy.stats.t.sf(2.1, 12)),
        ({"test": "t-paired", "statistic": "t", "value": "2.10000", "n": "9"}, "from_t", 2 * scipy.stats.t.sf(2.1, 8)),
        ({"test": "z", "statistic": "z", "value": "2.10000", "tails": "1"}, "from_z", scipy.stats.norm.sf(2.1)),
        ({"test": "f", "statistic": "f", "value": "4.20000", "df": "2,28"}, "from_f", scipy.stats.f.sf(4.2, 2, 28)),
        ({"test": "mann-whitney", "statistic": "z", "value": "-2.10000", "n": "10,9"}, "sas_rank_sum_t",
         2 * scipy.stats.t.sf(2.1, 18)),
        (TWO_MEANS | {"sds": "0.67500,0.70700"}, "student_t", T_OF_MEANS.pvalue),
        (TWO_MEANS | {"sds": "0.67500,0.70700"}, "welch_t", WELCH_OF_MEANS.pvalue),
        (TWO_MEANS | {"sds": "0.67500,0.70700", "tails": "1"}, "student_t", T_OF_MEANS.pvalue / 2),
        (TWO_MEANS | {"intervals": ",".join(f"{end:.6f}" for pair in INTERVALS for end in pair)}, "student_t",
         2 * scipy.stats.t.sf(OF_INTERVALS, 16)),
        (ONE_MEAN | {"ses": "0.30000"}, "student_t", 2 * scipy.stats.t.sf(0.8 / 0.3, 17)),
        (ONE_MEAN | {"intervals": f"{0.8 - HALF:.6f},{0.8 + HALF:.6f}"}, "student_t",
         2 * scipy.stats.t.sf(0.8 / 0.3, 17)),
        (ONE_MEAN | {"test": "t-paired", "n": "10", "ses": "0.30000"}, "paired_t", 2 * scipy.stats.t.sf(0.8 / 0.3, 9)),
    ],
)  # fmt: skip
def test_the_p_of_a_statistic_or_of_means_is_that_of_scipy(cells, calculation, p_value):
    if "means" in cells:
        cells = cells | {"means": ",".join(f"{float(mean):.5f}" for mean in cells["means"].split(","))}
    low, high, _ = p_sets(cells)[calculation]
    assert low <= p_value <= high
    assert high - low < 2e-3 * p_value


def test_a_t_without_its_df_has_those_of_welch_between_the_smaller_group_and_both():
    sets = p_sets({"test": "t-independent", "statistic": "t", "value": "2.10000", "n": "5,9"})
    low, high, _ = sets["welch_t"]
    assert low == pytest.approx(2 * scipy.stats.t.sf(2.1, 12), rel=1e-4)
    assert high == pytest.approx(2 * scipy.stats.t.sf(2.1, 4), rel=1e-4)


def test_u_without_its_ties_has_the_p_without_ties_and_smaller_ones():
    cells = {"test": "mann-whitney", "statistic": "u", "n": "10,10"}
    judged = judge(read_evidence(cells | {"value": "15", "p": ".5"}))
    plain = [float(value.low) for each in judged.p for value in each.plain]
    for z in (35 / SPREAD_OF_U, 34.5 / SPREAD_OF_U):
        assert any(p == pytest.approx(2 * scipy.stats.norm.sf(z), rel=1e-9) for p in plain)
    known = scipy.stats.mannwhitneyu(np.arange(10) * 1.0, np.arange(10) * 1.0 + 3.5, method="exact")
    value = f"{min(known.statistic, 100 - known.statistic):.0f}"
    # without ties R and scipy print the exact p unasked
    assert judge(read_evidence(cells | {"value": value, "p": f"{known.pvalue:.4f}"})).verdict == "reproduced"


@pytest.mark.parametrize("printed", ["ns", "NS", "n.s.", "(n.s.)", "n.s"])
def test_not_significant_in_letters(printed):
    evidence = read_evidence({"test": "z", "statistic": "z", "value": "1.2", "p": printed})
    assert (evidence.operator, evidence.number.value) == (">=", evidence.alpha)


@pytest.mark.parametrize("alpha", ["0.1", "0,1"])
def test_alpha_with_either_mark(alpha):
    cells = {"test": "z", "statistic": "z", "value": "1.7", "p": ".09", "alpha": alpha}
    assert float(read_evidence(cells).alpha) == 0.1


def test_percentages_with_either_mark_are_their_counts():
    shares = {"n": "8,8", "test": "fisher"}
    for counts in ("12.5%,87.5%;50%,50%", "12,5%,87,5%;50%,50%"):
        low, high, _ = p_sets(shares | {"counts": counts})["fisher"]
        assert low == high == pytest.approx(scipy.stats.fisher_exact([[1, 7], [4, 4]]).pvalue, rel=1e-12)


def test_a_fault_names_what_is_legal_and_the_other_reading():
    def params(**cells):
        with pytest.raises(FaultsError) as raised:
            judge(read_evidence({"test": "mann-whitney", "p": "0.03", **cells}))
        return raised.value.faults[0].params

    assert {"wilcoxon", "chi-square"} <= set(params(test="sign")["legal"].split(", "))
    assert params(n="17,17", rank_sums="239,5,355,5")["other"] == "239,5;355,5;"
    assert params(test="t-independent", statistic="t", value="2,1", df="34,72")["other"] == "34.72"
    assert params(n="10", statistic="u", value="15")["count"] == 1


def test_a_table_of_two_by_two_comes_with_its_ratios():
    evidence = read_evidence({"test": "chi-square", "counts": "51,25;29,47", "p": "0.5"})
    notes, table = dict(judge(evidence).notes), Table2x2(np.array([[51, 25], [29, 47]]))
    assert notes["odds_ratio"] == pytest.approx((table.oddsratio, *table.oddsratio_confint()), rel=1e-12)
    assert notes["risk_ratio"] == pytest.approx((table.riskratio, *table.riskratio_confint()), rel=1e-12)


def test_slips_of_the_hand_are_found_at_each_place():
    def found(p, **cells):
        explained = judge(read_evidence({"p": p, **cells})).explanations
        return [(each.code, each.params.get("source")) for each in explained]

    z = {"test": "z", "statistic": "z", "value": "2.4570"}  # p is 0.0140
    assert ("digit_mistyped", "0.014") in found("0.041", **z)
    assert ("digit_mistyped", "0.014") in found("0.104", **z)
    assert ("digit_mistyped", "0.014") not in found("0.401", **z)


def test_digits_cut_from_means_are_read_where_no_rounding_has_them():
    # 8 / 3 and 4 / 3, cut: no whole scores round to 2.66
    cells = {"test": "mann-whitney", "means": "2.66,1.33", "n": "3,3", "scale": "1..3"}
    rounded = judge(read_evidence(cells | {"means": "2.67,1.33", "p": "0.5"}), explain=False)
    p_value = next(float(value.low) for each in rounded.p if each.unasked for value in each.plain)
    judged = judge(read_evidence(cells | {"p": f"{p_value:.3f}"}), explain=False)
    assert (judged.verdict, judged.how) == ("reproduced_otherwise", "cut")
