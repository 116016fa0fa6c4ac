"""Ways to compute a test: each once, with the switches that lie between it and the declared procedure."""

from itertools import product

import numpy as np
import pytest

from oxymilk.explain.procedures import (
    all_procedures,
    search_procedures,
    switches_between,
    way_values,
    ways_of,
)
from oxymilk.explain.readings import feature_of, readings_of
from oxymilk.stats import Procedure, evaluate_programs, load_programs, rank_sum_test, signed_rank_test
from oxymilk.stats.ranks import expand_counts

PLAIN = Procedure("asymptotic")
EXACT = Procedure("exact")


@pytest.mark.parametrize(
    ("declared", "procedure", "switches"),
    [
        (PLAIN, PLAIN, ()),
        (PLAIN, Procedure("asymptotic", "less", tie_correction=False), ("alternative", "tie_correction")),
        (PLAIN, Procedure("asymptotic", continuity=True, zero_method="pratt"), ("continuity", "zero_method")),
        # what only the other method has counts when it is not at its default
        (PLAIN, EXACT, ("method",)),
        (EXACT, PLAIN, ("method",)),
        (PLAIN, Procedure("exact", two_sided="doubled"), ("method", "two_sided")),
        (PLAIN, Procedure("exact", mid_p=True), ("method", "mid_p")),
        (PLAIN, Procedure("exact", "greater", mid_p=True), ("method", "alternative", "mid_p")),
        (PLAIN, Procedure("exact_untied", half_integer="conservative"), ("method", "half_integer")),
        (EXACT, Procedure("asymptotic", tie_correction=False), ("method", "tie_correction")),
        (EXACT, Procedure("asymptotic", continuity=True), ("method", "continuity")),
        # what only the declared method has is gone with it
        (Procedure("exact", two_sided="doubled", mid_p=True), PLAIN, ("method",)),
        (Procedure("exact", two_sided="doubled"), EXACT, ("two_sided",)),
        (Procedure("exact", two_sided="doubled"), Procedure("exact", "less"), ("alternative",)),
        (
            Procedure("exact", "less"),
            Procedure("exact", two_sided="likelihood"),
            ("alternative", "two_sided"),
        ),
    ],
)
def test_switches_between_two_procedures(declared, procedure, switches):
    assert switches_between(declared, procedure) == switches


@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_all_procedures(test):
    """Counted by hand: normal, exact one-sided and two-sided, the table for untied ranks."""
    found = all_procedures(test)
    zeros = ("drop", "pratt", "split") if test == "signed_rank" else ("drop",)
    normal = {
        Procedure("asymptotic", side, tied, continuity, zero)
        for side, tied, continuity, zero in product(
            ("two-sided", "greater", "less"), (True, False), (False, True), zeros
        )
    }
    exact = {
        Procedure("exact", "two-sided", zero_method=zero, two_sided=rule, mid_p=half)
        for zero, rule, half in product(zeros, ("distance", "doubled", "likelihood"), (False, True))
    } | {
        Procedure("exact", side, zero_method=zero, mid_p=half)
        for side, zero, half in product(("greater", "less"), zeros, (False, True))
    }
    table = {
        Procedure("exact_untied", side, zero_method=zero, half_integer=half)
        for side, zero, half in product(("two-sided", "greater", "less"), zeros, ("natural", "conservative"))
    }
    assert len(found) == len(set(found))
    assert set(found) == normal | exact | table


@pytest.mark.parametrize("declared", [PLAIN, Procedure("asymptotic", "less"), EXACT])
@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_every_line_and_every_combination_is_one_way(test, declared):
    ways = ways_of(test, declared)
    lines = [program for way in ways for program in way.programs]
    assert sorted(each.id for each in lines) == sorted(p.id for p in load_programs() if p.test == test)
    keys = [(way.procedure, way.tail, way.other) for way in ways]
    assert len(keys) == len(set(keys))
    for way in ways:
        for program in way.programs:
            assert (program.procedure, program.tail, program.other) == (way.procedure, way.tail, way.other)
        assert not way.truncated
        assert way.effort == len(way.switches)
        if way.procedure is None:
            assert way.other
            assert way.switches
            continue
        assert way.other == ""
        switches = set(switches_between(declared, way.procedure))
        if way.tail:
            # the smaller of the two one-sided p-values is another alternative than a two-sided one
            assert way.tail == "smaller"
            switches |= {"alternative"} if declared.alternative == "two-sided" else set()
        else:
            assert way.tail == ""
        assert set(way.switches) == switches
        assert len(way.switches) == len(switches)
    # each combination of switches stands once as itself, shown by programs or by none
    alone = [way.procedure for way in ways if way.procedure is not None and not way.tail]
    assert sorted(map(repr, alone)) == sorted(map(repr, all_procedures(test)))
    # programs first; among the switches of a way the order is that of the procedure
    shown = [bool(way.programs) for way in ways]
    assert shown == sorted(shown, reverse=True)
    order = list(PLAIN.__dataclass_fields__)
    for way in ways:
        if way.procedure is not None:
            assert list(way.switches) == sorted(way.switches, key=order.index)


PAIRS = np.array([[[1, 3, 2], [1, 2, 1], [0, 1, 2]], [[4, 0, 1], [2, 1, 2], [1, 1, 1]]])
TWO_LEVELS = np.array([[[1, 5], [1, 4]], [[4, 1], [3, 2]]])


@pytest.mark.parametrize("quantity", ["p_value", "threshold", "decision", "z"])
@pytest.mark.parametrize("pairs", [PAIRS, TWO_LEVELS])
@pytest.mark.parametrize("test", ["signed_rank", "rank_sum"])
def test_the_number_of_each_way(test, quantity, pairs, make_study, records_with, claim_text):
    study = make_study(pairs.shape[-1])
    records = records_with(study, pairs)
    printed = {"decision": "significant", "threshold": "0.05"}.get(quantity, "0.5")
    cells = {"test": test, "group": study.group_ids[0] if test == "signed_rank" else ""}
    operator = "<" if quantity == "threshold" else ""
    (reading,) = readings_of(records, [claim_text("p", printed, quantity, operator=operator, **cells)])
    feature = feature_of(reading, records.tables, study)
    counts = pairs[0] if test == "signed_rank" else feature
    values = expand_counts(test, counts)
    printed_by = {each.entry.id: each.p_value for each in evaluate_programs(test, *values)}
    run = signed_rank_test if test == "signed_rank" else rank_sum_test
    ways = ways_of(test, PLAIN)
    found = way_values(reading, counts, feature, iter(ways))
    assert len(found) == len(ways)
    for way, value in zip(ways, found, strict=True):
        if way.tail or way.other:
            if quantity == "z":
                assert value is None
            else:
                assert value.shape == (1,)
                # a test of two levels has no number on three
                expected = printed_by.get(way.programs[0].id, np.nan)
                assert value.tolist() == pytest.approx([expected], nan_ok=True)
        else:
            result = run(*values, way.procedure)
            expected = abs(result.z) if quantity == "z" else result.p_value
            assert value.tolist() == pytest.approx([expected])


def test_cut_digits_are_a_slip_only_where_the_paper_rounds(make_study, records_with, claim_text):
    study = make_study(2)
    p_value = rank_sum_test(*expand_counts("rank_sum", TWO_LEVELS.sum(axis=1)), EXACT).p_value
    cut = f"{p_value:.5f}"[:5]
    assert cut != f"{p_value:.3f}"

    def codes(rounding, **cells):
        changed = study.model_copy(update={"rounding": rounding})
        known = records_with(changed, TWO_LEVELS)
        (reading,) = readings_of(known, [claim_text("p", cut, "p_value", test="rank_sum", **cells)])
        feature = feature_of(reading, known.tables, changed)
        return {hit.code for hit in search_procedures(reading, feature, feature, PLAIN)}

    assert {"procedure_program_truncated"} <= codes("half_up")
    assert not any("truncated" in code for code in codes("truncate"))
    assert "procedure_program" in codes("truncate")
    assert not any("truncated" in code for code in codes("half_up", operator="<"))


def test_the_smaller_tail_is_said(make_study, records_with, claim_text):
    study = make_study(2)
    records = records_with(study, TWO_LEVELS)
    values = expand_counts("rank_sum", TWO_LEVELS.sum(axis=1))
    tails = [rank_sum_test(*values, Procedure("exact", side)).p_value for side in ("greater", "less")]
    printed = f"{min(tails):.6f}"
    (reading,) = readings_of(records, [claim_text("p", printed, "p_value", test="rank_sum")])
    feature = feature_of(reading, records.tables, study)
    hits = search_procedures(reading, feature, feature, PLAIN)
    said = [hit.params["procedure"] for hit in hits if hit.params["programs"] and "procedure" in hit.params]
    assert {"test": "rank_sum", "method": "exact", "mid_p": False, "tail": "smaller"} in said
    assert all(hit.procedure is None for hit in hits if "tail" in hit.params.get("procedure", {}))
