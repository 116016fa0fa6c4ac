"""Two routes for everything exact: the package's distributions, and enumeration in the open.

All data with up to 4 + 4 observations on 3 levels, and all paired data with up to 4 pairs on 3 levels (differences
from -2 to 2, with each rule for zeros), with every exact procedure. With OXYMILK_FULL set up to 8: 26,896 tables of
groups and 1,286 of pairs.
"""

import os
from collections import defaultdict
from functools import cache
from itertools import combinations, product
from math import comb

import numpy as np
import pytest

from oxymilk.stats import rank_sum_counts, signed_rank_counts

LARGEST = 8 if "OXYMILK_FULL" in os.environ else 4


def compositions(n, parts):
    """All ways to put n observations on `parts` levels."""
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in compositions(n - first, parts - 1):
            yield (first, *rest)


def enumerated_p(outcomes, t, twice_mean, procedure):
    """p-value by the definition, from {value: number of outcomes}; a quotient of two integers."""
    total = 2 * sum(outcomes.values())

    def count(as_extreme, equally=lambda v: v == t):
        twice = 2 * sum(ways for value, ways in outcomes.items() if as_extreme(value))
        half = sum(ways for value, ways in outcomes.items() if equally(value)) if procedure.mid_p else 0
        return twice - half

    if procedure.alternative == "less":
        return count(lambda v: v <= t) / total
    if procedure.alternative == "greater":
        return count(lambda v: v >= t) / total
    if procedure.two_sided == "doubled":
        tails = count(lambda v: v <= t), count(lambda v: v >= t)
        return min(total, 2 * min(tails)) / total
    if procedure.two_sided == "likelihood":
        ways = outcomes[t]
        return count(lambda v: outcomes[v] <= ways, lambda v: outcomes[v] == ways) / total
    far = abs(2 * t - twice_mean)
    return count(lambda v: abs(2 * v - twice_mean) >= far, lambda v: abs(2 * v - twice_mean) == far) / total


def untied_p(values, t2, procedure):
    """The untied table by its definition; `values` are all values of T, t2 twice the mid-rank statistic."""
    down, up = t2 // 2, -(-t2 // 2)
    if procedure.half_integer == "conservative":
        down, up = up, down
    less, greater = (values <= down).sum(), (values >= up).sum()
    tail = {"less": less, "greater": greater, "two-sided": min(len(values), 2 * min(less, greater))}
    return tail[procedure.alternative] / len(values)


def twice_u(x, y):
    """Twice the number of pairs in which x is larger, equal pairs counting one half."""
    return sum(a * b * (2 if i > j else i == j) for i, a in enumerate(x) for j, b in enumerate(y))


@cache
def drawn_tables(sizes, n1):
    """{2U: number of ways} over all samples of n1 observations, table by table."""
    outcomes = defaultdict(int)
    for x in compositions(n1, len(sizes)):
        ways = np.prod([comb(t, a) for t, a in zip(sizes, x, strict=True)], dtype=object)
        if ways:
            outcomes[twice_u(x, [t - a for t, a in zip(sizes, x, strict=True)])] += int(ways)
    return dict(outcomes)


@cache
def drawn_p(sizes, n1, t, procedure):
    return enumerated_p(drawn_tables(sizes, n1), t, 2 * n1 * (sum(sizes) - n1), procedure)


@cache
def untied_u(n1, n2):
    ranks = np.array(list(combinations(range(n1 + n2), n1)))
    return ranks.sum(axis=1) - n1 * (n1 - 1) // 2


@pytest.fixture(scope="module")
def all_tables():
    samples = [x for n in range(1, LARGEST + 1) for x in compositions(n, 3)]
    assert len(samples) == comb(LARGEST + 3, 3) - 1
    return np.array(list(product(samples, repeat=2)))


def test_rank_sum_exact(all_tables, every_procedure):
    procedures = [p for p in every_procedure["rank_sum"] if p.method == "exact"]
    assert len(procedures) == 10
    cases = [
        (tuple(a + b for a, b in zip(x, y, strict=True)), sum(x), twice_u(x, y))
        for x, y in all_tables.tolist()
    ]
    for procedure in procedures:
        expected = [drawn_p(*case, procedure) for case in cases]
        assert np.array_equal(rank_sum_counts(all_tables, procedure).p_value, expected)


def test_rank_sum_exact_untied(all_tables, every_procedure):
    procedures = [p for p in every_procedure["rank_sum"] if p.method == "exact_untied"]
    assert len(procedures) == 6
    cases = [(sum(x), sum(y), twice_u(x, y)) for x, y in all_tables.tolist()]
    for procedure in procedures:
        known = {case: untied_p(untied_u(*case[:2]), case[2], procedure) for case in set(cases)}
        got = rank_sum_counts(all_tables, procedure).p_value
        assert np.array_equal(got, [known[case] for case in cases])


@pytest.fixture(scope="module")
def all_differences():
    """Counts of the differences -2, -1, 0, 1, 2."""
    rows = np.array([x for n in range(1, LARGEST + 1) for x in compositions(n, 5)])
    assert len(rows) == comb(LARGEST + 5, 5) - 1
    return rows


def midranks2(sizes):
    """Twice the mid-ranks of |difference| = 0, 1, 2, by averaging ranks."""
    ranks, start = [], 0
    for size in sizes:
        ranks.append(sum(range(start + 1, start + size + 1)) * 2 // size if size else 0)
        start += size
    return ranks


@cache
def flipped(ranks):
    """{2W+: number of sign patterns}, pattern by pattern."""
    outcomes = defaultdict(int)
    for signs in product((0, 1), repeat=len(ranks)):
        outcomes[sum(sign * rank for sign, rank in zip(signs, ranks, strict=True))] += 1
    return dict(outcomes)


def paired_case(row, zero_method):
    """Ranks of the changed pairs, twice W+ (zeros' share left out) and the untied statistic doubled."""
    down2, down1, zeros, up1, up2 = row
    ranked_zeros = 0 if zero_method == "drop" else zeros
    _, first, second = midranks2((ranked_zeros, down1 + up1, down2 + up2))
    ranks = (first,) * (down1 + up1) + (second,) * (down2 + up2)
    twice_w = up1 * first + up2 * second
    share = sum(range(1, zeros + 1)) if zero_method == "split" else 0  # half of the zeros' ranks, doubled
    return ranks, twice_w, twice_w + share


def test_signed_rank_exact(all_differences, every_procedure):
    rows = all_differences
    for procedure in every_procedure["signed_rank"]:
        if procedure.method == "asymptotic":
            continue
        expected = []
        for row in rows.tolist():
            ranks, twice_w, untied_w2 = paired_case(row, procedure.zero_method)
            if procedure.method == "exact":
                expected.append(enumerated_p(flipped(ranks), twice_w, sum(ranks), procedure))
            elif not ranks:
                expected.append(1.0)
            else:
                n = len(ranks) + (row[2] if procedure.zero_method != "drop" else 0)
                outcomes = flipped(tuple(range(1, n + 1)))
                values = np.repeat(list(outcomes), list(outcomes.values()))
                expected.append(untied_p(values, untied_w2, procedure))
        got = signed_rank_counts(rows[:, [1, 0]], rows[:, [3, 4]], rows[:, 2], procedure)
        assert np.array_equal(got.p_value, expected), procedure
