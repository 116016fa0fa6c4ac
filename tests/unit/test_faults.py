"""The texts of the faults: complete, in every language, and printable whatever a cell holds."""

import re
from pathlib import Path

import pandas as pd
import pytest

from oxymilk import faults
from oxymilk.faults import Fault, FaultsError, describe, fault_rows, together
from oxymilk.texts import LANGUAGES, labels

CODES = dict.fromkeys(
    key.partition(".")[0] for kind in ("faults", "warnings") for key in labels("en").section(kind)
)
# a call that makes a fault, with the code as its first or second argument
RAISED = r"""\b_?(?:Fault|fault|refused|UnreadableError|add_fault)\((?:\w+\.?\w*, )?\s*"([a-z_]+)\""""


def test_place_and_suggestion():
    params = {"legal": ["Kurang", "Cukup"], "nearest": "Cukup"}
    fault = Fault("level_unknown", "sheet.xlsx", "Data", 7, "Sesudah", "Cukpu", params, "D7")
    text, indonesian = describe(fault), describe(fault, "id")
    assert text.startswith('sheet.xlsx, worksheet "Data", row 7, column "Sesudah", cell D7: "Cukpu" is no')
    assert 'Did you mean "Cukup"? Write one of: Kurang, Cukup;' in text
    assert indonesian.startswith('sheet.xlsx, lembar kerja "Data", baris 7, kolom "Sesudah", sel D7:')
    assert 'Maksudnya "Cukup"?' in indonesian


def test_a_value_with_braces_control_characters_or_great_length_is_one_short_line():
    fault = Fault("level_unknown", "a.csv", row=2, value="{x}\n\x1b[31m" + "y" * 500, params={"legal": "{z}"})
    text = describe(fault)
    assert "{x}\\n\\x1b[31my" in text
    assert "{z}" in text
    assert (len(text.splitlines()), len(text) < 300) == (1, True)


def test_the_error_and_the_table_have_all_faults_and_the_table_every_language():
    found = [Fault("no_sheet", "study.yaml"), Fault("sheet_empty", "b.xlsx", "Data", 3, cell="A3")]
    error, (columns, rows) = FaultsError(found), fault_rows(found)
    table = pd.DataFrame(rows, columns=columns)
    assert (error.faults, "study.yaml" in str(error), "b.xlsx" in str(error)) == (found, True, True)
    # faults before warnings
    assert table["kind"].tolist() == ["fault", "warning"]
    first = table.iloc[0]
    assert (first["worksheet"], first["row"], first["cell"]) == ("Data", "3", "A3")
    assert all(table[f"{part}_{language}"].all() for part in ("wrong", "do") for language in LANGUAGES)
    assert fault_rows([]) == (columns, [])


@pytest.mark.parametrize("code", CODES)
def test_each_fault_says_what_is_wrong_and_what_to_do(code):
    kind = Fault(code, "").kind
    texts = [labels(language).section(f"{kind}s.{code}") for language in LANGUAGES]
    for text in texts:
        assert set(text) == {"wrong", "do"}
        assert all(part.strip().endswith((".", "?", "}")) for part in text.values())
    for part in ("wrong", "do"):
        assert texts[0][part] != texts[1][part]


def test_every_code_of_a_sheet_or_study_is_planted_in_a_test():
    data = Path(__file__).parents[1] / "data"
    planted = {code for path in Path(__file__).parent.rglob("test_*.py")
               for code in re.findall(r'"([a-z_0-9]+)"', path.read_text("utf-8"))}  # fmt: skip
    planted |= {
        code for path in data.rglob("*.yaml") for code in re.findall("[a-z_0-9]+", path.read_text("utf-8"))
    }
    others = ("claims_", "results_", "config_", "option_", "system_")
    own = {code for code in CODES if not code.startswith(others)}
    assert len(own) > 80
    assert own - planted == set()


def test_every_code_that_the_package_raises_has_its_texts():
    raised = set()
    for path in Path(faults.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        raised |= set(re.findall(RAISED, text))
    assert {"file_missing", "participant_missing"} <= raised
    assert raised <= CODES.keys()


def test_two_keys_that_are_missing_in_one_place_are_two_faults():
    missing = [
        Fault("key_missing", "study.yaml", row=1, params={"key": key})
        for key in ("alpha", "between", "alpha")
    ]
    assert [fault.params["key"] for fault in together(missing)] == ["alpha", "between"]
