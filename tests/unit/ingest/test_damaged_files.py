"""Real files damaged at places drawn by a generator: a table or faults, soon, and never another exception.

The same files are drawn each time; `OXYMILK_FUZZ=5000` draws that many of each kind.
"""

import csv
import io
import os
import random
import shutil
import time
import zipfile
from pathlib import Path

import pytest

from oxymilk.faults import FaultsError, describe, faults_table
from oxymilk.ingest import ingest_observations
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.check import check_study
from oxymilk.new_study.profile import look
from oxymilk.new_study.propose import propose
from oxymilk.study import load_study

DATA = Path(__file__).parents[3] / "data"
STUDIES = sorted([DATA / "bontang2023", *(path.parent for path in (DATA / "examples").glob("*/study.yaml"))])
DRAWS = int(os.environ.get("OXYMILK_FUZZ", "0"))
LONGEST = 20  # seconds for one file, on a busy machine
# what people and programs leave in cells
CELLS = (
    "", " ", "\u00a0", "\u200b", "\u3164", "-", "?", "???", "#N/A", "#DIV/0!", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)",
    "+1", "0", "-1", "1e5", "1e400", "9" * 40, "9" * 5000, "0.1.2", "1,234.5", "1.234", "5:12", "2024-10-05", "NaN",
    "inf", "true", "Kurang", "cukup ", "KURANG\n", "Kurang, Cukup", "\u202eKurang", "\x07", "\x1b[31m", "\ufeff",
    "\U0001f600", "\u0661\u0662", "Ny. Siti 0812-3456-7890", "x" * 20_000, "\ud7ff", "'", '"', "{", "%s", "../..",
    "<b>", "&amp;", "Jumlah", "Total", "27 thn",
)  # fmt: skip


def sheets_of(study):
    return sorted(
        path for path in study.iterdir() if path.suffix not in (".yaml", ".md") and path.name != "claims.csv"
    )


FILES = [
    (study, sheet.name) for study in STUDIES for sheet in sheets_of(study) if sheet.name != "exclusions.csv"
]


def replaced_cells(content, generator):
    """A CSV with cells, rows and columns changed."""
    text = content.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for _ in range(generator.randint(1, 4)):
        row = generator.randrange(len(rows))
        how = generator.random()
        if how < 0.7 and rows[row]:
            rows[row][generator.randrange(len(rows[row]))] = generator.choice(CELLS)
        elif how < 0.8:
            rows.insert(row, list(rows[generator.randrange(len(rows))]))
        elif how < 0.9:
            rows[row] = rows[row][:-1]
        else:
            rows[row] = [*rows[row], generator.choice(CELLS)]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=generator.choice(["\n", "\r\n", "\r"])).writerows(rows)
    return stream.getvalue().encode(generator.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), "replace")


def spoiled_bytes(content, generator):
    spoiled = bytearray(content)
    for _ in range(generator.randint(1, 10)):
        spoiled[generator.randrange(len(spoiled))] = generator.choice(
            [0, 1, 34, 44, 60, 127, 128, 255, 10, 13]
        )
    if generator.random() < 0.2:
        del spoiled[generator.randrange(len(spoiled)) :]
    if generator.random() < 0.1:
        at = generator.randrange(len(spoiled))
        spoiled[at:at] = spoiled[at : at + generator.randrange(1, 300)]
    return bytes(spoiled)


def spoiled_member(content, generator):
    """A package whose members are whole zip members, but damaged inside."""
    source = zipfile.ZipFile(io.BytesIO(content))
    members = {name: source.read(name) for name in source.namelist()}
    name = generator.choice([one for one in members if one.endswith(".xml")])
    if generator.random() < 0.15:
        del members[name]
    else:
        members[name] = spoiled_bytes(members[name], generator)
        if generator.random() < 0.5:  # other texts and numbers, the XML in order
            text = source.read(name).decode("utf-8")
            for digit in generator.sample("0123456789", 2):
                text = text.replace(
                    digit, generator.choice(["9", "1", "99999", "-1", "x", ""]), generator.randint(1, 3)
                )
            members[name] = text.encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for one, data in members.items():
            package.writestr(one, data)
    return stream.getvalue()


def damaged(name, content, generator):
    if name.endswith(".csv") and generator.random() < 0.7:
        return replaced_cells(content, generator)
    if name.endswith((".xlsx", ".ods")) and generator.random() < 0.6:
        return spoiled_member(content, generator)
    return spoiled_bytes(content, generator)


def told(faults):
    """Faults can be printed and written, whatever is in them."""
    for fault in faults:
        for language in ("en", "id"):
            describe(fault, language).encode()
    faults_table(faults).to_csv().encode()
    return True


def table_or_faults(folder):
    try:
        observations = ingest_observations(load_study(folder), folder)
    except FaultsError as error:
        return told(error.faults) and any(fault.kind == "fault" for fault in error.faults)
    observations.table.to_csv().encode()
    return told(observations.warnings)


def proposed_or_faults(folder, name):
    groups, levels = parse_named("A,B", "group"), parse_named("kurang,cukup", "level")
    try:
        propose(look(folder, name), Answers(groups=groups, levels=levels, program="spss"), "en")
    except FaultsError as error:
        return told(error.faults)
    return True


@pytest.mark.parametrize(("study", "name"), FILES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_a_damaged_sheet(tmp_path, study, name):
    generator = random.Random(f"{study.name}/{name}")
    folder = tmp_path / study.name
    shutil.copytree(study, folder)
    content = (study / name).read_bytes()
    for draw in range(DRAWS or (40 if name.endswith(".csv") else 6)):
        (folder / name).write_bytes(damaged(name, content, generator))
        started = time.monotonic()
        assert table_or_faults(folder), draw
        assert proposed_or_faults(folder, name), draw
        assert time.monotonic() - started < LONGEST, draw


@pytest.mark.parametrize("name", ["study.yaml", "claims.csv"])
def test_a_damaged_declaration(tmp_path, name):
    generator = random.Random(name)
    for study in STUDIES:
        if sheets_of(study)[0].suffix != ".csv":
            continue
        folder = tmp_path / study.name
        shutil.copytree(study, folder)
        content = (study / name).read_bytes()
        for _ in range(DRAWS or 15):
            if name == "claims.csv" and generator.random() < 0.6:
                spoiled = replaced_cells(content, generator)
            elif generator.random() < 0.5:
                words = content.decode("utf-8").split(" ")
                words[generator.randrange(len(words))] = generator.choice(
                    [*CELLS, "[]", "{}", "null", "~", "- a", "a: b", "0x1", "1_0"]
                )
                spoiled = " ".join(words).encode()
            else:
                spoiled = spoiled_bytes(content, generator)
            (folder / name).write_bytes(spoiled)
            check = check_study(study.name, tmp_path)
            assert told(check.faults)
            "\n".join(check.report(["en", "id"])).encode()
