"""How a p-value is read: from the normal approximation, from a null distribution, from the untied table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Self

import numpy as np
import scipy

from oxymilk.stats.null import Lower, lower_from_counts
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.ranks import unique_rows

# Bound on |p - P| / P of an asymptotic p-value p at or above 1e-300, where P belongs to the exact z**2: the
# roundings of z (a few units in the last place) grow by z**2 < 1400; the tests measure it.
ASYMPTOTIC_RELATIVE_ERROR = 1e-12
_SMALLEST = 5e-324


@dataclass(frozen=True)
class TestResult:
    """What every rank test gives: numbers for one dataset, arrays for many.

    * p_value : p-value, in (0, 1]
    * p_fraction : the same as a fraction (one dataset; exact methods, and z = 0), else None
    * z : standardised W+ or U1, positive when post, or the first sample, tends to be larger. Asymptotic: by the
      procedure's switches. Exact: tie-corrected, without continuity correction, beside the p-value and not used for it
    * z_squared : z * abs(z) as a fraction (one dataset), else None
    * procedure : the procedure
    """

    p_value: float | np.ndarray
    p_fraction: Fraction | None
    z: float | np.ndarray
    z_squared: Fraction | None
    procedure: Procedure

    def of_one_dataset(self) -> Self:
        """Return the same with numbers in place of arrays of shape ()."""
        arrays = (np.ndarray, np.generic)
        return replace(self, **{k: v.item() for k, v in vars(self).items() if isinstance(v, arrays)})


def p_and_z(
    procedure: Procedure, standard: tuple, keys: np.ndarray, p_of: Callable[..., Fraction], most_work: float
) -> tuple[np.ndarray, Fraction | None, np.ndarray, Fraction | None]:
    """Return what every rank test gives of each dataset: p, the same as a fraction, z, and z * abs(z).

    standard : whole numbers D, A, B and C, each of shape (...) or (): z = D / sqrt(A B / C); 0, and p = 1, where A = 0
    keys, p_of : what an exact p-value depends on, shape (..., key); datasets of one key share p_of(*key, procedure)
    most_work : steps of an exact distribution, see `oxymilk.stats.null.MOST_WORK`
    """
    difference, variance, times, over = standard
    nothing = variance == 0
    difference = np.where(nothing, 0, difference)
    # floats: the integers would outgrow 64 bits before the samples outgrow their limit
    z = difference / np.sqrt(np.where(nothing, 1, variance.astype(float) * times / over))
    fraction = square = None
    if procedure.method == "asymptotic":
        p_value = np.where(nothing, 1.0, normal_p(z, procedure.alternative))
    else:
        distinct, inverse = unique_rows(keys.reshape(-1, keys.shape[-1]))
        fractions = [p_of(*key, procedure=procedure, most_work=most_work) for key in distinct.tolist()]
        # never 0, however small the fraction is
        p_value = np.array([max(float(p), _SMALLEST) for p in fractions])[inverse].reshape(z.shape)
        fraction = None if z.shape else fractions[0]
    if not z.shape:
        d, a, b, c = map(int, (difference, variance, times, over))
        square = Fraction(d * abs(d) * c, a * b) if d else Fraction(0)
        if not d and procedure.method == "asymptotic":
            fraction = Fraction(float(p_value))  # 1, or a half of one side
    return p_value, fraction, z, square


def normal_p(z: np.ndarray, alternative: str) -> np.ndarray:
    """Return the p-value, in (0, 1], of standard normal statistics, positive for "greater"; never 0, whatever z."""
    z = np.asarray(z, dtype=float)
    tail = {"two-sided": -np.abs(z), "greater": -z, "less": z}[alternative]
    tails = 2 if alternative == "two-sided" else 1
    return np.maximum(tails * scipy.special.ndtr(tail), _SMALLEST)


def towards_mean(difference: np.ndarray, step: int, alternative: str) -> np.ndarray:
    """Apply a continuity correction of `step` to a whole-numbered difference from the mean.

    Two-sided: towards 0 and never past it; greater: minus; less: plus.
    """
    if alternative == "two-sided":
        return np.sign(difference) * np.maximum(np.abs(difference) - step, 0)
    return difference - step if alternative == "greater" else difference + step


def exact_p(
    procedure: Procedure, t: int, lower: Lower, total: int, mean: Fraction, counts: tuple[int, ...] | None
) -> Fraction:
    """Read a p-value from an exact distribution; the outcomes as extreme as the observed one count half with mid_p.

    t, mean : the observed statistic, large values speak for "greater"; and the mean of T under the null hypothesis
    lower, total : t -> number of outcomes with T <= t; and the number of all outcomes
    counts : number of outcomes with T = 0, 1, ...; needed for "likelihood" only
    """

    def at(value: int) -> int:
        """Count the outcomes with T = value, for mid-p."""
        return lower(value) - lower(value - 1) if procedure.mid_p else 0

    # twice the number of outcomes, so that the halves of mid-p stay whole
    if procedure.alternative == "less":
        twice = 2 * lower(t) - at(t)
    elif procedure.alternative == "greater":
        twice = 2 * (total - lower(t - 1)) - at(t)
    elif procedure.two_sided == "doubled":
        smaller = min(lower(t), total - lower(t - 1))
        twice = min(2 * total, 2 * (2 * smaller - at(t)))
    elif procedure.two_sided == "likelihood":
        twice = 2 * sum(count for count in counts if count <= counts[t])
        twice -= sum(count for count in counts if count == counts[t]) if procedure.mid_p else 0
    else:
        # T at most `low` or at least `high` is as far from the mean as t; mean 7/2 and t = 5: T <= 2 or T >= 5
        low, high = mean - abs(t - mean), mean + abs(t - mean)
        if low == high:
            return Fraction(2 * total - at(t), 2 * total)
        twice = 2 * (lower(floor(low)) + total - lower(ceil(high) - 1))
        twice -= sum(at(int(end)) for end in (low, high) if end.denominator == 1)
    return Fraction(twice, 2 * total)


def untied_p(procedure: Procedure, t: Fraction, counts: tuple[int, ...]) -> Fraction:
    """Look a statistic t up in the table for untied ranks, by the rule for half ranks.

    counts : number of outcomes with T = 0, 1, ...; two-sided: twice the smaller tail, at most 1
    """
    lower = lower_from_counts(counts)
    total = lower(len(counts))
    down, up = floor(t), ceil(t)
    if procedure.half_integer == "conservative":
        down, up = up, down
    less, greater = Fraction(lower(down), total), Fraction(total - lower(up - 1), total)
    both = min(Fraction(1), 2 * min(less, greater))
    return {"less": less, "greater": greater, "two-sided": both}[procedure.alternative]
