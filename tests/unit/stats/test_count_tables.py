"""Ratios of two by two tables against statsmodels; exact chi-square by enumeration; arrays as their tables alone."""

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.contingency_tables import Table2x2

from oxymilk.stats.count_tables import CHI_SQUARES, exact_tests, ratios


@pytest.mark.parametrize("table", [[[0, 10], [7, 3]], [[1, 8], [15, 6]], [[30, 20], [15, 35]]])
@pytest.mark.parametrize("confidence", [0.95, 0.9])
def test_ratios_and_their_intervals(table, confidence):
    z = {0.95: 1.959963984540054, 0.9: 1.6448536269514722}[confidence]
    found, theirs = ratios(np.array(table), z), Table2x2(np.array(table))
    if not np.all(table):
        assert found == {}
        return
    odds = (theirs.oddsratio, *theirs.oddsratio_confint(1 - confidence))
    risks = (theirs.riskratio, *theirs.riskratio_confint(1 - confidence))
    assert {"odds_ratio": pytest.approx(odds), "risk_ratio": pytest.approx(risks)} == found


@pytest.mark.parametrize("table", [[[3, 7], [9, 1]], [[3, 7, 1], [9, 1, 2]], [[2, 0, 4], [1, 5, 1]]])
def test_the_exact_chi_square_counts_every_table_of_the_margins(table):
    sizes, n1 = np.sum(table, axis=0).tolist(), sum(table[0])
    ways = {}
    for first in product(*(range(size + 1) for size in sizes)):
        if sum(first) == n1:
            other = np.array([first, np.subtract(sizes, first)])
            square = chi2_contingency(other, correction=False).statistic
            ways[first] = square, prod(map(comb, sizes, first))
    observed = ways[tuple(table[0])][0]
    beyond = sum(count for square, count in ways.values() if square >= observed * (1 - 1e-9))
    assert exact_tests(np.array(table))["pearson_exact"] == pytest.approx(beyond / comb(sum(sizes), n1))


@pytest.mark.parametrize("name", CHI_SQUARES)
def test_each_table_of_an_array_has_its_own_statistic(name):
    tables = np.array([[[2, 1, 0], [1, 3, 2], [0, 1, 4]], [[1, 0, 2], [3, 1, 1], [0, 2, 2]]])
    tables = tables if "mcnemar" not in name and name != "yates" else tables[:, :2, :2]
    alone = [CHI_SQUARES[name](table[None])[0][0] for table in tables]
    assert CHI_SQUARES[name](tables)[0].tolist() == pytest.approx(alone, nan_ok=True)
