"""The map of outcomes: a cell for every pair of counts, outlines where one prints as printed, a ring for the data."""

from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from oxymilk.present.figures import outcome_map
from oxymilk.present.figures.outcome_map import SHADES, bands

BETWEEN = "mann_whitney_p_abstract"


@pytest.fixture(scope="module")
def drawn(changed, seen):
    return seen(changed(), "explanation_map")


def test_a_cell_for_every_outcome_shaded_by_p(drawn, explained):
    cells = drawn.artists("cell-")
    assert len(cells) == len(explained["outcomes"]) == 121
    for row in explained["outcomes"].to_dict("records"):
        cell = cells[f"cell-{row['count1']}-{row['count2']}"]
        assert cell.get_xy() == (int(row["count1"]) - 0.5, int(row["count2"]) - 0.5)
        shade = SHADES[sum(float(row["p_value"]) >= limit for limit in (0.001, 0.01, 0.05))]
        assert to_hex(cell.get_facecolor()).upper() == shade


def test_what_prints_as_printed_is_outlined_and_the_data_have_a_ring(drawn):
    outlined = {f"outline-{first}-{second}" for first, second in ((10, 4), (6, 0), (0, 6), (4, 10))}
    assert set(drawn.artists("outline-")) == outlined
    mark = drawn.artist("data")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (10, 3)
    key = {"Declared p", "below 0.001", "prints as 0.004: 4 outcomes", "the data: 10 and 3, p = 0.00138"}
    assert key <= set(drawn.texts)
    assert drawn.figure.axes[0].get_xlabel() == "Oxytocin massage: n sufficient, After (day 15)"
    assert drawn.figure.axes[0].get_ylabel() == "Control: n sufficient, After (day 15)"
    assert drawn.drawing.description == (
        "the data: 10 and 3, p = 0.00138 prints as 0.004: 4 outcomes: 0 and 6; 4 and 10; 6 and 0; 10 and 4."
    )


@pytest.mark.parametrize(("alpha", "count"), [(0.05, 4), (0.01, 3), (0.001, 2), (0.0005, 2), (0.1, 4)])
def test_classes_of_p_end_at_alpha(alpha, count):
    classes = bands(alpha)
    assert len(classes) == len({shade for *_, shade in classes}) == count
    assert classes[-1] == (alpha, 1.0, SHADES[-1])
    assert all(first[1] == second[0] for first, second in pairwise(classes))


def test_a_map_of_many_participants_keeps_its_size(changed, seen):
    columns = ["count1", "count2", "p_value", "prints_as_claimed", "observed"]
    rows = [(f"{a}", f"{b}", f"{(a + b + 1) / 101:.4g}", "", "false") for a in range(61) for b in range(41)]
    drawn = seen(changed("id", outcomes=pd.DataFrame(rows, columns=columns)), "explanation_map")
    assert drawn.figure.get_figwidth() < 9
    assert "tidak ada hasil yang tercetak 0,004" in drawn.texts
    assert drawn.drawing.description == "tidak ada hasil yang tercetak 0,004."


def test_there_is_a_map_only_where_the_test_between_groups_differs_and_the_design_has_one(changed, explained):
    explanations, outcomes = explained["explanations"], explained["outcomes"]
    within = explanations[explanations["claim_id"] != BETWEEN]
    nothing, none = within.iloc[:0], outcomes.iloc[:0]
    for tables in ({"explanations": within}, {"explanations": nothing}, {"outcomes": none}):
        assert outcome_map.draw(changed(**tables)) is None
