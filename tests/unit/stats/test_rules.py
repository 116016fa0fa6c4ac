"""When each program prints which line: at the edges of every rule, and one line whatever the data."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from oxymilk.stats import load_programs
from oxymilk.stats.datasets import Situation
from oxymilk.stats.programs import RULES


def situation(n, n_zero=0, n1=0, n2=0, ties=False):
    return Situation(*(np.array([value]) for value in (n, n - n_zero, n1, n2, ties)))


EDGES = [
    # rule, a situation inside, the nearest situations outside
    ("r_signed_rank_exact", {"n": 49}, [{"n": 50}, {"n": 49, "n_zero": 1}, {"n": 49, "ties": True}]),
    ("r_4_6_signed_rank_exact", {"n": 49, "n_zero": 9, "ties": True}, [{"n": 50, "n_zero": 9}]),
    ("exactranktests_signed_rank_exact", {"n": 50, "n_zero": 1, "ties": True}, [{"n": 50}]),
    ("scipy_1_5_wilcoxon_exact", {"n": 25, "ties": True}, [{"n": 26}, {"n": 25, "n_zero": 1}]),
    ("scipy_1_9_wilcoxon_exact", {"n": 50, "ties": True}, [{"n": 51}, {"n": 50, "n_zero": 1}]),
    ("scipy_1_15_wilcoxon_exact", {"n": 50}, [{"n": 51}, {"n": 50, "n_zero": 1}, {"n": 50, "ties": True}]),
    ("scipy_1_15_wilcoxon_permutation", {"n": 13, "ties": True}, [{"n": 14, "ties": True}, {"n": 13}]),
    ("scipy_1_15_wilcoxon_permutation", {"n": 13, "n_zero": 10}, [{"n": 14, "n_zero": 11}]),
    ("scipy_1_15_wilcoxon_permutation", {"n": 13, "n_zero": 1}, [{"n": 13}]),
    ("stata_signrank_exact", {"n": 200}, [{"n": 201}]),
    ("sas_univariate_exact", {"n": 25, "n_zero": 5}, [{"n": 25, "n_zero": 4}]),
    ("sas_univariate_t", {"n": 21}, [{"n": 21, "n_zero": 1}]),
    ("prism_5_wilcoxon_exact", {"n": 15, "n_zero": 1}, [{"n": 15}]),
    ("prism_5_wilcoxon_exact", {"n": 14}, [{"n": 14, "ties": True}]),
    ("prism_3_wilcoxon_exact", {"n": 16, "n_zero": 2, "ties": True}, [{"n": 15}]),
    ("prism_wilcoxon_exact", {"n": 199, "ties": True}, [{"n": 200}]),
    ("minitab_sign_exact", {"n": 52, "n_zero": 2}, [{"n": 51}]),
    (
        "medcalc_mann_whitney_small",
        {"n1": 20, "n2": 20},
        [{"n1": 3, "n2": 21}, {"n1": 21, "n2": 3}, {"n1": 9, "n2": 9, "ties": True}],
    ),
    ("spss_binomial", {"n": 30, "n_zero": 5}, [{"n": 30, "n_zero": 4}]),
    ("spss_asymptotic", {"n": 26}, [{"n": 25}]),
    ("spss_mann_whitney_exact", {"n1": 20, "n2": 20, "ties": True}, [{"n1": 20, "n2": 21}]),
    ("spss_mann_whitney_exact", {"n1": 5, "n2": 80}, [{"n1": 5, "n2": 81}]),
    ("spss_mann_whitney_exact", {"n1": 25, "n2": 16}, [{"n1": 19, "n2": 22}]),
    ("spss_mann_whitney_exact", {"n1": 1, "n2": 400}, [{"n1": 1, "n2": 401}]),
    ("r_rank_sum_exact", {"n1": 49, "n2": 49}, [{"n1": 49, "n2": 50}, {"n1": 49, "n2": 49, "ties": True}]),
    ("r_4_6_rank_sum_exact", {"n1": 49, "n2": 49, "ties": True}, [{"n1": 50, "n2": 3}]),
    (
        "exactranktests_rank_sum_exact",
        {"n1": 49, "n2": 49, "ties": True},
        [{"n1": 3, "n2": 50}, {"n1": 50, "n2": 3}],
    ),
    ("scipy_1_7_mannwhitneyu_exact", {"n1": 8, "n2": 99}, [{"n1": 9, "n2": 9}]),
    ("scipy_1_7_mannwhitneyu_exact", {"n1": 99, "n2": 8}, [{"n1": 8, "n2": 8, "ties": True}]),
    ("stata_ranksum_exact", {"n": 200, "ties": True}, [{"n": 201}]),
    ("prism_mann_whitney_exact", {"n1": 100, "n2": 999}, [{"n1": 101, "n2": 101}]),
]


@pytest.mark.parametrize(("name", "inside", "outside"), EDGES)
def test_rule_at_its_edge(name, inside, outside):
    given = {"n": 0}
    assert RULES[name](situation(**given | inside)).tolist() == [True]
    for nearest in outside:
        assert RULES[name](situation(**given | nearest)).tolist() == [False]


def test_rules_without_a_condition():
    given = Situation(*(np.arange(3) for _ in range(5)))
    for name, answer in (("always", True), ("on_request", False)):
        assert RULES[name](given).tolist() == [answer] * 3
        assert RULES[name](given).dtype == bool


def test_every_rule_that_looks_at_the_data_has_an_edge():
    complements = {name for name in RULES if name.endswith("_asymptotic")} - {"spss_asymptotic"}
    assert set(RULES) - complements - {"always", "on_request"} == {name for name, *_ in EDGES}


def test_a_program_that_chooses_prints_one_line():
    """Whatever the data, the branches of one program and version exclude each other and leave no gap."""
    branches = defaultdict(set)
    for program in load_programs():
        stem, _, branch = program.rule.rpartition("_")
        if branch in ("exact", "asymptotic", "permutation", "t", "binomial"):
            if program.rule.startswith(("stata_", "spss_mann")):
                continue  # printed beside the approximation, not instead of it
            branches[stem].add(program.rule)
    assert {stem for stem, rules in branches.items() if len(rules) < 2} == set()
    grid = list(product((1, 8, 13, 14, 20, 21, 25, 26, 49, 50, 51, 199, 200), repeat=2))
    for ties in (False, True):
        for a, b in grid:
            pair, groups = situation(max(a, b), min(a, b), ties=ties), situation(a + b, 0, a, b, ties)
            for rules in branches.values():
                for given in (pair, groups):
                    assert sum(bool(RULES[rule](given)[0]) for rule in rules) == 1, (rules, given)
