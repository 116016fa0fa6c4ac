"""What becomes of hundreds of bad inputs: named in place, a crash, or lost without a word.

    python tests/reliability.py             every input; writes the tables of docs/reliability.md
    python tests/reliability.py --share 20  every twentieth input; prints, writes nothing

The inputs are the same in every run. Exit status 1 when an input crashed or was lost silently.
"""

import argparse
import contextlib
import csv
import io
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
import zipfile
from collections import Counter, defaultdict
from importlib import import_module
from itertools import product
from pathlib import Path
from unittest import mock
from xml.sax.saxutils import escape

import docx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
# the generators of the tests
ward, damage, hostile, planted = (
    import_module(f"tests.unit.ingest.{name}")
    for name in ("conftest", "test_damaged_files", "test_hostile", "test_planted_faults")
)
READER, read_yaml = import_module("tests.unit.conftest").READER, import_module("tests.cases").read_yaml

PAGE = ROOT / "docs" / "reliability.md"
LISTS = read_yaml(ROOT / "tests" / "data" / "reliability" / "inputs.yaml")
OUTCOMES = ("accepted", "named in place", "named elsewhere", "crash", "silent")
ACCEPTED, NAMED, ELSEWHERE, CRASH, SILENT = OUTCOMES
STEPS = ("ingest-observations", "test-groups", "audit-claims", "explain-claims")
EXAMPLE = ROOT / "data" / "examples" / "words"
LONGEST = 120  # seconds for one command


class CrashError(Exception):
    """A command ended with an exception that is no fault, or did not end."""


def oxymilk(*arguments, folder="."):
    """Call a command as at the terminal; return its exit status and what it printed."""
    from oxymilk.cli import main

    said, sys.argv = io.StringIO(), ["oxymilk", *map(str, arguments)]
    signal.alarm(LONGEST)  # a KeyboardInterrupt
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), contextlib.chdir(folder):
            main()
    except SystemExit as ended:
        return ended.code or 0, said.getvalue()
    except (Exception, KeyboardInterrupt) as error:
        frames = [of for of in traceback.extract_tb(error.__traceback__) if "/oxymilk/" in of.filename]
        place = f"{Path(frames[-1].filename).name}, {frames[-1].name}" if frames else "a library"
        raise CrashError(f"{arguments[0]}: {type(error).__name__} in {place}") from None
    finally:
        signal.alarm(0)


def step(name, study, results, *options):
    return oxymilk(name, "--study", study, "--results", results, *options)


def outcome(status, said, *places):
    """Say what a status and an output are: a refusal names its place, or another."""
    return ACCEPTED if status != 2 else NAMED if any(place in said for place in places) else ELSEWHERE


def read_rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_csv(rows):
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


TIMES = ("pre", "post")
PEOPLE = {f"{group[0]}{at:02}": group for group in ("Intervensi", "Kontrol") for at in range(1, 11)}
# the score cells, "K01 pre"; every third is sufficient
NAMES = [f"{person} {when}" for person in PEOPLE for when in TIMES]
CELLS = {cell: "Kurang" if at % 3 else "Cukup" for at, cell in enumerate(NAMES)}
FORMATS = {"csv": as_csv, "xlsx": ward.xlsx, "xls": ward.xls,
           "ods": lambda rows: ward.ods([[escape(cell) for cell in row] for row in rows])}  # fmt: skip


def layouts():
    """Yield the name of each layout, and its files as rows that hold the names of the score cells."""
    head, times = ["Kode", "Kelompok"], ["Sebelum", "Sesudah"]
    people = [[person, f"{person} pre", f"{person} post"] for person in PEOPLE]
    wide = [[*head, *times], *([row[0], PEOPLE[row[0]], *row[1:]] for row in people)]
    long = [[*row[:2], cell.split()[1], cell] for row in wide[1:] for cell in row[2:]]
    halves = [left + right for left, right in zip(people[:10], people[10:], strict=True)]
    yield "wide", {"s": wide}
    yield "visits", {"s": [[*head, "skor 1", "skor 2"], *wide[1:]]}
    yield "long", {"s": [[*head, "Waktu", "ASI"], *long]}
    yield "side_by_side", {"s": [["Kode", *times] * 2, *halves]}
    yield "transposed", {"s": list(zip(*wide, strict=True))}
    yield "titled", {"s": [["Kode", *times], ["Intervensi"], *people[:10], ["Kontrol"], *people[10:]]}
    pages = {at: [[*head, "ASI"], *([*row[:2], row[x]] for row in wide[1:])] for x, at in enumerate(TIMES, 2)}
    yield "one_timepoint", pages


def is_visible(value):
    return any(unicodedata.category(c)[0] not in "ZC" and c not in "\u3164\u2800" for c in value)


def account(folder, layout, files, form, changes):
    """Plant values in score cells: cells in must be values out and cells named, and no other value may move."""
    shutil.rmtree(folder)
    folder.mkdir()
    sheets, where, written = [], {}, CELLS | changes
    for name, rows in files.items():
        file = f"{name}.{form}"
        grid = [(cell, f"{chr(65 + x)}{y}") for y, row in enumerate(rows, 1) for x, cell in enumerate(row)]
        where |= {cell: (file, address) for cell, address in grid if cell in CELLS}
        filled = [[written.get(cell, cell) for cell in row] for row in rows]
        (folder / file).write_bytes(FORMATS[form](filled))
        keys = {"file": file, "layout": layout, "participant": "Kode", "codes": ward.CODES}
        keys |= {} if layout == "side_by_side" else {"group": ward.GROUP}
        keys |= {"timepoint": {"only": name}} if len(files) > 1 else {}
        sheets.append(keys | LISTS["layouts"][layout])
    (folder / "study.yaml").write_text(ward.study_yaml({"sheets": sheets}), encoding="utf-8")
    status, _ = step(STEPS[0], folder, folder / "results")
    named = {(row["file"], row["cell"]) for row in read_rows(folder / "results" / "faults.csv")}
    missed = {cell: value for cell, value in changes.items() if where[cell] not in named}
    if status and 0 < len(missed) < len(changes):
        # a fault that hides another is corrected first, then the other must be named
        return account(folder, layout, files, form, missed)
    if status:
        return NAMED if changes and not missed else ELSEWHERE
    rows = read_rows(folder / "results" / "observations.csv")
    scores = {f"{row['participant']} {row['timepoint']}": row["score"] for row in rows}
    out = {cell for cell, score in scores.items() if score}
    lost = [cell for cell in CELLS.keys() - out if is_visible(written[cell]) and where[cell] not in named]
    moved = [cell for cell in out - changes.keys() if scores[cell] != CELLS[cell].lower()]
    if lost or moved or {row["participant"] for row in rows} != set(PEOPLE):
        return SILENT
    return NAMED if changes and not missed else ACCEPTED


def sheet_cases():
    generator, garbage = random.Random("sheets"), [*damage.CELLS, *LISTS["words"]]
    plain = [text for text in garbage if text.isascii() and text.isprintable() and 0 < len(text) < 99]
    for (layout, files), form in product(layouts(), FORMATS):
        values = garbage if form == "csv" else [text for text in plain if text[0] not in "<="]
        for at in range(25 if form == "csv" else 7):
            cells = generator.sample(sorted(CELLS), (0 if at == 0 else 3 if at % 4 == 3 else 1))
            changes = {cell: generator.choice(values) for cell in cells}
            yield "sheets, cell by cell", f"{layout} {form} {changes}", account, layout, files, form, changes


def check_file(folder, file, content, code, cell="", value="", keys=(), measured=None):
    """Ingest a wide or long sheet whose fault is known."""
    sheet = (ward.LONG if "timepoint" in keys else ward.WIDE) | {"file": file} | dict(keys)
    declared = {"sheets": [sheet | {"codes": {}}], "outcome": measured} if measured else {"sheets": [sheet]}
    (folder / "study.yaml").write_text(ward.study_yaml(declared), "utf-8")
    if content is not None:
        (folder / file).write_bytes(ward.as_bytes(content() if callable(content) else content))
    status, _ = step(STEPS[0], folder, folder / "results")
    due = {"kind": "fault", "code": code, "cell": cell, "value": value, "file": file}
    named = any(due.items() <= row.items() for row in read_rows(folder / "results" / "faults.csv"))
    return SILENT if not status else NAMED if named else ELSEWHERE


def check_study(folder, study, file, content, steps):
    """Copy a study with another file, check it and run its steps: what check-study accepts must run."""
    shutil.copytree(study, folder / study.name)
    (folder / study.name / file).write_bytes(content)
    status, said = oxymilk("check-study", study.name, "--data", folder)
    for name in steps:
        status, said = (status, said) if status else step(name, folder / study.name, folder / "results")
    return outcome(status, said, file)


def check_paper(folder, content):
    (folder / "paper.docx").write_bytes(content)
    return outcome(*oxymilk("draft-claims", folder / "paper.docx"), "paper.docx")


def file_cases():
    for name, (file, content, *due) in planted.PLANTED.items():
        yield "sheets, faults planted at a known place", name, check_file, file, content, *due
    kind, stream, paper = "hostile files", io.BytesIO(), docx.Document()
    for code, make in hostile.REFUSED.items():
        for at, (name, content) in enumerate(make()):
            yield kind, f"{code} {at}", check_file, name, content, code
    for (study, name), at in product(damage.FILES, range(10)):
        draw = random.Random(f"{study.name}/{name}/{at}")
        spoiled = damage.damaged(name, (study / name).read_bytes(), draw)
        yield kind, f"{study.name}/{name}, draw {at}", check_study, study, name, spoiled, STEPS[:1]
    paper.add_paragraph("Nilai p = 0,004 (n = 20), sebelum 75,0% dan sesudah 25%.")
    paper.add_table(3, 3).rows[0].cells[0].text = "0,083"
    paper.save(stream)
    whole, tag = zipfile.ZipFile(stream).read("word/document.xml"), b"<w:tcPr>"
    for span in LISTS["spans"]:
        content = whole.replace(tag, tag + span.encode(), 1)
        yield kind, f"docx {span}", check_paper, ward.repacked(stream.getvalue(), word__document=content)
    for at in range(20):
        spoiled = damage.damaged("paper.xlsx", stream.getvalue(), random.Random(f"docx/{at}"))
        yield kind, f"docx, draw {at}", check_paper, spoiled


def declared_cases():
    words = [*damage.CELLS, "[]", "{}", "null", "~", "- a", "a: b", "0x1", "1_0"]
    studies = sorted({study for study, name in damage.FILES if name.endswith(".csv")})
    for name, study, at in product(("study.yaml", "claims.csv"), studies, range(15)):
        generator, content = random.Random(f"{study.name}/{name}/{at}"), (study / name).read_bytes()
        written = content.decode("utf-8").split(" ")
        written[generator.randrange(len(written))] = generator.choice(words)
        spoiled = " ".join(written).encode() if at % 2 else damage.spoiled_bytes(content, generator)
        if name == "claims.csv" and at % 3:
            spoiled = damage.replaced_cells(content, generator)
        yield name, f"{study.name}, draw {at}", check_study, study, name, spoiled, STEPS
    head, first, *rest = csv.reader((EXAMPLE / "claims.csv").read_text("utf-8").splitlines())
    for text in [*LISTS["ids"], "A" * 300]:
        content = as_csv([head, [text, *first[1:]], *rest])
        yield "claims.csv", f"id {text[:20]!r}", check_study, EXAMPLE, "claims.csv", content, STEPS


CUTS = {
    "anything": r"(?s).*", "any row": r"(?s)\n.*", "a header": r"\A.*\n", "its end": r"(?s)(?<=^.{200}).*",
    "a column": r"(?m)^[^,\n]*,", "digits": r"\d+", "commas": ",",
}  # fmt: skip


def check_config(folder, written):
    (folder / "config.yaml").write_text(written, encoding="utf-8")
    status, said = oxymilk("verify", folder=folder)
    # there are no studies and no results here: nothing can be in order
    return outcome(status, said, "config.yaml", "words", "missing") if status else SILENT


def check_option(folder, command, option, value, base):
    arguments = [*command.split(), *option.split(), *([value] if option.startswith("-") or value else [])]
    if command in ("test-groups", "explain-claims", "make-tables", "plot-figures", "write-documents"):
        shutil.copytree(base, folder / "results")
        arguments[1:1] = ["--study", EXAMPLE, "--results", folder / "results"]
    status, said = oxymilk(*arguments, folder=folder)
    return outcome(status, said, *option.split(), *([value] if value else [])) if status else SILENT


def check_table(folder, base, name, cut):
    results = folder / "results"
    shutil.copytree(base, results)
    whole = (results / f"{name}.csv").read_text("utf-8")
    spoiled = re.sub(CUTS[cut], "", whole)
    (results / f"{name}.csv").write_text(spoiled, "utf-8")
    status, said = step(LISTS["tables"][name], EXAMPLE, results)
    return outcome(status, said, f"{name}.csv") if status or spoiled == whole else SILENT


def every_case(base):
    """Yield kind, label and check of each input; `base` holds the results of the example whose tables are spoiled."""
    yield from (*sheet_cases(), *file_cases(), *declared_cases())
    yield from (("config.yaml", repr(text), check_config, text) for text in LISTS["configs"])
    for name, cut in product(LISTS["tables"], CUTS):
        yield "result tables", f"{name}.csv without {cut}", check_table, base, name, cut
    for command, options in LISTS["options"].items():
        for option in options:
            for value in options[option]:
                label = f"{command} {option} {value}"
                yield "options", label, check_option, command, option, value, base


def run_cases(share=1):
    """Run every `share`th input; return {kind: outcomes counted, and seconds}, and {(kind, cause): labels}."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    counts, causes = defaultdict(Counter), defaultdict(list)
    reader = mock.patch("oxymilk.ingest.sheets.read_foreign", READER)  # one process for all workbooks
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings(action="ignore"), reader:
        base, folder = Path(place, "base"), Path(place, "ward")
        for name in STEPS:
            step(name, EXAMPLE, base)
        for kind, label, check, *given in list(every_case(base))[::share]:
            folder.mkdir()
            started = time.monotonic()
            try:
                result = cause = check(folder, *given)
            except CrashError as error:
                result, cause = CRASH, str(error)
            counts[kind] += Counter({result: 1, "seconds": time.monotonic() - started})
            if result in (CRASH, SILENT, ELSEWHERE):
                causes[kind, cause].append(label)
            shutil.rmtree(folder)
    return counts, causes


def tables(counts, causes, share=1):
    """Return the table of kinds, and that of what is open, each with its shortest input."""
    rows = ["| kind | inputs | " + " | ".join(OUTCOMES) + " | seconds |\n", "|---" * 8 + "|\n"]
    for kind, of in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        each = " | ".join(str(of[name]) for name in OUTCOMES)
        rows.append(f"| {kind} | {sum(of[name] for name in OUTCOMES)} | {each} | {of['seconds']:.0f} |\n")
    rows.append(f"\nOne input in {share}.\n" if share > 1 else "")
    found = ["| kind | what | inputs | the shortest |\n", "|---" * 4 + "|\n"]
    for (kind, cause), labels in sorted(causes.items()):
        shortest = min(labels, key=len).encode("unicode_escape").decode().replace("|", "\\|")[:120]
        found.append(f"| {kind} | {cause} | {len(labels)} | `{shortest}` |\n")
    return {"inputs": "".join(rows), "open": "".join(found)}


def write_tables(made, page=PAGE):
    """Put tables between their marks in the page."""
    text = page.read_text("utf-8")
    for name, table in made.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->\n"
        text = text[: text.index(begin) + len(begin)] + table + text[text.index(end) :]
    page.write_text(text, "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", type=int, default=1, help="Run every SHAREth input only.")
    options = parser.parse_args()
    counts, causes = run_cases(options.share)
    made = tables(counts, causes, options.share)
    if options.share == 1:
        write_tables(made)
    sys.stdout.write("\n".join(made.values()))
    sys.exit(any(of[CRASH] or of[SILENT] for of in counts.values()))


if __name__ == "__main__":
    main()
