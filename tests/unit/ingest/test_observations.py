"""The tidy table: what is read, in which order, and what does not matter in a word."""

import pandas as pd
import xlsxwriter


def rows(observations):
    return [tuple(row) for row in observations.table.itertuples(index=False)]


def test_wide(bench, good):
    observations = bench.wide(good)
    assert list(observations.table.columns) == ["participant", "group", "timepoint", "outcome", "score"]
    assert rows(observations) == [
        ("R01", "intervention", "pre", "milk", "kurang"),
        ("R01", "intervention", "post", "milk", "cukup"),
        ("K01", "control", "pre", "milk", "kurang"),
        ("K01", "control", "post", "milk", "kurang"),
    ]
    assert observations.warnings == ()


def test_long_gives_the_same_as_wide(bench, good, tmp_path):
    long = (
        "Kode,Kelompok,Waktu,ASI\nK01,Kontrol,Post,Kurang\nR01,Intervensi,Post,Cukup\n"
        "R01,Intervensi,Pre,Kurang\nK01,Kontrol,Pre,Kurang\n"
    )
    assert rows(bench.long(long)) == rows(bench.wide(good))


def test_order_is_group_then_sheet_then_time(bench):
    sheet = (
        "Kode,Kelompok,Sesudah,Sebelum\nK09,Kontrol,Cukup,Kurang\nR02,Intervensi,Cukup,Kurang\n"
        "K01,Kontrol,Cukup,Kurang\nR01,Intervensi,Cukup,Kurang\n"
    )
    found = rows(bench.wide(sheet))
    assert [row[0] for row in found[::2]] == ["R02", "R01", "K09", "K01"]
    assert [row[2] for row in found] == ["pre", "post"] * 4


def test_case_blanks_and_unicode_forms_do_not_matter(bench):
    sheet = (
        "\ufeffKODE , kelompok,\u00a0Sebelum,SESU\u200bDAH\n"
        " R01\u00a0,INTERVENSI,kurang ,\u00a0CUKUP\n"
        "K01,kontrol, Kurang,\uff2b\uff35\uff32\uff21\uff2e\uff27\n"
    )
    assert [row[4] for row in rows(bench.wide(sheet))] == ["kurang", "cukup", "kurang", "kurang"]
    codes = {"column": "Kode", "identifying": False}
    assert rows(bench.wide(sheet, participant=codes))[0][0] == "R01"


def test_combining_accents_compare_equal(bench):
    codes = {"Tid\u00e9": "kurang", "Cukup": "cukup"}
    sheet = "Kode,Kelompok,Sebelum,Sesudah\nR1,Intervensi,Tide\u0301,Cukup\nK1,Kontrol,tide\u0301,Cukup\n"
    assert [row[4] for row in rows(bench.wide(sheet, codes=codes))] == ["kurang", "cukup"] * 2


def test_a_missing_post_keeps_the_mother(bench):
    sheet = (
        "Kode,Kelompok,Sebelum,Sesudah\nR01,Intervensi,Kurang,\nR02,Intervensi,Kurang,belum isi\n"
        "R03,Intervensi,-,Cukup\nK01,Kontrol,Kurang,Cukup\n"
    )
    observations = bench.wide(sheet, missing=["-", "BELUM ISI"])
    assert [row[4] for row in rows(observations)] == [
        "kurang",
        "",
        "kurang",
        "",
        "",
        "cukup",
        "kurang",
        "cukup",
    ]
    listed = [
        (one.code, one.params["participant"], one.params["timepoint"], one.cell)
        for one in observations.warnings
    ]
    assert listed == [
        ("score_missing", "R03", "pre", "C4"),
        ("score_missing", "R01", "post", "D2"),
        ("score_missing", "R02", "post", "D3"),
    ]


def test_a_timepoint_that_a_long_sheet_lacks_is_a_missing_score(bench):
    sheet = (
        "Kode,Kelompok,Waktu,ASI\nR01,Intervensi,Pre,Kurang\nR01,Intervensi,Post,Cukup\n"
        "K01,Kontrol,Pre,Kurang\n"
    )
    observations = bench.long(sheet)
    assert rows(observations)[-1] == ("K01", "control", "post", "milk", "")
    assert [one.code for one in observations.warnings] == ["score_missing"]


def test_identifying_participants_are_numbered_in_sheet_order(bench):
    sheet = (
        "Nama,Kelompok,Sebelum,Sesudah\nNy. Budi Kontrol,Kontrol,Kurang,\nNy. Siti,Intervensi,Kurang,Cukup\n"
    )
    observations = bench.wide(sheet, participant={"column": "Nama", "identifying": True})
    assert [row[0] for row in rows(observations)[::2]] == ["P02", "P01"]
    assert observations.warnings[0].params["participant"] == "P01"
    assert "Budi" not in observations.table.to_csv() + repr(observations.warnings)


def test_undeclared_columns_are_warned_of_unless_ignored(bench):
    sheet = "No,Kode,Kelompok,Sebelum,Sesudah,Catatan\n1,R1,Intervensi,Kurang,Cukup,x\n2,K1,Kontrol,Kurang,Cukup,y\n"
    observations = bench.wide(sheet, ignore=["No"])
    assert [(one.code, one.column, one.cell) for one in observations.warnings] == [
        ("column_undeclared", "Catatan", "F1")
    ]
    assert bench.wide(sheet, ignore=["no", "CATATAN"]).warnings == ()


def test_blank_rows_are_passed_over_and_numbered_empty_ones_listed(bench, good):
    observations = bench.wide(good + ",,,\n\nR30,,,\n")
    assert len(observations.table) == 4
    assert [(one.code, one.row) for one in observations.warnings] == [("row_without_values", 6)]


def test_without_codes_the_words_are_the_ids(bench):
    sheet = "Kode,Kelompok,Sebelum,Sesudah\nR1,intervention,kurang,cukup\nK1,control,kurang,cukup\n"
    assert len(bench.wide(sheet, group="Kelompok", codes={}).table) == 4


def test_tsv_and_semicolons(bench, good):
    expected = rows(bench.wide(good))
    assert rows(bench.wide(good.replace(",", ";"))) == expected
    assert rows(bench.wide(good.replace(",", "\t"), file="sheet.tsv")) == expected
    assert rows(bench.wide(good.replace(",", "|"), delimiter="|")) == expected


def test_quoted_line_ends_count_as_one_row(bench):
    sheet = 'Kode,Kelompok,Sebelum,Sesudah,"Catatan\nbidan"\nR1,Intervensi,Kurang,Cukup,"a\nb"\nK1,Kontrol,Kurang,?,c\n'
    fault = bench.faults(bench.wide, sheet, ignore=["Catatan bidan"])[0]
    assert (fault.code, fault.row, fault.cell) == ("level_unknown", 3, "D3")


def test_xlsx_words_and_numbers(bench, good):
    expected = rows(bench.wide(good))
    path = bench.folder / "sheet.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("Data")
    sheet.write_row(0, 0, ["Kode", "Kelompok", "Sebelum", "Sesudah"])
    sheet.write_row(1, 0, ["R01", "Intervensi", 0, 1])
    sheet.write_row(2, 0, ["K01", "Kontrol", 0.0])
    sheet.write_string(2, 3, "0")  # a number stored as text
    workbook.add_worksheet("Kosong")
    workbook.close()
    observations = bench.wide(file="sheet.xlsx", codes={"0": "kurang", "1": "cukup"})
    assert rows(observations) == expected


def test_several_worksheets_need_a_declaration(bench):
    workbook = xlsxwriter.Workbook(bench.folder / "sheet.xlsx")
    for name, score in (("Lama", "Kurang"), ("Baru", "Cukup")):
        sheet = workbook.add_worksheet(name)
        for row, cells in enumerate(
            (["Kode", "Kelompok", "Sebelum", "Sesudah"], ["R1", "Intervensi", "Kurang", score],
             ["K1", "Kontrol", "Kurang", score])
        ):  # fmt: skip
            sheet.write_row(row, 0, cells)
    workbook.close()
    assert rows(bench.wide(file="sheet.xlsx", worksheet="baru "))[1][4] == "cukup"
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.params["legal"]) == ("worksheet_undeclared", ["Lama", "Baru"])
    fault = bench.faults(bench.wide, file="sheet.xlsx", worksheet="Bru")[0]
    assert (fault.code, fault.params["nearest"]) == ("worksheet_unknown", "Baru")


def test_a_study_without_sheets_has_no_observations(bench):
    observations = bench.sheets([])
    assert observations.table.empty
    assert [one.code for one in observations.warnings] == ["no_sheet"]


def test_cells_that_look_like_formulas_stay_text(bench):
    sheet = (
        "Kode,Kelompok,Sebelum,Sesudah\n=cmd|' /C calc'!A0,Intervensi,Kurang,Cukup\nK1,Kontrol,Kurang,Cukup\n"
    )
    codes = {"column": "Kode", "identifying": False}
    assert rows(bench.wide(sheet, participant=codes))[0][0] == "=cmd|' /C calc'!A0"


def test_every_column_is_text(bench, good):
    table = bench.wide(good).table
    assert all(pd.api.types.is_string_dtype(table[column]) for column in table.columns)
