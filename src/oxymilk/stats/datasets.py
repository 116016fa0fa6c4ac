"""Distinct datasets in count space: pairs, or two groups. Everything that programs print is computed on these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from oxymilk.stats import ranks
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts
from oxymilk.stats.rules import Situation
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts


@dataclass(frozen=True)
class Pairs:
    """Distinct datasets of pairs.

    * negative, positive : counts of differences by size, shape (D, M)
    * zeros : counts, shape (D,)
    * sizes : the M sizes
    * dichotomous : at most two levels occur, shape (D,)
    """

    negative: np.ndarray
    positive: np.ndarray
    zeros: np.ndarray
    sizes: np.ndarray
    dichotomous: np.ndarray

    @classmethod
    def of_values(cls, pre: Iterable, post: Iterable) -> Pairs:
        """Return the one dataset of paired values."""
        before, after = ranks.exact_numbers(pre, "pre"), ranks.exact_numbers(post, "post")
        sizes, negative, positive, zeros = ranks.count_differences(ranks.paired_differences(before, after))
        dichotomous = len({*before, *after}) <= 2
        counts = negative[None], positive[None], np.array([zeros])
        return cls(*counts, np.array(sizes, dtype=float), np.array([dichotomous]))

    @classmethod
    def of_tables(cls, counts: np.ndarray) -> tuple[Pairs, np.ndarray]:
        """Return the distinct datasets of tables (..., K, K), and the place of each table among them, shape (...)."""
        counts = ranks.counts_array(counts, "counts", 2)
        negative, positive, zeros = ranks.difference_counts(counts)
        k = counts.shape[-1]
        occurs = (counts.sum(axis=-1) + counts.sum(axis=-2)) > 0
        dichotomous = occurs.sum(axis=-1) <= 2
        # a row a table; with three levels: falls by 1 and 2, rises by 1 and 2, unchanged, dichotomous
        rows = np.concatenate([negative, positive, zeros[..., None], dichotomous[..., None]], axis=-1)
        distinct, places = ranks.unique_rows(rows.reshape(-1, 2 * k))
        negative, positive = distinct[:, : k - 1], distinct[:, k - 1 : -2]
        data = cls(negative, positive, distinct[:, -2], np.arange(1.0, k), distinct[:, -1] > 0)
        return data, places.reshape(zeros.shape)

    @property
    def situation(self) -> Situation:
        """What the rules look at."""
        counts = self.negative + self.positive
        n = counts.sum(axis=1) + self.zeros
        return Situation(n, self.zeros, n, np.zeros_like(n), (counts > 1).any(axis=1))

    def rank(self, procedure: Procedure) -> SignedRankResult:
        """Run the rank test."""
        return signed_rank_counts(self.negative, self.positive, self.zeros, procedure)

    @property
    def changes(self) -> tuple[np.ndarray, np.ndarray]:
        """Participants that fell and rose, shape (D,) each."""
        return self.negative.sum(axis=1), self.positive.sum(axis=1)

    def of_two_levels(self) -> tuple[Pairs, np.ndarray]:
        """Return the same, and where at most two levels occur, shape (D,)."""
        return self, self.dichotomous


@dataclass(frozen=True)
class Groups:
    """Distinct datasets of two groups.

    * tables : counts, shape (D, 2, K)
    * scores : the number of each level, shape (K,)
    """

    tables: np.ndarray
    scores: np.ndarray

    @classmethod
    def of_values(cls, x: Iterable, y: Iterable) -> Groups:
        """Return the one dataset of two groups' values."""
        first, second = ranks.exact_numbers(x, "x"), ranks.exact_numbers(y, "y")
        levels = sorted({*first, *second})
        return cls(ranks.two_sample_table(first, second)[None], np.array(levels, dtype=float))

    @classmethod
    def of_tables(cls, counts: np.ndarray) -> tuple[Groups, np.ndarray]:
        """Return the distinct datasets of tables (..., 2, K), and the place of each table among them, shape (...)."""
        counts = ranks.counts_array(counts, "counts", 2)
        k = counts.shape[-1]
        if counts.shape[-2] != 2:
            raise ValueError(f"counts: shape (..., 2, K) is needed, not {counts.shape}")
        distinct, places = ranks.unique_rows(counts.reshape(-1, 2 * k))
        return cls(distinct.reshape(-1, 2, k), np.arange(float(k))), places.reshape(counts.shape[:-2])

    @property
    def situation(self) -> Situation:
        """What the rules look at."""
        n1, n2 = self.tables[:, 0].sum(axis=1), self.tables[:, 1].sum(axis=1)
        ties = (self.tables.sum(axis=1) > 1).any(axis=1)
        return Situation(n1 + n2, np.zeros_like(n1), n1, n2, ties)

    def rank(self, procedure: Procedure) -> RankSumResult:
        """Run the rank test."""
        return rank_sum_counts(self.tables, procedure)

    def of_two_levels(self) -> tuple[Groups, np.ndarray]:
        """Return the tables of the levels that occur, shape (D, 2, 2), and where these are two at most, shape (D,).

        One level alone has an empty one before it. A table with more levels, or with an empty group, gives way to one
        where there is nothing to test.
        """
        occurs = self.tables.sum(axis=1) > 0
        two_levels = occurs.sum(axis=1) <= 2
        # levels no, yes, no, yes: the first is 1, the last 3; as indices of shape (D, 1, 1)
        first = np.argmax(occurs, axis=1)[:, None, None]
        last = occurs.shape[1] - 1 - np.argmax(occurs[:, ::-1], axis=1)[:, None, None]
        low = np.where(first == last, 0, np.take_along_axis(self.tables, first, axis=2))
        high = np.take_along_axis(self.tables, last, axis=2)
        usable = two_levels & self.tables.any(axis=2).all(axis=1)
        tables = np.where(usable[:, None, None], np.concatenate([low, high], axis=2), [[0, 1], [0, 1]])
        return Groups(tables, np.arange(2.0)), two_levels


Data = Pairs | Groups


def smaller_tail(data: Data, procedure: Procedure) -> np.ndarray:
    """Return the smaller of the two one-sided p-values, shape (D,)."""
    return np.minimum(*(data.rank(procedure.with_alternative(name)).p_value for name in ("greater", "less")))
