"""Other tests of the same tables against the functions of scipy and statsmodels, on every small table."""

import warnings
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import contingency_tables

from oxymilk.stats import other_tests, two_by_two

SMALL = np.array(list(product(range(5), repeat=4))).reshape(-1, 2, 2)
LARGER = np.array([[[10, 0], [3, 7]], [[1, 8], [15, 6]], [[30, 20], [15, 35]], [[40, 20], [100, 110]]])
TABLES = np.concatenate([SMALL, LARGER])
FULL = [i for i, t in enumerate(TABLES) if t.sum(axis=0).all() and t.sum(axis=1).all()]
EMPTY = sorted(set(range(len(TABLES))) - set(FULL))
WIDE = np.array(
    [
        [[3, 1, 2], [1, 1, 4]],
        [[3, 0, 2], [1, 0, 4]],
        [[5, 5, 0], [0, 0, 7]],
        [[1, 2, 3], [0, 0, 0]],
        # a group of one, a level of one
        [[1, 0, 0], [2, 1, 3]],
    ]
)


def close(ours, theirs, rel=1e-10):
    assert ours == pytest.approx(theirs, rel=rel, abs=1e-300)


# ---- pairs ---------------------------------------------------------------------------------------------


def test_mcnemar():
    down, up = np.array(list(product(range(31), repeat=2))).T
    exact, plain = two_by_two.mcnemar_exact(down, up), two_by_two.mcnemar(down, up)
    edwards, of_r = two_by_two.mcnemar_edwards(down, up), two_by_two.mcnemar_edwards_r(down, up)
    for i, (b, c) in enumerate(zip(down.tolist(), up.tolist(), strict=True)):
        if b + c == 0:
            assert (exact[i], plain[i], edwards[i], of_r[i]) == (1, 1, 1, 1)
            continue
        table = [[0, b], [c, 0]]
        close(exact[i], contingency_tables.mcnemar(table, exact=True).pvalue)
        close(exact[i], stats.binomtest(b, b + c).pvalue)
        close(plain[i], contingency_tables.mcnemar(table, exact=False, correction=False).pvalue)
        close(edwards[i], contingency_tables.mcnemar(table, exact=False, correction=True).pvalue)
        assert of_r[i] == (1 if b == c else edwards[i])


def test_paired_t():
    rng = np.random.default_rng(1)
    sizes = np.array([0.5, 1, 7])
    for _ in range(40):
        negative, positive = rng.integers(0, 3, (2, 3))
        zeros = rng.integers(0, 4)
        differences = np.repeat(np.concatenate([-sizes, sizes, [0]]), [*negative, *positive, zeros])
        p = other_tests.paired_t(negative, positive, zeros, sizes)
        if len(differences) < 2 or np.ptp(differences) == 0:
            assert p == 1 if len(differences) and not differences.any() else np.isnan(p) or p == 1
            continue
        close(float(p), stats.ttest_1samp(differences, 0).pvalue)


def test_paired_t_without_variance():
    sizes = np.array([1.0])
    assert other_tests.paired_t([0], [0], 9, sizes) == 1
    assert np.isnan(other_tests.paired_t([0], [9], 0, sizes))
    assert np.isnan(other_tests.paired_t([0], [1], 0, sizes))
    # the same decimal many times is no variance, whatever its binary form
    assert np.isnan(other_tests.paired_t([0], [7], 0, np.array([0.1])))


def test_paired_t_of_many_datasets():
    """By hand, two differences of 1 and 5: mean 3, variance 8, t = 3 / 2; one degree of freedom is Cauchy's."""
    negative, positive = np.array([[0, 0], [1, 0], [0, 0]]), np.array([[1, 1], [2, 3], [0, 0]])
    zeros, sizes = np.array([0, 4, 2]), np.array([1, 5])
    p = other_tests.paired_t(negative, positive, zeros, sizes)
    close(p[0], 1 - 2 * np.arctan(1.5) / np.pi)
    close(p[1], stats.ttest_1samp([-1, 1, 1, 5, 5, 5, 0, 0, 0, 0], 0).pvalue)
    assert p[2] == 1
    turned = other_tests.paired_t(positive[:, None], negative[:, None], zeros[:, None], sizes)
    assert turned.tolist() == p[:, None].tolist()


# ---- two groups ----------------------------------------------------------------------------------------


def margins(tables):
    rows, columns = tables.sum(axis=-1).astype(float), tables.sum(axis=-2).astype(float)
    return rows, columns, rows.sum(axis=-1)


def test_chi_squares_by_their_formulas():
    """n (ad - bc)^2 / (product of the margins); Yates takes n / 2 from |ad - bc|; likelihood 2 sum O log(O n / r c)."""
    plain, yates = two_by_two.chi_square(TABLES), two_by_two.chi_square_yates(TABLES)
    ratio = two_by_two.likelihood_ratio(TABLES)
    full = TABLES[FULL]
    rows, columns, n = margins(full)
    cross = np.abs(full[:, 0, 0] * full[:, 1, 1] - full[:, 0, 1] * full[:, 1, 0])
    product_of_margins = rows.prod(axis=1) * columns.prod(axis=1)
    close(plain[FULL], stats.chi2.sf(n * cross**2 / product_of_margins, 1))
    corrected = np.maximum(cross - n / 2, 0)
    close(yates[FULL], stats.chi2.sf(n * corrected**2 / product_of_margins, 1))
    odds = full * n[:, None, None] / (rows[:, :, None] * columns[:, None, :])
    g = 2 * (full * np.log(np.where(full > 0, odds, 1))).sum(axis=(1, 2))
    # near p = 1 the statistic is a rounding error
    apart = g > 1e-12
    close(ratio[FULL][apart], stats.chi2.sf(g[apart], 1))
    assert ratio[FULL][~apart] == pytest.approx(1, abs=1e-6)
    for p in (plain, yates, ratio):
        assert p[EMPTY].tolist() == [1.0] * len(EMPTY)


def test_chi_squares_of_scipy():
    some = TABLES[FULL[::9]]
    plain, yates = two_by_two.chi_square(some), two_by_two.chi_square_yates(some)
    ratio = two_by_two.likelihood_ratio(some)
    for i, table in enumerate(some):
        close(plain[i], stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)
        close(yates[i], stats.chi2_contingency(table, correction=True).pvalue, rel=1e-9)
        g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert ratio[i] == pytest.approx(g.pvalue, rel=1e-9, abs=1e-7 if g.statistic < 1e-12 else 0)


def test_more_than_two_levels():
    for table, plain, ratio in zip(
        WIDE, two_by_two.chi_square(WIDE), two_by_two.likelihood_ratio(WIDE), strict=True
    ):
        used = table[:, table.sum(axis=0) > 0]
        if not used.sum(axis=1).all():
            assert (plain, ratio) == (1, 1)
            continue
        close(plain, stats.chi2_contingency(used, correction=False).pvalue)
        close(ratio, stats.chi2_contingency(used, correction=False, lambda_="log-likelihood").pvalue)
    for test in (
        two_by_two.chi_square_yates,
        two_by_two.fisher,
        two_by_two.fisher_one_sided,
        two_by_two.boschloo,
    ):
        p = test(WIDE)
        assert np.isnan(p[[0, 2, 3, 4]]).all()  # three levels occur
        assert p[1] == test(WIDE[1][:, [0, 2]])  # the middle level occurs nowhere


def fisher_by_counting(table):
    """Two-sided p, and the tails: of all tables of the margins with at most as many ways, or few, or many successes."""
    (a, b), (c, d) = table.tolist()
    n1, n2, m = a + b, c + d, b + d
    ways = {k: comb(n1, k) * comb(n2, m - k) for k in range(max(0, m - n2), min(n1, m) + 1)}
    tails = [w for w in ways.values() if w <= ways[b]], [ways[k] for k in ways if k <= b]
    return [Fraction(sum(t), comb(n1 + n2, m)) for t in (*tails, [ways[k] for k in ways if k >= b])]


def test_fisher_by_counting():
    both, one = two_by_two.fisher(TABLES), two_by_two.fisher_one_sided(TABLES)
    for i, table in enumerate(TABLES):
        p, *tails = fisher_by_counting(table)
        close(both[i], float(p))
        close(one[i], float(min(tails)))
    assert max(both.max(), one.max()) == 1
    assert both[EMPTY].tolist() == one[EMPTY].tolist() == [1.0] * len(EMPTY)


def test_fisher_of_scipy():
    some = np.concatenate([TABLES[FULL[::9]], LARGER])
    both, one = two_by_two.fisher(some), two_by_two.fisher_one_sided(some)
    for i, table in enumerate(some):
        close(both[i], stats.fisher_exact(table).pvalue)
        close(one[i], min(stats.fisher_exact(table, alternative=a).pvalue for a in ("less", "greater")))


def largest_chance(ways, n):
    """Maximise sum of ways[m] x^m (1 - x)^(n - m): its ends, and where it is level (x / (1 - x) is a root)."""
    mean = np.array([ways[m] / comb(n, m) for m in range(n + 1)])
    slopes = np.diff(mean) * [comb(n - 1, m) for m in range(n)]
    roots = np.roots(slopes[::-1])
    odds = roots[(abs(roots.imag) < 1e-6 * abs(roots)) & (roots.real > 0)].real
    x = odds / (1 + odds)
    inside = [sum(ways[m] * v**m * (1 - v) ** (n - m) for m in range(n + 1)) for v in x]
    return max(mean[0], mean[-1], *inside)


@pytest.mark.parametrize(("n1", "n2"), [(3, 4), (1, 3), (2, 1), (7, 2), (5, 5)])
def test_boschloo_by_polynomials(n1, n2):
    """The chance of a smaller tail of Fisher's is a polynomial of the common share."""
    successes = list(product(range(n1 + 1), range(n2 + 1)))
    tables = np.array([[[n1 - a, a], [n2 - b, b]] for a, b in successes])
    tails = [fisher_by_counting(table)[1:] for table in tables]
    p = two_by_two.boschloo(tables)
    for ours, seen in zip(p, tails, strict=True):
        sides = []
        for side in (0, 1):
            ways = [0] * (n1 + n2 + 1)
            for (a, b), tail in zip(successes, tails, strict=True):
                if tail[side] <= seen[side]:
                    ways[a + b] += comb(n1, a) * comb(n2, b)
            sides.append(largest_chance(ways, n1 + n2))
        close(ours, min(1, 2 * min(sides)))
    assert p.max() <= 1
    for turned in (tables[:, ::-1], tables[:, :, ::-1]):
        close(two_by_two.boschloo(turned), p)


def test_the_largest_chance_wherever_it_is():
    """The chance of m of 4 is largest at a share of m / 4; that of nothing is 0 at every share."""
    one_margin = np.eye(5)
    largest = two_by_two._largest_mixture(np.concatenate([one_margin, np.zeros((1, 5))]), 4)
    close(largest, [*stats.binom.pmf(range(5), 4, np.arange(5) / 4), 0])


def test_boschloo_of_scipy():
    some = np.concatenate([TABLES[FULL[::60]], LARGER[:2]])
    p = two_by_two.boschloo(some)
    for table, ours in zip(some, p, strict=True):
        # scipy holds the columns fixed, and searches the share numerically
        close(ours, min(1, stats.boschloo_exact(table.T, n=128).pvalue), rel=1e-8)
    assert two_by_two.boschloo(TABLES[EMPTY]).tolist() == [1.0] * len(EMPTY)


@pytest.mark.parametrize("cells", [1, 50, 75])
def test_boschloo_takes_only_so_many_tables_at_a_time(monkeypatch, cells):
    """Each table that is tested is compared with all (n1 + 1) (n2 + 1) tables of its groups."""
    tables = TABLES[60:90]
    whole, parts = two_by_two.boschloo(tables), []

    def one_part(first, second, n1, n2, run=two_by_two._boschloo):
        parts.append((n1, n2, len(first)))
        return run(first, second, n1, n2)

    monkeypatch.setattr(two_by_two, "_BOSCHLOO_CELLS", cells)
    monkeypatch.setattr(two_by_two, "_boschloo", one_part)
    close(two_by_two.boschloo(tables), whole)
    for n1, n2 in {part[:2] for part in parts}:
        wanted = int((tables.sum(axis=2) == (n1, n2)).all(axis=1).sum())
        most = max(1, cells // ((n1 + 1) * (n2 + 1)))
        sizes = sorted(part[2] for part in parts if part[:2] == (n1, n2))
        assert sizes == sorted([most] * (wanted // most) + [wanted % most] * (wanted % most > 0))


def test_two_levels():
    fours, two = two_by_two.two_level_tables(
        [
            [[0, 3, 0, 1], [0, 2, 0, 4]],
            [[0, 0, 3, 0], [0, 0, 2, 0]],
            [[1, 0, 0, 0], [0, 0, 0, 5]],
            [[2, 0, 0, 0], [0, 0, 0, 0]],
            [[1, 1, 0, 1], [0, 0, 0, 0]],
        ]
    )
    assert two.tolist() == [True, True, True, True, False]
    assert fours[:4].tolist() == [[[3, 1], [2, 4]], [[0, 3], [0, 2]], [[1, 0], [0, 5]], [[0, 2], [0, 0]]]
    fours, two = two_by_two.two_level_tables(np.zeros((2, 3), int))
    assert (fours.tolist(), two) == ([[0, 0], [0, 0]], True)


@pytest.mark.parametrize(
    "test",
    [
        two_by_two.chi_square,
        two_by_two.likelihood_ratio,
        two_by_two.chi_square_yates,
        two_by_two.fisher,
        two_by_two.fisher_one_sided,
        two_by_two.boschloo,
        lambda tables: other_tests.student_t(tables, [0, 1]),
        lambda tables: other_tests.welch_t(tables, [0, 1]),
        lambda tables: other_tests.linear_by_linear(tables, [0, 1]),
    ],
)
def test_one_p_value_a_table_whatever_the_axes(test):
    tables = TABLES[300:312]
    p = test(tables)
    assert np.array_equal(test(tables.reshape(2, 3, 2, 2, 2)), p.reshape(2, 3, 2), equal_nan=True)
    assert test(tables[5]).shape == ()
    assert test(tables[:0]).shape == (0,)


def expand(table, scores):
    return [np.repeat(scores, row) for row in table]


@pytest.mark.parametrize("offset", [0, 1e6])
def test_t_tests(offset):
    scores = np.array([0, 1, 5]) + offset
    tables = np.array(list(product(range(3), repeat=6))).reshape(-1, 2, 3)
    tables = tables[tables.sum(axis=-1).all(axis=-1)]
    student, welch = other_tests.student_t(tables, scores), other_tests.welch_t(tables, scores)
    for i, table in enumerate(tables):
        x, y = expand(table, scores)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = [stats.ttest_ind(x, y, equal_var=equal).pvalue for equal in (True, False)]
        for ours, theirs in zip((student[i], welch[i]), expected, strict=True):
            if len({*x, *y}) == 1:
                assert ours == 1
            elif np.ptp(x) == 0 and np.ptp(y) == 0:
                assert np.isnan(ours)  # a difference without variance: no program prints p
            elif np.isnan(theirs):
                assert np.isnan(ours)  # Welch with a group of one
            else:
                assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_t_tests_know_neither_unit_nor_origin(unit):
    tables, sizes = WIDE[:3], np.array([1, 2, 5])
    for test in (other_tests.student_t, other_tests.welch_t, other_tests.linear_by_linear):
        close(test(tables, unit * np.array([0, 1, 5])), test(tables, [0, 1, 5]))
        close(test(tables, unit + np.array([0, 1, 5])), test(tables, [0, 1, 5]))
    given = [1, 0, 2], [4, 3, 1], 2
    close(other_tests.paired_t(*given, unit * sizes), float(other_tests.paired_t(*given, sizes)))


def test_t_tests_of_the_smallest_groups():
    """One against one has no degree of freedom; one against two has one, in Student's test only."""
    scores = [0, 1, 5]
    one_one, one_two = [[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [0, 1, 1]]
    two_two, nobody = [[1, 1, 0], [0, 1, 1]], [[0, 0, 0], [0, 1, 1]]
    equal, apart = [[3, 0, 0], [4, 0, 0]], [[3, 0, 0], [0, 4, 0]]
    for test in (other_tests.student_t, other_tests.welch_t):
        p = test([equal, apart, two_two], scores)
        assert p[0] == 1
        assert np.isnan(p).tolist() == [False, True, False]
        assert test([nobody, two_two], scores)[1] == p[2]
    p = other_tests.linear_by_linear([equal, two_two], scores)
    assert p[0] == 1
    assert p[1] == other_tests.linear_by_linear(two_two, scores) < 1
    assert np.isnan(other_tests.student_t([one_one, nobody], scores)).all()
    assert np.isnan(other_tests.welch_t([one_one, one_two, nobody], scores)).all()
    # by hand: means 0 and 3, variance 8, t = -3 / sqrt(8 * 3 / 2); with one degree of freedom t is Cauchy's
    p = 1 - 2 * np.arctan(3 / 12**0.5) / np.pi
    close(float(other_tests.student_t(one_two, scores)), p)
    # means 1/2 and 3, variances 1/2 and 8
    t, df = 2.5 / 4.25**0.5, 4.25**2 / (0.25**2 + 4**2)
    close(float(other_tests.welch_t(two_two, scores)), 2 * stats.t.sf(t, df))


def test_linear_by_linear():
    tables, scores = (
        np.concatenate([WIDE[:3], SMALL[FULL[:40]] @ np.array([[1, 0, 0], [0, 0, 1]])]),
        [0, 1, 4],
    )
    p = other_tests.linear_by_linear(tables, np.array(scores))
    for table, ours in zip(tables, p, strict=True):
        table = np.asarray(table)
        result = contingency_tables.Table(table, shift_zeros=False).test_ordinal_association(
            row_scores=np.arange(2), col_scores=np.array(scores)
        )
        close(ours, float(result.pvalue), rel=1e-9)
    # exactly, though thirds and sevenths do not cancel
    for one_group in (WIDE[3], WIDE[3][::-1], [[7, 8, 2], [0, 0, 0]], [[3, 5, 4], [0, 0, 0]]):
        assert other_tests.linear_by_linear(one_group, np.array([1e8 / 3, 3e7 / 7, 7.7e9 / 3])) == 1
    assert other_tests.linear_by_linear([[5, 0, 0], [4, 0, 0]], np.array(scores)) == 1


@pytest.mark.parametrize(
    "test",
    [
        two_by_two.chi_square,
        two_by_two.likelihood_ratio,
        two_by_two.chi_square_yates,
        two_by_two.fisher,
        two_by_two.fisher_one_sided,
        two_by_two.boschloo,
        lambda tables: other_tests.student_t(tables, [0, 1]),
        lambda tables: other_tests.welch_t(tables, [0, 1]),
        lambda tables: other_tests.linear_by_linear(tables, [0, 1]),
    ],
)
def test_broken_tables_are_refused(test):
    for broken, message in (
        ([[1, -1], [0, 2]], "^tables: a count is negative"),
        ([[1, 0.5], [0, 2]], "^tables: counts must be whole"),
        ([1, 2], "^tables: at least 2 axes"),
    ):
        with pytest.raises(ValueError, match=message):
            test(broken)


def test_broken_changes_are_refused():
    for test in (two_by_two.mcnemar_exact, two_by_two.mcnemar, two_by_two.mcnemar_edwards_r):
        for counts, message in (
            ((-1, 2), "^down: a count is negative"),
            ((2, 0.5), "^up: counts must be whole"),
        ):
            with pytest.raises(ValueError, match=message):
                test(*counts)
    good = {"negative": [1], "positive": [2], "zeros": 3}
    for name in good:
        with pytest.raises(ValueError, match=f"^{name}: a count is negative"):
            other_tests.paired_t(**{**good, name: -np.ones_like(good[name])}, sizes=np.array([1.0]))
    for name in ("negative", "positive"):
        with pytest.raises(ValueError, match=f"^{name}: at least 1 axes"):
            other_tests.paired_t(**{**good, name: 1}, sizes=np.array([1.0]))


def test_no_change_and_one_change():
    """By hand: chi-square (1 - 1)^2 / 1 = 0 with Edwards' correction, 1^2 / 1 without."""
    assert two_by_two.mcnemar_exact([0, 1, 2], [0, 0, 2]).tolist() == [1, 1, 1]
    assert two_by_two.mcnemar_edwards(1, 0) == 1
    assert two_by_two.mcnemar(1, 0) == pytest.approx(stats.chi2.sf(1, 1), rel=1e-12)
    assert two_by_two.mcnemar_edwards(2, 2) == pytest.approx(stats.chi2.sf(1 / 4, 1), rel=1e-12)
    assert two_by_two.mcnemar_edwards_r([2, 0, 4], [2, 0, 1]).tolist() == [
        1,
        1,
        two_by_two.mcnemar_edwards(4, 1),
    ]
