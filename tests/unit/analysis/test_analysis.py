"""From observations to result tables."""

from pathlib import Path

import pandas as pd
import pytest

from oxymilk.analysis import tables as analysis
from oxymilk.faults import FaultsError, describe
from oxymilk.ingest import ingest_observations
from oxymilk.stats import effects as stats_effects
from oxymilk.study import RankSumSwitches, SignedRankSwitches, load_study

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="module")
def study():
    return load_study(DATA / "bontang2023" / "study.yaml")


@pytest.fixture(scope="module")
def data(study):
    return ingest_observations(study, DATA / "bontang2023").frame("observations")


def observations(*records):
    """Records are (participant, group, pre, post)."""
    rows = [
        (code, group, timepoint, "milk_production", score)
        for code, group, *scores in records
        for timepoint, score in zip(("pre", "post"), scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=["participant", "group", "timepoint", "outcome", "score"])


def changed(study, **switches):
    """The study with other switches of a test."""
    return study.model_copy(update={"procedure": study.procedure.model_copy(update=switches)})


_ROWS = "I1,intervention,kurang,cukup I2,intervention,kurang, I3,intervention,cukup,cukup"
_ROWS += " K1,control,,kurang K2,control,cukup,kurang"
SMALL = observations(*(row.split(",") for row in _ROWS.split(" ")))


def effects_of(study, data, **options):
    return analysis.effect_table(study, data, analysis.rank_test_table(study, data), **options)


def comparisons_of(study, data):
    return analysis.comparison_table(study, data, effects_of(study, data))


def test_frequencies_count_every_cell_and_name_what_is_missing(study):
    table = analysis.frequency_table(study, SMALL)
    assert list(table.columns) == list(analysis.FREQUENCY_COLUMNS)
    assert table.drop(columns="percent").values.tolist() == [
        ["intervention", "pre", "kurang", 2, 3, 0],
        ["intervention", "pre", "cukup", 1, 3, 0],
        ["intervention", "post", "kurang", 0, 2, 1],
        ["intervention", "post", "cukup", 2, 2, 1],
        ["control", "pre", "kurang", 0, 1, 1],
        ["control", "pre", "cukup", 1, 1, 1],
        ["control", "post", "kurang", 2, 2, 0],
        ["control", "post", "cukup", 0, 2, 0],
    ]
    assert table["percent"].tolist() == pytest.approx([200 / 3, 100 / 3, 0, 100, 0, 100, 100, 0])


def test_each_test_uses_whom_it_can_and_names_the_others(study):
    table = analysis.rank_test_table(study, SMALL)
    rows = table[table["role"] == "declared"].set_index("group")
    columns = ["test", "n", "n1", "n2", "n_up", "n_down", "n_unchanged", "u1", "left_out"]
    expected = {
        "intervention": ("signed_rank", 2, None, None, 1, 0, 1, None, "I2"),
        "control": ("signed_rank", 1, None, None, 0, 1, 0, None, "K1"),
        "": ("rank_sum", 4, 2, 2, None, None, None, 4, "I2"),
    }
    for group, row in expected.items():
        assert tuple(None if pd.isna(cell) else cell for cell in rows.loc[group, columns]) == row
    assert (rows["p_fraction"] == "").all()
    exact = table[table["role"] == "exact"]
    assert (exact["method"] == "exact").all()
    assert (exact["p_fraction"] != "").all()
    assert (table["procedure"] != "").all()


def test_groups_can_be_compared_on_their_change(study):
    table = analysis.rank_test_table(study.model_copy(update={"between": "change"}), SMALL)
    between = table.set_index(["test", "role"]).loc[("rank_sum", "declared")]
    assert (between["timepoint"], between["n1"], between["n2"]) == ("change", 2, 1)
    # changes +1 and 0 against -1
    assert (between["left_out"], between["u1"]) == ("I2 K1", 2)


def test_one_group_has_no_test_between_groups(study):
    alone = study.model_copy(update={"groups": study.groups[:1]})
    assert analysis.rank_test_table(alone, SMALL)["test"].unique().tolist() == ["signed_rank"]


def test_nobody_with_both_scores_is_no_crash(study):
    empty = observations(("I1", "intervention", "kurang", ""), ("K1", "control", "", "cukup"))
    table = analysis.rank_test_table(study, empty)
    assert table["n"].tolist() == [0, 0, 0, 0, 1, 1]
    assert table["left_out"].tolist() == ["I1", "I1", "K1", "K1", "I1", "I1"]
    assert table["p_value"].isna().all()
    nothing = SMALL.iloc[:0]
    for make in (analysis.program_table, effects_of):
        assert make(study, empty).empty
        assert make(study, nothing).empty
    assert analysis.rank_test_table(study, nothing).empty
    assert (analysis.frequency_table(study, nothing)["total"] == 0).all()


def test_what_programs_print_has_a_row_for_each_test_and_entry(study):
    table = analysis.program_table(study, SMALL)
    assert list(table.columns) == list(analysis.PROGRAM_COLUMNS)
    assert not table.duplicated(["test", "group", "id"]).any()
    assert set(table["group"]) == {"intervention", "control", ""}
    assert table["p_value"].between(0, 1).all()
    assert set(table["printed_by_default"]) == {True, False}


def test_effects_lie_beside_each_test_with_adjusted_and_least_p(study):
    control = [(f"K{i}", "control", "kurang", "cukup" if i < 3 else "kurang") for i in range(10)]
    massage = [(f"I{i}", "intervention", "kurang", "cukup") for i in range(10)]
    table = effects_of(study, observations(*massage, *control), confidence=0.9)
    assert list(table.columns) == list(analysis.EFFECT_COLUMNS)
    assert set(table["confidence"].dropna()) == {0.9}
    # Holm over 0.00157, 0.0833, 0.00138: thrice the least, twice the next (but not below), once the last
    expected = {
        ("signed_rank", "intervention", "holm_declared"): 3 * 0.0013811705035,
        ("signed_rank", "control", "holm_declared"): 0.0832645166635,
        ("rank_sum", "", "holm_exact"): 2 / 323,
        ("signed_rank", "control", "least_exact"): 0.25,
        ("rank_sum", "", "risk_difference"): 0.7,
    }
    estimates = table.set_index(["test", "group", "effect"])["estimate"]
    assert {place: estimates[place] for place in expected} == pytest.approx(expected)


def test_a_study_of_numbers_is_tested_on_the_decimals_as_written():
    numeric = load_study(DATA / "examples" / "long")
    found = ingest_observations(numeric, DATA / "examples" / "long")
    table = analysis.rank_test_table(numeric, found.frame("observations"))
    assert table["p_value"].notna().all()
    other = analysis.rank_test_table(numeric, found.frame("other_scale"), "level")
    assert (set(table["scale"]), set(other["scale"])) == ({"score"}, {"level"})
    assert len(other) == len(table)
    summary = analysis.summary_table(numeric, found.frame("observations")).set_index(["group", "timepoint"])
    scores = (
        found.frame("observations")
        .query("group == 'intervention' and timepoint == 'post'")["score"]
        .astype(float)
    )
    row = summary.loc[("intervention", "post")]
    assert row["mean"] == pytest.approx(scores.mean())
    assert (row["minimum"], row["maximum"]) == (scores.min(), scores.max())


def test_scores_and_their_changes_are_described(study):
    # quantile(1:10) of R, type 7, gives 3.25, 5.5, 7.75
    numbers = observations(*[(f"I{i}", "intervention", str(i), f"{i}.{i % 2}") for i in range(1, 11)])
    numbers.loc[3, "score"] = ""
    table = analysis.summary_table(study, numbers).set_index("timepoint")
    assert table.loc["pre", ["n", "q1", "median", "q3"]].tolist() == [10, 3.25, 5.5, 7.75]
    assert table.loc["pre", "sd"] == pytest.approx(3.0276503541)
    # of the nine with both scores, on decimals: 3.1 - 3 is 1.1 - 1
    change = table.loc["change", ["n", "missing", "minimum", "maximum", "median"]]
    assert change.tolist() == [9, 1, 0, 0.1, 0.1]


def test_of_many_visits_the_two_that_are_compared_are_tested():
    visits = load_study(DATA / "examples" / "visits")
    found = ingest_observations(visits, DATA / "examples" / "visits")
    assert len(visits.timepoints) > 2
    table = analysis.rank_test_table(visits, found.frame("observations"))
    assert table["timepoint"].tolist()[-1] == visits.compared[1].id
    assert set(analysis.frequency_table(visits, found.frame("observations"))["timepoint"]) == set(
        visits.timepoint_ids
    )


def test_baseline_counts_every_level_and_compares_the_groups(study):
    members = [(group, i) for group in ("intervention", "control") for i in range(10)]
    rows = [
        (f"{group}{i}", group, "parity", "" if group == "intervention" and i > 7 else "multipara", "")
        for group, i in members
    ] + [
        (f"{group}{i}", group, "age", "age_20_35", str(20 + i + (10 if group == "control" else 0)))
        for group, i in members
    ]
    frame = pd.DataFrame(rows, columns=["participant", "group", "characteristic", "level", "value"])
    table = (
        analysis.baseline_table(study, frame, SMALL)
        .set_index(["characteristic", "level", "group"])
        .sort_index()
    )
    assert table.loc[("parity", "multipara", "intervention"), ["n", "total", "missing"]].tolist() == [8, 8, 2]
    assert table.loc[("parity", "multipara", "control"), "p_value"] == 1
    assert (table.loc["age", "test"] == "mann_whitney_exact").all()
    # 20..29 against 30..39: every value of one group below every value of the other
    assert table.loc["age", "p_value"].iloc[0] == pytest.approx(2 / 184756)
    assert set(table.index.get_level_values(0)) == {"age", "parity", "milk_production"}
    # numbers are described in a row of their own
    described = table.loc[("age", "", "control"), ["n", "mean", "q1", "median", "q3", "minimum", "maximum"]]
    assert described.tolist() == [10, 34.5, 32.25, 34.5, 36.75, 30, 39]
    assert table.loc["age", "difference"].iloc[0] == pytest.approx(10 / 3.0276503541)
    assert table.loc["parity", "difference"].iloc[0] == 0
    # the outcome at baseline: one of three, and the one whose score is known
    outcome = table.loc["milk_production"].loc["cukup"]
    assert outcome[["n", "total", "missing"]].values.tolist() == [[1, 1, 1], [1, 3, 0]]
    assert outcome["difference"].tolist() == [pytest.approx((2 / 3) / (1 / 9) ** 0.5)] * 2


def test_the_groups_are_compared_at_baseline_at_follow_up_and_on_the_change(study, data):
    table = comparisons_of(study, data).set_index("timepoint")
    assert list(table.index) == ["pre", "post", "change"]
    assert table["primary"].tolist() == [False, True, False]
    assert table["effect"].tolist() == ["risk_difference", "risk_difference", "rank_biserial"]
    assert table["estimate"].tolist() == pytest.approx([0, 0.7, 0.7])
    tests = analysis.rank_test_table(study, data).set_index(["test", "role"])["p_value"]
    of_groups = tests.loc["rank_sum"][["declared", "exact"]]
    assert table.loc["post", ["p_value", "p_exact"]].tolist() == of_groups.tolist()
    small = comparisons_of(study.model_copy(update={"between": "change"}), SMALL).set_index("timepoint")
    assert small.loc["change", ["primary", "n1", "n2", "left_out"]].tolist() == [True, 2, 1, "I2 K1"]
    assert small.loc["post", ["n1", "n2", "estimate"]].tolist() == [2, 2, 1]
    alone = study.model_copy(update={"groups": study.groups[:1]})
    assert comparisons_of(alone, data).empty


def test_an_exact_counterpart_that_needs_too_much_memory_is_left_empty(study, data, request):
    place = ["test", "group", "effect"]
    roomy = effects_of(study, data).set_index(place)["estimate"]
    request.getfixturevalue("no_memory")
    tests = analysis.rank_test_table(study, data).set_index(["test", "group", "role"])
    effects = effects_of(study, data).set_index(place)["estimate"]
    for group in study.group_ids:
        # the sign flips do not fit, the hypergeometric distribution between the groups does
        empty = tests.loc[("signed_rank", group, "exact")]
        assert empty[["p_value", "p_fraction", "z", "w_plus", "n_up"]].isna().all()
        assert (empty["n"], empty["method"]) == (10, "exact")
        assert tests.loc[("signed_rank", group, "declared"), "p_value"] > 0
        assert all(pd.isna(effects["signed_rank", group, f"{name}_exact"]) for name in ("least", "holm"))
    assert tests.loc[("rank_sum", "", "exact"), "p_fraction"] == "1/323"
    # Holm's family is all tests
    assert pd.isna(effects["rank_sum", "", "holm_exact"])
    for name in ("least_exact", "least_declared", "holm_declared"):
        assert effects["rank_sum", "", name] == roomy["rank_sum", "", name]


def test_a_declared_exact_test_that_needs_too_much_memory_is_a_fault(study, data, no_memory):
    exact = changed(study, signed_rank_switches=SignedRankSwitches(method="exact"))
    with pytest.raises(FaultsError) as caught:
        analysis.rank_test_table(exact, data)
    (fault,) = caught.value.faults
    place = fault.code, fault.file, fault.column
    assert place == ("exact_too_large", "study.yaml", "procedure.signed_rank.method")
    assert "method: asymptotic" in describe(fault)
    assert "GiB" in describe(fault, "id")


def test_a_least_p_that_would_take_too_many_steps_is_left_empty(study, data, monkeypatch):
    likelihood = RankSumSwitches(method="exact", two_sided="likelihood")
    monkeypatch.setattr(stats_effects.rank_sum, "MOST_WORK", 1)
    table = effects_of(changed(study, rank_sum_switches=likelihood), data)
    effects = table.set_index(["test", "group", "effect"])["estimate"]
    assert pd.isna(effects["rank_sum", "", "least_declared"])
    assert effects["rank_sum", "", "least_exact"] == pytest.approx(1 / 323)
    assert effects["rank_sum", "", "holm_declared"] == pytest.approx(2 / 323)  # second of three
