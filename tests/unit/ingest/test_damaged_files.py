"""Real files damaged at places drawn by a generator: a table or faults, soon, and never another exception.

The same files are drawn each time; with `OXYMILK_FULL` many more of each kind.
"""

import csv
import io
import random
import shutil
import time
import zipfile
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import FULL, repacked

from oxymilk.faults import FaultsError, describe, fault_rows
from oxymilk.ingest import ingest_observations
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.check import check_study
from oxymilk.new_study.profile import look
from oxymilk.new_study.propose import propose
from oxymilk.study import load_study

DATA = Path(__file__).parents[3] / "data"
STUDIES = sorted([DATA / "bontang2023", *(path.parent for path in (DATA / "examples").glob("*/study.yaml"))])
FILES = [
    (study, name) for study in STUDIES for name in sorted({sheet.file for sheet in load_study(study).sheets})
]
LONGEST = 20  # seconds for one file, on a busy machine
# what people and programs leave in cells
CELLS = (
    "", " ", "\u00a0", "\u200b", "\u3164", "-", "?", "???", "#N/A", "#DIV/0!", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)",
    "+1", "0", "-1", "1e5", "1e400", "9" * 40, "9" * 5000, "0.1.2", "1,234.5", "1.234", "5:12", "2024-10-05", "NaN",
    "inf", "true", "Kurang", "cukup ", "KURANG\n", "Kurang, Cukup", "\u202eKurang", "\x07", "\x1b[31m", "\ufeff",
    "\U0001f600", "\u0661\u0662", "Ny. Siti 0812-3456-7890", "x" * 20_000, "\ud7ff", "'", '"', "{", "%s", "../..",
    "<b>", "&amp;", "Jumlah", "Total", "27 thn",
)  # fmt: skip


def replaced_cells(content, generator):
    """A CSV with cells, rows and columns changed."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
    for _ in range(generator.randint(1, 4)):
        row = generator.randrange(len(rows))
        how = generator.random()
        if how < 0.7 and rows[row]:
            rows[row][generator.randrange(len(rows[row]))] = generator.choice(CELLS)
        elif how < 0.8:
            rows.insert(row, list(rows[generator.randrange(len(rows))]))
        else:
            rows[row] = rows[row][:-1] if how < 0.9 else [*rows[row], generator.choice(CELLS)]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=generator.choice(["\n", "\r\n", "\r"])).writerows(rows)
    return stream.getvalue().encode(generator.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), "replace")


def spoiled_bytes(content, generator):
    spoiled = bytearray(content)
    for _ in range(generator.randint(1, 10)):
        spoiled[generator.randrange(len(spoiled))] = generator.choice(b'\0\1",<\x7f\x80\xff\n\r')
    if generator.random() < 0.2:
        del spoiled[generator.randrange(len(spoiled)) :]
    if generator.random() < 0.1 and spoiled:
        place = generator.randrange(len(spoiled))
        spoiled[place:place] = spoiled[place : place + generator.randrange(1, 300)]
    return bytes(spoiled)


def spoiled_member(content, generator):
    """A package whose members are whole zip members, but damaged inside."""
    names = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.endswith(".xml")]
    name = generator.choice(names)
    how = generator.random()

    def otherwise(data):  # other texts and numbers, the XML in order
        written = data.decode("utf-8")
        for digit in generator.sample("0123456789", 2):
            other = generator.choice(["9", "1", "99999", "-1", "x", ""])
            written = written.replace(digit, other, generator.randint(1, 3))
        return written.encode()

    change = otherwise if how >= 0.6 else lambda data: spoiled_bytes(data, generator)
    return repacked(content, **{name: None if how < 0.15 else change})


def damaged(name, content, generator):
    if name.endswith(".csv") and generator.random() < 0.7:
        return replaced_cells(content, generator)
    if name.endswith((".xlsx", ".ods")) and generator.random() < 0.6:
        return spoiled_member(content, generator)
    return spoiled_bytes(content, generator)


def can_be_reported(faults):
    """Print and write faults, whatever is in them."""
    "".join(describe(fault, language) for fault in faults for language in ("en", "id")).encode()
    repr(fault_rows(faults)).encode()


@pytest.mark.parametrize(("study", "name"), FILES, ids=lambda path: getattr(path, "name", path))
def test_a_damaged_sheet(tmp_path, study, name):
    generator = random.Random(f"{study.name}/{name}")
    folder = tmp_path / study.name
    shutil.copytree(study, folder)
    content = (study / name).read_bytes()
    groups, levels = parse_named("A,B", "group"), parse_named("kurang,cukup", "level")
    for draw in range(500 if FULL else 8 if name.endswith(".csv") else 5):
        (folder / name).write_bytes(damaged(name, content, generator))
        started = time.monotonic()
        try:
            observations = ingest_observations(load_study(folder), folder)
            observations.frame("observations").to_csv().encode()
            faults = list(observations.warnings)
        except FaultsError as error:
            faults = error.faults
        try:
            propose(look(folder, name), Answers(groups=groups, levels=levels, program="spss"), "en")
        except FaultsError as error:
            faults += error.faults
        can_be_reported(faults)
        assert time.monotonic() - started < LONGEST, draw


@pytest.mark.parametrize("name", ["study.yaml", "claims.csv"])
def test_a_damaged_declaration(tmp_path, name):
    generator = random.Random(name)
    words = [*CELLS, "[]", "{}", "null", "~", "- a", "a: b", "0x1", "1_0"]
    for study in sorted({study for study, sheet in FILES if sheet.endswith(".csv")}):
        folder = tmp_path / study.name
        shutil.copytree(study, folder)
        content = (study / name).read_bytes()
        for _ in range(500 if FULL else 4):
            if name == "claims.csv" and generator.random() < 0.6:
                spoiled = replaced_cells(content, generator)
            elif generator.random() < 0.5:
                written = content.decode("utf-8").split(" ")
                written[generator.randrange(len(written))] = generator.choice(words)
                spoiled = " ".join(written).encode()
            else:
                spoiled = spoiled_bytes(content, generator)
            (folder / name).write_bytes(spoiled)
            check = check_study(study.name, tmp_path)
            can_be_reported(check.faults)
            "\n".join(check.report(["en", "id"])).encode()
