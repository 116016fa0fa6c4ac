"""Exact null distributions, in whole numbers, and the p-values read from them.

A distribution here is a number of equally likely outcomes for each value of an integer statistic T. Counts
are Python integers wherever 64 bits would not hold them: every exact p-value is a fraction, not an estimate.

* Sign flips (signed-rank): the polynomial prod_k (1 + q^a_k)^t_k, its coefficients packed into one long
  integer; one shift and one addition for each observation.
* Samples without replacement (rank-sum): only K - 2 of the K tie groups' counts are free. Groups are joined
  from both ends into states (observations drawn, score so far), and one group in the middle is enumerated.
* Untied ranks: the same polynomial with a_k = k, and the Gaussian binomial coefficient.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd

import numpy as np

from oxymilk.stats.procedure import Procedure

MEMORY_LIMIT = 2**30  # bytes


def refuse_if_larger(needed: float, what: str) -> None:
    """Refuse a distribution that would not fit, before anything is allocated.

    Raises
    ------
    MemoryError
        If `needed` bytes are more than `MEMORY_LIMIT`; names the way out.
    """
    if needed > MEMORY_LIMIT:
        raise MemoryError(
            f"{what} needs about {needed / 2**30:.1f} GiB, more than the limit of "
            f"{MEMORY_LIMIT / 2**30:g} GiB; "
            'use method="asymptotic", which is close at this size'
        )


# ---- sign flips --------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def flip_counts(sizes: tuple[int, ...], scores: tuple[int, ...]) -> tuple[int, ...]:
    """Count the sign patterns for each score sum of the positive observations.

    Parameters
    ----------
    sizes, scores : tuple of int, positive, of equal length
        Observations in each tie group, and the score of each of its observations.

    Returns
    -------
    tuple of int
        Number of the 2^n patterns with T = 0, 1, ..., sum(sizes * scores).
    """
    n, top = sum(sizes), sum(t * a for t, a in zip(sizes, scores, strict=True))
    width = n // 8 + 1  # bytes a coefficient: none exceeds 2^n
    refuse_if_larger((top + 1) * (3 * width + 48 + width), f"The exact distribution of {n} signed ranks")
    packed = 1
    for size, score in zip(sizes, scores, strict=True):
        for _ in range(size):
            packed += packed << (8 * width * score)
    return _unpack(packed, width, top + 1)


def _unpack(packed: int, width: int, n: int) -> tuple[int, ...]:
    data = packed.to_bytes(width * n, "little")
    return tuple(int.from_bytes(data[i : i + width], "little") for i in range(0, width * n, width))


@lru_cache(maxsize=256)
def _cumulated(counts: tuple[int, ...]) -> tuple[int, ...]:
    total, sums = 0, []
    for count in counts:
        total += count
        sums.append(total)
    return tuple(sums)


def lower_from_counts(counts: tuple[int, ...]) -> Callable[[int], int]:
    """Return the function t -> number of outcomes with T <= t, for outcomes counted from T = 0."""
    sums = _cumulated(counts)

    def lower(t: int) -> int:
        return 0 if t < 0 else sums[min(t, len(sums) - 1)]

    return lower


# ---- samples without replacement ---------------------------------------------------------------------------


@lru_cache(maxsize=64)
def sample_counts(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int) -> tuple[int, ...]:
    """Count the samples of `drawn` observations for each score sum.

    Parameters
    ----------
    sizes, scores : tuple of int
        Observations in each tie group, and the score of each of its observations (not negative).
    drawn : int
        Size of the sample.

    Returns
    -------
    tuple of int
        Number of the comb(sum(sizes), drawn) samples with T = 0, 1, ..., the largest possible.
    """
    n = sum(sizes)
    top = sum(sorted((a for t, a in zip(sizes, scores, strict=True) for _ in range(t)), reverse=True)[:drawn])
    width = comb(n, drawn).bit_length() // 8 + 1
    refuse_if_larger((top + 1) * width * (drawn + 1), f"The exact distribution of {drawn} of {n} tied ranks")
    packed = [1] + [0] * drawn
    seen = 0
    for size, score in zip(sizes, scores, strict=True):
        shift = 8 * width * score
        for _ in range(size):
            seen += 1
            for j in range(min(drawn, seen), max(0, drawn - (n - seen) - 1), -1):
                packed[j] += packed[j - 1] << shift
    return _unpack(packed[drawn], width, top + 1)


@lru_cache(maxsize=64)
def untied_sample_counts(n1: int, n2: int) -> tuple[int, ...]:
    """Count the orderings of n1 + n2 untied values for each Mann-Whitney U.

    Returns
    -------
    tuple of int
        Number of orderings with U = 0, 1, ..., n1 * n2 (Gaussian binomial).
    """
    few, many = sorted((n1, n2))
    half = few * many // 2
    bits = comb(few + many, few).bit_length()
    refuse_if_larger((half + 1) * (2 * bits / 8 + 64), f"The exact distribution of U for {n1} + {n2} values")
    coefficients = np.zeros(half + 1, dtype=np.int64 if bits < 62 else object)
    coefficients[0] = 1
    for i in range(1, few + 1):
        # times (1 - q^(many + i)); the right side is read before it is written
        if many + i <= half:
            coefficients[many + i :] = coefficients[many + i :] - coefficients[: -(many + i)]
        # divided by (1 - q^i): running sums with stride i
        rows = -(-(half + 1) // i)
        padded = np.zeros(rows * i, dtype=coefficients.dtype)
        padded[: half + 1] = coefficients
        coefficients = np.add.accumulate(padded.reshape(rows, i), axis=0).reshape(-1)[: half + 1]
    lower = coefficients.tolist()
    return tuple(lower + lower[: few * many - half][::-1])


class _States:
    """Ways to draw from some tie groups: observations drawn, score so far, number of ways."""

    def __init__(self, stride: int) -> None:
        self.stride = stride  # keys are drawn * stride + score
        self.keys = np.zeros(1, dtype=np.int64)
        self.ways = np.ones(1, dtype=object)

    def joined(self, size: int, score: int, drawn: int) -> _States:
        """Add a tie group, keeping the states that draw at most `drawn`."""
        taken = np.arange(min(size, drawn) + 1, dtype=np.int64)
        chosen = np.array([comb(size, int(i)) for i in taken], dtype=object)
        keys = (self.keys[:, None] + taken * (self.stride + score)).reshape(-1)
        ways = (self.ways[:, None] * chosen).reshape(-1)
        keep = keys < (drawn + 1) * self.stride
        keys, ways = keys[keep], ways[keep]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        new = _States(self.stride)
        new.keys = keys[first]
        new.ways = np.add.reduceat(ways[order], first)
        return new


def sample_lower(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int) -> Callable[[int], int]:
    """Return the function t -> number of samples of `drawn` observations with score sum T <= t.

    Parameters
    ----------
    sizes, scores : tuple of int, of equal length, at least 2
        Observations in each tie group, and the score of each of its observations (not negative).
    drawn : int
        Size of the sample.

    Notes
    -----
    Nothing is approximated: where counts outgrow 64 bits they are Python integers.
    """
    stride = sum(t * a for t, a in zip(sizes, scores, strict=True)) + 1
    left, right = _States(stride), _States(stride)
    low, high = 0, len(sizes) - 1
    while low < high:
        # grow the smaller side, so that both stay small
        if len(left.keys) * (sizes[low] + 1) <= len(right.keys) * (sizes[high] + 1):
            left, low = left.joined(sizes[low], scores[low], drawn), low + 1
        else:
            right, high = right.joined(sizes[high], scores[high], drawn), high - 1
    middle_size, middle_score = sizes[low], scores[low]
    sums = np.concatenate([np.zeros(1, dtype=object), np.add.accumulate(right.ways)])
    left_drawn, left_score = np.divmod(left.keys, stride)

    def lower(t: int) -> int:
        count = 0
        for taken in range(min(middle_size, drawn) + 1):
            needed = drawn - taken - left_drawn
            room = t - taken * middle_score - left_score
            keep = (needed >= 0) & (room >= 0)
            start = needed[keep] * stride
            room = np.minimum(room[keep], stride - 1)
            ways = (
                sums[np.searchsorted(right.keys, start + room, side="right")]
                - sums[np.searchsorted(right.keys, start, side="left")]
            )
            count += comb(middle_size, taken) * int((ways * left.ways[keep]).sum())
        return count

    return lower


# ---- p-values ----------------------------------------------------------------------------------------------


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


def common_scores(doubled_ranks: list[int]) -> tuple[tuple[int, ...], int, int]:
    """Shift scores to start at 0 and divide them by their common divisor.

    Returns
    -------
    scores : tuple of int
    offset, divisor : int
        doubled rank = offset + divisor * score.
    """
    offset = doubled_ranks[0]
    divisor = gcd(*(rank - offset for rank in doubled_ranks)) or 1
    return tuple((rank - offset) // divisor for rank in doubled_ranks), offset, divisor
