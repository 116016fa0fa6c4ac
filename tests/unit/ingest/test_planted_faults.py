"""Planted faults in every format, through the command: each is found, at its place, in one report in both languages.

Exit status 2, no traceback, and nothing is written but faults.csv.
"""

import datetime
import operator
import os
from pathlib import Path

import pytest
from tests.cases import read_yaml, tables_of
from tests.unit.ingest.conftest import (
    LONG,
    ROWS,
    WARD,
    WIDE,
    as_bytes,
    at,
    compound_file,
    ods,
    record,
    repacked,
    statistics,
    study_yaml,
    text,
    without_values,
    xls,
    xlsx,
)  # fmt: skip

from oxymilk.cli import main
from oxymilk.files import read_csv

NUMBER = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "number", "unit": "ml", "decimals": 1,
          "minimum": 0, "maximum": 900, "scale": "score"}  # fmt: skip
CLAIMS = "id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note\n"
HEADER = ROWS[0]
NUMBERS = [HEADER, ["R01", "Intervensi", 5.5, 7], ["R02", "Intervensi", 6, 8], ["K01", "Kontrol", 5, 5]]
WHOLE = [HEADER, *([*row[:2], 5, 5] for row in NUMBERS[1:])]
TIMES = [[*HEADER[:2], "Waktu", "ASI"]] + [
    [*row[:2], at, "Kurang"] for row in ROWS[1:] for at in ("Pre", "Post")
]
DATE = datetime.datetime(2024, 10, 5)
BOMB = b"<x>" + b"0" * 60_000_000
LINE = "R02,Intervensi,Kurang,Cukup"
YES_NO = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "checklist", "scale": "score",
          "checklist": {"items": [{"id": at, "label": {"en": at, "id": at}} for at in ("i1", "i2")],
                        "yes": ["ya"], "no": ["tidak"]}}  # fmt: skip
ITEMS = {"scores": {"pre": "pre_{item}", "post": "post_{item}"}}
CHECKED = [["Kode", "Kelompok", "pre_i1", "pre_i2", "post_i1", "post_i2"],
           *([*row[:2], "ya", "tidak", "ya", "ya"] for row in ROWS[1:])]  # fmt: skip
ODS_FORMULAS = '<table:table-cell table:formula="of:=1" table:number-columns-repeated="2"/>'
FORMULA = b"\0\0\0\0\0\0\x03\0\x1e\x01\0"  # flags, chain, and 3 bytes of formula: the number 1


def document_type(data):
    return data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1)


def csv_at(address, value, rows=ROWS):
    return text(at(address, value, rows))


def in_old(number, data):
    """An old workbook with a record in place of the cell D2."""
    return xls(at("D2", (number, data)))


# name: file, its content (a function makes the larger ones), code, cell, value; then keys of the sheet, the outcome
PLANTED = {
    "windows-1252": ("s.csv", csv_at("C3", "Kurangé").encode("cp1252"), "encoding_wrong", "", ""),
    "utf-16": ("s.csv", text(ROWS).encode("utf-16"), "encoding_wrong", "", ""),
    "a very long cell": ("s.csv", csv_at("C3", "x" * 200_000), "quote_open", "", ""),
    "a workbook named .csv": ("s.csv", xlsx, "content_differs", "", ".csv"),
    "a PDF": ("s.csv", b"%PDF-1.7\n\xe2", "content_differs", "", ".csv"),
    "no file": ("s.csv", None, "file_missing", "", ""),
    "xlsx: unknown level": ("s.xlsx", lambda: xlsx(at("C3", "Kurnag")), "level_unknown", "C3", "Kurnag"),
    "xlsx: number as text": ("s.xlsx", lambda: xlsx(at("C3", "'6", NUMBERS)), "number_due", "C3", "'6", {}, NUMBER),
    "xlsx: a date for a number": ("s.xlsx", lambda: xlsx(at("C3", DATE, NUMBERS)), "date_in_cell", "C3", "2024-10-05",
                                  {}, NUMBER),
    "xlsx: a date for a word": ("s.xlsx", lambda: xlsx(at("C3", DATE)), "date_in_cell", "C3", "2024-10-05"),
    "xlsx: an error": ("s.xlsx", lambda: xlsx(at("D2", "=NA()")), "cell_error", "D2", "#N/A"),
    "xlsx: a formula without value": ("s.xlsx", lambda: without_values(xlsx(at("D2", "=B2"))), "formula_without_value",
                                      "D2", ""),
    "xlsx: merged scores": ("s.xlsx", lambda: xlsx(at("D3", ""), lambda _, sheet: sheet.merge_range("D2:D3", "Cukup")),
                            "merged_cell", "D3", "Cukup"),
    "xlsx: several worksheets": ("s.xlsx", lambda: xlsx(names=("Data", "Lain"), change=lambda book, _:
                                 book.worksheets()[1].write_column(0, 0, "xy")), "worksheet_undeclared", "", ""),
    "xlsx: no such worksheet": ("s.xlsx", xlsx, "worksheet_unknown", "", "Dta", {"worksheet": "Dta"}),
    "xlsx: cut off": ("s.xlsx", lambda: xlsx()[:2000], "sheet_unreadable", "", ""),
    "xlsx: a zip bomb": ("s.xlsx", lambda: repacked(xlsx(), xl__styles=BOMB), "package_bomb", "", ""),
    "xlsx: XML entities": ("s.xlsx", lambda: repacked(xlsx(), xl__worksheets__sheet1=document_type),
                           "package_entities", "", ""),
    "xlsx: broken XML": ("s.xlsx", lambda: repacked(xlsx(), xl__worksheets__sheet1=lambda data: data[:-30]),
                         "sheet_unreadable", "", ""),
    "xlsx: a password": ("s.xlsx", compound_file("EncryptedPackage", b"x" * 5000), "workbook_encrypted", "", ""),
    # what openpyxl writes has an empty value, what xlsxwriter writes has 0, and each may be written through pandas
    "xlsx: a formula of openpyxl": ("s.xlsx", lambda: xlsx(at("D2", "=B2")), "formula_without_value", "D2", ""),
    "xlsx: a formula of xlsxwriter": ("s.xlsx", lambda: xlsx(change=lambda _, sheet: sheet.write_formula("D2", "=B2")),
                                      "formula_without_value", "D2", "0"),
    "xlsx: an item's formula": ("s.xlsx", lambda: xlsx(at("D3", "=A1", CHECKED)), "formula_without_value", "D3", "",
                                ITEMS, YES_NO),
    "xlsx: a last row of formulas": ("s.xlsx", lambda: xlsx([*ROWS, ["=A1"] * 4]), "formula_without_value", "B5", ""),
    "xlsx: nothing but formulas": ("s.xlsx", lambda: xlsx([HEADER, ["=A1"] * 4]), "formula_without_value", "B2", ""),
    "xlsx: a row of formulas": ("s.xlsx", lambda: xlsx(change=lambda _, sheet: [
        sheet.write_formula(2, column, "=C2", None, "Kurang") for column in (2, 3)]), "row_of_formulas", "A3", "R02"),
    "xlsx: a line in one cell": ("s.xlsx", lambda: xlsx([*ROWS[:2], [LINE.replace(",", ";")], ROWS[3]]),
                                 "line_undivided", "A3", LINE.replace(",", ";")),
    "ods: repeated formulas": ("s.ods", ods([*ROWS[:2], [*ROWS[2][:2], ODS_FORMULAS], ROWS[3]]),
                               "formula_without_value", "C3", ""),
    "ods: an error": ("s.ods", ods(at("D2", '<table:table-cell office:value-type="string" office:string-value="" '
                      'table:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>')), "cell_error", "D2",
                      "#DIV/0!"),
    "ods: unknown level": ("s.ods", ods(at("C3", "Kurnag")), "level_unknown", "C3", "Kurnag"),
    "ods: a formula without value": ("s.ods", ods(at("D2", '<table:table-cell table:formula="of:=1"/>')),
                                     "formula_without_value", "D2", ""),
    "ods: merged scores": ("s.ods", ods(at("D3", "<table:covered-table-cell/>", at("D2",
                           '<table:table-cell office:value-type="string" table:number-rows-spanned="2">'
                           "<text:p>Cukup</text:p></table:table-cell>"))), "merged_cell", "D3", "Cukup"),
    "ods: XML entities": ("s.ods", repacked(ods(), content=document_type), "package_entities", "", ""),
    "xls: nonsense": ("s.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "sheet_unreadable", "", ""),
    "xls: unknown level": ("s.xls", xls(at("D2", "Cukpu")), "level_unknown", "D2", "Cukpu"),
    "xls: an error": ("s.xls", in_old(0x205, b"\x2a\x01"), "cell_error", "D2", "#N/A"),
    "xls: an error of a formula": ("s.xls", in_old(6, b"\x02\0\x07\0\0\0\xff\xff" + FORMULA), "cell_error", "D2",
                                   "#DIV/0!"),
    "xls: a formula without value": ("s.xls", in_old(6, b"\x03\0\0\0\0\0\xff\xff" + FORMULA), "formula_without_value",
                                     "D2", ""),
    "xls: a formula never computed": ("s.xls", in_old(6, bytes(8) + b"\x03" + FORMULA[1:]), "formula_without_value",
                                      "D2", "0"),
    "xls: merged scores": ("s.xls", xls([*ROWS[:2], ROWS[2][:3], ROWS[3]],
                                        records=record(0xE5, b"\1\0\1\0\2\0\3\0\3\0")), "merged_cell", "D3", "Cukup"),
    "xls: a password": ("s.xls", xls(password=True), "workbook_encrypted", "", ""),
}  # fmt: skip


CELLS = read_yaml(WARD.parents[1].joinpath("planted_cells.yaml"))
for name, case in CELLS.items():
    rows = {"numbers": NUMBERS, "whole": WHOLE}.get(case.get("rows"), ROWS)
    content = case["text"] if "text" in case else csv_at(case["at"], case["write"], rows)
    shown = case.get("cell", case.get("at")), case.get("value", case.get("write")), case.get("keys", {})
    outcome = NUMBER | case.get("outcome", {}) if "rows" in case else None
    PLANTED[name] = (case.get("file", "s.csv"), content, case["code"], *shown, outcome)


@pytest.fixture
def oxymilk(tmp_path, monkeypatch, capsys):
    """Call `oxymilk ingest-observations` on a sheet; return status, what was printed, and faults.csv."""

    def oxymilk(file, content, keys=(), outcome=None, claims=CLAIMS, study=str):
        folder, results = tmp_path / "ward", tmp_path / "results"
        folder.mkdir(exist_ok=True)
        numbers = {"outcome": outcome} if outcome else {}
        sheet = (LONG if "timepoint" in keys else WIDE) | {"file": file} | dict(keys)
        sheet |= {"codes": {}} if outcome else {}
        (folder / "study.yaml").write_text(study(study_yaml({"sheets": [sheet]} | numbers)), encoding="utf-8")
        (folder / "claims.csv").write_text(claims, encoding="utf-8")
        if content is not None:
            (folder / file).write_bytes(as_bytes(content() if callable(content) else content))
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        command = ["ingest-observations", "--study", str(folder), "--results", str(results)]
        monkeypatch.setattr("sys.argv", ["oxymilk", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        after = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        assert after == before, "an input was changed"
        assert "Traceback" not in printed.out + printed.err
        if ended.value.code:
            assert [path.name for path in results.iterdir()] == ["faults.csv"]
        return ended.value.code or 0, printed.out + printed.err, read_csv(results / "faults.csv")

    return oxymilk


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault(oxymilk, name):
    file, content, code, cell, value, *more = PLANTED[name]
    status, printed, table = oxymilk(file, content, *more)
    fault = table[table["kind"] == "fault"].iloc[0]
    worksheet = "Data" if cell and file != "s.csv" else ""
    assert (status, fault["code"], fault["file"], fault["worksheet"]) == (2, code, file, worksheet)
    assert (fault["cell"], fault["value"]) == (cell, value)
    for wrong, do in (("wrong_en", "do_en"), ("wrong_id", "do_id")):
        assert f"{fault[wrong]} {fault[do]}" in printed
    assert fault["wrong_en"] != fault["wrong_id"]
    if cell:
        assert f"cell {cell}" in printed
        assert f"sel {cell}" in printed


@pytest.mark.parametrize(("group", "code"), [("", "row_only_computed"), ("Kontrol", "row_of_formulas")])
def test_a_row_of_bare_formulas_in_an_old_workbook(oxymilk, group, code):
    """As in a template that is filled down below the last participant: the formulas give 0; it may be one, too."""
    computed = (6, bytes(8) + FORMULA)
    five = (6, b"\0\0\0\0\0\0\x14\x40" + FORMULA)
    rows = [HEADER, ["R01", "Intervensi", 5.0, 7.0], ["K01", "Kontrol", 5.0, 5.0],
            ["K02", "Kontrol", 5.0, five], ["3", group, computed, computed]]  # fmt: skip
    _, _, table = oxymilk("s.xls", xls(rows), {}, NUMBER)
    assert code in table["code"].tolist()


CODED = {"codes": {"0": "kurang", "1": "cukup"},
         "group": {"column": "Kelompok", "codes": {"1": "intervention", "2": "control"}}}  # fmt: skip


@pytest.mark.parametrize("name", ["s.sav", "s.dta"])
def test_statistics_files(oxymilk, tmp_path, name):
    columns = {"Kode": ["R1", "R2", "K1"], "Kelompok": [1.0, 1.0, 2.0], "Sebelum": [0.0] * 3,
               "Sesudah": [1.0, 5.0, 0.0]}  # fmt: skip
    status, printed, table = oxymilk(name, statistics(tmp_path / name, columns), CODED)
    assert (status, table["code"][0], table["value"][0], table["row"][0]) == (2, "level_unknown", "5", "2")
    assert 'row 2, column "Sesudah"' in printed
    columns["Sesudah"] = [1.0, 0.0, 0.0]
    content = statistics(tmp_path / name, columns, {"Sesudah": {1: "Kurang", 0: "Cukup"}})
    assert oxymilk(name, content, CODED)[2]["code"][0] == "label_contradicts"
    assert oxymilk(name, content[:300], CODED)[2]["code"][0] == "sheet_unreadable"


def filtered(_, sheet):
    sheet.autofilter("A1:D4")
    sheet.filter_column("A", "x == R01")
    sheet.set_row(3, options={"hidden": True})


def hidden_ods():
    """A row and a column are hidden."""
    columns = b'"Data"><table:table-column/><table:table-column table:visibility="collapse"/>'
    rows = b"</table:table-row><table:table-row>"
    row = b'</table:table-row><table:table-row table:visibility="filter">'
    return repacked(ods(), content=lambda data: data.replace(b'"Data">', columns).replace(rows, row, 1))


# what is hidden: file, how, the warnings, what they show
HIDDEN = {
    "a row": ("s.xlsx", lambda _, sheet: sheet.set_row(2, None, None, {"hidden": True}), "hidden_rows", ": 3."),
    "a filtered row": ("s.xlsx", filtered, "hidden_rows", ": 4."),
    "a row without height": ("s.xlsx", lambda _, sheet: sheet.set_row(2, 0), "hidden_rows", ": 3."),
    "a column": ("s.xlsx", lambda _, sheet: sheet.set_column("C:C", None, None, {"hidden": True}), "hidden_columns",
                 ": C."),
    "a column without width": ("s.xlsx", lambda _, sheet: sheet.set_column("C:C", 0), "hidden_columns", ": C."),
    "a worksheet": ("s.xlsx", lambda book, sheet: (book.add_worksheet().activate(), sheet.hide()), "hidden_worksheet",
                    ""),
    "a very hidden worksheet": ("s.xlsx", lambda book, sheet: (book.add_worksheet().activate(), sheet.very_hidden()),
                                "hidden_worksheet", ""),
    "xls: a row": ("s.xls", xls(hidden_rows=[2]), "hidden_rows", ": 3."),
    "xls: a column": ("s.xls", xls(records=record(0x7D, b"\2\0\2\0\0\x08\0\0\1\0\0\0")), "hidden_columns", ": C."),
    "xls: a worksheet": ("s.xls", xls(hidden=1), "hidden_worksheet", ""),
    "xls: a very hidden worksheet": ("s.xls", xls(hidden=2), "hidden_worksheet", ""),
    "ods: a row and a column": ("s.ods", hidden_ods(), "hidden_rows hidden_columns", ": 2."),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_read_and_reported(oxymilk, name):
    file, how, warnings, place = HIDDEN[name]
    status, printed, table = oxymilk(file, how if isinstance(how, bytes) else xlsx(change=how))
    assert (status, table["code"].tolist(), table["worksheet"][0]) == (0, warnings.split(), "Data")
    assert place in table["wrong_en"][0]
    assert all(part in printed for part in (*table["wrong_en"], *table["wrong_id"]))


def test_a_cell_that_looks_blank_is_blank(oxymilk):
    blanks = ["", "\u200b\u00a0", *" \u00a0\u2003\u200b\ufeff\u2060\u3164\u2800\u00ad\u200e"]
    rows = [[f"K1{at}", "Kontrol", "Kurang", blank] for at, blank in enumerate(blanks)]
    status, _, table = oxymilk("s.csv", [*ROWS, *rows])
    assert (status, table["code"].tolist()) == (0, ["score_missing"] * 12)
    assert table["cell"].tolist() == [f"D{row}" for row in range(5, 17)]


HARMLESS = tables_of(__file__)["harmless"]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm(bench, name):
    observations = bench.wide(text(ROWS).replace(*HARMLESS[name]))
    assert (len(observations.frame("observations")), observations.warnings) == (6, ())


def test_links_that_leave_the_folder_and_what_is_no_file(oxymilk, tmp_path):
    folder, outside = tmp_path / "ward", tmp_path / "s.csv"
    folder.mkdir()
    outside.write_text(text(ROWS), encoding="utf-8")
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    for target in (outside, "link.csv", "absent.csv"):
        (folder / "link.csv").symlink_to(target)
        code = "file_missing" if target == "absent.csv" else "path_outside"
        assert oxymilk("link.csv", None)[2]["code"].tolist() == [code]
        (folder / "link.csv").unlink()
    for name in ("folder.csv", "absent.csv", "pipe.csv"):
        assert oxymilk(name, None)[2]["code"].tolist() == ["file_missing"]


def test_a_file_that_may_not_be_read(oxymilk, monkeypatch):
    real = Path.open

    def refuse(path, *arguments, **keys):
        if path.name == "s.csv" and arguments == ("rb",):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **keys)

    monkeypatch.setattr(Path, "open", refuse)
    status, printed, table = oxymilk("s.csv", text(ROWS))
    assert (status, table["code"].tolist()) == (2, ["sheet_unreadable"])
    assert "Permission denied" in printed


def test_a_file_that_is_named_after_a_person(oxymilk):
    for name in ("Ny_Tumirah.csv", "observasi siti.csv"):
        status, _, table = oxymilk(name, text(ROWS))
        assert (status, table["code"].tolist()) == (0, ["file_names_person"])


def test_one_report_for_study_sheets_and_claims(oxymilk):
    claims = CLAIMS + "a,table 1,twenty,,sample_size,,,,,,,recompute,reproduced,\n"
    status, _, table = oxymilk("s.csv", text(at("C3", "Kurnag", at("B1", "Kelompk"))), claims=claims)
    assert (status, set(table["file"])) == (2, {"s.csv", "claims.csv"})
    alpha = {"study": lambda written: written.replace("alpha: 0.05", "alpha: 5")}
    status, printed, table = oxymilk("s.csv", csv_at("D1", "x"), claims="id\n", **alpha)
    assert (status, list(dict.fromkeys(table["file"]))) == (2, ["study.yaml", "s.csv", "claims.csv"])
    assert all(part in printed for part in (*table["do_en"], *table["do_id"]))


OPEN = tables_of(__file__)["open"]


@pytest.mark.parametrize("place", OPEN)
def test_what_is_open_stops_the_study(oxymilk, place):
    status, printed, table = oxymilk(
        "s.csv", text(ROWS), study=lambda written: written.replace(*OPEN[place], 1)
    )
    assert (status, table["code"][0], table["column"][0]) == (2, "undecided", place)
    assert "still open" in printed
    # but question marks of a sheet may be a word for no value
    assert oxymilk("s.csv", csv_at("D3", "???"), {"missing": ["???"]})[0] == 0


def test_no_label_holds_what_no_document_can(oxymilk):
    for escape in ("\\0", "\\a", "\\ud800", "\\x1b[31m"):
        change = operator.methodcaller("replace", "en: A study", f'en: "a {escape}"')
        assert oxymilk("s.csv", ROWS, study=change)[0] == 2


def test_a_claims_csv_that_is_none(oxymilk):
    for claims, code in (("", "claims_column_missing"), (CLAIMS + '"a,b\n', "quote_open")):
        status, _, table = oxymilk("s.csv", text(ROWS), claims=claims)
        assert (status, table["file"][0]) == (2, "claims.csv")
        assert code in table["code"].tolist()
