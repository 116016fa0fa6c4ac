import math
import os
import warnings
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from oxymilk.stats import Procedure, difference_counts, signed_rank_counts, signed_rank_test

ASYMPTOTIC, EXACT = Procedure("asymptotic"), Procedure("exact")


def test_zero_methods_rank_zeros_differently():
    pre, post = [0] * 6, [0, 0, 1, -2, 3, 3]
    procedures = (Procedure("asymptotic", zero_method=rule) for rule in ("drop", "pratt", "split"))
    results = [signed_rank_test(pre, post, procedure) for procedure in procedures]
    ranks = [(result.w_plus, result.w_minus, result.n_used) for result in results]
    assert ranks == [(8, 2, 4), (14, 4, 4), (15.5, 5.5, 6)]
    # z**2 = D**2 / Q with doubled ranks: drop 2, 4, 7, 7; pratt 6, 8, 11, 11; split has the zeros' 3, 3 too
    squares = [Fraction(12**2, 118), Fraction(20**2, 342), Fraction(20**2, 360)]
    assert [result.z_squared for result in results] == squares


def test_continuity_stops_at_the_mean():
    """One up of size 1, one down of size 1: W+ is its mean."""
    for continuity in (False, True):
        result = signed_rank_test([0, 0], [1, -1], Procedure("asymptotic", continuity=continuity))
        assert (result.z, result.p_value) == (0, 1)
    single = Procedure("asymptotic", continuity=True)
    assert signed_rank_test([0], [1], single).z == 0
    assert signed_rank_test([0], [1], Procedure("asymptotic", "less", continuity=True)).z == 2
    assert signed_rank_test([0], [1], Procedure("asymptotic", "greater", continuity=True)).z == 0


def test_no_change_has_a_defined_answer(every_procedure):
    for procedure in every_procedure["signed_rank"]:
        result = signed_rank_test([3, 1, 2], [3, 1, 2], procedure)
        assert (result.z, result.z_squared, result.n_zero) == (0, 0, 3)
        assert result.p_value == (0.5 if procedure.mid_p and procedure.two_sided != "doubled" else 1)
        many = signed_rank_counts(np.zeros((2, 1)), np.zeros((2, 1)), np.array([3, 1]), procedure)
        assert many.p_value.tolist() == [result.p_value] * 2


def test_levels_that_do_not_occur_change_nothing(every_procedure):
    for procedure in every_procedure["signed_rank"]:
        plain = signed_rank_counts([1, 0, 2], [3, 1, 2], 2, procedure)
        padded = signed_rank_counts([0, 1, 0, 0, 2, 0], [0, 3, 1, 0, 2, 0], 2, procedure)
        assert (plain.p_value, plain.z, plain.w_plus) == (padded.p_value, padded.z, padded.w_plus)


def test_decimals_as_written():
    """0.3 - 0.1 and 0.7 - 0.5 are one tie group; so are their strings and Decimals."""
    pre, post = [0.1, 0.5, 0.9], [0.3, 0.7, 0.6]
    kinds = (float, str, np.float64, lambda value: Decimal(str(value)))
    exact = [signed_rank_test(map(kind, pre), map(kind, post), ASYMPTOTIC) for kind in kinds]
    exact.append(signed_rank_test([1, 5, 9], [3, 7, 6], ASYMPTOTIC))
    exact.append(signed_rank_test(np.array(pre, dtype=np.float32), np.array(post, np.float32), ASYMPTOTIC))
    assert len({(r.w_plus, r.w_minus, r.z_squared) for r in exact}) == 1
    assert (exact[0].w_plus, exact[0].w_minus) == (3, 3)
    assert signed_rank_test(["0.30"], ["3e-1"], EXACT).n_zero == 1
    assert signed_rank_test([True, False], [True, True], EXACT).n_up == 1


@pytest.mark.parametrize(
    ("negative", "positive", "zeros", "message"),
    [
        ([0], [-1], 3, "positive: a count is negative"),
        ([0.5], [1], 3, "negative: counts must be whole"),
        ([math.nan], [1], 3, "negative: counts must be whole"),
        (0, 1, 2, "negative: at least 1 axes"),
        ([[0], [0]], [[1], [0]], [0, 0], "a dataset has no pairs"),
        ([0], [1], 3_000_000, "at most 2000000"),
        ([0], [1], -1, "^zeros: a count is negative"),
    ],
)
def test_broken_counts(negative, positive, zeros, message):
    with pytest.raises(ValueError, match=message):
        signed_rank_counts(negative, positive, zeros, ASYMPTOTIC)


def test_arrays_keep_their_shape_and_agree_with_the_door(every_procedure):
    rng = np.random.default_rng(7)
    pairs = rng.multinomial(9, np.full(9, 1 / 9), size=(2, 3)).reshape(2, 3, 3, 3)
    negative, positive, zeros = difference_counts(pairs)
    assert negative.shape == positive.shape == (2, 3, 2)
    pre, post = np.indices((3, 3)).reshape(2, 9)
    for procedure in every_procedure["signed_rank"]:
        many = signed_rank_counts(negative, positive, zeros, procedure)
        assert many.p_value.shape == many.z.shape == many.w_plus.shape == (2, 3)
        for place in np.ndindex(2, 3):
            one = signed_rank_test(
                *(np.repeat(values, pairs[place].ravel()) for values in (pre, post)), procedure
            )
            for name in set(vars(one)) - {"p_fraction", "z_squared", "procedure"}:
                assert np.array_equal(getattr(many, name)[place], getattr(one, name), equal_nan=True), name
            if one.p_fraction is not None:
                assert float(one.p_fraction) == one.p_value
            assert float(one.z_squared) == pytest.approx(one.z * abs(one.z), rel=1e-14, abs=0)


def test_a_dataset_is_alike_alone_and_among_others():
    """Falls of 1, 1, 2 and a rise of 2: ranks 1.5, 1.5, 3.5, 3.5; beside it only rises, and nothing but zeros."""
    many = signed_rank_counts([[2, 1], [0, 0], [0, 0]], [[0, 1], [2, 3], [0, 0]], [1, 0, 4], ASYMPTOTIC)
    one = signed_rank_test([1, 1, 2, 0, 5], [0, 0, 0, 2, 5], ASYMPTOTIC)
    assert one.procedure == many.procedure == ASYMPTOTIC
    assert (one.mean_rank_plus, one.mean_rank_minus) == (3.5, 6.5 / 3)
    assert np.array_equal(many.mean_rank_minus, [6.5 / 3, math.nan, math.nan], equal_nan=True)
    assert np.array_equal(many.mean_rank_plus, [3.5, 3, math.nan], equal_nan=True)
    counts = many.n_down.tolist(), many.n_up.tolist(), many.n_zero.tolist()
    assert counts == ([3, 0, 0], [1, 5, 0], [1, 0, 4])
    assert many.p_value.tolist()[::2] == [one.p_value, 1]


@pytest.mark.parametrize("zero_method", ["drop", "pratt", "split"])
def test_an_untied_variance_is_that_of_each_dataset(zero_method):
    """Doubled ranks of 2, 5 and 0 changes; zeros 1, 0 and 4: by the sum of squares of 2, 4, 6, ..."""
    procedure = Procedure("asymptotic", tie_correction=False, zero_method=zero_method)
    many = signed_rank_counts([[1, 1], [0, 0], [0, 0]], [[0, 0], [2, 3], [0, 0]], [1, 0, 4], procedure)
    first = {"drop": -6 / 20**0.5, "pratt": -10 / 52**0.5, "split": -10 / 56**0.5}[zero_method]
    assert many.z == pytest.approx([first, 30 / 220**0.5, 0], rel=1e-14)


def test_no_datasets():
    result = signed_rank_counts(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0), EXACT)
    assert result.p_value.shape == (0,)


# ---- second routes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3 if "OXYMILK_FULL" in os.environ else 1))
def test_scipy_agrees_where_it_is_right(seed):
    """scipy's asymptotic method for every rule for zeros, and its sign flips where they are enumerated."""
    rng = np.random.default_rng(seed)
    pre, post = rng.integers(0, 4, (2, 8))
    post[0] = pre[0] + 1  # never all zero
    names = {"drop": "wilcox", "pratt": "pratt", "split": "zsplit"}
    for zero_method, scipy_name in names.items():
        for alternative in ("two-sided", "greater", "less"):
            for continuity in (False, True):
                procedure = Procedure(
                    "asymptotic", alternative, continuity=continuity, zero_method=zero_method
                )
                scipy = stats.wilcoxon(post, pre, scipy_name, continuity, alternative, method="asymptotic")
                assert signed_rank_test(pre, post, procedure).p_value == pytest.approx(
                    scipy.pvalue, rel=1e-10
                )
            flips = stats.PermutationMethod(n_resamples=2**8)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = stats.wilcoxon(post, pre, scipy_name, alternative=alternative, method=flips).pvalue
            procedure = Procedure("exact", alternative, zero_method=zero_method)
            assert signed_rank_test(pre, post, procedure).p_value == pytest.approx(expected, rel=1e-10)


def test_split_zeros_in_the_table_for_untied_ranks():
    """Three zeros share ranks 1 to 3, half of 6 to the rises; rises of ranks 4 and 5: W+ = 12, of six untied ranks."""
    sums = [sum(chosen) for r in range(7) for chosen in combinations(range(1, 7), r)]
    for alternative, ways in (
        ("greater", sum(total >= 12 for total in sums)),
        ("less", sum(total <= 12 for total in sums)),
    ):
        procedure = Procedure("exact_untied", alternative, zero_method="split")
        result = signed_rank_test([0] * 6, [0, 0, 0, 1, 2, -3], procedure)
        assert result.w_plus == 12
        assert result.p_fraction == Fraction(ways, 2**6)
