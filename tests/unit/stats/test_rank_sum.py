import math
import os
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from oxymilk.stats import Procedure, rank_sum_counts, rank_sum_test

FULL = "OXYMILK_FULL" in os.environ
ASYMPTOTIC, EXACT = Procedure("asymptotic"), Procedure("exact")


def test_switches_of_the_variance_and_the_numerator():
    x, y = [2, 2, 3], [1, 2]  # U1 = 5, mean 3, N = 5, one tie of 3
    squares = {
        (True, False): Fraction(3 * 4**2 * 5 * 4, 6 * (120 - 24)),
        (False, False): Fraction(3 * 4**2 * 5 * 4, 6 * 120),
        (True, True): Fraction(3 * 3**2 * 5 * 4, 6 * (120 - 24)),
        (False, True): Fraction(3 * 3**2 * 5 * 4, 6 * 120),
    }
    for (tie_correction, continuity), square in squares.items():
        result = rank_sum_test(x, y, Procedure("asymptotic", "two-sided", tie_correction, continuity))
        assert result.z_squared == square
        assert rank_sum_test(y, x, result.procedure).z_squared == -square


def test_continuity_by_alternative():
    """The step of one half goes towards the mean (two-sided), down (greater) or up (less)."""
    step = {"two-sided": 0, "greater": -1, "less": 1}
    for alternative, d in step.items():
        result = rank_sum_test([1, 2], [1, 2], Procedure("asymptotic", alternative, continuity=True))
        scale = Fraction(3 * 4 * 3, 2 * 2 * (60 - 12))
        assert result.z_squared == d * scale
    assert rank_sum_test([1, 2], [1, 2], Procedure("asymptotic", continuity=True)).p_value == 1


def test_all_tied_has_a_defined_answer(every_procedure):
    for procedure in every_procedure["rank_sum"]:
        result = rank_sum_test([4, 4], [4, 4, 4], procedure)
        if procedure.tie_correction and not procedure.continuity:
            assert (result.z, result.z_squared) == (0, 0)
        if procedure.alternative == "two-sided" or procedure.method == "exact":
            assert result.p_value == (0.5 if procedure.mid_p and procedure.two_sided != "doubled" else 1)
    # without tie correction, and in the untied table, this is an ordinary value: the mean
    for procedure in (
        Procedure("asymptotic", "less", tie_correction=False),
        Procedure("exact_untied", "less"),
    ):
        assert 0.5 <= rank_sum_test([4, 4], [4, 4, 4], procedure).p_value < 0.7
    one_sided = Procedure("asymptotic", "greater", continuity=True)
    assert (rank_sum_test([4], [4], one_sided).p_value, rank_sum_test([4], [4], one_sided).z) == (1, 0)


def test_zero_method_is_not_a_switch_of_this_test():
    with pytest.raises(ValueError, match=r"^zero_method is a switch of the signed-rank test; leave it"):
        rank_sum_test([1], [2], Procedure("exact", zero_method="pratt"))


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([[1, 2], [3, -1]], "^tables: a count is negative"),
        ([[1, 2], [3, 0.5]], "^tables: counts must be whole numbers"),
        ([1, 2], "^tables: at least 2 axes"),
        ([[1, 2], [3, 1], [1, 1]], r"^tables: shape \(\.\.\., 2, K\) is needed, not \(3, 2\)$"),
        ([[0, 0], [3, 1]], "no observations in a sample"),
        ([[1, 1_500_000], [1, 1_500_000]], "a dataset has 3000002 observations; at most 2000000"),
    ],
)
def test_broken_tables(tables, message):
    with pytest.raises(ValueError, match=message):
        rank_sum_counts(tables, ASYMPTOTIC)


def test_arrays_keep_their_shape_and_agree_with_the_door(every_procedure):
    rng = np.random.default_rng(3)
    tables = rng.multinomial([6, 7], np.full(4, 0.25), size=(2, 3, 2))
    tables = np.stack([tables[..., 0, :], rng.multinomial(7, np.full(4, 0.25), size=(2, 3))], axis=-2)
    for procedure in every_procedure["rank_sum"]:
        many = rank_sum_counts(tables, procedure)
        assert many.p_value.shape == many.z.shape == many.u1.shape == (2, 3)
        assert many.procedure == procedure
        for place in np.ndindex(2, 3):
            x, y = (np.repeat([0.5, 1.25, 7, 9], row) for row in tables[place])
            one = rank_sum_test(x, y, procedure)
            for name in set(vars(one)) - {"p_fraction", "z_squared", "procedure"}:
                assert getattr(many, name)[place] == getattr(one, name), name
            if one.p_fraction is not None:
                assert float(one.p_fraction) == one.p_value
            assert float(one.z_squared) == pytest.approx(one.z * abs(one.z), rel=1e-14, abs=0)


def test_no_tables():
    assert rank_sum_counts(np.zeros((0, 2, 3)), EXACT).p_value.shape == (0,)


def test_large_samples_do_not_overflow():
    tables = np.array([[400_000, 600_000], [401_000, 599_000]])
    result = rank_sum_counts(tables, ASYMPTOTIC)
    n = 2_000_000
    chi2 = stats.chi2_contingency(tables, correction=False).statistic
    assert result.z**2 == pytest.approx(chi2 * (n - 1) / n, rel=1e-12)


# ---- second routes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3 if FULL else 1))
def test_scipy_agrees_where_it_is_right(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 4, 5), rng.integers(0, 4, 6)
    for alternative in ("two-sided", "greater", "less"):
        for continuity in (False, True):
            procedure = Procedure("asymptotic", alternative, continuity=continuity)
            scipy = stats.mannwhitneyu(x, y, continuity, alternative, method="asymptotic")
            assert rank_sum_test(x, y, procedure).p_value == pytest.approx(scipy.pvalue, rel=1e-10)
        # scipy doubles the smaller tail of the permutations
        method = stats.PermutationMethod(n_resamples=math.comb(11, 5))
        expected = stats.mannwhitneyu(x, y, alternative=alternative, method=method).pvalue
        procedure = EXACT.with_alternative(alternative)
        if alternative == "two-sided":
            procedure = Procedure("exact", two_sided="doubled")
        assert rank_sum_test(x, y, procedure).p_value == pytest.approx(expected, rel=1e-10)
