"""What the labels of a study add to our words; the words themselves are in readings.csv."""

import pytest

from oxymilk.draft.words import load_words
from oxymilk.study import Label


def found(study, kind, text):
    patterns = load_words(study).ids[kind]
    return {key: match[0] for key, pattern in patterns.items() if (match := pattern.search(text))}


@pytest.mark.parametrize(
    ("kind", "english", "indonesian", "text", "expected"),
    [
        # what a label has in brackets is left out; a label of nothing else names nothing
        ("timepoints", "Later (day 15)", "Nanti (hari (ke) 15)", "later, on day 15", {"end": "later"}),
        ("timepoints", "(day 15)", "Nanti", "nanti", {"end": "nanti"}),
        ("timepoints", "(day 15)", "Nanti", "so it is, (day 15)", {}),
        # the signs of a label stand for themselves; "bad" is the id
        ("levels", "bad.", "a+b", "so bad, aab", {"sleep/bad": "bad"}),
        ("levels", "bad.", "a+b", "a+b", {"sleep/bad": "a+b"}),
        # of two labels the longer is found
        ("levels", "poor", "poor in all", "It was poor in all.", {"sleep/bad": "poor in all"}),
        ("timepoints", "After the bath", "Nanti", "It was good after the bath.", {"end": "after the bath"}),
    ],
)
def test_labels_are_words(studies, kind, english, indonesian, text, expected):
    study, label = studies["bath"], {"label": Label(en=english, id=indonesian)}
    if kind == "timepoints":
        changed = {"timepoints": (study.timepoints[0], study.timepoints[1].model_copy(update=label))}
    else:
        levels = (study.outcome.levels[0].model_copy(update=label), study.outcome.levels[1])
        changed = {"outcome": study.outcome.model_copy(update={"levels": levels})}
    assert found(study.model_copy(update=changed), kind, text) == expected


def test_of_several_timepoints_the_two_that_are_compared_are_known(studies):
    bath = studies["bath"]
    late = bath.timepoints[1].model_copy(update={"id": "late", "label": Label(en="Late", id="Nanti")})
    changed = {"timepoints": (*bath.timepoints, late), "compare": ("start", "late")}
    for name in ("late", "after"):
        assert found(bath.model_copy(update=changed), "timepoints", name) == {"late": name}


def test_a_study_of_one_group_has_that_group_only(studies):
    one = studies["one group"]
    assert found(one, "groups", "the foot bath group and the control group") == {"bath": "foot bath group"}
    assert found(one, "groups", "12 with foot baths") == {"bath": "with foot baths"}
    assert found(one, "heads", "Foot bath, control") == {"bath": "Foot bath"}


def test_decimal_marks_and_rounding_are_the_studys(studies):
    assert load_words().notation == ((".", ","), "half_up")
    comma = studies["truncated"].model_copy(update={"decimal_mark": (",",)})
    assert load_words(comma).notation == ((",",), "truncate")
