"""How large the difference is: effect sizes with intervals, Holm's correction, the least attainable p-value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atanh, inf, nan, sqrt, tanh

import numpy as np

from oxymilk.stats import intervals, rank_sum, ranks, signed_rank
from oxymilk.stats.hodges_lehmann import Shift, rank_sum_shift, signed_rank_shift
from oxymilk.stats.null import MOST_WORK
from oxymilk.stats.procedure import Procedure, check_test
from oxymilk.stats.rank_sum import rank_sum_counts, rank_sum_test
from oxymilk.stats.signed_rank import SignedRankResult, signed_rank_counts, signed_rank_test

CLOPPER_PEARSON = "exact, Clopper and Pearson 1934"
NEWCOMBE_1998 = "hybrid score, Newcombe 1998 method 10"
NEWCOMBE_2006 = "score type, Newcombe 2006 method 5"
TANGO = "score interval, Tango 1998"
# name, (estimate, low, high), method and note of an effect
Row = tuple[str, tuple[float, float, float], str, str]


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
    before, after = ranks.exact_numbers(pre, "pre"), ranks.exact_numbers(post, "post")
    differences = sorted(ranks.paired_differences(before, after))
    result = signed_rank_test(before, after, procedure)
    n, up, down = len(differences), result.n_up, result.n_down
    low, high = intervals.paired_difference(up, down, n, confidence)
    # the exact test that is inverted gives no rank to a zero, so splitting ranks them as Pratt's method does
    zero_method = "drop" if procedure.zero_method == "drop" else "pratt"
    shift = signed_rank_shift(before, after, confidence, zero_method)
    median = float((differences[n // 2] + differences[-(n // 2) - 1]) / 2)
    rows = [
        _matched_rank_biserial(result, len({abs(value) for value in differences} - {0}) == 1, confidence),
        ("common_language", ((n + up - down) / (2 * n), (1 + low) / 2, (1 + high) / 2), TANGO,
         "pairs that rose, plus half of those unchanged"),
        ("net_share_risen", ((up - down) / n, low, high), TANGO, ""),
        ("odds_risen", intervals.odds(up, down, confidence), CLOPPER_PEARSON,
         "" if up + down else "no pair changed"),
        _z_row("r_z_pairs", result.z, n, "N counts pairs"),
        _z_row("r_z_observations", result.z, 2 * n, "N counts observations, two a pair"),
        _shift_row(shift, "post - pre"),
        ("median_difference", (median, nan, nan), "", "post - pre; no interval"),
    ]  # fmt: skip
    return [Effect(name, *values, confidence, method, note) for name, values, method, note in rows]


def _matched_rank_biserial(result: SignedRankResult, one_size: bool, confidence: float) -> Row:
    """Return the rank-biserial correlation; changes of one size are a share, whose interval is exact."""
    name, changed = "matched_rank_biserial", result.n_up + result.n_down
    if changed == 0:
        return name, (0.0, nan, nan), "", "no pair changed"
    r = (result.w_plus - result.w_minus) / (result.w_plus + result.w_minus)
    if one_size and result.procedure.zero_method != "split":
        low, high = (2 * limit - 1 for limit in intervals.share(result.n_up, changed, confidence))
        note = "all changes are of one size: the share of rises, from -1 to 1"
        return name, (r, low, high), CLOPPER_PEARSON, note
    method = "Fisher's transformation, variance without effect"
    if abs(r) == 1:
        return name, (r, nan, nan), method, "no interval at -1 and 1"
    n = result.n_used
    # standard deviation of r when there is no effect
    error = sqrt(n * (n + 1) * (2 * n + 1) / 6) / (n * (n + 1) / 2)
    reach = intervals.critical(confidence) * error
    return name, (r, tanh(atanh(r) - reach), tanh(atanh(r) + reach)), method, ""


def _z_row(name: str, z: float, n: int, note: str) -> Row:
    """Return z / sqrt(n)."""
    return name, (z / sqrt(n), nan, nan), "", f"z / sqrt(N); {note}; no interval of its own"


def _shift_row(shift: Shift, direction: str) -> Row:
    """Return a shift, with a word on its width."""
    width = "; no width: the scores take too few values" if shift.low == shift.high else ""
    values = shift.estimate, shift.low, shift.high
    return "hodges_lehmann_shift", values, shift.method, f"{direction}, in units of the score{width}"


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
    first, second = ranks.exact_numbers(x, "x"), ranks.exact_numbers(y, "y")
    result = rank_sum_test(first, second, procedure)
    n1, n2 = result.n1, result.n2
    theta = result.u1 / (n1 * n2)
    superiority = theta, *intervals.superiority(theta, n1, n2, confidence)
    rows = [
        ("rank_biserial", [2 * value - 1 for value in superiority], NEWCOMBE_2006, "Cliff's delta"),
        ("common_language", superiority, NEWCOMBE_2006, ""),
        _z_row("r_z", result.z, n1 + n2, "N counts both groups"),
        _shift_row(rank_sum_shift(first, second, confidence), "first group less second"),
    ]
    values = sorted({*first, *second})
    if success is not None or len(values) == 2:
        (threshold,) = ranks.exact_numbers([values[1] if success is None else success], "success")
        a, b = (sum(value >= threshold for value in group) for group in (first, second))
        data = a, n1, b, n2, confidence
        difference, limits = a / n1 - b / n2, intervals.risk_difference(*data)
        ratio = (a / n1) / (b / n2) if b else (inf if a else nan)
        *needed, note = intervals.number_needed(difference, limits)
        undefined = "not defined: " + ("nobody" if a + b == 0 else "everybody") + " succeeded"
        rows += [
            ("risk_difference", (difference, *limits), NEWCOMBE_1998, ""),
            ("risk_ratio", (ratio, *intervals.risk_ratio(*data)), "score, Miettinen and Nurminen 1985",
             undefined if a + b == 0 else ""),
            ("odds_ratio", intervals.odds_ratio(*data), "exact conditional, Fisher",
             undefined if a + b in (0, n1 + n2) else "conditional maximum likelihood"),
            ("number_needed_to_treat", needed, NEWCOMBE_1998, note),
        ]  # fmt: skip
    return [Effect(name, *values, confidence, method, note) for name, values, method, note in rows]


def standardised_difference(
    first: Sequence[float], second: Sequence[float], *, counts: bool = False
) -> float | None:
    """Return how far two groups lie apart, in standard deviations, without its sign.

    Parameters
    ----------
    first, second : sequence of float
        The numbers of each group; or, with `counts`, its participants at each level, levels in the same order.

    Returns
    -------
    float or None
        Of numbers |m1 - m2| / sqrt((s1^2 + s2^2) / 2); of proportions sqrt((p1 - p2)' S^-1 (p1 - p2)), S the mean of
        the two covariance matrices, for two levels |p1 - p2| over the root of the mean variance (Yang & Dalton 2012,
        SAS Global Forum, paper 335). None where a group is too small, or no spread is there to measure it by.

    Examples
    --------
    >>> round(standardised_difference([5, 5], [6, 4], counts=True), 4)
    0.202
    """
    # numbers are one column; counts become proportions, one column a level
    if counts:
        if not (sum(first) and sum(second)):
            return None
        shares = [np.array(group) / sum(group) for group in (first, second)]
        spread = sum(np.diag(share) - np.outer(share, share) for share in shares) / 2
        difference = shares[0] - shares[1]
    else:
        if min(len(first), len(second)) < 2:
            return None
        spread = np.array([[(np.var(first, ddof=1) + np.var(second, ddof=1)) / 2]])
        difference = np.array([np.mean(first) - np.mean(second)])
    # the proportions sum to 1, so S has no inverse; where a generalised one does not give the difference back, the
    # groups lie apart in a direction without any spread
    solved = np.linalg.pinv(spread, hermitian=True) @ difference
    if not np.allclose(spread @ solved, difference, atol=1e-9):
        return None
    return float(np.sqrt(max(difference @ solved, 0)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of one family (Holm 1979, doi:10.2307/4615733).

    Parameters
    ----------
    p_values : sequence of float
        At least one, in [0, 1]; returned in the same order, at most 1.

    Examples
    --------
    >>> [round(p, 4) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=float)
    if values.size == 0 or not np.all((values >= 0) & (values <= 1)):
        raise ValueError("p_values must be one or more numbers from 0 to 1")
    order = np.argsort(values)
    # the least of 3 times 3, the next times 2, the largest once; and none below one before it
    adjusted = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    values[order] = np.minimum(adjusted, 1)
    return values.tolist()


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
        Over all signs of the nonzero differences, or over all ways of giving the values to the groups. TooLargeError
        if an exact distribution takes more than `oxymilk.stats.null.MOST_WORK`.

    Examples
    --------
    >>> least_p_value("rank_sum", [1] * 10, [1] * 3 + [0] * 7, Procedure("exact"))
    0.0030959752321981426
    """
    check_test(test)
    by_likelihood = procedure.two_sided == "likelihood"  # else one of the two most uneven tables has it
    if test == "signed_rank":
        _, negative, positive, zeros = ranks.count_differences(ranks.paired_differences(first, second))
        sizes = negative + positive
        if by_likelihood:
            ranked = zeros * (procedure.zero_method != "drop")
            return _rarest(signed_rank.null_counts(ranked, *sizes.tolist()), procedure)
        extremes = np.array([sizes, 0 * sizes])
        return float(
            signed_rank_counts(sizes - extremes, extremes, zeros, procedure, MOST_WORK).p_value.min()
        )
    _, table = ranks.two_sample_table(first, second)
    sizes, n1 = table.sum(axis=0), int(table[0].sum())
    if by_likelihood:
        return _rarest(rank_sum.null_counts(n1, *sizes.tolist()), procedure)
    # the lowest n1 of the values, and the highest: 4 of levels of 3, 2 and 5 are 3, 1, 0 and 0, 0, 4
    below = np.cumsum(sizes) - sizes
    above = sizes.sum() - below - sizes
    chosen = np.clip(n1 - np.array([below, above]), 0, sizes)
    tables = np.stack([chosen, sizes - chosen], axis=-2)
    return float(rank_sum_counts(tables, procedure, MOST_WORK).p_value.min())


def _rarest(counts: tuple[int, ...], procedure: Procedure) -> float:
    """Return the p-value by likelihood of the values of a statistic that fewest outcomes have."""
    least = min(filter(None, counts))
    return least * counts.count(least) / sum(counts) / (2 if procedure.mid_p else 1)
