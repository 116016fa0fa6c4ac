"""oxymilk new: what it proposes reads a sheet as the sheet's own study does, and what it cannot tell stays open."""

import re
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from oxymilk.cli import app
from oxymilk.faults import FaultsError
from oxymilk.ingest import ingest_observations
from oxymilk.new_study import new as module
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.check import check_study
from oxymilk.new_study.new import MissingFlagsError, new_study
from oxymilk.new_study.write import Noted, compose
from oxymilk.study import load_study
from oxymilk.study.yaml_lines import read_tree

DATA = Path(__file__).parents[3] / "data"
EXAMPLES = DATA / "examples"


def answers(groups="Intervensi,Kontrol", levels="kurang,cukup", **more):
    more.setdefault("program", "spss")
    more.setdefault("outcome", "Produksi ASI")
    return Answers(groups=parse_named(groups, "group"), levels=parse_named(levels, "level"), **more)


def make(tmp_path, said, *sheets, name="melati", language="en", **more):
    made = new_study(name, [Path(path) for path in sheets], said, data=tmp_path, language=language, **more)
    return made.folder, (made.folder / "study.yaml").read_text(encoding="utf-8")


def refused(tmp_path, *sheets, **more):
    """Return the fault for which a study is not made."""
    with pytest.raises(FaultsError) as caught:
        make(tmp_path, answers(WARD_GROUPS), *sheets, **more)
    return caught.value.faults[0].code


def proposed(text):
    return yaml.safe_load(text)["sheets"]


def decide(folder, *changes):
    """Write the decisions that a user takes in study.yaml: what is open, what stands in its place."""
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def ready(tmp_path, name="melati"):
    check = check_study(name, tmp_path)
    assert check.ready, check.faults
    return check


def scores(tmp_path):
    return ready(tmp_path).observations.table["score"].tolist()


def to_correct(tmp_path):
    return [fault for fault in check_study("melati", tmp_path).faults if fault.kind == "fault"]


def sheet(tmp_path, text, name="sheet.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path, worksheets, name="sheet.xlsx", change=None):
    path = tmp_path / name
    with xlsxwriter.Workbook(path) as book:
        for title, rows in worksheets.items():
            page = book.add_worksheet(title)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            if change:
                change(page)
    return path


WARD = """No,Inisial,Kelompok,Umur,Produksi ASI sebelum,Produksi ASI sesudah
1,QX,P,24,Kurang,Cukup
2,WZ,P,31,kurang ,CUKUP
3,QV,K,28,Kurang,Kurang
4,XJ,K,35,Kurang,tdk cukup
"""
WARD_GROUPS = "Pijat=P,Kontrol=K"
HEAD, ROW = ["No", "Sebelum", "Sesudah"], [1, "Kurang", "Cukup"]

# example: its sheets, what a user says, what a user then decides
PLAIN = {"groups": "intervention=Intervensi,control=Kontrol", "levels": "kurang,cukup"}
CASES = {
    "app_export": (["export.xlsx"], PLAIN | {"groups": "intervention=Pijat,control=Rutin"}, []),
    "coded": (["observations.sav"], PLAIN, []),
    "crosstab": (["table.csv"], PLAIN | {"levels": "kurang,baik"}, []),
    "long": (
        ["observations.csv"],
        {"groups": "intervention=oksitosin,control=kontrol", "levels": "kurang<10,cukup>=10", "unit": "ml"},
        [],
    ),
    "separate_sheets": (["observations.xlsx"], PLAIN | {"groups": "intervention=P,control=K"}, []),
    "side_by_side": (
        ["observations.csv"],
        PLAIN | {"levels": "kurang=2,cukup=1"},
        [('"A:C", group: "???"', '"A:C", group: intervention'), ('"E:G", group: "???"', '"E:G", group: control')],
    ),
    "transposed": (["observations.xls"], {"groups": "intervention", "levels": "", "unit": "gram"}, []),
    "two_header_rows": (
        ["master_data.xlsx"],
        PLAIN | {"kind": "checklist", "levels": "kurang<=2,cukup>=3"},
        [("column: 5\n", "column: 5\n        reversed: true\n")],
    ),
    "visits": (
        ["kunjungan.ods"],
        {"groups": "intervention=A,control=B", "levels": "kurang=-|negatif (-),cukup=+|positif (+)"},
        [('["???", "???"]', "[visit_1, visit_3]")],
    ),
    "words": (["observations.csv"], PLAIN | {"levels": "kurang=tdk cukup,cukup"}, []),
    "../bontang2023": (["observations.csv"], PLAIN, []),
}  # fmt: skip


def test_each_example_has_a_case():
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(CASES) - {"../bontang2023"}


@pytest.mark.parametrize("name", CASES)
def test_a_proposal_reads_a_sheet_as_its_own_study_does(name, tmp_path):
    files, said, decisions = CASES[name]
    example = EXAMPLES / name
    folder, _ = make(tmp_path, answers(**said), *(example / file for file in files))
    open_places = to_correct(tmp_path)
    # only what a user decides is open; one fault a line
    assert [fault.code for fault in open_places] == ["undecided"] * sum("???" in old for old, _ in decisions)
    decide(folder, *decisions)
    check = ready(tmp_path)
    found = check.observations.table
    expected = ingest_observations(load_study(example), example).table
    same = expected if name == "visits" else found
    rename = {f"visit_{number}": one for number, one in enumerate(("pre", "day7", "post"), start=1)}
    assert found["timepoint"].map(lambda one: rename.get(one, one)).tolist() == expected["timepoint"].tolist()
    for column in ("group", "score"):
        assert found[column].tolist() == expected[column].tolist()
    assert found["participant"].nunique() == same["participant"].nunique()
    assert check.claims[0].printed == str(found["participant"].nunique())


def test_what_is_open_is_marked_with_what_was_seen_and_nothing_is_guessed(tmp_path):
    path = sheet(tmp_path, WARD)
    _, text = make(tmp_path, answers("Pijat oksitosin,Kontrol"), path)
    for line in (
        'P: "???"  # seen 2x; which group? pijat_oksitosin, kontrol',
        'K: "???"  # seen 2x; which group? pijat_oksitosin, kontrol',
        'tdk cukup: "???"  # seen 1x; which level? kurang, cukup',
        "Kurang: kurang  # seen 5x",
        "pre: Produksi ASI sebelum  # seen: Kurang (4)",
    ):
        assert line in text
    codes = [fault.column for fault in check_study("melati", tmp_path).faults if fault.code == "undecided"]
    assert codes == ["sheets[1].group.codes.P", "sheets[1].group.codes.K", "sheets[1].codes.tdk cukup"]


def test_headers_that_say_nothing_leave_columns_open(tmp_path):
    path = sheet(tmp_path, "nomor,x1,depan,belakang\n1,a,kurang,cukup\n2,b,kurang,kurang\n3,b,cukup,cukup\n")
    folder, text = make(tmp_path, answers(), path)
    assert 'group: {column: "???"}  # no column with the groups was found' in text
    assert text.count('"???"  # which column? it could be: depan, belakang') == 2
    assert {fault.code for fault in to_correct(tmp_path)} == {"undecided"}
    # what the words mean is proposed even where the column is open
    assert proposed(text)[0]["codes"] == {"kurang": "kurang", "cukup": "cukup"}
    decide(folder, ('group: {column: "???"}', "group: {column: x1, codes: {a: intervensi, b: kontrol}}"))
    decide(folder, ('pre: "???"', "pre: depan"), ('post: "???"', "post: belakang"))
    decide(folder, ("ignore: [x1, depan, belakang]", "ignore: []"))
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    assert "???" not in "".join(line for line in text.splitlines() if not line.startswith("#"))
    ready(tmp_path)


def test_codes_of_table_one_without_words_are_left_to_the_user(tmp_path):
    head = "Kode,Kelompok,Umur,Pendidikan,Pekerjaan,Sebelum,Sesudah\n"
    rows = "a,Intervensi,24,2,IRT,kurang,cukup\nb,Kontrol,30,3,PNS,kurang,kurang\n"
    _, text = make(tmp_path, answers(), sheet(tmp_path, head + rows))
    tree = yaml.safe_load(text)
    assert [part["id"] for part in tree["characteristics"]] == ["age", "occupation"]
    assert tree["sheets"][0]["ignore"] == ["Pendidikan"]
    assert ready(tmp_path).observations.characteristics["value"].tolist() == ["24", "", "30", ""]


def test_names_of_persons_are_in_no_file_but_the_sheet(tmp_path):
    rows = WARD.replace("Inisial,", "Nama Ibu,No HP,").replace("QX", "Contoh Satu,0800111")
    for number, one in enumerate(("WZ", "QV", "XJ")):
        rows = rows.replace(one, f"Contoh Rahasia {number},080022{number}")
    # without a running number the name is the only key
    nameless = re.sub(r"(?m)^(No|\d),", "", rows)
    lines = ['{column: "No"}', "{column: Nama Ibu, identifying: true}"]
    for number, (text, line) in enumerate(zip((rows, nameless), lines, strict=True)):
        folder, study = make(tmp_path, answers(WARD_GROUPS), sheet(tmp_path, text), name=f"study_{number}")
        assert f"participant: {line}" in study
        decide(folder, ('tdk cukup: "???"', "tdk cukup: kurang"))
        check = ready(tmp_path, f"study_{number}")
        written = study + (folder / "claims.csv").read_text("utf-8") + "\n".join(check.report(("en", "id")))
        for secret in ("Contoh Satu", "Rahasia", "0800"):
            assert secret not in written
        assert "never written anywhere, since they identify persons: " in study


def test_a_study_that_is_there_is_never_touched(tmp_path):
    path = sheet(tmp_path, WARD)
    folder = tmp_path / "melati"
    folder.mkdir()
    for _ in ("empty folder", "full folder"):
        assert refused(tmp_path, path) == "study_exists"
        (folder / "study.yaml").write_text("mine", encoding="utf-8")
    assert (folder / "study.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["Melati", "../melati", "me lati", "1melati", "", "a/b", ".", "mélati"])
def test_a_name_that_is_no_id_is_refused(name, tmp_path):
    assert refused(tmp_path / "data", sheet(tmp_path, WARD), name=name) == "id_illegal"
    assert [path.name for path in tmp_path.rglob("*")] == ["sheet.csv"]


def test_a_study_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    path = sheet(tmp_path, WARD)
    monkeypatch.setattr(module, "write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        make(tmp_path / "data", answers(WARD_GROUPS), path)
    assert list((tmp_path / "data").iterdir()) == []


def test_sheets_that_cannot_be_used(tmp_path):
    (tmp_path / "other").mkdir()
    twice = [sheet(tmp_path, WARD), sheet(tmp_path / "other", WARD)]
    for sheets, code in (
        ([tmp_path / "absent.csv"], "sheet_not_there"),
        ([tmp_path], "sheet_not_there"),
        (twice, "sheet_name_twice"),
        ([sheet(tmp_path, "", "empty.csv")], "sheet_empty"),
        ([sheet(tmp_path, WARD, "sheet.pdf")], "format_unknown"),
        ([sheet(tmp_path, "nothing here", "broken.xlsx")], "sheet_unreadable"),
    ):
        assert refused(tmp_path, *sheets) == code
    assert not (tmp_path / "melati").exists()


def test_an_encoding_and_a_delimiter_are_seen_or_asked(tmp_path):
    path = sheet(tmp_path, WARD.replace("Umur", "Usia \u2013 th"), encoding="windows-1252")
    _, text = make(tmp_path, answers(WARD_GROUPS), path)
    assert "encoding: windows-1252  # seen: the text is not UTF-8" in text
    unclear = sheet(tmp_path, WARD.replace(",", ";").replace(";P;", ";P,;").replace(";K;", ";K,;")
                    .replace("Kelompok;", "Kelompok,;"), "unclear.csv")  # fmt: skip
    with pytest.raises(MissingFlagsError) as caught:
        make(tmp_path, answers("Pijat=P\\,,Kontrol=K", program=""), unclear, name="unclear")
    assert [flag.split()[0] for flag in caught.value.flags] == ["--delimiter", "--program"]
    _, text = make(tmp_path, answers(delimiter=";"), unclear, name="unclear")
    assert 'delimiter: ";"' in text


def test_worksheets_are_told_apart_by_their_names_or_asked(tmp_path):
    def book(*names):
        rows = zip(names, ("a", "b"), ("cukup", "kurang"), strict=True)
        return workbook(
            tmp_path, {name: [["Kode", *HEAD[1:]], [code, "kurang", end]] for name, code, end in rows}
        )

    make(tmp_path, answers(), book("Intervensi", "Kontrol"), name="groups")
    check = ready(tmp_path, "groups")
    assert check.observations.table["group"].tolist() == ["intervensi", "intervensi", "kontrol", "kontrol"]
    path = book("Januari", "Februari")
    with pytest.raises(MissingFlagsError, match=r"--worksheet .Januari, Februari, all"):
        make(tmp_path, answers("Intervensi"), path, name="months")
    _, text = make(tmp_path, answers("Intervensi", worksheet="Februari"), path, name="months")
    assert "worksheet: Februari" in text
    make(tmp_path, answers("Intervensi", worksheet="all"), path, name="both_months")
    assert check_study("both_months", tmp_path).observations.table["participant"].nunique() == 2


def test_cells_that_are_code_or_nonsense_are_only_text(tmp_path):
    head = ["Kode", 'Sebelum: "a" # {x}', "Sesudah\nhari [15]", "???", "=cmd|' /C calc'!A0"]
    rows = [["a", "kurang", "cukup", "x", "1"], ["b", "- kurang: {", "!!cukup", "\t#", "2"]]
    path = tmp_path / "sheet.csv"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [head, *rows]]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    folder, _ = make(tmp_path, answers("Intervensi"), path)
    tree = read_tree(folder / "study.yaml")
    assert tree.faults == []
    assert tree.data["sheets"][0]["scores"] == {"pre": 'Sebelum: "a" # {x}', "post": "Sesudah hari [15]"}
    assert tree.data["sheets"][0]["codes"]["- kurang: {"] == "???"
    # two words; among ignore ??? is a header
    assert [fault.code for fault in to_correct(tmp_path)] == ["undecided"] * 2


def test_a_sheet_of_many_cells_is_looked_at_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr("oxymilk.new_study.profile._MOST_CELLS", 400)
    rows = "".join(f"{number},P,24,Kurang,Cukup\n" for number in range(1000))
    path = sheet(tmp_path, "Kode,Kelompok,Umur,Sebelum,Sesudah\n" + rows)
    _, text = make(tmp_path, answers("P"), path)
    assert "seen: 79 different values" in text


# ---- sheets as wards keep them ---------------------------------------------------------------------------


@pytest.mark.parametrize("merged", [True, False])
def test_two_header_rows_are_one_header_however_few_columns_the_upper_one_spans(merged, tmp_path):
    upper = ["No", "Nama Ibu", "Kelompok", "Usia (th)", "Produksi ASI", ""]
    lower = ["", "", "", "", "Sebelum", "Sesudah"]
    rows = [
        [1, "Contoh A", "Intervensi", 24, "Kurang", "Cukup"],
        [2, "Contoh B", "Kontrol", 31, "Kurang", "Kurang"],
    ]

    def merge(page):
        for at, text in enumerate(upper[:4]):
            page.merge_range(2, at, 3, at, text)
        page.merge_range(2, 4, 2, 5, upper[4])

    sheets = {"Rekap": [["REKAPITULASI"], [], upper, lower, *rows]}
    path = workbook(tmp_path, sheets, change=merge if merged else None)
    _, text = make(tmp_path, answers(outcome=""), path)
    (found,) = proposed(text)
    assert found["header_row"] == [3, 4]
    assert found["scores"] == {"pre": "Produksi ASI > Sebelum", "post": "Produksi ASI > Sesudah"}
    assert found["characteristics"] == {"age": "Usia (th)"}
    assert yaml.safe_load(text)["outcome"]["label"]["id"] == "Produksi ASI"
    assert scores(tmp_path) == ["kurang", "cukup", "kurang", "kurang"]


def test_notes_and_signatures_below_a_table_are_left_out_and_a_mother_who_left_is_not(tmp_path):
    head = ["No", "Kode", "Kelompok", "Ruang", "Sebelum", "Sesudah"]
    rows = [[n, f"R{n}", "Intervensi" if n < 3 else "Kontrol", "Melati", *ROW[1:]] for n in range(1, 5)]
    left = [5, "R5", "", "", "Kurang", ""]
    foot = [[], [*[""] * 4, "Bontang, 2 Mei"], ["Mengetahui", "", "", "", "Peneliti"], ["Ns. Contoh, S.Kep"]]
    _, text = make(tmp_path, answers(), workbook(tmp_path, {"Data": [head, *rows, left, *foot]}))
    assert proposed(text)[0]["last_row"] == 6
    assert "Contoh" not in text
    faults = to_correct(tmp_path)
    # her group is missing, and is asked for; nothing is said of the signatures
    assert {fault.row for fault in faults} == {6}
    _, text = make(tmp_path, answers(), workbook(tmp_path, {"Data": [head, *rows]}), name="plain")
    assert "last_row" not in proposed(text)[0]


def test_visits_may_be_numbered_anywhere_in_a_header(tmp_path):
    head = "Kode,Kelompok,Umur,Volume ASI hari 7 (ml),Volume ASI hari 1 (ml),Volume ASI hari 3 (ml)\n"
    rows = "a,Intervensi,24 thn,30,4.25,9\nb,Kontrol,31 thn,12,3,5\n"
    folder, text = make(tmp_path, answers(levels="", unit="ml", outcome=""), sheet(tmp_path, head + rows))
    (found,) = proposed(text)
    assert found["score"] == "Volume ASI hari {visit} (ml)"
    assert found["visits"] == {1: "day_1", 3: "day_3", 7: "day_7"}
    tree = yaml.safe_load(text)
    assert [part["label"] for part in tree["timepoints"]][1] == {"en": "Day 3", "id": "Hari 3"}
    assert tree["outcome"]["label"] == {"en": "Milk volume", "id": "Volume ASI"}
    assert tree["outcome"]["decimals"] == 2
    (folder / "study.yaml").write_text(text.replace('["???", "???"]', "[day_1, day_7]"), encoding="utf-8")
    assert scores(tmp_path)[:3] == ["4.25", "9", "30"]


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
    check = ready(tmp_path)
    assert check.observations.table["participant"].nunique() == 6
    assert check.claims[0].printed == "6"


def test_a_key_that_holds_names_is_replaced_whatever_its_header_says(tmp_path):
    text = "Responden,Kelompok,Sebelum,Sesudah\nSiti Contoh,Intervensi,kurang,cukup\nNy. W,Kontrol,kurang,kurang\n"
    _, study = make(tmp_path, answers(), sheet(tmp_path, text))
    assert proposed(study)[0]["participant"] == {"column": "Responden", "identifying": True}
    table = check_study("melati", tmp_path).observations.table
    assert table["participant"].unique().tolist() == ["P01", "P02"]
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
    assert [part["id"] for part in tree["characteristics"][0]["levels"]] == ["dasar", "menengah", "tinggi"]
    assert tree["outcome"]["label"]["id"] == "Produksi ASI"
    assert 'pre: V4  # seen: 1 (2), 8 (1); the file calls it "Produksi ASI sebelum"' in text
    assert scores(tmp_path) == ["kurang", "cukup", "kurang", "kurang", "", ""]


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

    make(tmp_path, answers(groups=""), workbook(tmp_path, worksheets), ask=ask)
    assert asked["The groups"] == offered
    if len(worksheets) > 1:
        assert asked["Several worksheets have content"] == "all"
    # what Enter takes reads the sheet
    assert check_study("melati", tmp_path).ready == bool(offered)


# ---- asking ---------------------------------------------------------------------------------------------


def test_at_a_terminal_each_question_is_asked_with_what_was_seen(tmp_path):
    path = sheet(tmp_path, WARD)
    asked, told = [], []
    replies = {
        "file": [str(tmp_path / "absent.csv"), str(path)],
        "groups": ["a,b,c", "Pijat,Kontrol"],
        "program": ["excel", ""],
        "levels": ["kurang,cukup"],
        "P": ["pijat"],
        "K": ["Kontrol"],
        "tdk cukup": [""],
    }

    def ask(question, default):
        asked.append((question, default))
        for key, left in replies.items():
            if (key in question.split('"') or f"The {key}" in question) and left:
                return left.pop(0) or default
        return default

    folder, text = make(tmp_path, Answers(), ask=ask, tell=told.append)
    defaults = dict(asked)
    assert [default for question, default in asked if question.startswith("The groups")] == ["P,K", "P,K"]
    assert defaults["The name of what was measured"] == "Produksi ASI"
    # levels are offered in the order that is known, without the word that is in none
    firsts = {question.split(",")[0].split(" (")[0]: default for question, default in asked}
    assert firsts["The levels"] == "Kurang,Cukup"
    assert firsts["The program of the p-values"] == "spss"
    assert any("excel" in line for line in told)
    assert any(line.endswith("Produksi ASI sebelum, Produksi ASI sesudah") for line in told)
    assert "P: pijat" in text
    assert "K: kontrol" in text
    assert 'tdk cukup: "???"' in text  # no answer leaves it open
    assert (folder / "sheet.csv").read_text(encoding="utf-8") == WARD


def test_without_a_terminal_all_missing_flags_are_named(tmp_path):
    run = CliRunner().invoke(app, ["new", "melati", "--data", str(tmp_path)])
    assert run.exit_code == 2
    for flag in ("--sheet", "--groups", "--levels or --unit", "--program (spss, spss_exact, stata, r)"):
        assert flag in run.output
    path = sheet(tmp_path, WARD)
    command = ["new", "melati", "--data", str(tmp_path), "--sheet", str(path), "--groups", WARD_GROUPS]
    run = CliRunner().invoke(app, [*command, "--kind", "number", "--language", "id"])
    assert run.exit_code == 2
    assert "Pilihan berikut belum diberikan: --unit, --program" in run.output
    assert not (tmp_path / "melati").exists()
    command += ["--levels", "kurang,cukup", "--program", "spss", "--language", "id"]
    run = CliRunner().invoke(app, command)
    assert run.exit_code == 0, run.output
    assert "Berikutnya: oxymilk check-study melati" in run.output
    assert "# Nama folder studi di data/." in (tmp_path / "melati" / "study.yaml").read_text(encoding="utf-8")


BAD_FLAGS = ["language fr", "kind x", "program excel", "groups a;a", "groups a;b;c", "groups ;", "levels =1"]


@pytest.mark.parametrize("flag", [*BAD_FLAGS, "levels kurang"])
def test_flags_with_values_that_are_not_legal(flag, tmp_path):
    name, value = flag.split(" ")
    flag = [f"--{name}", value.replace(";", ",")]
    run = CliRunner().invoke(app, ["new", "melati", "--data", str(tmp_path), *flag])
    assert run.exit_code == 2
    assert flag[0] in run.output
    assert list(tmp_path.iterdir()) == []


# ---- texts and YAML -------------------------------------------------------------------------------------


def test_the_study_is_the_same_in_both_languages(tmp_path):
    path = sheet(tmp_path, WARD)
    texts = (make(tmp_path / one, answers(WARD_GROUPS), path, language=one)[1] for one in ("en", "id"))
    trees = list(map(yaml.safe_load, texts))
    for tree in trees:
        del tree["characteristics"][0]["unit"]  # the word for years
    assert trees[0] == trees[1]


TEXTS = st.text() | st.lists(st.text(), min_size=1).map(tuple)


@given(st.dictionaries(st.text(min_size=1), TEXTS, min_size=1))
def test_any_text_reads_back_as_it_was(tmp_path_factory, tree):
    def clean(text):
        return "".join(letter if letter.isprintable() else " " for letter in text)

    tree = {"".join(filter(str.isprintable, key)) or "x": value for key, value in tree.items()}
    path = tmp_path_factory.getbasetemp() / "study.yaml"
    noted = {key: Noted(value, "seen: {#\n'", "above\nit") for key, value in tree.items()}
    path.write_text(compose(noted), "utf-8")
    expected = {
        key: clean(value) if isinstance(value, str) else list(map(clean, value))
        for key, value in tree.items()
    }
    assert read_tree(path).data == expected


def test_answers_in_flags():
    levels = parse_named("sedang>=10,5<20, baik>=20=B|b", "level")
    assert levels[0].bounds == {"at_least": "10.5", "below": "20"}
    assert levels[1].words == ("B", "b")
    assert parse_named("Pijat, 2 kali", "group")[1].id == "group_2_2_kali"
    for text in ("a,A", "=x", "<5", "kurang<x,cukup>=x"):
        with pytest.raises(ValueError, match=r"[aA=]|^$|<"):
            parse_named(text, "level")
