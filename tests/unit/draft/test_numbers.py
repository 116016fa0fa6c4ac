"""Every number of a text is found, and one that no list accounts for is reported; see also readings.csv."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from oxymilk.draft.numbers import Difference, Token, account_for_tokens, find_tokens, listed_tokens

SAMPLE = Path(__file__).parents[2] / "data" / "accounting"
TEXT = (SAMPLE / "text.txt").read_text("utf-8")


def rows(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def accounting(text, claims=None, exclusions=None):
    listed = listed_tokens(claims or rows("claims.csv"), exclusions or rows("exclusions.csv"))
    return account_for_tokens(find_tokens(text), listed)


def test_each_number_has_its_kind_place_and_line():
    assert find_tokens("\n5 ibu,\nlima-\nke-VI, 20-35, XX") == [
        Token("5", "number", 1, 2, 2),
        Token("lima", "word", 8, 12, 3),
        Token("VI", "roman", 17, 19, 4),
        Token("20-35", "range", 21, 26, 4),
        Token("XX", "roman", 28, 30, 4),
    ]


def test_tokens_hold_every_digit_of_the_text_and_do_not_overlap():
    found = find_tokens(TEXT)
    assert all(first.end <= second.start for first, second in pairwise(found))
    held = {place for token in found for place in range(token.start, token.end)}
    assert [place for place, sign in enumerate(TEXT) if sign.isdecimal() and place not in held] == []
    for token in found:
        shown = TEXT[token.start : token.end]
        assert token.line == TEXT[: token.start].count("\n") + 1
        if token.kind != "range" and shown.isascii():
            assert "".join(shown.split()).lower() == token.text.replace(" ", "").lower()


@pytest.mark.parametrize(
    ("text", "differences"),
    [
        (TEXT, []),
        (TEXT.replace("membaik", "membaik sesudah 13 hari"), [Difference("13", 1, 0, (5,))]),
        (TEXT + "Sekali lagi p=0,025.\n", [Difference("0,025", 2, 1, (6, 9))]),
        (TEXT + "Tujuh ibu.\n", [Difference("tujuh", 1, 0, (9,))]),
        # percent and decimal mark tell numbers apart
        (TEXT.replace("75 %", "75").replace("0,025", "0.025"),
         [Difference("0,025", 0, 1, ()), Difference("0.025", 1, 0, (6,)),
          Difference("75", 1, 0, (5,)), Difference("75%", 0, 1, ())]),
    ],
)  # fmt: skip
def test_a_planted_number_is_reported_with_its_line(text, differences):
    assert accounting(text) == differences


@pytest.mark.parametrize("index", range(18))
def test_a_claim_that_is_left_out_is_missed_unless_it_is_a_statement(index):
    claims = rows("claims.csv")
    left_out = claims.pop(index)
    silent = left_out["quantity"] in ("decision", "comparison", "sum") or left_out["id"] == "design"
    assert (accounting(TEXT, claims=claims) == []) is silent


def test_what_is_listed_more_often_than_the_text_has_it_is_reported():
    claims = [*rows("claims.csv"), {"printed": "0,026", "quantity": "p_value"}]
    assert accounting(TEXT, claims=claims) == [Difference("0,026", 0, 1, ())]
    rest = [row for row in rows("exclusions.csv") if row["token"] != "1999"]
    exclusions = [*rest, {"token": "1999", "occurrences": "2"}]
    assert accounting(TEXT, exclusions=exclusions) == [Difference("1999", 1, 2, (6,))]


def test_rows_of_one_token_add_up_and_a_letter_may_be_a_number():
    row = {"token": "1999", "occurrences": "2"}
    assert listed_tokens([{"printed": "1999", "quantity": "count"}], [row, row]) == {"1999": 5}
    assert listed_tokens([], [{"token": "V", "occurrences": "1"}]) == {"V": 1}


@pytest.mark.parametrize("token", ["tahun", "1 dan 2", ""])
def test_an_exclusion_is_one_number(token):
    with pytest.raises(ValueError, match="not one number"):
        listed_tokens([], [{"token": token, "occurrences": "1"}])
