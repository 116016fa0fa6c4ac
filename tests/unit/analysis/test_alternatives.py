"""Other defensible tests: against enumeration, scipy and statsmodels, and what has no number."""

import itertools
import math
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import brunnermunzel, chi2, fisher_exact, norm
from statsmodels.discrete.discrete_model import Logit
from tests.cases import cases

from oxymilk.analysis import alternatives
from oxymilk.analysis import tables as analysis
from oxymilk.files import as_read
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

DATA = Path(__file__).parents[3] / "data"


def enumerated(x, y, side):
    """Share of all samples whose statistic, by scipy's function, is as far out; 0 where it is 0 / 0."""

    def statistic(a, b):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            # scipy's is positive when the second sample is larger
            value = np.nan_to_num(-brunnermunzel(a, b).statistic, posinf=np.inf, neginf=-np.inf)
        return {"two-sided": abs(value), "greater": value, "less": -value}[side]

    values, observed, counts = x + y, statistic(x, y), []
    for chosen in itertools.combinations(range(len(values)), len(x)):
        rest = [value for place, value in enumerate(values) if place not in chosen]
        drawn = statistic([values[place] for place in chosen], rest)
        counts.append(drawn >= observed or math.isclose(drawn, observed, rel_tol=1e-12))
    return sum(counts) / len(counts)


random.seed(7)
SAMPLES = [
    ([random.randint(0, 3) for _ in range(n)], [random.randint(0, 4) for _ in range(m)])
    for n, m in ((4, 4), (5, 3), (3, 6), (4, 5), (5, 4))
] + [([5, 7, 9], [6, 8, 8, 1]), ([0, 1, 1, 1], [0, 0, 0, 1, 1])]


@pytest.mark.parametrize("side", ["two-sided", "greater", "less"])
@pytest.mark.parametrize(("x", "y"), SAMPLES)
def test_brunner_munzel_is_the_share_of_all_permutations(x, y, side):
    p_value, error, reason = alternatives.brunner_munzel(x, y, side, seed=1)
    assert p_value == pytest.approx(enumerated(x, y, side), rel=1e-12)
    assert (error, reason) == (None, "")


def test_more_permutations_than_are_looked_at_are_drawn_by_the_seed(monkeypatch):
    x, y = [0, 1, 1, 3, 4, 6], [1, 2, 4, 5, 7, 7]
    exact, _, _ = alternatives.brunner_munzel(x, y, "two-sided", seed=1)
    monkeypatch.setattr(alternatives, "MOST_TABLES", 200)
    monkeypatch.setattr(alternatives, "MOST_DRAWN", 200)
    first, again, other = (alternatives.brunner_munzel(x, y, "two-sided", seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first[1] == pytest.approx(math.sqrt(first[0] * (1 - first[0]) / 200))
    assert abs(first[0] - exact) < 4 * first[1]


@cases
def test_no_variance_and_no_overlap_are_said_and_have_no_number(x, y, variance, odds):
    for (p_value, _, reason), due in (
        (alternatives.brunner_munzel(x, y, "two-sided", seed=1), variance),
        (alternatives.proportional_odds(x, y, "two-sided"), odds),
    ):
        assert (p_value is None, reason) == (bool(due), due)


def test_proportional_odds_of_two_levels_is_the_logistic_model():
    x, y = [1] * 7 + [0] * 3, [1] * 2 + [0] * 8
    fitted = Logit(x + y, np.column_stack([np.ones(20), [1] * 10 + [0] * 10])).fit(disp=0)
    assert alternatives.proportional_odds(x, y, "two-sided")[0] == pytest.approx(fitted.llr_pvalue, rel=3e-6)
    root = norm.isf(chi2.sf(fitted.llr, 1) / 2)
    assert alternatives.proportional_odds(x, y, "greater")[0] == pytest.approx(norm.sf(root), rel=3e-6)
    assert alternatives.proportional_odds(x, y, "less")[0] == pytest.approx(norm.cdf(root), rel=3e-6)


@pytest.mark.parametrize(
    ("x", "y", "p_value"),
    [  # R 4.2.2, MASS::polr: pchisq(2 * (logLik(polr(v ~ g)) - logLik(polr(v ~ 1))), 1, lower.tail = FALSE)
        ([0, 1, 1, 2, 2, 2, 1, 2, 0, 2], [0, 0, 1, 1, 2, 0, 0, 1, 0, 1], 0.04701455898),
        (range(10), [value + 0.5 for value in range(10)], 0.698067773),
    ],
)
def test_proportional_odds_are_those_of_r(x, y, p_value):
    assert alternatives.proportional_odds(list(x), y, "two-sided") == (
        pytest.approx(p_value, rel=1e-5),
        None,
        "",
    )


def test_too_many_values_are_not_fitted():
    values = list(range(alternatives.MOST_VALUES + 1))
    assert alternatives.proportional_odds(values, values, "two-sided") == (None, None, "too_large")


def compared(study, observations):
    effects = analysis.effect_table(study, observations, analysis.rank_test_table(study, observations))
    return analysis.comparison_table(study, observations, effects)


def table_of(study, folder, **changes):
    observations = ingest_observations(study, folder).frame("observations")
    study = study.model_copy(update=changes)
    tests = analysis.rank_test_table(study, observations)
    return as_read(
        alternatives.alternative_table(study, observations, tests, compared(study, observations), 1)
    )


@pytest.mark.parametrize(("between", "other"), [("post", "change"), ("change", "post")])
def test_the_first_study_by_other_tests(between, other):
    folder = DATA / "bontang2023"
    table = table_of(load_study(folder), folder, between=between)
    assert list(table.columns) == list(alternatives.ALTERNATIVE_COLUMNS)
    rows = table.set_index(["test", "group", "alternative"])
    fisher = fisher_exact([[10, 0], [3, 7]]).pvalue
    assert float(rows.loc[("rank_sum", "", "exact"), "p_value"]) == pytest.approx(fisher, rel=1e-9)
    assert float(rows.loc[("rank_sum", "", other), "p_value"]) == pytest.approx(0.001381170504)
    reasons = {"brunner_munzel": "zero_variance", "proportional_odds": "separation"}
    for name, reason in reasons.items():
        row = rows.loc[("rank_sum", "", name)]
        assert (row["p_value"], row["decision"], row["reason"]) == ("", "", reason)
    assert rows["decision"].tolist()[:4] == ["significant", "not significant", "significant", "significant"]


def test_groups_without_data_and_exact_tests_without_memory(request):
    folder = DATA / "bontang2023"
    study = load_study(folder)
    observations = ingest_observations(study, folder).frame("observations")
    lost = observations.assign(
        score=[score if group == "control" or time == "pre" else ""
               for group, time, score in observations[["group", "timepoint", "score"]].itertuples(index=False)]
    )  # fmt: skip
    tests = analysis.rank_test_table(study, lost)
    table = alternatives.alternative_table(study, lost, tests, compared(study, lost), 1)
    assert table["reason"].tolist() == ["no_data", "", *["no_data"] * 4]
    request.getfixturevalue("no_memory")
    table = table_of(study, folder)
    assert table["reason"].tolist()[:3] == ["too_large", "too_large", ""]
    alone = table_of(study, folder, groups=study.groups[:1])
    assert alone["alternative"].tolist() == ["exact"]
    nothing = observations.iloc[:0]
    tests = analysis.rank_test_table(study, nothing)
    assert alternatives.alternative_table(study, nothing, tests, compared(study, nothing), 1).empty
