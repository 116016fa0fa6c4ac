"""Fisher's exact test for two rows and any number of columns."""

import itertools
from fractions import Fraction
from math import comb, prod

import pytest
from scipy import stats

from oxymilk.stats.freeman_halton import freeman_halton
from oxymilk.stats.null import TooLargeError


@pytest.mark.parametrize(
    "table", [[[10, 0], [3, 7]], [[3, 1], [1, 3]], [[8, 2], [1, 5]], [[0, 4], [5, 0]], [[2, 2], [2, 2]]]
)
def test_two_columns_are_fishers_test(table):
    assert float(freeman_halton(table)) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-12)


def test_more_columns_agree_with_r():
    # R 4.2.2: fisher.test(rbind(c(5,3,2), c(1,4,5)))$p.value, fisher.test(rbind(c(4,5,1), c(4,4,2)))$p.value
    assert float(freeman_halton([[5, 3, 2], [1, 4, 5]])) == pytest.approx(0.201703868886529, abs=1e-12)
    assert float(freeman_halton([[4, 5, 1], [4, 4, 2]])) == pytest.approx(0.999999999999992, abs=1e-12)


def test_plain_enumeration_agrees_on_every_small_table():
    for totals in itertools.product(range(4), repeat=3):
        for first in itertools.product(*(range(t + 1) for t in totals)):
            table = [list(first), [t - n for t, n in zip(totals, first, strict=True)]]
            ways = {
                other: prod(map(comb, totals, other))
                for other in itertools.product(*(range(t + 1) for t in totals))
                if sum(other) == sum(first)
            }
            expected = Fraction(sum(w for w in ways.values() if w <= ways[first]), sum(ways.values()))
            assert freeman_halton(table) == expected


def test_what_is_no_table_or_too_large_is_refused():
    for table in ([[1, 2]], [[1, 2], [1, 2], [1, 2]], [[1, -2], [1, 1]], [[1, 2], [1]], [[], []], []):
        with pytest.raises(ValueError, match=r"^the table must have two rows of counts, of one length$"):
            freeman_halton(table)
    message = r"^more than 2,000,000 tables have these totals; use a chi-square test$"
    with pytest.raises(TooLargeError, match=message):
        freeman_halton([[100] * 6, [100] * 6])


def test_as_many_tables_as_allowed_are_computed(monkeypatch):
    """Totals 2 and 1: the first row holds 0 to 2 and 0 to 1 of them, 6 tables."""
    monkeypatch.setattr("oxymilk.stats.freeman_halton.MOST_TABLES", 6)
    assert freeman_halton([[2, 0], [0, 1]]) == Fraction(1, 3)
    monkeypatch.setattr("oxymilk.stats.freeman_halton.MOST_TABLES", 5)
    with pytest.raises(TooLargeError, match="more than 5 tables"):
        freeman_halton([[2, 0], [0, 1]])
