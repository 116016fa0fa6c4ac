"""Look things up in a study.yaml as written, whatever its shape; used by the checks between keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from oxymilk.faults import Fault
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.tree import KeyPath, Scalar, Tree, written_path
from oxymilk.words import nearest


def fault_in(code: str, tree: Tree, path: KeyPath, file: str, value: str = "", **params: Any) -> Fault:
    """Return a fault at a key path of the file, with its line."""
    return Fault(code, file, row=tree.line(path), column=written_path(path), value=value, params=params)


def value_at(tree: Tree, *path: Any) -> Any:
    """Return what is at a path, None when anything on the way is missing or of another shape."""
    current = tree.data
    for step in path:
        if isinstance(current, dict):
            current = current.get(step)
        elif isinstance(current, list) and isinstance(step, int) and step < len(current):
            current = current[step]
        else:
            return None
    return current


def each(tree: Tree, *path: Any) -> Iterator[tuple[KeyPath, Any]]:
    """Yield path and value of the entries of a list or mapping; nothing for another shape."""
    found = value_at(tree, *path)
    if isinstance(found, dict):
        yield from (((*path, key), value) for key, value in found.items())
    elif isinstance(found, list):
        yield from (((*path, at), value) for at, value in enumerate(found))


def ids(tree: Tree, *path: Any) -> list[str]:
    """Return the ids of the entries of a list, those that are written."""
    return [str(item["id"]) for _, item in each(tree, *path) if isinstance(item, dict) and item.get("id")]


def unknown_id(
    tree: Tree, path: KeyPath, value: Any, legal: Iterable[str], what: str, file: str
) -> Iterator[Fault]:
    """Yield a fault when `value` is an id, but none of the legal ones."""
    known = list(legal)
    boolean = isinstance(value, Scalar) and value.yaml_type == "bool"
    if isinstance(value, str) and not boolean and ID_PATTERN.fullmatch(value) and value not in known:
        params = {"what": what, "legal": known, "nearest": nearest(value, known)}
        yield fault_in("reference_unknown", tree, path, file, str(value), **params)
