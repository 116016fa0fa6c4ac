"""What other defensible tests would have decided: exact, on the change, Brunner-Munzel, proportional odds."""

from __future__ import annotations

from collections import Counter
from math import comb, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from oxymilk.analysis.samples import samples

if TYPE_CHECKING:
    from oxymilk.study import Study

ALTERNATIVE_COLUMNS = ("test", "group", "alternative", "p_value", "standard_error", "reason", "decision")
# permutations that are looked at, and values in all of them: 10 + 10 values have 184,756
MOST_PERMUTATIONS, MOST_RANKED = 200_000, 4_000_000
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
    n1, n = len(first), len(first) + len(second)
    places = {value: place for place, value in enumerate(sorted({*first, *second}))}
    data = [np.array([places[value] for value in values], dtype=float) for values in (first, second)]
    sided = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}[alternative]

    def placements(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        groups = x, y, np.concatenate([x, y], axis=-1)
        of_x, of_y, of_both = (scipy.stats.rankdata(sample, axis=-1) for sample in groups)
        return of_both[..., :n1] - of_x, of_both[..., n1:] - of_y

    def statistic(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        above, below = placements(x, y)
        variance = n1 * above.var(axis=axis, ddof=1) + (n - n1) * below.var(axis=axis, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = (above.sum(axis=axis) - n1 * (n - n1) / 2) / np.sqrt(variance)
        return sided(np.nan_to_num(value, posinf=np.inf, neginf=-np.inf))

    if any(np.ptp(place) == 0 for place in placements(*data)):
        return None, None, "zero_variance"
    most = min(MOST_PERMUTATIONS, MOST_RANKED // n)
    options = {"vectorized": True, "batch": 10_000, "alternative": "greater"}
    p = float(scipy.stats.permutation_test(data, statistic, n_resamples=most, rng=seed, **options).pvalue)
    return p, sqrt(p * (1 - p) / most) if comb(n, n1) > most else None, ""


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
