"""The tables of a paper: the participants of each group, and the outcome before, after and changed, with its tests."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from oxymilk.audit.printed import HOLDS
from oxymilk.present.tables.model import Cell, Column, Footnotes, Row, p_cell, table_of
from oxymilk.present.tested import declared_tests, results, sizes_note
from oxymilk.texts import MINUS, NO_VALUE, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.present.tables.model import Table
    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Characteristic, Outcome

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


def _dash(view: View, *ends: str) -> str:
    """Write quartiles or extremes, "11.5–17.3"; "−3 to 2", since the dash would be read as a minus."""
    return view.t.range(*ends) if MINUS in "".join(ends) else "–".join(ends)


def median_text(view: View, record: Record, decimals: int) -> str:
    """Write a median and its quartiles: "16.5 (11.5–17.3)"."""
    if not record["median"]:
        return NO_VALUE
    median, low, high = (view.t.number(record[name], decimals) for name in ("median", "q1", "q3"))
    return f"{median} ({_dash(view, low, high)})"


def effect_text(view: View, record: Record, decimals: int) -> str:
    """Write an effect and its interval: "70 points (29 to 89)", "0.70 (0.19 to 0.90)"; a shift with the decimals."""
    t, values, name = view.t, [record[part] for part in ("estimate", "low", "high")], record["effect"]
    if name in _SHARES:
        values, decimals = [str(100 * to_decimal(value)) if value else "" for value in values], 0
    estimate, low, high = view.written(values, 2 if "biserial" in name else decimals)
    estimate = t("tables.cell.points", estimate=estimate) if name in _SHARES else estimate
    # an interval at baseline would be a test of what chance or choice has made
    has_interval = all(values) and record["timepoint"] != view.study.compared[0].id
    return (
        t("tables.cell.interval", estimate=estimate, range=t.range(low, high)) if has_interval else estimate
    )


def group_sizes(view: View) -> dict[str, int]:
    """Return the number of participants of each group, those with a missing score too."""
    sizes = dict.fromkeys(view.study.group_ids, 0)
    for record in view.rows("frequencies"):
        size = int(record["total"]) + int(record["missing"] or 0)
        sizes[record["group"]] = max(sizes[record["group"]], size)
    return sizes


def missing_note(view: View) -> str:
    """Say how many scores are missing, by group and timepoint; "" where none is."""
    missing = [record for record in view.rows("frequencies") if int(record["missing"] or 0)]
    parts = (f"{view.group(r['group'])}, {view.moments[r['timepoint']]}: {r['missing']}" for r in missing)
    # a group and timepoint has a record of each level
    listed = view.t("common.list_separator").join(dict.fromkeys(parts))
    return view.t("tables.note.missing", missing=listed) if missing else ""


# ---------------------------------------------------------------- characteristics


def characteristics_table(view: View, number: str) -> Table:
    """Make the table of characteristics by group, with the outcome at baseline and standardised differences.

    A characteristic that only the paper has is shown with the numbers that its printed percentages make.
    """
    t, study, notes = view.t, view.study, Footnotes()
    sizes, rows, said = group_sizes(view), [], set()
    by_variable = groupby(view.rows("baseline"), lambda row: row["characteristic"])
    of_variable = {name: list(records) for name, records in by_variable}
    for variable in (*study.characteristics, study.outcome):
        records = of_variable.get(variable.id) or _as_printed(view, variable)
        if not records:
            continue
        name, cells, (first, *_) = view.label(variable), {}, records
        if variable is study.outcome:
            name = t("tables.row.outcome", outcome=name, timepoint=view.label(study.compared[0]))
        if len(sizes) == 2 and "difference" in first:
            cells["difference"] = Cell(t.number(first["difference"], 2), digits=first["difference"])
            said |= {"difference"} if first["difference"] else {"difference", "difference_undefined"}
        if study.baseline_tests and first.get("p_value"):
            cells["p"] = p_cell(view, first["p_value"], notes.mark(t(f"tables.comparison.{first['test']}")))
            said.add("baseline_tests")
        rows += _rows_of(view, variable, name, records, cells)
        said |= {"quartiles"} if any(record.get("mean") for record in records) else set()
        said |= set() if variable.id in of_variable else {"as_printed"}
    columns = [Column("row", t("tables.column.characteristic"), "left", 2.6)]
    for group, n in sizes.items():
        columns.append(Column(group, t("tables.column.group_n", group=view.group(group), n=n), width=1.7))
    for key, width in (("difference", 1.5), ("p", 1)):
        if any(key in row.cells for row in rows):
            columns.append(Column(key, t(f"tables.column.{key}"), width=width))
    order = ("quartiles", "difference", "difference_undefined", "baseline_tests", "as_printed")
    general = (t(f"tables.note.{name}") for name in order if name in said)
    return table_of(view, "characteristics", number, columns, rows, general, notes)


def _as_printed(view: View, variable: Characteristic | Outcome) -> list[Record]:
    """Return what the printed percentages and counts of a characteristic make, as rows of baseline.csv."""
    records = {}
    for claim in view.rows("verdicts"):
        made = made_count(claim) if claim["verdict"] in HOLDS and claim["variable"] == variable.id else ""
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
    occurring = {record["level"] for record in records}
    of_level = {level.id: view.label(level) for level in variable.levels if level.id in occurring}
    numbers = {record["group"]: record for record in records if record.get("mean")}
    unit = view.unit(variable) if numbers else ""
    head = t("tables.row.unit", name=name, unit=unit) if unit else name
    rows = [Row(t("tables.row.n_percent", name=head) if of_level and not numbers else head, cells, head=True)]
    if numbers:
        decimals = score_decimals(variable, numbers.values())
        quartiles = [record[key] for record in numbers.values() for key in ("median", "q1", "q3")]
        of_quartiles = decimals_of(quartiles, decimals)
        texts: dict[str, dict[str, str]] = {"mean": {}, "median": {}, "range": {}}
        for group, record in numbers.items():
            mean, sd = (t.number(record[key], decimals + 1) for key in ("mean", "sd"))
            texts["mean"][group] = f"{mean} ± {sd}"
            texts["median"][group] = median_text(view, record, of_quartiles)
            ends = (t.number(record[end], decimals) for end in ("minimum", "maximum"))
            texts["range"][group] = _dash(view, *ends)
        rows += [Row(t(f"tables.row.{key}"), cells) for key, cells in texts.items()]
    elif not of_level:
        rows.append(Row(t("tables.row.known"), {record["group"]: record["n"] for record in records}))
    percent_decimals = decimals_of(record["percent"] for record in records)
    for level, label in of_level.items():
        same = [record for record in records if record["level"] == level]
        counts = {record["group"]: count_text(view, record, percent_decimals) for record in same}
        rows.append(Row(t("tables.row.n_percent", name=label) if numbers else label, counts))
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
    levels, kind, write, values = {"": ""}, "summaries", median_text, ("median", "q1", "q3")
    if on_levels:
        levels = {level.id: view.label(level) for level in outcome.levels[0 if several else -1 :]}
        kind, write, values = "frequencies", count_text, ("percent",)
    records = {(r["group"], r["timepoint"], r.get("level", "")): r for r in view.rows(kind)}
    least = 0 if on_levels else score_decimals(outcome, records.values())
    decimals = decimals_of((record[name] for record in records.values() for name in values), least)
    times = (*study.timepoint_ids, "change")
    within = {group: results(view, "signed_rank", group) for group in study.group_ids}
    exact = [row["p_value"] for _, row in within.values() if row]
    key = "within" if exact else "within_exact"
    mark = notes.mark(t(f"tables.note.{key}", exact=_exact_words(view, *exact)))
    for group, n in group_sizes(view).items():
        declared, _ = within[group]
        moves = [declared[f"n_{way}"] for way in ("up", "unchanged", "down")]
        cells = {"n": str(n), "p": p_cell(view, declared["p_value"])}
        cells["change"] = " / ".join(moves) if all(moves) else NO_VALUE
        of_levels = {}
        for level in levels:
            known = {at: records[group, at, level] for at in times if (group, at, level) in records}
            of_levels[level] = {at: write(view, record, decimals) for at, record in known.items()}
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
    columns.append(Column("p", t("tables.column.p"), width=1.4, marks=mark))
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
    return table_of(view, "results", number, columns, rows, general, notes, title=key)


def _exact_words(view: View, *p_values: str) -> str:
    """Write the exact p-values beside others; "" where they would need too much memory."""
    p = view.t.p_is(*p_values, alpha=view.study.alpha)
    return view.t("tables.note.exact_p", p=p) if any(p_values) else ""


def _compared(view: View, notes: Footnotes, decimals: int) -> list[Row]:
    """Return the rows that compare: the groups, the primary comparison first; or, for one group, before and after."""
    t, study, cells, rows = view.t, view.study, {}, []
    pre, post = study.compared

    def effect_cell(row: Record, first: str, second: str) -> Cell:
        text = effect_text(view, row, decimals)
        return Cell(text, notes.mark(t(f"tables.note.effect.{row['effect']}", first=first, second=second)))

    if len(study.groups) == 1:
        for row in (row for row in view.rows("effects") if row["reported"]):
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
        said = {"what": what, "z": MINUS + z if z.strip("0.,") else z}
        said |= {"exact": _exact_words(view, row["p_exact"])}
        said["u"] = t.number(min((row["u1"], row["u2"]), key=lambda u: to_decimal(u or "0")), 1)
        said["role"] = t("tables.note.primary" if primary else "tables.note.secondary")
        key = "between_exact" if study.procedure.rank_sum.method == "exact" else "between"
        mark = notes.mark(t(f"tables.note.{key}", **said))
        p = {"p": p_cell(view, row["p_value"], mark)}
        key = "tables.row.difference" if primary else "tables.row.compared"
        stub = t(key, what=what, confidence=view.confidence)
        rows.append(Row(stub, cells | p if primary else p, head=True))
    return rows
