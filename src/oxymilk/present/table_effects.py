"""The table of what else the data say: effects with their intervals, and p-values adjusted and least attainable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.effect_rows import ADJUSTED, ROLES, confidence_of, effect_numbers, effects_by_test
from oxymilk.present.p_value_rows import test_name
from oxymilk.present.table_inputs import Inputs, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oxymilk.present.effect_rows import TestEffects

_RISKS = ("risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat")


def effects_table(inputs: Inputs, number: int, effects: Sequence[Mapping[str, str]]) -> Table:
    """Make the table of effects.

    Parameters
    ----------
    inputs : Inputs
        The study and its tests.
    number : int
        Number of the table.
    effects : sequence of mapping
        Rows of effects.csv, at least one.
    """
    t, notes = inputs.t, Notes()
    tests = effects_by_test(effects, t)
    confidence = confidence_of(effects, t)
    panels = (_sizes(inputs, tests, confidence, notes), _p_values(inputs, tests))
    pre, post = (timepoint.label[t.language] for timepoint in inputs.study.compared)
    if any(test.test == "signed_rank" for test in tests):
        notes.add(t("effects.note.direction_signed_rank", pre=pre, post=post))
    if any(test.test == "rank_sum" for test in tests):
        notes.add(t("effects.note.direction_rank_sum", group1=inputs.study.groups[0].label[t.language]))
    if any(row.effect in _RISKS for test in tests for row in test.effects):
        notes.add(t("effects.note.risks"))
    first, last = inputs.test_numbers
    key = "p_values" if first < last else "p_value"
    notes.add(
        inputs.scale_note(),
        t("effects.note.r"),
        _unit(inputs),
        t("effects.note.interval", confidence=confidence),
        t(f"effects.note.{key}", first=first, last=last),
        t("effects.note.holm", n=len(tests)),
        t("effects.note.least"),
    )
    return finish_table(inputs, "effects", number, t("tables.title.effects"), panels, notes, inputs.claims())


def _unit(inputs: Inputs) -> str:
    """Say in what a shift of the outcome is counted."""
    outcome = inputs.study.outcome
    if outcome.kind == "levels" or outcome.scale == "level":
        return inputs.t("effects.note.shift_levels")
    if outcome.unit:
        return inputs.t("effects.note.shift_unit", unit=outcome.unit[inputs.t.language])
    return inputs.t("effects.note.shift_numbers")


def _sizes(inputs: Inputs, tests: list[TestEffects], confidence: str, notes: Notes) -> Panel:
    t, rows = inputs.t, []
    for test in tests:
        rows.append(Row((Cell(test_name(inputs.study, test, t.language)),), "section"))
        for row in test.effects:
            estimate, low, high = effect_numbers(row, t)
            cells = (
                Cell(row.label, notes.mark(row.note)),
                Cell(estimate),
                Cell(low),
                Cell(high, notes.mark(row.method)),
                *map(Cell, (row.estimate, row.low, row.high, row.method, row.note)),
            )
            rows.append(Row(cells))
    interval = t("effects.column.interval", confidence=confidence)
    shown = (
        Column("row", t("effects.column.effect"), "", "left", 5.6),
        Column("estimate", t("effects.column.estimate"), "", "right", 1.2),
        Column("low", t("effects.column.low"), interval, "right", 1.2),
        Column("high", t("effects.column.high"), interval, "right", 1.4),
    )
    full = tuple(
        Column(f"{column.key}_full", t("tables.column.full", column=column.label), interval, only_csv=True)
        for column in shown[1:]
    )
    words = (Column(name, t(f"effects.column.{name}"), only_csv=True) for name in ("method", "note"))
    return Panel(t("effects.column.effect"), (*shown, *full, *words), tuple(rows))


def _p_values(inputs: Inputs, tests: list[TestEffects]) -> Panel:
    """Return p of each test, adjusted and the least, declared and, where it is another procedure, exact."""
    t, alpha = inputs.t, inputs.study.alpha
    same = all(inputs.of_test(test.test, test.group)[1] is None for test in tests)
    roles = ROLES[:1] if same else ROLES
    rows = []
    for test in tests:
        p_values = dict(test.p_values)
        for role, row in zip(ROLES, inputs.of_test(test.test, test.group), strict=True):
            if row is not None:
                p_values[f"p_{role}"] = row["p_value"]
        # where the declared procedure is the exact one they are one p
        p_values.setdefault("p_exact", p_values["p_declared"])
        values = [p_values[f"{name}_{role}"] for role in roles for name in ("p", *ADJUSTED)]
        cells = (test_name(inputs.study, test, t.language), *(t.p_value(each, alpha) for each in values))
        rows.append(Row(tuple(map(Cell, (*cells, *values, inputs.scale())))))
    shown, full = [], []
    for role in roles:
        spanner = t(f"effects.column.{role}")
        for name in ("p", *ADJUSTED):
            label = t(f"effects.column.{name}")
            shown.append(Column(f"{name}_{role}", label, spanner, "right", 0.9))
            label = t("tables.column.full", column=label)
            full.append(Column(f"{name}_{role}_full", label, spanner, only_csv=True))
    scale = Column("scale", t("tables.column.scale"), only_csv=True)
    columns = (Column("row", t("tables.column.test"), "", "left", 4.0), *shown, *full, scale)
    return Panel(t("effects.column.p_values"), columns, tuple(rows))
