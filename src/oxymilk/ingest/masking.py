"""Take out of faults what could tell who a participant is, before anything of them is printed or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from oxymilk.faults import HIDDEN, Fault
from oxymilk.ingest.grid import Grid, transpose
from oxymilk.ingest.headers import identifying_columns, read_header
from oxymilk.ingest.privacy import identifies, known_words, may_be_shown, secrets_of
from oxymilk.words import fold, is_foot

if TYPE_CHECKING:
    from oxymilk.study import Study
    from oxymilk.study.sheet import Sheet

# a word in these many rows is no name
_REPEATED = 3
# faults whose list of what there is comes from the file, not from study.yaml
_LISTS_OF_THE_FILE = ("column_missing", "worksheet_unknown", "worksheet_undeclared")


def masked(
    faults: Iterable[Fault], known: frozenset[str], secrets: frozenset[str] = frozenset()
) -> list[Fault]:
    """Return the faults without values, headers and names of worksheets that may identify a person.

    Parameters
    ----------
    faults : iterable of Fault
        As they were found.
    known : frozenset of str
        Words that are declared; see `declared_words`.
    secrets : frozenset of str
        The words of identifying columns; see `secrets_in`.
    """
    faults = list(faults)
    rows = Counter(word for word, _ in {(fold(fault.value), fault.row) for fault in faults if fault.value})

    def header(text: str) -> str:
        return HIDDEN if identifies(text, known, header=True) else text

    without_persons = []
    for fault in faults:
        value, folded, params = fault.value, fold(fault.value), dict(fault.params)
        # a word of totals is found in a list of such words, and is nobody's name
        if value and fault.code != "foot_row" and not may_be_shown(value, known, secrets):
            is_word = rows[folded] >= _REPEATED and folded not in secrets and not identifies(value, known)
            value = value if is_word else HIDDEN
        for key in ("label", "other"):
            if isinstance(params.get(key), str) and not may_be_shown(params[key], known, secrets):
                params[key] = HIDDEN
        if fault.code in _LISTS_OF_THE_FILE:
            params["legal"] = list(map(header, params["legal"]))
        if isinstance(params.get("nearest"), str) and header(params["nearest"]) == HIDDEN:
            params["nearest"] = ""
        column, sheet = header(fault.column), header(fault.sheet)
        without_persons.append(replace(fault, value=value, params=params, column=column, sheet=sheet))
    return without_persons


def secrets_in(grid: Grid, sheet: Sheet, keys: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return the words of a sheet's identifying columns, so that no fault shows them.

    Parameters
    ----------
    grid : Grid
        The sheet as read.
    sheet : Sheet
        Its declaration.
    keys : iterable of str
        What distinguishes participants, when that identifies them.
    known : frozenset of str
        Declared words; they are no secrets, wherever they occur.
    """
    if sheet.layout == "transposed":
        grid = transpose(grid)
    header = read_header(grid, sheet)
    names = set(map(fold, sheet.columns))
    columns = identifying_columns(
        grid, header, {at for at, name in enumerate(header.names) if fold(name) in names}
    )
    source = sheet.participant
    if source is not None and source.column and source.identifying is not None:
        own = set(header.columns_named(source.column))
        columns = columns | own if source.identifying else columns - own
    values = {
        texts[column]
        for texts in grid.rows[header.first :]
        for column in columns
        if column < len(texts) and not is_foot(texts[column])
    }
    return secrets_of({*values, *keys}, known)


def declared_words(study: Study, sheet: Sheet) -> frozenset[str]:
    """Return the words that a study declares for a sheet: codes, ids, labels, columns, units."""
    return known_words({*_texts(study.model_dump(exclude={"citation", "sheets"})), *sheet_texts(sheet)})


def sheet_texts(sheet: Sheet) -> Iterator[str]:
    """Yield the texts of a sheet's declaration."""
    return _texts(sheet.model_dump(exclude={"file"}))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(part)
