"""Ways to compute a test: each once, with the switches that lie between it and the declared procedure."""

from itertools import product

import numpy as np
import pytest
from tests.cases import cases

from oxymilk.explain.claims_on_counts import claims_on_counts, records_from_counts
from oxymilk.explain.notation import claim_label
from oxymilk.explain.procedures import (
    OTHER_TESTS,
    calculated_values,
    calculations_of,
    search_procedures,
    switches_between,
)
from oxymilk.stats import Procedure, evaluate_programs, load_programs, rank_sum_test, signed_rank_test
from oxymilk.stats.ranks import expand_counts
from oxymilk.texts import labels

PLAIN, EXACT = Procedure("asymptotic"), Procedure("exact")
BETWEEN = {"test": "rank_sum"}
OWN, CONTROL = ({"test": "signed_rank", "group": group} for group in ("intervention", "control"))
CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}
PAIRS = np.array([[[1, 3, 2], [1, 2, 1], [0, 1, 2]], [[4, 0, 1], [2, 1, 2], [1, 1, 1]]])
TWO_LEVELS = np.array([[[1, 5], [1, 4]], [[4, 1], [3, 2]]])


@cases
def test_switches_between_two_procedures(declared, procedure, switches):
    assert switches_between(Procedure(**declared), Procedure(**procedure)) == tuple(switches)


def combinations_of(test, declared):
    ways = calculations_of(test, declared)
    return [way.procedure for way in ways if way.procedure is not None and not way.tail]


@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_all_procedures(test):
    """Counted by hand: normal, exact one-sided and two-sided, the table for untied ranks."""
    zeros = ("drop", "pratt", "split") if test == "signed_rank" else ("drop",)
    sides, either = ("two-sided", "greater", "less"), (False, True)
    rules = ("distance", "doubled", "likelihood")
    expected = [
        *(Procedure("asymptotic", *rest) for rest in product(sides, either, either, zeros)),
        *(Procedure("exact", zero_method=zero, two_sided=rule, mid_p=half)
          for zero, rule, half in product(zeros, rules, either)),
        *(Procedure("exact", side, zero_method=zero, mid_p=half)
          for side, zero, half in product(sides[1:], zeros, either)),
        *(Procedure("exact_untied", side, zero_method=zero, half_integer=half)
          for side, zero, half in product(sides, zeros, ("natural", "conservative")))
    ]  # fmt: skip
    assert sorted(map(repr, combinations_of(test, PLAIN))) == sorted(map(repr, expected))


@pytest.mark.parametrize("declared", [PLAIN, Procedure("asymptotic", "less"), EXACT])
@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_every_line_and_every_combination_is_one_calculation(test, declared):
    calculations = calculations_of(test, declared)
    lines = [program.id for calculation in calculations for program in calculation.programs]
    assert sorted(lines) == sorted(program.id for program in load_programs() if program.test == test)
    keys = [(one.procedure, one.tail, one.other) for one in calculations]
    assert len(keys) == len(set(keys))
    for one in calculations:
        for program in one.programs:
            assert (program.procedure, program.tail, program.other) == (one.procedure, one.tail, one.other)
        switches = OTHER_TESTS[one.other] if one.other else switches_between(declared, one.procedure)
        # the smaller of the two one-sided p-values is another alternative than a two-sided one
        tail = {"alternative"} if one.tail and declared.alternative == "two-sided" else set()
        assert set(one.switches) == {*switches} | tail
    # each combination of switches is there, shown by programs or by none; programs first
    assert set(combinations_of(test, declared)) == set(combinations_of(test, PLAIN))
    shown = [bool(one.programs) for one in calculations]
    assert shown == sorted(shown, reverse=True)


def test_every_calculation_of_programs_has_words_and_switches():
    assert set(OTHER_TESTS) == {program.other for program in load_programs() if program.other}
    needed = {f"switch_{name}" for moved in OTHER_TESTS.values() for name in moved}
    needed |= {f"other_test_{name}" for name in OTHER_TESTS}
    assert all(needed <= set(labels(language).section("explain.words")) for language in ("en", "id"))


@pytest.mark.parametrize("quantity", ["p_value", "threshold", "decision", "z"])
@pytest.mark.parametrize("pairs", [PAIRS, TWO_LEVELS])
@pytest.mark.parametrize("place", [OWN, BETWEEN])
def test_the_number_of_each_calculation(place, quantity, pairs, make_study, claim_text):
    test = place["test"]
    records = records_from_counts(make_study(pairs.shape[-1]), pairs)
    printed = {"decision": "significant", "threshold": "0.05"}.get(quantity, "0.5")
    operator = "<" if quantity == "threshold" else ""
    (claim,) = claims_on_counts(records, [claim_text("p", printed, quantity, operator=operator, **place)])
    feature = claim.feature(records.tables)
    counts = pairs[0] if test == "signed_rank" else feature
    values = expand_counts(test, counts)
    printed_by = {result.entry.id: result.p_value for result in evaluate_programs(test, *values)}
    run = signed_rank_test if test == "signed_rank" else rank_sum_test
    calculations = calculations_of(test, PLAIN)
    for one, value in zip(calculations, calculated_values(claim, records.tables, calculations), strict=True):
        if not (one.tail or one.other):
            result = run(*values, one.procedure)
            assert value.tolist() == pytest.approx([abs(result.z) if quantity == "z" else result.p_value])
        elif quantity == "z":
            assert value is None
        else:
            # a test of two levels has no number on three
            expected = printed_by.get(one.programs[0].id, np.nan)
            assert value.tolist() == pytest.approx([expected], nan_ok=True)


@pytest.mark.parametrize(
    ("rounding", "operator", "codes"),
    [
        ("half_up", "", {"procedure_program_truncated"}),
        # where the paper cuts digits, that is no slip of its own; nor beside a bound
        ("truncate", "", {"procedure_program"}),
        ("half_up", "<", set()),
    ],
)
def test_cut_digits_are_a_slip_only_where_the_paper_rounds(
    rounding, operator, codes, make_study, make_claim_of
):
    p_value = rank_sum_test(*expand_counts("rank_sum", TWO_LEVELS.sum(axis=1)), EXACT).p_value
    cut = f"{p_value:.5f}"[:5]
    assert cut != f"{p_value:.3f}"
    study = make_study(2).model_copy(update={"rounding": rounding})
    found = {one.code for one in search_procedures(make_claim_of(study, cut, operator))}
    assert codes <= found
    assert any("truncated" in code for code in found) == ("procedure_program_truncated" in codes)


@pytest.fixture
def make_claim_of(differing_claim, claim_text):
    def make(study, printed, operator=""):
        return differing_claim(
            [claim_text("p", printed, "p_value", operator=operator, **BETWEEN)], TWO_LEVELS, study
        )

    return make


def test_the_smaller_tail_is_said(make_study, make_claim_of):
    values = expand_counts("rank_sum", TWO_LEVELS.sum(axis=1))
    p_value = min(rank_sum_test(*values, Procedure("exact", side)).p_value for side in ("greater", "less"))
    found = search_procedures(make_claim_of(make_study(2), f"{p_value:.6f}"))
    said = [one.params["procedure"] for one in found if one.programs and "procedure" in one.params]
    # a tail has no alternative, and the rank-sum test no zero differences
    assert {"test": "rank_sum", "method": "exact", "mid_p": False, "tail": "smaller"} in said


THREE_LEVELS = np.array([[[4, 1, 0], [0, 0, 0], [0, 2, 2]], [[3, 2, 0], [1, 1, 3], [0, 0, 1]]])


@cases
def test_another_procedure_is_held_against_the_other_claims(
    printed, quantity, place, procedure, kept, against, elsewhere, make_study, differing_claim, claim_text
):
    """Declared (asymptotic, zeros after Pratt), and with continuity correction.

    Between the groups p 0.572 and 0.599, z 0.566 and 0.525; intervention p 0.564 and 0.613; control 0.102 and 0.113.
    """
    study = make_study(3, method="asymptotic", zero_method="pratt")
    others = [
        claim_text("n", "5", "count", **CELL), claim_text("not n", "6", "count", **CELL),
        claim_text("p", "0.572", "p_value", **BETWEEN),
        claim_text("p corrected", "0.60", "p_value", **BETWEEN),
        claim_text("p one-tailed", "0.37", "p_value", **BETWEEN), claim_text("z", "0.566", "z", **BETWEEN),
        claim_text("z corrected", "0.53", "z", **BETWEEN),
        claim_text("decision", "not significant", "decision", **BETWEEN),
        claim_text("p intervention", "0.6", "p_value", **OWN),
        claim_text("p control", "0.102", "p_value", **CONTROL),
        claim_text("p control corrected", "0.113", "p_value", **CONTROL),
        claim_text("z control", "1.633", "z", **CONTROL),
    ]  # fmt: skip
    claim = claim_text("a", printed, quantity, **place)
    found = search_procedures(differing_claim([claim, *others], THREE_LEVELS, study))
    one = next(
        one for one in found
        if one.code == "procedure_program" and procedure.items() <= one.params["procedure"].items()
    )  # fmt: skip
    assert one.others == {name: name in kept for name in (*kept, *against)}
    if elsewhere is not None:
        # an own treatment of zeros is kept; what does not hold now is not held against it
        labelled = {claim.id: claim_label(claim, study) for claim in others if claim.quantity == "p_value"}
        assert one.params["elsewhere"] == [labelled[name] for name in elsewhere]
