"""Order statistics of all differences between two groups, or of all averages of two: counted, never written out.

Two groups of 10,000 have a hundred million differences. How many of them are at most a given number takes a search of
one group for each distinct value of the other; a bisection over that count finds each order statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

# beyond this the whole numbers are Python's own: sums of two must fit into 64 bits
_LARGEST = 2**61


@dataclass(frozen=True)
class Sums:
    """All sums of a value of one list and a value of another, in units of 1 / scale.

    Attributes
    ----------
    first, second : ndarray of int
        The distinct values of the lists, ascending, times `scale`.
    weights : ndarray of int
        How often each of the first occurs.
    below : ndarray of int
        How many values of the second list are less than each of its distinct values, and than none: one more element.
    scale : int
        Divides every sum.
    own : bool
        The lists are one: each pair counts once, and each value with itself.
    """

    first: np.ndarray
    second: np.ndarray
    weights: np.ndarray
    below: np.ndarray
    scale: int
    own: bool

    @property
    def total(self) -> int:
        """How many sums there are."""
        return self.count_to(int(self.first[-1] + self.second[-1]))

    def count_to(self, most: int) -> int:
        """Count the sums that are at most `most` / scale."""
        places = np.searchsorted(self.second, most - self.first, side="right")
        found = int((self.weights * self.below[places]).sum())
        if not self.own:
            return found
        with_itself = int(self.weights[2 * self.first <= most].sum())
        return (found + with_itself) // 2

    def ranked(self, rank: int) -> Fraction:
        """Return the `rank`-th smallest sum, counted from 1."""
        low, high = int(self.first[0] + self.second[0]), int(self.first[-1] + self.second[-1])
        while low < high:
            middle = (low + high) // 2
            if self.count_to(middle) >= rank:
                high = middle
            else:
                low = middle + 1
        return Fraction(low, self.scale)

    def distinct(self, most: int) -> list[Fraction] | None:
        """Return the distinct sums, ascending; None when there are more than `most`."""
        # one value of a list makes as many sums as the other list has values
        if max(len(self.first), len(self.second)) > most:
            return None
        found = np.unique(np.add.outer(self.first, self.second))
        return [Fraction(each, self.scale) for each in found.tolist()] if len(found) <= most else None


def all_differences(x: Sequence[Fraction | int], y: Sequence[Fraction | int]) -> Sums:
    """Return all differences x - y of two groups."""
    return _sums(x, [-value for value in y], own=False)


def all_averages(values: Sequence[Fraction | int]) -> Sums:
    """Return the averages of all two values, each with itself too: the Walsh averages."""
    halves = [Fraction(value, 2) for value in values]
    return _sums(halves, halves, own=True)


def _sums(first: Sequence[Fraction | int], second: Sequence[Fraction | int], *, own: bool) -> Sums:
    scale = lcm(*(value.denominator for value in (*first, *second)))
    whole = [[int(value * scale) for value in values] for values in (first, second)]
    kind = np.int64 if max(abs(value) for values in whole for value in values) < _LARGEST else object
    mine, weights = np.unique(np.array(whole[0], dtype=kind), return_counts=True)
    theirs, counts = np.unique(np.array(whole[1], dtype=kind), return_counts=True)
    return Sums(mine, theirs, weights, np.concatenate([[0], np.cumsum(counts)]), scale, own)
