"""What runs when the module is loaded, called by itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from oxymilk import stats
from oxymilk.stats import Procedure, calculations, effects, rules


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
