"""Made-up printed tests: honest rows of every kind of evidence, and rows whose p has one digit mistyped.

`python -m tests.unit.audit.honest 1 340` counts the verdicts on 340 rounds of rows of seed 1, by kind.
"""

import collections
import re
import sys
from fractions import Fraction

import numpy as np
import scipy.stats as st
from statsmodels.stats.contingency_tables import mcnemar

from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.printed import PrintedNumber
from oxymilk.audit.printed_test import judge
from oxymilk.faults import FaultsError
from oxymilk.stats import Procedure, evaluate_programs, rank_sum_test, signed_rank_test


class Page:
    """How one paper prints: decimal mark, leading zero, rounding or truncation."""

    def __init__(self, rng):
        self.rng, self.mark, self.zero = rng, str(rng.choice([".", ","])), bool(rng.random() < 0.7)
        self.mode = str(rng.choice(["half_up", "half_up", "truncate"]))

    def number(self, value, decimals, *, zero=True):
        exact = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
        return PrintedNumber(exact, decimals, self.mark, "", zero).write(exact, self.mode)

    def several(self, values, decimals):
        parts = [self.number(value, decimals) for value in values]
        joined = (";" if self.mark == "," else ",").join(parts)
        return joined + ";" if len(parts) == 1 and self.mark == "," else joined

    def p(self, p_value):
        if p_value < 0.001 and self.rng.random() < 0.4:
            return str(self.rng.choice(["<0.001", "0.001", "***"]))
        return self.number(min(1, p_value), int(self.rng.choice([2, 3, 3, 3, 4])), zero=self.zero)


def cells(table):
    return ";".join(",".join(map(str, row)) for row in np.asarray(table).tolist())


def unasked(test, first, second):
    """Return the p-values of the lines of a rank test that programs print unasked, with the line."""
    lines = evaluate_programs(test, first.tolist(), second.tolist())
    special = ("sas_", "signed_rank_floored", "rank_sum_half")
    return [line for line in lines if line.printed_by_default
            and (line.entry.kind == "rank" or line.entry.other.startswith(special))]  # fmt: skip


def of_statistics(rng, page):
    z, df, below = rng.normal() * 1.8, int(rng.integers(1, 9)), int(rng.integers(3, 80))
    yield "z", {"test": str(rng.choice(["z", "wilcoxon", "mann-whitney"]))}, z, 2 * st.norm.sf(abs(z))
    chi2, f = rng.chisquare(df) * 1.5, rng.f(df, below) * 1.5
    yield "chi2", {"test": "chi-square", "df": str(df)}, chi2, st.chi2.sf(chi2, df)
    yield "f", {"test": "f", "df": f"{df},{below}"}, f, st.f.sf(f, df, below)
    yield "t", {"test": "t-paired", "df": str(below)}, z, 2 * st.t.sf(abs(z), below)
    r = np.tanh(z / 4)
    p_value = 2 * st.t.sf(abs(r) * (below / (1 - r**2)) ** 0.5, below)
    yield "r", {"test": str(rng.choice(["pearson", "spearman"])), "n": str(below + 2)}, r, p_value


def of_counts(rng, page):
    table = rng.integers(1, 16, (2, 2))
    p_value = st.chi2_contingency(table, correction=bool(rng.random() < 0.5)).pvalue
    sizes = ",".join(map(str, table.sum(axis=1)))
    margins = f"{sizes};{','.join(map(str, table.sum(axis=0)))}"
    shares = ";".join(
        ",".join(page.number(Fraction(100 * int(count), int(row.sum())), 1) + "%" for count in row)
        for row in table
    )
    yield "chi-square 2 x 2", {"test": "chi-square", "counts": cells(table)}, p_value
    yield "chi-square, margins", {"test": "chi-square", "margins": margins}, p_value
    yield "chi-square, percentages", {"test": "chi-square", "counts": shares, "n": sizes}, p_value
    yield "fisher", {"test": "fisher", "counts": cells(table)}, st.fisher_exact(table).pvalue
    p_value = mcnemar(table, exact=bool(rng.random() < 0.5), correction=False).pvalue
    yield "mcnemar", {"test": "mcnemar", "counts": cells(table)}, p_value
    yield "mcnemar, margins", {"test": "mcnemar", "margins": margins}, p_value
    table = rng.integers(1, 9, (int(rng.integers(2, 4)), int(rng.integers(3, 5))))
    yield (
        "chi-square r x c",
        {"test": "chi-square", "counts": cells(table)},
        st.chi2_contingency(table).pvalue,
    )


def of_groups(rng, page):
    k, (n1, n2) = int(rng.integers(2, 6)), rng.integers(3, 16, 2)
    x, y = rng.integers(0, k, n1), np.minimum(rng.integers(0, k, n2) + (rng.random(n2) < 0.4), k)
    lines, base = unasked("rank_sum", x, y), {"test": "mann-whitney", "n": f"{n1},{n2}"}
    p_value, result = lines[rng.integers(len(lines))].p_value, rank_sum_test(x, y, Procedure("asymptotic"))
    table = [np.bincount(values, minlength=k + 1) for values in (x, y)]
    yield "mann-whitney, counts", {"test": "mann-whitney", "counts": cells(table)}, p_value
    u = page.number(min(result.u1, result.u2), int(rng.choice([1, 2, 3])))
    yield "mann-whitney, U", base | {"statistic": "u", "value": u}, p_value
    yield (
        "mann-whitney, rank sums",
        base | {"rank_sums": page.several([result.rank_sum1, result.rank_sum2], 2)},
        p_value,
    )
    yield (
        "mann-whitney, mean ranks",
        base | {"mean_ranks": page.several([result.mean_rank1, result.mean_rank2], 2)},
        p_value,
    )
    x, y = rng.integers(1, 5, n1 % 5 + 3), rng.integers(1, 5, n2 % 5 + 3)
    lines, base = (
        unasked("rank_sum", x, y),
        {"test": "mann-whitney", "n": f"{len(x)},{len(y)}", "scale": "1..4"},
    )
    p_value = lines[rng.integers(len(lines))].p_value
    means, sds = (
        [function(values) for values in (x, y)]
        for function in (np.mean, lambda values: np.std(values, ddof=1))
    )
    yield (
        "mann-whitney, means",
        base | {"means": page.several(means, 2), "sds": page.several(sds, 2)},
        p_value,
    )
    quartiles = page.several([end for values in (x, y) for end in np.percentile(values, [25, 75])], 2)
    medians = page.several([np.median(values) for values in (x, y)], 1)
    yield "mann-whitney, quartiles", base | {"medians": medians, "quartiles": quartiles}, p_value


def of_pairs(rng, page):
    n, k = int(rng.integers(4, 20)), int(rng.integers(2, 6))
    pre = rng.integers(0, k, n)
    post = np.clip(pre + rng.integers(-1, 3, n), 0, k - 1)
    table = np.zeros((k, k), dtype=int)
    np.add.at(table, (pre, post), 1)
    lines, result = unasked("signed_rank", pre, post), signed_rank_test(pre, post, Procedure("asymptotic"))
    p_value = lines[rng.integers(len(lines))].p_value
    margins = ";".join(",".join(map(str, table.sum(axis=axis))) for axis in (1, 0))
    yield "wilcoxon, counts", {"test": "wilcoxon", "counts": cells(table)}, p_value
    yield "wilcoxon, margins", {"test": "wilcoxon", "margins": margins}, p_value
    # a program that ranks zeros prints other ranks
    zeros_ranked = [line for line in lines if line.entry.procedure
                    and line.entry.procedure.zero_method == "pratt"]  # fmt: skip
    lines = [line for line in lines if not (result.n_zero and line in zeros_ranked)]
    if result.n_down + result.n_up:
        of_stata = signed_rank_test(pre, post, Procedure("asymptotic", zero_method="pratt"))
        sums, zeros = [of_stata.w_minus, of_stata.w_plus], of_stata.n_zero
        row = {"test": "wilcoxon", "n": str(rng.choice([f"{n}", f"{of_stata.n_down},{of_stata.n_up}"]))}
        sums += [zeros * (zeros + 1) / 2] * (len(row["n"]) % 2)
        p_value = zeros_ranked[rng.integers(len(zeros_ranked))].p_value
        yield "wilcoxon, zeros ranked", row | {"rank_sums": page.several(sums, 2)}, p_value
    p_value, (down, up) = lines[rng.integers(len(lines))].p_value, (result.n_down, result.n_up)
    if up + down:
        sizes = str(rng.choice([f"{n}", f"{down},{up}", f"{down},{up},{result.n_zero}"]))
        sums = page.several([result.w_minus, result.w_plus], 2)
        yield "wilcoxon, rank sums", {"test": "wilcoxon", "n": sizes, "rank_sums": sums}, p_value
        w = page.number(min(result.w_minus, result.w_plus), 1)
        yield "wilcoxon, W", {"test": "wilcoxon", "n": f"{n}", "statistic": "w", "value": w}, p_value
    if up and down:
        means = page.several([result.mean_rank_minus, result.mean_rank_plus], 2)
        yield "wilcoxon, mean ranks", {"test": "wilcoxon", "n": f"{down},{up}", "mean_ranks": means}, p_value
    pre, post = rng.integers(1, 4, (2, n % 4 + 3))
    lines, sds = unasked("signed_rank", pre, post), [np.std(values, ddof=1) for values in (pre, post)]
    row = {"test": "wilcoxon", "n": str(len(pre)), "scale": "1..3", "sds": page.several(sds, 2)}
    means = page.several([pre.mean(), post.mean()], 2)
    yield "wilcoxon, means", row | {"means": means}, lines[rng.integers(len(lines))].p_value


def of_moments(rng, page):
    (n1, n2), d = rng.integers(3, 12, 2), int(rng.choice([1, 2, 3]))
    x, y = rng.normal(5, 2, n1), rng.normal(6, 3, n2)
    p_value = st.ttest_ind(x, y, equal_var=bool(rng.random() < 0.5)).pvalue
    sds = [np.std(values, ddof=1) for values in (x, y)]
    errors = [sd / np.sqrt(n) for sd, n in zip(sds, (n1, n2), strict=True)]
    base = {"test": "t-independent", "n": f"{n1},{n2}", "means": page.several([x.mean(), y.mean()], d)}
    ends = [st.t.interval(0.95, len(v) - 1, v.mean(), e) for v, e in zip((x, y), errors, strict=True)]
    yield "t, SD", base | {"sds": page.several(sds, d)}, p_value
    yield "t, SE", base | {"ses": page.several(errors, 3)}, p_value
    yield "t, intervals", base | {"intervals": page.several(np.ravel(ends), 3)}, p_value
    after = x + rng.normal(0.5, 1, n1)
    p_value, change = st.ttest_rel(x, after).pvalue, after - x
    base, sd = {"test": "t-paired", "n": f"{n1}"}, np.std(change, ddof=1)
    yield (
        "paired t",
        base | {"means": page.several([change.mean()], 2), "sds": page.several([sd], 2)},
        p_value,
    )
    sds = page.several([np.std(x, ddof=1), np.std(after, ddof=1)], 2)
    yield (
        "paired t, both SDs",
        base | {"means": page.several([x.mean(), after.mean()], 2), "sds": sds},
        p_value,
    )


def honest_rows(rng):
    """Yield one row of each kind: the kind, and the cells of the table of tests."""
    page = Page(rng)
    for kind, row, value, p_value in of_statistics(rng, page):
        printed = page.number(value, int(rng.choice([2, 3])))
        yield kind, row | {"statistic": kind, "value": printed, "p": page.p(p_value)}
    for made in (of_counts, of_groups, of_pairs, of_moments):
        for kind, row, p_value in made(rng, page):
            yield kind, row | {"p": page.p(p_value)}


def slipped_rows(rng, *, named=True):
    """Yield rows whose evidence fixes p, with a digit of p mistyped so that it prints otherwise."""
    page, rows = Page(rng), []
    page.mode = "half_up"
    for kind, row, value, p_value in of_statistics(rng, page):
        # enough digits to fix p
        rows.append((kind, row | {"statistic": kind, "value": page.number(value, 6)}, p_value, "SPSS"))
    table = rng.integers(1, 20, (2, 2))
    pearson = st.chi2_contingency(table, correction=False).pvalue
    rows.append(("chi-square", {"test": "chi-square", "counts": cells(table)}, pearson, "Stata"))
    rows.append(("fisher", {"test": "fisher", "counts": cells(table)}, st.fisher_exact(table).pvalue, "R"))
    x, y = rng.integers(0, 4, 9), rng.integers(0, 5, 8)
    pre, post = rng.integers(0, 3, (2, 12))
    square = np.zeros((3, 3), dtype=int)
    np.add.at(square, (pre, post), 1)
    groups = [np.bincount(values, minlength=5) for values in (x, y)]
    for test, table, data in (
        ("mann-whitney", groups, ("rank_sum", x, y)),
        ("wilcoxon", square, ("signed_rank", pre, post)),
    ):
        line = [line for line in unasked(*data) if line.entry.kind == "rank"][int(rng.integers(9))]
        program = re.match("[A-Za-z]+", line.entry.program)[0]
        rows.append((f"{test}, counts", {"test": test, "counts": cells(table)}, line.p_value, program))
    for kind, row, p_value, program in rows:
        right, at = f"{p_value:.3f}", int(rng.integers(2, 5))
        wrong = right[:at] + str(rng.integers(0, 10)) + right[at + 1 :]
        if wrong != right and float(wrong) <= 1:
            yield kind, row | {"p": wrong} | ({"program": program, "rounding": "half_up"} if named else {})


if __name__ == "__main__":
    generator, counted = np.random.default_rng(int(sys.argv[1])), collections.defaultdict(collections.Counter)
    for _ in range(int(sys.argv[2])):
        rows = [*honest_rows(generator)]
        rows += [(f"slip, {kind}, program named", row) for kind, row in slipped_rows(generator)]
        rows += [(f"slip, {kind}", row) for kind, row in slipped_rows(generator, named=False)]
        for kind, row in rows:
            try:
                counted[kind][judge(read_evidence(row), explain=False).verdict] += 1
            except FaultsError as error:
                counted[kind][error.faults[0].code] += 1
    for kind, verdicts in counted.items():
        sys.stdout.write(f"{kind}: {', '.join(f'{name} {n}' for name, n in verdicts.most_common())}\n")
