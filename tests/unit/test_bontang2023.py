"""The first study: the only sheet that the printed counts allow, and every number of the paper accounted for."""

import csv
import itertools
import os
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from oxymilk.audit.claims import load_claims
from oxymilk.draft.numbers import account_for_tokens, find_tokens, listed_tokens
from oxymilk.study import load_study

STUDY = Path(__file__).parents[2] / "data" / "bontang2023"
# the paper itself is not part of the repository
PAPER = Path(os.environ.get("OXYMILK_PAPER") or STUDY / "paper.txt")
SECTIONS = ("abstract", "introduction", "methods", "results", "discussion", "conclusion")
HEADINGS = ("PENDAHULUAN", "METODE PENELITIAN", "HASIL DAN PEMBAHASAN", "HASIL DAN PEMBAHASAN", "KESIMPULAN")
QUANTITIES = {
    *("sample_size", "count", "percent", "count_up", "count_unchanged", "percent_up", "p_value", "threshold"),
    *("decision", "comparison", "sum", "ratio_percent", "between", "figure"),
}


def rows(name):
    with (STUDY / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CLAIMS = rows("claims.csv")
EXCLUSIONS = rows("exclusions.csv")
DESCRIPTION = yaml.safe_load((STUDY / "study.yaml").read_text("utf-8"))
LEVELS = [level["id"] for level in DESCRIPTION["outcome"]["levels"]]


def value(printed):
    return Fraction(printed.rstrip("% ").replace(",", "."))


# --- the sheet


def before_after_tables(mothers):
    """Every way in which so many mothers fall into the four cells of before and after."""
    cells = list(itertools.product(LEVELS, LEVELS))
    counts = itertools.product(range(mothers + 1), repeat=4)
    return [dict(zip(cells, numbers, strict=True)) for numbers in counts if sum(numbers) == mothers]


def agrees(table, claim):
    """Whether a before-and-after table has the number of mothers that a claim prints."""
    quantity, side = claim["quantity"], ("pre", "post").index(claim["timepoint"] or "pre")
    counted = {
        "count": lambda pair: pair[side] == claim["level"],
        "percent": lambda pair: pair[side] == claim["level"],
        "count_up": lambda pair: LEVELS.index(pair[1]) > LEVELS.index(pair[0]),
        "percent_up": lambda pair: LEVELS.index(pair[1]) > LEVELS.index(pair[0]),
        "count_unchanged": lambda pair: pair[0] == pair[1],
    }[quantity]
    number = sum(n for pair, n in table.items() if counted(pair))
    return value(claim["printed"]) == (
        Fraction(100 * number, sum(table.values())) if quantity.startswith("percent") else number
    )


def count_claims(group):
    of_group = (
        claim for claim in CLAIMS if (claim["group"], claim["variable"]) == (group, "milk_production")
    )
    return [claim for claim in of_group if claim["quantity"].startswith(("count", "percent"))]


def sheet_table(group):
    word = {"intervention": "Intervensi", "control": "Kontrol"}[group]
    mothers = [row for row in rows("observations.csv") if row["Kelompok"] == word]
    columns = ("Produksi ASI sebelum", "Produksi ASI sesudah hari ke-15")
    return Counter(tuple(row[column].lower() for column in columns) for row in mothers)


def printed_sizes(group):
    return {int(c["printed"]) for c in CLAIMS if c["quantity"] == "sample_size" and c["group"] == group}


@pytest.mark.parametrize(("group", "number_of_claims"), [("intervention", 6), ("control", 13)])
def test_the_printed_counts_allow_one_sheet_only(group, number_of_claims):
    (mothers,) = printed_sizes(group)
    tables = before_after_tables(mothers)
    claims = count_claims(group)
    assert len(tables) == 286
    assert len(claims) == number_of_claims
    (only,) = (table for table in tables if all(agrees(table, claim) for claim in claims))
    assert Counter(only) == sheet_table(group)


def test_without_the_counts_before_the_control_sheet_would_be_open():
    # the argument needs what is printed about the time before: the counts afterwards alone leave many tables
    claims = [claim for claim in count_claims("control") if claim["timepoint"] == "post"]
    assert len([t for t in before_after_tables(10) if all(agrees(t, claim) for claim in claims)]) == 32


def test_the_sheet_has_one_row_a_mother():
    sheet = rows("observations.csv")
    codes = [row["Kode"] for row in sheet]
    assert codes == [f"{letter}{k:02d}" for letter in "IK" for k in range(1, 11)]
    assert [row["No"] for row in sheet] == [str(k) for k in range(1, 21)]
    assert all(row["Kelompok"] == ("Intervensi" if row["Kode"][0] == "I" else "Kontrol") for row in sheet)
    assert printed_sizes("") == {len(sheet)}


# --- the claims


def test_study_and_claims_have_no_fault():
    study = load_study(STUDY / "study.yaml")
    assert len(load_claims(STUDY / "claims.csv", study)) == len(CLAIMS)
    assert study.reconstructed is True
    assert study.procedure.basis == "inferred"
    assert not study.citation.authors


def test_claims_are_plain_words_with_a_note_where_they_are_not_reproduced():
    """What `load_claims` does not ask: no quantity besides those of the notes, cells that are no sentences."""
    assert {claim["quantity"] for claim in CLAIMS} == QUANTITIES
    for claim in CLAIMS:
        assert claim["where"].split()[0] in SECTIONS
        assert re.fullmatch("[a-z0-9_]+", claim["id"])
        assert claim["expect"] == "reproduced" or claim["note"].strip(), claim["id"]
        assert len(claim["printed"]) <= 30, claim["id"]
        assert len(claim["where"]) <= 60, claim["id"]
        assert all(len(cell) <= 250 for cell in claim.values()), claim["id"]


def test_the_differing_claims_are_the_known_ones():
    differing = Counter(
        re.sub(r"_(abstract|results|discussion)$", "", c["id"]) for c in CLAIMS if c["expect"] == "differs"
    )
    assert differing == {
        "mann_whitney_p": 3, "table_number": 1, "day_control_agrees": 1,
        "age_most_intervention": 2, "education_most_intervention": 2, "parity_most_intervention": 2,
        "age_most_control": 2, "education_most_control": 2, "occupation_most_control": 2,
    }  # fmt: skip


def test_every_p_value_has_its_threshold_and_its_decision_beside_it():
    ours = [c for c in CLAIMS if c["check"] == "recompute" and c["test"]]
    places = {
        quantity: Counter((c["test"], c["group"], c["where"]) for c in ours if c["quantity"] == quantity)
        for quantity in ("p_value", "threshold", "decision")
    }
    assert places["p_value"] == places["threshold"]
    assert set(places["p_value"]) <= set(places["decision"])
    printed = [(c["test"], c["group"], value(c["printed"])) for c in ours if c["quantity"] == "p_value"]
    assert Counter(printed) == {
        ("signed_rank", "intervention", Fraction(2, 1000)): 3,
        ("signed_rank", "control", Fraction(83, 1000)): 3,
        ("rank_sum", "", Fraction(4, 1000)): 3,
    }


def test_characteristics_are_ten_percentages_printed_twice():
    percentages = Counter(
        (c["variable"], c["group"], c["printed"])
        for c in CLAIMS
        if c["check"] == "arithmetic" and c["quantity"] == "percent"
    )
    assert len(percentages) == 10
    assert set(percentages.values()) == {2}
    assert all((value(printed) * 10 / 100).denominator == 1 for _, _, printed in percentages)


def test_exclusions_have_a_place_and_a_reason():
    places = Counter((row["token"], row["where"], row["reason"]) for row in EXCLUSIONS)
    assert max(places.values()) == 1
    for row in EXCLUSIONS:
        assert row["where"].split()[0].rstrip(",") in SECTIONS
        assert row["reason"].strip()
        assert int(row["occurrences"]) >= 1


# --- the paper


@pytest.fixture(scope="module")
def paper():
    if not PAPER.is_file():
        pytest.skip(
            "no text of the paper: give its path in OXYMILK_PAPER, or save it as data/bontang2023/paper.txt"
        )
    return PAPER.read_text("utf-8")


def differences(text, claims, exclusions):
    return [
        f"{each.token}: {each.in_text} in the text (lines {each.lines}), {each.listed} listed"
        for each in account_for_tokens(find_tokens(text), listed_tokens(claims, exclusions))
    ]


def test_no_number_of_the_paper_is_unaccounted_for(paper):
    assert differences(paper, CLAIMS, EXCLUSIONS) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_no_number_of_a_section_is_unaccounted_for(paper, section):
    # a number forgotten in one place and listed once too often in another would balance over the whole paper
    ends, start = [], 0
    for heading in HEADINGS:
        start = paper.index(heading, start) + len(heading)
        ends.append(start)
    parts = [paper[i:j] for i, j in zip([0, *ends], [*ends, len(paper)], strict=True)]
    part = dict(zip(SECTIONS, parts, strict=True))[section]

    def here(listed):
        return [row for row in listed if row["where"].split()[0] == section]

    assert differences(part, here(CLAIMS), here(EXCLUSIONS)) == []


def test_a_planted_number_would_be_seen(paper):
    assert len(differences(paper + " 41,7% ", CLAIMS, EXCLUSIONS)) == 1


def test_the_paper_is_not_copied(paper):
    # eight words in a row would be a sentence of the paper's, not ours
    def runs(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[k : k + 8]) for k in range(len(words) - 7)}

    theirs = runs(paper) - runs(DESCRIPTION["citation"]["title"])
    cells = [cell for row in (*CLAIMS, *EXCLUSIONS) for cell in row.values()]
    pages = [(STUDY / name).read_text("utf-8") for name in ("README.md", "study.yaml")]
    assert [run for text in (*cells, *pages) for run in sorted(runs(text) & theirs)] == []
