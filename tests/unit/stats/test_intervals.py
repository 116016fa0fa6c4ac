"""Each interval against its formula, written out here a second time, or solved for at its limits."""

from decimal import Decimal, localcontext
from math import inf, isnan, sqrt

import numpy as np
import pytest
from scipy import stats

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
    middle, reach = np.arctanh(0.6), z * 0.25
    assert intervals.fisher_transformed(0.6, 0.25, confidence) == pytest.approx(
        np.tanh([middle - reach, middle + reach]), rel=1e-12
    )


@pytest.mark.parametrize("confidence", [-0.1, 0, 1, 1.5])
def test_confidence_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match=f"^confidence must lie between 0 and 1, not {confidence}$"):
        intervals.critical(confidence)


def miettinen_nurminen(a, n1, b, n2, ratio):
    """Miettinen & Nurminen 1985: the shares that are most likely under p1 = ratio p2."""
    n, q = n1 + n2, n1 * ratio + a + n2 + b * ratio
    p2 = (q - sqrt(max(q**2 - 4 * n * ratio * (a + b), 0))) / (2 * n * ratio)
    p1 = ratio * p2
    variance = (p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2) * n / (n - 1)
    return (a / n1 - ratio * b / n2) / sqrt(variance)


@pytest.mark.parametrize(
    ("a", "n1", "b", "n2"), [(9, 10, 3, 11), (1, 40, 1, 30), (5, 5, 2, 8), (0, 9, 3, 9), (4, 9, 0, 9)]
)
def test_limits_of_the_risk_ratio_lie_where_the_score_is_critical(a, n1, b, n2):
    z = stats.norm.isf(0.025)
    low, high = intervals.risk_ratio(a, n1, b, n2, 0.95)
    if a:
        assert miettinen_nurminen(a, n1, b, n2, low) == pytest.approx(z, rel=1e-7)
    else:
        assert low == 0
    if b:
        assert miettinen_nurminen(a, n1, b, n2, high) == pytest.approx(-z, rel=1e-7)
    else:
        assert high == inf


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


def test_odds():
    assert intervals.odds(3, 3, 0.95)[0] == 1
    assert intervals.odds(6, 2, 0.95)[0] == 3
    assert intervals.odds(4, 0, 0.95)[0::2] == (inf, inf)
    assert isnan(intervals.odds(0, 0, 0.95)[0])
    assert intervals.odds(0, 0, 0.95)[1:] == (0, inf)


def test_odds_ratio_is_left_out_only_where_nobody_or_everybody_succeeds():
    for a, n1, b, n2 in ((0, 4, 0, 5), (4, 4, 5, 5)):
        estimate, *limits = intervals.odds_ratio(a, n1, b, n2, 0.95)
        assert isnan(estimate)
        assert limits == [0, inf]
    for a, n1, b, n2 in ((3, 6, 1, 2), (2, 4, 3, 6), (4, 8, 4, 8)):
        assert intervals.odds_ratio(a, n1, b, n2, 0.95)[0] == pytest.approx(1, rel=1e-6)
    assert intervals.odds_ratio(1, 5, 0, 5, 0.95)[0] == inf
    # the conditional estimate is not the cross product 3 * 4 / (1 * 1)
    assert intervals.odds_ratio(3, 4, 1, 5, 0.95)[0] == pytest.approx(
        stats.contingency.odds_ratio([[3, 1], [1, 4]], kind="conditional").statistic, rel=1e-12
    )
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


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize(
    ("up", "down", "n"), [(3, 0, 10), (4, 1, 9), (0, 2, 7), (5, 5, 12), (6, 0, 6), (0, 6, 6)]
)
def test_tango_score_is_critical_at_the_limits(up, down, n, confidence):
    """Tango 1998: (up - down - n d) / sqrt(n (2 q + d (1 - d))) with q the larger root of 2 n q^2 + B q + C."""
    z = stats.norm.isf((1 - confidence) / 2)

    def score(d):
        q = max(np.roots([2 * n, (2 * n - up + down) * d - up - down, -down * d * (1 - d)]).real)
        return (up - down - n * d) / sqrt(n * (2 * q + d * (1 - d)))

    low, high = intervals.paired_difference(up, down, n, confidence)
    assert -1 <= low < (up - down) / n or down == n
    assert high > (up - down) / n or up == n
    if down == n:
        assert low == -1
    else:
        assert score(low) == pytest.approx(z, rel=1e-6)
    if up == n:
        assert high == 1
    else:
        assert score(high) == pytest.approx(-z, rel=1e-6)


@pytest.mark.parametrize("theta", [0, 0.15, 0.5, 0.85, 1])
def test_newcombe_superiority_is_a_root_at_its_limits(theta):
    """Newcombe 2006, method 5: (theta - t)^2 = z^2 t (1 - t) (1 + N* ((1 - t)/(2 - t) + t/(1 + t))) / (m n)."""
    m, n = 10, 8
    z, star = stats.norm.isf(0.05), (m + n) / 2 - 1
    limits = intervals.superiority(theta, m, n, 0.9)
    assert limits[0] == 0 if theta == 0 else 0 < limits[0] < theta
    assert limits[1] == 1 if theta == 1 else theta < limits[1] < 1
    for t in limits:
        right = z**2 * t * (1 - t) * (1 + star * ((1 - t) / (2 - t) + t / (1 + t))) / (m * n)
        assert (theta - t) ** 2 == pytest.approx(right, rel=1e-7)


# ---- to the last digits ----------------------------------------------------------------------------------


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
        (
            miettinen_score,
            intervals.risk_ratio,
            [(9, 10, 3, 11), (1, 40, 1, 30), (5, 5, 2, 8), (2, 7, 3, 7), (30, 50, 15, 50), (10, 10, 10, 10)],
        ),
        (tango_score, intervals.paired_difference, [(4, 1, 9), (5, 5, 12), (1, 2, 40), (20, 11, 50)]),
    ],
)
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


def test_limits_close_in_on_the_estimate():
    """As confidence falls to 0 so does the width, also where the variance is 0 at the estimate."""
    for function, given, estimate in (
        (intervals.risk_ratio, (10, 10, 10, 10), 1),
        (intervals.risk_ratio, (6, 10, 3, 10), 2),
        (intervals.paired_difference, (3, 1, 8), 0.25),
        (intervals.paired_difference, (0, 0, 8), 0),
        (intervals.paired_difference, (8, 0, 8), 1),
        (intervals.paired_difference, (0, 8, 8), -1),
        (intervals.superiority, (0.25, 3, 4), 0.25),
    ):
        assert function(*given, 1e-12) == pytest.approx((estimate, estimate), abs=1e-11)
