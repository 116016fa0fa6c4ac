"""Find every number that a text prints, and account for each of them.

A token is one number as a reader sees it: "0,083", "100%", "20-35", "-2.24", a number word ("sepuluh", "fifth")
or a Roman numeral ("VI"). The search errs towards finding too much: a number that means nothing can be listed as
excluded, a number that was overlooked can not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from oxymilk.draft.words import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, str]

# Claims of these quantities say something about numbers that have rows of their own.
STATEMENTS = frozenset({"comparison", "decision", "sum"})

_LOOKALIKES = {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
               "\uff0c": ",", "\uff0e": ".", "\uff05": "%"}  # fmt: skip


class Token(NamedTuple):
    """One number of a text, which begins on `line` (from 1) and is ``source[start:end]``.

    `text` is its normal form: ASCII digits, "-" for every dash, no blanks inside; the decimal mark and "%" stay as
    printed. Number words are in lower case.
    """

    text: str
    kind: Literal["number", "range", "word", "roman"]
    start: int
    end: int
    line: int


class Difference(NamedTuple):
    """A token that a text holds more or less often (`in_text`) than the lists (`listed`), and its lines in the text."""

    token: str
    in_text: int
    listed: int
    lines: tuple[int, ...]


def find_tokens(text: str) -> list[Token]:
    """Find the numbers of a text, in their order.

    Numbers broken by a line end after a hyphen ("20-" / "35") are one token. Ordinals give their number ("ke-15"
    and "15th" are "15"). Superscript and subscript digits are marks of notes and units and are not looked at, and
    a single Roman letter counts only after "ke-".

    Examples
    --------
    >>> [token.text for token in find_tokens("usia 20–35 tahun, hari ke-15 (p-value< 0,05), 60 %; lima ibu")]
    ['20-35', '15', '0,05', '60%', 'lima']
    """
    # one character for one, so that places in `plain` are places in `text`
    plain = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else _LOOKALIKES.get(sign, sign) for sign in text
    )
    found = [
        (match.span(kind), kind, match[kind])
        for name in ("numeric", "number_word", "roman")
        for match in regex(f"{{{name}}}").finditer(plain)
        for kind in [match.lastgroup]
    ]
    tokens = []
    for (start, end), kind, shown in sorted(found):
        name = " ".join(shown.lower().split()) if kind == "word" else "".join(shown.split())
        tokens.append(Token(name, kind, start, end, plain.count("\n", 0, start) + 1))
    return tokens


def listed_tokens(claims: Iterable[Row], exclusions: Iterable[Row]) -> Counter[str]:
    """Count the tokens that the claims and the exclusions of a study account for.

    Parameters
    ----------
    claims : iterable of mappings
        Rows of a claims.csv. Decisions, comparisons and sums are statements about numbers that have rows of their own.
    exclusions : iterable of mappings
        Rows of an exclusions.csv.

    Raises
    ------
    ValueError
        If an `occurrences` is not a whole number, or a `token` is not exactly one number.
    """
    printed = (row["printed"] for row in claims if row["quantity"] not in STATEMENTS)
    listed = Counter(token.text for number in printed for token in find_tokens(number))
    for row in exclusions:
        # "V" alone is a letter; an exclusion may still name it
        tokens = find_tokens(row["token"]) or find_tokens(f"ke-{row['token']}")
        if len(tokens) != 1:
            raise ValueError(f"the excluded token {row['token']!r} is not one number")
        listed[tokens[0].text] += int(row["occurrences"])
    return listed


def account_for_tokens(tokens: Iterable[Token], listed: Mapping[str, int]) -> list[Difference]:
    """Compare the tokens of a text, as `find_tokens` gives them, with the lists, as `listed_tokens` counts them.

    Returns
    -------
    list of Difference
        In order of the token; empty when the lists have every number of the text just as often as the text has it.
    """
    lines: dict[str, tuple[int, ...]] = dict.fromkeys(listed, ())
    for token in tokens:
        lines[token.text] = (*lines.get(token.text, ()), token.line)
    return [
        Difference(name, len(places), listed.get(name, 0), places)
        for name, places in sorted(lines.items())
        if len(places) != listed.get(name, 0)
    ]
