"""Order statistics of all pairs, against the sorted list of them."""

from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oxymilk.stats.pairwise import all_averages, all_differences

whole = st.integers(-6, 6)
huge = st.integers(-(2**63), 2**63)
tenths = st.fractions(-3, 3, max_denominator=10)
lists = st.one_of(*(st.lists(each, min_size=1, max_size=9) for each in (whole, huge, tenths)))


def compare(sums, expected):
    expected = sorted(expected)
    assert sums.total == len(expected)
    assert [sums.ranked(rank) for rank in range(1, sums.total + 1)] == expected
    distinct = sorted(set(expected))
    assert sums.distinct(len(distinct)) == sums.distinct(len(distinct) + 1) == distinct
    assert sums.distinct(len(distinct) - 1) is None
    for value in distinct:
        units = value * sums.scale
        assert units.denominator == 1
        assert sums.count_to(int(units)) == sum(each <= value for each in expected)
        assert sums.count_to(int(units) - 1) == sum(each < value for each in expected)


@given(lists, lists)
def test_all_differences(x, y):
    compare(all_differences(x, y), [Fraction(a - b) for a, b in product(x, y)])


@given(lists)
def test_all_averages(values):
    compare(all_averages(values), [Fraction(a + b, 2) for a, b in combinations_with_replacement(values, 2)])


@pytest.mark.parametrize("size", [2**61 - 1, 2**61, 2**62, 2**63, 2**64])
def test_sums_at_the_edge_of_64_bits(size):
    compare(all_differences([size, -size], [size, -size]), [0, 0, 2 * size, -2 * size])
    compare(all_averages([size, -size]), [size, 0, -size])


def test_ten_thousand_and_ten_thousand():
    """A hundred million differences i - 2 j: 0 stands where the median is."""
    sums = all_differences(range(-9_999, 10_000, 2), range(-19_998, 20_000, 4))
    assert sums.total == 10**8
    assert sums.distinct(9_999) is None
    assert sums.ranked(1) == -9_999 - 19_998
    assert sums.ranked(10**8) == 9_999 + 19_998
    assert sums.ranked(10**8 // 2) == -sums.ranked(10**8 // 2 + 1)
