"""The p-values that printed means leave open: t-tests from mean and SD, and every dataset of whole scores behind them.

A mean and SD of whole scores from a known range leave few datasets where the sample is small: all of them are listed,
and so all p-values that a rank test on them can have (what INSPECT-SR, check 4.9, calls typically not possible).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, comb, floor, inf, sqrt

import numpy as np
import scipy

from oxymilk.audit.evidence import PAIRED, Evidence, fault
from oxymilk.audit.p_sets import PSet, TooManyError, any_program, times, widened
from oxymilk.audit.printed import Interval, PrintedNumber, sizes_that_allow
from oxymilk.stats.count_tables import compositions, tables_of
from oxymilk.stats.other_tests import pooled_error, separate_error

# the most ways to spread n scores over the levels, and the most pairs of datasets or couplings, that are looked at
MOST_WAYS = 400_000
MOST_PAIRS = 200_000
Ends = tuple[float, float]
Reader = Callable[[PrintedNumber], Interval]


# ---- t-tests -------------------------------------------------------------------------------------------------


def from_moments(evidence: Evidence, kind: str = "") -> Iterator[PSet]:
    """Yield the p-values of t-tests that printed means with SD, SE or 95% interval allow.

    Plain is the p-value of the printed numbers as they are; the set has those of all numbers inside their rounding.

    kind : "ses" takes the printed SDs for standard errors, "sds" the SEs for SDs: a common mistake
    """
    if not evidence.n or min(evidence.n) < 2 or not (evidence.sds or evidence.ses or evidence.intervals):
        raise fault("check_missing", evidence, "sds" if evidence.n else "n")
    by_rounding = _t_sets(evidence, evidence.set_of, kind)
    as_printed = _t_sets(evidence, lambda number: Interval.point(number.value), kind)
    for p_set, printed in zip(by_rounding, as_printed, strict=True):
        yield replace(p_set, plain=p_set.plain and printed.plain)


def _t_sets(evidence: Evidence, read: Reader, kind: str) -> Iterator[PSet]:
    """Yield the p-values of t-tests on printed numbers that are read in one way."""
    first, *rest = map(read, evidence.means)
    difference = Interval(first.low - rest[0].high, first.high - rest[0].low) if rest else first
    two, sizes = evidence.test == "t-independent", evidence.n * (2 if len(evidence.n) == 1 else 1)
    df = sum(evidence.n) - (2 if two else 1)
    errors = _errors(evidence, sizes, read, kind, df)
    if len(errors) < 2 and not (two and evidence.sds):
        # one difference, of pairs or of two groups; Welch's df lie between those of the smaller group and of both
        calculation, dfs = "student_t" if two else "paired_t", (df, min(evidence.n) - 1)
        by_df = [(of, _errors(evidence, sizes, read, kind, of)[0]) for of in dfs]
        sets = [_t_set(evidence, calculation, difference, error, (of, of)) for of, error in by_df]
        yield sets[0]
        if two and len(evidence.n) == 2:
            lows, highs = zip(*(p_set.ends for p_set in sets), strict=True)
            between = Interval(min(lows), max(highs), closed_high=True)
            yield any_program(evidence.test, "welch_t", between, is_open=True)
        return
    if not rest or len(errors) != 2:
        raise fault("check_missing", evidence, "sds")
    (a, b), (n1, n2) = errors, sizes
    if not two:
        # for any correlation of before and after
        spread = max(0.0, a[0] - b[1], b[0] - a[1]), a[1] + b[1]
        yield _t_set(evidence, "paired_t", difference, spread, (n1 - 1, n1 - 1), is_open=True)
        return
    squares = [(u**2, v**2) for u, v in zip(a, b, strict=True)]
    low, high = (pooled_error(n1, n2, n1 * u, n2 * v) for u, v in squares)
    whole = n1 + n2 - 2
    yield _t_set(evidence, "student_t", difference, (sqrt(low[0]), sqrt(high[0])), (whole, whole))
    corners = list(product(*zip(*squares, strict=True)))
    dfs = [separate_error(n1, n2, n1 * u, n2 * v)[1] if u + v else whole for u, v in corners]
    # the largest is reached where the variances are in the ratio of the sizes less 1
    sides = {u * (n2 - 1) > v * (n1 - 1) for u, v in corners}
    spread = sqrt(sum(squares[0])), sqrt(sum(squares[1]))
    yield _t_set(evidence, "welch_t", difference, spread, (min(dfs), whole if len(sides) > 1 else max(dfs)))


def _errors(evidence: Evidence, sizes: tuple[int, ...], read: Reader, kind: str, df: int) -> list[Ends]:
    """Return the smallest and the largest standard error of each mean, or of the one difference with its df."""
    name = next(name for name in ("sds", "ses", "intervals") if getattr(evidence, name))
    sets = [*map(read, getattr(evidence, name))]
    if name != "intervals":
        pairs = zip(sets, [sqrt(n) if (kind or name) == "sds" else 1.0 for n in sizes], strict=False)
        return [(max(0.0, float(part.low)) / root, float(part.high) / root) for part, root in pairs]
    found = []
    for (low, high), n in zip(list(pairwise(sets))[::2], sizes, strict=False):
        width = 2 * float(scipy.special.stdtrit(df if len(sets) == 2 else n - 1, 0.975))
        found.append((max(0.0, float(high.low - low.high)) / width, float(high.high - low.low) / width))
    return found


def _t_set(
    evidence: Evidence, calculation: str, mean: Interval, error: Ends, df: Ends, *, is_open: bool = False
) -> PSet:
    """Return the p-values of |mean| / error, both within their ends."""
    size = mean.magnitude()
    least = float(size.low) / error[1] if error[1] else inf if size.low else 0.0
    largest = float(size.high) / error[0] if error[0] else inf
    low = min(float(scipy.special.stdtr(d, -largest)) for d in df)
    high = max(float(scipy.special.stdtr(d, -least)) for d in df)
    image = times(widened(2 * low, 2 * high), Fraction(1, 2) if evidence.tails == 1 else Fraction(1))
    return any_program(evidence.test, calculation, image, is_open=is_open)


def implied_correlation(evidence: Evidence) -> float | None:
    """Return the correlation of before and after at which a paired t-test has the printed p; None where none has."""
    p_value, n = float(evidence.number.value), evidence.n[0]
    if not 0 < p_value < 1 or len(evidence.sds) != 2:
        return None
    (x, y), (a, b) = ([float(number.value) for number in part] for part in (evidence.means, evidence.sds))
    t = -float(scipy.special.stdtrit(n - 1, p_value / 2))
    r = (a**2 + b**2 - n * ((x - y) / t) ** 2) / (2 * a * b) if a * b else inf
    return r if -1 <= r <= 1 else None


# ---- datasets of whole scores --------------------------------------------------------------------------------


def impossible_mean(evidence: Evidence) -> tuple[str, int] | None:
    """Return which printed mean, 0 or 1, no whole scores can have, alone (grim) or with its SD (grimmer)."""
    sizes = evidence.n * (len(evidence.means) if len(evidence.n) == 1 else 1)
    for at, (mean, n) in enumerate(zip(evidence.means, sizes, strict=False)):
        stated = [way.set_of(mean) for way in evidence.ways]
        if evidence.scale and not any(sizes_that_allow(part, [n], Fraction(1)) for part in stated):
            return "grim", at
        sds = [way.set_of(evidence.sds[at]) for way in evidence.ways] if at < len(evidence.sds) else []
        if evidence.scale and sds and not any(_grimmer(*both, n) for both in zip(stated, sds, strict=True)):
            return "grimmer", at
    return None


def _grimmer(mean: Interval, sd: Interval, n: int) -> bool:
    """Return whether some n whole scores can have a mean and an SD: their sum and sum of squares are alike odd or even.

    Allard 2018, https://aurelienallard.netlify.app/post/anaytic-grimmer-possibility-standard-deviations.
    """
    squared = _squared(sd)
    for total in range(ceil(mean.low * n), floor(mean.high * n) + 1):
        about = Fraction(total**2, n)
        ends = (squared.low * (n - 1) + about, squared.high * (n - 1) + about)
        squares = range(ceil(ends[0]), floor(ends[1]) + 1)
        found = (s for s in squares if (s - total) % 2 == 0 and squared.contains((s - about) / max(1, n - 1)))
        if mean.contains(Fraction(total, n)) and next(found, None) is not None:
            return True
    return False


def _squared(sd: Interval) -> Interval:
    """Return the variances of a set of standard deviations: no root is taken."""
    sd = sd.clipped(0, None)
    return Interval(sd.low**2, sd.high**2, *sd[2:])


def datasets_of(evidence: Evidence, at: int, n: int) -> np.ndarray:
    """Return every way to spread n whole scores over the scale that prints the mean and SD, or median and quartiles.

    Parameters
    ----------
    evidence : Evidence
        With a scale.
    at, n : int
        Which group, or time, from 0; and its size.

    Returns
    -------
    ndarray of int, shape (D, K)
        Counts of each of the K scores; TooManyError when more than `MOST_WAYS` had to be looked at.
    """
    low, high = evidence.scale
    k = high - low + 1
    if comb(n + k - 1, k - 1) > MOST_WAYS:
        raise TooManyError(comb(n + k - 1, k - 1))
    counts, scores = compositions(n, k), np.arange(low, high + 1)

    def keep(name: str, place: int, values: np.ndarray, over: int, *, squared: bool = False) -> np.ndarray:
        """Return which whole values, divided, print as the number; those of an SD are variances."""
        numbers = getattr(evidence, name)
        if place >= len(numbers):
            return np.ones(len(values), dtype=bool)
        stated = evidence.set_of(numbers[place])
        if squared:
            stated = _squared(stated)
        distinct, places = np.unique(values, return_inverse=True)
        fits = [stated.contains(Fraction(value, over)) for value in distinct.tolist()]
        return np.array(fits, dtype=bool)[places]

    # n (n - 1) times the variance, whole
    squares, degrees = n * (counts @ scores**2) - (counts @ scores) ** 2, max(1, n - 1)
    kept = keep("means", at, counts @ scores, n)
    kept &= keep("sds", at, squares, n * degrees, squared=True)
    kept &= keep("ses", at, squares, n**2 * degrees, squared=True)
    for name, place, share in (("medians", at, 2), ("quartiles", 2 * at, 1), ("quartiles", 2 * at + 1, 3)):
        ways = [keep(name, place, quarters, 4) for quarters in _quantiles(counts, scores, share)]
        kept &= np.any(ways, axis=0)
    return counts[kept]


def _quantiles(counts: np.ndarray, scores: np.ndarray, share: int) -> Iterator[np.ndarray]:
    """Yield four times the quantile at share / 4 by each definition, shape (D,); doi:10.1080/00031305.1996.10473566.

    At (n + 1) q (SPSS, Minitab), 1 + (n - 1) q (R, Excel, numpy), the mean of two where n q is whole (SAS, Stata), and
    the medians of the halves with the median in both (Tukey's hinges) or in neither.
    """
    n = int(counts[0].sum())
    cumulative = counts.cumsum(axis=1)
    averaged = n * share / 4 + 0.5 if n * share % 4 == 0 else ceil(n * share / 4)
    depths = [(size + 1) / 2 for size in ((n + 1) // 2, n // 2)]
    hinges = [{1: depth, 2: (n + 1) / 2, 3: n + 1 - depth}[share] for depth in depths]
    for place in {(n + 1) * share / 4, 1 + (n - 1) * share / 4, averaged, *hinges}:
        place = min(max(place, 1.0), float(n))
        below, above = (scores[(cumulative < rank).sum(axis=1)] for rank in (floor(place), ceil(place)))
        yield 4 * below + int(4 * (place % 1)) * (above - below)


def tables_behind(evidence: Evidence) -> np.ndarray:
    """Return every table of counts that means and SDs, or medians and quartiles, of both groups or times allow.

    Returns
    -------
    ndarray of int, shape (D, 2, K) or (D, K, K)
        Groups by score, or scores before by scores after over all couplings; none where no dataset is
        possible. TooManyError beyond `MOST_WAYS` and `MOST_PAIRS`.
    """
    paired = evidence.test in PAIRED
    sizes = evidence.n[:1] * 2 if paired or len(evidence.n) == 1 else evidence.n
    if not sizes or not all(sizes) or max(len(evidence.means), len(evidence.medians)) < 2:
        raise fault("check_missing", evidence, "means" if sizes else "n")
    sets = [datasets_of(evidence, at, n) for at, n in enumerate(sizes)]
    if len(sets[0]) * len(sets[1]) > MOST_PAIRS:
        raise TooManyError(len(sets[0]) * len(sets[1]))
    made, work = [np.zeros((0, 2, sets[0].shape[1]), dtype=np.int64)] * (not paired), 0
    for rows in product(*(part.tolist() for part in sets)):
        tables = tables_of(*map(tuple, rows)) if paired else np.array([rows])
        work += MOST_PAIRS + 1 if tables is None else len(tables)
        if work > MOST_PAIRS:
            raise TooManyError(work)
        made.append(tables)
    return np.concatenate(made) if made else np.zeros((0, 2, 2), dtype=np.int64)
