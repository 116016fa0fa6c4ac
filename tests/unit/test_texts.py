"""The texts of both languages, numbers as each language writes them, and procedures in words."""

import ast
import itertools
import re
from pathlib import Path
from string import Formatter

import pytest

import oxymilk
from oxymilk.faults import Fault, codes
from oxymilk.stats.procedure import CHOICES, Procedure
from oxymilk.study.yaml_lines import read_tree
from oxymilk.texts import LANGUAGES, labels, procedure_words

SOURCE = Path(oxymilk.__file__).parent
SECTIONS = ("common", "tables", "verdicts", "effects", "explanations")


def placeholders(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_keys_in_the_same_order():
    assert list(labels("en").texts) == list(labels("id").texts)
    assert set(LANGUAGES) == {"en", "id"}


def test_each_text_is_translated_and_has_the_same_placeholders():
    for key, english in labels("en").texts.items():
        indonesian = labels("id").texts[key]
        assert english.strip()
        assert indonesian.strip()
        assert placeholders(english) == placeholders(indonesian), key
        words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w+\}", "", english))
        assert len(words) < 3 or english != indonesian, key


def test_every_text_of_the_tables_is_used():
    # a key is used where a string of the code is it, or becomes it with something at each {...}
    patterns = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # what is read as a whole section is used
            end = (
                r"\..+" if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "section" else ""
            )
            node = node.args[0] if end else node
            if isinstance(node, ast.JoinedStr):
                parts = (re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values)
                patterns.add("".join(parts) + end)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                patterns.add(re.escape(node.value) + end)
    templates = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("templates/*"))
    whole = re.compile("|".join(p for p in patterns if p.startswith(SECTIONS)))
    unused = [
        key
        for key in labels("en").texts
        if key.startswith(SECTIONS) and not whole.fullmatch(key) and key not in templates
    ]
    assert unused == []


def test_unknown_key_and_language_are_refused():
    with pytest.raises(KeyError, match=r"no text 'tables\.nothing'"):
        labels("en")("tables.nothing")
    with pytest.raises(ValueError, match="none of en, id"):
        labels("fr")


def test_values_are_not_read_as_placeholders():
    text = labels("en")("common.named_group", group="{group} {0} %s")
    assert text == "{group} {0} %s group"


@pytest.mark.parametrize(
    ("write", "arguments", "english"),
    [
        *(("number", arguments, text) for *arguments, text in [
            ("5.5", 2, "5.50"), (55.0, 2, "55.00"), ("-3.16227766", 3, "−3.162"), ("0.5", 0, "1"),
            # half up on the decimals as written, not on the binary float below it
            ("2.675", 2, "2.68"), (2.675, 2, "2.68"), (0.05, None, "0.05"), ("1e-05", None, "0.00001"),
            ("", 2, "–"), (None, 2, "–"), (float("nan"), 2, "–"),
        ]),
        *(("p_value", (p, 0.05), text) for p, text in [
            ("0.001565402258", "0.002"), ("0.08326451666", "0.083"), ("0.25", "0.250"), ("1", "1.000"),
            ("0.0005", "0.001"), ("0.000499", "< 0.001"), ("0", "< 0.001"), ("0.05", "0.050"), ("", "–"),
            # on the side of alpha where it lies
            ("0.04996", "0.04996"), ("0.0496", "0.0496"), ("0.05004", "0.05004"),
        ]),
        ("significant", ("0.001381170504", 3), "0.00138"), ("significant", ("123.4", 3), "123"),
        ("significant", ("0", 3), "0"),
        *(("percent", (share,), text) for share, text in [
            (0.0, "0%"), (0.004, "< 1%"), (0.104, "10%"), (0.5, "50%"), (0.9999, "> 99%"), (1.0, "100%"), (None, "–"),
        ]),
        *(("compact", (value,), text) for value, text in [
            (0.0015654, "0.00157"), (2.1e-7, "2.1 × 10⁻⁷"), (0.0, "0"), (1.0, "1"), (float("nan"), "–"),
        ]),
    ],
)  # fmt: skip
def test_numbers_as_each_language_writes_them(write, arguments, english):
    assert getattr(labels("en"), write)(*arguments) == english
    assert getattr(labels("id"), write)(*arguments) == english.replace(".", ",")


@pytest.mark.parametrize(
    ("language", "place", "words"),
    [
        ("id", "results table 2", "hasil tabel 2"),
        ("id", "discussion control p2", "pembahasan kontrol par.\u00a02"),
        ("id", "Appendix Z", "Appendix Z"),
        ("en", "introduction p10", "introduction par.\u00a010"),
    ],
)
def test_places(language, place, words):
    assert labels(language).place(place) == words


DROPPED = "zero differences dropped"
DECLARED = {"method": "asymptotic", "alternative": "two-sided", "tie_correction": True, "continuity": False}


@pytest.mark.parametrize(
    ("switches", "test", "language", "words"),
    [
        (DECLARED | {"zero_method": "drop"}, "signed_rank", "en",
         f"asymptotic (normal approximation), two-sided, tie-corrected, without continuity correction, {DROPPED}"),
        (DECLARED, "rank_sum", "id",
         "asimtotik (pendekatan normal), dua sisi, dengan koreksi nilai kembar, tanpa koreksi kontinuitas"),
        # there are no zero differences between groups
        ({"method": "exact", "two_sided": "distance", "mid_p": False, "zero_method": "drop"}, "rank_sum", "en",
         "exact (conditional on the observed ties), two-sided by distance from the expected value"),
        ({"method": "exact", "tail": "smaller"}, "rank_sum", "en",
         "exact (conditional on the observed ties), the smaller one-sided p-value"),
    ],
)  # fmt: skip
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


@pytest.mark.parametrize("code", codes())
def test_each_fault_says_what_is_wrong_and_what_to_do(code):
    kind = Fault(code, "").kind
    texts = [labels(language).section(f"{kind}s.{code}") for language in LANGUAGES]
    for text in texts:
        assert set(text) == {"wrong", "do"}
        assert all(part.strip().endswith((".", "?", "}")) for part in text.values())
    for part in ("wrong", "do"):
        assert texts[0][part] != texts[1][part]


def test_no_phrase_of_a_fault_has_the_name_of_its_place():
    assert not [
        name for name in labels("en").section("fault_phrase") if re.match(r"^(code|file|row|value)_", name)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_written_twice(language):
    """YAML lets the second of two keys replace the first without a word."""
    assert read_tree(SOURCE / "texts" / f"{language}.yaml").faults == []
