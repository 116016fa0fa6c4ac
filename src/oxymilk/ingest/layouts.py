"""Turn a grid into entries: which cell is the participant, the group, the score of which timepoint.

Nothing here reads a meaning into a cell; `scores` does that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import ALL_COLUMNS, add_fault, find_columns, read_header, transpose, unused_columns
from oxymilk.ingest.marks import place_of
from oxymilk.ingest.scores import NUMBER, codebook, decode
from oxymilk.study.sheet import ALL, Block
from oxymilk.words import clean, fold, is_blank, is_foot

if TYPE_CHECKING:
    from oxymilk.ingest.grid import Cell, Grid, Header
    from oxymilk.study import Study
    from oxymilk.study.sheet import Sheet

_MOST_PARTICIPANTS = 100_000  # of a cross-tabulation


@dataclass(frozen=True)
class Entry:
    """One row of a sheet as cells, before they are given a meaning.

    `participant` is the cell that distinguishes the participant, unless the row itself does (`by_row`). `group` is
    None when another sheet has it, or when `group_id` is that of the sheet, block or title. `scores` are timepoint
    ids and their cells, one cell or one an item; the id is empty when it is in the cell `timepoint` of a long sheet.
    `characteristics` are cells by id, `grid_row` is counted from 0, and `levels` are the timepoint and level ids that
    a cross-tabulation knows itself. `totals` are those of a checklist, for each of `scores` a cell or None.
    """

    participant: Cell
    group: Cell | None
    scores: tuple[tuple[str, tuple[Cell, ...]], ...]
    timepoint: Cell | None = None
    characteristics: dict[str, Cell] = field(default_factory=dict)
    group_id: str = ""
    grid_row: int = 0
    by_row: bool = False
    levels: tuple[tuple[str, str], ...] = ()
    totals: tuple[Cell | None, ...] = ()


def entries_of(grid: Grid, sheet: Sheet, study: Study) -> tuple[list[Entry], list[Fault]]:
    """Return the entries of a grid in the layout that its sheet declares.

    Parameters
    ----------
    grid : Grid
        The cells.
    sheet : Sheet
        The declaration: layout, columns.
    study : Study
        For the items of a checklist and the groups.

    Returns
    -------
    tuple of list of Entry, list of Fault
        No entries when a declared column is missing: then no row can be read.
    """
    if sheet.last_row:
        grid = replace(grid, rows=grid.rows[: sheet.last_row])
    if sheet.layout == "transposed":  # one column a participant, the names are in the first column
        grid = transpose(grid)
    header = read_header(grid, sheet)
    only_group = (sheet.group and sheet.group.only) or (study.group_ids[0] if len(study.groups) == 1 else "")
    tables = _Tables(grid, header, sheet, study, only_group)
    faults = tables.faults
    if sheet.layout == "crosstab":
        entries = _crosstab(tables)
    else:
        # a sheet of several parts, one below the other, has the groups of its rows
        groups = _groups_of_rows(tables) if sheet.layout == "titled" else None
        blocks = sheet.blocks or (Block(),)
        entries = [entry for block in blocks for entry in tables.entries(block, groups)]
        for entry in entries if groups is not None else ():
            if not entry.group_id:
                add_fault(faults, "group_missing", entry.participant, value="", legal=[*sheet.group.titles])
    if all(all(map(is_blank, texts)) for texts in grid.rows[header.first :]):
        return [], [Fault("sheet_empty", grid.file, grid.worksheet)]
    if any(fault.code in ("column_missing", "header_not_found") for fault in faults):
        entries = []
    if tables.used and not any(fault.params.get("nearest") == "layout: transposed" for fault in faults):
        # a value to the right of the last header may be a name, and is not shown
        last = max((at for at, name in enumerate(header.names) if name), default=0)
        for row in range(header.first, len(grid.rows)):
            for column in range(last + 1, len(grid.rows[row])):
                if not is_blank(grid.rows[row][column]):
                    add_fault(faults, "cell_outside", grid.cell(row, column), value="")
        faults = unused_columns(grid, header, tables.used, sheet.ignore) + faults
    return entries, faults


@dataclass
class _Tables:
    """A grid and what was found while its tables were read: faults, and the columns that they use.

    `only_group` is the group of all rows, "" when they may be of several.
    """

    grid: Grid
    header: Header
    sheet: Sheet
    study: Study
    only_group: str
    faults: list[Fault] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def columns(self, names: list[str], within: range = ALL_COLUMNS) -> dict[str, int] | None:
        """Return the columns with these names, now used; None when one is missing, which is a fault."""
        columns, faults = find_columns(self.grid, self.header, names, within)
        self.faults += faults
        self.used.update(columns.values())
        return None if set(names) - set(columns) else columns

    def entries(self, block: Block, groups: dict[int, str] | None) -> list[Entry]:
        """Return the entries of a block of columns, or of the rows that have a group; none without its columns."""
        grid, sheet, checklist = self.grid, self.sheet, self.study.outcome.checklist
        visits = {when: visit for visit, when in sheet.visits.items()}
        if visits:
            scores = {when: sheet.score.replace("{visit}", visit) for when, visit in visits.items()}
        elif sheet.score:
            scores = {sheet.timepoint.only or "": sheet.score}
        else:
            scores = block.scores or sheet.scores
        items = [item.written for item in checklist.items] if checklist else [""]
        score_names = {of: [name.replace("{item}", item) for item in items] for of, name in scores.items()}
        by_row = not block.participant and (sheet.participant is None or sheet.participant.by_row)
        key = None if by_row else block.participant or sheet.participant.column
        group = sheet.group.column if sheet.group and not block.group else None
        timepoint = sheet.timepoint.column if sheet.timepoint else None
        characteristics = {of: source.column for of, source in sheet.characteristics.items()}
        keys = [name for name in (key, group, timepoint) if name]
        of_scores = [name for names in score_names.values() for name in names]
        within = ALL_COLUMNS
        if block.columns:  # such as A:C
            first, last = (place_of(f"{letters.strip()}1")[1] for letters in block.columns.split(":"))
            within = range(first, last + 1)
        total_of = {of: sheet.total.get(of) or sheet.total.get(ALL, "") for of in scores}
        totals = [name.replace("{visit}", visits.get(of, "")) for of, name in total_of.items()]
        columns = self.columns([*keys, *of_scores, *filter(None, totals), *characteristics.values()], within)
        if columns is None:
            return []
        group_id = block.group or ("" if group else self.only_group)
        skipped = set(map(fold, sheet.skip))
        entries = []
        below_foot = False
        for row in range(self.header.first, len(grid.rows)) if groups is None else groups:
            cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
            entry = Entry(
                cells[key] if key else grid.cell(row, 0),
                cells[group] if group else None,
                tuple((of, tuple(cells[name] for name in names)) for of, names in score_names.items()),
                cells[timepoint] if timepoint else None,
                {of: cells[name] for of, name in characteristics.items()},
                group_id if groups is None else groups[row],
                row,
                by_row,
                totals=tuple(cells[name] if name else None for name in totals),
            )
            texts = grid.rows[row][within.start : within.stop]
            first_text = next((text for text in map(clean, texts) if text), "")
            words = [word for word in (entry.participant.text, first_text) if word]
            is_skipped = any(fold(word) in skipped for word in words)
            foot = next((word for word in words if is_foot(word, below_foot=below_foot)), "")
            below_foot = below_foot or is_skipped or bool(foot)
            if foot and not is_skipped:
                add_fault(self.faults, "foot_row", entry.participant, value=foot)
            elif not is_skipped and self._is_observation(entry, texts):
                entries.append(entry)
        return self._entered(entries, within, {columns[name] for name in keys})

    def _is_observation(self, entry: Entry, texts: list[str]) -> bool:
        """Say whether a row holds an observation; blank rows do not, odd ones are a fault."""
        participant = entry.participant
        no_text = ("formula", "error")  # kinds of cells that hold something all the same
        cells = [cell for cell in (entry.group, entry.timepoint) if cell and cell.kind != "merged"]
        cells += [cell for _, of_timepoint in entry.scores for cell in of_timepoint]
        has_values = any(cell.text or cell.kind in no_text for cell in cells)
        is_named = participant.text or entry.by_row or participant.kind in no_text
        if has_values and not is_named:
            add_fault(self.faults, "participant_missing", participant)
        elif not has_values and not all(map(is_blank, texts)):
            add_fault(self.faults, "row_without_values", participant, value="")
        return bool(has_values and is_named)

    def _entered(self, entries: list[Entry], within: range, keys: set[int]) -> list[Entry]:
        """Return the entries without those of rows in which nobody entered a value.

        A template numbers its rows and fills them with formulas to the end; a formula makes `Kurang` of no answers.
        Where other rows have entries of people, such a row is empty.
        """
        entered, computed = [], []
        for entry in entries:
            row, texts = entry.grid_row, enumerate(self.grid.rows[entry.grid_row])
            filled = {(row, at) for at, text in texts if text.strip() and at not in keys and at in within}
            (computed if filled and filled <= self.grid.computed else entered).append(entry)
        for entry in computed if entered else ():
            add_fault(self.faults, "row_only_computed", entry.participant, value="")
        return entered or entries


def _groups_of_rows(tables: _Tables) -> dict[int, str]:
    """Return the group of each row below a row that names it; "" below none; titles and repeated headers have none."""
    grid, header, sheet = tables.grid, tables.header, tables.sheet
    titles = {fold(word): group for word, group in sheet.group.titles.items()}
    skipped = set(map(fold, sheet.skip))
    headers = [[fold(text) for text in grid.rows[row]] for row in header.rows]
    groups: dict[int, str] = {}
    group = ""
    for row, texts in enumerate(grid.rows):
        folded = [fold(text) for text in texts]
        words = list(filter(None, folded))
        title = next((word for word in words if word in titles), None)
        if title is not None:
            group = titles[title]
        elif row >= header.first and len(words) == 1 and not NUMBER.fullmatch(words[0].rstrip(".")):
            # a title that is not declared would give its participants to the group above
            if words[0] not in skipped:
                cell = grid.cell(row, folded.index(words[0]))
                add_fault(tables.faults, "title_unknown", cell, legal=list(sheet.group.titles))
        elif row >= header.first and folded not in headers:
            groups[row] = group
    return groups


def _crosstab(tables: _Tables) -> list[Entry]:
    """Return as many entries as a printed cross-tabulation of levels before and after counts.

    A blank cell counts nobody; a blank group is that of the row above, as tables print it. A row's total, when its
    column is declared, must be the sum of the row; a skipped row of totals must be the sums of the columns of its
    group, or of the table. Participants are named <group>_01, ... in the order of the table: a row of the group
    "control" with the counts 2 and 1 is control_01 and control_02 of the first level, control_03 of the second.
    """
    grid, sheet, study, faults = tables.grid, tables.sheet, tables.study, tables.faults
    table = sheet.crosstab
    group_column = sheet.group.column if sheet.group else None
    sums = [name for name in (*table.after, table.total) if name]
    columns = tables.columns([*([group_column] if group_column else []), table.before.column, *sums])
    if columns is None:
        return []
    groups = codebook("group", sheet.group.codes if sheet.group else {}, study.group_ids)
    levels = codebook("level", table.before.codes, study.outcome.level_ids)
    group = tables.only_group
    skipped = set(map(fold, sheet.skip))
    pre, post = (timepoint.id for timepoint in study.compared)
    entries: list[Entry] = []
    of_group: Counter[str] = Counter()
    of_table: Counter[str] = Counter()
    counted: Counter[str] = Counter()  # participants of each group
    for row in range(tables.header.first, len(grid.rows)):
        cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
        texts = [fold(text) for text in grid.rows[row] if text.strip()]
        if not texts or set(texts) & skipped:
            if any(map(is_foot, texts)) and not any(fault.kind == "fault" for fault in faults):
                # a Decimal, since int() refuses very many digits
                printed = {name: Decimal(cells[name].text) for name in sums if cells[name].text.isdecimal()}
                is_of_table = all(printed[name] == of_table[name] for name in printed)
                for name, total in printed.items():
                    if total != of_group[name] and not is_of_table:
                        add_fault(faults, "column_total_differs", cells[name], sum=of_group[name])
            continue
        before_cell = cells[table.before.column]
        if group_column and cells[group_column].text:
            of_group.clear()
            group = decode(cells[group_column], groups, faults, merged=True) or ""
        elif not group:
            add_fault(faults, "group_missing", cells[group_column], legal=groups.legal)
        before = decode(before_cell, levels, faults)
        if before == "":
            add_fault(faults, "level_missing", before_cell, legal=levels.legal)
        counts = {name: _count(cells[name], sheet, faults) for name in table.after}
        if None in counts.values():
            continue
        count = sum(counts.values())
        if table.total:
            total = _count(cells[table.total], sheet, faults)
            if total not in (None, count):
                add_fault(faults, "total_differs", cells[table.total], sum=count)
        if not (group and before):
            continue
        for total_of in (of_group, of_table):
            total_of.update(counts | {table.total or "": count})
        if len(entries) + count > _MOST_PARTICIPANTS:
            add_fault(faults, "count_due", before_cell)
            break
        for name in Counter(counts).elements():  # each column as often as it counts
            counted[group] += 1
            participant = cells[name]._replace(text=f"{group}_{counted[group]:02d}")
            levels_of_both = (pre, before), (post, table.after[name])
            entries.append(Entry(participant, None, (), group_id=group, grid_row=row, levels=levels_of_both))
    return entries


def _count(cell: Cell, sheet: Sheet, faults: list[Fault]) -> int | None:
    """Return the count in a cell, 0 when it is blank or a word for nothing, None when it is a fault."""
    is_blank = not cell.text or fold(cell.text) in map(fold, sheet.missing)
    if is_blank and cell.kind not in ("formula", "error"):
        return 0
    if cell.text.isascii() and cell.text.isdigit() and len(cell.text) < 7:
        return int(cell.text)
    return add_fault(faults, "count_due", cell)
