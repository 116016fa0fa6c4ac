"""The report of a study: one HTML page that needs no other file, no network and no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from oxymilk.present.figures import NAMES
from oxymilk.present.formats import environment
from oxymilk.present.lines import LANES, VERDICT_SIGNS, ClaimLine
from oxymilk.present.report.explanations import explanation_section
from oxymilk.present.tables.builder import planned
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.view import View


def render_report(view: View, folder: Path, provenance: Mapping[str, object]) -> str:
    """Write the report of a study; it takes the figures and tables that were made before, and makes none.

    Parameters
    ----------
    view : View
        The study, its results and the language.
    folder : Path
        results/<study>/<language>/: its figures/<name>.svg, those that are there, and its tables/table_<number>.html.
    provenance : mapping
        See `oxymilk.present.provenance.provenance`.

    Returns
    -------
    str
        A whole HTML page. The same results give the same text; it holds no date.

    Raises
    ------
    FileNotFoundError
        When a table of the study is not in the folder.
    """
    figures = {}
    for path in (folder / "figures" / f"{name}.svg" for name in NAMES):
        if path.is_file():
            # without the XML declaration
            figures[path.stem] = Markup(path.read_text(encoding="utf-8").partition("?>")[2].strip())
    tables = []
    for number, (kind, _) in enumerate(planned(view), start=1):
        page = (folder / "tables" / f"table_{number}.html").read_text(encoding="utf-8")
        tables.append((kind, Markup(page.partition("<body>\n")[2].partition("</body>")[0])))
    # by the part of the paper, in the order of claims.csv
    places: dict[str, list[ClaimLine]] = {}
    for line in view.claims:
        places.setdefault(line.where.partition(" ")[0], []).append(line)
    reasons = [line.claim["reason"] for line in view.claims if line.verdict == "not_checkable"]
    counts = {verdict: sum(line.verdict == verdict for line in view.claims) for verdict in VERDICT_SIGNS}
    template = environment(autoescape=True).get_template("report.html")
    return template.render(
        view=view,
        t=view.t,
        study=view.study,
        language=view.language,
        counts=counts,
        signs=VERDICT_SIGNS,
        no_value=NO_VALUE,
        headline=_headline(view, counts),
        not_checkable=[
            f"{reasons.count(reason)} {text}"
            for reason, text in view.t.section("verdicts.reason").items()
            if reason in reasons
        ],
        differing=_differing(view),
        procedures={
            row["test"]: view.procedure(row) for row in view.rows("tests") if row["role"] == "declared"
        },
        figures=figures,
        figure_numbers={name: number for number, name in enumerate(figures, start=1)},
        tables=tables,
        has_effects=bool(view.effects),
        explained=explanation_section(view),
        lanes=LANES,
        places=places,
        provenance=provenance,
    )


def _headline(view: View, counts: Mapping[str, int]) -> list[list[str]]:
    """Return what a reader should know after ten seconds: paragraphs of sentences, the p-values first."""
    t, alpha = view.t, view.t.number(view.study.alpha)
    if not view.claims:
        return [[t("report.headline.no_claims")]]
    good, differing = counts["reproduced"] + counts["reproduced_after_rounding"], counts["differs"]
    numbers = [t("report.headline.claims", checkable=good + differing, reproduced=good)]
    if differing:
        from_data = sum(
            line.verdict == "differs" and line.claim["check"] == "recompute" for line in view.claims
        )
        among = differing - from_data
        numbers.append(t("report.headline.differ", n=differing, from_data=from_data, among=among))
    printed = [test for test in view.printed_tests if test.printed]
    if not printed:
        return [numbers]
    wrong = [test for test in printed if test.verdict == "differs"]
    sentences = [t("report.headline.p_values", total=len(printed), reproduced=len(printed) - len(wrong))]
    for test in wrong:
        values = {"printed": test.printed, "prints_as": test.claim["prints_as"]}
        values = {name: view.localised(value) for name, value in values.items()}
        sentences.append(t("report.headline.p_differs", test=view.test_name(test), **values))
    decisions = [test.claim["decision"] for test in printed]
    if set(decisions) == {"agree"}:
        sentences.append(t("report.headline.decisions_stand", alpha=alpha))
    elif "flip" in decisions:
        sentences.append(t("report.headline.decisions_change", n=decisions.count("flip"), alpha=alpha))
    return [sentences, numbers]


def _differing(view: View) -> list[dict[str, object]]:
    """Gather the claims that differ: one entry for each quantity and note, with all its places; tests first."""
    findings: dict[tuple[str, str, str], list[ClaimLine]] = {}
    for line in view.claims:
        if line.verdict == "differs":
            # one finding in several places has one note; without a note each place is a finding
            note = line.claim["note"]
            findings.setdefault((line.quantity, note, "" if note else line.id), []).append(line)
    explained = {claim.line.id for claim in view.explained if claim.explanations}
    entries = []
    for (quantity, note, _), lines in findings.items():
        about = {line.about for line in lines}
        shared = about.pop() if len(about) == 1 else ""
        places: dict[str, list[tuple[str, str]]] = {}
        for line in lines:
            places.setdefault(line.where, []).append((line.id, "" if shared else line.about))
        pairs = ((view.localised(line.printed), view.localised(line.computed)) for line in lines)
        entries.append(
            {
                "title": ", ".join(filter(None, [quantity, shared])),
                "numbers": list(dict.fromkeys(pairs)),
                "note": note,
                "places": places,
                "explained": [line.id for line in lines if line.id in explained],
                "of_test": any(line.decision for line in lines),
            }
        )
    return sorted(entries, key=lambda entry: not entry["of_test"])
