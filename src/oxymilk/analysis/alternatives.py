"""What other defensible tests would have decided: exact, on the change, Brunner-Munzel, proportional odds."""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from oxymilk.analysis.samples import samples
from oxymilk.stats.count_tables import tables_of

if TYPE_CHECKING:
    from oxymilk.study import Study

ALTERNATIVE_COLUMNS = ("test", "group", "alternative", "p_value", "standard_error", "reason", "decision")
# work of listing the permutations, those alike once: 10 + 10 untied values are within; else these many are drawn
MOST_TABLES, MOST_DRAWN, MOST_COUNTS = 300_000, 200_000, 4_000_000
# values, with a threshold of the model between any two, and participants
MOST_VALUES, MOST_FITTED = 20, 5_000
# p and its standard error, or the reason why there is none
Answer = tuple[float | None, float | None, str]


def alternative_table(
    study: Study, observations: pd.DataFrame, tests: pd.DataFrame, comparisons: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Decide each test of a study again, as one might as well have done.

    Parameters
    ----------
    study : Study
    observations, tests, comparisons : DataFrame
        The latter as `rank_test_table` and `comparison_table` give them.
    seed : int
        Of the permutations, where there are more than are looked at.

    Returns
    -------
    DataFrame
        Columns `ALTERNATIVE_COLUMNS`. Every test "exact"; that between the groups also on the "change" ("post", where
        the study compares changes), by "brunner_munzel" and by "proportional_odds". Without p `reason` says why;
        `standard_error` is that of p by random permutations.
    """
    # of a test with a p-value, the exact one can only be missing for its size
    known = tests.groupby(["test", "group"])["p_value"].transform("count") > 0
    tests = tests.assign(reason=np.where(known, "too_large", "no_data"))[tests["role"] == "exact"]
    exact = tests[["test", "group", "p_value", "reason"]].itertuples(index=False)
    rows = [(test, group, "exact", p_value, None, reason) for test, group, p_value, reason in exact]
    if "rank_sum" in set(tests["test"]):
        procedure, other = study.procedure.rank_sum, "post" if study.between == "change" else "change"
        *_, sample = samples(study, observations)
        answers = dict.fromkeys((other, "brunner_munzel", "proportional_odds"), (None, None, "no_data"))
        timepoint = study.compared[1].id if other == "post" else other
        for p_value in comparisons.loc[comparisons["timepoint"] == timepoint, "p_value"]:
            answers[other] = p_value, None, "too_large"
        if sample.testable:
            data = sample.first, sample.second, procedure.alternative
            answers["brunner_munzel"] = brunner_munzel(*data, seed)
            answers["proportional_odds"] = proportional_odds(*data)
        rows += [("rank_sum", "", name, *answer) for name, answer in answers.items()]
    table = pd.DataFrame(rows, columns=list(ALTERNATIVE_COLUMNS[:6])).astype({"p_value": float})
    known, below = table["p_value"].notna(), table["p_value"] < study.alpha
    decision = np.where(known, np.where(below, "significant", "not significant"), "")
    return table.assign(reason=np.where(known, "", table["reason"]), decision=decision)


def brunner_munzel(first: list, second: list, alternative: str, seed: int) -> Answer:
    """Test by permutation whether values of one group tend to be larger, whatever their spreads.

    Two-sided by the size of the statistic (Neubert & Brunner 2007, doi:10.1016/j.csda.2006.05.024). Each group needs a
    variance of its placements, how many of the other group a value exceeds.
    """
    n1, n2, values = len(first), len(second), sorted({*first, *second})
    observed, rest = np.array([[group[value] for value in values] for group in map(Counter, (first, second))])
    sizes, most = observed + rest, min(MOST_DRAWN, MOST_COUNTS // len(values))
    sided = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]
    if any(np.ptp((2 * y.cumsum() - y)[x > 0]) == 0 for x, y in ((observed, rest), (rest, observed))):
        return None, None, "zero_variance"

    def statistic(tables: np.ndarray) -> np.ndarray:
        variance = 0.0
        for counts, others, n in ((sizes - tables, tables, n2), (tables, sizes - tables, n1)):
            # twice how many of the other group each value exceeds, ties half: of counts 3, 1 these are 3, 7
            placements = 2 * others.cumsum(axis=-1) - others
            total = (counts * placements).sum(axis=-1)
            squares = (counts * (placements - total[..., None] / n) ** 2).sum(axis=-1)
            variance = variance + n / (n - 1) * squares
        with np.errstate(divide="ignore", invalid="ignore"):
            value = (total - n1 * n2) / np.sqrt(variance)
        return sided(np.nan_to_num(value, posinf=np.inf, neginf=-np.inf))

    # what is equal but for the last binary digits is as far out
    bound = statistic(observed) - 1e-12 * abs(statistic(observed))
    if (tables := tables_of((n1, n2), tuple(sizes.tolist()), MOST_TABLES)) is not None:
        gammaln, margins = scipy.special.gammaln, np.array([*sizes, n1, n2])
        log_shares = gammaln(margins + 1).sum() - gammaln(n1 + n2 + 1) - gammaln(tables + 1).sum(axis=(1, 2))
        shares = np.exp(log_shares)
        return min(1.0, float(shares[statistic(tables[:, 0]) >= bound].sum())), None, ""
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(sizes, n1, most)
    p = (1 + int((statistic(drawn) >= bound).sum())) / (1 + most)
    return p, sqrt(p * (1 - p) / most), ""


def proportional_odds(first: list, second: list, alternative: str) -> Answer:
    """Test whether the odds of higher values differ, by the likelihood ratio of a proportional-odds model.

    McCullagh 1980, doi:10.1111/j.2517-6161.1980.tb01109.x. The likelihood has no maximum where the groups share no more
    than one value, and all others of one group lie above those of the other.
    """
    counts = Counter([*first, *second])
    places, total = {value: place for place, value in enumerate(sorted(counts))}, counts.total()
    if max(first) <= min(second) or max(second) <= min(first):
        return None, None, "separation" if len(counts) > 1 else "zero_variance"
    if len(counts) > MOST_VALUES or total > MOST_FITTED:
        return None, None, "too_large"
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    of_first = np.repeat([1.0, 0.0], [len(first), len(second)])[:, None]
    model = OrderedModel(np.array([places[value] for value in (*first, *second)]), of_first, distr="logit")
    fit = model.fit(method="bfgs", disp=0, maxiter=1000, skip_hessian=True)
    null = sum(count * log(count / total) for count in counts.values())
    root = sqrt(max(0, 2 * (fit.llf - null))) * np.sign(fit.params[0])
    ndtr = scipy.special.ndtr
    p = {"two-sided": 2 * ndtr(-abs(root)), "greater": ndtr(-root), "less": ndtr(root)}[alternative]
    # a maximum found by steps is not known to more digits
    return (float(f"{p:.6g}"), None, "") if fit.mle_retvals["converged"] else (None, None, "not_converged")
