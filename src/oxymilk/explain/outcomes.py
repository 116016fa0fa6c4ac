"""The map of all outcomes after treatment: for two levels, the declared p-value of every pair of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from oxymilk.explain.readings import Reading, margin
from oxymilk.stats import rank_sum_counts

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.explain.records import Records

OUTCOME_COLUMNS = ("count1", "count2", "n1", "n2", "p_value", "prints_as_claimed", "observed")


def outcome_table(records: Records, readings: list[Reading]) -> pd.DataFrame:
    """Compute the declared p-value between the groups for every pair of counts of the better level.

    Parameters
    ----------
    records : Records
        The records.
    readings : list of Reading
        The claims; the p-values printed for the test between the groups are looked for.

    Returns
    -------
    DataFrame
        Columns `OUTCOME_COLUMNS`, all text: participants of the first and the second group at the better level and
        in all, p-value, ids of the claims that it would print as (joined by blanks), and whether these are the
        counts on disk. Empty for other designs.
    """
    import pandas as pd

    study = records.study
    if records.levels != 2 or len(study.groups) < 2 or study.between != "post":
        return pd.DataFrame(columns=list(OUTCOME_COLUMNS), dtype=str)
    here = margin(records.tables[:2], "post")
    n1, n2 = here.sum(axis=1).tolist()
    if not (n1 and n2):
        return pd.DataFrame(columns=list(OUTCOME_COLUMNS), dtype=str)
    first, second = (grid.ravel() for grid in np.indices((n1 + 1, n2 + 1)))
    tables = np.stack([np.stack([n1 - first, first], -1), np.stack([n2 - second, second], -1)], -2)
    p_values = rank_sum_counts(tables, study.procedure.rank_sum).p_value
    printed = [each for each in readings if each.sees == "rank_sum" and each.claim.quantity == "p_value"]
    true = [(each.id, each.holds(tables)) for each in printed]
    rows = [
        (
            str(a), str(b), str(n1), str(n2), f"{p:.10g}",
            " ".join(name for name, holds in true if holds[at]),
            "true" if (a, b) == (int(here[0, 1]), int(here[1, 1])) else "false",
        )
        for at, (a, b, p) in enumerate(zip(first.tolist(), second.tolist(), p_values.tolist(), strict=True))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS), dtype=str)
