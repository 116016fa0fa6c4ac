"""The table of explanations: ways to make the claims that differ come true, ranked, with what each is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.tables.builder import TableBuilder
from oxymilk.present.tables.model import Cell, Panel, Row, Table, row
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.lines import ExplanationLine
    from oxymilk.present.view import View


def explanation_table(view: View, number: int) -> Table:
    """Make the table of explanations: a section for each claim that has one."""
    t, table, rows, without = view.t, TableBuilder(view, "explanations"), [], []
    for claim in view.explained:
        if claim.explanations:
            rows.append(row("section", row=view.claim_words(claim.line)))
            rows += [_explanation_row(table, explanation) for explanation in claim.explanations]
        else:
            without.append(view.claim_words(claim.line))
    table.note(
        t("explanations.note.order"),
        t("explanations.note.contradicts"),
        t("explanations.note.coincidence", alpha=t.number(view.study.alpha)),
        t("explanations.note.possible"),
    )
    if without:
        table.note(t("explanations.note.without", claims=t("common.list_separator").join(without)))
    panel = Panel(t("explanations.column.explanation"), table.columns("explanations"), tuple(rows))
    return table.close(number, t("tables.title.explanations"), panel)


def _explanation_row(table: TableBuilder, explanation: ExplanationLine) -> Row:
    """Return the row of an explanation."""
    t, record = table.view.t, explanation.row
    n, total = len(explanation.contradicted), len(explanation.kept) + len(explanation.contradicted)
    programs = t("explanations.note.programs", programs=record["programs"]) if record["programs"] else ""
    uninformative = "" if explanation.informative else t("explanations.note.uninformative")
    return row(
        row=record["rank"],
        explanation=Cell(explanation.description, table.mark(programs)),
        kind=t(f"explanations.kind.{record['kind']}"),
        contradicts=t("explanations.of", n=n, total=total) if total else NO_VALUE,
        coincidence=Cell(t.percent(explanation.coincidence), table.mark(uninformative)),
        contradicted=" ".join(explanation.contradicted),
        **{name: record[name] for name in ("p_value", "prints_as", "programs", "ways", "witness")},
    )
