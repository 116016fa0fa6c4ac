"""The examples in docstrings give what they say."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import oxymilk.audit
import oxymilk.stats

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (oxymilk.stats, oxymilk.audit)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(import_module(name)).failed == 0


def test_examples_are_found():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(import_module(name)) if test.examples]
    assert len(found) > 10
