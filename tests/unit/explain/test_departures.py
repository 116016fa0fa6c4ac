"""Changed records: every dataset at each distance, against lists of all datasets and of all who could change."""

from itertools import product
from math import comb

import numpy as np
import pytest
from tests.cases import cases

from oxymilk.explain import departures
from oxymilk.explain.claims_on_counts import Records, claims_on_counts, records_from_counts, records_of
from oxymilk.explain.departures import change_records, find_departures, search_departures, sheet_of, ways_to
from oxymilk.study.sheet import CharacteristicSource, Sheet

CELL = {"group": "intervention", "timepoint": "post", "level": "level1"}
PAIRS = np.array([[[2, 1], [0, 1]], [[0, 1], [0, 1]]])
# two groups of two levels; in each somebody lacks a score
INCOMPLETE = (
    {"a": (0, 0), "b": (0, 0), "c": (0, 1), "d": (1, 2), "e": (2, 0)},
    {"f": (1, 1), "g": (0, 1), "h": (2, 2)},
)


@pytest.fixture(scope="session")
def by_distance(every_table):
    """All datasets by how many participants' complete records differ, in some groups only."""

    def listed(tables, groups):
        k = tables.shape[-1] - 1
        choices = [
            every_table(int(table[:k, :k].sum()), k * k) if g in groups else [table[:k, :k].ravel()]
            for g, table in enumerate(tables)
        ]
        found = {}
        for chosen in product(*choices):
            other = tables.copy()
            other[:, :k, :k] = np.array(chosen).reshape(-1, k, k)
            found.setdefault(int(np.maximum(tables - other, 0).sum()), set()).add(other.tobytes())
        return found

    return listed


def claim_of(records, claim):
    (on_counts,) = claims_on_counts(records, [claim])
    return on_counts


@pytest.mark.parametrize(
    ("cells", "groups"), [(CELL, (0,)), (CELL | {"group": "control"}, (1,)), (CELL | {"group": ""}, (0, 1))]
)
def test_every_dataset_at_each_distance_once(cells, groups, make_study, claim_text, by_distance):
    records = Records(make_study(2), INCOMPLETE, 2)
    found = find_departures(records, claim_of(records, claim_text("a", "9", "count", **cells)), 4)
    expected = by_distance(records.tables, groups)
    assert found.searched == 4
    for number in range(1, 5):
        tables = [table.astype(np.int64).tobytes() for table in found.tables[found.participants == number]]
        assert len(tables) == len(set(tables))
        assert set(tables) == expected.get(number, set())


@cases
def test_no_more_datasets_than_the_budget(cells, budget, searched, make_study, claim_text):
    records = records_from_counts(make_study(2), np.array([[[1, 1], [1, 0]], [[0, 1], [0, 1]]]))
    found = find_departures(records, claim_of(records, claim_text("a", "9", "count", **cells)), 2, budget)
    assert found.searched == searched
    assert len(found.tables) <= budget
    assert found.participants.max(initial=0) == searched


@cases
def test_the_search_ends_when_it_finds(printed, participants, searched, make_study, claim_text):
    records = records_from_counts(make_study(2), np.array([[[2, 1], [1, 1]], [[0, 1], [0, 1]]]))
    found = find_departures(
        records, claim_of(records, claim_text("a", printed, "count", **CELL)), participants
    )
    assert found.searched == found.participants.max() == searched
    after = found.tables[:, 0, :, 1].sum(axis=-1)
    assert found.values[:, 0].tolist() == after.tolist()
    assert found.fits.tolist() == (after == int(printed)).tolist()


@pytest.mark.parametrize("chunk", [4, 100_000])
@pytest.mark.parametrize("printed", ["0", "2"])
def test_the_best_departures_of_all(
    printed, chunk, make_study, differing_claim, claim_text, by_distance, monkeypatch
):
    """Fewest other claims contradicted, then fewest participants; beside each how common it is."""
    monkeypatch.setattr(departures, "CHUNK", chunk)
    records = records_from_counts(make_study(2), PAIRS)
    claims = [
        claim_text("a", printed, "count_up", group="intervention"),
        claim_text("same", "1", "count", **(CELL | {"timepoint": "pre"})),
        claim_text("after", "2", "count", **CELL),
        claim_text("p", "0.317", "p_value", test="signed_rank", group="intervention"),
        claim_text("control", "5", "count", **(CELL | {"group": "control"})),
    ]
    differing = differing_claim(claims, records)
    departed = []
    for distance, tables in by_distance(records.tables, (0,)).items():
        for raw in tables if distance in (1, 2) else ():
            table = np.frombuffer(raw, dtype=np.int64).reshape(records.tables.shape)
            held = {other.id: bool(other.holds(other.feature(table))) for other in differing.others}
            departed.append((list(held.values()).count(False), distance, int(table[0, 0, 1]), raw, held))
    wanted = sorted(one[:2] for one in departed if one[2] == int(printed))
    for most in (1, 3, 100):
        found, searched = search_departures(differing, most_departures=most)
        assert searched == 2
        assert [(list(one.others.values()).count(False), one.effort) for one in found] == wanted[:most]
    places = set()
    for one in found:
        against, effort = list(one.others.values()).count(False), one.effort
        assert (one.kind, one.code, one.value) == ("departure", "departure", float(printed))
        assert one.params["like"] == wanted.count((against, effort))
        within = {other[2] for other in departed if other[0] <= against and other[1] <= effort}
        # of four participants none to four can have risen
        assert one.coincidence == pytest.approx(len(within) / 5)
        # the witness, counted anew, is that dataset
        raw = records_of(records.study, one.witness).tables.tobytes()
        (held,) = (other[4] for other in departed if other[3] == raw)
        assert one.others == held
        table = np.frombuffer(raw, dtype=np.int64).reshape(records.tables.shape)
        assert one.ways == ways_by_brute_force(PAIRS[0], table[0, :2, :2])
        places.add(raw)
    assert len(places) == len(found) == len(wanted)


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
    first, second = (ways_by_brute_force(old, new) for old, new in zip(before, after, strict=True))
    assert (ways_to(before, after), ways_to(before[:1], after[:1])) == (first * second, first)
    # half of sixty: more ways than floating point tells apart
    assert ways_to([np.diag([60, 0])], [np.array([[30, 20], [10, 0]])]) == comb(60, 30) * comb(30, 10)


def test_changes_as_params(differing_claim, claim_text):
    pairs = np.array([[[3, 0], [0, 0]], [[0, 2], [0, 0]]])
    claims = [claim_text("a", "2", "count", **CELL),
              claim_text("b", "3", "count", **(CELL | {"timepoint": "pre", "level": "level0"}))]  # fmt: skip
    (first, *_), _ = search_departures(differing_claim(claims, pairs))
    assert search_departures(differing_claim(claims, pairs), participants=1) == ([], 1)
    level0, level1 = ({"en": name, "id": name} for name in ("level0", "level1"))
    assert first.params["changes"] == [
        {"n": 2, "group": {"en": "Oxytocin massage", "id": "Pijat oksitosin"}, "group_id": "intervention",
         "pre": level0, "post": level0, "new_pre": level0, "new_post": level1,
         "cells": ["level0", "level0", "level0", "level1"]}
    ]  # fmt: skip
    assert (first.effort, first.ways) == (2, 3)


def test_of_two_numbers_that_which_is_printed(differing_claim, claim_text):
    """A paper prints either U."""
    for printed in ("1", "5", "6"):
        found, _ = search_departures(differing_claim([claim_text("a", printed, "u", test="rank_sum")], PAIRS))
        assert {one.value for one in found} == {float(printed)}


@cases
def test_the_first_of_equal_records_change(wanted, changed, make_study):
    codes = ({"a": (0, 0), "b": (0, 0), "c": (0, 0), "d": (1, 1)}, {"e": (0, 1), "f": (0, 1)})
    records = Records(make_study(2), codes, 2)
    after, changes = change_records(records, Records(records.study, wanted, 2).tables)
    wanted = tuple({code: tuple(record) for code, record in group.items()} for group in wanted)
    assert after.codes == wanted
    assert "".join(code for _, code, _, _ in changes) == changed
    assert all(codes[g][code] == old and wanted[g][code] == new for g, code, old, new in changes)


CODES = ({"a": (0, 1), "b": (1, 2)}, {"c": (0, 0)})
WORDS = {
    "participant": "Kode",
    "group": {"column": "Kelompok", "codes": {"Int": "intervention", "Kon": "control"}},
    "codes": {"sedikit": "level0", "kurang": "level0", "banyak": "level1"},
}
WIDE = WORDS | {"file": "wide.csv", "layout": "wide", "scores": {"pre": "Sebelum", "post": "Sesudah"}}
TIMES = {"column": "Waktu", "codes": {"sblm": "pre", "ssdh": "post"}}
LONG = WORDS | {"file": "wide.csv", "layout": "long", "timepoint": TIMES, "score": "ASI"}
PLAIN = {"file": "w.csv", "layout": "wide", "participant": "id", "group": "arm", "scores": {"post": "after"}}
WIDE_ROWS = "Kode,Kelompok,Sebelum,Sesudah a,Int,sedikit,banyak b,Int,banyak, c,Kon,sedikit,sedikit"
LONG_ROWS = """Kode,Kelompok,Waktu,ASI a,Int,sblm,sedikit a,Int,ssdh,banyak b,Int,sblm,banyak b,Int,ssdh,
    c,Kon,sblm,sedikit c,Kon,ssdh,sedikit"""
TIDY = """participant,group,timepoint,outcome,score
    a,intervention,pre,milk_production,level0 a,intervention,post,milk_production,level1
    b,intervention,pre,milk_production,level1 b,intervention,post,milk_production,
    c,control,pre,milk_production,level0 c,control,post,milk_production,level0"""


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        # the first word of each level; a missing score is an empty cell
        ((WIDE,), WIDE_ROWS), ((LONG,), LONG_ROWS),
        # without codes the words are ids
        ((PLAIN,), "id,arm,after a,intervention,level1 b,intervention, c,control,level0"),
        # a timepoint that is not compared
        ((PLAIN | {"scores": {"post": "after", "later": "then"}},),
         "id,arm,after,then a,intervention,level1, b,intervention,, c,control,level0,"),
        # where there is none, or more than one, or its columns have no simple names: tidy observations
        ((), TIDY), ((WIDE, WIDE | {"file": "again.csv"}), TIDY), ((WIDE | {"header_row": [1, 2]},), TIDY),
        ((WIDE | {"header_row": [2]},), TIDY), ((WIDE | {"participant": {"by_row": True}},), TIDY),
        ((WIDE | {"group": {"only": "control"}},), TIDY),
        ((WIDE | {"layout": "visits", "visits": {"1": "pre", "2": "post"}},), TIDY)
    ]
)  # fmt: skip
def test_records_as_a_sheet(sheets, expected, make_study):
    study = make_study(2).model_copy(update={"sheets": tuple(map(Sheet.model_validate, sheets))})
    assert sheet_of(Records(study, CODES, 2)).to_csv(index=False).split() == expected.split()


def test_characteristics_are_empty_and_an_outcome_that_is_a_number_has_no_sheet(make_study):
    characteristics = {"age": CharacteristicSource(column="Umur")}
    sheet = Sheet.model_validate(PLAIN).model_copy(update={"characteristics": characteristics})
    study = make_study(2).model_copy(update={"sheets": (sheet,)})
    row = sheet_of(Records(study, CODES, 2)).iloc[0].to_dict()
    assert row == {"id": "a", "arm": "intervention", "after": "level1", "Umur": ""}
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"kind": "number"})})
    assert sheet_of(Records(study, CODES, 2)).to_csv(index=False).split() == TIDY.split()
