"""claims.csv: read whole, or refused with every fault and its row."""

import csv

import pytest

from oxymilk.audit.claims import COLUMNS, load_claims
from oxymilk.faults import FaultsError, describe


@pytest.fixture
def write(tmp_path):
    def run(*claims, columns=COLUMNS):
        path = tmp_path / "claims.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(claim._asdict() for claim in claims)
        return path

    return run


def faults_of(path, study):
    with pytest.raises(FaultsError) as caught:
        load_claims(path, study)
    return caught.value.faults


def test_good_claims_are_read_in_order(write, claim, study):
    claims = [
        claim("0,083", "p_value", test="signed_rank", group="control"),
        claim(" 100% ", "percent", id="two", group="control", timepoint="pre", level="kurang"),
        claim("45%", "ratio_percent", "arithmetic", id="three", operator="~", n="2,7/5,9"),
        claim("lima", "figure", "cited", "not_checkable", id="four"),
    ]
    loaded = load_claims(write(*claims), study)
    assert [each.id for each in loaded] == ["one", "two", "three", "four"]
    assert loaded[1].printed == "100%"
    assert loaded[2].others == ("2,7", "5,9")


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"quantity": "p-value"}, "claims_value", "quantity"),
        ({"check": "recalculate"}, "claims_value", "check"),
        ({"expect": "ok"}, "claims_value", "expect"),
        ({"operator": "=="}, "claims_value", "operator"),
        ({"test": ""}, "claims_value", "test"),
        ({"test": "wilcoxon"}, "claims_value", "test"),
        ({"group": ""}, "claims_value", "group"),
        ({"group": "kontrol"}, "claims_value", "group"),
        ({"timepoint": "day 15"}, "claims_value", "timepoint"),
        ({"variable": "milk"}, "claims_value", "variable"),
        ({"level": "lots"}, "claims_value", "level"),
        ({"quantity": "percent", "timepoint": "", "level": "kurang"}, "claims_value", "timepoint"),
        ({"quantity": "percent", "timepoint": "pre"}, "claims_value", "level"),
        ({"quantity": "figure"}, "claims_value", "quantity"),
        ({"check": "arithmetic", "n": "3"}, "claims_value", "quantity"),
        ({"check": "cited"}, "claims_value", "expect"),
        ({"id": ""}, "claims_empty", "id"),
        ({"where": ""}, "claims_empty", "where"),
        ({"printed": ""}, "claims_empty", "printed"),
        ({"printed": "0.083*"}, "claims_number", "printed"),
        ({"expect": "differs"}, "claims_note", "note"),
        ({"quantity": "decision", "printed": "Ha"}, "claims_value", "printed"),
        ({"quantity": "percent", "check": "arithmetic", "n": ""}, "claims_arithmetic", "n"),
        ({"quantity": "ratio_percent", "check": "arithmetic", "n": "25"}, "claims_arithmetic", "n"),
        ({"quantity": "ratio_percent", "check": "arithmetic", "n": "25/x"}, "claims_number", "n"),
        ({"quantity": "grim_percent", "check": "arithmetic", "n": "5..1"}, "claims_number", "n"),
        ({"quantity": "grim_mean", "check": "arithmetic", "n": "1..5"}, "claims_arithmetic", "n"),
        ({"quantity": "grim_mean", "check": "arithmetic", "n": "1..5;x"}, "claims_number", "n"),
        ({"quantity": "grim_percent", "n": "1..5"}, "claims_value", "quantity"),
    ],
)
def test_each_fault_names_row_column_and_what_to_do(write, claim, study, cells, code, column):
    good = {"test": "signed_rank", "group": "control"}
    bad = claim("0,083", "p_value", **good)._replace(**cells)
    path = write(claim("0,083", "p_value", id="good", **good), bad)
    found = [fault for fault in faults_of(path, study) if (fault.code, fault.column) == (code, column)]
    assert [fault.row for fault in found] == [3]
    for language in ("en", "id"):
        assert column in describe(found[0], language)


def test_all_faults_are_reported_at_once(write, claim, study):
    path = write(
        claim("abc", "p_value", test="signed_rank", group="control"),
        claim("0,05", "threshold", operator="<", test="nonsense"),
    )
    assert [(fault.row, fault.code) for fault in faults_of(path, study)] == [
        (2, "claims_number"),
        (3, "claims_value"),
        (3, "claims_id_twice"),
    ]


def test_missing_and_unknown_columns_and_files_are_faults(write, claim, study, tmp_path):
    path = write(claim("1", "count"), columns=[*COLUMNS[:-1], "remark"])
    assert [(f.code, f.column) for f in faults_of(path, study)] == [
        ("claims_column_missing", "note"),
        ("claims_column_unknown", "remark"),
    ]
    assert [f.code for f in faults_of(tmp_path / "none.csv", study)] == ["claims_missing"]
    path.write_bytes("id,where\n\xe9".encode("latin-1"))
    assert [f.code for f in faults_of(path, study)] == ["encoding_wrong"]
