"""Count the datasets of one group by what the test between groups sees of them; few are listed, many factored.

A dataset of a group is a table of pre by post. Claims see three things of it: the counts before, the counts after,
and the changes. Small designs are listed. Larger ones are factored: the cells above the diagonal (rises) and below
it (falls) are listed on their own and joined on the changes; the diagonal is added by cumulative sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.explain.readings import Differences, Reading, change_margin, feature_of, margin
from oxymilk.explain.scales import parts_of

if TYPE_CHECKING:
    from oxymilk.explain.records import Records

LISTED = 50_000  # designs of a group with no more tables than this are listed
BUDGET = 5_000_000
BUDGET_EXACT = 100_000  # an exact distribution takes a thousand times as long as a combination
_EXACT = 2**53  # whole numbers below this are exact in floating point


class NotSearched(Exception):  # noqa: N818 - an outcome, not an error
    """A count that would go beyond the budget; the message says what is too large."""


@dataclass(frozen=True)
class GroupCount:
    """The datasets of one group.

    Attributes
    ----------
    total : int
        How many there are.
    margins : ndarray of int, shape (M, L)
        What the test between groups sees of a group: its counts after, or its counts of changes.
    weights : callable
        set of readings -> ndarray of float, shape (M,): how many datasets with each margin make all of them true.
        Whole numbers, exact. Raises NotSearched.
    truth : callable
        reading -> bytes that two readings share exactly when the same datasets make them true.
    work : callable
        () -> how many pairs of rises and falls have been formed so far.
    """

    total: int
    margins: np.ndarray
    weights: Callable[[Iterable[Reading]], np.ndarray]
    truth: Callable[[Reading], bytes]
    work: Callable[[], int] = lambda: 0


def count_group(
    records: Records, g: int, readings: list[Reading], *, budget: int = BUDGET, listed: int = LISTED
) -> GroupCount:
    """Prepare the count of a group's datasets.

    Parameters
    ----------
    records : Records
        For the number of complete records; the others stay as they are.
    g : int
        The group's place.
    readings : list of Reading
        The claims that rest on this group alone.
    budget : int
        Most combinations that are formed at a time.
    listed : int
        Up to this many datasets they are listed.

    Returns
    -------
    GroupCount

    Raises
    ------
    NotSearched
        If the design is too large for the budget.
    """
    n, k = int(records.pairs[g].sum()), records.levels
    total = comb(n + k * k - 1, k * k - 1)
    if total <= listed:
        return _listed(records, g, readings, n, k)
    if records.study.between == "change" and len(records.study.groups) > 1:
        raise NotSearched(f"{total} tables of a group, compared on changes")
    return _factored(records, g, readings, n, k, budget)


# ---- listed ------------------------------------------------------------------------------------------------


def _listed(records: Records, g: int, readings: list[Reading], n: int, k: int) -> GroupCount:
    pairs = parts_of(n, k * k).reshape(-1, k, k)
    tables = np.broadcast_to(records.tables, (len(pairs), *records.tables.shape)).copy()
    tables[:, g, :k, :k] = pairs
    holds = {each.id: each.holds(feature_of(each, tables, records.study)) for each in readings}
    seen = margin(tables[:, g], "post") if records.study.between == "post" else change_margin(tables[:, g])
    margins, place = np.unique(seen, axis=0, return_inverse=True)
    place = place.reshape(-1)

    def weights(wanted: Iterable[Reading]) -> np.ndarray:
        true = np.ones(len(pairs), dtype=bool)
        for each in wanted:
            true &= holds[each.id]
        return np.bincount(place[true], minlength=len(margins)).astype(float)

    return GroupCount(len(pairs), margins, weights, lambda each: holds[each.id].tobytes())


# ---- factored ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Side:
    """The cells on one side of the diagonal, counted by their changes and what the margins see of them.

    * blocks : for each total s, ndarray of float (changes with total s, keys with total s): number of fillings
    * post : for each s, ndarray of int (keys, K): what they add to the counts after
    * pre : for each s, ndarray of int (keys, pinned levels): what they add to the pinned counts before
    """

    blocks: list[np.ndarray]
    post: list[np.ndarray]
    pre: list[np.ndarray]


def _factored(records: Records, g: int, readings: list[Reading], n: int, k: int, budget: int) -> GroupCount:
    total = comb(n + k * k - 1, k * k - 1)
    cells = k * (k - 1) // 2
    exact = records.study.procedure.signed_rank.method != "asymptotic"
    tested = exact and any(each.claim.test for each in readings)
    changes = comb(n + 2 * k - 2, 2 * k - 2)
    if tested and changes > BUDGET_EXACT:
        raise NotSearched(f"{changes} exact distributions of a group")
    sizes = {
        "ways to change": changes,
        "ways to rise": comb(n + cells, cells),
        "counts after": (n + 1) ** k,
    }
    for what, size in sizes.items():
        if size > budget:
            raise NotSearched(f"{size} {what} in a group")
    if total >= _EXACT:
        raise NotSearched(f"{total} tables of a group")
    by_total = _changes_by_total(n, k)
    changing = [each for each in readings if each.sees == "difference"]
    classes, bits = _classes(changing, by_total, n)
    margins = parts_of(n, k)
    extra = {
        name: margin(records.tables[g], name) - margin(_complete(records, g), name)
        for name in ("pre", "post")
    }
    after = {each.id: each.holds(margins + extra["post"]) for each in readings if each.sees == "post"}
    before = {each.id: each.holds(margins + extra["pre"]) for each in readings if each.sees == "pre"}
    runs: dict[tuple, np.ndarray] = {}
    formed: list[int] = []

    def weights(wanted: Iterable[Reading]) -> np.ndarray:
        wanted = list(wanted)
        pinned: dict[int, set[int]] = {}
        for each in wanted:
            if each.sees == "pre":
                level = records.study.outcome.level_ids.index(each.claim.level)
                allowed = set((np.flatnonzero(each.allowed) - extra["pre"][level]).tolist()) & set(
                    range(n + 1)
                )
                pinned[level] = pinned.get(level, allowed) & allowed
        found = np.zeros((len(bits), len(margins)))
        levels = sorted(pinned)
        choices = list(product(*(sorted(pinned[level]) for level in levels)))
        if len(choices) > n + 1:
            raise NotSearched(f"{len(choices)} counts before in a group")
        for values in choices:
            pins = tuple(zip(levels, values, strict=True))
            if pins not in runs:
                runs[pins], pairs = _run(n, k, pins, by_total, classes, len(bits), margins, budget)
                formed.append(pairs)
            found += runs[pins]
        keep = [
            all(row[changing.index(each)] for each in wanted if each.sees == "difference") for row in bits
        ]
        result = found[keep].sum(axis=0)
        for each in wanted:
            if each.sees == "post":
                result = np.where(after[each.id], result, 0.0)
        return result

    def truth(each: Reading) -> bytes:
        if each.sees == "difference":
            column = np.array([row[changing.index(each)] for row in bits])
            return (
                b"changes"
                + np.concatenate([column[block].ravel() for row in classes for block in row]).tobytes()
            )
        known = after if each.sees == "post" else before
        return each.sees.encode() + known[each.id].tobytes()

    return GroupCount(total, margins + extra["post"], weights, truth, lambda: sum(formed))


def _complete(records: Records, g: int) -> np.ndarray:
    table = np.zeros_like(records.tables[g])
    table[:-1, :-1] = records.pairs[g]
    return table


def _changes_by_total(n: int, k: int) -> list[np.ndarray]:
    """Return, for each total s = 0, ..., n, all counts of rises (or falls) by 1, ..., k - 1 levels."""
    return [parts_of(s, k - 1) for s in range(n + 1)]


def _classes(
    changing: list[Reading], by_total: list[np.ndarray], n: int
) -> tuple[list[list[np.ndarray]], list[tuple[bool, ...]]]:
    """Sort changes by which claims they make true.

    Returns
    -------
    classes : for each total of rises, for each total of falls: ndarray of int (rises, falls), the class
    bits : for each class, the truth of each claim
    """
    known: dict[tuple[bool, ...], int] = {}
    classes = []
    for s, rises in enumerate(by_total):
        falls = np.concatenate(by_total[: n - s + 1])
        shape = (len(rises), len(falls), rises.shape[1])
        features = Differences(
            np.broadcast_to(falls[None], shape),
            np.broadcast_to(rises[:, None], shape),
            np.broadcast_to((n - s - falls.sum(axis=1))[None], shape[:2]),
        )
        code = np.zeros(shape[:2], dtype=np.int64)
        for i, each in enumerate(changing):
            code |= each.holds(features).astype(np.int64) << i
        place = np.zeros_like(code)
        for value in np.unique(code).tolist():
            row = tuple(bool(value >> i & 1) for i in range(len(changing)))
            place[code == value] = known.setdefault(row, len(known))
        ends = np.cumsum([len(each) for each in by_total[: n - s + 1]])
        classes.append(np.split(place, ends[:-1], axis=1))
    return classes, list(known)


def _side(
    n: int, k: int, *, rises: bool, pins: tuple[tuple[int, int], ...], by_total: list[np.ndarray]
) -> _Side:
    """List the fillings of the cells on one side of the diagonal, as few participants as the pins allow."""
    cells = [(i, j) for i in range(k) for j in range(k) if (i < j if rises else i > j)]
    fillings = parts_of(n, len(cells) + 1)[:, :-1]
    rows = np.array([i for i, _ in cells])
    free = n - sum(value for _, value in pins)
    pre = (
        np.stack([fillings[:, rows == level].sum(axis=1) for level, _ in pins], axis=1)
        if pins
        else (np.zeros((len(fillings), 0), dtype=np.int64))
    )
    fits = fillings.sum(axis=1) - pre.sum(axis=1) <= free if pins else np.ones(len(fillings), dtype=bool)
    for at, (_, value) in enumerate(pins):
        fits &= pre[:, at] <= value
    fillings, pre = fillings[fits], pre[fits]
    post = np.zeros((len(fillings), k), dtype=np.int64)
    sizes = np.zeros((len(fillings), k - 1), dtype=np.int64)
    for at, (i, j) in enumerate(cells):
        post[:, j] += fillings[:, at]
        sizes[:, abs(i - j) - 1] += fillings[:, at]
    totals = fillings.sum(axis=1)
    blocks, posts, pres = [], [], []
    for s in range(n + 1):
        here = totals == s
        keys = np.concatenate([post[here], pre[here]], axis=1)
        distinct, key = np.unique(keys, axis=0, return_inverse=True)
        radix = (n + 1) ** np.arange(k - 1, dtype=np.int64)
        codes = by_total[s] @ radix
        order = np.argsort(codes)
        row = order[np.searchsorted(codes[order], sizes[here] @ radix)]
        flat = row * len(distinct) + key.reshape(-1)
        block = np.bincount(flat, minlength=len(codes) * len(distinct)).reshape(len(codes), len(distinct))
        blocks.append(block.astype(float))
        posts.append(distinct[:, :k])
        pres.append(distinct[:, k:])
    return _Side(blocks, posts, pres)


def _run(
    n: int,
    k: int,
    pins: tuple[tuple[int, int], ...],
    by_total: list[np.ndarray],
    classes: list[list[np.ndarray]],
    n_classes: int,
    margins: np.ndarray,
    budget: int,
) -> tuple[np.ndarray, int]:
    """Count the tables with each margin in each class of changes, some counts before pinned.

    Returns
    -------
    counts : ndarray of float, shape (classes, margins)
    pairs : int
        How many pairs of rises and falls were formed for it.
    """
    if sum(value for _, value in pins) > n:
        return np.zeros((n_classes, len(margins))), 0
    up, down = (_side(n, k, rises=rises, pins=pins, by_total=by_total) for rises in (True, False))
    width = [len(post) for post in down.post]
    pairs = sum(len(post) * sum(width[: n - s + 1]) for s, post in enumerate(up.post))
    if pairs > budget:
        raise NotSearched(f"{pairs} pairs of rises and falls in a group")
    place = (n + 1) ** np.arange(k, dtype=np.int64)
    grid = np.zeros((n_classes, (n + 1) ** k))
    values = np.array([value for _, value in pins], dtype=np.int64)
    levels = [level for level, _ in pins]
    for s in range(n + 1):
        found: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        for t in range(n - s + 1):
            if not (len(up.post[s]) and len(down.post[t])):
                continue
            pre = up.pre[s][:, None] + down.pre[t][None]
            post = up.post[s][:, None] + down.post[t][None]
            # who stays at a pinned level is known; the others on the diagonal are added below
            post[..., levels] += values - pre
            inside = (pre <= values).all(axis=-1) & (post <= n).all(axis=-1)
            at = (post @ place)[inside]
            for c in np.unique(classes[s][t]).tolist():
                ways = up.blocks[s].T @ (classes[s][t] == c).astype(float) @ down.blocks[t]
                found.setdefault(c, []).append((at, ways[inside]))
        for c, parts in found.items():
            at = np.concatenate([part[0] for part in parts])
            ways = np.concatenate([part[1] for part in parts])
            grid[c] += np.bincount(at, ways, minlength=grid.shape[1])
    # the place of the first level changes fastest, so it is the last axis
    grid = grid.reshape(n_classes, *([n + 1] * k))
    for level in range(k):
        if level not in levels:
            grid = np.cumsum(grid, axis=k - level)
    return grid.reshape(n_classes, -1)[:, margins @ place], pairs
