"""The old door to sample sizes; see `oxymilk.audit.printed`."""

from oxymilk.audit.printed import LARGEST_SAMPLE as LARGEST
from oxymilk.audit.printed import as_runs, parse_sizes, sizes_that_allow

__all__ = ["LARGEST", "as_runs", "parse_sizes", "sizes_that_allow"]
