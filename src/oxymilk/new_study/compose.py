"""Write YAML that a person will edit: block style, comments above keys and behind values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

_WIDTH = 108
_PLAIN = re.compile(r"[^\W\d_][\w ./()+-]*|\d+")


class Said(NamedTuple):
    """A value and what is to be said of it: behind it on its line, and above its key."""

    value: Any
    behind: str = ""
    above: str = ""


def compose(tree: dict[str, Any]) -> str:
    r"""Return a mapping as YAML text.

    Parameters
    ----------
    tree : dict
        Nested dicts, lists, texts, true and false; each may be a `Said`. A tuple is written on one line.

    Examples
    --------
    >>> print(compose({"alpha": Said("0.05", "seen: nothing", "The threshold.")}), end="")
    # The threshold.
    alpha: 0.05  # seen: nothing
    """
    return "\n".join(_mapping(tree, 0)) + "\n"


def scalar(text: str) -> str:
    """Return a text as a YAML scalar that reads back as that text, in quotation marks when it must.

    Examples
    --------
    >>> scalar("Produksi ASI"), scalar("No"), scalar("5:12")
    ('Produksi ASI', '"No"', '"5:12"')
    """
    number = re.fullmatch(r"\d+(\.\d+)?", text)
    if number or (_PLAIN.fullmatch(text) and text == text.strip() and yaml.safe_load(text) == text):
        return text
    return json.dumps(_printable(text), ensure_ascii=False)


def _mapping(tree: dict[str, Any], indent: int) -> Iterator[str]:
    for key, said in tree.items():
        value, behind, above = _flat(said)
        pad = " " * indent
        for line in above.splitlines():
            yield f"{pad}# {_printable(line)}" if line else ""
        yield from _entry(f"{pad}{scalar(str(key))}:", value, behind, indent)


def _flat(said: Any) -> Said:
    """Return a value with all that is said of it: a `Said` may stand in a `Said`."""
    if not isinstance(said, Said):
        return Said(said)
    if not isinstance(said.value, Said):
        return said
    inner = _flat(said.value)
    return Said(inner.value, said.behind or inner.behind, "\n".join(filter(None, (said.above, inner.above))))


def _entry(start: str, value: Any, behind: str, indent: int) -> Iterator[str]:
    if isinstance(value, dict) and not value:
        value = ()
    if isinstance(value, dict | list) and value and not _short(value):
        yield _commented(start, behind)
        yield from _sequence(value, indent + 2) if isinstance(value, list) else _mapping(value, indent + 2)
    else:
        yield _commented(f"{start} {_flow(value)}", behind)


def _sequence(values: list[Any], indent: int) -> Iterator[str]:
    pad = " " * indent
    for said in values:
        value, behind, above = _flat(said)
        for line in above.splitlines():
            yield f"{pad}# {_printable(line)}"
        if isinstance(value, dict) and not _short(value):
            lines = list(_mapping(value, indent + 2))
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{pad}- {lines[first].lstrip()}"
            yield from lines
        else:
            yield _commented(f"{pad}- {_flow(value)}", behind)


def _short(value: Any) -> bool:
    """Say whether a value fits on a line and nothing is said of its parts."""
    if isinstance(value, Said):
        return False
    if isinstance(value, list):
        return False
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    deep = [part for part in parts if isinstance(part, dict)]
    return len(deep) <= 1 and all(map(_short, parts)) and len(_flow(value)) <= _WIDTH


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(key))}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, Said):
        return _flow(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return scalar(str(value))


def _commented(line: str, behind: str) -> str:
    return f"{line}  # {_printable(behind)}" if behind else line


def _printable(text: str) -> str:
    """Return the text without characters that YAML does not allow."""
    return "".join(one if one.isprintable() else " " for one in text)
