"""Every number of a text is found, and one that no list accounts for is reported."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from oxymilk.draft.tokens import Difference, Token, account_for_tokens, find_tokens, listed_tokens

SAMPLE = Path(__file__).parents[2] / "data" / "accounting"


def texts(text):
    return [token.text for token in find_tokens(text)]


def rows(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def accounting(text, claims=None, exclusions=None):
    claims = rows("claims.csv") if claims is None else claims
    exclusions = rows("exclusions.csv") if exclusions is None else exclusions
    return account_for_tokens(find_tokens(text), listed_tokens(claims, exclusions))


@pytest.fixture
def sample():
    return (SAMPLE / "text.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p-\nvalue=0.002", ["0.002"]),
        ("nilai-\np=0,004 (nilai-p<0,05)", ["0,004", "0,05"]),
        ("p > 0.05) means", ["0.05"]),
        ("p=.05 dan p < ,001", [".05", ",001"]),
        ("Vol.3, No.4, tabel 4.. dan tabel 4.1", ["3", "4", "4", "4.1"]),
        ("(WHO, 2022). Angka 11,7 dari 1.000, 12.", ["2022", "11,7", "1.000", "12"]),
        ("umur (20-35 tahun)", ["20-35"]),
        ("umur (20-\n35 tahun)", ["20-35"]),
        ("60-80% dan 60 – 80 %", ["60-80%", "60-80%"]),
        ("15% sampai 20%.", ["15%", "20%"]),
        ("hari ke-15, hari ke- 15, hari ke-\n15, the 15th day", ["15", "15", "15", "15"]),
        ("2,5kg, <1,5kg, <32 minggu", ["2,5", "1,5", "32"]),
        ("10 (100%); 7 (70%)", ["10", "100%", "7", "70%"]),
        ("Z = -2,24, Z=−2.24, (-3)", ["-2,24", "-2.24", "-3"]),
        ("2023-12-01", ["2023-12-01"]),
        ("I01, COVID-19, 1e-05", ["01", "19", "1e-05"]),
        ("٣ dan １２％", ["3", "12%"]),
        ("½ jam, 10² m", ["½", "10"]),
        ("the fifth-sixth costae", ["fifth-sixth"]),
        ("Lima ibu, dua puluh\nlima bayi, hari keempat", ["lima", "dua puluh lima", "keempat"]),
        ("ke lima atau ke enam", ["lima", "enam"]),
        ("2,7 juta dari 5,9 juta", ["2,7", "5,9"]),
        ("costae ke-V dan VI; ke-\nX", ["V", "VI", "X"]),
        ("RI, ASI, DI, JCI, Vitamin C, I am, IIII, VX", []),
        ("satuan, persatuan, tentang, often, someone", []),
        ("", []),
    ],
)
def test_numbers_are_found_as_a_reader_sees_them(text, expected):
    assert texts(text) == expected


def test_each_number_has_its_kind_place_and_line():
    assert find_tokens("\n5 ibu,\nlima-\nke-VI, 20-35, XX") == [
        Token("5", "number", 1, 2, 2),
        Token("lima", "word", 8, 12, 3),
        Token("VI", "roman", 17, 19, 4),
        Token("20-35", "range", 21, 26, 4),
        Token("XX", "roman", 28, 30, 4),
    ]


def test_places_point_into_the_text_as_it_was_given(sample):
    for token in find_tokens(sample):
        shown = sample[token.start : token.end]
        assert shown
        assert token.line == sample[: token.start].count("\n") + 1
        if token.kind != "range" and shown.isascii():
            assert "".join(shown.split()).lower() == token.text.replace(" ", "").lower()
    assert [token.kind for token in find_tokens(sample)].count("range") == 1


def test_tokens_do_not_overlap(sample):
    found = find_tokens(sample)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_every_digit_of_a_text_lies_in_a_token(sample):
    covered = {place for token in find_tokens(sample) for place in range(token.start, token.end)}
    assert [
        place for place, character in enumerate(sample) if character.isdecimal() and place not in covered
    ] == []


def test_a_text_that_is_fully_listed_leaves_nothing(sample):
    assert accounting(sample) == []


def test_a_planted_number_is_reported_with_its_line(sample):
    planted = sample.replace("membaik", "membaik sesudah 13 hari")
    assert accounting(planted) == [Difference("13", 1, 0, (5,))]


def test_a_planted_repetition_is_reported(sample):
    planted = sample + "Sekali lagi p=0,025.\n"
    assert accounting(planted) == [Difference("0,025", 2, 1, (6, 9))]


def test_a_planted_number_word_is_reported(sample):
    assert accounting(sample + "Tujuh ibu.\n") == [Difference("tujuh", 1, 0, (9,))]


@pytest.mark.parametrize("index", range(18))
def test_a_claim_that_is_left_out_is_missed_unless_it_is_a_statement(sample, index):
    claims = rows("claims.csv")
    left_out = claims.pop(index)
    silent = left_out["quantity"] in ("decision", "comparison", "sum") or left_out["id"] == "design"
    assert (accounting(sample, claims=claims) == []) is silent


def test_a_claim_that_the_text_does_not_have_is_reported(sample):
    claims = [*rows("claims.csv"), {"printed": "0,026", "quantity": "p_value"}]
    assert accounting(sample, claims=claims) == [Difference("0,026", 0, 1, ())]


def test_percent_and_decimal_mark_tell_numbers_apart(sample):
    changed = sample.replace("75 %", "75").replace("0,025", "0.025")
    assert [difference.token for difference in accounting(changed)] == ["0,025", "0.025", "75", "75%"]


def test_exclusions_count_their_occurrences(sample):
    exclusions = [
        row | {"occurrences": "2"} if row["token"] == "1999" else row for row in rows("exclusions.csv")
    ]
    assert accounting(sample, exclusions=exclusions) == [Difference("1999", 1, 2, (6,))]


def test_rows_of_one_token_add_up():
    row = {"token": "1999", "occurrences": "2"}
    assert listed_tokens([{"printed": "1999", "quantity": "count"}], [row, row]) == {"1999": 5}


@pytest.mark.parametrize("token", ["tahun", "1 dan 2", ""])
def test_an_exclusion_is_one_number(token):
    with pytest.raises(ValueError, match="not one number"):
        listed_tokens([], [{"token": token, "occurrences": "1"}])
