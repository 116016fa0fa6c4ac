"""How a p-value is read: from the normal approximation, from a null distribution, from the untied table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy.special import ndtr

from oxymilk.stats.null import lower_from_counts
from oxymilk.stats.procedure import Procedure

# Bound on |p - P| / P of an asymptotic p-value p at or above 1e-300, where P belongs to the exact z**2: the
# roundings of z (a few units in the last place) grow by z**2 < 1400; the tests measure it.
ASYMPTOTIC_RELATIVE_ERROR = 1e-12
_SMALLEST = 5e-324


def normal_p(z: np.ndarray, alternative: str) -> np.ndarray:
    """Return the p-value of a standard normal statistic; never 0, whatever z.

    Parameters
    ----------
    z : array of float
        Positive speaks for "greater".
    alternative : {"two-sided", "greater", "less"}

    Returns
    -------
    ndarray of float
        In (0, 1].
    """
    z = np.asarray(z, dtype=float)
    tail = {"two-sided": -np.abs(z), "greater": -z, "less": z}[alternative]
    tails = 2 if alternative == "two-sided" else 1
    return np.maximum(tails * ndtr(tail), _SMALLEST)


def as_float(p: Fraction) -> float:
    """Return an exact p-value as a float; never 0, however small it is."""
    return max(float(p), _SMALLEST)


def towards_mean(difference: np.ndarray, step: int, alternative: str) -> np.ndarray:
    """Apply a continuity correction of `step` to a whole-numbered difference from the mean.

    Two-sided: towards 0 and never past it; greater: minus; less: plus.
    """
    if alternative == "two-sided":
        return np.sign(difference) * np.maximum(np.abs(difference) - step, 0)
    return difference - step if alternative == "greater" else difference + step


def exact_p(
    procedure: Procedure,
    t: int,
    lower: Callable[[int], int],
    total: int,
    mean: Fraction,
    counts: tuple[int, ...] | None = None,
) -> Fraction:
    """Read a p-value from an exact distribution.

    Parameters
    ----------
    procedure : Procedure
        Its method is "exact"; alternative, two_sided and mid_p are used.
    t : int
        The observed statistic; large values speak for "greater".
    lower : callable
        t -> number of outcomes with T <= t.
    total : int
        Number of all outcomes.
    mean : Fraction
        Mean of T under the null hypothesis.
    counts : tuple of int, optional
        Number of outcomes with T = 0, 1, ...; needed for "likelihood" only.

    Returns
    -------
    Fraction
        In (0, 1].
    """
    # twice the count of outcomes, so that mid-p's halves stay whole
    if procedure.alternative == "less":
        twice = 2 * lower(t) - (lower(t) - lower(t - 1) if procedure.mid_p else 0)
    elif procedure.alternative == "greater":
        below = lower(t - 1)
        twice = 2 * (total - below) - (lower(t) - below if procedure.mid_p else 0)
    elif procedure.two_sided == "doubled":
        at_most, below = lower(t), lower(t - 1)
        half_point = at_most - below if procedure.mid_p else 0
        twice = min(2 * total, 2 * (2 * min(at_most, total - below) - half_point))
    elif procedure.two_sided == "distance":
        twice = _twice_as_far(t, lower, total, mean, procedure.mid_p)
    else:
        same = counts[t]
        no_likelier = sum(count for count in counts if count <= same)
        equally = sum(count for count in counts if count == same)
        twice = 2 * no_likelier - (equally if procedure.mid_p else 0)
    return Fraction(twice, 2 * total)


def _twice_as_far(t: int, lower: Callable[[int], int], total: int, mean: Fraction, mid_p: bool) -> int:
    distance = abs(t - mean)
    if distance == 0 and not mid_p:
        return 2 * total
    down, up = mean - distance, mean + distance
    below, above = down.__floor__(), up.__ceil__()
    at_most = lower(below)
    less = lower(above - 1)
    if not mid_p:
        return 2 * (at_most + total - less)
    if distance == 0:
        return 2 * total - (at_most - lower(below - 1))
    points = (at_most - lower(below - 1)) if below == down else 0
    points += (lower(above) - less) if above == up else 0
    return 2 * (at_most + total - less) - points


def untied_p(procedure: Procedure, t: Fraction, counts: tuple[int, ...]) -> Fraction:
    """Look a statistic up in the table for untied ranks, by the rule for half ranks.

    Parameters
    ----------
    procedure : Procedure
        Its method is "exact_untied"; alternative and half_integer are used.
    t : Fraction
        The observed statistic, with mid-ranks a multiple of one half.
    counts : tuple of int
        Number of outcomes with T = 0, 1, ...

    Returns
    -------
    Fraction
        In (0, 1]; two-sided: twice the smaller tail, at most 1.
    """
    lower = lower_from_counts(counts)
    total = lower(len(counts))
    down, up = t.__floor__(), t.__ceil__()
    if procedure.half_integer == "conservative":
        down, up = up, down
    less, greater = Fraction(lower(down), total), Fraction(total - lower(up - 1), total)
    if procedure.alternative == "less":
        return less
    if procedure.alternative == "greater":
        return greater
    return min(Fraction(1), 2 * min(less, greater))
