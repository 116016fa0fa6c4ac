"""Ratios of two by two tables against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import Table2x2

from oxymilk.stats.count_tables import ratios


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
