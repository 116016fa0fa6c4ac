"""Formats: the same observations from every one of them, and what each can get wrong."""

import zipfile

import pytest
import xlsxwriter

from_words = [["Kode", "Kelompok", "Sebelum", "Sesudah"], ["R01", "Intervensi", "Kurang", "Cukup"],
              ["K01", "Kontrol", "Kurang", "Kurang"]]  # fmt: skip
CODES = {"0": "kurang", "1": "cukup"}


def scores(observations):
    return observations.table["score"].tolist()


def codes(observations):
    return [warning.code for warning in observations.warnings]


@pytest.fixture
def xlsx(bench):
    """Write a workbook with the words above, changed by a function of workbook and worksheet."""

    def xlsx(change=None, rows=from_words):
        workbook = xlsxwriter.Workbook(bench.folder / "sheet.xlsx")
        sheet = workbook.add_worksheet("Data")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        if change:
            change(workbook, sheet)
        workbook.close()

    return xlsx


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
def test_encodings(bench, good, encoding):
    declared = {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "iso8859-15": "iso-8859-15"}.get(
        encoding, encoding
    )
    text = good.replace("Sebelum", "Sebelum é")
    keys = {"scores": {"pre": "Sebelum é", "post": "Sesudah"}}
    assert scores(bench.wide(text.encode(encoding), encoding=declared, **keys))[:2] == ["kurang", "cukup"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"Kode,Kelompok,Sebelum,Sesudah\n,,,\n"])
def test_empty_text(bench, content):
    assert [fault.code for fault in bench.faults(bench.wide, content)] == ["sheet_empty"]


def test_a_comma_in_a_semicolon_sheet_is_no_doubt(bench):
    sheet = (
        "Kode;Kelompok;Sebelum;Sesudah;Catatan\nR1;Intervensi;Kurang;Cukup;a, b\nK1;Kontrol;Kurang;Cukup;c\n"
    )
    assert scores(bench.wide(sheet, ignore=["Catatan"])) == ["kurang", "cukup"] * 2


def test_hidden_rows_and_columns_are_read_and_told(bench, xlsx):
    def hide(_, sheet):
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(3, 3, None, None, {"hidden": True})

    xlsx(hide)
    observations = bench.wide(file="sheet.xlsx")
    assert len(observations.table) == 4
    assert [(one.code, one.params["hidden"]) for one in observations.warnings] == [
        ("hidden_rows", ["3"]),
        ("hidden_columns", ["D"]),
    ]


def test_merged_groups_stand_for_each_row(bench, xlsx):
    rows = [*from_words, ["K02", "", "Kurang", "Cukup"]]
    xlsx(lambda _, sheet: sheet.merge_range(2, 1, 3, 1, "Kontrol"), rows)
    observations = bench.wide(file="sheet.xlsx")
    assert observations.table["group"].tolist() == ["intervention"] * 2 + ["control"] * 4
    assert codes(observations) == ["merged_read"]


def test_a_merged_score_is_a_fault(bench, xlsx):
    rows = [*from_words, ["K02", "Kontrol", "Kurang", ""]]
    xlsx(lambda _, sheet: sheet.merge_range(2, 3, 3, 3, "Cukup"), rows)
    assert [(one.code, one.cell) for one in bench.faults(bench.wide, file="sheet.xlsx")] == [
        ("merged_cell", "D4")
    ]


def test_a_formula_with_its_value_is_read(bench, xlsx):
    xlsx(lambda _, sheet: sheet.write_formula(1, 3, '=IF(1>0,"Cukup","Kurang")', None, "Cukup"))
    assert scores(bench.wide(file="sheet.xlsx"))[1] == "cukup"


def drop_values(path):
    """Remove the stored values of formulas, as programs do that never compute them."""
    import re

    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    part = "xl/worksheets/sheet1.xml"
    members[part] = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", members[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)


def test_rows_that_a_template_filled_to_the_end_are_nobodys(bench, xlsx):
    """A template numbers thirty rows, and its formula makes Kurang of the items that nobody ticked."""
    rows = [["Kode", "Kelompok", "Skor", "Sebelum", "Sesudah"]]
    groups = ["Intervensi", "Kontrol", "Kontrol", "Kontrol"]
    rows += [[number, group, "", "", ""] for number, group in enumerate(groups, start=1)]

    def change(workbook, sheet):
        for row in range(1, 5):
            if row < 3:
                sheet.write_number(row, 2, 9)
            for column in (3, 4):
                sheet.write_formula(
                    row, column, f'=IF(C{row + 1}>8,"Cukup","Kurang")', None, "Cukup" if row < 3 else "Kurang"
                )

    xlsx(change, rows)
    observations = bench.wide(file="sheet.xlsx", ignore=["Skor"])
    assert observations.table["participant"].unique().tolist() == ["1", "2"]
    assert codes(observations) == ["row_only_computed"] * 2

    # a sheet of nothing but formulas takes its values from other sheets: all rows are people
    rows = [row[:2] + row[3:] for row in rows]
    xlsx(
        lambda _, sheet: [
            sheet.write_formula(row, column, "=Form!A1", None, "Kurang")
            for row in range(1, 5)
            for column in (2, 3)
        ],
        rows,
    )
    assert bench.wide(file="sheet.xlsx").table["participant"].nunique() == 4


@pytest.mark.parametrize("cell", ["A2", "B2", "C2", "D2"])
def test_a_formula_without_its_value_is_a_fault(bench, xlsx, cell):
    xlsx(lambda _, sheet: sheet.write_formula(cell, "=1+1", None, 2))
    drop_values(bench.folder / "sheet.xlsx")
    faults = bench.faults(bench.wide, file="sheet.xlsx")
    first = next(one for one in faults if one.kind == "fault")
    assert (first.code, first.cell) == ("formula_without_value", cell)


def test_an_error_in_a_cell(bench, xlsx):
    xlsx(lambda _, sheet: sheet.write_formula("D2", "=NA()", None, "#N/A"))
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.cell, fault.value) == ("cell_error", "D2", "#N/A")


def test_a_date_where_a_word_is_due(bench, xlsx):
    import datetime

    def date(workbook, sheet):
        style = workbook.add_format({"num_format": "d mmm"})
        sheet.write_datetime("C2", datetime.datetime(2024, 10, 5), style)

    xlsx(date)
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.cell, fault.value) == ("date_in_cell", "C2", "2024-10-05")


def test_true_and_false_are_words(bench, xlsx):
    xlsx(lambda _, sheet: (sheet.write_boolean("D2", True), sheet.write_boolean("D3", False)))
    words = {"Kurang": "kurang", "true": "cukup", "false": "kurang"}
    assert scores(bench.wide(file="sheet.xlsx", codes=words)) == ["kurang", "cukup", "kurang", "kurang"]


def test_a_table_that_begins_below_and_right(bench, xlsx):
    rows = [[], ["", "Judul"], ["", *from_words[0]], ["", *from_words[1]], ["", *from_words[2]]]
    xlsx(rows=rows)
    assert scores(bench.wide(file="sheet.xlsx", header_row=3)) == ["kurang", "cukup", "kurang", "kurang"]
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.params["nearest"]) == ("sheet_empty", "") or fault.code == "header_not_found"
    assert fault.params["nearest"] == "header_row: 3"


def test_a_workbook_under_another_name_is_known_by_its_content(bench, xlsx):
    xlsx()
    (bench.folder / "sheet.xlsx").rename(bench.folder / "sheet.xls")
    assert scores(bench.wide(file="sheet.xls"))[1] == "cukup"


ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def write_ods(path, rows, extra=""):
    body = "".join(
        "<table:table-row>" + "".join(cell if cell.startswith("<") else ODS_CELL.format(cell) for cell in row)
        + "</table:table-row>" for row in rows
    )  # fmt: skip
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{extra}<office:document-content{spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")


def test_ods(bench):
    write_ods(bench.folder / "sheet.ods", from_words)
    assert scores(bench.wide(file="sheet.ods")) == ["kurang", "cukup", "kurang", "kurang"]


def test_ods_formula_without_value(bench):
    rows = [from_words[0], [*from_words[1][:3], '<table:table-cell table:formula="of:=1+1"/>'], from_words[2]]
    write_ods(bench.folder / "sheet.ods", rows)
    faults = bench.faults(bench.wide, file="sheet.ods")
    assert [(one.code, one.cell) for one in faults] == [("formula_without_value", "D2")]


def test_ods_repeated_without_end(bench):
    cell = ODS_CELL.format("x").replace(
        "table-cell ", 'table-cell table:number-columns-repeated="99999999" ', 1
    )
    write_ods(bench.folder / "sheet.ods", [*from_words, [cell]])
    assert [one.code for one in bench.faults(bench.wide, file="sheet.ods")] == ["sheet_too_large"]


DATA = {"kode": ["R1", "K1"], "kel": [1.0, 2.0], "pre": [0.0, 0.0], "post": [1.0, 9.0]}
SPSS = {
    "participant": "kode",
    "group": {"column": "kel", "codes": {"1": "intervention", "2": "control"}},
    "scores": {"pre": "pre", "post": "post"},
    "codes": CODES,
}


@pytest.fixture
def sav(bench):
    import pandas
    import pyreadstat

    def sav(labels=None, missing=None, name="sheet.sav", data=DATA):
        frame = pandas.DataFrame(data)
        if name.endswith(".sav"):
            pyreadstat.write_sav(
                frame, bench.folder / name, variable_value_labels=labels, missing_ranges=missing
            )
        else:
            pyreadstat.write_dta(frame, bench.folder / name, variable_value_labels=labels)

    return sav


def test_sav_missing_codes_are_missing(bench, sav):
    sav({"post": {0: "Kurang", 1: "Cukup", 9: "BELUM ISI"}}, {"post": [9]})
    observations = bench.wide(file="sheet.sav", **SPSS)
    assert scores(observations) == ["kurang", "cukup", "kurang", ""]
    assert [(one.code, one.row, one.column) for one in observations.warnings] == [
        ("score_missing", 2, "post")
    ]


def test_sav_codes_may_be_the_value_labels(bench, sav):
    sav({"pre": {0: "Kurang"}, "post": {1: "CUKUP", 9: "Kurang"}})
    keys = SPSS | {"codes": {"Kurang": "kurang", "Cukup": "cukup"}}
    assert scores(bench.wide(file="sheet.sav", **keys)) == ["kurang", "cukup", "kurang", "kurang"]


def test_sav_labels_that_contradict_the_codes(bench, sav):
    sav({"post": {0: "Cukup", 1: "Kurang", 9: "Kurang"}})
    keys = SPSS | {"codes": {"0": "kurang", "1": "cukup", "Kurang": "kurang", "Cukup": "cukup"}}
    faults = bench.faults(bench.wide, file="sheet.sav", **keys)
    assert [(one.code, one.row, one.column, one.cell) for one in faults] == [
        ("label_contradicts", 1, "post", "")
    ]


def test_sav_labels_that_contradict_the_level_labels(bench, sav):
    """The codes are numbers only; the file's own labels say that 1 is the other level of the study."""
    sav({"post": {1: "kurang"}}, {"post": [9]})
    faults = bench.faults(bench.wide, file="sheet.sav", **SPSS)
    assert [(one.code, one.row) for one in faults if one.kind == "fault"] == [("label_contradicts", 1)]


def test_sav_unknown_code_shows_its_label(bench, sav):
    sav({"post": {9: "tidak tahu"}})
    fault = bench.faults(bench.wide, file="sheet.sav", **SPSS)[0]
    assert (fault.code, fault.value) == ("level_unknown", "9 (tidak tahu)")


def test_dta(bench, sav):
    sav(name="sheet.dta", data=DATA | {"post": [1.0, 0.0]})
    assert scores(bench.wide(file="sheet.dta", **SPSS)) == ["kurang", "cukup", "kurang", "kurang"]


@pytest.mark.parametrize("name", ["sheet.sav", "sheet.dta"])
def test_damaged_statistics_files(bench, name):
    (bench.folder / name).write_bytes(b"$FL2@(#) SPSS DATA FILE" + b"\x00\x01" * 400)
    assert [one.code for one in bench.faults(bench.wide, file=name, **SPSS)] == ["sheet_unreadable"]


def test_without_the_reader_the_fault_says_what_to_install(bench, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    (bench.folder / "sheet.sav").write_bytes(b"x")
    assert [one.code for one in bench.faults(bench.wide, file="sheet.sav", **SPSS)] == ["reader_missing"]
