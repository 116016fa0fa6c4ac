"""Persons planted in every layout and format: nothing that is written or printed tells who they are."""

import io
import json
from pathlib import Path

import pandas
import pyreadstat
import pytest
import xlsxwriter

from oxymilk.cli import app, main
from oxymilk.files import read_csv

# names that no list has, under headers that do not tell, and all else that sheets hold of a mother
PEOPLE = [
    {"name": "Kasmiatun Wirasih", "phone": "0812-3456-7890", "nik": "3374015601900001", "record": "045612",
     "mail": "kasmi@ward.example", "birth": "17/08/1995", "home": "Jl. Anggrek 3 RT 2", "husband": "Prasojo Wening"},
    {"name": "Ny. Tumirah", "phone": "+62 857 1111 2222", "nik": "3374015601900002", "record": "045613",
     "mail": "tumi@ward.example", "birth": "1994-02-11", "home": "Dusun Sawahan 7", "husband": "Bpk. Wagimin"},
    {"name": "Sulasmini", "phone": "085733334444", "nik": "3374015601900003", "record": "045614",
     "mail": "lasmi@ward.example", "birth": "3-12-1990", "home": "Gg. Kenari 12", "husband": "Trimo Sastro"},
    {"name": "Rr. Hardiningrum", "phone": "081355556666", "nik": "3374015601900004", "record": "045615",
     "mail": "hardi@ward.example", "birth": "09.01.1988", "home": "Perum Griya 5", "husband": "Sdr Paidi"},
]  # fmt: skip
TRACES = (
    "Kasmiatun", "Wirasih", "Tumirah", "Sulasmini", "Hardiningrum", "3456", "1111", "3333", "5555", "33740", "0456",
    "ward.example", "1995", "1994-02", "12-1990", "1988", "Anggrek", "Sawahan", "Kenari", "Griya", "Prasojo", "Wening",
    "Wagimin", "Trimo", "Sastro", "Paidi",
)  # fmt: skip
GROUPS = ["Intervensi", "Intervensi", "Kontrol", "Kontrol"]
SCORES = [("Kurang", "Cukup"), ("Kurang", "Kurang"), ("Kurang", "Kurang"), ("Kurang", "Cukup")]
REST = ["phone", "nik", "record", "mail", "birth", "home", "husband"]
# headers that tell, and headers that do not
TELLING = ["No HP", "NIK", "No RM", "E-mail", "Tgl Lahir", "Alamat", "Nama Suami"]
SILENT = ["X1", "X2", "X3", "X4", "X5", "X6", "Keterangan"]
GROUP = {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}}
CODES = {"Kurang": "kurang", "Cukup": "cukup"}
PRE_POST = {"pre": "Sebelum", "post": "Sesudah"}
BASE = (Path(__file__).parents[2] / "data" / "ward" / "study.yaml").read_text(encoding="utf-8")
CLAIMS = "id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note\n"


def plain(key, headers, slip):
    rows = [[key, "Kelompok", "Sebelum", "Sesudah", *headers]]
    for person, group, (pre, post) in zip(PEOPLE, GROUPS, SCORES, strict=True):
        rows.append([person["name"], group, pre, post, *(person[one] for one in REST)])
    if slip:
        rows[2][3] = slip
    return rows


def wide(key, headers, slip):
    sheet = {"file": "sheet.csv", "layout": "wide", "participant": key, "group": GROUP, "scores": PRE_POST,
             "codes": CODES}  # fmt: skip
    return [sheet], {"sheet.csv": plain(key, headers, slip)}


def two_header_rows(key, headers, slip):
    rows = plain(key, headers, slip)
    top = ["Data", "", "Nilai", "", *["Lain"] * len(headers)]
    rows = [["LAPORAN Kasmiatun Wirasih"], top, *rows]
    joined = {"pre": "Nilai > Sebelum", "post": "Nilai > Sesudah"}
    sheet = {"file": "sheet.csv", "layout": "wide", "header_row": [2, 3], "participant": f"Data > {key}",
             "group": GROUP | {"column": "Data > Kelompok"}, "scores": joined, "codes": CODES}  # fmt: skip
    return [sheet], {"sheet.csv": rows}


def app_export(key, headers, slip):
    sheets, files = wide(key, headers, slip)
    files["sheet.csv"] = [["Laporan"], ["update", "Kasmiatun Wirasih"], [], [], [], [], *files["sheet.csv"]]
    return [sheets[0] | {"layout": "wide", "header_row": 7}], files


def side_by_side(key, headers, slip):
    whole = plain(key, headers, slip)
    header, *rows = [[row[0], row[2], row[3]] for row in whole]
    sheet = {"file": "sheet.csv", "layout": "side_by_side", "participant": key, "scores": PRE_POST, "codes": CODES,
             "blocks": [{"columns": "A:C", "group": "intervention"},
                        {"columns": "D:F", "group": "control"}]}  # fmt: skip
    return [sheet], {"sheet.csv": [header * 2, rows[0] + rows[2], rows[1] + rows[3]]}


def titled(key, headers, slip):
    header, *rows = plain(key, headers, slip)
    below = [["A. Pijat"], *rows[:2], ["B. Kontrol"], *rows[2:]]
    sheet = {"file": "sheet.csv", "layout": "titled", "participant": key, "scores": PRE_POST, "codes": CODES,
             "group": {"titles": {"A. Pijat": "intervention", "B. Kontrol": "control"}}}  # fmt: skip
    return [sheet], {"sheet.csv": [header, *below]}


def separate_sheets(key, headers, slip):
    whole = plain(key, headers, slip)
    one = {"layout": "one_timepoint", "participant": key, "codes": CODES}
    pre = one | {"file": "pre.csv", "timepoint": {"only": "pre"}, "score": "Sebelum", "group": GROUP}
    post = one | {"file": "post.csv", "timepoint": {"only": "post"}, "score": "Sesudah"}
    files = {
        "pre.csv": [[*row[:3], *row[4:]] for row in whole],
        "post.csv": [[row[0], row[3]] for row in whole],
    }
    return [pre, post], files


def transposed(key, headers, slip):
    sheets, files = wide(key, headers, slip)
    files["sheet.csv"] = [list(row) for row in zip(*files["sheet.csv"], strict=True)]
    return [sheets[0] | {"layout": "transposed"}], files


def long(key, headers, slip):
    rows = plain(key, headers, slip)[1:]
    table = [[key, "Kelompok", "Waktu", "ASI", *headers]]
    for row in rows:
        table += [[*row[:2], when, score, *row[4:]] for when, score in (("Pre", row[2]), ("Post", row[3]))]
    sheet = {"file": "sheet.csv", "layout": "long", "participant": key, "group": GROUP, "score": "ASI", "codes": CODES,
             "timepoint": {"column": "Waktu", "codes": {"Pre": "pre", "Post": "post"}}}  # fmt: skip
    return [sheet], {"sheet.csv": table}


def visits(key, headers, slip):
    sheets, files = wide(key, headers, slip)
    files["sheet.csv"][0][2:4] = ["asi_1", "asi_2"]
    del sheets[0]["scores"]
    return [
        sheets[0] | {"layout": "visits", "score": "asi_{visit}", "visits": {"1": "pre", "2": "post"}}
    ], files


LAYOUTS = [wide, two_header_rows, app_export, side_by_side, titled, separate_sheets, transposed, long, visits]


def as_csv(rows):
    return "".join(",".join('"' + cell + '"' for cell in row) + "\n" for row in rows).encode()


def as_xlsx(rows):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as workbook:
        sheet = workbook.add_worksheet("Data")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                # as Excel keeps them: telephone and identity numbers are numbers
                number = cell.isdigit() and not cell.startswith("0")
                (sheet.write_number if number else sheet.write_string)(
                    at, column, float(cell) if number else cell
                )
    return stream.getvalue()


@pytest.fixture
def ward(tmp_path, monkeypatch, capsys):
    """Make a study of the sheets and call subcommands as a person does; return all that was written and printed."""

    def ward(sheets, files, *commands):
        folder = tmp_path / "data" / "ward"
        folder.mkdir(parents=True)
        text = f"{BASE}sheets: {json.dumps(sheets)}\n"
        (folder / "study.yaml").write_text(text, encoding="utf-8")
        (folder / "claims.csv").write_text(CLAIMS, encoding="utf-8")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        monkeypatch.chdir(tmp_path)
        said, statuses = "", []
        for command in commands:
            monkeypatch.setattr("sys.argv", ["oxymilk", *command])
            with pytest.raises(SystemExit) as ended:
                main()
            captured = capsys.readouterr()
            said += captured.out + captured.err
            statuses.append(ended.value.code or 0)
        results = [path for path in (tmp_path / "results").rglob("*") if path.is_file()]
        return said + "".join(path.read_text("utf-8") for path in results), statuses

    return ward


INGEST = ["ingest-observations", "--study", "data/ward/study.yaml", "--folder", "results"]
CHECK = ["check-study", "ward"]


def traces(text):
    return [trace for trace in TRACES if trace.casefold() in text.casefold()]


@pytest.mark.parametrize("headers", [TELLING, SILENT], ids=["telling", "silent"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.__name__)
def test_every_layout(ward, tmp_path, layout, headers):
    sheets, files = layout("Responden", headers, "")
    written, statuses = ward(sheets, {name: as_csv(rows) for name, rows in files.items()}, INGEST, CHECK)
    assert statuses == [0, 0], written
    assert traces(written) == []
    assert set(read_csv(tmp_path / "results" / "observations.csv")["participant"]) == {
        "P01",
        "P02",
        "P03",
        "P04",
    }
    assert '"Responden" identifies persons' in written or "Responden" in written
    if layout not in (side_by_side,):  # it has no further columns
        for header in headers if headers is TELLING else ["X1", "X2", "X4", "X6"]:
            assert f'{header}" identifies persons and was dropped' in written, header


SLIPS = {**{f"a {key}": PEOPLE[0][key] for key in ("name", *REST)},
         "a name in words": "Cukup (kata Kasmiatun)", "a remark": "hub. suami Prasojo 0812 3456 7890",
         "another": "Kasmiatun", "small letters": "kasmiatun wirasih"}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.__name__)
def test_no_fault_shows_a_person(ward, tmp_path, layout, slip):
    sheets, files = layout("Responden", SILENT, SLIPS[slip])
    written, statuses = ward(sheets, {name: as_csv(rows) for name, rows in files.items()}, INGEST, CHECK)
    assert statuses == [2, 2]
    assert traces(written) == []
    faults = read_csv(tmp_path / "results" / "faults.csv")
    fault = faults[faults["kind"] == "fault"].iloc[0]
    assert fault["cell"]
    assert "look into the cell" in fault["do_en"] or fault["value"] != "***"
    assert not (tmp_path / "results" / "observations.csv").exists()


@pytest.mark.parametrize("slip", ["", "Kasmiatun", "3374015601900001"])
def test_a_workbook(ward, slip):
    sheets, files = wide("Responden", SILENT, slip)
    sheets[0]["file"] = "sheet.xlsx"
    written, _ = ward(sheets, {"sheet.xlsx": as_xlsx(files["sheet.csv"])}, INGEST, CHECK)
    assert traces(written) == []


@pytest.mark.parametrize("name", ["sheet.sav", "sheet.dta"])
@pytest.mark.parametrize("post", [1, 3374015601900001.0, 9])
def test_a_statistics_file_whose_labels_name_persons(ward, tmp_path, name, post):
    frame = pandas.DataFrame(
        {"v1": [1.0, 2.0, 3.0, 4.0], "v2": [one["name"] for one in PEOPLE], "kel": [1.0, 1.0, 2.0, 2.0],
         "pre": [0.0] * 4, "post": [0.0, 1.0, 0.0, post], "v3": [float(one["nik"]) for one in PEOPLE]}
    )  # fmt: skip
    labels = {"v1": {at + 1: one["name"] for at, one in enumerate(PEOPLE)}, "post": {9: "Kasmiatun Wirasih"}}
    titles = ["Kode", "Nama Ibu", "Kelompok", "Sebelum", "Sesudah", "Nomor"]
    write = pyreadstat.write_sav if name.endswith("sav") else pyreadstat.write_dta
    write(frame, tmp_path / name, variable_value_labels=labels, column_labels=titles)
    sheet = {"file": name, "layout": "wide", "participant": "v1", "scores": {"pre": "pre", "post": "post"},
             "codes": {"0": "kurang", "1": "cukup"},
             "group": {"column": "kel", "codes": {"1": "intervention", "2": "control"}}}  # fmt: skip
    written, statuses = ward([sheet], {name: (tmp_path / name).read_bytes()}, INGEST, CHECK)
    assert statuses == [0 if post == 1 else 2] * 2
    assert traces(written) == []
    assert '"v2" identifies persons and was dropped' in written
    assert '"v3" identifies persons and was dropped' in written


def test_the_variable_label_tells_of_the_key(ward, tmp_path):
    frame = pandas.DataFrame({"v1": ["A1", "A2"], "kel": [1.0, 2.0], "pre": [0.0, 0.0], "post": [1.0, 1.0]})
    pyreadstat.write_sav(frame, tmp_path / "s.sav", column_labels=["Inisial ibu", "", "", ""])
    sheet = {"file": "s.sav", "layout": "wide", "participant": "v1", "scores": {"pre": "pre", "post": "post"},
             "codes": {"0": "kurang", "1": "cukup"},
             "group": {"column": "kel", "codes": {"1": "intervention", "2": "control"}}}  # fmt: skip
    ward([sheet], {"s.sav": (tmp_path / "s.sav").read_bytes()}, INGEST)
    assert set(read_csv(tmp_path / "results" / "observations.csv")["participant"]) == {"P01", "P02"}


@pytest.mark.parametrize("headers", [TELLING, SILENT], ids=["telling", "silent"])
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("slip", ["", "Kasmiatun Wirasih 0812-3456-7890", "Kasmiatun"])
def test_a_new_study_names_nobody(tmp_path, capsys, layout, headers, slip):
    _, files = layout("Responden", headers, slip)
    sheets = []
    for name, rows in files.items():
        (tmp_path / name).write_bytes(as_csv(rows))
        sheets += ["--sheet", str(tmp_path / name)]
    arguments = ["--groups", "Pijat=Intervensi,Kontrol", "--levels", "kurang,cukup", "--program", "spss"]
    app(["new", "melati", *sheets, *arguments, "--data", str(tmp_path / "data")], standalone_mode=False)
    said = capsys.readouterr()
    folder = tmp_path / "data" / "melati"
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    assert traces(text + said.out + said.err + (folder / "claims.csv").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "rows",
    [
        [["Kode", "Kasmiatun", "Sulasmini"], ["Kelompok", "Intervensi", "Kontrol"], ["Sebelum", "Kurang", "Kurang"],
         ["Sesudah", "Cukup", "Kurang"]],
        [["Kode", "Kelompok", "Sebelum", "Sesuda", "Ny. Tumirah"], ["R1", "Intervensi", "Kurang", "Kurang", "Cukup"]],
        [["Kode", "Kelompok", "Sebelum", "Sesudah", "0812-3456-7890"], ["R1", "Intervensi", "Kurang", "Kurang", ""]],
    ],
    ids=["persons are columns", "a person among the headers", "a telephone number among the headers"],
)  # fmt: skip
def test_persons_in_the_header_row(ward, rows):
    sheet = wide("Kode", [], "")[0][0]
    written, statuses = ward([sheet], {"sheet.csv": as_csv(rows)}, INGEST, CHECK)
    assert statuses == [2, 2]
    assert traces(written) == []


def test_worksheets_that_are_named_after_persons(ward):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as workbook:
        for name in ("Ny. Tumirah", "Ny. Sulasmini"):
            workbook.add_worksheet(name).write(0, 0, "x")
    sheet = wide("Kode", [], "")[0][0] | {"file": "sheet.xlsx"}
    written, statuses = ward([sheet], {"sheet.xlsx": stream.getvalue()}, INGEST, CHECK)
    assert statuses == [2, 2]
    assert traces(written) == []


def test_names_of_the_blocks_own_columns(ward, tmp_path):
    rows = [
        ["Ibu A", "a1", "a2", "Ibu B", "b1", "b2"],
        ["Kasmiatun", "Kurang", "Cukup", "Sulasmini", "Kurang", "Kurang"],
    ]
    blocks = [{"group": "intervention", "participant": "Ibu A", "scores": {"pre": "a1", "post": "a2"}},
              {"group": "control", "participant": "Ibu B", "scores": {"pre": "b1", "post": "b2"}}]  # fmt: skip
    sheet = {"file": "sheet.csv", "layout": "side_by_side", "blocks": blocks, "codes": CODES}
    written, statuses = ward([sheet], {"sheet.csv": as_csv(rows)}, INGEST, CHECK)
    assert statuses == [0, 0], written
    assert traces(written) == []


def test_plain_codes_stay_as_they_are(ward, tmp_path):
    sheets, files = wide("Responden", [], "")
    for at, code in enumerate(["R01", "R02", "K01", "K02"], start=1):
        files["sheet.csv"][at] = [code, *files["sheet.csv"][at][1:4]]
    ward(sheets, {"sheet.csv": as_csv(files["sheet.csv"])}, INGEST)
    assert set(read_csv(tmp_path / "results" / "observations.csv")["participant"]) == {
        "R01",
        "R02",
        "K01",
        "K02",
    }
