"""A study, its result tables and claims to hold against them."""

from pathlib import Path

import pandas as pd
import pytest

from oxymilk.analysis import FREQUENCY_COLUMNS, TEST_COLUMNS
from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import Notation
from oxymilk.draft.claims import draft_claims
from oxymilk.draft.text import Paper
from oxymilk.study import load_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def study():
    return load_study(ROOT / "data" / "bontang2023" / "study.yaml")


@pytest.fixture
def frequencies():
    counts = {
        ("intervention", "pre"): (10, 0),
        ("intervention", "post"): (0, 10),
        ("control", "pre"): (9, 0),
        ("control", "post"): (6, 3),
    }
    rows = []
    for (group, timepoint), numbers in counts.items():
        total = sum(numbers)
        for level, n in zip(("kurang", "cukup"), numbers, strict=True):
            rows.append((group, timepoint, level, n, total, 100 * n / total, 10 - total))
    return pd.DataFrame(rows, columns=list(FREQUENCY_COLUMNS)).astype(str)


@pytest.fixture
def tests():
    rows = [
        {
            "test": "signed_rank",
            "group": "control",
            "role": "declared",
            "procedure": "words",
            "n": "9",
            "n_up": "3",
            "n_down": "0",
            "n_unchanged": "6",
            "w_plus": "6",
            "w_minus": "0",
            "z": "1.732050808",
            "p_value": "0.08326451666",
        },
        {
            "test": "signed_rank",
            "group": "intervention",
            "role": "declared",
            "procedure": "words",
            "n": "0",
            "n_up": "0",
            "n_down": "0",
            "n_unchanged": "0",
            "p_value": "0.0625",
            "p_fraction": "1/16",
        },
        {"test": "rank_sum", "role": "exact", "p_value": "0.5", "p_fraction": "1/2"},
        {
            "test": "rank_sum",
            "role": "declared",
            "procedure": "words",
            "timepoint": "post",
            "u1": "85",
            "u2": "15",
            "rank_sum1": "140",
            "rank_sum2": "70",
            "z": "3.198557367",
            "p_value": "0.001381170504",
        },
    ]
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS), dtype=object).fillna("")


@pytest.fixture
def claim(study):
    def make(printed, quantity, check="recompute", expect="reproduced", rounding="half_up", **cells):
        known = {"id": "one", "where": "here", "printed": printed, "quantity": quantity, "check": check}
        notation = Notation(study.decimal_mark, rounding)
        return Claim(**known | {"expect": expect, "notation": notation} | cells)

    return make


@pytest.fixture(scope="session")
def bath():
    """An invented study of foot baths: groups bath and usual, times start and end, sleep bad or fine, ages."""
    return load_study(ROOT / "tests" / "data" / "draft" / "study.yaml")


@pytest.fixture(scope="session")
def proposed():
    """Draft the claims of a text; each in one line with all that its row says but its id, place and line."""

    def draft(text, study=None):
        return [in_a_line(claim) for claim in draft_claims(Paper(text), study).claims]

    return draft


def in_a_line(claim):
    """For instance "percent >70% control post /low n=10: arithmetic differs (of which level?)"."""
    scale = f"{claim.variable}/{claim.level}" if claim.level else claim.variable
    n = claim.n and f"n={claim.n}"
    check = f"arithmetic {claim.expect}" if claim.check == "arithmetic" else claim.check
    assert all(isinstance(cell, str) for cell in claim.cells.values())
    marked, line, *remark = claim.note.split("; ")
    assert marked == "proposed"
    assert "line" in line
    assert claim.check in ("recompute", "arithmetic") or claim.expect == "not_checkable"
    assert claim.check != "recompute" or claim.expect == "reproduced"
    cells = (
        claim.quantity,
        claim.operator + claim.printed,
        claim.test,
        claim.group,
        claim.timepoint,
        scale,
        n,
    )
    return f"{' '.join(filter(None, cells))}: {check}" + (f" ({'; '.join(remark)})" if remark else "")
