"""Files that mean harm, or are merely broken or huge: a fault each, never a traceback, never a long wait."""

import io
import random
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from oxymilk.faults import FaultsError
from oxymilk.files import write_csv

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
ROWS = [["Kode", "Kelompok", "Sebelum", "Sesudah"], ["R1", "Intervensi", "Kurang", "Cukup"],
        ["K1", "Kontrol", "Kurang", "Cukup"]]  # fmt: skip


def workbook_bytes(rows=ROWS):
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet("Data")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    workbook.close()
    return stream.getvalue()


def repacked(**changes):
    """Return the workbook with members replaced (name with / as __) or added."""
    source = zipfile.ZipFile(io.BytesIO(workbook_bytes()))
    members = {name: source.read(name) for name in source.namelist()} | {
        name.replace("__", "/"): content for name, content in changes.items()
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return stream.getvalue()


def sheet_xml(inside="", before=""):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'
    )


def codes(bench, content, name="sheet.xlsx"):
    (bench.folder / name).write_bytes(content)
    return [one.code for one in bench.faults(bench.wide, file=name)]


def told(bench, *arguments, **keys):
    """Say whether a sheet was read, or refused with faults; anything else raises."""
    try:
        bench.wide(*arguments, **keys)
    except FaultsError as error:
        return len(error.faults) > 0
    return True


def test_a_zip_bomb(bench):
    bomb = repacked(xl__media__image1="0" * 60_000_000)
    assert len(bomb) < 200_000
    assert codes(bench, bomb) == ["package_bomb"]


def test_a_bomb_of_many_members(bench):
    assert codes(bench, repacked(**{f"xl__x{at}": "" for at in range(6000)})) == ["package_bomb"]


BILLION = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row>', BILLION),
        sheet_xml("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        sheet_xml(
            '<row r="1"><c r="A1"><v>&x;</v></c></row>',
            '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        ),
    ],
)
def test_xml_entities(bench, content):
    start = time.monotonic()
    assert codes(bench, repacked(**{"xl__worksheets__sheet1.xml": content})) == ["package_entities"]
    assert codes(bench, repacked(**{"xl__sharedStrings.xml": content})) == ["package_entities"]
    assert time.monotonic() - start < 5


def test_entities_in_utf16(bench):
    content = (
        sheet_xml("", BILLION).replace('version="1.0"', 'version="1.0" encoding="UTF-16"').encode("utf-16")
    )
    assert codes(bench, repacked(**{"xl__worksheets__sheet1.xml": content})) == ["package_entities"]


def test_a_lone_cell_at_the_end_of_the_world(bench):
    content = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    assert codes(bench, repacked(**{"xl__worksheets__sheet1.xml": content})) == ["sheet_too_large"]


@pytest.mark.parametrize("address", ["A0", "1A", "AAAAAAA1", "A99999999999", "", "é1", "A-1"])
def test_impossible_addresses(bench, address):
    content = sheet_xml(f'<row r="1"><c r="{address}"><v>1</v></c></row>')
    assert codes(bench, repacked(**{"xl__worksheets__sheet1.xml": content})) != []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"PK\x03\x04" + b"\x00" * 100,
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
    ],
)
@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.xls", "sheet.ods"])
def test_what_is_no_workbook(bench, content, name):
    assert codes(bench, content, name) == ["sheet_unreadable"]


def test_a_zip_without_a_workbook(bench):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("readme.txt", "x")
    assert codes(bench, stream.getvalue()) == ["sheet_unreadable"]


def test_damaged_workbooks_are_faults_and_never_crash(bench):
    """Bytes of real files changed and cut at random places (the same each time)."""
    generator = random.Random(20231201)
    sources = {
        "sheet.xlsx": workbook_bytes(),
        "sheet.xls": (EXAMPLES / "transposed" / "observations.xls").read_bytes(),
        "sheet.ods": (EXAMPLES / "visits" / "kunjungan.ods").read_bytes(),
    }
    for name, content in sources.items():
        for _ in range(8):
            damaged = bytearray(content)
            for _ in range(generator.randint(1, 12)):
                damaged[generator.randrange(len(damaged))] = generator.randrange(256)
            if generator.random() < 0.3:
                damaged = damaged[: generator.randrange(len(damaged))]
            (bench.folder / name).write_bytes(damaged)
            assert told(bench, file=name)


def test_a_file_that_aborts_the_reader(bench):
    """One spoiled byte of a real .xls makes the library ask for a terabyte of memory and end the process."""
    damaged = bytearray((EXAMPLES / "transposed" / "observations.xls").read_bytes())
    damaged[1611] = 212
    assert codes(bench, bytes(damaged), "sheet.xls") == ["sheet_unreadable"]


def test_a_reader_that_takes_too_long(bench, monkeypatch):
    monkeypatch.setattr("oxymilk.ingest.reader_process.SECONDS", 0.001)
    assert codes(bench, workbook_bytes()) == ["sheet_unreadable"]


def test_random_text_is_a_fault_and_never_a_crash(bench):
    generator = random.Random(7)
    alphabet = 'Kode,;|\t"\n\r\x00=+-@\u200b\u00e9 0123Kurang'
    for _ in range(60):
        text = "".join(generator.choice(alphabet) for _ in range(generator.randint(1, 300)))
        assert told(bench, "Kode,Kelompok,Sebelum,Sesudah\n" + text)


def test_a_cell_that_runs_a_program_stays_text_and_is_defused_when_written(bench):
    payload = "=cmd|' /C calc'!A0"
    sheet = (
        f"Kode,Kelompok,Sebelum,Sesudah\n{payload},Intervensi,Kurang,Cukup\n@SUM(1),Kontrol,Kurang,Cukup\n"
    )
    table = bench.wide(sheet, participant={"column": "Kode", "identifying": False}).table
    write_csv(table, bench.folder / "out.csv")
    lines = (bench.folder / "out.csv").read_text("utf-8").splitlines()[1:]
    assert lines[0].startswith("'=cmd")
    assert lines[2].startswith("'@SUM")


def test_a_formula_in_a_workbook_is_not_run(bench):
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream)
    sheet = workbook.add_worksheet()
    for at, row in enumerate(ROWS):
        sheet.write_row(at, 0, row)
    sheet.write_formula("D2", '=HYPERLINK("http://example.org/"&A2,"Cukup")', None, "Cukup")
    workbook.close()
    (bench.folder / "sheet.xlsx").write_bytes(stream.getvalue())
    assert bench.wide(file="sheet.xlsx").table["score"].tolist()[1] == "cukup"


def test_a_hundred_thousand_rows(bench):
    n = 100_000
    lines = ["Kode,Kelompok,Sebelum,Sesudah"]
    lines += [f"R{at},{'Intervensi' if at % 2 else 'Kontrol'},Kurang,Cukup" for at in range(n)]
    lines[77_777] = "R77776,Kontrol,Kurang,Cukpu"
    start = time.monotonic()
    faults = bench.faults(bench.wide, "\n".join(lines))
    assert [(one.code, one.cell) for one in faults] == [("level_unknown", "D77778")]
    assert time.monotonic() - start < 60


def test_two_hundred_columns(bench):
    extra = [f"X{at}" for at in range(200)]
    rows = [[*extra, *ROWS[0]], [*extra, *ROWS[1]], [*extra, *ROWS[2]]]
    (bench.folder / "sheet.xlsx").write_bytes(workbook_bytes(rows))
    observations = bench.wide(file="sheet.xlsx", ignore=extra)
    assert len(observations.table) == 4
    assert observations.warnings == ()
    last = bench.wide(file="sheet.xlsx").warnings[-1]
    assert (last.code, last.cell) == ("column_undeclared", "GR1")


def test_a_field_larger_than_the_reader_takes(bench):
    sheet = 'Kode,Kelompok,Sebelum,Sesudah\n"' + "x" * 200_000 + '",Intervensi,Kurang,Cukup\n'
    assert [one.code for one in bench.faults(bench.wide, sheet)] == ["sheet_unreadable"]


@pytest.mark.parametrize("content", ["\n" * 1_100_000, "," * 20_000])
def test_more_rows_or_columns_than_a_spreadsheet_holds(bench, content):
    assert [one.code for one in bench.faults(bench.wide, content)] == ["sheet_too_large"]


def test_a_large_file_is_not_opened(bench, monkeypatch):
    monkeypatch.setattr("oxymilk.ingest.sheets.LARGEST_FILE", 10)
    assert [one.code for one in bench.faults(bench.wide, "x" * 11)] == ["file_too_large"]


def test_a_folder_in_place_of_a_sheet(bench):
    (bench.folder / "sheet.csv").mkdir()
    assert [one.code for one in bench.faults(bench.wide)] == ["file_missing"]
