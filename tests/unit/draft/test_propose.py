"""A draft of claims: measured on texts with hand-made claims, and its rows, tables and files as a whole."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cases import read_rows
from tests.unit.draft.conftest import DATA, unaccounted
from typer.testing import CliRunner

from oxymilk.audit.claims import COLUMNS, NOTES, load_claims
from oxymilk.cli import app
from oxymilk.draft.propose import EXCLUSION_COLUMNS, LeftOut, draft_claims
from oxymilk.draft.read import Paper, read_paper
from oxymilk.files import write_csv
from oxymilk.study import load_study

AT = COLUMNS.index("note")
DRAFTED = (*COLUMNS[:AT], *NOTES, *COLUMNS[AT + 1 :])
BONTANG = Path(__file__).parents[3] / "data" / "bontang2023"
# the paper itself is not part of the repository
PAPER = Path(os.environ.get("OXYMILK_PAPER") or BONTANG / "paper.txt")


def measured(draft, by_hand, columns=("quantity", "printed")):
    """The shares of the hand-made rows that were proposed, and of the proposals that are hand-made rows.

    A row is the same when the columns and the section are; each row counts once.
    """
    hand, proposed = (
        Counter((*(row.get(column, "") for column in columns), row["where"].split()[0]) for row in claims)
        for claims in (by_hand, [claim.cells for claim in draft.claims])
    )
    same = sum((hand & proposed).values())
    return same / sum(hand.values()), same / sum(proposed.values())


@pytest.mark.parametrize("study", ["bath", ""])
def test_nineteen_of_twenty_claims_of_an_invented_paper_are_proposed(studies, study, tmp_path):
    paper = read_paper(DATA / "paper.txt")
    draft, by_hand = draft_claims(paper, studies[study]), read_rows(DATA / "claims.csv")
    assert min(measured(draft, by_hand)) >= 0.95
    # every number is proposed or listed
    listed = draft.exclusions_table()
    assert unaccounted(paper.text, [claim.cells for claim in draft.claims], listed.to_dict("records")) == []
    assert len(draft.left_out) == listed["occurrences"].astype(int).sum()
    if study:
        assert measured(draft, by_hand, [c for c in COLUMNS if c not in ("id", "where", "note")])[0] >= 0.9
        # a draft is a claims file without fault
        write_csv(draft.claims_table(), tmp_path / "claims.csv")
        loaded = load_claims(tmp_path / "claims.csv", studies[study])
        assert [replace(claim, notes=("", "")) for claim in loaded] == list(draft.claims)
    for claim in draft.claims:
        assert claim.note.startswith("proposed; line ")
        assert claim.expect
        # a question goes with what is not clear
        assert claim.check != "ambiguous" or claim.note.count(";") > 1


@pytest.mark.skipif(
    not PAPER.is_file(), reason="the paper's text is not at hand: give its path in OXYMILK_PAPER"
)
@pytest.mark.parametrize("with_study", [True, False])
def test_nineteen_of_twenty_claims_of_the_first_paper_are_proposed(with_study, tmp_path):
    study = load_study(BONTANG / "study.yaml")
    draft = draft_claims(read_paper(PAPER), study if with_study else None)
    recall, precision = measured(draft, read_rows(BONTANG / "claims.csv"))
    assert recall >= 0.95
    assert precision >= 0.98
    if with_study:
        write_csv(draft.claims_table(), tmp_path / "claims.csv")
        assert len(load_claims(tmp_path / "claims.csv", study)) == len(draft.claims)


# --- rows


def test_a_row_has_every_cell(studies):
    text = "RESULTS\n\nIn the foot bath group (n = 10) sleep was poor in 70% before it.\n\nMann-Whitney: p<0.03.\n"
    empty = dict.fromkeys(COLUMNS, "")
    checked = {"check": "recompute", "expect": "reproduced"}
    cells = [
        {"id": "sample_size_bath_results", "where": "results p1", "printed": "10", "quantity": "sample_size",
         "group": "bath", "note": "proposed; line 3"},
        {"id": "percent_bad_bath_start_results", "where": "results p1", "printed": "70%", "quantity": "percent",
         "group": "bath", "timepoint": "start", "variable": "sleep", "level": "bad", "n": "10",
         "note": "proposed; line 3"},
        {"id": "rank_sum_p_value_sleep_end_results", "where": "results p2", "printed": "0.03", "operator": "<",
         "quantity": "p_value", "test": "rank_sum", "timepoint": "end", "variable": "sleep",
         "note": "proposed; line 5"},
    ]  # fmt: skip
    claims = draft_claims(Paper(text), studies["bath"]).claims
    assert [claim.cells for claim in claims] == [{**empty, **checked, **row} for row in cells]


def test_ids_are_unique_and_lower_case_words(studies):
    text = "They slept 9 hours.\n\nRESULTS\n\n7 hours, 8 hours (p = 0.3).\n\nCONCLUSION\n\n5 hours.\n"
    ids = [claim.id for claim in draft_claims(Paper(text)).claims]
    first = ["figure_front", "figure_results", "figure_results_2"]
    assert ids == [*first, "p_value_results", "figure_conclusion"]
    text = "RESULTS\n\nPoor before were 70% in the foot bath group.\n"
    (claim,) = draft_claims(Paper(text), studies["Bad -  one"]).claims
    assert (claim.id, claim.level) == ("percent_bad_one_bath_start_results", "Bad -  one")


def test_numbers_outside_of_sentences_are_listed_with_their_place():
    text = "Sleep 4, 1999\n\n3. RESULTS\n\nWomen slept well in\n\n77\n\nthe COVID-19 ward, as in\n\n78\n"
    draft = draft_claims(Paper(text))
    furniture = "page number, running head or address"
    assert draft.left_out == (
        LeftOut("1999", "front matter p1", "line 1", "year of a cited work"),
        LeftOut("3", "heads of sections", "line 3", "in the head of a section"),
        LeftOut("77", "results page furniture", "line 7", furniture),
        LeftOut("19", "results p1", "line 9", "part of a name or code"),
        LeftOut("78", "results page furniture", "line 11", furniture),
    )
    assert [claim.printed for claim in draft.claims] == ["4"]
    paged = draft_claims(Paper(text, (1, 6))).left_out
    assert [number.line for number in paged][1:3] == ["page 1, line 3", "page 2, line 7"]


def test_a_paragraph_that_a_page_breaks_is_one_paragraph():
    broken = "In the control group, scores were\ngood in\n\n1074\n\nsix, and 3 of 10 women improved."
    claims = draft_claims(Paper(f"RESULTS\n\nThis is new. {broken}\n\nIt lasted 9 days.\n")).claims
    found = {(c.quantity, c.group, c.where) for c in claims if c.printed in ("3", "9")}
    assert found == {("count_up", "control", "results p1"), ("figure", "", "results p2")}


# --- tables and files


def test_the_tables_of_a_draft_and_its_summary():
    slept = "All women of our two wards slept 9 hours (H1, H1, COVID-19, Table 1) or 8 hours (p = 0.3)."
    draft = draft_claims(Paper(f"RESULTS\n\n{slept}\n\nAs Table 1 and H1 had.\n"))
    claims, exclusions = draft.claims_table(), draft.exclusions_table()
    assert list(claims.columns) == list(DRAFTED)
    assert claims["note.id"].tolist()[2] == "usulan; baris 3; dari uji yang mana?"
    assert claims["printed"].tolist() == ["9", "8", "0.3"]
    name, table = "part of a name or code", "number of a table, figure or section"
    assert exclusions.values.tolist() == [
        ["two", "results p1", "a number word without a unit", "1"],
        *(["1", "results p1", name, "2"], ["19", "results p1", name, "1"], ["1", "results p1", table, "1"]),
        *(["1", "results table 1", table, "1"], ["1", "results table 1", name, "1"]),
    ]
    assert list(exclusions.columns) == list(EXCLUSION_COLUMNS)
    assert {str(kind) for kind in (*claims.dtypes, *exclusions.dtypes)} <= {"object", "str"}
    assert draft.summary().splitlines()[:3] == [
        "3 claims proposed: 2 figure, 1 p_value. 1 of them ask a question in their note.",
        "7 numbers not proposed:",
        "  line 3 (results par.\u00a01): two - a number word without a unit",
    ]
    empty = draft_claims(Paper("RESULTS\n\nAll slept.\n"))
    assert empty.claims_table().shape == (0, len(DRAFTED))
    assert empty.exclusions_table().shape == (0, len(EXCLUSION_COLUMNS))
    nothing = "0 claims proposed: -. 0 of them ask a question in their note.\n0 numbers not proposed:"
    assert empty.summary() == nothing


def draft_file(*arguments):
    return CliRunner().invoke(app, ["draft-claims", *map(str, arguments)])


def test_the_subcommand_writes_both_files_and_lists_the_rest(tmp_path):
    claims, exclusions = tmp_path / "claims.csv", tmp_path / "exclusions.csv"
    options = ("--study", DATA / "study.yaml", "--output", claims, "--exclusions", exclusions)
    done = draft_file(DATA / "paper.txt", *options)
    assert done.exit_code == 0, done.output
    assert f"{len(read_rows(claims))} claims proposed" in done.output
    times = sum(int(row["occurrences"]) for row in read_rows(exclusions))
    assert f"{times} numbers not proposed" in done.output
    assert tuple(read_rows(claims)[0]) == DRAFTED
    assert "klaim diusulkan" in draft_file(DATA / "paper.txt", "--language", "id").output


def test_the_subcommand_refuses_what_it_cannot_read(tmp_path):
    (tmp_path / "paper.odt").write_bytes(b"x")
    done = draft_file(tmp_path / "paper.odt")
    assert [fault.code for fault in done.exception.faults] == ["paper_kind"]


def test_a_draft_takes_the_place_of_the_example_and_of_nothing_else(tmp_path):
    output = tmp_path / "claims.csv"
    example = "id,where\nexample_sample_size,example\n"
    output.write_text(example, encoding="utf-8")
    assert draft_file(DATA / "paper.txt", "--output", output).exit_code == 0
    once = output.read_text(encoding="utf-8")
    again = draft_file(DATA / "paper.txt", "--output", output)
    assert [fault.code for fault in again.exception.faults] == ["claims_there"]
    assert output.read_text(encoding="utf-8") == once != example
