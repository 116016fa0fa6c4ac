"""The same data through R, its packages, PSPP, scipy and pingouin, compared at run time; and R's intervals."""

import math
from collections import Counter
from contextlib import suppress
from itertools import product

import pytest
from tests.engines import numbers_of

from oxymilk.analysis import crosscheck
from oxymilk.analysis.samples import Sample
from oxymilk.stats import Procedure, intervals
from oxymilk.stats import hodges_lehmann as hl
from oxymilk.stats.procedure import CHOICES

pytestmark = pytest.mark.external

ENGINES = ("scipy", "pingouin", "R", "coin", "exactRankTests", "PSPP")
# lines that few of the datasets ask for
RARE = {"exactranktests_signed_rank_asymptotic": 3, "exactranktests_rank_sum_asymptotic": 5}


@pytest.fixture(scope="module")
def compared(rscript, pspp, datasets):
    return crosscheck.compare([number for *data, x, y in datasets for number in numbers_of(data, (x, y))])


def test_every_line_agrees(compared):
    assert set(compared["engine"]) == set(ENGINES)
    assert set(compared["status"]) == {"agrees", "known_fault"}
    agreeing = compared[compared["status"] == "agrees"].groupby(["engine", "number"]).size()
    assert {line: n for line, n in agreeing.items() if n < RARE.get(line[1], 6)} == {}
    described = {
        (call["engine"], line) for call in crosscheck.ENGINES["calls"] for line in call.get("lines", ())
    }
    # those of other versions of R
    assert all(line.startswith(("r_4_6_", "r_signed", "r_rank")) for _, line in described - {*agreeing.index})


def test_every_procedure_that_a_call_covers_agrees(rscript, pspp, datasets):
    numbers = []
    for pre, post, x, y in datasets[3::7]:
        for test, data in (("signed_rank", (pre, post)), ("rank_sum", (x, y))):
            sample = Sample(test, "", "", *data, [], data)
            for values in product(("asymptotic", "exact"), *list(CHOICES.values())[1:]):
                with suppress(ValueError):  # a switch that the method does not use
                    procedure = Procedure(**dict(zip(CHOICES, values, strict=True)))
                    p_value = sample.run(procedure, "binary").p_value
                    numbers.append(crosscheck.Number(sample, "declared", p_value, procedure, "binary"))
    table = crosscheck.compare(numbers)
    agreeing = table[table["status"] == "agrees"].groupby(["engine", "test"]).size()
    assert agreeing.min() >= 8
    assert len(agreeing) == 2 * len(ENGINES) - 2  # exactRankTests is asked by its own lines
    assert set(table["fault"].dropna()) == {"untied_table"}
    assert "differs" not in set(table["status"])


ODDS = [f"stats::fisher.test(table(group, score)[, 2:1])$conf.int[{end}]" for end in (1, 2)]
SHIFT = [
    f'local({{w <- stats::wilcox.test(x, y, conf.int = TRUE); if (grepl("exact", w$method)) w${part} else NA}})'
    for part in ("estimate", "conf.int[1]", "conf.int[2]")
]


def test_intervals(rscript, datasets):
    program = next(program for program in crosscheck.ENGINES["programs"] if "R" in program["engines"])
    groups = [(x, y) for _, _, x, y in datasets]
    rows = ["\n".join([*(f"{v},1" for v in x), *(f"{v},2" for v in y)]) for x, y in groups]
    calls = [
        {"test": "rank_sum", "call": text, "rows": of, "answer": r"(\S+)"}
        for of in rows
        for text in (*ODDS, *SHIFT)
    ]
    versions, answers = crosscheck.ask(program, calls)
    numbers = iter([math.nan if answer == "NA" else float(answer) for answer in answers])
    before_4_6, compared = [*map(int, versions["r"].split("."))] < [4, 6], Counter()
    for x, y in groups:
        odds, shift = [next(numbers) for _ in ODDS], [next(numbers) for _ in SHIFT]
        if len({*x, *y}) == 2:
            top = max(*x, *y)
            ours = intervals.odds_ratio(x.count(top), len(x), y.count(top), len(y), 0.95)[1:]
            # R searches large odds by their reciprocal; its search ends at 1e-4
            for limit, expected in zip(ours, odds, strict=True):
                large = limit > 1
                assert (1 / limit if large else limit) == pytest.approx(
                    1 / expected if large else expected, abs=1e-3
                )
            compared["odds"] += 1
        if not math.isnan(shift[0]):
            ours = hl.rank_sum_shift(x, y)
            # before 4.6 R prints the whole range where the data are too few for the confidence
            limits = (ours.low, ours.high) if math.isfinite(ours.low) or not before_4_6 else shift[1:]
            assert (ours.estimate, *limits) == pytest.approx(shift, rel=1e-8)
            compared["shift"] += 1
    assert min(compared["odds"], compared["shift"]) >= 3
