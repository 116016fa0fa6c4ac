"""Which participants' records, changed, would make a claim come true: all ways, the fewest participants first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from math import comb, factorial, prod
from typing import NamedTuple

import numpy as np
import pandas as pd

from oxymilk.explain.claims_on_counts import ClaimOnCounts, Record, Records, one_by_one
from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.explain.datasets import list_tables

CHUNK = 100_000
BUDGET = 1_000_000
ALWAYS = 2  # participants: the search goes so deep if the budget allows, even when something is found


class Departures(NamedTuple):
    """All datasets that differ from the records in some participants, and what they make of a claim.

    * tables, int, shape (N, G, K + 1, K + 1) : The datasets.
    * participants, int, shape (N,) : How many participants' records differ, the fewest possible.
    * values, float, shape (N, C) : What the claim's number is in each.
    * fits, bool, shape (N,) : Which make the claim true.
    * searched : Up to how many participants all datasets are there.
    """

    tables: np.ndarray
    participants: np.ndarray
    values: np.ndarray
    fits: np.ndarray
    searched: int


def _enumerate_departures(
    records: Records, groups: tuple[int, ...], participants: int, budget: int
) -> Iterator[np.ndarray]:
    """Yield all datasets in which 0, 1, 2, ... participants' complete records differ, each once.

    One array (N, G, K + 1, K + 1) for each number of participants, never part of one, while the budget lasts; the
    number of its datasets is bounded before it is formed.
    """
    spent, k = -1, records.levels  # the data as they are are no departure
    occupied = np.count_nonzero(records.pairs, axis=(1, 2)).tolist()
    for number in range(participants + 1):
        # how many participants change in each group: (0, 2), (1, 1), (2, 0)
        splits = [split for split in product(range(number + 1), repeat=len(groups)) if sum(split) == number]
        for split in splits:
            # no fewer than there are: who leaves a cell may go to any other
            spent += prod(
                comb(occupied[g] + many - 1, many) * comb(k**2 + many - 2, many)
                for g, many in zip(groups, split, strict=True)
                if many
            )
        if spent > budget:
            return
        parts = []
        for split in splits:
            changes = [_changes(records.pairs[g], many) for g, many in zip(groups, split, strict=True)]
            # two changes of one group and three of another: places 0 0 0 1 1 1 and 0 1 2 0 1 2, six tables
            places = np.indices([*map(len, changes)]).reshape(len(changes), -1)
            tables = np.tile(records.tables.astype(np.int16), (places.shape[1], 1, 1, 1))
            for g, of_group, at in zip(groups, changes, places, strict=True):
                tables[:, g, :k, :k] += of_group[at]
            parts.append(tables)
        yield np.concatenate(parts)


def _changes(table: np.ndarray, number: int) -> np.ndarray:
    """Return all changes of a group's table that change the records of exactly `number` participants, (N, K, K).

    One participant of [[2, 0], [0, 1]], read as 2 0 0 1, leaves the first cell: -1 1 0 0, -1 0 1 0 or -1 0 0 1;
    or the last: 1 0 0 -1, 0 1 0 -1 or 0 0 1 -1.
    """
    moves = list_tables(number, len(table))[::-1].astype(np.int16)
    losses = moves[(moves <= table).all(axis=(1, 2))]
    # whoever leaves a cell does not come back to it
    changes = [moves[~moves[:, loss > 0].any(axis=1)] - loss for loss in losses]
    return np.concatenate([moves[:0], *changes])


def find_departures(
    records: Records, claim: ClaimOnCounts, participants: int, budget: int = BUDGET
) -> Departures:
    """Return all departures that were searched for one that makes a claim true; see `search_departures`."""
    parts: list[tuple[np.ndarray, ...]] = []
    for number, tables in enumerate(_enumerate_departures(records, claim.groups, participants, budget)):
        values = _by_chunk(lambda chunk: claim.values(claim.feature(chunk)), tables)
        parts.append((tables, np.full(len(tables), number), values, claim.true_of(values)))
        if number >= ALWAYS and any(fits.any() for *_, fits in parts[1:]):
            break
    # the first are the data as they are
    columns = (np.concatenate(column)[1:] for column in zip(*parts, strict=True))
    return Departures(*columns, len(parts) - 1)


def _by_chunk(function: Callable[[np.ndarray], np.ndarray], tables: np.ndarray) -> np.ndarray:
    """Apply a function to some tables at a time, so that memory is bounded."""
    starts = range(0, len(tables) or 1, CHUNK)
    return np.concatenate([function(tables[start : start + CHUNK]) for start in starts])


def search_departures(
    differing: DifferingClaim, *, participants: int = ALWAYS, budget: int = BUDGET, most_departures: int = 5
) -> tuple[list[Explanation], int]:
    """Return the departures that make a claim true, those that contradict the fewest other claims first.

    Parameters
    ----------
    participants : int
        Changed participants to search up to while nothing is found; two are searched in any case.
    budget : int
        Most datasets that are formed for a claim; what needs more is said to be not searched.
    most_departures : int
        How many to return; each says how many there are like it.

    Returns
    -------
    explanations : list of Explanation
        The coincidence of one is taken over all departures of as many participants or fewer that contradict as many
        claims or fewer.
    searched : int
        Up to how many participants all departures were searched.
    """
    records, claim, study = differing.records, differing.on_counts, differing.records.study
    found = find_departures(records, claim, participants, budget)
    if not found.fits.any():
        return [], found.searched
    holds = {
        other.id: _by_chunk(lambda chunk, other=other: other.holds(other.feature(chunk)), found.tables)
        for other in differing.others
    }
    contradicted = len(holds) - sum(holds.values(), np.zeros(len(found.tables), dtype=np.int64))
    fitting = np.flatnonzero(found.fits)
    # a stable order: fewest contradictions, fewest participants, then as enumerated
    order = np.lexsort((fitting, found.participants[fitting], contradicted[fitting]))
    labels = [level.label.model_dump() for level in study.outcome.levels]
    explanations = []
    for at in fitting[order][:most_departures].tolist():
        no_worse = (contradicted <= contradicted[at]) & (found.participants <= found.participants[at])
        like = no_worse & (contradicted == contradicted[at]) & (found.participants == found.participants[at])
        table = found.tables[at].astype(np.int64)
        changed, changes = change_records(records, table)
        equal = Counter((g, old, new) for g, _, old, new in changes)
        said = [
            {"n": number, "group": study.groups[g].label.model_dump(), "group_id": study.groups[g].id,
             "pre": labels[old[0]], "post": labels[old[1]], "new_pre": labels[new[0]], "new_post": labels[new[1]],
             "cells": [study.outcome.level_ids[k] for k in (*old, *new)]}
            for (g, old, new), number in equal.items()
        ]  # fmt: skip
        params = {"changes": said, "like": int((like & found.fits).sum())}
        value = claim.first_true(found.values[at])
        explanations.append(
            Explanation(
                "departure", "departure", params, value, effort=len(changes),
                ways=ways_to(records.pairs, table[:, :-1, :-1]),
                others={name: bool(holding[at]) for name, holding in holds.items()},
                coincidence=claim.printable.share(claim.printable.covered(found.values[no_worse])),
                witness=sheet_of(changed),
            )
        )  # fmt: skip
    return explanations, found.searched


def ways_to(before: np.ndarray, after: np.ndarray) -> int:
    """Count the ways to give the fewest participants other records so that tables (G, K, K) change like this.

    Two of four participants leave a cell, one for each of two others: comb(4, 2) choices of who, 2 of who goes where.

    >>> ways_to(np.array([[[4, 0], [0, 0]]]), np.array([[[2, 1], [1, 0]]]))
    12
    """
    ways = 1
    for old, new in zip(before, after, strict=True):
        lost, won = np.maximum(old - new, 0).ravel().tolist(), np.maximum(new - old, 0).ravel().tolist()
        ways *= prod(map(comb, old.ravel().tolist(), lost)) * factorial(sum(won)) // prod(map(factorial, won))
    return ways


# ---- witnesses ---------------------------------------------------------------------------------------------


def change_records(
    records: Records, tables: np.ndarray
) -> tuple[Records, list[tuple[int, str, Record, Record]]]:
    """Change as few participants' records as possible so that they count to other tables; the first of equal ones.

    The changes are (group, code, old record, new record), in the order of the groups and records.
    """
    codes, changes = [], []
    for g, before in enumerate(records.codes):
        difference = tables[g] - records.tables[g]
        after = dict(before)
        for old, new in zip(one_by_one(-difference), one_by_one(difference), strict=True):
            code = next(code for code, record in after.items() if record == old and before[code] == old)
            after[code] = new
            changes.append((g, code, old, new))
        codes.append(after)
    return replace(records, codes=tuple(codes)), changes


def sheet_of(records: Records) -> pd.DataFrame:
    """Write records as the study's own sheet: the same columns and words, the columns not used left out.

    For a study of one plain sheet, wide or long, the pipeline reads it in that sheet's place. Else these are tidy
    observations, as the steps after ingestion read them. The participant is the first column. Timepoints that are not
    compared, and characteristics, are empty.
    """
    study, levels = records.study, [*records.study.outcome.level_ids, ""]
    sheet = study.sheets[0] if len(study.sheets) == 1 and study.outcome.kind == "levels" else None
    named = sheet and sheet.participant and sheet.participant.column and sheet.group and sheet.group.column
    rows = [
        (code, group, timepoint.id, study.outcome.id, levels[k])
        for group, codes in zip(study.group_ids, records.codes, strict=True)
        for code, record in codes.items()
        for timepoint, k in zip(study.compared, record, strict=True)
    ]
    tidy = pd.DataFrame(rows, columns=["participant", "group", "timepoint", "outcome", "score"], dtype=str)
    if not named or sheet.layout not in ("wide", "long") or sheet.header_row != (1,):
        return tidy
    names = {"participant": sheet.participant.column, "group": sheet.group.column}
    meanings = {"group": sheet.group.codes, "score": sheet.codes}
    if sheet.layout == "long":
        names |= {"timepoint": sheet.timepoint.column, "score": sheet.score}
        meanings["timepoint"] = sheet.timepoint.codes
    for column, codes in meanings.items():
        # the first word of the sheet that means an id; without codes the words are the ids
        words = {meaning: word for word, meaning in reversed(codes.items())}
        tidy[column] = tidy[column].replace(words)
    cells = {}
    if sheet.layout == "wide":
        # a participant's scores before and after follow each other
        scores = {t.id: tidy["score"].to_numpy()[at::2] for at, t in enumerate(study.compared)}
        cells = {column: scores.get(t, "") for t, column in sheet.scores.items()}
        tidy = tidy[::2]
    cells |= {source.column: "" for source in sheet.characteristics.values()}
    return tidy[[*names]].rename(columns=names).assign(**cells).reset_index(drop=True)
