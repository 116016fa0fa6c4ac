"""Phrases of papers: what a draft proposes of each, and what its parts read in them."""

import csv
from itertools import groupby
from pathlib import Path

import pytest

from oxymilk.draft.context import Context, Reading
from oxymilk.draft.numbers import find_tokens
from oxymilk.draft.propose import draft_claims
from oxymilk.draft.text import Paper, find_blocks
from oxymilk.draft.words import load_words, regex

DATA = Path(__file__).parents[2] / "data" / "draft"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def phrases():
    """The rows of phrases.csv, phrase by phrase: a row with nothing before its number is of the phrase above."""
    number = 0

    def phrase(row):
        nonlocal number
        number += bool(row["phrase"])
        return number

    return [list(several) for _, several in groupby(rows("phrases.csv"), phrase)]


def written(section, text):
    return f"{section}\n\n{text}\n" if section else text


@pytest.mark.parametrize("expected", phrases(), ids=lambda expected: expected[0]["phrase"][:50])
def test_what_a_phrase_states(expected, studies):
    first = expected[0]
    draft = draft_claims(Paper(written(first["section"], first["phrase"])), studies[first["study"]])
    columns = list(first)[3:]
    empty = dict.fromkeys(columns, "")
    found = [
        empty
        | {column: cell for column, cell in claim.cells.items() if column in columns}
        | {"remark": "; ".join(claim.note.split("; ")[2:])}
        for claim in draft.claims
    ]
    found += [{**empty, "printed": number.token, "reason": number.reason} for number in draft.left_out]
    assert (found or [empty]) == [{column: row[column] for column in columns} for row in expected]
    for claim in draft.claims:
        assert claim.note.startswith("proposed; line ")
        assert claim.check in ("recompute", "arithmetic") or claim.expect == "not_checkable"


# --- what the parts read

CONTEXTS = {
    "group": lambda context: context.group(),
    "size": lambda context: context.group(whole=True),
    "timepoint": lambda context: context.nearest("timepoints", "paragraph"),
    "level": lambda context: context.nearest("levels") or "/",
    "continued level": lambda context: context.nearest("levels", "before") or "/",
    "test": lambda context: context.test,
    "phrase": lambda context: context.reading.text[slice(*context.phrase)].rstrip("\n"),
}


def read(asks, section, study, text):
    """What a part reads in a text: round the number marked with "#", its numbers, its blocks, its words."""
    words = load_words(study)
    if asks in CONTEXTS:
        start = len(written(section, text.partition("#")[0])) - 1
        reading = Reading(Paper(written(section, text.replace("#", ""))), words)
        sentence = next(part for part in reading.sentences if part.start <= start < part.end)
        index, token = next((k, token) for k, token in enumerate(sentence.tokens) if token.start == start)
        return CONTEXTS[asks](Context(reading, sentence, token.start, token.end, index))
    if asks == "numbers":
        return "\n".join(f"{token.kind}: {token.text}" for token in find_tokens(text))
    if asks == "outline":
        return outline(Paper(text))
    if asks in words.ids:
        found = Reading(Paper(text), words).mentions(asks, 0, len(text))
        return "\n".join(f"{key}: {text[start:end]}" for start, end, key in found)
    match = regex(f"{{{asks}}}").search(text)
    return match[0] if match else ""


def outline(paper):
    """The blocks of a text: the place or kind of each, and its lines."""
    shown = []
    for block in find_blocks(paper):
        kind = f"p{block.number}" if block.kind == "paragraph" else block.kind
        lines = paper.text[block.start : block.end].splitlines()
        shown.append(f"{block.section} {kind}: {' / '.join(line.strip() for line in lines if line.strip())}")
    return "\n".join(shown)


READINGS = rows("readings.csv")


@pytest.mark.parametrize("asks", sorted({row["asks"] for row in READINGS}))
def test_what_a_part_reads(asks, studies):
    expected = {
        (row["section"], row["study"], row["text"]): row["expected"]
        for row in READINGS
        if row["asks"] == asks
    }
    assert {
        (section, study, text): read(asks, section, studies[study], text) for section, study, text in expected
    } == expected
