"""Recognise what identifies a person: headers, keys, and the texts of cells.

Whatever is taken for a person is only replaced or not shown; no observation is changed. So where it is in doubt
(a key that is no plain code, a word that nobody declared beside others), it is taken for a person.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from oxymilk.words import clean, fold, plain

# of a long column, these many values show what it holds
_LOOKED_AT = 2_000
# a longer text is a remark, which may say anything; and no pattern below is tried on it
_LONGEST = 300  # characters
_LONGEST_CODE = 5  # digits; record and telephone numbers have more
_CAMEL = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_DATE_OR_TIME = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}:\d\d(:\d\d)?\b")
_DECIMAL = re.compile(r"[+-]?\d{0,7}[.,]\d+")
_LONG_NUMBER = re.compile(r"\d(?:[\s().\-/]{0,2}\d){7,}")
# no measurement here has so many digits before the decimal mark, but record numbers do
_RECORD = re.compile(r"(?<![.,\d])\d{6,}")
_NUMBERS = re.compile(r"\d{4,}")
_IDENTITY_DIGITS = 16
_TELEPHONE = re.compile(r"(?:62|0|8)\d{8,13}")
_MAIL = re.compile(r"\w@[^\s@]+\.\w+")
_PLACE = re.compile(
    r"\b(?:jl|jln|jalan|gg|gang|dusun|dsn|komplek|perum|perumahan)\b\.?\s*\w|\br[tw]\b\.?\s*\d"
)
# of mothers and fathers
_BIRTH = re.compile(r"\b(?:19\d\d|200\d)-\d\d-\d\d\b|\b\d{1,2}[/.\-]\d{1,2}[/.\-](?:19\d\d|200\d)\b")
_FORMULA = ("=", "@")


def is_identifying(header: str) -> bool:
    """Say whether a header names something that identifies a person: name, telephone, address, number.

    By the words of identifying.yaml, each part of a joined header by itself; case, blanks, points and underscores do
    not matter: "Nama Ibu", "namaIbu" and "NO_RM" do, "Nomor" and "Kode" do not.
    """
    lists = _lists()
    for part in header.split(">"):
        split = plain(_CAMEL.sub(" ", clean(part)))
        for words in {split, plain(part), re.sub(r" \d+$", "", split)}:
            padded = f" {words} "
            is_held = any(f" {word} " in padded for word in lists["contained"])
            is_start = any(padded.startswith(f" {word} ") for word in lists["starts"])
            if words in lists["exact"] or is_held or is_start:
                return True
    return False


def identifies(text: str, known: frozenset[str] = frozenset(), *, header: bool = False) -> bool:
    """Say whether a text shows a person: telephone, identity number, e-mail, address, birth date, a name.

    A name is one of the common given names, or comes after a form of address ("Ny. S"); words that are `known`
    are none. In a header, where most words have a capital letter, only the plainest forms of address count.

    Examples
    --------
    >>> identifies("hub. 0812-3456-7890"), identifies("Ny. Kasmi"), identifies("tdk cukup"), identifies("12,5")
    (True, True, False, False)
    """
    if len(text) > _LONGEST:
        return True
    folded = fold(text)
    if _MAIL.search(folded) or _PLACE.search(folded) or _BIRTH.search(folded):
        return True
    if not _DECIMAL.fullmatch(folded) and _LONG_NUMBER.search(_DATE_OR_TIME.sub(" ", folded)):
        return True
    return is_named(text, known, header=header)


def is_named(text: str, known: frozenset[str] = frozenset(), *, header: bool = False) -> bool:
    """Say whether a text has a given name, or a form of address before a word; see `identifies`."""
    lists = _lists()
    written = re.findall(r"[^\W\d_]+", clean(text))
    words = [fold(word) for word in written]
    if not (lists["names"] - known).isdisjoint(words):
        return True
    for word, following, as_written in zip(words, words[1:], written[1:], strict=False):
        if following in lists["familiar"] or following in lists["code_words"] or following in known:
            continue
        before_names = word in lists["address_forms_capital"] and not header and as_written[0].isupper()
        if before_names or word in lists["address_forms"]:
            return True
    return False


def names_column(values: Iterable[str]) -> bool:
    """Say whether the values of a column that nobody declared identify persons, by the first of them.

    One telephone number, e-mail or address in a column of remarks is enough; of names, it takes a third.
    """
    first = list(itertools.islice((value[:_LONGEST] for value in values if value.strip()), _LOOKED_AT))
    named = 0
    for value in first:
        folded = fold(value)
        long_numbers = _LONG_NUMBER.findall(_DATE_OR_TIME.sub(" ", folded))
        digits = [re.sub(r"\D", "", number) for number in long_numbers if not _DECIMAL.fullmatch(folded)]
        if any(_TELEPHONE.fullmatch(number) or len(number) == _IDENTITY_DIGITS for number in digits):
            return True
        if _MAIL.search(folded) or _PLACE.search(folded):
            return True
        named += is_named(value)
    return 3 * named >= max(len(first), 1)


def keys_identify(keys: Iterable[str], known: frozenset[str] = frozenset()) -> bool:
    """Say whether the keys of participants may tell who they are: any of them is no plain code.

    A code is a number of at most five digits or a single letter, with a short word before the number, or one that is
    `known`, such as those of the groups ("R01", "Resp 7", "P/K/03"). Names, initials and record numbers are none.
    Letters that differ from key to key ("SA1", "DK2") are initials.
    """
    distinct = {folded for key in keys if (folded := fold(key))}
    letters: set[str] = set()
    before, records = known | _lists()["code_words"], _lists()["record_words"]
    for key in distinct:
        parts = re.findall(r"[^\W\d_]+|\d+", key)
        digits = "".join(part for part in parts if part.isdigit())
        words = [part for part in parts if not part.isdigit()]
        if not digits and not re.fullmatch(r"[^\W\d_]", key):
            return True
        if digits:
            if len(digits) > _LONGEST_CODE:
                return True
            if any(word in records or (len(word) > 3 and word not in before) for word in words):
                return True
            letters.add(" ".join(words))
    return len(letters) > max(3, len(distinct) // 2)


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of declared texts, folded: they name nobody."""
    return frozenset(word for text in texts for word in _words(text))


def secrets_of(values: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return what of the values of identifying columns no fault may show: whole, and each word or number of them."""
    secrets: set[str] = set()
    for value in values:
        folded = fold(value)
        words = (word for word in _words(value) if 2 < len(word) < 50 and not _is_familiar(word, known))
        secrets.update([folded, *words, *_NUMBERS.findall(folded)])
    return frozenset(secrets - {""})


def may_be_shown(text: str, known: frozenset[str], secrets: frozenset[str] = frozenset()) -> bool:
    """Say whether a fault may show a cell's text: it holds nothing that could be a person.

    Parameters
    ----------
    text : str
        The text.
    known : frozenset of str
        Words that are declared; what is like one of them is a slip of it.
    secrets : frozenset of str
        Of `secrets_of`.

    Examples
    --------
    >>> known = frozenset({"kurang", "cukup"})
    >>> [may_be_shown(text, known) for text in ("Kurnag", "banyak", "abc", "Kasmi", "cukup kasmi", "5")]
    [True, True, True, False, False, True]
    """
    folded = fold(text)
    words = _words(text)
    if folded in secrets or not secrets.isdisjoint([*words, *_NUMBERS.findall(folded)]):
        return False
    if identifies(text, known) or _RECORD.search(_DATE_OR_TIME.sub(" ", folded)):
        return False
    if text.startswith(_FORMULA) or all(len(word) == 1 or _is_familiar(word, known) for word in words):
        return True
    # one word in small letters is more likely a level than a name
    return len(words) == 1 and re.search(r"[^\W\d_]", clean(text))[0].islower()


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", fold(text))


def _is_familiar(word: str, known: frozenset[str]) -> bool:
    """Say whether a word is declared or like a declared one, or one that cells of observation sheets hold."""
    if word in known or word in _lists()["familiar"]:
        return True
    return bool(difflib.get_close_matches(word, known, n=1, cutoff=0.7))


@functools.cache
def _lists() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("identifying.yaml").read_text(encoding="utf-8")
    return {name: frozenset(map(str, words)) for name, words in yaml.safe_load(text).items()}
