"""claims.csv: read whole, or refused with every fault and its row."""

import csv

import pytest

from oxymilk.audit.claims import COLUMNS, load_claims, read_claims
from oxymilk.faults import Fault, FaultsError, describe


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
        ({"quantity": ""}, "claims_value", "quantity"),
        ({"check": ""}, "claims_value", "check"),
        ({"expect": ""}, "claims_value", "expect"),
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
        ({"printed": "8,3 %"}, "claims_p_percent", "printed"),
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


def test_a_fault_carries_its_cell_and_what_is_legal(write, claim, study):
    good = {"test": "signed_rank", "group": "control"}
    path = write(
        claim("0,083", "p_value", id="a", **good),
        claim("0,083", "p_value", id="a", **{**good, "test": "t"}),
        claim("0.0.8", "p_value", id="b", **good),
        claim("Ha", "decision", id="c", **good),
        claim("0,1", "p_value", "cited", id="d"),
        claim("45%", "ratio_percent", "arithmetic", id="e", n="25"),
        claim("3", "p_value", id="f", **{**good, "timepoint": "later"}),
        claim("45%", "ratio_percent", "arithmetic", id="g", n="25/x"),
    )
    marks = " ".join(study.decimal_mark)
    moments = "pre, post, change"
    expected = [
        Fault("claims_value", path.name, "", 3, "test", "t", {"legal": "signed_rank, rank_sum"}),
        Fault("claims_id_twice", path.name, "", 3, "id", "a", {"first": 2}),
        Fault("claims_number", path.name, "", 4, "printed", "0.0.8", {"marks": marks}),
        Fault("claims_value", path.name, "", 5, "printed", "Ha", {"legal": "significant, not significant"}),
        Fault("claims_value", path.name, "", 6, "expect", "reproduced", {"legal": "not_checkable"}),
        Fault("claims_arithmetic", path.name, "", 7, "n", "25", {"quantity": "ratio_percent"}),
        Fault("claims_value", path.name, "", 8, "timepoint", "later", {"legal": moments}),
        Fault("claims_number", path.name, "", 9, "n", "x", {"marks": marks}),
    ]
    assert faults_of(path, study) == expected


def test_a_p_value_in_percent_is_shown_as_it_is_printed(write, claim, study):
    path = write(claim("8,3 %", "p_value", test="signed_rank", group="control"))
    expected = Fault("claims_p_percent", path.name, row=2, column="printed", value="8,3 %")
    assert faults_of(path, study) == [expected]


def test_an_id_that_stands_three_times_names_the_first(write, claim, study):
    row = {"test": "signed_rank", "group": "control"}
    path = write(*(claim("0,083", "p_value", **row) for _ in range(3)))
    assert [(f.row, f.params) for f in faults_of(path, study)] == [(3, {"first": 2}), (4, {"first": 2})]


def test_what_may_be_left_empty(write, claim, study):
    rows = [
        claim("20", "sample_size", id="a"),
        claim("0,05", "alpha", id="b"),
        claim("10", "count", id="c", timepoint="change", level="kurang"),
        claim("11", "comparison", "arithmetic", id="d", operator="<", n="11,7"),
    ]
    loaded = load_claims(write(*rows), study)
    assert loaded == rows
    assert [each.others for each in loaded] == [(), (), (), ("11,7",)]


def test_only_a_missing_or_only_an_unknown_column_is_a_fault_too(write, claim, study):
    path = write(claim("1", "count"), columns=COLUMNS[:-1])
    assert faults_of(path, study) == [Fault("claims_column_missing", path.name, column="note")]
    path = write(claim("1", "count"), columns=[*COLUMNS, "remark"])
    assert faults_of(path, study) == [Fault("claims_column_unknown", path.name, column="remark")]
    path.write_bytes("id,where\n\xe9".encode("latin-1"))
    assert faults_of(path, study) == [Fault("encoding_wrong", path.name, params={"encoding": "UTF-8"})]


def test_a_file_that_a_spreadsheet_saved_with_semicolons_is_read_alike(write, claim, study):
    claims = [
        claim("0,083", "p_value", test="signed_rank", group="control", note="a; b"),
        claim("45%", "ratio_percent", "arithmetic", id="two", n="2,7/5,9"),
    ]
    path = write(*claims)
    expected = load_claims(path, study)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([*rows, [""] * len(COLUMNS)])
    assert load_claims(path, study) == expected


def test_a_decimal_comma_without_quotation_marks_is_named_with_its_row(write, claim, study):
    path = write(claim("0,083", "p_value", test="signed_rank", group="control"))
    path.write_text(path.read_text("utf-8").replace('"0,083"', "0,083"), encoding="utf-8")
    (fault,) = faults_of(path, study)
    assert fault == Fault("claims_row_long", path.name, row=2, value="one", params={"count": 15, "due": 14})
    assert '"0,003"' in describe(fault, "en")


def test_a_column_that_stands_twice_is_a_fault(write, claim, study):
    path = write(claim("0,083", "p_value", test="signed_rank", group="control"))
    text = path.read_text("utf-8").replace(",note\n", ",note,id\n")
    path.write_text(text, encoding="utf-8")
    assert [(one.code, one.column) for one in faults_of(path, study)] == [("claims_column_unknown", "id")]


def test_the_first_line_says_what_parts_the_cells(write, claim, study):
    """Commas in the notes of a file with semicolons part nothing, nor does a semicolon in a header with commas."""
    many = claim("0,083", "p_value", test="signed_rank", group="control", note="a, " * 60 + "b")
    path = write(many)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(rows)
    assert load_claims(path, study) == [many]
    path.write_text("id,where;there,note\n", encoding="utf-8")
    assert [fault.column for fault in faults_of(path, study)][-1] == "where;there"
    path.write_text("id;where,note\n", encoding="utf-8")
    assert [fault.column for fault in faults_of(path, study)][-1] == "id;where"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_and_in_a_cell(end, write, claim, study):
    path = write(claim("0,083", "p_value", test="signed_rank", group="control", note="a\r\nb"))
    text = path.read_bytes().decode().replace("a\r\nb", "\0").replace("\n", end).replace("\0", "a\r\nb")
    path.write_bytes(text.encode())
    (loaded,) = load_claims(path, study)
    assert loaded.note == "a\r\nb"


def test_a_broken_quotation_is_a_fault_and_an_empty_file_lacks_every_column(write, claim, study):
    path = write(claim("0,083", "p_value", test="signed_rank", group="control"))
    path.write_text(path.read_text("utf-8").replace('"0,083"', '"0,0"83'), encoding="utf-8")
    (fault,) = faults_of(path, study)
    assert (fault.code, fault.file, list(fault.params)) == ("sheet_unreadable", path.name, ["problem"])
    assert "expected" in fault.params["problem"]
    path.write_text("", encoding="utf-8")
    assert faults_of(path, study) == [
        Fault("claims_column_missing", path.name, column=one) for one in COLUMNS
    ]


def test_cells_that_a_row_lacks_are_empty(write, claim, study):
    path = write(claim("20", "sample_size", note="x"))
    path.write_text(path.read_text("utf-8").replace(",,,,,,recompute,reproduced,x", ",,,"), encoding="utf-8")
    [(row, cells)] = read_claims(path)
    assert (list(cells), row) == (list(COLUMNS), 2)
    assert list(cells.values()) == ["one", "here", "20", "", "sample_size", *[""] * 9]
