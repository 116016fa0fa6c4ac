"""A printed cross-tabulation of levels before and after, read back into participants."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.decode import codebook, decode
from oxymilk.ingest.entry import Entry
from oxymilk.ingest.grid import Cell, Grid, fault_at
from oxymilk.ingest.headers import Header, find_columns
from oxymilk.sheet_words import is_foot
from oxymilk.words import fold

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.sheet import Crosstab, Sheet

_MOST_PARTICIPANTS = 100_000


def crosstab_entries(
    grid: Grid, header: Header, sheet: Sheet, study: Study
) -> tuple[list[Entry], list[Fault], set[int]]:
    """Return as many entries as the table counts.

    A blank cell counts nobody; a blank group is that of the row above, as tables print it. A row's total,
    when its column is declared, must be the sum of the row; a skipped row of totals must be the sums of the
    columns of its group, or of the table.

    Parameters
    ----------
    grid : Grid
        The cells.
    header : Header
        Its header.
    sheet : Sheet
        With its `crosstab`.
    study : Study
        For the groups, levels and the two timepoints.

    Returns
    -------
    tuple of list of Entry, list of Fault, set of int
        Participants are named <group>_01, ... in the order of the table; the set has the columns used.
    """
    table = sheet.crosstab
    group_column = None if sheet.group is None else sheet.group.column
    names = [name for name in (group_column, table.before.column, *table.after, table.total) if name]
    columns, faults = find_columns(grid, header, names)
    used = set(columns.values())
    if set(names) - set(columns):
        return [], faults, used
    groups = codebook("group", sheet.group.codes if sheet.group else {}, study.group_ids)
    levels = codebook("level", table.before.codes, study.outcome.level_ids)
    group = (sheet.group.only if sheet.group else None) or (
        study.group_ids[0] if len(study.groups) == 1 else ""
    )
    skipped = set(map(fold, sheet.skip))
    pre, post = (timepoint.id for timepoint in study.compared)
    entries: list[Entry] = []
    of_group: Counter[str] = Counter()
    of_table: Counter[str] = Counter()
    counted: dict[str, int] = {}
    for row in range(header.first, len(grid.rows)):
        cells = {name: grid.cell(row, columns[name], name) for name in names}
        texts = [fold(text) for text in grid.rows[row] if text.strip()]
        if not texts or set(texts) & skipped:
            unread = any(fault.kind == "fault" for fault in faults)
            if not unread and any(is_foot(text) for text in texts):
                faults += _wrong_totals(cells, table, of_group, of_table)
            continue
        if group_column and cells[group_column].text:
            of_group.clear()
            group = decode(cells[group_column], groups, faults, merged=True) or ""
        elif not group:
            faults.append(fault_at("group_missing", cells[group_column], legal=groups.legal))
        before = decode(cells[table.before.column], levels, faults)
        if before == "":
            faults.append(fault_at("level_missing", cells[table.before.column], legal=levels.legal))
        counts = {name: _count(cells[name], sheet, faults) for name in table.after}
        if table.total and None not in counts.values():
            total = _count(cells[table.total], sheet, faults)
            if total is not None and total != sum(counts.values()):
                faults.append(fault_at("total_differs", cells[table.total], sum=sum(counts.values())))
        if not group or not before or None in counts.values():
            continue
        of_group.update(counts)
        of_table.update(counts)
        if len(entries) + sum(counts.values()) > _MOST_PARTICIPANTS:
            faults.append(fault_at("count_due", cells[table.before.column]))
            break
        for name, level in table.after.items():
            for _ in range(counts[name]):
                counted[group] = counted.get(group, 0) + 1
                participant = cells[name]._replace(text=f"{group}_{counted[group]:02d}")
                entries.append(
                    Entry(participant, None, (), group_id=group, grid_row=row,
                          levels=((pre, before), (post, level)))
                )  # fmt: skip
    return entries, faults, used


def _wrong_totals(
    cells: dict[str, Cell], table: Crosstab, of_group: Counter[str], of_table: Counter[str]
) -> list[Fault]:
    """Return a fault for each printed total of a column that is the sum of neither the group nor the table."""
    sums = [{name: one[name] for name in table.after} for one in (of_group, of_table)]
    if table.total:
        sums = [{**one, table.total: sum(one.values())} for one in sums]
    # a Decimal, since int() refuses very many digits
    printed = {name: Decimal(cells[name].text) for name in sums[0] if cells[name].text.isdecimal()}
    if any(all(one[name] == count for name, count in printed.items()) for one in sums):
        return []
    return [
        fault_at("column_total_differs", cells[name], sum=sums[0][name])
        for name, count in printed.items()
        if count != sums[0][name]
    ]


def _count(cell: Cell, sheet: Sheet, faults: list[Fault]) -> int | None:
    """Return the count in a cell, 0 when it is blank or a word for nothing, None when it is a fault."""
    if cell.kind not in ("formula", "error") and (
        not cell.text or fold(cell.text) in map(fold, sheet.missing)
    ):
        return 0
    if cell.text.isascii() and cell.text.isdigit() and len(cell.text) < 7:
        return int(cell.text)
    faults.append(fault_at("count_due", cell))
    return None
