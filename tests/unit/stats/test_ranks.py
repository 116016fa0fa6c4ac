"""Observations as counts, tables of counts as observations."""

import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from tests.cases import cases

from oxymilk import stats
from oxymilk.stats import hodges_lehmann
from oxymilk.stats.ranks import difference_counts, exact_numbers, expand_counts, unique_rows


def test_counts_stand_for_observations():
    assert expand_counts("rank_sum", [[0, 2], [1, 1]]) == ([1, 1], [0, 1])
    assert expand_counts("signed_rank", [["1", "2"], ["1", "0"]]) == ([0, 0, 0, 1], [0, 1, 1, 0])


@cases
def test_other_tables_are_refused(test, table, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        expand_counts(test, table)


def test_numbers_are_the_decimals_as_written():
    values = ["0.3", 0.3, np.float32(0.3), Decimal("0.30"), Fraction(3, 10), np.int64(2), True]
    assert exact_numbers(values, "x") == [Fraction(3, 10)] * 5 + [2, 1]
    assert exact_numbers(["1e400", "-1e-400"], "x") == [10**400, Fraction(-1, 10**400)]


@cases
def test_what_is_no_number_is_named_with_its_place(values, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        exact_numbers(values, "x")


PROCEDURE = stats.Procedure("exact")
OF_PAIRS = [
    lambda *data: stats.signed_rank_test(*data, PROCEDURE),
    lambda *data: stats.within_effects(*data, PROCEDURE),
    lambda *data: stats.least_p_value("signed_rank", *data, PROCEDURE),
    lambda *data: stats.evaluate_programs("signed_rank", *data),
    hodges_lehmann.signed_rank_shift,
]
OF_GROUPS = [
    lambda *data: stats.rank_sum_test(*data, PROCEDURE),
    lambda *data: stats.between_effects(*data, PROCEDURE),
    lambda *data: stats.least_p_value("rank_sum", *data, PROCEDURE),
    lambda *data: stats.evaluate_programs("rank_sum", *data),
    hodges_lehmann.rank_sum_shift,
]


@cases
def test_every_function_names_the_broken_value(first, second, message):
    for functions, names in ((OF_PAIRS, ("pre", "post")), (OF_GROUPS, ("x", "y"))):
        for function in functions:
            with pytest.raises(ValueError, match="^" + message.format(*names)):
                function(first, second)


@pytest.mark.parametrize("function", OF_PAIRS)
def test_every_function_wants_pairs(function):
    with pytest.raises(ValueError, match=r"^pre has 2 values and post 1: they must be pairs$"):
        function([1, 2], [3])


def test_differences_of_levels_in_arrays():
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 4, (5, 2, 3, 3))
    negative, positive, zeros = difference_counts(pairs)
    assert (negative.shape, positive.shape, zeros.shape) == ((5, 2, 2), (5, 2, 2), (5, 2))
    for place in np.ndindex(5, 2):
        one = [
            sum(int(pairs[place][i, j]) for i in range(3) for j in range(3) if j - i == d)
            for d in range(-2, 3)
        ]
        assert [*negative[place][::-1], zeros[place], *positive[place]] == one
    negative, positive, zeros = difference_counts(np.full((4, 1, 1), 3))
    assert (negative.shape, positive.shape, zeros.tolist()) == ((4, 0), (4, 0), [3] * 4)
    with pytest.raises(ValueError, match=r"^pairs: 1 levels before and 2 after"):
        difference_counts([[1, 2]])
    with pytest.raises(ValueError, match=r"^pairs: at least 2 axes are needed, not 1$"):
        difference_counts([1, 2])


@pytest.mark.parametrize("factor", [1, 2**31, 2**40, 2**62 - 1])
def test_distinct_rows(factor):
    # with the larger factors a row fits into no 64-bit integer
    rows = np.array([[1, 0], [0, 1], [1, 0], [1, 1], [0, 0]]) * factor
    distinct, inverse = unique_rows(rows)
    assert len(distinct) == 4
    assert inverse.shape == (5,)
    assert (distinct[inverse] == rows).all()
    distinct, inverse = unique_rows(np.zeros((0, 3), dtype=np.int64))
    assert (distinct.shape, inverse.shape) == ((0, 3), (0,))


def test_distinct_rows_that_are_one_float():
    """Numbered by their counts, with 2^27 + 1 values a column, these two rows differ by 1 in 2^54."""
    rows = np.array([[2**27, 2**27, 0], [0, 0, 1]])
    distinct, inverse = unique_rows(rows)
    assert (distinct[inverse] == rows).all()
