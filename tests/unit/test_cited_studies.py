"""The cited studies: what their pages say of them holds, and the pipeline's steps run on one group and on no sheet."""

import itertools
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cases import read_rows

from oxymilk.analysis.tables import effect_table, frequency_table, program_table, rank_test_table
from oxymilk.audit.claims import load_claims
from oxymilk.audit.printed import as_runs, parse_printed, sizes_that_allow
from oxymilk.audit.verdicts import audit_claims
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study
from oxymilk.texts import labels

DATA = Path(__file__).parents[2] / "data"
STUDIES = ("muayah2023", "anggraeni2021")


def load(name):
    """A study, its observations, its tests and its verdicts."""
    study = load_study(DATA / name / "study.yaml")
    observations = ingest_observations(study, DATA / name).frame("observations")
    frequencies = as_read(frequency_table(study, observations))
    tests = as_read(rank_test_table(study, observations))
    claims = load_claims(DATA / name / "claims.csv", study)
    return study, observations, tests, audit_claims(study, claims, frequencies, tests)


@pytest.mark.parametrize("name", STUDIES)
def test_every_verdict_is_the_expected_one_and_one_group_has_no_test_between_groups(name):
    study, observations, tests, verdicts = load(name)
    assert set(verdicts["as_expected"]) == {"true"}
    assert set(verdicts["verdict"]) <= {"reproduced", "not_checkable"}
    assert study.procedure.rank_sum is None
    # without a sheet there is no test at all
    assert bool(study.sheets) == bool(len(observations)) == (name == "muayah2023")
    for table in (
        tests,
        effect_table(study, observations, rank_test_table(study, observations)),
        program_table(study, observations),
    ):
        assert set(table["test"]) == ({"signed_rank"} if study.sheets else set())


# --- muayah2023


def test_the_cited_counts_allow_one_table_of_two_levels_only():
    claims = {row["id"]: row["printed"] for row in read_rows(DATA / "muayah2023" / "claims.csv")}
    names = ("sample_size", "kurang_count_pre", "cukup_count_post")
    mothers, before, after = (int(claims[f"{name}_introduction"]) for name in names)
    # (stayed low, went up, went down, stayed high)
    three = itertools.product(range(mothers + 1), repeat=3)
    tables = [(*counts, mothers - sum(counts)) for counts in three if sum(counts) <= mothers]
    fitting = [table for table in tables if table[0] + table[1] == before and table[1] + table[3] == after]
    assert fitting == [(10, 25, 0, 0)]
    sheet = read_rows(DATA / "muayah2023" / "observations.csv")
    pairs = Counter((row["Produksi ASI sebelum"], row["Produksi ASI sesudah"]) for row in sheet)
    assert pairs == {("Kurang", "Kurang"): 10, ("Kurang", "Cukup"): 25}
    assert len({row["Kode"] for row in sheet}) == 35


def test_every_procedure_prints_the_cited_p_value():
    # the reason in study.yaml: the choice of a procedure decides nothing
    study, observations, *_ = load("muayah2023")
    ranks = program_table(study, observations).query("test == 'signed_rank' and kind == 'rank'")
    assert len(ranks) > 5
    assert ranks["p_value"].max() < 0.0005
    declared = rank_test_table(study, observations).query("role == 'declared'").iloc[0]
    # 25 equal ranks: z = 25 / sqrt(25); the two-sided tail of the normal distribution at 5 is 5.733e-7
    assert declared["z"] == pytest.approx(5, abs=1e-12)
    assert declared["p_value"] == pytest.approx(5.733031437583892e-07, rel=1e-9)


# --- anggraeni2021


def test_page_and_verdicts_list_the_sample_sizes_that_allow_the_printed_numbers():
    page = (DATA / "anggraeni2021" / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| (?=[\d]).*? \| ([\d, -]+) \|$", page, flags=re.MULTILINE)
    percent, mean, coarse = (
        sizes_that_allow(parse_printed(printed, ",").interval(), range(1, 101), Fraction(unit))
        for printed, unit in (("73,3", 100), ("284,85", 1), ("284,85", 10))
    )
    both = [n for n in percent if n in mean]
    assert listed == [as_runs(allowed) for allowed in (percent, mean, coarse, both)]
    assert both == [60, 75, 86]
    found = load("anggraeni2021")[-1].set_index("id")["prints_as"]
    assert found["lancar_percent_discussion"] == "n = 15, 30, 45, 60, 75, 86, 90"
    assert found["weight_gain_ten_grams_introduction"] == "n = 33, 66, 68, 97, 99"


@pytest.mark.parametrize("name", STUDIES)
def test_claims_are_numbers_of_the_citing_studys_claims(name):
    known = {row["printed"] for row in read_rows(DATA / "bontang2023" / "claims.csv")} | {"not significant"}
    claims = read_rows(DATA / name / "claims.csv")
    assert {row["printed"] for row in claims} <= known
    assert {
        (row["where"], *(labels(language).place(row["where"]) for language in ("en", "id"))) for row in claims
    } == {
        ("introduction cited", "introduction (as cited)", "pendahuluan (dikutip)"),
        ("discussion cited", "discussion (as cited)", "pembahasan (dikutip)"),
    }
