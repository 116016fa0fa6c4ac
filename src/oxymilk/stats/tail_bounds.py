"""Upper bounds of tails of permutation distributions: what lies below alpha by its bound needs no exact tail.

For every t > 0, P(S >= s) <= E(exp(t S)) / exp(t s) (Chernoff 1952, doi:10.1214/aoms/1177729330). For sign flips the
expectation is a product; for samples it is at most that of as many draws with replacement (Hoeffding 1963,
section 6, doi:10.1080/01621459.1963.10500830).
"""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np

# t, as shares of the one that is best for a normal distribution
_SHARES = np.array([0.6, 0.8, 1.0, 1.2, 1.5, 2.0])


def sample_tail_bound(sizes: np.ndarray, scores: np.ndarray, drawn: int, total: float) -> float:
    """Bound the share of samples of `drawn` observations whose scores sum to at least `total`.

    Parameters
    ----------
    sizes, scores : ndarray, shape (K,)
        How many observations have each score.
    drawn : int
        Size of the sample.
    total : float
        A sum of scores.

    Returns
    -------
    float
        At least that share; at most 1.
    """
    n, whole = sizes.sum(), (sizes * scores).sum()
    # whole numbers until the division: equal scores have no spread, not that of rounding
    around, above = (n * scores - whole) / n, float((n * total - drawn * whole) / n)
    shares = sizes / n
    variance = drawn * float((shares * around**2).sum())
    return _bound(above, variance, lambda t: drawn * np.logaddexp.reduce(np.log(shares) + t * around))


def flip_tail_bound(sizes: np.ndarray, scores: np.ndarray, total: float) -> float:
    """Bound the share of sign patterns whose positive scores sum to at least `total`; see `sample_tail_bound`."""
    halves = scores / 2
    variance = float((sizes * halves**2).sum())
    return _bound(
        total - float((sizes * halves).sum()),
        variance,
        # the logarithm of a hyperbolic cosine
        lambda t: float((sizes * (np.logaddexp(t * halves, -t * halves) - log(2))).sum()),
    )


def _bound(above: float, variance: float, log_moment: Callable[[float], float]) -> float:
    if above <= 0 or variance == 0:
        return 1.0
    exponents = [log_moment(t) - t * above for t in _SHARES * above / variance]
    return float(min(1.0, np.exp(min(exponents))))
