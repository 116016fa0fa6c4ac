"""Turn a grid into entries: which cell is the participant, the group, the score of which timepoint.

One small function a layout. None of them reads a meaning into a cell; `decode` and `scores` do that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.crosstab import crosstab_entries
from oxymilk.ingest.decode import NUMBER
from oxymilk.ingest.entry import Entry
from oxymilk.ingest.grid import Cell, Grid, fault_at, transpose
from oxymilk.ingest.headers import Header, block_range, find_columns, read_header, unused_columns
from oxymilk.sheet_words import is_foot
from oxymilk.study.sheet import Block
from oxymilk.words import clean, fold, is_blank

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.sheet import Sheet

Found = tuple[list[Entry], list[Fault]]


def entries_of(grid: Grid, sheet: Sheet, study: Study) -> Found:
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
    last = sheet.last_row if sheet.last_row and not grid.transposed else None
    within = replace(grid, rows=grid.rows[:last]) if last else grid
    return LAYOUTS[sheet.layout](within, sheet, study)


def wide(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """One row a participant, one column a timepoint; codes or words, one or two header rows."""
    return _one_table(grid, sheet, study, sheet.scores)


def long(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """One row a participant and timepoint."""
    return _one_table(grid, sheet, study, {"": sheet.score})


def one_timepoint(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """One sheet a timepoint; the sheets are joined by participant."""
    return _one_table(grid, sheet, study, {sheet.timepoint.only: sheet.score})


def visits(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """Wide, the visit is a part of the column's name: produksi_asi_1, produksi_asi_2."""
    scores = {timepoint: sheet.score.replace("{visit}", visit) for visit, timepoint in sheet.visits.items()}
    return _one_table(grid, sheet, study, scores)


def transposed(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """One column a participant, the names stand in the first column."""
    return wide(transpose(grid), sheet, study)


def side_by_side(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """Several blocks of columns, each with its participants: two groups, or one group wrapped."""
    header = read_header(grid, sheet)
    entries: list[Entry] = []
    faults: list[Fault] = []
    used: set[int] = set()
    for block in sheet.blocks:
        scores = block.scores or sheet.scores
        entries += _table(grid, header, sheet, study, scores, faults, used, block=block)
    return _done(grid, header, sheet, entries, faults, used)


def titled(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """Wide, several parts one below the other, each under a row that names its group."""
    titles = {fold(word): group for word, group in sheet.group.titles.items()}
    header = read_header(grid, sheet)
    entries: list[Entry] = []
    faults: list[Fault] = []
    used: set[int] = set()
    groups: dict[int, str] = {}
    group = ""
    for row, texts in enumerate(grid.rows):
        words = [text for text in map(fold, texts) if text]
        title = next((word for word in words if word in titles), None)
        if title is not None:
            group = titles[title]
        elif row >= header.first and len(words) == 1 and not NUMBER.fullmatch(words[0].rstrip(".")):
            # a title that is not declared would give its participants to the group above
            if words[0] not in map(fold, sheet.skip):
                column = next(at for at, text in enumerate(texts) if fold(text))
                faults.append(
                    fault_at("title_unknown", grid.cell(row, column), legal=list(sheet.group.titles))
                )
        else:
            groups[row] = group
    rows = [row for row in groups if row >= header.first and not _is_header(grid, header, row)]
    for entry in _table(grid, header, sheet, study, sheet.scores, faults, used, rows=rows):
        entries.append(replace(entry, group_id=groups[entry.grid_row]))
        if not groups[entry.grid_row]:
            faults.append(
                fault_at("group_missing", entry.participant, value="", legal=list(sheet.group.titles))
            )
    return _done(grid, header, sheet, entries, faults, used)


def crosstab(grid: Grid, sheet: Sheet, study: Study) -> Found:
    """Turn a printed cross-tabulation of before and after back into participants."""
    header = read_header(grid, sheet)
    entries, faults, used = crosstab_entries(grid, header, sheet, study)
    return _done(grid, header, sheet, entries, faults, used)


LAYOUTS: dict[str, Callable[[Grid, Sheet, Study], Found]] = {
    "wide": wide,
    "long": long,
    "one_timepoint": one_timepoint,
    "visits": visits,
    "side_by_side": side_by_side,
    "titled": titled,
    "transposed": transposed,
    "crosstab": crosstab,
}


def _one_table(grid: Grid, sheet: Sheet, study: Study, scores: dict[str, str]) -> Found:
    header = read_header(grid, sheet)
    faults: list[Fault] = []
    used: set[int] = set()
    entries = _table(grid, header, sheet, study, scores, faults, used)
    return _done(grid, header, sheet, entries, faults, used)


def _done(
    grid: Grid, header: Header, sheet: Sheet, entries: list[Entry], faults: list[Fault], used: set[int]
) -> Found:
    if all(all(map(is_blank, texts)) for texts in grid.rows[header.first :]):
        return [], [Fault("sheet_empty", grid.file, grid.worksheet)]
    if any(fault.code in ("column_missing", "header_not_found") for fault in faults):
        entries = []
    if used and not any(fault.params.get("nearest") == "layout: transposed" for fault in faults):
        faults = unused_columns(grid, header, used, sheet.ignore) + faults
        faults += _outside(grid, header)
    return entries, faults


def _is_header(grid: Grid, header: Header, row: int) -> bool:
    texts = [fold(text) for text in grid.rows[row]]
    return any(texts == [fold(text) for text in grid.rows[one]] for one in header.rows)


def _outside(grid: Grid, header: Header) -> list[Fault]:
    """Return a fault for each value to the right of the last header; it may be a name, and is not shown."""
    last = max((at for at, name in enumerate(header.names) if name), default=0)
    return [
        fault_at("cell_outside", grid.cell(row, column), value="")
        for row in range(header.first, len(grid.rows))
        for column in range(last + 1, len(grid.rows[row]))
        if not is_blank(grid.rows[row][column])
    ]


@dataclass
class _Roles:
    """The columns of a table by what they hold, as declared names."""

    participant: str | None
    group: str | None
    timepoint: str | None
    scores: dict[str, tuple[str, ...]]
    characteristics: dict[str, str] = field(default_factory=dict)

    def names(self) -> Iterator[str]:
        for name in (self.participant, self.group, self.timepoint):
            if name is not None:
                yield name
        for names in self.scores.values():
            yield from names
        yield from self.characteristics.values()


def _roles(sheet: Sheet, study: Study, scores: dict[str, str], block: Block) -> _Roles:
    checklist = study.outcome.checklist
    items = [item.written for item in checklist.items] if checklist else [""]
    source = sheet.participant
    by_column = None if source is None or source.by_row else source.column
    return _Roles(
        block.participant or by_column,
        None if block.group or sheet.group is None else sheet.group.column,
        None if sheet.timepoint is None else sheet.timepoint.column,
        {one: tuple(pattern.replace("{item}", item) for item in items) for one, pattern in scores.items()},
        {one: characteristic.column for one, characteristic in sheet.characteristics.items()},
    )


def _table(
    grid: Grid, header: Header, sheet: Sheet, study: Study, scores: dict[str, str], faults: list[Fault],
    used: set[int], *, block: Block | None = None, rows: Iterable[int] | None = None,
) -> list[Entry]:  # fmt: skip
    """Return the entries of one table; missing columns and odd rows are added to `faults`."""
    block = block or Block()
    roles = _roles(sheet, study, scores, block)
    within = block_range(block.columns) if block.columns else None
    columns, found = find_columns(grid, header, roles.names(), within)
    faults += found
    used.update(columns.values())
    if set(roles.names()) - set(columns):
        return []
    only = "" if sheet.group is None else sheet.group.only or ""
    if sheet.group is None and len(study.groups) == 1:
        only = study.groups[0].id
    skipped = set(map(fold, sheet.skip))
    entries = []
    below_foot = False
    for row in range(header.first, len(grid.rows)) if rows is None else rows:
        entry = _entry(grid, row, roles, columns)
        entry = replace(entry, group_id=block.group or only)
        texts = grid.rows[row] if within is None else grid.rows[row][within.start : within.stop]
        foot = _foot_word(entry, texts, skipped, below_foot=below_foot)
        below_foot = below_foot or bool(foot)
        if foot and fold(foot) not in skipped:
            faults.append(fault_at("foot_row", entry.participant, value=foot))
        elif not foot and _is_observation(entry, texts, faults):
            entries.append(entry)
    return _entered(grid, entries, roles, columns, within, faults)


def _foot_word(entry: Entry, texts: list[str], skipped: set[str], *, below_foot: bool) -> str:
    """Return the word by which a row is no participant's: declared to be skipped, or the head of totals."""
    first = next((text for text in map(clean, texts) if text), "")
    words = dict.fromkeys(word for word in (entry.participant.text, first) if word)
    return next((word for word in words if fold(word) in skipped or is_foot(word, below_foot=below_foot)), "")


def _entered(
    grid: Grid, entries: list[Entry], roles: _Roles, columns: dict[str, int], within: range | None,
    faults: list[Fault],
) -> list[Entry]:  # fmt: skip
    """Return the entries without those of rows in which nobody entered a value.

    A template numbers its rows and fills them with formulas to the end; a formula makes `Kurang` of no answers.
    Where other rows have entries of people, such a row is empty.
    """
    if not grid.computed:
        return entries
    keys = {columns[name] for name in (roles.participant, roles.group, roles.timepoint) if name}
    entered, only_computed = [], []
    for entry in entries:
        at = entry.grid_row
        places = [
            column
            for column, text in enumerate(grid.rows[at])
            if text.strip() and column not in keys and (within is None or column in within)
        ]
        by_hand = any((at, column) not in grid.computed for column in places)
        (entered if by_hand or not places else only_computed).append(entry)
    if not entered:
        return entries
    faults += [fault_at("row_only_computed", entry.participant, value="") for entry in only_computed]
    return entered


def _entry(grid: Grid, row: int, roles: _Roles, columns: dict[str, int]) -> Entry:
    def cell(name: str) -> Cell:
        return grid.cell(row, columns[name], name)

    participant = cell(roles.participant) if roles.participant else grid.cell(row, 0)
    return Entry(
        participant,
        cell(roles.group) if roles.group else None,
        tuple((one, tuple(cell(name) for name in names)) for one, names in roles.scores.items()),
        cell(roles.timepoint) if roles.timepoint else None,
        {one: cell(name) for one, name in roles.characteristics.items()},
        grid_row=row,
        by_row=roles.participant is None,
    )


def _is_observation(entry: Entry, texts: list[str], faults: list[Fault]) -> bool:
    """Say whether a row holds an observation; blank rows do not, odd ones are told."""
    words = [text for text in texts if not is_blank(text)]
    participant = entry.participant
    others = [cell for cell in (entry.group, entry.timepoint) if cell is not None and cell.kind != "merged"]
    others += [cell for _, cells in entry.scores for cell in cells]
    has_values = any(cell.text or cell.kind in ("formula", "error") for cell in others)
    if not words and not has_values:
        return False
    if not has_values:
        if not entry.by_row or words:
            faults.append(fault_at("row_without_values", participant, value=""))
        return False
    if not participant.text and not entry.by_row and participant.kind not in ("formula", "error"):
        faults.append(fault_at("participant_missing", participant))
        return False
    return True
