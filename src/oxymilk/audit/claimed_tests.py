"""Claims that are judged as printed tests: by the evidence that their paper prints, or that the study's data give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.analysis.samples import participants
from oxymilk.audit.claims import DECISIONS, OF_PAIRS, Claim
from oxymilk.audit.evidence import Evidence, cells_of, read_evidence, word_of
from oxymilk.audit.p_sets import load_lines
from oxymilk.audit.printed_test import judge
from oxymilk.audit.recompute import Computed, Undefined, root_of
from oxymilk.faults import Fault, FaultsError
from oxymilk.numbers import read_number
from oxymilk.stats.count_tables import CHI_SQUARES
from oxymilk.stats.other_tests import pooled_error, separate_error
from oxymilk.stats.programs import named_in
from oxymilk.texts import labels

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
    tails = {"one": "1", "two": "2"}.get(claim.tails) or cells.get("tails", "")
    evidence = read_evidence(own | cells | p_value | {"test": claim.test, "tails": tails})
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
    on_levels, samples = _samples(claim, study, data)
    if on_levels and claim.timepoint != "change":
        return f"counts={';'.join(','.join(map(str, row)) for row in _counts(claim, samples))}"
    sizes, means, variances = zip(*_moments(claim, samples), strict=True)
    both = means, map(sqrt, variances)
    written = (";".join(f"{float(number):.14e}" for number in numbers) + ";" for numbers in both)
    return "mean={} sd={} n={}".format(*written, ",".join(map(str, sizes)))


def statistics_from_data(claim: Claim, study: Study, data: Results | None) -> Iterator[Computed]:
    """Yield what a study's data give for chi-square, t, df or Z of a test beside the rank tests.

    Parameters
    ----------
    claim, study, data
        As for `evidence_from_data`; the claim's quantity is the statistic.

    Yields
    ------
    Computed
        Chi-square of Pearson, Yates, the likelihood ratio, McNemar, Edwards, Bowker; t of Student and Welch; their df;
        Z, the root of a chi-square with one df, without its sign. Undefined as for `evidence_from_data`.
    """
    _, samples = _samples(claim, study, data)
    by_chi_square = claim.test not in ("t_paired", "t_independent")
    for name, square, df in (_chi_squares if by_chi_square else _t_tests)(claim, samples):
        if claim.quantity == "df" and df:
            computed = Computed.exactly(df)
        elif claim.quantity == "df" or (claim.quantity == "z" and df not in (None, 1)):
            continue
        else:
            # of a likelihood ratio there is no fraction
            computed = (Computed.about if isinstance(square, float) else Computed.exactly)(Fraction(square))
            if claim.quantity in ("t", "z"):
                computed = root_of(computed.value)
        yield computed._replace(procedure=labels("en")(f"check.calculations.{name}"))


# a calculation, its chi-square or the square of its t or Z, and its degrees of freedom; None of Z alone
Statistic = tuple[str, Fraction | float, Fraction | int | None]


def _chi_squares(claim: Claim, samples: list[list[list]]) -> Iterator[Statistic]:
    """Yield what programs print of a table of counts, in fractions but for the likelihood ratio."""
    table = np.array([_counts(claim, samples)], dtype=object) * Fraction(1)
    of_pairs = "mcnemar", "mcnemar_edwards", "bowker", "bowker_empty", "marginal_homogeneity"
    for name in of_pairs if claim.test == "mcnemar" else ("pearson", "yates", "likelihood"):
        square, df = (np.ravel(part)[0] for part in CHI_SQUARES[name](table))
        if square == square:  # nan where a program has none
            yield name, square, int(df) if name != "marginal_homogeneity" else None


def _t_tests(claim: Claim, samples: list[list[list]]) -> Iterator[Statistic]:
    """Yield the t-tests of samples; one sample is one of differences."""
    sizes, means, variances = zip(*_moments(claim, samples), strict=True)
    if len(sizes) == 1:
        yield "paired_t", sizes[0] * means[0] ** 2 / variances[0], sizes[0] - 1
        return
    for name, error_of in (("student_t", pooled_error), ("welch_t", separate_error)):
        error, df = error_of(*sizes, *variances)
        yield name, (means[0] - means[1]) ** 2 / error, df


def _counts(claim: Claim, samples: list[list[list]]) -> list[list[int]]:
    """Return the counts of levels, 0, 1, ...: groups by levels, or before by after."""
    levels = {score for sample in samples for scores in sample for score in scores}
    # of three levels of which nobody has the third, McNemar's test sees two
    size = sorted(levels) if claim.test == "mcnemar" and len(levels) == 2 else range(1 + max(levels))
    pairs = Counter(map(tuple, samples[0]))
    rows = [[sample.count([level]) for level in size] for sample in samples]
    rows = [[pairs[before, after] for after in size] for before in size] if claim.test in OF_PAIRS else rows
    if len(rows) < 2 or len(size) < 2 or (claim.test == "t_independent" and not all(samples)):
        raise Undefined("undefined")
    return rows


def _moments(claim: Claim, samples: list[list[list]]) -> list[tuple[int, Fraction, Fraction]]:
    """Return size, mean and variance of each sample's scores, or changes."""
    values = [[scores[-1] - scores[0] * (len(scores) > 1) for scores in sample] for sample in samples]
    means = [sum(of) / Fraction(max(1, len(of))) for of in values]
    squares = [sum((value - mean) ** 2 for value in of) for of, mean in zip(values, means, strict=True)]
    if min(map(len, values)) < 2 or not any(squares) or len(values) != (1 if claim.test in OF_PAIRS else 2):
        raise Undefined("undefined")
    samples = zip(values, means, squares, strict=True)
    return [(len(of), mean, square / (len(of) - 1)) for of, mean, square in samples]


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
        [[*map(read, of)] for record in members.values() if all(of := [*map(record.get, moments)])]
        for group, members in participants(study, table).items()
        if group == claim.group or claim.test not in OF_PAIRS
    ]
    if not any(samples):
        raise Undefined("no_data")
    return on_levels, samples
