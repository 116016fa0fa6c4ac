"""The tables of tests: ranks and statistics as SPSS shows them, the other scale, effects, explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.analysis import OTHER_DIFFERENCES, OTHER_TAILS
from oxymilk.present.tables.builder import Cell, Panel, Row, Table
from oxymilk.present.view import P_VALUES
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View

# row, sign of the difference, columns of tests.csv
_RANKS = (
    ("negative", "<", "down", "mean_rank_minus", "w_minus"),
    ("positive", ">", "up", "mean_rank_plus", "w_plus"),
    ("unchanged", "=", "unchanged", "", ""),
)
_RISKS = {"risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"}


# ---------------------------------------------------------------- rank tests


def rank_test_table(table: Table) -> Table:
    """Make the table of the signed-rank test within a group, or of the rank-sum test between the first two groups.

    A panel of ranks, and one of statistics, both p-values and the decision.
    """
    view, t, study, test = table.view, table.t, table.view.study, table.kind
    about = {"test": test, "group": table.group.id} if table.group else {"test": test}
    declared, exact = table.results(**about)
    pre, post = map(view.label, study.compared)
    z = t.number(declared["z"], 3).removeprefix(MINUS)
    # never positive, as SPSS writes it; another program's Z is not SPSS's
    others = declared["tie_correction"] == "false", declared["continuity"] == "true"
    others += (declared["zero_method"] not in ("drop", ""),)
    as_spss = "" if any(others) else MINUS + z if to_decimal(declared["z"]) else z
    lines = _within_lines if table.group else _between_lines
    rank_lines, statistics = lines(table, declared, as_spss)

    ranks, rows = [], []
    for stub, note, printed, n, *columns in rank_lines:
        mean, total = (t.number(declared[column], 2) if column else "" for column in columns)
        cells = {"row": Cell(stub, table.mark(note)), "n": t.number(declared[n])}
        ranks += table.checked(printed, **cells, mean_rank=mean, rank_sum=total)
    ranks.append(Row("total", row=t("tables.row.total"), n=declared["n"]))
    for quantity, stub, value, decimals, note in statistics:
        if value:
            printed = table.select(quantity, **about)
            rows += table.checked(printed, row=stub, value=table.number_cell(value, decimals, note))
    if not declared["p_value"]:
        table.notes.append(t("tables.note.no_test"))
    of_p = [claim for quantity in ("p_value", "threshold") for claim in table.select(quantity, **about)]
    others = [row for row in view.rows("tests") if {"role": OTHER_TAILS, **about}.items() <= row.items()]
    of_other = [claim for claim in of_p if claim["procedure"] in {row["procedure"] for row in others}]
    for result in filter(None, (declared, *others[: len(of_other)], exact)):
        too_large = declared["p_value"] and not result["p_value"]
        note = t("tables.note.exact_too_large") if too_large else ""
        value = table.number_cell(result["p_value"], note=note)
        role, printed = "exact", []
        if result is declared:
            role, printed = f"declared_{result['method']}", [claim for claim in of_p if claim not in of_other]
        elif result in others:
            role, printed = "two_tailed" if result["alternative"] == "two-sided" else "one_tailed", of_other
        words = {"procedure": view.procedure(result), "scale": table.scale()}
        rows += table.checked(printed, row=t(f"tables.row.p_{role}"), value=value, **words)
    decision, made = t("tables.row.decision", alpha=t.number(study.alpha)), table.decision(declared)
    rows += table.checked(table.select("decision", **about), row=decision, value=made)

    reason = study.procedure.reason[view.language] if study.procedure.reason else ""
    words = view.procedure(declared)
    table.notes += (
        t(f"tables.note.procedure_{test}", post=post, pre=pre, procedure=words),
        t("tables.note.exact", procedure=view.procedure(exact)) if exact else "",
        t(f"tables.note.basis_{study.procedure.basis}", reason=reason).strip(),
        _differences_note(view, declared),
        table.scale_note,
        table.left_out(declared),
    )
    stub = t("tables.column.ranks" if table.group else "tables.column.group")
    key = "rank_sum_change" if test == "rank_sum" and study.between == "change" else test
    names = {"outcome": view.label(study.outcome), "group": table.group_name, "pre": pre, "post": post}
    return table.finish(
        t(f"tables.title.{key}", **names),
        Panel(t("tables.column.ranks"), table.columns("ranks", "checked", stub=stub), tuple(ranks)),
        Panel(t("tables.column.statistic"), table.columns("statistics", "checked"), tuple(rows)),
    )


def _differences_note(view: View, declared: Record) -> str:
    """Say what the declared procedure gives with differences taken the other way; "" where that is the same."""
    about = declared["test"], declared["group"], OTHER_DIFFERENCES
    for row in view.rows("tests"):
        if (row["test"], row["group"], row["role"]) == about:
            values = {"z": view.t.number(row["z"], 3), "p": view.t.significant(row["p_value"], 3)}
            key = f"tables.note.differences_{declared['differences']}"
            return view.t(key, program=view.study.procedure.program, **values)
    return ""


def _within_lines(table: Table, declared: Record, z: str) -> tuple[list[tuple], list[tuple]]:
    """Return the lines of a signed-rank test.

    Of ranks: stub, its note, claims, columns of tests.csv for n, mean and sum. Of statistics: quantity, stub, value,
    decimals, note.
    """
    t, group = table.t, table.group.id
    pre, post = map(table.view.label, table.view.study.compared)
    ranks = []
    for name, sign, change, mean, total in _RANKS:
        printed = table.select(f"count_{change}", f"percent_{change}", group=group)
        note = f"{post} {sign} {pre}."
        ranks.append((t(f"tables.row.{name}"), note, printed, f"n_{change}", mean, total))
    plus, minus = to_decimal(declared["w_plus"]), to_decimal(declared["w_minus"])
    note, statistics = t("tables.note.z_spss_equal"), []
    if plus != minus:
        of_ranks = t("tables.note.z_negative" if minus < plus else "tables.note.z_positive")
        spss = (t("tables.note.z_spss", z=z, ranks=of_ranks),) if z else ()
        note = " ".join((t("tables.note.z_within"), *spss))
    if declared["p_value"] and table.select("w", test="signed_rank", group=group):
        smaller = declared["w_minus" if minus < plus else "w_plus"]
        statistics.append(("w", t("tables.row.w_smaller"), smaller, 2, ""))
    return ranks, [*statistics, ("z", "Z", declared["z"], 3, note)]


def _between_lines(table: Table, declared: Record, z: str) -> tuple[list[tuple], list[tuple]]:
    """Return the lines of the rank-sum test, as `_within_lines` does."""
    t, names = table.t, [table.view.label(group) for group in table.view.study.groups[:2]]
    ranks = [(name, "", [], f"n{k}", f"mean_rank{k}", f"rank_sum{k}") for k, name in enumerate(names, 1)]
    statistics = []
    if declared["p_value"]:
        # the smaller U first, and the rank sum that goes with it, as SPSS prints them
        smaller = 1 if to_decimal(declared["u1"]) < to_decimal(declared["u2"]) else 2
        statistics.append(("u", t("tables.row.u"), declared[f"u{smaller}"], 2, ""))
        for k, name in enumerate(names, 1):
            statistics.append(("", t("tables.row.u_group", group=name), declared[f"u{k}"], 2, ""))
        note = t("tables.note.w_group", group=names[smaller - 1])
        statistics.append(("w", t("tables.row.w"), declared[f"rank_sum{smaller}"], 2, note))
    spss = (t("tables.note.z_spss_between", z=z),) if z else ()
    note = " ".join((t("tables.note.z_between", group1=names[0]), *spss))
    return ranks, [*statistics, ("z", "Z", declared["z"], 3, note)]


def sensitivity_table(table: Table) -> Table:
    """Make the table of the same tests on the other scale, each beside the main result."""
    view, t, rows = table.view, table.t, []
    by_role = {(test["test"], test["group"], test["role"]): test for test in view.rows("sensitivity")}
    for (test, group, role), declared in by_role.items():
        if role != "declared":
            continue
        main, _ = table.results(test, group)
        here, there = table.decision(declared), table.decision(main)
        changed = here != there and NO_VALUE not in (here, there)
        marks = table.mark(t("tables.note.sensitivity_changed")) if changed else ()
        exact = by_role.get((test, group, "exact"), declared)
        results = {"p_declared": declared, "p_exact": exact, "p_main": main}
        cells = {name: table.number_cell(result["p_value"]) for name, result in results.items()}
        cells |= {"decision": Cell(here, marks, strong=changed), "decision_main": there}
        cells |= {"n": declared["n"], "z": table.number_cell(declared["z"], 3)}
        rows.append(Row(row=view.name_of_test(declared), **cells))
    scale, main_scale = table.scale(view.rows("sensitivity")[0]["scale"]), table.scale()
    scales = {"main": main_scale, "other": scale}
    spanners = {name: t(f"tables.spanner.{name}_scale", scale=words) for name, words in scales.items()}
    key = "sensitivity_scale" if table.first < table.last else "sensitivity_scale_one"
    table.notes += (
        t(f"tables.note.{key}", scale=scale, main=main_scale, first=table.first, last=table.last),
        t("tables.note.sensitivity_decision", alpha=t.number(view.study.alpha)),
    )
    panel = Panel("", table.columns("sensitivity", **spanners), tuple(rows))
    return table.finish(t("tables.title.sensitivity"), panel)


# ---------------------------------------------------------------- effects


def effects_table(table: Table) -> Table:
    """Make the table of effects: their sizes with intervals, and the p-values of each test."""
    view, t, study, rows = table.view, table.t, table.view.study, []
    for test in view.effects:
        rows.append(Row("section", row=view.name_of_test(test)))
        for effect in test.effects:
            cells = {"row": Cell(effect.label, table.mark(effect.note))}
            marks = {"estimate": (), "low": (), "high": table.mark(effect.method)}
            for name, text, digits in zip(marks, effect.written, effect.digits, strict=True):
                cells[name] = Cell(text, marks[name], digits=digits)
            rows.append(Row(**cells, method=effect.method, note=effect.note))
    interval = t("effects.column.interval", confidence=view.confidence)
    sizes = Panel(t("effects.column.effect"), table.columns("effects", interval=interval), tuple(rows))
    results = [table.results(test.test, test.group) for test in view.effects]
    roles = ("declared", "exact") if any(exact for _, exact in results) else ("declared",)
    columns = table.columns("p_values")
    if "exact" not in roles:
        columns = tuple(column for column in columns if "_exact" not in column.key)
    p_rows = []
    for test, (declared, exact) in zip(view.effects, results, strict=True):
        # where the declared procedure is the exact one they are one p
        p = {"p_declared": declared["p_value"], "p_exact": (exact or declared)["p_value"], **test.p_values}
        names = [f"{name}_{role}" for role in roles for name in ("p", *P_VALUES)]
        cells = {name: table.number_cell(p[name]) for name in names}
        p_rows.append(Row(row=view.name_of_test(test), scale=table.scale(), **cells))
    p_values = Panel(t("effects.column.p_values"), columns, tuple(p_rows))

    tests = {test.test for test in view.effects}
    names = {effect.effect for test in view.effects for effect in test.effects}
    (pre, post), group, outcome = map(view.label, study.compared), view.label(study.groups[0]), study.outcome
    on_levels = outcome.kind == "levels" or outcome.scale == "level"
    shift = "levels" if on_levels else "unit" if outcome.unit else "numbers"
    first, last = table.first, table.last
    table.notes += (
        t("effects.note.direction_signed_rank", pre=pre, post=post) if "signed_rank" in tests else "",
        t("effects.note.direction_rank_sum", group1=group) if "rank_sum" in tests else "",
        t("effects.note.risks") if names & _RISKS else "",
        table.scale_note,
        t("effects.note.r"),
        t(f"effects.note.shift_{shift}", unit=view.unit(outcome)),
        t("effects.note.interval", confidence=view.confidence),
        t(f"effects.note.{'p_values' if first < last else 'p_value'}", first=first, last=last),
        t("effects.note.holm", n=len(view.effects)),
        t("effects.note.least"),
    )
    return table.finish(t("tables.title.effects"), sizes, p_values)


# ---------------------------------------------------------------- explanations


def explanation_table(table: Table) -> Table:
    """Make the table of explanations, ranked, with what each is worth: a section for each claim that has one."""
    view, t, rows, without = table.view, table.t, [], []
    for claim in view.explained:
        words = view.claim_words(claim.line)
        if not claim.explanations:
            without.append(words)
            continue
        rows.append(Row("section", row=words))
        for explanation in claim.explanations:
            record, n = explanation.row, len(explanation.contradicted)
            total = n + len(explanation.kept)
            programs = record["programs"] and t("explanations.note.programs", programs=record["programs"])
            worth = "" if explanation.informative else t("explanations.note.uninformative")
            cells = {name: record[name] for name in ("p_value", "prints_as", "programs", "ways", "witness")}
            cells |= {"row": record["rank"], "kind": t(f"explanations.kind.{record['kind']}")}
            cells["explanation"] = Cell(explanation.description, table.mark(programs))
            cells["contradicts"] = t("explanations.of", n=n, total=total) if total else NO_VALUE
            cells["coincidence"] = Cell(t.percent(explanation.coincidence), table.mark(worth))
            rows.append(Row(**cells, contradicted=" ".join(explanation.contradicted)))
    claims = t("common.list_separator").join(without)
    table.notes += (
        t("explanations.note.order"),
        t("explanations.note.contradicts"),
        t("explanations.note.coincidence", alpha=t.number(view.study.alpha)),
        t("explanations.note.possible"),
        t("explanations.note.without", claims=claims) if without else "",
    )
    panel = Panel(t("explanations.column.explanation"), table.columns("explanations"), tuple(rows))
    return table.finish(t("tables.title.explanations"), panel)
