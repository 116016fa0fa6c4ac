import json
from fractions import Fraction
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
# an oracle's rule for zeros -> ours
ZEROS = {"drop": "drop", "wilcoxon-drop": "drop", "pratt": "pratt", "zsplit": "split"}


def data(case):
    """Pairs as pre and post (the oracle takes x - y), or the two groups."""
    if case["kind"] == "twosample":
        return case["x"], case["y"]
    if case.get("family") == "float_noise":
        # these expectations are for the binary differences
        exact = (Fraction(x) - Fraction(y) for x, y in zip(case["x"], case["y"], strict=True))
        differences = [Fraction(float(difference)) for difference in exact]
        return [0] * len(differences), differences
    return case["y"], case["x"]


def _load(name):
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc):
    """Give a test that asks for `<file>_case` one case of that file at a time."""
    for name in ("oracle_public", "oracle_textbook", "consistency_cases"):
        argument = f"{name}_case"
        if argument in metafunc.fixturenames:
            cases = _load(name)["cases"]
            metafunc.parametrize(argument, cases, ids=[case["id"] for case in cases])


@pytest.fixture(scope="session")
def load_oracle():
    return _load


@pytest.fixture(scope="session")
def left_out():
    return _load("left_out")


@pytest.fixture(scope="session")
def cases(load_oracle):
    """The cases of other checking tools by their names."""
    return {case["id"]: case for case in load_oracle("consistency_cases")["cases"]}
