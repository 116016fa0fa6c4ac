"""Planted faults in every format, through the command: each is found, at its place, in one report in both languages.

Exit status 2, no traceback, and nothing is written but faults.csv.
"""

import datetime
import io
import os
import re
import zipfile
from pathlib import Path

import pandas
import pyreadstat
import pytest
import xlsxwriter
import yaml

from oxymilk.cli import main
from oxymilk.files import read_csv

BASE = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "ward" / "study.yaml").read_text(encoding="utf-8")
)
WIDE = {
    "layout": "wide",
    "participant": "Kode",
    "group": {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}},
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": {"Kurang": "kurang", "Cukup": "cukup"},
}
NUMBER = {"id": "milk", "label": {"en": "Milk", "id": "ASI"}, "kind": "number", "unit": "ml", "decimals": 1,
          "minimum": 0, "maximum": 900, "scale": "score"}  # fmt: skip
CLAIMS = "id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note\n"
HEADER = ["Kode", "Kelompok", "Sebelum", "Sesudah"]
ROWS = [HEADER, ["R01", "Intervensi", "Kurang", "Cukup"], ["R02", "Intervensi", "Kurang", "Cukup"],
        ["K01", "Kontrol", "Kurang", "Kurang"]]  # fmt: skip
NUMBERS = [HEADER, ["R01", "Intervensi", 5.5, 7], ["R02", "Intervensi", 6, 8], ["K01", "Kontrol", 5, 5]]
DATE = datetime.datetime(2024, 10, 5)


def at(address, value, rows=ROWS):
    """Return rows with one cell changed."""
    changed = [list(row) for row in rows]
    row, column = int(address[1:]) - 1, ord(address[0]) - ord("A")
    changed += [[""] * 4 for _ in range(row + 1 - len(changed))]
    changed[row] += [""] * (column + 1 - len(changed[row]))
    changed[row][column] = value
    return changed


def text(rows):
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


def workbook(rows=ROWS, change=None):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("Data")
        style = book.add_format({"num_format": "d mmm yyyy"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime.datetime):
                    sheet.write_datetime(row, column, cell, style)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(row, column, cell, None, "#N/A" if cell == "=NA()" else "")
                else:
                    sheet.write(row, column, cell)
        if change:
            change(book, sheet)
    return stream.getvalue()


def members(workbook, /, **changes):
    """Return a workbook with members changed by a function of their bytes; a name has __ for /."""
    source = zipfile.ZipFile(io.BytesIO(workbook))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            change = changes.get(name.replace("/", "__").partition(".")[0], bytes)
            package.writestr(name, change(source.read(name)))
    return stream.getvalue()


def with_another(book, _):
    book.add_worksheet("Lain").write_column(0, 0, "xy")


def without_values(content):
    """Return a workbook whose formulas have no stored value."""
    return members(
        content,
        xl__worksheets__sheet1=lambda data: re.sub(rb"(</f>)<v>[^<]*</v>|(</f>)<v ?/>", rb"\1\2", data),
    )


def document_type(data):
    return data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>', 1)


def ods(rows=ROWS, cells=()):
    """Return an ODS; `cells` are (row, column, XML of the cell)."""
    body = ""
    for row, texts in enumerate(rows):
        body += "<table:table-row>"
        for column, cell in enumerate(texts):
            plain = f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            body += next((xml for r, c, xml in cells if (r, c) == (row, column)), plain)
        body += "</table:table-row>"
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Data">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")
    return stream.getvalue()


def statistics(tmp_path, name, post, labels=None):
    frame = pandas.DataFrame(
        {"Kode": ["R1", "R2", "K1"], "Kelompok": [1.0, 1.0, 2.0], "Sebelum": [0.0] * 3, "Sesudah": post}
    )
    write = pyreadstat.write_dta if name.endswith(".dta") else pyreadstat.write_sav
    write(frame, tmp_path / name, variable_value_labels=labels)
    return (tmp_path / name).read_bytes()


CODED = {
    "group": {"column": "Kelompok", "codes": {"1": "intervention", "2": "control"}},
    "codes": {"0": "kurang", "1": "cukup"},
}
BOMB = b"<x>" + b"0" * 60_000_000

# name: file, its content, code, worksheet, cell, value; then keys of the sheet and changes of the study
PLANTED = {
    # text
    "unknown level": ("s.csv", text(at("C3", "Kurnag")), "level_unknown", "", "C3", "Kurnag"),
    "unknown group": ("s.csv", text(at("B4", "Kontorl")), "group_unknown", "", "B4", "Kontorl"),
    "no group": ("s.csv", text(at("B4", "")), "group_missing", "", "B4", ""),
    "no participant": ("s.csv", text(at("A3", "")), "participant_missing", "", "A3", ""),
    "participant twice": ("s.csv", text(at("A3", "r01 ")), "participant_duplicate", "", "A3", "r01"),
    "participant in both groups": ("s.csv", text(at("A4", "R01")), "participant_two_groups", "", "A4", "R01"),
    "a group without anybody": ("s.csv", text(ROWS[:3]), "group_empty", "", "", "control"),
    "a timepoint without values": ("s.csv", text([[*row[:3], ""] if row != HEADER else row for row in ROWS]),
                                   "timepoint_empty", "", "", "post"),
    "a number for a word": ("s.csv", text(at("D2", "1")), "number_for_word", "", "D2", "1"),
    "a column missing": ("s.csv", text(at("D1", "Sesuda")), "column_missing", "", "", ""),
    "a header twice": ("s.csv", text([[*row, "x"] if row != HEADER else [*row, "sesudah"] for row in ROWS]),
                       "header_duplicate", "", "E1", "sesudah"),
    "a value to the right": ("s.csv", text(at("F3", "7")), "cell_outside", "", "F3", ""),
    "no data": ("s.csv", text([HEADER]), "sheet_empty", "", "", ""),
    "an empty file": ("s.csv", b"", "sheet_empty", "", "", ""),
    "windows-1252": ("s.csv", text(at("C3", "Kurangé")).encode("cp1252"), "encoding_wrong", "", "", ""),
    "utf-16": ("s.csv", text(ROWS).encode("utf-16"), "encoding_wrong", "", "", ""),
    "zero bytes": ("s.csv", text(at("C3", "Kur\0ang")), "zero_byte", "", "", ""),
    "an open quotation mark": ("s.csv", text(at("C3", '"Kurang')), "sheet_unreadable", "", "", ""),
    "a very long cell": ("s.csv", text(at("C3", "x" * 200_000)), "sheet_unreadable", "", "", ""),
    "a control character": ("s.csv", text(at("C3", "Kurang\x07")), "level_unknown", "", "C3", "Kurang\\x07"),
    "a program to run": ("s.csv", text(at("C3", "=cmd|' /C calc'!A0")), "level_unknown", "", "C3",
                         "'=cmd|' /C calc'!A0"),
    "two delimiters": ("s.csv", "Kode,A;Kelompok,B\nR01,A;Intervensi,B\n", "delimiter_ambiguous", "", "", ""),
    "a workbook named .csv": ("s.csv", workbook(), "content_differs", "", "", ".csv"),
    "a web page named .csv": ("s.csv", "<!DOCTYPE html><html></html>", "content_differs", "", "", ".csv"),
    "a PDF": ("s.csv", b"%PDF-1.7\n\xe2", "content_differs", "", "", ".csv"),
    "another format": ("s.docx", b"x", "format_unknown", "", "", ".docx"),
    "text for a number": ("s.csv", text(at("C3", "banyak", NUMBERS)), "number_due", "", "C3", "banyak", {}, NUMBER),
    "another unit": ("s.csv", text(at("C3", "6 kg", NUMBERS)), "unit_wrong", "", "C3", "6 kg", {}, NUMBER),
    "out of range": ("s.csv", text(at("C3", "901", NUMBERS)), "score_out_of_range", "", "C3", "901", {}, NUMBER),
    "too many decimals": ("s.csv", text(at("C3", "6.25", NUMBERS)), "score_too_fine", "", "C3", "6.25", {}, NUMBER),
    "a number beyond measure": ("s.csv", text(at("C3", "6" + ".5" + "0" * 30, NUMBERS)), "number_too_long", "", "C3",
                                "6.5" + "0" * 30, {}, NUMBER),
    "the other decimal mark": ("s.csv", text(at("C3", '"6,5"', NUMBERS)), "decimal_mark_wrong", "", "C3", "6,5",
                               {"decimal_mark": "."}, NUMBER),
    "thousands or decimals": ("s.csv", text(at("C3", "1.234", [HEADER, *[[*row[:2], 5, 5] for row in NUMBERS[1:]]])),
                              "decimal_mark_ambiguous", "", "C3", "1.234", {}, NUMBER | {"decimals": 3}),
    # workbooks
    "xlsx: unknown level": ("s.xlsx", workbook(at("C3", "Kurnag")), "level_unknown", "Data", "C3", "Kurnag"),
    "xlsx: number as text": ("s.xlsx", workbook(at("C3", "'6", NUMBERS)), "number_due", "Data", "C3", "'6", {}, NUMBER),
    "xlsx: a date for a number": ("s.xlsx", workbook(at("C3", DATE, NUMBERS)), "date_in_cell", "Data", "C3",
                                  "2024-10-05", {}, NUMBER),
    "xlsx: a date for a word": ("s.xlsx", workbook(at("C3", DATE)), "date_in_cell", "Data", "C3", "2024-10-05"),
    "xlsx: an error": ("s.xlsx", workbook(at("D2", "=NA()")), "cell_error", "Data", "D2", "#N/A"),
    "xlsx: a formula without value": ("s.xlsx", without_values(workbook(at("D2", "=B2"))), "formula_without_value",
                                      "Data", "D2", ""),
    "xlsx: merged scores": ("s.xlsx", workbook(at("D3", ""), lambda _, sheet: sheet.merge_range("D2:D3", "Cukup")),
                            "merged_cell", "Data", "D3", "Cukup"),
    "xlsx: several worksheets": ("s.xlsx", workbook(change=with_another), "worksheet_undeclared", "", "", ""),
    "xlsx: no such worksheet": ("s.xlsx", workbook(), "worksheet_unknown", "", "", "Dta", {"worksheet": "Dta"}),
    "xlsx: cut off": ("s.xlsx", workbook()[:2000], "sheet_unreadable", "", "", ""),
    "xlsx: CSV inside": ("s.xlsx", text(ROWS), "content_differs", "", "", ".xlsx"),
    "xlsx: a zip bomb": ("s.xlsx", members(workbook(), xl__styles=lambda _: BOMB), "package_bomb", "", "", ""),
    "xlsx: XML entities": ("s.xlsx", members(workbook(), xl__worksheets__sheet1=document_type), "package_entities", "",
                           "", ""),
    "xlsx: broken XML": ("s.xlsx", members(workbook(), xl__worksheets__sheet1=lambda data: data[:-30]),
                         "sheet_unreadable", "", "", ""),
    "ods: unknown level": ("s.ods", ods(at("C3", "Kurnag")), "level_unknown", "Data", "C3", "Kurnag"),
    "ods: a formula without value": ("s.ods", ods(cells=[(1, 3, '<table:table-cell table:formula="of:=1"/>')]),
                                     "formula_without_value", "Data", "D2", ""),
    "ods: XML entities": ("s.ods", members(ods(), content=document_type), "package_entities", "", "", ""),
    "xls: HTML inside": ("s.xls", "<html><table><tr><td>Kode</td></tr></table></html>", "content_differs", "", "",
                         ".xls"),
    "xls: nonsense": ("s.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "sheet_unreadable", "", "", ""),
}  # fmt: skip


@pytest.fixture
def oxymilk(tmp_path, monkeypatch, capsys):
    """Make a study and run its first step as a person does; return exit status, what was printed, the faults."""

    def oxymilk(file, content, keys=(), outcome=None, claims=CLAIMS, study=None):
        folder = tmp_path / "ward"
        folder.mkdir(exist_ok=True)
        declared = BASE | {"sheets": [{"file": file, **WIDE, **dict(keys)}]}
        if outcome:
            declared["outcome"] = outcome
            declared["sheets"][0] = {key: one for key, one in declared["sheets"][0].items() if key != "codes"}
        written = yaml.safe_dump(declared, sort_keys=False)
        (folder / "study.yaml").write_text(study(written) if study else written, encoding="utf-8")
        (folder / "claims.csv").write_text(claims, encoding="utf-8")
        if content is not None:
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        results = tmp_path / "results"
        command = ["ingest-observations", "--study", str(folder / "study.yaml"), "--folder", str(results)]
        monkeypatch.setattr("sys.argv", ["oxymilk", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        after = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        assert after == before, "an input was changed"
        if ended.value.code:
            assert [path.name for path in results.iterdir()] == ["faults.csv"]
        return ended.value.code or 0, said.out + said.err, read_csv(results / "faults.csv")

    return oxymilk


def check(found, file, code, worksheet, cell, value):
    status, said, table = found
    assert status == 2
    assert "Traceback" not in said
    fault = table[table["kind"] == "fault"].iloc[0]
    assert (fault["code"], fault["file"], fault["worksheet"]) == (code, file, worksheet)
    assert (fault["cell"], fault["value"]) == (cell, value)
    for wrong, do in (("wrong_en", "do_en"), ("wrong_id", "do_id")):
        assert f"{fault[wrong]} {fault[do]}" in said
    assert fault["wrong_en"] != fault["wrong_id"]
    if cell:
        assert f"cell {cell}" in said
        assert f"sel {cell}" in said


def test_there_are_more_than_forty():
    assert len(PLANTED) > 50


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault(oxymilk, name):
    file, content, code, worksheet, cell, value, *more = PLANTED[name]
    check(oxymilk(file, content, *more), file, code, worksheet, cell, value)


def in_cell(old, number, data):
    """Rows with a record in place of the cell D2."""
    return at("D2", (number, data))


FORMULA = b"\0\0\0\0\0\0\x03\0\x1e\x01\0"  # flags, chain, and 3 bytes of formula: the number 1


@pytest.mark.parametrize(
    ("code", "value", "rows", "more"),
    [
        ("level_unknown", "Cukpu", at("D2", "Cukpu"), {}),
        ("cell_error", "#N/A", at("D2", (0x205, b"\x2a\x01")), {}),
        ("cell_error", "#DIV/0!", at("D2", (6, b"\x02\0\x07\0\0\0\xff\xff" + FORMULA)), {}),
        ("formula_without_value", "", at("D2", (6, b"\x03\0\0\0\0\0\xff\xff" + FORMULA)), {}),
        ("formula_without_value", "0", at("D2", (6, bytes(8) + b"\x03" + FORMULA[1:])), {}),
        ("workbook_encrypted", "", ROWS, {"password": True}),
    ],
)
def test_old_workbooks(oxymilk, old, code, value, rows, more):
    where = ("", "") if code == "workbook_encrypted" else ("Data", "D2")
    check(oxymilk("s.xls", old.workbook(rows, **more)), "s.xls", code, *where, value)


def test_a_row_of_bare_formulas_in_an_old_workbook(oxymilk, old):
    """As in a template that is filled down below the last participant: the formulas give 0."""
    computed = (6, bytes(8) + FORMULA)
    rows = [["Kode", "Kelompok", "Sebelum", "Sesudah"], ["R01", "Intervensi", 5.0, 7.0], ["K01", "Kontrol", 5.0, 5.0],
            ["K02", "Kontrol", 5.0, (6, b"\0\0\0\0\0\0\x14\x40" + FORMULA)], ["3", "", computed, computed]]  # fmt: skip
    _, _, table = oxymilk("s.xls", old.workbook(rows), {}, NUMBER)
    assert "row_only_computed" in table["code"].tolist()


def test_a_merged_score_of_an_old_workbook(oxymilk, old):
    merged = old.record(0xE5, b"\1\0" + b"\1\0\2\0\3\0\3\0")
    check(oxymilk("s.xls", old.workbook([*ROWS[:2], ROWS[2][:3], ROWS[3]], records=merged)), "s.xls", "merged_cell",
          "Data", "D3", "Cukup")  # fmt: skip


def test_a_workbook_with_a_password(oxymilk, old):
    content = old.compound_file("EncryptedPackage", b"x" * 5000)
    check(oxymilk("s.xlsx", content), "s.xlsx", "workbook_encrypted", "", "", "")


@pytest.mark.parametrize("name", ["s.sav", "s.dta"])
def test_statistics_files(oxymilk, tmp_path, name):
    content = statistics(tmp_path, name, [1.0, 5.0, 0.0])
    status, said, table = oxymilk(name, content, CODED)
    assert (status, table["code"][0], table["value"][0], table["row"][0]) == (2, "level_unknown", "5", "2")
    assert 'row 2, column "Sesudah"' in said
    content = statistics(tmp_path, name, [1.0, 0.0, 0.0], {"Sesudah": {1: "Kurang", 0: "Cukup"}})
    status, _, table = oxymilk(name, content, CODED)
    assert (status, table["code"][0]) == (2, "label_contradicts")
    status, _, table = oxymilk(name, content[:300], CODED)
    assert (status, table["code"][0]) == (2, "sheet_unreadable")


HIDDEN = {
    "a row": ("hidden_rows", lambda _, sheet: sheet.set_row(2, None, None, {"hidden": True})),
    "a filtered row": ("hidden_rows", lambda _, sheet: (sheet.autofilter("A1:D4"), sheet.filter_column("A", "x == R01"),
                                                       sheet.set_row(3, options={"hidden": True}))),
    "a row without height": ("hidden_rows", lambda _, sheet: sheet.set_row(2, 0)),
    "a column": ("hidden_columns", lambda _, sheet: sheet.set_column("C:C", None, None, {"hidden": True})),
    "a column without width": ("hidden_columns", lambda _, sheet: sheet.set_column("C:C", 0)),
    "a worksheet": ("hidden_worksheet", lambda book, sheet: (book.add_worksheet().activate(), sheet.hide())),
    "a very hidden worksheet": ("hidden_worksheet", lambda book, sheet: (book.add_worksheet().activate(),
                                                                         sheet.very_hidden())),
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_is_read_and_told(oxymilk, name):
    code, hide = HIDDEN[name]
    status, said, table = oxymilk("s.xlsx", workbook(change=hide))
    assert (status, table["code"].tolist(), table["worksheet"][0]) == (0, [code], "Data")
    assert table["wrong_en"][0] in said
    assert table["wrong_id"][0] in said


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("hidden_rows", {"hidden_rows": [2]}),
        ("hidden_worksheet", {"hidden": 1}),
        ("hidden_worksheet", {"hidden": 2}),
    ],
)
def test_what_is_hidden_in_an_old_workbook_is_read_and_told(oxymilk, old, code, more):
    status, _, table = oxymilk("s.xls", old.workbook(ROWS, **more))
    assert (status, table["code"].tolist()) == (0, [code])
    if code == "hidden_rows":
        assert "read as well: 3" in table["wrong_en"][0]


def test_a_hidden_column_of_an_old_workbook(oxymilk, old):
    hidden = old.record(0x7D, b"\2\0\2\0\0\x08\0\0\1\0\0\0")
    status, _, table = oxymilk("s.xls", old.workbook(ROWS, records=hidden))
    assert (status, table["code"].tolist()) == (0, ["hidden_columns"])
    assert ": C." in table["wrong_en"][0]


def test_a_hidden_row_and_column_of_an_ods(oxymilk):
    columns = b'"Data"><table:table-column/><table:table-column table:visibility="collapse"/>'
    rows = b"</table:table-row><table:table-row>"

    def hide(data):
        filtered = b'</table:table-row><table:table-row table:visibility="filter">'
        return data.replace(b'"Data">', columns).replace(rows, filtered, 1)

    content = members(ods(), content=hide)
    status, _, table = oxymilk("s.ods", content)
    assert (status, table["code"].tolist()) == (0, ["hidden_rows", "hidden_columns"])
    assert "2" in table["wrong_en"][0]
    assert "B" in table["wrong_en"][1]


@pytest.mark.parametrize(
    "blank",
    [
        "",
        " ",
        "\u00a0",
        "\u2003",
        "\u200b",
        "\u200b\u00a0",
        "\ufeff",
        "\u2060",
        "\u3164",
        "\u2800",
        "\u00ad",
        "\u200e",
    ],
)
def test_a_cell_that_looks_blank_is_blank(oxymilk, blank):
    status, _, table = oxymilk("s.csv", text(at("D3", blank)))
    assert (status, table["code"].tolist(), table["cell"].tolist()) == (0, ["score_missing"], ["D3"])


@pytest.mark.parametrize(
    "content",
    [
        text(ROWS).replace("\n", "\r\n"),
        text(ROWS).replace("\n", "\r"),
        text(ROWS).replace("\n", "\r\n", 2),
        "\ufeff" + text(ROWS),
        text(ROWS).replace("R02", "\ufeffR02"),
        text(ROWS).replace("Kurang", "\u202eKurang\u200f"),
        text(ROWS).replace("Kurang,Kurang\n", "Kurang,Kurang,,,\n"),
        text(ROWS).replace("Kode", " kode ").replace("Kurang", "KURANG\u00a0"),
        text(ROWS) + "\n,,,\n \n",
    ],
    ids=[
        "windows",
        "old mac",
        "mixed",
        "mark",
        "mark inside",
        "right to left",
        "more columns",
        "blanks",
        "blank rows",
    ],
)
def test_what_does_no_harm(oxymilk, content):
    status, _, table = oxymilk("s.csv", content)
    assert (status, table["code"].tolist()) == (0, [])


@pytest.mark.parametrize("path", ["../s.csv", "/etc/passwd", "a/../../s.csv", "C:\\s.csv", "s\\..\\s.csv"])
def test_paths_that_leave_the_folder(oxymilk, tmp_path, path):
    (tmp_path / "s.csv").write_text(text(ROWS), encoding="utf-8")
    status, said, table = oxymilk(path, None)
    assert (status, table["code"].tolist()) == (2, ["path_outside"])
    assert "Traceback" not in said


def test_links_that_leave_the_folder_or_go_nowhere(oxymilk, tmp_path):
    (tmp_path / "ward").mkdir()
    (tmp_path / "s.csv").write_text(text(ROWS), encoding="utf-8")
    link = tmp_path / "ward" / "link.csv"
    for target in (tmp_path / "s.csv", link):
        link.symlink_to(target)
        assert oxymilk("link.csv", None)[2]["code"].tolist() == ["path_outside"]
        link.unlink()
    link.symlink_to(tmp_path / "ward" / "absent.csv")
    assert oxymilk("link.csv", None)[2]["code"].tolist() == ["file_missing"]


def test_what_is_no_file(oxymilk, tmp_path):
    (tmp_path / "ward").mkdir()
    (tmp_path / "ward" / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "ward" / "pipe.csv")
    for name in ("folder.csv", "absent.csv", "pipe.csv"):
        assert oxymilk(name, None)[2]["code"].tolist() == ["file_missing"]


def test_a_file_that_may_not_be_read(oxymilk, monkeypatch):
    from pathlib import Path

    real = Path.open

    def refuse(path, *arguments, **keys):
        if path.name == "s.csv" and arguments == ("rb",):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **keys)

    monkeypatch.setattr(Path, "open", refuse)
    status, said, table = oxymilk("s.csv", text(ROWS))
    assert (status, table["code"].tolist()) == (2, ["sheet_unreadable"])
    assert "Permission denied" in said


@pytest.mark.parametrize("name", ["Ny_Tumirah.csv", "observasi siti.csv"])
def test_a_file_that_is_named_after_a_person(oxymilk, name):
    status, _, table = oxymilk(name, text(ROWS))
    assert (status, table["code"].tolist()) == (0, ["file_names_person"])


def test_one_report_for_study_sheets_and_claims(oxymilk):
    """All files are faulty; all is told at once."""
    status, said, table = oxymilk(
        "s.csv",
        text(at("C3", "Kurnag", at("B1", "Kelompk"))),
        claims=CLAIMS + "a,table 1,twenty,,sample_size,,,,,,,recompute,reproduced,\n",
    )
    assert status == 2
    assert set(table["file"]) == {"s.csv", "claims.csv"}
    status, said, table = oxymilk(
        "s.csv",
        text(at("D1", "x")),
        claims="id\n",
        study=lambda text: text.replace("alpha: 0.05", "alpha: 5"),
    )
    assert status == 2
    assert list(dict.fromkeys(table["file"])) == ["study.yaml", "s.csv", "claims.csv"]
    for fault in table.itertuples():
        assert fault.do_en in said
        assert fault.do_id in said


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("en: A study", 'en: "???"', "title.en"),
        ("en: Massage", "en: Massage ???", "groups[1].label.en"),
        ("alpha: 0.05", "alpha: ???", "alpha"),
        ("Kontrol: control", 'Kontrol: "???"', "sheets[1].group.codes.Kontrol"),
        ("Cukup: cukup", 'Cukup: cukup\n    "???": kurang', "sheets[1].codes.???"),
        ("pre: Sebelum", "pre: ???", "sheets[1].scores.pre"),
    ],
)
def test_what_is_open_stops_the_study(oxymilk, old, new, place):
    status, said, table = oxymilk("s.csv", text(ROWS), study=lambda text: text.replace(old, new, 1))
    assert (status, table["code"][0], table["column"][0]) == (2, "undecided", place)
    assert "still open" in said


def test_question_marks_of_the_sheet_may_be_a_word_for_no_value(oxymilk):
    assert oxymilk("s.csv", text(at("D3", "???")), {"missing": ["???"]})[0] == 0


@pytest.mark.parametrize("escape", ["\\\\0", "\\\\a", "\\\\ud800", "\\\\x1b[31m"])
def test_no_label_holds_what_no_document_can(oxymilk, escape):
    status, said, _ = oxymilk(
        "s.csv", text(ROWS), study=lambda text: re.sub("en: A study", f'en: "a {escape}"', text)
    )
    assert status == 2
    assert "Traceback" not in said


def test_faults_of_claims_go_to_faults_csv_when_they_come_later(oxymilk, tmp_path, monkeypatch, capsys):
    assert oxymilk("s.csv", text(ROWS))[0] == 0
    folder, results = tmp_path / "ward", tmp_path / "results"
    (folder / "claims.csv").write_text(
        CLAIMS + "a,t,twenty,,sample_size,,,,,,,recompute,reproduced,\n", encoding="utf-8"
    )
    (results / "empty.csv").write_text("", encoding="utf-8")
    named = {"study": folder / "study.yaml", "claims": folder / "claims.csv", "frequencies": results / "empty.csv",
             "tests": results / "empty.csv", "output": results / "verdicts.csv"}  # fmt: skip
    arguments = [part for key, path in named.items() for part in (f"--{key}", str(path))]
    monkeypatch.setattr("sys.argv", ["oxymilk", "audit-claims", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert read_csv(results / "faults.csv")["code"].tolist() == ["claims_number"]
    assert not (results / "verdicts.csv").exists()


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ("", "claims_column_missing"),
        (CLAIMS + '"a,b\n', "sheet_unreadable"),
        (CLAIMS + "a" + ",b" * 20 + "\n", "claims_row_long"),
        (CLAIMS.replace("where", "id"), "claims_column_missing"),
        (CLAIMS.replace("\n", ",id\n"), "claims_column_unknown"),
    ],
)
def test_a_claims_csv_that_is_none(oxymilk, claims, code):
    status, said, table = oxymilk("s.csv", text(ROWS), claims=claims)
    assert (status, table["file"][0]) == (2, "claims.csv")
    assert code in table["code"].tolist()
    assert "Traceback" not in said
