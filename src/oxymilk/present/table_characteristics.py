"""Table 1: the printed percentages of each characteristic and the whole numbers of participants they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING

from oxymilk.present.printed_lines import whole_number
from oxymilk.present.table_inputs import Inputs, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.printed_lines import Claims
    from oxymilk.study import Characteristic

Block = tuple[Cell, Cell, Cell, Cell]  # printed, n, where (csv only), verdict
_EMPTY: Block = (Cell(), Cell(), Cell(), Cell())


def characteristics_table(inputs: Inputs, number: int) -> Table:
    """Make the table of characteristics, a column block a group."""
    t, notes, claims = inputs.t, Notes(), inputs.claims()
    columns = [Column("row", t("tables.column.characteristic"), "", "left", 2.7)]
    for group in inputs.study.groups:
        spanner = group.label[t.language]
        columns += [
            Column(f"printed_{group.id}", t("tables.column.printed"), spanner, "right", 1.1),
            Column(f"n_{group.id}", t("tables.column.n"), spanner, "right", 0.6),
            Column(f"where_{group.id}", t("tables.column.where"), spanner, "left", only_csv=True),
            Column(f"verdict_{group.id}", t("tables.column.verdict"), spanner, "left", 1.7),
        ]
    sizes = [
        _blocks(claims, claims.select("sample_size", group=group.id), str(inputs.size(group.id)), notes)
        for group in inputs.study.groups
    ]
    rows = _side_by_side(t("tables.row.participants"), sizes)
    partial = False
    for item in inputs.study.characteristics:
        more, rest = _characteristic(inputs, item, claims, notes)
        rows += more
        partial |= rest
    about = t("tables.note.characteristics") if inputs.study.characteristics else ""
    notes.add(about, t("tables.note.other_levels") if partial else "")
    panel = Panel("", tuple(columns), tuple(rows))
    return finish_table(
        inputs, "characteristics", number, t("tables.title.characteristics"), (panel,), notes, claims
    )


def _characteristic(
    inputs: Inputs, item: Characteristic, claims: Claims, notes: Notes
) -> tuple[list[Row], bool]:
    """Return the rows of a characteristic, and whether some of its categories are not printed."""
    t, groups = inputs.t, inputs.study.group_ids
    rows = [Row((Cell(item.label[t.language]),), "section")]
    rest: dict[str, int | None] = {group: inputs.size(group) for group in groups}
    for level in item.levels:
        lists = []
        for group in groups:
            about = {"variable": item.id, "level": level.id, "group": group}
            printed = claims.select("percent", "count", **about)
            lists.append(_blocks(claims, printed, "", notes, claims.select("comparison", **about)))
            counts = {made_count(claim) for claim in printed}
            known = counts.pop() if len(counts) == 1 else ""
            rest[group] = None if not known or rest[group] is None else rest[group] - int(known)
        rows += _side_by_side(level.label[t.language], lists)
    if not any(rest[group] != 0 for group in groups):
        return rows, False
    lists = [
        [
            (
                Cell(NO_VALUE),
                Cell(NO_VALUE if rest[group] is None else str(rest[group])),
                Cell(),
                Cell(NO_VALUE),
            )
        ]
        for group in groups
    ]
    return rows + _side_by_side(t("tables.row.other_levels"), lists), True


def _blocks(
    claims: Claims,
    printed: list[Mapping[str, str]],
    n: str,
    notes: Notes,
    comparisons: Iterable[Mapping[str, str]] = (),
) -> list[Block]:
    """Return a block of cells for each printed form; `n` where it does not follow from the printed form."""
    blocks = []
    for line in claims.lines(printed, notes):
        marks = notes.mark(claims.t("tables.note.where", places=line.where)) if line.where else ()
        marks += wording_marks(claims, comparisons, notes)
        count = n or made_count(line.claim) or NO_VALUE
        printed_cell = Cell(line.printed.text, tuple(sorted(set(marks))))
        blocks.append((printed_cell, Cell(count), Cell(line.where), line.verdict))
    return blocks


def wording_marks(claims: Claims, comparisons: Iterable[Mapping[str, str]], notes: Notes) -> tuple[str, ...]:
    """Mark a percentage that the paper's words place where it is not ("most" for one half)."""
    t, marks = claims.t, ()
    for claim in comparisons:
        if claim["verdict"] == "differs":
            operator = t(f"tables.operator.{claim['operator'] or '='}")
            marks += notes.mark(t("tables.note.wording", operator=operator, n=claim["n"]))
    return marks


def made_count(claim: Mapping[str, str]) -> str:
    """Return the number of participants that a printed percentage makes, empty where it makes none."""
    if not claim or claim["verdict"] not in ("reproduced", "reproduced_after_rounding"):
        return ""
    return claim["computed"] if claim["quantity"] == "count" else whole_number(claim)


def _side_by_side(stub: str, lists: list[list[Block]]) -> list[Row]:
    """Put the blocks of the groups beside each other, one row for each further printed form."""
    rows = []
    for blocks in zip_longest(*lists, fillvalue=_EMPTY):
        cells = tuple(cell for block in blocks for cell in block)
        rows.append(Row((Cell("" if rows else stub), *cells), "more" if rows else "body"))
    return rows
