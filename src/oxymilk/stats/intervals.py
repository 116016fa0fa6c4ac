"""Intervals for shares and for what is made of two shares; each names its source.

Limits that do not exist are infinite where the data allow any size, and nan where nothing can be said. The tests hold
them against scipy and statsmodels, which take two seconds to load, where these are right.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, nan, sqrt
from statistics import NormalDist

import numpy as np
import scipy

Interval = tuple[float, float]
# In the place of a variance of 0: a score of 0 / 0 is 0, and any other is more than every critical value.
_LEAST = 1e-300
# Logarithms to the base 2: the roots lie within these bounds for any counts that fit into memory.
_BOUNDS = (-60.0, 60.0)


def critical(confidence: float) -> float:
    """Return the two-sided critical value of the normal distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function is zero, by halving, to the last digit; its signs at the ends differ."""
    rising = function(low) < 0  # scipy.optimize, which has faster ways, takes half a second to load
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if (function(middle) < 0) == rising else (low, middle)
    return middle


def share(successes: int, n: int, confidence: float) -> Interval:
    """Exact interval of a share (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404); n > 0."""
    quantile, tail = scipy.special.betaincinv, (1 - confidence) / 2
    low = quantile(successes, n - successes + 1, tail) if successes else 0.0
    high = quantile(successes + 1, n - successes, 1 - tail) if successes < n else 1.0
    return float(low), float(high)


def odds(successes: int, failures: int, confidence: float) -> tuple[float, float, float]:
    """Successes / failures with the exact interval of their share turned into odds; nan without either."""
    if successes + failures == 0:
        return nan, 0.0, inf
    limits = share(successes, successes + failures, confidence)
    low, high = (p / (1 - p) if p < 1 else inf for p in limits)
    return successes / failures if failures else inf, low, high


def risk_difference(a: int, n1: int, b: int, n2: int, confidence: float) -> Interval:
    """Interval of a/n1 - b/n2: hybrid score (Newcombe 1998, method 10).

    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. It squares and adds the distances to the
    limits of either share by its score (Wilson 1927, doi:10.1080/01621459.1927.10502953).
    """
    z, distances = critical(confidence), []
    for successes, n in ((a, n1), (b, n2)):
        centre = successes + z**2 / 2
        reach = z * sqrt(successes * (n - successes) / n + z**2 / 4)
        low, high = (centre - reach) / (n + z**2), (centre + reach) / (n + z**2)
        distances.append((successes / n - low, high - successes / n))
    (down1, up1), (down2, up2) = distances
    difference = a / n1 - b / n2
    return difference - sqrt(down1**2 + up2**2), difference + sqrt(up1**2 + down2**2)


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
    low = 0.0 if a == 0 else 2 ** _root(lambda x: score(x) - z, *_BOUNDS)
    high = inf if b == 0 else 2 ** _root(lambda x: score(x) + z, *_BOUNDS)
    return low, high


def odds_ratio(a: int, n1: int, b: int, n2: int, confidence: float) -> tuple[float, float, float]:
    """Conditional estimate and exact interval of the odds ratio (Fisher), as R's fisher.test.

    Given all successes, a of them in the first group have a chance in proportion to the ways to draw them times the
    odds ratio to the power of a. The estimate makes a the mean; the limits make the tails (1 - confidence) / 2.

    Returns
    -------
    estimate, low, high : float
        Estimate nan and limits 0 and inf when nobody or everybody succeeds.
    """
    if a + b in (0, n1 + n2):
        return nan, 0.0, inf
    successes = np.arange(max(0, a + b - n2), min(a + b, n1) + 1)
    # the ways to draw k + 1 of the first group's successes, over those to draw k
    k = successes[:-1]
    ratios = (n1 - k) * (a + b - k) / ((k + 1) * (n2 - a - b + k + 1))
    log_ways = np.concatenate([[0], np.cumsum(np.log(ratios))])

    def solve(values: np.ndarray, expected: float) -> float:
        """Return the odds ratio at which `values`, one for each number of successes, have an expected value."""

        def excess(log_odds: float) -> float:
            logs = log_ways + log_odds * successes
            chances = np.exp(logs - logs.max())
            return float(chances @ values / chances.sum()) - expected

        return exp(_root(excess, -100, 100))

    least, most, tail = a == successes[0], a == successes[-1], (1 - confidence) / 2
    estimate = 0.0 if least else inf if most else solve(successes, a)
    low = 0.0 if least else solve(successes >= a, tail)
    high = inf if most else solve(successes <= a, tail)
    return estimate, low, high


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
    estimate, low, high = (1 / value if value else inf for value in (difference, limits[1], limits[0]))
    if limits[0] < 0 < limits[1]:
        return estimate, low, high, "the interval runs from low (benefit) through infinity to high (harm)"
    if limits[1] <= 0:
        # 1 / 0 at the end next to no difference is minus infinity here
        return estimate, -inf if low == inf else low, high, "negative: number needed to harm"
    return estimate, low, high, ""


def superiority(theta: float, n1: int, n2: int, confidence: float) -> Interval:
    """Interval of P(X > Y) + P(X = Y) / 2, theta = U1 / (n1 n2) (Newcombe 2006, method 5, doi:10.1002/sim.2324).

    Ours: Brunner and Munzel's interval of statsmodels (`rank_compare_2indep`) leaves [0, 1] and has no width
    when the groups are apart.
    """
    z, star = critical(confidence), (n1 + n2) / 2 - 1

    def excess(t: float) -> float:
        # divided by t (1 - t), so that theta itself is no root when it is 0 or 1
        distance = (theta - t) ** 2 / max(t * (1 - t), _LEAST)
        return distance - z**2 * (1 + star * ((1 - t) / (2 - t) + t / (1 + t))) / (n1 * n2)

    low = 0.0 if theta == 0 else _root(excess, 0, theta)
    high = 1.0 if theta == 1 else _root(excess, theta, 1)
    return low, high


def paired_difference(up: int, down: int, n: int, confidence: float) -> Interval:
    """Score interval of the share of n pairs that rose less the share that fell (Tango 1998).

    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B
    """
    z = critical(confidence)

    def score(delta: float) -> float:
        # most likely share that falls when the difference is `delta`
        b = (2 * n - up + down) * delta - up - down
        c = -down * delta * (1 - delta)
        q = (sqrt(max(b**2 - 8 * n * c, 0)) - b) / (4 * n)
        variance = n * (2 * q + delta * (1 - delta))
        return (up - down - n * delta) / sqrt(max(variance, _LEAST))

    low = -1.0 if down == n else _root(lambda delta: score(delta) - z, -1, (up - down) / n)
    high = 1.0 if up == n else _root(lambda delta: score(delta) + z, (up - down) / n, 1)
    return low, high
