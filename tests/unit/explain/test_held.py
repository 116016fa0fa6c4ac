"""The explanations of whole studies, cell by cell, as they were when last looked through by eye.

A change of them is no fault by itself, but it must be seen, looked through and said in CHANGELOG, "Changed results".
Then `OXYMILK_HOLD=1 pytest tests/unit/explain/test_held.py` writes tests/data/explanations/ anew.
"""

import os
from pathlib import Path

import pytest

from oxymilk.analysis.tables import rank_test_table
from oxymilk.explain import explain_claims
from oxymilk.files import as_read, read_csv, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

HELD = Path(__file__).parents[2] / "data" / "explanations"
EXAMPLE = Path(__file__).parents[3] / "data" / "examples" / "two_header_rows"
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

# small and fast: every kind of claim, and what is not searched
SMALL = {
    # p as printed is of p rounded first, of the other number of tails, too fine, zero; codes are not in order of level
    "one_tailed": (
        [[[1, 4], [1, 0]], [[2, 1], [1, 1]]],
        {"p_intervention": "0.2700", "p_control": "0.000", "p_between": "0.03"},
        [
            ("adjusted", "0.3", "p_value", MASSAGE),
            ("tails", "0.2", "p_value", {**MASSAGE, "tails": "two"}),
            ("fine", "0.12345678", "p_value", BETWEEN),
            ("z", "1.9", "z", BETWEEN),
            ("decided", "significant", "decision", MASSAGE),
            ("below", "0.05", "threshold", {**MASSAGE, "operator": "<"}),
            ("cited", "0.03", "p_value", {**BETWEEN, "check": "cited"}),
            ("size", "9", "sample_size", {"group": "control"}),
        ],
        {"method": "asymptotic", "alternative": "greater"},
    ),
    "on_the_change": (
        [[[1, 1, 1], [0, 1, 0], [0, 0, 0]], [[1, 0, 0], [1, 1, 0], [0, 0, 1]]],
        {"p_intervention": "0.19", "p_between": "0.1", "n_control_post_level1": "3"},
        [
            ("u", "11", "u", BETWEEN),
            ("mean", "2.5", "mean_rank", BETWEEN),
            ("w", "5", "w", MASSAGE),
            ("same", "1", "count_unchanged", {"group": "intervention"}),
            ("percent", "26%", "percent", {"group": "control", "timepoint": "pre", "level": "level0"}),
            ("part", "1", "comparison", {"n": "0", "operator": "<", "check": "arithmetic"}),
        ],
        {"between": "change", "method": "exact"},
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


@pytest.mark.parametrize("name", SMALL)
def test_small_study(name, made_up):
    pairs, misprinted, more, switches = SMALL[name]
    held(name, explain_claims(*made_up(pairs, misprinted, more, **switches), budget=100))


def test_numbers(numbers, audit, claim_text):
    study, observations = numbers
    claims = [
        claim_text("p", "0.009", "p_value", **BETWEEN),
        claim_text("own", "0.02", "p_value", **MASSAGE),
        claim_text("z", "2.02", "z", **MASSAGE),
        claim_text("w", "22", "w", **MASSAGE),
        claim_text("decided", "significant", "decision", **BETWEEN),
        claim_text("up", "4", "count_up", group="intervention"),
        claim_text("size", "9", "sample_size", group="control"),
    ]
    tests = as_read(rank_test_table(study, observations))
    held("numbers", explain_claims(study, claims, audit(study, claims, observations), observations, [tests]))


@pytest.mark.parametrize("scale", ["level", "score"])
def test_the_other_scale(scale, audit, claim_text):
    """A paper that tested the score and reports levels, and the reverse: its numbers are those of sensitivity.csv."""
    study, ingested = load_study(EXAMPLE), ingest_observations(load_study(EXAMPLE), EXAMPLE)
    study = study.model_copy(update={"outcome": study.outcome.model_copy(update={"scale": scale})})
    tables = {"level": ingested.table, "score": ingested.other_scale}
    own, other = (as_read(rank_test_table(study, tables[of], of)) for of in (scale, *({*tables} - {scale})))
    claims = []
    for row in other.to_dict("records"):
        place = {"test": row["test"], "group": row["group"]}
        name = "_".join(filter(None, [row["test"], row["group"], row["role"]]))
        claims.append(claim_text(f"p_{name}", f"{float(row['p_value']):.3f}", "p_value", **place))
        claims.append(claim_text(f"z_{name}", f"{float(row['z']):.2f}", "z", **place))
    verdicts = audit(study, claims, tables[scale])
    held(
        f"other_scale_{scale}",
        explain_claims(study, claims, verdicts, tables[scale], [own, other], budget=100),
    )
