"""The tables of tests: ranks and statistics as SPSS shows them, with what the paper prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.printed_lines import checked_rows, decision_words
from oxymilk.present.table_inputs import Inputs, Record, checked_columns, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.texts import MINUS, NO_VALUE, Labels, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.printed_lines import Claims
    from oxymilk.study import Group

# row, sign of the difference, columns of tests.csv
_RANKS = (
    ("negative", "<", "down", "mean_rank_minus", "w_minus"),
    ("positive", ">", "up", "mean_rank_plus", "w_plus"),
    ("unchanged", "=", "unchanged", "", ""),
)


def signed_rank_table(inputs: Inputs, number: int, group: Group) -> Table:
    """Make the table of the signed-rank test within a group."""
    t, notes, claims = inputs.t, Notes(), inputs.claims()
    declared, exact = inputs.of_test("signed_rank", group.id)
    pre, post = (timepoint.label[t.language] for timepoint in inputs.study.compared)
    ranks = []
    for name, sign, change, mean, total in _RANKS:
        cells = (
            Cell(t(f"tables.row.{name}"), notes.mark(f"{post} {sign} {pre}.")),
            Cell(t.number(declared[f"n_{change}"])),
            Cell(t.number(declared[mean], 2) if mean else ""),
            Cell(t.number(declared[total], 2) if total else ""),
        )
        printed = claims.select(f"count_{change}", f"percent_{change}", group=group.id)
        ranks += checked_rows(cells, claims.lines(printed, notes))
    ranks.append(Row((Cell(t("tables.row.total")), Cell(declared["n"]), *(Cell(),) * 5), "total"))
    columns = (*_rank_columns(t, t("tables.column.ranks")), *checked_columns(t))
    about = {"test": "signed_rank", "group": group.id}
    panels = (
        Panel(t("tables.column.ranks"), columns, tuple(ranks)),
        _statistics(inputs, (declared, exact), _spss_signed_rank(declared, t), about, claims, notes),
    )
    procedure = inputs.procedure(declared)
    notes.add(t("tables.note.procedure_signed_rank", post=post, pre=pre, procedure=procedure))
    notes.add(*_test_notes(inputs, declared, exact))
    title = t("tables.title.signed_rank", outcome=_outcome(inputs), group=inputs.named(group))
    return finish_table(inputs, "signed_rank", number, title, panels, notes, claims)


def rank_sum_table(inputs: Inputs, number: int) -> Table:
    """Make the table of the rank-sum test between the first two groups."""
    t, notes, claims = inputs.t, Notes(), inputs.claims()
    declared, exact = inputs.of_test("rank_sum")
    names = [group.label[t.language] for group in inputs.study.groups[:2]]
    ranks = []
    for k, name in enumerate(names, start=1):
        mean, total = (t.number(declared[f"{column}{k}"], 2) for column in ("mean_rank", "rank_sum"))
        cells = (Cell(name), Cell(declared[f"n{k}"]), Cell(mean), Cell(total))
        ranks += checked_rows(cells, claims.lines([], notes))
    ranks.append(Row((Cell(t("tables.row.total")), Cell(declared["n"]), *(Cell(),) * 5), "total"))
    columns = (*_rank_columns(t, t("tables.column.group")), *checked_columns(t))
    z_note = t("tables.note.z_rank_sum", z=_never_positive(declared["z"], t), group1=names[0])
    panels = (
        Panel(t("tables.column.ranks"), columns, tuple(ranks)),
        _statistics(inputs, (declared, exact), z_note, {"test": "rank_sum"}, claims, notes),
    )
    notes.add(t("tables.note.procedure_rank_sum", procedure=inputs.procedure(declared)))
    notes.add(*_test_notes(inputs, declared, exact))
    pre, post = (timepoint.label[t.language] for timepoint in inputs.study.compared)
    key = "rank_sum_change" if inputs.study.between == "change" else "rank_sum"
    title = t(f"tables.title.{key}", outcome=_outcome(inputs), pre=pre, post=post)
    return finish_table(inputs, "rank_sum", number, title, panels, notes, claims)


def _statistics(
    inputs: Inputs,
    results: tuple[Record, Record | None],
    z_note: str,
    about: Record,
    claims: Claims,
    notes: Notes,
) -> Panel:
    """Return the statistics with their printed forms: U and W, Z, both p-values, the decision."""
    t, alpha = inputs.t, inputs.study.alpha
    declared = results[0]

    def statistic(stub: str, value: str, decimals: int, quantity: str = "", note: str = "") -> list[Row]:
        cells = (Cell(stub), Cell(t.number(value, decimals), notes.mark(note)), Cell(value), Cell(), Cell())
        printed = claims.select(quantity, **about) if quantity else []
        return checked_rows(cells, claims.lines(printed, notes))

    rows = []
    if not declared["p_value"]:
        notes.add(t("tables.note.no_test"))
    elif declared["test"] == "rank_sum":
        names = [group.label[t.language] for group in inputs.study.groups[:2]]
        # the smaller U first, and the rank sum that goes with it, as SPSS prints them
        smaller = 1 if to_decimal(declared["u1"]) < to_decimal(declared["u2"]) else 2
        rows += statistic(t("tables.row.u"), declared[f"u{smaller}"], 2, "u")
        for k, name in enumerate(names, start=1):
            rows += statistic(t("tables.row.u_group", group=name), declared[f"u{k}"], 2)
        note = t("tables.note.w_group", group=names[smaller - 1])
        rows += statistic(t("tables.row.w"), declared[f"rank_sum{smaller}"], 2, "w", note)
    elif claims.select("w", **about):
        smaller = min(declared["w_plus"], declared["w_minus"], key=to_decimal)
        rows += statistic(t("tables.row.w_smaller"), smaller, 2, "w")
    if declared["z"]:
        rows += statistic("Z", declared["z"], 3, "z", z_note)
    for row in filter(None, results):
        role = f"declared_{row['method']}" if row is declared else "exact"
        too_large = declared["p_value"] and not row["p_value"]
        cells = (
            Cell(t(f"tables.row.p_{role}")),
            Cell(
                t.p_value(row["p_value"], alpha),
                notes.mark(t("tables.note.exact_too_large") if too_large else ""),
            ),
            *map(Cell, (row["p_value"], inputs.procedure(row), inputs.scale())),
        )
        printed = claims.select("p_value", **about) + claims.select("threshold", **about)
        lines = claims.lines(printed if row is declared else [], notes)
        rows += checked_rows(cells, lines)
    cells = (Cell(t("tables.row.decision", alpha=t.number(alpha))), Cell(decision_of(declared, alpha, t)))
    lines = claims.lines(claims.select("decision", **about), notes)
    rows += checked_rows((*cells, Cell(), Cell(), Cell()), lines)
    value = t("tables.column.value")
    columns = (
        Column("row", t("tables.column.statistic"), "", "left", 2.3),
        Column("value", value, t("tables.spanner.computed"), "right", 2.7),
        Column("full", t("tables.column.full", column=value), only_csv=True),
        Column("procedure", t("tables.column.procedure"), only_csv=True),
        Column("scale", t("tables.column.scale"), only_csv=True),
        *checked_columns(t),
    )
    return Panel(t("tables.column.statistic"), columns, tuple(rows))


def decision_of(row: Record, alpha: float, t: Labels) -> str:
    """Say the decision at `alpha` in words; a dash without a p-value."""
    p_value = to_decimal(row["p_value"])
    if p_value is None:
        return NO_VALUE
    return decision_words("significant" if p_value < to_decimal(alpha) else "not significant", t)


def _rank_columns(t: Labels, stub: str) -> tuple[Column, ...]:
    computed = t("tables.spanner.computed")
    return (
        Column("row", stub, "", "left", 2.3),
        Column("n", t("tables.column.n"), computed, "right", 0.6),
        Column("mean_rank", t("tables.column.mean_rank"), computed, "right", 1.05),
        Column("rank_sum", t("tables.column.rank_sum"), computed, "right", 1.05),
    )


def _test_notes(inputs: Inputs, declared: Record, exact: Record | None) -> tuple[str, ...]:
    t, procedure = inputs.t, inputs.study.procedure
    reason = procedure.reason[t.language] if procedure.reason else ""
    return (
        t("tables.note.exact", procedure=inputs.procedure(exact)) if exact else "",
        t(f"tables.note.basis_{procedure.basis}", reason=reason).strip(),
        inputs.scale_note(),
        inputs.left_out(declared),
    )


def _spss_signed_rank(row: Record, t: Labels) -> str:
    """Say which Z SPSS prints: the negative one, based on the ranks of the smaller sum."""
    plus, minus = to_decimal(row["w_plus"]), to_decimal(row["w_minus"])
    if plus == minus:
        return t("tables.note.z_spss_equal")
    ranks = t("tables.note.z_negative" if minus < plus else "tables.note.z_positive")
    return t("tables.note.z_spss", z=_never_positive(row["z"], t), ranks=ranks)


def _never_positive(z: str, t: Labels) -> str:
    size = t.number(z, 3).removeprefix(MINUS)
    return MINUS + size if to_decimal(z) else size


def _outcome(inputs: Inputs) -> str:
    return inputs.study.outcome.label[inputs.t.language]
