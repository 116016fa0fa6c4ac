"""Coincidence: the strings that could be printed, by hand; and its share, by searching every made-up string anew."""

import json
import os
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from tests.cases import cases

from oxymilk.audit.printed import round_units
from oxymilk.explain import explain_one
from oxymilk.explain.claims_on_counts import claim_key
from oxymilk.explain.coincidence import Explanation, Printable, printable_of

FULL = os.environ.get("OXYMILK_FULL") == "1"
# one changed participant and one decimal, or two in full
DIGITS = 2 if FULL else 1
LIMITS = {"most_departures": 10_000, "budget": 1_000_000 if FULL else 1_000}
# the slips in their order, as the module of notation says
SLIPS = [
    "half_even", "truncated", "rounded_up", "rounded_twice", "padded", "halved", "doubled", "floor", "zero", "copied",
    "statistic", "printed_z", "column", "zero_lost", "mark_lost", "swapped", "dropped", "mistyped"
]  # fmt: skip


def explained_by_the_same(row, other):
    """Whether another string's explanation is of the same kind and no wider than this one."""
    if other["kind"] != row["kind"]:
        return False
    if row["kind"] == "notation":
        places = [SLIPS.index(one["code"].removeprefix("notation_")) for one in (other, row)]
        return places[0] <= places[1]
    if row["kind"] == "procedure":
        effort = [json.loads(one["params"])["effort"] for one in (other, row)]
        return effort[0] <= effort[1] and ("switches" not in other["code"] or "switches" in row["code"])
    if row["kind"] in ("adjustment", "elsewhere"):
        # a rounded p that is adjusted is two steps
        effort = [
            json.loads(one["params"]).get("effort", 1 + ("rounded" in one["code"])) for one in (other, row)
        ]
        return effort[0] <= effort[1]
    if row["kind"] == "finer_scale":
        return True
    changed = [int(one["participants_changed"]) for one in (other, row)]
    against = [len(one["claims_contradicted"].split()) for one in (other, row)]
    return changed[0] <= changed[1] and against[0] <= against[1]


def check_claim(study, claims, verdicts, observations, tests, name, decimals):
    """Compare each coincidence of a p-value with the share of all strings on its side of alpha."""

    def search(printed=None):
        table, _ = explain_one(study, claims, verdicts, observations, tests, name, printed=printed, **LIMITS)
        return table[table["kind"] != "none"].to_dict("records")

    chosen = next(claim for claim in claims if claim.id == name)
    printable = printable_of(chosen, study, 1)
    strings = [f"{unit / 10**decimals:.{decimals}f}" for unit in range(printable.first, printable.last + 1)]
    searched = {string: search(string) for string in strings}
    found = search()
    for row in found:
        like = [any(explained_by_the_same(row, other) for other in others) for others in searched.values()]
        assert float(row["coincidence"]) == pytest.approx(np.mean(like)), (row["code"], row["params"])
    return {row["kind"] for row in found}


def test_paper(paper):
    found = check_claim(*paper.arguments, "mann_whitney_p_abstract", 3)
    assert found == {"notation", "procedure", "adjustment", "elsewhere", "departure", "finer_scale"}


@pytest.mark.parametrize(
    ("levels", "sizes", "seed"), [(2, (3, 4), 11), *([(2, (6, 7), 1), (3, (4, 4), 3)] if FULL else [])]
)
def test_made_up_studies(levels, sizes, seed, made_up, random_pairs, decimals):
    rng = np.random.default_rng(seed)
    pairs = random_pairs(rng, levels, sizes)
    kinds = set()
    for name in ("p_intervention", "p_between"):
        printed = decimals(rng.uniform(0.05, 0.95), DIGITS)
        kinds |= check_claim(*made_up(pairs, {name: printed}, digits=DIGITS), name, DIGITS)
    assert kinds


def study_of(alpha=0.05, rounding="half_even"):
    return SimpleNamespace(rounding=rounding, alpha=alpha)


@cases
def test_p_values_on_the_side_of_alpha(printed, operator, alpha, first, last, claimed, claim_text):
    bound = operator if operator in ("<", "<=", ">", ">=") else ""
    for quantity in ("p_value", "threshold"):
        found = printable_of(claim_text("a", printed, quantity, operator=operator), study_of(alpha), 0)
        assert found == Printable(first, last, claimed, len(printed) - 2, bound, "half_even")
        assert len(found.strings) == last - first + 1


@cases
def test_other_numbers_up_to_the_largest(
    quantity, printed, operator, most, last, claimed, decimals, claim_text
):
    found = printable_of(claim_text("a", printed, quantity, operator=operator), study_of(), most)
    first = 5 if quantity == "threshold" else 0
    assert found == Printable(first, last, claimed, decimals, operator, "half_even")


def test_the_noise_of_floating_point_is_no_digit():
    """What lies on a boundary but for the last bits lies on it, also where digits are cut."""
    values = np.array([1.9999999999999998, 2.0000000000000004, 0.06249999999999999, 1.0])
    for rounding, units in (
        ("truncate", [20000, 20000, 625, 10000]),
        ("half_up", [20000, 20000, 625, 10000]),
    ):
        assert Printable(0, 40000, 0, 4, "", rounding).units(values).tolist() == units
    assert Printable(0, 4000, 0, 3, "", "half_up").units(values).tolist() == [2000, 2000, 63, 1000]


@pytest.mark.parametrize(("printed", "claimed"), [("significant", 0), ("not significant", 1)])
def test_a_decision_is_one_of_two(printed, claimed, claim_text):
    found = printable_of(claim_text("a", printed, "decision"), study_of(0.01), 7)
    assert found == Printable(0, 1, claimed, 0, "", "half_even", 0.01)
    # at alpha is not below it
    assert found.units(np.array([[0.0099, 0.01], [0.5, np.nan]])).tolist() == [[0, 1], [1, -1]]
    assert found.covered(np.array([0.5, np.nan])) == {1}


@cases
def test_what_values_cover(operator, values, expected):
    printable = Printable(2, 6, 4, 1, operator, "half_up")
    covered = printable.covered(np.array(values))
    assert "".join(str(int(string in covered)) for string in printable.strings) == expected
    assert printable.share(covered) == expected.count("1") / 5


@pytest.mark.parametrize(("operator", "share"), [("", 2e-11), ("<", 0.5)])
def test_a_number_of_many_decimals_is_one_of_strings_that_no_memory_holds(operator, share):
    printable = Printable(1, 10**11, 4, 12, operator, "half_up")
    covered = printable.covered(np.array([0.05, 0.07]))
    assert printable.share(covered, covered) == pytest.approx(share)


def test_no_string_at_all():
    """ "p < 0.0": nothing is below."""
    nothing = Printable(1, 0, 0, 1, "<", "half_up")
    assert np.isnan(nothing.share(nothing.covered(np.array([0.5]))))


@pytest.mark.parametrize("rounding", ["half_up", "half_even", "truncate"])
@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_units_are_those_of_exact_arithmetic(rounding, decimals):
    rng = np.random.default_rng(decimals)
    # halves of a unit, as floating point makes them: a few are off by the last bit, and are halves all the same
    halves = [0, 1, 2, *rng.integers(0, 10**6, 150).tolist(), *rng.integers(0, 10**9, 150).tolist()]
    exact = [Fraction(half, 2 * 10**decimals) for half in halves]
    others = [*rng.uniform(0, 3, 50).tolist(), 0.0625, 0.28749999999999998]
    values = np.array([half / 2 * 10.0**-decimals for half in halves] + others)
    exact += [Fraction(repr(value)) for value in others]
    expected = [round_units(value, decimals, rounding) for value in exact]
    printable = Printable(0, 0, 0, decimals, "", rounding)
    with_gaps = np.stack([values, np.full(len(values), np.nan)])
    assert printable.units(with_gaps).tolist() == [expected, [-1] * len(values)]
    assert printable.units(np.float64(0.0625)).shape == ()


def test_the_order_of_explanations():
    """Informative first, then claims contradicted, effort and coincidence; what has none comes behind."""
    half = Explanation("notation", "notation_swapped", {}, coincidence=0.5)
    informative = [replace(half, coincidence=share).informative for share in (0.5, 0.5000001, None)]
    assert informative == [True, False, False]
    best = Explanation("procedure", "procedure_program", {}, coincidence=0.1, effort=1)
    ranked = [
        # the same but for its words: '{"a": 1}' comes before '{}'
        replace(best, params={"a": 1}), best,
        # as good as equal: the kind decides
        replace(best, kind="departure", code="departure", coincidence=0.1 - 1e-14),
        replace(best, coincidence=0.2), replace(best, effort=2, coincidence=0.0),
        replace(best, others={"a": False, "b": True}, coincidence=0.0), replace(best, coincidence=0.9),
        replace(best, coincidence=None), replace(best, kind="none", coincidence=None),
    ]  # fmt: skip
    keys = [explanation.order for explanation in ranked]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert replace(best, params={"b": 1, "a": ["Réponse"]}).params_as_text == '{"a": ["Réponse"], "b": 1}'


def test_what_claims_share(make_study, claim_text):
    study = make_study(2)
    cells = {"test": "signed_rank", "group": "control"}
    claim = claim_text("a", "0.50", "p_value", **cells)

    def key(**changed):
        return claim_key(replace(claim, **changed), study)

    same = key()
    assert key(id="b", printed="0,50", operator="=") == key(operator="~", timepoint="post") == same
    assert key(variable=study.outcome.id, where="abstract", n="10") == same
    other = (
        {"printed": "0.5"}, {"printed": "0.51"}, {"operator": "<"}, {"group": "intervention"}, {"test": "rank_sum"},
        {"quantity": "z"}, {"level": "level0"}, {"variable": "age"}, {"check": "arithmetic"}, {"check": "cited"},
        {"quantity": "decision", "printed": "significant"}, {"quantity": "decision", "printed": "not significant"}
    )  # fmt: skip
    keys = [same, *(key(**changed) for changed in other)]
    assert len(set(keys)) == len(keys)
    # of printed numbers the others count, and where no test is named the time
    assert key(check="arithmetic", printed="0,50") == key(check="arithmetic")
    assert key(check="arithmetic", n="1+2") != key(check="arithmetic", n="1+3")
    assert key(test="", timepoint="pre") != key(test="", timepoint="post")
