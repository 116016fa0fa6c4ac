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

# by the letter in front of their numbers: how each kind of table is made, in their order, and what it is made of
MAKERS = {
    "": {
        "characteristics": (characteristics_table, lambda view: view.rows("baseline")),
        "results": (results_table, lambda view: view.rows("tests")),
    },
    "A": {
        "summary": (
            summary_table,
            lambda view: view.study.outcome.scale == "score" and view.rows("summaries"),
        ),
        "ranks": (rank_table, lambda view: view.rows("tests")),
        "statistics": (statistics_table, lambda view: view.rows("tests")),
        "effects": (effects_table, lambda view: view.rows("effects")),
        "sensitivity": (other_scale_table, lambda view: view.rows("sensitivity")),
        "alternatives": (alternatives_table, lambda view: view.rows("alternatives")),
    },
    "B": {
        "claims": (claims_table, lambda view: view.claims),
        "programs": (programs_table, lambda view: view.claims and view.printed_tests),
        "explanations": (explanation_table, lambda view: any(claim.explanations for claim in view.explained)),
    },
}


def planned(view: View, *letters: str) -> dict[str, str]:
    """Return the number of each kind of table that a study has something for, of these letters or of all."""
    numbers = {}
    for letter in letters or MAKERS:
        # a table that is not asked for reads no results
        kinds = [kind for kind, (_, rests_on) in MAKERS[letter].items() if rests_on(view)]
        numbers |= {kind: f"{letter}{number}" for number, kind in enumerate(kinds, start=1)}
    return numbers


def build_tables(view: View, *letters: str) -> tuple[Table, ...]:
    """Make the tables of a study that are `planned`."""
    makers = {kind: make for kinds in MAKERS.values() for kind, (make, _) in kinds.items()}
    return tuple(makers[kind](view, number) for kind, number in planned(view, *letters).items())
