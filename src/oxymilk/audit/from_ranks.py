"""The p-values that printed ranks leave open: U or W, rank sums, mean ranks; unknown ties make them an interval.

Ties take from the variance of a rank sum, so that without ties the asymptotic p-value is largest; the tie groups that
a statistic allows bound it from below. An exact p-value is known where there are no ties; with ties it can move either
way, as far as few levels show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb, floor, isqrt
from typing import NamedTuple

import numpy as np
import scipy

from oxymilk.audit.evidence import Evidence, fault
from oxymilk.audit.p_sets import PSet, lines_for, of_tails, point, too_large, widened
from oxymilk.audit.printed import Interval, PrintedNumber
from oxymilk.stats import rank_sum, signed_rank
from oxymilk.stats.count_tables import compositions
from oxymilk.stats.datasets import Situation
from oxymilk.stats.procedure import Procedure
from oxymilk.stats.programs import RULES, Program
from oxymilk.stats.ranks import doubled_midranks

# the most tables of few levels that are looked at for an exact p-value with ties
MOST_TIED = 50_000
# the most statistics whose p-values are computed one by one
MOST_STATISTICS = 60
# of Pascal's triangle; more are beyond floats
LARGEST_ROW = 1000


class Ranks(NamedTuple):
    """One statistic that printed ranks allow.

    * twice : Twice U or W+, of the two mirror images the smaller.
    * n1, n2 : Sizes of the groups; of pairs those that changed, and 0.
    * zeros : Pairs that did not change. `ranked` : those of them that have ranks, the lowest (Pratt): none or all.
    """

    twice: int
    n1: int
    n2: int
    zeros: int = 0
    ranked: int = 0

    @property
    def mean(self) -> int:
        """Twice the mean of the statistic."""
        return self.n1 * self.n2 or self.n1 * (self.n1 + 1 + 2 * self.ranked) // 2


def from_ranks(evidence: Evidence) -> list[PSet]:
    """Return the p-values that printed ranks allow, for each calculation of the rank test."""
    allowed = frozenset((_rank_sum if evidence.test == "mann-whitney" else _signed_rank)(evidence))
    of_signs = not (evidence.value or evidence.rank_sums or evidence.mean_ranks) and all(evidence.n[:2])
    return _sets_of(evidence.test, evidence.program, evidence.tails, allowed, of_signs)


# many rows of a table have the same ranks
@lru_cache(maxsize=1024)
def _sets_of(test: str, program: str, tails: int, allowed: frozenset[Ranks], of_signs: bool) -> list[PSet]:
    """Return the p-values of the statistics that are allowed, for each calculation; the ranks open where `of_signs`."""
    if is_wide := len(allowed) > MOST_STATISTICS:
        # between the p-values of the nearest to the mean and the farthest lie those of the others
        kinds = ([ranks for ranks in allowed if bool(ranks.ranked) == ranked] for ranked in (False, True))
        z = {ranks: (ranks.mean - ranks.twice) / _variance(ranks, 0) ** 0.5 for ranks in allowed}
        allowed = {end(sorted(kind), key=z.get) for kind in kinds if kind for end in (min, max)}
    by_zeros = sorted(allowed, key=lambda ranks: (ranks.zeros, ranks))
    grouped: dict[tuple, list[Program]] = {}
    for line in lines_for(test, program, tails):
        unasked = any(_unasked(line.rule, *ranks[1:4], ranks.twice % 2 == 0) for ranks in by_zeros)
        grouped.setdefault((line.calculation, unasked), []).append(line)
    # all lines of one statistic after the other: they share its distributions
    by_statistic = [[_values(lines[0], ranks) for lines in grouped.values()] for ranks in by_zeros]
    sets = []
    by_lines = zip(*by_statistic, strict=True)
    for ((_, unasked), lines), of_lines in zip(grouped.items(), by_lines, strict=False):
        of_ranks = zip(of_lines, by_zeros, strict=True)
        if found := [(*values, ranks.zeros) for values, ranks in of_ranks if values]:
            # where it is not printed how many did not change, as few as can be
            plain = tuple(plain for _, plain, zeros in found if plain and zeros == by_zeros[0].zeros)
            values = tuple(values for values, *_ in found)
            p_set = of_tails(PSet(tuple(lines), unasked, values, plain * (not of_signs)), tails)
            if is_wide:
                p_set = replace(p_set, values=(Interval(*p_set.ends, closed_high=True),))
            sets.append(p_set)
    return sets


@lru_cache(maxsize=2**14)
def _unasked(rule: str, n1: int, n2: int, zeros: int, is_whole: bool) -> bool:
    """Return whether a line is printed unasked for data with or, where the statistic allows that, without ties."""
    pairs = n1 + zeros * (n2 == 0)
    sizes = (np.array([size]) for size in (pairs + n2, n1 + n2, pairs, n2))
    return bool(RULES[rule](Situation(*sizes, np.array([False, True] if is_whole else [True]))).any())


# ---- what is printed -----------------------------------------------------------------------------------------


def _exactly(evidence: Evidence, number: PrintedNumber) -> Interval:
    """Return the set of a printed sum of ranks; one without decimals is whole."""
    return evidence.set_of(number) if number.decimals else Interval.point(number.value)


def _sums(evidence: Evidence, sizes: tuple[int, ...]) -> list[Interval]:
    """Return the sets of the rank sums: as printed, or mean ranks times n."""
    if evidence.rank_sums:
        return [_exactly(evidence, number) for number in evidence.rank_sums]
    sets = [*map(evidence.set_of, evidence.mean_ranks)]
    return [Interval(part.low * n, part.high * n, *part[2:]) for part, n in zip(sets, sizes, strict=False)]


def _doubled(stated: Interval, least: Fraction | int = 0) -> set[int]:
    """Return the whole numbers that twice the numbers of a set, less `least`, can be."""
    ends = range(ceil(2 * stated.low), floor(2 * stated.high) + 1)
    return {twice - int(2 * least) for twice in ends if stated.contains(Fraction(twice, 2))}


def _rank_sum(evidence: Evidence) -> Iterator[Ranks]:
    """Yield every U that U, W, two rank sums or two mean ranks allow."""
    if len(evidence.n) != 2 or not all(evidence.n):
        raise fault("check_missing", evidence, "n")
    n1, n2 = evidence.n
    most, least = 2 * n1 * n2, (n1 * (n1 + 1) // 2, n2 * (n2 + 1) // 2)
    if sums := _sums(evidence, (n1, n2)):
        allowed = _doubled(sums[0], least[0]) & {most - twice for twice in _doubled(sums[1], least[1])}
    else:
        # W is U in R, a rank sum in SPSS and of either group
        shifts = (0, *least) if evidence.statistic == "w" else (0,)
        stated = _exactly(evidence, evidence.value)
        allowed = set().union(*(_doubled(stated, shift) for shift in shifts))
    yield from (Ranks(min(twice, most - twice), n1, n2) for twice in allowed if 0 <= twice <= most)


def _signed_rank(evidence: Evidence) -> Iterator[Ranks]:
    """Yield every W+ that W, T, rank sums, mean ranks or signs allow, with the number of pairs that changed."""
    n, changes = evidence.n, evidence.n[:2] if len(evidence.n) > 1 else ()
    if evidence.mean_ranks and not len(changes) == len(evidence.mean_ranks) == 2:
        raise fault("check_missing", evidence, "n")
    sums = _sums(evidence, changes)
    sums, of_zeros = sums[:2], sums[2:]
    if not n and len(sums) < 2:
        raise fault("check_missing", evidence, "n")
    stated = sums[0] if sums else evidence.value and _exactly(evidence, evidence.value).magnitude()
    first, second = (_doubled(part) if part else set() for part in (stated, *sums[1:], None)[:2])
    # the sum of signed ranks, or half of it (SAS)
    of_signed = not sums and stated and evidence.value.negative
    # of n pairs any number may have changed where it is not printed
    most = n[0] if n else isqrt(2 * floor(sum(part.high for part in sums))) + 1
    candidates = [sum(changes)] * any(changes) if changes else range(1, most + 1)
    if not changes and len(sums) < 2:
        # of about the last so many changes the one sum is the mean
        candidates = _thinned(candidates, most, min(most, max(1, isqrt(4 * floor(stated.low)))))
    for m in candidates:
        for zeros, ranked in _zeros(n, m, sums, of_zeros):
            whole = m * (m + 1 + 2 * ranked)
            if not stated:
                # from all rises ranked lowest to all of them ranked highest
                least, rest = (changed * (changed + 1 + 2 * ranked) for changed in changes[::-1])
                nearest = min(max(whole // 2, least), whole - rest)
                allowed = _thinned(range(least, whole - rest + 1), nearest, whole - rest)
            elif of_signed:
                allowed = {whole // 2 - size // part for size in first for part in (1, 2) if size % part == 0}
            else:
                allowed = first & {whole - twice for twice in second} if len(sums) == 2 else first
            for twice in allowed:
                if 0 <= twice <= whole:
                    yield Ranks(min(twice, whole - twice), m, 0, zeros, ranked)


def _thinned(numbers: range, *kept: int) -> set[int]:
    """Return whole numbers, of very many some and those to be kept: `MOST_STATISTICS` are not computed one by one."""
    return {*numbers[:: 1 + len(numbers) // (4 * MOST_STATISTICS)], *kept}


def _zeros(
    n: tuple[int, ...], m: int, sums: list[Interval], of_zeros: list[Interval]
) -> Iterator[tuple[int, int]]:
    """Yield how many pairs did not change where m did, and how many of these have ranks: none or all."""
    known = n[2] if len(n) == 3 else n[0] - m if len(n) == 1 else None
    if of_zeros:
        ranked = isqrt(floor(2 * of_zeros[0].high))
        if of_zeros[0].contains(Fraction(ranked * (ranked + 1), 2)) and known in (None, ranked):
            yield ranked, ranked
        return
    yield known or 0, 0
    if known:
        yield known, known
    elif known is None and n and len(sums) == 2:
        # both sums together are m (m + 1) / 2, and m more for each zero that is ranked
        low, high = (sum(part[end] for part in sums) / m - Fraction(m + 1, 2) for end in (0, 1))
        yield from ((zeros, zeros) for zeros in range(max(1, ceil(low)), floor(high) + 1))


# ---- p-values ------------------------------------------------------------------------------------------------


def _values(line: Program, ranks: Ranks) -> tuple[Interval, Interval | None] | None:
    """Return all p-values that one statistic allows, and that without ties where it can have none."""
    procedure, whole = line.procedure, ranks.twice % 2 == 0
    if ranks.zeros and procedure and (procedure.zero_method != "drop") != bool(ranks.ranked):
        return None  # a program that ranks zeros prints other ranks than one that does not
    special = line.other in ("sas_rank_sum_t", "rank_sum_half_corrected")
    if special or (procedure and procedure.method == "asymptotic"):
        corrected = special or procedure.continuity
        ignores_ties = procedure and not procedure.tie_correction
        fewest, most = (0, 0) if ignores_ties else (0 if whole else 6, _most_ties(ranks))
        # quarter ranks of pairs, halves of groups; a correction goes past the mean for one side only
        size = (2 if ranks.n2 == 0 else 1) * (abs(ranks.twice - ranks.mean) - corrected)
        size = size if line.one_sided else max(0, size)
        df = ranks.n1 + ranks.n2 - 1 if line.other == "sas_rank_sum_t" else None
        ends = [_tail(size, _variance(ranks, ties), line.one_sided, df) for ties in (most, fewest)]
        if line.other == "rank_sum_half_corrected":
            ends = [min(end, 1 - end) for end in ends]
        interval = point(ends[1]) if fewest == most else widened(*sorted(ends))
        return interval, point(ends[1]) if whole else None
    if not procedure or too_large(ranks.n1 + ranks.ranked, ranks.n2):
        return None
    plain = _untied(ranks, procedure, line.tail) if whole or procedure.method == "exact_untied" else None
    if procedure.method == "exact_untied":
        return plain, plain
    tied = _with_ties(ranks.n1, ranks.n2, ranks.ranked).get(line.tail or procedure.two_sided, ())
    ends = [Fraction(end[ranks.twice]) for end in tied if np.isfinite(end[ranks.twice])]
    ends += [plain.low] if plain else []
    return (Interval(min(ends), max(ends), closed_high=True), plain) if ends else None


def _variance(ranks: Ranks, ties: float) -> float:
    """Return the variance of the size above, where ties is the sum of t^3 - t over the tie groups of t."""
    n1, n2, n = ranks.n1, ranks.n2, ranks.n1 + ranks.n2
    if n2 == 0:
        below, n = ranks.ranked, n + ranks.ranked
        return (2 * n * (n + 1) * (2 * n + 1) - 2 * below * (below + 1) * (2 * below + 1) - ties) / 3
    return n1 * n2 * (n**3 - n - ties) / (3 * n * (n - 1)) if n > 1 else 0.0


def _tail(size: float, variance: float, one_sided: bool, df: int | None) -> float:
    if variance <= 1e-9:
        return 1.0
    z = -size / variance**0.5
    one = float(scipy.special.stdtr(df, z) if df else scipy.special.ndtr(z))
    return max(one if one_sided else 2 * one, 5e-324)


def _most_ties(ranks: Ranks) -> float:
    """Return a bound on the sum of t^3 - t over the tie groups that the statistic allows.

    Of two groups: two tie groups of s and N - s observations, where U bounds s by n1 - 2U/n2 <= s <= n1 + 2U/n1 (the
    tests hold it against all tables of small groups). Of pairs: all changes of one size.
    """
    n1, n2, n = ranks.n1, ranks.n2, ranks.n1 + ranks.n2
    if n2 == 0:
        return n**3 - n
    ends = (n1 - ranks.twice / n2, n1 + ranks.twice / n1)
    return min(max(s**3 + (n - s) ** 3 for s in ends) - n, n**3 - n)


@lru_cache(maxsize=4096)
def _untied(ranks: Ranks, procedure: Procedure, tail: str) -> Interval:
    """Return the exact p-value of data without ties, or of their table at a statistic with ties."""
    ways = [procedure.with_alternative(side) for side in ("less", "greater")] if tail else [procedure]
    exact, first = (rank_sum, ranks.n1) if ranks.n2 else (signed_rank, ranks.ranked)
    key = ranks.twice, first, *(1,) * (ranks.n1 + ranks.n2)
    return Interval.point(min(exact.exact_fraction(*key, procedure=way) for way in ways))


@lru_cache(maxsize=128)
def _with_ties(n1: int, n2: int, ranked: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the ends of the exact p-values of all tables of few levels, by twice the statistic; inf, -inf for none.

    Of each way to read a p-value: "distance" from the mean, "doubled", and the "smaller" tail; {} for too many tables.
    """
    tables, top = _few_levels(n1, n2), 2 * Ranks(0, n1, n2, ranked, ranked).mean
    if not len(tables):
        return {}
    sizes, first = tables.sum(axis=1), tables[:, 0]
    twice = (first * doubled_midranks(sizes, np.full(len(tables), ranked))).sum(axis=1) - n1 * (
        n1 + 1
    ) * bool(n2)
    # a cell for each tie pattern and statistic, in a row for each pattern: of 3 and 1 cells, w x y and z, w x y | z 0 0
    patterns = sizes @ (sizes[0].sum() + 1) ** np.arange(sizes.shape[1])
    cells, where = np.unique(patterns * (top + 1) + twice, return_inverse=True)
    patterns, twice = np.divmod(cells, top + 1)
    begins = np.flatnonzero(np.diff(patterns, prepend=-1))
    rows = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(cells)))
    columns = np.arange(len(cells)) - begins[rows]
    ways = np.zeros((len(begins), columns.max() + 2))
    ways[rows, columns] = np.bincount(where, _orders(sizes, first))
    upper = ways[:, ::-1].cumsum(axis=1)[:, ::-1]
    mirrored = np.searchsorted(cells, cells + top - 2 * twice) - begins[rows]
    tails = ways.cumsum(axis=1)[rows, columns], upper[rows, columns]
    smaller, whole = np.minimum(*tails), upper[0, 0]
    found = {"smaller": smaller, "doubled": 2 * smaller, "distance": tails[0] + upper[rows, mirrored]}
    # the patterns turned round have the larger half
    half = 2 * twice <= top
    ends = {}
    for name, numbers in found.items():
        least, most = np.full(top + 1, np.inf), np.full(top + 1, -np.inf)
        p_values = np.minimum(1, numbers[half] / whole)
        np.minimum.at(least, twice[half], p_values)
        np.maximum.at(most, twice[half], p_values)
        ends[name] = np.minimum(least, least[::-1]), np.maximum(most, most[::-1])
    return ends


def _orders(sizes: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return in how many ways tie groups of these sizes give each table; of large samples as a share of all ways."""
    n, drawn = int(sizes[0].sum()), int(first[0].sum())
    if n > LARGEST_ROW:
        log = scipy.special.gammaln
        ways = (log(sizes + 1) - log(first + 1) - log(sizes - first + 1)).sum(axis=1)
        return np.exp(ways - (log(n + 1) - log(drawn + 1) - log(n - drawn + 1)))
    triangle = [np.eye(1, n + 1)[0]]
    for _ in range(n):
        triangle.append(triangle[-1] + np.append(0, triangle[-1][:-1]))
    # 2 of 3 and 1 of 4: 3 * 4
    return np.array(triangle)[sizes, first].prod(axis=1)


def _few_levels(n1: int, n2: int) -> np.ndarray:
    """Return the tables of two groups, or of rises and falls, on four levels, or fewer where that is too many."""
    for k, most in ((4, MOST_TIED // 5), (3, MOST_TIED), (2, MOST_TIED)):
        if n2 and comb(n1 + k - 1, k - 1) * comb(n2 + k - 1, k - 1) <= most:
            first, second = np.broadcast_arrays(compositions(n1, k)[:, None], compositions(n2, k)[None])
            return np.stack([first, second], axis=2).reshape(-1, 2, k)
        if not n2 and comb(n1 + 2 * k - 1, 2 * k - 1) <= most:
            return compositions(n1, 2 * k).reshape(-1, 2, k)
    return np.zeros((0, 2, 2), dtype=int)
