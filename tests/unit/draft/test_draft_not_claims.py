"""Which numbers of a text claim nothing, and the reason that the list of exclusions gives for each."""

import pytest

from oxymilk.draft.claims import draft_claims
from oxymilk.draft.text import Paper

TABLE, WORK, YEAR, PUBLISHED = (
    "number of a table, figure or section",
    "number of a cited work",
    "calendar year",
    "year of a cited work",
)
ADDRESS, NAME, DOCUMENT = "part of an address", "part of a name or code", "number of a document"
PROGRAM, BODY, PHRASE = "version of a program", "anatomy", "part of a phrase that counts nothing"
FIRST, LISTED, WORD = (
    "the first of something; no count",
    "number of a list or heading",
    "a number word without a unit",
)


def left_out(text):
    return [(each.token, each.reason) for each in draft_claims(Paper(text)).left_out]


def in_results(sentence):
    return f"RESULTS\n\n{sentence}\n"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # --- years
        ("Seen in 2019.", [("2019", YEAR)]),
        ("Between 1899 and 2019.", [("1899", YEAR), ("2019", YEAR)]),
        ("We slept, SEJAK 2019.", [("2019", YEAR)]),
        ("On 5 bulan AGUSTUS 2019.", [("2019", YEAR)]),
        ("Since 2019 (Lind, in 2019).", [("2019", YEAR), ("2019", PUBLISHED)]),
        ("Lind et al. (2019) saw it.", [("2019", PUBLISHED)]),
        ("It was so (Lind, in 2019. Or Lund, in 2020).", [("2019", PUBLISHED), ("2020", PUBLISHED)]),
        ("As before (Lind, 2019), in 2019.", [("2019", PUBLISHED), ("2019", YEAR)]),
        ("Lind 2019.", [("2019", PUBLISHED)]),
        # --- tables, figures, sections
        ("As in Table 4.", [("4", TABLE)]),
        ("AS IN TABLE 4.", [("4", TABLE)]),
        ("Table. 4 and table: 5.", [("4", TABLE), ("5", TABLE)]),
        ("Tables 3 and 4.", [("3", TABLE), ("4", TABLE)]),
        ("TABEL 3 DAN 4.", [("3", TABLE), ("4", TABLE)]),
        ("Tables 3 to 4.2.", [("3", TABLE), ("4.2", TABLE)]),
        ("Gambar 1, 2 sampai 4.", [("1", TABLE), ("4", TABLE)]),
        # --- cited works
        ("As before [7].", [("7", WORK)]),
        ("As before [7, 8; 10–12], we slept.", [("7", WORK), ("8", WORK), ("10-12", WORK)]),
        ("As before [12].", [("12", WORK)]),
        # --- addresses
        ("See https://doi.org/10.1000/182 now.", [("10.1000", ADDRESS), ("182", ADDRESS)]),
        ("See http://x.org/182 now.", [("182", ADDRESS)]),
        ("See www.x.org/182 now.", [("182", ADDRESS)]),
        ("See doi: 10.1000/182 now.", [("10.1000", ADDRESS), ("182", ADDRESS)]),
        # --- names
        ("Of COVID-19.", [("19", NAME)]),
        ("H1 holds.", [("1", NAME)]),
        ("H₀1 holds and T 2/B/3 too.", [("1", NAME), ("3", NAME)]),
        ("The χ2 of it.", [("2", NAME)]),
        ("Both n1 = 15 and n2=15.", [("1", NAME), ("2", NAME)]),
        # --- documents and programs
        ("Approval NO. 118.", [("118", DOCUMENT)]),
        ("Surat nomor 118.", [("118", DOCUMENT)]),
        ("Approval number: 118.", [("118", DOCUMENT)]),
        ("Analysed with SPSS 25.", [("25", PROGRAM)]),
        ("Analysed in VERSION 25.0.", [("25.0", PROGRAM)]),
        # --- anatomy
        ("Down to the fifth rib.", [("fifth", BODY)]),
        ("Down to rib five.", [("five", BODY)]),
        ("Down to rib VI.", [("VI", BODY)]),
        ("Down to the VI-ribs.", [("VI", BODY)]),
        ("They had five X ribs.", [("five", WORD)]),
        # a phrase does not go on in the next sentence
        ("Phase two\n\nGroups slept then.", [("two", WORD)]),
        ("Exact Sig. [2*(1-tailed Sig.)] of it.", [("2", PHRASE), ("1", PHRASE)]),
        ("Vertebra torakal - 5.", [("5", BODY)]),
        ("Tulang iga KE-5.", [("5", BODY)]),
        ("The rib, seen again and again: VI.", [("VI", BODY)]),
        ("Then five slept with a rib.", [("five", WORD)]),
        # --- phrases
        ("One of the best.", [("one", PHRASE)]),
        ("SALAH SATU ibu.", [("satu", PHRASE)]),
        ("It was two-sided, two slept.", [("two", PHRASE), ("two", WORD)]),
        ("The 2-tailed one, 1-tailed.", [("2", PHRASE), ("one", WORD), ("1", PHRASE)]),
        # --- the first
        ("The first birth.", [("first", FIRST)]),
        ("FIRST we slept.", [("first", FIRST)]),
        ("Yang pertama.", [("pertama", FIRST)]),
        ("The first two slept.", [("first two", WORD)]),
        # --- lists
        ("3) All slept.", [("3", LISTED)]),
        ("3. All slept.", [("3", LISTED)]),
        ("3. all slept.", [("3", LISTED)]),
    ],
)
def test_numbers_that_claim_nothing(sentence, expected):
    assert left_out(in_results(sentence)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        # years are from 1800 to 2099, and count no people or things
        "We saw 1799.",
        "We saw 2100.",
        "We saw 20190.",
        "We saw 2019 women.",
        "We saw 2019 YEARS.",
        "We saw 2019%.",
        # nothing cited, no address, no name
        "We saw [3 of them].",
        "We saw it [in 3].",
        "We saw www.x.org, 3.",
        "We saw day-15.",
        "We saw week-15.",
        "We saw visit-15.",
        "We saw month-15.",
        "We saw a value-15.",
        "We saw it in n-15.",
        "Kami lihat KE-15.",
        "Kami lihat hari-15.",
        "Kami lihat minggu-15.",
        "Kami lihat bulan-15.",
        "Kami lihat dari-15.",
        "We saw P0.05.",
        "We saw nilai-p0.05.",
        "We saw α0.05.",
        "We saw n15.",
        "We saw 15 = 15.",
        "We saw ₀ 3.",
        # a rib far off or a count of ribs
        "We saw 5 ribs.",
        "We saw ribs of 5.",
        "The well-fed had a rib of 5.",
        "Iga yang diukur pada ibu di hari ke-5.",
        # no list
        "3 slept.",
        "3. 5 slept.",
        "We saw 3. All slept.",
        "3.5) All slept.",
    ],
)
def test_numbers_that_may_claim_something_are_not_left_out(sentence):
    assert left_out(in_results(sentence)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RESULTS\n\n3.1 Sleep of women\n\nThey slept.\n", [("3.1", LISTED)]),
        ("RESULTS\n\n1. Karakteristik responden\n\nTidur.\n", [("1", LISTED)]),
        ("RESULTS\n\nThey slept.\n\nREFERENCES\n\nLind (2019), 34 women.\n", None),
        ("RESULTS\n\nThey slept.\n\nDaftar Pustaka\n\nLind (2019), 34 women.\n", None),
    ],
)
def test_numbers_of_heads_and_of_the_end(text, expected):
    end = "in the references or acknowledgements"
    assert left_out(text) == (expected or [("2019", end), ("34", end)])


def test_a_number_in_a_heading_may_claim_something():
    text = "RESULTS\n\nThe 3 best\n\nThey slept.\n"
    assert left_out(text) == []
    assert [claim.printed for claim in draft_claims(Paper(text)).claims] == ["3"]


@pytest.mark.parametrize(("between", "reason"), [(27, BODY), (28, WORD)])
def test_a_bone_is_near_within_thirty_characters(between, reason):
    filler = "x" * (between - 2)
    assert left_out(in_results(f"The rib {filler} five slept."))[-1:] == [("five", reason)]
