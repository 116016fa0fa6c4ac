import os
import shutil
from pathlib import Path

import numpy as np
import pytest

EXTERNAL = os.environ.get("OXYMILK_EXTERNAL") == "1"
SKIPPED = "compares with programs outside Python: `make test-all` installs and runs them (OXYMILK_EXTERNAL=1)"


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if not EXTERNAL and here in item.path.parents and item.get_closest_marker("external"):
            item.add_marker(pytest.mark.skip(reason=SKIPPED))


def _installed(name):
    path = shutil.which(name)
    # asked for and not there is a failure: a skip would look like agreement
    assert path, f"{name} is not installed: run tests/external/install.sh"
    return path


@pytest.fixture(scope="session")
def rscript():
    return _installed("Rscript")


@pytest.fixture(scope="session")
def pspp():
    return _installed("pspp")


def _datasets():
    """Pairs (pre, post) of every kind: two to thirty levels, zeros, ties, all up, all equal, unequal spread."""
    rng = np.random.default_rng(2023)
    yield [0] * 10, [1] * 10
    yield [0] * 10, [1] * 3 + [0] * 7
    for levels in (2, 3, 5, 30):
        for n in (3, 5, 8, 10, 13, 14, 20, 26, 40, 60):
            yield rng.integers(0, levels, n).tolist(), rng.integers(0, levels, n).tolist()
    for n in (4, 7, 12, 21, 35):
        # neither ties nor zeros
        pre = rng.permutation(100 * n)[:n]
        yield pre.tolist(), (pre + rng.permutation(np.arange(1, n + 1)) * rng.choice([-1, 1], n)).tolist()
    # decimals whose differences tie as written and not as doubles
    sizes = (1, 8, 12), (1, 20, 20), (1, 60, 20), (2, 12, 30), (2, 35, 200), (3, 25, 90)
    for decimals, n, largest in sizes:
        yield tuple((rng.integers(0, largest, n) / 10**decimals).tolist() for _ in "ab")
    pre = [0.1, 0.5, 0.3, 0.7, 0.2, 0.9, 1.1, 0.4]
    changes = (0.2, 0.2, 0.2, 0, 0, 0.2, 0, 0)
    yield pre, [round(value + change, 1) for value, change in zip(pre, changes, strict=True)]
    yield [1, 1, 2], [1, 1, 2]
    yield [5] * 6, [5] * 6


@pytest.fixture(scope="session")
def datasets():
    """List of (pre, post, x, y): the two groups are post and the first two thirds of pre."""
    return [(pre, post, post, pre[: max(2, 2 * len(pre) // 3)]) for pre, post in _datasets()]
