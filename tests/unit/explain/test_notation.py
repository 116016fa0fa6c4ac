"""Each slip on a number where it is known what comes out; copies and statistics in the place of a number."""

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.cases import cases

from oxymilk.explain.coincidence import Printable
from oxymilk.explain.notation import claim_label, search_notation, slips_of
from oxymilk.stats import difference_counts, rank_sum_counts, signed_rank_counts

PAIRS = [[[2, 6], [1, 1]], [[5, 2], [2, 3]]]
OWN = {"test": "signed_rank", "group": "intervention"}
BETWEEN = {"test": "rank_sum"}
CELL = {"group": "intervention", "timepoint": "pre", "level": "level0"}


def units_of(true, decimals, *, is_p=False, rounding="half_up", operator=""):
    """What each slip makes of a number, in units of the last place."""
    printable = Printable(0, 10**decimals, 0, decimals, operator, rounding)
    slips = slips_of(Fraction(true), printable, is_p)
    return {slip.code.removeprefix("notation_"): sorted(slip.units) for slip in slips}


def mistyped(right, places):
    """A number with one of its last digits mistyped."""
    digits = f"{right:0{places}d}"
    return sorted(
        {int(digits[:i] + d + digits[i + 1 :]) for i in range(places) for d in "0123456789"} - {right}
    )


@cases
def test_all_that_slips_make_of_a_number(true, decimals, is_p, expected):
    assert units_of(true, decimals, is_p=is_p) == expected


@cases
def test_one_slip(true, decimals, code, expected, options):
    assert units_of(true, decimals, **options).get(code) == expected


@cases
def test_a_floor_is_the_smallest_that_is_printed(true, decimals, floor):
    slips = units_of(true, decimals, is_p=True)
    assert slips.get("floor") == floor
    assert ("zero" in slips) == (Fraction(true) < Fraction(1, 1000))


@cases
def test_bounds_have_slips_of_their_own(true, decimals, is_p, operator, expected):
    assert units_of(true, decimals, is_p=is_p, operator=operator) == expected


@cases
def test_a_half_goes_to_the_even_digit(true, decimals, rounding, expected):
    assert units_of(true, decimals, rounding=rounding).get("half_even") == expected


@cases
def test_a_column_that_is_made_to_add_up(printed, column, found, differing_claim, claim_text):
    cell = {"group": "intervention", "timepoint": "pre", "n": "3"}
    pairs = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    claims = [claim_text("a", printed, "percent", level="level0", **cell)]
    claims += [claim_text(level, other, "percent", level=level, **cell) for level, other in column.items()]
    # other columns, and what is no percentage of a level
    claims += [claim_text("b", "60%", "percent", level="level1", **(cell | {"timepoint": "post"})),
               claim_text("c", "50%", "percent_up", group="intervention")]  # fmt: skip
    for check, computed in (("recompute", ""), ("arithmetic", "33.33333333")):
        chosen = [replace(claim, check=check) for claim in claims]
        rows = search_notation(differing_claim(chosen, pairs, computed=computed))
        adjusted = [row for row in rows if row.code == "notation_column"]
        assert bool(adjusted) == found
        # of 1001 percentages this one, which is rounded upwards too; of the data also 33.0% filled up, and a copy
        assert all(row.coincidence <= 3 / 1001 for row in adjusted)


def test_changes_add_up_too(differing_claim, claim_text):
    """6 of 9 rose, 1 fell, 2 stayed: 66.7%, 11.1%, 22.2%."""
    own = {"group": "intervention", "n": "9"}
    pairs = [[[1, 6], [1, 1]], [[9, 0], [0, 0]]]
    claims = [claim_text("a", "66.6%", "percent_up", **own), claim_text("b", "11.2%", "percent_down", **own),
              claim_text("c", "22.2%", "percent_unchanged", **own)]  # fmt: skip
    assert "notation_column" in {row.code for row in search_notation(differing_claim(claims, pairs))}


@pytest.mark.parametrize(
    ("printed", "codes"), [("0.000", set()), ("0.00", set()), ("0", set()), ("1.000", {"statistic"})]
)
def test_a_zero_is_no_sign_of_a_copy(printed, codes, differing_claim, claim_text):
    """All change one way, W- is 0; the other group's p and a printed Z agree with zero: as in every honest paper."""
    pairs = [[[10, 10], [0, 0]], [[17, 3], [0, 0]]]
    others = [
        claim_text("b", printed, "p_value", **(OWN | {"group": "control"})),
        claim_text("z", "4.5", "z", **OWN),
    ]
    if printed == "1.000":
        pairs = [[[0, 1], [0, 0]], [[2, 3], [0, 0]]]  # W+ is 1
    rows = search_notation(differing_claim([claim_text("a", printed, "p_value", **OWN), *others], pairs))
    found = {row.code.removeprefix("notation_") for row in rows}
    assert found & {"copied", "statistic", "printed_z", "padded", "halved", "doubled", "zero_lost"} == codes


def test_copies_are_one_step(differing_claim, claim_text):
    """It is no merit of a number to be listed first among those that may have been copied."""
    others = [claim_text("b", "4", "count", **(CELL | {"group": "control"})),
              claim_text("c", "5", "count", **(CELL | {"timepoint": "post"}))]  # fmt: skip
    shares = set()
    for printed in ("4", "5"):
        found = search_notation(differing_claim([claim_text("a", printed, "count", **CELL), *others], PAIRS))
        (copied,) = (one for one in found if one.code == "notation_copied")
        assert copied.params["claim"] == ("b" if printed == "4" else "c")
        shares.add(copied.coincidence)
    # rounded up 9, and both copies, of the counts from 0 to 10
    assert shares == {3 / 11}


@pytest.mark.parametrize("place", [OWN, BETWEEN])
def test_statistics_in_the_place_of_a_p_value(place, differing_claim, claim_text):
    declared = differing_claim([claim_text("a", "1", "p_value", **place)], PAIRS).on_counts.declared
    if place is OWN:
        result, names = signed_rank_counts(*difference_counts(PAIRS[0]), declared), "z w_plus w_minus"
    else:
        result = rank_sum_counts([[3, 7], [7, 5]], declared)
        names = "z u1 u2 rank_sum1 rank_sum2"
    for name in names.split():
        printed = f"{abs(getattr(result, name)):.3f}"
        for quantity, occurs in (("p_value", True), ("z", False)):
            found = search_notation(differing_claim([claim_text("a", printed, quantity, **place)], PAIRS))
            assert ("notation_statistic" in {one.code for one in found}) == occurs, name


def test_a_printed_z_of_the_same_test_gives_the_p_value(differing_claim, claim_text):
    p_value = claim_text("p", "0.046", "p_value", **OWN)
    others = {
        "own": claim_text("z", "2.0", "z", **OWN),
        "of the other group": claim_text("z", "2.0", "z", **(OWN | {"group": "control"})),
        "of the other test": claim_text("z", "2.0", "z", **BETWEEN),
        "a bound": claim_text("z", "1.9", "z", operator=">", **OWN),
        "no z": claim_text("z", "2.0", "w", **OWN),
    }
    for name, other in others.items():
        codes = {one.code for one in search_notation(differing_claim([p_value, other], PAIRS))}
        assert ("notation_printed_z" in codes) == (name == "own"), name


def test_copies_are_numbers_of_other_places(differing_claim, claim_text, make_study):
    outcome = make_study(2).outcome.id

    def other(name, printed="7", quantity="count", **changed):
        return claim_text(name, printed, quantity, **(CELL | changed))

    claims = [
        other("a"),
        # of another kind, about a bound, not to be checked, or a word
        other("kind", "7%", "percent", group="control"),
        other("bound", group="control", timepoint="post", operator="<"),
        other("unclear", check="ambiguous", group="control", timepoint="post"),
        other("unreadable", "seven", check="cited", group="control"),
        # the same place, as another number or in other words
        other("same", "8"), other("same_outcome", variable=outcome),
        # other places, each once
        other("group", group="control"), other("group_again", group="control"),
        other("group_otherwise", "7,0", group="control", operator="="), other("level", level="level1"),
        other("timepoint", timepoint="post"), other("cited", check="cited", operator="~"),
        other("comma", "7,0", group="control", level="level1"),
        other("negative", "-7", check="cited", group="control"),
    ]  # fmt: skip
    found = [one for one in search_notation(differing_claim(claims, PAIRS)) if one.code == "notation_copied"]
    due = ["group", "level", "timepoint", "cited", "comma", "negative"]
    assert [one.params["claim"] for one in found] == due
    assert found[1].params["other"] == {
        "en": "Oxytocin massage, Before, level1: count 7",
        "id": "Pijat oksitosin, Sebelum, level1: jumlah 7",
    }


@cases
def test_claims_about_printed_numbers(
    quantity, operator, printed, n, computed, code, share, differing_claim, claim_text
):
    claim = claim_text("a", printed, quantity, operator=operator, n=n, check="arithmetic")
    found = {one.code: one for one in search_notation(differing_claim([claim], PAIRS, computed=computed))}
    assert bool(found) == bool(code)
    if code:
        explanation = found[f"notation_{code}"]
        assert explanation.coincidence == pytest.approx(float(Fraction(share)))
        assert explanation.value == abs(float(computed or n))


@cases
def test_the_number_that_a_slip_was_made_of(printed, code, source):
    decimals = len(printed) - 2
    slips = slips_of(Fraction("0.0146"), Printable(0, 10**decimals, 0, decimals, "", "half_up"), False)
    assert {slip.params["source"] for slip in slips if slip.code == f"notation_{code}"} == {source}


def test_a_cited_number_is_named_with_its_place(make_study, claim_text):
    claim = claim_text("a", "0.5", "p_value", where="introduction p1", **BETWEEN)
    study = make_study(2)
    assert claim_label(claim, study)["en"] == "Mann-Whitney test: p-value 0.5"
    cited = claim_text("a", "0.5", "p_value", where="introduction p1", check="cited", **BETWEEN)
    assert claim_label(cited, study) == {
        "en": "introduction p1, Mann-Whitney test: p-value 0.5",
        "id": "introduction p1, uji Mann-Whitney: nilai-p 0.5",
    }
