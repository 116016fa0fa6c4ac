"""The table of what else the data say: effects with their intervals, and p-values adjusted and least attainable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import TableBuilder, numbers_of_tests, results_of, scale_note, scale_words
from oxymilk.present.tables.model import Cell, Panel, Table, row
from oxymilk.present.view import P_VALUES

if TYPE_CHECKING:
    from oxymilk.present.view import View

_RISKS = ("risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat")
_ROLES = ("declared", "exact")


def effects_table(view: View, number: int) -> Table:
    """Make the table of effects: their sizes with intervals, and the p-values of each test."""
    t, table, study = view.t, TableBuilder(view, "effects"), view.study
    panels = (_sizes(table), _p_values(table))
    kinds = {test.test for test in view.effects}
    pre, post = map(view.label, study.compared)
    if "signed_rank" in kinds:
        table.note(t("effects.note.direction_signed_rank", pre=pre, post=post))
    if "rank_sum" in kinds:
        table.note(t("effects.note.direction_rank_sum", group1=view.label(study.groups[0])))
    if any(effect.effect in _RISKS for test in view.effects for effect in test.effects):
        table.note(t("effects.note.risks"))
    first, last = numbers_of_tests(view)
    table.note(
        scale_note(view),
        t("effects.note.r"),
        _shift_note(view),
        t("effects.note.interval", confidence=view.confidence),
        t(f"effects.note.{'p_values' if first < last else 'p_value'}", first=first, last=last),
        t("effects.note.holm", n=len(view.effects)),
        t("effects.note.least"),
    )
    return table.finish(number, t("tables.title.effects"), *panels)


def _shift_note(view: View) -> str:
    """Say in what a shift of the outcome is counted."""
    outcome = view.study.outcome
    if outcome.kind == "levels" or outcome.scale == "level":
        return view.t("effects.note.shift_levels")
    if outcome.unit:
        return view.t("effects.note.shift_unit", unit=outcome.unit[view.language])
    return view.t("effects.note.shift_numbers")


def _sizes(table: TableBuilder) -> Panel:
    """Return the effects of each test with their intervals."""
    view, t, rows = table.view, table.view.t, []
    for test in view.effects:
        rows.append(row("section", row=view.test_name(test)))
        for effect in test.effects:
            estimate, low, high = effect.written
            rows.append(
                row(
                    row=Cell(effect.label, table.mark(effect.note)),
                    estimate=estimate,
                    low=low,
                    high=Cell(high, table.mark(effect.method)),
                    estimate_full=effect.estimate,
                    low_full=effect.low,
                    high_full=effect.high,
                    method=effect.method,
                    note=effect.note,
                )
            )
    interval = t("effects.column.interval", confidence=view.confidence)
    return Panel(t("effects.column.effect"), table.columns("effects", interval=interval), tuple(rows))


def _p_values(table: TableBuilder) -> Panel:
    """Return p of each test, adjusted and the least, declared and, where it is another procedure, exact."""
    view, t, alpha = table.view, table.view.t, table.view.study.alpha
    results = [results_of(view, test.test, test.group) for test in view.effects]
    roles = _ROLES if any(exact for _, exact in results) else _ROLES[:1]
    keys = [f"{name}_{role}" for role in roles for name in ("p", *P_VALUES)]
    rows = []
    for test, by_role in zip(view.effects, results, strict=True):
        p_values = dict(test.p_values)
        p_values |= {f"p_{role}": p["p_value"] for role, p in zip(_ROLES, by_role, strict=True) if p}
        # where the declared procedure is the exact one they are one p
        p_values.setdefault("p_exact", p_values["p_declared"])
        shown = {key: t.p_value(p_values[key], alpha) for key in keys}
        full = {f"{key}_full": p_values[key] for key in keys}
        rows.append(row(row=view.test_name(test), **shown, **full, scale=scale_words(view)))
    shown = [column for role in roles for column in table.columns(f"p_values_{role}")]
    full = (
        replace(
            column,
            key=f"{column.key}_full",
            label=t("tables.column.full", column=column.label),
            only_csv=True,
        )
        for column in shown
    )
    stub, scale = table.columns("p_values")
    columns = (stub, *shown, *full, scale)
    return Panel(t("effects.column.p_values"), columns, tuple(rows))
