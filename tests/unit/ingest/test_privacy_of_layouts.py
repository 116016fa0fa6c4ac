"""Persons planted in every layout and format: nothing that is written or printed tells who they are."""

import itertools
import operator
import re

import pytest
from tests.cases import tables_of
from tests.unit.ingest.conftest import CODES, FULL, WIDE, statistics, study_yaml, xlsx

from oxymilk.cli import app, main
from oxymilk.files import read_csv

PEOPLE = tables_of(__file__)["people"]
NAMES = [person[0] for person in PEOPLE]
TRACES = tables_of(__file__)["traces"]
# headers that tell, and headers that do not
TELLING = ["No HP", "NIK", "No RM", "E-mail", "Tgl Lahir", "Alamat", "Nama Suami"]
SILENT = ["X1", "X2", "X3", "X4", "X5", "X6", "Keterangan"]
CLAIMS = "id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note\n"
SHEETS = tables_of(__file__)["sheets"]


def sheets_of(layout, headers, slips):
    """Return sheets and files of four people, or of one for each value that slipped into the scores after."""
    rows = [["Responden", "Kelompok", "Sebelum", "Sesudah", *headers]]
    count = max(4, len(slips) + len(slips) % 2)
    half = count // 2
    for at, (name, *rest) in zip(range(count), itertools.cycle(PEOPLE), strict=False):
        after = slips[at] if at < len(slips) else ("Cukup", "Kurang")[at % 2]
        group = "Intervensi" if at < half else "Kontrol"
        rows.append([name + (f" {at}" if at > 3 else ""), group, "Kurang", after, *rest])
    header, *people = rows
    short = [[row[0], *row[2:4]] for row in rows]
    times = [[*row[:2], when, row[at], *row[4:]] for row in people for when, at in (("Pre", 2), ("Post", 3))]
    files = {
        "wide": [rows],
        "two_header_rows": [[["LAPORAN Kasmiatun Wirasih"], ["Data", "", "Nilai", "", *["Lain"] * 7], *rows]],
        "below_cards": [[["Laporan"], ["update", "Kasmiatun Wirasih"], [], [], [], [], *rows]],
        "side_by_side": [[short[0] * 2, *(map(operator.add, short[1 : half + 1], short[half + 1 :]))]],
        "titled": [[header, ["A. Pijat"], *people[:half], ["B. Kontrol"], *people[half:]]],
        "separate_sheets": [[[*row[:3], *row[4:]] for row in rows], [[row[0], row[3]] for row in rows]],
        "transposed": [list(zip(*rows, strict=True))],
        "long": [[["Responden", "Kelompok", "Waktu", "ASI", *headers], *times]],
        "visits": [[["Responden", "Kelompok", "asi_1", "asi_2", *headers], *people]],
    }[layout]  # fmt: skip
    return SHEETS[layout], {sheet["file"]: own for sheet, own in zip(SHEETS[layout], files, strict=True)}


INGEST = ["ingest-observations", "--study", "data/ward", "--results", "results"]
CHECK = ["check-study", "ward"]


def as_csv(rows):
    return "".join(",".join('"' + cell + '"' for cell in row) + "\n" for row in rows).encode()


def traces(text):
    return [trace for trace in TRACES if trace.casefold() in text.casefold()]


@pytest.fixture
def ward(tmp_path, monkeypatch, capsys):
    """Make a study of the sheets and call subcommands as a person does; return what was written and printed."""

    def ward(sheets, files, *commands):
        folder = tmp_path / "data" / "ward"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.yaml").write_text(study_yaml({"sheets": sheets}), encoding="utf-8")
        (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else as_csv(content))
        monkeypatch.chdir(tmp_path)
        printed, statuses = "", []
        for command in commands or (INGEST, CHECK):
            monkeypatch.setattr("sys.argv", ["oxymilk", *command])
            with pytest.raises(SystemExit) as ended:
                main()
            captured = capsys.readouterr()
            printed += captured.out + captured.err
            statuses.append(ended.value.code or 0)
        results = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
        written = printed + "".join(path.read_text("utf-8") for path in results)
        assert traces(written) == []
        return written, statuses

    return ward


@pytest.fixture
def participants(tmp_path):
    return lambda: sorted(set(read_csv(tmp_path / "results" / "observations.csv")["participant"]))


@pytest.mark.parametrize("headers", [TELLING, SILENT], ids=["telling", "silent"])
@pytest.mark.parametrize("layout", SHEETS)
def test_every_layout(ward, participants, layout, headers):
    written, statuses = ward(*sheets_of(layout, headers, []))
    assert statuses == [0, 0], written
    assert participants() == ["P01", "P02", "P03", "P04"]
    assert "Responden" in written
    if layout != "side_by_side":  # it has no further columns
        for header in headers if headers is TELLING else ["X1", "X2", "X4", "X6"]:
            assert header in written
        assert "identifies persons and was dropped" in written


SLIPS = [*PEOPLE[0], "Cukup (kata Kasmiatun)", "hub. suami Prasojo 0812 3456 7890", "Kasmiatun",
         "kasmiatun wirasih"]  # fmt: skip


@pytest.mark.parametrize("slips", [SLIPS, *([slip] for slip in SLIPS if FULL)], ids=len)
@pytest.mark.parametrize("layout", SHEETS)
def test_no_fault_shows_a_person(ward, tmp_path, layout, slips):
    _, statuses = ward(*sheets_of(layout, SILENT, slips))
    assert statuses == [2, 2]
    faults = read_csv(tmp_path / "results" / "faults.csv")
    faults = faults[faults["kind"] == "fault"]
    assert len(faults) == len(slips)
    assert all(faults["cell"])
    for fault in faults.itertuples():
        assert fault.value != "***" or "look into the cell" in fault.do_en
    assert not (tmp_path / "results" / "observations.csv").exists()


def test_a_workbook(ward):
    is_number = re.compile("[1-9][0-9]*").fullmatch  # as Excel keeps telephone and identity numbers
    for slips in ([], ["Kasmiatun", "3374015601900001"]):
        (sheet,), files = sheets_of("wide", SILENT, slips)
        rows = [[float(cell) if is_number(cell) else cell for cell in row] for row in files["sheet.csv"]]
        ward([sheet | {"file": "sheet.xlsx"}], {"sheet.xlsx": xlsx(rows)})


CODED = {"layout": "wide", "participant": "v1", "scores": {"pre": "pre", "post": "post"},
         "codes": {"0": "kurang", "1": "cukup"},
         "group": {"column": "kel", "codes": {"1": "intervention", "2": "control"}}}  # fmt: skip


@pytest.mark.parametrize("name", ["sheet.sav", "sheet.dta"])
@pytest.mark.parametrize("post", [1, 3374015601900001.0, 9])
def test_a_statistics_file_whose_labels_name_persons(ward, tmp_path, name, post):
    columns = {"v1": [1.0, 2.0, 3.0, 4.0], "v2": NAMES, "kel": [1.0, 1.0, 2.0, 2.0], "pre": [0.0] * 4,
               "post": [0.0, 1.0, 0.0, post], "v3": [float(person[2]) for person in PEOPLE]}  # fmt: skip
    labels = {"v1": dict(enumerate(NAMES, start=1)), "post": {9: "Kasmiatun Wirasih"}}
    titles = ["Kode", "Nama Ibu", "Kelompok", "Sebelum", "Sesudah", "Nomor"]
    content = statistics(tmp_path / name, columns, labels, titles)
    written, statuses = ward([CODED | {"file": name}], {name: content})
    assert statuses == [0 if post == 1 else 2] * 2
    assert '"v2" identifies persons and was dropped' in written
    assert written.count("identifies persons and was dropped") >= 1
    assert "v3" in written


def test_the_variable_label_tells_of_the_key(ward, tmp_path, participants):
    columns = {"v1": ["A1", "A2"], "kel": [1.0, 2.0], "pre": [0.0, 0.0], "post": [1.0, 1.0]}
    content = statistics(tmp_path / "s.sav", columns, titles=["Inisial ibu", "", "", ""])
    ward([CODED | {"file": "s.sav"}], {"s.sav": content}, INGEST)
    assert participants() == ["P01", "P02"]


SLIP = "Kasmiatun Wirasih 0812-3456-7890"
WITH_SLIPS = [(TELLING, [SLIP]), (SILENT, ["Kasmiatun"])]
ALL = list(itertools.product([TELLING, SILENT], [[], [SLIP], ["Kasmiatun"]]))


@pytest.mark.parametrize(("headers", "slips"), ALL if FULL else WITH_SLIPS)
@pytest.mark.parametrize("layout", SHEETS)
def test_a_new_study_names_nobody(tmp_path, capsys, layout, headers, slips):
    sheets = []
    for name, rows in sheets_of(layout, headers, slips)[1].items():
        (tmp_path / name).write_bytes(as_csv(rows))
        sheets += ["--sheet", str(tmp_path / name)]
    flags = ["--groups", "Pijat=Intervensi,Kontrol", "--levels", "kurang,cukup"]
    flags += ["--program", "spss", "--paper"]
    app(["new", "melati", *sheets, *flags, "--data", str(tmp_path / "data")], standalone_mode=False)
    printed = capsys.readouterr()
    study = tmp_path / "data" / "melati"
    written = (study / "study.yaml").read_text("utf-8") + (study / "claims.csv").read_text("utf-8")
    assert traces(printed.out + printed.err + written) == []


IN_HEADERS = tables_of(__file__)["in_headers"]


@pytest.mark.parametrize("what", IN_HEADERS)
def test_persons_in_the_header_row(ward, what):
    assert ward([WIDE], {"sheet.csv": IN_HEADERS[what]})[1] == [2, 2]


def test_persons_in_names_of_worksheets_and_columns_of_blocks(ward):
    names = "Ny. Tumirah", "Ny. Sulasmini"
    content = xlsx([["x"]], lambda book, _: book.worksheets()[1].write(0, 0, "x"), names)
    assert ward([WIDE | {"file": "sheet.xlsx"}], {"sheet.xlsx": content})[1] == [2, 2]
    rows = [["Ibu A", "a1", "a2", "Ibu B", "b1", "b2"],
            ["Kasmiatun", "Kurang", "Cukup", "Sulasmini", "Kurang", "Kurang"]]  # fmt: skip
    blocks = [{"group": "intervention", "participant": "Ibu A", "scores": {"pre": "a1", "post": "a2"}},
              {"group": "control", "participant": "Ibu B", "scores": {"pre": "b1", "post": "b2"}}]  # fmt: skip
    sheet = {"file": "sheet.csv", "layout": "side_by_side", "blocks": blocks, "codes": CODES}
    assert ward([sheet], {"sheet.csv": rows})[1] == [0, 0]


def test_plain_codes_stay_as_they_are(ward, participants):
    sheets, files = sheets_of("wide", SILENT, [])
    codes = ["Responden", "R01", "R02", "K01", "K02"]
    coded = [[code, *row[1:4]] for code, row in zip(codes, files["sheet.csv"], strict=True)]
    ward(sheets, {"sheet.csv": coded}, INGEST)
    assert participants() == ["K01", "K02", "R01", "R02"]
