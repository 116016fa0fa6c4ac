"""The report of a study: one HTML page that needs no other file, no network and no script."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.present.figure_p_values_marks import distinct_marks
from oxymilk.present.figure_style import format_number
from oxymilk.present.figures import differs_between_groups, inline_figures, on_numbers
from oxymilk.present.p_value_rows import PValueRow, localised, p_value_rows, test_name
from oxymilk.present.report_claims import SIGNS, ClaimLine, claim_line, decision_words
from oxymilk.present.report_explanations import explanation_section
from oxymilk.texts import NO_VALUE, Labels, labels

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

VERDICTS = tuple(SIGNS)
_TEMPLATES = Path(__file__).with_name("templates")


def render_report(
    study: Study,
    observations: pd.DataFrame,
    frequencies: pd.DataFrame,
    tests: pd.DataFrame,
    procedures: pd.DataFrame,
    verdicts: pd.DataFrame,
    effects: pd.DataFrame,
    language: str,
    provenance: Mapping[str, object],
    explanations: pd.DataFrame | None = None,
    datasets: pd.DataFrame | None = None,
    contradictions: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
    baseline: pd.DataFrame | None = None,
    summaries: pd.DataFrame | None = None,
    sensitivity: pd.DataFrame | None = None,
) -> str:
    """Write the report of a study in one language.

    Parameters
    ----------
    study : Study
        The study.
    observations, frequencies, tests, procedures, verdicts, effects : DataFrame
        The CSVs of results/<study>/, all cells text (`oxymilk.files.read_csv`).
    language : str
        "en" or "id".
    provenance : mapping
        See `oxymilk.present.provenance.provenance`.
    explanations, datasets, contradictions, outcomes : DataFrame, optional
        The CSVs of the same names, all of them or none; the section on explanations is absent when nothing differs.
    baseline, summaries, sensitivity : DataFrame, optional
        See `oxymilk.present.tables.build_tables`.

    Returns
    -------
    str
        A whole HTML page. The same arguments give the same text; it holds no date.
    """
    import jinja2
    from markupsafe import Markup

    from oxymilk.present.table_formats import TABLE_CSS, html_fragment
    from oxymilk.present.tables import build_tables

    t = labels(language)
    figures = inline_figures(
        study, observations, tests, procedures, verdicts, effects, language, explanations, outcomes
    )
    tables = build_tables(
        study,
        frequencies,
        tests,
        verdicts,
        effects,
        language,
        explanations,
        baseline=baseline,
        summaries=summaries,
        sensitivity=sensitivity,
    )
    rows = p_value_rows(study, tests, procedures, verdicts)
    claims = verdicts.to_dict("records")
    lines = [claim_line(study, claim, t) for claim in claims]
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in VERDICTS}
    explained, no_map = None, ""
    if explanations is not None:
        explained = explanation_section(study, explanations, datasets, contradictions, verdicts, t)
        if differs_between_groups(explanations, verdicts):
            no_map = t("explanations.report.no_map")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html").render(
        t=t,
        study=study,
        language=language,
        table_css=Markup(TABLE_CSS),
        citation=_citation(study),
        counts=counts,
        signs=SIGNS,
        no_value=NO_VALUE,
        headline=_headline(study, claims, rows, counts, t),
        p_values=[_p_value_line(study, row, t) for row in rows],
        not_checkable=_not_checkable(claims, t),
        differing=_differing(study, lines, explained, t),
        procedures=_procedure_words(study, tests, t),
        figures={name: Markup(svg) for name, svg in figures.items()},
        captions=_captions(study, rows),
        figure_numbers={name: number for number, name in enumerate(figures, start=1)},
        tables=[(table.kind, Markup(html_fragment(table))) for table in tables],
        has_effects=len(effects) > 0,
        explained=explained,
        no_map=no_map,
        programs=_program_blocks(study, rows, t),
        places=_by_place(lines),
        provenance=provenance,
    )


def _captions(study: Study, rows: list[PValueRow]) -> dict[str, str]:
    """Return which caption a figure has where it is not the one of its name."""
    others = {
        "before_after": ("slopes", on_numbers(study)),
        "p_values": ("p_values_without_printed", all(row.interval is None for row in rows)),
    }
    return {figure: caption for figure, (caption, holds) in others.items() if holds}


def _citation(study: Study) -> list[tuple[str, str]]:
    """Return the parts of the citation that are known, each with the element it stands in."""
    cited = study.citation
    volume = (cited.volume or "") + (f"({cited.issue})" if cited.issue else "")
    source = ", ".join(filter(None, [volume, cited.pages]))
    parts = [
        ("span", ", ".join(cited.authors)),
        ("span", f"({cited.year})" if cited.year else ""),
        ("span", cited.title or ""),
        ("cite", cited.journal or ""),
        ("span", source),
        ("doi", cited.doi or ""),
        ("url", cited.url or ""),
    ]
    return [(kind, text) for kind, text in parts if text]


def _headline(
    study: Study, claims: list[dict[str, str]], rows: list[PValueRow], counts: Mapping[str, int], t: Labels
) -> list[list[str]]:
    """Return what a reader should know after ten seconds: paragraphs of sentences, the p-values first."""
    if not claims:
        return [[t("report.headline.no_claims")]]
    good = counts["reproduced"] + counts["reproduced_after_rounding"]
    numbers = [t("report.headline.claims", checkable=good + counts["differs"], reproduced=good)]
    if counts["differs"]:
        from_data = sum(claim["verdict"] == "differs" and claim["check"] == "recompute" for claim in claims)
        among = counts["differs"] - from_data
        numbers.append(t("report.headline.differ", n=counts["differs"], from_data=from_data, among=among))
    printed = [row for row in rows if row.printed]
    if not printed:
        return [numbers]
    held = sum(row.verdict != "differs" for row in printed)
    p_values = [t("report.headline.p_values", total=len(printed), reproduced=held)]
    for row in printed:
        if row.verdict == "differs":
            values = {
                name: localised(getattr(row, name), study, t.language) for name in ("printed", "prints_as")
            }
            p_values.append(t("report.headline.p_differs", test=test_name(study, row, t.language), **values))
    flips = sum(row.decision == "flip" for row in printed)
    if all(row.decision == "agree" for row in printed):
        p_values.append(t("report.headline.decisions_stand", alpha=t.number(study.alpha)))
    elif flips:
        p_values.append(t("report.headline.decisions_change", n=flips, alpha=t.number(study.alpha)))
    return [p_values, numbers]


def _not_checkable(claims: list[dict[str, str]], t: Labels) -> list[str]:
    """Count the reasons why claims are not checkable, in the order of their texts."""
    reasons = [claim["reason"] for claim in claims if claim["verdict"] == "not_checkable"]
    return [
        f"{reasons.count(code)} {text}"
        for code, text in t.section("verdicts.reason").items()
        if code in reasons
    ]


def _p_value_line(study: Study, row: PValueRow, t: Labels) -> dict[str, object]:
    return {
        "test": test_name(study, row, t.language),
        "printed": localised(row.printed, study, t.language),
        "places": [t.place(place) for place in row.places],
        "declared": format_number(row.declared, t.language, 4),
        "exact": format_number(row.exact, t.language, 4),
        "prints_as": localised(row.prints_as, study, t.language),
        "verdict": row.verdict,
        "words": t(f"verdicts.{row.verdict}") if row.verdict else "",
        "decision": row.decision,
        "decision_words": _decision_sentence(row, t),
        "printing": len(row.printing),
        "outputs": len(row.programs),
    }


def _decision_sentence(row: PValueRow, t: Labels) -> str:
    if not row.decision:
        return ""
    printed, computed = (decision_words(each, t) for each in (row.decision_printed, row.decision_computed))
    return t(f"report.decision.{row.decision}", printed=printed, computed=computed)


def _differing(
    study: Study, lines: list[ClaimLine], explained: Mapping[str, object] | None, t: Labels
) -> list[dict[str, object]]:
    """Gather the claims that differ: one entry for each quantity and note, with all its places; tests first."""
    groups: dict[tuple[str, str, str], list[ClaimLine]] = {}
    for line in lines:
        if line.verdict == "differs":
            # one finding in several places has one note; without a note each place stands for itself
            groups.setdefault((line.quantity, line.note, "" if line.note else line.id), []).append(line)
    with_explanation = {claim["id"] for claim in explained["claims"]} if explained else set()
    entries = []
    for same in groups.values():
        pairs = [
            tuple(localised(text, study, t.language) for text in (line.printed, line.computed))
            for line in same
        ]
        about = {line.about for line in same}
        shared = about.pop() if len(about) == 1 else ""
        places: dict[str, list[tuple[str, str]]] = {}
        for line in same:
            places.setdefault(line.where, []).append((line.id, "" if shared else line.about))
        entries.append(
            {
                "title": ", ".join(filter(None, [same[0].quantity, shared])),
                "numbers": list(dict.fromkeys(pairs)),
                "note": same[0].note,
                "places": list(places.items()),
                "explained": [line.id for line in same if line.id in with_explanation],
                "of_test": any(line.decision for line in same),
            }
        )
    return sorted(entries, key=lambda entry: not entry["of_test"])


def _procedure_words(study: Study, tests: pd.DataFrame, t: Labels) -> list[tuple[str, str]]:
    """Return each kind of test with its declared procedure in words."""
    from oxymilk.present.table_inputs import Inputs

    rows = tests.to_dict("records")
    inputs = Inputs(study, [], rows, [], t, (0, 0))
    declared = {row["test"]: inputs.procedure(row) for row in rows if row["role"] == "declared"}
    return [(t(f"figures.test.{test}"), words) for test, words in declared.items()]


def _program_blocks(study: Study, rows: list[PValueRow], t: Labels) -> list[dict[str, object]]:
    """Return for each test every p-value that programs give, smallest first, with the outputs that give it."""
    blocks = []
    for row in rows:
        marks = sorted(distinct_marks(row.programs), key=lambda mark: mark[1])
        values = []
        for p_value, same in groupby(marks, key=lambda mark: mark[1]):
            outputs = [(lane, each) for lane, _, members in same for each in members]
            values.append(
                {
                    "p": format_number(p_value, t.language, 4),
                    "prints": outputs[0][1].prints,
                    "outputs": [(t(f"report.lane.{lane}"), each) for lane, each in outputs],
                }
            )
        blocks.append(
            {
                "test": test_name(study, row, t.language),
                "printed": localised(row.printed, study, t.language),
                "values": values,
            }
        )
    return blocks


def _by_place(lines: list[ClaimLine]) -> list[tuple[str, list[ClaimLine]]]:
    """Gather the lines by the part of the paper that they stand in, in the order of claims.csv."""
    parts: dict[str, list[ClaimLine]] = {}
    for line in lines:
        parts.setdefault(line.where.partition(" ")[0], []).append(line)
    return list(parts.items())
