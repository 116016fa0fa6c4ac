"""Finer scales: every U that the categories leave open, against lists of all orders."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest

from oxymilk.explain import scales
from oxymilk.explain.hits import Hit
from oxymilk.explain.readings import feature_of, readings_of
from oxymilk.explain.records import Records, count_records
from oxymilk.explain.scales import (
    SCORE,
    parts_of,
    search_scales,
    tied_rank_sum,
    untied_rank_sum,
    untied_signed_rank,
)
from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

PROCEDURES = [Procedure("asymptotic"), Procedure("exact"), Procedure("asymptotic", continuity=True)]


def brute_orders(table):
    """U and p of every order without ties that a table of categories allows."""
    within = []
    for a, b in np.array(table).T.tolist():
        within.append(sorted(set(permutations([1] * a + [0] * b))))
    return [[group for level in order for group in level] for order in product(*within)]


def all_untied(table, procedure):
    """(U, p) of every order."""
    return [
        (result.u1, result.p_value)
        for order in brute_orders(table)
        for result in [
            rank_sum_test(*([i for i, x in enumerate(order) if x == g] for g in (1, 0)), procedure)
        ]
    ]


def all_changes(up, down, unchanged, procedure):
    """p of every size of each change, and of who stayed going either way or not at all, by pairs used and W+."""
    n = up + down + unchanged
    found = {}
    for sizes in permutations(range(1, n + 1)):
        for signs in product((-1, 0, 1), repeat=unchanged):
            changes = [*sizes[:up], *(-size for size in sizes[up : up + down])]
            changes += [sign * size for sign, size in zip(signs, sizes[up + down :], strict=True)]
            result = signed_rank_test([0] * n, changes, procedure)
            found[result.n_used, result.w_plus] = result.p_value
    return found


@pytest.mark.parametrize(
    "table", [[[2, 1], [1, 3]], [[0, 3], [2, 1]], [[1, 1, 1], [1, 2, 1]], [[0, 2], [3, 0]]]
)
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_untied_u(table, procedure):
    found = untied_rank_sum(np.array(table), procedure)
    expected = dict(all_untied(table, procedure))
    assert found.statistic.tolist() == sorted(expected)
    assert found.p_value.tolist() == pytest.approx([expected[u] for u in sorted(expected)])
    # no ties, and the printed categories
    assert (found.tables.sum(axis=1) == 1).all()
    sizes = np.array(table).sum(axis=0)
    ends = np.cumsum(sizes)
    for tables in found.tables:
        parts = [part.sum(axis=1) for part in np.split(tables, ends[:-1], axis=1)]
        assert np.array(parts).T.tolist() == table


def test_tied_scales_keep_the_categories():
    table = np.array([[1, 2], [1, 2]])
    found = tied_rank_sum(table, Procedure("asymptotic"))
    assert found.steps == 4
    grouped = found.tables.reshape(len(found.tables), 2, 2, found.steps).sum(axis=-1)
    assert (grouped == table).all()
    untied = untied_rank_sum(table, Procedure("asymptotic"))
    # four steps hold these few participants without ties, too
    assert {round(p, 12) for p in untied.p_value} <= {round(p, 12) for p in found.p_value}
    assert found.statistic.min() == untied.statistic.min()
    assert found.statistic.max() == untied.statistic.max()


@pytest.mark.parametrize(("up", "down", "unchanged"), [(3, 0, 2), (2, 1, 1), (0, 0, 3), (1, 2, 0)])
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_untied_w(up, down, unchanged, procedure):
    n = up + down + unchanged
    expected = all_changes(up, down, unchanged, procedure)
    found = untied_signed_rank(up, down, unchanged, procedure)
    assert found.tables.shape == (len(found.statistic), 2, n)
    assert found.tables.dtype == np.int64
    used = found.tables.sum(axis=(1, 2))
    known = {
        (int(m), w): p for m, w, p in zip(used, found.statistic.tolist(), found.p_value.tolist(), strict=True)
    }
    assert known.keys() == expected.keys()
    assert [known[key] for key in expected] == pytest.approx(list(expected.values()))


def test_witness_prints_the_p_value(paper):
    """Group the witness's finer score by hand, and test it."""
    reading = next(each for each in paper.readings if each.id == "mann_whitney_p_abstract")
    feature = feature_of(reading, paper.records.tables, paper.study)
    for hit in search_scales(paper.records, reading, feature, paper.study.procedure.rank_sum):
        sheet = hit.witness
        groups = [sheet.loc[sheet["Kelompok"] == name, SCORE] for name in ("Intervensi", "Kontrol")]
        p_value = rank_sum_test(*(list(map(int, group)) for group in groups), Procedure("asymptotic")).p_value
        assert f"{p_value:.3f}" == "0.004"
        highest = sheet.loc[sheet["Produksi ASI sesudah hari ke-15"] == "Kurang", SCORE].astype(int).max()
        lowest = sheet.loc[sheet["Produksi ASI sesudah hari ke-15"] == "Cukup", SCORE].astype(int).min()
        assert highest < lowest


def test_ways_to_share(every_table):
    for n, parts in ((0, 2), (3, 2), (4, 3), (2, 4)):
        found = parts_of(n, parts)
        assert sorted(map(tuple, found.tolist())) == every_table(n, parts)
        assert not found.flags.writeable


@pytest.mark.parametrize(
    ("most", "steps"), [(1600, 4), (1599, 3), (324, 3), (323, 2), (36, 2), (35, 0), (0, 0)]
)
@pytest.mark.parametrize("method", ["asymptotic", "exact"])
def test_steps_are_as_many_as_the_bound_allows(most, steps, method, monkeypatch):
    """1, 2, 1, 2 participants: 4 x 10 x 4 x 10 tables of four steps, 3 x 6 x 3 x 6 of three, 2 x 3 x 2 x 3 of two."""
    used, other = ("MOST_TABLES", "MOST_EXACT") if method == "asymptotic" else ("MOST_EXACT", "MOST_TABLES")
    monkeypatch.setattr(scales, used, most)
    monkeypatch.setattr(scales, other, 100)
    found = tied_rank_sum(np.array([[1, 2], [1, 2]]), Procedure(method))
    tables = {0: 0, 2: 36, 3: 324, 4: 1600}[steps]
    assert found.steps == steps
    assert found.statistic.shape == found.p_value.shape == (tables,)
    assert found.tables.shape == (tables, 2, 2 * steps or 1)
    assert found.tables.dtype == np.int64
    assert len({table.tobytes() for table in found.tables}) == tables


@pytest.mark.parametrize(("most", "used"), [(12, {5}), (13, {4, 5}), (18, {3, 4, 5})])
def test_pairs_that_stay_are_tried_while_there_is_room(most, used, monkeypatch):
    """3 up and 2 unchanged: 13 sums of ranks when all five changed, 5 when four did, 1 when three did."""
    monkeypatch.setattr(scales, "MOST_TABLES", most)
    found = untied_signed_rank(3, 0, 2, Procedure("asymptotic"))
    assert set(found.tables.sum(axis=(1, 2)).tolist()) == used


# ---- the search, against lists of all finer scores -----------------------------------------------------------


@pytest.fixture(scope="session")
def all_tied(every_table):
    """(U, p) of every way to part each level into steps."""

    def listed(table, steps, procedure):
        found = []
        for cells in product(*(every_table(n, steps) for group in table for n in group)):
            groups = [sum(half, ()) for half in (cells[: len(table[0])], cells[len(table[0]) :])]
            result = rank_sum_test(
                *(np.repeat(range(len(group)), group).tolist() for group in groups), procedure
            )
            found.append((result.u1, result.p_value))
        return found

    return listed


def share_of(p_values, printed, digits=3):
    """Share of the strings with so many decimals on the same side of .05 that some p-value prints as."""
    below = float(printed) < 0.05
    strings = {f"{p:.{digits}f}" for p in p_values if (float(f"{p:.{digits}f}") < 0.05) == below}
    small = max(1, 5 * 10 ** (digits - 2))
    return len(strings) / (small if below else 10**digits + 1 - small)


def after(table):
    """Pairs of which everybody had the lowest level before."""
    table = np.array(table)
    pairs = np.zeros((len(table), table.shape[1], table.shape[1]), dtype=int)
    pairs[:, 0] = table
    return pairs


def find(records, claim):
    (reading,) = readings_of(records, [claim])
    feature = feature_of(reading, records.tables, records.study)
    declared = getattr(records.study.procedure, claim.test)
    return reading, search_scales(records, reading, feature, declared)


@pytest.mark.parametrize(
    "table", [[[2, 1], [1, 2]], [[0, 3], [2, 1]], [[1, 1, 1], [0, 2, 0]], [[3, 2], [2, 3]]]
)
def test_every_p_value_of_two_groups(table, make_study, records_with, claim_text, decimals, all_tied):
    study = make_study(len(table[0]))
    procedure = study.procedure.rank_sum
    records = records_with(study, after(table))
    # five in a level do not fit into few steps without ties
    steps_of_each = 3 if table[0] == [3, 2] else 4
    untied, tied = all_untied(table, procedure), all_tied(table, steps_of_each, procedure)
    pairs = sum(table[0]) * sum(table[1])
    low, high = (f"{end(u for u, _ in untied):g}" for end in (min, max))
    printed = sorted({decimals(p, 3) for _, p in (*untied, *tied)})
    for text in printed:
        _, hits = find(records, claim_text("p", text, "p_value", test="rank_sum"))
        expected = []
        for code, ways, steps, seen in (
            ("scale_untied", untied, 0, untied),
            ("scale_tied", tied, steps_of_each, untied + tied),
        ):
            fits = [(u, p) for u, p in ways if decimals(p, 3) == text]
            values = sorted({u for u, _ in fits})
            if fits:
                params = {
                    "statistic": "u", "low": low, "high": high, "values": [f"{u:g}" for u in values],
                    "steps": steps, "others": [f"{pairs - u:g}" for u in values],
                }  # fmt: skip
                count = len(fits) if steps else len(values)
                expected.append((code, params, count, pytest.approx(share_of([p for _, p in seen], text))))
        assert [(hit.code, hit.params, hit.ways, hit.coincidence) for hit in hits] == expected
        for hit in hits:
            assert (hit.kind, decimals(hit.value, 3), hit.effort) == ("finer_scale", text, 1)
            # the witness has the categories of the data and a score that prints the number
            places = dict(zip(hit.witness.iloc[:, 0], map(int, hit.witness[SCORE]), strict=True))
            assert list(places) == [code for mine in records.codes for code in mine]
            scores = [[places[code] for code in mine] for mine in records.codes]
            assert decimals(rank_sum_test(*scores, procedure).p_value, 3) == text
            levels = [{} for _ in range(len(table[0]))]
            for mine in records.codes:
                for code, (_, level) in mine.items():
                    levels[level][code] = places[code]
            kept = [level for level in levels if level]
            for lower, upper in pairwise(kept):
                assert max(lower.values()) < min(upper.values())


def test_a_p_value_that_no_finer_scale_prints(make_study, records_with, claim_text, decimals):
    study = make_study(2)
    procedure = study.procedure.rank_sum
    table = [[0, 4], [4, 0]]  # the groups share no level: U is 16 on any scale
    records = records_with(study, after(table))
    free = dict(all_untied([[4], [4]], procedure))
    for text, needed in (
        ("0.149", sorted(u for u, p in free.items() if decimals(p, 3) == "0.149")),
        ("0.150", []),
    ):
        _, hits = find(records, claim_text("p", text, "p_value", test="rank_sum"))
        params = {"statistic": "u", "low": "16", "high": "16", "values": [f"{u:g}" for u in needed]}
        code = "scale_unattainable" if needed else "scale_none"
        assert [(hit.kind, hit.code, hit.params) for hit in hits] == [("none", code, params)]
    assert [u for u, p in free.items() if decimals(p, 3) == "0.149"]


def test_changes_of_level_are_no_cut_of_a_score(make_study, records_with, claim_text):
    study = make_study(2)
    records = records_with(study, after([[2, 1], [1, 2]]))
    claim = claim_text("p", "1.000", "p_value", test="rank_sum")
    changed = Records(study.model_copy(update={"between": "change"}), records.tables, records.codes)
    assert find(records, claim)[1]
    assert find(changed, claim)[1] == []


@pytest.mark.parametrize("digits", [1, 3])
@pytest.mark.parametrize(("up", "down", "unchanged"), [(3, 0, 2), (2, 1, 1), (0, 2, 3), (0, 0, 3)])
def test_every_p_value_of_pairs(up, down, unchanged, digits, make_study, claim_text, decimals):
    study = make_study(2)
    procedure = study.procedure.signed_rank
    who = [(0, 1)] * up + [(1, 0)] * down + [(0, 0)] * unchanged
    # one mother was not seen after: she takes no part
    mine = {f"m{i}": record for i, record in enumerate([*who[::2], (0, 2), *who[1::2]])}
    records = Records(study, count_records((mine, {}), 2), (mine, {}))
    n = up + down + unchanged
    found = all_changes(up, down, unchanged, procedure)
    ends = [f"{end(w for _, w in found):g}" for end in (min, max)]
    group = study.group_ids[0]
    for text in sorted({decimals(p, digits) for p in found.values()}):
        _, hits = find(records, claim_text("p", text, "p_value", test="signed_rank", group=group))
        (hit,) = hits
        fits = {key: p for key, p in found.items() if decimals(p, digits) == text}
        values = sorted({w for _, w in fits})
        assert hit.params == {
            "statistic": "w", "low": ends[0], "high": ends[1], "values": [f"{w:g}" for w in values],
            "steps": 0, "others": [],
        }  # fmt: skip
        assert (hit.kind, hit.code, hit.ways) == ("finer_scale", "scale_untied", len(values))
        assert hit.coincidence == pytest.approx(share_of(found.values(), text, digits))
        assert decimals(hit.value, digits) == text
        scores = dict(zip(hit.witness.iloc[:, 0], hit.witness[SCORE], strict=True))
        assert list(scores) == list(mine)
        changes = []
        for code, (pre, post) in mine.items():
            if post == 2:
                assert scores[code] == ""
                continue
            change = int(scores[code])
            if post != pre:
                assert np.sign(change) == post - pre
            changes.append(change)
        assert decimals(signed_rank_test([0] * n, changes, procedure).p_value, digits) == text
    assert find(records, claim_text("p", "0.999", "p_value", test="signed_rank", group=group))[1] == [
        Hit("none", "scale_none", {"statistic": "w", "low": ends[0], "high": ends[1], "values": []})
    ]


def test_a_mother_without_a_score_has_no_finer_score_either(make_study, claim_text):
    study = make_study(2)
    codes = ({"a": (0, 0), "b": (0, 2), "c": (0, 1)}, {"d": (1, 2), "e": (0, 0), "f": (0, 0)})
    records = Records(study, count_records(codes, 2), codes)
    _, hits = find(records, claim_text("p", "0.439", "p_value", test="rank_sum"))
    assert hits
    for hit in hits:
        scores = dict(zip(hit.witness.iloc[:, 0], hit.witness[SCORE], strict=True))
        assert [code for code in "abcdef" if not scores[code]] == ["b", "d"]


@pytest.mark.parametrize("n", [900, 5000])
def test_very_many_tables_are_not_listed(n):
    """Their number is beyond 64 bits, where it would seem to be small."""
    assert not len(tied_rank_sum(np.full((2, 2), n), Procedure("asymptotic")).statistic)
