"""The p-values that printed means leave open: t-tests from mean and SD, and every dataset of whole scores behind them.

A mean and SD of whole scores from a known range leave few datasets where the sample is small: all of them are listed,
and so all p-values that a rank test on them can have (what INSPECT-SR, check 4.9, calls typically not possible).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb, sqrt

import numpy as np
import scipy

from oxymilk.audit.evidence import PAIRED, Evidence
from oxymilk.audit.p_sets import ERROR, PSet, from_tables, missing
from oxymilk.audit.printed import Interval, PrintedNumber, sizes_that_allow
from oxymilk.faults import Fault, FaultsError
from oxymilk.stats.count_tables import compositions, tables_of

# the most ways to spread n scores over the levels, and the most pairs of datasets, that are looked at
MOST_WAYS = 400_000
MOST_PAIRS = 200_000


class TooManyError(Exception):
    """More datasets have these means than are looked at; the message is their number or a bound on it."""


# ---- t-tests -------------------------------------------------------------------------------------------------


def from_moments(evidence: Evidence, *, cut: bool = False, of: str = "") -> Iterator[PSet]:
    """Yield the p-values of t-tests that printed means with SD, SE or 95% interval allow.

    of : "se" takes the printed SDs for standard errors, "sd" the SEs for SDs: a common mistake
    """
    means = [evidence.set_of(number, cut=cut) for number in evidence.means]
    sizes = evidence.n if len(evidence.n) > 1 else evidence.n * max(1, len(means))
    if not evidence.n or min(evidence.n) < 2 or not means:
        raise missing(evidence, "n" if means else "means")
    spreads = _errors_of_means(evidence, sizes, cut, of)
    if len(means) == 1:
        # one difference, of pairs or of two groups
        df = sum(evidence.n) - (2 if evidence.test == "t-independent" else 1)
        yield _t_set(
            evidence,
            "student_t" if evidence.test == "t-independent" else "paired_t",
            means[0],
            spreads[0],
            (df, df),
        )
        return
    if len(spreads) != 2:
        raise missing(evidence, "sds")
    (a, b), difference = spreads, Interval(means[0].low - means[1].high, means[0].high - means[1].low)
    if evidence.test == "t-paired":
        # the SD of the differences for any correlation of before and after
        error = max(0.0, a[0] - b[1], b[0] - a[1]), a[1] + b[1]
        image = _t_set(evidence, "paired_t", difference, error, (sizes[0] - 1,) * 2)
        yield image._replace(plain=None)
        return
    n1, n2 = sizes
    squares = [(low**2, high**2) for low, high in spreads]
    pooled = [
        sqrt((n1 * (n1 - 1) * u + n2 * (n2 - 1) * v) / (n1 + n2 - 2) * (1 / n1 + 1 / n2))
        for u, v in zip(*squares, strict=True)
    ]
    yield _t_set(evidence, "student_t", difference, tuple(pooled), (n1 + n2 - 2,) * 2)
    welch = [sqrt(u + v) for u, v in zip(*squares, strict=True)]
    dfs = [
        (u + v) ** 2 / (u**2 / (n1 - 1) + v**2 / (n2 - 1)) if u + v else float(min(n1, n2) - 1)
        for u, v in product(*squares)
    ]
    # the largest, n1 + n2 - 2, is reached where the variances are in the ratio of the sizes less 1
    ratio = [squares[0][at] * (n2 - 1) - squares[1][1 - at] * (n1 - 1) for at in (0, 1)]
    most = float(n1 + n2 - 2) if ratio[0] <= 0 <= ratio[1] else max(dfs)
    yield _t_set(evidence, "welch_t", difference, tuple(welch), (min(dfs), most))


def _errors_of_means(
    evidence: Evidence, sizes: tuple[int, ...], cut: bool, of: str
) -> list[tuple[float, float]]:
    """Return the smallest and the largest standard error of each mean."""
    kind = {"sds": "sd", "ses": "se"}
    for name in ("sds", "ses"):
        numbers = getattr(evidence, name)
        if numbers:
            # one difference of two groups has its own SE
            roots = [1.0 if (of or kind[name]) == "se" else sqrt(n) for n in sizes]
            sets = [evidence.set_of(number, cut=cut).clipped(0, None) for number in numbers]
            return [
                (float(part.low) / root, float(part.high) / root)
                for part, root in zip(sets, roots, strict=False)
            ]
    if not evidence.intervals:
        raise missing(evidence, "sds")
    ends = [evidence.set_of(number, cut=cut) for number in evidence.intervals]
    found = []
    for low, high, n in zip(ends[::2], ends[1::2], sizes, strict=False):
        loss = 2 if evidence.test == "t-independent" and len(ends) == 2 else 1
        total = sum(evidence.n) if loss == 2 else n
        width = 2 * float(scipy.special.stdtrit(total - loss, 0.975))
        found.append((max(0.0, float(high.low - low.high)) / width, float(high.high - low.low) / width))
    return found


def _t_set(
    evidence: Evidence, calculation: str, mean: Interval, error: tuple[float, float], df: tuple[float, float]
) -> PSet:
    """Return the p-values of |mean| / error, both within their ends."""
    size = mean.magnitude()
    least = float(size.low) / error[1] if error[1] else float("inf") if size.low else 0.0
    largest = float(size.high) / error[0] if error[0] else float("inf")
    tails = 1 if evidence.tails == 1 else 2
    low = tails * min(float(scipy.special.stdtr(d, -largest)) for d in df)
    high = tails * max(float(scipy.special.stdtr(d, -least)) for d in df)
    # the ends are attained up to the rounding of the inputs, so both are counted in
    image = Interval(
        Fraction(low) * (1 - ERROR), min(Fraction(high) * (1 + ERROR), Fraction(1)), closed_high=True
    )
    return PSet(evidence.test, calculation, ("any",), True, (image,), image)


def implied_correlation(evidence: Evidence) -> float | None:
    """Return the correlation of before and after at which a paired t-test has the printed p; None where none has."""
    (x, y), n = (float(mean.value) for mean in evidence.means), evidence.n[0]
    p_value = float(evidence.number.value)
    if not (0 < p_value < 1) or len(evidence.sds) != 2 or x == y:
        return None
    a, b = (float(sd.value) for sd in evidence.sds)
    t = -float(scipy.special.stdtrit(n - 1, p_value / 2))
    r = (a**2 + b**2 - n * ((x - y) / t) ** 2) / (2 * a * b) if a * b else 2.0
    return r if -1 <= r <= 1 else None


# ---- datasets of whole scores --------------------------------------------------------------------------------


def impossible_mean(evidence: Evidence) -> int | None:
    """Return which printed mean no n whole scores can have (GRIM), 0 or 1; None where all are possible or unknown."""
    if not evidence.scale:
        return None
    sizes = evidence.n * (len(evidence.means) if len(evidence.n) == 1 else 1)
    for at, (mean, n) in enumerate(zip(evidence.means, sizes, strict=False)):
        stated = [evidence.set_of(mean, cut=cut) for cut in (False, True)]
        if not any(sizes_that_allow(part, [n], Fraction(1)) for part in stated):
            return at
    return None


def datasets_of(evidence: Evidence, at: int, n: int, *, cut: bool = False) -> np.ndarray:
    """Return every way to spread n whole scores over the scale that prints the mean and SD, or median and quartiles.

    Parameters
    ----------
    evidence : Evidence
        With a scale.
    at : int
        Which group, or timepoint.
    n : int
        Its size.
    cut : bool
        Digits were cut, not rounded.

    Returns
    -------
    ndarray of int, shape (D, K)
        Counts of each of the K scores; TooManyError when more than `MOST_WAYS` had to be looked at.
    """
    low, high = evidence.scale
    k = high - low + 1
    ways = comb(n + k - 1, k - 1)
    if ways > MOST_WAYS:
        raise TooManyError(ways)
    counts, scores = compositions(n, k), np.arange(low, high + 1)
    keep = np.ones(len(counts), dtype=bool)
    if at < len(evidence.means):
        sums, stated = counts @ scores, evidence.set_of(evidence.means[at], cut=cut)
        keep &= _in_set(sums, lambda total: stated.contains(Fraction(total, n)))
    if at < len(evidence.sds) or at < len(evidence.ses):
        number = (evidence.sds or evidence.ses)[at]
        over = 1 if evidence.sds else n
        stated = evidence.set_of(number, cut=cut).clipped(0, None)
        # n times the sum of squares about the mean, whole; its root is never taken: the set is squared
        about = n * (counts @ scores**2) - (counts @ scores) ** 2
        squared = Interval(stated.low**2, stated.high**2, stated.closed_low, stated.closed_high)
        keep &= _in_set(about, lambda total: squared.contains(Fraction(total, n * max(1, n - 1) * over)))
    if at < len(evidence.medians):
        keep &= _quantile_in(counts, scores, 0.5, evidence, evidence.medians[at], cut)
    for side, share in ((0, 0.25), (1, 0.75)):
        if 2 * at + side < len(evidence.quartiles):
            keep &= _quantile_in(counts, scores, share, evidence, evidence.quartiles[2 * at + side], cut)
    return counts[keep]


def _in_set(values: np.ndarray, contains) -> np.ndarray:
    """Return which whole numbers satisfy a condition, asked once for each."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([contains(int(value)) for value in distinct])[places]


def _quantile_in(
    counts: np.ndarray, scores: np.ndarray, share: float, evidence: Evidence, number: PrintedNumber, cut: bool
) -> np.ndarray:
    """Return which datasets print a quantile under one of the definitions of programs.

    At (n + 1) q (SPSS, Minitab), 1 + (n - 1) q (R, Excel, numpy), the mean of two where n q is whole (SAS, Stata), and
    hinges (Tukey); doi:10.1080/00031305.1996.10473566.
    """
    n = int(counts[0].sum())
    half = (n + 1) // 2
    hinge = (half + 1) / 2 if share == 0.25 else n + 1 - (half + 1) / 2 if share == 0.75 else (n + 1) / 2
    averaged = (n * share + 0.5) if n * share == int(n * share) else int(n * share) + 1
    cumulative = counts.cumsum(axis=1)
    stated, found = evidence.set_of(number, cut=cut), np.zeros(len(counts), dtype=bool)
    for place in {(n + 1) * share, 1 + (n - 1) * share, averaged, hinge}:
        place = min(max(place, 1.0), float(n))
        below, above = int(place), min(int(place) + 1, n)
        ends = [scores[(cumulative < rank).sum(axis=1)] for rank in (below, above)]
        # in quarters, whole: places are quarters of ranks
        quarters = 4 * ends[0] + int(4 * (place - below)) * (ends[1] - ends[0])
        found |= _in_set(quarters, lambda total: stated.contains(Fraction(total, 4)))
    return found


def tables_behind(evidence: Evidence, *, cut: bool = False) -> np.ndarray:
    """Return every table of counts that means, SDs, medians and quartiles of both groups, or times, allow.

    Returns
    -------
    ndarray of int, shape (D, 2, K) or (D, K, K)
        Groups by score, or scores before by scores after over all couplings. FaultsError where no dataset has them,
        TooManyError beyond `MOST_WAYS` and `MOST_PAIRS`.
    """
    paired = evidence.test in PAIRED
    sizes = evidence.n if len(evidence.n) == 2 and not paired else evidence.n[:1] * 2
    if not evidence.n or not all(sizes):
        raise missing(evidence, "n")
    if max(map(len, (evidence.means, evidence.medians))) < 2:
        raise missing(evidence, "means")
    sets = [datasets_of(evidence, at, n, cut=cut) for at, n in enumerate(sizes)]
    for at, found in enumerate(sets):
        if not len(found) and (cut or evidence.rounding):
            column = "sds" if evidence.sds else "means" if evidence.means else "medians"
            value = str(at + 1)
            raise FaultsError(
                [Fault("check_no_dataset", "check", column=column, value=value, params={"n": sizes[at]})]
            )
    pairs = len(sets[0]) * len(sets[1])
    if pairs > MOST_PAIRS:
        raise TooManyError(pairs)
    if not paired:
        return np.stack(
            [
                part.reshape(-1, sets[0].shape[1])
                for part in np.broadcast_arrays(sets[0][:, None], sets[1][None])
            ],
            axis=1,
        )
    couplings, work = [], 0
    for before, after in product(*sets):
        tables = tables_of(tuple(before.tolist()), tuple(after.tolist()))
        work += MOST_PAIRS + 1 if tables is None else len(tables)
        if work > MOST_PAIRS:
            raise TooManyError(work)
        couplings.append(tables)
    return np.concatenate(couplings) if couplings else np.zeros((0, 2, 2), dtype=int)


def from_scores(evidence: Evidence, *, cut: bool = False) -> Iterator[PSet]:
    """Yield the p-values of the test on every dataset of whole scores that the evidence allows."""
    tables = tables_behind(evidence, cut=cut)
    if len(tables):
        yield from from_tables(evidence, tables, evidence.test)
