"""Propose what the cells of a column mean: codes, words for no value, the decimal mark."""

from __future__ import annotations

from typing import Any, NamedTuple

from oxymilk.ingest.decode import decimal_mark_of
from oxymilk.ingest.privacy import known_words, may_be_shown
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.compose import Said
from oxymilk.new_study.lexicon import is_word_of, tokens
from oxymilk.new_study.look import Column
from oxymilk.new_study.proposal import Proposal
from oxymilk.new_study.texts import say
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold

_MOST_WORDS = 12


class Cells(NamedTuple):
    """What is needed to say what cells mean: the answers, the language of comments, where to note what is open."""

    answers: Answers
    language: str
    proposal: Proposal

    def note(self, key: str, **values: object) -> str:
        """Return a comment on what was seen."""
        return say(f"seen.{key}", self.language, **values)

    def legal(self, what: str) -> str:
        """Return the ids of the groups or levels."""
        named = self.answers.groups if what == "group" else self.answers.levels
        return ", ".join(one.id for one in named)

    def known(self) -> frozenset[str]:
        """Return the words of the groups and levels, which name nobody."""
        named = (*self.answers.groups, *self.answers.levels)
        return known_words(word for one in named for word in (one.id, *one.written()))

    def may_be_shown(self, text: str) -> bool:
        """Say whether a text of a cell may stand in study.yaml: it holds nothing that could be a person."""
        return may_be_shown(text, self.known())

    def meaning(self, columns: list[Column]) -> dict[str, Any]:
        """Return the keys of a sheet that say what the cells of its score columns mean.

        Codes of levels, else the decimal mark; and the words for no value. The most decimals are noted in the proposal.
        """
        levels = self.answers.measured == "levels"
        found, missing = self._levels(columns) if levels else self._numbers(columns)
        if missing:
            found["missing"] = Said(tuple(missing), self.note("missing"))
        return found

    def _levels(self, columns: list[Column]) -> tuple[dict[str, Any], list[str]]:
        counts: dict[str, int] = {}
        labels: dict[str, str] = {}
        for column in columns:
            labels |= column.labels()
            for word, count in column.counts(declared_missing=False).items():
                alike = next((one for one in counts if fold(one) == fold(word)), word)
                counts[alike] = counts.get(alike, 0) + count
        missing = [
            word
            for word in counts
            if any(is_word_of(one, "missing") for one in (word, labels.get(word, "")))
            and not self._means("level", word, labels)
        ]
        words = {word: count for word, count in counts.items() if word not in missing}
        if len(words) > _MOST_WORDS:
            return {"codes": Said({UNDECIDED: UNDECIDED}, self.note("many_words", count=len(words)))}, missing
        return ({"codes": self.codes(words, "level", labels)} if words else {}), missing

    def _numbers(self, columns: list[Column]) -> tuple[dict[str, Any], list[str]]:
        cells = [cell for column in columns for cell in column.cells]
        missing = list(dict.fromkeys(cell.text for cell in cells if is_word_of(cell.text, "missing")))
        mark, unclear = decimal_mark_of(cells)
        texts = [cell for cell in cells if cell.kind != "number" and any(one in cell.text for one in ",.")]
        found: dict[str, Any] = {}
        if unclear:
            found["decimal_mark"] = Said(UNDECIDED, self.note("mark_open"))
        elif texts and mark:
            found["decimal_mark"] = Said(mark, self.note("mark"))
        decimals = [len(tail) for cell in cells for tail in _decimals(cell.text)]
        self.proposal.decimals = max([self.proposal.decimals, *decimals])
        return found, missing

    def codes(
        self, words: dict[str, int] | dict[str, str], what: str, labels: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the codes of words for groups or levels; a word whose meaning is open is noted as undecided.

        Parameters
        ----------
        words : dict
            Word -> how often it was seen, or of a title the id of the group that a word in it names.
        what : {'group', 'level'}
            What they mean.
        labels : dict, optional
            Word -> value label of a statistics file.
        """
        codes: dict[str, Any] = {}
        for word, count in words.items():
            label = (labels or {}).get(word, "")
            # what stands once and may be a name is for check-study to tell, by its cell
            if count == 1 and not self.may_be_shown(f"{word} {label}"):
                continue
            meaning = self._means(what, word, labels or {})
            if not meaning and what == "group" and isinstance(count, str):
                meaning = count
            shown = self.note("times", count=count) if isinstance(count, int) else self.note("title")
            if label:
                shown = self.note("labelled", label=label)
            if not meaning:
                shown += self.note(f"which_{what}", legal=self.legal(what))
                self.proposal.undecided.append((what, word))
            codes[word] = Said(meaning or UNDECIDED, shown)
        return codes

    def values(self, column: Column) -> str:
        """Return what a column holds, in words: a few values, a range, or how many there are."""
        counts = column.counts()
        numbers = column.number_share() > 0.8 and len(counts) > 5
        titled = self.note("titled", title=column.title) if column.title else ""
        if column.identifying or len(counts) > 8 or not all(map(self.may_be_shown, counts)):
            return self.note("numbers" if numbers else "different", count=len(counts)) + titled
        shown = ", ".join(f"{word} ({count})" for word, count in counts.items())
        return self.note("values", values=shown) + titled

    def _means(self, what: str, word: str, labels: dict[str, str]) -> str:
        return self.answers.meaning(what, word) or self.answers.meaning(what, labels.get(word, ""))


def _decimals(text: str) -> list[str]:
    parts = [part for mark in ",." for part in text.split(mark)[1:]]
    return [found for part in parts for found in tokens(part)[:1] if found.isdigit()]
