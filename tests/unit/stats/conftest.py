from itertools import product

import pytest

from oxymilk.stats.procedure import CHOICES, Procedure


def _meaningful():
    for values in product(*CHOICES.values()):
        try:
            yield Procedure(**dict(zip(CHOICES, values, strict=True)))
        except ValueError:
            continue


@pytest.fixture(scope="session")
def every_procedure():
    """Return all meaningful procedures of a test ("signed_rank" or "rank_sum")."""
    procedures = tuple(_meaningful())
    without_zeros = tuple(p for p in procedures if p.zero_method == "drop")
    return {"signed_rank": procedures, "rank_sum": without_zeros}
