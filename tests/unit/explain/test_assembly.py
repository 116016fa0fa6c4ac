"""One claim after another: what is searched for it, which other claims stand beside it, how it is laid out."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from oxymilk.explain.assembly import EXPLANATION_COLUMNS, cases_of, explain_case, explanation_rows
from oxymilk.explain.hits import claim_label, describe_hit, sorted_text, statistic_label
from oxymilk.explain.scales import untied_signed_rank
from oxymilk.stats import Procedure, difference_counts, rank_sum_counts, signed_rank_counts

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


def test_as_many_departures_as_asked_for(case_of, claim_text):
    case = case_of([claim_text("a", "7", "count", **CELL)])
    shown = {most: by_code(explain_case(case, most=most), "departure") for most in (1, 4)}
    assert {most: len(hits) for most, hits in shown.items()} == {1: 1, 4: 4}
    assert len(by_code(explain_case(case), "departure")) == 5


@pytest.mark.parametrize(
    ("quantity", "operator", "printed", "n", "computed", "code"),
    [
        # what the verdict computed is what should have been printed; its sign is not looked at
        ("sum", "", "51", "7+8", "15", "notation_swapped"),
        ("sum", "<=", "51", "7+8", "15", "notation_swapped"),
        ("sum", "", "51", "7-22", "-15", "notation_swapped"),
        ("comparison", "", "51", "15", "", "notation_swapped"),
        ("comparison", "=", "51", "-15", "", "notation_swapped"),
        ("comparison", "~", "51", "15", "", "notation_swapped"),
        ("comparison", "", "5,1", "1,5", "", "notation_swapped"),
        # no number should have been printed
        ("comparison", "<", "51", "15", "", "no_search"),
        ("comparison", ">=", "51", "15", "", "no_search"),
        ("between", "", "51", "11;15", "15", "no_search"),
        ("sum", "", "51", "7+8", "", "no_search"),
    ],
)
def test_claims_about_printed_numbers(quantity, operator, printed, n, computed, code, case_of, claim_text):
    claim = claim_text("a", printed, quantity, operator=operator, n=n)._replace(check="arithmetic")
    (hit,) = explain_case(case_of([claim], computed=computed))
    assert hit.code == code


def test_what_needs_data_is_not_searched_without(case_of, claim_text):
    """A number of the data that no table of levels gives."""
    claim = claim_text("a", "9", "percent", timepoint="later", group="control", level="level0")
    (hit,) = explain_case(case_of([claim]))
    assert hit.code == "number_outcome"


@pytest.mark.parametrize(
    ("quantity", "printed", "computed", "code", "share"),
    [
        # 16 and 51 and 1 and 5, of all strings of two digits
        ("sum", "5", "15", "dropped", "4/100"),
        ("sum", "051", "15", "swapped", "2/100"),
        # 1, 3 and 25; 250 is longer than both numbers
        ("sum", "25", "0.25", "mark_lost", "3/100"),
        ("sum", "0", "0.6", "truncated", "1/10"),
        ("sum", "100", "99.2", "rounded_up", "1/1000"),
        # 101 and 10
        ("sum", "10", "100.2", "swapped", "2/1000"),
        # percentages end at 100
        ("ratio_percent", "71,5%", "71.42857", "rounded_up", "1/1001"),
        ("percent", "71,5%", "71.42857", "rounded_up", "1/1001"),
        ("sum", "71,5", "71.42857", "rounded_up", "1/991"),
    ],
)
def test_strings_that_could_stand_for_printed_numbers(
    quantity, printed, computed, code, share, case_of, claim_text
):
    claim = claim_text("a", printed, quantity, n="1/2")._replace(check="arithmetic")
    hits = explain_case(case_of([claim], computed=computed))
    (hit,) = by_code(hits, f"notation_{code}")
    assert hit.coincidence == pytest.approx(float(Fraction(share)))


def test_strings_that_could_stand_for_numbers_of_the_data(case_of, claim_text):
    """Eight of ten, printed as nine: one of the counts from 0 to 10."""
    hits = explain_case(case_of([claim_text("a", "9", "count", **CELL)]), budget=0)
    (hit,) = by_code(hits, "notation_rounded_up")
    assert hit.coincidence == pytest.approx(1 / 11)


def test_a_halved_p_value(case_of, claim_text):
    """Half of 0.0588, of which 0.059 is printed."""
    claim = claim_text("a", "0.0295", "p_value", **OWN)
    assert by_code(explain_case(case_of([claim]), budget=0), "notation_halved")


def test_a_size_is_not_copied(case_of, claim_text):
    """The sizes are no numbers that the tables give: only what the digits say is searched."""
    claims = [claim_text(name, "25", "sample_size", group=name) for name in ("intervention", "control")]
    (hit,) = explain_case(case_of(claims, computed="10"))
    assert hit.code == "nothing_found"


def test_what_is_no_explanation_comes_last(case_of, claim_text):
    """Also behind explanations that say little and contradict another claim: three rose, one-sided p is 0.042."""
    claims = [claim_text("a", "significant", "decision", **OWN), claim_text("b", "9", "count", **CELL)]
    hits = explain_case(case_of(claims, [[[0, 3], [0, 0]], [[1, 1], [0, 0]]]), budget=0)
    assert {(hit.informative, hit.contradicted) for hit in hits[:-1]} == {(False, ("b",))}
    assert [hit.kind for hit in hits[-2:]] == ["procedure", "none"]


def test_copies_are_numbers_of_other_places(case_of, claim_text):
    here = {"group": "intervention", "timepoint": "pre", "level": "level0"}
    outcome = case_of([claim_text("a", "7", "count", **here)]).study.outcome.id

    def other(name, printed="7", quantity="count", check="recompute", **changed):
        return claim_text(name, printed, quantity, **(here | changed))._replace(check=check)

    claims = [
        other("a"),
        # of another kind, about a bound, not to be checked, or a word
        other("kind", "7%", "percent", group="control"),
        other("bound", group="control", timepoint="post", operator="<"),
        other("unclear", check="ambiguous", group="control", timepoint="post"),
        other("unreadable", "seven", check="cited", group="control"),
        other("group", group="control"),
        other("group_again", group="control"),
        other("group_otherwise", "7,0", group="control", operator="="),
        other("level", level="level1"),
        other("timepoint", timepoint="post"),
        other("cited", check="cited", operator="~"),
        other("comma", "7,0", group="control", level="level1"),
        other("negative", "-7", check="cited", group="control"),
        # the same place, as another number or in other words
        other("same", "8"),
        other("same_outcome", variable=outcome),
    ]
    copies = by_code(explain_case(case_of(claims), budget=0), "notation_copied")
    assert {hit.params["claim"] for hit in copies} == {
        "group",
        "level",
        "timepoint",
        "cited",
        "comma",
        "negative",
    }
    (level,) = (hit for hit in copies if hit.params["claim"] == "level")
    assert level.params["other"] == {
        "en": "Oxytocin massage, Before, level1: count 7",
        "id": "Pijat oksitosin, Sebelum, level1: jumlah 7",
    }


def test_a_test_is_one_place_whatever_timepoint_is_written(case_of, claim_text):
    claims = [
        claim_text("a", "0.5", "p_value", timepoint="post", **BETWEEN),
        claim_text("b", "0.5", "p_value", **BETWEEN),
        claim_text("c", "0.6", "p_value", **BETWEEN),
        claim_text("d", "0.5", "p_value", **OWN),
        claim_text("e", "0.5", "p_value", test="rank_sum")._replace(check="cited"),
        claim_text("f", "0.5", "p_value", test="signed_rank")._replace(check="cited"),
    ]
    case = case_of(claims)
    assert case.ids == ("a", "b")
    copies = by_code(explain_case(case, budget=0), "notation_copied")
    assert {hit.params["claim"] for hit in copies} == {"d", "e", "f"}


@pytest.mark.parametrize(
    ("place", "names"),
    [(OWN, "z w_plus w_minus"), (BETWEEN, "z u1 u2 rank_sum1 rank_sum2")],
)
def test_statistics_in_the_place_of_a_p_value(place, names, case_of, claim_text):
    procedure = case_of([claim_text("a", "1", "p_value", **place)]).declared
    if place is OWN:
        result = signed_rank_counts(*difference_counts(PAIRS[0]), procedure)
    else:
        result = rank_sum_counts(PAIRS.sum(axis=1), procedure)
    for name in names.split():
        printed = f"{abs(getattr(result, name)):.3f}"
        hits = explain_case(case_of([claim_text("a", printed, "p_value", **place)]), budget=0)
        found = [hit.params["other"] for hit in by_code(hits, "notation_statistic")]
        assert statistic_label(name) in found, name
        # where no p-value is printed, no statistic can have slipped into its place
        hits = explain_case(case_of([claim_text("a", printed, "z", **place)]), budget=0)
        assert not by_code(hits, "notation_statistic")


def test_a_printed_z_of_the_same_test_gives_the_p_value(case_of, claim_text):
    p_value = claim_text("p", "0.046", "p_value", **OWN)
    z = {
        "own": claim_text("z", "2.0", "z", **OWN),
        "of the other group": claim_text("z", "2.0", "z", **(OWN | {"group": "control"})),
        "of the other test": claim_text("z", "2.0", "z", **BETWEEN),
        "a bound": claim_text("z", "1.9", "z", operator=">", **OWN),
        "no z": claim_text("z", "2.0", "w", **OWN),
    }
    found = {
        name: bool(by_code(explain_case(case_of([p_value, claim]), budget=0), "notation_printed_z"))
        for name, claim in z.items()
    }
    assert [name for name, given in found.items() if given] == ["own"]


def test_slips_and_finer_scales_leave_the_data_as_they_are(case_of, claim_text, decimals):
    """The other claims hold, or do not, as without them."""
    others = [
        claim_text("held", "8", "count", **CELL),
        claim_text("not", "5", "count", **(CELL | {"timepoint": "post"})),
    ]
    declared = case_of([claim_text("a", "1", "p_value", **OWN)]).declared
    true = decimals(signed_rank_counts(*difference_counts(PAIRS[0]), declared).p_value, 3)
    finer = decimals(untied_signed_rank(6, 1, 3, declared).p_value[0], 3)
    for printed, code in ((true[:3] + true[4] + true[3], "notation_swapped"), (finer, "scale_untied")):
        hits = explain_case(case_of([claim_text("a", printed, "p_value", **OWN), *others]), budget=0)
        (hit,) = by_code(hits, code)
        assert (hit.kept, hit.contradicted) == (("held",), ("not",))


THREE_LEVELS = np.array([[[4, 1, 0], [0, 0, 0], [0, 2, 2]], [[3, 2, 0], [1, 1, 3], [0, 0, 1]]])
CONTROL = {"test": "signed_rank", "group": "control"}


@pytest.fixture
def three_levels(case_of, make_study, claim_text):
    """The hits of a claim that is printed first, beside claims of whom it is known what they would be.

    Declared (asymptotic, zeros after Pratt), and with continuity correction: between the groups p 0.572 and 0.599,
    z 0.566 and 0.525; intervention p 0.564 and 0.613, without Pratt's zeros 0.773; control p 0.102 and 0.113.
    """
    study = make_study(3, method="asymptotic", zero_method="pratt")
    others = [
        claim_text("n", "5", "count", **CELL),
        claim_text("not n", "6", "count", **CELL),
        claim_text("p", "0.572", "p_value", **BETWEEN),
        claim_text("p corrected", "0.60", "p_value", **BETWEEN),
        claim_text("p one-tailed", "0.37", "p_value", **BETWEEN),
        claim_text("z", "0.566", "z", **BETWEEN),
        claim_text("z corrected", "0.53", "z", **BETWEEN),
        claim_text("decision", "not significant", "decision", **BETWEEN),
        claim_text("p intervention", "0.6", "p_value", **OWN),
        claim_text("p control", "0.102", "p_value", **CONTROL),
        claim_text("p control corrected", "0.113", "p_value", **CONTROL),
        claim_text("z control", "1.633", "z", **CONTROL),
    ]
    labels = {claim.id: claim_label(claim, study) for claim in others if claim.quantity == "p_value"}

    def explain(printed, quantity, place):
        case = case_of([claim_text("a", printed, quantity, **place), *others], THREE_LEVELS, study)
        return explain_case(case, budget=0), labels

    return explain


def test_another_procedure_is_held_against_the_other_claims(three_levels):
    """Claims of the same test follow it, claims of the data stay, those of other tests are named."""
    hits, labels = three_levels("0.599", "p_value", BETWEEN)
    corrected = Procedure("asymptotic", continuity=True)
    (hit,) = (hit for hit in by_code(hits, "procedure_program") if hit.procedure == corrected)
    assert hit.kept == (
        "n",
        "p corrected",
        "z corrected",
        "decision",
        "p intervention",
        "p control",
        "z control",
    )
    assert hit.contradicted == ("not n", "p", "p one-tailed", "z", "p control corrected")
    # an own treatment of zeros is kept; what does not hold now is not held against it
    assert hit.params["elsewhere"] == [labels["p control"]]


def test_one_tail_is_no_procedure_of_other_claims(three_levels):
    hits, _ = three_levels("0.3653", "p_value", BETWEEN)
    (hit,) = by_code(hits, "procedure_program")
    assert hit.procedure is None
    assert "p one-tailed" in hit.kept
    assert set(hit.contradicted) == {"not n", "p", "p corrected", "z corrected", "p control corrected"}


def test_the_procedure_of_a_printed_z(three_levels):
    hits, _ = three_levels("0.525", "z", BETWEEN)
    (hit,) = (hit for hit in hits if hit.procedure == Procedure("asymptotic", continuity=True))
    assert {"n", "p corrected", "z corrected"} <= set(hit.kept)
    assert {"not n", "p", "z"} <= set(hit.contradicted)


def test_the_procedure_of_one_group(three_levels):
    hits, labels = three_levels("0.613", "p_value", OWN)
    found = [
        hit for hit in hits if hit.procedure == Procedure("asymptotic", continuity=True, zero_method="pratt")
    ]
    assert "p" in found[0].kept
    assert found[0].params["elsewhere"] == [labels["p"], labels["p control"]]


@pytest.mark.parametrize(
    ("printed", "quantity", "place", "code", "expected"),
    [
        ("0.599", "p_value", BETWEEN, "procedure_program", ("0.599", "0.5995")),
        (",599", "p_value", BETWEEN, "procedure_program", (",599", "0.5995")),
        # 0.572 of a z, in digits cut and in digits rounded
        ("0.5732", "p_value", BETWEEN, "procedure_other", ("0.5732", "0.5732")),
        ("0.59946", "p_value", BETWEEN, "procedure_program_truncated", ("0.59946", "0.5995")),
        ("0.525", "z", BETWEEN, "procedure_program", ("0.525", "0.5252")),
        # of what a slip made a number, that is what is printed
        ("0.752", "p_value", BETWEEN, "notation_swapped", ("0.752", "0.5717")),
        ("9", "count", CELL, "notation_mistyped", ("9", "5")),
    ],
)
def test_what_a_hit_would_print(printed, quantity, place, code, expected, three_levels):
    hits, _ = three_levels(printed, quantity, place)
    hit = by_code(hits, code)[0]
    assert (hit.prints_as, hit.params["value"]) == expected
    assert hit.params["prints_as"] == hit.prints_as
    assert hit.params["printed"] == printed


@pytest.mark.parametrize(
    ("printed", "prints_as"),
    [
        ("0.05", "0.029"),
        ("0,1", "0,029"),
        (".05", ".029"),
        ("0.050", "0.029"),
        ("0.0500", "0.0294"),
        ("1", "0"),
    ],
)
def test_a_p_value_below_a_threshold_has_three_decimals(printed, prints_as, case_of, claim_text):
    claim = claim_text("a", printed, "threshold", operator="<", **OWN)
    hits = explain_case(case_of([claim]), budget=0)
    one_sided = next(hit for hit in hits if hit.procedure == Procedure("asymptotic", "greater"))
    assert (one_sided.prints_as, one_sided.params["value"]) == (prints_as, "0.02939")


def test_a_p_value_has_its_own_decimals(case_of, claim_text):
    hits = explain_case(case_of([claim_text("a", "0.03", "p_value", **OWN)]), budget=0)
    assert {hit.prints_as for hit in hits if hit.kind == "procedure"} == {"0.03"}


@pytest.mark.parametrize("printed", ["significant", "not significant"])
def test_a_decision_is_printed_as_one(printed, case_of, claim_text):
    """Three against three without overlap: two-sided 0.025; of the exact ways one tail is 0.05, no less."""
    apart = [[[0, 3], [0, 0]], [[3, 0], [0, 0]]]
    alike = [[[0, 3], [0, 0]], [[1, 2], [0, 0]]]
    claim = claim_text("a", printed, "decision", **BETWEEN)
    hits = explain_case(case_of([claim], alike if printed == "significant" else apart))
    found = [hit for hit in hits if hit.kind != "none"]
    assert {hit.prints_as for hit in found} == {printed}
    if printed == "not significant":
        assert any(hit.value == pytest.approx(0.05, abs=1e-12) for hit in found)


@pytest.mark.parametrize(
    ("printed", "quantity", "place"),
    [
        ("0.021", "p_value", BETWEEN),
        ("2.0", "z", OWN),
        ("7", "count", CELL),
        ("51", "count", CELL),
    ],
)
def test_a_row_says_what_a_hit_is(printed, quantity, place, case_of, claim_text):
    claims = [claim_text(name, printed, quantity, **place) for name in ("a", "b")]
    control = CELL | {"group": "control"}
    others = [
        claim_text("n", "7", "count", **control),
        claim_text("m", "7", "count", timepoint="post", level="level1", group="intervention"),
        claim_text("k", "6", "count", **control),
        claim_text("l", "5", "count", **control),
    ]
    case = case_of([*claims, *others])
    hits = explain_case(case)
    rows, witnesses = explanation_rows(case, hits)
    assert len(rows) == len(hits)
    for rank, (hit, cells) in enumerate(zip(hits, rows, strict=True), start=1):
        row = dict(zip(EXPLANATION_COLUMNS, cells, strict=True))
        found = hit.kind != "none"
        expected = {
            "claim_id": "a",
            "claim_ids": "a b",
            "kind": hit.kind,
            "rank": str(rank),
            "description": describe_hit(hit.code, hit.params),
            "programs": hit.programs,
            "p_value": f"{hit.value:.10g}" if found and quantity == "p_value" else "",
            "prints_as": hit.prints_as,
            "participants_changed": str(hit.participants_changed) if hit.kind == "departure" else "",
            "switches_moved": str(hit.switches_moved) if hit.kind == "procedure" else "",
            "ways": str(hit.ways) if found else "",
            "claims_kept": " ".join(hit.kept),
            "claims_contradicted": " ".join(hit.contradicted),
            "coincidence": f"{hit.coincidence:.10g}" if found else "",
            "informative": "true" if found and hit.coincidence <= 0.5 else "false",
            "witness": f"a_{rank}.csv" if hit.witness is not None else "",
            "code": hit.code,
            "params": sorted_text(hit.params),
        }
        assert row == expected
        if hit.witness is not None:
            assert witnesses[row["witness"]] is hit.witness
    assert len(witnesses) == sum(hit.witness is not None for hit in hits)
