"""From observation sheets as people keep them to one tidy table."""

from typing import Any

__all__ = ["Observations", "ingest_observations"]


def __getattr__(name: str) -> Any:
    """Load what is exported when it is asked for: the sandbox loads this package for each workbook."""
    if name not in __all__:
        raise AttributeError(name)
    from oxymilk.ingest import observations

    return getattr(observations, name)
