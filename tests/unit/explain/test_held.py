"""The explanations of whole studies, cell by cell, as they were when last looked through by eye.

A change of them is no fault by itself, but it must be seen, looked through and said in CHANGELOG, "Changed results".
Then `OXYMILK_HOLD=1 pytest tests/unit/explain/test_held.py` writes tests/data/explanations/ anew.
"""

import os
from pathlib import Path

import pytest
from tests.cases import tables_of

from oxymilk.analysis.tables import rank_test_table
from oxymilk.explain import explain_claims
from oxymilk.files import as_read, read_csv, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

HELD = Path(__file__).parents[2] / "data" / "explanations"
EXAMPLE = Path(__file__).parents[3] / "data" / "examples" / "two_header_rows"
TABLES = ("explanations", "datasets", "contradictions", "outcomes")
BETWEEN, MASSAGE = {"test": "rank_sum"}, {"test": "signed_rank", "group": "intervention"}


CASES = tables_of(__file__)["cases"]

SMALL = tables_of(__file__)["small"]


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
    tables = {"level": ingested.frame("observations"), "score": ingested.frame("other_scale")}
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
