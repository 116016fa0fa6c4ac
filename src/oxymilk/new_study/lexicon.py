"""The words of headers, worksheets and cells that proposals rest on."""

from __future__ import annotations

import functools
import re
import unicodedata
from importlib import resources
from typing import Any

import yaml

from oxymilk.words import clean, fold


@functools.cache
def lexicon() -> dict[str, Any]:
    """Return lexicon.yaml."""
    text = resources.files("oxymilk.new_study").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def plain(text: str) -> str:
    """Return a header as lexicon.yaml writes it: small letters, points and underscores as blanks."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def spellings(header: str) -> set[str]:
    """Return the forms in which a header may stand in lexicon.yaml: its last part, what is in brackets or not.

    Examples
    --------
    >>> sorted(spellings("Identitas > Umur (th)"))
    ['umur', 'umur th']
    """
    last = header.rsplit(" > ", maxsplit=1)[-1]
    return {found for form in (last, re.sub(r"[(\[].*?[)\]]", " ", last)) if (found := plain(form))}


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
    words = set(tokens(text))
    found = [one for one in ("pre", "post") if words & set(lexicon()[one])]
    return found[0] if len(found) == 1 else ""


def is_word_of(text: str, what: str) -> bool:
    """Say whether a header or cell is one of the words of a list of lexicon.yaml."""
    return fold(text) in lexicon()[what] or plain(text) in lexicon()[what]


def ordered(words: list[str], *, part: bool = False) -> list[str]:
    """Return the words from worst to best when one order of lexicon.yaml holds them all, else none.

    With `part`, the order that holds the most of them will do, at least two; the others are left out.

    Examples
    --------
    >>> ordered(["Cukup", "kurang", "tdk cukup"]), ordered(["Cukup", "kurang", "tdk cukup"], part=True)
    ([], ['kurang', 'Cukup'])
    """
    folded = {fold(word): word for word in words}
    found = max(([folded[one] for one in order if one in folded] for order in lexicon()["orders"]), key=len)
    return found if len(found) == len(folded) or (part and len(found) > 1) else []


def label(name: str) -> tuple[dict[str, str], bool]:
    """Return the label in both languages, and whether the translation is known; else the name stands for both."""
    for one in lexicon()["names"]:
        if fold(name) in (fold(one["id"]), fold(one["en"])):
            # what the user wrote stays as written
            written = "id" if fold(name) == fold(one["id"]) else "en"
            return {**{lang: one[lang] for lang in ("en", "id")}, written: name}, True
    return {"en": name, "id": name}, False


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
