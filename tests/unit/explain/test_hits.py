"""How hits rank, and how their words, numbers and switches are said in both languages."""

from dataclasses import replace

import pytest

from oxymilk.explain.hits import (
    Hit,
    claim_label,
    describe_hit,
    procedure_params,
    sorted_text,
)
from oxymilk.stats import Procedure

EXACT = Procedure("exact")
SCALE = {
    "statistic": "u", "low": "70.5", "high": "100", "values": ["88", "88.5"], "others": ["12"],
    "prints_as": "0.004", "steps": 0,
}  # fmt: skip


def test_half_of_the_strings_is_still_informative():
    hit = Hit("notation", "notation_swapped", {}, coincidence=0.5)
    assert hit.informative
    assert not replace(hit, coincidence=0.5000001).informative
    assert not replace(hit, coincidence=None).informative


def test_the_order_of_hits():
    """Informative first, then claims contradicted, effort and coincidence; what has none comes behind."""
    best = Hit("procedure", "procedure_program", {}, coincidence=0.1, effort=1)
    ranked = [
        # the same but for its words: '{"a": 1}' stands before '{}'
        replace(best, params={"a": 1}),
        best,
        # as good as equal: the kind decides
        replace(best, kind="departure", code="departure", coincidence=0.1 - 1e-14),
        replace(best, coincidence=0.2),
        replace(best, effort=2, coincidence=0.0),
        replace(best, contradicted=("a",), coincidence=0.0),
        replace(best, coincidence=0.9),
        replace(best, coincidence=1.0),
        replace(best, coincidence=None),
    ]
    keys = [hit.order for hit in ranked]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_our_numbers_take_the_decimal_mark_of_the_language():
    """Printed numbers stay as they are printed."""
    swapped = {"value": "0.0123", "source": "0.012", "printed": "0.021"}
    assert describe_hit("notation_swapped", swapped, "en").count("0.0") == 2
    indonesian = describe_hit("notation_swapped", swapped, "id")
    assert "0,012 " in indonesian
    assert "0.021" in indonesian
    assert "0,0123" in describe_hit("notation_truncated", swapped, "id")
    assert "1,2e-05" in describe_hit("notation_truncated", swapped | {"value": "1.2e-05"}, "id")
    # a word with a point is no number
    assert "v1.2" in describe_hit("notation_truncated", swapped | {"value": "v1.2"}, "id")
    scale = describe_hit("scale_untied", SCALE, "id")
    for part in ("70,5", "88; 88,5", "0.004"):
        assert part in scale
    assert "99,5" in describe_hit("scale_untied", SCALE | {"high": "99.5"}, "id")
    scale = describe_hit("scale_untied", SCALE, "en")
    for part in ("70.5", "88, 88.5", "12"):
        assert part in scale


def test_words_in_the_language_of_the_text():
    label = {"en": "the first", "id": "yang pertama"}
    for language, word in label.items():
        assert word in describe_hit("notation_copied", {"other": label, "printed": "7"}, language)
        listed = describe_hit("scale_untied", SCALE | {"values": [label]}, language)
        assert word in listed


def test_empty_lists_are_left_out():
    full = describe_hit("scale_untied", SCALE)
    empty = describe_hit("scale_untied", SCALE | {"others": []})
    assert empty == full.replace(" (counted from the other group: 12)", "")
    params = {
        "procedure": {"test": "signed_rank", "method": "exact"}, "value": "0.1", "prints_as": "0.1",
        "switches": [], "elsewhere": [],
    }  # fmt: skip
    assert describe_hit("procedure_program", params).endswith("Away from the declared procedure: nothing.")
    moved = describe_hit("procedure_program", params | {"switches": ["alternative", "mid_p"]})
    assert moved.endswith("Away from the declared procedure: one-sided, mid-p.")


def test_searches_are_named_with_their_depth():
    said = describe_hit("nothing_found", {"searched": ["notation", "finer_scale", "departure_2"]})
    assert said.endswith("Searched: slips of notation; a finer score; changed records of up to 2.")
    none = describe_hit("nothing_found", {"searched": ["departure_0"]})
    assert none.endswith("Searched: changed records (none within the budget).")


def test_a_procedure_as_params():
    assert procedure_params(EXACT, "signed_rank") == {"test": "signed_rank", **EXACT.switches()}
    assert "tail" not in procedure_params(EXACT, "signed_rank")
    assert {"alternative", "two_sided", "zero_method"} <= EXACT.switches().keys()
    # a tail has no alternative; between groups there are no zero differences
    expected = {
        k: v for k, v in EXACT.switches().items() if k not in ("alternative", "two_sided", "zero_method")
    }
    assert procedure_params(EXACT, "rank_sum", "smaller") == {
        "test": "rank_sum",
        "tail": "smaller",
        **expected,
    }
    one_sided = Procedure("exact", "less")
    assert "two_sided" not in procedure_params(one_sided, "rank_sum", "smaller")


def test_a_cited_number_is_named_with_its_place(make_study, claim_text):
    claim = claim_text("a", "0.5", "p_value", test="rank_sum")._replace(where="introduction p1")
    study = make_study(2)
    assert claim_label(claim, study)["en"] == "Mann-Whitney test: p-value 0.5"
    cited = claim_label(claim._replace(check="cited"), study)
    assert cited == {
        "en": "introduction p1, Mann-Whitney test: p-value 0.5",
        "id": "introduction p1, uji Mann-Whitney: nilai-p 0.5",
    }


@pytest.mark.parametrize("params", [{"b": 1, "a": ["Réponse"]}])
def test_params_are_sorted_and_readable(params):
    assert sorted_text(params) == '{"a": ["Réponse"], "b": 1}'
