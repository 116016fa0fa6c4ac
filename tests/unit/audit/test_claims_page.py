"""docs/claims.md says all that claims.csv may hold, and nothing else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from oxymilk.audit import claims as vocabulary
from oxymilk.audit.claims import load_claims
from oxymilk.audit.grim import LARGEST
from oxymilk.audit.verdicts import audit_claims

PAGE = (Path(__file__).parents[3] / "docs" / "claims.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))


def first_cells(title):
    """The words in the first column of a section's table."""
    rows = re.findall(r"^\| (`.*?) \|", SECTIONS[title], flags=re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The columns", vocabulary.COLUMNS),
        ("Quantities that the data give (`check` is `recompute`)", vocabulary.RECOMPUTED),
        ("Quantities that other printed numbers give (`check` is `arithmetic`)", vocabulary.ARITHMETIC),
        ("Quantities that are only listed", vocabulary.FIGURES),
        ("Why a number cannot be checked", vocabulary.REASONS),
        ("Verdicts", vocabulary.VERDICTS),
    ],
)
def test_every_word_has_its_row_and_no_other_does(title, words):
    assert sorted(first_cells(title)) == sorted(words)


def test_the_largest_sample_size_is_the_one_named():
    assert f"from 1 to {LARGEST}" in PAGE


def examples():
    rows = re.findall(r"^\|(.*`.*)\|$", SECTIONS["Examples"], flags=re.MULTILINE)
    return [[re.sub(r"^`([^`]*)`$", r"\1", cell.strip()) for cell in row.split("|")] for row in rows]


def example_claim(claim, cells, number):
    printed, operator, quantity, about, n, check = cells
    named = dict(re.findall(r"`(test|group|timepoint|variable|level)` (\w+)", about))
    expect = "not_checkable" if check in vocabulary.REASONS else "reproduced"
    return claim(printed, quantity, check, expect, id=f"e{number}", operator=operator, n=n, **named)


def test_the_examples_are_claims_that_can_be_audited(tmp_path, claim, study, frequencies, tests):
    import pandas as pd

    from oxymilk.files import write_csv

    made = [example_claim(claim, cells, number) for number, cells in enumerate(examples())]
    assert len(made) == 14
    with_level = [
        (replace(each, level="housewife") if "occupation" in each.variable else each).cells for each in made
    ]
    write_csv(pd.DataFrame(with_level), tmp_path / "claims.csv")
    verdicts = audit_claims(study, load_claims(tmp_path / "claims.csv", study), frequencies, tests)
    got = dict(zip(verdicts["printed"] + " " + verdicts["quantity"], verdicts["verdict"], strict=True))
    assert got["73,3% grim_percent"] == got["284,85 grim_mean"] == got["11,7 between"] == "reproduced"
    assert got["50% comparison"] == "differs"
    assert got["45% ratio_percent"] == "reproduced_after_rounding"
    assert got["20-35 figure"] == "not_checkable"
