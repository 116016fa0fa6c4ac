"""The explanations of whole studies, cell by cell, as they were when last looked through by eye.

A change of them is no fault by itself, but it must be seen, looked through and said in CHANGELOG, "Changed results".
Then `OXYMILK_HOLD=1 pytest tests/unit/explain/test_held.py` writes tests/data/explanations/ anew.
"""

import os
from pathlib import Path

import pytest

from oxymilk.explain import explain_claims
from oxymilk.files import read_csv, write_csv

HELD = Path(__file__).parents[2] / "data" / "explanations"
TABLES = ("explanations", "datasets", "contradictions", "outcomes")
BETWEEN, MASSAGE = {"test": "rank_sum"}, {"test": "signed_rank", "group": "intervention"}


# what is printed, and what the data give under the declared procedure
CASES = {
    # massage: p exact in place of 0.025; between: one record otherwise
    "two_levels": (
        [[[1, 5], [0, 2]], [[4, 1], [1, 1]]],
        {"p_intervention": "0.063", "p_between": "0.040"},
        [
            ("z", "2.23", "z", MASSAGE),
            ("z_again", "-1.96", "z", BETWEEN),
            ("u", "14", "u", BETWEEN),
            ("up", "71.4%", "percent_up", {"group": "intervention", "n": "7"}),
            ("below", "0.05", "threshold", {**BETWEEN, "operator": "<"}),
            ("decided", "significant", "decision", BETWEEN),
        ],
        {},
    ),
    "two_levels_exact": (
        [[[2, 6], [0, 1]], [[5, 2], [1, 0]]],
        {"p_intervention": "0.014", "p_control": "0.564", "p_between": "0.44"},
        [("w", "23", "w", MASSAGE), ("cited", "0.044", "p_value", {**BETWEEN, "check": "cited"})],
        {"method": "exact", "zero_method": "pratt"},
    ),
    "three_levels_change": (
        [[[1, 2, 1], [0, 1, 1], [0, 0, 0]], [[2, 1, 0], [1, 1, 0], [0, 0, 1]]],
        {"p_intervention": "0.059", "p_between": "0.05", "n_control_post_level1": "4"},
        [("z", "2.0", "z", BETWEEN), ("all", "7", "count", {"timepoint": "post", "level": "level1"})],
        {"between": "change", "method": "asymptotic", "continuity": True},
    ),
    "three_levels_post": (
        [[[1, 2, 1], [0, 1, 1], [0, 0, 0]], [[2, 1, 0], [1, 1, 0], [0, 0, 1]]],
        {"p_control": "0.100", "p_between": "0.0130"},
        [("all", "50%", "percent", {"timepoint": "post", "level": "level1", "n": "12"})],
        {},
    ),
    "one_group": (
        [[[3, 8], [1, 2]]],
        {"p_intervention": "0.002", "n_intervention_post_level1": "11"},
        [("z", "-2.3", "z", MASSAGE), ("w_minus", "5", "w", MASSAGE)],
        {},
    ),
}


def held(name, found):
    """Compare the tables and witnesses of a study with the files, or write them."""
    folder = HELD / name
    frames = {table: getattr(found, table) for table in TABLES} | {
        f"witness_{file.removesuffix('.csv')}": sheet for file, sheet in found.witnesses.items()
    }
    frames = {table: frame for table, frame in frames.items() if len(frame)}
    if os.environ.get("OXYMILK_HOLD") == "1":
        for table, frame in frames.items():
            write_csv(frame, folder / f"{table}.csv")
    assert set(frames) == {path.stem for path in folder.glob("*.csv")}
    for table, frame in frames.items():
        expected = read_csv(folder / f"{table}.csv")
        assert list(frame.columns) == list(expected.columns)
        assert frame.to_dict("records") == expected.to_dict("records")


@pytest.mark.parametrize("name", CASES)
def test_made_up_study(name, made_up):
    pairs, misprinted, more, switches = CASES[name]
    held(name, explain_claims(*made_up(pairs, misprinted, more, **switches)))


def test_the_paper(paper):
    held("bontang2023", explain_claims(*paper.arguments))
