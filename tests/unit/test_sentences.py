"""Sentences about results, in README, study.yaml and notes of claims: each says what the results say."""

import re
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from scipy.stats import wilcoxon
from tests.cases import read_yaml, tables_of

from oxymilk.analysis.tables import program_table
from oxymilk.audit.printed import parse_printed
from oxymilk.files import as_read, read_csv
from oxymilk.ingest import ingest_observations
from oxymilk.stats import Procedure, load_programs, signed_rank_test
from oxymilk.study import load_study

ROOT = Path(__file__).parents[2]
DATA, HELD = ROOT / "data", ROOT / "tests" / "data" / "explanations" / "bontang2023"
NAMES = tables_of(__file__)["names"]
NORMAL = "asymptotic (normal approximation), two-sided, tie-corrected, without continuity correction"
RELEASES = [(0,), (1,), (1, 4), (1, 5), (1, 9), (1, 14), (1, 15), (4, 6), (5,), (6,), (16, 1), (99,)]
OTHER_TESTS = "mcnemar|_sign(?:_|$)|paired_t"


def covers(versions, release):
    """Whether "before 1.5", "1.5 to 1.8", "1.14", "1.15 or later" or "all" has a release, (1, 9)."""
    low, *high = [tuple(map(int, n.split("."))) for n in re.findall(r"\d+(?:\.\d+)*", versions)] or [(0,)]
    if versions.startswith("before"):
        return release < low
    return low <= release and ("later" in versions or versions == "all" or release <= (high or [low])[0])


def words(path):
    """The words of a file, or of a part of a YAML file, in one line."""
    return " ".join((ROOT / path).read_text("utf-8").split())


def reason(study, language):
    procedure = read_yaml(DATA / study / "study.yaml")["procedure"]
    return " ".join(procedure["reason"][language].split())


@pytest.fixture(scope="module")
def lines():
    """What each program prints on the first study's data, with whether it prints as the paper's number of the test."""
    study = load_study(DATA / "bontang2023")
    table = as_read(
        program_table(study, ingest_observations(study, DATA / "bontang2023").frame("observations"))
    )
    paper = {"intervention": "0.002", "control": "0.083", "": "0.004"}
    stated = {group: parse_printed(printed).interval() for group, printed in paper.items()}
    prints = [stated[row["group"]].contains(Fraction(row["p_value"])) for row in table.to_dict("records")]
    low = [stated[""].contains(Fraction(p_value)) for p_value in table["p_value"]]
    return table.assign(prints=prints, prints_004=low)


@pytest.mark.parametrize("place", ["README", "en", "id"])
def test_the_programs_that_print_both_wilcoxon_p_values(lines, place):
    text = words("README.md") if place == "README" else reason("bontang2023", place)
    sentence = re.search(
        "(?:Both Wilcoxon|Kedua nilai p).*?(?:no other program|tidak ada program lain)", text
    )[0]
    default = lines.query("test == 'signed_rank' and printed_by_default == 'true' and prints")
    default = default[~default["id"].str.contains(OTHER_TESTS)].assign(
        versions=lambda rows: rows["versions"].str.replace(r"^(?:with (?:R|scipy)|jmv) |-16", "", regex=True)
    )
    of = {name: default[default["program"].str.startswith(name)] for name in NAMES}

    def prints_both(rows, release):
        return rows.loc[[covers(v, release) for v in rows["versions"]], "group"].nunique() == 2

    both = {name: [at for at in RELEASES if prints_both(rows, at)] for name, rows in of.items()}
    due = {name for name in NAMES if both[name]}
    assert {name for name, said in NAMES.items() if re.search(rf"\b(?:{said})\b", sentence)} == due
    assert both["scipy"] == [release for release in RELEASES if release < (1, 15)]
    # what they share
    for name in due:
        shared = of[name][of[name]["procedure"].str.startswith(NORMAL)]
        assert set(shared["group"]) == {"control", "intervention"}
        assert name == "scipy" or shared.groupby("id")["group"].nunique().max() == 2


def test_what_prints_the_p_value_that_differs(lines):
    """No line of a test between the groups; of others, one that is printed by default."""
    printing = lines[lines["prints_004"]]
    assert not len(lines.query("test == 'rank_sum' and prints"))
    (line,) = printing[printing["printed_by_default"] == "true"].to_dict("records")
    assert (line["program"], line["group"]) == ("R mcnemar.test", "intervention")
    readme = words("README.md")
    assert "no output line of any program prints 0.004 for the groups after" in readme
    assert "for the massage group before and after R's mcnemar.test does" in readme


def test_what_explains_it_and_what_datasets_there_are():
    readme = words("README.md")
    datasets = read_csv(HELD / "datasets.csv").query("group == ''").set_index("set")["datasets"].astype(int)
    all_of_them, *counts = datasets[["all", "p_values", "counts", "both"]]
    said = (
        f"Of the {all_of_them:,} datasets that two groups of ten can have, {counts[0]} give all three printed"
    )
    assert f"{said} p-values, {counts[1]} gives all printed counts, and none gives both." in readme
    assert (all_of_them, counts[2]) == (comb(13, 3) ** 2, 0)
    found = read_csv(HELD / "explanations.csv").query(
        "claim_id.str.startswith('mann_whitney_p') and informative == 'true'"
    )
    for code, words_of_it, due in (
        ("notation_dropped", "a digit lost in copying (0.0014)", "0.0014"),
        ("scale_untied", "a test run on a finer score", "finer score"),
        ("procedure_switches", "a one-sided test without tie correction", "(greater), not tie-corrected"),
        ("departure", "one control mother with another record", "Other records: 1 of group Control"),
    ):
        assert words_of_it in readme
        assert due in found[found["code"] == code]["description"].iloc[0]


def test_every_program_prints_the_cited_p_of_zero():
    assert "Every program's Wilcoxon signed-rank test prints 0.000" in reason("muayah2023", "en")
    assert "di semua program mencetak 0,000" in reason("muayah2023", "id")
    assert "in every program's Wilcoxon test" in words("data/muayah2023/README.md")
    study = load_study(DATA / "muayah2023")
    table = program_table(study, ingest_observations(study, DATA / "muayah2023").frame("observations"))
    assert len(table) > 40
    assert table["p_value"].max() < 0.0005


def test_what_scipy_makes_of_zeros():
    before, after = [0] * 10, [1] * 3 + [0] * 7
    orders = (after, before), (before, after)
    by_order = [wilcoxon(*pair, zero_method="pratt", method="exact").pvalue for pair in orders]
    exact = signed_rank_test(before, after, Procedure("exact", zero_method="pratt")).p_value
    row = f"{by_order[0]} or {by_order[1]:.3g}, by the order of the arguments | {exact}"
    assert f"| 3 of 10 mothers up, 7 unchanged, Pratt's zeros | {row} |" in words("docs/statistics.md")


def test_numbers_in_notes_and_documents():
    notes = " ".join(read_csv(DATA / "bontang2023" / "claims.csv")["note.en"])
    low, high = Fraction(265, 595), Fraction(275, 585)
    assert (
        f"give {270 / 5.9:.1f}%; within their rounding {float(100 * low):.1f}% to {float(100 * high):.1f}%"
        in notes
    )
    ranked = [program for program in load_programs() if program.kind == "rank"]
    assert f"Every rank-test line of every program ({len(ranked)})" in words("docs/statistics.md")
    # a dataset of K levels takes 8 bytes a cell of its table; 80 bytes for each of a million
    groups = re.search(r"up to (\d+) participants in a group at two levels, (\d+) at three, (\d+) at four",
                       words("docs/explanations.md")).groups()  # fmt: skip
    for levels, n in enumerate(map(int, groups), start=2):
        cells = levels**2
        size = [8 * cells * comb(people + cells - 1, cells - 1) for people in (n, n + 1)]
        assert size[0] <= 80_000_000 < size[1]
