"""Who a participant is leaves no trace: not in tables, not in warnings, not in faults."""

import pytest
from tests.unit.ingest.conftest import codes

from oxymilk.faults import describe, faults_table
from oxymilk.ingest.privacy import identifies, is_identifying, keys_identify, may_be_shown, names_column

SECRETS = ("Siti", "Aminah", "0812", "Melati", "3374", "RM-77")
HEADER = "Nama Ibu,No. HP,Alamat,NIK,No RM,Kelompok,Sebelum,Sesudah\n"
SITI = "Ny. Siti,0812-1,Jl. Melati 3,3374001,RM-771,"
AMINAH = "Ny. Aminah,0812-2,Jl. Melati 4,3374002,RM-772,"
SHEET = HEADER + SITI + "Intervensi,Kurang,Cukup\n" + AMINAH + "Kontrol,Kurang,\n"
KNOWN = frozenset({"kurang", "cukup", "kontrol", "asi", "normal", "baik"})
# a function, what it says yes to, what it says no to
JUDGED = {
    "headers": (is_identifying, [
        "Nama", "NAMA IBU", "nama_bayi", "Nama Pasien", "Name", "full name", "Inisial", "initials", "No HP", "No. HP",
        "no_telp", "No. Telepon", "Telepon", "Phone", "Phone number", "WhatsApp", "Alamat", "ALAMAT RUMAH", "Address",
        "NIK", "No KTP", "No RM", "NO_RM", "No. Rekam Medis", "Rekam Medik", "Medical record no", "Tanggal Lahir",
        "Email", "e-mail", "Identitas > Nama", "Date of birth", "BPJS", "namaIbu", "NoHP", "noTelp", "NIKIbu", "nama1",
        "Nama_Bayi2", "Suami", "Nama Suami", "Husband's name", "Mother's name", "TTL", "Tgl. Lahir", "Kontak",
        "No.HP/WA", "HP suami", "RM Ibu", "No. Reg", "MRN", "Enumerator",
    ], [
        "No", "Nomor", "Kode", "Kelompok", "Umur", "Produksi ASI sebelum", "Pendidikan", "Paritas", "No Resp", "id",
        "Responden", "Sampel", "Pasien", "Namaste score", "Teknik menyusui", "Puskesmas", "Pre Test > 1", "Unik",
        "produksi_asi_1", "Pre7A", "KodeResponden", "idPasien", "BB", "Umur (Th)", "TD Ibu Sistolik", "Suhu", "Rmin",
    ]),
    "keys": (keys_identify, [
        ["Siti", "Dewi"], ["SA", "DK"], ["S.A.", "D.K."], ["SA1", "DK2", "LM3", "NO4", "PQ5"], ["012345"], ["RM-771"],
        ["Ny. S"], ["R01", "R02", "Kasmi"], ["3374015601900001"], ["siti01"], ["1 (Siti)"], ["0812-3456-7890"],
    ], [
        ["R01", "K01"], ["1", "2"], ["26.", "27"], ["A", "B"], ["Resp 01", "Resp 02"], ["P/K/03"], ["R01a"], ["", "7"],
        ["responden_7"], [f"{letter}{number}" for letter in "ABC" for number in range(9)],
    ]),
    "columns": (names_column, [
        ["", "sehat", "hub. 0812-3456-7890"], ["", "sehat", "NIK 3374015601900001"],
        ["kontrol ke dr", "pindah ke Jl. Mawar 3"], ["Siti Aminah", "Kasmiatun", "Dewi"],
    ], [
        ["IRT", "PNS", "Swasta"], ["1.500.000", "2.000.000"], ["2024-10-05", "2024-11-05"], ["0,0812345678", "12,5"],
        [], ["x" * 20_000 + "0812-3456-7890"] * 50,
    ]),
    "values": (lambda text: not may_be_shown(text, KNOWN), [
        "Siti", "siti", "Kasmi", "Kasmiatun", "cukup kasmiatun", "Ny. X", "by ny Ratna", "an. Budi", "Jl Mawar", "RT 3",
        "Asih", "Norma", "Baiq", "Kontrola",
        "081234567890", "3374015601900001", "045612", "1990-05-17", "17/05/1990", "a@b.id", "=Siti", "x" * 400,
    ], [
        "Kurnag", "kontorl", "\u0421ukup", "Kontro1",
        "Banyak", "tdk cukup", "Tidak Lancar", "5", "-0.5", "1e5", "#DIV/0!", "#N/A", "2024-10-05",
        "5:12", "27 thn", "abc", "=cmd|' /C calc'!A0", "Ibu hamil", "Kurang sekali", "16/29",
    ]),
}  # fmt: skip


@pytest.mark.parametrize("what", JUDGED)
def test_what_identifies(what):
    assert (identifies("Ruang Dewi"), identifies("Ruang Dewi", frozenset({"ruang", "dewi"}))) == (True, False)
    judge, persons, others = JUDGED[what]
    assert [person for person in persons if not judge(person)] == []
    assert [other for other in others if judge(other)] == []


def shown(faults):
    described = "".join(describe(fault, language) for fault in faults for language in ("en", "id"))
    text = repr(faults) + described + faults_table(faults).to_csv()
    return [secret for secret in SECRETS if secret in text]


def test_recognised_columns_are_replaced_and_dropped(bench):
    observations = bench.wide(SHEET, participant="Nama Ibu")
    assert observations.table["participant"].tolist() == ["P01", "P01", "P02", "P02"]
    dropped = ["No. HP", "Alamat", "NIK", "No RM"]
    assert [warning.column for warning in observations.warnings] == [*dropped, "Nama Ibu", "Sesudah"]
    kinds = ["identifying_dropped"] * 4 + ["identifying_replaced", "score_missing"]
    assert codes(observations) == kinds
    assert shown(observations.warnings) == []
    assert not [secret for secret in SECRETS if secret in observations.table.to_csv()]
    # they are reported even when they are to be ignored
    declared = bench.wide(SHEET, participant={"column": "Nama Ibu", "identifying": True}, ignore=["NIK"])
    assert "NIK" in [warning.column for warning in declared.warnings]


def test_codes_in_a_column_with_such_a_name_can_be_kept(bench):
    sheet = "Inisial,Kelompok,Sebelum,Sesudah\nA1,Intervensi,Kurang,Cukup\nA2,Kontrol,Kurang,Cukup\n"
    observations = bench.wide(sheet, participant={"column": "Inisial", "identifying": False})
    assert observations.table["participant"].tolist() == ["A1", "A1", "A2", "A2"]
    assert codes(observations) == []


# each puts an identifying value where a fault would show it
SHIFTED = {
    "a row moved by one column": HEADER + SITI + "Ny. Siti,Intervensi,Kurang\n",
    "a name twice, in two groups": SHEET + SITI + "Kontrol,Kurang,Cukup\n",
    "a name twice": SHEET + SITI.lower() + "Intervensi,Kurang,Cukup\n",
    "a value to the right": SHEET.replace("Kurang,Cukup\n", "Kurang,Cukup,Ny. Aminah Siti 0812\n"),
    "a telephone number as a score": SHEET.replace("Kurang,Cukup", "Kurang,0812-1"),
    "a wrong header row": "Judul,,,,,,,\n" + SHEET,
    "a row of people as header": SHEET,
}


@pytest.mark.parametrize("how", SHIFTED)
def test_no_fault_shows_an_identifying_value(bench, how):
    keys = {"header_row": 2} if how == "a row of people as header" else {}
    faults = bench.faults(bench.wide, SHIFTED[how], participant="Nama Ibu", **keys)
    assert [fault for fault in faults if fault.kind == "fault"]
    assert shown(faults) == []


def test_a_word_in_three_rows_is_a_level_and_no_name(bench):
    rows = "".join(f"R{row},Intervensi,Rembes,Cukup\n" for row in range(3)) + "K1,Kontrol,Kasmiatun,Cukup\n"
    faults = bench.faults(bench.wide, "Kode,Kelompok,Sebelum,Sesudah\n" + rows)
    assert [fault.value for fault in faults] == ["Rembes"] * 3 + ["***"]
