"""Numbers of a paper's text that claim nothing: years, page furniture, numbers of tables and of cited works, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxymilk.draft.context import Reading, Sentence

_YEAR = re.compile(r"(?:18|19|20)\d\d")
_CALENDAR = re.compile(
    r"(?:\b(?:in|year|years|since|until|during|from|to|and|between|early|late|tahun|sejak|pada|hingga|sampai|dan|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|januari|februari|maret|"
    r"mei|juni|juli|agustus|oktober|desember))\s*$",
    re.IGNORECASE,
)
# words that a hyphen joins to a number that claims something
_BEFORE_NUMBERS = ("ke", "hari", "day", "week", "minggu", "month", "bulan", "visit", "value", "n", "dari")


def reason_for_none(reading: Reading, sentence: Sentence, index: int) -> str:
    """Return why a number is no claim, "" when it may be one.

    Parameters
    ----------
    reading : Reading
        The paper.
    sentence : Sentence
        Where the number stands.
    index : int
        Which of its numbers.

    Returns
    -------
    str
        In the words of an exclusions.csv.
    """
    words, token = reading.words, sentence.tokens[index]
    left = reading.text[sentence.start : token.start]
    right = reading.text[token.end : sentence.end]

    def follows(name: str) -> bool:
        return re.search(rf"{words[name].pattern}\s*[.:]?\s*$", left, re.IGNORECASE) is not None

    if sentence.block.section == "end matter":
        return "in the references or acknowledgements"
    counted = re.match(rf"\s*(?:{words['people'].pattern}|{words['units'].pattern})", right, re.IGNORECASE)
    if token.kind == "number" and _YEAR.fullmatch(token.text) and not counted:
        return _year(reading, sentence, token.start, left)
    if follows("labels") or re.search(
        rf"{words['labels'].pattern}\s+[\d.,\s]+(?:and|dan|to|-|sampai)\s*$", left, re.IGNORECASE
    ):
        return "number of a table, figure or section"
    if re.search(r"\[[\d,;\s–-]*$", left) and re.match(r"[\d,;\s–-]*\]", right):
        return "number of a cited work"
    if re.search(r"(?:https?://|www\.|doi\S*\s*)\S*$", left):
        return "part of an address"
    # "n1 = 15"
    if _is_name(left) or (re.search(r"\bn\Z", left) and re.match(r"\s*=", right)):
        return "part of a name or code"
    if follows("documents"):
        return "number of a document"
    if follows("software"):
        return "version of a program"
    near = words["anatomy"].search(left[-30:]) or words["anatomy"].match(right.lstrip(" -"))
    if near and (token.kind in ("word", "roman") or re.search(r"-\s*$", left)):
        return "anatomy"
    for match in words["idioms"].finditer(reading.text, sentence.start, sentence.end):
        if match.start() <= token.start < match.end():
            return "part of a phrase that counts nothing"
    if token.kind == "word" and words["first"].fullmatch(token.text):
        return "the first of something; no count"
    at_head = re.match(r"\s+\w", right) and sentence.block.kind == "heading"
    # the full stop of "3. Women slept" ends a sentence for who does not know the list
    listed = token.text.isdigit() and re.match(r"[.)]\s+\D", reading.text[token.end : sentence.block.end])
    if not left.strip() and (at_head or listed):
        return "number of a list or heading"
    return ""


def _year(reading: Reading, sentence: Sentence, start: int, left: str) -> str:
    block = sentence.block
    inside = any(
        match.start() <= start < match.end()
        for match in reading.words.citations.finditer(reading.text, block.start, block.end)
    )
    return "year of a cited work" if inside or not _CALENDAR.search(left) else "calendar year"


def _is_name(before: str) -> bool:
    """Say whether letters run into the number: "COVID-19", "H0", "T2"; but not "ke-15", "day-15", "p0.05"."""
    glued = re.search(r"([^\W\d_]+)([-/]?)\Z", before)
    if not glued or (not glued[2] and glued[1].lower() in ("p", "α")):
        return False
    return glued[1].lower() not in _BEFORE_NUMBERS
