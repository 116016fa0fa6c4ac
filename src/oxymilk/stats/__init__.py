"""Rank tests on tied data: every procedure that programs use, in exact arithmetic where it is exact."""

from importlib import import_module
from typing import Any

# what is exported, by its module
_MODULES = {
    "effects": (
        "Effect", "between_effects", "holm", "least_p_value", "standardised_difference", "within_effects",
    ),
    "null": ("TooLargeError",),
    "p_values": ("ASYMPTOTIC_RELATIVE_ERROR", "TestResult"),
    "procedure": ("Procedure",),
    "programs": (
        "Program", "ProgramResult", "differences_of", "evaluate_programs", "evaluate_programs_counts", "load_programs",
    ),
    "rank_sum": ("RankSumResult", "rank_sum_counts", "rank_sum_test"),
    "ranks": ("difference_counts",),
    "signed_rank": ("SignedRankResult", "signed_rank_counts", "signed_rank_test"),
}  # fmt: skip
__all__ = sorted(name for names in _MODULES.values() for name in names)


def __getattr__(name: str) -> Any:
    """Load what is exported when it is asked for: what only names a procedure does without numpy."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"oxymilk.stats.{module}"), name)
    raise AttributeError(name)
