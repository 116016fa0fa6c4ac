"""A p-value read from a small distribution, by every rule; and the precision of asymptotic p-values."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import pytest

from oxymilk.stats import Procedure, rank_sum_counts, rank_sum_test, signed_rank_counts, signed_rank_test
from oxymilk.stats.p_values import ASYMPTOTIC_RELATIVE_ERROR, normal_p


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
    assert normal_p(1000, "two-sided") == 5e-324
    result = signed_rank_counts([0], [100_000], 0, Procedure("asymptotic"))
    assert 0 < result.p_value < 1e-300
    assert rank_sum_counts([[9000, 0], [0, 9000]], Procedure("asymptotic", "less")).p_value > 0
    exact = rank_sum_test([1] * 700, [0] * 700, Procedure("exact"))
    assert 0 < exact.p_value < 1e-300
    assert exact.p_fraction == Fraction(2, comb(1400, 700))


@pytest.mark.parametrize(("alternative", "p"), [("two-sided", Fraction(1)), ("less", Fraction(1, 2))])
def test_no_difference_has_an_exact_asymptotic_p_value(alternative, p):
    assert rank_sum_test([1, 4], [2, 3], Procedure("asymptotic", alternative)).p_fraction == p
    assert rank_sum_test([1, 4], [3, 3], Procedure("exact", alternative)).p_fraction is not None
