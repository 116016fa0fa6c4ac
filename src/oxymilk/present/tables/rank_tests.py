"""The tables of tests: ranks and statistics as SPSS shows them, with what the paper prints, and the other scale."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import (
    TableBuilder,
    decision_of,
    left_out_note,
    named_group,
    numbers_of_tests,
    results_of,
    scale_note,
    scale_words,
)
from oxymilk.present.tables.model import Cell, Panel, Row, Table, row
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Group

# row, sign of the difference, columns of tests.csv
_RANKS = (
    ("negative", "<", "down", "mean_rank_minus", "w_minus"),
    ("positive", ">", "up", "mean_rank_plus", "w_plus"),
    ("unchanged", "=", "unchanged", "", ""),
)


def signed_rank_table(view: View, number: int, group: Group) -> Table:
    """Make the table of the signed-rank test within a group."""
    t, table = view.t, TableBuilder(view, "signed_rank")
    declared, exact = results_of(view, "signed_rank", group.id)
    pre, post = map(view.label, view.study.compared)
    ranks = []
    for name, sign, change, mean, total in _RANKS:
        claims = table.select(f"count_{change}", f"percent_{change}", group=group.id)
        ranks += table.checked(
            claims,
            row=Cell(t(f"tables.row.{name}"), table.mark(f"{post} {sign} {pre}.")),
            n=t.number(declared[f"n_{change}"]),
            mean_rank=t.number(declared[mean], 2) if mean else "",
            rank_sum=t.number(declared[total], 2) if total else "",
        )
    about = {"test": "signed_rank", "group": group.id}
    rows = []
    if declared["p_value"] and (printed := table.select("w", **about)):
        smaller = min(declared["w_plus"], declared["w_minus"], key=to_decimal)
        rows += _statistic(table, printed, t("tables.row.w_smaller"), smaller)
    if declared["z"]:
        z_note = _signed_rank_z(view, declared)
        rows += _statistic(table, table.select("z", **about), "Z", declared["z"], 3, z_note)
    panels = (
        _ranks_panel(table, t("tables.column.ranks"), ranks, declared),
        _statistics_panel(table, rows, (declared, exact), about),
    )
    procedure = view.procedure(declared)
    table.note(t("tables.note.procedure_signed_rank", post=post, pre=pre, procedure=procedure))
    _note_procedure(table, declared, exact)
    outcome = view.label(view.study.outcome)
    title = t("tables.title.signed_rank", outcome=outcome, group=named_group(view, group))
    return table.finish(number, title, *panels)


def rank_sum_table(view: View, number: int) -> Table:
    """Make the table of the rank-sum test between the first two groups."""
    t, table, about = view.t, TableBuilder(view, "rank_sum"), {"test": "rank_sum"}
    declared, exact = results_of(view, "rank_sum")
    names = [view.label(group) for group in view.study.groups[:2]]
    ranks, rows = [], []
    for k, name in enumerate(names, start=1):
        mean, total = (t.number(declared[f"{column}{k}"], 2) for column in ("mean_rank", "rank_sum"))
        ranks += table.checked([], row=name, n=declared[f"n{k}"], mean_rank=mean, rank_sum=total)
    if declared["p_value"]:
        # the smaller U first, and the rank sum that goes with it, as SPSS prints them
        smaller = 1 if to_decimal(declared["u1"]) < to_decimal(declared["u2"]) else 2
        rows += _statistic(table, table.select("u", **about), t("tables.row.u"), declared[f"u{smaller}"])
        for k, name in enumerate(names, start=1):
            rows += _statistic(table, [], t("tables.row.u_group", group=name), declared[f"u{k}"])
        note = t("tables.note.w_group", group=names[smaller - 1])
        w = declared[f"rank_sum{smaller}"]
        rows += _statistic(table, table.select("w", **about), t("tables.row.w"), w, note=note)
    if declared["z"]:
        z_note = t("tables.note.z_rank_sum", z=_never_positive(view, declared["z"]), group1=names[0])
        rows += _statistic(table, table.select("z", **about), "Z", declared["z"], 3, z_note)
    panels = (
        _ranks_panel(table, t("tables.column.group"), ranks, declared),
        _statistics_panel(table, rows, (declared, exact), about),
    )
    table.note(t("tables.note.procedure_rank_sum", procedure=view.procedure(declared)))
    _note_procedure(table, declared, exact)
    pre, post = map(view.label, view.study.compared)
    key = "rank_sum_change" if view.study.between == "change" else "rank_sum"
    title = t(f"tables.title.{key}", outcome=view.label(view.study.outcome), pre=pre, post=post)
    return table.finish(number, title, *panels)


def _ranks_panel(table: TableBuilder, stub: str, ranks: list[Row], declared: Record) -> Panel:
    """Return the panel of the ranks, with the number of all participants below them."""
    t = table.view.t
    first, *others = table.columns("ranks")
    columns = (replace(first, label=stub), *others, *table.columns("checked"))
    total = row("total", row=t("tables.row.total"), n=declared["n"])
    return Panel(t("tables.column.ranks"), columns, (*ranks, total))


def _statistic(
    table: TableBuilder, claims: Iterable[Record], stub: str, value: str, decimals: int = 2, note: str = ""
) -> list[Row]:
    """Return the row of a statistic, with its printed forms."""
    shown = Cell(table.view.t.number(value, decimals), table.mark(note))
    return table.checked(claims, row=stub, value=shown, full=value)


def _statistics_panel(
    table: TableBuilder, rows: list[Row], results: tuple[Record, Record | None], about: Record
) -> Panel:
    """Return the panel of the statistics: `rows`, then both p-values and the decision."""
    view, t, alpha, declared = table.view, table.view.t, table.view.study.alpha, results[0]
    if not declared["p_value"]:
        table.note(t("tables.note.no_test"))
    for result in filter(None, results):
        role = f"declared_{result['method']}" if result is declared else "exact"
        too_large = declared["p_value"] and not result["p_value"]
        marks = table.mark(t("tables.note.exact_too_large") if too_large else "")
        printed = table.select("p_value", **about) + table.select("threshold", **about)
        rows += table.checked(
            printed if result is declared else [],
            row=t(f"tables.row.p_{role}"),
            value=Cell(t.p_value(result["p_value"], alpha), marks),
            full=result["p_value"],
            procedure=view.procedure(result),
            scale=scale_words(view),
        )
    decision = t("tables.row.decision", alpha=t.number(alpha))
    rows += table.checked(table.select("decision", **about), row=decision, value=decision_of(view, declared))
    columns = (*table.columns("statistics"), *table.columns("checked"))
    return Panel(t("tables.column.statistic"), columns, tuple(rows))


def _note_procedure(table: TableBuilder, declared: Record, exact: Record | None) -> None:
    """Say the exact procedure, the basis of the declared one, the scale, and who was left out."""
    view, t, procedure = table.view, table.view.t, table.view.study.procedure
    reason = procedure.reason[view.language] if procedure.reason else ""
    table.note(
        t("tables.note.exact", procedure=view.procedure(exact)) if exact else "",
        t(f"tables.note.basis_{procedure.basis}", reason=reason).strip(),
        scale_note(view),
        left_out_note(view, declared),
    )


def _signed_rank_z(view: View, test: Record) -> str:
    """Say which Z SPSS prints: the negative one, based on the ranks of the smaller sum."""
    t, plus, minus = view.t, to_decimal(test["w_plus"]), to_decimal(test["w_minus"])
    if plus == minus:
        return t("tables.note.z_spss_equal")
    ranks = t("tables.note.z_negative" if minus < plus else "tables.note.z_positive")
    return t("tables.note.z_spss", z=_never_positive(view, test["z"]), ranks=ranks)


def _never_positive(view: View, z: str) -> str:
    size = view.t.number(z, 3).removeprefix(MINUS)
    return MINUS + size if to_decimal(z) else size


def sensitivity_table(view: View, number: int) -> Table:
    """Make the table of the same tests on the other scale, each beside the main result."""
    t, table, alpha = view.t, TableBuilder(view, "sensitivity"), view.study.alpha
    by_role = {(test["test"], test["group"], test["role"]): test for test in view.rows("sensitivity")}
    rows = []
    for (test, group, role), declared in by_role.items():
        if role != "declared":
            continue
        main, _ = results_of(view, test, group)
        here, there = decision_of(view, declared), decision_of(view, main)
        changed = here != there and NO_VALUE not in (here, there)
        marks = table.mark(t("tables.note.sensitivity_changed")) if changed else ()
        p_values = {
            "p_declared": declared["p_value"],
            "p_exact": by_role.get((test, group, "exact"), declared)["p_value"],
            "p_main": main["p_value"],
        }
        rows.append(
            row(
                row=view.test_name(declared),
                n=declared["n"],
                z=t.number(declared["z"], 3),
                z_full=declared["z"],
                decision=Cell(here, marks, strong=changed),
                decision_main=there,
                **{key: t.p_value(p_value, alpha) for key, p_value in p_values.items()},
                **{f"{key}_full": p_value for key, p_value in p_values.items()},
            )
        )
    scale, main_scale = scale_words(view, view.rows("sensitivity")[0]["scale"]), scale_words(view)
    columns = table.columns(
        "sensitivity",
        other=t("tables.spanner.other_scale", scale=scale),
        main=t("tables.spanner.main_scale", scale=main_scale),
    )
    first, last = numbers_of_tests(view)
    key = "sensitivity_scale" if first < last else "sensitivity_scale_one"
    table.note(
        t(f"tables.note.{key}", scale=scale, main=main_scale, first=first, last=last),
        t("tables.note.sensitivity_decision", alpha=t.number(alpha)),
    )
    return table.finish(number, t("tables.title.sensitivity"), Panel("", columns, tuple(rows)))
