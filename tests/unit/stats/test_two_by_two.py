"""Other tests of the same tables against the functions of scipy and statsmodels, on every small table."""

import warnings
from itertools import product

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
    [[[3, 1, 2], [1, 1, 4]], [[3, 0, 2], [1, 0, 4]], [[5, 5, 0], [0, 0, 7]], [[1, 2, 3], [0, 0, 0]]]
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


# ---- two groups ----------------------------------------------------------------------------------------


def test_chi_squares():
    plain, yates = two_by_two.chi_square(TABLES), two_by_two.chi_square_yates(TABLES)
    ratio = two_by_two.likelihood_ratio(TABLES)
    for i in FULL:
        table = TABLES[i]
        close(plain[i], stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)
        close(yates[i], stats.chi2_contingency(table, correction=True).pvalue, rel=1e-9)
        g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
        # near p = 1 the statistic is a rounding error
        assert ratio[i] == pytest.approx(g.pvalue, rel=1e-9, abs=1e-7 if g.statistic < 1e-12 else 0)
    for p in (plain, yates, ratio):
        assert p[EMPTY].tolist() == [1.0] * len(EMPTY)


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
        assert np.isnan(p[[0, 2, 3]]).all()  # three levels occur
        assert p[1] == test(WIDE[1][:, [0, 2]])  # the middle level occurs nowhere


def test_fisher():
    both, one = two_by_two.fisher(TABLES), two_by_two.fisher_one_sided(TABLES)
    for i in FULL:
        close(both[i], stats.fisher_exact(TABLES[i]).pvalue)
        tails = [stats.fisher_exact(TABLES[i], alternative=a).pvalue for a in ("less", "greater")]
        close(one[i], min(tails))
    assert both[EMPTY].tolist() == one[EMPTY].tolist() == [1.0] * len(EMPTY)


def test_boschloo():
    some = np.concatenate([TABLES[FULL][::9], LARGER[:3]])
    p = two_by_two.boschloo(some)
    for table, ours in zip(some, p, strict=True):
        # scipy holds the columns fixed, and searches the share numerically
        close(ours, min(1, stats.boschloo_exact(table.T, n=128).pvalue), rel=1e-8)
    assert two_by_two.boschloo(TABLES[EMPTY[:20]]).tolist() == [1.0] * 20
    for turned in (some[:, ::-1], some[:, :, ::-1]):
        close(two_by_two.boschloo(turned), p)


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
    assert other_tests.linear_by_linear(WIDE[3], np.array(scores)) == 1
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
