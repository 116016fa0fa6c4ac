"""Settings for all tests."""

import pytest
from hypothesis import settings

# the same examples in every run, and no deadline: a busy machine is no fault of the code
settings.register_profile("oxymilk", derandomize=True, deadline=None, database=None)
settings.load_profile("oxymilk")


@pytest.fixture
def no_memory(monkeypatch):
    """Refuse every exact signed-rank distribution; those of two levels between groups need no memory."""
    from oxymilk.stats import null, signed_rank

    monkeypatch.setattr(null, "MEMORY_LIMIT", 0)
    for known in (null.flip_counts, signed_rank._exact_fraction):
        known.cache_clear()
