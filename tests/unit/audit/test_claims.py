"""claims.csv: read whole, or refused with every fault and its row; what its printed strings state; its page in docs."""

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest
from tests.cases import cases

from oxymilk.audit import claims as vocabulary
from oxymilk.audit.claims import COLUMNS, Claim, claim_of, load_claims, read_claims
from oxymilk.audit.printed import LARGEST_SAMPLE, Notation
from oxymilk.audit.recompute import CONVENTIONS
from oxymilk.audit.verdicts import audit_claims
from oxymilk.faults import Fault, FaultsError, describe
from oxymilk.stats import load_programs
from oxymilk.texts import LANGUAGES, labels

PAGE = (Path(__file__).parents[3] / "docs" / "claims.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
OF_CONTROL = {"test": "signed_rank", "group": "control"}


@pytest.fixture
def write(tmp_path):
    def run(*claims, delimiter=",", end="\n", edit=("", ""), after=""):
        stream = io.StringIO()
        writer = csv.DictWriter(stream, COLUMNS, lineterminator=end, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(claim.cells for claim in claims)
        path = tmp_path / "claims.csv"
        path.write_bytes((stream.getvalue().replace(*edit) + after).encode("utf-8-sig" if after else "utf-8"))
        return path

    return run


@pytest.fixture
def p_value(claim):
    return claim("0,083", "p_value", **OF_CONTROL)


def interval(text):
    """Return the interval of "[0.0825 0.0835)": a square bracket where it has its end, two points at infinity."""
    ends = (None if ".." in end else F(end) for end in text[1:-1].split())
    # an open end at infinity has no bracket of its own
    closed = text[0] == "[" or "(.." in text, text[-1] == "]"
    return (*ends, *closed)


def faults_of(path, study):
    warnings = []
    try:
        load_claims(path, study, warnings)
    except FaultsError as error:
        return error.faults
    return warnings


# ---- the file ----------------------------------------------------------------------------------------------


def test_good_claims_are_read_in_order(write, claim, study, p_value):
    claims = [
        p_value,
        claim("20", "sample_size", id="a"),
        claim("0,05", "alpha", id="b"),
        claim("10", "count", id="c", timepoint="change", level="kurang"),
        claim("11", "comparison", "arithmetic", id="d", operator="<", n="11,7"),
        claim("45%", "ratio_percent", "arithmetic", id="e", operator="~", n="2,7/5,9"),
        claim("lima", "figure", "cited", "not_checkable", id="f"),
    ]
    loaded = load_claims(write(*claims), study)
    assert loaded == claims
    assert [each.others for each in loaded] == [(), (), (), (), ("11,7",), ("2,7", "5,9"), ()]
    assert load_claims(write(replace(claims[1], printed=" 20 ")), study) == claims[1:2]


@cases
def test_each_fault_names_row_column_and_what_to_do(cells, code, column, write, study, p_value):
    path = write(replace(p_value, id="good"), replace(p_value, **cells))
    found = [fault for fault in faults_of(path, study) if (fault.code, fault.column) == (code, column)]
    assert [fault.row for fault in found] == [3]
    assert all(column in describe(found[0], language) for language in ("en", "id"))


def test_all_faults_are_reported_at_once_each_with_its_cell_and_what_is_legal(write, claim, study, p_value):
    path = write(
        p_value,
        replace(p_value, test="t"),
        replace(p_value, printed="0.0.8"),
        replace(p_value, id="c", quantity="decision", printed="Ha"),
        replace(p_value, id="d", check="cited"),
        claim("45%", "ratio_percent", "arithmetic", id="e", n="25"),
        replace(p_value, id="f", timepoint="later", printed="8,3 %"),
        claim("45%", "ratio_percent", "arithmetic", id="g", n="25/x"),
    )
    marks = {"marks": " ".join(study.decimal_mark)}
    expected = [
        ("claims_value", 3, "test", "t", {"legal": ", ".join((*vocabulary.TESTS, *vocabulary.OTHER_TESTS))}),
        ("claims_id_twice", 3, "id", "one", {"first": 2}),
        ("claims_id_twice", 4, "id", "one", {"first": 2}),
        ("claims_value", 5, "printed", "Ha", {"legal": "significant, not significant"}),
        ("claims_value", 6, "expect", "reproduced", {"legal": "not_checkable"}),
        ("claims_arithmetic", 7, "n", "25", {"quantity": "ratio_percent"}),
        ("claims_value", 8, "timepoint", "later", {"legal": "pre, post, change"}),
        # claims that are not checked, but stop no study
        ("claims_number", 4, "printed", "0.0.8", marks),
        ("claims_p_percent", 8, "printed", "8,3 %", {}),
        ("claims_number", 9, "n", "x", marks),
    ]
    assert faults_of(path, study) == [Fault(code, path.name, "", *rest) for code, *rest in expected]


MISSING = "claims_column_missing"


@cases
def test_a_file_that_is_no_table_of_claims_is_refused(edit, faults, write, study, p_value):
    found = faults_of(write(p_value, edit=edit), study)
    assert [[fault.code, fault.column] for fault in found] == faults


def test_a_missing_file_and_a_comma_too_many_are_named(write, study, p_value, tmp_path):
    path = tmp_path / "claims.csv"
    assert faults_of(path, study) == [Fault("claims_missing", path.name)]
    path.write_bytes("id,where\n\xe9".encode("latin-1"))
    assert faults_of(path, study) == [Fault("not_utf8", path.name, row=2)]
    path.write_bytes(b"")
    assert faults_of(path, study) == [Fault(MISSING, path.name, column=column) for column in COLUMNS[:-2]]
    (fault,) = faults_of(write(p_value, edit=('"0,083"', "0,083")), study)
    params = {"count": 17, "due": 16}
    assert fault == Fault("claims_row_long", "claims.csv", row=2, value="one", params=params)
    assert '"0,003"' in describe(fault, "en")


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_every_system_and_program_are_read_alike(write, claim, study, p_value, delimiter, end):
    ratio = claim("45%", "ratio_percent", "arithmetic", id="two", n="2,7/5,9")
    claims = [replace(p_value, note="a, b; c\n" * 30 + "d"), ratio]
    blank = delimiter * (len(COLUMNS) - 1) + end
    path = write(*claims, delimiter=delimiter, end=end, after=blank)
    assert load_claims(path, study) == claims


def test_a_note_may_be_in_any_language_and_note_alone_is_legal(write, study, p_value):
    for header, cells, note, notes in (
        ("note", "a", "a", ("", "")), ("note.id", "b", "b", ("", "b")), ("note.en,note.id", "a,b", "a", ("a", "b")),
        ("note,note.id", ",b", "b", ("", "b")),
    ):  # fmt: skip
        path = write(p_value, edit=(",note", f",{header}"))
        path.write_text(f"{path.read_text('utf-8').rstrip()[:-2]}{cells},,", "utf-8")
        assert [(claim.note, claim.notes) for claim in load_claims(path, study)] == [(note, notes)]
    faults = faults_of(write(p_value, edit=(",note", ",note.fr")), study)
    assert [fault.column for fault in faults] == ["note", "note.fr"]


def test_cells_that_a_row_lacks_are_empty(write, claim):
    path = write(claim("20", "sample_size"), edit=(",,,,,,recompute,reproduced,", ",,,"))
    assert read_claims(path) == [(2, claim("20", "sample_size", check="", expect="").cells)]


# ---- what is stated ----------------------------------------------------------------------------------------


@cases
def test_a_claim_states_a_set(printed, quantity, operator, n, stated):
    found = Claim(printed=printed, quantity=quantity, operator=operator, n=n).stated
    assert found == (interval(stated) if stated else None)


def test_a_claim_states_what_its_papers_notation_says():
    claim = Claim(printed="2,5", quantity="u", notation=Notation((",",), "truncate"))
    assert claim.stated == (F(5, 2), F(13, 5), True, False)
    assert replace(claim, notation=Notation((".",))).number is None
    assert claim.printed_as("1.234").stated == (1234, 1235, True, False)
    assert (claim.write(F(24, 7)), claim.write(F(24, 7), "half_up")) == ("3,4", "3,4")
    assert claim.write(F(27, 7)) == "3,8"


def test_a_level_of_significance_in_percent_is_a_hundredth():
    for quantity, scale in (("alpha", 100), ("threshold", 100), ("percent", 1), ("z", 1)):
        assert [Claim(quantity=quantity, printed=text).scale for text in ("5 %", "5,0")] == [scale, 1]
    assert Claim(quantity="alpha", printed="5 %").write(F(1, 20)) == "5 %"


@cases
def test_a_cell_may_hold_what_is_printed_with_the_number(
    cells, quantity, operator, printed, stated, write, study, p_value
):
    (claim,) = load_claims(write(replace(p_value, **cells)), study)
    assert (claim.quantity, claim.operator, claim.printed) == (quantity, operator, printed)
    assert stated is None or claim.stated == interval(stated)
    assert claim_of(claim.cells, study) == claim


@cases
def test_a_number_that_cannot_be_read_stops_no_study(cells, write, study, p_value):
    first, second = load_claims(write(replace(p_value, **cells), replace(p_value, id="b")), study)
    assert (first.check, second.check) == ("no_number", "recompute")


def test_the_columns_of_tails_and_evidence_may_be_left_out(write, study, p_value):
    path = write(replace(p_value, tails="1-tailed"))
    assert [claim.tails for claim in load_claims(path, study)] == ["one"]
    path.write_text(path.read_text().replace(",tails,evidence", "").replace(",1-tailed,", ""))
    assert [claim.tails for claim in load_claims(path, study)] == [""]


# ---- docs/claims.md says all that claims.csv may hold, and nothing else ------------------------------------


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The columns", COLUMNS),
        ("Quantities that the data give (`check` is `recompute`)", vocabulary.RECOMPUTED),
        ("Quantities that other printed numbers give (`check` is `arithmetic`)", vocabulary.ARITHMETIC),
        ("Quantities that are only listed", vocabulary.FIGURES),
        ("Why a number cannot be checked", vocabulary.REASONS),
        ("Verdicts", vocabulary.VERDICTS),
    ],
)
def test_every_word_has_its_row_and_no_other_does(title, words):
    rows = re.findall(r"^\| (`.*?) \|", SECTIONS[title], flags=re.MULTILINE)
    assert sorted(word for row in rows for word in re.findall(r"`([^`]+)`", row)) == sorted(words)
    assert f"from 1 to {LARGEST_SAMPLE}" in PAGE


def test_every_convention_and_every_program_has_its_place():
    """What a statistic can stand for, and by which name which program prints it."""
    rows = re.findall(
        r"^\| (`\w.*?) \| .*? \| (.*) \|$", SECTIONS["What a statistic's name stands for"], re.MULTILINE
    )
    known = {name for names in CONVENTIONS.values() for name in names}
    assert {name for row in rows[1:] for name in re.findall(r"`(\w+)`", row[0])} == known
    assert all(known == set(labels(language).section("verdicts.convention")) for language in LANGUAGES)
    programs = {program.program for program in load_programs() if program.kind == "rank"}
    words = {re.split(r"[ .(]", name.removeprefix("GraphPad "))[0] for name in programs}
    assert [word for word in words if not any(re.search(rf"\b{word}\b", row[1]) for row in rows)] == []


def test_the_examples_are_claims_that_can_be_audited(write, study, frequencies, tests):
    examples = []
    for row in re.findall(r"^\|(.*`.*)\|$", SECTIONS["Examples"], flags=re.MULTILINE):
        cells = [re.sub(r"^`([^`]*)`$", r"\1", cell.strip()) for cell in row.split("|")]
        printed, operator, quantity, about, n, check = cells
        named = dict(re.findall(r"`(test|group|timepoint|variable|level)` (\w+)", about))
        if "occupation" in named.get("variable", ""):
            named["level"] = "housewife"
        expect = "not_checkable" if check in vocabulary.REASONS else "reproduced"
        name = f"e{len(examples)}"
        examples.append(
            Claim(name, "here", printed, operator, quantity, n=n, check=check, expect=expect, **named)
        )
    assert len(examples) == 14
    claims = load_claims(write(*examples), study)
    verdicts = audit_claims(study, claims, frequencies, tests)
    assert [claim_of(row, study) for row in verdicts.to_dict("records")] == claims
    got = dict(zip(verdicts["printed"] + " " + verdicts["quantity"], verdicts["verdict"], strict=True))
    assert got["73,3% grim_percent"] == got["284,85 grim_mean"] == got["11,7 between"] == "reproduced"
    assert got["50% comparison"] == "differs"
    assert got["45% ratio_percent"] == "reproduced_after_rounding"
    assert got["20-35 figure"] == "not_checkable"
