"""A p-value read from a small distribution, by every rule; and the precision of asymptotic p-values."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import pytest

from oxymilk.stats import (
    ASYMPTOTIC_RELATIVE_ERROR,
    Procedure,
    rank_sum_counts,
    rank_sum_test,
    signed_rank_counts,
    signed_rank_test,
)
from oxymilk.stats.null import lower_from_counts
from oxymilk.stats.p_values import exact_p, normal_p, untied_p

# T = 0, ..., 6: lopsided, with a gap, and with equally likely values on both sides
COUNTS = (1, 4, 0, 2, 2, 2, 1)
TOTAL = sum(COUNTS)
MEAN = Fraction(sum(t * n for t, n in enumerate(COUNTS)), TOTAL)


def share(counts_in):
    return Fraction(sum(n for t, n in enumerate(COUNTS) if counts_in(t)), TOTAL)


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("t", [0, 1, 3, 4, 5, 6])
def test_every_rule_is_the_sum_over_the_outcomes_it_names(t, mid_p):
    """Lancaster (1961): mid-p counts values as extreme as the observed one half; doubling doubles a mid-p tail."""

    def read(mean=MEAN, **switches):
        procedure = Procedure("exact", mid_p=mid_p, **switches)
        return exact_p(procedure, t, lower_from_counts(COUNTS), TOTAL, mean, COUNTS)

    half = Fraction(1, 2) if mid_p else 1
    less, point, greater = share(lambda v: v < t), share(lambda v: v == t), share(lambda v: v > t)
    assert read(alternative="less") == less + half * point
    assert read(alternative="greater") == greater + half * point
    assert read(two_sided="doubled") == min(Fraction(1), 2 * min(less + half * point, greater + half * point))
    likely = share(lambda v: COUNTS[v] < COUNTS[t]) + half * share(lambda v: COUNTS[v] == COUNTS[t])
    assert read(two_sided="likelihood") == likely
    for mean in (MEAN, Fraction(3), Fraction(7, 2)):
        away = abs(t - mean)
        farther = share(lambda v, m=mean, a=away: abs(v - m) > a)
        as_far = share(lambda v, m=mean, a=away: abs(v - m) == a)
        assert read(mean) == farther + half * as_far


def test_half_ranks_in_the_untied_table():
    """At T = 3.5: the values up to 3 or from 4 (natural), up to 4 or from 3 (conservative)."""
    expected = {
        "natural": (share(lambda v: v <= 3), share(lambda v: v >= 4)),
        "conservative": (share(lambda v: v <= 4), share(lambda v: v >= 3)),
    }
    for rule, (less, greater) in expected.items():
        assert untied_p(Procedure("exact_untied", "less", half_integer=rule), Fraction(7, 2), COUNTS) == less
        assert (
            untied_p(Procedure("exact_untied", "greater", half_integer=rule), Fraction(7, 2), COUNTS)
            == greater
        )
        both = untied_p(Procedure("exact_untied", half_integer=rule), Fraction(7, 2), COUNTS)
        assert both == min(Fraction(1), 2 * min(less, greater))
        assert untied_p(
            Procedure("exact_untied", "less", half_integer=rule), Fraction(1), COUNTS
        ) == Fraction(5, 12)


def test_never_zero():
    assert normal_p(1000, "two-sided") == 5e-324
    assert normal_p(0, "greater") == 0.5


# ---- precision of asymptotic p-values ----------------------------------------------------------------------


def two_tails(square):
    """P(|Z| >= z) for z**2 = square, to 50 digits: 1 - sqrt(2/pi) e^(-z^2/2) z sum of z^2n / (1*3*...*(2n+1))."""
    with localcontext() as context:
        context.prec = 400
        x = Decimal(square.numerator) / Decimal(square.denominator)
        term = total = x.sqrt()
        n = 1
        while term > total.scaleb(-390):
            term = term * x / (2 * n + 1)
            total += term
            n += 1
        return 1 - (2 / pi()).sqrt() * (-x / 2).exp() * total


def pi():
    """Machin's formula."""

    def arctan_inverse(k):
        power = total = Decimal(1) / k
        n = 1
        while abs(power) > Decimal(10) ** -395:
            power = -power / (k * k)
            total += power / (2 * n + 1)
            n += 1
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


def test_high_precision_reference():
    assert str(pi())[:26] == "3.141592653589793238462643"
    # Abramowitz & Stegun 1972, table 26.1: Q(1) = 0.15865 52539 31457, Q(2) = 0.02275 01319 48179
    assert float(two_tails(Fraction(1))) == pytest.approx(2 * 0.158655253931457, abs=1e-15)
    assert float(two_tails(Fraction(4))) == pytest.approx(2 * 0.022750131948179, abs=1e-15)


def test_asymptotic_relative_error():
    """Over |z| from near 0 to 37 (p = 1e-300), both tests, two-sided and one-sided."""
    worst = 0.0
    for n in (7, 40, 420, 1365):
        for part in (0.0, 0.02, 0.45):
            down = round(n * part)
            pre, post = [0] * n, [1] * (n - down) + [-1 - (i % 3) for i in range(down)]
            for procedure in (Procedure("asymptotic"), Procedure("asymptotic", "greater")):
                worst = max(worst, relative_error(signed_rank_test(pre, post, procedure)))
            x, y = [0] * down + [1] * (n - down), [0] * (n // 2) + [1] * (n // 4) + [2] * (n // 50)
            for procedure in (Procedure("asymptotic"), Procedure("asymptotic", continuity=True)):
                worst = max(worst, relative_error(rank_sum_test(x, y, procedure)))
    assert 0 < worst < ASYMPTOTIC_RELATIVE_ERROR


def relative_error(result):
    reference = two_tails(abs(result.z_squared))
    if result.procedure.alternative == "greater":
        reference = reference / 2 if result.z > 0 else 1 - reference / 2
    if reference < Decimal("1e-300"):
        return 0.0
    return float(abs(Decimal(result.p_value) - reference) / reference)


def test_p_is_never_zero():
    """Beyond the smallest number of the machine, p stays that number."""
    result = signed_rank_counts([0], [100_000], 0, Procedure("asymptotic"))
    assert 0 < result.p_value < 1e-300
    assert rank_sum_counts([[9000, 0], [0, 9000]], Procedure("asymptotic", "less")).p_value > 0
    exact = rank_sum_test([1] * 700, [0] * 700, Procedure("exact"))
    assert 0 < exact.p_value < 1e-300
    assert exact.p_fraction == Fraction(2, comb(1400, 700))
