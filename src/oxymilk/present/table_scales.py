"""The tables of numeric outcomes: the summary of the scores, and the same tests on the other scale."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from oxymilk.present.p_value_rows import test_name
from oxymilk.present.table_inputs import Inputs, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.present.table_tests import decision_of
from oxymilk.texts import NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxymilk.present.table_inputs import Record
    from oxymilk.study import Study

# column of summaries.csv, decimals beyond those of the scores, width
_SUMMARY = (
    ("mean", 1, 0.9),
    ("sd", 1, 0.9),
    ("minimum", 0, 0.9),
    ("q1", 1, 1.0),
    ("median", 1, 0.9),
    ("q3", 1, 1.0),
    ("maximum", 0, 0.9),
)


def summary_table(inputs: Inputs, number: int, summaries: Sequence[Record]) -> Table:
    """Make the table that describes scores: a section a group, a row a timepoint.

    Parameters
    ----------
    inputs : Inputs
        The study and its tests.
    number : int
        Number of the table.
    summaries : sequence of mapping
        Rows of summaries.csv, at least one, in the outcome's unit.
    """
    t, notes, study = inputs.t, Notes(), inputs.study
    decimals = _decimals(study, summaries)
    rows, missing = [], []
    for group in study.groups:
        mine = {row["timepoint"]: row for row in summaries if row["group"] == group.id}
        label = group.label[t.language]
        rows += [Row((Cell(label),), "section")] if mine else []
        for timepoint in study.timepoints:
            if timepoint.id not in mine:
                continue
            row, name = mine[timepoint.id], timepoint.label[t.language]
            shown = (t.number(row[column], decimals + more) for column, more, _ in _SUMMARY)
            full = (row[column] for column, _, _ in _SUMMARY)
            rows.append(Row(tuple(map(Cell, (name, row["n"], *shown, row["missing"], *full)))))
            if int(row["missing"] or 0):
                missing.append(f"{label}, {name}: {row['missing']}")
    columns = (
        Column("row", t("tables.column.group"), "", "left", 2.4),
        Column("n", t("tables.column.n"), "", "right", 0.5),
        *(Column(name, t(f"tables.column.{name}"), "", "right", width) for name, _, width in _SUMMARY),
        Column("missing", t("tables.column.missing"), only_csv=True),
        *(
            Column(f"{name}_full", t("tables.column.full", column=t(f"tables.column.{name}")), only_csv=True)
            for name, _, _ in _SUMMARY
        ),
    )
    if missing:
        notes.add(t("tables.note.summary_missing", missing=t("common.list_separator").join(missing)))
    notes.add(t("tables.note.summary"), inputs.scale_note() if inputs.test_numbers[1] else "")
    outcome = study.outcome.label[t.language]
    title = t("tables.title.summary", outcome=outcome)
    if study.outcome.unit:
        unit = study.outcome.unit[t.language]
        title = t("tables.title.summary_unit", outcome=outcome, unit=unit)
    panel = Panel("", columns, tuple(rows))
    return finish_table(inputs, "summary", number, title, (panel,), notes, inputs.claims())


def _decimals(study: Study, summaries: Sequence[Record]) -> int:
    """Return the decimals of the scores: as declared, else those that the extremes are written with, two at most."""
    if study.outcome.score_decimals is not None:
        return study.outcome.score_decimals
    written = (to_decimal(row[column]) for row in summaries for column in ("minimum", "maximum"))
    exponents = [-int(one.as_tuple().exponent) for one in written if one is not None]
    return min(2, max([0, *exponents]))


def sensitivity_table(inputs: Inputs, number: int, sensitivity: Sequence[Record]) -> Table:
    """Make the table of the same tests on the other scale, each beside the main result.

    Parameters
    ----------
    inputs : Inputs
        The study and its tests.
    number : int
        Number of the table.
    sensitivity : sequence of mapping
        Rows of sensitivity.csv, at least one.
    """
    t, notes, alpha = inputs.t, Notes(), inputs.study.alpha
    by_role = {(row["test"], row["group"], row["role"]): row for row in sensitivity}
    rows = []
    for (test, group, role), declared in by_role.items():
        if role != "declared":
            continue
        exact = by_role.get((test, group, "exact"), declared)
        main, _ = inputs.of_test(test, group)
        here, there = decision_of(declared, alpha, t), decision_of(main, alpha, t)
        changed = here != there and NO_VALUE not in (here, there)
        marks = notes.mark(t("tables.note.sensitivity_changed")) if changed else ()
        name = test_name(inputs.study, SimpleNamespace(**declared), t.language)
        values = (declared["z"], declared["p_value"], exact["p_value"], main["p_value"])
        z = t.number(declared["z"], 3) if to_decimal(declared["z"]) is not None else NO_VALUE
        p_declared, p_exact, p_main = (t.p_value(value, alpha) for value in values[1:])
        cells = (
            *map(Cell, (name, declared["n"], z, p_declared, p_exact)),
            Cell(here, marks, strong=changed),
            *map(Cell, (p_main, there, *values)),
        )
        rows.append(Row(cells))
    other = next(row["scale"] for row in sensitivity)
    scale, main_scale = inputs.scale(other), inputs.scale()
    spanners = (
        t("tables.spanner.other_scale", scale=scale),
        t("tables.spanner.main_scale", scale=main_scale),
    )
    z, p_declared, p_exact, decision = (
        t(f"tables.column.{name}") for name in ("z", "p_declared", "p_exact", "decision")
    )
    full = [(z, spanners[0]), (p_declared, spanners[0]), (p_exact, spanners[0]), (p_declared, spanners[1])]
    keys = ("z", "p_declared", "p_exact", "p_main")
    columns = (
        Column("row", t("tables.column.test"), "", "left", 2.8),
        Column("n", t("tables.column.n"), spanners[0], "right", 0.5),
        Column("z", z, spanners[0], "right", 0.8),
        Column("p_declared", p_declared, spanners[0], "right", 0.9),
        Column("p_exact", p_exact, spanners[0], "right", 0.9),
        Column("decision", decision, spanners[0], "left", 1.6),
        Column("p_main", p_declared, spanners[1], "right", 0.9),
        Column("decision_main", decision, spanners[1], "left", 1.4),
        *(
            Column(f"{key}_full", t("tables.column.full", column=label), spanner, only_csv=True)
            for key, (label, spanner) in zip(keys, full, strict=True)
        ),
    )
    first, last = inputs.test_numbers
    key = "sensitivity_scale" if first < last else "sensitivity_scale_one"
    notes.add(
        t(f"tables.note.{key}", scale=scale, main=main_scale, first=first, last=last),
        t("tables.note.sensitivity_decision", alpha=t.number(alpha)),
    )
    panel = Panel("", columns, tuple(rows))
    title = t("tables.title.sensitivity")
    return finish_table(inputs, "sensitivity", number, title, (panel,), notes, inputs.claims())
