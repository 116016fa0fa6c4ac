"""The first study as the tables see it, and variants of it."""

import itertools
from pathlib import Path

import pandas as pd
import pytest

from oxymilk import analysis
from oxymilk.audit.claims import COLUMNS, Claim, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.explain import explain_claims
from oxymilk.files import read_csv, write_csv
from oxymilk.study import load_study

BONTANG = Path(__file__).parents[3] / "data" / "bontang2023"
# pre and post of each participant; two letters a participant, "-" for a missing score
RECORDS = {"intervention": ["kc"] * 10, "control": ["kc"] * 3 + ["kk"] * 7}
TABLE_INPUTS = ("frequencies", "tests", "verdicts", "effects")
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
def make_frames(tmp_path_factory):
    """Run the analysis on `records` and return the result tables by name, as the pipeline writes and reads them."""
    count = itertools.count(1)

    def make(study, claims, records=None):
        rows = [
            (f"{group[0].upper()}{number:02d}", group, timepoint, study.outcome.id, LEVELS[letter])
            for group, pairs in (records or RECORDS).items()
            for number, pair in enumerate(pairs, start=1)
            for timepoint, letter in zip(("pre", "post"), pair, strict=True)
        ]
        columns = ["participant", "group", "timepoint", "outcome", "score"]
        observations = pd.DataFrame(rows, columns=columns)
        folder = tmp_path_factory.mktemp(f"results{next(count)}")

        def as_read(name, frame):
            write_csv(frame, folder / f"{name}.csv")
            return read_csv(folder / f"{name}.csv")

        frames = {
            "observations": as_read("observations", observations),
            "frequencies": as_read("frequencies", analysis.frequency_table(study, observations)),
            "tests": as_read("tests", analysis.rank_test_table(study, observations)),
            "procedures": as_read("procedures", analysis.program_table(study, observations)),
            "effects": as_read("effects", analysis.effect_table(study, observations)),
        }
        audited = audit_claims(study, claims, frames["frequencies"], frames["tests"])
        return frames | {"verdicts": as_read("verdicts", audited)}

    return make


@pytest.fixture(scope="session")
def table_frames(make_frames):
    """Return what tables are made from: frequencies, tests, verdicts and effects."""

    def make(study, claims, records=None):
        frames = make_frames(study, claims, records)
        return tuple(frames[name] for name in TABLE_INPUTS)

    return make


@pytest.fixture(scope="session")
def results(bontang, bontang_claims, make_frames):
    """The result tables of the first study; its sheet is reconstructed to hold just `RECORDS`."""
    return make_frames(bontang, bontang_claims)


@pytest.fixture(scope="session")
def explained(bontang, bontang_claims, results):
    """The tables of explanations of the first study by name, as the pipeline reads them."""
    found = explain_claims(bontang, bontang_claims, results["verdicts"], results["observations"])
    names = ("explanations", "datasets", "contradictions", "outcomes")
    return {name: getattr(found, name) for name in names}


@pytest.fixture(scope="session")
def bontang_frames(results):
    return tuple(results[name] for name in TABLE_INPUTS)
