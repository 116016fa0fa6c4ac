"""The tables of a study before they have a format."""

import pytest

from oxymilk.present.formats import csv_frame
from oxymilk.present.tables import build_tables
from oxymilk.study import RankSumSwitches, SignedRankSwitches
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

WITHIN, BETWEEN = SignedRankSwitches(method="exact"), RankSumSwitches(method="exact")
EXACT = {"signed_rank_switches": WITHIN, "rank_sum_switches": BETWEEN}
DECLARED, CONDITIONAL = "p, asymptotic (declared)", "p, exact conditional"
AGE = {"variable": "age", "level": "age_20_35", "n": "10", "check": "arithmetic"}
TESTED = ["frequencies"] * 2 + ["signed_rank"] * 2 + ["rank_sum", "effects"]


def texts(panel, stub=None):
    """Shown cells of the rows, or those of the row with this stub and the rows that continue it."""
    rows, inside = [], False
    for row in panel.rows:
        inside = row.cell("row").text == stub or (inside and row.kind == "more")
        columns = panel.shown_columns[:1] if row.kind == "section" else panel.shown_columns
        if stub is None or inside:
            rows.append(tuple(row.cell(column.key).text for column in columns))
    return rows


def digits(panel, stub):
    """The ten-digit value of a row."""
    return float(next(row.cell("value").digits for row in panel.rows if row.cell("row").text == stub))


def notes(table):
    return "\n".join([*table.notes, *(f"{mark} {text}" for mark, text in table.footnotes.items())])


def kinds(tables):
    return [table.kind for table in tables]


def updated(study, **parts):
    """Return the study with other values in its parts: `procedure={"basis": "stated"}`."""
    changes = {
        name: getattr(study, name).model_copy(update=values) if isinstance(values, dict) else values
        for name, values in parts.items()
    }
    return study.model_copy(update=changes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_has_its_column_and_every_mark_its_note(tables, make_example, language):
    examples = ("coded", "long", "transposed", "two_header_rows")
    made = [build_tables(make_example(example, language)) for example in examples]
    for table in sum(made, start=tables[language]):
        columns = [(panel, column.key) for panel in table.panels for column in panel.shown_columns]
        marks = {mark for panel, key in columns for row in panel.rows for mark in row.cell(key).marks}
        assert marks == set(table.footnotes)
        for panel in table.panels:
            keys = [column.key for column in panel.columns]
            assert len(set(keys)) == len(keys)
            assert {column.full for column in panel.columns} - {""} <= set(keys)
            assert sum(panel.widths()) == pytest.approx(1)
            assert sum(count for _, count in panel.spanners()) == len(panel.shown_columns)
            for row in panel.rows:
                # a characteristic as printed may have a share without a column
                assert {key for key in row.cells if not key.startswith("percent_")} <= set(keys)


def test_order_numbers_and_titles(tables):
    assert kinds(tables["en"]) == ["characteristics", *TESTED, "explanations"]
    assert [table.number for table in tables["en"]] == list(range(1, 9))
    assert tables["en"][4].title == "Milk production: Wilcoxon signed-rank test, Control group"
    assert [table.title for table in tables["id"][:7:2]] == [
        "Karakteristik responden, sebagaimana tercetak",
        "Produksi ASI: frekuensi dan persentase, kelompok Kontrol",
        "Produksi ASI: uji peringkat bertanda Wilcoxon, kelompok Kontrol",
        "Yang masih dapat dikatakan data ini: efek dengan intervalnya, dan nilai-p yang disesuaikan untuk beberapa uji",
    ]


def test_notes_say_procedure_basis_and_origin_in_the_language(bontang, tables, changed):
    for language, words in (
        ("en", "two-sided, tie-corrected"),
        ("id", "dua sisi, dengan koreksi nilai kembar"),
    ):
        for table in tables[language][3:6]:
            assert bontang.procedure.reason[language] in notes(table)
            assert words in notes(table)
    for table in tables["en"][:7]:
        assert "(basis: inferred)" in notes(table)
        assert ("reconstructed" in notes(table)) == (table.kind != "characteristics")
    assert "in Tables 4 to 6 is inferred" in notes(tables["en"][1])
    assert ["Differs: " in notes(tables["en"][k]) for k in (3, 5)] == [False, True]
    assert "The tests run on" not in " ".join(map(notes, tables["en"]))
    study = updated(bontang, procedure={"basis": "stated", "reason": None}, reconstructed=False)
    made = build_tables(changed(study=study))
    assert "(basis: stated)" in notes(made[3])
    assert not any(word in notes(table) for table in made[:7] for word in ("inferred", "reconstructed"))


def test_table_1_as_printed_has_the_numbers_that_percentages_make_and_the_rest(tables):
    table = tables["en"][0]
    (panel,) = table.panels
    assert [spanner for spanner, _ in panel.spanners()] == ["", "Oxytocin massage", "Control"]
    assert texts(panel)[:4] == [
        ("Participants", "10", "10", "reproduced", "10", "10", "reproduced"),
        ("Age",),
        ("20 to 35 years", "50%", "5", "reproduced", "50%", "5", "reproduced"),
        ("Others (not printed)", NO_VALUE, "5", NO_VALUE, NO_VALUE, "5", NO_VALUE),
    ]
    senior = [("senior high school", "50%", "5", "reproduced", "40%", "4", "reproduced")]
    assert texts(panel, "senior high school") == senior
    assert texts(panel, "has breastfed before")[0][1:3] == ("70%", "7")
    # "most" is said of 50% and of 40%, not of 60%
    for words in ("the others divide the rest is unknown", "of the single participants were not published",
                  "wording places this percentage above 50%; the printed number does not."):  # fmt: skip
        assert words in notes(table)
    marks = {row.cell("row").text: len(row.cell("printed_intervention").marks) for row in panel.rows}
    assert (marks["20 to 35 years"], marks["housewife"]) == (2, 1)


def test_table_1_says_what_a_percentage_does_not_make_and_has_no_empty_rest(bontang, make_claim, make_view):
    table = build_tables(make_view(bontang, [make_claim("33%", "percent", group="control", **AGE)]))[0]
    assert texts(table.panels[0], "20 to 35 years")[0][4:] == ("33%", NO_VALUE, "differs")
    assert "No whole number of 10 participants makes 33%; the nearest, 3, makes 30.0%." in notes(table)
    assert texts(table.panels[0], "Others (not printed)")[0][4:6] == (NO_VALUE, NO_VALUE)
    about = AGE | {"expect": "reproduced"}
    claims = [make_claim("100%", "percent", id=group, group=group, **about) for group in bontang.group_ids]
    study = updated(bontang, characteristics=bontang.characteristics[:1])
    table = build_tables(make_view(study, claims))[0]
    assert texts(table.panels[0], "Others (not printed)") == []


def test_table_1_counts_every_level_and_compares_the_groups(make_example):
    table = build_tables(make_example("coded"))[0]
    rows, dash = texts(table.panels[0]), NO_VALUE
    assert rows[1] == ("Age",)
    assert rows[2] == ("below 20 years", "1", "16.7", dash, dash, "0", "0.0", dash, dash, "0.485")
    assert rows[3][-1] == ""
    schools = ["primary school", "junior high school", "senior high school", "higher education"]
    assert [row[0] for row in rows[6:]] == schools
    assert "exact Mann-Whitney U test on the numbers (in years)" in notes(table)
    assert "Fisher's exact test on the categories" in notes(table)
    assert table.title == "Characteristics of the participants"
    # the sheet writes 27 thn, a table in English years
    assert "(dalam tahun)" in notes(build_tables(make_example("coded", "id"))[0])


def test_table_1_says_where_the_sheet_has_another_number_than_the_paper(make_example, make_claim):
    rows = texts(build_tables(make_example("coded", claims=[]))[0].panels[0])
    # without claims there are no printed columns
    assert rows[0] == ("Participants", "6", "", "6", "", "")
    assert rows[2] == ("below 20 years", "1", "16.7", "0", "0.0", "0.485")
    about = AGE | {"n": "6", "group": "intervention", "expect": "reproduced"}
    table = build_tables(make_example("coded", claims=[make_claim("50%", "percent", **about)]))[0]
    row = texts(table.panels[0], "20 to 35 years")[0]
    assert row[:5] == ("20 to 35 years", "4", "66.7", "50%", "reproduced")
    assert "has 4 participants here; the printed number makes 3." in notes(table)


def test_table_1_of_counts_shows_what_only_the_paper_has_as_printed(bontang, make_example, make_claim):
    fed = bontang.characteristics[-1]
    about = AGE | {"variable": fed.id, "level": fed.levels[0].id, "n": "6", "group": "control"}
    claims = [make_claim("50%", "percent", id=at, where=at, **about) for at in ("results", "abstract")]
    view = make_example("coded", claims=claims)
    view.study = updated(view.study, characteristics=(*view.study.characteristics, fed))
    table = build_tables(view)[0]
    row = ("has breastfed before", "", "", "", "", "3", NO_VALUE, "50%", "reproduced", "")
    assert texts(table.panels[0])[-2:] == [("Breastfeeding history",), row]
    assert "the sheet does not have this characteristic" in notes(table)
    assert "Printed in: results; abstract." in notes(table)


def test_table_3_has_each_printed_form_with_its_places(tables):
    both, in_text = "results table 3; discussion control par.\u00a01", "discussion control par.\u00a01"
    assert texts(tables["en"][2].panels[0]) == [
        ("Before",),
        ("insufficient", "10", "100", "100%", both, "reproduced"),
        ("", "", "", "10", in_text, "reproduced"),
        ("sufficient", "0", "0", NO_VALUE, "", NO_VALUE),
        ("Total", "10", "100", "", "", ""),
        ("After (day 15)",),
        ("insufficient", "7", "70", "70%", both, "reproduced"),
        ("", "", "", "7", in_text, "reproduced"),
        ("sufficient", "3", "30", "30%", both, "reproduced"),
        ("", "", "", "3", in_text, "reproduced"),
        ("Total", "10", "100", "", "", ""),
    ]


def test_three_levels_and_missing_scores(bontang, make_view):
    low, high = bontang.outcome.levels
    fair = updated(low, id="sedang", label={"en": "fair", "id": "sedang"})
    study = updated(bontang, outcome={"levels": (low, fair, high)})
    records = {"intervention": ["km", "kc", "mc", "mk", "k-", "-c"], "control": ["kk", "mk", "mm"]}
    tables = build_tables(make_view(study, records=records))
    (frequencies,) = tables[1].panels
    none = (NO_VALUE, "", NO_VALUE)
    assert texts(frequencies, "fair") == [("fair", "2", "40", *none), ("fair", "1", "20", *none)]
    assert "missing: Before 1; After (day 15) 1." in notes(tables[1])
    assert [row[2] for row in texts(tables[2].panels[0], "fair")] == ["66.7", "33.3"]
    ranks = tables[3].panels[0]
    assert texts(ranks, "Total")[0][1] == "4"
    # differences +1, +2, +1, -1: ranks 2, 4, 2 and 2
    assert texts(ranks, "Positive ranks")[0][1:4] == ("3", "2.67", "8.00")
    assert texts(ranks, "Negative ranks")[0][1:4] == ("1", "2.00", "2.00")
    for table in (tables[1], tables[3]):
        assert "n = 4. Left out because a score is missing (2): I05, I06." in notes(table)
    assert "n = 8. Left out because a score is missing (1): I05." in notes(tables[5])
    assert texts(tables[0].panels[0], "Participants")[0][1:3] == (NO_VALUE, "6")
    # the control group has no one missing
    assert "Missing" not in [row[0] for row in texts(tables[2].panels[0])]
    assert "n = 3; no participant was left out." in notes(tables[4])


@pytest.mark.parametrize(
    ("example", "expected", "on"),
    [
        ("transposed", ["characteristics", "summary", "signed_rank", "effects"], "scores"),
        # numbers are summed up before their levels are counted
        ("long", ["characteristics", "summary", *TESTED, "sensitivity"], "scores (ml) of the outcome."),
        # a checklist is tested on levels, and its points are the other scale
        ("two_header_rows", ["characteristics", *TESTED, "sensitivity"], "categories"),
    ],
)
def test_tables_of_scores_and_of_a_checklist(make_example, example, expected, on):
    tables = build_tables(make_example(example))
    assert kinds(tables) == expected
    for table in tables:
        if table.kind in ("signed_rank", "rank_sum", "effects", "summary"):
            assert f"The tests run on the {on}" in notes(table)
    assert "not published" not in notes(tables[0])
    if example == "long":
        after = ("After", "4", "16.33", "4.74", "9.8", "11.48", "17.25", "20.25", "21.0")
        assert after in texts(tables[1].panels[0])
        assert tables[1].title == "Expressed milk: summary of the scores, in ml"
        assert "as in Tables 5 to 7" in notes(tables[7])


@pytest.mark.parametrize(
    ("number", "ranks", "z", "p_value", "shown", "exact", "decision"),
    [
        (4, ("10", "5,50", "55,00"), "3,162", 0.0015654023, "0,002", 0.001953125, "signifikan"),
        (5, ("3", "2,00", "6,00"), "1,732", 0.0832645167, "0,083", 0.25, "tidak signifikan"),
    ],
)
def test_tables_4_and_5(tables, number, ranks, z, p_value, shown, exact, decision):
    table = tables["id"][number - 1]
    first, second = table.panels
    assert texts(first, "Peringkat negatif")[0][:4] == ("Peringkat negatif", "0", NO_VALUE, "0,00")
    assert texts(first, "Peringkat positif")[0][1:4] == ranks
    assert texts(first, "Nilai sama (tidak berubah)")[0][1] == str(10 - int(ranks[0]))
    assert texts(first, "Total")[0][1] == "10"
    assert texts(second, "Z")[0][1] == z
    assert f"SPSS mencetak Z = −{z}, berdasarkan peringkat negatif." in notes(table)
    declared, sign = "nilai-p asimtotik (acuan)", "<" if decision == "signifikan" else ">"
    assert [row[1:3] for row in texts(second, declared)] == [
        (shown, shown.replace(",", ".")), ("", shown), ("", f"{sign} 0.05"), ("", f"{sign} 0,05"),
    ]  # fmt: skip
    assert {row[-1] for row in texts(second, declared)} == {"tereproduksi"}
    assert digits(second, declared) == pytest.approx(p_value, abs=5e-11)
    assert digits(second, "nilai-p eksak bersyarat") == exact
    assert texts(second, "Keputusan pada α\u00a0=\u00a00,05")[0][1:3] == (decision, decision)


def test_table_6(tables):
    table = tables["en"][5]
    first, second = table.panels
    assert [row[:4] for row in texts(first)] == [
        ("Oxytocin massage", "10", "14.00", "140.00"), ("Control", "10", "7.00", "70.00"), ("Total", "20", "", ""),
    ]  # fmt: skip
    values = {row[0]: row[1] for row in texts(second) if row[0]}
    assert values["U, the smaller"] == values["U, Control"] == "15.00"
    assert (values["U, Oxytocin massage"], values["Wilcoxon W"], values["Z"]) == ("85.00", "70.00", "3.199")
    declared = texts(second, DECLARED)
    assert declared[0] == (DECLARED, "0.001", "0.004", "abstract", "differs")
    assert declared[1][2:] == ("0,004", "results table 6; discussion effect", "differs")
    cells = [cell for panel in table.panels for row in panel.rows for cell in row.cells.values()]
    assert {cell.text for cell in cells if cell.strong} == {"differs"}
    assert digits(second, DECLARED) == pytest.approx(0.0013811705, abs=5e-11)
    assert digits(second, CONDITIONAL) == pytest.approx(0.0030959752, abs=5e-11)
    for words in ("procedure gives p = 0.00138, which does not print as the number in the paper.",
                  "both are significant: the decision agrees.", "smaller U: Control.",
                  "SPSS prints Z = −3.199."):  # fmt: skip
        assert words in notes(table)


FLIPPED = {"claim": {"test": "signed_rank", "group": "control"}}
AMBIGUOUS = {"claim": {"test": "rank_sum", "check": "ambiguous", "expect": "not_checkable"}}
UNEQUAL = {"records": {"intervention": ["ck", "ck", "kc"], "control": ["ck", "kc", "kk"]}}
NOBODY = {"records": {"intervention": ["k-", "k-"], "control": ["kk", "kc"]}}
NO_SCORES = "No participant has the scores that this test needs."
ONE_GROUP = {"groups": 1, "records": {"intervention": ["kc"] * 10}}


@pytest.mark.parametrize(
    ("variant", "language", "number", "words"),
    [
        (FLIPPED, "en", 5, "is significant, the recomputed p not significant: the decision changes."),
        (FLIPPED, "id", 5, "signifikan, sedangkan hasil hitung ulang tidak signifikan: keputusannya"),
        (AMBIGUOUS, "en", 6, "Not checkable: ambiguous in the text."),
        (UNEQUAL, "en", 4, "SPSS prints Z = −0.577, based on positive ranks."),
        (UNEQUAL, "en", 5, "The sum of negative ranks equals the sum of positive ranks."),
        (NOBODY, "en", 4, NO_SCORES),
        (NOBODY, "en", 4, "Left out because a score is missing (2): I01, I02."),
        (NOBODY, "en", 6, NO_SCORES),
        (ONE_GROUP, "en", 1, "The procedure of the test in Table 3 is inferred"),
        (ONE_GROUP, "en", 4, "p: as in Table 3."),
    ],
)
def test_notes_say_what_became_of_a_test(bontang, make_claim, make_view, variant, language, number, words):
    study = updated(bontang, groups=bontang.groups[: variant.get("groups", 2)])
    claims = [make_claim(**variant["claim"])] if "claim" in variant else []
    tables = build_tables(make_view(study, claims, variant.get("records"), language))
    table = tables[number - 1]
    assert words in notes(table)
    values = {row[1] for panel in table.panels[1:] for row in texts(panel)}
    assert (values == {NO_VALUE}) == (variant is NOBODY)
    if variant is ONE_GROUP:
        assert kinds(tables) == ["characteristics", "frequencies", "signed_rank", "effects"]
        assert "Between groups" not in notes(tables[3])


@pytest.mark.parametrize(
    ("switches", "is_spss"),
    [
        ({}, True),
        ({"continuity": True}, False),
        ({"tie_correction": False}, False),
        ({"zero_method": "pratt"}, False),
    ],
)
def test_only_the_z_of_spss_is_said_to_be_printed_by_it(bontang, make_view, switches, is_spss):
    within = SignedRankSwitches(method="asymptotic", **switches)
    (table,) = [table for table in build_tables(make_view(updated(bontang, procedure={"signed_rank_switches": within})))
                if table.number == 5]  # fmt: skip
    assert "Positive when the positive ranks outweigh the negative ones." in notes(table)
    assert ("SPSS prints Z = −1.732, based on negative ranks." in notes(table)) == is_spss


def test_a_table_says_what_w_is(bontang, make_claim, make_view):
    claim = make_claim("55", quantity="w", test="signed_rank", group="intervention")
    assert "W is the sum of positive ranks." in notes(build_tables(make_view(bontang, [claim]))[3])


def test_numbers_of_cited_studies_are_not_about_our_tests(bontang, make_claim, make_view):
    claim = make_claim("0,777", test="rank_sum", check="cited", expect="not_checkable")
    tables = build_tables(make_view(bontang, [claim]))
    assert "0,777" not in "".join(csv_frame(table).to_csv() + notes(table) for table in tables)


def test_where_no_test_has_data_there_is_no_table_of_effects(bontang, make_view):
    records = {"intervention": ["k-", "k-"], "control": ["-k"]}
    assert kinds(build_tables(make_view(bontang, records=records)))[-1] == "rank_sum"


def test_exact_procedure_declared_is_not_shown_twice(bontang, make_view):
    tables = build_tables(make_view(updated(bontang, procedure=EXACT)))
    for table in tables[3:6]:
        stubs = {row[0] for row in texts(table.panels[1])}
        assert stubs & {"p, exact (declared)", CONDITIONAL} == {"p, exact (declared)"}
    assert [spanner for spanner, _ in tables[6].panels[1].spanners()] == ["", "Declared procedure"]


def test_titles_of_a_test_on_changes_and_of_a_group_named_group(bontang, make_view, changed):
    title = build_tables(make_view(updated(bontang, between="change"), language="id"))[5].title
    assert title.endswith("perubahan dari Sebelum ke Sesudah (hari ke-15)")
    control = updated(bontang.groups[1], label={"en": "Control group", "id": "Kelompok kontrol"})
    study = updated(bontang, groups=(bontang.groups[0], control))
    for language, end in (("en", "percentage, Control group"), ("id", "persentase, Kelompok kontrol")):
        assert build_tables(changed(language, study))[2].title.endswith(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_why_there_is_no_exact_p(bontang, make_view, no_memory, language):
    t = labels(language)
    for table in build_tables(make_view(bontang, language=language))[3:6]:
        within = table.kind == "signed_rank"
        marks = [mark for mark, text in table.footnotes.items() if text == t("tables.note.exact_too_large")]
        (row,) = [row for row in table.panels[1].rows if row.cell("row").text == t("tables.row.p_exact")]
        assert (row.cell("value").text == NO_VALUE) == within == bool(marks)
        assert list(row.cell("value").marks) == marks
