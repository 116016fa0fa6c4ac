"""The explanation of the paper, end to end; and what a witness claims, run through the pipeline."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from oxymilk.explain import describe_hit, explain_claims, explain_one
from oxymilk.explain.assembly import EXPLANATION_COLUMNS
from oxymilk.explain.hits import KINDS
from oxymilk.explain.records import change_records, records_of, sheet_of
from oxymilk.files import write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

DATA = Path(__file__).parents[3] / "data" / "bontang2023"
P = "mann_whitney_p_abstract"


@pytest.fixture(scope="module")
def explained(paper):
    return explain_claims(paper.study, paper.claims, paper.verdicts, paper.observations)


@pytest.fixture(scope="module")
def rows(explained):
    table = explained.explanations
    return table[table["claim_id"] == P].set_index("rank").to_dict("index")


def of_code(rows, code):
    return [row for row in rows.values() if row["code"] == code]


def test_takes_less_than_two_seconds(paper, explained):
    start = time.process_time()
    explain_claims(paper.study, paper.claims, paper.verdicts, paper.observations)
    assert time.process_time() - start < 2


def test_same_again(paper, explained):
    again = explain_claims(paper.study, paper.claims, paper.verdicts, paper.observations)
    for name in ("explanations", "datasets", "contradictions", "outcomes"):
        assert getattr(again, name).equals(getattr(explained, name))
    assert list(again.witnesses) == list(explained.witnesses)


def test_columns_and_cells(explained):
    table = explained.explanations
    assert tuple(table.columns) == EXPLANATION_COLUMNS
    assert set(table["kind"]) <= set(KINDS)
    assert set(table["informative"]) <= {"true", "false"}
    assert set(table.loc[table["witness"] != "", "witness"]) == set(explained.witnesses)
    assert table.map(lambda cell: isinstance(cell, str)).all(axis=None)
    for row in table.to_dict("records"):
        params = json.loads(row["params"])
        assert row["description"] == describe_hit(row["code"], params, "en")
        assert row["params"] == json.dumps(params, sort_keys=True, ensure_ascii=False)
        for word in ("{", "}", "None", "nan"):
            assert word not in row["description"] + describe_hit(row["code"], params, "id")


def test_a_claim_printed_three_times_is_explained_once(explained):
    table = explained.explanations
    assert set(table.loc[table["claim_id"] == P, "claim_ids"]) == {
        "mann_whitney_p_abstract mann_whitney_p_results mann_whitney_p_discussion"
    }
    assert not table["claim_id"].isin(["mann_whitney_p_results", "mann_whitney_p_discussion"]).any()


def test_every_claim_that_differs_has_a_row(paper, explained):
    differing = set(paper.verdicts.loc[paper.verdicts["verdict"] == "differs", "id"])
    assert {one for ids in explained.explanations["claim_ids"] for one in ids.split()} == differing


def test_procedures_of_the_paper(rows):
    (one_sided,) = of_code(rows, "procedure_switches")
    assert one_sided["switches_moved"] == "2"
    assert json.loads(one_sided["params"])["switches"] == ["alternative", "tie_correction"]
    assert float(one_sided["p_value"]) == pytest.approx(0.0040754858)
    assert one_sided["programs"] == ""
    # the same switches would not print the two Wilcoxon p-values
    assert "0.002" in one_sided["description"]
    assert "0.083" in one_sided["description"]
    (yates,) = of_code(rows, "procedure_other_truncated")
    assert "SPSS CROSSTABS" in yates["programs"]
    assert "chisq.test" in yates["programs"]


def test_departures_of_the_paper(rows):
    first, *_ = of_code(rows, "departure")
    assert first["description"].startswith(
        "Other records: 1 of group Control, insufficient before and insufficient after, "
        "would be sufficient before and sufficient after."
    )
    assert (first["participants_changed"], first["ways"]) == ("1", "7")
    assert float(first["p_value"]) == pytest.approx(0.00432311123)
    assert {"wilcoxon_intervention_p_abstract", "wilcoxon_control_p_abstract"} <= set(
        first["claims_kept"].split()
    )
    assert "kurang_percent_control_pre_results" in first["claims_contradicted"].split()


def test_finer_scale_of_the_paper(rows):
    (untied,) = of_code(rows, "scale_untied")
    params = json.loads(untied["params"])
    assert (params["low"], params["high"], params["values"], params["others"]) == (
        "70",
        "100",
        ["88"],
        ["12"],
    )
    (tied,) = of_code(rows, "scale_tied")
    assert tied["informative"] == "false"
    assert tied is rows[str(len(rows))]


def test_ranking(rows):
    keys = []
    for row in rows.values():
        effort = json.loads(row["params"]).get("effort") or row["participants_changed"] or "1"
        informative = row["informative"] == "true"
        against = len(row["claims_contradicted"].split())
        keys.append((not informative, against, int(effort), float(row["coincidence"])))
    assert keys == sorted(keys)


def run(folder, sheet, audit, claims):
    """Run a study with another sheet through ingestion and audit."""
    shutil.copytree(DATA, folder)
    write_csv(sheet, folder / "observations.csv")
    study = load_study(folder)
    observations = ingest_observations(study, folder).table
    return audit(study, claims, observations).set_index("id")["verdict"]


def test_witnesses_run_through_the_pipeline(paper, explained, rows, audit, tmp_path):
    shown = 0
    for row in of_code(rows, "departure"):
        verdicts = run(
            tmp_path / row["witness"] / DATA.name, explained.witnesses[row["witness"]], audit, paper.claims
        )
        assert verdicts[P] == "reproduced"
        for name in row["claims_kept"].split():
            assert verdicts[name] == "reproduced"
        for name in row["claims_contradicted"].split():
            assert verdicts[name] == "differs"
        shown += 1
    assert shown == 5


def test_a_long_sheet_has_a_long_witness(paper, make_study, tmp_path):
    long = {
        "file": "long.csv",
        "layout": "long",
        "participant": "Kode",
        "group": {"column": "Kelompok", "codes": {"Int": "intervention", "Kon": "control"}},
        "timepoint": {"column": "Waktu", "codes": {"sblm": "pre", "ssdh": "post"}},
        "score": "ASI",
        "codes": {"sedikit": "level0", "banyak": "level1"},
    }
    study = make_study(2, sheets=[long])
    renamed = paper.observations.assign(
        score=paper.observations["score"].map({"kurang": "level0", "cukup": "level1"})
    )
    sheet = sheet_of(records_of(study, renamed))
    assert list(sheet.columns) == ["Kode", "Kelompok", "Waktu", "ASI"]
    write_csv(sheet, tmp_path / "long.csv")
    assert ingest_observations(study, tmp_path).table.equals(renamed)


def test_as_few_records_as_possible_change(paper):
    wanted = paper.records.tables.copy()
    wanted[1, 0, 0] -= 2
    wanted[1, 1, 1] += 1
    wanted[1, 1, 0] += 1
    changed, changes = change_records(paper.records, wanted)
    assert [(group, code) for group, code, _, _ in changes] == [(1, "K04"), (1, "K05")]
    assert (changed.tables == wanted).all()


def test_outcome_map(explained, paper):
    table = explained.outcomes
    assert len(table) == 121
    here = table[table["observed"] == "true"]
    assert here[["count1", "count2"]].to_numpy().tolist() == [["10", "3"]]
    cells = table[table["prints_as_claimed"] == P]
    assert len(cells) == 4
    assert (np.abs(cells["p_value"].astype(float) - 0.004) <= 0.0005).all()
    assert ["10", "4"] in cells[["count1", "count2"]].to_numpy().tolist()


def test_one_claim_at_the_terminal(paper):
    table, witnesses = explain_one(
        paper.study, paper.claims, paper.verdicts, paper.observations, "mann_whitney_p_results"
    )
    assert set(table["claim_id"]) == {P}
    assert set(witnesses) == set(table.loc[table["witness"] != "", "witness"])


def test_another_string_in_its_place(paper):
    arguments = (paper.study, paper.claims, paper.verdicts, paper.observations, P)
    table, _ = explain_one(*arguments, printed="0,003")
    found = table[table["code"] == "procedure_program"].iloc[0]
    assert found["prints_as"] == "0,003"
    assert "Exact Tests" in found["programs"]
    truncated, _ = explain_one(*arguments, printed="0,0013")
    assert "notation_truncated" in set(truncated["code"])
    statistic, _ = explain_one(*arguments, printed="3,199")
    assert statistic.iloc[0]["code"] == "notation_statistic"
    with pytest.raises(ValueError, match="not a number"):
        explain_one(*arguments, printed="p")
    with pytest.raises(KeyError):
        explain_one(*arguments[:-1], "no_such_claim")


def test_a_count_that_differs(paper, audit):
    """The searches are not for p-values only."""
    claims = [
        claim._replace(printed="4") if claim.id == "improved_count_control_results" else claim
        for claim in paper.claims
    ]
    verdicts = audit(paper.study, claims, paper.observations)
    table = explain_claims(paper.study, claims, verdicts, paper.observations).explanations
    mine = table[table["claim_id"] == "improved_count_control_results"]
    assert {"notation", "departure"} <= set(mine["kind"])
    departure = mine[mine["kind"] == "departure"].iloc[0]
    assert departure["participants_changed"] == "1"
    assert departure["p_value"] == ""


def test_study_of_one_group(make_study, claim_text, audit):
    """Without a second group nothing is compared between groups."""
    study = make_study(3, groups=1)
    from oxymilk.explain.records import records_from_counts

    pairs = np.zeros((1, 3, 3), dtype=int)
    pairs[0, 0] = [3, 4, 2]
    observations = sheet_of(records_from_counts(study, pairs))
    claims = [claim_text("p", "0.030", "p_value", test="signed_rank", group="intervention")]
    verdicts = audit(study, claims, observations)
    found = explain_claims(study, claims, verdicts, observations)
    assert found.outcomes.empty
    assert (found.datasets["searched"] == "true").all()
    assert {"departure", "finer_scale"} & set(found.explanations["kind"])


def test_texts_have_both_languages_and_the_same_words():
    import re
    from importlib import resources

    text = resources.files("oxymilk.explain").joinpath("texts.yaml").read_text(encoding="utf-8")
    for section in yaml.safe_load(text).values():
        for key, languages in section.items():
            assert set(languages) == {"en", "id"}, key
            words = {language: set(re.findall(r"\{(\w*)\}", languages[language])) for language in languages}
            assert words["en"] == words["id"], key


def test_every_program_calculation_has_words_and_switches():
    from oxymilk.explain.hits import _texts
    from oxymilk.explain.procedures import _other_tests
    from oxymilk.stats.other_tests import OTHER

    assert set(_other_tests()) == set(OTHER)
    words = _texts()["words"]
    assert {f"other_test_{name}" for name in OTHER} <= set(words)
    assert {f"switch_{one}" for moved in _other_tests().values() for one in moved} <= set(words)


def test_tests_on_numbers_are_not_searched_for_data(make_study, claim_text, audit):
    """Only what needs no data is searched, and it is said."""
    base = make_study(2)
    outcome = base.outcome.model_copy(
        update={"kind": "number", "scale": "score", "decimals": 0, "levels": ()}
    )
    study = base.model_copy(update={"outcome": outcome})
    scores = [3, 5, 4, 8, 2, 6, 1, 7]
    rows = [
        (f"p{i}", study.group_ids[i % 2], timepoint, outcome.id, str(score + (timepoint == "post") * (i + 1)))
        for i, score in enumerate(scores)
        for timepoint in ("pre", "post")
    ]
    import pandas as pd

    columns = ["participant", "group", "timepoint", "outcome", "score"]
    observations = pd.DataFrame(rows, columns=columns, dtype=str)
    # p is 0.06789: printed with its digits cut, and as something else
    place = {"test": "signed_rank", "group": "intervention"}
    claims = [
        claim_text("p", "0.067", "p_value", **place),
        claim_text("q", "significant", "decision", **place),
    ]
    verdicts = audit(study, claims, observations)
    assert set(verdicts["verdict"]) == {"differs"}
    found = explain_claims(study, claims, verdicts, observations)
    codes = found.explanations.set_index("claim_id")["code"]
    assert "notation_truncated" in set(codes["p"])
    assert codes["q"] == "number_outcome"
    assert found.datasets["searched"].tolist() == ["false"]
    assert found.witnesses == {}
