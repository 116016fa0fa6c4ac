"""Table 1 as the sheet has it, summaries of numbers, and the same tests on the other scale."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from oxymilk import analysis
from oxymilk.analysis.baseline import baseline_table
from oxymilk.audit.claims import load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.files import read_csv, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.present.table_formats import csv_frame, html_fragment, latex, markdown
from oxymilk.present.tables import build_tables
from oxymilk.present.word import word_document
from oxymilk.study import load_study
from oxymilk.texts import LANGUAGES, NO_VALUE

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"


@pytest.fixture(scope="module")
def tables_of(tmp_path_factory, request):
    """Make the tables of an example, with claims of its own or with others."""

    def make(example, language="en", claims=None):
        folder = tmp_path_factory.mktemp(example)
        study = load_study(EXAMPLES / example)
        found = ingest_observations(study, EXAMPLES / example)
        on_levels = study.outcome.scale == "level"
        levels, numbers = (found.table, found.other_scale) if on_levels else (found.other_scale, found.table)
        frequencies = analysis.frequency_table(study, levels)
        tests = analysis.rank_test_table(study, found.table)
        for name, frame in {
            "frequencies": frequencies,
            "tests": tests,
            "effects": analysis.effect_table(study, found.table),
            "baseline": baseline_table(study, found.characteristics),
            "summaries": analysis.summary_table(study, numbers),
            "sensitivity": analysis.rank_test_table(
                study, found.other_scale, "score" if on_levels else "level"
            ),
        }.items():
            write_csv(frame, folder / f"{name}.csv")
        read = {path.stem: read_csv(path) for path in folder.glob("*.csv")}
        claims = load_claims(EXAMPLES / example / "claims.csv", study) if claims is None else claims
        write_csv(audit_claims(study, claims, read["frequencies"], read["tests"]), folder / "verdicts.csv")
        verdicts = read_csv(folder / "verdicts.csv")
        return build_tables(
            study, read["frequencies"], read["tests"], verdicts, read["effects"], language, None,
            read["baseline"], read["summaries"], read["sensitivity"],
        )  # fmt: skip

    return make


def shown(table):
    (panel,) = table.panels
    return [tuple(cell.text for cell in panel.shown_cells(row)) for row in panel.rows]


def notes(table):
    return " ".join(note.text for note in table.notes)


def test_table_1_counts_every_level_and_compares_the_groups(tables_of):
    table = tables_of("coded")[0]
    rows = shown(table)
    assert rows[1] == ("Age",)
    assert rows[2] == (
        "below 20 years",
        "1",
        "16.7",
        NO_VALUE,
        NO_VALUE,
        "0",
        "0.0",
        NO_VALUE,
        NO_VALUE,
        "0.485",
    )
    assert rows[3][-1] == ""
    assert [row[0] for row in rows[6:]] == [
        "primary school", "junior high school", "senior high school", "higher education",
    ]  # fmt: skip
    assert "exact Mann-Whitney U test on the numbers (in years)" in notes(table)
    assert "Fisher's exact test on the categories" in notes(table)
    assert table.title == "Characteristics of the participants"


def test_table_1_without_claims_has_no_printed_columns(tables_of):
    rows = shown(tables_of("coded", claims=[])[0])
    assert rows[0] == ("Participants", "6", "", "6", "", "")
    assert rows[2] == ("below 20 years", "1", "16.7", "0", "0.0", "0.485")


def test_table_1_says_where_the_sheet_has_another_number_than_the_paper(tables_of, make_claim):
    claims = [
        make_claim(
            id="age", where="table 1", printed="50%", quantity="percent", group="intervention", variable="age",
            level="age_20_35", n="6", check="arithmetic", expect="reproduced",
        )
    ]  # fmt: skip
    table = tables_of("coded", claims=claims)[0]
    row = next(row for row in shown(table) if row[0] == "20 to 35 years")
    assert row[:5] == ("20 to 35 years", "4", "66.7", "50%", "reproduced")
    assert "has 4 participants here; the printed number makes 3." in notes(table)


def test_numbers_are_summed_up_before_their_levels_are_counted(tables_of):
    tables = tables_of("long")
    assert [table.kind for table in tables] == [
        "characteristics", "summary", "frequencies", "frequencies", "signed_rank", "signed_rank", "rank_sum",
        "effects", "sensitivity",
    ]  # fmt: skip
    summary = tables[1]
    assert summary.title == "Expressed milk: summary of the scores, in ml"
    assert ("After", "4", "16.33", "4.74", "9.8", "11.48", "17.25", "20.25", "21.0") in shown(summary)
    for table in (*tables[4:8], summary):
        assert "The tests run on the scores (ml) of the outcome." in notes(table)
    assert "as in Tables 5 to 7" in notes(tables[7])


def test_without_levels_there_is_a_summary_only(tables_of):
    tables = tables_of("transposed")
    assert [table.kind for table in tables] == ["characteristics", "summary", "signed_rank", "effects"]
    assert "not published" not in notes(tables[0])


def test_the_other_scale_stands_beside_the_main_result(tables_of):
    table = tables_of("long")[-1]
    assert shown(table)[2] == (
        "Mann-Whitney U test: After", "8", "1.323", "0.186", "0.486", "not significant", "0.043", "significant",
    )  # fmt: skip
    (panel,) = table.panels
    decision = [column.key for column in panel.columns].index("decision")
    assert [row.cells[decision].strong for row in panel.rows] == [False, False, True]
    assert "on the categories of the outcome; in Tables 5 to 7 on the scores (ml)" in notes(table)


def in_every_format(table):
    """Return the text of a table as each format has it, without its markup."""
    markup = {"md": markdown(table), "html": html_fragment(table), "tex": latex(table)}
    markup["csv"] = csv_frame(table).to_csv()
    with zipfile.ZipFile(io.BytesIO(word_document([table]))) as document:
        markup["docx"] = re.sub("<[^>]*>", "", document.read("word/document.xml").decode("utf-8"))
    return {name: text.replace("\\", "") for name, text in markup.items()}


@pytest.mark.parametrize(("language", "words", "other"), [
    ("en", "scores (ml)", "categories"), ("id", "skor (ml)", "kategori"),
])  # fmt: skip
def test_every_format_says_what_the_tests_run_on(tables_of, language, words, other):
    kinds = []
    for table in tables_of("long", language):
        if table.kind in ("signed_rank", "rank_sum", "effects", "sensitivity"):
            kinds.append(table.kind)
            for name, text in in_every_format(table).items():
                assert words in text, (table.kind, name)
                assert (other in text) == (table.kind == "sensitivity"), (table.kind, name)
    assert kinds == ["signed_rank", "signed_rank", "rank_sum", "effects", "sensitivity"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "numbers (in years)"), ("id", "angkanya (dalam tahun)")]
)
def test_a_unit_has_a_name_in_each_language(tables_of, language, words):
    """The sheet writes 27 thn, a table in English years."""
    for example in ("coded", "app_export"):
        assert words in notes(tables_of(example, language)[0])


def test_a_checklist_is_tested_on_levels_and_its_points_are_the_other_scale(tables_of):
    tables = tables_of("two_header_rows")
    assert "summary" not in [table.kind for table in tables]
    assert tables[-1].kind == "sensitivity"
    assert "The tests run on the categories of the outcome." in notes(tables[3])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", ["coded", "long", "transposed", "two_header_rows"])
def test_every_row_is_whole_and_every_mark_has_its_note(tables_of, example, language):
    for table in tables_of(example, language):
        for panel in table.panels:
            for row in panel.rows:
                assert len(row.cells) == (1 if row.kind == "section" else len(panel.columns))
        cells = [cell for panel in table.panels for row in panel.rows for cell in panel.shown_cells(row)]
        assert {mark for cell in cells for mark in cell.marks} == {note.mark for note in table.marked_notes}


def test_words_only_and_one_scale_change_no_table(bontang, bontang_frames, tables_of):
    plain = build_tables(bontang, *bontang_frames, "en")
    empty = bontang_frames[0].iloc[:0]
    assert build_tables(bontang, *bontang_frames, "en", None, empty, empty, empty) == plain
    assert "The tests run on" not in " ".join(map(notes, plain))
