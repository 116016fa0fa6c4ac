"""The command line: what each subcommand prints and its exit status."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cases import cases

from oxymilk import __version__
from oxymilk.cli import main

STUDY = Path(__file__).parents[2] / "data" / "bontang2023"
PAPER = Path(__file__).parents[1] / "data" / "draft" / "paper.txt"
P_BETWEEN = ("explain", STUDY, "mann_whitney_p_abstract")


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments, status=0):
        monkeypatch.setattr(sys, "argv", ["oxymilk", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as done:
            main()
        said = "".join(capsys.readouterr())
        assert done.value.code == status, said
        return said

    return call


def test_help_lists_the_steps_and_loads_nothing_heavy(run):
    printed = run("--help")
    steps = ("ingest-observations", "test-groups", "audit-claims", "explain-claims", "verify", "programs")
    assert [step for step in steps if step not in printed] == []
    code = "import oxymilk.cli, sys; print({'pandas', 'scipy', 'matplotlib', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    people, pipeline = printed.split("Steps of the pipeline:")
    assert ("programs" in people, "make-tables" in people, "make-tables" in pipeline) == (True, False, True)
    assert run("--version") == f"oxymilk {__version__}\n"


@pytest.mark.parametrize(
    "command", ["--help", "programs rank_sum --counts 0,10;7,3", "check z --z 2 --p 0.05"]
)
def test_a_reader_that_stops_is_no_fault(command):
    code = f"import sys; sys.argv[1:] = {command.split()!r}; from oxymilk.cli import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 128 + signal.SIGPIPE)
    process.stderr.close()


@pytest.mark.parametrize("typed", ["bontang2023", "data/bontang2023/", STUDY])
@pytest.mark.parametrize(
    "command", [("check-study",), ("explain", ..., "mann_whitney_p_abstract"), ("reconstruct",)]
)
def test_a_study_is_named_by_its_name_or_its_folder(run, monkeypatch, command, typed):
    monkeypatch.chdir(STUDY.parents[1])
    arguments = [typed if word is ... else word for word in (command if ... in command else (*command, ...))]
    assert "fault" not in run(*arguments)


def test_the_folders_are_those_of_config_yaml_unless_they_are_typed(run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(f"studies: [bontang2023]\ndata: {STUDY.parent}\nresults: made\n", "utf-8")
    assert "n = 10" in run("check-study", "bontang2023")
    assert "made/bontang2023/frequencies.csv" in run("verify", status=2)
    assert "here/bontang2023/frequencies.csv" in run("verify", "--results", "here", status=2)
    assert "there/bontang2023" in run("check-study", "bontang2023", "--data", "there", status=2)


def test_programs_for_counts_and_for_data_are_the_same(run):
    counted = run("programs", "rank_sum", "--counts", "0,10;7,3")
    assert counted == run("programs", "rank_sum", "--first", "1," * 10, "--second", "0,0,0,0,0,0,0,1,1,1")
    assert "0.001381170504" in counted
    assert "SPSS" in counted
    assert len(run("programs", "rank_sum", "--counts", "0,10;7,3", "--default")) < len(counted)
    assert "0,08326451666" in run("programs", "signed_rank", "--counts", "7,3;0,0", "--language", "id")


@cases
def test_what_is_no_data_and_no_claim_is_refused(arguments, said, run):
    printed = run(*arguments.format(study=STUDY, paper=PAPER).split(), status=2)
    assert said in printed
    # both languages say why
    english, indonesian = printed.splitlines()
    problem = re.search(r"cannot be done: (.*?)[.] ", english)
    assert not problem or problem[1] not in indonesian


def test_explain_ranks_what_would_give_the_printed_number(run):
    printed = run(*P_BETWEEN)
    assert "0.004323" in printed
    assert "One digit" in printed
    assert "No explanation was found" in run(*P_BETWEEN, "--printed", "0.040")


def test_reconstruct_gives_the_only_sheet(run, tmp_path):
    sheet = tmp_path / "sheet.csv"
    assert "allow: 1" in run("reconstruct", STUDY, "--output", sheet)
    assert len(sheet.read_text(encoding="utf-8").splitlines()) == 21


def test_a_missing_or_faulty_file_is_named_and_nothing_is_written(run, tmp_path):
    folder = tmp_path / "results"
    assert "study.yaml" in run("ingest-observations", "--study", tmp_path, "--results", folder, status=2)
    assert sorted(path.name for path in folder.iterdir()) == ["faults.csv"]
    (folder / "frequencies.csv").write_bytes(b"")  # as a full disk leaves it
    assert "frequencies.csv" in run("audit-claims", "--study", STUDY, "--results", folder, status=2)
    assert sorted(path.name for path in folder.iterdir()) == ["faults.csv", "frequencies.csv"]
