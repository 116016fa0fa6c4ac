"""Read the steps of a walk-through: what is typed, and what is changed in which file.

A ```sh block is typed as it stands; `<!-- exit status 2 -->` before it says how it ends when not with 0, and
`<!-- once -->` that it prepares the machine and is no step. A ```diff block changes the file that
`<!-- edit FILE -->` before it names: each line with - becomes the one with + that follows it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"(?:<!-- (?P<note>[^>]*?) -->\n+)?```(?P<kind>sh|diff)\n(?P<text>.*?)```", re.DOTALL)


class Step(NamedTuple):
    """A command with the exit status it must have, or an edit of a file."""

    text: str
    status: int = 0
    file: str = ""


def steps(document: str) -> list[Step]:
    """Return the steps of a document, in order; a command that goes on after a backslash is one step."""
    found = []
    for block in _BLOCK.finditer(document):
        note, text = block["note"] or "", block["text"]
        if block["kind"] == "diff":
            found.append(Step(text, file=note.removeprefix("edit ")))
        elif note != "once":
            status = int(note.removeprefix("exit status ")) if note.startswith("exit status ") else 0
            joined = text.replace("\\\n", " ")
            found += [Step(" ".join(line.split()), status) for line in joined.splitlines() if line.strip()]
    return found


def apply(step: Step, folder: Path) -> None:
    """Make an edit; ValueError when a line that goes is not in the file."""
    path = folder / step.file
    lines = path.read_text(encoding="utf-8").splitlines()
    at = None
    for change in step.text.splitlines():
        mark, line = change[0], change[1:]
        if mark == "+":
            lines.insert(at, line)
            at += 1
        elif line not in lines:
            raise ValueError(f"{step.file} has no line {line!r}")
        else:
            at = lines.index(line) + (mark == " ")
            if mark == "-":
                lines.pop(at)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
