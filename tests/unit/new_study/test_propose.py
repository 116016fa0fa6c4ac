"""What oxymilk new proposes reads a sheet as the sheet's own study does, and what it cannot tell stays open."""

import re
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter
from tests.cases import cases, tables_of
from tests.unit.new_study.conftest import HEAD, ROW, WARD, WARD_GROUPS, answers

from oxymilk.ingest import ingest_observations
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.new import MissingFlagsError
from oxymilk.study import load_study
from oxymilk.study.yaml_lines import read_tree

EXAMPLES = Path(__file__).parents[3] / "data" / "examples"

CASES = tables_of(__file__)["cases"]
ALL = sorted({path.parent.name for path in EXAMPLES.glob("*/study.yaml")} | set(CASES))


@pytest.mark.parametrize("name", ALL)
def test_a_proposal_reads_a_sheet_as_its_own_study_does(name, folder):
    file, words, levels, more, decisions = CASES[name]
    groups = ",".join(map("=".join, zip(("intervention", "control"), words.split(), strict=False)))
    folder.make(answers(groups, levels, **more), EXAMPLES / name / file)
    # only what a user decides is open, one fault a line; and the totals ask for the item that is reversed
    expected = ["undecided" if "???" in old else "items_reversed" for old, _ in decisions]
    assert [fault.code for fault in folder.to_correct()] == expected
    folder.decide(*decisions)
    found = folder.observations()
    expected = ingest_observations(load_study(EXAMPLES / name / "study.yaml"), EXAMPLES / name).frame(
        "observations"
    )
    found["timepoint"] = found["timepoint"].replace({"visit_1": "pre", "visit_2": "day7", "visit_3": "post"})
    for column in ("timepoint", "group", "score"):
        assert found[column].tolist() == expected[column].tolist()
    assert found["participant"].nunique() == expected["participant"].nunique()


def test_what_is_open_is_marked_with_what_was_seen_and_nothing_is_guessed(folder):
    text = folder.make(answers("Pijat oksitosin,Kontrol"), WARD)
    for line in ('P: "???"  # seen 2x; which group? pijat_oksitosin, kontrol',
                 'K: "???"  # seen 2x; which group? pijat_oksitosin, kontrol',
                 'tdk cukup: "???"  # seen 1x; which level? kurang, cukup', "Kurang: kurang  # seen 5x",
                 "pre: Produksi ASI sebelum  # seen: Kurang (4)"):  # fmt: skip
        assert line in text
    codes = [fault.column for fault in folder.to_correct() if fault.code == "undecided"]
    assert codes == ["sheets[1].group.codes.P", "sheets[1].group.codes.K", "sheets[1].codes.tdk cukup"]


def test_headers_that_say_nothing_leave_columns_open(folder):
    content = "nomor,x1,depan,belakang\n1,a,kurang,cukup\n2,b,kurang,kurang\n3,b,cukup,cukup\n"
    text = folder.make(answers(), content)
    # what the words mean is proposed even where the column is open
    assert "kurang: kurang  # seen 3x" in text
    assert text.count('"???"  # which column? it could be: depan, belakang') == 2
    assert 'group: {column: "???"}  # no column with the groups was found' in text
    assert {fault.code for fault in folder.to_correct()} == {"undecided"}
    folder.decide(
        ('group: {column: "???"}', "group: {column: x1, codes: {a: intervensi, b: kontrol}}"),
        ('pre: "???"', "pre: depan"), ('post: "???"', "post: belakang"),
        ("ignore: [x1, depan, belakang]", "ignore: []"),
    )  # fmt: skip
    folder.ready()


@pytest.mark.parametrize(
    ("header", "words"),
    [("Umur", "< 20 tahun;20-35 tahun;> 35 tahun"), ("Umur", "kurang dari 20;20-35;35 ke atas"),
     ("Pendidikan", "Tidak tamat SD;SD;SMP;SMA / sederajat;Perguruan tinggi"), ("Paritas", "1 anak;2 anak;>2 anak"),
     ("Education", "Primary;Secondary;Higher"), ("Usia", "20-35;>35"), ("Pendidikan", "SMP;SLTA;D-III;S1")],
)  # fmt: skip
def test_levels_of_table_one_are_in_their_usual_order(header, words, folder):
    words = words.split(";")
    # met in the sheet from the last to the first
    rows = [
        f"R{at},{'Intervensi' if at % 2 else 'Kontrol'},{words[-1 - at % len(words)]},kurang,cukup"
        for at in range(12)
    ]
    content = "\n".join([f"Kode,Kelompok,{header},Sebelum,Sesudah", *rows, "R12,Kontrol,,cukup,kurang", ""])
    tree, _ = folder.tree(answers(), content)
    (part,) = tree["characteristics"]
    named = ({*map(str.lower, level["label"].values())} for level in part["levels"])
    assert all(word.lower() in names for word, names in zip(words, named, strict=True))


def test_codes_of_table_one_without_words_are_left_to_the_user(folder):
    head = "Kode,Kelompok,Umur,Pendidikan,Pekerjaan,Sebelum,Sesudah\n"
    rows = "a,Intervensi,24,2,IRT,kurang,cukup\nb,Kontrol,30,3,PNS,kurang,kurang\n"
    tree, sheet = folder.tree(answers(), head + rows)
    assert [part["id"] for part in tree["characteristics"]] == ["age", "occupation"]
    assert sheet["ignore"] == ["Pendidikan"]
    assert folder.ready().observations.frame("characteristics")["value"].tolist() == ["24", "", "30", ""]


def test_an_encoding_and_a_delimiter_are_seen_or_asked(folder):
    path = folder.sheet(WARD.replace("Umur", "Usia \u2013 th"), encoding="windows-1252")
    text = folder.make(answers(WARD_GROUPS), path)
    assert "encoding: windows-1252  # seen: the text is not UTF-8" in text
    unclear = re.sub(r"(Kelompok|;[PK]);", r"\1,;", WARD.replace(",", ";"))
    with pytest.raises(MissingFlagsError) as caught:
        folder.make(answers("Pijat=P\\,,Kontrol=K", program=""), unclear, name="unclear")
    assert [flag.split()[0] for flag in caught.value.args] == ["--delimiter", "--program"]
    assert 'delimiter: ";"' in folder.make(answers(delimiter=";"), unclear, name="unclear")


def test_worksheets_are_told_apart_by_their_names_or_asked(folder):
    def book(*names):
        rows = zip(names, ("a", "b"), ("cukup", "kurang"), strict=True)
        return {name: [["Kode", *HEAD[1:]], [code, "kurang", end]] for name, code, end in rows}

    folder.make(answers(), book("Intervensi", "Kontrol"), name="groups")
    assert folder.observations("groups")["group"].tolist() == ["intervensi"] * 2 + ["kontrol"] * 2
    months = book("Januari", "Februari")
    with pytest.raises(MissingFlagsError, match=r"--worksheet .Januari, Februari, all"):
        folder.make(answers("Intervensi"), months, name="months")
    text = folder.make(answers("Intervensi", worksheet="Februari"), months, name="months")
    assert "worksheet: Februari" in text
    folder.make(answers("Intervensi", worksheet="all"), months, name="both_months")
    assert folder.observations("both_months")["participant"].nunique() == 2


def test_cells_that_are_code_or_nonsense_are_only_text(folder):
    head = ["Kode", 'Sebelum: "a" # {x}', "Sesudah\nhari [15]", "???", "=cmd|' /C calc'!A0"]
    rows = [["a", "kurang", "cukup", "x", "1"], ["b", "- kurang: {", "!!cukup", "\t#", "2"]]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [head, *rows]]
    folder.make(answers("Intervensi"), "\n".join(quoted) + "\n")
    tree = read_tree(folder.path / "melati" / "study.yaml")
    assert tree.faults == []
    assert tree.data["sheets"][0]["scores"] == {"pre": 'Sebelum: "a" # {x}', "post": "Sesudah hari [15]"}
    assert tree.data["sheets"][0]["codes"]["- kurang: {"] == "???"
    # two words; among ignore ??? is a header
    assert [fault.code for fault in folder.to_correct()] == ["undecided"] * 2


def test_a_sheet_of_many_cells_is_looked_at_in_part(folder, monkeypatch):
    monkeypatch.setattr("oxymilk.new_study.profile._MOST_CELLS", 400)
    rows = "".join(f"{number},P,24,Kurang,Cukup\n" for number in range(1000))
    text = folder.make(answers("P"), "Kode,Kelompok,Umur,Sebelum,Sesudah\n" + rows)
    assert "seen: 79 different values" in text


@pytest.mark.parametrize("merged", [True, False])
def test_two_header_rows_are_one_header_however_few_columns_the_upper_one_spans(merged, folder):
    upper = ["No", "Nama Ibu", "Kelompok", "Usia (th)", "Produksi ASI", ""]
    lower = ["", "", "", "", "Sebelum", "Sesudah"]
    groups = enumerate(("Intervensi", "Kontrol"), 1)
    rows = [[n, f"Contoh {n}", group, 23 + n, *ROW[1:]] for n, group in groups]
    path = folder.path / "sheet.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Rekap")
        for at, row in enumerate([["REKAPITULASI"], [], upper, lower, *rows]):
            page.write_row(at, 0, row)
        if merged:
            for at, text in enumerate(upper[:4]):
                page.merge_range(2, at, 3, at, text)
            page.merge_range(2, 4, 2, 5, upper[4])
    tree, sheet = folder.tree(answers(outcome=""), path)
    assert sheet["header_row"] == [3, 4]
    assert sheet["scores"] == {"pre": "Produksi ASI > Sebelum", "post": "Produksi ASI > Sesudah"}
    assert sheet["characteristics"] == {"age": "Usia (th)"}
    assert tree["outcome"]["label"]["id"] == "Produksi ASI"
    assert folder.observations()["score"].tolist() == ["kurang", "cukup"] * 2


def test_notes_and_signatures_below_a_table_are_left_out_and_a_mother_who_left_is_not(folder):
    head = ["No", "Kode", "Kelompok", "Ruang", "Sebelum", "Sesudah"]
    rows = [[n, f"R{n}", "Intervensi" if n < 3 else "Kontrol", "Melati", *ROW[1:]] for n in range(1, 5)]
    left = [5, "R5", "", "", "Kurang", ""]
    foot = [[], [*[""] * 4, "Bontang, 2 Mei"], ["Mengetahui", "", "", "", "Peneliti"], ["Ns. Contoh, S.Kep"]]
    text = folder.make(answers(), {"Data": [head, *rows, left, *foot]})
    assert "last_row: 6" in text
    assert "Contoh" not in text
    # her group is missing, and is asked for; nothing is said of the signatures
    assert {fault.row for fault in folder.to_correct()} == {6}
    assert "last_row" not in folder.tree(answers(), {"Data": [head, *rows]}, name="plain")[1]


def test_visits_may_be_numbered_anywhere_in_a_header(folder):
    head = "Kode,Kelompok,Umur,Volume ASI hari 7 (ml),Volume ASI hari 1 (ml),Volume ASI hari 3 (ml)\n"
    rows = "a,Intervensi,24 thn,30,4.25,9\nb,Kontrol,31 thn,12,3,5\n"
    tree, sheet = folder.tree(answers(levels="", unit="ml", outcome=""), head + rows)
    assert sheet["score"] == "Volume ASI hari {visit} (ml)"
    assert sheet["visits"] == {1: "day_1", 3: "day_3", 7: "day_7"}
    assert [part["label"] for part in tree["timepoints"]][1] == {"en": "Day 3", "id": "Hari 3"}
    assert tree["outcome"]["label"] == {"en": "Milk volume", "id": "Volume ASI"}
    assert tree["outcome"]["decimals"] == 2
    folder.decide(('["???", "???"]', "[day_1, day_7]"))
    assert folder.observations()["score"].tolist()[:3] == ["4.25", "9", "30"]


@cases
def test_numbers_that_start_anew_in_each_worksheet_are_of_others(names, kelompok, participant, folder):
    head = ["No", *kelompok[0], *HEAD[1:]]
    rows = [[head, *([n, *group, *ROW[1:]] for n in (1, 2, 3))] for group in kelompok[1:]]
    book = dict(zip(names, rows, strict=True))
    tree, _ = folder.tree(answers(worksheet="all"), book)
    assert [sheet["participant"] for sheet in tree["sheets"]] == [participant] * 2
    assert folder.observations()["participant"].nunique() == 6


@pytest.mark.parametrize(
    ("without", "key"), [("", '"No"'), (r"(?m)^(No|\d),", "Nama Ibu, identifying: true")]
)
def test_names_of_persons_are_in_no_file_but_the_sheet(without, key, folder):
    rows = WARD.replace("Inisial,", "Nama Ibu,No HP,").replace("QX", "Contoh Satu,0800111")
    for number, initials in enumerate(("WZ", "QV", "XJ")):
        rows = rows.replace(initials, f"Contoh Rahasia {number},080022{number}")
    # without a running number the name is the only key
    text = folder.make(answers(WARD_GROUPS), re.sub(without, "", rows))
    assert f"participant: {{column: {key}}}" in text
    assert "never written anywhere, since they identify persons: " in text
    folder.decide(('tdk cukup: "???"', "tdk cukup: kurang"))
    assert not re.search("Contoh Satu|Rahasia|0800", text + "".join(folder.ready().report(("en", "id"))))


CODED = "No,Petugas,Kelompok,Sebelum,Sesudah\n1,1,1,1,2\n2,1,1,1,2\n3,2,2,1,1\n4,2,2,2,1\n"


@pytest.mark.parametrize(
    "persons", [("1 = Siti", "2 = Ani"), ("Kasmi = 1", "Rukmini = 2"), ("1: Ny. S", "2: Ny. A")]
)
@pytest.mark.parametrize(
    "place", ["Petugas: {}; {},,,,\n", "{}; {},,,,\n", "Observer: {},,,,\n{},,,,\n", "(in the head)"]
)
def test_a_legend_of_persons_is_for_nobody(place, persons, folder):
    head = "Petugas ({}; {})".format(*persons)
    sheet = CODED.replace("Petugas", head) if "head" in place else CODED + ",,,,\n" + place.format(*persons)
    told = []
    said = {"groups": "Pijat=1,Kontrol=2", "levels": "kurang=1,cukup=2", "name": "ASI"}

    def ask(question, default):
        told.append(f"{question} {default}")
        return default or said.get(question.split(",")[0].split()[1], "")

    text = folder.make(Answers(), sheet, ask=ask, tell=told.append)
    assert not re.search(r"Siti|\bAni\b|Kasmi|Rukmini|Ny\.", text + "".join(told))
    assert "1: kurang" in text


def test_a_key_that_holds_names_is_replaced_whatever_its_header_says(folder):
    text = "Responden,Kelompok,Sebelum,Sesudah\nSiti Contoh,Intervensi,kurang,cukup\nNy. W,Kontrol,kurang,kurang\n"
    _, sheet = folder.tree(answers(), text)
    assert sheet["participant"] == {"column": "Responden", "identifying": True}
    assert folder.observations()["participant"].unique().tolist() == ["P01", "P02"]
    coded = text.replace("Siti Contoh", "R1").replace("Ny. W", "R2")
    assert folder.tree(answers(), coded, name="codes")[1]["participant"] == {"column": "Responden"}


def test_a_statistics_file_tells_with_its_labels_what_its_names_do_not(folder):
    path = folder.path / "data.sav"
    values = {"V1": ["Siti Contoh", "Wati Contoh", "Nur Contoh"], "V2": [1.0, 2, 2], "V3": [3.0, 1, 2],
              "V4": [1.0, 1, 8], "V5": [2.0, 1, 9]}  # fmt: skip
    levels = {1: "Kurang", 2: "Cukup", 8: "Tidak diisi", 9: "Hilang"}
    titles = ["Nama ibu", "Kelompok", "Pendidikan terakhir", "Produksi ASI sebelum", "Produksi ASI sesudah"]
    groups, education = {1: "Intervensi", 2: "Kontrol"}, {1: "Dasar", 2: "Menengah", 3: "Tinggi"}
    labels = {"V2": groups, "V3": education, "V4": levels, "V5": levels}
    pyreadstat.write_sav(pd.DataFrame(values), path, column_labels=titles, variable_value_labels=labels,
                         missing_ranges={"V5": [9]})  # fmt: skip
    tree, sheet = folder.tree(answers(outcome=""), path)
    assert sheet["participant"] == {"column": "V1", "identifying": True}
    assert sheet["scores"] == {"pre": "V4", "post": "V5"}
    assert sheet["missing"] == [8]  # what the file itself declares as missing needs no word
    assert sheet["codes"] == {1: "kurang", 2: "cukup"}
    assert sheet["characteristics"]["education"]["codes"] == {1: "dasar", 2: "menengah", 3: "tinggi"}
    assert [part["id"] for part in tree["characteristics"][0]["levels"]] == ["dasar", "menengah", "tinggi"]
    assert tree["outcome"]["label"]["id"] == "Produksi ASI"
    text = (folder.path / "melati" / "study.yaml").read_text(encoding="utf-8")
    assert 'pre: V4  # seen: 1 (2), 8 (1); the file calls it "Produksi ASI sebelum"' in text
    assert folder.observations()["score"].tolist() == ["kurang", "cukup", "kurang", "kurang", "", ""]


# ---- numbers that are no decimals, and totals --------------------------------------------------------------


def test_numbers_that_are_no_decimals_have_no_decimals(folder):
    rows = [[f"R{n}", ("P", "K")[n % 2], 24 + n / 3, n / 3, n + 0.25] for n in range(1, 9)]
    sheet = {"Data": [["Kode", "Kelompok", "Umur", "Volume sebelum", "Volume sesudah"], *rows]}
    tree, _ = folder.tree(answers(WARD_GROUPS, "", unit="ml"), sheet)
    assert "decimals" not in tree["outcome"]
    assert "decimals" not in tree["characteristics"][0]
    assert folder.observations()["score"].tolist()[2:4] == ["4/3", "4.25"]
    # 0.1 + 0.2 is a decimal
    sheet["Data"][1:] = [[*row[:2], 30, 0.1 + 0.2, 0.25] for row in rows]
    assert (
        folder.tree(answers(WARD_GROUPS, "", unit="ml"), sheet, name="anggrek")[0]["outcome"]["decimals"] == 2
    )


ITEMS = [f"p{at}" for at in range(1, 5)]


@cases
def test_the_totals_of_a_checklist_are_proposed_and_compared(items, totals, proposed, folder):
    head, rows = ["Kode", "Kelompok"], [[f"R{n}", ("Intervensi", "Kontrol")[n % 2]] for n in range(8)]
    for time, (pattern, total) in enumerate(zip(items.split("|"), totals, strict=True)):
        head += [*map(pattern.format, ITEMS), *filter(None, [total])]
        for n, row in enumerate(rows):
            points = [int((n + time) % (at + 2) < 2) for at in range(4)]
            # the last item is reversed
            row += [*points, *([sum(points[:3]) + 1 - points[3]] if total else [])]
    of_sheets = {time: [head, *rows] for time in (("Pre", "Post") if len(totals) == 1 else ("Data",))}
    more = {"kind": "checklist", "worksheet": "all" if len(of_sheets) == 2 else ""}
    _, sheet = folder.tree(answers("Intervensi,Kontrol", "kurang<=2,cukup>=3", **more), of_sheets)
    assert sheet.get("total") == proposed
    asked = [fault.params["items"] for fault in folder.to_correct() if fault.code == "items_reversed"]
    assert asked == [["p4"]] * (len(of_sheets) if proposed else 0)
