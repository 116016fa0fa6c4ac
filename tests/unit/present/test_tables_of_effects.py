"""The tables of effects, of the other scale and of the audit before they have a format."""

import pytest
from tests.cases import cases
from tests.unit.present.conftest import frame_of
from tests.unit.present.test_tables import by_kind, notes, texts

from oxymilk.present.formats import rendered
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

BETWEEN = "Mann-Whitney U test: After (day 15)"


@cases
def test_effects_of_the_study(section, stub, expected, tables):
    rows = texts(tables["en"]["effects"])
    rows = rows[rows.index((section, "", "")) :]
    assert next(row for row in rows if row[0] == stub)[1:] == tuple(expected)


def test_methods_and_notes_of_effects_are_footnotes(tables):
    table = tables["en"]["effects"]
    by_stub = {row.cell("row").text: row.cell("interval") for row in table.rows}
    (mark,) = by_stub["Ratio of shares (risk ratio)"].marks
    assert table.footnotes[mark] == "Interval: score (Miettinen and Nurminen 1985)."
    # where there is no interval there is no method of one
    assert not any(cell.marks for cell in by_stub.values() if cell.text == NO_VALUE)
    for words in (
        "scores rise from Before to After (day 15)",
        "has no interval of its own",
        "in steps from one level",
    ):
        assert words in notes(table)


@pytest.mark.parametrize(
    ("kind", "section"), [("effects", "effects"), ("explanations", "explanations"), ("claims", "tables")]
)
def test_no_english_in_the_indonesian_table(tables, kind, section):
    table = tables["id"][kind]
    english = {text for text in labels("en").section(section).values() if len(text.split()) > 3}
    cells = [cell for row in texts(table) for cell in row]
    assert english.isdisjoint([*cells, *table.notes, *table.footnotes.values()])


def test_csv_of_effects_has_ten_digits_method_and_note(tables):
    frame = frame_of(tables["en"]["effects"])
    odds = frame[frame["Effect"] == "Odds ratio (conditional estimate)"].iloc[0]
    assert (odds["Part"], odds["Estimate"], odds["Estimate (10 digits)"]) == (BETWEEN, "∞", "inf")
    assert odds["lower limit"] == "2.575544765"
    assert odds["Method"] == "Interval: exact conditional (Fisher)."


def test_what_a_page_says_otherwise_is_in_the_file_only(tables):
    table = tables["en"]["effects"]
    shown = [row.cell("row").text for row, _ in table.grid()]
    for effect in ("r = z/√N, N observations", "Median of the differences"):
        assert effect not in shown
        assert effect in set(frame_of(table)["Effect"])
    assert len(shown) == len(table.rows) - 4
    assert effect not in rendered(table, "html")


def test_the_other_scale_is_beside_the_main_result(make_example):
    table = by_kind(make_example("long"))["sensitivity"]
    assert texts(table)[2] == ("Mann-Whitney U test: After", "8", "1.323", "0.186", "0.486", "0.043")
    assert [bool(row.cell("p").marks) for row in table.rows] == [False, False, True]
    assert [spanner for spanner, _ in table.spanners()] == ["", "categories", "scores (ml)"]
    assert "main result, on the scores (ml)" in notes(table)


# ---------------------------------------------------------------- audit


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_number_has_its_row_and_its_verdict(views, tables, language):
    view, table = views[language], tables[language]["claims"]
    rows = [row for row in table.rows if not row.head]
    assert len(rows) == len(view.claims) > 100
    for row, line in zip(rows, view.claims, strict=True):
        shown = [row.cell(key).text for key in ("row", "what", "printed", "computed", "id")]
        assert shown == [line.where, line.title, line.printed, line.computed, line.id]
        assert row.cell("verdict").text == view.t(f"verdicts.{line.verdict}")
        assert row.cell("verdict").strong == (line.verdict == "differs")
    assert view.study.procedure.reason[language] in notes(table)


@cases
def test_footnotes_say_why_a_verdict_is_what_it_is(claim, language, words, bontang, make_claim, make_view):
    table = by_kind(make_view(bontang, [make_claim(**claim)], language=language))["claims"]
    assert words in notes(table)
    assert len([row for row in table.rows if row.cell("verdict").marks]) == 1


def test_wording_and_decision_of_the_paper(tables):
    # "most" is said of 50% and of 40%, not of 60%
    for words in ("wording places this percentage above 50%; the printed number does not.",
                  "gives p = 0.00138, which does not print as the number in the paper. At α = 0.05 both"):  # fmt: skip
        assert words in notes(tables["en"]["claims"])


def test_what_programs_print_on_the_same_data(views, tables):
    table = tables["en"]["programs"]
    fitting = [row for row in texts(table) if row[1] == "prints as printed"]
    assert any(row[0] == "0.001565" and "SPSS" in row[2] for row in fitting)
    heads = [row.cell("row").text for row in table.rows if row.head]
    assert len(heads) == len(views["en"].printed_tests)
    assert "Mann-Whitney U test: After (day 15); printed: 0.004" in heads


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_has_every_explanation(views, tables, language):
    t, table = labels(language), tables[language]["explanations"]
    lines = [line for claim in views[language].explained for line in claim.explanations]
    rows = [row for row in table.rows if not row.head]
    assert len(lines) == sum(row["kind"] != "none" for row in views[language].rows("explanations")) > 9
    for row, line in zip(rows, lines, strict=True):
        shown = [row.cell(key).text for key in ("row", "explanation", "coincidence")]
        assert shown == [line.row["rank"], line.description, t.percent(line.coincidence)]
        programs = [table.footnotes[mark] for mark in row.cell("explanation").marks]
        texts = filter(None, [line.row["programs"]])
        assert programs == [t("explanations.note.programs", programs=text) for text in texts]
        assert bool(row.cell("coincidence").marks) == (not line.informative)
    without = t("explanations.note.without", claims="").removesuffix(".")
    assert any(without in text for text in table.notes)


def test_csv_of_explanations_has_ids_programs_and_witness(tables, explained):
    frame, explanations = frame_of(tables["en"]["explanations"]), explained["explanations"]
    explanations = explanations[explanations["kind"] != "none"]
    columns = {
        "Witness": "witness", "Claims contradicted": "claims_contradicted", "Programs": "programs", "p": "p_value",
    }  # fmt: skip
    for column, name in columns.items():
        assert list(frame[column]) == list(explanations[name])


def test_no_table_when_nothing_has_an_explanation(changed, explained):
    explanations = explained["explanations"]
    none = explanations[explanations["kind"] == "none"]
    assert "explanations" not in by_kind(changed(explanations=none))
