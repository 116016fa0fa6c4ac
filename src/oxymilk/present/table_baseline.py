"""Table 1 where the sheet has the characteristics: counted in each group and compared, beside what is printed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from oxymilk.present.table_characteristics import made_count, wording_marks
from oxymilk.present.table_inputs import Inputs, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxymilk.present.printed_lines import Claims
    from oxymilk.present.table_inputs import Record
    from oxymilk.study import Characteristic

Block = tuple[Cell, ...]  # n, %, % in full (csv only), printed, where (csv only), verdict


def baseline_characteristics_table(inputs: Inputs, number: int, baseline: Sequence[Record]) -> Table:
    """Make the table of characteristics that the sheet has, a column block a group and p of their comparison.

    Parameters
    ----------
    inputs : Inputs
        The study, its frequencies and verdicts.
    number : int
        Number of the table.
    baseline : sequence of mapping
        Rows of baseline.csv, at least one. A characteristic without rows is shown as printed, if it is.
    """
    t, notes, claims, groups = inputs.t, Notes(), inputs.claims(), inputs.study.group_ids
    sizes = [
        _blocks(claims, claims.select("sample_size", group=group), (str(inputs.size(group)), "", ""), notes)
        for group in groups
    ]
    rows = _rows(t("tables.row.participants"), sizes, ("", ""), ())
    notes.add(t("tables.note.characteristics_computed"))
    for item in inputs.study.characteristics:
        mine = [row for row in baseline if row["characteristic"] == item.id]
        rows += (
            _computed(inputs, item, mine, claims, notes) if mine else _printed(inputs, item, claims, notes)
        )
    # the paper's columns are there when it prints anything, p when any two groups could be compared
    printed, compared = bool(claims.seen), any(row["p_value"] for row in baseline)
    columns = [Column("row", t("tables.column.characteristic"), "", "left", 2.5)]
    percent = t("tables.column.percent")
    for group in inputs.study.groups:
        spanner = group.label[t.language]
        columns += [
            Column(f"n_{group.id}", t("tables.column.n"), spanner, "right", 0.5),
            Column(f"percent_{group.id}", percent, spanner, "right", 0.7),
            Column(
                f"percent_full_{group.id}", t("tables.column.full", column=percent), spanner, only_csv=True
            ),
            Column(
                f"printed_{group.id}", t("tables.column.printed"), spanner, "right", 1.0, only_csv=not printed
            ),
            Column(f"where_{group.id}", t("tables.column.where"), spanner, "left", only_csv=True),
            Column(
                f"verdict_{group.id}", t("tables.column.verdict"), spanner, "left", 1.5, only_csv=not printed
            ),
        ]
    columns += [
        Column("p", t("tables.column.comparison"), "", "right", 0.8, only_csv=not compared),
        Column("p_full", t("tables.column.full", column=t("tables.column.comparison")), only_csv=True),
    ]
    panel = Panel("", tuple(columns), tuple(rows))
    title = t("tables.title.characteristics_computed")
    return finish_table(inputs, "characteristics", number, title, (panel,), notes, claims)


def _computed(
    inputs: Inputs, item: Characteristic, baseline: list[Record], claims: Claims, notes: Notes
) -> list[Row]:
    """Return the rows of a characteristic that the sheet has; p stands in the first of them."""
    t, groups = inputs.t, inputs.study.group_ids
    rows = [Row((Cell(item.label[t.language]),), "section")]
    cells = {(row["level"], row["group"]): row for row in baseline}
    whole = all(float(row["percent"] or 0) % 1 == 0 for row in baseline)
    test, p_value = baseline[0]["test"], baseline[0]["p_value"]
    how = f"tables.comparison.{test}"
    if test == "mann_whitney_exact" and item.unit:
        words = t("tables.comparison.mann_whitney_exact_unit", unit=item.unit[t.language])
    else:
        words = t(how) if test else ""
    stubs = [(level.id, level.label[t.language]) for level in item.levels] or [("", t("tables.row.known"))]
    for position, (level, stub) in enumerate(stubs):
        lists = []
        for group in groups:
            row = cells[level, group]
            about = {"variable": item.id, "level": level, "group": group}
            value = (row["n"], t.number(row["percent"], 0 if whole else 1), row["percent"])
            printed = claims.select("percent", "count", **about)
            lists.append(_blocks(claims, printed, value, notes, claims.select("comparison", **about)))
        first = position == 0
        comparison = (t.p_value(p_value, inputs.study.alpha), p_value) if first else ("", "")
        rows += _rows(stub, lists, comparison, notes.mark(words) if first and p_value else ())
    missing = {row["group"]: row["missing"] for row in baseline}
    if any(int(n or 0) for n in missing.values()):
        blocks = [[(Cell(missing[group]), *(Cell(),) * 5)] for group in groups]
        rows += _rows(t("tables.row.missing"), blocks, ("", ""), ())
    return rows


def _printed(inputs: Inputs, item: Characteristic, claims: Claims, notes: Notes) -> list[Row]:
    """Return the rows of a characteristic that the sheet does not have: the printed levels, if there are any."""
    t, rows = inputs.t, []
    made = notes.mark(t("tables.note.characteristics_made")) if claims_about(claims, item) else ()
    for level in item.levels:
        lists = []
        for group in inputs.study.group_ids:
            about = {"variable": item.id, "level": level.id, "group": group}
            blocks = []
            for claim in claims.select("percent", "count", **about):
                (block,) = _blocks(claims, [claim], (made_count(claim) or NO_VALUE, NO_VALUE, ""), notes)
                blocks.append((Cell(block[0].text, made), *block[1:]))
            lists.append(blocks)
        if any(lists):
            rows += _rows(level.label[t.language], lists, ("", ""), ())
    return [Row((Cell(item.label[t.language]),), "section"), *rows] if rows else []


def claims_about(claims: Claims, item: Characteristic) -> bool:
    """Tell whether the paper prints a number of a characteristic."""
    return bool(claims.select("percent", "count", variable=item.id))


def _blocks(
    claims: Claims,
    printed: list[Record],
    value: tuple[str, str, str],
    notes: Notes,
    comparisons: Sequence[Record] = (),
) -> list[Block]:
    """Return a block of cells for each printed form, the computed `value` (n, %, % in full) in the first."""
    t, blocks = claims.t, []
    for line in claims.lines(printed, notes):
        marks = notes.mark(t("tables.note.where", places=line.where)) if line.where else ()
        marks += wording_marks(claims, comparisons, notes)
        made = made_count(line.claim)
        if made and made != value[0] and value[0].isdecimal() and line.claim["quantity"] != "sample_size":
            marks += notes.mark(t("tables.note.sheet_differs", n=value[0], printed=made))
        shown = (Cell(), Cell(), Cell()) if blocks else tuple(map(Cell, value))
        cell = Cell(line.printed.text, tuple(sorted(set(marks))))
        blocks.append((*shown, cell, Cell(line.where), line.verdict))
    return blocks


def _rows(
    stub: str, lists: list[list[Block]], comparison: tuple[str, str], marks: tuple[str, ...]
) -> list[Row]:
    """Put the blocks of the groups beside each other, one row for each further printed form."""
    rows = []
    for blocks in zip_longest(*lists, fillvalue=(Cell(),) * 6):
        cells = [cell for block in blocks for cell in block]
        cells += (Cell(), Cell()) if rows else (Cell(comparison[0], marks), Cell(comparison[1]))
        rows.append(Row((Cell("" if rows else stub), *cells), "more" if rows else "body"))
    return rows
