"""The report of a study: one HTML page that needs no other file, no network and no script."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections import Counter, defaultdict
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

import oxymilk
from oxymilk.audit.printed import VERDICT_SIGNS, parse_printed
from oxymilk.present.crosscheck import second_opinion
from oxymilk.present.figures import NAMES, caption
from oxymilk.present.formats import template
from oxymilk.present.tables import planned
from oxymilk.present.tables.paper import group_sizes
from oxymilk.present.tested import declared_tests
from oxymilk.present.view import LANES, ClaimLine
from oxymilk.study import load_study
from oxymilk.texts import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from oxymilk.present.view import ExplainedClaim, View

# sets of claims on datasets, one a row, in their order
SETS = ("all", "p_values", "counts", "both", "every_claim")
MOST_CONTRADICTIONS = 10


def render_report(
    view: View,
    folder: Path,
    provenance: Mapping[str, object],
    paragraphs: Sequence[str] = (),
    advice: Sequence[str] = (),
) -> str:
    """Write the report of a study; it takes the figures and tables that were made before, and makes none.

    Parameters
    ----------
    view : View
        The study, its results and the language.
    folder : Path
        results/<study>/<language>/: its figures/<name>.svg, those that are there, and its tables/table_<number>.html.
    provenance : mapping
        See `study_provenance`.
    paragraphs : sequence of str
        The result in sentences, shown where there is no paper to check.
    advice : sequence of str
        What a reader should mind, a line each.

    Returns
    -------
    str
        A whole HTML page. The same results give the same text; it holds no date.

    Raises
    ------
    FileNotFoundError
        When a table of the study is not in the folder.
    """
    figures, tables, numbers = {}, {}, planned(view)
    for path in (folder / "figures" / f"{name}.svg" for name in NAMES):
        if path.is_file():
            # without the XML declaration
            figures[path.stem] = Markup(path.read_text(encoding="utf-8").partition("?>")[2].strip())
    for kind, number in numbers.items():
        # the page itself lists every printed number, and what programs print
        if kind in ("claims", "programs"):
            continue
        made = folder / ("audit" if number.startswith("B") else "tables")
        page = (made / f"table_{number.lower()}.html").read_text(encoding="utf-8")
        tables[kind] = Markup(page.partition("<body>\n")[2].partition("</body>")[0])
    # by the part of the paper, in the order of claims.csv
    places: dict[str, list[ClaimLine]] = defaultdict(list)
    counts = dict.fromkeys(VERDICT_SIGNS, 0)
    for line in view.claims:
        places[line.where.partition(" ")[0]].append(line)
        counts[line.verdict] += 1
    reasons = Counter(line.claim["reason"] for line in view.claims if line.verdict == "not_checkable")
    texts = view.t.section("verdicts.reason").items()
    return template("report.html").render(
        view=view, counts=counts, signs=VERDICT_SIGNS, no_value=NO_VALUE, who=_who(view),
        headline=_headline(view, counts) if view.claims else paragraphs, numbers=numbers,
        not_checkable=[f"{reasons[reason]} {text}" for reason, text in texts if reason in reasons],
        differing=_differing(view), procedures={row["test"]: view.procedure(row) for row in declared_tests(view)},
        figures=figures, caption=caption, tables=tables, explained=explanation_section(view), lanes=LANES,
        places=places, provenance=provenance, advice=advice, crosscheck=second_opinion(view),
    )  # fmt: skip


def _who(view: View) -> str:
    """Say who was studied: how many participants of each group, what was measured, and when."""
    sizes = group_sizes(view)
    groups = (f"{view.label(group)} (n\u00a0=\u00a0{sizes[group.id]})" for group in view.study.groups)
    values = {"groups": view.t("common.list_separator").join(groups), "n": sum(sizes.values())}
    values |= dict(zip(("pre", "post"), map(view.label, view.study.compared), strict=True))
    return view.t("report.who", outcome=view.label(view.study.outcome), **values)


def _headline(view: View, counts: Mapping[str, int]) -> list[str]:
    """Return what a reader should know after ten seconds: paragraphs of sentences, the p-values first."""
    t, alpha = view.t, view.t.number(view.study.alpha)
    # what is only possible is neither reproduced nor different
    good, n = sum(counts[name] for name in counts if name.startswith("reproduced")), counts["differs"]
    numbers = [t("report.headline.claims", checkable=good + n, reproduced=good)]
    if n:
        checks = [line.claim["check"] for line in view.claims if line.verdict == "differs"]
        from_data = checks.count("recompute")
        numbers.append(t("report.headline.differ", n=n, from_data=from_data, among=n - from_data))
    tests = [test for test in view.printed_tests if test.printed]
    if not tests:
        return [" ".join(numbers)]
    wrong = [test for test in tests if test.verdict == "differs"]
    sentences = [t("report.headline.p_values", total=len(tests), reproduced=len(tests) - len(wrong))]
    for test in wrong:
        printed, prints_as = map(view.localised, (test.printed, test.claim["prints_as"]))
        values = {"test": view.name_of_test(test), "printed": printed, "prints_as": prints_as}
        sentences.append(t("report.headline.p_differs", **values))
    decisions = [test.claim["decision"] for test in tests]
    if set(decisions) == {"agree"}:
        sentences.append(t("report.headline.decisions_stand", alpha=alpha))
    elif "flip" in decisions:
        sentences.append(t("report.headline.decisions_change", n=decisions.count("flip"), alpha=alpha))
    return [" ".join(sentences), " ".join(numbers)]


def _differing(view: View) -> list[dict[str, object]]:
    """Gather the claims that differ: one entry for each quantity and note, with all its places; tests first."""
    findings: dict[tuple[str, str, str], list[ClaimLine]] = defaultdict(list)
    for line in view.claims:
        if line.verdict == "differs":
            # one finding in several places has one note; without a note each place is a finding
            findings[line.quantity, line.note, "" if line.note else line.id].append(line)
    explained = {claim.line.id for claim in view.explained if claim.explanations}
    tests_first = sorted(findings.items(), key=lambda finding: not any(line.decision for line in finding[1]))
    entries = []
    for (quantity, note, _), lines in tests_first:
        one_title = len({line.about for line in lines}) == 1
        places: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for line in lines:
            places[line.where].append((line.id, "" if one_title else line.about))
        entries.append({
            "title": lines[0].title if one_title else quantity, "note": note, "places": places,
            "numbers": list(dict.fromkeys((line.printed, line.computed) for line in lines)),
            "explained": [line.id for line in lines if line.id in explained],
        })  # fmt: skip
    return entries


# ---------------------------------------------------------------- explanations


def explanation_section(view: View) -> dict[str, object] | None:
    """Say in plain words what would explain the numbers that differ; None when nothing differs.

    Returns
    -------
    dict or None
        `claims`, `unexplained`, `unsearched`, `words` (every claim by its id), `datasets`, `contradictions`.
    """
    if not view.explained:
        return None
    words = {line.id: view.claim_words(line) for line in view.claims}
    # the smallest sets of claims that no dataset makes all true: id, words, and what says the same
    rows, sets = view.rows("contradictions"), []
    for row in rows[:MOST_CONTRADICTIONS]:
        same: dict[str, list[str]] = defaultdict(list)
        for pair in row["equivalent"].split():
            claim, _, other = pair.partition("=")
            same[claim].append(words[other])
        sets.append([(claim, words[claim], same[claim]) for claim in row["claims"].split()])
    complete = all(row["complete"] == "true" for row in rows)
    return {
        "claims": [_answers(view, claim) for claim in view.explained if claim.explanations],
        "unexplained": [claim for claim in view.explained if claim.searched and not claim.explanations],
        "unsearched": [claim.line for claim in view.explained if not claim.searched],
        "words": words, "datasets": _datasets(view, words),
        "contradictions": {"sets": sets, "more": len(rows) - len(sets), "complete": complete},
    }  # fmt: skip


def _answers(view: View, explained: ExplainedClaim) -> dict[str, object]:
    """Answer for a claim what differs, by how much, what would explain it and what that is worth."""
    t, line, claim = view.t, explained.line, explained.line.claim
    places = t("common.list_separator").join(line.where for line in explained.lines)
    if len(explained.lines) > 1:
        places = t("report.in_places", n=len(explained.lines), places=places)
    kind, values = "statement", {"printed": line.printed, "computed": line.computed, "places": places}
    if line.computed != NO_VALUE:
        kind = "p_value" if claim["quantity"] == "p_value" else "number"
        values["exactly"] = t.significant(claim["computed"], 4) if kind == "p_value" else ""
    conclusion = ""
    if claim["decision"]:
        decisions = {by: view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
        key = f"explanations.report.conclusion_{claim['decision']}"
        conclusion = t(key, alpha=t.number(view.study.alpha), **decisions)
    # by how many units of the last printed digit; "" where the claim states no number of its own
    how_much, states_its_own = "", claim["check"] == "recompute" and claim["operator"] in ("", "=")
    with suppress(ValueError):
        numbers = [parse_printed(claim[name], view.study.decimal_mark) for name in ("printed", "prints_as")]
        units = abs(numbers[0].value - numbers[1].value) * 10 ** numbers[0].decimals
        if states_its_own and units and units.denominator == 1:
            how_much = t("explanations.report.units", n=int(units))
    best, total = {}, len(explained.explanations)
    for explanation in explained.explanations:
        best.setdefault(explanation.row["kind"], explanation)
    informative = sum(explanation.informative for explanation in explained.explanations)
    worth = "explanations.report.worth" if informative else "explanations.report.worthless"
    words = view.claim_words(line)
    return {
        # a heading begins with a capital, unless its first word is a symbol
        "id": line.id, "title": words if len(words.split(",")[0]) == 1 else words[0].upper() + words[1:],
        "what": t(f"explanations.report.{kind}", **values), "how_much": how_much, "conclusion": conclusion,
        "found": t("explanations.report.found", n=total), "best": list(best.values()),
        "worth": f"{t(worth, n=total, informative=informative)} {explained.without}".rstrip(),
    }  # fmt: skip


def _datasets(view: View, words: Mapping[str, str]) -> dict[str, object] | None:
    """Return the joint counts: a table of sets by group, the sentence on the whole, and single p-values."""
    t, rows = view.t, view.rows("datasets")
    if not rows:
        return None
    numbers, single, reasons = {}, [], {}
    for row in rows:
        number = t("explanations.datasets.not_searched")
        if row["searched"] == "true":
            # thousands are set apart by narrow blanks
            number = f"{int(row['datasets']):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        numbers[row["set"], row["group"]] = number
        if row["set"] in ("p_value", "p_value_pair"):
            claims = (words[claim] for claim in row["claims"].split())
            single.append((t("explanations.datasets.and").join(claims), number))
        for reason in filter(None, row["reason"].split("; ")):
            # a code and a number, or "left_out" and the claims' ids
            code, _, rest = reason.partition(" ")
            key = "explanations.datasets.left_out" if code == "left_out" else f"terminal.beyond.{code}"
            reasons[t(key, n=rest, claims=rest)] = None
    searched = {row["set"] for row in rows if not row["group"] and row["searched"] == "true"}
    whole = {name: numbers[name, ""] for name in SETS if (name, "") in numbers}
    sentence, table = "", {}
    if searched.issuperset(SETS[:4]):
        sentence = t("explanations.datasets.sentence", total=whole["all"], **whole)
    # a group a column, then both
    heads = {group.id: view.label(group) for group in view.study.groups if ("all", group.id) in numbers}
    heads[""] = t("explanations.datasets.joint")
    for name in whole:
        table[t(f"explanations.datasets.{name}")] = [numbers.get((name, column), "") for column in heads]
    joint = {"sentence": sentence, "heads": heads.values(), "table": table}
    return joint | {"single": single, "reasons": reasons}


# ---------------------------------------------------------------- provenance


def study_provenance(study: Path, root: Path = Path()) -> dict[str, object]:
    """Return what a report was made from and with.

    Parameters
    ----------
    study : Path
        The folder of the study: study.yaml, its sheets and, if it has one, its claims.csv are the inputs.
    root : Path
        The project's folder; files in it are named from there, others by their name alone.

    Returns
    -------
    dict
        versions : dict of program or package to version
        inputs : dict of file to SHA-256 in hexadecimal
        commit : str, the git commit that `root` is a checkout of, or "unknown"
        changed : bool, whether tracked files differ from that commit

    Raises
    ------
    FileNotFoundError
        When an input is missing.
    """
    files = ["study.yaml", *(sheet.file for sheet in load_study(study).sheets)]
    files += ["claims.csv"] if (study / "claims.csv").is_file() else []
    root, inputs = root.resolve(), {}
    for path in map(study.joinpath, files):
        whole = path.resolve()
        name = whole.relative_to(root).as_posix() if whole.is_relative_to(root) else path.name
        inputs[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    # a folder that merely lies inside some other checkout has no commit of its own
    top = _git(root, "rev-parse", "--show-toplevel")
    commit = _git(root, "rev-parse", "HEAD") if top and Path(top).resolve() == root else ""
    versions = {"oxymilk": oxymilk.__version__, "Python": platform.python_version()}
    versions |= {package: version(package) for package in ("numpy", "scipy", "pandas", "matplotlib")}
    changed = bool(commit and _git(root, "status", "--porcelain", "--untracked-files=no"))
    return {"versions": versions, "inputs": inputs, "commit": commit or "unknown", "changed": changed}


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints; "" when it fails, takes too long or is not there."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
