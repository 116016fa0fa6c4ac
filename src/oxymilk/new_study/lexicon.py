"""The words of headers, worksheets and cells that proposals rest on; the texts of a new study."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oxymilk.ingest.scores import NUMBER
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.texts import LANGUAGES, labels, read_yaml
from oxymilk.words import clean, fold, plain

TIMES = ("pre", "post")
WORDS: dict[str, Any] = read_yaml(Path(__file__).with_name("lexicon.yaml"))
# the headers of all characteristics
OF_PERSONS = {header for known in WORDS["characteristics"] for header in known["headers"]}
_ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# 1.405,50: the one mark divides thousands, the other decimals
BOTH_MARKS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+(?P<comma>,)|(?:,\d{3})+\.)\d+")
ANY_NUMBER = re.compile(rf"{NUMBER.pattern}|{BOTH_MARKS.pattern}")
DATE = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{2,4})")
# the number of a visit: 3, III
NUMBERED = re.compile(r"(?<!\d)\d{1,3}(?!\d)|(?<=[\s-])[IVX]{1,4}\b")


def say(key: str, language: str, **values: object) -> str:
    """Return a text; `key` is dotted, below `new_study`."""
    return labels(language)(f"new_study.{key}", **{"undecided": UNDECIDED, **values}).strip()


def spellings(header: str) -> set[str]:
    """Return the forms in which a header (of rows, of an app) may be in lexicon.yaml: its last part, without brackets.

    Examples
    --------
    >>> sorted(spellings("Identitas > Umur (th)"))
    ['umur', 'umur th']
    """
    lasts = [re.split(form, header)[-1] for form in (" > ", " > |/")]
    return {plain(re.sub(of, " ", last)) for last in lasts for of in (r"\Z", r"[(\[].*?[)\]]")} - {""}


def rank_of_participant(header: str) -> int | None:
    """Return how well a header names what tells participants apart, the lower the better; None when it does not."""
    words, known = tokens(re.split(r" > |/", header)[-1]), WORDS["participant"]
    ranks = [known.index(word) for word in words if word in known]
    return min(ranks) if ranks and not without(words, "participant", "number", "participant_beside") else None


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
    # "[POST] Apakah payudara tegang sebelum disusukan?" is of what it begins with
    for part in (text, re.split(r"[\]:>|]", text)[0]):
        moments = [when for when in TIMES if not set(tokens(part)).isdisjoint(WORDS[when])]
        if len(moments) == 1:
            return moments[0]
    return ""


def counted_by(text: str) -> str:
    """Return what numbers after a text count, the id of a line of `visits`: by its last known word, else visit."""
    known = {word: visit["id"] for visit in WORDS["visits"] for word in visit["words"]}
    return next((known[word] for word in reversed(tokens(text)) if word in known), "visit")


def timepoint_of(word: str, counted: str) -> tuple[tuple[int, int], str]:
    """Return what orders a word of a timepoint, and its id, "" when it is open: of "H3 pagi" (3, 1) and day_3_pagi."""
    number, when, sessions = NUMBERED.search(DATE.sub("", word)), moment(word), WORDS["sessions"]
    session = next((own for own in tokens(word) if own in sessions), "")
    at, own = (number_of(number[0]), counted_by(word[: number.start()])) if number else (0, "")
    at, name = (int(when == "post"), when) if when else (at, f"{counted if own == 'visit' else own}_{at}")
    names = [name] * bool(when or number) + [session] * bool(session)
    return (at, sessions.index(session) if session else 0), "_".join(names)


def sessions_of(columns: Iterable[Any]) -> dict[str, Any]:
    """Return by timepoint columns that each name a session, before, after or a day: Pra Pagi is pre_pagi."""
    found = {timepoint_of(column.header, "visit"): column for column in columns}
    known = {name: found[order, name] for order, name in sorted(found) if "_" in name.strip("_")}
    last = {name.rpartition("_")[2] for name in known}
    return known if len(known) == len(columns) > 2 and last <= {*WORDS["sessions"]} else {}


def in_order_of_days(dates: Iterable[str]) -> list[str]:
    """Return dates in their order; none where a text is no date, or the order is open: 3/4 may be of March or April.

    Examples
    --------
    >>> in_order_of_days(["5/7/2023", "28/6/2023"]), in_order_of_days(["5/7/2023", "6/5/2023"])
    (['28/6/2023', '5/7/2023'], [])
    """
    matches = {text: DATE.fullmatch(text) for text in dates}
    parts = {text: [*map(int, date.groups())] if date else [0] * 3 for text, date in matches.items()}
    orders = {
        tuple(sorted(parts, key=lambda text: [parts[text][at] for at in (year, month, day)]))
        for year, month, day in ((0, 1, 2), (2, 1, 0), (2, 0, 1))
        if all(of[year] > 31 and 0 < of[month] <= 12 and 0 < of[day] <= 31 for of in parts.values())
    }
    return [*orders.pop()] if len(orders) == 1 else []


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
