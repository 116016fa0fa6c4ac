"""Distinct datasets in count space, and the calculations of programs.yaml that are no Procedure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oxymilk.stats import other_tests, two_by_two
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts
from oxymilk.stats.rules import Facts
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts


@dataclass(frozen=True)
class Pairs:
    """Distinct datasets of pairs.

    * negative, positive : counts of differences by size, shape (D, M)
    * zeros : counts, shape (D,)
    * sizes : the M sizes
    * dichotomous : at most two levels occur, shape (D,)
    """

    negative: np.ndarray
    positive: np.ndarray
    zeros: np.ndarray
    sizes: np.ndarray
    dichotomous: np.ndarray

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        counts = self.negative + self.positive
        n = counts.sum(axis=1) + self.zeros
        return Facts(n, self.zeros, n, np.zeros_like(n), (counts > 1).any(axis=1))

    def rank(self, procedure: Procedure) -> SignedRankResult:
        """Run the rank test."""
        return signed_rank_counts(self.negative, self.positive, self.zeros, procedure)

    @property
    def changes(self) -> tuple[np.ndarray, np.ndarray]:
        """Participants that fell and rose."""
        return self.negative.sum(axis=1), self.positive.sum(axis=1)


@dataclass(frozen=True)
class Groups:
    """Distinct datasets of two groups.

    * tables : counts, shape (D, 2, K)
    * scores : the number of each level, shape (K,)
    """

    tables: np.ndarray
    scores: np.ndarray

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        n1, n2 = self.tables[:, 0].sum(axis=1), self.tables[:, 1].sum(axis=1)
        ties = (self.tables.sum(axis=1) > 1).any(axis=1)
        return Facts(n1 + n2, np.zeros_like(n1), n1, n2, ties)

    def rank(self, procedure: Procedure) -> RankSumResult:
        """Run the rank test."""
        return rank_sum_counts(self.tables, procedure)


Data = Pairs | Groups


# ---- calculations that are no Procedure ----------------------------------------------------------------


def _dichotomous(calculate: Callable) -> Callable[[Pairs], np.ndarray]:
    """McNemar's test is for two levels; nan where there are more."""

    def calculation(data: Pairs) -> np.ndarray:
        return np.where(data.dichotomous, calculate(*data.changes), np.nan)

    return calculation


def _floored(less: Procedure, greater: Procedure) -> Callable[[Pairs], np.ndarray]:
    """Twice the smaller tail of the untied table at the statistic cut to an integer (scipy before 1.14)."""

    def calculation(data: Pairs) -> np.ndarray:
        return np.minimum(1, 2 * np.minimum(data.rank(less).p_value, data.rank(greater).p_value))

    return calculation


def _untied(alternative: str, half_integer: str) -> Procedure:
    return Procedure("exact_untied", alternative, half_integer=half_integer)


_ASYMPTOTIC = Procedure("asymptotic")
_CORRECTED = Procedure("asymptotic", continuity=True)


def smaller_tail(data: Data, procedure: Procedure) -> np.ndarray:
    """Return the smaller of the two one-sided p-values."""
    tails = [data.rank(procedure.with_alternative(a)).p_value for a in ("greater", "less")]
    return np.minimum(*tails)


# name: (words, calculation); post - pre is "up", so W of scipy's wilcoxon(pre, post) is W-
OTHER: dict[str, tuple[str, Callable[[Data], np.ndarray]]] = {
    "signed_rank_floored_pre_post": (
        "exact table for untied ranks, two-sided by doubling, the rank sum of falls cut to an integer",
        _floored(_untied("less", "conservative"), _untied("greater", "natural")),
    ),
    "signed_rank_floored_post_pre": (
        "exact table for untied ranks, two-sided by doubling, the rank sum of rises cut to an integer",
        _floored(_untied("less", "natural"), _untied("greater", "conservative")),
    ),
    "sas_signed_rank_t": (
        "signed-rank statistic against Student t",
        lambda data: other_tests.sas_signed_rank_t(data.rank(_ASYMPTOTIC).z, data.facts.n_used),
    ),
    "sas_rank_sum_t": (
        "rank-sum z, continuity-corrected, against Student t",
        lambda data: other_tests.sas_rank_sum_t(data.rank(_CORRECTED).z, data.facts.n),
    ),
    "rank_sum_half_corrected": (
        "normal approximation, one tail, tie-corrected, continuity correction",
        lambda data: other_tests.rank_sum_half_corrected(smaller_tail(data, _CORRECTED)),
    ),
    "mcnemar_exact": ("exact McNemar test", _dichotomous(two_by_two.mcnemar_exact)),
    "mcnemar": ("McNemar chi-square, uncorrected", _dichotomous(two_by_two.mcnemar)),
    "mcnemar_edwards": ("McNemar chi-square, Edwards' correction", _dichotomous(two_by_two.mcnemar_edwards)),
    "mcnemar_edwards_r": (
        "McNemar chi-square, Edwards' correction unless the changes balance",
        _dichotomous(two_by_two.mcnemar_edwards_r),
    ),
    "sign_exact": ("exact sign test", lambda data: two_by_two.mcnemar_exact(*data.changes)),
    "sign_corrected": (
        "sign test, normal approximation, continuity correction",
        lambda data: two_by_two.mcnemar_edwards(*data.changes),
    ),
    "paired_t": (
        "paired t-test",
        lambda data: other_tests.paired_t(data.negative, data.positive, data.zeros, data.sizes),
    ),
    "chi_square": ("Pearson chi-square, uncorrected", lambda data: two_by_two.chi_square(data.tables)),
    "chi_square_yates": (
        "Pearson chi-square, Yates' correction",
        lambda data: two_by_two.chi_square_yates(data.tables),
    ),
    "likelihood_ratio": (
        "likelihood-ratio chi-square",
        lambda data: two_by_two.likelihood_ratio(data.tables),
    ),
    "fisher": ("Fisher's exact test, two-sided", lambda data: two_by_two.fisher(data.tables)),
    "fisher_one_sided": (
        "Fisher's exact test, one-sided",
        lambda data: two_by_two.fisher_one_sided(data.tables),
    ),
    "boschloo": ("Boschloo's exact test, two-sided", lambda data: two_by_two.boschloo(data.tables)),
    "linear_by_linear": (
        "linear-by-linear association",
        lambda data: other_tests.linear_by_linear(data.tables, data.scores),
    ),
    "student_t": ("Student t-test", lambda data: other_tests.student_t(data.tables, data.scores)),
    "welch_t": ("Welch t-test", lambda data: other_tests.welch_t(data.tables, data.scores)),
}
