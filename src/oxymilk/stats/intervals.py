"""Intervals for shares and for what is made of two shares; each names its source.

Limits that do not exist are infinite where the data allow any size, and nan where nothing can be said.
"""

from __future__ import annotations

from math import atanh, inf, isnan, nan, sqrt, tanh
from statistics import NormalDist

from scipy.optimize import brentq
from scipy.stats import binomtest
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep

Interval = tuple[float, float]
_PRECISION = {"xtol": 1e-14, "rtol": 1e-14}
# In the place of a variance of 0: a score of 0 / 0 is 0, and any other is beyond every critical value.
_LEAST = 1e-300


def critical(confidence: float) -> float:
    """Return the two-sided critical value of the normal distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def share(successes: int, n: int, confidence: float) -> Interval:
    """Exact interval of a share (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404), by scipy; n > 0."""
    return tuple(map(float, binomtest(successes, n).proportion_ci(confidence, method="exact")))


def risk_difference(a: int, n1: int, b: int, n2: int, confidence: float) -> Interval:
    """Interval of a/n1 - b/n2: hybrid score (Newcombe 1998, method 10), by statsmodels.

    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    """
    low, high = confint_proportions_2indep(
        a, n1, b, n2, method="newcomb", compare="diff", alpha=1 - confidence
    )
    return float(low), float(high)


def risk_ratio(a: int, n1: int, b: int, n2: int, confidence: float) -> Interval:
    """Score interval of (a/n1) / (b/n2) (Miettinen & Nurminen 1985, doi:10.1002/sim.4780040211).

    Ours: the one of statsmodels (`method="score"`) divides by zero when b = 0 and has no room below 1 when all
    succeed.

    Returns
    -------
    tuple of float
        Low is 0 when a = 0, high is inf when b = 0.
    """
    z = critical(confidence)
    total = n1 + n2

    def score(log_ratio: float) -> float:
        ratio = 2.0**log_ratio
        # the most likely second share when the first is `ratio` times as large
        half = n1 * ratio + a + n2 + b * ratio
        # the smaller root of total * ratio * p^2 - half * p + a + b, without cancellation
        p2 = 2 * (a + b) / (half + sqrt(max(half**2 - 4 * total * ratio * (a + b), 0)))
        p1 = ratio * p2
        variance = (max(p1 * (1 - p1), 0) / n1 + ratio**2 * max(p2 * (1 - p2), 0) / n2) * total / (total - 1)
        return (a / n1 - ratio * b / n2) / sqrt(max(variance, _LEAST))

    if a == b == 0:
        return 0.0, inf
    # log to the base 2: the roots lie within these bounds for any counts that fit into memory
    bounds = (-60.0, 60.0)
    low = 0.0 if a == 0 else 2 ** brentq(lambda x: score(x) - z, *bounds, **_PRECISION)
    high = inf if b == 0 else 2 ** brentq(lambda x: score(x) + z, *bounds, **_PRECISION)
    return low, high


def odds_ratio(a: int, n1: int, b: int, n2: int, confidence: float) -> tuple[float, float, float]:
    """Conditional estimate and exact interval of the odds ratio (Fisher), by scipy.

    Returns
    -------
    estimate, low, high : float
        Estimate nan and limits 0 and inf when nobody or everybody succeeds.
    """
    if a + b in (0, n1 + n2):
        return nan, 0.0, inf
    result = scipy_odds_ratio([[a, n1 - a], [b, n2 - b]], kind="conditional")
    low, high = result.confidence_interval(confidence)
    return float(result.statistic), float(low), float(high)


def number_needed(difference: float, limits: Interval) -> tuple[float, float, float, str]:
    """Turn a risk difference into a number needed to treat (Altman 1998, doi:10.1136/bmj.317.7168.1309).

    Returns
    -------
    estimate, low, high : float
        1 / difference and the limits' reciprocals; negative numbers are numbers needed to harm. When the
        interval of the difference holds 0, the numbers run from `low` (to benefit) through infinity to `high`
        (to harm): low > 0 > high, and the note says so.
    note : str
    """
    reciprocal = [1 / value if value else inf for value in (difference, limits[1], limits[0])]
    estimate, low, high = reciprocal
    if limits[0] < 0 < limits[1]:
        return estimate, low, high, "the interval runs from low (benefit) through infinity to high (harm)"
    if limits[1] <= 0:
        # 1 / 0 at the end next to no difference is minus infinity here
        return estimate, -inf if low == inf else low, high, "negative: number needed to harm"
    return estimate, low, high, ""


def superiority(theta: float, n1: int, n2: int, confidence: float) -> Interval:
    """Interval of P(X > Y) + P(X = Y) / 2 (Newcombe 2006, method 5, doi:10.1002/sim.2324).

    Ours: Brunner and Munzel's interval of statsmodels (`rank_compare_2indep`) leaves [0, 1] and has no width
    when the groups are apart.

    Parameters
    ----------
    theta : float
        U1 / (n1 n2).
    n1, n2 : int
        Sizes of the groups.
    confidence : float
    """
    z, star = critical(confidence), (n1 + n2) / 2 - 1

    def excess(t: float) -> float:
        # divided by t (1 - t), so that theta itself is no root when it is 0 or 1
        distance = (theta - t) ** 2 / max(t * (1 - t), _LEAST)
        return distance - z**2 * (1 + star * ((1 - t) / (2 - t) + t / (1 + t))) / (n1 * n2)

    low = 0.0 if theta == 0 else brentq(excess, 0, theta, **_PRECISION)
    high = 1.0 if theta == 1 else brentq(excess, theta, 1, **_PRECISION)
    return low, high


def paired_difference(up: int, down: int, n: int, confidence: float) -> Interval:
    """Score interval of the share that rose less the share that fell (Tango 1998).

    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B

    Parameters
    ----------
    up, down : int
        Pairs that rose and that fell.
    n : int
        All pairs.
    confidence : float
    """
    z = critical(confidence)

    def score(delta: float) -> float:
        # most likely share that falls when the difference is `delta`
        b = (2 * n - up + down) * delta - up - down
        c = -down * delta * (1 - delta)
        q = (sqrt(max(b**2 - 8 * n * c, 0)) - b) / (4 * n)
        variance = n * (2 * q + delta * (1 - delta))
        return (up - down - n * delta) / sqrt(max(variance, _LEAST))

    low = -1.0 if down == n else brentq(lambda d: score(d) - z, -1, (up - down) / n, **_PRECISION)
    high = 1.0 if up == n else brentq(lambda d: score(d) + z, (up - down) / n, 1, **_PRECISION)
    return low, high


def odds(successes: int, failures: int, confidence: float) -> tuple[float, float, float]:
    """Successes / failures with the exact interval of their share turned into odds; nan without either."""
    if successes + failures == 0:
        return nan, 0.0, inf
    low, high = share(successes, successes + failures, confidence)
    as_odds = [p / (1 - p) if p < 1 else inf for p in (low, high)]
    return successes / failures if failures else inf, *as_odds


def fisher_transformed(r: float, standard_error: float, confidence: float) -> Interval:
    """Interval of a correlation by Fisher's transformation; nan at -1 and 1, where it has no width."""
    if isnan(r) or abs(r) == 1:
        return nan, nan
    middle, reach = atanh(r), critical(confidence) * standard_error
    return tanh(middle - reach), tanh(middle + reach)
