"""The first study: the only sheet that the printed counts allow, and every number of the paper accounted for."""

import os
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cases import read_rows, read_yaml
from tests.unit.draft.conftest import unaccounted

from oxymilk.audit.claims import load_claims
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
CLAIMS, EXCLUSIONS, SHEET = (
    read_rows(STUDY / f"{name}.csv") for name in ("claims", "exclusions", "observations")
)
DESCRIPTION = read_yaml(STUDY / "study.yaml")


def value(printed):
    return Fraction(printed.rstrip("% ").replace(",", "."))


# --- the sheet; that the printed counts allow no other is held in explain/test_reconstruct.py


def printed_sizes(group):
    return {int(c["printed"]) for c in CLAIMS if c["quantity"] == "sample_size" and c["group"] == group}


def test_the_sheet_has_one_row_a_mother():
    assert [(row["No"], row["Kode"], row["Kelompok"]) for row in SHEET] == [
        (str(10 * group + k), f"{word[0]}{k:02d}", word)
        for group, word in enumerate(("Intervensi", "Kontrol"))
        for k in range(1, 11)
    ]
    assert printed_sizes("") == {len(SHEET)}


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
        assert claim["expect"] == "reproduced" or claim["note.en"].strip(), claim["id"]
        assert bool(claim["note.en"]) == bool(claim["note.id"]), claim["id"]
        longest = {"printed": 30, "where": 60}
        assert all(len(cell) <= longest.get(column, 250) for column, cell in claim.items()), claim["id"]


def test_the_differing_claims_are_the_known_ones():
    differing = (c["id"] for c in CLAIMS if c["expect"] == "differs")
    assert Counter(re.sub(r"_(abstract|results|discussion)$", "", claim) for claim in differing) == {
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
    percentages = [c for c in CLAIMS if c["check"] == "arithmetic" and c["quantity"] == "percent"]
    counts = Counter((c["variable"], c["group"], c["printed"]) for c in percentages)
    assert sorted(counts.values()) == [2] * 10
    assert all((value(printed) * 10 / 100).denominator == 1 for _, _, printed in counts)


def test_exclusions_have_a_place_and_a_reason():
    assert len({(row["token"], row["where"], row["reason"]) for row in EXCLUSIONS}) == len(EXCLUSIONS)
    for row in EXCLUSIONS:
        assert row["where"].split()[0].rstrip(",") in SECTIONS
        assert (bool(row["reason"].strip()), int(row["occurrences"]) >= 1) == (True, True)


# --- the paper


@pytest.fixture(scope="module")
def paper():
    if not PAPER.is_file():
        pytest.skip(
            "no text of the paper: give its path in OXYMILK_PAPER, or save it as data/bontang2023/paper.txt"
        )
    return PAPER.read_text("utf-8")


@pytest.mark.parametrize("section", range(6), ids=SECTIONS)
def test_no_number_of_a_section_is_unaccounted_for_and_a_planted_one_is(paper, section):
    # a number forgotten in one place and listed once too often in another would balance over the whole paper
    edges = [0]
    for heading in HEADINGS:
        edges.append(paper.index(heading, edges[-1]) + len(heading))
    text = paper[slice(*[*edges, None][section : section + 2])]
    claims, exclusions = ([row for row in table if row["where"].split()[0] == SECTIONS[section]]
                          for table in (CLAIMS, EXCLUSIONS))  # fmt: skip
    assert unaccounted(text, claims, exclusions) == []
    assert len(unaccounted(text + " 41,7% ", claims, exclusions)) == 1


def test_the_paper_is_not_copied(paper):
    # eight words in a row would be a sentence of the paper's, not ours
    def runs(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[k : k + 8]) for k in range(len(words) - 7)}

    theirs = runs(paper) - runs(DESCRIPTION["citation"]["title"])
    cells = [cell for row in (*CLAIMS, *EXCLUSIONS) for cell in row.values()]
    pages = [(STUDY / name).read_text("utf-8") for name in ("README.md", "study.yaml")]
    assert [run for text in (*cells, *pages) for run in sorted(runs(text) & theirs)] == []
