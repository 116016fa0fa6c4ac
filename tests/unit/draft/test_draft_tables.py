"""What a number in a table states, by the heads of its row and its column."""

from pathlib import Path

import pytest

from oxymilk.draft.context import Reading
from oxymilk.draft.proposal import Proposal
from oxymilk.draft.tables import Cell, find_cell, read_cell
from oxymilk.draft.text import Paper
from oxymilk.draft.words import load_words
from oxymilk.study import Label, load_study

# groups bath and usual, timepoints start and end, levels bad and fine of sleep, one characteristic
STUDY = load_study(Path(__file__).parents[3] / "tests" / "data" / "draft" / "study.yaml")
WORDS = {None: load_words(), STUDY.id: load_words(STUDY)}
CELLS = ("quantity", "operator", "test", "group", "timepoint", "variable", "level", "check", "remark")
SLEEP = """Table 2. Sleep in the control group

 | Before |  | After |  | p |
Sleep | n | % | n | % |  |
poor | 10 | 100 | 7 | 70,0 | 0.03 |
"""
COUNT, PERCENT = ({"quantity": quantity, "check": "recompute"} for quantity in ("count", "percent"))


def words_of(study):
    """The words of a study; those of the study above are compiled once."""
    return WORDS[study and study.id] if study in (None, STUDY) else load_words(study)


def numbers(text, study=None, section="Results"):
    """Each number of a text in its sentence: the reading, the sentence and which of its numbers it is."""
    reading = Reading(Paper(f"{section}\n\n{text}\n"), words_of(study))
    for sentence in reading.sentences:
        for index in range(len(sentence.tokens)):
            yield reading, sentence, index


def stated(text, study=None, section="Results", operator=""):
    """What the cells of the tables in a text state: printed, and the columns of a claim that are not empty."""
    found = []
    for reading, sentence, index in numbers(text, study, section):
        token = sentence.tokens[index]
        base = Proposal(sentence, token.start, token.text, "figure", operator, check="no_data")
        proposal = read_cell(reading, base, index)
        if proposal is not None:
            assert (proposal.start, proposal.printed) == (token.start, token.text)
            cells = {name: getattr(proposal, name) for name in CELLS if getattr(proposal, name) != ""}
            found.append((token.text, cells))
    return found


def table(*rows, caption=""):
    return "".join([f"{caption}\n\n" if caption else "", *(f"{row} |\n" for row in rows)])


# --- where a cell is


def test_a_cell_has_the_heads_of_its_row_and_its_column():
    found = {
        sentence.tokens[index].text: find_cell(reading, sentence, sentence.tokens[index].start)
        for reading, sentence, index in numbers(SLEEP)
        if sentence.block.above
    }
    caption = "Table 2. Sleep in the control group"
    assert found == {
        "10": Cell(" 10 ", "poor ", ("Before", "n"), caption),
        "100": Cell(" 100 ", "poor ", ("Before", "%"), caption),
        "7": Cell(" 7 ", "poor ", ("After", "n"), caption),
        "70,0": Cell(" 70,0 ", "poor ", ("After", "%"), caption),
        # the empty cell below "p" belongs to "p", not to the percentages on its left
        "0.03": Cell(" 0.03 ", "poor ", ("p",), caption),
    }


def heads_of_the_last_number(*rows):
    reading, sentence, index = list(numbers(table(*rows)))[-1]
    return find_cell(reading, sentence, sentence.tokens[index].start).column_heads


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        (["Age | n", "20 years | 7"], ("n",)),
        (["Age | n | %", "low | 3 | 4", "high | 5 | 6"], ("%",)),
        (["Age | n | %", "low | 30 (5.0) | 1 / 2", "high | 5 | 6"], ("%",)),
        (["Age | n | %", "low | 3 | -", "high | 5 | 6"], ("%", "-")),
        (["Age | 2 weeks | ", "high | 5 | 6"], ("2 weeks",)),
        (["Age | Week 2", "high | 6"], ("Week 2",)),
        (["Before | n | ", "high | 5 | 6"], ("n",)),
        (["Before |  | ", "high | 5 | 6"], ()),
        (["Before", "high | 5 | 6"], ()),
        (["x | After | ", "n", "high | 5 | 6"], ("After",)),
        (["x | After", "high | 5 | 6 | 7"], ()),
        # a second head goes by its own columns again
        (
            ["x | Before | ", "y | n | %", "low | 3 | 4", "x | After | ", "high | 5 | 6"],
            ("Before", "%", "After"),
        ),
        (["x | Before | After", "y | n | ", "high | 5 | 6"], ("After",)),
    ],
)
def test_heads_are_what_stands_above_and_is_no_number(rows, heads):
    assert heads_of_the_last_number(*rows) == heads


def test_the_first_column_has_no_heads_and_text_no_cells():
    (reading, sentence, index), *_ = numbers(table("n | %", "20-35 | x").replace("20-35", "7"))
    assert find_cell(reading, sentence, sentence.tokens[index].start) == Cell("7 ", "7 ", (), "")
    assert stated("In 7 of 10 women (70%) it was poor before.\n") == []
    assert stated("In 7|10 women it was poor before.\n") == []


# --- what it states


def test_counts_and_percentages_of_a_level_and_a_time():
    low = {"group": "control", "level": "low"}
    assert stated(SLEEP)[:-1] == [
        ("10", {**COUNT, **low, "timepoint": "pre"}),
        ("100", {**PERCENT, **low, "timepoint": "pre"}),
        ("7", {**COUNT, **low, "timepoint": "post"}),
        ("70,0", {**PERCENT, **low, "timepoint": "post"}),
    ]


def test_a_studys_ids_are_used():
    text = table(
        " | Foot bath | Kontrol |  | Total",
        "Sesudah | f (%) | n | % | n",
        "poor | 3 (25%) | 4 | 40 | 7",
        "good, before | 9 (75) | 6 | 60 | 15",
    )
    bad = {"variable": "sleep", "level": "bad"}
    fine = {"variable": "sleep", "level": "fine", "timepoint": "start"}
    unclear = {"check": "ambiguous", "remark": "of which cell?"}
    assert stated(text, STUDY) == [
        ("3", {**COUNT, **unclear, **bad, "group": "bath"}),
        ("25%", {**PERCENT, **unclear, **bad, "group": "bath"}),
        ("4", {**COUNT, **unclear, **bad, "group": "usual"}),
        ("40", {**PERCENT, **unclear, **bad, "group": "usual"}),
        ("7", {**COUNT, **unclear, **bad}),
        ("9", {**COUNT, **fine, "group": "bath"}),
        ("75", {**PERCENT, **fine, "group": "bath"}),
        ("6", {**COUNT, **fine, "group": "usual"}),
        ("60", {**PERCENT, **fine, "group": "usual"}),
        ("15", {**COUNT, **unclear, **fine}),
    ]


@pytest.mark.parametrize(
    ("rows", "caption", "expected"),
    [
        # the group: heads of the column, else of the row, else the caption; two are none
        ([" | Control, n", "poor after | 3"], "Massage group", {"group": "control"}),
        ([" | n", "poor after, control | 3"], "Massage group", {"group": "control"}),
        ([" | n", "poor after | 3"], "Massage group", {"group": "intervention"}),
        ([" | Control, n", "poor after, intervention | 3"], "", {"group": "control"}),
        ([" | n", "poor after | 3"], "Massage and control groups", {"group": "control"}),
        ([" | n", "poor after | 3"], "Massage group and control group", {}),
        ([" | n", "poor after | 3"], "Control", {}),
        # the time: heads of the column, else of the row, else the caption
        ([" | Control after, n", "poor, before | 3"], "", {"group": "control", "timepoint": "post"}),
        ([" | Control, n", "poor, before | 3"], "After", {"group": "control", "timepoint": "pre"}),
        ([" | Control, n", "poor | 3"], "After", {"group": "control", "timepoint": "post"}),
        ([" | Control, n", "poor | 3"], "Before or after", {"group": "control", "timepoint": ""}),
    ],
)
def test_who_and_when_are_in_the_heads(rows, caption, expected):
    text = "Both the massage group and the control group took part.\n\n" + table(*rows, caption=caption)
    clear = (
        {"check": "recompute"}
        if len({key for key in expected if expected[key]}) == 2
        or (expected.get("group") and "after" in rows[1])
        else {"check": "ambiguous", "remark": "of which cell?"}
    )
    timepoint = expected.get("timepoint", "post")
    cells = {"quantity": "count", "level": "low", **expected, "timepoint": timepoint, **clear}
    assert stated(text) == [("3", {key: value for key, value in cells.items() if value})]


def test_where_there_is_one_group_none_needs_to_be_named():
    one = STUDY.model_copy(update={"groups": STUDY.groups[:1]})
    text = table(" | After, n", "poor | 3")
    cells = {**COUNT, "timepoint": "end", "variable": "sleep", "level": "bad"}
    assert stated(text, one) == [("3", cells)]
    assert stated(text) == [("3", {**COUNT, "timepoint": "post", "level": "low"})]
    unclear = {**cells, "check": "ambiguous", "remark": "of which cell?"}
    assert stated(text, STUDY) == [("3", unclear)]


def test_the_level_is_in_the_row_or_else_in_the_column():
    rows = [" | poor, n | good, n", "Control, after | 3 | 7"]
    found = {**COUNT, "group": "usual", "timepoint": "end", "variable": "sleep"}
    assert stated(table(*rows), STUDY) == [
        ("3", {**found, "level": "bad"}),
        ("7", {**found, "level": "fine"}),
    ]
    assert stated(table(" | poor, n", "good, control, after | 3"), STUDY) == [
        ("3", {**found, "level": "fine"})
    ]


def test_a_characteristic_can_be_checked_as_arithmetic_only():
    text = table(" | Control after |", " | n | %", "20-35 years | 8 | 66.7", "other | 4 | 33.3")
    age = {"group": "usual", "variable": "age", "level": "age_20_35"}
    assert stated(text, STUDY) == [
        ("8", {"quantity": "count", **age, "check": "no_data"}),
        ("66.7", {"quantity": "percent", **age, "check": "arithmetic"}),
        ("4", {"quantity": "count", "group": "usual", "check": "no_data"}),
        ("33.3", {"quantity": "percent", "group": "usual", "check": "arithmetic"}),
    ]


@pytest.mark.parametrize(
    ("head", "cell", "quantity"),
    [
        ("n", "3", "count"),
        ("N =", "3", "count"),
        ("f", "3", "count"),
        ("Jumlah", "3", "count"),
        ("Frekuensi (f)", "3", "count"),
        ("frequency", "3", "count"),
        ("No", "3", "count"),
        ("n (%)", "3", "count"),
        ("women (%)", "3", "percent"),
        ("%", "3", "percent"),
        ("(%)", "3", "percent"),
        (" % ", "3.5", "percent"),
        ("Score", "3%", "percent"),
        ("Score", "3.5%", "percent"),
        ("women, %", "3", "percent"),
        ("X (%)", "3", "percent"),
        # neither a whole number of people nor a percentage
        ("n", "3.5", None),
        ("n", "3,0", None),
        ("Score", "3", None),
        ("Score", "(3)", None),
        ("women, %", "3.5", "percent"),
        ("persen", "3.5", "percent"),
        ("Mean", "3.5", None),
        ("nothing", "3", None),
        ("n", "three", None),
        ("n", "3-5", None),
    ],
)
def test_a_cell_counts_or_is_a_percentage_by_its_head(head, cell, quantity):
    found = stated(table(f"Control after | {head}", f"poor | {cell}"))
    assert [cells["quantity"] for _, cells in found] == ([quantity] if quantity else [])


@pytest.mark.parametrize(
    ("cell", "quantities"),
    [
        ("3 (25.0)", ["count", "percent"]),
        ("3 ( 25,0 )", ["count", "percent"]),
        ("3 [25]", ["count", "count"]),
        ("3 (25.0) 4", ["count", "percent", "count"]),
        ("3 25.0", ["count"]),
    ],
)
def test_a_number_in_brackets_is_the_percentage_where_the_head_has_one(cell, quantities):
    assert [cells["quantity"] for _, cells in stated(table(" | n (%)", f"poor | {cell}"))] == quantities
    assert "percent" not in [cells["quantity"] for _, cells in stated(table(" | n", f"poor | {cell}"))]


@pytest.mark.parametrize("head", ["Total", "JUMLAH", " All ", "Semua"])
def test_a_row_of_totals_has_the_size_of_the_sample(head):
    text = table(" | Control |  | n", " | n | % | ", f"{head} | 10 | 100 | 20", caption="After")
    assert stated(text) == [
        ("10", {"quantity": "sample_size", "group": "control", "check": "recompute"}),
        ("20", {"quantity": "sample_size", "check": "recompute"}),
    ]


def test_a_count_or_a_percentage_of_a_table_has_no_operator():
    rows = [" | Control after |", " | n | %", "poor | 3 | 30", "Total | 10 | 100"]
    for _, cells in stated(table(*rows), operator="<"):
        assert "operator" not in cells
    ((_, z),) = stated(table("x | z", "poor | 2.1", caption="Mann-Whitney test"), operator="<")
    assert z == {"quantity": "z", "test": "rank_sum", "timepoint": "post", "check": "recompute"}


def test_a_percent_sign_above_the_nearest_head_makes_counts():
    assert [cells["quantity"] for _, cells in stated(table(" | women (%)", " | yes", "poor | 3"))] == [
        "count"
    ]


def test_a_number_in_the_head_of_a_row_is_no_p_value():
    assert stated(table(" | x", "p (0.05) | y")) == []


def test_a_row_of_a_group_without_levels_has_its_size():
    size = {"quantity": "sample_size", "group": "control", "check": "recompute"}
    for head in ("Control", "Control group"):
        assert stated(table(" | n", f"{head} | 10"), operator="<") == [("10", size)]
    assert stated(table(" | n", "Control women alone | 10"))[0][1]["quantity"] == "count"


def test_a_level_whose_name_begins_with_anothers_is_not_both():
    often = STUDY.outcome.levels[1].model_copy(update={"label": Label(en="poor at times", id="baik")})
    outcome = STUDY.outcome.model_copy(update={"levels": (STUDY.outcome.levels[0], often)})
    study = STUDY.model_copy(update={"outcome": outcome})
    rows = [" | Control after, n", "poor at times | 3", "poor | 7"]
    assert [cells["level"] for _, cells in stated(table(*rows), study)] == ["fine", "bad"]


def test_other_rows_that_begin_with_total_are_none():
    (found,) = stated(table(" | Control, n", "Total poor | 3"))
    assert found[1]["quantity"] == "count"


# --- p-values


@pytest.mark.parametrize(
    ("head", "printed"),
    [("p", "0.03"), ("p-value", ".03"), ("Nilai p", "0,03"), ("Asymp. Sig. (2-tailed)", "1"), ("P", "0")],
)
def test_a_p_value_has_its_column(head, printed):
    caption = "Wilcoxon test, control group"
    found = stated(table(f"Sleep | n | {head}", f"poor | 3 | {printed}", caption=caption), operator="<")
    cells = {"quantity": "p_value", "operator": "<", "test": "signed_rank", "group": "control"}
    assert found[1:] == [(printed, {**cells, "check": "recompute"})]


@pytest.mark.parametrize("printed", ["1.01", "-0.1", "12"])
def test_a_p_value_lies_between_0_and_1(printed):
    assert stated(table("Sleep | p", f"poor | {printed}", caption="Wilcoxon test")) == []


def test_only_the_nearest_head_tells_a_p_value():
    assert stated(table("x | p", "y | sd", "poor | 0.03")) == []
    assert [cells["quantity"] for _, cells in stated(table("x | z", "y | p", "poor | 0.03"))] == ["p_value"]
    assert stated(table("n | p", "0.03 | x")) == []


def test_a_p_value_of_a_table_is_of_the_test_that_its_heads_or_caption_name():
    p = {"quantity": "p_value"}
    between = {**p, "test": "rank_sum", "timepoint": "end", "variable": "sleep", "check": "recompute"}
    rows = ["Sleep | Control, n | p", "poor | 3 | 0.03"]
    assert stated(table(*rows, caption="Mann-Whitney test"), STUDY)[-1] == ("0.03", between)
    of_which = {"check": "ambiguous", "remark": "of which test?"}
    assert stated(table(*rows), STUDY)[-1] == ("0.03", {**p, **of_which})
    # of a group that the heads name
    rows = ["Sleep | Control |  ", " | n | Wilcoxon p", "poor | 3 | 0.03"]
    within = {**p, "test": "signed_rank", "group": "usual", "check": "recompute"}
    assert stated(table(*rows), STUDY)[-1] == ("0.03", within)
    rows = ["Sleep | n | Wilcoxon p", "poor | 3 | 0.03"]
    no_group = {**p, "test": "signed_rank", "variable": "sleep", "check": "ambiguous"}
    assert stated(table(*rows), STUDY)[-1] == ("0.03", {**no_group, "remark": "of which group?"})


# --- what is not the paper's own


def test_a_table_of_other_works_states_nothing():
    rows = [" | n", "poor after | 3"]
    assert stated(table(*rows), section="Introduction") == []
    assert stated(table(*rows), section="References") == []
    assert stated(table(" | n", "Lind (2019), poor after | 3"), section="Discussion") == []
    assert len(stated(table(*rows), section="Discussion")) == 1
