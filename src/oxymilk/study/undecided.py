"""The mark of what a study.yaml still leaves open: no study runs while it stands anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from oxymilk.faults import Fault
from oxymilk.study.tree import KeyPath, Tree, written_path

UNDECIDED = "???"
# lists of words as a sheet has them: there the mark is a word of the sheet
_WORDS_OF_A_SHEET = ("missing", "skip", "ignore")


def undecided(tree: Tree, file: str) -> list[Fault]:
    """Return a fault for each line of a study.yaml that has the mark, in a value or as a key.

    Parameters
    ----------
    tree : Tree
        The file as written.
    file : str
        Its name.
    """
    by_line: dict[int | None, KeyPath] = {}
    for path in _open_places(tree.data, ()):
        by_line.setdefault(tree.line(path), path)
    return [
        Fault("undecided", file, row=line, column=written_path(path), value=UNDECIDED)
        for line, path in by_line.items()
    ]


def _open_places(value: object, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, dict):
        for key, one in value.items():
            if UNDECIDED in key:
                yield (*path, key)
            elif key not in _WORDS_OF_A_SHEET:
                yield from _open_places(one, (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _open_places(one, (*path, at))
    elif isinstance(value, str) and UNDECIDED in value:
        yield path
