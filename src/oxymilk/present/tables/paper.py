"""The tables of a paper: the participants of each group, and the outcome before, after and changed, with its tests."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from oxymilk.analysis import reported_effect
from oxymilk.present.tables.model import Cell, Column, Footnotes, Row, Table
from oxymilk.present.tested import declared_tests, results, sizes_note
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Characteristic, Outcome

_HOLDS = ("reproduced", "reproduced_after_rounding")
# effects that are shares, and are written in points of percent
_SHARES = ("risk_difference", "net_share_risen")


def capitalised(text: str) -> str:
    """Return a text with a capital in front, as the label of a row or column begins."""
    return text[:1].upper() + text[1:]


def decimals_of(values: Iterable[str], least: int = 0) -> int:
    """Return the decimals to write numbers with: `least` where that writes all of them whole, else one more."""
    numbers = (to_decimal(value) for value in values)
    return least + any(number.scaleb(least) % 1 for number in numbers if number is not None)


def score_decimals(variable: Outcome | Characteristic, records: Iterable[Record]) -> int:
    """Return the decimals of a variable that is a number; where not declared those of its extremes, two at most."""
    if variable.score_decimals is not None:
        return variable.score_decimals
    ends = [to_decimal(record[end]) for record in records for end in ("minimum", "maximum")]
    return min(2, max([0, *(-end.as_tuple().exponent for end in ends if end is not None)]))


def count_text(view: View, record: Record, decimals: int) -> str:
    """Write a count and its percentage: "3 (30)"."""
    return f"{record['n']} ({view.t.number(record['percent'], decimals)})"


def median_text(view: View, record: Record, decimals: int) -> str:
    """Write a median and its quartiles: "16.5 (11.5–17.3)"."""
    if not record["median"]:
        return NO_VALUE
    median, low, high = (view.t.number(record[name], decimals) for name in ("median", "q1", "q3"))
    return f"{median} ({low}–{high})"


def effect_text(view: View, record: Record, decimals: int, *, interval: bool = True) -> str:
    """Write an effect and its interval: "70 points (29 to 89)", "0.70 (0.19 to 0.90)"; a shift with the decimals."""
    t, values, name = view.t, [record[part] for part in ("estimate", "low", "high")], record["effect"]
    if name in _SHARES:
        values, decimals = [str(100 * to_decimal(value)) if value else "" for value in values], 0
    estimate, low, high = view.written(values, 2 if "biserial" in name else decimals)
    if name in _SHARES:
        estimate = t("tables.cell.points", estimate=estimate)
    has_interval = interval and all(values)
    return t("tables.cell.interval", estimate=estimate, low=low, high=high) if has_interval else estimate


def group_sizes(view: View) -> dict[str, int]:
    """Return the number of participants of each group, those with a missing score too."""
    sizes = dict.fromkeys(view.study.group_ids, 0)
    for record in view.rows("frequencies"):
        sizes[record["group"]] = max(
            sizes[record["group"]], int(record["total"]) + int(record["missing"] or 0)
        )
    return sizes


def missing_note(view: View) -> str:
    """Say how many scores are missing, by group and timepoint; "" where none is."""
    missing = {
        (r["group"], r["timepoint"]): r["missing"] for r in view.rows("frequencies") if int(r["missing"] or 0)
    }
    parts = (
        f"{view.group(group)}, {view.label(view.study.timepoint(timepoint))}: {n}"
        for (group, timepoint), n in missing.items()
    )
    return (
        view.t("tables.note.missing", missing=view.t("common.list_separator").join(parts)) if missing else ""
    )


# ---------------------------------------------------------------- characteristics


def characteristics_table(view: View, number: str) -> Table:
    """Make the table of characteristics by group, with the outcome at baseline and standardised differences.

    A characteristic that only the paper has is shown with the numbers that its printed percentages make.
    """
    t, study, notes = view.t, view.study, Footnotes()
    sizes, rows, undefined = group_sizes(view), [], False
    of_variable = {
        name: list(records)
        for name, records in groupby(view.rows("baseline"), lambda row: row["characteristic"])
    }
    for variable in (*study.characteristics, study.outcome):
        records = of_variable.get(variable.id) or _as_printed(view, variable)
        if not records:
            continue
        name = view.label(variable)
        if variable is study.outcome:
            name = t("tables.row.outcome", outcome=name, timepoint=view.label(study.compared[0]))
        cells = {}
        if len(sizes) == 2 and "difference" in records[0]:
            cells["difference"] = Cell(t.number(records[0]["difference"], 2), digits=records[0]["difference"])
            undefined |= not records[0]["difference"]
        if study.baseline_tests and records[0].get("p_value"):
            p, test = records[0]["p_value"], records[0]["test"]
            cells["p"] = Cell(t.p_value(p, study.alpha), notes.mark(t(f"tables.comparison.{test}")), digits=p)
        rows += _rows_of(view, variable, name, records, cells)
    columns = [Column("row", t("tables.column.characteristic"), "left", 2.6)]
    for group, n in sizes.items():
        columns.append(Column(group, t("tables.column.group_n", group=view.group(group), n=n), width=1.7))
    compared = [key for key in ("difference", "p") if any(key in row.cells for row in rows)]
    columns += [
        Column(key, t(f"tables.column.{key}"), width=1.5 if key == "difference" else 1) for key in compared
    ]
    described = any(record.get("mean") for records in of_variable.values() for record in records)
    printed = any(item.id not in of_variable and _as_printed(view, item) for item in study.characteristics)
    general = (
        t("tables.note.quartiles") if described else "",
        t("tables.note.difference") if "difference" in compared else "",
        t("tables.note.difference_undefined") if undefined else "",
        t("tables.note.baseline_tests") if "p" in compared else "",
        t("tables.note.as_printed") if printed else "",
    )
    title = t("tables.title.characteristics")
    return Table(view.language, "characteristics", number, title, tuple(columns), tuple(rows), general, notes)


def _as_printed(view: View, variable: Characteristic | Outcome) -> list[Record]:
    """Return what the printed percentages and counts of a characteristic make, as rows of baseline.csv."""
    records = {}
    for claim in view.rows("verdicts"):
        made = made_count(claim) if claim["verdict"] in _HOLDS and claim["variable"] == variable.id else ""
        size = group_sizes(view).get(claim["group"])
        if made and size and claim["variable"] != view.study.outcome.id:
            about = {"level": claim["level"], "group": claim["group"], "missing": "0"}
            record = about | {"n": made, "percent": str(to_decimal(made) * 100 / size)}
            records.setdefault((claim["level"], claim["group"]), record)
    return list(records.values())


def made_count(claim: Record) -> str:
    """Return the number of participants that a printed count or percentage makes; "" where it makes none."""
    if claim["quantity"] == "count":
        return claim["computed"]
    percent, n = to_decimal(claim["computed"]), claim["n"]
    makes = claim["quantity"] == "percent" and percent is not None and n.isdecimal()
    return str(round(percent * int(n) / 100)) if makes else ""


def _rows_of(
    view: View, variable: Characteristic | Outcome, name: str, records: list[Record], cells: dict[str, Cell]
) -> list[Row]:
    """Return the rows of a characteristic: its head with `cells`, what describes its numbers, a row a level."""
    t = view.t
    of_level = {
        level.id: view.label(level)
        for level in variable.levels
        if any(r["level"] == level.id for r in records)
    }
    numbers = {record["group"]: record for record in records if record.get("mean")}
    unit = view.unit(variable) if numbers else ""
    head = t("tables.row.unit", name=name, unit=unit) if unit else name
    rows = [Row(t("tables.row.n_percent", name=head) if of_level and not numbers else head, cells, head=True)]
    if numbers:
        decimals = score_decimals(variable, numbers.values())
        quartiles = [record[key] for record in numbers.values() for key in ("median", "q1", "q3")]
        median_decimals = decimals_of(quartiles, decimals)
        mean, spread, extremes = {}, {}, {}
        for group, record in numbers.items():
            sd = t.number(record["sd"], decimals + 1)
            mean[group] = f"{t.number(record['mean'], decimals + 1)} ± {sd}"
            spread[group] = median_text(view, record, median_decimals)
            extremes[group] = "–".join(t.number(record[end], decimals) for end in ("minimum", "maximum"))
        for key, texts in (("mean", mean), ("median", spread), ("range", extremes)):
            rows.append(Row(t(f"tables.row.{key}"), texts))
    elif not of_level:
        rows.append(Row(t("tables.row.known"), {record["group"]: record["n"] for record in records}))
    percent_decimals = decimals_of(record["percent"] for record in records)
    for level, label in of_level.items():
        texts = {
            record["group"]: count_text(view, record, percent_decimals)
            for record in records
            if record["level"] == level
        }
        rows.append(Row(t("tables.row.n_percent", name=label) if numbers else label, texts))
    missing = {record["group"]: record["missing"] for record in records}
    if any(map(int, missing.values())):
        rows.append(Row(t("tables.row.missing"), missing))
    return rows


# ---------------------------------------------------------------- results


def results_table(view: View, number: str) -> Table:
    """Make the results table of a paper in one: each group before, after and changed, and the groups compared."""
    t, study, outcome, notes, rows = view.t, view.study, view.study.outcome, Footnotes(), []
    on_levels, several = outcome.scale == "level", outcome.scale == "level" and len(outcome.levels) > 2
    # of two levels the higher is counted, of more each has its row; numbers have no levels
    levels = (
        {level.id: view.label(level) for level in outcome.levels[0 if several else -1 :]}
        if on_levels
        else {"": ""}
    )
    kind, write, values = ("frequencies", count_text, ("percent",)) if on_levels else (
        "summaries", median_text, ("median", "q1", "q3")
    )  # fmt: skip
    records = {(r["group"], r["timepoint"], r.get("level", "")): r for r in view.rows(kind)}
    least = 0 if on_levels else score_decimals(outcome, records.values())
    decimals = decimals_of((record[name] for record in records.values() for name in values), least)
    times = (*study.timepoint_ids, "change")
    exact = [
        exact["p_value"] for group in study.group_ids if (exact := results(view, "signed_rank", group)[1])
    ]
    key = "within" if exact else "within_exact"
    within = notes.mark(t(f"tables.note.{key}", exact=_exact_words(view, *exact)))
    for group, n in group_sizes(view).items():
        declared, _ = results(view, "signed_rank", group)
        moves = [declared[f"n_{way}"] for way in ("up", "unchanged", "down")]
        p = declared["p_value"]
        cells = {"n": str(n), "p": Cell(t.p_value(p, study.alpha), digits=p)}
        cells["change"] = " / ".join(moves) if all(moves) else NO_VALUE
        of_levels = {
            level: {
                at: write(view, record, decimals)
                for at in times
                if (record := records.get((group, at, level)))
            }
            for level in levels
        }
        rows.append(Row(view.group(group), cells | ({} if several else of_levels.popitem()[1]), head=several))
        rows += [Row(levels[level], of_level) for level, of_level in of_levels.items()]
    rows += _compared(view, notes, decimals)
    above = t("tables.spanner.levels" if several else "tables.spanner.median")
    if on_levels and not several:
        above = t("tables.row.n_percent", name=capitalised(*levels.values()))
    columns = [Column("row", t("tables.column.group"), "left", 3.5), Column("n", "n", width=0.7)]
    for at in times:
        width = max(2.2, 0.165 * max(len(row.cell(at).text) for row in rows))
        label = t("tables.column.moves" if on_levels else "tables.column.change")
        label = label if at == "change" else view.moments[at]
        columns.append(Column(at, label, width=width, spanner="" if on_levels and at == "change" else above))
    columns.append(Column("p", t("tables.column.p"), width=1.4, marks=within))
    alternatives = dict.fromkeys(row["alternative"] for row in declared_tests(view))
    sides = (t(f"procedures.alternative.{alternative}") for alternative in alternatives)
    general = (
        t("tables.note.alternative", alternative=t("common.list_separator").join(sides)),
        "" if on_levels else t("tables.note.quartiles"),
        missing_note(view),
        sizes_note(view),
        t("tables.note.reconstructed") if study.reconstructed else "",
    )
    key = "results" if on_levels or not outcome.unit else "results_unit"
    title = t(f"tables.title.{key}", outcome=view.label(outcome), unit=view.unit(outcome))
    return Table(view.language, "results", number, title, tuple(columns), tuple(rows), general, notes)


def _exact_words(view: View, *p_values: str) -> str:
    """Write the exact p-values beside others; "" where they would need too much memory."""
    written = (view.t.p_value(p, view.study.alpha) for p in p_values)
    separated = view.t("common.list_separator").join(written)
    return view.t("tables.note.exact_p", p=separated) if any(p_values) else ""


def _compared(view: View, notes: Footnotes, decimals: int) -> list[Row]:
    """Return the rows that compare: the groups, the primary comparison first; or, for one group, before and after."""
    t, study, cells, rows = view.t, view.study, {}, []
    pre, post = study.compared

    def effect_cell(row: Record, first: str, second: str) -> Cell:
        # an interval at baseline would be a test of what chance or choice has made
        text = effect_text(view, row, decimals, interval=row["timepoint"] != pre.id)
        return Cell(text, notes.mark(t(f"tables.note.effect.{row['effect']}", first=first, second=second)))

    if len(study.groups) == 1:
        _, reported = reported_effect(study, "signed_rank")
        for row in (row for row in view.rows("effects") if row["effect"] == reported):
            cells["change"] = effect_cell(row, *map(view.label, (post, pre)))
            rows.append(Row(t("tables.row.change", confidence=view.confidence), cells, head=True))
        return rows
    comparisons = view.rows("comparisons")
    cells = {row["timepoint"]: effect_cell(row, *map(view.label, study.groups)) for row in comparisons}
    later = [row for row in comparisons if row["timepoint"] != pre.id]
    for row in sorted(later, key=lambda row: row["primary"] != "true"):
        primary, what = row["primary"] == "true", view.moments[row["timepoint"]]
        # the smaller U and a negative Z, as SPSS prints them
        z = t.number(row["z"], 2).removeprefix(MINUS)
        said = {
            "what": what,
            "z": MINUS + z if z.strip("0.,") else z,
            "exact": _exact_words(view, row["p_exact"]),
        }
        said["u"] = t.number(min((row["u1"], row["u2"]), key=lambda u: to_decimal(u or "0")), 1)
        said["role"] = t("tables.note.primary" if primary else "tables.note.secondary")
        key = "between_exact" if study.procedure.rank_sum.method == "exact" else "between"
        mark = notes.mark(t(f"tables.note.{key}", **said))
        p = {"p": Cell(t.p_value(row["p_value"], study.alpha), mark, digits=row["p_value"])}
        key = "tables.row.difference" if primary else "tables.row.compared"
        stub = t(key, what=what, confidence=view.confidence)
        rows.append(Row(stub, cells | p if primary else p, head=True))
    return rows
