"""The report: what it says, that it needs nothing else, and that no text of a study can break it."""

import re
import subprocess
from hashlib import sha256
from html.parser import HTMLParser

import pytest

import oxymilk
from oxymilk.present.provenance import provenance
from oxymilk.present.report import render_report
from oxymilk.present.report_claims import claim_line
from oxymilk.texts import labels

FACTS = {
    "versions": {"oxymilk": "0.0", "Python": "3.0"},
    "inputs": {"data/study.yaml": "ab" * 32},
    "commit": "c0ffee",
    "changed": False,
}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
VOID = {"meta", "col", "br", "img", "link", "input", "hr"}


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
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def study(bontang):
    return bontang


@pytest.fixture(scope="module")
def frames(results):
    return results


@pytest.fixture(scope="module")
def reports(study, frames):
    return {
        language: render_report(study, **frames, language=language, provenance=FACTS)
        for language in ("en", "id")
    }


@pytest.fixture(scope="module")
def pages(reports):
    return {language: Page(text) for language, text in reports.items()}


def test_says_at_once_what_holds_and_what_differs(pages, frames):
    verdicts = frames["verdicts"]["verdict"].value_counts()
    good = verdicts["reproduced"] + verdicts["reproduced_after_rounding"]
    checkable = good + verdicts["differs"]
    text = pages["en"].text
    start = text.index("At a glance", text.index("Made from"))
    glance = text[start : text.index("What differs", start)]
    assert "2 of 3 printed p-values are reproduced." in glance
    assert (
        "Mann-Whitney U test: After (day 15): printed 0.004, the declared procedure prints 0.001." in glance
    )
    assert "Every decision at α = 0.05 stands." in glance.replace("\N{NO-BREAK SPACE}", " ")
    assert f"Of {checkable} printed numbers that can be checked, {good} are reproduced." in glance
    assert f"{verdicts['differs']} differ: 3 from what the data give" in glance
    assert all(p in glance for p in ("0.001565", "0.08326", "0.001381", "0.001953", "0.25", "0.003096"))


def test_indonesian_in_its_words_and_numbers(pages):
    text = pages["id"].text
    assert "2 dari 3 nilai-p yang tercetak tereproduksi." in text
    assert "tercetak 0,004, prosedur acuan mencetak 0,001." in text
    assert "0,08326" in text


@pytest.mark.parametrize(("language", "tag"), [("en", "en-GB"), ("id", "id-ID")])
def test_page_names_its_language(pages, language, tag):
    assert pages[language].all("html") == [{"lang": tag}]


def test_every_claim_has_its_line(pages, frames):
    ids = [attributes["id"] for attributes in pages["en"].all("tr") if "id" in attributes]
    assert ids == [f"claim-{claim}" for claim in frames["verdicts"]["id"]]


def test_every_note_is_shown(pages, frames):
    for note in filter(None, frames["verdicts"]["note"]):
        assert re.sub(r"\s+", " ", note) in pages["en"].text


def test_ids_are_unique_and_every_anchor_leads_somewhere(pages):
    for page in pages.values():
        ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
        assert len(ids) == len(set(ids))
        anchors = [each["href"][1:] for each in page.all("a") if each["href"].startswith("#")]
        assert anchors
        assert set(anchors) <= set(ids)
        named = [name for _, each in page.elements for name in (each.get("aria-labelledby") or "").split()]
        assert set(named) <= set(ids)


def test_needs_no_network_and_no_script(reports, pages, study):
    for language, page in pages.items():
        for tag, attributes in page.elements:
            assert tag not in ("script", "link", "iframe", "img", "object")
            for name, value in attributes.items():
                assert not name.startswith("on")
                if name in ("src", "href", "xlink:href", "srcset", "data"):
                    assert value.startswith("#") or (tag == "a" and value == study.citation.url)
        assert "@import" not in reports[language]
        assert all(address.startswith("#") for address in re.findall(r"url\(([^)]*)\)", reports[language]))


def test_figures_are_drawings_with_words(pages):
    for language, page in pages.items():
        drawings = page.all("svg")
        assert [each["role"] for each in drawings] == ["img", "img", "img"]
        assert {each["lang"] for each in drawings} == {language}
        assert "<?xml" not in page.text


def test_tables_stand_in_the_report(pages):
    assert sum(each.get("class") == "oxymilk-table" for each in pages["en"].all("figure")) == 7


def test_tables_that_scroll_can_be_reached_by_keyboard(pages):
    regions = [each for each in pages["en"].all("div") if each.get("role") == "region"]
    assert regions
    named = ("aria-label", "aria-labelledby")
    assert all(each["tabindex"] == "0" and any(each.get(name) for name in named) for each in regions)


def test_wording_is_neutral(pages):
    words = pages["en"].text.casefold()
    assert not re.findall(
        r"\b(fraud|fabricat\w*|manipulat\w*|wrong|error|mistake|suspicious|misconduct)\b", words
    )


def test_basis_and_reconstruction_are_said(pages, study):
    text = pages["en"].text
    assert "The paper does not state it; it is inferred." in text
    assert re.sub(r"\s+", " ", study.procedure.reason.en) in text
    assert "The observation sheet is reconstructed" in text


def test_programs_that_print_the_printed_value_are_marked(pages, frames):
    # 0.083 comes from the asymptotic procedures; no output gives 0.004
    fits = [each for each in pages["en"].all("tr") if each.get("class") == "fits"]
    near = frames["procedures"]["p_value"].astype(float)
    within = frames["procedures"]["group"].map(
        {"intervention": (0.0015, 0.0025), "control": (0.0825, 0.0835), "": (0.0035, 0.0045)}
    )
    distinct = {
        (group, p)
        for group, p, (low, high) in zip(frames["procedures"]["group"], near, within, strict=True)
        if low <= p < high
    }
    assert len(fits) == len(distinct) > 0


def test_provenance_is_shown(pages, study, frames):
    text = pages["en"].text
    assert "oxymilk 0.0; Python 3.0" in text
    assert "c0ffee" in text
    assert "ab" * 32 in text
    other = render_report(
        study, **frames, language="en", provenance={**FACTS, "commit": "unknown", "changed": False}
    )
    assert "not a git checkout" in other
    assert "with local changes" in render_report(
        study, **frames, language="en", provenance={**FACTS, "changed": True}
    )


def test_same_arguments_same_page(study, frames, reports):
    assert render_report(study, **frames, language="en", provenance=FACTS) == reports["en"]


def test_hostile_texts_stay_texts(study, frames):
    def hostile(model):
        return model.model_copy(
            update={"label": model.label.model_copy(update={"en": HOSTILE, "id": HOSTILE})}
        )

    outcome = hostile(study.outcome)
    outcome = outcome.model_copy(update={"levels": tuple(hostile(level) for level in study.outcome.levels)})
    citation = study.citation.model_copy(
        update={"title": HOSTILE, "journal": HOSTILE, "url": "javascript:alert(1)", "authors": (HOSTILE,)}
    )
    bad = study.model_copy(
        update={
            "title": study.title.model_copy(update={"en": HOSTILE}),
            "groups": tuple(hostile(group) for group in study.groups),
            "timepoints": tuple(hostile(timepoint) for timepoint in study.timepoints),
            "outcome": outcome,
            "citation": citation,
        }
    )
    tables = {name: frame.copy() for name, frame in frames.items()}
    tables["verdicts"]["note"] = HOSTILE
    tables["verdicts"]["where"] = HOSTILE
    tables["procedures"]["program"] = HOSTILE
    facts = {**FACTS, "commit": HOSTILE, "inputs": {HOSTILE: HOSTILE}, "versions": {HOSTILE: HOSTILE}}
    page = Page(render_report(bad, **tables, language="en", provenance=facts))
    assert page.all("script") == page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any("javascript" in each.get("href", "") for each in page.all("a"))
    assert "<script>alert(1)</script>" in page.text


def test_a_study_without_claims_reports_its_results(study, frames):
    none = {**frames, "verdicts": frames["verdicts"].iloc[:0]}
    page = Page(render_report(study, **none, language="en", provenance=FACTS))
    assert "No printed numbers were entered" in page.text
    assert "none printed" in page.text
    assert "0.08326" in page.text


def test_without_effects_there_is_nothing_more_to_say(study, frames):
    none = {**frames, "effects": frames["effects"].iloc[:0]}
    text = render_report(study, **none, language="en", provenance=FACTS)
    assert list(Page(text).elements)
    assert 'id="sizes"' not in text
    assert 'href="#sizes"' not in text


def test_a_decision_that_changes_is_said(study, frames):
    verdicts = frames["verdicts"].copy()
    claimed = (verdicts["test"] == "rank_sum") & (verdicts["quantity"] == "p_value")
    verdicts.loc[claimed, ["decision", "decision_printed"]] = ["flip", "not significant"]
    page = Page(render_report(study, **{**frames, "verdicts": verdicts}, language="en", provenance=FACTS))
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Decisions at α = 0.05 that change: 1." in text
    assert "no: printed as not significant, recomputed significant" in text
    assert "Every decision" not in text


@pytest.mark.parametrize(
    ("claim", "printed", "computed"),
    [
        ({"quantity": "comparison", "printed": "48%", "operator": "<=", "n": "91%"}, "48% ≤ 91%", "–"),
        (
            {"quantity": "sum", "printed": "20", "operator": "", "n": "10+10", "prints_as": "20"},
            "20 = 10+10",
            "20",
        ),
        ({"quantity": "between", "printed": "11,7", "n": "11;12"}, "11,7 between 11 and 12", "–"),
        (
            {
                "quantity": "ratio_percent",
                "printed": "45%",
                "operator": "~",
                "n": "2,7/5,9",
                "prints_as": "46%",
            },
            "≈ 45%",
            "2,7/5,9 = 46%",
        ),
        (
            {"quantity": "p_value", "printed": "0,002", "operator": "=", "prints_as": "0,002"},
            "0,002",
            "0,002",
        ),
        (
            {"quantity": "threshold", "printed": "0.05", "operator": "<", "prints_as": "0.002"},
            "< 0.05",
            "0.002",
        ),
        (
            {"quantity": "decision", "printed": "not significant", "decision_computed": "significant"},
            "not significant",
            "significant",
        ),
        ({"quantity": "figure", "printed": "15%", "verdict": "not_checkable", "reason": "cited"}, "15%", "–"),
    ],
)
def test_a_claim_in_words(study, frames, claim, printed, computed):
    row = (
        dict.fromkeys(frames["verdicts"].columns, "") | {"verdict": "reproduced", "where": "abstract"} | claim
    )
    line = claim_line(study, row, labels("en"))
    assert (line.printed, line.computed) == (printed, computed)


def test_every_quantity_has_words():
    from oxymilk.audit.claims import ARITHMETIC, FIGURES, RECOMPUTED

    for language in ("en", "id"):
        assert {*RECOMPUTED, *ARITHMETIC, *FIGURES} <= set(labels(language).section("report.quantity"))


# ---------------------------------------------------------------- provenance


def git(folder, *arguments):
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_provenance_outside_of_a_checkout(tmp_path):
    (tmp_path / "sheet.csv").write_bytes(b"a\n1\n")
    facts = provenance([tmp_path / "sheet.csv"], tmp_path)
    assert facts["commit"] == "unknown"
    assert facts["changed"] is False
    assert facts["inputs"] == {"sheet.csv": sha256(b"a\n1\n").hexdigest()}
    assert facts["versions"]["oxymilk"] == oxymilk.__version__
    assert list(facts["versions"]) == ["oxymilk", "Python", "numpy", "scipy", "pandas", "matplotlib"]


def test_provenance_of_a_checkout(tmp_path):
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    sheet = root / "data" / "sheet.csv"
    sheet.write_text("1\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    facts = provenance([sheet], root)
    assert facts["commit"] == git(root, "rev-parse", "HEAD")
    assert facts["changed"] is False
    assert list(facts["inputs"]) == ["data/sheet.csv"]
    sheet.write_text("2\n")
    assert provenance([sheet], root)["changed"] is True
    # a folder inside a checkout is not itself one; a file outside of the root is named without its folders
    inner = provenance([root / "data" / "sheet.csv"], root / "data")
    assert inner["commit"] == "unknown"
    outside = tmp_path / "other.csv"
    outside.write_text("3\n")
    assert list(provenance([outside], root)["inputs"]) == ["other.csv"]


def test_a_missing_input_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        provenance([tmp_path / "none.csv"], tmp_path)
