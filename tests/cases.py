"""Tables of cases: rows of CSV, and of YAML below the name of the test that runs on them."""

import csv
import functools
import inspect
from pathlib import Path

import pytest
import yaml

TESTS = Path(__file__).parent


def read_rows(path):
    """Return the rows of a CSV file by the names of its columns."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def read_yaml(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@functools.cache
def tables_of(module):
    """Return the tables of a test module, tests/unit/audit/test_claims.py in tests/data/cases/audit/claims.yaml."""
    place = Path(module).relative_to(TESTS)
    folder = place.parent.relative_to("unit") if place.parts[0] == "unit" else place.parent
    return read_yaml(TESTS / "data" / "cases" / folder / f"{place.stem.removeprefix('test_')}.yaml")


def cases(test):
    """Run a test on each row of the table that has its name; a row holds its first arguments in their order."""
    rows = tables_of(inspect.getfile(test))[test.__name__.removeprefix("test_")]
    names = list(inspect.signature(test).parameters)[: len(rows[0])]
    return pytest.mark.parametrize(names, rows)(test)
