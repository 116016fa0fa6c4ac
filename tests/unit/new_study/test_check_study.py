"""oxymilk check-study: everything that is missing, at once, in both languages, and nothing is written."""

import os
import shutil
from pathlib import Path

import pytest
from tests.cases import cases
from tests.unit.new_study.conftest import spoil
from typer.testing import CliRunner

from oxymilk.cli import app
from oxymilk.files import write_csv
from oxymilk.new_study.check import check_study
from oxymilk.new_study.write import example_claims

DATA = Path(__file__).parents[3] / "data"
STUDIES = [DATA / "bontang2023", *(path for path in sorted((DATA / "examples").iterdir()) if path.is_dir())]


@pytest.fixture
def study(tmp_path):
    """A copy of the first study, to spoil."""
    return shutil.copytree(DATA / "bontang2023", tmp_path / "bontang2023")


def found(study):
    faults = check_study(study.name, study.parent).faults
    return [f"{fault.file} {fault.code} {fault.column}" for fault in faults if fault.kind == "fault"]


def report(study, language="en", **more):
    return list(check_study(study.name, study.parent, **more).report([language]))


@pytest.mark.parametrize("folder", STUDIES, ids=lambda folder: folder.name)
def test_a_study_that_is_complete_is_ready(folder):
    check = check_study(folder.name, folder.parent)
    assert check.ready, check.faults
    lines = list(check.report(["en"]))
    assert len(lines) - lines.index("As it is read now:") > 4


@cases
def test_all_faults_come_together(observations, declared, claims, expected, study):
    spoil(study / "observations.csv", *observations)
    spoil(study / "study.yaml", *declared)
    spoil(study / "claims.csv", *claims)
    assert found(study) == expected


def test_a_file_from_the_future_is_named(study):
    os.utime(study / "claims.csv", (4e9, 4e9))
    assert [line.split()[1] for line in found(study)] == ["file_from_future"]


def test_files_that_are_absent_come_together_and_claims_need_not_be_there(study):
    (study / "claims.csv").unlink()
    assert found(study) == ["claims.csv claims_missing "]
    spoil(study / "study.yaml", ("basis: inferred", "basis: chosen"))
    assert check_study(study.name, study.parent).claims is None
    assert report(study)[-1].startswith("Ready.")
    assert [*check_study(study.name, study.parent).report(["en"], is_last=False)] == report(study)[:-1]
    assert "claims" not in "".join(report(study))
    write_csv(example_claims("en"), study / "claims.csv")  # is nobody's claim
    assert "claims" not in "".join(report(study))
    (study / "claims.csv").write_bytes((DATA / "bontang2023" / "claims.csv").read_bytes().partition(b"\n")[0])
    assert "claims" not in "".join(report(study))
    (study / "observations.csv").unlink()
    assert found(study) == ["observations.csv file_missing "]
    spoil(study / "study.yaml", ("alpha: 0.05 ", "alpha: ??? "))
    assert found(study) == ["study.yaml undecided alpha", "observations.csv file_missing "]
    (study / "study.yaml").unlink()
    assert found(study) == ["study.yaml file_missing "]


@cases
def test_no_study_yaml_is_a_traceback(text, study):
    (study / "study.yaml").write_text(text, encoding="latin-1")
    assert found(study)


def test_warnings_do_not_stop_a_study_and_come_last(study):
    spoil(study / "observations.csv", ("Kurang,Cukup", "Kurang,"), ("No,", "Nomor,"))
    check = check_study(study.name, study.parent)
    assert check.ready
    assert {fault.code for fault in check.faults} == {"score_missing", "column_undeclared"}
    assert "    After (day 15): insufficient 0, sufficient 9; without a value 1" in report(study)


def test_numbers_have_the_decimal_mark_of_the_language():
    text = "".join(check_study("long", DATA / "examples").report(["en", "id"]))
    assert [text.count(ends) for ends in ("3.9 - 12.3 ml", "3,9 - 12,3 ml")] == [1, 1]


def test_nothing_is_written(study):
    for change in ([], [("Kurang", "?")]):
        spoil(study / "observations.csv", *change)
        before = {path: path.stat().st_mtime_ns for path in study.parent.rglob("*.*")}
        assert [found(study.parent / name) == [] for name in ("bontang2023", "absent")] == [not change, False]
        assert before == {path: path.stat().st_mtime_ns for path in study.parent.rglob("*.*")}


def test_the_next_step(study):
    config = study.parent / "config.yaml"
    for text, language, expected in (
        ("", "id", "tambahkan bontang2023 di bawah studies"),
        ("studies: [", "en", "Next: add bontang2023 under studies in config.yaml, then run: snakemake"),
        ("studies: [other]", "en", "add bontang2023 under studies"),
        ("studies: [bontang2023]", "en", "Ready. Next: snakemake"),
    ):
        assert "under studies" in report(study, config=study / "absent.yaml")[-1]
        config.write_text(text, encoding="utf-8")
        assert expected in report(study, language, config=config)[-1]
    (study / "observations.csv").unlink()
    last = "Not ready: 1 to correct. Correct them, then run: oxymilk check-study bontang2023"
    assert report(study)[-1] == last
    absent = check_study("melati", study.parent)
    assert [fault.code for fault in absent.faults] == ["study_missing"]
    assert report(study.parent / "melati", "id")[-1] == "Berikutnya: oxymilk new melati"


def test_at_the_command_line(study):
    def run(name="bontang2023", *language, status=2):
        made = CliRunner().invoke(app, ["check-study", name, *language, "--data", str(study.parent)])
        assert made.exit_code == status
        return made.output

    # the folder, as the terminal completes its name, is the study too
    for name in ("bontang2023", f"{study}/"):
        for text in ("As it is read now:", "Yang terbaca sekarang:", "Oxytocin massage: n = 10"):
            assert text in run(name, status=0)
    spoil(study / "observations.csv", ("Kurang", "Kurnag"))
    assert '"Kurnag" is no declared level. Did you mean "Kurang"?' in run()
    assert '"Kurnag" bukan tingkat yang dideklarasikan. Maksudnya "Kurang"?' in run()
    indonesian = run("bontang2023", "--language", "id")
    assert "is no declared level" not in indonesian
    assert "Belum siap: 1 hal perlu diperbaiki." in indonesian
    run("bontang2023", "--language", "fr")
    # a name that no study can have is not offered to be made
    assert "oxymilk new" in run("absent")
    assert '"../x" is no id' in run("../x")
    assert "oxymilk new" not in run("../x")
