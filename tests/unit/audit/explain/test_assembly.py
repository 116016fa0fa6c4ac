"""One claim after another: what is searched for it, which other claims stand beside it, how it is laid out."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from oxymilk.audit.explain.assembly import (
    EXPLANATION_COLUMNS,
    cases_of,
    explain_case,
    explanation_rows,
)
from oxymilk.audit.explain.hits import describe_hit, sorted_text
from oxymilk.stats import difference_counts, rank_sum_counts, signed_rank_counts

PAIRS = np.array([[[2, 6], [1, 1]], [[5, 2], [2, 3]]])
OWN = {"test": "signed_rank", "group": "intervention"}
BETWEEN = {"test": "rank_sum"}
CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}


@pytest.fixture(scope="session")
def case_of(make_study, records_with):
    """The case of the first claim; all other claims are said to be reproduced."""

    def make(claims, pairs=PAIRS, study=None, computed=""):
        study = study or make_study(len(pairs[0]))
        verdicts = pd.DataFrame(
            [(claim.id, "differs" if claim is claims[0] else "reproduced", computed) for claim in claims],
            columns=["id", "verdict", "computed"],
            dtype=str,
        )
        (case,) = cases_of(records_with(study, np.array(pairs)), claims, verdicts)
        return case

    return make


def by_code(hits, code):
    return [hit for hit in hits if hit.code == code]


def test_cases_are_the_distinct_claims_that_differ(make_study, records_with, claim_text):
    claims = [
        claim_text("cited", "0.5", "p_value", **OWN)._replace(check="cited"),
        claim_text("same", "3", "count", **CELL),
        claim_text("first", "0.004", "p_value", **BETWEEN),
        claim_text("sum", "11", "sum", n="4+6")._replace(check="arithmetic"),
        claim_text("second", "0,004", "p_value", **BETWEEN),
        claim_text("size", "11", "sample_size", group="control"),
    ]
    verdicts = pd.DataFrame(
        [
            ("cited", "differs", ""),
            ("same", "reproduced", "3"),
            ("first", "reproduced", "0.1"),
            ("sum", "differs", "10"),
            ("second", "differs", "0.2"),
            ("size", "differs", "12"),
        ],
        columns=["id", "verdict", "computed"],
    )
    study = make_study(2)
    records = records_with(study, PAIRS)
    between, total, size = cases_of(records, claims, verdicts)
    # one place that differs is enough; the first place stands for all
    assert (between.claim, between.ids, between.computed) == (claims[2], ("first", "second"), "0.1")
    assert between.reading.ids == ("first", "second")
    assert [other.id for other in between.others] == ["same"]
    assert between.claims is claims
    assert (between.study, between.records) == (study, records)
    assert (total.claim, total.ids, total.computed, total.reading) == (claims[3], ("sum",), "10", None)
    # the size is no function of the tables: nothing is searched in them
    assert (size.ids, size.reading) == (("size",), None)
    assert [other.id for other in total.others] == ["same", "first"]
    (chosen,) = cases_of(records, claims, verdicts, ["same"])
    assert chosen.ids == ("same",)
    assert cases_of(records, claims, verdicts, []) == []


@pytest.mark.parametrize(
    ("quantity", "printed", "place", "searched"),
    [
        ("p_value", "0.77777", OWN, "notation procedure finer_scale"),
        ("p_value", "0.77777", BETWEEN, "notation procedure finer_scale"),
        ("z", "9.99", OWN, "notation procedure"),
        ("z", "9.99", BETWEEN, "notation procedure"),
        ("w", "9999", OWN, "notation procedure"),
        ("w", "9999", BETWEEN, "notation"),
        ("u", "9999", BETWEEN, "notation"),
        ("count", "9999", CELL, "notation"),
        ("percent", "9,99%", CELL, "notation"),
        ("count_up", "9999", {"group": "control"}, "notation"),
        ("decision", "significant", OWN, "procedure finer_scale"),
        ("threshold", "0.05", {**OWN, "operator": "<"}, "procedure finer_scale"),
    ],
)
def test_what_is_searched(quantity, printed, place, searched, case_of, claim_text):
    """Strings that nothing explains in a study of three participants: the searches are named."""
    small = [[[0, 0], [1, 1]], [[1, 0], [0, 0]]]
    hits = explain_case(case_of([claim_text("a", printed, quantity, **place)], small))
    assert {hit.kind for hit in hits} == {"none"}
    (nothing,) = by_code(hits, "nothing_found")
    assert nothing.params["searched"] == [*searched.split(), "departure_2"]


@pytest.mark.parametrize(
    ("limits", "depth"),
    [
        # 6 datasets with one changed record, at most 18 more with two
        ({"budget": 5}, 0),
        ({"budget": 6}, 1),
        ({"budget": 23}, 1),
        ({"budget": 24}, 2),
        ({}, 2),
        ({"participants": 1}, 1),
        # more than there are participants
        ({"participants": 3}, 3),
    ],
)
def test_how_deep_is_searched(limits, depth, case_of, claim_text):
    case = case_of([claim_text("a", "9999", "count", **CELL)], [[[0, 0], [1, 1]], [[1, 0], [0, 0]]])
    (nothing,) = explain_case(case, **limits)
    assert nothing.params["searched"] == ["notation", f"departure_{depth}"]
    others = {"printed": "9999", "prints_as": "", "value": ""}
    assert (nothing.kind, nothing.params) == ("none", {"searched": nothing.params["searched"], **others})
