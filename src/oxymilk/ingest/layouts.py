"""Turn a grid into entries: which cell is the participant, the group, the score of which timepoint.

Nothing here reads a meaning into a cell; `scores` does that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Cell, Entry, Grid, fault_at, transpose
from oxymilk.ingest.headers import ALL_COLUMNS, Header, find_columns, read_header, unused_columns
from oxymilk.ingest.marks import place_of
from oxymilk.ingest.scores import NUMBER, codebook, decode
from oxymilk.study.sheet import Block
from oxymilk.words import clean, fold, is_blank, is_foot

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.sheet import Crosstab, Sheet

_MOST_PARTICIPANTS = 100_000  # of a cross-tabulation
# The columns of the scores by timepoint, in the layouts that are one table; "" when a column has the timepoint. The
# names of a checklist hold {item}, those of visits {visit}.
_SCORE_COLUMNS: dict[str, Callable[[Sheet], dict[str, str]]] = {
    "wide": lambda sheet: sheet.scores,
    "transposed": lambda sheet: sheet.scores,
    "long": lambda sheet: {"": sheet.score},
    "one_timepoint": lambda sheet: {sheet.timepoint.only: sheet.score},
    "visits": lambda sheet: {
        timepoint: sheet.score.replace("{visit}", visit) for visit, timepoint in sheet.visits.items()
    },
}


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
    tables = _Tables(grid, header, sheet, study)
    if sheet.layout == "crosstab":
        entries = _crosstab(tables)
    elif sheet.layout == "side_by_side":
        entries = [
            entry for block in sheet.blocks for entry in tables.entries(block.scores or sheet.scores, block)
        ]
    elif sheet.layout == "titled":
        entries = _titled(tables)
    else:
        entries = tables.entries(_SCORE_COLUMNS[sheet.layout](sheet))
    if all(all(map(is_blank, texts)) for texts in grid.rows[header.first :]):
        return [], [Fault("sheet_empty", grid.file, grid.worksheet)]
    faults = tables.faults
    if any(fault.code in ("column_missing", "header_not_found") for fault in faults):
        entries = []
    if tables.used and not any(fault.params.get("nearest") == "layout: transposed" for fault in faults):
        # a value to the right of the last header may be a name, and is not shown
        last = max((at for at, name in enumerate(header.names) if name), default=0)
        outside = [
            fault_at("cell_outside", grid.cell(row, column), value="")
            for row in range(header.first, len(grid.rows))
            for column in range(last + 1, len(grid.rows[row]))
            if not is_blank(grid.rows[row][column])
        ]
        faults = unused_columns(grid, header, tables.used, sheet.ignore) + faults + outside
    return entries, faults


def _titled(tables: _Tables) -> list[Entry]:
    """Return the entries of several parts one below the other, each under a row that names its group."""
    grid, header, sheet = tables.grid, tables.header, tables.sheet
    titles = {fold(word): group for word, group in sheet.group.titles.items()}
    legal = list(sheet.group.titles)
    headers = [[fold(text) for text in grid.rows[row]] for row in header.rows]
    groups: dict[int, str] = {}  # of the rows below the header that are no title
    group = ""
    for row, texts in enumerate(grid.rows):
        folded = [fold(text) for text in texts]
        words = list(filter(None, folded))
        title = next((word for word in words if word in titles), None)
        if title is not None:
            group = titles[title]
        elif row < header.first:
            continue
        elif len(words) == 1 and not NUMBER.fullmatch(words[0].rstrip(".")):
            # a title that is not declared would give its participants to the group above
            if words[0] not in map(fold, sheet.skip):
                cell = grid.cell(row, folded.index(words[0]))
                tables.faults.append(fault_at("title_unknown", cell, legal=legal))
        elif folded not in headers:
            groups[row] = group
    entries = tables.entries(sheet.scores, rows=groups)
    for entry in entries:
        if not groups[entry.grid_row]:
            tables.faults.append(fault_at("group_missing", entry.participant, value="", legal=legal))
    return [replace(entry, group_id=groups[entry.grid_row]) for entry in entries]


@dataclass
class _Tables:
    """A grid and what was found while its tables were read: faults, and the columns that they use."""

    grid: Grid
    header: Header
    sheet: Sheet
    study: Study
    faults: list[Fault] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def columns(self, names: list[str], within: range = ALL_COLUMNS) -> dict[str, int] | None:
        """Return the columns with these names, now used; None when one is missing, which is a fault."""
        columns, faults = find_columns(self.grid, self.header, names, within)
        self.faults += faults
        self.used.update(columns.values())
        return None if set(names) - set(columns) else columns

    def entries(
        self, scores: dict[str, str], block: Block | None = None, rows: Iterable[int] | None = None
    ) -> list[Entry]:
        """Return the entries of one table: of a block of columns, or of some rows; none when a column is missing."""
        grid, sheet = self.grid, self.sheet
        block = block or Block()
        checklist = self.study.outcome.checklist
        items = [item.written for item in checklist.items] if checklist else [""]
        by_row = not block.participant and (sheet.participant is None or sheet.participant.by_row)
        key = None if by_row else block.participant or sheet.participant.column
        group = sheet.group.column if sheet.group and not block.group else None
        timepoint = sheet.timepoint.column if sheet.timepoint else None
        score_names = {of: [name.replace("{item}", item) for item in items] for of, name in scores.items()}
        characteristics = {of: source.column for of, source in sheet.characteristics.items()}
        names = [name for name in (key, group, timepoint) if name]
        names += [name for columns in score_names.values() for name in columns]
        names += characteristics.values()
        within = ALL_COLUMNS
        if block.columns:  # such as A:C
            first, last = (place_of(f"{letters.strip()}1")[1] for letters in block.columns.split(":"))
            within = range(first, last + 1)
        columns = self.columns(names, within)
        if columns is None:
            return []
        group_id = block.group or (sheet.group.only if sheet.group else None) or ""
        if sheet.group is None and not group_id and len(self.study.groups) == 1:
            group_id = self.study.groups[0].id
        skipped = set(map(fold, sheet.skip))
        entries = []
        below_foot = False
        for row in range(self.header.first, len(grid.rows)) if rows is None else rows:
            cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
            entry = Entry(
                cells[key] if key else grid.cell(row, 0),
                cells[group] if group else None,
                tuple((of, tuple(cells[name] for name in named)) for of, named in score_names.items()),
                cells[timepoint] if timepoint else None,
                {of: cells[name] for of, name in characteristics.items()},
                group_id,
                row,
                by_row,
            )
            texts = grid.rows[row][within.start : within.stop]
            foot = _foot_word(entry, texts, skipped, below_foot=below_foot)
            below_foot = below_foot or foot is not None
            if foot:
                self.faults.append(fault_at("foot_row", entry.participant, value=foot))
            elif foot is None and self._is_observation(entry, texts):
                entries.append(entry)
        return self._entered(entries, within, {columns[name] for name in (key, group, timepoint) if name})

    def _is_observation(self, entry: Entry, texts: list[str]) -> bool:
        """Say whether a row holds an observation; blank rows do not, odd ones are a fault."""
        participant = entry.participant
        no_text = ("formula", "error")  # kinds of cells that hold something all the same
        cells = [cell for cell in (entry.group, entry.timepoint) if cell and cell.kind != "merged"]
        cells += [cell for _, of_timepoint in entry.scores for cell in of_timepoint]
        has_values = any(cell.text or cell.kind in no_text for cell in cells)
        is_named = participant.text or entry.by_row or participant.kind in no_text
        if has_values and not is_named:
            self.faults.append(fault_at("participant_missing", participant))
        elif not has_values and not all(map(is_blank, texts)):
            self.faults.append(fault_at("row_without_values", participant, value=""))
        return bool(has_values and is_named)

    def _entered(self, entries: list[Entry], within: range, keys: set[int]) -> list[Entry]:
        """Return the entries without those of rows in which nobody entered a value.

        A template numbers its rows and fills them with formulas to the end; a formula makes `Kurang` of no answers.
        Where other rows have entries of people, such a row is empty.
        """
        entered, only_computed = [], []
        for entry in entries:
            places = {
                (entry.grid_row, column)
                for column, text in enumerate(self.grid.rows[entry.grid_row])
                if text.strip() and column not in keys and column in within
            }
            by_hand = not places or places - self.grid.computed
            (entered if by_hand else only_computed).append(entry)
        if entered:
            self.faults += [
                fault_at("row_only_computed", entry.participant, value="") for entry in only_computed
            ]
        return entered or entries


def _foot_word(entry: Entry, texts: list[str], skipped: set[str], *, below_foot: bool) -> str | None:
    """Return the word by which a row is no participant's: "" when it is declared so, else the head of totals."""
    first = next((text for text in map(clean, texts) if text), "")
    for word in (entry.participant.text, first):
        if word and fold(word) in skipped:
            return ""
        if word and is_foot(word, below_foot=below_foot):
            return word
    return None


def _crosstab(tables: _Tables) -> list[Entry]:
    """Return as many entries as a printed cross-tabulation of levels before and after counts.

    A blank cell counts nobody; a blank group is that of the row above, as tables print it. A row's total, when its
    column is declared, must be the sum of the row; a skipped row of totals must be the sums of the columns of its
    group, or of the table. Participants are named <group>_01, ... in the order of the table: a row of the group
    "control" with the counts 2 and 1 is control_01 and control_02 of the first level, control_03 of the second.
    """
    grid, header, sheet, study, faults = tables.grid, tables.header, tables.sheet, tables.study, tables.faults
    table = sheet.crosstab
    group_column = sheet.group.column if sheet.group else None
    names = [name for name in (group_column, table.before.column, *table.after, table.total) if name]
    columns = tables.columns(names)
    if columns is None:
        return []
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
    return entries


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
