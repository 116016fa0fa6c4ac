"""Whole studies and single claims explained, end to end; what a witness claims, run through the pipeline; words."""

import json
import os
import re
import shutil
import time
from inspect import signature
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.cases import cases

from oxymilk.analysis.tables import program_table, rank_test_table
from oxymilk.explain import explain_claims, explain_one
from oxymilk.explain.claims_on_counts import Records, claims_on_counts, records_from_counts
from oxymilk.explain.coincidence import KINDS
from oxymilk.explain.datasets import CONTRADICTION_COLUMNS, DATASET_COLUMNS
from oxymilk.explain.departures import search_departures, sheet_of
from oxymilk.explain.procedures import lines_of
from oxymilk.explain.search import EXPLANATION_COLUMNS, OUTCOME_COLUMNS, outcome_table
from oxymilk.files import as_read, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.stats import rank_sum_test
from oxymilk.study import load_study
from oxymilk.texts import labels

DATA = Path(__file__).parents[3] / "data" / "bontang2023"
P = "mann_whitney_p_abstract"
OWN, BETWEEN = {"test": "signed_rank", "group": "intervention"}, {"test": "rank_sum"}
CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}
PAIRS = np.array([[[2, 6], [1, 1]], [[5, 2], [2, 3]]])
FULL = "OXYMILK_FULL" in os.environ
SMALL = np.array([[[0, 0], [1, 1]], [[1, 0], [0, 0]]])


@pytest.fixture(scope="module")
def explained(paper):
    return explain_claims(*paper.arguments)


@pytest.fixture
def explain(make_study):
    """The rows and witnesses of the first claim, which differs."""

    def search(claims, pairs=PAIRS, study=None, computed="", **limits):
        study = study or make_study(len(pairs[0]))
        observations = sheet_of(records_from_counts(study, np.array(pairs)))
        verdicts = pd.DataFrame(
            [(claim.id, "differs" if claim is claims[0] else "reproduced", computed) for claim in claims],
            columns=["id", "verdict", "computed"], dtype=str
        )  # fmt: skip
        tests = as_read(rank_test_table(study, observations))
        table, _ = explain_one(study, claims, verdicts, observations, [tests], claims[0].id, **limits)
        return table.to_dict("records")

    return search


def of_code(rows, code):
    return [row for row in rows if row["code"] == code]


def test_same_again_within_two_seconds(paper, explained):
    start = time.process_time()
    again = explain_claims(*paper.arguments)
    assert time.process_time() - start < 2
    for name in ("explanations", "datasets", "contradictions", "outcomes"):
        assert getattr(again, name).equals(getattr(explained, name))
    assert list(again.witnesses) == list(explained.witnesses)


def test_columns_and_cells(paper, explained):
    table = explained.explanations
    assert tuple(table.columns) == EXPLANATION_COLUMNS
    assert set(table["kind"]) <= set(KINDS)
    assert set(table["informative"]) <= {"true", "false"}
    assert set(table.loc[table["witness"] != "", "witness"]) == set(explained.witnesses)
    for row in table.to_dict("records"):
        params = json.loads(row["params"])
        assert row["description"] == labels("en").explanation(row["code"], params)
        assert row["params"] == json.dumps(params, sort_keys=True, ensure_ascii=False)
        both = row["description"] + labels("id").explanation(row["code"], params)
        assert not re.search(r"[{}]|None|nan", both)
    # every claim that differs has a row; one that is printed three times is explained once
    differing = set(paper.verdicts.loc[paper.verdicts["verdict"] == "differs", "id"])
    assert {name for ids in table["claim_ids"] for name in ids.split()} == differing
    assert set(table.loc[table["claim_id"] == P, "claim_ids"]) == {
        "mann_whitney_p_abstract mann_whitney_p_results mann_whitney_p_discussion"
    }


def test_witnesses_run_through_the_pipeline(paper, explained, audit, tmp_path):
    table = explained.explanations
    departures = of_code(table[table["claim_id"] == P].to_dict("records"), "departure")
    assert len(departures) == 5
    for row in departures:
        folder = tmp_path / row["witness"] / DATA.name
        shutil.copytree(DATA, folder)
        write_csv(explained.witnesses[row["witness"]], folder / "observations.csv")
        study = load_study(folder)
        observations = ingest_observations(study, folder).frame("observations")
        verdicts = audit(study, paper.claims, observations).set_index("id")["verdict"]
        assert set(verdicts[[P, *row["claims_kept"].split()]]) == {"reproduced"}
        assert set(verdicts[row["claims_contradicted"].split()]) == {"differs"}


def test_one_claim_in_any_of_its_places(paper):
    table, witnesses = explain_one(*paper.arguments, "mann_whitney_p_results")
    assert set(table["claim_id"]) == {P}
    assert set(witnesses) == set(table.loc[table["witness"] != "", "witness"])
    # a claim that does not differ
    table, _ = explain_one(*paper.arguments, "wilcoxon_control_p_abstract")
    assert "wilcoxon_control_p_abstract" in table["claim_ids"][0].split()
    with pytest.raises(KeyError, match=r"^'no_such_claim'$"):
        explain_one(*paper.arguments, "no_such_claim")


@cases
def test_another_string_in_its_place(printed, code, programs, paper):
    table, _ = explain_one(*paper.arguments, P, printed=printed)
    found = table[table["code"] == code].iloc[0]
    assert found["prints_as"] == printed
    assert programs in found["programs"]
    # in every place where it is printed
    assert len(found["claim_ids"].split()) == 3
    with pytest.raises(ValueError, match="not a number"):
        explain_one(*paper.arguments, P, printed="p")
    points = paper.study.model_copy(update={"decimal_mark": (".",)})
    with pytest.raises(ValueError, match="0,003"):
        explain_one(points, *paper.arguments[1:], P, printed="0,003")


@cases
def test_what_is_searched(quantity, printed, place, searched, explain, claim_text):
    """Strings that nothing explains in a study of three participants: the searches are named, what is none is last."""
    rows = explain([claim_text("a", printed, quantity, **place)], SMALL)
    assert {row["kind"] for row in rows} == {"none"}
    (nothing,) = of_code(rows, "nothing_found")
    assert json.loads(nothing["params"])["searched"] == [*searched.split(), "departure_2"]


def test_limits(explain, claim_text):
    defaults = {name: one.default for name, one in signature(search_departures).parameters.items()}
    assert [defaults[name] for name in ("participants", "budget", "most_departures")] == [2, 10**6, 5]
    # how deep: 6 datasets with one changed record of three participants, at most 18 more with two
    depths = ({"budget": 5}, {"budget": 23}, {"budget": 24}, {"participants": 3})
    for depth, limits in enumerate(depths):
        (nothing,) = explain([claim_text("a", "9999", "count", **CELL)], SMALL, **limits)
        searched = ["notation", f"departure_{depth}"] if depth else ["notation"]
        assert json.loads(nothing["params"])["searched"] == searched
        assert json.loads(nothing["params"])["unsearched"] == ([] if depth else ["departure_budget"])
        assert nothing["code"] == ("nothing_found" if depth else "partly_searched")
    claims = [claim_text("a", "7", "count", **CELL)]
    found = {most: of_code(explain(claims, most_departures=most), "departure") for most in (1, 4)}
    assert {most: len(rows) for most, rows in found.items()} == {1: 1, 4: 4}


@cases
def test_what_no_search_is_for(quantity, cells, computed, code, explain, claim_text):
    (row,) = explain([claim_text("a", "90", quantity, **cells)], computed=computed)
    assert row["code"] == code


def test_what_is_no_explanation_comes_last(explain, claim_text):
    """Also behind explanations that say little and contradict another claim: three rose, one-sided p is 0.042."""
    claims = [claim_text("a", "significant", "decision", **OWN), claim_text("b", "9", "count", **CELL)]
    rows = explain(claims, [[[0, 3], [0, 0]], [[1, 1], [0, 0]]], budget=0)
    assert {(row["informative"], row["claims_contradicted"]) for row in rows[:-1]} >= {("false", "b")}
    assert {row["informative"] for row in rows} == {"false"}
    kinds = [row["kind"] for row in rows]
    assert kinds == sorted(kinds, key="none".__eq__)
    assert (
        of_code(rows, "not_searched")[0]["description"]
        == "Not searched: changed records (more than the search budget)."
    )


@cases
def test_how_an_explanation_prints(printed, quantity, place, code, prints_as, explain, claim_text):
    """Declared 0.0588, one-sided 0.0294; eight of ten."""
    rows = of_code(explain([claim_text("a", printed, quantity, **place)], budget=0), code)
    assert prints_as in [row["prints_as"] for row in rows]
    assert all(json.loads(row["params"])["printed"] == printed for row in rows)
    assert all((row["p_value"] == "") == (quantity == "count") for row in rows)


@pytest.fixture
def on_numbers(numbers, audit):
    """Explain claims of a study whose scores are numbers."""
    study, observations = numbers
    tests = as_read(rank_test_table(study, observations))

    def explain_numbers(claims):
        return explain_claims(study, claims, audit(study, claims, observations), observations, [tests])

    explain_numbers.lines = program_table(study, observations)
    return explain_numbers


def test_every_program_is_found_on_numbers(on_numbers, claim_text, decimals):
    """Planted: each line that procedures.csv of the same run prints, for the test itself and for the other two."""
    lines, found_elsewhere = on_numbers.lines, 0
    for place in ({"test": "signed_rank", "group": "intervention"}, BETWEEN):
        own = (lines["test"] == place["test"]) & (lines["group"] == place.get("group", ""))
        for kind, chosen in (("procedure", own), ("elsewhere", ~own)):
            by_printed = lines[chosen].groupby(lines["p_value"].map(lambda p: decimals(p, 4)))
            for printed, same in list(by_printed)[:: 1 if FULL else 3]:
                rows = on_numbers([claim_text("p", printed, "p_value", **place)]).explanations
                rows = rows[~rows["code"].str.contains("truncated")]
                ids = {
                    name
                    for params in rows[rows["kind"] == kind]["params"]
                    for name in json.loads(params)["programs"]
                }
                # the declared line makes no claim that differs
                assert rows.empty or set(same["id"]) <= ids
                found_elsewhere += kind == "elsewhere"
                if len(rows):
                    assert (
                        rows["description"]
                        .iloc[-1]
                        .startswith("Not searched: a finer score (the tests run on")
                    )
                    assert "No explanation" not in " ".join(rows["description"])
    assert found_elsewhere > 5


def test_exact_programs_beyond_the_work_nobody_asks_for_are_said_to_be_not_searched(
    on_numbers, claim_text, monkeypatch
):
    monkeypatch.setattr("oxymilk.stats.null.MOST_WORK", 1)
    monkeypatch.setattr("oxymilk.explain.claims_on_counts.MOST_WORK", 1)
    lines_of.cache_clear()
    rows = on_numbers([claim_text("p", "0.077", "p_value", **OWN)]).explanations.to_dict("records")
    lines_of.cache_clear()
    assert "procedure_memory" in json.loads(rows[-1]["params"])["unsearched"]


def test_tests_on_numbers_are_not_searched_for_data(on_numbers, claim_text):
    claims = [claim_text("p", "0.077", "p_value", **OWN), claim_text("u", "99", "u", **BETWEEN)]
    found = on_numbers(claims)
    codes = found.explanations.groupby("claim_id")["code"].agg(list)
    assert codes["u"][-1] == "not_searched" or codes["u"] == ["partly_searched"]
    assert codes["p"][-1] in ("not_searched", "partly_searched")
    cells = [["all", "", "", "", "", "", "false", "the_tests_run_on_numbers_not_on_levels"]]
    assert found.datasets.to_numpy().tolist() == cells
    columns = [tuple(table.columns) for table in (found.datasets, found.contradictions, found.outcomes)]
    assert columns == [DATASET_COLUMNS, CONTRADICTION_COLUMNS, OUTCOME_COLUMNS]
    assert (found.contradictions.empty, found.outcomes.empty, found.witnesses) == (True, True, {})


def test_all_datasets_are_counted_with_five_times_the_budget(made_up):
    """Ten and twelve participants at two levels: 455 tables of four numbers, 11 times 13 pairs of margins."""
    arguments = made_up(PAIRS, {})
    for budget, searched in ((181, {"false"}), (182, {"true"})):
        assert set(explain_claims(*arguments, budget=budget).datasets["searched"]) == searched


CODES = ({"a": (0, 1), "b": (0, 0), "c": (2, 1), "d": (1, 2)}, {"e": (0, 0), "f": (1, 1)})


def test_every_pair_of_counts_after(make_study, claim_text, monkeypatch):
    """Who has no score before still counts after; who has none after does not."""
    study = make_study(2, method="asymptotic", continuity=True)
    records = Records(study, CODES, 2)
    p_values = {
        (a, b): float(rank_sum_test([1] * a + [0] * (3 - a), [1] * b + [0] * (2 - b), study.procedure.rank_sum).p_value)
        for a, b in np.ndindex(4, 3)
    }  # fmt: skip
    fine, coarse = f"{p_values[3, 0]:.3f}", f"{p_values[3, 0]:.2f}"
    claims = [
        claim_text("fine", fine, "p_value", **BETWEEN), claim_text("u", "3", "u", **BETWEEN),
        claim_text("own", fine, "p_value", **OWN), claim_text("coarse", coarse, "p_value", **BETWEEN),
    ]  # fmt: skip
    expected = []
    for (a, b), p in p_values.items():
        ids = ["fine"] * (f"{p:.3f}" == fine) + ["coarse"] * (f"{p:.2f}" == coarse)
        here = "true" if (a, b) == (2, 1) else "false"
        expected.append([str(a), str(b), "3", "2", f"{p:.10g}", " ".join(ids), here, ""])
    table = outcome_table(records, claims_on_counts(records, claims))
    assert table.to_numpy().tolist() == expected
    assert any(row[5] == "fine coarse" for row in expected)
    monkeypatch.setattr("oxymilk.explain.search.MOST_OUTCOMES", 11)  # 4 times 3 are one too many
    assert outcome_table(records, []).to_numpy().tolist() == [["", "", "3", "2", "", "", "", "too_many"]]
    monkeypatch.undo()
    # of other designs there is no map; of more groups that of the first two
    third = study.groups[1].model_copy(update={"id": "third"})
    for other, codes, levels, rows in (
        (make_study(3), CODES, 3, 0),
        (make_study(2, groups=1), CODES[:1], 2, 0),
        (study.model_copy(update={"between": "change"}), CODES, 2, 0),
        (study, (CODES[0], {"e": (0, 2)}), 2, 0),
        (study.model_copy(update={"groups": (*study.groups, third)}), (*CODES, {"g": (0, 0)}), 2, 12),
    ):
        assert len(outcome_table(Records(other, codes, levels), [])) == rows


@cases
def test_explanations_in_words(code, params, language, words):
    said = labels(language).explanation(code, params)
    assert all(word in said for word in words), said
