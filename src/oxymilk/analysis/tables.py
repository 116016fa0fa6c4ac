"""From observations to result tables: frequencies, rank tests, effects, what programs print, and Table 1.

Observations are tidy, all cells text: participant, group, timepoint, outcome, score.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import astuple
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from oxymilk import stats
from oxymilk.analysis.alternatives import alternative_table
from oxymilk.analysis.baseline import baseline_table, summary_table
from oxymilk.analysis.samples import Sample, samples
from oxymilk.faults import Fault, FaultsError
from oxymilk.results import OTHER_DIFFERENCES
from oxymilk.stats import Procedure, TestResult, TooLargeError
from oxymilk.stats.null import MEMORY_LIMIT, MOST_DECLARED, MOST_WORK
from oxymilk.stats.procedure import CHOICES
from oxymilk.stats.ranks import DIFFERENCES

if TYPE_CHECKING:
    from oxymilk.results import Results
    from oxymilk.study import Study

LARGEST_WRITTEN = 10**4000  # Python writes no whole number of more than 4,300 digits
ROLES = ("declared", "exact")
# the declared procedure of one tail, on the side of the data, where it has two; or of two where it has one
OTHER_TAILS = "other_tails"
FREQUENCY_COLUMNS = ("group", "timepoint", "level", "n", "total", "percent", "missing")
TEST_COLUMNS = (
    "test", "group", "timepoint", "variable", "scale", "role", *CHOICES, "procedure", "differences",
    "n", "n_left_out", "left_out", "n_up", "n_down", "n_unchanged",
    "w_plus", "w_minus", "mean_rank_plus", "mean_rank_minus",
    "n1", "n2", "u1", "u2", "rank_sum1", "rank_sum2", "mean_rank1", "mean_rank2",
    "z", "z_squared", "p_value", "p_fraction",
)  # fmt: skip
PROGRAM_COLUMNS = (
    "test", "group", "timepoint", "id", "program", "versions", "output", "kind", "procedure", "differences",
    "p_value", "reason", "printed_by_default", "source",
)  # fmt: skip
EFFECT_COLUMNS = (
    "test", "group", "timepoint", "effect", "estimate", "low", "high", "confidence", "method", "note", "reported",
)  # fmt: skip
COMPARISON_COLUMNS = (
    "timepoint", "primary", "n1", "n2", "left_out", "u1", "u2", "z", "p_value", "p_exact",
    "effect", "estimate", "low", "high", "confidence", "method",
)  # fmt: skip
# the effect of each test to report, by why: what readers of the field understand at once
REPORTED = {
    "two_levels": {"signed_rank": "net_share_risen", "rank_sum": "risk_difference"},
    "more_levels": {"signed_rank": "matched_rank_biserial", "rank_sum": "rank_biserial"},
    "numbers": {"signed_rank": "hodges_lehmann_shift", "rank_sum": "hodges_lehmann_shift"},
}


def result_tables(study: Study, results: Results, confidence: float, seed: int) -> dict[str, pd.DataFrame]:
    """Make every result table of a study from its observations.

    Parameters
    ----------
    study : Study
    results : Results
        Its observations, other_scale and characteristics are read.
    confidence : float
        Of the intervals beside effects, between 0 and 1.
    seed : int
        Of random permutations.

    Returns
    -------
    dict of str to DataFrame
        By name.
    """
    table, other = results.observations, results.other_scale
    on_levels = study.outcome.scale == "level"
    levels, numbers = (table, other) if on_levels else (other, table)
    tests = rank_test_table(study, table)
    effects = effect_table(study, table, tests, confidence)
    comparisons = comparison_table(study, table, effects, confidence)
    return {
        "frequencies": frequency_table(study, levels if study.outcome.levels else table),
        "summaries": summary_table(study, numbers),
        "tests": tests,
        "alternatives": alternative_table(study, table, tests, comparisons, seed),
        "sensitivity": rank_test_table(study, other, "score" if on_levels else "level"),
        "procedures": program_table(study, table),
        "effects": effects,
        "comparisons": comparisons,
        "baseline": baseline_table(study, results.characteristics, table),
    }


def frequency_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Count the levels of the outcome in each group at each timepoint.

    Parameters
    ----------
    study : Study
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
    for group, timepoint in product(study.group_ids, study.timepoint_ids):
        here = (observations["group"] == group) & (observations["timepoint"] == timepoint)
        scores = list(observations.loc[here, "score"])
        missing = scores.count("")
        total = len(scores) - missing
        counts = {level: scores.count(level) for level in study.outcome.level_ids} or {"": total}
        for level, n in counts.items():
            rows.append((group, timepoint, level, n, total, 100 * n / total if total else None, missing))
    return pd.DataFrame(rows, columns=list(FREQUENCY_COLUMNS))


def exact_counterpart(declared: Procedure) -> Procedure:
    """Return the exact procedure, conditional on ties and zeros, that answers the same question."""
    return Procedure(method="exact", alternative=declared.alternative, zero_method=declared.zero_method)


def _result(sample: Sample, procedure: Procedure, way: str, most_work: float) -> TestResult | None:
    """Run a test; None where there is nobody to test, or too much to do."""
    try:
        return sample.run(procedure, way, most_work) if sample.testable else None
    except TooLargeError:
        return None


def rank_test_table(study: Study, observations: pd.DataFrame, scale: str | None = None) -> pd.DataFrame:
    """Run the study's tests: signed-rank within each group, rank-sum between the first two groups.

    Each test has three rows: the procedure that the study declares, with differences as its program takes them, and the
    exact one (conditional on the observed ties and zeros, on decimals) of the same alternative, and the declared one
    with the other number of tails. Where the other way to take differences gives other numbers, a fourth row has these.
    `differences` is "" where the way is no matter, "if_decimal" or "if_binary" where that of the program is not known.

    Parameters
    ----------
    study : Study
    observations : DataFrame
        There is no test without any.
    scale : {"level", "score"}, optional
        What the scores are; the outcome's own scale unless given. The other scale makes the sensitivity table.

    Returns
    -------
    DataFrame
        Columns `TEST_COLUMNS`; empty where a column does not apply, where nobody has the scores a test needs, and where
        the exact counterpart of an asymptotic procedure would need too many steps or too much memory.

    Raises
    ------
    FaultsError
        If the declared procedure itself would need too much memory, or more steps than `MOST_DECLARED`.
    """
    scale, rows = scale or study.outcome.scale, []
    is_declared = scale == study.outcome.scale
    asked = MOST_DECLARED if is_declared else MOST_WORK
    for sample in samples(study, observations, scale) if len(observations) else ():
        declared = getattr(study.procedure, sample.test)
        known = stats.differences_of(study.procedure.program, sample.test)
        own, other = reversed(DIFFERENCES) if known == "binary" else DIFFERENCES
        how = {"declared": (declared, own), "exact": (exact_counterpart(declared), "decimal")}
        if any(not isinstance(score, int) for score in (*sample.first, *sample.second)):
            how[OTHER_DIFFERENCES] = declared, other  # whole levels are the same either way
        results = {
            role: _result(sample, procedure, way, asked if procedure == declared else MOST_WORK)
            for role, (procedure, way) in how.items()
        }
        if results["declared"]:
            side = "greater" if results["declared"].z_squared >= 0 else "less"
            side = side if declared.alternative == "two-sided" else "two-sided"
            how[OTHER_TAILS] = declared.with_alternative(side), own
            results[OTHER_TAILS] = _result(sample, *how[OTHER_TAILS], asked)
        elif sample.testable and is_declared:
            place = {"column": f"procedure.{sample.test}.method", "value": declared.method}
            limit = {"limit": f"{MEMORY_LIMIT / 2**30:g}"}
            raise FaultsError([Fault("exact_too_large", "study.yaml", **place, params=limit)])
        either = [results[role] for role in ("declared", OTHER_DIFFERENCES) if results.get(role)]
        shown = {(result.p_value, result.z_squared, vars(result).get("w_plus")) for result in either}
        for role, (procedure, way) in how.items():
            if role == OTHER_DIFFERENCES and len(shown) < 2:
                continue
            # not known of the declared program: then both results of the declared procedure count
            unknown = "" if known or role in ("exact", OTHER_TAILS) else "if_"
            row = sample._asdict() | procedure.switches() | {"role": role, "n": len(sample.first)}
            row["differences"] = unknown + way if len(shown) == 2 else ""
            if sample.test == "rank_sum":
                n1, n2 = len(sample.first), len(sample.second)
                row |= {"n": n1 + n2, "n1": n1, "n2": n2, "zero_method": None}
            if result := results[role]:
                row |= vars(result)
                # z times |z|: a fraction, sign kept, where z itself is a root
                fraction = result.p_fraction or 0
                written = str(fraction or "") if fraction.denominator < LARGEST_WRITTEN else ""
                row |= {"z_squared": str(result.z_squared), "p_fraction": written}
            row |= {"n_left_out": len(sample.left_out), "left_out": " ".join(sample.left_out)}
            row["procedure"] = procedure.words_for(sample.test)
            rows.append(row | {"n_unchanged": row.get("n_zero")})
    table = pd.DataFrame(rows, columns=list(TEST_COLUMNS))
    return table.assign(variable=study.outcome.id, scale=scale)


def program_table(study: Study, observations: pd.DataFrame) -> pd.DataFrame:
    """Say what each program prints on the data of each test of the study.

    Returns
    -------
    DataFrame
        Columns `PROGRAM_COLUMNS`; one row a test and entry of `stats/programs.yaml`, two where its way to take
        differences matters and is not known. `printed_by_default` tells whether the program prints that line for data
        of this size and with these ties unless asked otherwise; `reason` why there is no p-value, "too_large".
    """
    rows = [
        {**sample._asdict(), **vars(line.entry), **vars(line), "procedure": line.entry.words}
        for sample in samples(study, observations)
        if sample.testable
        for line in stats.evaluate_programs(sample.test, sample.first, sample.second, sample.doubles)
    ]
    return pd.DataFrame(rows, columns=list(PROGRAM_COLUMNS))


def effect_table(
    study: Study, observations: pd.DataFrame, tests: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Say how large the effects are, beside the p-values.

    Parameters
    ----------
    study : Study
    observations, tests : DataFrame
        The latter as `rank_test_table` gives it.
    confidence : float
        Of the intervals; between 0 and 1.

    Returns
    -------
    DataFrame
        Columns `EFFECT_COLUMNS`; of each test one effect is to be reported, and `reported` holds the reason, a key of
        `REPORTED`. Besides the effects of `oxymilk.stats.effects`, each test has the p-values of the
        declared and of the exact procedure adjusted by Holm's method over all tests of the study (`holm_declared`,
        `holm_exact`), and the least that they could be at this size and with these ties (`least_declared`,
        `least_exact`); these four have no interval, and no estimate where the exact counterpart of a test, or the
        search for the least p, would need too much memory.
    """
    rows, tested = [], [sample for sample in samples(study, observations) if sample.testable]
    by_role = tests.set_index(["role", "test", "group"])[["p_value", "differences"]]
    adjusted = {}
    for role in ROLES if tested else ():
        family = [by_role.loc[(role, *sample[:2]), "p_value"] for sample in tested]
        # without one of the family nothing can be adjusted
        adjusted[role] = iter([None] * len(family) if pd.isna(family).any() else stats.holm(family))
    for sample, role in product(tested, ROLES):
        declared, place = getattr(study.procedure, sample.test), sample[:3]
        if role == "declared":
            effects, (why, main) = _effects(study, sample, confidence)
            rows.extend((*place, *astuple(effect), why * (effect.name == main)) for effect in effects)
        procedure = declared if role == "declared" else exact_counterpart(declared)
        way = by_role.loc[(role, *sample[:2]), "differences"].removeprefix("if_") or "decimal"
        least = None
        with suppress(TooLargeError):
            least = stats.least_p_value(sample.test, *sample.data(way), procedure)
        words = procedure.words_for(sample.test)
        rows.append((*place, f"holm_{role}", next(adjusted[role]), None, None, None, words, "", ""))
        rows.append((*place, f"least_{role}", least, None, None, None, words, "", ""))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _effects(study: Study, sample: Sample, confidence: float) -> tuple[list[stats.Effect], tuple[str, str]]:
    """Return the effects of a test, and why which is reported; risks are of the better of two levels."""
    why, main = reported_effect(study, sample.test, sample.timepoint)
    data = sample.first, sample.second, getattr(study.procedure, sample.test), confidence
    if sample.test == "signed_rank":
        return stats.within_effects(*data), (why, main)
    # also where nobody has the other level
    return stats.between_effects(*data, 1 if why == "two_levels" else None), (why, main)


def reported_effect(study: Study, test: str, timepoint: str = "") -> tuple[str, str]:
    """Return why an effect of a test is the one to report, a key of `REPORTED`, and its name."""
    # a change of two levels has three values
    two = len(study.outcome.levels) == 2 and timepoint != "change"
    why = "numbers" if study.outcome.scale == "score" else "two_levels" if two else "more_levels"
    return why, REPORTED[why][test]


def comparison_table(
    study: Study, observations: pd.DataFrame, effects: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare the first two groups at baseline, at follow-up and on the change, by the declared procedure.

    Parameters
    ----------
    study : Study
    observations, effects : DataFrame
        The latter as `effect_table` gives it, for the effect of the study's own comparison.
    confidence : float
        Of the intervals; between 0 and 1.

    Returns
    -------
    DataFrame
        Columns `COMPARISON_COLUMNS`; `primary` marks the comparison that `between` of study.yaml names. The effect is
        the `reported_effect`; p is empty where its distribution would need too much memory.
    """
    rows, procedure = [], study.procedure.rank_sum
    reported = effects[(effects["test"] == "rank_sum") & (effects["reported"] != "")].to_dict("records")
    for between in ("pre", "post", "change") if len(observations) and procedure else ():
        *_, sample = samples(study, observations, between=between)
        if sample.test != "rank_sum" or not sample.testable:
            continue
        primary = between == study.between
        way = "binary" if stats.differences_of(study.procedure.program, "rank_sum") == "binary" else "decimal"
        declared = _result(sample, procedure, way, MOST_DECLARED if primary else MOST_WORK)
        exact = _result(sample, exact_counterpart(procedure), "decimal", MOST_WORK)
        if primary:
            (effect,) = reported
        else:
            all_effects, (_, main) = _effects(study, sample, confidence)
            effect = next({"effect": main} | vars(effect) for effect in all_effects if effect.name == main)
        row = {name: effect[name] for name in ("effect", "estimate", "low", "high", "method")}
        row |= {**(vars(declared) if declared else {}), "timepoint": sample.timepoint, "primary": primary}
        row |= {"n1": len(sample.first), "n2": len(sample.second), "left_out": " ".join(sample.left_out)}
        rows.append(row | {"p_exact": exact and exact.p_value, "confidence": confidence})
    return pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
