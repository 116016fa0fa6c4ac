"""The verdict on a printed test for a terminal, five to ten lines, for a program, and for a table of tests."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from oxymilk.audit.evidence import Evidence, field_of, read_evidence
from oxymilk.audit.p_sets import PSet, compute_together
from oxymilk.audit.printed import SIGNS, Interval, PrintedNumber
from oxymilk.audit.printed_test import FITS, Explanation, Judgement, judge
from oxymilk.faults import Fault, FaultsError, describe
from oxymilk.files import csv_rows, defuse, replacing
from oxymilk.texts import Labels, labels

# rows of a table whose tests are computed together
_BLOCK = 256
# the p-values that are shown, the programs named of each, and the best known of these
_GROUPS, _NAMED = 4, 4
_FIRST = ("SPSS", "R", "Stata", "SAS", "coin", "scipy", "JASP", "jamovi", "PSPP")
_INDENT = " " * 11
VERDICT_COLUMNS = ("id", "test", "p", "verdict", "how", "p_low", "p_high", "programs", "decision", "fault")


def lines_of(evidence: Evidence, judgement: Judgement, language: str) -> list[str]:
    """Return the verdict in words: verdict, nearest program lines, decision, what would fit, what would decide."""
    t = labels(language)
    shown = [(f"verdicts.{judgement.verdict}", _headline(evidence, judgement, t))]
    groups = _groups(evidence, judgement)
    # the headline says the one value of a printed statistic, and the one that reproduces the print
    if len(groups) > 1 or not (judgement.verdict == "reproduced" or _is_of_statistic(judgement)):
        for value, same in list(groups.items())[:_GROUPS]:
            prints = "–".join(dict.fromkeys(evidence.number.write(end) for end in value[:2]))
            shown.append(("", f"{prints}  {_programs(same, t)} ({same[0].words(t)})  {_number(value, t)}"))
    if judgement.p:
        key = "open_printed" if judgement.decision == "open" and judgement.decided else judgement.decision
        decided = t(f"verdicts.decision.{(judgement.decided or 'significant').replace(' ', '_')}")
        said = t(f"check.decision.{key}", alpha=t.number(float(evidence.alpha)), decided=decided)
        shown.append(("decision.label", said))
    if explained := [_explained(each, t) for each in judgement.explanations[:_GROUPS]]:
        shown.append(("would_fit", "; ".join(explained)))
    shown += [("", _note(code, values, t)) for code, values in judgement.notes]
    if judgement.decides and judgement.verdict != "reproduced":
        shown.append(("decides.label", t(f"check.decides.{judgement.decides}")))
    return [f"{t(f'check.{label}'):<10} {text}" if label else _INDENT + text for label, text in shown]


def _headline(evidence: Evidence, judgement: Judgement, t: Labels) -> str:
    verdict, how = judgement.verdict, judgement.how
    sign = "" if evidence.p[:1] in "<>≤≥≈=~*pPnN" else SIGNS[evidence.operator]
    printed = f"{sign} {evidence.p}".strip()
    if verdict == "not_checkable":
        return t(f"check.reasons.{how}")
    if verdict != "differs":
        best = judgement.fitting[0]
        value = best.fitting((evidence.cut if how == "cut" else evidence).stated())
        words = {"programs": _programs(judgement.fitting, t), "words": best.words(t)}
        key = f"check.headline.{verdict}{how and '.'}{how}"
        return t(key, printed=printed, value=_number(value, t), **words)
    if _is_of_statistic(judgement):
        (value,), name = judgement.p[0].values, t(f"check.statistics.{evidence.statistic}")
        low, high = (t.significant(float(end), 4) for end in value[:2])
        words = {"name": name, "value": _written(evidence.value), "low": low, "high": high}
        return t("check.headline.statistic", printed=printed, **words)
    words = {"program": evidence.program, "test": t(f"check.tests.{evidence.test}")}
    return t(f"check.headline.differs{'_named' * bool(evidence.program)}", printed=printed, **words)


def _is_of_statistic(judgement: Judgement) -> bool:
    return len(judgement.p) == 1 and judgement.p[0].calculation.startswith("from_")


def _groups(evidence: Evidence, judgement: Judgement) -> dict[Interval, list[PSet]]:
    """Return the p-values of the lines printed unasked (of all, where none is), nearest first, each with its lines."""
    stated, groups = evidence.stated(), {}
    for each in [each for each in judgement.p if each.unasked] or judgement.p:
        # of several p-values the one that prints as printed, else their range
        groups.setdefault(next(each.meeting(stated), None) or Interval(*each.ends), []).append(each)
    return groups


def _programs(sets: Iterable[PSet], t: Labels) -> str:
    rank = {name: at for at, name in enumerate(_FIRST)}
    names = sorted({name for each in sets for name in each.programs})
    names.sort(key=lambda name: rank.get(name.split()[0], len(rank)))
    if "any" in names:
        return t("check.any_program")
    return ", ".join(map(t.versions, names[:_NAMED])) + (t("check.and_others") if len(names) > _NAMED else "")


def _number(value: Interval, t: Labels) -> str:
    return "–".join(dict.fromkeys(t.compact(float(end)) for end in value[:2]))


def _written(value: Any) -> Any:
    """Return a printed number, or a fraction, of any depth, as it is written."""
    if isinstance(value, tuple) and not isinstance(value, PrintedNumber):
        return [*map(_written, value)]
    if isinstance(value, PrintedNumber):
        return value.write(value.value)
    return float(value) if isinstance(value, Fraction) else value


def _explained(explanation: Explanation, t: Labels) -> str:
    params = dict(explanation.params)
    if "set" in params:
        params["words"] = params.pop("set").words(t)
    said = t(f"check.explanations.{explanation.code}", p=t.compact(explanation.p), **params)
    share = explanation.coincidence
    return said if share != share else f"{said} ({t('check.coincidence', share=t.percent(share))})"  # nan


def _note(code: str, values: Any, t: Labels) -> str:
    """Return a note; its numbers are a ratio with its interval, or named."""
    named = values if isinstance(values, dict) else dict(zip(("ratio", "low", "high"), values, strict=True))
    named = {name: t.compact(of) if isinstance(of, float) else _written(of) for name, of in named.items()}
    return t(f"check.notes.{code}", **named)


def as_json(evidence: Evidence, judgement: Judgement) -> str:
    """Return the judgement as JSON: verdict, printed, p, programs, decision, explanations, evidence."""
    t = labels("en")
    content = {
        "verdict": judgement.verdict, "how": judgement.how, "printed": evidence.p,
        "p": [
            {"low": float(value.low), "high": float(value.high), "closed": value[2:], "calculation": each.words(t),
             "programs": each.programs, "unasked": each.unasked}
            for each in judgement.p for value in each.values
        ],
        "programs": list(dict.fromkeys(name for each in judgement.fitting for name in each.programs)),
        "decision": judgement.decision, "decided": judgement.decided,
        "explanations": [
            {"code": each.code, "words": _explained(each, t), "p": each.p,
             "coincidence": each.coincidence if each.coincidence >= 0 else None} for each in judgement.explanations
        ],
        "notes": [_note(code, values, t) for code, values in judgement.notes],
        "evidence": {name: _written(value) for name, value in vars(evidence).items() if value not in ((), "", None)},
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2)


def check_table(table: Path, output: Path) -> int:
    """Check each row of a table of tests; memory does not grow with its length.

    Parameters
    ----------
    table : Path
        CSV as `oxymilk.files.csv_rows` reads it, with the columns of `oxymilk.audit.evidence.FIELDS` that it needs, or
        their words as options, and `id`; others are not read.
    output : Path
        CSV of the verdicts, `VERDICT_COLUMNS`; a row that could not be checked has its fault.

    Returns
    -------
    int
        Exit status: 2 where a row is faulty, else 1 where one differs or cannot be checked, else 0. FaultsError when
        the table has not the columns `test` and `p`.
    """
    status, rows = 0, csv_rows(table)
    _, header = next(rows, (1, []))
    header = [field_of(name) for name in header]
    if lacking := [name for name in ("test", "p") if name not in header]:
        raise FaultsError([Fault("check_columns", table.name, column=name) for name in lacking])
    filled = ((row, cells) for row, cells in rows if any(cells))
    with replacing(output) as stream:
        text = codecs.getwriter("utf-8")(stream)
        writer = csv.DictWriter(text, VERDICT_COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        while block := [(row, *_read(header, cells)) for row, cells in islice(filled, _BLOCK)]:
            compute_together(evidence for *_, evidence in block if isinstance(evidence, Evidence))
            for row, given, evidence in block:
                cells = {name: given.get(name, "") for name in VERDICT_COLUMNS[:3]}
                try:
                    if isinstance(evidence, FaultsError):
                        raise evidence
                    # explanations are for one test at a time: they take ten times as long
                    judgement = judge(evidence, explain=False)
                    cells |= _cells(evidence, judgement)
                    status = max(status, int(judgement.verdict not in FITS))
                except FaultsError as error:
                    place = {"file": table.name, "row": row}
                    places = [Fault(**vars(fault) | place) for fault in error.faults]
                    cells["fault"], status = " ".join(map(describe, places)), 2
                writer.writerow({name: defuse(text) for name, text in cells.items()})
    return status


def _read(header: list[str], cells: list[str]) -> tuple[dict[str, str], Evidence | FaultsError]:
    """Return a row by its columns, and what it says or what is wrong with it."""
    given = dict(zip(header, cells, strict=False))
    try:
        if any(cells[len(header) :]):
            count = {"due": len(header), "count": len(cells)}
            raise FaultsError([Fault("claims_row_long", "check", value=cells[0], params=count)])
        return given, read_evidence(given)
    except FaultsError as error:
        return given, error


def _cells(evidence: Evidence, judgement: Judgement) -> dict[str, str]:
    """Return the cells that a judgement has in a table."""
    cells = {name: getattr(judgement, name) for name in ("verdict", "how", "decision")}
    cells["programs"] = "; ".join(dict.fromkeys(name for each in judgement.fitting for name in each.programs))
    if groups := _groups(evidence, judgement):
        lows, highs = zip(*(each.ends for same in groups.values() for each in same), strict=True)
        cells["p_low"], cells["p_high"] = (f"{float(end):.10g}" for end in (min(lows), max(highs)))
    return cells
