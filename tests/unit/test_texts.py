"""The texts of both languages, numbers as each language writes them, and procedures in words."""

import ast
import itertools
import re
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest
from tests.cases import cases, tables_of

import oxymilk
from oxymilk.stats.procedure import CHOICES, Procedure
from oxymilk.study.yaml_lines import read_tree
from oxymilk.texts import LANGUAGES, labels, procedure_words, read_yaml

SOURCE = Path(oxymilk.__file__).parent
ROOT = Path(__file__).parents[2]
SECTIONS = ("common", "tables", "verdicts", "effects", "sentences", "advice", "explanations")


def texts_of(language):
    sections = read_yaml(SOURCE / "texts" / f"{language}.yaml")
    return {
        f"{name}.{key}": text for name in sections for key, text in labels(language).section(name).items()
    }


def placeholders(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_keys_and_placeholders_and_its_own_sentences(language):
    english, other = texts_of("en"), texts_of(language)
    assert list(english) == list(other)
    assert [key for key in english if not (english[key].strip() and other[key].strip())] == []
    assert [key for key in english if placeholders(english[key]) != placeholders(other[key])] == []
    words = {key: re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}", "", text)) for key, text in english.items()}
    assert [key for key in english if len(words[key]) > 2 and english[key] == other[key]] == []


def test_every_text_of_the_tables_is_used():
    # a key is used where a string of the code is it, or becomes it with something at each {...}
    patterns = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # what is read as a whole section is used
            whole = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "section"
            node, end = (node.args[0], r"\..+") if whole else (node, "")
            if isinstance(node, ast.JoinedStr):
                parts = (re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values)
                patterns.add("".join(parts) + end)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.add(re.escape(node.value) + end)
    templates = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("templates/*"))
    used = re.compile("|".join(pattern for pattern in patterns if pattern.startswith(SECTIONS)))
    keys = [key for key in texts_of("en") if key.startswith(SECTIONS) and key not in templates]
    assert [key for key in keys if not used.fullmatch(key)] == []


def test_unknown_key_and_language_are_refused_and_values_are_no_placeholders():
    with pytest.raises(KeyError, match=r"no text 'tables\.nothing'"):
        labels("en")("tables.nothing")
    with pytest.raises(ValueError, match="none of en, "):
        labels("xx")
    assert labels("en")("tables.row.n_percent", name="{name} {0} %s") == "{name} {0} %s, n (%)"


P_VALUES = tables_of(__file__)["p_values"]


@cases
def test_numbers(value, decimals, english, indonesian):
    assert labels("en").number(value, decimals) == english
    assert labels("id").number(value, decimals) == indonesian


@pytest.mark.parametrize(("value", "expected"), P_VALUES.items())
def test_p_values(value, expected):
    assert labels("en").p_value(value, 0.05) == expected
    assert labels("id").p_value(value, "0.05") == expected.replace(".", ",")


def test_significant_digits_and_places():
    english, indonesian = labels("en"), labels("id")
    shown = [indonesian.significant(number, 3) for number in ("0.001381170504", "123.4", "0")]
    assert shown == ["0,00138", "123", "0"]
    places = ("results table 2", "discussion control p2", "Appendix Z")
    named = ["hasil tabel 2", "pembahasan kontrol par.\u00a02", "Appendix Z"]
    assert [*map(indonesian.place, places)] == named
    assert english.place("introduction p10") == "introduction par.\u00a010"


@cases
def test_procedures_in_words(switches, test, language, words):
    assert procedure_words(switches, test, language) == words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_different_procedures_have_different_words(language, test):
    procedures = {}
    for values in itertools.product(*CHOICES.values()):
        try:
            switches = Procedure(**dict(zip(CHOICES, values, strict=True))).switches()
        except ValueError:  # a switch that the method does not use
            continue
        if test == "rank_sum":
            del switches["zero_method"]
        procedures[tuple(switches.items())] = procedure_words(switches, test, language)
    assert len(set(procedures.values())) == len(procedures) > 20


def test_a_new_language_is_one_file(tmp_path):
    shutil.copytree(SOURCE, tmp_path / "oxymilk")
    shutil.copyfile(SOURCE / "texts" / "id.yaml", tmp_path / "oxymilk" / "texts" / "xx.yaml")
    code = f"""from oxymilk.study import load_study
from oxymilk.texts import LANGUAGES, labels
label = load_study({str(ROOT / "data" / "bontang2023")!r}).groups[0].label
print(*LANGUAGES, labels("xx").number(0.5), label["id"], label["xx"], sep=", ")"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)},
                         capture_output=True, text=True)  # fmt: skip
    # a study that has no name in it shows the English one
    assert run.stdout == "en, id, xx, 0,5, Pijat oksitosin, Oxytocin massage\n", run.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_written_twice_and_no_phrase_of_a_fault_has_the_name_of_its_place(language):
    """YAML lets the second of two keys replace the first without a word."""
    assert read_tree(SOURCE / "texts" / f"{language}.yaml").faults == []
    phrases = labels(language).section("fault_phrase")
    assert [name for name in phrases if re.match(r"^(code|file|row|value)_", name)] == []


@cases
def test_a_range_has_no_dash_beside_a_minus(language, ends, written):
    assert labels(language).range(*ends.split()) == written


@cases
def test_p_follows_a_word_with_one_sign(p_values, language, written):
    assert labels(language).p_is(*p_values).replace("\N{NO-BREAK SPACE}", " ") == written
