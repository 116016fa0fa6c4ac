"""Settings for all tests."""

import functools
from pathlib import Path

import pytest
from hypothesis import settings

# the same examples in every run, and no deadline: a busy machine is no fault of the code
settings.register_profile("oxymilk", derandomize=True, deadline=None, database=None)
settings.load_profile("oxymilk")


@functools.cache
def _has_full_sizes(path: Path) -> bool:
    return "OXYMILK_FULL" in path.read_text(encoding="utf-8")


def pytest_collection_modifyitems(items):
    """Mark the tests of files whose sizes OXYMILK_FULL changes: `make test-rest` runs these, and no others, again."""
    for item in items:
        if _has_full_sizes(item.path):
            item.add_marker("full")


@pytest.fixture
def no_memory(monkeypatch):
    """Refuse every exact signed-rank distribution; those of two levels between groups need no memory."""
    from oxymilk.stats import null, signed_rank

    monkeypatch.setattr(null, "MEMORY_LIMIT", 0)
    for known in (null.flip_counts, signed_rank.exact_fraction):
        known.cache_clear()
