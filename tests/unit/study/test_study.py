"""study.yaml: the form, and a planted fault for each rule with its line."""

import importlib.util
from pathlib import Path

import pytest
import yaml
from tests.cases import cases

from oxymilk.faults import FaultsError, describe
from oxymilk.stats.procedure import CHOICES, Procedure
from oxymilk.study import load_study
from oxymilk.study.checks import SWITCHES_OF_METHOD
from oxymilk.study.config import add_study, load_config
from oxymilk.texts import LANGUAGES, labels

TEXT = """\
id: ward
title: {en: A study, id: Sebuah studi}
decimal_mark: ","
alpha: 0.05
groups:
  - id: intervention
    label: {en: Massage, id: Pijat}
  - id: control
    label: {en: Control, id: Kontrol}
timepoints:
  - id: pre
    label: {en: Before, id: Sebelum}
  - id: post
    label: {en: After, id: Sesudah}
outcome:
  id: milk
  label: {en: Milk, id: ASI}
  levels:
    - id: kurang
      label: {en: insufficient, id: kurang}
    - id: cukup
      label: {en: sufficient, id: cukup}
sheets:
  - file: sheet.csv
    layout: wide
    participant: Kode
    group: {column: Kelompok, codes: {1: intervention, 2: control}}
    scores: {pre: Sebelum, post: Sesudah}
    codes: {Kurang: kurang, Cukup: cukup}
    ignore: [No]
procedure:
  basis: stated
  signed_rank: {method: asymptotic, zero_method: pratt}
  rank_sum: {method: exact, mid_p: true}
"""


@pytest.fixture
def write(tmp_path):
    """Write a study.yaml into a folder that has links out of it."""
    folder, outside = tmp_path / "ward", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "a.csv").write_text("x", encoding="utf-8")
    (folder / "link").symlink_to(outside)
    (folder / "link.csv").symlink_to(outside / "a.csv")

    def write(text, *edits):
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "study.yaml").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return folder / "study.yaml"

    return write


@pytest.fixture
def faults(write):
    def faults(text, *edits):
        with pytest.raises(FaultsError) as caught:
            load_study(write(text, *edits))
        assert not any("{" in describe(fault, name) for fault in caught.value.faults for name in LANGUAGES)
        return caught.value.faults

    return faults


def test_the_form(write):
    study = load_study(write(TEXT).parent)  # a folder is its study
    assert study.groups[0].label["id"] == "Pijat"
    assert study.group("control").label.en == "Control"
    assert study.group_ids == ("intervention", "control")
    assert study.outcome.level_ids == ("kurang", "cukup")
    assert [timepoint.id for timepoint in study.compared] == ["pre", "post"]
    assert study.timepoint("post").label.id == "Sesudah"
    assert study.decimal_mark == (",",)
    assert (study.rounding, study.between, study.reconstructed) == ("half_up", "post", False)
    assert study.citation.authors == ()
    sheet = study.sheets[0]
    assert (sheet.participant.column, sheet.participant.identifying) == ("Kode", None)
    assert sheet.group.codes == {"1": "intervention", "2": "control"}
    assert sheet.ignore == ("No",)  # YAML would read false
    assert study.procedure.signed_rank == Procedure(method="asymptotic", zero_method="pratt")
    assert study.procedure.rank_sum == Procedure(method="exact", mid_p=True)
    with pytest.raises(ValueError, match="frozen"):
        study.alpha = 0.1
    with pytest.raises(KeyError):
        study.groups[0].label["fr"]


DAY_7 = ("outcome:", "  - id: day7\n    label: {en: Day 7, id: Hari 7}\noutcome:")
THREE_READ = [DAY_7, ("post: Sesudah}\n    codes", "post: Sesudah, day7: Hari 7}\n    codes")]
ONE_GROUP = [("  - id: control\n    label: {en: Control, id: Kontrol}\n", ""), (", 2: control", ""),
             ("  rank_sum: {method: exact, mid_p: true}\n", "")]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "of_study", "value"),
    [
        ([*THREE_READ, ("alpha:", "compare: [pre, day7]\nalpha:")],
         lambda study: [timepoint.id for timepoint in study.compared], ["pre", "day7"]),
        (ONE_GROUP, lambda study: study.procedure.rank_sum, None),
        ([("sheet.csv", "sheets/ward.csv")], lambda study: study.sheets[0].file, "sheets/ward.csv"),
        *(
            ([("- id: cukup", f'- id: "{word}"'), ("Cukup: cukup", f'Cukup: "{word}"')],
             lambda study: study.outcome.level_ids, ("kurang", word))
            for word in ("no", "yes")
        ),
    ],
)  # fmt: skip
def test_what_is_legal(write, edits, of_study, value):
    assert of_study(load_study(write(TEXT, *edits))) == value


# a renamed key is unknown and missing, a renamed id is unknown elsewhere
FOLLOWS = {
    "key_unknown": {"key_missing"}, "id_illegal": {"reference_unknown"},
    "id_boolean": {"reference_unknown"}, "id_duplicate": {"reference_unknown"},
}  # fmt: skip


@cases
def test_planted_fault(code, old, new, line, words, faults):
    found = faults(TEXT, ('decimal_mark: ","', "decimal_mark: ','"), (old, new))
    fault = next(fault for fault in found if fault.code == code)
    assert fault.row == line
    for language, line_words in (("en", f"line {line}"), ("id", f"baris {line}")):
        assert [word for word in (line_words, *words) if word not in describe(fault, language)] == []
    # one slip, one fault
    assert {other.code for other in found} - {code} <= FOLLOWS.get(code, set())


def test_all_faults_at_once(faults):
    found = faults(
        TEXT,
        ("alpha: 0.05", "alpha: five"), ("id: ward", "id: word"), ("layout: wide", "layout: wyde"),
        ("Kurang: kurang", "Kurang: kurnag"), ("file: sheet.csv", "file: /etc/passwd"), ("- id: post", "- id: pre"),
        ("basis: stated", "basis: guessed"), ("zero_method: pratt", "half_integer: natural"),
        ("title: {en: A study, id: Sebuah studi}", "title: {}"),
    )  # fmt: skip
    assert [(fault.code, fault.row) for fault in found] == [
        ("id_not_folder", 1), ("key_missing", 2), ("key_missing", 2), ("value_wrong_kind", 4), ("id_duplicate", 13),
        ("path_outside", 24), ("value_unknown", 25), ("reference_unknown", 28), ("reference_unknown", 29),
        ("value_unknown", 32), ("switch_illegal", 33),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "yaml_no_keys"), ("- a\n- b\n", "yaml_no_keys"), ("id: \u00e9".encode("latin-1"), "not_utf8"),
        ("a: " + "[" * 3000, "yaml_syntax"), ("id: x\n\tb: y\n", "yaml_syntax"), ("? [a]\n: b\n", "yaml_syntax"),
        ("id: !!python/object:os.system x", "yaml_syntax"), ("id: a\x07b", "yaml_syntax"),
        ("x" * 2_000_001, "file_too_large"), (TEXT.replace(*DAY_7, 1), "timepoints_compared"),
    ],
)  # fmt: skip
def test_broken_files(faults, text, code):
    assert code in [fault.code for fault in faults(text)]


def test_a_missing_file(tmp_path):
    with pytest.raises(FaultsError, match="does not exist"):
        load_study(tmp_path / "study.yaml")


@cases
def test_any_shape_is_a_fault_and_never_a_crash(key, value, faults):
    assert all(fault.row for fault in faults(yaml.safe_dump(yaml.safe_load(TEXT) | {key: value})))


def test_legal_switches_are_those_of_the_statistics():
    """Every combination that study.yaml lets pass can be built; every one it refuses, cannot."""
    for switch, methods in SWITCHES_OF_METHOD.items():
        for method in ("asymptotic", "exact", "exact_untied"):
            if method in methods:
                Procedure(method=method, **{switch: CHOICES[switch][1]})
            else:
                with pytest.raises(ValueError, match=switch):
                    Procedure(method=method, **{switch: CHOICES[switch][1]})


def test_the_reference_page_is_current_and_every_key_is_described_in_every_language():
    script = Path(__file__).parents[3] / "docs" / "study_yaml.py"
    spec = importlib.util.spec_from_file_location("study_yaml", script)
    docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(docs)
    described = {field.description for model in docs.models() for field in model.model_fields.values()}
    for language in LANGUAGES:
        assert {f"new_study.keys.{key}" for key in labels(language).section("new_study.keys")} == described
    assert docs.PAGE.read_text(encoding="utf-8") == docs.page(), "run: python docs/study_yaml.py"


@cases
@pytest.mark.parametrize(("name", "written"), [("ward", "ward"), ("no", '"no"')])
def test_a_study_is_added_to_config_and_nothing_else_changes(
    before, after, tmp_path, monkeypatch, name, written
):
    monkeypatch.chdir(tmp_path)
    config, study = Path("config.yaml"), Path("data", name, "study.yaml")
    study.parent.mkdir(parents=True)
    study.touch()
    config.write_bytes(before.encode())
    assert add_study(config, study.parent) == (before != after)
    assert config.read_bytes().decode() == after.replace("{new}", written)
    if "elsewhere" not in before:
        assert name in load_config(config).studies


def test_all_studies_are_the_folders_that_have_a_study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("ward", "a", ".a.part", "deep/b"):
        Path("data", name).mkdir(parents=True)
        Path("data", name, "study.yaml").touch()
    Path("config.yaml").write_text("studies: all\nfigure_width: 85\n", encoding="utf-8")
    assert load_config(Path("config.yaml")).studies == ("a", "ward")
    Path("data/a").rename("data/My Study")
    with pytest.raises(FaultsError, match="My Study"):
        load_config(Path("config.yaml"))
