"""Find what a sheet says itself of its codes and cut-offs: "1 = Kurang, 2 = Cukup", "kurang < 50 ml; baik >= 50 ml"."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from itertools import chain

from oxymilk.ingest.privacy import identifies, is_identifying
from oxymilk.new_study.answers import parse_named
from oxymilk.new_study.lexicon import is_word_of, lexicon, ordered, tokens, without
from oxymilk.new_study.profile import Column, Table
from oxymilk.words import clean, fold

_FORMS = (
    re.compile(r"(?<![\w.,])(?P<code>\d{1,2})\s*[=:]\s*(?P<name>[^\W\d][^\d=:;,()<>]*)"),
    re.compile(r"(?P<name>[^\W\d][^\d=:;,()<>]*?)\s*=\s*(?P<code>\d{1,2})(?![\w.])"),
)


def apply_legends(tables: list[Table]) -> list[Table]:
    """Return the tables without those that are legends, the cells of the others labelled as legends and heads say."""
    lines = {table: [clean(" ".join(row)) for row in table.grid.rows] for table in tables}
    explained = {table: len([*filter(_meanings, texts)]) for table, texts in lines.items()}
    told = [table for table in tables if 2 * explained[table] < len([*filter(None, lines[table])])]
    # the words that say what the codes are of, and what each code means
    legends: list[tuple[tuple[str, ...], dict[str, str]]] = []
    below: dict[Column, dict[str, str]] = {}
    for table in tables:
        rows = [list(map(clean, texts)) for texts in table.grid.rows]
        for column in table.columns:
            below[column] = _legend_below(column, rows, table.header_rows[-1])
        for row, texts in enumerate(rows, start=1):
            # the first line of a legend that has a worksheet of its own is no header
            is_header = row in table.header_rows and table in (told or tables)
            head, meanings = ((), {}) if is_header else _legend(table, row, texts)
            if not head and legends and meanings and legends[-1][1].keys().isdisjoint(meanings):
                legends[-1][1].update(meanings)
            elif meanings:
                legends.append((head, meanings))
    # each once, since a form may repeat its legend on every page
    legends = list({(head, *meanings.items()): (head, meanings) for head, meanings in legends}.values())
    heads = dict.fromkeys(head for head, _ in legends)
    headers = [header for known in lexicon()["characteristics"] for header in known["headers"]]
    persons = {*chain(*map(tokens, headers)), *lexicon()["group"], *lexicon()["participant"]}
    for table in told or tables:
        columns = table.columns
        table.legends = [meanings for _, meanings in legends]
        of_scores = [column for column in columns if column.moment]
        # a head that names no column, as "Produksi ASI" above Sebelum and Sesudah, is of the scores
        # nor of who is who, or of a characteristic
        loose = {
            head for head in heads
            if persons.isdisjoint(head) and not is_identifying(" ".join(head))
            and not any(_is_of(head, column) for column in columns)
        }  # fmt: skip
        for at, column in enumerate(columns):
            own = [_meanings(column.header), below[column], *(
                meanings for head, meanings in legends
                if _is_of(head, column) or (
                    head in loose and column in (of_scores or columns[: 0 if head else None])
                    and not column.is_word_of("group")
                )
            )]  # fmt: skip
            known = {fold(word) for word in column.counts if not is_word_of(word, "missing")}
            meanings = next((meanings for meanings in own if known and known <= set(meanings)), {})
            # a code that means a person is no level, and its word is for nobody
            if meanings and not (
                column.labels or column.identifying or any(map(identifies, meanings.values()))
            ):
                cells = [cell._replace(label=meanings.get(cell.text, "")) for cell in column.cells]
                columns[at] = replace(column, cells=cells)
    return told or tables


def cutoffs_of(table: Table) -> str:
    """Return the levels and their cut-offs as an answer, where a text of the sheet says them."""
    for text in map(clean, (text for row in table.grid.rows for text in row if re.search("[<>≤≥]", text))):
        answer = ",".join(re.split(r"[;,](?!\d)", text.rpartition(":")[2])).strip()
        with contextlib.suppress(ValueError):
            if all(level.bounds for level in parse_named(answer, "level", range(2, 101))):
                return answer
    return ""


def _meanings(text: str) -> dict[str, str]:
    """Return the codes that a text explains, at least one, and the name of each."""
    pairs = [pair for form in _FORMS for pair in form.finditer(text)]
    return {pair["code"]: pair["name"].strip(" .-") for pair in pairs}


def _legend_below(column: Column, rows: list[list[str]], first: int) -> dict[str, str]:
    """Return what cells under a column say of its codes, and blank them: they are of no other. Levels are of scores."""
    meanings, places = {}, []
    for row in range(first, len(rows)):
        above, text = ("".join(texts[column.at : column.at + 1]) for texts in rows[row - 1 : row + 1])
        heads = (without(tokens(head), "unnamed") for head in rows[row][: column.at] if not _meanings(head))
        is_first = above in ("", *column.counts) or row - 1 in places
        if is_first and not any(heads) and any(form.match(text) for form in _FORMS):
            meanings |= _meanings(text)
            places.append(row)
    known = {fold(word) for word in column.counts if not is_word_of(word, "missing")}
    is_of_other = not column.moment and ordered(meanings.values(), part=True)
    if not known or not known <= set(meanings) or is_of_other:
        return {}
    for row in places:
        rows[row][column.at] = ""
    return meanings


def _legend(table: Table, row: int, texts: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return what a row (from 1) explains: the words in front of its codes, or before or above; and the meanings."""
    if not (meanings := _meanings(" ".join(texts))):
        return (), {}
    at = next((at for at, text in enumerate(texts) if _meanings(text)), 0)
    text = " ".join(texts[at:])
    before, above = next(filter(None, reversed(texts[:at])), ""), clean(table.grid.text(row - 2, at))
    places = [text[: min(pair.start() for form in _FORMS for pair in form.finditer(text))]]
    # a cell of the table beside has a code, and so has the legend's line above
    places += [place for place in (before, above) if not re.search(r"\d", place)]
    heads = (without(tokens(place), "pre", "post", "unnamed") for place in places)
    return tuple(next(filter(None, heads), ())), meanings


def _is_of(head: tuple[str, ...], column: Column) -> bool:
    """Say whether the words before a legend name a column."""
    are_groups = any(is_word_of(word, "group") for word in head) and column.is_word_of("group")
    return bool(head) and (are_groups or {*head} <= {*tokens(column.header)})
