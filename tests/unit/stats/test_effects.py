"""Effects: the first study, definitions, other packages, and whole rows; Holm's correction and the least p."""

from itertools import combinations, product
from math import comb, inf, nan

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from tests.cases import cases

from oxymilk.stats import Procedure, intervals, rank_sum_test, signed_rank_test
from oxymilk.stats import hodges_lehmann as hl
from oxymilk.stats.effects import (
    between_effects,
    holm,
    least_p_value,
    standardised_difference,
    within_effects,
)

ASYMPTOTIC = Procedure("asymptotic")


def named(effects):
    return {effect.name: effect for effect in effects}


def limits(effect):
    return effect.low, effect.high


def test_risks_need_two_values_or_a_threshold():
    x, y = [0, 1, 2, 2], [0, 0, 1]
    without = named(between_effects(x, y, ASYMPTOTIC))
    assert "risk_difference" not in without
    risks = {"risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"}
    assert set(named(between_effects(x, y, ASYMPTOTIC, success=1))) - set(without) == risks
    for threshold, difference in ((1, 3 / 4 - 1 / 3), (2, 1 / 2), ("0.5", 3 / 4 - 1 / 3), (0, 0), (3, 0)):
        effects = named(between_effects(x, y, ASYMPTOTIC, success=threshold))
        assert effects["risk_difference"].estimate == pytest.approx(difference, abs=1e-15)


def test_rows_of_pairs_say_what_they_are():
    rows = within_effects([0] * 6, [1, 2, -1, 3, 0, 0], Procedure("asymptotic", zero_method="pratt"), 0.9)
    z_row = "z / sqrt(N); {}; no interval of its own"
    tango = "score interval, Tango 1998"
    assert [(row.name, row.method, row.note) for row in rows] == [
        ("matched_rank_biserial", "Fisher's transformation, variance without effect", ""),
        ("common_language", tango, "pairs that rose, plus half of those unchanged"),
        ("net_share_risen", tango, ""),
        ("odds_risen", "exact, Clopper and Pearson 1934", ""),
        ("r_z_pairs", "", z_row.format("N counts pairs")),
        ("r_z_observations", "", z_row.format("N counts observations, two a pair")),
        ("hodges_lehmann_shift", hl.EXACT, "post - pre, in units of the score"),
        ("median_difference", "", "post - pre; no interval"),
    ]
    assert {row.level for row in rows} == {0.9}
    # two zeros take ranks 1 and 2; 1, 2, -1, 3 have 3.5, 5, 3.5, 6: r = (14.5 - 3.5) / 18
    r = 11 / 18
    # four differences are used: the ranks 1 to 4 have squares that sum to 30
    reach = stats.norm.isf(0.05) * 30**0.5 / 10
    assert rows[0].estimate == pytest.approx(r, rel=1e-12)
    expected = tuple(np.tanh([np.arctanh(r) - reach, np.arctanh(r) + reach]))
    assert limits(rows[0]) == pytest.approx(expected, rel=1e-12)
    assert limits(rows[1]) == pytest.approx(tuple((1 + end) / 2 for end in limits(rows[2])), rel=1e-12)
    # differences -1, 0, 0, 1, 2, 3
    assert rows[7].estimate == 0.5
    assert np.isnan([rows[7].low, rows[7].high, rows[4].low, rows[5].high]).all()


def test_the_common_language_effect_is_the_net_share_from_0_to_1():
    effects = {
        effect.name: effect for effect in within_effects([0] * 10, [1] * 4 + [-1] + [0] * 5, ASYMPTOTIC)
    }
    share, net = effects["common_language"], effects["net_share_risen"]
    for name in ("estimate", "low", "high"):
        assert getattr(share, name) == pytest.approx((1 + getattr(net, name)) / 2)


def test_rows_of_pairs_that_changed_by_one_size_or_not_at_all():
    plain, split = (
        within_effects([0] * 10, [1] * 3 + [0] * 7, Procedure("asymptotic", zero_method=zero_method))[0]
        for zero_method in ("drop", "split")
    )
    assert plain.method == "exact, Clopper and Pearson 1934"
    assert plain.note == "all changes are of one size: the share of rises, from -1 to 1"
    # three of three: the lower limit of the share is (alpha / 2)^(1/3)
    assert (plain.low, plain.high) == (pytest.approx(2 * 0.025 ** (1 / 3) - 1, rel=1e-9), 1)
    assert split.method == "Fisher's transformation, variance without effect"
    # ranks 4, 4, 4 of 10 in the middle of 7 zeros: (3 * 9 + 14 - 14) / 55
    assert split.estimate == pytest.approx(27 / 55, rel=1e-12)
    rises_and_falls = within_effects([0] * 4, [1, 1, 1, -1], Procedure("asymptotic"))[0]
    expected = tuple(2 * stats.beta.ppf([0.025, 0.975], [3, 4], [2, 1]) - 1)
    assert limits(rises_and_falls) == pytest.approx(expected, rel=1e-9)
    balanced = within_effects([0, 0, 0, 0], [1, -1, 2, -2], Procedure("asymptotic"))
    assert (balanced[0].estimate, balanced[0].note, balanced[3].note) == (0, "", "")
    same = within_effects([0, 0], [0, 0], Procedure("exact"))
    assert (same[0].estimate, same[0].method, same[0].note) == (0, "", "no pair changed")
    assert np.isnan(limits(same[0])).all()
    assert same[3].note == "no pair changed"
    all_rise = within_effects([0, 0], [1, 2], Procedure("asymptotic"))[0]
    assert (all_rise.estimate, all_rise.note) == (1, "no interval at -1 and 1")


@pytest.mark.parametrize(
    ("zero_method", "ranked"), [("drop", "drop"), ("pratt", "pratt"), ("split", "pratt")]
)
def test_the_shift_ranks_zeros_as_the_procedure_does(zero_method, ranked):
    """The inverted test drops zeros or ranks them; a split test ranks them, as Pratt's does."""
    pre, post = [0] * 12, [0, 0, 0, 1, 1, 2, 2, 2, 3, -1, 4, 2]
    row = within_effects(pre, post, Procedure("asymptotic", zero_method=zero_method))[6]
    shift = hl.signed_rank_shift(pre, post, 0.95, ranked)
    assert limits(row) == (shift.low, shift.high)


def test_rows_of_groups_say_what_they_are():
    rows = between_effects([0, 1, 2], [0, 3, 1, 1], Procedure("asymptotic"), 0.9, 2)
    newcombe, hybrid = "score type, Newcombe 2006 method 5", "hybrid score, Newcombe 1998 method 10"
    through = "the interval runs from low (benefit) through infinity to high (harm)"
    assert [(row.name, row.method, row.note) for row in rows] == [
        ("rank_biserial", newcombe, "Cliff's delta"),
        ("common_language", newcombe, ""),
        ("r_z", "", "z / sqrt(N); N counts both groups; no interval of its own"),
        ("hodges_lehmann_shift", hl.EXACT, "first group less second, in units of the score"),
        ("risk_difference", hybrid, ""),
        ("risk_ratio", "score, Miettinen and Nurminen 1985", ""),
        ("odds_ratio", "exact conditional, Fisher", "conditional maximum likelihood"),
        ("number_needed_to_treat", hybrid, through),
    ]
    assert {row.level for row in rows} == {0.9}
    low, high = intervals.superiority(5.5 / 12, 3, 4, 0.9)
    assert (rows[1].low, rows[1].high) == (low, high)
    assert (rows[0].low, rows[0].high) == pytest.approx((2 * low - 1, 2 * high - 1), rel=1e-12)
    assert (rows[3].low, rows[3].high) == (-3, 2)
    assert (rows[5].low, rows[5].high) == intervals.risk_ratio(1, 3, 1, 4, 0.9)


@cases
def test_what_is_not_defined_says_why(x, y, success, ratio_note, odds_note):
    rows = named(between_effects(x, y, ASYMPTOTIC, success=success))
    assert (rows["risk_ratio"].note, rows["odds_ratio"].note) == (ratio_note, odds_note)


def test_groups_apart():
    effects = named(between_effects([1] * 10, [0] * 10, ASYMPTOTIC))
    assert 0 < effects["rank_biserial"].low < effects["rank_biserial"].estimate == 1
    assert (effects["risk_ratio"].high, effects["number_needed_to_treat"].low) == (inf, 1)
    assert "no width" in effects["hodges_lehmann_shift"].note


def test_what_the_values_are_compared_with_is_checked_too():
    procedure = Procedure("exact")
    with pytest.raises(ValueError, match=r"^success\[0\]: 'cukup' is not a number$"):
        between_effects([1, 2], [1, 2], procedure, success="cukup")
    for function in (within_effects, between_effects):
        with pytest.raises(ValueError, match=r"^confidence must lie between 0 and 1, not 95$"):
            function([0, 0], [1, 2], procedure, 95)


def test_holm_is_that_of_statsmodels():
    study = [0.0015654, 0.0832645, 0.0013812]
    for p_values in ([0.01, 0.04, 0.03, 0.005], [0.6, 0.9], [0.2], [0, 1], [0.3, 0.3, 0.01], study):
        assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), rel=1e-14)
    assert holm(study) == pytest.approx([0.0041436, 0.0832645, 0.0041436], rel=1e-12)


@pytest.mark.parametrize("broken", [[], [nan], [1.1], [-0.1], [0.5, 2]])
def test_holm_takes_p_values_only(broken):
    with pytest.raises(ValueError, match=r"^p_values must be one or more numbers from 0 to 1$"):
        holm(broken)


def test_least_p_between_groups_by_enumeration():
    values = [0, 0, 1, 1, 1, 2, 3]
    exact = [Procedure("exact", two_sided=rule) for rule in ("distance", "doubled", "likelihood")]
    others = [Procedure("asymptotic", "less", continuity=True), Procedure("exact", "greater")]
    for procedure, n1 in product((ASYMPTOTIC, *exact, *others, Procedure("exact_untied")), (1, 3)):
        every = []
        for chosen in combinations(range(len(values)), n1):
            x = [values[i] for i in chosen]
            y = [v for i, v in enumerate(values) if i not in chosen]
            every.append(rank_sum_test(x, y, procedure).p_value)
        least = least_p_value("rank_sum", values[:n1], values[n1:], procedure)
        assert least == pytest.approx(min(every), rel=1e-12)


def test_least_p_of_pairs_by_enumeration():
    sizes = [0, 0, 1, 1, 2, 5]
    pratt, split = Procedure("exact", zero_method="pratt"), Procedure("exact_untied", zero_method="split")
    others = Procedure("exact", "less"), Procedure("exact", two_sided="likelihood")
    for procedure in (ASYMPTOTIC, pratt, split, *others):
        every = [
            signed_rank_test([0] * 6, [s * v for s, v in zip(signs, sizes, strict=True)], procedure).p_value
            for signs in product((-1, 1), repeat=6)
        ]
        assert least_p_value("signed_rank", [0] * 6, sizes, procedure) == pytest.approx(min(every), rel=1e-12)


def test_least_p_of_the_first_study_and_of_equal_values():
    for rule in ("distance", "doubled", "likelihood"):
        assert least_p_value("signed_rank", [1, 2], [1, 2], Procedure("exact", two_sided=rule)) == 1
        assert least_p_value("rank_sum", [1, 1], [1, 1, 1], Procedure("exact", two_sided=rule)) == 1
    assert least_p_value("signed_rank", [0] * 10, [1] * 3 + [0] * 7, Procedure("exact")) == 0.25
    # ten against ten with thirteen successes: ten of ten is the most uneven there is
    assert least_p_value("rank_sum", [1] * 10, [1] * 3 + [0] * 7, Procedure("exact")) == 1 / 323
    with pytest.raises(ValueError, match=r"^test must be one of signed_rank, rank_sum; not 'sign'$"):
        least_p_value("sign", [0], [1], ASYMPTOTIC)
    # the two most uneven samples and the two next to them: one sample each has such a rank sum
    likelihood = least_p_value(
        "rank_sum", range(20), range(20, 40), Procedure("exact", two_sided="likelihood")
    )
    assert likelihood == pytest.approx(4 / comb(40, 20), rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "counts", "expected"),
    [
        # Yang & Dalton 2012: of numbers, of two levels, of three levels with S = [[.24, -.15], [-.15, .21]]
        ([1, 2, 3], [2, 3, 4], False, 1),
        ([5, 5], [6, 4], True, 0.1 / 0.245**0.5),
        ([4, 3, 3], [6, 3, 1], True, (0.04 * 0.21 / (0.24 * 0.21 - 0.15**2)) ** 0.5),
        # a level that nobody has changes nothing
        ([5, 0, 5], [6, 0, 4], True, 0.1 / 0.245**0.5),
        ([3, 3], [3, 3, 3], False, 0),
        ([10, 0], [5, 0], True, 0),
        # no spread to measure by: every generalised inverse gives a number here, and none is meant
        ([3, 3], [4, 4], False, None),
        ([10, 0], [0, 10], True, None),
        ([10, 0, 0], [0, 5, 5], True, None),
        # too few
        ([3], [4, 5], False, None),
        ([0, 0], [4, 5], True, None),
    ],
)
def test_standardised_difference(first, second, counts, expected):
    got = standardised_difference(first, second, counts=counts)
    assert got == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12))
    assert got == standardised_difference(second, first, counts=counts)
