"""Rank tests on tied data: every procedure that programs use, in exact arithmetic where it is exact."""

from importlib import import_module

from oxymilk.stats.null import TooLargeError
from oxymilk.stats.p_values import ASYMPTOTIC_RELATIVE_ERROR
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts, rank_sum_test
from oxymilk.stats.ranks import difference_counts
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts, signed_rank_test

TestResult = SignedRankResult | RankSumResult

__all__ = [
    "ASYMPTOTIC_RELATIVE_ERROR",
    "Effect",
    "Procedure",
    "Program",
    "ProgramResult",
    "RankSumResult",
    "SignedRankResult",
    "TestResult",
    "TooLargeError",
    "between_effects",
    "difference_counts",
    "evaluate_programs",
    "evaluate_programs_counts",
    "holm",
    "least_p_value",
    "load_programs",
    "rank_sum_counts",
    "rank_sum_test",
    "signed_rank_counts",
    "signed_rank_test",
    "within_effects",
]

# These need scipy.stats and statsmodels: half a second and more that the rank tests alone do not need.
_LAZY = {
    "Effect": "effects",
    "Program": "programs",
    "ProgramResult": "programs",
    "between_effects": "effects",
    "evaluate_programs": "programs",
    "evaluate_programs_counts": "programs",
    "holm": "effects",
    "least_p_value": "effects",
    "load_programs": "programs",
    "within_effects": "effects",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"oxymilk.stats.{_LAZY[name]}"), name)
