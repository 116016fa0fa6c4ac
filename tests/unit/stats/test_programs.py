"""The entries of programs.yaml: complete, chosen by the right rule, equal to what the programs print."""

import os
import re
import warnings
from itertools import combinations, product

import numpy as np
import pingouin
import pytest
from scipy import stats
from scipy.special import ndtr
from tests.cases import cases

from oxymilk.stats import (
    Procedure,
    evaluate_programs,
    evaluate_programs_counts,
    load_programs,
    signed_rank_test,
)
from oxymilk.stats.other_tests import OTHER
from oxymilk.stats.programs import RULES, differences_of
from oxymilk.stats.ranks import expand_counts, paired_differences

FULL = "OXYMILK_FULL" in os.environ
BETWEEN = ([1] * 10, [1] * 3 + [0] * 7)


def by_id(test, first, second, binary=None):
    return {result.entry.id: result for result in evaluate_programs(test, first, second, binary)}


def test_entries_are_complete():
    programs = load_programs()
    assert len({program.id for program in programs}) == len(programs) > 100
    for program in programs:
        fields = program.id, program.program, program.versions, program.output, program.source
        for field in (*fields, *program.seen):
            assert isinstance(field, str)
            assert field.strip()
        # an address, or a work and the place in it
        assert re.search(r"https://|, [a-zA-Z]", program.source), program.id
        assert program.words
        assert (program.procedure is None) == bool(program.other), program.id
        assert program.tail in (("", "smaller") if program.procedure else ("",)), program.id
        assert program.differences in ("", "decimal", "binary"), program.id
        assert program.test in ("signed_rank", "rank_sum"), program.id
        # a version, a date and how the line came to be known
        assert re.fullmatch(r"[^|]+\|\d{4}-\d\d-\d\d\|(run|source|documentation)", "|".join(program.seen)), (
            program.id
        )
    assert {program.rule for program in programs} == set(RULES)
    assert {program.other for program in programs} - {""} == set(OTHER)


def test_a_line_is_said_in_words():
    """The procedure's own words, or the other calculation's; one-sided where the smaller tail is printed."""
    words = {program.id: program.words for program in load_programs()}
    assert words["spss_exact_wilcoxon"] == Procedure("exact").words_for("signed_rank")
    smaller = "smaller of the two one-sided, tie-corrected, with continuity correction"
    assert words["sas_npar1way_normal_one_sided"] == f"asymptotic (normal approximation), {smaller}"
    assert words["r_fisher"] == "Fisher's exact test, two-sided"


def test_broken_values_are_named():
    for test in ("signed_rank", "rank_sum"):
        with pytest.raises(ValueError, match=r"^counts: a count is negative$"):
            evaluate_programs_counts(test, [[1, -1], [0, 1]])
    with pytest.raises(ValueError, match=r"^counts: shape \(\.\.\., 2, K\) is needed, not \(3, 2\)$"):
        evaluate_programs_counts("rank_sum", np.ones((3, 2), dtype=int))
    with pytest.raises(ValueError, match=r"^test must be one of signed_rank, rank_sum; not 'sign'$"):
        evaluate_programs("sign", [1], [2])
    unknown = ["unheard_of", "spss_fisher", "no_more"]
    with pytest.raises(ValueError, match=r"^no such program for rank_sum: no_more, unheard_of$"):
        evaluate_programs_counts("rank_sum", np.ones((2, 2), dtype=int), ids=unknown)


def test_tables_keep_their_shape():
    """Ten of ten and three of ten rise, in a 2 x 1 array of tables."""
    pairs = np.array([[[[0, 10], [0, 0]]], [[[7, 3], [0, 0]]]])
    groups = np.array([[[[0, 10], [7, 3]]], [[[5, 5], [7, 3]]]])
    for test, counts in (("signed_rank", pairs), ("rank_sum", groups)):
        lines = evaluate_programs_counts(test, counts)
        assert list(lines) == [program.id for program in load_programs() if program.test == test]
        # lines share arrays, so nobody may write into one
        assert {(p.shape, p.flags.writeable) for p in lines.values()} == {((2, 1), False)}
    exact = evaluate_programs_counts("signed_rank", pairs, ids=["spss_exact_wilcoxon"])
    assert {name: p.tolist() for name, p in exact.items()} == {"spss_exact_wilcoxon": [[1 / 512], [0.25]]}


def test_first_study_between_groups():
    lines = by_id("rank_sum", *BETWEEN)
    # the exact lines print no z
    assert lines["spss_mann_whitney"].z > 0
    assert lines["spss_exact_mann_whitney"].z is None
    expected = {
        "spss_mann_whitney": 0.001381170503513, "spss_linear_by_linear": 0.001381170503513,
        "spss_exact_mann_whitney": 1 / 323, "spss_exact_mann_whitney_one_tailed": 1 / 646,
        "spss_mann_whitney_exact": 316 / 46189, "spss_fisher": 1 / 323,
    }  # fmt: skip
    assert {name: lines[name].p_value for name in expected} == pytest.approx(expected, rel=1e-10)


def test_sas_npar1way():
    """Output of PROC NPAR1WAY in DescrTab2 2.1.9 (doi:10.21105/joss.03842): n = 10 and 5, S = 30, no ties."""
    second = [1, 2, 7, 8, 12]
    first = [rank for rank in range(1, 16) if rank not in second]
    lines = by_id("rank_sum", second, first)
    printed = {"normal": 0.2446, "normal_one_sided": 0.1223, "t": 0.2641, "exact": 0.2544}
    printed |= {"exact_one_sided": 0.1272}
    assert {name: round(lines[f"sas_npar1way_{name}"].p_value, 4) for name in printed} == printed
    assert round(lines["sas_npar1way_normal"].z, 4) == -1.1635
    assert stats.chi2.sf(1.5, 1) == pytest.approx(lines["sas_npar1way_kruskal_wallis"].p_value, rel=1e-12)


def test_sas_univariate_t():
    """The formula of the manual, in whole numbers; above 20 differences only."""
    differences = [d for d in range(-7, 20) if d] + [3, 3, 0]
    n = len(differences) - 1
    pre = [0] * len(differences)
    ranks = stats.rankdata(np.abs([d for d in differences if d]))
    positive = np.array([d > 0 for d in differences if d])
    s = ranks[positive].sum() - n * (n + 1) / 4
    t = np.unique(ranks, return_counts=True)[1]
    v = n * (n + 1) * (2 * n + 1) / 24 - (t * (t + 1) * (t - 1)).sum() / 48
    expected = 2 * stats.t.sf(abs(s * np.sqrt((n - 1) / (n * v - s**2))), n - 1)
    line = by_id("signed_rank", pre, differences)["sas_univariate_t"]
    assert line.p_value == pytest.approx(expected, rel=1e-12)
    assert line.printed_by_default
    assert "sas_univariate_t" not in by_id("signed_rank", pre[:20], differences[:20])
    assert "sas_univariate_t" not in by_id("signed_rank", [0] * 25, [1] * 25)  # n V = S^2: t has no value


def test_stata():
    """Stata's manual, [R] signrank and [R] ranksum, example 1 (twelve cars, fuel additive)."""
    without = [20, 23, 21, 25, 18, 17, 18, 24, 20, 24, 23, 19]
    treated = [24, 25, 21, 22, 23, 18, 17, 28, 24, 27, 21, 23]
    pairs = by_id("signed_rank", treated, without)
    groups = by_id("rank_sum", without, treated)
    assert (round(pairs["stata_signrank"].z, 3), round(groups["stata_ranksum"].z, 3)) == (-1.973, -1.279)
    printed = {"stata_signrank": 0.0485, "stata_signrank_exact": 0.0479, "stata_sign": 0.2266}
    printed |= {"stata_ranksum": 0.2010, "stata_ranksum_exact": 0.2117}
    assert {name: round((pairs | groups)[name].p_value, 4) for name in printed} == printed


def datasets():
    rng = np.random.default_rng(2023)
    for levels, n in product((2, 3, 5, 1000), (3, 7, 10, 14, 55)):
        if FULL or (levels, n) in ((2, 7), (2, 14), (3, 10), (3, 55), (5, 3), (1000, 7), (1000, 55)):
            yield rng.integers(0, levels, n).tolist(), rng.integers(0, levels, n).tolist()
    if FULL:  # 2^13 permutations: the last size that scipy enumerates, for seconds
        yield rng.integers(0, 3, 13).tolist(), rng.integers(0, 3, 13).tolist()
    yield rng.integers(0, 3, 50).tolist(), rng.integers(3, 6, 50).tolist()
    yield [0, 1, 2], [0, 1, 2]
    # decimals whose differences tie as written and not as doubles, some of them zero
    for decimals, n, largest in product((1, 2, 3), (6, 9, 20, 55), (12, 400)):
        if FULL or (n < 55 and largest == 12) or (decimals, n) == (1, 55):
            yield tuple((rng.integers(0, largest, n) / 10**decimals).tolist() for _ in "ab")


# the programs of Python as installed; "run" in programs.yaml means that they are run here
CALLS = {
    "scipy.stats.wilcoxon": lambda pre, post: stats.wilcoxon(post, pre).pvalue,
    'scipy.stats.wilcoxon(method="exact")': lambda pre, post: stats.wilcoxon(post, pre, method="exact").pvalue,
    "pingouin.wilcoxon": lambda pre, post: pingouin.wilcoxon(post, pre)["p_val"].iloc[0],
    "scipy.stats.mannwhitneyu": lambda x, y: stats.mannwhitneyu(x, y).pvalue,
    'scipy.stats.mannwhitneyu(method="exact")': lambda x, y: stats.mannwhitneyu(x, y, method="exact").pvalue,
    "scipy.stats.ranksums": lambda x, y: stats.ranksums(x, y).pvalue,
    "pingouin.mwu": lambda x, y: pingouin.mwu(x, y)["p_val"].iloc[0],
}  # fmt: skip
RUN = [line for line in load_programs() if line.seen[2] == "run"]


@pytest.fixture(scope="module")
def evaluated():
    """All datasets with our lines: pairs, two groups, the changes of two groups as written and as doubles."""
    given = []
    for pre, post in datasets():
        half, changes = len(pre) // 2, (paired_differences(pre, post), np.subtract(post, pre).tolist())
        decimal, binary = ((values[:half], values[half:]) for values in changes)
        tests = (
            ("signed_rank", pre, post, None),
            ("rank_sum", post, pre, None),
            ("rank_sum", *decimal, binary),
        )
        given.extend(tests)
    return [(*data, by_id(*data)) for data in given]


@pytest.mark.parametrize("line", [line for line in RUN if line.program in CALLS], ids=lambda line: line.id)
def test_scipy_and_pingouin_as_installed(evaluated, line):
    """Where the program prints the line, unasked or asked, it is the number of the installed program."""
    compared, asked = 0, line.rule == "on_request"
    for test, first, second, binary, lines in evaluated:
        # scipy's table takes a second
        if test == line.test and (lines[line.id].printed_by_default or (asked and len(first) <= 20)):
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # scipy warns where it divides 0 by 0
                theirs = float(CALLS[line.program](*(binary or (first, second))))
            assert lines[line.id].p_value == pytest.approx(theirs, rel=1e-10)
            compared += 1
    assert compared > 0


def test_every_program_that_was_run_is_run():
    """Those outside Python are run by tests/external, which asks for each line."""
    assert {line.program.split()[0] for line in RUN if line.program not in CALLS} == {"R", "PSPP", "any"}


@pytest.mark.parametrize("post", [[1, 1, 1, -1, 2, 0, 0, 2, 3], [0, 1, 1, 1, 0, 0, 0]])
def test_r_4_6_by_counting(post):
    """As its source says: every sign flip of the ranks, every choice of a group, twice the smaller tail."""
    ranks, groups = stats.rankdata(np.abs(post))[np.nonzero(post)], stats.rankdata(post)
    flips = np.array(list(product((0, 1), repeat=len(ranks)))) @ ranks
    lines = by_id("signed_rank", [0] * len(post), post) | by_id("rank_sum", post[:4], post[4:])
    for name, sums, at in (
        ("signed_rank", flips, ranks @ (np.array([d for d in post if d]) > 0)),
        ("rank_sum", np.array(list(map(sum, combinations(groups, 4)))), groups[:4].sum()),
    ):
        p = min(1, 2 * min((sums <= at).mean(), (sums >= at).mean()))
        for program in ("r", "jasp_r", "jamovi_r"):
            assert lines[f"{program}_4_6_{name}_exact"].p_value == pytest.approx(p, rel=1e-12)


def test_what_jamovi_printed_when():
    """Three of ten rise: without its exact test, with that of R 4.6, and again without zeros."""
    lines = by_id("signed_rank", [0] * 10, [1] * 3 + [0] * 7)
    shown = [name for name in lines if name.startswith("jamovi") and lines[name].printed_by_default]
    due = ["jamovi_signed_rank_asymptotic", "jamovi_2025_signed_rank", "jamovi_r_4_6_signed_rank_exact"]
    assert shown == due
    assert [round(lines[name].p_value, 4) for name in due] == [0.1489, 0.1489, 0.25]


def test_minitab_and_prism():
    """Minitab's page on Mann-Whitney: W = 33.5, z = 1.9596, p = 0.05; Prism's formula with 0.25."""
    line = by_id("rank_sum", [22, 24, 25, 29, 30], [16, 21, 22, 23])["minitab_mann_whitney"]
    assert (round(line.z, 4), round(line.p_value, 2)) == (1.9596, 0.05)
    for post in ([1, 2, 3, -4, 5, 6, 7, 7, -7, 0, *range(8, 16)], [1, -1, 0]):
        used = np.array([d for d in post if d])
        ranks = stats.rankdata(abs(used))
        z = max(abs(ranks @ np.sign(used)) / 2 - 0.25, 0) / np.sqrt((ranks**2).sum() / 4)
        line = by_id("signed_rank", [0] * len(post), post)["prism_3_wilcoxon_asymptotic"]
        assert line.p_value == pytest.approx(2 * ndtr(-z), rel=1e-12)


# copper in 40 people against 0.6, Statalist 2013-02, 00522: printed by SPSS (0.017) and by Stata 12.1 (2.440, 0.0147)
COPPER = [hundredths / 100 for hundredths in (
    70, 45, 72, 30, 116, 69, 83, 74, 124, 77, 65, 76, 42, 94, 36, 98, 64, 90, 63, 55, 78, 10, 52, 42, 58,
    62, 112, 86, 74, 104, 65, 66, 81, 48, 85, 75, 73, 50, 34, 88,
)]  # fmt: skip


@cases
def test_a_line_says_how_it_takes_differences(pre, post, line, shown):
    lines = [result for result in evaluate_programs("signed_rank", pre, post) if result.entry.id == line]
    assert [[result.differences, round(result.p_value, 5)] for result in lines] == shown


@pytest.mark.parametrize(
    ("differences", "rank_sums", "z"), [("decimal", (588, 232), 2.393), ("binary", (591.5, 228.5), 2.440)]
)
def test_rank_sums_that_spss_and_stata_printed(differences, rank_sums, z):
    changes = paired_differences([0.6] * 40, COPPER, differences)
    result = signed_rank_test([0] * 40, changes, Procedure("asymptotic", zero_method="pratt"))
    assert ((result.w_plus, result.w_minus), round(result.z, 3)) == (rank_sums, z)


def test_every_line_of_ranked_pairs_that_is_known_says_how_it_takes_differences():
    binary = ("R", "scipy", "pingouin", "Stata", "PSPP", "JASP", "jamovi")
    known = {"SPSS": "decimal"} | dict.fromkeys(binary, "binary")
    for program in load_programs():
        if program.test == "signed_rank" and program.kind == "rank":
            assert program.differences == known.get(re.match(r"\w+", program.program)[0], ""), program.id


@cases
def test_the_way_of_a_program_is_known_by_its_name(program, pairs, groups):
    assert (differences_of(program, "signed_rank"), differences_of(program, "rank_sum")) == (pairs, groups)


def scipy_1_5_exact(x, y):
    """The exact branch of scipy 1.5 to 1.13: the statistic is cut to an integer."""
    d = np.subtract(x, y)
    r_plus = int((stats.rankdata(abs(d)) * (d > 0)).sum())
    counts = np.array([1.0])
    for rank in range(1, len(d) + 1):
        counts = np.convolve(counts, [1] + [0] * (rank - 1) + [1])
    less, greater = counts[: r_plus + 1].sum() / 2 ** len(d), counts[r_plus:].sum() / 2 ** len(d)
    return min(1, 2 * min(less, greater))


def test_scipy_before_1_14_depends_on_the_order_of_its_arguments():
    differ = 0
    for signs in list(product((-1, 1), repeat=6))[::5]:
        post = [sign * size for sign, size in zip(signs, (1, 1, 2, 3, 3, 4), strict=True)]
        pre = [0] * 6
        lines = by_id("signed_rank", pre, post)
        for version in ("scipy_1_5", "scipy_1_9"):
            one, other = lines[f"{version}_wilcoxon_exact"], lines[f"{version}_wilcoxon_exact_swapped"]
            assert one.printed_by_default
            assert one.p_value == pytest.approx(scipy_1_5_exact(pre, post), rel=1e-12)
            assert other.p_value == pytest.approx(scipy_1_5_exact(post, pre), rel=1e-12)
        differ += one.p_value != other.p_value
    assert differ > 0


@pytest.mark.parametrize(
    ("x", "y"), [BETWEEN, ([0, 1, 2, 5], [1, 1, 3]), ([0, 2], [1, 1]), ([1, 1], [1]), ([5], [1, 2])]
)
def test_scipy_before_1_7(x, y):
    """The formula of mannwhitneyu without `alternative`."""
    n1, n2 = len(x), len(y)
    ranks = stats.rankdata(x + y)
    tied = stats.tiecorrect(ranks)
    u1 = ranks[:n1].sum() - n1 * (n1 + 1) / 2
    expected = 1.0
    if tied:
        sd = np.sqrt(tied * n1 * n2 * (n1 + n2 + 1) / 12)
        expected = ndtr(-abs((max(u1, n1 * n2 - u1) - n1 * n2 / 2 - 0.5) / sd))
    assert by_id("rank_sum", x, y)["scipy_1_6_mannwhitneyu"].p_value == pytest.approx(expected, rel=1e-12)


def tables_of(total, cells):
    return [t for t in product(range(total + 1), repeat=cells) if sum(t) == total]


@pytest.mark.parametrize("levels", [2, 3])
def test_tables_give_what_datasets_give(levels):
    rng = np.random.default_rng(levels)
    pairs = np.array(tables_of(5 if levels == 2 else 3, levels**2)).reshape(-1, levels, levels)
    pairs = pairs[rng.permutation(len(pairs))[:25]]
    groups = np.array(list(product(tables_of(4, levels), tables_of(3, levels))))[:: 4 * levels - 6]
    for test, tables in (("signed_rank", pairs), ("rank_sum", groups)):
        many = evaluate_programs_counts(test, tables[:, None])
        for i, table in enumerate(tables):
            lines = by_id(test, *expand_counts(test, table.tolist()))
            for name, p in many.items():
                expected = lines[name].p_value if name in lines else np.nan
                assert p[i, 0] == pytest.approx(expected, rel=1e-9, nan_ok=True), name


def test_an_exact_distribution_that_does_not_fit_leaves_its_lines_out(monkeypatch):
    monkeypatch.setattr("oxymilk.stats.null.MEMORY_LIMIT", 1000)
    lines = by_id("signed_rank", [0] * 61, list(range(1, 62)))
    assert "spss_wilcoxon" in lines
    assert (lines["stata_signrank_exact"].reason, lines["spss_wilcoxon"].reason) == ("too_large", "")
