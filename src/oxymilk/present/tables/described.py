"""The tables that describe: characteristics of the participants, frequencies of levels, summary of scores."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import (
    TableBuilder,
    left_out_note,
    named_group,
    numbers_of_tests,
    results_of,
    scale_note,
    whole_number,
)
from oxymilk.present.tables.model import Cell, Panel, Row, Table, row
from oxymilk.texts import NO_VALUE, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Characteristic, Group

# what a group has in one row, by the keys of its columns, which end in the group's id
Block = dict[str, Cell | str]
# columns of summaries.csv, and the decimals more than the scores have
_SUMMARY = {"mean": 1, "sd": 1, "minimum": 0, "q1": 1, "median": 1, "q3": 1, "maximum": 0}


def frequency_table(table: TableBuilder, group: Group) -> Table:
    """Make the table of a group's frequencies: each level at each timepoint, with those whose score is missing."""
    view, t = table.view, table.t
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
    return table.finish(title, Panel("", columns, tuple(rows)))


def summary_table(table: TableBuilder) -> Table:
    """Make the table that describes scores in the outcome's unit: a section a group, a row a timepoint."""
    view, t, outcome = table.view, table.t, table.view.study.outcome
    decimals = outcome.score_decimals
    if decimals is None:
        # those that the extremes are written with, two at most
        ends = [
            to_decimal(record[end]) for record in view.rows("summaries") for end in ("minimum", "maximum")
        ]
        decimals = min(2, max([0, *(-end.as_tuple().exponent for end in ends if end is not None)]))
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
    key = "summary_unit" if outcome.unit else "summary"
    title = t(f"tables.title.{key}", outcome=view.label(outcome), unit=view.unit(outcome))
    return table.finish(title, Panel("", table.columns("summary"), tuple(rows)))


def characteristics_table(table: TableBuilder) -> Table:
    """Make the table of characteristics, a column block a group.

    A characteristic that the sheet has is counted, and the groups compared; any other is shown as printed, with the
    number of participants that a printed percentage makes.
    """
    view, t = table.view, table.t
    counted: dict[str, list[Record]] = {}
    for record in view.rows("baseline"):
        counted.setdefault(record["characteristic"], []).append(record)
    sizes = [
        _blocks(table, table.select("sample_size", group=group), {"n": _size(view, group)})
        for group in view.study.group_ids
    ]
    rows = _side_by_side(view, t("tables.row.participants"), sizes)
    partial = False
    for item in view.study.characteristics:
        if item.id in counted:
            rows += _counted_rows(table, item, counted[item.id])
        elif counted:
            rows += _printed_rows(table, item)
        else:
            levels, others = _printed_levels(table, item)
            rows += levels + others
            partial |= bool(others)
    key, layout = ("characteristics_computed", "counts") if counted else ("characteristics", "as_printed")
    table.note(
        t(f"tables.note.{key}") if counted or view.study.characteristics else "",
        t("tables.note.other_levels") if partial else "",
    )
    # without a printed number the paper has no columns, and p none where no groups could be compared
    hidden = () if table.verdicts or not counted else ("printed", "verdict")
    columns = [*table.columns(layout)]
    for group in view.study.groups:
        spanner = view.label(group)
        columns += table.columns(f"{layout}_of_group", of_group=group.id, hidden=hidden, group=spanner)
    if counted:
        compared = any(record["p_value"] for record in view.rows("baseline"))
        columns += table.columns("comparison", hidden=() if compared else ("p",))
    return table.finish(t(f"tables.title.{key}"), Panel("", tuple(columns), tuple(rows)))


def _size(view: View, group: str) -> str:
    """Return the number of participants of a group, those with a missing score too."""
    mine = [record for record in view.rows("frequencies") if record["group"] == group]
    return str(max((int(record["total"]) + int(record["missing"] or 0) for record in mine), default=0))


def _counted_rows(table: TableBuilder, item: Characteristic, counts: list[Record]) -> list[Row]:
    """Return the rows of a characteristic that the sheet has, p in the first of them."""
    view, t, groups = table.view, table.t, table.view.study.group_ids
    rows = [row("section", row=view.label(item))]
    by_level = {(record["level"], record["group"]): record for record in counts}
    decimals = 0 if all(float(record["percent"] or 0) % 1 == 0 for record in counts) else 1
    test, p_value = counts[0]["test"], counts[0]["p_value"]
    levels = [(level.id, view.label(level)) for level in item.levels] or [("", t("tables.row.known"))]
    for level, stub in levels:
        blocks = []
        for group in groups:
            record, about = by_level[level, group], {"variable": item.id, "level": level, "group": group}
            percent = t.number(record["percent"], decimals)
            cells = {"n": record["n"], "percent": percent, "percent_full": record["percent"]}
            printed = table.select("percent", "count", **about)
            blocks.append(_blocks(table, printed, cells, table.select("comparison", **about)))
        comparison: Block = {}
        if level == levels[0][0]:
            unit = view.unit(item) if test == "mann_whitney_exact" else ""
            key = f"tables.comparison.{test}_unit" if unit else f"tables.comparison.{test}"
            marks = table.mark(t(key, unit=unit)) if p_value else ()
            comparison = {"p": Cell(t.p_value(p_value, view.study.alpha), marks), "p_full": p_value}
        rows += _side_by_side(view, stub, blocks, comparison)
    missing = {record["group"]: record["missing"] for record in counts}
    if any(int(n or 0) for n in missing.values()):
        rows.append(row(row=t("tables.row.missing"), **{f"n_{group}": missing[group] for group in groups}))
    return rows


def _printed_rows(table: TableBuilder, item: Characteristic) -> list[Row]:
    """Return the rows of a characteristic that only the paper has, in a table of counts; none if it prints none."""
    any_printed = table.select("percent", "count", variable=item.id)
    made = table.mark(table.t("tables.note.characteristics_made") if any_printed else "")
    rows = []
    for level in item.levels:
        blocks = []
        for group in table.view.study.group_ids:
            claims = table.select("percent", "count", variable=item.id, level=level.id, group=group)
            blocks.append([block for claim in claims for block in _blocks(table, [claim], marks=made)])
        if any(blocks):
            rows += _side_by_side(table.view, table.view.label(level), blocks)
    return [row("section", row=table.view.label(item)), *rows] if rows else []


def _printed_levels(table: TableBuilder, item: Characteristic) -> tuple[list[Row], list[Row]]:
    """Return the rows of a characteristic where nothing is counted, and that of its levels that are not printed."""
    view, groups = table.view, table.view.study.group_ids
    rows = [row("section", row=view.label(item))]
    # the participants at no printed level; None where a printed number makes none, or two make different ones
    rest: dict[str, int | None] = {group: int(_size(view, group)) for group in groups}
    for level in item.levels:
        blocks = []
        for group in groups:
            about = {"variable": item.id, "level": level.id, "group": group}
            printed = table.select("percent", "count", **about)
            blocks.append(_blocks(table, printed, comparisons=table.select("comparison", **about)))
            made = {_made_count(claim) for claim in printed}
            known = made.pop() if len(made) == 1 else ""
            rest[group] = None if not known or rest[group] is None else rest[group] - int(known)
        rows += _side_by_side(view, view.label(level), blocks)
    if not any(n != 0 for n in rest.values()):
        return rows, []
    others = [
        [{"n": NO_VALUE if n is None else str(n), "printed": NO_VALUE, "verdict": NO_VALUE}]
        for n in rest.values()
    ]
    return rows, _side_by_side(view, view.t("tables.row.other_levels"), others)


def _blocks(
    table: TableBuilder,
    printed: list[Record],
    counted: Block | None = None,
    comparisons: Iterable[Record] = (),
    marks: tuple[str, ...] = (),
) -> list[Block]:
    """Return a group's cells for each printed form.

    What is counted goes with the first form; where nothing is, n is what the form makes, with the `marks`.
    """
    t, blocks = table.t, []
    for form in table.forms(printed):
        made = _made_count(form.claim)
        notes = [t("tables.note.where", places=form.where)] if form.where else []
        for claim in comparisons:
            # the paper's words place a percentage where it is not ("most" for one half)
            if claim["verdict"] == "differs":
                operator = t(f"tables.operator.{claim['operator'] or '='}")
                notes.append(t("tables.note.wording", operator=operator, n=claim["n"]))
        if counted is None:
            block = {"n": Cell(made or NO_VALUE, marks), "percent": NO_VALUE}
        else:
            block = {} if blocks else dict(counted)
            if made not in ("", counted["n"]) and form.claim["quantity"] != "sample_size":
                notes.append(t("tables.note.sheet_differs", n=counted["n"], printed=made))
        letters = {letter for note in notes for letter in table.mark(note)}
        blocks.append({**block, **form.cells, "printed": Cell(form.printed.text, tuple(sorted(letters)))})
    return blocks


def _made_count(claim: Record) -> str:
    """Return the number of participants that a printed count or percentage makes, "" where it makes none."""
    if not claim or claim["verdict"] not in ("reproduced", "reproduced_after_rounding"):
        return ""
    return claim["computed"] if claim["quantity"] == "count" else whole_number(claim)


def _side_by_side(view: View, stub: str, lists: list[list[Block]], first: Block | None = None) -> list[Row]:
    """Put the blocks of the groups beside each other, a row more for each further form; `first` is in the first."""
    rows = []
    for blocks in zip_longest(*lists, fillvalue={}):
        cells = {
            f"{name}_{group}": cell
            for group, block in zip(view.study.group_ids, blocks, strict=True)
            for name, cell in block.items()
        }
        rows.append(row("more", **cells) if rows else row(row=stub, **cells, **(first or {})))
    return rows
