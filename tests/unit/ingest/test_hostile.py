"""Files that mean harm, or are merely broken or huge: a fault each, never a traceback, never a long wait."""

import itertools
import time
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import FULL, ROWS, package, repacked, text, xlsx

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


DOCUMENT_TYPES = (
    sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>&i;</t></is></c></row>', BILLION),
    sheet_xml("", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
    sheet_xml('<row r="1"><c r="A1"><v>&x;</v></c></row>', '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc">]>'),
    sheet_xml("", BILLION).replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16"),
)
FAR_CELLS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
NO_WORKBOOKS = (b"", b"PK", b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0" + bytes(600), package({"a": "x"}))
# the code, and files of which each is refused with it
REFUSED = {
    "package_bomb": lambda: [("s.xlsx", repacked(xlsx(), xl__media__image1="0" * 60_000_000)),
                             ("s.xlsx", repacked(xlsx(), **{f"xl__x{at}": "" for at in range(6000)}))],
    "package_entities": lambda: [("s.xlsx", repacked(xlsx(), **{part: content})) for content in DOCUMENT_TYPES
                                 for part in ("xl__worksheets__sheet1", "xl__sharedStrings")],
    # a lone cell at the end of the world
    "sheet_too_large": lambda: [("s.xlsx", repacked(xlsx(), xl__worksheets__sheet1=sheet_xml(FAR_CELLS))),
                                ("s.csv", "," * 20_000)],
    "sheet_unreadable": lambda: itertools.product(("s.xlsx", "s.xls", "s.ods"), NO_WORKBOOKS),
    "quote_open": lambda: [("s.csv", text(ROWS[:1]) + '"' + "x" * 200_000 + '",Intervensi,Kurang,Cukup\n')],
}  # fmt: skip


@pytest.mark.parametrize("code", REFUSED)
def test_what_is_refused(bench, code):
    for name, content in REFUSED[code]():
        assert len(content) < 1_000_000
        start = time.monotonic()
        assert refused(bench, content, name) == code
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("address", ["A0", "1A", "AAAAAAA1", "A99999999999", "", "é1", "A-1"])
def test_impossible_addresses(bench, address):
    content = sheet_xml(f'<row r="1"><c r="{address}"><v>1</v></c></row>')
    assert bench.codes(repacked(xlsx(), xl__worksheets__sheet1=content), file="sheet.xlsx") != []


@pytest.mark.usefixtures("own_process")
def test_a_file_that_aborts_the_reader(bench, monkeypatch):
    """One spoiled byte of a real .xls makes the library ask for a terabyte of memory and end the process."""
    damaged = bytearray((EXAMPLES / "transposed" / "observations.xls").read_bytes())
    damaged[1611] = 212
    assert refused(bench, bytes(damaged), "sheet.xls") == "sheet_unreadable"
    # a reader that takes too long
    monkeypatch.setattr("oxymilk.ingest.sandbox.SECONDS", 0.001)
    assert refused(bench, xlsx()) == "sheet_unreadable"


def test_very_many_rows(bench):
    n = 100_000 if FULL else 8_000
    rows = [ROWS[0], *([f"R{at}", ("Kontrol", "Intervensi")[at % 2], "Kurang", "Cukup"] for at in range(n))]
    rows[7_777][3] = "Cukpu"
    start = time.monotonic()
    assert bench.codes(rows) == [("level_unknown", "D7778")]
    assert time.monotonic() - start < 60


def test_more_than_is_read(bench, monkeypatch):
    if not FULL:
        monkeypatch.setattr("oxymilk.ingest.sheets.MOST_ROWS", 1000)
    assert refused(bench, "\n" * (1_100_000 if FULL else 1100), "sheet.csv") == "sheet_too_large"
    monkeypatch.setattr("oxymilk.ingest.sheets.LARGEST_FILE", 10)
    assert refused(bench, "x" * 11, "sheet.csv") == "file_too_large"
