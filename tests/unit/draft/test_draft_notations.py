"""A draft of claims: the notations of published papers, and tables as Word, PDF and programs print them."""

from collections import Counter
from pathlib import Path

import docx
import pytest
import yaml
from typer.testing import CliRunner

from oxymilk.cli import app
from oxymilk.draft.claims import draft_claims
from oxymilk.draft.pdf import with_rows
from oxymilk.draft.read import read_paper
from oxymilk.draft.text import Paper

DATA = Path(__file__).parents[2] / "data" / "draft"
NOTATIONS = yaml.safe_load((DATA / "notations.yaml").read_text("utf-8"))


def drafted(text):
    return draft_claims(Paper(f"RESULTS\n\n{text}\n")).claims


@pytest.mark.parametrize("entry", NOTATIONS, ids=lambda entry: entry["text"][:40])
def test_what_a_published_notation_states(entry):
    found = Counter(f"{claim.quantity} {claim.printed}" for claim in drafted(entry["text"]))
    assert Counter(entry["claims"]) - found == Counter()


@pytest.mark.parametrize(
    ("sentence", "quantity", "cells"),
    [
        # a U is of the test between groups, whatever test the paragraph was about
        ("In the control group Wilcoxon gave p = 0.2. Then came U = 90.0, z = -2.6.", "u", {"test": "rank_sum"}),
        ("In the control group Wilcoxon gave p = 0.2. Then came U = 90.0, z = -2.6.", "z", {"test": "rank_sum"}),
        # the size of one group is not that of the other, nor is the whole sample's
        ("All 36 mothers took part. In the control group 2 improved.", "count_up", {"n": ""}),
        ("A study in 36 mothers (18 per group).", "sample_size", {"check": "ambiguous"}),
        ("The confidence level was 95%.", "figure", {"check": "no_data"}),
        ("A p-value below 0.05 was considered significant.", "alpha", {"check": "recompute"}),
        ("A p-value below 0.05 was found by Wilcoxon in the control group.", "threshold", {"test": "signed_rank"}),
    ],
)  # fmt: skip
def test_what_stands_round_a_number_decides(sentence, quantity, cells):
    found = [claim._asdict() for claim in drafted(sentence) if claim.quantity == quantity]
    assert any(claim.items() >= cells.items() for claim in found), found


def test_levels_in_the_head_of_a_row_are_read_whole():
    rows = "Level | Before n | Before % | \nControl, tidak lancar | 7 | 70 | \nControl, lancar | 3 | 30 | "
    found = [
        (c.quantity, c.printed, c.group, c.timepoint, c.level) for c in drafted(f"Table 2. Flow\n\n{rows}")
    ]
    assert found == [
        ("count", "7", "control", "pre", "low"),
        ("percent", "70", "control", "pre", "low"),
        ("count", "3", "control", "pre", "high"),
        ("percent", "30", "control", "pre", "high"),
    ]
    assert {c.where for c in drafted(f"Table 2. Flow\n\n{rows}")} == {"results table 2"}


def test_a_word_table_with_merged_heads_is_read(tmp_path):
    paper = docx.Document()
    paper.add_heading("HASIL", 1)
    paper.add_paragraph("Tabel 1. Produksi ASI kelompok kontrol")
    table = paper.add_table(rows=4, cols=5)
    table.cell(0, 1).merge(table.cell(0, 2)).text = "Sebelum"
    table.cell(0, 3).merge(table.cell(0, 4)).text = "Sesudah"
    for row, texts in enumerate([["", "f", "%", "f", "%"], ["Kurang", "10", "100,0", "7", "70,0"],
                                 ["Cukup", "0", "0,0", "3", "30,0"]], start=1):  # fmt: skip
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    paper.save(tmp_path / "paper.docx")
    found = {
        (c.quantity, c.printed, c.timepoint, c.level, c.group)
        for c in draft_claims(read_paper(tmp_path / "paper.docx")).claims
    }
    assert found == {
        (quantity, printed, when, level, "control")
        for when, level, pair in (("pre", "low", ("10", "100,0")), ("post", "low", ("7", "70,0")),
                                  ("pre", "high", ("0", "0,0")), ("post", "high", ("3", "30,0")))
        for quantity, printed in zip(("count", "percent"), pair, strict=True)
    }  # fmt: skip


def test_rows_of_a_table_are_found_where_a_pdf_places_them():
    placed = [
        "Running text of a page.",
        "",
        "Level          n        p",
        "low          4 (22)     0.01",
        "high         14 (78)",
    ]
    rows = ["Level | n | p | ", "low | 4 (22) | 0.01 | ", "high | 14 (78) |  | "]
    # one line a row, or one line a cell
    assert with_rows(["Running text of a page.", "Level n p", "low 4 (22) 0.01", "high 14 (78)"], placed) == [
        placed[0],
        *rows,
    ]
    assert with_rows(["Level", "n", "p", "low", "4 (22)", "0.01", "high", "14 (78)", "The end."], placed) == [
        *rows,
        "The end.",
    ]


def test_two_columns_of_text_are_no_table():
    lines = ["The first column", "goes on here.", "The second column", "goes on there."]
    placed = ["The first column      The second column", "goes on here.         goes on there."]
    assert with_rows(lines, placed) == lines


def test_a_draft_takes_the_place_of_the_example_and_of_nothing_else(tmp_path):
    output = tmp_path / "claims.csv"
    command = ["draft-claims", str(DATA / "paper.txt"), "--output", str(output)]
    example = "id,where\nexample_sample_size,example\n"
    output.write_text(example, encoding="utf-8")
    assert CliRunner().invoke(app, command).exit_code == 0
    drafted_once = output.read_text(encoding="utf-8")
    assert drafted_once != example
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 2
    assert "nothing was written" in again.output
    assert output.read_text(encoding="utf-8") == drafted_once
