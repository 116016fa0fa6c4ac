"""The tables of a manuscript and its appendix before they have a format."""

import pytest
from tests.cases import cases, tables_of

from oxymilk.present.tables import build_tables
from oxymilk.present.tables.model import DIGIT_SPACE, Cell, Column, Footnotes, Row, Table, aligned
from oxymilk.study import RankSumSwitches, SignedRankSwitches
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

WITHIN, BETWEEN = SignedRankSwitches(method="exact"), RankSumSwitches(method="exact")
EXACT = {"signed_rank_switches": WITHIN, "rank_sum_switches": BETWEEN}
AUDIT = ["claims", "programs", "explanations"]
OF_LEVELS = ["characteristics", "results", "ranks", "statistics", "effects"]


def texts(table, *stubs):
    """Shown cells of every row, or of the rows with these stubs, without what only aligns them; all blanks plain."""
    rows = [
        tuple(row.cell(column.key).text.replace("\u00a0", " ") for column in table.shown_columns)
        for row in table.rows
    ]
    return [row for row in rows if row[0] in stubs or not stubs]


def notes(table):
    return "\n".join([*table.notes, *(f"{mark} {text}" for mark, text in table.footnotes.items())])


def by_kind(view):
    return {table.kind: table for table in build_tables(view)}


def updated(study, **parts):
    """Return the study with other values in its parts: `procedure={"basis": "stated"}`."""
    changes = {
        name: getattr(study, name).model_copy(update=values) if isinstance(values, dict) else values
        for name, values in parts.items()
    }
    return study.model_copy(update=changes)


@pytest.fixture(scope="module")
def three_levels(bontang):
    low, high = bontang.outcome.levels
    fair = updated(low, id="sedang", label={"en": "fair", "id": "sedang"})
    return updated(bontang, outcome={"levels": (low, fair, high)}, reconstructed=False)


THREE = {"intervention": ["km", "kc", "mc", "mk", "k-", "-c"], "control": ["kk", "mk", "mm"]}


@cases
def test_numbers_are_aligned_on_their_decimal_marks(cells, expected):
    assert [(text + end).replace(DIGIT_SPACE, "_") for text, end in aligned(cells)] == expected


def test_a_table_has_each_note_once_and_a_letter_moves_no_number():
    marks = Footnotes()
    cells = [Cell("0.1", marks.mark("First.")), Cell("0.2"), Cell("0.3", marks.mark("First."))]
    rows = tuple(Row(str(n), {"p": cell}) for n, cell in enumerate(cells))
    columns = (Column("row", "Row", "left"), Column("p", "p"))
    table = Table("en", "kind", "1", "Title", columns, rows, ("Once.", "", "Once."), marks)
    assert (table.notes, table.footnotes) == (("Once.",), {"a": "First."})
    assert [cells[1].marks for _, cells in table.grid()] == [("a",), (DIGIT_SPACE,), ("a",)]
    assert Footnotes({letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"}).mark("More.") == ("aa",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_has_its_column_and_every_mark_its_note(tables, make_example, language):
    examples = ("coded", "long", "transposed", "two_header_rows", "visits")
    made = [table for example in examples for table in build_tables(make_example(example, language))]
    for table in [*made, *tables[language].values()]:
        keys = [column.key for column in table.columns]
        marks = {mark for row in table.rows for key in keys for mark in row.cell(key).marks}
        marks |= {mark for column in table.columns for mark in column.marks}
        assert marks == set(table.footnotes)
        assert len(set(keys)) == len(keys)
        assert keys[0] == "row"
        assert sum(table.widths()) == pytest.approx(1)
        assert sum(count for _, count in table.spanners()) == len(table.shown_columns)
        assert all(set(row.cells) <= set(keys) for row in table.rows)


@cases
def test_without_a_paper_nothing_of_one_is_in_any_table(example, kinds, make_example):
    words = (
        *["print", "verdict", "reproduced", "paper", "tercetak", "artikel", "tereproduksi"],
        "hasil pemeriksaan",
    )
    for language in LANGUAGES:
        made = by_kind(make_example(example, language, claims=[]))
        assert list(made) == kinds
        numbers = [table.number for table in made.values()]
        assert numbers == ["1", "2", *(f"A{n}" for n in range(1, len(kinds) - 1))]
        for table in made.values():
            said = [table.title, *table.notes, *table.footnotes.values(), *(c.label for c in table.columns)]
            said += [cell for row in texts(table) for cell in row]
            assert not [text for text in said for word in words if word in text.casefold()]


def test_with_a_paper_the_audit_has_tables_of_its_own(tables):
    assert list(tables["en"]) == [*OF_LEVELS, *AUDIT]
    assert [tables["en"][kind].number for kind in AUDIT] == ["B1", "B2", "B3"]


# ---------------------------------------------------------------- characteristics


def test_characteristics_are_described_and_the_groups_compared(make_example):
    table = by_kind(make_example("coded", claims=[]))["characteristics"]
    assert [column.label for column in table.columns][1:] == [
        "Oxytocin massage (n\u00a0=\u00a06)", "Control (n\u00a0=\u00a06)", "Standardised difference",
    ]  # fmt: skip
    assert [list(row) for row in texts(table)[:9]] == tables_of(__file__)["rows_of_characteristics"]
    assert texts(table, "Milk production, Before, n (%)") == [
        ("Milk production, Before, n (%)", "", "", "0.63")
    ]
    assert "p-values" not in notes(table)


def test_p_values_at_baseline_only_where_they_are_asked_for(make_example):
    view = make_example("coded", claims=[])
    view.study = updated(view.study, baseline_tests=True)
    table = by_kind(view)["characteristics"]
    assert [row[-1] for row in texts(table, "Age (years)", "Education, n (%)")] == ["0.485", "1.000"]
    for words in (
        "test nothing where chance formed the groups",
        "a Exact Mann-Whitney",
        "b Fisher's exact test",
    ):
        assert words in notes(table)


def test_characteristics_that_only_the_paper_has_are_what_its_percentages_make(tables):
    table = tables["en"]["characteristics"]
    assert texts(table)[:4] == [
        ("Age, n (%)", "", "", ""), ("20 to 35 years", "5 (50)", "5 (50)", ""),
        ("Education, n (%)", "", "", ""), ("senior high school", "5 (50)", "4 (40)", ""),
    ]  # fmt: skip
    assert "as printed in the paper" in notes(table)


@cases
def test_a_difference_that_is_not_defined_is_said(records, difference, bontang, make_view):
    table = by_kind(make_view(bontang, records=records))["characteristics"]
    assert texts(table)[0][-1] == difference
    assert ("nothing varies" in notes(table)) == (difference == NO_VALUE)


# ---------------------------------------------------------------- results


def test_results_of_the_paper_in_one_table(tables):
    table = tables["en"]["results"]
    assert table.number == "2"
    assert table.spanners()[1] == ("Sufficient, n (%)", 2)
    assert texts(table) == [
        ("Oxytocin massage", "10", "0 (0)", "10 (100)", "10 / 0 / 0", "0.002"),
        ("Control", "10", "0 (0)", "3 (30)", "3 / 7 / 0", "0.083"),
        ("Difference between groups (95% CI)", "", "0 points", "70 points (29 to 89)", "0.70 (0.19 to 0.90)", "0.001"),
        ("Comparison of the groups, change", "", "", "", "", "0.001"),
    ]  # fmt: skip
    for words in ("All tests two-sided.",
                  "a Wilcoxon signed-rank test within the group; exact p\u00a0=\u00a00.002; 0.250",
                  "(primary comparison): U\u00a0=\u00a015.0, Z\u00a0=\u00a0−3.20; exact p\u00a0=\u00a00.003.",
                  "test, change (secondary comparison)", "was reconstructed from the counts"):  # fmt: skip
        assert words in notes(table)
    assert "scores that a test needs" not in notes(table)  # nobody was left out
    assert texts(tables["id"]["results"])[2][3:] == ("70 poin (29–89)", "0,70 (0,19–0,90)", "0,001")


def test_results_of_three_levels_have_a_row_a_level_and_say_who_is_missing(three_levels, make_view):
    table = by_kind(make_view(three_levels, records=THREE))["results"]
    assert texts(table)[:5] == [
        ("Oxytocin massage", "6", "", "", "3 / 0 / 1", "0.257"),
        ("insufficient", "", "3 (60.0)", "1 (20.0)", "", ""),
        ("fair", "", "2 (40.0)", "1 (20.0)", "", ""),
        ("sufficient", "", "0 (0.0)", "3 (60.0)", "", ""),
        ("Control", "3", "", "", "0 / 2 / 1", "0.317"),
    ]
    assert "Missing scores: Oxytocin massage, Before: 1; Oxytocin massage, After (day 15): 1." in notes(table)
    assert "needs: Wilcoxon signed-rank test: Oxytocin massage, 4; Wilcoxon" in notes(table)
    # people's codes are not for a manuscript
    assert "I05" not in notes(table)
    assert "Rank-biserial correlation" in notes(table)


def test_results_of_numbers_are_medians_quartiles_and_shifts(make_example):
    table = by_kind(make_example("long"))["results"]
    assert table.title.startswith("Expressed milk (ml)")
    assert [spanner for spanner, _ in table.spanners()] == ["", "Median (Q1–Q3)", ""]
    assert texts(table)[0][2:] == (
        "5.25 (4.75–5.68)", "17.25 (14.83–18.75)", "12.50 (10.28–13.38)", "0.066",
    )  # fmt: skip
    assert texts(table)[2][2:] == ("0.15", "9.95 (−2.50 to 17.10)", "10.30 (−2.70 to 16.00)", "0.043")
    assert "quartiles (R type 7)" in notes(table)


def test_results_of_one_group_have_its_change_and_all_timepoints_are_shown(make_example):
    table = by_kind(make_example("transposed"))["results"]
    assert [row[0] for row in texts(table)] == ["Oxytocin massage", "Change (95% CI)"]
    assert "Hodges-Lehmann shift, After less Before" in notes(table)
    table = by_kind(make_example("visits"))["results"]
    assert [column.key for column in table.columns] == ["row", "n", "pre", "day7", "post", "change", "p"]
    assert texts(table)[2][3] == ""


def test_the_comparison_that_the_study_names_is_the_primary_one(bontang, make_view):
    table = by_kind(make_view(updated(bontang, between="change")))["results"]
    assert [row[0] for row in texts(table)][2:] == [
        "Difference between groups (95% CI)", "Comparison of the groups, After (day 15)",
    ]  # fmt: skip
    assert "test, change (primary comparison)" in notes(table)


def test_an_exact_test_is_said_to_be_exact(bontang, make_view):
    made = by_kind(make_view(updated(bontang, procedure=EXACT)))
    for words in (
        "a Exact Wilcoxon",
        "Exact Mann-Whitney U test, After (day 15) (primary comparison): U\u00a0=\u00a015.0.",
    ):
        assert words in notes(made["results"])
    assert [row[1:] for row in texts(made["statistics"], "p")] == [("0.002", "0.250", "0.003")]
    assert texts(made["statistics"], "Exact p") == []


def test_where_nobody_can_be_tested_there_is_no_p(bontang, make_view):
    records = {"intervention": ["k-", "k-"], "control": ["-k", "-k"]}
    made = by_kind(make_view(bontang, records=records))
    assert list(made) == ["characteristics", "results", "ranks", "statistics"]
    assert [row[4:] for row in texts(made["results"])] == [(NO_VALUE, NO_VALUE)] * 2
    assert "No participant has the scores" in notes(made["statistics"])


# ---------------------------------------------------------------- appendix


def test_ranks_and_statistics_are_those_of_spss(tables):
    ranks, statistics = tables["id"]["ranks"], tables["id"]["statistics"]
    assert texts(ranks, "Peringkat negatif")[0][1:] == ("0", NO_VALUE, "0,00")
    assert [row[1:] for row in texts(ranks, "Peringkat positif")] == [
        ("10", "5,50", "55,00"),
        ("3", "2,00", "6,00"),
    ]
    assert [row[1:] for row in texts(ranks, "Nilai sama", "Total")[1::2]] == [("10", "", "")] * 2
    assert texts(ranks, "Kontrol")[-1][1:] == ("10", "7,00", "70,00")
    assert [list(row) for row in texts(statistics)] == tables_of(__file__)["rows_of_statistics"]
    digits = [float(row.cell("test_2").digits) for row in statistics.rows if row.stub == "p"]
    assert digits == [pytest.approx(0.0013811705, abs=5e-11)]
    assert "Berdasarkan peringkat negatif." in notes(statistics)
    assert "dua sisi, dengan koreksi nilai kembar" in notes(statistics)


@cases
def test_only_the_z_of_spss_is_written_as_it_writes_it(switches, z, note, bontang, make_view):
    within = SignedRankSwitches(method="asymptotic", **switches)
    table = by_kind(make_view(updated(bontang, procedure={"signed_rank_switches": within})))["statistics"]
    assert texts(table, "Z")[0][2] == z
    assert note in notes(table)


@cases
def test_the_ranks_that_z_is_based_on(records, note, bontang, make_view):
    assert note in notes(by_kind(make_view(bontang, records=records))["statistics"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_why_there_is_no_exact_p(bontang, make_view, no_memory, language):
    t, table = labels(language), by_kind(make_view(bontang, language=language))["statistics"]
    (row,) = (row for row in table.rows if row.stub == t("tables.row.p_exact"))
    assert [row.cell(f"test_{n}").text == NO_VALUE for n in range(3)] == [True, True, False]
    assert t("tables.note.exact_too_large") in notes(table)
    within = by_kind(make_view(bontang, language=language))["results"].footnotes["a"]
    assert within == t("tables.note.within", exact="")


def test_scores_are_summarised_with_their_change(make_example):
    table = by_kind(make_example("long"))["summary"]
    assert ("After", "4", "16.33", "4.74", "9.8", "14.83", "17.25", "18.75", "21.0") in texts(table)
    assert [row[0] for row in texts(table)] == ["Oxytocin massage", "Before", "After", "Change", "Control", "Before",
                                                "After", "Change"]  # fmt: skip


def test_the_scale_of_the_tests_is_named_where_there_are_two(make_example):
    for example, on in (
        ("long", "scores (ml)"),
        ("transposed", "scores (gram)"),
        ("two_header_rows", "categories"),
    ):
        made = by_kind(make_example(example))
        assert f"The tests run on the {on} of the outcome." in notes(made["ranks"])
    assert "The tests run on" not in notes(by_kind(make_example("coded"))["ranks"])
