"""Distinct datasets in count space: what the rules look at, and each dataset alike alone and among others."""

from types import SimpleNamespace

import numpy as np
import pytest

from oxymilk import stats
from oxymilk.stats import Procedure, calculations, effects, other_tests, rules
from oxymilk.stats.calculations import OTHER, Groups, Pairs, smaller_tail

# falls by size, rises by size, zeros: 6 pairs tied in pairs of two sizes; 2 untied; 3 zeros only
NEGATIVE = np.array([[1, 0], [1, 0], [0, 0]])
POSITIVE = np.array([[1, 2], [0, 1], [0, 0]])
PAIRS = Pairs(NEGATIVE, POSITIVE, np.array([2, 0, 3]), np.array([1.0, 2.5]), np.array([False, False, True]))
TABLES = np.array([[[1, 0, 1], [0, 1, 0]], [[2, 0, 3], [1, 4, 0]], [[0, 2, 0], [0, 3, 0]]])
GROUPS = Groups(TABLES, np.array([0.0, 1.0, 3.0]))


def test_facts_of_pairs():
    facts = PAIRS.facts
    assert facts.n.tolist() == [6, 2, 3]
    assert facts.n_zero.tolist() == [2, 0, 3]
    assert facts.ties.tolist() == [True, False, False]
    assert facts.n_used.tolist() == [4, 2, 0]
    assert (facts.n1.tolist(), facts.n2.tolist()) == ([6, 2, 3], [0, 0, 0])
    assert [changes.tolist() for changes in PAIRS.changes] == [[1, 1, 0], [3, 1, 0]]


def test_facts_of_groups():
    facts = GROUPS.facts
    assert facts.n.tolist() == [3, 10, 5]
    assert facts.n_zero.tolist() == [0, 0, 0]
    assert (facts.n1.tolist(), facts.n2.tolist()) == ([2, 5, 2], [1, 5, 3])
    assert facts.ties.tolist() == [False, True, True]
    twice = Groups(np.array([[[1, 1], [1, 0]]]), np.array([0.0, 1.0]))
    assert twice.facts.ties.tolist() == [True]


@pytest.mark.parametrize("name", sorted(OTHER))
def test_a_dataset_is_alike_alone_and_among_others(name):
    calculate = OTHER[name][1]
    try:
        many = calculate(PAIRS)
        alone = [
            calculate(
                Pairs(NEGATIVE[[i]], POSITIVE[[i]], PAIRS.zeros[[i]], PAIRS.sizes, PAIRS.dichotomous[[i]])
            )
            for i in range(3)
        ]
    except AttributeError:
        # a test of two groups
        many = calculate(GROUPS)
        alone = [calculate(Groups(TABLES[[i]], GROUPS.scores)) for i in range(3)]
    assert np.array_equal(many, np.concatenate(alone), equal_nan=True)
    assert many.shape == (3,)


def test_mcnemar_is_for_two_levels():
    for name, values in (
        ("mcnemar_exact", 1),
        ("mcnemar", 1),
        ("mcnemar_edwards", 1),
        ("mcnemar_edwards_r", 1),
    ):
        assert np.isnan(OTHER[name][1](PAIRS)).tolist() == [True, True, False]
        assert OTHER[name][1](PAIRS)[2] == values


def test_the_smaller_tail():
    for procedure in (Procedure("asymptotic"), Procedure("exact")):
        tails = [GROUPS.rank(procedure.with_alternative(a)).p_value for a in ("less", "greater")]
        assert smaller_tail(GROUPS, procedure).tolist() == np.minimum(*tails).tolist()
        assert smaller_tail(GROUPS, procedure)[1] < max(tails[0][1], tails[1][1])


def test_t_of_sas_at_its_edges():
    """21 differences and z = 2: t = 2 sqrt(20 / (21 - 4)); none with 20, none where z^2 = n."""
    from scipy import stats

    p = other_tests.sas_signed_rank_t([2.0, 2.0, 21**0.5], [21, 20, 21])
    assert p[0] == pytest.approx(2 * stats.t.sf(2 * (20 / 17) ** 0.5, 20), rel=1e-12)
    assert np.isnan(p[1:]).all()
    assert other_tests.sas_rank_sum_t([-2], [2]) == pytest.approx(2 * stats.t.sf(2, 1), rel=1e-12)
    assert other_tests.rank_sum_half_corrected([1.0, 0.7, 0.2]) == pytest.approx([1, 0.3, 0.2], rel=1e-15)


def test_t_tests_of_the_smallest_groups():
    """Two against one, by hand: x = 0, 2 and y = 3: t = -2 / sqrt(2 (1/2 + 1)), one degree of freedom."""
    from scipy import stats

    scores = np.array([0, 2, 3])
    tables = np.array(
        [[[1, 1, 0], [0, 0, 1]], [[0, 0, 1], [1, 1, 0]], [[1, 0, 0], [0, 1, 0]], [[1, 0, 0], [1, 0, 0]]]
    )
    student, welch = other_tests.student_t(tables, scores), other_tests.welch_t(tables, scores)
    assert student[:2] == pytest.approx(2 * stats.t.sf(2 / 3**0.5, 1), rel=1e-12)
    assert np.isnan(student[2])
    assert np.isnan(welch[:3]).all()
    assert (student[3], welch[3]) == (1, 1)
    # variances of 0.005: small, but not none
    small = np.array([[[1, 1, 0, 0], [0, 0, 1, 1]]])
    p = other_tests.student_t(small, [0, 0.1, 0.2, 0.3])
    assert p == pytest.approx(stats.ttest_ind([0, 0.1], [0.2, 0.3]).pvalue, rel=1e-9)


def test_paired_t_of_two_pairs():
    """Rises of 1 and 3: mean 2, standard error 1, one degree of freedom."""
    from scipy import stats

    p = other_tests.paired_t([0, 0], [1, 1], 0, np.array([1.0, 3.0]))
    assert p == pytest.approx(2 * stats.t.sf(2, 1), rel=1e-12)


# ---- what runs when the module is loaded, called by itself -------------------------------------------------


def test_a_test_of_two_levels_has_no_number_on_more():
    calculate = calculations._dichotomous(lambda up, down: up / (up + down))
    data = SimpleNamespace(dichotomous=np.array([True, False]), changes=(np.array([1, 2]), np.array([3, 2])))
    assert calculate(data).tolist() == pytest.approx([0.25, np.nan], nan_ok=True)


def test_twice_the_smaller_tail_is_at_most_one():
    less, greater = Procedure("exact", "less"), Procedure("exact", "greater")
    tails = {less: np.array([0.2, 0.9, 0.6]), greater: np.array([0.9, 0.1, 0.55])}
    data = SimpleNamespace(rank=lambda procedure: SimpleNamespace(p_value=tails[procedure]))
    assert calculations._floored(less, greater)(data).tolist() == [0.4, 0.2, 1.0]


def test_the_table_for_untied_ranks():
    expected = Procedure("exact_untied", "less", half_integer="conservative")
    assert calculations._untied("less", "conservative") == expected


def test_a_rule_is_known_by_its_name(monkeypatch):
    monkeypatch.setattr(rules, "RULES", {})

    def seldom(facts):
        return facts

    assert rules.rule(seldom) is seldom
    assert {"seldom": seldom} == rules.RULES


def test_what_is_heavy_is_loaded_when_it_is_asked_for():
    assert stats.__getattr__("least_p_value") is effects.least_p_value
    with pytest.raises(AttributeError, match=r"^module 'oxymilk.stats' has no attribute 'median'$"):
        stats.__getattr__("median")
