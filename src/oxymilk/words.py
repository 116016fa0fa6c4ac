"""Compare words as people do: case, blanks and Unicode forms do not matter, letters do."""

from __future__ import annotations

import difflib
import functools
import unicodedata
from collections.abc import Iterable

# Format characters (zero-width blanks, joiners, byte order mark, soft hyphen) are invisible in a sheet, and so are
# fillers of Hangul, the blank of Braille and what chooses the form of the letter before.
_INVISIBLE = "Cf"
_ALSO_INVISIBLE = frozenset("\u034f\u115f\u1160\u2800\ufffc") | frozenset(map(chr, range(0xFE00, 0xFE10)))


# sheets repeat few words many times
@functools.lru_cache(maxsize=4096)
def clean(text: str) -> str:
    r"""Return `text` in Unicode form NFKC, without invisible characters, blanks trimmed and collapsed.

    Parameters
    ----------
    text : str
        A header or a cell.

    Returns
    -------
    str
        The same words in the same case; every run of blanks (no-break blanks and line ends too) is one blank.

    Examples
    --------
    >>> clean(" Produksi\u00a0 ASI\u200b\n")
    'Produksi ASI'
    """
    if text.isascii():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", text)
    visible = "".join(
        character
        for character in normal
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


def nearest(word: str, legal: Iterable[str]) -> str:
    """Return the legal word that `word` most resembles, or the empty string when none is near.

    Parameters
    ----------
    word : str
        What was written.
    legal : iterable of str
        What may be written; the first of equally near words wins.

    Examples
    --------
    >>> nearest("Kontorl", ["Intervensi", "Kontrol"])
    'Kontrol'
    """
    folded: dict[str, str] = {}
    for one in legal:
        folded.setdefault(fold(one), one)
    close = difflib.get_close_matches(fold(word), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
