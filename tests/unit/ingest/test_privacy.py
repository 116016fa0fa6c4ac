"""Who a participant is leaves no trace: not in tables, not in warnings, not in faults."""

import pytest

from oxymilk.faults import describe, faults_table
from oxymilk.ingest.privacy import identifies, is_identifying, keys_identify, may_be_shown, names_column

SECRETS = ("Siti", "Aminah", "0812", "Melati", "3374", "RM-77")
HEADER = "Nama Ibu,No. HP,Alamat,NIK,No RM,Kelompok,Sebelum,Sesudah\n"
SHEET = HEADER + (
    "Ny. Siti,0812-1,Jl. Melati 3,3374001,RM-771,Intervensi,Kurang,Cukup\n"
    "Ny. Aminah,0812-2,Jl. Melati 4,3374002,RM-772,Kontrol,Kurang,\n"
)


@pytest.mark.parametrize(
    "header",
    ["Nama", "NAMA IBU", "nama_bayi", "Nama Pasien", "Name", "full name", "Inisial", "initials", "No HP", "No. HP",
     "no_telp", "No. Telepon", "Telepon", "Phone", "Phone number", "WhatsApp", "Alamat", "ALAMAT RUMAH", "Address",
     "NIK", "No KTP", "No RM", "NO_RM", "No. Rekam Medis", "Rekam Medik", "Medical record no", "Tanggal Lahir",
     "Email", "e-mail", "Identitas > Nama", "Date of birth", "BPJS", "namaIbu", "NoHP", "noTelp", "NIKIbu", "nama1",
     "Nama_Bayi2", "Suami", "Nama Suami", "Husband's name", "Mother's name", "TTL", "Tgl. Lahir", "Kontak", "No.HP/WA",
     "HP suami", "RM Ibu", "No. Reg", "MRN", "Enumerator"],
)  # fmt: skip
def test_identifying_headers(header):
    assert is_identifying(header)


@pytest.mark.parametrize(
    "header",
    ["No", "Nomor", "Kode", "Kelompok", "Umur", "Produksi ASI sebelum", "Pendidikan", "Paritas", "No Resp", "id",
     "Responden", "Sampel", "Pasien", "Namaste score", "Teknik menyusui", "Puskesmas", "Pre Test > 1", "Unik",
     "produksi_asi_1", "Pre7A", "KodeResponden", "idPasien", "BB", "Umur (Th)", "TD Ibu Sistolik", "Suhu", "Rmin"],
)  # fmt: skip
def test_other_headers(header):
    assert not is_identifying(header)


def test_recognised_columns_are_replaced_and_dropped(bench):
    observations = bench.wide(SHEET, participant="Nama Ibu")
    assert observations.table["participant"].tolist() == ["P01", "P01", "P02", "P02"]
    told = [(one.code, one.column) for one in observations.warnings]
    assert told == [
        ("identifying_dropped", "No. HP"),
        ("identifying_dropped", "Alamat"),
        ("identifying_dropped", "NIK"),
        ("identifying_dropped", "No RM"),
        ("identifying_replaced", "Nama Ibu"),
        ("score_missing", "Sesudah"),
    ]
    written = observations.table.to_csv() + repr(observations.warnings)
    written += faults_table(observations.warnings).to_csv()
    assert not [secret for secret in SECRETS if secret in written]


def test_dropped_columns_are_told_even_when_ignored(bench):
    observations = bench.wide(SHEET, participant={"column": "Nama Ibu", "identifying": True}, ignore=["NIK"])
    assert "NIK" in [one.column for one in observations.warnings]


def test_codes_in_a_column_with_such_a_name_can_be_kept(bench):
    sheet = "Inisial,Kelompok,Sebelum,Sesudah\nA1,Intervensi,Kurang,Cukup\nA2,Kontrol,Kurang,Cukup\n"
    observations = bench.wide(sheet, participant={"column": "Inisial", "identifying": False})
    assert observations.table["participant"].tolist() == ["A1", "A1", "A2", "A2"]
    assert observations.warnings == ()


# each puts an identifying value where a fault would show it
SHIFTED = {
    "a row moved by one column": HEADER
    + "Ny. Siti,0812-1,Jl. Melati 3,3374001,RM-771,Ny. Siti,Intervensi,Kurang\n",
    "a name twice, in two groups": SHEET
    + "Ny. Siti,0812-1,Jl. Melati 3,3374001,RM-771,Kontrol,Kurang,Cukup\n",
    "a name twice": SHEET + "ny. siti ,0812-1,Jl. Melati 3,3374001,RM-771,Intervensi,Kurang,Cukup\n",
    "a value to the right": SHEET.replace("Kurang,Cukup\n", "Kurang,Cukup,Ny. Aminah Siti 0812\n"),
    "a telephone number as a score": SHEET.replace("Kurang,Cukup", "Kurang,0812-1"),
    "a wrong header row": "Judul,,,,,,,\n" + SHEET,
    "a wrong worksheet row as header": SHEET,
}


@pytest.mark.parametrize("how", SHIFTED)
def test_no_fault_shows_an_identifying_value(bench, how):
    keys = {"header_row": 2} if how == "a wrong worksheet row as header" else {}
    faults = bench.faults(bench.wide, SHIFTED[how], participant="Nama Ibu", **keys)
    shown = repr(faults) + "".join(describe(one, language) for one in faults for language in ("en", "id"))
    shown += faults_table(faults).to_csv()
    assert [one for one in faults if one.kind == "fault"]
    assert not [secret for secret in SECRETS if secret in shown]


def test_transposed_names_are_hidden_too(bench):
    sheet = {
        "file": "sheet.csv", "layout": "transposed", "participant": "Nama", "group": "Kelompok",
        "scores": {"pre": "Sebelum", "post": "Sesudah"},
    }  # fmt: skip
    content = "Nama,Siti,Aminah\nKelompok,intervention,Siti\nSebelum,kurang,kurang\nSesudah,cukup,cukup\n"
    faults = bench.faults(bench.sheets, [sheet], content)
    shown = repr(faults) + "".join(map(describe, faults))
    assert "group_unknown" in [one.code for one in faults]
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    "keys",
    [["Siti", "Dewi"], ["SA", "DK"], ["S.A.", "D.K."], ["SA1", "DK2", "LM3", "NO4", "PQ5"], ["012345"], ["RM-771"],
     ["Ny. S"], ["R01", "R02", "Kasmi"], ["3374015601900001"], ["siti01"], ["1 (Siti)"], ["0812-3456-7890"]],
)  # fmt: skip
def test_keys_that_may_tell_who_somebody_is(keys):
    assert keys_identify(keys)


@pytest.mark.parametrize(
    "keys",
    [["R01", "K01"], ["1", "2"], ["26.", "27"], ["A", "B"], ["Resp 01", "Resp 02"], ["P/K/03"], ["R01a"], ["", "7"],
     ["responden_7"], [f"{letter}{number}" for letter in "ABC" for number in range(9)]],
)  # fmt: skip
def test_keys_that_are_plain_codes(keys):
    assert not keys_identify(keys)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["", "sehat", "hub. 0812-3456-7890"], True),
        (["", "sehat", "NIK 3374015601900001"], True),
        (["kontrol ke dr", "pindah ke Jl. Mawar 3"], True),
        (["Siti Aminah", "Kasmiatun", "Dewi"], True),
        (["IRT", "PNS", "Swasta"], False),
        (["1.500.000", "2.000.000"], False),
        (["2024-10-05", "2024-11-05"], False),
        (["0,0812345678", "12,5"], False),
        ([], False),
        (["x" * 20_000 + "0812-3456-7890"] * 50, False),
    ],
)
def test_columns_told_by_their_values(values, expected):
    assert names_column(values) is expected


KNOWN = frozenset({"kurang", "cukup", "kontrol"})


@pytest.mark.parametrize(
    "text",
    ["Kurnag", "kontorl", "Banyak", "tdk cukup", "Tidak Lancar", "5", "-0.5", "1e5", "#DIV/0!", "#N/A", "2024-10-05",
     "5:12", "27 thn", "abc", "=cmd|' /C calc'!A0", "Ibu hamil", "Kurang sekali", "16/29"],
)  # fmt: skip
def test_values_that_a_fault_shows(text):
    assert may_be_shown(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["Siti", "siti", "Kasmiatun", "cukup kasmiatun", "Ny. X", "by ny Ratna", "an. Budi", "Jl Mawar", "RT 3",
     "081234567890", "3374015601900001", "045612", "1990-05-17", "17/05/1990", "a@b.id", "=Siti", "x" * 400],
)  # fmt: skip
def test_values_that_a_fault_does_not_show(text):
    assert not may_be_shown(text, KNOWN)


def test_a_declared_word_is_no_name():
    assert identifies("Ruang Dewi")
    assert not identifies("Ruang Dewi", frozenset({"ruang", "dewi"}))


def test_a_word_in_three_rows_is_a_level_and_no_name(bench):
    rows = "".join(f"R{at},Intervensi,Rembes,Cukup\n" for at in range(3)) + "K1,Kontrol,Kasmiatun,Cukup\n"
    faults = bench.faults(bench.wide, "Kode,Kelompok,Sebelum,Sesudah\n" + rows)
    assert [one.value for one in faults] == ["Rembes"] * 3 + ["***"]
