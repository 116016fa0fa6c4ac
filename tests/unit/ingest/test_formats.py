"""Formats: the same observations from every one of them, and what each can get wrong."""

import itertools

import pytest
from tests.cases import cases
from tests.unit.ingest.conftest import (
    BASE,
    CODES,
    ROWS,
    at,
    codes,
    ods,
    repacked,
    scores,
    statistics,
    text,
    xls,
    xlsx,
)

READ = ["kurang", "cukup", "kurang", "cukup", "kurang", "kurang"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
def test_encodings(bench, encoding):
    names = {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "iso8859-15": "iso-8859-15"}
    content = text(at("C1", "Sebelum é")).encode(encoding)
    keys = {"scores": {"pre": "Sebelum é", "post": "Sesudah"}, "encoding": names.get(encoding, encoding)}
    assert scores(bench.wide(content, **keys)) == READ


def test_delimiters(bench):
    content = text(ROWS)
    for delimiter, keys in ((";", {}), ("\t", {"file": "sheet.tsv"}), ("|", {"delimiter": "|"})):
        assert scores(bench.wide(content.replace(",", delimiter), **keys)) == READ
    # a comma in a sheet of semicolons is no doubt
    remark = content.replace(",", ";").replace("\n", ";Catatan\n", 1).replace("ang\n", "ang;a, b\n")
    assert scores(bench.wide(remark, ignore=["Catatan"])) == READ


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls", "sheet.ods"])
@pytest.mark.parametrize("make", [xlsx, xls, ods])
def test_a_workbook_is_known_by_its_content(bench, name, make):
    assert scores(bench.wide(make(), file=name)) == READ


@pytest.mark.usefixtures("own_process")
def test_each_kind_of_file_in_a_process_of_its_own(bench):
    assert scores(bench.wide(xls(), file="sheet.xls")) == READ
    statistics(bench.folder / "sheet.sav", DATA)
    assert len(bench.wide(file="sheet.sav", **CODED, missing=["9"]).frame("observations")) == 4


def test_words_and_numbers_of_a_workbook(bench):
    rows = at("C2", 0, at("D2", 1, at("C3", 0.0, at("D3", 1, at("C4", 0, at("D4", "0"))))))
    assert scores(bench.wide(xlsx(rows), file="sheet.xlsx", codes={"0": "kurang", "1": "cukup"})) == READ
    words = {"Kurang": "kurang", "true": "cukup", "false": "kurang"}
    rows = at("D2", True, at("D3", True, at("D4", False)))
    assert scores(bench.wide(xlsx(rows), file="sheet.xlsx", codes=words)) == READ


def test_several_worksheets_need_a_declaration(bench):
    def fill(book, _):
        for row, cells in enumerate(ROWS):
            book.get_worksheet_by_name("Baru").write_row(row, 0, cells)

    content = xlsx(change=fill, names=("Lama", "Baru", "Kosong"))
    assert scores(bench.wide(content, file="sheet.xlsx", worksheet="baru ")) == READ
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.params["legal"]) == ("worksheet_undeclared", ["Lama", "Baru"])
    fault = bench.faults(bench.wide, file="sheet.xlsx", worksheet="Bru")[0]
    assert (fault.code, fault.params["nearest"]) == ("worksheet_unknown", "Baru")


def test_a_merged_group_is_that_of_each_row(bench):
    content = xlsx(
        [*ROWS, ["K02", "", "Kurang", "Cukup"]], lambda _, sheet: sheet.merge_range("B4:B5", "Kontrol")
    )
    observations = bench.wide(content, file="sheet.xlsx")
    assert observations.frame("observations")["group"].tolist() == ["intervention"] * 4 + ["control"] * 4
    assert codes(observations) == ["merged_read"]


def test_rows_that_a_template_filled_to_the_end_are_nobodys(bench):
    """A template numbers its rows, and its formula makes Kurang of the items that nobody ticked."""
    rows = [["Kode", "Kelompok", "Skor", "Sebelum", "Sesudah"], [1, "Intervensi"], [2, "Kontrol"], [3, "Kontrol"],
            [4, "Kontrol"]]  # fmt: skip

    def template(_, sheet):
        sheet.write_column(1, 2, [9, 9])
        for row, column in itertools.product(range(1, 5), (3, 4)):
            sheet.write_formula(row, column, "=IF(C2>8,1,0)", None, "Cukup" if row < 3 else "Kurang")

    observations = bench.wide(xlsx(rows, template), file="sheet.xlsx", ignore=["Skor"])
    assert observations.frame("observations")["participant"].unique().tolist() == ["1", "2"]
    assert scores(observations) == ["cukup"] * 4  # the stored value of a formula
    assert codes(observations) == ["row_only_computed"] * 2

    # a sheet of nothing but formulas takes its values from other sheets: all rows are people
    def formulas(formula, first=1):
        def write(_, sheet):
            for row, column in itertools.product(range(first, 5), (2, 3)):
                sheet.write_formula(row, column, formula.format(row + 1), None, "Kurang")

        return write

    rows = [row[:2] + row[3:] for row in rows]
    rows[0] = [*rows[0][:2], "Sebelum", "Sesudah"]
    assert (
        bench.wide(xlsx(rows, formulas("=Form!A1")), file="sheet.xlsx")
        .frame("observations")["participant"]
        .nunique()
        == 4
    )
    # formulas that work on nothing in their rows are an empty form
    form = xlsx(rows, formulas("=IF(E{0}>8,1,0)"))
    assert bench.codes(form, file="sheet.xlsx") == [("sheet_without_values", None)]
    # among entered values, formulas are a participant's when they have no references, and may be when they have
    entered = [rows[0], *([*row, "Kurang", "Cukup"] for row in rows[1:4]), rows[4]]
    sums = bench.wide(xlsx(entered, formulas("=3+2", 4)), file="sheet.xlsx")
    assert (sums.frame("observations")["participant"].nunique(), sums.warnings) == (4, ())
    for formula in ("=C{0}", "=Form!A1"):
        assert bench.codes(xlsx(entered, formulas(formula, 4)), file="sheet.xlsx") == [
            ("row_of_formulas", "A5")
        ]


@pytest.mark.parametrize(
    "stored", [b'<c r="D2" t="str"><f>B2</f><v></v>', b'<c r="D2" t="str"><f>B2</f><v/>']
)
def test_a_formula_that_gave_an_empty_text_is_a_missing_value(bench, stored):
    written = b'<c r="D2"><f>B2</f><v></v>'
    content = repacked(
        xlsx(at("D2", "=B2")), xl__worksheets__sheet1=lambda data: data.replace(written, stored)
    )
    observations = bench.wide(content, file="sheet.xlsx")
    assert scores(observations)[:2] == ["kurang", ""]
    assert [(warning.code, warning.cell) for warning in observations.warnings] == [("score_missing", "D2")]


def test_a_table_that_begins_below_and_right(bench):
    content = xlsx([[], ["", "Judul"], *(["", *row] for row in ROWS)])
    assert scores(bench.wide(content, file="sheet.xlsx", header_row=3)) == READ
    fault = bench.faults(bench.wide, file="sheet.xlsx")[0]
    assert (fault.code, fault.params["nearest"]) == ("header_not_found", "header_row: 3")


DATA = {"kode": ["R1", "K1"], "kel": [1.0, 2.0], "pre": [0.0, 0.0], "post": [1.0, 9.0]}
CODED = {"participant": "kode", "group": {"column": "kel", "codes": {"1": "intervention", "2": "control"}},
         "scores": {"pre": "pre", "post": "post"}, "codes": {"0": "kurang", "1": "cukup"}}  # fmt: skip


def test_missing_codes_and_value_labels_of_a_statistics_file(bench):
    labels = {"post": {0: "Kurang", 1: "Cukup", 9: "BELUM ISI"}}
    statistics(bench.folder / "sheet.sav", DATA, labels, missing={"post": [9]})
    observations = bench.wide(file="sheet.sav", **CODED)
    assert scores(observations) == ["kurang", "cukup", "kurang", ""]
    places = [(warning.code, warning.row, warning.column) for warning in observations.warnings]
    assert places == [("score_missing", 2, "post")]
    # codes may be the value labels
    statistics(bench.folder / "sheet.sav", DATA, {"pre": {0: "Kurang"}, "post": {1: "CUKUP", 9: "Kurang"}})
    observations = bench.wide(file="sheet.sav", **CODED | {"codes": CODES})
    assert scores(observations) == ["kurang", "cukup", "kurang", "kurang"]


@cases
def test_value_labels_that_are_a_fault(labels, codes, code, value, bench):
    statistics(bench.folder / "sheet.sav", DATA, {"post": labels})
    (fault,) = bench.faults(bench.wide, file="sheet.sav", **CODED | {"codes": codes})
    assert (fault.code, fault.value, fault.column, fault.cell) == (code, value, "post", "")


def test_without_the_reader_the_fault_says_what_to_install(bench, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    assert bench.codes(b"x", file="sheet.sav", **CODED) == [("reader_missing", None)]


def test_workbook_numbers_show_fifteen_digits(bench):
    outcome = BASE["outcome"] | {"kind": "number", "unit": "ml", "scale": "score", "levels": []}
    rows = at("C2", 0.1 + 0.2, at("D2", 16.0, at("C3", 5, at("D3", "7,5", at("C4", 1, at("D4", 1))))))
    observations = bench.wide(xlsx(rows), file="sheet.xlsx", codes={}, changes={"outcome": outcome})
    assert scores(observations)[:4] == ["0.3", "16", "5", "7.5"]


def test_cells_of_an_ods(bench):
    for cell in ("A2", "B2", "C2", "D2"):
        content = ods(at(cell, '<table:table-cell table:formula="of:=1+1"/>'))
        assert bench.codes(content, file="sheet.ods")[0] == ("formula_without_value", cell)
    endless = '<table:table-cell office:value-type="string" table:number-columns-repeated="99999999"/>'
    assert bench.codes(ods([*ROWS, [endless]]), file="sheet.ods") == [("sheet_too_large", None)]
