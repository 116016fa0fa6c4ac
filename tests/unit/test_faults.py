"""The texts of the faults: complete, in both languages, and printable whatever a cell holds."""

import re
from pathlib import Path

from oxymilk import faults
from oxymilk.faults import Fault, FaultsError, codes, describe, faults_table


def test_place_and_suggestion():
    fault = Fault(
        "level_unknown", "sheet.xlsx", "Data", 7, "Sesudah", "Cukpu",
        {"legal": ["Kurang", "Cukup"], "nearest": "Cukup"}, "D7",
    )  # fmt: skip
    text = describe(fault)
    assert text.startswith('sheet.xlsx, worksheet "Data", row 7, column "Sesudah", cell D7: "Cukpu" is no')
    assert 'Did you mean "Cukup"? Write one of: Kurang, Cukup;' in text
    indonesian = describe(fault, "id")
    assert indonesian.startswith('sheet.xlsx, lembar kerja "Data", baris 7, kolom "Sesudah", sel D7:')
    assert 'Maksudnya "Cukup"?' in indonesian


def test_a_value_with_braces_control_characters_or_great_length_is_one_short_line():
    fault = Fault("level_unknown", "a.csv", row=2, value="{x}\n\x1b[31m" + "y" * 500, params={"legal": "{z}"})
    text = describe(fault)
    assert "{x}\\n\\x1b[31my" in text
    assert "{z}" in text
    assert len(text.splitlines()) == 1
    assert len(text) < 300


def test_the_error_tells_all_faults():
    error = FaultsError([Fault("file_missing", "a.csv"), Fault("sheet_empty", "b.csv")])
    assert (len(error.faults), "a.csv" in str(error), "b.csv" in str(error)) == (2, True, True)


def test_the_table_has_faults_first_and_both_languages():
    table = faults_table(
        [Fault("no_sheet", "study.yaml"), Fault("sheet_empty", "b.xlsx", "Data", 3, cell="A3")]
    )
    assert table["kind"].tolist() == ["fault", "warning"]
    first = table.iloc[0]
    assert (first["worksheet"], first["row"], first["cell"]) == ("Data", "3", "A3")
    assert all(table[column].all() for column in ("wrong_en", "do_en", "wrong_id", "do_id"))
    assert faults_table([]).columns.tolist() == table.columns.tolist()


def test_every_code_of_a_sheet_or_study_is_planted_in_a_test():
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py")]
    own = [code for code in codes() if not code.startswith(("claims_", "results_", "config_"))]
    unplanted = [code for code in own if not any(f'"{code}"' in text for text in texts)]
    assert len(own) > 80
    assert unplanted == []


def test_every_code_that_the_package_raises_has_its_texts():
    raised = set()
    for path in Path(faults.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        raised |= set(re.findall(r"""\b(?:Fault|fault_at|fault|_refused)\(\s*"([a-z_]+)\"""", text))
    assert "file_missing" in raised
    assert raised - set(codes()) == set()
