"""Changed records: every dataset at each distance, against lists of all datasets and of all who could change."""

from itertools import product
from math import comb

import numpy as np
import pytest

from oxymilk.explain import departures
from oxymilk.explain.departures import (
    enumerate_departures,
    find_departures,
    search_departures,
    ways_to,
)
from oxymilk.explain.readings import feature_of, readings_of
from oxymilk.explain.records import Records, count_records

CELL = {"group": "intervention", "timepoint": "post"}
PAIRS = np.array([[[2, 1], [0, 1]], [[0, 1], [0, 1]]])


@pytest.fixture(scope="session")
def by_distance(every_table):
    """All datasets by how many participants' complete records differ, in some groups only."""

    def listed(tables, groups):
        k = tables.shape[-1] - 1
        choices = [
            every_table(int(tables[g, :k, :k].sum()), k * k) if g in groups else [tables[g, :k, :k].ravel()]
            for g in range(len(tables))
        ]
        found = {}
        for chosen in product(*choices):
            other = tables.copy()
            other[:, :k, :k] = np.array(chosen).reshape(-1, k, k)
            distance = int(np.maximum(tables - other, 0).sum())
            found.setdefault(distance, set()).add(other.tobytes())
        return found

    return listed


@pytest.fixture
def incomplete(make_study):
    """Two groups of two levels; in each somebody lacks a score."""
    codes = (
        {"a": (0, 0), "b": (0, 0), "c": (0, 1), "d": (1, 2), "e": (2, 0)},
        {"f": (1, 1), "g": (0, 1), "h": (2, 2)},
    )
    return Records(make_study(2), count_records(codes, 2), codes)


@pytest.mark.parametrize("groups", [(0,), (1,), (0, 1)])
def test_every_dataset_at_each_distance_once(groups, incomplete, by_distance):
    expected = by_distance(incomplete.tables, groups)
    numbers = []
    for number, tables in enumerate_departures(incomplete, groups, 4):
        found = [table.astype(np.int64).tobytes() for table in tables]
        assert len(found) == len(set(found))
        assert set(found) == expected.get(number, set())
        numbers.append(number)
    assert numbers == [1, 2, 3, 4]


def test_at_three_levels(records_with, make_study, by_distance):
    pairs = np.zeros((2, 3, 3), dtype=int)
    pairs[0, 0, 0], pairs[0, 1, 2], pairs[1, 2, 0] = 1, 1, 1
    records = records_with(make_study(3), pairs)
    expected = by_distance(records.tables, (0, 1))
    for number, tables in enumerate_departures(records, (0, 1), 2):
        assert {table.astype(np.int64).tobytes() for table in tables} == expected[number]


def test_a_group_without_a_complete_record_stays(make_study, claim_text, by_distance):
    codes = ({"a": (0, 0), "b": (1, 2)}, {"c": (0, 2)})
    records = Records(make_study(2), count_records(codes, 2), codes)
    claim = claim_text("a", "1", "count", group="control", timepoint="pre", level="level1")
    (reading,) = readings_of(records, [claim])
    found, _, hits = find_departures(records, reading, 2)
    assert (len(found.tables), len(hits), found.searched) == (0, 0, 2)
    ((number, tables),) = enumerate_departures(records, (0, 1), 1)
    assert number == 1
    assert {table.astype(np.int64).tobytes() for table in tables} == by_distance(records.tables, (0,))[1]


@pytest.mark.parametrize(
    ("groups", "budget", "deep"),
    [
        # one record changed: 3 records of 3 other cells in the first group, 2 in the second
        ((0,), 8, 0),
        ((0,), 9, 1),
        ((1,), 5, 0),
        ((1,), 6, 1),
        ((0, 1), 14, 0),
        ((0, 1), 15, 1),
        # two records, or one of each group: at most 6 pairs in 6 pairs of cells, 3 in 6, and 9 times 6
        ((0, 1), 15 + 36 + 18 + 54 - 1, 1),
        ((0, 1), 15 + 36 + 18 + 54, 2),
    ],
)
def test_no_more_datasets_than_the_budget(groups, budget, deep, records_with, make_study):
    records = records_with(make_study(2), np.array([[[1, 1], [1, 0]], [[0, 1], [0, 1]]]))
    found = list(enumerate_departures(records, groups, 2, budget))
    assert [number for number, _ in found] == list(range(1, deep + 1))
    assert sum(len(tables) for _, tables in found) <= budget


def count_claims(claim_text, printed, level="level1"):
    return [claim_text("a", printed, "count", level=level, **CELL)]


@pytest.mark.parametrize(
    ("printed", "participants", "searched"),
    [
        # two participants are level1 after; two are searched in any case, more until there is a hit
        ("3", 1, 1),
        ("3", 2, 2),
        ("3", 4, 2),
        ("4", 1, 1),
        ("4", 4, 2),
        ("5", 2, 2),
        ("5", 4, 3),
        ("9", 4, 4),
    ],
)
def test_the_search_ends_with_a_hit(
    printed, participants, searched, records_with, make_study, claim_text, by_distance
):
    pairs = np.array([[[2, 1], [1, 1]], [[0, 1], [0, 1]]])
    records = records_with(make_study(2), pairs)
    (reading,) = readings_of(records, count_claims(claim_text, printed))
    found, values, hits = find_departures(records, reading, participants)
    assert found.searched == searched
    assert sorted(set(found.participants.tolist())) == list(range(1, searched + 1))
    after = found.tables[:, 0, :, 1].sum(axis=-1)
    assert values[:, 0].tolist() == after.tolist()
    assert hits.tolist() == (after == int(printed)).tolist()
    kinds = by_distance(records.tables, (0,))
    assert [np.count_nonzero(found.participants == n) for n in range(1, searched + 1)] == [
        len(kinds[n]) for n in range(1, searched + 1)
    ]


def test_nothing_within_the_budget(records_with, make_study, claim_text):
    records = records_with(make_study(2), PAIRS)
    (reading,) = readings_of(records, count_claims(claim_text, "3"))
    found, values, hits = find_departures(records, reading, 2, budget=0)
    assert found.searched == 0
    assert (len(found.tables), len(found.participants), len(values), len(hits)) == (0, 0, 0, 0)
    assert found.tables.shape[1:] == records.tables.shape
    assert search_departures(records, reading, [], budget=0) == ([], 0)


def test_a_group_of_one_participant(records_with, make_study, claim_text):
    """Two changed records are searched in any case, of one there are none."""
    records = records_with(make_study(2), np.array([[[1, 0], [0, 0]], [[0, 1], [0, 1]]]))
    (reading,) = readings_of(records, count_claims(claim_text, "1"))
    found, _, hits = find_departures(records, reading, 2)
    assert (len(found.tables), int(hits.sum()), found.searched) == (3, 2, 2)


def test_in_parts_as_at_once(records_with, make_study, claim_text, monkeypatch):
    records = records_with(make_study(2), PAIRS)
    claims = [*count_claims(claim_text, "3"), claim_text("p", "0.3", "p_value", test="rank_sum")]
    reading, other = readings_of(records, claims)
    whole = search_departures(records, reading, [other])
    monkeypatch.setattr(departures, "CHUNK", 4)
    assert search_departures(records, reading, [other]) == whole


@pytest.mark.parametrize("printed", ["0", "2"])
def test_the_best_departures_of_all(printed, records_with, make_study, claim_text, by_distance):
    """Fewest other claims contradicted, then fewest participants; beside each how common it is."""
    records = records_with(make_study(2), PAIRS)
    claims = [
        claim_text("a", printed, "count_up", group="intervention"),
        claim_text("same", "1", "count", level="level1", **(CELL | {"timepoint": "pre"})),
        claim_text("after", "2", "count", level="level1", **CELL),
        claim_text("p", "0.317", "p_value", test="signed_rank", group="intervention"),
        claim_text("control", "5", "count", level="level1", **(CELL | {"group": "control"})),
    ]
    reading, *others = readings_of(records, claims)
    departed = []
    for distance, tables in by_distance(records.tables, (0,)).items():
        if distance in (1, 2):
            for raw in tables:
                table = np.frombuffer(raw, dtype=np.int64).reshape(records.tables.shape)
                held = [bool(each.holds(feature_of(each, table, records.study))) for each in others]
                departed.append((held.count(False), distance, int(table[0, 0, 1]), raw, held))
    wanted = sorted(one[:2] for one in departed if one[2] == int(printed))
    assert len(search_departures(records, reading, others)[0]) == min(5, len(wanted))
    for most in (1, 3, 100):
        hits, searched = search_departures(records, reading, others, most=most)
        assert searched == 2
        assert [(len(hit.contradicted), hit.effort) for hit in hits] == wanted[:most]
    places = set()
    for hit in hits:
        against, effort = len(hit.contradicted), hit.effort
        assert (hit.kind, hit.code, hit.value) == ("departure", "departure", float(printed))
        assert hit.participants_changed == effort
        assert hit.params["like"] == wanted.count((against, effort))
        within = {one[2] for one in departed if one[0] <= against and one[1] <= effort}
        # of four participants none to four can have risen
        assert hit.coincidence == pytest.approx(len(within) / 5)
        (raw,) = {
            one[3]
            for one in departed
            if one[2] == int(printed) and one[:2] == (against, effort) and count_table(hit, records) == one[3]
        }
        held = next(one[4] for one in departed if one[3] == raw)
        names = [each.id for each in others]
        assert hit.kept == tuple(name for name, holds in zip(names, held, strict=True) if holds)
        assert hit.contradicted == tuple(name for name, holds in zip(names, held, strict=True) if not holds)
        table = np.frombuffer(raw, dtype=np.int64).reshape(records.tables.shape)
        assert hit.ways == ways_by_brute_force(PAIRS[0], table[0, :2, :2])
        places.add(raw)
    assert len(places) == len(hits)


def count_table(hit, records):
    """The dataset of a hit, counted from its witness, as bytes."""
    levels = records.study.outcome.level_ids
    tables = np.zeros_like(records.tables)
    wide = hit.witness.pivot(index=["group", "participant"], columns="timepoint", values="score")
    for (group, _), row in wide.iterrows():
        g = records.study.group_ids.index(group)
        tables[g, levels.index(row["pre"]), levels.index(row["post"])] += 1
    return tables.tobytes()


def ways_by_brute_force(before, after):
    """Give every participant every record, and count how often the fewest change and the table comes out."""
    cells = list(product(range(len(before)), repeat=2))
    old = [cell for cell in cells for _ in range(before[cell])]
    fewest = int(np.maximum(before - after, 0).sum())
    ways = 0
    for new in product(cells, repeat=len(old)):
        table = np.zeros_like(after)
        for cell in new:
            table[cell] += 1
        changed = sum(a != b for a, b in zip(old, new, strict=True))
        ways += changed == fewest and (table == after).all()
    return int(ways)


@pytest.mark.parametrize("seed", range(4))
def test_ways_are_those_of_a_list(seed, random_pairs):
    rng = np.random.default_rng(seed)
    before, after = (random_pairs(rng, 2, (4, 3)) for _ in range(2))
    expected = [ways_by_brute_force(old, new) for old, new in zip(before, after, strict=True)]
    assert ways_to(before, after) == expected[0] * expected[1]
    assert ways_to(before[:1], after[:1]) == expected[0]


def test_many_ways_are_counted_exactly():
    """Half of sixty, more ways than floating point tells apart."""
    assert ways_to(np.array([[[60, 0], [0, 0]]]), np.array([[[30, 20], [10, 0]]])) == comb(60, 30) * comb(
        30, 10
    )


def test_changes_in_words(records_with, make_study, claim_text):
    study = make_study(2)
    records = records_with(study, np.array([[[3, 0], [0, 0]], [[0, 2], [0, 0]]]))
    claims = [claim_text("a", "2", "count", level="level1", **CELL)]
    claims.append(claim_text("b", "3", "count", level="level0", **(CELL | {"timepoint": "pre"})))
    reading, other = readings_of(records, claims)
    (first, *_), _ = search_departures(records, reading, [other])
    assert search_departures(records, reading, [other], participants=1) == ([], 1)
    level = [{"en": name, "id": name} for name in ("level0", "level1")]
    assert first.params["changes"] == [
        {
            "n": 2,
            "group": {"en": "Oxytocin massage", "id": "Pijat oksitosin"},
            "group_id": "intervention",
            "pre": level[0],
            "post": level[0],
            "new_pre": level[0],
            "new_post": level[1],
            "cells": ["level0", "level0", "level0", "level1"],
        }
    ]
    assert (first.effort, first.participants_changed, first.ways) == (2, 2, 3)
    (reading,) = readings_of(records, [claims[0]._replace(group="control", printed="0")])
    hits, _ = search_departures(records, reading, [], most=99)
    for change in (change for hit in hits for change in hit.params["changes"]):
        places = ("pre", "post", "new_pre", "new_post")
        assert [change[place]["en"] for place in places] == change["cells"]
        assert change["cells"][:2] == ["level0", "level1"]


def test_of_two_numbers_that_which_is_printed(records_with, make_study, claim_text):
    """A paper prints either U."""
    records = records_with(make_study(2), PAIRS)
    (reading,) = readings_of(records, [claim_text("a", "5", "u", test="rank_sum")])
    for printed in ("1", "5", "6"):
        (reading,) = readings_of(records, [claim_text("a", printed, "u", test="rank_sum")])
        hits, _ = search_departures(records, reading, [])
        assert hits
        assert {hit.value for hit in hits} == {float(printed)}
