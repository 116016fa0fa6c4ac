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
    "Procedure",
    "Program",
    "ProgramResult",
    "RankSumResult",
    "SignedRankResult",
    "TestResult",
    "TooLargeError",
    "difference_counts",
    "evaluate_programs",
    "evaluate_programs_counts",
    "load_programs",
    "rank_sum_counts",
    "rank_sum_test",
    "signed_rank_counts",
    "signed_rank_test",
]

# These need scipy.stats, half a second that the rank tests alone do not need.
_LAZY = {
    "Program": "programs",
    "ProgramResult": "programs",
    "evaluate_programs": "programs",
    "evaluate_programs_counts": "programs",
    "load_programs": "programs",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"oxymilk.stats.{_LAZY[name]}"), name)
