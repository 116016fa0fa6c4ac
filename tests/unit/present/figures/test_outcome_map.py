"""The map of outcomes: a cell for every pair of counts, outlines where one prints as printed, a ring for the data."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from oxymilk.present.figures import outcome_map
from oxymilk.present.figures.outcome_map import SHADES, bands


def test_a_cell_for_every_outcome_shaded_by_p_outlined_as_printed_and_a_ring(changed, explained, seen):
    drawn = seen(changed(), "explanation_map")
    cells = drawn.artists("cell-")
    assert len(cells) == len(explained["outcomes"]) == 121
    for row in explained["outcomes"].to_dict("records"):
        cell = cells[f"cell-{row['count1']}-{row['count2']}"]
        assert cell.get_xy() == (int(row["count1"]) - 0.5, int(row["count2"]) - 0.5)
        shade = SHADES[sum(float(row["p_value"]) >= limit for limit in (0.001, 0.01, 0.05))]
        assert to_hex(cell.get_facecolor()).upper() == shade
    assert set(drawn.artists("outline-")) == {f"outline-{pair}" for pair in ("10-4", "6-0", "0-6", "4-10")}
    mark = drawn.by_gid["data"]
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (10, 3)
    data = "the data: 10 and 3, p = 0.00138"
    assert {"Declared p", "below 0.001", "prints as 0.004: 4 outcomes", data} <= set(drawn.texts)
    groups = {"Oxytocin massage: n sufficient, After (day 15)", "Control: n sufficient, After (day 15)"}
    assert groups <= set(drawn.texts)
    pairs = "0 and 6; 4 and 10; 6 and 0; 10 and 4."
    assert drawn.description == f"{data} prints as 0.004: 4 outcomes: {pairs}"


@pytest.mark.parametrize(("alpha", "edges"), [(0.05, (0.001, 0.01)), (0.01, (0.001,)), (0.0005, ())])
def test_classes_of_p_end_at_alpha(alpha, edges):
    lows, highs, shades = zip(*bands(alpha), strict=True)
    assert (lows, highs) == ((0.0, *edges, alpha), (*edges, alpha, 1.0))
    assert len(set(shades)) == len(shades)


def test_a_map_where_no_outcome_prints_as_printed_says_so(changed, seen):
    columns = ["count1", "count2", "p_value", "prints_as_claimed", "observed"]
    rows = [(f"{k}", f"{k // 2 * 2 // 3}", "0.5", "", "false") for k in range(61)]
    drawn = seen(changed("id", outcomes=pd.DataFrame(rows, columns=columns)), "explanation_map")
    assert "tidak ada hasil yang tercetak 0,004" in drawn.texts
    assert drawn.description == "tidak ada hasil yang tercetak 0,004."


def test_there_is_a_map_only_where_the_test_between_groups_differs_and_the_design_has_one(changed, explained):
    explanations, outcomes = explained["explanations"], explained["outcomes"]
    within = explanations[explanations["claim_id"] != "mann_whitney_p_abstract"]
    for tables in ({"explanations": within}, {"explanations": within[:0]}, {"outcomes": outcomes[:0]}):
        assert outcome_map.draw(changed(**tables), 5) is None
