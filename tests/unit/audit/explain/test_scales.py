"""Finer scales: every U that the categories leave open, against lists of all orders."""

from itertools import permutations, product

import numpy as np
import pytest

from oxymilk.audit.explain.scales import tied_rank_sum, untied_rank_sum, untied_signed_rank
from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

PROCEDURES = [Procedure("asymptotic"), Procedure("exact"), Procedure("asymptotic", continuity=True)]


def brute_orders(table):
    """U and p of every order without ties that a table of categories allows."""
    within = []
    for a, b in np.array(table).T.tolist():
        within.append(sorted(set(permutations([1] * a + [0] * b))))
    return [[group for level in order for group in level] for order in product(*within)]


@pytest.mark.parametrize(
    "table", [[[2, 1], [1, 3]], [[0, 3], [2, 1]], [[1, 1, 1], [1, 2, 1]], [[0, 2], [3, 0]]]
)
@pytest.mark.parametrize("procedure", PROCEDURES)
def test_untied_u(table, procedure):
    found = untied_rank_sum(np.array(table), procedure)
    expected = {}
    for order in brute_orders(table):
        x = [i for i, one in enumerate(order) if one]
        y = [i for i, one in enumerate(order) if not one]
        result = rank_sum_test(x, y, procedure)
        expected[result.u1] = result.p_value
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
    expected = {}
    for sizes in permutations(range(1, n + 1)):
        for signs in product((-1, 0, 1), repeat=unchanged):
            changes = [*sizes[:up], *(-size for size in sizes[up : up + down])]
            changes += [sign * size for sign, size in zip(signs, sizes[up + down :], strict=True)]
            result = signed_rank_test([0] * n, changes, procedure)
            expected[result.n_used, result.w_plus] = result.p_value
    found = untied_signed_rank(up, down, unchanged, procedure)
    used = found.tables.sum(axis=(1, 2))
    known = {
        (int(m), w): p for m, w, p in zip(used, found.statistic.tolist(), found.p_value.tolist(), strict=True)
    }
    assert known.keys() == expected.keys()
    assert [known[key] for key in expected] == pytest.approx(list(expected.values()))


def test_witness_prints_the_p_value(paper):
    """Group the witness's finer score by hand, and test it."""
    from oxymilk.audit.explain.readings import feature_of
    from oxymilk.audit.explain.scales import SCORE, search_scales

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
