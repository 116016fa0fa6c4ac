import copy
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from oxymilk.faults import FaultsError
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

BASE = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "ward" / "study.yaml").read_text(encoding="utf-8")
)
WIDE = {
    "file": "sheet.csv",
    "layout": "wide",
    "participant": "Kode",
    "group": {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}},
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": {"Kurang": "kurang", "Cukup": "cukup"},
}
LONG = {
    "file": "sheet.csv",
    "layout": "long",
    "participant": "Kode",
    "group": WIDE["group"],
    "timepoint": {"column": "Waktu", "codes": {"Pre": "pre", "Post": "post"}},
    "score": "ASI",
    "codes": WIDE["codes"],
}


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data):  # noqa: ARG002
        return True


class Bench:
    """A study folder to write sheets into and to ingest."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir()

    def declare(self, sheets=None, **changes):
        declared = copy.deepcopy(BASE) | {"id": self.folder.name} | copy.deepcopy(changes)
        declared["sheets"] = copy.deepcopy(sheets)
        text = yaml.dump(declared, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True)
        (self.folder / "study.yaml").write_text(text, encoding="utf-8")

    def wide(self, content=None, *, changes=None, **keys):
        """Ingest one wide sheet; `content` is text, bytes, or None when the file was written before."""
        return self.sheets([WIDE | keys], content, changes=changes)

    def long(self, content=None, *, changes=None, **keys):
        return self.sheets([LONG | keys], content, changes=changes)

    def sheets(self, sheets, content=None, *, changes=None):
        self.declare(sheets, **(changes or {}))
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (self.folder / sheets[0]["file"]).write_bytes(data)
        return ingest_observations(load_study(self.folder), self.folder)

    def faults(self, how, *arguments, **keywords):
        """Return the faults (warnings too) of a call that must fail."""
        with pytest.raises(FaultsError) as caught:
            how(*arguments, **keywords)
        return caught.value.faults


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "ward")


@pytest.fixture
def good():
    return "Kode,Kelompok,Sebelum,Sesudah\nR01,Intervensi,Kurang,Cukup\nK01,Kontrol,Kurang,Kurang\n"


def record(number, data=b""):
    return struct.pack("<HH", number, len(data)) + data


def old_workbook(rows, *, records=b"", hidden_rows=(), hidden=0, password=False):
    """Return the bytes of an .xls with one worksheet, "Data".

    `rows` hold texts, numbers, and (number, data) of records to put in the cell's place; `records` are put at the
    sheet's end; `hidden` is 0, or 1 and 2 for a hidden and a very hidden worksheet.
    """
    bof = struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)
    sheet = record(0x809, bof)
    for at in range(len(rows)):
        flags = 0x120 if at in hidden_rows else 0x100
        sheet += record(0x208, struct.pack("<HHHHHHI", at, 0, len(rows[at]), 255, 0, 0, flags))
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", at, column, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                sheet += record(0x204, place + struct.pack("<HB", len(value), 1) + text)
            elif isinstance(value, tuple):
                sheet += record(value[0], place + value[1])
            else:
                sheet += record(0x203, place + struct.pack("<d", value))
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
        text = called.encode("utf-16-le") + b"\0\0"
        told = struct.pack("<HBBIII", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return text.ljust(64, b"\0") + told + bytes(36) + struct.pack("<IQ", first, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(content))
    return header + tables + folder.ljust(512, b"\0") + content


@pytest.fixture
def old():
    """Write old workbooks (XLS) and compound files, with what xlsxwriter cannot."""
    return SimpleNamespace(record=record, workbook=old_workbook, compound_file=compound_file)
