"""What must hold in the declaration of a sheet: paths, layout and its keys, references to ids."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from oxymilk.faults import Fault
from oxymilk.study.encodings import ENCODINGS, encoding_codec
from oxymilk.study.lookup import each, fault_in, ids, unknown_id, value_at
from oxymilk.study.tree import KeyPath, Tree
from oxymilk.words import fold, nearest, same_unit

DELIMITERS = (",", ";", "|", "tab")


class _Keys(NamedTuple):
    needed: tuple[str, ...]
    allowed: tuple[str, ...] = ()


# the keys that say where the scores are; every other key fits every layout
_SCORE_KEYS = ("scores", "score", "timepoint", "visits", "blocks", "crosstab")
_OF_LAYOUT = {
    "wide": _Keys(("scores",)),
    "app_export": _Keys(("scores",)),
    "titled": _Keys(("scores",)),
    "transposed": _Keys(("scores",)),
    "long": _Keys(("timepoint", "score")),
    "one_timepoint": _Keys(("timepoint", "score")),
    "visits": _Keys(("visits", "score")),
    "side_by_side": _Keys(("blocks",), ("scores",)),
    "crosstab": _Keys(("crosstab",)),
}


def check_sheets(tree: Tree, path: Path) -> Iterator[Fault]:
    """Yield the faults of all sheet declarations of a study.yaml.

    Parameters
    ----------
    tree : Tree
        The file as written.
    path : Path
        Where it is; its folder bounds the sheets.
    """
    read: set[str] = set()
    for sheet, entry in each(tree, "sheets"):
        if isinstance(entry, dict):
            yield from _check_file(tree, sheet, entry, path)
            yield from _check_layout(tree, sheet, entry, path.name)
            yield from _check_references(tree, sheet, path.name)
            yield from _columns_twice(tree, (*sheet, "scores"), path.name)
            read |= _timepoints_read(tree, sheet, entry)
    compare = value_at(tree, "compare")
    for one in ids(tree, "timepoints"):
        due = one in compare if isinstance(compare, list) else True
        if due and read and one not in read and not (len(ids(tree, "timepoints")) > 2 and compare is None):
            yield fault_in("timepoint_not_read", tree, ("sheets",), path.name, one)


def _check_file(tree: Tree, sheet: KeyPath, entry: dict[str, Any], path: Path) -> Iterator[Fault]:
    file = entry.get("file")
    if isinstance(file, str) and not stays_inside(path.parent, file):
        yield fault_in("path_outside", tree, (*sheet, "file"), path.name, str(file))
    encoding = entry.get("encoding")
    if isinstance(encoding, str) and encoding_codec(encoding) is None:
        params = {"legal": list(ENCODINGS), "nearest": nearest(encoding, ENCODINGS)}
        yield fault_in("value_unknown", tree, (*sheet, "encoding"), path.name, str(encoding), **params)
    delimiter = entry.get("delimiter")
    if isinstance(delimiter, str) and delimiter not in (*DELIMITERS, "\t"):
        params = {"legal": " ".join(DELIMITERS)}
        yield fault_in("value_unknown", tree, (*sheet, "delimiter"), path.name, str(delimiter), **params)


def _check_layout(tree: Tree, sheet: KeyPath, entry: dict[str, Any], file: str) -> Iterator[Fault]:
    layout = str(entry.get("layout"))
    keys = _OF_LAYOUT.get(layout)
    if keys is None:
        return

    def missing(key: str, *where: str) -> Fault:
        return fault_in("key_missing", tree, (*sheet, *where), file, key=key)

    blocks = [block for _, block in each(tree, *sheet, "blocks") if isinstance(block, dict)]
    for key in keys.needed:
        if entry.get(key) is None:
            yield missing(key)
    for key in _SCORE_KEYS:
        if entry.get(key) is not None and key not in (*keys.needed, *keys.allowed):
            yield fault_in("key_without_use", tree, (*sheet, key), file, key, why=f"layout: {layout}")
    if layout == "side_by_side" and "scores" not in entry and not all("scores" in block for block in blocks):
        yield missing("scores")
    in_blocks = bool(blocks) and all("group" in block for block in blocks)
    several = len(ids(tree, "groups")) > 1
    if "group" not in entry and several and not in_blocks and layout != "one_timepoint":
        yield missing("group")
    participant = entry.get("participant")
    if layout != "crosstab" and participant is None:
        if not (bool(blocks) and all("participant" in block for block in blocks)):
            yield missing("participant")
    elif isinstance(participant, dict) and not participant.get("column") and not participant.get("by_row"):
        yield missing("column", "participant")
    if layout == "titled" and not value_at(tree, *sheet, "group", "titles"):
        yield missing("titles", "group")
    timepoint = entry.get("timepoint")
    if (
        layout == "one_timepoint"
        and timepoint is not None
        and not value_at(tree, *sheet, "timepoint", "only")
    ):
        yield missing("only", "timepoint")
    yield from _check_placeholders(tree, sheet, entry, file)
    yield from _check_time_format(tree, sheet, entry, file)
    units = _units(tree)
    fractions = str(entry.get("fractions")).lower() not in ("none", "false", "no", "off")
    if fractions and not all(same_unit(unit, "%") for unit in units):
        yield fault_in(
            "key_without_use", tree, (*sheet, "fractions"), file, "fractions", why=f"unit: {units[0]}"
        )


def _check_time_format(tree: Tree, sheet: KeyPath, entry: dict[str, Any], file: str) -> Iterator[Fault]:
    """Yield a fault when times written as hours and minutes meet an outcome that is not counted in minutes."""
    kind = value_at(tree, "outcome", "kind")
    where = (*sheet, "time_format")
    if entry.get("time_format") is None:
        return
    if kind != "number":
        yield fault_in("key_without_use", tree, where, file, "time_format", why=f"kind: {kind or 'levels'}")
    elif value_at(tree, "outcome", "unit") is not None:
        for unit in _units(tree):
            if not same_unit(unit, "menit"):
                yield fault_in("time_unit", tree, ("outcome", "unit"), file, unit)


def _units(tree: Tree) -> list[str]:
    """Return the unit of the outcome, in either language."""
    unit = value_at(tree, "outcome", "unit")
    return [str(one) for one in unit.values()] if isinstance(unit, dict) and unit else [str(unit or "-")]


def _check_placeholders(tree: Tree, sheet: KeyPath, entry: dict[str, Any], file: str) -> Iterator[Fault]:
    """Columns of a checklist name `{item}`, those of the layout visits `{visit}`; no others do."""
    due = {
        "{item}": value_at(tree, "outcome", "kind") == "checklist",
        "{visit}": entry.get("layout") == "visits",
    }
    columns = [((*sheet, "score"), entry.get("score")), *each(tree, *sheet, "scores")]
    for where, _ in each(tree, *sheet, "blocks"):
        columns += each(tree, *where, "scores")
    for where, column in columns:
        if not isinstance(column, str):
            continue
        for word, is_due in due.items():
            if is_due and word not in column:
                yield fault_in("placeholder_missing", tree, where, file, str(column), word=word)


def _check_references(tree: Tree, sheet: KeyPath, file: str) -> Iterator[Fault]:
    groups, timepoints = ids(tree, "groups"), ids(tree, "timepoints")
    levels = ids(tree, "outcome", "levels")
    for key, legal, what in (("group", groups, "group"), ("timepoint", timepoints, "timepoint")):
        yield from _codes(tree, (*sheet, key, "codes"), legal, what, file)
        yield from _codes(tree, (*sheet, key, "titles"), legal, what, file)
        only = (*sheet, key, "only")
        yield from unknown_id(tree, only, value_at(tree, *only), legal, what, file)
    yield from _both_missing(tree, sheet, file)
    yield from _codes(tree, (*sheet, "visits"), timepoints, "timepoint", file)
    yield from _codes(tree, (*sheet, "codes"), levels, "level", file)
    yield from _codes(tree, (*sheet, "crosstab", "before", "codes"), levels, "level", file)
    yield from _codes(tree, (*sheet, "crosstab", "after"), levels, "level", file)
    for where in ((*sheet, "scores"), *((*block, "scores") for block, _ in each(tree, *sheet, "blocks"))):
        for path, _ in each(tree, *where):
            yield from unknown_id(tree, path, path[-1], timepoints, "timepoint", file)
    for block, _ in each(tree, *sheet, "blocks"):
        group = (*block, "group")
        yield from unknown_id(tree, group, value_at(tree, *group), groups, "group", file)
    known = {
        str(one["id"]): [*where, "levels"]
        for where, one in each(tree, "characteristics")
        if isinstance(one, dict) and isinstance(one.get("id"), str)
    }
    for path, _ in each(tree, *sheet, "characteristics"):
        yield from unknown_id(tree, path, path[-1], known, "characteristic", file)
        if path[-1] in known:
            yield from _codes(tree, (*path, "codes"), ids(tree, *known[path[-1]]), "level", file)


def _codes(tree: Tree, where: KeyPath, legal: list[str], what: str, file: str) -> Iterator[Fault]:
    seen: dict[str, Any] = {}
    for path, value in each(tree, *where):
        yield from unknown_id(tree, path, value, legal, what, file)
        word = fold(str(path[-1]))
        if word in seen and seen[word] != value:
            yield fault_in("codes_collide", tree, path, file, str(path[-1]))
        seen.setdefault(word, value)


def _both_missing(tree: Tree, sheet: KeyPath, file: str) -> Iterator[Fault]:
    """Yield a fault for each word that means both a level or answer and that there is no value."""
    written = value_at(tree, *sheet, "missing")
    missing = {fold(str(word)) for word in (written if isinstance(written, list) else [written])} - {"none"}
    for path, _ in each(tree, *sheet, "codes"):
        if fold(str(path[-1])) in missing:
            yield fault_in("codes_collide", tree, path, file, str(path[-1]))


def _columns_twice(tree: Tree, where: KeyPath, file: str) -> Iterator[Fault]:
    """Yield a fault for each column that is the score of two timepoints: copied, and not changed."""
    seen: set[str] = set()
    for path, value in each(tree, *where):
        if isinstance(value, str):
            if fold(value) in seen:
                yield fault_in("column_twice", tree, path, file, str(value))
            seen.add(fold(value))


def _timepoints_read(tree: Tree, sheet: KeyPath, entry: dict[str, Any]) -> set[str]:
    """Return the timepoints that a sheet can have scores of, whatever its layout."""
    read = {str(path[-1]) for path, _ in each(tree, *sheet, "scores")}
    read |= {str(value) for _, value in each(tree, *sheet, "visits")}
    for block, _ in each(tree, *sheet, "blocks"):
        read |= {str(path[-1]) for path, _ in each(tree, *block, "scores")}
    timepoint = entry.get("timepoint")
    if isinstance(timepoint, dict) and timepoint.get("only"):
        read.add(str(timepoint["only"]))
    elif isinstance(timepoint, dict) and isinstance(timepoint.get("codes"), dict):
        read |= {str(value) for value in timepoint["codes"].values()}
    elif timepoint is not None or entry.get("crosstab") is not None:
        read |= set(ids(tree, "timepoints"))
    return read


def stays_inside(folder: Path, file: str) -> bool:
    """Say whether a sheet's path stays in the study's folder, links followed."""
    pure = PurePosixPath(file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in file or ":" in file or "\0" in file:
        return False
    try:
        return (folder / pure).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a name that is too long, a link to itself
        return False
