"""Both rank tests: every switch in whole numbers, arrays and single datasets alike, and scipy where it is right."""

import math
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats
from tests.cases import cases

from oxymilk.stats import Procedure, rank_sum_counts, rank_sum_test, signed_rank_counts, signed_rank_test
from oxymilk.stats.ranks import difference_counts

ASYMPTOTIC, EXACT = Procedure("asymptotic"), Procedure("exact")
ALTERNATIVES = ("two-sided", "greater", "less")


def of_pairs(pairs, procedure):
    """The test of tables of pre by post, and of the pairs behind each."""
    pre, post = np.indices((3, 3)).reshape(2, 9)
    return signed_rank_counts(*difference_counts(pairs), procedure), lambda table: signed_rank_test(
        *(np.repeat(values, table.ravel()) for values in (pre, post)), procedure
    )


def of_groups(tables, procedure):
    """The test of tables of two groups, and of the values behind each."""
    return rank_sum_counts(tables, procedure), lambda table: rank_sum_test(
        *(np.repeat([0.5, 1.25, 7, 9], row) for row in table), procedure
    )


@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_arrays_keep_their_shape_and_agree_with_single_datasets(test, every_procedure):
    rng = np.random.default_rng(3)
    if test == "signed_rank":
        run, tables = of_pairs, rng.multinomial(9, np.full(9, 1 / 9), size=(2, 3)).reshape(2, 3, 3, 3)
    else:
        groups = (rng.multinomial(n, np.full(4, 0.25), size=(2, 3)) for n in (6, 7))
        run, tables = of_groups, np.stack(list(groups), axis=-2)
    for procedure in every_procedure[test]:
        many, of_one = run(tables, procedure)
        assert many.procedure == procedure
        for place in np.ndindex(2, 3):
            one = of_one(tables[place])
            for name in set(vars(one)) - {"p_fraction", "z_squared", "procedure"}:
                assert getattr(many, name).shape == (2, 3)
                assert np.array_equal(getattr(many, name)[place], getattr(one, name), equal_nan=True), name
            assert one.p_fraction is None or float(one.p_fraction) == one.p_value
            assert float(one.z_squared) == pytest.approx(one.z * abs(one.z), rel=1e-14, abs=0)


def test_nothing_to_test_has_a_defined_answer(every_procedure):
    for procedure in every_procedure["signed_rank"]:
        expected = 0.5 if procedure.mid_p and procedure.two_sided != "doubled" else 1
        result = signed_rank_test([3, 1, 2], [3, 1, 2], procedure)
        assert (result.z, result.z_squared, result.n_zero, result.p_value) == (0, 0, 3, expected)
        many = signed_rank_counts(np.zeros((2, 1)), np.zeros((2, 1)), np.array([3, 1]), procedure)
        assert many.p_value.tolist() == [expected] * 2
    for procedure in every_procedure["rank_sum"]:
        result = rank_sum_test([4, 4], [4, 4, 4], procedure)
        if procedure.tie_correction and not procedure.continuity:
            assert (result.z, result.z_squared) == (0, 0)
        if procedure.alternative == "two-sided" or procedure.method == "exact":
            assert result.p_value == (0.5 if procedure.mid_p and procedure.two_sided != "doubled" else 1)
    # without tie correction, and in the untied table, this is an ordinary value: the mean
    for procedure in (
        Procedure("asymptotic", "less", tie_correction=False), Procedure("exact_untied", "less"),
    ):  # fmt: skip
        assert 0.5 <= rank_sum_test([4, 4], [4, 4, 4], procedure).p_value < 0.7
    one_sided = rank_sum_test([4], [4], Procedure("asymptotic", "greater", continuity=True))
    assert (one_sided.p_value, one_sided.z) == (1, 0)


def test_levels_that_do_not_occur_change_nothing(every_procedure):
    for procedure in every_procedure["signed_rank"]:
        plain = signed_rank_counts([1, 0, 2], [3, 1, 2], 2, procedure)
        padded = signed_rank_counts([0, 1, 0, 0, 2, 0], [0, 3, 1, 0, 2, 0], 2, procedure)
        assert (plain.p_value, plain.z, plain.w_plus) == (padded.p_value, padded.z, padded.w_plus)


@cases
def test_broken_counts(run, counts, message):
    with pytest.raises(ValueError, match=message):
        globals()[run](*counts, ASYMPTOTIC)


def test_no_datasets():
    assert signed_rank_counts(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0), EXACT).p_value.shape == (0,)
    assert rank_sum_counts(np.zeros((0, 2, 3)), EXACT).p_value.shape == (0,)


def test_zero_methods_rank_zeros_differently():
    pre, post = [0] * 6, [0, 0, 1, -2, 3, 3]
    procedures = (Procedure("asymptotic", zero_method=rule) for rule in ("drop", "pratt", "split"))
    results = [signed_rank_test(pre, post, procedure) for procedure in procedures]
    ranks = [(result.w_plus, result.w_minus, result.n_used) for result in results]
    assert ranks == [(8, 2, 4), (14, 4, 4), (15.5, 5.5, 6)]
    # z**2 = D**2 / Q with doubled ranks: drop 2, 4, 7, 7; pratt 6, 8, 11, 11; split has the zeros' 3, 3 too
    squares = [Fraction(12**2, 118), Fraction(20**2, 342), Fraction(20**2, 360)]
    assert [result.z_squared for result in results] == squares


def test_continuity_of_pairs_stops_at_the_mean():
    """One up of size 1, one down of size 1: W+ is its mean."""
    for continuity in (False, True):
        result = signed_rank_test([0, 0], [1, -1], Procedure("asymptotic", continuity=continuity))
        assert (result.z, result.p_value) == (0, 1)
    for alternative, z in zip(ALTERNATIVES, (0, 0, 2), strict=True):
        assert signed_rank_test([0], [1], Procedure("asymptotic", alternative, continuity=True)).z == z


def test_decimals_as_written():
    """0.3 - 0.1 and 0.7 - 0.5 are one tie group; so are their strings and Decimals."""
    pre, post = [0.1, 0.5, 0.9], [0.3, 0.7, 0.6]
    kinds = (float, str, np.float64, np.float32, lambda value: Decimal(str(value)))
    exact = [signed_rank_test(map(kind, pre), map(kind, post), ASYMPTOTIC) for kind in kinds]
    exact.append(signed_rank_test([1, 5, 9], [3, 7, 6], ASYMPTOTIC))
    assert len({(r.w_plus, r.w_minus, r.z_squared) for r in exact}) == 1
    assert (exact[0].w_plus, exact[0].w_minus) == (3, 3)
    assert signed_rank_test(["0.30"], ["3e-1"], EXACT).n_zero == 1
    assert signed_rank_test([True, False], [True, True], EXACT).n_up == 1


def test_mean_ranks_and_counts():
    """Falls of 1, 1, 2 and a rise of 2: ranks 1.5, 1.5, 3.5, 3.5; beside it only rises, and nothing but zeros."""
    many = signed_rank_counts([[2, 1], [0, 0], [0, 0]], [[0, 1], [2, 3], [0, 0]], [1, 0, 4], ASYMPTOTIC)
    assert np.array_equal(many.mean_rank_minus, [6.5 / 3, math.nan, math.nan], equal_nan=True)
    assert np.array_equal(many.mean_rank_plus, [3.5, 3, math.nan], equal_nan=True)
    counts = many.n_down.tolist(), many.n_up.tolist(), many.n_zero.tolist()
    assert counts == ([3, 0, 0], [1, 5, 0], [1, 0, 4])


@pytest.mark.parametrize("zero_method", ["drop", "pratt", "split"])
def test_an_untied_variance_is_that_of_each_dataset(zero_method):
    """Doubled ranks of 2, 5 and 0 changes; zeros 1, 0 and 4: by the sum of squares of 2, 4, 6, ..."""
    procedure = Procedure("asymptotic", tie_correction=False, zero_method=zero_method)
    many = signed_rank_counts([[1, 1], [0, 0], [0, 0]], [[0, 0], [2, 3], [0, 0]], [1, 0, 4], procedure)
    first = {"drop": -6 / 20**0.5, "pratt": -10 / 52**0.5, "split": -10 / 56**0.5}[zero_method]
    assert many.z == pytest.approx([first, 30 / 220**0.5, 0], rel=1e-14)


def test_split_zeros_in_the_table_for_untied_ranks():
    """Three zeros share ranks 1 to 3, half of 6 to the rises; rises of ranks 4 and 5: W+ = 12, of six untied ranks."""
    sums = [sum(chosen) for r in range(7) for chosen in combinations(range(1, 7), r)]
    ways = {"greater": sum(total >= 12 for total in sums), "less": sum(total <= 12 for total in sums)}
    for alternative, count in ways.items():
        procedure = Procedure("exact_untied", alternative, zero_method="split")
        result = signed_rank_test([0] * 6, [0, 0, 0, 1, 2, -3], procedure)
        assert (result.w_plus, result.p_fraction) == (12, Fraction(count, 2**6))


def test_switches_of_the_variance_and_the_numerator():
    x, y = [2, 2, 3], [1, 2]  # U1 = 5, mean 3, N = 5, one tie of 3
    for tie_correction, continuity in product((True, False), repeat=2):
        numerator, ties = 4 - continuity, 24 * tie_correction
        square = Fraction(3 * numerator**2 * 5 * 4, 6 * (120 - ties))
        result = rank_sum_test(x, y, Procedure("asymptotic", "two-sided", tie_correction, continuity))
        assert result.z_squared == square
        assert rank_sum_test(y, x, result.procedure).z_squared == -square
    # at the mean the step of one half goes towards it (two-sided), down (greater) or up (less)
    for alternative, step in zip(ALTERNATIVES, (0, -1, 1), strict=True):
        result = rank_sum_test([1, 2], [1, 2], Procedure("asymptotic", alternative, continuity=True))
        assert result.z_squared == step * Fraction(3 * 4 * 3, 2 * 2 * (60 - 12))
    assert rank_sum_test([1, 2], [1, 2], Procedure("asymptotic", continuity=True)).p_value == 1


def test_zero_method_is_not_a_switch_of_this_test():
    with pytest.raises(ValueError, match=r"^zero_method is a switch of the signed-rank test; leave it"):
        rank_sum_test([1], [2], Procedure("exact", zero_method="pratt"))


def test_large_samples_do_not_overflow():
    tables, n = np.array([[400_000, 600_000], [401_000, 599_000]]), 2_000_000
    chi2 = stats.chi2_contingency(tables, correction=False).statistic
    assert rank_sum_counts(tables, ASYMPTOTIC).z ** 2 == pytest.approx(chi2 * (n - 1) / n, rel=1e-12)
