"""From observation sheets as people keep them to one tidy table."""

from oxymilk.ingest.observations import Observations, ingest_observations

__all__ = ["Observations", "ingest_observations"]
