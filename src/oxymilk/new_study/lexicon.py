"""The words of headers, worksheets and cells that proposals rest on; the texts of a new study."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.texts import LANGUAGES, labels, read_yaml
from oxymilk.words import clean, fold, plain

TIMES = ("pre", "post")
WORDS: dict[str, Any] = read_yaml(Path(__file__).with_name("lexicon.yaml"))
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# the number of a visit: 3, III
NUMBERED = re.compile(r"(?<!\d)\d{1,3}(?!\d)|(?<=[\s-])[IVX]{1,4}\b")


def say(key: str, language: str, **values: object) -> str:
    """Return a text; `key` is dotted, below `new_study`."""
    return labels(language)(f"new_study.{key}", **{"undecided": UNDECIDED, **values}).strip()


def spellings(header: str) -> set[str]:
    """Return the forms in which a header may be in lexicon.yaml: its last part, with what is in brackets or not.

    Examples
    --------
    >>> sorted(spellings("Identitas > Umur (th)"))
    ['umur', 'umur th']
    """
    last = header.rsplit(" > ", maxsplit=1)[-1]
    return {plain(last), plain(re.sub(r"[(\[].*?[)\]]", " ", last))} - {""}


def tokens(text: str) -> list[str]:
    """Return the words of a text; letters and digits that touch are two words ("Pre7" is pre, 7)."""
    return re.findall(r"[^\W\d_]+|\d+", fold(text))


def moment(text: str) -> str:
    """Return pre or post when a text has a word of just one of them, else the empty string.

    Examples
    --------
    >>> moment("Produksi ASI sesudah hari ke-15"), moment("Pre_ASI"), moment("Umur")
    ('post', 'pre', '')
    """
    moments = [when for when in TIMES if not set(tokens(text)).isdisjoint(WORDS[when])]
    return moments[0] if len(moments) == 1 else ""


def counted_by(text: str) -> str:
    """Return what numbers after a text count, the id of a line of `visits`: by its last known word, else visit."""
    known = {word: visit["id"] for visit in WORDS["visits"] for word in visit["words"]}
    return next((known[word] for word in reversed(tokens(text)) if word in known), "visit")


def timepoint_of(word: str, counted: str) -> tuple[int, str]:
    """Return what orders a word of a timepoint, and its id, "" when it is open: (3, "day_3"), (1, "post")."""
    number, when, sessions = NUMBERED.search(word), moment(word), WORDS["sessions"]
    if when or number:
        at = number_of(number[0]) if number else 0
        return (int(when == "post"), when) if when else (at, f"{counted}_{at}")
    return (sessions.index(fold(word)), slug(word, "")) if fold(word) in sessions else (0, "")


def number_of(text: str) -> int:
    """Return the number of a visit, in Arabic or Roman digits; 0 for neither."""
    return int(text) if text.isdecimal() else _ROMAN.index(text.lower()) if text.lower() in _ROMAN else 0


def is_word_of(text: str, what: str) -> bool:
    """Say whether a header or cell is one of the words of a list of lexicon.yaml."""
    return fold(text) in WORDS[what] or plain(text) in WORDS[what]


def without(words: Iterable[str], *lists: str) -> list[str]:
    """Return the words that are in none of some lists of lexicon.yaml."""
    known = {word for name in lists for word in WORDS[name]}
    return [word for word in words if fold(word) not in known]


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """Return how often each word occurs, alike words as one, in order of appearance.

    Examples
    --------
    >>> count_words(["Kurang", "cukup", "KURANG "])
    {'Kurang': 2, 'cukup': 1}
    """
    first: dict[str, str] = {}
    return dict(Counter(first.setdefault(fold(text), text) for text in texts))


def ordered(words: Iterable[str], *, part: bool = False) -> list[str]:
    """Return the words from worst to best when one order of lexicon.yaml holds them all, else none.

    Of two words the one that begins with a word for little is the worse. With `part`, the order that holds the most of
    them will do, at least two; the others are left out.

    Examples
    --------
    >>> ordered(["Cukup", "kurang", "tdk cukup"]), ordered(["Cukup", "kurang", "tdk cukup"], part=True)
    ([], ['kurang', 'Cukup'])
    """
    folded = {fold(word): word for word in words}
    orders = ([folded[word] for word in order if word in folded] for order in WORDS["orders"])
    known = max(orders, key=len)
    little = [word for word in folded if {*tokens(word)[:1]} & {*WORDS["little"]}]
    if len(folded) == 2 and len(little) == 1:
        return [folded[word] for word in sorted(folded, key=lambda word: word not in little)]
    return known if len(known) == len(folded) or (part and len(known) > 1) else []


def classes(words: Iterable[str]) -> list[str]:
    """Return classes of numbers, the least first; none when one of the words has no number.

    Examples
    --------
    >>> classes(["20-35 tahun", "> 35 tahun", "< 20 tahun"]), classes(["Rp 1.000.000-2.500.000", "< Rp 500.000"])
    (['< 20 tahun', '20-35 tahun', '> 35 tahun'], ['< Rp 500.000', 'Rp 1.000.000-2.500.000'])
    """
    places = {}
    for word in words:
        if not (number := re.search(r"\d+(?:[.,]\d{3})*(?:[.,]\d+)?", word)):
            return []
        # marks of thousands have three digits behind them
        value = float(re.sub(r"[.,](?=\d{3}(?!\d))", "", number[0]).replace(",", "."))
        before, around = (
            {*re.findall(r"\w+|[^\w\s]", fold(text))} for text in (word[: number.start()], word)
        )
        # "< 20" comes before "20-35", "> 2" after "2"
        places[word] = value, not before & {*WORDS["below"]}, bool(around & {*WORDS["above"]})
    return sorted(places, key=places.get)


def label(name: str) -> dict[str, str]:
    """Return the label in every language, what the user wrote as written; the same in all when it is not known."""
    words = ((known, language) for known in WORDS["names"] for language in known)
    both = ({**known, of: name} for known, of in words if fold(name) == fold(known[of]))
    return next(both, dict.fromkeys(LANGUAGES, name))


def slug(name: str, otherwise: str) -> str:
    """Return an id made from a name: small letters a to z, digits, underscores.

    Examples
    --------
    >>> slug("Pijat Oksitosin", "group_1"), slug("7 hari", "level_1")
    ('pijat_oksitosin', 'level_1_7_hari')
    """
    ascii_only = unicodedata.normalize("NFKD", clean(name)).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "_", ascii_only).strip("_")
    if not word:
        return otherwise
    return word if word[0].isalpha() else f"{otherwise}_{word}"
