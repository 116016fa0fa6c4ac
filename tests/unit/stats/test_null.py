"""The routes to one exact distribution give the same whole numbers; p-values keep their stated precision."""

import re
import tracemalloc
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate, product
from math import comb, prod

import numpy as np
import pytest

from oxymilk.stats import (
    ASYMPTOTIC_RELATIVE_ERROR,
    Procedure,
    TooLargeError,
    null,
    rank_sum_counts,
    rank_sum_test,
    signed_rank_counts,
    signed_rank_test,
)
from oxymilk.stats.ranks import doubled_midranks, unique_rows


def tie_groups(rng, n, levels):
    sizes = np.bincount(rng.integers(0, levels, n))
    sizes = tuple(sizes[sizes > 0].tolist())
    return sizes, doubled_midranks(np.array(sizes)).tolist()


# 63 observations and more leave 64-bit integers
@pytest.mark.parametrize(("n", "levels"), [(9, 2), (40, 3), (61, 4), (62, 5), (63, 5), (90, 3), (70, 12)])
def test_flips_by_two_routes(n, levels):
    sizes, ranks = tie_groups(np.random.default_rng(n), n, levels)
    scores = tuple(ranks)
    counts = null.flip_counts(sizes, scores)
    assert sum(counts) == 2**n
    assert counts == counts[::-1]
    whole, tail = null.lower_from_counts(counts), null.flip_lower(sizes, scores)
    for t in (
        -1,
        0,
        1,
        scores[0],
        len(counts) // 3,
        len(counts) // 2,
        len(counts) - 2,
        len(counts) - 1,
        10**6,
    ):
        assert whole(t) == tail(t)


@pytest.mark.parametrize(
    ("n", "drawn", "levels"),
    [(5, 1, 2), (20, 10, 2), (40, 13, 3), (61, 30, 4), (62, 31, 5), (63, 32, 5), (90, 45, 3), (70, 20, 9)],
)
def test_samples_by_two_routes(n, drawn, levels):
    sizes, ranks = tie_groups(np.random.default_rng(n), n, levels)
    scores, offset, divisor = null.common_scores(ranks)
    assert [offset + divisor * score for score in scores] == ranks
    assert scores[0] == 0
    counts = null.sample_counts(sizes, scores, drawn)
    assert sum(counts) == comb(n, drawn)
    mean = Fraction(sum(t * ways for t, ways in enumerate(counts)), comb(n, drawn))
    assert mean == Fraction(drawn * sum(t * a for t, a in zip(sizes, scores, strict=True)), n)
    whole, tail = null.lower_from_counts(counts), null.sample_lower(sizes, scores, drawn)
    for t in (-1, 0, 1, len(counts) // 3, len(counts) // 2, len(counts) - 2, len(counts) - 1, len(counts)):
        assert whole(t) == tail(t)


@pytest.mark.parametrize(
    ("n1", "n2"), [(1, 1), (1, 5), (5, 1), (4, 4), (3, 8), (20, 25), (33, 33), (33, 34), (40, 41)]
)
def test_untied_samples_by_two_routes(n1, n2):
    n = n1 + n2
    by_flips = null.sample_counts((1,) * n, tuple(range(n)), n1)
    least = n1 * (n1 - 1) // 2
    assert null.untied_sample_counts(n1, n2) == by_flips[least:]
    assert not any(by_flips[:least])


def test_both_routes_are_used():
    """The choice by cost goes both ways, and gives `counts` where they are asked for."""
    sizes = (60, 60, 60)
    scores = (0, 1, 3)
    assert null.sample_distribution(sizes, scores, 90, whole=False)[1] is None
    assert sum(null.sample_distribution(sizes, scores, 90, whole=True)[1]) == comb(180, 90)
    assert null.sample_distribution((3, 2, 1), scores, 3, whole=False)[1] is not None
    assert null.flip_distribution(sizes, (61, 181, 301), whole=False)[1] is None
    assert null.flip_distribution((3, 2, 1), (2, 5, 6), whole=False)[1] is not None
    # a million sums of four patterns; 2^60 patterns of 1830 sums; 600 sums of 50 bytes, added 400 times
    assert null.flip_distribution((1, 1), (1, 10**6), whole=False)[1] is None
    assert null.flip_distribution((1,) * 60, tuple(range(1, 61)), whole=False)[1] is not None
    assert null.flip_distribution((200, 200), (1, 2), whole=False)[1] is None


def test_large_tied_tables_by_two_routes(monkeypatch):
    """A whole test by either route, beyond 64 bits."""
    table = np.array([[30, 10, 25, 5], [20, 20, 15, 20]])
    procedures = [
        Procedure("exact", two_sided=rule, mid_p=m)
        for rule in ("distance", "doubled")
        for m in (0 > 1, 1 > 0)
    ]
    direct = [rank_sum_counts(table, procedure).p_value for procedure in procedures]
    paired = [signed_rank_counts(*table, 4, procedure).p_value for procedure in procedures]
    monkeypatch.setattr(null, "_PER_STATE", 1e9)
    clear_caches()
    assert [rank_sum_counts(table, procedure).p_value for procedure in procedures] == direct
    assert [signed_rank_counts(*table, 4, procedure).p_value for procedure in procedures] == paired
    monkeypatch.setattr(null, "_PER_BYTE", 1e9)
    monkeypatch.setattr(null, "_PER_STATE", 0)
    clear_caches()
    assert [rank_sum_counts(table, procedure).p_value for procedure in procedures] == direct
    assert [signed_rank_counts(*table, 4, procedure).p_value for procedure in procedures] == paired


def clear_caches():
    from oxymilk.stats import rank_sum, signed_rank

    for function in (
        rank_sum._exact_fraction,
        signed_rank._exact_fraction,
        null.flip_counts,
        null.sample_counts,
    ):
        function.cache_clear()


@pytest.fixture
def small_steps(monkeypatch):
    """Look-ups in many steps of a few."""
    monkeypatch.setattr(null, "_CHUNK", 7)


@pytest.mark.parametrize(
    ("sizes", "scores"),
    [
        ((1,), (3,)),
        ((2, 3), (1, 2)),
        ((3, 2, 4), (2, 7, 13)),
        ((1, 1, 1, 1, 1), (1, 2, 3, 4, 5)),
        ((2, 1, 5, 2), (1, 1, 4, 9)),
    ],
)
def test_distributions_are_sums_over_the_ways_to_take_observations(sizes, scores, small_steps):
    """i of t tied observations are taken in C(t, i) ways; small data, every value, one observation to all."""
    ways = {}
    for taken in product(*(range(size + 1) for size in sizes)):
        key = sum(taken), sum(i * a for i, a in zip(taken, scores, strict=True))
        ways[key] = ways.get(key, 0) + prod(map(comb, sizes, taken))
    top = sum(t * a for t, a in zip(sizes, scores, strict=True))
    flips = [sum(w for (_, total), w in ways.items() if total == t) for t in range(top + 1)]
    assert null.flip_counts(sizes, scores) == tuple(flips)
    lower = null.flip_lower(sizes, scores)
    assert [lower(t) for t in range(-2, top + 3)] == [0, 0, *accumulate(flips), sum(flips), sum(flips)]
    for n in range(1, sum(sizes) + 1):
        counts = {total: w for (drawn, total), w in ways.items() if drawn == n}
        samples = tuple(counts.get(t, 0) for t in range(max(counts) + 1))
        assert null.sample_counts(sizes, scores, n) == samples
        lower = null.sample_lower(sizes, scores, n)
        assert [lower(t) for t in range(-1, max(counts) + 2)] == [
            0,
            *accumulate(samples),
            comb(sum(sizes), n),
        ]
        assert [lower(t) for t in range(top, 3 * top)] == [comb(sum(sizes), n)] * (2 * top)
        for whole in (True, False):
            lower, given = null.sample_distribution(sizes, scores, n, whole)
            assert lower(max(counts) - 1) == sum(samples[:-1])
            assert given in ((samples,) if whole else (samples, None))


def test_known_tables():
    # Mann & Whitney 1947, doi:10.1214/aoms/1177730491, table I: n = m = 3 has tails .05 .10 .20 .35 .50
    assert null.untied_sample_counts(3, 3) == (1, 1, 2, 3, 3, 3, 3, 2, 1, 1)
    assert null.flip_counts((1, 1, 1), (1, 2, 3)) == (1, 1, 1, 2, 1, 1, 1)
    # two of two low and three high observations whose score is 2, not 1
    assert null.sample_counts((2, 3), (0, 2), 2) == (1, 0, 6, 0, 3)
    assert null.common_scores([2, 6, 12]) == ((0, 2, 5), 2, 2)
    assert null.common_scores([5]) == ((0,), 5, 1)


def test_sizes_and_scores_go_together():
    for function in (null.flip_counts, null.flip_lower):
        with pytest.raises(ValueError, match="shorter"):
            function((1, 2), (1,))
    for function in (null.sample_counts, null.sample_lower):
        with pytest.raises(ValueError, match="shorter"):
            function((1, 2, 1), (0, 1), 2)
    with pytest.raises(ValueError, match="shorter"):
        null.flip_distribution((1, 2), (1,), False)


def test_a_refusal_says_how_much_and_what_to_do():
    null.refuse_if_larger(2**30, "This")
    message = (
        "This needs about 2.5 GiB, more than the limit of 1 GiB; "
        'use method="asymptotic", which is close at this size'
    )
    with pytest.raises(TooLargeError, match=f"^{re.escape(message)}$"):
        null.refuse_if_larger(2.5 * 2**30, "This")


def test_a_refusal_names_the_distribution(monkeypatch):
    monkeypatch.setattr(null, "MEMORY_LIMIT", 1000)
    ones, levels = (1,) * 20, tuple(range(20))
    for what, refused in (
        ("The exact distribution of 20 signed ranks", lambda: null.flip_counts.__wrapped__(ones, levels)),
        (
            "The exact distribution of 7 of 20 tied ranks",
            lambda: null.sample_counts.__wrapped__(ones, levels, 7),
        ),
        (
            "The exact distribution of U for 9 + 11 values",
            lambda: null.untied_sample_counts.__wrapped__(9, 11),
        ),
        ("This exact distribution", lambda: null.sample_lower(ones, levels, 7)),
    ):
        with pytest.raises(TooLargeError, match=f"^{re.escape(what)} needs about "):
            refused()


def test_eight_bytes_where_they_are_enough():
    """62 observations are taken in 2^62 ways at most; 2^64 - 1 is the largest number of 8 bytes."""
    assert null._halves((31, 31), (1, 2), 94, 94).ways.dtype == np.int64
    assert null._halves((31, 32), (1, 2), 96, 96).ways.dtype == object
    assert [null._bytes_for(largest) for largest in (1, 2**64 - 1, 2**64, 2**72)] == [8, 8, 9, 10]


@pytest.mark.parametrize("size", [67, 70])
def test_tails_of_groups_whose_ways_leave_64_bits(size):
    """comb(67, 33) is more than 2^63, comb(70, 35) than 2^64: by two routes, and far beyond the largest sum."""
    sizes, scores = (size,) * 3, (1, 2, 3)
    whole, tail = null.lower_from_counts(null.flip_counts(sizes, scores)), null.flip_lower(sizes, scores)
    assert [tail(t) for t in (60, 200, 250)] == [whole(t) for t in (60, 200, 250)]
    whole = null.lower_from_counts(null.sample_counts(sizes, (0, 1, 3), 90))
    tail = null.sample_lower(sizes, (0, 1, 3), 90)
    assert [tail(t) for t in (90, 133, 10**6)] == [whole(90), whole(133), comb(3 * size, 90)]


def test_likelihood_takes_the_whole_distribution_however_dear(monkeypatch):
    table, procedure = np.array([[2, 1, 3], [1, 2, 1]]), Procedure("exact", two_sided="likelihood")
    cheap = rank_sum_counts(table, procedure).p_value, signed_rank_counts(*table, 0, procedure).p_value
    monkeypatch.setattr(null, "_PER_BYTE", 1e9)
    clear_caches()
    assert rank_sum_counts(table, procedure).p_value == cheap[0]
    assert signed_rank_counts(*table, 0, procedure).p_value == cheap[1]


def test_too_large_is_refused_with_the_way_out():
    values = list(range(4000))
    way_out = r" needs about [\d.]+ GiB, more than the limit of 1 GiB.*asymptotic"
    for procedure in (Procedure("exact"), Procedure("exact_untied")):
        what = r"^The exact distribution of U for 4000 \+ 4000 values"
        with pytest.raises(TooLargeError, match=what + way_out):
            rank_sum_test(values, range(4000, 8000), procedure)
        with pytest.raises(TooLargeError, match="^The exact distribution of 4000 signed ranks" + way_out):
            signed_rank_test([0] * 4000, range(1, 4001), procedure)
    tied = np.random.default_rng(0).integers(0, 300, 4000)
    with pytest.raises(TooLargeError, match="^This exact distribution" + way_out):
        null.flip_lower((2100,) * 5, tuple(2101**i for i in range(5)))
    with pytest.raises(TooLargeError, match="^The exact distribution of 2000 of 4000 tied ranks" + way_out):
        rank_sum_test(tied[:2000], tied[2000:], Procedure("exact", two_sided="likelihood"))
    # two levels are hypergeometric: any size
    table = np.array([[1000, 1010], [1030, 980]])
    exact = rank_sum_counts(table, Procedure("exact", mid_p=True)).p_value
    assert exact == pytest.approx(rank_sum_counts(table, Procedure("asymptotic")).p_value, rel=1e-3)


def test_stated_memory_is_the_memory_used(monkeypatch):
    """What a refusal goes by bounds what is measured, and is not far above it."""
    stated = []
    monkeypatch.setattr(null, "refuse_if_larger", lambda needed, _what: stated.append(needed))
    rng = np.random.default_rng(0)
    groups = {n: tie_groups(rng, n, 25) for n in (60, 120)}
    runs = [
        *(lambda n=n: null.flip_counts.__wrapped__((1,) * n, tuple(range(1, n + 1))) for n in (60, 150)),
        *(lambda n=n: null.untied_sample_counts.__wrapped__(n, n) for n in (30, 80)),
        *(lambda n=n: null.sample_counts.__wrapped__((1,) * 300, tuple(range(300)), n) for n in (1, 2)),
        *(
            lambda n=n, g=g: null.sample_counts.__wrapped__(g[0], null.common_scores(g[1])[0], n // 2)
            for n, g in groups.items()
        ),
    ]
    for run in runs:
        stated.clear()
        tracemalloc.start()
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert max(stated) / 3 < peak < max(stated)


@pytest.mark.parametrize("largest", [1, 2**500], ids=["64-bit", "long"])
@pytest.mark.parametrize(("states", "size"), [(3000, 5), (10_000, 8), (500, 1)])
def test_stated_memory_of_a_join_is_the_memory_used(monkeypatch, largest, states, size):
    stated = []
    monkeypatch.setattr(null, "refuse_if_larger", lambda needed, _what: stated.append(needed))
    keys, ways = np.arange(states) * 3, np.array([largest + i for i in range(states)])
    tracemalloc.start()
    null._join(keys, ways, size, 7, 10**9)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stated[0] / 2 < peak < stated[0]


# ---- precision of asymptotic p-values ----------------------------------------------------------------------


def two_tails(square):
    """P(|Z| >= z) for z**2 = square, to 50 digits: 1 - sqrt(2/pi) e^(-z^2/2) z sum of z^2n / (1*3*...*(2n+1))."""
    with localcontext() as context:
        context.prec = 400
        x = Decimal(square.numerator) / Decimal(square.denominator)
        term = total = x.sqrt()
        n = 1
        while term > total.scaleb(-390):
            term = term * x / (2 * n + 1)
            total += term
            n += 1
        return 1 - (2 / pi()).sqrt() * (-x / 2).exp() * total


def pi():
    """Machin's formula."""

    def arctan_inverse(k):
        power = total = Decimal(1) / k
        n = 1
        while abs(power) > Decimal(10) ** -395:
            power = -power / (k * k)
            total += power / (2 * n + 1)
            n += 1
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))


def test_high_precision_reference():
    assert str(pi())[:26] == "3.141592653589793238462643"
    # Abramowitz & Stegun 1972, table 26.1: Q(1) = 0.15865 52539 31457, Q(2) = 0.02275 01319 48179
    assert float(two_tails(Fraction(1))) == pytest.approx(2 * 0.158655253931457, abs=1e-15)
    assert float(two_tails(Fraction(4))) == pytest.approx(2 * 0.022750131948179, abs=1e-15)


def test_asymptotic_relative_error():
    """Over |z| from near 0 to 37 (p = 1e-300), both tests, two-sided and one-sided."""
    worst = 0.0
    for n in (7, 40, 151, 420, 700, 1000, 1365):
        for part in (0.0, 0.02, 0.3, 0.45, 0.49):
            down = round(n * part)
            pre, post = [0] * n, [1] * (n - down) + [-1 - (i % 3) for i in range(down)]
            for procedure in (Procedure("asymptotic"), Procedure("asymptotic", "greater")):
                worst = max(worst, relative_error(signed_rank_test(pre, post, procedure)))
            x, y = [0] * down + [1] * (n - down), [0] * (n // 2) + [1] * (n // 4) + [2] * (n // 50)
            for procedure in (Procedure("asymptotic"), Procedure("asymptotic", continuity=True)):
                worst = max(worst, relative_error(rank_sum_test(x, y, procedure)))
    assert 0 < worst < ASYMPTOTIC_RELATIVE_ERROR


def relative_error(result):
    reference = two_tails(abs(result.z_squared))
    if result.procedure.alternative == "greater":
        reference = reference / 2 if result.z > 0 else 1 - reference / 2
    if reference < Decimal("1e-300"):
        return 0.0
    return float(abs(Decimal(result.p_value) - reference) / reference)


def test_p_is_never_zero():
    """Beyond the smallest number of the machine, p stays that number."""
    result = signed_rank_counts([0], [100_000], 0, Procedure("asymptotic"))
    assert 0 < result.p_value < 1e-300
    assert rank_sum_counts([[9000, 0], [0, 9000]], Procedure("asymptotic", "less")).p_value > 0
    exact = rank_sum_test([1] * 700, [0] * 700, Procedure("exact"))
    assert 0 < exact.p_value < 1e-300
    assert exact.p_fraction == Fraction(2, comb(1400, 700))


def test_unique_rows():
    rng = np.random.default_rng(2)
    for largest in (3, 2**40):
        rows = rng.integers(0, 3, (50, 4)) * largest
        distinct, inverse = unique_rows(rows)
        assert np.array_equal(distinct[inverse], rows)
        assert len(distinct) == len(set(map(tuple, rows.tolist())))
