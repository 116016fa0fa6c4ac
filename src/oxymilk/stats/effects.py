"""How large the difference is: effect sizes with intervals, Holm's correction, the least attainable p-value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import nan, sqrt

import numpy as np
from statsmodels.stats.multitest import multipletests

from oxymilk.stats import intervals
from oxymilk.stats.hodges_lehmann import Shift, rank_sum_shift, signed_rank_shift
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.procedure import TESTS, Procedure
from oxymilk.stats.rank_sum import rank_sum_counts, rank_sum_test
from oxymilk.stats.ranks import exact_numbers, paired_differences, two_sample_table
from oxymilk.stats.signed_rank import signed_rank_counts, signed_rank_test

# `least_p_value` by likelihood looks at every table of the margins; beyond this many it would take minutes.
MOST_TABLES = 20_000


@dataclass(frozen=True)
class Effect:
    """One effect: a row of effects.csv.

    * name : what is estimated, a stable word
    * estimate : the value; nan where the data do not define it, inf where it has no bound
    * low, high : limits; nan where there is no interval (the note says why)
    * level : confidence, such as 0.95
    * method : how the interval was found, with its source
    * note : what a reader must know
    """

    name: str
    estimate: float
    low: float
    high: float
    level: float
    method: str
    note: str = ""


def within_effects(
    pre: Iterable, post: Iterable, procedure: Procedure, confidence: float = 0.95
) -> list[Effect]:
    """Estimate how much paired values rise.

    Parameters
    ----------
    pre, post : iterable of numbers
        Paired; levels as 0, 1, ..., or measurements.
    procedure : Procedure
        Its zero_method serves the rank-biserial correlation and the shift; its z is the one that is divided.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    list of Effect

        * matched_rank_biserial : (W+ - W-) / (W+ + W-) (Kerby 2014, doi:10.2466/11.IT.3.1)
        * common_language : share of pairs that rose, plus half of those unchanged (Grissom & Kim 2012, ch. 5)
        * net_share_risen : share that rose less share that fell
        * odds_risen : pairs that rose for each that fell
        * r_z_pairs, r_z_observations : z / sqrt(pairs), z / sqrt(2 pairs) (Rosenthal 1991, p. 19)
        * hodges_lehmann_shift : post - pre
        * median_difference : post - pre

    Examples
    --------
    >>> effect = within_effects([0] * 10, [1] * 3 + [0] * 7, Procedure("asymptotic"))[2]
    >>> effect.name, effect.estimate, round(effect.low, 4), round(effect.high, 4)
    ('net_share_risen', 0.3, -0.0608, 0.6032)
    """
    before, after = exact_numbers(pre, "pre"), exact_numbers(post, "post")
    result = signed_rank_test(before, after, procedure)
    n, up, down = len(before), result.n_up, result.n_down
    one_size = len(paired_differences(before, after)[0]) == 1
    net = intervals.paired_difference(up, down, n, confidence)
    tango = "score interval, Tango 1998"
    odds, *odds_limits = intervals.odds(up, down, confidence)
    shift = signed_rank_shift(before, after, confidence, _zero_method(procedure))
    differences = sorted(b - a for a, b in zip(before, after, strict=True))
    median = float((differences[n // 2] + differences[-(n // 2) - 1]) / 2)
    return [
        _matched_rank_biserial(result, one_size, confidence),
        Effect("common_language", (n + up - down) / (2 * n), (1 + net[0]) / 2, (1 + net[1]) / 2, confidence, tango,
               "pairs that rose, plus half of those unchanged"),
        Effect("net_share_risen", (up - down) / n, *net, confidence, tango),
        Effect("odds_risen", odds, *odds_limits, confidence, "exact, Clopper and Pearson 1934",
               "" if up + down else "no pair changed"),
        _z_effect("r_z_pairs", result.z, n, confidence, "N counts pairs"),
        _z_effect("r_z_observations", result.z, 2 * n, confidence, "N counts observations, two a pair"),
        _shift_effect(shift, confidence, "post - pre"),
        Effect("median_difference", median, nan, nan, confidence, "", "post - pre; no interval"),
    ]  # fmt: skip


def _zero_method(procedure: Procedure) -> str:
    # the exact test that is inverted gives no rank to a zero, so splitting ranks them as Pratt's method does
    return "drop" if procedure.zero_method == "drop" else "pratt"


def _matched_rank_biserial(result: object, one_size: bool, confidence: float) -> Effect:
    name, total = "matched_rank_biserial", result.w_plus + result.w_minus
    if result.n_up + result.n_down == 0:
        return Effect(name, 0.0, nan, nan, confidence, "", "no pair changed")
    r = (result.w_plus - result.w_minus) / total
    if one_size and result.procedure.zero_method != "split":
        low, high = intervals.share(result.n_up, result.n_up + result.n_down, confidence)
        note = "all changes are of one size: the share of rises, from -1 to 1"
        return Effect(name, r, 2 * low - 1, 2 * high - 1, confidence, "exact, Clopper and Pearson 1934", note)
    n = result.n_used
    # standard deviation of r when there is no effect
    error = sqrt(n * (n + 1) * (2 * n + 1) / 6) / (n * (n + 1) / 2)
    low, high = intervals.fisher_transformed(r, error, confidence)
    note = "no interval at -1 and 1" if np.isnan(low) else ""
    return Effect(name, r, low, high, confidence, "Fisher's transformation, variance without effect", note)


def _shift_effect(shift: Shift, confidence: float, what: str) -> Effect:
    note = f"{what}, in units of the score"
    if shift.low == shift.high:
        note += "; no width: the scores take too few values"
    return Effect(
        "hodges_lehmann_shift", shift.estimate, shift.low, shift.high, confidence, shift.method, note
    )


def _z_effect(name: str, z: float, n: int, confidence: float, note: str) -> Effect:
    return Effect(name, z / sqrt(n), nan, nan, confidence, "", f"z / sqrt(N); {note}; no interval of its own")


def between_effects(
    x: Iterable, y: Iterable, procedure: Procedure, confidence: float = 0.95, success: object = None
) -> list[Effect]:
    """Estimate by how much the first group exceeds the second.

    Parameters
    ----------
    x, y : iterable of numbers
        The groups; levels as 0, 1, ..., or measurements.
    procedure : Procedure
        Its z is the one that is divided.
    confidence : float
        Between 0 and 1.
    success : number, optional
        Values at or above it are successes. Unless given, the higher of two values; without it, and with more
        than two values, the four measures of risk are left out.

    Returns
    -------
    list of Effect

        * rank_biserial : 2 U1 / (n1 n2) - 1, also known as Cliff's delta (doi:10.1037/0033-2909.114.3.494)
        * common_language : U1 / (n1 n2) = P(x > y) + P(x = y) / 2 (Vargha & Delaney 2000, doi:10.2307/1165329)
        * r_z : z / sqrt(n1 + n2) (Rosenthal 1991, p. 19)
        * hodges_lehmann_shift : x - y
        * risk_difference, risk_ratio, odds_ratio, number_needed_to_treat : of success

    Examples
    --------
    >>> rows = between_effects([1] * 10, [1] * 3 + [0] * 7, Procedure("asymptotic"))
    >>> [(row.name, round(row.estimate, 4), round(row.low, 4)) for row in rows if row.name == "risk_difference"]
    [('risk_difference', 0.7, 0.2889)]
    """
    first, second = exact_numbers(x, "x"), exact_numbers(y, "y")
    result = rank_sum_test(first, second, procedure)
    n1, n2 = result.n1, result.n2
    theta = result.u1 / (n1 * n2)
    low, high = intervals.superiority(theta, n1, n2, confidence)
    newcombe = "score type, Newcombe 2006 method 5"
    shift = rank_sum_shift(first, second, confidence)
    effects = [
        Effect("rank_biserial", 2 * theta - 1, 2 * low - 1, 2 * high - 1, confidence, newcombe, "Cliff's delta"),
        Effect("common_language", theta, low, high, confidence, newcombe),
        _z_effect("r_z", result.z, n1 + n2, confidence, "N counts both groups"),
        _shift_effect(shift, confidence, "first group less second"),
    ]  # fmt: skip
    if success is None:
        values = sorted({*first, *second})
        if len(values) != 2:
            return effects
        success = values[1]
    (threshold,) = exact_numbers([success], "success")
    a, b = sum(value >= threshold for value in first), sum(value >= threshold for value in second)
    return effects + _risks(a, n1, b, n2, confidence)


def _risks(a: int, n1: int, b: int, n2: int, confidence: float) -> list[Effect]:
    difference, limits = a / n1 - b / n2, intervals.risk_difference(a, n1, b, n2, confidence)
    ratio = (a / n1) / (b / n2) if b else (np.inf if a else nan)
    odds, *odds_limits = intervals.odds_ratio(a, n1, b, n2, confidence)
    needed, needed_low, needed_high, note = intervals.number_needed(difference, limits)
    newcombe = "hybrid score, Newcombe 1998 method 10"
    undefined = "not defined: " + ("nobody" if a + b == 0 else "everybody") + " succeeded"
    return [
        Effect("risk_difference", difference, *limits, confidence, newcombe),
        Effect("risk_ratio", ratio, *intervals.risk_ratio(a, n1, b, n2, confidence), confidence,
               "score, Miettinen and Nurminen 1985", undefined if a + b == 0 else ""),
        Effect("odds_ratio", odds, *odds_limits, confidence, "exact conditional, Fisher",
               undefined if a + b in (0, n1 + n2) else "conditional maximum likelihood"),
        Effect("number_needed_to_treat", needed, needed_low, needed_high, confidence, newcombe, note),
    ]  # fmt: skip


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of one family (Holm 1979, doi:10.2307/4615733), by statsmodels.

    Parameters
    ----------
    p_values : sequence of float
        At least one, in [0, 1].

    Returns
    -------
    list of float
        In the same order, at most 1.

    Examples
    --------
    >>> [round(p, 4) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=float)
    if values.size == 0 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError("p_values must be one or more numbers from 0 to 1")
    return [float(p) for p in multipletests(values, method="holm")[1]]


def least_p_value(test: str, first: Iterable, second: Iterable, procedure: Procedure) -> float:
    """Find the smallest p-value that data of this size with these ties could give.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
    first, second : iterable of numbers
        pre and post, or the two groups.
    procedure : Procedure

    Returns
    -------
    float
        Over all signs of the nonzero differences, or over all ways of giving the values to the groups.

    Raises
    ------
    TooLargeError
        If two_sided="likelihood" would have to look at more than `MOST_TABLES` tables.

    Examples
    --------
    >>> least_p_value("rank_sum", [1] * 10, [1] * 3 + [0] * 7, Procedure("exact"))
    0.0030959752321981426
    """
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}; not {test!r}")
    if test == "signed_rank":
        negative, positive, zeros = paired_differences(first, second)
        sizes = negative + positive
        if procedure.two_sided == "likelihood":
            return _least_signed(_sign_patterns(sizes), sizes, zeros, procedure)
        return _least_signed(np.array([sizes, 0 * sizes]), sizes, zeros, procedure)
    table = two_sample_table(first, second)
    sizes, n1 = table.sum(axis=0), int(table[0].sum())
    if procedure.two_sided == "likelihood":
        firsts = _all_shares(sizes, n1)
    else:
        firsts = np.array([_filled(sizes, n1), _filled(sizes[::-1], n1)[::-1]])
    tables = np.stack([firsts, sizes - firsts], axis=-2)
    return float(rank_sum_counts(tables, procedure).p_value.min())


def _least_signed(positive: np.ndarray, sizes: np.ndarray, zeros: int, procedure: Procedure) -> float:
    result = signed_rank_counts(sizes - positive, positive, np.full(len(positive), zeros), procedure)
    return float(result.p_value.min())


def _sign_patterns(sizes: np.ndarray) -> np.ndarray:
    _refuse(np.prod(sizes + 1.0))
    return np.array(list(product(*(range(size + 1) for size in sizes))), dtype=np.int64)


def _all_shares(sizes: np.ndarray, n1: int) -> np.ndarray:
    _refuse(np.prod(np.minimum(sizes, n1) + 1.0))
    shares = product(*(range(min(size, n1) + 1) for size in sizes.tolist()))
    return np.array([share for share in shares if sum(share) == n1], dtype=np.int64)


def _refuse(tables: float) -> None:
    if tables > MOST_TABLES:
        raise TooLargeError(
            f'two_sided="likelihood" would have to look at {tables:.3g} tables, more than {MOST_TABLES}; '
            'use "distance" or "doubled"'
        )


def _filled(sizes: np.ndarray, n: int) -> np.ndarray:
    """Give the first n of the values, in this order of their levels."""
    before = np.cumsum(sizes) - sizes
    return np.clip(n - before, 0, sizes)
