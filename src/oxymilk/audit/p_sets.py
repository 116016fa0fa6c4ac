"""What the evidence printed of a test leaves of its p-value: one set for each way in which programs compute it.

Three kinds of evidence are here: a statistic, counts, and margins or percentages that leave several tables possible.
`from_ranks` and `from_means` have the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import product
from math import prod, sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy

from oxymilk.audit.evidence import PAIRED, Evidence
from oxymilk.audit.printed import Interval, PrintedNumber
from oxymilk.faults import Fault, FaultsError
from oxymilk.stats import count_tables
from oxymilk.stats.datasets import Groups, Pairs
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.programs import RULES, evaluate_programs_counts, load_programs, named_in
from oxymilk.texts import read_yaml

# relative error of scipy's distribution functions, measured in the tests
ERROR = Fraction(1, 10**11)
# more tables than this are not given their exact rank tests
MOST_EXACT = 400
RANK_TESTS = {"wilcoxon": "signed_rank", "mann-whitney": "rank_sum"}
# other calculations of programs.yaml that are lines of the rank test itself; of another test
_OF_RANKS = ("signed_rank_floored", "sas_", "rank_sum_half")
_OTHER = {"student_t": "t-independent", "welch_t": "t-independent", "paired_t": "t-paired",
          "sign_exact": "sign", "sign_corrected": "sign"}  # fmt: skip


class Line(NamedTuple):
    """An output line of a program, of programs.yaml or printed_lines.yaml.

    * calculation : What is computed; lines that show the same number share it.
    * procedure, tail : Of a rank test; `one_sided` : the line shows one tail.
    """

    id: str
    test: str
    program: str
    versions: str
    rule: str
    calculation: str
    procedure: Procedure | None = None
    tail: str = ""

    @property
    def one_sided(self) -> bool:
        """Whether the line shows the smaller tail."""
        return bool(self.tail) or self.calculation in ("fisher_one_sided", "rank_sum_half_corrected")

    @property
    def name(self) -> str:
        """The program as people name it, with its versions where R changed its way."""
        package = re.match(r"R (\w+)::", self.program)
        word = package[1] if package else re.split(r"[ .(]", self.program.replace("GraphPad ", ""))[0]
        return f"{word} {self.versions}" if word == "R" and self.versions != "all" else word


class PSet(NamedTuple):
    """All p-values that one calculation allows.

    * test, calculation : Which; `procedure` and `tail` say it in words where it is a rank test's.
    * programs : Who prints it; `unasked` : without being asked.
    * values : Sets of p-values, in fractions; `plain` : the one where nothing is open, or where what is not printed is
      as simple as it can be (no ties); None where all are alike.
    """

    test: str
    calculation: str
    programs: tuple[str, ...]
    unasked: bool
    values: tuple[Interval, ...]
    plain: Interval | None
    procedure: Procedure | None = None
    tail: str = ""

    def scaled(self, factor: Fraction) -> PSet:
        """Return the set of p-values times a factor, at most 1."""
        values = tuple(_times(value, factor) for value in self.values)
        return self._replace(values=values, plain=self.plain and _times(self.plain, factor))


def _times(value: Interval, factor: Fraction) -> Interval:
    low, high = min(value.low * factor, Fraction(1)), min(value.high * factor, Fraction(1))
    return Interval(low, high, value.closed_low, value.closed_high)


@cache
def load_lines() -> dict[str, tuple[Line, ...]]:
    """Return the lines of every printed test, of both files of lines."""
    lines: dict[str, list[Line]] = {}
    for program in load_programs():
        rank = next(test for test, name in RANK_TESTS.items() if name == program.test)
        test = (
            rank
            if program.kind == "rank" or program.other.startswith(_OF_RANKS)
            else _OTHER.get(program.other)
        )
        if test:
            name = program.other or f"{program.procedure.words_for(program.test)} {program.tail}".strip()
            where = program.id, test, program.program, program.versions, program.rule, name
            lines.setdefault(test, []).append(Line(*where, program.procedure, program.tail))
    for entry in read_yaml(Path(str(files("oxymilk.stats").joinpath("printed_lines.yaml")))):
        given = (entry[name] for name in Line._fields[:6])
        lines.setdefault(entry["test"], []).append(Line(*given))
    return {test: tuple(of_test) for test, of_test in lines.items()}


def lines_for(evidence: Evidence, test: str) -> list[Line]:
    """Return the lines of a test under the program and the tails that are declared."""
    wanted = {0: (True, False), 1: (True,), 2: (False,)}[evidence.tails]
    named = named_in(evidence.program)
    return [
        line
        for line in load_lines().get(test, ())
        if line.one_sided in wanted
        and (not named or re.match("[a-z]+", line.program.lower())[0] in {*named, "any"})
    ]


def point(value: float) -> Interval:
    """Return a p-value as computed, to the digits that floating point leaves: 0.06249999999999999 is 0.0625."""
    return Interval.point(Fraction(f"{value:.14g}"))


def missing(evidence: Evidence, what: str) -> FaultsError:
    """Return the fault that something is needed and not printed."""
    return FaultsError(
        [Fault("check_missing", "check", column=what, value="", params={"test": evidence.test})]
    )


# ---- a statistic ---------------------------------------------------------------------------------------------


def from_statistic(evidence: Evidence, *, cut: bool = False) -> Iterator[PSet]:
    """Yield the p-values that a printed statistic, rounded or cut, allows: the image of its set."""
    stated = evidence.set_of(evidence.value, cut=cut).magnitude()
    name, test, n = evidence.statistic, evidence.test, evidence.n
    whole = tuple(Interval.point(df.value) if df.decimals == 0 else df.interval() for df in evidence.df)

    def of(calculation: str, *df: Interval, programs: tuple[str, ...] = ("any",)) -> PSet:
        image = _image(calculation, stated, df)
        image = (
            _times(image, Fraction(1, 2)) if evidence.tails == 1 and calculation in ("z", "t", "r") else image
        )
        return PSet(test, f"from_{calculation}", programs, True, (image,), image)

    def sizes(*losses: int) -> tuple[Interval, ...]:
        """Return n less what a test loses, of the total size."""
        if not n:
            raise missing(evidence, "df")
        return tuple(Interval.point(Fraction(max(1, sum(n) - loss))) for loss in losses)

    if name == "z":
        yield of("z")
        if test == "mann-whitney" and len(n) == 2:
            student = _image("t", stated, sizes(1))
            yield PSet(test, "sas_rank_sum_t", ("SAS",), True, (student,), student)
    elif name == "chi2":
        one = test in ("mcnemar", "linear", "mann-whitney", "fisher")
        shape = evidence.counts or evidence.margins or ((),)
        if not whole and evidence.counts and shape[0]:
            whole = (Interval.point(Fraction((len(shape) - 1) * (len(shape[0]) - 1))),)
        if not whole and not one:
            raise missing(evidence, "df")
        yield of("chi2", *(whole[:1] or (Interval.point(Fraction(1)),)))
    elif name == "f":
        if len(whole) == 2 or (whole and test == "t-independent"):
            yield of("f", *((Interval.point(Fraction(1)), *whole)[-2:]))
        else:
            raise missing(evidence, "df")
    elif name == "r":
        yield of("r", *(whole[:1] or sizes(2)))
    else:
        loss = {"t-paired": 1}.get(test, 2)
        yield of("t", *(whole[:1] or sizes(loss)))
        if test == "t-independent" and not whole and len(n) == 2:
            # Welch's degrees of freedom lie between those of the smaller group and those of both
            fewest, most = Fraction(max(1, min(n) - 1)), Fraction(sum(n) - 2)
            image = _image("t", stated, (Interval(fewest, most, closed_high=True),))
            yield PSet(test, "welch_t", ("any",), True, (image,), None)


def _image(calculation: str, stated: Interval, df: tuple[Interval, ...]) -> Interval:
    """Return the two-sided p-values of the sizes of a statistic: large where it is small."""
    least, largest = (
        ([float(end) for end in ends] for ends in zip(*(part[:2] for part in df), strict=True))
        if df
        else ((), ())
    )
    ends = []
    for end, sign in ((stated.high, -1), (stated.low, 1)):
        if end is None:
            ends.append(0.0)
            continue
        both = {
            _p_of(calculation, float(end), chosen) for chosen in product(*zip(least, largest, strict=True))
        }
        ends.append(min(both) if sign < 0 else max(both))
    low, high = (Fraction(end) for end in ends)
    closed = stated.high is not None and stated.closed_high, stated.closed_low
    return Interval(max(low * (1 - ERROR), Fraction(0)), min(high * (1 + ERROR), Fraction(1)), *closed)


def _p_of(calculation: str, size: float, df: tuple[float, ...]) -> float:
    special = scipy.special
    if calculation == "z":
        return float(2 * special.ndtr(-size))
    if calculation == "chi2":
        return float(special.chdtrc(df[0], size))
    if calculation == "f":
        return float(special.fdtrc(*df, size))
    if calculation == "r":
        # the correlation as Student's t
        size = size * sqrt(df[0] / (1 - size**2)) if size < 1 else float("inf")
    return float(2 * special.stdtr(df[0], -size))


# ---- counts --------------------------------------------------------------------------------------------------


def tables_allowed(evidence: Evidence) -> np.ndarray | None:
    """Return every table that the counts, percentages or margins allow, shape (D, R, C); None for too many.

    FaultsError where they allow none, or have a shape that the test has no use for.
    """
    counts = [evidence.counts] if evidence.counts and not evidence.percents else []
    if evidence.percents:
        if len(evidence.n) not in (1, len(evidence.percents)):
            raise missing(evidence, "n")
        sizes = evidence.n * (len(evidence.percents) if len(evidence.n) == 1 else 1)
        rows = [_rows_of(evidence, *row) for row in zip(evidence.percents, sizes, strict=True)]
        if prod(map(len, rows)) > count_tables.MOST_TABLES:
            return None
        counts = list(product(*rows))
    if evidence.margins:
        pairs = counts if evidence.percents else [evidence.margins]
        if any(len(pair) != 2 for pair in pairs) or (
            not evidence.percents and len({*map(sum, pairs[0])}) > 1
        ):
            raise _unfit("margins", evidence)
        made = [count_tables.tables_of(*pair) for pair in pairs if sum(pair[0]) == sum(pair[1])]
        if any(tables is None for tables in made):
            return None
        tables = np.concatenate(made) if made else np.zeros((0, 2, 2), dtype=int)
    else:
        tables = np.array(counts, dtype=np.int64).reshape(len(counts), *np.shape(counts)[1:])
    name = "margins" if evidence.margins else "counts"
    if not len(tables):
        raise _unfit(name, evidence)
    if evidence.test == "mcnemar" and tables.shape[1:] == (1, 2):
        # the numbers of those who fell and of those who rose
        changes = tables[:, 0]
        tables = np.zeros((len(tables), 2, 2), dtype=np.int64)
        tables[:, 1, 0], tables[:, 0, 1] = changes.T
    rows, columns = tables.shape[1:]
    fits = (
        rows == columns if evidence.test in PAIRED else rows == 2 if evidence.test in RANK_TESTS else rows > 1
    )
    if not fits or columns < 2 or not tables.any(axis=(1, 2)).all():
        raise _unfit(name, evidence)
    if evidence.test == "mann-whitney" and not tables.any(axis=2).all():
        raise _unfit(name, evidence)
    return tables


def _unfit(column: str, evidence: Evidence) -> FaultsError:
    value = ";".join(",".join(map(str, row)) for row in getattr(evidence, column))
    return FaultsError(
        [Fault("check_shape", "check", column=column, value=value, params={"test": evidence.test})]
    )


def _rows_of(evidence: Evidence, percents: tuple[PrintedNumber, ...], n: int) -> list[tuple[int, ...]]:
    """Return the counts of n that print as these percentages."""
    choices = [
        [k for k in range(n + 1) if any(
            evidence.set_of(number, cut=cut).contains(Fraction(100 * k, n)) for cut in (False, True))]
        for number in percents
    ]  # fmt: skip
    return [counts for counts in product(*choices) if sum(counts) == n] if n else []


def from_tables(evidence: Evidence, tables: np.ndarray, test: str) -> Iterator[PSet]:
    """Yield the p-values of one test on all the tables that are allowed: a point a table.

    Nothing where the tables have a shape that the test has no use for; exact tests that are too much work are left out.
    """
    lines = lines_for(evidence, test)
    rank = test if test in RANK_TESTS else "mann-whitney" if test == "t-independent" else "wilcoxon"
    if test in (*RANK_TESTS, "t-independent", "t-paired", "sign"):
        square = tables.shape[1] == tables.shape[2]
        if (rank == "mann-whitney" and tables.shape[1] != 2) or (rank == "wilcoxon" and not square):
            return
        data, places = (Groups if rank == "mann-whitney" else Pairs).of_tables(tables)
        if len(data.situation.n) > MOST_EXACT:
            lines = [line for line in lines if not line.procedure or line.procedure.method == "asymptotic"]
        p_values = evaluate_programs_counts(RANK_TESTS[rank], tables, ids=[line.id for line in lines])
        unasked = {line.id: RULES[line.rule](data.situation)[places] for line in lines}
        p_values = {line.calculation: p_values[line.id] for line in lines}
    else:
        paired = test == "mcnemar"
        if paired and tables.shape[1] != tables.shape[2]:
            return
        wanted = {line.calculation for line in lines}
        exact = (
            [count_tables.exact_tests(table) for table in tables[:MOST_EXACT]]
            if wanted & {*count_tables.EXACT}
            else []
        )
        p_values = {}
        for calculation in wanted:
            if calculation in count_tables.EXACT:
                found = [p_of.get(calculation, np.nan) for p_of in exact]
                p_values[calculation] = np.array([*found, *[np.nan] * (len(tables) - len(found))])
            else:
                p_values[calculation] = count_tables.CALCULATIONS[calculation](tables)
        small = tables.shape[1:] == (2, 2)
        changes = tables[:, 0, 1] + tables[:, 1, 0]
        printed = {"always": True, "on_request": False, "two_by_two": small, "larger": not small,
                   "binomial": small & (changes <= 25), "asymptotic": small & (changes > 25)}  # fmt: skip
        unasked = {line.id: np.broadcast_to(printed[line.rule], len(tables)) for line in lines}
    yield from _by_calculation(lines, p_values, unasked)


def _by_calculation(lines: Iterable[Line], p_values: dict, unasked: dict) -> Iterator[PSet]:
    """Yield one set a calculation for the tables on which some line shows it unasked, and one for what is on request."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.calculation, []).append(line)
    for calculation, same in grouped.items():
        values = p_values[calculation]
        for asked in (False, True):
            shown = np.array([unasked[line.id] != asked for line in same])
            usable = shown.any(axis=0) & ~np.isnan(values)
            points = tuple(point(value) for value in np.unique(values[usable]).tolist())
            if points:
                programs = tuple(
                    dict.fromkeys(line.name for line, on in zip(same, shown, strict=True) if on.any())
                )
                plain = points[0] if len(values) == 1 else None
                yield PSet(
                    same[0].test,
                    calculation,
                    programs,
                    not asked,
                    points,
                    plain,
                    same[0].procedure,
                    same[0].tail,
                )
