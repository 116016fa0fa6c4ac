"""The tidy table: what is read, in which order, what does not matter in a word, and every fault at once."""

import re

import pandas as pd
import pytest
from tests.cases import cases
from tests.unit.ingest.conftest import WIDE, codes, scores

from oxymilk.faults import FaultsError, describe
from oxymilk.ingest.grid import Cell
from oxymilk.ingest.scores import decimal_mark_of

HEADER = "Kode,Kelompok,Sebelum,Sesudah\n"
TWO = "R01,Intervensi,Kurang,Cukup\nK01,Kontrol,Kurang,Kurang\n"
LONG_TWO = "Kode,Kelompok,Waktu,ASI\n" + "".join(
    f"{who},{time},Kurang\n" for who in ("R01,Intervensi", "K01,Kontrol") for time in ("Pre", "Post")
)


def rows(observations):
    return [tuple(row) for row in observations.frame("observations").itertuples(index=False)]


def test_wide(bench, good):
    observations = bench.wide(good)
    assert list(observations.frame("observations").columns) == [
        "participant",
        "group",
        "timepoint",
        "outcome",
        "score",
    ]
    assert all(pd.api.types.is_string_dtype(kind) for kind in observations.frame("observations").dtypes)
    assert observations.warnings == ()
    assert rows(observations) == [
        ("R01", "intervention", "pre", "milk", "kurang"), ("R01", "intervention", "post", "milk", "cukup"),
        ("K01", "control", "pre", "milk", "kurang"), ("K01", "control", "post", "milk", "kurang"),
    ]  # fmt: skip


def test_long_gives_the_same_as_wide(bench, good):
    expected = rows(bench.wide(good))
    content = [["Kode", "Kelompok", "Waktu", "ASI"], ["K01", "Kontrol", "Post", "Kurang"],
               ["R01", "Intervensi", "Post", "Cukup"], ["R01", "Intervensi", "Pre", "Kurang"],
               ["K01", "Kontrol", "Pre", "Kurang"]]  # fmt: skip
    assert rows(bench.long(content)) == expected
    # a timepoint that a long sheet lacks is a missing score
    observations = bench.long([content[0], *content[2:]])
    assert rows(observations)[-1] == ("K01", "control", "post", "milk", "")
    assert codes(observations) == ["score_missing"]


def test_order_is_group_then_sheet_then_time(bench):
    groups = {"K9": "Kontrol", "R2": "Intervensi", "K1": "Kontrol", "R1": "Intervensi"}
    people = [[code, group, "Cukup", "Kurang"] for code, group in groups.items()]
    observations = rows(bench.wide([["Kode", "Kelompok", "Sesudah", "Sebelum"], *people]))
    assert [row[0] for row in observations[::2]] == ["R2", "R1", "K9", "K1"]
    assert [row[2] for row in observations] == ["pre", "post"] * 4


def test_case_blanks_and_unicode_forms_do_not_matter(bench):
    sheet = (
        "\ufeffKODE , kelompok,\u00a0Sebelum,SESU\u200bDAH\n R01\u00a0,INTERVENSI,kurang ,\u00a0CUKUP\n"
        "K01,kontrol, Kurang,\uff2b\uff35\uff32\uff21\uff2e\uff27\n"
    )
    observations = bench.wide(sheet, participant={"column": "Kode", "identifying": False})
    assert scores(observations) == ["kurang", "cukup", "kurang", "kurang"]
    assert rows(observations)[0][0] == "R01"
    accents = HEADER + "R1,Intervensi,Tide\u0301,Cukup\nK1,Kontrol,tide\u0301,Cukup\n"
    observations = bench.wide(accents, codes={"Tid\u00e9": "kurang", "Cukup": "cukup"})
    assert scores(observations) == ["kurang", "cukup"] * 2


def test_a_missing_post_keeps_the_mother(bench):
    sheet = HEADER + (
        "R01,Intervensi,Kurang,\nR02,Intervensi,Kurang,belum isi\nR03,Intervensi,-,Cukup\nK01,Kontrol,Kurang,Cukup\n"
    )
    observations = bench.wide(sheet, missing=["-", "BELUM ISI"])
    assert scores(observations) == ["kurang", "", "kurang", "", "", "cukup", "kurang", "cukup"]
    listed = [(*warning.params.values(), warning.cell) for warning in observations.warnings]
    assert listed == [("R03", "pre", "C4"), ("R01", "post", "D2"), ("R02", "post", "D3")]
    assert codes(observations) == ["score_missing"] * 3


def test_identifying_participants_are_numbered_in_sheet_order(bench):
    sheet = "Nama,Kelompok,Sebelum,Sesudah\nNy. Budi,Kontrol,Kurang,\nNy. Siti,Intervensi,Kurang,Cukup\n"
    observations = bench.wide(sheet, participant={"column": "Nama", "identifying": True})
    assert [row[0] for row in rows(observations)[::2]] == ["P02", "P01"]
    assert observations.warnings[0].params["participant"] == "P01"


@cases
def test_what_is_passed_over(content, keys, warnings, bench):
    observations = bench.wide(content, **keys)
    assert len(observations.frame("observations")) == 4
    assert [[warning.code, warning.column, warning.cell] for warning in observations.warnings] == warnings


def test_quoted_line_ends_count_as_one_row(bench):
    head = HEADER.replace("\n", ',"Catatan\nbidan"\n')
    sheet = head + 'R1,Intervensi,Kurang,Cukup,"a\nb"\nK1,Kontrol,Kurang,?,c\n'
    assert bench.codes(sheet, ignore=["Catatan bidan"]) == [("level_unknown", "D3")]


def test_a_study_without_sheets_has_no_observations(bench):
    observations = bench.sheets([])
    assert observations.frame("observations").empty
    assert codes(observations) == ["no_sheet"]


@pytest.mark.parametrize(
    ("content", "keys", "words"),
    [((HEADER + TWO + "R02,,Kurang\u00e9,\n").encode("cp1252"), {}, ["utf-8", "windows-1252"]),
     ("Kode,A;Kelompok,B\nR01,A;Intervensi,B\n", {}, [", ;"]),
     (HEADER.replace("Sesudah", "Sesuda") + TWO, {}, ["Sesudah", "Sesuda"]),
     ((HEADER + TWO).replace("\n", ", sesudah\n", 1), {}, ["E1", "D1"]),
     (HEADER + TWO + "r01 ,Intervensi,Kurang,Cukup\n", {}, ["A4", "r01", "2"]),
     (HEADER + TWO + "R02,Kontorl,Kurang,Cukup\n", {}, ["B4", "Kontorl", "Kontrol"]),
     (HEADER + TWO + "R02,Intervensi,Kurang,1\n", {}, ["D4", "1", "Cukup"]),
     ("x", {"file": "sheet.docx"}, [".docx", ".csv"])],
)  # fmt: skip
def test_a_fault_says_what_may_be_meant_in_both_languages(bench, content, keys, words):
    (fault,) = [fault for fault in bench.faults(bench.wide, content, **keys) if fault.kind == "fault"]
    for language in ("en", "id"):
        described = describe(fault, language)
        assert "{" not in described
        assert [word for word in (fault.file, *words) if word not in described] == []
    assert describe(fault, "en") != describe(fault, "id")


def test_all_faults_of_a_sheet_at_once(bench):
    planted = {
        "R01,Intervensi,Kurang,Cukup": [],
        "R02,Intervnsi,Kurang,Cukup": [("group_unknown", "B3")],
        "R03,Intervensi,Kurang,Bagus": [("level_unknown", "D4")],
        "R01 ,Intervensi,Kurang,Cukup": [("participant_duplicate", "A5")],
        "R01,Kontrol,Kurang,Cukup": [("participant_two_groups", "A6")],
        ",Kontrol,Kurang,Cukup": [("participant_missing", "A7")],
        "K04,Kontrol,2,3": [("number_for_word", "C8"), ("number_for_word", "D8")],
        "K05,,Kurang,Cukup": [("group_missing", "B9")],
        "K06,Kontrol,Kurang,Cukup,lebih": [("cell_outside", "E10")],
    }
    content = HEADER + "\n".join(planted) + "\n"
    assert sorted(bench.codes(content)) == sorted(fault for faults in planted.values() for fault in faults)


def test_faults_of_all_sheets_at_once(bench):
    sheets = [WIDE | {"file": name} for name in ("one.csv", "two.csv", "three.csv")]
    (bench.folder / "two.csv").write_text("Kode,Grup\nR01,Intervensi\n", encoding="utf-8")
    faults = bench.faults(bench.sheets, sheets, HEADER + "R02,Kontrol,Kurag,Cukup\n")
    places = [(fault.file, fault.code, fault.column) for fault in faults if fault.kind == "fault"]
    missing = [("two.csv", "column_missing", name) for name in ("Kelompok", "Sebelum", "Sesudah")]
    assert places == [("one.csv", "level_unknown", "Sebelum"), *missing, ("three.csv", "file_missing", "")]


def test_a_participant_twice_at_a_timepoint_of_a_long_sheet(bench):
    content = LONG_TWO + "R01,Intervensi,Post,Kurang\n"
    assert bench.codes(content, how=bench.long) == [("participant_duplicate", "A6")]


@cases
def test_the_likely_encoding_is_named(written, declared, likely, bench):
    (fault,) = bench.faults(bench.wide, "Kode;Nam\u00e9\n".encode(written), encoding=declared)
    assert (fault.code, fault.params["nearest"]) == ("encoding_wrong", likely)


SESSIONS = "Kode,Kelompok,Waktu,Sesi,No,ASI\n" + "".join(
    f"{code},{group},{when},{session},{number},Kurang\n"
    for number, (code, group, when, session) in enumerate(
        [("R01", "Intervensi", when, session) for when in ("Pre", "Post") for session in ("pagi", "sore")]
        + [("K01", "Kontrol", when, "pagi") for when in ("Pre", "Post")]
    )
)


def test_rows_of_one_participant_that_a_column_tells_apart_are_no_copies(bench):
    faults = [fault for fault in bench.faults(bench.long, SESSIONS) if fault.kind == "fault"]
    found = [(fault.code, fault.cell, fault.params["timepoint"], fault.params["tells"]) for fault in faults]
    assert found == [("participant_repeated", *rest, "Sesi") for rest in (("A3", "pre"), ("A5", "post"))]


def test_a_short_row_is_told_and_a_near_code_once(bench):
    faults = bench.faults(
        bench.wide, HEADER + "R01,Intervensi,Kurang\nR1,Intervensi,,Cukup\nK01,Kontrol,Kurang,Cukup\n"
    )
    assert [(fault.code, fault.cell) for fault in faults] == [("row_cut", "A2"), ("codes_near", "A3")]


@cases
def test_a_row_with_fewer_cells_than_the_header_is_a_fault_where_what_is_read_is_cut(rows, expected, bench):
    content = "\n".join(
        ["Kode,Kelompok,Sebelum,Sesudah,No,Catatan", "R01,Intervensi,Kurang,Cukup,1,x", *rows]
    )
    try:
        told = bench.wide(content, ignore=["No", "Catatan"]).warnings
    except FaultsError as error:
        told = error.faults
    assert sorted([fault.code, fault.cell] for fault in told if fault.code != "score_missing") == expected


def test_values_without_a_header_are_told(bench):
    content = (
        "Kode,Kelompok,,Sebelum,Sesudah,,\nR01,Intervensi,x,Kurang,Cukup,,\nK01,Kontrol,,Kurang,Cukup,,\n"
    )
    told = bench.wide(content).warnings
    assert [(warning.code, warning.cell, warning.value) for warning in told] == [("column_unnamed", "C1", "")]


def test_a_near_code_without_a_group_is_told_once(bench):
    one = {"file": "a.csv", "layout": "one_timepoint", "participant": "Kode", "score": "ASI"}
    one |= {"codes": WIDE["codes"]}
    sheets = [one | {"group": WIDE["group"], "timepoint": {"only": "pre"}}]
    sheets += [one | {"file": "b.csv", "timepoint": {"only": "post"}}]
    (bench.folder / "b.csv").write_text("Kode,ASI\nR1,Cukup\nK01,Cukup\n", encoding="utf-8")
    content = "Kode,Kelompok,ASI\nR01,Intervensi,Kurang\nK01,Kontrol,Kurang\n"
    assert [fault.code for fault in bench.faults(bench.sheets, sheets, content)] == ["codes_near"]


def test_names_that_are_declared_to_be_codes_are_replaced_all_the_same(bench):
    keys = {"participant": {"column": "Kode", "identifying": False}}
    content = HEADER + "Kasmi,Intervensi,Kurang,Cukup\nTukinem,Kontrol,Kurang,Cukup\n"
    observations = bench.wide(content, **keys)
    assert codes(observations) == ["identifying_all_the_same"]
    assert observations.frame("observations")["participant"].unique().tolist() == ["P01", "P02"]
    assert codes(bench.wide(HEADER + TWO, **keys)) == []


def test_no_fault_shows_who_is_named_by_a_file_or_a_header(bench):
    content = (
        "Kode,Kelompok,Sebelum,Sesudah,Bidan Yusra\nR01,Intervensi,Kurnag,Cukup,\nK01,Kontrol,Kurang,Cukup,\n"
    )
    told = "".join(map(describe, bench.faults(bench.sheets, [WIDE | {"file": "Ny Kasmi.csv"}], content)))
    assert "Kurnag" in told
    assert not re.search("kasmi|yusra", told, re.IGNORECASE)


def test_means_of_three_readings_are_decimals(bench):
    for numbers, mark in (("10,333 11,000 9,667", ","), ("10,333 11,125", ""), ("1,000 2,000", "")):
        cells = [Cell(number, "text", "", "", 1, "", "") for number in numbers.split()]
        assert decimal_mark_of(cells)[0] == mark
