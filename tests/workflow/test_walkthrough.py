"""The walk-through from a ward's file to tables: its every command runs, in both languages the same."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FOLDER = DOCS / "your-own-study"


def module(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


walk = module("walk")


def document(name):
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_command_runs_and_leads_to_tables(built):
    steps = walk.steps(document("your-own-study.md"))
    printed = {}
    for step in steps:
        if step.file:
            walk.apply(step, built.folder)
        else:
            printed[step.text, step.status] = built.run("sh", "-c", step.text, status=step.status)
    assert [step.text.split()[0] for step in steps if not step.file] == ["oxymilk"] * 3 + [
        "snakemake",
        "oxymilk",
    ]
    checks = [text for (command, _), text in printed.items() if "check-study" in command]
    assert "To correct:" in checks[0]
    assert "sheets[1].codes.tdk cukup" in checks[0]
    assert "Ready. Next: snakemake" in checks[1]
    assert "After: insufficient 1, sufficient 10; without a value 1" in checks[1]
    assert "4 reproduced" in next(text for (command, _), text in printed.items() if "verify" in command)
    results = built.folder / "results" / "melati"
    for name in ("manuscript.docx", "figures/before_after.png", "report.html"):
        assert (results / "en" / name).is_file()
    # what identifies a mother leaves her ward's file for no other
    made = [path for path in (*results.rglob("*"), *(built.folder / "data" / "melati").glob("*.[yc]*"))
            if path.suffix in (".csv", ".yaml", ".html", ".md", ".tex")]  # fmt: skip
    assert len(made) > 20
    for path in made:
        assert not re.search(r"\b(QA|XL|00-00-01)\b", path.read_text(encoding="utf-8")), path


def test_one_command_makes_the_results_of_a_study_when_nothing_is_open(project):
    command = "oxymilk new {} --sheet docs/your-own-study/melati.xlsx --groups Pijat=P,Kontrol=K --levels {} "
    more = "--program spss --language id --run"
    said = project.run("sh", "-c", command.format("still_open", "kurang,cukup") + more, status=2)
    assert "Belum siap: 1" in said
    assert "step " not in said
    said = project.run("sh", "-c", command.format("melati", "'kurang=kurang|tdk cukup,cukup'") + more)
    assert "Buka lebih dulu: results/melati/id/" in said
    assert [path.name for path in (project.folder / "results").iterdir() if path.is_dir()] == ["melati"]
    assert "  - bontang2023\n  - still_open\n  - melati\n" in (project.folder / "config.yaml").read_text(
        "utf-8"
    )


def test_the_indonesian_walk_has_the_same_steps():
    def same(name):
        found = []
        for step in walk.steps(document(name)):
            text = step.text.replace("--language id", "--language en")
            if step.file:  # what a line said before is in the language of its comments
                text = "".join(line for line in text.splitlines(keepends=True) if line.startswith("+"))
            found.append(step._replace(text=text))
        return found

    assert same("studi-anda.md") == same("your-own-study.md")
    images = [re.findall(r"images/(\w+)", document(name)) for name in ("your-own-study.md", "studi-anda.md")]
    assert images[0] == images[1]


def test_the_lines_to_change_in_the_indonesian_walk_are_those_that_are_written(project):
    steps = walk.steps(document("studi-anda.md"))
    project.run("sh", "-c", steps[0].text)
    for step in steps:
        if step.file:
            walk.apply(step, project.folder)
    assert "Siap." in project.oxymilk("check-study", "melati", "--language", "id")


def test_the_wards_file_is_made_from_its_csv(tmp_path):
    module("make").make(tmp_path / "melati.xlsx")
    assert (tmp_path / "melati.xlsx").read_bytes() == (FOLDER / "melati.xlsx").read_bytes()
