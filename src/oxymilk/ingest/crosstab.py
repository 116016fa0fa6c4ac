"""A printed cross-tabulation, level before by row and level after by column: each count is as many participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Entry, add_fault, fault_at
from oxymilk.ingest.scores import codebook, codebooks, decode, text_of
from oxymilk.numbers import COUNT
from oxymilk.words import fold, is_foot

if TYPE_CHECKING:
    from oxymilk.ingest.grid import Cell
    from oxymilk.ingest.layouts import Tables
    from oxymilk.study.sheet import Sheet

_MOST_PARTICIPANTS = 100_000
_Parts = list[tuple[str, Counter[str]]]  # the group and the counts of each row, by column


def crosstab_entries(tables: Tables) -> list[Entry]:
    """Return an entry for each participant that a cross-tabulation counts, named control_01, ...; totals must fit.

    The row "Kontrol | Kurang | 1 | 2" with the columns Kurang and Baik for the level after gives control_01, who stays
    kurang, and control_02 and control_03, who become baik.
    """
    grid, sheet, study, faults = tables.grid, tables.sheet, tables.study, tables.faults
    table, source = sheet.crosstab, sheet.group
    sums = [name for name in (*table.after, table.total) if name]
    named = [name for name in (source and source.column, table.before.column) if name]
    columns = tables.columns([*named, *sums])
    if columns is None:
        return []
    groups, _ = codebooks(sheet, study)
    levels = codebook("level", table.before.codes, study.outcome.level_ids)
    group, skipped = tables.only_group, set(map(fold, sheet.skip))
    pre, post = (timepoint.id for timepoint in study.compared)
    entries: list[Entry] = []
    rows_of_groups: dict[tuple[str, str], int] = {}  # the row of each word before, by group
    counted: Counter[str] = Counter()  # participants of each group
    parts: _Parts = []
    # of rows of totals: how many parts are above, group, cells
    totals: list[tuple[int, str, dict[str, Cell]]] = []
    for row in range(tables.header.first, len(grid.rows)):
        cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
        words = [fold(text) for text in grid.rows[row] if text.strip()]
        if len(words) == 1 and source and words[0] in source.parts:
            group = source.parts[words[0]]
            continue
        group_cell = cells[named[0]] if len(named) == 2 else None
        before_cell = cells[table.before.column]
        if set(words) & skipped or not (words or any(cell.kind == "formula" for cell in cells.values())):
            if any(map(is_foot, words)):
                own_group = groups.meanings.get(fold(group_cell.text), "") if group_cell else ""
                group = own_group or group
                totals.append((len(parts), own_group, {name: cells[name] for name in sums}))
                for name in sums:  # a total that was never computed cannot be compared
                    text_of(cells[name], frozenset(), faults, merged=True)
            continue
        known = {*groups.meanings, *levels.meanings}
        foot = [name for name in named if is_foot(cells[name].text) and fold(cells[name].text) not in known]
        if foot:
            add_fault(faults, "foot_row", cells[foot[0]])
            continue
        if group_cell and group_cell.text:
            group = decode(group_cell, groups, faults, merged=True) or ""
        elif not group:
            add_fault(faults, "group_missing", group_cell, legal=groups.legal)
        before = decode(before_cell, levels, faults)
        if before == "":
            add_fault(faults, "level_missing", before_cell, legal=levels.legal)
        row_of = rows_of_groups.setdefault((group, fold(before_cell.text)), before_cell.row)
        if row_of != before_cell.row:
            add_fault(faults, "level_twice", before_cell, first=row_of)
        counts = {name: _count(cells[name], sheet, faults) for name in table.after}
        if None in counts.values():
            continue
        count = sum(counts.values())
        if table.total and _count(cells[table.total], sheet, faults) not in (None, count):
            add_fault(faults, "total_differs", cells[table.total], sum=count)
        if not (group and before):
            continue
        if len(entries) + count > _MOST_PARTICIPANTS:
            add_fault(faults, "count_due", before_cell)
            break
        parts.append((group, Counter(counts | {table.total or "": count})))
        tables.reach[row] = max(columns.values())
        for name in Counter(counts).elements():  # each column as often as it counts
            counted[group] += 1
            participant = cells[name]._replace(text=f"{group}_{counted[group]:02d}")
            levels_of_both = (pre, before), (post, table.after[name])
            entries.append(Entry(participant, None, (), group_id=group, grid_row=row, levels=levels_of_both))
    if all(fault.kind == "warning" for fault in faults):
        faults += _differing_totals(parts, totals)
    return entries


def _differing_totals(parts: _Parts, totals: list[tuple[int, str, dict[str, Cell]]]) -> Iterator[Fault]:
    """Yield a fault for each total that is the sum neither of its group nor of the whole table.

    The group is the one that the row of totals names, else that of the rows above it; where the first row of totals
    is above all counts, and is not that of the table, that of the rows below it.
    """
    of_table = sum((counts for _, counts in parts), Counter())
    are_above = False
    for at, group, cells in totals:
        texts = {name: cell.text.partition("(")[0].strip() for name, cell in cells.items()}
        # a Decimal, since int() refuses very many digits
        printed = {name: Decimal(text) for name, text in texts.items() if text.isdecimal()}
        if all(of_table[name] == total for name, total in printed.items()):
            continue
        are_above = are_above or at == 0
        beside = parts[at : at + 1] if are_above else parts[max(at - 1, 0) : at]
        of = group or next(iter(dict(beside)), "")
        due = sum((counts for own, counts in parts if own == of), Counter())
        for name, total in printed.items():
            if total != due[name]:
                yield fault_at("column_total_differs", cells[name], sum=due[name])


def _count(cell: Cell, sheet: Sheet, faults: list[Fault]) -> int | None:
    """Return the count in a cell, 0 when it is blank or a word for nothing, None when it is a fault."""
    text = text_of(cell, frozenset(map(fold, sheet.missing)), faults)
    if not text:
        return None if text is None else 0
    count = COUNT.fullmatch(text)
    return int(count[1]) if count else add_fault(faults, "count_due", cell)
