"""The tables of a study before they have a format."""

import pytest

from oxymilk.present.tables import build_tables
from oxymilk.texts import NO_VALUE


@pytest.fixture(scope="module")
def english(bontang, bontang_frames):
    return build_tables(bontang, *bontang_frames, "en")


@pytest.fixture(scope="module")
def indonesian(bontang, bontang_frames):
    return build_tables(bontang, *bontang_frames, "id")


def texts(panel, *, stub=None):
    """Shown cells of the rows, or those of the row with this stub and the rows that continue it."""
    rows, inside = [], False
    for row in panel.rows:
        inside = row.cells[0].text == stub or (inside and row.kind == "more")
        if stub is None or inside:
            rows.append(tuple(cell.text for cell in panel.shown_cells(row)))
    return rows


def full(panel, stub):
    """The ten-digit value of a row."""
    position = [column.key for column in panel.columns].index("full")
    return next(row.cells[position].text for row in panel.rows if row.cells[0].text == stub)


def notes(table):
    return "\n".join(f"{note.mark} {note.text}".strip() for note in table.notes)


def test_order_numbers_and_titles(english, indonesian):
    assert [(table.number, table.kind) for table in english] == [
        (1, "characteristics"),
        (2, "frequencies"),
        (3, "frequencies"),
        (4, "signed_rank"),
        (5, "signed_rank"),
        (6, "rank_sum"),
        (7, "effects"),
    ]
    assert english[4].title == "Milk production: Wilcoxon signed-rank test, Control group"
    assert [table.title for table in indonesian] == [
        "Karakteristik responden, sebagaimana tercetak",
        "Produksi ASI: frekuensi dan persentase, kelompok Pijat oksitosin",
        "Produksi ASI: frekuensi dan persentase, kelompok Kontrol",
        "Produksi ASI: uji peringkat bertanda Wilcoxon, kelompok Pijat oksitosin",
        "Produksi ASI: uji peringkat bertanda Wilcoxon, kelompok Kontrol",
        "Produksi ASI: uji Mann-Whitney U antarkelompok, Sesudah (hari ke-15)",
        "Yang masih dapat dikatakan data ini: efek dengan intervalnya, dan nilai-p yang disesuaikan untuk beberapa uji",
    ]


def test_every_row_has_a_cell_for_each_column(english, indonesian):
    for table in (*english, *indonesian):
        for panel in table.panels:
            for row in panel.rows:
                assert len(row.cells) == (1 if row.kind == "section" else len(panel.columns))
            assert sum(panel.widths()) == pytest.approx(1)
            assert sum(count for _, count in panel.spanners()) == len(panel.shown)


def test_every_mark_has_its_note_and_every_note_its_mark(english, indonesian):
    for table in (*english, *indonesian):
        cells = [cell for panel in table.panels for row in panel.rows for cell in panel.shown_cells(row)]
        assert {mark for cell in cells for mark in cell.marks} == {note.mark for note in table.marked_notes}


def test_table_1_has_printed_percentages_the_numbers_they_make_and_the_rest(english):
    (panel,) = english[0].panels
    assert [spanner for spanner, _ in panel.spanners()] == ["", "Oxytocin massage", "Control"]
    assert texts(panel)[:4] == [
        ("Participants", "10", "10", "reproduced", "10", "10", "reproduced"),
        ("Age",),
        ("20 to 35 years", "50%", "5", "reproduced", "50%", "5", "reproduced"),
        ("Others (not printed)", NO_VALUE, "5", NO_VALUE, NO_VALUE, "5", NO_VALUE),
    ]
    assert texts(panel, stub="senior high school") == [
        ("senior high school", "50%", "5", "reproduced", "40%", "4", "reproduced")
    ]
    assert texts(panel, stub="has breastfed before")[0][1:3] == ("70%", "7")
    assert "how the others divide the rest is unknown" in notes(english[0])
    assert "the characteristics of the single participants were not published" in notes(english[0])
    # "most" is said of 50% and of 40%, not of 60%
    assert "The paper's wording places this percentage above 50%; the printed number does not." in notes(
        english[0]
    )
    marks = {row.cells[0].text: len(row.cells[1].marks) for row in panel.rows if row.kind == "body"}
    assert (marks["20 to 35 years"], marks["housewife"]) == (2, 1)


def test_table_1_says_when_no_whole_number_makes_a_percentage(bontang, make_claim, table_frames):
    claim = make_claim(
        id="age", where="results", printed="33%", quantity="percent", group="control", variable="age",
        level="age_20_35", n="10", check="arithmetic", expect="differs", note="...",
    )  # fmt: skip
    table = build_tables(bontang, *table_frames(bontang, [claim]), "en")[0]
    row = texts(table.panels[0], stub="20 to 35 years")[0]
    assert row[4:] == ("33%", NO_VALUE, "differs")
    assert "No whole number of 10 participants makes 33%; the nearest, 3, makes 30.0%." in notes(table)
    assert texts(table.panels[0], stub="Others (not printed)")[0][4:6] == (NO_VALUE, NO_VALUE)


def test_table_1_has_no_row_of_others_when_all_are_printed(bontang, make_claim, table_frames):
    claims = [
        make_claim(
            id=group, where="results", printed="100%", quantity="percent", group=group, variable="age",
            level="age_20_35", n="10", check="arithmetic", expect="reproduced",
        )
        for group in bontang.group_ids
    ]  # fmt: skip
    study = bontang.model_copy(update={"characteristics": bontang.characteristics[:1]})
    table = build_tables(study, *table_frames(study, claims), "en")[0]
    assert "Others (not printed)" not in [row[0] for row in texts(table.panels[0])]


def test_table_3_has_each_printed_form_with_its_places(english):
    (panel,) = english[2].panels
    assert texts(panel) == [
        ("Before",),
        (
            "insufficient",
            "10",
            "100",
            "100%",
            "results table 3; discussion control par.\u00a01",
            "reproduced",
        ),
        ("", "", "", "10", "discussion control par.\u00a01", "reproduced"),
        ("sufficient", "0", "0", NO_VALUE, "", NO_VALUE),
        ("Total", "10", "100", "", "", ""),
        ("After (day 15)",),
        ("insufficient", "7", "70", "70%", "results table 3; discussion control par.\u00a01", "reproduced"),
        ("", "", "", "7", "discussion control par.\u00a01", "reproduced"),
        ("sufficient", "3", "30", "30%", "results table 3; discussion control par.\u00a01", "reproduced"),
        ("", "", "", "3", "discussion control par.\u00a01", "reproduced"),
        ("Total", "10", "100", "", "", ""),
    ]


@pytest.mark.parametrize(
    ("number", "ranks", "z", "p_value", "shown", "exact", "decision"),
    [
        (4, ("10", "5,50", "55,00"), "3,162", 0.0015654023, "0,002", 0.001953125, "signifikan"),
        (5, ("3", "2,00", "6,00"), "1,732", 0.0832645167, "0,083", 0.25, "tidak signifikan"),
    ],
)
def test_tables_4_and_5(indonesian, number, ranks, z, p_value, shown, exact, decision):
    first, second = indonesian[number - 1].panels
    assert texts(first, stub="Peringkat negatif")[0][:4] == ("Peringkat negatif", "0", NO_VALUE, "0,00")
    assert texts(first, stub="Peringkat positif")[0][1:4] == ranks
    assert texts(first, stub="Nilai sama (tidak berubah)")[0][1] == str(10 - int(ranks[0]))
    assert texts(first, stub="Total")[0][1] == "10"
    assert texts(second, stub="Z")[0][1] == z
    assert f"SPSS mencetak Z = −{z}, berdasarkan peringkat negatif." in notes(indonesian[number - 1])
    declared = "nilai-p asimtotik (acuan)"
    point = shown.replace(",", ".")
    sign = "<" if decision == "signifikan" else ">"
    assert [row[1:3] for row in texts(second, stub=declared)] == [
        (shown, point),
        ("", shown),
        ("", f"{sign}0.05"),
        ("", f"{sign}0,05"),
    ]
    assert {row[-1] for row in texts(second, stub=declared)} == {"tereproduksi"}
    assert float(full(second, declared)) == pytest.approx(p_value, abs=5e-11)
    assert float(full(second, "nilai-p eksak bersyarat")) == exact
    decided = texts(second, stub="Keputusan pada α\u00a0=\u00a00,05")[0]
    assert decided[1:3] == (decision, decision)


def test_table_6(english):
    table = english[5]
    first, second = table.panels
    assert [row[:4] for row in texts(first)] == [
        ("Oxytocin massage", "10", "14.00", "140.00"),
        ("Control", "10", "7.00", "70.00"),
        ("Total", "20", "", ""),
    ]
    values = {row[0]: row[1] for row in texts(second) if row[0]}
    assert values["U, the smaller"] == values["U, Control"] == "15.00"
    assert (values["U, Oxytocin massage"], values["Wilcoxon W"], values["Z"]) == ("85.00", "70.00", "3.199")
    declared = texts(second, stub="p, asymptotic (declared)")
    assert declared[0] == ("p, asymptotic (declared)", "0.001", "0.004", "abstract", "differs")
    assert declared[1][2:] == ("0,004", "results table 6; discussion effect", "differs")
    assert float(full(second, "p, asymptotic (declared)")) == pytest.approx(0.0013811705, abs=5e-11)
    assert float(full(second, "p, exact conditional")) == pytest.approx(0.0030959752, abs=5e-11)
    text = notes(table)
    assert (
        "The declared procedure gives p = 0.00138, which does not print as the number in the paper." in text
    )
    assert "At α = 0.05 both are significant: the decision agrees." in text
    assert "Rank sum of the group with the smaller U: Control." in text
    assert "SPSS prints Z = −3.199." in text


def test_only_a_verdict_that_differs_stands_out(english):
    cells = [cell for panel in english[5].panels for row in panel.rows for cell in row.cells]
    assert {cell.text for cell in cells if cell.strong} == {"differs"}


def test_notes_say_procedure_basis_and_origin_in_the_language(bontang, english, indonesian):
    for table in english:
        assert "(basis: inferred)" in notes(table)
        assert ("reconstructed" in notes(table)) == (table.kind != "characteristics")
    for table in english[3:6]:
        assert bontang.procedure.reason.en in notes(table)
        assert "asymptotic (normal approximation), two-sided, tie-corrected" in notes(table)
    for table in indonesian[3:6]:
        assert bontang.procedure.reason.id in notes(table)
        assert "asimtotik (pendekatan normal), dua sisi, dengan koreksi nilai kembar" in notes(table)
    assert "in Tables 4 to 6 is inferred" in notes(english[1])
    assert "Differs: " in notes(english[5])
    assert "Differs: " not in notes(english[3])


def test_stated_basis_and_original_data(bontang, bontang_frames):
    procedure = bontang.procedure.model_copy(update={"basis": "stated", "reason": None})
    study = bontang.model_copy(update={"procedure": procedure, "reconstructed": False})
    tables = build_tables(study, *bontang_frames, "en")
    assert "(basis: stated)" in notes(tables[3])
    assert not any("inferred" in notes(table) or "reconstructed" in notes(table) for table in tables)


def test_numbers_of_cited_studies_are_not_about_our_tests(bontang, make_claim, table_frames):
    claim = make_claim(
        id="cited", where="introduction", printed="0,777", quantity="p_value", test="rank_sum", check="cited",
        expect="not_checkable",
    )  # fmt: skip
    tables = build_tables(bontang, *table_frames(bontang, [claim]), "en")
    assert "0,777" not in repr(tables)


def test_decision_that_flips(bontang, make_claim, table_frames):
    claim = make_claim(
        id="p", where="results", printed="0,01", quantity="p_value", test="signed_rank", group="control",
        check="recompute", expect="differs", note="...",
    )  # fmt: skip
    for language, expected in (
        ("en", "the printed p is significant, the recomputed p not significant: the decision changes."),
        (
            "id",
            "yang tercetak signifikan, sedangkan hasil hitung ulang tidak signifikan: keputusannya berubah.",
        ),
    ):
        table = build_tables(bontang, *table_frames(bontang, [claim]), language)[4]
        assert expected in notes(table)


def test_ambiguous_claim_says_why(bontang, make_claim, table_frames):
    claim = make_claim(
        id="p", where="results", printed="0,01", quantity="p_value", test="rank_sum", check="ambiguous",
        expect="not_checkable", note="...",
    )  # fmt: skip
    table = build_tables(bontang, *table_frames(bontang, [claim]), "en")[5]
    assert "Not checkable: ambiguous in the text." in notes(table)
    assert texts(table.panels[1], stub="p, asymptotic (declared)")[0][-1] == "not checkable"


def three_levels(study):
    level = study.outcome.levels[0].model_copy(
        update={
            "id": "sedang",
            "label": study.outcome.label.model_copy(update={"en": "fair", "id": "sedang"}),
        }
    )
    levels = (study.outcome.levels[0], level, study.outcome.levels[1])
    return study.model_copy(update={"outcome": study.outcome.model_copy(update={"levels": levels})})


def test_three_levels_and_missing_scores(bontang, table_frames):
    study = three_levels(bontang)
    records = {"intervention": ["km", "kc", "mc", "mk", "k-", "-c"], "control": ["kk", "mk", "mm"]}
    frames = table_frames(study, [], records)
    tables = build_tables(study, *frames, "en")
    (frequencies,) = tables[1].panels
    assert texts(frequencies, stub="fair") == [
        ("fair", "2", "40", NO_VALUE, "", NO_VALUE),
        ("fair", "1", "20", NO_VALUE, "", NO_VALUE),
    ]
    assert texts(frequencies, stub="Missing")[0][:2] == ("Missing", "1")
    assert texts(frequencies, stub="Total")[0][:3] == ("Total", "5", "100")
    assert "missing: Before 1; After (day 15) 1." in notes(tables[1])
    assert [row[2] for row in texts(tables[2].panels[0], stub="fair")] == ["66.7", "33.3"]
    ranks = tables[3].panels[0]
    assert texts(ranks, stub="Total")[0][1] == "4"
    # differences +1, +2, +1, -1: ranks 2, 4, 2 and 2
    assert texts(ranks, stub="Positive ranks")[0][1:4] == ("3", "2.67", "8.00")
    assert texts(ranks, stub="Negative ranks")[0][1:4] == ("1", "2.00", "2.00")
    for table in (tables[1], tables[3]):
        assert "n = 4. Left out because a score is missing (2): I05, I06." in notes(table)
    assert "n = 8. Left out because a score is missing (1): I05." in notes(tables[5])
    assert texts(tables[0].panels[0], stub="Participants")[0][1:3] == (NO_VALUE, "6")
    # the control group has no one missing
    assert "Missing" not in [row[0] for row in texts(tables[2].panels[0])]
    assert "n = 3; no participant was left out." in notes(tables[4])


def test_z_says_which_ranks_spss_bases_it_on(bontang, table_frames):
    records = {"intervention": ["ck", "ck", "kc"], "control": ["ck", "kc", "kk"]}
    tables = build_tables(bontang, *table_frames(bontang, [], records), "en")
    assert "SPSS prints Z = −0.577, based on positive ranks." in notes(tables[3])
    assert texts(tables[3].panels[1], stub="Z")[0][1] == "−0.577"
    assert "The sum of negative ranks equals the sum of positive ranks." in notes(tables[4])


def test_one_group(bontang, table_frames):
    study = bontang.model_copy(update={"groups": bontang.groups[:1]})
    records = {"intervention": ["kc"] * 10}
    tables = build_tables(study, *table_frames(study, [], records), "en")
    assert [table.kind for table in tables] == ["characteristics", "frequencies", "signed_rank", "effects"]
    assert "The procedure of the test in Table 3 is inferred" in notes(tables[0])


def test_nobody_has_both_scores(bontang, table_frames):
    records = {"intervention": ["k-", "k-"], "control": ["kk", "kc"]}
    tables = build_tables(bontang, *table_frames(bontang, [], records), "en")
    for table in (tables[3], tables[5]):
        assert "No participant has the scores that this test needs." in notes(table)
        statistics = table.panels[1]
        assert {row[1] for row in texts(statistics)} == {NO_VALUE}
    assert "Left out because a score is missing (2): I01, I02." in notes(tables[3])


def test_groups_compared_on_change(bontang, table_frames):
    study = bontang.model_copy(update={"between": "change"})
    tables = build_tables(study, *table_frames(study, []), "id")
    assert tables[5].title.endswith("perubahan dari Sebelum ke Sesudah (hari ke-15)")


def test_exact_procedure_declared_is_not_shown_twice(bontang, table_frames):
    from oxymilk.study import RankSumSwitches, SignedRankSwitches

    procedure = bontang.procedure.model_copy(
        update={
            "signed_rank_switches": SignedRankSwitches(method="exact"),
            "rank_sum_switches": RankSumSwitches(method="exact"),
        }
    )
    study = bontang.model_copy(update={"procedure": procedure})
    tables = build_tables(study, *table_frames(study, []), "en")
    for table in tables[3:6]:
        stubs = [row[0] for row in texts(table.panels[1])]
        assert "p, exact (declared)" in stubs
        assert "p, exact conditional" not in stubs


def test_group_named_group_is_not_called_group_twice(bontang, bontang_frames):
    label = bontang.groups[1].label.model_copy(update={"en": "Control group", "id": "Kelompok kontrol"})
    groups = (bontang.groups[0], bontang.groups[1].model_copy(update={"label": label}))
    study = bontang.model_copy(update={"groups": groups})
    assert build_tables(study, *bontang_frames, "en")[2].title.endswith("percentage, Control group")
    assert build_tables(study, *bontang_frames, "id")[2].title.endswith("persentase, Kelompok kontrol")
