"""oxymilk new asks what a sheet cannot tell, and writes a study whole or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import cases
from tests.unit.new_study.conftest import HEAD, ROW, WARD, WARD_GROUPS, answers
from typer.testing import CliRunner

from oxymilk.audit.claims import has_claims
from oxymilk.cli import app
from oxymilk.new_study import new as module
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.new import MissingFlagsError
from oxymilk.new_study.write import Noted, compose
from oxymilk.study.yaml_lines import read_tree


def test_a_study_that_is_there_is_never_touched(folder):
    study = folder.path / "melati"
    study.mkdir()
    for _ in ("empty folder", "full folder"):
        assert folder.refused(WARD) == "study_exists"
        (study / "study.yaml").write_text("mine", encoding="utf-8")
    assert (study / "study.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["Melati", "../melati", "me lati", "1melati", "", "a/b", ".", "mélati"])
def test_a_name_that_is_no_id_is_refused(name, folder):
    assert folder.refused(WARD, name=name) == "id_illegal"
    assert [path.name for path in folder.path.rglob("*")] == ["sheet.csv"]


def test_a_study_is_written_whole_or_not_at_all(folder, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module.shutil, "copyfile", fail)
    with pytest.raises(OSError, match="disk full"):
        folder.make(answers(WARD_GROUPS), WARD)
    assert [path.name for path in folder.path.iterdir()] == ["sheet.csv"]


def test_claims_are_begun_only_for_a_paper(folder):
    for language, paper in (("en", False), ("en", True), ("id", True)):
        name = f"{language}_{paper}".lower()
        folder.make(
            answers(WARD_GROUPS, "kurang=tdk cukup,cukup"), WARD, name=name, language=language, paper=paper
        )
        assert (folder.path / name / "claims.csv").exists() == paper
        # its example is legal, and counts for none
        assert [claim.quantity for claim in folder.ready(name).claims or ()] == ["alpha"] * paper
        assert not has_claims(folder.path / name)


def test_sheets_that_cannot_be_used(folder):
    (folder.path / "other").mkdir()
    broken = {"sheet_unreadable": folder.sheet("nothing here", "broken.xlsx"),
              "format_unknown": folder.sheet(WARD, "sheet.pdf"), "sheet_empty": "",
              "sheet_not_there": folder.path / "absent.csv"}  # fmt: skip
    for code, sheet in broken.items():
        assert folder.refused(sheet) == code
    assert folder.refused(folder.path) == "sheet_not_there"
    assert folder.refused(WARD, folder.sheet(WARD, "other/sheet.csv")) == "sheet_name_twice"
    assert not (folder.path / "melati").exists()


@cases
def test_groups_are_offered_wherever_the_sheet_names_them(worksheets, offered, folder):
    asked = {}

    def ask(question, default):
        asked[question.split(" (")[0].split(",")[0]] = default
        return default or "Pijat,Kontrol"

    folder.make(answers(groups=""), worksheets, ask=ask)
    assert asked["The groups"] == offered
    if len(worksheets) > 1:
        assert asked["Several worksheets have content"] == "all"
    # what Enter takes reads the sheet
    assert (folder.to_correct() == []) == bool(offered)


def test_at_a_terminal_each_question_is_asked_with_what_was_seen(folder):
    replies = {
        "file": [str(folder.path / "absent.csv"), str(folder.sheet(WARD))],
        "groups": ["a,b,c", "Pijat,Kontrol"], "program": ["excel", ""], "levels": ["kurang,cukup"],
        "P": ["pijat"], "K": ["Kontrol"], "tdk cukup": [""] * 2,
    }  # fmt: skip
    asked, told = {}, []

    def ask(question, default):
        asked.setdefault(question.split(",")[0].split(" (")[0], []).append(default)
        key = next((key for key in replies if key in question.split('"') or f"The {key}" in question), "")
        return (replies[key].pop(0) if key else "") or default

    text = folder.make(Answers(), ask=ask, tell=told.append)
    assert asked["The groups"] == ["P, K"] * 2
    assert asked["The name of what was measured"] == ["Produksi ASI"]
    # levels are offered in the order that is known, without the word that is in none
    assert asked["The levels"] == ["Kurang, Cukup"]
    assert asked["The program of the p-values"] == ["spss"] * 2
    assert "This cannot be used: excel" in told
    assert any(line.endswith("Produksi ASI sebelum, Produksi ASI sesudah") for line in told)
    # no answer leaves it open
    for line in ("P: pijat", "K: kontrol", 'tdk cukup: "???"'):
        assert line in text
    assert (folder.path / "melati" / "sheet.csv").read_text(encoding="utf-8") == WARD


def test_questions_take_the_words_they_show_and_go_back(folder):
    replies = ["<", "Pijat=P,Kontrol=K", "benda", "Angka", "kembali", "Kata", "<", "levels",
               "kurang,cukup", "", "SPSS Exact", "kontrol?", "-", "baik", "KURANG"]  # fmt: skip
    told = []

    def ask(_, default):
        return replies.pop(0) or default

    text = folder.make(Answers(), WARD + "5,QY,X,22,Kurang,Cukup\n", ask=ask, tell=told.append, language="id")
    assert replies == []
    assert [line.split(": ")[1] for line in told if "dapat dipakai" in line] == [
        "benda",
        "kontrol?",
        "baik",
    ]
    for line in ("program: SPSS Exact Tests", "tdk cukup: kurang", "leave_out: [X]", "kind: levels"):
        assert line in text
    assert [warning.code for warning in folder.ready().observations.warnings].count("group_left_out") == 1


def test_a_word_in_the_place_of_a_level_may_be_no_value(folder):
    replies = {"tdk cukup": "-"}

    def ask(question, default):
        return next((replies[word] for word in replies if word in question), default)

    assert "missing: [tdk cukup]" in folder.make(answers(WARD_GROUPS), WARD, ask=ask)
    assert list(folder.observations()["score"])[-1] == ""


def test_worksheets_that_are_no_observations_are_named(folder):
    told, pages = (
        [],
        {"Data": [HEAD, ROW, [2, *ROW[1:]]], "Value Labels": [HEAD, ROW], "Rekap": [["", "n"], ["x", 2]]},
    )
    folder.make(answers("Semua"), pages, ask=lambda _, default: default, tell=told.append)
    assert any(line.endswith("only: Value Labels, Rekap") for line in told)


VISITS = "Kode,Kelompok,ASI hari 1 (ml),ASI hari 3 (ml),ASI hari 7 (ml)\na,Pijat,1,2,4\nb,Kontrol,1,2,5\n"


def test_every_question_has_a_way_back_and_what_is_compared_has_many_names(folder):
    months = {name: [["Kode", *HEAD[1:]], ["a", *ROW[1:]]] for name in ("Januari", "Februari", "Kembali")}
    book, text = str(folder.sheet(months, "months")), str(folder.sheet(VISITS, "visits.csv"))
    replies = ["<", book, "back", book, "KEMBALI", "<", "2", "<", "<", text, "", "3", "<", "2", "", "", "", "4",
               "1,1", "0,7", "Hari ke-3, DAY 7"]  # fmt: skip
    told = []
    made = folder.make(Answers(), ask=lambda _, default: replies.pop(0) or default, tell=told.append)
    assert replies == []
    assert [line for line in told if "no question before" in line or "cannot" in line] == [
        "This is the first question; there is no question before it.", "This cannot be used: 1,1",
        "This cannot be used: 0,7",
    ]  # fmt: skip
    assert "compare: [day_3, day_7]" in made
    assert 'program: "R before' in made
    flags = answers("Pijat,Kontrol", "", unit="ml", compare=("3", "1"))
    assert "compare: [day_1, day_3]" in folder.make(flags, VISITS, name="flags")
    with pytest.raises(MissingFlagsError, match=r"--compare .day_1, day_3, day_7"):
        folder.make(answers("Pijat,Kontrol", "", unit="ml", compare=("1", "2")), VISITS, name="wrong")


def test_without_a_terminal_all_missing_flags_are_named(folder):
    def run(*flags):
        return CliRunner().invoke(app, ["new", "melati", "--data", str(folder.path), *flags])

    nothing = run()
    assert nothing.exit_code == 2
    for flag in ("--sheet", "--groups", "--levels or --unit", "--program (spss, spss_exact, stata, r)"):
        assert flag in nothing.output
    flags = ["--sheet", str(folder.sheet(WARD)), "--groups", WARD_GROUPS, "--language", "id"]
    without_unit = run(*flags, "--kind", "number")
    assert without_unit.exit_code == 2
    assert "Pilihan berikut belum diberikan: --unit, --program" in without_unit.output
    assert not (folder.path / "melati").exists()
    made = run(*flags, "--levels", "kurang,cukup", "--program", "spss")
    assert made.exit_code == 0, made.output
    assert "Berikutnya: oxymilk check-study melati" in made.output
    study = (folder.path / "melati" / "study.yaml").read_text(encoding="utf-8")
    assert "# Nama folder studi di data/." in study


BAD_FLAGS = ["language fr", "kind x", "program excel", "groups a,a", "groups a,b,c", "groups ,", "levels =1"]


@pytest.mark.parametrize("flag", [*BAD_FLAGS, "levels kurang"])
def test_flags_with_values_that_are_not_legal(flag, tmp_path):
    name, value = flag.split(" ")
    run = CliRunner().invoke(app, ["new", "melati", "--data", str(tmp_path), f"--{name}", value])
    if name in ("groups", "levels"):
        assert [(fault.code, fault.file) for fault in run.exception.faults] == [
            ("option_names", f"oxymilk new --{name}")
        ]
    else:
        assert (run.exit_code, f"--{name}" in run.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_answers_in_flags():
    levels = parse_named("sedang>=10,5<20, baik>=20=B|b.", "level")
    assert levels[0].bounds == {"at_least": "10.5", "below": "20"}
    assert levels[1].words == ("baik", "b", "b.")
    assert parse_named("Pijat, 2 kali", "group")[1].id == "group_2_2_kali"
    assert [level.id for level in parse_named("kurang < cukup=c<banyak", "level")] == [
        "kurang",
        "cukup",
        "banyak",
    ]
    for text in ("a,A", "=x", "<5", "kurang<x,cukup>=x", "kurang<x,cukup"):
        with pytest.raises(ValueError, match=r"[aA=]|^$|<"):
            parse_named(text, "level")


def test_the_study_is_the_same_in_both_languages(folder):
    trees = [folder.tree(answers(WARD_GROUPS), WARD, name=one, language=one)[0] for one in ("en", "id")]
    for tree in trees:
        del tree["characteristics"][0]["unit"], tree["id"], tree["title"]  # the word for years; the name
    assert trees[0] == trees[1]


TEXTS = st.text() | st.lists(st.text(), min_size=1).map(tuple)


@given(st.dictionaries(st.text(min_size=1), TEXTS, min_size=1))
def test_any_text_reads_back_as_it_was(tmp_path_factory, tree):
    def clean(value):
        letters = (letter if letter.isprintable() else " " for letter in value)
        return "".join(letters) if isinstance(value, str) else list(map(clean, value))

    tree = {"".join(filter(str.isprintable, key)) or "x": value for key, value in tree.items()}
    path = tmp_path_factory.getbasetemp() / "study.yaml"
    noted = {key: Noted(value, "seen: {#\n'", "above\nit") for key, value in tree.items()}
    path.write_text(compose(noted), "utf-8")
    assert read_tree(path).data == {key: clean(value) for key, value in tree.items()}


def test_a_code_that_is_there_twice_and_an_age_of_290_are_named_in_their_cells(folder):
    rows = [[f"R{at}", "PK"[at > 4], 24, "Kurang", "Cukup"] for at in range(1, 9)]
    rows[2][0], rows[5][2] = "R2", 290
    folder.make(answers(WARD_GROUPS), {"Data": [["Kode", "Kel", "Umur", "Pre", "Post"], *rows]})
    named = [(fault.code, fault.cell) for fault in folder.to_correct()]
    assert named == [("participant_duplicate", "A4"), ("score_out_of_range", "C7")]


@cases
def test_what_a_mark_before_three_digits_is_is_asked(unit, offered, read, folder):
    asked = {}

    def ask(question, default):
        asked[question.split(" -")[0]] = default
        return default

    sheet = "No;Kel;Pre;Post\n1;P;1.830;1.950\n2;P;2.010;2.100\n3;K;1.710;1.800\n"
    folder.make(Answers(groups=parse_named(WARD_GROUPS, "group"), unit=unit), sheet, ask=ask)
    assert asked["The mark in 1.830"] == offered
    if read is None:
        assert [fault.column for fault in folder.to_correct()] == ["sheets[1].decimal_mark"]
    else:
        assert ">".join(folder.observations()["score"][:2]) == read


def test_a_slip_among_ticks_is_named_in_its_cell(folder):
    rows = [[f"R{at}", "PK"[at > 4], "√", "", "", "√"] for at in range(1, 9)]
    rows[2][5], rows[4][3] = "3", "v"
    head = ["Kode", "Kel", "Pre Kurang", "Pre Cukup", "Post Kurang", "Post Cukup"]
    folder.make(answers(WARD_GROUPS), {"Data": [head, *rows]})
    named = [(fault.code, fault.cell) for fault in folder.to_correct()]
    assert named == [("tick_unknown", "F4"), ("ticked_twice", "D6")]
