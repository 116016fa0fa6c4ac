"""Finer scales: every U and W that the categories leave open, against lists of all orders."""

from itertools import pairwise, permutations, product

import numpy as np
import pytest

from oxymilk.explain import scales
from oxymilk.explain.claims_on_counts import Records
from oxymilk.explain.scales import SCORE, search_scales, untied_rank_sum, untied_signed_rank
from oxymilk.stats import Procedure, rank_sum_counts, rank_sum_test, signed_rank_counts, signed_rank_test

PROCEDURES = [Procedure("asymptotic"), Procedure("exact"), Procedure("asymptotic", continuity=True)]


def all_orders(table, procedure):
    """p of every order without ties that a table of categories allows, by U."""
    within = [sorted(set(permutations([1] * a + [0] * b))) for a, b in np.array(table).T.tolist()]
    found = {}
    for order in product(*within):
        groups = [group for level in order for group in level]
        places = [[i for i, group in enumerate(groups) if group == chosen] for chosen in (1, 0)]
        result = rank_sum_test(*places, procedure)
        found[result.u1] = result.p_value
    return found


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
    found = untied_rank_sum(np.array(table))
    expected = all_orders(table, procedure)
    assert found.statistic.tolist() == sorted(expected)
    p_values = rank_sum_counts(found.tables, procedure).p_value
    assert found.complete
    assert p_values.tolist() == pytest.approx([expected[u] for u in sorted(expected)])
    # no ties, and the printed categories
    assert (found.tables.sum(axis=1) == 1).all()
    ends = np.cumsum(np.array(table).sum(axis=0))
    for tables in found.tables:
        parts = [part.sum(axis=1) for part in np.split(tables, ends[:-1], axis=1)]
        assert np.array(parts).T.tolist() == table


@pytest.mark.parametrize(("up", "down", "unchanged"), [(3, 0, 2), (2, 1, 1), (0, 0, 3), (1, 2, 0)])
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_untied_w(up, down, unchanged, procedure):
    expected = all_changes(up, down, unchanged, procedure)
    found = untied_signed_rank(up, down, unchanged)
    fall, rise = found.tables[:, 0], found.tables[:, 1]
    still = up + down + unchanged - found.tables.sum(axis=(1, 2))
    p_values = signed_rank_counts(fall, rise, still, procedure).p_value
    keys = list(zip(found.tables.sum(axis=(1, 2)).tolist(), found.statistic.tolist(), strict=True))
    known = dict(zip(keys, p_values.tolist(), strict=True))
    assert len(known) == len(keys)
    assert known.keys() == expected.keys()
    assert [known[key] for key in expected] == pytest.approx(list(expected.values()))


@pytest.mark.parametrize(("most", "used"), [(99, set()), (100, {5}), (150, {4, 5}), (160, {3, 4, 5})])
def test_pairs_that_stay_are_tried_while_there_is_room(most, used, monkeypatch):
    """3 up and 2 unchanged: 10 sums of ranks when all five changed, 5 when four did, 1 when three did, of ten cells."""
    monkeypatch.setattr(scales, "MOST_CELLS", most)
    found = untied_signed_rank(3, 0, 2)
    assert set(found.tables.sum(axis=(1, 2)).tolist()) == used
    assert found.complete == (most == 160)


def test_too_many_scales_are_not_searched(monkeypatch, make_study, find):
    monkeypatch.setattr(scales, "MOST_CELLS", 20)
    records = after(make_study(2), [[2, 1], [1, 2]])
    assert not untied_rank_sum([[2, 1], [1, 2]]).complete
    # what was searched did not fit, which is not the same as that nothing fits
    assert find("0.500", records, test="rank_sum") is None


def share_of(p_values, printed, digits=3):
    """Share of the strings with so many decimals on the same side of .05 that some p-value prints as."""
    below = float(printed) < 0.05
    strings = {f"{p:.{digits}f}" for p in p_values if (float(f"{p:.{digits}f}") < 0.05) == below}
    small = max(1, 5 * 10 ** (digits - 2))
    return len(strings) / (small if below else 10**digits + 1 - small)


@pytest.fixture
def find(differing_claim, claim_text):
    def search(printed, records, **place):
        return search_scales(differing_claim([claim_text("p", printed, "p_value", **place)], records))

    return search


def after(study, table):
    """Records of which everybody had the lowest level before."""
    codes = []
    for g, counts in enumerate(table):
        levels = [level for level, n in enumerate(counts) for _ in range(n)]
        codes.append({f"{g}{i}": (0, level) for i, level in enumerate(levels)})
    return Records(study, tuple(codes), len(table[0]))


@pytest.mark.parametrize(
    "table", [[[2, 1], [1, 2]], [[0, 3], [2, 1]], [[1, 1, 1], [0, 2, 0]], [[3, 2], [2, 3]]]
)
def test_every_p_value_of_two_groups(table, make_study, decimals, find):
    study = make_study(len(table[0]))
    records, procedure = after(study, table), study.procedure.rank_sum
    p_values = all_orders(table, procedure)
    pairs = sum(table[0]) * sum(table[1])
    for printed in sorted({decimals(p, 3) for p in p_values.values()}):
        (found,) = find(printed, records, test="rank_sum")
        values = sorted(u for u, p in p_values.items() if decimals(p, 3) == printed)
        assert found.params == {
            "statistic": "u", "low": f"{min(p_values):g}", "high": f"{max(p_values):g}",
            "values": [f"{u:g}" for u in values], "others": [f"{pairs - u:g}" for u in values]
        }  # fmt: skip
        assert (found.kind, found.code, found.ways) == ("finer_scale", "scale_untied", len(values))
        assert found.coincidence == pytest.approx(share_of(p_values.values(), printed))
        assert (found.effort, decimals(found.value, 3)) == (1, printed)
        # the witness has the categories of the data and a score that prints the number
        places = dict(zip(found.witness.iloc[:, 0], map(int, found.witness[SCORE]), strict=True))
        scores = [[places[code] for code in codes] for codes in records.codes]
        assert decimals(rank_sum_test(*scores, procedure).p_value, 3) == printed
        levels = [[] for _ in table[0]]
        for codes in records.codes:
            for code, (_, level) in codes.items():
                levels[level].append(places[code])
        for lower, upper in pairwise([level for level in levels if level]):
            assert max(lower) < min(upper)


def test_a_p_value_that_no_finer_scale_prints(make_study, decimals, find):
    """The groups share no level: U is 16 on any scale."""
    study = make_study(2)
    free = all_orders([[4], [4]], study.procedure.rank_sum)
    needed = [f"{u:g}" for u, p in sorted(free.items()) if decimals(p, 3) == "0.149"]
    assert needed
    for printed, code, values in (("0.149", "scale_unattainable", needed), ("0.150", "scale_none", [])):
        (found,) = find(printed, after(study, [[0, 4], [4, 0]]), test="rank_sum")
        params = {"statistic": "u", "low": "16", "high": "16", "values": values}
        assert (found.kind, found.code, found.params, found.witness) == ("none", code, params, None)


@pytest.mark.parametrize(("quantity", "of"), [("z", "z"), ("u", "u1"), ("w", "rank_sum1")])
def test_every_statistic_of_two_groups(quantity, of, make_study, decimals, differing_claim, claim_text):
    """Planted: a statistic of a score without ties; it is found, and the score gives it."""
    study, table = make_study(2), [[2, 2], [3, 1]]
    records, procedure = after(study, table), study.procedure.rank_sum
    finer = untied_rank_sum(table)
    for tables in finer.tables:
        value = abs(float(getattr(rank_sum_counts(tables, procedure), of)))
        claim = claim_text("a", decimals(value, 3), quantity, test="rank_sum")
        (found,) = search_scales(differing_claim([claim], records))
        places = dict(zip(found.witness.iloc[:, 0], map(int, found.witness[SCORE]), strict=True))
        result = rank_sum_test(*([places[code] for code in codes] for codes in records.codes), procedure)
        both = {"z": (abs(result.z),), "u": (result.u1, result.u2), "w": (result.rank_sum1, result.rank_sum2)}
        assert (found.code, found.value) == ("scale_untied", pytest.approx(value))
        assert any(one == pytest.approx(value) for one in both[quantity])
        assert 0 < found.coincidence <= 1


@pytest.mark.parametrize(("quantity", "of"), [("z", "z"), ("w", "w_plus")])
def test_every_statistic_of_pairs(quantity, of, make_study, decimals, differing_claim, claim_text):
    study, place = make_study(2), {"test": "signed_rank", "group": "intervention"}
    records = Records(study, ({f"m{i}": (0, int(i < 3)) for i in range(5)}, {}), 2)
    for changes in ((1, 2, 3, 4, -5), (2, 3, 5, -4, -1), (2, 3, 4, -1, 0)):
        value = abs(getattr(signed_rank_test([0] * 5, changes, study.procedure.signed_rank), of))
        claim = claim_text("a", decimals(value, 3), quantity, **place)
        (found,) = search_scales(differing_claim([claim], records))
        assert (found.code, found.value) == ("scale_untied", pytest.approx(value))


@pytest.mark.parametrize("digits", [1, 3])
@pytest.mark.parametrize(("up", "down", "unchanged"), [(3, 0, 2), (2, 1, 1), (0, 2, 3), (0, 0, 3)])
def test_every_p_value_of_pairs(up, down, unchanged, digits, make_study, decimals, find):
    study = make_study(2)
    who = [(0, 1)] * up + [(1, 0)] * down + [(0, 0)] * unchanged
    # one mother was not seen after: she takes no part
    codes = {f"m{i}": record for i, record in enumerate([*who[::2], (0, 2), *who[1::2]])}
    records, place = Records(study, (codes, {}), 2), {"test": "signed_rank", "group": study.group_ids[0]}
    n = up + down + unchanged
    p_values = all_changes(up, down, unchanged, study.procedure.signed_rank)
    ends = {"statistic": "w"}
    ends |= {name: f"{end(w for _, w in p_values):g}" for name, end in (("low", min), ("high", max))}
    for printed in sorted({decimals(p, digits) for p in p_values.values()}):
        (found,) = find(printed, records, **place)
        values = sorted({w for (_, w), p in p_values.items() if decimals(p, digits) == printed})
        assert found.params == {**ends, "values": [f"{w:g}" for w in values], "others": []}
        assert (found.code, found.ways, decimals(found.value, digits)) == (
            "scale_untied",
            len(values),
            printed,
        )
        assert found.coincidence == pytest.approx(share_of(p_values.values(), printed, digits))
        scores = dict(zip(found.witness.iloc[:, 0], found.witness[SCORE], strict=True))
        assert [code for code in codes if scores[code] == ""] == [
            code for code in codes if codes[code][1] == 2
        ]
        changes = {code: int(score) for code, score in scores.items() if score}
        for code, change in changes.items():
            if codes[code][0] != codes[code][1]:
                assert np.sign(change) == codes[code][1] - codes[code][0]
        p_value = signed_rank_test([0] * n, list(changes.values()), study.procedure.signed_rank).p_value
        assert decimals(p_value, digits) == printed
    (found,) = find("0.999", records, **place)
    assert (found.kind, found.code, found.params) == ("none", "scale_none", {**ends, "values": []})


def test_a_mother_without_a_score_has_no_finer_score_either(make_study, find):
    codes = ({"a": (0, 0), "b": (0, 2), "c": (0, 1)}, {"d": (1, 2), "e": (0, 0), "f": (0, 0)})
    (found,) = find("0.439", Records(make_study(2), codes, 2), test="rank_sum")
    scores = dict(zip(found.witness.iloc[:, 0], found.witness[SCORE], strict=True))
    assert [code for code in "abcdef" if not scores[code]] == ["b", "d"]
