"""Claims that are judged as printed tests: by the evidence that their paper prints, or that the study's data give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING

from oxymilk.analysis.samples import participants
from oxymilk.audit.claims import DECISIONS, OF_PAIRS, Claim
from oxymilk.audit.evidence import Evidence, cells_of, read_evidence, word_of
from oxymilk.audit.p_sets import load_lines
from oxymilk.audit.printed_test import judge
from oxymilk.audit.recompute import Undefined
from oxymilk.faults import Fault, FaultsError
from oxymilk.numbers import read_number
from oxymilk.stats.programs import named_in

if TYPE_CHECKING:
    from oxymilk.results import Results
    from oxymilk.study import Study

# columns of claims.csv that hold what a field of the evidence is read from
_COLUMNS = {"p": "printed", "operator": "operator", "test": "test"}


def evidence_of(claim: Claim, study: Study) -> Evidence:
    """Return what is printed of a claim's test: its p-value, or decision, and its `evidence`.

    Decimal mark, rounding, alpha and program are the study's, where it declares them and the evidence does not; the
    program where it has a line for the test. FaultsError with every fault of the evidence.
    """
    cells = cells_of(claim.evidence)
    mark = study.decimal_mark[0] if len(study.decimal_mark) == 1 else ""
    own = {"alpha": str(study.alpha), "decimal_mark": mark}
    if "rounding" in study.model_fields_set:
        own["rounding"] = study.rounding
    p_value = {"p": claim.printed, "operator": claim.operator}
    if claim.quantity == "decision":
        below = claim.printed == DECISIONS[0]
        p_value = {"p": str(study.alpha).replace(".", mark or "."), "operator": "<" if below else ">="}
    elif claim.scale == 100:
        # "5%" is 0.05
        p_value["p"] = f"{float(claim.number.value / 100):.15g}".replace(".", mark or ".")
    tails = {"one": "1", "two": "2"}.get(claim.tails, "")
    evidence = read_evidence(
        own | cells | p_value | {"test": claim.test, "tails": tails or cells.get("tails", "")}
    )
    program, lines = study.procedure.program, load_lines().get(evidence.test, ())
    if not evidence.program and named_in(program) & {line.family for line in lines}:
        evidence = replace(evidence, program=program)
    return evidence


def faults_of_evidence(claim: Claim, study: Study, file: str, row: int) -> Iterator[Fault]:
    """Yield what is wrong with p-value or evidence of a row of claims.csv: not to be read, lacking or impossible."""
    try:
        evidence = evidence_of(claim, study)
        if claim.check == "printed_test":
            judge(evidence, explain=False)
    except FaultsError as error:
        for fault in error.faults:
            column = _COLUMNS.get(fault.column, "evidence")
            word = word_of(fault.column)
            if word in ("value", "statistic"):
                word = cells_of(claim.evidence)["statistic"]
            named = column == "evidence" != fault.column and fault.value
            value = f"{word}={fault.value}" if named else fault.value
            yield replace(fault, file=file, row=row, column=column, value=value)


def evidence_from_data(claim: Claim, study: Study, data: Results | None) -> str:
    """Return what a study's data give for a test beside the rank tests, in the words of the column `evidence`.

    Parameters
    ----------
    claim : Claim
        A test of one of `oxymilk.audit.claims.OTHER_TESTS`.
    study : Study
    data : Results or None
        Or what else has its tables observations, other_scale and characteristics, all cells text.

    Returns
    -------
    str
        Counts, groups by levels or before by after; means, SDs and n of numbers, with 15 digits. Undefined where there
        are no data ("no_data"), or none that the test has a value on ("undefined").
    """
    of_pairs, on_levels, samples = claim.test in OF_PAIRS, *_samples(claim, study, data)
    if on_levels and claim.timepoint != "change":
        size = range(1 + max(score for sample in samples for scores in sample for score in scores))
        pairs = Counter(map(tuple, samples[0]))
        rows = [[sample.count([level]) for level in size] for sample in samples]
        rows = [[pairs[before, after] for after in size] for before in size] if of_pairs else rows
        if len(rows) < 2 or len(size) < 2 or (claim.test == "t_independent" and not all(samples)):
            raise Undefined("undefined")
        return f"counts={';'.join(','.join(map(str, row)) for row in rows)}"
    values = [[scores[-1] - scores[0] * (len(scores) > 1) for scores in sample] for sample in samples]
    means = [sum(of) / Fraction(max(1, len(of))) for of in values]
    squares = [sum((value - mean) ** 2 for value in of) for of, mean in zip(values, means, strict=True)]
    if min(map(len, values)) < 2 or not any(squares) or len(values) != (1 if of_pairs else 2):
        raise Undefined("undefined")
    sds = [sqrt(square / (len(of) - 1)) for of, square in zip(values, squares, strict=True)]
    written = (";".join(f"{float(number):.14e}" for number in numbers) + ";" for numbers in (means, sds))
    return "mean={} sd={} n={}".format(*written, ",".join(str(len(of)) for of in values))


def _samples(claim: Claim, study: Study, data: Results | None) -> tuple[bool, list[list[list]]]:
    """Return whether a test is on levels, as 0, 1, ..., and for each group each member's score, or both of a pair."""
    if data is None:
        raise Undefined("no_data")
    of_levels, moments = claim.test not in ("t_paired", "t_independent"), [claim.timepoint]
    if claim.variable in ("", study.outcome.id):
        variable, is_level = study.outcome, study.outcome.scale == "level"
        on_levels = of_levels or is_level
        table = data.observations if on_levels == is_level else data.other_scale
        if claim.test in OF_PAIRS or claim.timepoint == "change":
            moments = [timepoint.id for timepoint in study.compared]
    else:
        (variable,) = (item for item in study.characteristics if item.id == claim.variable)
        table = data.characteristics[data.characteristics["characteristic"] == variable.id]
        on_levels = of_levels or not table["value"].any()
        table = table.assign(timepoint=claim.timepoint, score=table["level" if on_levels else "value"])
    read = variable.level_ids.index if on_levels else lambda text: Fraction(read_number(text))
    samples = [
        [
            [*map(read, scores)]
            for scores in ([*map(record.get, moments)] for record in members.values())
            if all(scores)
        ]
        for group, members in participants(study, table).items()
        if group == claim.group or claim.test not in OF_PAIRS
    ]
    if not any(samples):
        raise Undefined("no_data")
    return on_levels, samples
