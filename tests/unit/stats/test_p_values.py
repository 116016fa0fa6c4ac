"""A p-value read from a small distribution, by every rule, beside the sum over its outcomes."""

from fractions import Fraction as F

import pytest

from oxymilk.stats import Procedure
from oxymilk.stats.null import lower_from_counts
from oxymilk.stats.p_values import as_float, exact_p, normal_p, untied_p

# T = 0, ..., 6: lopsided, with a gap, and with equally likely values on both sides
COUNTS = (1, 4, 0, 2, 2, 2, 1)
TOTAL = sum(COUNTS)
MEAN = F(sum(t * n for t, n in enumerate(COUNTS)), TOTAL)


def share(counts_in):
    return F(sum(n for t, n in enumerate(COUNTS) if counts_in(t)), TOTAL)


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("t", [0, 1, 3, 4, 5, 6])
def test_every_rule_is_the_sum_over_the_outcomes_it_names(t, mid_p):
    """Lancaster (1961): mid-p counts values as extreme as the observed one half; doubling doubles a mid-p tail."""

    def read(mean=MEAN, **switches):
        procedure = Procedure("exact", mid_p=mid_p, **switches)
        return exact_p(procedure, t, lower_from_counts(COUNTS), TOTAL, mean, COUNTS)

    half = F(1, 2) if mid_p else 1
    less, point, greater = share(lambda v: v < t), share(lambda v: v == t), share(lambda v: v > t)
    assert read(alternative="less") == less + half * point
    assert read(alternative="greater") == greater + half * point
    assert read(two_sided="doubled") == min(F(1), 2 * min(less + half * point, greater + half * point))
    likely = share(lambda v: COUNTS[v] < COUNTS[t]) + half * share(lambda v: COUNTS[v] == COUNTS[t])
    assert read(two_sided="likelihood") == likely
    for mean in (MEAN, F(3), F(7, 2)):
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
        assert untied_p(Procedure("exact_untied", "less", half_integer=rule), F(7, 2), COUNTS) == less
        assert untied_p(Procedure("exact_untied", "greater", half_integer=rule), F(7, 2), COUNTS) == greater
        both = untied_p(Procedure("exact_untied", half_integer=rule), F(7, 2), COUNTS)
        assert both == min(F(1), 2 * min(less, greater))
        assert untied_p(Procedure("exact_untied", "less", half_integer=rule), F(1), COUNTS) == F(5, 12)


def test_never_zero():
    assert normal_p(1000, "two-sided") == as_float(F(1, 10**400)) == 5e-324
    assert normal_p(0, "greater") == 0.5
