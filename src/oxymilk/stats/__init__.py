"""Rank tests on tied data: every procedure that programs use, in exact arithmetic where it is exact."""

from oxymilk.stats.normal import ASYMPTOTIC_RELATIVE_ERROR
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts, rank_sum_test
from oxymilk.stats.ranks import difference_counts
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts, signed_rank_test

TestResult = SignedRankResult | RankSumResult

__all__ = [
    "ASYMPTOTIC_RELATIVE_ERROR",
    "Procedure",
    "RankSumResult",
    "SignedRankResult",
    "TestResult",
    "difference_counts",
    "rank_sum_counts",
    "rank_sum_test",
    "signed_rank_counts",
    "signed_rank_test",
]
