"""The tables of a study: those of a paper and its appendix; and, where a paper is audited, those of the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.tables.appendix import (
    alternatives_table,
    effects_table,
    other_scale_table,
    rank_table,
    statistics_table,
    summary_table,
)
from oxymilk.present.tables.audit import claims_table, explanation_table, programs_table
from oxymilk.present.tables.model import Table
from oxymilk.present.tables.paper import characteristics_table, results_table

if TYPE_CHECKING:
    from oxymilk.present.view import View

# by the letter in front of their numbers: how each kind of table is made, in the order of the tables
MAKERS = {
    "": {"characteristics": characteristics_table, "results": results_table},
    "A": {
        "summary": summary_table, "ranks": rank_table, "statistics": statistics_table, "effects": effects_table,
        "sensitivity": other_scale_table, "alternatives": alternatives_table,
    },
    "B": {"claims": claims_table, "programs": programs_table, "explanations": explanation_table},
}  # fmt: skip


def planned(view: View, *letters: str) -> dict[str, str]:
    """Return the number of each kind of table that a study has something for, of these letters or of all."""
    study = view.study
    # a table that is not asked for reads no results
    has = {
        "characteristics": lambda: view.rows("baseline"),
        "results": lambda: view.rows("tests"),
        "summary": lambda: study.outcome.scale == "score" and view.rows("summaries"),
        "ranks": lambda: view.rows("tests"),
        "statistics": lambda: view.rows("tests"),
        "effects": lambda: view.rows("effects"),
        "sensitivity": lambda: view.rows("sensitivity"),
        "alternatives": lambda: view.rows("alternatives"),
        "claims": lambda: view.claims,
        "programs": lambda: view.claims and view.printed_tests,
        "explanations": lambda: any(claim.explanations for claim in view.explained),
    }
    numbers = {}
    for letter in letters or MAKERS:
        kinds = [kind for kind in MAKERS[letter] if has[kind]()]
        numbers |= {kind: f"{letter}{number}" for number, kind in enumerate(kinds, start=1)}
    return numbers


def build_tables(view: View, *letters: str) -> tuple[Table, ...]:
    """Make the tables of a study that are `planned`."""
    makers = {kind: make for kinds in MAKERS.values() for kind, make in kinds.items()}
    return tuple(makers[kind](view, number) for kind, number in planned(view, *letters).items())
