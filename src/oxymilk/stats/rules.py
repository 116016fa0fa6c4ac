"""When a program prints a line unasked: its choice by sample size, ties and zeros.

programs.yaml names these rules and gives the source of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Situation:
    """What a program may look at when it chooses; integer or boolean arrays, one element a dataset.

    * n : pairs (zeros counted), or all participants of both groups
    * n_zero : pairs without a difference (0 for two groups)
    * n1, n2 : sizes of the groups (pairs: n and 0)
    * ties : two of the ranked values are equal (pairs: two of the sizes of the nonzero differences)
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


Rule = Callable[[Situation], np.ndarray]

# An exact line; under the same stem with _asymptotic the line that is printed otherwise.
_EXACT: dict[str, Rule] = {
    # pairs
    "r_signed_rank": lambda s: (s.n_used < 50) & (s.n_zero == 0) & ~s.ties,  # before 4.6
    "r_4_6_signed_rank": lambda s: s.n < 50,  # zeros count, ties do not matter
    "exactranktests_signed_rank": lambda s: s.n_used < 50,
    "scipy_1_5_wilcoxon": lambda s: (s.n <= 25) & (s.n_zero == 0),  # ties are not looked at
    "scipy_1_9_wilcoxon": lambda s: (s.n <= 50) & (s.n_zero == 0),
    "prism_5_wilcoxon": lambda s: (s.n_used < 15) & ~s.ties,
    "prism_wilcoxon": lambda s: s.n < 200,
    # two groups
    "r_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50) & ~s.ties,  # before 4.6
    "r_4_6_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50),
    "exactranktests_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50),
    "scipy_1_7_mannwhitneyu": lambda s: ~s.ties & (np.minimum(s.n1, s.n2) <= 8),
    "prism_mann_whitney": lambda s: np.minimum(s.n1, s.n2) <= 100,
}
RULES: dict[str, Rule] = {
    "always": lambda s: np.ones(s.n.shape, dtype=bool),
    "on_request": lambda s: np.zeros(s.n.shape, dtype=bool),
    **{f"{stem}_exact": rule for stem, rule in _EXACT.items()},
    **{f"{stem}_asymptotic": lambda s, rule=rule: ~rule(s) for stem, rule in _EXACT.items()},
    # from 1.15 a third way: zeros or ties and up to 13 pairs, the zeros counted (2^13 < 9999 resamples)
    "scipy_1_15_wilcoxon_exact": lambda s: (s.n <= 50) & (s.n_zero == 0) & ~s.ties,
    "scipy_1_15_wilcoxon_permutation": lambda s: (s.n <= 13) & ((s.n_zero > 0) | s.ties),
    "scipy_1_15_wilcoxon_asymptotic": lambda s: (
        ~RULES["scipy_1_15_wilcoxon_exact"](s) & ~RULES["scipy_1_15_wilcoxon_permutation"](s)
    ),
    "stata_signrank_exact": lambda s: s.n <= 200,  # from 16.1
    "stata_ranksum_exact": lambda s: s.n <= 200,
    "sas_univariate_exact": lambda s: s.n_used <= 20,
    "sas_univariate_t": lambda s: s.n_used > 20,
    "spss_binomial": lambda s: s.n_used <= 25,  # McNemar and sign test
    "spss_asymptotic": lambda s: s.n_used > 25,
    # n1 n2 <= 400 and n1 n2 / 2 + min(n1, n2) <= 220: the first makes the second true
    "spss_mann_whitney_exact": lambda s: s.n1 * s.n2 <= 400,
}
