"""Phrases of papers: what a draft proposes of each, and what its parts read in them."""

from collections import defaultdict
from itertools import accumulate, groupby

import pytest
from tests.cases import read_rows
from tests.unit.draft.conftest import DATA

from oxymilk.draft.context import Reading
from oxymilk.draft.propose import draft_claims, in_words
from oxymilk.draft.read import Paper, find_blocks, find_tokens
from oxymilk.draft.words import load_words, regex

ROWS, READINGS = read_rows(DATA / "phrases.csv"), read_rows(DATA / "readings.csv")
COLUMNS = list(ROWS[0])[3:]
# by study; a row with nothing before its number is of the phrase above
NUMBERED = zip(accumulate(bool(row["phrase"]) for row in ROWS), ROWS, strict=True)
PHRASES = defaultdict(list)
for _, pairs in groupby(NUMBERED, lambda pair: pair[0]):
    phrase = [row for _, row in pairs]
    PHRASES[phrase[0]["study"]].append(phrase)


def written(section, text):
    return f"{section}\n\n{text}\n" if section else text


def proposed(phrase, study):
    """The rows that are proposed of a phrase."""
    draft = draft_claims(Paper(written(phrase["section"], phrase["phrase"])), study)
    for said in (*(claim.note for claim in draft.claims), *(number.reason for number in draft.left_out)):
        # every part has its words in every language
        assert not set(said.split("; ")) & set(in_words(said, "id").split("; ")), said
        assert in_words(said, "en") == said
    for claim in draft.claims:
        assert claim.note.startswith("proposed; line ")
        assert claim.check in ("recompute", "arithmetic", "printed_test") or claim.expect == "not_checkable"
    found = [claim.cells | {"remark": "; ".join(claim.note.split("; ")[2:])} for claim in draft.claims]
    found += [{"printed": number.token, "reason": number.reason} for number in draft.left_out]
    return [{column: row.get(column, "") for column in COLUMNS} for row in found or [{}]]


@pytest.mark.parametrize("study", PHRASES)
def test_what_phrases_state(study, studies):
    assert sum(map(len, PHRASES.values())) > 1400
    differ = {}
    for rows_of_it in PHRASES[study]:
        found = proposed(rows_of_it[0], studies[study])
        expected = [{column: row[column] for column in COLUMNS} for row in rows_of_it]
        if found != expected:
            differ[rows_of_it[0]["phrase"]] = found, expected
    assert differ == {}


# --- what the parts read

CONTEXTS = {
    "group": lambda context: context.group(),
    "size": lambda context: context.group(whole=True),
    "timepoint": lambda context: context.nearest("timepoints", "paragraph"),
    "level": lambda context: context.nearest("levels") or "/",
    "continued level": lambda context: context.nearest("levels", "so far") or "/",
    "test": lambda context: context.test,
    "phrase": lambda context: context.reading.text[slice(*context.phrase)].rstrip("\n"),
}


def outline(paper):
    """The blocks of a text: the place or kind of each, and its lines."""
    shown = []
    for block in find_blocks(paper):
        kind = f"p{block.number}" if block.kind == "paragraph" else block.kind
        lines = paper.text[block.start : block.end].splitlines()
        shown.append(f"{block.section} {kind}: {' / '.join(line.strip() for line in lines if line.strip())}")
    return "\n".join(shown)


def read(asks, section, study, text):
    """What a part reads in a text: round the number marked with "#", its numbers, its blocks, its words."""
    words = load_words(study)
    if asks in CONTEXTS:
        start = len(written(section, text.partition("#")[0])) - 1
        reading = Reading(Paper(written(section, text.replace("#", ""))), words)
        numbers = (number for sentence in reading.sentences for number in sentence.numbers)
        return CONTEXTS[asks](next(number for number in numbers if number.start == start))
    if asks == "numbers":
        return "\n".join(f"{token.kind}: {token.text}" for token in find_tokens(text))
    if asks == "outline":
        return outline(Paper(text))
    if asks in words.ids:
        found = Reading(Paper(text), words).mentions(asks, 0, len(text))
        return "\n".join(f"{key}: {text[start:end]}" for start, end, key in found)
    match = regex(f"{{{asks}}}").search(text)
    return match[0] if match else ""


@pytest.mark.parametrize("asks", sorted({row["asks"] for row in READINGS}))
def test_what_a_part_reads(asks, studies):
    expected = [row for row in READINGS if row["asks"] == asks]
    found = [
        row | {"expected": read(asks, row["section"], studies[row["study"]], row["text"])} for row in expected
    ]
    assert found == expected
