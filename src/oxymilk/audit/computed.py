"""The old door to recomputed values; see `oxymilk.audit.recompute`."""

from fractions import Fraction

from oxymilk.audit.recompute import Tables, Undefined

__all__ = ["Results", "Undefined"]


def Results(study, frequencies, tests):  # noqa: N802
    """Return `Tables` with the study's alpha."""
    return Tables(Fraction(str(study.alpha)), frequencies, tests)
