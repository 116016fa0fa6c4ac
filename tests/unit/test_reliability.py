"""A share of the inputs of `python tests/reliability.py`: no value is lost, and nothing ends in a traceback."""

import os
import sys

import pytest
from tests import reliability

# every sixtieth input; every tenth where OXYMILK_FULL asks for full sizes
SHARE = 10 if "OXYMILK_FULL" in os.environ else 60


@pytest.fixture(autouse=True)
def arguments_of_the_process(monkeypatch):
    monkeypatch.setattr(sys, "argv", sys.argv)


def test_a_share_of_the_inputs():
    """Of config.yaml, options and result tables docs/reliability.md says what is open."""
    counts, causes = reliability.run_cases(SHARE)
    sound = [kind for kind in counts if kind not in ("config.yaml", "options", "result tables")]
    assert len(sound) >= 4
    wrong = {key: labels for key, labels in causes.items() if key[0] in sound and key[1] != "named elsewhere"}
    assert wrong == {}


@pytest.mark.parametrize(
    ("lost", "due"), [(0, reliability.ACCEPTED), (1, reliability.SILENT), (2, reliability.SILENT)]
)
def test_a_value_that_is_lost_is_noticed(tmp_path, monkeypatch, lost, due):
    """One score of observations.csv is not there, or a row."""
    real = reliability.read_rows

    def read_rows(path):
        rows = real(path)
        if path.name == "observations.csv" and lost:
            rows = rows[1:] if lost == 2 else [rows[0] | {"score": ""}, *rows[1:]]
        return rows

    monkeypatch.setattr(reliability, "read_rows", read_rows)
    layout, files = next(reliability.layouts())
    folder = tmp_path / "ward"
    folder.mkdir()
    assert reliability.account(folder, layout, files, "csv", {}) == due
