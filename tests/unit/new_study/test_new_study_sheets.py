"""oxymilk new: sheets as wards keep them, read without a word of help."""

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
import yaml

from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.check import check_study
from oxymilk.new_study.new import new_study


def answers(levels="kurang,cukup", outcome="Produksi ASI", **more):
    groups, named = parse_named("Intervensi,Kontrol", "group"), parse_named(levels, "level")
    return Answers(groups=groups, levels=named, outcome=outcome, program="spss", **more)


def make(tmp_path, said, path, name="melati"):
    folder = new_study(name, [path], said, data=tmp_path).folder
    return folder, (folder / "study.yaml").read_text(encoding="utf-8")


def sheet(tmp_path, text):
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return path


def workbook(tmp_path, worksheets, name="sheet.xlsx"):
    path = tmp_path / name
    with xlsxwriter.Workbook(path) as book:
        for title, rows in worksheets.items():
            page = book.add_worksheet(title)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return path


def proposed(text):
    return yaml.safe_load(text)["sheets"]


@pytest.mark.parametrize("merged", [True, False])
def test_two_header_rows_are_one_header_however_few_columns_the_upper_one_spans(merged, tmp_path):
    upper = ["No", "Nama Ibu", "Kelompok", "Usia (th)", "Produksi ASI", ""]
    lower = ["", "", "", "", "Sebelum", "Sesudah"]
    rows = [
        [1, "Contoh A", "Intervensi", 24, "Kurang", "Cukup"],
        [2, "Contoh B", "Kontrol", 31, "Kurang", "Kurang"],
    ]
    if merged:
        path = tmp_path / "sheet.xlsx"
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet("Rekap")
            page.write(0, 0, "REKAPITULASI")
            for at, text in enumerate(upper[:4]):
                page.merge_range(2, at, 3, at, text)
            page.merge_range(2, 4, 2, 5, upper[4])
            page.write_row(3, 4, lower[4:])
            for at, row in enumerate(rows, start=4):
                page.write_row(at, 0, row)
    else:
        path = workbook(tmp_path, {"Rekap": [["REKAPITULASI"], [], upper, lower, *rows]})
    _, text = make(tmp_path, answers(outcome=""), path)
    (found,) = proposed(text)
    assert found["header_row"] == [3, 4]
    assert found["scores"] == {"pre": "Produksi ASI > Sebelum", "post": "Produksi ASI > Sesudah"}
    assert found["characteristics"] == {"age": "Usia (th)"}
    assert yaml.safe_load(text)["outcome"]["label"]["id"] == "Produksi ASI"
    check = check_study("melati", tmp_path)
    assert check.ready
    assert check.observations.table["score"].tolist() == ["kurang", "cukup", "kurang", "kurang"]


def test_notes_and_signatures_below_a_table_are_left_out_and_a_mother_who_left_is_not(tmp_path):
    head = ["No", "Kode", "Kelompok", "Ruang", "Sebelum", "Sesudah"]
    rows = [
        [n, f"R{n}", "Intervensi" if n < 3 else "Kontrol", "Melati", "Kurang", "Cukup"] for n in range(1, 5)
    ]
    left = [5, "R5", "", "", "Kurang", ""]
    foot = [
        [],
        ["", "", "", "", "Bontang, 2 Mei"],
        ["Mengetahui", "", "", "", "Peneliti"],
        ["Ns. Contoh, S.Kep"],
    ]
    _, text = make(tmp_path, answers(), workbook(tmp_path, {"Data": [head, *rows, left, *foot]}))
    assert proposed(text)[0]["last_row"] == 6
    assert "Contoh" not in text
    faults = [fault for fault in check_study("melati", tmp_path).faults if fault.kind == "fault"]
    # her group is missing, and is asked for; nothing is said of the signatures
    assert {fault.row for fault in faults} == {6}
    _, text = make(
        tmp_path, answers(), workbook(tmp_path, {"Data": [head, *rows]}, "plain.xlsx"), name="plain"
    )
    assert "last_row" not in proposed(text)[0]


def test_visits_may_be_numbered_anywhere_in_a_header(tmp_path):
    head = "Kode,Kelompok,Umur,Volume ASI hari 7 (ml),Volume ASI hari 1 (ml),Volume ASI hari 3 (ml)\n"
    rows = "a,Intervensi,24 thn,30,4.25,9\nb,Kontrol,31 thn,12,3,5\n"
    folder, text = make(tmp_path, answers(levels="", unit="ml", outcome=""), sheet(tmp_path, head + rows))
    (found,) = proposed(text)
    assert found["score"] == "Volume ASI hari {visit} (ml)"
    assert found["visits"] == {1: "day_1", 3: "day_3", 7: "day_7"}
    tree = yaml.safe_load(text)
    assert [one["label"] for one in tree["timepoints"]][1] == {"en": "Day 3", "id": "Hari 3"}
    assert tree["outcome"]["label"] == {"en": "Milk volume", "id": "Volume ASI"}
    assert tree["outcome"]["decimals"] == 2
    (folder / "study.yaml").write_text(text.replace('["???", "???"]', "[day_1, day_7]"), encoding="utf-8")
    check = check_study("melati", tmp_path)
    assert check.ready
    assert check.observations.table["score"].tolist()[:3] == ["4.25", "9", "30"]


@pytest.mark.parametrize("names", [("Intervensi", "Kontrol"), ("Ruang 1", "Ruang 2")])
def test_numbers_that_start_anew_in_each_worksheet_are_different_mothers(names, tmp_path):
    with_groups = names[0] == "Intervensi"
    head = ["No", "Sebelum", "Sesudah"] if with_groups else ["No", "Kelompok", "Sebelum", "Sesudah"]
    groups = [[]] * 2 if with_groups else [["Intervensi"], ["Kontrol"]]
    book = {
        name: [head, *([number, *group, "Kurang", "Cukup"] for number in (1, 2, 3))]
        for name, group in zip(names, groups, strict=True)
    }
    _, text = make(tmp_path, answers(worksheet="all"), workbook(tmp_path, book))
    source = [found["participant"] for found in proposed(text)]
    assert source == [{"column": "No", "per_group": True} if with_groups else {"by_row": True}] * 2
    check = check_study("melati", tmp_path)
    assert check.ready, check.faults
    assert check.observations.table["participant"].nunique() == 6
    assert check.claims[0].printed == "6"


def test_a_key_that_holds_names_is_replaced_whatever_its_header_says(tmp_path):
    text = "Responden,Kelompok,Sebelum,Sesudah\nSiti Contoh,Intervensi,kurang,cukup\nNy. W,Kontrol,kurang,kurang\n"
    _, study = make(tmp_path, answers(), sheet(tmp_path, text))
    assert proposed(study)[0]["participant"] == {"column": "Responden", "identifying": True}
    assert check_study("melati", tmp_path).observations.table["participant"].unique().tolist() == [
        "P01",
        "P02",
    ]
    _, study = make(tmp_path, answers(), sheet(tmp_path, text.replace("Siti Contoh", "R1").replace("Ny. W", "R2")),
                    name="codes")  # fmt: skip
    assert proposed(study)[0]["participant"] == {"column": "Responden"}


def test_a_statistics_file_tells_with_its_labels_what_its_names_do_not(tmp_path):
    path = tmp_path / "data.sav"
    frame = pd.DataFrame(
        {"V1": ["Siti Contoh", "Wati Contoh", "Nur Contoh"], "V2": [1.0, 2, 2], "V3": [3.0, 1, 2],
         "V4": [1.0, 1, 8], "V5": [2.0, 1, 9]},
    )  # fmt: skip
    levels = {1: "Kurang", 2: "Cukup", 8: "Tidak diisi", 9: "Hilang"}
    pyreadstat.write_sav(
        frame, path,
        column_labels=["Nama ibu", "Kelompok", "Pendidikan terakhir", "Produksi ASI sebelum", "Produksi ASI sesudah"],
        variable_value_labels={"V2": {1: "Intervensi", 2: "Kontrol"}, "V3": {1: "Dasar", 2: "Menengah", 3: "Tinggi"},
                               "V4": levels, "V5": levels},
        missing_ranges={"V5": [9]},
    )  # fmt: skip
    _, text = make(tmp_path, answers(outcome=""), path)
    tree = yaml.safe_load(text)
    (found,) = tree["sheets"]
    assert found["participant"] == {"column": "V1", "identifying": True}
    assert found["scores"] == {"pre": "V4", "post": "V5"}
    assert found["missing"] == [8]  # what the file itself declares as missing needs no word
    assert found["codes"] == {1: "kurang", 2: "cukup"}
    assert found["characteristics"]["education"]["codes"] == {1: "dasar", 2: "menengah", 3: "tinggi"}
    assert [one["id"] for one in tree["characteristics"][0]["levels"]] == ["dasar", "menengah", "tinggi"]
    assert tree["outcome"]["label"]["id"] == "Produksi ASI"
    assert 'pre: V4  # seen: 1 (2), 8 (1); the file calls it "Produksi ASI sebelum"' in text
    check = check_study("melati", tmp_path)
    assert check.ready
    assert check.observations.table["score"].tolist() == ["kurang", "cukup", "kurang", "kurang", "", ""]


def test_what_words_mean_is_proposed_even_where_the_column_is_open(tmp_path):
    path = sheet(tmp_path, "Kode,Kelompok,x,y\na,Intervensi,K,C\nb,Kontrol,K,K\n")
    _, text = make(tmp_path, answers(levels="kurang=K,cukup=C"), path)
    (found,) = proposed(text)
    assert found["scores"] == {"pre": "???", "post": "???"}
    assert found["codes"] == {"K": "kurang", "C": "cukup"}


HEAD, ROW = ["No", "Sebelum", "Sesudah"], [1, "Kurang", "Cukup"]


@pytest.mark.parametrize(
    ("worksheets", "offered"),
    [
        ({"Data": [["A. Kelompok Pijat"], HEAD, ROW, [], ["B. Kelompok Kontrol"], HEAD, ROW]},
         "Pijat=A. Kelompok Pijat,Kontrol=B. Kelompok Kontrol"),
        ({"Kelompok Pijat": [HEAD, ROW], "Kontrol": [HEAD, ROW]}, "Pijat=Kelompok Pijat,Kontrol"),
        ({"Data": [["No", "Kel", *HEAD[1:]], [1, "Kelompok Pijat", *ROW[1:]], [2, "Kelompok Kontrol", *ROW[1:]]]},
         "Pijat=Kelompok Pijat,Kontrol=Kelompok Kontrol"),
        ({"Data": [HEAD, ROW]}, ""),
    ],
)  # fmt: skip
def test_groups_are_offered_wherever_the_sheet_names_them(worksheets, offered, tmp_path):
    asked = {}

    def ask(question, default):
        asked[question.split(" (")[0].split(",")[0]] = default
        return default or "Pijat,Kontrol"

    path = workbook(tmp_path, worksheets)
    said = Answers(levels=parse_named("kurang,cukup", "level"), program="spss", outcome="ASI")
    new_study("melati", [path], said, data=tmp_path, ask=ask)
    assert asked["The groups"] == offered
    if len(worksheets) > 1:
        assert asked["Several worksheets have content"] == "all"
    # what Enter takes reads the sheet
    assert check_study("melati", tmp_path).ready == bool(offered)
