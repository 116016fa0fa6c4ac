"""The tables of tests: ranks and statistics as SPSS shows them, the other scale, effects, explanations."""

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
from oxymilk.present.view import P_VALUES
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Group

# row, sign of the difference, columns of tests.csv
_RANKS = (
    ("negative", "<", "down", "mean_rank_minus", "w_minus"),
    ("positive", ">", "up", "mean_rank_plus", "w_plus"),
    ("unchanged", "=", "unchanged", "", ""),
)
_RISKS = {"risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"}


# ---------------------------------------------------------------- rank tests


def signed_rank_table(table: TableBuilder, group: Group) -> Table:
    """Make the table of the signed-rank test within a group."""
    view, t, about = table.view, table.t, {"test": "signed_rank", "group": group.id}
    declared, exact = results_of(view, **about)
    pre, post = map(view.label, view.study.compared)
    ranks, rows = [], []
    for name, sign, change, mean, total in _RANKS:
        ranks += table.checked(
            table.select(f"count_{change}", f"percent_{change}", group=group.id),
            row=Cell(t(f"tables.row.{name}"), table.mark(f"{post} {sign} {pre}.")),
            n=t.number(declared[f"n_{change}"]),
            mean_rank=t.number(declared[mean], 2) if mean else "",
            rank_sum=t.number(declared[total], 2) if total else "",
        )
    plus, minus = to_decimal(declared["w_plus"]), to_decimal(declared["w_minus"])
    if declared["p_value"] and (printed := table.select("w", **about)):
        smaller = min(declared["w_plus"], declared["w_minus"], key=to_decimal)
        rows += _statistic(table, printed, t("tables.row.w_smaller"), smaller)
    if declared["z"]:
        note = t("tables.note.z_spss_equal")
        if plus != minus:
            ranks_of_z = t("tables.note.z_negative" if minus < plus else "tables.note.z_positive")
            note = t("tables.note.z_spss", z=_never_positive(view, declared["z"]), ranks=ranks_of_z)
        rows += _statistic(table, table.select("z", **about), "Z", declared["z"], 3, note)
    panels = _test_panels(table, t("tables.column.ranks"), ranks, rows, (declared, exact), about)
    outcome = view.label(view.study.outcome)
    title = t("tables.title.signed_rank", outcome=outcome, group=named_group(view, group))
    return table.finish(title, *panels)


def rank_sum_table(table: TableBuilder) -> Table:
    """Make the table of the rank-sum test between the first two groups."""
    view, t, about = table.view, table.t, {"test": "rank_sum"}
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
        note = t("tables.note.z_rank_sum", z=_never_positive(view, declared["z"]), group1=names[0])
        rows += _statistic(table, table.select("z", **about), "Z", declared["z"], 3, note)
    panels = _test_panels(table, t("tables.column.group"), ranks, rows, (declared, exact), about)
    pre, post = map(view.label, view.study.compared)
    key = "rank_sum_change" if view.study.between == "change" else "rank_sum"
    title = t(f"tables.title.{key}", outcome=view.label(view.study.outcome), pre=pre, post=post)
    return table.finish(title, *panels)


def _statistic(
    table: TableBuilder, claims: Iterable[Record], stub: str, value: str, decimals: int = 2, note: str = ""
) -> list[Row]:
    """Return the row of a statistic, with its printed forms."""
    shown = Cell(table.t.number(value, decimals), table.mark(note))
    return table.checked(claims, row=stub, value=shown, full=value)


def _never_positive(view: View, z: str) -> str:
    """Write Z as SPSS does."""
    size = view.t.number(z, 3).removeprefix(MINUS)
    return MINUS + size if to_decimal(z) else size


def _test_panels(
    table: TableBuilder,
    stub: str,
    ranks: list[Row],
    rows: list[Row],
    results: tuple[Record, Record | None],
    about: Mapping[str, str],
) -> tuple[Panel, Panel]:
    """Return the panels of ranks and of statistics (`rows`, both p-values, the decision), and note the procedure."""
    view, t, study, (declared, exact) = table.view, table.t, table.view.study, results
    alpha, checked = study.alpha, table.columns("checked")
    first, *others = table.columns("ranks")
    total = row("total", row=t("tables.row.total"), n=declared["n"])
    columns = (replace(first, label=stub), *others, *checked)
    panel_of_ranks = Panel(t("tables.column.ranks"), columns, (*ranks, total))
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
    pre, post = map(view.label, study.compared)
    reason = study.procedure.reason[view.language] if study.procedure.reason else ""
    words = view.procedure(declared)
    table.note(
        t(f"tables.note.procedure_{about['test']}", post=post, pre=pre, procedure=words),
        t("tables.note.exact", procedure=view.procedure(exact)) if exact else "",
        t(f"tables.note.basis_{study.procedure.basis}", reason=reason).strip(),
        scale_note(view),
        left_out_note(view, declared),
    )
    columns = (*table.columns("statistics"), *checked)
    return panel_of_ranks, Panel(t("tables.column.statistic"), columns, tuple(rows))


def _p_cells(view: View, p_values: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of p-values by the keys of their columns: as shown, and with ten digits."""
    shown = {key: view.t.p_value(p_value, view.study.alpha) for key, p_value in p_values.items()}
    return shown | {f"{key}_full": p_value for key, p_value in p_values.items()}


def sensitivity_table(table: TableBuilder) -> Table:
    """Make the table of the same tests on the other scale, each beside the main result."""
    view, t = table.view, table.t
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
                **_p_cells(view, p_values),
            )
        )
    scale, main_scale = scale_words(view, view.rows("sensitivity")[0]["scale"]), scale_words(view)
    spanners = {
        "other": t("tables.spanner.other_scale", scale=scale),
        "main": t("tables.spanner.main_scale", scale=main_scale),
    }
    first, last = numbers_of_tests(view)
    key = "sensitivity_scale" if first < last else "sensitivity_scale_one"
    table.note(
        t(f"tables.note.{key}", scale=scale, main=main_scale, first=first, last=last),
        t("tables.note.sensitivity_decision", alpha=t.number(view.study.alpha)),
    )
    panel = Panel("", table.columns("sensitivity", **spanners), tuple(rows))
    return table.finish(t("tables.title.sensitivity"), panel)


# ---------------------------------------------------------------- effects


def effects_table(table: TableBuilder) -> Table:
    """Make the table of effects: their sizes with intervals, and the p-values of each test."""
    view, t, study = table.view, table.t, table.view.study
    panels = _effect_sizes(table), _p_values(table)
    tests = {test.test for test in view.effects}
    names = {effect.effect for test in view.effects for effect in test.effects}
    (pre, post), outcome = map(view.label, study.compared), study.outcome
    shift = "unit" if outcome.unit else "numbers"
    if outcome.kind == "levels" or outcome.scale == "level":
        shift = "levels"
    first, last = numbers_of_tests(view)
    group = view.label(study.groups[0])
    table.note(
        t("effects.note.direction_signed_rank", pre=pre, post=post) if "signed_rank" in tests else "",
        t("effects.note.direction_rank_sum", group1=group) if "rank_sum" in tests else "",
        t("effects.note.risks") if names & _RISKS else "",
        scale_note(view),
        t("effects.note.r"),
        t(f"effects.note.shift_{shift}", unit=view.unit(outcome)),
        t("effects.note.interval", confidence=view.confidence),
        t(f"effects.note.{'p_values' if first < last else 'p_value'}", first=first, last=last),
        t("effects.note.holm", n=len(view.effects)),
        t("effects.note.least"),
    )
    return table.finish(t("tables.title.effects"), *panels)


def _effect_sizes(table: TableBuilder) -> Panel:
    """Return the effects of each test with their intervals."""
    view, rows = table.view, []
    for test in view.effects:
        rows.append(row("section", row=view.test_name(test)))
        for effect in test.effects:
            estimate, low, high = effect.written
            rows.append(
                row(
                    row=Cell(effect.label, table.mark(effect.note)),
                    estimate=estimate,
                    low=low,
                    high=Cell(high, table.mark(effect.method)),
                    estimate_full=effect.estimate,
                    low_full=effect.low,
                    high_full=effect.high,
                    method=effect.method,
                    note=effect.note,
                )
            )
    interval = table.t("effects.column.interval", confidence=view.confidence)
    return Panel(table.t("effects.column.effect"), table.columns("effects", interval=interval), tuple(rows))


def _p_values(table: TableBuilder) -> Panel:
    """Return p of each test, adjusted and the least, declared and, where it is another procedure, exact."""
    view, rows = table.view, []
    results = [results_of(view, test.test, test.group) for test in view.effects]
    roles = ("declared", "exact") if any(exact for _, exact in results) else ("declared",)
    for test, (declared, exact) in zip(view.effects, results, strict=True):
        # where the declared procedure is the exact one they are one p
        p = {"p_declared": declared["p_value"], "p_exact": (exact or declared)["p_value"], **test.p_values}
        p_values = {f"{name}_{role}": p[f"{name}_{role}"] for role in roles for name in ("p", *P_VALUES)}
        rows.append(row(row=view.test_name(test), **_p_cells(view, p_values), scale=scale_words(view)))
    columns = (
        column for column in table.columns("p_values") if "exact" in roles or "_exact" not in column.key
    )
    return Panel(table.t("effects.column.p_values"), tuple(columns), tuple(rows))


# ---------------------------------------------------------------- explanations


def explanation_table(table: TableBuilder) -> Table:
    """Make the table of explanations, ranked, with what each is worth: a section for each claim that has one."""
    view, t, rows, without = table.view, table.t, [], []
    for claim in view.explained:
        words = view.claim_words(claim.line)
        if not claim.explanations:
            without.append(words)
            continue
        rows.append(row("section", row=words))
        for explanation in claim.explanations:
            record, n = explanation.row, len(explanation.contradicted)
            total = n + len(explanation.kept)
            programs = record["programs"] and t("explanations.note.programs", programs=record["programs"])
            worth = "" if explanation.informative else t("explanations.note.uninformative")
            rows.append(
                row(
                    row=record["rank"],
                    explanation=Cell(explanation.description, table.mark(programs)),
                    kind=t(f"explanations.kind.{record['kind']}"),
                    contradicts=t("explanations.of", n=n, total=total) if total else NO_VALUE,
                    coincidence=Cell(t.percent(explanation.coincidence), table.mark(worth)),
                    contradicted=" ".join(explanation.contradicted),
                    **{
                        name: record[name] for name in ("p_value", "prints_as", "programs", "ways", "witness")
                    },
                )
            )
    claims = t("common.list_separator").join(without)
    table.note(
        t("explanations.note.order"),
        t("explanations.note.contradicts"),
        t("explanations.note.coincidence", alpha=t.number(view.study.alpha)),
        t("explanations.note.possible"),
        t("explanations.note.without", claims=claims) if without else "",
    )
    panel = Panel(t("explanations.column.explanation"), table.columns("explanations"), tuple(rows))
    return table.close(t("tables.title.explanations"), panel)
