"""The report of a study: one HTML page that needs no other file, no network and no script."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from oxymilk.audit.printed import parse_printed
from oxymilk.present.figures import NAMES
from oxymilk.present.formats import environment
from oxymilk.present.lines import LANES, VERDICT_SIGNS, ClaimLine
from oxymilk.present.tables.builder import planned
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from oxymilk.present.lines import ExplainedClaim, Row
    from oxymilk.present.view import View

# sets of claims on datasets, one a row, in their order
SETS = ("all", "p_values", "counts", "both", "every_claim")
MOST_CONTRADICTIONS = 10


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
        checks = [line.claim["check"] for line in view.claims if line.verdict == "differs"]
        counted = {"from_data": (n := checks.count("recompute")), "among": differing - n}
        numbers.append(t("report.headline.differ", n=differing, **counted))
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


def explanation_section(view: View) -> dict[str, object] | None:
    """Say in plain words what would explain the numbers that differ.

    Parameters
    ----------
    view : View
        The study, its results and the language.

    Returns
    -------
    dict or None
        `claims`, `unexplained`, `unsearched`, `datasets`, `contradictions` for the template; None when nothing differs.
    """
    if not view.explained:
        return None
    return {
        "claims": [_answers(view, claim) for claim in view.explained if claim.explanations],
        "unexplained": [claim for claim in view.explained if claim.searched and not claim.explanations],
        "unsearched": [claim.line for claim in view.explained if not claim.searched],
        "datasets": _datasets(view),
        "contradictions": _contradictions(view),
    }


def _answers(view: View, explained: ExplainedClaim) -> dict[str, object]:
    """Answer for a claim what differs, by how much, what would explain it and what that is worth."""
    t, claim = view.t, explained.line.claim
    best = {}
    for explanation in explained.explanations:
        best.setdefault(explanation.row["kind"], explanation)
    words = view.claim_words(explained.line)
    conclusion = ""
    if claim["decision"]:
        values = {by: view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
        key = f"explanations.report.conclusion_{claim['decision']}"
        conclusion = t(key, alpha=t.number(view.study.alpha), **values)
    total = len(explained.explanations)
    informative = sum(explanation.informative for explanation in explained.explanations)
    worth = "explanations.report.worth" if informative else "explanations.report.worthless"
    return {
        "id": explained.line.id,
        # a heading begins with a capital, unless its first word is a symbol
        "title": words if len(words.split(",")[0]) == 1 else words[0].upper() + words[1:],
        "what": _what(view, explained),
        "how_much": _how_much(view, claim),
        "conclusion": conclusion,
        "found": t("explanations.report.found", n=total),
        "best": list(best.values()),
        "worth": t(worth, n=total, informative=informative),
    }


def _what(view: View, claim: ExplainedClaim) -> str:
    """Say what is printed, where, and what it is recomputed to be."""
    t, line = view.t, claim.line
    places = t("common.list_separator").join(line.where for line in claim.lines)
    if len(claim.lines) > 1:
        places = t("report.in_places", n=len(claim.lines), places=places)
    values = {name: view.localised(getattr(line, name)) for name in ("printed", "computed")}
    kind = "statement" if line.computed == NO_VALUE else "number"
    if kind == "number" and line.claim["quantity"] == "p_value":
        kind, values["exactly"] = "p_value", t.significant(line.claim["computed"], 4)
    return t(f"explanations.report.{kind}", places=places, **values)


def _how_much(view: View, claim: Row) -> str:
    """Say by how many units of the last printed digit a number differs; "" where it states no number of its own."""
    if claim["check"] != "recompute" or claim["operator"] not in ("", "="):
        return ""
    try:
        printed, computed = (
            parse_printed(claim[column], view.study.decimal_mark) for column in ("printed", "prints_as")
        )
    except ValueError:
        return ""
    units = abs(printed.value - computed.value) * 10**printed.decimals
    return view.t("explanations.report.units", n=int(units)) if units and units.denominator == 1 else ""


def _datasets(view: View) -> dict[str, object] | None:
    """Return the joint counts: a table of sets by group, the sentence on the whole, and single p-values."""
    t, rows = view.t, view.rows("datasets")
    if not rows:
        return None
    by_set = {(row["set"], row["group"]): row for row in rows}
    groups = [group for group in view.study.groups if ("all", group.id) in by_set]
    sentence, whole = "", {name: by_set.get((name, "")) for name in SETS}
    numbers = {name: _count(view, row) for name, row in whole.items()}
    if all(row and row["searched"] == "true" for row in (whole[name] for name in SETS[:4])):
        sentence = t("explanations.datasets.sentence", total=numbers["all"], **numbers)
    return {
        "sentence": sentence,
        "heads": [*map(view.label, groups), t("explanations.datasets.joint")],
        "table": {
            t(f"explanations.datasets.{name}"): [
                *(_count(view, by_set.get((name, group.id))) for group in groups),
                numbers[name],
            ]
            for name in SETS
            if whole[name]
        },
        "single": [
            (t("explanations.datasets.and").join(_words(view, row["claims"])), _count(view, row))
            for row in rows
            if row["set"] in ("p_value", "p_value_pair")
        ],
        "reasons": dict.fromkeys(
            _reason(view, reason) for row in rows for reason in row["reason"].split("; ") if reason
        ),
    }


def _count(view: View, row: Row | None) -> str:
    """Write a number of datasets, its thousands set apart by narrow blanks; "" where there is no such set."""
    if row is None:
        return ""
    if row["searched"] != "true":
        return view.t("explanations.datasets.not_searched")
    return f"{int(row['datasets']):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _reason(view: View, reason: str) -> str:
    """Say why a set is not counted: datasets.csv has a code and a number, or "left_out" and the claims' ids."""
    code, _, words = reason.partition(" ")
    key = "explanations.datasets.left_out" if code == "left_out" else f"terminal.beyond.{code}"
    return view.t(key, n=words, claims=words)


def _words(view: View, claims: str) -> list[str]:
    """Say claims in a few words each, from their ids."""
    return [view.claim_words(view.claim[claim]) for claim in claims.split()]


def _contradictions(view: View) -> dict[str, object]:
    """Return the smallest sets of claims that no dataset makes all true: id, words, and what says the same."""
    rows, sets = view.rows("contradictions"), []
    for row in rows[:MOST_CONTRADICTIONS]:
        same: dict[str, list[str]] = {}
        for pair in row["equivalent"].split():
            first, _, other = pair.partition("=")
            same.setdefault(first, []).extend(_words(view, other))
        claims = row["claims"].split()
        sets.append([(claim, *_words(view, claim), same.get(claim, [])) for claim in claims])
    complete = all(row["complete"] == "true" for row in rows)
    return {"sets": sets, "more": len(rows) - len(sets), "complete": complete}
