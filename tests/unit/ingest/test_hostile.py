"""Files that mean harm, or are merely broken or huge: a fault each, never a traceback, never a long wait."""

import contextlib
import io
import random
import time
import zipfile
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import FULL, ROWS, codes, repacked, scores, text, xlsx

from oxymilk.faults import FaultsError
from oxymilk.files import write_csv

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"
ENTITIES = "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BILLION = f'<!DOCTYPE x [<!ENTITY a "ha">{ENTITIES}]>'


def sheet_xml(inside="", before=""):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'
    )


def refused(bench, content, name="sheet.xlsx"):
    """Return the only code of a file that is refused."""
    ((code, _),) = bench.codes(content, file=name)
    return code


@pytest.mark.parametrize(
    "members", [{"xl__media__image1.png": "0" * 60_000_000}, {f"xl__x{at}": "" for at in range(6000)}]
)
def test_zip_bombs(bench, members):
    bomb = repacked(xlsx(), **members)
    assert len(bomb) < 1_000_000
    assert refused(bench, bomb) == "package_bomb"


@pytest.mark.parametrize(
    "content",
    [
        sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row>', BILLION),
        sheet_xml("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        sheet_xml(
            '<row r="1"><c r="A1"><v>&x;</v></c></row>', '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc">]>'
        ),
        sheet_xml("", BILLION).replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"),
    ],
)
@pytest.mark.parametrize("part", ["xl__worksheets__sheet1", "xl__sharedStrings"])
def test_xml_entities(bench, content, part):
    start = time.monotonic()
    assert refused(bench, repacked(xlsx(), **{part: content})) == "package_entities"
    assert time.monotonic() - start < 5


def test_a_lone_cell_at_the_end_of_the_world(bench):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refused(bench, repacked(xlsx(), xl__worksheets__sheet1=sheet_xml(rows))) == "sheet_too_large"


@pytest.mark.parametrize("address", ["A0", "1A", "AAAAAAA1", "A99999999999", "", "é1", "A-1"])
def test_impossible_addresses(bench, address):
    content = sheet_xml(f'<row r="1"><c r="{address}"><v>1</v></c></row>')
    assert bench.codes(repacked(xlsx(), xl__worksheets__sheet1=content), file="sheet.xlsx") != []


def test_what_is_no_workbook(bench):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("readme.txt", "x")
    no_package = (b"", b"PK", b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0" + bytes(600), stream.getvalue())
    for content in no_package:
        for name in ("sheet.xlsx", "sheet.xls", "sheet.ods"):
            assert refused(bench, content, name) == "sheet_unreadable"


@pytest.mark.usefixtures("own_process")
def test_a_file_that_aborts_the_reader(bench):
    """One spoiled byte of a real .xls makes the library ask for a terabyte of memory and end the process."""
    damaged = bytearray((EXAMPLES / "transposed" / "observations.xls").read_bytes())
    damaged[1611] = 212
    assert refused(bench, bytes(damaged), "sheet.xls") == "sheet_unreadable"


@pytest.mark.usefixtures("own_process")
def test_a_reader_that_takes_too_long(bench, monkeypatch):
    monkeypatch.setattr("oxymilk.ingest.sandbox.SECONDS", 0.001)
    assert refused(bench, xlsx()) == "sheet_unreadable"


def test_random_text_is_a_fault_and_never_a_crash(bench):
    generator = random.Random(7)
    alphabet = 'Kode,;|\t"\n\r\x00=+-@\u200b\u00e9 0123Kurang'
    for _ in range(60 if FULL else 20):
        spoiled = "".join(generator.choice(alphabet) for _ in range(generator.randint(1, 300)))
        with contextlib.suppress(FaultsError):
            bench.wide(text(ROWS[:1]) + spoiled)


def test_a_cell_that_runs_a_program_stays_text_and_is_defused_when_written(bench):
    payloads = "=cmd|' /C calc'!A0", "@SUM(1)"
    rows = [ROWS[0], [payloads[0], *ROWS[1][1:]], [payloads[1], *ROWS[3][1:]]]
    table = bench.wide(rows, participant={"column": "Kode", "identifying": False}).table
    assert table["participant"].tolist()[::2] == list(payloads)
    write_csv(table, bench.folder / "out.csv")
    lines = (bench.folder / "out.csv").read_text("utf-8").splitlines()
    assert (lines[1][:5], lines[3][:5]) == ("'=cmd", "'@SUM")


def test_very_many_rows(bench):
    n = 100_000 if FULL else 8_000
    rows = [ROWS[0], *([f"R{at}", ("Kontrol", "Intervensi")[at % 2], "Kurang", "Cukup"] for at in range(n))]
    rows[7_777][3] = "Cukpu"
    start = time.monotonic()
    assert bench.codes(rows) == [("level_unknown", "D7778")]
    assert time.monotonic() - start < 60


def test_two_hundred_columns(bench):
    names = [f"X{at}" for at in range(200)]
    content = xlsx([[*names, *row] for row in ROWS])
    observations = bench.wide(content, file="sheet.xlsx", ignore=names)
    assert (len(scores(observations)), codes(observations)) == (6, [])
    last = bench.wide(file="sheet.xlsx").warnings[-1]
    assert (last.code, last.cell) == ("column_undeclared", "GR1")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (text(ROWS[:1]) + '"' + "x" * 200_000 + '",Intervensi,Kurang,Cukup\n', "sheet_unreadable"),
        ("," * 20_000, "sheet_too_large"),
        ("\n" * 1_100_000, "sheet_too_large"),
    ],
    ids=["a field", "columns", "rows"],
)
def test_more_than_a_spreadsheet_holds(bench, monkeypatch, content, code):
    if not FULL and content.startswith("\n"):
        content = content[:1100]
        monkeypatch.setattr("oxymilk.ingest.sheets.MOST_ROWS", 1000)
    assert refused(bench, content, "sheet.csv") == code


def test_a_large_file_is_not_opened(bench, monkeypatch):
    monkeypatch.setattr("oxymilk.ingest.sheets.LARGEST_FILE", 10)
    assert refused(bench, "x" * 11, "sheet.csv") == "file_too_large"
