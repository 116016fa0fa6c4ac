"""Recognise what identifies a person (headers, keys, texts of cells), and take it out of faults before they are shown.

Whatever is taken for a person is only replaced or not shown; no observation is changed. So where it is in doubt
(a key that is no plain code, a word that nobody declared beside others), it is taken for a person.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from oxymilk.faults import HIDDEN, Fault
from oxymilk.study import Study
from oxymilk.study.sheet import Sheet
from oxymilk.texts import read_yaml
from oxymilk.words import clean, fold, look_alikes, plain

_LOOKED_AT = 2_000  # of a long column, these many values show what it holds
_LONGEST = 300  # characters; a longer text is a remark, which may say anything, and no pattern is tried on it
_LONGEST_CODE = 5  # digits; record and telephone numbers have more
_REPEATED = 3  # a word in these many rows is no name
# faults whose list of what there is comes from the file, not from study.yaml
_LISTS_OF_THE_FILE = ("column_missing", "worksheet_unknown", "worksheet_undeclared")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_DATE_OR_TIME = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}:\d\d(:\d\d)?\b")
_VISITED = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]20[1-9]\d\b")  # what a header of a day holds
_DECIMAL = re.compile(r"[+-]?\d{0,7}[.,]\d+")
_LONG_NUMBER = re.compile(r"\d(?:[\s().\-/]{0,2}\d){7,}")
# no measurement here has so many digits before the decimal mark, but record numbers do
_RECORD = re.compile(r"(?<![.,\d])\d{6,}")
_NUMBERS = re.compile(r"\d{4,}")
_TELEPHONE_OR_IDENTITY = re.compile(r"(?:62|0|8)\d{8,13}|\d{16}")
_MAIL_OR_PLACE = re.compile(
    r"\w@[^\s@]+\.\w+|\br[tw]\b\.?\s*\d"
    r"|\b(?:jl|jln|jalan|gg|gang|dusun|dsn|komplek|perum|perumahan)\b\.?\s*\w"
)
# of mothers and fathers
_BIRTH = re.compile(r"\b(?:19\d\d|200\d)-\d\d-\d\d\b|\b\d{1,2}[/.\-]\d{1,2}[/.\-](?:19\d\d|200\d)\b")


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
            is_start = padded.startswith(tuple(f" {word} " for word in lists["starts"]))
            is_within = any(f" {word} " in padded for word in lists["contained"])
            if is_start or is_within or words in lists["exact"]:
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
    folded = fold(text[:_LONGEST])
    folded = _VISITED.sub(" ", folded) if header else folded
    if len(text) > _LONGEST or _MAIL_OR_PLACE.search(folded) or _BIRTH.search(folded):
        return True
    return bool(_long_numbers(folded)) or is_named(text, known, header=header)


def is_named(text: str, known: frozenset[str] = frozenset(), *, header: bool = False) -> bool:
    """Say whether a text has a given name, or a form of address before a word; see `identifies`."""
    lists = _lists()
    written = _WORD.findall(clean(text))
    words = [fold(word) for word in written]
    if not (lists["names"] - known).isdisjoint(words):
        return True
    plain_words = lists["familiar"] | lists["code_words"] | known
    forms = lists["staff"] if header else lists["staff"] | lists["address_forms_capital"]
    pairs = zip(words, words[1:], written[1:], strict=False)
    after = [(word, name) for word, following, name in pairs if following not in plain_words]
    return any(
        word in lists["address_forms"] or (word in forms and name[0].isupper()) for word, name in after
    )


def names_column(values: Iterable[str]) -> bool:
    """Say whether the values of a column that nobody declared identify persons, by the first of them.

    One telephone number, e-mail or address in a column of remarks is enough; of names, it takes a third.
    """
    first = list(itertools.islice((value[:_LONGEST] for value in values if value.strip()), _LOOKED_AT))
    for value in first:
        folded = fold(value)
        digits = [re.sub(r"\D", "", number) for number in _long_numbers(folded)]
        if any(map(_TELEPHONE_OR_IDENTITY.fullmatch, digits)) or _MAIL_OR_PLACE.search(folded):
            return True
    return 3 * sum(map(is_named, first)) >= max(len(first), 1)


def keys_identify(keys: Iterable[str], known: frozenset[str] = frozenset()) -> bool:
    """Say whether the keys of participants may tell who they are: any of them is no plain code.

    A code is a number of at most five digits or a single letter, with a short word before the number, or one that is
    `known`, such as those of the groups ("R01", "Resp 7", "P/K/03"). Names, initials and record numbers are none.
    Letters that differ from key to key ("SA1", "DK2") are initials.
    """
    distinct, letters, lists = set(map(fold, keys)) - {""}, set(), _lists()
    before = known | lists["code_words"]
    for key in distinct:
        words, digits = _WORD.findall(key), "".join(re.findall(r"\d", key))
        if digits:
            letters.add(" ".join(words))
        elif len(key) > 1 or not words:
            return True
        is_name = any(len(word) > 3 and word not in before for word in words)
        if is_name or len(digits) > _LONGEST_CODE or not lists["record_words"].isdisjoint(words):
            return True
    return len(letters) > max(3, len(distinct) // 2)


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words of declared texts, folded: they name nobody."""
    return frozenset(word for text in texts for word in _WORD.findall(fold(text)))


def declared_words(*declarations: Study | Sheet) -> frozenset[str]:
    """Return the words that a sheet and its study declare: codes, ids, labels, columns, units, and keys."""
    others = {"citation", "sheets", "file"}  # of the study its other sheets, too
    return known_words(part.model_dump_json(exclude_none=True, exclude=others) for part in declarations)


def secrets_of(values: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return what of the values of identifying columns no fault may show: whole, and each word or number of them."""
    secrets: set[str] = set()
    for folded in map(fold, values):
        words = (word for word in _WORD.findall(folded) if 2 < len(word) < 50)
        unknown = (word for word in words if not _is_familiar(word, known))
        secrets |= {folded, *_NUMBERS.findall(folded), *unknown}
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
    words = _WORD.findall(folded)
    if not secrets.isdisjoint([folded, *words, *_NUMBERS.findall(folded)]):
        return False
    if identifies(text, known) or _RECORD.search(_DATE_OR_TIME.sub(" ", folded)):
        return False
    # Kontro1 looks like a declared word
    others = (part for part in folded.split() if not any(look_alikes(part, own) for own in known))
    parts = _WORD.findall(" ".join(others))
    # a formula is no name
    if text.startswith(("=", "@")) or all(len(part) == 1 or _is_familiar(part, known) for part in parts):
        return True
    # one word in small letters is more likely a level than a name
    return len(words) == 1 and _WORD.search(clean(text))[0][0].islower()


def masked(faults: list[Fault], known: frozenset[str], secrets: frozenset[str] = frozenset()) -> list[Fault]:
    """Return the faults without values, headers and names of worksheets that may identify a person.

    Parameters
    ----------
    faults : list of Fault
        As they were found.
    known : frozenset of str
        Words that are declared; see `declared_words`.
    secrets : frozenset of str
        The words of identifying columns; see `secrets_of`.
    """
    rows = Counter(word for word, _ in {(fold(fault.value), fault.row) for fault in faults})

    def header(text: str) -> str:
        return HIDDEN if identifies(text, known, header=True) else text

    without_persons = []
    for fault in faults:
        value, folded, params = fault.value, fold(fault.value), dict(fault.params)
        # a word of totals is found in a list of such words, and is nobody's name
        if fault.code != "foot_row" and not may_be_shown(value, known, secrets):
            is_word = rows[folded] >= _REPEATED and folded not in secrets and not identifies(value, known)
            value = value if is_word else HIDDEN
        for key in ("label", "other"):
            if isinstance(params.get(key), str) and not may_be_shown(params[key], known, secrets):
                params[key] = HIDDEN
        params |= {key: header(params[key]) for key in ("tells", "place") if key in params}
        if fault.code in _LISTS_OF_THE_FILE:
            params["legal"] = list(map(header, params["legal"]))
        if isinstance(params.get("nearest"), str) and header(params["nearest"]) == HIDDEN:
            params["nearest"] = ""
        place = {part: header(getattr(fault, part)) for part in ("file", "column", "sheet")}
        without_persons.append(replace(fault, value=value, params=params, **place))
    return without_persons


def _long_numbers(folded: str) -> list[str]:
    """Return the numbers of a folded text that may be of a telephone or document; a decimal is none."""
    return [] if _DECIMAL.fullmatch(folded) else _LONG_NUMBER.findall(_DATE_OR_TIME.sub(" ", folded))


def _is_familiar(word: str, known: frozenset[str]) -> bool:
    """Say whether a word is declared, has its letters exchanged or doubled, or is one that observation sheets hold."""
    # Kontorl and Kuurang are slips; Asih, as near to ASI, and Norma, to Normal, may be persons
    is_known = word in known or word in _lists()["familiar"]
    letters = sorted(set(word))
    return is_known or any(letters == sorted(set(own)) and word[0] == own[0] for own in known if len(own) > 3)


@functools.cache
def _lists() -> dict[str, frozenset[str]]:
    """Return the lists of identifying.yaml by name."""
    lists = read_yaml(Path(__file__).with_name("identifying.yaml"))
    return {name: frozenset(map(str, words)) for name, words in lists.items()}
