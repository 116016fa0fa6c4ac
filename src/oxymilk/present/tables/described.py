"""The tables that describe the outcome: frequencies of its levels, summary of its scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import (
    TableBuilder,
    left_out_note,
    named_group,
    numbers_of_tests,
    results_of,
    scale_note,
)
from oxymilk.present.tables.model import Panel, Table, row
from oxymilk.texts import NO_VALUE, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.view import View
    from oxymilk.study import Group

# columns of summaries.csv, and the decimals more than the scores have
_SUMMARY = {"mean": 1, "sd": 1, "minimum": 0, "q1": 1, "median": 1, "q3": 1, "maximum": 0}


def frequency_table(view: View, number: int, group: Group) -> Table:
    """Make the table of a group's frequencies: each level at each timepoint, with those whose score is missing."""
    t, table = view.t, TableBuilder(view, "frequencies")
    mine = [record for record in view.rows("frequencies") if record["group"] == group.id]
    decimals = 0 if all(to_decimal(record["percent"] or "0") % 1 == 0 for record in mine) else 1
    any_missing = any(int(record["missing"] or 0) for record in mine)
    rows, missing = [], []
    for timepoint in view.study.timepoints:
        here = {record["level"]: record for record in mine if record["timepoint"] == timepoint.id}
        if not here:
            continue
        rows.append(row("section", row=view.label(timepoint)))
        for level in view.study.outcome.levels:
            record = here[level.id]
            claims = table.select("count", "percent", group=group.id, timepoint=timepoint.id, level=level.id)
            rows += table.checked(
                claims,
                row=view.label(level),
                n=record["n"],
                percent=t.number(record["percent"], decimals),
                percent_full=record["percent"],
            )
        hundred = t.number(100, decimals) if int(record["total"]) else NO_VALUE
        rows.append(row("total", row=t("tables.row.total"), n=record["total"], percent=hundred))
        if any_missing:
            rows.append(row(row=t("tables.row.missing"), n=record["missing"]))
            missing.append(f"{view.label(timepoint)} {record['missing']}")
    if missing:
        table.note(t("tables.note.missing", missing=t("common.list_separator").join(missing)))
        if any((test["test"], test["group"]) == ("signed_rank", group.id) for test in view.rows("tests")):
            table.note(left_out_note(view, results_of(view, "signed_rank", group.id)[0]))
    columns = (*table.columns("frequencies"), *table.columns("checked"))
    outcome = view.label(view.study.outcome)
    title = t("tables.title.frequencies", outcome=outcome, group=named_group(view, group))
    return table.finish(number, title, Panel("", columns, tuple(rows)))


def summary_table(view: View, number: int) -> Table:
    """Make the table that describes scores in the outcome's unit: a section a group, a row a timepoint."""
    t, table, outcome = view.t, TableBuilder(view, "summary"), view.study.outcome
    decimals = _score_decimals(view)
    rows, missing = [], []
    for group in view.study.groups:
        mine = {
            record["timepoint"]: record for record in view.rows("summaries") if record["group"] == group.id
        }
        rows += [row("section", row=view.label(group))] if mine else []
        for timepoint in view.study.timepoints:
            if timepoint.id not in mine:
                continue
            record, name = mine[timepoint.id], view.label(timepoint)
            shown = {column: t.number(record[column], decimals + more) for column, more in _SUMMARY.items()}
            full = {f"{column}_full": record[column] for column in _SUMMARY}
            rows.append(row(row=name, n=record["n"], missing=record["missing"], **shown, **full))
            if int(record["missing"] or 0):
                missing.append(f"{view.label(group)}, {name}: {record['missing']}")
    if missing:
        table.note(t("tables.note.summary_missing", missing=t("common.list_separator").join(missing)))
    table.note(t("tables.note.summary"), scale_note(view) if numbers_of_tests(view)[1] else "")
    title = t("tables.title.summary", outcome=view.label(outcome))
    if outcome.unit:
        unit = outcome.unit[view.language]
        title = t("tables.title.summary_unit", outcome=view.label(outcome), unit=unit)
    return table.finish(number, title, Panel("", table.columns("summary"), tuple(rows)))


def _score_decimals(view: View) -> int:
    """Return the decimals of the scores: as declared, else those that the extremes are written with, two at most."""
    if view.study.outcome.score_decimals is not None:
        return view.study.outcome.score_decimals
    extremes = [
        to_decimal(record[column]) for record in view.rows("summaries") for column in ("minimum", "maximum")
    ]
    written = [-int(extreme.as_tuple().exponent) for extreme in extremes if extreme is not None]
    return min(2, max([0, *written]))
