"""The numbers of Tables 1 and 2 through R: quantile, sd, wilcox.test, coin, and Yang and Dalton's difference."""

import csv
import subprocess
from pathlib import Path

import pytest

from oxymilk.analysis import tables as analysis
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

pytestmark = pytest.mark.external
EXAMPLES = Path(__file__).parents[2] / "data" / "examples"


@pytest.fixture(scope="module")
def both(rscript, tmp_path_factory):
    """What we say and what R says of each line of two examples, of numbers and of levels."""
    path = tmp_path_factory.mktemp("r") / "data.csv"
    ours, rows = {}, []
    for name in ("long", "coded"):
        study = load_study(EXAMPLES / name)
        found = ingest_observations(study, EXAMPLES / name)
        wide = found.frame("observations").pivot(
            index=["group", "participant"], columns="timepoint", values="score"
        )
        baseline = analysis.baseline_table(study, found.frame("characteristics"), found.frame("observations"))
        of_variable = baseline.drop_duplicates("characteristic").set_index("characteristic")["difference"]
        if name == "coded":
            here = found.frame("characteristics").set_index("characteristic")
            rows += [(name, "age", *row) for row in here.loc["age", ["group", "value"]].values]
            rows += [(name, "levels", *row) for row in here.loc["education", ["group", "level"]].values]
            ours[name, "age:difference"] = of_variable["age"]
            ours[name, "levels:difference"] = of_variable["education"]
            described = baseline[(baseline["characteristic"] == "age") & (baseline["level"] == "")]
            for row in described.to_dict("records"):
                ours |= {(name, f"age:{row['group']}:{key}"): row[key] for key in STATISTICS}
            continue
        wide = wide.astype(float)
        scores = {"pre": wide["pre"], "post": wide["post"], "change": (wide["post"] - wide["pre"]).round(6)}
        for what, values in scores.items():
            rows += [(name, what, group, value) for (group, _), value in values.items()]
        for row in analysis.summary_table(study, found.frame("observations")).to_dict("records"):
            ours |= {(name, f"{row['timepoint']}:{row['group']}:{key}"): row[key] for key in STATISTICS}
        effects = analysis.effect_table(
            study, found.frame("observations"), analysis.rank_test_table(study, found.frame("observations"))
        )
        for row in analysis.comparison_table(study, found.frame("observations"), effects).to_dict("records"):
            values = {key: row[key] for key in ("u1", "z", "p_value", "p_exact")} | {"shift": row["estimate"]}
            ours |= {(name, f"{row['timepoint']}:{key}"): value for key, value in values.items()}
        ours[name, "pre:difference"] = of_variable[study.outcome.id]
    # the first group of the study is the first of R
    rows.sort(key=lambda row: row[2] != "intervention")
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("study", "what", "group", "value"), *rows])
    script = Path(__file__).with_name("manuscript.R")
    run = subprocess.run([rscript, "--vanilla", script, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return ours, {(study, line): float(value) for study, line, value in csv.reader(run.stdout.splitlines())}


STATISTICS = ("mean", "sd", "q1", "median", "q3", "minimum", "maximum")


def test_tables_1_and_2_show_the_numbers_of_r(both):
    ours, theirs = both
    assert len(ours) > 70
    assert set(ours) <= set(theirs)
    for line, value in ours.items():
        assert value == pytest.approx(theirs[line], rel=1e-9, abs=1e-12), line
