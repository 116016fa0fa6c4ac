"""A study in words: claims, printed tests, effects, explanations."""

import itertools

import pandas as pd
import pytest
from tests.cases import cases

from oxymilk.audit.claims import ARITHMETIC, FIGURES, RECOMPUTED
from oxymilk.audit.printed import OPERATORS
from oxymilk.present.view import _SAID_ELSEWHERE
from oxymilk.stats import Procedure
from oxymilk.stats.effects import between_effects, within_effects
from oxymilk.texts import LANGUAGES, key_of, labels

OWN_NOTES = {
    "direction_signed_rank", "direction_rank_sum", "risks", "interval", "r", "shift_levels", "shift_numbers",
    "shift_unit", "p_value", "p_values", "holm", "least",
}  # fmt: skip


@cases
def test_a_claim_in_words(claim, printed, computed, changed, results):
    row = (
        dict.fromkeys(results["verdicts"].columns, "")
        | {"verdict": "reproduced", "where": "abstract"}
        | claim
    )
    (line,) = changed(verdicts=pd.DataFrame([row])).claims
    assert (line.printed, line.computed, line.where) == (printed, computed, "abstract")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_quantity_and_operator_has_words(language):
    assert {*RECOMPUTED, *ARITHMETIC, *FIGURES} <= set(labels(language).section("report.quantity"))
    assert set(OPERATORS) - {""} == set(labels(language).section("tables.operator"))


@cases
def test_a_printed_number_takes_the_mark_of_the_reader(printed, english, indonesian, views):
    assert [views[language].localised(printed) for language in LANGUAGES] == [english, indonesian]


def test_each_printed_p_value_once_whatever_its_decimal_mark(views):
    tests = views["en"].printed_tests
    assert [(test.printed, len(test.places), test.verdict) for test in tests] == [
        ("0.002", 3, "reproduced"), ("0.083", 3, "reproduced"), ("0.004", 3, "differs"),
    ]  # fmt: skip
    names = [views["id"].name_of_test(test) for test in tests]
    assert names[2] == "Uji Mann-Whitney U: Sesudah (hari ke-15)"
    for test in tests:
        assert [value.p_value for value in test.programs] == sorted(value.p_value for value in test.programs)
        assert all(value.prints == test.interval.contains(value.p_value) for value in test.programs)
        assert test.interval.contains(test.declared) == (test.verdict == "reproduced")
    assert [any(value.prints for value in test.programs) for test in tests] == [True, True, False]


def test_a_test_without_a_printed_p_or_without_any(changed, results):
    tests, verdicts = results["tests"].copy(), results["verdicts"]
    tests.loc[tests["group"] == "control", "p_value"] = ""
    verdicts = verdicts[verdicts["group"] != "intervention"]
    first, last = changed(tests=tests, verdicts=verdicts).printed_tests
    assert (first.group, first.printed, first.places, first.verdict) == ("intervention", "", (), "")
    assert (first.interval, last.test) == (None, "rank_sum")


@pytest.fixture(scope="module")
def emitted():
    """Every effect that the statistics give: small data of all kinds, and data too large for the exact interval."""
    few = list(itertools.product(range(3), repeat=2))
    pairs = [([a, b, 0], [c, d, 1]) for (a, b), (c, d) in itertools.product(few, few)]
    samples = [(list(first), list(second)) for first, second in itertools.product(few, few)][::4]
    changes = ([1] * 10, [1] * 3, [0] * 2, [1, -2, 3], [1, -2, 3, 4])
    pairs = [*pairs[::9], *(([0] * len(change), change) for change in changes)]
    pairs.append(([0] * 64, [3**k for k in range(64)]))
    samples += [([1, 1], [0, 1, 1, 0]), ([0, 0], [1, 1]), ([0, 1], [0, 1])]
    samples.append(([k * 101 for k in range(50)], list(range(50))))
    within, between = [], []
    for zero_method in ("drop", "pratt", "split"):
        procedure = Procedure("asymptotic", zero_method=zero_method)
        for pre, post in pairs if zero_method == "drop" else pairs[::9]:
            within += within_effects(pre, post, procedure)
    for success in (None, 0, 3):
        for x, y in samples if success is None else [([0, 1], [0, 1])]:
            between += between_effects(x, y, Procedure("asymptotic"), success=success)
    return [("signed_rank", effect) for effect in within] + [("rank_sum", effect) for effect in between]


def parts_of(text):
    return [part for part in text.split("; ") if part and part not in _SAID_ELSEWHERE]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_method_and_note_of_the_statistics_has_its_words(emitted, language):
    texts = labels(language).section("effects")
    for test, effect in emitted:
        assert f"name.{test}.{effect.name}" in texts
        for section in ("method", "note"):
            for part in parts_of(getattr(effect, section)):
                assert f"{section}.{key_of(part)}" in texts


def test_no_words_are_kept_for_what_the_statistics_never_say(emitted):
    t = labels("en")
    for section, own in (("method", set()), ("note", OWN_NOTES)):
        said = {key_of(part) for _, effect in emitted for part in parts_of(getattr(effect, section))}
        assert set(t.section(f"effects.{section}")) - own == said
    assert set(t.section("effects.name")) == {f"{test}.{effect.name}" for test, effect in emitted}
    assert set(_SAID_ELSEWHERE) <= {part for _, effect in emitted for part in effect.note.split("; ")}


@pytest.fixture
def effect_in_words(changed):
    """Return the view of a study with one effect, and that effect."""

    def make(language="en", **cells):
        columns = ("group", "timepoint", "estimate", "low", "high", "confidence", "method", "note")
        row = dict.fromkeys(columns, "") | {"test": "rank_sum", "effect": "r_z"} | cells
        view = changed(language, effects=pd.DataFrame([row]))
        return view, view.effects[0].effects[0]

    return make


@cases
def test_numbers_of_an_effect_share_their_decimals(numbers, written, effect_in_words):
    cells = dict(zip(("estimate", "low", "high"), numbers, strict=True))
    # a text without words is shown as it is
    effect = effect_in_words("id", note="something new", **cells)[1]
    assert (list(effect.written), effect.note) == (written, "Something new.")


@pytest.mark.parametrize(("stated", "percent"), [("0.95", "95"), ("0.975", "97,5"), ("0.9", "90"), ("", "")])
def test_confidence_in_percent(effect_in_words, stated, percent):
    assert effect_in_words("id", confidence=stated)[0].confidence == percent


def test_explained_claims_are_in_the_language_with_all_their_places(views, explained):
    for language, printed in (("en", "0.004"), ("id", "0,004")):
        view = views[language]
        first = view.explained[0]
        assert len(first.lines) == 3
        assert view.claim_words(first.line).endswith(f": {printed}")
        assert f" {printed}" in first.explanations[0].description
        assert first.without == ""
        without = {row["claim_id"] for row in view.rows("explanations") if row["kind"] == "none"}
        assert sum(claim.explanations == () for claim in view.explained) == len(without)
    assert views["en"].explains_between_groups
