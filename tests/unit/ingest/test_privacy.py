"""Who a participant is leaves no trace: not in tables, not in warnings, not in faults."""

import pytest
from tests.cases import tables_of
from tests.unit.ingest.conftest import codes

from oxymilk.faults import describe, fault_rows
from oxymilk.ingest.privacy import identifies, is_identifying, keys_identify, may_be_shown, names_column

SECRETS = ("Siti", "Aminah", "0812", "Melati", "3374", "RM-77")
HEADER = "Nama Ibu,No. HP,Alamat,NIK,No RM,Kelompok,Sebelum,Sesudah\n"
SITI = "Ny. Siti,0812-1,Jl. Melati 3,3374001,RM-771,"
AMINAH = "Ny. Aminah,0812-2,Jl. Melati 4,3374002,RM-772,"
SHEET = HEADER + SITI + "Intervensi,Kurang,Cukup\n" + AMINAH + "Kontrol,Kurang,\n"
KNOWN = frozenset({"kurang", "cukup", "kontrol", "asi", "normal", "baik"})
JUDGES = {
    "headers": is_identifying,
    "keys": keys_identify,
    "columns": names_column,
    "values": lambda text: not may_be_shown(text, KNOWN),
}


@pytest.mark.parametrize("what", JUDGES)
def test_what_identifies(what):
    judge, judged = JUDGES[what], tables_of(__file__)["judged"][what]
    assert [person for person in judged["persons"] if not judge(person)] == []
    assert [other for other in judged["others"] if judge(other)] == []


def test_a_word_that_is_known_names_nobody_and_a_very_long_column_is_no_list_of_names():
    assert (identifies("Ruang Dewi"), identifies("Ruang Dewi", frozenset({"ruang", "dewi"}))) == (True, False)
    assert not names_column(["x" * 20_000 + "0812-3456-7890"] * 50)


def shown(faults):
    described = "".join(describe(fault, language) for fault in faults for language in ("en", "id"))
    text = repr(faults) + described + repr(fault_rows(faults))
    return [secret for secret in SECRETS if secret in text]


def test_recognised_columns_are_replaced_and_dropped(bench):
    observations = bench.wide(SHEET, participant="Nama Ibu")
    assert observations.frame("observations")["participant"].tolist() == ["P01", "P01", "P02", "P02"]
    dropped = ["No. HP", "Alamat", "NIK", "No RM"]
    assert [warning.column for warning in observations.warnings] == [*dropped, "Nama Ibu", "Sesudah"]
    kinds = ["identifying_dropped"] * 4 + ["identifying_replaced", "score_missing"]
    assert codes(observations) == kinds
    assert shown(observations.warnings) == []
    assert not [secret for secret in SECRETS if secret in observations.frame("observations").to_csv()]
    # they are reported even when they are to be ignored
    declared = bench.wide(SHEET, participant={"column": "Nama Ibu", "identifying": True}, ignore=["NIK"])
    assert "NIK" in [warning.column for warning in declared.warnings]


def test_codes_in_a_column_with_such_a_name_can_be_kept(bench):
    sheet = "Inisial,Kelompok,Sebelum,Sesudah\nA1,Intervensi,Kurang,Cukup\nA2,Kontrol,Kurang,Cukup\n"
    observations = bench.wide(sheet, participant={"column": "Inisial", "identifying": False})
    assert observations.frame("observations")["participant"].tolist() == ["A1", "A1", "A2", "A2"]
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
