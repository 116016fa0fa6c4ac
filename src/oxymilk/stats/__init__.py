"""Rank tests on tied data: every procedure that programs use, in exact arithmetic where it is exact."""

from oxymilk.stats.effects import (
    Effect,
    between_effects,
    holm,
    least_p_value,
    standardised_difference,
    within_effects,
)
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.p_values import ASYMPTOTIC_RELATIVE_ERROR, TestResult
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.programs import (
    Program,
    ProgramResult,
    differences_of,
    evaluate_programs,
    evaluate_programs_counts,
    load_programs,
)
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts, rank_sum_test
from oxymilk.stats.ranks import difference_counts
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts, signed_rank_test

__all__ = [
    "ASYMPTOTIC_RELATIVE_ERROR", "Effect", "Procedure", "Program", "ProgramResult", "RankSumResult",
    "SignedRankResult", "TestResult", "TooLargeError", "between_effects", "difference_counts",
    "differences_of", "evaluate_programs", "evaluate_programs_counts", "holm", "least_p_value", "load_programs",
    "rank_sum_counts", "rank_sum_test", "signed_rank_counts", "signed_rank_test",
    "standardised_difference", "within_effects",
]  # fmt: skip
