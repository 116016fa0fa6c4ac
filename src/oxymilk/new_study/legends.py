"""Find what a sheet says itself of its codes and cut-offs: "1 = Kurang, 2 = Cukup", "kurang < 50 ml; baik >= 50 ml"."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from oxymilk.new_study.answers import parse_named
from oxymilk.new_study.lexicon import is_word_of, lexicon, tokens
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
    # the words before the first code, and what each code means
    legends: list[tuple[list[str], dict[str, str]]] = []
    for table, texts in lines.items():
        for row, text in enumerate(texts, start=1):
            meanings = _meanings(text) if row not in table.header_rows else {}
            if not meanings:
                continue
            first = min(pair.start() for form in _FORMS for pair in form.finditer(text))
            words = {*lexicon()["pre"], *lexicon()["post"], *lexicon()["unnamed"]}
            head = [word for word in tokens(text[:first]) if word not in words]
            if not head and legends and legends[-1][1].keys().isdisjoint(meanings):
                legends[-1][1].update(meanings)
            else:
                legends.append((head, meanings))
    for table in told or tables:
        columns = table.columns
        of_scores = [column for column in columns if column.moment] or columns
        for at, column in enumerate(columns):
            own = [_meanings(column.header), *(
                meanings for head, meanings in legends
                if _is_of(head, column) or (not head and column in of_scores and not column.is_word_of("group"))
            )]  # fmt: skip
            known = {fold(word) for word in column.counts if not is_word_of(word, "missing")}
            meanings = next((meanings for meanings in own if known and known <= set(meanings)), None)
            if meanings and not column.labels:
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


def _is_of(head: list[str], column: Column) -> bool:
    """Say whether the words before a legend name a column."""
    are_groups = any(is_word_of(word, "group") for word in head) and column.is_word_of("group")
    return bool(head) and (are_groups or {*head} <= {*tokens(column.header)})
