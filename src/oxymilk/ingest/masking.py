"""Take out of faults what could tell who a participant is, before anything of them is printed or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from oxymilk.faults import HIDDEN, Fault
from oxymilk.ingest.grid import Grid, transpose
from oxymilk.ingest.headers import identifying_columns, read_header
from oxymilk.ingest.privacy import identifies, known_words, may_be_shown, secrets_of
from oxymilk.sheet_words import is_foot
from oxymilk.words import fold

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
        What stands in identifying columns; see `secrets_in`.
    """
    faults = list(faults)
    rows = Counter(word for word, _ in {(fold(one.value), one.row) for one in faults if one.value})
    return [_masked(one, rows[fold(one.value)] >= _REPEATED, known, secrets) for one in faults]


def _masked(fault: Fault, repeated: bool, known: frozenset[str], secrets: frozenset[str]) -> Fault:
    def shown(text: str) -> bool:
        return may_be_shown(text, known, secrets)

    def listed(text: str) -> str:
        return HIDDEN if identifies(text, known, header=True) else text

    value = fault.value
    # a word of totals is found in a list of such words, and is nobody's name
    if value and fault.code != "foot_row" and not shown(value):
        plain = repeated and fold(value) not in secrets and not identifies(value, known)
        value = value if plain else HIDDEN
    params: dict[str, Any] = dict(fault.params)
    for key in ("label", "other"):
        if isinstance(params.get(key), str) and not shown(params[key]):
            params[key] = HIDDEN
    if fault.code in _LISTS_OF_THE_FILE:
        params["legal"] = [listed(one) for one in params["legal"]]
    if isinstance(params.get("nearest"), str) and listed(params["nearest"]) == HIDDEN:
        params["nearest"] = ""
    return replace(fault, value=value, params=params, column=listed(fault.column), sheet=listed(fault.sheet))


def secrets_in(grid: Grid, sheet: Sheet, keys: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Return what the identifying columns of a sheet hold, so that no fault shows it.

    Parameters
    ----------
    grid : Grid
        The sheet as read.
    sheet : Sheet
        Its declaration.
    keys : iterable of str
        What tells participants apart, when that identifies them.
    known : frozenset of str
        Declared words; they are no secrets, wherever they stand.
    """
    if sheet.layout == "transposed":
        grid = transpose(grid)
    header = read_header(grid, sheet)
    names = set(map(fold, _declared_columns(sheet)))
    used = {at for at, name in enumerate(header.names) if fold(name) in names}
    columns = identifying_columns(grid, header, used)
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
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _declared_columns(sheet: Sheet) -> Iterator[str]:
    sources = (sheet.group, sheet.timepoint, *sheet.characteristics.values())
    yield from (one.column for one in sources if one is not None and one.column)
    yield from sheet.scores.values()
    if sheet.participant is not None and sheet.participant.column:
        yield sheet.participant.column
    if sheet.score:
        yield sheet.score
