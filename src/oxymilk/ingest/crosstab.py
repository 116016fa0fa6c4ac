"""A printed cross-tabulation of levels before and after, read back into participants."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, Entry, Grid, fault_at
from oxymilk.ingest.headers import Header, find_columns
from oxymilk.ingest.scores import codebook, decode
from oxymilk.words import fold, is_foot

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.sheet import Crosstab, Sheet

_MOST_PARTICIPANTS = 100_000


def crosstab_entries(
    grid: Grid, header: Header, sheet: Sheet, study: Study
) -> tuple[list[Entry], list[Fault], set[int]]:
    """Return as many entries as the table counts, the faults, and the columns used.

    A blank cell counts nobody; a blank group is that of the row above, as tables print it. A row's total, when its
    column is declared, must be the sum of the row; a skipped row of totals must be the sums of the columns of its
    group, or of the table. Participants are named <group>_01, ... in the order of the table: a row of the group
    "control" with the counts 2 and 1 is control_01 and control_02 of the first level, control_03 of the second.
    """
    table = sheet.crosstab
    group_column = sheet.group.column if sheet.group else None
    names = [name for name in (group_column, table.before.column, *table.after, table.total) if name]
    columns, faults = find_columns(grid, header, names)
    used = set(columns.values())
    if set(names) - set(columns):
        return [], faults, used
    groups = codebook("group", sheet.group.codes if sheet.group else {}, study.group_ids)
    levels = codebook("level", table.before.codes, study.outcome.level_ids)
    only_group = study.group_ids[0] if len(study.groups) == 1 else ""
    group = (sheet.group.only if sheet.group else None) or only_group
    skipped = set(map(fold, sheet.skip))
    pre, post = (timepoint.id for timepoint in study.compared)
    entries: list[Entry] = []
    of_group: Counter[str] = Counter()
    of_table: Counter[str] = Counter()
    counted: Counter[str] = Counter()  # participants of each group
    for row in range(header.first, len(grid.rows)):
        cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
        texts = [fold(text) for text in grid.rows[row] if text.strip()]
        if not texts or set(texts) & skipped:
            unread = any(fault.kind == "fault" for fault in faults)
            if not unread and any(map(is_foot, texts)):
                faults += _wrong_totals(cells, table, of_group, of_table)
            continue
        before_cell = cells[table.before.column]
        if group_column and cells[group_column].text:
            of_group.clear()
            group = decode(cells[group_column], groups, faults, merged=True) or ""
        elif not group:
            faults.append(fault_at("group_missing", cells[group_column], legal=groups.legal))
        before = decode(before_cell, levels, faults)
        if before == "":
            faults.append(fault_at("level_missing", before_cell, legal=levels.legal))
        counts = {name: _count(cells[name], sheet, faults) for name in table.after}
        complete = None not in counts.values()
        if table.total and complete:
            total = _count(cells[table.total], sheet, faults)
            if total is not None and total != sum(counts.values()):
                faults.append(fault_at("total_differs", cells[table.total], sum=sum(counts.values())))
        if not (group and before and complete):
            continue
        of_group.update(counts)
        of_table.update(counts)
        if len(entries) + sum(counts.values()) > _MOST_PARTICIPANTS:
            faults.append(fault_at("count_due", before_cell))
            break
        for name, level in table.after.items():
            for _ in range(counts[name]):
                counted[group] += 1
                participant = cells[name]._replace(text=f"{group}_{counted[group]:02d}")
                both = ((pre, before), (post, level))
                entries.append(Entry(participant, None, (), group_id=group, grid_row=row, levels=both))
    return entries, faults, used


def _wrong_totals(
    cells: dict[str, Cell], table: Crosstab, of_group: Counter[str], of_table: Counter[str]
) -> list[Fault]:
    """Return a fault for each printed total of a column that is the sum of neither the group nor the table."""
    sums = [{name: counts[name] for name in table.after} for counts in (of_group, of_table)]
    if table.total:
        sums = [{**counts, table.total: sum(counts.values())} for counts in sums]
    # a Decimal, since int() refuses very many digits
    printed = {name: Decimal(cells[name].text) for name in sums[0] if cells[name].text.isdecimal()}
    if any(all(counts[name] == total for name, total in printed.items()) for counts in sums):
        return []
    return [
        fault_at("column_total_differs", cells[name], sum=sums[0][name])
        for name, total in printed.items()
        if total != sums[0][name]
    ]


def _count(cell: Cell, sheet: Sheet, faults: list[Fault]) -> int | None:
    """Return the count in a cell, 0 when it is blank or a word for nothing, None when it is a fault."""
    is_blank = not cell.text or fold(cell.text) in map(fold, sheet.missing)
    if is_blank and cell.kind not in ("formula", "error"):
        return 0
    if cell.text.isascii() and cell.text.isdigit() and len(cell.text) < 7:
        return int(cell.text)
    faults.append(fault_at("count_due", cell))
    return None
