"""study.yaml as it is written: every scalar as its own text, every key with its line.

YAML 1.1 turns `no` into false, `1_0` into 10 and `2023-01-02` into a date, and lets a second key replace
the first. Here a scalar keeps its text and its YAML type beside it, and a duplicate key is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from oxymilk.faults import Fault
from oxymilk.files import read_bytes

KeyPath = tuple[Hashable, ...]
# the mark of what is still open: no study runs while it is anywhere in the file
UNDECIDED = "???"
# lists of words as a sheet has them: there the mark is a word of the sheet
_WORDS_OF_A_SHEET = {"missing", "skip", "ignore", "leave_out"}
_LARGEST_FILE = 300_000  # bytes
# an escape can name half a character, which no file can hold
_SURROGATE = re.compile("[\ud800-\udfff]")
_ALIAS = "an alias"


class Scalar(str):
    """A YAML scalar as written, and its YAML 1.1 type: str, int, float, bool, timestamp."""

    yaml_type: str = "str"


@dataclass(frozen=True)
class Tree:
    """A YAML file: nested dicts and lists of `Scalar` and None, the line of each key path, the faults.

    `marked` are the paths of keys and values that hold the mark of what is open.
    """

    name: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    marked: list[KeyPath] = field(default_factory=list)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of `path`, or of its nearest ancestor that is written."""
        written = (path[:length] for length in range(len(path), -1, -1))
        return next((self.lines[part] for part in written if part in self.lines), None)

    def fault(self, code: str, path: KeyPath, value: str = "", **params: Any) -> Fault:
        """Return a fault at a key path, with its line; the path is written as `groups[2].label.en`."""
        steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
        place = {"row": self.line(path), "column": "".join(steps).removeprefix(".")}
        return Fault(code, self.name, value=value, params=params, **place)

    def entries(self, *pattern: Hashable) -> Iterator[tuple[KeyPath, Any]]:
        """Yield path and value of all that matches a pattern of keys; "*" is any key or place in a list.

        Nothing is yielded for what is missing or of another shape. In "groups: [{id: a}, {id: b}]" the pattern
        ("groups", "*", "id") yields (("groups", 0, "id"), "a") and (("groups", 1, "id"), "b").
        """
        matches: list[tuple[KeyPath, Any]] = [((), self.data)]
        for step in pattern:
            # one step down from all that matched so far
            matches = [
                ((*path, key), part)
                for path, value in matches
                if isinstance(value, dict | list)
                for key, part in (value.items() if isinstance(value, dict) else enumerate(value))
                if step in ("*", key)
            ]
        yield from matches

    def at(self, *path: Hashable) -> Any:
        """Return what is at a path, None when anything on the way is missing or of another shape."""
        return next((value for _, value in self.entries(*path)), None)

    def ids(self, *path: Hashable) -> list[str]:
        """Return the ids of the entries of a list, those that are written."""
        return [str(value) for _, value in self.entries(*path, "*", "id") if value and isinstance(value, str)]

    def undecided(self) -> list[Fault]:
        """Return a fault for each line that has the mark of what is open, in a value or as a key."""
        by_line: dict[int | None, KeyPath] = {}
        for path in self.marked:
            # what is below a marked key is open with it
            if not _WORDS_OF_A_SHEET & {*path} and not any(UNDECIDED in str(step) for step in path[:-1]):
                by_line.setdefault(self.line(path), path)
        return [self.fault("undecided", path, UNDECIDED) for path in by_line.values()]

    def build(self, node: yaml.Node, path: KeyPath = ()) -> Any:
        """Return the value of a node; its lines, marks and duplicate keys are noted on the way."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, at)) for at, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            scalar = Scalar(node.value)
            scalar.yaml_type = node.tag.rpartition(":")[2]
            if UNDECIDED in scalar:
                self.marked.append(path)
            return None if scalar.yaml_type == "null" else scalar
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, row = key_node.value, key_node.start_mark.line + 1
            within = (*path, key)
            if key in mapping:
                duplicate = self.fault("key_duplicate", within, key, first=self.lines[within])
                self.faults.append(replace(duplicate, row=row))
                continue
            self.lines[within] = row
            if UNDECIDED in key:
                self.marked.append(within)
            mapping[key] = self.build(value_node, within)
        return mapping


def read_tree(path: Path) -> Tree:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        The file; at most 300 kB, UTF-8.

    Returns
    -------
    Tree
        With `data` None and the reason in `faults` when the file cannot be read.
    """
    path = Path(path)
    root, code, row, params = None, "yaml_no_keys", None, {}
    try:
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            code, params = "file_too_large", {"size": size, "most": _LARGEST_FILE}
        else:
            root = yaml.compose(read_bytes(path).decode("utf-8-sig"), Loader=_PlainLoader)
    except UnicodeDecodeError as error:
        code, row = "not_utf8", error.object[: error.start].count(b"\n") + 1
    except (OSError, ValueError):  # ValueError: a name with a NUL
        code = "file_missing"
    except RecursionError:
        code, params = "yaml_syntax", {"problem": "too_deep"}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        # a control character has no problem of its own
        said = (getattr(error, name, "") for name in ("problem", "context"))
        problem = next(filter(None, said), "") or str(error).splitlines()[0]
        code, params = ("yaml_alias", {}) if problem == _ALIAS else ("yaml_syntax", {"problem": problem})
    if not isinstance(root, yaml.MappingNode):
        return Tree(path.name, faults=[Fault(code, path.name, row=row, params=params)])
    tree = Tree(path.name, data={})
    tree.data.update(tree.build(root))
    return tree


class _PlainLoader(yaml.SafeLoader):
    """The safe loader of plain trees: keys are words, and no aliases, a few lines of which can expand to gigabytes."""

    def compose_node(self, parent: yaml.Node, index: object) -> yaml.Node:
        mark, is_alias = self.peek_event().start_mark, self.check_event(yaml.AliasEvent)
        node = None if is_alias else super().compose_node(parent, index)
        is_word = isinstance(node, yaml.ScalarNode)
        is_key = isinstance(parent, yaml.MappingNode) and index is None
        for problem, is_so in {
            _ALIAS: is_alias,
            "no_word": is_key and not is_word,
            "a_tag": node is not None and ("/" in node.tag or node.tag.startswith("!")),
            "half_character": is_word and _SURROGATE.search(node.value),
        }.items():
            if is_so:
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
        return node
