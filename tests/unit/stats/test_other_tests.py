"""Other tests of the same tables against scipy, statsmodels and counting, on every small table."""

import warnings
from fractions import Fraction
from itertools import product
from math import comb, prod

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import contingency_tables

from oxymilk.stats.count_tables import exact_tests
from oxymilk.stats.datasets import Groups, Pairs
from oxymilk.stats.other_tests import OTHER

SMALL = np.array(list(product(range(4), repeat=4))).reshape(-1, 2, 2)
# eight hundred against eight hundred: a search of all tables would need gigabytes
LARGER = np.array([[[1, 8], [15, 6]], [[30, 20], [15, 35]], [[40, 20], [100, 110]], [[300, 500], [340, 460]]])
TABLES = np.concatenate([SMALL, LARGER])
FULL = TABLES[TABLES.any(axis=1).all(axis=1) & TABLES.any(axis=2).all(axis=1)]
EMPTY = TABLES[~(TABLES.any(axis=1).all(axis=1) & TABLES.any(axis=2).all(axis=1))]
# the second has no middle level, the fourth a group and a level of one, the fifth nobody in the second group
WIDE = np.array([
    [[3, 1, 2], [1, 1, 4]], [[3, 0, 2], [1, 0, 4]], [[5, 5, 0], [0, 0, 7]], [[1, 0, 0], [2, 1, 3]],
    [[1, 2, 3], [0, 0, 0]],
])  # fmt: skip
TWO_LEVELS = ("chi_square_yates", "fisher", "fisher_one_sided")


def groups(tables, scores=None):
    tables = np.array(tables)
    return Groups(tables, np.arange(float(tables.shape[-1])) if scores is None else np.array(scores, float))


def pairs(negative, positive, zeros, sizes, levels=2):
    counts = map(np.array, (negative, positive, zeros))
    return Pairs(*counts, np.array(sizes, float), np.broadcast_to(levels, np.shape(zeros)))


def changes(down, up):
    """Pairs of two levels."""
    return pairs(np.array(down)[:, None], np.array(up)[:, None], np.ones(len(down), int), [1])


def run(name, data):
    return OTHER[name](data)


def close(ours, theirs, rel=1e-10):
    assert ours == pytest.approx(theirs, rel=rel, abs=1e-300)


def test_mcnemar_and_sign():
    down, up = np.array(list(product(range(16), repeat=2))).T
    names = ("mcnemar_exact", "mcnemar", "mcnemar_edwards", "mcnemar_edwards_r")
    exact, plain, edwards, of_r = (run(name, changes(down, up)) for name in names)
    for i, (b, c) in enumerate(zip(down.tolist(), up.tolist(), strict=True)):
        if b + c == 0:
            assert (exact[i], plain[i], edwards[i], of_r[i]) == (1, 1, 1, 1)
            continue
        table = [[0, b], [c, 0]]
        close(exact[i], contingency_tables.mcnemar(table, exact=True).pvalue)
        close(plain[i], contingency_tables.mcnemar(table, exact=False, correction=False).pvalue)
        close(edwards[i], contingency_tables.mcnemar(table, exact=False, correction=True).pvalue)
        assert of_r[i] == (1 if b == c else edwards[i])
    # the sign test is for any number of levels
    data = pairs([[1, 0], [0, 2]], [[1, 2], [1, 0]], [2, 0], [1, 2], [2, 3])
    for name in names:
        assert np.isnan(run(name, data)).tolist() == [False, True]
    assert run("sign_exact", data).tolist() == [0.625, 1]
    assert run("sign_exact", changes(down, up)).tolist() == exact.tolist()
    assert run("sign_corrected", changes(down, up)).tolist() == edwards.tolist()


def test_paired_t():
    rng = np.random.default_rng(1)
    sizes = np.array([0.5, 1, 7])
    negative, positive = rng.integers(0, 3, (2, 40, 3))
    zeros = rng.integers(0, 4, 40)
    for i, p in enumerate(run("paired_t", pairs(negative, positive, zeros, sizes))):
        differences = [*np.repeat(-sizes, negative[i]), *np.repeat(sizes, positive[i]), *[0] * zeros[i]]
        if len(set(differences)) > 1:
            close(p, stats.ttest_1samp(differences, 0).pvalue)
    # rises of 1 and 5: mean 3, standard error 2, one degree of freedom, where t is Cauchy's; no change; one change
    p = run("paired_t", pairs([[0, 0]] * 4, [[1, 1], [0, 0], [1, 0], [3, 0]], [0, 2, 0, 0], [1, 5]))
    close(p[0], 1 - 2 * np.arctan(1.5) / np.pi)
    assert (p[1], np.isnan(p[2:]).tolist()) == (1, [True, True])


def test_chi_squares_by_their_formulas():
    """n (ad - bc)^2 / (product of the margins); Yates takes n / 2 from |ad - bc|; likelihood 2 sum O log(O n / r c)."""
    names = "chi_square", "chi_square_yates", "likelihood_ratio"
    plain, yates, ratio = (run(name, groups(FULL)) for name in names)
    rows, columns = FULL.sum(axis=2).astype(float), FULL.sum(axis=1).astype(float)
    n, margins = rows.sum(axis=1), rows.prod(axis=1) * columns.prod(axis=1)
    cross = np.abs(FULL[:, 0, 0] * FULL[:, 1, 1] - FULL[:, 0, 1] * FULL[:, 1, 0])
    close(plain, stats.chi2.sf(n * cross**2 / margins, 1))
    close(yates, stats.chi2.sf(n * np.maximum(cross - n / 2, 0) ** 2 / margins, 1))
    odds = FULL * n[:, None, None] / (rows[:, :, None] * columns[:, None, :])
    g = 2 * (FULL * np.log(np.where(FULL > 0, odds, 1))).sum(axis=(1, 2))
    apart = g > 1e-12  # near p = 1 the statistic is a rounding error
    close(ratio[apart], stats.chi2.sf(g[apart], 1))
    assert ratio[~apart] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", ["chi_square", "likelihood_ratio", *TWO_LEVELS, "linear_by_linear"])
def test_an_empty_margin_leaves_nothing_to_test(name):
    assert run(name, groups(EMPTY)).tolist() == [1.0] * len(EMPTY)


def test_more_than_two_levels():
    plain, ratio = run("chi_square", groups(WIDE)), run("likelihood_ratio", groups(WIDE))
    for table, p, q in zip(WIDE[:4], plain, ratio, strict=False):
        used = table[:, table.any(axis=0)]
        close(p, stats.chi2_contingency(used, correction=False).pvalue)
        close(q, stats.chi2_contingency(used, correction=False, lambda_="log-likelihood").pvalue)
    for name in TWO_LEVELS:
        p = run(name, groups(WIDE))
        assert np.isnan(p).tolist() == [True, False, True, True, True]
        assert p[1] == run(name, groups(WIDE[[1]][:, :, [0, 2]]))[0]


def test_fisher_by_counting():
    """All tables of the margins with at most as many ways, with few and with many successes."""
    both, one = run("fisher", groups(FULL)), run("fisher_one_sided", groups(FULL))
    for i, ((a, b), (c, d)) in enumerate(FULL.tolist()):
        n1, n2, m = a + b, c + d, b + d
        ways = {k: comb(n1, k) * comb(n2, m - k) for k in range(max(0, m - n2), min(n1, m) + 1)}
        rare = sum(way for way in ways.values() if way <= ways[b])
        tails = sum(ways[k] for k in ways if k <= b), sum(ways[k] for k in ways if k >= b)
        assert both[i] == float(Fraction(rare, comb(n1 + n2, m)))
        assert one[i] == float(Fraction(min(tails), comb(n1 + n2, m)))
        close(exact_tests(FULL[i])["fisher"], both[i])
    for table, p, q in zip(LARGER, both[-4:], one[-4:], strict=True):
        close(p, stats.fisher_exact(table).pvalue)
        close(q, min(stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")))


def test_freeman_halton_by_enumeration_and_r():
    for totals in product(range(3), repeat=3):
        shares = list(product(*(range(total + 1) for total in totals)))
        for first in shares:
            second = [total - n for total, n in zip(totals, first, strict=True)]
            ways = [prod(map(comb, totals, other)) for other in shares if sum(other) == sum(first)]
            rare = sum(way for way in ways if way <= prod(map(comb, totals, first)))
            close(exact_tests(np.array([first, second]))["fisher"], rare / sum(ways))
    # R 4.2.2: fisher.test(rbind(c(5,3,2), c(1,4,5)))$p.value, fisher.test(rbind(c(4,5,1), c(4,4,2)))$p.value
    for table, p_value in (
        ([[5, 3, 2], [1, 4, 5]], 0.201703868886529),
        ([[4, 5, 1], [4, 4, 2]], 0.999999999999992),
    ):
        assert exact_tests(np.array(table))["fisher"] == pytest.approx(p_value, abs=1e-12)
    assert exact_tests(np.full((2, 6), 100)) == {}


@pytest.mark.parametrize("offset", [0, 1e6])
def test_t_tests(offset):
    scores = np.array([0, 1, 5]) + offset
    tables = np.array(list(product(range(3), repeat=6))).reshape(-1, 2, 3)[::13]
    tables = tables[tables.any(axis=2).all(axis=1)]
    student, welch = (run(name, groups(tables, scores)) for name in ("student_t", "welch_t"))
    for i, table in enumerate(tables):
        x, y = (np.repeat(scores, row) for row in table)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = [stats.ttest_ind(x, y, equal_var=equal).pvalue for equal in (True, False)]
        for ours, theirs in zip((student[i], welch[i]), expected, strict=True):
            if len({*x, *y}) == 1:
                assert ours == 1
            elif np.isnan(theirs) or (np.ptp(x) == 0 and np.ptp(y) == 0):
                assert np.isnan(ours)  # no variance, or Welch with a group of one: no program prints p
            else:
                assert ours == pytest.approx(theirs, rel=1e-9)


def test_t_tests_of_the_smallest_groups():
    """One against two: means 0 and 3, variance 8, t = -3 / sqrt(8 * 3 / 2); with one degree of freedom Cauchy's."""
    one_two = groups([[[1, 0, 0], [0, 1, 1]], [[1, 0, 0], [0, 1, 0]]], [0, 1, 5])
    p = run("student_t", one_two)
    close(p[0], 1 - 2 * np.arctan(3 / 12**0.5) / np.pi)
    assert np.isnan([p[1], *run("welch_t", one_two)]).all()
    # means 1/2 and 3, variances 1/2 and 8
    t, df = 2.5 / 4.25**0.5, 4.25**2 / (0.25**2 + 4**2)
    close(run("welch_t", groups([[[1, 1, 0], [0, 1, 1]]], [0, 1, 5]))[0], 2 * stats.t.sf(t, df))


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_t_tests_know_neither_unit_nor_origin(unit):
    scores = np.array([0, 1, 5])
    for name in ("student_t", "welch_t", "linear_by_linear"):
        plain = run(name, groups(WIDE[:3], scores))
        close(run(name, groups(WIDE[:3], unit * scores)), plain)
        close(run(name, groups(WIDE[:3], unit + scores)), plain)
    counts = [[1, 0, 2]], [[4, 3, 1]], [2]
    close(run("paired_t", pairs(*counts, unit * scores)), run("paired_t", pairs(*counts, scores)))


def test_linear_by_linear():
    tables, scores = [*WIDE[:3], *(FULL[:40] @ np.array([[1, 0, 0], [0, 0, 1]]))], [0, 1, 4]
    for table, ours in zip(tables, run("linear_by_linear", groups(tables, scores)), strict=True):
        test = contingency_tables.Table(table, shift_zeros=False).test_ordinal_association
        close(ours, float(test(np.arange(2), np.array(scores)).pvalue), rel=1e-9)
    # exactly, though thirds and sevenths do not cancel
    alone = groups([WIDE[4], WIDE[4][::-1], [[7, 8, 2], [0, 0, 0]]], [1e8 / 3, 3e7 / 7, 7.7e9 / 3])
    assert run("linear_by_linear", alone).tolist() == [1, 1, 1]


def test_one_tail_is_at_most_one_half():
    # U at its mean and corrected past it: one tail is at most one half; all values equal: 1
    p = run("rank_sum_half_corrected", groups([[[1, 1], [1, 1]], [[0, 2], [0, 3]]]))
    assert p.tolist() == [pytest.approx(stats.norm.sf(0.5 / (4 / 3) ** 0.5), rel=1e-12), 1]
