"""p-values from the normal approximation."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

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
    if alternative == "two-sided":
        p = 2 * ndtr(-np.abs(z))
    else:
        p = ndtr(-z) if alternative == "greater" else ndtr(z)
    return np.maximum(p, _SMALLEST)


def towards_mean(difference: np.ndarray, step: int, alternative: str) -> np.ndarray:
    """Apply a continuity correction of `step` to a whole-numbered difference from the mean.

    Two-sided: towards 0 and never past it; greater: minus; less: plus.
    """
    if alternative == "two-sided":
        return np.sign(difference) * np.maximum(np.abs(difference) - step, 0)
    return difference - step if alternative == "greater" else difference + step
