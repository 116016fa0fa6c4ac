"""A planted fault for each code: found, at its place, told in both languages."""

import pytest

from oxymilk.faults import describe

HEADER = "Kode,Kelompok,Sebelum,Sesudah\n"
TWO = "R01,Intervensi,Kurang,Cukup\nK01,Kontrol,Kurang,Kurang\n"
LONG_HEADER = "Kode,Kelompok,Waktu,ASI\n"
LONG_TWO = "".join(
    f"{code},{group},{time},Kurang\n"
    for code, group in (("R01", "Intervensi"), ("K01", "Kontrol"))
    for time in ("Pre", "Post")
)

# ruff: noqa: E501
# code: layout, content, further keys of the sheet, cell or row, words that both languages must show
PLANTED = {
    "encoding_wrong": ("wide", (HEADER + TWO + "R02,Intervensi,Kurang\u00e9,Cukup\n").encode("cp1252"), {}, 4, ["utf-8", "windows-1252"]),
    "sheet_empty": ("wide", HEADER, {}, None, []),
    "sheet_unreadable": ("wide", HEADER + '"R01"x,Intervensi,Kurang,Cukup\n', {"delimiter": ","}, None, []),
    "delimiter_ambiguous": ("wide", "Kode,A;Kelompok,B\nR01,A;Intervensi,B\n", {}, None, [", ;"]),
    "column_missing": ("wide", "Kode,Kelompok,Sebelum,Sesuda\nR01,Intervensi,Kurang,Cukup\n", {}, 1, ["Sesudah", "Sesuda"]),
    "header_duplicate": ("wide", "Kode,Kelompok,Sebelum,Sesudah, sesudah\nR01,Intervensi,Kurang,Cukup,x\nK01,Kontrol,Kurang,Cukup,x\n", {}, "E1", ["D1"]),
    "cell_outside": ("wide", HEADER + TWO + "R02,Intervensi,Kurang,Cukup,kurang\n", {}, "E4", []),
    "participant_missing": ("wide", HEADER + TWO + ",Intervensi,Kurang,Cukup\n", {}, "A4", []),
    "participant_duplicate": ("wide", HEADER + TWO + "r01 ,Intervensi,Kurang,Cukup\n", {}, "A4", ["r01", "2"]),
    "participant_two_groups": ("wide", HEADER + TWO + "R01,Kontrol,Kurang,Cukup\n", {}, "A4", ["R01", "2"]),
    "group_missing": ("wide", HEADER + TWO + "R02,,Kurang,Cukup\n", {}, "B4", ["Intervensi"]),
    "group_unknown": ("wide", HEADER + TWO + "R02,Kontorl,Kurang,Cukup\n", {}, "B4", ["Kontorl", "Kontrol"]),
    "timepoint_missing": ("long", LONG_HEADER + LONG_TWO + "R02,Intervensi,,Kurang\n", {}, "C6", ["Pre"]),
    "timepoint_unknown": ("long", LONG_HEADER + LONG_TWO + "R02,Intervensi,Pots,Kurang\n", {}, "C6", ["Pots", "Post"]),
    "level_unknown": ("wide", HEADER + TWO + "R02,Intervensi,Kurnag,Cukup\n", {}, "C4", ["Kurnag", "Kurang"]),
    "number_for_word": ("wide", HEADER + TWO + "R02,Intervensi,Kurang,1\n", {}, "D4", ["1", "Cukup"]),
    "group_empty": ("wide", HEADER + "R01,Intervensi,Kurang,Cukup\n", {}, None, ["control"]),
    "timepoint_empty": ("wide", HEADER + "R01,Intervensi,Kurang,\nK01,Kontrol,Kurang,\n", {}, None, ["post"]),
    "file_missing": ("wide", None, {}, None, ["sheet.csv"]),
    "format_unknown": ("wide", "x", {"file": "sheet.docx"}, None, [".docx", ".csv"]),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_planted_fault_is_found_and_told(bench, code):
    layout, content, keys, place, words = PLANTED[code]
    faults = bench.faults(getattr(bench, layout), content, **keys)
    found = [fault for fault in faults if fault.kind == "fault"]
    assert [fault.code for fault in found] == [code]
    fault = found[0]
    assert (fault.cell if isinstance(place, str) else fault.row) == place
    for language in ("en", "id"):
        text = describe(fault, language)
        assert fault.file in text
        assert "{" not in text
        for word in words:
            assert word in text
        if fault.row:
            assert f"{'row' if language == 'en' else 'baris'} {fault.row}" in text
        if fault.cell:
            assert f"{'cell' if language == 'en' else 'sel'} {fault.cell}" in text
    assert describe(fault, "en") != describe(fault, "id")


def test_all_faults_of_a_sheet_at_once(bench):
    sheet = HEADER + (
        "R01,Intervensi,Kurang,Cukup\n"
        "R02,Intervnsi,Kurang,Cukup\n"  # unknown group
        "R03,Intervensi,Kurang,Bagus\n"  # unknown level
        "R01,Intervensi,Kurang,Cukup\n"  # duplicate
        "R01,Kontrol,Kurang,Cukup\n"  # in two groups
        ",Kontrol,Kurang,Cukup\n"  # no participant
        "K04,Kontrol,2,3\n"  # numbers for words, twice
        "K05,,Kurang,Cukup\n"  # no group
        "K06,Kontrol,Kurang,Cukup,lebih\n"  # a cell outside
    )
    found = [(fault.code, fault.cell) for fault in bench.faults(bench.wide, sheet)]
    assert sorted(found) == sorted(
        [
            ("group_unknown", "B3"),
            ("level_unknown", "D4"),
            ("participant_duplicate", "A5"),
            ("participant_two_groups", "A6"),
            ("participant_missing", "A7"),
            ("number_for_word", "C8"),
            ("number_for_word", "D8"),
            ("group_missing", "B9"),
            ("cell_outside", "E10"),
        ]
    )


def test_faults_of_all_sheets_at_once(bench):
    from copy import deepcopy

    one = {"file": "one.csv", "layout": "wide", "participant": "Kode", "group": "Kelompok",
           "scores": {"pre": "Sebelum", "post": "Sesudah"}}  # fmt: skip
    two = deepcopy(one) | {"file": "two.csv"}
    three = deepcopy(one) | {"file": "three.csv"}
    (bench.folder / "two.csv").write_text(HEADER + "R01,intervention,kurang,cukpu\n", encoding="utf-8")
    faults = bench.faults(bench.sheets, [one, two, three], HEADER + "R02,control,kurag,cukup\n")
    found = [(fault.file, fault.code) for fault in faults]
    assert found == [
        ("one.csv", "level_unknown"),
        ("two.csv", "level_unknown"),
        ("three.csv", "file_missing"),
    ]


def test_all_missing_columns_at_once(bench):
    faults = bench.faults(bench.wide, "Kode,Grup\nR01,Intervensi\n")
    missing = [fault.column for fault in faults if fault.code == "column_missing"]
    assert missing == ["Kelompok", "Sebelum", "Sesudah"]


def test_a_fault_does_not_show_an_identifying_value(bench):
    sheet = "Nama,Kelompok,Sebelum,Sesudah\nNy. Siti,Intervensi,Kurang,Cukup\nNy. Siti,Kontrol,Kurang,Cukup\n"
    faults = bench.faults(bench.wide, sheet, participant={"column": "Nama", "identifying": True})
    assert [fault.code for fault in faults] == ["participant_two_groups"]
    assert "Siti" not in repr(faults) + describe(faults[0], "en") + describe(faults[0], "id")


def test_a_participant_twice_at_a_timepoint_of_a_long_sheet(bench):
    faults = bench.faults(bench.long, LONG_HEADER + LONG_TWO + "R01,Intervensi,Post,Kurang\n")
    assert [(fault.code, fault.cell) for fault in faults] == [("participant_duplicate", "A6")]


@pytest.mark.parametrize(
    ("content", "encoding", "likely"),
    [
        ("Kode;Nam\u00e9\n".encode("utf-16"), "utf-8", "utf-16"),
        ("Kode;Nam\u00e9\n".encode("utf-16-le"), "utf-8", "utf-16"),
        ("Kode;Nam\u00e9\n".encode(), "windows-1252", "utf-8"),
        ("Kode;Nam\u00e9\n".encode(), "utf-16", "utf-8"),
        ("Kode;Nam\u00e9\n".encode("latin-1"), "ascii", "utf-8"),
    ],
)
def test_the_likely_encoding_is_named(bench, content, encoding, likely):
    faults = bench.faults(bench.wide, content, encoding=encoding)
    assert [(fault.code, fault.params["nearest"]) for fault in faults] == [("encoding_wrong", likely)]
