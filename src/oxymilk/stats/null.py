"""Exact null distributions, in whole numbers.

A distribution is the number of equally likely outcomes for each value of an integer statistic T. Counts are Python
integers wherever 64 bits would not hold them: every exact p-value is a fraction, not an estimate.

* Sign flips (signed-rank): the polynomial prod_k (1 + q^a_k)^t_k, its coefficients packed into one long
  integer; one shift and one addition for each observation.
* Samples without replacement (rank-sum): the same with a second index, the number drawn.
* Untied ranks (rank-sum): the Gaussian binomial coefficient, by differences and running sums.
* Tails alone: tie groups are joined from both ends into states (observations drawn, score so far), and one group in
  the middle is enumerated; only K - 2 of the K groups' counts are free.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from math import comb, prod

import numpy as np

Lower = Callable[[int], int]  # t -> number of outcomes with T <= t
States = tuple[np.ndarray, np.ndarray]  # keys, and the number of ways to each

MEMORY_LIMIT = 2**30  # bytes
# Steps of an exact distribution that nobody asked for. One took about a nanosecond on one core of a 2020s server, so
# that what every program prints at its largest sizes is within: 100 + 100 tied values, 200 pairs.
MOST_WORK = 1.6e9
MOST_DECLARED = 100 * MOST_WORK  # of one that a study declares


class TooLargeError(ValueError):
    """An exact distribution would need more memory than `MEMORY_LIMIT`, or more steps than it may take."""


def refuse_if_larger(needed: float, what: str) -> None:
    """Raise TooLargeError, before anything is allocated, if `needed` bytes are more than `MEMORY_LIMIT`."""
    if needed > MEMORY_LIMIT:
        raise TooLargeError(
            f"{what} needs about {needed / 2**30:.1f} GiB, more than the limit of {MEMORY_LIMIT / 2**30:g} GiB; "
            'use method="asymptotic", which is close at this size'
        )


def refuse_if_longer(steps: float, most_work: float) -> None:
    """Raise TooLargeError, before anything is computed, if a distribution takes more than so many steps."""
    if steps > most_work:
        raise TooLargeError(
            f"An exact distribution takes {steps:.2g} steps, more than the limit of {most_work:.2g}"
        )


def score_sum(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int | None = None) -> int:
    """Return the sum of all observations' scores, or of the `drawn` last; scores increase."""
    left, total = sum(sizes) if drawn is None else drawn, 0
    for size, score in zip(sizes[::-1], scores[::-1], strict=True):
        total += min(size, left) * score
        left -= min(size, left)
    return total


@lru_cache(maxsize=256)
def flip_counts(sizes: tuple[int, ...], scores: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many of the 2^n sign patterns have T = 0, 1, ..., the sum of the scores of positive observations.

    sizes, scores : observations in each tie group, and the score of each of its observations; positive

    >>> flip_counts((1, 2), (1, 2))  # (1 + q) (1 + q^2)^2
    (1, 1, 2, 2, 1, 1)
    """
    n, top = sum(sizes), score_sum(sizes, scores)
    width = _bytes_for(2**n)
    refuse_if_larger(top * (4 * width + 48), f"The exact distribution of {n} signed ranks")
    # 1 + q + 2 q^2 with one byte a coefficient is 0x020101; times (1 + q^2): shifted by two bytes and added
    packed = 1
    for size, score in zip(sizes, scores, strict=True):
        for _ in range(size):
            packed += packed << (8 * width * score)
    lower = _unpack(packed, width, top, top // 2)
    return (*lower, *lower[: top + 1 - len(lower)][::-1])  # symmetric: all signs turned round


@lru_cache(maxsize=128)
def sample_counts(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int) -> tuple[int, ...]:
    """Return how many of the comb(n, drawn) samples of observations have the score sum T = 0, 1, ..., the largest.

    sizes, scores : observations in each tie group, and the score of each of its observations; increasing from 0

    >>> sample_counts((2, 3), (0, 2), 2)  # two of the low, one of each, two of the high
    (1, 0, 6, 0, 3)
    """
    n = sum(sizes)
    if len(sizes) == 2 and scores == (0, 1):
        # hypergeometric: each count from the one before it
        low, high = sizes
        refuse_if_larger(
            2 * min(drawn, high) * _bytes_for(comb(n, drawn)),
            f"The distribution of {drawn} of {n} in two ties",
        )
        least = max(0, drawn - low)
        counts = [0] * least + [comb(high, least) * comb(low, drawn - least)]
        for i in range(least, min(drawn, high)):
            counts.append(counts[-1] * ((high - i) * (drawn - i)) // ((i + 1) * (low - drawn + i + 1)))
        return tuple(counts)
    top, width = score_sum(sizes, scores, drawn), _bytes_for(comb(n, drawn))
    refuse_if_larger(top * (width * drawn + 80), f"The exact distribution of {drawn} of {n} tied ranks")
    # packed[j] holds the samples of j of the observations seen so far; the next one is left out or taken
    packed = [1] + [0] * drawn
    by_observation = np.repeat(scores, sizes).tolist()
    for seen, score in enumerate(by_observation, start=1):
        for j in range(min(drawn, seen), max(1, drawn - (n - seen)) - 1, -1):
            packed[j] += packed[j - 1] << (8 * width * score)
    return tuple(_unpack(packed[drawn], width, top, top))


def untied_steps(n1: int, n2: int) -> float:
    """Return the steps of `untied_sample_counts`: additions, the longer the more bytes a number has."""
    return min(n1, n2) * (n1 * n2 / 2) * (100 + 6 * _bytes_for(comb(n1 + n2, n1)))


@lru_cache(maxsize=64)
def untied_sample_counts(n1: int, n2: int) -> tuple[int, ...]:
    """Return how many orderings of n1 + n2 untied values have the Mann-Whitney U = 0, 1, ..., n1 * n2.

    These are the Gaussian binomial coefficient, prod over i = 1, ..., n1 of (1 - q^(n2 + i)) / (1 - q^i).
    Worked example, 1 + q + q^2 times (1 - q^4) / (1 - q^2):

        times 1 - q^4:                     1  1  1  0 -1
        in rows of 2, the end filled up:   [[1, 1], [1, 0], [-1, 0]]
        running sums down the columns:     [[1, 1], [2, 1], [1, 1]]: 1 + q + 2 q^2 + q^3 + q^4

    >>> untied_sample_counts(2, 2)
    (1, 1, 2, 1, 1)
    """
    few, many = sorted((n1, n2))
    size, width = few * many // 2 + 1, _bytes_for(comb(few + many, few))
    refuse_if_larger(size * (4 * width + 80), f"The exact distribution of U for {n1} + {n2} values")
    counts = np.zeros(size, dtype=np.int64 if width == 8 else object)
    counts[0] = 1
    for i in range(1, few + 1):
        rows = -(-size // i)
        padded = np.zeros(rows * i, dtype=counts.dtype)
        padded[:size] = counts
        padded[many + i : size] -= counts[: max(0, size - many - i)]
        counts = np.add.accumulate(padded.reshape(rows, i)).ravel()[:size]
    lower = counts.tolist()
    return (*lower, *lower[: few * many + 1 - size][::-1])  # symmetric: the order turned round


@lru_cache(maxsize=256)
def lower_from_counts(counts: tuple[int, ...]) -> Lower:
    """Return the function t -> number of outcomes with T <= t, for outcomes counted from T = 0."""
    sums = tuple(accumulate(counts))
    return lambda t: 0 if t < 0 else sums[min(t, len(sums) - 1)]


def _bytes_for(largest: int) -> int:
    """Return the bytes of a coefficient up to `largest`, with its sign; 8 where they do: these unpack fastest."""
    return max(8, largest.bit_length() // 8 + 1)


def _unpack(packed: int, width: int, degree: int, last: int) -> list[int]:
    """Return coefficients 0, ..., `last` of a packed polynomial of this degree, `width` bytes each."""
    data = packed.to_bytes(width * (degree + 1), "little")
    if width == 8:
        return np.frombuffer(data, dtype="<u8")[: last + 1].tolist()
    return [int.from_bytes(data[i : i + width], "little") for i in range(0, width * (last + 1), width)]


def _join(keys: np.ndarray, ways: np.ndarray, size: int, step: int, end: int) -> States:
    """Add a tie group to states: each of its observations that is taken adds `step` to the key.

    Keys stay sorted and distinct, and below `end`. Worked example, a group of two with step 3:

        keys 0 3, ways 1 1  ->  keys 0 3 6 | 3 6 9, ways 1 2 1 | 1 2 1
        sorted, equal keys together: keys 0 3 6 9, ways 1 3 3 1
    """
    states = len(keys) * (size + 1)
    refuse_if_larger(states * (256 if ways.dtype == object else 64), "This exact distribution")
    keys = (keys[:, None] + step * np.arange(size + 1)).ravel()
    ways = (ways[:, None] * _binomials(size, ways.dtype)).ravel()
    order = np.argsort(keys, kind="stable")[: np.count_nonzero(keys < end)]
    keys = keys[order]
    first = _runs(keys)
    return keys[first], np.add.reduceat(ways[order], first)


def _binomials(size: int, kind: np.dtype) -> np.ndarray:
    """Return the number of ways to take 0, 1, ..., `size` observations of a tie group."""
    # each from the one before: of 25,000 observations `comb` takes minutes for them all
    counts = accumulate(range(size), lambda ways, taken: ways * (size - taken) // (taken + 1), initial=1)
    return np.array(list(counts), dtype=kind)


def _runs(values: np.ndarray) -> np.ndarray:
    """Return where runs of one value begin; no value is negative."""
    return np.flatnonzero(np.diff(values, prepend=-1))


# Look-ups at a time: few enough for the memory, enough to make the loop's cost vanish.
LOOK_UPS = 100_000


@lru_cache(maxsize=4)
def lower_from_ends(sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int | None = None) -> Lower:
    """Return the function t -> number of outcomes with T <= t, without the whole distribution.

    sizes, scores : as for `flip_counts`, or `sample_counts`
    drawn : size of the sample; sign patterns are counted without it

    A sample's state has the key drawn * stride + score: with stride 10, two observations of score 3 have key 23. The
    right states that complete a sample are one run of keys, and those with a small enough score its beginning. Of sign
    patterns the score alone is the key, and all right states are one run.
    """
    n, top = sum(sizes), score_sum(sizes, scores)
    if drawn is None:
        # symmetric: larger sums are not looked up
        total, symmetric, stride, most_drawn, steps = 2**n, True, top // 2 + 1, 0, scores
    else:
        total, symmetric, stride, most_drawn = comb(n, drawn), 2 * drawn == n, top + 1, drawn
        steps = tuple(stride + score for score in scores)
    # with at most 62 observations every number of ways fits into 64 bits
    one = np.ones(1, dtype=np.int64 if n <= 62 else object)
    left = right = (np.zeros(1, dtype=np.int64), one)
    middle, last, end = 0, len(sizes) - 1, (most_drawn + 1) * stride
    while middle < last:
        # grow the smaller side, so that both stay small
        if len(left[0]) * sizes[middle] <= len(right[0]) * sizes[last]:
            left, middle = _join(*left, sizes[middle], steps[middle], end), middle + 1
        else:
            right, last = _join(*right, sizes[last], steps[last], end), last - 1
    keys, ways = right
    # ways 1 2 | 1 3 of two runs: sums 0 1 3 4 7 before each state, less 0 0 3 3 before each run: 1 3 | 1 4
    runs = _runs(keys // stride)
    before = np.concatenate([0 * one, np.add.accumulate(ways)])
    sums = before[1:] - np.repeat(before[runs], np.diff(runs, append=len(keys)))
    run_begins = np.searchsorted(keys, stride * np.arange(most_drawn + 1))
    left_drawn, left_score = np.divmod(left[0], stride)
    chosen = _binomials(sizes[middle], one.dtype)
    most_taken = sizes[middle] if drawn is None else min(sizes[middle], drawn)
    step = max(1, LOOK_UPS // len(left_drawn))

    @lru_cache(maxsize=64)
    def lower(t: int) -> int:
        if symmetric and 2 * t >= top:
            # all signs turned round; the observations that are not drawn are a sample of the same size
            return total - lower(top - t - 1)
        count = 0
        for start in range(0, most_taken + 1, step):
            # a row for each number taken of the middle group, a column for each left state
            taken = np.arange(start, min(start + step, most_taken + 1))[:, None]
            needed = 0 * taken - left_drawn if drawn is None else drawn - taken - left_drawn
            room = np.minimum(t - scores[middle] * taken - left_score, stride - 1)
            # where room or needed is negative, this is no place behind the run's beginning
            ends = np.searchsorted(keys, needed * stride + room, side="right")
            row, state = np.nonzero(ends > run_begins[np.maximum(needed, 0)])
            if len(row):
                first = _runs(row)
                joined = np.add.reduceat(left[1][state] * sums[ends[row, state] - 1], first)
                count += int(np.dot(joined, chosen[taken[row[first], 0]]))
        return count

    return lower


def distribution(
    sizes: tuple[int, ...], scores: tuple[int, ...], drawn: int | None, whole: bool, most_work: float
) -> tuple[Lower, tuple[int, ...] | None]:
    """Return `lower` and, if `whole` or cheap (they are kept for the next dataset), the counts of all outcomes.

    `sizes`, `scores` and `drawn` as for `lower_from_ends`; TooLargeError above `most_work`.
    """
    n, top, combinations = sum(sizes), score_sum(sizes, scores, drawn), prod(size + 1.0 for size in sizes)
    width = _bytes_for(2**n if drawn is None else comb(n, drawn))
    if drawn is None:
        work, states, steps = n * width, 2 * combinations**0.5, 0.5
    else:
        work, states, steps = n * drawn * width / 2, combinations**0.6, 0.2
        if len(sizes) == 2:
            whole, work, steps = True, 5 * width, 1
    # the whole distribution takes `work` bytes for each of its `top` sums; seconds, as measured on one core of a
    # 2020s server, decide between two exact ways, never a result
    if whole or top * (work * 8.5e-11 + 2e-7) <= 3e-4 + states * 1.5e-7:
        refuse_if_longer(top * work * steps, most_work)
        counts = flip_counts(sizes, scores) if drawn is None else sample_counts(sizes, scores, drawn)
        return lower_from_counts(counts), counts
    # look-ups of each tail: the states of one end, times the numbers taken of the middle group
    refuse_if_longer((800 + 5 * width) * (combinations * (max(sizes) + 1)) ** 0.5, most_work)
    return lower_from_ends(sizes, scores, drawn), None
