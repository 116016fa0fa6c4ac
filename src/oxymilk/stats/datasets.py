"""Distinct datasets in count space: pairs, or two groups. Everything that programs print is computed on these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from oxymilk.stats import null, ranks
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.rank_sum import RankSumResult, rank_sum_counts
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts


@dataclass(frozen=True)
class Situation:
    """What a program may look at when it chooses; integer or boolean arrays, one element a dataset."""

    n: np.ndarray  # pairs (zeros counted), or all participants of both groups
    n_used: np.ndarray  # pairs with a difference, or all participants
    n1: np.ndarray  # sizes of the groups (pairs: n and 0)
    n2: np.ndarray
    ties: np.ndarray  # two ranked values are equal (pairs: two sizes of nonzero differences)


@dataclass(frozen=True)
class Pairs:
    """D distinct datasets of pairs."""

    negative: np.ndarray  # falls by size, shape (D, M)
    positive: np.ndarray  # rises by size, shape (D, M)
    zeros: np.ndarray  # shape (D,)
    sizes: np.ndarray  # shape (M,)
    levels: np.ndarray  # how many levels occur, 3 for more than two, shape (D,)

    @classmethod
    def of_values(cls, pre: Iterable, post: Iterable, differences: str = "decimal") -> Pairs:
        """Return the one dataset of paired values, their differences as `ranks.paired_differences` takes them."""
        before, after = ranks.exact_numbers(pre, "pre"), ranks.exact_numbers(post, "post")
        changes = ranks.paired_differences(before, after, differences)
        sizes, negative, positive, zeros = ranks.count_differences(changes)
        counts = negative[None], positive[None], np.array([zeros])
        return cls(*counts, np.array(sizes, dtype=float), np.array([min(3, len({*before, *after}))]))

    @classmethod
    def of_tables(cls, counts: np.ndarray) -> tuple[Pairs, np.ndarray]:
        """Return the distinct datasets of tables (..., K, K), and the place of each table among them, shape (...)."""
        counts = ranks.counts_array(counts, "counts", 2)
        negative, positive, zeros = ranks.difference_counts(counts)
        k = counts.shape[-1]
        levels = np.minimum(3, ((counts.sum(axis=-1) + counts.sum(axis=-2)) > 0).sum(axis=-1))
        # a row a table; with three levels: falls by 1 and 2, rises by 1 and 2, unchanged, levels
        rows = np.concatenate([negative, positive, zeros[..., None], levels[..., None]], axis=-1)
        distinct, places = ranks.unique_rows(rows.reshape(-1, 2 * k))
        negative, positive = distinct[:, : k - 1], distinct[:, k - 1 : -2]
        data = cls(negative, positive, distinct[:, -2], np.arange(1.0, k), distinct[:, -1])
        return data, places.reshape(zeros.shape)

    @property
    def situation(self) -> Situation:
        """What the rules look at."""
        counts = self.negative + self.positive
        n_used = counts.sum(axis=1)
        n = n_used + self.zeros
        return Situation(n, n_used, n, 0 * n, (counts > 1).any(axis=1))

    @property
    def tables(self) -> np.ndarray:
        """Pre/post tables of who fell and who rose, shape (D, 2, 2)."""
        down, up = self.negative.sum(axis=1), self.positive.sum(axis=1)
        return np.stack([0 * up, up, down, 0 * down], axis=1).reshape(-1, 2, 2)

    def rank(self, procedure: Procedure) -> SignedRankResult:
        """Run the rank test, within the work that nobody asks for."""
        return signed_rank_counts(self.negative, self.positive, self.zeros, procedure, null.MOST_WORK)


@dataclass(frozen=True)
class Groups:
    """D distinct datasets of two groups."""

    tables: np.ndarray  # counts, shape (D, 2, K)
    scores: np.ndarray  # the number of each level, shape (K,)

    @classmethod
    def of_values(cls, x: Iterable, y: Iterable) -> Groups:
        """Return the one dataset of two groups' values."""
        levels, table = ranks.two_sample_table(x, y)
        return cls(table[None], np.array(levels, dtype=float))

    @classmethod
    def of_tables(cls, counts: np.ndarray) -> tuple[Groups, np.ndarray]:
        """Return the distinct datasets of tables (..., 2, K), and the place of each table among them, shape (...)."""
        counts = ranks.two_samples(counts, "counts")
        k = counts.shape[-1]
        distinct, places = ranks.unique_rows(counts.reshape(-1, 2 * k))
        return cls(distinct.reshape(-1, 2, k), np.arange(float(k))), places.reshape(counts.shape[:-2])

    @property
    def levels(self) -> np.ndarray:
        """How many levels occur, shape (D,)."""
        return (self.tables.sum(axis=1) > 0).sum(axis=1)

    @property
    def situation(self) -> Situation:
        """What the rules look at."""
        n1, n2 = self.tables[:, 0].sum(axis=1), self.tables[:, 1].sum(axis=1)
        return Situation(n1 + n2, n1 + n2, n1, n2, (self.tables.sum(axis=1) > 1).any(axis=1))

    def rank(self, procedure: Procedure) -> RankSumResult:
        """Run the rank test, within the work that nobody asks for."""
        return rank_sum_counts(self.tables, procedure, null.MOST_WORK)


Data = Pairs | Groups


def smaller_tail(data: Data, procedure: Procedure) -> np.ndarray:
    """Return the smaller of the two one-sided p-values, shape (D,)."""
    return np.minimum(*(data.rank(procedure.with_alternative(name)).p_value for name in ("greater", "less")))
