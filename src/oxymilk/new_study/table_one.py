"""Propose the characteristics of Table 1 from columns whose headers name one."""

from __future__ import annotations

from typing import Any

from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.compose import Said
from oxymilk.new_study.lexicon import label, lexicon, ordered, slug
from oxymilk.new_study.look import Column, Table, number_in
from oxymilk.new_study.texts import say
from oxymilk.words import fold, same_unit

_MOST_LEVELS = 8


def characteristics_of(
    table: Table, used: set[int], language: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the characteristics and their columns, as study.yaml holds them.

    Numbers are proposed as numbers, words as levels in their usual order, else as they were met. Codes whose words
    the file does not tell are left alone: what they mean, only the user can say.

    Parameters
    ----------
    table : Table
        The sheet.
    used : set of int
        Columns that have a use; those proposed here are added.
    language : {'en', 'id'}
        The language of the comments.
    """
    declared, columns = [], {}
    for known in lexicon()["characteristics"]:
        column = next(
            (one for one in table.columns if one.at not in used and one.spellings & set(known["headers"])),
            None,
        )
        if column is None or not column.cells:
            continue
        found = _numbers(column, known, language) or _words(column, known, language)
        if found is None:
            continue
        characteristic, source = found
        declared.append(characteristic)
        columns[known["id"]] = source
        used.add(column.at)
    return declared, columns


def _numbers(column: Column, known: dict[str, Any], language: str) -> tuple[dict[str, Any], Any] | None:
    numbers = [found for cell in column.cells if (found := number_in(cell))]
    if "numbers" not in known or column.labels() or len(numbers) < len(column.cells):
        return None
    units = {found[2] for found in numbers if found[2]}
    # the sheet's own unit, unless it is a spelling of the usual one, whose name is known in both languages
    own = units.pop() if len(units) == 1 else ""
    unit = own if own and not same_unit(own, known["unit"][language]) else known["unit"]
    decimals = max(len(found[1].replace(",", ".").partition(".")[2]) for found in numbers)
    characteristic = {
        "id": known["id"],
        "label": known["label"],
        "kind": "number",
        "unit": unit,
        "decimals": Said(str(decimals), say("seen.characteristic_number", language)),
    }
    return characteristic, column.name


def _words(column: Column, known: dict[str, Any], language: str) -> tuple[dict[str, Any], Any] | None:
    labels = column.labels()
    words = {word: labels.get(word, word) for word in column.counts()}
    if (
        any(map(identifies, words.values()))
        or len(words) > _MOST_LEVELS
        or any(word.replace(".", "").isdigit() for word in words.values())
    ):
        return None
    usual = {fold(name): at for at, name in enumerate(ordered(list(words.values())))}
    if usual:
        words = dict(sorted(words.items(), key=lambda each: usual[fold(each[1])]))
    ids = {word: slug(name, f"{known['id']}_{at}") for at, (word, name) in enumerate(words.items(), start=1)}
    if len(set(ids.values())) < len(ids):
        return None
    levels = [{"id": ids[word], "label": label(name)[0]} for word, name in words.items()]
    characteristic = {
        "id": known["id"],
        "label": known["label"],
        "levels": Said(levels, say(f"seen.characteristic_{'ordered' if usual else 'levels'}", language)),
    }
    return characteristic, {"column": column.name, "codes": ids}
