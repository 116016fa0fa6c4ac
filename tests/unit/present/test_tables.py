"""The tables of a study before they have a format."""

import pytest

from oxymilk.present.formats import csv_frame
from oxymilk.present.tables import build_tables
from oxymilk.study import RankSumSwitches, SignedRankSwitches
from oxymilk.texts import LANGUAGES, NO_VALUE, labels

EXAMPLES = ("coded", "long", "transposed", "two_header_rows")
EXACT = {
    "signed_rank_switches": SignedRankSwitches(method="exact"),
    "rank_sum_switches": RankSumSwitches(method="exact"),
}
DECLARED, CONDITIONAL = "p, asymptotic (declared)", "p, exact conditional"


@pytest.fixture(scope="module")
def tables(views):
    return {language: build_tables(view) for language, view in views.items()}


def texts(panel, stub=None):
    """Shown cells of the rows, or those of the row with this stub and the rows that continue it."""
    rows, inside = [], False
    for row in panel.rows:
        inside = row.cell("row").text == stub or (inside and row.kind == "more")
        if stub is None or inside:
            rows.append(tuple(cell.text for cell in panel.shown_cells(row)))
    return rows


def full(panel, stub):
    """The ten-digit value of a row."""
    return float(next(row.cell("full").text for row in panel.rows if row.cell("row").text == stub))


def notes(table):
    return "\n".join(f"{note.mark} {note.text}".strip() for note in table.notes)


def kinds(tables):
    return [table.kind for table in tables]


def updated(study, **parts):
    """Return the study with other values in its parts: `procedure={"basis": "stated"}`."""
    changes = {
        name: getattr(study, name).model_copy(update=values) if isinstance(values, dict) else values
        for name, values in parts.items()
    }
    return study.model_copy(update=changes)


# ---------------------------------------------------------------- all tables


def assert_whole(tables):
    for table in tables:
        cells = [cell for panel in table.panels for row in panel.rows for cell in panel.shown_cells(row)]
        assert {mark for cell in cells for mark in cell.marks} == {note.mark for note in table.marked_notes}
        for panel in table.panels:
            keys = [column.key for column in panel.columns]
            assert len(set(keys)) == len(keys)
            assert sum(panel.widths()) == pytest.approx(1)
            assert sum(count for _, count in panel.spanners()) == len(panel.shown_columns)
            for row in panel.rows:
                # a characteristic as printed may have a share without a column
                assert {key for key in row.cells if not key.startswith("percent_")} <= set(keys)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_has_its_column_and_every_mark_its_note(tables, make_example, language):
    assert_whole(tables[language])
    for example in EXAMPLES:
        assert_whole(build_tables(make_example(example, language)))


def test_order_numbers_and_titles(tables):
    assert [(table.number, table.kind) for table in tables["en"]] == [
        (1, "characteristics"), (2, "frequencies"), (3, "frequencies"), (4, "signed_rank"), (5, "signed_rank"),
        (6, "rank_sum"), (7, "effects"), (8, "explanations"),
    ]  # fmt: skip
    assert tables["en"][4].title == "Milk production: Wilcoxon signed-rank test, Control group"
    assert [table.title for table in tables["id"][:7]] == [
        "Karakteristik responden, sebagaimana tercetak",
        "Produksi ASI: frekuensi dan persentase, kelompok Pijat oksitosin",
        "Produksi ASI: frekuensi dan persentase, kelompok Kontrol",
        "Produksi ASI: uji peringkat bertanda Wilcoxon, kelompok Pijat oksitosin",
        "Produksi ASI: uji peringkat bertanda Wilcoxon, kelompok Kontrol",
        "Produksi ASI: uji Mann-Whitney U antarkelompok, Sesudah (hari ke-15)",
        "Yang masih dapat dikatakan data ini: efek dengan intervalnya, dan nilai-p yang disesuaikan untuk beberapa uji",
    ]


def test_notes_say_procedure_basis_and_origin_in_the_language(bontang, tables):
    words = {
        "en": "asymptotic (normal approximation), two-sided, tie-corrected",
        "id": "asimtotik (pendekatan normal), dua sisi, dengan koreksi nilai kembar",
    }
    for language in LANGUAGES:
        for table in tables[language][3:6]:
            assert bontang.procedure.reason[language] in notes(table)
            assert words[language] in notes(table)
    for table in tables["en"][:7]:
        assert "(basis: inferred)" in notes(table)
        assert ("reconstructed" in notes(table)) == (table.kind != "characteristics")
    assert "in Tables 4 to 6 is inferred" in notes(tables["en"][1])
    assert ["Differs: " in notes(tables["en"][k]) for k in (3, 5)] == [False, True]
    assert "The tests run on" not in " ".join(map(notes, tables["en"]))


def test_only_a_verdict_that_differs_is_in_bold(tables):
    cells = [cell for panel in tables["en"][5].panels for row in panel.rows for cell in row.cells.values()]
    assert {cell.text for cell in cells if cell.strong} == {"differs"}


def test_stated_basis_and_original_data(bontang, changed):
    study = updated(bontang, procedure={"basis": "stated", "reason": None}, reconstructed=False)
    made = build_tables(changed(study=study))
    assert "(basis: stated)" in notes(made[3])
    assert not any(word in notes(table) for table in made[:7] for word in ("inferred", "reconstructed"))


# ---------------------------------------------------------------- characteristics


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
    assert "how the others divide the rest is unknown" in notes(table)
    assert "the characteristics of the single participants were not published" in notes(table)
    # "most" is said of 50% and of 40%, not of 60%
    wording = "The paper's wording places this percentage above 50%; the printed number does not."
    assert wording in notes(table)
    marks = {row.cell("row").text: len(row.cell("printed_intervention").marks) for row in panel.rows}
    assert (marks["20 to 35 years"], marks["housewife"]) == (2, 1)


AGE = {"variable": "age", "level": "age_20_35", "n": "10", "check": "arithmetic"}


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
    assert [row[0] for row in rows[6:]] == [
        "primary school", "junior high school", "senior high school", "higher education",
    ]  # fmt: skip
    assert "exact Mann-Whitney U test on the numbers (in years)" in notes(table)
    assert "Fisher's exact test on the categories" in notes(table)
    assert table.title == "Characteristics of the participants"


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
    # the sheet writes 27 thn, a table in English years
    assert "(dalam tahun)" in notes(build_tables(make_example("coded", "id"))[0])


# ---------------------------------------------------------------- frequencies and summaries


def test_table_3_has_each_printed_form_with_its_places(tables):
    both = "results table 3; discussion control par.\u00a01"
    in_text = "discussion control par.\u00a01"
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
    assert texts(frequencies, "Missing")[0][:2] == ("Missing", "1")
    assert texts(frequencies, "Total")[0][:3] == ("Total", "5", "100")
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


def test_numbers_are_summed_up_before_their_levels_are_counted(make_example):
    tables = build_tables(make_example("long"))
    assert kinds(tables) == [
        "characteristics", "summary", "frequencies", "frequencies", "signed_rank", "signed_rank", "rank_sum",
        "effects", "sensitivity",
    ]  # fmt: skip
    summary = tables[1]
    assert summary.title == "Expressed milk: summary of the scores, in ml"
    after = ("After", "4", "16.33", "4.74", "9.8", "11.48", "17.25", "20.25", "21.0")
    assert after in texts(summary.panels[0])
    for table in (*tables[4:8], summary):
        assert "The tests run on the scores (ml) of the outcome." in notes(table)
    assert "as in Tables 5 to 7" in notes(tables[7])


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("transposed", ["characteristics", "summary", "signed_rank", "effects"]),
        # a checklist is tested on levels, and its points are the other scale
        ("two_header_rows", [
            "characteristics", *["frequencies"] * 2, *["signed_rank"] * 2, "rank_sum", "effects", "sensitivity",
        ]),
    ],
)  # fmt: skip
def test_tables_of_scores_without_levels_and_of_a_checklist(make_example, example, expected):
    tables = build_tables(make_example(example))
    assert kinds(tables) == expected
    on = "categories" if example == "two_header_rows" else "scores"
    assert f"The tests run on the {on}" in notes(tables[expected.index("signed_rank")])
    assert "not published" not in notes(tables[0])


# ---------------------------------------------------------------- tests


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
    assert full(second, declared) == pytest.approx(p_value, abs=5e-11)
    assert full(second, "nilai-p eksak bersyarat") == exact
    assert texts(second, "Keputusan pada α\u00a0=\u00a00,05")[0][1:3] == (decision, decision)


def test_table_6(tables):
    table = tables["en"][5]
    first, second = table.panels
    assert [row[:4] for row in texts(first)] == [
        ("Oxytocin massage", "10", "14.00", "140.00"),
        ("Control", "10", "7.00", "70.00"),
        ("Total", "20", "", ""),
    ]
    values = {row[0]: row[1] for row in texts(second) if row[0]}
    assert values["U, the smaller"] == values["U, Control"] == "15.00"
    assert (values["U, Oxytocin massage"], values["Wilcoxon W"], values["Z"]) == ("85.00", "70.00", "3.199")
    declared = texts(second, DECLARED)
    assert declared[0] == (DECLARED, "0.001", "0.004", "abstract", "differs")
    assert declared[1][2:] == ("0,004", "results table 6; discussion effect", "differs")
    assert full(second, DECLARED) == pytest.approx(0.0013811705, abs=5e-11)
    assert full(second, CONDITIONAL) == pytest.approx(0.0030959752, abs=5e-11)
    for words in (
        "The declared procedure gives p = 0.00138, which does not print as the number in the paper.",
        "At α = 0.05 both are significant: the decision agrees.",
        "Rank sum of the group with the smaller U: Control.",
        "SPSS prints Z = −3.199.",
    ):
        assert words in notes(table)


@pytest.mark.parametrize(
    ("claim", "language", "table", "expected"),
    [
        ({"test": "signed_rank", "group": "control"}, "en", 4,
         "the printed p is significant, the recomputed p not significant: the decision changes."),
        ({"test": "signed_rank", "group": "control"}, "id", 4,
         "yang tercetak signifikan, sedangkan hasil hitung ulang tidak signifikan: keputusannya berubah."),
        ({"test": "rank_sum", "check": "ambiguous", "expect": "not_checkable"}, "en", 5,
         "Not checkable: ambiguous in the text."),
    ],
)  # fmt: skip
def test_what_became_of_a_printed_p_is_said(bontang, make_claim, make_view, claim, language, table, expected):
    tables = build_tables(make_view(bontang, [make_claim(**claim)], language=language))
    assert expected in notes(tables[table])


def test_numbers_of_cited_studies_are_not_about_our_tests(bontang, make_claim, make_view):
    claim = make_claim("0,777", test="rank_sum", check="cited", expect="not_checkable")
    assert "0,777" not in repr(build_tables(make_view(bontang, [claim])))


def test_z_says_which_ranks_spss_bases_it_on(bontang, make_view):
    records = {"intervention": ["ck", "ck", "kc"], "control": ["ck", "kc", "kk"]}
    tables = build_tables(make_view(bontang, records=records))
    assert "SPSS prints Z = −0.577, based on positive ranks." in notes(tables[3])
    assert texts(tables[3].panels[1], "Z")[0][1] == "−0.577"
    assert "The sum of negative ranks equals the sum of positive ranks." in notes(tables[4])


def test_one_group_has_nothing_between_groups(bontang, make_view):
    study = updated(bontang, groups=bontang.groups[:1])
    tables = build_tables(make_view(study, records={"intervention": ["kc"] * 10}))
    assert kinds(tables) == ["characteristics", "frequencies", "signed_rank", "effects"]
    assert "The procedure of the test in Table 3 is inferred" in notes(tables[0])
    assert "Between groups" not in notes(tables[3])
    assert "p: as in Table 3." in notes(tables[3])


def test_nobody_has_both_scores(bontang, make_view):
    records = {"intervention": ["k-", "k-"], "control": ["kk", "kc"]}
    tables = build_tables(make_view(bontang, records=records))
    for table in (tables[3], tables[5]):
        assert "No participant has the scores that this test needs." in notes(table)
        assert {row[1] for row in texts(table.panels[1])} == {NO_VALUE}
    assert "Left out because a score is missing (2): I01, I02." in notes(tables[3])
    # where no test has data there is no table of effects
    records = {"intervention": ["k-", "k-"], "control": ["-k"]}
    assert kinds(build_tables(make_view(bontang, records=records)))[-1] == "rank_sum"


def test_exact_procedure_declared_is_not_shown_twice(bontang, make_view):
    tables = build_tables(make_view(updated(bontang, procedure=EXACT)))
    for table in tables[3:6]:
        stubs = [row[0] for row in texts(table.panels[1])]
        assert "p, exact (declared)" in stubs
        assert CONDITIONAL not in stubs
    assert [spanner for spanner, _ in tables[6].panels[1].spanners()] == ["", "Declared procedure"]


def test_titles_of_a_test_on_changes_and_of_a_group_named_group(bontang, make_view, changed):
    title = build_tables(make_view(updated(bontang, between="change"), language="id"))[5].title
    assert title.endswith("perubahan dari Sebelum ke Sesudah (hari ke-15)")
    first, second = bontang.groups
    control = updated(second, label={"en": "Control group", "id": "Kelompok kontrol"})
    study = updated(bontang, groups=(first, control))
    for language, end in (("en", "percentage, Control group"), ("id", "persentase, Kelompok kontrol")):
        assert build_tables(changed(language, study))[2].title.endswith(end)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_why_there_is_no_exact_p(bontang, make_view, no_memory, language):
    t = labels(language)
    for table in build_tables(make_view(bontang, language=language))[3:6]:
        within = table.kind == "signed_rank"
        marks = [note.mark for note in table.notes if note.text == t("tables.note.exact_too_large")]
        (row,) = [row for row in table.panels[1].rows if row.cell("row").text == t("tables.row.p_exact")]
        assert (row.cell("value").text == NO_VALUE) == within == bool(marks)
        assert list(row.cell("value").marks) == marks


def test_the_other_scale_is_beside_the_main_result(make_example):
    table = build_tables(make_example("long"))[-1]
    (panel,) = table.panels
    assert texts(panel)[2] == (
        "Mann-Whitney U test: After", "8", "1.323", "0.186", "0.486", "not significant", "0.043", "significant",
    )  # fmt: skip
    assert [row.cell("decision").strong for row in panel.rows] == [False, False, True]
    assert "on the categories of the outcome; in Tables 5 to 7 on the scores (ml)" in notes(table)


# ---------------------------------------------------------------- effects


@pytest.mark.parametrize(
    ("section", "stub", "expected"),
    [
        ("Wilcoxon signed-rank test: Control", "Share that rose less share that fell", ("0.30", "−0.06", "0.60")),
        ("Wilcoxon signed-rank test: Control", "Odds: those that rose for each that fell", ("∞", "0.41", "∞")),
        ("Wilcoxon signed-rank test: Control", "r = z/√N, N pairs", ("0.55", NO_VALUE, NO_VALUE)),
        ("Mann-Whitney U test: After (day 15)", "Rank-biserial correlation (Cliff's delta)", ("0.70", "0.19", "0.90")),
        ("Mann-Whitney U test: After (day 15)", "Number needed to treat", ("1.43", "1.12", "3.46")),
    ],
)  # fmt: skip
def test_effects_of_the_study(tables, section, stub, expected):
    sizes = tables["en"][6].panels[0]
    rows = texts(sizes)
    rows = rows[rows.index((section,)) :]
    assert next(row for row in rows if row[0] == stub)[1:] == expected
    assert [spanner for spanner, _ in sizes.spanners()] == ["", "95% interval"]


def test_p_values_adjusted_and_least(tables):
    panel = tables["en"][6].panels[1]
    assert [
        texts(panel, f"{test}")[0][1:]
        for test in (
            "Mann-Whitney U test: After (day 15)",
            "Wilcoxon signed-rank test: Control",
        )
    ] == [("0.001", "0.004", "0.001", "0.003", "0.006", "0.003"), ("0.083",) * 3 + ("0.250",) * 3]


def test_methods_and_notes_of_effects_are_footnotes(tables):
    table = tables["en"][6]
    marked = {note.mark: note.text for note in table.marked_notes}
    by_stub = {row.cell("row").text: row.cell("high") for row in table.panels[0].rows}
    (mark,) = by_stub["Ratio of shares (risk ratio)"].marks
    assert marked[mark] == "Interval: score (Miettinen and Nurminen 1985)."
    # where there is no interval there is no method of one
    assert not any(cell.marks for cell in by_stub.values() if cell.text == NO_VALUE)
    for words in (
        "scores rise from Before to After (day 15)", "p: as in Tables 4 to 6.", "has no interval of its own",
        "in steps from one level to the next",
    ):  # fmt: skip
        assert words in notes(table)


@pytest.mark.parametrize(("number", "section"), [(6, "effects"), (7, "explanations")])
def test_no_english_in_the_indonesian_table(tables, number, section):
    table = tables["id"][number]
    english = {text for text in labels("en").section(section).values() if len(text.split()) > 3}
    cells = [cell.text for panel in table.panels for row in panel.rows for cell in row.cells.values()]
    assert english.isdisjoint([*cells, *(note.text for note in table.notes)])


def test_csv_of_effects_has_ten_digits_method_and_note(tables):
    frame = csv_frame(tables["en"][6])
    odds = frame[frame["Row"] == "Odds ratio (conditional estimate)"].iloc[0]
    assert (odds["Estimate"], odds["Estimate (10 digits)"]) == ("∞", "inf")
    assert odds["lower limit (10 digits)"] == "2.575544765"
    assert odds["Method"] == "Interval: exact conditional (Fisher)."
    tested = frame[frame["Part"] == "p-values"].iloc[2]
    assert tested["Exact conditional: p (10 digits)"] == "0.003095975232"


# ---------------------------------------------------------------- explanations


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_has_every_explanation(views, tables, language):
    t, table = labels(language), tables[language][7]
    lines = [line for claim in views[language].explained for line in claim.explanations]
    rows = [row for row in table.panels[0].rows if row.kind != "section"]
    marked = {note.mark: note.text for note in table.marked_notes}
    assert len(lines) == sum(row["kind"] != "none" for row in views[language].rows("explanations")) > 9
    for row, line in zip(rows, lines, strict=True):
        n, others, programs = (
            len(line.contradicted),
            len(line.contradicted) + len(line.kept),
            line.row["programs"],
        )
        assert tuple(cell.text for cell in table.panels[0].shown_cells(row)) == (
            line.row["rank"],
            line.description,
            t(f"explanations.kind.{line.row['kind']}"),
            t("explanations.of", n=n, total=others) if others else NO_VALUE,
            t.percent(line.coincidence),
        )
        said = [[marked[mark] for mark in row.cell(key).marks] for key in ("coincidence", "explanation")]
        uninformative = [] if line.informative else [t("explanations.note.uninformative")]
        assert said == [
            uninformative,
            [t("explanations.note.programs", programs=programs)] if programs else [],
        ]
    without = t("explanations.note.without", claims="").removesuffix(".")
    assert any(without in text for text in table.general_notes)


def test_csv_of_explanations_has_ids_programs_and_witness(tables, explained):
    frame, explanations = csv_frame(tables["en"][7]), explained["explanations"]
    explanations = explanations[explanations["kind"] != "none"]
    columns = {
        "Witness": "witness",
        "Claims contradicted": "claims_contradicted",
        "Programs": "programs",
        "p": "p_value",
    }
    for column, name in columns.items():
        assert list(frame[column]) == list(explanations[name])


def test_no_table_when_nothing_has_an_explanation(changed, explained):
    explanations = explained["explanations"]
    none = explanations[explanations["kind"] == "none"]
    assert len(build_tables(changed(explanations=none))) == 7
