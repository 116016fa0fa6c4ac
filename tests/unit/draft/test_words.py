"""What the labels of a study add to our words; the words themselves are in readings.csv."""

from tests.cases import cases

from oxymilk.draft.words import load_words
from oxymilk.study import Label


def found(study, kind, text):
    patterns = load_words(study).ids[kind]
    return {key: match[0] for key, pattern in patterns.items() if (match := pattern.search(text))}


@cases
def test_labels_are_words(kind, english, indonesian, text, expected, studies):
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
