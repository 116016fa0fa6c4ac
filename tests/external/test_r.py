"""The same data through R: base, coin and exactRankTests, compared at run time."""

import csv
import math
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from oxymilk.analysis.alternatives import proportional_odds
from oxymilk.stats import hodges_lehmann as hl
from oxymilk.stats import intervals

pytestmark = pytest.mark.external

CHOOSERS = {
    # line of the R script -> start of the ids among which our rule chooses
    ("signed_rank", "exactranktests"): "exactranktests_signed_rank",
    ("rank_sum", "exactranktests"): "exactranktests_rank_sum",
    ("change", "exactranktests"): "exactranktests_rank_sum",
}

TWO_VALUES = ("change", "r_chi_square_yates"), ("change", "r_fisher")


@pytest.fixture(scope="module")
def from_r(rscript, datasets, tmp_path_factory):
    """Every number of R: {dataset: {line: value}}, and R's version."""
    path = tmp_path_factory.mktemp("r") / "datasets.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "role", "value"])
        for i, roles in enumerate(datasets, start=1):
            for role, values in zip(("pre", "post", "x", "y"), roles, strict=True):
                writer.writerows([i, role, value] for value in values)
    script = Path(__file__).with_name("rank_tests.R")
    run = subprocess.run([rscript, "--vanilla", script, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    numbers = defaultdict(dict)
    for dataset, line, value in csv.reader(run.stdout.splitlines()):
        numbers[int(dataset)][line] = math.nan if value in ("NA", "NaN") else float(value)
    return numbers, numbers.pop(0)["version"]


def test_every_dataset_came_back(from_r, datasets):
    numbers, _ = from_r
    assert sorted(numbers) == list(range(1, len(datasets) + 1))
    assert all(len(lines) > 15 for lines in numbers.values())


def test_intervals(from_r, datasets):
    numbers, version = from_r
    compared = defaultdict(int)
    for i, (_, _, x, y) in enumerate(datasets, start=1):
        lines = numbers[i]
        if "odds:low" in lines and len({*x, *y}) == 2:
            top = max(*x, *y)
            _, low, high = intervals.odds_ratio(x.count(top), len(x), y.count(top), len(y), 0.95)
            # R searches large odds by their reciprocal; its search ends at 1e-4
            for ours, expected in ((low, lines["odds:low"]), (high, lines["odds:high"])):
                if ours > 1:
                    ours, expected = 1 / ours, 1 / expected
                assert ours == pytest.approx(expected, abs=1e-3)
            compared["odds"] += 1
        if "shift:low" in lines:
            expected = lines["shift:estimate"], lines["shift:low"], lines["shift:high"]
            shift = hl.rank_sum_shift(x, y)
            # before 4.6 R prints the whole range where the data are too few for the confidence
            limits = (shift.low, shift.high) if math.isfinite(shift.low) or version >= 4.6 else expected[1:]
            ours = shift.estimate, *limits
            assert ours == pytest.approx(expected, rel=1e-8)
            compared["shift"] += 1
    assert min(compared["odds"], compared["shift"]) >= 3


POLR = """
library(MASS)
data <- read.csv(file("stdin"))
for (i in unique(data$dataset)) {
  one <- data[data$dataset == i, ]
  one$value <- factor(one$value, ordered = TRUE)
  fits <- list(polr(value ~ first, one), polr(value ~ 1, one))
  cat(pchisq(as.numeric(2 * (logLik(fits[[1]]) - logLik(fits[[2]]))), 1, lower.tail = FALSE), "\\n")
}
"""


def test_proportional_odds(rscript, datasets):
    """The likelihood-ratio p of MASS::polr, wherever there is one and more than two levels."""
    found = [
        (x, y, proportional_odds(x, y, "two-sided")[0])
        for *_, x, y in datasets
        if len({*x, *y}) in range(3, 12)
    ]
    found = [(x, y, p) for x, y, p in found if p]
    rows = [f"{i},{first},{value}" for i, (x, y, _) in enumerate(found)
            for first, values in ((1, x), (0, y)) for value in values]  # fmt: skip
    text = "\n".join(["dataset,first,value", *rows, ""])
    run = subprocess.run(
        [rscript, "--vanilla", "-e", POLR], input=text, capture_output=True, text=True, check=True
    )
    assert [p for *_, p in found] == pytest.approx(list(map(float, run.stdout.split())), rel=2e-5)
    assert len(found) > 10
