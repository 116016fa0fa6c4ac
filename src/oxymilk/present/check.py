"""The verdict on a printed test for a terminal, five to ten lines, for a program, and as a row of a table."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oxymilk.audit.printed import SIGNS, Interval, PrintedNumber
from oxymilk.texts import Labels, labels

if TYPE_CHECKING:
    from oxymilk.audit.evidence import Evidence
    from oxymilk.audit.p_sets import PSet
    from oxymilk.audit.printed_test import Explanation, Judgement

# the groups of program lines that are shown, and the programs named of each
_GROUPS, _NAMED = 4, 4
_FIRST = ("SPSS", "R", "Stata", "SAS", "coin", "scipy", "JASP", "jamovi", "PSPP")
_INDENT = " " * 11
VERDICT_COLUMNS = (
    "verdict",
    "how",
    "reason",
    "p_low",
    "p_high",
    "programs",
    "decision",
    "explanation",
    "coincidence",
)


def lines_of(evidence: Evidence, judgement: Judgement, language: str) -> list[str]:
    """Return the verdict in words, five to ten lines: verdict, nearest program lines, decision, what would fit or decide."""
    t = labels(language)
    verdict = t(f"check.verdicts.{judgement.verdict}")
    shown = [f"{verdict:<10} {_headline(evidence, judgement, t)}"]
    groups = _groups(evidence, judgement)
    if len(groups) > 1 or judgement.verdict not in ("reproduced", "differs"):
        for value, same in groups[:_GROUPS]:
            programs = _programs([name for each in same for name in each.programs], t)
            prints = evidence.number.write(value.low)
            if value.low != value.high and evidence.number.write(value.high) != prints:
                prints += f"–{evidence.number.write(value.high)}"
            shown.append(f"{_INDENT}{prints}  {programs} ({words_of(same[0], t)})  {_number(value, t)}")
    if judgement.p:
        values = {"alpha": t.number(str(float(evidence.alpha)))}
        if judgement.decided:
            values["decided"] = t(f"verdicts.decision.{judgement.decided.replace(' ', '_')}")
        key = (
            judgement.decision
            if judgement.decision != "open"
            else "open_printed"
            if judgement.decided
            else "open"
        )
        shown.append(f"{t('check.decision.label'):<10} {t(f'check.decision.{key}', **values)}")
    if judgement.explanations:
        reasons = "; ".join(_explained(each, t) for each in judgement.explanations[:_GROUPS])
        shown.append(f"{t('check.would_fit'):<10} {reasons}")
    shown += [_INDENT + _note(code, values, t) for code, values in judgement.notes]
    if judgement.decides and judgement.verdict != "reproduced":
        shown.append(f"{t('check.decides.label'):<10} {t(f'check.decides.{judgement.decides}')}")
    return shown


def words_of(p_set: PSet, t: Labels) -> str:
    """Say a calculation in a few words of the reader's language."""
    if not p_set.procedure:
        return t(f"check.calculations.{p_set.calculation}")
    switches, short = p_set.procedure.switches(), t.section("check.short")
    said = [short[str(switches["method"])]]
    for name in ("tie_correction", "continuity", "zero_method", "two_sided"):
        key = f"{name}_{str(switches.get(name, '')).lower()}"
        if key in short and (name != "zero_method" or p_set.test == "wilcoxon"):
            said.append(short[key])
    return ", ".join([*said, *([short["one_sided"]] if p_set.tail else [])])


def _headline(evidence: Evidence, judgement: Judgement, t: Labels) -> str:
    sign = SIGNS[evidence.operator]
    printed = (
        evidence.p if sign and evidence.p.lstrip()[:1] in "<>≤≥≈=p*n" else f"{sign} {evidence.p}".strip()
    )
    if judgement.verdict == "not_checkable":
        return t(f"check.reasons.{judgement.reason}")
    if judgement.verdict == "differs":
        if evidence.statistic in ("z", "chi2", "t", "f", "r") and not evidence.counts:
            name, value = t(f"check.statistics.{evidence.statistic}"), judgement.p[0].values[0]
            ends = {"low": t.significant(float(value.low), 4), "high": t.significant(float(value.high), 4)}
            return t(
                "check.headline.statistic",
                name=name,
                value=_as_printed(evidence.value),
                printed=printed,
                **ends,
            )
        return t("check.headline.differs", printed=printed, test=t(f"check.tests.{evidence.test}"))
    fitting = [each for each in judgement.p if set(each.programs) & set(judgement.programs)]
    stated = evidence.stated(cut=judgement.how == "cut")
    best = next(
        (each for each in fitting if any(stated.meets(value) for value in each.values)), judgement.p[0]
    )
    value = next((value for value in best.values if stated.meets(value)), best.values[0])
    words = {"printed": printed, "programs": _programs(judgement.programs, t), "value": _number(value, t)}
    key = f"{judgement.verdict}.{judgement.how}" if judgement.how else judgement.verdict
    return t(f"check.headline.{key}", words=words_of(best, t), **words)


def _as_printed(number: PrintedNumber) -> str:
    return number.write(number.value)


def _groups(evidence: Evidence, judgement: Judgement) -> list[tuple[Interval, list[PSet]]]:
    """Return the p-values of the lines printed unasked (of all, where none is), nearest first, lines that agree together."""
    unasked = [each for each in judgement.p if each.unasked] or list(judgement.p)
    stated, groups = evidence.stated(), {}
    for each in unasked:
        # of several p-values the one that prints as printed, else their range
        fits = [value for value in each.values if stated.meets(value)]
        ends = min(value.low for value in each.values), max(value.high for value in each.values)
        groups.setdefault(fits[0] if fits else Interval(*ends), []).append(each)
    return list(groups.items())


def _programs(names: list[str] | tuple[str, ...], t: Labels) -> str:
    # the best known first
    rank = {name: at for at, name in enumerate(_FIRST)}
    names = sorted(dict.fromkeys(names), key=lambda name: rank.get(name.split()[0], len(rank)))
    if names == ["any"]:
        return t("check.any_program")
    others = t("check.and_others") if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + others


def _number(value: Interval, t: Labels) -> str:
    ends = dict.fromkeys(t.compact(float(end)) for end in (value.low, value.high))
    return "–".join(ends)


def _explained(explanation: Explanation, t: Labels) -> str:
    params = dict(explanation.params)
    if "set" in params:
        params["words"] = words_of(params.pop("set"), t)
    said = t(f"check.explanations.{explanation.code}", p=t.compact(explanation.p), **params)
    if math.isnan(explanation.coincidence):
        return said
    return f"{said} ({t('check.coincidence', share=t.percent(explanation.coincidence))})"


def _note(code: str, values: dict[str, Any], t: Labels) -> str:
    if "values" in values:
        values = dict(
            zip(("ratio", "low", "high"), (t.compact(number) for number in values["values"]), strict=True)
        )
    if "mean" in values:
        values = values | {"mean": _as_printed(values["mean"])}
    if "r" in values:
        values = {"r": t.compact(values["r"], 2)}
    return t(f"check.notes.{code}", **values)


# ---- for programs --------------------------------------------------------------------------------------------


def as_json(evidence: Evidence, judgement: Judgement) -> str:
    """Return the judgement as JSON: verdict, printed, p, programs, decision, explanations, evidence."""
    content = {
        "verdict": judgement.verdict, "reason": judgement.reason, "how": judgement.how,
        "printed": evidence.p, "operator": evidence.operator,
        "p": [
            {"low": float(value.low), "high": float(value.high), "closed": [value.closed_low, value.closed_high],
             "calculation": each.calculation, "programs": list(each.programs), "unasked": each.unasked}
            for each in judgement.p for value in each.values
        ],
        "programs": list(judgement.programs),
        "decision": judgement.decision, "decided": judgement.decided,
        "explanations": [
            {"code": each.code, "p": each.p, "words": _explained(each, labels("en")),
             "coincidence": None if math.isnan(each.coincidence) else each.coincidence}
            for each in judgement.explanations
        ],
        "notes": [_note(code, values, labels("en")) for code, values in judgement.notes],
        "evidence": {name: _plain(value) for name, value in vars(evidence).items() if value not in ((), "", None)},
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, PrintedNumber):
        return _as_printed(value)
    if isinstance(value, Fraction):
        return float(value)
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def as_cells(judgement: Judgement) -> dict[str, str]:
    """Return the cells of `VERDICT_COLUMNS` for a table of tests."""
    values = [value for each in judgement.p if each.unasked for value in each.values]
    values = values or [value for each in judgement.p for value in each.values]
    ends = (min(value.low for value in values), max(value.high for value in values)) if values else ()
    best = judgement.explanations[:1]
    return dict(
        zip(
            VERDICT_COLUMNS,
            (
                judgement.verdict, judgement.how, judgement.reason, *(f"{float(end):.10g}" for end in ends or ()),
                *([] if ends else ["", ""]), "; ".join(judgement.programs), judgement.decision,
                *([_explained(best[0], labels("en")), f"{best[0].coincidence:.3g}"] if best else ["", ""]),
            ),
            strict=True,
        )
    )  # fmt: skip
