"""Exact null distributions, in whole numbers.

A distribution here is a number of equally likely outcomes for each value of an integer statistic T. Counts
are Python integers wherever 64 bits would not hold them: every exact p-value is a fraction, not an estimate.

* Sign flips (signed-rank): the polynomial prod_k (1 + q^a_k)^t_k, its coefficients packed into one long
  integer; one shift and one addition for each observation.
* Samples without replacement (rank-sum): only K - 2 of the K tie groups' counts are free. Groups are joined
  from both ends into states (observations drawn, score so far), and one group in the middle is enumerated.
* Untied ranks: the same polynomial with a_k = k, and the Gaussian binomial coefficient in limbs of 64-bit numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate
from math import comb, gcd, prod
from typing import NamedTuple

import numpy as np

MEMORY_LIMIT = 2**30  # bytes


class TooLargeError(ValueError):
    """An exact distribution would need more memory than `MEMORY_LIMIT`."""


def refuse_if_larger(needed: float, what: str) -> None:
    """Refuse a distribution that would not fit, before anything is allocated.

    Raises
    ------
    TooLargeError
        If `needed` bytes are more than `MEMORY_LIMIT`; names the way out.
    """
    if needed > MEMORY_LIMIT:
        raise TooLargeError(
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
    groups = _groups(sizes, scores)
    n, top = sum(sizes), sum(size * score for size, score in groups)
    width = _bytes_for(2**n)
    refuse_if_larger(top * (4 * width + 48), f"The exact distribution of {n} signed ranks")
    packed = 1
    for size, score in groups:
        for _ in range(size):
            packed += packed << (8 * width * score)
    lower = _unpack(packed.to_bytes(width * (top + 1), "little"), width, top // 2 + 1)
    return (*lower, *lower[: top + 1 - len(lower)][::-1])  # symmetric: all signs turned round


def _groups(sizes: tuple[int, ...], scores: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(sizes, scores, strict=True))


def _bytes_for(largest: int) -> int:
    """Bytes of a packed coefficient up to `largest`; 8 where they are enough, for those unpack fastest."""
    return max(8, -(-largest.bit_length() // 8))


def _unpack(data: bytes, width: int, used: int) -> list[int]:
    """Return the first `used` coefficients of `width` bytes."""
    if width == 8:
        return np.frombuffer(data, dtype="<u8")[:used].tolist()
    return [int.from_bytes(data[i : i + width], "little") for i in range(0, width * used, width)]


@lru_cache(maxsize=256)
def _cumulated(counts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(accumulate(counts))


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
        Observations in each tie group, and the score of each of its observations; increasing from 0.
    drawn : int
        Size of the sample.

    Returns
    -------
    tuple of int
        Number of the comb(sum(sizes), drawn) samples with T = 0, 1, ..., the largest possible.
    """
    n = sum(sizes)
    if len(sizes) == 2 and scores == (0, 1):
        return _hypergeometric_counts(*sizes, drawn)
    groups = _groups(sizes, scores)
    top = _largest_sum(groups, drawn)
    width = _bytes_for(comb(n, drawn))
    refuse_if_larger(top * (width * drawn + 80), f"The exact distribution of {drawn} of {n} tied ranks")
    packed = [1] + [0] * drawn
    seen = 0
    for size, score in groups:
        shift = 8 * width * score
        for _ in range(size):
            seen += 1
            for j in range(min(drawn, seen), max(1, drawn - (n - seen)) - 1, -1):
                packed[j] += packed[j - 1] << shift
    return tuple(_unpack(packed[drawn].to_bytes(width * (top + 1), "little"), width, top + 1))


def _hypergeometric_counts(low: int, high: int, drawn: int) -> tuple[int, ...]:
    """Count the samples with 0, 1, ... of the `high` observations; each count from the one before it."""
    least = max(0, drawn - low)
    counts = [0] * least + [comb(high, least) * comb(low, drawn - least)]
    for i in range(least, min(drawn, high)):
        counts.append(counts[-1] * ((high - i) * (drawn - i)) // ((i + 1) * (low - drawn + i + 1)))
    return tuple(counts)


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
    most = comb(few + many, few)
    # one limb where 64 bits hold every count; else limbs small enough for running sums over 2^31 of them
    bits = 62 if most < 2**62 else 32
    needed = -(-most.bit_length() // bits)
    refuse_if_larger(half * (16 * needed + 80), f"The exact distribution of U for {n1} + {n2} values")
    limbs = np.zeros((needed, half + 1), dtype=np.int64)
    limbs[0, 0] = 1
    for i in range(1, few + 1):
        used = -(-comb(many + i, i).bit_length() // bits)
        _times_ratio(limbs[:used, : min(half, i * many) + 1], many + i, i, bits)
    width = 8 if needed == 1 else 4
    data = limbs.T.astype(f"<u{width}").tobytes()
    del limbs
    lower = _unpack(data, width * needed, half + 1)
    return tuple(lower + lower[: few * many - half][::-1])


def _times_ratio(limbs: np.ndarray, power: int, divisor: int, bits: int) -> None:
    """Multiply a polynomial by (1 - q^power) / (1 - q^divisor), in place.

    Its coefficients are sum_k limbs[k] * 2^(bits * k); what is beyond the array's end is left out. All limbs of one
    pass stay in the processor's cache.
    """
    n = limbs.shape[1]
    rows = -(-n // divisor)
    padded = np.zeros((rows, divisor), dtype=np.int64)
    now, carry = padded.ravel()[:n], np.zeros(n, dtype=np.int64)
    for limb in limbs:
        now[:] = limb
        now[power:] -= limb[: max(0, n - power)]
        np.add.accumulate(padded, out=padded)  # divided: running sums with stride
        now += carry
        np.bitwise_and(now, 2**bits - 1, out=limb)
        np.right_shift(now, bits, out=carry)


# ---- tails from both ends ----------------------------------------------------------------------------------


def _join(
    keys: np.ndarray, ways: np.ndarray, size: int, step: int, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Add a tie group to states: each of its observations that is taken adds `step` to the key.

    Keys stay sorted and distinct, and below `end`.
    """
    new = len(keys) * (size + 1)
    refuse_if_larger(new * (256 if ways.dtype == object else 64), "This exact distribution")
    keys = (keys[:, None] + step * np.arange(size + 1)).ravel()
    ways = (ways[:, None] * _binomials(size, ways.dtype)).ravel()
    order = np.argsort(keys, kind="stable")[: np.count_nonzero(keys < end)]
    keys = keys[order]
    first = _runs(keys)
    return keys[first], np.add.reduceat(ways[order], first)


def _binomials(size: int, kind: np.dtype) -> np.ndarray:
    """Return the number of ways to take 0, 1, ..., `size` observations of a tie group."""
    return np.array([comb(size, i) for i in range(size + 1)], dtype=kind)


def _runs(values: np.ndarray) -> np.ndarray:
    """Return where runs of one value begin; no value is negative."""
    return np.flatnonzero(np.diff(values, prepend=-1))


class _Halves(NamedTuple):
    """All tie groups but one, joined from both ends.

    * keys, ways : states of the left groups, and the number of ways to each
    * right : sorted keys of the right groups' states
    * sums : number of ways to the first 1, 2, ... right states that share their number drawn
    * middle : the group that is left over
    * chosen : number of ways to take 0, 1, ... of its observations
    """

    keys: np.ndarray
    ways: np.ndarray
    right: np.ndarray
    sums: np.ndarray
    middle: int
    chosen: np.ndarray


def _halves(sizes: tuple[int, ...], steps: tuple[int, ...], stride: int, end: int) -> _Halves:
    # with at most 62 observations every number of ways fits into 64 bits
    one = np.ones(1, dtype=np.int64 if sum(sizes) <= 62 else object)
    left = right = (np.zeros(1, dtype=np.int64), one)
    low, high = 0, len(sizes) - 1
    while low < high:
        # grow the smaller side, so that both stay small
        if len(left[0]) * sizes[low] <= len(right[0]) * sizes[high]:
            left, low = _join(*left, sizes[low], steps[low], end), low + 1
        else:
            right, high = _join(*right, sizes[high], steps[high], end), high - 1
    keys, ways = right
    runs = _runs(keys // stride)
    before = np.concatenate([0 * one, np.add.accumulate(ways)])
    sums = before[1:] - np.repeat(before[runs], np.diff(runs, append=len(keys)))
    return _Halves(*left, keys, sums, low, _binomials(sizes[low], one.dtype))


def _count_lower(halves: _Halves, begin: np.ndarray | int, found: np.ndarray, rows: np.ndarray) -> int:
    """Add the ways of middle (rows) x left (columns) x right states between `begin` and `found`."""
    i, j = np.nonzero(found > begin)
    if not len(i):
        return 0
    ways = halves.ways[j] * halves.sums[found[i, j] - 1]
    first = _runs(i)
    return int(np.dot(np.add.reduceat(ways, first), halves.chosen[rows[i[first]]]))


# Look-ups at a time: few enough for the memory, enough to make the loop's cost vanish.
_CHUNK = 100_000


def _steps(halves: _Halves, most: int) -> Iterator[np.ndarray]:
    """Give 0, 1, ..., `most` observations of the middle group, some at a time."""
    rows = np.arange(most + 1)
    step = max(1, _CHUNK // len(halves.keys))
    return (rows[start : start + step] for start in range(0, len(rows), step))


def sample_lower(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int) -> Callable[[int], int]:
    """Return the function t -> number of samples with T <= t, without the whole distribution.

    Parameters
    ----------
    sizes, scores, drawn
        As for `sample_counts`.

    Notes
    -----
    A state's key is drawn * stride + score, so that the right states which complete a sample are one run of keys
    and those with a small enough score its beginning.
    """
    weighted = sum(size * score for size, score in _groups(sizes, scores))
    total, symmetric = comb(sum(sizes), drawn), 2 * drawn == sum(sizes)
    stride = weighted + 1
    halves = _halves(sizes, tuple(stride + score for score in scores), stride, (drawn + 1) * stride)
    middle_score, most = scores[halves.middle], min(sizes[halves.middle], drawn)
    left_drawn, left_score = np.divmod(halves.keys, stride)
    run_begins = np.searchsorted(halves.right, stride * np.arange(drawn + 1))

    @lru_cache(maxsize=8)
    def lower(t: int) -> int:
        if symmetric and 2 * t >= weighted:
            # the observations that are not drawn are a sample of the same size
            return total - lower(weighted - t - 1)
        count = 0
        for rows in _steps(halves, most):
            needed = drawn - rows[:, None] - left_drawn
            room = t - middle_score * rows[:, None] - left_score
            # where room or needed is negative, this is no place behind the run's beginning
            found = np.searchsorted(halves.right, needed * stride + np.minimum(room, weighted), side="right")
            count += _count_lower(halves, run_begins[np.maximum(needed, 0)], found, rows)
        return count

    return lower


def flip_lower(sizes: tuple[int, ...], scores: tuple[int, ...]) -> Callable[[int], int]:
    """Return the function t -> number of sign patterns with T <= t, without the whole distribution.

    Parameters
    ----------
    sizes, scores : tuple of int
        As for `flip_counts`.
    """
    top = sum(size * score for size, score in _groups(sizes, scores))
    end = top // 2 + 1  # larger sums are not looked up
    halves = _halves(sizes, scores, end, end)
    middle_score, most = scores[halves.middle], sizes[halves.middle]

    @lru_cache(maxsize=8)
    def lower(t: int) -> int:
        if 2 * t >= top:
            return 2 ** sum(sizes) - lower(top - t - 1)  # all signs turned round
        count = 0
        for rows in _steps(halves, most):
            found = np.searchsorted(
                halves.right, t - middle_score * rows[:, None] - halves.keys, side="right"
            )
            count += _count_lower(halves, 0, found, rows)
        return count

    return lower


# ---- the cheaper of the two --------------------------------------------------------------------------------

# Seconds, as measured on one core of a 2020s server; they decide between two exact ways, never a result.
_PER_BYTE, _PER_COUNT, _PER_STATE, _SET_UP = 8.5e-11, 2e-7, 1.5e-7, 3e-4


def _packing_is_cheaper(top: int, work: float, states: float) -> bool:
    """Tell whether the whole distribution, of `work` bytes for each of its `top` sums, costs less than `states`."""
    return top * (work * _PER_BYTE + _PER_COUNT) <= _SET_UP + states * _PER_STATE


def _combinations(sizes: tuple[int, ...]) -> float:
    return prod(size + 1.0 for size in sizes)


def flip_distribution(
    sizes: tuple[int, ...], scores: tuple[int, ...], whole: bool
) -> tuple[Callable[[int], int], tuple[int, ...] | None]:
    """Return `lower` and, if `whole` or cheap (it is kept for the next dataset), the counts of `flip_counts`."""
    n, top = sum(sizes), sum(size * score for size, score in _groups(sizes, scores))
    if whole or _packing_is_cheaper(top, n * _bytes_for(2**n), 2 * _combinations(sizes) ** 0.5):
        counts = flip_counts(sizes, scores)
        return lower_from_counts(counts), counts
    return flip_lower(sizes, scores), None


def sample_distribution(
    sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int, whole: bool
) -> tuple[Callable[[int], int], tuple[int, ...] | None]:
    """Return `lower` and, if `whole` or cheap (it is kept for the next table), the counts of `sample_counts`."""
    n, top = sum(sizes), _largest_sum(_groups(sizes, scores), drawn)
    work = n * drawn * _bytes_for(comb(n, drawn)) / 2
    if whole or len(sizes) == 2 or _packing_is_cheaper(top, work, _combinations(sizes) ** 0.6):
        counts = sample_counts(sizes, scores, drawn)
        return lower_from_counts(counts), counts
    return sample_lower(sizes, scores, drawn), None


def _largest_sum(groups: list[tuple[int, int]], drawn: int) -> int:
    """Return the largest score sum of `drawn` observations; scores increase."""
    total = 0
    for size, score in reversed(groups):
        total += min(size, drawn) * score
        drawn -= min(size, drawn)
    return total


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
