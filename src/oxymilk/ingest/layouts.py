"""Turn a grid into entries: which cell is the participant, the group, the score of which timepoint.

Nothing here reads a meaning into a cell; `scores` does that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain

from oxymilk.faults import Fault
from oxymilk.ingest.grid import (
    ALL_COLUMNS,
    Cell,
    Entry,
    Grid,
    Header,
    add_fault,
    fault_at,
    find_columns,
    read_header,
    typed_entries,
    unused_columns,
)
from oxymilk.ingest.marks import place_of
from oxymilk.ingest.scores import NUMBER, Score, codebook, codebooks, decode, score_of, scoring, text_of
from oxymilk.numbers import COUNT
from oxymilk.study import Study
from oxymilk.study.sheet import ALL, Block, Sheet
from oxymilk.words import clean, fold, is_blank, is_foot

_NO_TITLE = re.compile(rf"({NUMBER.pattern})\.?|.*[;|].*", re.DOTALL)  # a number, an undivided line
_MOST_PARTICIPANTS = 100_000  # of a cross-tabulation
_Parts = list[tuple[str, Counter[str]]]  # the group and the counts of each row, by column
_MARKS = (";", "\t", "|", ",", ":", "/", " ")  # what may divide a line; the first three do so in no sentence


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
    whole, source = grid, replace(grid, rows=grid.rows[: sheet.last_row])
    grid = source
    if sheet.layout == "transposed":  # one column a participant, the names are in the first column
        grid = whole = source.transpose()
    header = read_header(grid, sheet)
    only_group = (sheet.group and sheet.group.only) or (study.group_ids[0] if len(study.groups) == 1 else "")
    tables = Tables(grid, whole, header, sheet, study, only_group)
    faults = tables.faults
    if sheet.layout == "crosstab":
        entries = _crosstab_entries(tables)
    else:
        # a sheet of several parts, one below the other, has the groups of its rows
        groups = _groups_of_rows(tables) if sheet.layout == "titled" else None
        blocks = sheet.blocks or (Block(),)
        entries = [entry for block in blocks for entry in tables.entries(block, groups)]
        for entry in entries if groups is not None else ():
            if not entry.group_id:
                add_fault(faults, "group_missing", entry.participant, value="", legal=[*sheet.group.titles])
    has_formulas = any(row >= header.first and kind == "formula" for (row, _), kind in grid.kinds.items())
    if not has_formulas and all(all(map(is_blank, texts)) for texts in grid.rows[header.first :]):
        return [], [Fault("sheet_empty", grid.file, grid.worksheet)]
    if any(fault.code in ("column_missing", "header_not_found") for fault in faults):
        entries = []
    elif not entries and all(fault.kind == "warning" for fault in faults):
        faults.append(Fault("sheet_without_values", grid.file, grid.worksheet))
    if tables.used and not any(fault.params.get("nearest") == "layout: transposed" for fault in faults):
        # a value to the right of the last header may be a name, and is not shown
        for column in sorted(tables.used) if grid.transposed else ():
            if len(source.rows[column]) <= max(tables.reach, default=0):
                add_fault(faults, "row_cut", grid.cell(0, column), value="")
        for row, texts in enumerate(grid.rows[header.first :], start=header.first):
            is_note = sum(map(bool, map(str.strip, texts))) < 2
            if len(texts) <= header.reach and not (grid.transposed or is_note):
                code = "row_cut" if tables.reach.get(row, 0) >= len(texts) else "row_short"
                add_fault(faults, code, grid.cell(row, 0), value="")
            for column in range(header.reach + 1, len(texts)):
                if not is_blank(texts[column]):
                    add_fault(faults, "cell_outside", grid.cell(row, column), value="")
        faults = unused_columns(grid, header, tables.used, sheet) + faults
    return entries, faults


@dataclass
class Tables:
    """A grid and what was found while its tables were read: faults, and the columns that they use.

    `whole` is the grid with the rows below the last one that is read; `only_group` is the group of all rows, "" when
    they may be of several; `reach` is by row the last column that entries of it are read from.
    """

    grid: Grid
    whole: Grid
    header: Header
    sheet: Sheet
    study: Study
    only_group: str
    faults: list[Fault] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    reach: dict[int, int] = field(default_factory=dict)

    def words(self, row: int) -> list[str]:
        """Return the words of a row, folded."""
        return [*filter(None, map(fold, self.whole.rows[row]))]

    def headers(self) -> list[list[str]]:
        """Return the words of the rows of the header: on the next page they come again."""
        return list(map(self.words, self.header.rows))

    def columns(self, names: list[str], within: range = ALL_COLUMNS) -> dict[str, int] | None:
        """Return the columns with these names, now used; None when one is missing, which is a fault."""
        columns, faults = find_columns(self.grid, self.header, names, within)
        self.faults += faults
        self.used.update(columns.values())
        return None if set(names) - set(columns) else columns

    def entries(self, block: Block, groups: dict[int, str] | None) -> list[Entry]:
        """Return the entries of a block of columns, or of the rows that have a group; none without its columns."""
        grid, sheet, outcome = self.grid, self.sheet, self.study.outcome
        visits = {when: visit for visit, when in sheet.visits.items()}
        scores = block.scores or sheet.scores
        if sheet.score:
            columns_of = visits or {sheet.timepoint.only or "": ""}
            scores = {when: sheet.score.replace("{visit}", visit) for when, visit in columns_of.items()}
        # of a checklist a column an item, of ticks a column a level
        items = [item.written for item in outcome.checklist.items] if outcome.checklist else []
        mark, words = ("{item}", items) if items else ("{level}", [*sheet.codes] or outcome.level_ids)
        mark = mark if outcome.kind != "number" else "\0"
        score_names = {of: [name.replace(mark, word) for word in words] for of, name in scores.items()}
        score_names |= {of: [name] for of, name in scores.items() if mark not in name}
        by_row = not block.participant and (sheet.participant is None or sheet.participant.by_row)
        key = None if by_row else block.participant or sheet.participant.column
        group = sheet.group.column if sheet.group and not block.group else None
        timepoint, session = (at.column, at.session) if (at := sheet.timepoint) else (None, None)
        characteristics = {of: source.column for of, source in sheet.characteristics.items()}
        keys = [name for name in (key, group, timepoint, session) if name]
        within = ALL_COLUMNS
        if block.columns:  # such as A:C
            first, last = (place_of(f"{letters.strip()}1")[1] for letters in block.columns.split(":"))
            within = range(first, last + 1)
        total_of = {of: sheet.total.get(of) or sheet.total.get(ALL, "") for of in scores}
        totals = [name.replace("{visit}", visits.get(of, "")) for of, name in total_of.items()]
        others = [*filter(None, totals), *characteristics.values()]
        columns = self.columns([*keys, *chain(*score_names.values()), *others], within)
        if columns is None:
            return []
        group_id = block.group or ("" if group else self.only_group)

        def entry_of(row: int, parts: list[str] | None = None) -> Entry:
            """Return the entry of a row, or of the parts of an undivided line in it."""
            cells = {name: self.whole.cell(row, at, name) for name, at in columns.items()}
            for name, at in columns.items() if parts is not None else ():
                text = clean("".join(parts[at : at + 1]))
                cells[name] = cells[name]._replace(text=text, kind="text")
            if session:
                both = f"{cells[timepoint].text} > {cells[session].text}"
                cells[timepoint] = cells[timepoint]._replace(text=both)
            of_group = cells[group] if group else None
            if of_group and sheet.group.prefix:
                of_group = of_group._replace(text=re.match(r"[^\W\d_]*", of_group.text)[0])
            return Entry(
                cells[key] if key else self.whole.cell(row, 0),
                of_group,
                tuple((of, tuple(cells[name] for name in names)) for of, names in score_names.items()),
                cells[timepoint] if timepoint else None,
                {of: cells[name] for of, name in characteristics.items()},
                group_id if groups is None else groups.get(row, ""),
                row,
                by_row,
                totals=tuple(cells[name] if name else None for name in totals),
            )

        rows = list(range(self.header.first, len(grid.rows)) if groups is None else groups)
        outside = {*range(len(self.whole.rows))} - {*rows, *self.header.rows}
        skipped = set(map(fold, sheet.skip))
        headers = self.headers()
        entries: list[Entry] = []
        not_read: list[Entry] = []  # of rows without values, and of those outside
        below_foot = False
        for row in [*rows, *sorted(outside)]:
            entry = entry_of(row)
            texts = self.whole.rows[row][within.start : within.stop]
            first_text = next((text for text in map(clean, texts) if text), "")
            words = [word for word in (entry.participant.text, first_text) if word]
            is_skipped = any(fold(word) in skipped for word in words)
            if fold(first_text) in chain(*headers) and [*filter(None, map(fold, texts))] in headers:
                continue  # the header again, on the next page
            foot = next((word for word in words if is_foot(word, below_foot=below_foot)), "")
            below_foot = below_foot or is_skipped or bool(foot)
            if is_skipped or (foot and row in outside) or not (first_text or entry.has_values):
                continue
            if foot:
                add_fault(self.faults, "foot_row", entry.participant, value=foot)
            elif row in outside or not entry.has_values:
                not_read.append(entry)
            elif entry.is_named:
                entries.append(entry)
            else:
                add_fault(self.faults, "participant_missing", entry.participant)
        forms = {_form(entry) for entry in entries}
        for entry in not_read:
            if entry.grid_row in outside:
                if self._reads(entry, forms):
                    add_fault(self.faults, "row_outside", entry.participant)
            elif not self._is_undivided(entry, forms, entry_of):
                add_fault(self.faults, "row_without_values", entry.participant, value="")
        for entry in entries:
            if not self._is_undivided(entry, forms, entry_of):
                self.reach[entry.grid_row] = max(self.reach.get(entry.grid_row, 0), *columns.values())
        return typed_entries(grid, entries, within, {columns[name] for name in keys}, self.faults)

    def _reads(self, entry: Entry, forms: set[str]) -> bool:
        """Say whether all that an entry holds has a meaning, and its participant is written in one of the forms."""
        cells = chain(*(cells for _, cells in entry.scores))
        how = scoring(self.study.outcome, self.sheet.codes, self.sheet, list(cells), [])
        scores = [score_of(cells, how, []) for _, cells in entry.scores]
        keys = zip((entry.group, entry.timepoint), codebooks(self.sheet, self.study), strict=True)
        if not all(decode(cell, book, [], merged=True) for cell, book in keys if cell) or None in scores:
            return False
        is_like_others = entry.group is not None or not forms or _form(entry) in forms
        return entry.is_named and is_like_others and any(score != Score() for score in scores)

    def _is_undivided(self, entry: Entry, forms: set[str], entry_of: Callable[..., Entry]) -> bool:
        """Say whether a row without values is a line that was not divided, or a cell holds lines; which is a fault."""
        texts = self.whole.rows[entry.grid_row]
        lines = [line for text in texts for line in text.splitlines()[1:]]
        is_short = len(texts) <= self.header.reach and not self.grid.transposed
        for mark in _MARKS:
            is_whole = (is_short or not entry.has_values) and any(mark in text for text in texts)
            for line in [mark.join(texts), *lines] if is_whole else lines:
                parts = line.rstrip(f"{mark} ").split(mark.strip(" ") or None)
                # a legend has one of these signs, or another mark
                is_legend = mark not in _MARKS[:3] or re.search("[:=]", parts[0])
                is_line = not is_legend and len(parts) == len(list(filter(None, self.header.names)))
                if is_line or self._reads(entry_of(entry.grid_row, parts), forms):
                    add_fault(self.faults, "line_undivided", entry.participant, value=mark.join(parts))
                    return True
        return False


def _form(entry: Entry) -> str:
    """Return how the participant is written: R01 and R12 are alike, and so are rows that are participants."""
    return "" if entry.by_row else re.sub(r"\d+", "0", fold(entry.participant.text))


def _groups_of_rows(tables: Tables) -> dict[int, str]:
    """Return the group of each row below a row that names it; "" below none; titles have none."""
    grid, header, sheet = tables.grid, tables.header, tables.sheet
    titles = sheet.group.parts
    skipped = set(map(fold, sheet.skip))
    groups: dict[int, str] = {}
    group = ""
    for row, texts in enumerate(grid.rows):
        folded = [fold(text) for text in texts]
        words = list(filter(None, folded))
        title = next((word for word in words if word in titles), None)
        if title is not None:
            group = titles[title]
        elif row >= header.first and len(words) == 1 and not _NO_TITLE.fullmatch(words[0]):
            # a title that is not declared would give its participants to the group above
            if words[0] not in skipped:
                cell = grid.cell(row, folded.index(words[0]))
                add_fault(tables.faults, "title_unknown", cell, legal=list(sheet.group.titles))
        elif row >= header.first:
            groups[row] = group
    return groups


def _crosstab_entries(tables: Tables) -> list[Entry]:
    """Return an entry for each participant that a cross-tabulation counts, named control_01, ...; totals must fit."""
    # "Kontrol | Kurang | 1 | 2" below Kurang and Baik: control_01 stays kurang, control_02 and control_03 become baik
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
    headers = tables.headers()
    for row in range(len(grid.rows)):
        cells = {name: grid.cell(row, column, name) for name, column in columns.items()}
        words = tables.words(row)
        title = source.parts.get(words[0]) if source and len(words) == 1 else None
        group = title or group
        if title or row < tables.header.first or words in headers:
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
            add_fault(faults, "group_missing", group_cell or before_cell, legal=groups.legal)
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
    """Yield a fault for each total that is the sum neither of the whole table nor of the group that is beside it."""
    of_table = sum((counts for _, counts in parts), Counter())
    are_above = False
    for at, group, cells in totals:
        texts = {name: cell.text.partition("(")[0].strip() for name, cell in cells.items()}
        # a Decimal, since int() refuses very many digits
        printed = {name: Decimal(text) for name, text in texts.items() if text.isdecimal()}
        if all(of_table[name] == total for name, total in printed.items()):
            continue
        are_above = are_above or at == 0  # where the first row of totals is, all are above their group
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
