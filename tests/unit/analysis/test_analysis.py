"""From observations to result tables."""

from pathlib import Path

import pandas as pd
import pytest

from oxymilk import analysis
from oxymilk.analysis import baseline_table
from oxymilk.faults import FaultsError, describe
from oxymilk.ingest import ingest_observations
from oxymilk.stats import effects as stats_effects
from oxymilk.study import RankSumSwitches, SignedRankSwitches, load_study

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT / "data" / "bontang2023" / "study.yaml")


def observations(*records):
    """Records are (participant, group, pre, post)."""
    rows = [
        (code, group, timepoint, "milk_production", score)
        for code, group, *scores in records
        for timepoint, score in zip(("pre", "post"), scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=["participant", "group", "timepoint", "outcome", "score"])


SMALL = observations(
    ("I1", "intervention", "kurang", "cukup"),
    ("I2", "intervention", "kurang", ""),
    ("I3", "intervention", "cukup", "cukup"),
    ("K1", "control", "", "kurang"),
    ("K2", "control", "cukup", "kurang"),
)


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
    table = analysis.rank_test_table(study, SMALL).set_index(["test", "group", "role"])
    within = table.loc[("signed_rank", "intervention", "declared")]
    assert (within["n"], within["n_up"], within["n_unchanged"], within["left_out"]) == (2, 1, 1, "I2")
    control = table.loc[("signed_rank", "control", "declared")]
    assert (control["n"], control["n_down"], control["left_out"]) == (1, 1, "K1")
    between = table.loc[("rank_sum", "", "declared")]
    assert (between["n"], between["n1"], between["n2"], between["left_out"]) == (4, 2, 2, "I2")
    assert between["u1"] == 4


def test_groups_can_be_compared_on_their_change(study):
    changed = study.model_copy(update={"between": "change"})
    between = (
        analysis.rank_test_table(changed, SMALL).set_index(["test", "role"]).loc[("rank_sum", "declared")]
    )
    assert (between["timepoint"], between["n1"], between["n2"]) == ("change", 2, 1)
    assert between["left_out"] == "I2 K1"
    # changes +1 and 0 against -1
    assert between["u1"] == 2


def test_one_group_has_no_test_between_groups(study):
    alone = study.model_copy(update={"groups": study.groups[:1]})
    assert analysis.rank_test_table(alone, SMALL)["test"].unique().tolist() == ["signed_rank"]


def test_nobody_with_both_scores_is_no_crash(study):
    empty = observations(("I1", "intervention", "kurang", ""), ("K1", "control", "", "cukup"))
    table = analysis.rank_test_table(study, empty)
    assert table["n"].tolist() == [0, 0, 0, 0, 1, 1]
    assert table["left_out"].tolist() == ["I1", "I1", "K1", "K1", "I1", "I1"]
    assert table["p_value"].isna().all()
    assert analysis.program_table(study, empty).empty
    assert analysis.effect_table(study, empty).empty


def test_every_row_says_which_procedure_made_it(study):
    table = analysis.rank_test_table(study, SMALL)
    assert (table["procedure"] != "").all()
    exact = table[table["role"] == "exact"]
    assert (exact["method"] == "exact").all()
    assert (exact["p_fraction"] != "").all()
    assert (table[table["role"] == "declared"]["p_fraction"] == "").all()


def test_what_programs_print_has_a_row_for_each_test_and_entry(study):
    table = analysis.program_table(study, SMALL)
    assert list(table.columns) == list(analysis.PROGRAM_COLUMNS)
    assert not table.duplicated(["test", "group", "id"]).any()
    assert set(table["group"]) == {"intervention", "control", ""}
    assert table["p_value"].between(0, 1).all()
    assert set(table["printed_by_default"]) == {True, False}


def test_effects_stand_beside_each_test_with_adjusted_and_least_p(study):
    control = [(f"K{i}", "control", "kurang", "cukup" if i < 3 else "kurang") for i in range(10)]
    massage = [(f"I{i}", "intervention", "kurang", "cukup") for i in range(10)]
    table = analysis.effect_table(study, observations(*massage, *control), confidence=0.9)
    assert list(table.columns) == list(analysis.EFFECT_COLUMNS)
    estimates = table.set_index(["test", "group", "effect"])["estimate"]
    # Holm over 0.00157, 0.0833, 0.00138: thrice the least, twice the next (but not below), once the last
    assert estimates["signed_rank", "intervention", "holm_declared"] == pytest.approx(3 * 0.0013811705035)
    assert estimates["signed_rank", "control", "holm_declared"] == pytest.approx(0.0832645166635)
    assert estimates["rank_sum", "", "holm_exact"] == pytest.approx(2 / 323)
    assert estimates["signed_rank", "control", "least_exact"] == 0.25
    assert estimates["rank_sum", "", "risk_difference"] == pytest.approx(0.7)
    assert set(table["confidence"].dropna()) == {0.9}


def test_a_study_of_numbers_is_tested_on_the_decimals_as_written():
    folder = ROOT / "data" / "examples" / "long"
    numeric = load_study(folder)
    found = ingest_observations(numeric, folder)
    table = analysis.rank_test_table(numeric, found.table)
    assert set(table["scale"]) == {"score"}
    assert table["p_value"].notna().all()
    other = analysis.rank_test_table(numeric, found.other_scale, "level")
    assert set(other["scale"]) == {"level"}
    assert len(other) == len(table)
    summary = analysis.summary_table(numeric, found.table).set_index(["group", "timepoint"])
    scores = [float(x) for x in found.table.query("group == 'intervention' and timepoint == 'post'")["score"]]
    row = summary.loc[("intervention", "post")]
    assert row["mean"] == pytest.approx(sum(scores) / len(scores))
    assert (row["minimum"], row["maximum"]) == (min(scores), max(scores))


def test_quartiles_are_those_of_spss(study):
    # SPSS (and R: quantile(1:10, type = 6)) give 2.75, 5.5, 8.25
    numbers = observations(*[(f"I{i}", "intervention", str(i), str(i)) for i in range(1, 11)])
    row = analysis.summary_table(study, numbers).iloc[0]
    assert (row["q1"], row["median"], row["q3"]) == (2.75, 5.5, 8.25)
    assert row["sd"] == pytest.approx(3.0276503541)


def test_of_many_visits_the_two_that_are_compared_are_tested():
    folder = ROOT / "data" / "examples" / "visits"
    visits = load_study(folder)
    found = ingest_observations(visits, folder)
    assert len(visits.timepoints) > 2
    table = analysis.rank_test_table(visits, found.table)
    assert table["timepoint"].tolist()[-1] == visits.compared[1].id
    assert set(analysis.frequency_table(visits, found.table)["timepoint"]) == set(visits.timepoint_ids)


def test_no_observations_give_empty_tables(study):
    nothing = SMALL.iloc[:0]
    assert analysis.rank_test_table(study, nothing).empty
    assert analysis.program_table(study, nothing).empty
    assert analysis.effect_table(study, nothing).empty
    assert (analysis.frequency_table(study, nothing)["total"] == 0).all()


def test_baseline_counts_every_level_and_compares_the_groups(study):
    rows = [(f"I{i}", "intervention", "parity", "multipara" if i < 8 else "", "") for i in range(10)] + [
        (f"K{i}", "control", "parity", "multipara", "") for i in range(10)
    ]
    age = [
        (f"{g}{i}", group, "age", "age_20_35", str(20 + i + shift))
        for g, group, shift in (("I", "intervention", 0), ("K", "control", 10))
        for i in range(10)
    ]
    frame = pd.DataFrame(rows + age, columns=["participant", "group", "characteristic", "level", "value"])
    table = baseline_table(study, frame).set_index(["characteristic", "level", "group"])
    assert table.loc[("parity", "multipara", "intervention"), ["n", "total", "missing"]].tolist() == [8, 8, 2]
    assert table.loc[("parity", "multipara", "control"), "p_value"] == 1
    assert (table.loc["age", "test"] == "mann_whitney_exact").all()
    # 20..29 against 30..39: every value of one group below every value of the other
    assert table.loc["age", "p_value"].iloc[0] == pytest.approx(2 / 184756)
    assert set(table.index.get_level_values(0)) == {"age", "parity"}


def test_an_exact_counterpart_that_needs_too_much_memory_is_left_empty(study, request):
    data = ingest_observations(study, ROOT / "data" / "bontang2023").table
    roomy = analysis.effect_table(study, data).set_index(["test", "group", "effect"])
    request.getfixturevalue("no_memory")
    tests = analysis.rank_test_table(study, data).set_index(["test", "group", "role"])
    effects = analysis.effect_table(study, data).set_index(["test", "group", "effect"])
    for group in study.group_ids:
        # the sign flips do not fit, the hypergeometric distribution between the groups does
        empty = tests.loc[("signed_rank", group, "exact")]
        assert empty[["p_value", "p_fraction", "z", "w_plus", "n_up"]].isna().all()
        assert (empty["n"], empty["method"]) == (10, "exact")
        assert tests.loc[("signed_rank", group, "declared"), "p_value"] > 0
        assert pd.isna(effects.loc[("signed_rank", group, "least_exact"), "estimate"])
        assert pd.isna(effects.loc[("signed_rank", group, "holm_exact"), "estimate"])
    assert tests.loc[("rank_sum", "", "exact"), "p_fraction"] == "1/323"
    # Holm's family is all tests
    assert pd.isna(effects.loc[("rank_sum", "", "holm_exact"), "estimate"])
    kept = ["least_exact", "least_declared", "holm_declared"]
    for name in kept:
        place = ("rank_sum", "", name)
        assert effects.loc[place, "estimate"] == roomy.loc[place, "estimate"]


def test_a_declared_exact_test_that_needs_too_much_memory_is_a_fault(study, no_memory):
    data = ingest_observations(study, ROOT / "data" / "bontang2023").table
    switches = {"signed_rank_switches": SignedRankSwitches(method="exact")}
    declared = study.procedure.model_copy(update=switches)
    with pytest.raises(FaultsError) as caught:
        analysis.rank_test_table(study.model_copy(update={"procedure": declared}), data)
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.column) == (
        "exact_too_large",
        "study.yaml",
        "procedure.signed_rank.method",
    )
    assert "method: asymptotic" in describe(fault)
    assert "GiB" in describe(fault, "id")


def test_a_least_p_that_would_take_too_many_tables_is_left_empty(study, monkeypatch):
    data = ingest_observations(study, ROOT / "data" / "bontang2023").table
    switches = {"rank_sum_switches": RankSumSwitches(method="exact", two_sided="likelihood")}
    declared = study.procedure.model_copy(update=switches)
    changed = study.model_copy(update={"procedure": declared})
    monkeypatch.setattr(stats_effects, "MOST_TABLES", 10)
    effects = analysis.effect_table(changed, data).set_index(["test", "group", "effect"])["estimate"]
    assert pd.isna(effects["rank_sum", "", "least_declared"])
    assert effects["rank_sum", "", "least_exact"] == pytest.approx(1 / 323)
    assert effects["rank_sum", "", "holm_declared"] == pytest.approx(2 / 323)  # second of three
