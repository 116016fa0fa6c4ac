"""Claims that are judged as printed tests, by evidence beside them or by the study's data."""

import csv
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.stats.contingency_tables import mcnemar
from tests.cases import cases, tables_of
from tests.unit.conftest import ROOT

from oxymilk.audit.claims import COLUMNS, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.explain import explain_claims
from oxymilk.faults import FaultsError
from oxymilk.study import Study
from oxymilk.study.yaml_lines import read_tree

GOOD, DIFFERS = "reproduced", "differs"
EMPTY = pd.DataFrame({"group": []}, dtype=str)
AGES = [[*range(24, 36)], [27 + i * 5 % 13 for i in range(12)]]
SCHOOL = [["sd", "sma", "pt"] * 4, ["sd", "sd", "sma", "sma", "pt"] * 2 + ["sd", "sd"]]
BEFORE = [[int(i % 4 == 0) for i in range(12)], [int(i % 3 == 0) for i in range(12)]]
AFTER = [[int(i % 5 != 0) for i in range(12)], [i % 2 for i in range(12)]]
WORDS = ("kurang", "cukup")


@pytest.fixture
def table_one(study):
    """A study with a Table 1, and its data as the result tables hold them."""
    label = {"en": "x", "id": "x"}
    levels = [{"id": name, "label": label} for name in ("sd", "sma", "pt")]
    characteristics = [
        {"id": "age", "kind": "number", "unit": "years", "label": label},
        {"id": "education", "label": label, "levels": levels},
    ]
    content = read_tree(ROOT / "data/bontang2023/study.yaml").data | {"characteristics": characteristics}
    for key in ("rounding", "sheets", "reconstructed"):
        content.pop(key, None)
    content["procedure"] = content["procedure"] | {"program": None}
    study, scores, known = Study.model_validate(content), [], []
    for g, group in enumerate(study.group_ids):
        for i in range(12):
            for moment, words in (("pre", BEFORE), ("post", AFTER)):
                scores.append((f"{group}{i}", group, moment, WORDS[words[g][i]]))
            known.append((f"{group}{i}", group, "age", "", str(AGES[g][i])))
            known.append((f"{group}{i}", group, "education", SCHOOL[g][i], ""))
    scores = pd.DataFrame(scores, columns=["participant", "group", "timepoint", "score"])
    known = pd.DataFrame(known, columns=["participant", "group", "characteristic", "level", "value"])
    return study, SimpleNamespace(observations=scores, other_scale=scores.iloc[:0], characteristics=known)


@pytest.fixture
def load(tmp_path):
    def run(study, *rows):
        """Load rows of a claims.csv; what each lacks is that of a printed test."""
        usual = {"where": "results", "check": "printed_test", "quantity": "p_value", "expect": GOOD}
        with (tmp_path / "claims.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(usual | {"id": f"c{at}"} | row for at, row in enumerate(rows))
        return load_claims(tmp_path / "claims.csv", study)

    return run


def as_tables():
    counts = [[words.count(name) for name in ("sd", "sma", "pt")] for words in SCHOOL]
    post = [[sample.count(0), sample.count(1)] for sample in AFTER]
    falls = sum(a > b for a, b in zip(BEFORE[0], AFTER[0], strict=True))
    rises = sum(a < b for a, b in zip(BEFORE[0], AFTER[0], strict=True))
    return counts, post, (falls, rises)


def test_tests_beside_the_rank_tests_are_those_of_scipy_on_the_studys_data(load, table_one):
    study, data = table_one
    counts, post, changes = as_tables()
    exact = scipy.stats.binomtest(min(changes), sum(changes)).pvalue
    moved = [[b - a for a, b in zip(*samples, strict=True)] for samples in zip(BEFORE, AFTER, strict=True)]
    after, of_one = {"timepoint": "post"}, {"group": "intervention"}
    chi2, t = scipy.stats.chi2_contingency, scipy.stats.ttest_ind
    expected = [
        ("chi_square", {"variable": "education"}, chi2(counts, correction=False).pvalue),
        ("chi_square", after, chi2(post, correction=False).pvalue), ("chi_square", after, chi2(post).pvalue),
        ("fisher", after | {"variable": "milk_production"}, scipy.stats.fisher_exact(post).pvalue),
        ("mcnemar", of_one, exact), ("t_independent", {"variable": "age"}, t(*AGES).pvalue),
        ("t_independent", {"variable": "age"}, t(*AGES, equal_var=False).pvalue),
        ("t_independent", after, t(*AFTER).pvalue), ("t_independent", {"timepoint": "change"}, t(*moved).pvalue),
        ("t_paired", of_one, scipy.stats.ttest_rel(AFTER[0], BEFORE[0]).pvalue),
    ]  # fmt: skip
    rows = [{"test": test, "check": "recompute", "printed": f"{p:.4f}", **of} for test, of, p in expected]
    verdicts = audit_claims(study, load(study, *rows), EMPTY, EMPTY, data)
    assert list(verdicts["verdict"]) == [GOOD] * len(rows)
    assert np.allclose(verdicts["computed"].astype(float), [p for *_, p in expected], rtol=1e-9, atol=0)
    assert (verdicts["programs"] != "").all()
    # three in the last digit is another number
    tampered = [row | {"printed": f"{float(row['printed']) + 0.0003:.4f}"} for row in rows]
    assert set(audit_claims(study, load(study, *tampered), EMPTY, EMPTY, data)["verdict"]) == {DIFFERS}
    unknown = audit_claims(study, load(study, *rows), EMPTY, EMPTY)
    assert set(unknown["reason"]) == {"no_data"}


def test_statistics_beside_the_rank_tests_are_those_of_scipy_and_statsmodels(load, table_one):
    study, data = table_one
    counts, post, _ = as_tables()
    square = np.zeros((2, 2), dtype=int)
    np.add.at(square, (BEFORE[0], AFTER[0]), 1)
    of = {"variable": "education"}, {"timepoint": "post"}, {"group": "intervention"}, {"variable": "age"}
    student, welch = (scipy.stats.ttest_ind(*AGES, equal_var=equal) for equal in (True, False))
    paired = scipy.stats.ttest_rel(BEFORE[0], AFTER[0])
    likelihood = scipy.stats.chi2_contingency(counts, correction=False, lambda_="log-likelihood")
    expected = [
        ("chi_square", "chi2", of[0], scipy.stats.chi2_contingency(counts, correction=False).statistic),
        ("chi_square", "chi2", of[0], likelihood.statistic), ("chi_square", "df", of[0], likelihood.dof),
        ("fisher", "chi2", of[1], scipy.stats.chi2_contingency(post).statistic), ("fisher", "df", of[1], 1),
        ("chi_square", "z", of[1], -scipy.stats.chi2_contingency(post, correction=False).statistic ** 0.5),
        ("mcnemar", "chi2", of[2], mcnemar(square, exact=False, correction=False).statistic),
        ("mcnemar", "chi2", of[2], mcnemar(square, exact=False).statistic), ("mcnemar", "df", of[2], 1),
        ("t_independent", "t", of[3], student.statistic), ("t_independent", "t", of[3], -welch.statistic),
        ("t_independent", "df", of[3], 22), ("t_independent", "df", of[3], welch.df),
        ("t_paired", "t", of[2], paired.statistic), ("t_paired", "df", of[2], 11),
    ]  # fmt: skip
    rows = [{"test": test, "quantity": quantity, "check": "recompute", "printed": f"{value:.3f}", **place}
            for test, quantity, place, value in expected]  # fmt: skip
    verdicts = audit_claims(study, load(study, *rows), EMPTY, EMPTY, data)
    assert list(verdicts["verdict"]) == [GOOD] * len(rows)
    assert np.allclose(verdicts["computed"].astype(float), [abs(value) for *_, value in expected], rtol=1e-9)
    assert (verdicts["procedure"] != "").all()
    tampered = [row | {"printed": f"{float(row['printed']) + 0.002:.3f}"} for row in rows]
    claims = load(study, *tampered)
    verdicts = audit_claims(study, claims, EMPTY, EMPTY, data)
    assert set(verdicts["verdict"]) == {DIFFERS}
    assert len(explain_claims(study, claims, verdicts, data.observations, (), participants=1).explanations)
    assert set(audit_claims(study, load(study, *rows), EMPTY, EMPTY)["reason"]) == {"no_data"}


@cases
def test_printed_evidence_is_judged_as_oxymilk_check_judges_it(
    test, printed, evidence, cells, verdict, load, table_one
):
    study, _ = table_one
    (claim,) = load(study, {"test": test, "printed": printed, "evidence": evidence, **cells})
    row = audit_claims(study, [claim], EMPTY, EMPTY).iloc[0]
    assert row["verdict"] == verdict
    assert row["evidence"] == evidence
    assert bool(row["reason"]) == (verdict == "not_checkable") == (row["programs"] == "")


def test_marks_rounding_and_program_are_those_of_the_study(load, study):
    given = {"test": "chi_square", "evidence": "counts=10,0;3,7"}
    # SPSS, which the study declares, prints Yates' p too; its rounding is declared, so no digit is cut
    claims = load(study, {**given, "printed": "0,005"}, {**given, "printed": ".004"})
    verdicts = audit_claims(study, claims, EMPTY, EMPTY)
    assert list(verdicts["verdict"]) == [GOOD, DIFFERS]
    assert verdicts["programs"][0].startswith("SPSS CROSSTABS (all): Continuity Correction")
    comma = study.model_copy(update={"decimal_mark": (",",)})
    z, decision = {"test": "z", "evidence": "z=2,576"}, {"quantity": "decision", "printed": "significant"}
    claims = load(comma, {**z, "printed": "0,010"}, {**z, **decision})
    assert list(audit_claims(comma, claims, EMPTY, EMPTY)["verdict"]) == [GOOD, GOOD]


def test_every_fault_of_evidence_is_one_of_its_cell(load, study):
    rows = tables_of(__file__)["every_fault_of_evidence_is_one_of_its_cell"]
    with pytest.raises(FaultsError) as error:
        load(study, *({"printed": "0.4", **cells} for cells, *_ in rows))
    found = [[fault.code, fault.column, fault.value] for fault in error.value.faults]
    assert found == [fault for _, *fault in rows]
    assert [fault.row for fault in error.value.faults] == [*range(2, len(rows) + 2)]


def test_what_differs_is_explained_as_oxymilk_check_explains_it(load, table_one):
    study, data = table_one
    cells = {"expect": DIFFERS, "note": "x"}
    yates = {"test": "fisher", "printed": ".0049", "evidence": "counts=10,0;3,7", **cells}
    half = {"test": "chi_square", "printed": "0.293", "check": "recompute", "variable": "education", **cells}
    claims = load(study, yates, half, yates)
    verdicts = audit_claims(study, claims, EMPTY, EMPTY, data)
    found = explain_claims(study, claims, verdicts, data.observations, (), participants=2).explanations
    assert list(found["claim_ids"].unique()) == ["c0 c2", "c1"]
    other, halved = found[found["claim_id"] == "c0"].iloc[0], found[found["claim_id"] == "c1"].iloc[0]
    assert other["description"] == "Another test: Yates' correction, 0.00491."
    assert "R chisq.test" in other["programs"]
    assert 0 < float(other["coincidence"]) < 0.1
    assert halved["description"] == "Half of the p, as if one-sided, 0.293."
