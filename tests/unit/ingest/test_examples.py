"""Every example in data/examples is a study: it loads, ingests, and gives the scores its sheet shows."""

import csv
import functools
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import scores

from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

# scores by group and timepoint (k: kurang, c: cukup, b: baik, -: no score): intervention pre, post, control pre, post
LEVELS = {
    "app_export": ["kkkk", "ccck", "kkkk", "kck-"],
    "coded": ["kkkkkk", "ccccck", "kkkkkc", "kkckkc"],
    "crosstab": ["k" * 10 + "b" * 10, "kk" + "b" * 18, "k" * 9 + "b" * 11, "k" * 6 + "b" * 14],
    "separate_sheets": ["kkkk", "ccc-", "kkkk", "kc-k"],
    "side_by_side": ["kkkkkk", "ccckcc", "kkkck", "kckck"],
    "two_header_rows": ["kkkk", "cccc", "kkkc", "kckk"],
    "visits": ["kkkk", "cckc", "kkkc", "kckc"],
    "words": ["kkkk", "cccc", "kk-k", "-kck"],
}
SCORES = {
    "long": "5.5 18 4 16.5 6.2 9.8 5 21 4.8 7 5.5 6.1 6 12.3 3.9 3.9",
    "transposed": "1750 1780 2382 2380 1980 2065 2010 2090 1895 1960 2240 2310 2105 2150 1660 1725",
}


@functools.cache
def example(name):
    return ingest_observations(load_study(EXAMPLES / name), EXAMPLES / name)


@pytest.mark.parametrize("name", LEVELS)
def test_levels(name):
    table = example(name).table
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
        here = example(name).table
        for column in filter(due.get, due):
            here = here[here[column] == due[column]]
        assert here["participant"].nunique() == int(claim["printed"]), claim


def test_the_other_scale():
    first = {
        "long": ["kurang", "cukup"] * 2,
        "two_header_rows": ["1", "5", "1", "4"],
        "words": [],
        "transposed": [],
    }
    assert {name: example(name).other_scale["score"].tolist()[:4] for name in first} == first


def test_the_timepoints_that_are_not_compared_are_kept():
    table = example("visits").table
    assert table["timepoint"].tolist()[:3] == ["pre", "day7", "post"]
    assert len(table) == 24


def test_characteristics():
    frame = example("coded").characteristics
    assert list(frame.columns) == ["participant", "group", "characteristic", "level", "value"]
    assert frame.values.tolist()[1:3] == [
        ["R01", "intervention", "education", "junior", ""], ["R02", "intervention", "age", "age_20_35", "24"],
    ]  # fmt: skip
    ages = example("app_export").characteristics
    assert ages["value"].tolist() == ["27", "29", "31", "33", "35", "37", "39", "41"]
    assert ages["level"].tolist() == ["up_to_35"] * 5 + ["above_35"] * 3


@pytest.mark.parametrize("name", ["app_export", "separate_sheets", "two_header_rows"])
def test_nothing_that_identifies_is_written(name):
    found = example(name)
    tables = (found.table, found.other_scale, found.characteristics)
    written = "".join(table.to_csv() for table in tables) + repr(found.warnings)
    for secret in ("Ibu Contoh", "0800-000", "Jalan Contoh", "X1", "x2", "Ibu 1-"):
        assert secret not in written
