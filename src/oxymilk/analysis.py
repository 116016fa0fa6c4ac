"""From observations to result tables: frequencies, rank tests and what each program prints on the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from oxymilk.stats import Procedure, rank_sum_test, signed_rank_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oxymilk.study import Study

FREQUENCY_COLUMNS = ("group", "timepoint", "level", "n", "total", "percent", "missing")
_SWITCHES = (
    "method",
    "alternative",
    "tie_correction",
    "continuity",
    "zero_method",
    "two_sided",
    "mid_p",
    "half_integer",
)
_SWITCHES_OF = {
    "signed_rank": _SWITCHES,
    "rank_sum": tuple(switch for switch in _SWITCHES if switch != "zero_method"),
}
_SIGNED_RANK_FIELDS = ("n_up", "n_down", "w_plus", "w_minus", "mean_rank_plus", "mean_rank_minus")
_RANK_SUM_FIELDS = ("n1", "n2", "u1", "u2", "rank_sum1", "rank_sum2", "mean_rank1", "mean_rank2")
TEST_COLUMNS = (
    "test",
    "group",
    "timepoint",
    "variable",
    "role",
    *_SWITCHES,
    "procedure",
    "n",
    "n_left_out",
    "left_out",
    "n_up",
    "n_down",
    "n_unchanged",
    *_SIGNED_RANK_FIELDS[2:],
    *_RANK_SUM_FIELDS,
    "z",
    "p_value",
    "p_fraction",
)
PROGRAM_COLUMNS = (
    "test",
    "group",
    "timepoint",
    "id",
    "program",
    "versions",
    "output",
    "kind",
    "procedure",
    "p_value",
    "printed_by_default",
    "source",
)


class Sample(NamedTuple):
    """The two lists of scores that one test compares, and who could not take part.

    `first` and `second` are pre and post of the same participants, or the scores of two groups. Where one is empty
    there is nothing to test.
    """

    test: str
    group: str
    timepoint: str
    first: list[int]
    second: list[int]
    left_out: list[str]


def frequency_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Count the levels of the outcome in each group at each timepoint.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text; see DESIGN section 4.

    Returns
    -------
    DataFrame
        Columns `FREQUENCY_COLUMNS`; every group, timepoint and level, also those nobody has. `total` is the number
        of participants with a score, `percent` is of these, `missing` counts those without.
    """
    rows = []
    for group in study.groups:
        for timepoint in study.timepoints:
            here = observations[
                (observations["group"] == group.id) & (observations["timepoint"] == timepoint.id)
            ]
            scores = list(here["score"])
            missing = scores.count("")
            total = len(scores) - missing
            for level in study.outcome.levels:
                n = scores.count(level.id)
                percent = 100 * n / total if total else None
                rows.append((group.id, timepoint.id, level.id, n, total, percent, missing))
    return pd.DataFrame(rows, columns=list(FREQUENCY_COLUMNS))


def test_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Run the study's tests: signed-rank within each group, rank-sum between the first two groups.

    Each test has two rows: the procedure that the study declares, and the exact one (conditional on the observed ties
    and zeros) of the same alternative.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    DataFrame
        Columns `TEST_COLUMNS`; empty where a column does not apply, and where nobody has the scores a test needs.
    """
    rows = []
    for sample in samples(study, observations):
        declared = getattr(study.procedure, sample.test)
        for role, procedure in (("declared", declared), ("exact", exact_counterpart(declared))):
            rows.append(_test_row(sample, role, procedure, study.outcome.id))
    return pd.DataFrame(rows, columns=list(TEST_COLUMNS))


def program_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Say what each program prints on the data of each test of the study.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.

    Returns
    -------
    DataFrame
        Columns `PROGRAM_COLUMNS`; one row a test and entry of `stats/programs.yaml`. `printed_by_default` tells whether
        the program prints that line for data of this size and with these ties unless asked otherwise.
    """
    from oxymilk.stats.programs import evaluate_programs

    rows = []
    for sample in samples(study, observations):
        if not (sample.first and sample.second):
            continue
        for result in evaluate_programs(sample.test, sample.first, sample.second):
            entry = result.entry
            rows.append(
                {
                    **{
                        name: getattr(entry, name)
                        for name in ("id", "program", "versions", "output", "kind", "source")
                    },
                    **{name: getattr(sample, name) for name in ("test", "group", "timepoint")},
                    "procedure": entry.words,
                    "p_value": result.p_value,
                    "printed_by_default": result.printed_by_default,
                }
            )
    return pd.DataFrame(rows, columns=list(PROGRAM_COLUMNS))


def exact_counterpart(declared: Procedure) -> Procedure:
    """Return the exact procedure, conditional on ties and zeros, that answers the same question."""
    return Procedure(method="exact", alternative=declared.alternative, zero_method=declared.zero_method)


def samples(study: Study, observations: pd.DataFrame) -> Iterator[Sample]:
    """Yield the data of each test of the study, in table order."""
    rank = {level.id: position for position, level in enumerate(study.outcome.levels)}
    pre, post = (timepoint.id for timepoint in study.timepoints)
    by_group = {}
    for group in study.groups:
        records = _records(observations[observations["group"] == group.id], rank)
        by_group[group.id] = records
        pairs = {code: record for code, record in records.items() if None not in (record[pre], record[post])}
        yield Sample(
            "signed_rank",
            group.id,
            "",
            [record[pre] for record in pairs.values()],
            [record[post] for record in pairs.values()],
            [code for code in records if code not in pairs],
        )
    if len(study.groups) < 2:
        return
    scores, left_out = [], []
    for group in study.groups[:2]:
        mine = []
        for code, record in by_group[group.id].items():
            score = _compared(record, study.between, pre, post)
            if score is None:
                left_out.append(code)
            else:
                mine.append(score)
        scores.append(mine)
    yield Sample("rank_sum", "", study.between, *scores, left_out)


def _compared(record: dict[str, int | None], between: str, pre: str, post: str) -> int | None:
    if between != "change":
        return record[between]
    return None if None in (record[pre], record[post]) else record[post] - record[pre]


def _records(observations: pd.DataFrame, rank: dict[str, int]) -> dict[str, dict[str, int | None]]:
    records: dict[str, dict[str, int | None]] = {}
    for code, timepoint, score in observations[["participant", "timepoint", "score"]].itertuples(index=False):
        records.setdefault(code, {})[timepoint] = rank[score] if score else None
    return records


def _test_row(sample: Sample, role: str, procedure: Procedure, variable: str) -> dict[str, object]:
    row: dict[str, object] = {
        "test": sample.test,
        "group": sample.group,
        "timepoint": sample.timepoint,
        "variable": variable,
        "role": role,
        **{name: value for name, value in procedure.switches().items() if name in _SWITCHES_OF[sample.test]},
        "procedure": procedure.words_for(sample.test),
        "n_left_out": len(sample.left_out),
        "left_out": " ".join(sample.left_out),
    }
    if sample.test == "signed_rank":
        row["n"] = len(sample.first)
        if not sample.first:
            return row
        result = signed_rank_test(sample.first, sample.second, procedure)
        row |= {name: getattr(result, name) for name in _SIGNED_RANK_FIELDS}
        row["n_unchanged"] = result.n_zero
    else:
        row |= {
            "n": len(sample.first) + len(sample.second),
            "n1": len(sample.first),
            "n2": len(sample.second),
        }
        if not (sample.first and sample.second):
            return row
        result = rank_sum_test(sample.first, sample.second, procedure)
        row |= {name: getattr(result, name) for name in _RANK_SUM_FIELDS}
    fraction = "" if result.p_fraction is None else str(result.p_fraction)
    return row | {"z": result.z, "p_value": result.p_value, "p_fraction": fraction}
