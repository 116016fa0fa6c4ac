"""Each interval against its formula, written out here a second time, or solved for at its limits."""

from decimal import Decimal, localcontext
from math import inf, isnan, sqrt

import pytest
from scipy import stats
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.proportion import proportion_confint

from oxymilk.stats import intervals

CONFIDENCES = (0.8, 0.9, 0.95, 0.99)


def wilson(a, n, z):
    centre, reach = a + z**2 / 2, z * sqrt(a * (n - a) / n + z**2 / 4)
    return (centre - reach) / (n + z**2), (centre + reach) / (n + z**2)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_confidence_is_heeded(confidence):
    z = stats.norm.isf((1 - confidence) / 2)
    alpha = 1 - confidence
    assert intervals.critical(confidence) == pytest.approx(z, rel=1e-12)
    # Clopper & Pearson 1934 by quantiles of the beta distribution
    exact = stats.beta.ppf([alpha / 2, 1 - alpha / 2], [3, 4], [8, 7])
    assert intervals.share(3, 10, confidence) == pytest.approx(exact, rel=1e-9)
    assert intervals.odds(3, 7, confidence) == pytest.approx((3 / 7, *(exact / (1 - exact))), rel=1e-9)
    # Newcombe 1998, method 10: Wilson's limits, squared and added
    (l1, u1), (l2, u2) = wilson(9, 10, z), wilson(3, 11, z)
    d, e = 9 / 10, 3 / 11
    hybrid = d - e - sqrt((d - l1) ** 2 + (u2 - e) ** 2), d - e + sqrt((u1 - d) ** 2 + (e - l2) ** 2)
    assert intervals.risk_difference(9, 10, 3, 11, confidence) == pytest.approx(hybrid, rel=1e-9)


def test_risk_ratio_when_all_or_none_succeed():
    """All succeed, n and n: the limits are r and 1 / r; at r the likeliest shares are r and 1."""
    for confidence in (0.5, 0.95):
        low, high = intervals.risk_ratio(10, 10, 10, 10, confidence)
        assert low * high == pytest.approx(1, rel=1e-9)
        # p2 = 1, p1 = r: variance r (1 - r) / n * 2n / (2n - 1)
        z2 = stats.norm.isf((1 - confidence) / 2) ** 2 * 20 / 19
        assert low == pytest.approx(10 / (10 + z2), rel=1e-7)
    assert intervals.risk_ratio(0, 7, 0, 9, 0.95) == (0, inf)
    # one success in each group
    low, high = intervals.risk_ratio(1, 7, 1, 7, 0.95)
    assert 0 < low < 1 < high < inf
    assert low * high == pytest.approx(1, rel=1e-9)


def test_odds_ratio_is_left_out_only_where_nobody_or_everybody_succeeds():
    for a, n1, b, n2 in ((0, 4, 0, 5), (4, 4, 5, 5)):
        estimate, *limits = intervals.odds_ratio(a, n1, b, n2, 0.95)
        assert isnan(estimate)
        assert limits == [0, inf]
    for a, n1, b, n2 in ((3, 6, 1, 2), (2, 4, 3, 6), (4, 8, 4, 8)):
        assert intervals.odds_ratio(a, n1, b, n2, 0.95)[0] == pytest.approx(1, rel=1e-6)
    assert intervals.odds_ratio(1, 5, 0, 5, 0.95)[0] == inf
    # the conditional estimate is not the cross product 3 * 4 / (1 * 1)
    assert intervals.odds_ratio(3, 4, 1, 5, 0.95)[0] < 11


def test_number_needed():
    through = "the interval runs from low (benefit) through infinity to high (harm)"
    harm = "negative: number needed to harm"
    assert intervals.number_needed(0.5, (0.25, 0.8)) == (2, 1.25, 4, "")
    assert intervals.number_needed(0.5, (-0.25, 0.8)) == (2, 1.25, -4, through)
    assert intervals.number_needed(-0.5, (-0.8, -0.25)) == (-2, -4, -1.25, harm)
    assert intervals.number_needed(-0.5, (-0.8, 0.0)) == (-2, -inf, -1.25, harm)
    assert intervals.number_needed(0.5, (0.0, 0.8)) == (2, 1.25, inf, "")
    assert intervals.number_needed(0.0, (-0.5, 0.5)) == (inf, 2, -2, through)


def newcombe_score(theta, m, n, t):
    spread = 1 + (Decimal(m + n) / 2 - 1) * ((1 - t) / (2 - t) + t / (1 + t))
    return (theta - t) / (t * (1 - t) * spread / (m * n)).sqrt()


def miettinen_score(a, n1, b, n2, ratio):
    n, q = n1 + n2, n1 * ratio + a + n2 + b * ratio
    p2 = (q - (q**2 - 4 * n * ratio * (a + b)).sqrt()) / (2 * n * ratio)
    variance = (ratio * p2 * (1 - ratio * p2) / n1 + ratio**2 * p2 * (1 - p2) / n2) * n / (n - 1)
    return (Decimal(a) / n1 - ratio * b / n2) / variance.sqrt()


def tango_score(up, down, n, d):
    half, product = (2 * n - up + down) * d - up - down, -down * d * (1 - d)
    q = ((half**2 - 8 * n * product).sqrt() - half) / (4 * n)
    return (up - down - n * d) / (n * (2 * q + d * (1 - d))).sqrt()


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(
    ("score", "limits", "data"),
    [
        (newcombe_score, intervals.superiority, [(0.15, 10, 8), (0.5, 10, 8), (0.8125, 4, 8), (0.3, 20, 25)]),
        (miettinen_score, intervals.risk_ratio,
         [(9, 10, 3, 11), (1, 40, 1, 30), (5, 5, 2, 8), (2, 7, 3, 7), (30, 50, 15, 50), (10, 10, 10, 10)]),
        (tango_score, intervals.paired_difference, [(4, 1, 9), (5, 5, 12), (1, 2, 40), (20, 11, 50)]),
    ],
)  # fmt: skip
def test_limits_are_right_to_thirteen_digits(score, limits, data, confidence):
    """With 40 digits the score passes the critical value within 1e-13 of each limit."""
    z = Decimal(intervals.critical(confidence))
    with localcontext(prec=40):
        for given in data:
            for limit, critical in zip(map(Decimal, limits(*given, confidence)), (z, -z), strict=True):
                reach = Decimal("1e-13") * max(1, limit)
                below, above = (score(*map(Decimal, given), limit + step) for step in (-reach, reach))
                assert below > critical > above, (given, limit)


def test_no_pair_changed():
    """Tango's q is 0 then: (n d)^2 = z^2 n d (1 - d), so the limits are -+ z^2 / (n + z^2)."""
    for confidence in (0.5, 0.95):
        z2 = stats.norm.isf((1 - confidence) / 2) ** 2
        low, high = intervals.paired_difference(0, 0, 8, confidence)
        assert (low, high) == pytest.approx((-z2 / (8 + z2), z2 / (8 + z2)), abs=1e-12)


def test_newcombe_published():
    """Newcombe (1998), table II, method 10."""
    printed = {
        (56, 70, 48, 80): (0.0524, 0.3339), (9, 10, 3, 10): (0.1705, 0.8090),
        (6, 7, 2, 7): (0.0582, 0.8062), (5, 56, 0, 29): (-0.0381, 0.1926),
        (0, 10, 0, 20): (-0.1611, 0.2775), (0, 10, 0, 10): (-0.2775, 0.2775),
        (10, 10, 0, 20): (0.6791, 1.0), (10, 10, 0, 10): (0.6075, 1.0),
    }  # fmt: skip
    for (a, n1, b, n2), expected in printed.items():
        low, high = intervals.risk_difference(a, n1, b, n2, 0.95)
        assert (round(low, 4), round(high, 4)) == expected


def test_odds_ratio_is_that_of_scipy():
    for a, n1, b, n2 in ((5, 10, 4, 10), (1, 9, 15, 21), (3, 4, 1, 5)):
        result = odds_ratio([[a, n1 - a], [b, n2 - b]])
        expected = (result.statistic, *result.confidence_interval(0.95))
        assert intervals.odds_ratio(a, n1, b, n2, 0.95) == pytest.approx(expected, rel=1e-12)
    # R 4.2.2, fisher.test(matrix(c(5, 4, 5, 6), 2)); its search ends at 1e-4
    of_r = 1.469665, 0.1865694, 12.3957696
    assert intervals.odds_ratio(5, 10, 4, 10, 0.95) == pytest.approx(of_r, rel=5e-4)
    # fisher.test(matrix(c(10, 0, 3, 7), 2))
    assert intervals.odds_ratio(10, 10, 3, 10, 0.95) == (inf, pytest.approx(2.575465, abs=2e-4), inf)


def test_paired_difference_without_unchanged_pairs_is_wilson():
    """Then the share that rose decides alone: Tango's score is Wilson's."""
    for up, down in ((7, 3), (10, 0), (0, 4), (1, 1)):
        low, high = proportion_confint(up, up + down, method="wilson")
        expected = 2 * low - 1, 2 * high - 1
        assert intervals.paired_difference(up, down, up + down, 0.95) == pytest.approx(expected, rel=1e-9)


def test_odds_of_nothing_are_unknown():
    estimate, *limits = intervals.odds(0, 0, 0.95)
    assert isnan(estimate)
    assert limits == [0, inf]
