"""The groups described: characteristics and outcome at baseline, compared; and scores at each time."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oxymilk import stats
from oxymilk.analysis.samples import participants
from oxymilk.numbers import read_number
from oxymilk.stats import Procedure, TooLargeError
from oxymilk.stats.count_tables import exact_tests
from oxymilk.stats.null import MOST_WORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxymilk.study import Study

_STATISTICS = ("mean", "sd", "q1", "median", "q3", "minimum", "maximum")
SUMMARY_COLUMNS = ("group", "timepoint", "n", "missing", *_STATISTICS)
BASELINE_COLUMNS = (
    "characteristic", "level", "group", "n", "total", "percent", "missing", *_STATISTICS, "difference", "test",
    "p_value",
)  # fmt: skip


def summary_table(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """Describe the scores of an outcome that is a number.

    Parameters
    ----------
    study : Study
    numbers : DataFrame
        Tidy observations whose scores are numbers; empty for an outcome that has levels only.

    Returns
    -------
    DataFrame
        Columns `SUMMARY_COLUMNS`, in the outcome's unit; one row a group and timepoint, and one of its changes between
        the timepoints that are compared. Quartiles are those of R's type 7 (Hyndman & Fan 1996, doi:10.2307/2684934).
    """
    rows, (pre, post) = [], (timepoint.id for timepoint in study.compared)
    for group, members in participants(study, numbers).items():
        records = [
            {at: Fraction(read_number(score)) if score else None for at, score in record.items()}
            for record in members.values()
        ]
        scores = {at: [record[at] for record in records if at in record] for at in study.timepoint_ids}
        pairs = [(record.get(pre), record.get(post)) for record in records]
        scores["change"] = [None if None in pair else pair[1] - pair[0] for pair in pairs]
        for timepoint, values in scores.items():
            if values:
                known = [value for value in values if value is not None]
                rows.append((group, timepoint, len(known), len(values) - len(known), *_described(known)))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _described(numbers: Sequence) -> list[float | None]:
    """Return the `_STATISTICS` of numbers; None where there is none."""
    values = np.array(numbers, dtype=float)
    if not len(values):
        return [None] * len(_STATISTICS)
    spread = values.std(ddof=1) if len(values) > 1 else None
    return [values.mean(), spread, *np.quantile(values, (0.25, 0.5, 0.75)), values.min(), values.max()]


def baseline_table(study: Study, characteristics: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Describe each characteristic in each group, and the outcome at baseline, and compare the groups: Table 1.

    Parameters
    ----------
    study : Study
    characteristics : DataFrame
        Columns participant, group, characteristic, level, value, all text; as `oxymilk.ingest` gives them.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    DataFrame
        Columns `BASELINE_COLUMNS`; one row a characteristic, level and group, levels that nobody has too. Numbers have
        a row with an empty level, which describes them (quartiles of R's type 7). `difference` is the standardised one,
        see `oxymilk.stats.standardised_difference`. `test` is "mann_whitney_exact" on the numbers where every known
        participant has one, else "fisher" on the levels (exact, Freeman & Halton's for more than two levels); these
        are empty for one group, p where it would be too large.
    """
    rows, on_levels = [], study.outcome.scale == "level"
    first = observations[observations["timepoint"] == study.compared[0].id].rename(
        columns={"score": "level" if on_levels else "value"}
    )
    tables = [characteristics[characteristics["characteristic"] == item.id] for item in study.characteristics]
    tables.append(first.assign(**{"value" if on_levels else "level": ""}))
    for variable, table in zip((*study.characteristics, study.outcome), tables, strict=True):
        if table.empty:
            continue
        groups = [table[table["group"] == group] for group in study.group_ids]
        numbers = [[read_number(value) for value in members["value"] if value] for members in groups]
        counts = [[int((of["level"] == level).sum()) for level in variable.level_ids] for of in groups]
        known = [int(((members["level"] != "") | (members["value"] != "")).sum()) for members in groups]
        numeric = any(known) and known == list(map(len, numbers))
        test, p_value, difference = "", None, None
        if len(groups) == 2:
            data = [list(map(float, values)) for values in numbers] if numeric else counts
            difference = stats.standardised_difference(*data, counts=not numeric)
            with suppress(TooLargeError):
                if numeric and all(numbers):
                    exact = stats.rank_sum_test(*numbers, Procedure("exact"), MOST_WORK).p_value
                    test, p_value = "mann_whitney_exact", exact
                elif all(map(sum, counts)):
                    test, p_value = "fisher", exact_tests(np.array(counts)).get("fisher")
        compared = (difference, test if p_value is not None else "", p_value)
        levels = variable.level_ids if any(map(sum, counts)) or not numeric else ()
        for level in (*([] if levels and not numeric else [""]), *levels):
            for at, (group, members) in enumerate(zip(study.group_ids, groups, strict=True)):
                n = int((members["level"] == level).sum()) if level else known[at]
                share = 100 * n / known[at] if known[at] else None
                described = _described([] if level or not numeric else numbers[at])
                cell = (variable.id, level, group, n, known[at], share, len(members) - known[at])
                rows.append((*cell, *described, *compared))
    return pd.DataFrame(rows, columns=list(BASELINE_COLUMNS))
