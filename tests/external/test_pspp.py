"""The same data through PSPP: the test statistics and significances that it prints, to the digits printed.

Left out because PSPP 1.6 is wrong there: the exact Wilcoxon line above 30 changes or without any, Fisher's
two-tailed significance, and weighted cases.
"""

import csv
import re
import subprocess
from collections import defaultdict
from itertools import pairwise

import pytest

from oxymilk.stats import evaluate_programs, load_programs

pytestmark = pytest.mark.external

SYNTAX = """
SET DECIMAL=DOT.
DATA LIST LIST NOTABLE /pre post.
BEGIN DATA
{pairs}
END DATA.
ECHO 'wilcoxon'.
NPAR TESTS /WILCOXON = pre WITH post (PAIRED) /METHOD=EXACT.
ECHO 'sign'.
NPAR TESTS /SIGN = pre WITH post (PAIRED).
COMPUTE change = post - pre.
COMPUTE late = 1 + ($CASENUM > {half}).
ECHO 'change'.
NPAR TESTS /MANN-WHITNEY = change BY late(1,2).
DATA LIST LIST NOTABLE /score group.
BEGIN DATA
{groups}
END DATA.
ECHO 'mann-whitney'.
NPAR TESTS /MANN-WHITNEY = score BY group(1,2).
ECHO 'kruskal-wallis'.
NPAR TESTS /KRUSKAL-WALLIS = score BY group(1,2).
ECHO 'crosstabs'.
CROSSTABS /TABLES = group BY score /STATISTICS = CHISQ.
"""


def run_pspp(pspp, folder, number, roles):
    pre, post, x, y = roles
    pairs = "\n".join(f"{a} {b}" for a, b in zip(pre, post, strict=True))
    groups = "\n".join(f"{value} {group}" for group, values in ((1, x), (2, y)) for value in values)
    syntax, output = folder / f"{number}.sps", folder / f"{number}.csv"
    syntax.write_text(SYNTAX.format(pairs=pairs, groups=groups, half=len(pre) // 2))
    command = [pspp, "-O", "format=csv", "-o", output, syntax]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert output.exists(), run.stderr
    return list(csv.reader(output.read_text(encoding="utf-8").splitlines()))


def sections(rows):
    """Split the rows at the echoed names; keep all cells of each section in order."""
    found, name = defaultdict(list), None
    for row in rows:
        text = ",".join(row).strip().strip('"')
        if text in ("wilcoxon", "sign", "change", "mann-whitney", "kruskal-wallis", "crosstabs"):
            name = text
        elif name:
            found[name].append(row)
    return found


def cell(rows, label):
    """The cell after the label in its row."""
    return next((row[1] for row in rows if row and row[0] == label), None)


def column(rows, label):
    """The cell under the label, in tables with the labels in a row."""
    for heading, row in pairwise(rows):
        if label in heading:
            return row[heading.index(label)]
    return None


def last(rows, label):
    """The last number of the row of this label (its significance)."""
    row = next((row for row in rows if row and row[0] == label), None)
    return next((c for c in reversed(row) if re.search(r"\d", c)), None) if row else None


def agrees(printed, value):
    digits = len(printed.partition(".")[2])
    return abs(float(printed) - value) <= 0.50001 * 10**-digits


def capped(exact):
    """PSPP prints twice the smaller tail, even above 1."""
    return "1.000" if float(exact) > 1 else exact


@pytest.fixture(scope="module")
def printed(pspp, datasets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pspp")
    return [sections(run_pspp(pspp, folder, i, roles)) for i, roles in enumerate(datasets)]


def test_every_line_that_was_run_is_run_here():
    ran = {line.id for line in load_programs() if line.program.startswith("PSPP") and line.seen[2] == "run"}
    assert ran == {"pspp_wilcoxon", "pspp_wilcoxon_exact", "pspp_mann_whitney"}


def test_signed_rank(printed, datasets):
    compared = defaultdict(int)
    for output, (pre, post, _, _) in zip(printed, datasets, strict=True):
        lines = {line.entry.id: line for line in evaluate_programs("signed_rank", pre, post)}
        changes = sum(a != b for a, b in zip(pre, post, strict=True))
        if not changes:
            continue  # PSPP prints no significance
        z, p = cell(output["wilcoxon"], "Z"), cell(output["wilcoxon"], "Asymp. Sig. (2-tailed)")
        assert agrees(z.lstrip("-"), abs(lines["pspp_wilcoxon"].z))
        assert agrees(p, lines["pspp_wilcoxon"].p_value)
        compared["asymptotic"] += 1
        if changes <= 30:
            exact = cell(output["wilcoxon"], "Exact Sig. (2-tailed)")
            assert agrees(capped(exact), lines["pspp_wilcoxon_exact"].p_value)
            compared["exact"] += 1
        sign = cell(output["sign"], "Exact Sig. (2-tailed)")
        if sign:
            assert agrees(capped(sign), lines["spss_sign_exact"].p_value)
            compared["sign"] += 1
    assert min(compared.values()) > 20
    assert len(compared) == 3


def test_rank_sum(printed, datasets, halves):
    compared = defaultdict(int)
    for output, (pre, post, x, y) in zip(printed, datasets, strict=True):
        *decimal, binary = halves(pre, post)
        if len({*decimal[0], *decimal[1]}) > 1:
            lines = {line.entry.id: line for line in evaluate_programs("rank_sum", *decimal, binary)}
            line = lines["pspp_mann_whitney"]
            assert agrees(column(output["change"], "Asymp. Sig. (2-tailed)"), line.p_value)
            compared["binary changes"] += line.differences == "binary"
        lines = {line.entry.id: line for line in evaluate_programs("rank_sum", x, y)}
        if len({*x, *y}) == 1:
            continue  # PSPP prints no significance
        rows = output["mann-whitney"]
        assert agrees(column(rows, "Z").lstrip("-"), abs(lines["pspp_mann_whitney"].z))
        assert agrees(column(rows, "Asymp. Sig. (2-tailed)"), lines["pspp_mann_whitney"].p_value)
        assert agrees(cell(output["kruskal-wallis"], "Asymp. Sig."), lines["spss_kruskal_wallis"].p_value)
        names = {
            "Pearson Chi-Square": "spss_chi_square", "Likelihood Ratio": "spss_likelihood_ratio",
            "Linear-by-Linear Association": "spss_linear_by_linear",
        }  # fmt: skip
        for label, name in names.items():
            assert agrees(last(output["crosstabs"], label), lines[name].p_value), label
            compared[name] += 1
        if "spss_fisher" in lines:
            yates = last(output["crosstabs"], "Continuity Correction")
            assert agrees(yates, lines["spss_chi_square_yates"].p_value)
            one_tailed = last(output["crosstabs"], "Fisher's Exact Test")
            assert agrees(one_tailed, lines["spss_fisher_one_sided"].p_value)
            compared["two levels"] += 1
    assert compared["spss_linear_by_linear"] > 20
    assert compared["two levels"] >= 5
    assert compared["binary changes"] >= 3
