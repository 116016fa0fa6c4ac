"""The report: what it says, that it needs nothing else, and that no text of a study can break it."""

import re
import subprocess
from hashlib import sha256
from html.parser import HTMLParser

import pandas as pd
import pytest

import oxymilk
from oxymilk.explain.datasets import NotSearched
from oxymilk.files import write_text
from oxymilk.present.figures import NAMES
from oxymilk.present.formats import rendered
from oxymilk.present.report import explanation_section, provenance, render_report, study_provenance
from oxymilk.present.tables import build_tables
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

FACTS = {
    "versions": {"oxymilk": "0.0", "Python": "3.0"},
    "inputs": {"data/study.yaml": "ab" * 32},
    "commit": "c0ffee",
    "changed": False,
}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
VOID = {"meta", "col", "br", "img", "link", "input", "hr"}
MANN_WHITNEY = "mann_whitney_p_abstract"
SVG = '<?xml version="1.0" encoding="utf-8"?>\n<svg role="img" aria-label="{name}"></svg>\n'


class Page(HTMLParser):
    """The elements, ids and texts of a page; complains of tags that do not close as they open."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self):
        words = re.sub(r"\s+", " ", " ".join(self.words)).replace(" .", ".")
        return words.replace("\N{NARROW NO-BREAK SPACE}", " ")

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def render(tmp_path_factory):
    """Return the report of a view, from tables and (made-up) figures in a folder."""

    def make(view, figures=NAMES, facts=FACTS):
        folder = tmp_path_factory.mktemp("report")
        for table in build_tables(view):
            write_text(folder / "tables" / f"table_{table.number}.html", rendered(table, "html"))
        for name in figures:
            write_text(folder / "figures" / f"{name}.svg", SVG.format(name=name))
        return render_report(view, folder, facts)

    return make


@pytest.fixture(scope="module")
def reports(views, render):
    return {language: render(view) for language, view in views.items()}


@pytest.fixture(scope="module")
def pages(reports):
    return {language: Page(text) for language, text in reports.items()}


@pytest.fixture(scope="module")
def section(reports):
    return Page(re.search(r'<section id="explanations".*?</section>', reports["en"], re.DOTALL)[0]).text


# ---------------------------------------------------------------- what it says


def test_says_at_once_what_holds_and_what_differs(pages, results):
    verdicts = results["verdicts"]["verdict"].value_counts()
    good = verdicts["reproduced"] + verdicts["reproduced_after_rounding"]
    text = pages["en"].text.replace("\N{NO-BREAK SPACE}", " ")
    start = text.index("At a glance", text.index("Made from"))
    glance = text[start : text.index("What differs", start)]
    for words in (
        "2 of 3 printed p-values are reproduced.",
        "Mann-Whitney U test: After (day 15): printed 0.004, the declared procedure prints 0.001.",
        "Every decision at α = 0.05 stands.",
        f"Of {good + verdicts['differs']} printed numbers that can be checked, {good} are reproduced.",
        f"{verdicts['differs']} differ: 3 from what the data give",
        *("0.001565", "0.08326", "0.001381", "0.001953", "0.25", "0.003096"),
    ):
        assert words in glance


def test_indonesian_in_its_words_and_numbers(pages):
    text = pages["id"].text.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "2 dari 3 nilai-p yang tercetak tereproduksi.",
        "tercetak 0,004, prosedur acuan mencetak 0,001.",
        "0,08326",
        "Seberapa besar bedanya? Satuan pada digit terakhir yang tercetak: 3.",
        "Tidak. Pada α = 0,05 nilai-p yang tercetak dan hasil hitung ulang sama-sama signifikan.",
    ):
        assert words in text
    english = {words for words in labels("en").section("explanations").values() if len(words.split()) > 3}
    assert not [words for words in english if words in text]


def test_every_claim_has_its_line_and_every_note_is_shown(pages, results):
    ids = [attributes["id"] for attributes in pages["en"].all("tr") if "id" in attributes]
    assert ids == [f"claim-{claim}" for claim in results["verdicts"]["id"]]
    for note in filter(None, results["verdicts"]["note"]):
        assert re.sub(r"\s+", " ", note) in pages["en"].text


def test_basis_and_reconstruction_are_said(pages, bontang):
    text = pages["en"].text
    assert "The paper does not state it; it is inferred." in text
    assert re.sub(r"\s+", " ", bontang.procedure.reason.en) in text
    assert "The observation sheet is reconstructed" in text


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


def test_a_decision_that_changes_is_said(changed, results, render):
    verdicts = results["verdicts"].copy()
    claimed = (verdicts["test"] == "rank_sum") & (verdicts["quantity"] == "p_value")
    verdicts.loc[claimed, ["decision", "decision_printed"]] = ["flip", "not significant"]
    text = Page(render(changed(verdicts=verdicts))).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Decisions at α = 0.05 that change: 1." in text
    assert "no: printed as not significant, recomputed significant" in text
    assert "Every decision" not in text


def test_a_study_without_claims_reports_its_results(changed, results, explained, render):
    nothing = {
        name: frame.iloc[:0]
        for name, frame in (explained | results).items()
        if name in (*explained, "verdicts")
    }
    page = Page(render(changed(**nothing)))
    assert "No printed numbers were entered" in page.text
    assert "none printed" in page.text
    assert "0.08326" in page.text
    assert not [attributes for attributes in page.all("section") if attributes["id"] == "explanations"]


def test_the_report_without_an_exact_p(bontang, make_view, render, no_memory):
    for language in LANGUAGES:
        page = render(make_view(bontang, language=language))
        assert labels(language)("tables.note.exact_too_large") in page
        assert f'<td class="number">{NO_VALUE}</td>' in page
        assert not re.search(r"\bnan\b", page)


# ---------------------------------------------------------------- what it is made of


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
    assert sum(each.get("class") == "oxymilk-table" for each in page.all("figure")) == 8
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
    assert Page(text).all("svg") == []
    for name in ("sizes", "figures"):
        assert f'id="{name}"' not in text
        assert f'href="#{name}"' not in text
    with pytest.raises(FileNotFoundError):
        render_report(changed(), tmp_path, FACTS)


def test_numbers_have_slopes_and_their_levels_flows(make_example, reports, render):
    assert "Flows between the levels of" in reports["en"]
    page = render(make_example("long"))
    assert "Flows between the levels of" not in page
    assert "of each participant, from Before to After" in page


def test_provenance_is_shown_and_the_page_is_the_same_each_time(pages, reports, views, render):
    for words in ("oxymilk 0.0; Python 3.0", "c0ffee", "ab" * 32):
        assert words in pages["en"].text
    for facts, words in (
        (FACTS, "c0ffee"),
        (FACTS | {"commit": "unknown"}, "not a git checkout"),
        (FACTS | {"changed": True}, "with local changes"),
    ):
        page = render(views["en"], facts=facts)
        assert words in page
        assert (page == reports["en"]) == (facts is FACTS)


def test_hostile_texts_stay_texts(bontang, changed, results, render):
    def hostile(model):
        return model.model_copy(
            update={"label": model.label.model_copy(update=dict.fromkeys(LANGUAGES, HOSTILE))}
        )

    cited = {"title": HOSTILE, "journal": HOSTILE, "url": "javascript:alert(1)", "authors": (HOSTILE,)}
    study = bontang.model_copy(
        update={
            "title": bontang.title.model_copy(update={"en": HOSTILE}),
            "groups": tuple(map(hostile, bontang.groups)),
            "timepoints": tuple(map(hostile, bontang.timepoints)),
            "outcome": hostile(bontang.outcome).model_copy(
                update={"levels": tuple(map(hostile, bontang.outcome.levels))}
            ),
            "citation": bontang.citation.model_copy(update=cited),
        }
    )
    verdicts = results["verdicts"].assign(note=HOSTILE, where=HOSTILE)
    procedures = results["procedures"].assign(program=HOSTILE)
    facts = FACTS | {"commit": HOSTILE, "inputs": {HOSTILE: HOSTILE}, "versions": {HOSTILE: HOSTILE}}
    page = Page(render(changed(study=study, verdicts=verdicts, procedures=procedures), facts=facts))
    assert page.all("script") == page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any("javascript" in each.get("href", "") for each in page.all("a"))
    assert "<script>alert(1)</script>" in page.text


# ---------------------------------------------------------------- explanations


@pytest.mark.parametrize(
    "words",
    [
        "What differs? Printed 0.004 (in 3 places: abstract; results table 6; discussion effect). The declared",
        "The declared procedure gives 0.001381, which prints as 0.001.",
        "By how much? Units of the last printed digit: 3.",
        "Does it change the conclusion? No. At α = 0.05 the printed and the recomputed p are both significant.",
        "What would explain it? Ways found: 10.",
        "What is that worth? Informative, with a coincidence of at most one half: 10 of 10.",
        "Each shows what is possible, not what happened.",
        "could have 81 796 different datasets in all. Of these, 4 satisfy every printed p-value, 1 every",
        "1 every printed count and percentage, and 0 both.",
        "286 286 81 796",
        "Claims that contradict each other",
        "percentage, Control, After (day 15), insufficient: 70%",
        "(the same as: percentage, Control, After (day 15), sufficient: 30%; ",
        "Without an explanation",
    ],
)
def test_explanations_in_plain_words(section, words):
    assert words in section.replace("\N{NO-BREAK SPACE}", " ")


def test_claims_that_no_search_applies_to_are_counted(section, explained):
    unsearched = (explained["explanations"]["code"] == "no_search").sum()
    assert f"to which no search applies: {unsearched}" in section


def test_a_conclusion_that_changes_and_nothing_informative(changed, results, explained, render):
    verdicts = results["verdicts"].copy()
    decisions = ["decision", "decision_printed", "decision_computed"]
    verdicts.loc[verdicts["id"] == MANN_WHITNEY, decisions] = ["flip", "not significant", "significant"]
    explanations = explained["explanations"].assign(informative="false")
    view = changed(verdicts=verdicts, explanations=explanations)
    first = explanation_section(view)["claims"][0]
    assert "the printed p is not significant, the recomputed p significant" in first["conclusion"]
    assert first["worth"].startswith("None of the 10 is informative")
    assert re.search(r"Coincidence \d+%: uninformative", Page(render(view)).text)


def test_what_was_not_searched_is_said(changed, explained, render):
    unknown = {"set": "all", "group": "", "datasets": "", "searched": "false", "reason": "<too many> margins"}
    datasets = explained["datasets"].iloc[:1].assign(**unknown)
    page = render(changed(datasets=datasets, contradictions=explained["contradictions"].iloc[:0]))
    assert "&lt;too many&gt; margins" in page
    text = Page(page).text
    assert "not searched" in text
    assert "different datasets in all" not in text
    assert "Claims that contradict each other" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_said_in_the_language(changed, explained, language):
    codes = labels("en").section("terminal.beyond")
    reasons = [NotSearched(code, 20).words() for code in codes] + ["the tests run; left out: a_1 b_2"]
    datasets = pd.concat([explained["datasets"].iloc[:1].assign(reason=reason) for reason in reasons])
    said = list(explanation_section(changed(language, datasets=datasets))["datasets"]["reasons"])
    left_out = labels(language)("explanations.datasets.left_out", claims="a_1 b_2")
    assert said == [*(NotSearched(code, 20).words(language) for code in codes), "the tests run", left_out]


def test_a_design_without_a_map_says_so_where_the_groups_differ(changed, explained, render):
    figures = NAMES[:3]
    assert "There is no map of outcomes" in render(changed(), figures)
    explanations = explained["explanations"]
    others = explanations[explanations["claim_id"] != MANN_WHITNEY]
    assert "There is no map of outcomes" not in render(changed(explanations=others), figures)


# ---------------------------------------------------------------- provenance


def git(folder, *arguments):
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_provenance_outside_of_a_checkout(tmp_path, bontang_folder):
    (tmp_path / "sheet.csv").write_bytes(b"a\n1\n")
    facts = provenance([tmp_path / "sheet.csv"], tmp_path)
    assert (facts["commit"], facts["changed"]) == ("unknown", False)
    assert facts["inputs"] == {"sheet.csv": sha256(b"a\n1\n").hexdigest()}
    assert facts["versions"]["oxymilk"] == oxymilk.__version__
    assert list(facts["versions"]) == ["oxymilk", "Python", "numpy", "scipy", "pandas", "matplotlib"]
    with pytest.raises(FileNotFoundError):
        provenance([tmp_path / "none.csv"], tmp_path)
    first, *sheets, last = study_provenance(bontang_folder, bontang_folder)["inputs"]
    assert (first, last, bool(sheets)) == ("study.yaml", "claims.csv", True)


def test_provenance_of_a_checkout(tmp_path):
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    sheet, outside = root / "data" / "sheet.csv", tmp_path / "other.csv"
    for path in (sheet, outside):
        path.write_text("1\n")
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        git(root, *command)
    facts = provenance([sheet], root)
    assert (facts["commit"], facts["changed"]) == (git(root, "rev-parse", "HEAD"), False)
    assert list(facts["inputs"]) == ["data/sheet.csv"]
    sheet.write_text("2\n")
    assert provenance([sheet], root)["changed"] is True
    # a folder inside a checkout is not itself one; a file outside of the root is named without its folders
    assert provenance([sheet], root / "data")["commit"] == "unknown"
    assert list(provenance([outside], root)["inputs"]) == ["other.csv"]
