"""What the evidence printed of a test leaves of its p-value: one set for each way in which programs compute it.

Here from a statistic, from counts, and from margins or percentages that leave several tables possible; `from_ranks` and
`from_means` have the other kinds of evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import chain, product
from math import ceil, floor, prod, sqrt
from pathlib import Path

import numpy as np
import scipy

import oxymilk.stats
from oxymilk.audit.evidence import PAIRED, RANK_TESTS, Evidence, Numbers, fault
from oxymilk.audit.printed import Interval, decide
from oxymilk.faults import FaultsError
from oxymilk.stats import count_tables
from oxymilk.stats.datasets import Groups, Pairs
from oxymilk.stats.programs import RULES, Program, evaluate_programs_counts, load_programs, named_in
from oxymilk.texts import Labels, read_yaml

# relative error of scipy's distribution functions, measured in the tests
ERROR = Fraction(1, 10**11)
# of more tables than this some have to do for exact tests; of larger samples these are not computed; of more pairs than
# the last R takes Spearman's r by t
MOST_EXACT, LARGEST_EXACT, MOST_PAIRS_OF_R = 400, 10_000, 1290
# other calculations of programs.yaml: lines of the rank test itself, and of other tests
_OF_RANKS = ("signed_rank_floored", "sas_", "rank_sum_half")
_OTHER = {"student_t": "t-independent", "welch_t": "t-independent", "paired_t": "t-paired",
          "sign_exact": "sign", "sign_corrected": "sign"}  # fmt: skip
_P_OF = {
    "z": lambda size: 2 * scipy.special.ndtr(-size),
    "chi2": lambda size, df: scipy.special.chdtrc(df, size),
    "f": lambda size, above, below: scipy.special.fdtrc(above, below, size),
    "t": lambda size, df: 2 * scipy.special.stdtr(df, -size),
    "r": lambda size, df: _P_OF["t"](size * sqrt(df / (1 - size**2)) if size < 1 else float("inf"), df),
}


class TooManyError(Exception):
    """More datasets fit than are looked at; the argument is their number, or a bound on it."""


@dataclass(frozen=True)
class PSet:
    """All p-values that one calculation allows.

    * lines : The lines that show it; `unasked` : whether they do so without being asked.
    * values : Sets of p-values, in fractions; `plain` : those where nothing is open, or where what is not printed is
      as simple as it can be (no ties); of a statistic whose name or rounding leaves several, all of these.
    """

    lines: tuple[Program, ...]
    unasked: bool
    values: tuple[Interval, ...]
    plain: tuple[Interval, ...]

    @property
    def calculation(self) -> str:
        """What is computed."""
        line = self.lines[0]
        return line.other or f"{line.procedure.words_for(line.test)} {line.tail}".strip()

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Who prints it."""
        return tuple(dict.fromkeys(line.name for line in self.lines))

    @cached_property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The smallest and the largest p-value."""
        return min(value.low for value in self.values), max(value.high for value in self.values)

    @cached_property
    def _floats(self) -> np.ndarray:
        """The ends of the sets of p-values, the low ones and the high ones."""
        return np.array([value[:2] for value in self.values], dtype=float).T

    def distance(self, p_value: float) -> float:
        """Return how far the nearest p-value is from a number."""
        if len(self.values) == 1:
            low, high = map(float, self.values[0][:2])
            return max(low - p_value, p_value - high, 0.0)
        low, high = self._floats
        return float(np.maximum(low - p_value, p_value - high).clip(0).min())

    def meeting(self, stated: Interval) -> Iterator[Interval]:
        """Yield those of the sets of p-values that meet what is stated."""
        if len(self.values) == 1:
            return filter(stated.meets, self.values)
        low, high = self._floats
        # floats first, a little wide: fractions are slow
        near = (low <= float(stated.high) * (1 + 1e-12)) & (high >= float(stated.low) * (1 - 1e-12))
        return (self.values[at] for at in np.flatnonzero(near).tolist() if stated.meets(self.values[at]))

    def fitting(self, stated: Interval) -> Interval:
        """Return the p-values that the printed one agrees with: plain where it does, else the first that do."""
        return next(chain(filter(stated.meets, self.plain), self.meeting(stated), self.values))

    def decisions(self, alpha: Fraction) -> set[str]:
        """Return what the p-values decide; all alike where alpha is not between their ends."""
        is_between = self.ends[0] <= alpha <= self.ends[1]
        return {decide(value, alpha) for value in self.values[: None if is_between else 1]}

    def words(self, t: Labels) -> str:
        """Say the calculation in a few words of a reader's language."""
        line, short = self.lines[0], t.section("check.short")
        if not line.procedure:
            return t(f"check.calculations.{line.other}")
        switches = {f"{name}_{value}".lower() for name, value in line.procedure.switches().items()}
        switches |= {"one_sided"} if line.tail else set()
        return ", ".join(text for switch, text in short.items() if switch in switches)

    def scaled(self, factor: Fraction) -> PSet:
        """Return the p-values times a factor, at most 1."""
        values, plain = (tuple(times(part, factor) for part in of) for of in (self.values, self.plain))
        return replace(self, values=values, plain=plain)


def times(value: Interval, factor: Fraction) -> Interval:
    """Return the p-values of a set times a factor, at most 1."""
    low, high = (min(end * factor, Fraction(1)) for end in value[:2])
    return Interval(low, high, *value[2:])


def widened(low: float, high: float, *, closed_low: bool = True, closed_high: bool = True) -> Interval:
    """Return the p-values between two computed ones, with the error of their computation."""
    ends = max(Fraction(low) * (1 - ERROR), Fraction(0)), min(Fraction(high) * (1 + ERROR), Fraction(1))
    return Interval(*ends, closed_low, closed_high)


def point(value: float) -> Interval:
    """Return a p-value as computed, to the digits that floating point leaves: 0.06249999999999999 is 0.0625."""
    return Interval.point(Fraction(Decimal(f"{value:.14g}")))


def too_large(n1: int, n2: int) -> bool:
    """Return whether exact rank tests of two groups, or of n1 pairs, would take more than about 0.1 s."""
    return n1 * (n2 or n1 // 4) > LARGEST_EXACT


def any_program(test: str, name: str, values: Interval, *, is_open: bool = False, who: str = "any") -> PSet:
    """Return the set of a calculation that all programs, or those of one name, do alike."""
    line = Program("", who, "all", "", test, "always", other=name)
    return PSet((line,), True, (values,), (values,) * (not is_open))


@cache
def load_lines() -> dict[str, tuple[Program, ...]]:
    """Return the lines of every printed test, of both files of lines."""
    lines: dict[str, list[Program]] = {}
    for program in load_programs():
        of_rank = program.kind == "rank" or program.other.startswith(_OF_RANKS)
        if test := RANK_TESTS[program.test] if of_rank else _OTHER.get(program.other):
            lines.setdefault(test, []).append(program)
    for entry in read_yaml(Path(oxymilk.stats.__file__).with_name("printed_lines.yaml")):
        lines.setdefault(entry["test"], []).append(Program(**entry))
    return {test: tuple(of_test) for test, of_test in lines.items()}


@cache
def lines_for(test: str, program: str, tails: int) -> tuple[Program, ...]:
    """Return the lines of a test under the program and the tails that are declared.

    Of one tail also two-sided lines of which it is half; see `of_tails`.
    """
    named, lines = named_in(program), load_lines().get(test, ())
    if tails == 2 or (tails == 1 and test == "fisher"):
        lines = [line for line in lines if line.one_sided == (tails == 1)]
    elif tails == 1:
        # by distance the tails are not alike
        switches = [line.procedure.switches() if line.procedure else {} for line in lines]
        rules = zip(lines, switches, strict=True)
        lines = [line for line, of in rules if line.one_sided or of.get("two_sided") != "distance"]
    return tuple(line for line in lines if not named or line.family in named)


def of_tails(p_set: PSet, tails: int) -> PSet:
    """Return the p-values under the tails that are declared: of one tail half of those of a two-sided line."""
    return p_set.scaled(Fraction(1, 2)) if tails == 1 and not p_set.lines[0].one_sided else p_set


@cache
def lines_by_calculation(test: str, program: str, tails: int) -> dict[str, tuple[Program, ...]]:
    """Return the lines that `lines_for` returns, those that show one number together, by the id of the first."""
    groups: dict[tuple, list[Program]] = {}
    for line in lines_for(test, program, tails):
        groups.setdefault(line.calculation, []).append(line)
    return {lines[0].id: tuple(lines) for lines in groups.values()}


# ---- a statistic ---------------------------------------------------------------------------------------------


def from_statistic(evidence: Evidence) -> Iterator[PSet]:
    """Yield the p-values that a printed statistic, rounded or cut, allows: the image of its set."""
    name, test, n = evidence.statistic, evidence.test, evidence.n
    stated = evidence.set_of(evidence.value).magnitude()
    one = Interval.point(Fraction(1))
    printed = evidence.df * (name != "z")
    df = [evidence.set_of(part) if part.decimals else Interval.point(part.value) for part in printed]
    if name == "f" and test == "t-independent":
        df = [one, *df][-2:]
    elif not df and (name in ("t", "r") and n):
        df = [Interval.point(Fraction(sum(n) - (1 if test == "t-paired" else 2)))]
    df = df or [one] * (name == "chi2" and test != "chi-square")
    if len(df) != {"z": 0, "f": 2}.get(name, 1):
        raise fault("check_missing", evidence, "df")
    if any(part.low <= 0 or (name == "chi2" and part.low.denominator > 1) for part in df):
        numbers = [part.write(part.value) for part in printed] or map(str, n)
        raise fault("check_number", evidence, "df" if printed else "n", ",".join(numbers))
    is_size = stated.meets(Interval(Fraction(0), 1 if name == "r" else None, closed_high=True))
    if not is_size or (evidence.value.negative and name in ("chi2", "f")):
        raise fault("check_number", evidence, "value", evidence.value.write(evidence.value.value))
    # of one degree of freedom chi-square and F are squares of a z and a t, and people call both p-values one-tailed
    shares = [2] if name not in ("chi2", "f") else [1, 2] if df[0] == one else [1]
    for share in shares if evidence.tails == 1 else [1]:
        yield any_program(test, f"from_{name}", times(_image(name, stated, df), Fraction(1, share)))
    if (name, test) == ("r", "spearman") and 1 < (pairs := sum(n) or int(df[0].low) + 2) <= MOST_PAIRS_OF_R:
        yield from _spearman(evidence, stated, pairs)
    if name == "z" and test == "mann-whitney" and len(n) == 2:
        student = _image("t", stated, [Interval.point(Fraction(sum(n) - 1))])
        yield any_program(test, "sas_rank_sum_t", student, who="SAS")
    if name == "t" and test == "t-independent" and not evidence.df and len(n) == 2:
        # Welch's degrees of freedom lie between those of the smaller group and those of both
        between = Interval(Fraction(max(1, min(n) - 1)), df[0].high)
        yield any_program(test, "welch_t", _image("t", stated, [between]), is_open=True)


def _spearman(evidence: Evidence, stated: Interval, n: int) -> Iterator[PSet]:
    """Yield what R gives for the orders of n pairs without ties that have such an r, where some have."""
    lines = lines_for("spearman", evidence.program, 0)
    lines = tuple(line for line in lines if line.other == "spearman_untied")
    # r is 1 less this for every 2 of the sum of squares
    step = Fraction(12, n**3 - n)
    halves = range(ceil((1 - min(stated.high or 1, 1)) / step), floor((1 - stated.low) / step) + 1)
    halves = [half for half in (*halves[:2], *halves[-2:]) if stated.contains(1 - half * step)]
    if lines and halves:
        ends = (point(count_tables.spearman_untied(2 * half, n)) for half in (halves[0], halves[-1]))
        low, high = (times(end, Fraction(1 if evidence.tails == 1 else 2)) for end in ends)
        values = Interval(low.low, high.high, closed_high=True)
        yield PSet(lines, True, (values,), (values,))


def _image(name: str, stated: Interval, df: list[Interval]) -> Interval:
    """Return the two-sided p-values of the sizes of a statistic: large where it is small."""
    corners = list(product(*({float(part.low), float(part.high)} for part in df)))
    low = 0.0 if stated.high is None else min(_P_OF[name](float(stated.high), *corner) for corner in corners)
    high = max(_P_OF[name](float(stated.low), *corner) for corner in corners)
    return widened(float(low), float(high), closed_low=stated.closed_high, closed_high=stated.closed_low)


# ---- counts --------------------------------------------------------------------------------------------------


def tables_allowed(evidence: Evidence) -> np.ndarray:
    """Return every table that the counts, percentages or margins allow, shape (D, R, C).

    FaultsError where they allow none, or have a shape that the test has no use for; TooManyError.
    """
    name, test = "margins" if evidence.margins else "counts", evidence.test
    candidates = [getattr(evidence, name)]
    unfit = fault("check_shape", evidence, name, ";".join(",".join(map(str, row)) for row in candidates[0]))
    if evidence.percents:
        sizes = evidence.n * (len(evidence.percents) if len(evidence.n) == 1 else 1)
        if len(sizes) != len(evidence.percents):
            raise fault("check_missing", evidence, "n")
        rows = [_rows_of(evidence, *row) for row in zip(evidence.percents, sizes, strict=True)]
        if prod(map(len, rows)) > count_tables.MOST_TABLES:
            raise TooManyError(count_tables.MOST_TABLES)
        candidates = list(product(*rows))
    if name == "margins":
        pairs = [pair for pair in candidates if len(pair) == 2 and sum(pair[0]) == sum(pair[1])]
        made = [count_tables.tables_of(*pair) for pair in pairs] or [np.zeros((0, 2, 2), dtype=np.int64)]
        if any(tables is None for tables in made):
            raise TooManyError(count_tables.MOST_TABLES)
        tables = np.concatenate(made)
    elif len({len(row) for table in candidates for row in table}) == 1:
        tables = np.array(candidates, dtype=np.int64)
    else:
        raise unfit
    if test == "mcnemar" and tables.shape[1:] == (1, 2):
        # the numbers of those who fell and of those who rose
        tables = np.array([[[0, rises], [falls, 0]] for ((falls, rises),) in tables.tolist()])
    r, c = tables.shape[1:]
    fits = c > 1 and (r == c if test in PAIRED else r == 2 if test in RANK_TESTS.values() else r > 1)
    if not (len(tables) and fits) or (test == "mann-whitney" and not tables.any(axis=2).all()):
        raise unfit
    return tables


def _rows_of(evidence: Evidence, percents: Numbers, n: int) -> list[tuple[int, ...]]:
    """Return the counts of n that print as these percentages, rounded or cut."""
    sets = [[way.set_of(number) for way in (evidence, evidence.cut)] for number in percents]
    shares = [(k, Fraction(100 * k, max(n, 1))) for k in range(n + 1)]
    choices = ([k for k, share in shares if any(part.contains(share) for part in both)] for both in sets)
    return [counts for counts in product(*choices) if sum(counts) == n]


def from_tables(evidence: Evidence, tables: np.ndarray, test: str) -> Iterator[PSet]:
    """Yield the p-values of one test on all the tables that are allowed, a point a table.

    Nothing where the tables have a shape that the test has no use for; exact tests that are too much work are left out.
    """
    lines = lines_by_calculation(test, evidence.program, evidence.tails)
    if test in ("mcnemar", "chi-square", "fisher") and not tables.all():
        # of three levels of which nobody has the third, programs see two
        rows, columns = tables.any(axis=(0, 2)), tables.any(axis=(0, 1))
        rows, columns = (rows | columns,) * 2 if test == "mcnemar" else (rows, columns)
        if min(rows.sum(), columns.sum()) >= 2:
            tables = tables[:, rows][:, :, columns]
    d, r, c = tables.shape
    pairs = test in (*PAIRED, "sign")
    is_empty = test in ("mann-whitney", "t-independent") and (r != 2 or not tables.any(axis=2).all())
    if is_empty or (pairs and r != c):
        return
    if test in ("mcnemar", "chi-square", "fisher", "linear", "spearman"):
        names = {key: same[0].other for key, same in lines.items()}
        of_exact = {*names.values()} - count_tables.CALCULATIONS.keys()
        exact = [count_tables.exact_tests(table) for table in tables[:MOST_EXACT] if of_exact]
        exact += [{}] * (d - len(exact))
        by_key = {}
        for key, name in names.items():
            if name in of_exact:
                by_key[key] = np.array([found.get(name, np.nan) for found in exact])
            else:
                by_key[key] = count_tables.CALCULATIONS[name](tables)
        tied = (tables.sum(axis=1) > 1).any(axis=1) | (tables.sum(axis=2) > 1).any(axis=1)
        small, changes = (r, c) == (2, 2), tables[:, 0, 1] + tables[:, 1, 0]
        rules = {"always": True, "on_request": False, "two_by_two": small, "larger": not small, "tied": tied,
                 "binomial": small & (changes <= 25), "asymptotic": small & (changes > 25)}  # fmt: skip
        found = by_key, rules
    elif not (found := _together.get((test, tables.shape, tables.tobytes()))):
        situation = (Pairs if pairs else Groups).of_tables(tables)[0].situation
        largest = max(map(too_large, situation.n1.tolist(), situation.n2.tolist()))
        if not largest and len(situation.n) > MOST_EXACT:
            # of some of many tables: between their exact p-values lie those of the others
            for each in from_tables(evidence, tables[:: 1 + d // MOST_EXACT], test):
                if each.lines[0].is_exact:
                    ends = min(each.values).low, max(each.values).high
                    yield replace(each, values=(Interval(*ends, closed_high=True),), plain=())
        if largest or len(situation.n) > MOST_EXACT:
            lines = {key: same for key, same in lines.items() if not same[0].is_exact}
        found = _of_lines(test, tables, list(chain(*lines.values())))
    p_values, rules = found
    is_square = test == "chi-square" and evidence.tails == 1 and (r, c) == (2, 2)
    for key, same in lines.items():
        usable = ~np.isnan(p_values[key])
        for unasked in (True, False):
            where = {rule: usable & np.equal(rules[rule], unasked) for rule in {line.rule for line in same}}
            if shown := tuple(line for line in same if where[line.rule].any()):
                distinct = sorted({*p_values[key][np.logical_or.reduce([*where.values()])].tolist()})
                points = tuple(map(point, distinct))
                p_set = PSet(shown, unasked, points, points * (d == 1))
                yield of_tails(p_set, 0 if test == "chi-square" else evidence.tails)
                if is_square and same[0].other in count_tables.CHI_SQUARES:
                    yield p_set.scaled(Fraction(1, 2))


Found = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]  # p-values by the id of a line, and rules
_together: dict[tuple, Found] = {}  # what `compute_together` found, by test, shape and bytes of a table


def _of_lines(test: str, tables: np.ndarray, lines: Iterable[Program]) -> Found:
    """Return the p-values of the lines of a test by their ids, and by rule which tables they are printed of."""
    of_rank, kind = ("signed_rank", Pairs) if test in (*PAIRED, "sign") else ("rank_sum", Groups)
    by_id = evaluate_programs_counts(of_rank, tables, ids=[line.id for line in lines])
    data, places = kind.of_tables(tables)
    return by_id, {rule: RULES[rule](data.situation)[places] for rule in {line.rule for line in lines}}


def compute_together(printed_tests: Iterable[Evidence]) -> None:
    """Run the tests that `from_tables` will ask for, of all tables of one shape at once: many times as fast."""
    _together.clear()
    alike: dict[tuple, list[np.ndarray]] = {}
    for evidence in printed_tests:
        if evidence.counts and evidence.test in RANK_TESTS.values():
            with suppress(FaultsError):
                (table,) = tables_allowed(evidence)
                sizes = table.sum(axis=1) if evidence.test == "mann-whitney" else (table.sum(), 0)
                if not too_large(*sizes):
                    alike.setdefault((evidence.test, table.shape), []).append(table)
    for (test, shape), tables in alike.items():
        found = _of_lines(test, np.array(tables), load_lines()[test])
        for at, table in enumerate(tables):
            of_table = ({name: values[at : at + 1] for name, values in part.items()} for part in found)
            _together[test, (1, *shape), table.tobytes()] = tuple(of_table)
