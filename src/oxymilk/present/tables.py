"""Tables of a study: characteristics, summaries, frequencies, rank tests, effects, the other scale, explanations.

They have no format yet; `table_files` writes them in every one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.printed_lines import checked_rows, records
from oxymilk.present.table_baseline import baseline_characteristics_table
from oxymilk.present.table_characteristics import characteristics_table
from oxymilk.present.table_effects import effects_table
from oxymilk.present.table_explanations import build_explanation_table
from oxymilk.present.table_inputs import Inputs, checked_columns, finish_table
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.present.table_scales import sensitivity_table, summary_table
from oxymilk.present.table_tests import rank_sum_table, signed_rank_table
from oxymilk.texts import NO_VALUE, labels, to_decimal

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Group, Study


def build_tables(
    study: Study,
    frequencies: pd.DataFrame,
    tests: pd.DataFrame,
    verdicts: pd.DataFrame,
    effects: pd.DataFrame,
    language: str,
    explanations: pd.DataFrame | None = None,
    baseline: pd.DataFrame | None = None,
    summaries: pd.DataFrame | None = None,
    sensitivity: pd.DataFrame | None = None,
) -> tuple[Table, ...]:
    """Make the tables of a study in one language.

    Parameters
    ----------
    study : Study
        The study; its groups, levels and labels are the tables' rows and columns.
    frequencies, tests, verdicts, effects : DataFrame
        The result tables of the same names, as `oxymilk.files.read_csv` gives them.
    language : str
        "en" or "id".
    explanations : DataFrame, optional
        explanations.csv; without it, or when nothing has an explanation, there is no table of explanations.
    baseline, summaries, sensitivity : DataFrame, optional
        The result tables of the same names. Without rows of baseline the characteristics are as printed only; without
        rows of sensitivity there is no table of the other scale.

    Returns
    -------
    tuple of Table
        Characteristics, if there is a sheet or the paper prints some; the summary, if the tests run on scores;
        frequencies, one a group; signed-rank tests, one a group; the rank-sum test, if there is one; effects, if a test
        had data; the other scale; explanations. Numbered from 1 in this order.
    """
    rows = records(tests)
    within = [
        group
        for group in study.groups
        if any(row["test"] == "signed_rank" and row["group"] == group.id for row in rows)
    ]
    between = any(row["test"] == "rank_sum" for row in rows)
    # without levels there is nothing to count
    counted = study.groups if study.outcome.levels and study.sheets else ()
    described = bool(study.sheets or study.characteristics)
    summed = records(summaries) if summaries is not None and study.outcome.scale == "score" else []
    before_tests = described + bool(summed) + len(counted)
    last = before_tests + len(within) + between
    test_numbers = (before_tests + 1, last) if last > before_tests else (0, 0)
    inputs = Inputs(study, records(frequencies), rows, records(verdicts), labels(language), test_numbers)
    computed = records(baseline) if baseline is not None else []
    tables = []
    if computed:
        tables.append(baseline_characteristics_table(inputs, 1, computed))
    elif described:
        tables.append(characteristics_table(inputs, 1))
    if summed:
        tables.append(summary_table(inputs, len(tables) + 1, summed))
    for group in counted:
        tables.append(frequency_table(inputs, len(tables) + 1, group))
    for group in within:
        tables.append(signed_rank_table(inputs, len(tables) + 1, group))
    if between:
        tables.append(rank_sum_table(inputs, len(tables) + 1))
    if len(effects):
        tables.append(effects_table(inputs, len(tables) + 1, records(effects)))
    if sensitivity is not None and len(sensitivity):
        tables.append(sensitivity_table(inputs, len(tables) + 1, records(sensitivity)))
    if explanations is not None:
        number = len(tables) + 1
        explained = build_explanation_table(study, explanations, verdicts, language, number)
        tables += [explained] if explained else []
    return tuple(tables)


def frequency_table(inputs: Inputs, number: int, group: Group) -> Table:
    """Make the table of a group's frequencies: each level at each timepoint, with those whose score is missing."""
    t, notes, claims = inputs.t, Notes(), inputs.claims()
    mine = [row for row in inputs.frequencies if row["group"] == group.id]
    whole = all(to_decimal(row["percent"] or "0") % 1 == 0 for row in mine)
    decimals = 0 if whole else 1
    any_missing = any(int(row["missing"] or 0) for row in mine)
    rows, missing = [], []
    for timepoint in inputs.study.timepoints:
        here = {row["level"]: row for row in mine if row["timepoint"] == timepoint.id}
        if not here:
            continue
        rows.append(Row((Cell(timepoint.label[t.language]),), "section"))
        for level in inputs.study.outcome.levels:
            row = here[level.id]
            cells = (level.label[t.language], row["n"], t.number(row["percent"], decimals), row["percent"])
            about = {"group": group.id, "timepoint": timepoint.id, "level": level.id}
            rows += checked_rows(
                tuple(map(Cell, cells)), claims.lines(claims.select("count", "percent", **about), notes)
            )
        hundred = t.number(100, decimals) if int(row["total"]) else NO_VALUE
        cells = (t("tables.row.total"), row["total"], hundred, "", "", "", "")
        rows.append(Row(tuple(map(Cell, cells)), "total"))
        if any_missing:
            cells = (t("tables.row.missing"), row["missing"], "", "", "", "", "")
            rows.append(Row(tuple(map(Cell, cells))))
            missing.append(f"{timepoint.label[t.language]} {row['missing']}")
    if missing:
        notes.add(t("tables.note.missing", missing=t("common.list_separator").join(missing)))
        if inputs.has_test("signed_rank", group.id):
            notes.add(inputs.left_out(inputs.of_test("signed_rank", group.id)[0]))
    computed, percent = t("tables.spanner.computed"), t("tables.column.percent")
    columns = (
        Column("row", t("tables.column.level"), "", "left", 2.2),
        Column("n", t("tables.column.n"), computed, "right", 0.8),
        Column("percent", percent, computed, "right", 0.8),
        Column("percent_full", t("tables.column.full", column=percent), only_csv=True),
        *checked_columns(t),
    )
    outcome = inputs.study.outcome.label[t.language]
    title = t("tables.title.frequencies", outcome=outcome, group=inputs.named(group))
    panel = Panel("", columns, tuple(rows))
    return finish_table(inputs, "frequencies", number, title, (panel,), notes, claims)
