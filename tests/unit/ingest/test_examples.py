"""Every example in data/examples is a study: it loads, ingests, and gives the scores its sheet shows."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

# study: how many have each level, by group and timepoint (k: kurang, c: cukup, b: baik, "": no score)
LEVELS = {
    "app_export": {"ip": "kkkk", "io": "ccck", "cp": "kkkk", "co": "kck-"},
    "coded": {"ip": "kkkkkk", "io": "ccccck", "cp": "kkkkkc", "co": "kkckkc"},
    "crosstab": {"ip": "k" * 10 + "b" * 10, "io": "kk" + "b" * 18, "cp": "k" * 9 + "b" * 11, "co": "k" * 6 + "b" * 14},
    "separate_sheets": {"ip": "kkkk", "io": "ccc-", "cp": "kkkk", "co": "kc-k"},
    "side_by_side": {"ip": "kkkkkk", "io": "ccckcc", "cp": "kkkck", "co": "kckck"},
    "two_header_rows": {"ip": "kkkk", "io": "cccc", "cp": "kkkc", "co": "kckk"},
    "visits": {"ip": "kkkk", "io": "cckc", "cp": "kkkc", "co": "kckc"},
    "words": {"ip": "kkkk", "io": "cccc", "cp": "kk-k", "co": "-kck"},
}  # fmt: skip
SCORES = {
    "long": [
        "5.5",
        "18",
        "4",
        "16.5",
        "6.2",
        "9.8",
        "5",
        "21",
        "4.8",
        "7",
        "5.5",
        "6.1",
        "6",
        "12.3",
        "3.9",
        "3.9",
    ],
    "transposed": ["1750", "1780", "2382", "2380", "1980", "2065", "2010", "2090", "1895", "1960", "2240", "2310",
                   "2105", "2150", "1660", "1725"],

}  # fmt: skip


def claims(name):
    return list(csv.DictReader((EXAMPLES / name / "claims.csv").read_text("utf-8").splitlines()))


@pytest.fixture
def example():
    def example(name):
        folder = EXAMPLES / name
        return ingest_observations(load_study(folder), folder)

    return example


def test_every_example_is_tested():
    assert sorted([*LEVELS, *SCORES]) == NAMES
    assert len(NAMES) == 10


@pytest.mark.parametrize("name", LEVELS)
def test_levels(example, name):
    table = example(name).table
    for group in ("intervention", "control"):
        for timepoint in ("pre", "post"):
            here = table[(table["group"] == group) & (table["timepoint"] == timepoint)]["score"]
            shown = "".join(score[:1] or "-" for score in here)
            due = LEVELS[name][group[0] + timepoint[1].replace("r", "p")]
            assert (Counter(shown) if name == "crosstab" else shown) == (
                Counter(due) if name == "crosstab" else due
            )


@pytest.mark.parametrize("name", SCORES)
def test_scores(example, name):
    assert example(name).table["score"].tolist() == SCORES[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_complete(name):
    folder = EXAMPLES / name
    assert (folder / "README.md").read_text("utf-8").startswith("# ")
    rows = claims(name)
    assert any(row["quantity"] == "sample_size" for row in rows)
    study = load_study(folder)
    assert all((folder / sheet.file).is_file() for sheet in study.sheets)
    assert f"`{name}`" in (EXAMPLES / "README.md").read_text("utf-8")


def test_the_claimed_sample_sizes_and_counts_hold(example):
    for name in NAMES:
        table = example(name).table
        for row in claims(name):
            here = table
            for column in ("group", "timepoint"):
                if row[column]:
                    here = here[here[column] == row[column]]
            if row["level"]:
                here = here[here["score"] == row["level"]]
            assert here["participant"].nunique() == int(row["printed"]), row


def test_the_other_scale(example):
    other = example("long").other_scale
    assert other["score"].tolist()[:6] == ["kurang", "cukup", "kurang", "cukup", "kurang", "kurang"]
    points = example("two_header_rows").other_scale
    assert points["score"].tolist()[:4] == ["1", "5", "1", "4"]
    assert example("words").other_scale.empty
    assert example("transposed").other_scale.empty


def test_the_timepoints_that_are_not_compared_are_kept(example):
    table = example("visits").table
    assert table["timepoint"].tolist()[:3] == ["pre", "day7", "post"]
    assert len(table) == 24


def test_characteristics(example):
    frame = example("coded").characteristics
    assert list(frame.columns) == ["participant", "group", "characteristic", "level", "value"]
    assert frame.values.tolist()[:3] == [
        ["R01", "intervention", "age", "below_20", "19"],
        ["R01", "intervention", "education", "junior", ""],
        ["R02", "intervention", "age", "age_20_35", "24"],
    ]
    ages = example("app_export").characteristics
    assert ages["value"].tolist() == ["27", "29", "31", "33", "35", "37", "39", "41"]
    assert ages["level"].tolist() == ["up_to_35"] * 5 + ["above_35"] * 3


@pytest.mark.parametrize("name", ["app_export", "separate_sheets", "two_header_rows"])
def test_nothing_that_identifies_is_written(example, name):
    found = example(name)
    written = (
        found.table.to_csv()
        + found.other_scale.to_csv()
        + found.characteristics.to_csv()
        + repr(found.warnings)
    )
    for secret in ("Ibu Contoh", "0800-000", "Jalan Contoh", "X1", "x2", "Ibu 1-"):
        assert secret not in written
