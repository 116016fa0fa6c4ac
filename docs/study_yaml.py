"""Write docs/study-yaml.md, the reference of study.yaml, from the models that check the file.

Run in the project's folder, after a change of a key or of its description: python docs/study_yaml.py
"""

from __future__ import annotations

from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic_core import PydanticUndefined

from oxymilk.study import Study
from oxymilk.study.base import Model
from oxymilk.texts import LANGUAGES, labels

PAGE = Path(__file__).with_name("study-yaml.md")
TOP = """\
# study.yaml, key by key

Made by `docs/study_yaml.py` from the models that check the file; do not edit it here.
[Your own study](your-own-study.md) shows how a study.yaml is made; [the examples](../data/examples/README.md) show one
for each layout. Each key has its description in English and Indonesian.
"""
# what a kind of value is called on the page
KINDS = {str: "text", bool: "true or false", int: "whole number", NoneType: ""}


def models() -> list[type[Model]]:
    """Return the models of the file, the whole study first, each before its parts."""
    found: list[type[Model]] = []
    waiting: list[Any] = [Study]
    while waiting:
        kind = waiting.pop(0)
        if isinstance(kind, type) and issubclass(kind, Model):
            kind = kind.__pydantic_generic_metadata__["origin"] or kind
            if kind in found:
                continue
            found.append(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
        else:
            waiting = [*get_args(kind), *waiting]
    return found


def written(kind: Any) -> str:
    """Return a type as a reader of the file knows it: a section, a kind of value or the legal values."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Model):
        name = (kind.__pydantic_generic_metadata__["origin"] or kind).__name__
        return f"[{name}](#{name.lower()})"
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in parts)
    if origin in (Union, UnionType):
        return " or ".join(filter(None, map(written, parts)))
    if origin is tuple:
        return f"list of {written(parts[0])}"
    if origin is dict:
        return f"{written(parts[0])}: {written(parts[1])}"
    return written(parts[0]) if parts else KINDS.get(kind, "number" if isinstance(kind, type) else "id")


def default(field: Any) -> str:
    """Return the default of a key: needed, none, or its value."""
    if field.is_required():
        return "needed"
    value = field.default
    if value in (None, (), PydanticUndefined) or isinstance(value, Model):
        return ""
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"`{shown.lower() if isinstance(value, bool) else shown}`"


def page() -> str:
    """Return the whole page."""
    parts = [TOP]
    for model in models():
        rows = ["| key | value | default | what it is | artinya |", "|---|---|---|---|---|"]
        for name, field in model.model_fields.items():
            texts = (" ".join(labels(language)(field.description).split()) for language in LANGUAGES)
            about = [text.replace("|", "\\|") for text in texts]
            cells = [f"`{field.alias or name}`", written(field.annotation), default(field), *about]
            rows.append(f"| {' | '.join(cells)} |")
        parts.append(f"## {model.__name__}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
