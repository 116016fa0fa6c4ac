"""When a program prints a line: its choice by sample size, ties and zeros, as code.

Every rule takes `Facts` (arrays, one element a dataset) and returns an array of booleans. programs.yaml names them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Facts:
    """What a rule may look at; integer or boolean arrays of equal shape.

    * n : pairs (zeros counted), or all participants of both groups
    * n_zero : pairs without a difference (0 for two groups)
    * n1, n2 : sizes of the groups (pairs: n and 0)
    * ties : two of the ranked values are equal (pairs: of the sizes of the nonzero differences)
    """

    n: np.ndarray
    n_zero: np.ndarray
    n1: np.ndarray
    n2: np.ndarray
    ties: np.ndarray

    @property
    def n_used(self) -> np.ndarray:
        """Pairs with a difference."""
        return self.n - self.n_zero


Rule = Callable[[Facts], np.ndarray]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Enter a rule under its own name."""
    RULES[function.__name__] = function
    return function


@rule
def always(facts: Facts) -> np.ndarray:
    """Whatever the data."""
    return np.ones(facts.n.shape, dtype=bool)


@rule
def on_request(facts: Facts) -> np.ndarray:
    """Never unless the user asks for it."""
    return np.zeros(facts.n.shape, dtype=bool)


# ---- signed-rank ---------------------------------------------------------------------------------------


@rule
def r_signed_rank_exact(facts: Facts) -> np.ndarray:
    """R before 4.6: fewer than 50 differences, no zero among them, no ties."""
    return (facts.n_used < 50) & (facts.n_zero == 0) & ~facts.ties


@rule
def r_signed_rank_asymptotic(facts: Facts) -> np.ndarray:
    """R before 4.6: the rest."""
    return ~r_signed_rank_exact(facts)


@rule
def r_4_6_signed_rank_exact(facts: Facts) -> np.ndarray:
    """R from 4.6: fewer than 50 pairs, the zeros counted; ties and zeros do not matter."""
    return facts.n < 50


@rule
def r_4_6_signed_rank_asymptotic(facts: Facts) -> np.ndarray:
    """R from 4.6: the rest."""
    return facts.n >= 50


@rule
def exactranktests_signed_rank_exact(facts: Facts) -> np.ndarray:
    """With exactRankTests: fewer than 50 nonzero differences."""
    return facts.n_used < 50


@rule
def exactranktests_signed_rank_asymptotic(facts: Facts) -> np.ndarray:
    """With exactRankTests: the rest."""
    return facts.n_used >= 50


@rule
def scipy_1_5_wilcoxon_exact(facts: Facts) -> np.ndarray:
    """With scipy 1.5 to 1.8: up to 25 pairs, no zero; ties are not looked at."""
    return (facts.n <= 25) & (facts.n_zero == 0)


@rule
def scipy_1_5_wilcoxon_asymptotic(facts: Facts) -> np.ndarray:
    """With scipy 1.5 to 1.8: the rest."""
    return ~scipy_1_5_wilcoxon_exact(facts)


@rule
def scipy_1_9_wilcoxon_exact(facts: Facts) -> np.ndarray:
    """With scipy 1.9 to 1.14: up to 50 pairs, no zero; ties are not looked at."""
    return (facts.n <= 50) & (facts.n_zero == 0)


@rule
def scipy_1_9_wilcoxon_asymptotic(facts: Facts) -> np.ndarray:
    """With scipy 1.9 to 1.14: the rest."""
    return ~scipy_1_9_wilcoxon_exact(facts)


@rule
def scipy_1_15_wilcoxon_exact(facts: Facts) -> np.ndarray:
    """With scipy from 1.15: up to 50 pairs, neither zeros nor ties."""
    return (facts.n <= 50) & (facts.n_zero == 0) & ~facts.ties


@rule
def scipy_1_15_wilcoxon_permutation(facts: Facts) -> np.ndarray:
    """With scipy from 1.15: zeros or ties and up to 13 pairs, the zeros counted (2^13 < 9999 resamples)."""
    return (facts.n <= 13) & ((facts.n_zero > 0) | facts.ties)


@rule
def scipy_1_15_wilcoxon_asymptotic(facts: Facts) -> np.ndarray:
    """With scipy from 1.15: the rest."""
    return ~scipy_1_15_wilcoxon_exact(facts) & ~scipy_1_15_wilcoxon_permutation(facts)


@rule
def stata_signrank_exact(facts: Facts) -> np.ndarray:
    """Stata from 16.1: up to 200 pairs."""
    return facts.n <= 200


@rule
def sas_univariate_exact(facts: Facts) -> np.ndarray:
    """SAS UNIVARIATE: up to 20 nonzero differences."""
    return facts.n_used <= 20


@rule
def sas_univariate_t(facts: Facts) -> np.ndarray:
    """SAS UNIVARIATE: more than 20 nonzero differences."""
    return facts.n_used > 20


@rule
def prism_5_wilcoxon_exact(facts: Facts) -> np.ndarray:
    """Prism 5: fewer than 15 pairs with a difference, no ties."""
    return (facts.n_used < 15) & ~facts.ties


@rule
def prism_5_wilcoxon_asymptotic(facts: Facts) -> np.ndarray:
    """Prism 5: the rest."""
    return ~prism_5_wilcoxon_exact(facts)


@rule
def prism_wilcoxon_exact(facts: Facts) -> np.ndarray:
    """Prism from 6: fewer than 200 pairs."""
    return facts.n < 200


@rule
def prism_wilcoxon_asymptotic(facts: Facts) -> np.ndarray:
    """Prism from 6: 200 pairs or more."""
    return facts.n >= 200


@rule
def spss_binomial(facts: Facts) -> np.ndarray:
    """SPSS McNemar and sign test: the binomial distribution up to 25 changes."""
    return facts.n_used <= 25


@rule
def spss_asymptotic(facts: Facts) -> np.ndarray:
    """SPSS McNemar and sign test: more than 25 changes."""
    return facts.n_used > 25


# ---- rank-sum ------------------------------------------------------------------------------------------


@rule
def spss_mann_whitney_exact(facts: Facts) -> np.ndarray:
    """SPSS: n1 n2 <= 400 and n1 n2 / 2 + min(n1, n2) <= 220; ties are not looked at."""
    # the first makes the smaller group 20 at most, and with it the second true
    return facts.n1 * facts.n2 <= 400


@rule
def r_rank_sum_exact(facts: Facts) -> np.ndarray:
    """R before 4.6: fewer than 50 in each group, no ties."""
    return r_4_6_rank_sum_exact(facts) & ~facts.ties


@rule
def r_rank_sum_asymptotic(facts: Facts) -> np.ndarray:
    """R before 4.6: the rest."""
    return ~r_rank_sum_exact(facts)


@rule
def r_4_6_rank_sum_exact(facts: Facts) -> np.ndarray:
    """R from 4.6: fewer than 50 in each group."""
    return (facts.n1 < 50) & (facts.n2 < 50)


@rule
def r_4_6_rank_sum_asymptotic(facts: Facts) -> np.ndarray:
    """R from 4.6: the rest."""
    return ~r_4_6_rank_sum_exact(facts)


@rule
def exactranktests_rank_sum_exact(facts: Facts) -> np.ndarray:
    """With exactRankTests: fewer than 50 in each group."""
    return (facts.n1 < 50) & (facts.n2 < 50)


@rule
def exactranktests_rank_sum_asymptotic(facts: Facts) -> np.ndarray:
    """With exactRankTests: the rest."""
    return ~exactranktests_rank_sum_exact(facts)


@rule
def scipy_1_7_mannwhitneyu_exact(facts: Facts) -> np.ndarray:
    """With scipy from 1.7: no ties and a group of 8 or fewer."""
    return ~facts.ties & (np.minimum(facts.n1, facts.n2) <= 8)


@rule
def scipy_1_7_mannwhitneyu_asymptotic(facts: Facts) -> np.ndarray:
    """With scipy from 1.7: the rest."""
    return ~scipy_1_7_mannwhitneyu_exact(facts)


@rule
def stata_ranksum_exact(facts: Facts) -> np.ndarray:
    """Stata from 16.1: up to 200 participants."""
    return facts.n <= 200


@rule
def prism_mann_whitney_exact(facts: Facts) -> np.ndarray:
    """Prism from 6: up to 100 in the smaller group."""
    return np.minimum(facts.n1, facts.n2) <= 100


@rule
def prism_mann_whitney_asymptotic(facts: Facts) -> np.ndarray:
    """Prism from 6: more than 100 in the smaller group."""
    return ~prism_mann_whitney_exact(facts)
