"""From observations to result tables: frequencies, rank tests, effects, and what programs print on the same data."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from oxymilk.analysis.samples import Sample, samples
from oxymilk.faults import Fault, FaultsError
from oxymilk.stats import Procedure, TestResult, TooLargeError, rank_sum_test, signed_rank_test
from oxymilk.stats.null import MEMORY_LIMIT

if TYPE_CHECKING:
    from oxymilk.study import Study

SUMMARY_COLUMNS = (
    "group",
    "timepoint",
    "n",
    "missing",
    "mean",
    "sd",
    "q1",
    "median",
    "q3",
    "minimum",
    "maximum",
)
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
    "scale",
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
    "z_squared",
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


def frequency_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Count the levels of the outcome in each group at each timepoint.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text, whose scores are levels (or anything, for an outcome without levels).

    Returns
    -------
    DataFrame
        Columns `FREQUENCY_COLUMNS`; every group, timepoint and level, also those nobody has. `total` is the number
        of participants with a score, `percent` is of these, `missing` counts those without. An outcome without levels
        has one row with an empty level.
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
            for level in study.outcome.level_ids:
                n = scores.count(level)
                percent = 100 * n / total if total else None
                rows.append((group.id, timepoint.id, level, n, total, percent, missing))
            if not study.outcome.levels:
                rows.append((group.id, timepoint.id, "", total, total, 100 if total else None, missing))
    return pd.DataFrame(rows, columns=list(FREQUENCY_COLUMNS))


def summary_table(study: Study, numbers: pd.DataFrame) -> pd.DataFrame:
    """Describe the scores of an outcome that is a number.

    Parameters
    ----------
    study : Study
        The study.
    numbers : DataFrame
        Tidy observations whose scores are numbers; empty for an outcome that has levels only.

    Returns
    -------
    DataFrame
        Columns `SUMMARY_COLUMNS`, in the outcome's unit; one row a group and timepoint. Quartiles are those of R's
        type 6, as SPSS gives them (Hyndman & Fan 1996, doi:10.2307/2684934).
    """
    rows = []
    for group in study.groups:
        for timepoint in study.timepoints:
            here = numbers[(numbers["group"] == group.id) & (numbers["timepoint"] == timepoint.id)]
            scores = pd.to_numeric(here["score"].replace("", None)).dropna().to_numpy(float)
            if here.empty:
                continue
            known = len(scores)
            quartiles = np.quantile(scores, (0.25, 0.5, 0.75), method="weibull") if known else (None,) * 3
            spread = scores.std(ddof=1) if known > 1 else None
            ends = (scores.min(), scores.max()) if known else (None, None)
            mean = scores.mean() if known else None
            missing = len(here) - known
            rows.append((group.id, timepoint.id, known, missing, mean, spread, *quartiles, *ends))
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def test_table(study: Study, observations: pd.DataFrame, scale: str | None = None) -> pd.DataFrame:
    """Run the study's tests: signed-rank within each group, rank-sum between the first two groups.

    Each test has two rows: the procedure that the study declares, and the exact one (conditional on the observed ties
    and zeros) of the same alternative.

    Parameters
    ----------
    study : Study
        The study.
    observations : DataFrame
        Tidy observations, all cells text; there is no test without any.
    scale : {"level", "score"}, optional
        What the scores are; the outcome's own scale unless given. The other scale makes the sensitivity table.

    Returns
    -------
    DataFrame
        Columns `TEST_COLUMNS`; empty where a column does not apply, where nobody has the scores a test needs, and where
        the exact counterpart of an asymptotic procedure would need too much memory.

    Raises
    ------
    FaultsError
        If the declared procedure itself would need too much memory.
    """
    rows = []
    scale = scale or study.outcome.scale
    for sample in samples(study, observations, scale) if len(observations) else ():
        for role in ROLES:
            row = _test_row(study, sample, role)
            rows.append(row | {"variable": study.outcome.id, "scale": scale})
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
        if not sample.testable:
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
        `least_exact`); these four have no interval, and no estimate where the exact counterpart of a test, or the
        search for the least p, would need too much memory.
    """
    from oxymilk.stats.effects import between_effects, holm, least_p_value, within_effects

    tested = [sample for sample in samples(study, observations) if sample.testable]
    rows = []
    adjusted = {}
    for role in ROLES:
        results = [_result(study, sample, role) for sample in tested]
        # the family is all tests: without one of them nothing can be adjusted
        whole = bool(results) and None not in results
        adjusted[role] = holm([each.p_value for each in results]) if whole else [None] * len(tested)
    for number, sample in enumerate(tested):
        place = (sample.test, sample.group, sample.timepoint)
        effects = within_effects if sample.test == "signed_rank" else between_effects
        estimated = effects(sample.first, sample.second, _procedure(study, sample, "declared"), confidence)
        rows.extend((*place, *astuple(effect)) for effect in estimated)
        for role in ROLES:
            procedure = _procedure(study, sample, role)
            words = procedure.words_for(sample.test)
            try:
                least = least_p_value(sample.test, sample.first, sample.second, procedure)
            except TooLargeError:
                least = None
            rows.append((*place, f"holm_{role}", adjusted[role][number], None, None, None, words, ""))
            rows.append((*place, f"least_{role}", least, None, None, None, words, ""))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def exact_counterpart(declared: Procedure) -> Procedure:
    """Return the exact procedure, conditional on ties and zeros, that answers the same question."""
    return Procedure(method="exact", alternative=declared.alternative, zero_method=declared.zero_method)


def _procedure(study: Study, sample: Sample, role: str) -> Procedure:
    declared = getattr(study.procedure, sample.test)
    return declared if role == "declared" else exact_counterpart(declared)


def _result(study: Study, sample: Sample, role: str) -> TestResult | None:
    """Run a test; None when the exact counterpart of the declared procedure would need too much memory."""
    run = signed_rank_test if sample.test == "signed_rank" else rank_sum_test
    procedure = _procedure(study, sample, role)
    try:
        return run(sample.first, sample.second, procedure)
    except TooLargeError:
        if role != "declared":
            return None
        place = {"column": f"procedure.{sample.test}.method", "value": procedure.method}
        limit = f"{MEMORY_LIMIT / 2**30:g}"
        raise FaultsError(
            [Fault("exact_too_large", "study.yaml", **place, params={"limit": limit})]
        ) from None


def _test_row(study: Study, sample: Sample, role: str) -> dict[str, object]:
    procedure = _procedure(study, sample, role)
    row: dict[str, object] = {
        "test": sample.test,
        "group": sample.group,
        "timepoint": sample.timepoint,
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
    result = _result(study, sample, role) if sample.testable else None
    if result is None:
        return row
    if sample.test == "signed_rank":
        row |= {name: getattr(result, name) for name in _SIGNED_RANK_FIELDS}
        row["n_unchanged"] = result.n_zero
    else:
        row |= {name: getattr(result, name) for name in _RANK_SUM_FIELDS}
    fraction = "" if result.p_fraction is None else str(result.p_fraction)
    # z times |z|: a fraction, sign kept, where z itself is a root
    exact = {"z_squared": str(result.z_squared), "p_fraction": fraction}
    return row | {"z": result.z, "p_value": result.p_value} | exact
