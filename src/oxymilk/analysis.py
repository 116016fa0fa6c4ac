"""From observations to result tables: frequencies, rank tests, effects, and what programs print on the same data."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from oxymilk.stats import Procedure, TestResult, rank_sum_test, signed_rank_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from oxymilk.study import Study

ROLES = ("declared", "exact")
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
EFFECT_COLUMNS = (
    "test",
    "group",
    "timepoint",
    "effect",
    "estimate",
    "low",
    "high",
    "confidence",
    "method",
    "note",
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
        rows.extend(
            _test_row(sample, role, _procedure(study, sample, role), study.outcome.id) for role in ROLES
        )
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


def effect_table(study: Study, observations: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Say how large the effects are, beside the p-values.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text.
    confidence : float
        Of the intervals; between 0 and 1.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`. Besides the effects of `oxymilk.stats.effects`, each test has the p-values of the
        declared and of the exact procedure adjusted by Holm's method over all tests of the study (`holm_declared`,
        `holm_exact`), and the least that they could be at this size and with these ties (`least_declared`,
        `least_exact`); these four have no interval.
    """
    from oxymilk.stats.effects import between_effects, holm, least_p_value, within_effects

    tested = [sample for sample in samples(study, observations) if sample.first and sample.second]
    rows = []
    adjusted = {}
    for role in ROLES:
        p_values = [_result(sample, _procedure(study, sample, role)).p_value for sample in tested]
        adjusted[role] = holm(p_values) if p_values else []
    for number, sample in enumerate(tested):
        place = (sample.test, sample.group, sample.timepoint)
        effects = within_effects if sample.test == "signed_rank" else between_effects
        estimated = effects(sample.first, sample.second, _procedure(study, sample, "declared"), confidence)
        rows.extend((*place, *astuple(effect)) for effect in estimated)
        for role in ROLES:
            procedure = _procedure(study, sample, role)
            words = procedure.words_for(sample.test)
            least = least_p_value(sample.test, sample.first, sample.second, procedure)
            rows.append((*place, f"holm_{role}", adjusted[role][number], None, None, None, words, ""))
            rows.append((*place, f"least_{role}", least, None, None, None, words, ""))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


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


def _procedure(study: Study, sample: Sample, role: str) -> Procedure:
    declared = getattr(study.procedure, sample.test)
    return declared if role == "declared" else exact_counterpart(declared)


def _result(sample: Sample, procedure: Procedure) -> TestResult:
    run = signed_rank_test if sample.test == "signed_rank" else rank_sum_test
    return run(sample.first, sample.second, procedure)


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
    else:
        row |= {
            "n": len(sample.first) + len(sample.second),
            "n1": len(sample.first),
            "n2": len(sample.second),
        }
    if not (sample.first and sample.second):
        return row
    result = _result(sample, procedure)
    if sample.test == "signed_rank":
        row |= {name: getattr(result, name) for name in _SIGNED_RANK_FIELDS}
        row["n_unchanged"] = result.n_zero
    else:
        row |= {name: getattr(result, name) for name in _RANK_SUM_FIELDS}
    fraction = "" if result.p_fraction is None else str(result.p_fraction)
    return row | {"z": result.z, "p_value": result.p_value, "p_fraction": fraction}
