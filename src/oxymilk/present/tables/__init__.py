"""The tables of a study: what is recomputed beside what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import TESTS, Table
from oxymilk.present.tables.described import characteristics_table, frequency_table, summary_table
from oxymilk.present.tables.tested import effects_table, explanation_table, rank_test_table, sensitivity_table

if TYPE_CHECKING:
    from oxymilk.present.view import View
    from oxymilk.study import Group

# how each kind of table is made, in the order of the tables
_MAKERS = {
    "characteristics": characteristics_table,
    "summary": summary_table,
    "frequencies": frequency_table,
    "signed_rank": rank_test_table,
    "rank_sum": rank_test_table,
    "effects": effects_table,
    "sensitivity": sensitivity_table,
    "explanations": explanation_table,
}


def planned(view: View) -> list[tuple[str, Group | None]]:
    """Return kind and group of each table of a study, in their order.

    Characteristics, if there is a sheet or the paper prints some; the summary, if the tests run on scores; frequencies,
    one a group; signed-rank tests, one a group; the rank-sum test, if there is one; effects, if a test had data; the
    other scale; explanations.
    """
    study = view.study
    tests = {(test["test"], test["group"]) for test in view.rows("tests")}
    # without levels there is nothing to count
    counted = study.groups if study.outcome.levels and study.sheets else ()
    of_study = [None]
    about = {
        "characteristics": of_study if study.sheets or study.characteristics or view.rows("baseline") else (),
        "summary": of_study if study.outcome.scale == "score" and view.rows("summaries") else (),
        "frequencies": counted,
        "signed_rank": [group for group in study.groups if ("signed_rank", group.id) in tests],
        "rank_sum": of_study if ("rank_sum", "") in tests else (),
        "effects": of_study if view.rows("effects") else (),
        "sensitivity": of_study if view.rows("sensitivity") else (),
        "explanations": of_study if any(claim.explanations for claim in view.explained) else (),
    }
    return [(kind, group) for kind in _MAKERS for group in about[kind]]


def build_tables(view: View) -> tuple[Table, ...]:
    """Make the tables of a study: those that are `planned`, numbered from 1."""
    plan = list(enumerate(planned(view), start=1))
    tests = [number for number, (kind, _) in plan if kind in TESTS]
    tables = (Table(view, kind, group, number, tests) for number, (kind, group) in plan)
    return tuple(_MAKERS[table.kind](table) for table in tables)
