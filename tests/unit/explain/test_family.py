"""Adjustments for the number of a study's tests, and lines of its other tests: planted, found, and nothing else."""

import numpy as np
import pytest

from oxymilk.explain.family import search_adjustments, search_elsewhere
from oxymilk.stats import evaluate_programs, holm
from oxymilk.stats.ranks import expand_counts
from oxymilk.texts import labels

# the first study: 10 of 10 and 3 of 10 rose
PAPER = [[[0, 10], [0, 0]], [[7, 3], [0, 0]]]
OWN, CONTROL = ({"test": "signed_rank", "group": group} for group in ("intervention", "control"))
BETWEEN = {"test": "rank_sum"}
PLACES = {
    ("signed_rank", "intervention"): OWN,
    ("signed_rank", "control"): CONTROL,
    ("rank_sum", ""): BETWEEN,
}


def test_the_rival_of_the_first_study(differing_claim, claim_text):
    """Three times 0.00138 is 0.00414; the same of 0.00157 and 0.0833 is 0.0047 and 0.25, by Holm 0.0041 and 0.083."""
    others = [
        claim_text("massage", "0,002", "p_value", **OWN),
        claim_text("control", "0,083", "p_value", **CONTROL),
        claim_text("decision", "not significant", "decision", **CONTROL),
        claim_text("z", "3.2", "z", **BETWEEN),
    ]
    differing = differing_claim([claim_text("p", "0.004", "p_value", **BETWEEN), *others], PAPER)
    found = {row.params["adjustment"]: row for row in search_adjustments(differing)}
    assert {name: (row.code, row.effort, row.coincidence) for name, row in found.items()} == {
        "bonferroni": ("adjusted", 1, 1 / 50), "holm": ("adjusted", 1, 1 / 50)
    }  # fmt: skip
    assert found["bonferroni"].value == found["holm"].value == pytest.approx(0.0041435, abs=1e-7)
    kept = {"decision": True, "z": True}
    assert found["bonferroni"].others == {"massage": False, "control": False} | kept
    assert found["holm"].others == {"massage": False, "control": True} | kept
    params = found["holm"].params | {"value": "0.004144", "prints_as": "0.004"}
    for language, words in (("en", ["3 tests", "0,004 (Wil", "not as printed; 0,083 (Wil", "83), as printed"]),
                            ("id", ["3 uji", "0,004144", "tidak sama dengan yang tercetak; 0,083"])):  # fmt: skip
        said = labels(language).explanation("adjusted", params)
        assert all(word in said for word in words), said


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("place", PLACES)
def test_planted_adjustments_are_found(
    place, levels, make_study, random_pairs, differing_claim, claim_text, decimals
):
    """p as it is, or rounded first as a program prints it, times the number of tests or by Holm."""
    rng, study = np.random.default_rng(levels), make_study(levels)
    for _ in range(6):
        pairs = random_pairs(rng, levels, (9, 12))
        p_values = differing_claim([claim_text("p", "1", "p_value", **BETWEEN)], pairs, study).records.family
        rounded = {key: float(decimals(p, 3)) for key, p in p_values.items()}
        # nobody multiplies zero
        for code, family in (("adjusted", p_values), ("adjusted_rounded", rounded))[
            : 1 + (rounded[place] > 0)
        ]:
            planted = {
                "bonferroni": min(1, 3 * family[place]),
                "holm": dict(zip(family, holm([*family.values()]), strict=True))[place],
            }
            for name, value in planted.items():
                claim = claim_text("p", decimals(value, 4), "p_value", **PLACES[place])
                rows = search_adjustments(differing_claim([claim], pairs, study))
                row = next(row for row in rows if row.params["adjustment"] == name)
                assert row.code == "adjusted" or code == "adjusted_rounded"
                assert decimals(row.value, 4) == claim.printed
                assert 0 < row.coincidence <= 1


def test_a_decision_may_be_of_an_adjusted_p(differing_claim, claim_text):
    """0.0253 is significant, three times it is not; alone it is of no family."""
    pairs = [[[3, 5], [0, 2]], [[8, 1], [0, 1]]]
    claim = claim_text("d", "not significant", "decision", **OWN)
    assert [row.params["adjustment"] for row in search_adjustments(differing_claim([claim], pairs))] == [
        "bonferroni", "holm"
    ]  # fmt: skip
    assert not search_adjustments(differing_claim([claim_text("p", "0.5", "p_value", **OWN)], pairs))


@pytest.mark.parametrize(("place", "other"), [(BETWEEN, 0), (BETWEEN, 1), (CONTROL, 0)])
def test_lines_of_other_tests_are_found(place, other, differing_claim, claim_text, decimals):
    """Every line of the signed-rank tests in the place of another p; R's mcnemar.test prints 0.0044 of ten of ten."""
    for line in evaluate_programs("signed_rank", *expand_counts("signed_rank", PAPER[other])):
        printed = decimals(line.p_value, 4)
        rows = search_elsewhere(differing_claim([claim_text("p", printed, "p_value", **place)], PAPER))
        assert line.entry.id in {name for row in rows for name in row.params["programs"]}
        assert all(0 < row.coincidence <= 1 and row.effort == 1 + len(row.params["switches"]) for row in rows)
    rows = search_elsewhere(differing_claim([claim_text("p", "0.0044", "p_value", **BETWEEN)], PAPER))
    assert any("r_mcnemar" in name for row in rows for name in row.params["programs"])
    assert "Oxytocin massage" in {row.params["place"]["en"] for row in rows}


def test_groups_compared_before_or_on_the_change_are_other_tests(differing_claim, claim_text, decimals):
    pairs = np.array([[[1, 3, 2], [1, 2, 1], [0, 1, 2]], [[4, 0, 1], [2, 1, 2], [1, 1, 1]]])
    changes = [
        [column - row for row, column in zip(*expand_counts("signed_rank", table), strict=True)]
        for table in pairs
    ]
    before = expand_counts("rank_sum", pairs.sum(axis=2))
    for groups, moment in ((before, "before"), (changes, "change")):
        p_value = evaluate_programs("rank_sum", *groups)[0].p_value
        rows = search_elsewhere(
            differing_claim([claim_text("p", decimals(p_value, 4), "p_value", **BETWEEN)], pairs)
        )
        assert any(moment in row.params["place"]["en"].lower() for row in rows)


def test_what_is_printed_of_another_test_is_a_copy(differing_claim, claim_text):
    """And zero is what programs print for every small p."""
    claims = [claim_text("p", "0.083", "p_value", **BETWEEN), claim_text("q", "0.083", "p_value", **CONTROL)]
    switches = [row.params["switches"] for row in search_elsewhere(differing_claim(claims, PAPER))]
    assert [] not in switches
    assert [] in [row.params["switches"] for row in search_elsewhere(differing_claim(claims[:1], PAPER))]
    assert not search_elsewhere(differing_claim([claim_text("p", "0.00", "p_value", **BETWEEN)], PAPER))
