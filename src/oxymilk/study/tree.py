"""Read a YAML file as it is written: every scalar as its own text, every key with its line.

YAML 1.1 turns `no` into false, `1_0` into 10 and `2023-01-02` into a date, and lets a second key replace
the first. Here a scalar keeps its text and its YAML type beside it, and a duplicate key is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from oxymilk.faults import Fault

KeyPath = tuple[Hashable, ...]
_LARGEST_FILE = 300_000  # bytes
_DEEPEST = 20
# an escape can name half a character, which no file can hold
_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF = "half a character (\\ud800 to \\udfff)"


class Scalar(str):
    """A YAML scalar as written, and its YAML 1.1 type: str, int, float, bool, timestamp."""

    yaml_type: str = "str"


@dataclass(frozen=True)
class Tree:
    """A YAML file: nested dicts and lists of `Scalar` and None, the line of each key path, the faults."""

    data: object
    lines: dict[KeyPath, int]
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of `path`, or of its nearest ancestor that is written."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


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
    name = path.name

    def refused(code: str, row: int | None = None, **params: object) -> Tree:
        return Tree(None, {}, [Fault(code, name, row=row, params=dict(params))])

    try:
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            return refused("file_too_large", size=size, most=_LARGEST_FILE)
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        return refused("encoding_wrong", row=row, encoding="utf-8", nearest="")
    except OSError:
        return refused("file_missing")
    try:
        root = yaml.compose(text, Loader=_NoAliases)
    except _AliasFoundError as error:
        return refused("yaml_alias", row=error.line)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        return refused("yaml_syntax", row=row, problem=error.problem or error.context or "")
    except yaml.YAMLError as error:  # a control character, say
        return refused("yaml_syntax", problem=str(error).splitlines()[0])
    except RecursionError:
        return refused("yaml_syntax", problem="nested too deeply")
    if not isinstance(root, yaml.MappingNode):
        return refused("yaml_no_keys")
    faults: list[Fault] = []
    lines: dict[KeyPath, int] = {}
    data = _build(root, (), lines, faults, name)
    return Tree(data, lines, faults)


def written_path(path: KeyPath) -> str:
    """Return a key path as text, list items counted from 1: `groups[2].label.en`."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


class _AliasFoundError(Exception):
    def __init__(self, line: int):
        self.line = line


class _NoAliases(yaml.SafeLoader):
    """The safe loader without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node, index: object) -> yaml.Node:
        if self.check_event(yaml.AliasEvent):
            raise _AliasFoundError(self.peek_event().start_mark.line + 1)
        return super().compose_node(parent, index)


def _build(
    node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], faults: list[Fault], name: str
) -> object:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEEPEST:
        faults.append(
            Fault("yaml_syntax", name, row=lines[path], params={"problem": f"deeper than {_DEEPEST} keys"})
        )
        return None
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, lines, faults, name)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, at), lines, faults, name) for at, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if _SURROGATE.search(node.value):
        faults.append(Fault("yaml_syntax", name, row=lines[path], params={"problem": _HALF}))
        return None
    scalar = Scalar(node.value)
    scalar.yaml_type = node.tag.rpartition(":")[2]
    return scalar


def _build_mapping(
    node: yaml.MappingNode, path: KeyPath, lines: dict[KeyPath, int], faults: list[Fault], name: str
) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        row = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.endswith(":merge"):
            faults.append(Fault("yaml_syntax", name, row=row, params={"problem": "a key that is not a word"}))
            continue
        key = key_node.value
        if _SURROGATE.search(key):
            faults.append(Fault("yaml_syntax", name, row=row, params={"problem": _HALF}))
            continue
        here = (*path, key)
        if key in mapping:
            faults.append(
                Fault("key_duplicate", name, row=row, column=written_path(here), value=key,
                      params={"first": lines[here]})
            )  # fmt: skip
            continue
        lines[here] = row
        mapping[key] = _build(value_node, here, lines, faults, name)
    return mapping
