"""Table 1: the characteristics of the participants, counted where the sheet has them, beside what is printed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import TableBuilder, whole_number
from oxymilk.present.tables.model import Cell, Panel, Row, Table, row
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Characteristic

# what a group has in one row, by the keys of its columns, which end in the group's id
Block = dict[str, Cell | str]


def characteristics_table(view: View, number: int) -> Table:
    """Make the table of characteristics, a column block a group.

    A characteristic that the sheet has is counted, and the groups compared; any other is shown as printed, with the
    number of participants that a printed percentage makes.
    """
    t, table = view.t, TableBuilder(view, "characteristics")
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
    if counted:
        table.note(t("tables.note.characteristics_computed"))
        title, layout = t("tables.title.characteristics_computed"), "counts"
    else:
        table.note(t("tables.note.characteristics") if view.study.characteristics else "")
        table.note(t("tables.note.other_levels") if partial else "")
        title, layout = t("tables.title.characteristics"), "as_printed"
    # without a printed number the paper has no columns, and p none where no groups could be compared
    hidden = () if table.verdicts or not counted else ("printed", "verdict")
    columns = [*table.columns(layout)]
    for group in view.study.groups:
        spanner = view.label(group)
        columns += table.columns(f"{layout}_of_group", of_group=group.id, hidden=hidden, group=spanner)
    if counted:
        compared = any(record["p_value"] for record in view.rows("baseline"))
        columns += table.columns("comparison", hidden=() if compared else ("p",))
    return table.finish(number, title, Panel("", tuple(columns), tuple(rows)))


def _size(view: View, group: str) -> str:
    """Return the number of participants of a group, those with a missing score too."""
    mine = [record for record in view.rows("frequencies") if record["group"] == group]
    return str(max((int(record["total"]) + int(record["missing"] or 0) for record in mine), default=0))


def _counted_rows(table: TableBuilder, item: Characteristic, counts: list[Record]) -> list[Row]:
    """Return the rows of a characteristic that the sheet has, p in the first of them."""
    view, t, groups = table.view, table.view.t, table.view.study.group_ids
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
            printed, comparisons = (
                table.select("percent", "count", **about),
                table.select("comparison", **about),
            )
            blocks.append(_blocks(table, printed, cells, comparisons))
        comparison: Block = {}
        if level == levels[0][0]:
            unit = item.unit[view.language] if item.unit and test == "mann_whitney_exact" else ""
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
    made = ()
    if table.select("percent", "count", variable=item.id):
        made = table.mark(table.view.t("tables.note.characteristics_made"))
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
    t, blocks = table.view.t, []
    for form in table.forms(printed):
        made = _made_count(form.claim)
        notes = [t("tables.note.where", places=form.where)] if form.where else []
        notes += [_wording_note(table, claim) for claim in comparisons if claim["verdict"] == "differs"]
        if counted is None:
            block = {"n": Cell(made or NO_VALUE, marks), "percent": NO_VALUE}
        else:
            block = {} if blocks else dict(counted)
            if made not in ("", counted["n"]) and form.claim["quantity"] != "sample_size":
                notes.append(t("tables.note.sheet_differs", n=counted["n"], printed=made))
        letters = {letter for note in notes for letter in table.mark(note)}
        blocks.append({**block, **form.cells, "printed": Cell(form.printed.text, tuple(sorted(letters)))})
    return blocks


def _wording_note(table: TableBuilder, claim: Record) -> str:
    """Say where the paper's words place a percentage that is not there ("most" for one half)."""
    operator = table.view.t(f"tables.operator.{claim['operator'] or '='}")
    return table.view.t("tables.note.wording", operator=operator, n=claim["n"])


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
