"""Compare words as people do: case, blanks and Unicode forms do not matter, letters do.

And the words of observation sheets that have one meaning wherever they are: totals at the foot, units.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oxymilk.texts import read_yaml

# Format characters (zero-width blanks, joiners, byte order mark, soft hyphen) are invisible in a sheet, and so are
# fillers of Hangul, the blank of Braille and what chooses the form of the letter before.
_INVISIBLE = "Cf"
_ALSO_INVISIBLE = frozenset("\u034f\u115f\u1160\u2800\ufffc") | frozenset(map(chr, range(0xFE00, 0xFE10)))


# sheets repeat few words many times
@functools.lru_cache(maxsize=4096)
def clean(text: str) -> str:
    r"""Return `text` in Unicode form NFKC, without invisible characters, blanks trimmed and collapsed.

    Every run of blanks (no-break blanks and line ends too) is one blank; the case stays, and so do raised digits.

    Examples
    --------
    >>> clean(" Produksi\u00a0 ASI\u200b\n")
    'Produksi ASI'
    """
    if text.isascii():
        return " ".join(text.split())
    # a raised or circled digit is no digit of the number before it: "5²" is not 52
    parts = itertools.groupby(text, lambda sign: sign.isdigit() and not sign.isdecimal())
    visible = "".join(
        character
        for is_raised, part in parts
        for character in ("".join(part) if is_raised else unicodedata.normalize("NFKC", "".join(part)))
        if character not in _ALSO_INVISIBLE and unicodedata.category(character) != _INVISIBLE
    )
    return " ".join(visible.split())


def is_blank(text: str) -> bool:
    """Say whether a text looks like nothing: blanks and invisible characters.

    Examples
    --------
    >>> is_blank(" \u00a0\u200b"), is_blank("-")
    (True, False)
    """
    stripped = text.strip()
    return not stripped or (not stripped.isascii() and not clean(stripped))


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the form in which two words are compared: `clean`, and without case.

    Examples
    --------
    >>> fold(" Kurang ") == fold("KURANG")
    True
    """
    return unicodedata.normalize("NFKC", clean(text).casefold())


def plain(text: str) -> str:
    """Return `fold` of a text with a blank for each run of points, hyphens and other signs.

    Examples
    --------
    >>> plain("Rata-rata."), plain("NO_RM")
    ('rata rata', 'no rm')
    """
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def nearest(word: str, legal: Iterable[str]) -> str:
    """Return the legal word that `word` most resembles, or the empty string when none is near.

    Of equally near words the first one wins.

    Examples
    --------
    >>> nearest("Kontorl", ["Intervensi", "Kontrol"])
    'Kontrol'
    """
    folded: dict[str, str] = {}
    for legal_word in legal:
        folded.setdefault(fold(legal_word), legal_word)
    alike = [own for own in folded if _looks(own, "[il]") == _looks(word, "[il]")]
    close = alike or difflib.get_close_matches(fold(word), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def look_alikes(one: str, other: str) -> str:
    """Return the letters by which two words that look the same differ, with their names; "" for other words.

    Examples
    --------
    >>> look_alikes("Kontro1", "Kontrol")
    '1 (DIGIT ONE), l (LATIN SMALL LETTER L)'
    """
    if fold(one) == fold(other) or _looks(one, "[il]") != _looks(other, "[il]"):
        return ""
    pairs = [pair for pair in zip(clean(one), clean(other), strict=False) if fold(pair[0]) != fold(pair[1])]
    signs = dict.fromkeys(itertools.chain(*pairs))
    foreign = [sign for sign in signs if not sign.isascii()]
    return ", ".join(f"{sign} ({unicodedata.name(sign, '?')})" for sign in foreign or signs)


def near_code(code: str) -> str:
    """Return what the spellings of a participant's code have in common: blanks, hyphens, zeros, letters do not matter.

    A letter that looks like another, or like 0 or 1, is that one; signs between two digits divide numbers.

    Examples
    --------
    >>> [near_code(code) for code in ("R01", "r 1", "R-OI", "1-10", "11/0")]
    ['r1', 'r1', 'r1', '1-10', '11-0']
    """
    joined = re.sub(r"(?<!\d)[\W_]+|[\W_]+(?!\d)", "", fold(code))
    letters = _looks(re.sub(r"[\W_]+", "-", joined))
    without_zeros = re.sub(r"(?<!\d)0+(?=\d|[il](?![^\W\d]))", "", letters)
    return re.sub("[il]", "1", without_zeros)


def _looks(word: str, ones: str = "1") -> str:
    """Return `fold` of a word with one letter for those that look the same, and 1 for those of a pattern."""
    return re.sub(ones, "1", fold(word).translate(str.maketrans(*_words()["look_alike"])))


def is_foot(word: str, *, below_foot: bool = False) -> bool:
    """Say whether a row's first word heads a row of totals, not a participant.

    Parameters
    ----------
    word : str
        As written; case, blanks, points and hyphens do not matter.
    below_foot : bool
        Whether a row of totals is above: then short words (SD, min) head one too, which may be initials.

    Examples
    --------
    >>> is_foot("Rata-rata"), is_foot("SD"), is_foot("SD", below_foot=True)
    (True, False, True)
    """
    heads = _words()["foot"] + (_words()["foot_short"] if below_foot else [])
    return f"{plain(word)} ".startswith(tuple(f"{head} " for head in heads))


def is_unit(word: str) -> bool:
    """Say whether a word is a unit that is known, with or without its time ("ml/hari")."""
    return _amount_and_time(word)[0] in _words()["units"]


def same_unit(written: str, declared: str) -> bool:
    """Say whether a unit beside a number is the declared one; it may leave out the time of a unit per time.

    Examples
    --------
    >>> same_unit("cc", "ml/hari"), same_unit("cc/24 jam", "ml/hari"), same_unit("ml/hari", "ml")
    (True, True, False)
    """
    (amount, time), (due_amount, due_time) = _amount_and_time(written), _amount_and_time(declared)
    units = _words()["units"]
    if units.get(amount, amount) != units.get(due_amount, due_amount):
        return False
    return not time or units.get(time, time) == units.get(due_time, due_time)


def unit_of_header(header: str) -> str:
    """Return the unit that a header states in brackets, "" when it states none that is known.

    Examples
    --------
    >>> unit_of_header("Pre Test > Volume (cc/hari)"), unit_of_header("Lama [2]")
    ('cc/hari', '')
    """
    in_brackets = re.findall(r"[(\[]([^()\[\]]+)[)\]]", header)
    return next((words.strip() for words in reversed(in_brackets) if is_unit(words)), "")


def _amount_and_time(unit: str) -> tuple[str, str]:
    """Return a unit and the time it is counted for, both folded; the time may be empty."""
    amount, _, time = re.sub(r"\s+per\s+", "/", fold(unit)).partition("/")
    return amount.strip().rstrip("."), time.strip().rstrip(".")


@functools.cache
def _words() -> dict[str, Any]:
    """Return the words that head rows of totals, and each known unit with the first of its kind."""
    words = read_yaml(Path(__file__).with_suffix(".yaml"))
    return words | {"units": {fold(word): same[0] for same in words["units"] for word in same}}
