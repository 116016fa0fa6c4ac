"""The first study as its readers see it, and variants of it: one way to make results, by the analysis itself."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from oxymilk.analysis import tables as analysis
from oxymilk.audit.claims import COLUMNS, Claim, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.explain import explain_claims
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.present.figures import plot_figures
from oxymilk.present.formats import rectangle
from oxymilk.present.tables import build_tables
from oxymilk.present.view import View
from oxymilk.results import ON_REQUEST, Results
from oxymilk.stats import null
from oxymilk.study import load_study
from oxymilk.texts import LANGUAGES

DATA = Path(__file__).parents[3] / "data"
# pre and post of each participant; two letters a participant, "-" for a missing score
RECORDS = {"intervention": ["kc"] * 10, "control": ["kc"] * 3 + ["kk"] * 7}
LEVELS = {"k": "kurang", "c": "cukup", "m": "sedang", "-": ""}
EXPLAINED = ("explanations", "datasets", "contradictions", "outcomes")
NAMES = (
    "observations", "frequencies", "tests", "procedures", "effects", "comparisons", "alternatives", "verdicts",
    "baseline",
    "summaries", "sensitivity", *EXPLAINED,
)  # fmt: skip


class Page(HTMLParser):
    """The elements and words of a page; complains of tags that do not close as they open."""

    VOID = ("meta", "col", "br", "img", "link", "input", "hr")

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words)).replace(" .", ".")

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def analysed(study, claims, observations, other_scale=None, characteristics=None):
    """Return the result tables of a study by name, as the pipeline reads them."""
    on_levels = study.outcome.scale == "level"
    levels, numbers = (observations, other_scale) if on_levels else (other_scale, observations)
    if characteristics is None:
        characteristics = pd.DataFrame(columns=["participant", "group", "characteristic", "level", "value"])
    tests = analysis.rank_test_table(study, observations)
    effects = analysis.effect_table(study, observations, tests)
    frames = {
        "observations": observations,
        "frequencies": analysis.frequency_table(study, observations if levels is None else levels),
        "tests": tests,
        "procedures": analysis.program_table(study, observations),
        "effects": effects,
        "comparisons": analysis.comparison_table(study, observations, effects),
        "baseline": analysis.baseline_table(study, characteristics, observations),
    }
    if other_scale is not None:
        frames["summaries"] = analysis.summary_table(study, numbers)
        frames["sensitivity"] = analysis.rank_test_table(study, other_scale, ("level", "score")[on_levels])
    frames = {name: as_read(frame) for name, frame in frames.items()}
    frames["verdicts"] = as_read(audit_claims(study, claims, frames["frequencies"], frames["tests"]))
    return frames


def frame_of(table):
    """Return a table of the manuscript or the audit as its CSV holds it."""
    columns, rows = rectangle(table)
    return pd.DataFrame(rows, columns=columns)


def view_of(study, frames, language="en"):
    """Return a view of result tables; a table that is not given is empty."""
    results = Results(Path("nowhere"))
    vars(results).update(
        {name: frames.get(name, pd.DataFrame({"test": []})) for name in (*NAMES, *ON_REQUEST)}
    )
    return View(study, results, language)


@pytest.fixture(scope="session")
def bontang_folder():
    return DATA / "bontang2023"


@pytest.fixture(scope="session")
def bontang(bontang_folder):
    return load_study(bontang_folder)


def records_table(study, records=None):
    """Return the observations of participants who have the levels of `records`."""
    rows = [
        (f"{group[0].upper()}{number:02d}", group, timepoint, study.outcome.id, LEVELS[letter])
        for group, pairs in (records or RECORDS).items()
        for number, pair in enumerate(pairs, start=1)
        for timepoint, letter in zip(("pre", "post"), pair, strict=True)
    ]
    return pd.DataFrame(rows, columns=["participant", "group", "timepoint", "outcome", "score"])


@pytest.fixture(scope="session")
def results_of():
    """Return the result tables of a study, its claims and records, or of an example; each is computed once."""
    known = {}

    def make(study, claims=(), records=None):
        # what a test may not use is not kept for others
        key = study.model_dump_json(), repr(claims), repr(records), null.MEMORY_LIMIT
        if key not in known:
            known[key] = analysed(study, list(claims), records_table(study, records))
        return known[key]

    def of_example(folder, claims):
        key = folder, repr(claims)
        if key not in known:
            study = load_study(folder)
            sheets = ingest_observations(study, folder)
            claims = load_claims(folder / "claims.csv", study) if claims is None else claims
            known[key] = analysed(
                study,
                claims,
                sheets.frame("observations"),
                sheets.frame("other_scale"),
                sheets.frame("characteristics"),
            )
        return known[key]

    make.of_example = of_example
    return make


@pytest.fixture(scope="session")
def make_view(results_of):
    """Return a view of a study whose participants have the levels of `records`."""

    def make(study, claims=(), records=None, language="en"):
        return view_of(study, results_of(study, claims, records), language)

    return make


@pytest.fixture(scope="session")
def make_example(results_of):
    """Return a view of an example, with its own claims or with others."""

    def make(name, language="en", claims=None):
        folder = DATA / "examples" / name
        return view_of(load_study(folder), results_of.of_example(folder, claims), language)

    return make


@pytest.fixture(scope="session")
def results(bontang, results_of):
    """The result tables of the first study by name; its sheet is reconstructed to hold just `RECORDS`."""
    return results_of(bontang, load_claims(DATA / "bontang2023" / "claims.csv", bontang))


@pytest.fixture(scope="session")
def explained(bontang, results):
    """The tables of explanations of the first study by name."""
    claims = load_claims(DATA / "bontang2023" / "claims.csv", bontang)
    # its sheet has levels only: there is no other scale
    found = explain_claims(bontang, claims, results["verdicts"], results["observations"], [results["tests"]])
    return {name: as_read(getattr(found, name)) for name in EXPLAINED}


@pytest.fixture(scope="session")
def changed(bontang, results, explained):
    """Return the first study, explained, with some of its tables or parts of the study replaced."""

    def make(language="en", study=None, **tables):
        return view_of(study or bontang, results | explained | tables, language)

    return make


@pytest.fixture(scope="session")
def views(changed):
    """The first study, explained, in each language."""
    return {language: changed(language) for language in LANGUAGES}


@pytest.fixture(scope="session")
def drawn_folder(views, tmp_path_factory):
    """The figures of the first study in Indonesian."""
    folder = tmp_path_factory.mktemp("figures")
    plot_figures(views["id"], folder)
    return folder


@pytest.fixture(scope="session")
def tables(views):
    """Its tables by kind."""
    return {language: {table.kind: table for table in build_tables(view)} for language, view in views.items()}


@pytest.fixture(scope="session")
def labelled(bontang):
    """Return the first study with a text in every label, numbered, and as the reason of its procedure."""

    def make(text):
        def named(item, end=""):
            label = item.label.model_copy(update=dict.fromkeys(LANGUAGES, f"{text}{end}"))
            return item.model_copy(update={"label": label})

        parts = {name: getattr(bontang, name) for name in ("groups", "timepoints", "characteristics")}
        parts |= {name: tuple(map(named, items, range(99))) for name, items in parts.items()}
        levels = tuple(map(named, bontang.outcome.levels, range(99)))
        parts["outcome"] = named(bontang.outcome).model_copy(update={"levels": levels})
        reason = bontang.procedure.reason.model_copy(update=dict.fromkeys(LANGUAGES, text))
        parts["procedure"] = bontang.procedure.model_copy(update={"reason": reason})
        return bontang.model_copy(update=parts)

    return make


@pytest.fixture(scope="session")
def make_claim():
    def make(printed="0,01", quantity="p_value", **columns):
        given = {"id": "one", "where": "results", "check": "recompute", "expect": "differs", "note": "..."}
        columns = given | {"printed": printed, "quantity": quantity} | columns
        return Claim(**{name: columns.get(name, "") for name in COLUMNS})

    return make
