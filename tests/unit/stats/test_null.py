"""The routes to one exact distribution give the same whole numbers, within the memory that is stated."""

import re
import tracemalloc
from fractions import Fraction
from itertools import accumulate, product
from math import comb, inf, prod

import numpy as np
import pytest
from tests.cases import cases

from oxymilk.stats import Procedure, TooLargeError, null, rank_sum_counts, rank_sum_test, signed_rank_counts
from oxymilk.stats.ranks import doubled_midranks


def tie_groups(n, levels):
    """Sizes, and the doubled mid-ranks, of n random observations."""
    sizes = np.bincount(np.random.default_rng(n).integers(0, levels, n))
    sizes = sizes[sizes > 0]
    return tuple(sizes.tolist()), tuple(doubled_midranks(sizes).tolist())


def from_zero(ranks):
    return tuple(rank - ranks[0] for rank in ranks)


def same_tails(whole, tail, counts):
    top = len(counts)
    places = (-1, 0, 1, top // 3, top // 2, top - 2, top - 1, top, 10**6)
    assert [whole(t) for t in places] == [tail(t) for t in places]


# 63 observations and more leave 64-bit integers
@pytest.mark.parametrize(("n", "levels"), [(9, 2), (40, 3), (61, 4), (62, 5), (63, 5), (90, 3), (70, 12)])
def test_flips_by_two_routes(n, levels):
    sizes, scores = tie_groups(n, levels)
    counts = null.flip_counts(sizes, scores)
    assert sum(counts) == 2**n
    assert counts == counts[::-1]
    same_tails(null.lower_from_counts(counts), null.lower_from_ends(sizes, scores), counts)


@cases
def test_samples_by_two_routes(n, drawn, levels):
    sizes, ranks = tie_groups(n, levels)
    scores = from_zero(ranks)
    counts = null.sample_counts(sizes, scores, drawn)
    assert sum(counts) == comb(n, drawn)
    mean = Fraction(sum(t * ways for t, ways in enumerate(counts)), comb(n, drawn))
    assert mean == Fraction(drawn * sum(map(prod, zip(sizes, scores, strict=True))), n)
    same_tails(null.lower_from_counts(counts), null.lower_from_ends(sizes, scores, drawn), counts)


# Mann & Whitney 1947, doi:10.1214/aoms/1177730491, table I: n = m = 3 has tails .05 .10 .20 .35 .50
def test_a_published_table():
    assert null.untied_sample_counts(3, 3) == (1, 1, 2, 3, 3, 3, 3, 2, 1, 1)


@pytest.mark.parametrize(
    ("n1", "n2"), [(1, 1), (1, 5), (5, 1), (4, 4), (3, 8), (20, 25), (33, 33), (33, 34), (40, 41)]
)
def test_untied_samples_by_two_routes(n1, n2):
    n = n1 + n2
    by_flips = null.sample_counts((1,) * n, tuple(range(n)), n1)
    least = n1 * (n1 - 1) // 2
    assert null.untied_sample_counts(n1, n2) == by_flips[least:]
    assert not any(by_flips[:least])


def test_likelihood_has_the_whole_distribution_whatever_its_cost():
    """At its mean, the likeliest value, p is 1; a route that gives no counts would be cheaper here."""
    likelihood = Procedure("exact", two_sided="likelihood")
    assert signed_rank_counts([30, 30, 30], [30, 30, 30], 0, likelihood).p_value == 1
    # as likely as no rise: rises of all of the smallest, or all of the largest size alone, and the three mirrored
    assert signed_rank_counts([60, 60, 60], [0, 0, 0], 0, likelihood).p_value == 6 / 2**180
    assert rank_sum_counts([[30, 30, 30], [30, 30, 30]], likelihood).p_value == 1


@cases
def test_distributions_are_sums_over_the_ways_to_take_observations(sizes, scores, monkeypatch):
    """i of t tied observations are taken in C(t, i) ways; small data, every value, one observation to all."""
    monkeypatch.setattr(null, "LOOK_UPS", 7)  # look-ups in many steps of a few
    sizes, scores, ways = tuple(sizes), tuple(scores), {}
    for taken in product(*(range(size + 1) for size in sizes)):
        key = sum(taken), sum(i * a for i, a in zip(taken, scores, strict=True))
        ways[key] = ways.get(key, 0) + prod(map(comb, sizes, taken))
    top = sum(t * a for t, a in zip(sizes, scores, strict=True))
    flips = [sum(w for (_, total), w in ways.items() if total == t) for t in range(top + 1)]
    assert null.flip_counts(sizes, scores) == tuple(flips)
    lower = null.lower_from_ends(sizes, scores)
    assert [lower(t) for t in range(-2, top + 3)] == [0, 0, *accumulate(flips), sum(flips), sum(flips)]
    for n in range(1, sum(sizes) + 1):
        counts = {total: w for (drawn, total), w in ways.items() if drawn == n}
        samples = tuple(counts.get(t, 0) for t in range(max(counts) + 1))
        assert null.sample_counts(sizes, scores, n) == samples
        lower, all_ways = null.lower_from_ends(sizes, scores, n), comb(sum(sizes), n)
        assert [lower(t) for t in range(-1, max(counts) + 2)] == [0, *accumulate(samples), all_ways]
        assert [lower(t) for t in range(top, 3 * top)] == [all_ways] * (2 * top)
        for whole in (True, False):
            lower, given = null.distribution(sizes, scores, n, whole, inf)
            assert lower(max(counts) - 1) == sum(samples[:-1])
            assert given in ((samples,) if whole else (samples, None))


@pytest.mark.parametrize("size", [67, 70])
def test_tails_of_groups_whose_ways_leave_64_bits(size):
    """comb(67, 33) is more than 2^63, comb(70, 35) than 2^64: by two routes, and far above the largest sum."""
    sizes, scores = (size,) * 3, (1, 2, 3)
    whole, tail = null.lower_from_counts(null.flip_counts(sizes, scores)), null.lower_from_ends(sizes, scores)
    assert [tail(t) for t in (60, 200, 250)] == [whole(t) for t in (60, 200, 250)]
    whole = null.lower_from_counts(null.sample_counts(sizes, (0, 1, 3), 90))
    tail = null.lower_from_ends(sizes, (0, 1, 3), 90)
    assert [tail(t) for t in (90, 133, 10**6)] == [whole(90), whole(133), comb(3 * size, 90)]


def test_a_refusal_says_how_much_and_what_to_do():
    null.refuse_if_larger(2**30, "This")
    advice = 'use method="asymptotic", which is close at this size'
    with pytest.raises(
        TooLargeError, match=f"^This needs about 2.5 GiB, more than the limit of 1 GiB; {advice}$"
    ):
        null.refuse_if_larger(2.5 * 2**30, "This")


ONES, LEVELS = (1,) * 20, tuple(range(20))


@pytest.mark.parametrize(
    ("what", "distribution", "given"),
    [
        ("The exact distribution of 20 signed ranks", null.flip_counts.__wrapped__, (ONES, LEVELS)),
        ("The exact distribution of 7 of 20 tied ranks", null.sample_counts.__wrapped__, (ONES, LEVELS, 7)),
        ("The exact distribution of U for 9 + 11 values", null.untied_sample_counts.__wrapped__, (9, 11)),
        ("This exact distribution", null.lower_from_ends, (ONES, LEVELS, 7)),
        ("This exact distribution", null.lower_from_ends, ((9,) * 5, tuple(10**i for i in range(5)))),
    ],
)
def test_a_refusal_names_the_distribution(what, distribution, given, monkeypatch):
    monkeypatch.setattr(null, "MEMORY_LIMIT", 1000)
    with pytest.raises(TooLargeError, match=f"^{re.escape(what)} needs about "):
        distribution(*given)


def test_too_large_is_refused_before_anything_is_computed():
    tied = np.random.default_rng(0).integers(0, 300, 4000)
    for procedure in (Procedure("exact"), Procedure("exact_untied")):
        with pytest.raises(TooLargeError, match=r"^The exact distribution of U for 4000 \+ 4000 values"):
            rank_sum_test(range(4000), range(4000, 8000), procedure)
    with pytest.raises(TooLargeError, match=r"^The exact distribution of 2000 of 4000 tied ranks"):
        rank_sum_test(tied[:2000], tied[2000:], Procedure("exact", two_sided="likelihood"))
    # two levels are hypergeometric: any size
    table = np.array([[1000, 1010], [1030, 980]])
    exact = rank_sum_counts(table, Procedure("exact", mid_p=True)).p_value
    assert exact == pytest.approx(rank_sum_counts(table, Procedure("asymptotic")).p_value, rel=1e-3)


@pytest.mark.parametrize(
    "run",
    [
        *(lambda n=n: null.flip_counts.__wrapped__((1,) * n, tuple(range(1, n + 1))) for n in (60, 150)),
        *(lambda n=n: null.untied_sample_counts.__wrapped__(n, n) for n in (30, 80)),
        *(lambda n=n: null.sample_counts.__wrapped__((1,) * 300, tuple(range(300)), n) for n in (1, 2)),
        lambda: null.sample_counts.__wrapped__(tie_groups(60, 25)[0], from_zero(tie_groups(60, 25)[1]), 30),
        # joins of thousands of states, of 64 bits and of more
        lambda: null.lower_from_ends.__wrapped__((5,) * 10, tuple(3**i for i in range(10))),
        lambda: null.lower_from_ends.__wrapped__((8,) * 9, tuple(9**i for i in range(9))),
    ],
)
def test_stated_memory_is_the_memory_used(run, monkeypatch):
    """What a refusal goes by bounds what is measured, and is not far above it."""
    stated = []
    run()  # what is loaded at the first call is not counted
    monkeypatch.setattr(null, "refuse_if_larger", lambda needed, _what: stated.append(needed))
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(stated) / 3 < peak < 1.5 * max(stated)
