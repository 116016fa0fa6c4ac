"""A study, its result tables and claims to hold against them; one process that reads the files of all tests."""

import functools
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
import typer.testing

from oxymilk.analysis.tables import FREQUENCY_COLUMNS, TEST_COLUMNS
from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import Notation
from oxymilk.ingest import sandbox
from oxymilk.study import load_study

ROOT = Path(__file__).parents[2]


class Reader:
    """Reads in one process what the sandbox reads in one a file; a new one follows a crash."""

    pool = None

    def __call__(self, kind, path, worksheet=None):
        if self.pool is None:
            spawn = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(1, spawn, initializer=sandbox.bound_memory)
        try:
            reading = self.pool.submit(sandbox.read_here, kind, str(path.absolute()), worksheet or "")
            content = reading.result(60)
        except BrokenProcessPool:
            self.pool = None
            return {"fault": ["sheet_unreadable", {"problem": "damaged"}]}
        return json.loads(json.dumps(content))


READER = Reader()


@pytest.fixture(scope="session", autouse=True)
def made_once():
    """Share the reader of files, and the command line, which is else made of all subcommands at each call."""
    command = functools.cache(typer.main.get_command)
    with (
        mock.patch("oxymilk.ingest.sheets.read_foreign", READER),
        mock.patch("typer.main.get_command", command),
        mock.patch("typer.testing._get_command", command),
    ):
        yield
    if READER.pool is not None:
        READER.pool.shutdown()


@pytest.fixture
def own_process(monkeypatch):
    """Read each file in a process of its own, as outside of tests."""
    monkeypatch.setattr("oxymilk.ingest.sheets.read_foreign", sandbox.read_foreign)


@pytest.fixture(scope="session")
def study():
    return load_study(ROOT / "data" / "bontang2023" / "study.yaml")


@pytest.fixture
def frequencies():
    """Kurang and cukup of each group and timepoint; the control group of ten lacks one score."""
    counts = {("intervention", "pre"): (10, 0), ("intervention", "post"): (0, 10),
              ("control", "pre"): (9, 0), ("control", "post"): (6, 3)}  # fmt: skip
    rows = [
        (*cell, level, n, sum(numbers), 100 * n / sum(numbers), 10 - sum(numbers))
        for cell, numbers in counts.items()
        for level, n in zip(("kurang", "cukup"), numbers, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(FREQUENCY_COLUMNS)).astype(str)


@pytest.fixture
def tests():
    within = {"test": "signed_rank", "role": "declared", "procedure": "words"}
    rows = [
        {**within, "group": "control", "n": "9", "n_up": "3", "n_down": "0", "n_unchanged": "6",
         "w_plus": "6", "w_minus": "0", "mean_rank_plus": "2", "z": "1.732050808", "p_value": "0.08326451666"},
        {**within, "group": "intervention", "n": "0", "n_up": "0", "n_down": "0", "n_unchanged": "0",
         "p_value": "0.0625", "p_fraction": "1/16"},
        {"test": "rank_sum", "role": "exact", "p_value": "0.5", "p_fraction": "1/2"},
        {"test": "rank_sum", "role": "declared", "procedure": "words", "timepoint": "post", "u1": "85", "u2": "15",
         "rank_sum1": "140", "rank_sum2": "70", "z": "3.198557367", "p_value": "0.001381170504"},
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS), dtype=object).fillna("")


@pytest.fixture
def claim(study):
    def make(printed, quantity, check="recompute", expect="reproduced", rounding="half_up", **cells):
        known = {"id": "one", "where": "here", "printed": printed, "quantity": quantity, "check": check}
        notation = Notation(study.decimal_mark, rounding)
        return Claim(**known | {"expect": expect, "notation": notation} | cells)

    return make
