"""The coincidence of every hit is the share of made-up printed strings that the same search explains too."""

import json
import os

import numpy as np
import pytest

from oxymilk.explain.assembly import cases_of, explain_case
from oxymilk.explain.notation import notation_hits
from oxymilk.explain.printable import Printable
from oxymilk.explain.readings import claim_key

EVERY = 10_000  # departures to report


def reprinted(study, claims, name, printed):
    chosen = next(claim for claim in claims if claim.id == name)
    key = claim_key(chosen, study)
    checked = ("recompute", "arithmetic")
    return [
        claim._replace(printed=printed)
        if claim.check in checked and claim_key(claim, study) == key
        else claim
        for claim in claims
    ]


def explain(records, claims, verdicts, name):
    (case,) = cases_of(records, claims, verdicts, [name])
    return case, explain_case(case, most=EVERY)


def slip_position(case, hit, positions):
    return positions.index(hit.code)


def explained_by_the_same(hit, other, positions):
    """Whether another string's hit is of the same kind and no wider than this one."""
    if other.kind != hit.kind:
        return False
    if hit.kind == "notation":
        return positions.index(other.code) <= positions.index(hit.code)
    if hit.kind == "procedure":
        listed = "switches" not in other.code
        return other.effort <= hit.effort and (listed or "switches" in hit.code)
    if hit.kind == "finer_scale":
        return hit.code == "scale_tied" or other.code == "scale_untied"
    return other.effort <= hit.effort and len(other.contradicted) <= len(hit.contradicted)


def slip_order(case):
    """The codes of all slips, in the order in which they are tried."""
    from oxymilk.explain import assembly

    seen = []

    def spy(*arguments, **named):
        seen.extend(code for code, _, _ in notation_hits(*arguments, **named))
        return []

    original = assembly.notation.search_notation
    assembly.notation.search_notation = spy
    try:
        explain_case(case)
    finally:
        assembly.notation.search_notation = original
    return list(dict.fromkeys(seen))


def check_claim(records, claims, verdicts, name, decimals):
    case, hits = explain(records, claims, verdicts, name)
    printable = case.reading.printable
    positions = slip_order(case)
    found = [hit for hit in hits if hit.kind != "none"]
    strings = [f"{unit / 10**decimals:.{decimals}f}" for unit in range(printable.first, printable.last + 1)]
    explained = {id(hit): 0 for hit in found}
    for string in strings:
        made_up = reprinted(records.study, claims, name, string)
        _, others = explain(records, made_up, verdicts, name)
        for hit in found:
            explained[id(hit)] += any(explained_by_the_same(hit, other, positions) for other in others)
    for hit in found:
        assert hit.coincidence == pytest.approx(explained[id(hit)] / len(strings)), (hit.code, hit.params)
    return found


def test_paper(paper):
    found = check_claim(paper.records, paper.claims, paper.verdicts, "mann_whitney_p_abstract", 3)
    assert {hit.kind for hit in found} == {"notation", "procedure", "departure", "finer_scale"}


# every string is searched anew: `make test-all` does it for two more studies
MADE_UP = [
    (2, (3, 4), 11),
    *([(2, (6, 7), 1), (3, (4, 4), 3)] if os.environ.get("OXYMILK_FULL") == "1" else []),
]


@pytest.mark.parametrize(("levels", "sizes", "seed"), MADE_UP)
def test_made_up_studies(
    levels, sizes, seed, make_study, random_pairs, print_all, records_with, audit, decimals
):
    rng = np.random.default_rng(seed)
    study = make_study(levels)
    pairs = random_pairs(rng, levels, sizes)
    records = records_with(study, pairs)
    claims = print_all(study, pairs, digits=2)
    verdicts = audit_frame(claims)
    hits = []
    for name in ("p_intervention", "p_between"):
        wrong = reprinted(study, claims, name, decimals(rng.uniform(0.05, 0.95), 2))
        hits += check_claim(records, wrong, verdicts, name, 2)
    assert hits


def audit_frame(claims):
    import pandas as pd

    return pd.DataFrame({"id": [claim.id for claim in claims], "verdict": "", "computed": "0"}, dtype=str)


def test_more_than_half_is_uninformative_and_last(paper):
    _, hits = explain(paper.records, paper.claims, paper.verdicts, "mann_whitney_p_abstract")
    informative = [hit.informative for hit in hits]
    assert informative == sorted(informative, reverse=True)
    wide = [hit for hit in hits if hit.coincidence is not None and hit.coincidence > 0.5]
    assert wide
    assert not any(hit.informative for hit in wide)


def test_random_strings_agree_with_the_share():
    """A search that reaches known values, and made-up strings drawn one by one."""
    printable = Printable(0, 49, 4, 3, "", "half_up")
    reached = np.array([0.0004, 0.0005, 0.0123, 0.0499, 0.2])
    share = printable.share(printable.covered(reached))
    rng = np.random.default_rng(7)
    drawn = rng.integers(0, 50, 20_000)
    hit = np.isin(drawn, [0, 1, 12])
    # 0.0499 prints as 0.050, which is not below 0.05
    assert share == 3 / 50
    assert hit.mean() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    ("operator", "first", "last", "reached", "expected"),
    [("<", 1, 50, 0.0123, 38 / 50), (">", 50, 999, 0.6, 550 / 950), ("<=", 1, 50, 0.050, 1 / 50)],
)
def test_inequalities(operator, first, last, reached, expected):
    printable = Printable(first, last, 10, 3, operator, "half_up")
    assert printable.share(printable.covered(np.array([reached, np.nan]))) == pytest.approx(expected)


def test_params_are_json(paper):
    _, hits = explain(paper.records, paper.claims, paper.verdicts, "mann_whitney_p_abstract")
    for hit in hits:
        assert json.loads(json.dumps(hit.params)) == hit.params
