"""The tables of an appendix: scores, ranks and test statistics as SPSS shows them, effects, the other scale."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from oxymilk.audit.claims import DECISIONS
from oxymilk.present.tables.model import Cell, Column, Footnotes, Row, p_cell, table_of
from oxymilk.present.tables.paper import capitalised, decimals_of, missing_note, score_decimals
from oxymilk.present.tested import declared_tests, differences_notes, results, scale_words
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.tables.model import Table
    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View

# row, sign of the difference, columns of tests.csv
_RANKS = (
    ("negative", "<", "n_down", "mean_rank_minus", "w_minus"),
    ("positive", ">", "n_up", "mean_rank_plus", "w_plus"),
    ("unchanged", "=", "n_unchanged", "", ""),
)
# columns of effects.csv that the table's file has and its page has not
_ONLY_CSV = ("low", "high", "method", "note")
# effects that a page has in other words: r by the number of pairs, the median of changes in the results table
_ONLY_IN_FILE = ("r_z_observations", "median_difference")
_RISKS = {"risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"}
# columns of summaries.csv, and whether their decimals are more than those of the scores
_SUMMARY = {"mean": 1, "sd": 1, "minimum": 0, "q1": None, "median": None, "q3": None, "maximum": 0}


def summary_table(view: View, number: str) -> Table:
    """Make the table that describes scores in the outcome's unit: a section a group, a row a time or the change."""
    t, outcome, rows, records = view.t, view.study.outcome, [], view.rows("summaries")
    least = score_decimals(outcome, records)
    of_quartiles = decimals_of((record[key] for record in records for key in ("q1", "median", "q3")), least)
    for group in view.study.groups:
        rows.append(Row(view.label(group), head=True))
        for record in (record for record in records if record["group"] == group.id):
            cells = {"n": record["n"], "missing": record["missing"]}
            for key, more in _SUMMARY.items():
                decimals = of_quartiles if more is None else least + more
                cells[key] = Cell(t.number(record[key], decimals), digits=record[key])
            rows.append(Row(capitalised(view.moments[record["timepoint"]]), cells))
    columns = (
        Column("row", t("tables.column.group"), "left", 2.4),
        Column("n", "n", width=0.5),
        *(Column(key, t(f"tables.column.{key}")) for key in _SUMMARY),
        Column("missing", t("tables.column.missing"), only_csv=True),
    )
    notes = (t("tables.note.sd"), t("tables.note.quartiles"), missing_note(view))
    key = "summary_unit" if outcome.unit else "summary"
    return table_of(view, "summary", number, columns, rows, notes, title=key)


# ---------------------------------------------------------------- rank tests


def rank_table(view: View, number: str) -> Table:
    """Make the table of ranks as SPSS shows them: a section a test."""
    t, rows, notes = view.t, [], Footnotes()
    pre, post = map(view.label, view.study.compared)
    for test in declared_tests(view):
        rows.append(Row(view.name_of_test(test), head=True))
        if test["test"] == "signed_rank":
            marks = {name: notes.mark(f"{post} {sign} {pre}.") for name, sign, *_ in _RANKS}
            lines = {Cell(t(f"tables.row.{name}"), marks[name]): columns for name, _, *columns in _RANKS}
        else:
            groups = enumerate(view.study.groups[:2], 1)
            lines = {view.label(group): (f"n{k}", f"mean_rank{k}", f"rank_sum{k}") for k, group in groups}
        for stub, (n, mean, total) in lines.items():
            ranks = {"mean_rank": mean, "rank_sum": total} if mean else {}
            cells = {name: t.number(test[column], 2) for name, column in ranks.items()}
            rows.append(Row(stub, cells | {"n": t.number(test[n])}))
        rows.append(Row(t("tables.row.total"), {"n": test["n"]}))
    columns = (
        Column("row", t("tables.column.ranks"), "left", 4),
        Column("n", "N"),
        Column("mean_rank", t("tables.column.mean_rank"), width=1.4),
        Column("rank_sum", t("tables.column.rank_sum"), width=1.4),
    )
    return table_of(view, "ranks", number, columns, rows, (scale_note(view),), notes)


def scale_note(view: View) -> str:
    """Name the scale that the tests run on, where the outcome could have two; else ""."""
    one_scale = view.study.outcome.kind == "levels"
    return "" if one_scale else view.t("tables.note.scale", scale=scale_words(view))


def statistics_table(view: View, number: str) -> Table:
    """Make the table of test statistics and p-values: a column a test."""
    t, notes = view.t, Footnotes()
    adjusted = {(effects.test, effects.group): effects.p_values for effects in view.effects}
    tests = {f"test_{at}": row for at, row in enumerate(declared_tests(view))}
    columns, cells = [Column("row", t("tables.column.statistic"), "left", 2.6)], {}
    for key, test in tests.items():
        what = view.group(test["group"]) if test["group"] else capitalised(view.moments[test["timepoint"]])
        mark = notes.mark(t("tables.note.procedure", procedure=view.procedure(test)))
        columns.append(Column(key, what, width=1.5, spanner=t(f"figures.test.{test['test']}"), marks=mark))
    for key, test in tests.items():
        name = test["test"], test["group"]
        declared, exact = results(view, *name)
        if not declared["p_value"]:
            cells["p", key] = Cell(NO_VALUE, notes.mark(t("tables.note.no_test")))
            continue
        if test["test"] == "rank_sum":
            # the smaller U, and the rank sum that goes with it, as SPSS prints them
            smaller = 1 if to_decimal(declared["u1"]) < to_decimal(declared["u2"]) else 2
            for quantity, column in (("u", f"u{smaller}"), ("w", f"rank_sum{smaller}")):
                cells[quantity, key] = Cell(t.number(declared[column], 2), digits=declared[column])
        cells["z", key] = _z_cell(view, declared, notes)
        p_values = adjusted.get(name, {})
        values = {"p": declared["p_value"], "least": p_values.get("least_declared", "")}
        values |= {"p_exact": exact["p_value"]} if exact else {}
        if len(tests) > 1:
            values["holm"] = p_values.get("holm_declared", "")
            values |= {"holm_exact": p_values.get("holm_exact", "")} if exact else {}
        for quantity, value in values.items():
            too_large = t("tables.note.exact_too_large") if quantity == "p_exact" and not value else ""
            cells[quantity, key] = p_cell(view, value, notes.mark(too_large))
    rows = []
    for quantity in ("u", "w", "z", "p", "p_exact", "holm", "holm_exact", "least"):
        of_tests = {key: cells[quantity, key] for key in tests if (quantity, key) in cells}
        rows += [Row(t(f"tables.row.{quantity}"), of_tests)] if of_tests else []
    general = (
        t("tables.note.exact") if any(quantity == "p_exact" for quantity, _ in cells) else "",
        t("tables.note.holm", n=len(tests)) if len(tests) > 1 else "",
        t("tables.note.least"),
        scale_note(view),
        *differences_notes(view, known=True),
    )
    return table_of(view, "statistics", number, columns, rows, general, notes)


def _z_cell(view: View, declared: Record, notes: Footnotes) -> Cell:
    """Write Z, as SPSS does where it is SPSS's: never positive, with the ranks that it is based on."""
    t, z, note = view.t, view.t.number(declared["z"], 3), ""
    others = declared["tie_correction"] == "false", declared["continuity"] == "true"
    as_spss = not any(others) and declared["zero_method"] in ("drop", "")
    if as_spss and to_decimal(declared["z"]):
        z = MINUS + z.removeprefix(MINUS)
    if declared["test"] == "signed_rank":
        plus, minus = to_decimal(declared["w_plus"]), to_decimal(declared["w_minus"])
        ranks = "equal" if plus == minus else "negative" if minus < plus else "positive"
        note = t(f"tables.note.z_{ranks}") if as_spss else t("tables.note.z_within")
    elif not as_spss:
        note = t("tables.note.z_between", group1=view.label(view.study.groups[0]))
    return Cell(z, notes.mark(note), digits=declared["z"])


def other_scale_table(view: View, number: str) -> Table:
    """Make the table of the same tests on the other scale, each beside the main result."""
    t, alpha, rows, notes = view.t, view.study.alpha, [], Footnotes()
    by_role = {(test["test"], test["group"], test["role"]): test for test in view.rows("sensitivity")}
    for (test, group, role), declared in by_role.items():
        if role != "declared":
            continue
        main, _ = results(view, test, group)
        below = {to_decimal(row["p_value"]) < to_decimal(alpha) for row in (declared, main) if row["p_value"]}
        changed = t("tables.note.other_scale_changed", alpha=t.number(alpha)) if len(below) == 2 else ""
        cells = {"n": declared["n"], "z": Cell(t.number(declared["z"], 3), digits=declared["z"])}
        cells["p"] = p_cell(view, declared["p_value"], notes.mark(changed))
        cells["p_exact"] = p_cell(view, by_role.get((test, group, "exact"), declared)["p_value"])
        cells["p_main"] = p_cell(view, main["p_value"])
        rows.append(Row(view.name_of_test(declared), cells))
    scale, main_scale = scale_words(view, view.rows("sensitivity")[0]["scale"]), scale_words(view)
    columns = (
        Column("row", t("tables.column.test"), "left", 3),
        Column("n", "n", width=0.5, spanner=scale),
        Column("z", "Z", width=0.9, spanner=scale),
        Column("p", "p", width=0.9, spanner=scale),
        Column("p_exact", t("tables.column.p_exact"), spanner=scale),
        Column("p_main", "p", width=0.9, spanner=main_scale),
    )
    note = t("tables.note.other_scale", scale=scale, main=main_scale)
    return table_of(view, "sensitivity", number, columns, rows, (note,), notes)


def alternatives_table(view: View, number: str) -> Table:
    """Make the table of what other defensible tests decide: a section a test, the declared procedure first."""
    t, rows, notes = view.t, [], Footnotes()
    for (test, group), others in groupby(view.rows("alternatives"), itemgetter("test", "group")):
        declared, _ = results(view, test, group)
        rows.append(Row(view.name_of_test(declared), head=True))
        p = to_decimal(declared["p_value"])
        decided = "" if p is None else DECISIONS[p >= to_decimal(view.study.alpha)]
        own = {"alternative": "declared", "p_value": declared["p_value"], "decision": decided}
        for record in (own, *others):
            reason, error = (record.get(column, "") for column in ("reason", "standard_error"))
            note = t(f"advice.reason.{reason}") if reason else ""
            note = t("advice.random", error=t.significant(error, 1)) if error else note
            cells = {"p": p_cell(view, record["p_value"], notes.mark(note))}
            cells["decision"] = view.decision(record["decision"]) or NO_VALUE
            rows.append(Row(t(f"advice.alternative.{record['alternative']}"), cells))
    columns = (
        Column("row", t("tables.column.test"), "left", 4),
        Column("p", "p", width=1.2),
        Column("decision", t("tables.column.decision_at", alpha=t.number(view.study.alpha)), "left", 2),
    )
    return table_of(view, "alternatives", number, columns, rows, (), notes)


# ---------------------------------------------------------------- effects


def effects_table(view: View, number: str) -> Table:
    """Make the table of effects with their intervals: a section a test."""
    t, study, rows, notes = view.t, view.study, [], Footnotes()
    for test in view.effects:
        rows.append(Row(view.name_of_test(test), head=True))
        for effect in test.effects:
            only_csv = effect.effect in _ONLY_IN_FILE
            stub = Cell(effect.label, () if only_csv else notes.mark(effect.note))
            estimate, low, high = effect.written
            interval = "" if NO_VALUE in (low, high) else t.range(low, high)
            cells = {"estimate": Cell(estimate, digits=effect.digits[0])}
            cells["interval"] = Cell(interval or NO_VALUE, notes.mark(effect.method) if interval else ())
            in_file = zip(_ONLY_CSV, (*effect.digits[1:], effect.method, effect.note), strict=True)
            rows.append(Row(stub, cells | dict(in_file), only_csv=only_csv))
    tests = {test.test for test in view.effects}
    names = {effect.effect for test in view.effects for effect in test.effects}
    (pre, post), group, outcome = map(view.label, study.compared), view.label(study.groups[0]), study.outcome
    on_levels = outcome.kind == "levels" or outcome.scale == "level"
    shift = "levels" if on_levels else "unit" if outcome.unit else "numbers"
    general = (
        t("effects.note.direction_signed_rank", pre=pre, post=post) if "signed_rank" in tests else "",
        t("effects.note.direction_rank_sum", group1=group) if "rank_sum" in tests else "",
        t("effects.note.risks") if names & _RISKS else "",
        scale_note(view),
        t("effects.note.r"),
        t(f"effects.note.shift_{shift}", unit=view.unit(outcome)),
        t("effects.note.interval", confidence=view.confidence),
    )
    columns = (
        Column("row", t("effects.column.effect"), "left", 4.2),
        Column("estimate", t("effects.column.estimate"), width=1.2),
        Column("interval", t("effects.column.interval", confidence=view.confidence), width=2),
        *(Column(key, t(f"effects.column.{key}"), only_csv=True) for key in _ONLY_CSV),
    )
    return table_of(view, "effects", number, columns, rows, general, notes)
