"""The report: what it says, that it needs nothing else, and that no text of a study can break it."""

import re
import shutil
import subprocess
from hashlib import sha256

import pandas as pd
import pytest
from tests.cases import cases, tables_of
from tests.unit.present.conftest import Page

import oxymilk
from oxymilk.analysis.crosscheck import COLUMNS
from oxymilk.files import write_text
from oxymilk.present.figures import NAMES
from oxymilk.present.formats import rendered
from oxymilk.present.report import explanation_section, render_report, study_provenance
from oxymilk.present.tables import build_tables
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

FACTS = {
    "versions": {"oxymilk": "0.0", "Python": "3.0"}, "inputs": {"data/study.yaml": "ab" * 32}, "commit": "c0ffee",
    "changed": False,
}  # fmt: skip
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
MANN_WHITNEY = "mann_whitney_p_abstract"
SVG = '<?xml version="1.0" encoding="utf-8"?>\n<svg role="img" aria-label="{name}"></svg>\n'


@pytest.fixture(scope="module")
def render(tmp_path_factory):
    """Return the report of a view, from tables and (made-up) figures in a folder."""

    def make(view, figures=NAMES, facts=FACTS, paragraphs=()):
        folder = tmp_path_factory.mktemp("report")
        for table in build_tables(view):
            made = "audit" if table.number.startswith("B") else "tables"
            write_text(folder / made / f"{table.name}.html", rendered(table, "html"))
        for name in figures:
            write_text(folder / "figures" / f"{name}.svg", SVG.format(name=name))
        return render_report(view, folder, facts, paragraphs)

    return make


@pytest.fixture(scope="module")
def reports(views, render):
    return {language: render(view) for language, view in views.items()}


@pytest.fixture(scope="module")
def pages(reports):
    return {language: Page(text) for language, text in reports.items()}


WORDS = tables_of(__file__)["words"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_in_plain_words_of_the_language(pages, bontang, language):
    text = pages[language].text
    reason = re.sub(r"\s+", " ", bontang.procedure.reason[language])
    assert [words for words in (*WORDS[language], reason) if words not in text] == []
    english = {words for words in labels("en").section("explanations").values() if len(words.split()) > 3}
    assert language == "en" or not [words for words in english if words in text]


def test_verdicts_and_what_no_search_applies_to_are_counted(pages, results, explained):
    verdicts = results["verdicts"]["verdict"].value_counts()
    good, differing = verdicts["reproduced"] + verdicts["reproduced_after_rounding"], verdicts["differs"]
    checked = f"Of {good + differing} printed numbers that can be checked, {good} are reproduced. {differing} differ:"
    text = pages["en"].text
    # at a glance, before what differs
    assert text.index(checked) < text.index("What differs?")
    unsearched = (explained["explanations"]["code"] == "no_search").sum()
    assert f"to which no search applies: {unsearched}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_has_its_line_and_every_note_is_shown(pages, results, changed, render, language):
    ids = [attributes["id"] for attributes in pages[language].all("tr") if "id" in attributes]
    assert ids == [f"claim-{claim}" for claim in results["verdicts"]["id"]]
    notes = results["verdicts"][f"note.{language}"]
    assert [note for note in notes if re.sub(r"\s+", " ", note) not in pages[language].text] == []
    # a note in no language is shown in every one
    verdicts = results["verdicts"].assign(**{"note": "ward 7", f"note.{language}": ""})
    assert "ward 7" in render(changed(language, verdicts=verdicts))


AUDIT = {
    "en": r"\bprinted\b(?! by)|reproduc|verdict|the paper|claim",
    "id": "tercetak|reproduksi|artikel|klaim",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", ["words", "long", "crosstab", "visits"])
def test_without_a_paper_results_come_first_and_no_audit(make_example, render, example, language):
    view = make_example(example, language, claims=[])
    page = render(view, ("before_after", "effects"), paragraphs=["The groups differ.", "Within nothing."])
    text = Page(page).text.replace(view.study.title[language], "")
    assert re.findall(AUDIT[language], text, flags=re.IGNORECASE) == []
    at = [page.index(words) for words in (
        view.group(view.study.group_ids[0]) + " (n", "The groups differ.", "Within nothing.", 'id="table-2',
        'id="figure-before_after"', 'id="procedure"', 'id="table-1-',
    )]  # fmt: skip
    assert at == sorted(at)
    assert [page.count(f'id="{name}"') for name in (f"table-2-{language}", "figure-before_after")] == [1, 1]


def test_programs_that_print_the_printed_value_are_marked(pages, results):
    # 0.083 comes from the asymptotic procedures; no output gives 0.004
    fits = [row for row in pages["en"].all("tr") if row.get("class") == "fits"]
    stated = {"intervention": (0.0015, 0.0025), "control": (0.0825, 0.0835), "": (0.0035, 0.0045)}
    rows = results["procedures"].to_dict("records")
    values = {(row["group"], float(row["p_value"])) for row in rows}
    inside = [p for group, p in values if stated[group][0] <= p < stated[group][1]]
    assert len(fits) == len(inside) > 0


def test_wording_is_neutral(pages):
    words = r"\b(fraud|fabricat\w*|manipulat\w*|wrong|error|mistake\w*|suspicious|misconduct)\b"
    assert not re.findall(words, pages["en"].text.casefold())


def flipped(tables):
    """The decision of the test between the groups changes, and no explanation is informative."""
    verdicts, decisions = tables["verdicts"].copy(), ["decision", "decision_printed", "decision_computed"]
    claimed = (verdicts["test"] == "rank_sum") & (verdicts["quantity"] == "p_value")
    verdicts.loc[claimed, decisions] = ["flip", "not significant", "significant"]
    return {"verdicts": verdicts, "explanations": tables["explanations"].assign(informative="false")}


def not_searched(tables):
    unknown = {"set": "all", "group": "", "datasets": "", "searched": "false"}
    datasets = tables["datasets"].iloc[:1].assign(**unknown, reason="tables_of_a_group <many>")
    return {"datasets": datasets, "contradictions": tables["contradictions"].iloc[:0]}


def none_between(tables):
    explanations = tables["explanations"]
    return {"explanations": explanations[explanations["claim_id"] != MANN_WHITNEY]}


def too_many_outcomes(tables):
    row = {"count1": "", "count2": "", "p_value": "", "observed": "", "reason": "too_many"}
    return {"outcomes": tables["outcomes"].iloc[:1].assign(**row)}


@cases
def test_what_a_study_lacks_or_changes_is_said(change, present, absent, changed, results, explained, render):
    changes = globals()[change](results | explained) if change != "nothing" else {}
    text = Page(render(changed(**changes), NAMES[:3])).text
    assert [words for words in present if words not in text] == []
    assert [words for words in absent if words in text] == []


def test_the_report_without_an_exact_p(bontang, make_view, render, no_memory):
    for language in LANGUAGES:
        page = render(make_view(bontang, language=language))
        assert labels(language)("tables.note.exact_too_large") in page
        assert f'<td class="number">{NO_VALUE}</td>' in page
        assert not re.search(r"\bnan\b", page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_are_unique_every_anchor_leads_somewhere_and_nothing_is_fetched(
    reports, pages, bontang, language
):
    page = pages[language]
    assert page.all("html") == [{"lang": labels(language)("common.language_tag")}]
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    anchors = {each["href"][1:] for each in page.all("a") if each["href"].startswith("#")}
    assert f"explained-{MANN_WHITNEY}" in anchors <= set(ids)
    named = [name for _, each in page.elements for name in (each.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "img", "object")
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "srcset", "data"):
                assert value.startswith("#") or (tag == "a" and value == bontang.citation.url)
    assert "@import" not in reports[language]
    assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", reports[language]))


def test_tables_and_figures_of_the_folder_are_in_the_report(pages, reports):
    page = pages["en"]
    assert sum(each.get("class") == "oxymilk-table" for each in page.all("figure")) == 6
    shown = [each["aria-label"] for each in page.all("svg")]
    assert set(shown) == {"before_after", "p_values", "effects", "explanation_map"}
    assert "<?xml" not in reports["en"]
    # what scrolls can be reached by keyboard
    regions = [each for each in page.all("div") if each.get("role") == "region"]
    assert regions
    named = ("aria-label", "aria-labelledby")
    assert all(each["tabindex"] == "0" and any(map(each.get, named)) for each in regions)


def test_without_figures_or_effects_their_sections_are_left_out(changed, results, render, tmp_path):
    text = render(changed(effects=results["effects"].iloc[:0]), figures=())
    assert not re.search(r'<svg|(id="|href="#)(sizes|figures)"', text)
    with pytest.raises(FileNotFoundError):
        render_report(changed(), tmp_path, FACTS)


def test_numbers_have_slopes_and_their_levels_flows(make_example, reports, render):
    assert "Flows between the levels of" in reports["en"]
    page = render(make_example("long"))
    assert "Flows between the levels of" not in page
    assert "of each participant, from Before to After" in page


def test_provenance_is_shown_and_the_page_is_the_same_each_time(reports, views, render):
    changes = {
        "c0ffee": {},
        "not a git checkout": {"commit": "unknown"},
        "with local changes": {"changed": True},
    }
    for words, change in changes.items():
        page = render(views["en"], facts=FACTS | change)
        assert words in page
        assert (page == reports["en"]) == (not change)


def test_hostile_texts_stay_texts(bontang, labelled, changed, results, render):
    cited = {"title": HOSTILE, "journal": HOSTILE, "url": "javascript:alert(1)", "authors": (HOSTILE,)}
    citation = bontang.citation.model_copy(update=cited)
    title = bontang.title.model_copy(update={"en": HOSTILE})
    study = labelled(HOSTILE).model_copy(update={"title": title, "citation": citation})
    verdicts = results["verdicts"].assign(note=HOSTILE, where=HOSTILE)
    procedures = results["procedures"].assign(program=HOSTILE)
    facts = FACTS | {"commit": HOSTILE, "inputs": {HOSTILE: HOSTILE}, "versions": {HOSTILE: HOSTILE}}
    page = Page(render(changed(study=study, verdicts=verdicts, procedures=procedures), facts=facts))
    assert page.all("script") == page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any("javascript" in each.get("href", "") for each in page.all("a"))
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said_in_the_language(changed, explained, language):
    t = labels(language)
    codes = [f"terminal.beyond.{code}" for code in t.section("terminal.beyond")]
    reasons = [f"{code.rpartition('.')[2]} 20; left_out a_1 b_2" for code in codes]
    datasets = pd.concat([explained["datasets"].iloc[:1].assign(reason=reason) for reason in reasons])
    said = list(explanation_section(changed(language, datasets=datasets))["datasets"]["reasons"])
    first, *others = (t(code, n=20) for code in codes)
    assert said == [first, t("explanations.datasets.left_out", claims="a_1 b_2"), *others]


def git(folder, *arguments):
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_provenance_in_a_checkout_and_outside_of_one(tmp_path, bontang_folder):
    root = tmp_path / "project"
    study = root / "data" / bontang_folder.name
    claims = study / "claims.csv"
    shutil.copytree(bontang_folder, study)
    facts = study_provenance(study, root)
    assert (facts["commit"], facts["changed"]) == ("unknown", False)
    first, *sheets, last = facts["inputs"]
    assert (root / first, root / last, bool(sheets)) == (study / "study.yaml", claims, True)
    assert facts["inputs"][last] == sha256(claims.read_bytes()).hexdigest()
    assert list(facts["versions"]) == ["oxymilk", "Python", "numpy", "scipy", "pandas", "matplotlib"]
    assert facts["versions"]["oxymilk"] == oxymilk.__version__
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        git(root, *command)
    facts = study_provenance(study, root)
    assert (facts["commit"], facts["changed"]) == (git(root, "rev-parse", "HEAD"), False)
    claims.unlink()
    facts = study_provenance(study, root)
    assert (facts["changed"], list(facts["inputs"])) == (True, [first, *sheets])
    # a folder inside a checkout is not itself one; a file outside of the root is named without its folders
    assert study_provenance(study, root / "data")["commit"] == "unknown"
    assert "study.yaml" in study_provenance(study, tmp_path / "other")["inputs"]
    (root / sheets[0]).unlink()
    with pytest.raises(FileNotFoundError):
        study_provenance(study, root)


SECOND_OPINION = tables_of(__file__)["second_opinion"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_opinion_is_shown_where_it_is_of_these_results(changed, render, results, language):
    tests = results["tests"][results["tests"]["role"] == "declared"]
    rows = tests.assign(
        number="declared", engine="R", version="4.2.2", status="agrees", p_engine=tests["p_value"]
    )
    rows.iloc[-1, rows.columns.get_indexer(["status", "source"])] = "known_fault", ""
    rows = rows.reindex(columns=list(COLUMNS), fill_value="").assign(source="a page & more")
    rows.loc[rows.index[0], "p_engine"] = ""
    line, stale = SECOND_OPINION[language]
    page = render(changed(language, crosscheck=rows))
    assert line in page
    assert stale not in page
    assert page.count("a page &amp; more") == 1
    assert not any(said in render(changed(language)) for said in (line, stale))
    # another p-value, a test that is not in it, a line that no program has, columns of something else
    others = [
        rows.assign(p_value="0.5"), rows[1:], pd.concat([rows, rows[:1].assign(number="r_unknown")]), rows[["test"]],
    ]  # fmt: skip
    for table in others:
        page = render(changed(language, crosscheck=table))
        assert stale in page
        assert "R 4.2.2" not in page
