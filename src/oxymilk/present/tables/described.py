"""The tables that describe: characteristics of the participants, frequencies of levels, summary of scores."""

from __future__ import annotations

from collections import defaultdict
from itertools import zip_longest
from math import isnan, nan
from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import Cell, Panel, Row, Table, made_count
from oxymilk.texts import NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.present.view import Row as Record
    from oxymilk.study import Characteristic

# what a group has in one row, by the keys of its columns, which end in the group's id
Block = dict[str, Cell | str]
_HOLDS = ("reproduced", "reproduced_after_rounding")
# columns of summaries.csv, and the decimals more than the scores have
_SUMMARY = {"mean": 1, "sd": 1, "minimum": 0, "q1": 1, "median": 1, "q3": 1, "maximum": 0}


def frequency_table(table: Table) -> Table:
    """Make the table of a group's frequencies: each level at each timepoint, with those whose score is missing."""
    view, t, group = table.view, table.t, table.group.id
    mine = [record for record in view.rows("frequencies") if record["group"] == group]
    decimals = _percent_decimals(mine)
    any_missing = any(int(record["missing"] or 0) for record in mine)
    rows, missing = [], []
    for timepoint in view.study.timepoints:
        here = {record["level"]: record for record in mine if record["timepoint"] == timepoint.id}
        if not here:
            continue
        rows.append(Row("section", row=view.label(timepoint)))
        for level in view.study.outcome.levels:
            record = here[level.id]
            claims = table.select("count", "percent", group=group, timepoint=timepoint.id, level=level.id)
            percent = table.number_cell(record["percent"], decimals)
            rows += table.checked(claims, row=view.label(level), n=record["n"], percent=percent)
        hundred = t.number(100, decimals) if int(record["total"]) else NO_VALUE
        rows.append(Row("total", row=t("tables.row.total"), n=record["total"], percent=hundred))
        if any_missing:
            rows.append(Row(row=t("tables.row.missing"), n=record["missing"]))
            missing.append(f"{view.label(timepoint)} {record['missing']}")
    if missing:
        table.notes.append(t("tables.note.missing", missing=t("common.list_separator").join(missing)))
        if any((test["test"], test["group"]) == ("signed_rank", group) for test in view.rows("tests")):
            table.notes.append(table.left_out(table.results("signed_rank", group)[0]))
    title = t("tables.title.frequencies", outcome=view.label(view.study.outcome), group=table.group_name)
    return table.finish(title, Panel("", table.columns("frequencies", "checked"), tuple(rows)))


def _percent_decimals(records: Iterable[Record]) -> int:
    """Return the decimals that percentages are written with: none where all are whole, else one."""
    return int(any(to_decimal(record["percent"] or "0") % 1 for record in records))


def summary_table(table: Table) -> Table:
    """Make the table that describes scores in the outcome's unit: a section a group, a row a timepoint."""
    view, t, outcome = table.view, table.t, table.view.study.outcome
    records = {(record["group"], record["timepoint"]): record for record in view.rows("summaries")}
    decimals = outcome.score_decimals
    if decimals is None:
        # those that the extremes are written with, two at most
        ends = [to_decimal(record[end]) for record in records.values() for end in ("minimum", "maximum")]
        decimals = min(2, max([0, *(-end.as_tuple().exponent for end in ends if end is not None)]))
    rows, missing = [], []
    for group in view.study.groups:
        mine = [timepoint for timepoint in view.study.timepoints if (group.id, timepoint.id) in records]
        rows += [Row("section", row=view.label(group))] if mine else []
        for timepoint in mine:
            record, name = records[group.id, timepoint.id], view.label(timepoint)
            cells = {key: table.number_cell(record[key], decimals + more) for key, more in _SUMMARY.items()}
            rows.append(Row(row=name, n=record["n"], missing=record["missing"], **cells))
            if int(record["missing"] or 0):
                missing.append(f"{view.label(group)}, {name}: {record['missing']}")
    listed = t("common.list_separator").join(missing)
    table.notes += (
        t("tables.note.summary_missing", missing=listed) if missing else "",
        t("tables.note.summary"),
        table.scale_note if table.last else "",
    )
    key = "summary_unit" if outcome.unit else "summary"
    title = t(f"tables.title.{key}", outcome=view.label(outcome), unit=view.unit(outcome))
    return table.finish(title, Panel("", table.columns("summary"), tuple(rows)))


def characteristics_table(table: Table) -> Table:
    """Make the table of characteristics, a column block a group.

    A characteristic that the sheet has is counted, and the groups compared; any other is shown as printed, with the
    number of participants that a printed percentage makes.
    """
    view, t, study = table.view, table.t, table.view.study
    counted: dict[str, list[Record]] = defaultdict(list)
    for record in view.rows("baseline"):
        counted[record["characteristic"]].append(record)
    # the participants of each group, those with a missing score too
    sizes = dict.fromkeys(study.group_ids, 0)
    for record in view.rows("frequencies"):
        n = int(record["total"]) + int(record["missing"] or 0)
        sizes[record["group"]] = max(n, sizes[record["group"]])
    layout, key = ("counts", "characteristics_computed") if counted else ("as_printed", "characteristics")
    table.notes.append(t(f"tables.note.{key}") if counted or study.characteristics else "")
    printed = {group: table.select("sample_size", group=group) for group in sizes}
    blocks = {group: _blocks(table, printed[group], {"n": str(n)}) for group, n in sizes.items()}
    rows = _side_by_side(t("tables.row.participants"), blocks)
    for item in study.characteristics:
        rows += _rows_of(table, item, counted, sizes)
    # without a printed number the paper has no columns, and p none where no groups could be compared
    hidden = () if table.verdicts or not counted else ("printed", "verdict")
    columns = [*table.columns(layout)]
    for group in study.groups:
        spanner = view.label(group)
        columns += table.columns(f"{layout}_of_group", of_group=group.id, hidden=hidden, group=spanner)
    if counted:
        compared = any(record["p_value"] for record in view.rows("baseline"))
        columns += table.columns("comparison", hidden=() if compared else ("p",))
    return table.finish(t(f"tables.title.{key}"), Panel("", tuple(columns), tuple(rows)))


def _rows_of(
    table: Table, item: Characteristic, counted: dict[str, list[Record]], sizes: dict[str, int]
) -> list[Row]:
    """Return the rows of a characteristic: a section, a row a level, and those who are at no level.

    What the sheet has is counted, with p in the first row. What only the paper has shows, in a table of counts, the
    levels that are printed; where nothing is counted, every level and how many are left for those not printed.
    """
    view, t = table.view, table.t
    counts = {(record["level"], record["group"]): record for record in counted.get(item.id, [])}
    only_printed = bool(counted) and not counts
    any_printed = table.select("percent", "count", variable=item.id)
    marks = table.mark(t("tables.note.characteristics_made")) if only_printed and any_printed else ()
    decimals = _percent_decimals(counts.values())
    levels = {level.id: view.label(level) for level in item.levels}
    if counts and not levels:
        levels = {"": t("tables.row.known")}
    # the participants at no printed level; nan where a printed number makes none, or two make different ones
    rest: dict[str, float] = dict(sizes)
    rows = []
    for level, stub in levels.items():
        blocks, p = {}, {}
        for group in sizes:
            about, cells = {"variable": item.id, "level": level, "group": group}, None
            printed = table.select("percent", "count", **about)
            if counts:
                record = counts[level, group]
                cells = {"n": record["n"], "percent": table.number_cell(record["percent"], decimals)}
            compared, shown = table.select("comparison", **about), printed or not only_printed
            blocks[group] = _blocks(table, printed, cells, compared, marks) if shown else []
            made = {made_count(claim) if claim["verdict"] in _HOLDS else "" for claim in printed}
            rest[group] -= int(made.pop()) if len(made) == 1 and "" not in made else nan
        if counts and not rows:
            unit = view.unit(item) if record["test"] == "mann_whitney_exact" else ""
            key = f"tables.comparison.{record['test']}{'_unit' if unit else ''}"
            note = t(key, unit=unit) if record["p_value"] else ""
            p = {"p": table.number_cell(record["p_value"], note=note)}
        rows += _side_by_side(stub, blocks, **p)
    missing = {f"n_{group}": counts[level, group]["missing"] for group in sizes} if counts else {}
    if any(int(n or 0) for n in missing.values()):
        rows.append(Row(row=t("tables.row.missing"), **missing))
    if not counted and any(n != 0 for n in rest.values()):
        table.notes.append(t("tables.note.other_levels"))
        dash = {"printed": NO_VALUE, "verdict": NO_VALUE}
        others = {group: [{"n": NO_VALUE if isnan(n) else str(n), **dash}] for group, n in rest.items()}
        rows += _side_by_side(t("tables.row.other_levels"), others)
    return [Row("section", row=view.label(item)), *rows] if rows or not only_printed else []


def _blocks(
    table: Table, printed: list[Record], counted: Block | None, comparisons: Iterable[Record] = (),
    marks: tuple[str, ...] = (),
) -> list[Block]:  # fmt: skip
    """Return a group's cells for each printed form.

    What is counted goes with the first form; where nothing is, n is what the form makes, with the `marks`.
    """
    t, blocks = table.t, []
    for form, claim in table.forms(printed):
        made = made_count(claim) if claim and claim["verdict"] in _HOLDS else ""
        notes = [t("tables.note.where", places=form["where"])] if form["where"] else []
        for comparison in comparisons:
            # the paper's words place a percentage where it is not ("most" for one half)
            if comparison["verdict"] == "differs":
                operator = t(f"tables.operator.{comparison['operator'] or '='}")
                notes.append(t("tables.note.wording", operator=operator, n=comparison["n"]))
        block = {"n": Cell(made or NO_VALUE, marks), "percent": NO_VALUE}
        if counted is not None:
            block = {} if blocks else counted
            if made not in ("", counted["n"]) and claim["quantity"] != "sample_size":
                notes.append(t("tables.note.sheet_differs", n=counted["n"], printed=made))
        letters = {letter for note in notes for letter in table.mark(note)}
        blocks.append({**block, **form, "printed": Cell(form["printed"], tuple(sorted(letters)))})
    return blocks


def _side_by_side(stub: str, blocks: dict[str, list[Block]], **first: Cell) -> list[Row]:
    """Put the groups' blocks beside each other, a row more for each further form; `first` is in the first row."""
    rows = []
    for row in zip_longest(*blocks.values(), fillvalue={}):
        of_groups = zip(blocks, row, strict=True)
        cells = {f"{key}_{group}": cell for group, block in of_groups for key, cell in block.items()}
        rows.append(Row("more", **cells) if rows else Row(row=stub, **cells, **first))
    return rows
