"""Data rebuilt from printed counts, against a list of every dataset."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxymilk.audit.explain.scales import parts_of
from oxymilk.audit.reconstruct import reconstruct
from oxymilk.stats import rank_sum_counts, signed_rank_test


def sizes(claim_text, study, numbers):
    return [
        claim_text(f"size{g}", n, "sample_size", group=group)
        for g, (group, n) in enumerate(zip(study.group_ids, numbers, strict=True))
    ]


def test_the_paper_is_one_sheet(paper):
    found = reconstruct(paper.study, paper.claims)
    assert (found.number, found.unknown) == (1, ())
    assert found.sizes == {"intervention": 10, "control": 10}
    # no dataset prints all three p-values and the counts
    assert found.with_p_values == 0
    columns = ["Kelompok", "Produksi ASI sebelum", "Produksi ASI sesudah hari ke-15"]
    assert list(found.sheet.columns) == ["Kode", *columns]
    assert found.sheet[columns].value_counts().to_dict() == {
        ("Intervensi", "Kurang", "Cukup"): 10,
        ("Kontrol", "Kurang", "Kurang"): 7,
        ("Kontrol", "Kurang", "Cukup"): 3,
    }
    p_values = found.ranges[found.ranges["quantity"] == "p_value"]
    assert (p_values["low"] == p_values["high"]).all()
    assert p_values["low"].tolist() == [
        "0.001565402258", "0.001953125", "0.08326451666", "0.25", "0.001381170504", "0.003095975232",
    ]  # fmt: skip


@settings(max_examples=40)
@given(data=st.data())
def test_counts_allow_what_a_list_allows(data, make_study, claim_text):
    levels = data.draw(st.sampled_from([2, 3]))
    n = data.draw(st.integers(1, 5))
    study = make_study(levels, groups=1)
    table = np.array(data.draw(st.sampled_from(parts_of(n, levels**2).tolist()))).reshape(levels, levels)
    claims = sizes(claim_text, study, [n])
    expected = parts_of(n, levels**2).reshape(-1, levels, levels)
    for timepoint, axis in (("pre", 1), ("post", 0)):
        for level in range(levels):
            if data.draw(st.booleans()):
                count = int(table.sum(axis=axis)[level])
                cell = {"group": "intervention", "timepoint": timepoint, "level": f"level{level}"}
                claims.append(claim_text(f"{timepoint}{level}", count, "count", **cell))
                expected = expected[expected.sum(axis=1 + axis)[:, level] == count]
    if data.draw(st.booleans()):
        up = int(np.triu(table, 1).sum())
        claims.append(claim_text("up", up, "count_up", group="intervention"))
        expected = expected[np.triu(expected, 1).sum(axis=(1, 2)) == up]
    found = reconstruct(study, claims)
    assert found.number == len(expected)
    assert (found.sheet is None) == (len(expected) != 1)
    p_values = []
    for one in expected:
        cells = [(i, j) for i, j in np.argwhere(one).tolist() for _ in range(one[i, j])]
        pre, post = zip(*cells, strict=True)
        p_values.append(signed_rank_test(pre, post, study.procedure.signed_rank).p_value)
    row = found.ranges[(found.ranges["quantity"] == "p_value") & (found.ranges["role"] == "declared")].iloc[0]
    assert float(row["low"]) == pytest.approx(min(p_values))
    assert float(row["high"]) == pytest.approx(max(p_values))
    both = {p < 0.05 for p in p_values}
    assert row["decision"] == "; ".join(
        word for word, sign in (("significant", True), ("not significant", False)) if sign in both
    )


def test_counts_of_both_groups_together(make_study, claim_text):
    study = make_study(2)
    claims = sizes(claim_text, study, [3, 2])
    # nobody well before; of all five, four well after
    claims.append(claim_text("pre", "5", "count", timepoint="pre", level="level0"))
    claims.append(claim_text("post", "80%", "percent", timepoint="post", level="level1"))
    found = reconstruct(study, claims)
    assert found.number == 2  # 3 + 1 or 2 + 2
    row = found.ranges[(found.ranges["test"] == "rank_sum") & (found.ranges["quantity"] == "p_value")].iloc[0]
    tables = np.array([[[0, 3], [1, 1]], [[1, 2], [0, 2]]])
    expected = rank_sum_counts(tables, study.procedure.rank_sum).p_value
    assert [float(row["low"]), float(row["high"])] == pytest.approx(sorted(expected))


def test_contradicting_counts_are_named(make_study, claim_text):
    study = make_study(2, groups=1)
    cell = {"group": "intervention", "timepoint": "post"}
    claims = sizes(claim_text, study, [10])
    claims.append(claim_text("well", "7", "count", level="level1", **cell))
    claims.append(claim_text("unwell", "40%", "percent", level="level0", **cell))
    found = reconstruct(study, claims)
    assert found.number == 0
    assert found.sheet is None
    assert found.ranges.empty
    assert found.contradictions["claims"].tolist() == ["well unwell"]


def test_sizes(make_study, claim_text):
    study = make_study(2)
    one = sizes(claim_text, study, [10, 10])[:1]
    found = reconstruct(study, one)
    assert found.unknown == ("control",)
    assert found.number is None
    twice = [*sizes(claim_text, study, [10, 10]), claim_text("again", "12", "sample_size", group="control")]
    assert reconstruct(study, twice).unknown == ("control",)
    # the denominator of a count stands in for a size that is not printed
    cell = {"group": "control", "timepoint": "pre", "level": "level0", "n": "10"}
    counted = reconstruct(study, [*one, claim_text("n", "10", "count", **cell)])
    assert counted.sizes == {"intervention": 10, "control": 10}
    assert counted.number == 286 * 11
    assert counted.datasets["group"].isin(study.group_ids).all()


def test_beyond_the_budget_is_said(make_study, claim_text):
    study = make_study(5)
    found = reconstruct(study, sizes(claim_text, study, [30, 30]))
    assert found.number is None
    assert "tables of a group" in found.not_searched
