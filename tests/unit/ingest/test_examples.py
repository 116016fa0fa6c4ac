"""Every example in data/examples is a study: it loads, ingests, and gives the scores its sheet shows."""

import csv
import functools
from pathlib import Path

import pytest
from tests.cases import tables_of
from tests.unit.ingest.conftest import scores

from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

LEVELS = tables_of(__file__)["levels"]
SCORES = tables_of(__file__)["scores"]


@functools.cache
def example(name):
    return ingest_observations(load_study(EXAMPLES / name), EXAMPLES / name)


@pytest.mark.parametrize("name", LEVELS)
def test_levels(name):
    table = example(name).frame("observations")
    found = []
    for group in ("intervention", "control"):
        for timepoint in ("pre", "post"):
            here = table[(table["group"] == group) & (table["timepoint"] == timepoint)]["score"]
            found.append("".join(score[:1] or "-" for score in here))
    if name == "crosstab":  # the order of its participants says nothing
        found = ["".join(sorted(levels, reverse=True)) for levels in found]
    assert found == LEVELS[name]


@pytest.mark.parametrize("name", SCORES)
def test_scores(name):
    assert scores(example(name)) == SCORES[name].split()


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_complete_and_its_claimed_sizes_and_counts_hold(name):
    folder = EXAMPLES / name
    assert name in (*LEVELS, *SCORES)
    assert (folder / "README.md").read_text("utf-8").startswith("# ")
    assert f"`{name}`" in (EXAMPLES / "README.md").read_text("utf-8")
    claims = list(csv.DictReader((folder / "claims.csv").read_text("utf-8").splitlines()))
    assert "sample_size" in {claim["quantity"] for claim in claims}
    for claim in claims:
        due = {"group": claim["group"], "timepoint": claim["timepoint"], "score": claim["level"]}
        here = example(name).frame("observations")
        for column in filter(due.get, due):
            here = here[here[column] == due[column]]
        assert here["participant"].nunique() == int(claim["printed"]), claim


def test_the_other_scale():
    first = {"long": ["kurang", "cukup"] * 2, "two_header_rows": list("1514"), "words": [], "transposed": []}
    assert {name: example(name).frame("other_scale")["score"].tolist()[:4] for name in first} == first


def test_the_timepoints_that_are_not_compared_are_kept():
    table = example("visits").frame("observations")
    assert table["timepoint"].tolist()[:3] == ["pre", "day7", "post"]
    assert len(table) == 24


def test_characteristics():
    frame = example("coded").frame("characteristics")
    assert list(frame.columns) == ["participant", "group", "characteristic", "level", "value"]
    assert frame.values.tolist()[1:3] == [
        ["R01", "intervention", "education", "junior", ""], ["R02", "intervention", "age", "age_20_35", "24"],
    ]  # fmt: skip
    ages = example("app_export").frame("characteristics")
    assert ages["value"].tolist() == ["27", "29", "31", "33", "35", "37", "39", "41"]
    assert ages["level"].tolist() == ["up_to_35"] * 5 + ["above_35"] * 3


@pytest.mark.parametrize("name", ["app_export", "separate_sheets", "two_header_rows"])
def test_nothing_that_identifies_is_written(name):
    found = example(name)
    tables = (found.frame("observations"), found.frame("other_scale"), found.frame("characteristics"))
    written = "".join(table.to_csv() for table in tables) + repr(found.warnings)
    for secret in ("Ibu Contoh", "0800-000", "Jalan Contoh", "X1", "x2", "Ibu 1-"):
        assert secret not in written
