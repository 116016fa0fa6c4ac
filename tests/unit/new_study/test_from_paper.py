"""`check-paper --write`: a study from a paper's text alone, which check-study accepts and every step runs."""

from pathlib import Path

import pytest
from tests.unit.test_every_step import run_every_step

from oxymilk.cli import app
from oxymilk.draft.read import Paper, read_paper
from oxymilk.faults import FaultsError
from oxymilk.files import read_csv
from oxymilk.new_study.check import check_files
from oxymilk.new_study.from_paper import study_from_paper

TEXT = Path(__file__).parents[2] / "data/draft/printed_tests.txt"
ONE_GROUP = """RESULTS

Before, 10 mothers (100%) had insufficient milk; after, 7 of 10 (70%) had sufficient milk (Wilcoxon, p = 0.008).
Education did not differ (chi-square = 6.381, df = 3, p = .094).
"""
HOSTILE = (
    "RESULTS\n\nThe =cmd|'/c calc'!A1 group {x} improved (p = 0.083), {evil: [yaml]} ../../etc n = 12.\n"
)


def test_a_paper_with_one_dataset_makes_its_study(tmp_path):
    files = study_from_paper(read_paper(TEXT), "paper", tmp_path, "en")
    assert [path.relative_to(tmp_path / "paper").name for path in files] == [
        "study.yaml", "claims.csv", "observations.csv"
    ]  # fmt: skip
    check = check_files(tmp_path / "paper" / "study.yaml")
    assert check.faults == []
    assert check.study.reconstructed
    run_every_step(tmp_path / "paper", tmp_path / "results", figures=False)
    verdicts = read_csv(tmp_path / "results" / "verdicts.csv")
    p_values = verdicts[(verdicts["quantity"] == "p_value") & (verdicts["check"] == "recompute")]
    found = set(zip(p_values["printed"], p_values["verdict"], strict=True))
    assert {("0.002", "reproduced"), ("0.083", "reproduced"), ("0.004", "differs")} <= found
    assert set(verdicts["verdict"]) <= {"reproduced", "differs", "not_checkable", "reproduced_after_rounding"}


@pytest.mark.parametrize(
    "text", [ONE_GROUP, HOSTILE, "RESULTS\n\nNothing differed (t = 0.45, df = 38, p = 0.655).\n"]
)
@pytest.mark.parametrize("language", ["en", "id"])
def test_any_text_makes_a_study_that_runs(tmp_path, text, language):
    study_from_paper(Paper(text), "paper", tmp_path, language)
    assert check_files(tmp_path / "paper" / "study.yaml").ready
    # one group of ten: seven of them rose
    assert (tmp_path / "paper" / "observations.csv").exists() == (text == ONE_GROUP)
    run_every_step(tmp_path / "paper", tmp_path / "results", shown=False)
    assert [path.name for path in tmp_path.iterdir()] in (["paper", "results"], ["results", "paper"])


def test_rank_tests_of_a_paper_without_one_dataset_are_checked_by_their_evidence(tmp_path):
    text = read_paper(TEXT.parent / "papers/pain_mann_whitney.txt")
    files = study_from_paper(text, "paper", tmp_path, "en")
    assert [path.name for path in files] == ["study.yaml", "claims.csv"]
    claims = read_csv(tmp_path / "paper" / "claims.csv")
    p_values = claims[claims["quantity"] == "p_value"]
    assert {*zip(p_values["printed"], p_values["check"], p_values["expect"], strict=True)} == {
        ("0,001", "printed_test", "reproduced"), ("0,128", "printed_test", "possible")
    }  # fmt: skip


def test_nothing_is_written_unless_asked_for(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert app(["check-paper", str(TEXT)], standalone_mode=False) == 1
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr().out
    assert app(["check-paper", str(TEXT), "--write", "paper"], standalone_mode=False) == 1
    assert capsys.readouterr().out.startswith(said)
    assert sorted(path.name for path in (tmp_path / "data" / "paper").iterdir()) == [
        "claims.csv", "observations.csv", "study.yaml"
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "code"), [("../x", "id_illegal"), ("A", "id_illegal"), ("", "id_illegal"),
                                            ("there", "study_exists"), ("empty", "claims_missing")])  # fmt: skip
def test_what_cannot_be_made_leaves_nothing(tmp_path, name, code):
    (tmp_path / "there").mkdir()
    with pytest.raises(FaultsError) as error:
        study_from_paper(
            Paper("RESULTS\n\nNothing.\n" if name == "empty" else ONE_GROUP), name, tmp_path, "en"
        )
    assert [fault.code for fault in error.value.faults] == [code]
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
