"""The pipeline as a user runs it: what it makes, when it runs again, what a fault or a kill leaves behind."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections import Counter

import pytest
import yaml
from tests.cases import cases, read_rows
from tests.workflow.conftest import CITED, FROM_THERE, copy_tracked_files

from oxymilk.study.config import Config, Explain

pytestmark = pytest.mark.workflow

RESULTS = "results/bontang2023"
TABLES = ("observations", "frequencies", "tests", "procedures", "effects", "verdicts", "explanations")


def test_a_run_makes_all_that_the_readme_promises(built_once):
    folder = built_once.folder / RESULTS
    for name in (*TABLES, "datasets", "contradictions", "outcomes"):
        assert (folder / f"{name}.csv").stat().st_size > 0
    tables = {path.name for path in (folder / "en/tables").iterdir()}
    for number in ("1", "2", "a1", "a2", "a3"):
        assert {f"table_{number}.{kind}" for kind in ("csv", "md", "html", "tex")} <= tables
    assert (folder / "en/audit/audit.docx").is_file()
    assert (folder / "en/manuscript.docx").is_file()
    figures = {path.name for path in (folder / "en/figures").iterdir() if path.suffix}
    names = ("before_after", "p_values", "effects", "explanation_map")
    assert figures == {f"{name}.{kind}" for name in names for kind in ("svg", "png", "txt")}
    assert 'lang="en' in (folder / "en/report.html").read_text(encoding="utf-8")


def test_the_p_values_of_the_paper(built_once):
    tests = read_rows(built_once.folder / RESULTS / "tests.csv")
    rows = [row for row in tests if row["role"] != "other_tails"]
    p_values = {(row["group"], row["role"]): float(row["p_value"]) for row in rows}
    expected = {
        ("intervention", "declared"): 0.0015654023, ("intervention", "exact"): 0.001953125,
        ("control", "declared"): 0.0832645167, ("control", "exact"): 0.25,
        ("", "declared"): 0.0013811705, ("", "exact"): 0.0030959752,
    }  # fmt: skip
    assert p_values == pytest.approx(expected, abs=5e-11)


def test_the_same_bytes_on_one_core_in_another_locale_time_zone_and_style_of_figures(built_once, tmp_path):
    settings = "font.size: 20\naxes.grid: True\nsavefig.bbox: tight\nsvg.fonttype: path\nlegend.shadow: True"
    (tmp_path / "matplotlibrc").write_text(settings)
    strange = {"LC_ALL": "C", "LANG": "id_ID.UTF-8", "TZ": "Asia/Makassar", "PYTHONHASHSEED": "4711"}
    strange |= {"MATPLOTLIBRC": str(tmp_path), "SOURCE_DATE_EPOCH": "1"}
    made = copy_tracked_files(tmp_path / "project")
    made.edit("config.yaml", "language: en", "language: [id, en]")
    made.edit("config.yaml", "figure_formats: []", "figure_formats: [pdf]")
    made.snakemake("--cores", "1", **strange)
    here, there = built_once.results(), made.results()
    assert here.keys() == {name for name in there if "/id/" not in name and not name.endswith(".pdf")}
    assert [name for name in here if here[name] != there[name]] == []


def test_a_run_says_one_line_a_job_and_ends_with_what_to_open(built_once):
    lines = built_once.log.splitlines()
    steps = [line.split()[1] for line in lines if line.startswith("step ")]
    assert steps == [str(number) for number in range(1, 10)]
    assert len(lines) < len(steps) + 6, built_once.log
    assert lines[-1].startswith(f"bontang2023: {RESULTS}/en/")


def test_a_second_run_does_nothing_and_says_where_the_results_are(built):
    said = built.snakemake()
    assert "Nothing to be done" in said
    assert said.splitlines()[-1].startswith(f"bontang2023: {RESULTS}/en/")


SHEET = "data/bontang2023/observations.csv"
A_COMMENT = {".py": "\n# edited\n", ".yaml": "\n# edited\n", ".html": "{# edited #}"}


@cases
def test_an_edit_runs_again_what_depends_on_it_and_nothing_else(path, old, new, rules, built):
    built.edit(path, old, new)
    assert built.planned() == set(rules)


@cases
def test_an_edit_of_the_code_runs_again_the_rules_it_serves(path, rules, built):
    file = built.folder / "src" / "oxymilk" / path
    file.write_text(file.read_text(encoding="utf-8") + A_COMMENT[file.suffix], encoding="utf-8")
    assert built.planned() == set(rules)


def test_an_edit_changes_the_result(built):
    built.edit(SHEET, "K04,Kontrol,Kurang,Kurang", "K04,Kontrol,Kurang,Cukup")
    built.snakemake(f"{RESULTS}/verdicts.csv")
    assert "control,post,cukup,4,10,40,0" in built.results()["bontang2023/frequencies.csv"].decode()
    assert built.oxymilk("verify", "bontang2023", status=1)


def test_verify_fails_on_a_changed_claim_and_on_missing_results(built):
    assert "Every verdict is the expected one" in built.oxymilk("verify")
    built.edit("data/bontang2023/claims.csv", "0.083", "0.084")
    assert "not the expected ones: 1" in " ".join(built.oxymilk("verify", status=1).split())
    assert "study.yaml" in built.oxymilk("verify", "nowhere", status=2)
    shutil.rmtree(built.folder / RESULTS)
    assert "Run snakemake first" in built.oxymilk("verify", status=2)


def test_a_faulty_sheet_stops_the_run_with_every_fault_and_writes_nothing(project):
    project.edit(SHEET, "K01,Kontrol,Kurang,Cukup", "K01,Kontrol,Kurang,Banyak")
    project.edit(SHEET, "K02,Kontrol,Kurang,Cukup", "K01,Kontrol,Kurang,Cukup")
    log = project.snakemake(status=1)
    rows = (project.folder / SHEET).read_text(encoding="utf-8").splitlines()
    unknown = next(number for number, row in enumerate(rows, start=1) if "Banyak" in row)
    for words in (f"row {unknown}", f"row {unknown + 1}", f"baris {unknown}", "Banyak"):
        assert words in log
    assert not (project.folder / RESULTS / "observations.csv").exists()


def test_a_mistyped_key_of_config_stops_before_any_job(project):
    project.edit("config.yaml", "figure_formats:", "figure_fomats:")
    log = project.snakemake(status=1)
    assert "figure_fomats" in log
    assert not (project.folder / RESULTS).exists()


def test_config_and_its_model_have_the_same_keys(project):
    config = yaml.safe_load((project.folder / "config.yaml").read_text(encoding="utf-8"))
    assert list(config) == list(Config.model_fields)
    assert list(config["explain"]) == list(Explain.model_fields)


def test_a_fault_stops_its_own_study_and_is_said_last(project):
    project.keep_studies("muayah2023", "nowhere", "broken", "no_sheet")
    (project.folder / "data/broken").mkdir()
    os.mkfifo(project.folder / "data/broken/study.yaml")
    shutil.copytree(project.folder / "data/muayah2023", project.folder / "data/no_sheet")
    (project.folder / "data/no_sheet/observations.csv").unlink()
    names = ("muayah2023", "nowhere", "broken", "no_sheet")
    log = project.snakemake("--cores", "2", *(f"results/{name}/observations.csv" for name in names), status=1)
    assert "Traceback" not in log
    assert (project.folder / "results/muayah2023/observations.csv").is_file()
    last = log.rpartition("At least one job did not complete")[2]
    assert {f"logs/{name}/ingest_observations.log:" for name in names[1:]} <= set(last.splitlines())
    assert last.count("Berkas tidak ada") == 3


def test_without_room_or_without_its_claims_a_study_is_refused_and_the_others_go_on(built):
    built.keep_studies("bontang2023", "muayah2023", "anggraeni2021")
    (built.folder / "results/muayah2023").write_text("no folder", encoding="utf-8")
    (built.folder / "data/anggraeni2021/claims.csv").unlink()
    report = built.folder / RESULTS / "en/report.html"
    report.unlink()
    log = built.snakemake(status=1)
    assert report.is_file()
    assert "Traceback" not in log
    last = log.rpartition("At least one job did not complete")[2]
    for study, said in (("muayah2023", "ada berkas di tempat"), ("anggraeni2021", "has no printed numbers")):
        assert said in last.partition(f"logs/refused_{study}.log:")[2], log


@cases
def test_a_config_that_is_wrong_is_said_last_and_nothing_runs(text, said, project):
    (project.folder / "config.yaml").write_text(text or "", encoding="utf-8")
    if text is None:
        (project.folder / "config.yaml").unlink()
    log = project.snakemake(status=1)
    assert "Traceback" not in log
    assert said in "".join(log.splitlines(keepends=True)[-4:])
    assert not (project.folder / RESULTS).exists()


def _is_locked(path):
    """Whether another process holds the lock of a file."""
    if not path.exists():
        return False
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_two_runs_at_once_wait_for_each_other_and_a_dead_one_holds_nothing(project):
    command = ["snakemake", f"{RESULTS}/observations.csv", "--nolock", "--forcerun", "ingest_observations"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    run = {"cwd": project.folder, "env": project.environment(), **quiet}
    first = subprocess.Popen(command, **run)
    while not _is_locked(project.folder / ".snakemake/oxymilk.lock") and first.poll() is None:
        time.sleep(0.002)
    # it works until the second has said that it waits, however slow the machine is
    os.killpg(first.pid, signal.SIGSTOP)
    second = subprocess.Popen(command, **run | {"stderr": subprocess.PIPE, "text": True})
    assert any("Another run works in this folder" in line for line in second.stderr)
    os.killpg(first.pid, signal.SIGCONT)
    assert first.wait() == 0
    second.communicate()
    assert second.returncode == 0
    killed = subprocess.Popen(command, **run)
    time.sleep(1)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert "Another run" not in project.snakemake(*command[1:])


def test_a_killed_run_leaves_no_half_file_and_the_next_completes(built_once, built):
    command = ["snakemake", "--cores", "2", "--forcerun", "make_tables", "plot_figures"]
    first = built.folder / RESULTS / "en/figures/before_after.svg"
    process = subprocess.Popen(
        command, cwd=built.folder, env=built.environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    # in the middle of a job: its outputs were removed, of the new ones the first is there
    for there in (True, False):
        while first.exists() == there and process.poll() is None:
            time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run was over before it could be killed"
    whole, left = built_once.results(), built.results()
    for name, content in left.items():
        if not name.rpartition("/")[2].startswith("."):
            assert content == whole[name], f"{name} is half written"
    assert whole.keys() - left.keys(), "nothing was left to do when the run was killed"
    built.snakemake("--unlock")
    built.snakemake()
    assert built.results() == whole


def test_the_snakemake_report_has_every_caption(built):
    built.snakemake("--report", "report.html")
    report = (built.folder / "report.html").read_text(encoding="utf-8")
    for caption in (built.folder / "workflow" / "report").glob("*.rst"):
        if caption.stem == "crosscheck":
            continue  # of a target of its own
        words = caption.read_text(encoding="utf-8").split("{{")[0].strip()[:60]
        assert words.split("(")[0].strip()[:40] in report, caption.name


def test_the_readme_says_what_the_results_say(built_once):
    verdicts = Counter(row["verdict"] for row in read_rows(built_once.folder / RESULTS / "verdicts.csv"))
    holds = verdicts["reproduced"] + verdicts["reproduced_after_rounding"]
    checked = holds + verdicts["differs"]
    readme = " ".join((built_once.folder / "README.md").read_text(encoding="utf-8").split())
    every = sum(verdicts.values())
    numbers = f"Of the {every} numbers and statements in the text, {checked} can be checked; {holds} hold, "
    assert f"{numbers}{verdicts['differs']} differ." in readme
    for value in ("0.001565402", "0.08326452", "0.001381171"):
        assert value in readme


def test_the_picture_in_the_readme_is_the_figure_of_the_pipeline(built_once):
    shown = (built_once.folder / "docs/images/p_values.png").read_bytes()
    assert shown == (built_once.folder / RESULTS / "en/figures/p_values.png").read_bytes()


@pytest.mark.parametrize("study", CITED)
def test_every_output_of_a_cited_study_is_made_and_every_verdict_is_the_expected_one(cited, study):
    folder = cited.folder / "hasil kami" / study
    assert all((folder / f"{name}.csv").stat().st_size > 0 for name in TABLES)
    assert "Nothing differs" in (folder / "en/report.html").read_text(encoding="utf-8")
    places = ("--data", "studi saya", "--results", "hasil kami")
    assert "Every verdict is the expected one" in cited.oxymilk("verify", study, *places)


def test_a_second_run_from_another_folder_does_nothing(cited):
    assert "Nothing to be done" in cited.snakemake(*FROM_THERE)


def test_one_group_has_no_test_between_and_without_a_sheet_nothing_is_drawn_or_counted(cited):
    with_sheet, without = (cited.folder / "hasil kami" / study for study in CITED)
    tests = [
        (folder / "tests.csv").read_text(encoding="utf-8").splitlines() for folder in (with_sheet, without)
    ]
    assert [line.split(",")[0] for line in tests[0]] == ["test", *["signed_rank"] * 3]
    assert len(tests[1]) == 1
    for name in ("tables/table_2.csv", "figures/before_after.svg"):
        assert (with_sheet / "en" / name).is_file()
    assert [*without.glob("en/tables/table_*"), *without.glob("en/figures/*.svg")] == []
    report = (without / "en/report.html").read_text(encoding="utf-8")
    assert "No observation sheet is at hand" in report
    # the sample sizes that fit
    assert "n = 15, 30, 45, 60, 75, 86, 90" in report
    assert "<svg" not in report
