"""Which participants' records, changed, would make a claim come true: all ways, the fewest participants first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from math import comb, factorial, prod

import numpy as np

from oxymilk.explain.hits import Hit
from oxymilk.explain.readings import Reading, feature_of
from oxymilk.explain.records import Records, change_records, sheet_of

CHUNK = 100_000
BUDGET = 1_000_000
ALWAYS = 2  # participants: the search goes so deep if the budget allows, even after a hit


@dataclass(frozen=True)
class Departures:
    """All datasets that differ from the records in some participants.

    Attributes
    ----------
    tables : ndarray of int, shape (N, G, K + 1, K + 1)
        The datasets.
    participants : ndarray of int, shape (N,)
        How many participants' records differ, the fewest possible.
    searched : int
        Up to how many participants all datasets are there.
    """

    tables: np.ndarray
    participants: np.ndarray
    searched: int


def enumerate_departures(
    records: Records, groups: tuple[int, ...], participants: int, budget: int = BUDGET
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the datasets in which 1, 2, ... participants of some groups have another complete record.

    Parameters
    ----------
    records : Records
        What is on disk. Records that lack a score are not changed.
    groups : tuple of int
        Places of the groups that may change.
    participants : int
        How far to go.
    budget : int
        Most datasets in all; the search ends before the number of participants that would go beyond.

    Yields
    ------
    number of participants, tables of shape (N, G, K + 1, K + 1)
        Each dataset once; whole numbers of participants, never part of one.
    """
    spent = 0
    changes = {g: [np.zeros((1, records.levels**2), dtype=np.int16)] for g in groups}
    for number in range(1, participants + 1):
        shares = [s for s in product(range(number + 1), repeat=len(groups)) if sum(s) == number]
        sizes = {(g, m): _number_of_changes(records.pairs[g], m) for g in groups for m in range(number + 1)}
        spent += sum(prod(sizes[g, m] for g, m in zip(groups, share, strict=True)) for share in shares)
        if spent > budget:
            return
        for g in groups:
            changes[g].append(_changes(records.pairs[g], number))
        found = [_join(records, groups, [changes[g][m] for g, m in zip(groups, share, strict=True)])
                 for share in shares]  # fmt: skip
        yield number, np.concatenate(found)


def _number_of_changes(table: np.ndarray, number: int) -> int:
    """Return a number that is not below the number of changes of a group's table."""
    occupied, cells = np.count_nonzero(table), table.size
    return comb(occupied + number - 1, number) * comb(cells + number - 2, number) if number else 1


def _changes(table: np.ndarray, number: int) -> np.ndarray:
    """Return all changes of a group's table that change the records of exactly `number` participants, (N, K * K)."""
    counts = table.ravel()
    gains = np.array(list(combinations_with_replacement(range(len(counts)), number)), dtype=np.int64)
    won = np.zeros((len(gains), len(counts)), dtype=np.int16)
    np.add.at(won, (np.arange(len(gains))[:, None], gains), 1)
    found = []
    for lost in combinations_with_replacement(np.flatnonzero(counts).tolist(), number):
        loss = np.bincount(lost, minlength=len(counts))
        if (loss <= counts).all():
            # whoever leaves a cell does not come back to it
            apart = ~(won[:, loss > 0] > 0).any(axis=1)
            found.append(won[apart] - loss.astype(np.int16))
    return np.concatenate(found) if found else np.zeros((0, len(counts)), dtype=np.int16)


def _join(records: Records, groups: tuple[int, ...], changes: list[np.ndarray]) -> np.ndarray:
    """Return the tables of all combinations of the groups' changes."""
    sizes = [len(change) for change in changes]
    k = records.levels
    tables = np.broadcast_to(
        records.tables.astype(np.int16), (*sizes, *records.tables.shape)
    ).copy()  # fmt: skip
    for axis, (g, change) in enumerate(zip(groups, changes, strict=True)):
        shape = [1] * len(sizes)
        shape[axis] = len(change)
        tables[..., g, :k, :k] += change.reshape(*shape, k, k)
    return tables.reshape(-1, *records.tables.shape)


def find_departures(
    records: Records, reading: Reading, participants: int, budget: int = BUDGET
) -> tuple[Departures, np.ndarray, np.ndarray]:
    """Search the departures that make a claim true under the declared procedure.

    Parameters
    ----------
    records : Records
        What is on disk.
    reading : Reading
        The claim.
    participants : int
        How far to go while there is no hit; two participants are searched in any case.
    budget : int
        Most datasets.

    Returns
    -------
    departures : Departures
        All that were searched.
    values : ndarray of float, shape (N, C)
        What the claim's number is in each.
    hits : ndarray of bool, shape (N,)
        Which make the claim true.
    """
    parts: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]] = []
    searched = 0
    for number, tables in enumerate_departures(records, reading.groups, participants, budget):
        searched = number
        if len(tables):
            values = np.concatenate(
                [reading.values(feature_of(reading, chunk, records.study)) for chunk in _chunks(tables)]
            )
            parts.append((number, tables, values, reading.true_of(values)))
        if number >= ALWAYS and any(hits.any() for *_, hits in parts):
            break
    if not parts:
        empty = np.zeros((0, *records.tables.shape), dtype=np.int16)
        return (
            Departures(empty, np.zeros(0, dtype=np.int64), searched),
            np.zeros((0, 1)),
            np.zeros(0, dtype=bool),
        )
    numbers = np.concatenate([np.full(len(tables), number) for number, tables, _, _ in parts])
    tables, values, hits = (np.concatenate([part[i] for part in parts]) for i in (1, 2, 3))
    return Departures(tables, numbers, searched), values, hits


def search_departures(
    records: Records,
    reading: Reading,
    others: list[Reading],
    participants: int = ALWAYS,
    budget: int = BUDGET,
    most: int = 5,
) -> tuple[list[Hit], int]:
    """Return the departures that make a claim true, those that contradict the fewest other claims first.

    Parameters
    ----------
    records, reading, participants, budget
        See `find_departures`.
    others : list of Reading
        The other claims.
    most : int
        How many to return; each says how many there are like it.

    Returns
    -------
    hits : list of Hit
        The coincidence of one is taken over all departures of as many participants or fewer that contradict as many
        claims or fewer.
    searched : int
        Up to how many participants all departures were searched.
    """
    departures, values, fits = find_departures(records, reading, participants, budget)
    if not fits.any():
        return [], departures.searched
    contradicted = sum(
        (~_holds(other, departures.tables, records) for other in others),
        np.zeros(len(fits), dtype=np.int64),
    )
    found = np.flatnonzero(fits)
    # a stable order: fewest contradictions, fewest participants, then as enumerated
    found = found[np.lexsort((found, departures.participants[found], contradicted[found]))]
    shares: dict[tuple[int, int], float] = {}
    hits = []
    for at in found[:most].tolist():
        step = int(contradicted[at]), int(departures.participants[at])
        if step not in shares:
            within = (contradicted <= step[0]) & (departures.participants <= step[1])
            shares[step] = reading.printable.share(reading.printable.covered(values[within]))
        like = fits & (contradicted == step[0]) & (departures.participants == step[1])
        hits.append(
            _hit(records, reading, others, departures.tables[at], values[at], shares[step], int(like.sum()))
        )
    return hits, departures.searched


def _hit(
    records: Records,
    reading: Reading,
    others: list[Reading],
    table: np.ndarray,
    values: np.ndarray,
    share: float,
    like: int,
) -> Hit:
    table = table.astype(np.int64)
    changed, changes = change_records(records, table)
    holding = {other.id: bool(_holds(other, table[None], records)[0]) for other in others}
    true = [value for value in values.tolist() if reading.true_of(np.array([value]))]
    return Hit(
        "departure",
        "departure",
        {"changes": _in_words(records, changes), "like": like},
        true[0],
        effort=len(changes),
        participants_changed=len(changes),
        ways=ways_to(records.pairs, table[:, :-1, :-1]),
        kept=tuple(one for one, holds in holding.items() if holds),
        contradicted=tuple(one for one, holds in holding.items() if not holds),
        coincidence=share,
        witness=sheet_of(changed),
    )


def ways_to(before: np.ndarray, after: np.ndarray) -> int:
    """Count the ways to choose participants and give each another record so that the tables change like this.

    Parameters
    ----------
    before, after : array of int, shape (G, K, K)
        The tables; the fewest participants change.

    Returns
    -------
    int
    """
    ways = 1
    for old, new in zip(
        before.reshape(len(before), -1).tolist(), after.reshape(len(after), -1).tolist(), strict=True
    ):
        lost = [max(0, a - b) for a, b in zip(old, new, strict=True)]
        won = [max(0, b - a) for a, b in zip(old, new, strict=True)]
        ways *= prod(map(comb, old, lost)) * factorial(sum(won)) // prod(map(factorial, won))
    return ways


def _in_words(records: Records, changes: list) -> list[dict[str, object]]:
    """Return changes as params: equal ones once, with their number."""
    study = records.study
    levels = [{"en": level.label.en, "id": level.label.id} for level in study.outcome.levels]
    counted: dict[tuple, int] = {}
    for g, _, old, new in changes:
        counted[g, old, new] = counted.get((g, old, new), 0) + 1
    return [
        {
            "n": number,
            "group": {"en": study.groups[g].label.en, "id": study.groups[g].label.id},
            "group_id": study.groups[g].id,
            "pre": levels[old[0]],
            "post": levels[old[1]],
            "new_pre": levels[new[0]],
            "new_post": levels[new[1]],
            "cells": [study.outcome.level_ids[k] for k in (*old, *new)],
        }
        for (g, old, new), number in counted.items()
    ]


def _holds(reading: Reading, tables: np.ndarray, records: Records) -> np.ndarray:
    return np.concatenate(
        [reading.holds(feature_of(reading, chunk, records.study)) for chunk in _chunks(tables)]
    )


def _chunks(tables: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(tables), CHUNK):
        yield tables[start : start + CHUNK]
