"""What every program prints on the same data: programs.yaml, read and evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from oxymilk.stats.calculations import OTHER, Data, Groups, Pairs, smaller_tail
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.procedure import TESTS, Procedure
from oxymilk.stats.ranks import (
    counts_array,
    difference_counts,
    exact_numbers,
    paired_differences,
    two_sample_table,
    unique_rows,
)
from oxymilk.stats.rules import RULES


@dataclass(frozen=True)
class Program:
    """One output line of one program; the fields are those of programs.yaml.

    * kind : "rank" (a Procedure stands behind the line) or "other"
    * procedure : the Procedure, or None
    * tail : "smaller" if the program prints the smaller of the two one-sided p-values, else ""
    * other : the name of the calculation of kind "other", else ""
    """

    id: str
    program: str
    versions: str
    output: str
    test: str
    kind: str
    procedure: Procedure | None
    tail: str
    other: str
    rule: str
    source: str

    @property
    def words(self) -> str:
        """The procedure, or the other calculation, in English."""
        if self.procedure is None:
            return OTHER[self.other][0]
        if not self.tail:
            return self.procedure.words_for(self.test)
        words = self.procedure.with_alternative("greater").words_for(self.test)
        return words.replace("one-sided (greater)", "smaller of the two one-sided")


@dataclass(frozen=True)
class ProgramResult:
    """What one program's line shows for one dataset.

    * entry : the line
    * p_value : p-value
    * z : the statistic behind it where there is one, positive when post (the first group) tends to be larger
    * printed_by_default : would the program print this line, unasked, for data of this size, ties and zeros
    """

    entry: Program
    p_value: float
    z: float | None
    printed_by_default: bool


@cache
def load_programs() -> tuple[Program, ...]:
    """Read programs.yaml.

    Returns
    -------
    tuple of Program
        In the order of the file.

    Raises
    ------
    ValueError
        If an entry is incomplete, names an unknown rule or calculation, or repeats an id.

    Examples
    --------
    >>> load_programs()[0].output
    'Asymp. Sig. (2-tailed)'
    """
    entries = yaml.safe_load(files("oxymilk.stats").joinpath("programs.yaml").read_bytes())
    programs = tuple(_program(entry) for entry in entries)
    ids = [program.id for program in programs]
    if len(set(ids)) < len(ids):
        raise ValueError(f"programs.yaml: repeated ids {sorted({i for i in ids if ids.count(i) > 1})}")
    return programs


def _program(entry: dict) -> Program:
    given = dict(entry)
    switches = given.pop("procedure", None)
    other = given.setdefault("other", "")
    tail = given.setdefault("tail", "")
    name = f"programs.yaml: {given.get('id')}"
    if (switches is None) != bool(other):
        raise ValueError(f"{name}: give either a procedure or another calculation")
    if other and other not in OTHER:
        raise ValueError(f"{name}: unknown calculation {other!r}")
    if tail not in ("", "smaller") or (tail and other):
        raise ValueError(f"{name}: unknown tail {tail!r}")
    if given.get("rule") not in RULES:
        raise ValueError(f"{name}: unknown rule {given.get('rule')!r}")
    if given.get("test") not in TESTS:
        raise ValueError(f"{name}: unknown test {given.get('test')!r}")
    procedure = None if switches is None else Procedure(**switches)
    return Program(kind="other" if other else "rank", procedure=procedure, **given)


def evaluate_programs(test: str, first: Iterable, second: Iterable) -> list[ProgramResult]:
    """Evaluate every program's line for one dataset.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
        Pairs, or two groups.
    first, second : iterable of numbers
        pre and post (equal length), or the two groups; levels as 0, 1, ..., or measurements.

    Returns
    -------
    list of ProgramResult
        In the order of programs.yaml. A line is left out where the program has no p-value to print: McNemar's,
        Yates', Fisher's and Boschloo's tests of more than two levels, a t-test without variance, an exact
        distribution that does not fit into memory.

    Raises
    ------
    ValueError
        For values that are not numbers, no values, or pairs that are not pairs.

    Examples
    --------
    >>> line = evaluate_programs("signed_rank", [0] * 10, [1] * 10)[0]
    >>> line.entry.id, round(line.p_value, 7)
    ('spss_wilcoxon', 0.0015654)
    """
    _check_test(test)
    data = _pairs_of_values(first, second) if test == "signed_rank" else _groups_of_values(first, second)
    facts = data.facts
    results = []
    for program, p_value, z in _evaluate(data, _programs_of(test, None)):
        if np.isnan(p_value[0]):
            continue
        printed = bool(RULES[program.rule](facts)[0])
        results.append(ProgramResult(program, float(p_value[0]), None if z is None else float(z[0]), printed))
    return results


def _pairs_of_values(pre: Iterable, post: Iterable) -> Pairs:
    before, after = exact_numbers(pre, "pre"), exact_numbers(post, "post")
    negative, positive, zeros = paired_differences(before, after)
    sizes = sorted({abs(b - a) for a, b in zip(before, after, strict=True)} - {0})
    return Pairs(
        negative[None],
        positive[None],
        np.array([zeros]),
        np.array([float(size) for size in sizes]),
        np.array([len({*before, *after}) <= 2]),
    )


def _groups_of_values(x: Iterable, y: Iterable) -> Groups:
    first, second = exact_numbers(x, "x"), exact_numbers(y, "y")
    scores = np.array([float(value) for value in sorted({*first, *second})])
    return Groups(two_sample_table(first, second)[None], scores)


def evaluate_programs_counts(
    test: str,
    counts: np.ndarray,
    *,
    ids: Iterable[str] | None = None,
    scores: np.ndarray | None = None,
    printed_only: bool = False,
) -> dict[str, np.ndarray]:
    """Evaluate every program's line for whole arrays of tables of counts.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
        Pairs, or two groups.
    counts : array of int
        Pairs: tables of pre by post, shape (..., K, K). Two groups: shape (..., 2, K). Levels are 0, ..., K - 1.
    ids : iterable of str, optional
        Only these entries of programs.yaml.
    scores : array of float, shape (K,), optional
        The number of each level for the t-tests and the linear-by-linear association of two groups;
        0, 1, ..., K - 1 unless given. Pairs always use the level numbers.
    printed_only : bool
        Put nan where the program would not print the line unasked.

    Returns
    -------
    dict of str to ndarray of float, shape (...)
        id: p-values; nan where `evaluate_programs` would leave the line out.

    Raises
    ------
    ValueError
        For broken counts, an unknown id, or a dataset without pairs or with an empty group.

    Notes
    -----
    Each distinct table is computed once: all 81,796 datasets of two groups of ten with two levels hold only 286
    tables of pairs and 121 tables of groups.
    """
    _check_test(test)
    programs = _programs_of(test, ids)
    if test == "signed_rank":
        data, inverse, shape = _pairs_of_counts(counts)
    else:
        data, inverse, shape = _groups_of_counts(counts, scores)
    facts = data.facts
    spread: dict[int, np.ndarray] = {}  # lines that share a number share the array before it is masked
    result = {}
    for program, p_value, _ in _evaluate(data, programs):
        if printed_only:
            p_value = np.where(RULES[program.rule](facts), p_value, np.nan)
            result[program.id] = p_value[inverse].reshape(shape)
            continue
        if id(p_value) not in spread:
            spread[id(p_value)] = p_value[inverse].reshape(shape)
            spread[id(p_value)].setflags(write=False)
        result[program.id] = spread[id(p_value)]
    return result


def _pairs_of_counts(counts: np.ndarray) -> tuple[Pairs, np.ndarray, tuple[int, ...]]:
    counts = counts_array(counts, "counts", 2)
    negative, positive, zeros = difference_counts(counts)
    k = counts.shape[-1]
    if k > 2:
        occurs = (counts.sum(axis=-1) + counts.sum(axis=-2)) > 0
        dichotomous = occurs.sum(axis=-1) <= 2
    else:
        dichotomous = np.ones(zeros.shape, dtype=bool)
    rows = np.concatenate([negative, positive, zeros[..., None], dichotomous[..., None]], axis=-1)
    distinct, inverse = unique_rows(rows.reshape(-1, rows.shape[-1]))
    data = Pairs(
        distinct[:, : k - 1],
        distinct[:, k - 1 : 2 * k - 2],
        distinct[:, -2],
        np.arange(1.0, k),
        distinct[:, -1] > 0,
    )
    return data, inverse, zeros.shape


def _groups_of_counts(
    counts: np.ndarray, scores: np.ndarray | None
) -> tuple[Groups, np.ndarray, tuple[int, ...]]:
    counts = counts_array(counts, "counts", 2)
    k = counts.shape[-1]
    scores = np.arange(float(k)) if scores is None else np.asarray(scores, dtype=float)
    if counts.shape[-2] != 2 or scores.shape != (k,):
        raise ValueError(
            f"counts: shape (..., 2, K) and K scores are needed, not {counts.shape} and {scores.shape}"
        )
    distinct, inverse = unique_rows(counts.reshape(-1, 2 * k))
    return Groups(distinct.reshape(-1, 2, k), scores), inverse, counts.shape[:-2]


def _evaluate(
    data: Data, programs: Iterable[Program]
) -> Iterable[tuple[Program, np.ndarray, np.ndarray | None]]:
    """Yield each program with its p-values and z; equal calculations are made once and give the same arrays."""
    done: dict[tuple, tuple[np.ndarray, np.ndarray | None]] = {}
    for program in programs:
        key = (program.procedure, program.tail, program.other)
        if key not in done:
            done[key] = _calculate(data, program)
        yield program, *done[key]


def _calculate(data: Data, program: Program) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        if program.procedure is None:
            return OTHER[program.other][1](data), None
        if program.tail:
            return smaller_tail(data, program.procedure), None
        result = data.rank(program.procedure)
    except TooLargeError:
        return np.full(data.facts.n.shape, np.nan), None
    return result.p_value, result.z if program.procedure.method == "asymptotic" else None


def _programs_of(test: str, ids: Iterable[str] | None) -> list[Program]:
    programs = [program for program in load_programs() if program.test == test]
    if ids is None:
        return programs
    wanted = set(ids)
    unknown = wanted - {program.id for program in programs}
    if unknown:
        raise ValueError(f"no such program for {test}: {', '.join(sorted(unknown))}")
    return [program for program in programs if program.id in wanted]


def _check_test(test: str) -> None:
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}; not {test!r}")
