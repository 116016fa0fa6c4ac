"""The first study as the tables see it, and variants of it."""

from pathlib import Path

import pandas as pd
import pytest

from oxymilk.analysis import frequency_table, test_table
from oxymilk.audit.claims import COLUMNS, Claim, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.files import read_csv, write_csv
from oxymilk.study import load_study

BONTANG = Path(__file__).parents[3] / "data" / "bontang2023"
# pre and post of each participant; two letters a participant, "-" for a missing score
RECORDS = {"intervention": ["kc"] * 10, "control": ["kc"] * 3 + ["kk"] * 7}
LEVELS = {"k": "kurang", "c": "cukup", "m": "sedang", "-": ""}


@pytest.fixture(scope="session")
def bontang():
    return load_study(BONTANG)


@pytest.fixture(scope="session")
def bontang_claims(bontang):
    return load_claims(BONTANG / "claims.csv", bontang)


@pytest.fixture
def make_claim():
    def make(**columns):
        return Claim(**{name: columns.get(name, "") for name in COLUMNS})

    return make


@pytest.fixture(scope="session")
def table_frames(tmp_path_factory):
    """Run the analysis on `records` and return frequencies, tests and verdicts as the pipeline reads them."""
    folder = tmp_path_factory.mktemp("frames")

    def make(study, claims, records=None):
        rows = [
            (f"{group[0].upper()}{number:02d}", group, timepoint, LEVELS[letter])
            for group, pairs in (records or RECORDS).items()
            for number, pair in enumerate(pairs, start=1)
            for timepoint, letter in zip(("pre", "post"), pair, strict=True)
        ]
        observations = pd.DataFrame(rows, columns=["participant", "group", "timepoint", "score"])

        def as_read(frame):
            write_csv(frame, folder / "frame.csv")
            return read_csv(folder / "frame.csv")

        frequencies = as_read(frequency_table(study, observations))
        tests = as_read(test_table(study, observations))
        return frequencies, tests, as_read(audit_claims(study, claims, frequencies, tests))

    return make


@pytest.fixture(scope="session")
def bontang_frames(bontang, bontang_claims, table_frames):
    return table_frames(bontang, bontang_claims)
