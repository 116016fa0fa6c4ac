"""When each program prints which line: at the edges of every rule, and one line whatever the data."""

from collections import defaultdict
from itertools import product

import numpy as np
from tests.cases import cases, tables_of

from oxymilk.stats import load_programs
from oxymilk.stats.datasets import Situation
from oxymilk.stats.programs import RULES


def situation(n, n_zero=0, n1=0, n2=0, ties=False):
    return Situation(*(np.array([value]) for value in (n, n - n_zero, n1, n2, ties)))


@cases
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
    assert set(RULES) - complements - {"always", "on_request"} == {
        name for name, *_ in tables_of(__file__)["rule_at_its_edge"]
    }


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
