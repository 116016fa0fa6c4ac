"""The p-values of datasets, as the engines of the second opinion are asked for them."""

from oxymilk.analysis.crosscheck import Number
from oxymilk.analysis.samples import Sample
from oxymilk.stats import evaluate_programs
from oxymilk.stats.ranks import paired_differences


def numbers_of(pairs, groups):
    """Every line that a program prints: of pairs, of the changes of their two halves, and of two groups."""
    half, doubles = len(pairs[0]) // 2, [b - a for a, b in zip(*pairs, strict=True)]
    decimal, binary = ((values[:half], values[half:]) for values in (paired_differences(*pairs), doubles))
    for test, data, held in (
        ("signed_rank", pairs, pairs),
        ("rank_sum", decimal, binary),
        ("rank_sum", groups, groups),
    ):
        sample = Sample(test, "", "", *data, [], held)
        for line in evaluate_programs(test, *data, held) if sample.testable else ():
            if line.printed_by_default or line.entry.rule == "on_request":
                yield Number(sample, line.entry.id, line.p_value, line.entry.procedure, line.differences)
