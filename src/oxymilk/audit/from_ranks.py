"""The p-values that printed ranks leave open: U or W, rank sums, mean ranks; unknown ties make them an interval.

Ties take from the variance of a rank sum, so that without ties the asymptotic p-value is largest; the tie groups that
a statistic allows bound it from below. An exact p-value is known where there are no ties; with ties it can move either
way, within what few levels show.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor, isqrt
from typing import NamedTuple

import numpy as np

from oxymilk.audit.evidence import Evidence
from oxymilk.audit.p_sets import ERROR, PSet, lines_for, missing, point
from oxymilk.audit.printed import Interval, PrintedNumber
from oxymilk.stats.count_tables import compositions
from oxymilk.stats.datasets import Situation
from oxymilk.stats.p_values import normal_p
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.programs import RULES
from oxymilk.stats.rank_sum import rank_sum_counts
from oxymilk.stats.signed_rank import signed_rank_counts

# the most pairs of group compositions of three levels that are looked at for an exact p-value with ties
MOST_LEVELS = 40_000
_ASYMPTOTIC = Procedure("asymptotic")


class Ranks(NamedTuple):
    """One statistic that printed ranks allow, twice U1 or twice W+, and the numbers behind it.

    * twice : Twice the statistic; `n1`, `n2` : sizes of the groups; or pairs that changed, and 0; `zeros`.
    """

    twice: int
    n1: int
    n2: int
    zeros: int = 0


def from_ranks(evidence: Evidence, *, cut: bool = False) -> Iterator[PSet]:
    """Yield the p-values that printed ranks allow, for each calculation of the rank test."""
    allowed = sorted(set((_rank_sum if evidence.test == "mann-whitney" else _signed_rank)(evidence, cut)))
    if not allowed:
        raise missing(evidence, "rank_sums")
    # one half statistic is as far from its mean as its mirror image
    for line, same in _lines(evidence, allowed):
        values, plain = [], None
        for ranks in allowed:
            found = _values(line.procedure, line.tail, ranks)
            if found:
                values.append(found[0])
                plain = plain or found[1]
        if values:
            programs = tuple(dict.fromkeys(each.name for each in same))
            unasked = line.unasked
            yield PSet(
                evidence.test,
                line.calculation,
                programs,
                unasked,
                tuple(values),
                plain,
                line.procedure,
                line.tail,
            )


class _Asked(NamedTuple):
    """A calculation, printed unasked or on request."""

    calculation: str
    procedure: Procedure
    tail: str
    unasked: bool


def _lines(evidence: Evidence, allowed: list[Ranks]) -> list[tuple[_Asked, list]]:
    """Group the lines of the rank test by calculation, those printed unasked for data without ties or with some apart."""
    grouped: dict[_Asked, list] = {}
    total = np.array([ranks.n1 + ranks.n2 + ranks.zeros for ranks in allowed])
    used, n1, n2 = (
        np.array([sum(ranks[at] for at in part) for ranks in allowed]) for part in ((1, 2), (1,), (2,))
    )
    for line in lines_for(evidence, evidence.test):
        if line.procedure:
            unasked = any(
                RULES[line.rule](Situation(total, used, n1, n2, used < ties)).any() for ties in (0, 10**9)
            )
            grouped.setdefault(_Asked(line.calculation, line.procedure, line.tail, bool(unasked)), []).append(
                line
            )
    return list(grouped.items())


def _rank_sum(evidence: Evidence, cut: bool) -> Iterator[Ranks]:
    """Yield every U1 that U, W, two rank sums or two mean ranks allow."""
    if len(evidence.n) != 2 or not all(evidence.n):
        raise missing(evidence, "n")
    n1, n2 = evidence.n
    sums = [set_ for set_ in _sums(evidence, (n1, n2), cut)]
    # the smaller of the two rank sums, or one of both
    first = [(1, Fraction(n1 * (n1 + 1), 2), sums[0])] if sums else []
    if sums:
        second = [(-1, Fraction(n2 * (n2 + 1), 2), sums[1])]
        sets = [_twice(first[0], n1 * n2) & _twice(second[0], n1 * n2)]
    else:
        stated = _exactly(evidence, evidence.value, cut)
        readings = [(1, Fraction(0), stated), (-1, Fraction(0), stated)]
        if evidence.statistic == "w":
            readings += [(1, Fraction(n1 * (n1 + 1), 2), stated), (-1, Fraction(n2 * (n2 + 1), 2), stated)]
        sets = [_twice(reading, n1 * n2) for reading in readings]
    yield from (Ranks(min(twice, 2 * n1 * n2 - twice), n1, n2) for twices in sets for twice in twices)


def _twice(reading: tuple[int, Fraction, Interval], most: int) -> set[int]:
    """Return twice U1, whole and from 0 to 2 n1 n2, of a rank sum of the first (1) or the second (-1) group."""
    side, least, stated = reading
    low, high = 2 * (stated.low - least), 2 * (stated.high - least)
    found = (twice for twice in range(max(0, ceil(low)), min(2 * most, floor(high)) + 1)
             if stated.contains(Fraction(twice, 2) + least))  # fmt: skip
    return {twice if side > 0 else 2 * most - twice for twice in found}


def _sums(evidence: Evidence, sizes: tuple[int, ...], cut: bool) -> list[Interval]:
    """Return the sets of the rank sums: as printed, or mean ranks times n."""
    if evidence.rank_sums:
        return [_exactly(evidence, number, cut) for number in evidence.rank_sums]
    sets = [evidence.set_of(number, cut=cut) for number in evidence.mean_ranks]
    return [Interval(part.low * n, part.high * n, *part[2:]) for part, n in zip(sets, sizes, strict=False)]


def _exactly(evidence: Evidence, number: PrintedNumber, cut: bool) -> Interval:
    """Return the set of a printed sum of ranks; one without decimals is whole."""
    return evidence.set_of(number, cut=cut) if number.decimals else Interval.point(number.value)


def _signed_rank(evidence: Evidence, cut: bool) -> Iterator[Ranks]:
    """Yield every W+ that W, T, rank sums or mean ranks allow, with the number of pairs that changed."""
    n = evidence.n
    changes = n[:2] if len(n) > 1 else ()
    zeros = n[2] if len(n) == 3 else 0
    if evidence.mean_ranks and (len(changes) != 2 or len(evidence.mean_ranks) != 2):
        raise missing(evidence, "n")
    sums = _sums(evidence, changes, cut)
    if len(sums) == 2:
        low, high = (sum(part[at] for part in sums) for at in (0, 1))
        # the sum of all ranks says how many pairs changed
        most = sum(changes) or (n[0] if n else 200)
        for m in [sum(changes)] if changes else range(1, most + 1):
            whole = Fraction(m * (m + 1), 2)
            if low <= whole <= high:
                for twice in range(ceil(2 * sums[0].low), floor(2 * sums[0].high) + 1):
                    if sums[0].contains(Fraction(twice, 2)) and sums[1].contains(whole - Fraction(twice, 2)):
                        yield _mirrored(twice, m, zeros or (n[0] - m if len(n) == 1 else 0))
        return
    stated = sums[0] if sums else _exactly(evidence, evidence.value, cut).magnitude()
    if not n:
        raise missing(evidence, "n")
    # of n pairs any number may have changed where it is not printed
    least = isqrt(max(0, 2 * floor(stated.low)))
    for m in [sum(changes)] if changes else range(max(1, least - 1), n[0] + 1):
        for twice in range(ceil(2 * stated.low), min(floor(2 * stated.high), m * (m + 1)) + 1):
            if stated.contains(Fraction(twice, 2)):
                yield _mirrored(twice, m, zeros or (n[0] - m if len(n) == 1 else 0))


def _mirrored(twice: int, m: int, zeros: int) -> Ranks:
    return Ranks(min(twice, m * (m + 1) - twice), m, 0, zeros)


def _values(procedure: Procedure, tail: str, ranks: Ranks) -> tuple[Interval, Interval | None] | None:
    """Return all p-values that one statistic allows, and that without ties where it can have none."""
    paired, whole = ranks.n2 == 0, ranks.twice % 2 == 0
    m, zeros = ranks.n1 + ranks.n2, ranks.zeros
    if paired and zeros and procedure.zero_method != "drop":
        return None  # the ranks of a program that ranks zeros are others
    if procedure.method == "asymptotic":
        # D as in rank_sum_counts and signed_rank_counts
        difference = 2 * ranks.twice - m * (m + 1) if paired else ranks.twice - ranks.n1 * ranks.n2
        size = max(0, abs(difference) - (2 if paired else 1) * procedure.continuity)
        untied = _variance(ranks, 0)
        fewest, most = (0, 0) if not procedure.tie_correction else (0 if whole else 6, _most_ties(ranks))
        ends = [
            _normal(size, untied if not ties else _variance(ranks, ties), tail) for ties in (most, fewest)
        ]
        low, high = (Fraction(f"{end:.14g}") for end in ends)
        plain = point(ends[1]) if whole else None
        return Interval(low * (1 - ERROR), high * (1 + ERROR), closed_high=True), plain
    tables = _untied(ranks) if whole else None
    plain = None
    if procedure.method == "exact_untied" or whole:
        plain = point(_exact(procedure, tail, ranks, tables))
    if procedure.method == "exact_untied":
        return plain, plain if whole else None
    tied = _few_levels(procedure, tail, ranks)
    ends = [plain.low, *tied] if plain else tied
    return (Interval(min(ends), max(ends), closed_high=True), plain) if ends else None


def _variance(ranks: Ranks, ties: float) -> float:
    """Return the variance of D, where ties is the sum of t^3 - t over the tie groups."""
    n1, n2 = ranks.n1, ranks.n2
    n = n1 + n2
    if n2 == 0:
        return 4 * n * (n + 1) * (2 * n + 1) / 6 - ties / 3
    return n1 * n2 * (n**3 - n - ties) / (3 * n * (n - 1))


def _normal(size: float, variance: float, tail: str) -> float:
    if variance <= 0:
        return 1.0
    p_value = float(normal_p(np.array(size / variance**0.5), "two-sided"))
    return p_value / 2 if tail else p_value


def _most_ties(ranks: Ranks) -> float:
    """Return a bound on the sum of t^3 - t over the tie groups that the statistic allows.

    Of two groups: two tie groups of s and N - s observations, which U bounds by n1 - 2U/n2 <= s <= n1 + 2U/n1 (the
    tests hold it against all tables of small groups). Of pairs: all changes of one size.
    """
    n1, n2 = ranks.n1, ranks.n2
    n = n1 + n2
    if n2 == 0:
        return n**3 - n
    ends = (n1 - ranks.twice / n2, n1 + ranks.twice / n1)
    return min(max(s**3 + (n - s) ** 3 for s in ends) - n, n**3 - n)


def _untied(ranks: Ranks) -> np.ndarray:
    """Return a table of ranks without ties that has the statistic: group by rank, or falls and rises by rank."""
    m = ranks.n1 + ranks.n2
    table = np.zeros((2, m), dtype=np.int64)
    if ranks.n2:
        # the first group has the lowest ranks; then the highest of them move up as far as U needs
        places, left = list(range(ranks.n1)), ranks.twice // 2
        for at in reversed(range(ranks.n1)):
            step = min(left, ranks.n2)
            places[at] += step
            left -= step
    else:
        places, left = [], ranks.twice // 2
        for rank in range(m, 0, -1):
            if rank <= left:
                places.append(rank - 1)
                left -= rank
    table[0, places] = 1
    table[1] = 1 - table[0]
    return table


def _exact(procedure: Procedure, tail: str, ranks: Ranks, table: np.ndarray | None) -> float:
    """Return the exact p-value of a table without ties; of a half statistic by the untied distribution's rule."""
    if table is None:
        whole = ranks._replace(twice=ranks.twice - 1)
        table = _untied(whole)
        # two neighbours as one tie give the half: merge where moving on would raise the statistic by one
        table = _half(table, paired=ranks.n2 == 0, twice=ranks.twice)
    return _p_of_table(procedure, tail, table, paired=ranks.n2 == 0)


def _half(table: np.ndarray, *, paired: bool, twice: int) -> np.ndarray:
    """Tie two neighbouring ranks, so that the statistic becomes a half."""
    for at in range(table.shape[1] - 1):
        pair = table[:, at : at + 2].sum(axis=1, keepdims=True)
        tied = np.concatenate([table[:, :at], pair, table[:, at + 2 :]], axis=1)
        result = _result(_ASYMPTOTIC, tied, paired=paired)
        if 2 * float(result.w_plus if paired else result.u1) == twice:
            return tied
    return table


def _result(procedure: Procedure, table: np.ndarray, *, paired: bool):
    if paired:
        return signed_rank_counts(table[1], table[0], np.array(0), procedure)
    return rank_sum_counts(table, procedure)


def _p_of_table(procedure: Procedure, tail: str, table: np.ndarray, *, paired: bool) -> float:
    sides = ("greater", "less") if tail else ("two-sided",)
    procedures = [procedure.with_alternative(side) if tail else procedure for side in sides]
    return min(float(_result(way, table, paired=paired).p_value) for way in procedures)


def _few_levels(procedure: Procedure, tail: str, ranks: Ranks) -> list[Fraction]:
    """Return the exact p-values of all tables of at most three levels that have the statistic, [] for too many."""
    paired = ranks.n2 == 0
    if paired:
        ways = compositions(ranks.n1, 6 if ranks.n1 <= 8 else 4) if ranks.n1 <= 20 else np.zeros((0, 4), int)
        tables = ways.reshape(len(ways), 2, -1)
    else:
        first, second = (compositions(n, 3) if n <= 40 else np.zeros((0, 3), int) for n in ranks[1:3])
        if len(first) * len(second) > MOST_LEVELS:
            first, second = (compositions(n, 2) for n in ranks[1:3])
        if len(first) * len(second) > MOST_LEVELS:
            return []
        tables = np.stack(np.broadcast_arrays(first[:, None], second[None]), axis=2).reshape(
            -1, 2, first.shape[1]
        )
    if not len(tables):
        return []
    if paired:
        statistic = signed_rank_counts(
            tables[:, 1], tables[:, 0], np.zeros(len(tables), int), _ASYMPTOTIC
        ).w_plus
    else:
        statistic = rank_sum_counts(tables, _ASYMPTOTIC).u1
    found = tables[2 * statistic == ranks.twice]
    # the same tie groups have the same p-value
    distinct = {
        (tuple(sizes[sizes > 0])): table for table, sizes in zip(found, found.sum(axis=1), strict=True)
    }
    chosen = list(distinct.values())[:: max(1, len(distinct) // 60)]
    return [point(_p_of_table(procedure, tail, table, paired=paired)).low for table in chosen]
