"""Where the installed scipy (1.17) and pingouin (0.7) give another number than their options say, and which."""

import pingouin
import pytest
from scipy import stats

from oxymilk.stats import Procedure, between_effects, rank_sum_test, signed_rank_test, within_effects

PRE, POST = [0] * 7, [1, 2, -3, 4, 0, 2, -1]
X, Y = [1] * 10, [1] * 3 + [0] * 7
ASYMPTOTIC, PRATT = Procedure("asymptotic"), Procedure("asymptotic", zero_method="pratt")
CONTINUITY = Procedure("asymptotic", continuity=True)
UNTIED = Procedure("exact_untied", half_integer="conservative")
FLIPS = stats.PermutationMethod(n_resamples=10**4)


def wilcoxon(post, pre, **options):
    return stats.wilcoxon(post, pre, **options).pvalue


def mannwhitneyu(x, y, **options):
    return stats.mannwhitneyu(x, y, **options).pvalue


def changers(unchanged):
    return [1] * 3 + [0] * unchanged, [0] * (3 + unchanged)


def within(procedure, post=POST, pre=PRE):
    return signed_rank_test(pre, post, procedure).p_value


def between(procedure, x=X, y=Y):
    return rank_sum_test(x, y, procedure).p_value


def effect(rows, name):
    return next(row.estimate for row in rows if row.name == name)


RBC = effect(within_effects(PRE, POST, ASYMPTOTIC), "matched_rank_biserial")
GROUPS = between_effects(POST, PRE, ASYMPTOTIC)
SKEWED = [0, 2], [1, 1, 1, 2, 2]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        # "exact" is the table for untied ranks, with ties and with Pratt's zeros
        (lambda: mannwhitneyu(X, Y, method="exact"), between(UNTIED)),
        (lambda: wilcoxon(POST, PRE, zero_method="pratt", method="exact"),
         within(Procedure("exact_untied", zero_method="pratt", half_integer="conservative"))),
        # the rule for small samples counts the unchanged: 13 pairs are enumerated, 14 are not
        (lambda: wilcoxon(*changers(10)), 0.25),
        (lambda: wilcoxon(*changers(11)), within(ASYMPTOTIC, *changers(11))),
        (lambda: wilcoxon([0] * 14, [0] * 14), float("nan")),
        # continuity is ignored where p is exact or enumerated; with ties one default has it, the other has not
        (lambda: wilcoxon(POST, PRE, method=FLIPS, correction=True), within(Procedure("exact"))),
        (lambda: mannwhitneyu(X, Y, method="exact", use_continuity=True), between(UNTIED)),
        (lambda: mannwhitneyu(X, Y), between(CONTINUITY)),
        (lambda: wilcoxon(POST * 2, PRE * 2), within(ASYMPTOTIC, POST * 2, PRE * 2)),
        # permutations double the smaller tail
        (lambda: mannwhitneyu(*SKEWED, method=FLIPS), between(Procedure("exact", two_sided="doubled"), *SKEWED)),
        (lambda: stats.ranksums(X, Y).pvalue, between(Procedure("asymptotic", tie_correction=False))),
        # pingouin's RBC drops the zeros whatever is asked for; "less" turns its sign, of pairs alone
        (lambda: pingouin.wilcoxon(POST, PRE, zero_method="pratt")["RBC"].iloc[0], RBC),
        (lambda: pingouin.wilcoxon(POST, PRE, alternative="less")["RBC"].iloc[0], -RBC),
        (lambda: pingouin.mwu(POST, PRE, alternative="less")["RBC"].iloc[0], effect(GROUPS, "rank_biserial")),
        # its CLES of pairs compares everybody with everybody: 28 of 49 are larger, 7 equal
        (lambda: pingouin.wilcoxon(POST, PRE)["CLES"].iloc[0], effect(GROUPS, "common_language")),
    ],
)  # fmt: skip
def test_a_trap_is_still_there(theirs, ours):
    assert theirs() == pytest.approx(ours, rel=1e-10, nan_ok=True)


def test_the_traps_are_traps():
    """What the options ask for is another number."""
    assert within(Procedure("exact", zero_method="pratt")) != pytest.approx(
        wilcoxon(POST, PRE, zero_method="pratt", method="exact"), rel=0.01
    )
    assert between(Procedure("exact")) != pytest.approx(between(UNTIED), rel=0.01)
    assert between(Procedure("exact"), *SKEWED) != between(Procedure("exact", two_sided="doubled"), *SKEWED)
    assert effect(within_effects(PRE, POST, PRATT), "matched_rank_biserial") != pytest.approx(RBC, rel=0.01)
    assert effect(within_effects(PRE, POST, ASYMPTOTIC), "common_language") == 4.5 / 7
