"""The tables of an audit: printed numbers with their verdicts, what programs print, what explains a difference."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from oxymilk.present.tables.model import Cell, Column, Footnotes, Row, table_of
from oxymilk.present.tables.paper import made_count
from oxymilk.present.tested import differences_notes
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.tables.model import Table
    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View


def claims_table(view: View, number: str) -> Table:
    """Make the table of every printed number, recomputed, with its verdict: a section a part of the paper."""
    t, study, rows, notes = view.t, view.study, [], Footnotes()
    for part, lines in groupby(view.claims, lambda line: line.where.partition(" ")[0]):
        rows.append(Row(part, head=True))
        for line in lines:
            mark = notes.mark(_about_verdict(view, line.claim))
            verdict = Cell(t(f"verdicts.{line.verdict}"), mark, line.verdict == "differs")
            cells = {"what": line.title, "exactly": line.claim["computed"], "verdict": verdict}
            cells |= {name: getattr(line, name) for name in ("printed", "computed", "decision", "id")}
            rows.append(Row(line.where, cells))
    given = {line.verdict for line in view.claims}
    reason = study.procedure.reason[view.language] if study.procedure.reason else ""
    basis = t.section("tables.note.basis").get(study.procedure.basis, "").format(reason=reason).strip()
    general = (
        *(text for verdict, text in t.section("verdicts.meaning").items() if verdict in given),
        basis,
        *differences_notes(view, known=False),
        t("tables.note.reconstructed") if study.reconstructed else "",
    )
    columns = (
        Column("row", t("tables.column.where"), "left", 1.8),
        Column("what", t("tables.column.what"), "left", 3),
        Column("printed", t("tables.column.printed"), "left", 1.5),
        Column("computed", t("tables.column.computed"), "left", 1.5),
        Column("verdict", t("tables.column.verdict"), "left", 1.8),
        *(Column(key, t(f"tables.column.{key}"), only_csv=True) for key in ("exactly", "decision", "id")),
    )
    return table_of(view, "claims", number, columns, rows, general, notes)


def _about_verdict(view: View, claim: Record) -> str:
    """Say why a number is not checkable, what the data give where it differs, or what W is; "" otherwise."""
    t, quantity = view.t, claim["quantity"]
    if claim["programs"]:
        values = {"evidence": claim["evidence"], "p": t.significant(claim["computed"], 3)}
        return t("tables.note.judged", programs=t.programs(claim["programs"]), **values)
    if claim["verdict"] == "not_checkable":
        reason = t.section("verdicts.reason").get(claim["reason"])
        return t("tables.note.not_checkable", reason=reason) if reason else ""
    if claim["convention"]:
        text = t(f"verdicts.convention.{claim['convention']}")
        return f"{text[0].upper()}{text[1:]}."
    if claim["verdict"] == "differs" and (quantity, claim["check"]) == ("percent", "arithmetic"):
        count, percent = t.number(made_count(claim)), t.number(claim["computed"], 1)
        values = {"n": claim["n"], "printed": claim["printed"], "count": count, "percent": percent}
        return t("tables.note.whole_number", **values)
    if claim["verdict"] == "differs" and quantity == "comparison" and claim["variable"]:
        operator = t(f"tables.operator.{claim['operator'] or '='}")
        return t("tables.note.wording", operator=operator, n=claim["n"])
    if claim["verdict"] != "differs" or quantity != "p_value":
        return ""
    text = t("tables.note.differs_p", computed=t.significant(claim["computed"], 3))
    if claim["decision"]:
        said = {by: view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
        key = f"tables.note.differs_decision_{claim['decision']}"
        text += " " + t(key, alpha=t.number(view.study.alpha), **said)
    return text


def programs_table(view: View, number: str) -> Table:
    """Make the table of the p-values that programs give on the same data: a section a test and printed number."""
    t, rows = view.t, []
    for test in view.printed_tests:
        printed = t("report.printed_is", printed=view.localised(test.printed)) if test.printed else ""
        rows.append(Row("; ".join(filter(None, (view.name_of_test(test), printed))), head=True))
        for p, values in groupby(test.programs, lambda value: value.p_value):
            values = list(values)
            outputs = (f"{value.program} ({value.versions}): {value.output}" for value in values)
            fits = values[0].prints
            cells = {"prints": Cell(t("report.fits") if fits else NO_VALUE, strong=fits)}
            cells["outputs"] = t("common.list_separator").join(outputs)
            rows.append(Row(t.compact(p, 4), cells))
    columns = (
        Column("row", t("report.column.p_value"), "left", 1.4),
        Column("prints", t("tables.column.prints"), "left", 1),
        Column("outputs", t("report.column.outputs"), "left", 5.6),
    )
    return table_of(view, "programs", number, columns, rows, (t("report.programs_intro"),))


def explanation_table(view: View, number: str) -> Table:
    """Make the table of explanations, ranked, with what each is worth: a section for each claim that has one."""
    t, rows, without, notes = view.t, [], [], Footnotes()
    for claim in view.explained:
        words = view.claim_words(claim.line)
        if not claim.explanations:
            without.append(words)
            continue
        rows.append(Row(words, head=True))
        for explanation in claim.explanations:
            record, n = explanation.row, len(explanation.contradicted)
            total = n + len(explanation.kept)
            programs = record["programs"] and t("explanations.note.programs", programs=record["programs"])
            worth = "" if explanation.informative else t("explanations.note.uninformative")
            cells = {name: record[name] for name in ("p_value", "prints_as", "programs", "ways", "witness")}
            cells["kind"] = t(f"explanations.kind.{record['kind']}")
            cells["explanation"] = Cell(explanation.description, notes.mark(programs))
            cells["contradicts"] = t("explanations.of", n=n, total=total) if total else NO_VALUE
            cells["coincidence"] = Cell(t.percent(explanation.coincidence), notes.mark(worth))
            rows.append(Row(record["rank"], cells | {"contradicted": " ".join(explanation.contradicted)}))
    claims = t("common.list_separator").join(without)
    general = (
        t("explanations.note.order"),
        t("explanations.note.contradicts"),
        t("explanations.note.coincidence", alpha=t.number(view.study.alpha)),
        t("explanations.note.possible"),
        *([t("explanations.note.without", claims=claims)] if without else []),
    )
    columns = (
        Column("row", t("explanations.column.rank"), "left"),
        Column("explanation", t("explanations.column.explanation"), "left", 5.2),
        Column("kind", t("explanations.column.kind"), "left", 1.75),
        Column("contradicts", t("explanations.column.contradicts"), width=1.6),
        Column("coincidence", t("explanations.column.coincidence"), width=1.6),
        *(
            Column(key, t(f"explanations.column.{key}"), only_csv=True)
            for key in ("p_value", "prints_as", "programs", "ways", "contradicted", "witness")
        ),
    )
    return table_of(view, "explanations", number, columns, rows, general, notes)
