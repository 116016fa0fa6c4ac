"""Methods and Results in sentences: natural in every case, and every number from its cell."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cases import read_yaml

from oxymilk.files import read_csv
from oxymilk.present.sentences import methods, results, write_numbers
from oxymilk.study import RankSumSwitches, SignedRankSwitches
from oxymilk.texts import LANGUAGES, labels

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(path.name for path in (ROOT / "data/examples").iterdir() if path.is_dir())
CASES = read_yaml(ROOT / "tests/data/sentences.yaml")


def varied(study, change):
    """The first study with three levels, another comparison, or other procedures."""
    outcome = study.outcome
    if change == "three":
        label = outcome.label.model_copy(update={"en": "moderate", "id": "sedang"})
        middle = outcome.levels[0].model_copy(update={"id": "sedang", "label": label})
        levels = (outcome.levels[0], middle, outcome.levels[1])
        return study.model_copy(update={"outcome": outcome.model_copy(update={"levels": levels})})
    if change in ("exact", "greater", "untied"):
        method = {"method": {"untied": "exact_untied", "greater": "asymptotic"}.get(change, change)}
        between = RankSumSwitches(**method, **{"alternative": change} if change == "greater" else {})
        switches = {"signed_rank_switches": SignedRankSwitches(**method), "rank_sum_switches": between}
        return study.model_copy(update={"procedure": study.procedure.model_copy(update=switches)})
    if change == "one group":
        return study.model_copy(update={"groups": study.groups[1:]})
    return study.model_copy(update={"between": change or "post"})


@pytest.fixture(scope="module")
def every_view(bontang, make_view, make_example):
    """Return the view of a case, or of an example, by name and language."""

    def make(name, language):
        if name in EXAMPLES:
            return make_example(name, language)
        case = CASES[name]
        records = {group: re.findall("..", pairs) for group, pairs in case["records"].items()}
        return make_view(varied(bontang, case.get("change")), (), records, language)

    return make


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_sentences_of_every_case(every_view, name, language):
    view = every_view(name, language)
    text = " ".join(results(view))
    # no line ends between a sign and its number
    assert not re.search(r" [=<]|[=<] ", text)
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    for sentence in CASES[name][language]:
        assert sentence in text
    for texts in (text, *methods(view)):
        assert not re.search(r"[{}]|  | [,;.)]|\(\)|nan|None|–\)|0[.,]000\b|−0(?![.,]?\d)", texts)
    assert all(sentence[0].isupper() for sentence in re.split(r"(?<=[a-z)]\.) ", text))


KEYS = {
    "tests": ("test", "group", "role"), "effects": ("test", "group", "effect"),
    "frequencies": ("group", "timepoint", "level"), "summaries": ("group", "timepoint"),
}  # fmt: skip


def numbers_of(view, folder):
    """Return the numbers that are written for a view, each with the row of its table."""
    write_numbers(view, folder)
    numbers = read_csv(folder / "numbers.csv").to_dict("records")
    rows = {(table, " ".join(filter(None, map(row.get, keys)))): row for table, keys in KEYS.items()
            for row in view.rows(table)}  # fmt: skip
    return [(number, rows[number["table"], number["row"]]) for number in numbers]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*CASES, *EXAMPLES])
def test_every_number_is_the_rounded_one_of_its_cell(every_view, tmp_path, name, language):
    view, mark = every_view(name, language), labels(language)("common.decimal_mark")
    numbers = numbers_of(view, tmp_path)
    assert len({number["name"] for number, _ in numbers}) == len(numbers) > 0
    for number, row in numbers:
        assert row[number["column"]] == number["digits"]
        value = Decimal(number["value"].replace(mark, ".").replace("−", "-").strip("<>% "))
        cell, half = Decimal(number["digits"]), Decimal(1).scaleb(value.as_tuple().exponent) / 2
        # shares in percent or points, and Z as SPSS signs it
        if number["value"][0] == "<":
            assert cell < value
        else:
            assert any(abs(value - own) <= half for own in (cell, 100 * cell, -cell))
    # every number of the text is one of them, once what study.yaml names is taken away
    text, study = " ".join(results(view)), view.study
    named = [
        view.label(part) for part in (*study.groups, *study.timepoints, *study.outcome.levels, study.outcome)
    ]
    for words in ("Q1–Q3", *named, *(label.partition("(")[2].rstrip(")") for label in named)):
        text = re.sub(re.escape(words), "", text, flags=re.IGNORECASE) if re.search(r"\d", words) else text
    printed = set(re.findall(rf"< \d[\d{mark}]*\d|−?\d+(?:{re.escape(mark)}\d+)?%?", text))
    known = {number["value"] for number, _ in numbers}
    assert printed - known - {f"{view.confidence}%"} == set()
    assert printed


@pytest.mark.parametrize("name", ["paper", "three", "change", "exact", "long"])
def test_a_sentence_follows_its_cells(every_view, tmp_path, name):
    view = every_view(name, "en")
    before, counts = results(view), ("n", "total", "percent", "n_up", "n_unchanged", "n_down", "confidence")
    for number, row in numbers_of(view, tmp_path):
        if number["column"] not in counts:
            row[number["column"]] = "0.61803"
            assert results(view) != before, number
            row[number["column"]] = number["digits"]
    assert results(view) == before


MOMENTS = {
    ("en", "Before"): "before the intervention", ("en", "Post"): "after the intervention",
    ("en", "Baseline"): "at baseline", ("en", "After (day 15)"): "on day 15",
    ("en", "After (week 6)"): "after the intervention (week 6)", ("en", "Day 14"): "on day 14",
    ("en", "First visit"): "at the first visit", ("en", "After massage"): "after massage", ("en", "H+7"): "at H+7",
    ("id", "Sebelum"): "sebelum intervensi", ("id", "Sesudah (hari ke-15)"): "pada hari ke-15",
    ("id", "Setelah (minggu ke-2)"): "sesudah intervensi (minggu ke-2)", ("id", "Kunjungan 1"): "pada kunjungan 1",
    ("id", "Sesudah pijat"): "sesudah pijat", ("id", "Pretest"): "pada pretest", ("id", "H+7"): "pada H+7",
}  # fmt: skip
GROUPS = {
    ("en", "Oxytocin massage"): "the oxytocin massage group", ("en", "Massage group"): "the massage group",
    ("en", "Group A"): "group A", ("en", "Woolwich massage"): "the Woolwich massage group", ("en", "A"): "the A group",
    ("id", "Pijat oksitosin"): "kelompok pijat oksitosin", ("id", "Kelompok kontrol"): "kelompok kontrol",
    ("id", "ASI perah"): "kelompok ASI perah",
}  # fmt: skip


@pytest.mark.parametrize(("language", "label"), [*MOMENTS, *GROUPS])
def test_labels_within_a_sentence(bontang, changed, language, label):
    def named(item):
        return item.model_copy(update={"label": item.label.model_copy(update={language: label})})

    post, first = bontang.timepoints[1], bontang.groups[0]
    parts = {"timepoints": (bontang.timepoints[0], named(post))} if (language, label) in MOMENTS else {}
    parts = parts or {"groups": (named(first), bontang.groups[1])}
    text = results(changed(language, bontang.model_copy(update=parts)))[0]
    wanted = MOMENTS.get((language, label)) or GROUPS[language, label]
    assert re.search(rf"(?i:{re.escape(wanted[0])}){re.escape(wanted[1:])}(?!\w)", text)


def test_the_software_is_cited_as_its_file_says(every_view):
    cited = read_yaml(ROOT / "CITATION.cff")
    for language in LANGUAGES:
        software = methods(every_view("paper", language))[1]
        assert f"oxymilk {cited['version']} ({cited['authors'][0]['name']}. {cited['title']})" in software


def test_macros_are_read_by_latex_with_their_signs(every_view, tmp_path):
    numbers = numbers_of(every_view("paper", "en"), tmp_path)
    tex = (tmp_path / "numbers.tex").read_text("utf-8")
    assert "\\newcommand{\\RankSumDeclaredPValue}{= 0.001}\n" in tex
    assert "\\newcommand{\\RankSumDeclaredZ}{$-$3.20}\n" in tex
    assert "\\newcommand{\\ControlPostCukupPercent}{30\\%}\n" in tex
    assert re.findall(r"\\newcommand\{\\(.*?)\}", tex) == [number["name"] for number, _ in numbers]
    assert all(re.fullmatch("[A-Za-z]+", number["name"]) for number, _ in numbers)


def test_a_study_without_data_has_no_sentences(bontang, make_view, tmp_path):
    view = make_view(bontang, records={"intervention": []})
    assert (methods(view), results(view)) == ([], [])
    assert numbers_of(view, tmp_path) == []
