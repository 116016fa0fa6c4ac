"""Table 1: how alike the groups were before, from the characteristics in the sheets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from oxymilk.stats import Procedure, rank_sum_test
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.other_tests import freeman_halton

if TYPE_CHECKING:
    from oxymilk.study import Study

BASELINE_COLUMNS = ("characteristic", "level", "group", "n", "total", "percent", "missing", "test", "p_value")


def baseline_table(study: Study, characteristics: pd.DataFrame) -> pd.DataFrame:
    """Count the levels of each characteristic in each group, and compare the groups.

    Parameters
    ----------
    study : Study
    characteristics : DataFrame
        Columns participant, group, characteristic, level, value, all text; as `oxymilk.ingest` gives them.

    Returns
    -------
    DataFrame
        Columns `BASELINE_COLUMNS`; one row a characteristic, level and group, levels that nobody has too. `test` is
        "mann_whitney_exact" on the numbers where every known participant has one, else "fisher" on the levels (exact,
        Freeman & Halton's for more than two levels); both are empty for one group and where that would be too large.
    """
    rows = []
    for characteristic in study.characteristics:
        here = characteristics[characteristics["characteristic"] == characteristic.id]
        if here.empty:
            continue
        groups = [here[here["group"] == group] for group in study.group_ids]
        test, p_value = _compare(groups, characteristic.level_ids)
        for level in characteristic.level_ids or ("",):
            for group, members in zip(study.group_ids, groups, strict=True):
                known = int(((members["level"] != "") | (members["value"] != "")).sum())
                n = int((members["level"] == level).sum()) if level else known
                percent = 100 * n / known if known else None
                missing = len(members) - known
                rows.append((characteristic.id, level, group, n, known, percent, missing, test, p_value))
    return pd.DataFrame(rows, columns=list(BASELINE_COLUMNS))


def _compare(groups: list[pd.DataFrame], levels: tuple[str, ...]) -> tuple[str, float | None]:
    if len(groups) != 2:
        return "", None
    numbers = [[Decimal(value) for value in members["value"] if value] for members in groups]
    counts = [[int((members["level"] == level).sum()) for level in levels] for members in groups]
    try:
        if all(numbers) and not any(((m["value"] == "") & (m["level"] != "")).any() for m in groups):
            return "mann_whitney_exact", rank_sum_test(*numbers, Procedure("exact")).p_value
        if all(map(sum, counts)):
            return "fisher", float(freeman_halton(counts))
    except TooLargeError:
        pass
    return "", None
