"""A ward to write sheets into, and writers of every format."""

import copy
import datetime
import io
import json
import os
import re
import struct
import zipfile
from pathlib import Path

import pandas
import pyreadstat
import pytest
import xlsxwriter
import yaml
from tests.cases import read_yaml

from oxymilk.faults import FaultsError
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

FULL = bool(os.environ.get("OXYMILK_FULL"))
WARD = Path(__file__).parents[2] / "data" / "ward" / "study.yaml"
BASE = read_yaml(WARD)
GROUP = {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}}
CODES = {"Kurang": "kurang", "Cukup": "cukup"}
PRE_POST = {"pre": "Sebelum", "post": "Sesudah"}
WIDE = {"file": "sheet.csv", "layout": "wide", "participant": "Kode", "group": GROUP, "scores": PRE_POST,
        "codes": CODES}  # fmt: skip
LONG = {"file": "sheet.csv", "layout": "long", "participant": "Kode", "group": GROUP, "score": "ASI", "codes": CODES,
        "timepoint": {"column": "Waktu", "codes": {"Pre": "pre", "Post": "post"}}}  # fmt: skip
ROWS = [["Kode", "Kelompok", "Sebelum", "Sesudah"], ["R01", "Intervensi", "Kurang", "Cukup"],
        ["R02", "Intervensi", "Kurang", "Cukup"], ["K01", "Kontrol", "Kurang", "Kurang"]]  # fmt: skip


def study_yaml(declared):
    """Return the study.yaml of the ward with some keys as declared."""
    # no part of a copy is there twice, which YAML would write as a reference
    whole = json.loads(json.dumps(BASE | declared, default=str))
    return yaml.dump(whole, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


class Bench:
    """A study folder to write sheets into and to ingest."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir()

    def wide(self, content=None, *, changes=None, **keys):
        """Ingest one wide sheet; `content` is text, bytes, rows, or None when the file was written before."""
        return self.sheets([WIDE | keys], content, changes=changes)

    def long(self, content=None, *, changes=None, **keys):
        return self.sheets([LONG | keys], content, changes=changes)

    def sheets(self, sheets, content=None, *, changes=None):
        (self.folder / "study.yaml").write_text(study_yaml((changes or {}) | {"sheets": sheets}), "utf-8")
        if content is not None:
            (self.folder / sheets[0]["file"]).write_bytes(as_bytes(content))
        return ingest_observations(load_study(self.folder), self.folder)

    def faults(self, how, *arguments, **keywords):
        """Return the faults (warnings too) of a call that must fail."""
        with pytest.raises(FaultsError) as caught:
            how(*arguments, **keywords)
        return caught.value.faults

    def codes(self, *arguments, how=None, **keywords):
        """Return code and cell (or row) of each fault of a sheet that must fail, warnings left out."""
        faults = self.faults(how or self.wide, *arguments, **keywords)
        return [(fault.code, fault.cell or fault.row) for fault in faults if fault.kind == "fault"]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "ward")


def scores(observations):
    return observations.frame("observations")["score"].tolist()


def codes(observations):
    return [warning.code for warning in observations.warnings]


def at(address, value, rows=ROWS):
    """Return rows with one cell changed."""
    changed = copy.deepcopy(rows)
    row, column = int(address[1:]) - 1, ord(address[0]) - ord("A")
    changed += [[""] * 4 for _ in range(row + 1 - len(changed))]
    changed[row] += [""] * (column + 1 - len(changed[row]))
    changed[row][column] = value
    return changed


def text(rows):
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def as_bytes(content):
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else text(content)).encode()


def xlsx(rows=ROWS, change=None, names=("Data",)):
    """Return a workbook, changed by a function of workbook and worksheet; a text that starts with = is a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheets = [book.add_worksheet(name) for name in names]
        style = book.add_format({"num_format": "d mmm yyyy"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime.datetime):
                    sheets[0].write_datetime(row, column, cell, style)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheets[0].write_formula(row, column, cell, None, "#N/A" if cell == "=NA()" else "")
                elif cell != "":
                    sheets[0].write(row, column, cell)
        if change:
            change(book, sheets[0])
    return stream.getvalue()


def package(members):
    """Return a zip package."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def repacked(content, /, **changes):
    """Return a package with members changed, by bytes or a function of them, or left out; a name has __ for /."""
    source = zipfile.ZipFile(io.BytesIO(content))
    members = {name: source.read(name) for name in source.namelist()}
    own = {name.partition(".")[0]: name for name in members}
    for path, change in ((short.replace("__", "/"), change) for short, change in changes.items()):
        name = own.get(path, path)
        members[name] = change(members[name]) if callable(change) else change
    return package({name: data for name, data in members.items() if data is not None})


def without_values(content):
    """Return a workbook whose formulas have no stored value, as programs write it that never compute them."""
    stored = rb"(</f>)<v>[^<]*</v>|(</f>)<v ?/>"
    return repacked(content, xl__worksheets__sheet1=lambda data: re.sub(stored, rb"\1\2", data))


ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ODS_SPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"


def ods(rows=ROWS):
    """Return an ODS; a cell that starts with < is XML."""
    cells = ("".join(cell if cell.startswith("<") else ODS_CELL.format(cell) for cell in row) for row in rows)
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    spaces = "".join(f' xmlns:{name}="{ODS_SPACE.format(name)}"' for name in ("office", "table", "text"))
    for tag in (
        'table:table table:name="Data"',
        "office:spreadsheet",
        "office:body",
        f"office:document-content{spaces}",
    ):
        body = f"<{tag}>{body}</{tag.partition(' ')[0]}>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    members = {
        "mimetype": kind,
        "content.xml": f'<?xml version="1.0"?>{body}',
        "META-INF/manifest.xml": "<manifest/>",
    }
    return package(members)


def record(number, data=b""):
    return struct.pack("<HH", number, len(data)) + data


def xls(rows=ROWS, *, records=b"", hidden_rows=(), hidden=0, password=False):
    """Return the bytes of an .xls with one worksheet, "Data".

    `rows` hold texts, numbers, and (number, data) of records to put in the cell's place; `records` are put at the
    sheet's end; `hidden` is 0, or 1 and 2 for a hidden and a very hidden worksheet.
    """
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for row, cells in enumerate(rows):
        flags = 0x120 if row in hidden_rows else 0x100
        sheet += record(0x208, struct.pack("<HHHHHHI", row, 0, len(cells), 255, 0, 0, flags))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                value = 0x204, struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            number, data = value if isinstance(value, tuple) else (0x203, struct.pack("<d", value))
            sheet += record(number, place + data)
    sheet += records + record(0x0A)
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    start += record(0x2F, bytes(6)) if password else b""
    position = len(start) + 4 + 8 + 8 + 4
    start += record(0x85, struct.pack("<IBBBB", position, hidden, 0, 4, 1) + "Data".encode("utf-16-le"))
    return compound_file("Workbook", start + record(0x0A) + sheet)


def compound_file(name, content):
    """Return a compound file (OLE) with one stream."""
    content = content.ljust(4096, b"\0")
    content = content.ljust(-(-len(content) // 512) * 512, b"\0")
    sectors = len(content) // 512
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    tables = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096)
    header += struct.pack("<IIII", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(called, kind, child, first, size):
        name = called.encode("utf-16-le") + b"\0\0"
        tree = struct.pack("<HBBIII", len(name), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return name.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(content))
    return header + tables + folder.ljust(512, b"\0") + content


def statistics(path, columns, labels=None, titles=None, missing=None):
    """Write a .sav or .dta and return its bytes."""
    keys = {"missing_ranges": missing} if path.suffix == ".sav" else {}
    write = pyreadstat.write_sav if path.suffix == ".sav" else pyreadstat.write_dta
    write(pandas.DataFrame(columns), path, variable_value_labels=labels, column_labels=titles, **keys)
    return path.read_bytes()


@pytest.fixture
def good():
    return text([ROWS[0], ROWS[1], ROWS[3]])
