"""The tables of effects, of the other scale and of explanations before they have a format."""

import pytest

from oxymilk.present.formats import csv_frame
from oxymilk.present.tables import build_tables
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

WITHIN, BETWEEN = "Wilcoxon signed-rank test: Control", "Mann-Whitney U test: After (day 15)"


def texts(panel):
    return [tuple(row.cell(column.key).text for column in panel.shown_columns) for row in panel.rows]


@pytest.mark.parametrize(
    ("section", "stub", "expected"),
    [
        (WITHIN, "Share that rose less share that fell", ("0.30", "−0.06", "0.60")),
        (WITHIN, "Odds: those that rose for each that fell", ("∞", "0.41", "∞")),
        (WITHIN, "r = z/√N, N pairs", ("0.55", NO_VALUE, NO_VALUE)),
        (BETWEEN, "Rank-biserial correlation (Cliff's delta)", ("0.70", "0.19", "0.90")),
        (BETWEEN, "Number needed to treat", ("1.43", "1.12", "3.46")),
    ],
)
def test_effects_of_the_study(tables, section, stub, expected):
    sizes = tables["en"][6].panels[0]
    rows = texts(sizes)
    rows = rows[rows.index((section, "", "", "")) :]
    assert next(row for row in rows if row[0] == stub)[1:] == expected
    assert [spanner for spanner, _ in sizes.spanners()] == ["", "95% interval"]


def test_p_values_adjusted_and_least(tables):
    rows = {row[0]: row[1:] for row in texts(tables["en"][6].panels[1])}
    assert rows[BETWEEN] == ("0.001", "0.004", "0.001", "0.003", "0.006", "0.003")
    assert rows[WITHIN] == ("0.083",) * 3 + ("0.250",) * 3


def test_methods_and_notes_of_effects_are_footnotes(tables):
    table = tables["en"][6]
    by_stub = {row.cell("row").text: row.cell("high") for row in table.panels[0].rows}
    (mark,) = by_stub["Ratio of shares (risk ratio)"].marks
    assert table.footnotes[mark] == "Interval: score (Miettinen and Nurminen 1985)."
    # where there is no interval there is no method of one
    assert not any(cell.marks for cell in by_stub.values() if cell.text == NO_VALUE)
    for words in ("scores rise from Before to After (day 15)", "p: as in Tables 4 to 6.",
                  "has no interval of its own", "in steps from one level to the next"):  # fmt: skip
        assert words in " ".join(table.notes)


@pytest.mark.parametrize(("number", "section"), [(6, "effects"), (7, "explanations")])
def test_no_english_in_the_indonesian_table(tables, number, section):
    table = tables["id"][number]
    english = {text for text in labels("en").section(section).values() if len(text.split()) > 3}
    cells = [cell.text for panel in table.panels for row in panel.rows for cell in row.cells.values()]
    assert english.isdisjoint([*cells, *table.notes, *table.footnotes.values()])


def test_csv_of_effects_has_ten_digits_method_and_note(tables):
    frame = csv_frame(tables["en"][6])
    odds = frame[frame["Row"] == "Odds ratio (conditional estimate)"].iloc[0]
    assert (odds["Estimate"], odds["Estimate (10 digits)"]) == ("∞", "inf")
    assert odds["lower limit (10 digits)"] == "2.575544765"
    assert odds["Method"] == "Interval: exact conditional (Fisher)."
    tested = frame[frame["Part"] == "p-values"].iloc[2]
    assert tested["Exact conditional: p (10 digits)"] == "0.003095975232"


def test_the_other_scale_is_beside_the_main_result(make_example):
    table = build_tables(make_example("long"))[-1]
    (panel,) = table.panels
    assert texts(panel)[2] == (
        "Mann-Whitney U test: After", "8", "1.323", "0.186", "0.486", "not significant", "0.043", "significant",
    )  # fmt: skip
    assert [row.cell("decision").strong for row in panel.rows] == [False, False, True]
    assert "on the categories of the outcome; in Tables 5 to 7 on the scores (ml)" in " ".join(table.notes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_has_every_explanation(views, tables, language):
    t, table = labels(language), tables[language][7]
    lines = [line for claim in views[language].explained for line in claim.explanations]
    rows = [row for row in table.panels[0].rows if row.kind != "section"]
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
    frame, explanations = csv_frame(tables["en"][7]), explained["explanations"]
    explanations = explanations[explanations["kind"] != "none"]
    columns = {
        "Witness": "witness", "Claims contradicted": "claims_contradicted", "Programs": "programs", "p": "p_value",
    }  # fmt: skip
    for column, name in columns.items():
        assert list(frame[column]) == list(explanations[name])


def test_no_table_when_nothing_has_an_explanation(changed, explained):
    explanations = explained["explanations"]
    none = explanations[explanations["kind"] == "none"]
    assert len(build_tables(changed(explanations=none))) == 7
